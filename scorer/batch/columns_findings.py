"""Faults found by columns as the rows of findings.parquet, in the order that the findings of a form have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.columns_faults import Faults, Places, level_of, message_of
from scorer.batch.columns_scoring import Scored
from scorer.batch.columns_source import LEVELS, TOTAL_FUNDS
from scorer.batch.columns_table import Columns
from scorer.batch.tables import schemas
from scorer.checks import CHECKS
from scorer.score import EXECUTION

Array = npt.NDArray[Any]

LEVEL_NAMES: Final = ("error", "warning", "note")
NOT_WRITTEN: Final = "未填"
MESSAGE_FIELD: Final = re.compile(r"\{([a-z_]{1,40})\}")


def findings_table(scored: Scored, faults: Sequence[Faults], first: int, file: str) -> tuple[Any, Array, Array, Array]:
    """The findings of a chunk as an Arrow batch; the submission, level (in `LEVEL_NAMES`) and code of each.

    `first` is the number of the chunk's first submission, `file` the table's name as places give it.
    """
    import pyarrow

    schema = schemas()["findings.parquet"]
    if not faults:
        none = np.zeros(0, np.int64)
        return pyarrow.RecordBatch.from_pylist([], schema), none, none, none
    of = np.concatenate([fault.of for fault in faults]).astype(np.int64)
    lines = np.concatenate([_first_lines(scored, fault) for fault in faults])
    sizes = [len(fault.of) for fault in faults]
    codes = np.repeat([int(fault.code[1:]) for fault in faults], sizes)
    levels = np.repeat([LEVEL_NAMES.index(level_of(fault)) for fault in faults], sizes)
    order = np.lexsort((codes, lines, of))
    taken = pyarrow.array(order)

    def repeated(words: Sequence[str]) -> Any:
        return pyarrow.array(np.repeat(np.arange(len(words)), sizes)).take(taken), pyarrow.array(list(words))

    def of_faults(words: Sequence[str]) -> Any:
        places, names = repeated(words)
        return names.take(places)

    columns = {
        "submission": pyarrow.array(of[order] + first),
        "code": of_faults([fault.code for fault in faults]),
        "name": of_faults([CHECKS[fault.code].name for fault in faults]),
        "level": of_faults([level_of(fault) for fault in faults]),
        "message": _joined([_messages(fault) for fault in faults]).take(taken),
        "path": _joined([_paths(scored.columns, fault) for fault in faults]).take(taken),
        "where": _joined([_where(fault, file) for fault in faults]).take(taken),
        "numbers": _joined([_numbers(fault) for fault in faults]).take(taken),
        "across": pyarrow.nulls(len(order)),  # nothing is compared across the forms of a flat table
    }
    absent = pyarrow.nulls(len(of))  # what only a comparison across forms would fill
    arrays = [columns.get(field.name, absent).cast(field.type) for field in schema]
    return pyarrow.RecordBatch.from_arrays(arrays, schema=schema), of[order], levels[order], codes[order]


def _joined(arrays: Sequence[Any]) -> Any:
    import pyarrow

    return pyarrow.concat_arrays(list(arrays))


def _first_lines(scored: Scored, fault: Faults) -> Array:
    """The row of the first place of each fault, 0 where it has none: that is how findings are ordered."""
    lines = np.zeros(len(fault.of), np.int64)
    for places in reversed(fault.places):
        firsts = places.of[::-1]
        lines[firsts] = places.lines[::-1]
    return lines


@cache
def _template(message: str) -> tuple[str, ...]:
    """A message cut at its figures: words and names of figures by turns."""
    return tuple(MESSAGE_FIELD.split(message))


def _messages(fault: Faults) -> Any:
    """The message of every fault, its figures put in; as `registry.finding` does it."""
    import pyarrow
    import pyarrow.compute as compute

    figures = {**fault.numbers, **fault.more}
    parts = []
    for place, part in enumerate(_template(message_of(fault))):
        if place % 2 == 0:
            parts.append(pyarrow.scalar(part))
        elif part in figures:
            parts.append(compute.fill_null(figures[part], NOT_WRITTEN))
        else:
            parts.append(pyarrow.scalar(NOT_WRITTEN))
    if all(isinstance(part, pyarrow.Scalar) for part in parts):
        return pyarrow.array(["".join(part.as_py() for part in parts)] * len(fault.of))
    return compute.binary_join_element_wise(*parts, "")


def _paths(columns: Columns, fault: Faults) -> Any:
    import pyarrow

    kind = pyarrow.list_(pyarrow.string())
    if fault.path == "row":
        return paths(columns, fault.rows)
    fixed = {"": [], "funds": ["资金", TOTAL_FUNDS], "execution": [EXECUTION]}[fault.path]
    return pyarrow.array([fixed] * len(fault.of), kind)


def paths(columns: Columns, rows: Array) -> Any:
    """The names of the levels of some rows, the blank ones left out, as lists."""
    import pyarrow
    import pyarrow.compute as compute

    if "path" in columns.names:
        listed = columns.column("path").take(pyarrow.array(rows))
        names = [[name for name in path or () if name and name.strip()] or [""] for path in listed.to_pylist()]
        return pyarrow.array(names, pyarrow.list_(pyarrow.string()))
    named = [columns.written(level, rows) for level in LEVELS if level in columns.names]
    there = np.stack(
        [compute.fill_null(compute.not_equal(compute.utf8_trim_whitespace(one), ""), False).to_numpy(zero_copy_only=False) for one in named]
    ).astype(np.bool_)
    nothing = ~there.any(axis=0)
    if nothing.any():  # a row without a name is one of the name ""
        named[0] = compute.if_else(pyarrow.array(nothing), "", named[0])
        there[0] |= nothing
    count = len(named)
    flat = pyarrow.concat_arrays(named)
    order = np.arange(count * len(rows)).reshape(count, len(rows)).T.ravel()
    kept = order[there.T.ravel()]
    offsets = np.concatenate([np.zeros(1, np.int32), np.cumsum(there.sum(axis=0))]).astype(np.int32)
    return pyarrow.ListArray.from_arrays(pyarrow.array(offsets), flat.take(pyarrow.array(kept)))


def _where(fault: Faults, file: str) -> Any:
    """All places of every fault in their order, as lists of structs."""
    import pyarrow
    import pyarrow.compute as compute

    count = len(fault.of)
    if not fault.places:
        return pyarrow.array([[]] * count, schemas()["findings.parquet"].field("where").type)
    of = np.concatenate([places.of for places in fault.places]).astype(np.int64)
    rank = np.repeat(np.arange(len(fault.places)), [len(places.of) for places in fault.places])
    order = np.lexsort((rank, of))
    lines = np.concatenate([places.lines for places in fault.places])[order]
    quotes = _joined([places.quotes for places in fault.places]).take(pyarrow.array(order))
    at = compute.binary_join_element_wise("L", pyarrow.array(lines).cast(pyarrow.string()), "")
    files = pyarrow.DictionaryArray.from_arrays(pyarrow.array(np.zeros(len(lines), np.int8)), pyarrow.array([file])).dictionary_decode()
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(of, minlength=count))]).astype(np.int32)
    structs = pyarrow.StructArray.from_arrays([files, at, quotes], ["file", "at", "quote"])
    return pyarrow.ListArray.from_arrays(pyarrow.array(offsets), structs)


def _numbers(fault: Faults) -> Any:
    """The figures of every fault by name, as maps; a missing one is left out."""
    import pyarrow

    names, count = list(fault.numbers), len(fault.of)
    columns = [_texts(fault.numbers[name]) for name in names]
    there = np.stack([~column.is_null().to_numpy(zero_copy_only=False) for column in columns])
    order = np.arange(len(names) * count).reshape(len(names), count).T.ravel()[there.T.ravel()]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(there.sum(axis=0))]).astype(np.int32)
    items = _joined(columns).take(pyarrow.array(order))
    keys = pyarrow.array(names).take(pyarrow.array(np.repeat(np.arange(len(names)), count)[order]))
    return pyarrow.MapArray.from_arrays(pyarrow.array(offsets), keys, items)


def _texts(column: Any) -> Any:
    import pyarrow

    return column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column


__all__ = ["LEVEL_NAMES", "Places", "findings_table", "paths"]
