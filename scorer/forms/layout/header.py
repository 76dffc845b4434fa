"""The header of an indicator table: where it stands, and what each of its columns holds, by the meaning of its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scorer.forms.layout.grid import Line, Span, is_figure
from scorer.forms.layout.vocabulary import (
    BLANK_WORDS,
    BRACKETED_PARTS,
    NAME_COLUMNS,
    VALUE_COLUMNS,
    Column,
    column_field,
    heading,
    label_field,
    squash,
)
from scorer.model import Cell, FormKind, Table

TALLEST_HEADER = 3
_REVIEWERS = ("复核", "审核", "财政", "评审", "主管", "抽查", "第三方", "评价组", "专家")


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring columns under one heading of one field. `cell` is the lowest heading, `words` all headings from top to bottom."""

    field: str
    columns: tuple[int, ...]
    cell: Cell
    words: str

    @property
    def first(self) -> int:
        return self.columns[0]


@dataclass(frozen=True, slots=True)
class Header:
    """The heading rows of an indicator table: lines `first` to `last` of the document, and their groups of columns."""

    first: int
    last: int
    table: Table
    groups: tuple[Group, ...]
    bottom: int  # the first row of the table below the header


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an indicator table by field.

    `names` are the columns of the levels from the upper to the last one; `blocks` label columns that name the whole
    table (绩效指标 down the side) with the words `block_words`; `level_weights` pairs a column of weights with the level
    (index in `names`) that it belongs to; `thresholds` pairs 优 良 中 差 with their columns; `doubtful` holds the
    headings that were not understood.
    """

    names: tuple[int, ...]
    blocks: frozenset[int]
    fields: dict[str, tuple[int, ...]]
    level_weights: tuple[tuple[int, int], ...] = ()
    thresholds: tuple[tuple[str, int], ...] = ()
    doubtful: tuple[Cell, ...] = ()
    block_words: frozenset[str] = frozenset()
    starts: tuple[int, ...] = ()  # for every column the first one under the same heading

    def owner(self, cell: Cell) -> int:
        """The first column of the heading that a cell covers most of; the left one of two alike."""
        covered = Counter(self.starts[cell.column : cell.column + cell.colspan])
        return max(covered, key=lambda start: (covered[start], -start), default=-1)

    def written(self, line: Line) -> list[Span]:
        """The cells that a line writes itself, without the label that some formats repeat down the side."""
        return [
            span for span in line.own if span.first not in self.blocks or heading(span.text) not in self.block_words
        ]

    @property
    def printed(self) -> tuple[str, ...]:
        """The fields of an answer that the table has a column for."""
        have = dict.fromkeys(self.fields)
        fields = [
            ("target", "target" in have or "adjusted_target" in have or "sign" in have),
            *((name, name in have) for name in ("actual", "weight", "claimed", "reviewed", "coefficient", "reason")),
            ("standard", "standard" in have or bool(self.thresholds)),
            *((name, name in have) for name in ("evidence", "unit")),
            ("direction", "sign" in have),
        ]
        return tuple(name for name, printed in fields if printed)


# ------------------------------------------------------------------------------------------------- what form it is

_MONITORING = re.compile("监控|(?:1|一)[-—－~至](?:[1-9]|1[01])月|全年预计|预计完成")
_GOALS = re.compile("目标.{0,6}(?:申报|批复|下达|表)|申报表")


def kind_of(headers: Sequence[Header], columns: Columns, names: Sequence[str]) -> FormKind:
    """What a form is, by its columns and by the words of its title and sheet: a form that says 自评 is one.

    Goals have neither a column of what was done nor one of points claimed, and none that was not understood.
    """
    said = squash(" ".join(names))
    if "自评" in said:
        return ""
    words = squash(" ".join(group.words for header in headers for group in header.groups))
    answered = {"actual", "claimed", "reviewed", "coefficient"} & set(columns.fields)
    if _MONITORING.search(said) or (_MONITORING.search(words) and "claimed" not in answered):
        return "monitoring"
    if not answered and (_GOALS.search(said) or not columns.doubtful):
        return "goals"
    return ""


# ----------------------------------------------------------------------------------------------------- finding headers


def find_headers(lines: Sequence[Line]) -> list[Header]:
    """Every header of an indicator table, in order."""
    found: list[Header] = []
    at = 0
    while at < len(lines):
        header = _header_at(lines, at)
        if header is not None:
            found.append(header)
            at = header.last
        at += 1
    return found


def _header_at(lines: Sequence[Line], at: int) -> Header | None:
    line = lines[at]
    if line.table is None or len(line.own) < 2 or not any(column_field(span.text) for span in line.own[:2]):
        return None
    known = sum(1 for span in line.own if column_field(span.text))
    # 上年结转资金 | 15.2 right above a header is a row of money, though 上年… may also name a column
    if known * 5 < len(line.own) * 2 or any(map(_is_value, line.own)):
        return None
    rows = [line]
    while len(rows) < TALLEST_HEADER and at + len(rows) < len(lines) and _goes_on(rows, lines[at + len(rows)]):
        rows.append(lines[at + len(rows)])
    groups = _groups(rows)
    return Header(at, at + len(rows) - 1, line.table, groups, rows[-1].index + 1) if _is_header(groups) else None


def _is_value(span: Span) -> bool:
    """Is it a figure, or a mark that stands for none: no heading either way?"""
    return is_figure(span.text) or squash(span.text[:4]) in BLANK_WORDS


def _is_header(groups: Sequence[Group]) -> bool:
    names = [group for group in groups if group.field in NAME_COLUMNS]
    levels = [group for group in names if group.field != "name"]
    alike = {"adjusted_target": "target", "own_score": "claimed", "share": "weight"}
    values = {alike.get(group.field, group.field) for group in groups if group.field in VALUE_COLUMNS}
    understood = sum(1 for group in groups if group.field)
    if understood * 5 < len(groups) * 3 or not names:
        return False
    return len(values) >= 2 or (len(levels) >= 2 and len(values) >= 1)


def _goes_on(rows: Sequence[Line], below: Line) -> bool:
    """Is the line below a further row of the same header: nothing but headings, and one of them divides a column?"""
    above = rows[-1]
    if below.table is not above.table or len(below.own) < 2:
        return False
    divides = False
    for span in below.own:
        if len(squash(span.text[:60])) > 16 or is_figure(span.text):
            return False
        over = above.at(span.first)
        if not _meaning([cell.text for cell in _stack([*rows, below], span.first)]):
            return False
        divides = divides or not over or over.colspan > span.last - span.first + 1
    return divides


def _stack(rows: Sequence[Line], column: int) -> list[Cell]:
    cells: list[Cell] = []
    for line in rows:
        cell = line.at(column)
        if cell and not any(cell is other for other in cells):
            cells.append(cell)
    return cells


def _groups(rows: Sequence[Line]) -> tuple[Group, ...]:
    groups: list[Group] = []
    for column in range(max(len(line.cells) for line in rows)):
        stack = _stack(rows, column)
        if not stack:
            # a merged heading that the format could not keep (.csv) leaves blanks to its right
            if groups and groups[-1].cell.colspan == 1:
                last = groups[-1]
                groups[-1] = Group(last.field, (*last.columns, column), last.cell, last.words)
            continue
        if groups and groups[-1].cell is stack[-1]:
            last = groups[-1]
            groups[-1] = Group(last.field, (*last.columns, column), last.cell, last.words)
            continue
        words = [cell.text for cell in stack]
        groups.append(Group(_meaning(words), (column,), stack[-1], " ".join(words)))
    if sum(1 for group in groups if group.field == "threshold") < 3:
        groups = [
            Group("", group.columns, group.cell, group.words) if group.field == "threshold" else group
            for group in groups
        ]
    return tuple(groups)


def _meaning(words: Sequence[str]) -> Column:
    """What a column under these headings, from top to bottom, holds."""
    bottom = words[-1]
    field = column_field(bottom)
    if len(words) == 1:
        return field
    top = words[-2]
    above = column_field(top)
    part = BRACKETED_PARTS.get(heading(bottom))
    if part and above in ("target", "adjusted_target"):
        return part
    if field in ("claimed", "own_score"):
        if above == "reviewed" or any(word in squash(top) for word in _REVIEWERS):
            return "reviewed"
        return "own_score" if "自评" in squash(top) else field
    if field not in ("", "known", "remark"):
        return field
    both = column_field(heading(bottom) + heading(top)) or column_field(heading(top) + heading(bottom))
    return field or both or above


# ------------------------------------------------------------------------------------------------- reading the columns


def read_columns(header: Header, below: Sequence[Line]) -> Columns:
    """The columns of one table, settled with the help of the lines below its header."""
    groups = header.groups
    blocks = _blocks(groups, header.bottom, below)
    names = _name_columns(groups, blocks, below)
    used = set(names) | blocks
    fields: dict[str, tuple[int, ...]] = {}
    doubtful = [
        group.cell
        for group in groups
        if not group.field
        and group.first not in used
        and any(line.owned(column) for line in below for column in group.columns)
    ]

    def take(field: str, *kinds: Column, prefer: Callable[[Group], bool] = lambda _: False) -> None:
        found = [group for kind in kinds for group in groups if group.field == kind and group.first not in used]
        if not found:
            return
        chosen = next((group for group in found if prefer(group)), found[0])
        fields[field] = chosen.columns
        used.update(chosen.columns)
        doubtful.extend(group.cell for group in found if group is not chosen and group.field == chosen.field)

    level_weights = _level_weights(groups, names)
    used.update(column for column, _ in level_weights)
    take("target", "target", prefer=lambda group: "值" in group.words)
    take("adjusted_target", "adjusted_target")
    take("actual", "actual", prefer=lambda group: "值" in group.words)
    take("weight", "weight", "share")
    take("claimed", "own_score", "claimed")
    take("reviewed", "reviewed")
    take("coefficient", "coefficient")
    take("reason", "reason", "remark")
    take("standard", "standard")
    take("evidence", "evidence")
    take("unit", "unit")
    signs = [group for group in groups if group.field == "sign"]
    if signs:
        fields["sign"] = tuple(column for group in signs for column in group.columns)
    if "own_score" in {group.field for group in groups}:
        doubtful.extend(group.cell for group in groups if group.field == "claimed")
    thresholds = tuple((heading(group.cell.text), group.first) for group in groups if group.field == "threshold")
    words = frozenset(heading(group.cell.text) for group in groups if group.first in blocks)
    return Columns(names, frozenset(blocks), fields, level_weights, thresholds, tuple(doubtful), words, _starts(groups))


def _starts(groups: Sequence[Group]) -> tuple[int, ...]:
    starts = {column: group.first for group in groups for column in group.columns}
    return tuple(starts.get(column, -1) for column in range(max(starts, default=-1) + 1))


def _blocks(groups: Sequence[Group], bottom: int, below: Sequence[Line]) -> set[int]:
    """Columns whose heading labels the whole table: nothing of its own stands below it, or the same words again."""
    explicit = [group.first for group in groups if group.field in NAME_COLUMNS and group.field != "name"]
    other = [group.first for group in groups if group.field in NAME_COLUMNS]
    blocks: set[int] = set()
    for group in groups:
        if group.field in NAME_COLUMNS - {"name"} or (len(other) < 2 and group.field == "name"):
            continue
        if not any(column > group.first for column in explicit or other):
            continue
        if group.cell.row + group.cell.rowspan > bottom:
            blocks.update(group.columns)
            continue
        words = heading(group.cell.text)
        own = [line.at(column).text for line in below for column in group.columns if line.owned(column)]
        # a total or a note under the table may begin in the label's column
        level = [text for text in own if heading(text) != words and not label_field(text)]
        if len(level) * 4 < len(below) and not _names_levels(level):
            blocks.update(group.columns)
    return blocks


def _names_levels(texts: Iterable[str]) -> bool:
    return any(heading(text).endswith("指标") for text in texts)


def _name_columns(groups: Sequence[Group], blocks: set[int], below: Sequence[Line]) -> tuple[int, ...]:
    values = [group.first for group in groups if group.field in ("target", "actual", "claimed", "own_score")]
    limit = min(values, default=10**9)
    explicit = [group for group in groups if group.field in NAME_COLUMNS and group.field != "name"]
    columns: list[int] = []
    for group in groups:
        if group.field not in NAME_COLUMNS or group.first in blocks:
            continue
        if group.field == "name" and group.first > limit:
            continue
        # 评价内容 to the right of 三级指标: the last level where 三级指标 groups its rows, else words about each row
        if (
            group.field == "name"
            and columns
            and explicit
            and group.first > explicit[-1].first
            and _distinct(below, group.columns) <= _distinct(below, (columns[-1],))
        ):
            continue
        columns.extend(group.columns)
    filled = [column for column in columns if any(line.owned(column) for line in below)]
    return tuple(filled or columns) or next(group.columns for group in groups if group.field in NAME_COLUMNS)


def _distinct(below: Sequence[Line], columns: Sequence[int]) -> int:
    return len({squash(line.at(column).text) for line in below for column in columns if line.owned(column)})


def _level_weights(groups: Sequence[Group], names: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Columns of weights that belong to an upper level: they stand before the last name column, or say so."""
    found: list[tuple[int, int]] = []
    ordinals = ("一级", "二级", "三级", "四级")
    for group in groups:
        if group.field != "weight" or not names:
            continue
        said = next((index for index, word in enumerate(ordinals) if word in squash(group.words)), None)
        if said is not None and said < len(names) - 1:
            found.append((group.first, said))
        elif group.first < names[-1]:
            left = [index for index, column in enumerate(names) if column < group.first]
            if left:
                found.append((group.first, left[-1]))
    return tuple(found)
