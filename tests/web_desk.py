"""A workbench for tests: set up once in a process, its tables new for each test, its files read where it runs."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

MISSING = [name for name in ("django", "cheroot", "argon2") if find_spec(name) is None]
needs_web = pytest.mark.skipif(bool(MISSING), reason=f"the workbench needs {', '.join(MISSING)}: pip install '.[web]'")
EXAMPLES = Path(__file__).parent.parent / "examples"
_ROOT: dict[str, Path] = {}


def set_up() -> Path:
    """The folder of the workbench of this process, with all its tables."""
    if not _ROOT:
        from scorer.web.configuring import configure, opened

        folder = Path(tempfile.mkdtemp(prefix="workbench-"))
        configure(opened(folder))
        from django.db import connection

        from scorer.web.server import prepare

        prepare()
        connection.close()
        whole = sqlite3.connect(folder / "scorer.sqlite3")
        whole.execute("VACUUM INTO ?", [str(folder / "first.sqlite3")])
        whole.close()
        _ROOT["folder"] = folder
    return _ROOT["folder"]


@pytest.fixture
def desk() -> Iterator[Path]:
    """The folder of a workbench that nobody has used yet."""
    folder = set_up()
    from django.db import connection

    connection.close()
    for name in ("scorer.sqlite3", "scorer.sqlite3-wal", "scorer.sqlite3-shm", "heads.log"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "files")
    (folder / "files").mkdir()
    shutil.copyfile(folder / "first.sqlite3", folder / "scorer.sqlite3")
    yield folder
    connection.close()


def user(login: str, role: str, *departments: str, **more: Any) -> Any:
    """A user with a role in some departments."""
    from scorer.web.models import DepartmentRow, MembershipRow, UserRow

    row = UserRow(login=login, name=login, role=role, **more)
    row.set_unusable_password()
    row.save()
    for name in departments:
        MembershipRow.objects.create(user=row, department=DepartmentRow.objects.get_or_create(name=name)[0])
    return row


def client(who: Any = None) -> Any:
    """A browser, of somebody who has logged in, or of nobody."""
    from django.test import Client

    from scorer.web.screens.entrance import BACKEND

    browser = Client(SERVER_NAME="localhost")
    if who is not None:
        browser.force_login(who, backend=BACKEND)
        session = browser.session
        import time

        session["since"] = session["seen"] = int(time.time())
        session.save()
    return browser


def lone() -> Any:
    """The one person of `--solo`."""
    from scorer.web.entering import lone_user

    return lone_user()


def hand_in(*paths: Path, by: Any = None, department: str = "", submission: Any = None) -> list[Any]:
    """Hand files in and read them here, in this process; gives the submissions that they became."""
    from scorer.web.intake import enqueue, receive
    from scorer.web.models import DepartmentRow, JobRow, RoundRow, SubmissionRow

    files = [receive(path.name, [path.read_bytes()]) for path in paths]
    belongs = DepartmentRow.objects.get_or_create(name=department)[0] if department else None
    in_round = RoundRow.objects.order_by("-id").first()
    job = enqueue(files, by=by, in_round=in_round, department=belongs, submission=submission)
    work(job)
    job = JobRow.objects.get(pk=job.pk)
    assert job.status == "完成", job.words
    return list(SubmissionRow.objects.filter(public__in=job.made).order_by("id"))


def work(job: Any) -> None:
    """Do one job without a process of its own."""
    from scorer.web.background import finish
    from scorer.web.examining import Dossier, Examine
    from scorer.web.intake import path_of

    files = tuple((name, str(path_of(sha))) for name, sha, _ in job.files)
    dossier = Dossier(job.pk, files, job.round.set_name)
    before = Path.cwd()
    result = Examine("here")(dossier)
    assert Path.cwd() == before
    finish(dossier, result)


FORM = [EXAMPLES / "report-and-form" / name for name in ("form.xlsx", "report.txt")]
