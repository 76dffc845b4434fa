"""Whole reports: every finding of the narrative, consistency and residue checks, with its places and its words.

A report is tests/cases/reports/<name>.txt, what the checks say of it <name>.findings: one finding a block, its places below
it. After a change that is meant: ``UPDATE_FINDINGS=1 pytest tests/test_narrative.py``, then read the difference.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scorer.checks import CHECKS
from scorer.evaluation import evaluate
from scorer.forms import read_submission
from scorer.forms.readers import text as text_reader
from scorer.model import Report, Submission

REPORTS = Path(__file__).parent / "cases" / "reports"
CODES = [code for code in CHECKS if code[0] in "NC" or code in ("F604", "F605", "F606")]


def checked(text: str) -> Report:
    document = text_reader.read("report.txt", text.encode())
    return evaluate(Submission(documents=(document,)), select=CODES)


def said_of(path: Path) -> str:
    """The findings on one report as lines: code, level and words, then each place with its quote."""
    report = evaluate(read_submission(str(path)), select=CODES)
    lines: list[str] = []
    for finding in report.findings:
        lines.append(f"{finding.code} {finding.level} {finding.message}")
        lines += [f"    {place.at} {place.quote}" for place in finding.where]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.txt")), ids=lambda path: path.stem)
def test_report_gives_its_findings(path: Path) -> None:
    expected = path.with_suffix(".findings")
    said = said_of(path)
    if os.environ.get("UPDATE_FINDINGS"):
        expected.write_text(said, "utf-8")
    assert said == expected.read_text("utf-8")


def test_every_quote_stands_where_the_finding_says() -> None:
    for path in sorted(REPORTS.glob("*.txt")):
        lines = path.read_text("utf-8").split("\n")
        for finding in evaluate(read_submission(str(path)), select=CODES).findings:
            for place in finding.where:
                match = re.fullmatch(r"L(\d+):(\d+)-(\d+)", place.at)
                assert match is not None, place
                line, first, last = (int(number) for number in match.groups())
                assert lines[line - 1][first - 1 : last].startswith(place.quote[:20]), place


SOUND = (REPORTS / "county-agriculture-sound.txt").read_text("utf-8")


AWAITED = ("增加436.12万元，增长8.1%", "事业人员70人", "共530万元", "增长25%")  # changes that the former readers told


@pytest.mark.parametrize(
    ("right", "wrong", "codes"),
    [
        ("占46.9%", "占49.6%", ["N202"]),
        ("增加436.12万元，增长9.1%", "增加436.12万元，增长8.1%", ["N203"]),
        ("完成预算的81.3%", "完成预算的83.1%", ["N205"]),
        ("事业人员80人", "事业人员70人", ["N201"]),
        ("共发放85.8万元", "共发放88.5万元", ["N204"]),
        ("合格率98.8%", "合格率88.8%", ["N202"]),
        ("共350万元", "共530万元", ["N201"]),
        ("增长20%", "增长25%", ["N203"]),
    ],
)
def test_one_wrong_figure_is_one_finding(right: str, wrong: str, codes: list[str]) -> None:
    if wrong in AWAITED:
        pytest.xfail("the engine leaves it undecided so far")
    assert SOUND.count(right) >= 1
    report = checked(SOUND.replace(right, wrong, 1))
    assert [finding.code for finding in report.findings] == codes


@pytest.mark.parametrize(
    "text",
    [
        "其中：" * 200_000,
        "1234567890" * 60_000,
        "1," * 200_000,
        "1." * 200_000,
        "其中10万元、" * 8_000,
        "收入10.5万元，其中甲3万元，占5%；" * 2_000,
        "（" * 200_000,
        "约为" * 200_000 + "5%",
        "共计" * 200_000 + "5人",
        "比2018年" * 60_000,
        "5万元用于" * 8_000,
        "支出5万元，其中：\n" * 5_000,
        "某某县水利局完成5个，" * 5_000,
        "承储企业1487家。承储企业1478家。" * 3_000,
        "甲|" * 100_000,
        "××" * 200_000,
    ],
    ids=lambda text: text[:8],
)
def test_no_text_makes_a_pattern_run_away(text: str) -> None:
    """Texts that a careless pattern would backtrack on: the checks come to an end and count every one of their codes."""
    assert len(checked(text).tallies) == len(CODES)


def test_the_order_of_hashes_changes_no_byte() -> None:
    """Text in many units, read by two processes whose hashes differ: the same report, down to the order of its reasons."""
    text = "全年完成120户、60公里、36处、25项有关工作任务。\n一、甲121户、20公里、1处\n二、乙30户、13处、14项\n三、丙45户、9处、12项\n"
    code = (
        "import sys; from scorer.forms.readers import text; from scorer.forms.layout.assembly import understand; "
        "from scorer import evaluate; sys.stdout.reconfigure(encoding='utf-8'); "
        "print(evaluate(understand([text.read('a.txt', sys.stdin.buffer.read())]), figures=True).model_dump_json())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], input=text.encode(), capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "2", "5")
    }
    assert len(said) == 1
