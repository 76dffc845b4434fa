"""How people come in: passwords with a lock after five failures, and links that work once. No default password exists."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from scorer.model import ScorerError
from scorer.web import ledger
from scorer.web.models import SettingRow, UserRow
from scorer.web.states import Role

FAILURES = 5
LOCKED = timedelta(minutes=15)
LINK_LIVES = timedelta(days=3)
LINK = "link:"


class Passwords:
    """Django's way of asking for a password: wrong ones are counted, and five lock the account for a quarter of an hour."""

    def authenticate(self, request: Any, login: str = "", password: str = "") -> UserRow | None:
        """The user whose login and password these are, None where they are not, or while the account is locked."""
        user = UserRow.objects.filter(login=login, active=True).first()
        if user is None or not user.has_usable_password():
            make_password(password)  # as long as a wrong password takes: nobody learns which logins there are
            return None
        now = timezone.now()
        if user.locked_until is not None and user.locked_until > now:
            return None
        if user.check_password(password):
            if user.failures:
                UserRow.objects.filter(pk=user.pk).update(failures=0, locked_until=None)
            return user
        with transaction.atomic():
            UserRow.objects.filter(pk=user.pk).update(failures=F("failures") + 1)
            user.refresh_from_db(fields=["failures"])
            if user.failures >= FAILURES:
                UserRow.objects.filter(pk=user.pk).update(failures=0, locked_until=now + LOCKED)
                ledger.write("锁定账号", None, login=login)
        return None

    def get_user(self, number: int) -> UserRow | None:
        """The user of a session, None once the account is closed."""
        return UserRow.objects.filter(pk=number, active=True).first()


def new_link(kind: str, user: UserRow | None = None, *, lasting: bool = False) -> str:
    """A secret for a link of this kind (``setup``, ``password``, ``solo``); only its digest is kept.

    A new one of ``setup`` and ``solo`` ends those before it. `lasting`: it works until the next start, not once.
    """
    if kind in ("setup", "solo"):
        for row in SettingRow.objects.filter(name__startswith=LINK):
            if json.loads(row.value)["kind"] == kind:
                row.delete()
    token = secrets.token_urlsafe(24)
    until = None if lasting else (timezone.now() + LINK_LIVES).isoformat()
    value = {"kind": kind, "user": user.pk if user else None, "until": until}
    SettingRow.objects.create(name=_name(token), value=json.dumps(value))
    return token


def link_of(token: str) -> dict[str, Any] | None:
    """What a link stands for, None where it was never given, was used, or is too old."""
    row = SettingRow.objects.filter(name=_name(token)).first()
    if row is None:
        return None
    value: dict[str, Any] = json.loads(row.value)
    if value["until"] is not None and timezone.now() > timezone.datetime.fromisoformat(value["until"]):
        return None
    return value


def use_link(token: str) -> None:
    """A link has done its work: it does no more."""
    SettingRow.objects.filter(name=_name(token)).delete()


def lone_user() -> UserRow:
    """The one person of `--solo`, made at the first start."""
    user = UserRow.objects.filter(alone=True).first()
    if user is None:
        user = UserRow(login="solo", name="本机", role=Role.REVIEWER, leads=True, alone=True)
        user.set_unusable_password()
        user.save()
    return user


def needs_setup() -> bool:
    """Whether nobody can administer this workbench yet."""
    return not UserRow.objects.filter(role=Role.ADMIN, active=True).exists()


def _name(token: str) -> str:
    return LINK + hashlib.sha256(token.encode()).hexdigest()[:50]


def link_for(login: str, name: str, role: str, *, leads: bool = False) -> str:
    """The secret of a link with which a user chooses a password; a new user is made where there is none of that login.

    Raises:
        ScorerError: there is no such role.
    """
    if role not in tuple(Role):
        raise ScorerError(f"没有“{role}”这种角色；可用的有 {'、'.join(Role)}。")
    with transaction.atomic():
        user = UserRow.objects.filter(login=login).first()
        if user is None:
            user = UserRow(login=login[:60], name=name[:60], role=role, leads=leads and role == Role.REVIEWER)
            user.set_unusable_password()
            user.save()
        ledger.write("口令链接", None, login=user.login, name=user.name)
        return new_link("password", user)
