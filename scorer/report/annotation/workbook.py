"""Notes and a page with the score in an .xlsx or .xlsm: comments at cells and one worksheet at the end.

Styles, strings, formulas, macros and every other sheet keep their bytes. The new sheet brings its words inline and needs
no style. A cell that already has a comment keeps it, ours follows. What an earlier run has added is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from scorer.forms.files.added import SHEET, is_added_sheet
from scorer.forms.files.package import local
from scorer.forms.readers.sheet import place
from scorer.forms.readers.workbook import REFERENCE, RELATION, STRICT_RELATION, column_of
from scorer.report.annotation.fills import clear_fills, fill, looks
from scorer.report.annotation.notes import AUTHOR, Note, PageLine
from scorer.report.annotation.splicing import LINKED, STRICT, STRICT_LINKED, Editing, Part, attribute, words
from scorer.report.width import width_of, wrap

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

BEHIND_LEGACY_DRAWING = frozenset(
    {
        "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
        "AlternateContent",
    }
)  # fmt: skip
"""What stands behind `legacyDrawing` in a worksheet (ECMA-376 part 1, 18.3.1.99); controls stand in AlternateContent."""

WIDTHS = (44, 9, 9, 9, 9, 60)
PAGE_WIDTH = 120
NOTE_COLUMNS, NOTE_WIDTH = 4, 36
NOTE_ROW, NOTE_COLUMN = re.compile(rb"<x:Row>(\d{1,7})</x:Row>"), re.compile(rb"<x:Column>(\d{1,5})</x:Column>")
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

SHAPE_TYPE = (
    '<v:shapetype xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
SHAPE = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_s{number}" type="#_x0000_t202" '
    "style='position:absolute;margin-left:80pt;margin-top:2pt;width:220pt;height:{height}pt;visibility:hidden' "
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    "<v:path o:connecttype=\"none\"/><v:textbox style='mso-direction-alt:auto'><div style='text-align:left'></div>"
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 31, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def annotate(path: str, data: bytes, notes: Sequence[Note], page: Sequence[PageLine]) -> tuple[bytes, set[str], bool]:
    """The workbook with comments and one more sheet; the places that got a comment; was the file signed?"""
    editing = Editing(path, data)
    main = editing.package.main_part("xl/workbook.xml")
    book = editing.part(main)
    strict = book.root.tag.startswith("{" + STRICT)
    targets = editing.package.targets(main)
    sheets = {
        entry.get("name", ""): targets.get(entry.get(RELATION) or entry.get(STRICT_RELATION) or "", ("", ""))[1]
        for entry in _entries(book)
    }
    placed: set[str] = set()
    together: dict[str, list[tuple[Note, str]]] = {}
    for note in notes:
        name, mark, cell = note.at.rpartition("!")
        part = sheets.get(name, "")
        if mark and REFERENCE.fullmatch(cell) and part in editing.package:
            together.setdefault(part, []).append((note, cell))
            placed.add(note.at)
    for part in dict.fromkeys(sheets.values()):
        _clear(editing, part)
        if part in editing.package:
            clear_fills(editing.part(part))
    numbers = looks(editing, main) if together else {}
    for part, found in together.items():
        fill(editing.part(part), [(cell, note.level) for note, cell in found], numbers)
        _comment(editing, part, found, strict)
    _add_sheet(editing, main, book, sheets, page, strict)
    return editing.content(), placed, editing.signed


def _entries(book: Part) -> list[Element]:
    sheets = book.find("sheets")
    return list(sheets) if sheets is not None else []


# ------------------------------------------------------------------------------------------------------------- comments


def _comment(editing: Editing, sheet: str, found: Sequence[tuple[Note, str]], strict: bool) -> None:
    _, comments = editing.target(sheet, "comments")
    if comments:
        fresh = _extend(editing.part(comments), found)
    else:
        fresh = [cell for _, cell in found]
        space = STRICT_MAIN if strict else MAIN
        entries = "".join(f'<comment ref="{cell}" authorId="0"><text>{_runs(note)}</text></comment>' for note, cell in found)
        xml = (
            f'{HEAD}<comments xmlns="{space}"><authors><author>{AUTHOR}</author></authors>'
            f"<commentList>{entries}</commentList></comments>"
        )
        name = editing.free("xl/comments{}.xml")
        editing.add(name, xml, f"{SPREADSHEET}.comments+xml")
        editing.link(sheet, "comments", name, strict=strict)
    heights = {cell: sum(max(-(-width_of(line) // NOTE_WIDTH), 1) for line in note.text.split("\n")) for note, cell in found}
    _draw(editing, sheet, [(cell, heights[cell]) for cell in fresh], strict)


def _clear(editing: Editing, sheet: str) -> None:
    """Take away the comments of an earlier run, and what it added to those of others."""
    _, name = editing.target(sheet, "comments") if sheet in editing.package else ("", "")
    if not name:
        return
    comments = editing.part(name)
    authors, listed = comments.find("authors"), comments.find("commentList")
    if authors is None or listed is None:
        return
    own = {str(number) for number, author in enumerate(authors) if (author.text or "").strip() == AUTHOR}
    cells = set()
    for entry in listed:
        if entry.get("authorId") in own:
            comments.remove(entry)
            cells.add((entry.get("ref") or "").replace("$", ""))
            continue
        for text in (child for child in entry if local(child.tag) == "text"):
            ours = False
            for run in (child for child in text if local(child.tag) == "r"):
                ours = ours or any((part.text or "").strip() == f"{AUTHOR}：" for part in run if local(part.tag) == "t")
                if ours:
                    comments.remove(run)
    drawing = _drawing(editing, sheet)
    if cells and drawing:
        editing.replace(drawing, without_shapes(editing.raw(drawing), cells))


def without_shapes(vml: bytes, cells: Collection[str]) -> bytes:
    """VML without the boxes of the comments at those cells."""
    kept, done = [], 0
    while (start := vml.find(b"<v:shape ", done)) >= 0 and (end := vml.find(b"</v:shape>", start)) >= 0:
        end += len(b"</v:shape>")
        row, column = NOTE_ROW.search(vml, start, end), NOTE_COLUMN.search(vml, start, end)
        at = place(int(row[1]), int(column[1])) if row and column else ""
        kept.append(vml[done : start if at in cells else end])
        done = end
    return b"".join([*kept, vml[done:]])


def _drawing(editing: Editing, sheet: str) -> str:
    """The part with the boxes of a sheet's comments, "" where there is none."""
    legacy = editing.part(sheet).find("legacyDrawing")
    identity = next((value for key, value in legacy.attrib.items() if local(key) == "id"), "") if legacy is not None else ""
    drawing = editing.package.targets(sheet).get(identity, ("", ""))[1]
    return drawing if drawing in editing.package else ""


