"""The report as one HTML file: nothing is loaded, nothing runs, every word of strangers is escaped.

The templates hold the markup, this module what they print. The page carries a content security policy that allows its
own style sheet, by digest, and nothing else; that is why bars are SVG and no element has a style of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from scorer.checks import CHECKS
from scorer.explanation import of_check, of_rule
from scorer.model import Level, Line, Place, Report, Status, Submission, points_text
from scorer.report import Layout, sentences
from scorer.report.cells import cell_names
from scorer.report.evidence import Evidence, mark
from scorer.report.templating import digest_of, environment, markup
from scorer.rules import RULES
from scorer.sets import describe_set

if TYPE_CHECKING:
    from scorer.explanation import Explanation
    from scorer.sets import IndicatorSet

LONGEST_QUOTE = 300
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Bar:
    """Shares of a weight in thousandths: got, and the band that a judgement leaves open."""

    got: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the scored tree as it is printed."""

    line: Line
    depth: int
    name: str
    bar: Bar | None
    differs: bool
    lost: bool
    anchor: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of a finding: where, the words, and the anchor of the mark in the evidence, "" without one."""

    where: str
    quote: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as it is printed, its places of the same words together."""

    number: int
    code: str
    title: str
    name: str
    level: Level
    path: str
    message: str
    spots: tuple[Spot, ...]
    hint: str


def render(report: Report, layout: Layout) -> str:
    """The page. The layout's submission adds the documents themselves, its set the legal basis.

    Without the submission findings stand with their quotes alone; without the set the library is asked for it.
    """
    evidence = mark(report, layout.submission)
    indicators = sentences.set_behind(report, layout.indicator_set)
    style = (TEMPLATES / "page.css").read_text("utf-8")
    return environment(TEMPLATES).get_template("page.html").render(
        report=report,
        style=markup(style),
        digest=digest_of(style),
        findings_only=layout.findings_only,
        rows=[] if layout.findings_only else rows(report, evidence),
        shares=shares(report),
        groups=entries(report, layout.submission, evidence),
        evidence=evidence,
        no_evidence=layout.submission is None,
        set_facts=sentences.set_facts(indicators) if indicators is not None else [],
        set_basis=local_basis(indicators),
        explanations=explanations(report, findings_only=layout.findings_only),
        said=sentences,
    )


# ------------------------------------------------------------------------------------------------------ what is shown


def rows(report: Report, evidence: Evidence) -> list[Row]:
    """The scored tree; each line with its bar, and marked where the claim says otherwise or points were lost."""
    return [
        Row(
            line=line,
            depth=min(max(len(line.path) - 1, 0), 6),
            name=sentences.name_of(line),
            bar=bar(line),
            differs=line.claimed is not None and line.points is not None and line.claimed != line.points,
            lost=line.points is not None and line.weight is not None and line.points < line.weight,
            anchor=f"l{number}",
        )
        for number, line in enumerate(report.lines, 1)
    ]


def bar(line: Line) -> Bar | None:
    if line.points is None or not line.weight:
        return None
    low = line.points if line.low is None else line.low
    high = line.points if line.high is None else line.high
    return Bar(*(_thousandths(value, line.weight) for value in (line.points, low, high)))


def shares(report: Report) -> list[tuple[Status, str, str, int, int]]:
    """How the full score divides: status, its word, points, and start and width of the segment in thousandths."""
    parts: list[tuple[Status, Decimal]] = [
        ("recomputed", report.recomputed_weight),
        ("judged", report.judged_weight),
        ("missing", report.missing_weight),
    ]
    whole = sum((part for _, part in parts), Decimal(0))
    shown = []
    start = 0
    for status, part in parts:
        width = _thousandths(part, whole) if whole else 0
        word = "未能计分" if status == "missing" else sentences.STATUSES[status]
        shown.append((status, word, points_text(part) or "", start, width))
        start += width
    return shown


def _thousandths(part: Decimal, whole: Decimal) -> int:
    return int(min(max(part * 1000 / whole, Decimal(0)), Decimal(1000)).to_integral_value())


def entries(report: Report, submission: Submission | None, evidence: Evidence) -> list[tuple[str, list[Entry]]]:
    """The findings as the page shows them, by level; the submission names the cells of published tables."""
    cells = cell_names(report, submission)
    return [(level, [_entry(item, report, evidence, cells) for item in group]) for level, group in sentences.by_level(report)]


def _entry(
    item: sentences.Numbered, report: Report, evidence: Evidence, cells: Mapping[tuple[str, str], str]
) -> Entry:
    finding = item.finding
    alone = sentences.is_alone(report, finding)
    title = sentences.title_of(finding.code)
    return Entry(
        number=item.number,
        code=finding.code,
        title=title or finding.name,
        name=finding.name,
        level=finding.level,
        path=" › ".join(finding.path),
        message=finding.message,
        spots=tuple(spots(item.number, finding.where, alone, evidence, cells)),
        hint=_hint(finding.code),
    )


def spots(
    number: int, where: Sequence[Place], alone: bool, evidence: Evidence, cells: Mapping[tuple[str, str], str]
) -> list[Spot]:
    return [
        Spot(
            cells.get((place.file, place.at)) or sentences.place_words(place, alone),
            place.quote if len(place.quote) <= LONGEST_QUOTE else place.quote[: LONGEST_QUOTE - 1] + "…",
            evidence.anchors.get((number, index), ""),
        )
        for index, place in enumerate(where, 1)
        if place.at or place.quote or not alone
    ]


def explanations(report: Report, *, findings_only: bool = False) -> list[Explanation]:
    """What `scorer explain` says about every check that found something and every rule that scored a line."""
    told = [of_check(CHECKS[code]) for code in sentences.codes_used(report.findings) if code in CHECKS]
    kinds = [] if findings_only else [kind for kind in RULES if any(line.rule == kind for line in report.lines)]
    return [*told, *(of_rule(kind) for kind in kinds)]


def local_basis(indicators: IndicatorSet | None) -> list[tuple[str, str]]:
    """Where indicators rest on another basis than their set: the basis, and their codes and names."""
    if indicators is None:
        return []

    groups: dict[str, list[str]] = {}
    for row in describe_set(indicators):
        if row.basis != indicators.basis:
            groups.setdefault(f"{row.basis}（{row.evidence}）", []).append(f"{row.code} {row.name}".strip())
    return [(basis, "、".join(names)) for basis, names in groups.items()]


def _hint(code: str) -> str:
    check = CHECKS.get(code)
    return check.sections.get("为何重要", "") if check else ""
