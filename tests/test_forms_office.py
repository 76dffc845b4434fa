"""Old word processing files: by LibreOffice where it is installed, by plain words where it is not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import docx
import pytest

from scorer.forms import read_document
from scorer.forms.readers import office
from scorer.model import ReadError
from tests.form_files import compound, document, row, table, words

OLD = compound({"WordDocument": b"x" * 600 + b"\x07\x00" * 20})
WORDS = ["指标", "目标", "培训人数", "≥50人"]
BODY = words("自评表") + table(row("指标", "目标"), row("培训人数", "≥50人"))


def put(folder: Path, data: bytes, name: str = "form.doc") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "kind"), [(OLD, "旧版 Word 文档"), (b"{\\rtf1 x}", "RTF 文档")], ids=["doc", "rtf"]
)
def test_without_converter_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, kind: str
) -> None:
    monkeypatch.setattr(office, "converter", lambda: None)
    with pytest.raises(ReadError, match=f"{kind}.*没有安装 LibreOffice.*另存为 .docx"):
        read_document(put(tmp_path, data))


def program(folder: Path, script: str) -> str:
    """A converter of our own: a shell script that is called as LibreOffice is."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


COPY = 'while [ "$1" != --outdir ]; do shift; done; mkdir -p "$2"; cp "{made}" "$2/form.docx"'


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="no shell to play the converter")
class TestConverter:
    def test_converted_file_is_read_under_its_own_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made = put(tmp_path, document(BODY), "made.docx")
        monkeypatch.setenv(office.ENVIRONMENT, program(tmp_path, COPY.format(made=made)))
        path = put(tmp_path, OLD)
        found = read_document(path)
        assert (found.path, found.format, found.doubts) == (str(path), "doc", ())
        assert [cell.source.place for cell in found.tables[0].cells if cell.text == "≥50人"] == ["表1!R2C2"]

    def test_lost_table_is_noticed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made = put(tmp_path, document(words("只有文字")), "made.docx")
        monkeypatch.setenv(office.ENVIRONMENT, program(tmp_path, COPY.format(made=made)))
        assert ["表格可能在转换中丢失" in doubt.message for doubt in read_document(put(tmp_path, OLD)).doubts] == [True]

    def test_conversion_that_makes_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(office.ENVIRONMENT, program(tmp_path, "exit 1"))
        with pytest.raises(ReadError, match="转换失败"):
            read_document(put(tmp_path, OLD))

    def test_conversion_that_never_ends_is_ended_with_all_it_started(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(office, "SECONDS", 0.5)
        script = f"sleep 60 & echo $! > {tmp_path}/child; sleep 60"
        monkeypatch.setenv(office.ENVIRONMENT, program(tmp_path, script))
        with pytest.raises(ReadError, match="转换用时"):
            read_document(put(tmp_path, OLD))
        child = (tmp_path / "child").read_text().strip()
        state = subprocess.run(["ps", "-o", "stat=", "-p", child], capture_output=True, text=True, check=False).stdout
        assert not state.strip() or state.strip().startswith("Z")


@pytest.mark.skipif(office.converter() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("kind", "name"), [("doc:MS Word 97", "doc"), ("rtf", "rtf"), ("odt", "odt")])
def test_the_real_converter_keeps_the_table(tmp_path: Path, kind: str, name: str) -> None:
    written = docx.Document()
    grid = written.add_table(2, 2)
    for cell, text in zip((cell for line in grid.rows for cell in line.cells), WORDS, strict=True):
        cell.text = text
    written.add_paragraph("注：以上数据截至年底。")
    source = tmp_path / "form.docx"
    written.save(str(source))
    profile = (tmp_path / "profile").as_uri()
    command = [str(office.converter()), f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(tmp_path), str(source)], check=True, capture_output=True, timeout=120)
    found = read_document(tmp_path / f"form.{name}")
    assert found.format == name
    assert [cell.text for cell in found.tables[0].cells] == WORDS
