"""The results of a batch, each written whole or not at all: reports, tables, unread files, summary, pages.

Everything goes through once, a submission at a time; what the summary needs is counted on the way, and its rows wait on
disk, so that the memory does not grow with the batch.
"""

from __future__ import annotations

import csv
import gc
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from pydantic_core import from_json

from scorer.batch import tables
from scorer.batch.across import ACROSS, Across, Concerned, compare_across, findings_of, read_across
from scorer.batch.decisions import KEPT, Decisions, Standing, saved_of
from scorer.batch.lookup import TableReports
from scorer.batch.overview.counts import Aggregates, Match, aggregates, common_root
from scorer.batch.overview.figures import UNHANDLED
from scorer.batch.overview.questions import Questions
from scorer.batch.overview.risk import Row, row_of
from scorer.batch.overview.spool import Spool
from scorer.batch.overview.summary import page, page_pieces
from scorer.batch.overview.workbook import write_workbook
from scorer.batch.pages import write_pages
from scorer.batch.progress import Progress
from scorer.batch.sources.files import BATCH
from scorer.batch.sources.flat import Piece, table_digest
from scorer.batch.store import Store
from scorer.batch.tasks.columnar import Done, add_tallies
from scorer.batch.whole import whole_file
from scorer.model import Finding, readable_name
from scorer.saving import save

if TYPE_CHECKING:
    from scorer.batch.marked import Marks
    from scorer.sets import IndicatorSet

