"""The examples: each folder's form, with the report beside it, gives the JSON beside it, byte for byte.

After a deliberate change: ``python tests/test_examples.py`` writes the expected files anew; read the difference.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scorer import evaluate, read_submission
from scorer.model import Report

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/form.*"))


def report_of(folder: Path) -> Report:
    """The report with paths relative to the folder, so that the expected file holds on any machine."""
    import os

    before = Path.cwd()
    os.chdir(folder)
    try:
        return evaluate(read_submission(*sorted(str(path) for path in Path().glob("[fr][oe]*.[txc]*"))))
    finally:
        os.chdir(before)


def as_json(report: Report) -> str:
    return report.model_dump_json(indent=1) + "\n"


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_example_gives_its_expected_report(folder: Path) -> None:
    assert json.loads(as_json(report_of(folder))) == json.loads((folder / "expected.json").read_text("utf-8"))


def findings(name: str) -> list[tuple[str, ...]]:
    return report_of(ROOT / "examples" / name).flatten(["code", "path"])


def test_liuyang_scores_98_as_claimed() -> None:
    report = report_of(ROOT / "examples" / "liuyang-2020")
    assert (str(report.total), str(report.claimed_total)) == ("98.00", "98")
    codes = [finding.code for finding in report.findings]
    assert codes.count("E501") == 2
    assert "T404" in codes
    assert "T406" in codes
    assert "T405" in codes
    assert not [code for code in codes if code.startswith("A")]
    assert ("T404", "产出指标/时效指标/新增工会会员") in findings("liuyang-2020")
    assert ("T406", "产出指标/数量指标/帮扶困难职工满意率") in findings("liuyang-2020")


def test_xiqu_households_and_people() -> None:
    codes = {code for code, _ in findings("xiqu-2020")}
    assert codes >= {"C301", "C303", "T401", "T405"}
    report = report_of(ROOT / "examples" / "xiqu-2020")
    (first, *_) = [finding for finding in report.findings if finding.code == "C301"]
    quotes = " ".join(place.quote for place in first.where)
    assert "6户" in quotes
    assert "107人" in quotes


def test_yueyang_2021_rate_and_period() -> None:
    codes = {code for code, _ in findings("yueyang-2021")}
    assert codes >= {"A111", "C304"}


def test_a_report_beside_its_form() -> None:
    """The sum that fails, 6 户 and 107 人, the rate called 100 %: each with both places."""
    report = report_of(ROOT / "examples" / "report-and-form")
    found = {finding.code: [place.quote for place in finding.where] for finding in report.findings}
    assert found["N201"] == ["234.62万元", "218.28万元", "1万元", "14.34万元", "0万元"]
    assert "107人" in found["C301"]
    assert found["N205"] == ["370万元", "273.79万元", "100%"]
    assert report.total == report.claimed_total


def test_lusong_has_no_fault() -> None:
    report = report_of(ROOT / "examples" / "lusong-2020")
    assert [finding for finding in report.findings if finding.level != "note"] == []


if __name__ == "__main__":
    for each in EXAMPLES:
        (each / "expected.json").write_text(as_json(report_of(each)), "utf-8")
