"""PDF files with a text layer: ruled tables and the text around them, by pdfplumber (the extra `pdf`).

Tables are 表1, 表2 … ; one that runs over pages is one table, its repeated header read once and a row that a page
break cut joined again. A cell's place is its grid position, ``R21C4``; a paragraph's is ``L<n>``, its first line counted
over the text lines of the file. A scanned page has no text: it is said to be one, never guessed at.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from time import monotonic
from typing import Any

from scorer import install_words
from scorer.forms.files import limits
from scorer.model import Block, Cell, Document, Doubt, Paragraph, ReadError, Source, Table

SECONDS = 300
"""Time for one file; a page of a form takes a tenth of a second."""

EDGES = 20_000
"""Ruled lines of one page up to which tables are looked for; the search takes time with their square."""

CHARACTERS = 200_000
"""Characters of one page."""

TOLERANCE = 3.0
"""Points by which ruled lines may miss each other and still be one."""

PADDING = 12.0
"""Points that a cell keeps free on both sides together; Word's own margins are 10.8."""

PAGE_NUMBER = re.compile(r"[-—–·\s]{0,5}(?:第?\s?\d{1,4}\s?页?|[-—]\s?\d{1,4}\s?[-—])(?:\s?[/共]\s?第?\s?\d{1,4}\s?页?)?[-—–·\s]{0,5}")
CHINESE_GAP = re.compile(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) +(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])")
SENTENCE_ENDS = ("。", "；", "！", "？")
HEADING = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|第[一二三四五六七八九十]{1,3}部分|\d{1,2}[.、．](?!\d)"
)
NO_UNICODE = re.compile(r"\(cid:\d+\)")

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(slots=True)
class _Cell:
    """A cell of one page. `full` says that its last line runs to its right edge, so that it may go on elsewhere."""

    text: str
    row: int
    column: int
    rowspan: int
    colspan: int
    full: bool


@dataclass(slots=True)
class _Grid:
    """A table of one page, later of several: its cells and where its columns stand."""

    cells: list[_Cell]
    rows: int
    edges: list[float]
    page: int


@dataclass(slots=True)
class _Line:
    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    number: int = 0
    width: int = 0
    """Of its page: pages of one width have one right margin."""


@dataclass(slots=True)
class _Pages:
    """What was found so far, in reading order."""

    items: list[_Grid | _Line] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    empty: int = 0
    crowded: list[int] = field(default_factory=list)
    lines: int = 0
    right: dict[int, float] = field(default_factory=dict)
    """How far lines run on pages of each width: a landscape page runs further and says nothing of the others."""


def read(path: str, data: bytes) -> Document:
    """The blocks of a PDF file; `ReadError` when pdfplumber is missing, or the file is locked, damaged or scanned."""
    pages = _pages(path, data)
    text = "".join(item.text if isinstance(item, _Line) else "".join(c.text for c in item.cells) for item in pages.items)
    if not text.strip():
        cause = "这是扫描件（每页都是图片），没有文字层" if pages.scanned else "PDF 里没有文字"
        raise limits.refusal(path, cause, "请提供原始的 Word 或 Excel 文件，或先作文字识别")
    if len(NO_UNICODE.findall(text)) * 20 > len(text):
        raise limits.refusal(path, "PDF 的字体没有文字编码，读出来的是乱码", "请提供原始的 Word 或 Excel 文件")
    doubts: list[Doubt] = []
    for numbers, words in ((pages.scanned, "是扫描图片，没有文字，未读入"), (pages.crowded, "线条过多，未识别表格")):
        if numbers:
            listed = "、".join(map(str, numbers[:10])) + (" 等" if len(numbers) > 10 else "")
            doubts.append(Doubt("F610", f"第 {listed} 页{words}", Source(path)))
    digest = hashlib.sha256(data).hexdigest()
    return Document(path, digest, "pdf", tuple(_blocks(path, pages)), tuple(doubts))


