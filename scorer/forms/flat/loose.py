"""Forms whose cells stand one a line without a mark between them: where they begin and end, and what parts they have.

A form is found by the header of its indicator table: level names and column words on lines of their own, in a row.
From there the form is read backwards to the labels that open it (项目名称, 单位名称, …) and forwards as long as the lines
read as rows. Its parts (labels, money block, goals, indicators) are each read with their own columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scorer.forms.flat import costs as wording
from scorer.forms.flat.costs import Column
from scorer.forms.flat.parse import OUTSIDE, SPACED, UNPARTED, USUAL, Reading, ReadRow, Token, exact, parse
from scorer.forms.layout import vocabulary

MOST_TOKENS = 20_000
"""Lines of one form at most; what follows stays running text."""

LOOK_BACK = 200
_MOST_COLUMNS = 24
_LONGEST_LABEL = 24
_LABEL_GAP = 3
_LOOK_AHEAD = 80
_LAST_LINES = 3
_LAST_ROW = 40
_PAGE_LINES = 2
_EXACT_SHARE = 1.25
_EXACT_MARGIN = 3.0
_EXACT_ROW = 1.0
_MOST_GAP = 4
_BETWEEN_LABELS = 40
_GOAL_SENTENCES = 12
_GOAL_LABELS = ("goal_block", "goal_target", "goal_actual")
_NUMBERED = re.compile(r"[(]?[一二三四五六七八九十\d]{1,3}[)、.]")
_GOAL_HEADERS = re.compile(r"(?:年初|年度|预期|全年|实际|设定|计划|总体|绩效|完成|目标|情况|及|成效|效果|的|值){1,12}")
_SCALE = re.compile(r"(?:整体|部门)?支出规模")
_MORE_FUNDS = re.compile(r"(?:整体|部门)?支出规模|.{0,8}(?:资金|预算执行|预算)(?:情况|规模|总额)?")
_LABELS = re.compile(
    r"(?:年度)?(?:绩效(?:评价)?指标|(?:绩效)?指标完成情况|分解目标|绩效目标|指标体系|自评情况|绩效自评).{0,6}"
)


Row = tuple[tuple[int, tuple[Token, ...]], ...]
"""A row of a recovered grid: its cells from left to right, each with its column and its lines."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of an indicator table: its tokens, `first` to `last` of the stream, and a kind for each column."""

    first: int
    last: int
    kinds: tuple[str, ...]
    cells: tuple[tuple[Token, ...], ...]


@dataclass(frozen=True, slots=True)
class LooseForm:
    """A form read from tokens `first` up to, not including, `end`.

    `kinds` are the columns of its indicators, `bare` says that it has nothing but these, `cut` that it was too long.
    """

    first: int
    end: int
    rows: tuple[Row, ...]
    kinds: tuple[str, ...]
    bare: bool
    cut: bool

    def goes_on_in(self, other: LooseForm, tokens: Sequence[Token]) -> bool:
        """Whether `other` is the rest of this form on the next page: the same header again, nothing but a caption between."""
        between = sum(1 for token in tokens[self.end : other.first][:LOOK_BACK] if token.key)
        return other.bare and other.kinds == self.kinds and between <= _PAGE_LINES and not self.cut

    def joined(self, other: LooseForm) -> LooseForm:
        return replace(self, end=other.end, rows=self.rows + other.rows, cut=other.cut)


def find_headers(tokens: Sequence[Token]) -> list[Header]:
    """All runs of lines that are the header cells of an indicator table, in order."""
    found: list[Header] = []
    index = 0
    while index < len(tokens):
        header, index = _header_at(tokens, index)
        if header is not None:
            found.append(header)
    return found


