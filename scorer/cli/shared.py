"""What commands share: reading and checking one submission, handing over a report, exit codes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scorer.cli import console
from scorer.cli.options import FAIL_ON, FINDINGS, OK
from scorer.report import WRITERS, Layout, Letter, format_of, refuse_existing, save
from scorer.saving import cause

if TYPE_CHECKING:
    from scorer.batch.known import Remembered
    from scorer.model import Finding, Report, Submission
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


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The reports of the submissions in some files with what each was made of, and the reports of files not read."""

    results: list[tuple[Report, Layout]]
    unread: list[Report]

    def shown(self, details: bool, letter: Letter | None = None, annex: bool = False) -> Evaluated:
        """The same, to be printed in full or briefly, sent as `letter` says."""
        sent = letter or Letter()
        laid_out = [(report, replace(layout, details=details, letter=sent, annex=annex)) for report, layout in self.results]
        return replace(self, results=laid_out)


def evaluated(
    files: list[str],
    set_name: str | None,
    select: str | None,
    ignore: str | None,
    format: str | None,
    output: str | None,
    force: bool,
    *,
    sheet: str | None = None,
    figures: bool = False,
) -> Evaluated:
    """The reports of all submissions in the files. What can be wrong with the call is said before any form is read."""
    from scorer.checks import selected
    from scorer.evaluation import evaluate, unreadable
    from scorer.forms import read_what_can_be
    from scorer.forms.files.opening import digest_of

    refuse_target(format, output, force)
    selected(words(select), words(ignore))
    indicator_set = chosen_set(set_name)
    submissions, unread = read_what_can_be(*files, sheet=sheet)
    options = {"select": words(select), "ignore": words(ignore)}
    return Evaluated(
        [
            (
                evaluate(submission, indicator_set, **options, figures=figures),
                Layout(submission=submission, indicator_set=indicator_set),
            )
            for submission in submissions
        ],
        [unreadable(each.path, digest_of(each.path), each.error) for each in unread],
    )


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


def all_compared(found: Evaluated, other: IndicatorSet, format: str) -> str:
    """`compared` for all submissions: an array of JSON, or one table after the other."""
    texts = [compared(report, layout, other, format) for report, layout in found.results]
    if len(texts) == 1:
        return texts[0]
    if format == "json":
        return _array(texts)
    return "\n".join(texts)


def _array(texts: list[str]) -> str:
    """JSON texts as one array."""
    import json  # not needed to start: most commands never write JSON here

    return json.dumps([json.loads(text) for text in texts], ensure_ascii=False, indent=2) + "\n"


def _in_ascii(text: str) -> str:
    """A JSON text for a terminal that cannot show Chinese."""
    import json

    return json.dumps(json.loads(text), indent=2) + "\n"


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
        console.write(_in_ascii(content))
    else:
        console.write(content)


SINGLY = ("html", "xlsx", "docx", "pdf", "csv")
"""Formats in which every submission is a file of its own."""


def deliver_all(found: Evaluated, format: str | None, output: str | None, force: bool) -> None:
    """Print or save the reports of all submissions: as an array of JSON, one after the other, or in a file each."""
    if len(found.results) == 1 and not found.unread:
        deliver(*found.results[0], format, output, force)
        return
    name = format or (format_of(output) if output is not None else None) or "table"
    if name in SINGLY:
        _deliver_singly(found, name, output, force)
        return
    shown = [*found.results, *((report, Layout()) for report in found.unread)]
    if name == "json":
        text = _array([report.model_dump_json() for report, _ in shown])
    else:
        plain = replace(Layout(), width=console.width(), colour=console.colour()) if output is None else Layout()
        text = _one_after_the_other(shown, name, plain, saved=output is not None)
    deliver_text(text, output, force, as_json=name == "json")


def _one_after_the_other(shown: list[tuple[Report, Layout]], name: str, plain: Layout, *, saved: bool) -> str:
    from scorer.report.terminal import divider

    pieces = []
    for number, (report, layout) in enumerate(shown, 1):
        laid_out = replace(layout, width=plain.width, colour=plain.colour, details=layout.details or saved)
        content = WRITERS[name].render(report, laid_out)
        assert isinstance(content, str)  # the formats of `SINGLY` are handled elsewhere
        pieces.append(content if name == "md" else divider(report, number, len(shown), plain) + content)
    return "\n".join(pieces)


