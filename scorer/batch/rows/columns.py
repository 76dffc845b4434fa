"""The columns of one chunk of a flat table, read with what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.rows.remembered import GIVEN, Memory, distinct
from scorer.batch.rows.texts import (
    BLANK,
    FINE,
    POWERS,
    READ,
    UNIT_MARK,
    Readings,
    Role,
    Texts,
    decimals_of,
    number_readings,
    stripped_places,
)
from scorer.batch.sources.flat import FUNDS, LEVELS, written
from scorer.numbers.quantity import parse_quantity
from scorer.rules.answers import POINT_PLACES, Mask

Array = npt.NDArray[Any]

MONEY_UNIT: Final = "万元"


@dataclass
class Figures:
    """Weights or claims of rows, in 1/10000 point: `read` a number, `blank` nothing written, `fine` beyond four decimals."""

    values: Array
    read: Mask
    blank: Mask
    fine: Mask
    places_of: Callable[[Array], Array]
    """The decimals, as written, of the figures in some rows."""


class Columns:
    """The columns of one chunk, read with what the memory knows."""

    def __init__(self, memory: Memory, batch: Any) -> None:
        self.memory = memory
        self.batch = batch
        self.names = set(batch.schema.names)
        self.ids: dict[str, Array] = {}
        self.there: dict[str, Mask] = {}  # the rows in which something stands, were it blanks

    def column(self, name: str) -> Any:
        """The Arrow column, None where the table has none or it is of nulls."""
        import pyarrow

        if name not in self.names:
            return None
        column = self.batch.column(name)
        return None if pyarrow.types.is_null(column.type) else column

    def points(self, name: str) -> Figures:
        """A column of points."""
        return points_of(self.memory, self.column(name), len(self.batch))

    def texts(self, name: str, rows: Array) -> list[str]:
        """What is written in some rows of a column, "" for nothing."""
        return [text or "" for text in self.written(name, rows).to_pylist()]

    def written(self, name: str, rows: Array) -> Any:
        """The same as an Arrow array of texts, null for nothing; numbers without superfluous zeros."""
        import pyarrow

        column = self.column(name)
        if column is None:
            return pyarrow.nulls(len(rows), pyarrow.string())
        return as_texts(column.take(pyarrow.array(rows)))

    def readings(self, name: str, role: Role, wanted: tuple[str, ...]) -> Readings:
        """The readings of every row of `target` or `actual`."""
        column, unit = self.column(name), self.column("measure_unit") if role == "target" else None
        if unit is not None and unit.null_count == len(unit):
            unit = None
        numbers = None if column is None or unit is not None or is_text(column) else decimals_of(column)
        if numbers is not None:
            return number_readings(*numbers)
        texts = self.memory.texts[role]
        if column is None:
            ids = np.zeros(len(self.batch), np.int64)
        else:
            ids = texts.vocabulary.numbers(column if is_text(column) else as_texts(column))
        self.there[name] = ids != 0
        if unit is not None:
            ids = self._with_units(texts, ids, unit)
        self.ids[name] = ids
        known = texts.columns
        return {key: known[key].take(ids) for key in wanted}

    def _with_units(self, texts: Texts, ids: Array, column: Any) -> Array:
        units = self.memory.measures
        of_unit = units.numbers(column)
        both, places = distinct(ids * len(units) + of_unit, len(texts.vocabulary) * len(units))
        listed = []
        for code in both.tolist():
            text, unit = texts.vocabulary.texts[code // len(units)], units.texts[code % len(units)]
            listed.append(texts.vocabulary.number(f"{text}{UNIT_MARK}{unit}" if unit else text))
        return np.array(listed, np.int64)[places]

    def numbers_of(self, name: str, role: Role, rows: Array) -> Array:
        """The numbers of the texts in some rows, also where the column is one of numbers."""
        if name in self.ids:
            return self.ids[name][rows]
        vocabulary = self.memory.texts[role].vocabulary
        return np.array([vocabulary.number(text) for text in self.texts(name, rows)], np.int64)

    def money(self, name: str, role: Role, rows: Array) -> Readings:
        """The readings of some rows of a column of money, in 元."""
        import pyarrow

        column = self.column(name)
        if column is None or column.null_count == len(column):
            known = self.memory.texts[role].columns
            return {key: np.repeat(values[:1], len(rows)) for key, values in known.items()}
        units = self.money_units(rows)
        numbers = None if is_text(column) else decimals_of(column.take(pyarrow.array(rows)))
        factor = money_factor(units[0]) if len(set(units)) == 1 else int(not units)
        if numbers is not None and factor:
            return number_readings(*numbers, factor)
        texts = self.memory.texts[role]
        cells = zip(self.texts(name, rows), units, strict=True)
        ids = [texts.vocabulary.number(f"{text}{UNIT_MARK}{unit}" if text else "") for text, unit in cells]
        known = texts.columns
        chosen = np.array(ids, np.int64)
        return {key: values[chosen] for key, values in known.items()}

    def money_units(self, rows: Array) -> list[str]:
        """The unit of the sums of money in some rows: 万元 where the table says none."""
        if self.column("money_unit") is None:
            return [MONEY_UNIT] * len(rows)
        return [unit or MONEY_UNIT for unit in self.texts("money_unit", rows)]

    def given(self) -> tuple[Array, Mask]:
        """The direction that the table gives each row, as its place in `GIVEN`, and where it is a word that is none."""
        column = self.column("direction")
        if column is None or column.null_count == len(column):
            return np.zeros(len(self.batch), np.int8), np.zeros(len(self.batch), np.bool_)
        vocabulary = self.memory.directions
        ids = vocabulary.numbers(column)
        known = np.array([GIVEN.index(text) if text in GIVEN else -1 for text in vocabulary.texts], np.int8)[ids]
        return np.maximum(known, 0), known < 0


def is_text(column: Any) -> bool:
    import pyarrow

    return isinstance(column, pyarrow.DictionaryArray) or pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type)


def as_texts(column: Any) -> Any:
    """An Arrow column as texts, null for nothing: numbers as people write them, without superfluous zeros."""
    import pyarrow
    import pyarrow.compute as compute

    if isinstance(column, pyarrow.DictionaryArray):
        column = column.dictionary_decode()
    if pyarrow.types.is_floating(column.type):
        return pyarrow.array([plain_text(value) for value in column.to_pylist()], pyarrow.string())
    texts = column.cast(pyarrow.string())
    if pyarrow.types.is_decimal(column.type) and column.type.scale > 0:
        if column.type.scale > 6:  # such a one may print with an exponent
            return pyarrow.array([plain_text(value) for value in column.to_pylist()], pyarrow.string())
        texts = compute.utf8_rtrim(compute.utf8_rtrim(texts, "0"), ".")
    if is_text(column):
        blank = compute.equal(texts, "")
        if compute.any(blank).as_py():
            texts = compute.if_else(blank, None, texts)
    return texts


def funds_of(batch: Any) -> Mask:
    """Which rows are of funds: a sum of money stands in them."""
    import pyarrow.compute as compute
    import pyarrow.types as types

    funds = np.zeros(len(batch), np.bool_)
    for name in FUNDS:
        if name not in batch.schema.names or batch.column(name).null_count == len(batch):
            continue
        column = batch.column(name)
        filled = compute.is_valid(column)
        if is_text(column):
            filled = compute.fill_null(compute.not_equal(as_texts(column), ""), False)
        elif types.is_floating(column.type):
            filled = compute.fill_null(compute.invert(compute.is_nan(column)), False)
        funds |= filled.to_numpy(zero_copy_only=False)
    return funds


def plain_text(value: Any) -> str | None:
    value = written(value)
    return None if value is None else f"{value:f}"


def money_factor(unit: str) -> int:
    """How many 元 a figure of 1 in this unit stands for, 0 where that is no power of ten."""
    number = parse_quantity("1", unit).number
    powers = [power for power in POWERS[:9].tolist() if power == number]
    return powers[0] if powers else 0


def points_of(memory: Memory, column: Any, rows: int) -> Figures:
    """A column of points in 1/10000."""
    if column is None:
        none = np.zeros(rows, np.bool_)
        return Figures(np.zeros(rows, np.int64), none, ~none, none, lambda at: np.zeros(len(at), np.int8))
    numbers = None if is_text(column) else decimals_of(column)
    if numbers is None:
        ids = memory.points.vocabulary.numbers(column if is_text(column) else as_texts(column))
        known, states, places = memory.points.columns()
        states = states[ids]
        return Figures(known[ids], states == READ, states == BLANK, states == FINE, lambda at: places[ids[at]])
    values, scale, valid = numbers
    fine = np.abs(values) >= 10 ** (11 + scale)
    if scale > POINT_PLACES:
        step = int(POWERS[scale - POINT_PLACES])
        fine |= values % step != 0
        values = values // step
    else:
        values = np.where(fine, 0, values) * int(POWERS[POINT_PLACES - scale])
    return Figures(values, valid & ~fine, ~valid, fine & valid, lambda at: stripped_places(values[at], POINT_PLACES))


def level_columns(batch: Any) -> list[Any]:
    """The names of each level, dictionary encoded; from the columns level1, level2 … or from the lists of `path`."""
    import pyarrow

    if "path" not in batch.schema.names:
        return [batch.column(name) for name in LEVELS if name in batch.schema.names]
    column = batch.column("path")
    offsets = column.offsets.to_numpy().astype(np.int64)
    flat = column.values
    if not isinstance(flat, pyarrow.DictionaryArray):
        flat = flat.dictionary_encode()
    depth = np.diff(offsets)
    if column.null_count:
        depth[column.is_null().to_numpy(zero_copy_only=False)] = 0
    codes = flat.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    levels = []
    for level in range(int(depth.max(initial=0))):
        there = depth > level
        of_level = np.full(len(depth), -1, np.int32)
        of_level[there] = codes[offsets[:-1][there] + level]
        levels.append(pyarrow.DictionaryArray.from_arrays(pyarrow.array(of_level, mask=of_level < 0), flat.dictionary))
    return levels or [pyarrow.nulls(len(batch), pyarrow.string())]
