"""The queue: the riskiest first, filters in the address, and back to the same row."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from scorer.checks import CHECKS
from scorer.web import access, rulings
from scorer.web.access import screen
from scorer.web.models import DepartmentRow, FindingRow, RoundRow, SubmissionRow, UserRow
from scorer.web.rendering import page
from scorer.web.states import Role, State

ROWS = 50
WAITING = (State.SENT, State.REVIEW)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a queue shows, as its address says it."""

    round: str = ""
    states: tuple[str, ...] = ()
    department: str = ""
    code: str = ""
    moves: bool = False
    mine: bool = False
    left: bool = False
    words: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Filter:
        given = request.GET
        return cls(
            round=given.get("round", ""),
            states=tuple(state for state in given.getlist("state") if state in tuple(State)),
            department=given.get("department", ""),
            code=given.get("code", "").strip().upper()[:10],
            moves="moves" in given,
            mine="mine" in given,
            left="left" in given,
            words=given.get("q", "").strip()[:60],
        )

    @property
    def address(self) -> str:
        """The filter as the words after ``?``."""
        pairs: list[tuple[str, str]] = [("state", state) for state in self.states]
        named = (("round", self.round), ("department", self.department), ("code", self.code), ("q", self.words))
        pairs += [(name, value) for name, value in named if value]
        pairs += [(name, "1") for name, on in (("moves", self.moves), ("mine", self.mine), ("left", self.left)) if on]
        return urlencode(pairs)


def chosen(user: UserRow, wanted: Filter) -> QuerySet[SubmissionRow]:
    """The submissions that a user sees and a filter lets through, unordered."""
    rows = access.visible(user)
    if wanted.round.isdecimal():
        rows = rows.filter(round=int(wanted.round))
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.department.isdecimal():
        rows = rows.filter(department=int(wanted.department))
    if wanted.code:
        rows = rows.filter(Exists(FindingRow.objects.filter(submission=OuterRef("pk"), code=wanted.code, gone="")))
    if wanted.moves:
        rows = rows.filter(grade_moves=True)
    if wanted.mine:
        rows = rows.filter(assignee=user)
    if wanted.left:
        rows = rows.filter(undecided__gt=0)
    if wanted.words:
        rows = rows.filter(Q(unit__contains=wanted.words) | Q(project__contains=wanted.words))
    return rows


def after(rows: QuerySet[SubmissionRow], mark: str) -> QuerySet[SubmissionRow]:
    """Of rows by falling risk those after a mark (``47.00,12``): a page never skips or repeats one."""
    risk, _, number = mark.partition(",")
    try:
        value = Decimal(risk)
    except InvalidOperation:
        return rows
    if not number.isdecimal() or not value.is_finite():
        return rows
    return rows.filter(Q(risk__lt=value) | Q(id__gt=int(number)), risk__lte=value)  # the last lets an index begin there


@screen()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Where somebody begins: a clerk at its own submissions, everybody else at the queue."""
    if request.user.role == Role.ADMIN and not request.user.alone:
        return HttpResponseRedirect("/admin/users")
    return _queue(request, Filter(left=False) if request.user.role == Role.CLERK else Filter(states=()))


@screen()
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The list with its filters."""
    return _queue(request, Filter.of(request))


def _queue(request: HttpRequest, wanted: Filter) -> HttpResponse:
    user = request.user
    rows = chosen(user, wanted)
    found = list(after(rows, request.GET.get("after", "")).order_by("-risk", "id")[: ROWS + 1])
    more = found[ROWS - 1] if len(found) > ROWS else None
    counts = rows.aggregate(all=Count("id"), done=Count("id", filter=Q(undecided=0)))
    everything = access.visible(user)
    context: dict[str, Any] = {
        "rows": found[:ROWS],
        "more": f"{more.risk},{more.pk}" if more else "",
        "counts": counts,
        "wanted": wanted,
        "rounds": RoundRow.objects.order_by("-id"),
        "departments": DepartmentRow.objects.filter(pk__in=everything.values("department")).order_by("name"),
        "states": list(State),
        "titles": {code: check.title for code, check in CHECKS.items()},
        "reviewers": reviewers(user),
        "busy": access.jobs(user).filter(status__in=("等候", "进行中")).count(),
    }
    return page(request, "queue.html", **context)


def reviewers(user: UserRow) -> list[UserRow]:
    """Whom a leader may assign to; nobody for others."""
    if not (user.alone or user.leads):
        return []
    return list(UserRow.objects.filter(Q(role=Role.REVIEWER) | Q(alone=True), active=True).order_by("name"))


@screen(Role.REVIEWER)
@require_GET
def following(request: HttpRequest) -> HttpResponse:
    """The next of a queue that has something left to decide and that nobody else has taken."""
    wanted = Filter.of(request)
    rows = chosen(request.user, wanted).filter(undecided__gt=0, state__in=WAITING)
    rows = rows.filter(Q(assignee=None) | Q(assignee=request.user))
    here = request.GET.get("after", "")
    last = access.visible(request.user).filter(public=here).first() if here else None
    ordered = rows.order_by("-risk", "id")
    row = (after(ordered, f"{last.risk},{last.pk}").first() if last else None) or ordered.exclude(public=here).first()
    if row is None:
        words = "这个队列里没有未定的了。"
        return page(request, "message.html", title="看完了", words=words)
    query = f"?{wanted.address}" if wanted.address else ""
    return HttpResponseRedirect(f"/s/{row.public}{query}")


@screen(Role.REVIEWER)
@require_POST
def hand_out(request: HttpRequest) -> HttpResponse:
    """Assign the ticked submissions, or take them over oneself."""
    back = "/queue?" + request.POST.get("back", "")
    ticked = list(access.visible(request.user).filter(public__in=request.POST.getlist("row")[:200]))
    if not ticked:
        raise rulings.RefusedError("没有选中任何一份。")
    to = request.POST.get("to", "")
    if request.POST.get("act") == "受理":
        for row in ticked:
            if row.state == State.SENT:
                rulings.step(request.user, row, "受理", lock=row.lock)
    else:
        person = UserRow.objects.filter(pk=int(to)).first() if to.isdecimal() else None
        for row in ticked:
            rulings.assign(request.user, row, person)
    return HttpResponseRedirect(back)
