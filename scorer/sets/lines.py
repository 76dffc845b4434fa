"""Which line of a TOML file each key stands on: no TOML library says."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEYS = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]")
_ASSIGNMENT = re.compile(rf"[ \t]*({_KEYS})[ \t]*=(.*)", re.DOTALL)
_ONE_PART = re.compile(_PART)
_PLAIN = re.compile(r"""[ \t]*(?:"[^"\\]*"|[^\[\]{}"'#]*)[ \t]*(?:#.*)?""", re.DOTALL)
_TOKEN = re.compile(r"""\"{3}|'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|#.*|[\[\]{}]|[^\[\]{}"'#]+|.""")


def line_map(text: str) -> dict[Path, int]:
    """Every table and key of a valid TOML text with its line, from 1; ``("indicator", 2, "weight")`` is in the third block.

    What stands inside an array or an inline table has no entry of its own: look for its nearest ancestor.
    """
    lines: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    prefix: Path = ()
    inside = ""  # what is still open at the end of the line: brackets, then perhaps a multi-line quote
    for number, line in enumerate(text.split("\n"), 1):
        if inside:
            inside = _open_after(line, inside)
        elif header := _HEADER.match(line):
            prefix = _place(_parts(header[2]), counts)
            if header[1] == "[[":
                counts[prefix] = counts.get(prefix, -1) + 1
                prefix = (*prefix, counts[prefix])
            lines.setdefault(prefix, number)
        elif assignment := _ASSIGNMENT.match(line):
            lines.setdefault((*prefix, *_parts(assignment[1])), number)
            if not _PLAIN.fullmatch(assignment[2]):
                inside = _open_after(assignment[2], "")
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


def _open_after(text: str, inside: str) -> str:
    for token in _TOKEN.findall(text):
        quote = inside[-3:] if inside[-1:] in ("'", '"') else ""
        if quote:
            inside = inside[:-3] if token == quote else inside
        elif token in ('"""', "'''") or token in ("[", "{"):
            inside += token
        elif token in ("]", "}"):
            inside = inside[:-1]
    return inside
