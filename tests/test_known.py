"""One submission of a batch, asked for: ids that stay, names that people remember, sets that do not apply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scorer.batch import Settings, find_report, find_reports, run_batch
from scorer.batch.known import ids_of
from scorer.cli.app import run
from scorer.evaluation import evaluate
from scorer.forms import read_submission
from scorer.model import ScorerError
from scorer.sets import load_set
from tests.bureau_forms import Made, form_rows, goal_rows, put, workbook


def handed_in(folder: Path, *names: str) -> Path:
    for name in names:
        department, _, project = name.partition("/")
        put(folder / f"{name}.xlsx", workbook({"表": form_rows(Made(f"某县{department}", project, done=9))}))
    return folder


def kept(folder: Path) -> dict[str, str]:
    about = json.loads((folder / "batch.json").read_text("utf-8"))
    return {Path(key).stem: short for key, short in zip(about["keys"], about["ids"], strict=True)}


def test_an_id_stays_when_others_are_added_and_when_the_folder_moves(tmp_path: Path) -> None:
    source = handed_in(tmp_path / "报送", "水利局/灌区配套", "教育局/校舍维修")
    run_batch(source, tmp_path / "out", settings=Settings(workers=1))
    before = kept(tmp_path / "out")
    handed_in(source, "公路局/县道养护", "水利局/清淤疏浚")
    moved = source.rename(tmp_path / "别处")
    run_batch(moved, tmp_path / "more", settings=Settings(workers=1))
    after = kept(tmp_path / "more")
    assert len(after) == 4
    assert before.items() <= after.items()


def test_ids_of_one_digest_are_told_apart() -> None:
    assert len(set(ids_of(["甲.xlsx", "甲.xlsx", "乙.xlsx"], "没有这个文件夹"))) == 3


def test_a_report_is_found_by_all_that_is_remembered_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = handed_in(tmp_path / "报送", "水利局/灌区配套", "水利局/清淤疏浚", "教育局/校舍维修")
    out = tmp_path / "out"
    run_batch(source, out, settings=Settings(workers=1))
    wanted = find_report(str(out), "教育局")[0]
    assert wanted.submission.project == "校舍维修"
    ids = kept(out)
    for name in (ids["校舍维修"], ids["校舍维修"].upper(), "校舍维修", "教育局/校舍维修.xlsx", "某县教育局", "教育 校舍"):
        assert find_report(str(out), name)[0] == wanted
    with pytest.raises(ScorerError, match=r"“水利局”符合 2 份：.*清淤疏浚.*灌区配套.*序号"):
        find_report(str(out), "水利局")
    with pytest.raises(ScorerError, match=r"没有“林业局”这份提交件.*编号，或单位、项目"):
        find_report(str(out), "林业局")
    assert len(list(find_reports(str(out), "水利局"))) == 2
    assert run(["show", str(out), "--all", "--format", "docx", "-o", str(tmp_path / "意见")]) == 0
    assert "3 份" in capsys.readouterr().err
    names = sorted(path.name for path in (tmp_path / "意见").iterdir())
    assert names[0].startswith("001_某县教育局_校舍维修")
    assert len(names) == 3
    assert run(["show", str(out), "--all"]) == 2
    assert run(["show", str(out)]) == 2


def test_a_set_to_which_no_row_belongs_is_said_and_not_taken(tmp_path: Path) -> None:
    path = put(tmp_path / "表.xlsx", workbook({"表": form_rows(Made("某县水利局", "灌区配套"))}))
    submission = read_submission(str(path))
    other = load_set("sichuan/staff-2022")
    assert all(other.find(answer.path).indicator is None for answer in submission.answers)
    report = evaluate(submission, other)
    assert report.set.id == "form"
    assert report.set.why == "由 --set 指定的 sichuan/staff-2022 不适用：本表没有一行属于该体系"


def test_forms_of_one_workbook_are_not_one_file_handed_in_twice(tmp_path: Path) -> None:
    sheets = {name: form_rows(Made("某县水利局", name)) for name in ("灌区配套", "清淤疏浚", "饮水安全")}
    put(tmp_path / "报送/汇总.xlsx", workbook(sheets))
    run_batch(tmp_path / "报送", tmp_path / "out", settings=Settings(workers=1))
    assert not [line for line in (tmp_path / "out/across.jsonl").read_text("utf-8").splitlines() if "完全相同" in line]


def test_goals_leave_room_for_the_execution_rate(tmp_path: Path) -> None:
    path = put(tmp_path / "目标.xlsx", workbook({"目标": goal_rows(Made("某县文旅局", "图书馆"))}))
    assert "A101" not in {finding.code for finding in evaluate(read_submission(str(path))).findings}