REPORTS = "reports.jsonl"
ERRORS = "errors.csv"
SUMMARY_PAGE, SUMMARY_WORKBOOK, FINDINGS_WORKBOOK = "summary.html", "summary.xlsx", "findings.xlsx"
LEVELS = ("", "note", "warning", "error")
PAGES_MOST = 50
RISKIEST = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a batch ended: `reports` in all, `unread` with F610 or Z901, `worst` the highest level found.

    `found` are its figures, `riskiest` the first rows by risk, `pages` how many reports were written as pages.
    `left_out` says which results could not be written, and how to get them. `by_columns`: of a flat table, which gives
    the tables and no report for each submission.
    """

    reports: int
    unread: int
    worst: str
    left_out: str = ""
    found: Aggregates | None = None
    riskiest: tuple[Row, ...] = ()
    pages: int = 0
    by_columns: bool = False


def write_results(
    store: Store,
    keys: Sequence[str],
    output: Path,
    pages: int = PAGES_MOST,
    progress: Progress | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    aside: Sequence[str] = (),
    unhandled: Sequence[tuple[str, str]] = (),
    ids: Sequence[str] = (),
    decisions: Decisions | None = None,
) -> Outcome:
    """All results of the gathered records named by `keys`, in their order; the riskiest `pages` reports as pages too.

    `select` and `ignore` choose among the checks across forms; those of one form are chosen when it is gathered. `aside`
    are sentences on what the source holds besides, `unhandled` the files of other kinds with what to do about them,
    `ids` what the submissions are known by, `decisions` what people decided about the findings of an earlier run.

    Raises:
        ScorerError: a file cannot be written, or a record is damaged.
    """
    progress = progress or Progress(None, False)
    found = Aggregates(aside=tuple(aside), unhandled=tuple((readable_name(path), words) for path, words in unhandled))
    worst = 0
    verdicts: dict[int, Sequence[Standing]] = {}
    with Spool() as spool:
        progress.stage("比对", len(keys))
        across = compare_across(store, keys, select, ignore, lambda: progress.step(""))
        by_number = across.by_number()
        progress.stage("汇总", len(keys))
        with ExitStack() as stack:
            add = stack.enter_context(tables.tables(output)) if tables.available() else None
            reports = stack.enter_context(whole_file(output / REPORTS))
            questions = Questions(stack.enter_context(whole_file(output / FINDINGS_WORKBOOK)))
            stack.enter_context(no_search_for_cycles())
            for number, key in enumerate(keys, 1):
                line, facts = store.report_and_facts(key)
                reports.write(line + b"\n")
                report = from_json(line)
                compared = [one.row() for one in by_number.get(number, ())]
                short = ids[number - 1] if ids else ""
                own = (Finding.model_validate(one) for one in report["findings"])
                findings = [*own, *findings_of(by_number.get(number, ()))]
                settled = decisions.settle(short, report, findings) if decisions else [Standing()] * len(findings)
                standing = [one for one, of in zip((*report["findings"], *compared), settled, strict=True) if not of.dismissed]
                row = row_of(number, readable_name(key), {**report, "findings": standing}, from_json(facts), id=short)
                questions.add(row, findings, settled)
                if any(one.verdict or one.stale for one in settled):
                    verdicts[number] = settled
                spool.add(row)
                found.add(row)
                if add:
                    add(row, report, compared)
                worst = max([worst, *(LEVELS.index(one["level"]) for one in standing)])
                progress.step("")
            write_across(across, found, stack.enter_context(whole_file(output / ACROSS)))
            if decisions:
                found.aside = (*found.aside, decisions.words())
            questions.close(decisions.gone if decisions else ())
        kept = {ids[number - 1]: saved_of(settled) for number, settled in verdicts.items()}
        save(json.dumps(kept, ensure_ascii=False), output / KEPT, force=True)
        save(errors_table(spool.unread(), found.unhandled), output / ERRORS, force=True)
        progress.stage("写报告", min(pages, found.whole.submissions - found.whole.unread))
        paged = frozenset(write_pages(store, found, output, pages, lambda: progress.step(""), by_number, keys, verdicts))
        progress.stage("写汇总表", 0)
        with whole_file(output / SUMMARY_WORKBOOK) as file:
            write_workbook(file, found, spool.by_risk(), spool.unread(), paged)
        with whole_file(output / SUMMARY_PAGE) as file:
            for piece in page_pieces(found, paged):
                file.write(piece.encode("utf-8", "backslashreplace"))
    riskiest = tuple(row for row in islice(found.riskiest(), RISKIEST) if row.risk.total)
    left_out = "" if add else tables.MISSING
    return Outcome(len(keys), found.whole.unread, LEVELS[worst], left_out, found, riskiest, len(paged))


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """The garbage collector at rest while plain values come and go by the million: none refers back to itself, and
    looking for such ones took half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def write_across(across: Across, found: Aggregates, file: BinaryIO) -> None:
    """The findings across forms, one a line, and what the summary says of them."""
    concerned: dict[str, set[int]] = {}
    for one in across.findings:
        file.write(one.as_json().encode("utf-8", "surrogatepass") + b"\n")
        found.add_match(match_of(one.finding, one.concerned))
        concerned.setdefault(one.finding.code, set()).update(each.number for each in one.concerned)
    found.concerned.update({code: len(numbers) for code, numbers in concerned.items()})
    found.compared = across.tallies


def match_of(finding: Finding, concerned: Sequence[Concerned]) -> Match:
    """What the summary says of a finding across forms."""
    first, *others = concerned
    files = dict.fromkeys(place.file for place in finding.where if place.file != first.key)
    named = tuple(each.key for each in others) or tuple(files)
    return Match(first.number, finding.code, first.unit, first.project, finding.message, named)


def errors_table(rows: Iterable[Row], unhandled: Sequence[tuple[str, str]] = ()) -> str:
    """The unread files and those of other kinds as csv, with the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["序号", "文件", "代码", "原因"])
    for row in rows:
        writer.writerow([row.number, _harmless(row.key), row.unread, _harmless(row.reason)])
    writer.writerows(["", _harmless(path), UNHANDLED, words] for path, words in unhandled)
    return "\ufeff" + text.getvalue()


def _harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t")) else text


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
    reports = TableReports(path, pieces, indicator_set)
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
