"""A set as tables for people who use no text editor: the tree on one sheet, what else it says on another.

A row an indicator, with its level's column for its name: every cell can be changed and read back.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from os import PathLike, fspath
from pathlib import Path

from scorer.forms.tabled.drafting import EXECUTION
from scorer.forms.tabled.rule_cells import cell_of_rule, figure, quoted
from scorer.forms.tabled.settings import HEAD, rows_of
from scorer.forms.tabled.table_columns import LEVELS
from scorer.forms.writing.word import BODY_FONT, FONTS, name_fonts, set_font, without_times
from scorer.model import ScorerError
from scorer.saving import save
from scorer.sets import Indicator, IndicatorSet
from scorer.sets.indicator import words_rule
from scorer.sets.schema import EVIDENCE_WORDS

SUFFIXES = (".xlsx", ".docx")
SHEETS = ("指标体系", "基本信息")
EPOCH = datetime(2000, 1, 1)  # written files carry no time: the same set gives the same bytes
FIELDS = (
    ("评分标准", 40),
    ("文字的评分标准", 30),
    ("其他名称", 24),
    ("下级由单位自定", 8),
    ("表内可以没有", 8),
    ("表内不列", 8),
    ("依据", 24),
    ("来源", 12),
    ("说明", 40),
)
"""The columns behind the weight, with their widths in characters; one that is empty throughout is left out."""

Row = list[str | Decimal]


def write_table(one: IndicatorSet, path: str | PathLike[str], *, force: bool = False) -> None:
    """Write a set as .xlsx or .docx.

    Raises:
        ScorerError: another suffix, the file exists, or it cannot be written.
    """
    suffix = Path(fspath(path)).suffix.lower()
    if suffix not in SUFFIXES:
        raise ScorerError(f"指标体系只能写成 {' '.join(SUFFIXES)}，不能写成 {suffix or '没有后缀的文件'}。")
    head, rows, widths = table_of(one)
    render = _workbook if suffix == ".xlsx" else _document
    save(render(one, head, rows, widths), path, force=force)


def table_of(one: IndicatorSet) -> tuple[list[str], list[Row], list[int]]:
    """The head of the tree's table, its rows, and the widths of the columns in characters."""
    depth = max((item.level for item in one.walk()), default=1)
    rows: list[Row] = []
    if one.execution.weight:
        fields = [cell_of_rule(one.execution.rule), *[""] * (len(FIELDS) - 1)]
        rows.append(["", EXECUTION, *[""] * (depth - 1), one.execution.weight, *fields])
    rows += [_row(one, item, depth) for item in one.walk()]
    head = ["编号", *(f"{LEVELS[level]}级指标" for level in range(depth)), "分值", *(name for name, _ in FIELDS)]
    widths = [8, *[22] * depth, 8, *(width for _, width in FIELDS)]
    kept = [at for at in range(len(head)) if at < depth + 2 or any(row[at] != "" for row in rows)]
    return [head[at] for at in kept], [[row[at] for at in kept] for row in rows], [widths[at] for at in kept]


def _row(one: IndicatorSet, item: Indicator, depth: int) -> Row:
    parent = one.indicators[item.parent] if item.parent else None
    above = (parent.rule, parent.text_rule) if parent else (one.rule, one.text_rule)
    own = item.rule if repr(item.rule) != repr(above[0]) else None
    text = item.text_rule if repr(item.text_rule) != repr(words_rule(own, None, above[1])) else None
    names = ["" for _ in range(depth)]
    names[item.level - 1] = item.name
    return [
        item.code,
        *names,
        "" if item.weight is None else item.weight,
        cell_of_rule(own) if own else "",
        cell_of_rule(text) if text else "",
        "".join(quoted(alias) for alias in item.aliases),
        *("是" if value else "" for value in (item.open, item.optional, item.group)),
        item.basis if item.basis != one.basis else "",
        EVIDENCE_WORDS[item.evidence] if item.evidence != one.evidence else "",
        item.note,
    ]


def _workbook(one: IndicatorSet, head: Sequence[str], rows: Sequence[Row], widths: Sequence[int]) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": one.title[:200], "created": EPOCH})
    look = {"font_name": "宋体", "font_size": 10, "border": 1, "valign": "vcenter", "text_wrap": True}
    heading = book.add_format({**look, "bold": True, "align": "center", "bg_color": "#E7EEF7"})
    words, number = book.add_format(look), book.add_format({**look, "align": "center"})
    weight = head.index("分值")
    settings: list[Row] = [list(row) for row in rows_of(one)]
    for name, names, table, sizes in ((SHEETS[0], head, rows, widths), (SHEETS[1], HEAD, settings, (20, 90))):
        sheet = book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for at, size in enumerate(sizes):
            sheet.set_column(at, at, size)
        for at, text in enumerate(names):
            sheet.write_string(0, at, text, heading)
        for row, values in enumerate(table, 1):
            for at, value in enumerate(values):
                if isinstance(value, Decimal):
                    sheet.write_number(row, at, float(value), number)
                elif value:
                    sheet.write_string(row, at, value, number if at in (0, weight) and name == SHEETS[0] else words)
                else:
                    sheet.write_blank(row, at, None, words)
    book.close()
    return stream.getvalue()


def _document(one: IndicatorSet, head: Sequence[str], rows: Sequence[Row], widths: Sequence[int]) -> bytes:
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt


    written = docx.Document()
    properties = written.core_properties
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.title, properties.created, properties.modified = one.title[:200], EPOCH, EPOCH
    set_font(written, BODY_FONT)
    name_fonts(written, FONTS)
    written.styles["Normal"].font.size = Pt(9)
    section = written.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    written.add_paragraph(one.title).alignment = WD_ALIGN_PARAGRAPH.CENTER
    settings: list[Row] = [list(row) for row in rows_of(one)]
    for names, table, sizes in ((head, rows, widths), (HEAD, settings, (20, 90))):
        if names is HEAD:
            written.add_paragraph()
        drawn = written.add_table(rows=len(table) + 1, cols=len(names), style="Table Grid")
        whole = sum(sizes)
        cells = drawn._cells  # table.cell() counts all cells anew at each call
        for at, size in enumerate(sizes):
            drawn.columns[at].width = Mm(267 * size // whole)
        whole_table: list[Row] = [[*names], *table]
        for row, values in enumerate(whole_table):
            for at, value in enumerate(values):
                cell = cells[row * len(names) + at]
                cell.width = Mm(267 * sizes[at] // whole)
                cell.paragraphs[0].text = figure(value) if isinstance(value, Decimal) else value
    stream = io.BytesIO()
    written.save(stream)
    return without_times(stream.getvalue())
