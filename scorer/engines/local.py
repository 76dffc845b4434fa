"""Processes of this computer, each with one task at a time and limits of time and memory."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import setcontext
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from scorer.engines.engine import Lost, Result, Task
from scorer.model import ScorerError
from scorer.numbers.precision import program

MEGABYTE = 1024 * 1024
POLL = 1.0  # seconds between two looks at the clock while every worker is busy
TRIES = 2  # a task whose worker died is given to another one; the second death is the task's own fault
STARTS = 5  # workers in a row that end before their first task: something is wrong with this computer, not with a task
CANNOT_START = "处理文件的进程一启动就意外结束。请核对 Python 环境是否完整、内存是否够用，再运行一次。"


@dataclass(slots=True)
class _Worker:
    process: Any
    pipe: Connection
    ready: bool = False
    lost: bool = False
    task: Any = None
    busy: bool = False
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Local:
    """Processes of this computer, each with one task at a time.

    `seconds` is the time that one task may take. `megabytes` is what a worker may use beyond what it starts with; it is
    enforced where the system can limit the address space of a process (Linux), and not elsewhere.
    """

    workers: int = 1
    seconds: float = 120
    megabytes: int = 1024

    def run(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        waiting = iter(tasks)
        again: deque[Task] = deque()
        deaths: dict[int, int] = {}
        staff: list[_Worker] = []
        spent, stillborn = False, 0

        def give(worker: _Worker) -> None:
            nonlocal spent
            if again:
                task: Any = again.popleft()
            else:
                try:
                    task = next(waiting)
                except StopIteration:
                    spent = True
                    return
            try:
                worker.pipe.send(task)
            except (BrokenPipeError, ConnectionResetError):
                worker.lost = True  # it died while idle, which is no fault of the task; the closed pipe is seen below
                again.append(task)
                return
            worker.task, worker.busy, worker.since = task, True, time.monotonic()

        try:
            staff = [self._hire(work) for _ in range(self.workers)]
            while True:
                for worker in staff:
                    if worker.ready and not worker.busy and not worker.lost and (again or not spent):
                        give(worker)
                if spent and not again and not any(worker.busy for worker in staff):
                    return
                for pipe in wait([worker.pipe for worker in staff], self._patience(staff)):
                    place = next(index for index, worker in enumerate(staff) if worker.pipe is pipe)
                    worker = staff[place]
                    try:
                        message = worker.pipe.recv()
                    except (EOFError, OSError):
                        if not worker.ready:
                            stillborn += 1
                            if stillborn >= STARTS:
                                raise ScorerError(CANNOT_START) from None
                        staff[place] = self._replace(worker, work)
                        if not worker.busy:
                            continue
                        deaths[id(worker.task)] = deaths.get(id(worker.task), 0) + 1
                        if deaths[id(worker.task)] < TRIES:
                            again.append(worker.task)
                        else:
                            del deaths[id(worker.task)]
                            yield worker.task, Lost("killed")
                        continue
                    if not worker.ready:
                        worker.ready, stillborn = True, 0
                        continue
                    task, worker.task, worker.busy = worker.task, None, False
                    deaths.pop(id(task), None)  # another task may come to stand at the same address
                    if isinstance(message, Lost):  # what ran out of memory may be left in any state
                        staff[place] = self._replace(worker, work)
                    yield task, message
                for place, worker in enumerate(staff):
                    if worker.busy and time.monotonic() - worker.since > self.seconds:
                        staff[place] = self._replace(worker, work)
                        deaths.pop(id(worker.task), None)
                        yield worker.task, Lost("time")
        finally:
            for worker in staff:
                _end(worker)

    def _patience(self, staff: list[_Worker]) -> float:
        busy = [worker.since for worker in staff if worker.busy]
        return max(0.0, min(POLL, min(busy) + self.seconds - time.monotonic())) if busy else POLL

    def _hire(self, work: Callable[[Any], Any]) -> _Worker:
        # A lone worker is forked where that is cheap and sound, so that a few files do not wait for a new interpreter
        fork = self.workers == 1 and sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208
        context = multiprocessing.get_context("fork" if fork else "spawn")
        ours, theirs = context.Pipe()
        process = context.Process(  # type: ignore[attr-defined]  # every real context has it
            target=_serve, args=(theirs, ours if fork else None, work, self.megabytes, os.getpid()), daemon=False
        )
        with _children_allowed():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def _replace(self, worker: _Worker, work: Callable[[Any], Any]) -> _Worker:
        _end(worker)
        return self._hire(work)


@contextmanager
def _children_allowed() -> Iterator[None]:
    """A Dask worker is a daemonic process, and multiprocessing denies those children, lest they outlive it. Ours do not:
    they end with their parent or with its pipe."""
    config: dict[str, Any] = getattr(multiprocessing.current_process(), "_config", {})
    daemon = config.pop("daemon", None)
    try:
        yield
    finally:
        if daemon is not None:
            config["daemon"] = daemon


def _end(worker: _Worker) -> None:
    """Kill a worker and what it started: nothing that it holds is needed any more."""
    worker.pipe.close()
    started = started_by(worker.process.pid)
    worker.process.kill()
    kill_all(started)
    if hasattr(os, "killpg"):
        with suppress(OSError):  # nothing left of its group, or not yet the leader of one
            os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.join()
    worker.process.close()


def kill_all(processes: Iterable[int]) -> None:
    for process in processes:
        with suppress(OSError):  # ended by itself
            os.kill(process, signal.SIGKILL)


def started_by(process: int) -> list[int]:
    """The processes that a process has started, and those that these have (Linux): a converter has a group of its own."""
    found = []
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # ended by itself
            found += [int(child) for child in listed.read_text("ascii").split()]
    return [*found, *(below for child in found for below in started_by(child))]


def _serve(
    pipe: Connection, other: Connection | None, work: Callable[[Any], Any], megabytes: int, parent: int
) -> None:
    """A worker: one task after the other until the pipe closes."""
    if other is not None:
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends its workers itself
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own, so that converters it has started end with it
    # what a form leaves behind is no circle, and looking for circles costs a sixth of the time
    gc.set_threshold(50_000, 20, 50)
    _end_with_parent(parent)
    _limit_memory(megabytes)
    setcontext(program().copy())  # the tasks compute as the program does: a context is a thread's own
    pipe.send(None)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        try:
            result = work(task)
        except MemoryError:
            result = Lost("memory")
        try:
            pipe.send(result)
        except BrokenPipeError:
            return


def _end_with_parent(parent: int) -> None:
    """Linux: die when the parent is killed, also in the middle of a task that never ends."""
    if sys.platform != "linux":
        return
    import ctypes

    set_parent_death_signal = 1
    try:
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    except (OSError, AttributeError):  # a C library without prctl: the closed pipe ends the worker after its task
        return
    if os.getppid() != parent:
        os._exit(1)


def _limit_memory(megabytes: int) -> None:
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 -- no path of a user
        used = int(file.read().split()[0]) * resource.getpagesize()
    most = used + megabytes * MEGABYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
