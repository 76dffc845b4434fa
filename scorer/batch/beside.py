"""Submissions of a flat table beside each other: their rows read again, by columns, of just those that are asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.facts import CELL_MOST
from scorer.batch.facts_by_columns import Told, names_of
from scorer.batch.rows.columns import as_texts, funds_of, is_text, level_columns
from scorer.batch.rows.remembered import distinct
from scorer.batch.rows.texts import Vocabulary
from scorer.batch.sources.flat import FIELDS, FUNDS, LEVELS, TOTAL_FUNDS, Piece, chunks, open_table
from scorer.checks.peers.hashes import MASK, combined, hashed
from scorer.checks.peers.pairs import figure_in
from scorer.checks.peers.prose import SHINGLE
from scorer.checks.peers.telling import telling_figures
from scorer.naming import fold, normalize_name
from scorer.prose.phrases import THIS_YEAR
from scorer.rules.answers import Mask

Array = npt.NDArray[Any]

ROWS_AT_ONCE: Final = 2_000_000  # rows of pairs that are laid beside each other together
NOT_THE_SAME: Final = ("submission",)
HEAD_FIGURES: Final = ("claimed_total", "claimed_grade")
ROW_FIGURES: Final = ("weight", "target", "actual", "claimed")
FUNDS_FIGURES: Final = ("initial", "budget", "executed", "weight", "claimed")
OF_FUNDS: Final = hashed("funds")
FIGURES: Final = np.dtype([("count", "u4"), ("first", "u8")])
MONEY: Final = np.dtype([("of", "i8"), ("source", "u8"), ("executed", "u8")])
UP: Final = np.uint64(32)
_THIS_YEAR: Final = re.compile(THIS_YEAR)


@dataclass(frozen=True)
class Chosen:
    """Rows of some submissions: an Arrow batch, the place of each row's submission among those asked for, funds rows, and
    the numbers of the rows in the table, from 1."""

    batch: Any
    of: Array
    funds: Mask
    lines: Array

    @property
    def begins(self) -> Array:
        """Where each submission begins."""
        return np.flatnonzero(np.append(True, self.of[1:] != self.of[:-1]))

    def column(self, name: str) -> Any:
        """The Arrow column, None where the table has none."""
        import pyarrow

        if name not in self.batch.schema.names:
            return None
        column = self.batch.column(name)
        return None if pyarrow.types.is_null(column.type) else column

    def values(self, name: str, told: Told) -> Array:
        """What stands in a column, as hashes: of texts what `told` says of them, of numbers their own bits."""
        import pyarrow.compute as compute
        import pyarrow.types as types

        column = self.column(name)
        if column is None:
            return np.zeros(len(self.of), np.uint64)
        if is_text(column):
            return told.of(told.vocabulary.numbers(column))
        missing = column.is_null().to_numpy(zero_copy_only=False)
        if types.is_decimal128(column.type):
            pairs = np.frombuffer(column.buffers()[1], np.uint64).reshape(-1, 2)[column.offset : column.offset + len(column)]
            bits = combined(pairs[:, 0], pairs[:, 1])
        elif types.is_floating(column.type):
            floats = compute.fill_null(column, 0).to_numpy(zero_copy_only=False).astype(np.float64)
            missing = missing | np.isnan(floats)
            bits = (floats + 0.0).view(np.uint64)
        else:
            bits = compute.fill_null(column, 0).to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
        found: Array = np.where(missing, np.uint64(MASK), bits)
        return found

    def texts(self, name: str, rows: Array) -> list[str]:
        """What is written in some rows, cut as the facts of a form are."""
        column = self.column(name)
        if column is None:
            return [""] * len(rows)
        import pyarrow

        return [(text or "")[:CELL_MOST] for text in as_texts(column.take(pyarrow.array(rows))).to_pylist()]

    def paths(self, names: Told) -> Array:
        """The hash of each row's names, from the top; `names` gives that of each."""
        found = np.zeros(len(self.of), np.uint64)
        for column in level_columns(self.batch):
            ids = names.vocabulary.numbers(column)
            there = (ids != 0) & ~names.vocabulary.blank[ids]
            found = np.where(there, combined(found, names.of(ids)), found)
        return found


