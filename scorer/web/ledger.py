"""Who did what: the one door to the ledger, a chain in which every entry vouches for those before it.

An entry is written in the transaction of the act that it tells of: both are kept, or neither. `verify` finds each entry that
was changed, removed or swapped. A cut tail and a forger who has the key are not seen in the chain itself; for them its
head goes to `heads.log` every day and onto every paper that leaves.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from scorer.web.models import EntryRow, SubmissionRow, UserRow

BEGINNING = "0" * 64
SYSTEM = "系统"
LOCK = 7_265_011  # of PostgreSQL: one at a time may add to the chain


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that does not fit, and what is wrong with it."""

    entry: int
    words: str


def write(kind: str, actor: UserRow | None, submission: SubmissionRow | None = None, **detail: Any) -> EntryRow:
    """Add an entry, in the transaction of the act that it tells of, and give it.

    Raises:
        TransactionManagementError: there is no transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an entry belongs to the transaction of its act")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = EntryRow.objects.order_by("-id").values("id", "at", "mac").first()
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    entry = EntryRow(
        id=last["id"] + 1 if last else 1,
        # a clock that was put back must not make the ledger run backwards
        at=max(at, last["at"]) if last else at,
        actor=actor.login if actor is not None else SYSTEM,
        kind=kind,
        submission=submission.public if submission is not None else "",
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
        previous=last["mac"] if last else BEGINNING,
    )
    entry.mac = mac_of(entry, settings.WORKBENCH.key())
    entry.save(force_insert=True)
    return entry


def mac_of(entry: EntryRow, key: bytes) -> str:
    """What vouches for an entry and, by the one before, for all of them."""
    rest = [entry.id, entry.at, entry.actor, entry.kind, entry.submission, entry.detail]
    told = json.dumps(rest, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, (entry.previous + told).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def head() -> str:
    """The last entry's number and code, as papers carry it: ``1234:9f86d081884c7d65``; ``0`` for an empty ledger."""
    last = EntryRow.objects.order_by("-id").values("id", "mac").first()
    return f"{last['id']}:{last['mac'][:16]}" if last else "0"


def head_code() -> str:
    """The whole code of the last entry, for what is drawn by it."""
    last = EntryRow.objects.order_by("-id").values_list("mac", flat=True).first()
    return str(last or BEGINNING)


def note_head() -> None:
    """Write today's head into `heads.log`, once a day."""
    path = settings.WORKBENCH.heads
    today = datetime.now(UTC).date().isoformat()
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    if lines and lines[-1].startswith(today):
        return
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{today} {head()}\n")
        file.flush()
        os.fsync(file.fileno())


def verify() -> Iterator[Broken]:
    """The entries that do not fit: changed, missing, swapped; and heads on record that the ledger no longer holds."""
    key = settings.WORKBENCH.key()
    previous, expected = BEGINNING, 1
    codes: dict[int, str] = {}
    for entry in EntryRow.objects.order_by("id").iterator(chunk_size=5000):
        if entry.id != expected:
            yield Broken(expected, f"第 {expected}–{entry.id - 1} 条不见了" if entry.id > expected + 1 else f"第 {expected} 条不见了")
        elif entry.previous != previous:
            yield Broken(entry.id, f"第 {entry.id} 条与前一条接不上")
        if not hmac.compare_digest(mac_of(entry, key), entry.mac):
            yield Broken(entry.id, f"第 {entry.id} 条被改过（{entry.at} {entry.actor} {entry.kind}）")
        previous, expected = entry.mac, entry.id + 1
        codes[entry.id] = entry.mac[:16]
    yield from _against_heads(codes)


def _against_heads(codes: dict[int, str]) -> Iterator[Broken]:
    path = settings.WORKBENCH.heads
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        day, _, said = line.partition(" ")
        number, _, code = said.partition(":")
        if number.isdecimal() and int(number) and codes.get(int(number)) != code:
            yield Broken(int(number), f"{day} 记下的第 {number} 条，现在的台账中没有或不同")
