"""The engines side by side on the same work in one run: rate and start-up of local, Dask and Spark, two workers each.

    python -m tests.bench.bench_engines [--rows ROWS] [--forms FORMS] [--engines local,dask,spark] [--rounds N]

Two kinds of work: a flat table scored by columns (tasks of two million rows, small results) and forms in files (many
small tasks). The rate is measured once a fifth of the tasks is done; the start-up is what the whole takes beyond its
tasks at that rate. Rounds alternate between the engines and the best counts, for other programs on the computer slow one
and then another. The results of all engines are compared.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from scorer.batch.run import WORKER_MEGABYTES, WORKER_SECONDS, codes_by_columns
from scorer.batch.sources.files import find_items
from scorer.batch.sources.flat import outline, pieces
from scorer.batch.tasks.columnar import Columnar
from scorer.batch.tasks.gather import Gather, Task
from scorer.engines import Dask, Engine, Local, Lost, Spark, program_digest
from scorer.forms import read_submission
from scorer.forms.writing import write_form
from tests.bench.bench_columns import ROWS, make

ROOT = Path(__file__).parent.parent.parent
WORKERS = 2


def forms(folder: Path, count: int) -> None:
    source = next(path for path in sorted((ROOT / "examples").rglob("*.toml")) if read_submission(path).answers)
    submission = read_submission(source)
    for number in range(count):
        path = folder / f"{number:06d}{'.xlsx' if number % 2 else '.docx'}"
        write_form(replace(submission, unit=f"某县第{number}局"), str(path), None)


def timed(engine: Engine, work: Callable[[Any], Any], tasks: list[Any], size: Callable[[Any], int]) -> tuple[float, float, str]:
    """The rate once a fifth of the tasks is done, the seconds of the whole run, and a digest of its results."""
    began = time.perf_counter()
    found: list[str] = []
    first = done = 0.0
    rest = 0
    for task, outcome in engine.run(work, tasks):
        if isinstance(outcome, (Lost, str)):
            raise SystemExit(f"{task}: {outcome}")
        found.append(repr(outcome))
        done = time.perf_counter()
        if len(found) <= len(tasks) // 5 + 1:
            first = done
        else:
            rest += size(task)
    whole = time.perf_counter() - began
    return rest / (done - first), whole, hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()


def compared(
    what: str, unit: float, engines: dict[str, Engine], rounds: int, work: Any, tasks: list[Any], size: Callable[[Any], int]
) -> None:
    """Print a line for each engine."""
    best = dict.fromkeys(engines, (0.0, 1e9))
    digests = set()
    for _ in range(rounds):
        for name, engine in engines.items():
            rate, whole, digest = timed(engine, work, tasks, size)
            digests.add(digest)
            best[name] = max(best[name][0], rate), min(best[name][1], whole)
    total = sum(size(task) for task in tasks)
    for name, (rate, whole) in best.items():
        print(
            f"{what:8} {name:6} {rate / unit:9.2f} a second, {rate / best['local'][0]:5.2f} of local; "
            f"start-up {max(whole - total / rate, 0):5.1f} s; the whole of {total} in {whole:6.1f} s",
            flush=True,
        )
    print(f"{what:8} the same results: {'yes' if len(digests) == 1 else 'NO'}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--forms", type=int, default=1000)
    parser.add_argument("--engines", default="local,dask,spark")
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    engine_of: dict[str, Callable[[float, int], Engine]] = {
        "local": lambda seconds, megabytes: Local(WORKERS, seconds, megabytes),
        "dask": lambda seconds, megabytes: Dask(None, WORKERS, seconds, megabytes),
        "spark": lambda seconds, megabytes: Spark(None, WORKERS, seconds, megabytes),
    }
    names = asked.engines.split(",")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.rows:
            make(folder / "table.parquet", asked.rows // ROWS)
            parts = folder / "parts"
            parts.mkdir()
            work: Any = Columnar(None, tuple(codes_by_columns((), ())), str(parts))
            tasks: list[Any] = pieces(folder / "table.parquet", outline(folder / "table.parquet"))
            engines = {name: engine_of[name](WORKER_SECONDS, WORKER_MEGABYTES) for name in names}
            compared("M rows", 1e6, engines, asked.rounds, work, tasks, lambda piece: piece.last - piece.first)
        if asked.forms:
            (folder / "forms").mkdir()
            forms(folder / "forms", asked.forms)
            tasks = [Task(item) for item in find_items(str(folder / "forms"), "file")]
            engines = {name: engine_of[name](120, 1024) for name in names}
            compared("forms", 1, engines, asked.rounds, Gather(None, (), (), program_digest()), tasks, lambda task: 1)


if __name__ == "__main__":
    main()
