"""Delimited text, web pages, and the decision what a file is: by its content, never by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorer.forms import read_document
from scorer.model import Document, Paragraph, ReadError, Table
from tests.form_files import binary_workbook, compound, document, open_workbook, page_file, row, table, words, workbook


def read(tmp_path: Path, data: bytes, name: str) -> Document:
    path = tmp_path / name
    path.write_bytes(data)
    return read_document(path)


def flat(found: Table) -> list[tuple[str, str]]:
    return [(cell.source.place, cell.text) for cell in found.cells if cell]


ROWS = [("R1C1", "指标"), ("R1C2", "目标"), ("R2C1", "培训人数"), ("R2C2", "≥50人")]
TEXT = "指标,目标\n培训人数,≥50人\n"
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
SEPARATED = [
    (TEXT, ROWS),
    (TEXT.replace(",", "\t"), ROWS),
    (TEXT.replace(",", ";"), ROWS),
    (TEXT.replace("\n", "\r\n"), ROWS),
    (TEXT.replace("\n", "\r"), ROWS),
    ("sep=;\n" + TEXT.replace(",", ";"), [("R2C1", "指标"), ("R2C2", "目标"), ("R3C1", "培训人数"), ("R3C2", "≥50人")]),
    ('甲,"一,\n二""三"\n乙,2\n', [("R1C1", "甲"), ("R1C2", '一,\n二"三'), ("R2C1", "乙"), ("R2C2", "2")]),
    ('甲\t"一；二、三，四"\n乙\t1,234.5\n', [("R1C1", "甲"), ("R1C2", "一；二、三，四"), ("R2C1", "乙"), ("R2C2", "1,234.5")]),
    ('="0012",1\n', [("R1C1", "0012"), ("R1C2", "1")]),
    ("甲,,\n,,乙\n", [("R1C1", "甲"), ("R2C3", "乙")]),
    ("只有一列\n第二行\n", [("R1C1", "只有一列"), ("R2C1", "第二行")]),
]  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["form.csv", "form.tsv", "form.xls"])
def test_delimited_text_in_every_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    found = read(tmp_path, TEXT.encode(encoding), name)
    assert (found.format, flat(found.tables[0])) == ("csv", ROWS)


@pytest.mark.parametrize(("text", "cells"), SEPARATED)
def test_delimited_text_in_every_manner(tmp_path: Path, text: str, cells: list[tuple[str, str]]) -> None:
    assert flat(read(tmp_path, text.encode(), "form.csv").tables[0]) == cells


def test_blank_cells_of_short_rows_have_places(tmp_path: Path) -> None:
    found = read(tmp_path, "甲,乙,丙\n丁\n".encode(), "form.csv").tables[0]
    assert [(cell.source.at, cell.text) for cell in found.grid()[1]] == [("R2C1", "丁"), ("R2C2", ""), ("R2C3", "")]


# ------------------------------------------------------------------------------------------------------------- pages

PAGES = [
    (
        "<h2>自评表</h2><p>某县&nbsp; 单位<br>第二行</p><table><tr><th>指标</th><td>&ge;50</td></tr></table>结尾",
        [("L1", "自评表", 2), ("L2", "某县 单位\n第二行", 0), [("表1!R1C1", "指标"), ("表1!R1C2", "≥50")], ("L3", "结尾", 0)],
    ),
    (
        "<table><tr><td rowspan=2>产出<td colspan='2'>数量<tr><td>甲<td>乙</table>",
        [[("表1!R1C1", "产出"), ("表1!R1C2", "数量"), ("表1!R2C2", "甲"), ("表1!R2C3", "乙")]],
    ),
    (
        "<table><tr><td>外<table><tr><td>内</td></tr></table>尾</td></tr></table><table><tr><td>二</table>",
        [[("表1!R1C1", "外\n尾")], [("表1.1!R1C1", "内")], [("表2!R1C1", "二")]],
    ),
    (
        "<script>document.write('<table><tr><td>假</td></tr></table>')</script><style>p{}</style><!-- <p>注 --><p>真</p>",
        [("L1", "真", 0)],
    ),
    (
        "<table><tr><td><p>甲</p><p>乙</p><div>丙</div></td><td><input type=checkbox checked>是<input type=radio>否</td></table>",
        [[("表1!R1C1", "甲\n乙\n丙"), ("表1!R1C2", "☑是☐否")]],
    ),
    ("<p>没有关的<table><tr><td>甲", [("L1", "没有关的", 0), [("表1!R1C1", "甲")]]),
    ("<table><tr><td rowspan=0>甲<td>乙<tr><td>丙</table>", [[("表1!R1C1", "甲"), ("表1!R1C2", "乙"), ("表1!R2C2", "丙")]]),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "blocks"), PAGES)
def test_page_as_it_is_seen(tmp_path: Path, inside: str, blocks: list[object]) -> None:
    found = read(tmp_path, f"<html><body>{inside}".encode(), "form.html")
    assert [
        (block.source.at, block.text, block.level) if isinstance(block, Paragraph) else flat(block)
        for block in found.blocks
    ] == blocks


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="gb2312">', "gb18030"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=GBK">', "gb18030"),
        ('<meta charset="utf-8">', "utf-8"),
        ('<meta charset="utf-8">', "gb18030"),  # a lie
        ("", "gb18030"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
    ],
)
def test_page_in_every_encoding(tmp_path: Path, head: str, encoding: str) -> None:
    data = f"<html><head>{head}</head><body><p>绩效自评</p></body></html>".encode(encoding)
    assert [block.text for block in read(tmp_path, data, "form.xls").paragraphs] == ["绩效自评"]


def test_hidden_rows_of_a_page_are_marked(tmp_path: Path) -> None:
    page = "<table><tr style='display: none'><td>甲</td></tr><tr><td>乙</td></tr></table>"
    cells = read(tmp_path, page.encode(), "form.html").tables[0].cells
    assert [(cell.text, cell.doubt) for cell in cells] == [("甲", "隐藏行"), ("乙", "")]


# --------------------------------------------------------------------------------------------------------- what it is

GRID = workbook('<row r="1"><c r="A1"><v>1</v></c></row>')
SEEN = [
    (GRID, "form.xls", "xlsx"),
    (GRID, "form.et", "xlsx"),
    (GRID, "form", "xlsx"),
    (document(words("甲")), "form.doc", "docx"),
    (document(words("甲")), "form.wps", "docx"),
    (document(table(row("甲"))), "form.xlsx", "docx"),
    (binary_workbook(b""), "form.xlsx", "xls"),
    (open_workbook("<table:table/>"), "form.xlsx", "ods"),
    (b"<table><tr><td>1</td></tr></table>", "form.xls", "html"),
    (b"\xef\xbb\xbf<!-- x --><!DOCTYPE html><p>1", "form.doc", "html"),
    (b"a,b\n1,2\n", "form.xlsx", "csv"),
    ("绩效自评\n".encode("gb18030"), "form.txt", "txt"),
    ("# 绩效自评\n".encode(), "form.md", "md"),
    (page_file([[("text", (50, 50), "绩效自评")]]), "form.docx", "pdf"),
]


@pytest.mark.parametrize(("data", "name", "kind"), SEEN)
def test_content_decides_how_a_file_is_read(tmp_path: Path, data: bytes, name: str, kind: str) -> None:
    if kind == "pdf":
        pytest.importorskip("pdfplumber", reason="the extra pdf is not installed")
    found = read(tmp_path, data, name)
    assert found.format == kind
    assert found.path == str(tmp_path / name)


REFUSED = [
    (b"", "form.xlsx", "0 字节"),
    (b"\xff\xd8\xff\xe0\0\0", "form.xlsx", "图片"),
    (b"Rar!\x1a\x07", "form.docx", "RAR"),
    (bytes(range(256)) * 8, "form.xlsx", "不是可识别的格式"),
    (bytes(range(256)) * 8, "form.txt", "不是可识别的格式"),
    (compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "form.xlsx", "已加密"),
    (compound({"PowerPoint Document": b"x"}), "form.xls", "演示文稿"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "form.xls", "已损坏"),
]


@pytest.mark.parametrize(("data", "name", "cause"), REFUSED)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: bytes, name: str, cause: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(tmp_path, data, name)
    assert cause in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)
    assert str(caught.value).count("。") >= 2, "a cause and a remedy"
