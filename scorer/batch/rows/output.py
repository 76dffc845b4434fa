"""A scored and checked chunk of a flat table as the rows of submissions, scores and findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.overview.region import region_of
from scorer.batch.overview.risk import RISK_CODE_MOST, RISK_GRADE, RISK_LEVELS, SHORT
from scorer.batch.rows.alignment import Scored
from scorer.batch.rows.columns import Columns, as_texts, is_text, level_columns
from scorer.batch.rows.remembered import Memory
from scorer.batch.rows.summed import NO_GRADE, Totals
from scorer.batch.rows.texts import FILLED, decimals
from scorer.batch.tables import schemas
from scorer.rules import RULES, STATUSES
from scorer.rules.answers import POINT, Mask
from scorer.rules.kernel import JUDGED, LACKING, RECOMPUTED, UNREADABLE
from scorer.scoring.align import EXECUTION

Array = npt.NDArray[Any]

KINDS: Final = tuple(RULES)
PER_HUNDREDTH: Final = POINT // 100
LEVEL_ORDER: Final = ("error", "warning", "note")


@dataclass(frozen=True)
class Found:
    """The findings of a chunk in figures: submission, place in `LEVEL_ORDER` and code number of each."""

    of: Array
    levels: Array
    codes: Array


def submissions_batch(memory: Memory, scored: Scored, totals: Totals, found: Found, first: int, file: str) -> Any:
    """The submissions of a chunk but for the odd ones, as rows of submissions.parquet; `first` numbers the first."""
    import pyarrow
    import pyarrow.compute as compute

    schema = schemas()["submissions.parquet"]
    kept = np.flatnonzero(~scored.odd)
    chunk, count = scored.chunk, len(scored.odd)
    firsts = pyarrow.array(chunk.starts[kept])
    names = set(chunk.batch.schema.names)

    def head(name: str) -> Any:
        if name not in names:
            return pyarrow.array([""] * len(kept), pyarrow.string())
        taken = chunk.batch.column(name).take(firsts)
        texts = taken.dictionary_decode() if isinstance(taken, pyarrow.DictionaryArray) else as_texts(taken)
        return compute.fill_null(texts, "")

    def graded(places: Array) -> Any:
        listed = [grade.name for one in memory.sets for grade in one.grades]
        offsets = np.cumsum([0, *(len(one.grades) for one in memory.sets)])[np.maximum(scored.sets, 0)]
        codes = (places + offsets)[kept]
        return pyarrow.array(listed, pyarrow.string()).take(pyarrow.array(codes, mask=places[kept] == NO_GRADE))

    counts = [np.bincount(found.of[found.levels == level], minlength=count)[kept] for level in range(len(LEVEL_ORDER))]
    claimed = hundredths(scored.claimed_total.values)
    missing = totals.weights[LACKING] + totals.weights[UNREADABLE]
    left_out = totals.whole - totals.weights[RECOMPUTED] - totals.weights[JUDGED] - missing
    listed = sum(map(hundredths, (totals.weights[RECOMPUTED], totals.weights[JUDGED], missing, left_out)))
    differing = totals.known & scored.claimed_total.read & (hundredths(totals.full) - listed < 100 * SHORT)
    regraded = (totals.grade != NO_GRADE) & (totals.claimed_grade != NO_GRADE) & (totals.grade != totals.claimed_grade)
    risk = _risk(found, count) * 100 + np.where(differing, np.abs(totals.total - claimed), 0) + RISK_GRADE * 100 * regraded
    unit = head("unit")
    ids = as_texts(chunk.batch.column("submission").take(firsts))
    columns = {
        "submission": pyarrow.array(kept + first),
        "id": ids,
        "file": compute.binary_join_element_wise(f"{file}#", ids, ""),
        "unit": unit,
        "department": head("department"),
        "region": _regions(memory, chunk.batch.column("unit").take(firsts) if "unit" in names else unit),
        "project": head("project"),
        "year": pyarrow.array(scored.year[kept], pyarrow.int32(), mask=~scored.year_known[kept]),
        "set": pyarrow.array([one.id for one in memory.sets], pyarrow.string()).take(pyarrow.array(scored.sets[kept])),
        "total": points(totals.total[kept], ~totals.known[kept]),
        "full": points(hundredths(totals.full[kept]), ~totals.pointed[kept]),
        "low": points(totals.low[kept], ~totals.known[kept]),
        "high": points(totals.high[kept], ~totals.known[kept]),
        "claimed_total": points(claimed[kept], ~scored.claimed_total.read[kept]),
        "grade": graded(totals.grade),
        "claimed_grade": graded(totals.claimed_grade),
        "recomputed_weight": points(hundredths(totals.weights[RECOMPUTED])[kept]),
        "judged_weight": points(hundredths(totals.weights[JUDGED])[kept]),
        "missing_weight": points(hundredths(missing)[kept]),
        "left_out_weight": points(hundredths(left_out)[kept]),
        **{name: pyarrow.array(column, pyarrow.int32()) for name, column in zip(("errors", "warnings", "notes"), counts, strict=True)},
        "risk": points(risk[kept]),
        "unread": pyarrow.nulls(len(kept), pyarrow.string()),
    }
    return pyarrow.RecordBatch.from_arrays([columns[field.name] for field in schema], schema=schema)


def hundredths(values: Array) -> Array:
    """Points in 1/10000 as hundredths, 四舍五入."""
    found: Array = np.sign(values) * ((2 * np.abs(values) + PER_HUNDREDTH) // (2 * PER_HUNDREDTH))
    return found


def points(values: Array, missing: Mask | None = None) -> Any:
    """Hundredths as an Arrow column of points."""
    return decimals(values, 2, missing)


def _risk(found: Found, count: int) -> Array:
    """What findings add to the risk of each submission; see `scorer.batch.overview.risk.risk_of`."""
    if not len(found.of):
        return np.zeros(count, np.int64)
    keys, times = np.unique((found.of * len(LEVEL_ORDER) + found.levels) * 1000 + found.codes, return_counts=True)
    of, level = keys // 1000 // len(LEVEL_ORDER), keys // 1000 % len(LEVEL_ORDER)
    worth = np.array([RISK_LEVELS[name] for name in LEVEL_ORDER])[level] * np.minimum(times, RISK_CODE_MOST)
    risk: Array = np.bincount(of, worth, count).astype(np.int64)
    return risk


def _regions(memory: Memory, units: Any) -> Any:
    """The region that each unit's name tells, null where it tells none."""
    import pyarrow

    ids = memory.unit_names.numbers(units)
    memory.regions += [region_of(text, ())[0] or None for text in memory.unit_names.texts[len(memory.regions) :]]
    if len(memory.region_names) != len(memory.regions):
        memory.region_names = pyarrow.array(memory.regions, pyarrow.string())
    return memory.region_names.take(pyarrow.array(ids))


