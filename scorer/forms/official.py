"""A submission written as a form: the official layout as .xlsx, .docx or .csv, or a record in .toml.

`boxes` lays the form out once, as merged boxes of text; the writers only draw them. What the readers of this package
make of the written form has the same answers, funds and goals; `unplaced` says what the official layout has no place
for. To add a format: a function here and a line in `WRITERS`.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scorer.forms import record
from scorer.model import EMPTY, Answer, Branch, Cell, Funds, Goal, ScorerError, Submission
from scorer.sets import IndicatorSet

LEVELS = ("一级指标", "二级指标", "三级指标", "四级指标")
FIELDS = {
    "target": "年度指标值",
    "actual": "实际完成值",
    "weight": "分值",
    "coefficient": "得分系数",
    "claimed": "得分",
    "reviewed": "复核分",
    "standard": "评分标准",
    "evidence": "佐证材料",
    "reason": "偏差原因分析及改进措施",
}
MONEY = {
    "initial": "年初预算数",
    "budget": "全年预算数",
    "received": "到位数",
    "executed": "全年执行数",
    "weight": "分值",
    "rate": "执行率",
    "claimed": "得分",
    "reason": "偏差原因",
}
USUAL_MONEY = ("initial", "budget", "executed", "weight", "rate", "claimed")
PART = "其中："
FILL_IN = "指标1："  # as the official blank form prints it; F604 says so when it is left standing
NARROWEST = 6  # columns, so that head and goals have room
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_NUMBER = 15  # digits that a spreadsheet's number holds exactly
EPOCH = datetime(2000, 1, 1)  # written files carry no time: the same form gives the same bytes


@dataclass(frozen=True, slots=True)
class Box:
    """A merged area of the form at `row` and `column` (from 0), `rows` × `columns` large."""

    row: int
    column: int
    cell: Cell
    rows: int = 1
    columns: int = 1
    heading: bool = False


# ------------------------------------------------------------------------------------------------------------- layout


def boxes(submission: Submission) -> list[Box]:
    """The form from its title to its last line; every place of the grid lies in one box."""
    levels = max([3, *(len(answer.path) for answer in submission.answers)])
    if levels > len(LEVELS):
        raise ScorerError(f"指标有 {levels} 级，官方表式最多四级；请改存为 .toml。")
    fields = _fields(submission)
    width = max(levels + len(fields), len(_money(submission)) + 2, NARROWEST)
    placed: list[Box] = []
    row = 0
    for block in (
        _head(submission, width),
        _funds(submission, width),
        _goals(submission, width),
        _indicators(submission, levels, fields, width),
        _foot(submission, levels, fields, width),
    ):
        lines = list(block)
        placed += [Box(row + box.row, box.column, box.cell, box.rows, box.columns, box.heading) for box in lines]
        row += max((box.row + box.rows for box in lines), default=0)
    return placed


def label(text: str) -> Cell:
    return Cell(text)


def _line(row: int, parts: Sequence[tuple[Cell | str, int]]) -> Iterator[Box]:
    """One row of boxes side by side; words given as `str` are labels of the form itself."""
    column = 0
    for part, columns in parts:
        if isinstance(part, str):
            yield Box(row, column, label(part), columns=columns, heading=bool(part))
        else:
            yield Box(row, column, part, columns=columns)
        column += columns


def _head(submission: Submission, width: int) -> Iterator[Box]:
    title = submission.title.text or "绩效自评表"
    yield from _line(0, [(title, width)])
    row = 1
    if submission.year is not None:
        yield from _line(row, [(f"（{submission.year}年度）", width)])
        row += 1
    half = width // 2
    yield from _line(row, [("项目名称", 1), (label(submission.project), width - 1)])
    yield from _line(
        row + 1,
        [
            ("主管部门", 1),
            (label(submission.department), half - 1),
            ("实施单位", 1),
            (label(submission.unit), width - half - 1),
        ],
    )


def _funds(submission: Submission, width: int) -> Iterator[Box]:
    if not submission.funds:
        return
    named = _money(submission)
    unit = submission.funds[0].unit
    spare = width - 2 - len(named)
    yield Box(0, 0, label(f"项目资金（{unit}）"), rows=len(submission.funds) + 1, heading=True)
    header: list[tuple[Cell | str, int]] = [("", 1 + spare), *((MONEY[name], 1) for name in named)]
    yield from (_beside(box) for box in _line(0, header))
    for number, funds in enumerate(submission.funds, 1):
        figures: list[tuple[Cell | str, int]] = [(_amount(getattr(funds, name), funds, unit, name), 1) for name in named]
        name: tuple[Cell | str, int] = (label(_source(funds)), 1 + spare)
        yield from (_beside(box) for box in _line(number, [name, *figures]))


def _money(submission: Submission) -> list[str]:
    """The columns of the money block: the usual ones, and those that any row fills."""
    filled = {name for name in MONEY for row in submission.funds if getattr(row, name)}
    return [name for name in MONEY if name in USUAL_MONEY or name in filled] if submission.funds else []


def _beside(box: Box) -> Box:
    return Box(box.row, box.column + 1, box.cell, box.rows, box.columns, box.heading)


def _source(funds: Funds) -> str:
    return f"{PART}{funds.source}" if funds.part_of is not None else funds.source


def _amount(cell: Cell, funds: Funds, unit: str, name: str) -> Cell:
    """A figure of the money block; one in another unit than the block's says so itself."""
    money = name in ("initial", "budget", "received", "executed")
    return Cell(f"{cell.text}{funds.unit}") if money and cell and funds.unit != unit else cell


