"""The official form (项目支出绩效自评表 and its kin) as a grid of boxes, before any file format.

`lay_out` places what a submission says: title and year, head, money, goals, indicators with merged levels, total, grade,
notes. The writers of `scorer.forms.writing` only draw the boxes. Columns beyond the usual ones are there when the
submission has them.

The layout is that of the form annexed to 财预〔2020〕10号, as printed by about ten provinces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from scorer.forms.readers import record
from scorer.model import EMPTY, Answer, Branch, Cell, Funds, ScorerError, Submission

Role = Literal["title", "subtitle", "label", "heading", "level", "text", "figure", "note"]

LEVELS = ("一级指标", "二级指标", "三级指标", "四级指标")
FIELDS = {
    "direction": "指标性质",
    "target": "年度指标值",
    "unit": "度量单位",
    "actual": "实际完成值",
    "weight": "分值",
    "coefficient": "得分系数",
    "claimed": "得分",
    "reviewed": "复核分",
    "standard": "评分标准",
    "evidence": "佐证材料",
    "reason": "偏差原因分析及改进措施",
}
FIGURES = frozenset({"weight", "coefficient", "claimed", "reviewed"})
DIRECTIONS = {"": "", "forward": "正向", "reverse": "反向", "qualitative": "定性"}
MONEY = {
    "initial": "年初预算数",
    "budget": "全年预算数（A）",
    "received": "到位数",
    "executed": "全年执行数（B）",
    "weight": "分值",
    "rate": "执行率（B/A）",
    "claimed": "得分",
    "reason": "偏差原因",
}
USUAL_MONEY = ("initial", "budget", "executed", "weight", "rate", "claimed")
SCORED_MONEY = frozenset({"weight", "claimed"})
AMOUNTS = frozenset({"initial", "budget", "received", "executed"})
DEFAULT_TITLE = "绩效自评表"
PART = "其中："
BLANK_YEAR = "\u3000\u3000\u3000"  # to be written in by hand, as on the printed form
NARROWEST = 6  # columns, so that head and goals have room

# widths in columns of a terminal, a Chinese character being two
LEVEL_WIDTHS = {1: (28,), 2: (12, 26), 3: (10, 13, 22), 4: (10, 11, 14, 22)}
WIDTHS = {"direction": 9, "unit": 9, "weight": 8, "coefficient": 9, "claimed": 9, "reviewed": 9, "reason": 20}
WIDTH = 16
NARROWEST_MONEY = 9
PORTRAIT = 116  # a wider form lies on its side
LINE, MARGIN = 14.5, 7.0  # heights in points
LOWEST, HIGHEST = 24.0, 400.0
ROOM = {"title": 34.0, "goal": 60.0}  # least heights: of the title, and of goals that are still to be written


@dataclass(frozen=True, slots=True)
class Box:
    """A merged area at `row` and `column` (from 0), `rows` × `columns` large.

    `cell` holds its words; `role` says how it looks; `field` what its figure is, where a writer makes more of it:
    "weight", "claimed", "total", "funds.rate" and so on.
    """

    row: int
    column: int
    cell: Cell
    rows: int = 1
    columns: int = 1
    role: Role = "text"
    field: str = ""

    @property
    def text(self) -> str:
        return printable(self.cell.text)


@dataclass(frozen=True, slots=True)
class OfficialForm:
    """A form laid out: every place of the `rows` × `columns` grid lies in one box.

    `widths` of the columns in half-width characters, `heights` of the rows in points as far as words need them;
    `header` the row of the indicator table's headings, None without indicators; `tables_at` the first row below title
    and year.
    """

    title: str
    boxes: tuple[Box, ...]
    rows: int
    columns: int
    widths: tuple[int, ...]
    heights: tuple[float, ...]
    header: int | None
    tables_at: int

    @property
    def landscape(self) -> bool:
        return sum(self.widths) > PORTRAIT

    def of(self, field: str) -> list[Box]:
        """The boxes of a field, from top to bottom."""
        return [box for box in self.boxes if box.field == field]


@dataclass(frozen=True, slots=True)
class Printed:
    """The words of a place's own form: headings of the indicator table and of the money block, by field."""

    columns: Mapping[str, str] = field(default_factory=dict)
    funds: Mapping[str, str] = field(default_factory=dict)


NATIONAL = Printed()


