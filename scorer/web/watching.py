"""The watched folder: looked at every ten seconds, for shares send no word of new files. Its files are only read."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from pathlib import Path

from scorer.batch.sources.files import files_below
from scorer.forms.files.archive import inside
from scorer.model import ScorerError
from scorer.web.intake import Received, already, enqueue, receive
from scorer.web.models import DepartmentRow, FileRow, JobRow, RoundRow

EVERY = 10.0
LOG = logging.getLogger("scorer.web")
Look = tuple[int, int]  # size and time of change


@dataclass
class Watch:
    """A folder whose files are taken in once their size and time were equal in two looks."""

    folder: Path
    department_from: str = ""
    seen: dict[Path, Look] = field(default_factory=dict)
    taken: dict[Path, Look] = field(default_factory=dict)
    last: float = 0.0
    every: float = EVERY

    def look(self) -> int:
        """Take in what has come to rest since the last look, at most every ten seconds; gives how many files."""
        if self.last and time.monotonic() - self.last < self.every:
            return 0
        self.last = time.monotonic()
        current: dict[Path, Look] = {}
        for path in _files(self.folder):
            try:
                found = path.stat()
            except OSError:  # gone again
                continue
            current[path] = (found.st_size, found.st_mtime_ns)
        rested = [path for path, look in current.items() if self.seen.get(path) == look and self.taken.get(path) != look]
        self.seen = current
        count = 0
        for path in rested:
            count += self._take(path)
            self.taken[path] = current[path]
        return count

    def _take(self, path: Path) -> int:
        in_round = RoundRow.objects.filter(open=True).order_by("-id").first()
        if in_round is None:
            return 0
        try:
            with path.open("rb") as file:
                received: Received = receive(path.name, iter(lambda: file.read(1 << 20), b""))
        except (ScorerError, OSError) as error:
            LOG.warning("%s", error)
            return 0
        if already([received.sha256], in_round) or _queued(received.sha256):
            return 0
        enqueue([received], by=None, in_round=in_round, department=self._department(path), why="收件文件夹")
        return 1

    def _department(self, path: Path) -> DepartmentRow | None:
        folders = path.relative_to(self.folder).parts[:-1]
        if self.department_from != "first-folder" or not folders:
            return None
        return DepartmentRow.objects.get_or_create(name=folders[0][:200])[0]


def _files(folder: Path) -> list[Path]:
    try:
        found = {Path((inside(str(path)) or (str(path),))[0]) for path in files_below(folder)}
    except (ScorerError, OSError):  # nothing there yet, or a share that is away
        return []
    return sorted(found)


def _queued(sha256: str) -> bool:
    """Whether these bytes were handed in before, whatever became of them."""
    if FileRow.objects.filter(sha256=sha256).exists():
        return True
    waiting = JobRow.objects.exclude(status="完成").values_list("files", flat=True)
    return any(sha == sha256 for files in waiting for _, sha, _ in files)
