"""Tables about a whole batch as .xlsx, row after row: a hundred thousand submissions take no more memory than ten.

Figures are numbers, every other cell is written as text, so that no word of strangers becomes a formula or a link; the
only links lead to the reports that stand beside the workbook.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

from scorer.batch.overview import figures
from scorer.batch.overview.counts import Aggregates
from scorer.batch.overview.figures import Value
from scorer.batch.overview.region import REGION_WORDS, UNKNOWN
from scorer.batch.overview.risk import RISK_WORDS, Row
from scorer.batch.overview.summary import page_name
from scorer.report.sentences import printable
from scorer.report.width import width_of

EPOCH = datetime(2000, 1, 1)  # written files carry no time: the same results give the same bytes
LONGEST = 32_000  # characters; a cell holds 32 767
CUT = "…（以下略）"
SHARE = re.compile(r"[0-9.]{1,5}%|—")  # stands under figures, as they do
ROWS_MOST = 1_048_000  # a sheet holds 1 048 576
FONT = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
COLOURS = {"error": ("#FDECEB", "#B3201B"), "warning": ("#FDF3DD", "#8A5200"), "same": ("#E6F1F9", "#1D5A86")}
LIST = (
    *(("序号", 7), ("风险", 9), ("必改分", 8), ("说明分", 8), ("总分相差", 9), ("等级不同", 9)),
    *(("单位", 26), ("项目", 26), ("年度", 7), ("部门", 20), ("地区", 18), ("自评总分", 9), ("复算总分", 9), ("相差", 8)),
    *(("自评等级", 9), ("复算等级", 9), ("必改处数", 9), ("说明处数", 9), ("提示处数", 9)),
    *(("最重的一条", 50), ("代码", 24), ("指标体系", 20), ("编号", 10), ("文件", 40), ("报告", 8)),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of one table: `columns` with their widths in characters, and its rows, which may be streamed.

    `bar` draws the second column as bars.
    """

    name: str
    columns: Sequence[tuple[str, float]]
    rows: Iterable[Sequence[Value]]
    empty: str = "没有。"
    bar: bool = False


