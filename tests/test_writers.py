"""Forms that we write read back equal, say what they cannot hold, hold nothing that runs, and are the same bytes."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from scorer import ScorerError, list_sets, load_set, read_submission
from scorer.cli.app import run
from scorer.forms.readers import record
from scorer.forms.writing import SUFFIXES, losses, render_form, write_form
from scorer.forms.writing.blank import FILL_IN, new_form, render_blank
from scorer.forms.writing.official import lay_out
from scorer.model import Answer, Branch, Cell, Funds, Goal, Submission
from tests.form_strategies import official_forms
from tests.strategies import clean_forms, submissions

EXAMPLES = [
    path
    for path in sorted((Path(__file__).parent.parent / "examples").glob("*/form.toml"))
    if "[[answer]]" in path.read_text("utf-8")
]
LIUYANG = next(path for path in EXAMPLES if "liuyang" in str(path))
SET_NAMES = [one.id for one in list_sets()]
IN_A_FOLDER = [HealthCheck.function_scoped_fixture]


def texts(value: Any) -> Any:
    """Figures as they are written: a document holds only text."""
    if isinstance(value, dict):
        return {key: texts(item) for key, item in value.items()}
    return [texts(item) for item in value] if isinstance(value, list) else str(value).strip()


def content(submission: Submission, *without: str) -> dict[str, Any]:
    """What a form says. Its total row is the claimed total, told once; the order of sums and columns says nothing."""
    branches = [
        (one.path, one.weight.text, one.claimed.text if one.path else "")
        for one in submission.branches
        if one.weight or one.path
    ]
    told = texts(record.content(replace(submission, branches=(), columns=())))
    for row in told["funds"]:
        row["source"] = row["source"].removeprefix("其中：")  # print, no part of the source's name
    told |= {"branch": sorted(branches), "columns": sorted(submission.columns)}
    return {key: value for key, value in told.items() if key not in without}


def again(submission: Submission, suffix: str, folder: Path) -> Submission:
    path = folder / f"form{suffix}"
    path.write_bytes(render_form(submission, suffix))
    return read_submission(str(path))


# --------------------------------------------------------------------------------------------------------- round trips


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=10, deadline=None, suppress_health_check=IN_A_FOLDER)
@given(form=clean_forms())
def test_clean_form_reads_back_equal(suffix: str, form: Submission, tmp_path: Path) -> None:
    assert content(again(form, suffix, tmp_path), "set") == content(form, "set")


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=25, deadline=None, suppress_health_check=[*IN_A_FOLDER, HealthCheck.too_slow])
@given(form=official_forms())
def test_official_form_reads_back_equal(suffix: str, form: Submission, tmp_path: Path) -> None:
    assert content(again(form, suffix, tmp_path)) == content(form)
    assert losses(form, render_form(form, suffix), suffix) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=25, deadline=None, suppress_health_check=[*IN_A_FOLDER, HealthCheck.too_slow])
@given(form=submissions())
def test_nothing_is_lost_in_silence(suffix: str, form: Submission, tmp_path: Path) -> None:
    """Whatever a record holds: the written form gives it back, or says that it does not, or is refused."""
    assume(form.has_form)
    try:
        lost = losses(form, render_form(form, suffix), suffix)
    except ScorerError:
        lost = ["refused"]
    if not lost:
        back = again(form, suffix, tmp_path)
        told = [(answer.path, answer.actual.text.split(), answer.claimed.text.split()) for answer in form.answers]
        assert [(answer.path, answer.actual.text.split(), answer.claimed.text.split()) for answer in back.answers] == told
        assert back.claimed_total.text.split() == form.claimed_total.text.split()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_published_form_reads_back_equal(path: Path, suffix: str, tmp_path: Path) -> None:
    form = read_submission(str(path))
    assert content(again(form, suffix, tmp_path), "set", "claim") == content(form, "set", "claim")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_form_same_bytes(suffix: str) -> None:
    form = read_submission(str(LIUYANG))
    assert render_form(form, suffix) == render_form(form, suffix)


ROWS = [("产出指标", "数量指标", "甲"), ("产出指标", "质量指标", "乙"), ("效益指标", "社会效益指标", "丙")]
TEN = Cell("10", number=Decimal(10))
MONEY = Funds("年度资金总额", Cell("年度资金总额"), budget=Cell("5"), executed=Cell("5"), weight=TEN, claimed=TEN, total=True)
SMALL = Submission(
    unit="某县水务局",
    project="泵站改造",
    year=2023,
    answers=tuple(Answer(path, weight=TEN, claimed=TEN, target=Cell("≥1个"), actual=Cell("1个")) for path in ROWS),
    branches=(Branch((), Cell("40")),),
    claimed_total=Cell("40", number=Decimal(40)),
    funds=(MONEY,),
    goals=(Goal(Cell("改造泵站"), Cell("已改造")),),
    columns=record.COLUMNS,
)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_subtotals_and_weights_of_levels_stand_where_a_form_has_them(suffix: str, tmp_path: Path) -> None:
    sums = (Branch(("产出指标",), Cell("20"), Cell("20")), Branch(("产出指标", "数量指标"), Cell("10")))
    form = replace(SMALL, branches=(*sums, *SMALL.branches))
    back = again(form, suffix, tmp_path)
    found = {branch.path: (branch.weight.text, branch.claimed.text) for branch in back.branches}
    assert found.pop(())[0] == "40"
    assert found == {("产出指标",): ("20", "20"), ("产出指标", "数量指标"): ("10", "")}
    assert back.claimed_total.text == "40"


# --------------------------------------------------------------------------------------------------- what is not held

CANNOT_HOLD = {
    "指标体系名称（set）没有位置": replace(SMALL, set="mof/project-2020"),
    "资金“其他资金”的全年预算数“5”读回为“5元”": replace(
        SMALL, funds=(MONEY, replace(MONEY, source="其他资金", unit="元", total=False, weight=Cell(), claimed=Cell()))
    ),
    "分级分值和小计 2 行读回为 1 行": replace(
        SMALL, branches=(*SMALL.branches, Branch(("产出指标", "数量指标"), claimed=Cell("10")))
    ),
}


@pytest.mark.parametrize("words", CANNOT_HOLD)
@pytest.mark.parametrize("suffix", [".xlsx", ".docx", ".csv"])
def test_what_has_no_place_is_named(suffix: str, words: str, tmp_path: Path) -> None:
    assert words in write_form(CANNOT_HOLD[words], tmp_path / f"form{suffix}")
    assert write_form(CANNOT_HOLD[words], tmp_path / "form.toml", force=True) == []


def test_forms_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    deep = Submission(answers=(Answer(("一", "二", "三", "四", "五")),), columns=record.COLUMNS)
    with pytest.raises(ScorerError, match=r"最多四级。请改存为 \.toml"):
        write_form(deep, tmp_path / "form.xlsx")
    with pytest.raises(ScorerError, match=r"\.toml \.xlsx \.docx \.csv"):
        write_form(SMALL, tmp_path / "form.pdf")
    long = replace(SMALL, problems=Cell("长" * 40_000))
    with pytest.raises(ScorerError, match="32767"):
        write_form(long, tmp_path / "form.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_existing_file_stays_without_force(tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    path.write_bytes(b"old")
    with pytest.raises(ScorerError, match="已存在"):
        write_form(SMALL, path)
    assert path.read_bytes() == b"old"
    write_form(SMALL, path, force=True)
    assert path.read_bytes() != b"old"


def test_characters_that_no_document_can_hold_are_left_out_and_said(tmp_path: Path) -> None:
    answer = replace(SMALL.answers[0], actual=Cell("1\x0b\ufffe\ud800个"))
    for suffix in (".xlsx", ".docx", ".csv"):
        form = replace(SMALL, answers=(answer, *SMALL.answers[1:]))
        assert any("“甲”的完成值" in words for words in losses(form, render_form(form, suffix), suffix))
        assert again(form, suffix, tmp_path).answers[0].actual.text == "1个"


# -------------------------------------------------------------------------------------------------- words of strangers

SPITEFUL = ['=HYPERLINK("http://example.invalid","点我")', "=1+1", "+1", "-1+2", "@SUM(A1)", "=100%", "</w:t><w:p/>", "]]>&amp;"]


@pytest.mark.parametrize("words", SPITEFUL)
def test_words_of_a_stranger_stay_words(words: str, tmp_path: Path) -> None:
    form = replace(SMALL, answers=(replace(SMALL.answers[0], target=Cell(words), actual=Cell(words)),), claimed_total=Cell())
    book = zipfile.ZipFile(io.BytesIO(render_form(replace(form, branches=()), ".xlsx")))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    rows = csv.reader(io.StringIO(render_form(form, ".csv").decode("utf-8-sig")))
    shown = [value for row in rows for value in row]
    assert [value for value in shown if value.startswith(("=", "+", "-", "@")) and not re.fullmatch(r'="[^"]*"', value)] == []
    for suffix in SUFFIXES:
        (answer,) = again(form, suffix, tmp_path).answers
        assert answer.target.text.strip() == words
        assert answer.path == ROWS[0]


# ---------------------------------------------------------------------------------------------------------- the sheet


def sheet_of(form: Submission) -> str:
    return zipfile.ZipFile(io.BytesIO(render_form(form, ".xlsx"))).read("xl/worksheets/sheet1.xml").decode()


def test_total_is_live_and_holds_its_value() -> None:
    (formula, value) = re.findall(r"<f>([^<]*)</f><v>([^<]*)</v>", sheet_of(SMALL))[0]
    assert formula == 'IF(COUNT(H6,G10:G12)=0,"",ROUND(SUM(H6,G10:G12),2))'
    assert value == "40"


def test_total_that_does_not_add_up_is_left_as_claimed() -> None:
    assert "<f>" not in sheet_of(replace(SMALL, claimed_total=Cell("41", number=Decimal(41))))


def test_points_are_limited_by_their_weight() -> None:
    limits = re.findall(r'sqref="([A-Z]+\d+)"[^>]*><formula1>0</formula1><formula2>([^<]*)</formula2>', sheet_of(SMALL))
    assert limits == [("G10", "F10"), ("G11", "F11"), ("G12", "F12"), ("H6", "F6")]


def test_figures_are_exact_numbers() -> None:
    figure = Cell("64.10", number=Decimal("64.10"))
    sheet = sheet_of(replace(SMALL, answers=(replace(SMALL.answers[0], weight=figure),), claimed_total=Cell()))
    assert "<v>64.10</v>" in sheet


def test_the_grid_is_covered_once() -> None:
    form = lay_out(read_submission(str(LIUYANG)))
    places = [
        (row, column)
        for box in form.boxes
        for row in range(box.row, box.row + box.rows)
        for column in range(box.column, box.column + box.columns)
    ]
    assert sorted(places) == [(row, column) for row in range(form.rows) for column in range(form.columns)]


# --------------------------------------------------------------------------------------------------------- blank forms


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", SET_NAMES)
def test_form_of_a_set_reads_back_with_every_row(name: str, suffix: str, tmp_path: Path) -> None:
    indicators = load_set(name)
    form = new_form(indicators)
    below = {answer.path for answer in form.answers} | {answer.path[:-1] for answer in form.answers}
    assert [one.path for one in indicators.leaves() if one.path not in below and not one.group] == []
    filled = replace(form, answers=tuple(filled_row(answer, at) for at, answer in enumerate(form.answers)))
    path = tmp_path / f"form{suffix}"
    path.write_bytes(render_form(filled, suffix, indicators))
    back = read_submission(str(path))
    assert [answer.path for answer in back.answers] == [answer.path for answer in filled.answers]
    assert [answer.weight.text for answer in back.answers] == [answer.weight.text for answer in filled.answers]
    assert [answer.target.text for answer in back.answers] == [answer.target.text for answer in filled.answers]
    assert {(one.path, one.weight.text) for one in form.branches} == {(one.path, one.weight.text) for one in back.branches}
    assert [(row.source, row.unit) for row in back.funds] == [(row.source, row.unit) for row in form.funds]


@pytest.mark.parametrize("name", [name for name in SET_NAMES if load_set(name).form.columns])
def test_a_blank_form_has_the_headings_of_its_place(name: str) -> None:
    own = load_set(name).form
    written = render_blank(load_set(name), ".csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(written)))
    assert list(own.columns.values()) in [[words for words in row if words in own.columns.values()] for row in rows]
    assert [words for words in own.funds.values() if words not in written] == []
    assert f"（{own.unit}）" in written
    assert ("项目名称" in written) == ("项目" in load_set(name).title or "转移支付" in load_set(name).title)


def filled_row(answer: Answer, number: int) -> Answer:
    """A row as a clerk would begin it: readers take the 指标1： of a blank form for what it is."""
    name = answer.path[-1]
    if name == FILL_IN:
        name = f"改造泵站{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{number}座"
    return replace(answer, path=(*answer.path[:-1], name), target=Cell("≥1座"))


@pytest.mark.parametrize("name", SET_NAMES)
def test_blank_forms_hold_no_answers(name: str, tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        path = tmp_path / f"blank{suffix}"
        path.write_bytes(render_blank(load_set(name), suffix))
        back = read_submission(str(path))
        assert not any(answer.actual or answer.claimed for answer in back.answers)
        assert not back.claimed_total
        assert back.doubts == ()


def test_blank_record_has_a_key_for_everything_to_fill_in() -> None:
    text = render_blank(load_set("mof/project-2020"), ".toml").decode()
    blocks = [block for block in text.split("\n\n") if block.startswith("[[answer]]")]
    assert len(blocks) > 5
    for block in blocks:
        assert [key for key in record.COLUMNS if f"\n{key} = " not in block] == []


# ---------------------------------------------------------------------------------------------------- the two commands


def test_convert_says_what_was_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = str(LIUYANG)
    assert run(["convert", source, "-o", str(tmp_path / "form.xlsx")]) == 0
    assert "未能写入：指标体系名称" in capsys.readouterr().err
    assert run(["convert", source, "-o", str(tmp_path / "form.xlsx")]) == 2
    assert "已存在" in capsys.readouterr().err
    assert run(["convert", source, "-o", str(tmp_path / "form.pdf")]) == 2
    assert "可用的有 .toml、.xlsx、.docx、.csv" in capsys.readouterr().err


def test_convert_says_what_was_not_understood(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "form.csv"
    source.write_text("指标名称,年度指标值,实际完成值,天气,分值,得分\n改造泵站,≥1座,1座,晴,10,10\n", encoding="utf-8")
    assert run(["convert", str(source), "-o", str(tmp_path / "form.toml")]) == 0
    said = capsys.readouterr().err
    assert "读取时存疑：R1C4" in said
    assert "天气" in said


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
