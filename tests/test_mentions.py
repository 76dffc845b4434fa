"""Figures in text and tables: each with what it is of, its role, its year and its place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.forms.readers import text as text_reader
from scorer.model import Cell, Document, Paragraph, Source, Table
from scorer.prose.mentions import Mention, find_mentions, report_year


def document_of(text: str) -> Document:
    lines = [Paragraph(line, Source("report.txt", "", f"L{number}")) for number, line in enumerate(text.split("\n"), 1)]
    return Document("report.txt", "", "txt", tuple(lines))


def mentions_of(text: str) -> list[Mention]:
    return find_mentions(document_of(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "支出4998.36万元，其中基本支出2345.67万元，占46.9%。",
            [("4998.36万元", "plain"), ("2345.67万元", "plain"), ("46.9%", "share")],
        ),
        ("预算35万元，决算28万元，完成预算的80%。", [("35万元", "plain"), ("28万元", "plain"), ("80%", "rate")]),
        ("比上年增加4.94万元，增长3.29%。", [("4.94万元", "change"), ("3.29%", "change_rate")]),
        ("比2019年的5.80万元减少0.47万元。", [("5.80万元", "prior"), ("0.47万元", "change")]),
        ("购置设备244台，每台2400元，共58.56万元。", [("244台", "plain"), ("2400元", "price"), ("58.56万元", "total")]),
        ("公务用车9辆，车均2.66万元。", [("9辆", "plain"), ("2.66万元", "price")]),
        ("问卷200份，满意度95%。", [("200份", "plain"), ("95%", "outcome")]),
        ("新增会员706人。", [("706人", "plain")]),
    ],
)
def test_role(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(mention.quote, mention.role) for mention in mentions_of(text)] == expected


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("全年服务承储企业1487家。", ["承储企业"]),
        ("社会保障和就业（类）支出17.30万元。", ["社会保障和就业"]),
        ("1.住房保障（类）住房公积金（项）：支出决算为10.23万元。", ["住房保障住房公积金"]),
        ("其中：中央财政资金40万元、县级财政资金25万元。", ["中央财政资金", "县级财政资金"]),
        ("总的看，参加培训的茶农达621人次。", ["培训的茶农"]),
    ],
)
def test_subject(text: str, subjects: list[str]) -> None:
    assert [mention.subject for mention in mentions_of(text)] == subjects


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("支出预算为8万元，支出决算为7万元。", ["budget", "executed"]),
        ("一般公共预算财政拨款收入268.81万元。", ["income"]),
        ("一般公共预算财政拨款支出268.81万元，结余2万元。", ["executed", "remainder"]),
        ("资金52万元的安排为：20万元用于购买服务。", ["budget", ""]),
    ],
)
def test_kind(text: str, kinds: list[str]) -> None:
    assert [mention.kind for mention in mentions_of(text)] == kinds


def test_year() -> None:
    text = "某县2021年度决算\n2020年支出80万元，2021年支出100万元。\n上年支出80万元，本年支出100万元。\n支出100万元。"
    assert [mention.year for mention in mentions_of(text)] == [2020, 2021, 2020, 2021, None]
    assert report_year(document_of(text)) == 2021


@pytest.mark.parametrize(
    "text",
    [
        "根据川工发〔2019〕32号文件要求，按照【2019】58号文执行。",
        "科目编码为2081199，于2020年12月31日前办理，联系电话0731-8888888。",
        "第3季度召开会议，一是统一思想，二是“三公”经费管理。",
        "一、项目概况\n（二）资金情况\n3.其他",
    ],
)
def test_what_is_no_figure_of_the_matter(text: str) -> None:
    assert mentions_of(text) == []


def test_place_counts_characters_of_the_line() -> None:
    line = "　　收入１６８．７０万元，其中：Ａ项（含税）96.2万元"
    for mention in mentions_of("标题\n" + line):
        place = mention.source.place
        assert place.startswith("L2:")
        first, last = (int(number) for number in place.removeprefix("L2:").split("-"))
        assert line[first - 1 : last].translate(str.maketrans("．", ".")).endswith("万元")
    assert [mention.number for mention in mentions_of(line)] == [Decimal(1687000), Decimal(962000)]


def table(rows: list[list[str]], caption: str = "单位：万元") -> Document:
    cells = [
        Cell(text, Source("form.docx", "表1", f"R{row + 1}C{column + 1}"), row, column)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    ]
    grid = Table("表1", tuple(cells), len(rows), max(map(len, rows)))
    return Document("form.docx", "", "docx", (Paragraph(caption, Source("form.docx", "", "L1")), grid))


def test_table_figures_take_row_column_and_unit_of_the_caption() -> None:
    document = table([["项目", "预算数", "决算数"], ["办公费", "12.5", "12.3"], ["培训费", "8", "7.6"]])
    found = [(m.subject, m.header, m.number, m.source.place) for m in find_mentions(document)]
    assert found == [
        ("办公费", "预算数", Decimal("125000"), "表1!R2C2"),
        ("办公费", "决算数", Decimal("123000"), "表1!R2C3"),
        ("培训费", "预算数", Decimal(80000), "表1!R3C2"),
        ("培训费", "决算数", Decimal(76000), "表1!R3C3"),
    ]


def test_codes_and_column_numbers_of_a_table_are_no_figures() -> None:
    rows = [["科目编码", "科目名称", "合计"], ["栏次", "", "1"], ["201", "公共服务", "100"], ["20129", "事务", "100"]]
    found = [(m.subject, m.number) for m in find_mentions(table(rows))]
    assert found == [("公共服务", Decimal(1000000)), ("事务", Decimal(1000000))]


def test_lines_divided_by_strokes_are_a_table() -> None:
    document = text_reader.read("report.txt", "指标|年初目标|全年完成\n建档儿童数|≥900名|934名\n个案服务|≥120例|128例".encode())
    found = [(m.subject, m.header, m.quote) for m in find_mentions(document)]
    assert ("建档儿童", "全年完成", "934名") in found
    assert ("个案服务", "年初目标", "≥120例") in found


def test_projects_told_one_after_the_other_are_told_apart() -> None:
    text = "项目一：甲\n支出100万元。\n项目二：乙\n支出200万元。"
    assert [mention.line.scope for mention in mentions_of(text)] == [1, 2]


@given(st.text(alphabet="其中占比增加减少万元人户12345.，。：；（）%、年20　\n", max_size=200))
def test_every_mention_stands_at_its_place(text: str) -> None:
    lines = text.split("\n")
    for mention in mentions_of(text):
        line, _, columns = mention.source.place.removeprefix("L").partition(":")
        first, last = (int(number) for number in columns.split("-"))
        assert len(lines[int(line) - 1][first - 1 : last]) == len(mention.quote)
