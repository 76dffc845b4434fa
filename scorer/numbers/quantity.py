"""Quantities: what a target, an actual or a sentence says in figures.

`parse_quantity` reads one cell or short phrase, `find_quantities` all quantities of a running text. Both fold the forms
of characters one to one (`numerals.fold`), let one compiled pattern find every figure with what follows it (unit, 余,
以上 …), look back for what precedes it (≥, 不超过, 约, −, 第 …) in tables keyed by the last character, join ranges, and keep
what is a quantity. The cell differs in that blanks are dropped, bare figures count, any short word may be a unit, and
that at most one quantity may remain.

Conventions: numbers are in the base unit (万元 → 元, 3.3万人 → 33000 人); % stays %, 5个百分点 is no %; `op` is "" for verbs like
达到; dates, ordinals, numbering, codes and damaged figures are no quantities, since a wrong number is worse than none.
`low` and `high` are the interval that the written form leaves:

- op "": half a unit of the last written place (47.30万元 → 472950 … 473050);
- 余, 多, 几: up to one unit of the last non-zero place more; 近: the same downwards; 约, 左右: half of it both ways;
- ≥ > ≤ < =: the bound is exact, low = number = high;
- between: the ends. 数十, 上下 without a figure: the interval, number None.

Every pattern is linear: repetitions are possessive or bounded.
"""

from __future__ import annotations

import re
from decimal import Decimal

from scorer.memory import remembered
from scorer.numbers.numerals import EXACT, MAXIMUM_NUMERAL, TOO_LONG, fold, unit_of_last_place
from scorer.numbers.periods import parse_period
from scorer.numbers.reading import HALF_PLACE, Figure, figures, read_header_unit, shift
from scorer.numbers.units import dimension, same_unit, unit_key
from scorer.value import value

__all__ = [
    "Quantity",
    "dimension",
    "find_quantities",
    "parse_period",
    "parse_quantity",
    "same_unit",
    "unit_key",
]


@value()
class Quantity:
    """One quantity as written. `kind`: quantity, range, date, qualitative, empty, several, malformed.

    `number` is exact, in the base unit, None for a range and wherever no figure is said. `text` is the passage,
    `start` and `end` its offsets. `places` counts the decimals as written, `scale` is the factor that the
    writing had (10000 for 万): 3.30万元 has number 33000, places 2, scale 10000.
    """

    op: str
    number: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    text: str
    start: int = 0
    end: int = 0
    kind: str = "quantity"
    places: int = 0
    scale: int = 1


_EMPTY = frozenset(["", "/", "//", "\\", "-", "--", "—", "——", "–", "*", "**", "***", "、", ".", "…", "……"])
# C30, DN200, GB3838-2002: a grade or a standard, no figure; O, I and l are looked upon as digits that were mistyped.
_CODE = re.compile(r"[A-HJ-NP-Z]{1,4}[ ]?(?:/T[ ]?)?[0-9]{1,5}(?:[-./][0-9]{1,4})?(?:以上|及以上)?[级型类]?")
_EMPTY_WORDS = frozenset(["无", "暂无", "空", "未填", "不适用", "N/A", "NA", "n/a"])
_NUMBERING = re.compile(
    r"(?m)^[ ]*(?:\(?[0-9]{1,2}[)、](?=[ ]*\S)|[0-9]{1,2}\.(?=[ ]*[^0-9 \n])"
    r"|\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}、)"
)
_LABEL = re.compile(r"(?:指标|目标|任务|项目)[ ]?[0-9一二三四五六七八九十]{1,2}[:、.](?![0-9]+[:])")
# A mask in place of a figure, in brackets beside the real one or alone.
_MASK_IN_BRACKETS = re.compile(r"\([^()0-9]{0,12}(?:\*+|[×xX]{2,}|_{2,})[^()0-9]{0,12}\)")
_MASK = re.compile(r"\*|[Xx×]{2,}|[Xx×](?=[%户人个元万公米])|_{2,}|[≥≤<>=]|□")
_DATE = re.compile(
    r"[0-9一二三四五六七八九十〇]{1,4}[年月]|季度|[0-9]{4}[-./][0-9]{1,2}|[上下]半年|年[底末初]|全年|月[底末初]|\b(?:19|20)[0-9]{6}\b"
)
# 2022-06-30, 2022/6/30, 20220630: figures with marks, but one date.
_NUMERIC_DATE = re.compile(
    r"(?<![0-9.])(?:19|20)[0-9]{2}([-./])(?:0?[1-9]|1[0-2])\1[0-3]?[0-9](?![0-9])"
    r"|\A\s*(?:19|20)[0-9]{2}[-/](?:0[1-9]|1[0-2])\s*\Z"
    r"|\A\s*(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])\s*\Z"
)
_BLANK = re.compile(r"\s+")
_GLUE = re.compile(r"(?<![0-9A-Za-z.,%])\s+|\s+(?![0-9A-Za-z])")


