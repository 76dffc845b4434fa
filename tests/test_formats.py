"""The same text as .txt, hard-wrapped .txt, .docx, .html and .pdf gives the same findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import pytest

from scorer import evaluate, read_submission
from scorer.prose.mentions import read_lines
from tests.form_files import page_file, ruled

Table = Sequence[Sequence[str]]
Block = str | Table

FUNDS = (
    "某县水利局2023年度部门整体支出绩效自评报告",
    "一、部门基本情况",
    "（一）机构设置。某县水利局内设股室6个，下属事业单位3个，核定编制58人，年末在职人员52人，主要负责全县水资源管理、防汛抗旱、农村供水和河湖管护等工作。",
    "二、预算执行情况",
    "（一）收入支出总体情况。2023年度部门支出合计1286.45万元，其中：基本支出712.33万元，占55.37%；项目支出574.12万元，占46.43%。"
    "支出较上年增加86.45万元，增长7.20%，主要是新建农村供水工程增加支出。",
    "（二）“三公”经费情况。2023年度“三公”经费支出合计24.68万元，其中：公务用车运行维护费18.25万元，公务接待费4.63万元，因公出国（境）费1.53万元。"
    "“三公”经费较上年减少1.32万元，下降5.08%。",
    "（三）项目资金情况。农村供水工程年初预算460万元，实际支出437.00万元，预算执行率95.00%；河道管护年初预算120.50万元，实际支出102.43万元，预算执行率85.00%。",
    "三、绩效目标完成情况",
    "1.产出情况。全年完成供水管网改造36.5公里，其中东片12.4公里、西片14.3公里、南片9.8公里，覆盖农户5230户。",
    "2.效益情况。受益群众满意度达到94.6%，较上年提高1.2个百分点。",
)
AID = (
    "某市民政局2022年度困难群众救助补助资金绩效自评报告",
    "一、项目概况",
    "2022年度共下达困难群众救助补助资金3586.72万元，其中：中央资金2210.40万元，省级资金876.32万元，市级资金500.00万元。资金由县区按月发放到人。",
    "二、资金发放情况",
    "全年累计发放救助资金3412.56万元，其中：城市低保金1125.30万元，农村低保金1568.46万元，特困人员供养金486.92万元，临时救助金321.88万元。"
    "全年救助困难群众12846人次，其中城市低保3215人次、农村低保7426人次、特困供养1287人次、临时救助918人次。",
    "三、主要做法",
    "一是规范审核审批程序，严格落实入户调查、民主评议和张榜公示制度；二是建立动态管理机制，全年新增保障对象326户，退出保障对象298户；三是加强资金监管，做到专款专用。",
    "四、存在问题及原因",
    "部分乡镇经办力量不足，信息更新不够及时，个别对象退出不够及时，下一步将加强业务培训，完善数据比对机制，提高救助的精准程度和工作效率，切实保障困难群众的基本生活。",
)
TABLED = (
    "某镇2021年度财政支出绩效自评报告",
    "一、支出情况",
    "2021年全镇支出合计868.50万元，各项支出见下表，支出较年初预算有所增加，主要原因是年中追加了乡村道路维修和人居环境整治的资金，追加部分均已按规定程序报批。",
    "支出明细表（单位：万元）",
    (
        ("项目", "预算数", "决算数"),
        ("工资福利支出", "412.60", "405.20"),
        ("商品和服务支出", "186.40", "193.10"),
        ("项目支出", "251.00", "270.20"),
        ("合计", "850.00", "858.50"),
    ),
    "二、主要成效",
    "全年维修乡村道路18.6公里，其中村道12.4公里、组道6.2公里；整治人居环境示范点15个，清理垃圾1260吨，新增路灯230盏，群众满意度达到96.5%，各项任务均按期完成。",
)
CLEAN = (
    "某区文化馆2023年度公共文化服务资金绩效自评报告",
    "2023年度共安排公共文化服务资金215.60万元，其中：场馆免费开放86.20万元，文化下乡74.40万元，非遗保护55.00万元。全年实际支出204.82万元，预算执行率95.00%。",
    "全年开展文化下乡演出128场，惠及群众6.8万人次；举办培训班46期，培训学员2350人次；开展非遗展示活动12次。支出较上年增加9.82万元，增长5.04%，主要是增加了演出场次。",
)
REPORTS = {"funds": FUNDS, "aid": AID, "tabled": TABLED, "clean": CLEAN}


def plain(blocks: Sequence[Block]) -> bytes:
    return "\n".join(block if isinstance(block, str) else "\n".join(map("\t".join, block)) for block in blocks).encode()


def wrapped(blocks: Sequence[Block], width: int = 36) -> bytes:
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, str):
            lines += [block[at : at + width] for at in range(0, len(block), width)]
        else:
            lines += map("\t".join, block)
    return "\n".join(lines).encode()


def word(blocks: Sequence[Block], path: Path) -> None:
    made = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            made.add_paragraph(block)
        else:
            table = made.add_table(len(block), len(block[0]))
            for row, cells in enumerate(block):
                for column, text in enumerate(cells):
                    table.cell(row, column).text = text
    made.save(str(path))


def web(blocks: Sequence[Block]) -> bytes:
    body = ""
    for block in blocks:
        if isinstance(block, str):
            body += f"<p>{block}</p>\n"
        else:
            rows = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in block)
            body += f"<table>{rows}</table>\n"
    return f"<html><head><meta charset=utf-8></head><body>{body}</body></html>".encode()


def portable(blocks: Sequence[Block]) -> bytes:
    """Pages of 595 points with margins of 50: 49 Chinese characters a line, the first of a paragraph indented by two."""
    items: list[object] = []
    top = 60.0
    for block in blocks:
        if isinstance(block, str):
            left, line = 70.0, ""
            for character in block:
                if left + size(line + character) > 540:
                    items.append(("text", (left, top), line))
                    left, line, top = 50.0, "", top + 16
                line += character
            items.append(("text", (left, top), line))
            top += 16
        else:
            items += ruled([list(row) for row in block], [150, 100, 100], top)
            top += 20 * len(block) + 30
    return page_file([items])  # type: ignore[list-item]


def size(line: str) -> float:
    return sum(5 if character.isascii() else 10 for character in line)


def written(kind: str, blocks: Sequence[Block], folder: Path) -> Path:
    path = folder / f"report.{kind.removeprefix('wrapped.')}"
    makers: dict[str, Callable[[Sequence[Block]], bytes]] = {
        "txt": plain, "wrapped.txt": wrapped, "html": web, "pdf": portable
    }  # fmt: skip
    if kind == "docx":
        word(blocks, path)
    else:
        path.write_bytes(makers[kind](blocks))
    return path


def told(path: Path) -> list[tuple[str, str, str]]:
    report = evaluate(read_submission(path), ignore=["F611"])
    return sorted((f.code, f.level, re.sub(r"\s", "", f.message)) for f in report.findings)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("kind", ["wrapped.txt", "docx", "html", "pdf"])
def test_the_same_text_gives_the_same_findings(name: str, kind: str, tmp_path: Path) -> None:
    if kind == "pdf":
        pytest.importorskip("pdfplumber", reason="the extra pdf is not installed")
    expected = told(written("txt", REPORTS[name], tmp_path))
    assert bool(expected) is (name != "clean")
    assert told(written(kind, REPORTS[name], tmp_path)) == expected


@pytest.mark.parametrize("indent", ["", "　　"])
@pytest.mark.parametrize("width", [22, 30, 44, 60])
def test_lines_cut_off_at_any_width_are_joined(width: int, indent: str, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(plain(FUNDS))
    expected = told(path)
    path.write_bytes(wrapped([indent + block for block in FUNDS], width))
    assert told(path) == expected


def test_lines_that_happen_to_be_as_long_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    villages = [f"{name}村新建机耕路{length}公里，总投资{cost}万元，已完工。" for name, length, cost in (
        ("东坪", "2.4", "36.5"), ("西坪", "1.8", "27.1"), ("南坪", "3.2", "48.6"), ("北坪", "1.1", "16.9"))]  # fmt: skip
    path.write_bytes(plain(["某乡2023年度绩效自评报告", "全乡新建机耕路8.5公里。", *villages]))
    (document,) = read_submission(path).documents
    assert [line.text for line in read_lines(document)[0]][2:] == villages
