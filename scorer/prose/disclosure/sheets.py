"""The published tables 公开01–09 as lines with codes, names and amounts, read from a document of any format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from scorer.model import EMPTY, Cell, Document, Table
from scorer.prose.disclosure.amounts import NARROW, Amount, cell_amount, written_amount
from scorer.prose.disclosure.heads import is_ordinals, key, official_name, paths, squeezed
from scorer.prose.disclosure.strips import Grid, Strip, find_strips
from scorer.prose.disclosure.titles import printed_number, table_name, title_number, unit_in

TOTALS = re.compile(r"(?:合计|总计|本年(?:收入|支出)合计|支出总计|收入总计|人员经费合计|(?:日常)?公用经费合计)")
BLANKS = re.compile(r"[-—–－/]+")
_CODE = re.compile(r"\d{3}|\d{5}|\d{7}")
_CODED_NAME = re.compile(r"(\d{7}|\d{5}|\d{3})\s*[-—]?\s*(?=[^\d\s.,])(.*)")
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]{1,4}[、.,]|\([一二三四五六七八九十]{1,3}\)|\d{1,2}[、.])")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a table: its code ("" where it has none), its name as written, its amounts by column.

    `row` counts the lines below the head, from 1, as a reader does. `side` tells the lists apart that stand beside each
    other (0 left, 1 right …).
    """

    code: str
    name: str
    cell: Cell
    amounts: dict[str, Amount]
    row: int
    side: int = 0

    @property
    def plain(self) -> str:
        """The name without numbering, brackets of numbering and blanks."""
        return _NUMBERED.sub("", squeezed(self.name))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One published table: number 1–9, its title, unit, lines, and the columns it has; `unread` are columns with
    amounts whose head says nothing known. `notes` stand below it. `tables` are the tables of the document it was read from."""

    number: int
    title: Cell
    unit: str
    items: tuple[Item, ...]
    columns: frozenset[str]
    unread: bool
    notes: tuple[Cell, ...]
    tables: tuple[Table, ...]

    @property
    def name(self) -> str:
        return table_name(self.number, self.title.text)

    @property
    def empty(self) -> bool:
        """No amount in any line: a table without data."""
        return not any(not amount.blank for item in self.items for amount in item.amounts.values())

    def coded(self) -> list[Item]:
        return [item for item in self.items if item.code]

    def line(self, pattern: str, side: int | None = None) -> Item | None:
        """The first line whose name without its numbering fits."""
        fits = re.compile(pattern)
        return next((i for i in self.items if (side is None or i.side == side) and fits.fullmatch(i.plain)), None)

    def total(self) -> Item | None:
        return next(
            (
                item
                for item in self.items
                if not item.code
                and item.plain in ("合计", "总计", "支出合计", "收入合计", "本年支出合计", "本年收入合计")
            ),
            None,
        )


def read_sheets(document: Document) -> tuple[Sheet, ...]:
    """The published tables of a document in order."""
    return tuple(read_sheet(strip) for strip in find_strips(document))


def read_sheet(strip: Strip) -> Sheet:
    """A strip as a table; without columns where its head and lines are none that such a table has."""
    unit = strip.unit or next((u for row in strip.rows[:6] for c in row if (u := unit_in(c.text))), "") or "万元"
    rows = [row for row in strip.rows if not _is_caption(row)]
    start = _first_line(rows, strip.number)
    figures = any(written_amount(cell.text) for row in rows if not is_ordinals(row) for cell in row if cell)
    bare = Sheet(strip.number, strip.title, unit, (), frozenset(), figures, tuple(strip.notes), tuple(strip.tables))
    if start is None:
        return bare
    head = [row for row in rows[:start] if not is_ordinals(row)]
    body = [row for row in rows[start:] if not is_ordinals(row)]
    width = len(rows[0]) if rows else 0
    above = paths(head, width)
    body, notes = _without_notes(body)
    if strip.number == 7:
        items, columns, unread = _official(strip, above, body, unit)
    elif strip.number in (1, 4):
        items, columns, unread = _balance(strip, above, body, unit)
    else:
        items, columns, unread = _coded(strip, above, body, unit)
    if not columns:
        return bare
    return Sheet(
        strip.number,
        strip.title,
        unit,
        tuple(items),
        frozenset(columns),
        unread,
        (*strip.notes, *notes),
        tuple(strip.tables),
    )


def _is_caption(row: Sequence[Cell]) -> bool:
    """A row of the title, the number of the table, the department or the unit, or a blank one."""
    words = [squeezed(cell.text) for cell in {id(cell): cell for cell in row if cell}.values()]
    if not words:
        return True
    named = [
        bool(title_number(word) or printed_number(word) or unit_in(word))
        or re.match(r"(?:编制|填报)?(?:部门|单位|公开部门)(?:名称)?:", word)
        for word in words
    ]
    return any(named) and len(words) <= 3 and not any(written_amount(word) for word in words)


def _without_notes(body: Grid) -> tuple[Grid, list[Cell]]:
    """The lines without those that hold one long remark over the whole width."""
    kept, notes = [], []
    for row in body:
        words = list({id(cell): cell for cell in row if cell}.values())
        remark = (
            re.match(r"\s*[(*]?\s*(?:注|备注|说明)\s*\d?\s*[:.、]", words[0].text.translate(NARROW)) if words else None
        )
        if words and (remark or (len(words) == 1 and len(words[0].text.strip()) > 30)):
            notes.append(words[0])
        elif words:
            kept.append(row)
    return kept, notes


def _first_line(rows: Grid, number: int) -> int | None:
    """Where the lines begin: the first row with a code, a total or an item; for the table of 三公 the first of figures."""
    for index, row in enumerate(rows):
        if is_ordinals(row):
            continue
        words = [squeezed(cell.text) for cell in {id(cell): cell for cell in row if cell}.values()]
        words = [word for word in words if not BLANKS.fullmatch(word)]
        figures = [word for word in words if written_amount(word)]
        if number == 7 and figures and len(figures) == len(words):
            return index
        if number == 7 and not (figures and words and official_name(_NUMBERED.sub("", words[0]))):
            continue
        if not words:
            continue
        first = words[0]
        if number == 7:
            return index
        if _CODE.fullmatch(first) or _CODED_NAME.fullmatch(first) or _NUMBERED.match(first) or TOTALS.fullmatch(first):
            if TOTALS.fullmatch(first) and not figures and index + 1 < len(rows) and len(words) > 1:
                continue  # a heading 合计 beside others
            return index
    if number == 7:
        return next((index + 1 for index, row in enumerate(rows) if is_ordinals(row)), len(rows))
    return None


# --------------------------------------------------------------------------------------------- lines with codes


def _coded(strip: Strip, above: Sequence[tuple[str, ...]], body: Grid, unit: str) -> tuple[list[Item], set[str], bool]:
    """Lines of the tables with codes; the third kind of table has several lists beside each other (公开06)."""
    items: list[Item] = []
    columns: set[str] = set()
    unread = False
    width = len(above)
    groups = _groups(above, body, width)
    places = _places(body)
    for side, (start, name, end) in enumerate(groups):
        keys = _keys(strip.number, above, name + 1, end)
        columns |= set(keys.values())
        known = set(keys)
        unread = unread or any(
            written_amount(row[c].text) is not None and row[c].column == c
            for row in body
            for c in range(name + 1, end)
            if c not in known and not _is_ordinal_head(above[c])
        )
        prefix = ["", "", ""]
        for number, row in enumerate(body, 1):
            item = _coded_line(strip, row, number, side, (start, name, end), keys, prefix, unit, places)
            if item is not None:
                items.append(item)
    return items, columns, unread


def _is_ordinal_head(path: Sequence[str]) -> bool:
    return any("行次" in word or "其中" in word for word in path)


def _keys(number: int, above: Sequence[tuple[str, ...]], start: int, end: int) -> dict[int, str]:
    """What each column of amounts holds; of two columns of one kind the first counts."""
    found: dict[int, str] = {}
    for column in range(start, end):
        name = key(number, above[column])
        if name is not None and name not in found.values():
            found[column] = name
    if "total" not in found.values():  # a budget that is published as such
        found = {column: "total" if name == "budget" else name for column, name in found.items()}
    return found


def _groups(above: Sequence[tuple[str, ...]], body: Grid, width: int) -> list[tuple[int, int, int]]:
    """The lists beside each other: where each begins, its column of names, and where it ends."""
    named = [_names_in(body, column) for column in range(width)]
    groups: list[tuple[int, int, int]] = []
    start = 0
    column = 0
    while column < width:
        if named[column]:
            end = column + 1
            while end < width and not named[end] and not _begins_list(body, end, named):
                end += 1
            last_codes = end
            if end < width:
                groups.append((start, column, end))
                start = end
                column = last_codes
                continue
            groups.append((start, column, width))
            break
        column += 1
    return groups


def _names_in(body: Grid, column: int) -> bool:
    """Whether a column holds names: mostly words."""
    texts = [squeezed(row[column].text) for row in body if row[column] and row[column].column == column]
    texts = [text for text in texts if not TOTALS.fullmatch(text) and not BLANKS.fullmatch(text)]
    words = [text for text in texts if written_amount(text) is None]
    return bool(texts) and len(words) * 2 > len(texts)


def _begins_list(body: Grid, column: int, named: Sequence[bool]) -> bool:
    """Whether a further list begins here: columns of codes up to a column of names. Amounts can look like codes."""
    following = next((other for other in range(column, len(named)) if named[other]), None)
    return following is not None and all(_codes_in(body, other) for other in range(column, following))


def _codes_in(body: Grid, column: int) -> bool:
    """Whether a column holds codes: whole numbers of two, three, five or seven digits."""
    texts = [squeezed(row[column].text) for row in body if row[column] and row[column].column == column]
    codes = [text for text in texts if re.fullmatch(r"\d{2,3}|\d{5}|\d{7}", text)]
    return bool(texts) and len(codes) * 10 >= len(texts) * 7


def _coded_line(
    strip: Strip,
    row: Sequence[Cell],
    number: int,
    side: int,
    group: tuple[int, int, int],
    keys: dict[int, str],
    prefix: list[str],
    unit: str,
    places: int,
) -> Item | None:
    start, name, end = group
    before = list({id(row[c]): row[c] for c in range(start, name) if row[c]}.values())
    label = row[name] if row[name] else (before[0] if before else EMPTY)
    digits = [squeezed(cell.text) for cell in before]
    code = _code(row, start, name, prefix)
    text = label.text.strip()
    if not code and (joined := _CODED_NAME.fullmatch(squeezed(text))):
        code, text = joined[1], joined[2]
    if not code:
        total = next((cell for cell in (*before, row[name]) if cell and TOTALS.fullmatch(squeezed(cell.text))), None)
        if total is None and not (row[name] and written_amount(row[name].text) is None):
            return None
        label = total or label
        text = label.text.strip()
        row = _moved(row, start, name, end) if strip.flat and total is not None else row
        if total is not None and len(keys) == 1 and not any(row[c] for c in range(name + 1, end)):
            keys = _beyond(row, end, keys)
    elif not row[name] and not digits:
        return None
    amounts: dict[str, Amount] = {}
    for column, column_key in keys.items():
        cell = row[column]
        if cell is not EMPTY and cell.column != column:
            continue
        words = f"{strip_name(strip)}第{number}行“{squeezed(text)}”{_short(column_key)}"
        amount = cell_amount(cell if cell else replace(EMPTY, source=label.source), unit, places, words)
        if amount is not None:
            amounts[column_key] = amount
    return Item(code, text, label, amounts, number, side)


def _beyond(row: Sequence[Cell], end: int, keys: dict[int, str]) -> dict[int, str]:
    """A total of several lists stands at the end of the last of them: 公用经费合计 over two lists."""
    filled = [c for c in range(end, len(row)) if row[c]]
    if len(filled) == 1 and written_amount(row[filled[0]].text) is not None:
        return {filled[0]: next(iter(keys.values()))}
    return keys


def _moved(row: Sequence[Cell], start: int, name: int, end: int) -> Sequence[Cell]:
    """A total whose label covered the names, in a text that lost this: its first amount stands in the column of names."""
    if row[name] and written_amount(row[name].text) is not None and row[name].column == name:
        return [
            *row[:name],
            EMPTY,
            *(replace(c, column=c.column + 1) if c else c for c in row[name : end - 1]),
            *row[end:],
        ]
    first = next((c for c in range(start, name) if row[c] and written_amount(row[c].text) is not None), None)
    if first is None:
        return row
    shift = name + 1 - first
    moved = [replace(c, column=c.column + shift) if c else c for c in row[first : end - shift]]
    return [*row[:first], *[EMPTY] * shift, *moved, *row[end:]]


def _code(row: Sequence[Cell], start: int, name: int, prefix: list[str]) -> str:
    """The code of a line from one column or from those of 类, 款 and 项; a parent printed once counts for its lines."""
    texts = [squeezed(row[c].text) if row[c] and row[c].column == c else "" for c in range(start, name)]
    full = [text for text in texts if _CODE.fullmatch(text)]
    if full and len(full[-1]) > 3:
        return full[-1]
    if not any(texts):
        return ""
    parts = [text if re.fullmatch(r"\d{2,3}", text) else "" for text in texts[:3]]
    if len(parts) == 1:
        return parts[0] if len(parts[0]) == 3 else ""
    last = max((level for level, part in enumerate(parts) if part), default=-1)
    if last < 0:
        return ""
    for level in range(last + 1):
        if parts[level]:
            prefix[level] = parts[level]
    code = "".join(prefix[: last + 1])
    return code if re.fullmatch(r"\d{3}(?:\d{2}){0,2}", code) else ""


def _places(body: Grid) -> int:
    """The decimal places in which most amounts of a table are written."""
    found = [number[1] for row in body for cell in row if cell and (number := written_amount(cell.text))]
    return min(max(found, default=0), 2)


# ------------------------------------------------------------------------------------ income beside expenditure


def _balance(
    strip: Strip, above: Sequence[tuple[str, ...]], body: Grid, unit: str
) -> tuple[list[Item], set[str], bool]:
    """Lines of the tables that set income and expenditure beside each other (公开01, 公开04)."""
    width = len(above)
    lists = [c for c in range(width) if _names_in(body, c)]
    lists = [c for c in lists if not any(c - 1 == other and above[c] == above[other] for other in lists)]
    items: list[Item] = []
    columns: set[str] = set()
    unread = False
    places = _places([[cell for cell in row if "." in cell.text] for row in body])
    for side, name in enumerate(lists):
        end = next((other for other in lists if other > name), width)
        keys = _keys(strip.number, above, name + 1, end)
        figures = [c for c in range(name + 1, end) if not _is_row_numbers(body, c)]
        if not keys and len(figures) == 1:
            keys = {figures[0]: "total"}
        keys = {c: k for c, k in keys.items() if c in figures}
        columns |= set(keys.values())
        unread = unread or any(
            c not in keys and any(written_amount(row[c].text) is not None and row[c].column == c for row in body)
            for c in figures
        )
        for number, row in enumerate(body, 1):
            label = row[name]
            if not label or label.column != name or written_amount(label.text) is not None:
                continue
            amounts = {}
            for column, column_key in keys.items():
                words = f"{strip_name(strip)}第{number}行“{_NUMBERED.sub('', squeezed(label.text))}”"
                words += _short(column_key) if len(keys) > 1 else ""
                cell = (
                    row[column] if row[column] and row[column].column == column else replace(EMPTY, source=label.source)
                )
                amount = cell_amount(cell, unit, places, words)
                if amount is not None:
                    amounts[column_key] = amount
            items.append(Item("", label.text.strip(), label, amounts, number, side))
    return items, columns, unread


def _is_row_numbers(body: Grid, column: int) -> bool:
    """A column of 行次: whole numbers, each one more than the one before."""
    numbers = [
        n[0] for row in body if row[column].column == column and (n := written_amount(row[column].text)) and n[1] == 0
    ]
    filled = sum(bool(row[column]) for row in body if row[column].column == column)
    rising = all(later - earlier == 1 for earlier, later in pairwise(numbers))
    return len(numbers) >= 3 and len(numbers) == filled and rising


# ------------------------------------------------------------------------------------------------------- 三公


def _official(
    strip: Strip, above: Sequence[tuple[str, ...]], body: Grid, unit: str
) -> tuple[list[Item], set[str], bool]:
    """The table of 三公: one line of amounts below a head of two or three levels, or a list with two columns."""
    keys = _keys(7, above, 0, len(above))
    if len(keys) < 4:
        return _official_list(strip, above, body, unit)
    amounts: dict[str, Amount] = {}
    places = _places(body)
    row = body[0] if body else []
    for column, name in keys.items():
        cell = row[column] if column < len(row) and row[column] else replace(EMPTY, source=strip.title.source)
        amount = cell_amount(cell, unit, places, f"{strip_name(strip)}{official_words(name, strip)}")
        if amount is not None:
            amounts[name] = amount
    return [Item("", "合计", strip.title, amounts, 1)], set(keys.values()), False


def _official_list(
    strip: Strip, above: Sequence[tuple[str, ...]], body: Grid, unit: str
) -> tuple[list[Item], set[str], bool]:
    """三公 as a list: a line each, with a column of budgets and one of final amounts."""
    width = len(above)
    names = next((column for column in range(width) if _names_in(body, column)), None)
    if names is None:
        return [], set(), False
    sides = {c: "budget" if k == "budget" else "final" for c, k in ((c, _side(above[c])) for c in range(width)) if k}
    amounts: dict[str, Amount] = {}
    places = _places(body)
    for row in body:
        name = official_name(_NUMBERED.sub("", squeezed(row[names].text)))
        for column, side in sides.items():
            full = f"{side}.{name}"
            if name and full not in amounts and column > names:
                cell = row[column] if row[column] else replace(EMPTY, source=row[names].source)
                amount = cell_amount(cell, unit, places, f"{strip_name(strip)}{official_words(full, strip)}")
                if amount is not None:
                    amounts[full] = amount
    columns = set(amounts) if len(amounts) >= 3 else set()
    return [Item("", "合计", strip.title, amounts, 1)] if columns else [], columns, False


def _side(path: Sequence[str]) -> str | None:
    """Whether a column of a list holds budgets or final amounts."""
    words = path[-1] if path else ""
    return (
        "budget"
        if words.endswith(("预算数", "预算"))
        else "final"
        if re.search(r"决算数?$|金额$|支出$", words)
        else None
    )


def strip_name(strip: Strip) -> str:
    return table_name(strip.number, strip.title.text)


_WORDS = {
    "total": "合计",
    "fiscal": "财政拨款收入",
    "superior": "上级补助收入",
    "business": "事业收入",
    "operating": "经营收支",
    "subsidiary": "附属单位上缴收入",
    "other": "其他收入",
    "basic": "基本支出",
    "project": "项目支出",
    "upward": "上缴上级支出",
    "aid": "对附属单位补助支出",
    "general": "一般公共预算财政拨款",
    "fund": "政府性基金",
    "capital": "国有资本经营",
    "opening": "年初结转和结余",
    "closing": "年末结转和结余",
    "income": "本年收入",
    "budget": "预算数",
    "person": "人员经费",
    "public": "公用经费",
    "abroad": "因公出国（境）费",
    "cars": "公务用车购置及运行维护费",
    "purchase": "公务用车购置费",
    "running": "公务用车运行维护费",
    "reception": "公务接待费",
    "final": "决算数",
}


def _short(column: str) -> str:
    return _WORDS.get(column, column)


def official_words(name: str, strip: Strip) -> str:
    side, _, what = name.partition(".")
    return f"{_WORDS[what]}{_WORDS[side if strip_name(strip).startswith('公开') else 'budget']}"


def by_number(sheets: Sequence[Sheet]) -> dict[int, Sheet]:
    """The first table with data of each number, an empty one where there is no other."""
    found: dict[int, Sheet] = {}
    for sheet in sheets:
        if sheet.number not in found or (found[sheet.number].empty and not sheet.empty):
            found[sheet.number] = sheet
    return found


def top_lines(sheet: Sheet) -> Iterator[Item]:
    """The lines whose parent is not printed: together they are the total."""
    codes = {item.code for item in sheet.coded()}
    for item in sheet.coded():
        if not any(item.code[:length] in codes for length in (3, 5) if length < len(item.code)):
            yield item
