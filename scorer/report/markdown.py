"""The opinion as Markdown. Every character of a text that means something to Markdown is escaped."""

from __future__ import annotations

import re

from scorer.model import Report
from scorer.report import Layout, sentences
from scorer.report.opinion import Grid, Heading, Part, draw_up
from scorer.report.width import cleaned

MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
ADDRESS = re.compile(r"(?i)(https?|ftp|mailto|www)(?=[:.])")  # would become a link


def render(report: Report, layout: Layout) -> str:
    """The whole opinion; its blocks are separated by empty lines."""
    opinion = draw_up(report, layout)
    blocks = [f"# {escaped(''.join(opinion.title))}", escaped(opinion.addressee)]
    blocks += [_block(part) for part in opinion.parts]
    if layout.letter.issuer:
        blocks += [escaped(line) for line in opinion.signature]
    blocks += [_block(part) for part in opinion.annex]
    return "\n\n".join(blocks) + "\n"


def _block(part: Part) -> str:
    match part:
        case Heading():
            return f"{'#' * (part.level + 1)} {escaped(part.text)}"
        case Grid():
            aligned = ["---:" if column in part.figures else "---" for column in range(len(part.headings))]
            rows = [_row(part.headings), _row_of(aligned)]
            rows += [_row(row, strong=number in part.strong) for number, row in enumerate(part.rows)]
            return f"**{escaped(part.caption)}**\n\n" + "\n".join(rows)
    lead = f"**{escaped(part.lead)}**" if part.lead else ""
    return f"{lead} {escaped(part.text)}".strip()


def _row(cells: tuple[str, ...], *, strong: bool = False) -> str:
    return _row_of([f"**{words}**" if strong and words else words for words in map(escaped, cells)])


def _row_of(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """One line of plain words, whatever it holds; blanks that indent the tree are kept."""
    indent = len(text) - len(text.lstrip("　"))
    words = MARKUP.sub(r"\\\1", cleaned(sentences.printable(text)))
    words = ADDRESS.sub(r"\1\\", words)
    return "　" * indent + words.lstrip("　")
