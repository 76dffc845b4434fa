"""Archives, fixed-layout files and workbooks in XML: opened, read, or refused in words that say what to do."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from scorer.cli.app import run
from scorer.evaluation import evaluate
from scorer.forms import read_document, read_submission, read_submissions
from scorer.forms.files.archive import entries
from scorer.model import ReadError
from tests.bureau_forms import Made, form_rows, form_word, put, report_text, word

MADE = Made("某县公路局", "县道养护")


def archive(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name)
            packed.writestr(info, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def test_the_files_in_an_archive_are_read_as_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = {"报送/自评表.docx": form_word(MADE), "报送/报告.docx": word(*report_text(MADE)), "__MACOSX/._a.docx": b"x", "报送/": b""}
    path = put(tmp_path / "报送.zip", archive(parts))
    assert entries(str(path)) == [f"{path}/报送/报告.docx", f"{path}/报送/自评表.docx"]
    (found,) = read_submissions(path)
    assert [Path(doc.path).name for doc in found.documents] == ["报告.docx", "自评表.docx"]
    assert run(["score", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == "100.00"
    assert read_submission(path / "报送" / "自评表.docx").project == "县道养护"


def test_names_packed_on_chinese_windows_are_read(tmp_path: Path) -> None:
    data = archive({"zp.docx": form_word(MADE)}).replace(b"zp.docx", "表.docx".encode("gb18030"))
    assert [Path(name).name for name in entries(str(put(tmp_path / "a.zip", data)))] == ["表.docx"]


def test_a_damaged_entry_takes_no_other_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path / "a.zip", archive({"a.docx": form_word(MADE), "b.docx": b"", "../c.docx": b"x"}))
    assert run(["score", str(path), "--format", "json"]) == 0
    good, bad = json.loads(capsys.readouterr().out)
    assert good["total"] == "100.00"
    assert bad["findings"][0]["where"][0]["file"].endswith("b.docx")


@pytest.mark.parametrize(("data", "said"), [(b"PK\x03\x04", "打不开"), (archive({"空/": b""}), "压缩包是空的")])
def test_an_archive_without_files_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        read_submissions(put(tmp_path / "a.zip", data))


def test_a_bomb_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "a.zip", archive({"a.txt": bytes(32 * 1024 * 1024)}))
    with pytest.raises(ReadError, match="压缩炸弹"):
        read_submissions(path)


def test_a_fixed_layout_file_is_called_one(tmp_path: Path) -> None:
    data = archive({"OFD.xml": b"<ofd:OFD/>", "Doc_0/Document.xml": b"<x/>"})
    with pytest.raises(ReadError, match=r"版式文件（OFD）.*另存为 PDF"):
        read_document(put(tmp_path / "a.ofd", data))


def spreadsheet_xml(rows: list[list[str]]) -> str:
    """A form as Excel 2003 writes it in XML; figures of the claimed column are numbers, one a percentage."""
    lines = []
    for row in rows:
        cells = "".join(
            f'<Cell ss:Index="{column}"><Data ss:Type="{"Number" if text.isdecimal() else "String"}">'
            f'{text.replace("<", "&lt;")}</Data></Cell>'
            for column, text in enumerate(row, 1)
            if text
        ).replace('><Data ss:Type="String">92%<', ' ss:StyleID="p"><Data ss:Type="Number">0.92<')
        lines.append(f"<Row>{cells}</Row>")
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Styles><Style ss:ID="p"><NumberFormat ss:Format="0%"/></Style></Styles>'
        f'<Worksheet ss:Name="自评表"><Table>{"".join(lines)}</Table></Worksheet></Workbook>'
    )


def test_a_workbook_in_xml_is_read_as_a_workbook(tmp_path: Path) -> None:
    found = read_submission(put(tmp_path / "a.xls", spreadsheet_xml(form_rows(MADE))))
    assert (found.unit, found.project, found.documents[0].format) == (MADE.unit, MADE.project, "xls")
    assert found.answers[3].actual.text == "92%"
    assert found.answers[3].actual.source.place == "自评表!E10"
    assert evaluate(found).total == 100


def test_a_workbook_in_xml_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="不是完整的 XML"):
        read_submission(put(tmp_path / "a.xls", spreadsheet_xml(form_rows(MADE))[:-200]))
