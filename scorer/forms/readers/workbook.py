"""Spreadsheets: .xlsx .xlsm and the new .et by their own XML; .xls, the old .et and .xlsb are in `binary_workbook`.

Each sheet is a Table named like the sheet, its cells placed as the program shows them (``F12``). The text of a cell is
what a person sees: the number in its number format, the cached value of a formula. Hidden rows, columns and sheets are
kept and marked. Formulas, macros, links and external references are never followed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from xml.etree.ElementTree import Element

from scorer.forms.files import limits
from scorer.forms.files.added import is_added_sheet
from scorer.forms.files.package import AGAIN, Package, local, rows_of
from scorer.forms.readers.numberformat import BUILTIN, GENERAL, display, stored_number
from scorer.forms.readers.sheet import Sheet, table_of
from scorer.model import Document, Table

STREAMED_FROM = 8 * 1024**2
"""Worksheets whose XML is larger are read row by row."""

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
AREA = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
CONSTANT = re.compile(
    r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?(?:%|[\u2000-\uffee][^()+*/&^=<>!:$]{0,20}|％)?",
)
"""A formula that is no formula: somebody typed =100% or =8个 as a target and the program took it for one."""


def read(path: str, data: bytes) -> Document:
    """The sheets of a workbook in their order; `ReadError` for what is damaged, encrypted or beyond the limits."""
    package = Package(path, data)
    main = package.main_part("xl/workbook.xml")
    root = package.xml(main)
    targets = package.targets(main)
    epoch_1904 = False
    sheets: list[tuple[str, str, bool]] = []
    for child in root:
        name = local(child.tag)
        if name == "workbookPr":
            epoch_1904 = child.get("date1904") in ("1", "true")
        elif name == "sheets":
            for entry in child:
                kind, target = targets.get(entry.get(RELATION) or entry.get(STRICT_RELATION) or "", ("", ""))
                if kind == "worksheet" and not is_added_sheet(entry.get("name", "")):
                    sheets.append((entry.get("name", ""), target, entry.get("state", "visible") != "visible"))
    if len(sheets) > limits.SHEETS:
        raise limits.too_much(path, "工作表数 ", len(sheets), limits.SHEETS, AGAIN)
    if not sheets:
        raise limits.refusal(path, "工作簿里没有工作表", AGAIN)
    formats: tuple[str, ...] = ()
    strings: list[str] = []
    for kind, target in targets.values():
        if kind == "styles" and target in package:
            formats = package.understood(target, _formats)
        elif kind == "sharedStrings" and target in package:
            strings = _strings(package, target)
    tables: list[Table] = []
    left = limits.CELLS
    for name, target, hidden in sheets:
        sheet = Sheet(path, name, hidden, left)
        _fill(package, target, sheet, formats, strings, epoch_1904)
        left -= len(sheet.filled)
        table = table_of(sheet)
        if table is not None:
            tables.append(table)
    return Document(path, hashlib.sha256(data).hexdigest(), "xlsx", tuple(tables))


def _formats(styles: Element) -> tuple[str, ...]:
    """The number format code of every cell style, by the style's index."""
    codes = dict(BUILTIN)
    found: list[str] = []
    for group in styles:
        kind = local(group.tag)
        if kind == "numFmts":
            for entry in group:
                codes[_integer(entry.get("numFmtId"))] = entry.get("formatCode", GENERAL)
        elif kind == "cellXfs":
            found = [codes.get(_integer(style.get("numFmtId")), GENERAL) for style in group]
    return tuple(found)


def _strings(package: Package, name: str) -> list[str]:
    """The shared strings. Large ones are read entry by entry."""
    entries: Iterable[Element]
    if package.size(name) <= STREAMED_FROM:
        entries = package.xml(name)
    else:
        entries = rows_of(package, name, "", "si")
    return [_text(entry) for entry in entries if local(entry.tag) == "si"]


def _text(holder: Element) -> str:
    """The words of a string with its runs; the reading aids of East Asian text (rPh) are no part of it."""
    if len(holder) == 1 and not len(holder[0]):
        return _unescaped(holder[0].text or "")
    pieces: list[str] = []
    for child in holder:
        kind = local(child.tag)
        if kind == "t":
            pieces.append(child.text or "")
        elif kind == "r":
            pieces.extend(part.text or "" for part in child if local(part.tag) == "t")
    return _unescaped("".join(pieces))