# -------------------------------------------------------------------------------------------------------------- scores


def scores_batch(memory: Memory, scored: Scored, first: int) -> Any:
    """The leaves of a chunk but for odd submissions, as rows of scores.parquet; texts stay dictionary encoded."""
    import pyarrow

    rows = np.flatnonzero(scored.leaf & ~scored.odd[scored.of])
    whole = len(rows) == len(scored.leaf)

    def of(values: Array) -> Array:
        return values if whole else values[rows]

    scores = scored.scores
    unscored = of(~scores.scored)
    kinds = np.array([KINDS.index(rule.kind) for rule in memory.rules], np.int8)
    path, indicator, nameless = _paths(scored.columns, scored.funds, rows)
    columns = {
        "submission": pyarrow.array(of(scored.of) + np.int64(first)),
        "path": path,
        "indicator": indicator,
        "weight": points(hundredths(of(scored.values)), of(~scored.weighted)),
        "target": _written(scored, "target", ("budget", "initial"), rows),
        "actual": _written(scored, "actual", ("executed",), rows),
        "claimed": points(hundredths(of(scored.claimed.values)), of(~scored.claims)),
        **{name: points(of(getattr(scores, name)), unscored) for name in ("points", "low", "high")},
        "status": _named(of(scored.status), STATUSES),
        "rule": _named(kinds[of(scored.rule)], KINDS),
        "words": pyarrow.nulls(len(rows), pyarrow.string()),
        "at": _lines(scored, rows, nameless),
    }
    return pyarrow.RecordBatch.from_arrays(list(columns.values()), list(columns))


def _named(places: Array, names: Sequence[str]) -> Any:
    import pyarrow

    return pyarrow.DictionaryArray.from_arrays(pyarrow.array(places.astype(np.int8)), pyarrow.array(list(names)))


def _lines(scored: Scored, rows: Array, nameless: Mask) -> Any:
    """Where each row stands: where its actual is, else its target or its name; no place where that one is blanks."""
    import pyarrow
    import pyarrow.compute as compute

    texts = compute.binary_join_element_wise("L", pyarrow.array(scored.lines[rows]).cast(pyarrow.string()), "")
    nowhere = np.zeros(len(rows), np.bool_)
    before = np.zeros(len(rows), np.bool_)
    for name, flags in (("actual", scored.actual_flags), ("target", scored.target_flags)):
        filled = flags[rows] & FILLED != 0
        written = scored.columns.there.get(name)
        there = filled if written is None else np.where(scored.funds[rows], filled, written[rows])
        nowhere |= ~before & there & ~filled
        before |= there
    nowhere |= ~before & nameless
    return compute.if_else(pyarrow.array(nowhere), None, texts) if nowhere.any() else texts


def _encoded(column: Any, size: int) -> tuple[Array, Any]:
    """An Arrow column of texts or figures as codes (-1 for null) and an Arrow dictionary."""
    import pyarrow

    if column is None:
        return np.full(size, -1, np.int32), pyarrow.array([], pyarrow.string())
    if not isinstance(column, pyarrow.DictionaryArray):
        column = (column if is_text(column) else as_texts(column)).dictionary_encode()
    codes = column.indices.fill_null(-1) if column.indices.null_count else column.indices
    return codes.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), column.dictionary.cast(pyarrow.string())


