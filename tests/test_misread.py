"""Forms written one cell a line whose columns are not certain: nothing is held against their rows."""

from __future__ import annotations

from scorer.evaluation import evaluate
from scorer.forms.layout.assembly import understand
from scorer.forms.readers import text
from scorer.model import Report

HEAD = [
    "实训楼供水改造 绩效自评表", "项目支出绩效自评表", "2018年度", "项目名称", "实训楼供水改造", "主管部门", "某市教育局",
    "实施单位", "某市工业学校", "一级指标", "二级指标", "三级指标", "年度", "指标值", "实际", "完成值", "分值", "得分",
    "偏差原因分析及改进措施",
]  # fmt: skip
ROWS = [
    ["产出指标", "数量指标", "指标1工程完工率", "100", "100", "10", "10", " "],
    ["指标2工程验收合格率", "100", "100", "10", "10", " "],
    ["时效指标", "指标1项目完成及时率", "100", "96", "10", "9", " "],
]
SHIFTED = ["效益指标", "社会效益", "指标", "指标1学校发展能力", "100", "100", "10", "10", "0"]


def report(rows: list[list[str]]) -> Report:
    lines = "\n\n".join([*HEAD, *(cell for row in rows for cell in row)])
    return evaluate(understand([text.read("form.txt", lines.encode())]), select=["A108", "E502"])


def test_rows_of_certain_columns_are_checked() -> None:
    assert {finding.code for finding in report(ROWS).findings} >= {"A108"}


def test_a_misread_row_leaves_the_form_undecided() -> None:
    read = report([*ROWS, SHIFTED])
    assert not read.findings
    assert any("不能确定" in reason for tally in read.tallies for reason in tally.reasons)
