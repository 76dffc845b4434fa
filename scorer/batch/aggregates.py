"""What the summary says of a whole batch: counts, distributions, groups and the riskiest rows.

Everything is filled row by row, takes memory by the number of groups and not of submissions, and two halves of a batch
merge into what the whole would give. Whoever counts by other means (in SQL, over columns) fills the fields directly.
"""

from __future__ import annotations

import heapq
import os.path
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal

from scorer.batch.region import Source
from scorer.batch.rows import Row
from scorer.model import Tally, round_half_up

LISTED = 5000  # rows that the page lists: a browser filters and sorts them at once; the workbook has all
UNREAD_LISTED = 1000
MATCHES_LISTED = 1000
NO_GRADE = ""


@dataclass(slots=True)
class Group:
    """What is counted of all submissions, of a department's or of a region's.

    The sums are of hundredths of points over the `paired` submissions, those with both totals.
    """

    submissions: int = 0
    scored: int = 0
    faulty: int = 0  # with at least one error
    errors: int = 0
    warnings: int = 0
    differing: int = 0
    regraded: int = 0
    unread: int = 0
    paired: int = 0
    claimed_sum: int = 0
    total_sum: int = 0

    def add(self, row: Row) -> None:
        self.submissions += 1
        self.scored += row.total is not None
        self.faulty += bool(row.errors) and not row.unread
        self.errors += 0 if row.unread else row.errors
        self.warnings += row.warnings
        self.differing += bool(row.risk.difference)
        self.regraded += bool(row.risk.grade)
        self.unread += bool(row.unread)
        if row.total is not None and row.claimed is not None:
            self.paired += 1
            self.claimed_sum += hundredths(row.claimed)
            self.total_sum += hundredths(row.total)

    def merge(self, other: Group) -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def claimed_mean(self) -> Decimal | None:
        return _mean(self.claimed_sum, self.paired)

    @property
    def total_mean(self) -> Decimal | None:
        return _mean(self.total_sum, self.paired)


@dataclass(frozen=True, slots=True)
class Match:
    """A finding across forms (P701 and its like) of the submission `number`: what was found, and where else."""

    number: int
    code: str
    unit: str
    project: str
    message: str
    others: tuple[str, ...] = ()


@dataclass(slots=True)
class Aggregates:
    """A batch in figures.

    `root` is the folder that all files lie in, with its slash; None before the first. `grades` counts (claimed,
    recomputed), "" where there is none, of the submissions that got a total. `claimed` and `recomputed` count totals by
    whole points out of a hundred, 100 only for exactly the full score. `codes` are findings, `coded` submissions by
    code. `top` are the riskiest rows that were read, `unread` the first that were not; both unordered until `riskiest`
    and `first_unread` sort them.

    `matches` are the first findings across forms, `matched` counts them all, `concerned` the submissions that they concern,
    `compared` are the tallies of those checks, none where nothing was compared. `aside` says, in sentences, what else lay
    in the folder and was not read.
    """

    root: str | None = None
    whole: Group = field(default_factory=Group)
    departments: dict[str, Group] = field(default_factory=dict)
    regions: dict[str, Group] = field(default_factory=dict)
    regions_by: Counter[Source] = field(default_factory=Counter)
    grades: Counter[tuple[str, str]] = field(default_factory=Counter)
    claimed: Counter[int] = field(default_factory=Counter)
    recomputed: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    coded: Counter[str] = field(default_factory=Counter)
    sets: Counter[str] = field(default_factory=Counter)
    years: Counter[int] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)
    matches: list[Match] = field(default_factory=list)
    concerned: Counter[str] = field(default_factory=Counter)
    compared: tuple[Tally, ...] = ()
    top: list[tuple[Decimal, int, Row]] = field(default_factory=list)
    unread: list[tuple[int, Row]] = field(default_factory=list)
    aside: tuple[str, ...] = ()

    def add(self, row: Row) -> None:
        self.root = common_root(self.root, row.key)
        self.whole.add(row)
        self.departments.setdefault(row.of, Group()).add(row)
        self.regions.setdefault(row.region, Group()).add(row)
        self.regions_by[row.region_by] += 1
        for code, times in row.codes:
            self.codes[code] += times
            self.coded[code] += 1
        if row.unread:
            self._keep_unread(row)
            return
        self.sets[row.set] += 1
        if row.year is not None:
            self.years[row.year] += 1
        if row.total is not None:
            self.grades[row.claimed_grade or NO_GRADE, row.grade or NO_GRADE] += 1
            self.recomputed[band(row.total, row.full)] += 1
            if row.claimed is not None:
                self.claimed[band(row.claimed, row.full)] += 1
        self._keep(row)

    def add_match(self, match: Match) -> None:
        self.matched[match.code] += 1
        if len(self.matches) < MATCHES_LISTED:
            self.matches.append(match)

    def merge(self, other: Aggregates) -> None:
        """Take in what was counted of other submissions of the same batch."""
        if other.root is not None:
            self.root = common_root(self.root, other.root)
        self.whole.merge(other.whole)
        for mine, theirs in ((self.departments, other.departments), (self.regions, other.regions)):
            for name, group in theirs.items():
                mine.setdefault(name, Group()).merge(group)
        self.regions_by += other.regions_by
        self.grades += other.grades
        for counts in ("claimed", "recomputed", "codes", "coded", "sets", "years", "matched", "concerned"):
            getattr(self, counts).update(getattr(other, counts))
        self.compared = self.compared or other.compared
        for match in other.matches[: MATCHES_LISTED - len(self.matches)]:
            self.matches.append(match)
        for _, _, row in other.top:
            self._keep(row)
        for _, row in other.unread:
            self._keep_unread(row)

    def riskiest(self) -> Iterator[Row]:
        """The riskiest rows that were read, the riskiest first, equal ones in their order."""
        return (row for _, _, row in sorted(self.top, key=lambda entry: (-entry[0], -entry[1])))

    def first_unread(self) -> Iterator[Row]:
        return (row for _, row in sorted(self.unread, key=lambda entry: -entry[0]))

    def _keep(self, row: Row) -> None:
        entry = row.risk.total, -row.number, row
        if len(self.top) < LISTED:
            heapq.heappush(self.top, entry)
        elif entry[:2] > self.top[0][:2]:
            heapq.heapreplace(self.top, entry)

    def _keep_unread(self, row: Row) -> None:
        entry = -row.number, row
        if len(self.unread) < UNREAD_LISTED:
            heapq.heappush(self.unread, entry)
        elif entry[0] > self.unread[0][0]:
            heapq.heapreplace(self.unread, entry)


def common_root(root: str | None, key: str) -> str:
    """The innermost folder around both, with its slash; "" where they share none."""
    if root is not None and key.startswith(root):
        return root
    folder = key[: max(key.rfind("/"), key.rfind("\\")) + 1]
    if root is None:
        return folder
    shared = os.path.commonprefix([root, folder])  # noqa: RUF071 -- cut back to a slash of either kind below
    return shared[: max(shared.rfind("/"), shared.rfind("\\")) + 1]


def band(points: Decimal, full: Decimal | None) -> int:
    """The whole points out of a hundred that a total reaches, between 0 and 100."""
    whole = full if full else Decimal(100)
    return min(max(int(points * 100 / whole), 0), 100)


def hundredths(points: Decimal) -> int:
    return int(points.scaleb(2).to_integral_value())


def _mean(total: int, count: int) -> Decimal | None:
    return round_half_up(Decimal(total) / count / 100) if count else None
