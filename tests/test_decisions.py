"""Verdicts without a server: written into the workbook of findings, read back on the next run, known by content."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from scorer.batch import Settings, find_report, run_batch
from scorer.batch.decisions import SHEET, read_decisions
from scorer.cli.app import run
from scorer.model import ScorerError

TOML = """
unit = "某县水利局"
project = "{project}"
year = 2023
set = "mof/project-2020"
claimed_total = {total}
answer = [
  {{ path = ["产出指标", "数量指标", "改造泵站"], target = "≥12座", actual = "{done}", weight = 50, claimed = 50 }},
  {{ path = ["效益指标", "社会效益指标", "受益人口"], target = "≥1000人", actual = "1200人", weight = 50, claimed = 50 }},
]
"""


def form(folder: Path, name: str, project: str, done: str = "8座", total: int = 98) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(TOML.format(project=project, done=done, total=total), encoding="utf-8")


def batch(source: Path, out: Path, decisions: Path | None = None) -> object:
    return run_batch(source, out, settings=Settings(workers=1), decisions=decisions)


def rows(book: Path) -> list[dict[str, object]]:
    heads, *listed = openpyxl.load_workbook(book)[SHEET].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in listed]


def decide(book: Path, saved: Path, verdict: Callable[[dict[str, object]], tuple[str, str]]) -> None:
    """Fill in the workbook as a person would."""
    opened = openpyxl.load_workbook(book)
    sheet = opened[SHEET]
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        said = verdict({head: cell.value for head, cell in zip(heads, row, strict=True)})
        for name, value in zip(("结论", "理由"), said, strict=True):
            row[heads.index(name)].value = value
    opened.save(saved)


@pytest.fixture
def decided(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of two forms, and the workbook with every A107 dismissed and every A104 confirmed."""
    source = tmp_path / "报送"
    form(source, "灌区", "灌区配套")
    form(source, "清淤", "清淤疏浚")
    batch(source, tmp_path / "一")
    book = tmp_path / "决定.xlsx"
    words = {"A107": ("不成立", "泵站并入他项"), "A104": ("属实", "")}
    decide(tmp_path / "一" / "findings.xlsx", book, lambda row: words.get(str(row["代码"]), ("", "")))
    return source, book


def test_verdicts_stand_as_long_as_the_content_does(tmp_path: Path, decided: tuple[Path, Path]) -> None:
    source, book = decided
    form(source, "新来", "饮水安全")  # one more, and one renamed and with rows above
    moved = (source / "灌区.toml").rename(source / "灌区（终稿）.toml")
    moved.write_text("# 说明\n\n" + moved.read_text("utf-8"), encoding="utf-8")
    out = tmp_path / "二"
    outcome = batch(source, out, book)
    listed = {(row["项目"], row["代码"]): row for row in rows(out / "findings.xlsx")}
    for project in ("灌区配套", "清淤疏浚"):
        assert listed[project, "A107"]["结论"] == "不成立"
        assert listed[project, "A107"]["理由"] == "泵站并入他项"
        assert listed[project, "A104"]["结论"] == "属实"
    assert not listed["饮水安全", "A107"]["结论"]
    assert listed["饮水安全", "A107"]["变化"] == "新"
    assert any("沿用 4 条（属实 2 条、不成立 2 条）" in words for words in outcome.found.aside)  # type: ignore[attr-defined]
    assert "沿用 4 条" in (out / "summary.html").read_text("utf-8")


def test_what_is_dismissed_is_in_no_paper_and_what_is_confirmed_says_so(tmp_path: Path, decided: tuple[Path, Path]) -> None:
    source, book = decided
    out = tmp_path / "二"
    batch(source, out, book)
    plain = find_report(str(out), "灌区配套")[0]
    assert "A107" in {finding.code for finding in plain.findings}
    shown = find_report(str(out), "灌区配套", verdicts=True)[0]
    assert "A107" not in {finding.code for finding in shown.findings}
    assert any("没有列入的 1 处：A107（泵站并入他项）" in note for note in shown.notes)
    assert next(one for one in shown.findings if one.code == "A104").message.endswith("〔结论：属实〕")
    assert run(["show", str(out), "灌区配套", "-o", str(tmp_path / "意见.md")]) == 0
    assert "目标未完成却得满分" not in (tmp_path / "意见.md").read_text("utf-8").split("核对情况")[0]


def test_a_verdict_on_changed_content_is_asked_for_again(tmp_path: Path, decided: tuple[Path, Path]) -> None:
    source, book = decided
    form(source, "灌区", "灌区配套", done="7座")
    form(source, "清淤", "清淤疏浚", total=100)
    out = tmp_path / "二"
    outcome = batch(source, out, book)
    listed = {(row["项目"], row["代码"]): row for row in rows(out / "findings.xlsx")}
    assert not listed["灌区配套", "A107"]["结论"]
    assert listed["灌区配套", "A107"]["变化"] == "原结论：不成立（内容已变）"
    assert ("清淤疏浚", "A104") not in listed
    words = next(words for words in outcome.found.aside if "决定.xlsx" in words)  # type: ignore[attr-defined]
    assert "要重新确认的 1 条" in words
    assert "不再出现的 1 条" in words
    assert "不再出现的" in openpyxl.load_workbook(out / "findings.xlsx").sheetnames


def test_what_was_filled_in_where_it_stands_survives_the_next_run(tmp_path: Path, decided: tuple[Path, Path]) -> None:
    source, book = decided
    out = tmp_path / "一"
    (out / "findings.xlsx").write_bytes(book.read_bytes())
    assert run(["batch", str(source), "-o", str(out), "--force", "--workers", "1", "--fail-on", "never"]) == 0
    assert sum(row["结论"] == "不成立" for row in rows(out / "findings.xlsx")) == 2
    assert len(json.loads((out / "decisions.json").read_text("utf-8"))) == 2


def test_faulty_verdicts_are_all_named_at_once(tmp_path: Path, decided: tuple[Path, Path]) -> None:
    _, book = decided
    decide(book, book, lambda row: ("不成立", "") if row["代码"] == "A107" else ("屬實", ""))
    with pytest.raises(ScorerError, match=r"(?s)结论有误，没有采用.*第 2 行.*“屬實”不是 属实、不成立.*“不成立”的要写理由"):
        read_decisions(book)
    with pytest.raises(ScorerError, match="没有这个文件"):
        read_decisions(tmp_path / "没有.xlsx")
    (tmp_path / "坏.xlsx").write_bytes(b"x")
    with pytest.raises(ScorerError, match="读不出"):
        read_decisions(tmp_path / "坏.xlsx")
    openpyxl.Workbook().save(tmp_path / "别的.xlsx")
    with pytest.raises(ScorerError, match=r"读不出|缺少"):
        read_decisions(tmp_path / "别的.xlsx")
