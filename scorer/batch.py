"""Many submissions at once, first form: a folder in, `reports.jsonl` out; a broken file never stops the run."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scorer.evaluation import evaluate, failed, unreadable
from scorer.forms import READABLE, read_submission
from scorer.model import Report, ScorerError
from scorer.sets import IndicatorSet

REPORTS = "reports.jsonl"


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How a batch ended: `reports` in all, `unread` with F610 or Z901, `worst` the highest level found."""

    reports: int
    unread: int
    worst: str


def gather(source: Path) -> list[Path]:
    """The files of a folder tree that could be submissions, sorted; or the one file that was named.

    Hidden files, office lock files (~$…) and files of other kinds are left out.

    Raises:
        ScorerError: the source does not exist, or holds no file to read.
    """
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise ScorerError(f"{source}：没有这个文件夹或文件。请核对路径。")
    suffixes = READABLE.split()
    files = sorted(
        path
        for path in source.rglob("*")
        if path.is_file() and path.suffix.lower() in suffixes and not path.name.startswith(("~$", "."))
    )
    if not files:
        raise ScorerError(f"{source}：其中没有可以读取的文件。可读取的格式有 {READABLE}。")
    return files


def submissions(files: Sequence[Path], one_per: str) -> list[list[Path]]:
    """Files grouped into submissions: each on its own, or all of a folder together (`one_per="folder"`)."""
    if one_per == "file":
        return [[path] for path in files]
    folders: dict[Path, list[Path]] = {}
    for path in files:
        folders.setdefault(path.parent, []).append(path)
    return list(folders.values())


def reports(
    groups: Iterable[Sequence[Path]],
    indicator_set: IndicatorSet | None = None,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    tick: Callable[[int, Path], None] | None = None,
) -> Iterator[Report]:
    """One report a group of files, in order; whatever happens with one of them does not stop the others."""
    for number, group in enumerate(groups, 1):
        if tick:
            tick(number, group[0])
        try:
            submission = read_submission(*[str(path) for path in group])
            yield evaluate(submission, indicator_set, select=select, ignore=ignore)
        except ScorerError as error:
            yield unreadable(str(group[0]), digest_of(group[0]), error)
        except Exception as error:
            yield failed(str(group[0]), digest_of(group[0]), error)


def digest_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def run_batch(
    source: Path,
    output: Path,
    indicator_set: IndicatorSet | None = None,
    *,
    one_per: str = "file",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    tick: Callable[[int, Path], None] | None = None,
) -> BatchResult:
    """Read, score and check every submission of `source`; write `output`/reports.jsonl, whole or not at all.

    Raises:
        ScorerError: no such source, nothing to read in it, or the output folder cannot be written.
    """
    groups = submissions(gather(source), one_per)
    try:
        output.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=output, prefix=".reports-", suffix=".tmp")
    except OSError as error:
        raise ScorerError(f"{output}：无法写入（{error.strerror}）。请换一个可写的文件夹。") from error
    count = unread = 0
    levels = {"": 0, "note": 1, "warning": 2, "error": 3}
    worst = ""
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            for report in reports(groups, indicator_set, select=select, ignore=ignore, tick=tick):
                file.write(report.model_dump_json() + "\n")
                count += 1
                unread += any(finding.code in ("F610", "Z901") for finding in report.findings)
                worst = max([worst, *(finding.level for finding in report.findings)], key=levels.__getitem__)
        Path(name).replace(output / REPORTS)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return BatchResult(count, unread, worst)
