"""A new program or set: checked again aside, shown, and only then made the run that counts.

Nothing moves by itself: a run made aside changes no row of the queue and no verdict. What was decided for good (已复核,
公开) is not checked again at all.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from scorer.batch.identity import Identity, Known, match
from scorer.batch.store import Gathered
from scorer.model import Report
from scorer.report import sentences
from scorer.web import ledger
from scorer.web.filing import apply, current_run, keep_run, report_of
from scorer.web.intake import RECHECK, WAKE
from scorer.web.models import FindingRow, JobRow, RoundRow, RunRow, SubmissionRow, UserRow
from scorer.web.states import State

OPEN_STATES = (State.FILLING, State.SENT, State.REVIEW, State.RETURNED)
WAITING = ("等候", "进行中")


@dataclass(frozen=True, slots=True)
class Prospect:
    """What would move in one submission if its run aside were applied."""

    submission: SubmissionRow
    run: RunRow
    before: Report
    after: Report
    new: list[str]
    changed: list[str]
    gone: list[str]
    stale: int

    @property
    def moves(self) -> bool:
        """Whether anything would move at all."""
        totals = (self.before.total, self.before.grade) != (self.after.total, self.after.grade)
        return bool(totals or self.new or self.changed or self.gone)


def begin(user: UserRow | None, in_round: RoundRow | None = None) -> int:
    """Have everything that is not settled checked again, aside; gives how many."""
    rows = SubmissionRow.objects.filter(state__in=OPEN_STATES).exclude(version=None)
    if in_round is not None:
        rows = rows.filter(round=in_round)
    with transaction.atomic():
        busy = set(JobRow.objects.filter(kind=RECHECK, status__in=WAITING).values_list("submission", flat=True))
        jobs = [
            JobRow(
                kind=RECHECK,
                round=row.round,
                department=row.department,
                submission=row,
                by=user,
                files=[[file.name, file.sha256, file.size] for file in row.version.files.order_by("id")],
            )
            for row in rows.select_related("round", "department", "version")
            if row.pk not in busy
        ]
        JobRow.objects.bulk_create(jobs)
        ledger.write("重新核对", user, count=len(jobs))
        transaction.on_commit(WAKE.set)
    return len(jobs)


def keep_aside(job: JobRow, records: tuple[Gathered, ...]) -> list[SubmissionRow]:
    """Keep what a new check of a submission gave, aside; within the caller's transaction."""
    submission = job.submission
    RunRow.objects.filter(version=submission.version_id, aside=True).delete()
    record = _of_part(records, submission.part)
    run = current_run(submission)
    same = run is not None and zlib.decompress(bytes(run.report)) == zlib.decompress(record.report)
    if not same:
        keep_run(submission.version, record, "重新核对", aside=True)
    return [submission]


def _of_part(records: tuple[Gathered, ...], part: str) -> Gathered:
    """The record of the same form where its files hold several."""
    for record in records:
        report = Report.model_validate_json(zlib.decompress(record.report))
        if report.submission.part == part and record.submission:
            return record
    return next((record for record in records if record.submission), records[0])


def prospects() -> list[Prospect]:
    """What would move, of every submission that has a run aside and is not settled."""
    found = []
    runs = RunRow.objects.filter(aside=True, version__submission__state__in=OPEN_STATES).select_related("version__submission__round")
    for run in runs.order_by("id"):
        submission = run.version.submission
        current = current_run(submission)
        if submission.version_id != run.version_id or current is None:
            continue  # a newer version has come meanwhile
        found.append(_prospect(submission, run, report_of(current), report_of(run)))
    return found


def _prospect(submission: SubmissionRow, run: RunRow, before: Report, after: Report) -> Prospect:
    rows = list(submission.findings.filter(gone="", group="").order_by("position", "id"))
    known = [Known(Identity(row.content, row.subject, row.ordinal), row.numbers) for row in rows]
    later = [item.finding for _, group in sentences.by_level(after) for item in group]
    fates = match(known, later)

    def codes(fate: str, code: Callable[[int, int], str]) -> list[str]:
        return sorted(code(one.earlier or 0, one.later or 0) for one in fates if one.fate == fate)

    changed: list[FindingRow] = [rows[one.earlier or 0] for one in fates if one.fate == "changed"]
    return Prospect(
        submission,
        run,
        before,
        after,
        codes("new", lambda earlier, later_one: later[later_one].code),
        codes("changed", lambda earlier, later_one: later[later_one].code),
        codes("gone", lambda earlier, later_one: str(rows[earlier].code)),
        sum(bool(row.verdict) for row in changed),
    )


def adopt(user: UserRow) -> int:
    """Make the runs aside those that count; gives how many submissions they are of."""
    count = 0
    with transaction.atomic():
        for one in prospects():
            submission = SubmissionRow.objects.select_for_update(of=("self",)).get(pk=one.submission.pk)
            if submission.state not in OPEN_STATES:
                continue
            run = one.run
            # runs are never changed but for this: what waited aside now counts
            RunRow.objects.filter(pk=run.pk).update(aside=False)
            run.aside = False
            told = apply(submission, run, mended=False)
            ledger.write("采用重新核对", user, submission, run=run.pk, **told)
            count += 1
    return count


def discard(user: UserRow) -> int:
    """Forget the runs aside; gives how many."""
    with transaction.atomic():
        runs = RunRow.objects.filter(aside=True)
        count = runs.count()
        runs.delete()
        ledger.write("放弃重新核对", user, count=count)
    return count
