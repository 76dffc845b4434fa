"""The official layout as .csv: UTF-8 with a mark, as spreadsheet programs expect it, merged areas at their anchor."""

from __future__ import annotations

import csv
import io

from scorer.forms.writing.official import OfficialForm

FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_ARMOURED = 200
"""What the reader of this package, and spreadsheet programs, take back out of ="…"."""


def render(form: OfficialForm) -> bytes:
    grid = [[""] * form.columns for _ in range(form.rows)]
    for box in form.boxes:
        grid[box.row][box.column] = armoured(box.text)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(grid)
    return stream.getvalue().encode("utf-8-sig")


def armoured(text: str) -> str:
    """A text that a spreadsheet program would take for a formula, written so that it does not."""
    if not text.startswith(FORMULA):
        return text
    plain = '"' not in text and "\n" not in text and len(text) <= LONGEST_ARMOURED
    return f'="{text}"' if plain else f" {text}"
