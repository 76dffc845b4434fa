"""A stratified sample that anyone can draw again: plan, list and seed give the same drawing on any computer.

No random generator of a language or version is used: each submission of a stratum gets the SHA-256 of seed and name, and
those with the smallest are drawn.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Literal

ALGORITHM = "sha256-rank/1"
By = Literal["department", "grade", "amount"]
STRATA: dict[By, str] = {"department": "部门", "grade": "等级", "amount": "资金"}
AMOUNTS = (Decimal(50), Decimal(200), Decimal(1000))  # 万元: below each of them, and above all


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be drawn: by which strata, which share (per cent) or number of all, and how many at least of each."""

    by: tuple[By, ...] = ("department",)
    percent: Decimal | None = Decimal(10)
    number: int | None = None
    least: int = 1
    weighted: bool = False  # larger budgets are drawn sooner

    def as_text(self) -> str:
        """The plan in one line that is the same wherever it is written."""
        return json.dumps(asdict(self), default=str, sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Unit:
    """One submission that may be drawn; `amount` its budget in 万元."""

    name: str
    department: str = ""
    grade: str = ""
    amount: Decimal = Decimal(0)

    def stratum(self, by: Sequence[By]) -> str:
        """The words of its stratum: ``教育局 / 优``."""
        told = {"department": self.department or "未填部门", "grade": self.grade or "无等级", "amount": amount_words(self.amount)}
        return " / ".join(told[one] for one in by) or "全部"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn submission and its stratum."""

    name: str
    stratum: str


def amount_words(amount: Decimal) -> str:
    """The band of a budget: ``50–200 万元``."""
    for low, high in zip((None, *AMOUNTS), (*AMOUNTS, None), strict=True):
        if high is None or amount < high:
            return f"{low} 万元以上" if high is None else f"{high} 万元以下" if low is None else f"{low}–{high} 万元"
    raise AssertionError("the last band has no end")


def digest_of_population(units: Sequence[Unit]) -> str:
    """The digest of what was drawn from, in whatever order it is given."""
    told = sorted([unit.name, unit.department, unit.grade, str(unit.amount)] for unit in units)
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def seed_of(plan: Plan, head: str) -> str:
    """The seed: nobody who makes the plan knows the ledger's head at the drawing beforehand."""
    return hashlib.sha256(f"{plan.as_text()}\n{head}".encode()).hexdigest()


def draw(plan: Plan, units: Sequence[Unit], seed: str) -> list[Drawn]:
    """The drawn submissions, by stratum and name; equal for equal plan, units and seed in any order.

    Each stratum gives its share, rounded half up, but at least `least` of it; a `number` of all is shared out by size, the
    largest remainders first.
    """
    strata: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        strata[unit.stratum(plan.by)].append(unit)
    wanted = _shares(plan, {name: len(members) for name, members in strata.items()})
    found = []
    for name in sorted(strata):
        ranked = sorted(strata[name], key=lambda unit: (rank(unit, seed, weighted=plan.weighted), unit.name))
        found += [Drawn(unit.name, name) for unit in ranked[: wanted[name]]]
    return sorted(found, key=lambda one: (one.stratum, one.name))


def rank(unit: Unit, seed: str, *, weighted: bool) -> float | int:
    """Where a submission stands among those of its stratum: the smaller, the sooner it is drawn."""
    value = int(hashlib.sha256(f"{seed}\n{unit.name}".encode()).hexdigest()[:13], 16)  # 52 bits: a float holds it exactly
    if not weighted:
        return value
    # exponential waiting times: the chance to come first is the share of the budget
    return -math.log((value + 1) / (16**13 + 1)) / max(float(unit.amount), 0.01)


def _shares(plan: Plan, sizes: dict[str, int]) -> dict[str, int]:
    if plan.number is None:
        percent = plan.percent or Decimal(0)
        wanted = {name: int((size * percent / 100 + Decimal("0.5")) // 1) for name, size in sizes.items()}
    else:
        whole = sum(sizes.values()) or 1
        exact = {name: Decimal(plan.number) * size / whole for name, size in sizes.items()}
        wanted = {name: int(value) for name, value in exact.items()}
        by_rest = sorted(exact, key=lambda name: (wanted[name] - exact[name], name))
        for name in by_rest[: max(plan.number - sum(wanted.values()), 0)]:
            wanted[name] += 1
    return {name: min(max(wanted[name], plan.least), size) for name, size in sizes.items()}
