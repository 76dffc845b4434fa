"""Commands for what the program knows: checks and rules explained, the library of indicator sets."""

from __future__ import annotations

from typing import Annotated

import typer

from scorer.cli import console
from scorer.cli.options import (
    FINDINGS,
    OK,
    WRONG_USE,
    Debug,
    Force,
    RequiredOutput,
    SetArgument,
    SetsDir,
    app,
    known_ending,
    library,
)
from scorer.cli.usage import ChineseCommand
from scorer.report import refuse_existing, save


@app.command(
    cls=ChineseCommand,
    help="说明一项检查或一条计分规则：做什么、为何重要、依据、例子、如何改。\n\n不写 CODE 则列出全部。",
)
def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", show_default=False, help="检查的代码或名称，或计分规则的名称")
    ] = None,
    debug: Debug = False,
) -> None:
    from scorer import explanation
    from scorer.report.width import wrap

    text = explanation.overview() if code is None else explanation.explain(code).text()
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        for part in wrap(line.strip(), console.width() - indent):
            console.write(" " * indent + part + "\n")


@library.command("list", cls=ChineseCommand, help="列出可用的指标体系。")
def list_library(sets_dir: SetsDir = None, debug: Debug = False) -> None:
    from scorer.report.library import overview, own_overview
    from scorer.sets import list_sets, own_sets

    own, left_out = own_sets()
    console.write(overview([one for one in list_sets() if one not in own], console.width()))
    console.write(own_overview(own, left_out, console.width()))


@library.command("show", cls=ChineseCommand, help="显示一套指标体系：指标、分值、计分规则和依据。")
def show_set(name: SetArgument, sets_dir: SetsDir = None, debug: Debug = False) -> None:
    from scorer.report.library import page
    from scorer.sets import load_set

    console.write(page(load_set(name), console.width()))


@library.command(
    "check",
    cls=ChineseCommand,
    help="检查指标体系文件，一次列出全部错误，每行一处：文件:行号: 说明。\n\n文件夹代表其中全部 .toml 文件；有错误时退出码为 2。",
)
def check_sets(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="文件、文件夹，或随程序提供的名称")],
    debug: Debug = False,
) -> None:
    from scorer.sets import check_paths

    faults = check_paths(paths)
    for fault in faults:
        console.write(f"{fault}\n")
    console.write(f"共 {len(faults)} 处错误。\n" if faults else "没有错误。\n", error=bool(faults))
    raise typer.Exit(WRONG_USE if faults else OK)


@library.command(cls=ChineseCommand, help="用文字说明两套指标体系有什么不同。")
def diff(first: SetArgument, second: SetArgument, sets_dir: SetsDir = None, debug: Debug = False) -> None:
    from scorer.sets import diff_sets, load_set

    differences = diff_sets(load_set(first), load_set(second))
    console.write("".join(f"{line}\n" for line in differences) or "计分上没有差别。\n")


@library.command(
    "from",
    cls=ChineseCommand,
    help="把印发的指标体系表（各级指标、分值、评分标准：.xlsx .docx 等）转换成 .toml，逐格列出没有读懂的内容。\n\n"
    "评分标准能算的写成计分规则，不能算的写成人工评分。有没读懂的退出码为 1，写出的文件还不能用的为 2。",
)
def from_table(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="指标体系表")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="SET.toml", help="写入的 .toml 文件")],
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="只读这一张工作表")] = None,
    force: Force = False,
    debug: Debug = False,
) -> None:
    from pathlib import Path

    from scorer.forms.tabled import set_from
    from scorer.report.width import wrap

    known_ending(output, [".toml"])
    refuse_existing(output, force=force)
    drafted = set_from(table, Path(output).stem, sheet)
    save(drafted.text, output, force=force)
    for heading, listed in (("没有读懂或没有采用", drafted.unread), ("写出的体系还不能用", drafted.faults)):
        if listed:
            console.write(f"{heading}：\n")
        for item in listed:
            quote = " ".join(item.quote.split())
            said = f"{item.place} “{quote[:30]}{'…' if len(quote) > 30 else ''}”" if quote else item.place
            for line in wrap(f"{said}  {item.why}".strip(), console.width() - 2):
                console.write(f"  {line}\n")
    console.write(f"已写入 {output}：{drafted.indicators} 个指标" + ("" if drafted.unread else "，每一格都读懂了") + "。\n", error=True)
    raise typer.Exit(WRONG_USE if drafted.faults else FINDINGS if drafted.unread else OK)


@library.command("to", cls=ChineseCommand, help="把一套指标体系写成表格（.xlsx .docx），改好后可用 scorer sets from 转换回来。")
def to_table(
    name: SetArgument, output: RequiredOutput, sets_dir: SetsDir = None, force: Force = False, debug: Debug = False
) -> None:
    from scorer.forms.tabled import SUFFIXES, write_table
    from scorer.sets import load_set

    known_ending(output, list(SUFFIXES))
    refuse_existing(output, force=force)
    write_table(load_set(name), output, force=force)
    console.write(f"已写入 {output}\n", error=True)
