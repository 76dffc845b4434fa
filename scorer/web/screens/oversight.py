"""What a leader looks at: statistics, consistency, samples, and a new check before it counts."""

from __future__ import annotations

import csv
import io
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from scorer.checks import CHECKS
from scorer.web import access, ledger, queries, rechecking, sampling
from scorer.web.access import screen
from scorer.web.filing import current_run, submission_of
from scorer.web.models import JobRow, RoundRow, SampleItemRow, SampleRow, SubmissionRow, UserRow
from scorer.web.outgoing import Paper
from scorer.web.rendering import page
from scorer.web.rulings import RefusedError
from scorer.web.sampling import By, Plan, Unit
from scorer.web.screens.exports import sent
from scorer.web.states import Role


@screen(Role.REVIEWER)
@require_GET
def stats(request: HttpRequest) -> HttpResponse:
    """Tables of what a user sees: departments by state, checks by verdict, how far scores are apart."""
    wanted = request.GET.get("round", "")
    rows = access.visible(request.user)
    found = access.findings(request.user).filter(gone="")
    if wanted.isdecimal():
        rows, found = rows.filter(round=int(wanted)), found.filter(round=int(wanted))
    return page(
        request,
        "stats.html",
        rounds=RoundRow.objects.order_by("-id"),
        wanted=wanted,
        states=queries.departments_by_state(rows),
        checks=queries.checks_by_verdict(found),
        apart=queries.deviations(rows),
        days=queries.days_taken(rows),
        titles={code: check.title for code, check in CHECKS.items()},
    )


@screen(Role.REVIEWER, leader=True)
@require_GET
def consistency(request: HttpRequest) -> HttpResponse:
    """Whether reviewers judge alike, and whether the same fault costs the same."""
    return page(
        request,
        "consistency.html",
        rows=queries.consistency(request.user),
        spread=queries.deduction_spread(request.user),
        titles={code: check.title for code, check in CHECKS.items()},
    )


# ------------------------------------------------------------------------------------------------------------- samples


@screen(Role.REVIEWER, leader=True)
def samples(request: HttpRequest) -> HttpResponse:
    """The samples, and the drawing of a new one."""
    if request.method == "POST":
        return HttpResponseRedirect(f"/samples/{draw(request.user, request.POST).public}")
    rounds = list(RoundRow.objects.order_by("-id"))
    rows = SampleRow.objects.order_by("-id").select_related("round", "by")
    return page(request, "samples.html", rows=rows, rounds=rounds, strata=sampling.STRATA)


def draw(user: UserRow, given: Any) -> SampleRow:
    """Draw a sample by a plan, or take one by hand with a reason.

    Raises:
        RefusedError: the plan says nothing that can be drawn.
    """
    number = given.get("round", "")
    in_round = RoundRow.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    if in_round is None:
        raise RefusedError("请选择批次。")
    plan = _plan(given)
    with transaction.atomic():
        rows = {row.public: row for row in access.visible(user).filter(round=in_round)}
        units = [unit_of(row) for row in rows.values()]
        if not units:
            raise RefusedError("这个批次还没有可抽的。")
        head = ledger.head_code()
        seed = sampling.seed_of(plan, head)
        drawn = sampling.draw(plan, units, seed)
        sample: SampleRow = SampleRow.objects.create(
            round=in_round,
            plan={"text": plan.as_text()},
            population=sampling.digest_of_population(units),
            seed=seed,
            head=head,
            algorithm=sampling.ALGORITHM,
            listed=[[unit.name, unit.department, unit.grade, str(unit.amount)] for unit in sorted(units, key=lambda unit: unit.name)],
            by=user,
        )
        SampleItemRow.objects.bulk_create(
            SampleItemRow(sample=sample, submission=rows[one.name], stratum=one.stratum[:300]) for one in drawn
        )
        ledger.write("抽样", user, name=in_round.title, count=len(drawn), seed=seed, population=sample.population, plan=plan.as_text())
    return sample


