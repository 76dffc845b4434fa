"""Rows that are shorter than their table: which columns each cell of such a row covers.

A flattened table loses its merged areas: a header cell over three columns, or a 合计 over code and name, is one cell
like any other, and the row has fewer cells than the table has columns. The spans are found as the cheapest division
of the columns among the cells (dynamic programming): figures keep one column and want a column of figures, labels may
cover several, and a header covers the filled cells of the row below it and not the blank ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

WIDEST = 60
"""Columns of the widest table whose short rows are divided; rows of wider tables stay at the left."""

MOST_TRIALS = 1_000_000
"""Divisions tried for one table; a table with still more short rows of ever new shapes keeps the others at the left."""

_FIGURE = re.compile(r"[-−+]?[\d,，]{1,20}(?:\.\d{0,10})?\.?[%％]?")
_BLANK_SPAN = 0.35
_FIGURE_SPAN = 1.0
_LABEL_SPAN = 0.05
_LATER_HEADING = 0.02  # the first heading of a row is the one over several columns, where nothing else tells
_SAMPLE = 12
_EVEN = 0.003
_EARLY = 0.000_01  # of two equal divisions the one whose first spans are shorter

Row = Sequence[str]
Spans = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    """What the full rows of a table say about each column: share of figures among, and share of, the filled cells."""

    figures: tuple[float, ...]
    filled: tuple[float, ...]
    known: bool


def is_figure(text: str) -> bool:
    """Whether a cell holds a figure and nothing else (``1682.24``, ``98%``, ``1223.38.``)."""
    return _FIGURE.fullmatch(text.strip()) is not None


def divide(rows: Sequence[Row]) -> list[Spans]:
    """How many columns each cell covers, row by row; full rows and rows of a very wide table get ones.

    `rows` are the texts of one table, blanks included; the table is as wide as its longest row.
    """
    width = max((len(row) for row in rows), default=0)
    if width > WIDEST:
        return [(1,) * len(row) for row in rows]
    columns = _columns([row for row in rows if len(row) == width], width)
    found: list[Spans] = []
    known: dict[tuple[str, ...], Spans] = {}
    trials = 0
    below: list[tuple[str, int]] = []  # (text, anchor column) of each column of the row below
    below_length = 0
    for length, members in groupby(reversed(rows), key=len):
        group = list(members)
        if length == width or not length:
            spans: Spans = (1,) * length
        else:
            # A long block says no more about its columns than its last rows do; this keeps the work linear.
            sample = group[-_SAMPLE:]
            is_header = below_length > length and not any(is_figure(text) for row in sample for text in row)
            shape = tuple("".join(map(_shape, row)) for row in sample)
            spans = () if is_header else known.get(shape, ())
            if not spans and trials < MOST_TRIALS:
                trials += length * (width - length + 1) ** 2 * len(sample)
                spans = _cheapest(sample, width, columns, is_header, below)
            spans = spans or (1,) * length
            if not is_header:
                known[shape] = spans
            elif length + 1 == below_length < width:
                _align(group[-1], spans, rows, found)
        found += [spans] * len(group)
        below = _by_column(group[-1], spans)
        below_length = length
    return found[::-1]


def _align(header: Row, spans: Spans, rows: Sequence[Row], found: list[Spans]) -> None:
    """Rows with one cell more than the header above them, whose first cells stand side by side below its first one (the
    blank rest of a label and a name below 项目资金): their other cells stand exactly below the other headings."""
    if spans[0] < 2 or not all(map(str.strip, header)):
        return
    for index in range(len(found)):
        row = rows[len(rows) - len(found) + index]
        beside = len(row) == len(header) + 1 and row[0].strip() in ("", header[0].strip())
        if not beside or not row[1].strip() or is_figure(row[1]):
            return
        found[len(found) - 1 - index] = (1, spans[0] - 1, *spans[1:])


def _shape(text: str) -> str:
    return "0" if is_figure(text) else "a" if text.strip() else " "


def _by_column(row: Row, spans: Spans) -> list[tuple[str, int]]:
    cells: list[tuple[str, int]] = []
    for text, span in zip(row, spans, strict=True):
        cells += [(text.strip(), len(cells))] * span
    return cells


def _columns(full: Sequence[Row], width: int) -> _Columns:
    figures, filled = [], []
    for column in range(width):
        texts = [row[column] for row in full if row[column].strip()]
        figures.append(sum(map(is_figure, texts)) / len(texts) if texts else 0.5)
        filled.append(len(texts) / len(full) if full else 0.0)
    return _Columns(tuple(figures), tuple(filled), len(full) > 1)


def _cheapest(
    group: Sequence[Row], width: int, columns: _Columns, is_header: bool, below: Sequence[tuple[str, int]]
) -> Spans:
    """The spans, the same for all rows of `group` (neighbours of equal length belong to one block of the form)."""
    length = len(group[0])
    if is_header:  # headings stand above figures as well as above words
        columns = _Columns(columns.figures, columns.filled, False)
    if not is_header or any(is_figure(text) for text, _ in below):
        below = []  # rows of the body say nothing about which headings go together
    infinite = float("inf")
    best = [[infinite] * (width + 1) for _ in range(length + 1)]
    taken = [[0] * (width + 1) for _ in range(length + 1)]
    best[0][0] = 0.0
    for index in range(length):
        for start in range(index, width - (length - index) + 1):
            if best[index][start] == infinite:
                continue
            for span in range(1, width - start - (length - index - 1) + 1):
                cost = best[index][start] + _EVEN * span * span + _EARLY * span * (width - start)
                cost += sum(_cell_cost(row[index], start, span, columns) for row in group) / len(group)
                if is_header and index:
                    cost += _LATER_HEADING * (span - 1)
                if below and group[-1][index].strip():
                    cost += _header_cost(start, span, below)
                if cost < best[index + 1][start + span]:
                    best[index + 1][start + span] = cost
                    taken[index + 1][start + span] = span
    spans = []
    end = width
    for index in range(length, 0, -1):
        spans.append(taken[index][end])
        end -= taken[index][end]
    return tuple(reversed(spans))


def _cell_cost(text: str, start: int, span: int, columns: _Columns) -> float:
    if not text.strip():
        cost = _BLANK_SPAN * (span - 1)
        return cost + 0.5 * columns.filled[start] if columns.known else cost
    if is_figure(text):
        cost = _FIGURE_SPAN * (span - 1)
        return cost + 1.0 - columns.figures[start] if columns.known else cost
    cost = _LABEL_SPAN * (span - 1) * (1 + 1 / len(text.strip()))  # of two labels the longer one is the wider
    return cost + 0.8 * columns.figures[start] if columns.known and span == 1 else cost


def _header_cost(start: int, span: int, below: Sequence[tuple[str, int]]) -> float:
    """A header over one column stands above a blank, one over several above the words that divide it, none twice."""
    covered = below[start : start + span]
    if span == 1:
        return 0.1 if covered[0][0] else 0.0
    blanks = sum(not text for text, _ in covered)
    words = [text for text, _ in {anchor: (text, anchor) for text, anchor in covered}.values() if text]
    cut = covered[0][1] < start or (start + span < len(below) and below[start + span][1] < start + span)
    return 0.6 * blanks + (len(words) - len(set(words))) + cut
