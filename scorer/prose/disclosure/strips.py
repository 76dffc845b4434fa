"""The rows of the published tables as they are laid out in a document, whatever its format.

A strip is one printed table: its number, title, unit and rows of equal width. A table in a text has lost its merged
cells and mostly the blank cells at the end of its rows; the rows are laid over the columns again here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from scorer.model import EMPTY, Block, Cell, Document, Paragraph, Table
from scorer.prose.disclosure.amounts import written_amount
from scorer.prose.disclosure.titles import is_note, is_part, printed_number, title_number, unit_in

TEXTS = ("txt", "md")
NEAR = 8
"""Paragraphs before a table among which its title is looked for."""

MOST_TITLE_ROWS = 6

Grid = list[list[Cell]]


@dataclass
class Strip:
    """One printed table. `notes` are the lines after it that speak of it."""

    number: int
    title: Cell
    unit: str = ""
    rows: Grid = field(default_factory=list)
    notes: list[Cell] = field(default_factory=list)
    flat: bool = False
    tables: list[Table] = field(default_factory=list)


def find_strips(document: Document) -> list[Strip]:
    """The published tables of a document in order; a number occurs twice where a document prints a table twice."""
    found = list(_flat_strips(document) if document.format in TEXTS else _grid_strips(document))
    return [strip for strip in found if len(strip.rows) > 1]


# ------------------------------------------------------------------------------------------------ tables with a grid


def _grid_strips(document: Document) -> Iterator[Strip]:
    before: list[Paragraph] = []
    current: Strip | None = None
    for block in document.blocks:
        if isinstance(block, Paragraph):
            before.append(block)
            if (
                current is not None
                and len(before) <= 3
                and title_number(block.text) is None
                and not is_part(block.text)
            ):
                current.notes.append(Cell(block.text, block.source))
            continue
        rows = block.grid()
        strip = _titled(rows, before, block)
        if strip is None and current is not None and _continues(current, rows, before):
            current.rows += _without_head(rows, current.rows)
            current.tables.append(block)
        else:
            if current is not None:
                yield current
            current = strip
            if strip is not None:
                strip.rows = rows
                strip.tables = [block]
        before = []
    if current is not None:
        yield current


def _titled(rows: Grid, before: Sequence[Paragraph], table: Table) -> Strip | None:
    """A table with its title, from its first rows, from the lines before it, else from the name of its sheet."""
    number, title, unit, printed = None, EMPTY, "", None
    for row in rows[:MOST_TITLE_ROWS]:
        for cell in {id(cell): cell for cell in row if cell}.values():
            unit = unit or unit_in(cell.text) or ""
            printed = printed or printed_number(cell.text)
            if number is None and (found := title_number(cell.text)) is not None:
                number, title = found, cell
    for paragraph in reversed(before[-NEAR:]):
        unit = unit or unit_in(paragraph.text) or ""
        printed = printed or printed_number(paragraph.text)
        if number is None and (found := title_number(paragraph.text)) is not None:
            number, title = found, Cell(paragraph.text.strip(), paragraph.source)
    if number is None:
        number = title_number(table.name) or (printed if printed is not None and 1 <= printed <= 9 else None)
        title = next((cell for row in rows for cell in row if cell), EMPTY)
    return None if number is None else Strip(number, title, unit)


def _continues(strip: Strip, rows: Grid, before: Sequence[Paragraph]) -> bool:
    """Whether a table without a title goes on with the one before: a page ended."""
    if not strip.rows or not rows or len(rows[0]) != len(strip.rows[0]):
        return False
    if any(is_note(paragraph.text) or len(paragraph.text.strip()) > 12 for paragraph in before):
        return False
    return any(written_amount(cell.text) is not None for row in rows for cell in row)


def _without_head(rows: Grid, printed: Grid) -> Grid:
    """The rows of a further page without the head that is repeated on it."""
    heads = [[cell.text for cell in row] for row in printed[:MOST_TITLE_ROWS]]
    start = 0
    while start < len(rows) and [cell.text for cell in rows[start]] in heads:
        start += 1
    shift = len(printed)
    return [
        [replace(cell, row=cell.row - start + shift) if cell is not EMPTY else cell for cell in row]
        for row in rows[start:]
    ]


# ------------------------------------------------------------------------------------------------- tables in a text


def _flat_strips(document: Document) -> Iterator[Strip]:
    current: Strip | None = None
    lines: list[list[Cell]] = []
    tables: list[Table] = []

    def done() -> Iterator[Strip]:
        if current is not None:
            current.rows = laid_out([row for row in lines if any(row)])
            current.tables = list(tables)
            yield current

    ended = False
    for row, block in _lines(document.blocks):
        words = [cell for cell in row if cell]
        first = words[0] if words else EMPTY
        texts = {cell.text.strip() for cell in words}
        number = title_number(first.text) if len(texts) == 1 else None
        if number is not None:
            yield from done()
            current, lines, tables, ended = Strip(number, first, flat=True), [], [], False
            continue
        if current is None:
            continue
        if is_part(first.text):
            yield from done()
            current = None
            continue
        if is_note(first.text) or (len(texts) == 1 and len("".join(first.text.split())) > 45):
            current.notes.append(first)
            ended = True
            continue
        if ended:
            if len(texts) == 1 and len(current.notes) < 4:
                current.notes.append(first)
            continue
        if any(printed_number(cell.text) for cell in words) and not any(map(unit_in, (cell.text for cell in words))):
            continue
        if any(unit_in(cell.text) for cell in words):
            current.unit = next(unit for cell in words if (unit := unit_in(cell.text)))
            continue
        if isinstance(block, Table) and (not tables or tables[-1] is not block):
            tables.append(block)
        lines.append(row)
    yield from done()


def _lines(blocks: Sequence[Block]) -> Iterator[tuple[list[Cell], Block]]:
    """Every line of a text, and every row of its tables, as its own cells, blank ones included, in order."""
    for block in blocks:
        if isinstance(block, Table):
            rows: dict[int, list[Cell]] = {}
            for cell in block.cells:
                rows.setdefault(cell.row, []).append(cell)
            for number in sorted(rows):
                yield rows[number], block
        else:
            yield _split(block), block


def _split(paragraph: Paragraph) -> list[Cell]:
    if "\t" not in paragraph.text:
        return [Cell(paragraph.text, paragraph.source)]
    found, start = [], 0
    for column, part in enumerate(paragraph.text.split("\t")):
        at = f"{paragraph.source.at}:{start + 1}-{start + max(len(part), 1)}"
        source = replace(paragraph.source, at=at) if re.fullmatch(r"L\d+", paragraph.source.at) else paragraph.source
        found.append(Cell(part, source, 0, column))
        start += len(part) + 1
    return found


def laid_out(lines: Sequence[Sequence[Cell]]) -> Grid:
    """Rows of one table laid over its columns.

    Where blank cells at the end of rows were dropped, a shorter row stands at the left; else the reader of the text has
    found which columns its cells cover.
    """
    width = max((len(line) for line in lines), default=0)
    trimmed = not any(len(line) > 1 and not line[-1].text.strip() for line in lines)
    grid: Grid = []
    for number, line in enumerate(lines):
        row = [EMPTY] * width
        if len(line) == width or trimmed:
            for column, cell in enumerate(line):
                row[column] = replace(cell, row=number, column=column, rowspan=1, colspan=1)
        else:
            for cell in line:
                placed = replace(cell, row=number, rowspan=1)
                for column in range(cell.column, min(cell.column + cell.colspan, width)):
                    row[column] = placed
        grid.append(row)
    return grid
