"""One piece of a flat table: read, scored and checked by columns, and what it leaves for the whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scorer.batch.columns_checks import check_chunk
from scorer.batch.columns_findings import findings_table
from scorer.batch.facts import facts_of
from scorer.batch.facts_by_columns import FactsPart
from scorer.batch.overview.risk import row_of
from scorer.batch.rows.alignment import check_heads, score_chunk
from scorer.batch.rows.output import LEVEL_ORDER, Found, merged, scores_batch, submissions_batch
from scorer.batch.rows.remembered import Memory
from scorer.batch.rows.summed import roll_up
from scorer.batch.sources.flat import (
    Chunk,
    Piece,
    chunks,
    submission_of,
)
from scorer.batch.tables import TABLES, Part, finding_row, schemas, score_row, submission_row
from scorer.checks.peers import Facts
from scorer.evaluation import evaluate, failed, unreadable
from scorer.model import Report, ScorerError, Submission

if TYPE_CHECKING:
    from scorer.sets import IndicatorSet


DECIDED: Final = tuple(f"A{number}" for number in range(101, 117))  # the checks that columns decide


COMPARED: Final = ("C307", "P702", "P703", "P704")  # what is compared across the submissions


NOT_COMPARED: Final = ("P701",)  # runs, and says that it has nothing to compare


NO_CHECK: Final = ("P701",)  # runs on no single submission: instead of an empty choice, which would be all


PARTS: Final = "columns"  # in the folder of what was gathered


@dataclass(frozen=True, slots=True)
class Done:
    """What a piece gave: submissions, rows, those scored as single forms, findings, and outcomes by check.

    `tallies` are sound, faulty, undecided and not run of each code.
    """

    name: str
    submissions: int
    rows: int
    alone: int
    levels: dict[str, int]
    tallies: dict[str, tuple[int, int, int, int]]


@dataclass(frozen=True)
class Columnar:
    """The work on one piece of a flat table. `folder` takes the parts; `scores` false leaves out a row for each leaf.

    `codes` are checks of one submission; `across` are those for which the facts are written as well.
    """

    set: IndicatorSet | None
    codes: tuple[str, ...]
    folder: str
    scores: bool = True
    across: tuple[str, ...] = ()

    def files(self, piece: Piece) -> list[str]:
        """What whoever does the work must see: the table, and the folder that takes the parts."""
        return [piece.path, self.folder]

    def __call__(self, piece: Piece) -> Done | str:
        """What the piece gave, or why the table cannot be scored (Chinese): that is for the whole run to say."""
        try:
            return self._done(piece)
        except ScorerError as error:
            return str(error)
        except MemoryError:
            raise
        except Exception as error:
            rows = f"第 {piece.first + 1}–{piece.last} 行"
            return f"{piece.path}：程序处理{rows}时出错（{type(error).__name__}：{error}）。请把这段话和表的列名、类型发给维护人。"

    def _done(self, piece: Piece) -> Done:
        folder = Path(self.folder)
        counts = _Counts()
        with ExitStack() as stack:
            writers = {name: stack.enter_context(Part(folder / f"{piece.name}.{name}", name)) for name in self.tables}
            facts = self._facts_part(stack, piece)
            number = piece.number
            for chunk in chunks(piece):
                memory = memory_of(self.set)
                for name, batch in self._results(memory, chunk, piece, number, counts, facts).items():
                    writers[name].add(batch)
                number += len(chunk.starts)
        return Done(
            piece.name, number - piece.number, piece.last - piece.first, counts.alone, counts.levels, counts.tallies
        )

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(name for name in TABLES if self.scores or not name.startswith("scores"))

    def _facts_part(self, stack: ExitStack, piece: Piece) -> FactsPart | None:
        """Where the facts of the piece go; None where nothing is compared."""
        if not self.across:
            return None

        return stack.enter_context(FactsPart(Path(self.folder), piece.name))

    def _results(
        self, memory: Memory, chunk: Chunk, piece: Piece, number: int, counts: _Counts, facts: FactsPart | None = None
    ) -> dict[str, Any]:
        check_heads(chunk, piece.path)
        try:
            scored = score_chunk(memory, chunk)
        except (ScorerError, MemoryError):
            raise
        except Exception:  # a row that the columns cannot take does not stop the others: each is scored by itself
            return self._one_by_one(chunk, piece, number, counts, facts)
        totals = roll_up(memory, scored)
        faults, tallies = check_chunk(memory, scored, totals, self.codes)
        findings, *found = findings_table(memory, scored, faults, number, piece.path)
        counts.add(found[1].tolist(), {code: tally.counts for code, tally in tallies.items()})
        batches = {
            "submissions.parquet": submissions_batch(memory, scored, totals, Found(*found), number, piece.path),
            "findings.parquet": findings,
        }
        if self.scores:
            batches["scores.parquet"] = scores_batch(memory, scored, number)
        odd: list[tuple[int, Facts]] = []
        if scored.odd.any():
            odd = self._alone(chunk, scored.odd.nonzero()[0].tolist(), piece, number, batches, counts)
        if facts is not None:
            facts.add_chunk(scored, totals, number - 1, odd, measured="P703" in self.across)
        return batches

    def _one_by_one(
        self, chunk: Chunk, piece: Piece, number: int, counts: _Counts, facts: FactsPart | None
    ) -> dict[str, Any]:
        """The results of a chunk without its columns: every submission as a single form, with the one that fails as Z901."""
        import pyarrow

        batches = {name: pyarrow.RecordBatch.from_pylist([], schemas()[name]) for name in self.tables}
        count = len(chunk.starts)
        found = self._alone(chunk, range(count), piece, number, batches, counts)
        if facts is not None:
            facts.add_alone(found, number - 1, count, measured="P703" in self.across)
        return batches

    def _alone(
        self, chunk: Chunk, odd: Sequence[int], piece: Piece, number: int, batches: dict[str, Any], counts: _Counts
    ) -> list[tuple[int, Facts]]:
        """Score the odd submissions of a chunk as single forms, and put their rows among the others; gives the facts of
        those that could be read, by their places."""
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in batches}
        gathered: list[tuple[int, Facts]] = []
        for place in odd:
            key, values, first = rows_of(chunk, place, piece.path)
            report, submission = report_of(key, values, first, piece.path, self.set, self.codes or NO_CHECK)
            content = json.loads(report.model_dump_json())
            facts = {"department": submission.department if submission else ""}
            row = row_of(number + place, key, content, facts)
            rows["submissions.parquet"].append(submission_row(row, content))
            rows["findings.parquet"] += [finding_row(number + place, finding) for finding in content["findings"]]
            if self.scores:
                leaves = (line for line in content["lines"] if line["leaf"])
                rows["scores.parquet"] += [{**score_row(number + place, line), "words": None} for line in leaves]
            counts.add_report(report)
            if self.across and submission is not None and report.set.id:
                gathered.append((place, Facts.from_json(facts_of(submission, report))))
        for name, listed in rows.items():
            batches[name] = merged(batches[name], listed, schemas()[name])
        return gathered


_MEMORY: list[tuple[IndicatorSet | None, Memory]] = []


def memory_of(indicator_set: IndicatorSet | None) -> Memory:
    """What this process remembers for a set, over all pieces; begun anew when it has become too much."""
    digest = indicator_set.digest if indicator_set else None
    if _MEMORY:
        of, memory = _MEMORY[0]
        if (of.digest if of else None) == digest and not memory.full:
            return memory
    _MEMORY[:] = [(indicator_set, Memory(indicator_set))]
    return _MEMORY[0][1]


class _Counts:
    """What is counted over a piece."""

    def __init__(self) -> None:
        self.alone = 0
        self.levels: dict[str, int] = {}
        self.tallies: dict[str, tuple[int, int, int, int]] = {}

    def add(self, levels: Sequence[int], tallies: dict[str, tuple[int, int, int, int]]) -> None:
        for place, level in enumerate(LEVEL_ORDER):
            if times := levels.count(place):
                self.levels[level] = self.levels.get(level, 0) + times
        self._tally(tallies)

    def add_report(self, report: Report) -> None:
        self.alone += 1
        for finding in report.findings:
            self.levels[finding.level] = self.levels.get(finding.level, 0) + 1
        self._tally(
            {one.code: (one.sound, one.faulty, one.undecided, int(one.not_run is not None)) for one in report.tallies}
        )

    def _tally(self, tallies: dict[str, tuple[int, int, int, int]]) -> None:
        add_tallies(self.tallies, tallies)


def add_tallies(into: dict[str, tuple[int, int, int, int]], more: dict[str, tuple[int, int, int, int]]) -> None:
    for code, counts in more.items():
        before = into.get(code, (0, 0, 0, 0))
        into[code] = (before[0] + counts[0], before[1] + counts[1], before[2] + counts[2], before[3] + counts[3])


def rows_of(chunk: Chunk, place: int, path: str) -> tuple[str, list[dict[str, Any]], int]:
    """The key, the rows and the number of the first row of one submission of a chunk."""
    start = int(chunk.starts[place])
    end = int(chunk.starts[place + 1]) if place + 1 < len(chunk.starts) else len(chunk.batch)
    values = chunk.batch.slice(start, end - start).to_pylist()
    return f"{path}#{values[0]['submission']}", values, chunk.first + start


def report_of(
    key: str, rows: Sequence[dict[str, Any]], first: int, path: str, given: IndicatorSet | None, codes: Sequence[str] = ()
) -> tuple[Report, Submission | None]:
    """The report of one submission of a flat table, by all checks or by those with some codes; and what was read."""
    submission: Submission | None = None
    try:
        submission = submission_of(key, rows, first, path)
        return evaluate(submission, given, select=codes), submission
    except ScorerError as error:
        return unreadable(key, "", error), submission
    except MemoryError:
        raise
    except Exception as error:
        return failed(key, "", error), submission
