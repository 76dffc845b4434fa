"""A form under two indicator sets: figures worked out by hand, reasons in words, rows that find no counterpart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scorer import evaluate, load_set, read_submission
from scorer.cli.app import run
from scorer.forms.readers import record
from scorer.model import Report
from scorer.report import Layout
from scorer.report.comparison import Comparison, compare, render
from scorer.report.width import width_of

FORM = Path(__file__).parent / "cases" / "sets" / "against.toml"


def against(name: str) -> Comparison:
    return compare(read_submission(str(FORM)), load_set("mof/project-2020"), load_set(name))


def figures(comparison: Comparison) -> dict[str, tuple[str, str]]:
    return {row.path[-1]: (f"{row.points:.2f}", f"{row.other:.2f}") for row in comparison.rows}


def test_the_words_of_hubei_begin_at_half() -> None:
    """部分达成 of 30: nationally 18 to 24, so 16 is raised to 18; in Hubei 15 to 24, so 16 stays."""
    comparison = against("hubei/project-2020")
    assert figures(comparison) == {
        "预算执行率": ("8.50", "8.50"),
        "科普讲座": ("25.00", "25.00"),
        "讲座费用": ("20.00", "20.00"),
        "科学素质": ("18.00", "16.00"),
        "听众满意度": ("9.00", "9.00"),
    }
    (why,) = [row.why for row in comparison.rows if row.why]
    assert why.startswith("定性分档（100%—80%、80%—60%、60%—0%） → 定性分档（100%—80%、80%—50%、50%—0%）；")
    assert (comparison.first.total, comparison.second.total) == (80.5, 78.5)
    assert (comparison.first.grade, comparison.second.grade) == ("良", "中")
    assert [note for note in comparison.notes if "“预算执行率”在表内合计 10 分，hubei/project-2020 为 20 分" in note]
    assert [note for note in comparison.notes if "“产出指标”在表内合计 50 分，hubei/project-2020 为 40 分" in note]


def test_an_overshoot_costs_two_points_on_the_platform() -> None:
    """26 of 20 is 130 %: 25 − 2 = 23; the execution of 85 % caps nothing."""
    comparison = against("platform/project-2022")
    assert figures(comparison)["科普讲座"] == ("25.00", "23.00")
    assert comparison.second.total == 78.5
    assert comparison.notes == ()


def test_equal_points_by_another_way_are_explained() -> None:
    """Without a coefficient the other set takes the clerk's own figure: the row says so."""
    comparison = against("chongqing/project-2021")
    row = next(row for row in comparison.rows if row.path[-1] == "讲座费用")
    assert row.points == row.other
    assert "自评" in row.why
    assert any("4 行在 chongqing/project-2021 中找不到对应的指标" in note for note in comparison.notes)


def test_a_set_without_points_gives_no_total() -> None:
    comparison = against("mof/transfer-2020")
    assert {row.other for row in comparison.rows} == {None}
    text = render(comparison, Layout())
    assert "总分 80.50（良） → 不计分" in text
    assert "不计分，没有总分可比" in text


def test_rows_without_weights_are_not_called_missing() -> None:
    submission = record.parse("form.toml", '[[answer]]\npath = ["产出指标", "数量指标", "讲座"]\nactual = "3场"\n'.encode())
    notes = compare(submission, load_set("hubei/project-2020"), load_set("mof/project-2020")).notes
    assert "表内“产出指标”各行没有列分值，无从计分；mof/project-2020 为它设 50 分" in notes
    assert "表内没有“效益指标”，mof/project-2020 为它设 30 分" in notes


def test_the_same_set_differs_in_nothing() -> None:
    comparison = against("mof/project-2020")
    assert {row.why for row in comparison.rows} == {""}
    assert comparison.notes == ()
    assert "各行得分相同。" in render(comparison, Layout())


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", ["hubei/project-2020", "mof/central-2021", "hunan/department-2013"])
def test_the_table_keeps_to_its_width(name: str, width: int) -> None:
    assert max(map(width_of, render(against(name), Layout(width)).splitlines())) <= width


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["score", str(FORM), "--set", "mof/project-2020", "--against", "hubei/project-2020"]
    assert run([*arguments, "--fail-on", "never"]) == 0
    text = capsys.readouterr().out
    assert "总分 80.50（良） → 78.50（中），相差 -2.00" in text
    assert "5 行中 1 行得分不同。" in text


def test_json_holds_both_reports(tmp_path: Path) -> None:
    output = tmp_path / "两套.json"
    arguments = ["score", str(FORM), "--set", "mof/project-2020", "--against", "hubei/project-2020", "-o", str(output)]
    assert run([*arguments, "--fail-on", "never"]) == 0
    both = json.loads(output.read_text("utf-8"))
    assert sorted(both) == ["against", "report"]
    own, other = (Report.model_validate(both[name]) for name in ("report", "against"))
    submission = read_submission(str(FORM))
    assert own.model_dump() == json_of(evaluate(submission, load_set("mof/project-2020")))
    assert other.model_dump() == json_of(evaluate(submission, load_set("hubei/project-2020")))


def json_of(report: Report) -> object:
    return Report.model_validate_json(report.model_dump_json()).model_dump()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--against", "hubei/project-200"], "是否想写 hubei/project-2020"),
        (["--against", "hubei/project-2020", "--format", "md"], "只能写成 table 或 json"),
        (["--against", "hubei/project-2020", "-o", "意见.docx"], "不能写成 docx"),
    ],
)
def test_wrong_use_is_said_before_a_form_is_read(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["score", "没有的表.toml", *options]) == 2
    assert said in capsys.readouterr().err
