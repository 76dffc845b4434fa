"""What an administrator keeps: users, departments, rounds, deductions."""

from __future__ import annotations

from datetime import date

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from scorer.model import ScorerError
from scorer.sets import list_sets, load_set
from scorer.web import deducting, entering, ledger
from scorer.web.access import screen
from scorer.web.deducting import size_of
from scorer.web.models import DeductionRow, DepartmentRow, MembershipRow, RoundRow, UserRow
from scorer.web.rendering import page
from scorer.web.rulings import RefusedError
from scorer.web.states import ReplyGate, Role


@screen(Role.ADMIN)
def users(request: HttpRequest) -> HttpResponse:
    """Who may come in; a new one gets a link to choose a password."""
    link = ""
    if request.method == "POST":
        link = request.build_absolute_uri(f"/link/{_keep_user(request)}")
    return page(
        request,
        "users.html",
        rows=UserRow.objects.prefetch_related("departments").order_by("role", "name"),
        departments=list(DepartmentRow.objects.order_by("name")),
        roles=list(Role),
        link=link,
    )


def _keep_user(request: HttpRequest) -> str:
    """Add or change a user; gives the secret of the link to a password where one is asked for."""
    given = request.POST
    with transaction.atomic():
        user = _user_meant(request)
        role = given.get("role", user.role)
        if role not in tuple(Role):
            raise RefusedError("没有这种角色。")
        reviews = role == Role.REVIEWER
        added = user.pk is None
        user.name, user.role = given.get("name", "").strip()[:60] or user.login, role
        user.leads, user.sees_all = "leads" in given and reviews, "sees_all" in given and reviews
        user.active = added or "active" in given
        if user.pk == request.user.pk and (role != Role.ADMIN or not user.active) and not user.alone:
            raise RefusedError("不能取消自己的管理员角色，请另一位管理员来做。")
        user.save()
        wanted = [int(one) for one in given.getlist("department") if one.isdecimal()]
        MembershipRow.objects.filter(user=user).delete()
        MembershipRow.objects.bulk_create(
            MembershipRow(user=user, department=one) for one in DepartmentRow.objects.filter(pk__in=wanted)
        )
        if not user.active or "new_password" in given:
            end_sessions(user)
        ledger.write("用户", request.user, login=user.login, name=user.name, role=role, leads=user.leads, active=user.active)
        return entering.new_link("password", user) if added or "new_password" in given else ""


def _user_meant(request: HttpRequest) -> UserRow:
    """The user that a form changes, or a new one."""
    given = request.POST
    number = given.get("user", "")
    if number.isdecimal():
        user = UserRow.objects.filter(pk=int(number)).first()
        if user is None:
            raise Http404
        return user
    user = UserRow(login=given.get("login", "").strip()[:60])
    if not user.login or UserRow.objects.filter(login=user.login).exists():
        raise RefusedError("账号是空的，或已经有了。请换一个。")
    user.set_unusable_password()
    return user


def end_sessions(user: UserRow) -> None:
    """End all sessions of a user: a closed account is out at once."""
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


@screen(Role.ADMIN)
def departments(request: HttpRequest) -> HttpResponse:
    """The departments that hand in."""
    if request.method == "POST":
        names = [name.strip()[:200] for name in request.POST.get("names", "").splitlines() if name.strip()]
        if not names:
            raise RefusedError("请填写部门名称，每行一个。")
        with transaction.atomic():
            for name in names:
                DepartmentRow.objects.get_or_create(name=name)
            ledger.write("部门", request.user, name="、".join(names)[:500])
        return HttpResponseRedirect("/admin/departments")
    return page(request, "departments.html", rows=DepartmentRow.objects.order_by("name"))


@screen(Role.ADMIN)
def rounds(request: HttpRequest) -> HttpResponse:
    """The years that are reviewed, each with its set, its gate and its rules."""
    if request.method == "POST":
        _keep_round(request)
        return HttpResponseRedirect("/admin/rounds")
    return page(request, "rounds.html", rows=RoundRow.objects.order_by("-id"), gates=GATES, sets=list_sets())


GATES = {ReplyGate.OFF: "不限制", ReplyGate.REPLY: "必改须改正或说明", ReplyGate.CORRECT: "必改须改正"}


def _keep_round(request: HttpRequest) -> None:
    given = request.POST
    number = given.get("round", "")
    row = RoundRow.objects.filter(pk=int(number)).first() if number.isdecimal() else RoundRow()
    if row is None:
        raise Http404
    row.title = given.get("title", "").strip()[:100] or row.title
    row.year = int(given["year"]) if given.get("year", "").isdecimal() and len(given["year"]) == 4 else None
    row.set_name = given.get("set", "").strip()[:200]
    row.gate = given.get("gate", "reply") if given.get("gate") in tuple(ReplyGate) else "reply"
    row.blind, row.second_person, row.open = "blind" in given, "second" in given, "open" in given
    try:
        row.deadline = date.fromisoformat(given["deadline"]) if given.get("deadline") else None
        if row.set_name:
            load_set(row.set_name)
        with transaction.atomic():
            row.save()
            ledger.write("批次", request.user, name=row.title, set=row.set_name, gate=row.gate, open=row.open)
    except ValueError:
        raise RefusedError("期限不是日期。请写作 2025-03-31。") from None
    except ScorerError as error:
        raise RefusedError(str(error)) from None
    except IntegrityError:
        raise RefusedError("已有同名的批次，或名称是空的。") from None


@screen(Role.REVIEWER, Role.ADMIN, leader=True)
def deductions(request: HttpRequest, number: int) -> HttpResponse:
    """The standard deductions of a round."""
    row = RoundRow.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        _keep_deduction(request, row)
        return HttpResponseRedirect(f"/admin/rounds/{number}/deductions")
    return page(request, "deductions.html", round=row, rows=row.deductions.order_by("target", "key"))


def _keep_deduction(request: HttpRequest, in_round: RoundRow) -> None:
    given = request.POST
    target, label = given.get("target", "").strip()[:200], given.get("label", "").strip()[:100]
    if not target or not label:
        raise RefusedError("请填写检查代码或指标名称，以及扣分的名目。")
    key = int(given["key"]) if given.get("key", "") in tuple("123456789") else 0
    if not key:
        raise RefusedError("按键是 1 到 9。")
    points, percent = size_of(given.get("size", ""))
    if DeductionRow.objects.filter(round=in_round, target=target, key=key).exists():
        raise RefusedError("这个按键已经有了扣分；要改动请在该行点“改”。")
    with transaction.atomic():
        DeductionRow.objects.create(
            round=in_round,
            target=target,
            key=key,
            label=label,
            points=points,
            percent=percent,
            basis=given.get("basis", "")[:300],
        )
        ledger.write("标准扣分", request.user, name=f"{target} {key} {label}", points=given["size"].strip())


@screen(Role.REVIEWER, Role.ADMIN, leader=True)
def deduction(request: HttpRequest, number: int, one: int) -> HttpResponse:
    """Another size for a standard deduction: first what would move, then it moves."""
    row = DeductionRow.objects.filter(pk=one, round=number).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        lock = request.POST.get("lock", "")
        deducting.change(request.user, row, request.POST.get("size", ""), lock=int(lock) if lock.isdecimal() else -1)
        return HttpResponseRedirect(f"/admin/rounds/{number}/deductions")
    size = request.GET.get("size", "").strip()
    moved, kept = deducting.preview(row, size) if size else ([], 0)
    return page(request, "deduction_change.html", row=row, size=size, preview=moved, kept=kept)
