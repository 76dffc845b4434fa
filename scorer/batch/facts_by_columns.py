"""The facts of the submissions of a flat table for the comparison across them, by columns, as `facts_of` has them of one.

What each distinct text says is asked of the same functions once; the rest is arithmetic on columns. The facts of a piece
stand in two files beside its parts of the results: a row of `FACTS` for each submission, and its measures, cut by the
upper bits of their groups, so that all measures of one group can be sorted together without the others in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from scorer.batch.facts import (
    NO_PROJECT,
    cost_group,
    counted,
    each_cost,
    is_amount,
    is_countable,
    is_generic,
    is_price,
    is_unit_cost,
    kind_hash,
    score_group,
    share,
    spent_group,
    total_group,
)
from scorer.batch.rows.alignment import Scored
from scorer.batch.rows.columns import Columns, as_texts, is_text, level_columns, money_factor
from scorer.batch.rows.remembered import distinct
from scorer.batch.rows.summed import Totals
from scorer.batch.rows.texts import UNIT_MARK, Vocabulary, decimals_of
from scorer.batch.whole import whole_file
from scorer.checks.peers.hashes import hashed
from scorer.checks.peers.kept import KINDS, Facts
from scorer.checks.peers.peers import BELOW, FULL, MEASURE, PARTS, UNKNOWN, measure_rows, peer_row, project_hash
from scorer.naming import normalize_name
from scorer.numbers.quantity import parse_quantity
from scorer.rules.answers import Mask
from scorer.rules.kernel import RECOMPUTED

Array = npt.NDArray[Any]

FACTS: Final = np.dtype([("kind", "u8"), ("project", "u8"), ("claims", "u1"), ("answered", "?")])
REMEMBERED: Final = 400_000  # texts of one kind; beyond, a process forgets them and begins anew
KEPT: Final = 1_000_000  # measures kept until they are written
LARGEST: Final = 2**44  # quotients below this are rounded as floating point, but for those near a half
NO_TEXT: Final = hashed("")

NAME: Final = np.dtype([("hash", "u8"), *((name, "?") for name in ("generic", "cost", "quantity", "opens", "closes"))])
AMOUNT: Final = np.dtype([("kind", "u1"), ("value", "f8"), ("unit", "u8")])
NOTHING, PRICE, MONEY, COUNT = range(4)


class Told:
    """What texts say, by the number of each in a vocabulary (its own, or one that others have as well): rows of a numpy
    type."""

    def __init__(self, kind: npt.DTypeLike, tell: Callable[[str], Any], vocabulary: Vocabulary | None = None) -> None:
        self.vocabulary = vocabulary or Vocabulary()
        self._tell = tell
        self._known = np.zeros(0, kind)

    def of(self, ids: Array) -> Array:
        new = self.vocabulary.texts[len(self._known) :]
        if new:
            self._known = np.concatenate([self._known, np.array([self._tell(text) for text in new], self._known.dtype)])
        found: Array = self._known.take(ids)
        return found


def name_facts(text: str) -> tuple[Any, ...]:
    """What the name of an indicator or of a level above says, as a row of `NAME`."""
    name = normalize_name(text)
    return hashed(name), is_generic(name), is_unit_cost(name), "数量" in text, text.startswith("量"), text.endswith("数")


def target_unit(written: str) -> int:
    text, _, unit = written.partition(UNIT_MARK)
    return hashed(parse_quantity(text, unit).unit)


def amount_facts(written: str) -> tuple[Any, ...]:
    """What an actual says of costs, as a row of `AMOUNT`."""
    text, _, unit = written.partition(UNIT_MARK)
    quantity = parse_quantity(text, unit) if text.strip() else None
    if quantity is None or not is_amount(quantity):
        return NOTHING, 0.0, 0
    of = quantity.unit
    kind = PRICE if is_price(of) else MONEY if of == "元" else COUNT if is_countable(of) else NOTHING
    return kind, float(quantity.number or 0), hashed(of)


class FactsMemory:
    """What a process remembers of texts between the chunks."""

    def __init__(self) -> None:
        self.names = Told(NAME, name_facts)
        self.targets = Told(np.uint64, target_unit)
        self.amounts = Told(AMOUNT, amount_facts)
        self.units = Vocabulary()
        self.pairs: dict[tuple[str, int, int], int] = {}

    @property
    def full(self) -> bool:
        return any(len(told.vocabulary) > REMEMBERED for told in (self.names, self.targets, self.amounts))


_MEMORY: list[FactsMemory] = []


def facts_memory() -> FactsMemory:
    """What this process remembers, begun anew when it has become too much."""
    if not _MEMORY or _MEMORY[0].full:
        _MEMORY[:] = [FactsMemory()]
    return _MEMORY[0]


# ------------------------------------------------------------------------------------------------------------ by chunk


def chunk_facts(scored: Scored, totals: Totals, first: int, *, measured: bool) -> tuple[Array, Array]:
    """The submissions of a chunk as rows of `FACTS`, and their measures as rows of `MEASURE`; `first` is the number of
    the first of them, from 0. What stands there for odd submissions is nothing: see `alone_facts`."""
    memory, starts = facts_memory(), scored.chunk.starts
    answers = ~scored.funds & ~scored.odd[scored.of]
    leaf, counts = names_of(memory.names, scored.batch)
    named = memory.names.of(leaf)
    found = np.zeros(len(starts), FACTS)
    found["project"] = _projects(scored)
    any_answer = np.logical_or.reduceat(answers, starts)
    kind = kind_hash(np.add.reduceat(np.where(answers, named["hash"], np.uint64(0)), starts))
    found["kind"] = np.where(any_answer, np.maximum(kind, 1), 0)
    known = scored.claimed_total.read & totals.pointed & ~scored.odd
    below = scored.claimed_total.values < totals.full
    found["claims"] = np.where(known, np.where(below, BELOW, FULL), UNKNOWN)
    target, actual = (Cells(memory, scored.columns, name) for name in ("target", "actual"))
    found["answered"] = np.logical_or.reduceat(answers & actual.written, starts)
    if not measured:
        return found, np.zeros(0, MEASURE)
    years = _years(scored)
    place = np.cumsum(answers) - 1
    place -= (place - answers)[starts][scored.of] + 1
    rows = Rows(scored.of, place, named, years[scored.of], np.where(named["generic"], found["project"][scored.of], NO_PROJECT))
    parts = [
        *_costs(memory, scored, rows, actual, np.flatnonzero(answers & counts)),
        _scores(scored, rows, target.units(), np.flatnonzero(answers & _placed(actual, target, leaf))),
        _totals(scored, totals, years, found["kind"]),
    ]
    measures = np.concatenate(parts)
    measures["peer"] += first
    return found, measures


def alone_facts(facts: Facts, peer: int) -> tuple[tuple[Any, ...], Array]:
    """The same of one submission that was scored as a single form: a row of `FACTS`, and its measures."""
    _, _, project, kind, _, _, _, claims, answered, _ = peer_row(facts)
    return (kind, project, claims, answered), np.array(list(measure_rows(peer, facts.measures)), MEASURE)


class Rows:
    """What groups the measures of rows: submission, place among its answers, name, year, project where it counts."""

    def __init__(self, of: Array, place: Array, named: Array, year: Array, project: Array) -> None:
        self.of, self.place, self.named, self.year, self.project = of, place, named, year, project

    def grouped(self, group: Callable[..., Any], at: Array, *more: Array) -> Array:
        found: Array = group(self.named["hash"][at], self.year[at], self.project[at], *more)
        return found

    def measures(self, at: Array, group: Array, value: Array, kind: Any) -> Array:
        found = np.zeros(len(at), MEASURE)
        found["group"], found["value"], found["kind"] = group, value, kind
        found["peer"], found["row"] = self.of[at], self.place[at]
        return found


class Cells:
    """A column of targets or actuals: which rows have something written, which nothing but blanks, and their texts."""

    def __init__(self, memory: FactsMemory, columns: Columns, name: str) -> None:
        self._columns, self._memory, self._name = columns, memory, name
        self._told = memory.targets if name == "target" else memory.amounts
        column, unit = columns.column(name), columns.column("measure_unit")
        self.unit = None if unit is None or unit.null_count == len(unit) else unit
        size = len(columns.batch)
        self.plain = column is not None and not is_text(column)
        self.ids = np.zeros(size, np.int64)
        self.blank = np.zeros(size, np.bool_)
        self.written = np.zeros(size, np.bool_)
        if column is None:
            return
        if self.plain:
            numbers = decimals_of(column)
            self.written = numbers[2] if numbers is not None else column.is_valid().to_numpy(zero_copy_only=False)
            return
        vocabulary = self._told.vocabulary
        self.ids = vocabulary.numbers(column)
        self.written = self.ids != 0
        if vocabulary.blank[1:].any():
            self.blank = self.written & vocabulary.blank[self.ids]

    def _united(self) -> Array:
        """The numbers of the texts together with the unit of their column."""
        vocabulary = self._told.vocabulary
        if self.plain:
            self.ids = vocabulary.numbers(as_texts(self._columns.column(self._name)))
            self.plain = False
        if self.unit is None:
            return self.ids
        units = self._memory.units
        both, places = distinct(self.ids.astype(np.int64) << 24 | units.numbers(self.unit), 2**62)
        listed = [self._pair(code >> 24, code & 0xFFFFFF) for code in both.tolist()]
        return np.array(listed, np.int64)[places]

    def _pair(self, text: int, unit: int) -> int:
        key = self._name, text, unit
        found = self._memory.pairs.get(key)
        if found is None:
            vocabulary, words = self._told.vocabulary, self._memory.units.texts[unit]
            written = vocabulary.texts[text]
            found = self._memory.pairs[key] = vocabulary.number(f"{written}{UNIT_MARK}{words}") if words else text
        return found

    def units(self) -> Array:
        """The hash of the unit of each target."""
        if self.plain and self.unit is None:  # a bare number has none
            return np.full(len(self.ids), NO_TEXT, np.uint64)
        return self._told.of(self._united())

    def amounts(self) -> tuple[Array, Array]:
        """What each actual says of costs, as rows of `AMOUNT`, and the numbers of its texts."""
        if self.plain and self.unit is None:
            return np.zeros(len(self.ids), AMOUNT), self.ids
        ids = self._united()
        return self._told.of(ids), ids

    def text(self, number: int) -> tuple[str, str]:
        text, _, unit = self._told.vocabulary.texts[number].partition(UNIT_MARK)
        return text, unit


def names_of(names: Told, batch: Any) -> tuple[Array, Mask]:
    """The number of each row's own name, and whether the names above it, one after the other, say 数量."""
    vocabulary = names.vocabulary
    size = len(batch)
    leaf = np.zeros(size, np.int64)
    counts, open_ = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    for column in level_columns(batch):
        ids = vocabulary.numbers(column)
        there = (ids != 0) & ~vocabulary.blank[ids]
        above = np.flatnonzero(there & (leaf != 0))
        told = names.of(leaf[above])
        counts[above] |= told["quantity"] | (open_[above] & told["opens"])
        open_[above] = told["closes"]
        leaf = np.where(there, ids, leaf)
    return leaf, counts