def _extend(comments: Part, found: Sequence[tuple[Note, str]]) -> list[str]:
    """Adds to the comments of a sheet; returns the cells that had none."""
    space = comments.root.tag[1:].partition("}")[0]
    authors, listed = comments.find("authors"), comments.find("commentList")
    if authors is None or listed is None:
        return []
    known = [number for number, author in enumerate(authors) if (author.text or "").strip() == AUTHOR]
    if not known:
        comments.append(authors, f'<author xmlns="{space}">{AUTHOR}</author>')
    number = known[0] if known else len(authors)
    present = {(entry.get("ref") or "").replace("$", ""): entry for entry in listed if not comments.removed(entry)}
    fresh = []
    for note, cell in found:
        if cell in present:
            text = next((child for child in present[cell] if local(child.tag) == "text"), None)
            if text is not None:
                runs = _runs(note, space, before=f"\n{AUTHOR}：\n")
                # reading aids of East Asian text come last
                aid = next((child for child in text if local(child.tag) in ("rPh", "phoneticPr")), None)
                comments.append(text, runs) if aid is None else comments.before(aid, runs)
        else:
            entry = f'<comment xmlns="{space}" ref="{cell}" authorId="{number}"><text>{_runs(note)}</text></comment>'
            comments.append(listed, entry)
            fresh.append(cell)
    return fresh


def _runs(note: Note, space: str = "", before: str = "") -> str:
    named = f' xmlns="{space}"' if space else ""
    parts = [(before, False)] if before else []
    for number, (heading, body) in enumerate(note.remarks):
        parts += [(("\n\n" if number else "") + heading + "\n", True), (body, False)]
    return "".join(
        f"<r{named}><rPr>{'<b/>' if bold else ''}<sz val=\"9\"/><rFont val=\"宋体\"/></rPr>"
        f'<t xml:space="preserve">{_text(text)}</t></r>'
        for text, bold in parts
    )


def _text(text: str) -> str:
    """Words as a spreadsheet keeps them: what looks like its own escapes is written out."""
    return words(ESCAPED.sub("_x005F_", text))


