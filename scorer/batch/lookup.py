"""One submission out of the results of a batch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scorer.batch.across import find_across
from scorer.batch.decisions import kept_verdicts, with_verdicts
from scorer.batch.known import Remembered, asked_for, matching
from scorer.batch.sources.files import BATCH, is_output, store_of
from scorer.batch.sources.flat import Piece, chunks, outline, table_of
from scorer.batch.store import Store
from scorer.batch.tasks.columnar import report_of, rows_of
from scorer.batch.tasks.gather import decoded, encoded
from scorer.model import Finding, Report, ScorerError, Submission
from scorer.sets import load_set

if TYPE_CHECKING:
    from scorer.sets import IndicatorSet


def find_report(folder: str, name: str, *, verdicts: bool = False) -> tuple[Report, Submission | None, tuple[Finding, ...]]:
    """The report of one submission, the submission as it was read (None where it could not be), and what the comparison
    with the others of its batch found.

    `name` is its number in the list, its id, or a part of its path, unit or project that only one has; of a flat table its number or,
    after a #, what the table calls it. Its report is then made anew from its rows, by all checks. With `verdicts` it is as
    people decided about its findings: those that were dismissed are left out.

    Raises:
        ScorerError: no results in the folder, or none or several submissions of that name.
    """
    table = table_of(Path(folder))
    if table is not None:

        made, read, number = find_in_table(folder, table, name)
        return made, read, find_across(Path(folder), number)
    if not is_output(folder):
        raise ScorerError(f"{folder}：不是 scorer batch 的结果文件夹。请给出 -o 所写的文件夹。")
    with closing(store_of(Path(folder))) as store:
        return _kept(Path(folder), store, asked_for(Path(folder), store, name), verdicts=verdicts)


def find_reports(
    folder: str, name: str | None, *, verdicts: bool = False
) -> Iterator[tuple[Remembered, Report, Submission | None, tuple[Finding, ...]]]:
    """The reports of all submissions of a batch of files, or of all that `name` means, each as `find_report` gives it.

    Raises:
        ScorerError: no results of files in the folder, or no submission of that name.
    """
    if table_of(Path(folder)) is not None:
        raise ScorerError(f"{folder}：是平表的结果，报告要逐份取出：scorer show {folder} 序号。")
    if not is_output(folder):
        raise ScorerError(f"{folder}：不是 scorer batch 的结果文件夹。请给出 -o 所写的文件夹。")
    with closing(store_of(Path(folder))) as store:
        found = matching(Path(folder), store, name)
        if not found:
            asked_for(Path(folder), store, name or "")
        for known in found:
            yield known, *_kept(Path(folder), store, known, verdicts=verdicts)


def _kept(
    folder: Path, store: Store, known: Remembered, *, verdicts: bool
) -> tuple[Report, Submission | None, tuple[Finding, ...]]:
    data = store.submission(known.key)
    report, across = Report.model_validate_json(store.report(known.key)), find_across(folder, known.number)
    if verdicts:
        report, across = with_verdicts(report, across, kept_verdicts(folder, known.id))
    return report, decoded(data) if data else None, across


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
    about = json.loads((Path(folder) / BATCH).read_text("utf-8"))
    return load_set(about["set"]) if about.get("set") else None


class TableReports:
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
        submission = self.both(key)[1]
        return encoded(submission) if submission else b""
