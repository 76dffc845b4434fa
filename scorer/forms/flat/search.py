"""Tables in plain text: where they are, and their cells with the line each stands on.

Five ways in which a table survives as text are recognised, the surest first:

* Markdown pipes, ``| a | b |``;
* a row a line, cells divided by tabs (pasted from a spreadsheet);
* a form whose cells stand one a line without any mark (`loose`);
* a cell a line, each after a tab, rows set off by empty lines (a word processor's plain text);
* a row a line, cells set apart by runs of spaces, when every row agrees.

A table that is not recognised stays running text; running text that became a table could not be read by anybody. In
doubt a line therefore stays a paragraph. All of it is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scorer.forms.flat import loose
from scorer.forms.flat.costs import bare
from scorer.forms.flat.parse import Token
from scorer.forms.flat.spans import divide, is_figure
from scorer.model import Cell, Doubt, Source, Table

MOST_CELLS = 500_000
"""Cells of one text at most; tables beyond stay running text, with a doubt that says so."""

_WIDEST_ROW = 200
_MOST_BLANK = 24
_KEY_LENGTH = 200
_TAB_START = re.compile(r"[ \u3000\u00a0]{0,40}\t")
_BOOKMARK = re.compile(r"\[bookmark: [^\[\]]{0,80}\]")
_PIPE_RULE = re.compile(r"\|?(?:[ ]?:?-{1,60}:?[ ]?\|){1,80}(?:[ ]?:?-{1,60}:?)?[ ]?")
_PIPE = re.compile(r"(?<!\\)\|")
_GAP = re.compile(r"[ \u3000\u00a0]{2,}|\u3000")
_GOAL = re.compile(r"[\s年度总体绩效预期]{0,12}目标(?:完成情况)?")
_NOTE = re.compile(r"\s{0,8}(?:备注|注|说明|附注)\s?\d?[：:.]")
_HEADING = re.compile(r"\s{0,8}(?:[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]{1,3}部分)")

Line = tuple[int, str]
Rows = list[list[list[Line]]]
"""Rows of cells, a cell being its lines, each with its number."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table and the first and last line it occupies; lines in between that are not `used` belong to the text."""

    table: Table
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Recognised:
    """The tables of a text in order, the numbers of all lines that became cells, and what could not be decided."""

    tables: tuple[FoundTable, ...]
    used: frozenset[int]
    doubts: tuple[Doubt, ...]


def recognise(lines: Sequence[str], path: str) -> Recognised:
    """The tables of a text given as lines (without their ends); lines count from 1, `path` goes into every source."""
    return _Search(lines, path).run()


class _Search:
    """The tables found so far, and which lines are taken."""

    def __init__(self, lines: Sequence[str], path: str) -> None:
        self.lines = lines
        self.path = path
        self.used = bytearray(len(lines) + 2)
        self.tables: list[FoundTable] = []
        self.doubts: list[Doubt] = []
        self.cells = 0

    def run(self) -> Recognised:
        for rows in _pipe_tables(self.lines):
            self._add_divided(rows)
        for rows in _tab_divided(self.lines, self.used):
            self._add_divided(rows)
        self._add_loose()
        for rows in _tab_started(self.lines, self.used):
            self._add_divided(rows)
        for rows in _space_divided(self.lines, self.used):
            self._add_divided(rows)
        used = frozenset(number for number, taken in enumerate(self.used) if taken)
        return Recognised(tuple(sorted(self.tables, key=lambda found: found.first)), used, tuple(self.doubts))

    def _add_divided(self, rows: Rows) -> None:
        """Add a table whose rows are known and whose short rows are still to be laid over its columns."""
        spans = divide([[_text(cell) for cell in row] for row in rows])
        placed: list[Cell] = []
        for index, (row, widths) in enumerate(zip(rows, spans, strict=True)):
            column = 0
            for cell, width in zip(row, widths, strict=True):
                placed.append(self._cell(cell, index, column, width))
                column += width
        self._add(placed, len(rows), [line for row in rows for cell in row for line in cell])

    def _add_loose(self) -> None:
        if not any("指标" in line or "指 标" in line for line in self.lines):
            return
        tokens = _tokens(self.lines)
        headers = [header for header in loose.find_headers(tokens) if not self._taken(tokens, header)]
        headers = [header for header in headers if not _is_row_of_tabs(tokens, header)]
        # Tables found before stand as walls between the forms.
        walls = [-1, *(index for index, token in enumerate(tokens) if self.used[token.line]), len(tokens)]
        before: loose.LooseForm | None = None
        for number, header in enumerate(headers):
            wall = bisect(walls, header.first)
            floor, ceiling = max(walls[wall - 1] + 1, before.end if before else 0), walls[wall]
            if number + 1 < len(headers):
                ceiling = min(ceiling, loose.beginning(tokens, headers[number + 1], header.last + 1))
            form = loose.read_form(tokens, header, floor, ceiling)
            if form is None:
                continue
            if before is not None and before.goes_on_in(form, tokens):
                form = before.joined(form)
            elif before is not None:
                self._add_form(before)
            before = form
        if before is not None:
            self._add_form(before)

    def _add_form(self, form: loose.LooseForm) -> None:
        placed = [
            self._cell([(token.line, token.text) for token in cell], index, column, 1)
            for index, row in enumerate(form.rows)
            for column, cell in row
        ]
        if form.cut:
            last = placed[-1].source
            self.doubts.append(Doubt("F610", "自评表过长，此行之后的内容没有按表格读取", last, placed[-1].text))
        self._add(placed, len(form.rows), [(t.line, t.text) for row in form.rows for _, cell in row for t in cell])

    def _taken(self, tokens: Sequence[Token], header: loose.Header) -> bool:
        return any(self.used[token.line] for token in tokens[header.first : header.last + 1])

    def _cell(self, lines: Sequence[Line], row: int, column: int, span: int) -> Cell:
        start = next((number for number, text in lines if text.strip()), lines[0][0])
        return Cell(_text(lines), Source(self.path, "", f"L{start}"), row, column, 1, span)

    def _add(self, cells: Sequence[Cell], rows: int, lines: Sequence[Line]) -> None:
        self.cells += len(cells)
        numbers = [number for number, _ in lines]
        if self.cells > MOST_CELLS:
            source = Source(self.path, "", f"L{min(numbers)}")
            self.doubts.append(Doubt("F610", f"表格超过 {MOST_CELLS} 个单元格，其余按普通文字读取", source))
            return
        for number in numbers:
            self.used[number] = 1
        columns = max(cell.column + cell.colspan for cell in cells)
        self.tables.append(FoundTable(Table("", tuple(cells), rows, columns), min(numbers), max(numbers)))