def _pages(path: str, data: bytes) -> _Pages:
    try:
        plumber: Any = import_module("pdfplumber")
    except ImportError as error:
        raise limits.refusal(
            path, "读 PDF 需要另装 pdfplumber", f"请{install_words('pdf')}；或用原始的 Word、Excel 文件"
        ) from error
    started = monotonic()
    found = _Pages()
    try:
        with plumber.open(io.BytesIO(data)) as book:
            if len(book.pages) > limits.PAGES:
                raise limits.too_much(path, "页数 ", len(book.pages), limits.PAGES, "请只保留自评表和报告后再读")
            for number, page in enumerate(book.pages, 1):
                _page(path, page, number, found)
                page.close()
                if monotonic() - started > SECONDS:
                    raise limits.too_much(path, f"读到第 {number} 页时用时", "", f"{SECONDS} 秒", "请只保留自评表后再读")
    except ReadError:
        raise
    except Exception as error:
        # pdfminer raises whatever a damaged file makes it stumble over.
        names = {type(cause).__name__ for cause in (error, error.__cause__, *error.args) if cause is not None}
        if any("Password" in name or "Encryption" in name for name in names):
            raise limits.refusal(path, "PDF 已加密，需要密码才能打开", "请取消密码后另存，或提供原始文件") from error
        raise limits.refusal(path, "PDF 已损坏或不完整", "请重新下载，或提供原始的 Word、Excel 文件") from error
    return found


def _page(path: str, page: Any, number: int, found: _Pages) -> None:
    chars: list[dict[str, Any]] = page.chars
    if len(chars) > CHARACTERS:
        raise limits.too_much(path, f"第 {number} 页的字数 ", len(chars), CHARACTERS, "请核对该页内容")
    if not any(char["text"].strip() for char in chars):
        if page.images:
            found.scanned.append(number)
        return
    grids: list[tuple[Box, _Grid]] = []
    if len(page.edges) > EDGES:
        found.crowded.append(number)
    else:
        for table in page.find_tables():
            grid = _grid(path, table.cells, chars, number)
            if grid is not None:
                grids.append((table.bbox, grid))
    outside = [char for char in chars if not any(_inside(char, box) for box, _ in grids)]
    lines = [line for line in _lines(outside) if not _is_page_number(line, float(page.height))]
    placed: list[tuple[float, _Grid | _Line]] = [(line.top, line) for line in lines]
    placed += [(box[1], grid) for box, grid in grids]
    placed.sort(key=lambda item: item[0])
    for _, item in placed:
        if isinstance(item, _Line):
            found.lines += 1
            item.number = found.lines
            item.width = round(float(page.width))
            found.right[item.width] = max(found.right.get(item.width, 0.0), item.right)
        elif _continues(found.items, item):
            _join(found.items[-1], item)
            continue
        found.items.append(item)


def _inside(char: dict[str, Any], box: Box) -> bool:
    across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _is_page_number(line: _Line, height: float) -> bool:
    at_edge = line.top < height * 0.08 or line.bottom > height * 0.9
    return at_edge and PAGE_NUMBER.fullmatch(line.text.strip()) is not None


def _lines(chars: list[dict[str, Any]]) -> list[_Line]:
    """Characters as lines, from top to bottom; gaps wider than a third of a character are spaces."""
    lines: list[list[dict[str, Any]]] = []
    for char in sorted(chars, key=lambda char: ((char["top"] + char["bottom"]) / 2, char["x0"])):
        middle = (char["top"] + char["bottom"]) / 2
        if lines and abs(middle - (lines[-1][0]["top"] + lines[-1][0]["bottom"]) / 2) <= char["size"] * 0.5:
            lines[-1].append(char)
        else:
            lines.append([char])
    made: list[_Line] = []
    for members in lines:
        members.sort(key=lambda char: float(char["x0"]))
        pieces: list[str] = []
        before: dict[str, Any] | None = None
        for char in members:
            if before is not None:
                if char["text"] == before["text"] and abs(char["x0"] - before["x0"]) < 0.3 * char["size"]:
                    continue  # bold by printing twice
                if char["x0"] - before["x1"] > 0.33 * char["size"]:
                    pieces.append(" ")
            pieces.append(char["text"])
            before = char
        text = CHINESE_GAP.sub("", "".join(pieces).replace("\xa0", " ")).strip()
        if text:
            last, first = members[-1], members[0]
            top, bottom = min(char["top"] for char in members), max(char["bottom"] for char in members)
            made.append(_Line(text, first["x0"], last["x1"], top, bottom, last["size"]))
    return made


# ------------------------------------------------------------------------------------------------------------- tables


