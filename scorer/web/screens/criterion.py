"""One check, or one indicator, across all forms: in an order that is the same for everybody and tells nothing, names hidden.

Who judges the same fault a hundred times in a row judges it alike; who does not see whose form it is judges the form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from scorer.checks import CHECKS
from scorer.explanation import of_check
from scorer.report.evidence import Evidence, MarkedParagraph, MarkedTable, Rows
from scorer.web import access, rulings, states
from scorer.web.access import screen
from scorer.web.filing import path_key
from scorer.web.models import DeductionRow, FindingRow, RoundRow, ScoreRow, UserRow
from scorer.web.rendering import page
from scorer.web.rulings import RefusedError
from scorer.web.screens.desk import PointsRow, scored, shown
from scorer.web.states import Role, State

REVIEWING = (State.SENT, State.REVIEW)
LISTED = rulings.MOST_AT_ONCE
ALL = "all"


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody goes through a criterion: which round, whether names are hidden, whether decided ones come too."""

    round: str = ""
    blind: bool = True
    all: bool = False
    mine: bool = False

    @classmethod
    def of(cls, given: Any) -> Way:
        return cls(given.get("round", ""), "names" not in given, "all" in given, "mine" in given)

    @property
    def address(self) -> str:
        """The way as the words after ``?``."""
        named = (("round", self.round), ("names", "" if self.blind else "1"))
        flags = (("all", "1" if self.all else ""), ("mine", "1" if self.mine else ""))
        return urlencode([pair for pair in (*named, *flags) if pair[1]])


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One place of a finding in its document: the paragraph, or the row of the table with the one above the first."""

    path: str
    block: MarkedParagraph | MarkedTable


def excerpts(evidence: Evidence, anchors: list[str], *, blind: bool) -> list[Excerpt]:
    """The places of a finding, each by itself; file names are left out where names are hidden, since they often tell."""
    found = []
    for number, document in enumerate(evidence.documents, 1):
        for block in document.blocks:
            name = f"文件 {number}" if blind else document.path
            if isinstance(block, MarkedParagraph) and any(one.anchor in anchors for piece in block.pieces for one in piece.begins):
                found.append(Excerpt(name, block))
            elif isinstance(block, MarkedTable):
                rows = [row for part in block.parts for row in part.cells]
                wanted = [row for row in rows if any(one.anchor in anchors for cell in row for one in cell.marks)]
                if wanted:
                    kept = replace(block, parts=(Rows(0, tuple(wanted)),), left_out=0, name="" if blind else block.name)
                    found.append(Excerpt(name, kept))
    return found


def chosen(user: UserRow, way: Way) -> QuerySet[FindingRow]:
    """The findings of the submissions under review that a user sees on this way."""
    rows = access.findings(user).filter(gone="", submission__state__in=REVIEWING)
    if way.round != ALL:
        # without a round asked for the newest one: by it, the check and what waits the next card is looked up at once
        newest = RoundRow.objects.order_by("-id").values_list("id", flat=True).first()
        rows = rows.filter(round=int(way.round) if way.round.isdecimal() else newest)
    if way.mine:
        rows = rows.filter(submission__assignee=user)
    return rows


OPEN = Q(waits=True)


@screen(Role.REVIEWER)
@require_GET
def criteria(request: HttpRequest) -> HttpResponse:
    """The checks and indicators that have something to decide."""
    way = Way.of(request.GET)
    user = request.user
    counted = (
        chosen(user, way)
        .values("code", "level")
        .annotate(all=Count("id"), left=Count("id", filter=OPEN), own=Count("id", filter=Q(by=user)))
        .order_by("-left", "code")
    )
    scores = ScoreRow.objects.filter(submission__in=access.visible(user).filter(state__in=REVIEWING).values("id"))
    names = scores.values("name").annotate(all=Count("id"), given=Count("id", filter=~Q(points=None))).order_by("-all", "name")[:60]
    titles = {code: check.title for code, check in CHECKS.items()}
    return page(
        request,
        "criteria.html",
        rows=list(counted),
        names=list(names),
        titles=titles,
        way=way,
        rounds=RoundRow.objects.order_by("-id"),
    )


@screen(Role.REVIEWER)
@require_GET
def criterion(request: HttpRequest, code: str) -> HttpResponse:
    """The next finding of one check."""
    if code not in CHECKS:
        raise Http404
    way = Way.of(request.GET)
    user = request.user
    of_code = chosen(user, way).filter(code=code)
    counts = of_code.aggregate(all=Count("id"), done=Count("id", filter=~OPEN), own=Count("id", filter=Q(by=user) & ~OPEN))
    rows = of_code if way.all else of_code.filter(OPEN)
    rows = rows.filter(Q(submission__assignee=None) | Q(submission__assignee=user)) if not (user.leads or user.alone) else rows
    ordered = rows.order_by("shuffle", "id").select_related("submission__round", "by", "seconded")
    row = next_of(ordered, request.GET.get("after", ""), request.GET.get("at", ""))
    context: dict[str, Any] = {"code": code, "told": of_check(CHECKS[code]), "way": way, "counts": counts}
    if row is None:
        return page(request, "criterion_end.html", **context)
    return page(request, "criterion.html", **context, **_card(row, way, user))


def next_of(ordered: QuerySet[Any], after: str, at: str) -> Any:
    """The row of that number, else the first behind a mark (``shuffle,id``), else the first."""
    if at.isdecimal():
        return ordered.filter(pk=int(at)).first()
    shuffle, _, number = after.partition(",")
    if shuffle.isdecimal() and number.isdecimal():
        # the first condition alone lets an index begin at the mark
        behind = ordered.filter(Q(shuffle__gt=int(shuffle)) | Q(id__gt=int(number)), shuffle__gte=int(shuffle))
        found = behind.first()
        if found is not None:
            return found
    return ordered.first()


def _card(row: FindingRow, way: Way, user: UserRow) -> dict[str, Any]:
    found = shown(row.submission)
    card = next((card for card in found.cards if card.row.pk == row.pk), None)
    if card is None:
        raise Http404
    anchors = [spot.anchor for spot in card.entry.spots if spot.anchor] if card.entry else []
    line: PointsRow | None = next(
        (one for one in scored(row.submission, found.report) if one.line.leaf and list(one.line.path) == row.path), None
    )
    alike = chosen(user, way).filter(code=row.code, content=row.content).exclude(pk=row.pk).filter(OPEN).count()
    return {
        "card": card,
        "row": row,
        "excerpts": excerpts(found.evidence, anchors, blind=way.blind and row.submission.round.blind),
        "line": line,
        "blind": way.blind and row.submission.round.blind,
        "standard": list(row.submission.round.deductions.filter(target=row.code).order_by("key")) if line else [],
        "alike": alike,
        "reasons": states.REASONS,
    }


@screen(Role.REVIEWER)
@require_POST
def judge(request: HttpRequest, number: int) -> HttpResponse:
    """A verdict on the card at hand, with a standard deduction where one was chosen; then the next card is there."""
    row = access.findings(request.user).filter(pk=number).select_related("submission__round").first()
    if row is None:
        raise Http404
    given = request.POST
    way = Way.of(given)
    after = f"{way.address}&after={row.shuffle},{row.pk}" if way.address else f"after={row.shuffle},{row.pk}"
    if given.get("verdict") != "skip":
        _judge(request, row)
    return HttpResponseRedirect(f"/check/{row.code}?{after}")


def _judge(request: HttpRequest, row: FindingRow) -> None:
    given = request.POST
    if "verdict" not in given:
        raise RefusedError("没有选择结论，没有保存。")
    lock = int(given["lock"]) if given.get("lock", "").isdecimal() else -1
    rulings.decide(
        request.user, row, given.get("verdict", ""), lock=lock, reason=given.get("reason", ""), text=given.get("text", "")
    )
    wanted = [int(one) for one in given.getlist("deduction") if one.isdecimal()]
    chosen_ones = list(DeductionRow.objects.filter(round=row.submission.round, target=row.code, pk__in=wanted))
    if chosen_ones and given.get("verdict") == "属实":
        rulings.set_points(request.user, row.submission, path_key(row.path), deductions=chosen_ones)


@screen(Role.REVIEWER)
def alike(request: HttpRequest, number: int) -> HttpResponse:
    """The findings that say the same as this one: listed, and decided together once their count has been typed."""
    row = access.findings(request.user).filter(pk=number, gone="").first()
    if row is None:
        raise Http404
    way = Way.of(request.GET if request.method == "GET" else request.POST)
    rows = chosen(request.user, way).filter(code=row.code, content=row.content).filter(OPEN)
    listed = list(rows.select_related("submission__round", "submission__department").order_by("shuffle", "id")[: LISTED + 1])
    if request.method == "POST":
        given = request.POST
        wanted = {int(one) for one in given.getlist("row") if one.isdecimal()}
        picked = [one for one in listed if one.pk in wanted]
        if len(picked) != len(wanted):
            raise RefusedError("列出以后有的已被别人判定。请刷新后再看。")
        rulings.decide_all(
            request.user,
            picked,
            given.get("verdict", ""),
            typed=given.get("typed", ""),
            reason=given.get("reason", ""),
            text=given.get("text", ""),
        )
        return HttpResponseRedirect(f"/check/{row.code}?{way.address}")
    return page(request, "alike.html", row=row, rows=listed[:LISTED], more=len(listed) > LISTED, way=way, reasons=states.REASONS)


@screen(Role.REVIEWER)
@require_GET
def indicator(request: HttpRequest, name: str) -> HttpResponse:
    """One indicator across forms: what was aimed at, what was done, and the four points of each."""
    way = Way.of(request.GET)
    submissions = access.visible(request.user).filter(state__in=REVIEWING)
    rows = ScoreRow.objects.filter(submission__in=submissions.values("id"), name=name)
    counts = rows.aggregate(all=Count("id"), done=Count("id", filter=~Q(points=None)))
    if not counts["all"]:
        raise Http404
    open_rows = rows if way.all else rows.filter(points=None)
    ordered = open_rows.order_by("shuffle", "id").select_related("submission__round")
    row = next_of(ordered, request.GET.get("after", ""), request.GET.get("at", ""))
    context: dict[str, Any] = {"name": name, "way": way, "counts": counts}
    if row is None:
        return page(request, "indicator_end.html", **context)
    found = shown(row.submission)
    line = next((one for one in scored(row.submission, found.report) if one.key == row.path_key), None)
    if line is None:
        raise Http404
    about = [card for card in found.cards if card.row.path == row.path]
    blind = way.blind and row.submission.round.blind
    return page(request, "indicator.html", row=row, line=line, about=about, blind=blind, **context)


@screen(Role.REVIEWER)
@require_POST
def mark_indicator(request: HttpRequest, number: int) -> HttpResponse:
    """Points for the indicator at hand; then the next form's is there."""
    row = ScoreRow.objects.filter(pk=number, submission__in=access.visible(request.user).values("id")).first()
    if row is None:
        raise Http404
    given = request.POST
    way = Way.of(given)
    if given.get("act") == "same":
        rulings.set_points(request.user, row.submission, row.path_key, points=rulings.recomputed_points(row), why="照复算")
    elif given.get("act") != "skip":
        wanted = [int(one) for one in given.getlist("deduction") if one.isdecimal()]
        chosen_ones = list(DeductionRow.objects.filter(round=row.round, pk__in=wanted))
        rulings.set_points(
            request.user,
            row.submission,
            row.path_key,
            points=given.get("points", ""),
            why=given.get("why", ""),
            deductions=chosen_ones,
        )
    query = urlencode({"after": f"{row.shuffle},{row.pk}"}) + (f"&{way.address}" if way.address else "")
    return HttpResponseRedirect(f"/indicator/{quote(row.name)}?{query}")