def _deliver_singly(found: Evaluated, name: str, output: str | None, force: bool) -> None:
    if output is None:
        ending = WRITERS[name].suffixes[0]
        raise typer.BadParameter(
            f"共有 {len(found.results)} 份提交件，{name} 要写成文件：请用 -o，如 -o 报告{ending}，每份一个文件；或用 --sheet 只取一份。"
        )
    targets = part_targets(output, [report.submission.part or report.submission.project for report, _ in found.results])
    for target in targets:
        refuse_existing(target, force=force)
    for target, (report, layout) in zip(targets, found.results, strict=True):
        deliver(report, layout, name, target, force)
    for report in found.unread:
        console.write(f"{report.findings[0].message}\n", error=True)


NO_FILE_NAME = re.compile(r'[\\/:*?"<>|\s]+')


def part_targets(output: str, names: Sequence[str]) -> list[str]:
    """A file name for each of several submissions: 报告.html and the parts 甲, 乙 give 报告-甲.html, 报告-乙.html."""
    if len(names) == 1:
        return [output]
    path = Path(output)
    made: list[str] = []
    for number, name in enumerate(names, 1):
        bare = NO_FILE_NAME.sub("_", name).strip("_.")[:60] or str(number)
        target = str(path.with_name(f"{path.stem}-{bare}{path.suffix}"))
        made.append(target if target not in made else str(path.with_name(f"{path.stem}-{number}-{bare}{path.suffix}")))
    return made


def deliver(report: Report, layout: Layout, format: str | None, output: str | None, force: bool) -> None:
    """Print the report, or save it in the format that was asked for or that the file's ending asks for."""
    if output is None:
        name = format or "table"
        content = WRITERS[name].render(report, replace(layout, width=console.width(), colour=console.colour()))
        if isinstance(content, bytes):
            console.write_bytes(content)
        elif name == "json" and not console.takes_unicode():
            console.write(_in_ascii(content))
        else:
            console.write(content)
        return
    name = format or format_of(output) or "table"
    save(WRITERS[name].render(report, replace(layout, details=True)), output, force=force)
    console.write(f"已写入 {output}\n", error=True)


LETTER_KEYS = {"落款": "issuer", "日期": "date", "答复期限": "deadline", "主送": "addressee", "联系人": "contact"}


def letter_of(path: str | None) -> Letter:
    """What a TOML file says of who sends an opinion, the blanks of it without one."""
    from scorer.model import ScorerError
    from scorer.sets.toml_reading import read_toml

    if path is None:
        return Letter()
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = cause(error) if isinstance(error, OSError) else "不是 UTF-8 编码"
        raise ScorerError(f"{path}：读不出（{why}）。") from None
    bare = re.sub(r"(?m)^(\s*)([\u4e00-\u9fff]{1,10})(\s*[=＝])", r'\1"\2"\3', text)  # keys in Chinese need no quotes here
    values, faults = read_toml(path, bare)
    if faults or values is None:
        raise ScorerError("\n".join(map(str, faults)))
    unknown = [key for key, value in values.items() if key not in LETTER_KEYS or not isinstance(value, (str, date))]
    if unknown:
        raise ScorerError(f"{path}：不认识 {'、'.join(unknown)}。可用的键有 {'、'.join(LETTER_KEYS)}，值是文字或日期。")
    return Letter(**{LETTER_KEYS[key]: _day(value) for key, value in values.items()})


def _day(value: str | date) -> str:
    return value if isinstance(value, str) else f"{value.year}年{value.month}月{value.day}日"


def deliver_many(
    found: Iterable[tuple[Remembered, Report, Submission | None, tuple[Finding, ...]]],
    plain: Layout,
    format: str,
    folder: str,
    force: bool,
) -> int:
    """Save each report, laid out like `plain`, as a file of a folder, named by number, unit and project; gives how many."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"-o 的 {folder} 不能作文件夹（{cause(error)}）。请换一个名称。") from None
    count = 0
    for known, report, submission, across in found:
        about = [part for part in (known.unit, known.project) if part.strip()] or [Path(known.key).stem]
        named = NO_FILE_NAME.sub("_", " ".join([f"{known.number:03d}", *about])).strip("_.")[:80]
        target = Path(folder) / f"{named}{WRITERS[format].suffixes[0]}"
        layout = replace(plain, submission=submission, across=across)
        save(WRITERS[format].render(report, layout), str(target), force=force)
        count += 1
    return count


def exit_code(found: Evaluated, fail_on: str) -> int:
    """0, or 1 when a finding is at or above the level `fail_on`; files that were not read do not decide it."""
    levels = (finding.level for report, _ in found.results for finding in report.findings)
    return FINDINGS if any(at_or_above(level, fail_on) for level in levels) else OK


def at_or_above(level: str, fail_on: str) -> bool:
    """Is a finding of this level ("" for none) one that `--fail-on` asks to fail on?"""
    return fail_on != "never" and level in FAIL_ON[: FAIL_ON.index(fail_on) + 1]
