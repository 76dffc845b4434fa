"""Flat tables: by columns comes what each submission gets alone; tables, parts and messages hold together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scorer.batch import Settings, find_report, run_batch
from scorer.batch.joined import join
from scorer.batch.rows.texts import Units, decimals_of, number_readings, readings
from scorer.batch.run import codes_by_columns
from scorer.batch.sources.flat import FIELDS, flat_table, outline, pieces, submission_of
from scorer.batch.tables import TABLES, finding_row, score_row
from scorer.batch.tasks.columnar import DECIDED, Columnar, Done
from scorer.cli.app import run
from scorer.engines import Local
from scorer.evaluation import evaluate
from scorer.model import Report, ScorerError
from scorer.sets import load_set
from tests.arrow import arrow, parquet
from tests.flat_tables import Row, rows_of, small_pieces, write_table

TYPES: dict[str, dict[str, Any]] = {
    "decimals": {},
    "texts": {"points": "text", "money": "text"},
    "floats": {"points": "float", "money": "float"},
    "lists": {"lists": True, "texts": True},
}


class Here:
    """An engine that works in this process, where the small pieces are small."""

    def run(self, work: Any, tasks: Any) -> Any:
        for task in tasks:
            yield task, work(task)


def by_columns(table: Path, output: Path, **more: Any) -> dict[str, list[dict[str, Any]]]:
    """The result tables, without a comparison across submissions: see test_columns_across.py."""
    run_batch(table, output, settings=Settings(workers=1, pages=0, select=("A",)), **more)
    return {Path(name).stem: parquet.read_table(output / name).to_pylist() for name in TABLES}


def alone(table: Path, *given: Any) -> list[Report]:
    """The report of every submission of a table, each evaluated by itself by the checks of family A."""
    rows = parquet.read_table(table).to_pylist()
    reports, start = [], 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or rows[end]["submission"] != rows[start]["submission"]:
            submission = submission_of("", rows[start:end], start + 1, str(table))
            reports.append(evaluate(submission, *given, select=("A",)))
            start = end
    return reports


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in ("words", "across")} for row in rows]


# ------------------------------------------------------------------------------------------------- the same as alone


@pytest.mark.parametrize("kind", TYPES)
def test_by_columns_comes_what_each_submission_gets_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    small_pieces(monkeypatch)
    seed = 100 + list(TYPES).index(kind)
    table = write_table(tmp_path / "t.parquet", rows_of(seed, 250, units=kind == "decimals"), **TYPES[kind])
    found = by_columns(table, tmp_path / "out", engine=Here())
    reports = [json.loads(report.model_dump_json()) for report in alone(table)]
    assert plain(found["scores"]) == plain(
        [score_row(number, line) for number, report in enumerate(reports, 1) for line in report["lines"] if line["leaf"]]
    )
    assert plain(found["findings"]) == plain(
        [finding_row(number, finding) for number, report in enumerate(reports, 1) for finding in report["findings"]]
    )
    for row, report in zip(found["submissions"], reports, strict=True):
        for name in ("total", "full", "low", "high", "claimed_total", "recomputed_weight", "judged_weight", "missing_weight"):
            assert (None if row[name] is None else str(row[name])) == report[name], (row["submission"], name)
        assert (row["grade"], row["claimed_grade"], row["set"]) == (report["grade"], report["claimed_grade"], report["set"]["id"])
        levels = Counter(finding["level"] for finding in report["findings"])
        assert (row["errors"], row["warnings"], row["notes"]) == (levels["error"], levels["warning"], levels["note"])
    tallies: dict[str, list[int]] = {}
    for report in reports:
        for one in report["tallies"]:
            counts = (one["sound"], one["faulty"], one["undecided"], int(one["not_run"] is not None))
            tallies[one["code"]] = [sum(pair) for pair in zip(tallies.get(one["code"], [0] * 4), counts, strict=True)]
    about = json.loads((tmp_path / "out" / "batch.json").read_text("utf-8"))
    assert {code: list(counts.values()) for code, counts in about["tallies"].items()} == tallies
    assert about["alone"] < about["submissions"] / 4  # the rest went by columns


def test_a_set_that_is_given_counts_for_all(tmp_path: Path) -> None:
    table = write_table(tmp_path / "t.parquet", rows_of(5, 60))
    other = load_set("hubei/project-2020")
    found = by_columns(table, tmp_path / "out", indicator_set=other)
    assert [str(row["total"]) for row in found["submissions"]] == [
        str(json.loads(report.model_dump_json())["total"]) for report in alone(table, other)
    ]


def test_a_submission_without_a_set_is_recognised_as_a_form_is(tmp_path: Path) -> None:
    rows = [{**row, "set": None} for row in rows_of(6, 12)]
    found = by_columns(write_table(tmp_path / "t.parquet", rows), tmp_path / "out")
    assert [row["set"] for row in found["submissions"]] == [report.set.id for report in alone(tmp_path / "t.parquet")]


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_bytes_however_many_processes_and_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    table = write_table(tmp_path / "t.parquet", rows_of(7, 200))
    run_batch(table, tmp_path / "whole", settings=Settings(workers=1, pages=0))
    run_batch(table, tmp_path / "again", settings=Settings(workers=workers, pages=0))
    for name in (*TABLES, "across.jsonl", "summary.html", "summary.xlsx"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
    small_pieces(monkeypatch)
    run_batch(table, tmp_path / "pieces", engine=Here(), settings=Settings(pages=0))
    for name in TABLES:
        first, second = (parquet.read_table(tmp_path / folder / name) for folder in ("whole", "pieces"))
        assert first.equals(second), name
    assert (tmp_path / "whole" / "across.jsonl").read_bytes() == (tmp_path / "pieces" / "across.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["0", "50", "99.5", "1234.56", "-3", "0.01", "100.10", None], "decimal128(18, 2)"),
        (["7", "0", "-12", "20230615", None], "int64"),
        (["0.1", "97.25", "3", None], "double"),
        (["0.125", "12.5", "1e3", None], "decimal128(20, 6)"),
    ],
)
def test_numbers_are_read_as_their_texts_are(values: list[str | None], kind: str) -> None:
    made: dict[str, Callable[[str], Any]] = {"int64": int, "double": float}
    of = {"int64": arrow.int64(), "double": arrow.float64()}
    of |= {"decimal128(18, 2)": arrow.decimal128(18, 2), "decimal128(20, 6)": arrow.decimal128(20, 6)}
    column = arrow.array([None if value is None else made.get(kind, Decimal)(value) for value in values], of[kind])
    numbers = decimals_of(column)
    assert numbers is not None
    found = number_readings(*numbers)
    texts = ["" if value is None else f"{Decimal(value).normalize():f}" for value in values]
    for role in ("target", "actual"):
        expected = readings(texts, role, Units())  # type: ignore[arg-type]
        wide = found["flags"] & 128 != 0  # what could be a date is left to the long way
        for name in ("number", "low", "high"):
            for row in range(len(values)):
                left = Decimal(int(found[name][row])) / int(found["one"][row])
                assert wide[row] or left == Decimal(int(expected[name][row])) / int(expected["one"][row])
        assert all(wide | (found["state"] == expected["state"]))


# ------------------------------------------------------------------------------------------------------- the source


def row(**values: Any) -> Row:
    return {"submission": 1, "unit": "某县水务局", "set": "mof/project-2020", "level1": "产出指标", "level2": "数量指标", **values}


LEAF = row(level3="修路条数", weight=50, target="≥10条", actual="8条", claimed=50, claimed_total=50)


def test_every_column_is_described() -> None:
    assert all(kind and words for kind, words in FIELDS.values())


def test_a_table_is_flat_by_its_columns(tmp_path: Path) -> None:
    assert flat_table(write_table(tmp_path / "flat.parquet", [LEAF])) is not None
    parquet.write_table(arrow.Table.from_pylist([{"unit": "某县水务局", "answer": []}]), tmp_path / "nested.parquet")
    assert flat_table(tmp_path / "nested.parquet") is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{**LEAF, "traget": "x"}], "不认识的列 traget，是否想写 target"),
        ([LEAF, {**LEAF, "submission": 2}, LEAF], "提交件 1 的行没有连在一起（第 1 行起一处，第 3 行起又一处）"),
        ([LEAF, {**LEAF, "claimed_total": 60}], "提交件 1 的 claimed_total 前后不同：第 1 行是“50”，第 2 行是“60”"),
        ([LEAF, {**LEAF, "submission": None}], "第 2 行没有 submission"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, rows: list[Row], said: str) -> None:
    names = list(dict.fromkeys(name for one in rows for name in one))
    table = write_table(tmp_path / "t.parquet", [{name: one.get(name) for name in names} for one in rows])
    with pytest.raises(ScorerError) as raised:
        run_batch(table, tmp_path / "out", settings=Settings(workers=1))
    assert said in str(raised.value)
    assert not (tmp_path / "out" / "submissions.parquet").exists()


def test_what_stands_in_the_first_row_only_holds_for_all(tmp_path: Path) -> None:
    blank = dict.fromkeys(("unit", "set", "claimed_total"))
    found = by_columns(write_table(tmp_path / "t.parquet", [LEAF, {**LEAF, **blank, "level3": "修桥座数"}]), tmp_path / "out")
    assert found["submissions"][0]["claimed_total"] == 50
    assert len(found["scores"]) == 2


def test_a_blank_target_under_a_unit_of_its_column_is_still_blank(tmp_path: Path) -> None:
    blank = {**LEAF, "level3": "修桥座数", "target": "", "actual": "", "measure_unit": "座"}
    table = write_table(tmp_path / "t.parquet", [{**LEAF, "measure_unit": "条"}, blank])
    lines = [line for report in alone(table) for line in json.loads(report.model_dump_json())["lines"] if line["leaf"]]
    found = [row["at"] for row in by_columns(table, tmp_path / "out")["scores"]]
    assert found == [line["where"]["at"] for line in lines] == ["L1", "L2"]


def test_checks_are_chosen_and_others_are_refused_in_words(tmp_path: Path) -> None:
    assert codes_by_columns(("A103", "T"), ()) == ["A103"]
    with pytest.raises(ScorerError, match="只运行 A 类"):
        codes_by_columns(("T401",), ())
    table = write_table(tmp_path / "t.parquet", rows_of(8, 80))
    run_batch(table, tmp_path / "out", settings=Settings(select=("A103",), workers=1, pages=0))
    assert set(parquet.read_table(tmp_path / "out" / "findings.parquet")["code"].to_pylist()) == {"A103"}


def test_words_of_strangers_stay_words(tmp_path: Path) -> None:
    evil = "=cmd|'/c calc'!A1<script>alert(1)</script>{weight}"
    table = write_table(tmp_path / "t.parquet", [{**LEAF, "unit": evil, "level3": evil, "actual": "8条" + evil[:0], "target": "≥10条"}])
    found = by_columns(table, tmp_path / "out")
    assert found["submissions"][0]["unit"] == evil
    assert found["findings"][-1]["path"][-1] == evil
    assert "<script>alert" not in (tmp_path / "out" / "summary.html").read_text("utf-8")


# ------------------------------------------------------------------------------------------------------- the output


def test_a_report_is_made_anew_from_its_rows_by_all_checks(tmp_path: Path) -> None:
    table = write_table(tmp_path / "t.parquet", rows_of(9, 20), texts=True)
    run_batch(table, tmp_path / "out", settings=Settings(workers=1))
    report, submission, _ = find_report(str(tmp_path / "out"), "3")
    other, _, _ = find_report(str(tmp_path / "out"), "#编号00003")
    assert report == other
    assert submission is not None
    assert report.submission.project == "项目3"
    assert {finding.code[0] for finding in report.findings} - {"A"}
    with pytest.raises(ScorerError, match="没有“99”"):
        find_report(str(tmp_path / "out"), "99")


def test_an_earlier_output_is_scored_anew_from_its_table(tmp_path: Path) -> None:
    table = write_table(tmp_path / "t.parquet", rows_of(10, 30))
    other = load_set("hubei/project-2020")
    run_batch(table, tmp_path / "out", settings=Settings(workers=1, pages=0))
    anew = by_columns(tmp_path / "out", tmp_path / "anew", indicator_set=other)
    direct = by_columns(table, tmp_path / "direct", indicator_set=other)
    assert [row["total"] for row in anew["submissions"]] == [row["total"] for row in direct["submissions"]]
    write_table(table, rows_of(11, 30))
    with pytest.raises(ScorerError, match="后来改动过"):
        run_batch(tmp_path / "out", tmp_path / "more")
    table.unlink()
    with pytest.raises(ScorerError, match="没有这个文件"):
        find_report(str(tmp_path / "out"), "1")


def test_finished_pieces_are_not_scored_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pieces(monkeypatch)
    table = write_table(tmp_path / "t.parquet", rows_of(12, 400))
    tasks = len(pieces(table, outline(table)))
    assert tasks > 2
    done: list[str] = []

    class InterruptionError(Exception):
        pass

    class Stopping:
        def __init__(self, after: int) -> None:
            self.after = after

        def run(self, work: Any, tasks: Any) -> Any:
            for count, task in enumerate(tasks):
                if count == self.after:
                    raise InterruptionError
                done.append(task.name)
                yield task, work(task)

    with pytest.raises(InterruptionError):
        run_batch(table, tmp_path / "out", engine=Stopping(2), settings=Settings(pages=0))
    assert not (tmp_path / "out" / "submissions.parquet").exists()
    run_batch(table, tmp_path / "out", engine=Stopping(99), settings=Settings(pages=0))
    assert Counter(done).most_common(1)[0][1] == 1
    assert len(done) == tasks
    run_batch(table, tmp_path / "whole", engine=Stopping(99), settings=Settings(pages=0))
    for name in TABLES:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_lost_piece_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    from scorer.engines import Lost

    class Losing:
        def run(self, work: Any, tasks: Any) -> Any:
            for task in tasks:
                yield task, Lost("killed")

    table = write_table(tmp_path / "t.parquet", [LEAF])
    with pytest.raises(ScorerError, match="没有算完"):
        run_batch(table, tmp_path / "out", engine=Losing())
    assert not (tmp_path / "out" / "submissions.parquet").exists()


def test_without_a_row_for_each_leaf_there_are_two_tables(tmp_path: Path) -> None:
    table = write_table(tmp_path / "t.parquet", rows_of(13, 10))
    work = Columnar(None, DECIDED, str(tmp_path), scores=False)
    for task, done in Local(1).run(work, pieces(table, outline(table))):
        assert isinstance(done, Done)
        names = {path.name for path in tmp_path.glob(f"{task.name}.*")}
        assert names == {f"{task.name}.submissions.parquet", f"{task.name}.findings.parquet"}


def test_the_summary_counts_what_the_tables_hold(tmp_path: Path) -> None:
    table = write_table(tmp_path / "t.parquet", rows_of(14, 120))
    outcome = run_batch(table, tmp_path / "out", settings=Settings(workers=1, pages=2))
    found = outcome.found
    assert found is not None
    rows = parquet.read_table(tmp_path / "out" / "submissions.parquet").to_pylist()
    findings = parquet.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    assert found.whole.submissions == len(rows) == outcome.reports
    assert found.whole.errors == sum(row["errors"] for row in rows)
    assert found.codes == Counter(finding["code"] for finding in findings)
    assert found.coded == Counter(code for _, code in {(finding["submission"], finding["code"]) for finding in findings})
    riskiest = next(found.riskiest())
    assert riskiest.risk.total == max(row["risk"] for row in rows)
    assert len(list((tmp_path / "out" / "reports").glob("*.html"))) == 2
    assert "A 类" in outcome.left_out


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write_table(tmp_path / "t.parquet", rows_of(15, 20))
    assert run(["batch", str(table), "-o", str(tmp_path / "out"), "--workers", "1"]) == 1
    said = capsys.readouterr()
    assert "20 份提交件" in said.out
    assert "只运行 A 类" in said.err
    assert run(["batch", str(table), "-o", str(tmp_path / "out")]) == 2


# ------------------------------------------------------------------------------------------------------ joined files


def test_files_joined_hold_the_rows_of_all_in_order(tmp_path: Path) -> None:
    parts = []
    for number, size in enumerate((3, 0, 1000, 17)):
        values = [number * 10_000 + row for row in range(size)]
        lists = arrow.array([[str(value)] * (value % 3) for value in values], arrow.list_(arrow.string()))
        table = arrow.table({"a": arrow.array(values, arrow.int64()), "b": lists})
        parts.append(tmp_path / f"{number}.parquet")
        parquet.write_table(table, parts[-1], row_group_size=200, compression=("zstd", "snappy", "none", "gzip")[number])
    with (tmp_path / "joined.parquet").open("wb") as file:
        assert join(parts, file) == 1020
    joined = parquet.read_table(tmp_path / "joined.parquet")
    assert joined.equals(arrow.concat_tables([parquet.read_table(part) for part in parts]))
    assert parquet.ParquetFile(tmp_path / "joined.parquet").metadata.num_row_groups >= 7


def test_what_is_no_parquet_file_is_not_joined(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PAR1nonsense....")
    with (tmp_path / "b").open("wb") as file, pytest.raises(ValueError, match="Parquet"):
        join([tmp_path / "a"], file)