class Book:
    """A workbook written to `target` as its sheets come. `close` finishes it."""

    def __init__(self, target: BinaryIO | Any) -> None:
        from xlsxwriter import Workbook

        self.book = Workbook(
            target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        self.book.set_properties({"created": EPOCH, "author": "scorer"})
        self._formats: dict[str, Any] = {}

    def style(self, name: str) -> Any:
        """One of the few formats that the sheets use."""
        if name not in self._formats:
            self._formats[name] = self.book.add_format(FONT | _STYLES[name])
        return self._formats[name]

    def add(self, sheet: Sheet) -> int:
        """Write a sheet; gives the number of its rows."""
        page = self.start(sheet.name, [width for _, width in sheet.columns])
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_row(0, 30)
        for column, (heading, _) in enumerate(sheet.columns):
            page.write_string(0, column, heading, self.style("heading"))
        if sheet.bar:
            page.conditional_format(1, 1, ROWS_MOST, 1, {"type": "data_bar", "bar_color": "#F0B9B6", "bar_solid": True})
        count = 0
        for count, line in enumerate(sheet.rows, 1):
            if count > ROWS_MOST:
                page.write_string(count, 0, f"一张表只放得下 {ROWS_MOST} 行，其余见 submissions.parquet。", self.style("text"))
                break
            for column, value in enumerate(line):
                self.write(page, count, column, value)
        if not count:
            page.write_string(1, 0, sheet.empty, self.style("plain"))
        page.autofilter(0, 0, max(count, 1), len(sheet.columns) - 1)
        return count

    def start(self, name: str, widths: Sequence[float]) -> Any:
        """A new sheet set up to be printed on A4, one page wide."""
        page = self.book.add_worksheet(name)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(0.5, 0.5, 0.6, 0.7)
        page.set_footer("&L&A&R第 &P 页，共 &N 页")
        page.hide_gridlines(2)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        return page

    def write(self, page: Any, row: int, column: int, value: Value, style: str = "") -> None:
        """One cell: a figure as a number, a link of ours as a link, everything else as text."""
        if value is None:
            page.write_blank(row, column, None, self.style(style or "text"))
        elif isinstance(value, Decimal):
            page.write_number(row, column, value, self.style(style or "points"))
        elif isinstance(value, int):
            page.write_number(row, column, value, self.style(style or "count"))
        elif isinstance(value, Link):
            page.write_url(row, column, f"external:{value.target}", self.style("link"), value)
        else:
            page.write_string(row, column, fitting(value), self.style(style or _style_of(value)))

    def close(self) -> None:
        self.book.close()


_HEAD = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"}
_EDGE = {"bottom": 1, "bottom_color": "#D5DAE2"}
_STYLES: dict[str, dict[str, Any]] = {
    "heading": _HEAD | {"valign": "vcenter", "text_wrap": True, "align": "left", "indent": 1},
    "heading of figures": _HEAD | {"align": "right"},
    "text": _EDGE | {"text_wrap": True, "align": "left", "indent": 1},
    "share": _EDGE | {"align": "right"},
    "plain": {"text_wrap": False},
    "wrapped": {"text_wrap": True, "font_color": "#525B6B"},
    "count": _EDGE | {"num_format": "0"},
    "points": _EDGE | {"num_format": "0.00"},
    "link": _EDGE | {"font_color": "#12509B", "underline": 1},
    "title": {"bold": True, "font_size": 16, "font_color": "#1F3A5F"},
    "section": {"bold": True, "font_size": 12, "font_color": "#1F3A5F"},
    "strong": _EDGE | {"bold": True},
    "same": _EDGE | {"bold": True, "bg_color": COLOURS["same"][0], "font_color": COLOURS["same"][1]},
    "lower": _EDGE | {"bold": True, "bg_color": COLOURS["error"][0], "font_color": COLOURS["error"][1]},
    "higher": _EDGE | {"bold": True, "bg_color": COLOURS["warning"][0], "font_color": COLOURS["warning"][1]},
}


def _style_of(text: str) -> str:
    return "share" if SHARE.fullmatch(text) else "text"


class Link(str):
    """A text that leads to a file of ours beside the workbook. Never made of a stranger's words."""

    __slots__ = ("target",)
    target: str

    def __new__(cls, words: str, target: str) -> Link:
        made = super().__new__(cls, words)
        made.target = target
        return made


def fitting(text: str) -> str:
    """A text that a cell can hold."""
    shown = printable(text)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + CUT


# ------------------------------------------------------------------------------------------------------ the summary


def write_workbook(
    target: BinaryIO,
    found: Aggregates,
    rows: Iterable[Row],
    unread: Iterable[Row],
    paged: Collection[int] = (),
) -> None:
    """The summary of a batch: `rows` are all that were read, the riskiest first, `unread` all others."""
    meant = figures.meant_regions(found)
    root = found.root or ""
    book = Book(target)
    _overview(book, found)
    book.add(Sheet("风险清单", LIST, (cells(row, meant.get(row.region, row.region), row.number in paged, root) for row in rows), bar=True))
    codes = (("代码", 10), ("问题", 40), ("级别", 8), ("处数", 10), ("份数", 10), ("占比", 12))
    book.add(Sheet("问题", codes, figures.codes(found), "没有发现不一致的数字。"))
    for name, listed in (("部门", figures.departments(found)), ("地区", figures.regions(found))):
        book.add(Sheet(name, ((name, 30), *((heading, 12) for heading in figures.GROUP_HEADINGS)), listed))
    matches = (("序号", 7), ("代码", 8), ("问题", 24), ("单位", 28), ("项目", 28), ("说明", 60), ("另一处", 50))
    told = (
        (match.number, match.code, figures.title(match.code), match.unit, match.project, *figures.match_words(match, root))
        for match in found.matches
    )
    nothing = "没有发现同批各份之间的雷同、重复或明显偏离。" if found.compared else "没有作同批比对。"
    book.add(Sheet("同批比对", matches, told, nothing))
    book.add(Sheet("比对情况", figures.MATCHED, figures.matched_codes(found), "没有作同批比对。"))
    columns = (("序号", 7), ("文件", 60), ("代码", 8), ("原因", 80))
    book.add(Sheet("未能读取", columns, figures.unread_rows(unread, root, found.unhandled), "全部都能读取。"))
    book.close()


def cells(row: Row, region: str, paged: bool, root: str) -> list[Value]:
    """A row under `LIST`; its file is named from the folder `root` on."""
    change = row.total - row.claimed if row.total is not None and row.claimed is not None else None
    return [
        *(row.number, row.risk.total, row.risk.errors, row.risk.warnings, row.risk.difference, row.risk.grade),
        *(row.unit, row.project, row.year, row.of or figures.NO_DEPARTMENT, region or UNKNOWN),
        *(row.claimed, row.total, change, row.claimed_grade, row.grade),
        *(row.errors, row.warnings, row.notes),
        *(figures.without_root(row.first, root), " ".join(code for code, _ in row.codes), row.set),
        row.id,
        figures.without_root(row.key, root),
        Link("打开", page_name(row.number)) if paged else None,
    ]


def _overview(book: Book, found: Aggregates) -> None:
    """Totals, grades and distribution on the first sheet, with a chart; rows come in order, as constant memory wants."""
    page = book.start("总览", (34, *(12,) * 9))
    style = book.style
    line = 0
    page.set_row(line, 26)
    page.write_string(line, 0, "绩效自评批量复核汇总", style("title"))
    line += 1
    page.set_row(line, 30)
    page.merge_range(line, 0, line, 9, figures.lead_words(found), style("wrapped"))
    line += 2
    page.write_string(line, 0, "份数", style("section"))
    for name, count in figures.overview(found):
        line += 1
        book.write(page, line, 0, name)
        book.write(page, line, 1, count)
    line += 2
    if found.whole.scored:
        line = _grades(book, page, line, found)
        line = _bands(book, page, line, found)
    page.write_string(line, 0, "说明", style("section"))
    for words in (RISK_WORDS, REGION_WORDS, figures.regions_by_words(found), f"指标体系：{figures.sets_words(found)}。", *found.aside):
        line += 1
        page.set_row(line, 15.0 * (1 + width_of(words) // 130))
        page.merge_range(line, 0, line, 9, fitting(words), style("wrapped"))


def _grades(book: Book, page: Any, line: int, found: Aggregates) -> int:
    matrix = figures.matrix(found)
    page.write_string(line, 0, "等级：每行是自评，每列是复算", book.style("section"))
    line += 1
    for column, heading in enumerate(("自评 ＼ 复算", *matrix.given, "合计")):
        page.write_string(line, column, fitting(heading), book.style("heading of figures" if column else "heading"))
    for row in matrix.rows:
        line += 1
        book.write(page, line, 0, row.name)
        for column, cell in enumerate(row.cells, 1):
            book.write(page, line, column, cell.count, cell.kind if cell.count else "")
        book.write(page, line, len(row.cells) + 1, row.sum, "strong")
    line += 1
    book.write(page, line, 0, "合计", "strong")
    for column, count in enumerate((*matrix.sums, found.whole.scored), 1):
        book.write(page, line, column, count, "strong")
    if words := figures.means_words(found):
        line += 1
        page.write_string(line, 0, words, book.style("plain"))
    return line + 2


def _bands(book: Book, page: Any, line: int, found: Aggregates) -> int:
    page.write_string(line, 0, "总分的分布（按满分 100 折算）", book.style("section"))
    line += 1
    head = line
    for column, heading in enumerate(("分数段", "自评", "复算")):
        page.write_string(line, column, heading, book.style("heading of figures" if column else "heading"))
    rows = figures.distribution(found)
    for row in rows:
        line += 1
        for column, value in enumerate(row):
            book.write(page, line, column, value)  # type: ignore[arg-type]  # the union of a tuple's own types
    chart = book.book.add_chart({"type": "column"})
    for column, colour in ((1, "#C98A1B"), (2, "#1F5F99")):
        chart.add_series(
            {
                "name": ["总览", head, column],
                "categories": ["总览", head + 1, 0, head + len(rows), 0],
                "values": ["总览", head + 1, column, head + len(rows), column],
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    chart.set_legend({"position": "top"})
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#D5DAE2"}}, "num_format": "0"})
    chart.set_size({"width": 620, "height": 20 * (len(rows) + 2)})
    page.insert_chart(head, 3, chart, {"x_offset": 14, "y_offset": 2, "description": "各分数段的自评和复算份数"})
    return line + 2
