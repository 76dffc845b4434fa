"""Where the forms of a document begin and end, and the part of the document that belongs to each of them.

This is the one place that tells how many forms a file holds: headers of indicator tables divide its lines, and a new
form begins where a sheet, a title or the project's label says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from scorer.forms.layout.grid import Line, read_lines
from scorer.forms.layout.head import LONGEST_LINE, inline_label, is_table_title
from scorer.forms.layout.header import Header, find_headers
from scorer.forms.layout.vocabulary import is_note, label_field, squash
from scorer.model import Block, Document, Paragraph, Table

SPREADSHEETS = ("xlsx", "xlsm", "xls", "et", "ods")  # each sheet is a form of its own


@dataclass(frozen=True, slots=True)
class Division:
    """A document's lines, and for each of its forms the lines `start` to `end` with the headers among them."""

    lines: tuple[Line, ...]
    forms: tuple[tuple[int, int, tuple[Header, ...]], ...]
    sheets: bool

    def own(self, number: int) -> range | list[int]:
        """The lines that one of several forms has for itself: in a workbook those of its sheets, not of the next ones."""
        start, end, headers = self.forms[number]
        if not self.sheets:
            return range(start, end)
        return [at for at in range(start, end) if any(self.lines[at].table is header.table for header in headers)]


def divide(document: Document) -> Division:
    """The forms of a document in their order; none in running text."""
    lines = read_lines(document)
    sheets = document.format in SPREADSHEETS
    parts: list[list[Header]] = []
    starts: list[int] = []
    for header in find_headers(lines):
        start = _start(lines, parts[-1][-1], header, sheets) if parts else 0
        if start is None:
            parts[-1].append(header)
        else:
            parts.append([header])
            starts.append(start)
    ends = [*starts[1:], len(lines)] if parts else []
    forms = tuple((start, end, tuple(part)) for start, end, part in zip(starts, ends, parts, strict=True))
    return Division(tuple(lines), forms, sheets)


def _start(lines: Sequence[Line], above: Header, header: Header, sheets: bool) -> int | None:
    """The line at which a new form begins between two headers, None where the second only goes on with the first."""
    for at in range(above.last + 1, header.first):
        if sheets and lines[at].table is header.table and above.table is not header.table:
            return at
        if _begins_form(lines[at]):
            return _title_above(lines, above.last + 1, at)
    return header.first if sheets and above.table is not header.table else None


def _begins_form(line: Line) -> bool:
    if not line.own:
        return False
    first = line.own[0]
    if label_field(first.text) in ("project", "department") or inline_label(first.cell) == "project":
        return True
    return len(line.own) == 1 and is_table_title(first.text) and "自评" in first.text and not is_note(first.text)


def _title_above(lines: Sequence[Line], first: int, at: int) -> int:
    """The line where the title begins that stands over the first label of a form: 某某表, （2022年度）, 金额单位：万元."""
    begin = at
    for above in range(at - 1, max(first, at - TITLE_LINES) - 1, -1):
        line = lines[above]
        if line.own and (len(line.own) > 1 or len(squash(line.own[0].text[: LONGEST_LINE * 2])) > LONGEST_LINE):
            break
        if not line.own:
            continue
        text = line.own[0].text
        if is_note(text) or (label_field(text) and not is_table_title(text)):
            break
        if is_table_title(text):
            begin = above
    return begin


TITLE_LINES = 5


# ---------------------------------------------------------------------------------------------- a part of a document


def extract(document: Document, kept: Collection[int]) -> Document:
    """The lines of a document whose numbers are `kept`, as `read_lines` counts them, with the doubts that stand there.

    Every cell keeps its place. A merged area that reaches beyond the part is cut off at its edge.
    """
    blocks = tuple(_blocks(document, frozenset(kept)))
    whole = {block.name for block in blocks if isinstance(block, Table)}
    places = {cell.source.place for block in blocks if isinstance(block, Table) for cell in block.cells}
    places.update(block.source.place for block in blocks if isinstance(block, Paragraph))
    doubts = tuple(
        doubt
        for doubt in document.doubts
        if doubt.source.place in places or (not doubt.source.at and doubt.source.part and doubt.source.part in whole)
    )
    return replace(document, blocks=blocks, doubts=doubts)


def _blocks(document: Document, kept: frozenset[int]) -> Iterator[Block]:
    visible = any(not table.hidden for table in document.tables)
    at = 0
    for block in document.blocks:
        if isinstance(block, Paragraph):
            if block.text.strip():
                if at in kept:
                    yield block
                at += 1
        elif not (block.hidden and visible):
            rows = [row for row in range(block.rows) if at + row in kept]
            at += block.rows
            if len(rows) == block.rows:
                yield block
            elif rows:
                yield _rows_of(block, rows[0], rows[-1] + 1)


def _rows_of(table: Table, first: int, last: int) -> Table:
    cells = tuple(
        replace(cell, row=cell.row - first, rowspan=min(cell.rowspan, last - cell.row))
        for cell in table.cells
        if first <= cell.row < last
    )
    return replace(table, cells=cells, rows=last - first)
