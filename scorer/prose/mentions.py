"""Figures in running text and free tables: each with what it is of, its role, year and place.

Mentions, sentences and lines are compared by identity: two figures are never the same figure for being written alike.

`find_mentions` makes one pass over a document. A `Mention` knows its `Sentence`, and a sentence its `Line` (a paragraph, a
table row), so that checks read relations out of the order of mentions without seeing the document again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from scorer.memory import remembered
from scorer.model import Cell, Document, Paragraph, Source, Table
from scorer.numbers.quantity import Quantity, find_quantities, parse_quantity
from scorer.prose.phrases import (
    ENDS_OPEN,
    FUND_NAMES,
    FUNDS,
    HOUSEHOLDS,
    INTRODUCES_PARTS,
    KINDS,
    LAST_YEAR,
    LEADING,
    NUMBERING,
    PEOPLE,
    REACH,
    ROLES,
    THIS_YEAR,
    TRAILING,
    fold,
)
from scorer.prose.piped import free_blocks
from scorer.prose.table_heads import (
    CODE,
    FIGURE,
    ROW_UNIT,
    captioned_unit,
    code_columns,
    header,
    header_rows,
    names_row,
    own_unit,
    table_unit,
)
from scorer.prose.wrapping import Passage, Segment, passages, written_at
from scorer.value import value

PERCENTAGES = frozenset(("%", "‰", "‱"))


@value(eq=False)
class Line:
    """A paragraph or table row: its number among those that are not blank, its numbering and the headings above it.

    `rank` is that of its own numbering (1 第一部分 … 5 （1）, 0 none). `headings` are serial numbers of the enclosing
    headings, outermost first: two lines with the same tuple stand under the same heading. `scope` tells projects apart
    that one report treats one after the other. `topic` is what a numbered item is about when its figures follow in the
    next paragraph. `text` is folded, `original` as written, character for character.
    """

    number: int
    text: str
    source: Source
    rank: int = 0
    headings: tuple[int, ...] = ()
    section: str = ""
    scope: int = 0
    topic: str = ""
    table: int = -1
    original: str = ""
    segments: tuple[Segment, ...] = ()


@value(eq=False)
class Sentence:
    """One sentence of a line: `start` is its first character in the line's text."""

    number: int
    text: str
    start: int
    line: Line


@value(eq=False)
class Mention:
    """One figure and what it is of.

    `label` are the words straight before it inside its clause, `tail` those after it, `gap` all that stands between the
    figure before it (or the beginning of the sentence) and this one, all folded. `subject` is the label without verbs and
    filler. `year` is the year that the text gives it, None where it gives none. `role` is one of the roles of
    `scorer.prose.phrases.ROLES`, "plain" otherwise; `whole` the words that a share names as its whole, `per` the unit that a
    price is for. `bracket` counts the open brackets around it.
    """

    quantity: Quantity
    source: Source
    quote: str
    label: str
    tail: str
    gap: str
    subject: str
    year: int | None
    kind: str
    role: str
    fund: str
    sentence: Sentence
    start: int
    end: int
    bracket: int = 0
    whole: str = ""
    per: str = ""
    row: int = -1
    column: int = -1
    header: str = ""

    @property
    def number(self) -> Decimal | None:
        return self.quantity.number

    @property
    def dimension(self) -> str:
        return dimension(self.quantity.unit)

    @property
    def line(self) -> Line:
        return self.sentence.line

    @property
    def in_table(self) -> bool:
        return self.row >= 0

    def cell(self, quote: str | None = None) -> Cell:
        """The figure as a located value, for a finding's place."""
        if quote is None and self.line.segments and not self.in_table:
            quote = written_at(self.line.segments, self.start, self.end)[1]
        written = self.line.original[self.start : self.end] if quote is None else quote
        return Cell(written or self.quote, self.source)


def dimension(unit: str) -> str:
    """What a unit counts: people by any of their measure words are one dimension, money another."""
    if unit in PEOPLE:
        return "人"
    if unit in HOUSEHOLDS:
        return "户"
    return unit


