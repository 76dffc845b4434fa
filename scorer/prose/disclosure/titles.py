"""Which of the nine tables a title names, and which lines are titles, notes and headings."""

from __future__ import annotations

import re

from scorer.prose.disclosure.amounts import NARROW

TITLES = {
    1: "收入支出决算总表",
    2: "收入决算表",
    3: "支出决算表",
    4: "财政拨款收入支出决算总表",
    5: "一般公共预算财政拨款支出决算表",
    6: "一般公共预算财政拨款基本支出决算表",
    7: "财政拨款“三公”经费支出决算表",
    8: "政府性基金预算财政拨款收入支出决算表",
    9: "国有资本经营预算财政拨款支出决算表",
}

_KINDS = (
    (9, r"国有资本经营"),
    (8, r"政府性基金"),
    (7, r"三公"),
    (6, r"基本支出"),
    (5, r"一般公共预算.{0,10}支出"),
    (4, r"财政拨款(?:收入支出|收支)"),
    (1, r"(?:收入支出|收支)(?:决算|预算)?总"),
    (2, r"收入(?:决算|预算)?总?表|收入总体情况表"),
    (3, r"支出(?:决算|预算)?总?表|支出总体情况表"),
)
_ORDER = tuple((number, re.compile(pattern)) for number, pattern in _KINDS)
_TITLE = re.compile(r"(?:表|明细表|总表)(?:\([^()]{0,20}\))?$")
_PREFIX = re.compile(
    r"^(?:\[bookmark:[^\[\]]{0,60}\])?(?:附件|附表|表)?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.:)-]|^(?:\[bookmark:[^\[\]]{0,60}\])?(?:附件|附表)\d{0,2}[:、]?"
    r"|^\[bookmark:[^\[\]]{0,60}\]|^\([一二三四五六七八九十]{1,3}\)|^公开\d{2}表"
)
_PRINTED = re.compile(r"公开\s?0?(\d{1,2})\s?表")
LONGEST_TITLE = 60
LONGEST_NAME = 30


def title_number(text: str) -> int | None:
    """The number of the table (1–9) that a line is the title of, None where it is no title.

    A line of a table of contents looks the same; which of them stands over a table is for the caller to see.
    """
    plain = re.sub(r"\s", "", text.translate(NARROW)).strip("*#|")
    plain = (
        re.sub(r"(?:\.{3,}|…+|·{3,})?\d{0,3}$", "", plain)
        if re.search(r"表(?:\.{3,}|…+|·{3,})?\d{1,3}$", plain)
        else plain
    )
    if len(plain) > LONGEST_TITLE or not _TITLE.search(plain) or re.search(r"[。；，]", plain):
        return None
    plain = _PREFIX.sub("", plain)
    if plain.endswith(("部门决算表", "单位决算表")) and "总表" not in plain and "支出决算表" not in plain:
        return None
    for number, pattern in _ORDER:
        if pattern.search(plain):
            return number
    return None


def table_name(number: int, title: str) -> str:
    """How a table is called: 公开05表; one of a budget by its own title, for its number differs from place to place."""
    plain = _PREFIX.sub("", re.sub(r"\s", "", title))
    budget = "决算" not in plain and not _PRINTED.search(plain) and re.search(r"预算|情况表", plain) and len(plain) <= LONGEST_NAME
    return plain if budget else f"公开{number:02d}表"


def printed_number(text: str) -> int | None:
    """The 公开NN表 in a line."""
    found = _PRINTED.search(text.translate(NARROW))
    return int(found[1]) if found else None


_UNIT = re.compile(r"单位[::]?\s*(?:人民币)?\s*[(:]?(亿元|万元|千元|元)")


def unit_in(text: str) -> str | None:
    """The unit that a head states: 金额单位：万元 → 万元."""
    found = _UNIT.search(text.translate(NARROW).replace("\n", ""))
    return found[1] if found else None


_NOTE = re.compile(r"^[\s(（*]*(?:注|备注|说明)\s*\d?\s*[::：.、]")
_PART = re.compile(r"^\s*(?:#+\s*)?\**第[一二三四五六七八九十\d]{1,3}(?:部分|章)")


def is_note(text: str) -> bool:
    return _NOTE.match(text.translate(NARROW)) is not None


def is_part(text: str) -> bool:
    return _PART.match(text) is not None
