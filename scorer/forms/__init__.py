"""Reading what was handed in: the content of a file decides how it is read, never its suffix.

`read_document` makes one file a Document of located cells and paragraphs; `read_submissions` understands one or several
of them as Submissions, one a form. A format is one module with `read(path, data) -> Document` and one line in `READERS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from os import PathLike, fspath
from pathlib import Path
from typing import cast

from scorer.forms.files import limits
from scorer.forms.files.archive import entries, is_archive
from scorer.forms.files.encoding import decode, looks_like_text
from scorer.forms.files.opening import read_bytes
from scorer.forms.files.package import Package
from scorer.model import Document, ReadError, ScorerError, Submission, readable_name
from scorer.numbers.precision import precise

__all__ = ["READERS", "Unread", "detect", "read_document", "read_submission", "read_submissions", "read_what_can_be"]

Reader = Callable[[str, bytes], Document]

READERS: dict[str, str] = {
    "xlsx": "scorer.forms.readers.workbook",
    "xls": "scorer.forms.readers.binary_workbook",
    "xml": "scorer.forms.readers.spreadsheet_xml",
    "ods": "scorer.forms.readers.open_workbook",
    "docx": "scorer.forms.readers.word",
    "doc": "scorer.forms.readers.office",
    "odt": "scorer.forms.readers.office",
    "rtf": "scorer.forms.readers.office",
    "pdf": "scorer.forms.readers.pdf",
    "html": "scorer.forms.readers.page",
    "csv": "scorer.forms.readers.delimited",
    "text": "scorer.forms.readers.text",
}
"""Kind of content → the module that reads it."""

READABLE = ".toml .xlsx .xlsm .xls .et .ods .docx .doc .wps .rtf .odt .pdf .html .htm .mht .csv .tsv .md .txt"

DELIMITED_SUFFIXES = frozenset({".csv", ".tsv", ".xls", ".xlsx", ".xlsm", ".et", ".ods"})
"""Suffixes under which plain text is a table: exports of comma or tab separated text are often named .xls."""

HTML_START = re.compile(
    r"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,50}|<!--[^>]{0,2000}-->\s{0,50}){0,3}"
    r"<(?:!doctype\s{1,9}html|html|head|body|table|div|meta)\b",
    re.IGNORECASE,
)
HTML_SUFFIXES = frozenset({".html", ".htm", ".mht"})
EXCEL_XML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,50}<\?xml[^>]{0,200}>(?:\s{0,50}<\?[^>]{0,200}>|\s{0,50}<!--.{0,500}?-->){0,5}\s{0,50}<(?:\w{1,9}:)?Workbook\b",
    re.DOTALL,
)
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@precise
def read_document(path: str | PathLike[str]) -> Document:
    """One file as located blocks. `ReadError` in Chinese for everything that cannot be read: file, cause, remedy."""
    name = fspath(path)
    data = read_bytes(name)
    name = readable_name(name)  # as reports and results spell it: they are UTF-8
    kind = detect(name, data)
    reader = cast("Reader", import_module(READERS[kind]).read)
    return reader(name, data)


@precise
def read_submission(*paths: str | PathLike[str], sheet: str | None = None) -> Submission:
    """A form and the reports that belong to it as one Submission. Of several forms it is the first, and a doubt says so.

    Raises `ReadError` when a file cannot be read, or when no form is called `sheet`.
    """
    layout = import_module("scorer.forms.layout.assembly")
    found = read_submissions(*paths, sheet=sheet)
    return cast("Callable[[list[Submission]], Submission]", layout.first_of)(found)


@precise
def read_submissions(*paths: str | PathLike[str], sheet: str | None = None) -> list[Submission]:
    """Every form in the files as a Submission of its own, each with the reports that belong to it; at least one.

    A workbook may hold a form on every sheet, a document several one after the other: `part` tells them apart, and
    `sheet` picks one by that name, its number or a part of the name. Reports go with the only form, or with the one that
    they name; one that fits none is a submission without a form. A form may be a .toml record, but only one.

    Raises `ReadError` when a file cannot be read, or when no form is called `sheet`.
    """
    return picked(understood([read_file(path) for path in named(paths)]), sheet)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and what is said of it."""

    path: str
    error: ReadError


def read_what_can_be(*paths: str | PathLike[str], sheet: str | None = None) -> tuple[list[Submission], list[Unread]]:
    """As `read_submissions`, but a file that cannot be read takes no other with it: those are listed beside the rest.

    Raises `ReadError` when none can be read, or when no form is called `sheet`.
    """
    read: list[Submission | Document] = []
    unread: list[Unread] = []
    for path in named(paths):
        try:
            read.append(read_file(path))
        except ReadError as error:
            unread.append(Unread(path, error))
    if not read:
        raise ReadError("\n".join(str(each.error) for each in unread))
    return picked(understood(read), sheet), unread