def _grid(path: str, boxes: list[Box], chars: list[dict[str, Any]], page: int) -> _Grid | None:
    """The ruled boxes of one table as cells of a grid; None for a mere frame around text."""
    across = _edges(edge for box in boxes for edge in (box[0], box[2]))
    down = _edges(edge for box in boxes for edge in (box[1], box[3]))
    if len(boxes) < 2:
        return None
    if len(across) > limits.COLUMNS or len(across) * len(down) > limits.GRID:
        raise limits.too_much(path, f"第 {page} 页表格的格数", "", limits.GRID, "请核对该页内容")
    owned: dict[int, list[dict[str, Any]]] = {}
    order = sorted(range(len(boxes)), key=lambda index: (boxes[index][1], boxes[index][0]))
    for char in chars:
        for index in order:
            if _inside(char, boxes[index]):
                owned.setdefault(index, []).append(char)
                break
    cells: list[_Cell] = []
    for index in order:
        left, top, right, bottom = boxes[index]
        lines = _lines(owned.get(index, []))
        column, row = _nearest(across, left), _nearest(down, top)
        full = bool(lines) and lines[-1].right - lines[-1].left > right - left - PADDING - 1.05 * lines[-1].size
        text = "\n".join(line.text for line in lines)
        width, height = _nearest(across, right) - column, _nearest(down, bottom) - row
        cells.append(_Cell(text, row, column, max(height, 1), max(width, 1), full))
    return _Grid(cells, len(down) - 1, across, page)


def _edges(found: Iterable[float]) -> list[float]:
    edges: list[float] = []
    for edge in sorted(found):
        if not edges or edge - edges[-1] > TOLERANCE:
            edges.append(edge)
    return edges


def _nearest(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - value))


def _continues(items: list[_Grid | _Line], grid: _Grid) -> bool:
    """Whether a table is the rest of the one that ended the page before: nothing between, the same outer edges."""
    if not items:
        return False
    before = items[-1]
    if not isinstance(before, _Grid) or grid.page not in (before.page, before.page + 1) or before.page == grid.page:
        return False
    same_frame = all(abs(one - other) <= 2 * TOLERANCE for one, other in zip(_frame(before), _frame(grid), strict=True))
    shared = sum(any(abs(edge - other) <= 2 * TOLERANCE for other in before.edges) for edge in grid.edges)
    return same_frame and shared >= len(grid.edges) - 1


def _frame(grid: _Grid) -> tuple[float, float]:
    return grid.edges[0], grid.edges[-1]


def _join(before: object, grid: _Grid) -> None:
    """Adds the rows of a table's continuation to it."""
    if not isinstance(before, _Grid):
        return
    edges = _edges([*before.edges, *grid.edges])
    _stretch(before, edges)
    _stretch(grid, edges)
    skipped = _repeated_header(before, grid)
    rest = [cell for cell in grid.cells if cell.row >= skipped]
    rows = grid.rows - skipped
    cut = rows > 0 and _row_goes_on(before, rest, skipped)
    shift = before.rows - skipped - (1 if cut else 0)
    uppers = {cell.column: cell for cell in before.cells if cell.row + cell.rowspan == before.rows}
    for cell in rest:
        upper = uppers.get(cell.column)
        if cut and cell.row == skipped:
            if upper is not None and upper.colspan == cell.colspan:
                if cell.text:
                    upper.text = f"{upper.text}\n{cell.text}" if upper.text else cell.text
                upper.rowspan += cell.rowspan - 1
                continue
            if not cell.text:
                continue
        # A level's merged cell goes on below the page break without its words.
        level = upper is not None and cell.colspan == upper.colspan and (upper.rowspan > 1 or cell.rowspan > 1)
        if upper is not None and level and cell.row == skipped and not cell.text:
            upper.rowspan += cell.rowspan
            continue
        # Its words may be cut within brackets: 效益指标(30 | 分).
        if upper is not None and level and cell.row == skipped and _open(upper.text) == 1 and _open(cell.text) == -1:
            upper.text = f"{upper.text}\n{cell.text}"
            upper.rowspan += cell.rowspan
            continue
        cell.row += shift
        before.cells.append(cell)
    before.rows += rows - (1 if cut else 0)
    before.page = grid.page
    before.cells.sort(key=lambda cell: (cell.row, cell.column))


