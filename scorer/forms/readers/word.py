"""Word documents (.docx and the new .wps): paragraphs and tables in reading order, by our own walk of the XML.

Tables are 表1, 表2 … in their order; a table inside a cell is a Table of its own, 表1.1, directly after the outer one, and
its words are no part of the outer cell. A cell's place is its grid position, ``R21C4``, counted from 1 with merged
columns counted in full; a paragraph's is ``L<n>``, the n-th paragraph outside of tables, blank ones counted.

What a reader of the accepted document sees is read: tracked insertions stay, deletions go, and the cell's doubt says so
(修订). Headers, footers, notes and comments are no part of the form.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from scorer.forms.files import limits
from scorer.forms.files.added import TAG
from scorer.forms.files.package import AGAIN, Package, local, parse_xml
from scorer.model import Block, Cell, Document, Paragraph, Source, Table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT_W = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"

TRACKED = "修订：删除的文字未计入"
HIDDEN_TEXT = "隐藏文字未计入"

WRAPPERS = frozenset({"ins", "moveTo", "smartTag", "customXml", "hyperlink", "fldSimple", "sdtContent", "dir", "bdo"})
"""Elements around blocks or runs that leave their content as it is."""

DROPPED = frozenset({"del", "moveFrom", "rPr", "pPr", "instrText", "delText", "delInstrText", "rt", "commentReference"})

FORMATTING = re.compile(
    rb"<w:(?:rFonts|sz|szCs|b|bCs|lang|color|kern|shd|spacing|ind|jc|tcW|vAlign|noWrap|top|left|bottom|right|trHeight"
    rb'|snapToGrid|widowControl)(?: [\w:]+="[^"<>]*")*+ ?/>'
)
"""Empty elements that say how something looks."""

CHECKED, UNCHECKED = "☑", "☐"
WINGDINGS = {
    "A8": "☐", "6F": "☐", "A3": "☐", "71": "☐", "72": "☐", "FE": "☑", "52": "☑", "53": "☒", "54": "☒", "FD": "☒",
    "FC": "✓", "50": "✓", "FB": "✗", "4F": "✗",
}  # fmt: skip
SYMBOL = {
    "B3": "≥", "A3": "≤", "B9": "≠", "BB": "≈", "B1": "±", "B4": "×", "B8": "÷", "A5": "∞", "B0": "°", "2D": "-", "25": "%",
}  # fmt: skip


def read(path: str, data: bytes) -> Document:
    """The blocks of a document; `ReadError` for what is damaged, encrypted or beyond the limits."""
    package = Package(path, data)
    main = package.main_part("word/document.xml")
    root = parse_xml(path, main, without_formatting(package.read(main)))
    walk = _Walk(path, package, main)
    for child in root:
        if local(child.tag) == "body":
            walk.blocks(child, 0)
    return Document(path, hashlib.sha256(data).hexdigest(), "docx", tuple(walk.found))


def without_formatting(data: bytes) -> bytes:
    """The XML without its fonts, sizes, colours and distances: half the elements of a document, and none that is read.

    Only whole empty elements in their plainest spelling go. Where the same letters could be something else (in comments,
    CDATA and processing instructions) everything stays.
    """
    if b"<!" in data or data.find(b"<?", len(b"<?xml")) >= 0:
        return data
    return FORMATTING.sub(b"", data)


def elements(path: str, package: Package, main: str, root: Element) -> dict[str, Element]:
    """The element of every paragraph and cell by its place (``L12``, ``表1!R21C4``), as `read` gives the places."""
    walk = _Walk(path, package, main)
    for child in root:
        if local(child.tag) == "body":
            walk.blocks(child, 0)
    return walk.elements


@dataclass(slots=True)
class _Words:
    """The text of one paragraph or cell while it is being put together."""

    pieces: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    tables: list[Element] = field(default_factory=list)

    def doubt(self, words: str) -> None:
        if words not in self.doubts:
            self.doubts.append(words)


@dataclass(slots=True)
class _Anchor:
    """A cell while the rows below may still lengthen it."""

    text: str
    source: Source
    row: int
    column: int
    colspan: int
    doubts: list[str]
    rowspan: int = 1

    def cell(self) -> Cell:
        doubt = "；".join(self.doubts)
        return Cell(self.text, self.source, self.row, self.column, self.rowspan, self.colspan, None, doubt)


class _Walk:
    """One pass over a document: `found` are its blocks so far."""

    def __init__(self, path: str, package: Package, main: str) -> None:
        self.path = path
        self.package = package
        self.main = main
        self.found: list[Block] = []
        self.elements: dict[str, Element] = {}
        self.paragraphs = 0
        self.tables = 0
        self.cells = 0
        self._levels: dict[str, int] | None = None

    # ------------------------------------------------------------------------------------------------- blocks

    def blocks(self, holder: Element, depth: int) -> None:
        """Paragraphs and tables of the body or of anything that wraps a part of it."""
        self._deep(depth)
        for child in holder:
            name = local(child.tag)
            if name == "p":
                self._paragraph(child, depth)
            elif name == "tbl":
                self.tables += 1
                self._table(child, f"表{self.tables}", depth)
            elif name == "sdt" and _is_added(child):
                continue
            elif name == "sdt" or name in WRAPPERS:
                self.blocks(child, depth + 1)
            elif name == "AlternateContent":
                chosen = _alternative(child)
                if chosen is not None:
                    self.blocks(chosen, depth + 1)

    def _paragraph(self, paragraph: Element, depth: int) -> None:
        self.paragraphs += 1
        self.elements[f"L{self.paragraphs}"] = paragraph
        words = _Words()
        self._runs(paragraph, words, depth)
        text = "".join(words.pieces)
        if text.strip():
            if len(text) > limits.CELL_CHARACTERS:
                what = f"第 {self.paragraphs} 段的字数 "
                raise limits.too_much(self.path, what, len(text), limits.CELL_CHARACTERS, AGAIN)
            source = Source(self.path, "", f"L{self.paragraphs}")
            self.found.append(Paragraph(text, source, self._level(paragraph)))
        for box in words.boxes:
            self.blocks(box, depth + 1)

    def _level(self, paragraph: Element) -> int:
        """The heading level: the paragraph's own outline level, else that of its style."""
        for properties in paragraph:
            if local(properties.tag) != "pPr":
                continue
            style = ""
            for entry in properties:
                name = local(entry.tag)
                if name == "outlineLvl":
                    level = _number(_value(entry), 9)
                    return level + 1 if level < 9 else 0
                if name == "pStyle":
                    style = _value(entry) or ""
            return self._style_levels().get(style, 0) if style else 0
        return 0

    def _style_levels(self) -> dict[str, int]:
        """Style id → heading level, styles built on a heading included."""
        if self._levels is not None:
            return self._levels
        self._levels = {}
        for kind, target in self.package.targets(self.main).values():
            if kind == "styles" and target in self.package:
                self._levels |= self.package.understood(target, _heading_levels)
        return self._levels

    # ------------------------------------------------------------------------------------------------- tables

    def _table(self, table: Element, name: str, depth: int) -> None:
        self._deep(depth)
        anchors: list[_Anchor] = []
        inner: list[Element] = []
        open_above: dict[int, _Anchor] = {}
        row_index = -1
        columns = 0
        for row in _members(table, "tr", 0):
            before, dropped = 0, False
            for properties in row:
                if local(properties.tag) == "trPr":
                    for entry in properties:
                        kind = local(entry.tag)
                        if kind == "gridBefore":
                            before = max(_number(_value(entry), 0), 0)
                        elif kind == "del":
                            dropped = True
            if dropped:
                if anchors:
                    anchors[-1].doubts.append("修订：其后有整行被删除，未计入")
                continue
            row_index += 1
            column = before
            still_open: dict[int, _Anchor] = {}
            previous: _Anchor | None = None
            for cell in _members(row, "tc", 0):
                colspan, merge, beside = _spans(cell)
                if column + colspan > limits.COLUMNS:
                    raise limits.too_much(self.path, f"{name} 的列数", "", limits.COLUMNS, AGAIN)
                above = open_above.get(column) if merge == "continue" else None
                words = self._cell(cell, depth)
                text = "".join(words.pieces)
                inner.extend(words.tables)
                if beside == "continue" and previous is not None:
                    previous.colspan += colspan
                    if text.strip():
                        previous.doubts.append(f"合并单元格遮住了 R{row_index + 1}C{column + 1} 的内容")
                    column += colspan
                    continue
                if above is not None:
                    if above.row + above.rowspan == row_index:
                        above.rowspan += 1
                    if text.strip():
                        above.doubts.append(f"合并单元格遮住了 R{row_index + 1}C{column + 1} 的内容")
                    still_open[column] = above
                    previous = above
                else:
                    self.cells += 1
                    if self.cells > limits.CELLS:
                        raise limits.too_much(self.path, "单元格数", "", limits.CELLS, "请只保留自评表后另存")
                    if len(text) > limits.CELL_CHARACTERS:
                        what = f"{name} R{row_index + 1}C{column + 1} 的字数 "
                        raise limits.too_much(self.path, what, len(text), limits.CELL_CHARACTERS, AGAIN)
                    source = Source(self.path, name, f"R{row_index + 1}C{column + 1}")
                    previous = _Anchor(text, source, row_index, column, colspan, words.doubts)
                    anchors.append(previous)
                    self.elements[source.place] = cell
                    if merge:
                        still_open[column] = previous
                column += colspan
            open_above = still_open
            columns = max(columns, column)
        if (row_index + 1) * columns > limits.GRID:
            raise limits.too_much(self.path, f"{name} 的格数", "", limits.GRID, AGAIN)
        if anchors:
            cells = tuple([anchor.cell() for anchor in anchors])
            self.found.append(Table(name, cells, row_index + 1, columns))
        for number, element in enumerate(inner, 1):
            self._table(element, f"{name}.{number}", depth + 3)

    def _cell(self, cell: Element, depth: int) -> _Words:
        """The words of a cell, its paragraphs on lines of their own; tables inside are set aside."""
        words = _Words()
        self._cell_blocks(cell, words, depth + 1)
        pieces = words.pieces
        while pieces and pieces[-1] == "\n":
            pieces.pop()
        return words

    def _cell_blocks(self, holder: Element, words: _Words, depth: int) -> None:
        self._deep(depth)
        for child in holder:
            name = local(child.tag)
            if name == "p":
                if words.pieces:
                    words.pieces.append("\n")
                self._runs(child, words, depth)
                while words.boxes:
                    self._cell_blocks_of_box(words, depth)
            elif name == "tbl":
                words.tables.append(child)
            elif name == "tcPr":
                for entry in child:
                    if local(entry.tag) == "cellDel":
                        words.doubt("修订：该单元格被删除")
            elif name == "sdt":
                self._control(child, words, depth, self._cell_blocks)
            elif name in WRAPPERS:
                self._cell_blocks(child, words, depth + 1)
            elif name == "AlternateContent":
                chosen = _alternative(child)
                if chosen is not None:
                    self._cell_blocks(chosen, words, depth + 1)

    def _cell_blocks_of_box(self, words: _Words, depth: int) -> None:
        boxes, words.boxes = words.boxes, []
        for box in boxes:
            self._cell_blocks(box, words, depth + 1)

    # --------------------------------------------------------------------------------------------------- text

    def _runs(self, holder: Element, words: _Words, depth: int) -> None:
        """The text of runs and of everything that may stand around or inside of them."""
        self._deep(depth)
        for child in holder:
            if local(child.tag) == "r":
                self._run(child, words, depth + 1)
            else:
                self._piece(child, words, depth)

    def _run(self, run: Element, words: _Words, depth: int) -> None:
        for child in run:
            name = local(child.tag)
            if name == "t":
                words.pieces.append(child.text or "")
            elif name != "rPr":
                self._piece(child, words, depth)
            elif _vanishes(child):
                if any(local(part.tag) == "t" and part.text for part in run):
                    words.doubt(HIDDEN_TEXT)
                return

    def _piece(self, child: Element, words: _Words, depth: int) -> None:
        name = local(child.tag)
        pieces = words.pieces
        if name == "t":
            pieces.append(child.text or "")
        elif name in DROPPED:
            if name in ("del", "moveFrom") and any(local(part.tag) in ("t", "delText") for part in child.iter()):
                words.doubt(TRACKED)
        elif name == "sdt":
            self._control(child, words, depth, self._runs)
        elif name == "AlternateContent":
            chosen = _alternative(child)
            if chosen is not None:
                self._runs(chosen, words, depth + 1)
        elif name == "txbxContent":
            words.boxes.append(child)
        elif name == "tab" or name == "ptab":
            pieces.append("\t")
        elif name == "br" or name == "cr":
            if _attribute(child, "type") != "page":
                pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
        elif name == "sym":
            pieces.append(_symbol(child))
        elif name == "fldChar":
            pieces.append(_form_box(child))
        elif name == "f":
            self._fraction(child, words, depth)
        elif len(child):
            self._runs(child, words, depth + 1)

    def _control(
        self, control: Element, words: _Words, depth: int, content: Callable[[Element, _Words, int], None]
    ) -> None:
        """A content control; a check box becomes ☑ or ☐ whatever character its author chose for it."""
        for properties in control:
            if local(properties.tag) == "sdtPr":
                for entry in properties:
                    if local(entry.tag) == "checkbox":
                        state = next((part for part in entry if local(part.tag) == "checked"), None)
                        words.pieces.append(CHECKED if state is not None and _is_on(state) else UNCHECKED)
                        return
        for part in control:
            if local(part.tag) == "sdtContent":
                content(part, words, depth + 1)

    def _fraction(self, fraction: Element, words: _Words, depth: int) -> None:
        """A typeset fraction as n/d."""
        for part in fraction:
            kind = local(part.tag)
            if kind == "den":
                words.pieces.append("/")
            if kind in ("num", "den"):
                self._runs(part, words, depth + 1)

    def _deep(self, depth: int) -> None:
        if depth > limits.XML_DEPTH:
            raise limits.too_much(self.path, "内容嵌套层数 ", depth, limits.XML_DEPTH, AGAIN)


