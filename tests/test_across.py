"""The comparison across the forms of a batch: what it costs, what it writes, and where its findings are seen.

What each check finds is in tests/cases/checks (P…, C307) as data; here is what holds for all of them.
"""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.batch import REPORTS, Settings, run_batch
from scorer.batch.across import ACROSS as FILE
from scorer.batch.across import find_across
from scorer.batch.facts import facts_of
from scorer.checks.peers import Batch, Facts
from scorer.checks.peers.kept import Measure, Money, Row, Told
from scorer.checks.peers.prose import (
    SHINGLE,
    WINDOW,
    Words,
    fingerprints,
    kept_shingles,
    passages,
    prose_of,
    shared_runs,
)
from scorer.checks.peers.telling import telling_figures
from scorer.checks.registry import ACROSS, CHECKS, run_across
from scorer.cli.app import run
from scorer.evaluation import evaluate
from scorer.forms import read_submission
from scorer.forms.readers import record
from scorer.model import Submission

COPIED = (
    "组织养护队伍对辖区内的村组道路开展日常巡查和小修保养，及时处置水毁路段，群众反映的积水、断板问题基本得到解决，"
    "服务群众3482人次，道路通行条件明显改善。"
)
OWN = "演出剧目由村民点单，老人和留守儿童场场坐满，意见都改进到了下一季的节目单里，流动舞台车开到了最远的山区教学点。"


def form(unit: str, prose: str, project: str = "公路养护", year: int = 2023, actual: str = "12处", claimed: int = 100) -> str:
    return f"""unit = "{unit}"
project = "{project}"
year = {year}
claimed_total = {claimed}
[[goal]]
actual = "{prose}"
[[answer]]
path = ["产出指标", "数量指标", "{project}处数"]
weight = 100
target = "≥10处"
actual = "{actual}"
claimed = {claimed}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two townships with one text, an office of its own, and one form handed in twice with other figures."""
    below = tmp_path / "forms"
    below.mkdir()
    forms = {
        "a.toml": form("某县东河乡", COPIED),
        "b.toml": form("某县西岭镇", COPIED, actual="15处", claimed=90),
        "c.toml": form("某县文化馆", OWN, "送戏下乡"),
        "d.toml": form("某县文化馆", OWN, "送戏下乡", actual="13处"),
    }
    for name, text in forms.items():
        (below / name).write_text(text, "utf-8")
    (below / "坏.toml").write_text("unit = ", "utf-8")
    return below


def found_in(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / FILE).read_text("utf-8").splitlines()]


# -------------------------------------------------------------------------------------------------------- what is written


def test_findings_across_forms_have_a_file_of_their_own_and_reports_stay_what_they_are_alone(folder: Path, tmp_path: Path) -> None:
    run_batch(folder, tmp_path / "out")
    found = found_in(tmp_path / "out")
    numbers = [[each["submission"] for each in one["submissions"]] for one in found]
    assert [one["code"] for one in found] == ["P701", "P704"]
    assert numbers == [[1, 2], [3, 4]]
    assert [each["file"] for each in found[0]["submissions"]] == [str(folder / name) for name in ("a.toml", "b.toml")]
    lines = (tmp_path / "out" / REPORTS).read_bytes().splitlines()
    for name, line in zip(("a", "b", "c", "d"), lines, strict=False):
        assert line.decode() == evaluate(read_submission(folder / f"{name}.toml")).model_dump_json()


def test_the_tables_mark_the_findings_and_the_risk_counts_them(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow (extra batch) is not installed")
    run_batch(folder, tmp_path / "out")
    rows = parquet.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    assert [(row["submission"], row["code"], row["across"]) for row in rows if row["across"]] == [
        (1, "P701", 1),
        (2, "P701", 1),
        (3, "P704", 2),
        (4, "P704", 2),
    ]
    reports = [json.loads(line) for line in (tmp_path / "out" / REPORTS).read_bytes().splitlines()]
    summed = parquet.read_table(tmp_path / "out" / "submissions.parquet").to_pylist()
    alone = [sum(one["level"] == "warning" for one in report["findings"]) for report in reports]
    assert [row["warnings"] for row in summed[:4]] == [count + 1 for count in alone[:4]]


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--select", "P"], ["P701", "P704"]),
        (["--select", "A,copied-text"], ["P701"]),
        (["--ignore", "P70"], []),
        (["--select", "A"], []),
    ],
)
def test_codes_are_selected_as_for_one_form(folder: Path, tmp_path: Path, options: list[str], codes: list[str]) -> None:
    run(["batch", str(folder), "-o", str(tmp_path / "out"), *options])
    assert [one["code"] for one in found_in(tmp_path / "out")] == codes


