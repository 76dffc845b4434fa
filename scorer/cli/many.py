"""Commands for many submissions: batch, show, compare."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scorer.cli import console
from scorer.cli.options import (
    ENGINES,
    FINDINGS,
    NOTHING_READ,
    OK,
    ONE_PER,
    Annex,
    Debug,
    Details,
    FailOn,
    Force,
    Format,
    Ignore,
    LetterFile,
    Output,
    Select,
    SetName,
    SetsDir,
    app,
    known_ending,
    known_engine,
    known_grouping,
)
from scorer.cli.shared import (
    at_or_above,
    chosen_set,
    deliver,
    deliver_many,
    letter_of,
    refuse_target,
    tell,
    tell_line,
    words,
)
from scorer.cli.usage import ChineseCommand
from scorer.report import Layout, format_of, refuse_existing, save


@app.command(
    cls=ChineseCommand,
    help="复算并核对许多份提交件，结果写入一个文件夹：每份的报告和汇总。\n\n"
    "读不出的文件也有一行（F610），其余继续。中断后用同一命令重新运行，接着处理剩下的。",
)
def batch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="文件夹（含下级）、文件、加引号的通配符、列出文件的 csv、Parquet 表，或先前的结果文件夹（换 --set 重新计分）",
        ),
    ],
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="DIR", help="结果文件夹，没有则新建；或 .duckdb 文件（文件夹在它旁边）"),
    ],
    set_name: SetName = None,
    sets_dir: SetsDir = None,
    one_per: Annotated[
        str,
        typer.Option(
            "--one-per",
            metavar="|".join(ONE_PER),
            callback=known_grouping,
            help="auto 每份自评表一份，报告按单位、项目、年度、文件名和文件夹配给它（缺省）；file 每个文件各自处理；folder 每个文件夹一份",
        ),
    ] = "auto",
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = "error",
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar="|".join(ENGINES),
            callback=known_engine,
            help="由谁处理：local 本机的进程（缺省），dask 或 spark 集群；见 docs/cluster.md",
        ),
    ] = "local",
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", min=1, help="本机同时处理的进程数；缺省与处理器数相同")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="Dask 调度器的地址，如 tcp://10.0.0.1:8786；不写则在本机启动 --workers 个进程",
        ),
    ] = None,
    master: Annotated[
        str | None,
        typer.Option(
            "--master",
            metavar="URL",
            help="Spark 的主节点，如 spark://10.0.0.1:7077、yarn；不写则用 spark-submit 给的，再没有就在本机运行",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="N", min=1, help="一份提交件最多处理多少秒，超过的记为 F610；缺省 120")
    ] = 120,
    memory: Annotated[
        int, typer.Option("--memory", metavar="MB", min=64, help="一个进程最多再用多少 MB 内存（仅 Linux）；缺省 1024")
    ] = 1024,
    pages: Annotated[
        int, typer.Option("--pages", metavar="N", min=0, help="风险最高的几份报告写成网页，从汇总点开；缺省 50")
    ] = 50,
    decisions: Annotated[
        str | None,
        typer.Option(
            "--decisions",
            metavar="FILE",
            help="填了结论（属实、不成立、已说明、待核实）的问题清单 findings.xlsx；不写则用结果文件夹中已填的",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="更新已有的结果；没有变动的文件不再读取")] = False,
    debug: Debug = False,
) -> None:
    from scorer.batch import REPORTS, Settings, chosen_engine, run_batch
    from scorer.batch.closing import closing_words
    from scorer.batch.database import check_available, folder_of, is_database, write_database
    from scorer.batch.results import SUMMARY_PAGE
    from scorer.model import ScorerError

    for option, value, of in (("--scheduler", scheduler, "dask"), ("--master", master, "spark")):
        if value is not None and engine != of:
            raise typer.BadParameter(f"{option} 只用于 --engine {of}；请加 --engine {of}，或去掉 {option}。")
    if workers is not None and (elsewhere := "--scheduler" if scheduler else "--master" if master else ""):
        raise typer.BadParameter(f"--workers 是本机的进程数，集群的进程数由集群决定；请去掉 --workers 或 {elsewhere}。")
    if not output:
        raise typer.BadParameter("结果文件夹的名称是空的。请给出名称，如 -o 结果。")
    folder = folder_of(output)
    if is_database(output):
        check_available()
        refuse_existing(output, force=force)
    if folder.exists() and not folder.is_dir():
        raise typer.BadParameter(f"{folder} 不是文件夹。")
    for result in () if force or is_database(output) else (REPORTS, SUMMARY_PAGE):
        if (folder / result).exists():
            raise ScorerError(
                f"{folder} 中已存在 {result}，没有改动它。更新这批结果请加 --force（没有变动的文件不再读取），或用 -o 另写一个文件夹。"
            )
    chosen = (tuple(words(select)), tuple(words(ignore)))
    if any(chosen):
        from scorer.checks import selected

        selected(*chosen)
    terminal = sys.stderr.isatty()
    settings = Settings(one_per, *chosen, workers, seconds, memory, pages)
    try:
        outcome = run_batch(
            folder_of(source) if is_database(source) else source,
            folder,
            chosen_set(set_name),
            settings,
            engine=chosen_engine(engine, settings, scheduler or master),
            say=tell if terminal else tell_line,
            terminal=terminal,
            columns=console.width,
            decisions=decisions,
        )
    except KeyboardInterrupt:
        console.write("\n已中断；处理完的都已保存。用同一命令重新运行，接着处理剩下的。\n", error=True)
        raise
    if is_database(output):
        write_database(folder, Path(output))
    if terminal:
        tell("")
        console.write("\r", error=True)
    console.write(closing_words(outcome, str(folder), console.width()))
    if is_database(output):
        console.write(f"全部表在 {output}，可用 SQL 查询（docs/queries.md 有例子）\n")
    if outcome.left_out:
        console.write(f"{outcome.left_out}\n", error=True)
    if outcome.reports and outcome.unread == outcome.reports:
        raise typer.Exit(NOTHING_READ)
    raise typer.Exit(FINDINGS if at_or_above(outcome.worst, fail_on) else OK)


@app.command(
    cls=ChineseCommand,
    help="从一批结果中取出一份的报告：打印，或按 --format、-o 写成文件。\n\n"
    "加 --all 取出全部（写了 ID 的，取出符合的几份），如 scorer show 结果 --all --format docx -o 复核意见，每份一个文件。",
)
def show(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="scorer batch 的结果文件夹")],
    name: Annotated[
        str | None, typer.Argument(metavar="ID", show_default=False, help="序号、编号，或单位、项目、文件名（可只写其中一部分）")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="取出全部，或全部符合 ID 的；-o 是写入的文件夹")] = False,
    format: Format = None,
    output: Output = None,
    details: Details = False,
    letter: LetterFile = None,
    annex: Annex = False,
    force: Force = False,
    debug: Debug = False,
) -> None:
    from scorer.batch import find_report, find_reports
    from scorer.batch.database import folder_of

    plain = Layout(details=details, letter=letter_of(letter), annex=annex)
    if every:
        if format is None or output is None:
            raise typer.BadParameter("--all 要写成文件：请加 --format 和 -o，如 --format docx -o 复核意见。")
        count = deliver_many(find_reports(str(folder_of(folder)), name, verdicts=format != "json"), plain, format, output, force)
        console.write(f"已写入 {output}：{count} 份\n", error=True)
        return
    if name is None:
        raise typer.BadParameter("缺少参数 ID：序号、编号，或单位、项目、文件名；要取出全部请加 --all。")
    refuse_target(format, output, force)
    wanted = format or (format_of(output) if output is not None else None)
    report, submission, across = find_report(str(folder_of(folder)), name, verdicts=wanted != "json")
    deliver(report, replace(plain, submission=submission, across=across), format, output, force)


@app.command(
    cls=ChineseCommand,
    help="比较两批结果：谁的总分、等级变了，因为哪条规则。\n\n平表的结果也能比，也能与一批文件比。同一份提交件按路径辨认，"
    "路径不同的按内容，再不同的按单位和项目。",
)
def compare(
    first: Annotated[str, typer.Argument(metavar="DIR", help="前一批的结果文件夹，或 .duckdb 文件")],
    second: Annotated[str, typer.Argument(metavar="DIR2", help="后一批的结果文件夹，或 .duckdb 文件")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="写入文件：.txt .xlsx .html；不写则打印变动最大的 20 份"),
    ] = None,
    force: Force = False,
    debug: Debug = False,
) -> None:
    from scorer.batch.compare import report as comparison
    from scorer.batch.database import folder_of

    if output is not None:
        known_ending(output, [".txt", ".xlsx", ".html"])
        refuse_existing(output, force=force)
    suffix = None if output is None else Path(output).suffix.lower()
    found = comparison.compare(str(folder_of(first)), str(folder_of(second)), comparison.listed_in(suffix))
    if output is None:
        console.write(comparison.as_table(found, console.width()))
        return
    save(comparison.render(found, Path(output).suffix.lower()), output, force=force)
    console.write(f"已写入 {output}\n", error=True)
