"""Checks against cases that are data: tests/cases/checks/<CODE>.toml, one file a check.

A case is a submission as TOML (`form`), or running text (`text`), and what the check says of it:

    [[sound]]      form = '''…'''                                  at least one sound outcome, none faulty
    [[faulty]]     form = '''…'''   expect = [{ path = "…", level = "…", quotes = ["…"], numbers = { … } }]
    [[undecided]]  form = '''…'''   reason = "part of the reason"   or   not_run = "part of the reason"

`set` names another indicator set than the one the form names. People who know budgets can add cases without Python.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomli

from scorer import ScorerError
from scorer.checks import CHECKS, selected
from scorer.evaluation import evaluate
from scorer.forms import record, text
from scorer.model import Report, Submission
from scorer.sets import load_set

CASES = Path(__file__).parent / "cases" / "checks"


def cases(outcome: str) -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        data = tomli.loads(path.read_text("utf-8"))
        for number, case in enumerate(data.get(outcome, []), 1):
            found.append(pytest.param(path.stem, case, id=f"{path.stem}-{case.get('what', number)}"))
    return found


def submission_of(case: dict[str, Any]) -> Submission:
    """The case's form as read from TOML, with its running text as a report beside it."""
    documents = ()
    if "text" in case:
        from scorer.forms.layout import understand

        document = text.read("report.txt", case["text"].encode())
        if "form" not in case:
            return understand([document])
        documents = (document,)
    read = record.parse("form.toml", case["form"].encode())
    return replace(read, documents=(*read.documents, *documents))


def evaluated(code: str, case: dict[str, Any]) -> Report:
    indicators = load_set(case["set"]) if "set" in case else None
    return evaluate(submission_of(case), indicators, select=[code])


@pytest.mark.parametrize(("code", "case"), cases("sound"))
def test_sound(code: str, case: dict[str, Any]) -> None:
    report = evaluated(code, case)
    (tally,) = report.tallies
    assert report.findings == ()
    assert tally.sound >= case.get("times", 1)
    if "note" in case:
        assert case["note"] in "；".join(tally.reasons)


@pytest.mark.parametrize(("code", "case"), cases("faulty"))
def test_faulty(code: str, case: dict[str, Any]) -> None:
    report = evaluated(code, case)
    wanted = case["expect"]
    assert len(report.findings) == len(wanted), [finding.message for finding in report.findings]
    for finding, expected in zip(report.findings, wanted, strict=True):
        assert finding.code == code
        assert finding.level == expected.get("level", CHECKS[code].level)
        if "path" in expected:
            assert finding.path[-1:] == (expected["path"],)
        if "quotes" in expected:
            assert [place.quote for place in finding.where] == expected["quotes"]
        for name, value in expected.get("numbers", {}).items():
            assert finding.numbers.get(name) == value
        if "message" in expected:
            assert finding.message == expected["message"]
        assert "{" not in finding.message
        assert "未填" not in finding.message or "未填" in CHECKS[code].message


@pytest.mark.parametrize(("code", "case"), cases("undecided"))
def test_undecided(code: str, case: dict[str, Any]) -> None:
    report = evaluated(code, case)
    (tally,) = report.tallies
    assert report.findings == ()
    if "not_run" in case:
        assert tally.not_run is not None
        assert case["not_run"] in tally.not_run
    else:
        assert tally.undecided >= case.get("times", 1)
        assert case["reason"] in "；".join(tally.reasons)


def test_case_files_name_checks() -> None:
    """A misspelt file name would never run."""
    unknown = [path.name for path in CASES.glob("*.toml") if path.stem not in CHECKS]
    assert unknown == []


def test_a_selection_that_is_wholly_ignored_is_refused() -> None:
    with pytest.raises(ScorerError, match="没有剩下"):
        selected(["A", "T401"], ["A", "T"])
    assert [entry.code for entry in selected(["A1", "T401"], ["A"])] == ["T401"]
    assert selected([], ["A", "N", "C", "T", "E", "F"]) == []  # the score alone: nobody asked for checks
