"""Packed files (xlsx, docx, ods) and their XML, read as if every one of them came from an enemy.

Nothing is ever written to disk, no name inside the package is used as a path, no link, entity or DTD is followed, and
what is unpacked is counted while it is unpacked: the sizes that a package states about itself are not believed.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from lzma import LZMAError
from typing import TypeVar, cast
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from scorer.forms.files import limits

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    LZMAError,
)
"""What `zipfile` raises on truncated, overwritten or encrypted packages."""

Result = TypeVar("Result")

RATIO_LOOKED_AT_FROM = 4 * 1024**2
CHUNK = 256 * 1024
SHARED_BYTES = 256 * 1024
"""Parts up to this size are remembered where many files have the same one."""

ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})["']""")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
AGAIN = "请用 WPS 或 Office 打开后另存一份，再读另存的文件"


@lru_cache(maxsize=4096)
def local(tag: object) -> str:
    """The name of an element without its namespace; comments and the like have none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


class Package:
    """The parts of one packed file. `path` is what messages call it.

    Raises `ReadError` when it is damaged, encrypted, or passes a limit of `scorer.forms.files.limits`.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self._unpacked = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except DAMAGED as error:
            raise limits.refusal(path, "文件已损坏或不完整，压缩目录读不出来", "请重新下载或向提供人再要一份") from error
        if len(entries) > limits.PACKED_ENTRIES:
            raise limits.too_much(path, "压缩包内文件数 ", len(entries), limits.PACKED_ENTRIES, AGAIN)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            # Some exporters write the separators of Windows; a name that climbs out of the package is an attack.
            name = entry.filename.replace("\\", "/")
            if name.startswith("/") or ":" in name.split("/", 1)[0] or ".." in name.split("/"):
                raise limits.refusal(path, f"压缩包内的文件名“{name[:60]}”指向包外，不安全", "请核实来源，用 Office 另存后再读")
            if entry.flag_bits & 1:
                raise limits.refusal(path, "文件已加密", "请用 WPS 或 Office 打开，取消密码后另存")
            self._entries[name] = entry

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def names(self) -> list[str]:
        return list(self._entries)

    def size(self, name: str) -> int:
        """The unpacked size that the package states for a part."""
        return self._entries[name].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, piece by piece, counted against the limits as they come."""
        entry = self._entries.get(name)
        if entry is None:
            raise limits.refusal(self.path, f"文件不完整，缺少部件 {name[:80]}", AGAIN)
        read = 0
        try:
            with self._zip.open(entry) as stream:
                chunk = stream.read(CHUNK)
                while chunk:
                    read += len(chunk)
                    self._count(name, entry, read, len(chunk))
                    yield chunk
                    chunk = stream.read(CHUNK) if len(chunk) == CHUNK else b""  # a short one was the last
        except DAMAGED as error:
            raise limits.refusal(
                self.path, f"文件已损坏，部件 {name[:80]} 解不开", "请重新下载或向提供人再要一份"
            ) from error

    def _count(self, name: str, entry: zipfile.ZipInfo, read: int, more: int) -> None:
        self._unpacked += more
        if self._unpacked > limits.PART_BYTES:
            most = limits.bytes_text(limits.PART_BYTES)
            raise limits.too_much(self.path, "解压后大小", "", most, "请删去与自评无关的工作表或内容后另存")
        ratio = read // max(entry.compress_size, 1)
        if read > RATIO_LOOKED_AT_FROM and ratio > limits.PACKING_RATIO:
            raise limits.too_much(
                self.path, f"部件 {name[:80]} 的压缩比", ratio, limits.PACKING_RATIO, "疑为压缩炸弹，请核实来源"
            )

    def read(self, name: str) -> bytes:
        """A part in one piece, at most `limits.WHOLE_PART_BYTES`."""
        pieces: list[bytes] = []
        size = 0
        for chunk in self.chunks(name):
            size += len(chunk)
            if size > limits.WHOLE_PART_BYTES:
                most = limits.bytes_text(limits.WHOLE_PART_BYTES)
                raise limits.too_much(self.path, f"部件 {name[:80]} 解压后大小", "", most, "请删去与自评无关的内容后另存")
            pieces.append(chunk)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def xml(self, name: str) -> Element:
        """A part as a tree of elements."""
        return parse_xml(self.path, name, self.read(name))

    def understood(self, name: str, understand: Callable[[Element], Result]) -> Result:
        """What a function makes of a part that files of one template share to the byte: styles, relationships.

        It is remembered: nobody may change it.
        """
        data = self.read(name)
        if len(data) > SHARED_BYTES:
            return understand(parse_xml(self.path, name, data))
        try:
            return cast("Result", _understood(understand, data))
        except limits.ReadError:
            return understand(parse_xml(self.path, name, data))  # refuses it again, in words that name this file

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """The relationships of a part: id → (kind, name of the target part); links out of the package are left out."""
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        if name not in self:
            return {}
        found: dict[str, tuple[str, str]] = {}
        for identity, kind, target in self.understood(name, _links):
            whole = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[identity] = (kind, whole)
        return found

    def main_part(self, usual: str) -> str:
        """The part that the package names as its document, `usual` when it names none."""
        if usual in self:
            return usual
        for kind, target in self.targets("").values():
            if kind == "officeDocument" and target in self:
                return target
        return usual


@lru_cache(maxsize=64)
def _understood(understand: Callable[[Element], object], data: bytes) -> object:
    return understand(parse_xml("", "", data))


def _links(relationships: Element) -> tuple[tuple[str, str, str], ...]:
    """Identity, kind and target of every link that stays inside the package."""
    return tuple(
        (link.get("Id", ""), link.get("Type", "").rpartition("/")[2], link.get("Target", ""))
        for link in relationships
        if link.get("TargetMode") != "External"
    )


def plain_utf8(path: str, name: str, data: bytes) -> bytes:
    """XML as UTF-8 bytes without document type declaration.

    The parser is told UTF-8 whatever the declaration says, so that `<!DOCTYPE` cannot hide in another encoding; with
    no declaration of a document type there are no entities to expand and no external parts to fetch.
    """
    if data[:2] in UTF16_MARKS:
        try:
            data = data.decode("utf-16").encode("utf-8")
        except UnicodeError as error:
            raise broken_xml(path, name) from error
    else:
        declared = ENCODING.match(data.lstrip(b"\xef\xbb\xbf")[:300])
        if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
            try:
                data = data.decode(declared[1].decode("ascii")).encode("utf-8")
            except (UnicodeError, LookupError) as error:
                raise broken_xml(path, name) from error
    refuse_doctype(path, name, data)
    return data


def refuse_doctype(path: str, name: str, data: bytes) -> None:
    """No office program writes a document type declaration; entity bombs and external entities need one."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise limits.refusal(
            path, f"部件 {name[:80]} 含有 DTD 或实体声明，可能是攻击文件", "请核实来源，用 WPS 或 Office 另存后再读"
        )


