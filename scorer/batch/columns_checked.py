"""A scored chunk under check: what the checks ask of its rows, the faults they find, and how often each was sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from scorer.batch.columns_faults import Amounts, Cells, Faults, Places, Words, each
from scorer.batch.rows.alignment import Scored
from scorer.batch.rows.remembered import Memory, distinct
from scorer.batch.rows.summed import UNIT, Totals
from scorer.batch.rows.texts import DATE
from scorer.checks.arithmetic import ORDINARY
from scorer.model import Level
from scorer.numbers.periods import parse_period
from scorer.rules.answers import Mask
from scorer.rules.kernel import RECOMPUTED
from scorer.rules.lateness import NO_DEADLINE

Array = npt.NDArray[Any]


@dataclass
class Tally:
    """Outcomes of one check over many submissions; `not_run` counts those where there was nothing to look at."""

    sound: int = 0
    faulty: int = 0
    undecided: int = 0
    not_run: int = 0

    @property
    def counts(self) -> tuple[int, int, int, int]:
        return self.sound, self.faulty, self.undecided, self.not_run

    def add(self, other: Tally) -> None:
        self.sound += other.sound
        self.faulty += other.faulty
        self.undecided += other.undecided
        self.not_run += other.not_run


@dataclass
class Checked:
    """A scored chunk under check, with what several checks ask of its rows."""

    memory: Memory
    scored: Scored
    totals: Totals
    live: Mask  # rows of submissions that are not odd
    even: Mask  # submissions that are not odd
    faults: list[Faults]
    tallies: dict[str, Tally]

    def any(self, rows: Mask) -> Mask:
        found: Mask = np.logical_or.reduceat(rows, self.scored.chunk.starts)
        return found

    def sum(self, values: Array) -> Array:
        found: Array = np.add.reduceat(values, self.scored.chunk.starts)
        return found

    def count(self, code: str, *, sound: Mask, faulty: Mask, undecided: Mask, run: Mask, plain: int = 0) -> None:
        """Count outcomes (by row or by submission; `plain` more are sound) and the submissions where it could not run."""
        numbers = [int(np.count_nonzero(mask)) for mask in (sound, faulty, undecided, self.even & ~run)]
        self.tallies[code] = Tally(numbers[0] + plain, *numbers[1:])

    def add(
        self,
        code: str,
        of: Array,
        rows: Array | None,
        places: Sequence[Places],
        numbers: dict[str, Words],
        level: Level | None = None,
        message: str | None = None,
        *,
        path: Literal["row", "", "funds", "execution"] = "row",
        more: dict[str, Words] | None = None,
    ) -> None:
        """Faults of submissions, with the row of each where they are faults of rows; none for no submissions."""
        if len(of):
            none = np.zeros(0, np.int64)
            self.faults.append(Faults(code, of, none if rows is None else rows, places, numbers, level, message, path, more or {}))


@dataclass(frozen=True)
class Rows:
    """What several checks ask of the rows.

    Most rows are plain: target and actual are figures, the claim is what the rule gives, and every check finds them
    sound. The others stand in `rows`; the arrays from `of` on are as long. Points and weights in 1/10000.
    """

    leaf: Mask  # live leaves, of all rows
    claimed_leaf: Mask  # those with a claim that was read
    plain: int  # plain indicators
    plain_funds: int  # plain rows of funds
    indicators: Mask  # submissions with an indicator
    rows: Array
    of: Array
    indicator: Mask  # not the execution rate
    weight: Array
    claimed: Array
    points: Array
    weighted: Mask
    claims: Mask
    deducted: Mask
    decided: Mask
    inferred: Mask
    met: npt.NDArray[np.int8]
    status: npt.NDArray[np.int8]
    kept: npt.NDArray[np.int8]  # a deadline: 1 kept, 0 missed, -1 neither
    other: Mask  # another standard is printed beside the row

    @classmethod
    def of_chunk(cls, checked: Checked) -> Rows:
        scored, scores = checked.scored, checked.scored.scores
        leaf = scored.leaf & checked.live
        weight, claimed = scored.values, scored.claimed.values
        points = scores.points * UNIT
        other = _other_standard(checked)
        claimed_leaf = leaf & scored.claims
        plain = claimed_leaf & scored.weighted & (scored.status == RECOMPUTED) & (scores.met >= 0) & (claimed == points)
        plain &= ~scored.inferred & (claimed >= 0) & (claimed <= weight)
        if other is not None:
            plain &= ~other
        rows = np.flatnonzero(leaf & ~plain)
        plain_funds = int(np.count_nonzero(plain[scored.funds_rows]))
        weighted, claims = scored.weighted[rows], scored.claims[rows]
        weight, claimed = weight.take(rows), claimed.take(rows)
        status, met = scored.status.take(rows), scores.met.take(rows)
        others = np.zeros(len(rows), np.bool_) if other is None else other[rows]
        indicator = ~scored.funds[rows]
        return cls(
            leaf=leaf,
            claimed_leaf=claimed_leaf,
            plain=int(np.count_nonzero(plain)) - plain_funds,
            plain_funds=plain_funds,
            indicators=checked.any(leaf & ~scored.funds),
            rows=rows,
            of=scored.of.take(rows),
            indicator=indicator,
            weight=weight,
            claimed=claimed,
            points=points.take(rows),
            weighted=weighted,
            claims=claims,
            deducted=weighted & claims & (claimed >= 0) & (claimed < weight),
            decided=claims & weighted & (status == RECOMPUTED) & (met >= 0) & ~others,
            inferred=scored.inferred[rows],
            met=met,
            status=status,
            kept=_deadlines(checked, rows[indicator & (status != RECOMPUTED)], rows),
            other=others,
        )


def _other_standard(checked: Checked) -> Mask | None:
    """The rows beside which a standard of their own is printed; None where the table has none."""
    scored = checked.scored
    column = scored.columns.column("standard")
    if column is None or column.null_count == len(column):
        return None
    vocabulary = checked.memory.standards
    ids = vocabulary.numbers(column)
    other = np.array([bool(text.strip()) and not ORDINARY.search(text) for text in vocabulary.texts], np.bool_)
    return other[ids] & ~scored.funds


def _deadlines(checked: Checked, at: Array, among: Array) -> npt.NDArray[np.int8]:
    """Was a deadline kept, where target and actual are dates? Of the rows `at`, for the rows `among` that hold them."""
    scored = checked.scored
    kept = np.full(len(among), -1, np.int8)
    rows = at[scored.target_flags[at] & scored.actual_flags[at] & DATE != 0]
    if not len(rows):
        return kept
    targets = scored.columns.numbers_of("target", "target", rows)
    actuals = scored.columns.numbers_of("actual", "actual", rows)
    year = scored.year[scored.of[rows]]
    keys, places = distinct((year << 24 | targets) << 24 | actuals)
    known = checked.memory.deadlines
    texts = [checked.memory.texts["target"].vocabulary.texts, checked.memory.texts["actual"].vocabulary.texts]
    for key in keys.tolist():
        if key not in known:
            target = texts[0][key >> 24 & 0xFFFFFF].partition("\x1f")[0]
            known[key] = _in_time(target, texts[1][key & 0xFFFFFF], key >> 48 or None)
    kept[np.searchsorted(among, rows)] = np.array([known[key] for key in keys.tolist()], np.int8)[places]
    return kept


def _in_time(target: str, actual: str, year: int | None) -> int:
    if NO_DEADLINE.search(target):
        return -1
    due, done = parse_period(target, year), parse_period(actual, year)
    if due is None or done is None:
        return -1
    if done[1] <= due[1]:
        return 1
    return 0 if done[0] > due[1] else -1


def cells_of(rows: Array, *names: str) -> list[Places]:
    """The cells of some columns in some rows, one of each for each fault."""
    return [each(Cells(name, rows)) for name in names]


def head_cells(submissions: Array, *names: str, filled_only: bool = False) -> list[Places]:
    """The cells of the head of some submissions: those of their first row in the table."""
    return [each(Cells(name, submissions, head=True, filled_only=filled_only)) for name in names]


def amounts(values: dict[str, Array]) -> dict[str, Words]:
    return {name: Amounts(column) for name, column in values.items()}
