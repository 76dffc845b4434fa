"""What a file hides: sheets that are not read, rows and columns that are. Either way the reader of the report is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scorer.forms.layout.rows import DOUBT
from scorer.model import Cell, Document, Doubt, Source, Table

SHOWN = 6


def hidden_parts(document: Document) -> Iterator[Doubt]:
    """What is hidden in a document, in words: one doubt for each sheet that is left out or has hidden rows or columns."""
    visible = any(not table.hidden for table in document.tables)
    for table in document.tables:
        if table.hidden and visible:
            if any(cell.text.strip() for cell in table.cells):
                message = f"隐藏的工作表“{table.name}”没有计入；要按它评分请取消隐藏"
                yield Doubt(DOUBT, message, Source(document.path, table.name))
            continue
        if told := _hidden_lines(table):
            first = next(cell for cell in table.cells if cell.text.strip() and "隐藏" in cell.doubt)
            yield Doubt(DOUBT, f"{told}是隐藏的，其中的内容照常计入", first.source, first.text)


def _hidden_lines(table: Table) -> str:
    filled = [cell for cell in table.cells if cell.text.strip() and cell.doubt]
    rows = sorted({cell.row for cell in filled if "隐藏行" in cell.doubt})
    columns = dict.fromkeys(cell.source.at.rstrip("0123456789") for cell in _by_column(filled) if "隐藏列" in cell.doubt)
    parts = [f"第 {_listed([str(row + 1) for row in rows])} 行"] if rows else []
    parts += [f"{_listed(list(columns))} 列"] if columns else []
    return "、".join(parts)


def _by_column(cells: Sequence[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: cell.column)


def _listed(names: Sequence[str]) -> str:
    return "、".join(names[:SHOWN]) + ("等" if len(names) > SHOWN else "")
