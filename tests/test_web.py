"""The workbench: what is taken in, decided, given back; who sees what; and that nothing decided is ever lost."""

import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.web_desk import FORM, client, desk, hand_in, in_a_file, lone, needs_web, user

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl (extra test) is not installed")
pytestmark = needs_web
__all__ = ["desk"]


def mended(tmp_path: Path, change: Any) -> list[Path]:
    """The example's files with its workbook changed."""
    book = openpyxl.load_workbook(FORM[0])
    change(book.worksheets[0])
    book.save(tmp_path / "改正后.xlsx")
    report = tmp_path / "报告.txt"
    report.write_bytes(FORM[1].read_bytes())
    return [tmp_path / "改正后.xlsx", report]


def of(submission: Any) -> dict[str, Any]:
    """The findings that stand, by code."""
    return {row.code: row for row in submission.findings.filter(gone="")}


def decide(who: Any, row: Any, verdict: str, **more: Any) -> Any:
    from scorer.web.rulings import decide as ruled

    row.refresh_from_db()
    return ruled(who, row, verdict, lock=row.lock, **more)


def test_files_become_a_submission_with_findings_in_the_queue(desk: Path) -> None:
    [submission] = hand_in(*FORM)
    assert (submission.unit, submission.state) == ("某区总工会", "送审")
    assert sorted(of(submission)) == ["C301", "N201", "N205", "T405"]
    browser = client(lone())
    page = browser.get("/queue").content.decode()
    assert "困难职工送温暖" in page
    page = browser.get(f"/s/{submission.public}").content.decode()
    assert "107人" in page
    assert "form.xlsx 绩效自评表!D8" in page


def test_the_same_bytes_are_taken_in_once(desk: Path) -> None:
    from scorer.web.models import JobRow, SubmissionRow

    first, again = hand_in(*FORM), hand_in(*FORM)
    assert first == again
    assert SubmissionRow.objects.count() == 1
    assert "已收过" in JobRow.objects.last().words


def test_verdicts_outlive_rows_moved_a_file_renamed_and_another_order(desk: Path, tmp_path: Path) -> None:
    me = lone()
    [submission] = hand_in(*FORM)
    found = of(submission)
    decide(me, found["C301"], "属实", text="请说明")
    decide(me, found["N201"], "不成立", reason="口径不同", text="另有说明")
    hand_in(*mended(tmp_path, lambda sheet: sheet.insert_rows(1, 2)), by=me, submission=submission)
    submission.refresh_from_db()
    now = of(submission)
    assert submission.version.number == 2
    assert (now["C301"].verdict, now["C301"].text, now["C301"].stale) == ("属实", "请说明", False)
    assert (now["N201"].verdict, now["N201"].stale) == ("不成立", False)
    assert now["C301"].pk == found["C301"].pk
    assert now["C301"].places[0]["at"].endswith("D10")  # two rows further down


def test_a_verdict_turns_stale_where_the_words_changed_and_what_was_mended_is_gone(desk: Path, tmp_path: Path) -> None:
    me = lone()
    [submission] = hand_in(*FORM)
    found = of(submission)
    for row in found.values():
        decide(me, row, "属实")

    def change(sheet: Any) -> None:
        for cells in sheet.iter_rows():
            for cell in cells:
                if cell.value == "≥6户":
                    cell.value = "≥7户"

    files = mended(tmp_path, change)
    files[1].write_text(files[1].read_text("utf-8").replace("234.62", "233.62"), "utf-8")
    hand_in(*files, by=me, submission=submission)
    submission.refresh_from_db()
    now = {code: submission.findings.get(pk=row.pk) for code, row in found.items()}
    assert (now["C301"].verdict, now["C301"].stale, now["C301"].gone) == ("属实", True, "")
    assert now["N201"].gone == "已改正"
    assert (now["N205"].stale, now["N205"].gone) == (False, "")
    assert submission.undecided == 4  # that one, and three new findings on the target that is now missed
    page = client(me).get(f"/s/{submission.public}").content.decode()
    assert "原结论：属实（内容已变，请再定一次）" in page
    decide(me, now["C301"], "属实")
    submission.refresh_from_db()
    assert submission.undecided == 3
    hand_in(*FORM, by=me, submission=submission)  # what was mended is wrong again: asked for anew, with its history
    back = of(submission)["N201"]
    assert (back.pk, back.verdict, back.stale) == (found["N201"].pk, "属实", True)


