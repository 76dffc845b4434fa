"""An indicator table as nodes: each with its names, weight, standards and the cells they came from.

Every cell that says something ends in a node, in the table's head, or in the list of what was not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from scorer.forms.layout.names import is_placeholder
from scorer.forms.tabled.table_columns import Columns, columns_of
from scorer.model import EMPTY, Cell, Table
from scorer.naming import bracketed_weight, fold, normalize_name

TOTALS = frozenset({"合计", "总计", "总分", "总分值", "小计"})
_WEIGHT = re.compile(r"[(\[]?([0-9]{1,5}(?:\.[0-9]{1,4})?)(?:分|%)?[)\]]?")
_NUMBERING = re.compile(
    r"^\s*(?:[（(][0-9一二三四五六七八九十]{1,3}[)）][:：.、]?|[0-9]{1,3}(?:[.．][0-9]{1,3}){0,4}[:：.．、](?![0-9])"
    r"|[一二三四五六七八九十]{1,3}[:：.、]|[A-Z][0-9]{1,4}[:：.、]?\s*)\s*"
)
_POINTS = re.compile(r"\s*[（(\[【](?:分值|权重|满分|计)?[:：=]?[0-9]{1,3}(?:[.．][0-9]{1,4})?(?:分|%)?[)）\]】]\s*$")


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell, or what follows from it, that a person has to look at: the place, its words, and why."""

    place: str
    quote: str
    why: str

    @classmethod
    def of(cls, cell: Cell, why: str) -> Unread:
        return cls(cell.source.place, cell.text, why)


@dataclass(slots=True)
class Node:
    """One indicator of the table."""

    name: str
    cell: Cell
    depth: int
    parent: Node | None
    weight: Decimal | None = None
    weight_cell: Cell = EMPTY
    fields: dict[str, list[Cell]] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    placeholder: bool = False
    """Does the table leave its lower level to be filled in (……)?"""

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    def first(self, name: str) -> Cell:
        return self.fields[name][0] if name in self.fields else EMPTY


@dataclass(slots=True)
class Outline:
    """The nodes of the first level, the stated total, words above the head, and what was not understood."""

    roots: list[Node]
    title: str = ""
    total: Decimal | None = None
    total_cell: Cell = EMPTY
    unread: list[Unread] = field(default_factory=list)

    def nodes(self) -> Iterator[Node]:
        for root in self.roots:
            yield from root.walk()


def bare_name(text: str) -> str:
    """A name on one line, its numbering and bracketed weight taken off: 1.产出指标（50分） is 产出指标."""
    name = re.sub(r"\s+", "" if not text.isascii() else " ", text).strip()
    return _POINTS.sub("", _NUMBERING.sub("", name)).strip() or name


def outline(tables: Sequence[Table]) -> Outline | None:
    """The tables' indicators as one tree: the first table with a head of an indicator table, and those that go on with it.

    None where no table has such a head.
    """
    read: Outline | None = None
    columns: Columns | None = None
    width = 0
    for table in tables:
        grid = table.grid()
        found = columns_of(grid)
        if read is None:
            if found is not None:
                read, columns, width = Outline([]), found, table.columns
                _above(read, grid, found)
                _Rows(read, grid, found).read()
        elif found is not None and columns is not None and _same(found, columns):
            _Rows(read, grid, found).read()
        elif found is None and columns is not None and table.columns == width and not _keyed(grid):
            _Rows(read, grid, Columns(0, columns.levels, columns.weights, columns.fields, ())).read()
        elif found is not None:
            read.unread.append(Unread(table.name, "", "另一张指标体系表，没有读取；一个文件只写一套，请另存后再转换，或用 --sheet 指定"))
    return read


def _same(one: Columns, other: Columns) -> bool:
    return (one.levels, one.weights, one.fields) == (other.levels, other.weights, other.fields)


def _keyed(grid: Sequence[Sequence[Cell]]) -> bool:
    """Is this the table of the set's own facts (项目 | 内容)?"""
    return bool(grid) and [fold(cell.text) for cell in grid[0]][:2] == ["项目", "内容"]


def _above(read: Outline, grid: Sequence[Sequence[Cell]], columns: Columns) -> None:
    """The title and what else stands above the head."""
    head = {id(cell) for cell in grid[columns.rows - 1]}
    start = next(row for row in range(columns.rows) if any(id(cell) in head or fold(cell.text).endswith("级指标") for cell in grid[row]))
    for row in range(start):
        for cell in dict.fromkeys(grid[row]):
            if not cell or cell.row != row:
                continue
            if not read.title and cell.colspan >= len(columns.levels):
                read.title = re.sub(r"\s+", "", cell.text)
            elif not re.fullmatch(r"附件[0-9一二三四五六七八九十]*[:：]?|附[0-9]*[:：]?|表[0-9]*", fold(cell.text)):
                read.unread.append(Unread.of(cell, "在表头之上，没有采用"))
    for _, cell in columns.unknown:
        read.unread.append(Unread.of(cell, "这一列不是指标体系的内容（或列名不认识），整列没有采用"))


