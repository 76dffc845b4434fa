"""Kinds of numbering that begin an item, the widest first; which stands above which is read from the text."""

from __future__ import annotations

import re

MARKERS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("part", r"第[一二三四五六七八九十]{1,3}(?:部分|章|节)"),
        ("one", r"[一二三四五六七八九十]{1,3}、"),
        ("bracket one", r"（[一二三四五六七八九十]{1,3}）、?"),
        ("digit", r"\d{1,2}(?:[.．](?!\d)|、(?!\d))"),
        ("bracket digit", r"（\d{1,2}）[、.]?"),
        ("half bracket", r"(?<!（)\d{1,2}）"),
        ("circle", r"[①-⑳]"),
        ("is", r"[一二三四五六七八九]是"),
        ("times", r"第[一二三四五六]批(?!次)"),
        ("bullet", r"[●◆■▲★•·]"),
    )
)
"""A kind not met yet opens a level below, one met before goes back to its own."""

MARK = re.compile(r"[\s　]*(?:第[一二三四五六七八九十]{1,3}[部章节]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、](?!\d)|[①-⑳●◆■▲★•·])")
"""Numbering at the beginning of a line, as written."""
