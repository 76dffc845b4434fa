"""The explanations of a publication as sections of running text, whatever lines the file has.

A section keeps for each of its characters where it stands, so that a place survives the joining of broken lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from scorer.model import Document, Paragraph, Place, Source
from scorer.prose.disclosure.amounts import NARROW
from scorer.prose.disclosure.titles import is_part, title_number

KINDS = (
    ("fiscal", r"财政拨款(?:收入支出|收、?支|收入、支出)(?:决算)?总"),
    ("overall", r"^(?:收入支出|收、?支|收入、支出|部门收支)(?:决算)?总"),
    ("official", r"三公"),
    ("basic", r"基本支出"),
    ("fund", r"政府性基金"),
    ("capital", r"国有资本"),
    ("general", r"一般公共预算(?:财政拨款|当年拨款)?支出|^财政拨款支出决算"),
    ("income", r"^(?:本年)?收入决算|^收入情况"),
    ("expenditure", r"^(?:本年)?支出决算|^支出情况"),
    ("running", r"机关运行经费"),
    ("purchase", r"政府采购"),
    ("assets", r"国有资产|资产占[有用]"),
    ("performance", r"绩效"),
    ("terms", r"名词解释"),
)
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in KINDS)
_NUMBER = re.compile(
    r"^(?:#+|\*+|[-•])?\s*(?:第[一二三四五六七八九十\d]{1,3}部分|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|\d{1,2}[、.])?\s*"
)
_HEADING = re.compile(
    r"^(?:#+\s*)?\**(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|\d{1,2}\s?[、.])"
)
_ANNEX = re.compile(r"附件(?:\s*\d{1,2})?[:：]?$")
LONGEST_HEADING = 48


@dataclass
class Passage:
    """One section: `kind` as in `KINDS` ("" for others), `heading` its last heading, `text` narrow and joined."""

    kind: str
    heading: str
    file: str
    text: str = ""
    starts: list[int] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    def add(self, text: str, source: Source, joined: bool) -> None:
        lead = len(text) - len(text.lstrip())
        if self.text and not joined:
            self.text += "\n"
        self.starts.append(len(self.text))
        self.sources.append(source)
        self.offsets.append(lead)
        self.text += text.translate(NARROW).strip()

    def place(self, start: int, end: int) -> Place:
        """Where a part of the text stands, with its words."""
        index = max(bisect_right(self.starts, start) - 1, 0)
        source = self.sources[index]
        at = source.place
        if re.fullmatch(r"L\d+", at):
            first = start - self.starts[index] + self.offsets[index]
            at = f"{at}:{first + 1}-{first + end - start}"
        return Place(file=self.file, at=at, quote=self.text[start:end].replace("\n", ""))


@dataclass(frozen=True)
class Passages:
    """All sections in order, and all lines that are no table's: those of the contents, of headings and of the text."""

    sections: tuple[Passage, ...]
    lines: tuple[Paragraph, ...]

    def of(self, *kinds: str) -> Iterator[Passage]:
        return (section for section in self.sections if section.kind in kinds)


def heading_kind(text: str) -> str | None:
    """The kind of section that a heading opens: None where the line is no heading, "" for a heading of another kind."""
    narrow = text.translate(NARROW).strip().strip("*# ")
    plain = re.sub(r"\s", "", narrow)
    if (
        not plain
        or len(plain) > LONGEST_HEADING
        or re.search(r"[。;]$", plain[:-1])
        or re.search(r"\d(?:万|亿)?元|[;，]|:.", plain)
    ):
        return None
    if title_number(plain) is not None and not re.search(r"说明|情况", plain):
        return None
    numbered = _HEADING.match(plain) is not None
    part = is_part(plain)
    bare = re.sub(r"^20\d\d年(?:度)?|^(?:关于)?", "", _NUMBER.sub("", plain))
    bare = re.sub(r"^20\d\d年(?:度)?", "", bare)
    closing = re.search(r"(?:情况|说明|解释|情况说明)[。.]?$", plain) is not None
    if not (numbered or part or closing):
        return None
    if re.search(r"。", plain[:-1]):
        return None
    for kind, pattern in _KINDS:
        if pattern.search(bare):
            return kind if closing or numbered else None
    return ""


def read_passages(document: Document, tables: frozenset[Source]) -> Passages:
    """The sections of a document; lines at the places of published tables are left out."""
    sections: list[Passage] = []
    lines: list[Paragraph] = []
    current = Passage("", "", document.path)
    broken = document.format == "pdf"
    last = ""
    annexed = False
    for paragraph in document.paragraphs:
        if paragraph.source in tables or not paragraph.text.strip():
            continue
        lines.append(paragraph)
        kind = heading_kind(paragraph.text)
        if kind is None and title_number(paragraph.text) is not None:
            kind = "table"
        if is_part(paragraph.text) or _ANNEX.match(paragraph.text.strip()):
            annexed = "附件" in paragraph.text
        if annexed and kind is not None:
            kind = ""
        goes_on = broken and _unfinished(last) and bool(current.text)
        numbered = _HEADING.match(paragraph.text.translate(NARROW).strip()) is not None
        lower = kind == "" and current.kind and not is_part(paragraph.text) and not _upper(paragraph.text)
        if kind is not None and (numbered or not goes_on) and not lower:
            current = Passage(kind, paragraph.text.strip(), document.path)
            sections.append(current)
            last = ""
            continue
        joined = broken and bool(current.text) and _unfinished(last)
        current.add(paragraph.text, paragraph.source, joined)
        last = paragraph.text
    return Passages(tuple(section for section in sections if section.text), tuple(lines))


def _unfinished(line: str) -> bool:
    return bool(line.strip()) and line.strip()[-1] not in "。；：！？;:!?"


def _upper(text: str) -> bool:
    """A heading of the rank of sections: 一、 or 第一部分; an item (（一） or 1.) of another kind belongs to its section."""
    return re.match(r"\s*(?:#+\s*)?\**(?:[一二三四五六七八九十]{1,3}、|第)", text) is not None
