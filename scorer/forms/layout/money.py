"""The money block of a form: columns with rows of sources, or labels beside their figures."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from scorer.forms.layout.grid import Line, Span, derived, is_figure
from scorer.forms.layout.header import Group
from scorer.forms.layout.vocabulary import (
    BLANK_WORDS,
    FUNDS_BLOCK,
    FUNDS_KINDS,
    FUNDS_LEVELS,
    FUNDS_MONEY,
    FUNDS_SOURCES,
    FUNDS_TOTALS,
    FundsColumn,
    column_field,
    funds_field,
    heading,
    is_funds_block,
    is_note,
    label_field,
    squash,
)
from scorer.model import EMPTY, Cell, Funds

_UNIT = re.compile(r"[(\[](?:单位|金额单位)?:?(?:人民币)?(亿元|万元|千元|元)[)\],，;]")
_UNIT_SAID = re.compile(r"单位:?\(?(?:人民币)?(亿元|万元|千元|元)")
_POINTS = re.compile(r"[(\[](?:权重|分值|满分)?:?(\d{1,3}(?:\.\d{1,2})?)分?(?:\*|×|x|X|[)\]])")
_OF_WHICH = re.compile(r"^(?:其中|资金来源|资金结构|来源|按.{2,6}分)[:、,\-—]+|^其中")
_NO_BLOCK = ("名称", "任务", "内容", "事项", "科目", "单位", "序号")  # other tables of money: 年度主要任务, 支出科目
_NAME_HEADINGS = (*FUNDS_TOTALS, *FUNDS_BLOCK, "资金类别", "资金性质", "来源", "资金类型", "项目", "资金构成")  # over the sources
_LONGEST_NAME = 40
_FIELDS = (  # in the order of `Funds`
    "initial",
    "budget",
    "received",
    "executed",
    "rate",
    "weight",
    "claimed",
    "reason",
)


@dataclass(frozen=True, slots=True)
class FundsBlock:
    """What a money block holds and the line behind it."""

    rows: tuple[Funds, ...]
    end: int


def said_unit(*texts: str) -> str:
    """The unit of money that a heading says: 项目资金（万元） gives 万元, "" when none does."""
    for text in texts:
        bare = squash(text[:300])
        found = _UNIT.search(bare) or _UNIT_SAID.search(bare)
        if found:
            return found.group(1)
    return ""


def read_funds(
    lines: Sequence[Line], at: int, stops: Collection[int], unit: str = "", columns_only: bool = False
) -> FundsBlock | None:
    """The money block that begins at a line, None where none does.

    `stops` are lines at which an indicator table begins, `unit` is what the form's head says. Among indicators only a
    block with a heading is looked for (`columns_only`): a single label with its figure may be an indicator.
    """
    if lines[at].table is None or len(lines[at].own) < 2:
        return None
    block = _columned(lines, at, stops, unit) or _crossed(lines, at, stops, unit)
    return block if block or columns_only else _labelled(lines, at, stops, unit)


# ---------------------------------------------------------------------------------------------------- columns and rows


def _columned(lines: Sequence[Line], at: int, stops: Collection[int], unit: str) -> FundsBlock | None:
    groups, below = _heading_rows(lines, at)
    if not groups:
        return None
    first_value = min(group.first for group in groups)
    block = next((span for span in lines[at].spans if span.first < first_value and span.cell), None)
    unit = said_unit(block.text if block else "", *(group.words for group in groups)) or unit
    rows: list[Funds] = []
    end = below
    while end < len(lines) and end not in stops:
        row = _source_row(lines, end, groups, first_value, block)
        if row is None:
            break
        rows.append(row)
        end += 1
    weight = _said_points([group.words for group in groups if group.field in ("claimed", "rate")], groups)
    rows = _with_total(rows, weight)
    named = said_unit(*(row.name.text for row in rows[:1])) or unit or "万元"
    return FundsBlock(_nested([replace(row, unit=named) for row in rows]), end)


def _heading_rows(lines: Sequence[Line], at: int) -> tuple[tuple[Group, ...], int]:
    """The columns of a money block whose heading begins at a line, and the line below the heading."""
    line = lines[at]
    fields: list[Group] = []
    spans = [span for span in line.own if span.cell]
    for index, span in enumerate(spans):
        if len(span.text) > 60:
            return (), at
        field = funds_field(span.text)
        if not fields and is_funds_block(span.text) and not _money_follows(spans[index:], field):
            continue
        if not field and not fields and heading(span.text) in _NAME_HEADINGS:
            continue
        if not field and (index > 0 or heading(span.text).endswith(_NO_BLOCK)):
            return (), at
        if field:
            fields.append(Group(field, tuple(range(span.first, span.last + 1)), span.cell, span.text))
    kinds = {group.field for group in fields}
    money = kinds & FUNDS_MONEY
    if "executed" not in kinds or not (len(money) >= 2 or "rate" in kinds):
        return (), at
    return _divided(lines, at, fields)


def _money_follows(spans: Sequence[Span], field: FundsColumn) -> bool:
    """Is a first cell that could be the block's label a column, since no other column says the budget?"""
    others = {funds_field(span.text) for span in spans[1:]}
    return field in ("budget", "initial") and not others & {"budget", "initial"}


