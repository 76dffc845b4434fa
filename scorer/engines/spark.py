"""Spark: the executors of a cluster, or of this computer, through `mapInArrow`."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scorer import install_words
from scorer.engines.chunks import AHEAD, SAVED, brief_of, outcomes
from scorer.engines.crew import Crew
from scorer.engines.engine import Lost, Result, Task
from scorer.engines.local import kill_all, started_by
from scorer.model import ScorerError

NO_JAVA = (
    "--engine spark 需要 Java（Spark 4 要 17 或以上），没有找到。"
    "请安装，如 apt install openjdk-17-jre-headless；已安装的请设置 JAVA_HOME。"
)
CHUNK_SECONDS = 2.0  # a job of Spark costs a twentieth of a second before its work begins
MOST_JOBS = 256  # each has a thread here
DIED = re.compile(  # a process of Python or a whole executor that ended, in what Spark says of a failed job
    r"ExecutorLostFailure|Python worker exited unexpectedly|PYTHON_WORKER_EXITED|Could not recover|"
    r"EOFException|ExecutorDeadException|Connection reset"
)
UNLOADED = re.compile(r"(ModuleNotFoundError|ImportError|AttributeError|UnpicklingError): .*")


@dataclass(frozen=True, slots=True)
class Spark:
    """The executors of the Spark master at `master`; without one those that spark-submit was given, else `workers`
    places on this computer.

    Every task runs in a process beside its executor's Python, with `seconds` and `megabytes` as in `Local`.

    Raises:
        ScorerError: the extra or Java is not installed, or the master cannot be reached.
    """

    master: str | None = None
    workers: int = 1
    seconds: float = 120
    megabytes: int = 1024

    def __post_init__(self) -> None:
        if find_spec("pyspark") is None or find_spec("pyarrow") is None:
            raise ScorerError(f"--engine spark 需要 PySpark 和 pyarrow。请{install_words('spark')}。")
        if self.master is not None and self.master.startswith("sc://"):
            raise ScorerError(f"--master {self.master}：不支持 Spark Connect；请写主节点本身，如 spark://10.0.0.1:7077。")
        if not _submitted() and not _java():
            raise ScorerError(NO_JAVA)

    def run(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        with self._session() as session:
            brief = pickle.dumps(brief_of(work, self.seconds, self.megabytes))
            group = f"scorer-{time.time_ns()}"
            with ThreadPoolExecutor(MOST_JOBS, "spark job") as threads:
                try:
                    yield from outcomes(_Executors(session, threads, group, brief), work, tasks)
                finally:
                    session.sparkContext.cancelJobGroup(group)  # of a run that ends early: nobody waits for the rest

    @contextmanager
    def _session(self) -> Iterator[Any]:
        from pyspark.sql import SparkSession

        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")  # no frame of pandas is made
        started = SparkSession.getActiveSession() is None
        builder = SparkSession.builder.appName("scorer").config("spark.ui.showConsoleProgress", "false")
        if self.master is not None:
            builder = builder.master(self.master)
        elif not _submitted():
            # the first death of a worker comes back to us, and its tasks are done again under our own eyes
            builder = builder.master(f"local[{self.workers},1]").config("spark.ui.enabled", "false")
        here = not _submitted() and (self.master or "local").startswith("local")
        try:
            with _python_of_workers(sys.executable if here else None):
                session = builder.getOrCreate()
        except Exception as error:
            raise ScorerError(f"Spark 没有启动（{_first_line(error)}）。请核对 --master，并确认主节点正在运行。") from None
        session.sparkContext.setLogLevel("OFF")
        try:
            yield session
        finally:
            if started:
                gateway = getattr(session.sparkContext._gateway, "proc", None)  # the process of Java, where it is ours
                below = started_by(gateway.pid) if gateway else []
                session.stop()
                kill_all(below)


@dataclass(frozen=True, slots=True)
class _Executors:
    """The executors as they are now. A chunk is a job of its own: results come back as they are made.

    (`toLocalIterator` over one big job would fetch partition after partition, each worked on alone.)
    """

    session: Any
    threads: ThreadPoolExecutor
    group: str
    brief: bytes
    chunk_seconds: float = CHUNK_SECONDS

    def places(self) -> int:
        return max(1, min(int(self.session.sparkContext.defaultParallelism), MOST_JOBS // AHEAD))

    def submit(self, tasks: bytes) -> Future[bytes]:
        return self.threads.submit(self._job, tasks)

    def _job(self, tasks: bytes) -> bytes:
        self.session.sparkContext.setJobGroup(self.group, "scorer batch")
        rows = self.session.sparkContext.parallelize([(bytearray(self.brief), bytearray(tasks))], 1)
        frame = self.session.createDataFrame(rows, "brief binary, tasks binary")
        (row,) = frame.mapInArrow(run_batches, "answer binary").collect()
        return bytes(row.answer)

    def fault_of(self, error: Exception) -> ScorerError | None:
        text = str(error)
        if DIED.search(text):
            return None
        if found := UNLOADED.search(text):
            return ScorerError(
                f"工作进程装载不了 scorer（{found[0]}）。请在全部工作机的 Python 中安装与本机相同的 scorer 和它所需的包。{SAVED}"
            )
        return ScorerError(f"Spark 的作业失败：{_first_line(error)}。{SAVED}")


_crews: dict[bytes, Crew] = {}


def run_batches(batches: Iterable[Any]) -> Iterator[Any]:
    """What the executor's Python does with Arrow batches of rows (brief, tasks): batches of rows (answer)."""
    import pyarrow

    for batch in batches:
        answers = []
        for brief, tasks in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
            if brief not in _crews:
                _crews.clear()  # of an earlier run: its processes end with it
                _crews[brief] = Crew(pickle.loads(brief))  # noqa: S301 -- from the user of this cluster
            answers.append(_crews[brief].run(tasks))
        yield pyarrow.RecordBatch.from_arrays([pyarrow.array(answers, pyarrow.binary())], ["answer"])


@contextmanager
def _python_of_workers(python: str | None) -> Iterator[None]:
    """While a session starts: the Python of its workers, unless the user has named one or `python` is None."""
    if python is None or "PYSPARK_PYTHON" in os.environ:
        yield
        return
    os.environ["PYSPARK_PYTHON"] = python
    try:
        yield
    finally:
        del os.environ["PYSPARK_PYTHON"]


def _submitted() -> bool:
    """Was this program started by spark-submit, which has begun a session already?"""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java") is not None or bool(home and shutil.which(str(Path(home) / "bin" / "java")))


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
