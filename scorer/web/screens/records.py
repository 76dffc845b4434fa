"""What was: versions and their difference, the history of a submission, the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from scorer.batch.identity import Known, Outlived, identities, match
from scorer.model import Finding, Report
from scorer.report import page as report_page
from scorer.report import sentences
from scorer.report.evidence import NO_EVIDENCE, mark
from scorer.web import access, ledger, states
from scorer.web.access import screen
from scorer.web.filing import report_of, submission_of
from scorer.web.models import EntryRow, RunRow, SubmissionRow, VersionRow
from scorer.web.rendering import page
from scorer.web.screens.desk import scored_plain
from scorer.web.states import Role, State

ENTRIES = 100
HIDDEN_FROM_CLERKS = ("结论", "撤销结论", "复核分", "复核意见", "第二人确认", "分派", "抽样")


@dataclass(frozen=True, slots=True)
class Difference:
    """A finding of the one or the other version, and what became of it."""

    fate: str
    before: Finding | None
    after: Finding | None


def run_of_version(version: VersionRow) -> RunRow | None:
    """The run of a version that counts."""
    run: RunRow | None = version.runs.filter(aside=False).order_by("-id").first()
    return run


def _version(row: SubmissionRow, number: str) -> VersionRow:
    found = row.versions.filter(number=int(number)).first() if number.isdecimal() and len(number) < 6 else None
    if found is None:
        raise Http404
    return found


@screen()
@require_GET
def version(request: HttpRequest, public: str, number: int) -> HttpResponse:
    """A version as it was read at its time."""
    row = access.one(request.user, public)
    found = _version(row, str(number))
    run = run_of_version(found)
    report = report_of(run) if run else None
    read = submission_of(run) if run else None
    evidence = mark(report, read) if report else NO_EVIDENCE
    groups = report_page.entries(report, read, evidence) if report is not None else []
    entries = [entry for _, group in groups for entry in group]
    return page(
        request,
        "version.html",
        submission=row,
        version=found,
        report=report,
        evidence=evidence,
        entries=entries,
        lines=scored_plain(report),
        files=list(found.files.order_by("id")),
    )


@screen()
@require_GET
def compare(request: HttpRequest, public: str) -> HttpResponse:
    """What changed between two versions: points and findings."""
    row = access.one(request.user, public)
    first, second = (_version(row, request.GET.get(name, "")) for name in ("a", "b"))
    runs = run_of_version(first), run_of_version(second)
    if None in runs:
        raise Http404
    before, after = (report_of(run) for run in runs if run is not None)
    return page(
        request,
        "compare.html",
        submission=row,
        first=first,
        second=second,
        before=before,
        after=after,
        differences=differences(before, after),
        points=_points(before, after),
    )


def differences(before: Report, after: Report) -> list[Difference]:
    """What became of each finding of a version in another; those that stayed as they were come last."""
    old = [item.finding for _, group in sentences.by_level(before) for item in group]
    new = [item.finding for _, group in sentences.by_level(after) for item in group]
    known = [Known(one, finding.numbers) for one, finding in zip(identities(old), old, strict=True)]
    order = {"new": 0, "changed": 1, "gone": 2, "same": 3}

    def told(one: Outlived) -> Difference:
        return Difference(
            one.fate,
            None if one.earlier is None else old[one.earlier],
            None if one.later is None else new[one.later],
        )

    return sorted((told(one) for one in match(known, new)), key=lambda one: order[one.fate])


def _points(before: Report, after: Report) -> list[tuple[str, Any, Any]]:
    """The indicators whose claimed or recomputed points moved: name, the old line, the new one."""
    old = {line.path: line for line in before.leaves()}
    new = {line.path: line for line in after.leaves()}
    moved = []
    for path in dict.fromkeys([*old, *new]):
        one, other = old.get(path), new.get(path)
        if one is None or other is None or (one.claimed, one.points, one.actual) != (other.claimed, other.points, other.actual):
            moved.append((" › ".join(path), one, other))
    return moved


@screen()
@require_GET
def history(request: HttpRequest, public: str) -> HttpResponse:
    """What happened to a submission, newest first."""
    row = access.one(request.user, public)
    entries = EntryRow.objects.filter(submission=row.public).order_by("-id")
    if not states.sees_verdicts(access.actor(request.user, row), State(row.state)) or request.user.role == Role.CLERK:
        entries = entries.exclude(kind__in=HIDDEN_FROM_CLERKS)
    return page(
        request, "history.html", submission=row, entries=[_shown(one) for one in entries[:ENTRIES]], versions=row.versions.all()
    )


def _shown(entry: EntryRow) -> tuple[EntryRow, datetime, list[tuple[str, str]]]:
    detail: dict[str, Any] = json.loads(entry.detail)
    if "files" in detail:
        detail["name"] = "、".join(str(file[0]) for file in detail["files"])
    words = [(WORDS[name], _value(value)) for name, value in detail.items() if name in WORDS and value not in (None, "", [])]
    return entry, datetime.fromisoformat(entry.at), words


WORDS = {
    "code": "检查",
    "verdict": "结论",
    "reason": "原因",
    "text": "内容",
    "answer": "答复",
    "path": "指标",
    "points": "复核分",
    "deductions": "扣分",
    "why": "理由",
    "to": "给",
    "deadline": "期限",
    "version": "版本",
    "name": "名称",
    "login": "账号",
    "paper": "文书",
    "address": "地址",
    "count": "份数",
    "bundle": "摘要",
    "before": "原为",
}


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return value.get("verdict") or "未定"
    return " › ".join(map(str, value)) if isinstance(value, list) else str(value)


@screen(Role.REVIEWER, Role.ADMIN, leader=True)
@require_GET
def whole_ledger(request: HttpRequest) -> HttpResponse:
    """The ledger, newest first."""
    entries = EntryRow.objects.order_by("-id")
    kind, last = request.GET.get("kind", ""), request.GET.get("before", "")
    if kind:
        entries = entries.filter(kind=kind)
    if last.isdecimal():
        entries = entries.filter(id__lt=int(last))
    shown = [_shown(one) for one in entries[:ENTRIES]]
    kinds = EntryRow.objects.order_by("kind").values_list("kind", flat=True).distinct()
    return page(request, "ledger.html", entries=shown, kinds=list(kinds), kind=kind, head=ledger.head(), full=len(shown) == ENTRIES)