def _draw(editing: Editing, sheet: str, cells: Sequence[tuple[str, int]], strict: bool) -> None:
    """The boxes that show the comments: old programs and new ones alike want them drawn in VML."""
    if not cells:
        return
    part = editing.part(sheet)
    if drawing := _drawing(editing, sheet):
        old = editing.raw(drawing)
        numbers = [int(found) for found in re.findall(rb"_x0000_s(\d{1,9})", old)]
        first = max(numbers, default=1024) + 1
        kind = "" if b'"_x0000_t202"' in old else SHAPE_TYPE
        at = old.rfind(b"</")
        editing.replace(drawing, old[:at] + (kind + _shapes(cells, first)).encode() + old[at:])
        return
    name = editing.free("xl/drawings/vmlDrawing{}.vml")
    block = len([known for known in editing.package.names() if known.endswith(".vml")]) + 1
    xml = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
        f'<o:idmap v:ext="edit" data="{block}"/></o:shapelayout>{SHAPE_TYPE}{_shapes(cells, 1024 * block + 1)}</xml>'
    )
    editing.suffix_type("vml", VML)
    editing.add(name, xml)
    space = part.root.tag[1:].partition("}")[0]
    link = editing.link(sheet, "vmlDrawing", name, strict=strict)
    vocabulary = STRICT_LINKED if strict else LINKED
    entry = f'<legacyDrawing xmlns="{space}" xmlns:scorer="{vocabulary}" scorer:id="{link}"/>'
    behind = next((child for child in part.root if local(child.tag) in BEHIND_LEGACY_DRAWING), None)
    part.append(part.root, entry) if behind is None else part.before(behind, entry)


def _shapes(cells: Sequence[tuple[str, int]], first: int) -> str:
    shapes = []
    for number, (cell, lines) in enumerate(cells, first):
        letters = cell.rstrip("0123456789")
        row, column = int(cell[len(letters) :]) - 1, column_of(letters)
        shapes.append(
            SHAPE.format(
                number=number,
                height=min(13 * lines + 12, 400),
                left=column + 1,
                top=max(row - 1, 0),
                right=column + 1 + NOTE_COLUMNS,
                bottom=max(row - 1, 0) + max(lines, 4),
                row=row,
                column=column,
            )
        )
    return "".join(shapes)


# ------------------------------------------------------------------------------------------------------- the new sheet


def _add_sheet(
    editing: Editing, main: str, book: Part, sheets: Mapping[str, str], page: Sequence[PageLine], strict: bool
) -> None:
    """The page as the last sheet, or in the place of an earlier run's."""
    xml = sheet_xml(page, STRICT_MAIN if strict else MAIN)
    earlier = next((part for name, part in sheets.items() if is_added_sheet(name) and part in editing.package), None)
    if earlier is not None:
        editing.replace(earlier, xml.encode())
        return
    part = editing.free("xl/worksheets/scorer{}.xml")
    editing.add(part, xml, f"{SPREADSHEET}.worksheet+xml")
    link = editing.link(main, "worksheet", part, strict=strict)
    taken = {name.lower() for name in sheets}
    name, number = SHEET, 2
    while name.lower() in taken:
        name, number = f"{SHEET} {number}", number + 1
    identities = [int(entry.get("sheetId") or 0) for entry in _entries(book) if (entry.get("sheetId") or "").isdecimal()]
    space = book.root.tag[1:].partition("}")[0]
    vocabulary = STRICT_LINKED if strict else LINKED
    holder = book.find("sheets")
    book.append(
        book.root if holder is None else holder,
        f'<sheet xmlns="{space}" name={attribute(name)} sheetId="{max(identities, default=0) + 1}" '
        f'xmlns:scorer="{vocabulary}" scorer:id="{link}"/>',
    )


def sheet_xml(page: Sequence[PageLine], space: str) -> str:
    """The page as a worksheet whose words stand inline: it needs no entry in the book's styles and strings."""
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>' for number, width in enumerate(WIDTHS, 1)
    )
    rows: list[str] = []
    for line in page:
        if line.kind in ("columns", "row"):
            cells = [_cell(len(rows), column, value, line) for column, value in enumerate(line.cells)]
            rows.append(f'<row r="{len(rows) + 1}">{"".join(cells)}</row>')
            continue
        for words_of_row in wrap(line.words, PAGE_WIDTH):
            rows.append(f'<row r="{len(rows) + 1}">{_cell(len(rows), 0, words_of_row, line)}</row>')
    return (
        f'{HEAD}<worksheet xmlns="{space}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><cols>{columns}</cols>'
        f'<sheetData>{"".join(rows)}</sheetData>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )


def _cell(row: int, column: int, value: str | Decimal | None, line: PageLine) -> str:
    at = place(row, column)
    if isinstance(value, Decimal):
        return f'<c r="{at}"><v>{value:f}</v></c>'
    if not value:
        return ""
    indent = "\u3000" * (line.depth if column == 0 else line.kind == "row")  # figures beside it stand at the right
    size = {"title": 16}.get(line.kind, 11)
    bold = "<b/>" if line.kind in ("title", "heading", "columns") else ""
    run = f'<rPr>{bold}<sz val="{size}"/><rFont val="宋体"/></rPr>'
    return f'<c r="{at}" t="inlineStr"><is><r>{run}<t xml:space="preserve">{_text(indent + value)}</t></r></is></c>'
