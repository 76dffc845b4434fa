"""Which indicators moved, from two tables scores.parquet side by side: some thousand submissions at a time, by columns.

The pairs of submissions are in the order of the second batch. A table whose submissions stand in the order of the pairs
is read as it is; another one is first dealt out into a file for each block of pairs, so that either way every row is read
once and only a block is in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.compare.moves import Cause, LeafKey, RuleMoves, leaf_keys
from scorer.batch.rows.texts import hundredths_of
from scorer.model import ScorerError

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

BLOCK: Final = 32_768  # pairs looked at together
BLOCKS_MOST: Final = 256  # files that stand open at once when a table is dealt out
READ_ROWS: Final = 131_072
DEALT_ROWS: Final = 1_048_576  # rows that are dealt out together
COLUMNS: Final = ("submission", "path", "points", "rule")
ABSENT: Final = -1  # of a row that the other table does not have


@dataclass
class Found:
    """What moved in the leaves of all pairs: by rule, and for the listed pairs one by one.

    `causes` and `leaves` go by the place of a pair; `leaves` has the listed pairs with a leaf in the second table.
    """

    rules: dict[str, RuleMoves] = field(default_factory=dict)
    causes: dict[int, list[tuple[LeafKey, Cause]]] = field(default_factory=dict)
    leaves: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Rows:
    """Leaves of one table: the pair of each, how many names its path has, its points in hundredths, its rule.

    `names` (Arrow texts) are those of all paths one after the other; every path has at least one.
    """

    pairs: Array
    depths: Array
    names: Any
    points: Array
    known: Mask
    rules: Array


class _RuleNames:
    """Rules by number; 0 is that of no rule."""

    def __init__(self) -> None:
        self.texts = [""]
        self._numbers = {"": 0}

    def numbers(self, column: Any) -> Array:
        """The numbers of a dictionary encoded column."""
        own = []
        for text in column.dictionary.to_pylist():
            if text not in self._numbers:
                self._numbers[text] = len(self.texts)
                self.texts.append(text)
            own.append(self._numbers[text])
        places = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        found: Array = np.array([*own, 0], np.int64)[places]
        return found


def compare_scores(first: Path, second: Path, before: Array, after: Array, listed: Mask, scratch: Path) -> Found:
    """What moved between the leaves of `before` in one scores.parquet and of `after` in the other; one number each a pair.

    `after` increases. `scratch` is a folder for what does not fit into memory.

    Raises:
        ScorerError: a table is damaged, or its rows are not in the order of their submissions.
    """
    found = Found()
    if not len(after):
        return found
    size = max(BLOCK, -(-len(after) // BLOCKS_MOST))
    names = _RuleNames()
    tables = ((first, before), (second, after))
    for one, other in zip(*(_blocks(path, numbers, size, names, scratch) for path, numbers in tables), strict=True):
        _compare_block(one, other, names, listed, found)
    return found


# ------------------------------------------------------------------------------------------------------------ reading


def _blocks(path: Path, numbers: Array, size: int, names: _RuleNames, scratch: Path) -> Iterator[Rows]:
    """The rows of each block of pairs, empty ones too; `numbers` are the submissions of the pairs."""
    import pyarrow

    try:
        if (numbers[1:] > numbers[:-1]).all():
            yield from _in_order(path, numbers, size, names)
        else:
            yield from _dealt(path, numbers, size, names, scratch)
    except (pyarrow.ArrowException, OSError) as error:
        raise ScorerError(f"{path}：不能读取（{error}）。请重新运行 scorer batch。") from error


def _in_order(path: Path, numbers: Array, size: int, names: _RuleNames) -> Iterator[Rows]:
    waiting: list[Rows] = []
    block, last = 0, (len(numbers) - 1) // size
    for pairs, batch in _wanted(path, numbers, np.arange(len(numbers))):
        blocks = pairs // size
        edges = [0, *(np.flatnonzero(blocks[1:] != blocks[:-1]) + 1).tolist(), len(pairs)]
        for low, high in pairwise(edges):
            if blocks[low] < block:
                raise ScorerError(f"{path}：各行没有按 submission 排列。请重新运行 scorer batch，或按 submission、原次序排好。")
            while block < blocks[low]:
                yield _joined(waiting)
                waiting = []
                block += 1
            waiting.append(_rows(pairs[low:high], batch.slice(low, high - low), names))
    while block <= last:
        yield _joined(waiting)
        waiting = []
        block += 1


def _dealt(path: Path, numbers: Array, size: int, names: _RuleNames, scratch: Path) -> Iterator[Rows]:
    import pyarrow

    order = np.argsort(numbers, kind="stable")
    folder = Path(tempfile.mkdtemp(dir=scratch))
    files = [folder / f"{block:05d}.arrow" for block in range((len(numbers) - 1) // size + 1)]
    with ExitStack() as stack:
        writers: dict[int, Any] = {}
        for table in _gathered(_wanted(path, numbers[order], order)):
            blocks = table["pair"].to_numpy() // size
            sequence = np.argsort(blocks, kind="stable")
            table, blocks = table.take(pyarrow.array(sequence)), blocks[sequence]
            edges = [0, *(np.flatnonzero(blocks[1:] != blocks[:-1]) + 1).tolist(), len(blocks)]
            for low, high in pairwise(edges):
                block = int(blocks[low])
                if block not in writers:
                    options = pyarrow.ipc.IpcWriteOptions(compression="lz4")
                    writers[block] = stack.enter_context(
                        pyarrow.ipc.new_stream(files[block], table.schema, options=options)
                    )
                writers[block].write_table(table.slice(low, high - low))
    for block, file in enumerate(files):
        if block not in writers:
            yield _joined([])
            continue
        with pyarrow.ipc.open_stream(file) as reader:
            table = reader.read_all()
        file.unlink()
        pairs = table["pair"].to_numpy()
        sequence = np.argsort(pairs, kind="stable")
        (batch,) = table.take(pyarrow.array(sequence)).combine_chunks().to_batches()
        yield _rows(pairs[sequence], batch, names)


def _gathered(batches: Iterable[tuple[Array, Any]]) -> Iterator[Any]:
    """Batches as tables of about `DEALT_ROWS`, with a column for the pair, texts written out."""
    import pyarrow

    texts = pyarrow.list_(pyarrow.string())
    kinds = {"path": texts, "points": pyarrow.decimal128(18, 2), "rule": pyarrow.string()}
    schema = pyarrow.schema([("pair", pyarrow.int64()), *kinds.items()])
    waiting: list[Any] = []
    for pairs, batch in batches:
        columns = [pyarrow.array(pairs), *(batch.column(name).cast(kind) for name, kind in kinds.items())]
        waiting.append(pyarrow.RecordBatch.from_arrays(columns, schema=schema))
        if sum(map(len, waiting)) >= DEALT_ROWS:
            yield pyarrow.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pyarrow.Table.from_batches(waiting)


def _wanted(path: Path, numbers: Array, pairs: Array) -> Iterator[tuple[Array, Any]]:
    """The rows of some submissions, given by increasing numbers, with the pair of each row; in the order of the file.

    Row groups that hold none of them are not read.
    """
    from pyarrow import parquet

    file = parquet.ParquetFile(path, read_dictionary=["rule"])
    column = file.schema_arrow.names.index("submission")
    groups = []
    for group in range(file.num_row_groups):
        known = file.metadata.row_group(group).column(column).statistics
        if known is None or not known.has_min_max or np.searchsorted(numbers, known.min) < np.searchsorted(numbers, known.max, "right"):
            groups.append(group)
    for batch in file.iter_batches(batch_size=READ_ROWS, row_groups=groups, columns=list(COLUMNS), use_threads=False):
        own = batch.column("submission").to_numpy()
        places = np.searchsorted(numbers, own)
        there = numbers[np.minimum(places, len(numbers) - 1)] == own
        if not there.all():
            import pyarrow

            batch, places = batch.filter(pyarrow.array(there)), places[there]
        if len(batch):
            yield pairs[places], batch


def _rows(pairs: Array, batch: Any, names: _RuleNames) -> Rows:
    import pyarrow
    import pyarrow.compute as compute

    path, rule = batch.column("path"), batch.column("rule")
    depths = compute.list_value_length(path).fill_null(0).to_numpy(zero_copy_only=False)
    if not depths.all():  # a row without any name is one with a blank name
        path = pyarrow.array([one or [""] for one in path.to_pylist()], path.type)
        depths = np.maximum(depths, 1)
    points, known = hundredths_of(batch.column("points"))
    rule = rule if pyarrow.types.is_dictionary(rule.type) else rule.dictionary_encode()
    return Rows(pairs, depths, path.flatten().fill_null(""), points, known, names.numbers(rule))


def _joined(parts: Sequence[Rows]) -> Rows:
    import pyarrow

    if len(parts) == 1:
        return parts[0]
    if not parts:
        none = np.zeros(0, np.int64)
        return Rows(none, none, pyarrow.array([], pyarrow.string()), none, none.astype(np.bool_), none)
    columns = ((part.pairs, part.depths, part.points, part.known, part.rules) for part in parts)
    pairs, depths, points, known, rules = (np.concatenate(column) for column in zip(*columns, strict=True))
    return Rows(pairs, depths, pyarrow.concat_arrays([part.names for part in parts]), points, known, rules)


# ---------------------------------------------------------------------------------------------------------- comparing


def _compare_block(one: Rows, other: Rows, names: _RuleNames, listed: Mask, found: Found) -> None:
    before, after = _counterparts(one, other)
    old, new = _taken(one, before), _taken(other, after)
    differing = (old.known != new.known) | (old.known & new.known & (old.points != new.points))
    before, after = before[differing], after[differing]
    pairs = np.where(before >= 0, old.pairs[differing], new.pairs[differing])
    rules = np.where(new.rules > 0, new.rules, old.rules)[differing]
    change = (new.points - old.points)[differing]
    _count(found.rules, names.texts, pairs, rules, change)
    chosen = np.flatnonzero(listed[pairs])
    own = np.where(before >= 0, before, after)[chosen]
    chosen = chosen[np.lexsort((own, before[chosen] < 0, pairs[chosen]))]  # a submission's leaves as they stood, new ones last
    keys = _Keys(one), _Keys(other)
    for place in chosen.tolist():
        from_old, from_new = int(before[place]), int(after[place])
        key = keys[0].of(from_old) if from_old >= 0 else keys[1].of(from_new)
        cause = Cause(
            key[0][-1],
            _points(one, from_old),
            _points(other, from_new),
            names.texts[one.rules[from_old]] if from_old >= 0 else "",
            names.texts[other.rules[from_new]] if from_new >= 0 else "",
        )
        found.causes.setdefault(int(pairs[place]), []).append((key, cause))
    there = np.unique(other.pairs)
    found.leaves.update(there[listed[there]].tolist())


@dataclass(frozen=True)
class _Taken:
    """Some rows of a table, `ABSENT` ones as rows without points and rule."""

    pairs: Array
    points: Array
    known: Mask
    rules: Array


def _taken(rows: Rows, places: Array) -> _Taken:
    def of(column: Array) -> Array:
        if not len(column):
            return np.zeros(len(places), column.dtype)
        taken: Array = np.where(places >= 0, column[places], 0)
        return taken

    return _Taken(of(rows.pairs), of(rows.points), of(rows.known).astype(np.bool_), of(rows.rules))


def _counterparts(one: Rows, other: Rows) -> tuple[Array, Array]:
    """The rows that are the same leaf of the same pair: places in both, `ABSENT` where only the other has it.

    Leaves are the same by their path; the second of one path in a submission is another one.
    """
    same = np.array_equal(one.pairs, other.pairs) and np.array_equal(one.depths, other.depths)
    if same and one.names.equals(other.names):
        places = np.arange(len(one.pairs))
        return places, places
    keys = _numbered(_path_keys(one, other), np.concatenate([one.pairs, other.pairs]))
    size = len(one.pairs)
    keys = _numbered(keys, np.concatenate([_occurrences(part) for part in (keys[:size], keys[size:])]))
    order = np.argsort(keys, kind="stable")  # of two that are equal the first is of `one`
    twice = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    left, right = order[twice], order[twice + 1] - size
    only = np.ones(len(keys), np.bool_)
    only[left] = only[right + size] = False
    gone, new = np.flatnonzero(only[:size]), np.flatnonzero(only[size:])
    absent = np.full(max(len(gone), len(new)), ABSENT)
    return np.concatenate([left, gone, absent[: len(new)]]), np.concatenate([right, absent[: len(gone)], new])


def _path_keys(one: Rows, other: Rows) -> Array:
    """A number for each path, of `one` and then of `other`; equal paths have the same."""
    import pyarrow

    names = pyarrow.chunked_array([one.names, other.names]).combine_chunks().dictionary_encode()
    codes = names.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    depths = np.concatenate([one.depths, other.depths])
    starts = np.cumsum(depths) - depths
    keys = np.zeros(len(depths), np.int64)
    for level in range(int(depths.max(initial=0))):
        deep = depths > level
        own = np.zeros(len(depths), np.int64)
        own[deep] = codes[starts[deep] + level] + 1
        keys = _numbered(keys, own)
    return keys


def _numbered(keys: Array, more: Array) -> Array:
    """A number for each pair of numbers, equal for equal ones; small again before they become too large for int64."""
    span = int(more.max(initial=0)) + 1
    if int(keys.max(initial=0)) >= np.iinfo(np.int64).max // span - 1:
        keys = np.unique(keys, return_inverse=True)[1]
    found: Array = keys * span + more
    return found


def _occurrences(keys: Array) -> Array:
    """How many equal keys come before each."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.ones(len(keys), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    runs = np.maximum.accumulate(np.where(first, np.arange(len(keys)), 0))
    before = np.empty(len(keys), np.int64)
    before[order] = np.arange(len(keys)) - runs
    return before


