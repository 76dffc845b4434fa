"""The figures of the statistics: counted by the database, of what a user sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet

from scorer.web import access
from scorer.web.models import FindingRow, ScoreRow, SubmissionRow, UserRow
from scorer.web.states import Ruling, State

LEAST = 5  # verdicts below which a share of one person says nothing
APART = Decimal("0.25")  # of a share from the others', from which a reviewer is worth a look


@dataclass(frozen=True, slots=True)
class Crossed:
    """A table: what its rows and columns are, and how many in each."""

    rows: list[str]
    columns: list[str]
    cells: dict[tuple[str, str], int]

    def at(self, row: str, column: str) -> int:
        """How many stand there."""
        return self.cells.get((row, column), 0)

    def total(self, row: str) -> int:
        """How many stand in a row."""
        return sum(self.at(row, column) for column in self.columns)


@dataclass(frozen=True, slots=True)
class Consistency:
    """One reviewer at one check: verdicts, the share of 不成立, and that of the others."""

    reviewer: str
    code: str
    count: int
    share: Decimal
    others: Decimal | None

    @property
    def apart(self) -> bool:
        """Whether this share lies far from the others'."""
        return self.others is not None and self.count >= LEAST and abs(self.share - self.others) >= APART


def departments_by_state(rows: QuerySet[SubmissionRow]) -> Crossed:
    """How many submissions of each department are in each state."""
    counted = rows.values_list("department__name", "state").annotate(count=Count("id")).order_by()
    cells = {(name or "未填部门", state): count for name, state, count in counted}
    return Crossed(sorted({row for row, _ in cells}), [str(state) for state in State], cells)


def checks_by_verdict(found: QuerySet[FindingRow]) -> Crossed:
    """How many findings of each check have each verdict; those that wait are 未定."""
    counted = found.values_list("code", "verdict", "stale").annotate(count=Count("id")).order_by()
    cells: dict[tuple[str, str], int] = defaultdict(int)
    for code, verdict, stale, count in counted:
        cells[code, "未定" if stale or not verdict else verdict] += count
    return Crossed(sorted({code for code, _ in cells}), [*(one for one in Ruling if one), "未定"], dict(cells))


def deviations(rows: QuerySet[SubmissionRow]) -> dict[str, Any]:
    """Self-scores against recomputed and reviewed ones: how many, how far apart on average, how many grades move."""
    both = rows.exclude(claimed=None).exclude(recomputed=None)
    done = both.filter(state__in=(State.REVIEWED, State.PUBLIC)).exclude(reviewed=None)
    return {
        "compared": both.count(),
        "recomputed": both.aggregate(value=Avg(F("claimed") - F("recomputed")))["value"],
        "reviewed": done.aggregate(value=Avg(F("claimed") - F("reviewed")))["value"],
        "done": done.count(),
        "moves": rows.filter(grade_moves=True).count(),
        "unread": rows.filter(unread=True).count(),
    }


def days_taken(rows: QuerySet[SubmissionRow]) -> float | None:
    """How many days a review takes on average, from 受理 to 定稿; None where none is done."""
    spans = []
    for row in rows.filter(state__in=(State.REVIEWED, State.PUBLIC)).prefetch_related("transitions"):
        steps = sorted(row.transitions.all(), key=lambda step: step.pk)
        begun = next((step.created for step in steps if step.act == "受理"), None)
        ended = next((step.created for step in reversed(steps) if step.act == "定稿"), None)
        if begun is not None and ended is not None:
            spans.append((ended - begun).total_seconds() / 86_400)
    return sum(spans) / len(spans) if spans else None


def consistency(user: UserRow) -> list[Consistency]:
    """Every reviewer at every check: the share of 不成立 against that of the others."""
    counted = (
        access.findings(user)
        .exclude(verdict="")
        .exclude(by=None)
        .values_list("by__name", "code")
        .annotate(count=Count("id"), false=Count("id", filter=Q(verdict=Ruling.FALSE)))
        .order_by("code", "by__name")
    )
    rows = list(counted)
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for _, code, count, false in rows:
        totals[code][0] += count
        totals[code][1] += false
    found = []
    for name, code, count, false in rows:
        left, left_false = totals[code][0] - count, totals[code][1] - false
        others = Decimal(left_false) / left if left else None
        found.append(Consistency(name, code, count, Decimal(false) / count, others))
    return found


@dataclass(frozen=True, slots=True)
class Spread:
    """What one check cost where it was held true: how many, the lowest, the highest and the mean share of the weight."""

    code: str
    count: int
    lowest: Decimal
    highest: Decimal
    mean: Decimal

    @property
    def wide(self) -> bool:
        """Whether the same fault cost very different shares."""
        return self.highest - self.lowest >= APART


def deduction_spread(user: UserRow) -> list[Spread]:
    """For each check the shares of the weight that were taken off indicators on which it was held true."""
    shares: dict[str, list[Decimal]] = defaultdict(list)
    scores = ScoreRow.objects.exclude(points=None).filter(submission__in=access.visible(user).values("id"))
    given = {(row.submission_id, tuple(row.path)): row.points for row in scores}
    rows = access.findings(user).filter(gone="", verdict=Ruling.TRUE, submission__in={number for number, _ in given})
    for row in rows:
        points, weight = given.get((row.submission_id, tuple(row.path))), _weight(row.numbers)
        if points is not None and weight:
            shares[row.code].append(1 - points / weight)
    return [
        Spread(code, len(values), min(values), max(values), sum(values, Decimal(0)) / len(values))
        for code, values in sorted(shares.items())
    ]


def _weight(numbers: dict[str, str]) -> Decimal | None:
    try:
        return Decimal(numbers["weight"])
    except (KeyError, ArithmeticError):
        return None


def kappa(pairs: Sequence[tuple[str, str]]) -> Decimal | None:
    """Cohen's kappa of two readings of the same findings: 1 for full agreement, 0 for that of chance; None for none."""
    if not pairs:
        return None
    count = Decimal(len(pairs))
    agreed = sum(one == other for one, other in pairs) / count
    kinds = {kind for pair in pairs for kind in pair}
    chance = sum(
        (sum(one == kind for one, _ in pairs) / count) * (sum(other == kind for _, other in pairs) / count) for kind in kinds
    )
    return Decimal(1) if chance == 1 else (agreed - chance) / (1 - chance)
