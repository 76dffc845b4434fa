"""The rows of a flat table as the kernel's columns, scored, and rolled up by submission.

What `scorer.score.align` does for one form, done for a chunk of rows at once: the rule of each row from the names above
it, the figures from the readings of its texts, the execution rate from its row of funds. Scored by the one kernel. A
submission with something that these columns cannot hold is marked `odd`; it is scored as a single form instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from scorer.answers import (
    FORWARD,
    INCOMPARABLE,
    INTERVAL,
    LONG,
    NUMBER,
    POINT,
    POINT_PLACES,
    REVERSE,
    WORDS,
    Answers,
    Mask,
)
from scorer.batch.columns_memory import (
    GIVEN,
    NO_DEFAULT,
    ORDINARY_NAMES,
    PAIR_LONG,
    PAIR_SHORT,
    UNKNOWN_SET,
    Memory,
    distinct,
    pair_keys,
)
from scorer.batch.columns_reading import (
    BARE,
    BLANK,
    DECIDES,
    DIGITS,
    FIGURE,
    FINE,
    LARGE,
    NOTHING,
    PERCENT,
    POWERS,
    READ,
    SCALED,
    SILENT,
    SMALL,
    UNIT_MARK,
    WIDE,
    Readings,
    Role,
    Texts,
    decimals_of,
    number_readings,
    stripped_places,
)
from scorer.batch.columns_source import FUNDS, HEAD, LEVELS, Chunk, written
from scorer.model import ScorerError
from scorer.quantity import parse_quantity
from scorer.rules import Coefficient, Rule, Scores, score
from scorer.rules.kernel import JUDGED, LACKING

Array = npt.NDArray[Any]

MOST_ROWS: Final = 20_000  # of a submission, as for a form
SILENT_FIGURE: Final = SILENT | FIGURE
TARGET_COLUMNS: Final = ("flags", "state", "op", "direction", "unit", "one", "size", "scale", "number", "low", "high")
ACTUAL_COLUMNS: Final = ("flags", "state", "free", "unit", "one", "size", "scale", "number", "low", "high")


@dataclass
class Figures:
    """Weights or claims of rows, in 1/10000 point: `read` a number, `blank` nothing written, `fine` beyond four decimals."""

    values: Array
    read: Mask
    blank: Mask
    fine: Mask
    places_of: Callable[[Array], Array]
    """The decimals, as written, of the figures in some rows."""


@dataclass
class Scored:
    """A chunk scored: columns by row, by submission, and of the funds by row of funds (`funds_rows`).

    Rows stand in the order of the table but for the row of funds, which comes first in its submission; `lines` has
    their numbers in the table. `leaf` is false for a row of funds to which the form gives no points. What stands in the
    columns for odd submissions means nothing.
    """

    chunk: Chunk
    batch: Any
    lines: Array
    of: Array
    odd: Mask
    sets: Array
    year: Array
    year_known: Mask
    claimed_total: Figures
    claimed_grade: Array
    columns: Columns
    funds: Mask
    leaf: Mask
    weight: Figures
    weighted: Mask
    values: Array
    claimed: Figures
    claims: Mask
    scores: Scores
    status: npt.NDArray[np.int8]
    rule: Array
    inferred: Mask
    together: Mask
    answers: Answers
    target_flags: Array
    actual_flags: Array
    target_scale: Array
    actual_scale: Array
    funds_rows: Array
    budget: Readings
    initial: Readings
    planned: Readings
    uses_initial: Mask
    executed: Readings


class Columns:
    """The columns of one chunk, read with what the memory knows."""

    def __init__(self, memory: Memory, batch: Any) -> None:
        self.memory = memory
        self.batch = batch
        self.names = set(batch.schema.names)
        self.ids: dict[str, Array] = {}

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
        column = self.column(name)
        if column is None or column.null_count == len(column):
            known = self.memory.texts[role].columns
            return {key: np.repeat(values[:1], len(rows)) for key, values in known.items()}
        units = ["万元"] if self.column("money_unit") is None else [unit or "万元" for unit in self.texts("money_unit", rows)]
        numbers = None if column is None or is_text(column) else decimals_of(column)
        if numbers is not None and len(set(units)) == 1:
            values, scale, valid = numbers
            factor = money_factor(units[0]) if units else 1
            if factor:
                return number_readings(values[rows], scale, valid[rows], factor)
        texts = self.memory.texts[role]
        written = self.texts(name, rows)
        units = units * len(rows) if len(units) == 1 else units
        ids = [texts.vocabulary.number(f"{text}{UNIT_MARK}{unit}" if text else "") for text, unit in zip(written, units, strict=True)]
        known = texts.columns
        chosen = np.array(ids, np.int64)
        return {key: values[chosen] for key, values in known.items()}

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
    return compute.if_else(compute.equal(texts, ""), None, texts)


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


def _first_rows(memory: Memory, chunk: Chunk) -> tuple[Array, tuple[Array, Mask], Figures, Array, Mask]:
    """Set, year (and whether there is one), claimed total and claimed grade of each submission, from its first row; and
    where one of them cannot be."""
    import pyarrow

    names = set(chunk.batch.schema.names)
    firsts = pyarrow.array(chunk.starts)
    heads = {name: chunk.batch.column(name).take(firsts) for name in HEAD if name in names}
    size = len(chunk.starts)
    if memory.given is not None:
        sets = np.zeros(size, np.int64)
    elif "set" in heads:
        ids = memory.set_names.numbers(heads["set"])
        sets = np.array([memory.set_number(name) for name in memory.set_names.texts], np.int64)[ids]
    else:
        sets = np.full(size, UNKNOWN_SET, np.int64)
    year, known = np.zeros(size, np.int64), np.zeros(size, np.bool_)
    if "year" in heads and not pyarrow.types.is_null(heads["year"].type):
        year, _, known = cast("tuple[Array, int, Array]", decimals_of(heads["year"]))
    grade = np.zeros(size, np.int64)
    if "claimed_grade" in heads:
        grade = memory.grades.numbers(heads["claimed_grade"])
    total = points_of(memory, heads.get("claimed_total"), size)
    odd = (sets == UNKNOWN_SET) | (known & ((year < 1990) | (year > 2100))) | total.fine
    return sets, (year, known), total, grade, odd


def check_heads(chunk: Chunk, path: str) -> None:
    """What is said of a whole submission is the same in all of its rows, or blank after the first.

    Raises:
        ScorerError: two rows of one submission say different things.
    """
    import pyarrow

    for name in HEAD:
        if name not in chunk.batch.schema.names:
            continue
        column = chunk.batch.column(name)
        codes = column.indices if isinstance(column, pyarrow.DictionaryArray) else column
        if pyarrow.types.is_decimal128(codes.type):
            codes = np.frombuffer(codes.buffers()[1], np.int64).reshape(-1, 2)[codes.offset : codes.offset + len(codes), 0]
        elif pyarrow.types.is_integer(codes.type) or pyarrow.types.is_floating(codes.type):
            codes = codes.fill_null(0).to_numpy(zero_copy_only=False) if codes.null_count else codes.to_numpy(zero_copy_only=False)
        else:
            codes = codes.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
        changed = codes[1:] != codes[:-1]
        changed[chunk.starts[1:] - 1] = False
        for row in (np.flatnonzero(changed) + 1).tolist():
            start = int(chunk.starts[np.searchsorted(chunk.starts, row, side="right") - 1])
            here, first = written(column[row].as_py()), written(column[start].as_py())
            if here is not None and here != first:
                number = chunk.batch.column("submission")[row].as_py()
                raise ScorerError(
                    f"{path}：提交件 {number} 的 {name} 前后不同：第 {chunk.first + start} 行是“{_shown(first)}”，"
                    f"第 {chunk.first + row} 行是“{_shown(here)}”。同一份提交件的各行要相同，或只写在第一行。"
                )


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def score_chunk(memory: Memory, chunk: Chunk) -> Scored:
    """Score the submissions of a chunk."""
    rows, starts = len(chunk.batch), chunk.starts
    counts = np.diff(np.append(starts, rows))
    of = np.repeat(np.arange(len(starts), dtype=np.int32), counts)
    sets, (year, year_known), claimed_total, claimed_grade, odd = _first_rows(memory, chunk)
    odd |= counts > MOST_ROWS
    batch, lines, funds = _funds_first(chunk, of, odd)
    columns = Columns(memory, batch)
    sets_of_rows = np.maximum(sets, 0)[of]

    weight, claimed = columns.points("weight"), columns.points("claimed")
    target = columns.readings("target", "target", TARGET_COLUMNS)
    actual = columns.readings("actual", "actual", ACTUAL_COLUMNS)
    slot = _slots(memory, batch, sets_of_rows, funds)
    for_figures, for_words, less, default = (column.take(slot) for column in memory.slot_columns)
    given, wrong = columns.given()
    given[funds] = 0
    rule = np.where(target["flags"] & FIGURE != 0, for_figures, for_words)
    inferred = (less != 0) & (target["flags"] & SILENT_FIGURE == SILENT_FIGURE) & (given == 0) & ~funds
    direction_given = np.where(inferred, np.int8(2), given) if inferred.any() else given

    values, weighted = weight.values, weight.read
    if weight.blank.any():
        unprinted = weight.blank & (default != NO_DEFAULT) & ~funds
        values, weighted = np.where(unprinted, default, values), weighted | unprinted
    pointed = np.array([indicators.points for indicators in memory.sets] or [True])
    if not pointed.all():
        weighted = weighted & pointed[sets_of_rows]

    at = np.flatnonzero(funds & ~odd[of])
    budget, initial = columns.money("budget", "planned", at), columns.money("initial", "planned", at)
    executed = columns.money("executed", "executed", at)
    nothing = budget["flags"] & NOTHING != 0  # the adjusted budget counts, else the initial one
    planned = {name: np.where(nothing, initial[name], column) for name, column in budget.items()}
    values, weighted, leaf = _execution_points(memory, at, (of, starts, sets), (weight, claimed), (values, weighted, funds))
    rule[at] = np.array([memory.rule_number(indicators.execution.rule) for indicators in memory.sets])[sets[of[at]]]
    for name in TARGET_COLUMNS:
        target[name][at] = planned[name]
    for name in ACTUAL_COLUMNS:
        actual[name][at] = executed[name]
    claims = claimed.read & leaf

    prepared = np.array([type(one).prepare is not Rule.prepare for one in memory.rules]).take(rule)
    together = prepared | _converted(target["flags"], actual["flags"])
    together &= ~funds
    wide = weight.fine | claimed.fine | wrong | (prepared & funds)
    if any(isinstance(one, Coefficient) for one in memory.rules):
        wide |= np.array([isinstance(one, Coefficient) for one in memory.rules]).take(rule)
    if odd.any():
        together &= ~odd[of]
    arrays, beyond = _arrays(memory, columns, (target, actual), rule, direction_given, together)
    wide |= beyond
    odd[of[wide]] = True

    arrays["weight"] = values if weighted.all() else np.where(weighted, values, 0)
    arrays["claimed"] = claimed.values if claims.all() else np.where(claims, claimed.values, 0)
    arrays["weighted"], arrays["claims"] = weighted, claims
    arrays["submission"], arrays["rule"] = of, rule.astype(np.int16)
    answers = Answers(tuple(memory.rules), arrays)
    if wide.any():
        for name in LONG:
            arrays[name][wide] = 1 if name == "one" else 0
    scores = score(answers)
    status = scores.status
    if not weighted.all():
        answered = (status == LACKING) & ~weighted & (actual["flags"] & NOTHING == 0)
        status = np.where(answered, JUDGED, status).astype(np.int8)
    return Scored(
        chunk=chunk,
        batch=batch,
        lines=lines,
        of=of,
        odd=odd,
        sets=sets,
        year=year,
        year_known=year_known,
        claimed_total=claimed_total,
        claimed_grade=claimed_grade,
        columns=columns,
        funds=funds,
        leaf=leaf,
        weight=weight,
        weighted=weighted,
        values=arrays["weight"],
        claimed=claimed,
        claims=claims,
        scores=scores,
        status=status,
        rule=rule,
        inferred=inferred,
        together=together,
        answers=answers,
        target_flags=target["flags"],
        actual_flags=actual["flags"],
        target_scale=target["scale"],
        actual_scale=actual["scale"],
        funds_rows=at,
        budget=budget,
        initial=initial,
        planned=planned,
        uses_initial=nothing,
        executed=executed,
    )


def _funds_first(chunk: Chunk, of: Array, odd: Mask) -> tuple[Any, Array, Mask]:
    """The rows with that of the funds first in each submission; a submission with several such rows is odd."""
    import pyarrow
    import pyarrow.compute as compute

    batch, size = chunk.batch, len(chunk.batch)
    funds = np.zeros(size, np.bool_)
    for name in FUNDS:
        if name not in batch.schema.names or batch.column(name).null_count == size:
            continue
        column = batch.column(name)
        filled = compute.is_valid(column)
        if is_text(column):
            filled = compute.fill_null(compute.not_equal(as_texts(column), ""), False)
        elif pyarrow.types.is_floating(column.type):
            filled = compute.fill_null(compute.invert(compute.is_nan(column)), False)
        funds |= filled.to_numpy(zero_copy_only=False)
    lines = chunk.first + np.arange(size)
    if not funds.any():
        return batch, lines, funds
    odd |= np.add.reduceat(funds.astype(np.int32), chunk.starts) > 1
    if "source" in batch.schema.names:
        named = batch.column("source").is_valid().to_numpy(zero_copy_only=False)
        odd[of[named & funds]] = True
    first = np.zeros(size, np.bool_)
    first[chunk.starts] = True
    if (funds & ~first).any():
        order = np.argsort(of.astype(np.int64) * 2 + ~funds, kind="stable")
        batch, lines, funds = batch.take(pyarrow.array(order)), lines[order], funds[order]
    return batch, lines, funds


def _slots(memory: Memory, batch: Any, sets: Array, funds: Mask) -> Array:
    """The slot of every row: what its set says of the row, by the names of its levels."""
    columns = level_columns(batch)
    ids = [memory.levels[level].numbers(column) for level, column in enumerate(columns)]
    for level, named in enumerate(ids):
        blank = memory.levels[level].blank
        if blank[1:].any():
            ids[level] = np.where(blank[named], 0, named)
    pattern = np.zeros(len(sets), np.uint8)
    for level, named in enumerate(ids):
        pattern |= (named != 0).view(np.uint8) << level
    pattern[funds] = NO_PATTERN
    found = np.zeros(len(sets), np.int64)
    several = np.flatnonzero(np.bincount(pattern, minlength=NO_PATTERN + 1)[:NO_PATTERN]).tolist()
    for one in several:
        rows = np.flatnonzero(pattern == one) if len(several) > 1 else slice(None)
        levels = [level for level in range(len(ids)) if one >> level & 1]
        found[rows] = _slots_of(memory, levels, [named[rows] for named in ids], sets[rows])
    return found


NO_PATTERN: Final = 64  # levels are six at most


def _slots_of(memory: Memory, levels: Sequence[int], ids: Sequence[Array], sets: Array) -> Array:
    """The slots of rows that have names on the same levels."""
    above = sets
    numbers = [(number, 0) for number in range(max(len(memory.sets), 1))]  # set and path by the code so far
    for level in levels[:-1]:
        names = memory.levels[level].texts
        codes, above = distinct(above * len(names) + ids[level], len(numbers) * len(names))
        before = [(*numbers[code // len(names)], names[code % len(names)]) for code in codes.tolist()]
        numbers = [(number, memory.below(path, name)) for number, path, name in before]
    last = levels[-1] if levels else 0
    names = memory.levels[last].texts
    kinds = memory.name_kinds(last).take(ids[last])
    many = ORDINARY_NAMES + len(memory.special)
    codes, places = distinct(above * many + kinds, len(numbers) * many)
    firsts = np.zeros(len(codes), np.int64)
    firsts[places] = np.arange(len(places))
    slots = [
        memory.slot(numbers[code // many], code % many, names[int(ids[last][first])])
        for code, first in zip(codes.tolist(), firsts.tolist(), strict=True)
    ]
    return np.array(slots, np.int64).take(places)


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


def _execution_points(
    memory: Memory,
    at: Array,
    submissions: tuple[Array, Array, Array],
    printed: tuple[Figures, Figures],
    points: tuple[Array, Mask, Mask],
) -> tuple[Array, Mask, Mask]:
    """Weight of the rows of funds, and whether the form gives them points at all; see `scorer.score.execution_leaf`."""
    of, starts, sets = submissions
    weight, claimed = printed
    values, weighted, funds = points
    leaf = ~funds
    if not len(at):
        return values, weighted, leaf
    numbers = sets[of[at]]
    own = np.array([int(one.execution.weight * POINT) for one in memory.sets])[numbers]
    full = np.array([int(one.full * POINT) for one in memory.sets])[numbers]
    pointed = np.array([one.points for one in memory.sets])[numbers]
    listed = np.add.reduceat(np.where(weight.read & ~funds, weight.values, 0), starts)[of[at]]
    others = np.add.reduceat((~funds).astype(np.int64), starts)[of[at]] > 0
    has_weight, has_claim = weight.read[at], claimed.read[at]
    room = (own > 0) & others & (listed + own == full)
    leaf[at] = pointed & (has_weight | has_claim | room)
    values, weighted = values.copy(), weighted.copy()
    values[at] = np.where(has_weight, weight.values[at], own)
    weighted[at] = leaf[at] & (has_weight | (own > 0))
    return values, weighted, leaf


def _converted(target: Array, actual: Array) -> Mask:
    """Rows whose target and actual are brought to one unit by what both say: 180万吨 | 186, 95% | 0.97."""
    both = (target & actual & FIGURE) != 0
    fraction = (target & (PERCENT | LARGE) == PERCENT | LARGE) & (actual & SMALL != 0)
    scaled = target & (PERCENT | SCALED) == SCALED
    bare = (actual & BARE != 0) & (target & BARE == 0) & (fraction | scaled)
    hundredfold = (target & (BARE | SMALL) == BARE | SMALL) & (actual & (PERCENT | SMALL) == PERCENT)
    found: Mask = both & (bare | hundredfold)
    return found


def _arrays(
    memory: Memory, columns: Columns, read_as: tuple[Readings, Readings], rule: Array, given: Array, together: Mask
) -> tuple[dict[str, Array], Mask]:
    """The kernel's columns but for points, and the rows beyond what they hold."""
    target, actual = read_as
    both = target["flags"] & actual["flags"]
    one = np.maximum(target["one"], actual["one"])
    wide = ((target["flags"] | actual["flags"]) & WIDE) != 0
    for readings_of in (target, actual):
        behind = np.flatnonzero(readings_of["one"] != one)
        if not len(behind):
            continue
        factor = one[behind] // readings_of["one"][behind]
        beyond = readings_of["size"][behind] + np.searchsorted(POWERS, factor) > DIGITS - 1
        if beyond.any():
            wide[behind[beyond]], factor[beyond] = True, 0
        for name in ("number", "low", "high"):
            readings_of[name][behind] *= factor
    state = actual["state"]
    other_units = np.flatnonzero((target["unit"] != actual["unit"]) & (both & (FIGURE | BARE) == FIGURE))
    if len(other_units):
        bare = ((target["flags"] | actual["flags"])[other_units] & BARE) != 0
        agree = memory.units.agree[target["unit"][other_units], actual["unit"][other_units]]
        incomparable = other_units[~bare & ~agree]
        if len(incomparable):
            state = state.copy()
            before = state[incomparable]
            state[incomparable] = np.where(before == NUMBER, INCOMPARABLE, np.where(before == INTERVAL, WORDS, before))
    of_rules = [{"auto": 0, "forward": FORWARD, "reverse": REVERSE}[getattr(one_rule, "direction", "auto")] for one_rule in memory.rules]
    direction = target["direction"]
    if any(of_rules):
        by_rule = np.array(of_rules, np.int8)[rule]
        direction = np.where((target["flags"] & DECIDES == 0) & (by_rule != 0), by_rule, direction)
    if given.any():
        direction = np.where(given == 1, FORWARD, np.where(given == 2, REVERSE, direction)).astype(np.int8)
    number, high = actual["number"], actual["high"]
    worst = (state == INTERVAL) & (direction == REVERSE)
    arrays: dict[str, Array] = {
        "one": one,
        "target": target["number"],
        "target_low": target["low"],
        "target_high": target["high"],
        "actual": np.where(worst, high, number) if worst.any() else number,
        "actual_low": actual["low"],
        "actual_high": high,
        "op": target["op"],
        "direction": direction,
        "target_state": target["state"],
        "state": state,
        "free": actual["free"],
        "tier": np.full(len(rule), -1, np.int8),
        "dated": np.zeros(len(rule), np.bool_),
        "days_low": np.zeros(len(rule), np.int32),
        "days_high": np.zeros(len(rule), np.int32),
    }
    rows = np.flatnonzero(together)
    if len(rows):
        numbers = _pairs(memory, columns, rows, rule[rows], given[rows])
        for name in (*PAIR_LONG, *PAIR_SHORT):
            if name in ("state", "op", "direction", "free", "target_state"):  # still read as they were by the checks
                arrays[name] = arrays[name].copy()
            arrays[name][rows] = memory.pair_columns[name][numbers]
        wide[rows] = memory.pair_columns["wide"][numbers]
    return arrays, wide


def _pairs(memory: Memory, columns: Columns, rows: Array, rule: Array, given: Array) -> Array:
    """The numbers of the pairs in some rows."""
    targets, actuals = columns.numbers_of("target", "target", rows), columns.numbers_of("actual", "actual", rows)
    keys, places = distinct(pair_keys(rule, given, targets, actuals))
    numbers: Array = memory.pair_numbers(keys)[places]
    return numbers
