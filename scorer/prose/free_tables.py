"""Free tables read and judged: every level of the functional classification, rows against their total row, total columns,
and the rates that a column prints beside the figures that they are of.

A table of indicators is no free table: family A checks it. A blank cell is nothing, not zero. The heads of a table name
every operand, so that a difference is told without the signs of a slip that prose asks for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from scorer.model import Cell, Document, Table
from scorer.prose.equations import Equation, Quotient, Total
from scorer.prose.judge import Verdict
from scorer.prose.mentions import Mention
from scorer.prose.outline import Piece, Stated
from scorer.prose.phrases import fold
from scorer.prose.piped import free_blocks
from scorer.prose.relation import Question
from scorer.prose.table_heads import CODE, FIGURE, code_columns, header, header_rows

_FORM_WORDS = re.compile(r"指标值|三级指标|二级指标|完成值|分值|自评得分|绩效指标")
_TOTAL = re.compile(r"(?:本年|收入|支出|资金|经费|人员经费|公用经费)*(?:合\s*计|总\s*计|小\s*计)")
_SUBTOTAL = re.compile(r"小\s*计")
_OUTSIDE = re.compile(r"其中|结转|结余|年初|年末|弥补|比例|占比|备注|平均|人均")
_TOP = re.compile(r"[一二三四五六七八九十]{1,3}、")
_LEVELLED = re.compile(r"（[一二三四五六七八九十]+）|\d+[.、]|其中|[　 ]{2}")
_NOT_SUMMED = re.compile(r"行次|序号|占|率|比|编码|备注|年度$")


WIDEST = 100_000
"""More than any table has columns: the order of its cells is row by row."""

Figures = dict[tuple[int, int], Mention]


def read_tables(documents: Iterable[Document], mentions: Iterable[Mention]) -> list[Verdict]:
    """A verdict for every sum and every rate that the free tables of some documents state."""
    verdicts = []
    for table, figures in _free_tables(documents, mentions):
        amounts = {place: m for place, m in figures.items() if m.quantity.unit not in ("%", "‰")}
        if amounts:
            verdicts += [_judged(question, table) for question in _sums_of(table, amounts)]
        verdicts += [_judged(question, table) for question in _rates_of(table, figures)]
    return verdicts


def _held(question: Question, table: Table) -> Equation | None:
    """What holds: the reading as asked, another choice of rows exactly, or the numbers that a spreadsheet stores."""
    stated = question.asked[0]
    held = next((one for one in question.asked if one.holds()), None)
    held = held or next((one for one in question.readings if isinstance(one, Total) and one.exact), None)
    return held or (stated if isinstance(stated, Total) and _stored(table, stated) else None)


def _judged(question: Question, table: Table) -> Verdict:
    """What the cells say: a sum may also hold for another choice of rows, then exactly."""
    stated, held = question.asked[0], _held(question, table)
    if held is not None:
        return Verdict(question, "agrees", held)
    if any(figure.loose for figure in stated.figures):
        return Verdict(question, "undecided", why="表中有的数是约数")
    if isinstance(stated, Quotient) and (stated.value is None or stated.value < 0):
        return Verdict(question, "undecided", why="基数为 0 或没有写出")
    if isinstance(stated, Total) and len(stated.parts) == 1 and stated.difference < 0:
        return Verdict(question, "undecided", why="只列出一个分项")
    if question.why:
        return Verdict(question, "undecided", why=question.why)
    return Verdict(question, "differs", stated)


def _figure(mention: Mention) -> Stated:
    """A cell as the engine sees a figure: its heading and its row stand for the words before it."""
    return Stated(mention, Piece("", 0, mention.line, ""), "", mention.label, "", order=mention.row * WIDEST + mention.column)


def _sum(whole: Mention, parts: Sequence[Mention], others: Sequence[Sequence[Mention]] = (), doubt: str = "") -> Question:
    """A whole with its parts, and other choices of rows or columns that may be meant as its parts: its list may end early."""
    figures = {id(m): _figure(m) for group in ((whole, *parts), *others) for m in group}
    choices = [parts, *others, *(parts[:count] for count in range(2, len(parts)))]
    totals = [Total(figures[id(whole)], tuple(figures[id(part)] for part in group)) for group in choices if group]
    return Question("sum", tuple(totals), tuple(totals[:1]), "named", doubt)


def _rate(kind: str, rate: Mention, part: Mention, whole: Mention) -> Question:
    equation: Equation = Quotient(_figure(rate), ((1, _figure(part)),), ((1, _figure(whole)),))
    return Question(kind, (), (equation,), "named")


def _growth(rate: Mention, now: Mention, before: Mention) -> Question:
    """A rate of change; a column of falls prints them without a sign."""
    printed, this, last = _figure(rate), _figure(now), _figure(before)
    rise = Quotient(printed, ((1, this), (-1, last)), ((1, last),))
    fall = Quotient(printed, ((-1, this), (1, last)), ((1, last),))
    down = re.search(r"下降|减少|降幅", rate.header) is not None
    return Question("growth", (), (fall, rise) if down else (rise,), "named")


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


def _rates_of(table: Table, figures: Figures) -> Iterator[Question]:
    """The rates, shares and changes that a column prints beside the figures that they are of."""
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
            yield _rate("done", rate, spent, budget)
        change, before, now = cells.get("change"), cells.get("last"), cells.get("now")
        if change and before and now and before.dimension == now.dimension and change.number is not None:
            yield _growth(change, now, before)
    yield from _shares_of(table, figures, kinds)


def _percent(mention: Mention | None, kind: str) -> Mention | None:
    """A figure of a column; one of a rate as a percentage, whether its cell or its heading has the sign."""
    if mention is None or kind not in ("rate", "share", "change"):
        return mention
    if mention.quantity.unit == "" and "%" in mention.header:
        return replace(mention, quantity=replace(mention.quantity, unit="%"))
    return mention if mention.quantity.unit == "%" else None


def _shares_of(table: Table, figures: Figures, kinds: dict[str, list[int]]) -> Iterator[Question]:
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
            yield _rate("share", percent, part, whole)


def _stored(table: Table, total: Total) -> bool:
    """Whether the stored numbers of spreadsheet cells add up, whatever their cells show."""
    stored = {(cell.row, cell.column): cell.number for cell in table.cells}
    whole, *parts = [stored.get((f.mention.row, f.mention.column)) for f in (total.whole, *total.parts)]
    known = [part for part in parts if part is not None]
    if whole is None or len(known) < len(parts):
        return False
    return abs(sum(known, Decimal(0)) - whole) <= abs(whole) * Decimal("1e-9")


def _sums_of(table: Table, figures: Figures) -> Iterator[Question]:
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
) -> Iterator[Question]:
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
            yield _sum(whole, tuple(parts))


def _totals(grid: Sequence[Sequence[Cell]], figures: Figures, column: int) -> Iterator[Question]:
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
        yield _sum(rows[0][1], top or leaves, (leaves, [m for _, m in rows[1:]]), _doubt(levelled and not top))
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
            yield _sum(whole, parts, tuple(others), _doubt((levelled and not upper) or bool(carried)))
        if _SUBTOTAL.search(text):
            carried.append(whole)
        else:
            carried = [whole]
        start = index + 1


def _doubt(levelled: bool) -> str:
    return "表中各行有层次，不能确定哪些相加" if levelled else ""


def _across(grid: Sequence[Sequence[Cell]], figures: Figures, columns: Sequence[int]) -> Iterator[Question]:
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
) -> Iterator[Question]:
    """Nothing says that a last column is the sum of those before it but most of its rows."""
    found: list[Question] = []
    for row in range(len(grid)):
        parts = tuple(figures[row, other] for other in left if (row, other) in figures)
        if (row, column) in figures and len(parts) >= 2:
            found.append(_sum(figures[row, column], parts))
    holding = sum(isinstance(total := question.asked[0], Total) and total.exact for question in found)
    doubt = "" if holding >= 2 and holding * 2 > len(found) else "表中各列是否相加没有写明"
    yield from (replace(question, why=doubt) for question in found)


def _opening_column(
    figures: Figures, headers: dict[int, str], column: int, following: Sequence[int]
) -> Iterator[Question]:
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
            yield _sum(whole, parts, (everything, *beginnings))
