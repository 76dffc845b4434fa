"""How rows of a flat table came by their points, in the words of their rules.

The rules that nearly all rows have (completion in proportion, with a pass mark, in bands, and budget execution) are told
by columns; every other row by its rule's own `derive`. Both say the same, and a test holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from scorer.batch.rows.alignment import Scored
from scorer.batch.rows.columns import Columns
from scorer.batch.rows.remembered import GIVEN, Memory, distinct
from scorer.batch.rows.texts import BARE, MILLE, PERCENT, POWERS
from scorer.model import Cell
from scorer.numbers.quantity import parse_quantity
from scorer.rules import Bands, Execution, Gate, Proportion, Rule, words
from scorer.rules.answers import NUMBER, POINT_PLACES, REVERSE, Entry, Mask
from scorer.rules.notation import MOST_DECIMALS, SCALES, plain
from scorer.rules.notation import rate as rate_of
from scorer.rules.rule import exact
from scorer.scoring.align import comparable

Array = npt.NDArray[Any]

LARGEST: Final = 4 * 10**10  # a figure whose products with a share's decimals and a weight stay in int64


def derivations(memory: Memory, scored: Scored, rows: Array) -> Any:
    """The words of some scored rows as an Arrow array."""
    import pyarrow

    kinds = np.array([_plain_kind(rule) for rule in memory.rules], np.int8)[scored.rule[rows]]
    told = _by_columns(memory, scored, rows, kinds)
    if told is None:
        return pyarrow.array(_one_by_one(memory, scored, rows), pyarrow.string())
    chosen, texts = told
    rest = np.flatnonzero(~chosen)
    if not len(rest):
        return texts
    others = pyarrow.array(_one_by_one(memory, scored, rows[rest]), pyarrow.string())
    place = np.empty(len(rows), np.int64)
    place[chosen] = np.arange(np.count_nonzero(chosen))
    place[rest] = len(texts) + np.arange(len(rest))
    return pyarrow.concat_arrays([texts, others]).take(pyarrow.array(place))


EXECUTED, PROPORTIONAL, GATED, OF_RATIO, OF_ACTUAL = range(1, 6)


def _plain_kind(rule: Rule) -> int:
    if rule.overshoot is not None:
        return 0
    if isinstance(rule, Execution):
        return 0 if rule.start else EXECUTED
    if isinstance(rule, Bands):
        return OF_RATIO if rule.measure == "ratio" else OF_ACTUAL
    return PROPORTIONAL if isinstance(rule, Proportion) else GATED if isinstance(rule, Gate) else 0


def _by_columns(memory: Memory, scored: Scored, rows: Array, kinds: Array) -> tuple[Mask, Any] | None:
    """Which of the rows can be told by columns, and their words; None when none can."""
    import pyarrow
    import pyarrow.compute as compute

    figures = scored.answers.columns
    one, part, whole = (figures[name][rows] for name in ("one", "actual", "target"))
    by_ratio = (kinds == PROPORTIONAL) | (kinds == GATED)
    turned = by_ratio & (figures["direction"][rows] == REVERSE)
    part, whole = np.where(turned, whole, part), np.where(turned, part, whole)
    chosen = (kinds > 0) & (~by_ratio | (scored.scores.met[rows] == 0)) & ~scored.together[rows]
    chosen &= (figures["state"][rows] == NUMBER) & (figures["target_state"][rows] == NUMBER)
    chosen &= scored.weighted[rows] & scored.scores.scored[rows] & (part > 0) & (whole > 0) & (part < LARGEST) & (whole < LARGEST)
    scale, unit_text = _scale(memory, scored, rows)
    chosen &= (scale >= 0) & (one * POWERS[np.maximum(scale, 0)] <= 10**MOST_DECIMALS)
    if not chosen.any():
        return None
    at = np.flatnonzero(chosen)
    told = _Told(
        kinds=kinds[at],
        rules=scored.rule[rows[at]],
        part=part[at],
        whole=whole[at],
        one=one[at],
        turned=turned[at],
        weight=scored.values[rows[at]],
    )
    suffix = unit_text.take(pyarrow.array(at))
    above, below = (
        compute.binary_join_element_wise(_figure(value, told.one, scale[at]), suffix, "") for value in (told.part, told.whole)
    )
    weight, got = _points(told.weight, POINT_PLACES), _points(scored.scores.points[rows[at]], 2)
    share = np.where(by_ratio[at], np.minimum(told.part, told.whole), told.part)
    rate = _percent(share, told.whole, told.weight)
    opening = pyarrow.array(["", "执行率 "]).take(pyarrow.array((told.kinds == EXECUTED).astype(np.int8)))
    divided = compute.binary_join_element_wise(opening, above, " ÷ ", below, " = ", rate, "")
    value = compute.if_else(pyarrow.array(told.kinds == OF_ACTUAL), above, divided)
    return chosen, compute.binary_join_element_wise(value, _endings(memory, told, rate, weight, got), "")


@dataclass(frozen=True)
class _Told:
    """Rows that are told by columns: kind and number of their rules, and the two figures that are divided."""

    kinds: Array
    rules: Array
    part: Array
    whole: Array
    one: Array
    turned: Array
    weight: Array


def _endings(memory: Memory, told: _Told, rate: Any, weight: Any, got: Any) -> Any:
    """What follows the division: whether the target was missed, and the points."""
    import pyarrow
    import pyarrow.compute as compute

    missed = pyarrow.array(["，未完成，", "，未完成（反向），"]).take(pyarrow.array(told.turned.astype(np.int8)))
    shared = compute.binary_join_element_wise("得 ", weight, " × ", rate, " = ", got, "")
    endings = compute.binary_join_element_wise(missed, shared, "")
    executed = told.kinds == EXECUTED
    if executed.any():
        partly = compute.binary_join_element_wise("，", shared, "")
        fully = compute.binary_join_element_wise("，得满分 ", weight, "")
        endings = compute.if_else(pyarrow.array(executed), compute.if_else(pyarrow.array(told.part >= told.whole), fully, partly), endings)
    for number in np.unique(told.rules[(told.kinds != EXECUTED) & (told.kinds != PROPORTIONAL)]).tolist():
        here = told.rules == number
        rule = memory.rules[number]
        if isinstance(rule, Gate):
            other = compute.binary_join_element_wise(missed, _gated(rule, told, weight, got), "")
        else:
            other = _banded(cast("Bands", rule), told, weight, got)
        endings = compute.if_else(pyarrow.array(here), other, endings)
    return endings


def _gated(rule: Gate, told: _Told, weight: Any, got: Any) -> Any:
    """See `scorer.rules.measured.rescaled`."""
    import pyarrow
    import pyarrow.compute as compute

    start = exact(rule.pass_mark)
    mark = rate_of(start)
    share = _percent(told.part, told.whole, np.zeros(len(told.part), np.int64))
    below = told.part * start.denominator < told.whole * start.numerator
    low = compute.binary_join_element_wise(f"低于及格线 {mark}，得 ", got, "")
    above = compute.binary_join_element_wise("得 ", weight, " × (", share, f" − {mark}) ÷ (1 − {mark}) = ", got, "")
    return compute.if_else(pyarrow.array(below), low, above)


def _banded(rule: Bands, told: _Told, weight: Any, got: Any) -> Any:
    """See `scorer.rules.Bands.derive`."""
    import pyarrow
    import pyarrow.compute as compute

    of_ratio = rule.measure == "ratio"
    unit = told.whole if of_ratio else told.one
    place = np.zeros(len(told.part), np.int64)
    lines, awards = ["，低于最低一档，得 "], [""]
    for number, step in enumerate(rule.rising(), 1):
        place = np.where(rule.reached(step, told.part, unit), number, place)
        line = "，属最低一档"
        if step.start is not None:
            start = rate_of(exact(step.start)) if of_ratio else plain(step.start)
            line = f"，属“{'高于' if step.open else '不低于'} {start}”一档"
        lines.append(f"{line}，得 ")
        awards.append("" if step.points is not None else rate_of(exact(step.share or Decimal(0))))
    taken = pyarrow.array(place)
    line, award = pyarrow.array(lines).take(taken), pyarrow.array(awards).take(taken)
    times = compute.binary_join_element_wise(weight, " × ", award, " = ", "")
    return compute.binary_join_element_wise(line, compute.if_else(compute.equal(award, ""), "", times), got, "")


def _scale(memory: Memory, scored: Scored, rows: Array) -> tuple[Array, Any]:
    """The power of ten that the figures of each row are printed in, −1 where they have to be read again; and the words
    behind them."""
    import pyarrow

    funds = scored.funds[rows]
    place = np.searchsorted(scored.funds_rows, rows[funds])
    target, actual = scored.target_flags[rows], scored.actual_flags[rows]
    unscaled = (scored.target_scale[rows] == 0) & (scored.actual_scale[rows] == 0)
    scale = np.where(unscaled & ((target | actual) & MILLE == 0), 0, -1)
    percent = (target & PERCENT != 0) | ((target & BARE != 0) & (actual & PERCENT != 0))
    money = scored.planned["scale"][place]
    named = np.array([10**power in SCALES for power in range(20)])
    scale[funds] = np.where(named[np.clip(money, 0, 19)] & (scored.planned["scale"][place] == scored.executed["scale"][place]), money, -1)
    texts = ["", "%", *(f"{name}元" if name else "" for name in (SCALES.get(10**power, "") for power in range(20)))]
    codes = np.where(funds, np.maximum(scale, 0) + 2, percent.astype(np.int64))
    written = scored.target_scale[rows]
    alike = (written > 0) & (written == scored.actual_scale[rows]) & named[np.clip(written, 0, 19)]
    scaled = np.flatnonzero(~funds & alike & ((target | actual) & (PERCENT | MILLE) == 0))
    if len(scaled):  # both in 万元, or in 万吨
        scale[scaled] = written[scaled]
        units = [memory.texts[role].columns["unit"].take(scored.columns.ids[role][rows[scaled]]) for role in ("target", "actual")]
        unit = np.where(units[0] != 0, units[0], units[1]).astype(np.int64)
        several, places = distinct(unit * 20 + written[scaled])
        codes[scaled] = len(texts) + places
        texts += [SCALES[10 ** (code % 20)] + memory.units.names[code // 20] for code in several.tolist()]
    return scale, pyarrow.array(texts).take(pyarrow.array(codes))


def _percent(part: Array, whole: Array, weight: Array) -> Any:
    """part ÷ whole as `notation.percent` prints it for a weight in 1/10000."""
    import pyarrow
    import pyarrow.compute as compute

    exact = _half_up(weight * part, whole * 100)
    found = np.zeros(len(part), np.int64)
    places = np.full(len(part), MOST_DECIMALS, np.int64)
    open_ = np.ones(len(part), np.bool_)
    for decimals in range(2, MOST_DECIMALS + 1):
        unit = 100 * 10**decimals
        rounded = _half_up(part * unit, whole)
        fits = open_ & ((_half_up(weight * rounded, np.full(len(part), unit * 100)) == exact) | (decimals == MOST_DECIMALS))
        found[fits], places[fits] = rounded[fits], decimals
        open_ &= ~fits
    unit = POWERS[places]
    digits = compute.utf8_slice_codeunits(pyarrow.array(unit + found % unit).cast(pyarrow.string()), 1)
    return compute.binary_join_element_wise(pyarrow.array(found // unit).cast(pyarrow.string()), ".", digits, "%", "")


def _half_up(above: Array, below: Array) -> Array:
    found: Array = (2 * above + below) // (2 * below)
    return found


def _figure(value: Array, one: Array, scale: Array) -> Any:
    """value ÷ one ÷ 10 ** scale as `notation.plain` prints it."""
    import pyarrow
    import pyarrow.compute as compute

    below = one * POWERS[scale]
    whole, rest = value // below, value % below
    decimals = rest * (10**DECIMALS // below)  # `below` is a power of ten, at most this one
    digits = compute.utf8_slice_codeunits(pyarrow.array(10**DECIMALS + decimals).cast(pyarrow.string()), 1)
    text = compute.binary_join_element_wise(pyarrow.array(whole).cast(pyarrow.string()), digits, ".")
    return compute.utf8_rtrim(compute.utf8_rtrim(text, "0"), ".")


DECIMALS: Final = MOST_DECIMALS


def _points(values: Array, places: int) -> Any:
    """Points as `notation.points` prints them: at least two decimals."""
    import pyarrow
    import pyarrow.compute as compute

    unit = 10**places
    digits = compute.utf8_slice_codeunits(pyarrow.array(unit + values % unit).cast(pyarrow.string()), 1)
    more = compute.utf8_rtrim(compute.utf8_slice_codeunits(digits, 2), "0")
    kept = compute.binary_join_element_wise(compute.utf8_slice_codeunits(digits, 0, 2), more, "")
    return compute.binary_join_element_wise(pyarrow.array(values // unit).cast(pyarrow.string()), kept, ".")


def _one_by_one(memory: Memory, scored: Scored, rows: Array) -> list[str]:
    columns: Columns = scored.columns
    names = ("target", "actual", "measure_unit", "budget", "initial", "executed", "money_unit")
    nothing = [""] * len(rows)
    texts = {name: nothing if columns.column(name) is None else columns.texts(name, rows) for name in names}
    given = columns.given()[0][rows]
    found = []
    for place, row in enumerate(rows.tolist()):
        said = {name: listed[place] for name, listed in texts.items()}
        why, direction = "", ""
        if scored.funds[row]:
            unit = said["money_unit"] or "万元"
            planned = said["initial"] if parse_quantity(said["budget"]).kind == "empty" else said["budget"]
            wanted, got = parse_quantity(planned, unit), parse_quantity(said["executed"], unit)
        else:
            wanted, got, why = comparable(Cell(said["target"]), Cell(said["actual"]), said["measure_unit"])
            direction = "reverse" if scored.inferred[row] else GIVEN[given[place]]
        entry = Entry(
            rule=memory.rules[scored.rule[row]],
            weight=_exact(scored.values[row]) if scored.weighted[row] else None,
            target=wanted,
            actual=got,
            claimed=_exact(scored.claimed.values[row]) if scored.claims[row] else None,
            comparable=not why,
            direction=cast("Any", direction),
        )
        found.append(words(entry, scored.scores.row(row)) + (f"；{why}，未作比较" if why else ""))
    return found


def _exact(value: Any) -> Decimal:
    """Points in 1/10000 as a decimal without superfluous zeros."""
    return Decimal(int(value)).scaleb(-POINT_PLACES)

