"""A batch from its source to its results: gather what is not there yet, then write everything in order."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scorer.batch.columns import WORKER_MEGABYTES, WORKER_SECONDS, codes_by_columns, flat_table, run_columns
from scorer.batch.gather import Gather, Task, limits_words
from scorer.batch.progress import Progress
from scorer.batch.results import PAGES_MOST, REPORTS, Outcome, write_results
from scorer.batch.sources import BATCH, GATHERED, Item, digest_of_item, find_items, left_aside
from scorer.batch.store import INDEX, Store
from scorer.engines import Dask, Engine, Local, Lost, Spark, program_digest
from scorer.model import ScorerError
from scorer.saving import save

if TYPE_CHECKING:
    from scorer.sets import IndicatorSet

ONE_PROCESS = 40  # fewer files than this are done before a second process has started


@dataclass(frozen=True, slots=True)
class Settings:
    """How a batch is run. `workers` None: as many as there are processors, one for a few files.

    `pages` is how many of the riskiest reports are written as pages that the summary links to.
    """

    one_per: str = "file"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    workers: int | None = None
    seconds: float = 120
    megabytes: int = 1024
    pages: int = PAGES_MOST


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
) -> Outcome:
    """Read, score and check every submission of `source`; write the results into `output`.

    `source` is what `find_items` takes, a flat table (scored by columns), or the output folder of an earlier batch, whose
    submissions are then scored anew without their files. `say` is told how far the work has come: on a `terminal` on one line of less
    than `columns`.

    Raises:
        ScorerError: no such source, nothing to read in it, or the output folder cannot be written or is the source itself.
    """
    settings = settings or Settings()
    progress = Progress(say, terminal, columns)
    table = flat_table(source)
    if table is not None:
        codes = codes_by_columns(settings.select, settings.ignore)
        workers = settings.workers or _processors()
        if isinstance(engine, (Dask, Spark)):  # a piece of a table is a hundred thousand forms
            engine = replace(engine, seconds=WORKER_SECONDS, megabytes=WORKER_MEGABYTES)
        return run_columns(table, output, indicator_set, codes, engine, workers, progress, pages=settings.pages)
    earlier = Store(Path(source) / GATHERED, write=False) if is_output(source) else None
    if not earlier and Path(source).is_dir() and output.is_dir() and output.samefile(source):
        raise ScorerError(f"{output}：结果文件夹不能就是来源文件夹，汇总会和自评表混在一起。请用 -o 另写一个文件夹。")
    items = items_of_earlier(Path(source)) if earlier else find_items(str(source), settings.one_per)
    aside = () if earlier else left_aside(str(source))
    work = Gather(indicator_set, settings.select, settings.ignore, program_digest())
    store = Store(output / GATHERED)
    try:
        _gather(items, work, store, earlier, settings, engine, progress)
        keys = [item.key for item in items]
        save(json.dumps({"schema": "scorer.batch/1", "keys": keys}), output / BATCH, force=True)
        return write_results(store, keys, output, settings.pages, progress, settings.select, settings.ignore, aside)
    finally:
        store.close()
        if earlier:
            earlier.close()


def _gather(
    items: Sequence[Item],
    work: Gather,
    store: Store,
    earlier: Store | None,
    settings: Settings,
    engine: Engine | None,
    progress: Progress,
) -> None:
    missing = [item for item in items if not _done(item, work, store, earlier, settings)]
    if earlier is not None:
        unread = [item for item in missing if not earlier.entries[item.key].sizes[2]]
        for item in unread:
            store.add(replace(earlier.record(item.key), reading=program_digest(), options=work.options))
        missing = [item for item in missing if earlier.entries[item.key].sizes[2]]
    progress.begin(len(missing), len(items) - len(missing))
    if not missing:  # no process, and no cluster, has to start for that
        return
    workers = settings.workers or (1 if len(missing) < ONE_PROCESS else _processors())
    engine = engine or Local(min(workers, len(missing)), settings.seconds, settings.megabytes)
    for task, result in engine.run(work, _tasks(missing, store, earlier)):
        if isinstance(result, Lost):
            result = work.lost(task, result, settings.seconds, settings.megabytes)
        store.add(result)
        progress.step(task.item.key)
    progress.end()


def _done(item: Item, work: Gather, store: Store, earlier: Store | None, settings: Settings) -> bool:
    """Is what the store holds of this item what reading it now would give?"""
    entry = store.entries.get(item.key)
    if entry is None or entry.reading != program_digest():
        return False
    same = entry.options == work.options or not entry.sizes[2]  # what could not be read does not depend on the set
    if not same or entry.limits not in ("", limits_words(settings.seconds, settings.megabytes)):
        return False
    before = earlier.entries.get(item.key) if earlier else None
    return entry.digest == (before.digest if before else digest_of_item(item))


def _tasks(items: Sequence[Item], store: Store, earlier: Store | None) -> Iterator[Task]:
    """Items to be read; those whose submission is known, as it was read, with its JSON instead."""
    for item in items:
        if earlier is not None:
            entry = earlier.entries[item.key]
            yield Task(item, earlier.submission(item.key), entry.digest)
            continue
        known = store.entries.get(item.key)
        fresh = known is not None and known.reading == program_digest() and not known.limits
        if known and fresh and known.sizes[2] and known.digest == digest_of_item(item):
            yield Task(item, store.submission(item.key), known.digest)
        else:
            yield Task(item)


def chosen_engine(name: str, settings: Settings, address: str | None = None) -> Engine | None:
    """The engine of that name with the limits of the settings; None for ``local``, which `run_batch` makes to measure.

    `address` is where the cluster is; None: on this computer.

    Raises:
        ScorerError: what the engine needs is not installed.
    """
    if name == "local":
        return None
    engines: dict[str, type[Dask | Spark]] = {"dask": Dask, "spark": Spark}
    return engines[name](address, settings.workers or _processors(), settings.seconds, settings.megabytes)


def is_output(source: str | Path) -> bool:
    """Is this the output folder of a finished batch?"""
    return (Path(source) / GATHERED / INDEX).is_file() and (Path(source) / BATCH).is_file()


def items_of_earlier(folder: Path) -> list[Item]:
    """The submissions of an earlier batch in their order."""
    keys = json.loads((folder / BATCH).read_text("utf-8"))["keys"]
    if not keys:
        raise ScorerError(f"{folder}：其中没有提交件。")
    return [Item(key, (key,)) for key in keys]


def _processors() -> int:
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


__all__ = ["GATHERED", "REPORTS", "Settings", "chosen_engine", "is_output", "run_batch"]