def _plan(given: Any) -> Plan:
    by: tuple[By, ...] = tuple(one for one in sampling.STRATA if one in given.getlist("by"))
    size = given.get("size", "").strip().replace("％", "%")
    least = int(given["least"]) if given.get("least", "").isdecimal() else 1
    try:
        if size.endswith("%"):
            percent = Decimal(size.rstrip("%"))
            if not 0 < percent <= 100:
                raise RefusedError("比例在 0 和 100% 之间。")
            return Plan(by, percent, None, least, "weighted" in given)
        if size.isdecimal() and int(size):
            return Plan(by, None, int(size), least, "weighted" in given)
    except InvalidOperation:
        pass
    raise RefusedError("请写明抽多少：份数如 30，比例如 10%。")


def unit_of(row: SubmissionRow) -> Unit:
    """A submission as a sample knows it; its budget is the whole of its funds, 0 where it tells none."""
    run = current_run(row)
    read = submission_of(run) if run else None
    amount = Decimal(0)
    for one in read.funds if read else ():
        if one.total and one.budget.number is not None:
            amount = one.budget.number
    return Unit(row.public, row.department.name if row.department else "", row.grade, amount)


def _sample(public: str) -> SampleRow:
    found: SampleRow | None = SampleRow.objects.filter(public=public).select_related("round", "by").first()
    if found is None:
        raise Http404
    return found


@screen(Role.REVIEWER, leader=True)
@require_GET
def sample(request: HttpRequest, public: str) -> HttpResponse:
    """One sample: its list, and everything that is needed to draw it again."""
    found = _sample(public)
    items = found.items.select_related("submission__department").order_by("stratum", "submission__public")
    return page(request, "sample.html", sample=found, items=items)


@screen(Role.REVIEWER, leader=True)
@require_GET
def sample_list(request: HttpRequest, public: str) -> HttpResponse:
    """The 抽样说明 as a csv: plan, seed, and the whole list with what was drawn."""
    found = _sample(public)
    drawn = {item.submission.public: item.stratum for item in found.items.select_related("submission")}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for name, value in (
        ("方案", found.plan["text"]),
        ("种子", found.seed),
        ("抽样时的台账编号", found.head),
        ("总体摘要", found.population),
        ("算法", found.algorithm),
    ):
        writer.writerow([name, value])
    writer.writerow(["编号", "部门", "等级", "资金（万元）", "抽中", "层"])
    for name, department, grade, amount in found.listed:
        safe = f"'{department}" if department.startswith(("=", "+", "-", "@")) else department
        writer.writerow([name, safe, grade, amount, "是" if name in drawn else "", drawn.get(name, "")])
    with transaction.atomic():
        ledger.write("导出", request.user, paper="sample", name=found.public)
    return sent(Paper("抽样说明.csv", b"\xef\xbb\xbf" + text.getvalue().encode(), "text/csv; charset=utf-8"))


# ------------------------------------------------------------------------------------------------------ checked again


@screen(Role.REVIEWER, leader=True)
@require_GET
def recheck(request: HttpRequest) -> HttpResponse:
    """What a new program or set would move, before it counts."""
    found = rechecking.prospects()
    busy = JobRow.objects.filter(kind="重新核对", status__in=("等候", "进行中")).count()
    return page(request, "recheck.html", moving=[one for one in found if one.moves], same=sum(not one.moves for one in found), busy=busy)


@screen(Role.REVIEWER, leader=True)
@require_POST
def recheck_act(request: HttpRequest) -> HttpResponse:
    """Begin, adopt or discard."""
    act = request.POST.get("act", "")
    if act == "begin":
        rechecking.begin(request.user)
    elif act == "adopt":
        rechecking.adopt(request.user)
    elif act == "discard":
        rechecking.discard(request.user)
    else:
        raise RefusedError("没有这个操作。")
    return HttpResponseRedirect("/recheck")
