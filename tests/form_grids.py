"""Small forms for tests: one description of a grid, as the cells of a document or as a file of any format.

A description is a text file: a line a row, cells parted by `|`, `<` for a cell merged with the one on its left, `^`
with the one above, a blank cell is blank, `\\n` is a line break. `---` ends a table, `¶ ` begins a paragraph, `# ` a
remark; the remark `# formats: docx` names the file formats that can hold it (all that keep one table, otherwise).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from scorer.model import Block, Cell, Document, Paragraph, Source, Table

MERGED, BLANK, REPEATED = "merged", "blank", "repeated"


@dataclass(frozen=True)
class Area:
    """A written cell and the rows and columns that it covers."""

    text: str
    row: int
    column: int
    rowspan: int
    colspan: int


@dataclass(frozen=True)
class Description:
    name: str
    formats: tuple[str, ...]
    parts: tuple[str | tuple[tuple[Area, ...], int, int], ...]  # a paragraph, or areas with rows and columns


def read_description(path: Path) -> Description:
    return description_of(path.stem, path.read_text(encoding="utf-8"))


def description_of(name: str, text: str) -> Description:
    formats: tuple[str, ...] = ("xlsx", "docx", "csv")
    parts: list[str | tuple[tuple[Area, ...], int, int]] = []
    rows: list[list[str]] = []

    def close() -> None:
        if rows:
            parts.append(_areas(rows))
            rows.clear()

    for line in text.splitlines():
        if line.startswith("# formats:"):
            formats = tuple(line.removeprefix("# formats:").split())
        elif line.startswith("# ") or not line.strip():
            continue
        elif line.strip() == "---":
            close()
        elif line.startswith("¶ "):
            close()
            parts.append(line[2:])
        else:
            rows.append([cell.strip(" ").replace("\\n", "\n") for cell in line.split("|")])
    close()
    return Description(name, formats, tuple(parts))


def _areas(rows: list[list[str]]) -> tuple[tuple[Area, ...], int, int]:
    width = max(map(len, rows))
    anchors: dict[tuple[int, int], tuple[int, int]] = {}
    ends: dict[tuple[int, int], tuple[int, int]] = {}
    for row, cells in enumerate(rows):
        for column, text in enumerate([*cells, *[""] * (width - len(cells))]):
            if text == "<":
                anchor = anchors[row, column - 1]
            elif text == "^":
                anchor = anchors[row - 1, column]
            else:
                anchor = (row, column)
            anchors[row, column] = anchor
            ends[anchor] = (row, column)
    areas = [
        Area(rows[row][column] if column < len(rows[row]) else "", row, column, last[0] - row + 1, last[1] - column + 1)
        for (row, column), last in ends.items()
    ]
    return tuple(areas), len(rows), width


def as_document(description: Description, manner: str = MERGED) -> Document:
    """The description as a reader would give it: merged areas kept, or lost and blank, or lost and repeated."""
    blocks: list[Block] = []
    number = 0
    for part in description.parts:
        if isinstance(part, str):
            blocks.append(Paragraph(part, Source(description.name, "", f"P{len(blocks) + 1}")))
            continue
        number += 1
        areas, rows, columns = part
        cells = []
        for area in areas:
            for row in range(area.row, area.row + area.rowspan):
                for column in range(area.column, area.column + area.colspan):
                    anchor = (row, column) == (area.row, area.column)
                    if manner == MERGED and not anchor:
                        continue
                    text = area.text if anchor or (manner == REPEATED and column == area.column) else ""
                    spans = (area.rowspan, area.colspan) if manner == MERGED else (1, 1)
                    source = Source(description.name, f"表{number}", f"R{row + 1}C{column + 1}")
                    cells.append(Cell(text, source, row, column, *spans))
        blocks.append(Table(f"表{number}", tuple(cells), rows, columns))
    return Document(description.name, "", "docx", tuple(blocks))


def write_file(description: Description, path: Path) -> Path:
    """Writes the description as a file of the format that the path's ending names."""
    {".xlsx": _write_workbook, ".docx": _write_document, ".csv": _write_delimited}[path.suffix](description, path)
    return path


def _write_workbook(description: Description, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        for part in description.parts:
            if isinstance(part, str):
                continue
            sheet = book.add_worksheet()
            for area in part[0]:
                if area.rowspan * area.colspan > 1:
                    last = (area.row + area.rowspan - 1, area.column + area.colspan - 1)
                    sheet.merge_range(area.row, area.column, *last, "")
                sheet.write_string(area.row, area.column, area.text)


def _write_document(description: Description, path: Path) -> None:
    import docx

    document = docx.Document()
    for part in description.parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        areas, rows, columns = part
        table = document.add_table(rows, columns)
        grid = [list(row.cells) for row in table.rows]
        for area in areas:
            first = grid[area.row][area.column]
            if area.rowspan * area.colspan > 1:
                first = first.merge(grid[area.row + area.rowspan - 1][area.column + area.colspan - 1])
            first.text = area.text
        document.add_paragraph("")
    document.save(str(path))


def _write_delimited(description: Description, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for part in description.parts:
            if isinstance(part, str):
                writer.writerow([part])
                continue
            areas, rows, columns = part
            grid = [[""] * columns for _ in range(rows)]
            for area in areas:
                grid[area.row][area.column] = area.text
            writer.writerows(grid)
