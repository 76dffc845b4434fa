"""How the workbench is set up: its folder, its addresses, and Django's settings made of them.

`configure` must have been called before any module that holds tables or pages is imported: that is Django's way. So the
command line imports this module first, and the rest afterwards.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import tomllib
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings

from scorer import install_words
from scorer.model import ScorerError
from scorer.saving import cause

MEGABYTE = 1024 * 1024
LARGEST_FILE = 50 * MEGABYTE
MOST_FILES = 20
IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 12 * 60 * 60
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
DATABASE = "scorer.sqlite3"
CONFIG = "config.toml"
KEY = "key"
FILES = "files"
HEADS = "heads.log"

FIRST_CONFIG = """\
# scorer serve 的设置。改动后重新启动才生效。
# database = "postgresql://用户:口令@主机/库名"   # 不写则用本文件夹中的 scorer.sqlite3
# hosts = ["jixiao.example.gov.cn"]                # 除本机外允许的主机名
# workers = 1                                      # 同时核对几份
# [watch]
# path = "/srv/收件"                                # 每 10 秒看一次，只读取，不移动也不删除
# department_from = "first-folder"                 # 第一级文件夹的名称就是部门
"""


@dataclass(frozen=True)
class Desk:
    """One workbench: where its folder is, how it is reached, and what `config.toml` says."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8765
    solo: bool = False
    certificate: str = ""
    private_key: str = ""
    proxy: str = ""
    plain: bool = False
    config: dict[str, Any] = field(default_factory=dict)

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by https, itself or through the proxy before it."""
        return bool(self.certificate or self.proxy)

    @property
    def files(self) -> Path:
        return self.folder / FILES

    @property
    def heads(self) -> Path:
        return self.folder / HEADS

    @property
    def database_url(self) -> str:
        return str(self.config.get("database", ""))

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

    def key(self) -> bytes:
        """The secret that the ledger and the sessions are signed with; made at the first start, never twice.

        Raises:
            ScorerError: the folder has data and the key is gone, or cannot be read.
        """
        path = self.folder / KEY
        try:
            if not path.exists():
                if (self.folder / DATABASE).exists():
                    raise ScorerError(
                        f"{path}：密钥文件不见了，台账无法核对，不能启动。请从备份中放回这个文件（scorer serve restore）。"
                    )
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as file:
                    file.write(secrets.token_bytes(32))
                    file.flush()
                    os.fsync(file.fileno())
            key = path.read_bytes()
        except OSError as error:
            raise ScorerError(f"{path}：无法读写（{cause(error)}）。请检查文件夹的权限。") from error
        if len(key) != 32:
            raise ScorerError(f"{path}：密钥文件已损坏。请从备份中放回这个文件（scorer serve restore）。")
        return key


def opened(folder: Path, **options: Any) -> Desk:
    """The workbench of a folder, which is made where it is not there yet.

    Raises:
        ScorerError: the folder cannot be written, its settings are no TOML, or an address asks for more than it has.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILES).mkdir(exist_ok=True)
        path = folder / CONFIG
        if not path.exists():
            path.write_text(FIRST_CONFIG, "utf-8")
        config = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ScorerError(f"{folder}：无法写入（{cause(error)}）。请换一个可写的文件夹。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScorerError(f"{folder / CONFIG}：不是正确的 TOML（{error}）。请改正后再启动。") from error
    desk = Desk(folder.resolve(), config=config, **options)
    outside = desk.host not in LOOPBACK
    if desk.solo and outside:
        raise ScorerError("--solo 只供本机一人使用，不能用 --host 对外开放。多人使用请去掉 --solo。")
    if outside and not (desk.certificate or desk.proxy or desk.plain):
        raise ScorerError(
            f"{desk.host} 不是本机地址，口令会在网上明文传送。请用 --cert、--key 启用 TLS，或用 --behind-proxy 放在代理之后；"
            "确知网络可靠时加 --plain。"
        )
    if bool(desk.certificate) != bool(desk.private_key):
        raise ScorerError("--cert 和 --key 要一起给出。")
    return desk


def database_of(desk: Desk) -> dict[str, Any]:
    """Django's words for the database of a workbench."""
    if not desk.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(desk.folder / DATABASE),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                # a writer takes its lock when it begins: two that read first and write then would stop one another
                "transaction_mode": "IMMEDIATE",
                # recursive_triggers: INSERT OR REPLACE deletes without asking the triggers that guard the ledger otherwise
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;"
                "PRAGMA busy_timeout=20000; PRAGMA cache_size=-32000;",
            },
        }
    return of_url(desk.database_url)


def of_url(url: str) -> dict[str, Any]:
    """Django's words for a PostgreSQL database given as a URL.

    Raises:
        ScorerError: it is none, or its driver is not installed.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ScorerError(f"{url}：数据库地址应写作 postgresql://用户:口令@主机/库名。")
    if find_spec("psycopg") is None:
        raise ScorerError(f"使用 PostgreSQL 需要 psycopg，请{install_words('postgres')}")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def configure(desk: Desk) -> None:
    """Make Django's settings of a workbench; once in a process.

    Raises:
        ScorerError: the key is lost, or the database's driver is not there.
    """
    key = desk.key()
    settings.configure(
        DEBUG=False,
        SECRET_KEY=hashlib.sha256(b"sessions" + key).hexdigest(),
        ALLOWED_HOSTS=[*LOOPBACK, desk.host, *map(str, desk.config.get("hosts", ()))],
        ROOT_URLCONF="scorer.web.urls",
        WSGI_APPLICATION=None,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "scorer.web"],
        MIDDLEWARE=[
            "scorer.web.middle.Guard",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "scorer.web.middle.Presence",
        ],
        DATABASES={"default": database_of(desk)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        AUTH_USER_MODEL="web.UserRow",
        AUTHENTICATION_BACKENDS=["scorer.web.entering.Passwords"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"],
        AUTH_PASSWORD_VALIDATORS=[
            {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
            {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
        ],
        SESSION_COOKIE_AGE=LONGEST_SECONDS,
        SESSION_COOKIE_NAME="workbench",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=desk.secure,
        SESSION_EXPIRE_AT_BROWSER_CLOSE=True,
        CSRF_COOKIE_NAME="workbench-form",
        CSRF_COOKIE_HTTPONLY=True,
        CSRF_COOKIE_SAMESITE="Lax",
        CSRF_COOKIE_SECURE=desk.secure,
        CSRF_FAILURE_VIEW="scorer.web.middle.form_expired",
        CSRF_TRUSTED_ORIGINS=[f"https://{host}" for host in desk.config.get("hosts", ())],
        DATA_UPLOAD_MAX_MEMORY_SIZE=2 * MEGABYTE,
        DATA_UPLOAD_MAX_NUMBER_FIELDS=2000,
        DATA_UPLOAD_MAX_NUMBER_FILES=MOST_FILES,
        FILE_UPLOAD_MAX_MEMORY_SIZE=MEGABYTE,
        FILE_UPLOAD_PERMISSIONS=0o600,
        LANGUAGE_CODE="zh-hans",
        TIME_ZONE=str(desk.config.get("time_zone", "Asia/Shanghai")),
        USE_TZ=True,
        USE_I18N=True,
        LOGGING_CONFIG=None,
        WORKBENCH=desk,
    )
    django.setup()


def integrity_words(path: Path) -> str:
    """What SQLite says is wrong with a database file, "" where nothing is."""
    connection = sqlite3.connect(path)
    try:
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    finally:
        connection.close()
    return "" if said == "ok" else str(said)
