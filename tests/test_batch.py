"""A batch: order, resuming, limits, what-if, comparison; each submission's report is the one it gets alone."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scorer.batch import REPORTS, Settings, find_report, run_batch
from scorer.batch.closing import closing_words
from scorer.batch.compare import report as comparison
from scorer.batch.run import GATHERED
from scorer.batch.sources.files import find_items, left_aside
from scorer.batch.store import INDEX, Gathered, Store
from scorer.cli.app import run
from scorer.engines import Lost
from scorer.evaluation import evaluate
from scorer.forms import read_submission
from scorer.model import ScorerError
from scorer.sets import load_set
from tests.road_form import road_form

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = tmp_path / "forms"
    (below / "乡镇").mkdir(parents=True)
    for number in range(6):
        place = below / "乡镇" if number % 2 else below
        (place / f"{number}.toml").write_text(road_form(f"某县第{number}局", 5 + number), "utf-8")
    (below / "坏.toml").write_text("unit = ", "utf-8")
    (below / "~$1.toml").write_text("", "utf-8")
    (below / "图.png").write_bytes(b"\x89PNG")
    return below


def lines(output: Path) -> list[bytes]:
    return (output / REPORTS).read_bytes().splitlines()


def keys_gathered(output: Path) -> list[str]:
    return [json.loads(line)[0] for line in (output / GATHERED / INDEX).read_bytes().splitlines()]


# ------------------------------------------------------------------------------------------------------------- results


@pytest.mark.parametrize("workers", [1, 2])
def test_reports_are_those_of_each_form_alone_in_the_order_of_the_sources(folder: Path, tmp_path: Path, workers: int) -> None:
    outcome = run_batch(folder, tmp_path / "out", settings=Settings(workers=workers))
    files = sorted(path for path in folder.rglob("*.toml") if not path.name.startswith("~"))
    assert (outcome.reports, outcome.unread, outcome.worst) == (7, 1, "error")
    for path, line in zip(files, lines(tmp_path / "out"), strict=True):
        if path.stem == "坏":
            assert [finding["code"] for finding in json.loads(line)["findings"]] == ["F610"]
        else:
            assert line.decode() == evaluate(read_submission(path)).model_dump_json()


def test_unread_files_are_listed_with_the_reason(folder: Path, tmp_path: Path) -> None:
    run_batch(folder, tmp_path / "out")
    text = (tmp_path / "out" / "errors.csv").read_text("utf-8-sig")
    (row,) = [row for row in csv.DictReader(io.StringIO(text)) if row["代码"] == "F610"]
    assert row["文件"].endswith("坏.toml")
    assert row["原因"]


def test_one_bad_file_of_a_folder_takes_no_other_with_it(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "a.toml").write_text(road_form("某县教育局", 10), "utf-8")
    for name in ("b.doc", "b.docx"):
        (tmp_path / "forms" / name).write_bytes(b"" if name == "b.docx" else "某县教育局的说明。".encode())
    run_batch(tmp_path / "forms", tmp_path / "out", settings=Settings(one_per="folder"))
    report, unread = map(json.loads, lines(tmp_path / "out"))
    assert report["total"] is not None
    assert [Path(file["path"]).name for file in report["submission"]["files"]] == ["a.toml", "b.doc"]
    (finding,) = unread["findings"]
    assert (finding["code"], Path(finding["where"][0]["file"]).name) == ("F610", "b.docx")
    gathered = len(keys_gathered(tmp_path / "out"))
    assert run_batch(tmp_path / "forms", tmp_path / "out", settings=Settings(one_per="folder")).unread == 1
    assert len(keys_gathered(tmp_path / "out")) == gathered  # nothing was read again


def test_the_same_batch_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run_batch(folder, tmp_path / name)
    for path in (tmp_path / "one").glob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_tables_hold_every_leaf_and_finding(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow (extra batch) is not installed")
    run_batch(folder, tmp_path / "out")
    reports = [json.loads(line) for line in lines(tmp_path / "out")]
    rows = {name: parquet.read_table(tmp_path / "out" / f"{name}.parquet").to_pylist() for name in ("submissions", "scores", "findings")}
    assert [str(row["total"]) for row in rows["submissions"]] == [str(report["total"]) for report in reports]
    leaves = [line for report in reports for line in report["lines"] if line["leaf"]]
    assert [(row["path"], str(row["points"])) for row in rows["scores"]] == [(leaf["path"], leaf["points"]) for leaf in leaves]
    assert [row["code"] for row in rows["findings"]] == [one["code"] for report in reports for one in report["findings"]]


# ------------------------------------------------------------------------------------------------------------- sources


def test_a_glob_and_a_list_name_the_same_files(folder: Path) -> None:
    listed = folder.parent / "list.csv"
    listed.write_text("备注,文件\n,forms/2.toml\n甲,forms/0.toml\n", "utf-8-sig")
    assert [Path(item.key).name for item in find_items(str(listed), "file")] == ["0.toml", "2.toml"]
    assert [Path(item.key).name for item in find_items(str(folder / "[02].toml"), "file")] == ["0.toml", "2.toml"]


def test_a_csv_that_is_a_form_is_no_list(tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    path.write_text("一级指标,二级指标,三级指标,分值\n", "utf-8")
    assert [item.paths for item in find_items(str(path), "file")] == [(str(path),)]


def test_a_table_of_submissions_scores_as_the_same_forms_do(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow (extra batch) is not installed")
    from pyarrow import parquet

    answer = {"path": ["产出指标", "数量指标", "修路条数"], "weight": 100, "target": "≥10条", "actual": "8条", "claimed": 100}
    funds = {"source": "合计", "budget": 100, "executed": 100}
    row = {"unit": "某县水务局", "project": "", "year": 2023, "claimed_total": 100, "funds": [funds], "answer": [answer]}
    parquet.write_table(arrow.Table.from_pylist([row, {**row, "project": "水库"}]), tmp_path / "t.parquet")
    run_batch(tmp_path / "t.parquet", tmp_path / "out")
    (tmp_path / "a.toml").write_text(road_form("某县水务局", 8), "utf-8")
    alone = evaluate(read_submission(tmp_path / "a.toml"))
    reports = [json.loads(line) for line in lines(tmp_path / "out")]
    assert [report["total"] for report in reports] == [str(alone.total)] * 2
    codes = sorted(one["code"] for one in reports[0]["findings"])  # places are rows here: another order
    assert codes == sorted(finding.code for finding in alone.findings)
    assert reports[1]["submission"]["project"] == "水库"


@pytest.mark.parametrize(
    ("columns", "lacking"),
    [(("submission", "level1", "target"), "weight"), (("submission", "weight"), "level1"), (("path", "weight"), "submission")],
)
def test_a_flat_table_that_lacks_a_column_is_told_which(tmp_path: Path, columns: tuple[str, ...], lacking: str) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow (extra batch) is not installed")
    from pyarrow import parquet

    parquet.write_table(arrow.Table.from_pylist([dict.fromkeys(columns, "1")]), tmp_path / "t.parquet")
    with pytest.raises(ScorerError, match=f"缺少 {lacking} 列"):
        run_batch(tmp_path / "t.parquet", tmp_path / "out")


def test_a_result_that_another_program_holds_open_is_said(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def held(self: Path, target: Path) -> Path:
        if target.name == "summary.xlsx":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        return replace(self, target)

    run_batch(folder, tmp_path / "out")
    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(ScorerError, match=r"summary\.xlsx：无法写入.*关闭正在打开它的程序"):
        run_batch(folder, tmp_path / "out")


@pytest.mark.parametrize("source", ["没有", "没有/*.xlsx"])
def test_a_source_that_names_nothing_is_said(tmp_path: Path, source: str) -> None:
    with pytest.raises(ScorerError, match="没有"):
        find_items(str(tmp_path / source), "file")


def test_a_list_written_on_windows_names_the_same_files(folder: Path) -> None:
    listed = folder.parent / "list.csv"
    listed.write_text("文件\nforms\\乡镇\\1.toml\n", "utf-8-sig")
    assert [Path(item.key) for item in find_items(str(listed), "file")] == [folder / "乡镇" / "1.toml"]


@pytest.mark.parametrize("one_per", ["file", "folder"])
def test_results_among_the_forms_are_no_submissions(folder: Path, one_per: str) -> None:
    """Reports and summaries are tables too: taken for forms, each run would find more of them than the last."""
    settings = Settings(one_per=one_per)
    first = run_batch(folder, folder / "结果", settings=settings)
    before = lines(folder / "结果")
    assert run_batch(folder, folder / "结果", settings=settings).reports == first.reports
    assert lines(folder / "结果") == before
    assert "“结果”" in "".join(left_aside(str(folder)))
    names = [item.key for item in find_items(str(folder / "**" / "*"), "file")]
    assert names
    assert not [name for name in names if "结果" in Path(name).parts]


def test_results_are_not_written_among_the_forms_themselves(folder: Path) -> None:
    before = sorted(folder.iterdir())
    with pytest.raises(ScorerError, match="不能就是来源文件夹"):
        run_batch(folder, folder.parent / "forms" / ".." / "forms")
    assert sorted(folder.iterdir()) == before


def test_names_that_are_no_utf_8_are_read_like_others(folder: Path, tmp_path: Path) -> None:
    """As archives packed on Windows leave them when they are unpacked elsewhere; two of them alike, one not to be read."""
    form = (folder / "0.toml").read_bytes()
    for name, data in ((b"\xb1\xed.toml", form), (b"\xb1\xee.toml", form), (b"\xbb\xb5.toml", b"unit = ")):
        try:
            (folder / os.fsdecode(name)).write_bytes(data)
        except OSError:
            pytest.skip("this file system holds only names that are UTF-8")
    outcome = run_batch(folder, tmp_path / "out")
    assert (outcome.reports, outcome.unread) == (10, 2)
    for result in ("reports.jsonl", "across.jsonl", "errors.csv", "summary.html"):
        assert "\ufffd\ufffd.toml" in (tmp_path / "out" / result).read_text("utf-8")
    assert len(list((tmp_path / "out" / "reports").iterdir())) == 8
    assert run_batch(folder, tmp_path / "out").reports == 10


def test_files_of_other_kinds_are_counted_not_passed_over(folder: Path, tmp_path: Path) -> None:
    for name in ("乡镇/甲.RAR", "乙.rar", "没有后缀", "Thumbs.db", ".隐藏.rar", "~$丙.rar"):
        (folder / name).write_bytes(b"PK")
    (said,) = left_aside(str(folder))
    assert said == (
        "另有 4 个文件的格式不能读取，没有处理：.rar 2 个、没有后缀的 1 个、.png 1 个。文件名列在 errors.csv。"
        "压缩包请先解压，图片请先识别成文字。"
    )
    outcome = run_batch(folder, tmp_path / "out")
    assert said in closing_words(outcome, "结果", 400)
    assert said in (tmp_path / "out" / "summary.html").read_text("utf-8")


def test_a_folder_that_does_not_open_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def closed(path: object) -> object:
        if Path(str(path)).name == "乡镇":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return listed(str(path))

    monkeypatch.setattr(os, "scandir", closed)
    assert "有 1 个文件夹打不开，其中的文件没有处理：乡镇（没有权限" in "".join(left_aside(str(folder)))


def test_handed_out_pages_say_nothing_of_the_folders_above(folder: Path, tmp_path: Path) -> None:
    (folder / "又一份.toml").write_text((folder / "0.toml").read_text("utf-8"), "utf-8")
    run_batch(folder, tmp_path / "out")
    pages = [*(tmp_path / "out" / "reports").iterdir(), tmp_path / "out" / "summary.html"]
    assert any("又一份.toml" in page.read_text("utf-8") for page in pages)
    assert not [page for page in pages if str(tmp_path) in page.read_text("utf-8")]


# ------------------------------------------------------------------------------------------------------------ resuming


def test_what_was_read_is_not_read_again(folder: Path, tmp_path: Path) -> None:
    run_batch(folder, tmp_path / "out")
    first = lines(tmp_path / "out")
    (folder / "2.toml").write_text(road_form("某县改名局", 9), "utf-8")
    run_batch(folder, tmp_path / "out")
    read = Counter(Path(key).name for key in keys_gathered(tmp_path / "out"))
    assert read["2.toml"] == 2
    assert set(read.values()) == {1, 2}
    changed = [index for index, line in enumerate(lines(tmp_path / "out")) if line != first[index]]
    assert len(changed) == 1


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_half_a_line_and_a_record_without_one_are_done_again(folder: Path, tmp_path: Path, cut: int) -> None:
    run_batch(folder, tmp_path / "whole")
    run_batch(folder, tmp_path / "out")
    index = tmp_path / "out" / GATHERED / INDEX
    data = index.read_bytes()
    index.write_bytes(data[:-cut])
    (tmp_path / "out" / REPORTS).unlink()
    run_batch(folder, tmp_path / "out")
    assert lines(tmp_path / "out") == lines(tmp_path / "whole")
    assert max(Counter(keys_gathered(tmp_path / "out")).values()) == 1


def test_a_spoiled_record_is_done_again(folder: Path, tmp_path: Path) -> None:
    run_batch(folder, tmp_path / "out")
    before = lines(tmp_path / "out")
    (part,) = (tmp_path / "out" / GATHERED).glob("*.part")
    data = bytearray(part.read_bytes())
    data[10] ^= 255
    part.write_bytes(bytes(data))
    run_batch(folder, tmp_path / "out")
    assert lines(tmp_path / "out") == before


def test_two_runs_do_not_write_one_folder(tmp_path: Path) -> None:
    store = Store(tmp_path / GATHERED)
    with pytest.raises(ScorerError, match="另一个"):
        Store(tmp_path / GATHERED)
    store.close()


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs signals of POSIX")
def test_a_killed_run_is_resumed(folder: Path, tmp_path: Path) -> None:
    for number in range(300):
        (folder / f"更多{number:03d}.toml").write_text(road_form("某县统计局", number % 12), "utf-8")
    run_batch(folder, tmp_path / "whole", settings=Settings(workers=2))
    command = [sys.executable, "-m", "scorer", "batch", str(folder), "-o", str(tmp_path / "out"), "--workers", "2"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    index = tmp_path / "out" / GATHERED / INDEX
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None and not (index.exists() and index.stat().st_size > 20_000):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out" / REPORTS).exists()
    done = set(keys_gathered(tmp_path / "out")[:-1])
    run_batch(folder, tmp_path / "out", settings=Settings(workers=2))
    assert lines(tmp_path / "out") == lines(tmp_path / "whole")
    assert done
    assert max(Counter(keys_gathered(tmp_path / "out")).values()) == 1


def test_a_record_comes_back_as_it_was_added(tmp_path: Path) -> None:
    record = Gathered("甲\n乙", "d", "r", "o", b"x\xda", b"", b"y", "9 s, 9 MB")
    store = Store(tmp_path)
    store.add(record)
    store.close()
    assert Store(tmp_path, write=False).record("甲\n乙") == record


# -------------------------------------------------------------------------------------------------------------- limits


@dataclass(frozen=True)
class Losing:
    """An engine that loses what its `reason` says of one file."""

    reason: str

    def run(self, work, tasks) -> Iterator:  # type: ignore[no-untyped-def, type-arg]
        for task in tasks:
            yield task, Lost(self.reason) if Path(task.item.key).stem.endswith("3") else work(task)  # type: ignore[arg-type]


@pytest.mark.parametrize(("reason", "code"), [("time", "F610"), ("memory", "F610"), ("killed", "Z901")])
def test_a_lost_file_is_a_report_and_is_tried_again_under_other_limits(folder: Path, tmp_path: Path, reason: str, code: str) -> None:
    assert run_batch(folder, tmp_path / "out", engine=Losing(reason)).unread == 2
    (found,) = [json.loads(line) for line in lines(tmp_path / "out") if b"3.toml" in line]
    assert [finding["code"] for finding in found["findings"]] == [code]
    assert run_batch(folder, tmp_path / "out").unread == 2
    assert run_batch(folder, tmp_path / "out", settings=Settings(seconds=500)).unread == 1


# ------------------------------------------------------------------------------------------------ what-if, show, compare


def test_what_if_needs_no_files_and_gives_what_the_files_would(folder: Path, tmp_path: Path) -> None:
    other = load_set("mof/project-2020")
    run_batch(folder, tmp_path / "out")
    run_batch(folder, tmp_path / "direct", other)
    for path in folder.rglob("*.toml"):
        path.unlink()
    run_batch(tmp_path / "out", tmp_path / "anew", other)
    assert lines(tmp_path / "anew") == lines(tmp_path / "direct")
    found = comparison.compare(str(tmp_path / "out"), str(tmp_path / "anew"))
    assert (found.both, found.gone, found.new) == (7, (), ())


def test_comparison_names_who_moved_and_by_which_rule(folder: Path, tmp_path: Path) -> None:
    run_batch(folder, tmp_path / "one")
    (folder / "2.toml").write_text(road_form("某县第2局", 10), "utf-8")
    (folder / "0.toml").unlink()
    run_batch(folder, tmp_path / "two")
    found = comparison.compare(str(tmp_path / "one"), str(tmp_path / "two"))
    (move,) = found.moves
    assert Path(move.name).name == "2.toml"
    assert move.difference is not None
    assert move.difference > 0
    (cause,) = move.causes
    assert (cause.indicator, cause.rule_before, cause.rule_after) == ("修路条数", "proportion", "proportion")
    ((rule, moved),) = found.rules
    assert (rule, moved.indicators, moved.submissions, moved.gained) == ("proportion", 1, 1, cause.change)
    assert [Path(name).name for name in found.gone] == ["0.toml"]
    for suffix in (".txt", ".html"):
        assert "2.toml" in str(comparison.render(found, suffix))
    assert bytes(comparison.render(found, ".xlsx"))[:2] == b"PK"  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["1", "0.toml"])
def test_one_report_by_number_or_part_of_its_path(folder: Path, tmp_path: Path, name: str) -> None:
    run_batch(folder, tmp_path / "out")
    report, submission, _ = find_report(str(tmp_path / "out"), name)
    assert report.submission.unit == "某县第0局"
    assert submission == read_submission(folder / "0.toml")
    assert report == evaluate(submission)


@pytest.mark.parametrize(("name", "said"), [("99", "没有“99”"), (".toml", "符合 7 份")])
def test_a_name_of_none_or_of_several_is_said(folder: Path, tmp_path: Path, name: str, said: str) -> None:
    run_batch(folder, tmp_path / "out")
    with pytest.raises(ScorerError, match=said):
        find_report(str(tmp_path / "out"), name)


def test_the_report_of_an_unread_file_does_not_say_that_it_was_checked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_batch(folder, tmp_path / "out")
    for name in ("table", "md", "html"):
        assert run(["show", str(tmp_path / "out"), "坏.toml", "--format", name]) == 0
        shown = capsys.readouterr().out
        assert "未能读取，没有复算和核对" in shown
        assert "只核对了" not in shown


def test_commands(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert run(["batch", str(folder), "-o", out]) == 1
    assert run(["batch", str(folder), "-o", out]) == 2
    assert "--force" in capsys.readouterr().err
    assert run(["batch", str(folder), "-o", out, "--force"]) == 1
    assert run(["batch", str(folder), "-o", ""]) == 2
    capsys.readouterr()
    assert run(["show", out, "1", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "scorer.report/1"
    assert run(["show", out, "1", "-o", str(tmp_path / "报告.doc")]) == 2
    assert "看不出格式" in capsys.readouterr().err
    assert not (tmp_path / "报告.doc").exists()
    assert run(["compare", out, out]) == 0
    assert "总分或等级有变动 0 份" in capsys.readouterr().out
    assert run(["show", str(folder), "1"]) == 2


def test_a_disk_that_takes_no_more_loses_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append, kept = Store._append, []

    def full(self: Store, record: Gathered) -> None:
        if len(kept) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        append(self, record)
        kept.append(record.key)

    monkeypatch.setattr(Store, "_append", full)
    with pytest.raises(ScorerError, match=r"无法写入（.*已满.*再运行一次"):
        run_batch(folder, tmp_path / "out")
    assert not (tmp_path / "out" / REPORTS).exists()
    monkeypatch.undo()
    store = Store(tmp_path / "out" / GATHERED, write=False)
    assert sorted(store.entries) == sorted(kept)
    assert run_batch(folder, tmp_path / "out").reports == 7
