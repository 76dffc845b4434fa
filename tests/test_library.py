"""Indicator sets on a terminal: `scorer sets list` and `show`, against what is stored in tests/cases/report/library.

Run with UPDATE_SNAPSHOTS=1 to accept new words, and read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scorer.cli.app import run
from scorer.report.library import overview, page
from scorer.report.width import width_of
from scorer.sets import list_sets, load_set
from tests.test_report import assert_snapshot

LIBRARY = Path(__file__).parent / "cases" / "report" / "library"
FILES = sorted(LIBRARY.glob("*.toml"))


@pytest.mark.parametrize("width", [80, 56])
def test_the_list_reads_as_stored(width: int) -> None:
    assert_snapshot(f"library/list-{width}.txt", overview([load_set(file) for file in FILES], width))


@pytest.mark.parametrize("width", [80, 56])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_set_reads_as_stored(file: Path, width: int) -> None:
    assert_snapshot(f"library/{file.stem}-{width}.txt", page(load_set(file), width))


@pytest.mark.parametrize("name", [one.id for one in list_sets()])
def test_no_line_of_a_set_is_wider_than_the_terminal(name: str) -> None:
    text = page(load_set(name), 80)
    assert [line for line in text.splitlines() if width_of(line) > 80] == []
    assert text.startswith(f"{name}  ")


def test_the_commands_print_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sets", "show", str(LIBRARY / "village.toml")]) == 0
    assert capsys.readouterr().out == (LIBRARY / "village-80.txt").read_text("utf-8")
    assert run(["sets", "list"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(overview(list_sets(), 80))
