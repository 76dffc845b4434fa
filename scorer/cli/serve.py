"""The command `serve` and those below it: the workbench in a browser, and what keeps it safe."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scorer.cli import console
from scorer.cli.options import FINDINGS, SETTINGS, Debug
from scorer.cli.shared import tell_line
from scorer.cli.usage import ChineseCommand, ChineseGroup

if TYPE_CHECKING:
    from scorer.web.configuring import Desk

START = "start"


class ServeGroup(ChineseGroup):
    """``scorer serve DIR`` starts the workbench of that folder: what names no command below is the folder."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """The arguments with the command that may be left out."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [START, *args]
        return super().parse_args(ctx, args)


workbench = typer.Typer(
    cls=ServeGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings=SETTINGS,
    help="工作台：在浏览器中收表、看发现、下结论、退回、定稿、导出。\n\n"
    "scorer serve DIR 就是 scorer serve start DIR：启动 DIR 中的工作台，没有则新建。",
)

Folder = Annotated[str, typer.Argument(metavar="DIR", help="工作台的文件夹，没有则新建：数据库、文件、密钥都在里面")]
Existing = Annotated[str, typer.Argument(metavar="DIR", help="工作台的文件夹")]


def refuse_without_web() -> None:
    """Say what the workbench needs where that is not installed."""
    from scorer import install_words
    from scorer.model import ScorerError

    missing = [name for name in ("django", "cheroot", "argon2") if find_spec(name) is None]
    if missing:
        raise ScorerError(f"工作台还需要 {'、'.join(missing)}，请{install_words('web')}。")


def desk_of(folder: str, **options: Any) -> Desk:
    """The workbench of a folder with its settings made; what is missing for it is said first."""
    refuse_without_web()
    from scorer.web.configuring import configure, opened

    desk = opened(Path(folder), **options)
    configure(desk)
    return desk


def existing(folder: str) -> Desk:
    """The workbench of a folder that has one already, its tables as this program needs them."""
    from scorer.model import ScorerError

    if not (Path(folder) / "config.toml").is_file():
        raise ScorerError(f"{folder}：不是工作台的文件夹（其中没有 config.toml）。请核对路径。")
    desk = desk_of(folder)
    from scorer.web.server import prepare

    prepare()
    return desk


@workbench.command(
    START,
    cls=ChineseCommand,
    help="启动工作台（start 可以不写）。\n\n"
    "多人使用时先用启动时打印的链接设置首位管理员；--solo 只供本机一人，不设口令。",
)
def start(
    folder: Folder,
    host: Annotated[str, typer.Option("--host", metavar="ADDR", help="监听的地址；缺省只在本机")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", min=1, help="端口；缺省 8765")] = 8765,
    solo: Annotated[bool, typer.Option("--solo", help="本机一人使用，用打印的链接进入")] = False,
    take: Annotated[
        str | None, typer.Option("--take", metavar="SOURCE", help="启动时收进这个文件夹里的表，一个文件夹是一份")
    ] = None,
    browse: Annotated[bool, typer.Option("--open", help="启动后打开浏览器")] = False,
    cert: Annotated[str, typer.Option("--cert", metavar="FILE", help="TLS 证书（PEM）")] = "",
    key: Annotated[str, typer.Option("--key", metavar="FILE", help="TLS 私钥（PEM）")] = "",
    behind_proxy: Annotated[
        str, typer.Option("--behind-proxy", metavar="ADDR", help="放在这个地址的代理之后，TLS 由代理提供")
    ] = "",
    plain: Annotated[bool, typer.Option("--plain", help="对外开放而不加密：确知网络可靠时才用")] = False,
    debug: Debug = False,
) -> None:
    desk = desk_of(
        folder, host=host, port=port, solo=solo, certificate=cert, private_key=key, proxy=behind_proxy, plain=plain
    )
    from scorer.web.server import serve

    serve(desk, tell_line, source=take or "", browse=browse)
    console.write("已停止。\n", error=True)


@workbench.command(cls=ChineseCommand, help="核对工作台：数据库、台账、文件的原件；有不对的逐条列出，退出码为 1。")
def verify(folder: Existing, debug: Debug = False) -> None:
    desk = existing(folder)
    from scorer.web import keeping, ledger

    wrong = list(keeping.verify(desk))
    for words in wrong:
        console.write(f"{words}\n")
    if wrong:
        raise typer.Exit(FINDINGS)
    console.write(f"没有发现问题；台账到 {ledger.head()}。\n")


@workbench.command(cls=ChineseCommand, help="备份成一个 zip，工作台可以开着；其中有密钥，请妥善保管。")
def backup(
    folder: Existing,
    target: Annotated[str, typer.Argument(metavar="FILE", help="写入的 zip 文件")],
    debug: Debug = False,
) -> None:
    desk = existing(folder)
    from scorer.web import backups

    count = backups.backup(desk, Path(target))
    console.write(f"已写入 {target}：数据库、密钥、设置和 {count} 个文件。\n")


@workbench.command(cls=ChineseCommand, help="从备份恢复到一个空的或新的文件夹；先核对备份，再放入。")
def restore(
    source: Annotated[str, typer.Argument(metavar="FILE", help="scorer serve backup 写的 zip 文件")],
    folder: Annotated[str, typer.Argument(metavar="DIR", help="恢复到的文件夹，须是空的或新的")],
    debug: Debug = False,
) -> None:
    refuse_without_web()
    from scorer.web import backups

    count = backups.restore(Path(source), Path(folder))
    console.write(f"已恢复到 {folder}（{count} 个文件）。请再运行 scorer serve verify {folder}。\n")


@workbench.command(cls=ChineseCommand, help="给出一个用户设定口令的链接；没有这个用户就新建。管理员忘了口令时用它。")
def user(
    folder: Existing,
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="账号")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="姓名；缺省与账号相同")] = "",
    role: Annotated[
        str, typer.Option("--role", metavar="经办人|复核人|管理员", help="新用户的角色；缺省复核人")
    ] = "复核人",
    leads: Annotated[bool, typer.Option("--leads", help="新用户是组长")] = False,
    debug: Debug = False,
) -> None:
    desk = existing(folder)
    from scorer.web.entering import link_for

    token = link_for(login, name or login, role, leads=leads)
    console.write(f"{desk.address}/link/{token}\n三天内打开，只能用一次。\n")


@workbench.command(cls=ChineseCommand, help="把全部数据搬到另一个数据库（须是空的），逐表核对；原来的不动。")
def move(
    folder: Existing,
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="postgresql://用户:口令@主机/库名，或一个 SQLite 文件的路径")
    ],
    debug: Debug = False,
) -> None:
    existing(folder)
    from scorer.web import keeping

    count = keeping.move(to, tell_line)
    console.write(f"已搬 {count} 行，逐表核对相同。请在 {folder}/config.toml 中写上 database，再重新启动。\n")


@workbench.command(
    "check-again",
    cls=ChineseCommand,
    help="用现在的程序和指标体系把没有定稿的重新核对一遍，结果放在一边；组长在网页上看过变动后再采用。",
)
def check_again(folder: Existing, debug: Debug = False) -> None:
    existing(folder)
    from scorer.web.rechecking import begin

    console.write(f"已排入 {begin(None)} 份；工作台开着时在后台核对，完成后请组长打开“重新核对”页。\n")
