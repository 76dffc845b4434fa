"""The checks of family A over the rows of a flat table: what `scorer.checks.arithmetic` and `funds` find in one form.

The same outcomes by columns: faults with their figures and places, and how often each check was sound, faulty or
undecided. A flat table has no printed subtotals, no rate and no sources of funds: A102, A105, A111 and A113 find nothing
to look at, as they would in such a form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import numpy as np
import numpy.typing as npt

from scorer.batch.columns_checked import Checked, Rows, Tally, amounts, cells_of, head_cells
from scorer.batch.columns_faults import Amounts, Cells, Derivations, Faults, Names, Places, Words, either
from scorer.batch.rows.alignment import Scored
from scorer.batch.rows.columns import Figures
from scorer.batch.rows.remembered import Memory
from scorer.batch.rows.summed import NO_GRADE, UNIT, Totals
from scorer.batch.rows.texts import FILLED, NOTHING, POWERS, Readings
from scorer.batch.sources.flat import TOTAL_FUNDS
from scorer.checks.arithmetic import (
    DEDUCTED_WITH_REASON,
    LATE_BUT_FULL,
    SCORE_ROUNDED,
    TOTAL_ROUNDED,
    WEIGHTS_ROUNDED,
)
from scorer.model import Level
from scorer.rules.answers import NUMBER, POINT, POINT_PLACES, Mask
from scorer.rules.kernel import JUDGED, LACKING, RECOMPUTED, UNREADABLE

if TYPE_CHECKING:
    from scorer.sets import IndicatorSet

Array = npt.NDArray[Any]


def check_chunk(memory: Memory, scored: Scored, totals: Totals, codes: Sequence[str]) -> tuple[list[Faults], dict[str, Tally]]:
    """The faults of a chunk and the tallies of the checks with these codes; odd submissions are left out of both."""
    even = ~scored.odd
    live = even[scored.of]
    checked = Checked(memory, scored, totals, live, even, [], {})
    rows = Rows.of_chunk(checked)
    for check_codes, function in CHECKED.items():
        if any(code in codes for code in check_codes):
            function(checked, rows)
    faults = [fault for fault in checked.faults if fault.code in codes and len(fault.of)]
    return faults, {code: tally for code, tally in checked.tallies.items() if code in codes}


# ------------------------------------------------------------------------------------------------------- the checks


def _weights(checked: Checked, rows: Rows) -> None:
    """A101."""
    scored, totals = checked.scored, checked.totals
    pointed = np.array([one.points for one in checked.memory.sets] or [True])[np.maximum(scored.sets, 0)]
    weighted = rows.leaf & scored.weighted
    run = pointed & checked.any(weighted)
    unread = np.zeros(len(run), np.bool_)
    unread[rows.of[~rows.weighted]] = True  # no plain row is without a weight
    total = checked.sum(np.where(weighted, scored.values, 0))
    equal = total == totals.full
    live = checked.even & run
    faulty = live & ~unread & ~equal
    checked.count("A101", sound=live & ~unread & equal, faulty=faulty, undecided=live & unread, run=run)
    found = np.flatnonzero(faulty)
    if not len(found):
        return
    cells, of = _rows_of(checked, rows.leaf & ~scored.weight.blank, found)
    slack = _slack(scored.weight, cells, of, len(found))
    limit = _limits(checked, found)
    difference = np.abs(total[found] - totals.full[found])
    rounded = difference * 10 <= np.minimum(slack, limit * 10)
    for chosen, level, message in ((~rounded, None, None), (rounded, "note", WEIGHTS_ROUNDED)):
        at = np.flatnonzero(chosen)
        numbers = {"sum": total[found[at]], "full": totals.full[found[at]], "difference": difference[at]}
        kept = chosen[of]
        renumbered = (np.cumsum(chosen) - 1)[of[kept]]
        places = Places(renumbered, Cells("weight", cells[kept]))
        checked.add("A101", found[at], None, [places], amounts(numbers), cast("Level | None", level), message, path="")


def _rows_of(checked: Checked, rows: Mask, submissions: Array) -> tuple[Array, Array]:
    """The chosen rows of some submissions, in order, and which of those submissions each is of."""
    place = np.full(len(checked.even), -1, np.int64)
    place[submissions] = np.arange(len(submissions))
    of = place[checked.scored.of]
    cells = np.flatnonzero(rows & (of >= 0))
    return cells, of[cells]


def _slack(figures: Figures, cells: Array, of: Array, count: int) -> Array:
    """Half a unit of the last place of every cell with decimals, summed, in 1/100000."""
    places = figures.places_of(cells).astype(np.int64)
    half = np.where((places > 0) & (places <= POINT_PLACES), 5 * POWERS[np.clip(POINT_PLACES - places, 0, POINT_PLACES)], 0)
    sums: Array = np.bincount(of, half, count).astype(np.int64)
    return sums


def _limits(checked: Checked, submissions: Array) -> Array:
    """The sets' limit of what rounding may explain, in 1/10000."""
    limits = np.array([int(one.thresholds.rounding * POINT) for one in checked.memory.sets])
    found: Array = limits[checked.scored.sets[submissions]]
    return found


