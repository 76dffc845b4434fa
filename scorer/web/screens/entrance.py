"""Before and around the pages: login, first start, links, static files."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from scorer.report import page as report_page
from scorer.web import entering, ledger
from scorer.web.access import open_screen, screen
from scorer.web.middle import began
from scorer.web.models import UserRow
from scorer.web.rendering import TEMPLATES, page
from scorer.web.states import Role

STATIC = TEMPLATES.parent / "static"
KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
BACKEND = "scorer.web.entering.Passwords"


@cache
def _static() -> dict[str, tuple[bytes, str, str]]:
    """Our own files by name: bytes, kind, digest."""
    paths = [*STATIC.glob("*.js"), *STATIC.glob("*.css"), *STATIC.glob("*.svg"), report_page.TEMPLATES / "page.css"]
    found = {path.name: path.read_bytes() for path in paths}
    return {
        name: (data, KINDS[f".{name.rpartition('.')[2]}"], hashlib.sha256(data).hexdigest()) for name, data in found.items()
    }


@open_screen
@require_GET
def static(request: HttpRequest, name: str) -> HttpResponse:
    """A style sheet or script of this package."""
    found = _static().get(name)
    if found is None:
        raise Http404
    data, kind, digest = found
    if request.headers.get("If-None-Match") == f'"{digest}"':
        return HttpResponse(status=304)
    return HttpResponse(
        data, content_type=kind, headers={"ETag": f'"{digest}"', "Cache-Control": "no-cache"}
    )


@open_screen
def log_in(request: HttpRequest) -> HttpResponse:
    """The login, or what to do where nobody is there yet."""
    given = {"login": request.POST.get("login", "").strip(), "next": request.POST.get("next", request.GET.get("next", ""))}
    if request.method != "POST":
        return page(request, "login.html", given=given, fault="", setup=not settings.WORKBENCH.solo and entering.needs_setup())
    user = authenticate(request, login=given["login"], password=request.POST.get("password", ""))
    if user is None:
        with transaction.atomic():
            ledger.write("登录失败", None, login=given["login"][:60])
        fault = "账号或口令不对。连错五次，账号锁定 15 分钟；忘了口令请找管理员要一个链接。"
        return page(request, "login.html", given=given, fault=fault, setup=False, status=401)
    return _enter(request, user, given["next"])


def _enter(request: HttpRequest, user: Any, after: str = "") -> HttpResponse:
    login(request, user, backend=BACKEND)
    began(request)
    with transaction.atomic():
        ledger.write("登录", user, address=request.META.get("REMOTE_ADDR", ""))
    safe = url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(after if after.startswith("/") and safe else "/")


@screen()
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Out, and to the login."""
    with transaction.atomic():
        ledger.write("退出", request.user)
    logout(request)
    return HttpResponseRedirect("/login")


@open_screen
def link(request: HttpRequest, token: str) -> HttpResponse:
    """What a link of the start or of an administrator opens: the lone user's desk, the first administrator, a password."""
    value = entering.link_of(token)
    if value is None:
        words = "这个链接已经用过、过期或不完整。请向管理员要一个新的；还没有管理员时重新启动 scorer serve。"
        return page(request, "message.html", title="链接不能用了", words=words, status=404)
    if value["kind"] == "solo":
        return _enter(request, entering.lone_user())
    user = UserRow.objects.filter(pk=value["user"]).first() if value["user"] else None
    given = {name: request.POST.get(name, "").strip() for name in ("login", "name")}
    if request.method != "POST":
        return page(request, "password.html", whose=user, given=given, faults=[])
    faults = []
    if user is None:
        if not given["login"] or not given["name"]:
            faults.append("请填写账号和姓名。")
        elif UserRow.objects.filter(login=given["login"]).exists():
            faults.append("这个账号已经有了。")
        user = UserRow(login=given["login"][:60], name=given["name"][:60], role=Role.ADMIN)
    first, again = request.POST.get("password", ""), request.POST.get("again", "")
    if first != again:
        faults.append("两次口令不同。")
    try:
        validate_password(first, user)
    except ValidationError as error:
        faults += error.messages
    if faults:
        return page(request, "password.html", whose=user if user.pk else None, given=given, faults=faults, status=422)
    with transaction.atomic():
        user.set_password(first)
        user.failures, user.locked_until = 0, None
        user.save()
        entering.use_link(token)
        ledger.write("设定口令" if value["user"] else "首位管理员", user, login=user.login)
    return _enter(request, user)


@open_screen
@require_GET
def alive(request: HttpRequest) -> HttpResponse:
    """Whether the server answers, for what watches over it."""
    return HttpResponse(json.dumps({"ok": True}), content_type="application/json")
