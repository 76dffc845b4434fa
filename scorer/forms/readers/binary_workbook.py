"""Spreadsheets of the old kind (.xls, the old .et): BIFF8 records, read here; older ones (Excel 5 and 95) by calamine.

calamine gives values but neither number formats nor hidden rows, and without the format 95% is 0.95; so the records are
read directly ([MS-XLS]), into the same `Sheet` as new workbooks. Formulas count with their cached value only.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from scorer.forms.files import limits
from scorer.forms.files.compound import Compound
from scorer.forms.readers.numberformat import BUILTIN, GENERAL, display, general, stored_number
from scorer.forms.readers.sheet import Sheet, table_of
from scorer.model import Document, Table

BIFF8 = 0x0600
EOF, FORMULA, DATEMODE, FILEPASS, CONTINUE = 0x0A, 0x06, 0x22, 0x2F, 0x3C
COLINFO, BOUNDSHEET, MULRK, XF, MERGEDCELLS, SST = 0x7D, 0x85, 0xBD, 0xE0, 0xE5, 0xFC
LABELSST, NUMBER, LABEL, BOOLERR, STRING, ROW, RK = 0xFD, 0x203, 0x204, 0x205, 0x207, 0x208, 0x27E
RSTRING, FORMAT, BOF = 0xD6, 0x41E, 0x809
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

DAMAGED = "工作簿已损坏或不完整"
AGAIN = "请用 WPS 或 Excel 打开，另存为 .xlsx 后再读"


def read(path: str, data: bytes) -> Document:
    """The sheets of an old workbook in their order; `ReadError` when damaged, encrypted or beyond the limits."""
    compound = Compound(path, data)
    digest = hashlib.sha256(data).hexdigest()
    if "Workbook" in compound.streams:
        stream = compound.read("Workbook")
        try:
            if struct.unpack_from("<HHH", stream)[::2] == (BOF, BIFF8):
                return Document(path, digest, "xls", tuple(_tables(path, stream)))
        except (struct.error, IndexError) as error:
            raise limits.refusal(path, DAMAGED, AGAIN) from error
    return Document(path, digest, "xls", tuple(_by_calamine(path, data)))


@dataclass(slots=True)
class _Globals:
    """What holds for the whole workbook."""

    epoch_1904: bool = False
    codes: dict[int, str] = field(default_factory=lambda: dict(BUILTIN))
    styles: list[int] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    sheets: list[tuple[int, str, bool]] = field(default_factory=list)

    def code(self, style: int) -> str:
        return self.codes.get(self.styles[style], GENERAL) if style < len(self.styles) else GENERAL


def _tables(path: str, stream: bytes) -> Iterator[Table]:
    book = _globals(path, stream)
    left = limits.CELLS
    for offset, name, hidden in book.sheets:
        sheet = Sheet(path, name, hidden, left)
        _fill(stream, offset, sheet, book)
        left -= len(sheet.filled)
        table = table_of(sheet)
        if table is not None:
            yield table


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, list[bytes]]]:
    """Record kinds with their content and its continuations, from `offset` to the end of that part."""
    depth = 0
    while offset + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, offset)
        pieces = [stream[offset + 4 : offset + 4 + size]]
        offset += 4 + size
        while offset + 4 <= len(stream) and stream[offset : offset + 2] == b"\x3c\x00":
            (size,) = struct.unpack_from("<H", stream, offset + 2)
            pieces.append(stream[offset + 4 : offset + 4 + size])
            offset += 4 + size
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                return
        # Charts inside a sheet are parts of their own.
        if depth <= 1:
            yield kind, pieces


def _globals(path: str, stream: bytes) -> _Globals:
    book = _Globals()
    for kind, pieces in _records(stream, 0):
        content = pieces[0]
        if kind == FILEPASS:
            raise limits.refusal(path, "工作簿已加密，需要密码才能打开", "请用 WPS 或 Excel 打开，取消密码后另存")
        if kind == DATEMODE:
            book.epoch_1904 = content[:2] == b"\x01\x00"
        elif kind == FORMAT:
            (number,) = struct.unpack_from("<H", content)
            book.codes[number] = _Strings([content[2:]]).text()
        elif kind == XF:
            book.styles.append(struct.unpack_from("<H", content, 2)[0])
        elif kind == SST:
            reader = _Strings([content[8:], *pieces[1:]])
            (count,) = struct.unpack_from("<I", content, 4)
            for _ in range(count):
                if reader.at_end:
                    break
                book.strings.append(reader.text())
        elif kind == BOUNDSHEET:
            offset, state, sheet_kind, length, wide = struct.unpack_from("<IBBBB", content)
            if sheet_kind == 0:
                raw = content[8 : 8 + length * (2 if wide & 1 else 1)]
                name = raw.decode("utf-16-le" if wide & 1 else "latin-1", "replace")
                book.sheets.append((offset, name, bool(state & 3)))
    if len(book.sheets) > limits.SHEETS:
        raise limits.too_much(path, "工作表数 ", len(book.sheets), limits.SHEETS, AGAIN)
    return book


class _Strings:
    """Unicode strings out of a record and its continuations: each continued piece of text begins with its own width."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.piece = 0
        self.offset = 0

    @property
    def at_end(self) -> bool:
        while self.piece < len(self.pieces) and self.offset >= len(self.pieces[self.piece]):
            self.piece += 1
            self.offset = 0
        return self.piece >= len(self.pieces)

    def _take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count and not self.at_end:
            more = self.pieces[self.piece][self.offset : self.offset + count - len(taken)]
            self.offset += len(more)
            taken += more
        return taken

    def text(self) -> str:
        length, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<I", self._take(4))[0] if flags & 4 else 0
        wide = flags & 1
        shown: list[str] = []
        while length:
            first = self.piece
            if self.at_end:
                break
            if self.piece != first:
                wide = self._take(1)[0] & 1
            width = 2 if wide else 1
            room = (len(self.pieces[self.piece]) - self.offset) // width
            count = min(length, room)
            if not count:
                self.offset = len(self.pieces[self.piece])
                continue
            raw = self.pieces[self.piece][self.offset : self.offset + count * width]
            self.offset += count * width
            shown.append(raw.decode("utf-16-le" if wide else "latin-1", "replace"))
            length -= count
        self._take(runs * 4 + extra)
        return "".join(shown).replace("\r\n", "\n").replace("\r", "\n")