def find_quantities(text: str) -> list[Quantity]:
    """All quantities of a running text in their order; `text[q.start:q.end] == q.text`."""
    return list(_found(text))


@remembered
def _found(text: str) -> tuple[Quantity, ...]:
    return tuple([_quantity(figure, text) for figure in figures(fold(text)) if figure.accepted])


@remembered
def parse_quantity(text: str, unit: str = "") -> Quantity:
    """The one quantity that a cell or short phrase says; `kind` tells why where there is none.

    `unit` is the unit of the column (万元, （万元）, %), taken only where the text has no unit of its own.
    """
    folded = fold(text)
    bare = folded.strip()
    if bare in _EMPTY or bare in _EMPTY_WORDS:
        start = len(folded) - len(folded.lstrip()) if bare else 0
        return _nothing("empty", text, start, start + len(bare))
    if _CODE.fullmatch(bare):
        return _nothing("qualitative", text)
    masked = _blanked(_MASK_IN_BRACKETS, _blanked(_LABEL, _blanked(_NUMBERING, folded)))
    if not masked.strip():
        masked = folded
    masked = _blanked(_NUMERIC_DATE, masked)
    compact, places = _without_blanks(masked)
    if len(compact) > MAXIMUM_NUMERAL and TOO_LONG.search(compact):
        return _nothing("malformed", text)
    found = figures(compact, cell=True)
    accepted = [figure for figure in found if figure.accepted]
    strong = [figure for figure in accepted if not figure.weak] or accepted
    if len(strong) == 1 and not _is_damaged(strong[0], compact):
        return _placed(strong[0], text, places, unit)
    if strong:
        return _nothing("several" if len(strong) > 1 else "malformed", text)
    if any(figure.damaged for figure in found) or (not found and _MASK.search(compact)):
        return _nothing("malformed", text)
    if any(figure.date for figure in found) or _DATE.search(folded):
        return _nothing("date", text)
    return _nothing("qualitative", text)


def _nothing(kind: str, text: str, start: int = 0, end: int | None = None) -> Quantity:
    end = len(text) if end is None else end
    return Quantity("", None, None, None, "", text[start:end], start, end, kind)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """What matches becomes blanks, so that offsets hold."""
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _without_blanks(text: str) -> tuple[str, list[int] | None]:
    """Blanks inside phrases dropped (75 平 方 米), kept between two figures; → the rest, and where each character stood."""
    if _BLANK.search(text) is None:
        return text, None
    kept: list[int] = []
    at = 0
    for match in _GLUE.finditer(text):
        kept.extend(range(at, match.start()))
        at = match.end()
    kept.extend(range(at, len(text)))
    return "".join([text[place] for place in kept]), kept


def _is_damaged(figure: Figure, compact: str) -> bool:
    """1223.38. as a whole cell, 100.%: a point that belongs to the figure and to no number."""
    return not figure.unit and compact.startswith(".", figure.end) and (
        figure.place < 0 or compact.startswith(("%", "万", "亿"), figure.end + 1)
    )


def _placed(figure: Figure, text: str, places: list[int] | None, unit: str) -> Quantity:
    """A figure of a cell: offsets into the text as given, and the unit of the column where it has none."""
    if unit and not figure.unit:
        header = read_header_unit(fold(unit))
        if header is not None:
            figure.unit, exponent = header
            shift(figure, exponent)
            figure.scale += exponent
    if places is not None and figure.end > figure.start:
        figure.start, figure.end = places[figure.start], places[figure.end - 1] + 1
    return _quantity(figure, text)


def _quantity(figure: Figure, text: str) -> Quantity:
    """The figure as it is given out, with the interval that it leaves."""
    op, number, low, high = figure.op, figure.number, figure.low, figure.high
    kind = "quantity"
    if op == "±":
        op = "between"
        if number is not None:
            low, high, number = EXACT.minus(number), number, None
    if op == "between":
        kind = "range"
    elif low is None and number is not None:
        if op or figure.exact:
            low = high = number
        elif figure.approximate:
            step = unit_of_last_place(number)
            if figure.approximate == "近":
                low, high = EXACT.subtract(number, step), number
            else:
                half = EXACT.multiply(step, HALF_PLACE[0])
                low, high = EXACT.subtract(number, half), EXACT.add(number, half)
        else:
            half = HALF_PLACE[figure.place]
            low, high = EXACT.subtract(number, half), EXACT.add(number, half)
    scale = figure.scale if figure.scale > 0 else 0
    return Quantity(
        op,
        number,
        low,
        high,
        figure.unit,
        text[figure.start : figure.end],
        figure.start,
        figure.end,
        kind,
        scale - figure.place if scale > figure.place else 0,
        10**scale,
    )