_ROLES = tuple((phrase, re.compile(phrase.words)) for phrase in ROLES)
_KIND_WORDS = re.compile("|".join(f"(?P<{name}>{words})" for name, words in KINDS))
_FUND_NAMES = re.compile(FUND_NAMES)
_FUND_PATTERNS = tuple((name, re.compile(words)) for name, words in FUNDS)
_NUMBERING = tuple((rank, re.compile(rf"[\s　#*>]*(?:{words})")) for rank, words in NUMBERING)
_SENTENCE = re.compile(r"[^。！？]+[。！？]*")
_CLAUSE_END = re.compile(r"[，。；！？：（）]|,(?!\d{3})")
_SHORT_BRACKET = re.compile(r"（[^（），。；\d]{1,4}）")
_OPENS_LIST = re.compile(rf"(?:{INTRODUCES_PARTS}|{ENDS_OPEN})")
_YEARS = re.compile(rf"(?P<year>(?:19|20)\d\d)(?=\s*年|[－—-]|、20\d\d年)|(?P<last>{LAST_YEAR})|(?P<this>{THIS_YEAR})")
_NOT_FIGURES = re.compile(r"(?:〔|\[|【)\s*(?:19|20)\d\d\s*(?:〕|\]|】)\s*\d*\s*号?")
_NUMBERED_HEADING = re.compile(r"\s*\d{1,2}\s*项(?=目)")  # 1 项目概况 counts nothing
_PIECES = re.compile(r"[一二两三四五六七八九十]+块")  # 支出分为四块: no money
_BUDGET_TAIL = re.compile(r"的?(?:安排|预算|资金安排)")
_SCOPE = re.compile(r"\s*项目[一二三四五六七八九十\d][：:、]")


def find_mentions(document: Document) -> list[Mention]:
    """Every figure of the document's paragraphs and tables, in reading order; see `read_lines`."""
    return read_lines(document)[1]


def read_lines(document: Document) -> tuple[list[Line], list[Mention]]:
    """The lines of prose of a document, and every figure of its paragraphs and tables, in reading order.

    Money is in 元, percentages are as written; a place is ``L123:5-9`` for text (1-based, inclusive characters) and the
    cell's own place in a table.
    """
    year = report_year(document)
    mentions: list[Mention] = []
    lines: list[Line] = []
    state = _Headings()
    number = 0
    caption = ""
    for index, block in _passages(document):
        if isinstance(block, Table):
            state.line += 1
            mentions += _table_mentions(block, index, state, caption, year, number)
            number += block.rows + 1
            continue
        line = state.enter(block)
        lines.append(line)
        if "单位" in line.text and len(line.text) < REACH:
            caption = line.text
        for text, start in sentences(line.text):
            found = _sentence_mentions(Sentence(number, text, start, line), year)
            number += 1
            mentions += found
    return lines, mentions


def _passages(document: Document) -> Iterator[tuple[int, Passage | Table]]:
    """The tables of a document and its text in passages, with the number of the block that each begins at."""
    waiting: list[tuple[int, Paragraph]] = []
    for index, block in enumerate(free_blocks(document.blocks)):
        if isinstance(block, Paragraph):
            waiting.append((index, block))
        elif isinstance(block, Table):
            yield from _read_passages(waiting)
            waiting = []
            yield index, block
    yield from _read_passages(waiting)


def _read_passages(waiting: Sequence[tuple[int, Paragraph]]) -> Iterator[tuple[int, Passage]]:
    for passage in passages([block for _, block in waiting]):
        if passage.text.strip():
            yield 0, passage


def sentences(text: str) -> Iterator[tuple[str, int]]:
    """The sentences of a folded line and where each begins."""
    for match in _SENTENCE.finditer(text):
        yield match[0], match.start()


