"""What there was and what is left: 预算−支出=结余, 问题137条、整改129条、剩余8条, 年初、新增、核销、年末.

Nothing is computed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scorer.prose.mentions import Mention
from scorer.prose.sums import DERIVED, Run, Sum


def find_balances(runs: Sequence[Run]) -> Iterator[Sum]:
    """Wholes of which one part is what is left."""
    for run in runs:
        yield from _balances(run)
        yield from _left_over(run)


_CARRIED = re.compile(r"(?:上年|年初|上一年)[^，。；]{0,6}结转|结转上年|追加|追减|调增|调减|另有|收回")
_LEFT = re.compile(r"^(?:资金|经费|年末|年底|当年|项目)*(?:结余|节余|剩余|结转|余)(?:资金|经费|额)?(?:为|约)?$")


def _balances(run: Run) -> Iterator[Sum]:
    """预算60万元，支出58.2万元，结余1.8万元: what is left and what was spent make up what there was."""
    for position in range(2, len(run)):
        left = run[position]
        whole, spent = run[position - 2], run[position - 1]
        if left.kind != "remainder" or spent.kind != "executed" or whole.kind not in ("budget", "received"):
            continue
        plain = all(
            m.dimension == "元" and m.role in ("plain", "total") and not m.bracket and m.number is not None
            for m in (whole, spent, left)
        )
        beside = run[position - 3] if position > 2 else None
        if beside is not None and beside.dimension == "元" and "；" not in whole.gap or _CARRIED.search(whole.sentence.text):
            continue  # what was carried over or added may belong to it
        if plain and _LEFT.search(left.label) and not re.search(r"[；。]|其中", spent.gap + left.gap):
            yield Sum(whole, (spent, left), True, "", (), tuple(m for m in run[:position] if m.kind in ("budget", "received")))


_REST = re.compile(
    r"^(?:失|未|尚未|还未|缺)(?P<lacking>[一-龥]{1,4})$"
    r"|^(?:剩余|其余|余下|剩下|尚有|仍有|还有|另有)?(?:的)?(?:(?:尚未|还未|未|待)(?P<verb>[一-龥]{1,4}))?(?:的|有)?$"
)
_DONE = re.compile(
    r"(?:已|完成|整改|办结|采纳|解决|化解|验收|处置|销号|拆除|完工|竣工|合格|通过|回收|收回|落实|到位|交付|入住|签订|退出)[一-龥]{0,4}$"
)


_UNDONE = re.compile(r"(?:尚未|还未|未|待)(?P<verb>[一-龥]{2})")  # 尚有690万元未支付
_DONE_TO = re.compile(r"(?:均|都|全部)?(?:由|已|正|尚|未|转|移|按|因|通过|待|拟|仍)")


def _left_over(run: Run) -> Iterator[Sum]:
    """反馈问题137条，已整改129条，剩余8条: what is done and what is left make up what there was."""
    for position in range(2, len(run)):
        left = run[position]
        if left.role != "plain" or left.number is None or left.bracket:
            continue
        match = _REST.match(left.label)
        if not match or not left.label:
            continue
        verb = match["verb"] or match["lacking"] or (_UNDONE.match(left.tail) or {"verb": ""})["verb"]
        if left.dimension == "元" and (not verb or _CARRIED.search(left.sentence.text)):
            continue
        same: Run = []
        for mention in reversed(run[max(0, position - 6) : position]):
            if mention.quantity.unit == left.quantity.unit and mention.role not in DERIVED:
                same.insert(0, mention)
            if "；" in mention.gap:
                break
        further = run[position + 1 : position + 3]
        if len(same) != 2 or "；" in left.gap or any(m.quantity.unit == left.quantity.unit for m in further):
            continue
        whole, done = same
        told = verb in done.label if verb else _DONE.search(done.label) and not left.label.startswith("另")
        told = told or left.label.startswith("其余") and _DONE_TO.match(left.tail) and (left.number or 0) < (whole.number or 0)
        if told and "其中" not in done.gap + left.gap and whole.number and done.number and done.number <= whole.number:
            yield Sum(whole, (done, left), True, "", (), (whole,))


@dataclass(frozen=True, slots=True)
class Flow:
    """年初143处，核销21处，新增9处，年末131处: what there was, what came, what went, what there is."""

    opening: Mention
    gains: tuple[Mention, ...]
    losses: tuple[Mention, ...]
    closing: Mention


_OPENING = re.compile(r"(?:年初|期初|上年末|上年底)")
_CLOSING = re.compile(r"^(?:年末|期末|年底)(?!.*比)")
_GAIN = re.compile(r"新增|新接收|接收|新纳入|纳入|调入|转入|招录|新登记|迁入|入库|购入|本年收入|当年收入")
_LOSS = re.compile(r"核销|期满|解除|注销|退出|收监|调出|转出|销号|清退|核减|迁出|出库|死亡|减少|处置|本年支出|当年支出")


def find_flows(runs: Sequence[Run]) -> Iterator[Flow]:
    """Stocks at both ends of a year, where the sentence names every gain and every loss between them."""
    for run in runs:
        opened = next((i for i, m in enumerate(run) if _OPENING.search(m.label) and m.role == "plain"), None)
        if opened is None:
            continue
        opening = run[opened]
        between: Run = []
        for mention in run[opened + 1 :]:
            if mention.quantity.unit != opening.quantity.unit or mention.bracket or "；" in mention.gap:
                break
            if _CLOSING.match(mention.label) and mention.role in ("plain", "total"):
                gains = [m for m in between if _GAIN.search(m.label)]
                losses = [m for m in between if m not in gains and _LOSS.search(m.label)]
                if between and len(gains) + len(losses) == len(between) and mention.number is not None and opening.number is not None:
                    yield Flow(opening, tuple(gains), tuple(losses), mention)
                break
            between.append(mention)
