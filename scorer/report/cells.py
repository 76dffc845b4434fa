"""The cells of published tables by the names that a reader finds them by: 公开05表第3行“行政运行”基本支出."""

from __future__ import annotations

from collections.abc import Mapping

from scorer.model import Report, Submission
from scorer.prose.disclosure.sheets import read_sheets


def cell_names(report: Report, submission: Submission | None) -> Mapping[tuple[str, str], str]:
    """The names of cells by file and place; none where no finding is about published accounts."""
    if submission is None or not any(finding.code.startswith("D") for finding in report.findings):
        return {}
    names: dict[tuple[str, str], str] = {}
    for document in submission.documents:
        for sheet in read_sheets(document):
            for item in sheet.items:
                names[document.path, item.cell.source.place] = f"{sheet.name}第{item.row}行“{item.plain}”"
                for amount in item.amounts.values():
                    if not amount.blank:
                        names[document.path, amount.place.at] = amount.label
    return names
