"""A document as a publication of final accounts: its tables and its explanations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from scorer.model import Document, Source
from scorer.prose.disclosure.passages import Passages, read_passages
from scorer.prose.disclosure.projects import Project, read_projects
from scorer.prose.disclosure.sheets import Sheet, by_number, read_sheets
from scorer.prose.disclosure.statements import Record, read_records

_YEAR = re.compile(r"(?<!\d)(20\d\d)\s?年度")



@dataclass(frozen=True)
class Publication:
    """One published document. `sheets` in order; without any it may still explain tables that stand elsewhere."""

    document: Document
    sheets: tuple[Sheet, ...]

    @cached_property
    def numbered(self) -> Mapping[int, Sheet]:
        return by_number([sheet for sheet in self.sheets if sheet.columns or sheet.empty])

    @cached_property
    def passages(self) -> Passages:
        return read_passages(self.document, self.places)

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """What the explanations say, record by record."""
        return tuple(read_records(self.passages))

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """The projects whose self-evaluation the explanations sum up."""
        return tuple(read_projects(self.passages))

    @cached_property
    def places(self) -> frozenset[Source]:
        """Where the tables stand: their figures are no prose."""
        found = {cell.source for sheet in self.sheets for table in sheet.tables for cell in table.cells}
        for sheet in self.sheets:
            found |= {item.cell.source for item in sheet.items}
        return frozenset(found)

    @cached_property
    def year(self) -> int | None:
        """The year of the accounts: the one that most of its lines speak of as 年度, the title's first."""
        counts: Counter[int] = Counter()
        for number, line in enumerate(self.passages.lines):
            for match in _YEAR.finditer(line.text):
                counts[int(match[1])] += 5 if number < 6 else 1
        return counts.most_common(1)[0][0] if counts else None

    @property
    def parts(self) -> frozenset[str]:
        """The tables that were read, by the names of their places."""
        return frozenset(table.name for sheet in self.sheets for table in sheet.tables if table.name)


def read_publication(document: Document) -> Publication | None:
    """The document as a publication; None where fewer than two published tables with amounts were read, so that an
    explanation without its tables stays with the checks of prose."""
    sheets = read_sheets(document)
    read = [sheet for sheet in sheets if sheet.columns and not sheet.empty]
    if len(read) >= 2:
        return Publication(document, sheets)
    return None
