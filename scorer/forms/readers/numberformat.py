"""What a person sees in a spreadsheet cell: a stored number and its number format, as text.

`display(Decimal("0.95"), "0.00%")` is "95.00%". Rounding is half away from zero on at most 15 significant digits, as
spreadsheet programs do. A format that is not understood shows the number itself, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

GENERAL = "General"

_ACCOUNTING = '_ * #,##0{0}_ ;_ * -#,##0{0}_ ;_ * "-"{1}_ ;_ @_ '
BUILTIN: dict[int, str] = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"¥"#,##0;"¥"-#,##0', 6: '"¥"#,##0;"¥"-#,##0', 7: '"¥"#,##0.00;"¥"-#,##0.00', 8: '"¥"#,##0.00;"¥"-#,##0.00',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: 'AM/PMh"时"mm"分"', 35: 'AM/PMh"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: _ACCOUNTING.format("", ""), 42: _ACCOUNTING.format("", ""),
    43: _ACCOUNTING.format(".00", "??"), 44: _ACCOUNTING.format(".00", "??"),
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "##0.0E+0", 49: "@",
    50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"', 55: 'AM/PMh"时"mm"分"',
    56: 'AM/PMh"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
"""Formats that files only name by number, as a Chinese installation shows them (ECMA-376 part 1, 18.8.30)."""

FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP)
WIDE = Context(prec=330, rounding=ROUND_HALF_UP)
GENERAL_DIGITS = 10
"""Digits that General shows of a number with a long fraction."""

_TOKEN = re.compile(
    r'"([^"]*)"'  # quoted words
    r"|\\(.)|[_*](.)"  # one escaped character; a space as wide as a character; a character that fills the cell
    r"|\[([^\]]*)\]"  # colour, condition, currency, elapsed time
    r"|(General|G/通用格式|AM/PM|A/P|上午/下午|[yY]+|[mM]+|[dD]+|[hH]+|[sS]+|a{3,4}|[eE][+-]?|[0#?]|[.,%;/@])"
    r"|(.)",
    re.DOTALL | re.IGNORECASE,
)
_DATE_LETTERS = frozenset("ymdhs")
_WEEKDAYS = "一二三四五六日"
_RESIDUE = re.compile(r"(-?\d+\.\d{0,6}?)(?:0{5,}|9{5,})\d*")


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str  # text, digit, point, comma, percent, date, elapsed, exponent, at, general, slash
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    parts: tuple[_Part, ...]
    condition: str

    def has(self, *kinds: str) -> bool:
        return any(part.kind in kinds for part in self.parts)


def stored_number(text: str | float) -> Decimal | None:
    """The number that a file stores, exactly: the shortest decimal that gives the same double; None if it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    if value != value or value in (float("inf"), float("-inf")):
        return None
    number = Decimal(repr(value))
    return Decimal(int(value)) if abs(value) < 1e16 and value.is_integer() else number


def without_residue(number: Decimal) -> Decimal:
    """A decimal fraction freed from what binary arithmetic left behind it: 0.150000005960464 is 0.15.

    Single precision leaves five zeros or nines and then noise (0.0900000762939453, a published 9%). Only numbers with
    14 digits or more are looked at: nobody types those.
    """
    if len(number.as_tuple().digits) < 14:
        return number
    text = format(number, "f")
    match = _RESIDUE.fullmatch(text)
    if not match:
        return number
    places = len(match[1].partition(".")[2])
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE).normalize(WIDE)