def _projects(scored: Scored) -> Array:
    """The hash of each submission's project."""
    import pyarrow

    column = scored.columns.column("project")
    if column is None:
        return np.zeros(len(scored.chunk.starts), np.uint64)
    taken = scored.chunk.batch.column("project").take(pyarrow.array(scored.chunk.starts))
    if isinstance(taken, pyarrow.DictionaryArray):
        taken = taken.dictionary_decode()
    taken = taken.dictionary_encode()
    known = [project_hash(text or "") for text in taken.dictionary.to_pylist()]
    codes = taken.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
    found: Array = np.array([*known, 0], np.uint64)[codes]
    return found


def _years(scored: Scored) -> Array:
    """The hash of each submission's year."""
    years = np.where(scored.year_known, scored.year, 0)
    values, places = np.unique(years, return_inverse=True)
    known = [hashed(str(year)) if year else hashed("None") for year in values.tolist()]
    found: Array = np.array(known, np.uint64)[places]
    return found


def _placed(actual: Cells, target: Cells, leaf: Array) -> Mask:
    """Rows that have a place: where the actual stands, else the target, else the name; none where that one is blanks."""
    placed: Mask = ~np.where(actual.written, actual.blank, np.where(target.written, target.blank, leaf == 0))
    return placed


def hundred_shares(points: Array, whole: Array) -> Array:
    """Points per hundred as `facts.share` has them, rounded half to even, as floating point; `whole` is never 0."""
    sign = np.sign(whole)
    above, below = points * sign * 10_000, whole * sign
    large = np.abs(points) > np.iinfo(np.int64).max // 40_000
    above[large] = 0
    quotient, rest = above // below, above % below
    quotient += (2 * rest > below) | ((2 * rest == below) & (quotient % 2 == 1))
    found: Array = quotient / 100
    large |= np.abs(quotient) > 1 << 53  # which floating point does not hold
    if large.any():
        pairs = zip(points[large].tolist(), whole[large].tolist(), strict=True)
        found[large] = [float(share(Decimal(part), Decimal(all_))) for part, all_ in pairs]
    return found


