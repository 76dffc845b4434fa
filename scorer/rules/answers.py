"""Answers: the indicator rows of one or many submissions as columns of integers.

A row is one scored indicator. Its figures (target, actual and the ends of their intervals) are integers over one common
denominator, the row's `one`; weight and claim are integers of 1/10000 point. Nothing is rounded: a row whose figures
do not fit int64, or whose points have more than four decimals, keeps Python integers beside the columns (`wide`) and
scores the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scorer.numbers.quantity import Quantity

Integers = npt.NDArray[Any]  # int64, or object holding Python integers
Mask = npt.NDArray[np.bool_]
Tiers = npt.NDArray[np.int8]
Index = npt.NDArray[np.int64]

# What a target or an actual is. The order is that of the columns `state` and `target_state`.
NUMBER: Final = 0
INTERVAL: Final = 1  # no figure, but bounds: 数十, 70%-75%
WORDS: Final = 2
MISSING: Final = 3
DAMAGED: Final = 4  # meant as a figure and not readable as one
INAPPLICABLE: Final = 5
INCOMPARABLE: Final = 6  # a figure, in a unit that the target's cannot be compared with

OPERATORS: Final = ("", "≥", ">", "≤", "<", "=", "between")
SILENT, AT_LEAST, MORE, AT_MOST, LESS, EQUAL, BETWEEN = range(7)

FORWARD: Final = 1
REVERSE: Final = -1
UNKNOWN: Final = 0  # a bare target of 0 says neither

POINT_PLACES: Final = 4
POINT: Final = 10**POINT_PLACES
NARROW: Final = 2**62
CHUNK: Final = 131_072

FREE_LOW: Final = 1
FREE_HIGH: Final = 2

INAPPLICABLE_WORDS: Final = (
    *("不涉及", "不适用", "未涉及", "无此项", "不存在此项", "无该项", "无此类", "本年度不涉及", "本年不涉及"),
    *("本年度未涉及", "本年未涉及", "本年度无此项", "本年无此项", "N/A", "n/a"),
)


class ScoringRule(Protocol):
    """What `Answers` needs to know of a rule (`scorer.rules.Rule`)."""

    @property
    def kind(self) -> str: ...

    def prepare(self, entry: Entry) -> Entry: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator row to be scored.

    `weight` and `claimed` in points, None where the form has none. `target` and `actual` in one unit and scale;
    `comparable` is False where their units cannot be compared. `coefficient` is the form's 得分系数 in per cent.
    `direction` is what the form's own column says and wins over the comparator ("qualitative" says nothing here).

    The rule fills in the rest when the columns are built: `tier` (of its words, −1 none), `days` (late by at least and
    at most so many days), `state` where it reads the actual otherwise than as a figure.
    """

    rule: ScoringRule
    weight: Decimal | None
    target: Quantity
    actual: Quantity
    claimed: Decimal | None = None
    submission: int = 0
    comparable: bool = True
    coefficient: Decimal | None = None
    direction: Literal["", "forward", "reverse", "qualitative"] = ""
    tier: int = -1
    days: tuple[int, int] | None = None
    state: int | None = None


def state_of(quantity: Quantity) -> int:
    """NUMBER, INTERVAL, WORDS, MISSING, DAMAGED or INAPPLICABLE: what the words of a target or actual are."""
    if quantity.number is not None:
        return NUMBER
    if quantity.low is not None and quantity.high is not None:
        return INTERVAL
    text = quantity.text.strip().rstrip("。.；;")
    if text.startswith(INAPPLICABLE_WORDS):
        return INAPPLICABLE
    if not text.strip("—–-－/／*＊.…　 ") or (quantity.kind == "empty" and text != "无"):
        return MISSING
    return DAMAGED if quantity.kind == "malformed" else WORDS


def direction_of(entry: Entry) -> int:
    """FORWARD, REVERSE, or UNKNOWN where a bare target of 0 leaves it open.

    The form's own column comes first, then the comparator, then what the rule says; a target "=0" is a limit.
    """
    if entry.direction in ("forward", "reverse"):
        return FORWARD if entry.direction == "forward" else REVERSE
    if entry.target.op in ("≤", "<"):
        return REVERSE
    if entry.target.op in ("≥", ">"):
        return FORWARD
    of_rule = getattr(entry.rule, "direction", "auto")
    if of_rule != "auto":
        return FORWARD if of_rule == "forward" else REVERSE
    if entry.target.number == 0:
        return REVERSE if entry.target.op == "=" else UNKNOWN
    return FORWARD


