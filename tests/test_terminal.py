"""What stands on the screen after `scorer score`: little enough to be read, the gravest nearest to the prompt."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from scorer.checks import CHECKS
from scorer.cli.app import run
from scorer.model import Finding
from scorer.report import sentences
from scorer.report.width import width_of

FIVE = """
unit = "某县水利局"
project = "灌区改造"
year = 2023
set = "mof/project-2020"
claimed_total = 98
funds = [{ source = "年度资金总额", budget = 100, executed = 90, weight = 10, claimed = 10 }]
answer = [
  { path = ["产出指标", "数量指标", "改造泵站"], target = "≥12座", actual = "8座", weight = 20, claimed = 20 },
  { path = ["产出指标", "时效指标", "完成时间"], target = "2023年11月底前", actual = "2023年12月12日", weight = 20, claimed = 20 },
  { path = ["产出指标", "质量指标", "验收情况"], target = "工程质量有所改善", actual = "已验收", weight = 20, claimed = 18 },
  { path = ["效益指标", "社会效益指标", "受益人口"], target = "≥1000人", actual = "1200人", weight = 20, claimed = 20 },
  { path = ["满意度指标", "服务对象满意度指标", "群众满意度"], target = "≥90%", actual = "95%", weight = 10, claimed = 10 },
]
"""


def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    (tmp_path / "表.toml").write_text(FIVE, encoding="utf-8")
    with contextlib.chdir(tmp_path):  # the length of a temporary folder's name is no matter of the layout
        run(["score", "表.toml", *options])
    return capsys.readouterr().out.splitlines()


def test_five_findings_take_no_more_than_forty_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(tmp_path, capsys, "--select", "A107,A112,T405,E501")
    assert sum("改法：" in line for line in lines) == 5
    assert len(lines) <= 40
    assert max(map(width_of, lines)) <= 80
    headings = [line for line in lines if line.startswith(("必改（", "说明（", "提示（"))]
    assert [line[:2] for line in headings] == ["提示", "说明", "必改"]
    assert lines[-1].startswith(("接下来：", "  "))
    assert any("自评与复算不同：" in line and "改造泵站 20.00→13.33" in line for line in lines)
    assert not any("分值  目标" in line for line in lines)


def test_details_show_the_tree_and_the_tallies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(tmp_path, capsys, "--details")
    assert any(line.startswith("指标 ") for line in lines)
    assert "核对情况" in lines


def test_a_file_holds_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed(tmp_path, capsys, "-o", str(tmp_path / "结果.txt"))
    assert "核对情况" in (tmp_path / "结果.txt").read_text("utf-8")


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_advice_fits_a_line(code: str) -> None:
    finding = Finding(code=code, name=CHECKS[code].name, level="note", message="")
    assert sentences.advice(finding).startswith("改法：")
    told = sentences.advice(finding, 73)
    assert width_of(told) <= 73
    assert told.endswith(("。", "…"))