def _range(checked: Checked, rows: Rows) -> None:
    """A103."""
    scored = checked.scored
    run = checked.any(rows.leaf & ~scored.claimed.blank)
    looked = run[rows.of]
    below, above = rows.claimed < 0, rows.weighted & (rows.claimed > rows.weight)
    undecided = looked & (~rows.claims | (~rows.weighted & ~below))
    faulty = looked & ~undecided & (below | above)
    sound = looked & ~undecided & ~faulty
    checked.count("A103", sound=sound, faulty=faulty, undecided=undecided, run=run, plain=rows.plain + rows.plain_funds)
    numbers = amounts({"claimed": rows.claimed[faulty]})
    numbers["weight"] = Amounts(rows.weight[faulty], missing=~rows.weighted[faulty])
    at = rows.rows[faulty]
    checked.add("A103", rows.of[faulty], at, cells_of(at, "claimed", "weight"), numbers)


def _claimed_total(checked: Checked, rows: Rows) -> None:
    """A104."""
    scored = checked.scored
    run = checked.any(rows.claimed_leaf)
    known, stated = scored.claimed_total.read, scored.claimed_total.values
    total = checked.sum(np.where(rows.claimed_leaf, scored.claimed.values, 0))
    live = checked.even & run
    differing = live & known & (total != stated)
    blank = np.zeros(len(run), np.bool_)
    blank[rows.of[~rows.claims & ((rows.weighted & (rows.weight != 0)) | ~scored.claimed.blank[rows.rows])]] = True
    found = np.flatnonzero(differing)
    way = np.zeros(len(found), np.int8)
    if len(found):
        way = rounding_ways(stated[found], total[found], scored.claimed_total.places_of(found))
        cells, of = _rows_of(checked, rows.leaf & ~scored.claimed.blank, found)
        slack = _slack(scored.claimed, cells, of, len(found))
        near = np.abs(stated[found] - total[found]) * 10 <= np.minimum(slack, _limits(checked, found) * 10)
        way = np.where((way == NO_WAY) & near, PARTS_ROUNDED, way)
    half_up = np.zeros(len(stated), np.bool_)
    half_up[found[way == HALF_UP]] = True
    sound = live & known & ((total == stated) | half_up)
    undecided = live & (~known | (~sound & blank))
    faulty = live & ~sound & ~undecided
    checked.count("A104", sound=sound, faulty=faulty, undecided=undecided, run=run)
    for one, level, message in ((NO_WAY, None, None), (CUT, "note", TOTAL_ROUNDED), (PARTS_ROUNDED, "note", TOTAL_ROUNDED)):
        at = found[faulty[found] & (way == one)]
        numbers = {"stated": stated[at], "sum": total[at], "difference": np.abs(total[at] - stated[at])}
        way_of: dict[str, Words] = {"way": WAYS[one]}
        level_of_these = cast("Level | None", level)
        places = head_cells(at, "claimed_total")
        checked.add("A104", at, None, places, amounts(numbers), level_of_these, message, path="", more=way_of)


KEPT: Final = ("整数", *(f" {places} 位小数" for places in range(1, 101)))
NO_WAY, HALF_UP, CUT, PARTS_ROUNDED = range(4)
WAYS: Final = ("", "四舍五入", "舍去尾数", "各项取位")


