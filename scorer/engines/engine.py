"""What an engine promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Lost:
    """A task without a result: it took too long, asked for too much memory, or its worker died of it."""

    reason: Literal["time", "memory", "killed"]


class Engine(Protocol):
    """What runs the tasks of a batch. `work` and the tasks must be picklable.

    `work` may have a method ``files(task)`` that names the files it reads for a task: engines on other computers then
    look whether those see the same files, so that a folder that is not shared is not held against its files.
    """

    def run(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Lost]]: ...
