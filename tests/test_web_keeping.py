"""The workbench kept safe: verified, backed up and restored, moved to another database, checked again without loss."""

import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.web_desk import FORM, client, desk, hand_in, in_a_file, lone, needs_web

pytestmark = needs_web
__all__ = ["desk"]


def decided(submission: Any) -> None:
    from scorer.web.rulings import decide

    for row in submission.findings.all():
        row.refresh_from_db()
        decide(lone(), row, "属实", lock=row.lock)


@in_a_file
def test_verify_names_the_entry_that_was_edited_in_the_file_and_the_file_that_was_changed(desk: Path) -> None:
    from django.conf import settings
    from django.db import connection

    from scorer.web.intake import path_of
    from scorer.web.keeping import verify

    [submission] = hand_in(*FORM)
    decided(submission)
    assert list(verify(settings.WORKBENCH)) == []
    connection.close()
    file = sqlite3.connect(desk / "scorer.sqlite3")
    file.execute("DROP TRIGGER entry_unchanged")
    file.execute("UPDATE entry SET actor = '别人' WHERE id = 3")
    file.commit()
    file.close()
    path_of(submission.version.files.get(name="report.txt").sha256).write_bytes("改过".encode())
    said = "".join(verify(settings.WORKBENCH))
    assert "第 3 条被改过" in said
    assert "report.txt 的原件被改过" in said


@in_a_file
def test_a_desk_of_an_older_version_is_brought_up_with_all_it_holds(desk: Path) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from scorer.model import ScorerError
    from scorer.web.keeping import verify
    from scorer.web.models import FindingRow
    from scorer.web.server import prepare

    [submission] = hand_in(*FORM)
    decided(submission)
    held = list(FindingRow.objects.order_by("pk").values())
    call_command("migrate", "web", "0002", verbosity=0)
    older = set(connection.introspection.get_constraints(connection.cursor(), "finding"))
    prepare()
    newer = set(connection.introspection.get_constraints(connection.cursor(), "finding"))
    assert (older - newer, newer - older) == ({"finding_code_waits", "finding_code_verdict"}, {"finding_next", "finding_verdicts"})
    assert list(FindingRow.objects.order_by("pk").values()) == held
    assert list(verify(settings.WORKBENCH)) == []
    connection.cursor().execute("INSERT INTO django_migrations (app, name, applied) VALUES ('web', '9999_later', '2030-01-01')")
    with pytest.raises(ScorerError, match="由更新的版本用过"):
        prepare()


