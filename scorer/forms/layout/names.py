"""Names of indicators as written: line breaks and bracketed weights apart from the words."""

from __future__ import annotations

import re
from functools import lru_cache

from scorer.forms.layout.vocabulary import squash

_WHITE = re.compile(r"[\s\u3000\u200b-\u200d\ufeff]+")
_FIGURE = r"(\d{1,3}(?:[.．]\d{1,4})?)"
_OPEN, _CLOSE = r"[（(\[【〔]", r"[)）\]】〕]"
_POINTS = re.compile(rf"{_OPEN}(?:权重|分值|共计?|合计|满分|标准分)?[:：]?{_FIGURE}(分|[%％])?{_CLOSE}[:：]?$")
_RANGE = re.compile(rf"{_OPEN}{_FIGURE}[-－–—~～至]{_FIGURE}分?{_CLOSE}分?[:：]?$")
_BARE_POINTS = re.compile(rf"(?<=[标益度果本策程理效])[:：]?{_FIGURE}分[:：]?$")
_DOTS = re.compile(r"[.…。·⋯]{1,12}")
_PLACEHOLDER = re.compile(r"指标\d{0,2}[:：]?[.…⋯]*")
_ENUMERATOR = re.compile(r"\(?\d{1,3}(?:\.\d{1,3}){0,3}\)?[.、)]?")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A name on one line: white space goes, but for the space between two Latin words."""

    def gap(found: re.Match[str]) -> str:
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        return " " if before.isascii() and after.isascii() and before.isalpha() and after.isalpha() else ""

    return _WHITE.sub(gap, text).strip()


@lru_cache(maxsize=8192)
def name_and_weight(text: str, upper: bool) -> tuple[str, str]:
    """A name without the weight in its brackets, and that weight: 产出指标（50分） gives 产出指标 and "50".

    An upper level may also carry a range, which is cut off and gives no weight, or its points without brackets.
    """
    name = plain(text)
    found = _POINTS.search(name)
    if found and found.start() and (upper or found.group(2) in ("分", None)):
        return name[: found.start()].strip(), squash(found.group(1))
    if not upper:
        return name, ""
    found = _RANGE.search(name)
    if found and found.start():
        return name[: found.start()].strip(), ""
    found = _BARE_POINTS.search(name)
    if found:
        return name[: found.start()].strip(), squash(found.group(1))
    return name, ""


def says_points(text: str) -> bool:
    """Does the bracket behind a name say 分, so that it is a weight without doubt?"""
    found = _POINTS.search(plain(text))
    return bool(found) and found.group(2) == "分" if found else False


def is_placeholder(text: str) -> bool:
    """Is the name an unfilled one of the template: ……, 指标1：?"""
    bare = squash(text[:60])
    return bool(_DOTS.fullmatch(bare) or _PLACEHOLDER.fullmatch(bare))


def is_enumerator(text: str) -> bool:
    """Is the text a running number that stands beside a name: 1, 2.1, (3)?"""
    return bool(_ENUMERATOR.fullmatch(squash(text[:20])))
