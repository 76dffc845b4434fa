"""Whose document it is, of which project and year, by its own words."""

from __future__ import annotations

import pytest

from scorer.evaluation import evaluate
from scorer.forms.layout.assembly import understand
from scorer.forms.readers import text as text_reader
from scorer.model import Document, Paragraph, Source
from scorer.prose.about import About, about


def about_text(text: str) -> About:
    lines = [Paragraph(line, Source("report.txt", "", f"L{number}")) for number, line in enumerate(text.split("\n"), 1)]
    return about(Document("report.txt", "", "txt", tuple(lines)))


@pytest.mark.parametrize(
    ("text", "unit", "how", "certain"),
    [
        ("云浦县水利局2022年度部门决算说明\n一、收支情况", "云浦县水利局", "标题", True),
        ("柳塘镇人民政府关于2021年“三公”经费的公告", "柳塘镇人民政府", "标题", True),
        ("2022年度项目支出绩效自评报告\n项目单位：云浦县水利局", "云浦县水利局", "封面", True),
        ("水源地保护项目2022年度支出绩效自评报告\n（云浦县供水服务中心）", "云浦县供水服务中心", "封面", True),
        ("关于公益金使用情况的公告\n支出10万元。\n云浦县民政局\n2023年6月30日", "云浦县民政局", "落款", True),
        ("索引号： 1-2 发布机构： 云浦县财政局 发文日期： 2023-08-17\n2022年度情况说明", "云浦县财政局", "索引信息", False),
        ("当前位置：首页\n日期：2023-05-23 来源：云浦县审计局\n分享到：", "云浦县审计局", "索引信息", False),
        ("发布机构：\n云浦县民政局\n名称：\n云浦县民政局2022年公益金使用情况公告", "云浦县民政局", "标题", True),
    ],
)
def test_unit(text: str, unit: str, how: str, certain: bool) -> None:
    found = about_text(text).unit
    assert found is not None
    assert (found.value, found.how, found.certain) == (unit, how, certain)


@pytest.mark.parametrize("text", ["我局2022年度支出10万元。", "2022年度部门决算", "委托某会计师事务所评价。", "有关单位", ""])
def test_no_unit(text: str) -> None:
    assert about_text(text).unit is None


@pytest.mark.parametrize(
    ("text", "project"),
    [
        ("云浦县民政局2022年度福利彩票公益金使用情况公告", "福利彩票公益金"),
        ("财政支出项目绩效自评报告（柳园配套支路工程项目）", "柳园配套支路工程项目"),
        ("项目名称：山塘清淤补助资金\n2022年度绩效自评表", "山塘清淤补助资金"),
        ("云浦县水利局2022年度部门决算说明", None),
        ("2022年度项目支出绩效自评报告", None),
    ],
)
def test_project(text: str, project: str | None) -> None:
    found = about_text(text).project
    assert (found.value if found else None) == project


@pytest.mark.parametrize(
    ("text", "year", "certain"),
    [
        ("云浦县水利局2022年度部门决算说明\n2021年支出1万元，2021年、2021年。", 2022, True),
        ("二〇二二年度镇财政决算报告\n支出10万元", 2022, True),
        ("一、2021年度收支。\n2021年度支出10万元，上年9万元。", 2021, True),
        ("从2015年到2020年，共投入10万元。", 2020, False),
        ("2021年支出10万元。", 2021, False),
    ],
)
def test_year(text: str, year: int, certain: bool) -> None:
    found = about_text(text).year
    assert found is not None
    assert (found.value, found.certain) == (year, certain)


def test_shown_in_the_report() -> None:
    text = "云浦县民政局2022年度福利彩票公益金使用情况公告\n支出10万元。"
    report = evaluate(understand([text_reader.read("report.txt", text.encode())]))
    assert (report.submission.unit, report.submission.project, report.submission.year) == ("云浦县民政局", "福利彩票公益金", 2022)
    assert any("标题" in note for note in report.notes)
