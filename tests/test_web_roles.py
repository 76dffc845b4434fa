"""Every address as every role: what is not visible answers 404, and an address that nobody listed here fails."""

from pathlib import Path
from typing import Any

import pytest

from tests.web_desk import FORM, client, desk, hand_in, needs_web, user

pytestmark = needs_web
__all__ = ["desk"]

OPEN = "open"
EVERY = {"own clerk", "other clerk", "assigned", "unassigned", "leader", "admin"}
REVIEWERS = {"assigned", "unassigned", "leader"}
CLERKS = {"own clerk", "other clerk"}
SEES = {"own clerk", "assigned", "leader", "admin"}  # of the one submission that is there
LEADERS = {"leader"}

ADDRESSES: dict[str, tuple[str, str, set[str]]] = {
    # route: method, an address of it, who is answered by something else than 404
    "": ("GET", "/", EVERY),
    "logout": ("POST", "/logout", EVERY),
    "queue": ("GET", "/queue", EVERY),
    "queue/hand-out": ("POST", "/queue/hand-out", REVIEWERS),
    "queue/issues": ("GET", "/queue/issues", REVIEWERS),
    "next": ("GET", "/next", REVIEWERS),
    "upload": ("GET", "/upload", CLERKS | REVIEWERS),
    "jobs": ("GET", "/jobs", CLERKS | REVIEWERS),
    "jobs/<str:public>/retry": ("POST", "/jobs/{job}/retry", set()),  # it did not fail: nobody has it done again
    "s/<str:public>": ("GET", "/s/{public}", SEES),
    "s/<str:public>/files": ("POST", "/s/{public}/files", SEES - {"admin"}),
    "s/<str:public>/files/<int:number>": ("GET", "/s/{public}/files/{file}", SEES),
    "s/<str:public>/files/<int:number>/annotated": ("GET", "/s/{public}/files/{file}/annotated", SEES),
    "s/<str:public>/export/<str:kind>": ("GET", "/s/{public}/export/issues", SEES - {"own clerk"}),
    "s/<str:public>/opinion": ("POST", "/s/{public}/opinion", {"assigned", "leader"}),
    "s/<str:public>/points/<str:key>": ("POST", "/s/{public}/points/{key}", {"assigned", "leader"}),
    "s/<str:public>/step": ("POST", "/s/{public}/step", SEES - {"admin"}),
    "s/<str:public>/assign": ("POST", "/s/{public}/assign", LEADERS),
    "s/<str:public>/follow-up": ("POST", "/s/{public}/follow-up", SEES - {"admin"}),
    "s/<str:public>/v/<int:number>": ("GET", "/s/{public}/v/1", SEES),
    "s/<str:public>/compare": ("GET", "/s/{public}/compare?a=1&b=1", SEES),
    "s/<str:public>/history": ("GET", "/s/{public}/history", SEES),
    "f/<int:number>/verdict": ("POST", "/f/{finding}/verdict", {"assigned", "leader"}),
    "f/<int:number>/second": ("POST", "/f/{finding}/second", {"assigned", "leader"}),
    "f/<int:number>/reply": ("POST", "/f/{finding}/reply", {"own clerk"}),
    "checks": ("GET", "/checks", REVIEWERS),
    "check/<str:code>": ("GET", "/check/C301", REVIEWERS),
    "check-card/<int:number>": ("POST", "/check-card/{finding}", {"assigned", "leader"}),
    "check-card/<int:number>/alike": ("GET", "/check-card/{finding}/alike", {"assigned", "leader"}),
    "indicator/<path:name>": ("GET", "/indicator/帮扶困难职工户数", {"assigned", "leader"}),
    "indicator-card/<int:number>": ("POST", "/indicator-card/{score}", {"assigned", "leader"}),
    "stats": ("GET", "/stats", REVIEWERS),
    "consistency": ("GET", "/consistency", LEADERS),
    "samples": ("GET", "/samples", LEADERS),
    "samples/<str:public>": ("GET", "/samples/{sample}", LEADERS),
    "samples/<str:public>/list": ("GET", "/samples/{sample}/list", LEADERS),
    "recheck": ("GET", "/recheck", LEADERS),
    "recheck/act": ("POST", "/recheck/act", LEADERS),
    "ledger": ("GET", "/ledger", {"leader", "admin"}),
    "admin/users": ("GET", "/admin/users", {"admin"}),
    "admin/departments": ("GET", "/admin/departments", {"admin"}),
    "admin/rounds": ("GET", "/admin/rounds", {"admin"}),
    "admin/rounds/<int:number>/deductions": ("GET", "/admin/rounds/{round}/deductions", {"leader", "admin"}),
    "admin/rounds/<int:number>/deductions/<int:one>": ("GET", "/admin/rounds/{round}/deductions/{deduction}", {"leader", "admin"}),
}
BEFORE_THE_LOGIN = {"login", "link/<str:token>", "alive", "static/<str:name>"}