def _header_at(tokens: Sequence[Token], first: int) -> tuple[Header | None, int]:
    """The header that begins at `first`, or None, and the index to go on from."""
    kind, cell, index = _header_cell(tokens, first, wording.column_kind)
    if kind not in ("level", "name"):
        return None, first + 1
    kinds, cells = [kind], [cell]
    widest = 1  # empty lines between two header cells: one is usual, more only where one was seen before
    while len(kinds) <= _MOST_COLUMNS:
        following = index
        while following < len(tokens) and not tokens[following].key and following - index < widest:
            following += 1
        if following < len(tokens) and tokens[following].tab and not all(t.tab for t in tokens[index:following]):
            break  # an empty line ends a row of tab-started cells
        widest = 3 if following > index else widest
        kind, cell, after = _header_cell(tokens, following, wording.column_kind)
        if not kind and following < len(tokens) and 0 < len(tokens[following].key) <= 12:
            # A column that no list knows, between two that are known.
            beyond = following + 1
            while beyond < len(tokens) and not tokens[beyond].key and beyond - following < 3:
                beyond += 1
            if _header_cell(tokens, beyond, wording.column_kind)[0] and not tokens[following].key[0].isdigit():
                kind, cell, after = "other", (tokens[following],), following + 1
        if not kind:
            break
        kinds.append(kind)
        cells.append(cell)
        index = after
    values = {"target", "actual", "weight", "claimed"}
    if len(kinds) > _MOST_COLUMNS:
        return None, index
    if len(kinds) < 3 or not values & set(kinds):
        return None, first + 1
    return Header(first, index - 1, tuple(kinds), tuple(cells)), index


def _header_cell(tokens: Sequence[Token], index: int, kind_of: wording.KindOf) -> tuple[str, tuple[Token, ...], int]:
    """The header cell that begins at `index`: its kind, its lines (up to three) and the index after it."""
    best: tuple[str, tuple[Token, ...], int] = ("", (), index)
    key = ""
    for count in range(3):
        if index + count >= len(tokens):
            break
        token = tokens[index + count]
        if not token.key or len(token.key) > 40 or (count and token.tab):
            break
        key += token.key
        kind = kind_of(key, count > 0)
        if kind and (not best[0] or not kind_of(token.key, False)):
            best = (kind, tuple(tokens[index : index + count + 1]), index + count + 1)
    return best


# ------------------------------------------------------------------------------------------------------------- forms


def read_form(tokens: Sequence[Token], header: Header, floor: int, ceiling: int) -> LooseForm | None:
    """The form around `header`, within tokens `floor` to `ceiling`; None when no line after the header is a row."""
    limit = min(ceiling, header.last + 1 + MOST_TOKENS)
    kinds = header.kinds
    label = _label_before(tokens, header.first, floor)
    template = wording.arrange(kinds)
    offset = 0
    if label is not None:
        template = (Column("label"), *template)
        offset = 1
    reading = _body(tokens[header.first : header.last + 1], tokens[header.last + 1 : limit], template)
    if not any(row.kind == "body" for row in reading.rows):
        return None
    top = header.first if label is None else label
    first = _beginning(tokens, top, floor)
    rows = _before(tokens, first, top)
    heading = [] if label is None else [(0, tuple(token for token in tokens[label : header.first] if token.key))]
    rows.append(tuple(heading + [(offset + column, cell) for column, cell in enumerate(header.cells)]))
    rows += _rows(reading)
    end = header.last + 1 + reading.end
    while end < ceiling and tokens[end].line == tokens[end - 1].line:
        end += 1
    rows = _whole_lines(rows, tokens[first:end])
    return LooseForm(first, end, tuple(rows), kinds, first == top, limit < ceiling and end + _LAST_ROW >= limit)


def _whole_lines(rows: Sequence[Row], tokens: Sequence[Token]) -> list[Row]:
    """The rows, with what was left over of a line that tabs divide added to the cell before it on that line."""
    taken = Counter((token.line, token.text) for row in rows for _, cell in row for token in cell)
    lines = {line for line, _ in taken}
    left: dict[int, list[Token]] = {}
    for token in tokens:
        if not token.key or token.line not in lines:
            continue
        if taken[token.line, token.text]:
            taken[token.line, token.text] -= 1
        else:
            left.setdefault(token.line, []).append(token)
    if not left:
        return list(rows)
    return [tuple((column, (*cell, *left.pop(cell[-1].line, ()))) for column, cell in row) for row in rows]


