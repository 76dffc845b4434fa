"""The questions of docs/queries.md, asked of a small batch: in the DuckDB file and in the Parquet files the same answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scorer.batch import run_batch
from scorer.batch.database import MISSING, check_available, folder_of, write_database
from scorer.batch.sources.flat import FIELDS
from scorer.cli.app import run
from scorer.model import ScorerError
from tests.duck import duckdb
from tests.flat_tables import Row, write_table

PAGE = (Path(__file__).parent.parent / "docs" / "queries.md").read_text("utf-8")
QUERIES = dict(re.findall(r"<!-- query: (\w+) -->\n```sql\n(.*?)```", PAGE, re.S))
VIEWS = re.search(r"<!-- views -->\n```sql\n(.*?)```", PAGE, re.S)

SATISFIED = ("满意度", "≥90%", "92%", 40, 40)
# unit, department, claimed total and grade, [budget, executed, claimed], [indicator, target, actual, weight, claimed] …
FORMS: tuple[tuple[str, str, int, str, tuple[Any, ...], tuple[tuple[Any, ...], ...]], ...] = (
    ("甲县水务局", "甲县人民政府", 100, "优", (100, 80, 10), (("修路条数", "≥10条", "8条", 50, 50), ("满意度", "≥90%", "95%", 40, 40))),
    ("甲县教育局", "甲县人民政府", 100, "优", (200, 200, 10), (("培训人数", "≥100人", "180人", 50, 50), SATISFIED)),
    ("乙市文化局", "", 95, "优", (50, 45, 9), (("培训人数", "100人", "131", 50, 50), ("满意度", "≥90%", "81%", 40, 36))),
    ("乙市文化局", "", 88, "良", (10, Decimal("2.5"), Decimal("2.5")), (("修路条数", "≥10条", "12条", 50, 50), SATISFIED)),
)
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "departments": [
        ("甲县人民政府", 2, 1, 2, 27.5),  # (A107 10 + A110 10 + A112 3 + 100 − 88 + grade 20) ÷ 2
        ("乙市文化局", 2, 1, 2, 22.25),  # (A104 10 + A110 10 + 92.5 − 88 + grade 20) ÷ 2
    ],
    "regions": [
        ("乙市", "A104", "总分不等于各项得分之和", 1, 1),
        ("乙市", "A110", "复算后等级改变", 1, 1),
        ("甲县", "A107", "目标未完成却得满分", 1, 1),
        ("甲县", "A110", "复算后等级改变", 1, 1),
        ("甲县", "A112", "执行率得分不等于执行率×分值", 1, 1),
    ],
    "overachieved": [("培训人数", 2, 2, 100.0, 1.8)],
    "grades": [("优", 3, 98.33, 94.33, 4.0, 1), ("良", 1, 88.0, 92.5, -4.5, 1)],
    "unexecuted": [
        ("甲县水务局", 1, Decimal("100.00"), Decimal("80.00"), Decimal("20.00"), 80.0),
        ("乙市文化局", 2, Decimal("60.00"), Decimal("47.50"), Decimal("12.50"), 79.17),
        ("甲县教育局", 1, Decimal("200.00"), Decimal("200.00"), Decimal("0.00"), 100.0),
    ],
}


def rows() -> Iterator[Row]:
    for number, (unit, department, total, grade, money, leaves) in enumerate(FORMS, 1):
        head = {"submission": number, "unit": unit, "department": department, "project": f"项目{number}", "year": 2023}
        head |= {"set": "mof/project-2020", "claimed_total": total, "claimed_grade": grade}
        blank = dict.fromkeys(("level1", "level2", "level3", "weight", "target", "actual", "claimed", "budget", "executed"))
        budget, executed, claimed = money
        yield {**head, **blank, "weight": 10, "claimed": claimed, "budget": budget, "executed": executed}
        for name, target, actual, weight, points in leaves:
            level = "满意度指标" if name == "满意度" else "产出指标"
            row = {"level1": level, "level2": "", "level3": name, "weight": weight, "target": target}
            yield {**head, **blank, **row, "actual": actual, "claimed": points}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queries")
    run_batch(write_table(folder / "t.parquet", list(rows())), folder / "结果")
    write_database(folder / "结果", folder / "结果.duckdb")
    return folder


def asked(connection: Any, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(query).fetchall()]


def same(found: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> bool:
    def close(one: Any, other: Any) -> bool:
        return abs(float(one) - float(other)) < 0.006 if isinstance(other, float) else bool(one == other)

    return len(found) == len(expected) and all(
        all(close(one, other) for one, other in zip(row, wanted, strict=True)) for row, wanted in zip(found, expected, strict=True)
    )


def test_every_question_has_an_answer_here() -> None:
    assert set(QUERIES) == set(ANSWERS)
    assert len(QUERIES) == 5


@pytest.mark.parametrize("name", QUERIES)
def test_answers(results: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(results)
    with duckdb.connect("结果.duckdb", read_only=True) as connection:
        of_file = asked(connection, QUERIES[name])
    assert VIEWS is not None
    with duckdb.connect() as connection:
        connection.execute(VIEWS[1])
        assert asked(connection, QUERIES[name]) == of_file
    assert same(of_file, ANSWERS[name]), of_file


def test_the_page_lists_every_column_of_a_flat_table() -> None:
    assert dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", PAGE.partition("<!-- fields -->")[2], re.M)) == {
        name: words for name, (_, words) in FIELDS.items()
    }


def test_a_batch_of_files_becomes_a_database_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = '=HYPERLINK("x")\'; DROP TABLE scores; --'
    (tmp_path / "a.toml").write_text(
        f"unit = '''{form}'''\nset = \"mof/project-2020\"\n[[answer]]\n"
        "path = [\"产出指标\", \"数量指标\", \"2023-01-01\"]\ntarget = \"≥10\"\nactual = \"007\"\n",
        "utf-8",
    )
    (tmp_path / "坏.toml").write_text("unit = ", "utf-8")
    out = tmp_path / "o'ut.duckdb"
    assert run(["batch", str(tmp_path), "-o", str(out), "--workers", "1"]) == 1
    assert folder_of(out).is_dir()
    with duckdb.connect(str(out), read_only=True) as connection:
        assert asked(connection, "SELECT unit FROM submissions ORDER BY submission") == [(form,), ("",)]
        assert asked(connection, "SELECT indicator, actual FROM scores") == [("2023-01-01", "007")]
        assert asked(connection, "SELECT code, reason <> '' FROM errors") == [("F610", True)]
        assert {name for (name,) in asked(connection, "SHOW TABLES")} >= {"submissions", "scores", "findings", "errors"}
    assert "docs/queries.md" in capsys.readouterr().out
    assert run(["batch", str(tmp_path), "-o", str(out)]) == 2
    assert "已存在" in capsys.readouterr().err
    assert run(["show", str(out), "1", "--format", "json"]) == 0


def test_a_missing_library_is_said_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scorer.batch.database.find_spec", lambda name: None)
    with pytest.raises(ScorerError, match=re.escape(MISSING)):
        check_available()


def test_what_cannot_be_written_leaves_nothing_behind(results: Path, tmp_path: Path) -> None:
    with pytest.raises(ScorerError, match="无法写入"):
        write_database(results / "结果", tmp_path / "没有" / "a.duckdb")
    (tmp_path / "submissions.parquet").write_bytes(b"PAR1 no table PAR1")
    with pytest.raises(Exception, match=r"(?s)."):
        write_database(tmp_path, tmp_path / "a.duckdb")
    assert [path.name for path in tmp_path.iterdir()] == ["submissions.parquet"]
