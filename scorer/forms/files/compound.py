"""Compound files, the container of .xls, .doc, .et and .wps before 2007 and of every encrypted new one ([MS-CFB])."""

from __future__ import annotations

import struct
from array import array
from sys import byteorder

from scorer.forms.files import limits

FREE = 0xFFFFFFFA
"""From here on a sector number is a mark (end of chain, free, …), no sector."""

ENTRY_BYTES = 128
MINI_SECTOR = 64
DAMAGED = "文件已损坏或不完整，读不出内部目录"
AGAIN = "请重新下载或向提供人再要一份"
UNLOCK = "请用 WPS 或 Office 打开，取消密码后另存"


class Compound:
    """The streams of one compound file by name. Raises `ReadError` when its tables are damaged."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        try:
            self._open()
        except (struct.error, IndexError, ValueError, OverflowError) as error:
            raise limits.refusal(path, DAMAGED, AGAIN) from error

    def _open(self) -> None:
        shift, mini_shift = struct.unpack_from("<HH", self.data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ValueError
        self.sector = 1 << shift
        first_directory, self.mini_below, first_mini, _, first_extra, _ = struct.unpack_from("<I4xIIIII", self.data, 48)
        extra = list(struct.unpack_from("<109I", self.data, 76))
        seen: set[int] = set()
        while first_extra < FREE and first_extra not in seen:
            seen.add(first_extra)
            numbers = _numbers(self._sector(first_extra))
            extra.extend(numbers[:-1])
            first_extra = numbers[-1]
        table = b"".join(self._sector(number) for number in extra if number < FREE)
        self.table = _numbers(table)
        directory = self._chain(first_directory)
        self.mini_table = _numbers(self._chain(first_mini)) if first_mini < FREE else array("I")
        self.streams: dict[str, tuple[int, int]] = {}
        self._mini = b""
        for offset in range(0, len(directory) - ENTRY_BYTES + 1, ENTRY_BYTES):
            length, kind = struct.unpack_from("<HB", directory, offset + 64)
            start, size = struct.unpack_from("<II", directory, offset + 116)
            name = directory[offset : offset + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            if kind == 5:
                self._mini = self._chain(start) if start < FREE else b""
            elif kind == 2:
                self.streams.setdefault(name, (start, size))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.sector
        if start >= len(self.data):
            raise ValueError
        return self.data[start : start + self.sector]

    def _chain(self, number: int) -> bytes:
        pieces: list[bytes] = []
        # A chain that is longer than the file has a ring in it.
        most = len(self.data) // self.sector + 1
        while number < FREE:
            pieces.append(self._sector(number))
            if len(pieces) > most:
                raise ValueError
            number = self.table[number]
        return b"".join(pieces)

    def read(self, name: str) -> bytes:
        """A stream in one piece."""
        start, size = self.streams[name]
        try:
            if size >= self.mini_below:
                return self._chain(start)[:size]
            pieces: list[bytes] = []
            number = start
            while number < FREE and len(pieces) * MINI_SECTOR < size:
                pieces.append(self._mini[number * MINI_SECTOR : (number + 1) * MINI_SECTOR])
                number = self.mini_table[number]
            return b"".join(pieces)[:size]
        except (IndexError, ValueError) as error:
            raise limits.refusal(self.path, DAMAGED, AGAIN) from error


def _numbers(data: bytes) -> array[int]:
    numbers = array("I")
    numbers.frombytes(data[: len(data) // 4 * 4])
    if byteorder == "big":
        numbers.byteswap()
    return numbers


def kind_of(path: str, data: bytes) -> str:
    """"xls" or "doc". `ReadError` when the file is encrypted or something else."""
    streams = Compound(path, data).streams
    if "EncryptedPackage" in streams or "EncryptionInfo" in streams:
        raise limits.refusal(path, "文件已加密，需要密码才能打开", UNLOCK)
    if "Workbook" in streams or "Book" in streams:
        return "xls"
    if "WordDocument" in streams:
        return "doc"
    raise limits.refusal(path, "不是表格或文档（可能是演示文稿、邮件或安装包）", "请提供自评表的原始文件")
