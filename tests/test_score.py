"""Alignment, comparability, the execution leaf, roll-up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scorer.forms.readers import record
from scorer.model import Cell
from scorer.scoring.align import agree, comparable, points_in, rate_in
from scorer.scoring.tree import Scorecard, score_submissions, written_grade
from scorer.sets import load_set


def scored(text: str, set_name: str = "mof/project-2020") -> Scorecard:
    return score_submissions([(record.parse("form.toml", text.encode()), load_set(set_name), "")])[0]


@pytest.mark.parametrize(
    ("written", "points"),
    [("8", "8"), ("8分", "8"), ("９.５", "9.5"), ("10%", "10"), ("", None), ("—", None), ("/", None), ("优", None)],
)
def test_points_in(written: str, points: str | None) -> None:
    assert points_in(Cell(written)) == (None if points is None else Decimal(points))


@pytest.mark.parametrize(("written", "rate"), [("95%", "95"), ("0.95", "95"), ("95", "95"), ("", None), ("—", None)])
def test_rate_in(written: str, rate: str | None) -> None:
    assert rate_in(Cell(written)) == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("target", "actual", "figure"),
    [
        ("≥180万吨", "186", "1860000"),  # a bare actual takes the target's unit and scale
        ("≥180万吨", "1860000", "1860000"),  # unless it is written out in full
        ("≤90万元", "88.5", "885000"),
        ("≥95%", "0.97", "97"),  # a fraction beside a percentage
        ("≥95%", "97", "97"),
        ("≥50个", "50", "50"),
        ("≥500人次", "709人次", "709"),
    ],
)
def test_actual_in_the_unit_of_the_target(target: str, actual: str, figure: str) -> None:
    _, got, why = comparable(Cell(target), Cell(actual))
    assert why == ""
    assert got.number == Decimal(figure)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("户", "人", False),
        ("人", "人次", False),
        ("人", "名", True),
        ("个", "项", True),
        ("元", "个", False),
        ("%", "个", False),
        ("", "人", True),
        ("平方米", "㎡", True),
    ],
)
def test_units_that_can_be_compared(first: str, second: str, *, same: bool) -> None:
    assert agree(first, second) is same


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