def _body(heading: Sequence[Token], body: Sequence[Token], template: Sequence[Column]) -> Reading:
    """The rows below a header, read in the manner in which the form uses empty lines.

    A form in which every empty cell is one empty line is read without doubt; whether it is one of these shows when that
    reading is hardly dearer than the usual one.
    """
    if any(not token.key for token in heading):
        return parse(body, template, SPACED)
    start = body[:_LOOK_AHEAD]
    if all(token.key or token.tab for token in start[:-_LAST_LINES]):
        return parse(body, template, UNPARTED)
    blanks = next((index for index, token in enumerate(start) if token.key or token.tab), 0)
    # The gap after the header is the usual gap, and perhaps the first row's own empty cells (label, levels).
    gap = blanks - (template[0].kind == "label")
    best: Reading | None = None
    for candidate in range(gap, max(0, gap - 3), -1):
        if candidate > _MOST_GAP:
            continue
        strict = parse(body, template, exact(candidate))
        rows = sum(row.kind == "body" for row in strict.rows)
        if rows > 1 and strict.cost < rows * _EXACT_ROW:
            return strict
        if rows and (best is None or strict.cost < best.cost):
            best = strict
    usual = parse(body, template, USUAL)
    return best if best is not None and best.cost <= _EXACT_SHARE * usual.cost + _EXACT_MARGIN else usual


def _rows(reading: Reading) -> list[Row]:
    return [_cells(row) for row in reading.rows]


def _cells(row: ReadRow) -> Row:
    if row.kind == "tail":
        return tuple((position, tuple(cell.tokens)) for position, cell in enumerate(row.cells))
    return tuple((cell.column, tuple(cell.tokens)) for cell in row.cells)


def _label_before(tokens: Sequence[Token], first: int, floor: int) -> int | None:
    """Where the label column's own header (绩效指标, perhaps a character a line) begins, right before the first level's."""
    last = first - 1
    while last >= max(floor, first - 4) and not tokens[last].key:
        last -= 1
    key = ""
    for index in range(last, max(floor, last - 5) - 1, -1):
        if not tokens[index].key or (key and len(tokens[index].key) > 2):
            break
        key = tokens[index].key + key
        if _LABELS.fullmatch(key):
            return index
    return None


def beginning(tokens: Sequence[Token], header: Header, floor: int) -> int:
    """The first token of the form around `header`, at or after `floor`."""
    label = _label_before(tokens, header.first, floor)
    return _beginning(tokens, header.first if label is None else label, floor)


def _beginning(tokens: Sequence[Token], top: int, floor: int) -> int:
    """The first label of the form: upwards from its indicator table, as long as labels follow within a few lines."""
    first, texts, sentences = top, 0, 0
    for index in range(top - 1, max(floor, top - LOOK_BACK) - 1, -1):
        key = tokens[index].key
        if not key:
            continue
        if not _NUMBERED.match(key) and (wording.is_anchor(key) or _funds_label(key)):
            if sentences and vocabulary.label_field(key) not in _GOAL_LABELS:
                break
            first, texts, sentences = index, 0, 0
            continue
        texts += 1
        # Sentences stand in the goals, a few of them; above a form's labels they are the report before it.
        sentences += len(key) > 30 and key.endswith(("。", ";"))
        if texts > _BETWEEN_LABELS or sentences > _GOAL_SENTENCES:
            break
    return first


@dataclass(frozen=True, slots=True)
class _Opening:
    """A part before the indicators: where it begins, and, for money and goals, its header cells and its columns."""

    at: int
    body: int
    cells: tuple[tuple[Token, ...], ...]
    template: tuple[Column, ...]


