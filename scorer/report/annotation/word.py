"""Notes and a page with the score in a .docx: comments at cells and paragraphs, and a page at the end.

The text, its styles and everything around it keep their bytes: marks go between the runs, and the page stands in a content
control before the last section's properties, so that readers know it for what it is. What an earlier run has added is
replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from scorer.forms.files.added import TAG
from scorer.forms.files.package import local
from scorer.forms.readers.word import STRICT_W, W, elements
from scorer.model import points_text
from scorer.report.annotation.notes import AUTHOR, Note, PageLine
from scorer.report.annotation.splicing import STRICT, Editing, Part, words

COMMENTS = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHARES = (30, 8, 8, 8, 8, 38)  # per cent of the page's width
FULL_WIDTH = 5000  # fiftieths of a per cent
SIZES = {"title": 32, "heading": 21, "text": 18, "columns": 18, "row": 16}  # half points


def annotate(path: str, data: bytes, notes: Sequence[Note], page: Sequence[PageLine]) -> tuple[bytes, set[str], bool]:
    """The document with comments and one more page; the places that got a comment; was the file signed?"""
    editing = Editing(path, data)
    main = editing.package.main_part("word/document.xml")
    text = editing.part(main)
    strict = text.root.tag.startswith("{" + STRICT)
    space = (STRICT_W if strict else W)[1:-1]
    places = elements(path, editing.package, main, text.root)
    _, name = editing.target(main, "comments")
    comments = editing.part(name) if name else None
    number = max(_numbers(text.root, comments), default=-1) + 1
    _clear(text, comments)
    entries: list[str] = []
    placed: set[str] = set()
    for note in notes:
        # a part of a paragraph is noted at the paragraph: L12:5-9
        element = places.get(note.at) or places.get(note.at.partition(":")[0])
        ends = _paragraphs(element) if element is not None else None
        if ends is None:
            continue
        _mark(text, *ends, number, space)
        entries.append(_entry(note, number, space))
        placed.add(note.at)
        number += 1
    if comments is not None:
        for entry in entries:
            comments.append(comments.root, entry)
    elif entries:
        name = editing.free("word/comments{}.xml")
        editing.add(name, f'{HEAD}<w:comments xmlns:w="{space}">{"".join(entries)}</w:comments>', COMMENTS)
        editing.link(main, "comments", name, strict=strict)
    _add_page(text, page, space)
    return editing.content(), placed, editing.signed


# ------------------------------------------------------------------------------------------------------------- comments


def _clear(text: Part, comments: Part | None) -> None:
    """Take away the page and the comments of an earlier run."""
    for control in text.root.iter():
        if local(control.tag) == "sdt" and any(
            local(mark.tag) == "tag" and TAG in mark.attrib.values()
            for properties in control
            if local(properties.tag) == "sdtPr"
            for mark in properties
        ):
            text.remove(control)
    own = set()
    for entry in comments.root if comments is not None else ():
        if comments is not None and _attribute(entry, "author") == AUTHOR:
            comments.remove(entry)
            own.add(_attribute(entry, "id"))
    if not own:
        return
    for holder in text.root.iter():
        for child in holder:
            name = local(child.tag)
            if name in ("commentRangeStart", "commentRangeEnd") and _attribute(child, "id") in own:
                text.remove(child)
            elif name == "r":
                content = [part for part in child if local(part.tag) != "rPr"]
                if content and all(local(part.tag) == "commentReference" and _attribute(part, "id") in own for part in content):
                    text.remove(child)


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def _numbers(root: Element, comments: Part | None) -> list[int]:
    """The numbers of the comments that are there already."""
    holders = [element for element in root.iter() if local(element.tag).startswith("comment")]
    holders += list(comments.root) if comments is not None else []
    values = [value for element in holders for key, value in element.attrib.items() if local(key) == "id"]
    return [int(value) for value in values if value.isdecimal() and len(value) < 10]


def _paragraphs(element: Element) -> tuple[Element, Element] | None:
    """The first and the last paragraph of a cell, a paragraph itself twice; tables inside a cell are left alone."""
    if local(element.tag) == "p":
        return element, element
    found = [child for child in element if local(child.tag) == "p"]
    if not found:  # a cell whose words stand in a content control
        found = [child for child in element.iter() if local(child.tag) == "p"]
    return (found[0], found[-1]) if found else None


def _mark(text: Part, first: Element, last: Element, number: int, space: str) -> None:
    """The range of a comment from before the first paragraph's runs to behind the last one's."""
    start = f'<w:commentRangeStart xmlns:w="{space}" w:id="{number}"/>'
    end = (
        f'<w:commentRangeEnd xmlns:w="{space}" w:id="{number}"/>'
        f'<w:r xmlns:w="{space}"><w:commentReference w:id="{number}"/></w:r>'
    )
    content = [child for child in first if local(child.tag) != "pPr"]
    if content:
        text.before(content[0], start)
    else:
        text.append(first, start)
    text.append(last, end)


def _entry(note: Note, number: int, space: str) -> str:
    paragraphs = "".join(
        _paragraph(line, 18, bold=bold and not at)
        for heading, body in note.remarks
        for bold, part in ((True, heading), (False, body))
        for at, line in enumerate(part.split("\n"))
    )
    head = f'xmlns:w="{space}" w:id="{number}" w:author="{AUTHOR}" w:initials="s"'
    return f"<w:comment {head}>{paragraphs}</w:comment>"


def _paragraph(line: str, size: int, *, bold: bool = False, side: str = "left", indent: int = 0) -> str:
    inset = f'<w:ind w:left="{indent}"/>' if indent else ""
    look = (
        '<w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/>'
        f'{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    )
    run = f'<w:r>{look}<w:t xml:space="preserve">{words(line)}</w:t></w:r>' if line else ""
    spacing = '<w:spacing w:before="0" w:after="40"/>'
    return f'<w:p><w:pPr>{spacing}{inset}<w:jc w:val="{side}"/></w:pPr>{run}</w:p>'


# -------------------------------------------------------------------------------------------------------- the new page


def _add_page(text: Part, page: Sequence[PageLine], space: str) -> None:
    body = text.find("body")
    if body is None:
        body = text.root
    last = next((child for child in reversed(body) if local(child.tag) == "sectPr"), None)
    xml = page_xml(page, space)
    if last is None:
        text.append(body, xml)
    else:
        text.before(last, xml)


def page_xml(page: Sequence[PageLine], space: str) -> str:
    """The page as a content control that holds a page break, paragraphs and the table of scores."""
    blocks = ['<w:p><w:r><w:br w:type="page"/></w:r></w:p>']
    rows: list[str] = []
    for line in page:
        if line.kind in ("columns", "row"):
            rows.append(_row(line))
            continue
        if rows:
            blocks.append(_table(rows))
            rows = []
        blocks.append(_paragraph(line.words, SIZES[line.kind], bold=line.kind in ("title", "heading")))
    if rows:
        blocks += [_table(rows), "<w:p/>"]
    return (
        f'<w:sdt xmlns:w="{space}"><w:sdtPr><w:alias w:val="{AUTHOR}"/><w:tag w:val="{TAG}"/></w:sdtPr>'
        f"<w:sdtContent>{''.join(blocks)}</w:sdtContent></w:sdt>"
    )


def _table(rows: Sequence[str]) -> str:
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{share * 90}"/>' for share in SHARES)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{FULL_WIDTH}" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _row(line: PageLine) -> str:
    header = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if line.kind == "columns" else "<w:trPr><w:cantSplit/></w:trPr>"
    cells = []
    for place, (value, share) in enumerate(zip(line.cells, SHARES, strict=True)):
        shown = points_text(value) if isinstance(value, Decimal) else value
        side = "left" if place in (0, len(SHARES) - 1) else "center"
        indent = 160 * line.depth if place == 0 else 0
        words_of_cell = _paragraph(shown or "", SIZES[line.kind], bold=line.kind == "columns", side=side, indent=indent)
        width = FULL_WIDTH * share // 100
        cells.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="pct"/></w:tcPr>{words_of_cell}</w:tc>')
    return f"<w:tr>{header}{''.join(cells)}</w:tr>"
