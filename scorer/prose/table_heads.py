"""Heads of free tables: how many rows stand above the figures, what each column is headed, in which unit its figures are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scorer.model import Cell, Table
from scorer.numbers.units import ALL_UNITS
from scorer.prose.phrases import fold

_UNIT_CAPTION = re.compile(r"单位\s*[：:]\s*(万元|元|亿元|千元)|[（(](万元|元|亿元)[）)]")
ROW_UNIT = re.compile(r"（([一-龥%]{1,5})）$")
FIGURE = re.compile(r"^[-−]?\d[\d,]*(?:\.\d+)?%?$")
_COUNTED = re.compile(r"^[≥≤<>=约近]*[-−]?\d[\d,]*(?:\.\d+)?\s*(?!年)[一-龥%]{0,4}$")
CODE = re.compile(r"^\d{3}(?:\d{2}){0,2}$")


def own_unit(header: str, unit: str) -> str:
    """The unit of a column: its heading's own (面积（亩）, 占比（%）) before that of the whole table."""
    own = ROW_UNIT.search(header)
    if own and (own[1] == "%" or own[1] in ALL_UNITS):
        return own[1]
    return "" if _NO_MONEY.search(header) else unit


_NO_MONEY = re.compile(r"序号|行次|占比|比重|数量|人数|户数|次数|个数|面积|率$")


def header_rows(grid: Sequence[Sequence[Cell]]) -> int:
    """How many rows stand above the figures; a row that only numbers the columns (栏次 1 2 3) belongs to them."""
    for row, cells in enumerate(grid):
        texts = [fold(cell.text).strip() for cell in cells if cell]
        words = next((index for index, text in enumerate(texts) if text and not _COUNTED.match(text)), len(texts))
        # before the words of a row a figure of three digits is a code of the classification
        figures = [text for index, text in enumerate(texts) if index and _COUNTED.match(text) and (index > words or not CODE.match(text))]
        if figures and not _numbers_columns(grid, row):
            return row
    return min(1, len(grid))


def _numbers_columns(grid: Sequence[Sequence[Cell]], row: int) -> bool:
    """Whether a row only counts the columns: 栏次 1 2 3, 1 2 3, or 季度 1 2 3 4 全年 where nothing else heads them."""
    cells = list(dict.fromkeys(grid[row]))
    texts = [text for cell in cells if (text := cell.text.strip())]
    if texts and "".join(texts[0].split()) in ("栏次", "栏目"):
        return True
    figures = [text for text in texts if text.isdigit()]
    if len(figures) < 3 or figures != [str(n) for n in range(1, len(figures) + 1)]:
        return False
    places = [column for column, cell in enumerate(grid[row]) if cell.text.strip().isdigit()]
    headed = any(len(set(map(id, line))) > 1 and line[column] for line in grid[:row] for column in places)
    return len(figures) == len(texts) or not headed


def header(grid: Sequence[Sequence[Cell]], rows: int, column: int) -> str:
    names: list[str] = []
    for row in grid[:rows]:
        text = fold(row[column].text).strip() if row[column] else ""
        if text and text not in names and not text.isdigit():
            names.append(text)
    return " ".join(names)


def table_unit(table: Table, caption: str) -> str:
    units = (captioned_unit(text) for text in (*(fold(cell.text) for cell in table.cells[:40]), caption))
    return next(filter(None, units), "")


def captioned_unit(text: str) -> str:
    """The unit of money that a caption or a heading names: 单位：万元, （万元）."""
    match = _UNIT_CAPTION.search(text)
    return (match[1] or match[2]) if match else ""


_NAME = re.compile(r"[一-龥]{2}")
_LEVEL = re.compile(r"(?:^| )(?:类|款|项)$")


def code_columns(headers: Sequence[str]) -> frozenset[int]:
    """The columns headed 类 款 项: their figures are parts of a code."""
    return frozenset(column for column, words in enumerate(headers) if _LEVEL.search(words))


def names_row(text: str, right: Sequence[Cell]) -> bool:
    """Whether a cell with digits is the name of its row: 2023年会议补贴, with a figure further right."""
    if FIGURE.match(text) or _COUNTED.match(text) or not _NAME.search(text):
        return False
    return any(FIGURE.match(fold(cell.text).strip()) for cell in right)
