"""Plain text and Markdown: lines as paragraphs, and the tables that survived in them as tables.

A place in a text is its line, ``L123``. Paragraphs keep their line as it is written, so that columns within the line
(``L123:5-9``) can be counted; only a heading's own marks (``## **…**``) are taken off.
"""

from __future__ import annotations

import hashlib
import re

from scorer.forms.files import limits
from scorer.forms.files.encoding import decode, looks_like_text
from scorer.forms.flat.search import recognise
from scorer.model import Block, Document, Doubt, Paragraph, Source

_LINE_END = re.compile(r"\r\n|\r|\n")
_MARKDOWN_HEADING = re.compile(r" {0,3}(#{1,6})[ \t\u3000]+(.*?)")
_PART = re.compile(r"第[一二三四五六七八九十\d]{1,3}(?:部分|章)\s{0,4}[^，。；：]{0,20}|附件\s?\d{0,2}")
_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}、\s{0,2}[^，,；;：:。]{1,30}。?")
_REMEDY = "请用记事本或 WPS 打开，另存为 UTF-8 编码的文本文件"
_SUBSECTION = re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]\s{0,2}[^，,；;：:。]{1,30}。?")


def read(path: str, data: bytes) -> Document:
    """A .txt or .md file as located blocks: every line that is not empty stands in exactly one block.

    Encodings: UTF-8 with or without mark, UTF-16 with or without mark, GB 18030. Raises `ReadError`, with cause and
    remedy, when the bytes are no text or the text is too large.
    """
    if len(data) > limits.FILE_BYTES:
        raise limits.too_much(path, "文件大小 ", len(data), limits.FILE_BYTES, "请拆分后再试")
    if not looks_like_text(data):
        raise limits.refusal(path, "内容不是文本（二进制数据，或编码无法识别）", _REMEDY)
    text = decode(path, data)
    lines = _LINE_END.split(text)
    longest = max(map(len, lines))
    if longest > limits.CELL_CHARACTERS:
        raise limits.too_much(path, "一行的字数 ", longest, limits.CELL_CHARACTERS, "请检查文件是否损坏，或分段后再试")
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
        doubts=(*_damage(path, text), *recognised.doubts),
    )


def _damage(path: str, text: str) -> tuple[Doubt, ...]:
    """A few damaged characters leave a text readable; that they are lost is said, with the place of the first."""
    lost = text.count("\ufffd")
    if not lost:
        return ()
    line = len(_LINE_END.findall(text, 0, text.index("\ufffd"))) + 1
    return (Doubt("F606", f"有 {lost} 个字符已损坏，无法解码；{_REMEDY}", Source(path, "", f"L{line}")),)


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
    if len(text) <= 40 and text[0] in "第附（(一二三四五六七八九十":
        for level, pattern in enumerate((_PART, _SECTION, _SUBSECTION), 1):
            if pattern.fullmatch(text):
                return Paragraph(line, source, level)
    return Paragraph(line, source)
