"""What was found across the submissions of a flat table, put into its results: findings, and the counts and the risk of
the submissions concerned. Rows are repeated for each of them by columns, since a department may have thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.across import Concerned, line_of
from scorer.batch.overview.counts import Aggregates
from scorer.batch.overview.risk import RISK_CODE_MOST, RISK_LEVELS
from scorer.batch.results import match_of
from scorer.batch.rows.output import LEVEL_ORDER, points
from scorer.batch.rows.texts import decimals_of
from scorer.batch.sources.flat import Piece
from scorer.batch.tables import Part, finding_row, schemas
from scorer.model import Finding

Array = npt.NDArray[Any]

FINDINGS: Final = "findings.parquet"
SUBMISSIONS: Final = "submissions.parquet"
MARKED: Final = "across"  # what the names of the parts say
ROWS: Final = 16_384  # of findings made at a time
CODES: Final = 1000  # more than there are of one family
COUNTS: Final = dict(zip(LEVEL_ORDER, ("errors", "warnings", "notes"), strict=True))


class Marks:
    """Takes the findings across submissions one by one: a line of ``across.jsonl`` and a row for each submission
    concerned, and what the summary says of them. What stays in memory is some numbers for each."""

    def __init__(self, lines: BinaryIO, findings: Part) -> None:
        self._lines, self._findings = lines, findings
        self._waiting: list[dict[str, Any]] = []
        self._concerned: list[list[int]] = []
        self._pairs: list[tuple[Array, Array]] = []
        self._count = 0
        self.codes: list[str] = []
        self.levels: Counter[str] = Counter()
        self.found = Aggregates()

    def add(self, finding: Finding, concerned: Sequence[Concerned]) -> None:
        self._count += 1
        values = finding.model_dump(mode="json")
        self._lines.write(line_of(values, concerned).encode("utf-8", "surrogatepass") + b"\n")
        self.found.add_match(match_of(finding, concerned))
        self.levels[finding.level] += 1
        if finding.code not in self.codes:
            self.codes.append(finding.code)
        self._waiting.append({**values, "across": self._count})
        self._concerned.append([each.number for each in concerned])
        if len(self._waiting) >= ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the rows of the findings that have come so far."""
        import pyarrow

        if not self._waiting:
            return
        schema = schemas()[FINDINGS]
        whole = pyarrow.RecordBatch.from_pylist([finding_row(0, values) for values in self._waiting], schema)
        kinds = [self.codes.index(one["code"]) * len(LEVEL_ORDER) + LEVEL_ORDER.index(one["level"]) for one in self._waiting]
        sizes = [len(numbers) for numbers in self._concerned]
        places = np.repeat(np.arange(len(sizes)), sizes)
        numbers = np.array([number for listed in self._concerned for number in listed], np.int64)
        self._pairs.append((numbers, np.array(kinds, np.int16)[places]))
        for begin in range(0, len(places), ROWS):
            taken = whole.take(pyarrow.array(places[begin : begin + ROWS]))
            columns = [pyarrow.array(numbers[begin : begin + ROWS]), *taken.columns[1:]]
            self._findings.add(pyarrow.RecordBatch.from_arrays(columns, schema=schema))
        self._waiting, self._concerned = [], []

    def pairs(self) -> tuple[Array, Array]:
        """The submissions concerned, in order, as often as they are, and code and level of each finding."""
        numbers = np.concatenate([np.zeros(0, np.int64), *(one for one, _ in self._pairs)])
        kinds = np.concatenate([np.zeros(0, np.int16), *(one for _, one in self._pairs)])
        order = np.argsort(numbers, kind="stable")
        return numbers[order], kinds[order]

    def tell(self, found: Aggregates) -> None:
        """Put into the figures of the batch what was found."""
        numbers, kinds = self.pairs()
        found.matched, found.matches, found.compared = self.found.matched, self.found.matches, self.found.compared
        for place, code in enumerate(self.codes):
            count = len(np.unique(numbers[kinds // len(LEVEL_ORDER) == place]))
            found.concerned[code] = found.coded[code] = count  # their rows do not stand in the order of submissions


def mark_submissions(marks: Marks, folder: Path, pieces: Sequence[Piece]) -> list[Path]:
    """The parts of the submissions with the findings counted: new ones of the pieces that have some, else as they are."""
    numbers, kinds = marks.pairs()
    paths = []
    for piece, end in zip(pieces, [*(piece.number for piece in pieces[1:]), np.iinfo(np.int64).max], strict=True):
        path = folder / f"{piece.name}.{SUBMISSIONS}"
        low, high = np.searchsorted(numbers, [piece.number, end])
        if low < high:
            marked = folder / f"{piece.name}.{MARKED}.{SUBMISSIONS}"
            _count(path, marked, numbers[low:high] - piece.number, kinds[low:high])
            path = marked
        paths.append(path)
    return paths


def _count(path: Path, marked: Path, numbers: Array, kinds: Array) -> None:
    """Write the submissions of a part anew with more findings: of each its submission, and its code and level."""
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    keys, times = np.unique(numbers * CODES + kinds, return_counts=True)
    of, kind = keys // CODES, keys % CODES
    worth = np.array([RISK_LEVELS[level] for level in LEVEL_ORDER])[kind % len(LEVEL_ORDER)] * np.minimum(times, RISK_CODE_MOST)
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