def test_a_finding_across_forms_counts_for_the_exit_code_at_its_level(folder: Path, tmp_path: Path) -> None:
    (folder / "坏.toml").unlink()
    arguments = ["batch", str(folder), "-o", str(tmp_path / "out"), "--select", "P", "--force"]
    assert run([*arguments, "--fail-on", "error"]) == 0
    assert run([*arguments, "--fail-on", "warning"]) == 1


def test_what_if_runs_find_the_same_without_the_files(folder: Path, tmp_path: Path) -> None:
    run_batch(folder, tmp_path / "out")
    for path in folder.iterdir():
        path.unlink()
    run_batch(tmp_path / "out", tmp_path / "again", settings=Settings(workers=1))
    assert (tmp_path / "again" / FILE).read_bytes() == (tmp_path / "out" / FILE).read_bytes()


def test_show_prints_them_beneath_the_report_and_json_stays_the_bare_report(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["batch", str(folder), "-o", str(tmp_path / "out")])
    capsys.readouterr()
    run(["show", str(tmp_path / "out"), "1"])
    text = capsys.readouterr().out
    assert text.index("P701") > text.index("同批比对：1 处")
    assert str(folder / "b.toml") in "".join(text.split())
    for name in ("md", "html", "csv"):
        run(["show", str(tmp_path / "out"), "2", "--format", name])
        text = capsys.readouterr().out
        assert "文字大段雷同" in text  # an opinion names no codes
        assert "a.toml" in text
    run(["show", str(tmp_path / "out"), "1", "--format", "json"])
    line = (tmp_path / "out" / REPORTS).read_bytes().splitlines()[0]
    assert json.loads(capsys.readouterr().out) == json.loads(line)


def test_the_summary_tells_them_and_what_could_not_be_decided(folder: Path, tmp_path: Path) -> None:
    run_batch(folder, tmp_path / "out")
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert "文字大段雷同：共" in page
    assert "项目少于 3 个" in page
    assert "同批比对的发现计入所涉的每一份" in page


def test_a_folder_without_the_file_has_none(tmp_path: Path) -> None:
    assert find_across(tmp_path, 1) == ()


# ---------------------------------------------------------------------------------------------------------------- facts

texts = st.text(st.characters(codec="utf-8"), max_size=20)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1000, max_value=10**12)
hashes = st.integers(1, 2**64 - 1)
facts = st.builds(
    Facts,
    unit=texts,
    department=texts,
    project=texts,
    year=st.none() | st.integers(1990, 2100),
    digest=texts,
    kind=hashes,
    claimed=st.none() | decimals,
    full=st.none() | decimals,
    names=st.lists(texts, max_size=3).map(tuple),
    rows=st.lists(st.builds(Row, texts, texts, texts, texts), max_size=3).map(tuple),
    funds=st.lists(st.builds(Money, texts, texts, texts), max_size=2).map(tuple),
    measures=st.lists(st.builds(Measure, hashes, decimals, st.sampled_from(["cost", "total"]), st.integers(-1, 50)), max_size=3).map(tuple),
    told=st.lists(st.builds(Told, hashes, st.integers(1, 9)), max_size=2).map(tuple),
    letters=st.integers(0, 10**6),
    prints=st.lists(hashes, max_size=4).map(lambda listed: numpy.array(sorted(listed), dtype=numpy.uint64)),
)


@given(facts)
def test_facts_come_back_from_json_as_they_were(one: Facts) -> None:
    again = Facts.from_json(json.loads(json.dumps(one.as_json())))
    assert again.prints.tolist() == one.prints.tolist()
    names = [name for name in Facts.__slots__ if name != "prints"]
    assert [getattr(again, name) for name in names] == [getattr(one, name) for name in names]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("救助困难群众3482人次，发放231.60万元", ["3482", "231.6"]),
        ("12处，1500元，100%，20％", []),
        ("2023年新增709人，较2022年", ["709"]),
        ("在职人员127人", []),
        ("1,234,567.80元", ["1234567.8"]),
    ],
)
def test_figures_tell_something_that_do_not_come_again_by_chance(text: str, figures: list[str]) -> None:
    assert telling_figures(text) == figures