def _scores(scored: Scored, rows: Rows, units: Array, at: Array) -> Array:
    at = at[(scored.claims & scored.weighted & (scored.values != 0))[at]]
    claimed = scored.claimed.values[at]
    ruled = (scored.status[at] == RECOMPUTED) & (claimed == scored.scores.points[at].astype(np.int64) * 100)
    kind = np.where(ruled, KINDS.index("ruled"), KINDS.index("score"))
    return rows.measures(at, rows.grouped(score_group, at, units[at]), hundred_shares(claimed, scored.values[at]), kind)


def _totals(scored: Scored, totals: Totals, years: Array, kinds: Array) -> Array:
    at = np.flatnonzero(scored.claimed_total.read & totals.pointed & (totals.full != 0) & ~scored.odd & (kinds != 0))
    found = np.zeros(len(at), MEASURE)
    found["group"], found["peer"], found["row"] = total_group(years[at], kinds[at]), at, -1
    found["value"] = hundred_shares(scored.claimed_total.values[at], totals.full[at])
    found["kind"] = KINDS.index("total")
    return found


def _costs(memory: FactsMemory, scored: Scored, rows: Rows, actual: Cells, counts: Array) -> Iterator[Array]:
    """Unit costs as stated, and money spent by what was done for it. `counts` are the rows under quantities."""
    amounts, ids = actual.amounts()
    if not amounts["kind"].any():
        return
    answers = ~scored.funds & ~scored.odd[scored.of]
    prices = (amounts["kind"] == PRICE) | ((amounts["kind"] == MONEY) & rows.named["cost"])
    at = np.flatnonzero(prices & answers)
    group = rows.grouped(cost_group, at, amounts["unit"][at])
    yield rows.measures(at, group, amounts["value"][at], KINDS.index("cost"))
    at = counts[amounts["kind"][counts] == COUNT]
    if not len(at):
        return
    size = len(scored.chunk.starts)
    things = counted(rows.named["hash"][at], amounts["unit"][at])
    baskets = np.zeros(size, np.uint64)
    begins = np.flatnonzero(np.append(True, rows.of[at][1:] != rows.of[at][:-1]))
    baskets[rows.of[at][begins]] = np.add.reduceat(things, begins)
    needed = np.zeros(size, np.bool_)
    needed[rows.of[at]] = True
    spent, decimals, known = _spent(scored, needed)
    at = at[known[rows.of[at]]]
    of = rows.of[at]
    value = _each(spent[of], decimals[of], amounts["value"][at])
    for place in np.flatnonzero(np.isnan(value)).tolist():
        number = parse_quantity(*actual.text(int(ids[at[place]]))).number
        whole = Decimal(int(spent[of[place]])).scaleb(-int(decimals[of[place]]))
        value[place] = float(each_cost(whole, number or whole))
    group = rows.grouped(spent_group, at, amounts["unit"][at], baskets[of])
    yield rows.measures(at, group, value, KINDS.index("spent"))


