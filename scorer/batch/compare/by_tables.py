"""What moved between two batches of which at least one is of a flat table: by their result tables, column against column.

Every submission is a few numbers here; names are read for those that are listed, and their reports are made anew from the
table, for the words that the result tables do not hold. Memory grows by some ten bytes a submission.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scorer import install_words
from scorer.batch.compare.explained import explained, lack_of
from scorer.batch.compare.leaves import Found, compare_scores
from scorer.batch.compare.moves import (
    NOTHING_MOVED,
    NOTHING_TO_COMPARE,
    SAME_CONTENT,
    SAME_PATH,
    SAME_SUBJECT,
    Cause,
    Comparison,
    Counts,
    LeafKey,
    Move,
    by_grade,
    by_manner,
    by_weight,
    largest_first,
)
from scorer.batch.results import REPORTS
from scorer.batch.rows.texts import hundredths_of
from scorer.batch.sources.files import BATCH
from scorer.batch.sources.flat import open_table
from scorer.batch.tables import TABLES
from scorer.model import ScorerError

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

SUBMISSIONS, SCORES, _ = TABLES
NAMES: Final = 5000  # submissions of only one batch that are listed
EXPLAINED: Final = 5000  # moves that are scored anew for their words: about two milliseconds each
NOT_COMPARED: Final = f"没有 {SCORES}，未比较各项得分"
ORDER: Final = ("前一批", "后一批")
READ_ROWS: Final = 65_536


@dataclass(frozen=True)
class Batch:
    """A folder of results. `table` is the flat table that it was made from, None for a batch of files."""

    folder: Path
    table: str | None
    digest: str | None
    count: int

    @property
    def submissions(self) -> Path:
        return self.folder / SUBMISSIONS

    @property
    def scores(self) -> Path:
        return self.folder / SCORES


@dataclass(frozen=True)
class Heads:
    """Total in hundredths where `known` and grade (0 for none, else a place in a list common to both) by submission."""

    totals: Array
    known: Mask
    grades: Array


@dataclass(frozen=True)
class Pairs:
    """Places (from 0) of the same submissions in both batches, in the order of the second.

    `matched` counts how they were found, `conditions` say it in SQL.
    """

    before: Array
    after: Array
    matched: Counter[str]
    conditions: dict[str, str]


def is_of_table(folder: str) -> bool:
    """Are these the results of a flat table, or nothing but the tables of some results?"""
    path = Path(folder)
    return "table" in _about(path) or (not (path / REPORTS).exists() and (path / SUBMISSIONS).exists())


def compare_tables(first: str, second: str, listed: int) -> Comparison:
    """Compare two output folders by their tables; the `listed` submissions that moved most come one by one.

    Of the same table (even scored elsewhere) submissions are the same by their place in it, of others by their path and
    number, else by unit and project where no other of the batch has them.

    Raises:
        ScorerError: a table is missing or damaged, or pyarrow is not installed.
    """
    earlier, later = _opened(first), _opened(second)
    grades: list[str | None] = [None]
    one, other = _heads(earlier, grades), _heads(later, grades)
    pairs = _pairs(earlier, later)
    before, after = pairs.before, pairs.after
    regraded = one.grades[before] != other.grades[after]
    both = one.known[before] & other.known[after]
    difference = np.where(both, other.totals[after] - one.totals[before], 0)
    moved = np.flatnonzero(regraded | (difference != 0) | (one.known[before] != other.known[after]))
    before, after, regraded, difference = before[moved], after[moved], regraded[moved], difference[moved]
    chosen = np.lexsort((after, -np.abs(difference), ~regraded))[:listed]
    remarks: list[str] = []
    if not len(pairs.after):
        remarks.append(_nothing_in_common(earlier, later))
    found = _found(earlier, later, before, after, chosen, remarks)
    moves = _moves(earlier, later, one, other, grades, before[chosen], after[chosen], chosen, found, remarks)
    gone, new = _unmet(earlier.count, pairs.before), _unmet(later.count, pairs.after)
    changes = zip(one.grades[before[regraded]].tolist(), other.grades[after[regraded]].tolist(), strict=True)
    return Comparison(
        both=len(pairs.after),
        moves=moves,
        gone=_files(earlier, gone),
        new=_files(later, new),
        counts=Counts(
            moved=len(moved),
            higher=int((difference > 0).sum()),
            lower=int((difference < 0).sum()),
            regraded=int(regraded.sum()),
            gone=len(gone),
            new=len(new),
        ),
        rules=by_weight(found.rules) if found else (),
        grades=by_grade(Counter((grades[old] or "", grades[new] or "") for old, new in changes)),
        matched=by_manner(pairs.matched),
        remarks=tuple(remarks),
        query=_query(pairs, len(moves)) if len(moved) > len(moves) else "",
    )


def _unmet(count: int, met: Array) -> Array:
    alone = np.ones(count, np.bool_)
    alone[met] = False
    return np.flatnonzero(alone)


# ------------------------------------------------------------------------------------------------------------ reading


def _about(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads((folder / BATCH).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _opened(name: str) -> Batch:
    folder = Path(name)
    path, about = folder / SUBMISSIONS, _about(folder)
    if not path.exists():
        words = "请给出 scorer batch 的结果文件夹。"
        if "keys" in about:
            words = f"与平表的结果比较要用它；请{install_words('batch')}，再用原来的命令加 --force 运行一次。"
        raise ScorerError(f"{folder}：没有 {SUBMISSIONS}。{words}")
    count = open_table(path).metadata.num_rows
    if "keys" in about and len(about["keys"]) != count:
        words = f"{SUBMISSIONS} 有 {count} 份，{BATCH} 有 {len(about['keys'])} 份，不是同一次运行写的"
        raise ScorerError(f"{folder}：{words}。请重新运行 scorer batch。")
    return Batch(folder, about.get("table"), about.get("digest"), count)


def _heads(batch: Batch, grades: list[str | None]) -> Heads:
    """Totals and grades; new grades are put at the end of `grades`."""
    import pyarrow

    file = open_table(batch.submissions, read_dictionary=["grade"])
    totals, known, found = [], [], []
    row = 0
    try:
        for part in file.iter_batches(batch_size=READ_ROWS, columns=["submission", "total", "grade"], use_threads=False):
            numbers = part.column("submission").to_numpy(zero_copy_only=False)
            if not np.array_equal(numbers, np.arange(row + 1, row + len(part) + 1)):
                raise ScorerError(f"{batch.submissions}：submission 不是从 1 起的连续序号，这张表改动过。请重新运行 scorer batch。")
            row += len(part)
            values, there = hundredths_of(part.column("total"))
            totals.append(values)
            known.append(there)
            column = part.column("grade")
            own = column.dictionary.to_pylist()
            grades += (name for name in own if name not in grades)
            places = np.array([*(grades.index(name) for name in own), 0], np.int16)
            found.append(places[column.indices.fill_null(-1).to_numpy(zero_copy_only=False)])
    except (pyarrow.ArrowException, OSError, KeyError) as error:
        raise ScorerError(f"{batch.submissions}：不能读取（{error}）。请重新运行 scorer batch。") from error
    columns = ((np.int64, totals), (np.bool_, known), (np.int16, found))
    return Heads(*(np.concatenate([np.zeros(0, kind), *parts]) for kind, parts in columns))


def _column(batch: Batch, name: str) -> Any:
    """A column of texts, "" for null."""
    import pyarrow
    import pyarrow.compute as compute

    column = open_table(batch.submissions).read([name]).column(0)
    return compute.fill_null(column.cast(pyarrow.large_string()).combine_chunks(), "")


def _rows_at(batch: Batch, places: Array, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Some columns of some submissions, in the order in which they are asked for."""
    import pyarrow

    file = open_table(batch.submissions)
    order = np.argsort(places, kind="stable")
    wanted = places[order]
    rows: list[dict[str, Any]] = []
    start = 0
    for group in range(file.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        low, high = np.searchsorted(wanted, [start, start + size])
        if low < high:
            table = file.read_row_group(group, columns=list(columns))
            rows += table.take(pyarrow.array(wanted[low:high] - start)).to_pylist()
        start += size
    listed: list[dict[str, Any]] = [{}] * len(places)
    for place, row in zip(order.tolist(), rows, strict=True):
        listed[place] = row
    return listed


def _files(batch: Batch, places: Array) -> tuple[str, ...]:
    return tuple(row["file"] for row in _rows_at(batch, places[:NAMES], ["file"]))


# ------------------------------------------------------------------------------------------------------- counterparts


def _pairs(earlier: Batch, later: Batch) -> Pairs:
    """The same submissions of both batches."""
    if earlier.digest is not None and earlier.digest == later.digest and earlier.count == later.count:
        places = np.arange(later.count)
        manner = SAME_PATH if earlier.table == later.table else SAME_CONTENT
        return Pairs(places, places, Counter({manner: later.count}), {manner: "a.submission = b.submission"})
    one, other, condition = _paths(earlier, later)
    found = _places_of(one, other)
    matched = Counter({SAME_PATH: int((found >= 0).sum())})
    if matched[SAME_PATH] < later.count:
        subjects = _subjects(earlier, later)
        free = np.ones(earlier.count, np.bool_)
        free[found[found >= 0]] = False
        more = np.where((found < 0) & (subjects >= 0), subjects, -1)
        more[(more >= 0) & ~free[more]] = -1
        matched[SAME_SUBJECT] = int((more >= 0).sum())
        found = np.where(found >= 0, found, more)
    after = np.flatnonzero(found >= 0)
    return Pairs(found[after], after, +matched, {SAME_PATH: condition, SAME_SUBJECT: OF_SUBJECT})


def _places_of(texts: Any, wanted: Any) -> Array:
    """Where each wanted text stands, -1 for nowhere."""
    import pyarrow.compute as compute

    places: Array = compute.fill_null(compute.index_in(wanted, value_set=texts), -1).to_numpy(zero_copy_only=False)
    return places.astype(np.int64)


def _paths(earlier: Batch, later: Batch) -> tuple[Any, Any, str]:
    """What the submissions of both are known by; of one table, however its path was written, the numbers in it.

    The third says in SQL that they are the same.
    """
    import pyarrow.compute as compute

    files = _column(earlier, "file"), _column(later, "file")
    if earlier.table is not None and earlier.table == later.table:
        sizes = [_start(batch, column) for batch, column in zip((earlier, later), files, strict=True)]
        if all(sizes):
            one, other = (compute.utf8_slice_codeunits(column, size) for column, size in zip(files, sizes, strict=True))
            return one, other, f"substr(a.file, {sizes[1] + 1}) = substr(b.file, {sizes[0] + 1})"
    return *files, "a.file = b.file"


def _start(batch: Batch, files: Any) -> int:
    """How many characters the path of the table and its # take in all names of a batch; 0 where they do not begin alike."""
    import pyarrow.compute as compute

    if not len(files) or batch.table is None:
        return 0
    first, name = files[0].as_py(), f"{Path(batch.table).name}#"
    start = first[: first.find(name) + len(name)] if name in first else first[: first.rfind("#") + 1]
    return len(start) if compute.all(compute.starts_with(files, start)).as_py() else 0


def _subjects(earlier: Batch, later: Batch) -> Array:
    """Where the first batch has the unit and project of each submission of the second; -1 where not just one of each has."""
    import pyarrow
    import pyarrow.compute as compute

    named = []
    for batch in (earlier, later):
        unit, project = (compute.utf8_trim_whitespace(_column(batch, name)) for name in ("unit", "project"))
        subject = compute.binary_join_element_wise(unit, project, pyarrow.scalar("\x1f", pyarrow.large_string()))
        named.append(compute.if_else(compute.equal(unit, ""), None, subject))
    numbers = pyarrow.chunked_array(named).combine_chunks().dictionary_encode()
    codes = numbers.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    one, other = codes[: earlier.count], codes[earlier.count :]
    size = len(numbers.dictionary)
    alone = np.ones(size, np.bool_)
    for own in (one, other):
        alone &= np.bincount(own[own >= 0], minlength=size) == 1
    places = np.full(size + 1, -1, np.int64)  # the last for those without a unit
    places[one] = np.arange(len(one))
    places[:size][~alone] = -1
    places[size] = -1
    found: Array = places[other]
    return found


def _nothing_in_common(earlier: Batch, later: Batch) -> str:
    if (earlier.table is None) != (later.table is None):
        return "没有一份对得上：一批出自文件，一批出自平表，只能按单位和项目辨认，而没有两边都只出现一次的单位和项目。"
    return "没有一份对得上：两批不是出自同一张表，编号、单位和项目也没有相同的。"


# ----------------------------------------------------------------------------------------------------------- the moves


def _found(earlier: Batch, later: Batch, before: Array, after: Array, chosen: Array, remarks: list[str]) -> Found | None:
    """What moved by rule and by indicator; None where the tables for it are missing, which is then remarked."""
    missing = [words for words, batch in zip(ORDER, (earlier, later), strict=True) if not batch.scores.exists()]
    if missing:
        lack = f"{'和'.join(missing)}的结果里没有 {SCORES}（一行一个指标）"
        remarks.append(f"{lack}，所以只比较了总分和等级，看不出因为哪条规则、哪个指标。")
        return None
    listed = np.zeros(len(after), np.bool_)
    listed[chosen] = True
    with tempfile.TemporaryDirectory(prefix="scorer-") as scratch:
        return compare_scores(earlier.scores, later.scores, before + 1, after + 1, listed, Path(scratch))


def _moves(
    earlier: Batch,
    later: Batch,
    one: Heads,
    other: Heads,
    grades: Sequence[str | None],
    before: Array,
    after: Array,
    places: Array,
    found: Found | None,
    remarks: list[str],
) -> tuple[Move, ...]:
    """The listed moves; `before` and `after` are their submissions, `places` their pairs in `found`."""
    rows = _rows_at(later, after, ["submission", "file", "unit", "project"])
    told = _told(earlier, later, before, after, remarks) if found else {}
    moves = []
    for row, old, new, place in zip(rows, before.tolist(), after.tolist(), places.tolist(), strict=True):
        words, notes = told.get(new, ({}, ()))
        causes = [_with_words(key, cause, words) for key, cause in found.causes.get(place, [])] if found else []
        if found is None:
            notes = (NOT_COMPARED,)
        elif not causes and not notes:
            notes = (NOTHING_MOVED if place in found.leaves else NOTHING_TO_COMPARE,)
        moves.append(
            Move(
                number=row["submission"],
                name=row["file"],
                unit=row["unit"] or "",
                project=row["project"] or "",
                before=_total(one, old),
                after=_total(other, new),
                grade_before=grades[one.grades[old]],
                grade_after=grades[other.grades[new]],
                causes=largest_first(causes),
                notes=notes,
            )
        )
    return tuple(moves)


def _total(heads: Heads, place: int) -> Decimal | None:
    return Decimal(int(heads.totals[place])).scaleb(-2) if heads.known[place] else None


Words = dict[LeafKey, tuple[Decimal | None, str]]
"""Points of a leaf and how they came about, in words."""


def _with_words(key: LeafKey, cause: Cause, words: Words) -> Cause:
    points, said = words.get(key, (None, ""))
    return replace(cause, words=said) if points == cause.after else cause


def _told(
    earlier: Batch, later: Batch, before: Array, after: Array, remarks: list[str]
) -> dict[int, tuple[Words, tuple[str, ...]]]:
    """By place in the second batch: how the points of each leaf came about, and what only its report says of the total.

    A batch that cannot be explained is remarked; then there are no words.
    """
    for name, batch in zip(ORDER, (earlier, later), strict=True):
        if lack := lack_of(batch.folder, batch.table, batch.digest):
            remarks.append(f"没有列出得分由来（各项得分、规则和变动不受影响）：{name}{lack}。")
            return {}
    if len(after) > EXPLAINED:
        before, after = before[:EXPLAINED], after[:EXPLAINED]
        remarks.append(f"得分由来只写到变动最大的 {EXPLAINED} 份，其余的用 scorer show 后一批的结果 序号 取出报告来看。")
    words: dict[int, Words] = {}
    notes: dict[int, tuple[str, ...]] = {}
    for place, said in explained(later.folder, later.table, after):
        words[place] = {key: (points, told) for key, points, told in said.leaves}
        notes[place] = said.notes
    noted = np.array([bool(notes.get(place)) for place in after.tolist()], np.bool_)
    known = {place: said.notes for place, said in explained(earlier.folder, earlier.table, before[noted])}
    for old, new in zip(before[noted].tolist(), after[noted].tolist(), strict=True):
        notes[new] = tuple(note for note in notes[new] if note not in known.get(old, ()))
    return {place: (words[place], notes[place]) for place in words}


# ------------------------------------------------------------------------------------------------------------- in SQL

QUERY: Final = """-- 用 DuckDB 运行；把“前一批”“后一批”换成两批结果的文件夹（写成 .duckdb 的，是旁边的 .files 文件夹）
{besides}SELECT a.submission AS 序号, a.unit AS 单位, a.project AS 项目,
       b.total AS 原来, a.total AS 现在, a.total - b.total AS 变动, b.grade AS 原等级, a.grade AS 现等级
FROM {later} a
JOIN {earlier} b ON {condition}
WHERE a.total IS DISTINCT FROM b.total OR a.grade IS DISTINCT FROM b.grade
ORDER BY a.grade IS NOT DISTINCT FROM b.grade, coalesce(abs(a.total - b.total), 0) DESC, 序号
LIMIT 1000 OFFSET {listed};
"""
ONCE: Final = "(FROM {table} WHERE trim(unit) <> '' QUALIFY count(*) OVER (PARTITION BY trim(unit), trim(project)) = 1)"
OF_SUBJECT: Final = "trim(a.unit) = trim(b.unit) AND trim(a.project) = trim(b.project)"


def _query(pairs: Pairs, listed: int) -> str:
    """SQL for the moves after the first `listed`, of the submissions that were found again in the commonest manner."""
    (manner, _), *others = pairs.matched.most_common()
    tables = {name: f"read_parquet('{words}/{SUBMISSIONS}')" for name, words in (("earlier", "前一批"), ("later", "后一批"))}
    if manner == SAME_SUBJECT:
        tables = {name: ONCE.format(table=table) for name, table in tables.items()}
    rest = "、".join(f"{how}的 {count} 份" for how, count in others if count)
    besides = f"-- {rest}不在其中\n" if rest else ""
    return QUERY.format(**tables, besides=besides, condition=pairs.conditions[manner], listed=0 if rest else listed)
