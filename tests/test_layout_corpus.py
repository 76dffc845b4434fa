"""The share of cells read right on the forms for development, where those stand beside the project."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from scorer.forms import read_document
from scorer.forms.layout.assembly import understand
from scorer.model import Submission

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="缺少 ../shared/corpus：开发用的自评表不在项目旁边")

FOLDERS = ("forms", "clean", "planted")
FUNDS_NAMES = {"adjusted": "budget", "paid": "received"}


def fold(text: object) -> str:
    return re.sub(r"[\s\u200b\ufeff]+", "", unicodedata.normalize("NFKC", "" if text is None else str(text)))


def points(text: object) -> object:
    try:
        return Decimal(fold(text)).quantize(Decimal("0.01")) if fold(text) else None
    except InvalidOperation:
        return fold(text)


def cells(truth: dict[str, Any], submission: Submission) -> list[tuple[str, bool]]:
    """Each cell of the truth with whether it was read right; rows are taken in their order."""
    found: list[tuple[str, bool]] = []
    answers = {answer.names[-1].source.place: answer for answer in submission.answers}
    for row in truth["rows"]:
        answer = answers.get(row["at"]["l3"])
        have = [fold(name) for name in answer.path] if answer else []
        found += [("path", fold(name) in have) for name in row["path"]]
        for name in ("target", "actual"):
            right = {fold(text) for text in (row[name], *row[f"{name}_also"])}
            found.append((name, answer is not None and fold(getattr(answer, name).text) in right))
        for name in ("weight", "claimed"):
            if row[name]:
                found.append((name, answer is not None and points(getattr(answer, name).text) == points(row[name])))
    if truth["claimed_total"]:
        found.append(("total", points(submission.claimed_total.text) == points(truth["claimed_total"])))
        found.append(("total_at", submission.claimed_total.source.place == truth["total_at"]))
    found.append(("rows", len(submission.answers) == len(truth["rows"])))
    return found


def money(truth: dict[str, Any], submission: Submission) -> list[bool]:
    lines = (truth["funds"] or {"lines": []})["lines"]
    if len(lines) != len(submission.funds):
        return [False]
    return [
        fold(getattr(row, FUNDS_NAMES.get(name, name)).text).replace(",", "") == fold(text).replace(",", "")
        for line, row in zip(lines, submission.funds, strict=True)
        for name, text in line.items()
        if name not in ("name", "mid_year")
    ]


@pytest.mark.parametrize("kind", ["xlsx", "docx", "csv", "txt"])
def test_cells_read_right(kind: str) -> None:
    right: Counter[str] = Counter()
    every: Counter[str] = Counter()
    wrong: list[str] = []
    for folder in FOLDERS:
        for truth in json.loads((CORPUS / f"{folder}.json").read_text(encoding="utf-8")):
            if truth["format"] != kind:
                continue
            submission = understand([read_document(CORPUS / folder / truth["file"])])
            for name, good in cells(truth, submission):
                for key in ("all", truth["layout"]):
                    right[key] += good
                    every[key] += 1
                if not good:
                    wrong.append(f"{truth['file']} {name}")
            if not all(money(truth, submission)):
                wrong.append(f"{truth['file']} funds")
    least = 0.95 if kind == "txt" else 0.99
    assert every["all"], "no file of this kind"
    assert right["all"] >= least * every["all"], wrong
    assert all(right[layout] >= 0.95 * every[layout] for layout in every), wrong
    assert not [item for item in wrong if item.endswith(" funds")]
