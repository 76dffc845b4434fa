"""A report in the formats that people and programs read.

`WRITERS` lists the formats; `write_report` renders one and, when given a path, saves it. To add a format: one module
here with `render(report, layout)`, and one line in `WRITERS`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scorer import DISTRIBUTION
from scorer.numbers.precision import precise
from scorer.saving import refuse_existing, save

if TYPE_CHECKING:
    from scorer.model import Finding, Report, Submission
    from scorer.sets import IndicatorSet

__all__ = ["WRITERS", "Layout", "Writer", "format_of", "refuse_existing", "save", "write_report"]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a review opinion says of who sends it: `issuer` (落款), `date`, until when an answer is asked for, `addressee`
    (主送, the unit itself without), `contact`. "" leaves a blank to be filled in by hand, or says nothing."""

    issuer: str = ""
    date: str = ""
    deadline: str = ""
    addressee: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a format is laid out: `width` in columns of a terminal (a Chinese character is two wide).

    `findings_only` leaves out the scored tree: what `scorer check` prints. `submission` and `indicator_set` are what
    the report was made of, for formats that show the documents themselves or the legal basis; None where they are not
    at hand. `across` are findings that compare the submission with others of its batch: JSON leaves them out. Without
    `details` a terminal shows what to do and neither the scored tree nor the tallies. An opinion is sent as `letter` says;
    `annex` adds which checks ran and what files and sets are known by.
    """

    width: int = 80
    colour: bool = False
    findings_only: bool = False
    submission: Submission | None = None
    indicator_set: IndicatorSet | None = None
    across: tuple[Finding, ...] = ()
    details: bool = True
    letter: Letter = Letter()
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """One output format: its name, the file endings it is meant for, and how it renders a report.

    `binary`: nothing that a terminal could print.
    """

    name: str
    suffixes: tuple[str, ...]
    words: str
    render: Callable[[Report, Layout], str | bytes]
    binary: bool = False


def _table(report: Report, layout: Layout) -> str:
    from scorer.report.terminal import render

    return render(report, layout)


def _json(report: Report, layout: Layout) -> str:
    return report.model_dump_json(indent=2) + "\n"


def _html(report: Report, layout: Layout) -> str:
    from scorer.report.page import render
    from scorer.report.places import handed_on

    return render(*handed_on(report, layout))


def _docx(report: Report, layout: Layout) -> bytes:
    from scorer.report.places import handed_on
    from scorer.report.word import render

    return render(*handed_on(report, layout))


def _xlsx(report: Report, layout: Layout) -> bytes:
    from scorer.report.places import handed_on
    from scorer.report.spreadsheet import render

    return render(*handed_on(report, layout))


def _md(report: Report, layout: Layout) -> str:
    from scorer.report.markdown import render
    from scorer.report.places import handed_on

    return render(*handed_on(report, layout))


def _csv(report: Report, layout: Layout) -> bytes:
    from scorer.report.places import handed_on
    from scorer.report.separated import render

    return render(*handed_on(report, layout))


def _pdf(report: Report, layout: Layout) -> bytes:
    from scorer.report.places import handed_on
    from scorer.report.typeset import render

    return render(*handed_on(report, layout))


WRITERS: dict[str, Writer] = {
    writer.name: writer
    for writer in (
        Writer("table", (".txt",), "给人读的文本，80 列", _table),
        Writer("json", (".json",), "给程序读的 JSON，结构固定", _json),
        Writer("html", (".html", ".htm"), "网页，单个文件，标出原文，可打印", _html),
        Writer("xlsx", (".xlsx",), "得分表、问题清单、核对统计、指标体系四张工作表", _xlsx, binary=True),
        Writer("docx", (".docx",), "复核意见，公文格式的 Word 文件", _docx, binary=True),
        Writer("pdf", (".pdf",), f"复核意见，PDF（需要 {DISTRIBUTION}[typst]）", _pdf, binary=True),
        Writer("md", (".md",), "复核意见，Markdown", _md),
        Writer("csv", (".csv",), "一张表：得分、总分和发现，供其他程序", _csv),
    )
}


@precise
def write_report(
    report: Report,
    format: str = "table",
    path: str | os.PathLike[str] | None = None,
    *,
    width: int | None = None,
    colour: bool = False,
    findings_only: bool = False,
    submission: Submission | None = None,
    indicator_set: IndicatorSet | None = None,
    force: bool = False,
) -> str | bytes:
    """`report` in one of `WRITERS`, saved to `path` when one is given. The same report gives the same bytes.

    `width` (80 when None) and `colour` concern the table alone. With the `submission` the documents themselves are
    shown with the places of the findings marked; a set of one's own is named with `indicator_set`, those of the library
    are found. An existing file is replaced only with `force`.

    Raises:
        ScorerError: an unknown format, or a path that exists or cannot be written.
    """
    from scorer.model import ScorerError

    if format not in WRITERS:
        raise ScorerError(f"没有“{format}”这种输出格式；可用的有：{'、'.join(WRITERS)}。")
    content = WRITERS[format].render(report, Layout(width or 80, colour, findings_only, submission, indicator_set))
    if path is not None:
        save(content, path, force=force)
    return content


def format_of(path: str | os.PathLike[str]) -> str | None:
    """The format that a file's ending asks for, None when no writer claims it."""
    suffix = Path(path).suffix.lower()
    return next((name for name, writer in WRITERS.items() if suffix in writer.suffixes), None)
