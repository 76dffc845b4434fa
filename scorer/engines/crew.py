"""What a worker of a cluster does with the tasks it is sent: each in a process of its own with the limits of a local one.

The worker itself, a Dask worker or a Python process of Spark, opens no stranger's file: what hangs, eats memory or
crashes is a process beside it, and the cluster sees a worker in good health.
"""

from __future__ import annotations

import os
import pickle
import socket
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from scorer.engines.engine import Lost
from scorer.engines.local import Local
from scorer.engines.program import digest_on_disk


@dataclass(frozen=True, slots=True)
class Sight:
    """What a computer sees of a task: the sizes of its files in bytes (None for one that is not there, 0 for a folder),
    and by name whether it has the tools to read them."""

    sizes: tuple[int | None, ...] = ()
    tools: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """What the workers are told of a run. `work` is pickled, so that nothing of another program is unpickled.

    `folder` is the working folder of the user, against which the names of files are read; `program` the digest of the
    program that sends the tasks.
    """

    work: bytes
    folder: str
    program: str
    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A worker that runs another program than the user: what it would give is not what was asked for."""

    worker: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcomes of a chunk of tasks in their order, and what the worker saw of each."""

    outcomes: tuple[Any, ...]
    sights: tuple[Sight, ...]
    worker: str
    seconds: float


class Crew:
    """What a worker holds of a run: one guarded process for each thread that is given tasks.

    The processes end when the crew is forgotten: their generators are closed with it.
    """

    def __init__(self, brief: Brief) -> None:
        self._brief = brief
        self._guards: dict[int, _Guard] = {}

    def __reduce__(self) -> tuple[type[Crew], tuple[Brief]]:
        return Crew, (self._brief,)

    def run(self, tasks: bytes) -> bytes:
        """The pickled `Answer` to a chunk of pickled tasks, or a pickled `Refusal`."""
        began = time.monotonic()
        guard = self._guards.get(threading.get_ident())
        if guard is None:
            if digest_on_disk() != self._brief.program:
                return pickle.dumps(Refusal(worker_name()))
            guard = self._guards[threading.get_ident()] = _Guard(self._brief)
        found = [guard.run(task) for task in pickle.loads(tasks)]  # noqa: S301 -- from the user of this cluster
        sights, outcomes = zip(*found, strict=True)
        return pickle.dumps(Answer(outcomes, sights, worker_name(), time.monotonic() - began))


class _Guard:
    """One process that does one task after the other, and is replaced when a task has cost it its life."""

    def __init__(self, brief: Brief) -> None:
        # Dask has its workers give memory back at once, which costs work on large arrays half of its speed
        os.environ.pop("MALLOC_TRIM_THRESHOLD_", None)
        errand = Errand(pickle.loads(brief.work), brief.folder)  # noqa: S301 -- from the user of this cluster
        self._given: deque[Any] = deque()
        self._outcomes = Local(1, brief.seconds, brief.megabytes).run(errand, _handed(self._given))

    def run(self, task: Any) -> tuple[Sight, Any]:
        # a lone local worker asks for its next task when the outcome of the last was fetched, and the next is wanted
        self._given.append(task)
        _, outcome = next(self._outcomes)
        return (Sight(), outcome) if isinstance(outcome, Lost) else outcome


def _handed(given: deque[Any]) -> Iterator[Any]:
    while True:
        yield given.popleft()


@dataclass(frozen=True, slots=True)
class Errand:
    """`work` in the folder of the user, with what is seen there of each task."""

    work: Callable[[Any], Any]
    folder: str

    def __call__(self, task: Any) -> tuple[Sight, Any]:
        if os.path.isdir(self.folder):  # noqa: PTH112 -- for every task
            os.chdir(self.folder)
        return sight_of(self.work, task), self.work(task)


def sight_of(work: Callable[[Any], Any], task: Any) -> Sight:
    """What this computer sees of a task, where `work` says what to look for."""
    files, tools = getattr(work, "files", None), getattr(work, "tools", None)
    return Sight(
        tuple(_size(path) for path in files(task)) if files else (), tuple(tools(task).items()) if tools else ()
    )


def _size(path: str) -> int | None:
    try:
        found = os.stat(path)  # noqa: PTH116 -- for every task
    except OSError:
        return None
    return 0 if stat.S_ISDIR(found.st_mode) else found.st_size


@cache
def worker_name() -> str:
    """``host (process 1234)``, as a person finds it."""
    return f"{socket.gethostname()}（进程 {os.getpid()}）"


def run_chunk(crew: Crew, tasks: bytes) -> bytes:
    """A chunk on a worker, as a plain function that a cluster can name."""
    return crew.run(tasks)
