"""The official layout as .xlsx: one sheet to print on A4, figures as numbers, a live total, limits on the points.

Text is written as text whatever it begins with; no formula comes from a submission. The total is a formula only where it
agrees with the figures above it: a program that recalculates must not mend the total that somebody claimed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from scorer.forms.readers.sheet import place
from scorer.forms.writing.official import Box, OfficialForm, Role
from scorer.model import ScorerError

SHEET = "绩效自评表"
EPOCH = datetime(2000, 1, 1)  # written files carry no time: the same form gives the same bytes
LONGEST_TEXT = 32_767
"""Characters that a cell holds."""

FIGURE = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?")
PERCENT = re.compile(r"(-?(?:0|[1-9]\d{0,8})(?:\.(\d{1,6}))?)%")
DIGITS = 15
"""Digits that a spreadsheet's number holds exactly."""

FONT, TITLE_FONT = "宋体", "黑体"
HIGHEST_FROZEN = 420.0
"""Points of height above which frozen rows would leave no room on a screen."""

A4 = 9


def render(form: OfficialForm) -> bytes:
    """The workbook's bytes.

    Raises:
        ScorerError: a text longer than a cell holds.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": form.title[:200], "created": EPOCH})
    sheet = book.add_worksheet(SHEET)
    draw = _Drawing(book, sheet)
    live = {"total": _live_total(form), "funds.rate": _live_rate(form)}
    for box in form.boxes:
        draw.box(box, live.get(box.field, ""))
    _limit_points(sheet, form)
    _page(sheet, form)
    book.close()
    return stream.getvalue()


# --------------------------------------------------------------------------------------------------------------- cells


class _Drawing:
    """Puts boxes on a sheet; each look is made once."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self._book = book
        self._sheet = sheet
        self._looks: dict[tuple[Role, str, bool], Any] = {}

    def box(self, box: Box, formula: str = "") -> None:
        text = box.text
        if len(text) > LONGEST_TEXT:
            raise ScorerError(
                f"一格文字有 {len(text)} 字，超过 .xlsx 单元格的上限 {LONGEST_TEXT} 字：{text[:20]}…。请改存为 .docx 或 .toml。"
            )
        number, code = stored(box)
        if formula and not code and box.field == "funds.rate":
            code = "0.00%"
        look = self._look(box.role, code, left=box.role == "text" and number is None)
        last = (box.row + box.rows - 1, box.column + box.columns - 1)
        if last != (box.row, box.column):
            self._sheet.merge_range(box.row, box.column, *last, "", look)
        if formula:
            # a blank result is written as a space: a formula without a stored result cannot be read
            self._sheet.write_formula(box.row, box.column, formula, look, " " if number is None else number)
        elif number is not None:
            self._sheet.write_number(box.row, box.column, number, look)
        elif text:
            self._sheet.write_string(box.row, box.column, text, look)
        else:
            self._sheet.write_blank(box.row, box.column, None, look)

    def _look(self, role: Role, code: str, *, left: bool) -> Any:
        key = (role, code, left)
        if key not in self._looks:
            style: dict[str, Any] = {"font_name": FONT, "font_size": 10.5, "valign": "vcenter", "text_wrap": True}
            if role not in ("title", "subtitle"):
                style["border"] = 1
            if role == "title":
                style |= {"font_name": TITLE_FONT, "font_size": 18}
            if role in ("label", "heading"):
                style |= {"bold": role == "heading"}
            style["align"] = "left" if left or role == "note" else "center"
            if code:
                style["num_format"] = code
            self._looks[key] = self._book.add_format(style)
        return self._looks[key]


def stored(box: Box) -> tuple[Decimal | None, str]:
    """The number that a cell holds and the format that shows it as written; None for text.

    Figures of points and money are numbers where a number shows the same words; other cells only where the submission
    itself has a number there.
    """
    text = box.text
    if box.role != "figure" and (box.cell.number is None or box.role != "text"):
        return None, ""
    if FIGURE.fullmatch(text):
        number = Decimal(text)
        exact = len(number.as_tuple().digits) <= DIGITS and not (number == 0 and text.startswith("-"))
        return (number, _code(text)) if exact else (None, "")
    percent = PERCENT.fullmatch(text) if box.role == "figure" else None
    if percent and not (Decimal(percent[1]) == 0 and text.startswith("-")):
        return Decimal(percent[1]).scaleb(-2), _code(percent[1]) + "%"
    return None, ""