def lay_out(submission: Submission, title: str = "", printed: Printed = NATIONAL) -> OfficialForm:
    """The form from its title to its last line; `title` is printed where the submission has none.

    `printed` gives the headings, and the order of those columns, where a place has its own.

    Raises:
        ScorerError: more levels than the official form has columns for.
    """
    levels = max([1, *(len(answer.path) for answer in submission.answers)])
    if levels > len(LEVELS):
        raise ScorerError(f"指标有 {levels} 级，官方表式最多四级。请改存为 .toml。")
    table = _Table(submission, levels, printed)
    placed: list[Box] = []
    row = tables_at = 0
    header: int | None = None
    for name, block in (
        ("title", _title(submission, title, table.width)),
        ("head", _head(submission, title, table.width)),
        ("funds", _funds(submission, title, table.width, printed)),
        ("goals", _goals(submission, table.width)),
        ("indicators", table.boxes()),
        ("foot", _foot(submission, table)),
    ):
        if name == "head":
            tables_at = row
        drawn = list(block)
        if name == "indicators" and drawn:
            header = row
        placed += [replace(box, row=row + box.row) for box in drawn]
        row += max((box.row + box.rows for box in drawn), default=0)
    placed = _whole(placed, row, table.width)
    widths = table.widths()
    named = submission.title.text.strip() or title or DEFAULT_TITLE
    return OfficialForm(
        printable(named), tuple(placed), row, table.width, widths, _heights(placed, row, widths), header, tables_at
    )


def boxes(submission: Submission) -> tuple[Box, ...]:
    """The boxes alone, in reading order; each keeps the cell that it shows, with its source. Raises as `lay_out` does."""
    return lay_out(submission).boxes


def printable(text: str) -> str:
    """The text with line breaks as ``\\n`` and without the characters that an XML document cannot hold."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        letter
        for letter in lines
        if letter in "\n\t" or " " <= letter < "\ud800" or "\ue000" <= letter < "\ufffe" or letter > "\uffff"
    )


def label(text: str) -> Cell:
    return Cell(text)


def _line(row: int, parts: Sequence[tuple[Box | Cell | str, int]]) -> Iterator[Box]:
    """One row of boxes side by side; words given as `str` are labels of the form itself."""
    column = 0
    for part, columns in parts:
        if isinstance(part, Box):
            yield replace(part, row=row, column=column, columns=columns)
        elif isinstance(part, str):
            yield Box(row, column, label(part), columns=columns, role="label")
        else:
            yield Box(row, column, part, columns=columns)
        column += columns


def _beside(boxes: Iterator[Box]) -> Iterator[Box]:
    """The boxes one column further to the right: beside the label of their block."""
    return (replace(box, column=box.column + 1) for box in boxes)


def _whole(placed: Sequence[Box], rows: int, columns: int) -> list[Box]:
    """The boxes in reading order, with blank ones where none stands, so that every place has its border."""
    taken = [[False] * columns for _ in range(rows)]
    for box in placed:
        for row in taken[box.row : box.row + box.rows]:
            row[box.column : box.column + box.columns] = [True] * box.columns
    blanks = [Box(row, column, EMPTY) for row in range(rows) for column in range(columns) if not taken[row][column]]
    return sorted([*placed, *blanks], key=lambda box: (box.row, box.column))


# --------------------------------------------------------------------------------------------- title, head, money, goals


def _title(submission: Submission, title: str, width: int) -> Iterator[Box]:
    words = submission.title if submission.title.text.strip() else label(title or DEFAULT_TITLE)
    yield Box(0, 0, words, columns=width, role="title", field="title")
    year = BLANK_YEAR if submission.year is None else submission.year
    yield Box(1, 0, label(f"（{year}年度）"), columns=width, role="subtitle")


def _head(submission: Submission, title: str, width: int) -> Iterator[Box]:
    if _of_unit(submission, title):
        yield from _line(0, [("单位名称", 1), (label(submission.unit), width - 1)])
        return
    half = width // 2
    yield from _line(0, [("项目名称", 1), (label(submission.project), width - 1)])
    names = [("主管部门", submission.department, half), ("实施单位", submission.unit, width - half)]
    yield from _line(1, [part for name, words, room in names for part in ((name, 1), (label(words), room - 1))])


def _of_unit(submission: Submission, title: str) -> bool:
    """Is this the form of a whole unit, and of no project?"""
    whole = f"{submission.title.text}{title}"
    named = bool(submission.unit) or "整体" in whole or ("部门" in whole and "项目" not in whole)
    return named and not submission.project and not submission.department


def money_columns(submission: Submission) -> list[str]:
    """The columns of the money block: the usual ones, and those that any row fills; no points where none are given."""
    if not submission.funds:
        return []
    filled = {name for name in MONEY for row in submission.funds if getattr(row, name)}
    scored = bool(filled & SCORED_MONEY) or not submission.columns or "weight" in submission.columns
    usual = [name for name in USUAL_MONEY if scored or name not in SCORED_MONEY]
    return [name for name in MONEY if name in usual or name in filled]


def _funds(submission: Submission, title: str, width: int, printed: Printed) -> Iterator[Box]:
    if not submission.funds:
        return
    named = money_columns(submission)
    unit = submission.funds[0].unit
    room = width - 1 - len(named)
    block = "年度资金" if _of_unit(submission, title) else "项目资金"
    yield Box(0, 0, label(f"{block}\n（{unit}）"), rows=len(submission.funds) + 1, role="label")
    yield from _beside(_line(0, [("", room), *((printed.funds.get(name, MONEY[name]), 1) for name in named)]))
    for number, funds in enumerate(submission.funds):
        above = submission.funds[number - 1] if number else None
        source = Box(0, 0, label(_source(funds, above)), role="label")
        figures = [
            (Box(0, 0, _amount(getattr(funds, name), funds, unit, name), role=_money_role(name), field=_field(funds, name)), 1)
            for name in named
        ]
        yield from _beside(_line(number + 1, [(source, room), *figures]))


def _money_role(name: str) -> Role:
    return "text" if name == "reason" else "figure"


def _field(funds: Funds, name: str) -> str:
    return f"funds.{name}" if funds.total else ""


def _source(funds: Funds, above: Funds | None) -> str:
    """The name of a row; 其中 before the parts of another part, and before the first part of the whole."""
    first = above is not None and above.total and not funds.total
    marked = (first or funds.part_of is not None) and not funds.source.startswith("其中")
    return f"{PART}{funds.source}" if marked else funds.source


def _amount(cell: Cell, funds: Funds, unit: str, name: str) -> Cell:
    """A figure of the money block; one in another unit than the block's says so itself."""
    return Cell(f"{cell.text}{funds.unit}") if name in AMOUNTS and cell and funds.unit != unit else cell


