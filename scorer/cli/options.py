"""The commands' tree, exit codes and the options that mean the same everywhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from scorer.cli.usage import ChineseGroup
from scorer.report import WRITERS

OK, FINDINGS, WRONG_USE, NOTHING_READ = 0, 1, 2, 3
INTERRUPTED = 130
ONE_PER = ("auto", "file", "folder")
ENGINES = ("local", "dask", "spark")
FAIL_ON = ("error", "warning", "note", "never")
COMPARED = ("table", "json")  # formats that show a form under two sets
SETS_VARIABLE = "SCORER_SETS"  # that of `scorer.sets.own`, which the help does not load
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
library = typer.Typer(
    cls=ChineseGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings=SETTINGS,
    help="指标体系：列出、查看、检查、比较。",
)


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

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", show_default=False, help="自评表，可连同它的报告；一个文件里有几份表就逐份处理；格式见 README"),
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
SheetName = Annotated[
    str | None,
    typer.Option("--sheet", metavar="NAME", help="一个文件里有几份自评表时只取这一份：工作表或项目的名称、其中一部分，或序号"),
]


def own_folder(value: str | None) -> str | None:
    """Look for one's own sets in that folder first: by the environment, so that processes started later do as well."""
    if value is not None:
        if not Path(value).is_dir():
            raise typer.BadParameter(f"没有文件夹 {value}。")
        more = os.environ.get(SETS_VARIABLE)
        os.environ[SETS_VARIABLE] = os.pathsep.join([str(Path(value).resolve()), *([more] if more else [])])
    return value


SetsDir = Annotated[
    str | None,
    typer.Option(
        "--sets-dir",
        metavar="DIR",
        callback=own_folder,
        is_eager=True,
        help="自己的指标体系所在的文件夹，与随程序提供的一同可用；也可设环境变量 SCORER_SETS",
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
LetterFile = Annotated[
    str | None,
    typer.Option(
        "--letter",
        metavar="FILE",
        help="复核意见的主送、落款等，TOML 文件，键为 主送 落款 日期 答复期限 联系人，如 落款 = \"某县财政局\"",
    ),
]
Annex = Annotated[bool, typer.Option("--annex", help="复核意见后附技术说明：检查代码、每项检查的情况、文件的摘要")]
Details = Annotated[bool, typer.Option("--details", help="打印全部：每一项的得分由来、每项检查核对了多少处；写入文件的总是全部")]
Debug = Annotated[bool, typer.Option("--debug", help="程序出错时显示完整的调用栈")]
