"""Parquet files put one after the other as one file, without decoding a single value.

The rows of a Parquet file are pieces at known offsets, listed in a footer. To join files of one schema, their pieces are
copied as they are and one footer is written with the offsets moved. The footer is read and written generically (Thrift's
compact protocol), so that every field that a writer puts into it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

MAGIC: Final = b"PAR1"
COPIED: Final = 1 << 20  # bytes copied at a time
TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)

# fields of the footer by their numbers in parquet.thrift
FILE_ROWS, FILE_GROUPS = 3, 4
GROUP_COLUMNS, GROUP_OFFSET, GROUP_ORDINAL = 1, 5, 7
CHUNK_OFFSET, CHUNK_META, CHUNK_OFFSET_INDEX, CHUNK_COLUMN_INDEX = 2, 3, 4, 6
META_OFFSETS: Final = (9, 10, 11, 14)  # data page, index page, dictionary page, bloom filter

Field = tuple[int, int, Any]  # number, type, value
Struct = list[Field]


def join(paths: Sequence[Path], target: BinaryIO) -> int:
    """Write the files one after the other into `target`; gives the number of rows. Their schemas must be the same."""
    target.write(MAGIC)
    whole: Struct | None = None
    groups: list[Struct] = []
    rows = 0
    for path in paths:
        with path.open("rb") as file:
            footer, size = _footer(file)
            moved = target.tell() - len(MAGIC)
            file.seek(len(MAGIC))
            _copy(file, target, size - len(MAGIC))
        whole = whole or footer
        rows += _get(footer, FILE_ROWS)
        for group in _get(footer, FILE_GROUPS)[1]:
            groups.append(_moved_group(group, moved, len(groups)))
    if whole is None:
        raise ValueError("no files to join")
    footer = _set(_set(whole, FILE_ROWS, rows), FILE_GROUPS, (STRUCT, groups))
    data = bytearray()
    _write_struct(data, footer)
    target.write(bytes(data))
    target.write(len(data).to_bytes(4, "little") + MAGIC)
    return rows


def _footer(file: BinaryIO) -> tuple[Struct, int]:
    """The footer of an open Parquet file, and where it begins."""
    end = file.seek(0, 2)
    file.seek(end - 8)
    tail = file.read(8)
    if tail[4:] != MAGIC:
        raise ValueError("not a Parquet file")
    begin = end - 8 - int.from_bytes(tail[:4], "little")
    file.seek(begin)
    return _Reader(file.read(end - 8 - begin)).struct(), begin


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    """Copy so many bytes; the source may go on after them."""
    while size > 0:
        piece = source.read(min(size, COPIED))
        if not piece:
            raise ValueError("a Parquet file ends too early")
        target.write(piece)
        size -= len(piece)


def _moved_group(group: Struct, by: int, ordinal: int) -> Struct:
    columns = [_moved_chunk(chunk, by) for chunk in _get(group, GROUP_COLUMNS)[1]]
    group = _set(_move(group, (GROUP_OFFSET,), by), GROUP_COLUMNS, (STRUCT, columns))
    return _set(group, GROUP_ORDINAL, min(ordinal, 2**15 - 1))


def _moved_chunk(chunk: Struct, by: int) -> Struct:
    meta = _move(_get(chunk, CHUNK_META), META_OFFSETS, by)
    return _set(_move(chunk, (CHUNK_OFFSET, CHUNK_OFFSET_INDEX, CHUNK_COLUMN_INDEX), by), CHUNK_META, meta)


def _move(struct: Struct, fields: Iterable[int], by: int) -> Struct:
    """The struct with offsets moved; 0 says that there is none."""
    chosen = set(fields)
    return [(number, kind, value + by if number in chosen and value else value) for number, kind, value in struct]


def _get(struct: Struct, wanted: int) -> Any:
    return next(value for number, _, value in struct if number == wanted)


def _set(struct: Struct, wanted: int, to: Any) -> Struct:
    """The struct with the value of a field replaced where it has that field."""
    return [(number, kind, to if number == wanted else value) for number, kind, value in struct]


# --------------------------------------------------------------------------------------- Thrift's compact protocol


class _Reader:
    """Values one after the other from bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def signed(self) -> int:
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def take(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]

    def struct(self) -> Struct:
        fields: Struct = []
        number = 0
        while True:
            head = self.data[self.at]
            self.at += 1
            if head == 0:
                return fields
            kind = head & 0x0F
            number = number + (head >> 4) if head >> 4 else self.signed()
            fields.append((number, kind, kind == TRUE if kind in (TRUE, FALSE) else self.value(kind)))

    def value(self, kind: int) -> Any:
        if kind in (TRUE, FALSE, BYTE):
            return self.take(1)[0]
        if kind in (I16, I32, I64):
            return self.signed()
        if kind == DOUBLE:
            return self.take(8)
        if kind == BINARY:
            return self.take(self.varint())
        if kind in (LIST, SET):
            head = self.take(1)[0]
            size = head >> 4 if head >> 4 < 15 else self.varint()
            return head & 0x0F, [self.struct() if head & 0x0F == STRUCT else self.value(head & 0x0F) for _ in range(size)]
        if kind == STRUCT:
            return self.struct()
        raise ValueError(f"unknown type {kind} in a Parquet footer")


def _varint(data: bytearray, value: int) -> None:
    while value >= 0x80:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)


def _signed(data: bytearray, value: int) -> None:
    _varint(data, value << 1 if value >= 0 else (-value << 1) - 1)


def _write_struct(data: bytearray, fields: Struct) -> None:
    last = 0
    for number, kind, value in fields:
        if kind in (TRUE, FALSE):
            kind = TRUE if value else FALSE
        step = number - last
        if 0 < step < 16:
            data.append(step << 4 | kind)
        else:
            data.append(kind)
            _signed(data, number)
        last = number
        if kind not in (TRUE, FALSE):
            _write(data, kind, value)
    data.append(0)


def _write(data: bytearray, kind: int, value: Any) -> None:
    if kind in (TRUE, FALSE, BYTE):
        data.append(value)
    elif kind in (I16, I32, I64):
        _signed(data, value)
    elif kind == DOUBLE:
        data += value
    elif kind == BINARY:
        _varint(data, len(value))
        data += value
    elif kind in (LIST, SET):
        of, items = value
        if len(items) < 15:
            data.append(len(items) << 4 | of)
        else:
            data.append(0xF0 | of)
            _varint(data, len(items))
        for item in items:
            _write(data, of, item)
    else:
        _write_struct(data, value)