def _open(text: str) -> int:
    """Brackets opened and not closed; negative when more are closed than opened."""
    return sum(text.count(mark) for mark in "（(") - sum(text.count(mark) for mark in "）)")


def _stretch(grid: _Grid, edges: list[float]) -> None:
    """Counts the columns of a grid by other, finer edges."""
    if len(edges) == len(grid.edges):
        grid.edges = edges
        return
    for cell in grid.cells:
        left, right = grid.edges[cell.column], grid.edges[cell.column + cell.colspan]
        cell.column = _nearest(edges, left)
        cell.colspan = max(_nearest(edges, right) - cell.column, 1)
    grid.edges = edges


def _texts(cells: Iterable[_Cell], row: int) -> list[tuple[int, str]]:
    return sorted((cell.column, re.sub(r"\s", "", cell.text)) for cell in cells if cell.row == row and cell.text)


def _repeated_header(before: _Grid, grid: _Grid) -> int:
    """Rows at the top of a continuation that the table has already, word by word."""
    first = _texts(grid.cells, 0)
    if len(first) < 2:
        return 0
    for row in range(min(before.rows, 40)):
        if _texts(before.cells, row) == first:
            same = 1
            while same < grid.rows - 1 and (words := _texts(grid.cells, same)) and len(words) > 1:
                if _texts(before.cells, row + same) != words:
                    break
                same += 1
            return same
    return 0


def _row_goes_on(before: _Grid, rest: list[_Cell], first: int) -> bool:
    """Whether the first row is the lower half of the last one: only cells whose upper line was full have words."""
    row = [cell for cell in rest if cell.row == first]
    uppers = {cell.column: cell for cell in before.cells if cell.row + cell.rowspan == before.rows}
    words = [cell for cell in row if cell.text]
    if not words or len(words) * 2 > len(row):
        return False
    for cell in words:
        upper = uppers.get(cell.column)
        if upper is None or upper.colspan != cell.colspan or not upper.full or upper.text.endswith(tuple("。！？；")):
            return False
    return sum(1 for cell in uppers.values() if cell.text) > len(words)


# ------------------------------------------------------------------------------------------------------------- blocks


def _blocks(path: str, pages: _Pages) -> list[Block]:
    blocks: list[Block] = []
    waiting: list[_Line] = []
    tables = cells = 0

    def flush() -> None:
        if waiting:
            text = _wrapped(line.text for line in waiting)
            blocks.append(Paragraph(text, Source(path, "", f"L{waiting[0].number}")))
            waiting.clear()

    for item in pages.items:
        if isinstance(item, _Line):
            if waiting and not _wraps(waiting, item, pages.right[waiting[-1].width]):
                flush()
            waiting.append(item)
            continue
        flush()
        tables += 1
        cells += len(item.cells)
        if cells > limits.CELLS:
            raise limits.too_much(path, "单元格数", "", limits.CELLS, "请只保留自评表后再读")
        blocks.append(_table(path, item, f"表{tables}"))
    flush()
    return blocks


def _wraps(waiting: list[_Line], line: _Line, right: float) -> bool:
    """Whether a line goes on where the one before ran to the right margin, at the margin and in the same size."""
    before = waiting[-1]
    if before.text.endswith(SENTENCE_ENDS) and HEADING.match(line.text):
        return False  # a last line that happens to be full
    reached = before.right > right - 2.2 * before.size
    indented = line.left > min(member.left for member in waiting) + 0.8 * line.size
    return reached and not (indented and len(waiting) > 1) and abs(before.size - line.size) < 1.0 and not (
        len(waiting) == 1 and line.left > before.left + 0.8 * line.size
    )


def _wrapped(lines: Iterable[str]) -> str:
    """Lines as one: a space only between Latin words and figures that a line end kept apart."""
    text = ""
    for line in lines:
        apart = text and text[-1].isascii() and text[-1].isalpha() and line[:1].isascii() and line[:1].isalpha()
        text = f"{text} {line}" if apart else text + line
    return text


def _table(path: str, grid: _Grid, name: str) -> Table:
    cells = tuple(
        Cell(cell.text, Source(path, name, f"R{cell.row + 1}C{cell.column + 1}"), cell.row, cell.column, cell.rowspan,
             cell.colspan)
        for cell in grid.cells
    )  # fmt: skip
    return Table(name, cells, grid.rows, max(len(grid.edges) - 1, 1))
