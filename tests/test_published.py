"""Published final accounts: clean documents of any layout give no finding, one planted fault gives its own."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from scorer.evaluation import evaluate
from scorer.forms import read_document, read_submission
from scorer.model import Finding
from scorer.prose.disclosure.sheets import read_sheets
from scorer.report import WRITERS, Layout
from scorer.report.opinion import Text, draw_up
from tests.published_documents import RENDERERS, Accounts, document

FIGURE = re.compile(r"\d[\d,]*\.\d\d")


def findings(accounts: Accounts, kind: str, folder: Path) -> list[Finding]:
    path = folder / f"accounts.{kind}"
    path.write_bytes(RENDERERS[kind](accounts))
    return [finding for finding in evaluate(read_submission(path)).findings if finding.level != "note"]


@pytest.mark.parametrize("kind", RENDERERS)
@pytest.mark.parametrize("seed", range(6))
def test_a_clean_document_has_no_finding(seed: int, kind: str, tmp_path: Path) -> None:
    assert [finding.message for finding in findings(document(seed), kind, tmp_path)] == []


@pytest.mark.parametrize("kind", RENDERERS)
@pytest.mark.parametrize("seed", range(4))
def test_every_table_is_read_with_its_lines(seed: int, kind: str, tmp_path: Path) -> None:
    accounts = document(seed)
    path = tmp_path / f"accounts.{kind}"
    path.write_bytes(RENDERERS[kind](accounts))
    sheets = read_sheets(read_document(path))
    assert [sheet.number for sheet in sheets] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert {sheet.unit for sheet in sheets} == {accounts.style.unit}
    assert not any(sheet.unread for sheet in sheets)
    assert [len(sheet.coded()) for sheet in sheets[1:3]] == [len(accounts.sheets[1].body) - 1] * 2
    assert [sheet.number for sheet in sheets if sheet.empty] == [9]


def misprinted(figure: str, chance: random.Random) -> str:
    """The figure with one digit before the point changed."""
    places = [index for index, letter in enumerate(figure.partition(".")[0]) if letter.isdigit()]
    index = chance.choice(places)
    digit = chance.choice([d for d in "123456789" if d != figure[index]])
    return figure[:index] + digit + figure[index + 1 :]


@pytest.mark.parametrize("kind", ["txt", "html"])
@pytest.mark.parametrize("seed", range(8))
def test_a_misprint_in_a_table_is_found_at_its_cell(seed: int, kind: str, tmp_path: Path) -> None:
    accounts, chance = document(seed), random.Random(seed)
    sheet = accounts.sheets[chance.choice((0, 1, 2, 3, 4, 5))]
    cells = [
        (r, c)
        for r, row in enumerate(sheet.body)
        for c, text in enumerate(row)
        if FIGURE.fullmatch(text) and float(text.replace(",", ""))
    ]
    row, column = chance.choice(cells)
    sheet.body[row][column] = wrong = misprinted(sheet.body[row][column], chance)
    found = findings(accounts, kind, tmp_path)
    assert found
    assert all(wrong in [place.quote for place in finding.where] for finding in found if finding.code < "D3")
    assert {finding.code[0] for finding in found} == {"D"}


@pytest.mark.parametrize("seed", range(8))
def test_a_misprint_in_the_text_is_found(seed: int, tmp_path: Path) -> None:
    accounts, chance = document(seed), random.Random(seed)
    start = next(n for n, line in enumerate(accounts.paragraphs) if line.startswith("一、"))
    stop = next(n for n, line in enumerate(accounts.paragraphs) if line.startswith("九、"))
    numbers = [
        n for n in range(start, stop) if re.search(r"(?:总计|支出|收入|决算为)\d[\d.]*万元", accounts.paragraphs[n])
    ]
    number = chance.choice(numbers)
    line = accounts.paragraphs[number]
    match = chance.choice(list(re.finditer(r"(?:总计|支出|收入|决算为)(\d+\.\d\d)万元", line)) or [None])
    if match is None or not float(match[1]):
        pytest.skip("no amount in this line")
    wrong = misprinted(match[1], chance)
    accounts.paragraphs[number] = line[: match.start(1)] + wrong + line[match.end(1) :]
    found = findings(accounts, "txt", tmp_path)
    assert any(
        finding.code.startswith("D3") and f"{wrong}万元" in [p.quote for p in finding.where] for finding in found
    ), line


@pytest.mark.parametrize("seed", range(4))
def test_a_word_of_comparison_turned_round_is_found(seed: int, tmp_path: Path) -> None:
    accounts = document(seed)
    number, line = next((n, p) for n, p in enumerate(accounts.paragraphs) if "项）" in p and "决算数大于" in p)
    accounts.paragraphs[number] = line.replace("决算数大于", "决算数小于")
    assert [finding.code for finding in findings(accounts, "html", tmp_path)] == ["D302"]


def test_reports_name_a_cell_as_its_readers_find_it(tmp_path: Path) -> None:
    accounts = document(3)
    sheet = accounts.sheets[4]
    row = next(row for row in sheet.body if "行政运行" in row)
    row[-3] = wrong = misprinted(row[-3], random.Random(3))
    path = tmp_path / "accounts.html"
    path.write_bytes(RENDERERS["html"](accounts))
    submission = read_submission(path)
    report, layout = evaluate(submission), Layout(submission=submission)
    name = f"公开05表第{sheet.body.index(row) + 1}行“行政运行”合计"
    opinion = "".join(part.text for part in draw_up(report, layout).parts if isinstance(part, Text))
    assert f"出处：{name} “{wrong}”" in opinion
    page = str(WRITERS["html"].render(report, layout))
    assert re.search(rf'<td class="marked error"[^>]*>.{{0,60}}<mark class="error">{re.escape(wrong)}</mark>', page)
    assert f">{name}</a>" in page