class _Headings:
    """Numbering met so far: gives each paragraph its place among the headings."""

    def __init__(self) -> None:
        self.line = -1
        self.scope = 0
        self.serial = 0
        self.stack: list[tuple[int, int, str]] = []
        self.topic = ""

    def enter(self, passage: Passage) -> Line:
        self.line += 1
        text = fold(passage.text)
        if _SCOPE.match(text):
            self.scope += 1
        rank = next((rank for rank, pattern in _NUMBERING if pattern.match(text)), 0)
        topic = self.topic if not rank else ""
        if rank:
            self.serial += 1
            while self.stack and self.stack[-1][0] >= rank:
                self.stack.pop()
            title = text.strip()[:REACH]
            self.stack.append((rank, self.serial, title))
            self.topic = title if rank >= 4 and len(text.strip()) <= 2 * REACH and not _has_figure(text) else ""
        else:
            self.topic = ""
        return Line(
            number=self.line,
            text=text,
            source=passage.block.source,
            rank=rank,
            headings=tuple(serial for _, serial, _ in self.stack),
            section=self.stack[-1][2] if self.stack else "",
            scope=self.scope,
            topic=topic,
            original=passage.text,
            segments=passage.segments,
        )


def _has_figure(text: str) -> bool:
    return re.search(r"\d(?![\d.]*[、.）])[^年月日]*(?:元|%|人|户|个|名)", text[: 2 * REACH]) is not None




_TITLE = re.compile(r"决算|预算|自评|评价|绩效|报告|情况|说明|公告|公示|通报|总结")


def titled_year(document: Document) -> int | None:
    """The year that the title names: the only year of the short opening lines that say what the document is."""
    years: list[int] = []
    for block in document.paragraphs[:12]:
        text = fold(block.text).strip()
        if len(text) <= REACH and "。" not in text and _TITLE.search(text):
            years += [int(match[1]) for match in _TITLE_YEAR.finditer(text)]
    return years[0] if years and len(set(years)) == 1 else None


_TITLE_YEAR = re.compile(r"(20\d\d)\s*年(?!\s*\d+\s*月)")


def report_year(document: Document) -> int | None:
    """The year that the document reports on: that of its title, else the one named most often, the later of equals."""
    titled = titled_year(document)
    if titled is not None:
        return titled
    counts: Counter[int] = Counter()
    for block in document.paragraphs:
        counts.update(int(year) for year in re.findall(r"(20\d\d)\s*年", fold(block.text)))
    return max(counts, key=lambda year: (counts[year], year)) if counts else None


def _place(line: Line, start: int, end: int) -> Source:
    if line.segments:
        return written_at(line.segments, start, end)[0]
    source = line.source
    return replace(source, at=f"{source.at.split(':')[0]}:{start + 1}-{end}")


