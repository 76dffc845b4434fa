"""Reading what was handed in: the content of a file decides how it is read, never its suffix.

`read_document` makes one file a Document of located cells and paragraphs; `read_submission` understands one or several
of them as a Submission. A format is one module with `read(path, data) -> Document` and one line in `READERS`.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from importlib import import_module
from os import PathLike, fspath
from pathlib import Path
from typing import cast

from scorer.forms import limits
from scorer.forms.encoding import decode, looks_like_text
from scorer.model import Document, ReadError, Submission

__all__ = ["READERS", "detect", "read_document", "read_submission"]

Reader = Callable[[str, bytes], Document]

READERS: dict[str, str] = {
    "xlsx": "scorer.forms.workbook",
    "xls": "scorer.forms.binary_workbook",
    "ods": "scorer.forms.open_workbook",
    "docx": "scorer.forms.document",
    "doc": "scorer.forms.office",
    "odt": "scorer.forms.office",
    "rtf": "scorer.forms.office",
    "pdf": "scorer.forms.pdf",
    "html": "scorer.forms.page",
    "csv": "scorer.forms.delimited",
    "text": "scorer.forms.text",
}
"""Kind of content → the module that reads it."""

READABLE = ".toml .xlsx .xlsm .xls .et .ods .docx .doc .wps .pdf .html .csv .tsv .md .txt"

DELIMITED_SUFFIXES = frozenset({".csv", ".tsv", ".xls", ".xlsx", ".xlsm", ".et", ".ods"})
"""Suffixes under which plain text is a table: exports of comma or tab separated text are often named .xls."""

HTML_START = re.compile(
    r"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,50}|<!--[^>]{0,2000}-->\s{0,50}){0,3}"
    r"<(?:!doctype\s{1,9}html|html|head|body|table|div|meta)\b",
    re.IGNORECASE,
)
HTML_SUFFIXES = frozenset({".html", ".htm", ".mht"})
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_document(path: str | PathLike[str]) -> Document:
    """One file as located blocks. `ReadError` in Chinese for everything that cannot be read: file, cause, remedy."""
    name = fspath(path)
    data = _bytes(name)
    kind = detect(name, data)
    reader = cast("Reader", import_module(READERS[kind]).read)
    return reader(name, data)


def read_submission(*paths: str | PathLike[str]) -> Submission:
    """A form and the reports that belong to it as one Submission; a .toml record stands alone.

    Raises `ReadError` when a file cannot be read.
    """
    if not paths:
        raise ReadError("没有给出要读的文件。请至少给一个自评表文件。")
    names = [fspath(path) for path in paths]
    records = [name for name in names if name.lower().endswith(".toml")]
    if records and len(names) > 1:
        raise ReadError(f"{records[0]}：.toml 自成一份提交件，不能与其他文件合并。请单独读取，或都用原始文件。")
    if records:
        load = cast("Callable[[str], Submission]", import_module("scorer.forms.record").load)
        return load(records[0])
    understand = cast("Callable[[tuple[Document, ...]], Submission]", import_module("scorer.forms.layout").understand)
    return understand(tuple(read_document(name) for name in names))


def detect(path: str, data: bytes) -> str:
    """The kind of content, a key of `READERS`; the suffix only tells apart the kinds of plain text.

    Raises `ReadError` for what is empty, encrypted or of no known kind.
    """
    if not data:
        raise limits.refusal(path, "文件是空的（0 字节）", "请重新导出或向提供人再要一份")
    suffix = Path(path).suffix.lower()
    if data[:4] in ZIP_MARKS:
        return _packed_kind(path, data)
    if data[:8] == OLE_MARK:
        return cast("Callable[[str, bytes], str]", import_module("scorer.forms.compound").kind_of)(path, data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[:5] == b"{\\rtf":
        return "rtf"
    for mark, what in IMAGES:
        if data.startswith(mark):
            raise limits.refusal(path, f"这是{what}，里面没有文字", "请提供原始的电子表格或文档，或先作文字识别")
    if not looks_like_text(data):
        raise limits.refusal(path, "内容不是可识别的格式（后缀与内容不符，或文件已损坏）", f"可读的格式：{READABLE}")
    if suffix in HTML_SUFFIXES or HTML_START.match(decode(path, data[:8192], partial=True)):
        return "html"
    return "csv" if suffix in DELIMITED_SUFFIXES else "text"


IMAGES = (
    (b"\xff\xd8\xff", "图片（JPEG）"),
    (b"\x89PNG", "图片（PNG）"),
    (b"GIF8", "图片（GIF）"),
    (b"II*\x00", "图片（TIFF）"),
    (b"MM\x00*", "图片（TIFF）"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
)


DIRECTORY_BYTES = 16 * 1024
USUAL_PARTS = (("xlsx", b"xl/workbook.xml"), ("docx", b"word/document.xml"))


def _packed_kind(path: str, data: bytes) -> str:
    # The directory at the end of nearly every package names its main part in plain letters: no need to open it twice.
    end = data[-DIRECTORY_BYTES:]
    usual = [kind for kind, part in USUAL_PARTS if part in end]
    if len(usual) == 1 and b"mimetype" not in end:
        return usual[0]
    from scorer.forms.package import Package

    package = Package(path, data)
    if "mimetype" in package:
        mimetype = package.read("mimetype")[:100].decode("ascii", "replace")
        if "opendocument.spreadsheet" in mimetype:
            return "ods"
        if "opendocument.text" in mimetype:
            return "odt"
    main = package.main_part("xl/workbook.xml" if "xl/workbook.xml" in package else "word/document.xml")
    if main in package:
        if main.endswith(".bin"):
            raise limits.refusal(path, "这是二进制工作簿（.xlsb），不能读", "请用 WPS 或 Excel 另存为 .xlsx")
        folder = main.partition("/")[0]
        if folder in ("xl", "word"):
            return "xlsx" if folder == "xl" else "docx"
        if folder == "ppt":
            raise limits.refusal(path, "这是演示文稿，里面没有自评表", f"可读的格式：{READABLE}")
        start = next(package.chunks(main), b"")[:4096]
        return "docx" if b"wordprocessingml" in start else "xlsx"
    if any(name.startswith(("xl/", "word/")) for name in package.names()):
        raise limits.refusal(path, "文件不完整，缺少主要部件", "请用 WPS 或 Office 修复后另存")
    raise limits.refusal(path, "这是压缩包，不是表格或文档", f"请先解压，再读里面的文件；可读的格式：{READABLE}")


def _bytes(path: str) -> bytes:
    """The bytes of a plain file within the size limit; every way in which opening can fail becomes a `ReadError`."""
    try:
        status = Path(path).stat()
    except FileNotFoundError as error:
        raise limits.refusal(path, "文件不存在", "请核对路径和文件名") from error
    except PermissionError as error:
        raise limits.refusal(path, "没有读取权限", "请检查文件权限，或换一个位置") from error
    except (OSError, ValueError) as error:
        raise limits.refusal(path, "路径无法打开", "请核对路径和文件名") from error
    if stat.S_ISDIR(status.st_mode):
        raise limits.refusal(path, "这是文件夹，不是文件", "请给出文件夹里的文件；整批处理请用 scorer batch")
    if not stat.S_ISREG(status.st_mode):
        raise limits.refusal(path, "这不是普通文件", "请给出磁盘上的文件")
    if status.st_size > limits.FILE_BYTES:
        size, most = limits.bytes_text(status.st_size), limits.bytes_text(limits.FILE_BYTES)
        raise limits.too_much(path, "文件大小 ", size, most, "请删去图片和与自评无关的内容后另存")
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(limits.FILE_BYTES + 1)
    except PermissionError as error:
        raise limits.refusal(path, "没有读取权限", "请检查文件权限，或换一个位置") from error
    except OSError as error:
        raise limits.refusal(path, "读取时出错，磁盘或网络盘可能已断开", "请重试，或先复制到本机") from error
    if len(data) > limits.FILE_BYTES:
        raise limits.too_much(path, "文件大小", "", limits.bytes_text(limits.FILE_BYTES), "请删去无关内容后另存")
    return data