def _goals(submission: Submission, width: int) -> Iterator[Box]:
    if not submission.goals:
        return
    half = (width - 1) // 2
    yield Box(0, 0, label("年度总体目标"), rows=len(submission.goals) + 1, heading=True)
    yield from (_beside(box) for box in _line(0, [("预期目标", half), ("实际完成情况", width - 1 - half)]))
    for number, goal in enumerate(submission.goals, 1):
        yield from (_beside(box) for box in _line(number, [(goal.target, half), (goal.actual, width - 1 - half)]))


def _fields(submission: Submission) -> list[str]:
    """The columns of the indicator table: those that the form has, and those that any row fills."""
    listed = submission.columns or record.COLUMNS
    return [name for name in FIELDS if name in listed or any(getattr(answer, name) for answer in submission.answers)]


def _indicators(submission: Submission, levels: int, fields: list[str], width: int) -> Iterator[Box]:
    if not submission.answers:
        return
    spare = width - levels - len(fields)
    headings = [*LEVELS[:levels], *(FIELDS[name] for name in fields)]
    yield from _line(0, [(words, 1 + spare if place + 1 == len(headings) else 1) for place, words in enumerate(headings)])
    subtotals = _subtotals(submission)
    rows: list[Answer] = []
    at: list[int] = []  # the line of each answer
    line = 1
    for number, answer in enumerate(submission.answers):
        rows.append(answer)
        at.append(line)
        line += 1
        if number in subtotals:
            yield from _sum_line(line, "小计", subtotals[number].weight, subtotals[number].claimed, levels, fields, width)
            line += 1
    summed = {branch.path for branch in subtotals.values()}
    printed = {
        branch.path: branch.weight
        for branch in submission.branches
        if branch.path and branch.weight and not (branch.claimed and branch.path in summed)
    }
    for depth in range(levels):
        start = 0
        while start < len(rows):
            path = rows[start].path
            if depth >= len(path):
                start += 1
                continue
            end = start + 1
            last = depth + 1 == len(path)
            while not last and end < len(rows) and at[end] == at[end - 1] + 1 and _goes_on(rows[end], path, depth):
                end += 1
            name = path[depth] + (f"（{printed[path[: depth + 1]].text}）" if path[: depth + 1] in printed else "")
            # the last name of a short path reaches to the last level's column
            yield Box(at[start], depth, label(name), rows=end - start, columns=levels - depth if last else 1)
            start = end
    for number, answer in zip(at, rows, strict=True):
        for place, name in enumerate(fields):
            columns = 1 + spare if place + 1 == len(fields) else 1
            yield Box(number, levels + place, getattr(answer, name), columns=columns)


def _subtotals(submission: Submission) -> dict[int, Branch]:
    """The printed subtotals of the first level, by the index of the last answer below them."""
    last = {answer.path[:1]: number for number, answer in enumerate(submission.answers)}
    return {last[branch.path]: branch for branch in submission.branches if branch.claimed and branch.path in last}


