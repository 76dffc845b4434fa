"""Flat tables compared across their submissions: what the comparison of forms gives, and where it is written."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorer.batch import (
    Settings,
    beside,
    find_report,
    run_batch,
)
from scorer.batch.facts import facts_of, share
from scorer.batch.facts_by_columns import facts_of_pieces, hundred_shares, measures_of_pieces
from scorer.batch.overview.risk import is_short, risk_of
from scorer.batch.run import codes_by_columns
from scorer.batch.sources.flat import chunks, outline, pieces, submission_of
from scorer.batch.table_across import compare_table
from scorer.batch.tasks.columnar import COMPARED, DECIDED, Columnar, rows_of
from scorer.checks.peers import Batch, Facts
from scorer.checks.peers.peers import measure_rows, peer_row
from scorer.checks.registry import run_across
from scorer.cli.app import run
from scorer.evaluation import evaluate
from scorer.model import Finding, ScorerError, Submission, Tally
from tests.arrow import arrow, parquet
from tests.flat_tables import Row, crowd_of, small_pieces, write_table

TYPES: dict[str, dict[str, Any]] = {
    "decimals": {},
    "texts": {"points": "text", "money": "text"},
    "floats": {"points": "float", "money": "float"},
    "lists": {"lists": True, "texts": True},
}
Found = list[tuple[Finding, tuple[int, ...]]]


def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several tasks, many chunks and small steps also for a small table."""
    small_pieces(monkeypatch)
    monkeypatch.setattr(beside, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr("scorer.batch.table_across.AT_ONCE", 5)


def as_forms(table: Path) -> tuple[list[Submission], list[Facts]]:
    """The submissions of a table one by one, and their facts; same rows, but for their number, are the same file."""
    submissions, gathered = [], []
    for piece in pieces(table, outline(table)):
        for chunk in chunks(piece):
            for place in range(len(chunk.starts)):
                key, rows, first = rows_of(chunk, place, str(table))
                submission = submission_of(key, rows, first, str(table))
                facts = facts_of(submission, evaluate(submission, select=("A",)))
                written = json.dumps([{**row, "submission": 0} for row in rows], default=str)
                facts["digest"] = hashlib.sha256(written.encode()).hexdigest()
                submissions.append(submission)
                gathered.append(Facts.from_json(facts))
    return submissions, gathered


def by_forms(submissions: Sequence[Submission], gathered: Sequence[Facts], code: str) -> tuple[Found, tuple[Tally, ...]]:
    with Batch(gathered.__getitem__, submissions.__getitem__) as batch:
        for facts in gathered:
            batch.add(facts)
        found, tallies = run_across(batch, [code])
    return list(found), tallies


def by_columns(table: Path, folder: Path, code: str) -> tuple[Found, tuple[Tally, ...]]:
    """The comparison over parts that stand in the folder already, or are made there."""
    whole = outline(table)
    tasks = pieces(table, whole)
    if not any(folder.glob("*.peers")):
        work = Columnar(None, DECIDED, str(folder), True, COMPARED)
        for task in tasks:
            assert not isinstance(work(task), str)
    found: Found = []
    tallies = compare_table(
        *(str(table), folder, tasks, whole, None, [code]),
        lambda finding, concerned: found.append((finding, tuple(each.number - 1 for each in concerned))),
    )
    return found, tallies


# ---------------------------------------------------------------------------------------------------- the same as forms


@pytest.mark.parametrize("kind", TYPES)
def test_by_columns_comes_what_the_comparison_of_forms_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    small_steps(monkeypatch)
    rows = crowd_of(300 + list(TYPES).index(kind), 420, units=kind == "decimals")
    table = write_table(tmp_path / "t.parquet", rows, **TYPES[kind])
    submissions, gathered = as_forms(table)
    said: Counter[str] = Counter()
    for code in COMPARED:
        expected, tallies = by_forms(submissions, gathered, code)
        found, counted = by_columns(table, tmp_path, code)
        assert found == expected, code
        assert counted == tallies
        said[code] += len(found)
    assert said["P703"]
    assert said["P704"]
    names = [piece.name for piece in pieces(table, outline(table))]
    rows_of_peers = [peer_row(facts) for facts in gathered]
    expected_peers = [(kind, project, claims, answered) for _, _, project, kind, _, _, _, claims, answered, _ in rows_of_peers]
    assert [tuple(row) for row in facts_of_pieces(tmp_path, names).tolist()] == expected_peers
    measured = [tuple(row) for part in measures_of_pieces(tmp_path, names) for row in part.tolist()]
    assert sorted(measured) == sorted(row for number, facts in enumerate(gathered) for row in measure_rows(number, facts.measures))


def leaf(number: int, **values: Any) -> Row:
    head = {"submission": number, "unit": f"某县{number}号乡", "project": "公路养护", "year": 2023, "set": "mof/project-2020"}
    row = {"level1": "产出指标", "level2": "成本指标", "level3": "每公里养护成本", "weight": 50, "target": "≤3万元/公里"}
    return {**head, **row, "actual": "1万元/公里", "claimed": 50, "claimed_total": 50, "reason": None, **values}


points = st.decimals(min_value=0, max_value=50, places=2)


@settings(max_examples=25, deadline=None)
@given(
    usual=points,
    claims=st.lists(points, min_size=7, max_size=30),
    steps=st.lists(st.sampled_from(["9.99", "10", "10.01", "0"]), min_size=1, max_size=3),
    costs=st.lists(st.sampled_from(["0.49", "0.5", "0.51", "1", "1.1", "1.99", "2", "2.01", "1.05"]), min_size=12, max_size=12),
)
def test_near_the_thresholds_columns_and_forms_decide_alike(
    tmp_path_factory: pytest.TempPathFactory, usual: Any, claims: list[Any], steps: list[str], costs: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("near")
    listed = [usual] * 8 + [max(usual - type(usual)(step), 0) for step in steps] + claims
    costs = (costs * 5)[: len(listed)]
    rows = [
        leaf(number, claimed=claimed, claimed_total=claimed, actual=f"{cost}万元/公里", target="好")
        for number, (claimed, cost) in enumerate(zip(listed, costs, strict=True), 1)
    ]
    table = write_table(folder / "t.parquet", rows)
    submissions, gathered = as_forms(table)
    assert by_columns(table, folder, "P703") == by_forms(submissions, gathered, "P703")


@example([(14_411_518_807_587, 1)])
@given(st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15).filter(bool)), min_size=1, max_size=20))
def test_shares_are_rounded_as_for_one_form(pairs: list[tuple[int, int]]) -> None:
    from decimal import Decimal

    import numpy

    above, below = (numpy.array(column, numpy.int64) for column in zip(*pairs, strict=True))
    assert hundred_shares(above, below).tolist() == [float(share(Decimal(part), Decimal(whole))) for part, whole in pairs]


