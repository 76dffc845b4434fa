"""`scorer check --figures`: every figure of a report with its state."""

from __future__ import annotations

import json

from scorer.evaluation import evaluate
from scorer.forms.layout.assembly import understand
from scorer.forms.readers import text
from scorer.report import write_report

REPORT = """某县水务局2023年度绩效自评报告
2023年总投资1250万元，其中中央资金800万元、省级资金300万元、县级配套160万元。
本年支出合计3210.5万元，其中基本支出2100.3万元，占65.42%；项目支出1110.2万元，占34.58%。
全年接待来访326人次。
"""


def states() -> dict[str, str]:
    report = evaluate(understand([text.read("report.txt", REPORT.encode())]), figures=True)
    assert report.figures is not None
    return {figure.quote: figure.state for figure in report.figures}


def test_a_sum_that_fails_a_sum_that_holds_and_a_figure_alone() -> None:
    found = states()
    assert {found[quote] for quote in ("1250万元", "800万元", "300万元", "160万元")} == {"differs"}
    assert {found[quote] for quote in ("3210.5万元", "2100.3万元", "1110.2万元", "65.42%", "34.58%")} == {"agrees"}
    assert found["326人次"] == "unchecked"


def test_the_share_of_figures_that_took_part_is_told() -> None:
    report = evaluate(understand([text.read("report.txt", REPORT.encode())]), figures=True)
    shown = write_report(report, "table")
    assert "共 10 处：相符 5 处、矛盾 4 处、未能核对 1 处，参与核对的占 90.0%。" in str(shown)


def test_the_json_has_the_key_only_when_asked() -> None:
    submission = understand([text.read("report.txt", REPORT.encode())])
    assert "figures" not in json.loads(evaluate(submission).model_dump_json())
    asked = json.loads(evaluate(submission, figures=True).model_dump_json())
    assert len(asked["figures"]) == 10
    assert asked["figures"][0] == {
        "file": "report.txt", "at": "L2:9-14", "quote": "1250万元", "of": "总投资", "state": "differs", "by": "N201",
        "why": next(each["message"] for each in asked["findings"] if each["code"] == "N201"),
    }  # fmt: skip


def test_a_figure_tells_by_what_it_agrees_or_why_it_was_not_checked() -> None:
    report = evaluate(understand([text.read("report.txt", REPORT.encode())]), figures=True)
    assert report.figures is not None
    told = {figure.quote: figure for figure in report.figures}
    assert told["3210.5万元"].by == "分项之和：2100.3 + 1110.2 = 3210.5万元"
    assert told["65.42%"].by == "占比：2100.3万元 ÷ 3210.5万元 = 65.42%"
    assert told["326人次"].why == "文中没有与它相关的数"


def test_what_a_finding_names_beside_its_suspect_agrees_where_other_relations_hold() -> None:
    lines = """某县水务局2023年度绩效自评报告
公用经费支出40000元（办公费18240元，占45.6%；水电费9760元，占28%；差旅费12000元，占30%）。
"""
    report = evaluate(understand([text.read("report.txt", lines.encode())]), figures=True)
    assert report.figures is not None
    found = {figure.quote: figure.state for figure in report.figures}
    assert [finding.code for finding in report.findings if finding.code != "F611"] == ["N202"]
    assert found == {
        "40000元": "agrees", "18240元": "agrees", "45.6%": "agrees", "9760元": "differs", "28%": "differs",
        "12000元": "agrees", "30%": "agrees",
    }  # fmt: skip
