"""The reports of the riskiest submissions as pages beside the summary, which links to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from scorer.batch.across import AcrossFinding, findings_of
from scorer.batch.decisions import Standing, with_verdicts
from scorer.batch.overview.counts import Aggregates
from scorer.batch.overview.summary import PAGES, page_name
from scorer.batch.store import Store
from scorer.batch.tasks.gather import decoded
from scorer.model import Report, ScorerError
from scorer.report import Layout
from scorer.report.page import render
from scorer.report.places import handed_on
from scorer.saving import cause, save

OURS = re.compile(r"\d{6,}\.html")


def write_pages(
    store: Store,
    found: Aggregates,
    output: Path,
    most: int,
    told: Callable[[], None],
    across: Mapping[int, Sequence[AcrossFinding]] | None = None,
    keys: Sequence[str] = (),
    verdicts: Mapping[int, Sequence[Standing]] | None = None,
) -> list[int]:
    """Write the reports of the `most` riskiest submissions that were read; gives their numbers.

    `across` are the findings across forms by the number of the submission, which its page has too. `keys` name the records
    in their order where the rows, which are printed, may spell them otherwise. `verdicts` are what holds for the findings of
    some submissions, those across forms behind their own.

    Pages of an earlier run that are no longer among them are taken away. `told` is called after each page.

    Raises:
        ScorerError: the folder cannot be written.
    """
    folder = output / PAGES
    chosen = list(islice(found.riskiest(), most))
    _clear(folder, {page_name(row.number) for row in chosen})
    if chosen:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise ScorerError(f"{folder}：无法写入（{cause(error)}）。请换一个可写的文件夹。") from error
    for row in chosen:
        key = keys[row.number - 1] if keys else row.key
        data = store.submission(key)
        report = Report.model_validate_json(store.report(key))
        report, more = with_verdicts(report, findings_of((across or {}).get(row.number, ())), (verdicts or {}).get(row.number, ()))
        layout = Layout(submission=decoded(data) if data else None, across=more)
        text = render(*handed_on(report, layout))
        save(text, output / page_name(row.number), force=True)
        told()
    return [row.number for row in chosen]


def _clear(folder: Path, kept: Iterable[str]) -> None:
    """Take away pages that an earlier run wrote, and nothing that it did not."""
    names = {Path(name).name for name in kept}
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if OURS.fullmatch(path.name) and path.name not in names:
            path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
