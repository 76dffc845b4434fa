"""Plain text and Markdown: lines as paragraphs, and the tables that survived in them as tables.

A place in a text is its line, ``L123``. Paragraphs keep their line as it is written, so that columns within the line
(``L123:5-9``) can be counted; only a heading's own marks (``## **…**``) are taken off.
"""

from __future__ import annotations

import codecs
import hashlib
import re

from ..model import Block, Document, Doubt, Paragraph, ReadError, Source
from .flattened import recognise

MOST_BYTES = 32 * 1024 * 1024
LONGEST_LINE = 4_000_000

_LINE_END = re.compile(r"\r\n|\r|\n")
_MARKDOWN_HEADING = re.compile(r" {0,3}(#{1,6})[ \t\u3000]+(.*?)")
_PART = re.compile(r"第[一二三四五六七八九十\d]{1,3}(?:部分|章)\s{0,4}[^，。；：]{0,20}|附件\s?\d{0,2}")
_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}、\s{0,2}[^，,；;：:。]{1,30}。?")
_SUBSECTION = re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]\s{0,2}[^，,；;：:。]{1,30}。?")
_KNOWN_BINARY = (
    (b"PK\x03\x04", "Office 文档或压缩包", "请改回原来的扩展名（.xlsx、.docx）再试"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文档", "请改回原来的扩展名（.xls、.doc）再试"),
    (b"%PDF", "PDF 文件", "请改回 .pdf 扩展名再试"),
    (b"{\\rtf", "RTF 文档", "请用 Word 或 WPS 另存为 .docx 再试"),
    (b"\x89PNG", "图片", "图片中的文字无法读取，请提交可编辑的文件"),
    (b"\xff\xd8\xff", "图片", "图片中的文字无法读取，请提交可编辑的文件"),
)
_REMEDY = "请用记事本或 WPS 打开，另存为 UTF-8 编码的文本文件再试"


def read(path: str, data: bytes) -> Document:
    """A .txt or .md file as located blocks: every line that is not empty stands in exactly one block.

    Encodings: UTF-8 with or without mark, UTF-16 with or without mark, GB 18030. Raises `ReadError`, with cause and
    remedy, when the bytes are no text or the text is too large.
    """
    if len(data) > MOST_BYTES:
        raise ReadError(f"{path}：文件过大（超过 {MOST_BYTES // 1024 // 1024} MB），不像自评表或报告；请拆分后再试")
    text, doubts = _decode(path, data)
    lines = _LINE_END.split(text)
    longest = max(map(len, lines))
    if longest > LONGEST_LINE:
        raise ReadError(f"{path}：有一行长达 {longest} 个字符，不像正常的文本；请检查文件是否损坏，或分段后再试")
    recognised = recognise(lines, path)
    blocks: list[tuple[int, int, Block]] = []
    for found in recognised.tables:
        blocks.append((found.first, 1, found.table))
    for number, line in enumerate(lines, 1):
        if line.strip() and number not in recognised.used:
            blocks.append((number, 0, _paragraph(line, Source(path, "", f"L{number}"))))
    ordered = _captions_first(blocks, [(found.first, found.last) for found in recognised.tables])
    kind = path.rsplit(".", 1)[-1].lower() if "." in path else "txt"
    return Document(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        format="md" if kind in ("md", "markdown") else "txt",
        blocks=tuple(ordered),
        doubts=(*doubts, *recognised.doubts),
    )


def _captions_first(blocks: list[tuple[int, int, Block]], spans: list[tuple[int, int]]) -> list[Block]:
    """Blocks in reading order; a line that stands in the way of a table (a page's caption) goes before the table."""
    starts: dict[int, int] = {}
    for first, last in spans:
        for line in range(first, last + 1):
            starts.setdefault(line, first)
    placed = [(starts.get(number, number), order, number, block) for number, order, block in blocks]
    return [block for _, _, _, block in sorted(placed, key=lambda item: item[:3])]


def _paragraph(line: str, source: Source) -> Paragraph:
    heading = _MARKDOWN_HEADING.fullmatch(line) if "#" in line[:4] else None
    if heading is not None:
        return Paragraph(heading[2].strip().strip("*").strip(), source, len(heading[1]))
    text = line.strip()
    if len(text) <= 40:
        for level, pattern in enumerate((_PART, _SECTION, _SUBSECTION), 1):
            if pattern.fullmatch(text):
                return Paragraph(line, source, level)
    return Paragraph(line, source)


# --------------------------------------------------------------------------------------------------------- encodings


def _decode(path: str, data: bytes) -> tuple[str, tuple[Doubt, ...]]:
    for mark, what, remedy in _KNOWN_BINARY:
        if data.startswith(mark):
            raise ReadError(f"{path}：内容是{what}，不是文本；{remedy}")
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return _lenient(path, data[len(mark) :], (encoding,))
    if b"\x00" in data:
        # Text in UTF-8 or GB 18030 has no zero bytes; in UTF-16 every line end and every digit has one.
        return _lenient(path, data, ("utf-16-le", "utf-16-be"))
    return _lenient(path, data, ("utf-8", "gb18030"))


def _lenient(path: str, data: bytes, encodings: tuple[str, ...]) -> tuple[str, tuple[Doubt, ...]]:
    """The text in the encoding that explains most; a few damaged characters are said, many are refused."""
    candidates = []
    for order, encoding in enumerate(encodings):
        text = data.decode(encoding, "replace")
        candidates.append((_strange(text), order, text))
        if not candidates[-1][0]:
            break
    strange, _, text = min(candidates, key=lambda candidate: candidate[:2])
    if strange * 200 > len(text) and strange > 1:
        raise ReadError(f"{path}：不是可以识别的文本（编码无法判断，或内容是二进制数据）；{_REMEDY}")
    if "\ufffd" not in text:
        return text, ()
    line = text.count("\n", 0, text.index("\ufffd")) + 1
    message = f"有 {text.count(chr(0xFFFD))} 个字符已损坏，无法解码；{_REMEDY}"
    return text, (Doubt("F606", message, Source(path, "", f"L{line}")),)


_STRANGE = re.compile("[\ufffd\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")
_RARE = re.compile("[\u0250-\u02af\u0370-\u1fff\u2c00-\u2e7f\ua000-\uabff]")


def _strange(text: str) -> int:
    """How many characters no Chinese document holds: the sign of a wrong encoding, or of no text at all."""
    return sum(1 for _ in _STRANGE.finditer(text)) + sum(1 for _ in _RARE.finditer(text)) // 4
