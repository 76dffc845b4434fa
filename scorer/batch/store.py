"""What was gathered, in append-only parts with an index: a kill at any moment loses nothing that was finished.

A record is written to the end of a part and flushed; only then does its line enter the index. What a kill leaves is at
most a record without a line, or half a line: both are cut off when the folder is opened again.
"""

from __future__ import annotations

import json
import sys
import zlib
from dataclasses import astuple, dataclass
from pathlib import Path
from sys import intern
from typing import BinaryIO

from scorer.model import ScorerError
from scorer.saving import cause

INDEX = "index.jsonl"
HEAD = "\nparts of "
"""Begins the key of the record that lists the parts of a file or folder which gave several submissions."""
JOINED = "\njoined "
"""Begins the key under which a form with its reports is kept; the form's own key holds it as it was read alone."""
LOCK = "lock"
PART_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is kept of one submission: its report as JSON, its facts for the comparison across forms as JSON, and the
    submission itself as JSON, so that it can be scored anew without its files. All three compressed; `submission` is
    b"" for a file that could not be read.

    `digest` is of the files' bytes, `reading` of the program that read them, `options` of the set and the checks.
    `limits` names time and memory where the file went beyond them.
    """

    key: str
    digest: str
    reading: str
    options: str
    report: bytes
    facts: bytes
    submission: bytes
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index: where a record stands, `sizes` of its three blocks, and the checksum over them."""

    key: str
    digest: str
    reading: str
    options: str
    limits: str
    part: int
    offset: int
    sizes: tuple[int, int, int]
    checksum: int