def _divided(lines: Sequence[Line], at: int, fields: Sequence[Group]) -> tuple[tuple[Group, ...], int]:
    """Takes a second heading row in, where one divides the first: 预算数 over 年初 and 调整后."""
    below = at + 1
    line = lines[below] if below < len(lines) else None
    if line is None or line.table is not lines[at].table or len(line.own) < 2:
        return _extended(lines[at], fields), below
    parts: list[Group] = []
    for span in line.own:
        over = next((group for group in fields if span.first in group.columns), None)
        words = heading(span.text) + (heading(over.cell.text) if over else "")
        field = funds_field(span.text) or funds_field(words)
        if not field or is_figure(span.text) or len(squash(span.text[:60])) > 16:
            return _extended(lines[at], fields), below
        parts.append(
            Group(
                field, tuple(range(span.first, span.last + 1)), span.cell, f"{over.words if over else ''} {span.text}"
            )
        )
    taken = {column for part in parts for column in part.columns}
    return (*parts, *(group for group in fields if not taken & set(group.columns))), below + 1


def _extended(line: Line, fields: Sequence[Group]) -> tuple[Group, ...]:
    """Columns without a heading belong to the heading on their left, where the format could not keep a merged one."""
    starts = {group.first: group for group in fields}
    extended: list[Group] = []
    current: Group | None = None
    for column, cell in enumerate(line.cells):
        if column in starts:
            current = starts[column]
            extended.append(current)
        elif current is not None and column not in current.columns:
            if cell or current.cell.colspan > 1:
                current = None
            else:
                current = replace(current, columns=(*current.columns, column))
                extended[-1] = current
    return tuple(extended)


def _source_row(
    lines: Sequence[Line], at: int, groups: Sequence[Group], first_value: int, block: Span | None
) -> Funds | None:
    """One row of money, None where the block has ended."""
    line = lines[at]
    if line.table is not lines[at - 1].table or not line.own:
        return None
    names = [span for span in line.own if span.first < first_value and span.text != (block.text if block else None)]
    name = names[-1].cell if names else EMPTY
    if is_note(line.own[0].text) or len(squash(name.text[:80])) > _LONGEST_NAME:
        return None
    if any(_ends(span.text) for span in (*names, line.own[0])):
        return None
    values = {group.field: _value(line, group) for group in groups}
    seen: set[int] = set()
    for field, cell in values.items():
        # a figure merged over the columns behind its own stands in the first of them only
        if cell and id(cell) in seen:
            values[field] = EMPTY
        seen.add(id(cell))
    if "subtotal" in values and ("budget" not in values):
        values["budget"] = values["subtotal"]
    written = [cell for field, cell in values.items() if cell and field != "reason"]
    if not all(_is_amount(cell.text) for cell in written):
        return None
    if not names and not any(is_figure(cell.text) for cell in written):
        return None
    if any(column_field(span.text) and funds_field(span.text) for span in line.own[1:3]):
        return None  # another heading
    if not name and block is not None:
        name = block.cell
    return _money(name, values)


def _is_amount(text: str) -> bool:
    """A figure, a damaged one, or a mark that stands for none."""
    bare = squash(text[:40])
    return bare in BLANK_WORDS or (
        len(bare) < 24 and any(letter.isdigit() for letter in bare) and not label_field(text)
    )


def _ends(text: str) -> bool:
    if label_field(text) in ("", "total", "known", "note") or heading(text) in FUNDS_TOTALS:
        return column_field(text) in ("level1", "level2", "level3")
    return heading(text) not in FUNDS_SOURCES and not is_funds_block(text)


def _value(line: Line, group: Group) -> Cell:
    for column in group.columns:
        if line.owned(column):
            return line.at(column)
    blank = line.at(group.first)
    return blank if not blank and blank is not EMPTY and blank.row == line.index else EMPTY


def _money(name: Cell, values: Mapping[str, Cell]) -> Funds:
    initial, budget, received, executed, rate, weight, claimed, reason = (values.get(field, EMPTY) for field in _FIELDS)
    return Funds(
        source=source_name(name.text),
        name=name,
        initial=initial,
        budget=budget,
        received=received,
        executed=executed,
        rate=rate,
        weight=weight,
        claimed=claimed,
        reason=reason,
    )


