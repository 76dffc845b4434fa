"""Periods: the days that a date, a deadline or a span of months in Chinese says.

`parse_period("2021年12月31日")` is one day, "2021年12月" a month, "2020年1月--2020年11月" all days of eleven months. 年底 and
年末 are the last month, 月底 the last ten days, 年初 and 月初 the first. 前, 之前, 完成 and the like do not move the span: the
deadline of "11月底之前" is its last day. A span without a year takes `year`; without that there is no answer. An end of a range
takes from the other what it does not say itself (2022年3月-9月, 2020-2021年).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from scorer.numbers.numerals import fold, read_numeral

_NUMBER = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = r"(?:(?:19|20)[0-9]{2}|[一二][零〇九][零〇一二三四五六七八九]{2})"
# 2021-12-31, 2021.12, 20211231 · 2021 alone · 2021年12月31日 in all its parts
_POINT = re.compile(
    rf"(?<![0-9])(?P<y1>{_YEAR})(?P<mark>[-./])(?P<m1>0?[1-9]|1[0-2])(?:(?P=mark)(?P<d1>[0-3]?[0-9]))?(?![0-9%])"
    r"|(?<![0-9])(?P<y2>(?:19|20)[0-9]{2})(?P<m2>0[1-9]|1[0-2])(?P<d2>[0-3][0-9])(?![0-9])"
    rf"|\A[ ]*(?P<y3>{_YEAR})[ ]*\Z"
    rf"|(?:(?P<y4>(?<![0-9]){_YEAR})年度?)?[ ]?"
    rf"(?:(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|(?P<whole>全年)|(?P<edge>(?<=年)[底末初])"
    rf"|(?P<m4>(?<![0-9]){_NUMBER})月(?!内)份?(?:[ ]?(?P<d4>{_NUMBER})[日号]|(?P<part>[底末初]|[上中下]旬))?"
    rf"|(?P<d5>(?<![0-9]){_NUMBER})[日号])"
    rf"|(?P<y5>(?<![0-9]){_YEAR})年"
)
# 1-12月, 2020-2021年, 第一至第三季度: the first end says its unit only through the second.
_SHARED_UNIT = re.compile(
    r"([0-9]{1,4}|第[一二三四])(?=[ ]*(?:-{1,3}|—{1,2}|–|~{1,2}|至|到|、)[ ]*(?:[0-9]{1,4}|第[一二三四])(年|月|日|季度))"
)
_RANGE = re.compile(r"[ ]*(?:-{1,3}|—{1,2}|–|~{1,2}|至|到|、)[ ]*")
_LONGEST = 200  # characters; a period is a short phrase, and anything longer is read only at its beginning

Span = tuple[date, date]
_Parts = dict[str, str]


def parse_period(text: str, year: int | None = None) -> Span | None:
    """→ (first day, last day) of the period a text names, or None; `year` stands in where the text says none."""
    folded = _SHARED_UNIT.sub(r"\1\2", fold(text[:_LONGEST]))
    for match in _POINT.finditer(folded):
        first = _said(match)
        separator = _RANGE.match(folded, match.end())
        second = _said(_POINT.match(folded, separator.end())) if separator else {}
        if second:
            if "y" in second:
                first.setdefault("y", second["y"])
            second = {**{part: first[part] for part in ("y", "m") if part in first and part not in second}, **second}
            begin, end = _span(first, year), _span(second, year)
            if begin and end and begin[0] <= end[1]:
                return begin[0], end[1]
        span = _span(first, year)
        if span is not None:
            return span
    return None


def _said(match: re.Match[str] | None) -> _Parts:
    """The parts that stand there: y, m, d and the words half, quarter, whole, edge, part."""
    if match is None:
        return {}
    return {name.rstrip("12345"): value for name, value in match.groupdict().items() if value}


def _number(words: str) -> int:
    numeral = read_numeral(words)
    return -1 if numeral is None or numeral.number is None else int(numeral.number)


def _span(parts: _Parts, default_year: int | None) -> Span | None:
    year = _number(parts["y"]) if "y" in parts else default_year
    if year is None or not 1900 <= year <= 2100:
        return None
    if "half" in parts:
        return _months(year, 1, 6) if parts["half"] == "上" else _months(year, 7, 12)
    if "quarter" in parts:
        last = 3 * _number(parts["quarter"])
        return _months(year, last - 2, last)
    if "edge" in parts:
        return _months(year, 1, 1) if parts["edge"] == "初" else _months(year, 12, 12)
    if "m" not in parts:
        return None if "d" in parts else _months(year, 1, 12)
    month = _number(parts["m"])
    if not 1 <= month <= 12:
        return None
    if "d" in parts:
        day = _number(parts["d"])
        return _days(year, month, day, day)
    length = monthrange(year, month)[1]
    first, last = {
        "": (1, length), "初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, length), "底": (21, length), "末": (21, length),
    }[parts.get("part", "")]  # fmt: skip
    return _days(year, month, first, last)


def _days(year: int, month: int, first: int, last: int) -> Span | None:
    try:
        return date(year, month, first), date(year, month, last)
    except ValueError:
        return None


def _months(year: int, first: int, last: int) -> Span:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
