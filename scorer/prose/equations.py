"""What figures must satisfy: totals and quotients, each with the interval that its other figures leave for any one of them.

A figure stands for the interval of its written precision; money drops trailing zeros (14.6 beside 218.28 is 14.60), so the
finest place among figures of one kind counts for all of them. Everything is in base units: 元, 人, per cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from scorer.numbers.interval import Span, decimals, rounded, shown, span, written
from scorer.prose.outline import Stated

HUNDRED = Decimal(100)
WAN = Decimal(10000)


class Equation(Protocol):
    """One thing that some figures must satisfy together."""

    @property
    def figures(self) -> tuple[Stated, ...]: ...

    def holds(self) -> bool:
        """Whether the figures can satisfy it, each within its interval."""

    def needed(self, figure: Stated) -> Span | None:
        """What the other figures leave for this one; None where they leave nothing certain."""

    def words(self) -> str:
        """The computation with its result, for a message."""


def place_of(figures: Sequence[Stated]) -> Decimal:
    """The finest written place among figures of one kind; 0 where one is exact, and for amounts written in whole 万 only."""
    places = [figure.places for figure in figures]
    if figures[0].unit == "元":
        inexact = [place for place in places if place > 0]
        return min(inexact) if inexact else Decimal(0)
    return min(places, default=Decimal(0))


@dataclass(frozen=True, eq=False)
class Total:
    """A whole and its parts. Changes add up like levels, with their signs."""

    whole: Stated
    parts: tuple[Stated, ...]
    less: tuple[Stated, ...] = ()
    signs: bool = False

    @property
    def figures(self) -> tuple[Stated, ...]:
        return (self.whole, *self.parts, *self.less)

    def _value(self, figure: Stated) -> Decimal:
        return figure.signed if self.signs else figure.number

    @property
    def sum(self) -> Decimal:
        return sum(map(self._value, self.parts), Decimal(0)) - sum(map(self._value, self.less), Decimal(0))

    @property
    def slack(self) -> Decimal:
        """What rounding may leave: half a place for each figure."""
        place = place_of(self.figures)
        if self.whole.places > place and self.whole.unit == "元":
            return max(self.whole.places / 2, place * len(self.figures) / 2)
        return place * len(self.figures) / 2

    @property
    def difference(self) -> Decimal:
        return self.sum - self._value(self.whole)

    def holds(self) -> bool:
        return abs(self.difference) <= self.slack or (
            self.signs and abs(abs(self.sum) - self.whole.number) <= self.slack
        )

    @property
    def exact(self) -> bool:
        return self.difference == 0

    def needed(self, figure: Stated) -> Span | None:
        value = self._value(figure)
        if figure is self.whole:
            value = self.sum
        elif figure in self.less:
            value = value + self.difference
        else:
            value = value - self.difference
        if self.signs:
            value = abs(value)
        return Span(value, value) if value > 0 else None

    def words(self) -> str:
        unit = scale_of(self.whole)
        terms = " + ".join(number_words(part, unit) for part in self.parts).replace("+ -", "− ")
        if self.signs:
            terms = " ".join(f"{'−' if part.signed < 0 else '+'} {number_words(part, unit)}" for part in self.parts)
        terms += "".join(f" − {number_words(part, unit)}" for part in self.less)
        if len(self.parts) == 1 and not self.less:
            terms = "分项之和"
        return f"{terms.removeprefix('+ ')} = {shown(self.sum, unit)}{unit_words(self.whole)}"


@dataclass(frozen=True, eq=False)
class Quotient:
    """A printed percentage of one amount in another: share, rate of completion, rate of a change.

    `above` and `below` are sums of figures with signs: growth from what was before is (now − before) ÷ before.
    """

    rate: Stated
    above: tuple[tuple[int, Stated], ...]
    below: tuple[tuple[int, Stated], ...]
    down: bool = False

    @property
    def figures(self) -> tuple[Stated, ...]:
        listed = [figure for _, figure in (*self.above, *self.below)]
        return (*dict.fromkeys(listed), self.rate)

    def _sum(self, terms: Sequence[tuple[int, Stated]]) -> Decimal:
        return sum((sign * figure.number for sign, figure in terms), Decimal(0))

    @property
    def value(self) -> Decimal | None:
        """The quotient in the unit of the printed rate, None where nothing can be divided by."""
        below = self._sum(self.below)
        if below <= 0:
            return None
        return self._sum(self.above) / below * _unit_of_rate(self.rate)

    @property
    def slack(self) -> Decimal:
        """How far the quotient may be off because its figures are rounded."""
        below, value = self._sum(self.below), self.value
        if below <= 0 or value is None:
            return Decimal(0)
        amounts = [figure for _, figure in (*self.above, *self.below)]
        place = place_of(amounts)
        if place >= WAN:
            place = Decimal(0)
        return place / 2 * (abs(value) + _unit_of_rate(self.rate)) * max(1, len(amounts) - 1) / below

    def holds(self) -> bool:
        printed, value = span(self.rate.mention.quantity), self.value
        if printed is None or value is None:
            return False
        return printed.low - self.slack <= value <= printed.high + self.slack

    def needed(self, figure: Stated) -> Span | None:
        value = self.value
        if figure is self.rate:
            half = figure.places / 2
            return None if value is None or value < 0 else Span(value - self.slack - half, value + self.slack + half)
        printed = span(self.rate.mention.quantity)
        if printed is None or printed.low <= 0:
            return None
        ends = [self._solve(figure, rate / _unit_of_rate(self.rate)) for rate in (printed.low, printed.high)]
        known = sorted(end for end in ends if end is not None and end > 0)
        return Span(known[0], known[1]) if len(known) == 2 else None

    def _solve(self, figure: Stated, rate: Decimal) -> Decimal | None:
        """above = rate × below, solved for one figure; both sides are linear in it."""
        inside = Decimal(sum(sign for sign, one in self.above if one is figure)) - rate * sum(
            sign for sign, one in self.below if one is figure
        )
        rest = self._sum([term for term in self.above if term[1] is not figure]) - rate * self._sum(
            [term for term in self.below if term[1] is not figure]
        )
        return None if inside == 0 else -rest / inside

    def words(self) -> str:
        value = self.value
        unit = scale_of(self.below[0][1])
        result = (
            ""
            if value is None
            else f" = {rounded(value, max(2, rate_places(self.rate)))}{self.rate.mention.quantity.unit}"
        )
        return f"{_terms(self.above, unit)} ÷ {_terms(self.below, unit)}{result}"


@dataclass(frozen=True, eq=False)
class Direction:
    """A change and its rate, which must go the same way."""

    change: Stated
    rate: Stated

    @property
    def figures(self) -> tuple[Stated, ...]:
        return (self.change, self.rate)

    def holds(self) -> bool:
        return self.change.up is self.rate.up

    def needed(self, figure: Stated) -> Span | None:
        return None

    def words(self) -> str:
        ways = {True: "增", False: "减", None: ""}
        amount, rate = self.change.mention.quote, self.rate.mention.quote
        return f"增减额 {amount} 为{ways[self.change.up]}，增减率 {rate} 为{ways[self.rate.up]}，方向相反"


def _terms(terms: Sequence[tuple[int, Stated]], unit: Decimal) -> str:
    if len(terms) == 1:
        return terms[0][1].mention.quote
    text = " ".join(f"{'+' if sign > 0 else '−'} {number_words(figure, unit)}" for sign, figure in terms)
    return f"（{text.removeprefix('+ ')}）"


def _unit_of_rate(rate: Stated) -> Decimal:
    return {"‰": Decimal(1000), "‱": WAN}.get(rate.mention.quantity.unit, HUNDRED)


def rate_places(rate: Stated) -> int:
    own = written(rate.mention.quantity)
    return decimals(own[0]) if own else 0


def scale_of(figure: Stated) -> Decimal:
    """The factor of the unit that a figure is written in: 10000 for 万元."""
    parts = written(figure.mention.quantity)
    return parts[1] if parts and parts[1] else Decimal(1)


_SCALES = {WAN: "万", Decimal(10) ** 8: "亿", Decimal(1000): "千", Decimal(1000000): "百万"}


def unit_words(figure: Stated) -> str:
    """The unit of a figure as a message names it: 万元, 元, 人."""
    return f"{_SCALES.get(scale_of(figure), '')}{figure.mention.quantity.unit.split('/')[0]}"


def number_words(figure: Stated, unit: Decimal) -> str:
    """A figure in the unit of the whole that it is added to."""
    own = written(figure.mention.quantity)
    return f"{own[0]:f}" if own and own[1] == unit else shown(figure.number, unit)
