"""Which column of an indicator table holds what: by the words of its head, in one row or two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scorer.model import Cell
from scorer.naming import fold

DEEPEST_HEAD = 20
"""Rows among which the head of a table is looked for."""

LEVELS = "一二三四五六七八"
_LEVEL = re.compile(rf"([{LEVELS}])级(?:评价|考核|绩效)?(?:指标|目录|内容|项目)?(?:名称|及分值|\(分值\))?")
_WEIGHT = re.compile(r"(?:(?:[一二三四五六七八]级)?(?:指标)?(?:分值|权重|标准分|满分|分数|权重分值|标准分值))(?:\(?(?:%|分)\)?)?")

WORDS: dict[str, tuple[str, ...]] = {
    "code": ("编号", "指标编号", "指标编码", "编码", "代码"),
    "number": ("序号",),
    "standard": (
        *("评分标准", "评价标准", "计分标准", "考核标准", "扣分标准", "计分规则", "评分规则", "计分方法", "评分方法"),
        *("计分办法", "评分办法", "评分细则", "计分细则", "评价标准及评分方法", "计分标准及方法", "赋分标准", "评分说明"),
    ),
    "text_standard": ("文字的评分标准", "定性指标评分标准"),
    "aliases": ("其他名称", "别名"),
    "open": ("下级由单位自定", "单位自定"),
    "optional": ("表内可以没有", "可不填"),
    "group": ("表内不列",),
    "basis": ("依据", "文件依据", "设置依据", "政策依据"),
    "evidence": ("来源", "依据的可靠程度"),
    "note": ("说明", "指标解释", "指标说明", "指标释义", "备注", "评价要点", "指标内涵", "解释", "考核要点"),
}
GENERAL = ("考核项目", "评价项目", "项目", "类别", "考核内容", "评价内容", "内容", "指标名称", "指标", "考核指标", "评价指标")
"""Columns of names, from the upper level to the lower, in tables that do not number their levels."""

BELOW = ("名称", "指标", "指标名称", "内容")
"""What the second row of a head says of a level's own column."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table's columns are, counted from 0: `levels` by depth, `weights` with the depth each belongs to (0: the
    row's own), `fields` by name. `rows` is the height down to the last row of the head, `unknown` heads of no known kind."""

    rows: int
    levels: tuple[int, ...]
    weights: tuple[tuple[int, int], ...]
    fields: dict[str, tuple[int, ...]]
    unknown: tuple[tuple[int, Cell], ...]


def columns_of(grid: Sequence[Sequence[Cell]]) -> Columns | None:
    """The columns of an indicator table; None for a table that has no level, or neither weights nor standards."""
    for row in range(min(len(grid), DEEPEST_HEAD)):
        found = _read(grid, row)
        if found is not None:
            return found
    return None


def _read(grid: Sequence[Sequence[Cell]], row: int) -> Columns | None:
    heads = grid[row]
    words = [fold(cell.text) for cell in heads]
    if not any(_LEVEL.fullmatch(word) for word in words) and sum(word in GENERAL for word in words) == 0:
        return None
    second = _second(grid, row)
    rows = row + (2 if second else 1)
    kinds = [_kind(words[at], second[at] if second else "") for at in range(len(words))]
    levels = [(int(kind[5:]), at) for at, kind in enumerate(kinds) if kind.startswith("level")]
    if not levels:
        named = [(at, words[at]) for at, kind in enumerate(kinds) if kind == "general" and words[at] not in words[:at]]
        levels = [(depth, at) for depth, (at, _) in enumerate(named, 1)]
    first = dict(reversed(levels))
    if sorted(first) != list(range(1, len(first) + 1)):
        return None
    weights = [at for at, kind in enumerate(kinds) if kind == "weight"]
    fields: dict[str, tuple[int, ...]] = {}
    for at, kind in enumerate(kinds):
        if kind in WORDS:
            fields[kind] = (*fields.get(kind, ()), at)
    if not weights and "standard" not in fields:
        return None
    columns = tuple(first[depth] for depth in sorted(first))
    taken = {*columns, *weights, *(at for places in fields.values() for at in places)}
    unknown = tuple((at, cell) for at, cell in enumerate(heads) if at not in taken and cell and kinds[at] == "")
    return Columns(rows, columns, _owners(weights, columns), fields, unknown)


def _second(grid: Sequence[Sequence[Cell]], row: int) -> list[str]:
    """The words of the second row of a head, [] where the head is one row."""
    if row + 1 >= len(grid):
        return []
    words = [fold(cell.text) for cell in grid[row + 1]]
    own = [word for at, word in enumerate(words) if grid[row + 1][at] is not grid[row][at] and word]
    return words if own and all(word in BELOW or _WEIGHT.fullmatch(word) for word in own) else []


def _kind(word: str, below: str) -> str:
    if below and _WEIGHT.fullmatch(below):
        return "weight"
    if found := _LEVEL.fullmatch(word):
        return f"level{LEVELS.index(found[1]) + 1}"
    if _WEIGHT.fullmatch(word):
        return "weight"
    for name, known in WORDS.items():
        if word in known:
            return name
    return "general" if word in GENERAL else ""


def _owners(weights: Sequence[int], levels: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The depth that each column of weights belongs to: with several, the level on its left; one is the row's own."""
    if len(weights) == 1:
        return ((weights[0], 0),)
    return tuple((at, sum(level < at for level in levels)) for at in weights)
