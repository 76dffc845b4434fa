"""Files of an enemy, and files that are merely broken: each is refused in words, with the limit that it passed."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from scorer.forms import read_document, read_submission
from scorer.forms.files import limits
from scorer.model import Document, ReadError
from tests.form_files import (
    binary_workbook,
    compound,
    document,
    document_parts,
    open_workbook,
    packed,
    record,
    table,
    wide,
    words,
    workbook,
    workbook_parts,
)

SHEET = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def book_with(name: str, content: str | bytes) -> bytes:
    parts: dict[str, str | bytes] = dict(workbook_parts({"自评表": SHEET}))
    parts[name] = content
    return packed(parts)


def sheet_with(inside: str) -> bytes:
    return book_with("xl/worksheets/sheet1.xml", inside)


def lying(data: bytes, size: int) -> bytes:
    """A package whose directory states another unpacked size for its last part."""
    place = data.rfind(b"PK\x01\x02")
    return data[: place + 24] + struct.pack("<I", size) + data[place + 28 :]


def nested(element: str, depth: int, inside: str = "") -> str:
    return f"<{element}>" * depth + inside + f"</{element}>" * depth


def locked(data: bytes) -> bytes:
    """A package whose parts say that they are encrypted."""
    place = data.find(b"PK\x01\x02")
    return data[: place + 8] + b"\x01\x00" + data[place + 10 :]


def merges(count: int) -> str:
    areas = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, count + 1))
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{SHEET}<mergeCells>{areas}</mergeCells></worksheet>'


GRID = workbook(SHEET)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "styles that are cut off": (book_with("xl/styles.xml", "<styleSheet><cellXfs"), "部件 xl/styles.xml 不是完整的 XML"),
    "entities that grow": (sheet_with(LAUGHS + "<worksheet>&c;</worksheet>"), "实体声明"),
    "an external entity": (sheet_with(EXTERNAL + "<worksheet>&e;</worksheet>"), "实体声明"),
    "entities in another encoding": (
        sheet_with(('<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS + "<worksheet>&c;</worksheet>").encode("utf-16")),
        "实体声明",
    ),
    "entities in an encoding of mainframes": (
        sheet_with(('<?xml version="1.0" encoding="cp037"?>' + LAUGHS + "<worksheet>&c;</worksheet>").encode("cp037")),
        "XML",
    ),
    "entities in a document": (
        packed({**document_parts(words("x")), "word/document.xml": LAUGHS + "<document>&c;</document>"}),
        "实体声明",
    ),
    "a packing bomb": (sheet_with("<worksheet>" + " " * 30_000_000 + "</worksheet>"), "压缩比"),
    "a name outside of the package": (book_with("../../evil.xml", "x"), "不安全"),
    "an absolute name": (book_with("/etc/passwd", "x"), "不安全"),
    "a name on a drive": (book_with("C:\\evil.xml", "x"), "不安全"),
    "a size that is a lie": (lying(GRID, 10), "已损坏"),
    "a locked part": (locked(GRID), "已加密"),
    "a cut package": (GRID[: len(GRID) // 2], "已损坏"),
    "a package of other things": (packed({"readme.txt": "x"}), "压缩包"),
    "a package within": (packed({"form.xlsx": GRID}), "压缩包"),
    "many parts": (packed({f"x{n}": "" for n in range(limits.PACKED_ENTRIES + 1)}, True), str(limits.PACKED_ENTRIES)),
    "no sheets": (packed({**workbook_parts({}), "xl/worksheets/sheet1.xml": SHEET}), "没有工作表"),
    "a sheet without its part": (
        packed({k: v for k, v in workbook_parts({"自评表": SHEET}).items() if "sheet1" not in k}),
        "缺少",
    ),
    "no XML at all": (sheet_with(b"\xff" * 100), "XML"),
    "too many merged areas": (sheet_with(merges(limits.MERGED_AREAS + 1)), str(limits.MERGED_AREAS)),
    "merged areas without end": (sheet_with(merges(300_000)), str(limits.ELEMENTS_AROUND)),
    "merged areas upon each other": (
        sheet_with(
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
            '<c r="A1"><v>1</v></c></row><row r="300"><c r="KN300"><v>1</v></c></row></sheetData><mergeCells>'
            + "".join(f'<mergeCell ref="{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n % 26]}{400 - n}:KN400"/>' for n in range(1, 400))
            + "</mergeCells></worksheet>"
        ),
        "相互重叠",
    ),
    "a column beyond the last": (workbook('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'), str(limits.COLUMNS)),
    "a cell at the end of the world": (
        workbook('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "XFD1048576",
    ),
    "a cell of a million characters": (
        workbook(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"字 " * 600_000}</t></is></c></row>'),
        str(limits.CELL_CHARACTERS),
    ),
    "tables in tables in tables": (
        document(f"<w:tbl><w:tr><w:tc>{'<w:tbl><w:tr><w:tc>' * 300}{words('x')}{'</w:tc></w:tr></w:tbl>' * 301}"),
        str(limits.XML_DEPTH),
    ),
    "controls in controls": (document(nested("w:ins", 3000, words("x"))), str(limits.XML_DEPTH)),
    "runs in runs": (document(f"<w:p>{nested('w:smartTag', 3000, '<w:r><w:t>x</w:t></w:r>')}</w:p>"), "嵌套"),
    "a span of a billion columns": (
        document(table('<w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr></w:tc></w:tr>')),
        str(limits.COLUMNS),
    ),
    "a hundred thousand columns": (("," * 100_000 + "\n").encode(), str(limits.COLUMNS)),
    "a quote that never ends": (('甲,"' + "x\n" * 1_000_000).encode(), "字数"),
    "an open workbook of endless rows": (
        open_workbook(
            '<table:table><table:table-row table:number-rows-repeated="1000000000">'
            '<table:table-cell table:number-columns-repeated="100"><text:p>x</text:p></table:table-cell>'
            "</table:table-row></table:table>"
        ),
        str(limits.CELLS),
    ),
    "an open workbook of endless columns": (
        open_workbook(
            '<table:table><table:table-row><table:table-cell table:number-columns-repeated="1000000000"><text:p>x</text:p>'
            "</table:table-cell></table:table-row></table:table>"
        ),
        str(limits.COLUMNS),
    ),
    "a locked open workbook": (open_workbook("", manifest="<encryption-data/>"), "已加密"),
    "a locked old workbook": (binary_workbook(b"", more=record(0x2F, b"\0" * 6)), "已加密"),
    "an old workbook of too many merged areas": (
        binary_workbook(
            record(0x204, struct.pack("<HHH", 0, 0, 0) + wide("x"))
            + record(0xE5, struct.pack("<H", 1000) + struct.pack("<HHHH", 0, 1, 0, 1) * 1000) * 51
        ),
        str(limits.MERGED_AREAS),
    ),
    "a ring of sectors": (
        compound({"Workbook": b"x"})[:-512] + struct.pack("<I", 0) * 128,
        "已损坏",
    ),
    "a page of tables in tables": (("<html>" + "<table><tr><td>" * 1000).encode(), "嵌套"),
    "a page of wide spans": (
        ("<html><table>" + ("<tr>" + "<td colspan=1000>x" * 16) * 200).encode(),
        str(limits.GRID),
    ),
    "a page without words": (b"<html><script>x</script></html>", "没有文字"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused(tmp_path: Path, name: str) -> None:
    data, cause = HOSTILE[name]
    path = tmp_path / ("form.csv" if data[:1] in b",\xe7" else "form.xlsx")
    path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        read_document(path)
    message = str(caught.value)
    assert cause in message
    assert message.startswith(str(path))
    assert message.endswith("。")


def test_promised_strings_that_are_not_there_are_none(tmp_path: Path) -> None:
    strings = [struct.pack("<II", 9, 4_000_000_000) + wide("甲")]
    path = tmp_path / "form.xls"
    path.write_bytes(binary_workbook(record(0xFD, struct.pack("<HHHI", 0, 0, 0, 0)), strings=strings))
    assert [cell.text for cell in read_document(path).tables[0].cells] == ["甲"]


def test_honest_size_beyond_the_limit_is_refused_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    with path.open("wb") as stream:
        stream.truncate(limits.FILE_BYTES + 1)
    with pytest.raises(ReadError, match=r"60\.0 MB，超过上限 60\.0 MB"):
        read_document(path)


def test_folder_missing_file_and_odd_paths(tmp_path: Path) -> None:
    for path, cause in ((tmp_path, "文件夹"), (tmp_path / "无.xlsx", "不存在"), ("a\0b", "无法打开"), (os.devnull, "普通文件")):
        with pytest.raises(ReadError, match=cause):
            read_document(path)


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(GRID)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ReadError, match="没有读取权限"):
        read_document(path)


def test_something_must_be_given() -> None:
    with pytest.raises(ReadError, match="没有给出"):
        read_submission()
    with pytest.raises(ReadError, match="文件名是空的"):
        read_submission("")


def test_a_size_that_is_no_limit_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(lying(GRID, 4_000_000_000))
    assert [cell.text for cell in read_document(path).tables[0].cells] == ["1"]


def test_unread_parts_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photographs in a form are never unpacked, however large they are."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(book_with("xl/media/image1.png", b"\0" * 2 * 1024**2))
    monkeypatch.setattr(limits, "PART_BYTES", 1024**2)
    assert read_document(path).tables[0].cells[0].text == "1"


MEMORY = """
import sys
from scorer.forms import read_document
from scorer.model import ReadError
try:
    read_document(sys.argv[1])
