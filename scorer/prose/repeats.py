"""The same figure said again: in another sentence, under a heading, in a table.

Two figures that are equal, long enough not to be so by chance, and of things whose names meet confirm each other. Nothing
is held against a text here: whether two different figures are of one thing is decided where names are compared (C302).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scorer.numbers.interval import Span
from scorer.prose.outline import Stated
from scorer.prose.relation import Question
from scorer.prose.things import alike, title

LONG = 4
"""Digits from which an equal figure of the same unit is hardly another thing."""

MOST = 40
"""Equal figures that are compared with one another: more of them are a table."""


@dataclass(frozen=True, eq=False)
class Same:
    """One figure in two places."""

    first: Stated
    second: Stated

    @property
    def figures(self) -> tuple[Stated, ...]:
        return (self.first, self.second)

    def holds(self) -> bool:
        return self.first.number == self.second.number

    def needed(self, figure: Stated) -> Span | None:
        other = self.second if figure is self.first else self.first
        return Span(other.number, other.number)

    def words(self) -> str:
        return f"{self.first.mention.quote} 与 {self.second.mention.quote}"


def find_repeats(figures: Sequence[Stated]) -> Iterator[Question]:
    """Each figure with the one before it that says the same."""
    groups: dict[tuple[str, Decimal], list[Stated]] = defaultdict(list)
    for figure in figures:
        if figure.aspect not in ("other", "price") and figure.number:
            groups[figure.unit, figure.number].append(figure)
    for (_, number), listed in groups.items():
        if len(listed) < 2 or len(listed) > MOST:
            continue
        digits = len(f"{number:f}".replace(".", "").strip("0"))
        for at, figure in enumerate(listed[1:], 1):
            known = next(
                (one for one in reversed(listed[:at]) if digits >= LONG or (digits >= 2 and _one_thing(one, figure))),
                None,
            )
            if known is not None:
                yield Question("same", (Same(known, figure),))


def _one_thing(first: Stated, second: Stated) -> bool:
    return alike(title(first), title(second)) >= 0.5