def _code(text: str) -> str:
    """The number format with as many decimals as the text."""
    decimals = len(text.partition(".")[2])
    return "0." + "0" * decimals if decimals else "0"


# --------------------------------------------------------------------------------------------------- total and limits


def _live_total(form: OfficialForm) -> str:
    """The formula of the total; "" where there is none, or where it would not give the total as written."""
    total = next(iter(form.of("total")), None)
    parts = [*form.of("funds.claimed"), *form.of("claimed")]
    if total is None or not form.of("claimed"):
        return ""
    figures = [stored(box)[0] for box in parts]
    written = stored(total)[0]
    summed = sum((figure for figure in figures if figure is not None), Decimal(0))
    empty = not total.text.strip() and not any(box.text.strip() for box in parts)
    if not empty and (written is None or written != summed):
        return ""
    areas = ",".join(_areas(parts))
    decimals = max(2, *(len(box.text.partition(".")[2]) for box in (*parts, total) if FIGURE.fullmatch(box.text)), 2)
    return f'=IF(COUNT({areas})=0,"",ROUND(SUM({areas}),{decimals}))'


def _live_rate(form: OfficialForm) -> str:
    """The formula of the execution rate in a form that is still to be filled in, else ""."""
    cells = [form.of(f"funds.{name}") for name in ("rate", "budget", "executed")]
    if any(len(found) != 1 or found[0].text for found in cells):
        return ""
    _, budget, executed = (place(found[0].row, found[0].column) for found in cells)
    return f'=IF(N({budget})=0,"",ROUND({executed}/{budget},4))'


def _areas(boxes: Sequence[Box]) -> list[str]:
    """Cells as references, neighbours in a column as one area: F12:F15."""
    runs: list[tuple[Box, Box]] = []
    for box in boxes:
        if runs and runs[-1][1].column == box.column and runs[-1][1].row + 1 == box.row:
            runs[-1] = (runs[-1][0], box)
        else:
            runs.append((box, box))
    return [
        place(first.row, first.column) + (f":{place(last.row, last.column)}" if last is not first else "")
        for first, last in runs
    ]


def _limit_points(sheet: Any, form: OfficialForm) -> None:
    """A score between nothing and its weight, said where it is typed."""
    for claimed, weight in (("claimed", "weight"), ("funds.claimed", "funds.weight")):
        weights = {box.row: box for box in form.of(weight)}
        for box in form.of(claimed):
            beside = weights.get(box.row)
            if beside is None or (beside.text and stored(beside)[0] is None):
                continue
            sheet.data_validation(
                box.row,
                box.column,
                box.row,
                box.column,
                {
                    "validate": "decimal",
                    "criteria": "between",
                    "minimum": 0,
                    "maximum": f"={place(beside.row, beside.column)}",
                    "error_title": "得分超出范围",
                    "error_message": "得分应在 0 与本行分值之间。",
                },
            )
    for field in ("weight", "funds.weight"):
        for box in form.of(field):
            sheet.data_validation(
                box.row,
                box.column,
                box.row,
                box.column,
                {
                    "validate": "decimal",
                    "criteria": ">=",
                    "value": 0,
                    "error_title": "分值有误",
                    "error_message": "分值应为不小于 0 的数。",
                },
            )


# ----------------------------------------------------------------------------------------------------------------- page


def _page(sheet: Any, form: OfficialForm) -> None:
    for column, width in enumerate(form.widths):
        sheet.set_column(column, column, width)
    for row, height in enumerate(form.heights):
        sheet.set_row(row, height)
    sheet.set_paper(A4)
    if form.landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    if form.header is not None:
        sheet.repeat_rows(form.header)
        if sum(form.heights[: form.header + 1]) <= HIGHEST_FROZEN:
            sheet.freeze_panes(form.header + 1, 0)
