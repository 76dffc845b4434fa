"""Scored rows of a flat table summed by submission: what `scorer.scoring.tree.roll_up` does for one form."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.rows.alignment import Scored
from scorer.batch.rows.remembered import Memory, distinct
from scorer.batch.rows.texts import DIGITS, POWERS
from scorer.model import Cell
from scorer.rules import ExecutionCap
from scorer.rules.answers import NUMBER, POINT, Mask
from scorer.rules.kernel import JUDGED, LACKING, LEFT_OUT, RECOMPUTED, UNREADABLE
from scorer.rules.rule import exact
from scorer.scoring.tree import written_grade
from scorer.sets import IndicatorSet

Array = npt.NDArray[Any]

NO_GRADE: Final = -1
LARGEST_SUM: Final = 10**9  # weights and points whose products stay in int64
UNIT: Final = POINT // 100  # of a weight to a hundredth of a point


@dataclass
class Totals:
    """Submissions by column. Points in hundredths, weights in 1/10000; `total` counts where `known`.

    `grade`, `claimed_grade` and `stated_grade` (that of the claimed total) are places in `IndicatorSet.grades`, or
    `NO_GRADE`. `whole` is the sum of all weights, those of rows left out included, `full` where `pointed`.
    """

    known: Mask
    total: Array
    low: Array
    high: Array
    pointed: Mask
    full: Array
    whole: Array
    weights: dict[int, Array]
    grade: Array
    claimed_grade: Array
    stated_grade: Array


def roll_up(memory: Memory, scored: Scored) -> Totals:
    """The totals of a chunk; marks as odd the submissions whose sums these columns cannot hold."""
    starts, scores, leaf = scored.chunk.starts, scored.scores, scored.leaf
    counted = scores.scored & leaf

    def summed(values: Array, where: Mask) -> Array:
        sums: Array = np.add.reduceat(np.where(where, values, 0), starts)
        return sums

    points, low, high = (summed(column, counted) for column in (scores.points, scores.low, scores.high))
    # what could not be scored at its full points: a grade is only one if it is the same with them
    unscored = (scored.status == LACKING) | (scored.status == UNREADABLE)
    filled = summed(np.where(unscored, scores.high, scores.points), counted)
    applicable = summed(scored.values, counted)
    weights = {}
    for status in (JUDGED, LACKING, LEFT_OUT, UNREADABLE):
        such = counted & (scored.status == status)
        weights[status] = summed(scored.values, such) if such.any() else np.zeros(len(starts), np.int64)
    weights[RECOMPUTED] = applicable - sum(weights.values(), np.zeros(len(starts), np.int64))
    left_out = leaf & (scored.status == LEFT_OUT) & ~scores.scored
    whole = applicable + (summed(scored.values, left_out) if left_out.any() else 0)
    pointed = np.logical_or.reduceat(counted, starts)
    known = pointed & ((whole == applicable) | (applicable > 0))
    sets = np.maximum(scored.sets, 0)
    full = np.array([int(one.full * POINT) for one in memory.sets] or [0])[sets]
    scored.odd |= (np.abs(applicable) > LARGEST_SUM) | (np.abs(points) > LARGEST_SUM) | (np.abs(whole) > LARGEST_SUM)
    rescaled = np.flatnonzero(known & (whole != applicable) & ~scored.odd)
    for column in (points, low, high, filled):
        if len(rescaled):  # Σ points ÷ Σ weights that apply × whole, half-up
            below = applicable[rescaled]
            column[rescaled] = (2 * column[rescaled] * whole[rescaled] + below) // (2 * below)
    _cap(memory, scored, (points, low, high, filled), known)
    grade = _grades(memory, sets, points * UNIT, known & (whole == full))
    grade[grade != _grades(memory, sets, filled * UNIT, known & (whole == full))] = NO_GRADE
    stated = _grades(memory, sets, scored.claimed_total.values, scored.claimed_total.read)
    return Totals(known, points, low, high, pointed, full, whole, weights, grade, _written_grades(memory, scored, sets), stated)


def _grades(memory: Memory, sets: Array, points: Array, known: Mask) -> Array:
    """The place of the grade of each total in its set's list."""
    found = np.full(len(sets), NO_GRADE, np.int8)
    never = np.iinfo(np.int64).max
    for place in range(max(len(one.grades) for one in memory.sets) - 1, -1, -1):
        starts = [int(one.grades[place].start * POINT) if place < len(one.grades) else never for one in memory.sets]
        found[known & (points >= np.array(starts)[sets])] = place
    return found


def _written_grades(memory: Memory, scored: Scored, sets: Array) -> Array:
    """The place of the grade that each submission claims in words."""
    written = scored.claimed_grade
    if not written.any():
        return np.full(len(sets), NO_GRADE, np.int8)
    texts = memory.grades.texts
    codes, places = distinct(written * len(memory.sets) + sets, len(texts) * len(memory.sets))
    of_codes = [_place(memory.sets[code % len(memory.sets)], texts[code // len(memory.sets)]) for code in codes.tolist()]
    found: Array = np.array(of_codes, np.int8).take(places)
    return found


def _place(indicators: IndicatorSet, text: str) -> int:
    name = written_grade(Cell(text), indicators)
    return next((place for place, grade in enumerate(indicators.grades) if grade.name == name), NO_GRADE)


def _cap(memory: Memory, scored: Scored, columns: tuple[Array, ...], known: Mask) -> None:
    """Cap the totals by the execution rate where the set does."""
    rows = scored.funds_rows
    for number, indicators in enumerate(memory.sets):
        if indicators.execution_cap is None or not len(rows):
            continue
        of = scored.of[rows]
        chosen = np.flatnonzero((scored.sets[of] == number) & scored.leaf[rows])
        executed, planned = scored.executed, scored.planned
        decided = (executed["state"][chosen] == NUMBER) & (planned["state"][chosen] == NUMBER)
        chosen = chosen[decided]
        chosen = chosen[planned["number"][chosen] > 0]
        one = np.maximum(executed["one"][chosen], planned["one"][chosen])
        spent = executed["number"][chosen] * (one // executed["one"][chosen])
        budget = planned["number"][chosen] * (one // planned["one"][chosen])
        cap, fits = _caps(indicators.execution_cap, spent, budget)
        digits = np.searchsorted(POWERS, one) + np.maximum(executed["size"][chosen], planned["size"][chosen])
        fits &= digits < DIGITS - 3
        at = of[chosen]
        scored.odd[at[~fits]] = True
        for column in columns:
            column[at] = np.minimum(column[at], cap)


def _caps(rule: ExecutionCap, spent: Array, budget: Array) -> tuple[Array, Mask]:
    """The cap of each execution rate in hundredths, and whether it is one of these columns."""
    free = np.iinfo(np.int64).max
    cap, fits = np.full(len(spent), free), np.ones(len(spent), np.bool_)
    for step in sorted(rule.caps, key=lambda step: (step.start is not None, step.start or 0, step.open)):
        reached = np.ones(len(spent), np.bool_)
        if step.start is not None:
            start = exact(step.start)
            if max(start.numerator, start.denominator) > 1000:
                return cap, np.zeros(len(spent), np.bool_)
            left, right = spent * start.denominator, budget * start.numerator
            reached = left > right if step.open else left >= right
        hundredths = free if step.cap is None else step.cap * 100
        if isinstance(hundredths, Decimal) and hundredths != hundredths.to_integral_value():
            fits &= ~reached
            continue
        cap[reached] = int(hundredths)
    return cap, fits
