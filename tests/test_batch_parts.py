"""A batch whose files hold several forms, and whose reports are named carelessly: every form counts, pairs are found."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from scorer.batch import REPORTS, Settings, find_report, run_batch
from scorer.batch.run import GATHERED
from scorer.batch.store import INDEX
from scorer.evaluation import evaluate
from scorer.forms import read_submissions
from tests.bureau_forms import Made, form_rows, form_word, put, report_text, word, workbook

UNIT = "某县公路局"
FORMS = [Made(UNIT, "县道养护"), Made(UNIT, "乡道改造", done=8), Made(UNIT, "危桥加固", done=5)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = tmp_path / "forms"
    put(below / "公路局" / "汇总.xlsx", workbook({f"表/{n}".replace("/", "-"): form_rows(made) for n, made in enumerate(FORMS, 1)}))
    put(below / "公路局" / "新建文档1.docx", word(*report_text(FORMS[1])))
    put(below / "水利局" / "水库(终稿).docx", form_word(Made("某县水利局", "水库除险")))
    put(below / "水利局" / "水库说明.docx", word(*report_text(Made("某县水利局", "水库除险"))))
    put(below / "水利局" / "会议纪要.txt", "会议纪要\n会议研究了防汛工作。")
    return below


def reports(output: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (output / REPORTS).read_bytes().splitlines()]


def files(report: dict[str, object]) -> list[str]:
    return [Path(file["path"]).name for file in report["submission"]["files"]]  # type: ignore[index]


def test_every_form_of_a_file_counts_and_reports_go_with_theirs(folder: Path, tmp_path: Path) -> None:
    outcome = run_batch(folder, tmp_path / "out", settings=Settings(workers=1))
    found = reports(tmp_path / "out")
    assert outcome.reports == 5
    assert [files(report) for report in found] == [
        ["汇总.xlsx"],
        ["汇总.xlsx", "新建文档1.docx"],
        ["汇总.xlsx"],
        ["会议纪要.txt"],
        ["水库(终稿).docx", "水库说明.docx"],
    ]
    rows = list(csv.reader((tmp_path / "out" / "pairs.csv").read_text("utf-8-sig").splitlines()))
    assert [(Path(form).name, Path(report).name) for form, report, _ in rows[1:]] == [
        ("汇总.xlsx#表-2", "新建文档1.docx"),
        ("（没有配上）", "会议纪要.txt"),
        ("水库(终稿).docx", "水库说明.docx"),
    ]
    together = read_submissions(folder / "公路局" / "汇总.xlsx", folder / "公路局" / "新建文档1.docx")
    lines = (tmp_path / "out" / REPORTS).read_text("utf-8").splitlines()
    assert lines[:3] == [evaluate(each).model_dump_json() for each in together]
    report, submission, _ = find_report(str(tmp_path / "out"), "汇总.xlsx#表-2")
    assert report.submission.part == "表-2"
    assert submission == together[1]


def test_processes_and_resuming_change_no_byte(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_batch(folder, tmp_path / "one", settings=Settings(workers=1))
    run_batch(folder, tmp_path / "two", settings=Settings(workers=2))
    for path in (tmp_path / "one").glob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    index = tmp_path / "one" / GATHERED / INDEX
    before = index.read_bytes()
    run_batch(folder, tmp_path / "one", settings=Settings(workers=1))
    assert index.read_bytes() == before  # nothing was read or scored again

    # a kill between the parts of a file, and a report that is taken away
    index.write_bytes(b"".join(before.splitlines(keepends=True)[:2]))
    (folder / "水利局" / "水库说明.docx").unlink()
    run_batch(folder, tmp_path / "one", settings=Settings(workers=1))
    assert [files(report) for report in reports(tmp_path / "one")][-1] == ["水库(终稿).docx"]
    run_batch(folder, tmp_path / "three", settings=Settings(workers=1))
    assert (tmp_path / "one" / REPORTS).read_bytes() == (tmp_path / "three" / REPORTS).read_bytes()


def test_results_are_scored_anew_with_the_same_parts_and_pairs(folder: Path, tmp_path: Path) -> None:
    run_batch(folder, tmp_path / "one", settings=Settings(workers=1))
    run_batch(tmp_path / "one", tmp_path / "two", settings=Settings(workers=1))
    assert (tmp_path / "one" / REPORTS).read_bytes() == (tmp_path / "two" / REPORTS).read_bytes()


def test_other_checks_score_the_parts_again(folder: Path, tmp_path: Path) -> None:
    run_batch(folder, tmp_path / "one", settings=Settings(workers=1))
    run_batch(folder, tmp_path / "one", settings=Settings(workers=1, select=("A101",)))
    codes = {tally["code"] for report in reports(tmp_path / "one") for tally in report["tallies"]}  # type: ignore[attr-defined]
    assert codes == {"A101"}


@pytest.mark.parametrize(("one_per", "count"), [("file", 7), ("folder", 4)])
def test_files_and_folders_stay(folder: Path, tmp_path: Path, one_per: str, count: int) -> None:
    outcome = run_batch(folder, tmp_path / "out", settings=Settings(one_per=one_per, workers=1))
    assert outcome.reports == count
    assert not (tmp_path / "out" / "pairs.csv").exists()
