"""The clerk's own file given back: comments at the faulty cells and one added sheet or page with the score.

Everything else in the file keeps its bytes: the package is edited part by part, never loaded and saved by a library that
drops what it does not know. Only packed formats can be edited so: .xlsx .xlsm .docx.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import cast

from scorer.forms import detect
from scorer.forms.readers.office import convert, converter
from scorer.model import ReadError, Report, ScorerError
from scorer.report.annotation.notes import Note, PageLine, notes_for, page_for, unplaced
from scorer.saving import cause, refuse_existing, save

__all__ = ["ANNOTATORS", "Annotated", "annotate", "source_for", "write_annotated"]

ANNOTATORS: dict[str, str] = {
    ".xlsx": "scorer.report.annotation.workbook",
    ".xlsm": "scorer.report.annotation.workbook",
    ".docx": "scorer.report.annotation.word",
}
"""Suffix → the module that edits such files."""

CONVERTED: dict[str, str] = {".xls": ".xlsx", ".et": ".xlsx", ".doc": ".docx", ".wps": ".docx", ".rtf": ".docx"}
"""Suffix → that of the file that comes back: what cannot be edited part by part is converted by LibreOffice first."""

Annotator = Callable[[str, bytes, list[Note], list[PageLine]], tuple[bytes, set[str], bool]]


@dataclass(frozen=True, slots=True)
class Annotated:
    """The annotated file: how many places got a comment, how many findings have none, was the file digitally signed?"""

    data: bytes
    comments: int
    elsewhere: int
    signed: bool
    more: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What was done, for the user."""
        said = f"批注 {self.comments} 处"
        if self.elsewhere:
            said += f"，另有 {self.elsewhere} 条发现在本文件中没有可批注的位置，只写在所加的一页"
        if self.signed:
            said += "。原文件带有数字签名，加批注后签名不再有效，报送请用原文件重新签名"
        return "。".join([said, *self.more])


def source_for(files: Sequence[str], target: str | os.PathLike[str], forms: Collection[str] = ()) -> str:
    """Which of a submission's files becomes `target`: the first of the same kind, one of `forms` before the others.

    Raises:
        ScorerError: files of that kind cannot be annotated, none of the files is of that kind, or the target is one.
    """
    suffix = Path(target).suffix.lower()
    if suffix not in ANNOTATORS:
        raise ScorerError(f"不能在“{suffix or target}”文件里加批注；可以的格式有：{' '.join(ANNOTATORS)}。")
    alike = [path for path in files if Path(path).suffix.lower() == suffix]
    alike = alike or [path for path in files if CONVERTED.get(Path(path).suffix.lower()) == suffix]
    if not alike:
        can = [path for path in files if Path(path).suffix.lower() in ANNOTATORS]
        remedy = (
            f"批注写在 {can[0]} 里，--annotate 的后缀应为 {Path(can[0]).suffix}"
            if can
            else f"可以加批注的格式有：{' '.join(ANNOTATORS)}；其他格式请先用 scorer convert 改存"
        )
        raise ScorerError(f"提交件中没有 {suffix} 文件（{'、'.join(files)}）。{remedy}。")
    if any(same_file(target, path) for path in files):
        raise ScorerError(f"{target} 就是原文件，批注不写回原文件。请另给一个文件名。")
    return next((path for path in alike if path in forms), alike[0])


def same_file(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> bool:
    try:
        return Path(first).samefile(second)
    except OSError:
        return False


def annotate(report: Report | Sequence[Report], path: str, data: bytes) -> Annotated:
    """The file `path`, whose bytes are `data`, with the comments of its report, or of those of all its forms, and a page.

    Raises:
        ScorerError: files of that kind cannot be annotated, or the bytes are not those that were scored.
        ReadError: the package is damaged or passes the limits.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in ANNOTATORS and suffix not in CONVERTED:
        raise ScorerError(f"{path}：这种格式不能加批注；可以的格式有：{' '.join(ANNOTATORS)}。")
    reports = [report] if isinstance(report, Report) else list(report)
    scored = next((file.sha256 for each in reports for file in each.submission.files if file.path == path), "")
    if hashlib.sha256(data).hexdigest() != scored:
        raise ScorerError(f"{path}：评分之后文件被改过，批注会对不上。请重新运行。")

    kind = detect(path, data)
    more: tuple[str, ...] = ()
    if suffix in CONVERTED:
        data, suffix, more = _converted(path, data, kind, CONVERTED[suffix])
        kind = suffix.removeprefix(".")
    if kind != suffix.removeprefix(".").replace("xlsm", "xlsx"):
        raise ScorerError(f"{path}：内容与后缀不符（实为 {kind}），不能加批注。请用 WPS 或 Office 另存为 {suffix}。")
    edit = cast("Annotator", import_module(ANNOTATORS[suffix]).annotate)
    notes = [note for each in reports for note in notes_for(each, path)]
    lines = [line for each in reports for line in page_for(each)]
    content, placed, signed = edit(path, data, notes, lines)
    elsewhere = sum(unplaced(each, {(path, at) for at in placed}) for each in reports)
    return Annotated(content, len(placed), elsewhere, signed, more)


def _converted(path: str, data: bytes, kind: str, suffix: str) -> tuple[bytes, str, tuple[str, ...]]:
    """An old file in the format that can be edited, and that it was converted in words."""
    program = converter()
    if program is None:
        raise ScorerError(f"{path}：{kind} 文件要先转换才能加批注，而本机没有安装 LibreOffice。请用 WPS 或 Office 另存为 {suffix}。")
    words = f"原文件是 .{kind}，已转换为 {suffix}，版面可能略有不同"
    return convert(path, data, kind, program, suffix.removeprefix(".")), suffix, (words,)


def write_annotated(report: Report | Sequence[Report], target: str | os.PathLike[str], *, force: bool = False) -> Annotated:
    """Annotate the submission's file of the target's kind and save it there, others of that kind beside it; never over the
    original.

    Raises:
        ScorerError: as `source_for` and `annotate` do, or the target exists (without `force`) or cannot be written.
    """
    reports = [report] if isinstance(report, Report) else list(report)
    forms = {line.where.file for each in reports for line in each.lines if line.where is not None}
    files = dict.fromkeys(file.path for each in reports for file in each.submission.files)
    source = source_for(list(files), target, forms)
    stem, suffix = Path(target).with_suffix(""), Path(target).suffix
    noted = {place.file for each in reports for finding in each.findings for place in finding.where if place.at}
    beside = [path for path in files if path in noted - {source} and Path(path).suffix.lower() == suffix.lower()]
    targets = {source: str(target), **{path: f"{stem}-{Path(path).stem}{suffix}" for path in beside}}
    for name in targets.values():
        refuse_existing(name, force=force)
    done = [_annotated(reports, path) for path in targets]
    for annotated, name in zip(done, targets.values(), strict=True):
        save(annotated.data, name, force=force)
    others = tuple(f"另写入 {name}：批注 {one.comments} 处" for one, name in list(zip(done, targets.values(), strict=True))[1:])
    return replace(done[0], more=(*done[0].more, *others))


def _annotated(reports: Sequence[Report], source: str) -> Annotated:
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise ReadError(f"{source}：再次读取时出错（{cause(error)}）。请重试。") from error
    return annotate([each for each in reports if any(file.path == source for file in each.submission.files)], source, data)
