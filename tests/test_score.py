"""Alignment, comparability, the execution leaf, roll-up; the cases are data, tests/cases/scores."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tomli

from scorer.forms.readers import record
from scorer.model import Cell
from scorer.scoring.align import agree, comparable, points_in, rate_in
from scorer.scoring.directions import less_is_better, usual_direction
from scorer.scoring.tree import Scorecard, score_submissions, written_grade
from scorer.sets import form_set, load_set

CASES = Path(__file__).parent / "cases" / "scores"


def cases(file: str, kind: str) -> list[Any]:
    listed = tomli.loads((CASES / f"{file}.toml").read_text("utf-8"))[kind]
    return [pytest.param(case, id=f"{kind}: {case.get('what', number)}") for number, case in enumerate(listed, 1)]


def decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def scored(text: str, set_name: str = "mof/project-2020") -> Scorecard:
    return score_submissions([(record.parse("form.toml", text.encode()), load_set(set_name), "")])[0]


@pytest.mark.parametrize("case", cases("pairs", "points"))
def test_points_in(case: dict[str, Any]) -> None:
    number = Decimal(case["number"]) if "number" in case else None
    assert points_in(Cell(case["written"], number=number)) == decimal(case.get("points"))


@pytest.mark.parametrize("case", cases("pairs", "rate"))
def test_rate_in(case: dict[str, Any]) -> None:
    assert rate_in(Cell(case["written"])) == decimal(case.get("rate"))


@pytest.mark.parametrize("case", cases("pairs", "pair"))
def test_actual_in_the_unit_of_the_target(case: dict[str, Any]) -> None:
    wanted, got, why = comparable(Cell(case["target"]), Cell(case["actual"]), case.get("unit", ""))
    assert why == case.get("why", "")
    assert got.number == decimal(case.get("figure"))
    for end in ("low", "high"):
        assert end not in case or getattr(got, end) == Decimal(case[end])
    if "within" in case:
        assert [wanted.low, wanted.high] == [Decimal(end) for end in case["within"]]
        assert (wanted.op, wanted.number) == ("between", None)
    if "wanted" in case:
        assert wanted.number == Decimal(case["wanted"])


@pytest.mark.parametrize("case", cases("pairs", "units"))
def test_units_that_can_be_compared(case: dict[str, Any]) -> None:
    assert agree(case["first"], case["second"]) is case["same"]


@pytest.mark.parametrize("case", cases("pairs", "name"))
def test_direction_by_the_name(case: dict[str, Any]) -> None:
    assert usual_direction(case["name"]) == case["usual"]
    assert less_is_better(case["name"], case.get("category", "")) is case["limit"]


def test_incomparable_units_are_judged_and_said() -> None:
    card = scored(
        '[[answer]]\npath = ["产出指标", "数量指标", "培训工种"]\nweight = 10\ntarget = "≥12个"\nactual = "12万元"\nclaimed = 10\n'
    )
    (leaf,) = card.leaves
    assert leaf.status == "judged"
    assert leaf.met is None
    assert "未作比较" in leaf.words


FUNDS = '[[funds]]\nsource = "年度资金总额"\nbudget = 200\nexecuted = 150\n'


def test_execution_points_as_printed() -> None:
    card = scored(FUNDS + "weight = 10\nclaimed = 7.5\n")
    (leaf,) = card.leaves
    assert leaf.path == ("预算执行率",)
    assert (leaf.points, leaf.status) == (Decimal("7.50"), "recomputed")


def test_execution_points_of_the_set_only_where_the_rows_leave_room() -> None:
    rows = '[[answer]]\npath = ["产出指标", "数量指标", "处数"]\nweight = {0}\ntarget = "1"\nactual = "1"\nclaimed = {0}\n'
    with_room, without = scored(FUNDS + rows.format(90)), scored(FUNDS + rows.format(100))
    assert [leaf.path[-1] for leaf in with_room.leaves] == ["预算执行率", "处数"]
    assert [leaf.path[-1] for leaf in without.leaves] == ["处数"]


def test_rate_alone_is_enough_for_the_execution_points() -> None:
    card = scored('[[funds]]\nsource = "年度资金总额"\nrate = 79.27\nweight = 10\nclaimed = 7.93\n')
    assert card.leaves[0].points == Decimal("7.93")


def test_a_bare_cost_target_is_a_limit() -> None:
    row = '[[answer]]\npath = ["产出指标", "成本指标", "设备成本"]\nweight = 10\ntarget = "15万元"\nactual = "{}"\nclaimed = 10\n'
    below, above = scored(row.format("12万元")).leaves[0], scored(row.format("20万元")).leaves[0]
    assert (below.met, below.points) == (True, Decimal("10.00"))
    assert (above.met, above.points) == (False, Decimal("7.50"))
    assert below.direction_inferred


def test_roll_up_and_how_much_was_recomputed() -> None:
    card = scored(
        FUNDS
        + "weight = 10\nclaimed = 7.5\n"
        + '[[answer]]\npath = ["产出指标", "数量指标", "处数"]\nweight = 40\ntarget = "≥40处"\nactual = "30处"\nclaimed = 30\n'
        + '[[answer]]\npath = ["效益指标", "社会效益指标", "影响"]\nweight = 30\ntarget = "明显"\nactual = "达成预期指标"\nclaimed = 27\n'
        + '[[answer]]\npath = ["满意度指标", "服务对象满意度指标", "满意度"]\nweight = 20\ntarget = "≥90%"\n'
    )
    assert card.total == Decimal("64.50")  # 7.50 + 30.00 + 27 as claimed + nothing for the blank
    assert (card.low, card.high) == (Decimal("61.50"), Decimal("87.50"))  # 80 % to 100 % of 30; 0 to 20 for the blank
    assert (card.recomputed_weight, card.judged_weight, card.missing_weight) == (50, 30, 20)


def test_no_points_anywhere_gives_no_total() -> None:
    card = scored('[[answer]]\npath = ["产出指标", "数量指标", "处数"]\ntarget = "≥4处"\nactual = "4处"\n', "sichuan/project-2020")
    assert card.total is None
    assert card.full is None
    assert card.leaves[0].met is True


@pytest.mark.parametrize(
    ("written", "grade"), [("优", "优"), ("优秀", "优"), ("□优 ☑良 □中 □差", "良"), ("优良中差", None), ("", None)]
)
def test_written_grade(written: str, grade: str | None) -> None:
    assert written_grade(Cell(written), load_set("mof/project-2020")) == grade


def test_a_row_that_does_not_apply_is_left_out_and_the_rest_rescaled() -> None:
    row = '[[answer]]\npath = ["产出指标", "数量指标", "{0}"]\nweight = {1}\ntarget = "≥10处"\nactual = "{2}"\nclaimed = {1}\n'
    card = scored(row.format("修缮处数", 60, "8处") + row.format("新建处数", 40, "不涉及"))
    assert [leaf.status for leaf in card.leaves] == ["recomputed", "inapplicable"]
    assert card.total == Decimal("80.00")  # 48 of 60 on the scale of 100
    assert "新建处数" in card.notes[0]


def test_the_total_is_capped_by_the_execution_rate_where_the_set_says_so() -> None:
    row = '[[answer]]\npath = ["产出指标", "数量指标", "处数"]\nweight = 90\ntarget = "≥10处"\nactual = "10处"\nclaimed = 90\n'
    money = '[[funds]]\nsource = "年度资金总额"\nbudget = 100\nexecuted = 65\nweight = 10\nclaimed = 6.5\n'
    capped, plain = scored(money + row, "platform/project-2022"), scored(money + row)
    assert (capped.total, plain.total) == (Decimal("79"), Decimal("96.50"))
    assert "封顶" in capped.notes[0]


def shown(item: object, name: str) -> object:
    """A field of a scorecard, leaf or node as a case writes it: numbers as strings, cells as what they say."""
    value = getattr(item, name)
    if isinstance(value, Cell):
        return value.text
    number = getattr(value, "number", value)  # target and actual are quantities
    return str(number) if isinstance(number, Decimal) else list(value) if isinstance(value, tuple) else value


def assert_reads(item: object, expected: dict[str, Any]) -> None:
    wanted = {name: value for name, value in expected.items() if name not in ("no", "leaves", "nodes")}
    assert {name: shown(item, name) for name in wanted} == wanted
    assert [name for name in expected.get("no", []) if shown(item, name) is not None] == []
    for below in ("leaves", "nodes"):
        if below in expected:
            items = getattr(item, below)
            assert [list(each.path) for each in items] == [each["path"] for each in expected[below]]
            for each, one in zip(items, expected[below], strict=True):
                assert_reads(each, one)


@pytest.mark.parametrize("case", cases("forms", "case"))
def test_a_form_scores_as_worked_out_by_hand(case: dict[str, Any]) -> None:
    indicators = load_set(case.get("set", "mof/project-2020"))
    forms = [record.parse("form.toml", text.encode()) for text in (case["form"], *case.get("beside", []))]
    cards = score_submissions([(form, indicators, "") for form in forms])
    for card, expected in zip(cards, (case["expect"], *case.get("expect_beside", [])), strict=True):
        assert_reads(card, expected)


OWN_STANDARD = """
columns = ["target", "actual", "weight", "standard"]
answer = [
  {{ path = ["管理指标", "资金支出率"], weight = 30, target = "≥90%", actual = "{actual}", standard = "{standard}" }},
]
"""


@pytest.mark.parametrize(
    ("standard", "actual", "points"),
    [
        ("90%以上计满分，每低于5%扣1分，扣完为止", "80%", "28"),
        ("90%以上得满分，每低1个百分点扣0.5分", "86%", "28"),
        ("每低于目标值1个百分点扣2分，扣完为止", "70%", "0"),
        ("85%以上得满分，每低1个百分点扣0.5分", "80%", "26.67"),  # begins elsewhere than the target: in proportion
        ("由评审组酌情打分", "45%", "15"),  # no rule: in proportion
    ],
)
def test_a_form_of_its_own_is_scored_by_the_standards_it_prints(standard: str, actual: str, points: str) -> None:
    submission = record.parse("form.toml", OWN_STANDARD.format(standard=standard, actual=actual).encode())
    card = score_submissions([(submission, form_set(submission), "")])[0]
    assert card.leaves[0].points is not None
    assert round(card.leaves[0].points, 2) == Decimal(points)


def test_a_set_keeps_its_own_rules_whatever_a_form_prints() -> None:
    card = scored(OWN_STANDARD.format(standard="90%以上得满分，每低1个百分点扣2分", actual="45%"))
    assert card.leaves[0].points == 15
