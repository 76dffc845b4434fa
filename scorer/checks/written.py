"""Every written text of a submission with its place, whether it was read from documents or written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from scorer.model import Cell, Paragraph, Submission


def texts(submission: Submission) -> Sequence[Cell]:
    """Every written text with its place: paragraphs and cells of the documents, and the cells of a record without any."""
    found: list[Cell] = []
    for document in submission.documents:
        for block in document.blocks:
            if isinstance(block, Paragraph):
                found.append(Cell(block.text, block.source))
            else:
                found += map(unwrapped, block.cells)
    shown_in_blocks = {document.path for document in submission.documents if document.blocks}
    if not shown_in_blocks or len(shown_in_blocks) < len(submission.documents):
        found += [unwrapped(cell) for cell in written_cells(submission) if cell.source.file not in shown_in_blocks]
    return [cell for cell in found if cell]


def written_cells(submission: Submission) -> Iterator[Cell]:
    """The cells of a submission that was written by hand as a record."""
    for group in (submission.answers, submission.funds, submission.goals, submission.claims):
        for row in group:
            for field in fields(row):
                value = getattr(row, field.name)
                for cell in value if isinstance(value, tuple) else (value,):
                    if isinstance(cell, Cell) and cell:
                        yield cell
    head = (submission.unit_cell, submission.project_cell, submission.reason, submission.problems)
    for cell in (*head, *submission.notes):
        if cell:
            yield cell


# What a line break in a cell stands before when it means something: the number of an item. Figures are not joined either.
_NEW_LINE = re.compile(
    r"(?<=[。；;：:！？\n])\n|\n(?=\s*(?:\d{1,3}[.、．)）](?!\d)|[（(]?[一二三四五六七八九十]{1,3}[、）)]|[①-⑳]|\n))|(?<=[\d.,])\n(?=[\d.,])"
)


def unwrapped(cell: Cell) -> Cell:
    """The cell without the breaks that only its width has caused: 增加/减⏎少."""
    if "\n" not in cell.text:
        return cell
    kept = _NEW_LINE.sub("\r", cell.text)
    return replace(cell, text=kept.replace("\n", "").replace("\r", "\n"))
