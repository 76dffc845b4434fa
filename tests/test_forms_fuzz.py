"""Whatever the bytes are: a document or a `ReadError`, nothing else, and soon."""

from __future__ import annotations

import functools
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorer.forms import read_document
from scorer.model import Document, ReadError
from tests.form_files import (
    binary_workbook,
    cell,
    document,
    open_workbook,
    packed,
    page_file,
    record,
    row,
    ruled,
    table,
    wide,
    words,
    workbook_parts,
)

SHEET = (
    '<cols><col min="1" max="2" hidden="1"/></cols><sheetData><row r="1"><c r="A1" s="1"><v>0.95</v></c>'
    '<c r="B1" t="s"><v>0</v></c><c r="C1"><f>100%</f><v/></c></row><row r="2" hidden="1"><c r="A2" s="2"><v>45047</v></c>'
    '</row></sheetData><mergeCells><mergeCell ref="A2:C3"/></mergeCells>'
)
PAGE = "<html><meta charset=utf-8><p>绩效<table><tr><td rowspan=2>产出<td>数量<tr><td colspan=2>≥50</table><!-- x -->"
RECORDS = (
    record(0x203, struct.pack("<HHHd", 0, 0, 1, 0.95))
    + record(0xFD, struct.pack("<HHHI", 1, 0, 0, 0))
    + record(0x06, struct.pack("<HHH", 2, 0, 0) + b"\0\0\0\0\0\0\xff\xff")
    + record(0x207, wide("合格"))
    + record(0xE5, struct.pack("<HHHHH", 1, 0, 1, 1, 2))
)


@functools.cache
def whole() -> dict[str, bytes]:
    """A sound file of each kind."""
    styles = '<w:style w:styleId="a"><w:name w:val="heading 1"/></w:style>'
    body = words("自评表") + table(row(cell("产出", "<w:vMerge w:val='restart'/>"), "≥50"), row(cell("", "<w:vMerge/>"), "9"))
    sheets = workbook_parts({"自评表": SHEET, "附表": SHEET}, ["0.00%", 'yyyy"年"'], ["<t>数量</t>"])
    return {
        "xlsx": packed(sheets, stored=True),
        "xlsx, packed": packed(sheets),
        "docx": packed({**_parts(document(body, styles))}, stored=True),
        "ods": packed(
            _parts(open_workbook("<table:table><table:table-row><table:table-cell><text:p>甲</text:p></table:table-cell></table:table-row></table:table>")),
            stored=True,
        ),
        "xls": binary_workbook(RECORDS, ["0.00%"], [struct.pack("<II", 1, 1) + wide("数量")]),
        "html": PAGE.encode(),
        "csv": "指标,目标\r\n\"培训,人数\",≥50\r\n".encode("gb18030"),
    }  # fmt: skip


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def outcome(folder: Path, data: bytes, name: str = "form.csv") -> Document | None:
    path = folder / name
    path.write_bytes(data)
    try:
        found = read_document(path)
    except ReadError:
        return None
    for table_found in found.tables:
        table_found.grid()
    return found


MARKS = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"\xff\xfe", b"\x89PNG"]
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("kind", whole())
def test_sound_files_are_read(tmp_path: Path, kind: str) -> None:
    assert outcome(tmp_path, whole()[kind]) is not None


@MANY
@given(data=st.binary(max_size=400), mark=st.sampled_from(MARKS))
def test_any_bytes(tmp_path: Path, data: bytes, mark: bytes) -> None:
    outcome(tmp_path, mark + data)


@pytest.mark.parametrize("kind", whole())
@MANY
@given(data=st.data())
def test_any_damage(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    """Bytes overwritten, cut out, doubled, or the end missing."""
    content = bytearray(whole()[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, max(len(content) - 1, 0)))
        length = data.draw(st.integers(0, 60))
        manner = data.draw(st.integers(0, 3))
        if manner == 0:
            content[start : start + length] = data.draw(st.binary(min_size=length, max_size=length))
        elif manner == 1:
            del content[start : start + length]
        elif manner == 2:
            content[start:start] = content[start : start + length]
        else:
            del content[max(start, 4) :]
    outcome(tmp_path, bytes(content))


TAGS = [
    "w:p", "w:r", "w:t", "w:tbl", "w:tr", "w:tc", "w:tcPr", "w:sdt", "w:sdtContent", "w:ins", "w:del",
    "w:trPr", "w:rPr", "w:vanish", "w:sym", "mc:AlternateContent", "mc:Choice", "w:txbxContent", "m:f",
    "m:num",
]  # fmt: skip
LEAVES = [
    '<w:gridSpan w:val="3"/>', '<w:gridSpan w:val="-1"/>', '<w:gridBefore w:val="x"/>', "<w:vMerge/>",
    '<w:vMerge w:val="restart"/>', "<w:hMerge/>", "<w:tab/>", '<w:sym w:char="zz" w:font="Symbol"/>',
    "<w:t>字</w:t>", '<w:outlineLvl w:val="٣"/>',
]  # fmt: skip
word_trees = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.builds(
        lambda tag, children: f"<{tag}>{''.join(children)}</{tag}>", st.sampled_from(TAGS), st.lists(inner, max_size=4)
    ),
    max_leaves=25,
)


