"""The comparison across the submissions of a flat table: the checks of `scorer.checks.peers` over facts in columns.

Every submission is a row of numbers; which of them belong together, and which lie far from the others, is found by
sorting. Where two have to be laid beside each other (handed in twice, the year before), the rows of just those are read
again, by columns. Only the submissions of which something is said become objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scorer.batch.across import Concerned
from scorer.batch.beside import Beside, Cells
from scorer.batch.facts import facts_of, folder_region, says_region
from scorer.batch.facts_by_columns import facts_of_pieces, measures_of_pieces
from scorer.batch.overview.risk import SEPARATORS
from scorer.batch.rows.columns import as_texts
from scorer.batch.rows.texts import Vocabulary, hundredths_of
from scorer.batch.sources.flat import Outline, Piece, chunks, submission_of
from scorer.checks.peers import Batch
from scorer.checks.peers.hashes import MASK, combined
from scorer.checks.peers.kept import KINDS, Facts, Measure
from scorer.checks.peers.peers import NO_YEAR, PEER, REMEMBERED, name_hash
from scorer.checks.registry import ACROSS, Faulty, Outcome, finding, selected, tally
from scorer.evaluation import evaluate
from scorer.model import EMPTY, Answer, Cell, Finding, Place, Source, Submission, Tally

if TYPE_CHECKING:
    from scorer.sets import IndicatorSet

Array = npt.NDArray[Any]

AT_ONCE: Final = 50_000  # submissions whose rows are held, as columns, to be made into objects one by one
DIGITS: Final = 15  # that floating point holds exactly: what has more is read again
SAME_RESULTS: Final = ("total", "low", "high", "claimed_total", "recomputed_weight", "judged_weight")


def compare_table(
    path: str,
    folder: Path,
    pieces: Sequence[Piece],
    outline: Outline,
    indicator_set: IndicatorSet | None,
    codes: Sequence[str],
    tell: Callable[[Finding, Sequence[Concerned]], None],
) -> tuple[Tally, ...]:
    """Run the checks across submissions over the parts in `folder` that the pieces of a flat table gave.

    `tell` is told every finding, by code and by the first submission concerned, as `run_across` has them: there may be
    too many to hold. Gives the tallies.
    """
    batch = TableBatch(path, folder, pieces, outline, indicator_set, digests="P704" in codes)
    tallies = []
    for entry in selected(codes):
        message, function = ACROSS[entry.code]
        told = replace(entry, message=message)
        others: list[Outcome] = []
        faults = 0
        for outcome in function(batch):
            if isinstance(outcome, Faulty):
                faults += 1
                tell(finding(told, outcome), tuple(batch.concerned(outcome.concerns)))
            else:
                others.append(outcome)
        counted = tally(entry.code, others)
        tallies.append(counted.model_copy(update={"faulty": faults, "not_run": None}) if faults else counted)
    return tuple(tallies)


class TableBatch(Batch):
    """The submissions of a flat table as a batch: see `Batch` for what the methods mean.

    `digests`: tell also those whose rows are the same throughout, but for their numbers.
    """

    def __init__(
        self,
        path: str,
        folder: Path,
        pieces: Sequence[Piece],
        outline: Outline,
        indicator_set: IndicatorSet | None,
        *,
        digests: bool,
    ) -> None:
        super().__init__(self._facts_of, self._submission_of, texts=False)  # but for reasons there are none
        self._path, self._folder, self._pieces, self._outline = path, folder, pieces, outline
        self._set = indicator_set
        self._table = np.zeros(0, PEER)
        self._beside = Beside(path, pieces)
        self._cells = Cells()
        self._answer = lru_cache(maxsize=REMEMBERED)(self._read_answer)
        self._waiting: list[int] = []
        self._at = 0
        self._held: dict[int, tuple[Any, int, int]] = {}
        self._totals: list[str] | None = None
        self._total_codes = np.zeros(0, np.int64)
        self._gather(digests=digests)

    def _gather(self, *, digests: bool) -> None:
        """Read what the pieces gave."""
        facts = facts_of_pieces(self._folder, [piece.name for piece in self._pieces])
        self._table = np.zeros(len(facts), PEER)
        for name in ("kind", "project", "claims", "answered"):
            self._table[name] = facts[name]
        self._names = [Vocabulary(), Vocabulary()]
        codes: list[list[Array]] = [[], []]
        projects = []
        same = self._table["kind"] ^ (self._table["project"] * np.uint64(3)) if digests else np.zeros(0, np.uint64)
        unread = np.zeros(len(facts), np.bool_)
        begin = 0
        for piece in self._pieces:
            read = self._submissions(piece)
            rows = slice(begin, begin + len(read))
            for place, name in enumerate(("unit", "department")):
                codes[place].append(self._names[place].numbers(read[name].combine_chunks()))
            projects.append(read["project"].combine_chunks())
            self._table["year"][rows] = read["year"].fill_null(NO_YEAR).to_numpy()
            unread[rows] = read["unread"].is_valid().to_numpy()
            if digests:
                for name in SAME_RESULTS:
                    same[rows] = combined(same[rows], _hundredths(read[name].combine_chunks()))
            begin += len(read)
        self._codes = [np.concatenate(listed) for listed in codes]
        self._projects = projects
        self._firsts = np.cumsum([0, *(len(one) for one in projects)])
        folders = SEPARATORS.split(self._path)[:-1]
        regions = [[folder_region(name, folders) for name in names.texts] for names in self._names]
        for place, name in enumerate(("unit", "department")):
            pairs = zip(self._names[place].texts, regions[place], strict=True)
            hashes = np.array([name_hash(text, region) for text, region in pairs], np.uint64)
            self._table[name] = hashes[self._codes[place]]
        placed = [bool(region or says_region(text)) for text, region in zip(self._names[0].texts, regions[0], strict=True)]
        self._table["placed"] = np.array(placed, np.bool_)[self._codes[0]]
        if digests:
            self._tell_same(same, np.flatnonzero(~unread))

    def _submissions(self, piece: Piece) -> Any:
        from pyarrow import parquet

        columns = ["unit", "department", "project", "year", "unread", *SAME_RESULTS]
        return parquet.read_table(
            self._folder / f"{piece.name}.submissions.parquet", columns=columns, read_dictionary=["unit", "department"]
        )

    def _tell_same(self, same: Array, read: Array) -> None:
        """Give a digest to the submissions that are the same as others by all that is known of them, of those `read`."""
        table = self._table
        for name in ("unit", "department", "year"):
            same = combined(same, table[name].astype(np.uint64))
        order = read[np.argsort(same[read], kind="stable")]
        twice = np.zeros(len(order), np.bool_)
        equal = same[order][1:] == same[order][:-1]
        twice[1:] |= equal
        twice[:-1] |= equal
        numbers = np.sort(order[twice])
        if not len(numbers):
            return
        table["digest"][numbers], long = self._beside.digests(numbers)
        wordy = numbers[long & ~table["answered"][numbers]]  # nothing is filled in but reasons
        self.ahead(wordy.tolist())
        table["letters"][wordy] = [self.facts(number).letters for number in wordy.tolist()]

    # ------------------------------------------------------------------------------------------------ what checks ask

    @property
    def peers(self) -> Array:
        return self._table

    def measures(self) -> Iterator[Array]:
        return measures_of_pieces(self._folder, [piece.name for piece in self._pieces])

    def exact(self, row: Any) -> Measure:
        value = Decimal(repr(float(row["value"])))
        if len(value.as_tuple().digits) > DIGITS:
            return super().exact(row)
        return Measure(int(row["group"]), value, KINDS[int(row["kind"])], int(row["row"]))

    def names(self, number: int) -> tuple[str, str, str]:
        unit, department = (
            names.texts[int(codes[number])] for names, codes in zip(self._names, self._codes, strict=True)
        )
        piece = int(np.searchsorted(self._firsts, number, side="right")) - 1
        return unit, department, self._projects[piece][number - int(self._firsts[piece])].as_py() or ""

    def claimed_total(self, number: int) -> Place:
        if self._totals is None:
            self._read_totals()
        text = (self._totals or [""])[int(self._total_codes[number])]
        return Place(file=self._path, at=f"L{int(self._outline.starts[number]) + 1}", quote=text)

    def _read_totals(self) -> None:
        """The claimed totals as written, of all submissions."""
        vocabulary, codes = Vocabulary(), []
        for piece in self._pieces:
            for chunk in chunks(piece, ["submission", "claimed_total"]):
                codes.append(vocabulary.numbers(as_texts(chunk.batch.column("claimed_total").take(_arrow(chunk.starts)))))
        self._totals, self._total_codes = vocabulary.texts, np.concatenate(codes)

    def answer(self, number: int, row: int) -> Answer:
        return self._answer(number, row)

    def _read_answer(self, number: int, row: int) -> Answer:
        found = self._cells.row(number, row)
        if found is None:
            return super().answer(number, row)
        path, texts, line = found
        actual, claimed = (self._cell(texts[name], line) for name in ("actual", "claimed"))
        return Answer(path, actual=actual, claimed=claimed, unit=texts["measure_unit"])

    def spent(self, number: int) -> list[Cell]:
        found = self._cells.spent(number)
        return [self._cell(*found[0])] if len(found) == 1 else super().spent(number)

    def _cell(self, text: str, line: int) -> Cell:
        return Cell(text, Source(self._path, "", f"L{line}")) if text else EMPTY

    def ahead_rows(self, numbers: Array, rows: Array, spent: Array) -> None:
        self._answer.cache_clear()
        self._cells = self._beside.cells(numbers[rows >= 0], rows[rows >= 0], spent)

    def likeness(self, one: Array, other: Array) -> Array:
        return self._beside.likeness(one, other)

    def differ(self, one: Array, other: Array) -> Array:
        return self._beside.differ(one, other)

    def apart(self, one: Array, other: Array) -> Array:
        return np.zeros(len(one), np.bool_)  # all of them stand in one file

    def carried(self, before: Array, now: Array) -> tuple[Array, Array]:
        count, whole, told = self._beside.carried(before, now)
        at = np.flatnonzero(told)  # whose words may tell of the year: they are read as words
        self.ahead(np.stack([before[at], now[at]], axis=1).ravel().tolist())
        count[at], whole[at] = super().carried(before[at], now[at])
        return count, whole

    def concerned(self, numbers: Iterable[int]) -> Iterator[Concerned]:
        for number in numbers:
            unit, _, project = self.names(number)
            year = int(self._table["year"][number])
            yield Concerned(number + 1, self._key(number), unit, project, year if year != NO_YEAR else None)

    def _key(self, number: int) -> str:
        return f"{self._path}#{self._outline.ids[number].as_py()}"

    # ------------------------------------------------------------------------------------------------------- objects

    def ahead(self, numbers: Iterable[int]) -> None:
        self._waiting, self._at = list(numbers), 0

    def _rows(self, number: int) -> list[dict[str, Any]]:
        if number not in self._held:
            self._read_from(number)
        batch, begin, end = self._held[number]
        rows: list[dict[str, Any]] = batch.slice(begin, end - begin).to_pylist()
        return rows

    def _read_from(self, number: int) -> None:
        """Read the rows of a submission and of those that are asked for after it."""
        try:
            self._at = self._waiting.index(number, self._at)
        except ValueError:
            self._waiting, self._at = [number], 0
        wanted: set[int] = set()
        while self._at < len(self._waiting) and len(wanted) < AT_ONCE:
            wanted.add(self._waiting[self._at])
            self._at += 1
        self._held = dict(self._beside.rows(sorted(wanted)))

    def _submission_of(self, number: int) -> Submission:
        return submission_of(self._key(number), self._rows(number), int(self._outline.starts[number]) + 1, self._path)

    def _facts_of(self, number: int) -> Facts:
        submission = self.submission(number)
        return Facts.from_json(facts_of(submission, evaluate(submission, self._set, select=("P701",))))


def _arrow(values: Array) -> Any:
    import pyarrow

    return pyarrow.array(values)


def _hundredths(column: Any) -> Array:
    """Points as hashes of their own, as two's complement; all ones for none."""
    values, known = hundredths_of(column)
    return np.where(known, values.view(np.uint64), np.uint64(MASK))