def _written(scored: Scored, name: str, money: Sequence[str], rows: Array) -> Any:
    """Target or actual of each row as written; of a row of funds the sums, the first of `money` that counts."""
    import pyarrow
    import pyarrow.compute as compute

    codes, dictionary = _encoded(scored.columns.column(name), len(scored.of))
    codes = codes[rows] if len(rows) < len(codes) else codes.copy()
    codes[codes < 0] = len(dictionary)
    parts = [dictionary, pyarrow.array([""], pyarrow.string())]
    funds = np.flatnonzero(scored.funds[rows])
    if len(funds):
        written = scored.columns.written(money[0], rows[funds])
        if len(money) > 1:
            place = np.searchsorted(scored.funds_rows, rows[funds])
            initial = scored.uses_initial[place]
            written = compute.if_else(pyarrow.array(initial), scored.columns.written(money[1], rows[funds]), written)
        codes[funds] = len(dictionary) + 1 + np.arange(len(funds))
        parts.append(compute.fill_null(written, ""))
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes), pyarrow.concat_arrays(parts))


def _paths(columns: Columns, funds: Mask, rows: Array) -> tuple[Any, Any, Mask]:
    """The names of the levels of each row as lists, and the last of each; which rows have none. Blank ones are left out."""
    import pyarrow
    import pyarrow.compute as compute

    levels = [_encoded(column, len(funds)) for column in level_columns(columns.batch)]
    dictionary = pyarrow.concat_arrays([one for _, one in levels] + [pyarrow.array([EXECUTION, ""], pyarrow.string())])
    blank = np.array(compute.equal(compute.utf8_trim_whitespace(dictionary), ""), np.bool_)
    blank[-1] = False
    executed, nameless = len(dictionary) - 2, len(dictionary) - 1
    whole = len(rows) == len(funds)
    codes = np.empty((len(rows), len(levels)), np.int32)
    there = np.empty((len(rows), len(levels)), np.bool_)
    offset = 0
    for level, (numbers, names) in enumerate(levels):
        chosen = numbers if whole else numbers[rows]
        codes[:, level] = chosen + offset
        there[:, level] = chosen >= 0
        if blank[offset : offset + len(names)].any():
            there[:, level] &= ~blank[codes[:, level]]
        offset += len(names)
    of_funds = funds if whole else funds[rows]
    codes[of_funds, 0], there[of_funds, 0], there[of_funds, 1:] = executed, True, False
    depth = there.sum(axis=1, dtype=np.int32)
    none = depth == 0
    if none.any():
        codes[none, 0], there[none, 0] = nameless, True
        depth = np.maximum(depth, 1)
    last = len(levels) - 1 - there[:, ::-1].argmax(axis=1)
    flat = pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes[there]), dictionary)
    offsets = np.zeros(len(rows) + 1, np.int32)
    np.cumsum(depth, out=offsets[1:])
    indicator = pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes[np.arange(len(rows)), last]), dictionary)
    return pyarrow.ListArray.from_arrays(pyarrow.array(offsets), flat), indicator, none


def merged(batch: Any, rows: Sequence[dict[str, Any]], schema: Any) -> Any:
    """A batch with some more rows put among its own, in the order of the submissions."""
    import pyarrow

    if not rows:
        return batch
    more = pyarrow.RecordBatch.from_pylist(list(rows), schema)
    columns = [_extended(column, other) for column, other in zip(batch.columns, more.columns, strict=True)]
    numbers = np.concatenate([one.column("submission").to_numpy() for one in (batch, more)])
    order = pyarrow.array(np.argsort(numbers, kind="stable"))
    return pyarrow.RecordBatch.from_arrays([column.take(order) for column in columns], batch.schema.names)


def _extended(column: Any, more: Any) -> Any:
    """A column with the values of another one after its own; a dictionary is extended, not decoded."""
    import pyarrow
    import pyarrow.compute as compute

    if isinstance(column, pyarrow.DictionaryArray):
        other = more.dictionary_encode()
        dictionary = pyarrow.concat_arrays([column.dictionary.cast(pyarrow.string()), other.dictionary.cast(pyarrow.string())])
        kind = pyarrow.int32()
        codes = pyarrow.concat_arrays(
            [column.indices.cast(kind), compute.add(other.indices.cast(kind), pyarrow.scalar(len(column.dictionary), kind))]
        )
        return pyarrow.DictionaryArray.from_arrays(codes, dictionary)
    if isinstance(column, pyarrow.ListArray) and isinstance(column.values, pyarrow.DictionaryArray):
        offsets = np.concatenate([column.offsets.to_numpy(), more.offsets.to_numpy()[1:] + len(column.values)])
        values = _extended(column.values, more.values)
        return pyarrow.ListArray.from_arrays(pyarrow.array(offsets.astype(np.int32)), values)
    return pyarrow.concat_arrays([column, more])


__all__ = ["LEVEL_ORDER", "Found", "hundredths", "merged", "points", "scores_batch", "submissions_batch"]