def general(number: Decimal) -> str:
    """A number without format: integers plain, fractions as stored, computed ones cut to ten digits."""
    cleaned = without_residue(number)
    digits = cleaned.as_tuple().digits
    exponent = cleaned.as_tuple().exponent
    if isinstance(exponent, int) and exponent < 0 and len(digits) > 12:
        integers = max(cleaned.adjusted() + 1, 0)
        places = max(GENERAL_DIGITS - integers, 2) if cleaned.adjusted() >= 0 else GENERAL_DIGITS - 1
        cleaned = cleaned.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE)
    if abs(cleaned.adjusted()) > 30:
        return f"{FIFTEEN.plus(cleaned):E}"
    text = format(cleaned, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def display(number: Decimal, code: str, epoch_1904: bool = False) -> str:
    """The text that format `code` shows for `number`, dates counted in days from 1900 (or 1904)."""
    if code == GENERAL or code == "@" or not code or number.adjusted() > 30:
        return general(number)
    sections = _sections(code)
    section, shown = _choose(sections, number)
    if section is None:
        return general(number)
    if section.has("date", "elapsed"):
        return _date(number, section, epoch_1904)
    return _number(shown, section)


@lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    parts: list[_Part] = []
    condition = ""
    for quoted, escaped, padding, bracket, token, other in _TOKEN.findall(code[:512]):
        if token == ";":
            sections.append(_Section(tuple(parts), condition))
            parts, condition = [], ""
        elif token:
            parts.append(_Part(*_kind(token)))
        elif bracket:
            if bracket[0] in "<>=":
                condition = bracket
            elif bracket.startswith("$"):
                parts.append(_Part("text", bracket[1:].partition("-")[0]))
            elif set(bracket.lower()) <= {"h"} or set(bracket.lower()) <= {"m"} or set(bracket.lower()) <= {"s"}:
                parts.append(_Part("elapsed", bracket.lower()))
        elif padding:
            continue  # room for alignment, no text
        elif quoted or escaped or other:
            parts.append(_Part("text", quoted or escaped or other))
    sections.append(_Section(tuple(parts), condition))
    return tuple(sections)


def _kind(token: str) -> tuple[str, str]:
    lower = token.lower()
    if lower in ("general", "g/通用格式"):
        return "general", token
    if lower in ("am/pm", "a/p", "上午/下午") or lower[0] in _DATE_LETTERS or lower.startswith("aaa"):
        return "date", lower
    if lower[0] == "e":
        return ("exponent", token) if len(token) > 1 else ("text", token)
    kinds = {".": "point", ",": "comma", "%": "percent", "/": "slash", "@": "at"}
    return kinds.get(token, "digit"), token


def _choose(sections: tuple[_Section, ...], number: Decimal) -> tuple[_Section | None, Decimal]:
    """The section that applies and the number as it shows it (a section for negatives writes the sign itself)."""
    conditioned = [section for section in sections if section.condition]
    if conditioned:
        for section in sections:
            if not section.condition or _meets(number, section.condition):
                return section, number
        return None, number
    if len(sections) == 1 or (len(sections) == 2 and number == 0) or number > 0:
        return sections[0], number
    if number < 0:
        return sections[1], -number
    return sections[2], number


def _meets(number: Decimal, condition: str) -> bool:
    match = re.fullmatch(r"(<=|>=|<>|<|>|=)(-?\d{1,15}(?:\.\d{1,15})?)", condition.replace(" ", ""))
    if not match:
        return False
    bound = Decimal(match[2])
    return {
        "<": number < bound, ">": number > bound, "=": number == bound,
        "<=": number <= bound, ">=": number >= bound, "<>": number != bound,
    }[match[1]]  # fmt: skip


def _number(number: Decimal, section: _Section) -> str:
    parts = section.parts
    if section.has("general") or section.has("at"):
        return "".join(part.text if part.kind == "text" else general(number) for part in parts if part.kind in _SHOWN)
    digits = [index for index, part in enumerate(parts) if part.kind in ("digit", "point")]
    if not digits:
        return "".join(part.text for part in parts if part.kind in ("text", "percent", "slash"))
    first, last = digits[0], digits[-1]
    middle = parts[first : last + 1]
    if any(part.kind in ("text", "percent", "slash") for part in middle) or section.has("exponent"):
        return general(number)
    value = number.scaleb(2 * sum(part.kind == "percent" for part in parts))
    rest = last + 1
    while rest < len(parts) and parts[rest].kind == "comma":
        value = value.scaleb(-3)  # a comma behind the digits shows thousands
        rest += 1
    body = _digits(without_residue(value), middle)
    head = "".join(part.text for part in parts[:first] if part.kind != "comma")
    tail = "".join(part.text for part in parts[rest:] if part.kind != "comma")
    sign = "-" if body.startswith("-") else ""
    return f"{sign}{head}{body.removeprefix('-')}{tail}".strip()


_SHOWN = frozenset({"text", "general", "at", "percent", "slash"})


def _digits(value: Decimal, middle: tuple[_Part, ...]) -> str:
    """The digits as `0.0#`, `#,##0.00` and the like ask for them."""
    whole: list[str] = []
    fraction: list[str] = []
    side = whole
    for part in middle:
        if part.kind == "point":
            side = fraction
        elif part.kind == "digit":
            side.append(part.text)
    grouped = any(part.kind == "comma" for part in middle)
    rounded = FIFTEEN.plus(value).quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP, WIDE)
    text = format(abs(rounded), ",f" if grouped else "f")
    integers, _, decimals = text.partition(".")
    required = max((index + 1 for index, mark in enumerate(fraction) if mark == "0"), default=0)
    while len(decimals) > required and decimals.endswith("0"):
        decimals = decimals[:-1]
    integers = integers.rjust(whole.count("0"), "0")
    if integers == "0" and "0" not in whole:
        integers = ""
    body = f"{integers}.{decimals}" if decimals else integers
    return f"-{body}" if rounded < 0 else body