CELLS: Final = ("actual", "claimed", "measure_unit")


class Cells:
    """What stands in some rows, found by submission and row; and in the rows of funds of those submissions."""

    def __init__(self) -> None:
        self._parts: list[tuple[Array, Array, list[Any], list[Any]]] = []
        self._keys: list[int] = []
        self._spent: dict[int, list[tuple[str, int]]] = {}

    def add(self, chosen: Chosen, at: Array, keys: Array) -> None:
        import pyarrow

        if not len(at):
            return
        rows = pyarrow.array(at)
        columns = [chosen.column(name) for name in CELLS]
        cells = [pyarrow.nulls(len(at), pyarrow.string()) if one is None else as_texts(one.take(rows)) for one in columns]
        levels = [as_texts(column.take(rows)) for column in level_columns(chosen.batch)]
        self._parts.append((keys, chosen.lines[at], cells, levels))
        self._keys.append(int(keys[0]))

    def add_funds(self, chosen: Chosen, rows: Array, numbers: Array) -> None:
        """The money spent as it stands in rows of funds."""
        import pyarrow

        column = chosen.column("executed")
        if not len(rows) or column is None:
            return
        texts = as_texts(column.take(pyarrow.array(rows))).to_pylist()
        for of, text, line in zip(numbers[chosen.of[rows]].tolist(), texts, chosen.lines[rows].tolist(), strict=True):
            self._spent.setdefault(of, []).append((text or "", line))

    def row(self, number: int, row: int) -> tuple[tuple[str, ...], dict[str, str], int] | None:
        """The names of a row from the top, what stands in its `CELLS`, and its number in the table; None if not read."""
        key = number << 32 | row
        part = bisect_right(self._keys, key) - 1
        if part < 0:
            return None
        keys, lines, cells, levels = self._parts[part]
        at = int(np.searchsorted(keys, np.uint64(key)))
        if at == len(keys) or int(keys[at]) != key:
            return None
        texts = (column[at].as_py() for column in levels)
        path = tuple(text for text in texts if text and text.strip()) or ("",)
        return path, {name: column[at].as_py() or "" for name, column in zip(CELLS, cells, strict=True)}, int(lines[at])

    def spent(self, number: int) -> list[tuple[str, int]]:
        """The money spent in each row of funds of a submission, and the number of the row."""
        return self._spent.get(number, [])


