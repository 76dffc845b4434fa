"""Small files for the tests of the readers, made part by part so that every oddity of a format can be written down."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

WORD_SPACES = " ".join(
    (
        W,
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
        'xmlns:v="urn:schemas-microsoft-com:vml"',
        'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"',
        'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"',
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
    )
)


def packed(parts: Mapping[str, str | bytes], stored: bool = False) -> bytes:
    """A zip file with these parts."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def relations(links: Sequence[tuple[str, str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{identity}" Type="{OFFICE}/{kind}" Target="{target}"/>' for identity, kind, target in links
    )
    return f'<Relationships xmlns="{PACKAGE}">{inside}</Relationships>'


def workbook_parts(
    sheets: Mapping[str, str],
    formats: Sequence[str] = (),
    strings: Sequence[str] = (),
    states: Mapping[str, str] | None = None,
    properties: str = "",
) -> dict[str, str]:
    """The parts of an .xlsx: `sheets` name → what stands inside <worksheet>; style n+1 has the n-th of `formats`."""
    names = list(sheets)
    entries = "".join(
        f'<sheet name="{name}" sheetId="{index}" r:id="rId{index}" state="{(states or {}).get(name, "visible")}"/>'
        for index, name in enumerate(names, 1)
    )
    links = [(f"rId{index}", "worksheet", f"worksheets/sheet{index}.xml") for index in range(1, len(names) + 1)]
    links += [("rId900", "styles", "styles.xml"), ("rId901", "sharedStrings", "sharedStrings.xml")]
    codes = "".join(
        f'<numFmt numFmtId="{164 + index}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for index, code in enumerate(formats)
    )
    styles = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{164 + index}"/>' for index in range(len(formats)))
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f"<workbook {S} {R}><workbookPr {properties}/><sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(links),
        "xl/styles.xml": f"<styleSheet {S}><numFmts>{codes}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f"<sst {S}>{''.join(f'<si>{text}</si>' for text in strings)}</sst>",
    }
    for index, inside in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{index}.xml"] = f"<worksheet {S}>{inside}</worksheet>"
    return parts


def workbook(inside: str, formats: Sequence[str] = (), strings: Sequence[str] = (), properties: str = "") -> bytes:
    """An .xlsx with the single sheet 自评表; `inside` are its rows, or everything inside <worksheet>."""
    if "<sheetData" not in inside:
        inside = f"<sheetData>{inside}</sheetData>"
    return packed(workbook_parts({"自评表": inside}, formats, strings, properties=properties))


