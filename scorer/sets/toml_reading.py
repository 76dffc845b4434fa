"""A TOML text read with all its faults of writing: full-width signs named, every line that is no TOML told."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

import tomli

from scorer.sets.faults import Fault, syntax_fault

HALF_WIDTH: Final = {
    "＃": "#", "＝": "=", "，": ",", "［": "[", "］": "]", "【": "[", "】": "]", "｛": "{", "｝": "}", "．": ".", "　": " ",
    **{chr(ord("０") + digit): str(digit) for digit in range(10)},
    "“": '"', "”": '"', "＂": '"', "‘": "'", "’": "'", "－": "-", "＿": "_",
}
CLOSING: Final = {'"': '"“”＂', "'": "'‘’"}
MOST: Final = 20
_SETTING: Final = re.compile(r"\s*[\w\"'.-]+\s*=")


def read_toml(shown: str, text: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The values of a text, None where it cannot be read, and its faults.

    Where nothing but full-width signs is wrong the values are those that were meant, so that whoever reads on finds the other
    faults in the same run.
    """
    try:
        return _parsed(text), []
    except tomli.TOMLDecodeError:
        pass
    except (RecursionError, ValueError, ArithmeticError):
        return None, [Fault(shown, 1, "括号嵌套过深或数字过长，无法读取")]
    mended, faults = in_half_width(shown, text)
    lines = mended.split("\n")
    faulty = False
    for _ in range(MOST):
        try:
            values = _parsed("\n".join(lines))
        except tomli.TOMLDecodeError as error:
            fault = syntax_fault(shown, error, mended)
            at = fault.line - 1
            faulty = True
            if all(one.line != fault.line for one in faults):
                faults.append(fault)
            if at >= len(lines) or not _SETTING.match(lines[at]) or lines[at].count('"""') % 2:
                break  # without such a line what follows means something else
            lines[at] = ""
        except (RecursionError, ValueError, ArithmeticError):
            return None, [*faults, Fault(shown, 1, "括号嵌套过深或数字过长，无法读取")]
        else:
            return (None if faulty else values), sorted(faults, key=lambda one: one.line)
    return None, sorted(faults, key=lambda one: one.line)


def _parsed(text: str) -> dict[str, Any]:
    return tomli.loads(text, parse_float=Decimal)


def in_half_width(shown: str, text: str) -> tuple[str, list[Fault]]:
    """The text with its full-width signs outside texts and comments in half width, and a fault for each line that had any."""
    made, faults = [], []
    quote = ""  # of a text of several lines that is open
    for number, line in enumerate(text.split("\n"), 1):
        written, met, quote = _line(line, quote)
        made.append(written)
        if met:
            signs = " ".join("全角空格" if sign == "　" else sign for sign in met)
            halves = " ".join(dict.fromkeys("半角空格" if sign == "　" else HALF_WIDTH[sign] for sign in met))
            faults.append(Fault(shown, number, f"用了全角的 {signs}，应写半角的 {halves}；请切换到英文输入法改写"))
    return "\n".join(made), faults


def _line(line: str, quote: str) -> tuple[str, list[str], str]:
    """A line in half width, the full-width signs in it, and the quote of a text that goes on behind it."""
    made: list[str] = []
    met: dict[str, None] = {}
    place = 0
    while place < len(line):
        if quote:
            close = line.find(quote, place)
            if close < 0:
                return "".join(made) + line[place:], list(met), quote
            made.append(line[place : close + 3])
            place, quote = close + 3, ""
            continue
        sign = line[place]
        half = HALF_WIDTH.get(sign, sign)
        if half != sign:
            met[sign] = None
        if half == "#":
            return "".join(made) + half + line[place + 1 :], list(met), ""
        if line[place : place + 3] in ('"""', "'''"):
            quote = line[place : place + 3]
            made.append(quote)
            place += 3
            continue
        if half in CLOSING:
            end = _end_of_text(line, place, sign, half)
            if end is not None and line[end] != half:
                met[line[end]] = None
            inside = line[place + 1 : end]
            made.append(half + inside + (half if end is not None else ""))
            place = end + 1 if end is not None else len(line)
            continue
        made.append(half)
        place += 1
    return "".join(made), list(met), quote


def _end_of_text(line: str, start: int, sign: str, half: str) -> int | None:
    """Where a text on one line ends: at its own quote, or at any of the kind where the first was full-width; None if nowhere."""
    ends = half if sign == half and half in line[start + 1 :] else CLOSING[half]
    place = start + 1
    while place < len(line):
        if line[place] == "\\" and half == '"':
            place += 2
            continue
        if line[place] in ends:
            return place
        place += 1
    return None
