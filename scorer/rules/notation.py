"""Figures as the derivations print them: in the form's own scale, exact where they can be."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from scorer.rules.answers import FORWARD, REVERSE, Entry, direction_of

if TYPE_CHECKING:
    from scorer.numbers.quantity import Quantity

SCALES: Final = {1: "", 1000: "千", 10_000: "万", 10**6: "百万", 10**7: "千万", 10**8: "亿"}
MOST_DECIMALS: Final = 6


def plain(value: Decimal | Fraction | int) -> str:
    """A figure without exponent and without trailing zeros; six decimals, rounded half-up, where it does not end."""
    if isinstance(value, Decimal) and -MOST_DECIMALS <= _exponent(value) <= 0:
        text = f"{value:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text if text != "-0" else "0"
    ratio = Fraction(value)
    sign, ratio = ("-" if ratio < 0 else ""), abs(ratio)
    places = next((n for n in range(MOST_DECIMALS + 1) if 10**n % ratio.denominator == 0), MOST_DECIMALS)
    digits = str(_half_up(ratio * 10**places))
    if not places:
        return sign + digits
    digits = digits.zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 1


def percent(share: Fraction, weight: Decimal | None = None) -> str:
    """A share as a percentage, half-up: 62.70%.

    Two places, or as many more (up to six) as it takes for `weight` × the printed percentage to give the same points:
    who checks with a calculator finds the printed figure.
    """
    above, below = share.numerator, share.denominator  # in integers: fractions would be reduced at every step
    whole, part = (weight or Decimal(0)).as_integer_ratio()
    exact = (200 * whole * above + part * below) // (2 * part * below)
    for places in range(2, MOST_DECIMALS + 1):
        unit = 100 * 10**places
        rounded = (2 * above * unit + below) // (2 * below)
        if (200 * whole * rounded + part * unit) // (2 * part * unit) == exact:
            break
    return f"{rounded // 10**places}.{rounded % 10**places:0{places}d}%"


def _half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def rate(share: Fraction) -> str:
    """A share of the set as it was written: 80%, 72.74%."""
    return plain(share * 100) + "%"


def points(value: Decimal | None) -> str:
    """Points with at least two places: 3.00, 3.335."""
    text = plain(Decimal(0) if value is None else value)
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


def figures(entry: Entry) -> tuple[str, str]:
    """Target and actual in one scale: ("500", "709"), ("90万元", "86.5万元"), ("95%", "93.2%")."""
    target, actual = entry.target, entry.actual
    scale = target.scale if target.scale in SCALES and target.scale > 1 else actual.scale
    unit = target.unit or actual.unit
    return tuple(_figure(quantity, scale, unit) for quantity in (target, actual))  # type: ignore[return-value]


def _figure(quantity: Quantity, scale: int, unit: str) -> str:
    if quantity.number is None:
        if quantity.low is not None and quantity.high is not None:
            return f"{_scaled(quantity.low, scale, unit)}～{_scaled(quantity.high, scale, unit)}"
        return quantity.text.strip()
    return _scaled(quantity.number, scale, unit)


def _scaled(number: Decimal, scale: int, unit: str) -> str:
    named = SCALES.get(scale, "")
    if unit in ("%", "‰", "‱"):
        return plain(number) + unit
    return plain(Fraction(number) / scale) + named + unit if named else plain(number)


def meeting(entry: Entry) -> tuple[bool, str]:
    """Does the figure reach the target, and both with the sign between them: (True, "709 ≥ 500")."""
    target, actual = figures(entry)
    low, high = entry.target.low, entry.target.high
    reverse = direction_of(entry) == REVERSE
    strict = entry.target.op in (">", "<")
    number = entry.actual.number
    if number is None:
        number = entry.actual.high if reverse else entry.actual.low
    if number is None:
        return False, f"{actual} 与 {target}"
    if entry.target.number is None:
        if low is None or high is None:
            return False, f"{actual} 与 {target}"
        within = low <= number <= high
        return within, f"{actual} {'在' if within else '不在'} {target} 之内"
    wanted = entry.target.number
    met = (number < wanted if reverse else number > wanted) or (number == wanted and not strict)
    if direction_of(entry) not in (FORWARD, REVERSE):
        met = number == wanted
    if number == wanted:
        sign = "=" if strict or entry.target.op not in ("≥", "≤") else entry.target.op
    else:
        sign = ("<" if number < wanted else ">") if strict or not met else ("≤" if number < wanted else "≥")
    return met, f"{actual} {sign} {target}"


def ratio_of(entry: Entry) -> tuple[Fraction, str] | None:
    """The completion ratio with its division: (r, "770 ÷ 1228 = 62.70%"); None where nothing positive divides."""
    target, actual = figures(entry)
    if entry.actual.number is None or entry.target.number is None:
        return None
    part, whole = Fraction(entry.actual.number), Fraction(entry.target.number)
    if direction_of(entry) == REVERSE:
        part, whole, target, actual = whole, part, actual, target
    if whole <= 0:
        return None
    share = max(part / whole, Fraction(0))
    return share, f"{actual} ÷ {target} = {percent(share, entry.weight)}"