def _goals(submission: Submission, width: int) -> Iterator[Box]:
    if not submission.goals:
        return
    half = (width - 1) // 2
    yield Box(0, 0, label("年度总体目标"), rows=len(submission.goals) + 1, role="label")
    yield from _beside(_line(0, [("预期目标", half), ("实际完成情况", width - 1 - half)]))
    for number, goal in enumerate(submission.goals, 1):
        words = [(Box(0, 0, cell, field="goal"), room) for cell, room in ((goal.target, half), (goal.actual, width - 1 - half))]
        yield from _beside(_line(number, words))


# ---------------------------------------------------------------------------------------------------------- indicators


class _Table:
    """The indicator table: its columns, its rows with merged levels, the rows of subtotals among them."""

    def __init__(self, submission: Submission, levels: int, printed: Printed) -> None:
        self.submission = submission
        self.levels = levels
        listed = submission.columns or (record.COLUMNS if submission.answers else ())
        self.headings = {**printed.columns, **{name: words for name, words in FIELDS.items() if name not in printed.columns}}
        self.fields = [
            name for name in self.headings if name in listed or any(_value(answer, name) for answer in submission.answers)
        ]
        self.columns = levels + len(self.fields)
        self.width = max(self.columns, len(money_columns(submission)) + 2, NARROWEST)
        self.spare = self.width - self.columns

    def widths(self) -> tuple[int, ...]:
        named = [*LEVEL_WIDTHS[self.levels], *(WIDTHS.get(name, WIDTH) for name in self.fields)]
        widths = [*named, *[14] * self.spare]
        # the figures of the money block stand in the last columns, whatever those are for the indicators
        for column in range(self.width - len(money_columns(self.submission)), self.width):
            widths[column] = max(widths[column], NARROWEST_MONEY)
        return tuple(widths)

    def boxes(self) -> Iterator[Box]:
        answers = self.submission.answers
        if not answers:
            return
        names = LEVELS[: self.levels] if self.levels > 1 else ("指标名称",)
        headings = [*names, *(self.headings[name] for name in self.fields)]
        yield from self._row(0, [Box(0, 0, label(words), role="heading") for words in headings])
        subtotals = self._subtotals()
        at: list[int] = []  # the line of each answer
        line = 1
        for number in range(len(answers)):
            at.append(line)
            line += 1
            if number in subtotals:
                yield from self.sum_line(line, "小计", subtotals[number].weight, subtotals[number].claimed)
                line += 1
        yield from self._level_boxes(at, {id(branch) for branch in subtotals.values()})
        for row, answer in zip(at, answers, strict=True):
            values = [Box(0, 0, _value(answer, name), role=_role(name), field=name) for name in self.fields]
            yield from (replace(box, column=box.column + self.levels) for box in self._row(row, values, self.levels))

    def _row(self, row: int, boxes: Sequence[Box], first: int = 0) -> Iterator[Box]:
        """Boxes side by side, one a column; the last one reaches to the edge of the form."""
        last = self.columns - first - 1
        yield from _line(row, [(box, 1 + self.spare if place == last else 1) for place, box in enumerate(boxes)])

    def _level_boxes(self, at: Sequence[int], summed: set[int]) -> Iterator[Box]:
        """The names of the levels, each over the rows that it holds."""
        answers = self.submission.answers
        printed = {
            branch.path: branch.weight.text.strip()
            for branch in self.submission.branches
            if branch.path and branch.weight and id(branch) not in summed
        }
        for depth in range(self.levels):
            start = 0
            while start < len(answers):
                path = answers[start].path
                if depth >= len(path):
                    start += 1
                    continue
                end = start + 1
                last = depth + 1 == len(path)
                while not last and end < len(answers) and at[end] == at[end - 1] + 1 and _goes_on(answers[end], path, depth):
                    end += 1
                weight = "" if last else printed.get(path[: depth + 1], "")
                name = path[depth] + (f"（{weight.removesuffix('分')}分）" if weight else "")
                # the last name of a short path reaches to the last level's column
                columns = self.levels - depth if last else 1
                yield Box(at[start], depth, label(name), at[end - 1] - at[start] + 1, columns, role="level")
                start = end

    def _subtotals(self) -> dict[int, Branch]:
        """The printed subtotals of the first level, by the index of the last answer below them."""
        last = {answer.path[:1]: number for number, answer in enumerate(self.submission.answers)}
        return {
            last[branch.path]: branch for branch in self.submission.branches if branch.claimed and branch.path in last
        }

    def sum_line(self, row: int, words: str, weight: Cell, claimed: Cell, field: str = "") -> Iterator[Box]:
        """A row of sums: its words up to the first column of figures, then the figures in their columns."""
        before = next((place for place, name in enumerate(self.fields) if name in ("weight", "claimed")), None)
        if before is None:
            rest = self.width - 1
            yield from _line(row, [(words, 1), (Box(0, 0, claimed or weight, role="figure", field=field), rest)])
            return
        parts: list[tuple[Box | Cell | str, int]] = [(words, self.levels + before)]
        for name in self.fields[before:]:
            value = {"weight": weight, "claimed": claimed}.get(name, EMPTY)
            parts.append((Box(0, 0, value, role="figure", field=field if name == "claimed" else ""), 1))
        if "claimed" not in self.fields and claimed:
            parts[-1] = (Box(0, 0, claimed, role="figure", field=field), 1)
        yield from _line(row, [*parts, (EMPTY, self.spare)] if self.spare else parts)