def named(paths: Sequence[str | PathLike[str]]) -> list[str]:
    """The paths as text, those of an archive's entries in its place. `ReadError` without any, or with two records."""
    if not paths:
        raise ReadError("没有给出要读的文件。请至少给一个自评表文件。")
    names = [name for path in paths for name in (entries(fspath(path)) if is_archive(fspath(path)) else [fspath(path)])]
    if not names:
        raise ReadError(f"{fspath(paths[0])}：压缩包是空的。请向提供人再要一份。")
    records = [name for name in names if name.lower().endswith(".toml")]
    if len(records) > 1:
        raise ReadError(f"{records[1]}：一份提交件只能有一个 .toml（前面已有 {records[0]}）。请分开处理；整批处理请用 scorer batch。")
    return names


def read_file(path: str) -> Submission | Document:
    """A record as the submission that it is, any other file as a document."""
    if path.lower().endswith(".toml"):
        return cast("Callable[[str], Submission]", import_module("scorer.forms.readers.record").load)(path)
    return read_document(path)


def understood(files: Sequence[Submission | Document]) -> list[Submission]:
    """The submissions in files that were read, see `read_submissions`."""
    layout = import_module("scorer.forms.layout.assembly")
    documents = tuple(file for file in files if isinstance(file, Document))
    record = next((file for file in files if isinstance(file, Submission)), None)
    if record is None:
        return cast("Callable[[tuple[Document, ...]], list[Submission]]", layout.understand_all)(documents)
    if not documents:
        return [record]
    return cast("Callable[[Submission, tuple[Document, ...]], list[Submission]]", layout.add_reports)(record, documents)


def picked(found: list[Submission], sheet: str | None) -> list[Submission]:
    """The submissions whose form is called `sheet`: by its name, its number from 1, or a part of the name."""
    if sheet is None:
        return found
    names = [each.part or each.project for each in found]
    wanted = sheet.strip()
    exact = [each for each, name in zip(found, names, strict=True) if name == wanted]
    if not exact and wanted.isdecimal() and 1 <= int(wanted) <= len(found):
        exact = [found[int(wanted) - 1]]
    chosen = exact or [each for each, name in zip(found, names, strict=True) if wanted and wanted in name]
    if not chosen:
        listed = "、".join(f"{number} {name}" for number, name in enumerate(names, 1) if name)
        raise ScorerError(f"没有名为“{sheet}”的自评表。文件中有：{listed or '一份没有名称的表，不必加 --sheet'}。")
    return chosen


def detect(path: str, data: bytes) -> str:
    """The kind of content, a key of `READERS`; the suffix only tells apart the kinds of plain text.

    Raises `ReadError` for what is empty, encrypted or of no known kind.
    """
    if not data:
        raise limits.refusal(path, "文件是空的（0 字节）", "请重新导出或向提供人再要一份")
    suffix = Path(path).suffix.lower()
    if EXCEL_XML.match(data[:4096]):
        return "xml"
    if data[:4] in ZIP_MARKS:
        return _packed_kind(path, data)
    if data[:8] == OLE_MARK:
        return cast("Callable[[str, bytes], str]", import_module("scorer.forms.files.compound").kind_of)(path, data)
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


OFD = ("这是版式文件（OFD），只为显示和打印，读不出表格", "请提供生成它的电子表格或文档，或用 OFD 阅读器另存为 PDF 后再读")
DIRECTORY_BYTES = 16 * 1024
USUAL_PARTS = (("xlsx", b"xl/workbook.xml"), ("docx", b"word/document.xml"))


def _packed_kind(path: str, data: bytes) -> str:
    # The directory at the end of nearly every package names its main part in plain letters: no need to open it twice.
    end = data[-DIRECTORY_BYTES:]
    usual = [kind for kind, part in USUAL_PARTS if part in end]
    if len(usual) == 1 and b"mimetype" not in end:
        return usual[0]

    package = Package(path, data)
    if "mimetype" in package:
        mimetype = package.read("mimetype")[:100].decode("ascii", "replace")
        if "opendocument.spreadsheet" in mimetype:
            return "ods"
        if "opendocument.text" in mimetype:
            return "odt"
    if any(name.rpartition("/")[2].lower() == "ofd.xml" for name in package.names()):
        raise limits.refusal(path, *OFD)
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
