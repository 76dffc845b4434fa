"""Forms that we write read back equal, hold nothing that runs, and are the same bytes every time."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from scorer import ScorerError, list_sets, load_set, read_submission
from scorer.cli import run
from scorer.forms import official, record
from scorer.model import Answer, Branch, Cell, Funds, Submission
from tests.strategies import clean_forms

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*/form.toml"))
SUFFIXES = list(official.WRITERS)
SET_NAMES = [one.id for one in list_sets()]


def texts(value: Any) -> Any:
    """Figures as they are written: a document holds only text."""
    if isinstance(value, dict):
        return {key: texts(item) for key, item in value.items()}
    return [texts(item) for item in value] if isinstance(value, list) else str(value)


def content(submission: Submission, *without: str) -> dict[str, Any]:
    """What a form says. Its total row is the claimed total, told once."""
    told = texts(record.content(replace(submission, branches=tuple(one for one in submission.branches if one.path))))
    return {key: value for key, value in told.items() if key not in without}


def again(submission: Submission, suffix: str, folder: Path) -> Submission:
    path = folder / f"form{suffix}"
    path.write_bytes(official.write_form(submission, suffix))
    return read_submission(str(path))


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=clean_forms())
def test_written_form_reads_back_equal(suffix: str, form: Submission, tmp_path: Path) -> None:
    assert content(again(form, suffix, tmp_path), "set") == content(form, "set")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("path", [path for path in EXAMPLES if "[[answer]]" in path.read_text("utf-8")], ids=str)
def test_published_form_reads_back_equal(path: Path, suffix: str, tmp_path: Path) -> None:
    form = read_submission(str(path))
    assert content(again(form, suffix, tmp_path), "set", "claim") == content(form, "set", "claim")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", SET_NAMES)
def test_form_of_a_set_reads_back_with_every_row(name: str, suffix: str, tmp_path: Path) -> None:
    indicators = load_set(name)
    form = official.empty(indicators)
    below = {answer.path for answer in form.answers} | {answer.path[:-1] for answer in form.answers}
    assert [one.path for one in indicators.leaves() if one.path not in below and not one.group] == []
    filled = replace(form, answers=tuple(filled_row(answer, at) for at, answer in enumerate(form.answers)))
    back = again(filled, suffix, tmp_path)
    assert [answer.path for answer in back.answers] == [answer.path for answer in filled.answers]
    assert [answer.weight.text for answer in back.answers] == [answer.weight.text for answer in filled.answers]


def filled_row(answer: Answer, number: int) -> Answer:
    """A row as a clerk would begin it: readers take the 指标1： of a blank form for what it is."""
    name = answer.path[-1]
    if name == official.FILL_IN:
        name = f"改造泵站{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{number}座"
    return replace(answer, path=(*answer.path[:-1], name), target=Cell("≥1座"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_form_same_bytes(suffix: str) -> None:
    form = read_submission(str(EXAMPLES[0]))
    assert official.write_form(form, suffix) == official.write_form(form, suffix)


SPITEFUL = ['=HYPERLINK("http://example.invalid","点我")', "=1+1", "+1", "-1+2", "@SUM(A1)", "=100%", "</w:t><w:p/>"]


@pytest.mark.parametrize("words", SPITEFUL)
def test_words_of_a_stranger_stay_words(words: str, tmp_path: Path) -> None:
    form = Submission(
        unit="某县水务局",
        answers=(Answer(("产出指标", "数量指标", "改造处数"), target=Cell(words), actual=Cell(words), weight=Cell("10")),),
        columns=record.COLUMNS,
    )
    book = zipfile.ZipFile(io.BytesIO(official.workbook(form)))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    rows = csv.reader(io.StringIO(official.comma_separated(form).decode("utf-8-sig")))
    shown = [value for row in rows for value in row]
    assert [value for value in shown if value.startswith(("=", "+", "-", "@")) and not re.fullmatch(r'="[^"]*"', value)] == []
    for suffix in SUFFIXES:
        (answer,) = again(form, suffix, tmp_path).answers
        assert answer.target.text.strip() == words
        assert answer.path == ("产出指标", "数量指标", "改造处数")


def test_characters_that_no_document_can_hold_are_left_out(tmp_path: Path) -> None:
    form = Submission(answers=(Answer(("产出指标", "数量指标", "处数"), target=Cell("≥1\x0b\ufffe处")),), columns=record.COLUMNS)
    (answer,) = again(form, ".docx", tmp_path).answers
    assert answer.target.text == "≥1处"


def test_what_has_no_place_is_named() -> None:
    form = read_submission(str(next(path for path in EXAMPLES if "liuyang" in str(path))))
    assert official.unplaced(form) == ["指标体系名称（set）", "正文中的数字 3 处（claim）"]


def test_forms_that_do_not_fit_are_refused() -> None:
    deep = Submission(answers=(Answer(("一", "二", "三", "四", "五")),), columns=record.COLUMNS)
    with pytest.raises(ScorerError, match="最多四级"):
        official.write_form(deep, ".xlsx")
    with pytest.raises(ScorerError, match=r"\.toml \.xlsx \.docx \.csv"):
        official.write_form(deep, ".pdf")


def test_subtotals_and_weights_of_levels_stand_where_a_form_has_them(tmp_path: Path) -> None:
    rows = [("产出指标", "数量指标", "甲"), ("产出指标", "质量指标", "乙"), ("效益指标", "社会效益指标", "丙")]
    number = Cell("10", number=Decimal(10))
    form = Submission(
        answers=tuple(Answer(path, weight=number, claimed=number, target=Cell("≥1个"), actual=Cell("1个")) for path in rows),
        branches=(
            Branch(("产出指标",), Cell("20"), Cell("20")),
            Branch(("产出指标", "数量指标"), Cell("10")),
            Branch((), Cell("30")),
        ),
        claimed_total=Cell("30"),
        funds=(Funds("年度资金总额", Cell("年度资金总额"), budget=Cell("5"), executed=Cell("5"), total=True),),
        columns=record.COLUMNS,
    )
    for suffix in SUFFIXES:
        back = again(form, suffix, tmp_path)
        found = {branch.path: (branch.weight.text, branch.claimed.text) for branch in back.branches}
        assert found.pop(())[0] == "30"
        assert found == {("产出指标",): ("20", "20"), ("产出指标", "数量指标"): ("10", "")}
        assert back.claimed_total.text == "30"


def test_money_in_another_unit_says_so(tmp_path: Path) -> None:
    total = Funds("年度资金总额", Cell("年度资金总额"), budget=Cell("5"), executed=Cell("5"), total=True)
    other = replace(total, source="其他资金", name=Cell("其他资金"), unit="元", total=False)
    rows = (Answer(("产出指标", "数量指标", "甲"), target=Cell("≥1个")),)
    form = Submission(answers=rows, funds=(total, other), columns=record.COLUMNS)
    back = again(form, ".csv", tmp_path)
    assert [row.budget.text for row in back.funds] == ["5", "5元"]


# ---------------------------------------------------------------------------------------------------- the two commands


def test_convert_says_what_was_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = next(str(path) for path in EXAMPLES if "liuyang" in str(path))
    assert run(["convert", source, "-o", str(tmp_path / "form.xlsx")]) == 0
    assert "未写入：指标体系名称" in capsys.readouterr().err
    assert run(["convert", source, "-o", str(tmp_path / "form.xlsx")]) == 2
    assert "已存在" in capsys.readouterr().err
    assert run(["convert", source, "-o", str(tmp_path / "form.pdf")]) == 2
    assert "可用的有 .toml、.xlsx、.docx、.csv" in capsys.readouterr().err


def test_convert_needs_a_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "报告.txt"
    report.write_text("本年没有开展自评。", encoding="utf-8")
    assert run(["convert", str(report), "-o", str(tmp_path / "form.toml")]) == 3
    assert "没有自评表" in capsys.readouterr().err
    assert not (tmp_path / "form.toml").exists()


def test_new_writes_a_form_that_says_it_is_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "form.xlsx"
    assert run(["new", "hunan/department-2020", "-o", str(path)]) == 0
    assert run(["check", str(path)]) == 1
    assert "F609" in capsys.readouterr().out