def _value(answer: Answer, name: str) -> Cell:
    if name == "unit":
        return label(answer.unit)
    if name == "direction":
        return label(DIRECTIONS[answer.direction])
    cell: Cell = getattr(answer, name)
    return cell


def _role(name: str) -> Role:
    return "figure" if name in FIGURES or name in ("direction", "unit") else "text"


def _goes_on(answer: Answer, path: tuple[str, ...], depth: int) -> bool:
    return len(answer.path) > depth + 1 and answer.path[: depth + 1] == path[: depth + 1]


def _foot(submission: Submission, table: _Table) -> Iterator[Box]:
    row = 0
    whole = next((branch.weight for branch in submission.branches if not branch.path), EMPTY)
    if submission.claimed_total or whole:
        yield from table.sum_line(row, "总分", whole, submission.claimed_total, "total")
        row += 1
    for words, cell in (
        ("自评等级", submission.claimed_grade),
        ("偏差原因分析及改进措施", submission.reason),
        ("存在问题", submission.problems),
    ):
        if cell:
            yield from _line(row, [(words, 1), (cell, table.width - 1)])
            row += 1
    for number, note in enumerate(submission.notes):
        # a reader gives 注：… twice, as the cell and as what follows the label
        if not any(earlier.text.endswith(note.text) for earlier in submission.notes[:number]):
            yield Box(row, 0, note, columns=table.width, role="note")
            row += 1


# ------------------------------------------------------------------------------------------------------------- heights


def _heights(boxes: Sequence[Box], rows: int, widths: Sequence[int]) -> tuple[float, ...]:
    """The height that each row needs for its words: programs do not measure merged cells themselves."""
    heights = [LOWEST] * rows
    for box in sorted(boxes, key=lambda box: box.rows):
        room = max(sum(widths[box.column : box.column + box.columns]) - 2, 4)
        needed = max(lines_of(box.text, room) * LINE + MARGIN, ROOM.get(box.field, 0.0))
        missing = needed - sum(heights[box.row : box.row + box.rows])
        for row in range(box.row, box.row + box.rows):
            heights[row] = min(heights[row] + max(missing, 0.0) / box.rows, HIGHEST)
    return tuple(round(height, 2) for height in heights)


def lines_of(text: str, room: int) -> int:
    """Lines that a text takes in `room` half-width characters; everything beyond Latin is two wide."""
    return sum(
        max(-(-sum(1 if letter < "\u0370" else 2 for letter in line) // room), 1) for line in text.split("\n")
    )


def points(value: Decimal | None) -> Cell:
    """Points as a cell that holds a number, blank for None."""
    return EMPTY if value is None else Cell(f"{value.normalize():f}", number=value.normalize())
