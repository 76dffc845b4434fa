"""Word processing of the old kind (.doc, the old .wps, .rtf, .odt): converted to .docx by LibreOffice when it is there.

The converter runs on a copy in a folder of its own with a profile of its own, without network settings, macros or
links to update, within a time limit; nothing of it stays behind. A file without a converter is refused in plain words.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from scorer.forms.files import limits
from scorer.forms.files.compound import Compound
from scorer.forms.readers import word
from scorer.model import Document, Doubt, Source

PROGRAMS = ("soffice", "libreoffice")
ENVIRONMENT = "SCORER_SOFFICE"
"""Names the converter where it is not on the search path."""

SECONDS = 120
"""Time for one conversion; the first start of LibreOffice alone takes some ten seconds."""

KINDS = {"doc": "旧版 Word 文档（.doc/.wps）", "rtf": "RTF 文档", "odt": "OpenDocument 文档（.odt）"}
CELL_MARK = 7
"""The character that ends a cell in the text of an old Word file."""

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop>
</item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop></item>
</oor:items>
"""


def read(path: str, data: bytes) -> Document:
    """The document by way of .docx; places are those of the converted file, which has the same tables.

    Raises `ReadError` when there is no converter, it fails or takes too long. A table that the conversion lost is a
    doubt of the document.
    """
    kind = "rtf" if data[:5] == b"{\\rtf" else "odt" if data[:2] == b"PK" else "doc"
    program = converter()
    if program is None:
        raise limits.refusal(
            path,
            f"这是{KINDS[kind]}，要先转换才能读，而本机没有安装 LibreOffice",
            "请用 WPS 或 Word 另存为 .docx 后再读，或安装 LibreOffice",
        )
    converted = convert(path, data, kind, program)
    found = replace(word.read(path, converted), format=kind, sha256=hashlib.sha256(data).hexdigest())
    if _had_table(path, data, kind) and not found.tables:
        message = "转换后没有表格，而原文件里有，表格可能在转换中丢失；请用 WPS 或 Word 另存为 .docx 后再核对"
        found = replace(found, doubts=(*found.doubts, Doubt("F610", message, Source(path))))
    return found


def converter() -> str | None:
    """The LibreOffice program, None when there is none."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return shutil.which(named)
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML"}


def convert(path: str, data: bytes, kind: str, program: str, to: str = "docx") -> bytes:
    """The bytes of the .docx, or the .xlsx, that LibreOffice makes of a file."""
    with tempfile.TemporaryDirectory(prefix="scorer-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        source = place / f"form.{kind}"
        source.write_bytes(data)
        profile = place / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
        command = [
            program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck",
            "--nodefault", "--nofirststartwizard", "--convert-to", FILTERS[to], "--outdir",
            str(place / "out"), str(source),
        ]  # fmt: skip
        _run(path, command, folder)
        made = place / "out" / f"form.{to}"
        if not made.is_file():
            raise limits.refusal(path, "LibreOffice 转换失败，文件可能已损坏或加密", f"请用 WPS 或 Office 另存为 .{to} 后再读")
        if made.stat().st_size > limits.FILE_BYTES:
            most = limits.bytes_text(limits.FILE_BYTES)
            raise limits.too_much(path, "转换后的文件大小", "", most, "请删去图片后另存为 .docx")
        return made.read_bytes()


def _run(path: str, command: list[str], folder: str) -> None:
    """Runs the converter in a session of its own, so that all of its processes can be ended at the time limit."""
    environment = {
        name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP")
    }
    environment.update(HOME=folder, TMPDIR=folder, http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9")
    try:
        process = subprocess.Popen(  # noqa: S603  a fixed command on our own copy of the file
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise limits.refusal(path, "LibreOffice 无法启动", "请检查安装，或用 WPS 另存为 .docx 后再读") from error
    try:
        process.wait(timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise limits.too_much(
            path, "LibreOffice 转换用时", "", f"{SECONDS} 秒", "请用 WPS 或 Word 另存为 .docx 后再读"
        ) from error
    finally:
        # Its session may hold a second process that outlives the first.
        with suppress(OSError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.poll() is None:
            process.kill()
            process.wait()


def _had_table(path: str, data: bytes, kind: str) -> bool:
    """Whether the original shows signs of a table."""
    if kind == "rtf":
        return b"\\trowd" in data
    if kind != "doc":
        return False
    compound = Compound(path, data)
    stream = compound.read("WordDocument") if "WordDocument" in compound.streams else b""
    # Cell ends stand in the text as one byte or as two; a handful is no chance.
    return stream[512:].count(bytes([CELL_MARK, 0])) + stream[512:].count(b"\x07\x07") >= 4
