"""Who sees what: the one door to submissions and all that hangs on them.

Whatever a page, a count, a search, a file or an export shows comes through `visible`; what is not visible is not there, and
answers 404 like what never was.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from scorer.web.models import FileRow, FindingRow, JobRow, MembershipRow, SubmissionRow, UserRow
from scorer.web.states import Actor, Role, State

EVERYBODY = (Role.CLERK, Role.REVIEWER, Role.ADMIN)
SCREENS: dict[str, tuple[Role, ...]] = {}
"""Every page by its function's name with the roles that may open it; a leader's page says so in `LEADERS`."""
LEADERS: set[str] = set()
OPEN: set[str] = set()
"""Pages that need no login."""

View = Callable[..., HttpResponse]


def screen(*roles: Role, leader: bool = False) -> Callable[[View], View]:
    """Register a page for these roles (all when none is given; `leader`: of reviewers the leading ones); others get 404."""

    def registered(view: View) -> View:
        SCREENS[view.__name__] = roles or EVERYBODY
        if leader:
            LEADERS.add(view.__name__)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            if not may_open(request.user, view.__name__):
                raise Http404
            return view(request, *args, **named)

        return guarded

    return registered


def open_screen(view: View) -> View:
    """Register a page that is there before anybody has logged in."""
    OPEN.add(view.__name__)
    return view


def may_open(user: Any, name: str) -> bool:
    """Whether a user may open the page of that name."""
    if name in OPEN:
        return True
    if not user.is_authenticated:
        return False
    if user.alone:
        return True
    if user.role not in SCREENS[name]:
        return False
    return bool(user.role != Role.REVIEWER or name not in LEADERS or user.leads)


def visible(user: UserRow) -> QuerySet[SubmissionRow]:
    """The submissions that a user sees: a clerk those of its departments, a reviewer those assigned to it or to its
    departments and sent in, a leader and an administrator all that were sent in."""
    rows: QuerySet[SubmissionRow] = SubmissionRow.objects.select_related("department", "assignee", "round")
    if user.alone:
        return rows
    own = MembershipRow.objects.filter(user=user).values("department")
    if user.role == Role.CLERK:
        return rows.filter(department__in=own)
    rows = rows.exclude(state=State.FILLING)
    if user.role == Role.ADMIN or user.leads or user.sees_all:
        return rows
    return rows.filter(Q(assignee=user) | Q(department__in=own))


def one(user: UserRow, public: str) -> SubmissionRow:
    """The submission of that name.

    Raises:
        Http404: there is none, or this user does not see it.
    """
    found = visible(user).filter(public=public).first()
    if found is None:
        raise Http404
    return found


def locked(user: UserRow, public: str) -> SubmissionRow:
    """The same, held against others until the transaction ends: what is decided by its state is decided once."""
    found = visible(user).filter(public=public).select_for_update(of=("self",)).first()
    if found is None:
        raise Http404
    return found


def findings(user: UserRow) -> QuerySet[FindingRow]:
    """The findings of the submissions that a user sees."""
    return FindingRow.objects.filter(submission__in=visible(user).values("id"))


def files(user: UserRow) -> QuerySet[FileRow]:
    """The files of the submissions that a user sees."""
    return FileRow.objects.filter(version__submission__in=visible(user).values("id"))


def jobs(user: UserRow) -> QuerySet[JobRow]:
    """The background work that a user sees: its own, and all for who leads or administers."""
    if user.alone or user.leads or user.role == Role.ADMIN:
        return JobRow.objects.all()
    return JobRow.objects.filter(by=user)


def actor(user: UserRow, submission: SubmissionRow) -> Actor:
    """What a user is to a submission, as the state table asks."""
    role = Role(user.role)
    if role == Role.CLERK:
        own = MembershipRow.objects.filter(user=user, department=submission.department).exists()
    else:
        own = submission.assignee_id == user.pk
    return Actor(role, user.leads, own, user.alone)

