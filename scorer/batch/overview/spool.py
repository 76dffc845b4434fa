"""Rows on disk while a batch is summed up: a hundred thousand of them take no memory but their places and risks."""

from __future__ import annotations

import json
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import astuple
from decimal import Decimal
from typing import Any, BinaryIO

from scorer.batch.overview.risk import Risk, Row

FIELDS = Row.__slots__
FIGURES = tuple(FIELDS.index(name) for name in ("total", "full", "claimed"))
CODES, RISK = FIELDS.index("codes"), FIELDS.index("risk")


class Spool:
    """Rows in a temporary file, to be read again in their order or by risk. Use it as a context."""

    def __init__(self) -> None:
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by __exit__
        self._places = array("q")
        self._risks: list[Decimal] = []
        self._numbers: dict[Decimal, Decimal] = {}  # equal risks are one object
        self._unread = bytearray()
        self._end = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    def add(self, row: Row) -> None:
        data = json.dumps(astuple(row), ensure_ascii=False, default=str).encode("utf-8", "surrogatepass") + b"\n"
        self._file.seek(self._end)
        self._file.write(data)
        self._places.append(self._end)
        self._end += len(data)
        self._risks.append(self._numbers.setdefault(row.risk.total, row.risk.total))
        self._unread.append(bool(row.unread))

    def unread(self) -> Iterator[Row]:
        """The rows of submissions that were not read, in their order."""
        return (self._row(index) for index, flag in enumerate(self._unread) if flag)

    def by_risk(self) -> Iterator[Row]:
        """The rows of submissions that were read, the riskiest first, equal ones in their order."""
        read = (index for index, flag in enumerate(self._unread) if not flag)
        for index in sorted(read, key=self._risks.__getitem__, reverse=True):  # a stable sort, also in reverse
            yield self._row(index)

    def _row(self, index: int) -> Row:
        self._file.seek(self._places[index])
        return _loaded(json.loads(self._file.readline().decode("utf-8", "surrogatepass")))


def _loaded(values: list[Any]) -> Row:
    for place in FIGURES:
        values[place] = None if values[place] is None else Decimal(values[place])
    values[CODES] = tuple((code, times) for code, times in values[CODES])
    errors, warnings, difference, grade, unread = values[RISK]
    values[RISK] = Risk(errors, warnings, Decimal(difference), grade, unread)
    return Row(*values)