@pytest.fixture
def scene(desk: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """One submission of department 甲, sent in and assigned, and one person of each kind."""
    from django.http import QueryDict

    from scorer.web.models import DeductionRow, JobRow
    from scorer.web.screens.oversight import draw

    people = {
        "own clerk": user("own", "经办人", "甲"),
        "other clerk": user("other", "经办人", "乙"),
        "assigned": user("assigned", "复核人"),
        "unassigned": user("unassigned", "复核人", "乙"),
        "leader": user("leader", "复核人", leads=True),
        "admin": user("admin", "管理员"),
    }
    [submission] = hand_in(*FORM, department="甲")
    submission.assignee, submission.state = people["assigned"], "复核"
    submission.save()
    score = submission.scores.get(name="帮扶困难职工户数")
    one = DeductionRow.objects.create(round=submission.round, target="C301", key=1, label="名目", points=1)
    names = {
        "public": submission.public,
        "file": submission.version.files.first().pk,
        "finding": submission.findings.get(code="C301").pk,
        "key": score.path_key,
        "score": score.pk,
        "round": submission.round_id,
        "deduction": one.pk,
        "sample": draw(people["leader"], QueryDict(f"round={submission.round_id}&size=50%25&by=department")).public,
        "job": JobRow.objects.get().public,
    }
    return people, names


def test_every_address_is_listed(desk: Path) -> None:
    from scorer.web.urls import urlpatterns

    assert {str(one.pattern) for one in urlpatterns} == set(ADDRESSES) | BEFORE_THE_LOGIN


def test_every_address_as_every_role(scene: tuple[dict[str, Any], dict[str, Any]]) -> None:
    from scorer.web.models import SubmissionRow

    people, names = scene
    wrong = []
    for route, (method, address, allowed) in ADDRESSES.items():
        for who, person in people.items():
            browser = client(person)
            answer = browser.get(address.format(**names)) if method == "GET" else browser.post(address.format(**names))
            if (answer.status_code != 404) != (who in allowed) or answer.status_code >= 500:
                wrong.append((route, who, answer.status_code))
            SubmissionRow.objects.update(assignee=people["assigned"], state="复核")  # a leader has just taken it away
    assert wrong == []


def test_nobody_gets_past_the_login(scene: tuple[dict[str, Any], dict[str, Any]]) -> None:
    _, names = scene
    for method, address, _ in ADDRESSES.values():
        browser = client()
        answer = browser.get(address.format(**names)) if method == "GET" else browser.post(address.format(**names))
        assert (answer.status_code, answer["Location"][:6]) == (302, "/login"), address


def test_a_clerk_of_another_department_learns_nothing(scene: tuple[dict[str, Any], dict[str, Any]]) -> None:
    people, _ = scene
    browser = client(people["other clerk"])
    for address in ("/queue", "/queue?q=某区", "/queue?code=C301", "/jobs", "/"):
        page = browser.get(address).content.decode()
        assert "某区总工会" not in page
        assert "没有符合的自评" in page or address == "/jobs"


def test_a_closed_account_is_out_at_once(scene: tuple[dict[str, Any], dict[str, Any]]) -> None:
    people, _ = scene
    mine, admin = client(people["assigned"]), client(people["admin"])
    assert mine.get("/queue").status_code == 200
    form = {"user": people["assigned"].pk, "name": "甲", "role": "复核人"}  # "active" is not ticked
    assert admin.post("/admin/users", form).status_code == 200
    assert mine.get("/queue")["Location"].startswith("/login")