class _Rows:
    """The reading of one table below its head, row by row."""

    def __init__(self, read: Outline, grid: Sequence[Sequence[Cell]], columns: Columns) -> None:
        self.read_into, self.grid, self.columns = read, grid, columns
        self.current: list[Node] = []
        self.made: dict[int, Node] = {}  # cell → its indicator: a merged cell is met on every row that it covers
        self.used: set[int] = set()
        self.skipped = {at for at, _ in columns.unknown} | set(columns.fields.get("number", ()))
        node = read.roots[-1] if read.roots else None
        while node is not None:
            self.current.append(node)
            node = node.children[-1] if node.children else None

    def read(self) -> None:
        for row in range(self.columns.rows, len(self.grid)):
            cells = self.grid[row]
            if not any(cells):
                continue
            if self._remark(cells) or self._total(cells):
                continue
            self._row(row, cells)
        for row in range(self.columns.rows, len(self.grid)):
            for at, cell in enumerate(self.grid[row]):
                if cell and id(cell) not in self.used and at not in self.skipped:
                    self.used.add(id(cell))
                    self.read_into.unread.append(Unread.of(cell, "看不出属于哪一个指标，没有采用"))

    def _remark(self, cells: Sequence[Cell]) -> bool:
        """A row that is one cell wide: remarks below the table."""
        first = cells[0]
        if not first or any(cell and cell is not first for cell in cells) or len(self.columns.levels) == len(cells):
            return False
        if first.colspan < len(cells) and not re.match(r"(?:备注|说明|注)[0-9]?[:：、]", fold(first.text)):
            return False
        self.used.add(id(first))
        self.read_into.unread.append(Unread.of(first, "表下的说明，没有采用"))
        return True

    def _total(self, cells: Sequence[Cell]) -> bool:
        named = next((cell for cell in cells if cell), EMPTY)
        if fold(named.text) not in TOTALS:
            return False
        for cell in cells:
            self.used.add(id(cell))
        figures = [value for at, _ in self.columns.weights if (value := weight_of(cells[at].text)) is not None]
        if figures and fold(named.text) != "小计":
            self.read_into.total = figures[0]
            self.read_into.total_cell = next(cells[at] for at, _ in self.columns.weights if weight_of(cells[at].text) is not None)
        return True

    def _row(self, row: int, cells: Sequence[Cell]) -> None:
        own: Node | None = None
        blank = False
        before = EMPTY
        for at in self.columns.levels:
            cell = cells[at]
            if not cell:
                blank = True
            elif cell is not before:
                own = self._enter(self.columns.levels.index(at) + 1, cell, after_blank=blank) or own
            before = cell
        if own is None:
            return
        del self.current[own.depth :]
        self._weights(cells, own)
        for name, places in self.columns.fields.items():
            for at in places:
                cell = cells[at]
                if name != "number" and cell and id(cell) not in self.used:
                    self.used.add(id(cell))
                    self._owner(cell, own).fields.setdefault(name, []).append(cell)

    def _enter(self, column: int, cell: Cell, *, after_blank: bool) -> Node | None:
        """The indicator of a level's cell, now the current one of its level: made anew, or by a row above.

        None for an unfilled name of a template (……): the level above is filled in by those who use the form.
        """
        if id(cell) in self.made:
            return self.made[id(cell)]
        self.used.add(id(cell))
        if is_placeholder(cell.text):
            if self.current:
                self.current[-1].placeholder = True
            return None
        depth = min(column, len(self.current) + 1)
        if depth < column and after_blank:
            self.read_into.unread.append(Unread.of(cell, f"它的上一级是空的；列作第 {depth} 级，请核对"))
        held = self.current[depth - 1] if len(self.current) >= depth else None
        name = bare_name(cell.text)
        if held is not None and column < len(self.columns.levels) and normalize_name(held.name) == normalize_name(name):
            self.made[id(cell)] = held  # repeated on every row instead of merged
            return held
        parent = self.current[depth - 2] if depth > 1 else None
        siblings = parent.children if parent else self.read_into.roots
        if any(normalize_name(other.name) == normalize_name(name) for other in siblings):
            self.read_into.unread.append(Unread.of(cell, f"与同级的另一个指标同名（“{name}”），表中的行无法对应；请改名"))
        node = Node(name, cell, depth, parent, bracketed_weight(cell.text) if _POINTS.search(cell.text) else None)
        siblings.append(node)
        self.current[depth - 1 :] = [node]
        self.made[id(cell)] = node
        return node

    def _owner(self, cell: Cell, own: Node) -> Node:
        """Whose a cell is: the row's own indicator, or the level that reaches down as far as a merged cell."""
        if cell.rowspan == 1:
            return own
        node: Node | None = own
        while node is not None:
            if (node.cell.row, node.cell.rowspan) == (cell.row, cell.rowspan):
                return node
            node = node.parent
        why = f"合并的格子跨 {cell.rowspan} 行，看不出属于哪一级；按“{own.name}”的写入，请核对"
        self.read_into.unread.append(Unread.of(cell, why))
        return own

    def _weights(self, cells: Sequence[Cell], own: Node) -> None:
        for at, depth in self.columns.weights:
            cell = cells[at]
            if not cell or id(cell) in self.used:
                continue
            self.used.add(id(cell))
            node = self._owner(cell, own) if not depth else own
            while depth and node.depth > depth and node.parent is not None:
                node = node.parent
            value = weight_of(cell.text)
            if value is None:
                self.read_into.unread.append(Unread.of(cell, f"不是分值；“{node.name}”没有写 weight"))
            elif node.weight is not None and node.weight != value:
                why = f"“{node.name}”的分值已写作 {node.weight}（{(node.weight_cell or node.cell).source.place}），两处不同"
                self.read_into.unread.append(Unread.of(cell, why))
            else:
                node.weight, node.weight_cell = value, cell


def weight_of(text: str) -> Decimal | None:
    """A weight as a cell writes it: 20, 20分, 20%, （20）."""
    found = _WEIGHT.fullmatch(fold(text))
    try:
        return Decimal(found[1]) if found else None
    except InvalidOperation:
        return None
