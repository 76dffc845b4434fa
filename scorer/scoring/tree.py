"""Scored leaves rolled up: the tree of nodes, the total with its range, the grade. One form is a batch of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from scorer.model import Branch, Cell, Submission
from scorer.numbers.precision import precise
from scorer.numbers.quantity import parse_quantity
from scorer.rules import Scores, rescale, score, words
from scorer.rules.answers import Answers, Entry
from scorer.scoring.align import Leaf, align, entry, points_in, sum_known
from scorer.sets import IndicatorSet

OPEN = ("missing", "unreadable")


@dataclass(frozen=True, slots=True)
class Node:
    """An upper level: printed and summed weights and points of what is below it; None where nothing is printed."""

    path: tuple[str, ...]
    printed_weight: Cell
    printed_claimed: Cell
    weight: Decimal | None
    claimed: Decimal | None
    points: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One submission scored. `total` is None where the form carries no points at all."""

    set: IndicatorSet
    why: str
    leaves: tuple[Leaf, ...]
    nodes: tuple[Node, ...]
    total: Decimal | None
    low: Decimal | None
    high: Decimal | None
    full: Decimal | None
    claimed_total: Decimal | None
    grade: str | None
    claimed_grade: str | None
    recomputed_weight: Decimal
    judged_weight: Decimal
    missing_weight: Decimal
    notes: tuple[str, ...] = ()


@precise
def score_submissions(work: Sequence[tuple[Submission, IndicatorSet, str]]) -> list[Scorecard]:
    """Score many submissions in one run of the kernel; the result of each does not depend on the others."""
    aligned = [align(submission, indicators) for submission, indicators, _ in work]
    entries = [entry(index, leaf) for index, leaves in enumerate(aligned) for leaf in leaves]
    scores = score(Answers.build(entries))
    cards, start = [], 0
    for (submission, indicators, why), leaves in zip(work, aligned, strict=True):
        scored = [_scored(leaf, entries[start + offset], scores, start + offset) for offset, leaf in enumerate(leaves)]
        start += len(leaves)
        cards.append(roll_up(submission, indicators, why, scored))
    return cards


def _scored(leaf: Leaf, row: Entry, scores: Scores, index: int) -> Leaf:
    one = scores.row(index)
    # without points there is no claim to take; the row is answered all the same
    answered = (
        one.status == "missing" and leaf.weight is None and parse_quantity(leaf.answer.actual.text).kind != "empty"
    )
    return replace(
        leaf,
        points=one.points,
        low=one.low,
        high=one.high,
        status="judged" if answered else one.status,
        met=one.met,
        cut=one.cut,
        words=words(row, one) + (f"；{leaf.comparable}，未作比较" if leaf.comparable else ""),
    )


def roll_up(submission: Submission, indicators: IndicatorSet, why: str, leaves: list[Leaf]) -> Scorecard:
    """Sum the tree: nodes of every level, the total, its range, and how much of it was recomputed."""
    pointed = [leaf for leaf in leaves if leaf.points is not None and leaf.weight is not None]
    by_status: dict[str, Decimal] = {}
    for leaf in pointed:
        by_status[leaf.status] = by_status.get(leaf.status, Decimal(0)) + (leaf.weight or Decimal(0))
    left_out = [leaf for leaf in leaves if leaf.status == "inapplicable" and leaf.points is None]
    full = indicators.full if indicators.points and pointed and not submission.kind else None
    weights = sum_known(leaf.weight for leaf in pointed)
    whole = weights + sum_known(leaf.weight for leaf in left_out)
    total, low, high = (
        _total(indicators, leaves, [getattr(leaf, name) for leaf in pointed], weights, whole)
        for name in ("points", "low", "high")
    )
    if submission.kind:  # goals and 监控 are no answer to score
        total = low = high = None
    notes = _total_notes(indicators, leaves, left_out, sum_known(leaf.points for leaf in pointed), total)
    filled = _total(indicators, leaves, [leaf.high if leaf.status in OPEN else leaf.points for leaf in pointed], weights, whole)
    grade = _grade(indicators, total, filled) if whole == full else None
    return Scorecard(
        set=indicators,
        why=why,
        leaves=tuple(leaves),
        nodes=tuple(_nodes(submission, leaves)),
        total=total,
        low=low,
        high=high,
        full=full,
        claimed_total=points_in(submission.claimed_total),
        grade=grade,
        claimed_grade=written_grade(submission.claimed_grade, indicators),
        recomputed_weight=by_status.get("recomputed", Decimal(0)),
        judged_weight=by_status.get("judged", Decimal(0)),
        missing_weight=by_status.get("missing", Decimal(0)) + by_status.get("unreadable", Decimal(0)),
        notes=notes,
    )


