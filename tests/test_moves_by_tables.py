"""What moved between two batches of a flat table: what the same submissions as forms say, however they are read."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from scorer.batch import Settings, run_batch
from scorer.batch.compare import by_tables, explained, leaves
from scorer.batch.compare import report as comparison
from scorer.batch.compare.by_reports import compare_reports
from scorer.batch.compare.by_tables import NOT_COMPARED, compare_tables
from scorer.batch.compare.report import Comparison, as_page, as_table, compare, render
from scorer.batch.results import REPORTS
from scorer.batch.sources.flat import submission_of
from scorer.batch.tables import schemas
from scorer.cli.app import run
from scorer.forms.writing import write_form
from scorer.model import ScorerError
from scorer.sets import load_set
from tests.arrow import arrow, parquet
from tests.flat_tables import Row, rows_of, write_table
from tests.test_moves import line, report

OTHER = "mof/central-2021"
SETTINGS = Settings(workers=1, pages=0)
PAGE = (Path(__file__).parent.parent / "docs" / "queries.md").read_text("utf-8")


def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many blocks also for a few submissions, with edges of batches within them."""
    monkeypatch.setattr(leaves, "BLOCK", 7)
    monkeypatch.setattr(leaves, "READ_ROWS", 11)
    monkeypatch.setattr(leaves, "DEALT_ROWS", 30)
    monkeypatch.setattr(explained, "READ_ROWS", 11)
    monkeypatch.setattr(explained, "AT_ONCE", 5)


def said(found: Comparison) -> dict[str, Any]:
    """All that a comparison says but for the names of files."""
    moves = [replace(move, name="") for move in found.moves]
    return {"both": found.both, "moves": moves, "counts": found.counts, "rules": found.rules, "grades": found.grades}


def batches(source: Path, folder: Path) -> tuple[str, str]:
    """A table or a folder of forms scored by the sets that it names, and by another one."""
    run_batch(source, folder / "前", settings=SETTINGS)
    run_batch(folder / "前", folder / "后", load_set(OTHER), SETTINGS)
    return str(folder / "前"), str(folder / "后")


@pytest.fixture(scope="module")
def both_kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """The same submissions as a flat table and as forms, those that a form can hold."""
    folder = tmp_path_factory.mktemp("kinds")
    rows = rows_of(5, 120)
    forms = folder / "forms"
    forms.mkdir()
    kept = []
    write_table(folder / "all.parquet", rows)
    for number, listed in groupby(parquet.read_table(folder / "all.parquet").to_pylist(), itemgetter("submission")):
        path = forms / f"{number:03}.toml"
        if write_form(submission_of("", list(listed), 1, "t"), path):
            path.unlink()
        else:
            kept.append(number)
    assert len(kept) > 100
    table = write_table(folder / "t.parquet", [row for row in rows if row["submission"] in kept])
    return {"table": batches(table, folder / "of table"), "forms": batches(forms, folder / "of forms")}