def test_a_nested_table_of_the_same_submissions_gives_the_same(tmp_path: Path) -> None:
    rows = [row for row in crowd_of(9, 400) if row.get("level1") != "预算执行率"]
    numbers = {number: place for place, number in enumerate(dict.fromkeys(row["submission"] for row in rows), 1)}
    flat = write_table(tmp_path / "flat.parquet", [{**row, "submission": numbers[row["submission"]]} for row in rows])
    nested: dict[int, Row] = {}
    heads = ("unit", "project", "department", "year", "set", "claimed_total", "claimed_grade")
    for row in parquet.read_table(flat).to_pylist():
        form = nested.setdefault(row["submission"], {**{name: row[name] for name in heads}, "answer": []})
        path = [row[name] for name in ("level1", "level2", "level3") if row[name] and row[name].strip()]
        cells = {name: row[name] or None for name in ("target", "actual", "standard", "reason", "direction")}
        figures = {name: row[name] for name in ("weight", "claimed")}
        form["answer"].append({"path": path or [""], **cells, **figures, "unit": row.get("measure_unit") or None})
    forms = [
        {**form, **{name: form[name] or None for name in heads}, "claimed_total": _shown(form["claimed_total"])}
        for form in nested.values()
    ]
    for form in forms:
        form["answer"] = [{**one, "weight": _shown(one["weight"]), "claimed": _shown(one["claimed"])} for one in form["answer"]]
    parquet.write_table(arrow.Table.from_pylist(forms), tmp_path / "nested.parquet")
    told = []
    for name in ("flat", "nested"):
        run_batch(tmp_path / f"{name}.parquet", tmp_path / name, settings=Settings(workers=1, pages=0, select=COMPARED))
        lines = [json.loads(line) for line in (tmp_path / name / "across.jsonl").read_text("utf-8").splitlines()]
        concerned = [[each["submission"] for each in one["submissions"]] for one in lines]
        told.append([(one["code"], one["message"], one["numbers"], who) for one, who in zip(lines, concerned, strict=True)])
    assert told[0] == told[1]
    assert {"P703", "P704"} <= {code for code, *_ in told[0]}


