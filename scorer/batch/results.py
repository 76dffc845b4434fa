"""The results of a batch, each written whole or not at all: reports, tables, unread files, summary."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from scorer.batch import tables
from scorer.batch.rows import Row, row_of
from scorer.batch.store import Store
from scorer.batch.summary import page, workbook
from scorer.batch.whole import whole_file
from scorer.saving import save

REPORTS = "reports.jsonl"
ERRORS = "errors.csv"
LEVELS = ("", "note", "warning", "error")
UNREAD = ("F610", "Z901")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a batch ended: `reports` in all, `unread` with F610 or Z901, `worst` the highest level found.

    `left_out` says which results could not be written, and how to get them.
    """

    reports: int
    unread: int
    worst: str
    left_out: str = ""


def write_results(store: Store, keys: Sequence[str], output: Path) -> Outcome:
    """All results of the gathered records named by `keys`, in their order.

    Raises:
        ScorerError: a file cannot be written, or a record is damaged.
    """
    rows: list[Row] = []
    worst = 0
    with ExitStack() as stack:
        add = stack.enter_context(tables.tables(output)) if tables.available() else None
        reports = stack.enter_context(whole_file(output / REPORTS))
        for number, key in enumerate(keys, 1):
            line = store.report(key)
            reports.write(line + b"\n")
            report = json.loads(line)
            row = row_of(number, key, report, json.loads(store.facts(key)))
            rows.append(row)
            if add:
                add(row, report)
            worst = max([worst, *(LEVELS.index(finding["level"]) for finding in report["findings"])])
    unread = [row for row in rows if row.unread]
    save(errors_table(unread), output / ERRORS, force=True)
    save(workbook(rows), output / "summary.xlsx", force=True)
    save(page(rows), output / "summary.html", force=True)
    return Outcome(len(rows), len(unread), LEVELS[worst], "" if add else tables.MISSING)


def errors_table(rows: Sequence[Row]) -> str:
    """The unread files as csv, with the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["序号", "文件", "代码", "原因"])
    for row in rows:
        writer.writerow([row.number, _harmless(row.key), row.unread, _harmless(row.reason)])
    return "\ufeff" + text.getvalue()


def _harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t")) else text
