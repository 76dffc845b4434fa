"""The command `serve` and those below it: the workbench in a browser."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scorer.cli import console
from scorer.cli.options import Debug, app
from scorer.cli.shared import tell_line
from scorer.cli.usage import ChineseCommand

if TYPE_CHECKING:
    from scorer.web.configuring import Desk

Folder = Annotated[str, typer.Argument(metavar="DIR", help="工作台的文件夹，没有则新建：数据库、文件、密钥都在里面")]


def desk_of(folder: str, **options: object) -> Desk:
    """The workbench of a folder with its settings made; what is missing for it is said first."""
    from scorer import install_words
    from scorer.model import ScorerError

    missing = [name for name in ("django", "cheroot", "argon2") if find_spec(name) is None]
    if missing:
        raise ScorerError(f"工作台还需要 {'、'.join(missing)}，请{install_words('web')}。")
    from scorer.web.configuring import configure, opened

    desk = opened(Path(folder), **options)
    configure(desk)
    return desk


@app.command(
    cls=ChineseCommand,
    help="工作台：在浏览器中收表、看发现、下结论、退回、定稿、导出。\n\n"
    "多人使用时先用启动时打印的链接设置首位管理员；--solo 只供本机一人，不设口令。",
)
def serve(
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
    from scorer.web.server import serve as run

    run(desk, tell_line, source=take or "", browse=browse)
    console.write("已停止。\n", error=True)
