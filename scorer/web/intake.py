"""Files in: the one door. Bytes are kept once under their digest, names are cleaned, and a job is left to read them."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction

from scorer.forms import READABLE
from scorer.model import ScorerError
from scorer.report.sentences import printable
from scorer.saving import cause
from scorer.web import ledger
from scorer.web.configuring import LARGEST_FILE, MEGABYTE, MOST_FILES
from scorer.web.models import DepartmentRow, FileRow, JobRow, RoundRow, SubmissionRow, UserRow

WAKE = threading.Event()
"""Rings when there is a new job; without it the background looks every second."""
LONGEST_NAME = 120
NO_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
UPLOAD, RECHECK = "收件", "重新核对"


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was taken in: its name, its digest and its size."""

    name: str
    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    """Where the bytes of a digest stand."""
    folder: Path = settings.WORKBENCH.files
    return folder / sha256[:2] / sha256


def clean_name(name: str) -> str:
    """A file's name without folders, signs that no system takes, and marks that turn the reading direction."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    bare = NO_NAME.sub("_", printable(bare)).strip(" .") or "未命名"
    stem, dot, ending = bare.rpartition(".")
    return bare if len(bare) <= LONGEST_NAME else f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending[:20]}"


def receive(name: str, chunks: Iterable[bytes]) -> Received:
    """Keep a file's bytes: whole and on the disk when this returns, or not at all.

    Raises:
        ScorerError: it is empty, too large, or the disk takes no more.
    """
    shown = clean_name(name)
    folder: Path = settings.WORKBENCH.files
    digest, size, temporary = hashlib.sha256(), 0, ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=".part-", dir=folder)
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > LARGEST_FILE:
                    raise ScorerError(f"{shown}：超过 {LARGEST_FILE // MEGABYTE} MB，没有收下。请删去与自评无关的内容再上传。")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise ScorerError(f"{shown}：是空文件，没有收下。请重新选择。")
        target = path_of(digest.hexdigest())
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            Path(temporary).replace(target)
            temporary = ""
    except OSError as error:
        raise ScorerError(f"{shown}：没有收下（{cause(error)}）。请稍后再试，或告诉管理员。") from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
    return Received(shown, digest.hexdigest(), size)


def named_apart(files: Sequence[Received]) -> list[Received]:
    """The files with names of which no two are alike."""
    taken: set[str] = set()
    found = []
    for file in files:
        name, number = file.name, 1
        while name.casefold() in taken:
            number += 1
            stem, dot, ending = file.name.rpartition(".")
            name = f"{stem or ending}-{number}{dot}{ending if stem else ''}"
        taken.add(name.casefold())
        found.append(Received(name, file.sha256, file.size))
    return found


def enqueue(
    files: Sequence[Received],
    *,
    by: UserRow | None,
    in_round: RoundRow,
    department: DepartmentRow | None,
    submission: SubmissionRow | None = None,
    preview: bool = False,
    why: str = "上传",
) -> JobRow:
    """Leave files to be read together in the background; with `submission` they are its new version.

    Raises:
        ScorerError: there is none, or there are too many.
    """
    if not files:
        raise ScorerError(f"没有选择文件。可读取的格式有 {READABLE}。")
    if len(files) > MOST_FILES:
        raise ScorerError(f"一次最多 {MOST_FILES} 个文件，这里有 {len(files)} 个。请分几次上传。")
    with transaction.atomic():
        job = JobRow.objects.create(
            kind=UPLOAD,
            round=in_round,
            department=department,
            submission=submission,
            by=by,
            preview=preview,
            files=[[file.name, file.sha256, file.size] for file in named_apart(files)],
        )
        ledger.write(why, by, submission, files=[[file.name, file.sha256] for file in files], job=job.public)
        transaction.on_commit(WAKE.set)
    return job


def already(files: Iterable[str], in_round: RoundRow) -> SubmissionRow | None:
    """The submission of this round whose newest version is made of just these bytes."""
    wanted = set(files)
    if not wanted:
        return None
    rows = FileRow.objects.filter(sha256__in=wanted, version__submission__round=in_round)
    for number in rows.values_list("version", flat=True).distinct():
        if set(FileRow.objects.filter(version=number).values_list("sha256", flat=True)) == wanted:
            return SubmissionRow.objects.filter(version=number).first()
    return None