def rounding_ways(stated: Array, exact: Array, places: Array) -> Array:
    """How each stated figure is the exact one cut to so many places, all in 1/10000; `NO_WAY` where it is not."""
    unit = POWERS[np.clip(POINT_PLACES - places.astype(np.int64), 0, POINT_PLACES)]
    sign, size = np.sign(exact), np.abs(exact)
    half_up = sign * ((2 * size + unit) // (2 * unit) * unit) == stated
    cut = sign * (size // unit * unit) == stated
    return np.where(half_up, HALF_UP, np.where(cut, CUT, NO_WAY)).astype(np.int8)


def _met(checked: Checked, rows: Rows) -> None:
    """A106 and A107."""
    looked, kept, run = rows.indicator, rows.kept, rows.indicators
    silent = looked & ~rows.decided & (kept < 0)
    doubtful = looked & ~silent & rows.inferred & rows.deducted
    done = (kept == 1) | ((rows.met == 1) & (rows.points == rows.weight))
    faulty = looked & ~silent & ~doubtful & rows.deducted & done
    undecided = silent | doubtful
    sound = looked & ~undecided & ~faulty
    checked.count("A106", sound=sound, faulty=faulty, undecided=undecided, run=run, plain=rows.plain)
    found = np.flatnonzero(faulty)
    reasoned = _reasoned(checked, rows.rows[found])
    for chosen, message in ((~reasoned, None), (reasoned, DEDUCTED_WITH_REASON)):
        _claims(checked, rows, "A106", found[chosen], ("claimed", "weight"), message)
    full = rows.claims & rows.weighted & (rows.claimed == rows.weight)
    late = looked & (kept == 0) & (rows.weight != 0) & full
    missed = looked & ~silent & ~late & (rows.met == 0) & (rows.points != rows.weight) & full
    faulty = late | (missed & ~rows.inferred)
    undecided = silent | (missed & rows.inferred)
    sound = looked & ~undecided & ~faulty
    checked.count("A107", sound=sound, faulty=faulty, undecided=undecided, run=run, plain=rows.plain)
    _claims(checked, rows, "A107", np.flatnonzero(late), ("claimed",), LATE_BUT_FULL)
    _claims(checked, rows, "A107", np.flatnonzero(faulty & ~late), ("claimed", "points"), None)


def _claims(checked: Checked, rows: Rows, code: str, found: Array, figures: Sequence[str], message: str | None) -> None:
    """Faults that show target, actual and claim."""
    if not len(found):
        return
    at = rows.rows[found]
    places = cells_of(at, *FIGURES)
    numbers: dict[str, Words] = {name: Cells(name, at) for name in ("target", "actual")}
    numbers |= {name: Amounts(getattr(rows, name)[found]) for name in figures}
    checked.add(code, rows.of[found], at, places, numbers, None, message)


FIGURES: Final = ("target", "actual", "claimed")


def _reasoned(checked: Checked, rows: Array) -> Mask:
    return np.array([bool(text.strip()) for text in checked.scored.columns.texts("reason", rows)], np.bool_)


def _by_rule(checked: Checked, rows: Rows) -> None:
    """A108."""
    looked = rows.indicator
    equal = rows.claimed == rows.points
    elsewhere = (rows.met == 1) | (rows.claimed == rows.weight) | ~rows.deducted
    sound = looked & rows.decided & equal
    faulty = looked & rows.decided & ~equal & ~rows.inferred & ~elsewhere
    undecided = looked & ~sound & ~faulty
    checked.count("A108", sound=sound, faulty=faulty, undecided=undecided, run=rows.indicators, plain=rows.plain)
    _off_rule(checked, rows, "A108", np.flatnonzero(faulty))


def _off_rule(checked: Checked, rows: Rows, code: str, found: Array) -> None:
    """Claims that are not what the rule gives; a note where they are it with fewer decimals."""
    if not len(found):
        return
    scored, at = checked.scored, rows.rows[found]
    claimed, points = rows.claimed[found], rows.points[found]
    written = scored.claimed.places_of(at)
    way = rounding_ways(claimed, points, written)
    for one, level, message in ((NO_WAY, None, None), (HALF_UP, "note", SCORE_ROUNDED), (CUT, "note", SCORE_ROUNDED)):
        chosen = way == one
        these = at[chosen]
        if not len(these):
            continue
        numbers = amounts({"claimed": claimed[chosen], "points": points[chosen]})
        numbers["words"] = Derivations(these)
        numbers |= amounts({"difference": np.abs(claimed[chosen] - points[chosen])})
        more: dict[str, Words] = {"way": WAYS[one], "kept": Names(KEPT, written[chosen])}
        path: Literal["row", "execution"] = "row"
        places = cells_of(these, *FIGURES)
        if code == "A112":
            path, places = "execution", [*_planned_cells(checked, these), *cells_of(these, "executed", "claimed")]
        level_of_these = cast("Level | None", level)
        checked.add(code, scored.of[these], these, places, numbers, level_of_these, message, path=path, more=more)


def _bands(checked: Checked, rows: Rows) -> None:
    """A116."""
    scores = checked.scored.scores
    looked = rows.indicator & (rows.status == JUDGED) & rows.weighted & rows.claims
    low, high, cut = scores.low.take(rows.rows), scores.high.take(rows.rows), scores.cut[rows.rows]
    undecided = looked & (low == 0) & (high * UNIT == rows.weight)
    faulty = looked & ~undecided & cut & (rows.claimed >= 0) & (rows.claimed <= rows.weight)
    run = np.zeros(len(checked.even), np.bool_)
    run[rows.of[looked]] = True
    checked.count("A116", sound=looked & ~undecided & ~faulty, faulty=faulty, undecided=undecided, run=run)
    at = rows.rows[faulty]
    numbers: dict[str, Words] = {"actual": Cells("actual", at), "claimed": Amounts(rows.claimed[faulty])}
    numbers |= {name: Amounts(getattr(scores, name)[at], 2) for name in ("low", "high", "points")}
    checked.add("A116", rows.of[faulty], at, cells_of(at, "claimed", "actual"), numbers)


def _grades(checked: Checked, rows: Rows) -> None:
    """A109 and A110."""
    scored, totals, memory = checked.scored, checked.totals, checked.memory
    sets = np.maximum(scored.sets, 0)
    run = ~memory.grades.blank[scored.claimed_grade] if scored.claimed_grade.any() else np.zeros(len(sets), np.bool_)
    written = run
    graded = np.array([bool(one.grades) for one in memory.sets] or [False])[sets]
    known = (totals.claimed_grade != NO_GRADE) & scored.claimed_total.read & graded
    live = checked.even & run
    sound = live & known & (totals.stated_grade == totals.claimed_grade)
    faulty = live & known & ~sound
    checked.count("A109", sound=sound, faulty=faulty, undecided=live & ~known, run=run)
    for at, of_set in _by_set(checked, faulty):
        names = [grade.name for grade in of_set.grades]
        numbers: dict[str, Words] = {"stated": Names(names, totals.claimed_grade[at])}
        numbers |= {"total": Amounts(scored.claimed_total.values[at]), "grade": Names(names, totals.stated_grade[at])}
        places = head_cells(at, "claimed_grade", "claimed_total")
        checked.add("A109", at, None, places, numbers, path="")
    stated = np.where(scored.claimed_total.read, totals.stated_grade, totals.claimed_grade)
    run = stated != NO_GRADE
    live = checked.even & run
    missing = totals.weights[LACKING] + totals.weights[UNREADABLE] != 0
    open_ = (totals.grade == NO_GRADE) | missing
    sound = live & ~open_ & (totals.grade == stated)
    changed = live & ~open_ & ~sound
    doubtful = np.zeros(len(changed), np.bool_)
    if changed.any():
        given = scored.scores.scored[rows.rows]
        differing = (rows.claims != given) | (rows.claims & given & (rows.claimed != rows.points))
        doubtful[rows.of[differing & (rows.inferred | rows.other)]] = True
    faulty = changed & ~doubtful
    checked.count("A110", sound=sound, faulty=faulty, undecided=live & (open_ | (changed & doubtful)), run=run)
    chosen: tuple[tuple[Mask, Level | None], ...] = ((written, None), (~written, "note"))  # nobody wrote the grade of a total
    for of, level in chosen:
        for at, of_set in _by_set(checked, faulty & of):
            names = [grade.name for grade in of_set.grades]
            numbers = {"points": Amounts(totals.total[at], 2), "stated": Names(names, stated[at])}
            numbers["grade"] = Names(names, totals.grade[at])
            places = head_cells(at, "claimed_grade", "claimed_total", filled_only=True)
            checked.add("A110", at, None, places, numbers, level, path="")


def _by_set(checked: Checked, submissions: Mask) -> Iterator[tuple[Array, IndicatorSet]]:
    for number, indicators in enumerate(checked.memory.sets):
        at = np.flatnonzero(submissions & (checked.scored.sets == number))
        if len(at):
            yield at, indicators


def _execution(checked: Checked, rows: Rows) -> None:
    """A112."""
    looked = ~rows.indicator
    known = looked & rows.claims & rows.weighted & checked.scored.scores.scored[rows.rows] & (rows.status == RECOMPUTED)
    sound = known & (rows.claimed == rows.points)
    faulty = known & ~sound & (rows.claimed >= 0) & (rows.claimed <= rows.weight)
    run = np.zeros(len(checked.even), np.bool_)
    of_funds = checked.scored.funds_rows
    run[checked.scored.of[of_funds[rows.leaf[of_funds]]]] = True
    checked.count("A112", sound=sound, faulty=faulty, undecided=looked & ~sound & ~faulty, run=run, plain=rows.plain_funds)
    _off_rule(checked, rows, "A112", np.flatnonzero(faulty))


def _planned_cells(checked: Checked, rows: Array, *, by_number: bool = False) -> list[Places]:
    """The cells of the budget that counts: of the adjusted one, or of the initial one where that stands in for it."""
    return either(_use_initial(checked, rows, by_number=by_number), "initial", "budget", rows)


def _use_initial(checked: Checked, rows: Array, *, by_number: bool) -> Mask:
    scored = checked.scored
    place = np.searchsorted(scored.funds_rows, rows)
    if not by_number:
        nothing: Mask = scored.budget["flags"][place] & NOTHING != 0
        return nothing
    unread = scored.budget["state"][place] != NUMBER
    unwritten = scored.budget["flags"][place] & FILLED == 0
    found: Mask = unread & ((scored.initial["state"][place] == NUMBER) | unwritten)
    return found


def _money(checked: Checked, rows: Rows) -> None:
    """A114 and A115, and the checks of the money that a flat table gives nothing to."""
    scored = checked.scored
    at = scored.funds_rows
    at_live = checked.live[at]
    none = np.zeros(0, np.bool_)
    everyone = np.zeros(len(checked.even), np.bool_)
    for code in ("A102", "A105", "A111", "A113"):
        checked.count(code, sound=none, faulty=none, undecided=none, run=everyone)
    initial, executed = scored.initial, scored.executed
    use_initial = scored.budget["state"] != NUMBER
    planned: Readings = {name: np.where(use_initial, initial[name], column) for name, column in scored.budget.items()}
    has_plan, has_spent = planned["state"] == NUMBER, executed["state"] == NUMBER
    spent, budget, ones = _level(executed, planned)
    looked = at_live & (has_spent | (executed["flags"] & NOTHING == 0))
    over = looked & has_spent & has_plan & (spent > budget)
    unit = np.maximum(ones * POWERS[np.clip(planned["scale"], 0, 8)] // POWERS[np.clip(planned["ten"], 0, 18)], 1)
    rounded = over & (planned["ten"] < executed["ten"]) & (_half_up(spent, unit) == budget)
    faulty = over & ~rounded & (budget != 0)
    undecided = looked & (~has_spent | ~has_plan | (over & ~rounded & (budget == 0) & (spent > 0)))
    run = everyone.copy()
    run[scored.of[at[looked]]] = True
    checked.count("A114", sound=looked & ~faulty & ~undecided, faulty=faulty, undecided=undecided, run=run)
    _money_faults(checked, "A114", at[faulty])
    claim = scored.claimed.read[at] & (scored.claimed.values[at] != 0)
    instead = use_initial & ((initial["state"] == NUMBER) | (scored.budget["flags"] & FILLED == 0))
    plan_written = np.where(instead, initial["flags"], scored.budget["flags"]) & FILLED != 0
    undecided = at_live & ~has_plan & (claim | plan_written)
    looked = at_live & has_plan
    faulty = looked & (budget == 0) & claim
    run = everyone.copy()
    run[scored.of[at[looked | undecided]]] = True
    checked.count("A115", sound=looked & ~faulty, faulty=faulty, undecided=undecided, run=run)
    _money_faults(checked, "A115", at[faulty])


def _money_faults(checked: Checked, code: str, rows: Array) -> None:
    use_initial = _use_initial(checked, rows, by_number=True)
    for these, planned in ((rows[use_initial], "initial"), (rows[~use_initial], "budget")):
        numbers: dict[str, Words] = {"source": TOTAL_FUNDS}
        if code == "A114":
            cells = cells_of(these, "executed", planned)
            numbers |= {"executed": Cells("executed", these), "budget": Cells(planned, these)}
        else:
            cells = cells_of(these, "claimed", planned)
            numbers |= {"what": "执行得分", "stated": Cells("claimed", these)}
        checked.add(code, checked.scored.of[these], these, cells, numbers, path="funds")


def _level(first: Readings, second: Readings) -> tuple[Array, Array, Array]:
    """Two figures of each row as integers of the same denominator, and that."""
    ones = np.maximum(first["one"], second["one"])
    return first["number"] * (ones // first["one"]), second["number"] * (ones // second["one"]), ones


def _half_up(values: Array, unit: Array) -> Array:
    found: Array = np.sign(values) * ((2 * np.abs(values) + unit) // (2 * unit)) * unit
    return found


CHECKED: Final[dict[tuple[str, ...], Callable[[Checked, Rows], None]]] = {
    ("A101",): _weights,
    ("A103",): _range,
    ("A104",): _claimed_total,
    ("A106", "A107"): _met,
    ("A108",): _by_rule,
    ("A109", "A110"): _grades,
    ("A112",): _execution,
    ("A102", "A105", "A111", "A113", "A114", "A115"): _money,
    ("A116",): _bands,
}