def _heading_levels(styles: Element) -> dict[str, int]:
    """Style id → heading level, styles built on a heading included."""
    own: dict[str, int] = {}
    based: dict[str, str] = {}
    for style in styles:
        identity = _attribute(style, "styleId") or ""
        for entry in style.iter():
            kind, value = local(entry.tag), _value(entry) or ""
            if kind == "outlineLvl" and _number(value, 9) < 9:
                own[identity] = _number(value, 9) + 1
            elif kind == "basedOn":
                based[identity] = value
            elif kind == "name" and value.lower().startswith("heading ") and value[8:].isdecimal():
                own.setdefault(identity, min(_number(value[8:], 9), 9))
    levels = dict(own)
    for identity in based:
        ancestor = identity
        for _ in range(20):
            if ancestor in own:
                levels[identity] = own[ancestor]
                break
            ancestor = based.get(ancestor, "")
    return levels


def _is_added(control: Element) -> bool:
    """Is this the page that this package itself added to the document?"""
    properties = next((part for part in control if local(part.tag) == "sdtPr"), ())
    return any(local(entry.tag) == "tag" and _value(entry) == TAG for entry in properties)


def _members(holder: Element, wanted: str, depth: int) -> Iterator[Element]:
    """The rows of a table or the cells of a row, those inside content controls and tracked insertions included."""
    for child in holder:
        name = local(child.tag)
        if name == wanted:
            yield child
        elif (name == "sdt" or name in WRAPPERS) and depth < limits.XML_DEPTH:
            yield from _members(child, wanted, depth + 1)


