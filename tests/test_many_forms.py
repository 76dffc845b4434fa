"""One file with many forms: each is a submission of its own, nothing that was handed in is passed over in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scorer.cli.app import run
from scorer.evaluation import evaluate
from scorer.forms import read_submission, read_submissions, read_what_can_be
from scorer.model import ReadError, ScorerError, Submission
from tests.bureau_forms import Made, form_rows, form_word, goal_rows, monitoring_rows, put, report_text, word, workbook

UNIT = "某县公路局"
FORMS = [Made(UNIT, "县道养护"), Made(UNIT, "乡道改造", done=8), Made(UNIT, "危桥加固", done=5)]


def said(found: Submission) -> str:
    return " | ".join(doubt.message for doubt in found.doubts)


def projects(found: list[Submission]) -> list[tuple[str, str]]:
    return [(each.part, each.project) for each in found]


def test_every_sheet_of_a_workbook_is_a_submission_and_reads_as_it_would_alone(tmp_path: Path) -> None:
    together = put(tmp_path / "b.xlsx", workbook({f"表{n}": form_rows(made) for n, made in enumerate(FORMS, 1)}))
    found = read_submissions(together)
    assert projects(found) == [("表1", "县道养护"), ("表2", "乡道改造"), ("表3", "危桥加固")]
    for number, (each, made) in enumerate(zip(found, FORMS, strict=True), 1):
        alone = read_submission(put(tmp_path / str(number) / "b.xlsx", workbook({f"表{number}": form_rows(made)})))
        with_both = [evaluate(one) for one in (each, alone)]
        assert [report.total for report in with_both] == [with_both[1].total] * 2
        assert with_both[0].flatten(["code", "at"]) == with_both[1].flatten(["code", "at"])
        assert each.doubts == ()
        assert {cell.source.part for doc in each.documents for table in doc.tables for cell in table.cells} == {f"表{number}"}


def test_several_forms_on_one_sheet(tmp_path: Path) -> None:
    rows = [row for made in FORMS for row in (*form_rows(made), [""])]
    found = read_submissions(put(tmp_path / "b.xlsx", workbook({"汇总": rows})))
    assert projects(found) == [(f"汇总 {made.project}", made.project) for made in FORMS]
    assert [evaluate(each).total for each in found] == [100, 92, 80]
    assert [each.title.text for each in found] == ["项目支出绩效自评表"] * 3
    assert [each.year for each in found] == [2023] * 3


def test_several_forms_in_one_document(tmp_path: Path) -> None:
    parts = [part for made in FORMS for part in (made.title, f"（{made.year}年度）", form_rows(made)[2:])]
    found = read_submissions(put(tmp_path / "b.docx", word(*parts)))
    assert projects(found) == [(made.project, made.project) for made in FORMS]
    assert [evaluate(each).total for each in found] == [100, 92, 80]
    assert [each.year for each in found] == [2023] * 3


def test_forms_of_one_name_are_told_apart(tmp_path: Path) -> None:
    rows = [row for made in (FORMS[0], FORMS[0]) for row in form_rows(made)]
    found = read_submissions(put(tmp_path / "b.xlsx", workbook({"a": rows, "b": form_rows(FORMS[1])})))
    assert [each.part for each in found] == ["a 县道养护", "a 县道养护（2）", "b"]


def test_unit_and_year_of_the_cover_hold_for_forms_that_leave_them_out(tmp_path: Path) -> None:
    bare = [[row for row in form_rows(made) if "年度）" not in row[0]] for made in FORMS[:2]]
    for rows in bare:
        rows[1][4:] = []
    cover = [["2023年度项目支出绩效自评表"], ["填报单位：某县公路局"]]
    found = read_submissions(put(tmp_path / "b.xlsx", workbook({"封面": cover, "1": bare[0], "2": bare[1]})))
    assert [(each.unit, each.year) for each in found] == [(UNIT, 2023)] * 2
    assert "1 张工作表不是自评表（“封面”）" in said(found[0])
    assert found[1].doubts == ()


def test_a_blank_form_without_a_name_is_a_template_and_is_said(tmp_path: Path) -> None:
    template = form_rows(Made("", "", 2023), blank=True)
    found = read_submissions(put(tmp_path / "b.xlsx", workbook({"样表": template, "1": form_rows(FORMS[0])})))
    assert [each.project for each in found] == ["县道养护"]
    assert "空白的自评表" in said(found[0])


def test_a_named_form_that_nobody_filled_in_is_a_submission(tmp_path: Path) -> None:
    sheets = {"1": form_rows(FORMS[0]), "2": form_rows(FORMS[1], blank=True)}
    found = read_submissions(put(tmp_path / "b.xlsx", workbook(sheets)))
    assert [each.project for each in found] == ["县道养护", "乡道改造"]
    assert "F609" in [finding.code for finding in evaluate(found[1]).findings]


@pytest.mark.parametrize("other", [monitoring_rows, goal_rows])
@pytest.mark.parametrize("first", [True, False])
def test_a_table_of_another_kind_is_not_scored_in_the_place_of_the_form(tmp_path: Path, other: object, first: bool) -> None:
    beside = {"另": other(FORMS[0])}  # type: ignore[operator]
    own = {"自评": form_rows(FORMS[1])}
    path = put(tmp_path / "b.xlsx", workbook({**beside, **own} if first else {**own, **beside}))
    (found,) = read_submissions(path)
    assert (found.project, found.kind, found.part) == ("乡道改造", "", "")
    assert "文件中另有一份绩效" in said(found)
    assert {cell.source.part for table in found.documents[0].tables for cell in table.cells} == {"自评"}


def test_a_form_is_picked_by_sheet_number_or_part_of_the_name(tmp_path: Path) -> None:
    path = put(tmp_path / "b.xlsx", workbook({f"项目{n}表": form_rows(made) for n, made in enumerate(FORMS, 1)}))
    for sheet, project in (("项目2表", "乡道改造"), ("3", "危桥加固"), ("目1", "县道养护")):
        assert read_submission(path, sheet=sheet).project == project
    with pytest.raises(ScorerError, match="1 项目1表、2 项目2表"):
        read_submissions(path, sheet="无")


def test_reports_go_with_the_form_that_they_name(tmp_path: Path) -> None:
    book = put(tmp_path / "b.xlsx", workbook({made.project: form_rows(made) for made in FORMS}))
    reports = [put(tmp_path / f"报告{n}.docx", word(*report_text(made))) for n, made in enumerate(reversed(FORMS))]
    other = put(tmp_path / "其他.docx", word(*report_text(Made("某县水利局", "水库除险"))))
    found = read_submissions(book, *reports, other)
    assert [[Path(doc.path).name for doc in each.documents] for each in found] == [
        ["b.xlsx", "报告2.docx"],
        ["b.xlsx", "报告1.docx"],
        ["b.xlsx", "报告0.docx"],
        ["其他.docx"],
    ]


def test_two_files_are_two_submissions_and_the_api_for_one_says_that_there_are_more(tmp_path: Path) -> None:
    paths = [put(tmp_path / f"{n}.docx", form_word(made)) for n, made in enumerate(FORMS[:2])]
    assert [each.project for each in read_submissions(*paths)] == ["县道养护", "乡道改造"]
    assert "还有 1 份没有读取（乡道改造）" in said(read_submission(*paths))


def test_one_bad_file_takes_no_other_with_it(tmp_path: Path) -> None:
    form = put(tmp_path / "a.docx", form_word(FORMS[0]))
    bad = put(tmp_path / "b.docx", b"PK\x03\x04broken")
    (found,), (unread,) = read_what_can_be(form, bad)
    assert found.project == "县道养护"
    assert Path(unread.path).name == "b.docx"
    with pytest.raises(ReadError):
        read_what_can_be(bad)


# -------------------------------------------------------------------------------------------------- the command line


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return put(tmp_path / "b.xlsx", workbook({f"表{n}": form_rows(made) for n, made in enumerate(FORMS, 1)}))


def test_score_prints_every_form(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", str(book), "--fail-on", "never"]) == 0
    text = capsys.readouterr().out
    for number, total in enumerate(("100.00", "92.00", "80.00"), 1):
        assert f"第 {number} 份，共 3 份：表{number}" in text
        assert f"复算总分 {total} / 100.00" in text


def test_json_is_an_array_where_there_are_several_forms_and_an_object_for_one(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["score", str(book), "--format", "json"])
    reports = json.loads(capsys.readouterr().out)
    assert [report["submission"]["part"] for report in reports] == ["表1", "表2", "表3"]
    assert reports == [json.loads(evaluate(each).model_dump_json()) for each in read_submissions(book)]
    run(["score", str(book), "--format", "json", "--sheet", "表2"])
    assert json.loads(capsys.readouterr().out)["submission"]["part"] == "表2"


def test_pages_are_written_one_a_form(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", str(book), "--format", "html"]) == 2
    assert "每份一个文件" in capsys.readouterr().err
    run(["score", str(book), "-o", str(tmp_path / "复核.html")])
    assert sorted(path.name for path in tmp_path.glob("*.html")) == ["复核-表1.html", "复核-表2.html", "复核-表3.html"]
    assert "乡道改造" in (tmp_path / "复核-表2.html").read_text("utf-8")
    assert run(["convert", str(book), "-o", str(tmp_path / "改.toml")]) == 0
    assert read_submission(tmp_path / "改-表3.toml").project == "危桥加固"


def test_a_bad_file_is_reported_beside_the_rest_which_alone_decide_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = put(tmp_path / "a.docx", form_word(FORMS[0]))
    bad = put(tmp_path / "b.jpg", b"\xff\xd8\xff\xe0")
    assert run(["score", str(form), str(bad), "--format", "json"]) == 0
    good, unread = json.loads(capsys.readouterr().out)
    assert good["total"] == "100.00"
    assert [(one["code"], one["where"][0]["file"]) for one in unread["findings"]] == [("F610", str(bad))]
    assert run(["score", str(form), str(bad)]) == 0
    assert "里面没有文字" in capsys.readouterr().out
    assert run(["score", str(bad)]) == 3


def test_all_forms_of_a_workbook_are_annotated(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    over = [["" if text == "40" and made.done < 10 else text for text in row] for made in FORMS for row in form_rows(made)]
    put(book, workbook({made.project: over[n * 11 : n * 11 + 11] for n, made in enumerate(FORMS)}))
    run(["score", str(book), "--annotate", str(tmp_path / "批注.xlsx")])
    pages = openpyxl.load_workbook(tmp_path / "批注.xlsx").worksheets
    noted = [page.title for page in pages if any(cell.comment for row in page.iter_rows() for cell in row)]
    assert {"乡道改造", "危桥加固"} <= set(noted)


@pytest.mark.parametrize("ending", ["xlsx", "docx"])
def test_our_own_blank_form_is_a_form_that_nobody_filled_in(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"空表.{ending}"
    assert run(["new", "mof/project-2020", "-o", str(path)]) == 0
    codes = [finding.code for finding in evaluate(read_submission(path)).findings]
    assert "F609" in codes
    assert "F611" not in codes


def test_what_is_hidden_is_said(tmp_path: Path) -> None:
    import xlsxwriter

    from scorer import evaluate, read_submission
    from tests.bureau_forms import Made, form_rows

    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("自评", "草稿"):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(form_rows(Made("某县水利局", f"灌区{name}"))):
                sheet.write_row(row, 0, cells)
        sheet.hide()
        first = book.get_worksheet_by_name("自评")
        first.set_row(7, None, None, {"hidden": True})
        first.set_column(4, 4, None, None, {"hidden": True})
    report = evaluate(read_submission(str(path)))
    told = [(finding.message, finding.where[0].at) for finding in report.findings if finding.code == "F612"]
    assert any("第 8 行、E 列是隐藏的，其中的内容照常计入" in message for message, _ in told)
    assert any("隐藏的工作表“草稿”没有计入" in message and at == "草稿" for message, at in told)
    assert report.total == 100