FIGURES: Final = ("one", "target", "target_low", "target_high", "actual", "actual_low", "actual_high")
POINTS: Final = ("weight", "claimed")
LONG: Final = (*FIGURES, *POINTS)
SHORT: Final[dict[str, type[np.generic]]] = {
    "submission": np.int32,
    "rule": np.int16,
    "op": np.int8,
    "direction": np.int8,
    "target_state": np.int8,
    "state": np.int8,
    "tier": np.int8,
    "free": np.int8,  # FREE_LOW | FREE_HIGH: the actual has no lower, no upper bound
    "weighted": np.bool_,
    "claims": np.bool_,
    "dated": np.bool_,
    "days_low": np.int32,
    "days_high": np.int32,
}


@dataclass(frozen=True)
class Answers:
    """Rows of figures as columns of one length; `rules[columns["rule"][i]]` scores row i.

    `columns` holds `LONG` as int64 and `SHORT` in their own types. `wide_rows` lists, in rising order, the rows whose
    long columns stand in `wide_values` (Python integers, one line for each of `LONG`) with `wide_point` of them to the
    point; their place in the columns is 0.
    """

    rules: tuple[ScoringRule, ...]
    columns: Mapping[str, npt.NDArray[Any]]
    wide_rows: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    wide_values: npt.NDArray[np.object_] = field(default_factory=lambda: np.zeros((len(LONG), 0), object))
    wide_point: npt.NDArray[np.object_] = field(default_factory=lambda: np.zeros(0, object))

    def __len__(self) -> int:
        return len(self.columns["rule"])

    @classmethod
    def build(cls, entries: Iterable[Entry]) -> Self:
        """The columns of some entries, in their order; each entry is first read the way its rule reads it."""
        rules: dict[ScoringRule, int] = {}
        known: dict[int, int] = {}  # the same rule object recurs: its hash covers all its words
        lines = []
        kept = list(entries)  # alive until the end, so that no id is used twice
        for entry in kept:
            number = known.get(id(entry.rule))
            if number is None:
                number = known[id(entry.rule)] = rules.setdefault(entry.rule, len(rules))
            long, point, short = _row(entry.rule.prepare(entry))
            lines.append((long, point, (entry.submission, number, *short)))
        return cls.of_rows(tuple(rules), lines)

    @classmethod
    def of_rows(cls, rules: tuple[ScoringRule, ...], lines: Sequence[tuple[Sequence[int], int, Sequence[int]]]) -> Self:
        """The columns of rows given as the integers of `LONG`, the units to a point, and those of `SHORT`."""
        narrow, wide = [], []
        for position, (long, point, _) in enumerate(lines):
            fits = point == POINT and all(-NARROW < value < NARROW for value in long)
            narrow.append(long if fits else (0,) * len(LONG))
            if not fits:
                wide.append(position)
        columns: dict[str, npt.NDArray[Any]] = {}
        long_columns = np.array(narrow, np.int64).reshape(len(lines), len(LONG)).T
        for name, column in zip(LONG, long_columns, strict=True):
            columns[name] = np.ascontiguousarray(column)
        short_columns = np.array([short for _, _, short in lines], np.int64).reshape(len(lines), len(SHORT)).T
        for (name, kind), column in zip(SHORT.items(), short_columns, strict=True):
            columns[name] = column.astype(kind)
        values = np.zeros((len(LONG), len(wide)), object)
        for place, position in enumerate(wide):
            values[:, place] = lines[position][0]
        points = np.array([lines[position][1] for position in wide], object)
        return cls(rules, columns, np.array(wide, np.int64), values, points)

    def select(self, rows: Mask | Index | slice) -> Answers:
        """Some rows: a mask, positions or a slice, as numpy takes them."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        if not len(self.wide_rows):
            return Answers(self.rules, columns)
        line = np.full(len(self), -1, np.int64)
        line[self.wide_rows] = np.arange(len(self.wide_rows))
        chosen = line[rows]
        wide_rows = np.flatnonzero(chosen >= 0)
        kept = chosen[wide_rows]
        return Answers(self.rules, columns, wide_rows, self.wide_values[:, kept], self.wide_point[kept])

    def most_bits(self, first: int, last: int) -> int:
        """A bound of `bits` from one row to another, quickly told."""
        return max(self._most_bits[first // CHUNK : last // CHUNK + 1])

    @cached_property
    def _most_bits(self) -> list[int]:
        """The bound of each chunk; 127 for one with a wide row."""
        bounds = []
        for start in range(0, len(self), CHUNK):
            piece = slice(start, start + CHUNK)
            largest = {name: self.columns[name][piece] for name in LONG}
            bits = [max(int(column.max()), -int(column.min()), POINT).bit_length() for column in largest.values()]
            bounds.append(max(bits[: len(FIGURES)]) + max(bits[len(FIGURES) :]))
        for row in self.wide_rows.tolist():
            bounds[row // CHUNK] = 127
        return bounds

    def bits(self, index: Index | slice) -> npt.NDArray[np.int16]:
        """How many bits the product of a row's largest figure and its points takes, in some rows; 127 for a wide row."""
        figure = _largest(self.columns, FIGURES, index)
        points = np.maximum(_largest(self.columns, POINTS, index), POINT)
        bits = (np.frexp(figure.astype(np.float64))[1] + np.frexp(points.astype(np.float64))[1]).astype(np.int16)
        if len(self.wide_rows):
            bits[np.isin(np.arange(len(self))[index], self.wide_rows)] = 127
        return bits