def _shown(value: Any) -> str | None:
    return None if value is None else f"{value.normalize():f}"


# ------------------------------------------------------------------------------------------------- where it is written


def check_counts(folder: Path) -> None:
    """Every submission has the counts and the risk of its findings, its own and those across."""
    by_number: dict[int, list[Row]] = {}
    for row in parquet.read_table(folder / "findings.parquet").to_pylist():
        by_number.setdefault(row["submission"], []).append(row)
    for row in parquet.read_table(folder / "submissions.parquet").to_pylist():
        own = by_number.get(row["submission"], [])
        levels = Counter(one["level"] for one in own)
        assert (row["errors"], row["warnings"], row["notes"]) == (levels["error"], levels["warning"], levels["note"])
        weights = [row[f"{name}_weight"] for name in ("recomputed", "judged", "missing", "left_out")]
        totals = (None if is_short(row["full"], weights) else row["total"], row["claimed_total"])
        grades = (row["grade"], row["claimed_grade"])
        assert row["risk"] == risk_of(own, totals=totals, grades=grades, unread=bool(row["unread"])).total


def test_findings_counts_risk_and_summary_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_steps(monkeypatch)
    table = write_table(tmp_path / "t.parquet", crowd_of(21, 200))
    outcome = run_batch(table, tmp_path / "out", settings=Settings(workers=1, pages=3))
    found = outcome.found
    assert found is not None
    lines = [json.loads(line) for line in (tmp_path / "out" / "across.jsonl").read_text("utf-8").splitlines()]
    findings = parquet.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    across = [(row["across"], row["submission"], row["message"]) for row in findings if row["across"] is not None]
    told = [(line, each["submission"], one["message"]) for line, one in enumerate(lines, 1) for each in one["submissions"]]
    assert sorted(across) == sorted(told)
    check_counts(tmp_path / "out")
    assert found.codes == Counter(row["code"] for row in findings)
    assert found.coded == Counter(code for _, code in {(row["submission"], row["code"]) for row in findings})
    assert found.matched == Counter(one["code"] for one in lines)
    about = json.loads((tmp_path / "out" / "batch.json").read_text("utf-8"))
    assert {code: one["faulty"] for code, one in about["across"].items() if one["faulty"]} == dict(found.matched)
    assert about["across"]["P701"]["not_run"]
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert lines[0]["message"][:20] in page
    assert about["across"]["P701"]["not_run"] in page


def test_one_code_counts_three_times_at_most_for_the_risk(tmp_path: Path) -> None:
    rows = [leaf(number, unit="某县交通局", actual=f"{number}万元/公里") for number in range(1, 7)]
    run_batch(write_table(tmp_path / "t.parquet", rows), tmp_path / "out", settings=Settings(workers=1, pages=0, select=("P704",)))
    told = parquet.read_table(tmp_path / "out" / "submissions.parquet").to_pylist()
    assert [row["warnings"] for row in told] == [5, 1, 1, 1, 1, 1]
    check_counts(tmp_path / "out")


