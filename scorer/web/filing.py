"""What the background found becomes rows: submissions, versions, runs, and findings with the decisions that outlive them."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from scorer.batch.identity import Identity, Known, identities, match
from scorer.batch.overview.risk import row_of
from scorer.batch.store import Gathered
from scorer.batch.tasks.gather import decoded
from scorer.model import Report, ScorerError, Submission
from scorer.report import sentences
from scorer.web import ledger
from scorer.web.intake import already
from scorer.web.models import (
    DepartmentRow,
    FileRow,
    FindingRow,
    JobRow,
    RunRow,
    ScoreRow,
    SubmissionRow,
    VersionRow,
)
from scorer.web.states import Role, State

MENDED, NO_LONGER = "已改正", "程序不再检出"


def report_of(run: RunRow) -> Report:
    """The report of a run."""
    return Report.model_validate_json(zlib.decompress(bytes(run.report)))


def submission_of(run: RunRow) -> Submission | None:
    """The submission as it was read, None where it was not."""
    return decoded(zlib.decompress(bytes(run.submission))) if run.submission else None


def current_run(submission: SubmissionRow) -> RunRow | None:
    """The run that counts: the last of the newest version that does not wait aside."""
    if submission.version_id is None:
        return None
    run: RunRow | None = RunRow.objects.filter(version=submission.version_id, aside=False).order_by("-id").first()
    return run


def file_job(job: JobRow, records: Sequence[Gathered], set_words: str = "") -> list[SubmissionRow]:
    """The submissions that a job's records become, within the caller's transaction.

    Raises:
        ScorerError: a new version holds several forms.
    """
    if job.submission is not None:
        return [_new_version(job, records)]
    made = []
    notes = []
    for record in records:
        files = _files_of(record, job)
        known = already((sha for _, sha, _ in files), job.round)
        if known is not None:
            notes.append(f"{files[0][0]}：已收过（{known.unit or '未读到单位'} {known.project}）。")
            made.append(known)
            continue
        made.append(_new_submission(job, record, files))
    job.words = "\n".join(notes)
    return made


def _new_submission(job: JobRow, record: Gathered, files: list[list[Any]]) -> SubmissionRow:
    clerk = job.by is not None and job.by.role == Role.CLERK and not job.by.alone
    submission = SubmissionRow(
        round=job.round, department=job.department, state=State.FILLING if clerk or job.preview else State.SENT
    )
    submission.save()
    version = VersionRow.objects.create(submission=submission, number=1, by=job.by)
    _keep_files(version, files)
    submission.version = version
    apply(submission, keep_run(version, record, "收件"), mended=True)
    ledger.write("收件", job.by, submission, files=files, findings=submission.errors + submission.warnings)
    return submission


def _new_version(job: JobRow, records: Sequence[Gathered]) -> SubmissionRow:
    submission = SubmissionRow.objects.select_for_update().get(pk=job.submission_id)
    read = [record for record in records if record.submission]
    if len(read) > 1:
        raise ScorerError(f"文件里有 {len(read)} 份自评表，新版本只能是一份。请只上传这一份的表和报告。")
    record = read[0] if read else records[0]
    last = submission.versions.order_by("-number").first()
    files = [list(file) for file in job.files]
    if {sha for _, sha, _ in files} == set(FileRow.objects.filter(version=last).values_list("sha256", flat=True)):
        job.words = "与上一版的文件完全相同，没有新建版本。"
        return submission
    version = VersionRow.objects.create(submission=submission, number=last.number + 1, by=job.by)
    _keep_files(version, files)
    submission.version = version
    told = apply(submission, keep_run(version, record, "新版本"), mended=True)
    ledger.write("新版本", job.by, submission, version=version.number, files=files, **told)
    return submission


def _keep_files(version: VersionRow, files: Sequence[Sequence[Any]]) -> None:
    FileRow.objects.bulk_create(
        FileRow(version=version, name=name, sha256=sha, size=size) for name, sha, size in files
    )


def _files_of(record: Gathered, job: JobRow) -> list[list[Any]]:
    """Those of a job's files that a record was read from; an archive for what was in it; all where none is named."""
    report = json.loads(zlib.decompress(record.report))
    named = [file["path"] for file in report["submission"]["files"]]
    named += [place["file"] for finding in report["findings"] for place in finding["where"]]
    found = [list(file) for file in job.files if any(path == file[0] or path.startswith(f"{file[0]}/") for path in named)]
    return found or [list(file) for file in job.files]


def keep_run(version: VersionRow, record: Gathered, why: str, *, aside: bool = False) -> RunRow:
    """A record kept as a run of a version."""
    of_set = json.loads(zlib.decompress(record.report))["set"]
    run: RunRow = RunRow.objects.create(
        version=version,
        program=record.reading,
        set_id=of_set["id"],
        set_digest=of_set["digest"],
        options=record.options,
        report=record.report,
        facts=record.facts,
        submission=record.submission,
        why=why,
        aside=aside,
    )
    return run