def _largest(
    columns: Mapping[str, npt.NDArray[Any]], names: Sequence[str], index: Index | slice
) -> npt.NDArray[np.int64]:
    largest = np.abs(columns[names[0]][index])
    for name in names[1:]:
        np.maximum(largest, np.abs(columns[name][index]), out=largest)
    return np.asarray(largest, np.int64)


class Rows:
    """The rows of one rule in one chunk, as a rule's arithmetic sees them: each column gathered when first used.

    `exact` gives the long columns as Python integers (object arrays), wide rows included; otherwise they are int64 and
    the caller has made sure that no product leaves it.
    """

    def __init__(self, answers: Answers, index: Index | slice, exact: bool = False) -> None:
        self._answers = answers
        self._index = index
        self._exact = exact
        self._wide: tuple[Index, Index] | None = None
        if exact and len(answers.wide_rows):
            positions = np.arange(len(answers))[index]
            line = np.searchsorted(answers.wide_rows, positions)
            line[line == len(answers.wide_rows)] = 0
            here = np.flatnonzero(answers.wide_rows[line] == positions)
            self._wide = here, line[here]

    def __len__(self) -> int:
        return len(self.state)

    def at(self, places: Index) -> Rows:
        """Some of these rows, by their places among them."""
        index = self._index
        positions = index.start + places if isinstance(index, slice) else index.take(places)
        return Rows(self._answers, positions, self._exact)

    def _short(self, name: str) -> npt.NDArray[Any]:
        return self._rows_of(self._answers.columns[name])

    def _rows_of(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The rows of a column; `take` is twice as fast as an index."""
        return column[self._index] if isinstance(self._index, slice) else column.take(self._index)

    def _long(self, name: str) -> Integers:
        column: Integers = self._rows_of(self._answers.columns[name])
        if self._exact:
            column = column.astype(object)
            if self._wide is not None:
                here, line = self._wide
                column[here] = self._answers.wide_values[LONG.index(name)][line]
        return column

    @cached_property
    def point(self) -> Any:
        """How many of the units of `weight` and `claimed` make one point."""
        if self._wide is None:
            return POINT
        point = np.full(len(self), POINT, object)
        here, line = self._wide
        point[here] = self._answers.wide_point[line]
        return point

    @cached_property
    def one(self) -> Integers:
        """The common denominator of the row's figures: a figure of 1 is stored as this."""
        return self._long("one")

    @cached_property
    def target(self) -> Integers:
        return self._long("target")

    @cached_property
    def target_low(self) -> Integers:
        """The lower end of a range target, else of the target's written precision."""
        return self._long("target_low")

    @cached_property
    def target_high(self) -> Integers:
        return self._long("target_high")

    @cached_property
    def actual(self) -> Integers:
        """The figure; of an interval without one, its worst end in the row's direction."""
        return self._long("actual")

    @cached_property
    def actual_low(self) -> Integers:
        return self._long("actual_low")

    @cached_property
    def actual_high(self) -> Integers:
        return self._long("actual_high")

    @cached_property
    def weight(self) -> Integers:
        return self._long("weight")

    @cached_property
    def claimed(self) -> Integers:
        return self._long("claimed")

    @cached_property
    def op(self) -> Tiers:
        return self._short("op")

    @cached_property
    def direction(self) -> Tiers:
        return self._short("direction")

    @cached_property
    def target_state(self) -> Tiers:
        return self._short("target_state")

    @cached_property
    def state(self) -> Tiers:
        return self._short("state")

    @cached_property
    def tier(self) -> Tiers:
        return self._short("tier")

    @cached_property
    def free(self) -> Tiers:
        return self._short("free")

    @cached_property
    def weighted(self) -> Mask:
        return self._short("weighted")

    @cached_property
    def claims(self) -> Mask:
        return self._short("claims")

    @cached_property
    def dated(self) -> Mask:
        return self._short("dated")

    @cached_property
    def days_low(self) -> npt.NDArray[np.int32]:
        return self._short("days_low")

    @cached_property
    def days_high(self) -> npt.NDArray[np.int32]:
        return self._short("days_high")


def _row(entry: Entry) -> tuple[tuple[int, ...], int, tuple[int, ...]]:
    """The long columns of an entry, the units to its point, and the short columns after submission and rule."""
    target, actual = entry.target, entry.actual
    direction = direction_of(entry)
    target_state = _target_state(target)
    state = entry.state if entry.state is not None else state_of(actual)
    if state in (NUMBER, INTERVAL) and not entry.comparable:
        state = INCOMPARABLE if state == NUMBER else WORDS
    low, high, free = _bounds(actual)
    figure = actual.number
    if figure is None:
        figure = high if direction == REVERSE else low
    wanted = target.number if target.number is not None else Decimal(0)
    target_low, target_high = _target_ends(target, wanted)
    figures: tuple[Decimal | Fraction, ...] = (wanted, target_low, target_high, figure, low, high)
    ratios = [value.as_integer_ratio() for value in figures]
    one = lcm(*(below for _, below in ratios))
    scaled = tuple(above * (one // below) for above, below in ratios)
    weight, claimed, point = _points(entry)
    days_low, days_high = entry.days or (0, 0)
    short = (
        OPERATORS.index(target.op),
        direction,
        target_state,
        state,
        entry.tier,
        free,
        entry.weight is not None,
        entry.claimed is not None,
        entry.days is not None,
        days_low,
        days_high,
    )
    return (one, *scaled, weight, claimed), point, short


def _target_state(target: Quantity) -> int:
    state = state_of(target)
    return WORDS if state == INAPPLICABLE or (state == INTERVAL and target.op != "between") else state


def _bounds(actual: Quantity) -> tuple[Decimal, Decimal, int]:
    """The interval of an actual, and which of its ends are free; a free end is given as the figure itself."""
    number, low, high = actual.number, actual.low, actual.high
    if number is None:
        return (low, high, 0) if low is not None and high is not None else (Decimal(0), Decimal(0), 0)
    if actual.op in ("≥", ">"):
        return number, number, FREE_HIGH
    if actual.op in ("≤", "<"):
        return number, number, FREE_LOW
    if actual.op == "=":
        return (number if low is None else low), (number if high is None else high), 0
    free = (FREE_LOW if low is None else 0) | (FREE_HIGH if high is None else 0)
    return (number if low is None else low), (number if high is None else high), free


def _target_ends(target: Quantity, wanted: Decimal) -> tuple[Fraction, Fraction]:
    """The ends of a range, or of the written precision of a figure that is to be equalled."""
    if target.op == "=" and target.number is not None:
        half = Fraction(target.scale, 2 * 10 ** max(target.places, 0))
        return Fraction(wanted) - half, Fraction(wanted) + half
    if target.op in ("between", "") and target.low is not None and target.high is not None:
        return Fraction(target.low), Fraction(target.high)
    return Fraction(wanted), Fraction(wanted)


def _points(entry: Entry) -> tuple[int, int, int]:
    """Weight and claim as integers and how many of those make a point."""
    weight = entry.weight if entry.weight is not None else Decimal(0)
    claimed = entry.claimed if entry.claimed is not None else Decimal(0)
    ratios = weight.as_integer_ratio(), claimed.as_integer_ratio()
    point = lcm(POINT, ratios[0][1], ratios[1][1])
    return ratios[0][0] * (point // ratios[0][1]), ratios[1][0] * (point // ratios[1][1]), point
