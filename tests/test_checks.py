"""Checks against cases that are data: tests/cases/checks/<CODE>.toml, one file a check.

A case is a submission as TOML (`form`), or running text (`text`), and what the check says of it:

    [[sound]]      form = '''…'''                                  at least one sound outcome, none faulty
    [[faulty]]     form = '''…'''   expect = [{ path = "…", level = "…", quotes = ["…"], numbers = { … } }]
    [[undecided]]  form = '''…'''   reason = "the reason"   or   not_run = "the reason"

Reasons are whole, as printed; of the families N and C, which the engine for prose rewrites, a part is enough.

`set` names another indicator set than the one the form names. People who know budgets can add cases without Python.

A check across forms has several submissions: `forms` are forms, `texts` running texts, and `template` with `each` is one
form for every entry of `each`, which fills its {names}; `files` are their names, where folders matter; the line below
a text's title stands `repeated` times. `concerns` are then the numbers, from 1, of the submissions that a finding names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomli

from scorer import ScorerError
from scorer.batch.facts import facts_of
from scorer.checks import CHECKS, selected
from scorer.checks.peers import Batch, Facts
from scorer.checks.registry import run_across
from scorer.evaluation import evaluate
from scorer.forms.readers import record, text
from scorer.model import Document, Finding, Submission, Tally
from scorer.sets import load_set

CASES = Path(__file__).parent / "cases" / "checks"


AWAITED: dict[str, dict[str, list[str]]] = tomli.loads((CASES.parent / "awaited.toml").read_text("utf-8"))


def cases(outcome: str) -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        data = tomli.loads(path.read_text("utf-8"))
        for number, case in enumerate(data.get(outcome, []), 1):
            awaited = str(case.get("what", number)) in AWAITED.get(path.stem, {}).get(outcome, ())
            marks = [pytest.mark.xfail(strict=True, reason="the engine leaves it undecided so far")] if awaited else []
            found.append(pytest.param(path.stem, case, id=f"{path.stem}-{case.get('what', number)}", marks=marks))
    return found


def submission_of(case: dict[str, Any]) -> Submission:
    """The case's form as read from TOML, with its running text as a report beside it.

    `base` names a published text under tests/cases/published, `change` what is replaced in it, once each. `before` puts the
    same text of the year before beside it, with its own replacements.
    """
    documents: tuple[Document, ...] = ()
    before: list[Document] = []
    if "base" in case:
        words = (CASES.parent / "published" / f"{case['base']}.txt").read_text("utf-8")
        for old, new in case.get("change", []):
            assert old in words, old
            words = words.replace(old, new, 1)
        if "before" in case:
            last = (CASES.parent / "published" / f"{case['base']}.txt").read_text("utf-8")
            for old, new in [("2022", "2021"), ("2023", "2022"), *case["before"]]:
                assert old in last, old
                last = last.replace(old, new)
            before = [text.read("before.txt", last.encode())]
        case = {**case, "text": words}
    if "text" in case:
        from scorer.forms.layout.assembly import understand

        document = text.read("report.txt", case["text"].encode())
        if "form" not in case:
            return understand([document, *before])
        documents = (document,)
    read = record.parse("form.toml", case["form"].encode())
    return replace(read, documents=(*read.documents, *documents))


def submissions_of(case: dict[str, Any]) -> Iterator[Submission]:
    """The submissions of a case across forms."""
    for number, form in enumerate(case.get("forms", []), 1):
        yield record.parse(f"{number}.toml", form.encode())
    for number, words in enumerate(case.get("texts", []), 1):
        from scorer.forms.layout.assembly import understand

        title, first, *rest = words.strip("\n").split("\n")
        lines = [title, first * case.get("repeated", 1), *rest, ""]
        yield understand([text.read(f"{number}.txt", "\n".join(lines).encode())])
    for number, values in enumerate(case.get("each", []), 1):
        form = case["template"]
        for name, value in values.items():
            form = form.replace("{" + name + "}", str(value))
        yield record.parse(case["files"][number - 1] if "files" in case else f"{number}.toml", form.encode())


Found = tuple[tuple[Finding, tuple[int, ...]], ...]


def evaluated(code: str, case: dict[str, Any]) -> tuple[Found, Tally]:
    """The findings of a case, each with the submissions that it concerns (from 0), and the tally."""
    indicators = load_set(case["set"]) if "set" in case else None
    if not case.keys() & {"forms", "texts", "each"}:
        report = evaluate(submission_of(case), indicators, select=[code])
        return tuple((finding, ()) for finding in report.findings), report.tallies[0]
    submissions = list(submissions_of(case))
    facts = [facts_of(each, evaluate(each, indicators)) for each in submissions]
    with Batch(lambda number: Facts.from_json(facts[number]), submissions.__getitem__) as batch:
        for each in facts:
            batch.add(Facts.from_json(each))
        findings, (tally,) = run_across(batch, select=[code])
    return findings, tally


@pytest.mark.parametrize(("code", "case"), cases("sound"))
def test_sound(code: str, case: dict[str, Any]) -> None:
    findings, tally = evaluated(code, case)
    assert findings == ()
    assert tally.sound >= case.get("times", 1)
    if "note" in case:
        assert case["note"] in ("；".join(tally.reasons) if code.startswith(("N", "C")) else tally.reasons)


@pytest.mark.parametrize(("code", "case"), cases("faulty"))
def test_faulty(code: str, case: dict[str, Any]) -> None:
    findings, _ = evaluated(code, case)
    wanted = case["expect"]
    assert len(findings) == len(wanted), [finding.message for finding, _ in findings]
    for (finding, concerns), expected in zip(findings, wanted, strict=True):
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
        if "concerns" in expected:
            assert [number + 1 for number in concerns] == expected["concerns"]
        assert "{" not in finding.message
        assert "未填" not in finding.message or "未填" in CHECKS[code].message


@pytest.mark.parametrize(("code", "case"), cases("undecided"))
def test_undecided(code: str, case: dict[str, Any]) -> None:
    findings, tally = evaluated(code, case)
    assert findings == ()
    said = [tally.not_run or ""] if "not_run" in case else list(tally.reasons)
    wanted = case.get("not_run", case.get("reason"))
    assert wanted in ("；".join(said) if code.startswith(("N", "C")) else said)
    assert "not_run" in case or tally.undecided >= case.get("times", 1)


@pytest.mark.parametrize(
    ("code", "case"),
    [param.values for outcome in ("sound", "undecided") for param in cases(outcome) if param.marks],
)
def test_awaited_cases_accuse_nobody(code: str, case: dict[str, Any]) -> None:
    findings, _ = evaluated(code, case)
    assert findings == ()


def test_case_files_name_checks() -> None:
    """A misspelt file name would never run."""
    unknown = [path.name for path in CASES.glob("*.toml") if path.stem not in CHECKS]
    assert unknown == []


def test_a_selection_that_is_wholly_ignored_is_refused() -> None:
    with pytest.raises(ScorerError, match="没有剩下"):
        selected(["A", "T401"], ["A", "T"])
    assert [entry.code for entry in selected(["A1", "T401"], ["A"])] == ["T401"]
    assert selected([], sorted({code[0] for code in CHECKS})) == []  # the score alone: nobody asked for checks
