"""The official layout as .docx: title and year as paragraphs, one table, its merges written as XML.

python-docx merges cell by cell, a second a form; gridSpan and vMerge are written here directly.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from scorer.forms.writing.official import Box, OfficialForm

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
EPOCH = datetime(2000, 1, 1)  # written files carry no time: the same form gives the same bytes
A4 = (11_906, 16_838)  # twentieths of a point
MARGIN = 1_000
CELL_MARGIN = 45
FONTS = {  # name → names under which other systems know it
    "宋体": "SimSun",
    "黑体": "SimHei",
    "仿宋": "FangSong",
}
BODY_FONT, LABEL_FONT, TITLE_FONT = "仿宋", "宋体", "黑体"
BODY_SIZE, TITLE_SIZE = 18, 36  # half points: 小五, 小二
TEXT_SIDE = {"text": "left", "note": "left"}


def render(form: OfficialForm) -> bytes:
    """The document's bytes."""
    import docx
    from docx.oxml import parse_xml

    written = docx.Document()
    properties = written.core_properties
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.title = form.title.replace("\n", " ")[:200]
    properties.created = properties.modified = EPOCH
    section = written.sections[0]
    width, height = A4[::-1] if form.landscape else A4
    page = section._sectPr.get_or_add_pgSz()
    page.attrib.clear()
    for name, value in (("w", width), ("h", height), *([("orient", "landscape")] if form.landscape else [])):
        page.set(f"{{{NAMESPACE}}}{name}", str(value))
    margins = section._sectPr.get_or_add_pgMar()
    for side in ("top", "bottom", "left", "right"):
        margins.set(f"{{{NAMESPACE}}}{side}", str(MARGIN))
    _fonts(written)
    body = written.element.body
    blocks = [_paragraph(box) for box in form.boxes if box.row < form.tables_at]
    if form.rows > form.tables_at:
        blocks.append(table_xml(form, width - 2 * MARGIN))
    for at, block in enumerate(blocks):
        body.insert(at, parse_xml(block))
    stream = io.BytesIO()
    written.save(stream)
    return without_times(stream.getvalue())


def table_xml(form: OfficialForm, room: int) -> str:
    """The table below title and year, `room` twentieths of a point wide: gridSpan across, vMerge down."""
    whole = sum(form.widths)
    widths = [width * room // whole for width in form.widths]
    starts = {(row, box.column): box for box in form.boxes for row in range(box.row, box.row + box.rows)}
    rows = []
    for row in range(form.tables_at, form.rows):
        boxes = [starts[row, column] for column in range(form.columns) if (row, column) in starts]
        cells = "".join(_cell(box, row, widths) for box in boxes)
        rows.append(f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{int(form.heights[row] * 16)}"/></w:trPr>{cells}</w:tr>')
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    sides = "".join(f'<w:{side} w:w="{CELL_MARGIN}" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl xmlns:w="{NAMESPACE}"><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{sides}</w:tblCellMar></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _cell(box: Box, row: int, widths: Sequence[int]) -> str:
    width = sum(widths[box.column : box.column + box.columns])
    span = f'<w:gridSpan w:val="{box.columns}"/>' if box.columns > 1 else ""
    first = row == box.row
    merge = ('<w:vMerge w:val="restart"/>' if first else "<w:vMerge/>") if box.rows > 1 else ""
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}<w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{_words(box, box.text if first else '')}</w:tc>"


def _paragraph(box: Box) -> str:
    return _words(box, box.text).replace("<w:p>", f'<w:p xmlns:w="{NAMESPACE}">', 1)


def _words(box: Box, text: str) -> str:
    title = box.role == "title"
    font = TITLE_FONT if title else BODY_FONT if box.role in ("text", "figure", "level") else LABEL_FONT
    size = TITLE_SIZE if title else BODY_SIZE
    bold = "<w:b/>" if box.role == "heading" else ""
    look = (
        f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"/>{bold}'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    )
    side = TEXT_SIDE.get(box.role, "center")
    spacing = '<w:spacing w:before="0" w:after="120"/>' if box.role in ("title", "subtitle") else '<w:spacing w:after="0"/>'
    run = f"<w:r>{look}{_lines(text)}</w:r>" if text else ""
    return f'<w:p><w:pPr>{spacing}<w:jc w:val="{side}"/>{"" if text else look}</w:pPr>{run}</w:p>'


def _lines(text: str) -> str:
    """Text with its breaks and tabs as Word keeps them."""
    return "<w:br/>".join(
        "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' if part else "" for part in line.split("\t"))
        for line in text.split("\n")
    )


def _fonts(written: Any) -> None:
    """The document's own font, and the names that stand in for those that are not installed."""
    set_font(written, BODY_FONT)
    name_fonts(written, FONTS)


def set_font(written: Any, font: str) -> None:
    """Make a font the document's own, for every script."""
    from docx.oxml.ns import qn

    normal = written.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    normal.attrib.clear()
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        normal.set(qn(f"w:{name}"), font)


def name_fonts(written: Any, fonts: Mapping[str, str]) -> None:
    """Write into the document's list of fonts what stands in for one that is not installed, by name."""
    from docx.opc.oxml import serialize_part_xml
    from docx.oxml import parse_xml

    for part in written.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            root = parse_xml(part.blob)
            for name, other in fonts.items():
                entry = f'<w:font xmlns:w="{NAMESPACE}" w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
                root.append(parse_xml(entry))
            part._blob = serialize_part_xml(root)


def without_times(data: bytes) -> bytes:
    """A packed file with the same content and no times of writing in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename, EPOCH.timetuple()[:6]), source.read(entry), zipfile.ZIP_DEFLATED)
    return stream.getvalue()
