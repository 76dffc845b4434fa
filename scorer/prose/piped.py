"""Lines that are rows: neighbouring lines of the same number of | (or of commas, or of wide spaces) read as a table."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from scorer.model import Cell, Paragraph, Table
from scorer.prose.cell_lines import cell_tables
from scorer.prose.phrases import REACH


class Absorbed:
    """A line that has become a row of the table before it: keeps the numbers of the blocks as they are."""


_PIPE = re.compile(r"\|")
_COMMA = re.compile(r"(?<!\d)[,，]|[,，](?!\d{3}(?!\d))")
_SPACES = re.compile(r"[ \u3000]{2,12}")
_LONGEST_CELL = 24  # of a row whose cells only commas part: longer ones are sentences


def free_blocks(blocks: Sequence[Paragraph | Table]) -> Iterator[Paragraph | Table | Absorbed]:
    """The blocks with neighbouring lines of the same number of | (or commas) read as the rows of a table."""
    index = 0
    loose = cell_tables(blocks)
    while index < len(blocks):
        if index in loose:
            yield loose[index].table
            for _ in range(loose[index].last - index):
                yield Absorbed()
            index = loose[index].last + 1
            continue
        separator, rows = _PIPE, _piped_rows(blocks, index, loose)
        if len(rows) < 2:
            separator, rows = _COMMA, _short_rows(blocks, index, _COMMA)
        if len(rows) < 2:
            separator, rows = _SPACES, _short_rows(blocks, index, _SPACES)
        if len(rows) < 2:
            yield blocks[index]
            index += 1
            continue
        cells = [cell for row, block in enumerate(rows) for cell in _row_cells(block, row, separator)]
        yield Table("", tuple(cells), len(rows), len(separator.findall(rows[0].text.strip())) + 1)
        for _ in rows[1:]:
            yield Absorbed()
        index += len(rows)


def _piped_rows(blocks: Sequence[Paragraph | Table], index: int, loose: Container[int]) -> list[Paragraph]:
    rows: list[Paragraph] = []
    for number in range(index, len(blocks)):
        block = blocks[number]
        if number in loose or not isinstance(block, Paragraph) or "|" not in block.text or len(block.text) > 4 * REACH:
            break
        if rows and block.text.count("|") != rows[0].text.count("|"):
            break
        rows.append(block)
    return rows


def _short_rows(
    blocks: Sequence[Paragraph | Table], index: int, separator: re.Pattern[str]
) -> list[Paragraph]:
    """Lines of short cells parted by commas or wide spaces under a heading without figures: 指标名称,目标值,完成值."""
    rows: list[Paragraph] = []
    for number in range(index, len(blocks)):
        block = blocks[number]
        if not isinstance(block, Paragraph) or len(block.text.strip()) > 2 * REACH or re.search(r"[。；：:;]", block.text.strip()):
            break
        cells = separator.split(block.text.strip())
        if len(cells) < 3 or any(len(cell.strip()) > _LONGEST_CELL for cell in cells):
            break
        if (rows and len(cells) != len(separator.findall(rows[0].text)) + 1) or (not rows and re.search(r"\d", block.text.strip())):
            break
        rows.append(block)
    return rows if len(rows) >= 3 and all(re.search(r"\d", row.text) for row in rows[1:]) else []


def _row_cells(block: Paragraph, row: int, separator: re.Pattern[str]) -> Iterator[Cell]:
    start = 0
    inner = len(block.text) - len(block.text.lstrip())
    last = len(block.text.rstrip()) - (separator is _SPACES)
    ends = [match.span() for match in separator.finditer(block.text) if inner <= match.start() and match.end() <= last]
    for column, (end, following) in enumerate([*ends, (len(block.text), 0)]):
        text = block.text[start:end]
        if text.strip():
            begin = start + len(text) - len(text.lstrip())
            at = f"{block.source.at}:{begin + 1}-{begin + len(text.strip())}"
            yield Cell(text.strip(), replace(block.source, at=at), row, column)
        start = following
