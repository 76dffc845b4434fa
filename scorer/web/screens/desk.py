"""One submission: findings, both places in the original, points; and the acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from scorer.checks import CHECKS
from scorer.model import Line, Report, Submission
from scorer.report import page as report_page
from scorer.report import sentences
from scorer.report.evidence import NO_EVIDENCE, Evidence, mark
from scorer.web import access, rulings, states
from scorer.web.access import screen
from scorer.web.filing import asked_of, current_run, path_key, report_of, submission_of
from scorer.web.models import DeductionRow, FindingRow, RunRow, ScoreRow, SubmissionRow, UserRow
from scorer.web.rendering import page
from scorer.web.screens.listing import Filter, reviewers
from scorer.web.states import Role, State


@dataclass(frozen=True, slots=True)
class Card:
    """A finding as a page shows it: its row, its places with their anchors, and what the department last answered."""

    row: FindingRow
    entry: report_page.Entry | None
    explanation: str
    remedy: str
    basis: str

    @property
    def title(self) -> str:
        check = CHECKS.get(self.row.code)
        return check.title if check else str(self.row.name)

    @property
    def reply(self) -> Any:
        return list(self.row.replies.all())[-1] if self.row.replies.all() else None


@dataclass(frozen=True, slots=True)
class PointsRow:
    """A row of the points: the report's line, the reviewed points, and what to look at again."""

    line: Line
    key: str
    depth: int
    name: str
    given: ScoreRow | None
    reviewed: Decimal | None
    warnings: list[str]
    deductions: list[DeductionRow]


def cards_of(rows: list[FindingRow], report: Report | None, submission: Submission | None, evidence: Evidence) -> list[Card]:
    """The findings with their places; those that compare with others have none in the documents."""
    groups = report_page.entries(report, submission, evidence) if report is not None else []
    entries = {entry.number: entry for _, group in groups for entry in group}
    return [_card(row, None if row.group else entries.get(row.position)) for row in rows]


def _card(row: FindingRow, entry: report_page.Entry | None) -> Card:
    check = CHECKS.get(row.code)
    told = check.sections if check else {}
    return Card(row, entry, told.get("为何重要", ""), told.get("改法", ""), told.get("依据", ""))


