"""A document as lines: each row of each table and each paragraph once, its merged areas known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from scorer.forms.layout.vocabulary import squash
from scorer.model import EMPTY, Cell, Document, Paragraph, Source, Table
from scorer.value import value

_NUMBER = re.compile(r"[-−]?\d{1,15}(?:,\d{3}){0,5}(?:\.\d{0,12})?")
_PARTED = re.compile(r"\d\s+\d")
_INLINE = re.compile(r"^(.{1,24}?)[:：](.*)$", re.DOTALL)
_GAPS = re.compile(r"\t+| {2,}|\u3000{2,}|\n+|\u3000 |\s*[;；]\s*")


@value()
class Span:
    """A cell of one line with the columns it covers, `first` to `last`; `own`: written and anchored in this line."""

    first: int
    last: int
    cell: Cell
    own: bool

    @property
    def text(self) -> str:
        return self.cell.text


@value()
class Line:
    """One row of a table, or a paragraph (`table` is None), with its distinct cells from left to right."""

    table: Table | None
    index: int
    cells: tuple[Cell, ...]
    spans: tuple[Span, ...]
    own: tuple[Span, ...]

    def at(self, column: int) -> Cell:
        return self.cells[column] if 0 <= column < len(self.cells) else EMPTY

    def owned(self, column: int) -> bool:
        """Is there a written cell at the column that does not merely reach down from a line above?"""
        cell = self.at(column)
        return bool(cell) and cell.row == self.index

    @property
    def source(self) -> Source:
        return self.own[0].cell.source if self.own else (self.spans[0].cell.source if self.spans else Source())


def read_lines(document: Document) -> list[Line]:
    """All lines of a document in reading order. Hidden tables are left out while a visible one is there."""
    visible = any(not table.hidden for table in document.tables)
    lines: list[Line] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            if block.text.strip():
                lines.append(_paragraph_line(block))
        elif not (block.hidden and visible):
            lines.extend(_table_line(block, index, row) for index, row in enumerate(block.grid()))
    return lines


def _paragraph_line(paragraph: Paragraph) -> Line:
    cell = Cell(paragraph.text, paragraph.source)
    span = Span(0, 0, cell, True)
    return Line(None, 0, (cell,), (span,), (span,))


def _table_line(table: Table, index: int, row: list[Cell]) -> Line:
    spans: list[Span] = []
    column = 0
    while column < len(row):
        cell, first = row[column], column
        while column < len(row) and row[column] is cell and (cell is not EMPTY or column == first):
            column += 1
        spans.append(Span(first, column - 1, cell, bool(cell) and cell.row == index))
    return Line(table, index, tuple(row), tuple(spans), tuple(span for span in spans if span.own))


# ------------------------------------------------------------------------------------------------------ single texts


def is_figure(text: str) -> bool:
    """Is the text one figure, with or without 分, 元, 万元 or a percent sign behind it?"""
    if _PARTED.search(text):
        return False
    bare = squash(text[:40])
    found = _NUMBER.match(bare)
    return found is not None and bare[found.end() :] in ("", "分", "%", "元", "万元", "亿元")


def figures_in(text: str) -> list[str]:
    """The figures that a short text holds, as written."""
    return _NUMBER.findall(text[:200])


def derived(cell: Cell, text: str) -> Cell:
    """A part of a cell's text as a cell of its own at the same place."""
    return replace(cell, text=text, number=None)


def joined(cells: Iterable[Cell]) -> Cell:
    """Several cells of a row read as one text; the place is that of the first. One cell is itself."""
    written = [cell for cell in cells if cell]
    if not written:
        return EMPTY
    if len(written) == 1:
        return written[0]
    return replace(written[0], text="".join(cell.text.strip() for cell in written), number=None)


def inline_pairs(cell: Cell) -> list[tuple[str, Cell]]:
    """Labels and values that stand in one cell or paragraph: 「填报单位：某局　　金额单位：万元」."""
    pairs = []
    for part in _GAPS.split(cell.text[:2000]):
        found = _INLINE.match(part.strip())
        if found:
            pairs.append((found.group(1), derived(cell, found.group(2).strip())))
    return pairs
