"""The report as .xlsx: 得分表, 问题清单, 核对统计, 指标体系, each ready to be filtered and printed.

Points are numbers; every other cell is written as text, so that no word of strangers becomes a formula or a link.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from scorer.model import Place, Report, round_half_up
from scorer.report import Layout, sentences
from scorer.report.places import in_words
from scorer.report.width import width_of
from scorer.sets import describe_set

EPOCH = datetime(2000, 1, 1)  # written files carry no time: the same report gives the same bytes
LONGEST = 32_000  # characters; a cell holds 32 767
CUT = "…（以下略）"
LINE, HIGHEST = 14.0, 400.0  # points of a line; a row is at most 409 high
FONT = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
COLOURS = {"error": ("#FDECEB", "#B3201B"), "warning": ("#FDF3DD", "#8A5200"), "note": ("#E6F1F9", "#1D5A86")}
LINES = (
    *(("指标", 30), ("层级", 5), ("分值", 8), ("年度指标值", 18), ("实际完成值", 18), ("自评得分", 8), ("复算得分", 8)),
    *(("最低", 7), ("最高", 7), ("状态", 7), ("计分规则", 11), ("得分由来", 38), ("文件", 14), ("位置", 11)),
)
FINDINGS = (
    *(("序号", 6), ("级别", 7), ("代码", 7), ("检查", 18), ("指标", 22), ("说明", 38), ("文件", 14), ("位置", 12)),
    *(("原文", 22), ("其他位置和原文", 32)),
)
TALLIES = (("代码", 8), ("检查", 34), ("相符", 8), ("有出入", 8), ("无法判定", 10), ("是否运行", 10), ("原因", 60))
SET_ROWS = (("编号", 8), ("指标", 30), ("分值", 8), ("计分规则", 30), ("文字指标的规则", 26), ("依据", 26), ("说明", 26))

Value = str | int | Decimal | None


@dataclass
class _Book:
    """The workbook being written, and the formats that its sheets share."""

    book: Any
    formats: dict[str, Any] = field(default_factory=dict)

    def format(self, name: str) -> Any:
        if name not in self.formats:
            self.formats[name] = self.book.add_format({**FONT, **_LOOKS[name]})
        return self.formats[name]


_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "name": {"font_color": "#525B6B"},
    "fact": {"text_wrap": True},
    "fact-points": {"num_format": "0.00", "align": "left"},
    "heading": {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "border": 1, "text_wrap": True},
    "text": {"text_wrap": True, "border": 1, "border_color": "#BFC6D1"},
    "points": {"num_format": "0.00", "border": 1, "border_color": "#BFC6D1"},
    "count": {"num_format": "0", "border": 1, "border_color": "#BFC6D1"},
    "strong-text": {"text_wrap": True, "bold": True, "bg_color": "#F0F2F5", "border": 1, "border_color": "#BFC6D1"},
    "strong-points": {"num_format": "0.00", "bold": True, "bg_color": "#F0F2F5", "border": 1, "border_color": "#BFC6D1"},
    **{
        f"{level}-text": {"text_wrap": True, "border": 1, "border_color": "#BFC6D1", "bg_color": back, "font_color": fore}
        for level, (back, fore) in COLOURS.items()
    },
}


def render(report: Report, layout: Layout) -> bytes:
    """The workbook's bytes; the same report gives the same ones."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = _Book(xlsxwriter.Workbook(stream, options))
    book.book.set_properties({"created": EPOCH, "title": sentences.printable(sentences.subject(report))[:200]})
    if not layout.findings_only:
        _lines(book, report)
    _findings(book, report)
    _tallies(book, report)
    _set(book, report, layout)
    book.book.close()
    return stream.getvalue()


def _lines(book: _Book, report: Report) -> None:
    """Conclusion first, then the scored tree."""
    sheet = book.book.add_worksheet("得分表")
    facts: list[tuple[str, Value]] = [("单位", sentences.unit_of(report)), ("项目", report.submission.project)]
    facts.append(("年度", "" if report.submission.year is None else str(report.submission.year)))
    if report.total is None:
        facts.append(("总分", sentences.no_total(report)))
    else:
        facts += [
            *(("复算总分", report.total), ("满分", report.full), ("自评总分", report.claimed_total)),
            *(("复算等级", report.grade or ""), ("自评等级", report.claimed_grade or "")),
            *(("其中复算（分值）", report.recomputed_weight), ("其中采信自评（分值）", report.judged_weight)),
            *(("未能计分（分值）", report.missing_weight), ("可能的最低分", report.low), ("可能的最高分", report.high)),
        ]
    facts += [("备注", note) for note in report.notes]
    row = _facts(book, sheet, "绩效自评复核 得分表", facts)
    rows: list[tuple[bool, tuple[Value, ...]]] = [
        (
            not line.leaf,
            (
                *("　" * max(len(line.path) - 1, 0) + sentences.name_of(line), str(len(line.path)), line.weight),
                *(line.target, line.actual, line.claimed, line.points, line.low, line.high),
                *(sentences.STATUSES[line.status] if line.status else "", sentences.rule_title(line.rule), line.words),
                *_where(line.where)[:2],
            ),
        )
        for line in report.lines
    ]
    _grid(book, sheet, row, LINES, rows)


