"""Workbooks: what a person sees in each cell, and where; .xlsx by part, .xls by record, .ods by element."""

from __future__ import annotations

import struct
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from scorer.forms import read_document
from scorer.forms.readers.numberformat import BUILTIN, display, general, stored_number
from scorer.model import Cell, Document
from tests.form_files import binary_workbook, open_workbook, packed, record, wide, workbook, workbook_parts

DISPLAYED = [
    ("0.95", "0.00%", "95.00%"),
    ("0.985", "0%", "99%"),
    ("0.985", "0.0%", "98.5%"),
    ("1234.5", "#,##0.00", "1,234.50"),
    ("-1234.5", "#,##0.00", "-1,234.50"),
    ("2.675", "0.00", "2.68"),
    ("8", "0.0", "8.0"),
    ("0.5", "#.##", ".5"),
    ("1.5", "0.0###", "1.5"),
    ("7", "000", "007"),
    ("45047", 'yyyy"年"m"月"d"日"', "2023年5月1日"),
    ("45047", "yyyy-mm-dd", "2023-05-01"),
    ("45047.5", "yyyy/m/d h:mm", "2023/5/1 12:00"),
    ("45047", BUILTIN[57], "2023年5月"),
    ("1.26", "[h]:mm", "30:14"),
    ("5", '0"个"', "5个"),
    ("50", '"≥"0', "≥50"),
    ("0.95", "0.00%;[Red]-0.00%", "95.00%"),
    ("-0.3", "0.0%;[Red]-0.0%", "-30.0%"),
    ("0", BUILTIN[43], "-"),
    ("1234.5", BUILTIN[43], "1,234.50"),
    ("8", '[>5]0"多";0"少"', "8多"),
    ("3", '[>5]0"多";0"少"', "3少"),
    ("12345678", "0.0,", "12345.7"),
    ("3", 'General"人"', "3人"),
    ("3.5", "@", "3.5"),
    ("0.5", "# ?/?", "0.5"),
]

STORED = [
    (0.150000005960464, "0.15"),
    (0.0900000762939453, "0.09"),
    (-0.300000152587891, "-0.3"),
    (0.1 + 0.2, "0.3"),
    (14.299999999999999, "14.3"),
    (99.99999999999999, "100"),
    (1 / 3, "0.333333333"),
    (12345678.12, "12345678.12"),
    (1234567890.12, "1234567890.12"),
    (100.0, "100"),
    (0.07, "0.07"),
    (3.14159, "3.14159"),
    (1e15, "1000000000000000"),
]


@pytest.mark.parametrize(("number", "code", "shown"), DISPLAYED)
def test_number_formats_show_what_a_person_sees(number: str, code: str, shown: str) -> None:
    assert display(Decimal(number), code) == shown


@pytest.mark.parametrize(("stored", "shown"), STORED)
def test_unformatted_numbers_lose_what_binary_arithmetic_left(stored: float, shown: str) -> None:
    number = stored_number(stored)
    assert number is not None
    assert general(number) == shown


def at(document: Document, place: str) -> Cell:
    return next(cell for table in document.tables for cell in table.cells if cell.source.place == place)


def read(tmp_path: Path, data: bytes, name: str = "form.xlsx") -> Document:
    path = tmp_path / name
    path.write_bytes(data)
    return read_document(path)


def seen(document: Document) -> dict[str, str]:
    return {cell.source.at: cell.text for table in document.tables for cell in table.cells if cell}


CELLS = [
    ('<c r="A1" t="inlineStr"><is><t>数量</t></is></c>', "数量", None, ""),
    ('<c r="A1" t="inlineStr"><is><r><t>数</t></r><r><t>量</t></r></is></c>', "数量", None, ""),
    ('<c r="A1" t="s"><v>0</v></c>', "质量\n指标", None, ""),
    ('<c r="A1" t="s"><v>1</v></c>', "东京", None, ""),
    ('<c r="A1" t="s"><v>99</v></c>', None, None, ""),
    ('<c r="A1" s="1"><v>0.95</v></c>', "95.00%", "0.95", ""),
    ('<c r="A1" s="1"><v>0.95000000000000007</v></c>', "95.00%", "0.9500000000000001", ""),
    ('<c r="A1"><v>0.150000005960464</v></c>', "0.15", "0.150000005960464", ""),
    ('<c r="A1"><v>5.0</v></c>', "5", "5", ""),
    ('<c r="A1" s="2"><v>45047</v></c>', "2023年5月1日", "45047", ""),
    ('<c r="A1" s="3"><v>0</v></c>', "", "0", "数字格式不显示所存的数值 0"),
    ('<c r="A1"><f>SUM(B1:B9)</f><v>98</v></c>', "98", "98", ""),
    ('<c r="A1"><f>SUM(B1:B9)</f><v></v></c>', "", None, "公式 =SUM(B1:B9) 没有缓存值，请在 Excel 或 WPS 中打开并保存一次"),
    ('<c r="A1"><f>B1&amp;"个"</f></c>', "", None, '公式 =B1&"个" 没有缓存值，请在 Excel 或 WPS 中打开并保存一次'),
    ('<c r="A1" t="str"><f>B1&amp;"个"</f><v>5个</v></c>', "5个", None, ""),
    ('<c r="A1"><f>100%</f><v></v></c>', "=100%", None, ""),
    ('<c r="A1"><f>8个</f><v></v></c>', "=8个", None, ""),
    ('<c r="A1"><f>100%</f><v>1</v></c>', "=100%", "1", "按公式原样读作 =100%，单元格显示为 1"),
    ('<c r="A1" s="1"><f>100%</f><v>1</v></c>', "100.00%", "1", ""),
    ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!", None, "公式出错"),
    ('<c r="A1" t="b"><v>1</v></c>', "TRUE", None, ""),
    ('<c r="A1" t="inlineStr"><is><t>a_x000D_\nb_xD800_</t></is></c>', "a\nb_xD800_", None, ""),
    ("<c><v>7</v></c>", "7", "7", ""),
]
STRINGS = ["<t>质量\n指标</t>", "<r><t>东</t></r><r><t>京</t></r><rPh><t>トウキョウ</t></rPh>"]


