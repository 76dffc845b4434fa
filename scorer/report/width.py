"""Text measured in columns of a terminal, where a Chinese character takes two.

Everything shown passes `cleaned` first: words of strangers' files must not carry control characters to a terminal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

# C0 and C1 controls (escape sequences), line and paragraph separators, and the marks that reverse reading direction
CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
WORD = re.compile(r"[!-~]+|.", re.DOTALL)
NEVER_FIRST = frozenset("，。；：、！？）】》”’％%…")
NEVER_LAST = frozenset("（【《“‘")
CARRIED = 3  # pieces at most that follow a word to the next line
ELLIPSIS = "…"
FIXED = {"W": 2, "F": 2, "A": 1}  # columns of wide, fullwidth and ambiguous characters, whatever their neighbours
BY_NEIGHBOURS = frozenset("MCZ")  # marks, controls and separators
FILLER = "\u3164"  # counted as a letter, shown as nothing
GAP = 2
HEADING_PADDING = 2  # tabulate's: no column is narrower than its heading and this
NARROWEST = 4


def cleaned(text: str) -> str:
    """One line without control characters; runs of blanks and breaks become one blank.

    A sign whose width depends on its neighbour (vowel signs of Indic scripts) becomes �: no table could be aligned.
    """
    plain = CONTROL.sub(" ", text).strip()
    return plain if plain.isascii() else "".join("\ufffd" if _wavers(character) else character for character in plain)


@lru_cache(maxsize=8192)
def _wavers(character: str) -> bool:
    alone, behind = _widths(character)
    return alone != behind


def width_of(text: str) -> int:
    """Columns that `text` takes on a terminal, at most."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_width, text))


@lru_cache(maxsize=8192)
def _width(character: str) -> int:
    """Columns of one character. A vowel sign may take none alone and one behind a letter: the larger counts."""
    return max(_widths(character))


def _widths(character: str) -> tuple[int, int]:
    """Columns of one character alone, -1 for a control, and behind a letter."""
    fixed = FIXED.get(unicodedata.east_asian_width(character))
    if fixed and unicodedata.category(character)[0] not in BY_NEIGHBOURS and character != FILLER:
        return fixed, fixed
    from wcwidth import wcswidth, wcwidth  # a quarter of the time of --help, whose characters are all of the above

    return wcwidth(character), max(wcswidth(f"0{character}") - 1, 0)


def cut(text: str, width: int) -> str:
    """`text` in at most `width` columns, ending with … when something was left out."""
    if width_of(text) <= width:
        return text
    kept, used = [], 0
    for character in text:
        used += _width(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + ELLIPSIS


def wrap(text: str, width: int, lines: int | None = None) -> list[str]:
    """`text` broken into lines of at most `width` columns; with `lines`, no more than that many, the last one cut.

    Figures and Latin words stay whole where they fit on a line; no line begins with a closing mark or ends with an
    opening one.
    """
    wrapped: list[str] = []
    current: list[str] = []
    used = 0
    for word in _pieces(text, width):
        size = width_of(word)
        if current and used + size > width:
            carried = _carried(current, word, width - size)
            kept = current[: len(current) - len(carried)]
            wrapped.append("".join(kept).rstrip())
            current = carried
            used = sum(width_of(piece) for piece in carried)
            if not current and word == " ":
                continue
        current.append(word)
        used += size
    if current or not wrapped:
        wrapped.append("".join(current).rstrip())
    if lines is not None and len(wrapped) > lines:
        rest = "".join(wrapped[lines - 1 :])
        wrapped = [*wrapped[: lines - 1], cut(rest, width)]
    return wrapped


def _carried(line: list[str], word: str, width: int) -> list[str]:
    """The last pieces of a full line that must go to the next one with `word`, in at most `width` columns."""
    count, following = 0, word
    while count < CARRIED and count + 1 < len(line):
        last = line[-1 - count]
        if following[0] not in NEVER_FIRST and last[-1] not in NEVER_LAST:
            break
        count, following = count + 1, last
    carried = line[len(line) - count :]
    return carried if sum(width_of(piece) for piece in carried) <= width else []


def _pieces(text: str, width: int) -> list[str]:
    """Words that can stand on a line: longer ones are broken."""
    pieces: list[str] = []
    for match in WORD.finditer(text):
        word = match[0]  # one character, or Latin ones of one column each
        size = max(width, 1)
        pieces += [word[start : start + size] for start in range(0, len(word), size)]
    return pieces


def pad(text: str, width: int) -> str:
    """`text` filled with blanks to `width` columns."""
    return text + " " * (width - width_of(text))


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    flexible: Mapping[int, int],
    figures: Sequence[int] = (),
    lines: int | None = 2,
) -> list[str]:
    """Lines of a table in at most `width` columns.

    `flexible` gives the columns that may wrap and their shares of what the others leave; each takes no more than it can
    use. Cells keep the blanks they begin with as an indent of all their lines, of which there are at most `lines`.
    `figures` are aligned to the right.
    """
    from tabulate import tabulate

    widths = _column_widths(headings, rows, width, flexible)
    shown = [["\n".join(_indented(cell, widths[column], lines)) for column, cell in enumerate(row)] for row in rows]
    text = tabulate(
        shown,
        headers=headings,
        tablefmt="simple",
        colalign=["right" if column in figures else "left" for column in range(len(headings))],
        disable_numparse=True,
        preserve_whitespace=True,
    )
    return [line.rstrip() for line in text.splitlines()]


def _indented(cell: str, width: int, lines: int | None) -> list[str]:
    indent = len(cell) - len(cell.lstrip(" "))
    return [" " * indent + line for line in wrap(cleaned(cell), max(width - indent, NARROWEST), lines)]


def _column_widths(
    headings: Sequence[str], rows: Sequence[Sequence[str]], width: int, flexible: Mapping[int, int]
) -> list[int]:
    widths = [
        max([width_of(heading) + HEADING_PADDING, *(width_of(row[column]) for row in rows)])
        for column, heading in enumerate(headings)
    ]
    free = width - GAP * (len(headings) - 1)
    free -= sum(needed for column, needed in enumerate(widths) if column not in flexible)
    waiting = list(flexible)
    while waiting:
        shares = sum(flexible[column] for column in waiting)
        content = [column for column in waiting if widths[column] * shares <= free * flexible[column]]
        if not content:
            for column in waiting:
                widths[column] = max(free * flexible[column] // shares, NARROWEST)
            break
        for column in content:
            free -= widths[column]
            waiting.remove(column)
    return widths
