"""What moved between two batches: counterparts, causes by rule, and the same in words, on a page and in a workbook."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scorer.batch.compare.report import RuleMoves, as_page, as_table, as_workbook, compare
from scorer.batch.results import REPORTS
from scorer.model import ScorerError
from scorer.report.width import width_of
from tests.test_report_page import HOSTILE, Page


def line(name: str, points: str, rule: str = "proportion") -> dict[str, Any]:
    return {"path": ["产出指标", name], "leaf": True, "points": points, "rule": rule, "words": f"得 {points}"}


def report(path: str, *lines: dict[str, Any], **values: Any) -> dict[str, Any]:
    total = str(sum(Decimal(one["points"]) for one in lines)) if lines else None
    about = {"unit": values.pop("unit", ""), "project": values.pop("project", "")}
    files = [{"path": path, "sha256": values.pop("sha256", path)}]
    usual = {"submission": {**about, "files": files}, "total": total, "grade": None, "lines": list(lines), "notes": []}
    return usual | values


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("前", "后"):
        (tmp_path / name).mkdir()
    return tmp_path / "前", tmp_path / "后"


def written(folders: tuple[Path, Path], first: list[dict[str, Any]], second: list[dict[str, Any]]) -> tuple[str, str]:
    for folder, reports in zip(folders, (first, second), strict=True):
        (folder / REPORTS).write_text("".join(json.dumps(one) + "\n" for one in reports), "utf-8")
    return str(folders[0]), str(folders[1])


def test_counterparts_by_path_by_bytes_and_by_unit_and_project(folders: tuple[Path, Path]) -> None:
    first = [
        report("1.xlsx", line("a", "5.00")),
        report("2.xlsx", line("a", "5.00"), sha256="same"),
        report("2022/3.xlsx", line("a", "5.00"), unit="某县水务局", project="水库"),
        report("2022/4.xlsx", line("a", "5.00"), unit="某县教育局", project="校舍"),
        report("2022/5.xlsx", line("a", "5.00"), unit="某县教育局", project="校舍"),
        report("6.xlsx", line("a", "5.00")),
    ]
    second = [
        report("1.xlsx", line("a", "4.00"), sha256="other"),
        report("moved/2.xlsx", line("a", "4.00"), sha256="same"),
        report("2023/3.xlsx", line("a", "4.00"), unit="某县水务局", project="水库"),
        report("2023/4.xlsx", line("a", "4.00"), unit="某县教育局", project="校舍"),
        report("7.xlsx", line("a", "4.00")),
    ]
    found = compare(*written(folders, first, second))
    assert found.matched == (("路径相同", 1), ("内容相同", 1), ("单位和项目相同", 1))
    assert [move.number for move in found.moves] == [1, 2, 3]
    assert found.gone == ("2022/4.xlsx", "2022/5.xlsx", "6.xlsx")
    assert found.new == ("2023/4.xlsx", "7.xlsx")


def test_one_submission_is_the_counterpart_of_one(folders: tuple[Path, Path]) -> None:
    first = [report("1.xlsx", line("a", "5.00"), sha256="same")]
    second = [report("1.xlsx", line("a", "5.00"), sha256="same"), report("2.xlsx", line("a", "5.00"), sha256="same")]
    found = compare(*written(folders, first, second))
    assert (found.both, found.new) == (1, ("2.xlsx",))


def test_causes_name_the_rule_of_both_batches_the_largest_first(folders: tuple[Path, Path]) -> None:
    first = [report("1.xlsx", line("场次", "5.00"), line("质量", "5.00", "graded"), line("旧", "1.00"), grade="优")]
    second = [report("1.xlsx", line("场次", "4.00"), line("质量", "2.00"), line("新", "3.50", "graded"), grade="良")]
    (move,) = compare(*written(folders, first, second)).moves
    assert [(cause.indicator, cause.points, cause.rules) for cause in move.causes] == [
        ("新", "— → 3.50", "前一批没有此项 → 定性分档 graded"),
        ("质量", "5.00 → 2.00", "定性分档 graded → 完成比例 proportion"),
        ("场次", "5.00 → 4.00", "完成比例 proportion"),
        ("旧", "1.00 → —", "完成比例 proportion → 后一批没有此项"),
    ]
    found = compare(str(folders[0]), str(folders[1]))
    assert dict(found.rules) == {
        "proportion": RuleMoves(3, 1, Decimal("0.00"), Decimal("5.00")),
        "graded": RuleMoves(1, 1, Decimal("3.50"), Decimal("0.00")),
    }
    assert found.grades == ((("优", "良"), 1),)


def test_a_grade_that_moves_without_points_says_so(folders: tuple[Path, Path]) -> None:
    first, second = ([report("1.xlsx", line("a", "85.00"), grade=grade)] for grade in ("良", "优"))
    (move,) = compare(*written(folders, first, second)).moves
    assert move.words == "各项得分没有变，等级的界限或总分的算法变了"


def many(count: int, points: str, **values: Any) -> list[dict[str, Any]]:
    return [report(f"{number}.xlsx", line("很长的指标名称" * 8, points), **values) for number in range(count)]


@pytest.mark.parametrize("width", [60, 80, 132])
def test_the_words_keep_to_the_width_and_say_how_to_get_the_rest(folders: tuple[Path, Path], width: int) -> None:
    named = {"unit": "某某市某某区城市管理和综合执法局" * 4, "project": "项目" * 60}
    found = compare(*written(folders, many(30, "5.00", **named), many(30, "4.00", **named)))
    text = as_table(found, width)
    assert max(map(width_of, text.splitlines())) <= width
    assert "另有 10 份，写成文件可看全部" in text
    assert "完成比例 proportion" in text
    assert "另有" not in as_table(found, width, shown=None)


@pytest.mark.parametrize("count", [0, 1, 120])
def test_the_page_is_whole_and_escapes_words_of_strangers(folders: tuple[Path, Path], count: int) -> None:
    first = [*many(count, "5.00"), report("x.xlsx", line(HOSTILE, "5.00"), unit=HOSTILE, project=HOSTILE)]
    second = [*many(count, "4.50"), report("x.xlsx", line(HOSTILE, "4.00"), unit=HOSTILE, project=HOSTILE)]
    text = as_page(compare(*written(folders, first, second)))
    found = Page()
    found.feed(text)
    assert found.faults == []
    assert found.open == []
    assert text.count("<script") == 2
    assert "完成比例 proportion" in found.text
    assert sum(tag == "tr" and "data-label" not in attributes for tag, attributes in found.elements) >= count + 1


def test_the_workbook_has_a_row_for_every_move_and_every_cause(folders: tuple[Path, Path]) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl (extra test) is not installed")
    found = compare(*written(folders, [*many(3, "5.00"), report("gone.xlsx")], [*many(3, "4.00"), report("=new.xlsx")]))
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(found)))
    assert book.sheetnames == ["概况", "按规则", "变动", "变动的指标", "只在前一批", "只在后一批"]
    assert [cell.value for cell in book["按规则"][2]] == ["完成比例 proportion", 3, 3, 0, 3]
    assert [row[5].value for row in book["变动"].iter_rows(min_row=2)] == [-1, -1, -1]
    assert [row[8].value for row in book["变动的指标"].iter_rows(min_row=2)] == ["完成比例 proportion"] * 3
    assert (book["只在后一批"]["A2"].value, book["只在后一批"]["A2"].data_type) == ("=new.xlsx", "s")


def test_a_folder_without_results_is_said(tmp_path: Path) -> None:
    with pytest.raises(ScorerError, match="没有可读的"):
        compare(str(tmp_path), str(tmp_path))