def _findings(book: _Book, report: Report) -> None:
    """One row a finding, with its first place; the others stand together in the last column."""
    sheet = book.book.add_worksheet("问题清单")
    rows: list[tuple[str, tuple[Value, ...]]] = []
    for level, group in sentences.by_level(report):
        for item in group:
            finding = item.finding
            first = finding.where[0] if finding.where else None
            others = (
                " ".join(part for part in (sentences.place_words(place, False), f"“{place.quote}”") if part)
                for place in finding.where[1:]
            )
            rows.append(
                (
                    f"{level}-text",
                    (
                        *(item.number, sentences.LEVELS[level], finding.code),
                        *(sentences.title_of(finding.code) or finding.name, " › ".join(finding.path), finding.message),
                        *_where(first),
                        "\n".join(others),
                    ),
                )
            )
    _headings(book, sheet, 0, FINDINGS)
    for number, (look, values) in enumerate(rows, 1):
        for column, value in enumerate(values):
            _write(book, sheet, number, column, value, look if column == 1 else "")
        sheet.set_row(number, height_of(values, FINDINGS))
    _finish(sheet, 0, len(rows), FINDINGS)


def _where(place: Place | None) -> tuple[str, str, str]:
    """File, place and words for three columns."""
    return (place.file, in_words(place.file, place.at), place.quote) if place else ("", "", "")


def _tallies(book: _Book, report: Report) -> None:
    sheet = book.book.add_worksheet("核对统计")
    rows: list[tuple[bool, tuple[Value, ...]]] = [
        (
            False,
            (
                *(tally.code, sentences.title_of(tally.code), tally.sound, tally.faulty, tally.undecided),
                *("是" if tally.not_run is None else "否", tally.not_run or sentences.reason_words(tally)),
            ),
        )
        for tally in report.tallies
    ]
    _grid(book, sheet, 0, TALLIES, rows)


def _set(book: _Book, report: Report, layout: Layout) -> None:
    """The set that the points rest on, as far as it is at hand, and the digests of everything."""
    sheet = book.book.add_worksheet("指标体系")
    used = report.set
    facts: list[tuple[str, Value]] = [("名称", used.id), ("版本", used.version), ("为何用它", used.why), ("摘要", used.digest)]
    indicators = sentences.set_behind(report, layout.indicator_set)
    if indicators is not None:
        facts += list(sentences.set_facts(indicators))
    elif used.id == "form":
        facts.append(("说明", "分值和规则写在表内，见得分表"))
    elif used.id:
        facts.append(("说明", "这套指标体系不在手边，或内容已经改变，不能列出"))
    facts += [(f"文件 {file.path}", f"SHA-256 {file.sha256}") for file in report.submission.files]
    facts.append(("生成", f"scorer {report.tool}"))
    row = _facts(book, sheet, "指标体系和文件", facts)
    if indicators is None:
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 80)
        return

    rows: list[tuple[bool, tuple[Value, ...]]] = [
        (
            bool(item.code) and not item.rule,
            (
                *(item.code, "　" * (item.level - 1) + item.name, item.weight, item.rule, item.text_rule),
                *(f"{item.basis}（{item.evidence}）", item.note),
            ),
        )
        for item in describe_set(indicators)
    ]
    _grid(book, sheet, row, SET_ROWS, rows)


# ------------------------------------------------------------------------------------------------------------ drawing


def _facts(book: _Book, sheet: Any, title: str, facts: Sequence[tuple[str, Value]]) -> int:
    """A title and names with values; the row below them, for the table."""
    sheet.write_string(0, 0, title, book.format("title"))
    row = 1
    for name, value in facts:
        if value is None or value == "":
            continue
        sheet.write_string(row, 0, text_of(name), book.format("name"))
        if isinstance(value, Decimal):
            sheet.write_number(row, 1, float(round_half_up(value)), book.format("fact-points"))
        else:
            sheet.merge_range(row, 1, row, 6, "", book.format("fact"))
            sheet.write_string(row, 1, text_of(str(value)), book.format("fact"))
        row += 1
    return row + 1


def _grid(
    book: _Book,
    sheet: Any,
    top: int,
    columns: Sequence[tuple[str, int]],
    rows: Sequence[tuple[bool, Sequence[Value]]],
) -> None:
    _headings(book, sheet, top, columns)
    for number, (strong, values) in enumerate(rows, top + 1):
        for column, value in enumerate(values):
            _write(book, sheet, number, column, value, strong=strong)
        sheet.set_row(number, height_of(values, columns))
    _finish(sheet, top, top + len(rows), columns)


def _headings(book: _Book, sheet: Any, row: int, columns: Sequence[tuple[str, int]]) -> None:
    for column, (name, width) in enumerate(columns):
        sheet.write_string(row, column, name, book.format("heading"))
        sheet.set_column(column, column, width)


def _write(book: _Book, sheet: Any, row: int, column: int, value: Value, look: str = "", *, strong: bool = False) -> None:
    prefix = "strong-" if strong else ""
    if isinstance(value, Decimal):
        sheet.write_number(row, column, float(round_half_up(value)), book.format(f"{prefix}points"))
    elif isinstance(value, int):
        sheet.write_number(row, column, value, book.format("count"))
    else:
        sheet.write_string(row, column, text_of(value or ""), book.format(look or f"{prefix}text"))


def _finish(sheet: Any, top: int, last: int, columns: Sequence[tuple[str, int]]) -> None:
    """Filter and fixed headings; landscape A4, as wide as one page, headings on every page."""
    sheet.autofilter(top, 0, max(last, top), len(columns) - 1)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def height_of(values: Sequence[Value], columns: Sequence[tuple[str, int]]) -> float:
    """How high a row must be, in points, for its longest cell to be read; not every program finds out by itself."""
    lines = max(
        sum(-(-max(width_of(line), 1) // max(width - 1, 1)) for line in text_of(str(value or "")).split("\n"))
        for value, (_, width) in zip(values, columns, strict=True)
    )
    return min(LINE * lines + 2, HIGHEST)


def text_of(text: str) -> str:
    """A text that a cell can hold; what is too long is cut, and that is said."""
    shown = sentences.printable(text)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + CUT
