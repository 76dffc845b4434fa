"""Every shipped set scores a small filled form as somebody worked it out by hand: the rows, the total, the grade.

A file of cases/sets/worked is a form as `scorer` reads it, with what is expected beside it: `points` on a row (none
where the set gives none), `met` where nothing is scored, `total` and `grade` of the whole; the sums stand in comments.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tomli

from scorer.forms.readers.record import FormRecord, from_record
from scorer.model import Submission
from scorer.scoring.align import Leaf
from scorer.scoring.tree import Scorecard, score_submissions
from scorer.sets import load_set, set_names
from scorer.sets.lines import line_map

WORKED = Path(__file__).parent / "cases" / "sets" / "worked"
EXPECTED = ("points", "met")
FILES = sorted(WORKED.glob("*.toml"))


def case(path: Path) -> tuple[dict[str, Any], Submission]:
    """What is expected, and the form without it."""
    text = path.read_text("utf-8")
    raw = tomli.loads(text, parse_float=Decimal)
    form = {key: value for key, value in raw.items() if key not in ("total", "grade")}
    for block in ("funds", "answer"):
        form[block] = [{k: v for k, v in row.items() if k not in EXPECTED} for row in raw.get(block, [])]
    return raw, from_record(path.name, FormRecord.model_validate(form), line_map(text), "")


def scored(path: Path) -> tuple[dict[str, Any], Scorecard]:
    raw, submission = case(path)
    return raw, score_submissions([(submission, load_set(raw["set"]), "")])[0]


def test_every_shipped_set_has_a_form_scored_by_hand() -> None:
    assert [path.stem for path in FILES] == sorted(name.replace("/", "-") for name in set_names())
    for path in FILES:
        assert case(path)[0]["set"].replace("/", "-") == path.stem


def plain(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(Decimal("0.01"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_set_gives_what_was_worked_out_by_hand(path: Path) -> None:
    raw, card = scored(path)
    rows: list[Leaf] = [leaf for leaf in card.leaves if not leaf.execution]
    got = {"/".join(leaf.path): plain(leaf.points) for leaf in rows}
    assert got == {"/".join(row["path"]): plain(row.get("points")) for row in raw["answer"]}
    assert [plain(leaf.points) for leaf in card.leaves if leaf.execution] == [
        plain(row["points"]) for row in raw.get("funds", []) if "points" in row
    ]
    assert plain(card.total) == plain(raw.get("total"))
    assert card.grade == raw.get("grade")
    for row, leaf in zip(raw["answer"], rows, strict=True):
        assert "met" not in row or leaf.met is row["met"], leaf.words


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_form_that_is_scored_covers_what_a_set_can_do(path: Path) -> None:
    """A met row, a missed one, one where less is better, and one in words wherever the set leaves room for it."""
    raw, card = scored(path)
    rows = [leaf for leaf in card.leaves if not leaf.execution]
    judged = [leaf for leaf in rows if leaf.status == "judged"]
    if card.set.rule.kind != "coefficient":  # there, the clerk's coefficient stands for target and actual
        assert {leaf.met for leaf in rows} >= {True, False}
    if card.set.points:
        assert sum(leaf.weight or 0 for leaf in card.leaves) == card.set.full
        assert bool(card.set.execution.weight) == any(leaf.execution for leaf in card.leaves)
    assert any("≤" in row.get("target", "") or row.get("direction") == "reverse" for row in raw["answer"])
    assert judged or not any(item.open for item in card.set.walk()) or card.set.rule.kind == "coefficient"
