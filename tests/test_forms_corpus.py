"""Every cell that the truth beside the checkout names stands at its place with its words; all spreadsheets and documents."""

from __future__ import annotations

import json
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from scorer.forms import read_document
from scorer.model import Cell

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
LOCATED = ("xlsx", "docx", "csv")
FIELDS = ("target", "actual", "weight", "claimed", "reason")
POINTS = ("weight", "claimed")

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not there")


def cases() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for folder in ("forms", "clean", "planted"):
        truth = CORPUS / f"{folder}.json"
        for form in json.loads(truth.read_text(encoding="utf-8")) if truth.is_file() else []:
            if form["format"] in LOCATED:
                found.append((folder, form))
    return found


def plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def agrees(cell: Cell, wanted: str, field: str) -> bool:
    if plain(cell.text) == plain(wanted):
        return True
    if field not in POINTS:
        return False
    try:
        return round(Decimal(plain(cell.text).replace(",", "")), 2) == round(Decimal(plain(wanted)), 2)
    except InvalidOperation:
        return False


@pytest.mark.parametrize(("folder", "form"), cases(), ids=[f"{folder}/{form['file']}" for folder, form in cases()])
def test_every_cell_of_the_truth_stands_at_its_place(folder: str, form: dict[str, Any]) -> None:
    document = read_document(CORPUS / folder / form["file"])
    cells = {cell.source.place: cell for table in document.tables for cell in table.cells}
    wrong = []
    for row in form["rows"]:
        for field in FIELDS:
            place, wanted = row["at"].get(field), row.get(field)
            if place is None or wanted is None:
                continue
            allowed = [wanted, *row.get(f"{field}_also", [])]
            if place not in cells or not any(agrees(cells[place], words, field) for words in allowed):
                wrong.append((place, cells[place].text if place in cells else None, wanted))
        name = row["at"].get("l3")
        if name and plain(row["path"][-1]) not in plain(cells[name].text):
            wrong.append((name, cells[name].text, row["path"][-1]))
    assert wrong == []