def _spans(cell: Element) -> tuple[int, str, str]:
    """Columns of a cell, its part in a vertical merge ("", "restart", "continue") and in an old horizontal one."""
    colspan, merge, beside = 1, "", ""
    for properties in cell:
        if local(properties.tag) != "tcPr":
            continue
        for entry in properties:
            name = local(entry.tag)
            if name == "gridSpan":
                colspan = max(_number(_value(entry), 1), 1)
            elif name == "vMerge":
                merge = _value(entry) or "continue"
            elif name == "hMerge":
                beside = _value(entry) or "continue"
        break
    return colspan, merge, beside


def _alternative(element: Element) -> Element | None:
    """Of a drawing's two forms the first with content: text boxes stand in both, and count once."""
    choices = [part for part in element if local(part.tag) in ("Choice", "Fallback")]
    for choice in choices:
        if any(local(part.tag) in ("t", "sym", "tbl") for part in choice.iter()):
            return choice
    return None


def _attribute(element: Element, name: str) -> str | None:
    found = element.get(W + name)
    if found is None:
        found = element.get(STRICT_W + name)
    return found if found is not None else element.get(W14 + name)


def _value(element: Element) -> str | None:
    return _attribute(element, "val")


def _number(text: str | None, otherwise: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise


def _is_on(element: Element) -> bool:
    return _value(element) not in ("0", "false", "off", "none")


def _vanishes(properties: Element) -> bool:
    """Do the properties of a run hide it?"""
    for entry in properties:  # noqa: SIM110  every run of every cell comes here, and a generator takes twice the time
        if local(entry.tag) == "vanish" and _is_on(entry):
            return True
    return False


def _symbol(element: Element) -> str:
    """A character of a symbol font: the boxes of Wingdings and the comparators of Symbol."""
    code = (_attribute(element, "char") or "")[-2:].upper()
    font = (_attribute(element, "font") or "").lower()
    if font.startswith("wingdings"):
        return WINGDINGS.get(code, "□" if code else "")
    if font == "symbol":
        return SYMBOL.get(code, "")
    whole = _attribute(element, "char") or ""
    point = int(whole, 16) if 0 < len(whole) <= 4 and all(mark in "0123456789abcdefABCDEF" for mark in whole) else 0
    return chr(point) if 0x20 <= point < 0xD800 else ""


def _form_box(element: Element) -> str:
    """The box of an old form field."""
    for part in element.iter():
        if local(part.tag) == "checkBox":
            states = {local(entry.tag): _is_on(entry) for entry in part}
            return CHECKED if states.get("checked", states.get("default", False)) else UNCHECKED
    return ""