def test_a_flat_table_says_what_the_forms_say(
    both_kinds: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    small_blocks(monkeypatch)
    of_table, of_forms = compare(*both_kinds["table"]), compare(*both_kinds["forms"])
    assert said(of_table) == said(of_forms)
    assert len(of_table.moves) > 20
    assert len(of_table.rules) > 2
    assert of_table.remarks == ()
    assert all(cause.words for move in of_table.moves for cause in move.causes if cause.rule_after)


@pytest.mark.parametrize("order", [("table", "forms"), ("forms", "table")])
def test_a_table_and_forms_are_compared_by_unit_and_project(
    both_kinds: dict[str, tuple[str, str]], tmp_path: Path, order: tuple[str, str]
) -> None:
    """Every project of these has its own name; a blank unit tells nothing."""
    mixed = compare(both_kinds[order[0]][0], both_kinds[order[1]][1])
    of_forms = compare(*both_kinds["forms"])
    known = [move for move in of_forms.moves if move.unit]
    assert [replace(move, name="") for move in mixed.moves] == [replace(move, name="") for move in known]
    ((manner, count),) = mixed.matched
    assert (manner, count + mixed.counts.new) == ("单位和项目相同", of_forms.both)


# ---------------------------------------------------------------------------------------------- leaves of every kind


def random_reports(chance: random.Random, count: int) -> list[dict[str, Any]]:
    """Reports whose leaves come twice, without points, without a name, in another order, or not at all."""
    reports = []
    for number in range(count):
        names = [chance.choice(["甲", "乙", "丙", "甲乙", ""]) for _ in range(chance.randint(0, 6))]
        lines = [line(name, f"{chance.choice([0, 1, 2])}.00", chance.choice(["proportion", "graded", "bands"])) for name in names]
        for one in lines:
            one["path"] = chance.choice([one["path"], one["path"][1:], [], ["产出指标", *one["path"]], ["", ""]])
            one["points"] = chance.choice([one["points"], one["points"], None])
        whole = report(f"{number}.toml", project=f"项目{number}", unit="某县水务局")
        known = [Decimal(one["points"]) for one in lines if one["points"]]
        total = str(sum(known, Decimal("0.00"))) if known else None
        grade, notes = chance.choice(["优", "良", None]), chance.sample(["封顶", "折算"], chance.randint(0, 2))
        reports.append(whole | {"lines": lines, "total": total, "grade": grade, "notes": notes})
    return reports


def write_results(folder: Path, reports: list[dict[str, Any]]) -> str:
    """Reports as both kinds of results say them."""
    folder.mkdir()
    (folder / REPORTS).write_text("".join(json.dumps(one) + "\n" for one in reports), "utf-8")
    heads, leaves = [], []
    for number, one in enumerate(reports, 1):
        total = None if one["total"] is None else Decimal(one["total"])
        about = {"submission": number, "file": one["submission"]["files"][0]["path"], "total": total, "grade": one["grade"]}
        heads.append(about | {name: one["submission"][name] for name in ("unit", "project")})
        for leaf in one["lines"]:
            points = None if leaf["points"] is None else Decimal(leaf["points"])
            leaves.append({"submission": number, "path": leaf["path"], "points": points, "rule": leaf["rule"]})
    for name, rows in (("submissions.parquet", heads), ("scores.parquet", leaves)):
        parquet.write_table(arrow.Table.from_pylist(rows, schemas()[name]), folder / name, row_group_size=13)
    return str(folder)


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_tables_say_what_the_reports_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, *, shuffled: bool
) -> None:
    small_blocks(monkeypatch)
    chance = random.Random(seed)
    first, second = random_reports(chance, 90), random_reports(chance, 95)
    if shuffled:
        chance.shuffle(first)
    del first[20:30]
    folders = write_results(tmp_path / "前", first), write_results(tmp_path / "后", second)
    found = compare_tables(*folders, listed=1000)
    assert found == compare_reports(*folders)
    assert found.counts.moved > 60
    assert (found.counts.gone, found.counts.new) == (0, 15)


def test_an_indicator_with_another_name_is_another_indicator(tmp_path: Path) -> None:
    """The rows of both tables look alike but for one name."""
    first = [report("1.toml", line("场次", "5.00"), line("质量", "5.00"))]
    second = [report("1.toml", line("场次", "5.00"), line("满意度", "4.00"))]
    folders = write_results(tmp_path / "前", first), write_results(tmp_path / "后", second)
    (move,) = compare_tables(*folders, listed=1).moves
    assert [(cause.indicator, cause.points) for cause in move.causes] == [("质量", "5.00 → —"), ("满意度", "— → 4.00")]