def test_a_verdict_on_an_old_page_is_a_conflict_that_shows_both(desk: Path) -> None:
    from scorer.web.rulings import ConflictError
    from scorer.web.rulings import decide as ruled

    first = user("甲", "复核人", leads=True)
    second = user("乙", "复核人", leads=True)
    [submission] = hand_in(*FORM)
    row = of(submission)["C301"]
    ruled(first, row, "属实", lock=row.lock)
    with pytest.raises(ConflictError, match="甲判为“属实”，您选的是“待核实”"):
        ruled(second, row, "待核实", lock=row.lock)
    answer = client(second).post(f"/f/{row.pk}/verdict", {"verdict": "待核实", "lock": row.lock})
    assert answer.status_code == 409
    assert "甲判为“属实”" in answer.content.decode()


def test_what_does_not_hold_needs_a_reason_and_words(desk: Path) -> None:
    from scorer.web.rulings import RefusedError

    [submission] = hand_in(*FORM)
    with pytest.raises(RefusedError, match="写明理由"):
        decide(lone(), of(submission)["C301"], "不成立", reason="读错")


def test_the_way_of_a_submission_from_department_to_publication(desk: Path, tmp_path: Path) -> None:
    clerk, reviewer = user("经办", "经办人", "总工会"), user("复核", "复核人", leads=True)
    [submission] = hand_in(*FORM, by=clerk, department="总工会")
    at = f"/s/{submission.public}"
    assert submission.state == "填报"
    assert client(reviewer).get(at).status_code == 404  # a preview is not seen by reviewers
    mine, theirs = client(clerk), client(reviewer)

    def step(browser: Any, act: str, **more: str) -> Any:
        submission.refresh_from_db()
        return browser.post(f"{at}/step", {"act": act, "lock": submission.lock, **more})

    assert "还有 3 条必改没有处理" in step(mine, "送审").content.decode()
    for row in of(submission).values():
        assert mine.post(f"/f/{row.pk}/reply", {"kind": "说明", "text": "见附件"}).status_code == 302
    assert step(mine, "送审").status_code == 302
    row = of(submission)["C301"]
    answer = theirs.post(f"/f/{row.pk}/verdict", {"verdict": "属实", "lock": row.lock, "text": "请改"})
    assert answer.status_code == 302  # taken up by the verdict
    assert 'class="ruled' not in mine.get(at).content.decode()  # verdicts are given back, not overheard
    assert step(theirs, "定稿").status_code == 422
    assert step(theirs, "退回", deadline="2027-01-31").status_code == 302
    assert "2027-01-31" in mine.get(at).content.decode()
    assert "还没有答复" in step(mine, "送审").content.decode()
    mine.post(f"/f/{row.pk}/reply", {"kind": "不同意", "text": "一户多人"})
    assert step(mine, "送审").status_code == 302
    assert step(theirs, "受理").status_code == 302
    for code in ("N201", "N205"):
        one = of(submission)[code]
        theirs.post(f"/f/{one.pk}/verdict", {"verdict": "已说明", "lock": one.lock})
    theirs.post(f"{at}/opinion", {"text": "同意自评结果。"})
    assert step(theirs, "定稿").status_code == 302
    assert step(theirs, "公开").status_code == 302
    assert step(theirs, "更正").status_code == 422  # without a reason
    submission.refresh_from_db()
    assert submission.state == "公开"
    assert len(submission.transitions.get(act="公开").bundle) == 64


