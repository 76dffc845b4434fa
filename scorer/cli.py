"""The command line: options, order of work and exit codes; everything else lives in the modules it calls.

Those are imported inside the commands, so that the help comes up at once.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from scorer import __version__, console
from scorer.report import WRITERS, Layout, format_of, refuse_existing, save
from scorer.usage import ChineseCommand, ChineseGroup, ClickException, error_text

if TYPE_CHECKING:
    from scorer.model import Report
    from scorer.sets import IndicatorSet

OK, FINDINGS, WRONG_USE, NOTHING_READ = 0, 1, 2, 3
INTERRUPTED = 130
ONE_PER = ("file", "folder")
ENGINES = ("local", "dask", "spark")
FAIL_ON = ("error", "warning", "note", "never")
COMPARED = ("table", "json")  # formats that show a form under two sets
SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=ChineseGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings=SETTINGS,
    help="绩效自评复算与核对：按指标体系逐项复算得分，指出前后不一致的数字。",
    epilog="退出码：0 无发现 · 1 有发现 · 2 用法或指标体系有误 · 3 没有文件能读取。",
)
sets = typer.Typer(
    cls=ChineseGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings=SETTINGS,
    help="指标体系：列出、查看、检查、比较。",
)
app.add_typer(sets, name="sets")


def one_of(kind: str, allowed: list[str], value: str) -> str:
    if value not in allowed:
        raise typer.BadParameter(f"没有“{value}”这种{kind}；可用的有 {'、'.join(allowed)}。")
    return value


def known_format(value: str | None) -> str | None:
    return None if value is None else one_of("格式", list(WRITERS), value)


def known_level(value: str) -> str:
    return one_of("级别", list(FAIL_ON), value)


def known_grouping(value: str) -> str:
    return one_of("分法", list(ONE_PER), value)


def known_engine(value: str) -> str:
    return one_of("方式", list(ENGINES), value)


def known_ending(path: str, allowed: list[str]) -> str:
    return one_of("后缀", allowed, Path(path).suffix.lower())


def print_version(wanted: bool) -> None:
    if wanted:
        console.write(f"scorer {__version__}\n")
        raise typer.Exit(OK)


Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", show_default=False, help="一份自评表，可连同它的报告；格式见 README"),
]
SetName = Annotated[
    str | None,
    typer.Option("--set", metavar="NAME", help="指标体系的名称或 TOML 文件；不写则按表中文字判断"),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="|".join(WRITERS),
        callback=known_format,
        help="输出格式；不写则看 -o 的文件名，否则为 table",
    ),
]
SetArgument = Annotated[str, typer.Argument(metavar="SET", help="指标体系的名称（见 scorer sets list）或 TOML 文件")]
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="写入文件；不写则打印")]
RequiredOutput = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="写入的文件；格式由文件名决定")]
Force = Annotated[bool, typer.Option("--force", help="覆盖已有的文件")]
Select = Annotated[
    str | None,
    typer.Option("--select", metavar="CODES", help="只运行这些检查：代码、代码前缀或名称，用逗号分隔，如 A,T401"),
]
Ignore = Annotated[str | None, typer.Option("--ignore", metavar="CODES", help="不运行这些检查，写法同 --select")]
FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="|".join(FAIL_ON),
        callback=known_level,
        help="有此级别或更重的发现时退出码为 1；缺省 error，never 总为 0",
    ),
]
AnnotateOutput = Annotated[
    str | None,
    typer.Option(
        "--annotate",
        metavar="FILE",
        help="另存一份加了批注的原表（.xlsx .xlsm .docx，与原表同一种格式）：出错的格子有批注，末尾加一页复算结果",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="SET",
        help="另按这套指标体系算一遍，逐行列出得分和为何不同；格式只能是 table 或 json",
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="程序出错时显示完整的调用栈")]


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=print_version, help="显示版本号")
    ] = False,
) -> None:
    """Options that stand before a command."""


@app.command(cls=ChineseCommand, help="复算得分并核对：打印计分表、总分和发现。\n\n同时给出的文件算作一份提交件：自评表和它的报告。")
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
        str, typer.Option("--output", "-o", metavar="DIR", help="结果文件夹，没有则新建；或 .duckdb 文件（文件夹在它旁边）")
    ],
    set_name: SetName = None,
    one_per: Annotated[
        str,
        typer.Option(
            "--one-per",
            metavar="|".join(ONE_PER),
            callback=known_grouping,
            help="file 每个文件一份提交件（缺省），folder 每个文件夹一份",
        ),
    ] = "file",
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


def tell(words: str) -> None:
    """One line on a terminal that says how far a batch has come."""
    from scorer.report.width import cut, pad

    room = console.width() - 1
    console.write("\r" + pad(cut(words, room), room), error=True)


def tell_line(words: str) -> None:
    """The same in a log, where nothing can be written over."""
    console.write(f"{words}\n", error=True)


@app.command(cls=ChineseCommand, help="从一批结果中取出一份的报告：打印，或按 --format、-o 写成文件。")
def show(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="scorer batch 的结果文件夹")],
    name: Annotated[str, typer.Argument(metavar="ID", help="序号，或文件路径（可只写其中一部分）")],
    format: Format = None,
    output: Output = None,
    force: Force = False,
    debug: Debug = False,
) -> None:
    from scorer.batch import find_report
    from scorer.batch.database import folder_of

    refuse_target(format, output, force)
    report, submission, across = find_report(str(folder_of(folder)), name)
    deliver(report, Layout(submission=submission, across=across), format, output, force)


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
    from scorer.batch import comparison
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


@app.command(cls=ChineseCommand, help="说明一项检查或一条计分规则：做什么、为何重要、依据、例子、如何改。\n\n不写 CODE 则列出全部。")
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


@sets.command("list", cls=ChineseCommand, help="列出可用的指标体系。")
def list_library(debug: Debug = False) -> None:
    from scorer.report.library import overview
    from scorer.sets import list_sets

    console.write(overview(list_sets(), console.width()))


@sets.command("show", cls=ChineseCommand, help="显示一套指标体系：指标、分值、计分规则和依据。")
def show_set(name: SetArgument, debug: Debug = False) -> None:
    from scorer.report.library import page
    from scorer.sets import load_set

    console.write(page(load_set(name), console.width()))


@sets.command(
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


@sets.command(cls=ChineseCommand, help="用文字说明两套指标体系有什么不同。")
def diff(first: SetArgument, second: SetArgument, debug: Debug = False) -> None:
    from scorer.sets import diff_sets, load_set

    differences = diff_sets(load_set(first), load_set(second))
    console.write("".join(f"{line}\n" for line in differences) or "计分上没有差别。\n")


# --------------------------------------------------------------------------------------------- what commands share


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
        raise typer.BadParameter(f"{format} 不能显示在终端上；请用 -o 写入文件，如 -o 报告{WRITERS[format].suffixes[0]}。")


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


def run(arguments: list[str] | None = None) -> int:
    """Run one command line (the process's own when None; on Windows its wildcards are expanded) and return its exit
    code. Faults become Chinese messages on standard error."""
    try:
        command = typer.main.get_command(app)
        # a batch takes the wildcard itself; other commands take files, which no shell of Windows lists
        expanded = sys.argv[1:2] != ["batch"]
        result = command.main(args=arguments, prog_name="scorer", standalone_mode=False, windows_expand_args=expanded)
        return result if isinstance(result, int) else OK
    except ClickException as error:
        console.write(error_text(error), error=True)
        return WRONG_USE
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:
        return failed(error, debug="--debug" in (sys.argv if arguments is None else arguments))


def failed(error: Exception, *, debug: bool) -> int:
    """Say what went wrong, without a traceback unless `debug` asks for one."""
    from scorer.model import ScorerError
    from scorer.report.sentences import printable

    if debug:
        console.write("".join(traceback.format_exception(error)), error=True)
    if isinstance(error, ScorerError):
        # the faults of a set stand at the beginning of their lines: editors turn file:line into a link
        said = str(error) if hasattr(error, "faults") else f"错误：{error}"
        console.write(f"{printable(said)}\n", error=True)
        return error.exit_code
    console.write(
        f"Z901 程序内部错误：{type(error).__name__}：{error}\n"
        "这是本程序的问题，不是表格的问题。加 --debug 再运行一次，把显示的内容发给维护者。\n",
        error=True,
    )
    return WRONG_USE


def main() -> NoReturn:
    """The entry point: ``scorer`` and ``python -m scorer``."""
    # importing makes a hundred thousand objects that stay; collecting among them costs a tenth of the start
    gc.set_threshold(100_000, 20, 20)
    # looking for plugins of pydantic reads the papers of every installed package, and none is wanted
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    console.prepare()
    sys.exit(run())