def test_rows_out_of_order_are_said_and_not_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_blocks(monkeypatch)
    chance = random.Random(1)
    folders = [write_results(tmp_path / name, random_reports(chance, 40)) for name in ("前", "后")]
    path = tmp_path / "后" / "scores.parquet"
    table = parquet.read_table(path)
    parquet.write_table(table.take(list(range(len(table)))[::-1]), path)
    with pytest.raises(ScorerError, match="没有按 submission 排列"):
        compare_tables(*folders, listed=10)


# ------------------------------------------------------------------------------------------------------- counterparts


def simple(number: int, actual: str, **head: Any) -> list[Row]:
    """A submission of two leaves; what it has done decides its points."""
    usual = {"submission": number, "unit": f"某县第{number}局", "project": "修路", "year": 2023, "set": "mof/project-2020"}
    leaf = {"level1": "产出指标", "level2": "数量指标", "level3": "修路条数", "target": "≥10条", "weight": 60, "claimed": 60}
    other = {**leaf, "level3": "培训人数", "target": "≥10人", "weight": 40, "claimed": 40, "actual": "10人"}
    return [{**usual, **head, **leaf, "actual": actual}, {**usual, **head, **other}]


def scored(folder: Path, name: str, rows: list[Row], output: str) -> str:
    folder.mkdir(exist_ok=True)
    run_batch(write_table(folder / f"{name}.parquet", rows), folder / output, settings=SETTINGS)
    return str(folder / output)


def test_the_same_table_is_known_however_its_path_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for number in range(1, 6) for row in simple(number, "10条", unit="某县水务局")]
    write_table(tmp_path / "t.parquet", rows)
    monkeypatch.chdir(tmp_path)
    run_batch("t.parquet", Path("前"), settings=SETTINGS)
    run_batch(tmp_path / "前", Path("后"), load_set(OTHER), SETTINGS)
    assert compare("前", "后").matched == (("路径相同", 5),)
    write_table(tmp_path / "t.parquet", [*rows[:8], *simple(7, "10条"), *simple(8, "10条")])  # corrected in between
    run_batch(tmp_path / "t.parquet", tmp_path / "改", settings=SETTINGS)
    found = compare("前", "改")
    assert (found.matched, found.counts.gone, found.counts.new) == ((("路径相同", 4),), 1, 2)
    assert (found.gone, [Path(name).name for name in found.new]) == (("t.parquet#5",), ["t.parquet#7", "t.parquet#8"])
    page = as_page(found)
    assert str(tmp_path) not in page
    assert "t.parquet#8" in page


def test_the_same_table_elsewhere_is_known_by_its_content(tmp_path: Path) -> None:
    rows = [row for number in range(1, 6) for row in simple(number, "10条", unit="")]
    first, second = scored(tmp_path / "甲", "t", rows, "前"), scored(tmp_path / "乙", "u", rows, "后")
    assert compare(first, second).matched == (("内容相同", 5),)


def test_another_table_is_compared_by_units_that_have_one_project_of_the_name(tmp_path: Path) -> None:
    first = [*simple(1, "10条"), *simple(2, "10条"), *simple(3, "10条"), *simple(4, "10条", unit="某县第3局"), *simple(5, "10条", unit="")]
    second = [
        *simple(11, "10条", unit=" 某县第2局　"),
        *simple(12, "8条", unit="某县第1局"),
        *simple(13, "8条", unit="某县第3局"),
        *simple(14, "8条", unit="某县第2局", project="修桥"),
        *simple(15, "8条", unit=""),
    ]
    found = compare(scored(tmp_path, "2022", first, "前"), scored(tmp_path, "2023", second, "后"))
    assert found.matched == (("单位和项目相同", 2),)
    (move,) = found.moves
    assert (move.number, move.unit, move.difference) == (2, "某县第1局", Decimal("-12.00"))
    assert [Path(name).name for name in found.gone] == [f"2022.parquet#{number}" for number in (3, 4, 5)]
    assert [Path(name).name for name in found.new] == [f"2023.parquet#{number}" for number in (13, 14, 15)]


