"""A bureau's folder as it comes in: 60 mixed files of six departments. Every form counts, every file is accounted for."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from scorer.batch import REPORTS, Settings, run_batch
from scorer.forms.readers.office import converter
from tests.bureau_forms import Made, form_rows, form_word, goal_rows, monitoring_rows, put, report_text, word, workbook
from tests.form_files import compound, page_file
from tests.test_archives import archive, spreadsheet_xml

pytest.importorskip("pdfplumber", reason="pdfplumber (extra pdf) is not installed")

DEPARTMENTS = ("公路局", "水利局", "教育局", "民政局", "林业局", "文旅局")
WORKS = (
    *("县道养护", "乡道改造", "危桥加固", "灌区配套", "校舍维修", "养老服务"),
    *("造林补植", "景区厕所", "饮水安全", "清淤疏浚", "学生资助", "敬老院改造"),
)
# how careless people name a form and its report; {} is the project, or a word of it
NAMES = (
    *(("{}项目自评表", "{}项目自评报告"), ("{}(终稿)", "{}情况说明2")),
    *(("附件1", "附件2"), ("新建文档", "报告 最终版"), ("{}表", "自评报告-{}")),
)
RTF = r"{\rtf1\ansi\ansicpg936 \u21355?\u32423?\par}"


def unit(department: str) -> str:
    return f"某县{department}"


def build(folder: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Write the folder; gives how many forms each file holds that has any, and the form of each report."""
    forms: dict[str, int] = {}
    pairs: dict[str, str] = {}

    def add(name: str, data: bytes | str, count: int = 0) -> str:
        put(folder / name, data)
        if count:
            forms[name] = count
        return name

    for place, department in enumerate(DEPARTMENTS[:3]):  # a workbook of twelve forms each
        made = [Made(unit(department), f"{work}{place + 1}期", done=10 - at % 3) for at, work in enumerate(WORKS)]
        add(f"{department}/项目汇总.xlsx", workbook({f"{at}.{one.project}": form_rows(one) for at, one in enumerate(made, 1)}), 12)
    for place, department in enumerate(DEPARTMENTS):  # pairs in one folder, and in folders of forms and of reports
        for at, (form_name, report_name) in enumerate(NAMES[:3] if place % 2 else NAMES[:4]):
            work = WORKS[(place * 4 + at) % 12]
            one = Made(unit(department), f"{department[:2]}{work}", done=10)
            apart = f"{at}/" if at > 1 else ""
            form = add(f"{department}/{apart}{form_name.format(work)}.docx", form_word(one), 1)
            report = add(f"{department}/{apart}{report_name.format(work)}.docx", word(*report_text(one)))
            pairs[report] = form
    whole = Made(unit("公路局"), "", title="部门整体支出绩效自评表")
    form = add("公路局/整体/整体自评.xlsx", workbook({"自评": form_rows(whole), "监控": monitoring_rows(whole)}), 1)
    pairs[add("公路局/整体/整体报告.docx", word(*report_text(whole, whole=True)))] = form
    packed = {"林业局报送/湿地保护.docx": form_word(Made(unit("林业局"), "湿地保护")), "林业局报送/照片.jpg": b"\xff\xd8\xff"}
    add("林业局/报送.zip", archive(packed))
    forms["林业局/报送.zip/林业局报送/湿地保护.docx"] = 1
    add("文旅局/老系统导出.xls", spreadsheet_xml(form_rows(Made(unit("文旅局"), "非遗传承"))), 1)
    add("文旅局/目标申报.xlsx", workbook({"目标": goal_rows(Made(unit("文旅局"), "图书馆"))}), 1)
    add("民政局/空表.xlsx", workbook({"表": form_rows(Made(unit("民政局"), "殡葬改革"), blank=True)}), 1)
    add("民政局/扫描.pdf", page_file([[("image", ())]]))
    add("民政局/加密.xlsx", compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}))
    add("水利局/老表.wps", compound({"WordDocument": b"x" * 600}))
    add("水利局/说明.rtf", RTF)
    add("水利局/公文.ofd", archive({"OFD.xml": b"<ofd:OFD/>"}))
    add("教育局/现场.jpg", b"\xff\xd8\xff")
    add("林业局/附图.png", b"\x89PNG")
    add("教育局/打包.rar", b"Rar!\x1a")
    add("教育局/会议纪要.txt", "会议纪要\n会议研究了校舍安全工作。")
    return forms, pairs


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, int], dict[str, str]]:
    folder, output = tmp_path_factory.mktemp("bureau"), tmp_path_factory.mktemp("out")
    forms, pairs = build(folder)
    run_batch(folder, output, settings=Settings(workers=1))
    return folder, output, forms, pairs


