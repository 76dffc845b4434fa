"""OpenDocument spreadsheets (.ods): the text that the program itself wrote for each cell, and the stored number.

Places are as in other workbooks, ``Sheet!F12``. Hidden rows, columns and sheets are kept and marked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from scorer.forms.files import limits
from scorer.forms.files.package import AGAIN, Package, local
from scorer.forms.readers.numberformat import general, stored_number
from scorer.forms.readers.sheet import Sheet, table_of
from scorer.model import Document, Table

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"

ROW_GROUPS = frozenset({"table-header-rows", "table-rows", "table-row-group"})
COLUMN_GROUPS = frozenset({"table-header-columns", "table-columns", "table-column-group"})
ROWS = 1_048_576
"""Rows of a worksheet; a repeated blank row often runs to the end."""


def read(path: str, data: bytes) -> Document:
    """The sheets in their order; `ReadError` for what is damaged, encrypted or beyond the limits."""
    package = Package(path, data)
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise limits.refusal(path, "文件已加密，需要密码才能打开", "请用 WPS 或 LibreOffice 打开，取消密码后另存")
    root = package.xml("content.xml")
    hidden = {
        style.get(f"{STYLE}name")
        for style in root.iter(f"{STYLE}style")
        if any(part.get(f"{TABLE}display") == "false" for part in style)
    }
    tables: list[Table] = []
    left = limits.CELLS
    for element in root.iter(f"{TABLE}table"):
        name = element.get(f"{TABLE}name", "")
        sheet = Sheet(path, name, element.get(f"{TABLE}style-name") in hidden, left)
        _fill(element, sheet)
        left -= len(sheet.filled)
        table = table_of(sheet)
        if table is not None:
            tables.append(table)
    return Document(path, hashlib.sha256(data).hexdigest(), "ods", tuple(tables))


def _count(element: Element, name: str) -> int:
    try:
        return max(int(element.get(f"{TABLE}{name}", "1")), 1)
    except ValueError:
        return 1


def _members(holder: Element, wanted: str, groups: frozenset[str], depth: int = 0) -> Iterator[Element]:
    for child in holder:
        kind = local(child.tag)
        if kind == wanted:
            yield child
        elif kind in groups and depth < limits.XML_DEPTH:
            yield from _members(child, wanted, groups, depth + 1)


def _fill(element: Element, sheet: Sheet) -> None:
    column = 0
    for entry in _members(element, "table-column", COLUMN_GROUPS):
        repeated = min(_count(entry, "number-columns-repeated"), limits.COLUMNS - column)
        if entry.get(f"{TABLE}visibility") in ("collapse", "filter"):
            sheet.hidden_columns.update(range(column, column + repeated))
        column += repeated
    row = 0
    for entry in _members(element, "table-row", ROW_GROUPS):
        before = len(sheet.filled)
        hidden = entry.get(f"{TABLE}visibility") in ("collapse", "filter")
        for _ in range(_count(entry, "number-rows-repeated")):
            sheet.begin_row(row)
            _row(entry, sheet)
            row += 1
            if hidden:
                sheet.hidden_rows.add(row - 1)
            if len(sheet.filled) == before:
                # A blank row is the same however often it is repeated.
                row += _count(entry, "number-rows-repeated") - 1
                break
        if row > ROWS:
            break


def _row(entry: Element, sheet: Sheet) -> None:
    column = 0
    for cell in entry:
        kind = local(cell.tag)
        if kind not in ("table-cell", "covered-table-cell"):
            continue
        repeated = _count(cell, "number-columns-repeated")
        if len(cell) or cell.get(f"{OFFICE}value-type"):
            if repeated > limits.COLUMNS:
                what = f"工作表“{sheet.name}”的列数 "
                raise limits.too_much(sheet.path, what, repeated, limits.COLUMNS, AGAIN)
            for shift in range(repeated):
                _take(cell, sheet, column + shift)
            height, width = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            if height * width > 1 and kind == "table-cell":
                sheet.merged.append((sheet.row, column, sheet.row + height - 1, column + width - 1))
        elif _count(cell, "number-rows-spanned") * _count(cell, "number-columns-spanned") > 1:
            height, width = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            sheet.merged.append((sheet.row, column, sheet.row + height - 1, column + width - 1))
        column += repeated
        if len(sheet.merged) > limits.MERGED_AREAS:
            what = f"工作表“{sheet.name}”的合并区域数"
            raise limits.too_much(sheet.path, what, "", limits.MERGED_AREAS, AGAIN)


def _take(cell: Element, sheet: Sheet, column: int) -> None:
    lines = ["".join(_words(part)) for part in cell if part.tag == f"{TEXT}p"]
    text = "\n".join(lines)
    number = None
    if cell.get(f"{OFFICE}value-type") in ("float", "percentage", "currency"):
        number = stored_number(cell.get(f"{OFFICE}value", ""))
        if number is not None and not text:
            text = general(number)
    doubt = ""
    if not text and cell.get(f"{TABLE}formula"):
        doubt = "公式没有缓存值，请打开后保存一次"
    sheet.put(column, text, number, doubt)


def _words(element: Element, depth: int = 0) -> Iterator[str]:
    """The text of a paragraph; repeated spaces, tabs and line breaks are elements."""
    if depth > limits.XML_DEPTH:
        return
    yield element.text or ""
    for child in element:
        kind = local(child.tag)
        if kind == "s":
            try:
                yield " " * min(int(child.get(f"{TEXT}c", "1")), 1000)
            except ValueError:
                yield " "
        elif kind == "tab":
            yield "\t"
        elif kind == "line-break":
            yield "\n"
        elif kind not in ("annotation", "note"):
            yield from _words(child, depth + 1)
        yield child.tail or ""
