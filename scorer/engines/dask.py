"""Dask: the workers of a scheduler, or of a small cluster that is started on this computer for the run."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError as Cancelled
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from scorer import install_words
from scorer.engines.chunks import POLL, SAVED, brief_of, outcomes
from scorer.engines.crew import Crew, run_chunk
from scorer.engines.engine import Lost, Result, Task
from scorer.engines.local import kill_all, started_by
from scorer.model import ScorerError

CONNECT_SECONDS = 15
WORKERS_SECONDS = 60  # a nanny needs a few seconds to start another worker in the place of a dead one
CHUNK_SECONDS = 0.5

# Ctrl-C reaches every process of a terminal: it is the user's program that ends its workers
UNDISTURBED = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"


@dataclass(frozen=True, slots=True)
class Dask:
    """The workers of the Dask scheduler at `scheduler`; without one, `workers` processes of this computer.

    Every task runs in a process beside its Dask worker, with `seconds` and `megabytes` as in `Local`.

    Raises:
        ScorerError: the extra is not installed, nobody answers at `scheduler`, or it has no workers.
    """

    scheduler: str | None = None
    workers: int = 1
    seconds: float = 120
    megabytes: int = 1024

    def __post_init__(self) -> None:
        if find_spec("distributed") is None:
            raise ScorerError(f"--engine dask 需要 Dask。请{install_words('dask')}。")

    def run(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        with self._client() as client:
            brief = brief_of(work, self.seconds, self.megabytes)
            # a task of its own: every worker fetches it once, and forgets it when this client goes
            crew = client.submit(Crew, brief, key=f"scorer-crew-{time.time_ns()}")
            yield from outcomes(_Workers(client, crew), work, tasks)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        from distributed import Client
        from distributed.comm.addressing import parse_address, parse_host_port

        with ExitStack() as stack:
            try:
                if self.scheduler:  # a client of a misspelt address takes half a minute to give up
                    parse_host_port(parse_address(self.scheduler)[1])
                address = self.scheduler or stack.enter_context(_cluster(self.workers))
                client = stack.enter_context(Client(address, timeout=CONNECT_SECONDS, set_as_default=False))
            except (OSError, ValueError) as error:
                raise ScorerError(
                    f"连不上 Dask 调度器 {self.scheduler}（{error}）。"
                    "请核对地址（如 tcp://10.0.0.1:8786），并确认那台机器上 dask scheduler 正在运行。"
                ) from None
            yield client


@contextmanager
def _cluster(workers: int) -> Iterator[Any]:
    """A Dask cluster on this computer; with it end all processes that its workers have started."""
    import dask
    from distributed import LocalCluster

    started: list[int] = []
    # the first death of a worker comes back to us, and its tasks are done again under our own eyes
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        try:
            with LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                memory_limit=0,  # the process of a task has a limit of its own
                host="127.0.0.1",
                scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                silence_logs=50,
                preload=[UNDISTURBED],
            ) as cluster:
                try:
                    yield cluster
                finally:
                    for nanny in cluster.workers.values():
                        started += started_by(nanny.pid)
        finally:
            kill_all(started)


@dataclass(slots=True)
class _Workers:
    """The Dask workers as they are now: they come and go in the middle of a run."""

    client: Any
    crew: Any
    chunk_seconds: float = CHUNK_SECONDS
    _places: int = 1
    _asked: float = 0.0
    _last: float = field(default_factory=time.monotonic)  # when there was a worker

    def places(self) -> int:
        now = time.monotonic()
        if now - self._asked < POLL:
            return self._places
        self._asked = now
        places = sum(self.client.nthreads().values())
        self._places = max(places, 1)
        if places:
            self._last = now
        elif now - self._last > WORKERS_SECONDS:
            raise ScorerError(
                f"Dask 调度器 {self.client.scheduler.address} 已有 {WORKERS_SECONDS} 秒没有工作进程。"
                f"请在工作机上运行 dask worker {self.client.scheduler.address}。{SAVED}"
            )
        return self._places

    def submit(self, tasks: bytes) -> Any:
        return self.client.submit(run_chunk, self.crew, tasks, pure=False)

    def fault_of(self, error: Exception) -> ScorerError | None:
        from distributed import CancelledError, KilledWorker

        if isinstance(error, KilledWorker):
            return None
        if isinstance(error, (CancelledError, Cancelled, OSError)):
            return ScorerError(f"与 Dask 调度器 {self.client.scheduler.address} 的连接断了。{SAVED}")
        return fault_on_worker(error)


def fault_on_worker(error: Exception) -> ScorerError:
    """What to say of an error that is neither a task's nor a dead worker's."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, (ImportError, AttributeError, pickle.UnpicklingError)):
            return ScorerError(
                f"工作进程装载不了 scorer（{cause}）。请在全部工作机上安装与本机相同的版本，再重新启动它们。{SAVED}"
            )
        cause = cause.__cause__ or cause.__context__
    return ScorerError(f"工作进程出错：{type(error).__name__}：{error}。{SAVED}")