@in_a_file
def test_a_lost_folder_comes_back_from_its_backup(desk: Path, tmp_path: Path) -> None:
    from django.conf import settings

    from scorer.model import ScorerError
    from scorer.web.backups import backup, restore

    [submission] = hand_in(*FORM)
    decided(submission)
    assert backup(settings.WORKBENCH, tmp_path / "b.zip") == 2
    with pytest.raises(ScorerError, match="已存在"):
        backup(settings.WORKBENCH, tmp_path / "b.zip")
    again = tmp_path / "again"
    assert restore(tmp_path / "b.zip", again) == 2
    said = subprocess.run(
        [sys.executable, "-m", "scorer", "serve", "verify", str(again)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (said.returncode, "没有发现问题" in said.stdout) == (0, True), said.stdout + said.stderr
    rows = sqlite3.connect(again / "scorer.sqlite3").execute("SELECT code, verdict FROM finding ORDER BY id").fetchall()
    assert rows == [(row.code, row.verdict) for row in submission.findings.order_by("id")]
    with pytest.raises(ScorerError, match="不是空的"):
        restore(tmp_path / "b.zip", again)
    damaged = tmp_path / "damaged.zip"
    shutil.copyfile(tmp_path / "b.zip", damaged)
    with zipfile.ZipFile(tmp_path / "b.zip") as whole, zipfile.ZipFile(damaged, "w") as other:
        for name in whole.namelist():
            data = whole.read(name)
            other.writestr(name, data + b"x" if name == "scorer.sqlite3" else data)
    with pytest.raises(ScorerError, match="已损坏"):
        restore(damaged, tmp_path / "never")
    assert not (tmp_path / "never").exists()
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as other:
        other.writestr("manifest.json", json.dumps({"schema": "scorer.workbench/1", "digests": {}, "files": 0}))
        other.writestr("../../outside", "x")
    with pytest.raises(ScorerError, match="不该有的文件"):
        restore(evil, tmp_path / "never")
    with pytest.raises(ScorerError, match="不是 scorer serve backup"):
        restore(FORM[0], tmp_path / "never")


@in_a_file
def test_a_lost_key_is_told_and_a_second_server_is_refused(desk: Path) -> None:
    from django.conf import settings

    from scorer.model import ScorerError
    from scorer.web.server import held

    with held(settings.WORKBENCH), pytest.raises(ScorerError, match="已有一个 scorer serve"), held(settings.WORKBENCH):
        pass
    key = desk / "key"
    kept = key.read_bytes()
    key.unlink()
    try:
        with pytest.raises(ScorerError, match="密钥文件不见了"):
            settings.WORKBENCH.key()
    finally:
        key.write_bytes(kept)


@in_a_file
def test_a_move_there_and_back_keeps_every_row(desk: Path, tmp_path: Path) -> None:
    from scorer.model import ScorerError
    from scorer.web.keeping import _sum_of, move, tables

    [submission] = hand_in(*FORM)
    decided(submission)
    said: list[str] = []
    count = move(str(tmp_path / "other.sqlite3"), said.append)
    assert count > 20
    assert {_sum_of(model, "default") == _sum_of(model, "target") for model in tables()} == {True}
    with pytest.raises(ScorerError, match="不是空的"):
        move(str(tmp_path / "other.sqlite3"), said.append)


def test_a_new_check_moves_nothing_before_it_is_adopted(desk: Path) -> None:
    from scorer.web import rechecking
    from scorer.web.models import JobRow, RunRow
    from tests.web_desk import work

    [submission] = hand_in(*FORM)
    decided(submission)
    me = lone()
    submission.refresh_from_db()
    assert rechecking.begin(me) == 1
    assert rechecking.begin(me) == 0  # it is waiting already
    job = JobRow.objects.get(kind="重新核对")
    work(job)
    assert RunRow.objects.count() == 1  # the same program gives the same report: nothing to keep
    submission.round.set_name = "hunan/department-2020"
    submission.round.save()
    rechecking.begin(me)
    before = list(submission.findings.order_by("id").values_list("code", "verdict", "stale", "gone"))
    work(JobRow.objects.filter(kind="重新核对").last())
    assert list(submission.findings.order_by("id").values_list("code", "verdict", "stale", "gone")) == before
    [one] = rechecking.prospects()
    assert one.after.set.id == "hunan/department-2020"
    page = client(me).get("/recheck").content.decode()
    assert "采用下面的结果" in page
    assert rechecking.adopt(me) == 1
    submission.refresh_from_db()
    kept = {row.code: row for row in submission.findings.all()}
    assert kept["C301"].verdict == "属实"
    assert not kept["C301"].stale
    assert not RunRow.objects.filter(aside=True).exists()
    submission.state = "已复核"
    submission.save()
    assert rechecking.begin(me) == 0  # what was decided for good is not touched


def test_a_sample_is_drawn_again_from_what_its_paper_says(desk: Path) -> None:
    from decimal import Decimal

    from django.http import QueryDict

    from scorer.web.sampling import Plan, Unit, draw
    from scorer.web.screens.oversight import draw as drawn_by

    me = lone()
    [submission] = hand_in(*FORM, department="总工会")
    sample = drawn_by(me, QueryDict(f"round={submission.round_id}&size=10%25&by=department&least=1"))
    text = json.loads(sample.plan["text"])
    plan = Plan(tuple(text["by"]), Decimal(text["percent"]), text["number"], text["least"], text["weighted"])
    units = [Unit(name, department, grade, Decimal(amount)) for name, department, grade, amount in sample.listed]
    assert [one.name for one in draw(plan, units, sample.seed)] == [submission.public]
    answer = client(me).get(f"/samples/{sample.public}/list")
    assert sample.seed in answer.content.decode("utf-8-sig")


def test_statistics_and_consistency_are_of_what_one_sees(desk: Path) -> None:
    [submission] = hand_in(*FORM, department="总工会")
    decided(submission)
    browser = client(lone())
    page = browser.get("/stats").content.decode()
    assert "总工会" in page
    assert "C301" in page
    assert "属实" in page
    assert "C301" in browser.get("/consistency").content.decode()


def test_two_readings_agree_as_kappa_says(desk: Path) -> None:
    from scorer.web.queries import kappa

    assert kappa([]) is None
    assert kappa([("属实", "属实"), ("不成立", "不成立")]) == 1
    assert kappa([("属实", "不成立"), ("不成立", "属实")]) == -1
