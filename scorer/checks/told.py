"""What is told of every figure of a text: with which relation it agrees, what contradicts it, or why it was not checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from scorer.checks.form import Form
from scorer.checks.registry import places_in
from scorer.model import Figure, FigureState, Finding, Place
from scorer.prose.judge import Verdict
from scorer.prose.mentions import PERCENTAGES, Mention
from scorer.prose.outline import Stated

RELATIONS = {
    "sum": "分项之和", "difference": "收支相减", "done": "完成率", "share": "占比", "growth": "增减率", "change": "增减额",
    "product": "单价×数量", "same": "前后一致", "order": "大小比较",
}  # fmt: skip
NO_MORE_THAN = "N206"
"""A share that is no more than the whole leaves is not yet a share that was computed."""

ALONE = "文中没有与它相关的数"
NO_BASE = "文中没有写明是哪两个数之比"
IN_TABLE = "表中没有能核对它的合计或比率"
NO_NUMBER = "约数、上下限，不作精确核对"

Spot = tuple[str, str]


def figures(form: Form, findings: Iterable[Finding]) -> tuple[Figure, ...]:
    """Every figure of the documents' prose and free tables with its state; the checks must have run on `form`."""
    holding, cleared, doubts = _holding(form.verdicts), _cleared(form.verdicts), _doubts(form.verdicts)
    doubted: dict[Spot, list[Finding]] = {}
    for item in findings:
        for place in item.where:
            doubted.setdefault((place.file, place.at), []).append(item)
    agreed = {(place.file, place.at): code for code, outcome in form.sound for place in places_in(outcome.about)}
    told = []
    for mention in form.mentions:
        place = Place.of(mention.cell())
        at, key = (place.file, place.at), id(mention)
        state: FigureState = "unchecked"
        by = why = ""
        if at in doubted and len(doubted[at]) > cleared[key]:
            state, by, why = "differs", doubted[at][0].code, doubted[at][0].message
        elif key in holding or (at in agreed and not (agreed[at] == NO_MORE_THAN and key in doubts)):
            state, by = "agrees", holding.get(key) or agreed[at]
        else:
            why = doubts.get(key) or _alone(mention)
        told.append(Figure(file=place.file, at=place.at, quote=place.quote, of=mention.subject, state=state, by=by, why=why))
    return tuple(told)


def _holding(verdicts: Sequence[Verdict]) -> dict[int, str]:
    """The relation by which a figure agrees, in words, by mention; one of several figures before a mere repetition."""
    found: dict[int, str] = {}
    for verdict in sorted(verdicts, key=lambda verdict: verdict.question.kind == "same"):
        if verdict.state == "agrees" and verdict.equation is not None:
            words = f"{RELATIONS.get(verdict.question.kind, '相符')}：{verdict.equation.words()}"
            for figure in verdict.equation.figures:
                found.setdefault(id(figure.mention), words)
    return found


def _cleared(verdicts: Sequence[Verdict]) -> Counter[int]:
    """How many findings name a figure only because they suspect another one that does not fit it: it agrees elsewhere."""
    held = Counter(
        id(figure.mention)
        for verdict in verdicts
        if verdict.state == "agrees" and verdict.equation is not None and len(verdict.equation.figures) >= 3
        for figure in verdict.equation.figures
    )
    return Counter(
        id(figure.mention)
        for verdict in verdicts
        if verdict.state == "differs" and verdict.equation is not None
        for figure in verdict.equation.figures
        if held[id(figure.mention)] >= (1 if verdict.suspect is not None else 2) and figure is not verdict.suspect
    )


def _doubts(verdicts: Sequence[Verdict]) -> dict[int, str]:
    """Why a relation that a figure may stand in was left undecided; what the words license before what is only near."""
    found: dict[int, str] = {}
    undecided = [verdict for verdict in verdicts if verdict.state == "undecided" and verdict.why]
    for licensed in (True, False):
        for verdict in undecided:
            for figure in _first(verdict, licensed):
                found.setdefault(id(figure.mention), verdict.why)
    return found


def _first(verdict: Verdict, licensed: bool) -> Iterator[Stated]:
    readings = verdict.question.asked if licensed else verdict.question.readings
    yield from readings[0].figures if readings else ()


def _alone(mention: Mention) -> str:
    if mention.in_table:
        return IN_TABLE
    if mention.number is None:
        return NO_NUMBER
    return NO_BASE if mention.quantity.unit in PERCENTAGES else ALONE
