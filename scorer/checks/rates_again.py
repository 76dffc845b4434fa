"""C302 for rates: 执行率95.93% … 执行率95.39%, one rate of one thing with its digits swapped or one of them wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from itertools import combinations

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, faulty, undecided
from scorer.checks.sameness import slip
from scorer.numbers.interval import loose
from scorer.prose.mentions import Mention

MOST = 6  # mentions of one rate: more are a list of many things

_RATE = re.compile(
    r"(?P<name>[一-龥]{0,8}?(?:执行率|支出率|支付率|使用率|到位率|完成率|合格率|达标率|覆盖率|整改率|满意度|满意率|进度))(?:仅|约)?(?:为|达到?|是)?\s*$"
)
_ANYONE = re.compile(r"预算|全年|年度|资金|项目|平均|总体|整体|支出(?=进度)|服务对象|的|其中|实际")
_NOT_THIS = re.compile(r"目标|不低于|不少于|上年|去年|计划|应|力争|季度|月底|月末|上半年|截至\d|其他|各|均|从|由")


def rates_twice(form: Form, explained: Set[int]) -> Iterator[Outcome]:
    """Pairs of mentions of one rate whose figures are a slip of the pen apart."""
    named: dict[tuple[str, int | None, int], list[Mention]] = defaultdict(list)
    for mention in form.mentions:
        if mention.in_table or mention.quantity.unit != "%" or not mention.number or loose(mention.quantity):
            continue
        match = _RATE.search(mention.label)
        if match and not _NOT_THIS.search(_before(mention)):
            name = _ANYONE.sub("", match["name"])
            named[name, mention.year or form.year, mention.line.scope].append(mention)
    for mentions in named.values():
        if len({mention.number for mention in mentions}) == 2 and len(mentions) <= MOST:
            yield from _pairs(mentions, explained)


def _before(mention: Mention) -> str:
    at = mention.start - mention.sentence.start
    return re.split(r"[，。；]", mention.sentence.text[max(0, at - 24) : at])[-1]


def _pairs(mentions: Sequence[Mention], explained: Set[int]) -> Iterator[Outcome]:
    first, second = next((a, b) for a, b in combinations(mentions, 2) if a.number != b.number)
    if first.sentence is second.sentence or not _long(first) or not _long(second) or not slip(first.quantity, second.quantity):
        return
    if {id(first), id(second)} <= explained:
        yield undecided("两个数各与别的数相符，可能是不同口径")
        return
    where = [first.cell(), second.cell()]
    yield faulty((), where, of=second.label[-12:], first=first.quote, second=second.quote)


def _long(mention: Mention) -> bool:
    """Four digits: two such rates are hardly alike by chance."""
    return len(mention.quote.strip("%％ ").replace(".", "").lstrip("0")) >= 4