def test_the_papers_open_and_hold_what_was_decided(desk: Path) -> None:
    me = lone()
    browser = client(me)
    [submission] = hand_in(*FORM)
    found = of(submission)
    decide(me, found["C301"], "属实", text="请说明")
    decide(me, found["N201"], "不成立", reason="读错", text="附表另有一行")
    at = f"/s/{submission.public}"
    browser.post(f"{at}/opinion", {"text": "总体属实。"})
    answer = browser.get(f"{at}/export/opinion")
    assert answer["Content-Disposition"].startswith("attachment")
    text = zipfile.ZipFile(io.BytesIO(answer.content)).read("word/document.xml").decode()
    assert "总体属实。" in text
    assert "107人" in text
    assert "233.62" not in text.split("核对情况")[0]  # what does not hold is not told
    assert "台账编号" in text
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get(f"{at}/export/issues").content)).active
    assert sheet is not None
    rows = {row[4]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert (rows["N201"][10], rows["N201"][11], rows["N201"][12]) == ("不成立", "读错", "附表另有一行")
    assert rows["N205"][10] == "未定"
    file = submission.version.files.get(name="form.xlsx")
    assert b"xl/comments" in browser.get(f"{at}/files/{file.pk}/annotated").content
    assert browser.get(f"{at}/files/{file.pk}").content == FORM[0].read_bytes()


def test_reviewed_points_by_deduction_and_by_hand(desk: Path) -> None:
    from scorer.web.filing import path_key
    from scorer.web.models import DeductionRow
    from scorer.web.rulings import RefusedError, set_points

    me = lone()
    [submission] = hand_in(*FORM)
    key = path_key(["产出指标", "数量指标", "帮扶困难职工户数"])
    with pytest.raises(RefusedError, match="写明理由"):
        set_points(me, submission, key, points="20")
    with pytest.raises(RefusedError, match="0 和分值"):
        set_points(me, submission, key, points="31", why="多")
    set_points(me, submission, key, points="20", why="只完成一部分")
    submission.refresh_from_db()
    assert str(submission.reviewed) == "85.4000"
    one = DeductionRow.objects.create(round=submission.round, target="帮扶困难职工户数", key=1, label="无佐证", percent=Decimal(30))
    set_points(me, submission, key, deductions=[one])
    submission.refresh_from_db()
    assert str(submission.reviewed) == "86.4000"  # 30 % of 30
    set_points(me, submission, key)
    submission.refresh_from_db()
    assert str(submission.reviewed) == "95.4000"


@in_a_file
def test_the_ledger_tells_each_changed_removed_and_swapped_entry(desk: Path) -> None:
    from django.db import DatabaseError, connection, transaction

    from scorer.web import ledger
    from scorer.web.models import EntryRow

    [submission] = hand_in(*FORM)
    for row in of(submission).values():
        decide(lone(), row, "属实")
    assert list(ledger.verify()) == []
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        EntryRow.objects.filter(pk=2).update(detail="{}")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        EntryRow.objects.filter(pk=2).delete()
    statement = "INSERT OR REPLACE INTO entry SELECT id, at, actor, kind, submission, '{}', previous, mac FROM entry WHERE id = 2"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    ledger.note_head()
    cursor = connection.cursor()
    cursor.execute("DROP TRIGGER entry_unchanged")
    cursor.execute("DROP TRIGGER entry_kept")
    for change, told in (
        ("UPDATE entry SET detail = '{}' WHERE id = 2", "第 2 条被改过"),
        ("DELETE FROM entry WHERE id = 3", "第 3 条不见了"),
        ("UPDATE entry SET actor = '别人' WHERE id = 5", "第 5 条被改过"),
        ("DELETE FROM entry WHERE id > 4", "现在的台账中没有或不同"),
    ):
        with transaction.atomic():
            cursor.execute(change)
            assert told in "".join(one.words for one in ledger.verify())
            transaction.set_rollback(True)


def test_a_login_locks_after_five_failures_and_no_password_is_there_at_first(desk: Path) -> None:
    from scorer.web import entering
    from scorer.web.models import UserRow

    assert UserRow.objects.count() == 0
    token = entering.new_link("setup")
    browser = client()
    weak = browser.post(f"/link/{token}", {"login": "admin", "name": "管理", "password": "password12", "again": "password12"})
    assert weak.status_code == 422
    good = {"login": "admin", "name": "管理", "password": "一二三四五六七八九十甲", "again": "一二三四五六七八九十甲"}
    assert browser.post(f"/link/{token}", good).status_code == 302
    assert client().get(f"/link/{token}").status_code == 404
    wrong = client()
    for _ in range(5):
        assert wrong.post("/login", {"login": "admin", "password": "错"}).status_code == 401
    assert wrong.post("/login", {"login": "admin", "password": good["password"]}).status_code == 401  # locked
    UserRow.objects.update(locked_until=None)
    assert wrong.post("/login", {"login": "admin", "password": good["password"]}).status_code == 302


def test_pages_carry_a_policy_and_forms_a_token(desk: Path) -> None:
    from django.test import Client

    answer = client().get("/login")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    for text in ("<script>", "onclick=", "style="):
        assert text not in answer.content.decode()
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert strict.post("/login", {"login": "a", "password": "b"}).status_code == 403
    assert client().get("/login", SERVER_NAME="evil.example").status_code == 400
    assert client().get("/login?next=//evil.example").status_code == 200


def test_hostile_names_are_inert_and_too_much_is_refused(desk: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from scorer.web.intake import clean_name

    assert clean_name("..\\..\\C:/x/=cmd|'<script>.docx") == "=cmd_'_script_.docx"
    assert clean_name("a\u202egpj.exe") == "a gpj.exe"
    assert clean_name("") == "未命名"
    browser = client(lone())
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(21)]
    assert browser.post("/upload", {"file": many}).status_code == 400
    assert "空文件" in browser.post("/upload", {"file": SimpleUploadedFile("a.docx", b"")}).content.decode()


def test_an_unreadable_file_has_its_row_and_says_why(desk: Path, tmp_path: Path) -> None:
    path = tmp_path / "坏.docx"
    path.write_bytes(b"PK\x03\x04 nothing")
    [submission] = hand_in(path)
    assert submission.unread
    assert of(submission)["F610"].level == "error"
    assert "读不出" in client(lone()).get("/queue").content.decode()


def test_one_check_across_forms_in_an_order_that_tells_nothing(desk: Path, tmp_path: Path) -> None:
    from scorer.web.models import DeductionRow

    me = lone()
    browser = client(me)
    [first] = hand_in(*FORM)

    def other_unit(sheet: Any) -> None:
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str) and "某区总工会" in cell.value:
                    cell.value = cell.value.replace("某区总工会", "某县总工会")

    [second] = hand_in(*mended(tmp_path, other_unit))
    assert second.unit == "某县总工会"
    DeductionRow.objects.create(round=first.round, target="T405", key=1, label="不可衡量", percent=Decimal(30))
    page = browser.get("/check/T405").content.decode()
    shown = re.search(r'id="n\d+"', page)
    assert shown is not None
    assert shown[0] in browser.get("/check/T405").content.decode()  # the same card after a reload
    assert "某区总工会" not in page
    assert "某县总工会" not in page
    assert "相同写法的另有 1 处" in page
    order = sorted([*first.findings.filter(code="T405"), *second.findings.filter(code="T405")], key=lambda row: row.shuffle)
    one = DeductionRow.objects.get()
    answer = browser.post(f"/check-card/{order[0].pk}", {"verdict": "属实", "lock": order[0].lock, "deduction": one.pk})
    assert f"after={order[0].shuffle},{order[0].pk}" in answer["Location"]
    assert f'id="n{order[1].pk}"' in browser.get(answer["Location"]).content.decode()
    order[0].submission.refresh_from_db()
    assert str(order[0].submission.reviewed) == "86.4000"  # 28 claimed, 30 % of 30 off
    assert "1 → " not in browser.get(f"/admin/rounds/{first.round_id}/deductions/{one.pk}?size=30%").content.decode()
    page = browser.get(f"/admin/rounds/{first.round_id}/deductions/{one.pk}?size=20%25").content.decode()
    assert "19 → 22" in page
    browser.post(f"/admin/rounds/{first.round_id}/deductions/{one.pk}", {"size": "20%", "lock": 0})
    order[0].submission.refresh_from_db()
    assert str(order[0].submission.reviewed) == "89.4000"


def test_what_says_the_same_is_decided_together_only_by_its_count(desk: Path, tmp_path: Path) -> None:
    browser = client(lone())
    [first] = hand_in(*FORM)
    [second] = hand_in(*mended(tmp_path, lambda sheet: sheet.insert_rows(1)))
    row = of(first)["N201"]
    form = {"row": [row.pk, of(second)["N201"].pk], "verdict": "待核实"}
    at = f"/check-card/{row.pk}/alike"
    assert "2 处" in browser.get(at).content.decode()
    assert browser.post(at, {**form, "typed": "1"}).status_code == 422
    assert browser.post(at, {**form, "typed": "2"}).status_code == 302
    assert {of(one)["N201"].verdict for one in (first, second)} == {"待核实"}
