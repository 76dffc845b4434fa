"""The summary of a batch: figures that add up, a page that is whole and harmless, a workbook, last words, a bar."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import tomllib
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.batch import run_batch
from scorer.batch.closing import closing_words
from scorer.batch.overview import counts, figures
from scorer.batch.overview.counts import Aggregates, Match, common_root
from scorer.batch.overview.page import CHARTS
from scorer.batch.overview.region import region_of, together
from scorer.batch.overview.risk import Risk, Row
from scorer.batch.overview.spool import Spool
from scorer.batch.overview.summary import listed, page
from scorer.batch.overview.workbook import write_workbook
from scorer.batch.progress import Progress, progress_line, progress_words
from scorer.batch.results import Outcome
from scorer.batch.run import Settings
from scorer.model import Tally
from scorer.report.width import width_of
from tests.road_form import road_form
from tests.test_report_page import HOSTILE, Page

REGIONS = tomllib.loads((Path(__file__).parent / "cases" / "batch" / "regions.toml").read_text("utf-8"))["case"]


def row(number: int, **values: object) -> Row:
    usual = Row(
        number=number,
        key=f"forms/{number}.xlsx",
        unit="某县财政局",
        department="",
        project="修路",
        year=2023,
        set="x",
        total=Decimal("95.00"),
        full=Decimal(100),
        claimed=Decimal("95.00"),
        grade="优",
        claimed_grade="优",
        errors=0,
        warnings=0,
        notes=0,
        codes=(),
        first="",
        risk=Risk(),
        region="某县",
        region_by="unit",
    )
    return replace(usual, **values)  # type: ignore[arg-type]


def unread(number: int) -> Row:
    nothing = dict.fromkeys(("year", "total", "full", "claimed", "grade", "claimed_grade"))
    empty = dict.fromkeys(("unit", "project", "set", "region", "region_by"), "")
    found = {"errors": 1, "codes": (("F610", 1),), "risk": Risk(unread=100), "unread": "F610", "reason": "文件已损坏"}
    return row(number, **nothing, **empty, **found)


WRONG = row(
    7,
    total=Decimal("78.50"),
    grade="中",
    errors=2,
    warnings=1,
    codes=(("A101", 2), ("E501", 1)),
    first="分值之和为 90",
    risk=Risk(errors=20, warnings=3, difference=Decimal("16.50"), grade=20),
    department="某县水务局",
    key="forms/乡镇/7.docx",
)
BATCH = (row(1), row(2, claimed=Decimal(100), total=Decimal(100)), WRONG, unread(8), row(9, claimed=None, claimed_grade=None))


def counted(rows: Sequence[Row]) -> Aggregates:
    found = Aggregates()
    for one in rows:
        found.add(one)
    return found


def parsed(text: str) -> Page:
    found = Page()
    found.feed(text)
    found.close()
    return found


# ------------------------------------------------------------------------------------------------------------- regions


@pytest.mark.parametrize("case", REGIONS, ids=lambda case: case["unit"][:12] or "empty")
def test_region(case: dict[str, object]) -> None:
    found = region_of(case["unit"], case.get("folders", []))  # type: ignore[arg-type]
    assert found == (case.get("region", ""), case.get("by", ""))


def test_names_of_one_region_come_together_and_those_of_two_do_not() -> None:
    names = ["某市", "甲省某市", "乙区", "甲省丙市乙区", "丁区", "丙市丁区", "戊市丁区"]
    meant = together(names)
    assert meant["某市"] == "甲省某市"
    assert meant["乙区"] == "甲省丙市乙区"
    assert meant["丁区"] == "丁区"
    assert meant["丙市丁区"] != meant["戊市丁区"]


# ------------------------------------------------------------------------------------------------------------- figures


def test_means_are_rounded_half_up() -> None:
    found = counted([row(1, claimed=Decimal("97.00"), total=Decimal("80.12")), row(2, claimed=Decimal("97.25"), total=Decimal("80.13"))])
    assert figures.means_words(found) == "两个总分都有的 2 份，自评平均 97.13 分，复算平均 80.13 分。"


def test_a_row_with_notes_alone_is_not_said_to_be_without_findings() -> None:
    shown = [listed(one, Decimal(1), {}, ()).made_of for one in (row(1, notes=1), row(2))]
    assert shown == ["只有提示", "没有发现"]


def test_risks_have_two_places() -> None:
    assert [str(one.risk.total) for one in (row(1), unread(2), row(3, risk=Risk(errors=10)))] == ["0.00", "100.00", "10.00"]


def test_the_figures_of_a_batch() -> None:
    found = counted(BATCH)
    assert dict(figures.overview(found)) == {
        "提交件": 5,
        "得出总分": 4,
        "没有总分（没有可计分的指标）": 0,
        "有必改之处": 1,
        "自评总分与复算总分不同": 1,
        "自评等级与复算等级不同": 1,
        "未能读取": 1,
    }
    assert figures.codes(found)[0] == ("A101", "分值之和不等于满分", "必改", 2, 1, "20.0%")
    grades = figures.matrix(found)
    assert (grades.given, grades.sums) == (("优", "中"), (3, 1))
    assert [(one.name, [cell.count for cell in one.cells], one.sum) for one in grades.rows] == [
        ("优", [2, 1], 3),
        ("（表中未写）", [1, 0], 1),
    ]
    assert [cell.kind for cell in grades.rows[0].cells] == ["same", "lower"]
    assert {name: counts for name, *counts in figures.distribution(found) if any(counts)} == {
        "70–80": [0, 1],
        "94–96": [2, 2],
        "100": [1, 1],
    }
    assert [one[:3] for one in figures.departments(found)] == [("某县水务局", 1, 1), ("某县财政局", 3, 0), ("（表中未写）", 1, 0)]
    assert [one[:3] for one in figures.regions(found)] == [("某县", 4, 1), ("（未能判断）", 1, 0)]
    assert figures.means_words(found) == "两个总分都有的 3 份，自评平均 96.67 分，复算平均 91.17 分。"


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 3, "0.0%"), (1, 3, "33.3%"), (1, 9999, "不到 0.1%"), (9999, 10000, "超过 99.9%"), (3, 3, "100.0%"), (0, 0, "—")],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(part: int, whole: int, words: str) -> None:
    assert figures.share_words(part, whole) == words


rows_drawn = st.lists(
    st.builds(
        lambda total, claimed, errors, name, lost: (total, claimed, errors, name, lost),
        st.one_of(st.none(), st.decimals(0, 100, places=2)),
        st.one_of(st.none(), st.decimals(0, 100, places=2)),
        st.integers(0, 3),
        st.sampled_from(["某县财政局", "乙区教育局", "某公司", ""]),
        st.booleans(),
    ),
    max_size=30,
)


@given(rows_drawn, st.integers(0, 30))
def test_two_halves_merge_into_the_whole(drawn: list[tuple[Decimal | None, Decimal | None, int, str, bool]], cut: int) -> None:
    rows = [
        unread(number)
        if lost
        else row(
            number,
            total=total,
            claimed=claimed,
            errors=errors,
            unit=name,
            risk=Risk(errors=errors * 10),
            codes=(("A101", errors),) if errors else (),
        )
        for number, (total, claimed, errors, name, lost) in enumerate(drawn, 1)
    ]
    whole, first, second = counted(rows), counted(rows[:cut]), counted(rows[cut:])
    first.merge(second)
    assert page(first) == page(whole)
    assert sum(sum(cell.count for cell in one.cells) for one in figures.matrix(whole).rows) == whole.whole.scored
    assert sum(one[2] for one in figures.distribution(whole)) == whole.whole.scored


def test_only_the_riskiest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "LISTED", 3)
    risks = [5, 1, 9, 5, 7, 0, 5]
    found = counted([row(number, risk=Risk(errors=risk)) for number, risk in enumerate(risks, 1)])
    assert [one.number for one in found.riskiest()] == [3, 5, 1]


@pytest.mark.parametrize(
    ("keys", "root"),
    [
        (["a/b/1.x", "a/c/2.x"], "a/"),
        (["a/b/1.x", "a/b/2.x"], "a/b/"),
        (["a/bc/1.x", "a/bd/2.x"], "a/"),
        (["1.x", "a/2.x"], ""),
        (["C:\\表\\1.x", "C:\\表\\乡\\2.x"], "C:\\表\\"),
    ],
)
def test_the_folder_that_all_lie_in(keys: list[str], root: str) -> None:
    found: str | None = None
    for key in keys:
        found = common_root(found, key)
    assert found == root


def test_rows_come_back_from_disk_as_they_went_and_the_riskiest_first() -> None:
    odd = row(3, key="名\udcff\n", risk=Risk(difference=Decimal("0.10")), codes=(("T405", 2),))
    with Spool() as spool:
        for one in (row(1), WRONG, odd, unread(8), row(9)):
            spool.add(one)
        assert list(spool.by_risk()) == [WRONG, odd, row(1), row(9)]
        assert list(spool.unread()) == [unread(8)]


# ---------------------------------------------------------------------------------------------------------------- page


@pytest.mark.parametrize("rows", [(), (row(1),), BATCH, (unread(1), unread(2))], ids=["none", "one", "some", "all unread"])
def test_the_page_is_well_formed_and_its_links_lead_somewhere(rows: tuple[Row, ...]) -> None:
    found = parsed(page(counted(rows), paged={7}))
    assert found.faults == []
    assert found.open == []
    ids = Counter(attributes["id"] for _, attributes in found.elements if "id" in attributes)
    assert [name for name, times in ids.items() if times > 1] == []
    links = {attributes["href"] for attributes in found.of("a")}
    assert {link for link in links if not link.startswith("#")} <= {"reports/000007.html"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    tables = {attributes["data-table"] for _, attributes in found.elements if "data-table" in attributes}
    assert tables <= set(ids)


def test_all_tables_are_there_without_a_script() -> None:
    found = parsed(page(counted(BATCH), paged={7}))
    hidden = [tag for tag, attributes in found.elements if "hidden" in attributes]
    assert "table" not in hidden
    assert "tr" not in hidden
    for words in ("某县水务局", "A101", "分值之和不等于满分", "必改 20 + 说明 3 + 总分相差 16.50 + 等级不同 20", "文件已损坏", "94–96"):
        assert words in found.text, words
    assert {"href": "reports/000007.html", "aria-label": "序号 7 的报告"} in found.of("a")


def test_the_page_runs_its_own_scripts_and_loads_nothing() -> None:
    text = page(counted(BATCH))
    found = parsed(text)
    assert {tag for tag, _ in found.elements} & {"link", "img", "iframe", "object", "embed", "form", "base"} == set()
    for tag, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset", "action")], tag
    policy = next(meta["content"] for meta in found.of("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in (found.style, *scripts)]
    style, *allowed = [f"'sha256-{digest}'" for digest in digests]
    assert len(scripts) == 2
    assert policy == f"default-src 'none'; style-src {style}; script-src {' '.join(allowed)}; base-uri 'none'; form-action 'none'"


def test_the_charts_are_the_ones_that_were_taken() -> None:
    beside = CHARTS.parent
    script = CHARTS.read_text("utf-8")
    assert hashlib.sha256(CHARTS.read_bytes()).hexdigest() in (beside / "README.md").read_text("utf-8")
    assert {"LICENSE", "NOTICE", "LICENSE-d3", "LICENSE-zrender", "LICENSE-tslib"} <= {path.name for path in beside.iterdir()}
    for call in ("eval(", "new Function", "XMLHttpRequest", "fetch(", "WebSocket", "importScripts", "</script", "<!--"):
        assert call not in script, call


def test_words_of_strangers_stay_words() -> None:
    hostile = row(
        1, unit=HOSTILE, department=HOSTILE, project=HOSTILE, key=f"forms/{HOSTILE}", first=HOSTILE, claimed_grade=HOSTILE, grade=HOSTILE
    )
    found = counted([hostile, replace(unread(2), key=HOSTILE, reason=HOSTILE)])
    found.add_match(Match(1, "P701", HOSTILE, HOSTILE, HOSTILE, (HOSTILE,)))
    text = page(found, paged={1})
    seen = parsed(text)
    assert seen.faults == []
    assert {tag for tag, _ in seen.elements} & {"img", "textarea", "b"} <= {"b"}
    assert len(re.findall(r"<script", text)) == 2
    assert "{{ 7*7 }}" in text
    assert "\u202e" not in text


def test_the_folder_around_all_is_not_handed_on() -> None:
    inside = [replace(one, key=f"/home/someone/批次/{one.key}") for one in BATCH]
    inside[3] = replace(inside[3], reason=f"{inside[3].key}：文件已损坏")
    found = counted(inside)
    found.add_match(Match(7, "P701", "某县水务局", "修路", "与 /home/someone/批次/forms/1.xlsx 雷同", (inside[0].key,)))
    text = page(found)
    assert "someone" not in text
    assert "乡镇/7.docx" in text
    content = io.BytesIO()
    write_workbook(content, found, found.riskiest(), found.first_unread())
    with zipfile.ZipFile(content) as packed:
        assert not [name for name in packed.namelist() if b"someone" in packed.read(name)]
    assert figures.without_root("2023/05 完成", "2023/") == "05 完成"
    assert figures.without_root("于 2023/05 完成", "2023/") == "于 2023/05 完成"


def test_a_match_across_forms_has_a_section_of_its_own() -> None:
    found = counted(BATCH)
    found.add_match(Match(7, "P701", "某县水务局", "修路", "与另一单位的文字有 95% 相同", ("forms/1.xlsx",)))
    text = parsed(page(found)).text
    assert "与另一单位的文字有 95% 相同" in text
    assert "没有发现同批各份之间的雷同" not in text
    alone = counted(BATCH)
    assert "没有作同批比对" in parsed(page(alone)).text
    alone.compared = (Tally(code="P701", sound=3, undecided=2, reasons={"没有成段的叙述可以比对": 2}),)
    text = parsed(page(alone)).text
    assert "没有发现同批各份之间的雷同" in text
    assert "没有成段的叙述可以比对 2" in text


# ------------------------------------------------------------------------------------------------------------ workbook


def test_the_workbook_says_the_same_and_holds_no_formula_and_no_link_of_strangers() -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl (extra test) is not installed")
    strange = row(1, unit="=1+1", project="http://example.invalid/", key="=cmd|' /C calc'!A0.xlsx", first="@SUM(1)", department="+1")
    content = io.BytesIO()
    found = counted([strange, *BATCH[1:]])
    write_workbook(content, found, found.riskiest(), [unread(8)], paged={7})
    book = openpyxl.load_workbook(content)
    assert book.sheetnames == ["总览", "风险清单", "问题", "部门", "地区", "同批比对", "比对情况", "未能读取"]
    links = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.hyperlink]
    assert [cell.hyperlink.target for cell in links] == [r"reports\000007.html"]  # as Excel itself writes it
    assert [cell.value for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"] == []
    risks = book["风险清单"]
    assert risks.freeze_panes == "A2"
    assert risks.auto_filter.ref.startswith("A1:")
    headings = [cell.value for cell in risks[1]]
    first = dict(zip(headings, [cell.value for cell in risks[2]], strict=True))
    assert (first["序号"], first["风险"], first["自评总分"], first["复算总分"]) == (7, 59.5, 95, 78.5)
    assert [line[0].value for line in risks.iter_rows(min_row=2)] == [7, 1, 2, 9]
    assert book["未能读取"]["D2"].value == "文件已损坏"
    assert book["比对情况"]["A2"].value == "没有作同批比对。"
    assert book["同批比对"]["A2"].value == "没有作同批比对。"


# --------------------------------------------------------------------------------------------------------------- pages


def test_the_riskiest_have_pages_that_go_when_they_no_longer_are(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.toml").write_text(road_form(f"某县第{number}局", 4 + number), "utf-8")
    out = tmp_path / "out"
    run_batch(str(tmp_path / "*.toml"), out, settings=Settings(pages=2))
    written = sorted(path.name for path in (out / "reports").iterdir())
    assert written == ["000001.html", "000002.html"]
    assert "某县第0局" in (out / "reports" / "000001.html").read_text("utf-8")
    links = {link["href"] for link in parsed((out / "summary.html").read_text("utf-8")).of("a")}
    assert {f"reports/{name}" for name in written} <= links
    (out / "reports" / "批注.html").write_text("mine", "utf-8")
    (tmp_path / "5.toml").write_text(road_form("某县第5局", 0), "utf-8")
    run_batch(str(tmp_path / "*.toml"), out, settings=Settings(pages=1))
    assert sorted(path.name for path in (out / "reports").iterdir()) == ["000006.html", "批注.html"]
    (out / "reports" / "批注.html").unlink()
    run_batch(str(tmp_path / "*.toml"), out, settings=Settings(pages=0))
    assert not (out / "reports").exists()


# --------------------------------------------------------------------------------------------- what the terminal shows


@pytest.mark.parametrize(
    ("done", "total", "seconds", "name", "line"),
    [
        (0, 10000, 0.0, "", "读取 [------------------------]   0% 0/10000"),
        (5000, 10000, 50.0, "", "读取 [############------------]  50% 5000/10000 · 每秒 100 份 · 还需约 50 秒"),
        (1, 40, 20.0, "", "读取 [------------------------]   2% 1/40 · 每份 20 秒 · 还需约 13 分 0 秒"),
        (40, 40, 20.0, "", "读取 [########################] 100% 40/40 · 每秒 2.0 份"),
        (0, 0, 0.0, "", "读取……"),
    ],
)
def test_the_bar(done: int, total: int, seconds: float, name: str, line: str) -> None:
    assert progress_line("读取", done, total, seconds, name, 79) == line


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.floats(0, 10**6), st.text(max_size=80), st.integers(20, 200))
def test_the_bar_keeps_to_its_line(done: int, total: int, seconds: float, name: str, width: int) -> None:
    line = progress_line("写汇总表", min(done, total), total, seconds, name, width)
    assert width_of(line) <= width
    assert "\n" not in line


def test_the_words_of_a_log() -> None:
    assert progress_words(120, 10000, 60.0) == "120/10000 · 每秒 2.0 份 · 还需约 1 小时 22 分"


def test_a_log_has_lines_and_a_terminal_one_line() -> None:
    said: list[str] = []
    log = Progress(said.append, terminal=False)
    log.begin(2, 3)
    log.step("a")
    log.step("b")
    log.end()
    assert said[0] == "已有 3 份，还需读取 2 份"
    assert said[-1].startswith("读取 2/2")
    said.clear()
    bar = Progress(said.append, terminal=True, columns=lambda: 60)
    bar.begin(2, 3)
    assert said == ["读取 [------------------------]   0% 0/2"]


@pytest.mark.parametrize("width", [60, 80, 132])
@pytest.mark.parametrize("rows", [BATCH, (row(1),), (unread(1),), (replace(WRONG, unit="很长的名称" * 30, first="很长的一句话。" * 40),)])
def test_the_last_words_keep_to_the_width_and_say_what_to_do(rows: tuple[Row, ...], width: int) -> None:
    found = counted(rows)
    riskiest = tuple(one for one in found.riskiest() if one.risk.total)
    outcome = Outcome(len(rows), found.whole.unread, "error", "", found, riskiest, len(riskiest))
    words = closing_words(outcome, "结果", width)
    assert max(width_of(line) for line in words.splitlines()) <= width
    assert words.startswith(f"已处理 {len(rows)} 份提交件")
    assert "接下来：" in words
    assert ("errors.csv" in words) == bool(found.whole.unread)
    assert ("风险最高的 1 份" in words) == bool(riskiest)


def test_json_of_a_row_needs_no_pickle() -> None:
    """What waits on disk is plain JSON: nothing of a stranger's file is ever executed when it is read again."""
    with Spool() as spool:
        spool.add(WRONG)
        spool._file.seek(0)
        assert json.loads(spool._file.readline())[0] == 7


