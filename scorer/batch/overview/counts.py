"""What the summary says of a whole batch: counts, distributions, groups and the riskiest rows.

Everything is filled row by row, takes memory by the number of groups and not of submissions, and two halves of a batch
merge into what the whole would give. Whoever counts by other means (in SQL, over columns) fills the fields directly.
"""

from __future__ import annotations

import functools
import heapq
import os.path
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from scorer.batch.overview.region import Source
from scorer.batch.overview.risk import FIRST_MOST, RISK_LEVELS, SHORT, Row, is_short, risk_of
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
    in the folder and was not read; `unhandled` are the files of other kinds by name, each with what to do about it.
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
    unhandled: tuple[tuple[str, str], ...] = ()

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


def aggregates(output: Path) -> Aggregates:
    """What the summary says of the submissions and findings in two result tables."""
    import pyarrow
    import pyarrow.compute as compute

    found = Aggregates()
    kept: list[Any] = []
    counted: dict[str, list[Any]] = {"of": [], "region": []}
    for table in _pieces(output / "submissions.parquet"):
        own = compute.utf8_trim_whitespace(_decoded(table["department"]))
        unit = compute.utf8_trim_whitespace(_decoded(table["unit"]))
        table = table.append_column("of", compute.if_else(compute.equal(compute.fill_null(own, ""), ""), unit, own))
        flags = _flags(table)
        for name, column in flags.items():
            table = table.append_column(name, column)
        for name, parts in counted.items():
            parts.append(_counted(table, name, [*flags, "warnings"]))
        unread = compute.is_valid(table["unread"])
        _distributions(found, table.filter(compute.invert(unread)))
        kept.append(pyarrow.table({"place": compute.subtract(table["submission"], 1), "risk": table["risk"], "unread": unread}))
    found.departments = _groups(counted["of"], "of")
    found.regions = _groups(counted["region"], "region")
    for group in found.regions.values():
        found.whole.merge(group)
    known = sum(group.submissions for name, group in found.regions.items() if name)
    found.regions_by.update({"unit": known, "": found.whole.submissions - known})
    _codes(found, output)
    _top(found, output, pyarrow.concat_tables(kept))
    return found


PIECE_ROWS: Final = 262_144  # submissions counted together


def _pieces(path: Path) -> Iterator[Any]:
    """The submissions of a result table, some row groups at a time, with what the summary asks of them."""
    from pyarrow import parquet

    named = ["unit", "department", "region", "set", "grade", "claimed_grade", "unread"]
    figures = ["submission", "year", "total", "full", "claimed_total", "errors", "warnings", "risk", *WEIGHTS]
    file = parquet.ParquetFile(path, read_dictionary=named)
    groups: list[int] = []
    rows = 0
    for group in range(file.num_row_groups):
        groups.append(group)
        rows += file.metadata.row_group(group).num_rows
        if rows >= PIECE_ROWS or group == file.num_row_groups - 1:
            yield _comparable(file.read_row_groups(groups, columns=[*named, *figures]).unify_dictionaries())
            groups, rows = [], 0


WEIGHTS: Final = ("recomputed_weight", "judged_weight", "missing_weight", "left_out_weight")


def _comparable(table: Any) -> Any:
    """Submissions without the totals that are short of the full score, see `Row.total`."""
    import pyarrow.compute as compute

    listed = functools.reduce(compute.add, (_hundredths(table[name]) for name in WEIGHTS))
    short = compute.greater_equal(compute.subtract(_hundredths(table["full"]), listed), 100 * SHORT)
    total = compute.if_else(short, None, table["total"])
    return table.set_column(table.column_names.index("total"), "total", total).drop_columns(list(WEIGHTS))


def _decoded(column: Any) -> Any:
    import pyarrow

    return column.cast(pyarrow.string())


def _flags(table: Any) -> dict[str, Any]:
    """The figures of `Group` for every submission."""
    import pyarrow
    import pyarrow.compute as compute

    total, claimed = table["total"], table["claimed_total"]
    unread = compute.is_valid(table["unread"])
    paired = compute.and_(compute.is_valid(total), compute.is_valid(claimed))
    grades = [_decoded(table[name]) for name in ("grade", "claimed_grade")]
    regraded = compute.fill_null(compute.not_equal(*grades), False)
    sums = (("total_sum", "total"), ("claimed_sum", "claimed_total"))
    hundredfold = {name: compute.if_else(paired, _hundredths(table[column]), 0) for name, column in sums}
    read = compute.invert(unread)

    def number(mask: Any) -> Any:
        return compute.cast(mask, pyarrow.int64())

    return {
        "scored": number(compute.is_valid(total)),
        "faulty": number(compute.and_(compute.greater(table["errors"], 0), read)),
        "errors_read": compute.if_else(read, compute.cast(table["errors"], pyarrow.int64()), 0),
        "differing": number(compute.fill_null(compute.not_equal(total, claimed), False)),
        "regraded": number(regraded),
        "was_unread": number(unread),
        "paired": number(paired),
        **hundredfold,
    }


def _hundredths(column: Any) -> Any:
    import pyarrow
    import pyarrow.compute as compute

    return compute.cast(compute.multiply(compute.fill_null(column, Decimal("0.00")), pyarrow.scalar(100)), pyarrow.int64())


def _counted(table: Any, by: str, sums: Sequence[str]) -> Any:
    """Submissions and sums for each value of a column, under the names that they have in `Group`."""
    grouped = table.group_by(by, use_threads=False).aggregate([("submission", "count"), *((name, "sum") for name in sums)])
    names = {by: by, "submission_count": "submissions", **{f"{name}_sum": GROUPED.get(name, name) for name in sums}}
    return grouped.select(list(names)).rename_columns(list(names.values()))


