"""Faults found by columns as the rows of findings.parquet, in the order that the findings of a form have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.columns_faults import Amounts, Cells, Derivations, Faults, Names, Texts, Words, level_of, message_of
from scorer.batch.columns_words import derivations
from scorer.batch.rows.alignment import Scored
from scorer.batch.rows.columns import Columns, as_texts
from scorer.batch.rows.remembered import Memory
from scorer.batch.rows.texts import decimals
from scorer.batch.sources.flat import LEVELS, TOTAL_FUNDS
from scorer.batch.tables import schemas
from scorer.checks import CHECKS
from scorer.scoring.align import EXECUTION

Array = npt.NDArray[Any]

LEVEL_NAMES: Final = ("error", "warning", "note")
NOT_WRITTEN: Final = "未填"
MESSAGE_FIELD: Final = re.compile(r"\{([a-z_]{1,40})\}")


def findings_table(
    memory: Memory, scored: Scored, faults: Sequence[Faults], first: int, file: str
) -> tuple[Any, Array, Array, Array]:
    """The findings of a chunk as an Arrow batch; the submission, level (in `LEVEL_NAMES`) and code of each.

    `first` is the number of the chunk's first submission, `file` the table's name as places give it.
    """
    import pyarrow

    schema = schemas()["findings.parquet"]
    if not faults:
        none = np.zeros(0, np.int64)
        return pyarrow.RecordBatch.from_pylist([], schema), none, none, none
    sizes = [len(fault.of) for fault in faults]
    begins = np.cumsum([0, *sizes])
    of = _joined_numbers([fault.of for fault in faults])
    codes = np.repeat([int(fault.code[1:]) for fault in faults], sizes)
    levels = np.repeat([LEVEL_NAMES.index(level_of(fault)) for fault in faults], sizes)
    texts = _Texts(memory, scored, faults)
    placed = _Placed(scored, faults, begins, texts)
    order = np.lexsort((codes, placed.first_lines(len(of)), of))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    taken = pyarrow.array(order)

    def of_faults(words: Sequence[str]) -> Any:
        places = np.repeat(np.arange(len(words)), sizes)
        return pyarrow.array(list(words)).take(pyarrow.array(places[order]))

    columns = {
        "submission": pyarrow.array(of[order] + first),
        "code": of_faults([fault.code for fault in faults]),
        "name": of_faults([CHECKS[fault.code].name for fault in faults]),
        "title": of_faults([CHECKS[fault.code].title for fault in faults]),
        "level": of_faults([level_of(fault) for fault in faults]),
        "message": _joined([_messages(fault, texts) for fault in faults]).take(taken),
        "path": _paths(scored.columns, faults, begins, order),
        "where": placed.lists(rank, file),
        "numbers": _numbers(faults, begins, rank, texts),
        "across": pyarrow.nulls(len(order)),  # what only a comparison across forms would fill
    }
    absent = pyarrow.nulls(len(of))
    arrays = [columns.get(field.name, absent).cast(field.type) for field in schema]
    return pyarrow.RecordBatch.from_arrays(arrays, schema=schema), of[order], levels[order], codes[order]


def _joined(arrays: Sequence[Any]) -> Any:
    import pyarrow

    return pyarrow.concat_arrays(list(arrays))


def _joined_numbers(arrays: Sequence[Array]) -> Array:
    return np.concatenate(arrays).astype(np.int64) if arrays else np.zeros(0, np.int64)


def _offsets(of: Array, count: int) -> Any:
    """The bounds of the lists that entries make by the place they belong to."""
    import pyarrow

    return pyarrow.array(np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(of, minlength=count))]).astype(np.int32))


# --------------------------------------------------------------------------------------------------------------- texts


class _Texts:
    """All words of some faults as Arrow texts: those of one column, or of one number of decimals, are made at once."""

    def __init__(self, memory: Memory, scored: Scored, faults: Sequence[Faults]) -> None:
        self._texts: dict[int, Texts] = {}
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for fault in faults:
            for one in (*fault.numbers.values(), *fault.more.values(), *(places.cells for places in fault.places)):
                groups.setdefault(_group(one), []).append(one)
        for (kind, *what), members in groups.items():
            members = list({id(one): one for one in members}.values())
            if kind is Cells:
                name, head = what
                made = written(scored, name, _joined_numbers([one.at for one in members]), head=head)
            elif kind is Amounts:
                made = amount_texts([one.values for one in members], what[0], [one.missing for one in members])
            elif kind is Derivations:
                made = derivations(memory, scored, _joined_numbers([one.rows for one in members]))
            elif kind is Names:
                made = _names(what[0], _joined_numbers([one.places for one in members]))
            else:
                continue
            begin = 0
            for one in members:
                size = _size(one)
                self._texts[id(one)] = made.slice(begin, size)
                begin += size

    def of(self, words: Words, count: int) -> Texts:
        """The words of `count` faults; null where a figure or a name is missing, "" for a cell with nothing in it."""
        import pyarrow
        import pyarrow.compute as compute

        if isinstance(words, str):
            return pyarrow.array([words] * count, pyarrow.string())
        texts = self._texts[id(words)]
        return compute.fill_null(texts, "") if isinstance(words, Cells) else texts

    def quotes(self, cells: Cells) -> Texts:
        """What is written in some cells, null for nothing."""
        import pyarrow.compute as compute

        texts = self._texts[id(cells)]
        if cells.filled_only:
            texts = compute.if_else(compute.equal(compute.utf8_trim_whitespace(texts), ""), None, texts)
        return texts


def _group(words: Words) -> tuple[Any, ...]:
    if isinstance(words, Cells):
        return Cells, words.name, words.head
    if isinstance(words, Amounts):
        return Amounts, words.places
    if isinstance(words, Names):
        return Names, tuple(words.listed)
    return (type(words),)


def _size(words: Amounts | Cells | Names | Derivations) -> int:
    if isinstance(words, Cells):
        return len(words.at)
    if isinstance(words, Amounts):
        return len(words.values)
    return len(words.places if isinstance(words, Names) else words.rows)


def written(scored: Scored, name: str, at: Array, *, head: bool = False) -> Texts:
    """What is written in some cells of a column (of a head: by submission), null for nothing."""
    import pyarrow

    if not head:
        return _flat(scored.columns.written(name, at))
    chunk = scored.chunk
    if name not in chunk.batch.schema.names:
        return pyarrow.nulls(len(at), pyarrow.string())
    return _flat(as_texts(chunk.batch.column(name).take(pyarrow.array(chunk.starts[at]))))


def amount_texts(values: Sequence[Array], places: int, missing: Sequence[Array | None]) -> Texts:
    """Integers of 10 ** -places as `plain` prints them: exact, no superfluous zeros; null where missing."""
    import pyarrow
    import pyarrow.compute as compute

    gone = [np.zeros(len(of), np.bool_) if one is None else one for of, one in zip(values, missing, strict=True)]
    texts = decimals(np.concatenate(values), places, np.concatenate(gone)).cast(pyarrow.string())
    return compute.utf8_rtrim(compute.utf8_rtrim(texts, "0"), ".") if places else texts


def _names(listed: Sequence[str], places: Array) -> Texts:
    import pyarrow

    return pyarrow.array(list(listed), pyarrow.string()).take(pyarrow.array(places, mask=places < 0))


def _flat(column: Any) -> Any:
    import pyarrow

    return column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column


@cache
def _template(message: str) -> tuple[str, ...]:
    """A message cut at its figures: words and names of figures by turns."""
    return tuple(MESSAGE_FIELD.split(message))


def _messages(fault: Faults, texts: _Texts) -> Any:
    """The message of every fault, its figures put in; as `registry.finding` does it."""
    import pyarrow
    import pyarrow.compute as compute

    figures, count = {**fault.numbers, **fault.more}, len(fault.of)
    parts: list[Any] = []
    for place, part in enumerate(_template(message_of(fault))):
        words = part if place % 2 == 0 else figures.get(part, NOT_WRITTEN)
        parts.append(words if isinstance(words, str) else compute.fill_null(texts.of(words, count), NOT_WRITTEN))
    if all(isinstance(part, str) for part in parts):
        return pyarrow.array(["".join(parts)] * count, pyarrow.string())
    return compute.binary_join_element_wise(*parts, "")


# --------------------------------------------------------------------------------------------------- paths and figures


def _paths(columns: Columns, faults: Sequence[Faults], begins: Array, order: Array) -> Any:
    """The path of every fault, in their order."""
    import pyarrow

    kind = pyarrow.list_(pyarrow.string())
    fixed: dict[str, Any] = {"": [], "funds": ["资金", TOTAL_FUNDS], "execution": [EXECUTION]}
    place = np.empty(len(order), np.int64)
    of_rows = [fault.rows for fault in faults if fault.path == "row"]
    parts = [paths(columns, _joined_numbers(of_rows)), pyarrow.array(list(fixed.values()), kind)]
    met = 0
    for number, fault in enumerate(faults):
        here = slice(begins[number], begins[number + 1])
        if fault.path == "row":
            place[here] = met + np.arange(len(fault.of))
            met += len(fault.of)
        else:
            place[here] = len(parts[0]) + list(fixed).index(fault.path)
    return _joined(parts).take(pyarrow.array(place[order]))


def paths(columns: Columns, rows: Array) -> Any:
    """The names of the levels of some rows, the blank ones left out, as lists."""
    import pyarrow
    import pyarrow.compute as compute

    if "path" in columns.names:
        listed = columns.column("path").take(pyarrow.array(rows))
        names = [[name for name in path or () if name and name.strip()] or [""] for path in listed.to_pylist()]
        return pyarrow.array(names, pyarrow.list_(pyarrow.string()))
    named = [_flat(columns.written(level, rows)) for level in LEVELS if level in columns.names]
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


class _Placed:
    """The places of all faults, those of one fault in their order; blank cells are no places."""

    def __init__(self, scored: Scored, faults: Sequence[Faults], begins: Array, texts: _Texts) -> None:
        import pyarrow

        of, ranks, lines, quotes = [], [], [], [pyarrow.array([], pyarrow.string())]
        for begin, fault in zip(begins.tolist(), faults, strict=False):
            for rank, places in enumerate(fault.places):
                of.append(begin + places.of)
                ranks.append(np.full(len(places.of), rank))
                lines.append(_lines(scored, places.cells))
                quotes.append(texts.quotes(places.cells))
        self.of, self.lines, self.quotes = _joined_numbers(of), _joined_numbers(lines), _joined(quotes)
        rank_of = _joined_numbers(ranks)
        if self.quotes.null_count:
            there = self.quotes.is_valid().to_numpy(zero_copy_only=False)
            self.of, self.lines, rank_of = self.of[there], self.lines[there], rank_of[there]
            self.quotes = self.quotes.drop_null()
        self.ranks = rank_of

    def first_lines(self, count: int) -> Array:
        """The row of the first place of each fault, 0 where it has none: that is how findings are ordered."""
        lines = np.zeros(count, np.int64)
        order = np.lexsort((self.ranks, self.of))
        begins = order[np.diff(self.of[order], prepend=-1) > 0]
        lines[self.of[begins]] = self.lines[begins]
        return lines

    def lists(self, rank: Array, file: str) -> Any:
        """The places of every fault as lists of structs; fault number i stands at `rank[i]`."""
        import pyarrow
        import pyarrow.compute as compute

        of = rank[self.of]
        order = np.lexsort((self.ranks, of))
        at = compute.binary_join_element_wise("L", pyarrow.array(self.lines[order]).cast(pyarrow.string()), "")
        files = pyarrow.DictionaryArray.from_arrays(pyarrow.array(np.zeros(len(of), np.int8)), pyarrow.array([file]))
        quotes = self.quotes.take(pyarrow.array(order))
        structs = pyarrow.StructArray.from_arrays([files.dictionary_decode(), at, quotes], ["file", "at", "quote"])
        return pyarrow.ListArray.from_arrays(_offsets(of, len(rank)), structs)


def _lines(scored: Scored, cells: Cells) -> Array:
    if cells.head:
        head: Array = scored.chunk.first + scored.chunk.starts[cells.at]
        return head
    lines: Array = scored.lines[cells.at]
    return lines


def _numbers(faults: Sequence[Faults], begins: Array, rank: Array, texts: _Texts) -> Any:
    """The figures of every fault by name, as maps; a missing one is left out. Fault number i stands at `rank[i]`."""
    import pyarrow

    names: dict[str, int] = {}
    of, ranks, keys, items = [], [], [], [pyarrow.array([], pyarrow.string())]
    for begin, fault in zip(begins.tolist(), faults, strict=False):
        count = len(fault.of)
        for number, (name, words) in enumerate(fault.numbers.items()):
            of.append(begin + np.arange(count))
            ranks.append(np.full(count, number))
            keys.append(np.full(count, names.setdefault(name, len(names))))
            items.append(texts.of(words, count))
    joined = _joined(items)
    there = joined.is_valid().to_numpy(zero_copy_only=False)
    place = rank[_joined_numbers(of)]
    order = np.lexsort((_joined_numbers(ranks), place))
    order = order[there[order]]
    key = pyarrow.array(list(names), pyarrow.string()).take(pyarrow.array(_joined_numbers(keys)[order]))
    return pyarrow.MapArray.from_arrays(_offsets(place[order], len(rank)), key, joined.take(pyarrow.array(order)))


__all__ = ["LEVEL_NAMES", "findings_table", "paths"]