def _before(tokens: Sequence[Token], first: int, top: int) -> list[Row]:
    """The rows of labels, money and goals in tokens `first` to `top`."""
    openings: list[_Opening] = []
    index = first
    while index < top:
        opening = _funds_opening(tokens, index, top) or _goals_opening(tokens, index, top)
        if opening is None:
            index += 1
        else:
            openings.append(opening)
            index = opening.body
    rows: list[Row] = []
    rows += _label_rows(tokens[first : openings[0].at if openings else top])
    for number, opening in enumerate(openings):
        end = openings[number + 1].at if number + 1 < len(openings) else top
        rows.append(tuple((column, cell) for column, cell in enumerate(opening.cells) if cell))
        reading = parse(tokens[opening.body : end], opening.template, outside=4 * OUTSIDE)
        rows += _rows(reading)
        rows += _label_rows([*reading.asides, *tokens[opening.body + reading.end : end]])
    return rows


def _label_rows(tokens: Sequence[Token]) -> list[Row]:
    """Labels with their values: a row for each stretch without an empty line, a label alone goes with what follows."""
    rows: list[list[Token]] = [[]]
    for token in tokens:
        if token.key:
            rows[-1].append(token)
        elif rows[-1]:
            waits = len(rows[-1]) == 1 and wording.is_anchor(rows[-1][0].key)
            if not waits or token.line > rows[-1][0].line + _LABEL_GAP:
                rows.append([])
    found: list[Row] = []
    for row in filter(None, rows):
        first = len(row)
        if len(row) > 1 and wording.is_anchor(row[0].key) and wording.is_anchor(row[1].key):
            first = 1  # a label whose value is empty, and the next label
        for part in (row[:first], row[first:]):
            if part:
                found.append(tuple((column, (token,)) for column, token in enumerate(part)))
    return found


def _funds_opening(tokens: Sequence[Token], index: int, top: int) -> _Opening | None:
    """The money block: a label (项目资金), perhaps an empty cell above the sources, and two or more column words."""
    label, cell, body = _header_cell(tokens, index, _funds_label)
    if not label:
        return None
    kinds: list[str] = []
    cells: list[tuple[Token, ...]] = [cell]
    blanks = 0
    while body < top:
        if not tokens[body].key:
            blanks += 1
            body += 1
            if blanks > 4:
                break
            continue
        kind, words, after = _header_cell(tokens, body, wording.funds_kind)
        if not kind or after > top:
            break
        if not kinds:
            cells.append(())
        kinds.append(kind)
        cells.append(words)
        body, blanks = after, 0
    body -= blanks
    if len(kinds) < 2 or "amount" not in kinds:
        return None
    return _Opening(index, body, tuple(cells), (Column("label"), Column("funds"), *map(Column, kinds)))


def _funds_label(key: str, joined: bool = False) -> str:
    if not key or len(key) > _LONGEST_LABEL:
        return ""
    words = _SCALE if joined else _MORE_FUNDS
    return "label" if vocabulary.is_funds_block(key) or words.fullmatch(vocabulary.heading(key)) else ""


def _goals_opening(tokens: Sequence[Token], index: int, top: int) -> _Opening | None:
    """The goals: their label, then 预期目标 and 实际完成情况 side by side."""
    key = tokens[index].key
    if not key or vocabulary.label_field(key) != "goal_block":
        return None
    cells: list[tuple[Token, ...]] = [(tokens[index],)]
    body = index + 1
    while body < top and len(cells) < 3:
        key = tokens[body].key
        if key:
            if len(key) > _LONGEST_LABEL or not _GOAL_HEADERS.fullmatch(key):
                break
            cells.append((tokens[body],))
        elif body - index > 8:
            break
        body += 1
    if len(cells) < 2:
        return None
    while not tokens[body - 1].key:
        body -= 1
    return _Opening(index, body, tuple(cells), (Column("label"), *(Column("goal") for _ in cells[1:])))
