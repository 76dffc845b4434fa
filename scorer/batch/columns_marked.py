"""What was found across the submissions of a flat table, put into its results: findings, and the counts and the risk of
the submissions concerned. Rows are repeated for each of them by columns, since a department may have thousands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.across import Across
from scorer.batch.columns_output import LEVEL_ORDER, points
from scorer.batch.columns_parts import Part
from scorer.batch.columns_reading import decimals_of
from scorer.batch.columns_source import Piece
from scorer.batch.rows import RISK_CODE_MOST, RISK_LEVELS
from scorer.batch.tables import finding_row, schemas

Array = npt.NDArray[Any]

FINDINGS: Final = "findings.parquet"
SUBMISSIONS: Final = "submissions.parquet"
MARKED: Final = "across"  # what the names of the parts say
ROWS: Final = 16_384  # of findings made at a time
COUNTS: Final = dict(zip(LEVEL_ORDER, ("errors", "warnings", "notes"), strict=True))


class Marks:
    """The findings across submissions as pairs of a submission (its number from 1) and a finding (its place)."""

    def __init__(self, across: Across) -> None:
        self.findings = [one.finding for one in across.findings]
        sizes = [len(one.concerned) for one in across.findings]
        numbers = np.array([each.number for one in across.findings for each in one.concerned], np.int64)
        places = np.repeat(np.arange(len(sizes)), sizes)
        order = np.lexsort((places, numbers))
        self.numbers, self.places = numbers[order], places[order]

    def of(self, first: int, last: int) -> tuple[Array, Array]:
        """The pairs of the submissions from `first` up to `last`: the place of each submission among them, the finding."""
        low, high = np.searchsorted(self.numbers, [first, last])
        return self.numbers[low:high] - first, self.places[low:high]


def mark_findings(marks: Marks, folder: Path) -> list[Path]:
    """The findings as rows for each submission concerned, in their order: a part of the table that comes after all
    others; none where nothing was found."""
    if not marks.findings:
        return []
    path = folder / f"{MARKED}.{FINDINGS}"
    with Part(path, FINDINGS) as part:
        for batch in _rows(marks):
            part.add(batch)
    return [path]


def _rows(marks: Marks) -> Iterator[Any]:
    import pyarrow

    schema = schemas()[FINDINGS]
    made = [finding_row(0, {**one.model_dump(mode="json"), "across": line}) for line, one in enumerate(marks.findings, 1)]
    whole = pyarrow.RecordBatch.from_pylist(made, schema)
    for begin in range(0, len(marks.numbers), ROWS):
        numbers, places = (column[begin : begin + ROWS] for column in (marks.numbers, marks.places))
        taken = whole.take(pyarrow.array(places))
        yield pyarrow.RecordBatch.from_arrays([pyarrow.array(numbers), *taken.columns[1:]], schema=schema)


def mark_submissions(marks: Marks, folder: Path, pieces: Sequence[Piece]) -> list[Path]:
    """The parts of the submissions with the findings counted: new ones of the pieces that have some, else as they are."""
    risks = np.array([RISK_LEVELS[one.level] for one in marks.findings], np.int64)
    codes = {code: place for place, code in enumerate(sorted({one.code for one in marks.findings}))}
    kinds = np.array([codes[one.code] * len(LEVEL_ORDER) + LEVEL_ORDER.index(one.level) for one in marks.findings], np.int64)
    paths = []
    ends = [*(piece.number for piece in pieces[1:]), np.iinfo(np.int64).max]
    for piece, end in zip(pieces, ends, strict=True):
        path = folder / f"{piece.name}.{SUBMISSIONS}"
        numbers, places = marks.of(piece.number, end)
        if len(numbers):
            marked = folder / f"{piece.name}.{MARKED}.{SUBMISSIONS}"
            _count(path, marked, numbers, kinds[places], risks[places])
            path = marked
        paths.append(path)
    return paths


def _count(path: Path, marked: Path, numbers: Array, kinds: Array, risks: Array) -> None:
    """Write the submissions of a part anew with more findings: of each its submission, code and level, and worth."""
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    keys, firsts, times = np.unique(numbers * 4096 + kinds, return_index=True, return_counts=True)
    of, kind = keys // 4096, keys % 4096
    worth = risks[firsts] * np.minimum(times, RISK_CODE_MOST)
    begin = 0
    with Part(marked, SUBMISSIONS) as part:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group).combine_chunks()
            end = begin + len(table)
            low, high = np.searchsorted(of, [begin, end])
            here = of[low:high] - begin
            more = [np.zeros(len(table), np.int64) for _ in LEVEL_ORDER]
            for place, counts in enumerate(more):
                chosen = kind[low:high] % len(LEVEL_ORDER) == place
                np.add.at(counts, here[chosen], times[low:high][chosen])
            risk = np.bincount(here, worth[low:high], len(table)).astype(np.int64) * 100
            for batch in table.to_batches():
                part.add(_counted(batch, more, risk))
            begin = end


def _counted(batch: Any, more: Sequence[Array], risk: Array) -> Any:
    import pyarrow

    columns = {name: batch.column(name) for name in batch.schema.names}
    for level, counts in zip(LEVEL_ORDER, more, strict=True):
        name = COUNTS[level]
        columns[name] = pyarrow.array((columns[name].to_numpy() + counts).astype(np.int32))
    known = decimals_of(columns["risk"])
    if known is not None:
        columns["risk"] = points(known[0] + risk)
    return pyarrow.RecordBatch.from_arrays(list(columns.values()), list(columns))
