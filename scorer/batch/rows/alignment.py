"""The rows of a flat table as the kernel's columns, and scored.

What `scorer.scoring.align.align` does for one form, done for a chunk of rows at once: the rule of each row from the names above
it, the figures from the readings of its texts, the execution rate from its row of funds. Scored by the one kernel. A
submission with something that these columns cannot hold is marked `odd`; it is scored as a single form instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from scorer.batch.rows.columns import Columns, Figures, funds_of, level_columns, points_of
from scorer.batch.rows.remembered import (
    DENSE,
    NO_DEFAULT,
    ORDINARY_NAMES,
    PAIR_LONG,
    PAIR_SHORT,
    UNKNOWN_SET,
    Memory,
    distinct,
    pair_keys,
)
from scorer.batch.rows.texts import (
    BARE,
    DECIDES,
    DIGITS,
    FIGURE,
    LARGE,
    NOTHING,
    PERCENT,
    POWERS,
    SCALED,
    SILENT,
    SMALL,
    WIDE,
    Readings,
    decimals_of,
)
from scorer.batch.sources.flat import HEAD, Chunk, written
from scorer.model import ScorerError
from scorer.rules import Coefficient, Rule, Scores, score
from scorer.rules.answers import FORWARD, INCOMPARABLE, INTERVAL, LONG, NUMBER, POINT, REVERSE, WORDS, Answers, Mask
from scorer.rules.kernel import JUDGED, LACKING

Array = npt.NDArray[Any]

MOST_ROWS: Final = 20_000  # of a submission, as for a form
SILENT_FIGURE: Final = SILENT | FIGURE
TARGET_COLUMNS: Final = ("flags", "state", "op", "direction", "unit", "one", "size", "scale", "number", "low", "high")
ACTUAL_COLUMNS: Final = ("flags", "state", "free", "unit", "one", "size", "scale", "number", "low", "high")


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
    for_figures, for_words, less, default, belongs = (column.take(slot) for column in memory.slot_columns)
    # a set to which no row belongs is not the one to score by, and `evaluate` takes the form's own
    odd |= np.add.reduceat(((belongs != 0) & ~funds).astype(np.int32), starts) == 0
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

    batch, size = chunk.batch, len(chunk.batch)
    funds = funds_of(batch)
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
    several = [one for one in range(1 << len(ids)) if (pattern == one).any()]
    for one in several:
        rows = np.flatnonzero(pattern == one) if len(several) > 1 else slice(None)
        levels = [level for level in range(len(ids)) if one >> level & 1]
        found[rows] = _slots_of(memory, levels, [named[rows] for named in ids], sets[rows])
    return found


NO_PATTERN: Final = 64  # levels are six at most


def _slots_of(memory: Memory, levels: Sequence[int], ids: Sequence[Array], sets: Array) -> Array:
    """The slots of rows that have names on the same levels."""
    found = _known_slots(memory, levels, ids, sets)
    if found is not None:
        return found
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


def _known_slots(memory: Memory, levels: Sequence[int], ids: Sequence[Array], sets: Array) -> Array | None:
    """The same, looked up in one table of all that the names could be; None where that would be too large."""
    last = levels[-1] if levels else 0
    kinds = memory.name_kinds(last).take(ids[last])
    lengths = [len(memory.levels[level]) for level in levels[:-1]]
    bits = [length.bit_length() for length in (*lengths, ORDINARY_NAMES + len(memory.special))]
    width = sum(bits)
    if len(memory.sets) << width > DENSE:
        return None
    table = memory.slot_table((*levels, *bits), len(memory.sets) << width)
    keys = sets
    for named, size in zip((*(ids[level] for level in levels[:-1]), kinds), bits, strict=True):
        keys = keys << size | named
    found: Array = table.take(keys)
    new = np.flatnonzero(found < 0)
    if len(new):
        fresh, first = np.unique(keys[new], return_index=True)
        for key, row in zip(fresh.tolist(), new[first].tolist(), strict=True):
            path = 0
            for level in levels[:-1]:
                path = memory.below(path, memory.levels[level].texts[int(ids[level][row])])
            name = memory.levels[last].texts[int(ids[last][row])]
            table[key] = memory.slot((int(sets[row]), path), int(kinds[row]), name)
        found = table.take(keys)
    return found


def _execution_points(
    memory: Memory,
    at: Array,
    submissions: tuple[Array, Array, Array],
    printed: tuple[Figures, Figures],
    points: tuple[Array, Mask, Mask],
) -> tuple[Array, Mask, Mask]:
    """Weight of the rows of funds, and whether the form gives them points at all; see `scorer.scoring.align.execution_leaf`."""
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
