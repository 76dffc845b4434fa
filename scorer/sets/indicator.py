"""A loaded indicator set: the tree by codes, the rule of every indicator, and finding one by a form's own wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from scorer.naming import normalize_name
from scorer.rules import AnyRule, ExecutionCap, Graded
from scorer.sets.categories import category_of
from scorer.sets.schema import Evidence, ExecutionBlock, FormBlock, Grade, Recognition, Thresholds

FIGURES_ONLY = frozenset({"proportion", "gate", "equality", "range", "bands", "execution", "per-point", "per-step"})
"""Rules that say nothing of words: where the actual is words, the nearest rule for words applies."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of a set. `rule` and `text_rule` are resolved: its own, else the nearest ancestor's, else the set's.

    `weight` in points, None where the form supplies it. `open`: the form supplies the rows below, with their weights.
    `group`: sums weights only and does not appear on the form. `line` in `file` is where it was defined (last).
    """

    code: str
    name: str
    aliases: tuple[str, ...]
    weight: Decimal | None
    rule: AnyRule
    text_rule: AnyRule
    open: bool
    optional: bool
    group: bool
    basis: str
    evidence: Evidence
    note: str
    file: str
    line: int
    path: tuple[str, ...] = ()
    parent: str | None = None
    children: tuple[str, ...] = ()

    @property
    def level(self) -> int:
        """1 for the first level of the code, whether or not groups stand above it."""
        return self.code.count(".") + 1

    @property
    def leaf(self) -> bool:
        return not self.children


@dataclass(frozen=True, slots=True)
class Match:
    """What a form's path is in the set: the indicator (the open level, for rows that the form adds), or None; and why."""

    indicator: Indicator | None
    why: str