def _fill(stream: bytes, offset: int, sheet: Sheet, book: _Globals) -> None:
    """Reads the records of one sheet into `sheet`."""
    waiting: tuple[int, int] | None = None  # a formula whose text follows in a record of its own
    for kind, pieces in _records(stream, offset):
        content = pieces[0]
        if kind == STRING and waiting is not None:
            sheet.begin_row(waiting[0])
            sheet.put(waiting[1], _Strings(pieces).text())
            waiting = None
        elif kind in (NUMBER, RK, FORMULA, LABELSST, LABEL, RSTRING, BOOLERR):
            row, column, style = struct.unpack_from("<HHH", content)
            sheet.begin_row(row)
            if kind == NUMBER:
                _number(sheet, column, struct.unpack_from("<d", content, 6)[0], style, book)
            elif kind == RK:
                _number(sheet, column, _unpacked(content[6:10]), style, book)
            elif kind == LABELSST:
                (index,) = struct.unpack_from("<I", content, 6)
                sheet.put(column, book.strings[index] if index < len(book.strings) else "")
            elif kind == BOOLERR:
                _boolean(sheet, column, content[6], content[7])
            elif kind == FORMULA:
                waiting = _formula(sheet, row, column, style, content[6:14], book)
            else:
                sheet.put(column, _Strings([content[6:], *pieces[1:]]).text())
        elif kind == MULRK:
            row, column = struct.unpack_from("<HH", content)
            sheet.begin_row(row)
            for index in range((len(content) - 6) // 6):
                (style,) = struct.unpack_from("<H", content, 4 + index * 6)
                value = _unpacked(content[6 + index * 6 : 10 + index * 6])
                _number(sheet, column + index, value, style, book)
        elif kind == ROW:
            row, options = struct.unpack_from("<H10xH", content)
            if options & 0x20:
                sheet.hidden_rows.add(row)
        elif kind == COLINFO:
            first, last, options = struct.unpack_from("<HH4xH", content)
            if options & 1:
                sheet.hidden_columns.update(range(first, min(last, 256) + 1))
        elif kind == MERGEDCELLS:
            (count,) = struct.unpack_from("<H", content)
            for index in range(min(count, (len(content) - 2) // 8)):
                top, bottom, left, right = struct.unpack_from("<HHHH", content, 2 + index * 8)
                sheet.merged.append((top, left, bottom, right))
            if len(sheet.merged) > limits.MERGED_AREAS:
                what = f"工作表“{sheet.name}”的合并区域数"
                raise limits.too_much(sheet.path, what, "", limits.MERGED_AREAS, AGAIN)


def _unpacked(raw: bytes) -> float:
    """An RK number: 30 bits of an integer or of a double, perhaps in hundredths."""
    (bits,) = struct.unpack("<i", raw)
    value = float(bits >> 2) if bits & 2 else struct.unpack("<d", b"\0\0\0\0" + struct.pack("<i", bits & ~3))[0]
    return value / 100 if bits & 1 else value


def _number(sheet: Sheet, column: int, value: float, style: int, book: _Globals) -> None:
    number = stored_number(value)
    if number is None:
        return
    text = display(number, book.code(style), book.epoch_1904)
    sheet.put(column, text, number, "" if text else f"数字格式不显示所存的数值 {number}")


def _boolean(sheet: Sheet, column: int, value: int, is_error: int) -> None:
    if is_error:
        sheet.put(column, ERRORS.get(value, "#ERR!"), None, "公式出错")
    else:
        sheet.put(column, "TRUE" if value else "FALSE")


def _formula(
    sheet: Sheet, row: int, column: int, style: int, value: bytes, book: _Globals
) -> tuple[int, int] | None:
    """The cached value of a formula; the position when its text is still to come."""
    if value[6:8] != b"\xff\xff":
        _number(sheet, column, struct.unpack("<d", value)[0], style, book)
        return None
    if value[0] == 0:
        return row, column
    if value[0] in (1, 2):
        _boolean(sheet, column, value[2], value[0] - 1)
    else:
        sheet.put(column, "", None, "公式没有缓存值，请在 Excel 或 WPS 中打开并保存一次")
    return None


def _by_calamine(path: str, data: bytes) -> Iterator[Table]:
    """Workbooks older than BIFF8: values without their number formats, and each number says so."""
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        left = limits.CELLS
        for name in workbook.sheet_names:
            found = workbook.get_sheet_by_name(name)
            sheet = Sheet(path, name, False, left)
            for (top, left_column), (bottom, right) in found.merged_cell_ranges or ():
                sheet.merged.append((top, left_column, bottom, right))
            for row, values in enumerate(found.to_python(skip_empty_area=False)):
                sheet.begin_row(row)
                for column, value in enumerate(values):
                    _plain(sheet, column, value)
            left -= len(sheet.filled)
            table = table_of(sheet)
            if table is not None:
                yield table
    except limits.ReadError:
        raise
    except BaseException as error:
        # A panic of the Rust library is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise limits.refusal(path, DAMAGED, AGAIN) from error


def _plain(sheet: Sheet, column: int, value: object) -> None:
    if isinstance(value, bool):
        sheet.put(column, "TRUE" if value else "FALSE")
    elif isinstance(value, int | float):
        number = stored_number(value)
        if number is not None:
            sheet.put(column, general(number), number, "旧格式工作簿，读不到数字格式（百分比可能显示为小数）")
    elif isinstance(value, datetime | date | time | timedelta):
        sheet.put(column, str(value))
    elif isinstance(value, str):
        sheet.put(column, value)
