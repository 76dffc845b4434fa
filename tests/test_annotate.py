"""The clerk's own file comes back with comments and one more page, and with every other byte as it was."""

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorer import ScorerError, evaluate, read_submission
from scorer.cli.app import run
from scorer.forms.readers import record
from scorer.forms.readers.office import converter
from scorer.forms.writing import render_form
from scorer.model import (
    Answer,
    Branch,
    Cell,
    FileInfo,
    Finding,
    Funds,
    Place,
    ReadError,
    Report,
    SetInfo,
    Submission,
    SubmissionInfo,
)
from scorer.report.annotation import Annotated, annotate, source_for, write_annotated
from scorer.report.annotation.notes import MOST_PLACES
from scorer.report.annotation.splicing import parse
from tests.bureau_forms import Made, form_word, put, report_text, word

SHEET_PART, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
TYPES = "[Content_Types].xml"
IN_XLSX = {"xl/styles.xml", TYPES, BOOK, "xl/_rels/workbook.xml.rels", SHEET_PART}
IN_DOCX = {TYPES, "word/document.xml", "word/_rels/document.xml.rels"}
NEW_XLSX = {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/worksheets/_rels/sheet1.xml.rels", "xl/worksheets/scorer1.xml"}
NEW_DOCX = {"word/comments1.xml"}

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def number(text: str) -> Cell:
    return Cell(text, number=Decimal(text))


ROWS = (
    Answer(("产出指标", "数量指标", "改造泵站座数"), target=Cell("≥12座"), actual=Cell("8座"), weight=number("50"), claimed=number("50")),
    Answer(
        ("效益指标", "社会效益指标", "受益户数"), target=Cell("≥100户"), actual=Cell("120户"), weight=number("30"), claimed=number("31")
    ),
    Answer(("满意度指标", "满意度指标", "群众满意度"), target=Cell("≥90%"), actual=Cell("95%"), weight=number("10"), claimed=number("9")),
)
FAULTY = Submission(
    unit="某县水务局",
    project="泵站改造",
    year=2023,
    answers=ROWS,
    branches=(Branch((), number("100")),),
    claimed_total=number("97"),
    funds=(
        Funds(
            "年度资金总额",
            Cell("年度资金总额"),
            budget=number("100"),
            executed=number("100"),
            rate=Cell("100%"),
            weight=number("10"),
            claimed=number("10"),
            total=True,
        ),
    ),
    columns=record.COLUMNS,
)


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def repacked(data: bytes, changes: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (parts(data) | changes).items():
            package.writestr(name, content)
    return stream.getvalue()


def annotated(path: Path) -> tuple[Report, Annotated]:
    report = evaluate(read_submission(str(path)))
    return report, annotate(report, str(path), path.read_bytes())


def clerks_file(folder: Path, suffix: str) -> Path:
    """A form with faults, as a clerk's own program may have saved it."""
    path = folder / f"自评表{suffix}"
    data = render_form(FAULTY, suffix.replace("xlsm", "xlsx"))
    if suffix == ".xlsm":
        macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        types = parts(data)[TYPES].replace(b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", macro.encode())
        data = repacked(data, {TYPES: types, "xl/vbaProject.bin": b"\x01macro\x00"})
    path.write_bytes(data)
    return path


SUFFIXES = [".xlsx", ".xlsm", ".docx"]


# ---------------------------------------------------------------------------------------------------- nothing else moves


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_other_part_keeps_its_bytes(suffix: str, tmp_path: Path) -> None:
    path = clerks_file(tmp_path, suffix)
    before = parts(path.read_bytes())
    after = parts(annotated(path)[1].data)
    touched, new = (IN_DOCX, NEW_DOCX) if suffix == ".docx" else (IN_XLSX, NEW_XLSX)
    assert {name for name in before if after[name] != before[name]} == touched
    assert set(after) - set(before) == new
    assert list(after)[: len(before)] == list(before)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_touched_part_only_gains(suffix: str, tmp_path: Path) -> None:
    path = clerks_file(tmp_path, suffix)
    before, after = parts(path.read_bytes()), parts(annotated(path)[1].data)
    for name in IN_DOCX if suffix == ".docx" else IN_XLSX:
        pieces = iter(after[name])
        assert all(letter in pieces for letter in before[name]), name  # a subsequence
        ElementTree.fromstring(after[name])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_it_scores_as_before(suffix: str, tmp_path: Path) -> None:
    path = clerks_file(tmp_path, suffix)
    first, done = annotated(path)
    path.write_bytes(done.data)
    again = evaluate(read_submission(str(path)))
    assert again.flatten(["code", "at"]) == first.flatten(["code", "at"])
    assert again.lines == first.lines


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_input_same_bytes(suffix: str, tmp_path: Path) -> None:
    path = clerks_file(tmp_path, suffix)
    assert annotated(path)[1] == annotated(path)[1]


# -------------------------------------------------------------------------------------------------------- what is added


def comments_of(data: bytes, suffix: str) -> dict[str, str]:
    """The comments by cell, or in a document by the words that they are about."""
    package = parts(data)
    if suffix != ".docx":
        root = ElementTree.fromstring(package["xl/comments1.xml"])
        return {entry.get("ref", ""): "".join(entry.itertext()) for entry in root.iter() if entry.tag.endswith("}comment")}
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    texts = {
        entry.get(f"{w}id"): "".join(entry.itertext()) for entry in ElementTree.fromstring(package["word/comments1.xml"])
    }
    about: dict[str, list[str]] = {}
    open_now: set[str] = set()
    for element in ElementTree.fromstring(package["word/document.xml"]).iter():
        identity = element.get(f"{w}id", "")
        if element.tag == f"{w}commentRangeStart":
            open_now.add(identity)
            about[identity] = []
        elif element.tag == f"{w}commentRangeEnd":
            open_now.remove(identity)
        elif element.tag == f"{w}t":
            for one in open_now:
                about[one].append(element.text or "")
    assert not open_now
    return {"".join(about[identity]): text for identity, text in texts.items()}


def test_comments_stand_at_the_faulty_cells(tmp_path: Path) -> None:
    path = clerks_file(tmp_path, ".xlsx")
    report, done = annotated(path)
    found = comments_of(done.data, ".xlsx")
    assert {place.at.rpartition("!")[2] for finding in report.findings for place in finding.where} == set(found)
    over = next(cell for cell, text in found.items() if "A103" in text and "A106" not in text)
    assert "自评得分 31 超出" in found[over]
    assert "改法：核对该行得分和分值" in found[over]
    assert "对照：" in found[over]
    assert done.comments == len(found)


def test_comments_stand_at_the_words_of_a_document(tmp_path: Path) -> None:
    found = comments_of(annotated(clerks_file(tmp_path, ".docx"))[1].data, ".docx")
    assert "A103" in found["31"]
    assert "A107" in found["8座"]
    assert "E501" in found[""]  # the blank reason cell


def test_the_page_holds_score_and_findings(tmp_path: Path) -> None:
    for suffix, part in ((".xlsx", "xl/worksheets/scorer1.xml"), (".docx", "word/document.xml")):
        report, done = annotated(clerks_file(tmp_path, suffix))
        words = re.sub(r"<[^>]*>", "", parts(done.data)[part].decode())
        for said in ("复算总分", "按分值计，其中复算", "改造泵站座数", "各级名称", "状态", *(one.code for one in report.findings)):
            assert said in words


def made_up(path: Path, *findings: Finding) -> Report:
    report = evaluate(read_submission(str(path)))
    return report.model_copy(update={"findings": findings})


def test_findings_without_a_cell_go_to_the_page_only(tmp_path: Path) -> None:
    path = clerks_file(tmp_path, ".xlsx")
    finding = Finding(code="N201", name="x", level="error", message="正文合计不符。", where=(Place(file="报告.txt", at="L3", quote="7"),))
    done = annotate(made_up(path, finding), str(path), path.read_bytes())
    assert (done.comments, done.elsewhere) == (0, 1)
    assert "xl/comments1.xml" not in parts(done.data)
    assert "正文合计不符" in parts(done.data)["xl/worksheets/scorer1.xml"].decode()
    assert "另有 1 条发现" in done.words


def test_a_finding_over_many_cells_is_noted_at_a_few(tmp_path: Path) -> None:
    path = clerks_file(tmp_path, ".xlsx")
    where = tuple(Place(file=str(path), at=f"绩效自评表!G{row}", quote="1") for row in range(1, 30))
    finding = Finding(code="A101", name="x", level="error", message="合计不符。", where=where)
    done = annotate(made_up(path, finding), str(path), path.read_bytes())
    assert done.comments == MOST_PLACES
    assert done.elsewhere == 0


HOSTILE = st.text(st.characters(), max_size=30) | st.sampled_from(["</t></r>", "]]>", "&amp;<x>", "_x0041_", "\x00\x1b[31m", "\ud800"])


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=HOSTILE, quote=HOSTILE)
def test_words_of_strangers_stay_words(suffix: str, message: str, quote: str, tmp_path: Path) -> None:
    path = clerks_file(tmp_path, suffix)
    at = "绩效自评表!A4" if suffix == ".xlsx" else "表1!R1C1"
    finding = Finding(code="X999", name="x", level="note", message=message, where=(Place(file=str(path), at=at, quote=quote),))
    done = annotate(made_up(path, finding), str(path), path.read_bytes())
    assert done.comments == 1
    for name, content in parts(done.data).items():
        if name.endswith((".xml", ".rels", ".vml")):
            ElementTree.fromstring(content)


# --------------------------------------------------------------------------------------- what a clerk's file may hold


def test_comments_pictures_and_formulas_of_the_clerk_stay(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "own.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        other = book.add_worksheet("说明")
        other.write_comment("B2", "别的表上的批注", {"author": "张"})
        sheet = book.add_worksheet("A&B's 表!1")
        sheet.write_row(0, 0, ["指标名称", "年度指标值", "实际完成值", "分值", "得分"])
        sheet.write_row(1, 0, ["改造泵站", "≥12座", "8座", 50, 50])
        sheet.write_row(2, 0, ["受益户数", "≥9户", "9户", 50, 51])
        sheet.write_formula("E4", "=SUM(E2:E3)", None, 101)
        sheet.write("A4", "合计")
        sheet.write_comment("E3", "我的批注", {"author": "李"})
        sheet.insert_image("G1", "dot.png", {"image_data": io.BytesIO(PNG)})
        sheet.conditional_format("D2:D3", {"type": "cell", "criteria": ">", "value": 3})
    _, done = annotated(path)
    before, after = parts(path.read_bytes()), parts(done.data)
    assert after["xl/media/image1.png"] == before["xl/media/image1.png"]
    assert {name for name in before if before[name] != after[name] and "sheet1" in name} == set()
    out = tmp_path / "out.xlsx"
    out.write_bytes(done.data)
    found = openpyxl.load_workbook(out)
    assert found.sheetnames == ["说明", "A&B's 表!1", "scorer复算"]
    assert found["说明"]["B2"].comment.text == "别的表上的批注"
    own = found["A&B's 表!1"]
    assert own["E3"].comment.text.startswith("我的批注")
    assert "A103" in own["E3"].comment.text
    assert own["E3"].comment.author == "李"
    assert {cell.coordinate for row in own for cell in row if cell.comment and cell.comment.author == "scorer"} != set()
    assert own["E4"].value == "=SUM(E2:E3)"
    assert len(own._images) == 1


def test_comments_headers_and_text_of_a_document_stay(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    path = clerks_file(tmp_path, ".docx")
    document = docx.Document(str(path))
    document.sections[0].header.paragraphs[0].text = "页眉"
    paragraph = document.add_paragraph("表后的说明。")
    document.add_comment(paragraph.runs, text="请核对", author="王", initials="w")
    document.save(str(path))
    _, done = annotated(path)
    before = parts(path.read_bytes())
    after = parts(done.data)
    comments = next(name for name in before if "comments" in name)
    assert {name for name in before if after[name] != before[name]} == {"word/document.xml", comments}
    assert set(after) == set(before)
    out = tmp_path / "out.docx"
    out.write_bytes(done.data)
    found = [(comment.author, comment.comment_id) for comment in docx.Document(str(out)).comments]
    assert found[0] == ("王", 0)
    assert [author for author, _ in found[1:]] == ["scorer"] * done.comments
    assert len({identity for _, identity in found}) == len(found)
    assert "表后的说明。" in [one.text for one in docx.Document(str(out)).paragraphs]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_second_run_replaces_what_the_first_has_added(suffix: str, tmp_path: Path) -> None:
    path = clerks_file(tmp_path, suffix)
    first = annotated(path)[1]
    path.write_bytes(first.data)
    second = annotated(path)[1]
    assert comments_of(second.data, suffix) == comments_of(first.data, suffix)
    assert set(parts(second.data)) == set(parts(first.data))
    page = "word/document.xml" if suffix == ".docx" else "xl/worksheets/scorer1.xml"
    assert parts(second.data)[page].decode().count("绩效自评复算与核对") == 1
    if suffix != ".docx":
        boxes = "xl/drawings/vmlDrawing1.vml"
        assert parts(second.data)[boxes].count(b"</v:shape>") == parts(first.data)[boxes].count(b"</v:shape>")


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
def test_comments_on_faults_that_were_mended_go(suffix: str, tmp_path: Path) -> None:
    path = clerks_file(tmp_path, suffix)
    path.write_bytes(annotated(path)[1].data)
    done = annotate(made_up(path), str(path), path.read_bytes())
    assert done.comments == 0
    assert comments_of(done.data, suffix) == {}
    assert "没有发现不一致的数字" in "".join(content.decode("utf-8", "replace") for content in parts(done.data).values())
    if suffix == ".docx":
        assert b"commentR" not in parts(done.data)["word/document.xml"]
    else:
        assert b"</v:shape>" not in parts(done.data)["xl/drawings/vmlDrawing1.vml"]


def test_comments_of_others_outlive_a_second_run(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "own.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("自评表")
        sheet.write_row(0, 0, ["指标名称", "年度指标值", "实际完成值", "分值", "得分"])
        sheet.write_row(1, 0, ["改造泵站", "≥12座", "8座", 50, 50])
        sheet.write_row(2, 0, ["受益户数", "≥9户", "9户", 50, 51])
        sheet.write_comment("E3", "我的批注", {"author": "李"})
        sheet.write_comment("A1", "别处的批注", {"author": "李"})
    first = annotated(path)[1]
    path.write_bytes(first.data)
    second = annotated(path)[1]
    assert comments_of(second.data, ".xlsx") == comments_of(first.data, ".xlsx")
    path.write_bytes(second.data)
    path.write_bytes(annotate(made_up(path), str(path), path.read_bytes()).data)
    assert comments_of(path.read_bytes(), ".xlsx") == {"E3": "我的批注", "A1": "别处的批注"}
    found = openpyxl.load_workbook(path)
    assert found.sheetnames == ["自评表", "scorer复算"]


def test_macros_stay(tmp_path: Path) -> None:
    after = parts(annotated(clerks_file(tmp_path, ".xlsm"))[1].data)
    assert after["xl/vbaProject.bin"] == b"\x01macro\x00"
    assert b"macroEnabled" in after[TYPES]


def test_a_signature_is_said_to_be_void(tmp_path: Path) -> None:
    path = clerks_file(tmp_path, ".xlsx")
    assert "签名" not in annotated(path)[1].words
    path.write_bytes(repacked(path.read_bytes(), {"_xmlsignatures/sig1.xml": b"<Signature/>"}))
    done = annotated(path)[1]
    assert "签名不再有效" in done.words
    assert parts(done.data)["_xmlsignatures/sig1.xml"] == b"<Signature/>"


def test_prefixes_and_empty_elements_as_other_programs_write_them(tmp_path: Path) -> None:
    path = clerks_file(tmp_path, ".docx")
    text = parts(path.read_bytes())["word/document.xml"].decode()
    start = text.index("<w:document")
    text = text[:start] + re.sub(r"(</?)w:", r"\1q:", text[start:].replace("xmlns:w=", "xmlns:w='urn:none' xmlns:q="))
    text = re.sub(r" w:(\w+)=", r" q:\1=", text)
    text = re.sub(r"<q:p><q:pPr>(?:(?!</q:pPr>).)*</q:pPr></q:p>", "<q:p/>", text)
    path.write_bytes(repacked(path.read_bytes(), {"word/document.xml": text.encode()}))
    report, done = annotated(path)
    assert done.comments > 3
    ElementTree.fromstring(parts(done.data)["word/document.xml"])
    path.write_bytes(done.data)
    assert evaluate(read_submission(str(path))).flatten(["code", "at"]) == report.flatten(["code", "at"])


# ------------------------------------------------------------------------------------------------------------- splicing

XML = "<?xml version='1.0'?>\n<!-- <a> --><a x='1>2'  y=\"'/>\" ><b/>中<c k=\"&gt;\" /> <d>1<e></e></d><![CDATA[<f>]]></a>\n"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_insertions_leave_every_byte(mark: bytes) -> None:
    part = parse("x", "y", mark + XML.encode())
    b, c, d = list(part.root)
    assert part.content() == mark + XML.encode()
    part.append(b, "<n1/>")
    part.prepend(c, "<n3/>")
    part.append(c, "<n4/>")
    part.before(d, "<n5/>")
    part.append(d, "<n6/>")
    part.append(part.root, "<n7/>")
    part.prepend(part.root, "<n0/>")
    assert part.content() == mark + (
        "<?xml version='1.0'?>\n<!-- <a> --><a x='1>2'  y=\"'/>\" ><n0/><b><n1/></b>中<c k=\"&gt;\" ><n3/><n4/></c> "
        "<n5/><d>1<e></e><n6/></d><![CDATA[<f>]]><n7/></a>\n"
    ).encode()


@pytest.mark.parametrize(
    "data",
    [b"", b"<a>", b"<a></b>", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", b"\xff\xfe<\x00", b"<a>" * 400 + b"</a>" * 400],
)
def test_broken_or_hostile_parts_are_refused(data: bytes) -> None:
    with pytest.raises(ReadError, match="form"):
        parse("form.docx", "word/document.xml", data)


# ---------------------------------------------------------------------------------------------------- which file, where


def test_the_file_of_the_same_kind_is_annotated() -> None:
    files = ["报告.docx", "自评表.docx", "附表.xlsx"]
    assert source_for(files, "out.docx") == "报告.docx"
    assert source_for(files, "out.docx", {"自评表.docx"}) == "自评表.docx"
    assert source_for(files, "out.XLSX") == "附表.xlsx"


@pytest.mark.parametrize(
    ("files", "target", "words"),
    [
        (["form.csv"], "out.csv", "可以的格式有：.xlsx .xlsm .docx"),
        (["form.pdf"], "out.docx", "其他格式请先用 scorer convert 改存"),
        (["form.toml"], "out.xlsx", "其他格式请先用 scorer convert 改存"),
        (["form.xlsx"], "out.docx", "后缀应为 .xlsx"),
    ],
)
def test_other_formats_are_told_what_can_be_annotated(files: list[str], target: str, words: str) -> None:
    with pytest.raises(ScorerError) as caught:
        source_for(files, target)
    assert words in str(caught.value)


def test_a_file_changed_since_is_refused(tmp_path: Path) -> None:
    path = clerks_file(tmp_path, ".xlsx")
    report = evaluate(read_submission(str(path)))
    with pytest.raises(ScorerError, match="被改过"):
        annotate(report, str(path), path.read_bytes() + b" ")


def test_content_that_is_not_what_the_suffix_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_text("指标,分值\n", encoding="utf-8")
    info = FileInfo(path=str(path), sha256=evaluate(read_submission(str(path))).submission.files[0].sha256)
    report = Report(tool="0", submission=SubmissionInfo(files=(info,)), set=SetInfo(id=""))
    with pytest.raises(ScorerError, match="内容与后缀不符"):
        annotate(report, str(path), path.read_bytes())


def test_the_command_writes_beside_and_never_over_the_original(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = clerks_file(tmp_path, ".xlsx"), tmp_path / "out.xlsx"
    before = path.read_bytes()
    assert run(["score", str(path), "--annotate", str(out)]) == 1
    assert "批注" in capsys.readouterr().err
    assert run(["score", str(path), "--annotate", str(out)]) == 2
    assert "已存在" in capsys.readouterr().err
    assert run(["score", str(path), "--annotate", str(path), "--force"]) == 2
    assert "原文件" in capsys.readouterr().err
    assert run(["score", str(path), "--annotate", str(tmp_path / "out.docx")]) == 2
    assert "后缀应为 .xlsx" in capsys.readouterr().err
    other = str(tmp_path / "other.xlsx")
    assert run(["score", str(path), "-o", other, "--annotate", other]) == 2
    assert "两个不同的文件名" in capsys.readouterr().err
    assert not Path(other).exists()
    assert path.read_bytes() == before


def test_a_clean_form_gets_its_page_and_no_comment(tmp_path: Path) -> None:
    good = replace(ROWS[0], actual=Cell("12座")), replace(ROWS[1], claimed=number("30")), replace(ROWS[2], claimed=number("10"))
    path = tmp_path / "form.docx"
    path.write_bytes(render_form(replace(FAULTY, answers=good, claimed_total=number("100")), ".docx"))
    report = evaluate(read_submission(str(path)))
    done = write_annotated(report.model_copy(update={"findings": ()}), tmp_path / "out.docx")
    assert done.comments == 0
    assert "没有发现不一致的数字" in parts(done.data)["word/document.xml"].decode()
    assert not any("comments" in name for name in parts(done.data))


# ------------------------------------------------------------------------------------------------- another program opens


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize(("suffix", "flat"), [(".xlsx", "fods"), (".docx", "fodt")])
def test_another_office_program_shows_the_comments(suffix: str, flat: str, tmp_path: Path) -> None:
    path = clerks_file(tmp_path, suffix)
    _, done = annotated(path)
    out = tmp_path / f"out{suffix}"
    out.write_bytes(done.data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", flat, "--outdir", str(tmp_path), str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    shown = (tmp_path / f"out.{flat}").read_text("utf-8")
    assert len(re.findall(r"<office:annotation[ >]", shown)) == done.comments
    assert "复算总分" in shown


def test_faulty_cells_are_filled_and_an_earlier_runs_fills_are_replaced(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")

    source = Path(__file__).parents[1] / "examples" / "report-and-form" / "form.xlsx"
    first, again = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    write_annotated(evaluate(read_submission(str(source))), first)
    write_annotated(evaluate(read_submission(str(first))), again)
    for path in (first, again):
        sheet = openpyxl.load_workbook(path)["绩效自评表"]
        filled = {str(place.sqref): [rule.dxf.fill.bgColor.rgb for rule in place.rules] for place in sheet.conditional_formatting}
        commented = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
        assert commented == {cell for cells in filled for cell in cells.split()}
        assert {colour for colours in filled.values() for colour in colours} <= {"FFFFC7CE", "FFFFEB9C", "FFDDEBF7"}


def test_form_and_report_both_come_back(tmp_path: Path) -> None:
    made = Made("某县水利局", "灌区配套", done=8)
    form = put(tmp_path / "自评表.docx", form_word(made))
    told = [line.replace("10条", "9条") for line in report_text(made)]
    report = put(tmp_path / "报告.docx", word(*told, "全年预算100万元，支出90万元，预算执行率为100%。"))
    found = evaluate(read_submission(str(form), str(report)))
    assert {place.file for finding in found.findings for place in finding.where} >= {str(form), str(report)}
    done = write_annotated(found, tmp_path / "批注.docx")
    assert (tmp_path / "批注.docx").is_file()
    assert (tmp_path / "批注-报告.docx").is_file()
    assert "批注-报告.docx" in done.words


@pytest.mark.skipif(converter() is None, reason="no LibreOffice")
def test_an_old_workbook_comes_back_converted(tmp_path: Path) -> None:
    source = Path(__file__).parents[1] / "examples" / "report-and-form" / "form.xlsx"
    command = [str(converter()), f"-env:UserInstallation={(tmp_path / 'p').as_uri()}", "--headless", "--convert-to", "xls", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(source)], check=True, capture_output=True, timeout=120)
    found = evaluate(read_submission(str(tmp_path / "form.xls")))
    done = write_annotated(found, tmp_path / "批注.xlsx")
    assert done.comments
    assert "已转换为 .xlsx" in done.words