@pytest.mark.parametrize(("cell", "text", "number", "doubt"), CELLS)
def test_cell_is_read_as_displayed(tmp_path: Path, cell: str, text: str | None, number: str | None, doubt: str) -> None:
    rows = f'<row r="1">{cell}<c r="B1"><v>1</v></c></row>'
    data = workbook(rows, ["0.00%", 'yyyy"年"m"月"d"日"', "0;-0;;@"], STRINGS)
    found = at(read(tmp_path, data), "自评表!A1")
    assert found.text == (text or "")
    assert found.number == (None if number is None else Decimal(number))
    assert found.doubt == doubt


def test_dates_of_1904_are_four_years_on(tmp_path: Path) -> None:
    data = workbook('<row r="1"><c r="A1" s="1"><v>45047</v></c></row>', ["yyyy-m-d"], properties='date1904="1"')
    assert seen(read(tmp_path, data)) == {"A1": "2027-5-2"}


def test_merged_areas_stand_once_and_blank_cells_have_places(tmp_path: Path) -> None:
    data = workbook(
        '<sheetData><row r="2"><c r="B2"><v>1</v></c><c r="D2"><v>2</v></c></row>'
        '<row r="3"><c r="C3"><v>9</v></c><c r="D3"><v>3</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="B2:C3"/><mergeCell ref="A1:D1"/></mergeCells>'
    )
    table = read(tmp_path, data).tables[0]
    anchor = next(cell for cell in table.cells if cell.source.at == "B2")
    assert (anchor.rowspan, anchor.colspan, anchor.doubt) == (2, 2, "合并单元格遮住了 C3 的内容")
    assert [cell.source.at for cell in table.cells] == ["A1", "A2", "B2", "D2", "A3", "D3"]
    assert table.grid()[2][2] is anchor


def test_hidden_rows_columns_and_sheets_are_kept_and_marked(tmp_path: Path) -> None:
    rows = '<sheetData><row r="1" hidden="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row></sheetData>'
    parts = workbook_parts(
        {"自评表": f'<cols><col min="2" max="2" hidden="1"/></cols>{rows}', "附表": rows}, states={"附表": "veryHidden"}
    )
    document = read(tmp_path, packed(parts))
    assert [(table.name, table.hidden) for table in document.tables] == [("自评表", False), ("附表", True)]
    assert at(document, "自评表!A1").doubt == "隐藏行"
    assert at(document, "自评表!B2").doubt == "隐藏列"


def test_other_spellings_of_the_same_workbook(tmp_path: Path) -> None:
    """Prefixed names, parts in UTF-16, separators of Windows, absolute targets, rows and cells without numbers."""
    parts: dict[str, str | bytes] = dict(workbook_parts({"自评表": "<sheetData><row><c><v>7</v></c></row></sheetData>"}))
    sheet = str(parts.pop("xl/worksheets/sheet1.xml"))
    prefixed = sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    parts["xl\\worksheets\\sheet1.xml"] = f'<?xml version="1.0" encoding="UTF-16"?>{prefixed}'.encode("utf-16")
    links = str(parts["xl/_rels/workbook.xml.rels"])
    parts["xl/_rels/workbook.xml.rels"] = links.replace("worksheets/", "/xl/worksheets/")
    assert seen(read(tmp_path, packed(parts))) == {"A1": "7"}


def test_large_sheets_are_read_row_by_row_with_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f'<row r="{n}" hidden="{n % 2}"><c r="B{n}" t="s"><v>{n % 2}</v></c></row>' for n in range(1, 3000))
    inside = f'<cols><col min="2" max="2" hidden="1"/></cols><sheetData>{rows}</sheetData>'
    data = workbook(f'{inside}<mergeCells><mergeCell ref="B1:C2"/></mergeCells>', strings=STRINGS)
    whole = read(tmp_path, data)
    monkeypatch.setattr("scorer.forms.readers.workbook.STREAMED_FROM", 0)
    assert read(tmp_path, data) == whole