except ReadError as error:
    print(error)
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_fifty_megabytes_are_read_or_refused_within_the_memory_of_an_office_computer(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("the system does not tell a process's peak memory")
    path = tmp_path / "form.xlsx"
    parts = workbook_parts({"自评表": ""})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            if "sheet1" not in name:
                archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as stream:
            space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            stream.write(f'<worksheet xmlns="{space}"><sheetData>'.encode())
            size, row = 0, 0
            while size < 50 * 1024**2:
                row += 1
                cells = "".join(f'<c r="{column}{row}"><v>{row}.{ord(column)}</v></c>' for column in "ABCDEFGHIJ")
                size += stream.write(f'<row r="{row}">{cells}</row>'.encode())
            stream.write(b"</sheetData></worksheet>")
    done = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True)
    *message, memory = done.stdout.split("\n")[:-1]
    assert int(memory) < 500
    assert not message or str(limits.CELLS) in message[0]


def read(data: bytes, path: Path) -> Document:
    path.write_bytes(data)
    return read_document(path)


def test_packages_are_read_as_bytes_never_from_the_disk(tmp_path: Path) -> None:
    """A target that climbs out of the package is a missing part, whatever stands on the disk there."""
    (tmp_path / "secret.xml").write_text(f"<worksheet>{SHEET}</worksheet>")
    parts = workbook_parts({"自评表": SHEET})
    links = parts["xl/_rels/workbook.xml.rels"]
    parts["xl/_rels/workbook.xml.rels"] = links.replace("worksheets/sheet1.xml", f"../../..{tmp_path}/secret.xml")
    with pytest.raises(ReadError, match="缺少"):
        read(packed(parts), tmp_path / "form.xlsx")
    outside = links.replace('Target="worksheets', f'TargetMode="External" Target="file://{tmp_path}/secret.xml')
    parts["xl/_rels/workbook.xml.rels"] = outside
    with pytest.raises(ReadError, match="没有工作表"):
        read(packed(parts), tmp_path / "form.xlsx")


def test_a_part_is_found_in_a_package_with_a_comment(tmp_path: Path) -> None:
    buffer = BytesIO(GRID)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = "导出系统 V2.0".encode()
    assert read(buffer.getvalue(), tmp_path / "form.xlsx").tables[0].cells[0].text == "1"
