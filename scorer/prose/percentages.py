"""Percentages that tell something by themselves: shares of one whole, rates of those asked, rates of what was spent.

Nothing is computed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from scorer.prose.outline import Outline, Piece, Stated
from scorer.prose.phrases import OUTCOMES, SURVEYED
from scorer.prose.placing import words_between

FEWEST_LISTED = 3  # percentages in a row that no word calls shares
MOST_BEFORE = 40  # figures before one that say what it is of
PERCENT = "%"


def share_groups(outline: Outline) -> Iterator[tuple[Stated, ...]]:
    """The shares that a sentence states one after another, and percentages that are said to make up a whole."""
    for piece in outline.pieces:
        for sentence in _sentences(piece):
            shares = tuple(figure for figure in sentence if figure.unit == PERCENT and _is_share(figure))
            if len(shares) > 1:
                yield shares
            yield from _made_up(sentence)
            yield from _of_one_kind(sentence)


_PLAN = re.compile(r"预算|计划|任务|目标")  # 占年初预算的25%: how much is done, no part of a whole


def _is_share(figure: Stated) -> bool:
    return figure.aspect == "share" and not _PLAN.search(figure.mention.whole or figure.near)


_MAKES_UP = re.compile(r"构成|结构|分布|来源")
_RESIDUAL = re.compile(r"^[，、；]?(?:其他|其它|其余|剩余)")


def _made_up(sentence: Sequence[Stated]) -> Iterator[tuple[Stated, ...]]:
    """经费构成：办公费32%，活动费28%，其他40%: percentages in a row of what is said to make up a whole."""
    for bare, run in groupby(sentence, lambda figure: figure.unit == PERCENT and figure.aspect in ("rate", "other")):
        listed = tuple(run)
        if bare and len(listed) >= FEWEST_LISTED and (_MAKES_UP.search(listed[0].gap) or _RESIDUAL.match(listed[-1].gap)):
            yield listed


_KIND = re.compile(r"(?:优良?|良好?|中等?|次差?|差|合格|不合格)(?P<kind>[一-龥]{0,2}率)(?:为|是|达)?$")


def _of_one_kind(sentence: Sequence[Stated]) -> Iterator[tuple[Stated, ...]]:
    """优良路率82.7%，中等路率11.8%，次差路率5.5%: every grade of one kind has a rate, and all together are everything."""
    kinds = [match["kind"] if (match := _KIND.search(figure.near.strip())) else "" for figure in sentence]
    listed = tuple(figure for figure, kind in zip(sentence, kinds, strict=True) if kind and figure.unit == PERCENT)
    if len(listed) >= FEWEST_LISTED and len({kind for kind in kinds if kind}) == 1:
        yield listed


@dataclass(frozen=True, eq=False)
class RateOfAsked:
    """A rate of satisfaction, passing and the like, with the figures of how many were asked."""

    rate: Stated
    asked: tuple[Stated, ...]


_SURVEYED = re.compile(SURVEYED)
_HELD_FOR = {stem: re.compile(words) for stem, words in OUTCOMES}


def rates_of_asked(outline: Outline) -> Iterator[RateOfAsked]:
    """The rates of an outcome whose sentence says how many were asked, but not of how many it holds."""
    for piece in outline.pieces:
        for sentence in _sentences(piece):
            for index, rate in enumerate(sentence):
                stem = rate.mention.whole[:2] if rate.mention.role == "outcome" and rate.unit == PERCENT else ""
                if not stem:
                    continue
                before = _since_last_rate(sentence, index)
                inside = [figure for figure in sentence[index + 1 : index + MOST_BEFORE] if figure.depth > rate.depth]
                counts = [figure for figure in (*before, *inside) if _counts(figure)]
                holds = _HELD_FOR.get(stem)
                if holds is not None and any(holds.search(figure.mention.label) for figure in counts):
                    continue
                asked = tuple(f for f in counts if _SURVEYED.search(f.mention.label) or _SURVEYED.search(f.gap[-24:]))
                if asked and len(counts) == len(asked):
                    yield RateOfAsked(rate, asked)


def _since_last_rate(figures: Sequence[Stated], index: int) -> Sequence[Stated]:
    """The figures of a sentence straight before one, back to the percentage before it; a few at most."""
    before = figures[max(0, index - MOST_BEFORE) : index]
    last = max((at for at, figure in enumerate(before) if figure.unit == PERCENT), default=-1)
    return before[last + 1 :]


def _counts(figure: Stated) -> bool:
    return figure.aspect == "level" and figure.unit not in ("元", PERCENT, "")


@dataclass(frozen=True, eq=False)
class RateDone:
    """A rate of completion with what was spent or done before it in its sentence; `budget` where the sentence writes one,
    `both` where one figure is said to be the budget's and what was spent."""

    rate: Stated
    spent: Stated
    budget: Stated | None
    both: bool


_BOTH = re.compile(r"预算数?(?:和|与|、|及)?(?:支出)?(?:决算|执行|支出)数?(?:均|都|皆|同)为?$")  # 预算和决算均为0万元


def rates_done(outline: Outline) -> Iterator[RateDone]:
    """The rates of completion that stand behind an amount of what was spent."""
    for piece in outline.pieces:
        for sentence in _sentences(piece):
            for index, rate in enumerate(sentence):
                if rate.aspect != "done":
                    continue
                amounts = [figure for figure in _since_last_rate(sentence, index) if figure.unit in ("元", "")]
                spent = next((figure for figure in reversed(amounts) if figure.mention.kind != "budget"), None)
                if spent is not None:
                    budgets = [figure for figure in amounts if figure.mention.kind == "budget"]
                    both = _BOTH.search(spent.near.strip()) is not None
                    yield RateDone(rate, spent, budgets[-1] if budgets else None, both)


_AMONG = re.compile(r"其中[：:，,]?[^，。；]*$")


def single_parts(outline: Outline) -> Iterator[tuple[tuple[Stated, ...], Stated]]:
    """Each only figure that 其中 names in its sentence or its brackets, with the figures before it that it may be a part of."""
    for piece in outline.pieces:
        for index, part in enumerate(piece.figures):
            if not index or part.aspect != "level" or part.loose or not _AMONG.search(part.gap):
                continue
            wholes = tuple(f for f in piece.figures[max(0, index - MOST_BEFORE) : index] if _alike(f, part) and f.depth <= part.depth)
            if wholes and not any(whole.loose for whole in wholes) and not any(_alike(f, part) for f in _listed(piece, index)):
                yield wholes, part


def _alike(figure: Stated, part: Stated) -> bool:
    return figure.unit == part.unit and figure.aspect == "level"


def _listed(piece: Piece, index: int) -> Iterator[Stated]:
    """The figures behind a part in its list: to the end of its brackets, else of its sentence."""
    part = piece.figures[index]
    inside = "（" in part.gap and part.depth > 0
    for before, figure in pairwise(piece.figures[index:]):
        if inside and figure.depth < part.depth or "。" in words_between(before, figure):
            return
        yield figure


def _sentences(piece: Piece) -> Iterator[list[Stated]]:
    """The figures of a piece, sentence by sentence."""
    sentence = piece.figures[:1]
    for before, figure in pairwise(piece.figures):
        if "。" in words_between(before, figure):
            yield sentence
            sentence = []
        sentence.append(figure)
    if sentence:
        yield sentence
