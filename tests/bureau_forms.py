"""Forms and reports of invented units, written in the formats that offices hand in, for tests of folders and files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import docx
import xlsxwriter

Rows = list[list[str]]


@dataclass(frozen=True)
class Made:
    """One form: whose it is and how much of its only target was done (`done` of 10 roads, 100 points in all)."""

    unit: str
    project: str
    year: int = 2023
    done: int = 10
    title: str = "项目支出绩效自评表"

    @property
    def points(self) -> str:
        return f"{40 * min(self.done, 10) / 10:g}"


HEADER = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]


def form_rows(made: Made, blank: bool = False) -> Rows:
    """The rows of a filled form in the national layout; of a `blank` one without what was done and claimed."""
    points = float(made.points)

    def filled(*words: str) -> list[str]:
        return ["" for _ in words] if blank else list(words)

    reason = "汛期停工，已列入下年计划" if made.done < 10 and not blank else ""
    return [
        [made.title],
        [f"（{made.year}年度）"],
        ["项目名称", made.project, "", "", "实施单位", made.unit],
        ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["", "年度资金总额", "100", "100", *filled("100"), "10", *filled("100%", "10")],
        HEADER,
        ["产出指标", "数量指标", "维修道路条数", "≥10条", *filled(f"{made.done}条"), "40", *filled(made.points), reason],
        ["产出指标", "质量指标", "验收合格率", "100%", *filled("100%"), "20", *filled("20"), ""],
        ["效益指标", "社会效益指标", "受益人口", "≥500人", *filled("500人"), "20", *filled("20"), ""],
        ["满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", *filled("92%"), "10", *filled("10"), ""],
        ["总分", "", "", "", "", "100", *filled(f"{points + 60:g}"), ""],
    ]


GOAL_HEADER = ["一级指标", "二级指标", "三级指标", "年度指标值", "分值"]


def goal_rows(made: Made) -> Rows:
    """A 目标申报表: targets, and nothing that answers them."""
    return [
        ["项目支出绩效目标申报表"],
        [f"（{made.year}年度）"],
        ["项目名称", made.project, "", "实施单位", made.unit],
        ["项目资金（万元）", "合计", "100", "", ""],
        GOAL_HEADER,
        ["产出指标", "数量指标", "维修道路条数", "≥10条", "50"],
        ["效益指标", "社会效益指标", "受益人口", "≥500人", "40"],
    ]


def monitoring_rows(made: Made) -> Rows:
    """A 绩效监控表 of the middle of the year."""
    return [
        ["项目支出绩效监控表"],
        [f"（{made.year}年度1-7月）"],
        ["项目名称", made.project, "", "实施单位", made.unit],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "1-7月执行情况", "全年预计完成情况"],
        ["产出指标", "数量指标", "维修道路条数", "≥10条", "4条", "10条"],
        ["效益指标", "社会效益指标", "受益人口", "≥500人", "200人", "500人"],
    ]


def workbook(sheets: Mapping[str, Sequence[Sequence[str]]], hidden: Sequence[str] = ()) -> bytes:
    """An .xlsx with these sheets."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for row, line in enumerate(rows):
                for column, text in enumerate(line):
                    if text:
                        page.write_string(row, column, text)
            if name in hidden:
                page.hide()
    return buffer.getvalue()


def word(*parts: str | Rows) -> bytes:
    """A .docx of paragraphs and tables in their order."""
    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        width = max(map(len, part))
        table = document.add_table(len(part), width)
        for row, line in zip(table.rows, part, strict=True):
            for cell, text in zip(row.cells, line, strict=False):
                cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def form_word(made: Made) -> bytes:
    """The form as a .docx: its title as paragraphs, the rest as one table."""
    rows = form_rows(made)
    return word(rows[0][0], rows[1][0], rows[2:])


def report_text(made: Made, whole: bool = False) -> list[str]:
    """The paragraphs of a report that says what the form says."""
    about = "部门整体支出" if whole else f"{made.project}项目"
    return [
        f"{made.unit}关于{made.year}年度{about}绩效自评情况的报告",
        "市财政局：",
        f"根据有关要求，我单位对{made.year}年度{about}开展了绩效自评，现将情况报告如下。",
        "一、基本情况",
        "项目全年预算100万元，实际支出100万元，预算执行率100%。",
        "二、完成情况",
        f"全年维修道路{made.done}条，验收合格率100%，受益人口500人，群众满意度92%。",
        f"{made.unit}",
        f"{made.year + 1}年3月15日",
    ]


def put(path: Path, data: bytes | str) -> Path:
    """Write a file, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
