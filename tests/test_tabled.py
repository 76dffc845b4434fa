"""Indicator sets as tables: there and back without loss, and tables of a bureau with what was not understood."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tomli
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from scorer.cli.app import run
from scorer.forms.tabled import set_from, write_table
from scorer.forms.tabled.rule_cells import NotUnderstoodError, cell_of_rule, quoted, quoted_texts, rule_of_cell
from scorer.model import ScorerError
from scorer.sets import Indicator, load_set, set_names

CASES = tomli.loads((Path(__file__).parent / "cases" / "sets" / "tables.toml").read_text("utf-8"), parse_float=Decimal)["case"]


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
@pytest.mark.parametrize("name", set_names())
def test_a_set_written_as_a_table_reads_back_the_same(name: str, suffix: str, tmp_path: Path) -> None:
    one = load_set(name)
    table, back = tmp_path / f"体系{suffix}", tmp_path / "back.toml"
    write_table(one, table)
    drafted = set_from(table, "x")
    assert (drafted.unread, drafted.faults, drafted.indicators) == ((), (), len(one))
    back.write_text(drafted.text, "utf-8")
    other = load_set(back)
    assert other.digest == one.digest
    for field in ("note", "form", "recognition", "thresholds", "execution"):
        assert repr(getattr(other, field)) == repr(getattr(one, field))
    for mine, its in zip(one.walk(), other.walk(), strict=True):
        assert (mine.note, mine.basis, mine.evidence, mine.aliases) == (its.note, its.basis, its.evidence, its.aliases)


def written(path: Path, rows: list[list[Any]], merges: list[list[int]] = []) -> Path:  # noqa: B006
    """A workbook of rows; `merges` are areas [first row, first column, last row, last column] with their first cell."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("指标表")
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value != "":
                sheet.write(row, column, float(value) if isinstance(value, Decimal) else value)
    for first, left, last, right in merges:
        sheet.merge_range(first, left, last, right, rows[first][left])
    book.close()
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_a_table_of_a_bureau_becomes_a_set(case: dict[str, Any], tmp_path: Path) -> None:
    table = written(tmp_path / "体系.xlsx", case["rows"], case.get("merges", []))
    drafted = set_from(table, "某县/department-2024")
    told = [f"{item.place} {item.why}".strip() for item in drafted.unread]
    assert told == case.get("unread", [])
    assert [f"{item.place} {item.why}" for item in drafted.faults] == case.get("faults", [])
    if drafted.faults:
        return
    path = tmp_path / "set.toml"
    path.write_text(drafted.text, "utf-8")
    one = load_set(path)
    if "title" in case:
        assert one.title == case["title"]
    assert [described(item) for item in one.walk()] == case["tree"]


def described(item: Indicator) -> str:
    weight = "" if item.weight is None else f"{item.weight.normalize():f}"
    return " ".join([item.code, item.name, weight, cell_of_rule(item.rule) if item.leaf else ""]).strip()


def test_a_file_without_an_indicator_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScorerError, match="没有找到指标体系表"):
        set_from(written(tmp_path / "a.xlsx", [["姓名", "电话"], ["甲", "1"]]), "x")


def test_the_command_writes_the_set_lists_the_cells_and_says_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[list[Any]] = [["一级指标", "二级指标", "分值", "评分标准"]]
    rows += [["产出指标", "培训人数", 60, "按完成比例得分"], ["", "制度建设", 40, "酌情给分"]]
    table, out = written(tmp_path / "体系.xlsx", rows), tmp_path / "体系.toml"
    assert run(["sets", "from", str(table), "-o", str(out)]) == 1
    told = capsys.readouterr()
    assert "指标表!D3 “酌情给分”" in told.out
    assert "没有读懂" in told.out
    assert "3 个指标" in told.err
    assert run(["sets", "check", str(out)]) == 0
    assert run(["sets", "to", str(out), "-o", str(tmp_path / "back.xlsx")]) == 0
    assert run(["sets", "from", str(tmp_path / "back.xlsx"), "-o", str(tmp_path / "again.toml")]) == 0
    assert load_set(tmp_path / "again.toml").digest == load_set(out).digest
    rows[2][2] = 50
    assert run(["sets", "from", str(written(table, rows)), "-o", str(out), "--force"]) in (1, 2)


@given(st.lists(st.text(min_size=1, max_size=12).filter(str.strip), max_size=4))
def test_texts_in_quotation_marks_read_back(texts: list[str]) -> None:
    assert quoted_texts("".join(quoted(text) for text in texts)) == tuple(texts)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("每档扣分（扣分 2）", "没有写"),
        ("每档扣分（扣 2；档宽 5）", "不是每档扣分的参数"),
        ("每百分点扣分（扣分 两）", "不是数字"),
        ("完成比例（方向 向上）", "只能写 由目标值定、正向、反向"),
        ("分档计分（各档 90以上）", "不是一档"),
        ("分档计分（各档 ≥90）", "没有写得分"),
        ("直接赋分（做到 是）", "没有放在引号里"),
    ],
)
def test_parameters_that_are_not_understood_are_named(cell: str, message: str) -> None:
    with pytest.raises(NotUnderstoodError, match=message):
        rule_of_cell(cell)


def test_half_width_marks_read_like_full_width_ones() -> None:
    assert rule_of_cell("每档扣分(档宽 5;扣分 2;界限 100)") == rule_of_cell("每档扣分（档宽 5；扣分 2；界限 100）")
    assert rule_of_cell("制度健全得满分") is None