def reports(output: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (output / REPORTS).read_bytes().splitlines()]


def names(folder: Path, report: dict[str, object]) -> list[str]:
    return [Path(file["path"]).relative_to(folder).as_posix() for file in report["submission"]["files"]]  # type: ignore[index]


def test_there_are_sixty_files(bureau: tuple[Path, Path, dict[str, int], dict[str, str]]) -> None:
    assert sum(1 for path in bureau[0].rglob("*") if path.is_file()) == 60


def test_every_form_is_counted(bureau: tuple[Path, Path, dict[str, int], dict[str, str]]) -> None:
    folder, output, forms, _ = bureau
    counted: dict[str, int] = {}
    for report in reports(output):
        first = names(folder, report)[0]
        if report["lines"]:
            counted[first] = counted.get(first, 0) + 1
    assert counted == forms
    codes = {names(folder, report)[0]: [one["code"] for one in report["findings"]] for report in reports(output)}  # type: ignore[attr-defined]
    assert "F609" in codes["民政局/空表.xlsx"]
    assert "F613" in codes["文旅局/目标申报.xlsx"]
    assert "F609" not in codes["文旅局/目标申报.xlsx"]


def test_every_file_is_accounted_for_by_name(bureau: tuple[Path, Path, dict[str, int], dict[str, str]]) -> None:
    folder, output, _, _ = bureau
    met = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    met = (met - {"林业局/报送.zip"}) | {"林业局/报送.zip/林业局报送/湿地保护.docx", "林业局/报送.zip/林业局报送/照片.jpg"}
    named = {name for report in reports(output) for name in names(folder, report)}
    rows = list(csv.DictReader((output / "errors.csv").read_text("utf-8-sig").splitlines()))
    listed = {Path(row["文件"]).relative_to(folder).as_posix(): row for row in rows}
    assert met == named | set(listed)
    for name in ("水利局/公文.ofd", "教育局/现场.jpg", "教育局/打包.rar", "林业局/报送.zip/林业局报送/照片.jpg"):
        assert listed[name]["代码"] == "未处理"
        assert listed[name]["原因"]
        assert Path(name).name in (output / "summary.html").read_text("utf-8")
    for name in ("民政局/扫描.pdf", "民政局/加密.xlsx"):
        assert listed[name]["代码"] == "F610"


def test_pairs_are_found(bureau: tuple[Path, Path, dict[str, int], dict[str, str]]) -> None:
    folder, output, _, pairs = bureau
    found = {name: files[0] for report in reports(output) if (files := names(folder, report)) for name in files[1:]}
    wrong = {report: form for report, form in found.items() if pairs.get(report) != form}
    assert not wrong  # a wrong pair costs more than a missed one
    assert len(found) >= 0.95 * len(pairs), sorted(set(pairs) - set(found))


@pytest.mark.skipif(converter() is None, reason="LibreOffice is not installed")
def test_what_needs_a_converter_is_read_or_said(bureau: tuple[Path, Path, dict[str, int], dict[str, str]]) -> None:
    folder, output, _, _ = bureau
    named = {name for report in reports(output) for name in names(folder, report)}
    assert {"水利局/老表.wps", "水利局/说明.rtf"} <= named