def _date(number: Decimal, section: _Section, epoch_1904: bool) -> str:
    moment = moment_of(number, epoch_1904)
    if moment is None:
        return general(number)
    halves = any(part.text in ("am/pm", "a/p", "上午/下午") for part in section.parts)
    shown: list[str] = []
    previous = ""
    letters = [part.text[0] if part.kind in ("date", "elapsed") else "" for part in section.parts]
    for index, part in enumerate(section.parts):
        if part.kind == "elapsed":
            hours = number * 24
            scale = {"h": 1, "m": 60, "s": 3600}[part.text[0]]
            shown.append(str(int(hours * scale)).rjust(len(part.text), "0"))
        elif part.kind == "date":
            following = next((letter for letter in letters[index + 1 :] if letter), "")
            minutes = part.text[0] == "m" and len(part.text) <= 2 and (previous == "h" or following == "s")
            shown.append(_date_part(moment, part.text, minutes, halves))
        elif part.kind in ("text", "slash", "comma", "point"):
            shown.append(part.text)
        if letters[index]:
            previous = letters[index]
    return "".join(shown).strip()


def _date_part(moment: datetime, token: str, minutes: bool, halves: bool) -> str:
    if token in ("am/pm", "a/p", "上午/下午"):
        return "上午" if moment.hour < 12 else "下午"
    if token.startswith("aaa"):
        return ("星期" if len(token) == 4 else "") + _WEEKDAYS[moment.weekday()]
    letter, width = token[0], len(token)
    if letter == "y":
        return f"{moment.year:04d}" if width > 2 else f"{moment.year % 100:02d}"
    if letter == "m" and width > 2 and not minutes:
        return moment.strftime("%b" if width == 3 else "%B")
    if letter == "d" and width > 2:
        return moment.strftime("%a" if width == 3 else "%A")
    hour = (moment.hour % 12 or 12) if halves else moment.hour
    value = {"m": moment.minute if minutes else moment.month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    return f"{value:02d}" if width > 1 else str(value)


def moment_of(number: Decimal, epoch_1904: bool = False) -> datetime | None:
    """The moment of a date number; None outside of the years that spreadsheets know.

    The calendar of 1900 counts a 29 February that never was: numbers below 60 are one day further on.
    """
    if not 0 <= number < 2_958_466:
        return None
    days = number if epoch_1904 or number >= 60 else number + 1
    origin = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
    seconds = int((days * 86400).quantize(Decimal(1), ROUND_HALF_UP, WIDE))
    return origin + timedelta(seconds=seconds)
