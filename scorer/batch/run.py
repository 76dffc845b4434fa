"""A batch from its source to its results: gather what is not there yet, then write everything in order."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scorer.batch.across import ACROSS
from scorer.batch.decisions import any_verdict, read_decisions
from scorer.batch.gathering import Gathering, Settings, processors
from scorer.batch.joined import join
from scorer.batch.known import ids_of, kept_ids
from scorer.batch.marked import FINDINGS, MARKED, SUBMISSIONS, Marks, mark_submissions
from scorer.batch.paired import Pairs, find_pairs, write_pairs
from scorer.batch.progress import Progress
from scorer.batch.results import FINDINGS_WORKBOOK, REPORTS, Outcome, write_results, write_summary
from scorer.batch.sources.files import (
    BATCH,
    GATHERED,
    find_items,
    is_output,
    items_of_earlier,
    left_aside,
    store_of,
    unhandled,
)
from scorer.batch.sources.flat import (
    Piece,
    check_columns,
    flat_table,
    open_table,
    outline,
    pieces,
    table_digest,
)
from scorer.batch.store import Store
from scorer.batch.table_across import compare_table
from scorer.batch.tables import Part
from scorer.batch.tasks.columnar import COMPARED, DECIDED, NOT_COMPARED, PARTS, Columnar, Done
from scorer.batch.tasks.gather import Gather
from scorer.batch.whole import whole_file
from scorer.checks import selected
from scorer.engines import Dask, Engine, Local, Lost, Spark, program_digest
from scorer.model import ScorerError
from scorer.numbers.precision import precise
from scorer.saving import cause, save

if TYPE_CHECKING:
    from scorer.sets import IndicatorSet


@precise
def run_batch(
    source: str | Path,
    output: Path,
    indicator_set: IndicatorSet | None = None,
    settings: Settings | None = None,
    *,
    engine: Engine | None = None,
    say: Callable[[str], None] | None = None,
    terminal: bool = False,
    columns: Callable[[], int] = lambda: 80,
    decisions: str | Path | None = None,
) -> Outcome:
    """Read, score and check every submission of `source`; write the results into `output`.

    `source` is what `find_items` takes, a flat table (scored by columns), or the output folder of an earlier batch, whose
    submissions are then scored anew without their files. `say` is told how far the work has come: on a `terminal` on one line of less
    than `columns`. `decisions` is a workbook of findings with verdicts; without it those in the output's own count.

    Raises:
        ScorerError: no such source, nothing to read in it, or the output folder cannot be written or is the source itself.
    """
    settings = settings or Settings()
    progress = Progress(say, terminal, columns)
    table = flat_table(source)
    if table is not None:
        if decisions is not None:
            raise ScorerError(f"{decisions}：平表的结果没有问题清单，不能用 --decisions；它用于文件夹里的自评表。")
        codes = codes_by_columns(settings.select, settings.ignore)
        workers = settings.workers or processors()
        if isinstance(engine, (Dask, Spark)):  # a piece of a table is a hundred thousand forms
            engine = replace(engine, seconds=WORKER_SECONDS, megabytes=WORKER_MEGABYTES)
        return run_columns(table, output, indicator_set, codes, engine, workers, progress, pages=settings.pages)
    earlier = store_of(Path(source)) if is_output(source) else None
    if not earlier and Path(source).is_dir() and output.is_dir() and output.samefile(source):
        raise ScorerError(f"{output}：结果文件夹不能就是来源文件夹，汇总会和自评表混在一起。请用 -o 另写一个文件夹。")
    items = items_of_earlier(Path(source)) if earlier else find_items(str(source), settings.one_per)
    aside = () if earlier else left_aside(str(source))
    others = [] if earlier else unhandled(str(source))
    decided = any_verdict(output / FINDINGS_WORKBOOK) if decisions is None else read_decisions(decisions)
    work = Gather(indicator_set, settings.select, settings.ignore, program_digest())
    store = Store(output / GATHERED)
    try:
        gathering = Gathering(work, store, settings, engine, progress)
        keys = gathering.gather(items, earlier)
        pairs = Pairs()
        # a list that says which files belong together, and an earlier batch, are not second-guessed
        if settings.one_per == "auto" and not earlier and all(len(item.paths) == 1 for item in items):
            pairs = find_pairs(store, keys)
            gathering.join(pairs)
            keys = [key for key in keys if key not in pairs.taken]
        ids = kept_ids(Path(source)) if earlier else ids_of(keys, source)
        about = {"schema": "scorer.batch/1", "keys": keys, "ids": ids, "joined": sorted(store.joined)}
        save(json.dumps(about), output / BATCH, force=True)
        write_pairs(pairs, output)
        aside = (*aside, *pairs.words())
        return write_results(store, keys, output, settings.pages, progress, settings.select, settings.ignore, aside, others, ids, decided)
    finally:
        store.close()
        if earlier:
            earlier.close()


def chosen_engine(name: str, settings: Settings, address: str | None = None) -> Engine | None:
    """The engine of that name with the limits of the settings; None for ``local``, which `run_batch` makes to measure.

    `address` is where the cluster is; None: on this computer.

    Raises:
        ScorerError: what the engine needs is not installed.
    """
    if name == "local":
        return None
    engines: dict[str, type[Dask | Spark]] = {"dask": Dask, "spark": Spark}
    return engines[name](address, settings.workers or processors(), settings.seconds, settings.megabytes)


__all__ = ["GATHERED", "REPORTS", "Settings", "chosen_engine", "is_output", "run_batch"]


def codes_by_columns(select: Sequence[str], ignore: Sequence[str]) -> list[str]:
    """The codes of the checks that columns decide or that compare submissions, of those that are selected.

    Raises:
        ScorerError: none is left.
    """
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
    of_set = [indicator_set.id, indicator_set.version, indicator_set.digest] if indicator_set else []
    told = json.dumps([path, table_digest(path), of_set, list(codes), scores, program_digest()])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


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
