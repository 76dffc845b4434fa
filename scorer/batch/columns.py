"""A batch over a flat table by columns: millions of rows scored and checked without an object for any of them.

The table is cut into pieces of whole submissions; an engine works on them wherever it likes, each piece gives three
parts of the result tables in a folder, and the parts are put together in their order. What a piece gives depends on the
table and the set alone, so the results are the same bytes however many processes there are.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scorer.batch.columns_parts import Part
from scorer.batch.columns_source import (
    Chunk,
    Piece,
    check_columns,
    chunks,
    is_flat,
    open_table,
    outline,
    pieces,
    submission_of,
)
from scorer.batch.joined import join
from scorer.batch.progress import Progress
from scorer.batch.store import Store
from scorer.batch.tables import TABLES, finding_row, schemas, score_row, submission_row
from scorer.batch.whole import whole_file
from scorer.engines import Lost
from scorer.model import Report, ScorerError, Submission
from scorer.saving import cause, save

if TYPE_CHECKING:
    from scorer.batch.columns_facts import FactsPart
    from scorer.batch.columns_memory import Memory
    from scorer.batch.results import Outcome
    from scorer.checks.peers import Facts
    from scorer.engines import Engine
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
        from scorer.batch.columns_facts import FactsPart

        return stack.enter_context(FactsPart(Path(self.folder), piece.name))

    def _results(
        self, memory: Memory, chunk: Chunk, piece: Piece, number: int, counts: _Counts, facts: FactsPart | None = None
    ) -> dict[str, Any]:
        from scorer.batch.columns_checks import check_chunk
        from scorer.batch.columns_findings import findings_table
        from scorer.batch.columns_output import Found, scores_batch, submissions_batch
        from scorer.batch.columns_scoring import check_heads, score_chunk
        from scorer.batch.columns_totals import roll_up

        check_heads(chunk, piece.path)
        scored = score_chunk(memory, chunk)
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

    def _alone(
        self, chunk: Chunk, odd: Sequence[int], piece: Piece, number: int, batches: dict[str, Any], counts: _Counts
    ) -> list[tuple[int, Facts]]:
        """Score the odd submissions of a chunk as single forms, and put their rows among the others; gives the facts of
        those that could be read, by their places."""
        from scorer.batch.columns_output import merged
        from scorer.batch.facts import facts_of
        from scorer.batch.rows import row_of
        from scorer.checks.peers import Facts

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
    from scorer.batch.columns_memory import Memory

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
        from scorer.batch.columns_output import LEVEL_ORDER

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


# -------------------------------------------------------------------------------------------- single submissions


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
    from scorer.evaluation import evaluate, failed, unreadable

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


# ------------------------------------------------------------------------------------------------------ the whole run

GATHERED: Final = "gathered"
BATCH: Final = "batch.json"


def flat_table(source: str | Path) -> str | None:
    """The flat table that a source is, or that an earlier output folder was made from; None for other sources.

    Raises:
        ScorerError: the table of an earlier output is no longer there, or no longer the same.
    """
    path = Path(source)
    if path.is_dir():
        return table_of(path)
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return None
    return str(path) if is_flat(open_table(path).schema_arrow.names) else None


def table_of(folder: Path) -> str | None:
    """The flat table that the results in a folder were made from; None where they were not.

    Raises:
        ScorerError: it is no longer there, or no longer the same.
    """
    try:
        about = json.loads((folder / BATCH).read_text("utf-8"))
        table, digest = about["table"], about["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not Path(table).is_file():
        raise ScorerError(f"{folder}：这批结果出自 {table}，现在没有这个文件。请放回原处，或对新的表重新运行 scorer batch。")
    if table_digest(table) != digest:
        raise ScorerError(f"{folder}：这批结果出自 {table}，它后来改动过。请对它重新运行 scorer batch。")
    return str(table)


def codes_by_columns(select: Sequence[str], ignore: Sequence[str]) -> list[str]:
    """The codes of the checks that columns decide or that compare submissions, of those that are selected.

    Raises:
        ScorerError: none is left.
    """
    from scorer.checks import selected

    codes = [check.code for check in selected(select, ignore) if check.code in (*DECIDED, *COMPARED, *NOT_COMPARED)]
    if not set(codes) - set(NOT_COMPARED):
        raise ScorerError(
            f"平表（每行一个指标）只运行 A 类（表内算术）检查和同批比对（{'、'.join(COMPARED)}），所选的检查都不在其中。"
            "请改选，或去掉 --select、--ignore。"
        )
    return codes


WORKER_SECONDS: Final = 3600.0
WORKER_MEGABYTES: Final = 8192  # of addresses, which Arrow reserves freely, not of memory in use


def run_columns(
    path: str,
    output: Path,
    indicator_set: IndicatorSet | None,
    codes: Sequence[str],
    engine: Engine | None,
    workers: int,
    progress: Progress,
    *,
    scores: bool = True,
    pages: int = 0,
) -> Outcome:
    """Score and check a flat table by columns and write the results into `output`.

    Parts that an interrupted run has finished are used again when the table, the set and the program are the same.

    Raises:
        ScorerError: the table cannot be read, or is not in order; a result cannot be written; a piece gave no result.
    """
    from scorer.batch.across import ACROSS
    from scorer.batch.columns_across import compare_table
    from scorer.batch.columns_marked import FINDINGS, MARKED, SUBMISSIONS, Marks, mark_submissions
    from scorer.batch.columns_summary import write_summary
    from scorer.engines import Local

    check_columns(path, open_table(path).schema_arrow)
    progress.stage("清点", 0)
    found = outline(path)
    tasks = pieces(path, found)
    folder = output / GATHERED / PARTS / _identity(path, indicator_set, codes, scores)
    store = Store(output / GATHERED)  # its lock keeps other runs out of the folder
    try:
        _forget_others(folder)
        own = tuple(code for code in codes if code in DECIDED)
        work = Columnar(indicator_set, own, str(folder), scores, tuple(code for code in codes if code not in own))
        done = {piece.name: earlier for piece in tasks if (earlier := _earlier(folder, piece)) is not None}
        missing = [piece for piece in tasks if piece.name not in done]
        engine = engine or Local(min(workers, max(len(missing), 1)), WORKER_SECONDS, WORKER_MEGABYTES)
        progress.begin(len(missing), len(done))
        for piece, result in engine.run(work, missing):
            if isinstance(result, Lost):
                rows = f"第 {piece.first + 1}–{piece.last} 行没有算完（{LOST[result.reason]}）"
                raise ScorerError(f"{path}：{rows}。请用同一命令再运行一次，已算完的不再重算。")
            if isinstance(result, str):
                raise ScorerError(result)
            _keep(folder, result)
            done[piece.name] = result
            progress.step(piece.name)
        progress.end()
        parts = {table: [folder / f"{piece.name}.{table}" for piece in tasks] for table in work.tables}
        output.mkdir(parents=True, exist_ok=True)
        progress.stage("比对", 0)
        more = folder / f"{MARKED}.{FINDINGS}"
        with whole_file(output / ACROSS) as lines, Part(more, FINDINGS) as part:
            marks = Marks(lines, part)
            if work.across:
                marks.found.compared = compare_table(path, folder, tasks, found, indicator_set, work.across, marks.add)
            marks.flush()
        if marks.codes:
            parts[FINDINGS].append(more)
            parts[SUBMISSIONS] = mark_submissions(marks, folder, tasks)
        progress.stage("合并", 0)
        for table, paths in parts.items():
            with whole_file(output / table) as file:
                join(paths, file)
        gathered = [done[piece.name] for piece in tasks]
        outcome = write_summary(path, output, tasks, gathered, indicator_set, own, pages, progress, marks)
        shutil.rmtree(output / GATHERED / PARTS, ignore_errors=True)
        return outcome
    finally:
        store.close()


LOST: Final = {"time": "超过时间", "memory": "内存不足", "killed": "进程两次意外结束"}


def _identity(path: str, indicator_set: IndicatorSet | None, codes: Sequence[str], scores: bool) -> str:
    """What the parts depend on: the table, the set, the checks and this program."""
    from scorer.engines import program_digest

    of_set = [indicator_set.id, indicator_set.version, indicator_set.digest] if indicator_set else []
    told = json.dumps([path, table_digest(path), of_set, list(codes), scores, program_digest()])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def table_digest(path: str | Path) -> str:
    """The digest of a Parquet file's size and footer, which lists every piece of it: a changed table has another one."""
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 8, 0))
        footer = int.from_bytes(file.read(4), "little")
        file.seek(max(size - 8 - footer, 0))
        return hashlib.sha256(f"{size} ".encode() + file.read()).hexdigest()


def _forget_others(folder: Path) -> None:
    """Take away the parts of runs over another table or with another set."""
    if folder.parent.is_dir():
        for other in folder.parent.iterdir():
            if other.name != folder.name:
                shutil.rmtree(other, ignore_errors=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ScorerError(f"{folder}：无法写入（{cause(error)}）。请换一个可写的文件夹。") from error


def _keep(folder: Path, done: Done) -> None:
    """Write down that a piece is finished, once its parts are."""
    save(json.dumps(asdict(done)), folder / f"{done.name}.json", force=True)


def _earlier(folder: Path, piece: Piece) -> Done | None:
    """What an interrupted run has finished of a piece, None for nothing."""
    try:
        said = json.loads((folder / f"{piece.name}.json").read_text("utf-8"))
        tallies = {code: (sound, faulty, undecided, not_run) for code, (sound, faulty, undecided, not_run) in said["tallies"].items()}
        return Done(**{**said, "tallies": tallies})
    except (OSError, ValueError, TypeError, KeyError):
        return None