def test_show_tells_what_the_comparison_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write_table(tmp_path / "t.parquet", [leaf(1), leaf(2, unit="某县1号乡"), leaf(3)])
    assert run(["batch", str(table), "-o", str(tmp_path / "out"), "--select", "P704"]) == 0
    capsys.readouterr()
    assert [one.code for one in find_report(str(tmp_path / "out"), "2")[2]] == ["P704"]
    assert find_report(str(tmp_path / "out"), "3")[2] == ()
    run(["show", str(tmp_path / "out"), "1"])
    assert "同批比对：1 处" in capsys.readouterr().out
    assert run(["batch", str(table), "-o", str(tmp_path / "again"), "--select", "P704", "--fail-on", "warning"]) == 1


@pytest.mark.parametrize(
    ("select", "ignore", "codes"),
    [
        ((), (), {"C307", "P701", "P702", "P703", "P704"}),
        (("P",), ("P703",), {"P701", "P702", "P704"}),
        (("A", "stale-year"), (), {"C307"}),
        (("A",), (), set()),
    ],
)
def test_what_is_compared_is_selected_as_for_forms(
    tmp_path: Path, select: tuple[str, ...], ignore: tuple[str, ...], codes: set[str]
) -> None:
    table = write_table(tmp_path / "t.parquet", crowd_of(5, 60))
    run_batch(table, tmp_path / "out", settings=Settings(workers=1, pages=0, select=select, ignore=ignore))
    about = json.loads((tmp_path / "out" / "batch.json").read_text("utf-8"))
    assert set(about["across"]) == codes
    assert {row["code"] for row in parquet.read_table(tmp_path / "out" / "findings.parquet").to_pylist()} <= {*codes, *about["checks"]}
    assert bool(about["checks"]) == (not select or "A" in select)


def test_copied_text_alone_is_refused_in_words() -> None:
    with pytest.raises(ScorerError, match="同批比对"):
        codes_by_columns(("P701",), ())


# ---------------------------------------------------------------------------------------------------------- one by one


def compared(tmp_path: Path, rows: list[Row], code: str) -> Found:
    table = write_table(tmp_path / "t.parquet", rows)
    found, tallies = by_columns(table, tmp_path, code)
    assert (found, tallies) == by_forms(*as_forms(table), code)
    return found


def test_last_years_figures_are_found_in_this_years_rows(tmp_path: Path) -> None:
    names = ("修建道路里数", "服务群众人次", "发放补助户数", "清理垃圾吨数")
    years = (("709", "3482", "231.6", "12"), ("709", "3482", "231.6", "15"), ("811", "3579", "245.1", "18"))
    rows = [
        leaf(number, unit="某县交通局", year=2020 + number, level2="数量指标", level3=name, target="≥100", actual=actual, weight=25)
        for number, actuals in enumerate(years, 1)
        for name, actual in zip(names, actuals, strict=True)
    ]
    found = compared(tmp_path, rows, "C307")
    assert [(one.numbers["same"], concerns) for one, concerns in found] == [("3", (0, 1))]


def test_words_that_tell_the_year_are_read_as_words(tmp_path: Path) -> None:
    told = "今年服务群众3482人次，发放补助231.6万元，清理垃圾709.5吨，群众普遍满意。"
    rows = [leaf(number, unit="某县交通局", year=2020 + number, actual=actual, reason=told) for number, actual in ((1, "1处"), (2, "2处"))]
    assert [concerns for _, concerns in compared(tmp_path, rows, "C307")] == [(0, 1)]


def test_a_department_with_full_marks_throughout(tmp_path: Path) -> None:
    rows = [leaf(number, department="某县教育局", claimed_total=100, project=f"第{number}项") for number in range(1, 5)]
    rows += [leaf(number, department="某县卫健局", claimed_total=100 - number % 2, project=f"第{number}项") for number in range(5, 9)]
    found = compared(tmp_path, rows, "P702")
    assert [concerns for _, concerns in found] == [(0, 1, 2, 3)]
    assert [place.at for place in found[0][0].where] == ["L1", "L2", "L3", "L4"]


def test_the_same_rows_under_several_numbers_are_one_finding(tmp_path: Path) -> None:
    rows = [leaf(number, unit="某县交通局") for number in (1, 2, 3)] + [leaf(4, unit="某县交通局", actual="2万元/公里")]
    found = compared(tmp_path, rows, "P704")
    assert [concerns for _, concerns in found] == [(0, 1, 2), (0, 3)]
