"""What commands share: reading and checking one submission, handing over a report, exit codes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scorer.cli import console
from scorer.cli.options import FAIL_ON, FINDINGS, OK
from scorer.report import WRITERS, Layout, format_of, refuse_existing, save

if TYPE_CHECKING:
    from scorer.model import Report
    from scorer.sets import IndicatorSet


def tell(words: str) -> None:
    """One line on a terminal that says how far a batch has come."""
    from scorer.report.width import cut, pad

    room = console.width() - 1
    console.write("\r" + pad(cut(words, room), room), error=True)


def tell_line(words: str) -> None:
    """The same in a log, where nothing can be written over."""
    console.write(f"{words}\n", error=True)


def same_place(first: str, second: str) -> bool:
    """Would two outputs be written to one file?"""
    return Path(first).resolve() == Path(second).resolve()


def words(listed: str | None) -> list[str]:
    """``"A, T401"`` as its words; full-width commas count."""
    return [word.strip() for word in (listed or "").replace("，", ",").replace("、", ",").split(",") if word.strip()]


def evaluated(
    files: list[str],
    set_name: str | None,
    select: str | None,
    ignore: str | None,
    format: str | None,
    output: str | None,
    force: bool,
    *,
    figures: bool = False,
) -> tuple[Report, Layout]:
    """The report of one submission, and what it was made of. What can be wrong with the call is said before any form
    is read."""
    from scorer.checks import selected
    from scorer.evaluation import evaluate
    from scorer.forms import read_submission

    refuse_target(format, output, force)
    selected(words(select), words(ignore))
    indicator_set = chosen_set(set_name)
    submission = read_submission(*files)
    report = evaluate(submission, indicator_set, select=words(select), ignore=words(ignore), figures=figures)
    return report, Layout(submission=submission, indicator_set=indicator_set)


def refuse_target(format: str | None, output: str | None, force: bool) -> None:
    """Say early that a report cannot go where it is wanted: the file exists, or names no format; or a terminal."""
    if output is not None:
        refuse_existing(output, force=force)
        if format is None and Path(output).suffix and format_of(output) is None:
            endings = " ".join(writer.suffixes[0] for writer in WRITERS.values())
            raise typer.BadParameter(f"从文件名 {output} 看不出格式；可用的后缀有 {endings}，或加 --format。")
    elif format is not None and WRITERS[format].binary and sys.stdout.isatty():
        raise typer.BadParameter(
            f"{format} 不能显示在终端上；请用 -o 写入文件，如 -o 报告{WRITERS[format].suffixes[0]}。"
        )


def chosen_set(name: str | None) -> IndicatorSet | None:
    from scorer.sets import load_set

    return None if name is None else load_set(name)


def compared(report: Report, layout: Layout, other: IndicatorSet, format: str) -> str:
    """The form under its own set and under the other one, as a table or as both reports in one JSON object."""
    from scorer.evaluation import choose_set, evaluate
    from scorer.report.comparison import as_json, compare, render

    submission = layout.submission
    assert submission is not None  # `evaluated` puts it there
    if format == "json":
        return as_json(report, evaluate(submission, other))
    own, _ = choose_set(submission, layout.indicator_set)
    return render(compare(submission, own, other), replace(layout, width=console.width()))


def deliver_text(content: str, output: str | None, force: bool, *, as_json: bool) -> None:
    """Print or save what is no report of one form."""
    if output is not None:
        save(content, output, force=force)
        console.write(f"已写入 {output}\n", error=True)
    elif as_json and not console.takes_unicode():
        console.write(json.dumps(json.loads(content), indent=2) + "\n")
    else:
        console.write(content)


def deliver(report: Report, layout: Layout, format: str | None, output: str | None, force: bool) -> None:
    """Print the report, or save it in the format that was asked for or that the file's ending asks for."""
    if output is None:
        name = format or "table"
        content = WRITERS[name].render(report, replace(layout, width=console.width(), colour=console.colour()))
        if isinstance(content, bytes):
            console.write_bytes(content)
        elif name == "json" and not console.takes_unicode():
            console.write(json.dumps(json.loads(content), indent=2) + "\n")
        else:
            console.write(content)
        return
    name = format or format_of(output) or "table"
    save(WRITERS[name].render(report, layout), output, force=force)
    console.write(f"已写入 {output}\n", error=True)


def exit_code(report: Report, fail_on: str) -> int:
    """0, or 1 when a finding is at or above the level `fail_on`."""
    return FINDINGS if any(at_or_above(finding.level, fail_on) for finding in report.findings) else OK


def at_or_above(level: str, fail_on: str) -> bool:
    """Is a finding of this level ("" for none) one that `--fail-on` asks to fail on?"""
    return fail_on != "never" and level in FAIL_ON[: FAIL_ON.index(fail_on) + 1]
