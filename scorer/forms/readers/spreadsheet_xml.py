"""Excel 2003 XML (SpreadsheetML, an .xls that begins with <?xml): rows, cells, merges and formats from one XML file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from scorer.forms.files import limits
from scorer.forms.files.package import local, parse_xml
from scorer.forms.readers.numberformat import GENERAL, display
from scorer.forms.readers.sheet import Sheet, table_of
from scorer.model import Document, Table

AGAIN = "请用 WPS 或 Excel 打开，另存为 .xlsx 后再读"
NAMED_FORMATS = {"Percent": "0.00%", "Fixed": "0.00", "Standard": "#,##0.00", "General Number": GENERAL}


def read(path: str, data: bytes) -> Document:
    """The sheets of the workbook in their order; `ReadError` when damaged or beyond the limits."""
    if len(data) > limits.WHOLE_PART_BYTES:
        raise limits.too_much(path, "文件大小", "", limits.bytes_text(limits.WHOLE_PART_BYTES), AGAIN)
    book = parse_xml(path, "Workbook", data)
    formats = _formats(book)
    tables: list[Table] = []
    left = limits.CELLS
    for element in _below(book, "Worksheet"):
        sheet = Sheet(path, _said(element, "Name"), _is_hidden(element), left)
        for table in _below(element, "Table"):
            _fill(sheet, table, formats)
        left -= len(sheet.filled)
        made = table_of(sheet)
        if made is not None:
            tables.append(made)
    return Document(path, hashlib.sha256(data).hexdigest(), "xls", tuple(tables))


def _fill(sheet: Sheet, table: Element, formats: dict[str, str]) -> None:
    column = -1
    for element in _below(table, "Column"):
        column = _index(element, column)
        span = _number(element, "Span")
        if _said(element, "Hidden") == "1":
            sheet.hidden_columns.update(range(column, min(column + span, limits.COLUMNS) + 1))
        column += span
    row = -1
    for line in _below(table, "Row"):
        row = _index(line, row)
        sheet.begin_row(row)
        if _said(line, "Hidden") == "1":
            sheet.hidden_rows.add(row)
        column = -1
        for cell in _below(line, "Cell"):
            column = _index(cell, column)
            across, down = _number(cell, "MergeAcross"), _number(cell, "MergeDown")
            if across or down:
                sheet.merged.append((row, column, row + down, column + across))
                if len(sheet.merged) > limits.MERGED_AREAS:
                    raise limits.too_much(sheet.path, "合并区域数", "", limits.MERGED_AREAS, "请取消多余的合并后另存")
            content = next(_below(cell, "Data"), None)
            if content is not None:
                style = _said(cell, "StyleID") or _said(line, "StyleID")
                text, number = _value(content, formats.get(style, GENERAL))
                formula = _said(cell, "Formula")
                sheet.put(column, text, number, "公式没有缓存值" if formula and not text else "")
            column += across
        row += _number(line, "Span")


def _value(content: Element, code: str) -> tuple[str, Decimal | None]:
    text = "".join(content.itertext())
    if _said(content, "Type") != "Number":
        return text, None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return text, None
    return display(number, code), number


def _formats(book: Element) -> dict[str, str]:
    """Number formats by the id of their style."""
    found: dict[str, str] = {}
    for styles in _below(book, "Styles"):
        for style in _below(styles, "Style"):
            for each in _below(style, "NumberFormat"):
                said = _said(each, "Format")
                found[_said(style, "ID")] = NAMED_FORMATS.get(said, said) or GENERAL
    return found


def _is_hidden(sheet: Element) -> bool:
    return any(
        "".join(each.itertext()).strip() in ("SheetHidden", "SheetVeryHidden")
        for options in _below(sheet, "WorksheetOptions")
        for each in _below(options, "Visible")
    )


def _below(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if local(child.tag) == name)


def _said(element: Element, name: str) -> str:
    """An attribute whatever its namespace."""
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def _number(element: Element, name: str) -> int:
    said = _said(element, name)
    return min(int(said), limits.GRID) if said.isdecimal() and len(said) < 9 else 0


def _index(element: Element, before: int) -> int:
    """The place of a row, column or cell, counted from 0: the one it names, else the next."""
    return _number(element, "Index") - 1 if _number(element, "Index") else before + 1