def source_name(text: str) -> str:
    """The source of money that a row names, without 其中 and what stands in brackets."""
    return _OF_WHICH.sub("", heading(_OF_WHICH.sub("", squash(text[:200])))) or squash(text[:200])


def _said_points(words: Sequence[str], groups: Sequence[Group]) -> Cell:
    """The weight that a heading says in its brackets: 得分（20分*执行率）."""
    if any(group.field == "weight" for group in groups):
        return EMPTY
    for text in words:
        found = _POINTS.search(squash(text[:100]))
        if found:
            cell = next(group.cell for group in groups if group.words == text)
            return derived(cell, found.group(1))
    return EMPTY


def _with_total(rows: list[Funds], weight: Cell) -> list[Funds]:
    """Marks the row that holds the whole: the one that says so, else the first one where the rest are 其中."""
    if not rows:
        return rows
    total = next((index for index, row in enumerate(rows) if row.source in FUNDS_TOTALS), None)
    if total is None and (len(rows) == 1 or is_of_which(rows[1].name.text) or rows[0].source in FUNDS_BLOCK):
        total = 0
    if total is None:
        return rows
    row = rows[total]
    rows[total] = replace(row, total=True, weight=row.weight or weight)
    return rows


def is_of_which(text: str) -> bool:
    return squash(text[:20]).startswith("其中")


def _nested(rows: Sequence[Funds]) -> tuple[Funds, ...]:
    """Sets `part_of` where a row is a part of another part: 财政拨款, of which 省级 and 市级."""
    nested: list[Funds] = []
    parent: int | None = None
    for index, row in enumerate(rows):
        if row.total:
            parent = None
        elif any(word in row.source for word in FUNDS_LEVELS):
            inside = parent is not None and not rows[parent].total
            nested.append(replace(row, part_of=parent if inside else None))
            continue
        elif is_of_which(row.name.text) and index and not rows[index - 1].total and not _direct(row, rows[index - 1]):
            nested.append(replace(row, part_of=index - 1))
            continue
        else:
            parent = index if _is_fiscal(row) else None
        nested.append(row)
    return _second_breakdown(nested)


def _is_fiscal(row: Funds) -> bool:
    return "财政" in row.source and "专户" not in row.source and "非财政" not in row.source


def _second_breakdown(rows: Sequence[Funds]) -> tuple[Funds, ...]:
    """基本支出 and 项目支出 below 财政拨款 and 其他资金 divide the same whole again: they are parts of the whole, not of the
    sum of its sources. Without a total row the whole is the only source that has figures."""
    whole = next((index for index, row in enumerate(rows) if row.total), None)
    again = [index for index, row in enumerate(rows) if row.source.startswith(FUNDS_KINDS) and not row.total]
    sources = [index for index, row in enumerate(rows) if index not in again and not row.total and row.part_of is None]
    if len(again) < 2 or not any(_is_fiscal(rows[index]) for index in sources):
        return tuple(rows)
    if whole is None:
        filled = [index for index in sources if rows[index].budget or rows[index].executed]
        whole = filled[0] if len(filled) == 1 else None
    return tuple(replace(row, part_of=whole) if index in again else row for index, row in enumerate(rows))


def _direct(row: Funds, above: Funds) -> bool:
    """A row marked 其中 after another one marked so, or one of a kind that stands beside 财政拨款, is no part of it."""
    return is_of_which(above.name.text) or any(word in row.source for word in FUNDS_SOURCES)


# -------------------------------------------------------------------------------------------------- sources as columns


def _crossed(lines: Sequence[Line], at: int, stops: Collection[int], unit: str) -> FundsBlock | None:
    """Sources over the columns and 预算数, 执行数 down the side."""
    spans = [span for span in lines[at].own if not is_funds_block(span.text)]
    if len(spans) < 2 or not all(_is_source(source_name(span.text)) for span in spans):
        return None
    values: list[dict[str, Cell]] = [{} for _ in spans]
    end = at + 1
    while end < len(lines) and end not in stops and lines[end].table is lines[at].table:
        line = lines[end]
        label = next((span for span in reversed(line.own) if span.first < spans[0].first), None)
        field = funds_field(label.text) if label else ""
        if field not in _FIELDS:
            break
        for source, span in zip(values, spans, strict=True):
            cell = line.at(span.first)
            if cell and not _is_amount(cell.text):
                return None
            source.setdefault(field, cell)
        end += 1
    if not any("executed" in source for source in values):
        return None
    block = next((span for span in lines[at].spans if span.first < spans[0].first and span.cell), None)
    said = said_unit(*(span.text for span in (block, *spans) if span)) or unit or "万元"
    rows = [_money(span.cell, source) for span, source in zip(spans, values, strict=True)]
    return FundsBlock(_nested([replace(row, unit=said) for row in _with_total(rows, EMPTY)]), end)


