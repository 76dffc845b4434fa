"""What is written into a clerk's own file: a note for every faulty place, and a page with the score, in any format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from scorer.checks import CHECKS
from scorer.model import Finding, Level, Line, Place, Report, points_text
from scorer.report.sentences import (
    LEVELS,
    STATUSES,
    by_level,
    counts_words,
    name_of,
    no_total,
    place_words,
    range_words,
    set_words,
    share_words,
    subject,
    tally_words,
    title_of,
)
from scorer.report.width import cleaned

AUTHOR = "scorer"
MOST_PLACES = 4
"""A finding over more places (a sum of twenty rows) is noted at this many of them."""

LONGEST_NOTE = 2000
LONGEST_QUOTE = 60

# No reader may take the table for an indicator table, were its control or sheet name lost: no column says 指标 or 目标.
COLUMNS = ("各级名称", "分值", "自评", "复算", "状态", "说明")


@dataclass(frozen=True, slots=True)
class Note:
    """The remarks at one place of the file: `at` as in findings, each remark a heading and what to know and do; the gravest
    `level` of its findings."""

    at: str
    remarks: tuple[tuple[str, str], ...]
    level: Level = "note"

    @property
    def text(self) -> str:
        return "\n".join(f"{heading}\n{body}" for heading, body in self.remarks)


Kind = Literal["title", "text", "heading", "columns", "row"]


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of the added page: words, or the cells of the table of scores (`depth` of the level it shows)."""

    kind: Kind
    cells: tuple[str | Decimal | None, ...]
    depth: int = 0

    @property
    def words(self) -> str:
        return str(self.cells[0] or "")


def notes_for(report: Report, path: str) -> list[Note]:
    """The notes for one file of the submission, in the order of the findings."""
    alone = len(report.submission.files) == 1
    remarks: dict[str, list[tuple[str, str]]] = {}
    levels: dict[str, list[Level]] = {}
    for finding in report.findings:
        places = list({place.at: place for place in finding.where if place.file == path and place.at}.values())
        for place in places[:MOST_PLACES]:
            remarks.setdefault(place.at, []).append(_remark(finding, place, alone))
            levels.setdefault(place.at, []).append(finding.level)
    return [Note(at, tuple(found), min(levels[at], key=list(LEVELS).index)) for at, found in remarks.items()]


def unplaced(report: Report, placed: set[tuple[str, str]]) -> int:
    """How many findings have none of their places among those that were noted, (file, place)."""
    return sum(not any((place.file, place.at) in placed for place in finding.where) for finding in report.findings)


def _remark(finding: Finding, here: Place, alone: bool) -> tuple[str, str]:
    heading = f"{finding.code} {title_of(finding.code)}（{LEVELS[finding.level]}）"
    lines = [cleaned(finding.message)]
    others = [place for place in finding.where if place is not here and (place.at or place.file)]
    if others:
        more = f" 等 {len(others)} 处" if len(others) > MOST_PLACES else ""
        lines.append("对照：" + "；".join(_place(place, alone) for place in others[:MOST_PLACES]) + more)
    mend = mending(finding.code)
    if mend:
        lines.append(f"改法：{mend}")
    body = "\n".join(lines)
    return heading, body if len(body) <= LONGEST_NOTE else body[:LONGEST_NOTE] + "…"


def _place(place: Place, alone: bool) -> str:
    quote = cleaned(place.quote)
    short = quote if len(quote) <= LONGEST_QUOTE else quote[:LONGEST_QUOTE] + "…"
    return place_words(place, alone) + (f"“{short}”" if short else "")


def mending(code: str) -> str:
    """How a fault is mended, from the check's own documentation; "" for a code that this version does not know."""
    check = CHECKS.get(code)
    return " ".join(check.sections.get("改法", "").split()) if check else ""


# ------------------------------------------------------------------------------------------------------------ the page


def page_for(report: Report) -> list[PageLine]:
    """The page with the score: head, the tree with claimed and recomputed points, and every finding."""
    return [*_head(report), *_tree(report), *_findings(report)]


def _head(report: Report) -> Iterator[PageLine]:
    yield PageLine("title", ("绩效自评复算与核对",))
    yield PageLine("text", (cleaned(subject(report)),))
    used = set_words(report)
    if used:
        yield PageLine("text", (f"指标体系：{cleaned(used)}",))
    if report.total is None:
        yield PageLine("text", (no_total(report),))
        return
    total = f"复算总分 {points_text(report.total)}"
    total += f" / {points_text(report.full)}" if report.full is not None else ""
    total += f"（自评 {points_text(report.claimed_total)}）" if report.claimed_total is not None else ""
    total += f"，等级 {report.grade}" if report.grade else ""
    total += f"（自评 {cleaned(report.claimed_grade)}）" if report.claimed_grade else ""
    yield PageLine("heading", (total,))
    for words in (share_words(report), *report.notes, range_words(report)):
        if words:
            yield PageLine("text", (cleaned(words),))


def _tree(report: Report) -> Iterator[PageLine]:
    if not report.lines:
        return
    yield PageLine("columns", COLUMNS)
    yield from (PageLine("row", _cells(line), max(len(line.path) - 1, 0)) for line in report.lines)


def _cells(line: Line) -> tuple[str | Decimal | None, ...]:
    figures = (line.weight, line.claimed, line.points)
    status = STATUSES[line.status] if line.status else ""
    return (cleaned(name_of(line)), *figures, status, cleaned(line.words))


def _findings(report: Report) -> Iterator[PageLine]:
    alone = len(report.submission.files) == 1
    yield PageLine("heading", (counts_words(report),))
    for level, group in by_level(report):
        for item in group:
            finding = item.finding
            yield PageLine("heading", (f"{item.number}. {LEVELS[level]} {finding.code} {title_of(finding.code)}",))
            if finding.path:
                yield PageLine("text", (cleaned(" > ".join(finding.path)),))
            yield PageLine("text", (cleaned(finding.message),))
            if finding.where:
                yield PageLine("text", ("位置：" + "；".join(_place(place, alone) for place in finding.where),))
            mend = mending(finding.code)
            if mend:
                yield PageLine("text", (f"改法：{mend}",))
    if report.tallies:
        yield PageLine("text", (tally_words(report),))