@dataclass(frozen=True, eq=False)
class IndicatorSet:
    """An indicator set, ready for use. Weights in points, `full` the full score; `points` false: nothing is scored.

    `rule` and `text_rule` apply to what is found under no indicator. `over_achieved` is the share of the target from
    which an actual asks for a reason, None where the place has none. `digest` is the SHA-256 of the resolved content.
    """

    id: str
    title: str
    version: str
    basis: str
    evidence: Evidence
    since: int | None
    until: int | None
    note: str
    extends: tuple[str, ...]
    full: Decimal
    points: bool
    rule: AnyRule
    text_rule: AnyRule
    over_achieved: Decimal | None
    execution: ExecutionBlock
    execution_cap: ExecutionCap | None
    thresholds: Thresholds
    recognition: Recognition
    grades: tuple[Grade, ...]
    indicators: Mapping[str, Indicator] = field(repr=False)
    form: FormBlock = field(default_factory=FormBlock, repr=False)
    file: str = ""
    digest: str = ""

    @property
    def own(self) -> bool:
        """Whether it is what a form stands for by itself, where no set fits."""
        return self.id == "form"

    def __len__(self) -> int:
        return len(self.indicators)

    @property
    def roots(self) -> list[Indicator]:
        """The first level, in the order of the codes."""
        return [indicator for indicator in self.indicators.values() if indicator.parent is None]

    def children(self, indicator: Indicator) -> list[Indicator]:
        return [self.indicators[code] for code in indicator.children]

    def leaves(self) -> list[Indicator]:
        return [indicator for indicator in self.indicators.values() if indicator.leaf]

    @cached_property
    def prescribed(self) -> tuple[frozenset[str], ...]:
        """The names, normalised, of every row that the set itself prescribes."""
        return tuple(
            frozenset(normalize_name(name) for name in (leaf.name, *leaf.aliases))
            for leaf in self.leaves()
            if not leaf.open and not leaf.optional
        )

    @cached_property
    def visible(self) -> dict[str | None, dict[str, Indicator]]:
        """Below each code (None: at the top) the names and aliases, normalised; what a group holds counts as beside it."""
        below: dict[str | None, dict[str, Indicator]] = {None: {}}
        for indicator in self.indicators.values():
            names = [normalize_name(name) for name in (indicator.name, *indicator.aliases)]
            parent = indicator.parent
            while True:
                for name in names:
                    below.setdefault(parent, {}).setdefault(name, indicator)
                if parent is None or not self.indicators[parent].group:
                    break
                parent = self.indicators[parent].parent
        return below

    @cached_property
    def by_name(self) -> dict[str, list[Indicator]]:
        """Every name and alias of the tree, normalised, with the indicators that carry it."""
        names: dict[str, list[Indicator]] = {}
        for indicator in self.indicators.values():
            for name in dict.fromkeys(normalize_name(name) for name in (indicator.name, *indicator.aliases)):
                names.setdefault(name, []).append(indicator)
        return names

    @cached_property
    def _found(self) -> dict[tuple[str, ...], Match]:
        return {}

    def find(self, path: tuple[str, ...]) -> Match:
        """The indicator that a form's row belongs to, by its own wording: parents first, then names.

        `path` holds the level names from the top to the row's own name. Numbering, bracketed weights, spaces and the
        trailing 指标 do not matter. A row that the form adds below an open level is that level's.
        """
        match = self._found.get(path)
        if match is None:
            match = self._search(path)
            if len(self._found) < 65536:
                self._found[path] = match
        return match

    def _search(self, path: tuple[str, ...]) -> Match:
        current: Indicator | None = None
        unknown: list[str] = []
        for position, name in enumerate(path):
            if not name.strip():
                continue
            bare = normalize_name(name)
            own = position == len(path) - 1
            if current is not None and current.open and own and bare not in self.visible.get(current.code, {}):
                break
            found = self.visible.get(current.code if current else None, {}).get(bare)
            if found is None:
                found = self._deeper(current, bare)
            if found is None:
                unknown.append(name)
            else:
                current = found
        if current is None:
            return Match(None, f"“{'/'.join(path)}”不在“{self.title}”的各级名称之中")
        return self._matched(current, path, unknown)

    def _deeper(self, current: Indicator | None, bare: str) -> Indicator | None:
        """The one indicator of that name further down, where the form leaves levels out."""
        start = "" if current is None else current.code + "."
        below = [item for item in self.by_name.get(bare, ()) if item.code.startswith(start)]
        return below[0] if len(below) == 1 else None

    def _matched(self, current: Indicator, path: tuple[str, ...], unknown: list[str]) -> Match:
        place = "/".join(current.path)
        names = {normalize_name(name) for name in (current.name, *current.aliases)}
        if path and normalize_name(path[-1]) in names:
            return Match(current, f"名称与 {current.code} {place} 相同")
        if current.open:
            added = f"“{unknown[0]}”不在体系之中，" if unknown and unknown[0] != path[-1] else ""
            return Match(current, f"{added}在 {current.code} {place} 之下由单位自定")
        return Match(None, f"“{path[-1]}”不在 {current.code} {place} 的下级之中，这一级不由单位自定")

    def rule_for(self, indicator: Indicator | None, *, in_figures: bool) -> AnyRule:
        """The rule of a row: for figures `rule`, for words `text_rule`; the set's own where no indicator was found."""
        owner: Indicator | IndicatorSet = self if indicator is None else indicator
        return owner.rule if in_figures else owner.text_rule

    def category(self, path: tuple[str, ...]) -> str:
        """数量, 质量, 时效, 成本, 经济效益, … 满意度 from the level names above the row; "" where they say nothing.

        A form without levels is told by the set's tree where the row is named there.
        """
        found = category_of(path[:-1])
        if not found and path:
            match = self.find(path)
            found = category_of(match.indicator.path[:-1]) if match.indicator is not None else ""
        return found

    def grade(self, total: Decimal) -> str | None:
        """The grade of a total, by half-open bands: 90 is 优, 89.99 is 良. None where the set has no grades."""
        return next((grade.name for grade in self.grades if total >= grade.start), None)

    def walk(self) -> Iterator[Indicator]:
        """Every indicator, parents before children, in the order of the codes."""
        yield from self.indicators.values()


def words_rule(rule: AnyRule | None, text_rule: AnyRule | None, inherited: AnyRule | None) -> AnyRule | None:
    """The rule for words of a level: its own, else its rule for everything if that reads words, else the inherited."""
    if text_rule is not None:
        return text_rule
    if rule is not None and rule.kind not in FIGURES_ONLY:
        return rule
    return inherited


DEFAULT_TEXT_RULE: AnyRule = Graded()