GROUPED: Final = {"errors_read": "errors", "was_unread": "unread"}


def _groups(parts: Sequence[Any], by: str) -> dict[str, Group]:
    """A `Group` for each value of a column, "" for null, from what was counted of parts of the batch."""
    import pyarrow

    if not parts:
        return {}
    names = [name for name in parts[0].column_names if name != by]
    plain = [part.set_column(part.column_names.index(by), by, _decoded(part[by])) for part in parts]
    grouped = pyarrow.concat_tables(plain).group_by(by, use_threads=False).aggregate([(name, "sum") for name in names])
    groups: dict[str, Group] = {}
    for row in grouped.to_pylist():
        groups.setdefault(row[by] or "", Group()).merge(Group(**{name: row[f"{name}_sum"] for name in names}))
    return groups


def _distributions(found: Aggregates, read: Any) -> None:
    """Sets, years, grades and totals of the submissions that were read."""
    import pyarrow.compute as compute

    def counted(table: Any, *names: str) -> list[tuple[Any, ...]]:
        grouped = table.group_by(list(names), use_threads=False).aggregate([("submission", "count")])
        return [(*(row[name] for name in names), row["submission_count"]) for row in grouped.to_pylist()]

    found.sets.update({name or "": count for name, count in counted(read, "set")})
    found.years.update({year: count for year, count in counted(read, "year") if year is not None})
    scored = read.filter(compute.is_valid(read["total"]))
    for claimed, grade, count in counted(scored, "claimed_grade", "grade"):
        found.grades[claimed or "", grade or ""] += count
    for total, full, count in counted(scored, "total", "full"):
        found.recomputed[band(total, full)] += count
    for total, full, count in counted(scored, "claimed_total", "full"):
        if total is not None:
            found.claimed[band(total, full)] += count


def _codes(found: Aggregates, output: Path) -> None:
    from pyarrow import parquet

    file = parquet.ParquetFile(output / "findings.parquet", read_dictionary=["code"])
    last: dict[str, int] = {}
    for batch in file.iter_batches(batch_size=1 << 20, columns=["submission", "code"]):
        import pyarrow

        table = pyarrow.Table.from_batches([batch]).unify_dictionaries()
        grouped = table.group_by("code", use_threads=False).aggregate(
            [("submission", "count"), ("submission", "count_distinct"), ("submission", "min"), ("submission", "max")]
        )
        for row in grouped.to_pylist():
            code = row["code"]
            found.codes[code] += row["submission_count"]
            found.coded[code] += row["submission_count_distinct"] - (last.get(code) == row["submission_min"])
            last[code] = row["submission_max"]


def _top(found: Aggregates, output: Path, small: Any) -> None:
    """The riskiest submissions that were read, and the first that were not, as rows of the summary.

    `small` has the place of every submission in the table, its risk, and whether it is unread.
    """
    import pyarrow.compute as compute

    unread = small["unread"]
    read = small.filter(compute.invert(unread))
    order = compute.select_k_unstable(read, k=min(LISTED, len(read)), sort_keys=[("risk", "descending"), ("place", "ascending")])
    chosen = [*read["place"].take(order).to_pylist(), *small.filter(unread)["place"].slice(0, UNREAD_LISTED).to_pylist()]
    for row in rows_at(output, sorted(chosen)):
        if row.unread:
            found.unread.append((-row.number, row))
        else:
            found.top.append((row.risk.total, -row.number, row))


def rows_at(output: Path, places: Sequence[int]) -> list[Row]:
    """The rows of the summary of some submissions, given by their places in the table, from the result tables."""
    import pyarrow
    import pyarrow.compute as compute
    from pyarrow import parquet

    if not places:
        return []
    told: list[dict[str, Any]] = []
    start = 0
    file = parquet.ParquetFile(output / "submissions.parquet")
    wanted = pyarrow.array(places)
    for group in range(file.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        here = wanted.filter(compute.and_(compute.greater_equal(wanted, start), compute.less(wanted, start + size)))
        if len(here):
            told += file.read_row_group(group).take(compute.subtract(here, start)).to_pylist()
        start += size
    findings: dict[int, list[dict[str, Any]]] = {}
    numbers = pyarrow.array([one["submission"] for one in told])
    file = parquet.ParquetFile(output / "findings.parquet")
    for batch in file.iter_batches(batch_size=1 << 17, columns=["submission", "code", "level", "message"]):
        for finding in batch.filter(compute.is_in(batch.column("submission"), numbers)).to_pylist():
            findings.setdefault(finding["submission"], []).append(finding)
    return [_row(one, findings.get(one["submission"], [])) for one in told]


def _row(said: dict[str, Any], findings: Sequence[dict[str, Any]]) -> Row:
    total = None if is_short(said["full"], [said[name] for name in WEIGHTS]) else said["total"]
    worst = next((one["message"] for level in RISK_LEVELS for one in findings if one["level"] == level), "")
    return Row(
        number=said["submission"],
        key=said["file"],
        unit=said["unit"],
        department=said["department"],
        project=said["project"],
        year=said["year"],
        set=said["set"],
        total=total,
        full=said["full"],
        claimed=said["claimed_total"],
        grade=said["grade"],
        claimed_grade=said["claimed_grade"],
        errors=said["errors"],
        warnings=said["warnings"],
        notes=said["notes"],
        codes=tuple(sorted(Counter(finding["code"] for finding in findings).items())),
        first=worst[:FIRST_MOST],
        risk=risk_of(
            findings,
            totals=(total, said["claimed_total"]),
            grades=(said["grade"], said["claimed_grade"]),
            unread=bool(said["unread"]),
        ),
        unread=said["unread"] or "",
        reason=worst if said["unread"] else "",
        region=said["region"] or "",
        region_by="unit" if said["region"] else "",
    )