def apply(submission: SubmissionRow, run: RunRow, *, mended: bool) -> dict[str, int]:
    """Make a run the one that counts: findings find their earlier selves, decisions stay or turn stale; gives how many of
    each fate. `mended`: files changed, so that what is gone was mended by its owner."""
    report = report_of(run)
    facts = json.loads(zlib.decompress(bytes(run.facts)))
    if submission.department is None and facts.get("department"):
        submission.department, _ = DepartmentRow.objects.get_or_create(name=facts["department"][:200])
    told = _merge(submission, run, report, mended=mended)
    _list_indicators(submission, report)
    _summarize(submission, report, facts)
    return told


def _merge(submission: SubmissionRow, run: RunRow, report: Report, *, mended: bool) -> dict[str, int]:
    ordered = [item.finding for _, group in sentences.by_level(report) for item in group]
    rows = list(submission.findings.filter(group="").order_by("position", "id"))
    present = [row for row in rows if not row.gone]
    absent = {(row.content, row.ordinal): row for row in rows if row.gone}
    known = [Known(Identity(row.content, row.subject, row.ordinal), row.numbers, row.pk) for row in present]
    own = identities(ordered)
    counts = {"same": 0, "changed": 0, "new": 0, "gone": 0}
    fresh = submission.versions.count() == 1 and not rows
    for one in match(known, ordered):
        counts[one.fate] += 1
        if one.later is None:
            row = present[one.earlier or 0]
            row.gone = MENDED if mended else NO_LONGER
            row.save()
            continue
        finding, identity = ordered[one.later], own[one.later]
        if one.earlier is not None:
            row = present[one.earlier]
            row.is_new = False
            row.stale = row.stale or (one.fate == "changed" and bool(row.verdict))
        else:
            back = absent.pop((identity.content, identity.ordinal), None)
            row = back or FindingRow(submission=submission, first_run=run)
            row.is_new = not fresh
            # what comes back is asked for again, with its history in the ledger
            row.stale, row.gone = bool(row.verdict), ""
        row.round, row.department, row.last_run = submission.round, submission.department, run
        row.code, row.name, row.level = finding.code, finding.name, finding.level
        row.content, row.subject, row.ordinal = identity.content, identity.subject, identity.ordinal
        row.position, row.message = one.later + 1, finding.message
        row.path, row.numbers = list(finding.path), dict(finding.numbers)
        row.places = [place.model_dump() for place in finding.where]
        row.lock += 1
        row.save()
    return counts


def path_key(path: Sequence[str]) -> str:
    """An indicator's path as one word."""
    return hashlib.sha256(json.dumps(list(path), ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def _list_indicators(submission: SubmissionRow, report: Report) -> None:
    """A row for each indicator that scores; those that are no longer in the form go, unless somebody gave them points."""
    wanted = {path_key(line.path): line for line in report.leaves() if line.points is not None and line.path}
    known = dict(submission.scores.values_list("path_key", "points"))
    submission.scores.filter(path_key__in=[key for key, points in known.items() if key not in wanted and points is None]).delete()
    ScoreRow.objects.bulk_create(
        ScoreRow(submission=submission, round=submission.round, path=list(line.path), path_key=key, name=line.path[-1][:200])
        for key, line in wanted.items()
        if key not in known
    )


def _summarize(submission: SubmissionRow, report: Report, facts: dict[str, Any]) -> None:
    """The submission's row of the queue, from its report, as the batch's summary has it."""
    row = row_of(0, "", json.loads(report.model_dump_json()), facts)
    about = report.submission
    submission.unit, submission.project, submission.part = about.unit[:300], about.project[:500], about.part[:200]
    submission.risk, submission.risk_words = row.risk.total, row.risk.words[:300]
    submission.claimed, submission.recomputed, submission.full = report.claimed_total, report.total, report.full
    submission.claimed_grade, submission.grade = report.claimed_grade or "", report.grade or ""
    submission.grade_moves = bool(row.risk.grade)
    submission.unread, submission.first = bool(row.unread), row.first
    recount(submission)
    submission.reviewed = reviewed_total(submission, report)
    submission.lock += 1
    submission.save()


def recount(submission: SubmissionRow) -> None:
    """Count a submission's findings anew, by level and those that wait for a verdict."""
    rows = list(submission.findings.filter(gone="").values_list("level", "verdict", "stale"))
    levels = [level for level, _, _ in rows]
    submission.errors, submission.warnings = levels.count("error"), levels.count("warning")
    submission.notes = levels.count("note")
    submission.undecided = sum(level != "note" and (not verdict or stale) for level, verdict, stale in rows)


def reviewed_total(submission: SubmissionRow, report: Report) -> Decimal | None:
    """The reviewed total: the recomputed one with what reviewers changed; None where there is no total."""
    if report.total is None:
        return None
    rows = submission.scores.exclude(points=None).values_list("path", "points")
    given = {tuple(path): points for path, points in rows}
    changes = [
        given[line.path] - line.points
        for line in report.leaves()
        if line.points is not None and given.get(line.path) is not None
    ]
    return report.total + sum(changes, Decimal(0))


def asked_of(submission: SubmissionRow) -> list[FindingRow]:
    """The findings that stand, in the order of the report."""
    found = submission.findings.filter(Q(gone="")).select_related("by", "seconded").prefetch_related("replies__by")
    return list(found.order_by("position", "id"))
