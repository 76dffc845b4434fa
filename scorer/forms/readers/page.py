"""Web pages as governments publish them, and the .xls files that are really pages: tables and the text between them.

Tables are 表1, 表2 … in the order in which they begin, a table inside a cell 表1.1; a cell's place is its grid position with
spans counted in full; a paragraph's is ``L<n>``, the n-th piece of text outside of tables. Scripts and styles are
dropped unread, nothing is fetched.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from scorer.forms.files import limits
from scorer.forms.files.encoding import MARKS, decode
from scorer.model import Block, Cell, Document, Paragraph, Source, Table

PAGE_BYTES = 24 * 1024**2
CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)
XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding=["']([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)
CHINESE = frozenset({"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936"})
SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
HIDDEN_STYLE = re.compile(r"display\s{0,5}:\s{0,5}none", re.IGNORECASE)

SILENT = frozenset({"script", "style", "template", "title", "noframes", "object", "select"})
BLOCKS = frozenset(
    {
        "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "section",
        "article", "header", "footer", "main", "nav", "form", "fieldset", "center", "pre", "blockquote",
        "address", "hr", "figure", "caption", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "body",
        "html"
    }
)  # fmt: skip
DEEPEST_TABLE = 40
WIDEST_SPAN = 1000
"""What the HTML standard lets a colspan count for."""


def read(path: str, data: bytes) -> Document:
    """The blocks of a page; `ReadError` when it is no text, holds none, or passes the limits."""
    if len(data) > PAGE_BYTES:
        size, most = limits.bytes_text(len(data)), limits.bytes_text(PAGE_BYTES)
        raise limits.too_much(path, "网页大小 ", size, most, "请只保留自评表，另存为 .xlsx 或 .docx")
    parser = _Page(path)
    parser.feed(_tame(_text(path, data)))
    parser.close()
    parser.finish()
    if not parser.found:
        raise limits.refusal(path, "网页里没有文字和表格", "内容可能由脚本生成，请把表格复制到 Excel 或 Word 后再读")
    return Document(path, hashlib.sha256(data).hexdigest(), "html", tuple(parser.found))


def _text(path: str, data: bytes) -> str:
    """The page in the encoding that its mark or meta tag names, else in the one that fits."""
    if not data.startswith(tuple(mark for mark, _ in MARKS)):
        stated = CHARSET.search(data[:4096]) or XML_ENCODING.search(data[:400])
        name = stated[1].decode("ascii").lower() if stated else ""
        if name in CHINESE or name in ("utf-8", "utf8", "big5"):
            try:
                return data.decode("gb18030" if name in CHINESE else name)
            except UnicodeError:
                return decode(path, data)
    return decode(path, data)


def _tame(text: str) -> str:
    """Closes what is left open, so that the parser never looks for the same missing end again and again."""
    text = text.replace("<![", "<! [")
    if text.rfind("<!--") > text.rfind("-->"):
        return text[: text.rfind("<!--")] if text.count("<!--") == text.count("-->") + 1 else f"{text}-->"
    end = text.rfind(">") + 1
    return text[:end] + text[end:].replace("<", "&lt;")


@dataclass(slots=True)
class _OpenCell:
    rowspan: int
    colspan: int
    hidden: bool
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _OpenTable:
    name: str
    slot: int
    rows: list[list[_OpenCell]] = field(default_factory=list)
    cell: _OpenCell | None = None
    row_hidden: bool = False
    inner: int = 0


class _Page(HTMLParser):
    """Turns tags into blocks. Tables keep the slot of their start, so that an outer one comes before its inner ones."""

    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.blocks: list[Block | None] = []
        self.tables: list[_OpenTable] = []
        self.line: list[str] = []
        self.level = 0
        self.paragraphs = 0
        self.outer = 0
        self.cells = 0
        self.silent = ""
        self.silent_depth = 0

    @property
    def found(self) -> list[Block]:
        return [block for block in self.blocks if block is not None]

    # -------------------------------------------------------------------------------------------------- tags

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.silent:
            self.silent_depth += tag == self.silent
            return
        if tag in SILENT:
            self.silent, self.silent_depth = tag, 1
            return
        values = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._begin_table()
        elif tag == "tr" and self.tables:
            self._begin_row(values)
        elif tag in ("td", "th") and self.tables:
            self._begin_cell(values)
        elif tag == "br":
            self._write("\n")
        elif tag in BLOCKS:
            self._break()
            self.level = int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdecimal() else 0
        elif tag == "input":
            kind = values.get("type", "text").lower()
            if kind in ("checkbox", "radio"):
                self._write("☑" if "checked" in values else "☐")
            elif kind == "text":
                self._write(values.get("value", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in SILENT or tag in ("td", "th"):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            if tag == self.silent:
                self.silent_depth -= 1
                if not self.silent_depth:
                    self.silent = ""
            return
        if tag == "table" and self.tables:
            self._end_table()
        elif tag in ("td", "th") and self.tables:
            self.tables[-1].cell = None
        elif tag in BLOCKS:
            self._break()
            self.level = 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            text = SPACES.sub(" ", data)
            if text:
                self._write(text)

    def finish(self) -> None:
        """Closes what the page left open."""
        while self.tables:
            self._end_table()
        self._break()

    # -------------------------------------------------------------------------------------------------- text

    def _write(self, text: str) -> None:
        table = self.tables[-1] if self.tables else None
        if table is None:
            self.line.append(text)
        elif table.cell is not None:
            table.cell.pieces.append(text)

    def _break(self) -> None:
        """Ends a paragraph, or a line inside a cell."""
        if self.tables:
            cell = self.tables[-1].cell
            if cell is not None and cell.pieces and cell.pieces[-1] != "\n":
                cell.pieces.append("\n")
            return
        text = _tidy(self.line)
        self.line = []
        if text:
            self.paragraphs += 1
            self.blocks.append(Paragraph(text, Source(self.path, "", f"L{self.paragraphs}"), self.level))

    # ------------------------------------------------------------------------------------------------ tables

    def _begin_table(self) -> None:
        self._break()
        if len(self.tables) >= DEEPEST_TABLE:
            raise limits.too_much(self.path, "表格嵌套层数", "", DEEPEST_TABLE, "请把自评表复制到 Excel 或 Word 后再读")
        if self.tables:
            self.tables[-1].inner += 1
            name = f"{self.tables[-1].name}.{self.tables[-1].inner}"
        else:
            self.outer += 1
            name = f"表{self.outer}"
        self.tables.append(_OpenTable(name, len(self.blocks)))
        self.blocks.append(None)

    def _begin_row(self, values: dict[str, str]) -> None:
        table = self.tables[-1]
        table.cell = None
        table.row_hidden = _is_hidden(values)
        table.rows.append([])

    def _begin_cell(self, values: dict[str, str]) -> None:
        table = self.tables[-1]
        if not table.rows:
            table.rows.append([])
        self.cells += 1
        if self.cells > limits.CELLS:
            raise limits.too_much(self.path, "单元格数", "", limits.CELLS, "请只保留自评表后再读")
        colspan = min(max(_count(values.get("colspan"), 1), 1), WIDEST_SPAN)
        rowspan = _count(values.get("rowspan"), 1)
        table.cell = _OpenCell(rowspan, colspan, table.row_hidden or _is_hidden(values))
        table.rows[-1].append(table.cell)

    def _end_table(self) -> None:
        table = self.tables.pop()
        rows = len(table.rows)
        cells: list[Cell] = []
        busy: dict[int, int] = {}  # column → first row in which it is free again
        columns = 0
        for row, members in enumerate(table.rows):
            column = 0
            for member in members:
                while busy.get(column, 0) > row:
                    column += 1
                # A rowspan of 0 reaches to the end of the table.
                rowspan = min(member.rowspan, rows - row) if member.rowspan > 0 else rows - row
                if (column + member.colspan) > limits.COLUMNS:
                    raise limits.too_much(self.path, f"{table.name} 的列数", "", limits.COLUMNS, "请删去表格以外的内容")
                for taken in range(column, column + member.colspan):
                    busy[taken] = row + rowspan
                source = Source(self.path, table.name, f"R{row + 1}C{column + 1}")
                doubt = "隐藏行" if member.hidden else ""
                cells.append(
                    Cell(_tidy(member.pieces), source, row, column, rowspan, member.colspan, None, doubt)
                )
                column += member.colspan
                columns = max(columns, column)
            if (row + 1) * columns > limits.GRID:
                raise limits.too_much(self.path, f"{table.name} 的格数", "", limits.GRID, "请删去表格以外的内容")
        if any(cells):
            self.blocks[table.slot] = Table(table.name, tuple(cells), rows, columns)


def _tidy(pieces: list[str]) -> str:
    lines = [SPACES.sub(" ", line).strip(" ") for line in "".join(pieces).split("\n")]
    return "\n".join(lines).strip("\n")


def _count(text: str | None, otherwise: int) -> int:
    match = re.match(r"\s{0,5}([0-9]{1,9})", text or "")
    return int(match[1]) if match else otherwise


def _is_hidden(values: dict[str, str]) -> bool:
    return "hidden" in values or bool(HIDDEN_STYLE.search(values.get("style", "")))