# ---------------------------------------------------------------------------------------------------------------- prose

words = st.text("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏", max_size=60)
runs = st.text("闰余成岁律吕调阳云腾致雨露结为霜", min_size=SHINGLE + WINDOW - 1, max_size=80)


@given(words, words, words, words, runs)
def test_texts_that_share_a_run_share_a_fingerprint(a: str, b: str, c: str, d: str, run: str) -> None:
    one, other = kept_shingles(a + run + b)[0], kept_shingles(c + run + d)[0]
    assert set(one.tolist()) & set(other.tolist())


def of_prose(*prose: str) -> list[Submission]:
    return [record.parse(f"{number}.toml", form(f"某县{number}号乡", text).encode()) for number, text in enumerate(prose, 1)]


@given(words, words, runs)
def test_a_shared_run_is_found_whole_and_quoted_as_it_stands(before: str, after: str, run: str) -> None:
    one, other = of_prose(f"{before}，{run}。", f"{run}，{after}")
    found = shared_runs(prose_of(one, ()), prose_of(other, ()), numpy.empty(0, numpy.uint64))
    longest = max(found, key=len)
    assert len(longest) >= len(run)
    first, second = longest.places()
    assert first.quote in f"{before}，{run}。"
    assert second.quote in f"{run}，{after}"
    assert "".join(filter(str.isalnum, first.quote)) == "".join(filter(str.isalnum, second.quote))


def test_a_text_that_repeats_itself_is_compared_in_linear_steps() -> None:
    one, other = of_prose("甲" * 20_000, "甲" * 20_000)
    found = shared_runs(prose_of(one, ()), prose_of(other, ()), numpy.empty(0, numpy.uint64))
    assert [len(run) for run in found] == [20_000]


def test_names_and_figures_do_not_hide_a_copy() -> None:
    text = "某县{}乡组织队伍巡查河道{}公里，清理垃圾{}吨，沿岸群众反映的问题都得到了答复"
    one, other = (
        fingerprints(prose_of(each, [each.unit, f"某县{name}乡"]))
        for name, each in zip("东西", of_prose(text.format("东", 31, "2.5"), text.format("西", 7, "1,200")), strict=True)
    )
    assert one.tolist() == other.tolist() != []


def test_only_what_a_unit_writes_itself_is_prose(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(
        "某县文化馆2023年度绩效自评报告\n"
        "一、主要职责\n开展群众文化活动，组织业余文艺骨干培训，辅导乡镇综合文化站。\n"
        "二、完成情况\n" + OWN + "按照《某县绩效管理办法》的规定开展自评。\n"
        "三、名词解释\n一般公共预算拨款收入：指本级财政当年拨付的资金。\n",
        "utf-8",
    )
    told = [passage.text for passage in passages(read_submission(tmp_path / "r.txt"))]
    assert told == ["某县文化馆2023年度绩效自评报告", OWN] or told == [OWN]


# ----------------------------------------------------------------------------------------------------------------- cost


class Counted:
    """Facts of invented submissions, which count how often a text is read again."""

    def __init__(self, listed: list[tuple[str, str]]) -> None:
        self.listed = listed
        self.read = 0
        self.prints = {text: numpy.unique(kept_shingles(Words(()).letters(text))[0]) for _, text in listed}

    def submission(self, number: int) -> Submission:
        self.read += 1
        unit, text = self.listed[number]
        return record.parse(f"{number}.toml", form(unit, text, f"第{number}项").encode())

    def facts(self, number: int) -> Facts:
        unit, text = self.listed[number]
        prints = self.prints[text]
        return Facts(unit=unit, project=f"第{number}项", year=2023, kind=1, letters=len(text), prints=prints, digest=str(number))

    def copies(self) -> list[tuple[int, ...]]:
        self.read = 0
        with Batch(self.facts, self.submission) as batch:
            for number in range(len(self.listed)):
                batch.add(self.facts(number))
            return [concerns for _, concerns in run_across(batch, ["P701"])[0]]


def test_ten_thousand_submissions_are_compared_without_reading_more_than_the_copies() -> None:
    source = random.Random(1)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 2000)]
    listed = [(f"某县{number}号单位", "".join(source.choices(letters, k=80))) for number in range(10_000)]
    listed[7001] = (listed[7001][0], listed[3][1])
    listed[9999] = (listed[9999][0], listed[12][1])
    counted = Counted(listed)
    assert counted.copies() == [(3, 7001), (12, 9999)]
    assert counted.read <= 8


