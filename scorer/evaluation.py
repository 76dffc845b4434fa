"""The pipeline: find the set, align, score, check, report. It reads like a table of contents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from scorer import __version__
from scorer.checks import Form, run
from scorer.checks.told import figures as figure_states
from scorer.model import (
    FileInfo,
    Finding,
    Line,
    Place,
    Report,
    ScorerError,
    SetInfo,
    Submission,
    SubmissionInfo,
    Tally,
    readable_name,
)
from scorer.numbers.precision import precise
from scorer.scoring.align import Leaf
from scorer.scoring.tree import Node, Scorecard, score_submissions
from scorer.sets import IndicatorSet, find_set, form_set


def evaluate(
    submission: Submission,
    indicator_set: IndicatorSet | None = None,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    figures: bool = False,
) -> Report:
    """Score and check one submission.

    Args:
        submission: what `read_submission` read.
        indicator_set: the set to score by; without it the one that the submission names, else the one that its own
            words fit, else the weights and rules written in the form.
        select, ignore: codes, prefixes or names of checks.
        figures: list every figure of the reports with its state.

    Raises:
        ScorerError: the submission names a set that does not exist, or a word in `select` or `ignore` fits no check.
    """
    return evaluate_all([submission], indicator_set, select=select, ignore=ignore, figures=figures)[0]


@precise
def evaluate_all(
    submissions: Iterable[Submission],
    indicator_set: IndicatorSet | None = None,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    figures: bool = False,
) -> list[Report]:
    """Score and check many submissions in one run of the kernel; each report is what `evaluate` alone would give."""
    work = [(submission, *choose_set(submission, indicator_set)) for submission in submissions]
    cards = score_submissions(work)
    return [
        check(submission, card, select, ignore, figures=figures)
        for (submission, _, _), card in zip(work, cards, strict=True)
    ]


@precise
def check(
    submission: Submission, card: Scorecard, select: Sequence[str], ignore: Sequence[str], *, figures: bool
) -> Report:
    """Run the checks on one scored submission and build its report."""
    form = Form(submission, card.set, card)
    findings, tallies = run(form, select, ignore)
    report = build(submission, card, findings, tallies)
    if said := said_of_itself(form):
        report = report.model_copy(update=said)
    return report.model_copy(update={"figures": figure_states(form, findings)}) if figures else report


def said_of_itself(form: Form) -> dict[str, object]:
    """What the documents' own words say of unit, project and year where no form says it, with a note of where they do."""
    given = form.submission
    if given.has_form or not any(document.blocks for document in form.documents):
        return {}
    about = form.about
    unit = about.unit if about.unit is not None and about.unit.certain and not given.unit else None
    project = about.project if about.project is not None and about.project.certain and not given.project else None
    year = about.year if about.year is not None and about.year.certain else None
    found = [
        f"{name}“{item.value}”（{item.how}）" for name, item in (("单位", unit), ("项目", project), ("年度", year)) if item is not None
    ]
    if not found:
        return {}
    info = describe(given).model_copy(
        update={
            "unit": unit.value if unit else given.unit,
            "project": project.value if project else given.project,
            "year": year.value if year else given.year,
        }
    )
    return {"submission": info, "notes": (*form.scorecard.notes, f"没有表格写明，由文中读出：{'，'.join(found)}")}


def choose_set(submission: Submission, given: IndicatorSet | None) -> tuple[IndicatorSet, str]:
    """The set to score by, and why (Chinese). One to which no row of the form belongs is said to be none, and not taken."""
    if given is not None or submission.set:
        named, how = (given, "由 --set 指定") if given is not None else find_set(submission)
        assert named is not None  # what a submission names is there, or an error
        if not submission.answers or any(named.find(answer.path).indicator is not None for answer in submission.answers):
            return named, how
        return form_set(submission), f"{how}的 {named.id} 不适用：本表没有一行属于该体系"
    if not submission.answers:
        return form_set(submission), "提交件中没有指标表"
    found, why = find_set(submission)
    return (found, why) if found is not None else (form_set(submission), why)


# ------------------------------------------------------------------------------------------------------------ report


def build(
    submission: Submission, card: Scorecard, findings: tuple[Finding, ...], tallies: tuple[Tally, ...]
) -> Report:
    """The published report of one scored and checked submission."""
    return Report(
        tool=__version__,
        submission=describe(submission),
        set=SetInfo(id=card.set.id, version=card.set.version, digest=card.set.digest, why=card.why),
        total=card.total,
        full=card.full,
        low=card.low,
        high=card.high,
        claimed_total=card.claimed_total,
        grade=card.grade,
        claimed_grade=card.claimed_grade,
        recomputed_weight=card.recomputed_weight,
        judged_weight=card.judged_weight,
        missing_weight=card.missing_weight,
        lines=tuple(lines(card)),
        findings=findings,
        tallies=tallies,
        notes=card.notes,
    )


def describe(submission: Submission) -> SubmissionInfo:
    return SubmissionInfo(
        unit=submission.unit,
        project=submission.project,
        year=submission.year,
        part=submission.part,
        files=tuple(FileInfo(path=document.path, sha256=document.sha256) for document in submission.documents),
    )


def lines(card: Scorecard) -> Iterable[Line]:
    """The scored tree in the form's order: each upper level once, before its first row."""
    nodes = {node.path: node for node in card.nodes}
    shown: set[tuple[str, ...]] = set()
    for leaf in card.leaves:
        for depth in range(1, len(leaf.path)):
            path = leaf.path[:depth]
            if path in nodes and path not in shown:
                shown.add(path)
                yield node_line(nodes[path])
        yield leaf_line(leaf)


def node_line(node: Node) -> Line:
    return Line(
        path=node.path,
        leaf=False,
        weight=node.weight,
        claimed=node.claimed,
        points=node.points,
        low=node.low,
        high=node.high,
    )


def leaf_line(leaf: Leaf) -> Line:
    """A scored row as the report prints it; its place is the actual's, else the target's, else the name's."""
    answer = leaf.answer
    cell = next((cell for cell in (answer.actual, answer.target, *answer.names[-1:]) if cell.source.at), None)
    return Line(
        path=leaf.path,
        leaf=True,
        weight=leaf.weight,
        target=answer.target.text,
        actual=answer.actual.text,
        claimed=leaf.claimed,
        points=leaf.points,
        low=leaf.low,
        high=leaf.high,
        status=leaf.status,
        rule=leaf.rule.kind,
        words=leaf.words,
        where=Place.of(cell, answer.actual.text) if cell else None,
    )


def unreadable(path: str, digest: str, error: ScorerError) -> Report:
    """The report of a file that could not be read: F610, so that nothing is missing from a batch."""
    finding = Finding(
        code="F610", name="unreadable", level="error", message=readable_name(str(error)), where=(Place(file=path, at=""),)
    )
    return _empty(path, digest, finding)


def failed(path: str, digest: str, error: Exception) -> Report:
    """The report of a file on which this program itself failed: Z901, and the run goes on."""
    finding = Finding(
        code="Z901",
        name="internal-error",
        level="error",
        message=readable_name(
            f"程序处理此文件时出错（{type(error).__name__}：{error}）。请把文件和这段话发给维护人；其余文件不受影响。"
        ),
        where=(Place(file=path, at=""),),
    )
    return _empty(path, digest, finding)


def _empty(path: str, digest: str, finding: Finding) -> Report:
    return Report(
        tool=__version__,
        submission=SubmissionInfo(files=(FileInfo(path=path, sha256=digest),)),
        set=SetInfo(id="", why="未能读取"),
        missing_weight=Decimal(0),
        findings=(finding,),
    )