def _grade(indicators: IndicatorSet, total: Decimal | None, filled: Decimal | None) -> str | None:
    """The grade of a total in which what could not be scored stands as 0: one only if the full points (`filled`) gave the
    same."""
    if total is None or (filled is not None and indicators.grade(filled) != indicators.grade(total)):
        return None
    return indicators.grade(total)


def _total(
    indicators: IndicatorSet,
    leaves: Iterable[Leaf],
    points: Sequence[Decimal | None],
    weights: Decimal,
    whole: Decimal,
) -> Decimal | None:
    """The sum, rescaled to the whole where rows were left out, then capped by the execution rate where the set does."""
    if not points:
        return None
    total: Decimal | None = sum_known(points)
    if weights != whole:
        total = rescale(sum_known(points), weights, whole)
    execution = next((leaf for leaf in leaves if leaf.execution), None)
    if total is not None and indicators.execution_cap and execution is not None:
        executed, budget = execution.actual.number, execution.target.number
        if executed is not None and budget is not None:
            total = indicators.execution_cap.capped(total, executed, budget)
    return total


def _total_notes(
    indicators: IndicatorSet, leaves: Iterable[Leaf], left_out: Sequence[Leaf], added: Decimal, total: Decimal | None
) -> tuple[str, ...]:
    """In words, why the total is not simply the sum of the rows (Chinese)."""
    notes = []
    if left_out:
        names = "、".join(leaf.path[-1] for leaf in left_out)
        notes.append(f"不适用的指标（{names}）未计入，其余各项折算到原分值")
    if indicators.execution_cap and total is not None and not left_out and total < added:
        notes.append(f"各项合计 {added:.2f}，按预算执行率封顶为 {total:.2f}")
    if indicators.execution_cap and not any(leaf.execution for leaf in leaves):
        notes.append("没有可计算的预算执行率，未按执行率封顶")
    return tuple(notes)


def written_grade(cell: Cell, indicators: IndicatorSet) -> str | None:
    """The grade a cell names ("优", "优秀", "☑优 □良"), None for a blank or several."""
    text = re.sub(r"[□☐○][^□☐○☑■●√✓\s]*", "", cell.text)
    named = [grade.name for grade in indicators.grades if grade.name in text]
    return named[0] if len(named) == 1 else None


def _nodes(submission: Submission, leaves: Iterable[Leaf]) -> list[Node]:
    printed: dict[tuple[str, ...], Branch] = {}
    for branch in submission.branches:
        known = printed.get(branch.path)
        printed[branch.path] = (
            branch
            if known is None
            else replace(known, weight=known.weight or branch.weight, claimed=known.claimed or branch.claimed)
        )
    below: dict[tuple[str, ...], list[Leaf]] = {}
    for leaf in leaves:
        if not leaf.execution:
            for depth in range(1, len(leaf.path)):
                below.setdefault(leaf.path[:depth], []).append(leaf)
    nodes = []
    for path, rows in below.items():
        branch = printed.get(path, Branch(path))
        nodes.append(
            Node(
                path=path,
                printed_weight=branch.weight,
                printed_claimed=branch.claimed,
                weight=_sum_if_all(leaf.weight for leaf in rows),
                claimed=_sum_if_all(leaf.claimed for leaf in rows),
                points=_sum_if_all(leaf.points for leaf in rows),
                low=_sum_if_all(leaf.low for leaf in rows),
                high=_sum_if_all(leaf.high for leaf in rows),
            )
        )
    return nodes




def _sum_if_all(values: Iterable[Decimal | None]) -> Decimal | None:
    listed = list(values)
    return None if not listed or any(value is None for value in listed) else sum_known(listed)
