"""Layouts of forms: each description in tests/cases/forms against its .toml, as grids and as files of each format."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.evaluation import evaluate
from scorer.forms import read_document
from scorer.forms.layout import vocabulary
from scorer.forms.layout.assembly import understand
from scorer.forms.layout.vocabulary import (
    COLUMNS,
    FUNDS_COLUMNS,
    LABELS,
    column_field,
    funds_field,
    heading,
    label_field,
)
from scorer.model import Cell, Document, Paragraph, Source, Submission, Table
from scorer.sets import load_set
from tests.form_grids import BLANK, MERGED, REPEATED, as_document, description_of, read_description, write_file

CASES = sorted((Path(__file__).parent / "cases" / "forms").glob("*.grid"))
DESCRIPTIONS = [read_description(path) for path in CASES]
MANNERS = [
    (path, manner)
    for path, description in zip(CASES, DESCRIPTIONS, strict=True)
    for manner in (MERGED, BLANK, REPEATED)
    if manner == MERGED or "csv" in description.formats
]
FILES = [
    (path, ending) for path, description in zip(CASES, DESCRIPTIONS, strict=True) for ending in description.formats
]
FUNDS_FIELDS = ("initial", "budget", "received", "executed", "rate", "weight", "claimed", "reason")
ANSWER_FIELDS = (
    *("weight", "target", "actual", "claimed", "reason", "standard", "coefficient", "reviewed", "evidence"),
    *("unit", "direction"),
)


def flat(submission: Submission) -> dict[str, Any]:
    """A submission as the .toml of a case writes it: what is empty is left out."""

    def written(value: object) -> str:
        return value.text if isinstance(value, Cell) else str(value)

    def fields(item: object, names: tuple[str, ...]) -> dict[str, Any]:
        found = {name: written(getattr(item, name)) for name in names}
        return {name: text for name, text in found.items() if text.strip()}

    head = ("title", "unit", "project", "department", "claimed_total", "claimed_grade", "reason", "problems")
    found: dict[str, Any] = fields(submission, head)
    if submission.year:
        found["year"] = submission.year
    found["columns"] = list(submission.columns)
    found["notes"] = [note.text for note in submission.notes]
    found["doubts"] = [doubt.message for doubt in submission.doubts]
    found["goal"] = [{"target": goal.target.text, "actual": goal.actual.text} for goal in submission.goals]
    found["funds"] = [
        {
            "source": row.source,
            **fields(row, FUNDS_FIELDS),
            **({"unit": row.unit} if row.unit != "万元" else {}),
            **({"total": True} if row.total else {}),
            **({"part_of": row.part_of} if row.part_of is not None else {}),
        }
        for row in submission.funds
    ]
    found["answer"] = [
        {"path": list(answer.path), **fields(answer, ANSWER_FIELDS), "at": answer.names[-1].source.at}
        for answer in submission.answers
    ]
    found["branch"] = [
        {"path": list(branch.path), **fields(branch, ("weight", "claimed"))} for branch in submission.branches
    ]
    return {name: value for name, value in found.items() if value not in ([], "")}


def compare(path: Path, submission: Submission, merged: bool, places: bool) -> None:
    expected = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    lost = expected.pop("lost", [])
    found = flat(submission)
    for side in (expected, found):
        if not merged:
            for name in lost:
                side.pop(name, None)
                for answer in side["answer"]:
                    answer.pop(name, None)
        if not places:
            for answer in side["answer"]:
                answer.pop("at")
    assert found == expected


@pytest.mark.parametrize(("path", "manner"), MANNERS, ids=lambda value: getattr(value, "stem", value))
def test_grid(path: Path, manner: str) -> None:
    submission = understand([as_document(read_description(path), manner)])
    compare(path, submission, merged=manner == MERGED, places=True)


@pytest.mark.parametrize(("path", "ending"), FILES, ids=lambda value: getattr(value, "stem", value))
def test_file(path: Path, ending: str, tmp_path: Path) -> None:
    written = write_file(read_description(path), tmp_path / f"form.{ending}")
    compare(path, understand([read_document(written)]), merged=ending != "csv", places=ending == "docx")


# ---------------------------------------------------------------------------------------------------- fragments

FRAGMENTS = tomllib.loads((Path(__file__).parent / "cases" / "forms" / "fragments.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", FRAGMENTS, ids=lambda case: case["what"])
def test_a_fragment_is_read_as_its_case_says(case: dict[str, Any]) -> None:
    """Only what a case expects is compared; of rows only the fields named, `quotes` are those of the doubts."""
    documents = [as_document(description_of(f"f{number}", grid)) for number, grid in enumerate(case["grids"], 1)]
    submission = understand(documents)
    found = flat(submission) | {"quotes": [doubt.quote for doubt in submission.doubts]}
    if "findings" in case["expect"]:
        findings = evaluate(submission, load_set("mof/project-2020"), select=case["select"]).findings
        found["findings"] = [f"{finding.code} {finding.where[0].at}" for finding in findings]
    for name, expected in case["expect"].items():
        have = found.get(name, type(expected)())
        if expected and isinstance(expected, list) and isinstance(expected[0], dict):
            have = [
                {key: row[key] for key in one if key in row} for row, one in zip(have, expected, strict=True)
            ]
        assert have == expected, name


# ------------------------------------------------------------------------------------------------------- places


def document(*rows: str, name: str = "f.csv") -> Document:
    cells = [
        Cell(text.strip(), Source(name, "", f"R{row + 1}C{column + 1}"), row, column)
        for row, line in enumerate(rows)
        for column, text in enumerate(line.split("|"))
    ]
    return Document(name, "", "csv", (Table("", tuple(cells), len(rows), max(cell.column for cell in cells) + 1),))


HEADER = "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因"


def test_each_field_keeps_its_place() -> None:
    submission = understand(
        [document("指标名称|计量单位|指标性质|指标值|完成值|分值|得分", "养护里程|公里|≥|60|61|10|9")]
    )
    (answer,) = submission.answers
    assert answer.target.text == "≥60公里"
    fields = (answer.names[0], answer.target, answer.actual, answer.weight, answer.claimed)
    assert [cell.source.at for cell in fields] == ["R2C1", "R2C4", "R2C5", "R2C6", "R2C7"]


@pytest.mark.parametrize(
    ("sign", "value", "unit", "target"),
    [
        ("≥", "50", "个", "≥50个"),
        ("≥", "50个", "个", "≥50个"),
        ("≥", "≥50", "个", "≥50个"),
        ("=", "100%", "%", "=100%"),
        ("大于等于", "50", "人次", "大于等于50人次"),
        ("定性", "好", "/", "好"),
        ("定性", "6月底前", "", "6月底前"),
        ("≥", "", "个", ""),
        ("/", "30", "—", "30"),
        ("正向", "30", "户", "30户"),
    ],
)
def test_split_target_is_joined(sign: str, value: str, unit: str, target: str) -> None:
    submission = understand(
        [document("指标名称|指标性质|指标值|度量单位|完成值|分值", f"某指标|{sign}|{value}|{unit}|1|10")]
    )
    assert submission.answers[0].target.text == target


def test_weights_leave_the_names_and_stay_in_the_branches() -> None:
    submission = understand(
        [
            document(
                "一级指标|二级指标|三级指标|目标值|完成值|得分",
                "产出指标（50 分）|数量指标(20)|甲（12分）|1个|1个|12",
                "||乙（8）|1个|1个|8",
                "效益指标（30-40分）|社会效益|丙（万元）（30分）|1|1|30",
                "|经济效益|奖补资金兑付率(%)|1|1|",
            )
        ]
    )
    assert [answer.path[-1] for answer in submission.answers] == ["甲", "乙", "丙（万元）", "奖补资金兑付率(%)"]
    assert [answer.weight.text for answer in submission.answers] == ["12", "8", "30", ""]
    assert [answer.path[0] for answer in submission.answers] == ["产出指标", "产出指标", "效益指标", "效益指标"]
    assert [(branch.path, branch.weight.text) for branch in submission.branches] == [
        (("产出指标",), "50"),
        (("产出指标", "数量指标"), "20"),
    ]


def test_a_bare_figure_behind_a_name_is_a_weight_only_where_it_agrees() -> None:
    submission = understand([document(HEADER, "产出指标|数量指标|甲（8）|1|1|8|8|", "||型号（3）|1|1|8|8|")])
    assert [answer.path[-1] for answer in submission.answers] == ["甲", "型号（3）"]


@pytest.mark.parametrize(
    ("row", "weight", "claimed"),
    [
        ("总分|||||100|98|", "100", "98"),
        ("合计||||||98|", "", "98"),
        ("自评总分|||||98||", "", "98"),
        ("总 分：98分|||||||", "", "98分"),
        ("总分（100分）||||||98|", "100", "98"),
        ("总计|100|98|||||", "100", "98"),
        ("总分||98||||||", "", "98"),
    ],
)
def test_total_row(row: str, weight: str, claimed: str) -> None:
    submission = understand([document(HEADER, "产出指标|数量指标|甲|1个|1个|100|98|略", row)])
    assert len(submission.answers) == 1
    assert submission.claimed_total.text == claimed
    assert [(branch.path, branch.weight.text, branch.claimed.text) for branch in submission.branches] == [
        ((), weight, claimed)
    ]


def test_skipped_levels_do_not_inherit_from_another_branch() -> None:
    submission = understand(
        [document(HEADER, "产出指标|数量指标|甲|1|1|10|10|", "长效管理||乙|有|有|3|3|", "||丙|有|有|5|5|")]
    )
    assert [answer.path for answer in submission.answers] == [
        ("产出指标", "数量指标", "甲"),
        ("长效管理", "乙"),
        ("长效管理", "丙"),
    ]


def test_template_rows_and_blank_rows_are_no_indicators() -> None:
    submission = understand(
        [
            document(
                HEADER, "产出指标|数量指标|甲|1|1|10|10|", "||……|||||", "|||||||", "||指标2：|||||", "|质量指标||||||"
            )
        ]
    )
    assert [answer.path[-1] for answer in submission.answers] == ["甲"]


def test_placeholder_prefix_stays_for_the_check_that_asks_about_it() -> None:
    submission = understand([document(HEADER, "产出指标|数量指标|指标1：培训人数|1|1|10|10|")])
    assert submission.answers[0].path[-1] == "指标1：培训人数"


# ------------------------------------------------------------------------------------------------------- doubts


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (("一级指标|三级指标|天气|目标值|完成值|得分", "产出|甲|晴|1|1|10"), "没有看懂的列：天气"),
        ((HEADER, "|||≥5个|5个|10|10|"), "有数值而没有指标名称"),
        ((HEADER, "产出指标|数量指标|甲|1|1|10|10|", "|||≥5个|5个|10|10|"), "不止一行数值"),
        ((HEADER, "产出指标|数量指标|甲|1|1|10|10|", "总分||||||100 98|"), "不止一个数"),
    ],
)
def test_what_is_unsure_is_said(rows: tuple[str, ...], message: str) -> None:
    doubts = understand([document(*rows)]).doubts
    assert [message in doubt.message for doubt in doubts] == [True]
    assert doubts[0].source.at


def test_a_plain_form_raises_no_doubt() -> None:
    assert understand([document(HEADER, "产出指标|数量指标|甲|1|1|10|10|", "总分|||||10|10|")]).doubts == ()


# ---------------------------------------------------------------------------------------------------- documents


def test_the_report_is_kept_beside_the_form() -> None:
    report = Document("r.txt", "", "txt", (Paragraph("某局2021年度绩效自评报告", Source("r.txt", "", "L1")),))
    form = document(HEADER, "产出指标|数量指标|甲|1|1|10|10|")
    submission = understand([report, form])
    assert submission.documents == (report, form)
    assert submission.has_form


def test_a_report_alone_has_no_form() -> None:
    table = document("项目|年初预算数|决算数|完成率", "基本支出|100|99|99%").blocks[0]
    words = Paragraph("某局2021年度部门决算", Source("r.txt", "", "L1"))
    submission = understand([Document("r.txt", "", "txt", (words, table))])
    assert not submission.has_form
    assert submission.year == 2021


def test_no_documents() -> None:
    assert understand([]) == Submission()


def test_ten_thousand_rows() -> None:
    rows = [f"产出指标|数量指标|指标之{number}|≥{number}个|{number}|1|1|" for number in range(10_000)]
    assert len(understand([document(HEADER, *rows)]).answers) == 10_000


# -------------------------------------------------------------------------------------------------- garbage in


WORDS = [
    *(word for words in (*COLUMNS.values(), *FUNDS_COLUMNS.values(), *LABELS.values()) for word in words),
    *(
        "小计",
        "总分",
        "注：",
        "其中：",
        "100",
        "98.5",
        "≥50个",
        "产出指标（50分）",
        "",
        "",
        "",
        "……",
        "项目资金（万元）",
        "优",
    ),
]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(1, 9))
    text = st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), st.text(max_size=8))
    cells, covered = [], set()
    for row in range(rows):
        for column in range(columns):
            if (row, column) in covered:
                continue
            height, width = draw(st.sampled_from([(1, 1), (1, 1), (1, 1), (2, 1), (1, 2), (3, 2)]))
            area = {(r, c) for r in range(row, row + height) for c in range(column, column + width)}
            if area & covered:
                height, width, area = 1, 1, {(row, column)}
            covered |= area
            cells.append(Cell(draw(text), Source("g", "表1", f"R{row}C{column}"), row, column, height, width))
    return Table("表1", tuple(cells), rows, columns)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.one_of(tables(), st.sampled_from(WORDS).map(lambda text: Paragraph(text, Source("g")))), max_size=4),
    st.sampled_from(["xlsx", "docx", "csv"]),
)
def test_any_grid_is_read_without_raising(blocks: list[Table | Paragraph], kind: str) -> None:
    submission = understand([Document("g", "", kind, tuple(blocks))])
    for answer in submission.answers:
        assert len(answer.path) == len(answer.names) > 0
        assert all(answer.path)
    for index, row in enumerate(submission.funds):
        assert row.part_of is None or row.part_of < index


# --------------------------------------------------------------------------------------------------- vocabulary


@pytest.mark.parametrize("words", [COLUMNS, FUNDS_COLUMNS, LABELS], ids=["columns", "funds", "labels"])
def test_every_wording_can_be_met_and_stands_once(words: dict[str, tuple[str, ...]]) -> None:
    listed = [word for group in words.values() for word in group]
    assert [word for word in listed if heading(word) != word] == []
    assert sorted({word for word in listed if listed.count(word) > 1}) == []


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("年度指标值\n(包含数字及文字描述)", "target"),
        ("年初目标值（A）", "target"),
        ("预期指标值(单位)", "unit"),
        ("实　际\n完成值（B）", "actual"),
        ("得 分", "claimed"),
        ("自评得分（分）", "own_score"),
        ("财政审核评分", "reviewed"),
        ("指标权重(分)", "weight"),
        ("得分系数(%)", "coefficient"),
        ("偏差原因分析及改进措施", "reason"),
        ("按照实施方案完成了全部任务，群众满意度明显提高", ""),
    ],
)
def test_column_wording(text: str, field: str) -> None:
    assert column_field(text) == field


WORDINGS = tomllib.loads((Path(__file__).parent / "cases" / "forms" / "wordings.toml").read_text("utf-8"))
READ_BY = {"columns": column_field, "parts": column_field, "funds": funds_field, "labels": label_field}


@pytest.mark.parametrize("kind", READ_BY)
def test_a_wording_means_what_its_case_says(kind: str) -> None:
    for field, words in WORDINGS[kind].items():
        assert {word: READ_BY[kind](word) for word in words} == dict.fromkeys(words, field)


@pytest.mark.parametrize("kind", WORDINGS["words"])
def test_a_word_is_known_for_what_it_stands_for(kind: str) -> None:
    assert set(WORDINGS["words"][kind]) <= set(getattr(vocabulary, kind.upper()))


def test_money_and_label_wording() -> None:
    assert [funds_field(text) for text in ("全年(调整)预算数", "支出④", "执行率（B/A）", "得分(20分*执行率)")] == [
        *("budget", "executed", "rate", "claimed")
    ]
    assert [
        label_field(text) for text in ("部门（单位）名称", "自 评 等 级：", "偏差大或目标未完成原因分析", "甲")
    ] == [*("unit", "grade", "reason", "")]


@pytest.mark.parametrize("tab", ["", "\t"])
def test_an_empty_reason_for_the_whole_form_has_a_place_in_plain_text(tab: str, tmp_path: Path) -> None:
    rows = (
        ["一级指标", "二级指标", "三级指标", "年初目标值(A)", "实际完成值(B)", "得分"],
        ["产出指标", "数量指标", "巡护里程（50分）", "600公里", "480公里", "40"],
        ["效益指标", "生态效益指标", "火情（50分）", "减少", "火情比上年减少", "50"],
        ["总分", "90"],
        ["偏差大或目标未完成原因分析", ""],
    )
    path = tmp_path / "form.txt"
    gap = "\n" if tab else "\n\n"
    path.write_text("项目自评表\n\n" + gap.join("".join(f"{tab}{cell}\n" for cell in row) for row in rows), "utf-8")
    reason = understand((read_document(str(path)),)).reason
    assert reason.text == ""
    assert reason.source.at.startswith("L")