def _sum_line(
    row: int, words: str, weight: Cell, claimed: Cell, levels: int, fields: list[str], width: int
) -> Iterator[Box]:
    """A row of sums: its words up to the first column of figures, then the figures in their columns."""
    before = next((place for place, name in enumerate(fields) if name in ("weight", "claimed")), len(fields))
    parts: list[tuple[Cell | str, int]] = [(words, levels + before)]
    parts += [({"weight": weight, "claimed": claimed}.get(name, EMPTY), 1) for name in fields[before:]]
    spare = width - levels - len(fields)
    yield from _line(row, [*parts, (EMPTY, spare)] if spare else parts)


def _goes_on(answer: Answer, path: tuple[str, ...], depth: int) -> bool:
    return len(answer.path) > depth + 1 and answer.path[: depth + 1] == path[: depth + 1]


def _foot(submission: Submission, levels: int, fields: list[str], width: int) -> Iterator[Box]:
    row = 0
    whole = next((branch.weight for branch in submission.branches if not branch.path), EMPTY)
    if submission.claimed_total or whole:
        yield from _sum_line(row, "总分", whole, submission.claimed_total, levels, fields, width)
        row += 1
    for words, cell in (
        ("自评等级", submission.claimed_grade),
        ("偏差原因分析及改进措施", submission.reason),
        ("存在问题", submission.problems),
    ):
        if cell:
            yield from _line(row, [(words, 1), (cell, width - 1)])
            row += 1
    for number, note in enumerate(submission.notes):
        if not any(earlier.text.endswith(note.text) for earlier in submission.notes[:number]):
            yield from _line(row, [(note, width)])
            row += 1


# -------------------------------------------------------------------------------------------------------- empty forms


def empty(indicators: IndicatorSet) -> Submission:
    """A form of that set to be filled in: its levels and weights, an open level with one row to name."""
    answers = []
    branches = []
    for indicator in indicators.indicators.values():
        if indicator.group:
            if indicator.leaf:  # a flat list: rows without a level above them
                answers.append(Answer((FILL_IN,), (label(FILL_IN),)))
            continue
        weight = points(indicator.weight)
        if not indicator.leaf or indicator.open:
            branches += [Branch(indicator.path, weight)] if weight else []
        if indicator.leaf:
            path = (*indicator.path, FILL_IN) if indicator.open else indicator.path
            names = tuple(label(name) for name in path)
            answers.append(Answer(path, names, weight=EMPTY if indicator.open else weight))
    scored = indicators.points
    return Submission(
        set=indicators.id,
        title=label(indicators.title),
        answers=tuple(answers),
        branches=(*branches, Branch((), points(indicators.full))) if scored else (),
        funds=(
            Funds("年度资金总额", label("年度资金总额"), weight=points(indicators.execution.weight or None), total=True),
            Funds("当年财政拨款", label("当年财政拨款"), part_of=0),
            Funds("上年结转资金", label("上年结转资金"), part_of=0),
            Funds("其他资金", label("其他资金"), part_of=0),
        ),
        goals=(Goal(),),
        columns=record.COLUMNS if scored else ("target", "actual", "reason"),
    )


def points(value: Decimal | None) -> Cell:
    """Points as a cell that holds a number, blank for None."""
    return EMPTY if value is None else Cell(f"{value.normalize():f}", number=value.normalize())


def unplaced(submission: Submission) -> list[str]:
    """What the official layout has no place for, in words."""
    left = []
    if submission.set:
        left.append("指标体系名称（set）")
    if submission.claims:
        left.append(f"正文中的数字 {len(submission.claims)} 处（claim）")
    if any(len(branch.path) > 1 and branch.claimed for branch in submission.branches):
        left.append("二级及以下的小计得分（branch.claimed）")
    if any(answer.unit for answer in submission.answers):
        left.append("度量单位（unit）")
    if any(answer.direction for answer in submission.answers):
        left.append("指标性质（direction）")
    return left


# ------------------------------------------------------------------------------------------------------------ writers


def toml(submission: Submission) -> bytes:
    return record.dump(submission).encode()


def comma_separated(submission: Submission) -> bytes:
    """UTF-8 with a mark, as spreadsheet programs expect it; nothing in it can become a formula."""
    placed = boxes(submission)
    height = max(box.row + box.rows for box in placed)
    width = max(box.column + box.columns for box in placed)
    grid = [[""] * width for _ in range(height)]
    for box in placed:
        grid[box.row][box.column] = armoured(box.cell.text)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(grid)
    return stream.getvalue().encode("utf-8-sig", "backslashreplace")


