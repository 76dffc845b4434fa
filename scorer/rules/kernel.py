"""The kernel: the one place where a share of the weight becomes points.

Rows are grouped by rule in chunks that fit the cache, each rule gives fractions, and one line rounds them half-up to
hundredths in integers. Rows whose products might leave int64 take the same path with Python integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast, get_args

import numpy as np
import numpy.typing as npt

from scorer.model import Status
from scorer.rules.answers import (
    CHUNK,
    DAMAGED,
    INAPPLICABLE,
    MISSING,
    NUMBER,
    WORDS,
    Answers,
    Index,
    Integers,
    Mask,
    Rows,
)
from scorer.rules.rule import WHOLE, Band, Rule, Score, Shares, exact, reach

STATUSES: Final[tuple[Status, ...]] = get_args(Status)
RECOMPUTED, JUDGED, LACKING, LEFT_OUT, UNREADABLE = range(5)

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Scores:
    """The scored rows, in the order of the answers.

    `points`, `low`, `high` are hundredths of a point (int64; Python integers when some do not fit), meaningful where
    `scored`. `status` indexes `STATUSES`. `met` is 1 met, 0 missed, −1 unknown. `cut` marks claims outside their band.
    """

    points: Integers
    low: Integers
    high: Integers
    status: npt.NDArray[np.int8]
    met: npt.NDArray[np.int8]
    cut: Mask
    scored: Mask

    def __len__(self) -> int:
        return len(self.status)

    def row(self, index: int) -> Score:
        """One row in points rather than hundredths."""
        scored = bool(self.scored[index])
        met = int(self.met[index])
        return Score(
            points=hundredths(self.points[index]) if scored else None,
            low=hundredths(self.low[index]) if scored else None,
            high=hundredths(self.high[index]) if scored else None,
            status=STATUSES[self.status[index]],
            met=None if met < 0 else bool(met),
            cut=bool(self.cut[index]),
        )


def hundredths(value: Any) -> Decimal:
    """An integer number of hundredths as points with two places, exact however large."""
    number = int(value)
    sign = "-" if number < 0 else ""
    return Decimal(f"{sign}{abs(number) // 100}.{abs(number) % 100:02d}")


def score(answers: Answers) -> Scores:
    """Score every row by its own rule. The result of a row depends on nothing but the row."""
    size = len(answers)
    parts: list[tuple[Index | slice, _Part]] = []
    for number, index in _groups(answers):
        rule = cast("Rule", answers.rules[number])
        room = 62 - 3 - _growth(rule).bit_length()
        first, last = (index.start, index.stop - 1) if isinstance(index, slice) else (int(index[0]), int(index[-1]))
        fits = np.True_ if answers.most_bits(first, last) <= room else answers.bits(index) <= room
        if fits.all():
            parts.append((index, _score_rows(rule, Rows(answers, index))))
            continue
        positions = np.arange(size)[index] if isinstance(index, slice) else index
        for exactly, part in ((False, positions[fits]), (True, positions[~fits])):
            if len(part):
                parts.append((part, _score_rows(rule, Rows(answers, part, exactly))))
    return _together(answers, parts)


MANY_RULES: Final = 24  # looking for the rows of each rule takes longer than sorting when there are more


def _groups(answers: Answers) -> Iterator[tuple[int, Index | slice]]:
    """The rows of each rule, chunk by chunk; a slice where a chunk has one rule only, so that nothing is copied."""
    numbers = answers.columns["rule"]
    for start in range(0, len(answers), CHUNK):
        piece = numbers[start : start + CHUNK]
        if len(answers.rules) <= MANY_RULES:
            parts = [np.flatnonzero(piece == number) + start for number in range(len(answers.rules))]
        else:
            order = np.argsort(piece, kind="stable")
            parts = np.split(order + start, np.flatnonzero(np.diff(piece[order])) + 1)
        for part in parts:
            if len(part) == len(piece):
                yield int(piece[0]), slice(start, start + len(piece))
            elif len(part):
                yield int(numbers[part[0]]), part


def _growth(rule: Rule) -> int:
    growth = rule.growth * max([reach(band.low, band.high) for band in rule.allowed()], default=1)
    if rule.overshoot is not None:
        growth = max(growth, 1) * reach(exact(rule.overshoot.ratio)) * reach(exact(rule.overshoot.deduct))
    return growth


@dataclass(frozen=True)
class _Part:
    """The scores of some rows; None where all of them are plain: scored if they have a weight, with one figure,
    recomputed, the claim not cut."""

    points: Integers
    met: npt.NDArray[np.int8]
    ends: tuple[Integers, Integers] | None = None
    status: npt.NDArray[np.int8] | None = None
    cut: Mask | None = None
    left_out: Mask | None = None


def _together(answers: Answers, parts: Sequence[tuple[Index | slice, _Part]]) -> Scores:
    """The parts in the places of their rows; the points become Python integers where they leave int64."""
    size = len(answers)
    kind = object if any(_leave_int64(part) for _, part in parts) else np.int64
    points: Integers = np.zeros(size, kind)
    met = np.full(size, -1, np.int8)
    status = np.zeros(size, np.int8)
    cut = np.zeros(size, np.bool_)
    scored = answers.columns["weighted"].astype(np.bool_)
    for index, part in parts:
        points[index], met[index] = part.points, part.met
        if part.status is not None:
            status[index] = part.status
        if part.left_out is not None:
            scored[index] &= ~part.left_out
        if part.cut is not None:
            cut[index] = part.cut
    low, high = points.copy(), points.copy()
    for index, part in parts:
        if part.ends is not None:
            low[index], high[index] = part.ends
    return Scores(points, low, high, status, met, cut & scored, scored)


def _leave_int64(part: _Part) -> bool:
    if part.points.dtype != object:
        return False
    return any(abs(value) >= 2**63 for values in (part.points, *(part.ends or ())) for value in values)


def _score_rows(rule: Rule, rows: Rows) -> _Part:
    shares = rule.shares(rows)
    unit = rows.point // 100
    full = np.maximum((2 * rows.weight + unit) // (2 * unit), 0)
    plain = shares.decided & (rows.state <= WORDS)
    if plain.all():
        return _Part(_rounded(rule, rows, shares, unit, full), shares.met)
    points = _rounded(rule, rows, shares, unit, full) if plain.any() else np.zeros_like(full)
    status, met = np.zeros(len(rows), np.int8), shares.met.copy()
    low, high = points.copy(), points.copy()
    cut = np.zeros(len(rows), np.bool_)
    state = rows.state
    left_out, missing = state == INAPPLICABLE, state == MISSING
    unreadable = (state == DAMAGED) | (~shares.decided & (rows.target_state == DAMAGED) & (state == NUMBER))
    judged = ~(plain | left_out | missing | unreadable)
    for mask, kind in ((missing, LACKING), (unreadable, UNREADABLE)):
        if mask.any():
            status[mask] = kind
            points[mask], low[mask], high[mask], met[mask] = 0, 0, full[mask], -1
    if left_out.any():
        status[left_out], met[left_out] = LEFT_OUT, -1
        granted = full[left_out] if rule.inapplicable == "full" else 0
        points[left_out] = low[left_out] = high[left_out] = granted
    bands = rule.allowed()
    tier = np.where(judged, np.where(rows.tier < len(bands), rows.tier, -1), NOT_JUDGED)
    for number in range(-1, len(bands)):
        at = np.flatnonzero(tier == number)
        if len(at):
            _judge(WHOLE if number < 0 else bands[number], rows, at, (points, low, high, status, cut))
    _refuse_full_for_late(rows, full, judged, (points, low, high, status, cut))
    return _Part(points, met, (low, high), status, cut, left_out if rule.inapplicable != "full" else None)


NOT_JUDGED: Final = -2
Columns = tuple[Integers, Integers, Integers, npt.NDArray[np.int8], Mask]
"""Of rows: points, low, high, status, cut."""


def _refuse_full_for_late(rows: Rows, full: Integers, judged: Mask, columns: Columns) -> None:
    """Full points for a deadline missed are not taken, and no rule says how many are right."""
    points, low, high, status, cut = columns
    late = judged & rows.dated & (rows.days_low > 0) & (status == JUDGED) & (rows.claimed >= rows.weight)
    if late.any():
        status[late], points[late], low[late], cut[late] = LACKING, 0, 0, False
        high[late] = np.minimum(high[late], np.maximum(full[late] - 1, 0))



def _rounded(rule: Rule, rows: Rows, shares: Shares, unit: Any, full: Integers) -> Integers:
    """weight × share − loss in hundredths, half-up, from 0 to the full weight: the only rounding of points there is."""
    numerator, denominator, weight = shares.numerator, shares.denominator, rows.weight
    at: Index | slice = slice(None)
    if shares.loss is None and rule.overshoot is None:  # most rows have met their target: nothing to divide
        at = np.flatnonzero(numerator != denominator)
        numerator, denominator, weight = numerator[at], denominator[at], weight[at]
        unit = unit[at] if isinstance(unit, np.ndarray) else unit
    granted = weight * numerator
    if shares.loss is not None:
        granted = granted - shares.loss
    if rule.overshoot is not None:
        ratio, deduct = exact(rule.overshoot.ratio), exact(rule.overshoot.deduct)
        far = (rows.direction > 0) & (rows.target > 0) & (rows.state == NUMBER)
        far &= rows.actual * ratio.denominator >= rows.target * ratio.numerator
        granted = granted * deduct.denominator - np.where(far, deduct.numerator * rows.point * denominator, 0)
        denominator = denominator * deduct.denominator
    below = denominator * unit
    points: Integers = full.copy()
    points[at] = np.minimum(np.maximum((2 * granted + below) // (2 * below), 0), full[at])
    return points


def _judge(band: Band, rows: Rows, at: Index, columns: Columns) -> None:
    """Take the claim where it lies in the band, else cut it to the band; without a claim there is nothing to take."""
    points, low, high, status, cut = columns
    unit = rows.point[at] // 100 if isinstance(rows.point, np.ndarray) else rows.point // 100
    weight, claimed, claims = np.maximum(rows.weight[at], 0), rows.claimed[at], rows.claims[at]
    lowest = -((-weight * band.low.numerator) // (unit * band.low.denominator))
    if band.closed:
        highest = (2 * weight * band.high.numerator + unit * band.high.denominator) // (
            2 * unit * band.high.denominator
        )
        above = claimed * band.high.denominator > weight * band.high.numerator
    else:
        highest = -((-weight * band.high.numerator) // (unit * band.high.denominator)) - 1
        above = claimed * band.high.denominator >= weight * band.high.numerator
    lowest = np.minimum(lowest, (2 * weight + unit) // (2 * unit))
    highest = np.maximum(highest, lowest)
    below = claimed * band.low.denominator < weight * band.low.numerator
    taken = np.minimum(np.maximum((2 * claimed + unit) // (2 * unit), lowest), highest)
    points[at] = np.where(claims, taken, 0)
    low[at], high[at] = np.where(claims, lowest, 0), highest  # nothing claimed may stay nothing: the points are never below
    status[at] = np.where(claims, JUDGED, LACKING)
    # a weight so small that its bands hold one figure between them: who claims that figure claims within the band
    cut[at] = claims & ((above | below) & (taken * unit != claimed)).astype(np.bool_)
