"""A report in the formats that people and programs read.

`WRITERS` lists the formats; `write_report` renders one and, when given a path, saves it. To add a format: one module
here with `render(report, layout)`, and one line in `WRITERS`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scorer.model import Report


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text format is laid out: `width` in columns of a terminal (a Chinese character is two wide).

    `findings_only` leaves out the scored tree: what `scorer check` prints.
    """

    width: int = 80
    colour: bool = False
    findings_only: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """One output format: its name, the file endings it is meant for, and how it renders a report."""

    name: str
    suffixes: tuple[str, ...]
    words: str
    render: Callable[[Report, Layout], str | bytes]


def _table(report: Report, layout: Layout) -> str:
    from scorer.report.terminal import render

    return render(report, layout)


def _json(report: Report, layout: Layout) -> str:
    return report.model_dump_json(indent=2) + "\n"


WRITERS: dict[str, Writer] = {
    writer.name: writer
    for writer in (
        Writer("table", (".txt",), "给人读的文本，80 列", _table),
        Writer("json", (".json",), "给程序读的 JSON，结构固定", _json),
    )
}


def write_report(
    report: Report,
    format: str = "table",
    path: str | os.PathLike[str] | None = None,
    *,
    width: int | None = None,
    colour: bool = False,
    findings_only: bool = False,
    force: bool = False,
) -> str | bytes:
    """`report` in one of `WRITERS`, saved to `path` when one is given. The same report gives the same bytes.

    `width` (80 when None) and `colour` concern the table alone. An existing file is replaced only with `force`.

    Raises:
        ScorerError: an unknown format, or a path that exists or cannot be written.
    """
    from scorer.model import ScorerError

    if format not in WRITERS:
        raise ScorerError(f"没有“{format}”这种输出格式；可用的有：{'、'.join(WRITERS)}。")
    content = WRITERS[format].render(report, Layout(width or 80, colour, findings_only))
    if path is not None:
        save(content, path, force=force)
    return content


def format_of(path: str | os.PathLike[str]) -> str | None:
    """The format that a file's ending asks for, None when no writer claims it."""
    suffix = Path(path).suffix.lower()
    return next((name for name, writer in WRITERS.items() if suffix in writer.suffixes), None)


def save(content: str | bytes, path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write a file whole or not at all: into a temporary neighbour, which is then renamed. Text is UTF-8.

    Raises:
        ScorerError: the file exists and `force` is not given, or it cannot be written.
    """
    from scorer.model import ScorerError

    target = Path(path)
    refuse_existing(target, force=force)
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=".scorer-", suffix=target.suffix, dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        # mkstemp makes files private; a report is as readable as any other file of its user
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise ScorerError(f"无法写入 {path}：{error.strerror or error}。请检查文件夹是否存在、是否有写权限。") from error


def refuse_existing(path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Say early that a file would not be overwritten, before long work is done for it.

    Raises:
        ScorerError: the path is a folder, or a file and `force` is not given.
    """
    from scorer.model import ScorerError

    target = Path(path)
    if target.is_dir():
        raise ScorerError(f"{path} 是文件夹；-o 需要文件名。")
    if target.exists() and not force:
        raise ScorerError(f"{path} 已存在，没有改动它。换一个文件名，或加 --force 覆盖。")