def _each(spent: Array, places: Array, count: Array) -> Array:
    """spent ÷ 10 ** places ÷ count as `each_cost` has it, in floating point; NaN where that cannot be told so."""
    exact = spent * 1e4 / 10.0**places / count
    rounded = np.rint(exact)
    doubtful = (exact >= LARGEST) | (np.abs(np.abs(exact - rounded) - 0.5) < exact * 1e-14 + 1e-9)
    found: Array = np.where(doubtful, np.nan, rounded / 1e4)
    return found


def _spent(scored: Scored, needed: Mask) -> tuple[Array, Array, Mask]:
    """The money spent by each submission in 元, as integers of 10 ** -places, the places, and where there is any."""
    import pyarrow

    size = len(needed)
    spent, places, known = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.bool_)
    columns, rows = scored.columns, scored.funds_rows
    rows = rows[needed[scored.of[rows]]]
    column = columns.column("executed")
    if column is None or not len(rows):
        return spent, places, known
    of = scored.of[rows]
    units = columns.money_units(rows)
    numbers = None if is_text(column) else decimals_of(column.take(pyarrow.array(rows)))
    factor = money_factor(units[0]) if len(set(units)) == 1 else 0
    if numbers is not None and factor:
        values, scale, valid = numbers
        spent[of], places[of] = values * factor, scale
        known[of] = valid & (values > 0)
        return spent, places, known
    for number, text, unit in zip(of.tolist(), columns.texts("executed", rows), units, strict=True):
        quantity = parse_quantity(text, unit) if text.strip() else None
        if quantity is None or quantity.number is None or quantity.number <= 0 or quantity.unit not in ("元", ""):
            continue
        exponent = cast("int", quantity.number.as_tuple().exponent)
        decimals = max(-exponent, 0)
        scaled = int(quantity.number.scaleb(decimals))
        spent[number], places[number], known[number] = scaled, decimals, True
    return spent, places, known