class Beside:
    """Reads the rows of submissions of a flat table, given by their numbers from 0, and lays them beside each other."""

    def __init__(self, path: str, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._names = open_table(path).schema_arrow.names

    def _chosen(self, numbers: Array, columns: Sequence[str]) -> Iterator[Chosen]:
        """The rows of some submissions (sorted, each once), some of them at a time."""
        import pyarrow

        read = [name for name in self._names if name in ("submission", *columns)]
        ends = [*(piece.number - 1 for piece in self._pieces[1:]), np.iinfo(np.int64).max]
        for piece, end in zip(self._pieces, ends, strict=True):
            first = piece.number - 1
            if np.searchsorted(numbers, first) == np.searchsorted(numbers, end):
                continue
            for chunk in chunks(piece, read):
                count = len(chunk.starts)
                low, high = np.searchsorted(numbers, [first, first + count]).tolist()
                places, first = numbers[low:high] - first, first + count
                if low == high:
                    continue
                bounds = np.append(chunk.starts, len(chunk.batch))
                sizes = bounds[places + 1] - bounds[places]
                of = np.repeat(np.arange(low, high), sizes)
                batch = chunk.batch
                rows = np.arange(len(of)) + np.repeat(bounds[places] - (np.cumsum(sizes) - sizes), sizes)
                if high - low < count:
                    batch = batch.take(pyarrow.array(rows))
                yield Chosen(batch, of, funds_of(batch), chunk.first + rows)

    def rows(self, numbers: Sequence[int]) -> Iterator[tuple[int, tuple[Any, int, int]]]:
        """The rows of some submissions, given in order: each number with an Arrow batch, where they begin and end."""
        for chosen in self._chosen(np.array(numbers, np.int64), list(FIELDS)):
            bounds = np.append(chosen.begins, len(chosen.of)).tolist()
            batch = _decoded(chosen.batch)
            for begin, end in pairwise(bounds):
                yield numbers[int(chosen.of[begin])], (batch, begin, end)

    def cells(self, numbers: Array, rows: Array, spent: Array) -> Cells:
        """What stands in some rows of some submissions: pairs of a submission and the place of a row among its answers;
        and the money that those of `spent` spent."""
        wanted = np.unique(_keys(numbers, rows))
        chosen_numbers = np.unique(numbers)
        found = Cells()
        for chosen in self._chosen(chosen_numbers, [*_levels(self._names), *CELLS, *FUNDS, "money_unit"]):
            begins = chosen.begins
            before: Array = np.cumsum(~chosen.funds) - ~chosen.funds
            place: Array = before - np.repeat(before[begins], np.diff(np.append(begins, len(before))))
            keys = np.where(chosen.funds, np.uint64(MASK), _keys(chosen_numbers[chosen.of], place))
            at = np.flatnonzero(_among(wanted, keys))
            found.add(chosen, at, keys[at])
            found.add_funds(chosen, np.flatnonzero(chosen.funds & np.isin(chosen_numbers[chosen.of], spent)), chosen_numbers)
        return found

    # ------------------------------------------------------------------------------------------------------- the same

    def digests(self, numbers: Array) -> tuple[Array, Mask]:
        """A hash of all that stands in the rows of some submissions (sorted), but for their numbers; and which of them
        give reasons that are long enough to be prose."""
        told = {name: Told(np.uint64, hashed) for name in self._names if name not in NOT_THE_SAME}
        names = told["level1"] = Told(np.uint64, hashed)
        found, long = np.zeros(len(numbers), np.uint64), np.zeros(len(numbers), np.bool_)
        reasons = Told(np.bool_, lambda text: len(text) >= SHINGLE)
        for chosen in self._chosen(numbers, self._names):
            rows = chosen.paths(names)
            for name in told:
                if name in self._names and name not in (*LEVELS, "path"):
                    rows = combined(rows, chosen.values(name, told[name]))
            begins = chosen.begins
            place = np.arange(len(rows)) - np.repeat(begins, np.diff(np.append(begins, len(rows))))
            found[chosen.of[begins]] = np.add.reduceat(combined(rows, place.astype(np.uint64)), begins)
            column = chosen.column("reason")
            if column is not None:
                long[chosen.of[begins]] = np.logical_or.reduceat(reasons.of(reasons.vocabulary.numbers(column)), begins)
        return np.maximum(found, 1), long

    def likeness(self, one: Array, other: Array) -> Array:
        """See `Batch.likeness`."""
        numbers, first, second = _numbered(one, other)
        vocabulary = Vocabulary()
        names = Told(np.uint64, lambda text: hashed(normalize_name(text.rsplit(" > ", 1)[-1])), vocabulary)
        listed = []
        for chosen in self._chosen(numbers, _levels(self._names) + list(FUNDS)):
            answers = np.flatnonzero(~chosen.funds)
            leaf, _ = names_of(_Plain(vocabulary), chosen.batch)  # type: ignore[arg-type]
            of, named = chosen.of[answers], names.of(leaf[answers])
            once = _last_of(of, named)
            listed.append((of[once], named[once]))
        of, named = _columns(listed, np.int64, np.uint64)
        begins = np.searchsorted(of, np.arange(len(numbers) + 1))
        known = np.sort(combined(of.astype(np.uint64), named))
        sizes = np.diff(begins)
        common = np.zeros(len(one), np.int64)
        for pairs, rows in _expanded(begins, first):
            hit = _among(known, combined(second[pairs].astype(np.uint64), named[rows]))
            common += np.bincount(pairs[hit], minlength=len(one))
        found: Array = common / np.maximum(sizes[first] + sizes[second] - common, 1)
        return found

    def differ(self, one: Array, other: Array) -> Array:
        """See `Batch.differ`."""
        numbers, first, second = _numbered(one, other)
        names = Told(np.uint64, hashed)
        figures = Told(np.uint64, lambda text: hashed(figure_in(text)))
        listed = []
        heads = np.zeros(len(numbers), np.uint64)
        columns = [*_levels(self._names), *HEAD_FIGURES, *ROW_FIGURES, *FUNDS_FIGURES, "source"]
        for chosen in self._chosen(numbers, columns):
            paths = chosen.paths(names)
            cells = _of_all(chosen, ROW_FIGURES, figures)
            if chosen.funds.any():
                rows = np.flatnonzero(chosen.funds)
                sources = [hashed(text or TOTAL_FUNDS) for text in chosen.texts("source", rows)]
                paths[rows] = combined(np.full(len(rows), OF_FUNDS, np.uint64), np.array(sources, np.uint64))
                cells[rows] = _of_all(chosen, FUNDS_FIGURES, figures)[rows]
            begins = chosen.begins
            heads[chosen.of[begins]] = _of_all(chosen, HEAD_FIGURES, figures)[begins]
            last = np.zeros(len(paths), np.bool_)
            last[_last_of(chosen.of, paths)] = True  # of rows of the same names the last counts
            listed.append((chosen.of, paths, cells, last))
        of, paths, cells, last = _columns(listed, np.int64, np.uint64, np.uint64, np.bool_)
        begins = np.searchsorted(of, np.arange(len(numbers) + 1))
        known = combined(of[last].astype(np.uint64), paths[last])
        same = np.sort(combined(known, cells[last]))
        known.sort()
        found: Array = heads[first] != heads[second]
        for pairs, rows in _expanded(begins, first):
            wanted = combined(second[pairs].astype(np.uint64), paths[rows])
            found[pairs[_among(known, wanted) & ~_among(same, combined(wanted, cells[rows]))]] = True
        return found

    # --------------------------------------------------------------------------------------------------- carried over

    def carried(self, before: Array, now: Array) -> tuple[Array, Array, Mask]:
        """See `Batch.carried`; and which pairs have words that may tell of their year, which are not counted here."""
        numbers, first, second = _numbered(before, now)
        telling = _Telling()
        listed, written, money = [], [np.zeros(0, np.uint64)], [np.zeros(0, MONEY)]
        told = np.zeros(len(numbers), np.bool_)
        columns = [*_levels(self._names), "target", "actual", "reason", "source", *FUNDS]
        for chosen in self._chosen(numbers, columns):
            answers = np.flatnonzero(~chosen.funds)
            paths, tells, figured, actuals = (column[answers] for column in telling.rows(chosen))
            of, said = chosen.of[answers], combined(paths, actuals)
            listed.append((of[tells], said[tells]))
            last = _last_of(of, paths)  # of rows of the same names the last counts
            last = last[figured[last]]
            written.append(combined(of[last].astype(np.uint64), said[last]))
            begins = chosen.begins
            told[chosen.of[begins]] = np.logical_or.reduceat(telling.words(chosen), begins)
            money.append(_money(chosen))
        of, said = _columns(listed, np.int64, np.uint64)
        listed.clear()
        known = np.concatenate(written)
        written.clear()
        known.sort()
        begins = np.searchsorted(of, np.arange(len(numbers) + 1))
        count, whole = np.zeros(len(now), np.int64), np.diff(begins)[second]
        for pairs, rows in _expanded(begins, second):
            hit = _among(known, combined(first[pairs].astype(np.uint64), said[rows]))
            count += np.bincount(pairs[hit], minlength=len(now))
        spent, again = _same_money(np.concatenate(money), len(numbers), first, second)
        return count + again, whole + spent, told[first] | told[second]


class _Plain:
    """A vocabulary of names of which nothing is asked but their numbers."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def of(self, ids: Array) -> Array:
        return np.zeros(len(ids), [(name, "?") for name in ("quantity", "opens", "closes")])


class _Telling:
    """Which rows have telling figures of their own, see `scorer.checks.peers.pairs.row_tells`."""

    def __init__(self) -> None:
        names, actuals = Vocabulary(), Vocabulary()
        self._names = Told(np.uint64, hashed, names)
        self._stock = Told(np.bool_, lambda text: not telling_figures("123", of=normalize_name(text.rsplit(" > ", 1)[-1])), names)
        self._targets = Told(FIGURES, _figures)
        self._actuals = Told(FIGURES, _figures, actuals)
        self._written = Told(np.uint64, lambda text: hashed(fold(text[:CELL_MOST])), actuals)
        self._words = [Told(np.bool_, _may_tell, actuals), Told(np.bool_, _may_tell)]
        self._pairs: dict[int, bool] = {}

    def rows(self, chosen: Chosen) -> tuple[Array, Array, Array, Array]:
        """Of each row its names (a hash), whether it tells something, whether its actual has telling figures at all, and
        what that says (a hash)."""
        leaf, _ = names_of(_Plain(self._names.vocabulary), chosen.batch)  # type: ignore[arg-type]
        targets, actuals = _ids(chosen, "target", self._targets), _ids(chosen, "actual", self._actuals)
        wanted, got = self._targets.of(targets), self._actuals.of(actuals)
        tells = (got["count"] > 0) & ~self._stock.of(leaf)
        several = np.flatnonzero(tells & ((got["count"] > 1) | (wanted["count"] > 1)))
        tells &= (wanted["count"] == 0) | (got["first"] != wanted["first"])
        if len(several):
            pairs, places = distinct(actuals[several].astype(np.int64) << 32 | targets[several], 2**62)
            tells[several] = np.array([self._tells(pair) for pair in pairs.tolist()], np.bool_)[places]
        return chosen.paths(self._names), tells, got["count"] > 0, self._written.of(actuals)

    def _tells(self, pair: int) -> bool:
        found = self._pairs.get(pair)
        if found is None:
            actual, target = self._actuals.vocabulary.texts[pair >> 32], self._targets.vocabulary.texts[pair & 0xFFFFFFFF]
            planned = telling_figures(target[:CELL_MOST])
            found = self._pairs[pair] = any(figure not in planned for figure in telling_figures(actual[:CELL_MOST]))
        return found

    def words(self, chosen: Chosen) -> Mask:
        """Rows with a text that may tell results of the year in a sentence."""
        found = np.zeros(len(chosen.of), np.bool_)
        for name, told in zip(("actual", "reason"), self._words, strict=True):
            column = chosen.column(name)
            if column is not None and is_text(column):
                found |= told.of(told.vocabulary.numbers(column))
        return found


def _may_tell(text: str) -> bool:
    if len(text) < SHINGLE or not any(map(str.isdecimal, text)):
        return False
    return "年" in fold(text) or _THIS_YEAR.search(text) is not None


def _figures(text: str) -> tuple[int, int]:
    figures = telling_figures(text[:CELL_MOST])
    return len(figures), hashed(figures[0]) if figures else 0


def _ids(chosen: Chosen, name: str, told: Told) -> Array:
    column = chosen.column(name)
    if column is None:
        return np.zeros(len(chosen.of), np.int64)
    return told.vocabulary.numbers(column if is_text(column) else as_texts(column))


def _of_all(chosen: Chosen, names: Sequence[str], told: Told) -> Array:
    """One hash of what stands in some columns of each row."""
    found = np.zeros(len(chosen.of), np.uint64)
    for name in names:
        found = combined(found, chosen.values(name, told))
    return found


def _money(chosen: Chosen) -> Array:
    """The rows of funds whose money spent tells something, the last of each source, as rows of `MONEY`."""
    rows = np.flatnonzero(chosen.funds)
    found: dict[tuple[int, int], int] = {}
    texts = (chosen.texts(name, rows) for name in ("source", "executed", "budget"))
    for of, source, executed, budget in zip(chosen.of[rows].tolist(), *texts, strict=True):
        if telling_figures(executed) and fold(executed) != fold(budget):
            found[of, hashed(source or TOTAL_FUNDS)] = hashed(executed)
    return np.array([(of, source, executed) for (of, source), executed in found.items()], MONEY)


def _same_money(money: Array, count: int, first: Array, second: Array) -> tuple[Array, Array]:
    """Of each pair, whether the second's money tells something, and whether some of it is the first's; as numbers."""
    spent = np.bincount(money["of"], minlength=count)[second] > 0
    money = money[np.lexsort((money["source"], money["of"]))]
    keys = combined(money["of"].astype(np.uint64), money["source"], money["executed"])
    known = np.sort(keys)
    begins = np.searchsorted(money["of"], np.arange(count + 1))
    again = np.zeros(len(first), np.bool_)
    for pairs, rows in _expanded(begins, second):
        wanted = combined(first[pairs].astype(np.uint64), money["source"][rows], money["executed"][rows])
        again[pairs[_among(known, wanted)]] = True
    return spent.astype(np.int64), again.astype(np.int64)


def _decoded(batch: Any) -> Any:
    """The rows without the dictionaries of all the others."""
    import pyarrow

    columns = [column.dictionary_decode() if isinstance(column, pyarrow.DictionaryArray) else column for column in batch.columns]
    return pyarrow.RecordBatch.from_arrays(columns, batch.schema.names)


# --------------------------------------------------------------------------------------------------- pairs by columns


def _levels(names: Sequence[str]) -> list[str]:
    return [name for name in names if name in (*LEVELS, "path")]


def _numbered(one: Array, other: Array) -> tuple[Array, Array, Array]:
    """The submissions of some pairs, each once, and the place of the first and the second of each pair among them."""
    numbers, places = np.unique(np.concatenate([one, other]), return_inverse=True)
    return numbers, places[: len(one)], places[len(one) :]


def _columns(listed: Sequence[tuple[Array, ...]], *kinds: npt.DTypeLike) -> list[Array]:
    """Tuples of columns as columns, each one after the other."""
    return [np.concatenate([np.zeros(0, kind), *(one[place] for one in listed)]) for place, kind in enumerate(kinds)]


def _keys(of: Array, ids: Array) -> Array:
    found: Array = (of.astype(np.uint64) << UP) | ids.astype(np.uint64)
    return found


def _last_of(of: Array, named: Array) -> Array:
    """Of the rows of one submission with the same hash the last one; in their order."""
    keys = combined(of.astype(np.uint64), named)
    ordered = np.sort(keys)
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    kept = np.ones(len(keys), np.bool_)
    if len(several):  # few rows: the others are the only ones
        again = np.flatnonzero(_among(several, keys))
        again = again[np.argsort(keys[again], kind="stable")]
        kept[again[:-1][keys[again][1:] == keys[again][:-1]]] = False
    return np.flatnonzero(kept)


def _among(known: Array, wanted: Array) -> Mask:
    """Which of the wanted hashes are among the known ones, which are in order."""
    if not len(known):
        return np.zeros(len(wanted), np.bool_)
    found: Mask = known[np.minimum(np.searchsorted(known, wanted), len(known) - 1)] == wanted
    return found


def _expanded(begins: Array, which: Array) -> Iterator[tuple[Array, Array]]:
    """The rows of one submission of each pair, some pairs at a time: the pair of each row, and the row."""
    sizes = np.diff(begins)[which]
    ends = np.cumsum(sizes)
    low = 0
    while low < len(which):
        done = int(ends[low - 1]) if low else 0
        high = max(int(np.searchsorted(ends, done + ROWS_AT_ONCE, side="right")), low + 1)
        part = sizes[low:high]
        pairs = np.repeat(np.arange(low, high), part)
        starts = begins[which[low:high]] - (np.cumsum(part) - part)
        yield pairs, np.arange(len(pairs)) + np.repeat(starts, part)
        low = high
