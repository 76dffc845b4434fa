"""Commands for one submission: score, check, convert, new."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from scorer.cli import console
from scorer.cli.options import (
    COMPARED,
    NOTHING_READ,
    Against,
    Annex,
    AnnotateOutput,
    Debug,
    Details,
    FailOn,
    Files,
    Force,
    Format,
    Ignore,
    LetterFile,
    Output,
    RequiredOutput,
    Select,
    SetArgument,
    SetName,
    SetsDir,
    SheetName,
    app,
    known_ending,
)
from scorer.cli.shared import (
    all_compared,
    chosen_set,
    deliver_all,
    deliver_text,
    evaluated,
    exit_code,
    letter_of,
    part_targets,
    same_place,
)
from scorer.cli.usage import ChineseCommand
from scorer.report import format_of, refuse_existing, save


@app.command(
    cls=ChineseCommand,
    help="复算得分并核对：打印总分、发现和改法，--details 另印每一项的得分。\n\n"
    "自评表可连同它的报告一起给；有几份表就有几份结果，每份只和自己的报告比对。",
)
def score(
    files: Files,
    set_name: SetName = None,
    sets_dir: SetsDir = None,
    sheet: SheetName = None,
    against: Against = None,
    format: Format = None,
    output: Output = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = "error",
    annotate: AnnotateOutput = None,
    details: Details = False,
    letter: LetterFile = None,
    annex: Annex = False,
    force: Force = False,
    debug: Debug = False,
) -> None:
    wanted = format or (format_of(output) if output is not None else None) or "table"
    sent = letter_of(letter)
    if against is not None and wanted not in COMPARED:
        raise typer.BadParameter(f"--against 的结果只能写成 {' 或 '.join(COMPARED)}，不能写成 {wanted}。")
    other = chosen_set(against)
    if annotate is not None:
        from scorer.report.annotation import source_for, write_annotated

        if output is not None and same_place(output, annotate):
            raise typer.BadParameter(f"-o 和 --annotate 都要写入 {annotate}。请给两个不同的文件名。")
        source_for(files, annotate)
        refuse_existing(annotate, force=force)
    found = evaluated(files, set_name, select, ignore, format, output, force, sheet=sheet)
    if other is None:
        deliver_all(found.shown(details, sent, annex), format, output, force)
    else:
        deliver_text(all_compared(found, other, wanted), output, force, as_json=wanted == "json")
        for unread in found.unread:
            console.write(f"{unread.findings[0].message}\n", error=True)
    if annotate is not None:
        done = write_annotated([report for report, _ in found.results], annotate, force=force)
        console.write(f"已写入 {annotate}：{done.words}\n", error=True)
    raise typer.Exit(exit_code(found, fail_on))


@app.command(cls=ChineseCommand, help="只核对，打印发现；没有自评表的文件（如决算报告）也可以。")
def check(
    files: Files,
    set_name: SetName = None,
    sets_dir: SetsDir = None,
    sheet: SheetName = None,
    format: Format = None,
    output: Output = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = "error",
    details: Details = False,
    force: Force = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="列出正文的每个数字及其状态：相符、矛盾、未能核对")
    ] = False,
    debug: Debug = False,
) -> None:
    found = evaluated(files, set_name, select, ignore, format, output, force, sheet=sheet, figures=figures)
    results = [(report, replace(layout, findings_only=True)) for report, layout in found.results]
    deliver_all(replace(found, results=results).shown(details), format, output, force)
    raise typer.Exit(exit_code(found, fail_on))


@app.command(
    cls=ChineseCommand,
    help="把能读取的自评表改存为另一种格式：.toml .xlsx .docx .csv（官方表式）。\n\n官方表式放不下的内容会逐项列出。",
)
def convert(
    files: Files,
    output: RequiredOutput,
    set_name: SetName = None,
    sets_dir: SetsDir = None,
    sheet: SheetName = None,
    force: Force = False,
    debug: Debug = False,
) -> None:
    from scorer.forms import read_submissions
    from scorer.forms.writing import SUFFIXES, write_form

    known_ending(output, list(SUFFIXES))
    refuse_existing(output, force=force)
    indicator_set = chosen_set(set_name)
    forms = [submission for submission in read_submissions(*files, sheet=sheet) if submission.has_form]
    if not forms:
        console.write("错误：文件中没有自评表，没有可以改存的内容。\n", error=True)
        raise typer.Exit(NOTHING_READ)
    targets = part_targets(output, [form.part or form.project for form in forms])
    for target in targets:
        refuse_existing(target, force=force)
    for target, submission in zip(targets, forms, strict=True):
        lost = write_form(submission, target, indicator_set, force=force)
        for doubt in submission.doubts:
            console.write(f"读取时存疑：{doubt.source.place} {doubt.message}\n", error=True)
        for words in lost:
            console.write(f"未能写入：{words}\n", error=True)
        if lost:
            console.write("改存为 .toml 可以全部保留。\n", error=True)
        console.write(f"已写入 {target}\n", error=True)


@app.command(cls=ChineseCommand, help="按一套指标体系生成空白的自评表，供填写：.toml .xlsx .docx .csv。")
def new(
    name: SetArgument, output: RequiredOutput, sets_dir: SetsDir = None, force: Force = False, debug: Debug = False
) -> None:
    from scorer.forms.writing import SUFFIXES
    from scorer.forms.writing.blank import render_blank
    from scorer.sets import load_set

    suffix = known_ending(output, list(SUFFIXES))
    refuse_existing(output, force=force)
    save(render_blank(load_set(name), suffix), output, force=force)
    console.write(f"已写入 {output}\n", error=True)
