"""Insertions into the parts of a packed file, and removals, that leave every other byte as it is.

A part is parsed only to learn where its elements stand; what is written is the part's own bytes with pieces in between.
Parts that are not named are copied. Files come from strangers: everything is read through `Package` and its limits.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from scorer.forms.files import limits
from scorer.forms.files.package import AGAIN, Package, broken_xml, local, plain_utf8
from scorer.forms.writing.official import printable

MARK = b"\xef\xbb\xbf"
DECLARATION = re.compile(rb"<\?xml[^>]{0,200}\?>")
NAME = re.compile(rb"<([^\s/>]{1,200})")
CONTENT_TYPES = "[Content_Types].xml"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/"
LINKED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_LINKED = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def words(text: str) -> str:
    """Text of a stranger as XML: escaped, without the characters that XML cannot hold."""
    return escape(printable(text))


def attribute(text: str) -> str:
    """Text as an attribute's value with its quotes."""
    return quoteattr(printable(text))


@dataclass(frozen=True, slots=True)
class Extent:
    """Where an element stands: its start tag from `start` to `opened`, its end tag at `closing`; one of both: `whole`."""

    start: int
    opened: int
    closing: int
    whole: bool


@dataclass
class Part:
    """One XML part with the places of its elements, and the pieces to insert."""

    root: Element
    data: bytes
    extents: dict[Element, Extent]
    _pieces: dict[int, list[bytes]] = field(default_factory=dict)
    _removed: set[Element] = field(default_factory=set)
    _filled: dict[Element, list[bytes]] = field(default_factory=dict)

    def append(self, element: Element, xml: str) -> None:
        """Put `xml` behind everything that the element holds."""
        extent = self.extents[element]
        if extent.whole:
            self._filled.setdefault(element, []).append(xml.encode())
        else:
            self._insert(extent.closing, xml)

    def prepend(self, element: Element, xml: str) -> None:
        """Put `xml` before everything that the element holds."""
        extent = self.extents[element]
        if extent.whole:
            self._filled.setdefault(element, []).insert(0, xml.encode())
        else:
            self._insert(extent.opened, xml)

    def before(self, element: Element, xml: str) -> None:
        self._insert(self.extents[element].start, xml)

    def remove(self, element: Element) -> None:
        """Leave the element out with all it holds; nothing may be put inside it."""
        self._removed.add(element)

    def removed(self, element: Element) -> bool:
        return element in self._removed

    def _insert(self, at: int, xml: str) -> None:
        self._pieces.setdefault(at, []).append(xml.encode())

    def find(self, name: str) -> Element | None:
        """The first child of the root with that local name."""
        return next((child for child in self.root if local(child.tag) == name), None)

    @property
    def changed(self) -> bool:
        return bool(self._pieces or self._filled or self._removed)

    def content(self) -> bytes:
        """The part with the pieces in their places, without what was removed."""
        edits = [(at, at, b"".join(pieces)) for at, pieces in self._pieces.items()]
        for element in self._removed:
            extent = self.extents[element]
            end = extent.opened if extent.whole else self.data.index(b">", extent.closing) + 1
            edits.append((extent.start, end, b""))
        for element, pieces in self._filled.items():
            extent = self.extents[element]
            name = NAME.findall(self.data, extent.start, extent.opened)[0]
            edits.append((extent.opened - 2, extent.opened, b">" + b"".join(pieces) + b"</" + name + b">"))
        done, out = 0, []
        for start, end, piece in sorted(edits, key=lambda edit: edit[:2]):
            out += [self.data[done:start], piece]
            done = max(done, end)
        return b"".join([*out, self.data[done:]])


def parse(path: str, name: str, data: bytes) -> Part:
    """A part with the places of its elements. `ReadError` when it is not well-formed or declares entities."""
    text = plain_utf8(path, name, data)
    if text is not data:  # another encoding than its declaration would now say
        text = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + DECLARATION.sub(b"", text, count=1).lstrip(MARK)
    mark = len(MARK) if text.startswith(MARK) else 0
    parser = expat.ParserCreate("UTF-8", "}")
    parser.buffer_text = True
    stack: list[Element] = []
    extents: dict[Element, Extent] = {}
    roots: list[Element] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if len(stack) > limits.XML_DEPTH * 2:
            raise limits.too_much(path, "XML 嵌套层数 ", len(stack), limits.XML_DEPTH * 2, AGAIN)
        element = Element(_name(tag), {_name(key): value for key, value in attributes.items()})
        begin = parser.CurrentByteIndex + mark
        opened = _tag_end(text, begin)
        extents[element] = Extent(begin, opened, opened, text[opened - 2 : opened] == b"/>")
        if stack:
            stack[-1].append(element)
        else:
            roots.append(element)
        stack.append(element)

    def end(tag: str) -> None:
        element = stack.pop()
        extent = extents[element]
        if not extent.whole:
            extents[element] = Extent(extent.start, extent.opened, parser.CurrentByteIndex + mark, False)

    def characters(letters: str) -> None:
        if stack and not len(stack[-1]):
            stack[-1].text = (stack[-1].text or "") + letters

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(text[mark:], True)
    except expat.ExpatError as error:
        raise broken_xml(path, name) from error
    return Part(roots[0], text, extents)