# --------------------------------------------------------------------------------------------------------------- files


class FactsPart:
    """The facts of a piece, written beside its parts of the results; the files appear when all is well."""

    def __init__(self, folder: Path, piece: str) -> None:
        self._paths = [folder / f"{piece}.{name}" for name in ("peers", "measures")]
        self._stack = ExitStack()
        self._waiting: list[Array] = []

    def __enter__(self) -> FactsPart:
        self._peers, self._measures = (self._stack.enter_context(whole_file(path)) for path in self._paths)
        return self

    def add_chunk(
        self, scored: Scored, totals: Totals, first: int, odd: Sequence[tuple[int, Facts]], *, measured: bool
    ) -> None:
        """The submissions of a chunk; `odd` are the facts of those that were scored as single forms, by their places."""
        facts, measures = chunk_facts(scored, totals, first, measured=measured)
        facts[scored.odd] = 0
        alone = [alone_facts(each, first + place) for place, each in odd]
        for (place, _), (row, _) in zip(odd, alone, strict=True):
            facts[place] = row
        if measured and alone:  # the measures of a group stand in the order of their submissions
            measures = np.concatenate([measures, *(more for _, more in alone)])
            measures = measures[np.argsort(measures["peer"], kind="stable")]
        self._add(facts, measures)

    def add_alone(self, found: Sequence[tuple[int, Facts]], first: int, count: int, *, measured: bool) -> None:
        """So many submissions that were all scored as single forms; those that could not be read have no facts."""
        facts = np.zeros(count, FACTS)
        measures = [np.zeros(0, MEASURE)]
        for place, each in found:
            facts[place], more = alone_facts(each, first + place)
            measures += [more] if measured else []
        self._add(facts, np.concatenate(measures))

    def _add(self, facts: Array, measures: Array) -> None:
        self._peers.write(facts.tobytes())
        self._waiting.append(measures)
        if sum(map(len, self._waiting)) >= KEPT:
            self._flush()

    def _flush(self) -> None:
        """A block: how many measures each part has, then their rows, part by part."""
        whole = np.concatenate(self._waiting) if self._waiting else np.zeros(0, MEASURE)
        part_of = part_of_group(whole["group"])
        self._measures.write(np.bincount(part_of, minlength=PARTS).astype("<u8").tobytes())
        self._measures.write(whole[np.argsort(part_of, kind="stable")].tobytes())
        self._waiting = []

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None and self._waiting:
            self._flush()
        self._stack.__exit__(kind, error, trace)


def part_of_group(group: Array) -> Array:
    found: Array = (group >> np.uint64(64 - PARTS.bit_length() + 1)).astype(np.uint8)
    return found


def facts_of_pieces(folder: Path, pieces: Iterable[str]) -> Array:
    """The submissions of all pieces as rows of `FACTS`."""
    return np.concatenate([np.fromfile(folder / f"{piece}.peers", FACTS) for piece in pieces])


def measures_of_pieces(folder: Path, pieces: Sequence[str]) -> Iterator[Array]:
    """The measures of all pieces, part by part."""
    blocks: list[tuple[Path, int, Array]] = []
    for piece in pieces:
        path = folder / f"{piece}.measures"
        with path.open("rb") as file:
            while header := file.read(PARTS * 8):
                counts = np.frombuffer(header, "<u8").astype(np.int64)
                blocks.append((path, file.tell(), counts))
                file.seek(int(counts.sum()) * MEASURE.itemsize, 1)
    for part in range(PARTS):
        found = [
            np.fromfile(path, MEASURE, int(counts[part]), offset=begin + int(counts[:part].sum()) * MEASURE.itemsize)
            for path, begin, counts in blocks
            if counts[part]
        ]
        yield np.concatenate(found) if found else np.zeros(0, MEASURE)