def _count(rules: dict[str, RuleMoves], texts: Sequence[str], pairs: Array, of: Array, change: Array) -> None:
    size = len(texts)
    gained, lost = np.zeros(size, np.int64), np.zeros(size, np.int64)
    np.add.at(gained, of, np.maximum(change, 0))
    np.add.at(lost, of, np.maximum(-change, 0))
    indicators = np.bincount(of, minlength=size)
    submissions = np.bincount(np.unique(pairs * size + of) % size, minlength=size)
    for number in np.flatnonzero(indicators).tolist():
        found = rules.setdefault(texts[number], RuleMoves())
        found.indicators += int(indicators[number])
        found.submissions += int(submissions[number])
        found.gained += Decimal(int(gained[number])).scaleb(-2)
        found.lost += Decimal(int(lost[number])).scaleb(-2)


class _Keys:
    """What the leaves of a few submissions are known by."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._starts = np.cumsum(rows.depths) - rows.depths
        self._pair = -1
        self._first = 0
        self._listed: list[LeafKey] = []

    def of(self, place: int) -> LeafKey:
        rows = self._rows
        if rows.pairs[place] != self._pair:
            self._pair = int(rows.pairs[place])
            self._first, last = (int(np.searchsorted(rows.pairs, self._pair, side)) for side in ("left", "right"))
            spans = ((int(self._starts[row]), int(rows.depths[row])) for row in range(self._first, last))
            self._listed = list(leaf_keys(rows.names.slice(*span).to_pylist() for span in spans))
        return self._listed[place - self._first]


def _points(rows: Rows, place: int) -> Decimal | None:
    known = place >= 0 and bool(rows.known[place])
    return Decimal(int(rows.points[place])).scaleb(-2) if known else None
