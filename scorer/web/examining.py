"""What a worker does with the files of one upload: the batch's own work, in a folder where they have their names.

No Django here: a worker process loads the program that reads and scores, and nothing of the workbench.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scorer.batch.sources.files import Item
from scorer.batch.store import HEAD, Gathered, packed
from scorer.batch.tasks.gather import Gather, Task, report_of_loss
from scorer.engines import Lost
from scorer.sets import load_set


@dataclass(frozen=True, slots=True)
class Dossier:
    """Files to be read together: where their bytes stand and what they are called, or with `submission` its JSON as it
    was read before; `job` is whom the answer is for."""

    job: int
    files: tuple[tuple[str, str], ...]  # name, path of the bytes
    set_name: str = ""
    submission: bytes = b""


@dataclass(frozen=True, slots=True)
class Examine:
    """Reads, scores and checks a dossier's files: one record for each submission in them, and for each unread file."""

    program: str = ""

    def __call__(self, dossier: Dossier) -> tuple[Gathered, ...]:
        chosen = load_set(dossier.set_name) if dossier.set_name else None
        gather = Gather(chosen, reading=self.program)
        names = tuple(name for name, _ in dossier.files)
        if dossier.submission:
            return gather(Task(Item(names[0], names), dossier.submission, joined(dossier.files)))
        folder = tempfile.mkdtemp(prefix="scorer-")
        before = Path.cwd()
        try:
            for name, path in dossier.files:
                shutil.copyfile(path, Path(folder) / name)
            os.chdir(folder)  # a worker does one thing at a time; reports then name files as their owners do
            found = gather(Task(Item(names[0], names)))
        finally:
            os.chdir(before)
            shutil.rmtree(folder, ignore_errors=True)
        return tuple(record for record in found if not record.key.startswith(HEAD))


def joined(files: Sequence[tuple[str, str]]) -> str:
    """The digest of the names and places of files."""
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()


def lost(dossier: Dossier, loss: Lost, seconds: float, megabytes: int, digests: Sequence[str]) -> Gathered:
    """The record of a dossier that gave no result: F610 for one that asked too much, Z901 for one that ended us."""
    name, digest = dossier.files[0][0], digests[0]
    report = report_of_loss(loss, name, digest, seconds, megabytes)
    return Gathered(name, digest, "", "", packed(report.model_dump_json().encode()), packed(b"{}"), b"")
