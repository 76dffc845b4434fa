"""What every answer passes: headers that keep a page to itself, and who is there."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode

from scorer.web.access import OPEN
from scorer.web.configuring import IDLE_SECONDS, LONGEST_SECONDS, MOST_FILES
from scorer.web.rendering import page
from scorer.web.rulings import ConflictError, RefusedError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SEEN_EVERY = 60  # seconds after which a session's last use is written again
Answer = Callable[[HttpRequest], HttpResponse]
LOG = logging.getLogger("scorer.web")


class Guard:
    """Sets the headers, and turns faults into pages that say what to do."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
            response = self.answer(request)
        except DisallowedHost as error:
            response = bad_request(request, error)
        response["Content-Security-Policy"] = POLICY
        response["X-Content-Type-Options"] = "nosniff"
        response["Referrer-Policy"] = "same-origin"
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        if settings.WORKBENCH.secure:
            response["Strict-Transport-Security"] = "max-age=31536000"
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for what was refused, for two people on one row, and for a database that does not answer."""
        if isinstance(error, Http404 | SuspiciousOperation):
            return None  # Django answers with `not_found` and `bad_request`
        if isinstance(error, ConflictError):
            return page(request, "message.html", title="别人刚改过", words=str(error), status=409)
        if isinstance(error, RefusedError):
            return page(request, "message.html", title="没有办成", words=str(error), status=422)
        LOG.exception("request failed")
        if isinstance(error, DatabaseError):
            words = "数据库没有应答（可能正忙，或磁盘已满）。刚才的操作没有保存，请稍后再试。"
            return page(request, "message.html", title="没有保存", words=words, status=503)
        words = f"程序内部错误（{type(error).__name__}）。刚才的操作没有保存；请把时间和所做的操作告诉维护人。"
        return page(request, "message.html", title="出错了", words=words, status=500)


class Presence:
    """Asks for a login everywhere but on the pages before it, and ends sessions that were idle or are too old."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        """None to go on, or the way to the login."""
        if view.__name__ in OPEN:
            return None
        if request.user.is_authenticated:
            now = int(time.time())
            since, seen = request.session.get("since", 0), request.session.get("seen", 0)
            alone = request.user.alone
            if alone or (now - since <= LONGEST_SECONDS and now - seen <= IDLE_SECONDS):
                if now - seen > SEEN_EVERY:
                    request.session["seen"] = now
                return None
            logout(request)
        where = "/login?" + urlencode({"next": request.get_full_path()}) if request.method == "GET" else "/login"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": "/login"})
        return HttpResponseRedirect(where)


def began(request: HttpRequest) -> None:
    """Note in a session when it began."""
    request.session["since"] = request.session["seen"] = int(time.time())


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What is said when a form's token does not fit: an old page, or a form of another site."""
    words = "这个页面打开得太久，或不是从本系统打开的，所以没有保存。请返回、刷新页面后再试一次。"
    return page(request, "message.html", title="没有保存", words=words, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """What is said of what is not there, or not for this user."""
    return page(request, "message.html", title="没有这个页面", words="没有这个页面，或者您没有查看它的权限。", status=404)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """What is said of a request that is none: too many files or fields, or a host that is not ours."""
    if isinstance(exception, DisallowedHost):
        words = "主机名不在允许之列。请管理员在 config.toml 的 hosts 中添上它。"
        return HttpResponse(words, status=400, content_type="text/plain; charset=utf-8")
    words = f"一次最多 {MOST_FILES} 个文件，表单的字段也有上限。请分几次上传。"
    return page(request, "message.html", title="没有收下", words=words, status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """What is said where nothing else could be."""
    return HttpResponse("程序内部错误，刚才的操作没有保存。", status=500, content_type="text/plain; charset=utf-8")