def broken_xml(path: str, name: str) -> Exception:
    return limits.refusal(path, f"文件已损坏，部件 {name[:80]} 不是完整的 XML", AGAIN)


def utf8_parser() -> ElementTree.XMLParser:
    return ElementTree.XMLParser(encoding="utf-8")  # noqa: S314  guarded by plain_utf8


def parse_xml(path: str, name: str, data: bytes) -> Element:
    """A tree of elements; `ReadError` for anything that is not well-formed or declares entities."""
    parser = utf8_parser()
    try:
        parser.feed(plain_utf8(path, name, data))
        root: Element = parser.close()
    except ElementTree.ParseError as error:
        raise broken_xml(path, name) from error
    return root


def rows_of(package: Package, name: str, container: str, row: str) -> Iterator[Element]:
    """The `container`'s children `row` of a large part, one by one and forgotten after use, then the root element.

    The container is the root itself where `container` is "".

    The last element yielded is the root, with everything outside the container still in it.
    """
    root: Element | None = None
    holder: Element | None = None
    tail = b""
    parser = utf8_parser()
    events = ElementTree.XMLPullParser(("start", "end"), _parser=parser)
    path = package.path
    first = True
    depth = held = around = 0
    try:
        for chunk in package.chunks(name):
            if first:
                declared = ENCODING.match(chunk.lstrip(b"\xef\xbb\xbf")[:300])
                if chunk[:2] in UTF16_MARKS or (declared and declared[1].lower() not in (b"utf-8", b"utf8")):
                    raise limits.refusal(path, f"部件 {name[:80]} 过大且不是 UTF-8 编码", AGAIN)
                first = False
            refuse_doctype(path, name, tail + chunk)
            tail = chunk[-16:]
            events.feed(chunk)
            for kind, element in cast("Iterator[tuple[str, Element]]", events.read_events()):
                if kind == "start":
                    depth += 1
                    if depth > limits.XML_DEPTH:
                        raise limits.too_much(path, "XML 嵌套层数 ", depth, limits.XML_DEPTH, AGAIN)
                    if not held or depth < held:
                        around += 1
                        if around > limits.ELEMENTS_AROUND:
                            what = f"部件 {name[:80]} 中行以外的元素（合并区域等）数"
                            raise limits.too_much(path, what, "", limits.ELEMENTS_AROUND, "请取消多余的合并后另存")
                    if root is None:
                        root = element
                        if not container:
                            holder, held = root, 1
                    elif holder is None and local(element.tag) == container:
                        holder, held = element, depth
                else:
                    depth -= 1
                    if element is holder:
                        held = 0
                    if holder is not None and depth == held and local(element.tag) == row:
                        yield element
                        holder.clear()
        events.close()
    except ElementTree.ParseError as error:
        raise broken_xml(path, name) from error
    if root is None:
        raise broken_xml(path, name)
    yield root