class Store:
    """The folder of gathered records; one process at a time writes to it.

    Raises:
        ScorerError: the folder cannot be written, or another run is at work in it.
    """

    def __init__(self, folder: Path, *, write: bool = True) -> None:
        self.folder = folder
        self.entries: dict[str, Entry] = {}
        self.joined: frozenset[str] = frozenset()  # keys that stand for the form with its reports
        self._part: BinaryIO | None = None
        self._index: BinaryIO | None = None
        self._lock: BinaryIO | None = None
        self._reading: tuple[int, BinaryIO] | None = None
        self._size = 0
        self._number = 0
        if write:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._lock = (folder / LOCK).open("ab")
            except OSError as error:
                raise ScorerError(f"{folder}：无法写入（{cause(error)}）。请换一个可写的文件夹。") from error
            if not take_lock(self._lock):
                self._lock.close()
                raise ScorerError(f"{folder.parent}：另一个 scorer batch 正在写这个文件夹。请等它结束，或换一个文件夹。")
        try:
            self._open_index(write)
        except OSError as error:
            raise ScorerError(f"{folder}：无法读取（{cause(error)}）。请检查文件夹的权限，或换一个文件夹。") from error

    def _open_index(self, write: bool) -> None:
        path = self.folder / INDEX
        data = path.read_bytes() if path.exists() else b""
        whole = data.rfind(b"\n") + 1
        sizes = {number: file.stat().st_size for number, file in _parts(self.folder).items()}
        for line in data[:whole].splitlines():
            try:
                entry = _entry(*json.loads(line))
            except (ValueError, TypeError):
                continue  # a line that a failing disk spoiled: its file is read again
            if entry.offset + sum(entry.sizes) <= sizes.get(entry.part, 0):
                self.entries[entry.key] = entry
        self._number = max(sizes, default=0)
        last = [entry for entry in self.entries.values() if entry.part == self._number]
        for entry in last:  # the part that was being written when a run ended, perhaps with the computer
            if self._blocks(entry) is None:
                del self.entries[entry.key]
        if write:
            with path.open("ab") as file:
                file.truncate(whole)
            self._index = path.open("ab")

    def add(self, record: Gathered) -> None:
        """Append a record; when this returns, a kill does not lose it.

        Raises:
            ScorerError: the disk takes no more.
        """
        try:
            self._append(record)
        except OSError as error:
            words = "已处理的都已存好。请腾出空间或检查权限后用同一命令再运行一次，只处理剩下的。"
            raise ScorerError(f"{self.folder}：无法写入（{cause(error)}）。{words}") from error

    def _append(self, record: Gathered) -> None:
        if self._part is None or self._size > PART_BYTES:
            self._next_part()
        part, index = self._part, self._index
        if part is None or index is None:
            raise ValueError("the store was opened for reading only")
        blocks = (record.report, record.facts, record.submission)
        data = b"".join(blocks)
        part.write(data)
        part.flush()
        entry = Entry(
            record.key,
            record.digest,
            record.reading,
            record.options,
            record.limits,
            self._number,
            self._size,
            (len(blocks[0]), len(blocks[1]), len(blocks[2])),
            zlib.crc32(data),
        )
        self._size += len(data)
        index.write(json.dumps(astuple(entry), ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        index.flush()
        self.entries[record.key] = entry

    def entry(self, key: str) -> Entry:
        """The entry of a submission of the results: of the form with its reports where it was joined."""
        return self.entries[JOINED + key if key in self.joined else key]

    def parts(self, key: str) -> list[str]:
        """The keys of the submissions that a file or folder gave, where it gave several."""
        block = self._sound_blocks(self.entries[HEAD + key])[1]
        keys: list[str] = json.loads(zlib.decompress(block))["parts"]
        return keys

    def record(self, key: str) -> Gathered:
        """A record as it was added."""
        entry = self.entry(key)
        report, facts, submission = self._sound_blocks(entry)
        return Gathered(key, entry.digest, entry.reading, entry.options, report, facts, submission, entry.limits)

    def report(self, key: str) -> bytes:
        """The report of a record as JSON, and `facts` and `submission` likewise."""
        return self._block(key, 0)

    def report_and_facts(self, key: str) -> tuple[bytes, bytes]:
        """Both at once: the record is read and checked once."""
        report, facts, _ = self._sound_blocks(self.entry(key))
        return zlib.decompress(report), zlib.decompress(facts)

    def facts(self, key: str) -> bytes:
        return self._block(key, 1)

    def submission(self, key: str) -> bytes:
        return self._block(key, 2)

    def _block(self, key: str, which: int) -> bytes:
        block = self._sound_blocks(self.entry(key))[which]
        return zlib.decompress(block) if block else b""

    def _sound_blocks(self, entry: Entry) -> tuple[bytes, bytes, bytes]:
        blocks = self._blocks(entry)
        if blocks is None:
            raise ScorerError(
                f"{self.folder}：中间结果已损坏（{entry.key}）。请删去文件夹 {self.folder}，再运行一次。"
            )
        return blocks

    def _blocks(self, entry: Entry) -> tuple[bytes, bytes, bytes] | None:
        if self._reading is None or self._reading[0] != entry.part:
            if self._reading is not None:
                self._reading[1].close()
            self._reading = entry.part, _path(self.folder, entry.part).open("rb")
        file = self._reading[1]
        file.seek(entry.offset)
        data = file.read(sum(entry.sizes))
        if zlib.crc32(data) != entry.checksum:
            return None
        first, second, _ = entry.sizes
        return data[:first], data[first : first + second], data[first + second :]

    def _next_part(self) -> None:
        if self._part is not None:
            self._part.close()
        self._number += 1
        self._size = 0
        self._part = _path(self.folder, self._number).open("wb")

    def close(self) -> None:
        for file in (self._part, self._index, self._lock, self._reading[1] if self._reading else None):
            if file is not None:
                file.close()
        self._part = self._index = self._lock = self._reading = None


def _entry(
    key: str,
    digest: str,
    reading: str,
    options: str,
    limits: str,
    part: int,
    offset: int,
    sizes: list[int],
    checksum: int,
) -> Entry:
    first, second, third = sizes
    # these three are the same for nearly all: one object each, or the index of a large batch would fill the memory
    shared = intern(reading), intern(options), intern(limits)
    return Entry(key, digest, *shared, part, offset, (first, second, third), checksum)


def packed(data: bytes) -> bytes:
    return zlib.compress(data, 1)


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.part"


def _parts(folder: Path) -> dict[int, Path]:
    return {int(path.stem): path for path in folder.glob("*.part") if path.stem.isdigit()}


def take_lock(file: BinaryIO) -> bool:
    """Take the lock, which the system gives back when its process ends in whatever way."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