@pytest.mark.parametrize(("low", "found"), [(11, 11), (12, 0)])
def test_among_many_forms_what_a_few_in_a_hundred_do_is_no_outlier(low: int, found: int) -> None:
    submissions = [
        record.parse(f"{number}.toml", form(f"某县第{number}村", f"{number}", claimed=55 if number < low else 100).encode())
        for number in range(240)
    ]
    facts = [Facts.from_json(facts_of(each, evaluate(each))) for each in submissions]
    with Batch(facts.__getitem__, submissions.__getitem__) as batch:
        for each in facts:
            batch.add(each)
        findings, (tally,) = run_across(batch, ["P703"])
    assert len([one for one, _ in findings if "自评总分" in one.message]) == found
    assert any("像是两类" in reason for reason in tally.reasons) == (not found)


def test_what_all_units_write_costs_nothing_and_is_no_copy() -> None:
    counted = Counted([(f"某县{number}号单位", COPIED) for number in range(2000)])
    assert counted.copies() == []
    assert counted.read == 0


def test_two_units_with_many_projects_each_are_compared_once() -> None:
    counted = Counted([(f"某县{'甲乙'[number % 2]}单位", COPIED) for number in range(1000)])
    assert counted.copies() == [(0, 1)]
    assert counted.read <= 4


# ----------------------------------------------------------------------------------------------------------------- laws


def test_the_order_of_the_submissions_does_not_matter() -> None:
    forms = [form("某县东河乡", COPIED), form("某县文化馆", OWN), form("某县西岭镇", COPIED), form("某县东河乡", OWN, actual="13处")]

    def found(order: list[int]) -> set[tuple[str, frozenset[int]]]:
        submissions = [record.parse(f"{number}.toml", forms[number].encode()) for number in order]
        gathered = [Facts.from_json(facts_of(each, evaluate(each))) for each in submissions]
        with Batch(gathered.__getitem__, submissions.__getitem__) as batch:
            for each in gathered:
                batch.add(each)
            return {(one.code, frozenset(order[number] for number in concerns)) for one, concerns in run_across(batch)[0]}

    first = found([0, 1, 2, 3])
    assert first
    assert found([3, 1, 0, 2]) == found([2, 3, 1, 0]) == first


@pytest.mark.parametrize("code", ACROSS)
def test_an_empty_batch_and_one_form_are_compared_without_a_finding(code: str) -> None:
    assert code in CHECKS
    one = record.parse("1.toml", form("某县东河乡", COPIED).encode())
    gathered = Facts.from_json(facts_of(one, evaluate(one)))
    for count in (0, 1):
        with Batch(lambda _: gathered, lambda _: one) as batch:
            for _ in range(count):
                batch.add(gathered)
            assert run_across(batch, [code])[0] == ()


def test_measures_of_one_group_come_together_whatever_their_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scorer.checks.peers.peers.PARTED", 3)
    groups = (5, 2**64 - 1, 2**63)
    with Batch(lambda _: Facts(), lambda _: Submission()) as batch:
        for value in ("3", "1", "2"):
            batch.add(Facts(measures=tuple(Measure(group, Decimal(value), "cost", 0) for group in groups)))
        parts = [part["group"].tolist() for part in batch.measures() if len(part)]
    assert sorted(parts) == sorted([group] * 3 for group in groups)


@pytest.mark.parametrize(
    ("unit", "first", "second", "codes"),
    [
        ("民政局", "甲县", "乙县", []),  # the folders say that they are two
        ("民政局", "一", "二", []),  # nothing says that they are one
        ("民政局", "一", "一", ["P704"]),
        ("甲县民政局", "一", "二", ["P704"]),
        ("城关镇人民政府", "甲县", "乙县", []),
    ],
)
def test_offices_of_one_name_in_two_places_are_two(tmp_path: Path, unit: str, first: str, second: str, codes: list[str]) -> None:
    for name, folder, actual in (("1.toml", first, "12处"), ("2.toml", second, "13处")):
        (tmp_path / "in" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / folder / name).write_text(form(unit, OWN, actual=actual), "utf-8")
    run_batch(tmp_path / "in", tmp_path / "out", settings=Settings(select=("P704",)))
    assert [one["code"] for one in found_in(tmp_path / "out")] == codes
