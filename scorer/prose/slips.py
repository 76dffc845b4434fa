"""Slips of the pen: which small mistake turns the figure that is needed into the one that is printed.

That the printed figures would fit after one such slip is what tells a wrong figure from a wrong reading. Among many figures
something always fits by chance, so a slip only counts where what the other figures leave is narrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations, pairwise

from scorer.numbers.interval import Span, written
from scorer.prose.outline import Stated

NARROW = Decimal("0.002")
"""Width of what is needed, as a part of the figure, up to which a changed digit says something: about forty variants of a
figure are looked at, so that four in a hundred would fit by chance at twice this width."""

WIDE = Decimal("0.006")
"""The same for what has few variants: digits that changed places, a decimal point, a unit, a figure repeated."""

SWAPPED, DIGIT, POINT, UNIT, REPEATED, CUT = (
    "两处数字次序颠倒", "一位数字写错", "小数点错位", "单位写错", "与旁边的数重复", "只写了约数",
)  # fmt: skip


def slip(figure: Stated, needed: Span, beside: Iterable[Stated] = ()) -> str:
    """The small mistake by which the figure was printed instead of one that is needed, in words; "" where none is.

    `beside` are the figures that may have been copied in its place.
    """
    own = written(figure.mention.quantity)
    if own is None or figure.number == 0 or needed.low <= 0:
        return ""
    digits, scale = own
    width = (needed.high - needed.low) / figure.number
    for name, limit, variants in (
        (SWAPPED, WIDE, _swapped(digits)),
        (POINT, WIDE, _shifted(digits)),
        (SWAPPED, NARROW, _exchanged(digits)),
        (DIGIT, NARROW, _changed(digits)),
    ):
        if width <= limit and any(needed.low <= variant * scale <= needed.high for variant in variants):
            return name
    if (
        figure.unit == "元"
        and width <= WIDE
        and any(needed.low <= digits * unit <= needed.high for unit in (1, 10000, 10**8) if unit != scale)
    ):
        return UNIT
    if (
        width <= WIDE
        and _significant(digits) >= 2
        and any(other is not figure and other.number == figure.number and other.unit == figure.unit for other in beside)
    ):
        return REPEATED
    if width <= NARROW and _cut(digits * scale, needed, scale):
        return CUT
    return ""


def _text(digits: Decimal) -> str:
    return f"{digits:f}"


def _significant(digits: Decimal) -> int:
    return len(_text(digits).replace(".", "").strip("0"))


def _swapped(digits: Decimal) -> Iterator[Decimal]:
    text = _text(digits)
    at = [index for index, character in enumerate(text) if character.isdigit()]
    if len(at) < 2:
        return
    for first, second in pairwise(at):
        if text[first] != text[second]:
            yield Decimal(text[:first] + text[second] + text[first + 1 : second] + text[first] + text[second + 1 :])


def _exchanged(digits: Decimal) -> Iterator[Decimal]:
    """Any two digits that changed places, for figures of three to six."""
    text = _text(digits)
    at = [index for index, character in enumerate(text) if character.isdigit()]
    if not 3 <= len(at) <= 6:
        return
    for first, second in combinations(at, 2):
        if text[first] != text[second]:
            yield Decimal(text[:first] + text[second] + text[first + 1 : second] + text[first] + text[second + 1 :])


def _changed(digits: Decimal) -> Iterator[Decimal]:
    text = _text(digits)
    if _significant(digits) < 3:
        return
    for index, character in enumerate(text):
        if character.isdigit():
            for digit in "0123456789":
                if digit != character:
                    yield Decimal(text[:index] + digit + text[index + 1 :])


def _shifted(digits: Decimal) -> Iterator[Decimal]:
    if _significant(digits) >= 2:
        for shift in (-2, -1, 1, 2):
            yield digits.scaleb(shift)


def _cut(printed: Decimal, needed: Span, scale: Decimal) -> bool:
    """The needed figure, rounded to fewer places, is the printed one."""
    middle = (needed.low + needed.high) / 2 / scale
    own = printed / scale
    exponent = own.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or _significant(own) < 2:
        return False
    return middle != own and middle.quantize(Decimal(1).scaleb(exponent), "ROUND_HALF_UP") == own