def _name(tag: str) -> str:
    return "{" + tag if "}" in tag else tag


def _tag_end(data: bytes, start: int) -> int:
    """The offset behind the tag that starts at `start`; an attribute's value may hold a >."""
    at = start
    while True:
        close = data.index(b">", at)
        quotes = [place for place in (data.find(b'"', at, close), data.find(b"'", at, close)) if place >= 0]
        if not quotes:
            return close + 1
        quote = min(quotes)
        at = data.index(data[quote : quote + 1], quote + 1) + 1


# ------------------------------------------------------------------------------------------------------------- packages


class Editing:
    """A packed file while pieces are inserted: parts are parsed when first asked for, links and types kept in step."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.package = Package(path, data)
        self._source = data
        self._parts: dict[str, Part] = {}
        self._added: dict[str, bytes] = {}
        self._raw: dict[str, bytes] = {}
        self._linked: set[tuple[str, str]] = set()

    def part(self, name: str) -> Part:
        if name not in self._parts:
            self._parts[name] = parse(self.path, name, self.package.read(name))
        return self._parts[name]

    def raw(self, name: str) -> bytes:
        """A part that need not be well-formed (VML of old programs); `replace` puts it back."""
        return self._raw[name] if name in self._raw else self.package.read(name)

    def replace(self, name: str, data: bytes) -> None:
        self._raw[name] = data

    def add(self, name: str, xml: str, content_type: str = "") -> None:
        """A new part; its content type where the kind of its suffix does not say it."""
        self._added[name] = xml.encode()
        if content_type:
            types = self.part(CONTENT_TYPES)
            entry = f'<Override xmlns="{TYPES}" PartName={attribute("/" + name)} ContentType="{content_type}"/>'
            types.append(types.root, entry)

    def suffix_type(self, suffix: str, content_type: str) -> None:
        """See that the package says what files of a suffix are."""
        types = self.part(CONTENT_TYPES)
        known = {(entry.get("Extension") or "").lower() for entry in types.root if local(entry.tag) == "Default"}
        if suffix not in known:
            types.prepend(types.root, f'<Default xmlns="{TYPES}" Extension="{suffix}" ContentType="{content_type}"/>')

    def free(self, pattern: str) -> str:
        """A name for a new part: the pattern with the first number that is not taken."""
        taken = {name.lower() for name in (*self.package.names(), *self._added)}
        number = 1
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    def target(self, part: str, kind: str) -> tuple[str, str]:
        """The id and the target part of a part's link of that kind, blanks where it has none."""
        for identity, (found, target) in self.package.targets(part).items():
            if found == kind and target in self.package:
                return identity, target
        return "", ""

    def link(self, part: str, kind: str, target: str, *, strict: bool = False) -> str:
        """Links `part` to `target`; the id of the link."""
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        to = posixpath.relpath(target, folder or ".")
        vocabulary = STRICT_LINKED if strict else LINKED
        taken = {entry.get("Id", "") for entry in self.part(name).root} if name in self.package else set()
        number = 1
        while f"scorer{number}" in taken or (part, f"scorer{number}") in self._linked:
            number += 1
        identity = f"scorer{number}"
        self._linked.add((part, identity))
        entry = f'<Relationship xmlns="{LINKS}" Id="{identity}" Type="{vocabulary}/{kind}" Target={attribute(to)}/>'
        if name in self.package:
            links = self.part(name)
            links.append(links.root, entry)
        else:
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            before = self._added.get(name, f'{head}<Relationships xmlns="{LINKS}"></Relationships>'.encode())
            self._added[name] = before.replace(b"</Relationships>", f"{entry}</Relationships>".encode())
        return identity

    @property
    def signed(self) -> bool:
        return any(name.startswith("_xmlsignatures/") for name in self.package.names())

    def content(self) -> bytes:
        """The packed file: its parts in their order, untouched ones with the same bytes, new ones at the end."""
        changed = {name: part.content() for name, part in self._parts.items() if part.changed} | self._raw
        stream = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self._source)) as source, zipfile.ZipFile(stream, "w") as target:
            entries = source.infolist()
            if len({entry.filename for entry in entries}) < len(entries):
                raise limits.refusal(self.path, "压缩包里有同名的部件", AGAIN)
            for entry in entries:
                name = entry.filename.replace("\\", "/")
                copied = zipfile.ZipInfo(entry.filename, entry.date_time)
                copied.compress_type = zipfile.ZIP_STORED if entry.compress_type == zipfile.ZIP_STORED else zipfile.ZIP_DEFLATED
                copied.external_attr, copied.create_system = entry.external_attr, entry.create_system
                target.writestr(copied, changed[name] if name in changed else b"".join(self.package.chunks(name)))
            for name, data in self._added.items():
                target.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
            target.comment = source.comment
        return stream.getvalue()
