"""Tasks to a cluster and outcomes back: in chunks, with a bounded number of them under way.

Dask and Spark differ in how a chunk is sent and in what tells that a worker died; the rest is the same and stands here.
"""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from scorer.engines.crew import Answer, Brief, Refusal, sight_of
from scorer.engines.engine import Lost, Result, Task
from scorer.engines.program import program_digest
from scorer.model import ScorerError

AHEAD = 2  # chunks for each place to work: one is worked on, one waits beside it
CHUNK_MOST = 256
POLL = 1.0  # seconds between two looks at the cluster while no chunk comes back
SAVED = "处理完的都已保存；改好后用同一命令重新运行，接着处理剩下的。"


class Future(Protocol):
    """A chunk under way."""

    def add_done_callback(self, fn: Callable[[Any], Any]) -> Any: ...

    def result(self) -> bytes: ...

    def cancel(self) -> Any: ...


class Cluster(Protocol):
    """Workers somewhere that do chunks."""

    @property
    def chunk_seconds(self) -> float:
        """How much work outweighs what it costs to send a chunk."""

    def places(self) -> int:
        """How many chunks can be worked on at once.

        Raises:
            ScorerError: there is nobody left to work.
        """

    def submit(self, tasks: bytes) -> Future:
        """Send a chunk."""

    def fault_of(self, error: Exception) -> ScorerError | None:
        """What to say of a chunk that failed; None when its worker died."""


def brief_of(work: Callable[[Any], Any], seconds: float, megabytes: int) -> Brief:
    return Brief(pickle.dumps(work), os.getcwd(), program_digest(), seconds, megabytes)  # noqa: PTH109


def outcomes(
    cluster: Cluster, work: Callable[[Task], Result], tasks: Iterable[Task]
) -> Iterator[tuple[Task, Result | Lost]]:
    """Every task with its outcome, as they come.

    The tasks of a chunk whose worker died are done again at the end, each alone in the cluster: whose worker then dies
    once more is lost by its own fault, and no other task is held responsible for it.

    Raises:
        ScorerError: the cluster is gone, runs another program, or does not see the files.
    """
    waiting = iter(tasks)
    suspects: deque[Task] = deque()
    pending: dict[Future, list[Task]] = {}
    done: SimpleQueue[Future] = SimpleQueue()
    size, alone = 1, False

    def send(chunk: list[Task]) -> None:
        future = cluster.submit(pickle.dumps(chunk))
        pending[future] = chunk
        future.add_done_callback(done.put)

    try:
        while True:
            most = AHEAD * cluster.places()
            while not alone and len(pending) < most and (chunk := list(islice(waiting, size))):
                send(chunk)
            if not pending:
                if not suspects:
                    return
                alone = True
                send([suspects.popleft()])
            try:
                future = done.get(timeout=POLL)
            except Empty:
                continue
            chunk = pending.pop(future)
            try:
                data = future.result()
            except Exception as error:
                if fault := cluster.fault_of(error):
                    raise fault from error
                if alone:
                    yield chunk[0], Lost("killed")
                else:
                    suspects.extend(chunk)
                continue
            answer = checked(pickle.loads(data), chunk, work)  # noqa: S301 -- from the workers of the user's own cluster
            size = next_size(size, answer.seconds / len(chunk), cluster.chunk_seconds)
            yield from zip(chunk, answer.outcomes, strict=True)
    finally:
        for future in pending:
            future.cancel()


def next_size(size: int, seconds: float, wanted: float) -> int:
    """How many tasks the next chunk takes when one takes `seconds`: no more than twice as many as the last."""
    return max(1, min(round(wanted / max(seconds, 1e-6)), 2 * size, CHUNK_MOST))


def checked(answer: Answer | Refusal, chunk: list[Any], work: Callable[[Any], Any]) -> Answer:
    """The answer of a worker that runs this program, sees the files that this computer sees and has what reads them.

    Raises:
        ScorerError: it does not; an answer from there would accuse files of what is wrong with the cluster.
    """
    if isinstance(answer, Refusal):
        raise ScorerError(
            f"工作进程 {answer.worker} 上的 scorer 与本机的不是同一个版本（程序或指标体系的文件不同），结果会不一致。"
            f"请在全部工作机上安装同一版本，再重新启动它们。{SAVED}"
        )
    for task, theirs, outcome in zip(chunk, answer.sights, answer.outcomes, strict=True):
        if isinstance(outcome, Lost) or (ours := sight_of(work, task)) == theirs:
            continue
        for name, installed in ours.tools:
            if installed and not dict(theirs.tools).get(name):
                raise ScorerError(
                    f"工作进程 {answer.worker} 上没有 {name}，而本机有；同一份文件会得出不同的结果。"
                    f"请在全部工作机上安装 {name}。{SAVED}"
                )
        if ours.sizes == theirs.sizes:
            continue
        for path, here, there in zip(work.files(task), ours.sizes, theirs.sizes, strict=True):  # type: ignore[attr-defined]
            if here is not None and here != there:
                raise ScorerError(unseen_words(answer.worker, path, here, there))
    return answer


def unseen_words(worker: str, path: str, ours: int, theirs: int | None) -> str:
    full = os.path.abspath(path)  # noqa: PTH100 -- without following links: as the user knows it
    what = f"看不到 {full}" if theirs is None else f"看到的 {full} 不是同一个文件（{theirs} 字节，本机 {ours} 字节）"
    return (
        f"工作进程 {worker} {what}。这不是文件的问题：请把文件放在各工作机以同一路径都能读取的共享文件夹中。{SAVED}"
    )
