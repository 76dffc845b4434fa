"""The opinion as .docx in the style of official papers: A4, 小标宋 二号 title, 仿宋 三号 text on lines of 30 points.

Fonts are named as offices have them, each with the names that stand in for it elsewhere. The body is written as XML:
python-docx fills tables cell by cell, seconds for a long form.
"""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from scorer.forms.writing.word import EPOCH, NAMESPACE, name_fonts, set_font, without_times
from scorer.model import Report
from scorer.report import Layout, sentences
from scorer.report.opinion import Grid, Heading, Opinion, Part, draw_up, indented
from scorer.report.width import width_of

A4 = (11_906, 16_838)  # twentieths of a point
MARGINS = {"top": 2_098, "bottom": 1_984, "left": 1_588, "right": 1_474, "header": 851, "footer": 1_400}  # 37 35 28 26 mm
ROOM = A4[0] - MARGINS["left"] - MARGINS["right"]
TITLE, BODY, FIRST, SECOND, TABLE, NUMBER = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体", "宋体"
FONTS = {TITLE: "小标宋", BODY: "仿宋", FIRST: "SimHei", SECOND: "楷体", TABLE: "SimSun"}  # name → its stand-in
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = 44, 32, 28, 21  # half points: 二号, 三号, 四号, 五号
LINE, TITLE_LINE, TABLE_LINE = 600, 700, 320


def render(report: Report, layout: Layout) -> bytes:
    """The document's bytes; the same report gives the same ones."""
    return written_down(draw_up(report, layout))


def written_down(opinion: Opinion) -> bytes:
    """An opinion as a document's bytes; the same one gives the same ones."""
    import docx
    from docx.oxml import parse_xml

    written = docx.Document()
    properties = written.core_properties
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.title = sentences.printable("".join(opinion.title))[:200]
    properties.language = "zh-CN"
    properties.created = properties.modified = EPOCH
    _page(written)
    _fonts(written)
    body = written.element.body
    for at, block in enumerate(_body(opinion)):
        body.insert(at, parse_xml(block))
    stream = io.BytesIO()
    written.save(stream)
    return without_times(stream.getvalue())


