"""Tables in plain text: each tests/cases/forms/text-*.txt against its .toml, and what holds for every text."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorer.forms.flat.loose import MOST_TOKENS
from scorer.forms.flat.search import MOST_CELLS, recognise
from scorer.forms.flat.spans import divide
from scorer.forms.layout.assembly import understand
from scorer.forms.readers.text import read
from scorer.model import Table

CASES = sorted((Path(__file__).parent / "cases" / "forms").glob("text-*.txt"))
SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_seeds = pytest.mark.skipif(
    not (SHARED / "seeds").is_dir(), reason="缺少 ../shared/seeds：五份真实文档不在项目旁边"
)
needs_corpus = pytest.mark.skipif(
    not (SHARED / "corpus").is_dir(), reason="缺少 ../shared/corpus：开发用的报告不在项目旁边"
)


def written(table: Table) -> list[list[str]]:
    """The grid as a case writes it: "<" for a column that the cell on its left covers, "\\n" for a line break."""
    return [
        [
            "<" if cell.column < column and cell.colspan > 1 else cell.text.replace("\n", "\\n")
            for column, cell in enumerate(row)
        ]
        for row in table.grid()
    ]


def grid_of(text: str, columns: int) -> list[list[str]]:
    rows = [[cell.strip(" ") for cell in line.split(" |")] for line in text.strip("\n").split("\n")]
    return [row + [""] * (columns - len(row)) for row in rows]


def expected(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))


def assert_nothing_is_lost(text: str) -> None:
    """Every line that is not empty stands in exactly one block, and no block holds a character that the line lacks."""
    recognised = recognise(text.split("\n"), "自评表.txt")
    document = read("自评表.txt", text.encode())
    kept = Counter(int(paragraph.source.at[1:]) for paragraph in document.paragraphs)
    filled = {number for number, line in enumerate(text.split("\n"), 1) if line.strip()}
    assert set(kept) | (recognised.used & filled) == filled
    assert not set(kept) & recognised.used
    assert max(kept.values(), default=1) == 1
    in_cells = "".join(cell.text for table in document.tables for cell in table.cells)
    in_lines = "".join(line for number, line in enumerate(text.split("\n"), 1) if number in recognised.used)
    assert Counter("".join(in_cells.split())) == Counter("".join(in_lines.replace("\t", "").split()))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_read_as_its_grids(path: Path) -> None:
    case = expected(path)
    document = read(path.name, path.read_bytes())
    grids = [grid_of(text, table.columns) for text, table in zip(case["tables"], document.tables, strict=True)]
    assert [written(table) for table in document.tables] == grids


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_other_lines_stay_paragraphs_in_order(path: Path) -> None:
    document = read(path.name, path.read_bytes())
    assert [f"{p.source.at} {p.text.strip()}" for p in document.paragraphs] == expected(path)["paragraphs"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_cell_stands_at_its_first_line(path: Path) -> None:
    document = read(path.name, path.read_bytes())
    cells = [cell for table in document.tables for cell in table.cells]
    lines = path.read_text(encoding="utf-8").split("\n")
    for text, at in expected(path)["places"]:
        assert at in [cell.source.at for cell in cells if cell.text == text]
    for cell in filter(None, cells):
        first = cell.text.split("\n")[0]
        assert first in lines[int(cell.source.at[1:]) - 1].replace("\\|", "|")
        assert (cell.source.file, cell.source.part) == (path.name, "")


@pytest.mark.parametrize("path", [path for path in CASES if path.stem != "text-pipes"], ids=lambda path: path.stem)
def test_no_line_of_a_case_is_lost_or_doubled(path: Path) -> None:
    assert_nothing_is_lost(path.read_text(encoding="utf-8"))


PIECES = st.sampled_from([
    "", "", "", "\t", "\t10", "\t产出指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值",
    "分值", "得分", "偏差原因", "产出指标", "数量指标（20）", "社会效益", "指标", "培训人数", "≥50人", "52",
    "10", "10", "100%", "）", "总分", "小计", "自评等级", "项目名称", "主管部门", "项目资金（万元）",
    "全年预算数", "全年执行数", "执行率", "年度资金总额", "年度总体目标", "预期目标", "注：说明。", "一、概况",
    "2023年，全县培训教师52人，完成年度任务。", "甲\t乙\t丙", "1\t2\t3", "甲  1  2", "附件", "第2页",
])  # fmt: skip


@given(st.lists(PIECES, max_size=60).map("\n".join))
@example("一级指标\n年度指标值\n\t产出指标\n一级指标\n产出指标\n\t10\n\n甲\t乙\t丙")  # the form ends within a line
@settings(max_examples=150, deadline=None)
def test_no_line_is_ever_lost_or_doubled(text: str) -> None:
    assert_nothing_is_lost(text)


@given(st.lists(PIECES, max_size=60).map("\n".join))
@settings(max_examples=60, deadline=None)
def test_cells_do_not_overlap_and_stay_inside_their_table(text: str) -> None:
    for table in read("自评表.txt", text.encode()).tables:
        covered = [
            (cell.row, column) for cell in table.cells for column in range(cell.column, cell.column + cell.colspan)
        ]
        assert len(covered) == len(set(covered))
        assert all(row < table.rows and column < table.columns for row, column in covered)


ROWS = [
    ["产出指标", "数量指标", "培训教师人数", "≥50人", "52人", "20", "20", ""],
    ["", "", "编写教材册数", "3册", "", "15", "", ""],
    ["", "质量指标", "考核合格率", "≥95%", "94%", "15", "14.84", "个别学员缺考"],
    ["效益指标", "社会效益指标", "教学质量", "提升", "家长反映良好", "30", "30", ""],
    ["满意度指标", "服务对象满意度指标", "学员满意度", "≥90%", "93%", "10", "10", ""],
]
HEADER = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]


@pytest.mark.parametrize("gap", [1, 2, 3])
@pytest.mark.parametrize("wrap", [0, 6, 12])
def test_rows_come_back_whatever_the_gap_and_the_wrapping(gap: int, wrap: int) -> None:
    def lines(row: list[str]) -> list[str]:
        cut = [[text[i : i + wrap] for i in range(0, len(text), wrap)] if wrap and text else [text] for text in row]
        return [line for part in cut for line in part] + [""] * gap

    text = "\n".join(["自评表", "", *HEADER, *[""] * gap, *(line for row in ROWS for line in lines(row))])
    if wrap == 6:  # so narrow that words tell where a cell ends, not the lines: the figures still find their rows
        answers = understand([read("自评表.txt", text.encode())]).answers
        assert [answer.weight.text for answer in answers] == ["20", "15", "15", "30", "10"]
        assert [answer.claimed.text for answer in answers] == ["20", "", "14.84", "30", "10"]
        return
    (table,) = read("自评表.txt", text.encode()).tables
    assert [[cell.text.replace("\n", "") for cell in row] for row in table.grid()] == [HEADER, *ROWS]


@pytest.mark.parametrize("separated", [True, False], ids=["rows set off", "no empty line"])
def test_tab_started_rows_come_back_without_empty_lines_too(separated: bool) -> None:
    rows = ["\n".join("\t" + text for text in row) for row in [HEADER, *ROWS]]
    text = ("\n\n" if separated else "\n").join(rows)
    (table,) = read("自评表.txt", text.encode()).tables
    assert [[cell.text for cell in row] for row in table.grid()] == [HEADER, *ROWS]


def test_two_forms_in_one_text_are_two_tables() -> None:
    def form(name: str) -> str:
        return "\n".join(
            ["项目名称", name, "", "", *HEADER, "", "", *(line for row in ROWS for line in [*row, "", ""])]
        )

    tables = read("自评表.txt", f"{form('甲项目')}\n{form('乙项目')}".encode()).tables
    assert [table.grid()[0][1].text for table in tables] == ["甲项目", "乙项目"]
    assert [table.rows for table in tables] == [7, 7]


@pytest.mark.parametrize(
    ("rows", "spans"),
    [
        ([["收入", "支出"], ["项目", "金额", "项目", "行次", "金额"]], [(2, 3), (1,) * 5]),
        (
            [["项目", "本年收入", "本年支出"], ["编码", "名称", "", "小计", "基本"], ["1", "甲", "2", "3", "4"]],
            [(2, 1, 2)],
        ),
        (
            [["编码", "名称", "金额"], ["201", "甲", "5"], ["208", "乙", "6"], ["合计", "11"]],
            [(1, 1, 1)] * 3 + [(2, 1)],
        ),
        ([["总分", "100", "96", ""], *([["甲", "乙", "丙", "50个", "51个", "50", "48", ""]] * 2)], [(5, 1, 1, 1)]),
        (
            [
                ["资金执行情况", "年初预算", "全年预算", "执行数", "分值", "执行率", "得分", "备注"],
                ["", "资金总额：", "0.00", "350", "315", "10", "90.00", "9.00", ""],
                ["", "上年结转", "", "", "", "—", "", "—", ""],
                ["", "其他资金", "", "", "", "—", "", "—", ""],
                ["一级指标", "二级指标", "三级指标", "性质", "指标值", "单位", "", "", "", ""],
                ["产出指标", "数量指标", "道路", ">=", "8.2", "公里", "8.35公里", "20", "20", ""],
                ["", "质量指标", "合格率", "=", "100", "%", "100%", "10", "10", ""],
            ],
            [(3, *(1,) * 7), (1, 2, *(1,) * 7), (1, 2, *(1,) * 7)],
        ),
    ],
    ids=["two halves", "header over blanks", "total over code and name", "total of a form", "sources below a heading"],
)
def test_short_rows_are_laid_over_the_columns(rows: list[list[str]], spans: list[tuple[int, ...]]) -> None:
    assert divide(rows)[: len(spans)] == spans


def test_a_form_that_is_too_long_is_cut_and_says_so() -> None:
    row = "\n".join([*ROWS[0], "", "", ""])
    document = read("自评表.txt", ("\n".join([*HEADER, "", "", ""]) + row * (MOST_TOKENS // 10 + 50)).encode())
    assert [doubt.code for doubt in document.doubts] == ["F610"]
    assert document.tables[0].rows > 1000
    assert document.paragraphs


def test_more_cells_than_the_limit_stay_text_and_say_so() -> None:
    document = read("表.txt", ("甲\t1\t2\n" * (MOST_CELLS // 3 + 2)).encode())
    assert not document.tables
    assert document.doubts[0].code == "F610"


@needs_corpus
@pytest.mark.parametrize("path", sorted((SHARED / "corpus" / "reports").glob("*.txt")), ids=lambda path: path.stem)
def test_reports_hold_no_table(path: Path) -> None:
    assert not read(path.name, path.read_bytes()).tables


@needs_seeds
@pytest.mark.parametrize("path", sorted((SHARED / "seeds").glob("*.txt")), ids=lambda path: path.stem[:3])
def test_no_line_of_a_real_document_is_lost_or_doubled(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\r", "")
    recognised = recognise(text.split("\n"), path.name)
    kept = [int(paragraph.source.at[1:]) for paragraph in read(path.name, text.encode()).paragraphs]
    filled = {number for number, line in enumerate(text.split("\n"), 1) if line.strip()}
    assert sorted(kept) == sorted(filled - recognised.used)


@needs_seeds
def test_nine_budget_tables_of_a_real_document() -> None:
    path = next((SHARED / "seeds").glob("000*.txt"))
    tables = read(path.name, path.read_bytes()).tables
    assert [table.columns for table in tables] == [6, 9, 8, 9, 5, 9, 12, 8, 5]
    income = [[cell.text for cell in row] for row in tables[1].grid()]
    assert ["2012999", "其他群众团体事务支出", "466.64", "466.64", "", "", "", "", ""] in income
    basic = [[cell.text for cell in row] for row in tables[5].grid()]
    assert ["30308", "助学金", "", "30228", "工会经费", "1223.38.", "39907", "国家赔偿费用支出", ""] in basic


@needs_seeds
def test_a_real_form_without_order_gives_its_twenty_rows() -> None:
    path = next((SHARED / "seeds").glob("004*.txt"))
    submission = understand([read(path.name, path.read_bytes())])
    weights = [int(answer.weight.text) for answer in submission.answers]
    assert weights == [3, 4, 4, 5, 4, 3, 3, 4, 3, 3, 4, 4, 3, 2, 6, 10, 10, 7, 8, 10]
    assert [int(answer.claimed.text) for answer in submission.answers if answer.claimed.text != answer.weight.text] == [
        3,
        6,
    ]
    levels = {branch.path: branch.weight.text for branch in submission.branches if len(branch.path) == 1}
    assert levels == {("投入管理指标",): "30", ("产出指标",): "25", ("效益指标",): "45"}
    assert submission.claimed_total.text == "98"
