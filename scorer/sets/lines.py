"""Which line of a TOML file each key stands on: no TOML library says."""

from __future__ import annotations

import re
from dataclasses import dataclass

Path = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEYS = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]")
_ASSIGNMENT = re.compile(rf"[ \t]*({_KEYS})[ \t]*=(.*)", re.DOTALL)
_ONE_PART = re.compile(_PART)
_PLAIN = re.compile(r"""[ \t]*(?:"[^"\\]*"|[^\[\]{}"'#]*)[ \t]*(?:#.*)?""", re.DOTALL)
_TOKEN = re.compile(r"""\"{3}|'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|#.*|[\[\]{},=]|[^\[\]{}"'#,=\s]+|\s+|.""")


@dataclass
class _Open:
    """An array or an inline table that is not closed yet, and what in it comes next."""

    closing: str
    path: Path
    index: int = 0
    fresh: bool = True  # the next word is an element, or the key of an inline table
    key: Path = ()

    @property
    def element(self) -> Path:
        return (*self.path, self.index) if self.closing == "]" else (*self.path, *self.key)


def line_map(text: str) -> dict[Path, int]:
    """Every table, key and element of a valid TOML text with its line, from 1.

    ``("indicator", 2, "weight")`` is in the third block, ``("bands", 1, "from")`` in the second inline table of an
    array; ``("indicator",)`` is where the first block begins.
    """
    lines: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    prefix: Path = ()
    inside: list[_Open] = []
    quote = ""  # of a text over several lines
    for number, line in enumerate(text.split("\n"), 1):
        if inside or quote:
            quote = _read(line, number, inside, quote, lines)
        elif header := _HEADER.match(line):
            prefix = _place(_parts(header[2]), counts)
            if header[1] == "[[":
                lines.setdefault(prefix, number)
                counts[prefix] = counts.get(prefix, -1) + 1
                prefix = (*prefix, counts[prefix])
            lines.setdefault(prefix, number)
        elif assignment := _ASSIGNMENT.match(line):
            key = (*prefix, *_parts(assignment[1]))
            lines.setdefault(key, number)
            if not _PLAIN.fullmatch(assignment[2]):
                quote = _read(assignment[2], number, inside, "", lines, key)
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a key, else of the nearest key above it."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _parts(keys: str) -> Path:
    return tuple(part.strip("\"'") for part in _ONE_PART.findall(keys))


def _place(path: Path, counts: dict[Path, int]) -> Path:
    """A header's path with the running number of every array of tables above it."""
    place: Path = ()
    for part in path[:-1]:
        place = (*place, part)
        if place in counts:
            place = (*place, counts[place])
    return (*place, *path[-1:])


def _read(text: str, number: int, inside: list[_Open], quote: str, lines: dict[Path, int], key: Path = ()) -> str:
    """Note the elements and keys that begin on one line of a value; the quote of a text that is still open after it."""
    for token in _TOKEN.findall(text):
        if quote:
            quote = "" if token == quote else quote
            continue
        if token.isspace() or token.startswith("#"):
            continue
        top = inside[-1] if inside else None
        if token in ("]", "}"):
            if inside:
                inside.pop()
        elif token == ",":
            if top:
                top.index, top.fresh = top.index + 1, True
        elif token == "=":
            if top:
                top.fresh = False
        else:
            if top and top.fresh:
                if top.closing == "}":
                    top.key = _parts(token)
                else:
                    top.fresh = False
                lines.setdefault(top.element, number)
            if token in ("[", "{"):
                inside.append(_Open("]" if token == "[" else "}", top.element if top else key))
            elif token in ('"""', "'''"):
                quote = token
    return quote
