"""What a written figure can stand for: the interval of its written precision, and how such intervals are compared.

19.7万 stands for 19.65万…19.75万, 41% for 40.5%…41.5%, 600余 for 600…700. A count of things that is written out (38人) and
an amount written in yuan are exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from scorer.numbers.quantity import Quantity

_LOOSE = re.compile(r"[余多几约近]|左右|上下|大概|接近|不足|将近|以上|以下|以内")
_SHARES = frozenset(("%", "‰", "‱", "个百分点"))


class Span(NamedTuple):
    """The closed interval of what a figure can stand for, in base units."""

    low: Decimal
    high: Decimal

    def meets(self, other: Span) -> bool:
        return self.low <= other.high and other.low <= self.high

    def __add__(self, other: tuple[Decimal, ...]) -> Span:  # type: ignore[override]
        return Span(self.low + other[0], self.high + other[1])

    def minus(self, other: Span) -> Span:
        return Span(self.low - other.high, self.high - other.low)

    def times(self, other: Span) -> Span:
        """The product; both intervals are of figures that are not negative."""
        return Span(self.low * other.low, self.high * other.high)

    def over(self, other: Span) -> Span | None:
        """The quotient, None when the divisor can be zero."""
        if other.low <= 0:
            return None
        return Span(self.low / other.high, self.high / other.low)


def written(quantity: Quantity) -> tuple[Decimal, Decimal] | None:
    """A figure as written and the scale to its base unit: 218.28万元 → (218.28, 10000). None where no figure stands."""
    if quantity.number is None:
        return None
    scale = Decimal(quantity.scale)
    return (quantity.number / scale).quantize(Decimal(1).scaleb(-quantity.places)), scale


def decimals(figure: Decimal) -> int:
    exponent = figure.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def step(quantity: Quantity) -> Decimal | None:
    """One unit of the last written place, in base units; 0 for an exact count or an amount in yuan."""
    parts = written(quantity)
    if parts is None:
        return None
    figure, scale = parts
    if quantity.text.endswith("成") and quantity.unit == "%":
        return Decimal(10)
    places = decimals(figure)
    if scale == 1 and quantity.unit not in _SHARES and (places == 0 or quantity.unit == "元"):
        return Decimal(0)
    return Decimal(1).scaleb(-places) * scale


def loose(quantity: Quantity) -> bool:
    """Whether the figure is said to be approximate or a bound: 600余, 约30, 不少于5."""
    return quantity.op != "" or _LOOSE.search(quantity.text) is not None


def span(quantity: Quantity, precision: Decimal | None = None) -> Span | None:
    """The interval of a figure; None when an end is open or there is no figure.

    `precision` replaces the unit of the last written place (money drops trailing zeros: 14.6 beside 218.28 is 14.60).
    """
    if loose(quantity):
        if quantity.low is None or quantity.high is None or quantity.op not in ("", "=", "between"):
            return None
        return Span(quantity.low, quantity.high)
    number = quantity.number
    if number is None:
        return None
    size = precision if precision is not None else step(quantity)
    half = (size or Decimal(0)) / 2
    return Span(number - half, number + half)


def beyond(quantity: Quantity) -> Span | None:
    """What a figure with one open end leaves, up to a thousand times it: 超40%, 80%以上, 不足三成. None for other figures."""
    number = quantity.number
    if number is None or number <= 0 or not quantity.op or quantity.op not in "≥>≤<":
        return None
    return Span(number, number * 1000) if quantity.op in "≥>" else Span(number / 2, number)


def near(quantity: Quantity, value: Decimal, part: Decimal) -> bool:
    """Whether a value is so close to an approximate figure that nobody would object: within a part of it beyond its interval."""
    bounds = span(quantity) or beyond(quantity)
    if bounds is None or quantity.number is None:
        return True
    slack = abs(quantity.number) * part
    return bounds.low - slack <= value <= bounds.high + slack


def finest(quantities: Iterable[Quantity]) -> Decimal | None:
    """The finest written place of figures of one kind; None when none has digits. Exact ones do not count."""
    sizes = [size for size in map(step, quantities) if size is not None]
    inexact = [size for size in sizes if size > 0]
    return min(inexact) if inexact else (Decimal(0) if sizes else None)


def shown(number: Decimal, scale: Decimal = Decimal(1)) -> str:
    """A figure in messages: exact, without superfluous zeros, in the unit that `scale` stands for."""
    value = number / scale
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(number: Decimal, places: int) -> str:
    """A recomputed figure for a message, half-up to `places`."""
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