def test_a_total_of_fewer_points_than_the_full_score_stands_beside_no_claimed_one(tmp_path: Path) -> None:
    whole, half = road_form("某县水务局", 8), road_form("某县教育局", 8).replace("weight = 100\n", "weight = 50\n")
    for name, form in (("whole", whole), ("half", half), ("nearly", whole.replace("weight = 100\n", "weight = 99.99\n"))):
        (tmp_path / f"{name}.toml").write_text(form, "utf-8")
    found = run_batch(str(tmp_path / "*.toml"), tmp_path / "out").found
    assert found is not None
    rows = {row.file: row for _, _, row in found.top}
    assert {name: row.total for name, row in rows.items()} == {
        "whole.toml": Decimal("80.00"),
        "nearly.toml": Decimal("79.99"),
        "half.toml": None,
    }
    assert rows["half.toml"].risk.difference == 0
    assert (found.whole.paired, found.whole.differing) == (2, 2)
    reports = map(json.loads, (tmp_path / "out" / "reports.jsonl").read_text("utf-8").splitlines())
    assert "40.00" in [report["total"] for report in reports]


def test_totals_above_the_full_score_are_marked() -> None:
    from scorer.batch.overview.summary import _shown

    assert _shown(Decimal("102.00"), Decimal(100)) == "102.00（超满分）"
    assert _shown(Decimal("102.00"), None) == "102.00（超满分）"
    assert _shown(Decimal("98.00"), None) == "98.00"
    assert _shown(Decimal("110.00"), Decimal(120)) == "110.00"