@MANY
@given(tree=st.lists(word_trees, max_size=4))
def test_any_tree_of_a_document_is_read(tmp_path: Path, tree: list[str]) -> None:
    """Well-formed elements in any order and nesting are odd, never unreadable."""
    assert outcome(tmp_path, document("".join(tree))) is not None


references = st.sampled_from(["A1", "B2", "XFD9", "A0", "1A", "", "a1", "AAAA1", "A99999999999", "é1", "A1:B2", "A٣"])
values = st.sampled_from(["", "1", "-0", "nan", "1e400", "-1e-320", "٣", "x", "99999999", "0.1", "1e300", " 5 "])
kinds = st.sampled_from(["", ' t="s"', ' t="n"', ' t="str"', ' t="b"', ' t="e"', ' t="d"', ' t="zz"'])
codes = st.one_of(
    st.text('0#?.,%;"\\_*[]$-/@ yYmMdDhHsSeE+<>=AP年Ggr', max_size=14),
    st.sampled_from(["[>=1e9]0", "[DBNum1]General", ";;;", "0.0E+0", "[h", '"', "\\", "_", "0" * 300, "0." + "0" * 250]),
)


@MANY
@given(data=st.data())
def test_any_cell_of_a_workbook(tmp_path: Path, data: st.DataObject) -> None:
    cells = "".join(
        f'<c r="{data.draw(references)}" s="{data.draw(values)}"{data.draw(kinds)}><v>{data.draw(values)}</v></c>'
        f'<c r="{data.draw(references)}" s="1"><f>{data.draw(values)}</f><v>{data.draw(values)}</v></c>'
        for _ in range(data.draw(st.integers(1, 4)))
    )
    merged = f'<mergeCells><mergeCell ref="{data.draw(references)}"/></mergeCells>'
    inside = f'<sheetData><row r="{data.draw(values)}">{cells}</row></sheetData>{merged}'
    code = data.draw(codes).replace("&", "").replace("<", "&lt;")
    outcome(tmp_path, packed(workbook_parts({"自评表": inside}, [code])))


pieces = st.sampled_from([
    "<table>", "</table>", "<tr>", "<td>", "</td>", "<td rowspan=0>",
    "<td colspan=9999 rowspan=99999999999>", "<p>", "<br/>", "<script>", "</script>", "<!--", "-->",
    "<![CDATA[", "<", "&", "&#x110000;", "&lt", "字", "<input type=checkbox>", "<select>", "<h1", " x='",
    '"', ">", "<?", "<!", "</",
])  # fmt: skip


@MANY
@given(inside=st.lists(pieces, max_size=40))
def test_any_page(tmp_path: Path, inside: list[str]) -> None:
    outcome(tmp_path, ("<html>" + "".join(inside)).encode())


@pytest.mark.parametrize("piece", ["<a ", "<!-- >", "<![ ", "</", "<?", "<!", '<a x="', "&", "<td>", "<table>", "<p a='b' "])
def test_a_long_page_of_one_piece_ends(tmp_path: Path, piece: str) -> None:
    """The time grows with the length, not with its square: this would be minutes."""
    outcome(tmp_path, ("<html>字" + piece * 200_000).encode())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_of_a_pdf(tmp_path: Path, data: st.DataObject) -> None:
    pytest.importorskip("pdfplumber", reason="the extra pdf is not installed")
    content = bytearray(page_file([[("text", (50, 50), "绩效自评"), *ruled([["甲", "乙"]], [90, 90], 80)]]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(9, len(content) - 1))
        length = data.draw(st.integers(0, 30))
        if data.draw(st.booleans()):
            content[start : start + length] = data.draw(st.binary(min_size=length, max_size=length))
        elif len(content) - length > 60:
            del content[start : start + length]
    outcome(tmp_path, bytes(content), "form.pdf")
