"""Forms flattened to one cell a line: whether the columns of such a form are certain enough to hold anything against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

from scorer.model import Answer, Cell

if TYPE_CHECKING:
    from scorer.checks.form import Form

_LINE = re.compile(r"L(\d+)")
_FIGURE = re.compile(r"\s*\d+(?:\.\d+)?\s*")
_SENTENCE = re.compile(r"[，,；;][^。]*。")
_INDICATOR = re.compile(r"(?:三级)?指标\s*\d+")
_LEVELS = frozenset(("指标", "三级指标", "二级指标", "产出指标", "效益指标", "社会效益", "经济效益", "生态效益", "可持续影响", "满意度"))


def columns_in_doubt(form: Form) -> bool:
    """Whether a row of the form shows that cells were taken for those of another column or row."""
    rows = [answer for answer in form.submission.answers if _lines(answer)]
    if not rows:
        return False
    cells = (cell for document in form.documents for table in document.tables for cell in table.cells)
    figures = {line for cell in cells if _FIGURE.fullmatch(cell.text) for line in _lines_of(cell)}
    leaving = sum(_leaves_out(answer, figures) for answer in rows)
    # what every row leaves out is a column of its own
    return 0 < leaving < len(rows) or any(map(_misread, rows))


def _misread(answer: Answer) -> bool:
    name = answer.path[-1] if answer.path else ""
    return (
        _SENTENCE.search(name) is not None
        or _INDICATOR.match(answer.target.text.strip()) is not None
        or answer.reason.text.strip() in _LEVELS
    )


def _leaves_out(answer: Answer, figures: Set[int]) -> bool:
    """Whether a figure between the row's own values belongs to none of them."""
    own = _lines(answer)
    return any(line in figures and line not in own for line in range(min(own), max(own)))


def _lines(answer: Answer) -> set[int]:
    """The lines of a flattened row's values, none where they share a line or stand in a real table."""
    found: list[int] = [line for cell in _values(answer) for line in _lines_of(cell)]
    return set(found) if len(found) >= 3 and len(set(found)) == len(found) else set()


def _values(answer: Answer) -> Iterator[Cell]:
    for cell in (answer.target, answer.actual, answer.weight, answer.claimed):
        if cell:
            yield cell


def _lines_of(cell: Cell) -> Iterator[int]:
    match = _LINE.fullmatch(cell.source.at)
    if match:
        yield from range(int(match[1]), int(match[1]) + 1 + cell.text.count("\n"))
