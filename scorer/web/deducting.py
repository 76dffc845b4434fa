"""A standard deduction changed: what would move is shown first, then everything that rests on it is worked out anew.

What was decided for good (已复核, 公开) never moves: it is counted beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import transaction

from scorer.web import ledger
from scorer.web.filing import current_run, report_of, reviewed_total
from scorer.web.models import DeductionRow, ScoreRow, SubmissionRow, UserRow
from scorer.web.rulings import ConflictError, RefusedError, by_deductions, line_of
from scorer.web.states import State

SETTLED = (State.REVIEWED, State.PUBLIC)


@dataclass(frozen=True, slots=True)
class MovedPoints:
    """Points that move: one indicator of one submission, and its total."""

    score: ScoreRow
    before: Decimal
    after: Decimal
    total_before: Decimal | None
    total_after: Decimal | None


def size_of(text: str) -> tuple[Decimal | None, Decimal | None]:
    """``2`` or ``30%`` as points or per cent.

    Raises:
        RefusedError: it is neither, below nothing, or more than all.
    """
    bare = text.strip().replace("％", "%")
    percent = bare.endswith("%")
    try:
        value = Decimal(bare.rstrip("%"))
    except InvalidOperation:
        raise RefusedError(f"“{text}”不是分数或比例。请写作 2 或 30%。") from None
    if not value.is_finite() or not 0 <= value <= (100 if percent else 10**6):
        raise RefusedError("扣分不能小于 0，比例不能超过 100%。")
    return (None, value) if percent else (value, None)


def preview(row: DeductionRow, size: str) -> tuple[list[MovedPoints], int]:
    """What would move if a deduction were of another size, and how many stay because they are settled."""
    points, percent = size_of(size)
    scores = ScoreRow.objects.filter(deductions=row).select_related("submission__round").order_by("submission__id", "id")
    found, kept = [], 0
    for score in scores:
        if score.submission.state in SETTLED:
            kept += 1
            continue
        after = _points(score, row, points, percent)
        if after is not None and score.points is not None and after != score.points:
            total = score.submission.reviewed
            found.append(
                MovedPoints(score, score.points, after, total, None if total is None else total - score.points + after)
            )
    return found, kept


def _points(score: ScoreRow, row: DeductionRow, points: Decimal | None, percent: Decimal | None) -> Decimal | None:
    run = current_run(score.submission)
    if run is None:
        return None
    used = list(score.deductions.all())
    for one in used:
        if one.pk == row.pk:
            one.points, one.percent = points, percent
    return by_deductions(line_of(report_of(run), score.path_key), used)


def change(user: UserRow, row: DeductionRow, size: str, *, lock: int) -> int:
    """Give a deduction another size and work out anew what rests on it; gives how many points moved.

    Raises:
        ConflictError: somebody changed it meanwhile.
        RefusedError: the size is none.
    """
    with transaction.atomic():
        held = DeductionRow.objects.select_for_update().get(pk=row.pk)
        if held.lock != lock:
            raise ConflictError("这项扣分刚才被改动过。请重新看一遍会变的再改。")
        moved, kept = preview(held, size)
        before = held.points if held.points is not None else f"{held.percent}%"
        held.points, held.percent = size_of(size)
        held.lock += 1
        held.save()
        for one in moved:
            ScoreRow.objects.filter(pk=one.score.pk).update(points=one.after)
        for number in {one.score.submission_id for one in moved}:
            submission = SubmissionRow.objects.select_for_update(of=("self",)).get(pk=number)
            run = current_run(submission)
            if run is not None:
                submission.reviewed = reviewed_total(submission, report_of(run))
                submission.lock += 1
                submission.save()
            ledger.write("扣分改动", user, submission, name=f"{held.target} {held.label}", points=size, before=before)
        ledger.write(
            "标准扣分", user, name=f"{held.target} {held.key} {held.label}", points=size, before=before, count=len(moved), kept=kept
        )
    return len(moved)
