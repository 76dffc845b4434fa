"""Files that leave: papers, originals, annotated originals; each download is an entry in the ledger."""

from __future__ import annotations

from urllib.parse import quote

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from scorer.model import ScorerError
from scorer.web import access, ledger, outgoing, states
from scorer.web.access import screen
from scorer.web.intake import path_of
from scorer.web.models import SubmissionRow
from scorer.web.outgoing import PAPERS, Paper
from scorer.web.rulings import RefusedError
from scorer.web.screens.listing import Filter, chosen
from scorer.web.states import Role, State

MOST_LISTED = 2000  # submissions of one list


def sent(paper: Paper) -> HttpResponse:
    """A file for saving, never for showing: a browser must not take a stranger's file for a page."""
    response = HttpResponse(paper.data, content_type=paper.kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(paper.name)}"
    return response


@screen()
@require_GET
def export(request: HttpRequest, public: str, kind: str) -> HttpResponse:
    """A paper of a submission."""
    row = access.one(request.user, public)
    if kind not in PAPERS or not states.sees_verdicts(access.actor(request.user, row), State(row.state)):
        raise Http404
    try:
        paper = PAPERS[kind](row)
    except ScorerError as error:
        raise RefusedError(str(error)) from None
    with transaction.atomic():
        ledger.write("导出", request.user, row, paper=kind, name=paper.name)
    return sent(paper)


@screen()
@require_GET
def original(request: HttpRequest, public: str, number: int) -> HttpResponse:
    """A file as it was handed in."""
    row = access.one(request.user, public)
    file = access.files(request.user).filter(pk=number, version__submission=row).first()
    if file is None:
        raise Http404
    with transaction.atomic():
        ledger.write("下载", request.user, row, name=file.name, sha256=file.sha256)
    return sent(Paper(file.name, _bytes(file.sha256), "application/octet-stream"))


@screen()
@require_GET
def commented(request: HttpRequest, public: str, number: int) -> HttpResponse:
    """A file of the newest version with a comment at each finding."""
    row = access.one(request.user, public)
    file = access.files(request.user).filter(pk=number, version=row.version_id).first()
    if file is None:
        raise Http404
    try:
        paper = outgoing.annotated(row, file.name)
    except ScorerError as error:
        raise RefusedError(str(error)) from None
    with transaction.atomic():
        ledger.write("下载批注", request.user, row, name=paper.name)
    return sent(paper)


@screen(Role.REVIEWER)
@require_GET
def issues(request: HttpRequest) -> HttpResponse:
    """The findings of a whole queue in one list."""
    rows: list[SubmissionRow] = list(chosen(request.user, Filter.of(request)).order_by("-risk", "id")[: MOST_LISTED + 1])
    if len(rows) > MOST_LISTED:
        raise RefusedError(f"超过 {MOST_LISTED} 份，请先缩小范围再导出。")
    paper = outgoing.issues_xlsx(rows, "问题清单.xlsx")
    with transaction.atomic():
        ledger.write("导出", request.user, paper="issues", count=len(rows))
    return sent(paper)


def _bytes(sha256: str) -> bytes:
    try:
        return path_of(sha256).read_bytes()
    except OSError:
        raise RefusedError("这个文件的原件读不出来。请告诉管理员（scorer serve verify）。") from None