def _unescaped(text: str) -> str:
    if "_x" in text:
        text = ESCAPED.sub(_character, text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code < 0xE000 else chr(code)


@lru_cache(maxsize=20_000)
def column_of(letters: str) -> int:
    """The column counted from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _integer(text: str | None) -> int:
    try:
        return int(text or "0")
    except ValueError:
        return 0


def _fill(
    package: Package, name: str, sheet: Sheet, formats: tuple[str, ...], strings: list[str], epoch_1904: bool
) -> None:
    """Reads one worksheet part into `sheet`."""
    hidden_rows, filled = sheet.hidden_rows, sheet.filled
    for row in _rows(package, name, sheet):
        number = row.get("r")
        sheet.begin_row(_integer(number) - 1 if number else sheet.row + 1)
        if row.get("hidden") in ("1", "true"):
            hidden_rows.add(sheet.row)
        column = -1
        row_index = sheet.row
        for cell in row:
            reference = cell.get("r")
            column = column_of(reference.rstrip("0123456789")) if reference else column + 1
            if not len(cell):
                continue
            value = cell[0]
            # Nearly all cells are a number or a short text without more: those need no second look.
            if len(cell) == 1 and cell.get("t", "n") == "n" and value.tag[-2:] == "}v" and 0 <= column < limits.COLUMNS:
                found = _shown(value.text or "", _code(cell, formats), epoch_1904)
                if found is not None:
                    filled[row_index, column] = found
                    continue
            _take(sheet, column, cell, formats, strings, epoch_1904)
        sheet.check()


def _code(cell: Element, formats: tuple[str, ...]) -> str:
    """The number format of a cell by its style."""
    style = cell.get("s")
    if style and style.isdecimal() and len(style) < 9 and int(style) < len(formats):
        return formats[int(style)]
    return GENERAL


@lru_cache(maxsize=20_000)
def _shown(raw: str, code: str, epoch_1904: bool) -> tuple[str, Decimal, str] | None:
    """Text, number and doubt of a stored number; None when it is none. The figures of forms are few and come often."""
    number = stored_number(raw) if len(raw) < 40 else None
    if number is None:
        return None
    text = display(number, code, epoch_1904)
    return text, number, "" if text else f"数字格式不显示所存的数值 {number}"


def _rows(package: Package, name: str, sheet: Sheet) -> Iterator[Element]:
    """The rows of a worksheet; what stands around them (hidden columns, merged areas) goes into `sheet`."""
    if name not in package:
        raise limits.refusal(package.path, f"文件不完整，缺少工作表“{sheet.name}”的内容", AGAIN)
    if package.size(name) <= STREAMED_FROM:
        root = package.xml(name)
        for group in root:
            if local(group.tag) == "sheetData":
                yield from group
    else:
        root = None
        for element in rows_of(package, name, "sheetData", "row"):
            if local(element.tag) == "row":
                yield element
            else:
                root = element
    for group in root if root is not None else ():
        kind = local(group.tag)
        if kind == "cols":
            for entry in group:
                if entry.get("hidden") in ("1", "true"):
                    first, last = _integer(entry.get("min")), min(_integer(entry.get("max")), limits.COLUMNS)
                    sheet.hidden_columns.update(range(max(first, 1) - 1, last))
        elif kind == "mergeCells":
            if len(group) > limits.MERGED_AREAS:
                what = f"工作表“{sheet.name}”的合并区域数 "
                raise limits.too_much(package.path, what, len(group), limits.MERGED_AREAS, "请取消多余的合并后另存")
            for area in group:
                match = AREA.fullmatch((area.get("ref") or "").replace("$", ""))
                if match:
                    left, top, right, bottom = match.groups()
                    sheet.merged.append((int(top) - 1, column_of(left), int(bottom) - 1, column_of(right)))


def _take(
    sheet: Sheet, column: int, cell: Element, formats: tuple[str, ...], strings: list[str], epoch_1904: bool
) -> None:
    kind = cell.get("t")
    raw = ""
    formula: str | None = None
    for child in cell:
        name = child.tag[-2:] if isinstance(child.tag, str) else ""
        if name == "}v" or name == "v":
            raw = child.text or ""
        elif name == "}f" or name == "f":
            formula = child.text or ""
        elif name == "is":
            raw = _text(child)
    if raw and kind == "s":
        index = _integer(raw)
        sheet.put(column, strings[index] if 0 <= index < len(strings) else "")
    elif raw and (kind is None or kind == "n"):
        found = _shown(raw, _code(cell, formats), epoch_1904)
        if found is None:
            sheet.put(column, raw)
            return
        text, number, doubt = found
        if text and formula and "%" in formula and "%" not in text and CONSTANT.fullmatch(formula):
            # "=100%" was typed as a target and became a formula worth 1.
            text, doubt = f"={formula}", f"按公式原样读作 ={formula}，单元格显示为 {text}"
        sheet.put(column, text, number, doubt)
    elif raw and kind == "b":
        sheet.put(column, "TRUE" if raw.strip() in ("1", "true") else "FALSE")
    elif raw and kind == "e":
        sheet.put(column, raw, None, "公式出错" if formula is not None else "单元格存的是错误值")
    elif raw:
        sheet.put(column, raw if kind == "inlineStr" else _unescaped(raw))
    elif formula and CONSTANT.fullmatch(formula):
        sheet.put(column, f"={formula}", stored_number(formula), "")
    elif formula is not None and kind != "str":
        words = f" ={formula[:80]}" if formula else ""
        sheet.put(column, "", None, f"公式{words} 没有缓存值，请在 Excel 或 WPS 中打开并保存一次")
