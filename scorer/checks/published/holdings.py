"""D310: lists whose kinds every publication prints in full: what was purchased, and which vehicles there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, check, faulty, held, sound, undecided
from scorer.prose.disclosure.amounts import Amount, in_unit, total
from scorer.prose.disclosure.passages import Passage
from scorer.prose.disclosure.statements import MONEY, NUMBER, stated

_PURCHASES = re.compile(rf"政府采购支出(?:总额|总计|合计|共计)(?:为|是|:)?\s*{MONEY}")
_KINDS = tuple(re.compile(rf"(?:政府采购)?{kind}(?:类)?(?:采购)?支出(?:为|是|:)?\s*{MONEY}") for kind in ("货物", "工程", "服务"))
_SMALLER = re.compile(rf"(?:授予)?中小(?:微)?企业(?:的)?合同(?:总)?(?:金额|额)(?:为|是|:)?\s*{MONEY}")
_SMALLEST = re.compile(rf"(?:授予)?小微企业(?:的)?合同(?:总)?(?:金额|额)(?:为|是|:)?\s*{MONEY}")
_VEHICLES = re.compile(rf"共?有(?:公务用?)?车辆?(?:共计|合计|共)?(?:为|是|:)?\s*{NUMBER}\s*(?:辆|台)\s*[,，;。(]?\s*(?:其中|包括)")
_VEHICLE = re.compile(rf"(?P<kind>[^，。;:、\d]{{1,24}}?)(?:为|是|:)?\s*{NUMBER}\s*(?:辆|台)")
_REST = re.compile(r"其他(?:公务)?(?:用车|车辆)|其他$")
_LIST_ENDS = re.compile(r"[。;\n]|单[价位]")


@check("D310", level="error", message="{what}：{sum_words}，所列 {whole}，相差 {difference}；请核对各项与总数")
def parts_of_holdings_differ(form: Form) -> Outcomes:
    """The purchases by kind are not all purchases, or the vehicles by use not all vehicles.

    标题: 政府采购、车辆的分项之和与总数不符
    为何重要: 货物、工程、服务三类就是全部政府采购；各类用车（含其他用车）就是全部车辆；小微企业在中小企业之内。不合的，必有一个数写错。
    依据: 部门决算公开的其他重要事项说明：政府采购支出分货物、工程、服务，车辆分用途列示。
    例: 共有车辆 5 辆，主要领导用车 1 辆、机要通信用车 1 辆、执法执勤用车 2 辆、其他用车 2 辆。
    改法: 按政府采购统计、资产系统核对各项。
    何时无法判定: 三类没有都写；车辆没有列到“其他用车”。
    """
    for publication in form.publications:
        for passage in publication.passages.sections:
            if passage.kind not in ("table", "terms"):
                yield from _purchases(passage)
                yield from _awards(passage)
                yield from _vehicles(passage)


def _purchases(passage: Passage) -> Iterator[Outcome]:
    for match in _PURCHASES.finditer(passage.text):
        stop = passage.text.find("。", match.end())
        stop = stop if stop >= 0 else len(passage.text)
        found = [kind.search(passage.text, match.end(), stop) for kind in _KINDS]
        parts = [stated(passage, one, 2, "") for one in found if one is not None]
        if len(parts) == len(_KINDS):
            yield _judge("政府采购支出", stated(passage, match, 2, ""), parts)
        elif parts:
            yield undecided("政府采购没有分货物、工程、服务三类列出")


def _awards(passage: Passage) -> Iterator[Outcome]:
    """Contracts with small firms are among those with small and middling ones."""
    for match in _SMALLER.finditer(passage.text):
        stop = passage.text.find("。", match.end())
        part = _SMALLEST.search(passage.text, match.end(), stop if stop >= 0 else len(passage.text))
        if part is None:
            continue
        whole, own = stated(passage, match, 2, ""), stated(passage, part, 2, "")
        if own.worth <= whole.worth:
            yield held(sound(), whole.place, own.place)
        else:
            words = f"授予小微企业合同金额 {own.shown} 超过授予中小企业合同金额 {whole.shown}，前者是后者的一部分；请核对两个数"
            yield faulty((), [own.place, whole.place], message=words)


def _judge(what: str, whole: Amount, parts: list[Amount]) -> Outcome:
    difference = total(parts) - whole.worth
    if abs(difference) <= _rounding(parts) + whole.half:
        return held(sound(), whole.place, *(part.place for part in parts))
    return faulty(
        (),
        [whole.place, *(part.place for part in parts)],
        what=what,
        sum_words=f"{' + '.join(part.shown for part in parts)} = {in_unit(total(parts), whole.unit)}{whole.unit}",
        whole=whole.shown,
        difference=f"{in_unit(abs(difference), whole.unit)}{whole.unit}",
    )


def _rounding(parts: list[Amount]) -> Decimal:
    return sum((part.half for part in parts if part.worth), Decimal(0))


def _vehicles(passage: Passage) -> Iterator[Outcome]:
    for match in _VEHICLES.finditer(passage.text):
        ends = _LIST_ENDS.search(passage.text, match.end())
        stop = ends.start() if ends is not None else len(passage.text)
        parts = list(_VEHICLE.finditer(passage.text, match.end(), stop))
        whole, counts = int(float(match[1].replace(",", ""))), [int(float(part[2].replace(",", ""))) for part in parts]
        if sum(counts) < whole and not any(_REST.search(part["kind"]) for part in parts):
            yield undecided("车辆没有按用途列全")
            continue
        places = [passage.place(match.start(1), match.end(1) + 1)]
        places += [passage.place(part.start(2), part.end()) for part in parts]
        if sum(counts) == whole:
            yield held(sound(), *places)
        else:
            words = " + ".join(str(count) for count in counts if count) or "0"
            yield faulty(
                (),
                places,
                what="车辆",
                sum_words=f"{words} = {sum(counts)}辆",
                whole=f"{whole}辆",
                difference=f"{abs(sum(counts) - whole)}辆",
            )
