"""A worksheet while it is being read, and the Table that it becomes: the box around its content, merges clipped to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import product

from scorer.forms.files import limits
from scorer.model import Cell, Source, Table

BLANKS_PLACED = 20_000
"""Tables up to this many positions get a located cell for every blank one, so that a missing figure has a place."""

BLANKS_A_CELL = 30
"""Larger ones too, as long as there are no more positions than this to a filled cell: a stray cell far off is no form."""

MERGE_WORK = 8_000_000
"""Positions that all merged areas together may cover; honest areas do not overlap."""


@dataclass(slots=True)
class Sheet:
    """What was found in one worksheet: text, number and doubt by position, counted from 0."""

    path: str
    name: str
    hidden: bool = False
    most_cells: int = limits.CELLS
    row: int = -1
    filled: dict[tuple[int, int], tuple[str, Decimal | None, str]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def begin_row(self, row: int) -> None:
        self.row = max(row, 0)

    def put(self, column: int, text: str, number: Decimal | None = None, doubt: str = "") -> None:
        """Notes the cell of the current row; blanks without a doubt are not noted."""
        if not doubt and not text.strip():
            return
        if not 0 <= column < limits.COLUMNS:
            raise limits.too_much(
                self.path, f"工作表“{self.name}”的列数", "", limits.COLUMNS, "请删去表格以外的内容后另存"
            )
        if len(text) > limits.CELL_CHARACTERS:
            most = f"{limits.CELL_CHARACTERS} 字"
            raise limits.too_much(self.path, f"单元格 {place(self.row, column)} 的字数 ", len(text), most, "请核对该单元格")
        self.filled[self.row, column] = (text, number, doubt)
        self.check()

    def check(self) -> None:
        """Refuses a sheet with more cells than a file may have."""
        if len(self.filled) > self.most_cells:
            raise limits.too_much(
                self.path, "有内容的单元格数", "", limits.CELLS, "自评表用不了这么多，请只保留自评表所在的工作表后另存"
            )


def place(row: int, column: int) -> str:
    """``F12`` for row 11 and column 5, both counted from 0."""
    return f"{letters_of(column)}{row + 1}"


@lru_cache(maxsize=20_000)
def letters_of(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def table_of(sheet: Sheet) -> Table | None:
    """The sheet as a Table, None when it is blank. `ReadError` when its box is beyond the limits."""
    filled = sheet.filled
    if not filled:
        return None
    rows = max(row for row, _ in filled) + 1
    columns = max(column for _, column in filled) + 1
    if rows * columns > limits.GRID:
        far = place(*max(filled, key=lambda position: (position[0] + 1) * (position[1] + 1)))
        raise limits.too_much(
            sheet.path,
            f"工作表“{sheet.name}”的范围",
            f"{rows} 行 × {columns} 列（到 {far}）",
            f"{limits.GRID} 格",
            "请删去表格以外的内容后另存",
        )
    # A merged title or an empty merged remark may reach beyond the last filled cell: the box follows, within reason.
    for top, left, bottom, right in sheet.merged:
        if (top, left) in filled and (max(rows, bottom + 1) * max(columns, right + 1)) <= BLANKS_PLACED:
            rows, columns = max(rows, bottom + 1), max(columns, right + 1)
    spans, covered = _merge(sheet, rows, columns)
    positions = (
        product(range(rows), range(columns))
        if rows * columns <= max(BLANKS_PLACED, BLANKS_A_CELL * len(filled))
        else sorted(filled)
    )
    letters = [letters_of(column) for column in range(columns)]
    path, name = sheet.path, sheet.name
    partly_hidden = bool(sheet.hidden_rows or sheet.hidden_columns)
    cells: list[Cell] = []
    for position in positions:
        if position in covered:
            continue
        row, column = position
        text, number, doubt = filled.get(position, BLANK)
        rowspan, colspan, lost = spans.get(position, SINGLE)
        if lost or (partly_hidden and (text or doubt)):
            hidden = ("隐藏行" if row in sheet.hidden_rows else "", "隐藏列" if column in sheet.hidden_columns else "")
            doubt = "；".join(filter(None, (doubt, *hidden, lost)))
        source = Source(path, name, f"{letters[column]}{row + 1}")
        cells.append(Cell(text, source, row, column, rowspan, colspan, number, doubt))
    return Table(name, tuple(cells), rows, columns, sheet.hidden)


BLANK: tuple[str, Decimal | None, str] = ("", None, "")
SINGLE = (1, 1, "")


def _merge(
    sheet: Sheet, rows: int, columns: int
) -> tuple[dict[tuple[int, int], tuple[int, int, str]], set[tuple[int, int]]]:
    """Anchors with their spans and what they hide, and the positions that are hidden behind an anchor."""
    spans: dict[tuple[int, int], tuple[int, int, str]] = {}
    covered: set[tuple[int, int]] = set()
    work = 0
    for top, left, bottom, right in sheet.merged:
        bottom, right = min(bottom, rows - 1), min(right, columns - 1)
        height, width = bottom - top + 1, right - left + 1
        if height < 1 or width < 1 or height * width == 1 or (top, left) in covered or (top, left) in spans:
            continue
        work += height * width
        if work > MERGE_WORK:
            raise limits.refusal(sheet.path, f"工作表“{sheet.name}”的合并区域相互重叠", "请取消合并后另存")
        lost: list[str] = []
        for position in product(range(top, bottom + 1), range(left, right + 1)):
            if position != (top, left):
                covered.add(position)
                if position in sheet.filled and sheet.filled[position][0]:
                    lost.append(place(*position))
        shown = "、".join(lost[:3])
        spans[top, left] = (height, width, f"合并单元格遮住了 {shown} 的内容" if lost else "")
    # An area that overlaps an earlier one must not hide that one's anchor.
    covered.difference_update(spans)
    return spans, covered
