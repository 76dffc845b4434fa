"""How the points of some submissions came about, in words: scored anew from the flat table, or read from the reports.

The result tables of a flat table hold no words; a thousand submissions are scored again in a second or two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.compare.moves import LeafKey, leaf_keys, leaves_of, points_of
from scorer.batch.lookup import set_of
from scorer.batch.results import REPORTS
from scorer.batch.sources.flat import open_table, outline, submission_of, table_digest
from scorer.batch.tasks.columnar import DECIDED, report_of
from scorer.evaluation import choose_set
from scorer.model import Line, ScorerError
from scorer.scoring.align import Leaf
from scorer.scoring.tree import score_submissions

if TYPE_CHECKING:
    from scorer.sets import IndicatorSet

READ_ROWS: Final = 65_536
AT_ONCE: Final = 256  # submissions scored in one run of the kernel

Numbered = tuple[int, list[dict[str, Any]], int]
"""The place of a submission in its table, its rows, and the number of the first, from 1."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What a report says of the total, and the points of each leaf with how they came about."""

    notes: tuple[str, ...] = ()
    leaves: tuple[tuple[LeafKey, Decimal | None, str], ...] = ()


def lack_of(folder: Path, table: str | None, digest: str | None) -> str:
    """Why the submissions of a batch cannot be explained, "" where they can. Files are named without their folders."""
    if table is None:
        return "" if (folder / REPORTS).exists() else f"的结果里没有 {REPORTS}"
    name = Path(table).name
    if not Path(table).is_file():
        return f"出自 {name}，现在没有这个文件"
    if table_digest(table) != digest:
        return f"出自 {name}，它后来改动过"
    try:
        set_of(str(folder))
    except ScorerError:
        return "所用的指标体系现在读不出来"
    return ""


def explained(folder: Path, table: str | None, places: npt.NDArray[np.int64]) -> Iterator[tuple[int, Explained]]:
    """The submissions at some places (from 0) of a batch, in its order; `table` is the flat table that it is of."""
    wanted = np.sort(places)
    if not len(wanted):
        return
    if table is None:
        yield from _of_reports(folder / REPORTS, set(wanted.tolist()))
        return
    indicator_set = set_of(str(folder))
    waiting: list[Numbered] = []
    for one in _rows_of(table, wanted):
        waiting.append(one)
        if len(waiting) == AT_ONCE:
            yield from _scored(table, waiting, indicator_set)
            waiting = []
    yield from _scored(table, waiting, indicator_set)


def _of_reports(path: Path, wanted: set[int]) -> Iterator[tuple[int, Explained]]:
    with path.open("rb") as file:
        for place, line in enumerate(file):
            if place in wanted:
                report = json.loads(line)
                leaves = ((key, points_of(leaf["points"]), leaf["words"]) for key, leaf in leaves_of(report).items())
                yield place, Explained(tuple(report["notes"]), tuple(leaves))


def _scored(table: str, listed: Sequence[Numbered], given: IndicatorSet | None) -> Iterator[tuple[int, Explained]]:
    try:
        submissions = [submission_of("", rows, first, table) for _, rows, first in listed]
        cards = score_submissions([(one, *choose_set(one, given)) for one in submissions])
    except Exception:  # one of them cannot be read, or ends the program: then each by itself, as the batch did
        for place, rows, first in listed:
            report, _ = report_of("", rows, first, table, given, DECIDED[:1])
            yield place, Explained(report.notes, _leaves([line for line in report.lines if line.leaf]))
        return
    for (place, _, _), card in zip(listed, cards, strict=True):
        yield place, Explained(card.notes, _leaves(card.leaves))


def _leaves(leaves: Sequence[Leaf | Line]) -> tuple[tuple[LeafKey, Decimal | None, str], ...]:
    keys = leaf_keys(leaf.path for leaf in leaves)
    return tuple((key, leaf.points, leaf.words) for key, leaf in zip(keys, leaves, strict=True))


def _rows_of(table: str, wanted: npt.NDArray[np.int64]) -> Iterator[Numbered]:
    """The rows of some submissions; only the row groups that hold some of them are read."""
    of = outline(table)
    ends = np.append(of.starts[1:], of.rows)
    file = open_table(table)
    begins = np.cumsum([0, *(file.metadata.row_group(group).num_rows for group in range(file.num_row_groups))])
    rows: list[dict[str, Any]] = []
    place = 0
    for group in range(file.num_row_groups):
        if place == len(wanted) or of.starts[wanted[place]] >= begins[group + 1]:
            continue
        row = int(begins[group])
        for batch in file.iter_batches(batch_size=READ_ROWS, row_groups=[group], use_threads=False):
            end = row + len(batch)
            while place < len(wanted):
                first, last = int(of.starts[wanted[place]]), int(ends[wanted[place]])
                if first >= end:
                    break
                begin = first + len(rows)
                rows += batch.slice(begin - row, min(last, end) - begin).to_pylist()
                if last > end:
                    break
                yield int(wanted[place]), rows, first + 1
                rows = []
                place += 1
            row = end
