"""The server: one process with threads, the background beside it, and what is done before and after."""

from __future__ import annotations

import logging
import signal
import threading
import webbrowser
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from scorer.batch.sources.files import find_items
from scorer.batch.store import take_lock
from scorer.forms.files.archive import inside
from scorer.model import ScorerError
from scorer.saving import cause
from scorer.web import entering
from scorer.web.background import Background
from scorer.web.configuring import LARGEST_FILE, MOST_FILES, Desk
from scorer.web.intake import enqueue, receive
from scorer.web.models import RoundRow
from scorer.web.watching import Watch

THREADS = 12
LOCK = "lock"
Say = Callable[[str], None]
Application = Callable[[dict[str, Any], Any], Any]


@contextmanager
def held(desk: Desk) -> Any:
    """The folder, held against a second server until this one ends.

    Raises:
        ScorerError: another server is at work in it.
    """
    try:
        file: BinaryIO = (desk.folder / LOCK).open("ab")
    except OSError as error:
        raise ScorerError(f"{desk.folder}：无法写入（{cause(error)}）。请检查文件夹的权限。") from error
    with file:
        if not take_lock(file):
            raise ScorerError(f"{desk.folder}：已有一个 scorer serve 在用这个文件夹。请先停下它，或换一个文件夹。")
        yield


def prepare() -> None:
    """Bring the tables to what this program needs, and make a first round.

    Raises:
        ScorerError: the database does not answer, or a newer program has been at it.
    """
    try:
        executor = MigrationExecutor(connection)
        known = set(executor.loader.disk_migrations)
        newer = [name for app, name in executor.loader.applied_migrations if app == "web" and (app, name) not in known]
        if newer:
            raise ScorerError("这个文件夹由更新的版本用过，本版本不能打开。请升级 scorer，或从升级前的备份恢复。")
        call_command("migrate", interactive=False, verbosity=0)
        if not RoundRow.objects.exists():
            RoundRow.objects.create(title="本年度")
    except DatabaseError as error:
        raise ScorerError(f"数据库打不开（{error}）。请检查磁盘是否已满、文件是否完整、地址是否正确。") from error


def take(source: str) -> int:
    """Hand in the files of a folder as `scorer batch` would read them, those of one folder together; gives how many.

    Raises:
        ScorerError: no such folder, or nothing in it can be read.
    """
    in_round = RoundRow.objects.filter(open=True).order_by("-id").first()
    count = 0
    for item in find_items(source, "folder"):
        paths = dict.fromkeys((inside(path) or (path,))[0] for path in item.paths)
        received = []
        for path in paths:
            with Path(path).open("rb") as file:
                received.append(receive(Path(path).name, iter(lambda: file.read(1 << 20), b"")))
        enqueue(received, by=None, in_round=in_round, department=None, why="收进文件夹")
        count += len(received)
    return count


def first_words(desk: Desk) -> str:
    """What the terminal says at the start: the address, and the link of who comes first."""
    if desk.solo:
        return f"{desk.address}/link/{entering.new_link('solo', lasting=True)}"
    if entering.needs_setup():
        return f"{desk.address}/link/{entering.new_link('setup')}"
    return ""


def watch_of(desk: Desk) -> Watch | None:
    """The watched folder of the settings, None where there is none."""
    said = desk.config.get("watch", {})
    return Watch(Path(said["path"]), str(said.get("department_from", ""))) if said.get("path") else None


def behind(application: Application, proxy: str) -> Application:
    """The application behind a proxy: what it says of scheme and client is believed when it comes from its address."""

    def trusting(environ: dict[str, Any], start: Any) -> Any:
        if environ.get("REMOTE_ADDR") == proxy:
            if environ.get("HTTP_X_FORWARDED_PROTO") == "https":
                environ["wsgi.url_scheme"] = "https"
            client = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
            environ["REMOTE_ADDR"] = client or proxy
        return application(environ, start)

    return trusting


def made(desk: Desk) -> Server:
    """The server, not yet started.

    Raises:
        ScorerError: certificate or key cannot be read.
    """
    application: Application = get_wsgi_application()
    if desk.proxy:
        application = behind(application, desk.proxy)
    server = Server((desk.host, desk.port), application, numthreads=THREADS, server_name="workbench", timeout=30)
    server.max_request_body_size = LARGEST_FILE * MOST_FILES
    if desk.certificate:
        try:
            server.ssl_adapter = BuiltinSSLAdapter(desk.certificate, desk.private_key)
        except OSError as error:
            raise ScorerError(f"{desk.certificate}、{desk.private_key}：证书或密钥读不出来（{error}）。") from error
    return server


def serve(desk: Desk, say: Say, *, source: str = "", browse: bool = False) -> None:
    """Serve until interrupted.

    Raises:
        ScorerError: the folder is in use, the database does not open, or the address is taken.
    """
    logging.basicConfig(filename=desk.folder / "server.log", level=logging.WARNING, format="%(asctime)s %(message)s", encoding="utf-8")
    with held(desk):
        prepare()
        if source:
            say(f"收进 {take(source)} 个文件，正在核对。")
        server = made(desk)
        try:
            server.prepare()
        except OSError as error:
            raise ScorerError(f"{desk.host}:{desk.port} 不能用（{error.strerror or error}）。请换一个端口，如 --port 8766。") from error
        link = first_words(desk)
        say(f"工作台已启动：{link or desk.address}")
        if link and not desk.solo:
            say("这是设置首位管理员的链接，只能用一次；默认口令是没有的。")
        say("按 Ctrl+C 停止。")
        background = Background(watch_of(desk))
        background.start()
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name) and threading.current_thread() is threading.main_thread():
                signal.signal(getattr(signal, name), _interrupt)
        if browse:
            webbrowser.open(link or desk.address)
        try:
            server.serve()
        except KeyboardInterrupt:
            pass
        finally:
            server.stop()
            background.stop()


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
