"""The summary of a batch over a flat table: counted from the result tables, the riskiest rows read back from them."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scorer.batch.across import read_across
from scorer.batch.aggregates import LISTED, UNREAD_LISTED, Aggregates, Group, band, common_root
from scorer.batch.columns import BATCH, Done, add_tallies, report_of, rows_of, table_digest
from scorer.batch.columns_source import Piece, chunks, outline
from scorer.batch.pages import write_pages
from scorer.batch.progress import Progress
from scorer.batch.results import (
    ERRORS,
    LEVELS,
    REPORTS,
    RISKIEST,
    SUMMARY_PAGE,
    SUMMARY_WORKBOOK,
    Outcome,
    errors_table,
)
from scorer.batch.rows import FIRST_MOST, RISK_LEVELS, SHORT, Row, is_short, risk_of
from scorer.batch.summary import page
from scorer.batch.whole import whole_file
from scorer.batch.workbook import write_workbook
from scorer.model import Report, ScorerError, Submission
from scorer.saving import save

if TYPE_CHECKING:
    from scorer.batch.columns_marked import Marks
    from scorer.sets import IndicatorSet

OUTCOMES: Final = ("sound", "faulty", "undecided", "not_run")
NOT_RUN: Final = (
    "平表（每行一个指标）按列计分，只运行 A 类（表内算术）检查和同批比对，没有写 reports.jsonl；其余检查看表中的文字，"
    "scorer show 取出一份时全部运行。"
)


def write_summary(
    path: str,
    output: Path,
    pieces: Sequence[Piece],
    done: Sequence[Done],
    indicator_set: IndicatorSet | None,
    codes: Sequence[str],
    pages: int,
    progress: Progress,
    marks: Marks,
) -> Outcome:
    """Summary, unread submissions, the riskiest reports as pages, and what `show` and a later run need.

    Raises:
        ScorerError: a file cannot be written.
    """
    progress.stage("写汇总表", 0)
    found = aggregates(output)
    found.root = common_root(None, path)
    marks.tell(found)
    (output / REPORTS).unlink(missing_ok=True)  # of an earlier batch of files in this folder
    save(errors_table(found.first_unread()), output / ERRORS, force=True)
    reports = _Reports(path, pieces, indicator_set)
    wanted = {row.key: row.number for row in islice(found.riskiest(), pages)}
    reports.find(wanted)
    compared = read_across(output, wanted.values())
    paged = frozenset(write_pages(reports, found, output, pages, lambda: None, compared))  # type: ignore[arg-type]
    with whole_file(output / SUMMARY_WORKBOOK) as file:
        write_workbook(file, found, found.riskiest(), found.first_unread(), paged)
    save(page(found, paged), output / SUMMARY_PAGE, force=True)
    tallies: dict[str, tuple[int, int, int, int]] = {}
    levels: Counter[str] = Counter()
    for one in done:
        add_tallies(tallies, one.tallies)
        levels.update(one.levels)
    levels.update(marks.levels)
    about = {
        "schema": "scorer.batch/1",
        "table": str(Path(path).resolve()),
        "digest": table_digest(path),
        "set": (indicator_set.file or indicator_set.id) if indicator_set else None,
        "submissions": sum(one.submissions for one in done),
        "rows": sum(one.rows for one in done),
        "alone": sum(one.alone for one in done),
        "checks": list(codes),
        "tallies": {code: dict(zip(OUTCOMES, counts, strict=True)) for code, counts in sorted(tallies.items())},
        "across": {one.code: one.model_dump(mode="json", exclude={"code"}) for one in found.compared},
        "note": NOT_RUN,
    }
    save(json.dumps(about, ensure_ascii=False, indent=1), output / BATCH, force=True)
    worst = next((level for level in reversed(LEVELS) if levels.get(level)), "")
    riskiest = tuple(row for row in islice(found.riskiest(), RISKIEST) if row.risk.total)
    count = found.whole.submissions
    return Outcome(count, found.whole.unread, worst, NOT_RUN, found, riskiest, len(paged), by_columns=True)


def find_in_table(folder: str, table: str, name: str) -> tuple[Report, Submission | None, int]:
    """The report of one submission of a flat table, by all checks, the submission, and its number in the results.

    `name` is its number in the results, or ``#`` and what the column `submission` says, or that alone.

    Raises:
        ScorerError: there is no such submission.
    """
    import pyarrow.compute as compute

    found = outline(table)
    count = len(found.ids)
    wanted = name.rpartition("#")[2]
    if name.isdecimal() and 1 <= int(name) <= count:
        place = int(name) - 1
    else:
        texts = found.ids.cast("string")
        place = compute.index(texts, wanted).as_py()
        if place < 0:
            raise ScorerError(f"{folder}：没有“{name}”这份提交件。请用 1–{count} 的序号，或 # 加上表中 submission 一列的编号。")
    first = int(found.starts[place])
    last = int(found.starts[place + 1]) if place + 1 < count else found.rows
    (chunk,) = chunks(Piece(table, first, last, place + 1, ""))
    key, rows, line = rows_of(chunk, 0, table)
    return *report_of(key, rows, line, table, set_of(folder)), place + 1


def set_of(folder: str) -> IndicatorSet | None:
    """The set that a batch was told to score by; None where each submission names its own."""
    from scorer.sets import load_set

    about = json.loads((Path(folder) / BATCH).read_text("utf-8"))
    return load_set(about["set"]) if about.get("set") else None


class _Reports:
    """Reports of some submissions of a flat table, made when asked for; what `write_pages` takes for a store."""

    def __init__(self, path: str, pieces: Sequence[Piece], indicator_set: IndicatorSet | None) -> None:
        self._path = path
        self._pieces = pieces
        self._set = indicator_set
        self._rows: dict[str, tuple[list[dict[str, Any]], int]] = {}

    def find(self, numbers: dict[str, int]) -> None:
        """Read the rows of some submissions, given by key and number, in one go over their pieces."""
        wanted = set(numbers.values())
        for piece, after in zip(self._pieces, [*self._pieces[1:], None], strict=True):
            last = after.number if after else max(wanted, default=0) + 1
            if not any(piece.number <= number < last for number in wanted):
                continue
            number = piece.number
            for chunk in chunks(piece):
                for place in sorted(one - number for one in wanted if number <= one < number + len(chunk.starts)):
                    key, rows, first = rows_of(chunk, place, self._path)
                    self._rows[key] = rows, first
                number += len(chunk.starts)

    def both(self, key: str) -> tuple[Report, Submission | None]:
        rows, first = self._rows[key]
        return report_of(key, rows, first, self._path, self._set)

    def report(self, key: str) -> bytes:
        return self.both(key)[0].model_dump_json().encode()

    def submission(self, key: str) -> bytes:
        from scorer.batch.gather import encoded

        submission = self.both(key)[1]
        return encoded(submission) if submission else b""


# ---------------------------------------------------------------------------------------------------------- counting


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


__all__ = ["ScorerError", "aggregates", "rows_at", "write_summary"]