def test_workbook_of_another_writer(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("自评表")
    sheet.merge_range("A1:D1", "项目支出绩效自评表")
    sheet.write_string("A2", "≥95%")
    sheet.write_number("B2", 0.965, book.add_format({"num_format": "0.0%"}))
    sheet.write_rich_string("C2", "培", book.add_format({"bold": True}), "训", "人数")
    sheet.write_formula("D2", "=SUM(B2:B2)", None, 12.5)
    sheet.insert_textbox("F9", "框")
    book.close()
    document = read_document(path)
    assert seen(document) == {"A1": "项目支出绩效自评表", "A2": "≥95%", "B2": "96.5%", "C2": "培训人数", "D2": "12.5"}


# ------------------------------------------------------------------------------------------------------------ old ones


def numbered(kind: int, row: int, column: int, style: int, content: bytes) -> bytes:
    return record(kind, struct.pack("<HHH", row, column, style) + content)


def packed_number(value: int, hundredths: bool = False) -> bytes:
    return struct.pack("<i", value << 2 | 2 | hundredths)


FORMULA_TEXT = b"\0\0\0\0\0\0\xff\xff"
RECORDS = (
    numbered(0x203, 0, 0, 1, struct.pack("<d", 0.95))
    + numbered(0x27E, 0, 1, 0, packed_number(1234, True))
    + record(0xBD, struct.pack("<HH", 1, 0) + b"".join(struct.pack("<H", 0) + packed_number(n) for n in (7, 8)) + b"\1\0")
    + numbered(0xFD, 2, 0, 0, struct.pack("<I", 1))
    + numbered(0x06, 2, 1, 0, FORMULA_TEXT)
    + record(0x207, wide("合格"))
    + numbered(0x06, 3, 0, 2, struct.pack("<d", 45047))
    + numbered(0x06, 3, 1, 0, b"\x02\0\x07\0\0\0\xff\xff")
    + numbered(0x06, 4, 0, 0, b"\x03\0\0\0\0\0\xff\xff")
    + numbered(0x204, 4, 1, 0, wide("标签"))
    + record(0x208, struct.pack("<H10xHH", 4, 0x20, 0))
    + record(0x7D, struct.pack("<HHHHH", 1, 1, 0, 0, 1))
    + record(0xE5, struct.pack("<HHHHH", 1, 5, 6, 0, 1))
    + numbered(0x204, 5, 0, 0, wide("合并"))
)


def test_old_workbook_is_read_record_by_record(tmp_path: Path) -> None:
    strings = [struct.pack("<II", 2, 2) + wide("甲") + struct.pack("<H", 4) + b"\x01" + "质量".encode("utf-16-le")]
    strings.append(b"\x00ok")  # the rest of the second string, now one byte a character
    data = binary_workbook(RECORDS, ["0.00%", 'yyyy"年"m"月"'], strings)
    document = read(tmp_path, data, "form.xlsx")  # the content decides, not the name
    assert document.format == "xls"
    assert seen(document) == {
        "A1": "95.00%", "B1": "12.34", "A2": "7", "B2": "8", "A3": "质量ok", "B3": "合格", "A4": "2023年5月",
        "B4": "#DIV/0!", "B5": "标签", "A6": "合并",
    }
    assert at(document, "自评表!A1").number == Decimal("0.95")
    assert at(document, "自评表!B4").doubt == "公式出错；隐藏列"
    assert "没有缓存值" in at(document, "自评表!A5").doubt
    assert at(document, "自评表!B5").doubt == "隐藏行；隐藏列"
    merged = at(document, "自评表!A6")
    assert (merged.rowspan, merged.colspan) == (2, 2)


def test_old_workbook_with_a_hidden_sheet(tmp_path: Path) -> None:
    data = binary_workbook(numbered(0x204, 0, 0, 0, wide("x")), state=2)
    assert read(tmp_path, data, "form.xls").tables[0].hidden


def test_open_workbook(tmp_path: Path) -> None:
    inside = (
        '<table:table table:name="自评表"><table:table-column/><table:table-column table:visibility="collapse"/>'
        '<table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>指标</text:p></table:table-cell>'
        "<table:covered-table-cell/>"
        '<table:table-cell office:value-type="percentage" office:value="0.95"><text:p>95.00%</text:p></table:table-cell>'
        '</table:table-row><table:table-row table:number-rows-repeated="3"/>'
        '<table:table-row table:visibility="collapse"><table:table-cell table:number-columns-repeated="2">'
        "<text:p>甲<text:s text:c='2'/>乙<text:line-break/>丙</text:p><office:annotation><text:p>注</text:p>"
        "</office:annotation></table:table-cell></table:table-row></table:table>"
        '<table:table table:name="附表" table:style-name="ta2"><table:table-row><table:table-cell><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    style = '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    document = read(tmp_path, open_workbook(inside, style), "form.ods")
    assert seen(document) == {"A1": "x", "C1": "95.00%", "A5": "甲  乙\n丙", "B5": "甲  乙\n丙"}
    assert at(document, "自评表!A1").colspan == 2
    assert at(document, "自评表!C1").number == Decimal("0.95")
    assert at(document, "自评表!B5").doubt == "隐藏行；隐藏列"
    assert [table.hidden for table in document.tables] == [False, True]