def _text(lines: Sequence[Line]) -> str:
    """What a person sees in the cell: its lines without the bookmarks that a conversion left in the text."""
    texts = (_BOOKMARK.sub("", text).strip() for _, text in lines)
    return "\n".join(text for text in texts if text)


def _tokens(lines: Sequence[str]) -> list[Token]:
    """The lines, divided at their tabs; a tab at the start marks the line's first cell. Wide gaps are narrowed."""
    tokens: list[Token] = []
    blank = 0
    for number, line in enumerate(lines, 1):
        blank = 0 if line.strip(" \u3000\u00a0") else blank + 1
        if blank > _MOST_BLANK:
            continue
        parts = line.split("\t") if "\t" in line else [line]
        marked = len(parts) > 1 and not parts[0].strip()
        for position, part in enumerate(parts[1:] if marked else parts):
            text = part.strip()
            shown = text if len(text) <= 2 * _KEY_LENGTH else text[:_KEY_LENGTH] + text[-_KEY_LENGTH:]
            tokens.append(Token(number, text, bare(shown) if text else "", marked or position > 0))
    return tokens


def _is_row_of_tabs(tokens: Sequence[Token], header: loose.Header) -> bool:
    """Whether the header is a row of its own in a table of tab-started cells, set off by empty lines."""
    inside = [token for token in tokens[header.first : header.last + 1] if token.key]
    if sum(token.tab for token in inside) * 2 < len(inside):
        return False
    before, after = header.first, header.last + 1
    while before > 0 and (tokens[before - 1].key or tokens[before - 1].tab) and header.first - before < 5:
        before -= 1
    while after < len(tokens) and (tokens[after].key or tokens[after].tab) and after - header.last < 5:
        after += 1
    # the empty cells of the row's other columns count for nothing: the second line of a header has many
    beside = (*tokens[before : header.first], *tokens[header.last + 1 : after])
    return sum(bool(token.key) for token in beside) <= 3


# ----------------------------------------------------------------------------------------------------------- a row a line


def _pipe_tables(lines: Sequence[str]) -> Iterator[Rows]:
    """Markdown tables: a row, a rule of dashes with as many cells, rows; outer pipes are not needed."""
    number = 1
    while number < len(lines):
        rule = lines[number].strip()
        if "-" not in rule or "|" not in rule or not _PIPE_RULE.fullmatch(rule) or "|" not in lines[number - 1]:
            number += 1
            continue
        width = len(_pipe_cells(rule))
        if len(_pipe_cells(lines[number - 1])) != width:
            number += 1
            continue
        last = number
        while last + 1 < len(lines) and "|" in lines[last + 1]:
            last += 1
        rows = [[[(index + 1, text)] for text in _pipe_cells(lines[index])] for index in range(number - 1, last + 1)]
        rule_row = rows.pop(1)
        rows[0][0] += [(line, "") for line, _ in rule_row[0]]
        longest = max(map(len, rows))
        yield [row + [[(row[0][0][0], "")] for _ in range(longest - len(row))] for row in rows]
        number = last + 2