def _body(opinion: Opinion) -> list[str]:
    blocks = [
        _paragraph(_run(line, TITLE, SIZE_2), line_height=TITLE_LINE, side="center", outline=0 if first else None)
        for first, line in ((number == 0, line) for number, line in enumerate(opinion.title))
    ]
    blocks.append(_paragraph("", line_height=LINE))
    blocks.append(_paragraph(_run(opinion.addressee, BODY), line_height=LINE))
    for number, part in enumerate(opinion.parts):
        # the last stays with the lines to sign, which never stand on a page of their own
        blocks += _part(part, last=number == len(opinion.parts) - 1)
    blocks.append(_paragraph("", line_height=LINE, keep=True))
    issuer, date = opinion.signature
    # the date stands four characters from the edge, and who signs is centred above it
    blocks.append(_paragraph(_run(issuer, BODY), side="right", right=max(2, 4 + (width_of(date) - width_of(issuer)) // 4), keep=True))
    blocks.append(_paragraph(_run(date, BODY), side="right", right=4))
    if opinion.annex:
        blocks.append(_paragraph("", new_page=True))
        blocks += [block for part in opinion.annex for block in _part(part)]
    return blocks


def _part(part: Part, *, last: bool = False) -> list[str]:
    match part:
        case Heading():
            font = FIRST if part.level == 1 else SECOND
            return [_paragraph(_run(part.text, font), indent=2, keep=True, outline=part.level)]
        case Grid():
            caption = _paragraph(_run(part.caption, FIRST, SIZE_4), side="center", keep=True)
            return [caption, _table(part), _paragraph("", line_height=TABLE_LINE)]
    lead = _run(part.lead, BODY, bold=True) if part.lead else ""
    return [_paragraph(lead + _run(part.text, BODY), indent=2, keep=last)]


def _paragraph(
    runs: str,
    *,
    line_height: int = LINE,
    side: str = "both",
    indent: int = 0,
    left: int = 0,
    right: int = 0,
    keep: bool = False,
    outline: int | None = None,
    new_page: bool = False,
) -> str:
    first = f'<w:ind w:firstLineChars="{indent * 100}" w:firstLine="{indent * SIZE_3 * 10}"/>' if indent else ""
    if left:
        first = f'<w:ind w:left="{left * SIZE_5 * 10}"/>'
    if right:
        first = f'<w:ind w:rightChars="{right * 100}" w:right="{right * SIZE_3 * 10}"/>'
    kept = ("<w:keepNext/>" if keep else "") + ("<w:pageBreakBefore/>" if new_page else "")
    level = "" if outline is None else f'<w:outlineLvl w:val="{outline}"/>'
    spacing = f'<w:spacing w:before="0" w:after="0" w:line="{line_height}" w:lineRule="exact"/>'
    properties = f'{kept}<w:widowControl w:val="0"/>{spacing}{first}<w:jc w:val="{side}"/>{level}'
    return f'<w:p xmlns:w="{NAMESPACE}"><w:pPr>{properties}</w:pPr>{runs}</w:p>'


def _run(text: str, font: str, size: int = SIZE_3, *, bold: bool = False) -> str:
    look = (
        f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"/>{"<w:b/>" if bold else ""}'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    )
    words = escape(sentences.printable(text)).replace("\n", " ").replace("\t", " ")
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def _table(grid: Grid) -> str:
    whole = sum(grid.widths)
    widths = [width * ROOM // whole for width in grid.widths]
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    sides = "".join(f'<w:{side} w:w="60" w:type="dxa"/>' for side in ("left", "right"))
    head = _row(grid, grid.headings, widths, heading=True)
    rows = "".join(_row(grid, row, widths, strong=number in grid.strong) for number, row in enumerate(grid.rows))
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl xmlns:w="{NAMESPACE}"><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{sides}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{head}{rows}</w:tbl>"
    )


def _row(
    grid: Grid, row: tuple[str, ...], widths: list[int], *, heading: bool = False, strong: bool = False
) -> str:
    cells = []
    for column, (text, width) in enumerate(zip(row, widths, strict=True)):
        side = "center" if heading else "right" if column in grid.figures else "left"
        depth, words = indented(text)
        run = _run(words, FIRST if heading else TABLE, SIZE_5, bold=strong) if words else ""
        paragraph = _paragraph(run, line_height=TABLE_LINE, side=side, left=depth)
        cells.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{paragraph}</w:tc>')
    repeated = "<w:tblHeader/>" if heading else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _page(written: Any) -> None:
    """A4 with the margins of official papers, and page numbers at the outer side: — 1 —."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    section = written.sections[0]
    size = section._sectPr.get_or_add_pgSz()
    size.attrib.clear()
    for name, value in (("w", A4[0]), ("h", A4[1])):
        size.set(qn(f"w:{name}"), str(value))
    margins = section._sectPr.get_or_add_pgMar()
    for name, value in MARGINS.items():
        margins.set(qn(f"w:{name}"), str(value))
    written.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        for paragraph in list(footer.paragraphs):
            paragraph._element.getparent().remove(paragraph._element)
        footer._element.append(parse_xml(_paragraph(_page_number(), side=side, line_height=TABLE_LINE)))


def _page_number() -> str:
    look = f'<w:rPr><w:rFonts w:ascii="{NUMBER}" w:hAnsi="{NUMBER}" w:eastAsia="{NUMBER}"/><w:sz w:val="{SIZE_4}"/></w:rPr>'
    field = "".join(
        f"<w:r>{look}{part}</w:r>"
        for part in (
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>1</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    return f"{_run('　— ', NUMBER, SIZE_4)}{field}{_run(' —　', NUMBER, SIZE_4)}"


def _fonts(written: Any) -> None:
    """The text's font as the document's own, what stands in for one that is missing, and the language."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    set_font(written, BODY)
    look = written.styles["Normal"].element.get_or_add_rPr()
    for language in look.findall(qn("w:lang")):
        look.remove(language)
    look.append(parse_xml(f'<w:lang xmlns:w="{NAMESPACE}" w:val="zh-CN" w:eastAsia="zh-CN"/>'))
    name_fonts(written, FONTS)
