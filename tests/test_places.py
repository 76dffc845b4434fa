"""Places in reports that are handed out: names of files without their folders, lines and cells in words."""

import io
import zipfile
from pathlib import Path

import pytest

from scorer import evaluate, read_submission, write_report
from scorer.report import WRITERS
from scorer.report.places import in_words, short_names

FORM = """\
unit = "某县水务局"
[[answer]]
path = ["产出指标", "数量指标", "改造泵站"]
weight = 50
target = "≥6座"
actual = "4座"
claimed = 50
"""


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["form.toml"], ["form.toml"]),
        (["/home/某人/2023/自评表.xlsx", "报告/自评报告.docx"], ["自评表.xlsx", "自评报告.docx"]),
        (["甲/自评表.xlsx", "乙/自评表.xlsx"], ["甲/自评表.xlsx", "乙/自评表.xlsx"]),
        (["/x/a/甲/表.xlsx", "/x/b/甲/表.xlsx", "/y/报告.txt"], ["a/甲/表.xlsx", "b/甲/表.xlsx", "报告.txt"]),
        (["C:\\Users\\某人\\自评表.xlsx"], ["自评表.xlsx"]),
        (["表.xlsx", "甲/表.xlsx"], ["表.xlsx", "甲/表.xlsx"]),
    ],
)
def test_files_are_named_as_briefly_as_tells_them_apart(paths: list[str], names: list[str]) -> None:
    assert list(short_names(paths).values()) == names


@pytest.mark.parametrize(
    ("file", "at", "words"),
    [
        ("报告.txt", "L123", "第123行"),
        ("报告.txt", "L4:14-21", "第4行第14–21字"),
        ("报告.txt", "L4:7-7", "第4行第7字"),
        ("报告.docx", "L12", "第12段"),
        ("自评表.docx", "表1!R21C4", "表1第21行第4列"),
        ("自评表.xlsx", "绩效自评表!F12", "绩效自评表!F12"),
        ("form.toml", "报告 四（一）", "报告 四（一）"),
        ("form.toml", "", ""),
    ],
)
def test_a_place_is_said_in_words(file: str, at: str, words: str) -> None:
    assert in_words(file, at) == words


def text_of(content: str | bytes) -> str:
    if isinstance(content, bytes) and content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())
    return content if isinstance(content, str) else content.decode("utf-8-sig", "replace")


@pytest.mark.parametrize("format", [name for name in WRITERS if name not in ("table", "json", "pdf")])
def test_a_report_that_is_handed_out_does_not_tell_whose_computer_made_it(format: str, tmp_path: Path) -> None:
    folder = tmp_path / "某人的文件夹"
    folder.mkdir()
    (folder / "form.toml").write_text(FORM, encoding="utf-8")
    (folder / "报告.txt").write_text("全年改造泵站 5 座。\n", encoding="utf-8")
    submission = read_submission(folder / "form.toml", folder / "报告.txt")
    report = evaluate(submission)
    shown = text_of(write_report(report, format, submission=submission))
    assert "form.toml" in shown
    assert "某人的文件夹" not in shown
    assert "某人的文件夹" in report.model_dump_json()  # programs get the path