def test_one_submission_is_the_counterpart_of_one(tmp_path: Path) -> None:
    """The table was mended in place: the first number got another unit, its old unit another number."""
    first = scored(tmp_path, "t", [*simple(1, "10条"), *simple(2, "10条")], "前")
    mended = [*simple(1, "10条", unit="某县教育局"), *simple(2, "10条"), *simple(3, "8条", unit="某县第1局")]
    found = compare(first, scored(tmp_path, "t", mended, "后"))
    assert (found.matched, found.counts.moved) == ((("路径相同", 2),), 0)
    assert [Path(name).name for name in found.new] == ["t.parquet#3"]


def test_nothing_in_common_is_said(tmp_path: Path, both_kinds: dict[str, tuple[str, str]]) -> None:
    one = scored(tmp_path, "a", simple(1, "10条"), "前")
    found = compare(one, both_kinds["table"][0])
    assert found.both == 0
    assert "没有一份对得上" in as_table(found)
    assert "一批出自文件，一批出自平表" in as_table(compare(one, both_kinds["forms"][0])).replace("\n", "")


# --------------------------------------------------------------------------------------------------- what is missing


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A table before and after the actuals of all but the first were mended."""
    rows = [simple(number, "5条") for number in range(1, 31)]
    folders = []
    for name, actuals in (("前", ["5条"] * 30), ("后", ["5条", *(f"{5 + number % 5 + 1}条" for number in range(29))])):
        rows = [simple(number, actual) for number, actual in enumerate(actuals, 1)]
        folders.append(Path(scored(tmp_path, "t", [row for both in rows for row in both], name)))
    return folders[0], folders[1]


def test_without_scores_totals_are_compared_and_the_lack_is_said(pair: tuple[Path, Path]) -> None:
    whole = compare(*map(str, pair))
    (pair[0] / "scores.parquet").unlink()
    found = compare(*map(str, pair))
    assert (found.counts, found.grades) == (whole.counts, whole.grades)
    assert (found.rules, found.moves[0].causes, found.moves[0].notes) == ((), (), (NOT_COMPARED,))
    for suffix in (".txt", ".html"):
        assert "没有scores.parquet（一行一个指标）" in str(render(found, suffix)).replace("\n", "").replace(" ", "")


def test_without_the_table_only_the_words_are_left_out(pair: tuple[Path, Path]) -> None:
    """The first batch's table was overwritten by the second one's."""
    found = compare(*map(str, pair))
    (remark,) = found.remarks
    assert "没有列出得分由来" in remark
    assert "后来改动过" in remark
    (cause,) = found.moves[0].causes
    assert (cause.indicator, cause.points, cause.rules) == ("修路条数", "30.00 → 60.00", "完成比例 proportion")
    (pair[0].parent / "t.parquet").unlink()
    (remark,) = compare(*map(str, pair)).remarks
    assert "现在没有这个文件" in remark


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "submissions.parquet").unlink(), "没有"),
        (lambda folder: (folder / "submissions.parquet").write_bytes(b"PAR1"), "不是可读的 Parquet 文件"),
        (lambda folder: (folder / "scores.parquet").write_bytes(b"PAR1"), "不能读取"),
        (lambda folder: keep_rows(folder / "submissions.parquet", slice(1, None)), "不是从 1 起的连续序号"),
    ],
)
def test_damaged_results_are_said(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], Any], words: str
) -> None:
    spoil(pair[0])
    assert run(["compare", *map(str, pair)]) == 2
    error = capsys.readouterr().err.replace("\n", "")
    assert words in error
    assert "scorer batch" in error or "Parquet" in error


def test_words_beyond_the_largest_moves_are_left_to_show(
    both_kinds: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = compare(*both_kinds["table"])
    monkeypatch.setattr(by_tables, "EXPLAINED", 3)
    found = compare(*both_kinds["table"])
    assert found.moves[:3] == whole.moves[:3]
    assert not any(cause.words for move in found.moves[3:] for cause in move.causes)
    (remark,) = found.remarks
    assert "得分由来只写到变动最大的 3 份" in remark


def test_words_that_tell_of_other_points_are_left_out(both_kinds: dict[str, tuple[str, str]], tmp_path: Path) -> None:
    """As when the program or the set has changed since the batch."""
    first, second = both_kinds["table"]
    shutil.copytree(second, tmp_path / "后")
    path = tmp_path / "后" / "scores.parquet"
    table = parquet.read_table(path)
    points = [None if one is None else one + 7 for one in table["points"].to_pylist()]
    table = table.set_column(table.schema.names.index("points"), "points", arrow.array(points, arrow.decimal128(18, 2)))
    parquet.write_table(table, path)
    move = compare(first, str(tmp_path / "后")).moves[0]
    assert [cause.words for cause in move.causes if cause.after is not None] == [""] * len(move.causes)


def keep_rows(path: Path, kept: slice) -> None:
    table = parquet.read_table(path)
    parquet.write_table(table.take(list(range(len(table)))[kept]), path)


def test_tables_of_another_run_beside_forms_are_not_taken(tmp_path: Path, both_kinds: dict[str, tuple[str, str]]) -> None:
    shutil.copytree(both_kinds["forms"][0], tmp_path / "forms")
    path = tmp_path / "forms" / "submissions.parquet"
    keep_rows(path, slice(0, -1))
    with pytest.raises(ScorerError, match="不是同一次运行写的"):
        compare(both_kinds["table"][0], str(tmp_path / "forms"))
    path.unlink()
    with pytest.raises(ScorerError, match=r"没有 submissions\.parquet。与平表的结果比较要用它；请在源码文件夹中运行 pip install"):
        compare(both_kinds["table"][0], str(tmp_path / "forms"))


# ------------------------------------------------------------------------------------------------------ large batches


def test_what_is_cut_off_is_said_and_found_in_sql(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb (extra batch) is not installed")
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl (extra test) is not installed")
    whole = compare(*map(str, pair))
    assert (whole.query, whole.counts.moved) == ("", 29)
    monkeypatch.setattr(comparison, "LISTED", 6)
    monkeypatch.setattr(comparison, "SHEET", 9)
    shown = compare(*map(str, pair), listed=3)
    assert "另有 26 份：-o 变动.xlsx 列出变动最大的 9 份，-o 变动.html 列出 6 份，其余用 SQL" in as_table(shown).replace("\n", "")
    found = compare(*map(str, pair), listed=9)
    assert (found.counts, found.rules, found.moves) == (whole.counts, whole.rules, whole.moves[:9])
    page = as_page(found)
    assert "只列出变动最大的 6 份，-o 变动.xlsx 列出 9 份，其余用 SQL 看" in page
    book = openpyxl.load_workbook(io.BytesIO(render(found, ".xlsx")))  # type: ignore[arg-type]
    assert len(list(book["变动"].iter_rows(min_row=2))) == 9
    assert any("只列出变动最大的 9 份" in str(row[0].value) for row in book["概况"].iter_rows())
    query = "\n".join(row[0].value for row in book["其余怎样看"].iter_rows(min_row=2))
    monkeypatch.chdir(pair[0].parent)
    rest = duckdb.sql(query.replace("前一批/", "前/").replace("后一批/", "后/")).fetchall()
    assert [(row[0], row[5]) for row in rest] == [(move.number, move.difference) for move in whole.moves[9:]]


@pytest.mark.parametrize("manner", ["内容相同", "路径相同", "单位和项目相同"])
def test_the_sql_finds_the_same_submissions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manner: str) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb (extra batch) is not installed")
    rows = [row for number in range(1, 9) for row in simple(number, "5条")]
    monkeypatch.chdir(tmp_path)
    run_batch(write_table(Path("t.parquet"), rows), Path("前"), settings=SETTINGS)
    mended = [row for number in range(8, 0, -1) for row in simple(number, f"{number}条")]
    table = write_table(Path("u.parquet") if manner == "单位和项目相同" else tmp_path / "t.parquet", mended)
    if manner == "内容相同":
        shutil.copy(write_table(Path("t.parquet"), rows), "u.parquet")
        run_batch("u.parquet", Path("后"), load_set(OTHER), SETTINGS)
    else:
        run_batch(table, Path("后"), settings=SETTINGS)
    whole = compare("前", "后")
    assert whole.matched == ((manner, 8),)
    found = compare("前", "后", listed=1)
    rest = duckdb.sql(found.query.replace("前一批/", "前/").replace("后一批/", "后/")).fetchall()
    assert [(row[0], row[5]) for row in rest] == [(move.number, move.difference) for move in whole.moves[1:]]
    assert len(rest) >= 5


def test_the_sql_of_the_documentation_says_the_same(
    both_kinds: dict[str, tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb (extra batch) is not installed")
    queries = dict(re.findall(r"<!-- (moves|causes) -->\n```sql\n(.*?)```", PAGE, re.S))
    for source, name in zip(both_kinds["table"], ("结果", "新结果"), strict=True):
        shutil.copytree(source, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    found = compare("结果", "新结果")
    moves = sorted(((move.number, move.difference, move.grade_after) for move in found.moves), key=str)
    assert sorted(((row[0], row[5], row[7]) for row in duckdb.sql(queries["moves"]).fetchall()), key=str) == moves
    first = found.moves[0]
    asked = queries["causes"].replace("(1, 2, 3)", f"({first.number})")
    rows = [(row[1][-1], row[2], row[3], row[4], row[5]) for row in duckdb.sql(asked).fetchall()]
    causes = [(cause.indicator, cause.before, cause.after, cause.rule_before, cause.rule_after) for cause in first.causes]
    assert sorted(rows, key=str) == sorted(causes, key=str)
    assert causes


def test_names_of_only_one_batch_are_counted_beyond_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pair: tuple[Path, Path]
) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl (extra test) is not installed")
    monkeypatch.setattr(by_tables, "NAMES", 4)
    rows = [row for number in range(100, 110) for row in simple(number, "5条")]
    found = compare(str(pair[0]), scored(tmp_path / "another", "u", rows, "后"))
    assert (found.counts.gone, found.counts.new, len(found.gone), len(found.new)) == (30, 10, 4, 4)
    assert "只列出 8 份，共 40 份。" in as_page(found)
    book = openpyxl.load_workbook(io.BytesIO(render(found, ".xlsx")))  # type: ignore[arg-type]
    assert [row[0].value for row in book["只在后一批"].iter_rows(min_row=5)] == ["another/u.parquet#103", "只列出前 4 份，共 10 份。"]


def test_command_takes_folders_and_databases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("duckdb", reason="duckdb (extra batch) is not installed")
    table = write_table(tmp_path / "t.parquet", [row for number in range(1, 6) for row in simple(number, "5条")])
    first, second = tmp_path / "前.duckdb", tmp_path / "后.duckdb"
    assert run(["batch", str(table), "-o", str(first), "--workers", "1"]) in (0, 1)
    assert run(["batch", str(first), "--set", OTHER, "-o", str(second), "--workers", "1"]) in (0, 1)
    capsys.readouterr()
    assert run(["compare", str(first), str(second)]) == 0
    assert "两批都有 5 份" in capsys.readouterr().out
    for ending in ("txt", "xlsx", "html"):
        assert run(["compare", str(first), str(second), "-o", str(tmp_path / f"变动.{ending}")]) == 0
        assert (tmp_path / f"变动.{ending}").stat().st_size
    shutil.rmtree(tmp_path / "前.duckdb.files")
    assert run(["compare", str(first), str(second)]) == 2
    assert "比较 .duckdb 要用它旁边的 .files 文件夹" in capsys.readouterr().err
