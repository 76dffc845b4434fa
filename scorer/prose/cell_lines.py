"""Tables written one cell a line, as pages leave them: with bars that close the cells, or without.

The cells of such a run repeat with the width of the table: where at least three rows in a row have words and figures in
the same columns, the width is known. Rows that are short make no table unless they are few; the heads are only believed
where they are as many as the columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from scorer.model import Cell, Paragraph, Source, Table

Kind = Literal["figure", "words", "empty"]

LONGEST = 40
"""Characters of a line that may be a cell: longer ones are sentences."""

WIDEST = 14
"""Columns of a table that are looked for."""

LEAST = 3
"""Rows that must follow each other before a run of lines is a table."""

SHORT = "这一行的格数比别的行少，不能确定是哪一列"
"""What is doubted of a figure whose row has lost cells."""

_FIGURE = re.compile(r"[-−+]?\d[\d,，]*(?:\.\d+)?%?")
_EMPTY = re.compile(r"[-—–/\s　]*")
_SENTENCE = re.compile(r"[。；;]|^(?!其中)[^：:]*[：:].{12}|[，,](?!\d).*[，,](?!\d)")
_CAPTION = re.compile(r"单\s*位\s*[:：]")
_GROUP = re.compile(r"其\s*中\s*[:：]?")


@dataclass(frozen=True, slots=True)
class Token:
    """One cell as it was read: where it is written and which block it begins in."""

    text: str
    source: Source
    block: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Found:
    """A table and the blocks, counted from the beginning of the list, that have become it."""

    table: Table
    first: int
    last: int


def cell_tables(blocks: Sequence[Paragraph | Table]) -> dict[int, Found]:
    """The tables of one-cell-a-line runs, by the block that each begins at."""
    found: dict[int, Found] = {}
    for first, last in _runs(blocks):
        lines = [(index, block) for index in range(first, last) if isinstance(block := blocks[index], Paragraph)]
        tables: list[Found] = []
        if any("|" in block.text for _, block in lines):
            tables = list(_tables(_barred(lines), bars=True))
        if not tables:
            tables = list(_tables(_plain(lines), bars=False))
        found.update((table.first, table) for table in tables)
    return found


def _runs(blocks: Sequence[Paragraph | Table]) -> Iterator[tuple[int, int]]:
    """Neighbouring blocks that may each be one cell, with a few figures among them."""
    first, figures = 0, 0
    for index in range(len(blocks) + 1):
        block = blocks[index] if index < len(blocks) else None
        if isinstance(block, Paragraph) and _may_be_cell(block.text):
            figures += any(_FIGURE.fullmatch(cell.strip()) for cell in block.text.split("|"))
            continue
        if figures >= 2:
            yield first, index
        first, figures = index + 1, 0


def _may_be_cell(text: str) -> bool:
    text = text.strip()
    if "|" not in text:
        return len(text) <= LONGEST and _SENTENCE.search(text) is None
    if text.strip("| \u3000\xa0\t") and text.startswith("|") == text.endswith("|"):
        return False  # a whole row in bars, or bars between the cells of a row only
    return len(text) <= WIDEST * LONGEST and all(len(cell.strip()) <= LONGEST for cell in text.split("|"))


def _plain(lines: Sequence[tuple[int, Paragraph]]) -> list[Token]:
    """Every line a cell; lines that are nothing but bars part cells and are none."""
    return [
        _token(index, block, start, end)
        for index, block in lines
        for start, end in [_trimmed(block.text, 0, len(block.text))]
        if start < end or "|" not in block.text
    ]


def _barred(lines: Sequence[tuple[int, Paragraph]]) -> list[Token]:
    """The cells that bars close, over line breaks; of the lines before the first bar only the last is a cell."""
    tokens: list[Token] = []
    waiting: list[Token] = []
    closed = False
    for index, block in lines:
        start = 0
        for match in [*re.finditer(r"\|", block.text), None]:
            end = match.start() if match else len(block.text)
            begin, stop = _trimmed(block.text, start, end)
            if begin < stop:
                waiting.append(_token(index, block, begin, stop))
            if match:
                if not closed:
                    waiting = waiting[-1:]
                tokens.append(_joined(waiting) if waiting else _token(index, block, end, end))
                waiting, closed, start = [], True, end + 1
    return tokens


def _joined(parts: Sequence[Token]) -> Token:
    caption = [number for number, part in enumerate(parts) if _CAPTION.match(part.text)]
    parts = parts[caption[-1] + 1 :] or parts if caption else parts
    if len(parts) == 1:
        return parts[0]
    return replace(parts[0], text="".join(part.text for part in parts), kind="words")


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \u3000\t|\xa0":
        start += 1
    while end > start and text[end - 1] in " \u3000\t|\xa0":
        end -= 1
    return start, end


def _token(index: int, block: Paragraph, start: int, end: int) -> Token:
    text = block.text[start:end]
    at = f"{block.source.at.split(':')[0]}:{start + 1}-{max(end, start + 1)}"
    whole = not block.text[:start] and not block.text[end:]
    kind: Kind = "empty" if _EMPTY.fullmatch(text) else "figure" if _FIGURE.fullmatch(text) else "words"
    return Token(text, block.source if whole else replace(block.source, at=at), index, kind)


# --------------------------------------------------------------------------------------------------------------- rows


def _tables(tokens: Sequence[Token], *, bars: bool) -> Iterator[Found]:
    done = 0
    for start, rows in sorted(_regions(tokens, bars=bars), key=lambda region: region[0]):
        if start < done:
            continue
        width = max(map(len, rows))
        end = start + sum(map(len, rows))
        heads = _heads(tokens[done:start], rows, width, bars=bars, aligned=start % width == 0)
        both = _paired(tokens[done:start], width)
        beside = 2 if both else 1
        yield _found(both or heads, [rows[at : at + beside] for at in range(0, len(rows), beside)], width)
        done = end


def _regions(tokens: Sequence[Token], *, bars: bool) -> list[tuple[int, list[list[Token]]]]:
    """Where rows begin, and the rows."""
    if not bars and (regions := list(_labelled(tokens))):
        return regions
    best: list[tuple[int, int, int]] = []
    for width in range(2, WIDEST + 1):
        best += [(start, end, width) for start, end in _periods(tokens, width, bars=bars)]
    # the longest first; but twice the width is as long, or longer by the heads, wherever the width itself is
    best = [one for one in best if not any(_twice(one, other) for other in best)]
    best.sort(key=lambda region: (region[0] - region[1], region[2]))
    taken: list[tuple[int, int]] = []
    regions = []
    for start, end, width in best:
        if any(start < stop and begin < end for begin, stop in taken):
            continue
        taken.append((start, end))
        rows = [list(tokens[at : min(at + width, end)]) for at in range(start, end, width)]
        rows[-1] += [replace(rows[-1][-1], text="", kind="empty")] * (width - len(rows[-1]))
        regions.append((start, rows))
    return regions


def _twice(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether a region is another one read with a multiple of its width."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    return one[2] > other[2] and one[2] % other[2] == 0 and common * 2 >= one[1] - one[0]


def _periods(tokens: Sequence[Token], width: int, *, bars: bool) -> Iterator[tuple[int, int]]:
    """Stretches of at least three rows of this width with words and figures in the same columns."""
    start = 0
    size = len(tokens)
    while start + LEAST * width <= size:
        end = start
        kinds: list[Kind] = ["empty"] * width
        while end < size:
            kind, known = tokens[end].kind, kinds[(end - start) % width]
            if kind != "empty" and known != "empty" and kind != known:
                break
            if kind != "empty":
                kinds[(end - start) % width] = kind
            end += 1
        if end - start >= LEAST * width and kinds.count("figure") and "words" in kinds:
            begin = _row_start(tokens, start, width, bars=bars)
            if begin is not None:
                stop = begin + (end - begin) // width * width
                if end == size and not any(kinds[(at - start) % width] == "figure" for at in range(end, stop + width)):
                    stop = end if end > stop else stop  # the last row lacks nothing but empty cells
                if stop - begin > (LEAST - 1) * width and _even(kinds, begin - start) and _filled(tokens[begin:stop], width):
                    yield begin, stop
            start = max(start + 1, end - width + 1)
        else:
            start += 1 if end - start < width else max(1, end - start - width + 1)


def _row_start(tokens: Sequence[Token], start: int, width: int, *, bars: bool) -> int | None:
    """Where the first row begins: with its serial number, or with the words before its first figure; where several cells
    of words stand there, bars tell from the beginning of the run which one is the first."""
    first = next((index for index in range(start, min(len(tokens), start + 2 * width)) if tokens[index].kind == "figure"), None)
    if first is None:
        return None
    if tokens[first].text == "1" and first + width < len(tokens) and tokens[first + width].text == "2":
        return first
    labels = [index for index in range(first - 1, max(start - 1, first - width), -1) if tokens[index].kind == "words"]
    if not labels:
        return None
    return next((index for index in labels if bars and index % width == 0), labels[0])


def _even(kinds: Sequence[Kind], turn: int) -> bool:
    """Whether a row names its figures once, or is two halves that do so alike: other rows are two read as one."""
    size = len(kinds)
    row = [kinds[(turn + place) % size] for place in range(size)]
    named = sum(one == "words" and two == "figure" for one, two in pairwise(row))
    return named <= 1 or row[: size // 2] == row[size // 2 :]


def _filled(tokens: Sequence[Token], width: int) -> bool:
    """Whether the cells show a table: labels in every row that are not all the same, and enough figures."""
    rows = [tokens[at : at + width] for at in range(0, len(tokens), width)]
    labels = [next((token.text for token in row if token.kind == "words"), "") for row in rows]
    figures = sum(token.kind == "figure" for token in tokens)
    return all(labels) and len(set(labels)) * 4 > len(labels) and len(set(labels)) >= LEAST - 1 and figures >= 2


def _labelled(tokens: Sequence[Token]) -> Iterator[tuple[int, list[list[Token]]]]:
    """Rows of words and the figures after them, the same number in most; a few may be short."""
    rows: list[tuple[int, list[Token]]] = []
    for index, token in enumerate(tokens):
        if token.kind == "words":
            rows.append((index, [token]))
        elif rows:
            rows[-1][1].append(token)
    place = 0
    while place < len(rows):
        width = len(rows[place][1])
        if width < 2 or width > WIDEST or len(_same(rows, place, width)) < LEAST:
            place += 1
            continue
        last = place
        end = place
        short = 0
        while end < len(rows) and len(rows[end][1]) <= width:
            if len(rows[end][1]) == width:
                last = end
            else:
                short += 1
                if short * 4 > end - place + 1 and end - last > 1:
                    break
            end += 1
        body = [cells for _, cells in rows[place : last + 1]]
        if (names := len({cells[0].text for cells in body})) < 2 or names * 4 <= len(body):
            place = last + 1
        elif sum(len(cells) < width for cells in body) * 4 <= len(body):
            yield rows[place][0], body
            place = last + 1
        else:
            same = _same(rows, place, width)
            yield rows[place][0], [cells for _, cells in same]
            place += len(same)


def _same(rows: Sequence[tuple[int, list[Token]]], place: int, width: int) -> Sequence[tuple[int, list[Token]]]:
    end = place
    while end < len(rows) and len(rows[end][1]) == width:
        end += 1
    return rows[place:end]


# -------------------------------------------------------------------------------------------------------------- heads


def _heads(before: Sequence[Token], rows: Sequence[Sequence[Token]], width: int, *, bars: bool, aligned: bool) -> list[Token | None]:
    """The heads of the columns, None where there is none; all None where they are not as many as the columns."""
    none: list[Token | None] = [None] * width
    words: list[Token] = []
    for token in reversed(before):
        if token.kind == "figure":
            if words or not _counts(before):  # a row 1 2 3 4 under the heads numbers the columns
                break
            continue
        if token.kind == "words" and _CAPTION.search(token.text):
            break
        words.append(token)
        if len(words) >= 3 * width:
            break
    words.reverse()
    full = [token for token in words if token.kind == "words"]
    if bars and len(words) >= width and aligned:
        used = [column for column in range(width) if any(row[column].kind != "empty" for row in rows)]
        if all(words[column - width].kind == "words" for column in used):
            return list(words[-width:])
    if bars:
        titles = {id(t) for at in range(len(words) % width, len(words), width) for t in _title(words[at : at + width])}
        full = [token for token in full if id(token) not in titles]
    figures = [column for column in range(width) if any(row[column].kind == "figure" for row in rows if len(row) > column)]
    groups = [number for number, token in enumerate(full) if _GROUP.fullmatch(token.text)]
    ungrouped = [token for token in full if not _GROUP.fullmatch(token.text)]
    if bars and len(ungrouped) == len(figures) and len(groups) <= 1:
        for column, token in zip(figures, ungrouped, strict=True):
            none[column] = token
        return none
    if len(full) >= width and (not bars or len(full) == width):
        return list(full[-width:])
    if len(full) == width - 1 and figures == list(range(1, width)):
        return [None, *full]
    return none


def _title(row: Sequence[Token]) -> Sequence[Token]:
    """The only words of a row of cells: the title or the unit of the table, no head."""
    words = [token for token in row if token.kind == "words"]
    return words if len(words) == 1 and len(row) > 2 else ()


def _counts(tokens: Sequence[Token]) -> bool:
    figures = [token.text for token in tokens if token.kind == "figure"]
    return len(figures) >= 2 and figures == [str(number) for number in range(1, len(figures) + 1)]


def _paired(before: Sequence[Token], width: int) -> list[Token | None]:
    """The heads of two tables side by side, which name the same columns under two words: 收入 预算 决算 支出 预算 决算."""
    words = [token for token in before[-3 * width :] if token.kind == "words"][-2 * width :]
    if len(words) < 2 * width or width < 2 or words[0].text == words[width].text:
        return []
    alike = sum(one.text == other.text for one, other in zip(words[1:width], words[width + 1 :], strict=True))
    return list(words) if alike and alike * 2 >= width - 1 else []


def _found(heads: Sequence[Token | None], rows: Sequence[Sequence[Sequence[Token]]], width: int) -> Found:
    """The table of rows that are one piece, or two side by side, each `width` cells wide."""
    named = [token for token in heads if token is not None]
    cells = [Cell(t.text, t.source, 0, column) for column, t in enumerate(heads) if t is not None and t.kind != "empty"]
    for number, row in enumerate(rows, 1):
        for half, piece in enumerate(row):
            for place, token in enumerate(piece):
                if token.kind == "empty" or (number == 1 and not place and _CAPTION.match(token.text)):
                    continue  # the first row has lost its name: what stands before it is the unit of the table
                column = half * width + place
                if place and len(piece) < width:  # which columns a short row has lost is not known: its figures stand outside
                    cells.append(Cell(token.text, token.source, number, len(heads) + column, doubt=SHORT))
                else:
                    cells.append(Cell(token.text, token.source, number, column))
    body = [t for row in rows for piece in row for t in piece]
    blocks = [t.block for t in (*(body[1:] if _CAPTION.match(body[0].text) else body), *named)]
    return Found(Table("", tuple(cells), len(rows) + 1, 1 + max(cell.column for cell in cells)), min(blocks), max(blocks))
