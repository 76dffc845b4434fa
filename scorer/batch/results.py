"""The results of a batch, each written whole or not at all: reports, tables, unread files, summary."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from scorer.batch.rows import Row, row_of
from scorer.batch.store import Store
from scorer.model import ScorerError
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
    with whole_file(output / REPORTS) as reports:
        for number, key in enumerate(keys, 1):
            line = store.report(key)
            reports.write(line + b"\n")
            report = json.loads(line)
            row = row_of(number, key, report, json.loads(store.facts(key)))
            rows.append(row)
            worst = max([worst, *(LEVELS.index(finding["level"]) for finding in report["findings"])])
    unread = [row for row in rows if row.unread]
    save(errors_table(unread), output / ERRORS, force=True)
    return Outcome(len(rows), len(unread), LEVELS[worst])


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


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when the block ends without a fault.

    Raises:
        ScorerError: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".tmp")
    except OSError as error:
        raise ScorerError(f"{path.parent}：无法写入（{error.strerror}）。请换一个可写的文件夹。") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise ScorerError(f"{path}：无法写入（{error.strerror or error}）。") from error
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
