"""Files in by the browser, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from scorer.forms import READABLE
from scorer.model import ScorerError
from scorer.web import access, intake, states
from scorer.web.access import screen
from scorer.web.models import DepartmentRow, JobRow, MembershipRow, RoundRow, SubmissionRow, UserRow
from scorer.web.rendering import page
from scorer.web.rulings import RefusedError
from scorer.web.states import Role, State

JOBS_SHOWN = 50


def departments_of(user: UserRow) -> list[DepartmentRow]:
    """The departments that a user may hand in for."""
    if user.role == Role.CLERK and not user.alone:
        own = MembershipRow.objects.filter(user=user).values("department")
        return list(DepartmentRow.objects.filter(pk__in=own).order_by("name"))
    return list(DepartmentRow.objects.order_by("name"))


@screen(Role.CLERK, Role.REVIEWER)
def upload(request: HttpRequest) -> HttpResponse:
    """The page to hand files in, and their taking in."""
    user = request.user
    rounds = list(RoundRow.objects.filter(open=True).order_by("-id"))
    departments = departments_of(user)
    if request.method != "POST":
        return page(
            request, "upload.html", rounds=rounds, departments=departments, readable=READABLE, clerk=user.role == Role.CLERK
        )
    in_round = next((one for one in rounds if str(one.pk) == request.POST.get("round")), rounds[0] if rounds else None)
    if in_round is None:
        raise RefusedError("没有开放的批次。请管理员先建一个。")
    wanted = request.POST.get("department", "")
    department = next((one for one in departments if str(one.pk) == wanted), None)
    if department is None and user.role == Role.CLERK and not user.alone:
        if len(departments) != 1:
            raise RefusedError("请选择部门。")
        department = departments[0]
    try:
        files = list(_received(request))
        groups = [files] if request.POST.get("how") != "each" else [[file] for file in files]
        for group in groups:
            intake.enqueue(group, by=user, in_round=in_round, department=department)
    except ScorerError as error:
        raise RefusedError(str(error)) from None
    return HttpResponseRedirect("/jobs")


@screen(Role.CLERK, Role.REVIEWER)
@require_POST
def renew(request: HttpRequest, public: str) -> HttpResponse:
    """A new version of a submission."""
    row: SubmissionRow = access.one(request.user, public)
    actor = access.actor(request.user, row)
    alone = request.user.alone and row.state in (State.SENT, State.REVIEW)
    if not (states.may_answer(actor, State(row.state)) or alone):
        raise RefusedError(f"现在的状态是“{row.state}”，不能换文件。")
    if row.jobs.filter(status__in=("等候", "进行中")).exists():
        raise RefusedError("上一次上传的文件还在核对，请稍候。")
    try:
        intake.enqueue(list(_received(request)), by=request.user, in_round=row.round, department=row.department, submission=row)
    except ScorerError as error:
        raise RefusedError(str(error)) from None
    return HttpResponseRedirect(f"/s/{public}")


def _received(request: HttpRequest) -> Iterator[intake.Received]:
    given = request.FILES.getlist("file")
    if not given:
        raise ScorerError(f"没有选择文件。可读取的格式有 {READABLE}。")
    for file in given:
        yield intake.receive(file.name or "", file.chunks())


@screen(Role.CLERK, Role.REVIEWER)
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """What is being read, and what became of what was."""
    rows: list[JobRow] = list(access.jobs(request.user).order_by("-id")[:JOBS_SHOWN])
    seen = {row.public: row for row in access.visible(request.user).filter(public__in=[one for job in rows for one in job.made])}
    busy = [job for job in rows if job.status in ("等候", "进行中")]
    template = "jobs_list.html" if request.headers.get("HX-Request") else "jobs.html"
    return page(request, template, rows=rows, seen=seen, busy=busy)


@screen(Role.CLERK, Role.REVIEWER)
@require_POST
def retry(request: HttpRequest, public: str) -> HttpResponse:
    """Have a job that failed done again."""
    job = access.jobs(request.user).filter(public=public, status="没有办成").first()
    if job is None:
        raise Http404
    JobRow.objects.filter(pk=job.pk).update(status="等候", words="")
    intake.WAKE.set()
    return HttpResponseRedirect("/jobs")