def armoured(text: str) -> str:
    """A text that a spreadsheet program would take for a formula, written so that it does not."""
    if not text.startswith(FORMULA):
        return text
    return f'="{text}"' if '"' not in text and len(text) <= 200 else f" {text}"


def workbook(submission: Submission) -> bytes:
    """One sheet; figures as numbers, everything else as text, merged as the form prints it."""
    import xlsxwriter

    placed = boxes(submission)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": EPOCH})
    sheet = book.add_worksheet("绩效自评表")
    shared = {"border": 1, "text_wrap": True, "align": "center", "valign": "vcenter", "font_name": "宋体", "font_size": 11}
    body, heading = book.add_format(shared), book.add_format({**shared, "bold": True})
    for box in placed:
        style = heading if box.heading else body
        last = (box.row + box.rows - 1, box.column + box.columns - 1)
        if last != (box.row, box.column):
            sheet.merge_range(box.row, box.column, *last, "", style)
        number = box.cell.number
        if number is not None and stored_exactly(number) and box.cell.text == f"{number:f}":
            sheet.write_number(box.row, box.column, float(number), style)
        elif box.cell.text:
            sheet.write_string(box.row, box.column, box.cell.text, style)
        else:
            sheet.write_blank(box.row, box.column, None, style)
    sheet.set_column(0, max(box.column for box in placed), 16)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    return stream.getvalue()


def stored_exactly(number: Decimal) -> bool:
    """Does a spreadsheet give back the same figure, with the same decimals, in general format?"""
    return len(number.as_tuple().digits) <= LONGEST_NUMBER and f"{number:f}" == f"{number.normalize():f}"


def document(submission: Submission) -> bytes:
    """One table on a landscape page, its merges written as XML (python-docx merges cell by cell, a second a form)."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.oxml import parse_xml

    written = docx.Document()
    section = written.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    written.element.body.insert(0, parse_xml(table_xml(boxes(submission))))
    stream = io.BytesIO()
    written.save(stream)
    return _without_times(stream.getvalue())


def table_xml(placed: Sequence[Box]) -> str:
    """The boxes as a WordprocessingML table: gridSpan across, vMerge down."""
    width = max(box.column + box.columns for box in placed)
    height = max(box.row + box.rows for box in placed)
    starts = {(row, box.column): box for box in placed for row in range(box.row, box.row + box.rows)}
    rows = []
    for row in range(height):
        cells = []
        for column in range(width):
            box = starts.get((row, column))
            if box is not None:
                cells.append(_cell_xml(box, first=row == box.row))
        rows.append(f"<w:tr>{''.join(cells)}</w:tr>")
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "<w:gridCol/>" * width
    return (
        '<w:tbl xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _cell_xml(box: Box, *, first: bool) -> str:
    span = f'<w:gridSpan w:val="{box.columns}"/>' if box.columns > 1 else ""
    merge = ('<w:vMerge w:val="restart"/>' if first else "<w:vMerge/>") if box.rows > 1 else ""
    lines = printable(box.cell.text).split("\n") if first else [""]
    bold = "<w:rPr><w:b/></w:rPr>" if box.heading else ""
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{_escaped(line)}</w:t>' for line in lines)
    return f"<w:tc><w:tcPr>{span}{merge}</w:tcPr><w:p><w:r>{bold}{runs}</w:r></w:p></w:tc>"


def printable(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(letter for letter in text if letter in "\n\t" or " " <= letter < "\ufffe" or letter > "\uffff")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _without_times(data: bytes) -> bytes:
    """A packed file with the same content and no times of writing in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename, EPOCH.timetuple()[:6]), source.read(entry), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


WRITERS: dict[str, Callable[[Submission], bytes]] = {
    ".toml": toml,
    ".xlsx": workbook,
    ".docx": document,
    ".csv": comma_separated,
}


def write_form(submission: Submission, suffix: str) -> bytes:
    """The submission as a form of the kind that a file's ending asks for.

    Raises:
        ScorerError: an ending that is not in `WRITERS`, or a form that the official layout cannot hold.
    """
    writer = WRITERS.get(suffix.lower())
    if writer is None:
        raise ScorerError(f"不能写成“{suffix}”；输出文件可用的后缀有：{' '.join(WRITERS)}。")
    return writer(submission)
