"""The workbench's tests once more in PostgreSQL, which is started here; and all rows moved there and back."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.web_desk import FORM, POSTGRES, desk, free_port, hand_in, lone, needs_web

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
pytestmark = [
    needs_web,
    pytest.mark.skipif(find_spec("psycopg") is None, reason="psycopg (extra postgres) is not installed"),
    pytest.mark.skipif(not PROGRAMS or os.name == "nt", reason="no PostgreSQL is installed"),
    pytest.mark.skipif(bool(POSTGRES), reason="this is what runs the others in PostgreSQL"),
]
__all__ = ["desk"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of an empty database of a server that runs as long as these tests."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    port = free_port()
    made = [*user, PROGRAMS[0] / "initdb", "-D", folder / "data", "-A", "trust", "-U", "workbench", "-E", "UTF8"]
    subprocess.run(made, check=True, capture_output=True, cwd="/")
    command = [*user, PROGRAMS[0] / "postgres", "-D", folder / "data", "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off"]
    process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"postgresql://workbench@127.0.0.1:{port}"
    try:
        import psycopg

        for _ in range(100):
            try:
                with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
                    connection.execute("CREATE DATABASE workbench")
                    connection.execute("CREATE DATABASE moved")
                break
            except psycopg.OperationalError:
                subprocess.run(["sleep", "0.1"], check=True)
        yield address
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def test_all_rows_move_there_and_are_compared(desk: Path, address: str) -> None:
    from scorer.web.keeping import _sum_of, move, tables
    from scorer.web.rulings import decide

    [submission] = hand_in(*FORM)
    row = submission.findings.get(code="C301")
    decide(lone(), row, "属实", lock=row.lock)
    assert move(f"{address}/moved", lambda words: None) > 20
    assert all(_sum_of(model, "default") == _sum_of(model, "target") for model in tables())
    from django.db import connections

    connections["target"].close()
    del connections["target"]
    del connections.databases["target"]


def test_the_workbench_does_the_same_in_postgresql(address: str) -> None:
    files = ["tests/test_web.py", "tests/test_web_roles.py", "tests/test_web_keeping.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=", *files],
        env={**os.environ, "WORKBENCH_DATABASE": f"{address}/workbench"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
