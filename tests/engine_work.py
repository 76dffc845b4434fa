"""Work for the tests of engines. It is imported by every process of an engine: nothing heavy stands here."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


def parents(process: int) -> Iterator[int]:
    """A process, what started it, and so on up (Linux)."""
    while process > 1:
        yield process
        process = int(Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[1])


def words_of(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


@dataclass(frozen=True)
class Square:
    """Arithmetic that a wrong task, a lost task or a doubled task cannot pass for."""

    def __call__(self, task: int) -> tuple[int, int]:
        return task, task * task


@dataclass(frozen=True)
class Trouble:
    """Work that goes wrong in the way its task says."""

    folder: str

    def __call__(self, task: str) -> str:
        if task == "hang":
            time.sleep(600)
        if task == "memory":
            return str(len(bytearray(4 * 1024**3)))
        if task == "die":
            os._exit(9)
        if task == "die once":
            mark = Path(self.folder) / "died"
            if not mark.exists():
                mark.write_text("")
                os._exit(9)
        if task == "kill the worker":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(600)
        return task.upper()


@dataclass(frozen=True)
class Slow:
    """What tells which process did a task; slow enough that no worker does them all."""

    def __call__(self, task: int) -> tuple[int, int]:
        time.sleep(0.02)
        return task * task, os.getpid()


@dataclass(frozen=True)
class Elsewhere:
    """Work whose files look otherwise in every process but that of the user: a folder that is not shared."""

    user: int
    path: str
    there: str

    def files(self, task: int) -> tuple[str]:
        return (self.path if os.getpid() == self.user else self.there,)

    def __call__(self, task: int) -> int:
        return task
