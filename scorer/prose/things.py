"""Whether two names are of one thing: what a figure is of, in the words before it and in the headings above it."""

from __future__ import annotations

import re

from scorer.prose.outline import Stated
from scorer.value import remembered

_FILLER = re.compile(
    r"[“”\"'‘’（）()《》\s　的了为是共计约达全年度我县市区省镇乡本级已实际完成合计总计数额比较与同、，：:；。0-9%]|财政拨款|一般公共预算|万元|(?:19|20)\d\d年"
)


@remembered
def core(words: str) -> str:
    """The characters that tell what is meant, without filler."""
    return _FILLER.sub("", words)


@remembered
def _pairs(words: str) -> frozenset[str]:
    return frozenset(words[index : index + 2] for index in range(len(words) - 1))


@remembered
def alike(first: str, second: str) -> float:
    """How much of the shorter name the longer one holds, by pairs of characters: 0 … 1."""
    one, other = sorted((core(first), core(second)), key=len)
    if len(one) < 2:
        return 1.0 if one and one in other else 0.0
    if one in other:
        return 1.0
    pairs = _pairs(one)
    return len(pairs & _pairs(other)) / len(pairs)


def same_name(name: str, figure: Stated) -> bool:
    """Whether a name is that of a figure, by the words of its clause."""
    return alike(name, figure.near) >= 0.75


def title(figure: Stated) -> str:
    """What a figure is of: its clause, with the heading above where the clause says nothing."""
    own = core(figure.near)
    if len(own) >= 3:
        return figure.near
    return f"{figure.piece.text[:24]}{figure.near}"