def words(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def cell(content: str = "", properties: str = "") -> str:
    """A table cell; plain text becomes a paragraph."""
    inside = content if content.startswith("<") else words(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    inside = "".join(content if content.startswith("<w:") else cell(content) for content in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inside}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def document_parts(body: str, styles: str = "") -> dict[str, str]:
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations([("rId1", "officeDocument", "word/document.xml")]),
        "word/document.xml": f"<w:document {WORD_SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations([("rId1", "styles", "styles.xml")]),
        "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
    }


def document(body: str, styles: str = "") -> bytes:
    """A .docx with this body."""
    return packed(document_parts(body, styles))


def open_workbook(inside: str, styles: str = "", manifest: str = "") -> bytes:
    """An .ods; `inside` are its tables."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
    )
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{inside}</office:spreadsheet></office:body></office:document-content>"
    )
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
        }
    )


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (the container of .xls and .doc) with these streams, sectors of 512 bytes, no mini stream."""
    end, free, table_mark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    bodies = [content.ljust(4096, b"\0") for content in streams.values()]
    directory_sectors = (len(bodies) + 1 + 3) // 4
    table: list[int] = []
    for index in range(directory_sectors):
        table.append(index + 1 if index + 1 < directory_sectors else end)
    starts = []
    for body in bodies:
        count = (len(body) + 511) // 512
        starts.append(len(table))
        table.extend([len(table) + index + 1 for index in range(count - 1)] + [end])
    tables = (len(table) + 1) // 128 + 1
    first_table = len(table)
    table.extend([table_mark] * tables)
    table.extend([free] * (tables * 128 - len(table)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header = header.ljust(44, b"\0") + struct.pack("<II4xIIIII", tables, 0, 4096, end, 0, end, 0)
    extra = [first_table + index for index in range(tables)]
    header += struct.pack("<109I", *(extra + [free] * (109 - len(extra))))
    entries = b""
    for name, kind, start, size in [
        ("Root Entry", 5, end, 0),
        *((name, 2, start, len(body)) for name, start, body in zip(streams, starts, bodies, strict=True)),
    ]:
        wide = name.encode("utf-16-le")
        entry = wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide) + 2, kind, 1)
        entries += entry.ljust(116, b"\0") + struct.pack("<III", start, size, 0)
    entries = entries.ljust(directory_sectors * 512, b"\0")
    content = b"".join(body.ljust((len(body) + 511) // 512 * 512, b"\0") for body in bodies)
    return header + entries + content + struct.pack(f"<{tables * 128}I", *table)


def record(kind: int, content: bytes = b"") -> bytes:
    """A record of an old workbook."""
    return struct.pack("<HH", kind, len(content)) + content


def wide(text: str, length: str = "<H") -> bytes:
    """A string of an old workbook, two bytes a character."""
    return struct.pack(length, len(text)) + b"\x01" + text.encode("utf-16-le")


def binary_workbook(
    records: bytes, formats: Sequence[str] = (), strings: Sequence[bytes] = (), state: int = 0, more: bytes = b""
) -> bytes:
    """An .xls with the single sheet 自评表 of these records; style n+1 has the n-th of `formats`.

    `strings` are the pieces of the table of shared strings, the second and later ones as continuations.
    """
    head = record(0x809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)) + more
    for index, code in enumerate(formats):
        head += record(0x41E, struct.pack("<H", 164 + index) + wide(code))
    for number in (0, *range(164, 164 + len(formats))):
        head += record(0xE0, struct.pack("<HH", 0, number).ljust(20, b"\0"))
    for index, piece in enumerate(strings):
        head += record(0x3C if index else 0xFC, piece)
    name = wide("自评表", "<B")
    offset = len(head) + 4 + 6 + len(name) + 4
    head += record(0x85, struct.pack("<IBB", offset, state, 0) + name) + record(0x0A)
    sheet = record(0x809, struct.pack("<HHHHII", 0x0600, 16, 0, 0, 0, 0)) + records + record(0x0A)
    return compound({"Workbook": head + sheet})


def page_file(pages: Sequence[Sequence[tuple[str, Sequence[float]] | tuple[str, Sequence[float], str]]]) -> bytes:
    """A PDF. Each page lists ("line", (x0, y0, x1, y1)) and ("text", (x, y), words); y counts down from the top, in points.

    The font is a Chinese one of the reader's own, 10 points, every Chinese character 10 points wide.
    """
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    objects.append(
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>"
    )
    objects.append(
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/W[1 95 500]"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 5 0 R>>"
    )
    objects.append(
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 880/StemV 93>>"
    )
    kids = []
    for items in pages:
        drawn = []
        for item in items:
            if item[0] == "line":
                x0, y0, x1, y1 = item[1]
                drawn.append(f"{x0} {842 - y0} m {x1} {842 - y1} l S")
            elif item[0] == "image":
                drawn.append("q 500 0 0 700 40 70 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q")
            else:
                x, y = item[1]
                code = str(item[2]).encode("utf-16-be").hex()  # type: ignore[misc]
                drawn.append(f"BT /F1 10 Tf {x} {842 - y - 10} Td <{code}> Tj ET")
        content = "\n".join(drawn).encode("latin-1")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % len(objects)
        )
        kids.append(len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def ruled(
    rows: Sequence[Sequence[str]], widths: Sequence[float], top: float, left: float = 50, height: float = 20
) -> list[tuple[str, Sequence[float]] | tuple[str, Sequence[float], str]]:
    """A ruled table for `page_file`: words wrap at the cell's width; a row is as high as its highest cell."""
    items: list[tuple[str, Sequence[float]] | tuple[str, Sequence[float], str]] = []
    y = top
    right = left + sum(widths)
    items.append(("line", (left, y, right, y)))
    for texts in rows:
        wrapped = []
        for text, width in zip(texts, widths, strict=True):
            count = max(int((width - 4) // 10), 1)
            wrapped.append([text[index : index + count] for index in range(0, len(text), count)])
        tall = max(height, 14 * max(map(len, wrapped)) + 6)
        x = left
        for lines, width in zip(wrapped, widths, strict=True):
            items.append(("line", (x, y, x, y + tall)))
            for index, line in enumerate(lines):
                items.append(("text", (x + 2, y + 3 + 14 * index), line))
            x += width
        items.append(("line", (right, y, right, y + tall)))
        y += tall
        items.append(("line", (left, y, right, y)))
    return items
