"""What people do with a submission: verdicts, answers, points, opinions and steps, each with its entry in the ledger.

Every act runs in one transaction that holds the submission; `lock` numbers that moved meanwhile are a conflict, and both
values are told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from scorer.model import Line, Report, points_text
from scorer.web import access, ledger, states
from scorer.web.filing import asked_of, current_run, path_key, recount, report_of, reviewed_total
from scorer.web.models import (
    AssignmentRow,
    DeductionRow,
    FindingRow,
    OpinionRow,
    RectificationRow,
    ReplyRow,
    ScoreRow,
    SubmissionRow,
    TransitionRow,
    UserRow,
)
from scorer.web.states import Actor, Role, Ruling, State

MOST_AT_ONCE = 200
LONGEST_TEXT = 10_000


class RefusedError(Exception):
    """An act that is not possible as asked: says why and what to do."""


class ConflictError(Exception):
    """Somebody else was faster: says what they did."""


# ------------------------------------------------------------------------------------------------------------ verdicts


def decide(
    user: UserRow, finding: FindingRow, verdict: str, *, lock: int, reason: str = "", text: str = "", undo: bool = False
) -> FindingRow:
    """Give a finding its verdict.

    Raises:
        RefusedError: not now, not by this user, or without what the verdict needs.
        ConflictError: somebody decided meanwhile.
    """
    with transaction.atomic():
        submission = access.locked(user, finding.submission.public)
        take_up(user, submission)
        actor = access.actor(user, submission)
        if not states.may_decide(actor, State(submission.state)):
            raise RefusedError(_why_not(submission))
        row: FindingRow = FindingRow.objects.select_for_update(of=("self",)).get(pk=finding.pk)
        if row.lock != lock:
            who = f"{row.by.name}判为“{row.verdict}”" if row.by and row.verdict else "已改动"
            raise ConflictError(f"这一条刚才{who}，您选的是“{verdict or '撤销'}”，没有保存。请看过后再定。")
        if fault := states.verdict_fault(verdict, reason, text):
            raise RefusedError(fault)
        before = {"verdict": row.verdict, "reason": row.reason, "text": row.text, "stale": row.stale}
        row.verdict, row.reason, row.text = verdict, reason if verdict == Ruling.FALSE else "", text[:LONGEST_TEXT]
        row.stale, row.waits = False, not verdict
        row.by, row.at, row.seconded = (user, timezone.now(), None) if verdict else (None, None, None)
        row.lock += 1
        row.save(update_fields=("verdict", "reason", "text", "stale", "waits", "by", "at", "seconded", "lock"))
        recount(submission)
        submission.lock += 1
        submission.save(update_fields=("errors", "warnings", "notes", "undecided", "lock"))
        ledger.write(
            "撤销结论" if undo or not verdict else "结论",
            user,
            submission,
            finding=row.pk,
            code=row.code,
            verdict=verdict,
            reason=row.reason,
            text=row.text,
            before=before,
        )
    return row


def second(user: UserRow, finding: FindingRow) -> None:
    """Agree, as another person, that a 必改 does not hold.

    Raises:
        RefusedError: nothing is asked, or it was this user's own verdict.
    """
    with transaction.atomic():
        submission = access.locked(user, finding.submission.public)
        row = FindingRow.objects.select_for_update(of=("self",)).get(pk=finding.pk)
        if row.verdict != Ruling.FALSE or row.level != "error":
            raise RefusedError("这一条不需要第二人确认。")
        if row.by_id == user.pk:
            raise RefusedError("第二人确认要由另一位复核人来做。")
        row.seconded, row.lock = user, row.lock + 1
        row.save()
        ledger.write("第二人确认", user, submission, finding=row.pk, code=row.code)


def decide_all(
    user: UserRow, chosen: Sequence[FindingRow], verdict: str, *, typed: str, reason: str = "", text: str = ""
) -> int:
    """Give the listed findings of one check one verdict, at most 200, their count typed by the user; gives the count.

    Raises:
        RefusedError: more than one check, too many, or a count that is another.
    """
    if len({row.code for row in chosen}) != 1:
        raise RefusedError("一次只能处理同一种检查的发现。")
    if len(chosen) > MOST_AT_ONCE:
        raise RefusedError(f"一次最多 {MOST_AT_ONCE} 条，这里有 {len(chosen)} 条。请缩小范围。")
    if typed.strip() != str(len(chosen)):
        raise RefusedError(f"请输入条数 {len(chosen)} 以确认。")
    with transaction.atomic():
        for row in chosen:
            decide(user, row, verdict, lock=row.lock, reason=reason, text=text)
    return len(chosen)


def take_up(user: UserRow, submission: SubmissionRow) -> None:
    """A verdict on what was sent in and nobody has taken takes it: one act less for who works alone or through a queue."""
    if submission.state != State.SENT:
        return
    step = states.move_of("受理", State.SENT)
    taken = states.Standing(State.SENT, taken=submission.assignee_id is not None)  # nothing else is asked of a taking
    if step is not None and states.may(access.actor(user, submission), step, taken) and (user.alone or user.role == Role.REVIEWER):
        _carry_out(user, submission, step)


def _why_not(submission: SubmissionRow) -> str:
    if submission.state == State.REVIEW:
        who = submission.assignee.name if submission.assignee else "别人"
        return f"这一份由{who}复核，您不能改动。需要时请组长改派。"
    return f"这一份现在的状态是“{submission.state}”，不能改动结论。"


# ------------------------------------------------------------------------------------------------------------- answers


def answer(user: UserRow, finding: FindingRow, kind: str, text: str) -> ReplyRow:
    """A department's answer to a finding.

    Raises:
        RefusedError: not now, not by this user, or without words.
    """
    if kind not in states.ANSWERS:
        raise RefusedError("请选择答复的种类。")
    if kind != "已改正" and not text.strip():
        raise RefusedError("请写明理由。")
    with transaction.atomic():
        submission = access.locked(user, finding.submission.public)
        if not states.may_answer(access.actor(user, submission), State(submission.state)):
            raise RefusedError(f"现在的状态是“{submission.state}”，不能答复。")
        row = ReplyRow.objects.create(finding=finding, kind=kind, text=text[:LONGEST_TEXT], by=user)
        ledger.write("答复", user, submission, finding=finding.pk, code=finding.code, answer=kind, text=row.text)
    return row


# ---------------------------------------------------------------------------------------------------- points, opinions


def line_of(report: Report, key: str) -> Line:
    """The indicator of that key.

    Raises:
        RefusedError: the report has none.
    """
    found = next((line for line in report.leaves() if path_key(line.path) == key), None)
    if found is None or found.points is None:
        raise RefusedError("表中没有这个指标，或它不计分。")
    return found


def set_points(
    user: UserRow, submission: SubmissionRow, key: str, *, points: str = "", why: str = "", deductions: Sequence[DeductionRow] = ()
) -> ScoreRow:
    """Reviewed points of an indicator, by hand with a reason or by standard deductions; none when all are empty.

    Raises:
        RefusedError: not now, not by this user, no number, outside of 0 to the weight, or by hand without a reason.
    """
    with transaction.atomic():
        submission = access.locked(user, submission.public)
        take_up(user, submission)
        if not states.may_decide(access.actor(user, submission), State(submission.state)):
            raise RefusedError(_why_not(submission))
        report = _report(submission)
        line = line_of(report, key)
        row = ScoreRow.objects.get(submission=submission, path_key=key)
        was = None if row.points is None else str(row.points)
        if not points.strip() and not deductions:
            row.points, row.why, row.by = None, "", None
            row.save()
            row.deductions.clear()
            _recomputed(submission, report)
            ledger.write("复核分", user, submission, path=list(line.path), points=None, before=was)
            return row
        given = by_deductions(line, deductions) if deductions else _number(points)
        if not submission.round.beyond_weight and not 0 <= given <= (line.weight if line.weight is not None else given):
            raise RefusedError(f"复核分应在 0 和分值 {points_text(line.weight)} 之间。")
        if not deductions and not why.strip():
            raise RefusedError("手工改分要写明理由，或选用标准扣分。")
        row.points, row.why, row.by = given, why[:300], user
        row.save()
        row.deductions.set(deductions)
        _recomputed(submission, report)
        told = [f"{one.label} {deduction_words(one)}" for one in deductions]
        ledger.write("复核分", user, submission, path=list(line.path), points=given, why=why, deductions=told, before=was)
    return row


def deduction_words(one: DeductionRow) -> str:
    """``-2`` or ``-30%``"""
    return f"-{points_text(one.points)}分" if one.points is not None else f"-{one.percent.normalize():f}%"


def by_deductions(line: Line, deductions: Sequence[DeductionRow]) -> Decimal:
    """Points after deductions, from the recomputed ones; a judged row starts at what was claimed."""
    start = line.claimed if line.status == "judged" and line.claimed is not None else line.points
    weight = line.weight or Decimal(0)
    assert start is not None  # `line_of` gives no other
    taken = sum(
        (one.points if one.points is not None else weight * (one.percent or 0) / 100 for one in deductions), Decimal(0)
    )
    return max(start - taken, Decimal(0))


def recomputed_points(row: ScoreRow) -> str:
    """The points that the program gives an indicator, as somebody would type them."""
    return str(line_of(_report(row.submission), row.path_key).points)


def warnings_for(line: Line, row: ScoreRow | None) -> list[str]:
    """What a reviewer should look at again: above the claim on a missed target, or points without evidence."""
    if row is None or row.points is None:
        return []
    said = []
    missed = line.status == "recomputed" and line.points is not None and line.weight is not None and line.points < line.weight
    if missed and line.claimed is not None and row.points > line.claimed:
        said.append("未完成目标，复核分却高于自评分")
    if line.status == "missing" and row.points > 0:
        said.append("没有填完成值，复核分却不是 0")
    return said


def save_opinion(user: UserRow, submission: SubmissionRow, text: str, *, draft: bool = False) -> OpinionRow:
    """The words of the review; a draft is kept while typing and is not in the ledger.

    Raises:
        RefusedError: not now, or not by this user.
    """
    with transaction.atomic():
        submission = access.locked(user, submission.public)
        take_up(user, submission)
        if not states.may_decide(access.actor(user, submission), State(submission.state)):
            raise RefusedError(_why_not(submission))
        if draft:
            row, _ = OpinionRow.objects.update_or_create(
                submission=submission, by=user, draft=True, defaults={"text": text[:LONGEST_TEXT]}
            )
            return row
        OpinionRow.objects.filter(submission=submission, by=user, draft=True).delete()
        row = OpinionRow.objects.create(submission=submission, by=user, text=text[:LONGEST_TEXT])
        ledger.write("复核意见", user, submission, text=row.text)
    return row


def opinion_of(submission: SubmissionRow) -> OpinionRow | None:
    """The opinion that counts: the last that was saved."""
    row: OpinionRow | None = submission.opinions.filter(draft=False).order_by("-id").first()
    return row


def _number(text: str) -> Decimal:
    try:
        given = Decimal(text.strip().replace("．", "."))
    except InvalidOperation:
        raise RefusedError(f"“{text}”不是数字。") from None
    if not given.is_finite() or given != given.quantize(Decimal("0.0001")) or abs(given) > 10**6:
        raise RefusedError(f"“{text}”不能作为分数，最多四位小数。")
    return given


def _report(submission: SubmissionRow) -> Report:
    run = current_run(submission)
    if run is None:
        raise RefusedError("这一份还没有核对完。请稍候。")
    return report_of(run)


def _recomputed(submission: SubmissionRow, report: Report) -> None:
    submission.reviewed = reviewed_total(submission, report)
    submission.lock += 1
    submission.save()


# --------------------------------------------------------------------------------------------------------------- steps


def standing(submission: SubmissionRow) -> states.Standing:
    """What the state table asks of a submission."""
    findings = asked_of(submission)
    returned = submission.transitions.filter(act="退回").order_by("-id").first()
    since = returned.created if returned is not None else None

    def answered(row: FindingRow) -> bool:
        return any(since is None or reply.created > since for reply in row.replies.all())

    opinion = opinion_of(submission)
    return states.Standing(
        state=State(submission.state),
        findings=tuple(
            states.Asked(row.level, row.verdict, row.stale, answered(row), row.position) for row in findings
        ),
        read=not submission.unread and submission.version_id is not None,
        taken=submission.assignee_id is not None,
        gate=states.ReplyGate(submission.round.gate),
        opinion=opinion is not None and bool(opinion.text.strip()) and (since is None or opinion.created > since),
        points_open=0,  # every leaf begins with its recomputed points, a judged one with what was claimed
        new_version=returned is not None and returned.version_id != submission.version_id,
        returned=tuple(row.position for row in findings if returned is not None and row.pk in returned.asked),
    )


def step(
    user: UserRow, submission: SubmissionRow, act: str, *, lock: int, reason: str = "", deadline: date | None = None
) -> SubmissionRow:
    """One step of the state table.

    Raises:
        RefusedError: the table has no such step, this user may not do it, or something stands in its way.
        ConflictError: somebody else has moved it.
    """
    with transaction.atomic():
        row = access.locked(user, submission.public)
        chosen = states.move_of(act, State(row.state))
        if chosen is None or row.lock != lock:
            raise ConflictError(f"这一份刚才被改动，现在的状态是“{row.state}”，“{act}”没有做。请看过后再定。")
        facts = standing(row)
        if not states.may(access.actor(user, row), chosen, facts):
            raise RefusedError(f"您不能做“{act}”。")
        hindered = states.hindrances(chosen, facts)
        if act == "定稿" and row.round.second_person:
            hindered += _unseconded(row)
        if chosen.reason and not reason.strip():
            hindered.append(f"{act}要写明理由。")
        if chosen.deadline and deadline is None:
            hindered.append(f"{act}要写明期限。")
        if hindered:
            raise RefusedError("".join(hindered))
        _carry_out(user, row, chosen, reason=reason, deadline=deadline)
    return row


def _unseconded(row: SubmissionRow) -> list[str]:
    left = row.findings.filter(gone="", level="error", verdict=Ruling.FALSE, seconded=None).count()
    return [f"有 {left} 条必改判为不成立，还要另一位复核人确认。"] if left else []


def _carry_out(
    user: UserRow,
    row: SubmissionRow,
    chosen: states.StateStep,
    *,
    reason: str = "",
    deadline: date | None = None,
) -> None:
    row.state = chosen.after
    row.due = deadline if chosen.act == "退回" else None
    if chosen.act == "受理" and row.assignee_id is None:
        row.assignee = user
        AssignmentRow.objects.create(submission=row, to=user, by=user)
    if chosen.act == "撤回":
        row.assignee = None
    asked = [one.pk for one in asked_of(row) if one.verdict in (Ruling.TRUE, Ruling.PENDING)] if chosen.act == "退回" else []
    bundle = bundle_digest(row) if chosen.act == "公开" else ""
    row.lock += 1
    row.save(update_fields=("state", "due", "assignee", "lock"))
    TransitionRow.objects.create(
        submission=row,
        act=chosen.act,
        before=chosen.before,
        after=chosen.after,
        by=user,
        reason=reason[:LONGEST_TEXT],
        deadline=deadline,
        asked=asked,
        version_id=row.version_id,
        bundle=bundle,
    )
    ledger.write(
        chosen.act, user, row, before=chosen.before, after=chosen.after, reason=reason, deadline=deadline, bundle=bundle
    )


def bundle_digest(row: SubmissionRow) -> str:
    """The digest of what a publication freezes: run, verdicts, points and opinion."""
    run = current_run(row)
    opinion = opinion_of(row)
    told: list[Any] = [hashlib.sha256(bytes(run.report)).hexdigest() if run else ""]
    told += [[one.content, one.ordinal, one.verdict, one.reason, one.text] for one in asked_of(row)]
    scores = row.scores.exclude(points=None).order_by("path_key").values_list("path", "points")
    told += [[list(path), str(points)] for path, points in scores]
    told.append(opinion.text if opinion else "")
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, default=str).encode()).hexdigest()


def assign(user: UserRow, submission: SubmissionRow, to: UserRow | None) -> None:
    """Give a submission to a reviewer, or take it back to where nobody has it.

    Raises:
        RefusedError: this user leads nobody, or the other is no reviewer.
    """
    with transaction.atomic():
        row = access.locked(user, submission.public)
        if not access.actor(user, row).is_leader:
            raise RefusedError("只有组长能分派。")
        if to is not None and not (to.active and (to.alone or to.role == Role.REVIEWER)):
            raise RefusedError("只能分派给复核人。")
        row.assignee, row.lock = to, row.lock + 1
        row.save()
        AssignmentRow.objects.create(submission=row, to=to, by=user)
        ledger.write("分派", user, row, to=to.login if to else "")


def follow_up(user: UserRow, submission: SubmissionRow, name: str, text: str, deadline: date | None) -> None:
    """What comes after a review: 整改通知 by a reviewer, 反馈 by the department, 销号 by a reviewer, in this order.

    Raises:
        RefusedError: out of order, or not by this user.
    """
    with transaction.atomic():
        row = access.locked(user, submission.public)
        actor: Actor = access.actor(user, row)
        order = ("", *states.AFTERWARDS)
        if row.state not in (State.REVIEWED, State.PUBLIC):
            raise RefusedError("定稿以后才有整改。")
        if name not in states.AFTERWARDS or order.index(name) != order.index(row.afterwards) + 1:
            raise RefusedError(f"整改按“{'、'.join(states.AFTERWARDS)}”的次序，现在到“{row.afterwards or '还没有开始'}”。")
        wanted = Role.CLERK if name == "反馈" else Role.REVIEWER
        if not actor.has(wanted):
            raise RefusedError(f"“{name}”由{wanted}来做。")
        if not text.strip():
            raise RefusedError("请写明内容。")
        row.afterwards, row.lock = name, row.lock + 1
        row.save()
        RectificationRow.objects.create(submission=row, step=name, text=text[:LONGEST_TEXT], deadline=deadline, by=user)
        ledger.write(name, user, row, text=text, deadline=deadline)
