"""Numerals: forms of characters that mean the same, and the value of Chinese and mixed numerals.

`fold` maps full-width and traditional forms one to one, so that an offset into the folded text is an offset into the
original. `read_numeral` gives the value of one numeral ("二十三万五千", "3万4000", "伍拾陆", "十几万", "两三", "数百",
"10余万", "十点二三三") as written, without sign and without unit; None where the characters form no number.

Conventions: 三百五 is 350 and 一万三 is 13000 (the last digit takes the place below the last scale), 一千零五 is 1005.
余, 多 and 几 open an interval upwards, 数十 and 几十 are an interval without a figure, 两三 and 二三十 are ranges.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from scorer.numbers.precision import MAXIMUM_DIGITS

# Arithmetic that never rounds what the length limits below let through, whatever context the caller has set.
EXACT = Context(prec=160)
MAXIMUM_NUMERAL = MAXIMUM_DIGITS
# A figure that no numeral is read from, however it goes on: the characters before its end are its own.
TOO_LONG = re.compile(rf"(?<![0-9.])[0-9]++(?:\.[0-9]++)?+(?<=[0-9.]{{{MAXIMUM_NUMERAL + 1}}})")
MAXIMUM_SCALE = 24  # 亿亿亿

_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_OTHER_FORMS = {
    "\u3000": " ", "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\t": " ",
    "﹪": "%", "−": "-", "﹣": "-", "‐": "-", "‑": "-", "〜": "~", "∼": "~", "﹐": ",",
    "≧": "≥", "⩾": "≥", "≮": "≥", "≦": "≤", "⩽": "≤", "≯": "≤", "═": "=", "﹥": ">", "﹤": "<", "﹦": "=",
    "￥": "¥", "萬": "万", "億": "亿", "點": "点", "負": "负", "兩": "两", "倆": "两", "俩": "两", "幾": "几", "餘": "余",
    "個": "个", "圓": "圆", "貳": "贰", "貮": "贰", "參": "叁", "叄": "叁", "陸": "陆", "數": "数", "雙": "双", "對": "对",
    "過": "过", "達": "达", "約": "约", "於": "于", "內": "内", "從": "从", "與": "与", "嚴": "严",
}  # fmt: skip
_FORMS = {**_FULL_WIDTH, **_OTHER_FORMS}
_FOLDABLE = re.compile("[" + re.escape("".join(_FORMS)) + "]")


def fold(text: str) -> str:
    """Full-width, look-alike and traditional forms → one form each; the length stays, so offsets hold."""
    # A few replacements of what really occurs are several times faster than str.translate over the whole text.
    for form in set(_FOLDABLE.findall(text)):
        text = text.replace(form, _FORMS[form])
    return text


DIGITS = "零〇一二三四五六七八九两"
FORMAL = "壹贰叁肆伍陆柒捌玖拾佰仟"
SCALES = "十百千万亿"
_PLAIN = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟〇", "一二三四五六七八九十百千零")

_DIGIT = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SMALL = {"十": 1, "百": 2, "千": 3}
_LARGE = {"万": 4, "亿": 8}
# The exponents of the scales that follow Arabic digits, the everyday case that needs no parsing.
ARABIC_SCALES = {
    "": 0, "十": 1, "百": 2, "千": 3, "仟": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "万万": 8, "亿": 8,
    "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12, "十万亿": 13, "百万亿": 14, "千万亿": 15,
}  # fmt: skip


class Numeral(NamedTuple):
    """What a numeral says. `number` is None where only an interval is said (数十) and for ranges (两三)."""

    number: Decimal | None
    low: Decimal | None  # the ends of an interval or range; None for an exact figure
    high: Decimal | None
    place: int  # exponent of the last written place: 47.30 → -2, 3.3万 → 3, 3百 → 2, 三百 → 0
    scale: int  # exponent of the scale it ends with: 3.3万 → 4, 三百 → 2
    pair: bool = False  # 两三, 二三十: a range, not a figure


_ARABIC = re.compile(rf"([0-9]+|[0-9]{{1,3}}(?:,[0-9]{{3}})+)(?:\.([0-9]+))?([{SCALES}仟]*)")
_TOKENS = re.compile(r"[0-9]+(?:\.[0-9]+)?|.", re.DOTALL)
_POINT = re.compile(rf"([^点]+)点([0-9{DIGITS}]+)([{SCALES}]*)")
_POSITIONAL = re.compile(r"[零一二三四五六七八九]{2,}")
_PAIR = re.compile(r"([一二两三四五六七八九])([二三四五六七八九])")
_SOME = re.compile(rf"[几数]([{SCALES}]+)")
_MORE = re.compile(rf"(.+?)(零?几)([十百千]?)([{SCALES}]*)|(.+?)[余多来]([{SCALES}]*)")
_ENDING = re.compile(rf"[{SCALES}]*\Z")


@lru_cache(maxsize=8192)
def read_numeral(words: str) -> Numeral | None:
    """The value of one numeral of Chinese or mixed digits, already folded; None where it forms no number."""
    if len(words) > MAXIMUM_NUMERAL:
        return None
    arabic = _ARABIC.fullmatch(words)
    if arabic:
        whole, fraction, scale = arabic.groups()
        exponent = ARABIC_SCALES.get(scale)
        if exponent is not None:
            whole, fraction = whole.replace(",", ""), fraction or ""
            place = exponent - len(fraction)
            digits = whole + fraction
            # Exact at any length, and 1.2万 prints as 12000, not as 1.2E+4.
            number = Decimal(digits + "0" * place) if place >= 0 else Decimal(f"{digits}E{place}")
            return Numeral(number, None, None, place, exponent)
    words = words.translate(_PLAIN).replace(",", "")
    ending = 0 if len(words) < 2 else _scale(words[_ENDING.search(words).start() :])  # type: ignore[union-attr]
    if words == "半":
        return Numeral(Decimal("0.5"), None, None, -1, 0)
    some = _SOME.fullmatch(words)
    if some:
        low = _whole("一" + some[1])
        return None if low is None else Numeral(None, low[0], EXACT.multiply(low[0], Decimal(10)), low[1], ending)
    more = _MORE.fullmatch(words)
    if more:
        return _open_interval(more, ending)
    pair = _PAIR.search(words)
    if pair and "点" not in words and not _PAIR.search(words, pair.end()):
        return _range(words, pair, ending)
    exact = _exact(words)
    return None if exact is None else Numeral(exact[0], None, None, exact[1], ending)


def power(exponent: int) -> Decimal:
    """Ten to the exponent, exactly."""
    return Decimal(10**exponent) if exponent >= 0 else Decimal((0, (1,), exponent))


def unit_of_last_place(number: Decimal) -> Decimal:
    """One unit of the last place that is not zero: 700 → 100, 5.20 → 0.1, 10 → 10; 1 for zero."""
    if not number:
        return Decimal(1)
    sign, digits, exponent = number.as_tuple()
    del sign
    return power(int(exponent) + len(digits) - len("".join(map(str, digits)).rstrip("0")))


def _open_interval(more: re.Match[str], ending: int) -> Numeral | None:
    """十余万, 五百多, 二十几万, 一百零几万: from the figure to one unit of its last non-zero place more."""
    head, after = (more[1], more[4]) if more[2] else (more[5], more[6])
    exact = _exact(head)
    if exact is None:
        return None
    factor = power(_scale(after))
    # 一百零几: what 几 stands for is in the place of ones, whatever was written before.
    step = Decimal(10) if more[2] and more[2][0] == "零" else unit_of_last_place(exact[0])
    low = EXACT.multiply(exact[0], factor)
    high = EXACT.add(low, EXACT.multiply(step, factor))
    return Numeral(low, low, high, exact[1] + _scale(after), ending)


def _range(words: str, pair: re.Match[str], ending: int) -> Numeral | None:
    first, second = _DIGIT[pair[1]], _DIGIT[pair[2]]
    if second - first != 1 and (first, second) not in ((3, 5), (1, 3)):
        positional = _exact(words)
        return None if positional is None else Numeral(positional[0], None, None, positional[1], ending)
    low = _exact(words[: pair.end() - 1] + words[pair.end() :])
    high = _exact(words[: pair.start()] + words[pair.start() + 1 :])
    if low is None or high is None or low[0] >= high[0]:
        return None
    return Numeral(None, low[0], high[0], low[1], ending, pair=True)


def _scale(words: str) -> int:
    """The exponent of a run of scales: 万亿 → 12, "" → 0."""
    return sum(_SMALL.get(word, 0) + _LARGE.get(word, 0) for word in words)


def _exact(words: str) -> tuple[Decimal, int] | None:
    """→ (value, exponent of the last written place)"""
    point = _POINT.fullmatch(words)
    if point is None:
        if _POSITIONAL.fullmatch(words) and (len(words) > 3 or "零" in words[1:]):
            return Decimal("".join(str(_DIGIT[word]) for word in words)), 0
        return _whole(words)
    whole = _whole(point[1])
    if whole is None:
        return None
    digits = "".join(str(_DIGIT.get(word, word)) for word in point[2])
    value = EXACT.add(whole[0], Decimal("0." + digits))
    exponent = _scale(point[3])
    return EXACT.multiply(value, power(exponent)), exponent - len(digits)


def _whole(words: str) -> tuple[Decimal, int] | None:
    """Digits and scales without a point between Chinese digits; → (value, exponent of the last written place)."""
    total = section = Decimal(0)  # what the large scales have closed · what stands before the next large scale
    digit: Decimal | None = None  # a digit that waits for its scale
    arabic = zero = seen = False
    small = large = 0  # exponents of the scales met: the last small one of this section, the last large one
    digit_place = place = 0

    def close(last: int) -> Decimal:
        """The digit left over: ones, or the place below the last scale (三百五, 一万三)."""
        nonlocal place
        if digit is None:
            return Decimal(0)
        if zero or not last or (arabic and (digit >= 10 or digit_place or small)):
            place = digit_place
            return digit
        place = last - 1
        return EXACT.multiply(digit, power(place))

    for token in _TOKENS.findall(words):
        if token[0] in "0123456789":
            if digit is not None or len(token) > MAXIMUM_DIGITS:
                return None
            digit, arabic, seen = Decimal(token), True, True
            digit_place = -(len(token) - token.index(".") - 1) if "." in token else 0
        elif token == "零":
            if digit is not None:
                return None
            zero = seen = True
        elif token in _DIGIT:
            if digit is not None:
                return None
            digit, arabic, digit_place, seen = Decimal(_DIGIT[token]), False, 0, True
        elif token in _SMALL:
            exponent = _SMALL[token]
            if digit is None and exponent != 1:
                return None  # 百 and 千 need a digit: 百花, 千方百计
            if small and exponent >= small:
                return None
            section = EXACT.add(section, EXACT.multiply(Decimal(1) if digit is None else digit, power(exponent)))
            # 二百 is 200 to the last one; 2百 is a rounded figure with a scale.
            place = exponent + digit_place if arabic and digit is not None else 0
            small, digit, zero, seen, digit_place = exponent, None, False, True, 0
        elif token in _LARGE:
            exponent = _LARGE[token]
            if not seen:
                return None
            segment = EXACT.add(section, close(small))
            if not segment:
                if not total:
                    return None
                total = EXACT.multiply(total, power(exponent))  # 万亿, 万万
                large = place = large + exponent
            elif not large or exponent > large:
                total = EXACT.multiply(EXACT.add(total, segment), power(exponent))
                large, place = exponent, exponent + place
            elif exponent == large:
                return None
            else:
                total = EXACT.add(total, EXACT.multiply(segment, power(exponent)))
                large, place = exponent, exponent + place
            if large > MAXIMUM_SCALE:
                return None
            section, digit, small, digit_place, zero = Decimal(0), None, 0, 0, False
        else:
            return None
    if not seen:
        return None
    left = close(small or large)
    return EXACT.add(total, EXACT.add(section, left)), place
