"""Sums of free tables: every level of the functional classification, rows against their total row, and total columns.

A table of indicators is no free table: family A checks it. A blank cell is nothing, not zero.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from scorer.model import Cell, Document, Table
from scorer.prose.changes import Change
from scorer.prose.execution import Execution
from scorer.prose.mentions import Mention
from scorer.prose.phrases import fold
from scorer.prose.piped import free_blocks
from scorer.prose.shares import Share
from scorer.prose.table_heads import CODE, FIGURE, code_columns, header, header_rows

_FORM_WORDS = re.compile(r"指标值|三级指标|二级指标|完成值|分值|自评得分|绩效指标")
_TOTAL = re.compile(r"(?:本年|收入|支出|资金|经费|人员经费|公用经费)*(?:合\s*计|总\s*计|小\s*计)")
_SUBTOTAL = re.compile(r"小\s*计")
_OUTSIDE = re.compile(r"其中|结转|结余|年初|年末|弥补|比例|占比|备注|平均|人均")
_TOP = re.compile(r"[一二三四五六七八九十]{1,3}、")
_LEVELLED = re.compile(r"（[一二三四五六七八九十]+）|\d+[.、]|其中|[　 ]{2}")
_NOT_SUMMED = re.compile(r"行次|序号|占|率|比|编码|备注|年度$")


@dataclass(frozen=True, slots=True)
class ColumnSum:
    """A whole of a table with its parts, and with other sets of figures that may be meant as its parts.

    `meant`: the numbers that a spreadsheet stores behind them add up, whatever their cells show.
    """

    whole: Mention
    parts: tuple[Mention, ...]
    others: tuple[tuple[Mention, ...], ...] = ()
    doubt: str = ""
    meant: bool = False


Figures = dict[tuple[int, int], Mention]


def column_sums(documents: Iterable[Document], mentions: Iterable[Mention]) -> Iterator[ColumnSum]:
    """The sums of every free table, column by column and row by row."""
    for table, figures in _free_tables(documents, mentions):
        amounts = {place: m for place, m in figures.items() if m.quantity.unit not in ("%", "‰")}
        for item in _sums_of(table, amounts) if amounts else ():
            yield replace(item, meant=_stored(table, item))


def _free_tables(documents: Iterable[Document], mentions: Iterable[Mention]) -> Iterator[tuple[Table, Figures]]:
    figures: dict[tuple[str, int], Figures] = defaultdict(dict)
    for mention in mentions:
        if mention.in_table and mention.number is not None:
            figures[mention.source.file, mention.line.table][mention.row, mention.column] = mention
    if not figures:
        return
    for document in documents:
        for index, block in enumerate(free_blocks(document.blocks)):
            cells = figures.get((document.path, index))
            if isinstance(block, Table) and cells and not any(_FORM_WORDS.search(c.text) for c in block.cells if len(c.text) < 40):
                yield block, cells


# What a column of a free table holds, by its heading; the first that fits.
_COLUMNS = (
    ("change", re.compile(r"(?:增长|增减|变动|下降|上升)(?:率|幅度|比例)|增幅|降幅|同比|±")),
    ("rate", re.compile(r"执行率|完成率|支出率|支付率|使用率|到位率|(?:完成|支出|执行)(?:比例|进度)")),
    ("share", re.compile(r"占比|比重|占[^率]{0,8}(?:比例|%)|构成比")),
    ("last", re.compile(r"上年|去年|上一年")),
    ("spent", re.compile(r"实际|支出|执行|决算|完成|支付|使用")),
    ("budget", re.compile(r"预算|计划|安排|下达|批复|概算|目标|任务")),
    ("now", re.compile(r"本年|今年")),
)


def column_rates(documents: Iterable[Document], mentions: Iterable[Mention]) -> Iterator[Execution | Share | Change]:
    """The rates, shares and changes that a column of a free table prints beside the figures that they are of."""
    for table, figures in _free_tables(documents, mentions):
        kinds: dict[str, list[int]] = defaultdict(list)
        for column in range(table.columns):
            header = next((m.header for (_, c), m in figures.items() if c == column), "")
            kind = next((kind for kind, pattern in _COLUMNS if pattern.search(header)), "")
            kinds[kind].append(column)
        single = {kind: columns[0] for kind, columns in kinds.items() if len(columns) == 1}
        for row in sorted({row for row, _ in figures}):
            cells = {kind: _percent(figures.get((row, column)), kind) for kind, column in single.items()}
            rate, spent, budget = cells.get("rate"), cells.get("spent"), cells.get("budget")
            if rate and spent and budget and spent.dimension == budget.dimension:
                yield Execution(rate, (budget,), (spent,), (), True)
            change, before, now = cells.get("change"), cells.get("last"), cells.get("now")
            if change and before and now and before.dimension == now.dimension and change.number is not None:
                yield Change(None, change, (now,), (before,), change.number >= 0)
        yield from _shares_of(table, figures, kinds)


def _percent(mention: Mention | None, kind: str) -> Mention | None:
    """A figure of a column; one of a rate as a percentage, whether its cell or its heading has the sign."""
    if mention is None or kind not in ("rate", "share", "change"):
        return mention
    if mention.quantity.unit == "" and "%" in mention.header:
        return replace(mention, quantity=replace(mention.quantity, unit="%"))
    return mention if mention.quantity.unit == "%" else None


def _shares_of(table: Table, figures: Figures, kinds: dict[str, list[int]]) -> Iterator[Share]:
    """A column of shares against the only column of amounts, whose total row is the whole."""
    amounts = [column for kind, columns in kinds.items() if kind not in ("share", "rate", "change") for column in columns]
    amounts = [column for column in amounts if any(c == column and m.quantity.unit != "%" for (_, c), m in figures.items())]
    if len(kinds["share"]) != 1 or len(amounts) != 1:
        return
    grid = table.grid()
    label = _label_column(grid, amounts[0])
    total = next((row for row, cells in enumerate(grid) if _TOTAL.fullmatch(fold(cells[label].text).strip())), None)
    whole = figures.get((total, amounts[0])) if total is not None else None
    for row in sorted({row for row, _ in figures}) if whole is not None else ():
        part, percent = figures.get((row, amounts[0])), _percent(figures.get((row, kinds["share"][0])), "share")
        if part is not None and percent is not None and part is not whole and whole is not None:
            yield Share(percent, part, (whole,), True)


def _stored(table: Table, item: ColumnSum) -> bool:
    """Whether the stored numbers of spreadsheet cells add up."""
    stored = {(cell.row, cell.column): cell.number for cell in table.cells}
    whole, *parts = [stored.get((m.row, m.column)) for m in (item.whole, *item.parts)]
    known = [part for part in parts if part is not None]
    if whole is None or len(known) < len(parts):
        return False
    return abs(sum(known, Decimal(0)) - whole) <= abs(whole) * Decimal("1e-9")


def _sums_of(table: Table, figures: Figures) -> Iterator[ColumnSum]:
    grid = table.grid()
    columns = sorted({column for _, column in figures})
    coded = False
    for column in columns:
        codes = _codes(grid, column)
        if codes:
            coded = True
            yield from _levels(grid, figures, column, codes)
    if not coded:
        for column in columns:
            yield from _totals(grid, figures, column)
    yield from _across(grid, figures, columns)


def _label_column(grid: Sequence[Sequence[Cell]], column: int) -> int:
    """The column of words that a column of figures belongs to: the nearest one to its left."""
    for left in range(column - 1, -1, -1):
        texts = [row[left].text.strip() for row in grid if row[left]]
        if sum(not FIGURE.match(text) for text in map(fold, texts)) * 2 > len(texts) and texts:
            return left
    return 0


def _codes(grid: Sequence[Sequence[Cell]], column: int) -> dict[str, int]:
    """Codes of the functional or economic classification beside a column, and the rows that they stand in."""
    above = header_rows(grid)
    parted = sorted(code_columns([header(grid, above, left) for left in range(column)]))
    if len(parted) >= 2:
        return _parted_codes(grid, above, parted)
    for left in range(_label_column(grid, column), -1, -1):
        codes = {text: row for row, cells in enumerate(grid) if CODE.match(text := fold(cells[left].text).strip(" 　\t"))}
        if len(codes) >= 2:
            return codes
        if left < column - 3:
            break
    return {}


def _parted_codes(grid: Sequence[Sequence[Cell]], above: int, columns: Sequence[int]) -> dict[str, int]:
    """Codes written in three columns 类 款 项; a row that leaves the first ones blank has those of the row before."""
    codes: dict[str, int] = {}
    known: list[str] = []
    for row, cells in enumerate(grid[above:], above):
        parts = [fold(cells[column].text).strip() for column in columns]
        first = next((place for place, part in enumerate(parts) if part), None)
        if first is None or not all(part.isdigit() for part in parts if part):
            continue
        known = [*known[:first], *(part for part in parts[first:] if part)]
        codes.setdefault("".join(known), row)
    return codes


def _levels(
    grid: Sequence[Sequence[Cell]], figures: Figures, column: int, codes: dict[str, int]
) -> Iterator[ColumnSum]:
    children: dict[str, list[Mention]] = defaultdict(list)
    shortest = min(map(len, codes))
    for code, row in codes.items():
        figure = figures.get((row, column))
        if figure is not None:
            children[code[:-2] if len(code) > shortest else ""].append(figure)
    label = _label_column(grid, column)
    for code, parts in children.items():
        if code:
            whole = figures.get((codes[code], column)) if code in codes else None
        else:
            whole = next(
                (
                    figures[row, column]
                    for row, cells in enumerate(grid)
                    if (row, column) in figures and _TOTAL.fullmatch(fold(cells[label].text).strip())
                ),
                None,
            )
        if whole is not None and parts:
            yield ColumnSum(whole, tuple(parts))


def _totals(grid: Sequence[Sequence[Cell]], figures: Figures, column: int) -> Iterator[ColumnSum]:
    label = _label_column(grid, column)
    rows = [
        (fold(grid[row][label].text), figures[row, column])
        for row in range(len(grid))
        if (row, column) in figures and figures[row, column].header is not None
    ]
    if not rows or _NOT_SUMMED.search(rows[0][1].header):
        return
    totals = [index for index, (text, _) in enumerate(rows) if _TOTAL.fullmatch(text.strip())]
    leaves = [m for text, m in rows if not _TOTAL.fullmatch(text.strip()) and not _OUTSIDE.search(text)]
    top = [m for text, m in rows if _TOP.match(text.strip())]
    levelled = any(_LEVELLED.match(text) for text, _ in rows)
    if totals == [0] and len(leaves) >= 2:
        yield ColumnSum(rows[0][1], tuple(top or leaves), (tuple(leaves), tuple(m for _, m in rows[1:])), _doubt(levelled and not top))
        return
    start = 0
    carried: list[Mention] = []
    for index in totals:
        text, whole = rows[index]
        block = rows[start:index]
        own = [m for name, m in block if not _OUTSIDE.search(name)]
        upper = [m for name, m in block if _TOP.match(name.strip())]
        everything = [m for _, m in block]
        others = [tuple(own), tuple(everything), (*carried, *everything), tuple(carried)]
        if len(own) + len(carried) >= 2 or (carried and everything):
            parts = tuple(upper or own) if not carried else (*carried[-1:], *everything)
            yield ColumnSum(whole, parts, tuple(others), _doubt((levelled and not upper) or bool(carried)))
        if _SUBTOTAL.search(text):
            carried.append(whole)
        else:
            carried = [whole]
        start = index + 1


def _doubt(levelled: bool) -> str:
    return "表中各行有层次，不能确定哪些相加" if levelled else ""


def _across(grid: Sequence[Sequence[Cell]], figures: Figures, columns: Sequence[int]) -> Iterator[ColumnSum]:
    """A column headed 合计 against the columns beside it, in every row: those after it, or those before it where it closes
    its group of columns."""
    headers = {column: next(m.header for (_, c), m in figures.items() if c == column) for column in columns}
    for position, column in enumerate(columns):
        if not _TOTAL_COLUMN.fullmatch(headers[column].split(" ")[-1]):
            continue
        left = _closed_group(headers, columns, column)
        if left:
            yield from _closing_column(grid, figures, column, left)
        elif _TOTAL.fullmatch(headers[column].split(" ")[-1]):
            yield from _opening_column(figures, headers, column, columns[position + 1 :])


_TOTAL_COLUMN = re.compile(rf"{_TOTAL.pattern}|全年(?:合计|累计|总数)?")


def _closed_group(headers: dict[int, str], columns: Sequence[int], column: int) -> list[int]:
    """The columns before a total that is the last of its group, or of the whole table; none where it opens one."""
    parent, _, own = headers[column].rpartition(" ")
    if parent:
        group = [other for other in columns if headers[other].rpartition(" ")[0] == parent]
    elif "小" in own:
        return []
    else:
        group = list(columns)
    summed = [other for other in group if not _NOT_SUMMED.search(headers[other])]
    if len(summed) < 3 or summed[-1] != column:
        return []
    return [] if any(_TOTAL.fullmatch(headers[other].split(" ")[-1]) for other in summed[:-1]) else summed[:-1]


def _closing_column(
    grid: Sequence[Sequence[Cell]], figures: Figures, column: int, left: Sequence[int]
) -> Iterator[ColumnSum]:
    """Nothing says that a last column is the sum of those before it but most of its rows."""
    found: list[ColumnSum] = []
    for row in range(len(grid)):
        parts = tuple(figures[row, other] for other in left if (row, other) in figures)
        if (row, column) in figures and len(parts) >= 2:
            found.append(ColumnSum(figures[row, column], parts))
    holding = sum(sum((m.number or Decimal(0) for m in item.parts), Decimal(0)) == item.whole.number for item in found)
    doubt = "" if holding >= 2 and holding * 2 > len(found) else "表中各列是否相加没有写明"
    yield from (replace(item, doubt=doubt) for item in found)


def _opening_column(
    figures: Figures, headers: dict[int, str], column: int, following: Sequence[int]
) -> Iterator[ColumnSum]:
    right: list[int] = []
    for other in following:
        words = headers[other]
        if _NOT_SUMMED.search(words) or (_TOTAL.fullmatch(words.split(" ")[-1]) and not _SUBTOTAL.search(words)):
            break
        right.append(other)
    parents = [headers[other].rsplit(" ", 1)[0] for other in right if _SUBTOTAL.search(headers[other])]
    direct = [
        other
        for other in right
        if _SUBTOTAL.search(headers[other]) or headers[other].rsplit(" ", 1)[0] not in parents or " " not in headers[other]
    ]
    if len(right) < 2:
        return
    for row in sorted({row for row, c in figures if c == column}):
        whole = figures[row, column]
        parts = tuple(figures[row, other] for other in direct if (row, other) in figures)
        everything = tuple(figures[row, other] for other in right if (row, other) in figures)
        beginnings = tuple(everything[:count] for count in range(1, len(everything)))
        if len(parts) >= 2 or any((p.number or Decimal(0)) > (whole.number or Decimal(0)) for p in parts):
            yield ColumnSum(whole, parts, (everything, *beginnings))
