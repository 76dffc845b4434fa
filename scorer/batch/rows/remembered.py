"""What a process remembers between the chunks of a flat table: texts read, rules found, pairs of figures compared."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from scorer.batch.rows.texts import UNIT_MARK, Points, Role, Texts, Units, Vocabulary
from scorer.batch.sources.flat import LEVELS
from scorer.model import Cell, ScorerError, Submission
from scorer.naming import normalize_name
from scorer.rules import Rule
from scorer.rules.answers import POINT, Answers, Entry
from scorer.scoring.align import comparable
from scorer.scoring.directions import less_is_better
from scorer.sets import IndicatorSet, form_set, load_named

Array = npt.NDArray[Any]

REMEMBERED: Final = 400_000  # texts of one kind; beyond, a process forgets them and begins anew
DENSE: Final = 1 << 20
GIVEN: Final = ("", "forward", "reverse", "qualitative")
NO_DEFAULT: Final = -1
UNKNOWN_SET: Final = -1
COST: Final = "成本"

PAIR_LONG: Final = ("one", "target", "target_low", "target_high", "actual", "actual_low", "actual_high")
PAIR_SHORT: Final = ("op", "direction", "target_state", "state", "tier", "free", "dated", "days_low", "days_high")
ORDINARY_NAMES: Final = 4  # kinds of names that no set knows: by what they say about the direction


class Memory:
    """What a process remembers between the chunks: the readings of texts, the rules of rows, the sets by name."""

    def __init__(self, given: IndicatorSet | None) -> None:
        self.given = given
        self.units = Units()
        self.texts: dict[Role, Texts] = {role: Texts(role, self.units) for role in ("target", "actual", "planned", "executed")}
        self.points = Points()
        self.set_names = Vocabulary()
        self.grades = Vocabulary()
        self.measures = Vocabulary()
        self.standards = Vocabulary()
        self.directions = Vocabulary()
        self.levels = [Vocabulary() for _ in LEVELS]
        self.kinds = [np.zeros(0, np.int32) for _ in LEVELS]
        self.special: dict[str, int] = {}
        self.known_names: set[str] = set()
        self.above: dict[tuple[int, str], int] = {}
        self.paths: list[tuple[str, ...]] = [()]
        self.set_numbers: dict[str, int] = {}
        self.sets: list[IndicatorSet] = []
        self.slots: dict[tuple[int, int, int], int] = {}
        self.slot_tables: dict[tuple[int, ...], Array] = {}
        self.slot_columns = [np.zeros(0, np.int64) for _ in range(5)]
        self.rules: list[Rule] = []
        self.rule_numbers: dict[Rule, int] = {}
        self.pairs: dict[int, int] = {}
        self.pair_columns: dict[str, Array] = {}
        self.deadlines: dict[int, int] = {}
        self.unit_names = Vocabulary()
        self.regions: list[str | None] = []  # by the number of the unit's name
        self.region_names: Any = ()
        # without a set for all, a stand-in for the rows of submissions whose own set is not known
        self.add_set("", form_set(Submission()) if given is None else given)

    @property
    def full(self) -> bool:
        """Has so much been remembered that it is better forgotten?"""
        listed = [*(texts.vocabulary for texts in self.texts.values()), self.points.vocabulary, *self.levels, self.grades, self.standards]
        return any(len(vocabulary) > REMEMBERED for vocabulary in listed) or max(len(self.pairs), len(self.slots)) > REMEMBERED

    def add_set(self, name: str, indicators: IndicatorSet) -> int:
        number = self.set_numbers[name] = len(self.sets)
        self.sets.append(indicators)
        new = set(indicators.by_name) - self.known_names
        if new:  # a name that no set knew may now be one of a set's own
            self.known_names |= new
            self.kinds = [np.zeros(0, np.int32) for _ in LEVELS]
        return number

    def set_number(self, name: str) -> int:
        """The number of a set by its name, `UNKNOWN_SET` where there is none of that name or none is named."""
        if self.given is not None:
            return 0
        if not name:
            return UNKNOWN_SET
        if name in self.set_numbers:
            return self.set_numbers[name]
        try:
            return self.add_set(name, load_named(name))
        except ScorerError:
            self.set_numbers[name] = UNKNOWN_SET
            return UNKNOWN_SET

    def rule_number(self, rule: Rule) -> int:
        number = self.rule_numbers.get(rule)
        if number is None:
            number = self.rule_numbers[rule] = len(self.rules)
            self.rules.append(rule)
        return number

    def name_kinds(self, level: int) -> Array:
        """The kind of every name of a level: 0 to 3 for names that no set knows, else the name's own number."""
        done, texts = len(self.kinds[level]), self.levels[level].texts
        if done < len(texts):
            kinds = []
            for text in texts[done:]:
                if not text.strip() or normalize_name(text) in self.known_names:
                    kinds.append(self.special.setdefault(text, ORDINARY_NAMES + len(self.special)))
                else:
                    kinds.append(2 * less_is_better(text, "") + less_is_better(text, COST))
            self.kinds[level] = np.concatenate([self.kinds[level], np.array(kinds, np.int32)])
        return self.kinds[level]

    def below(self, above: int, name: str) -> int:
        """The number of the path that a name makes with the path above it."""
        found = self.above.get((above, name))
        if found is None:
            found = self.above[above, name] = len(self.paths)
            self.paths.append((*self.paths[above], name))
        return found

    def slot(self, place: tuple[int, int], kind: int, name: str) -> int:
        """What the set says of a row: `slot_columns` hold its rules for figures and for words, whether less is better,
        the set's own weight, and whether the row belongs to the set at all. `place` is the set and the path above the name."""
        number, above = place
        key = number, above, kind
        found = self.slots.get(key)
        if found is None:
            found = self.slots[key] = len(self.slots)
            indicators, path = self.sets[number], (*self.paths[above], name)
            indicator = indicators.find(path).indicator
            weight = NO_DEFAULT
            if indicator is not None and not indicator.open and indicator.weight is not None:
                weight = int(indicator.weight * POINT)
            values = (
                self.rule_number(indicators.rule_for(indicator, in_figures=True)),
                self.rule_number(indicators.rule_for(indicator, in_figures=False)),
                int(less_is_better(name, indicators.category(path))),
                weight,
                int(indicator is not None),
            )
            self.slot_columns = [np.append(column, value) for column, value in zip(self.slot_columns, values, strict=True)]
        return found

    def slot_table(self, layout: tuple[int, ...], size: int) -> Array:
        """The slots by the names of a row packed into one number, −1 where none was looked up yet.

        One table for each layout of that number; it begins anew when there are more sets than before.
        """
        table = self.slot_tables.get(layout)
        if table is None or len(table) < size:
            table = self.slot_tables[layout] = np.full(size, -1, np.intp)
        return table

    def pair_numbers(self, keys: Array) -> Array:
        """The numbers of pairs: rows whose target and actual are read together, or by a rule that reads words.

        A key holds rule, given direction, target and actual (`pair_keys`).
        """
        numbers = [self.pairs.get(key) for key in keys.tolist()]
        new = [key for key, number in zip(keys.tolist(), numbers, strict=True) if number is None]
        if new:
            entries, incomparable = [], []
            for key in new:
                self.pairs[key] = len(self.pairs)
                entry = self._pair(key)
                entries.append(entry)
                incomparable.append(not entry.comparable)
            answers = Answers.build(entries)
            wide = np.zeros(len(new), np.bool_)
            wide[answers.wide_rows] = True
            more = {**answers.columns, "wide": wide, "incomparable": np.array(incomparable)}
            for name in (*PAIR_LONG, *PAIR_SHORT, "wide", "incomparable"):
                known = self.pair_columns.get(name)
                self.pair_columns[name] = more[name] if known is None else np.concatenate([known, more[name]])
        return np.array([self.pairs[key] for key in keys.tolist()], np.int64)

    def _pair(self, key: int) -> Entry:
        targets, actuals = (self.texts[role].vocabulary.texts for role in ("target", "actual"))
        text, _, unit = targets[key >> 24 & 0xFFFFFF].partition(UNIT_MARK)
        wanted, got, why = comparable(Cell(text), Cell(actuals[key & 0xFFFFFF]), unit)
        direction = cast("Any", GIVEN[key >> 48 & 3])
        return Entry(self.rules[key >> 50], None, wanted, got, comparable=not why, direction=direction)


def pair_keys(rule: Array, given: Array, targets: Array, actuals: Array) -> Array:
    """One number of the rule, the place in `GIVEN`, the number of the target and that of the actual."""
    keys: Array = ((rule << 2 | given) << 24 | targets) << 24 | actuals
    return keys


def distinct(codes: Array, size: int = DENSE + 1) -> tuple[Array, Array]:
    """The distinct values of codes from 0 up to `size`, and the place of each row's among them."""
    if size <= DENSE:
        used = np.zeros(size, np.bool_)
        used[codes] = True
        values = np.flatnonzero(used)
        places = np.zeros(size, np.int32)
        places[values] = np.arange(len(values), dtype=np.int32)
        return values, places.take(codes)
    import pyarrow

    encoded = pyarrow.array(codes).dictionary_encode()
    return encoded.dictionary.to_numpy(), encoded.indices.to_numpy()
