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
    AnnotateOutput,
    Debug,
    FailOn,
    Files,
    Force,
    Format,
    Ignore,
    Output,
    RequiredOutput,
    Select,
    SetArgument,
    SetName,
    app,
    known_ending,
)
from scorer.cli.shared import chosen_set, compared, deliver, deliver_text, evaluated, exit_code, same_place
from scorer.cli.usage import ChineseCommand
from scorer.report import format_of, refuse_existing, save


@app.command(
    cls=ChineseCommand,
    help="复算得分并核对：打印计分表、总分和发现。\n\n同时给出的文件算作一份提交件：自评表和它的报告。",
)
def score(
    files: Files,
    set_name: SetName = None,
    against: Against = None,
    format: Format = None,
    output: Output = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = "error",
    annotate: AnnotateOutput = None,
    force: Force = False,
    debug: Debug = False,
) -> None:
    wanted = format or (format_of(output) if output is not None else None) or "table"
    if against is not None and wanted not in COMPARED:
        raise typer.BadParameter(f"--against 的结果只能写成 {' 或 '.join(COMPARED)}，不能写成 {wanted}。")
    other = chosen_set(against)
    if annotate is not None:
        from scorer.report.annotation import source_for, write_annotated

        if output is not None and same_place(output, annotate):
            raise typer.BadParameter(f"-o 和 --annotate 都要写入 {annotate}。请给两个不同的文件名。")
        source_for(files, annotate)
        refuse_existing(annotate, force=force)
    report, layout = evaluated(files, set_name, select, ignore, format, output, force)
    if other is None:
        deliver(report, layout, format, output, force)
    else:
        deliver_text(compared(report, layout, other, wanted), output, force, as_json=wanted == "json")
    if annotate is not None:
        done = write_annotated(report, annotate, force=force)
        console.write(f"已写入 {annotate}：{done.words}\n", error=True)
    raise typer.Exit(exit_code(report, fail_on))


@app.command(cls=ChineseCommand, help="只核对，打印发现；没有自评表的文件（如决算报告）也可以。")
def check(
    files: Files,
    set_name: SetName = None,
    format: Format = None,
    output: Output = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = "error",
    force: Force = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="列出正文的每个数字及其状态：相符、矛盾、未能核对")
    ] = False,
    debug: Debug = False,
) -> None:
    report, layout = evaluated(files, set_name, select, ignore, format, output, force, figures=figures)
    deliver(report, replace(layout, findings_only=True), format, output, force)
    raise typer.Exit(exit_code(report, fail_on))


@app.command(
    cls=ChineseCommand,
    help="把能读取的自评表改存为另一种格式：.toml .xlsx .docx .csv（官方表式）。\n\n官方表式放不下的内容会逐项列出。",
)
def convert(
    files: Files, output: RequiredOutput, set_name: SetName = None, force: Force = False, debug: Debug = False
) -> None:
    from scorer.forms import read_submission
    from scorer.forms.writing import SUFFIXES, write_form

    known_ending(output, list(SUFFIXES))
    refuse_existing(output, force=force)
    indicator_set = chosen_set(set_name)
    submission = read_submission(*files)
    if not submission.has_form:
        console.write("错误：文件中没有自评表，没有可以改存的内容。\n", error=True)
        raise typer.Exit(NOTHING_READ)
    lost = write_form(submission, output, indicator_set, force=force)
    for doubt in submission.doubts:
        console.write(f"读取时存疑：{doubt.source.place} {doubt.message}\n", error=True)
    for words in lost:
        console.write(f"未能写入：{words}\n", error=True)
    if lost:
        console.write("改存为 .toml 可以全部保留。\n", error=True)
    console.write(f"已写入 {output}\n", error=True)


@app.command(cls=ChineseCommand, help="按一套指标体系生成空白的自评表，供填写：.toml .xlsx .docx .csv。")
def new(name: SetArgument, output: RequiredOutput, force: Force = False, debug: Debug = False) -> None:
    from scorer.forms.writing import SUFFIXES
    from scorer.forms.writing.blank import render_blank
    from scorer.sets import load_set

    suffix = known_ending(output, list(SUFFIXES))
    refuse_existing(output, force=force)
    save(render_blank(load_set(name), suffix), output, force=force)
    console.write(f"已写入 {output}\n", error=True)
