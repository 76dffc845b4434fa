"""Places as the readers of a handed-out report know them: files by their names, lines and cells in words.

A report that goes to a meeting says nothing of the folders of the computer it was made on; programs and the terminal get
the places as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from scorer.model import Place, Report
from scorer.report import Layout

SEPARATOR = re.compile(r"[/\\]")
SPAN = re.compile(r"L(\d{1,9})(?::(\d{1,9})-(\d{1,9}))?")
CELL = re.compile(r"R(\d{1,9})C(\d{1,9})")
IN_PARAGRAPHS = (".docx", ".doc", ".wps", ".odt", ".rtf")
"""Files whose text is counted in paragraphs; everything else has lines."""


def handed_on(report: Report, layout: Layout) -> tuple[Report, Layout]:
    """The same report, with the findings across forms after its own, and documents, with files named as briefly as tells
    them apart."""
    report = with_across(report, layout)
    named_files = [file.path for file in report.submission.files]
    named_files += [place.file for finding in report.findings for place in finding.where if place.file]
    names = short_names(list(dict.fromkeys(named_files)))
    if all(path == name for path, name in names.items()):
        return report, layout

    def named(place: Place) -> Place:
        return place.model_copy(update={"file": names.get(place.file, place.file)})

    def said(message: str) -> str:
        for path, name in names.items():
            message = message.replace(path, name)
        return message

    files = tuple(file.model_copy(update={"path": names[file.path]}) for file in report.submission.files)
    findings = tuple(
        finding.model_copy(update={"message": said(finding.message), "where": tuple(named(place) for place in finding.where)})
        for finding in report.findings
    )
    lines = tuple(line.model_copy(update={"where": named(line.where)}) if line.where else line for line in report.lines)
    figures = report.figures and tuple(
        figure.model_copy(update={"file": names.get(figure.file, figure.file)}) for figure in report.figures
    )
    submission = report.submission.model_copy(update={"files": files})
    update = {"submission": submission, "findings": findings, "lines": lines, "figures": figures}
    if layout.submission is not None:
        documents = tuple(
            replace(document, path=names.get(document.path, document.path)) for document in layout.submission.documents
        )
        layout = replace(layout, submission=replace(layout.submission, documents=documents))
    return report.model_copy(update=update), layout


def with_across(report: Report, layout: Layout) -> Report:
    """The report with the findings across forms after its own."""
    return report.model_copy(update={"findings": report.findings + layout.across}) if layout.across else report


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """Each path with as many of its last parts as no other path shares: mostly the file's own name."""
    parts = {path: SEPARATOR.split(path) for path in paths}
    names: dict[str, str] = {}
    for path, own in parts.items():
        others = [other for other in parts if other != path]
        kept = next(
            (count for count in range(1, len(own)) if not any(parts[other][-count:] == own[-count:] for other in others)),
            len(own),
        )
        names[path] = "/".join(own[-kept:])
    return names


def in_words(file: str, at: str) -> str:
    """A place inside a file as people say it: 第 4 行第 14–21 字, 表1第 21 行第 4 列; cells of spreadsheets as they are."""
    part, mark, rest = at.rpartition("!")
    if match := SPAN.fullmatch(rest):
        counted = "段" if file.lower().endswith(IN_PARAGRAPHS) else "行"
        letters = "" if match[2] is None else f"第{match[2]}–{match[3]}字" if match[2] != match[3] else f"第{match[2]}字"
        return f"{part}第{match[1]}{counted}{letters}"
    if match := CELL.fullmatch(rest):
        return f"{part}第{match[1]}行第{match[2]}列"
    return f"{part}{mark}{rest}"
