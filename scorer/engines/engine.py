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

    `work` may have a method ``files(task)`` that names the files and folders it needs for a task, and a method
    ``tools(task)`` that tells of the programs that read them whether they are installed: engines on other computers then
    look whether it is the same there, so that no file is accused of a folder that is not shared or a tool that is missing.
    """

    def run(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Lost]]: ...
