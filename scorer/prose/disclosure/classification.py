"""The functional classification and the required parts of a publication, as data."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import tomli

from scorer.prose.disclosure.heads import squeezed


@cache
def _data(name: str) -> dict[str, Any]:
    return tomli.loads((files("scorer.prose.disclosure") / name).read_text("utf-8"))


def plain_code_name(name: str) -> str:
    """A name of the classification as it compares: no blanks, marks, brackets' width and no 支出 at the end."""
    return re.sub(r"支出$", "", re.sub(r"[、，,.·]", "", squeezed(name)))


def names_of(code: str) -> tuple[str, ...]:
    """The names that a code of the functional classification has or had; none where the data does not hold it."""
    return tuple(_data("classification.toml")["codes"].get(code, ()))


def class_names() -> tuple[str, ...]:
    """The names of all classes (类), those of earlier years as well."""
    codes = _data("classification.toml")["codes"]
    return tuple(name for code, names in codes.items() if len(code) == 3 for name in names)


def source() -> str:
    data = _data("classification.toml")
    return f"{data['source']}（{data['years']}）"


def required_parts(unit: str) -> list[tuple[str, tuple[str, ...]]]:
    """The parts that the explanations must have: their names, and words of which one has to occur."""
    data = _data("required.toml")
    parts = [*data["every"]]
    for place in data.get("places", ()):
        if any(word in unit for word in place["in"]):
            parts += place["parts"]
    return [(part["name"], tuple(part["words"])) for part in parts]
