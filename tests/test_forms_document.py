"""Word documents: what a reader of the accepted document sees, each cell at its grid position."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorer.forms import read_document
from scorer.model import Document, Paragraph, Table
from tests.form_files import cell, document, row, table, words


def read(tmp_path: Path, data: bytes, name: str = "form.docx") -> Document:
    path = tmp_path / name
    path.write_bytes(data)
    return read_document(path)


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def box(text: str) -> str:
    inside = f"<w:txbxContent>{words(text)}</w:txbxContent>"
    drawing = f"<w:drawing><wp:inline><a:graphic><wps:txbx>{inside}</wps:txbx></a:graphic></wp:inline></w:drawing>"
    picture = f"<w:pict><v:shape><v:textbox>{inside}</v:textbox></v:shape></w:pict>"
    return (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'>{drawing}</mc:Choice>"
        f"<mc:Fallback>{picture}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def check_box(checked: str) -> str:
    return (
        f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{checked}"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent>{run('☒')}</w:sdtContent></w:sdt>"
    )


OLD_BOX = '<w:checkBox><w:default w:val="1"/></w:checkBox>'
MATH = "<m:r><m:t>{}</m:t></m:r>"
HALF = f"<m:oMath>{MATH.format(chr(8805))}<m:f><m:num>{MATH.format(1)}</m:num><m:den>{MATH.format(2)}</m:den></m:f></m:oMath>"
TEXTS = [
    ("split runs", run("≥") + run("50") + run("个"), "≥50个", ""),
    ("tracked insertion", f"<w:ins>{run('98')}</w:ins>%", "98", ""),
    ("tracked deletion", f"{run('98')}<w:del><w:r><w:delText>95</w:delText></w:r></w:del>", "98", "修订：删除的文字未计入"),
    ("moved away", f"{run('98')}<w:moveFrom>{run('95')}</w:moveFrom>", "98", "修订：删除的文字未计入"),
    ("moved here", f"<w:moveTo>{run('95')}</w:moveTo>", "95", ""),
    ("content control", f"<w:sdt><w:sdtPr/><w:sdtContent>{run('优')}</w:sdtContent></w:sdt>", "优", ""),
    ("checked box", check_box("1") + run("是"), "☑是", ""),
    ("unchecked box", check_box("0") + run("否"), "☐否", ""),
    ("symbol box", '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☑", ""),
    ("symbol comparator", f'<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>{run("95%")}', "≥95%", ""),
    ("form field", f"<w:r><w:fldChar><w:ffData>{OLD_BOX}</w:ffData></w:fldChar></w:r>", "☑", ""),
    ("field result", f"<w:r><w:instrText>SUM(ABOVE)</w:instrText></w:r>{run('100')}", "100", ""),
    ("tab and break", "<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r>", "甲\t乙\n丙", ""),
    ("page break", '<w:r><w:br w:type="page"/></w:r>' + run("甲"), "甲", ""),
    ("hidden text", run("95", "<w:vanish/>") + run("98"), "98", "隐藏文字未计入"),
    ("shown text", run("95", '<w:vanish w:val="0"/>'), "95", ""),
    ("hyperlink", f"<w:hyperlink>{run('98')}</w:hyperlink>", "98", ""),
    ("formula", HALF, "≥1/2", ""),
    ("ruby", f"<w:r><w:ruby><w:rt>{run('hàn')}</w:rt><w:rubyBase>{run('汉')}</w:rubyBase></w:ruby></w:r>", "汉", ""),
    ("text box once", run("甲") + box("乙"), "甲\n乙", ""),
    ("formatting", run("甲", '<w:rFonts w:ascii="宋体"/><w:sz w:val="21"/>') + run("乙", "<w:b/><w:vanish/>"), "甲", "隐藏文字未计入"),
    ("words like formatting", "<w:r><w:t><![CDATA[甲<w:sz/>乙]]></w:t></w:r>", "甲<w:sz/>乙", ""),
    ("end of an element in a value", run("甲", '<w:color w:val="a/>b"/>'), "甲", ""),
    ("comment", f"{run('甲')}<!-- -<w:sz/>-> {run('乙')} -->", "甲", ""),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "text", "doubt"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_words_of_a_cell(tmp_path: Path, inside: str, text: str, doubt: str) -> None:
    found = read(tmp_path, document(table(row(cell(f"<w:p>{inside}</w:p>"))))).tables[0].cells[0]
    assert (found.text, found.doubt) == (text, doubt)


def test_words_of_a_paragraph_are_read_by_the_same_rules(tmp_path: Path) -> None:
    body = "".join(f"<w:p>{inside}</w:p>" for name, inside, _, _ in TEXTS if "box" not in name)
    found = [paragraph.text for paragraph in read(tmp_path, document(body)).paragraphs]
    assert found == [text for name, _, text, _ in TEXTS if "box" not in name]


def flat(found: Table) -> list[tuple[str, str, int, int]]:
    return [(cell.source.at, cell.text, cell.rowspan, cell.colspan) for cell in found.cells]


SPAN2, SPAN3 = '<w:gridSpan w:val="2"/>', '<w:gridSpan w:val="3"/>'
RESTART, CONTINUE = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
WORD = "甲"
TABLES = [
    (
        "columns merged",
        table(row(cell("名称", SPAN3), "值"), row("甲", cell("乙", SPAN2), "丙")),
        [("R1C1", "名称", 1, 3), ("R1C4", "值", 1, 1), ("R2C1", "甲", 1, 1), ("R2C2", "乙", 1, 2), ("R2C4", "丙", 1, 1)],
    ),
    (
        "rows merged",
        table(row(cell("产出", RESTART), "a"), row(cell("", CONTINUE), "b"), row(cell("效益", RESTART), "c")),
        [("R1C1", "产出", 2, 1), ("R1C2", "a", 1, 1), ("R2C2", "b", 1, 1), ("R3C1", "效益", 1, 1), ("R3C2", "c", 1, 1)],
    ),
    (
        "both merged",
        table(row(cell("甲", RESTART + SPAN2), "a"), row(cell("", CONTINUE + SPAN2), "b")),
        [("R1C1", "甲", 2, 2), ("R1C3", "a", 1, 1), ("R2C3", "b", 1, 1)],
    ),
    (
        "columns left out before a row",
        table(row("甲", "乙"), row("丙", properties='<w:gridBefore w:val="1"/>')),
        [("R1C1", "甲", 1, 1), ("R1C2", "乙", 1, 1), ("R2C2", "丙", 1, 1)],
    ),
    (
        "continued without a beginning",
        table(row(cell("甲", CONTINUE), "乙")),
        [("R1C1", "甲", 1, 1), ("R1C2", "乙", 1, 1)],
    ),
    (
        "merged in the old way",
        table(row(cell("甲", '<w:hMerge w:val="restart"/>'), cell("", "<w:hMerge/>"), "乙")),
        [("R1C1", "甲", 1, 2), ("R1C3", "乙", 1, 1)],
    ),
    (
        "rows and cells in content controls",
        table(f"<w:sdt><w:sdtContent>{row(f'<w:sdt><w:sdtContent>{cell(WORD)}</w:sdtContent></w:sdt>')}</w:sdtContent></w:sdt>"),
        [("R1C1", "甲", 1, 1)],
    ),
    (
        "a deleted row",
        table(row("甲"), row("乙", properties="<w:del/>"), row("丙", properties="<w:ins/>")),
        [("R1C1", "甲", 1, 1), ("R2C1", "丙", 1, 1)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "cells"), [case[1:] for case in TABLES], ids=[case[0] for case in TABLES])
def test_cells_stand_at_their_grid_position(tmp_path: Path, body: str, cells: list[tuple[str, str, int, int]]) -> None:
    found = read(tmp_path, document(body))
    assert flat(found.tables[0]) == cells
    assert {cell.source.part for cell in found.tables[0].cells} == {"表1"}


def test_words_behind_a_merge_are_said(tmp_path: Path) -> None:
    found = read(tmp_path, document(table(row(cell("甲", RESTART)), row(cell("乙", CONTINUE)))))
    assert [(cell.text, cell.doubt) for cell in found.tables[0].cells] == [("甲", "合并单元格遮住了 R2C1 的内容")]


def test_a_deleted_row_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, document(table(row("甲"), row("乙", properties="<w:del/>"))))
    assert "修订" in found.tables[0].cells[0].doubt


def test_table_in_a_cell_is_a_table_of_its_own(tmp_path: Path) -> None:
    inner = table(row("内1", "内2"))
    body = words("前") + table(row(cell(words("外") + inner), cell(inner))) + table(row("二"))
    found = read(tmp_path, document(body))
    assert [table.name for table in found.tables] == ["表1", "表1.1", "表1.2", "表2"]
    assert flat(found.tables[0]) == [("R1C1", "外", 1, 1), ("R1C2", "", 1, 1)]
    assert flat(found.tables[1]) == [("R1C1", "内1", 1, 1), ("R1C2", "内2", 1, 1)]


def test_paragraphs_are_counted_blank_ones_too_and_keep_their_order(tmp_path: Path) -> None:
    styles = (
        '<w:style w:styleId="a"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="b"><w:name w:val="我的标题"/><w:basedOn w:val="a"/></w:style>'
        '<w:style w:styleId="c"><w:name w:val="标题甲"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
    )
    body = (
        '<w:p><w:pPr><w:pStyle w:val="c"/></w:pPr><w:r><w:t>一</w:t></w:r></w:p><w:p/>'
        '<w:sdt><w:sdtContent><w:p><w:pPr><w:pStyle w:val="b"/></w:pPr><w:r><w:t>二</w:t></w:r></w:p></w:sdtContent></w:sdt>'
        + table(row("甲"))
        + '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>三</w:t></w:r></w:p>'
        + f"<w:p>{run('四')}{box('框')}</w:p>"
    )
    found = read(tmp_path, document(body, styles))
    blocks = [
        (block.source.at, block.text, block.level) if isinstance(block, Paragraph) else block.name
        for block in found.blocks
    ]
    assert blocks == [("L1", "一", 1), ("L3", "二", 2), "表1", ("L4", "三", 3), ("L5", "四", 0), ("L6", "框", 0)]


def test_strict_documents_and_other_names(tmp_path: Path) -> None:
    """The strict namespace; a document that carries the suffix of the old format."""
    from tests.form_files import document_parts, packed

    parts = document_parts(table(row(cell("甲", SPAN2), "乙")))
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    plain = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts["word/document.xml"] = parts["word/document.xml"].replace(plain, strict)
    found = read(tmp_path, packed(parts), "form.doc")
    assert found.format == "docx"
    assert flat(found.tables[0]) == [("R1C1", "甲", 1, 2), ("R1C3", "乙", 1, 1)]