def _pipe_cells(line: str) -> list[str]:
    text = line.strip()
    cells = _PIPE.split(text.removeprefix("|"))
    if len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return [re.sub(r"<br ?/?>", "\n", cell.replace("\\|", "|")).strip().strip("*").strip() for cell in cells]


def _tab_divided(lines: Sequence[str], used: bytearray) -> Iterator[Rows]:
    """Neighbouring lines divided by tabs: a row a line, as a spreadsheet gives them; merged rows have fewer tabs."""
    number = 0
    while number < len(lines):
        last = number
        if used[number + 1] or not _inner_tabs(lines[number]):
            number += 1
            continue
        while last + 1 < len(lines) and _inner_tabs(lines[last + 1]) and not used[last + 2]:
            last += 1
        rows = [[[(index + 1, text)] for text in lines[index].split("\t")] for index in range(number, last + 1)]
        if last > number and _is_grid(rows):
            yield rows
        number = last + 1


def _inner_tabs(line: str) -> bool:
    """Whether tabs divide the line: one between two texts, or several anywhere."""
    tabs = line.count("\t")
    return 1 < tabs < _WIDEST_ROW or (tabs == 1 and bool(line.split("\t")[0].strip()))


def _is_grid(rows: Rows) -> bool:
    texts = [_text(cell) for row in rows for cell in row]
    long = sum(len(text) > 60 for text in texts)
    if max(map(len, rows)) == 2:
        both = all(_text(row[0]) and len(_text(row[0])) <= 20 and _text(row[1]) for row in rows)
        return both and len(rows) >= 3 and not long
    wide = sum(len(row) > 2 for row in rows)
    return wide * 2 >= len(rows) and sum(map(bool, texts)) * 4 >= len(texts) and long * 4 <= len(texts)


def _space_divided(lines: Sequence[str], used: bytearray) -> Iterator[Rows]:
    """Lines whose words stand in columns: three or more rows with as many cells, and a column of figures below a word."""
    number = 0
    while number < len(lines):
        cells = _space_cells(lines[number]) if not used[number + 1] else []
        last = number
        while len(cells) >= 3 and last + 1 < len(lines) and not used[last + 2]:
            if len(_space_cells(lines[last + 1])) != len(cells):
                break
            last += 1
        rows = [[[(index + 1, text)] for text in _space_cells(lines[index])] for index in range(number, last + 1)]
        if last - number >= 2 and any(
            not is_figure(rows[0][column][0][1]) and all(is_figure(row[column][0][1]) for row in rows[1:])
            for column in range(len(cells))
        ):
            yield rows
        number = last + 1


def _space_cells(line: str) -> list[str]:
    """The words of a line set apart by wide gaps; [] when one is too long for a cell."""
    if len(line) > 400 or "\t" in line or ("  " not in line and "\u3000" not in line and "\u00a0" not in line):
        return []
    cells = [text.strip() for text in _GAP.split(line.strip(" \u3000\u00a0"))]
    return cells if all(0 < len(text) <= 20 for text in cells) else []


# ---------------------------------------------------------------------------------------------------------- a cell a line


@dataclass(slots=True)
class _TabRow:
    """A row of tab-started cells, and how many empty lines stand before it."""

    gap: int
    cells: list[list[Line]]


def _tab_started(lines: Sequence[str], used: bytearray) -> Iterator[Rows]:
    for area in _tab_areas(lines, used):
        for piece in _pieces(area):
            rows = _even_out(piece)
            if _is_table(rows):
                yield rows


def _tab_areas(lines: Sequence[str], used: bytearray) -> Iterator[list[_TabRow]]:
    """Rows that follow each other with nothing but empty lines between them."""
    area: list[_TabRow] = []
    open_row = False
    gap = 0
    for number, line in enumerate(lines, 1):
        if used[number]:
            text_ends = True
        elif _TAB_START.match(line):
            cells = [[(number, part.strip())] for part in line.split("\t")[1:]]
            if open_row and not _NOTE.match(cells[0][0][1]):
                area[-1].cells += cells
            else:
                area.append(_TabRow(gap, cells))
            open_row, gap = True, 0
            continue
        elif not line.strip():
            open_row = False
            gap += 1
            continue
        else:
            text_ends = not open_row or not _continues(line)
            if not text_ends:
                first, *rest = line.split("\t")
                area[-1].cells[-1].append((number, first.strip()))
                area[-1].cells += [[(number, part.strip())] for part in rest]
                continue
        if text_ends and area:
            yield area
            area = []
        open_row, gap = False, 0
    if area:
        yield area


