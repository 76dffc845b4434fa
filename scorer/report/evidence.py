"""The submission's own documents with the places of the findings marked in them, ready to be printed.

A place is found by the file and the words of its location (``表1!R21C4``, ``L123:5-9``), the same that its cell or
paragraph was read with. Paragraphs far from every mark and long runs of unmarked rows are left out, and that is said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from scorer.forms.writing.official import lay_out
from scorer.model import EMPTY, Cell, Document, Level, Paragraph, Report, ScorerError, Submission, Table
from scorer.report.sentences import by_level

CONTEXT = 1  # paragraphs shown before and after a marked one
WHOLE_TABLE = 60  # rows up to which a table with a mark is shown whole
ROWS_AROUND = 3  # of a longer table, around a marked row and at its head
LONGEST_UNMARKED = 240  # characters of a paragraph between two marks that are shown
SPAN = re.compile(r"^(?P<line>.+?):(?P<first>\d{1,7})-(?P<last>\d{1,7})$")
SEVERITY: dict[Level, int] = {"error": 3, "warning": 2, "note": 1}


@dataclass(frozen=True, slots=True)
class Mark:
    """One place of one finding: `number` the finding's, `index` the place's within it, both from 1.

    `anchor` names the place in a page; `other` is the anchor of the finding's next place that is shown, "" where this
    is the only one.
    """

    number: int
    index: int
    level: Level
    anchor: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a paragraph's text. `level` is the gravest mark over it, "" for none; `begins` and `ends` the marks that
    start before and end after it."""

    text: str
    level: Level | str = ""
    begins: tuple[Mark, ...] = ()
    ends: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkedParagraph:
    place: str
    pieces: tuple[Piece, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class MarkedCell:
    text: str
    place: str
    rows: int
    columns: int
    marks: tuple[Mark, ...] = ()

    @property
    def level(self) -> Level | str:
        return gravest(self.marks)


@dataclass(frozen=True, slots=True)
class Rows:
    """Consecutive rows of a table; `left_out` counts the rows skipped before them."""

    left_out: int
    cells: tuple[tuple[MarkedCell, ...], ...]


@dataclass(frozen=True, slots=True)
class MarkedTable:
    name: str
    columns: int
    parts: tuple[Rows, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Gap:
    """So many paragraphs or tables without a mark were left out here."""

    paragraphs: int
    tables: int = 0


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    path: str
    blocks: tuple[MarkedParagraph | MarkedTable | Gap, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The marked documents, and the anchors of the places that they show, by (finding's number, place's index)."""

    documents: tuple[MarkedDocument, ...] = ()
    anchors: Mapping[tuple[int, int], str] = field(default_factory=dict)


NO_EVIDENCE = Evidence()

Located = Mapping[tuple[str, str], Sequence[Mark]]
Spans = Mapping[tuple[str, str], Sequence[tuple[int, int, Mark]]]


def mark(report: Report, submission: Submission | None) -> Evidence:
    """The documents of `submission` with the places of the report's findings marked; nothing without a submission."""
    if submission is None:
        return NO_EVIDENCE
    documents = [with_form(document, submission) for document in submission.documents]
    whole, parts = _located(report, documents)
    marked = tuple(
        MarkedDocument(document.path, tuple(blocks))
        for document in documents
        if (blocks := list(_blocks(document, whole, parts)))
    )
    shown = [found for marks in whole.values() for found in marks]
    shown += [found for spans in parts.values() for _, _, found in spans]
    return Evidence(marked, {(found.number, found.index): found.anchor for found in shown})


def gravest(marks: Iterable[Mark]) -> Level | str:
    return max((found.level for found in marks), key=SEVERITY.__getitem__, default="")


def with_form(document: Document, submission: Submission) -> Document:
    """A document without blocks (a TOML record) shown as the official form, whose cells keep their places in it."""
    if document.blocks or not submission.has_form:
        return document

    try:
        form = lay_out(submission)
    except ScorerError:  # more levels than the official form has: the findings then stand with their quotes alone
        return document
    cells = tuple(
        Cell(box.cell.text, box.cell.source, box.row, box.column, box.rows, box.columns) for box in form.boxes
    )
    table = Table(f"{form.title}（按官方表式列出）", cells, form.rows, form.columns)
    return Document(document.path, document.sha256, document.format, (table,), document.doubts)


def _located(
    report: Report, documents: Sequence[Document]
) -> tuple[dict[tuple[str, str], list[Mark]], dict[tuple[str, str], list[tuple[int, int, Mark]]]]:
    """Every place that the documents hold: marks over whole cells and paragraphs, and over parts of paragraphs."""
    lengths: dict[tuple[str, str], int] = {}
    cells: set[tuple[str, str]] = set()
    for document in documents:
        for block in document.blocks:
            if isinstance(block, Paragraph):
                lengths[document.path, block.source.place] = len(block.text)
            else:
                cells.update((document.path, cell.source.place) for cell in block.cells if cell.source.at)

    whole: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    parts: dict[tuple[str, str], list[tuple[int, int, Mark]]] = defaultdict(list)
    for number, finding in ((item.number, item.finding) for _, group in by_level(report) for item in group):
        targets: list[tuple[int, tuple[str, str], tuple[int, int] | None]] = []
        seen: set[tuple[str, str]] = set()
        for index, place in enumerate(finding.where, 1):
            if (place.file, place.at) in seen:
                continue
            seen.add((place.file, place.at))
            span = SPAN.match(place.at)
            line = (place.file, span["line"] if span else place.at)
            if (place.file, place.at) in cells:
                targets.append((index, (place.file, place.at), None))
            elif line in lengths:
                first, last = (int(span["first"]) - 1, int(span["last"])) if span else (0, lengths[line])
                if 0 <= first < last <= lengths[line]:
                    targets.append((index, line, (first, last)))
                else:
                    targets.append((index, line, (0, lengths[line])))
            elif line in cells:
                targets.append((index, line, None))
        anchors = [f"p{number}-{index}" for index, _, _ in targets]
        for position, (index, key, ends) in enumerate(targets):
            other = anchors[(position + 1) % len(anchors)] if len(anchors) > 1 else ""
            found = Mark(number, index, finding.level, anchors[position], other)
            if ends is None:
                whole[key].append(found)
            else:
                parts[key].append((*ends, found))
    return whole, parts


def _blocks(
    document: Document, whole: Located, parts: Spans
) -> Iterator[MarkedParagraph | MarkedTable | Gap]:
    marked = {
        position
        for position, block in enumerate(document.blocks)
        if _has_mark(document.path, block, whole, parts)
    }
    if not marked:
        return
    near = {position + step for position in marked for step in range(-CONTEXT, CONTEXT + 1)}
    paragraphs = tables = 0
    for position, block in enumerate(document.blocks):
        table = isinstance(block, Table)
        if position not in marked and (table or position not in near):
            paragraphs, tables = paragraphs + (not table), tables + table
            continue
        if paragraphs or tables:
            yield Gap(paragraphs, tables)
            paragraphs = tables = 0
        if isinstance(block, Table):
            yield _table(document.path, block, whole)
        else:
            spans = parts.get((document.path, block.source.place), ())
            yield MarkedParagraph(block.source.place, tuple(pieces(block.text, spans)), block.level > 0)
    if paragraphs or tables:
        yield Gap(paragraphs, tables)


def _has_mark(path: str, block: Paragraph | Table, whole: Located, parts: Spans) -> bool:
    if isinstance(block, Paragraph):
        return (path, block.source.place) in parts
    return any((path, cell.source.place) in whole for cell in block.cells if cell.source.at)


# --------------------------------------------------------------------------------------------------------- paragraphs


def pieces(text: str, spans: Sequence[tuple[int, int, Mark]]) -> Iterator[Piece]:
    """`text` cut wherever a mark begins or ends; long stretches without a mark are shortened in their middle."""
    cuts = sorted({0, len(text), *(first for first, _, _ in spans), *(last for _, last, _ in spans)})
    for first, last in pairwise(cuts):
        over = [found for start, end, found in spans if start <= first and last <= end]
        run = text[first:last]
        if not over and len(run) > LONGEST_UNMARKED:
            half = LONGEST_UNMARKED // 2
            head, tail = (run[:half] if first else ""), (run[-half:] if last < len(text) else "")
            if first == 0 and last == len(text):
                head, tail = run[:LONGEST_UNMARKED], ""
            run = f"{head}……（略 {len(run) - len(head) - len(tail)} 字）……{tail}"
        yield Piece(
            run,
            gravest(over),
            tuple(found for start, _, found in spans if start == first),
            tuple(found for _, end, found in spans if end == last),
        )


# ------------------------------------------------------------------------------------------------------------- tables


def _table(path: str, table: Table, whole: Located) -> MarkedTable:
    grid = table.grid()
    width = max((cell.column + cell.colspan for cell in table.cells if cell or cell.source.at), default=table.columns)
    width = min(width, table.columns)
    marked = {
        row
        for cell in table.cells
        if (path, cell.source.place) in whole and cell.source.at
        for row in range(cell.row, min(cell.row + cell.rowspan, table.rows))
    }
    shown = _shown_rows(table.rows, marked)
    used: set[str] = set()
    parts: list[Rows] = []
    previous = 0
    for first, last in _runs(shown):
        rows = tuple(_row(path, grid, row, (first, last), width, whole, used) for row in range(first, last))
        parts.append(Rows(first - previous, rows))
        previous = last
    return MarkedTable(table.name, width, tuple(parts), table.rows - previous)


def _shown_rows(rows: int, marked: set[int]) -> list[int]:
    if rows <= WHOLE_TABLE:
        return list(range(rows))
    near = {row + step for row in marked for step in range(-ROWS_AROUND, ROWS_AROUND + 1)}
    return [row for row in range(rows) if row in near or row < ROWS_AROUND]


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Consecutive numbers as half-open ranges."""
    start = previous = None
    for row in rows:
        if start is None or previous is None:
            start = row
        elif row != previous + 1:
            yield start, previous + 1
            start = row
        previous = row
    if start is not None and previous is not None:
        yield start, previous + 1


def _row(
    path: str,
    grid: Sequence[Sequence[Cell]],
    row: int,
    run: tuple[int, int],
    width: int,
    whole: Located,
    used: set[str],
) -> tuple[MarkedCell, ...]:
    """The cells that begin in this row of a run of rows; an area that began above the run begins anew in its first row."""
    cells = []
    for column in range(width):
        cell = grid[row][column]
        if cell is EMPTY:
            cells.append(MarkedCell("", "", 1, 1))
            continue
        if column != cell.column or row != max(cell.row, run[0]):
            continue
        marks = tuple(found for found in whole.get((path, cell.source.place), ()) if found.anchor not in used)
        used.update(found.anchor for found in marks)
        cells.append(
            MarkedCell(
                cell.text,
                cell.source.place,
                min(cell.row + cell.rowspan, run[1]) - row,
                min(cell.colspan, width - column),
                marks,
            )
        )
    return tuple(cells)
