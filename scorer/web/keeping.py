"""What keeps a workbench sound: verified, and moved whole to another database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction

from scorer.model import ScorerError
from scorer.web import ledger
from scorer.web.backups import digest_of
from scorer.web.configuring import DATABASE, Desk, integrity_words, of_url
from scorer.web.intake import path_of
from scorer.web.models import FileRow

AT_ONCE = 1000


def verify(desk: Desk) -> Iterator[str]:
    """What is wrong with a workbench, in words: its database, its ledger, its files; nothing where all is well."""
    if not desk.database_url and (said := integrity_words(desk.folder / DATABASE)):
        yield f"数据库文件已损坏：{said}"
    for broken in ledger.verify():
        yield f"台账：{broken.words}。"
    for sha256, name in FileRow.objects.order_by("sha256").values_list("sha256", "name").distinct():
        path = path_of(sha256)
        if not path.is_file():
            yield f"文件：{name} 的原件不见了（{sha256[:16]}）。"
        elif digest_of(path) != sha256:
            yield f"文件：{name} 的原件被改过（{sha256[:16]}）。"


# ------------------------------------------------------------------------------------------------------------- moving


def tables() -> list[Any]:
    """The tables in an order in which each stands behind those that it points to, but for pointers back."""
    wanted = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ("web", "sessions")]
    ordered: list[Any] = []
    while wanted:
        ready = [model for model in wanted if not (_pointed(model) & set(wanted) - {model})] or wanted[:1]
        ordered += ready
        wanted = [model for model in wanted if model not in ready]
    return ordered


def _pointed(model: Any) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}


def move(url: str, say: Callable[[str], None]) -> int:
    """Copy all rows into another database, which must be empty, and compare them; gives how many there are.

    Raises:
        ScorerError: it does not answer, is not empty, or holds other rows afterwards.
    """
    settings: dict[str, Any] = of_url(url) if "://" in url else {"ENGINE": "django.db.backends.sqlite3", "NAME": url, "OPTIONS": {}}
    base: dict[str, Any] = connections.databases["default"]
    if "target" in connections.databases:  # of an earlier move in this process: its connection would be used again
        connections["target"].close()
        del connections["target"]
    connections.databases["target"] = {**base, **settings, "OPTIONS": {**settings.get("OPTIONS", {})}}
    if "://" in url:
        connections.databases["target"]["CONN_HEALTH_CHECKS"] = True
    try:
        call_command("migrate", database="target", interactive=False, verbosity=0)
        with transaction.atomic(using="target"):
            target = connections["target"]
            target.disable_constraint_checking()
            if target.vendor == "postgresql":
                with target.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            count = sum(_copy(model, say) for model in tables())
            target.enable_constraint_checking()
        _set_sequences()
    except DatabaseError as error:
        raise ScorerError(f"没有搬成，目标数据库没有改动：{error}") from error
    for model in tables():
        if _sum_of(model, "default") != _sum_of(model, "target"):
            raise ScorerError(f"搬过去的 {model._meta.db_table} 与原来的不同，请不要改用新数据库。")
    return count


def _copy(model: Any, say: Callable[[str], None]) -> int:
    manager = model._base_manager
    if manager.using("target").exists():
        raise DatabaseError(f"{model._meta.db_table} 不是空的")
    names = [field.attname for field in model._meta.concrete_fields]
    created = [field for field in model._meta.concrete_fields if getattr(field, "auto_now_add", False)]
    for field in created:
        field.auto_now_add = False  # rows keep the time at which they were made
    batch, count = [], 0
    try:
        for values in manager.using("default").order_by(model._meta.pk.attname).values_list(*names).iterator(AT_ONCE):
            batch.append(model(**dict(zip(names, values, strict=True))))
            count += 1
            if len(batch) == AT_ONCE:
                manager.using("target").bulk_create(batch)
                batch = []
        manager.using("target").bulk_create(batch)
    finally:
        for field in created:
            field.auto_now_add = True
    say(f"{model._meta.db_table}：{count} 行")
    return count


def _set_sequences() -> None:
    target = connections["target"]
    with target.cursor() as cursor:
        for statement in target.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)


def _sum_of(model: Any, database: str) -> str:
    """The digest of all rows of a table, whatever database holds them."""
    whole = hashlib.sha256()
    names = [field.attname for field in model._meta.concrete_fields]
    for values in model._base_manager.using(database).order_by(model._meta.pk.attname).values_list(*names).iterator(AT_ONCE):
        plain = [bytes(value).hex() if isinstance(value, bytes | memoryview) else value for value in values]
        whole.update(json.dumps(plain, default=_plain, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def _plain(value: Any) -> str:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
