"""One fault in a form that is right gives its finding at its cell, and nothing that does not follow from it.

Each mutation is a plain function: it takes a clean form and a row of the kind it needs, and gives the form with one
fault, the cell where the finding must point first, and what else may follow (a changed claim changes the sum, and so on).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
import tomli
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scorer.evaluation import evaluate
from scorer.forms.readers import record
from scorer.model import EMPTY, Answer, Cell, Finding, Funds, Submission
from tests.strategies import at, branches_of, clean_forms

SUMS = frozenset({"A104", "A105", "A110"})
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fault:
    """A form with one fault: the code and the cell of its finding, and the codes that may follow from it."""

    form: Submission
    code: str
    cell: Cell
    follow: frozenset[str] = NOTHING


Mutation = Callable[[Submission, Callable[..., Answer]], Fault]


def changed(cell: Cell, text: str, number: Decimal | None = None) -> Cell:
    """The cell with other words at the same place."""
    return replace(cell, text=text, number=number)


def points(cell: Cell, value: Decimal) -> Cell:
    return changed(cell, f"{value:f}", value)


def value(cell: Cell) -> Decimal:
    assert cell.number is not None
    return cell.number


def with_row(form: Submission, old: Answer, new: Answer) -> Submission:
    return replace(form, answers=tuple(new if row is old else row for row in form.answers))


def with_funds(form: Submission, *rows: Funds) -> Submission:
    return replace(form, funds=(*rows, *form.funds[len(rows) :]))


def full(row: Answer) -> bool:
    return value(row.claimed) == value(row.weight)


def missed(row: Answer) -> bool:
    return bool(row.reason) and not full(row)


def kind(*levels: str) -> Callable[[Answer], bool]:
    return lambda row: row.path[1] in levels


def figures(row: Answer) -> bool:
    return row.path[1] != "社会效益指标"


# --------------------------------------------------------------------------------------------------------- arithmetic


def weight_too_large(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(kind("社会效益指标"))
    wrong = with_row(form, row, replace(row, weight=points(row.weight, value(row.weight) + 5)))
    # the finding points at all weights, that of the execution rate first; the row's claim no longer fits its weight
    return Fault(wrong, "A101", form.funds[0].weight, frozenset({"A102", "E501"}))


def weight_of_level(form: Submission, pick: Callable[..., Answer]) -> Fault:
    first, *others = form.branches
    wrong = replace(first, weight=points(first.weight, value(first.weight) + 3))
    return Fault(replace(form, branches=(wrong, *others)), "A102", wrong.weight)


def claim_over_weight(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick()
    wrong = replace(row, claimed=points(row.claimed, value(row.weight) + 1))
    return Fault(with_row(form, row, wrong), "A103", wrong.claimed, SUMS)


def total_wrong(form: Submission, pick: Callable[..., Answer]) -> Fault:
    total = points(form.claimed_total, value(form.claimed_total) - 1)
    return Fault(replace(form, claimed_total=total), "A104", total, frozenset({"A109", "A110"}))


def subtotal_wrong(form: Submission, pick: Callable[..., Answer]) -> Fault:
    *others, last = form.branches
    wrong = replace(last, claimed=points(last.claimed, value(last.claimed) + 1))
    return Fault(replace(form, branches=(*others, wrong)), "A105", wrong.claimed)


def met_but_deducted(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(full, figures, lambda row: not row.reason)  # a hair's breadth below the target rounds to full points
    wrong = replace(row, claimed=points(row.claimed, value(row.claimed) - 2))
    return Fault(with_row(form, row, wrong), "A106", row.target, SUMS | {"E501"})


def missed_but_full(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(missed, figures)
    wrong = replace(row, claimed=points(row.claimed, value(row.weight)))
    return Fault(with_row(form, row, wrong), "A107", row.target, SUMS)


def claim_off_rule(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(missed, figures, lambda row: value(row.claimed) > 2)
    wrong = replace(row, claimed=points(row.claimed, value(row.claimed) - Decimal("1.37")))
    return Fault(with_row(form, row, wrong), "A108", row.target, SUMS)


def grade_wrong(form: Submission, pick: Callable[..., Answer]) -> Fault:
    grade = changed(form.claimed_grade, "差" if form.claimed_grade.text != "差" else "优")
    return Fault(replace(form, claimed_grade=grade), "A109", grade)


def rate_wrong(form: Submission, pick: Callable[..., Answer]) -> Fault:
    whole = form.funds[0]
    rate = Decimal(whole.rate.text.removesuffix("%"))
    wrong = replace(whole, rate=changed(whole.rate, f"{rate - 7:f}%"))
    return Fault(with_funds(form, wrong), "A111", wrong.rate)


def execution_points_wrong(form: Submission, pick: Callable[..., Answer]) -> Fault:
    whole = form.funds[0]
    wrong = replace(whole, claimed=points(whole.claimed, value(whole.claimed) - Decimal("3.21")))
    # the finding of an execution rate points at the amounts first
    return Fault(with_funds(form, wrong), "A112", whole.budget, SUMS)


def source_wrong(form: Submission, pick: Callable[..., Answer]) -> Fault:
    whole, part, *_ = form.funds
    wrong = replace(part, executed=changed(part.executed, f"{int(part.executed.text) - 30}"))
    return Fault(with_funds(form, whole, wrong), "A113", whole.executed)


def executed_over_budget(form: Submission, pick: Callable[..., Answer]) -> Fault:
    whole = form.funds[0]
    wrong = replace(whole, executed=changed(whole.executed, f"{int(whole.budget.text) * 2}"))
    return Fault(with_funds(form, wrong), "A114", wrong.executed, frozenset({"A110", "A111", "A112", "A113"}))


def rate_on_nothing(form: Submission, pick: Callable[..., Answer]) -> Fault:
    nothing = Funds("上年结转资金", at("A", 7, "上年结转资金"), budget=at("C", 7, "0"), executed=at("D", 7, "0"))
    wrong = replace(nothing, rate=at("E", 7, "100%"))
    return Fault(replace(form, funds=(*form.funds, wrong)), "A115", wrong.rate)


# ------------------------------------------------------------------------------------------------ targets and actuals


def target_copied(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(full, lambda row: row.target.text.startswith(("≥", "≤")))
    wrong = replace(row, actual=changed(row.actual, row.target.text))
    return Fault(with_row(form, row, wrong), "T401", row.target)


def far_over_target(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(full, kind("数量指标"))
    wanted, unit = int(row.target.text.removeprefix("≥")[:-1]), row.target.text[-1]
    wrong = replace(row, actual=changed(row.actual, f"{wanted * 2}{unit}"))
    return Fault(with_row(form, row, wrong), "T402", row.target)


def other_unit(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(kind("数量指标"))
    wrong = replace(row, actual=changed(row.actual, "12万元"))
    return Fault(with_row(form, row, wrong), "T403", row.target, frozenset({"E501"}))


def words_for_a_number(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(figures)
    wrong = replace(row, actual=changed(row.actual, "已按要求完成"))
    return Fault(with_row(form, row, wrong), "T404", row.target)


def number_for_words(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(kind("社会效益指标"))
    wrong = replace(row, actual=changed(row.actual, "92.5%"))
    return Fault(with_row(form, row, wrong), "T404", row.target)


def renamed(row: Answer, name: str) -> Answer:
    return replace(row, path=(*row.path[:-1], name), names=(*row.names[:-1], changed(row.names[-1], name)))


def satisfaction_as_quantity(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(kind("数量指标"))
    wrong = renamed(row, "受益村民满意率")
    return Fault(with_row(form, row, wrong), "T406", wrong.names[-1])


def category_missing(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(kind("服务对象满意度指标"))
    levels = ("效益指标", "社会效益指标", "片区办事方便程度")
    moved = replace(
        row, path=levels, names=tuple(changed(cell, name) for cell, name in zip(row.names, levels, strict=True))
    )
    answers = tuple(moved if other is row else other for other in form.answers)
    wrong = replace(form, answers=answers, branches=branches_of(answers))
    return Fault(wrong, "T407", wrong.answers[0].names[0])


def direction_turned(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(kind("服务对象满意度指标"))
    bound = row.target.text.removeprefix("≥")
    wrong = replace(row, target=changed(row.target, f"≤{bound}"), actual=changed(row.actual, bound))
    wrong = replace(wrong, claimed=points(row.claimed, value(row.weight)))
    return Fault(with_row(form, row, wrong), "T409", wrong.target, SUMS)


def listed_twice(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(lambda row: sum(other.path[:-1] == row.path[:-1] for other in form.answers) > 1)
    twin = next(other for other in reversed(form.answers) if other.path[:-1] == row.path[:-1])
    assume(twin is not row)
    wrong = renamed(twin, row.path[-1])
    return Fault(with_row(form, twin, wrong), "T410", wrong.names[-1])


# ---------------------------------------------------------------------------------------------- reasons and filling in


def deduction_unexplained(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(kind("社会效益指标"))
    wrong = replace(row, claimed=points(row.claimed, value(row.claimed) - 1))
    return Fault(with_row(form, row, wrong), "E501", wrong.claimed, SUMS)


def miss_unexplained(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(missed)
    wrong = replace(row, reason=changed(row.reason, ""))
    return Fault(with_row(form, row, wrong), "E502", row.claimed)


def miss_explained_by_nothing(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(missed)
    wrong = replace(row, reason=changed(row.reason, "无"))
    return Fault(with_row(form, row, wrong), "E503", wrong.reason)


def low_execution_unexplained(form: Submission, pick: Callable[..., Answer]) -> Fault:
    whole = form.funds[0]
    assume(bool(whole.reason))
    wrong = replace(whole, reason=changed(whole.reason, ""))
    return Fault(with_funds(form, wrong), "E504", whole.rate)


def actual_blank(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick()
    wrong = replace(row, actual=changed(row.actual, ""), claimed=changed(row.claimed, ""), reason=EMPTY)
    return Fault(with_row(form, row, wrong), "F601", wrong.actual)


def points_without_actual(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(lambda row: value(row.claimed) > 0)
    wrong = replace(row, actual=changed(row.actual, ""))
    return Fault(with_row(form, row, wrong), "F602", wrong.actual, frozenset({"F601"}))


def weight_blank(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick()
    wrong = replace(row, weight=changed(row.weight, ""))
    return Fault(with_row(form, row, wrong), "F603", wrong.weight)


def whole_form_blank(form: Submission, pick: Callable[..., Answer]) -> Fault:
    answers = tuple(
        replace(row, actual=changed(row.actual, ""), claimed=changed(row.claimed, ""), reason=EMPTY)
        for row in form.answers
    )
    return Fault(replace(form, answers=answers), "F609", answers[0].actual)


def options_left(form: Submission, pick: Callable[..., Answer]) -> Fault:
    row = pick(kind("社会效益指标"))
    wrong = replace(row, actual=changed(row.actual, "□是 □否"))
    return Fault(with_row(form, row, wrong), "F608", wrong.actual)


MUTATIONS: list[Mutation] = [
    *(weight_too_large, weight_of_level, claim_over_weight, total_wrong, subtotal_wrong, met_but_deducted),
    *(missed_but_full, claim_off_rule, grade_wrong, rate_wrong, execution_points_wrong, source_wrong),
    *(executed_over_budget, rate_on_nothing, target_copied, far_over_target, other_unit, words_for_a_number),
    *(number_for_words, satisfaction_as_quantity, category_missing, direction_turned, listed_twice),
    *(deduction_unexplained, miss_unexplained, miss_explained_by_nothing, low_execution_unexplained, actual_blank),
    *(points_without_actual, weight_blank, whole_form_blank, options_left),
]


def alarms(form: Submission) -> list[Finding]:
    return [finding for finding in evaluate(form).findings if finding.level != "note"]


@pytest.mark.parametrize("mutation", MUTATIONS)
@given(form=clean_forms(), data=st.data())
@settings(max_examples=20)
def test_one_fault_is_found_at_its_cell(mutation: Mutation, form: Submission, data: st.DataObject) -> None:
    def pick(*conditions: Callable[[Answer], bool]) -> Answer:
        rows = [row for row in form.answers if all(condition(row) for condition in conditions)]
        assume(bool(rows))
        return data.draw(st.sampled_from(rows))

    fault = mutation(form, pick)
    found = alarms(fault.form)
    own = [finding for finding in found if finding.code == fault.code]
    assert [finding.where[0].at for finding in own] == [fault.cell.source.place]
    assert {finding.code for finding in found} - {fault.code} <= fault.follow


@given(clean_forms())
def test_money_in_the_wrong_unit_is_found_in_every_row(form: Submission) -> None:
    """A column of 万元 filled with 元: each row that is filled so has its finding, sums and rates still hold."""

    def in_yuan(cell: Cell) -> Cell:
        return changed(cell, f"{cell.text}0000") if cell else cell

    funds = tuple(replace(row, budget=in_yuan(row.budget), executed=in_yuan(row.executed)) for row in form.funds)
    large = [row for row in funds if int(row.budget.text) >= 1_000_000]
    found = alarms(replace(form, funds=funds))
    assert {finding.code for finding in found} == {"F607"}
    assert [finding.where[0].at for finding in found][: len(large)] == [row.budget.source.place for row in large]


@given(clean_forms(), st.data())
@settings(max_examples=30)
def test_right_changes_raise_nothing(form: Submission, data: st.DataObject) -> None:
    """A form stays clean when it is written another way: a unit added, a sign's other form, no decimals for whole points."""
    row = data.draw(st.sampled_from(form.answers))
    whole = form.funds[0]
    written = replace(
        row,
        target=changed(row.target, row.target.text.replace("≥", "≧").replace("%", "％")),
        weight=changed(row.weight, f"{row.weight.text}分"),
        claimed=changed(row.claimed, f" {row.claimed.text} "),
        reason=row.reason or changed(row.reason, "无"),
    )
    funds = replace(whole, rate=changed(whole.rate, f"{Decimal(whole.rate.text.removesuffix('%')) / 100:f}"))
    assert alarms(with_funds(with_row(form, row, written), funds)) == []


def test_every_mutation_has_a_cell_of_its_own_kind() -> None:
    """A mutation that is written and not listed would never run."""
    written = {
        name for name, item in globals().items() if callable(item) and getattr(item, "__annotations__", {}).get("return") == "Fault"
    }
    assert written == {mutation.__name__ for mutation in MUTATIONS}  # type: ignore[attr-defined]


CLEAN = tomli.loads((Path(__file__).parent / "cases" / "clean_forms.toml").read_text("utf-8"))["clean"]


@pytest.mark.parametrize("case", CLEAN, ids=[case["what"] for case in CLEAN])
def test_a_form_without_fault_is_not_accused(case: dict[str, str]) -> None:
    found = alarms(record.parse("form.toml", case["form"].encode()))
    assert [(finding.code, finding.message) for finding in found] == []
