"""Figures of any length, in any column: read exactly or refused in words, and never an error of this program."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorer.evaluation import evaluate
from scorer.forms import read_submission
from scorer.model import Answer, Cell, Funds, Report, Submission
from scorer.numbers.precision import MAXIMUM_DIGITS
from scorer.numbers.quantity import parse_quantity
from scorer.report import WRITERS, write_report
from scorer.sets import load_set

AROUND = ("{}", "-{}", "±{}", "{}%", "{}万", "{}万元", "{}亿", "{}.5", "0.{}", "1E{}", "≥{}人", "≤{}", "{}分", "{}～{}", "1,{}")
COLUMNS = ("weight", "claimed", "target", "actual", "coefficient")
MONEY = ("initial", "budget", "executed", "rate", "weight", "claimed")


def form(column: str, text: str) -> Submission:
    """A small sound form with one cell overwritten."""
    cells = {"weight": "50", "claimed": "48", "target": "≥50人", "actual": "48人"}
    money = {"budget": "100", "executed": "90", "rate": "90%", "weight": "10", "claimed": "9"}
    part, _, name = column.partition(".") if column != "total" else ("", "", "")
    if name:
        (cells if part == "row" else money)[name] = text
    return Submission(
        unit="某局",
        project="某项目",
        year=2023,
        answers=(Answer(("产出指标", "数量指标", "培训人数"), **{key: Cell(value) for key, value in cells.items()}),),
        funds=(Funds("年度资金总额", total=True, unit="万元", **{key: Cell(value) for key, value in money.items()}),),
        claimed_total=Cell(text if column == "total" else "57"),
        columns=("target", "actual", "weight", "claimed"),
    )


EVERYWHERE = [*(f"row.{name}" for name in COLUMNS), *(f"money.{name}" for name in MONEY), "total"]
LENGTHS = st.one_of(st.integers(1, 60), st.sampled_from([100, 1000, 10_000, 100_000]))


@given(st.sampled_from(EVERYWHERE), st.sampled_from(AROUND), LENGTHS, st.sampled_from("1379"))
@settings(max_examples=300, deadline=None)
@example("row.weight", "{}", 18, "4")
@example("row.claimed", "{}", 29, "4")
@example("money.weight", "{}万", 16, "1")
@example("money.executed", "{}", 28, "1")
def test_a_figure_of_any_length_is_scored_and_checked(column: str, around: str, length: int, digit: str) -> None:
    report = evaluate(form(column, around.replace("{}", digit * length)), load_set("mof/project-2020"))
    assert Report.model_validate_json(report.model_dump_json()).findings == report.findings
    assert write_report(report, "table")


@pytest.mark.parametrize("length", [17, 29, 48, 60])
@pytest.mark.parametrize("name", sorted(WRITERS.keys() - {"pdf"}))
def test_every_format_prints_long_figures(name: str, length: int) -> None:
    report = evaluate(form("row.weight", "9" * length), load_set("mof/project-2020"))
    assert write_report(report, name)


@given(st.sampled_from(AROUND), st.integers(MAXIMUM_DIGITS + 1, 4000))
def test_a_figure_beyond_the_bound_is_no_other_figure(around: str, length: int) -> None:
    assert parse_quantity(around.replace("{}", "7" * length)).number is None


def test_a_stored_number_beyond_the_bound_is_no_weight(tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    path = tmp_path / "form.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        rows: list[list[object]] = [
            ["一级指标", "二级指标", "三级指标", "分值", "年度指标值", "实际完成值", "得分"],
            ["产出指标", "数量指标", "培训人数", 1e308, "≥50人", "48人", 1e-300],
            ["产出指标", "质量指标", "合格率", 50, "≥90%", "95%", 50],
        ]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    report = evaluate(read_submission(path))
    leaves = {line.path[-1]: line for line in report.leaves()}
    assert leaves["合格率"].points == Decimal("50.00")
    assert leaves["培训人数"].points is None