def _sentence_mentions(sentence: Sentence, report: int | None) -> list[Mention]:
    text, line = sentence.text, sentence.line
    blocked = [match.span() for match in _NOT_FIGURES.finditer(text)] if "〔" in text or "【" in text or "[" in text else []
    if sentence.start == 0 and (numbered := _NUMBERED_HEADING.match(text)):
        blocked.append(numbered.span())
    found = [
        quantity
        for quantity in find_quantities(text)
        if not any(start < quantity.end and quantity.start < end for start, end in blocked)
        and not _PIECES.fullmatch(quantity.text)
    ]
    if not found:
        return []
    if "半" in text and "占" in text:
        found = sorted([*found, *_halves(text)], key=lambda quantity: quantity.start)
    years = _year_marks(text, report)
    depths = _bracket_depths(text, [quantity.start for quantity in found])
    mentions: list[Mention] = []
    before = 0
    context = ""
    for index, quantity in enumerate(found):
        following = found[index + 1].start if index + 1 < len(found) else len(text)
        gap = text[before : quantity.start]
        label = _label(gap)
        if index and label and label[-1] in "、和及与":
            label = ""  # 11个行政村、43个自然村: the words are those of the figure before
        tail = text[quantity.end : min(following, quantity.end + REACH)]
        if match := _CLAUSE_END.search(tail, 1 if tail[:1] in "（" else 0):
            tail = tail[: match.start()]
        if "：" in gap:
            context = _label(gap[: gap.rindex("：")])
        subject = clean(label)
        if not subject:
            subject = clean(context) if context else clean(line.topic.split("、")[-1].split(".")[-1])
        role, whole, per = _role(label, quantity.unit)
        mentions.append(
            Mention(
                quantity=quantity,
                source=_place(line, sentence.start + quantity.start, sentence.start + quantity.end),
                quote=text[quantity.start : quantity.end],
                label=label,
                tail=tail,
                gap=gap if len(gap) <= 4 * REACH else gap[: 2 * REACH] + gap[-2 * REACH :],
                subject=subject,
                year=_year_at(years, quantity.start),
                kind=_kind(label) or ("budget" if _BUDGET_TAIL.match(tail) else ""),
                role=role,
                fund=_fund(label or context),
                sentence=sentence,
                start=sentence.start + quantity.start,
                end=sentence.start + quantity.end,
                bracket=depths[index],
                whole=whole,
                per=per,
            )
        )
        before = quantity.end
    return mentions


_HALF = re.compile(
    r"占(?:[^，。；：\d]{0,20}的)?(?P<half>(?P<over>超过|过|超)?(?:一半|半数|(?<=过)半)(?P<above>以上|多)?)(?=[，。；、）]|$)"
)


def _halves(text: str) -> Iterator[Quantity]:
    """占企业的一半以上, 占比过半: a share in words. 一半 alone is about a half."""
    for match in _HALF.finditer(text):
        start, end = match.span("half")
        beyond = match["over"] or match["above"]
        low, high = (50, 50) if beyond else (45, 55)
        yield Quantity(">" if beyond else "", Decimal(50), Decimal(low), Decimal(high), "%", match["half"], start, end)


def _label(gap: str) -> str:
    """The words straight before a figure: those of its own clause, or of the one before a colon when that is empty.

    （类）, （境） and other short brackets belong to a name and end no clause.
    """
    near = gap[-REACH:]
    plain = _SHORT_BRACKET.sub(lambda match: "_" * len(match[0]), near) if "（" in near else near
    cut = 0
    for match in _CLAUSE_END.finditer(plain):
        cut = match.end()
    label = near[cut:].lstrip("、 　")
    if not label.strip() and cut and near[cut - 1] == "：":
        before = _label(near[: cut - 1])
        return "" if _OPENS_LIST.search(before) else before
    if not label.strip() and plain.endswith("）") and (opened := plain.rfind("（")) > 0:
        return _label(near[:opened])  # 年初预算（含上级补助）126万元
    return label.strip()


_ITEM_NUMBER = re.compile(
    r"^[\s　]*(?:[①-⑳]|\d{1,2}[.、．）](?!\d)|（[一二三四五六七八九十\d]{1,3}）|[一二三四五六七八九十]{1,3}、|[-*•·#>]+)[\s　]*"
)


@remembered
def clean(label: str) -> str:
    """What a figure is of: the label without numbering, verbs and filler at either end."""
    text = label.replace("（类）", "").replace("（款）", "").replace("（项）", "")
    text = LEADING.sub("", _ITEM_NUMBER.sub("", text))
    return TRAILING.sub("", text)


@remembered
def _role(label: str, unit: str) -> tuple[str, str, str]:
    share = unit in PERCENTAGES
    if "/" in unit:
        return "price", "", unit.split("/")[1][:3]
    for phrase, pattern in _ROLES:
        if phrase.share is not None and phrase.share is not share:
            continue
        if match := pattern.search(label):
            groups = match.groupdict()
            return phrase.role, groups.get("whole") or groups.get("outcome") or "", groups.get("per") or ""
    return "plain", "", ""


