"""One finding a cause: which single amount explains several ties that do not hold.

A wrong cell of a published table breaks its line, the sum above it and the table beside it at once. The amount that, put
right, mends most of the broken ties and breaks none that hold is named; the ties it mends are told as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from scorer.prose.disclosure.amounts import Amount, total
from scorer.prose.disclosure.ties import Tie

ORDER = ("columns", "rows", "balance", "carry", "tables")
"""Kinds of ties, that a reader sees soonest first: a cause is told by the first of them."""


@dataclass(frozen=True)
class Culprit:
    """An amount, what it has to be, and the ties that this mends, the one to tell first; without an amount one tie alone."""

    ties: tuple[Tie, ...]
    amount: Amount | None = None
    right: Decimal = Decimal(0)


@dataclass(frozen=True)
class Broken:
    """What does not hold in one publication. `rights` are the worths by which an amount, by its id, would mend a tie."""

    causes: tuple[Culprit, ...] = ()
    rights: Mapping[int, tuple[Decimal, ...]] = field(default_factory=dict)

    def mended_by(self, amount: Amount, other: Amount) -> bool:
        """Whether a tie that does not hold would hold if an amount of a table were what the text says."""
        slack = amount.half + other.half
        return any(abs(right - other.worth) <= slack for right in self.rights.get(id(amount), ()))


def slack(tie: Tie) -> Decimal:
    """How far rounding can take a sum from its total; two amounts printed alike have to be the same."""
    counted = [amount for amount in (tie.whole, *tie.parts, *tie.minus) if not amount.blank]
    if len(tie.parts) == 1 and not tie.minus and len({amount.half for amount in counted}) == 1:
        return Decimal(0)
    return sum((amount.half for amount in counted), Decimal(0))


def excess(tie: Tie) -> Decimal:
    """By how much the parts exceed the whole."""
    return total(tie.parts) - total(tie.minus) - tie.whole.worth


def holds(tie: Tie, shift: Decimal = Decimal(0)) -> bool:
    """Whether a tie holds, where its excess is shifted."""
    difference = excess(tie) + shift
    return (tie.bound and difference <= 0) or abs(difference) <= slack(tie)


def find_causes(broken: Sequence[Tie], held: Iterable[Tie]) -> Broken:
    """The causes of the ties that do not hold, in the order of their first ties."""
    ties = [*broken, *held]
    around: dict[int, list[tuple[Tie, int]]] = {}
    amounts: dict[int, Amount] = {}
    for tie in ties:
        for amount, sign in _signs(tie):
            around.setdefault(id(amount), []).append((tie, sign))
            amounts[id(amount)] = amount
    open_ties = {id(tie): tie for tie in broken}
    rights: dict[int, tuple[Decimal, ...]] = {}
    for tie in broken:
        for amount, sign in _signs(tie):
            rights[id(amount)] = (*rights.get(id(amount), ()), amount.worth - sign * excess(tie))
    found: list[Culprit] = []
    while (best := _best(open_ties, around, amounts)) is not None:
        found.append(best)
        for tie in best.ties:
            del open_ties[id(tie)]
    found += [Culprit((tie,)) for tie in open_ties.values()]
    first = {id(tie): number for number, tie in enumerate(broken)}
    return Broken(tuple(sorted(found, key=lambda cause: min(first[id(tie)] for tie in cause.ties))), rights)


def _signs(tie: Tie) -> list[tuple[Amount, int]]:
    """The amounts of a tie: +1 where more of it makes the excess more."""
    return [(tie.whole, -1), *((part, 1) for part in tie.parts), *((part, -1) for part in tie.minus)]


def _best(
    open_ties: Mapping[int, Tie], around: Mapping[int, list[tuple[Tie, int]]], amounts: Mapping[int, Amount]
) -> Culprit | None:
    """The amount that mends most of the open ties, two at least and more than it breaks."""
    best: Culprit | None = None
    most = 1
    for tie in open_ties.values():
        for amount, sign in _signs(tie):
            if tie.bound and any(id(other) in open_ties and not other.bound for other, _ in around[id(amount)]):
                continue  # a bound says no figure; the tie beside it does
            change = -sign * excess(tie)
            mended = [t for t, s in around[id(amount)] if id(t) in open_ties and holds(t, s * change)]
            spoiled = sum(id(t) not in open_ties and not holds(t, s * change) for t, s in around[id(amount)])
            if len(mended) - spoiled > most:
                most = len(mended) - spoiled
                mended.sort(key=lambda t: ORDER.index(t.kind))
                best = Culprit(tuple(mended), amounts[id(amount)], amount.worth + change)
    return best