def _is_source(source: str) -> bool:
    return source in FUNDS_TOTALS or any(word in source for word in (*FUNDS_SOURCES, *FUNDS_LEVELS))


# ----------------------------------------------------------------------------------------------------- label and value


def _labelled(lines: Sequence[Line], at: int, stops: Collection[int], unit: str) -> FundsBlock | None:
    """「预算数：| 309 | 执行数：| 309」 with the sources below in the same columns, or one label a line."""
    first = _pairs(lines[at])
    money = [field for field, _, _ in first if field in ("initial", "budget", "executed", "received")]
    lines_of_labels = [first]
    end = at + 1
    if len(set(money)) < 2:
        if not money or len(first) > 3:
            return None
        while end < len(lines) and end not in stops and lines[end].table is lines[at].table:
            more = _pairs(lines[end])
            if not more or any(not field for field, _, _ in more):
                break
            lines_of_labels.append(more)
            end += 1
        if not {"executed"} <= {str(field) for pairs in lines_of_labels for field, _, _ in pairs}:
            return None
    total: dict[str, Cell] = {}
    places: dict[str, int] = {}
    for pairs in lines_of_labels:
        for field, label, value in pairs:
            if field in _FIELDS and field not in total:
                total[field] = value
                places[field] = label.first
    for span in lines[at].own:
        # 预算执行率： at the right end, its figure below it
        kind = funds_field(span.text)
        below = lines[end].at(span.first) if end < len(lines) and lines[end].owned(span.first) else EMPTY
        if kind in _FIELDS and kind not in total and is_figure(below.text):
            total[kind] = below
    block = next((span for span in lines[at].spans if span.cell and is_funds_block(span.text)), None)
    name = block.cell if block else lines[at].own[0].cell
    rows = [replace(_money(name, total), total=True)]
    while end < len(lines) and end not in stops and lines[end].table is lines[at].table:
        part = _part_row(lines[end], places)
        if part is None:
            break
        rows.append(part)
        # 得分 or 执行率 may stand beside a part and belong to the whole
        late = {field: value for field, _, value in _pairs(lines[end]) if field in ("rate", "weight", "claimed")}
        rows[0] = replace(_money(name, late | total), total=True)
        end += 1
    said = said_unit(name.text, *(span.text for span in lines[at].spans)) or unit or "万元"
    return FundsBlock(_nested([replace(row, unit=said) for row in rows]), end)


def _pairs(line: Line) -> list[tuple[FundsColumn, Span, Cell]]:
    """Labels of money with the figure or blank on their right."""
    found: list[tuple[FundsColumn, Span, Cell]] = []
    spans = line.spans
    index = 0
    while index < len(spans):
        span = spans[index]
        index += 1
        if not span.own or is_figure(span.text) or len(span.text) > 40:
            continue
        field, value = funds_field(span.text), None
        label, mark, rest = squash(span.text).partition(":")
        if not field and mark and is_figure(rest):
            field, value = funds_field(label), derived(span.cell, rest)
        elif field:
            value = _right_of(spans, index)
        if field and value is not None:
            found.append((field, span, value))
    return found if any(value for _, _, value in found) else []


def _right_of(spans: Sequence[Span], index: int) -> Cell | None:
    """The figure or blank to the right of a label; None where the next written cell is no figure and stands at once."""
    following = next((span for span in spans[index:] if span.cell), None)
    if following is not None and (is_figure(following.text) or squash(following.text) in BLANK_WORDS):
        return following.cell
    blank = spans[index] if index < len(spans) else None
    return blank.cell if blank is not None and not blank.cell else None


def _part_row(line: Line, places: dict[str, int]) -> Funds | None:
    """A source below a labelled total: the same name in front of each figure."""
    values: dict[str, Cell] = {}
    name = EMPTY
    for field, column in places.items():
        label = line.at(column)
        if not line.owned(column) or is_figure(label.text):
            continue
        source = source_name(label.text)
        if funds_field(label.text):
            continue
        if not _is_source(source) or (name and source_name(name.text) != source):
            return None
        name = name or label
        span = next(index for index, span in enumerate(line.spans) if span.first <= column <= span.last)
        values[field] = _right_of(line.spans, span + 1) or EMPTY
    return _money(name, values) if name else None