def _continues(line: str) -> bool:
    """Whether a line without a tab may be the rest of the cell before it: not a note, not a heading, no paragraph."""
    return len(line) <= 400 and not _NOTE.match(line) and not _HEADING.match(line)


def _pieces(area: Sequence[_TabRow]) -> Iterator[list[_TabRow]]:
    """The tables of an area: a wide gap before a title, or after a note, parts them; so does running text."""
    piece: list[_TabRow] = []
    for index, row in enumerate(area):
        if _is_prose(row) and not (piece and (_is_note(row) or _goes_below(row, piece[-1]))):
            if piece:
                yield piece
            piece = []
            continue
        parted = piece and (
            (row.gap >= 2 and (len(row.cells) == 1 or _is_note(piece[-1]) or row.gap >= 4))
            or (_is_note(piece[-1]) and _is_title(row) and index + 1 < len(area) and len(area[index + 1].cells) > 1)
        )
        if parted:
            yield piece
            piece = []
        piece.append(row)
    if piece:
        yield piece


def _is_note(row: _TabRow) -> bool:
    return len(row.cells) == 1 and _NOTE.match(_text(row.cells[0])) is not None


def _is_title(row: _TabRow) -> bool:
    return len(row.cells) == 1 and _text(row.cells[0]).split("\n")[0].rstrip("）)0123456789年度（( ").endswith("表")


def _is_prose(row: _TabRow) -> bool:
    """A paragraph that a tab indents, or several without an empty line between them."""
    texts = [_text(cell) for cell in row.cells]
    sentences = sum(len(text) > 60 or (len(text) > 15 and text.endswith(("。", "；"))) for text in texts)
    return sentences * 2 > len(texts)


def _goes_below(row: _TabRow, above: _TabRow) -> bool:
    """Sentences in the cells of a row, not paragraphs: what is aimed at and what was done, below their headings."""
    if len(row.cells) < 3 or len(row.cells) != len(above.cells):
        return False
    label = _text(row.cells[0])
    return not label or _GOAL.fullmatch(label) is not None


def _even_out(piece: Sequence[_TabRow]) -> Rows:
    """Rows of a piece; where empty lines between rows are lacking, the regular length parts them."""
    lengths = Counter(len(row.cells) for row in piece)
    usual, times = max(lengths.items(), key=lambda item: (item[1], item[0]))
    rows: Rows = []
    for row in piece:
        cells, length = row.cells, len(row.cells)
        width = usual if times >= 3 and usual > 2 and length > usual and length % usual == 0 else 0
        if length >= 12 and (length > 3 * usual or len(piece) <= 2):
            width = width or _period([_text(cell) for cell in cells[:2000]])
        rows += [cells[start : start + width] for start in range(0, length, width)] if width else [cells]
    while rows and not any(map(_text, rows[-1])):
        rows.pop()
    return _without_surplus(rows)


def _without_surplus(rows: Rows) -> Rows:
    """Rows of a heading line (公开02表) may have an empty cell more than the table has columns: it goes."""
    lengths = Counter(len(row) for row in rows)
    widest = max(lengths, default=0)
    usual = max(lengths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))[0]
    longer = [row for row in rows if len(row) > usual]
    few = len(longer) <= 3 and all(sum(map(bool, map(_text, row))) <= min(3, usual) for row in longer)
    if widest == usual or lengths[usual] < 3 or not few:
        return rows
    even: Rows = []
    for row in rows:
        surplus = max(0, len(row) - usual)
        blanks = [index for index, cell in enumerate(row) if not _text(cell)]
        # The blank cells of the middle go: first and last cells (部门：, 单位：万元) keep their sides.
        dropped = set(blanks[-surplus:] if surplus else [])
        even.append([cell for index, cell in enumerate(row) if index not in dropped])
    return even


def _period(texts: Sequence[str]) -> int:
    """The row length at which every column holds figures only or words only below its first cell; 0 when none does."""
    kinds = ["" if not text else "0" if is_figure(text) else "a" for text in texts]
    for width in range(3, min(30, len(kinds) // 3) + 1):
        if len(kinds) % width:
            continue
        columns = [set(kinds[column + width :: width]) - {""} for column in range(width)]
        if all(len(kind) <= 1 for kind in columns) and {"0"} in columns and {"a"} in columns:
            return width
    return 0


def _is_table(rows: Rows) -> bool:
    """Whether rows of tab-started cells are a table: wide enough, regular enough, and no sentences."""
    widest = max((len(row) for row in rows), default=0)
    several = [row for row in rows if len(row) > 1]
    if not 3 <= widest <= _WIDEST_ROW or len(several) < 2 or sum(map(len, several)) < 8:
        return False
    texts = [_text(cell) for row in several for cell in row]
    if sum(map(bool, texts)) < 4:
        return False
    return sum(len(text) > 120 for text in texts) * 4 < len(texts)