@remembered
def _kind(label: str) -> str:
    kind = ""
    for match in _KIND_WORDS.finditer(_FUND_NAMES.sub("", label)):
        kind = match.lastgroup or ""
    return kind or ("budget" if label.endswith("部门预算") else "")


@remembered
def _fund(label: str) -> str:
    return next((name for name, pattern in _FUND_PATTERNS if pattern.search(label)), "")


def _year_marks(text: str, report: int | None) -> Sequence[tuple[int, int | None]]:
    marks: list[tuple[int, int | None]] = []
    for match in _YEARS.finditer(text):
        if match["year"]:
            marks.append((match.start(), int(match["year"])))
        elif report is not None:
            marks.append((match.start(), report - 1 if match["last"] else report))
    return marks


def _year_at(marks: Sequence[tuple[int, int | None]], position: int) -> int | None:
    year = None
    for start, marked in marks:
        if start >= position:
            break
        year = marked
    return year


def _bracket_depths(text: str, positions: Sequence[int]) -> list[int]:
    depths: list[int] = []
    depth = at = 0
    for position in positions:
        part = text[at:position]
        depth = max(0, depth + part.count("（") - part.count("）"))
        depths.append(depth)
        at = position
    return depths


# ------------------------------------------------------------------------------------------------------------ tables


def _table_mentions(
    table: Table, index: int, state: _Headings, caption: str, report: int | None, number: int
) -> list[Mention]:
    """Figures of a free table: row label × column header × the unit of the caption."""
    grid = table.grid()
    above = header_rows(grid)
    unit = table_unit(table, caption)
    headers = [header(grid, above, column) for column in range(table.columns)]
    header_units = [captioned_unit(header) for header in headers]
    coded = code_columns(headers)
    mentions: list[Mention] = []
    for row in range(above, table.rows):
        seen: set[int] = set()
        label = ""
        cells = grid[row]
        words = " ".join([cell.text for cell in cells if cell])[: 4 * REACH]
        source = cells[0].source if cells else table.cells[0].source
        line = Line(state.line, words, source, scope=state.scope, table=index, section=table.name)
        sentence = Sentence(number + row, line.text, 0, line)
        for column, cell in enumerate(cells):
            if not cell or id(cell) in seen or cell.row != row:
                continue
            seen.add(id(cell))
            text = fold(cell.text).strip()
            if not text or (CODE.match(text) and (not label or re.search("编码|代码", headers[column]))):
                continue
            if column in coded or not _has_digit(text) or (not label and names_row(text, cells[column + 1 :])):
                label = label if column in coded else text
                continue
            if FIGURE.match(text):
                row_unit = ROW_UNIT.search(label)
                scale = header_units[column] or (row_unit[1] if row_unit else own_unit(headers[column], unit))
                quantity = parse_quantity(text, "" if text.endswith("%") else scale)
                spans = [(quantity, text)] if quantity.number is not None else []
            else:
                spans = [(quantity, text[quantity.start : quantity.end]) for quantity in find_quantities(text)]
            year = _year_named(f"{label} {headers[column]}", report) if spans else None
            for quantity, quote in spans:
                mentions.append(
                    Mention(
                        quantity=quantity,
                        source=cell.source,
                        quote=quote,
                        label=label,
                        tail="",
                        gap=label,
                        subject=_row_subject(label),
                        year=year,
                        kind=_kind(headers[column]) or _kind(label),
                        role="outcome" if quantity.unit in PERCENTAGES else _role(label, quantity.unit)[0],
                        fund=_fund(label),
                        sentence=sentence,
                        start=0,
                        end=len(quote),
                        row=row,
                        column=column,
                        header=headers[column],
                    )
                )
    return mentions


@remembered
def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


@remembered
def _row_subject(label: str) -> str:
    return clean(ROW_UNIT.sub("", label))


@remembered
def _year_named(words: str, report: int | None) -> int | None:
    """The last year that some words name."""
    return _year_at(_year_marks(words, report), len(words))