def scored(submission: SubmissionRow, report: Report | None) -> list[PointsRow]:
    """The points of a submission, upper levels and indicators, with what reviewers gave."""
    if report is None:
        return []
    given = {row.path_key: row for row in submission.scores.exclude(points=None).prefetch_related("deductions")}
    standard: dict[str, list[DeductionRow]] = {}
    for one in submission.round.deductions.order_by("key"):
        standard.setdefault(one.target, []).append(one)
    found = []
    for line in report.lines:
        key = path_key(line.path)
        row = given.get(key) if line.leaf else None
        found.append(
            PointsRow(
                line,
                key,
                min(max(len(line.path) - 1, 0), 6),
                sentences.name_of(line),
                row,
                row.points if row else line.points,
                rulings.warnings_for(line, row),
                standard.get(line.path[-1] if line.path else "", []) if line.leaf else [],
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a submission a page shows."""

    submission: SubmissionRow
    run: RunRow | None
    report: Report | None
    evidence: Evidence
    cards: list[Card]

    @property
    def undecided(self) -> list[Card]:
        return [card for card in self.cards if card.row.level != "note" and (not card.row.verdict or card.row.stale)]


def shown(submission: SubmissionRow) -> Shown:
    """A submission with its report, its marked documents and its findings."""
    run = current_run(submission)
    report = report_of(run) if run else None
    read = submission_of(run) if run else None
    evidence = mark(report, read) if report else NO_EVIDENCE
    return Shown(submission, run, report, evidence, cards_of(asked_of(submission), report, read, evidence))


@screen()
@require_GET
def submission(request: HttpRequest, public: str) -> HttpResponse:
    """The page of one submission."""
    row = access.one(request.user, public)
    return page(request, "submission.html", **_context(request, row))


def _context(request: HttpRequest, row: SubmissionRow) -> dict[str, Any]:
    found = shown(row)
    user: UserRow = request.user
    actor = access.actor(user, row)
    facts = rulings.standing(row)
    sees = states.sees_verdicts(actor, State(row.state))
    wanted = Filter.of(request)
    opinion = rulings.opinion_of(row) if sees else None
    draft = row.opinions.filter(draft=True, by=user).first()
    # a verdict on what was sent in takes it: the buttons are there before somebody has taken it
    takes = states.move_of("受理", State(row.state))
    decides = states.may_decide(actor, State(row.state)) or bool(
        takes and states.may(actor, takes, facts) and (user.alone or user.role == Role.REVIEWER)
    )
    return {
        "submission": row,
        "shown": found,
        "lines": scored(row, found.report) if sees else scored_plain(found.report),
        "sees": sees,
        "decides": decides,
        "answers": states.may_answer(actor, State(row.state)) and not (user.alone and row.state != State.RETURNED),
        "clerk": user.role == Role.CLERK and not user.alone,
        "steps": [(step, states.hindrances(step, facts)) for step in states.acts_for(actor, facts)],
        "opinion": opinion,
        "draft": draft if draft is not None and (opinion is None or draft.created > opinion.created) else None,
        "leader": actor.is_leader,
        "reviewers": reviewers(user),
        "wanted": wanted,
        "reasons": states.REASONS,
        "kinds": states.ANSWERS,
        "versions": list(row.versions.order_by("number")),
        "files": list(row.version.files.order_by("id")) if row.version else [],
        "jobs": list(row.jobs.exclude(status="完成")),
        "numbers": figures_of(found.report),

        "afterwards": _afterwards(row, actor),
        "own": user.pk,
    }


def scored_plain(report: Report | None) -> list[PointsRow]:
    """The points as a department sees them before they are given back: claimed and recomputed."""
    if report is None:
        return []
    return [
        PointsRow(line, "", min(max(len(line.path) - 1, 0), 6), sentences.name_of(line), None, None, [], [])
        for line in report.lines
    ]


def figures_of(report: Report | None) -> dict[str, int]:
    """How many outcomes were sound, faulty and undecided: what was not checked is said too."""
    if report is None:
        return {}
    return {
        "sound": sum(tally.sound for tally in report.tallies),
        "faulty": sum(tally.faulty for tally in report.tallies),
        "undecided": sum(tally.undecided for tally in report.tallies),
    }


def _afterwards(row: SubmissionRow, actor: states.Actor) -> str:
    """The next step after a review that this person may do, "" for none."""
    if row.state not in (State.REVIEWED, State.PUBLIC):
        return ""
    order = ("", *states.AFTERWARDS)
    place = order.index(row.afterwards) + 1
    if place >= len(order):
        return ""
    name = order[place]
    return name if actor.has(Role.CLERK if name == "反馈" else Role.REVIEWER) else ""


def _finding(request: HttpRequest, number: int) -> FindingRow:
    row = access.findings(request.user).filter(pk=number).select_related("submission", "by").first()
    if row is None:
        raise Http404
    return row


@screen(Role.REVIEWER)
@require_POST
def verdict(request: HttpRequest, number: int) -> HttpResponse:
    """A verdict on a finding; back comes the card alone, or the whole page where scripts are off."""
    row = _finding(request, number)
    given = request.POST
    if "verdict" not in given:  # "" takes a verdict back: that must be asked for
        raise rulings.RefusedError("没有选择结论，没有保存。")
    lock = int(given["lock"]) if given.get("lock", "").isdecimal() else -1
    rulings.decide(
        request.user,
        row,
        given["verdict"],
        lock=lock,
        reason=given.get("reason", ""),
        text=given.get("text", ""),
        undo="undo" in given,
    )
    back = given.get("back", "")
    if request.headers.get("HX-Request") and given.get("card"):
        return after_verdict(request, number)
    query = f"?{back}" if back else ""
    return HttpResponseRedirect(f"/s/{row.submission.public}{query}#n{number}")


def after_verdict(request: HttpRequest, number: int) -> HttpResponse:
    """The card of a finding anew, with the counts that changed beside it."""
    row = _finding(request, number)
    context = _context(request, access.one(request.user, row.submission.public))
    card = next((card for card in context["shown"].cards if card.row.pk == number), None)
    if card is None:
        raise Http404
    return page(request, "card_answer.html", card=card, **context)


@screen(Role.REVIEWER)
@require_POST
def seconded(request: HttpRequest, number: int) -> HttpResponse:
    """Another reviewer agrees that a 必改 does not hold."""
    row = _finding(request, number)
    rulings.second(request.user, row)
    return HttpResponseRedirect(f"/s/{row.submission.public}#n{number}")


@screen(Role.CLERK)
@require_POST
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """A department's answer to a finding."""
    row = _finding(request, number)
    rulings.answer(request.user, row, request.POST.get("kind", ""), request.POST.get("text", ""))
    return HttpResponseRedirect(f"/s/{row.submission.public}#n{number}")


@screen(Role.REVIEWER)
@require_POST
def points(request: HttpRequest, public: str, key: str) -> HttpResponse:
    """Reviewed points of one indicator."""
    row = access.one(request.user, public)
    wanted = [int(one) for one in request.POST.getlist("deduction") if one.isdecimal()]
    chosen = list(row.round.deductions.filter(pk__in=wanted))
    rulings.set_points(
        request.user, row, key, points=request.POST.get("points", ""), why=request.POST.get("why", ""), deductions=chosen
    )
    return HttpResponseRedirect(f"/s/{public}#points")


@screen(Role.REVIEWER)
@require_POST
def opinion(request: HttpRequest, public: str) -> HttpResponse:
    """The opinion, or a draft of it while it is typed."""
    row = access.one(request.user, public)
    draft = request.POST.get("draft") == "1"
    rulings.save_opinion(request.user, row, request.POST.get("text", ""), draft=draft)
    return HttpResponse(status=204) if draft else HttpResponseRedirect(f"/s/{public}#opinion")


@screen(Role.CLERK, Role.REVIEWER)
@require_POST
def step(request: HttpRequest, public: str) -> HttpResponse:
    """One step of the state table."""
    row = access.one(request.user, public)
    given = request.POST
    lock = int(given["lock"]) if given.get("lock", "").isdecimal() else -1
    rulings.step(
        request.user,
        row,
        given.get("act", ""),
        lock=lock,
        reason=given.get("reason", ""),
        deadline=_day(given.get("deadline", "")),
    )
    back = given.get("back", "")
    if given.get("then") == "next":
        return HttpResponseRedirect("/next?" + urlencode({"after": public}) + (f"&{back}" if back else ""))
    return HttpResponseRedirect(f"/s/{public}" + (f"?{back}" if back else ""))


@screen(Role.CLERK, Role.REVIEWER)
@require_POST
def follow_up(request: HttpRequest, public: str) -> HttpResponse:
    """整改通知, 反馈 or 销号."""
    row = access.one(request.user, public)
    given = request.POST
    rulings.follow_up(request.user, row, given.get("step", ""), given.get("text", ""), _day(given.get("deadline", "")))
    return HttpResponseRedirect(f"/s/{public}")


@screen(Role.REVIEWER, leader=True)
@require_POST
def assign(request: HttpRequest, public: str) -> HttpResponse:
    """Give a submission to a reviewer."""
    row = access.one(request.user, public)
    to = request.POST.get("to", "")
    person = UserRow.objects.filter(pk=int(to)).first() if to.isdecimal() else None
    rulings.assign(request.user, row, person)
    return HttpResponseRedirect(f"/s/{public}")


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise rulings.RefusedError(f"“{text}”不是日期。请写作 2025-03-31。") from None
