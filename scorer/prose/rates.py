"""Shares, rates of completion and rates of change in running text, with every figure that each may be of.

The base of a rate stands in its clause, in its sentence, in the heading above, or is implied by a change. Each way is a
reading; only where the words leave one is a rate that fits none of them held against the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scorer.prose.completion import completion
from scorer.prose.counted import outcome
from scorer.prose.equations import Equation, Quotient
from scorer.prose.growth import change_amount, growth
from scorer.prose.outline import Outline, Stated
from scorer.prose.placing import alone_in_brackets, levels_before, same_sentence, words_between
from scorer.prose.portions import respective, respective_rates, share
from scorer.prose.relation import Question

FAR = 40
"""Figures before it among which a base that is named is looked for."""


def find_rates(outline: Outline) -> Iterator[Question]:
    """A question for each printed percentage that the words make a share, a rate of completion or of change, and for each
    change whose two levels are printed."""
    figures = list(outline.figures)
    respectively: set[int] = set()
    for index, figure in enumerate(figures):
        before = figures[max(0, index - FAR) : index]
        listed = respective_rates(figure, figures, index)
        if listed:
            respectively.update(map(id, listed))
            yield from respective(listed, before)
        if id(figure) in respectively:
            continue
        behind = figures[index + 1 : index + 6]
        after = [
            f for f in behind[:2] if f.aspect in ("level", "change") and f.piece is figure.piece
        ]
        if figure.aspect == "done" or figure.aspect == "share" and _OF_PLAN.search(figure.near):
            yield from completion(figure, before, after)
        elif figure.aspect == "share":
            yield from share(figure, before, after)
        elif figure.aspect == "growth" or _bracketed_growth(figure, before):
            yield from growth(figure, before, after)
        elif figure.aspect == "change":
            yield from change_amount(figure, before, after)
        elif figure.aspect == "rate":
            named = outcome(figure, before, behind)
            yield from (named,) if named is not None else _bare(figure, before, after)


_OF_PLAN = re.compile(r"占[^，。；]*(?:任务|目标|计划|到位资金)[^，。；]*$|占(?:年初|年度|全年|调整)?预算数?的?$")


def _bracketed_growth(rate: Stated, before: Sequence[Stated]) -> bool:
    """减少1.8万元（40.91%）: the rate of the change before its bracket."""
    last = before[-1] if before else None
    alone = rate.aspect == "rate" and alone_in_brackets(rate)
    return alone and last is not None and last.piece is rate.piece and last.aspect == "change"


def _bare(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """A percentage that no word explains may only agree: part and whole in its sentence, a rate in brackets after its amount."""
    levels = [f for f in levels_before(before) if f.piece is rate.piece and same_sentence(f, rate)][:4]
    readings = tuple(
        Quotient(rate, ((1, one),), ((1, whole),))
        for one in levels
        for whole in levels
        if one is not whole and one.unit == whole.unit and 0 < one.number <= whole.number
    )
    part = next(
        (
            f
            for f in after[:1]
            if f.aspect == "level"
            and f.piece is rate.piece
            and re.fullmatch(r"[即计共]?[为是]?|部分|，?[即计]", f.gap.strip())
        ),
        None,
    )
    if part is not None:  # 补贴32.5%为343.01万元
        readings += tuple(
            Quotient(rate, ((1, part),), ((1, whole),))
            for whole in levels
            if whole.unit == part.unit and whole.number >= part.number
        )
    asked: tuple[Equation, ...] = ()
    if (
        len({(f.number, f.unit) for f in levels}) == 2
        and readings
        and levels[0].unit != "元"
        and re.search(r"率", rate.near)
    ):
        asked = readings[:1]
    if readings:
        certain = bool(asked) and len(levels) == 2 and re.search(r"中有?", words_between(levels[1], levels[0])) is not None
        yield Question(
            "share", readings, asked, "near", "" if asked else "比率是什么之比没有写明", certain, tuple(levels)
        )
