"""Laws of scoring, over figures up to 10^18 with thirty decimals.

The oracle below states each rule once more, slowly, in fractions and as the regulation words it: one row, no columns,
no integers, no shared code. The kernel must agree with it everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, getcontext
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorer.numbers.quantity import Quantity, parse_quantity
from scorer.rules import (
    Bands,
    Coefficient,
    Equality,
    Execution,
    Gate,
    Graded,
    Overshoot,
    PerItem,
    PerPoint,
    PerStep,
    Proportion,
    Range,
    Rule,
    Score,
    SubItems,
    YesNo,
    score,
    words,
)
from scorer.rules.answers import Answers, Entry

getcontext().prec = 100  # the test's own Decimals; the program never divides Decimals

# ------------------------------------------------------------------------------------------------------- strategies

everyday = st.decimals(min_value=-100, max_value=3000, places=2, allow_nan=False)
counts = st.integers(0, 300).map(Decimal)
enormous = st.decimals(min_value=-(10**18), max_value=10**18, places=30, allow_nan=False, allow_infinity=False)
near_int64 = st.integers(2**40, 2**63).map(Decimal)
figures = st.one_of(counts, everyday, enormous, near_int64)
weights = st.one_of(
    st.integers(1, 60).map(lambda half: Decimal(half) / 2),
    st.decimals(min_value=0, max_value=100, places=2, allow_nan=False),
    st.decimals(min_value=0, max_value=1000, places=7, allow_nan=False),
)
comparators = st.sampled_from(["", "≥", ">", "≤", "<", "="])
shares = st.integers(0, 99).map(lambda share: Decimal(share) / 100)
deducts = st.integers(1, 500).map(lambda deduct: Decimal(deduct) / 100)


def quantity(op: str, number: Decimal) -> Quantity:
    """A bare figure; its written precision is that of its decimals."""
    exponent = min(int(number.as_tuple().exponent), 0)
    half = Decimal(5).scaleb(exponent - 1)
    low, high = (number - half, number + half) if op == "" else (number, number)
    return Quantity(op, number, low, high, "", f"{op}{number:f}", places=-exponent)


def entry(rule: Rule, weight: Decimal | None, op: str, target: Decimal, actual: Decimal, **more: Any) -> Entry:
    return Entry(rule, weight, quantity(op, target), quantity("", actual), **more)


def alone(row: Entry) -> Score:
    return score(Answers.build([row])).row(0)


rules = st.one_of(
    st.builds(Proportion),
    st.builds(Gate, pass_mark=shares),
    st.builds(Equality, otherwise=st.sampled_from(["zero", "proportion"]), tolerance=st.none() | deducts),
    st.builds(Range, otherwise=st.sampled_from(["zero", "proportion"])),
    st.builds(Execution, start=shares),
    st.builds(SubItems),
    st.builds(YesNo),
    st.builds(
        PerPoint,
        deduct=deducts,
        partial=st.sampled_from(["proportional", "floor", "ceil"]),
        measure=st.sampled_from(["difference", "ratio"]),
        limit=st.none() | everyday,
    ),
    st.builds(
        PerStep,
        deduct=deducts,
        step=deducts,
        partial=st.sampled_from(["proportional", "floor", "ceil"]),
        measure=st.sampled_from(["difference", "ratio"]),
        limit=st.none() | everyday,
    ),
    st.builds(PerItem, deduct=deducts, count=st.sampled_from(["missing", "done"])),
    st.builds(
        lambda measure, table: Bands.model_validate({"measure": measure, "bands": table}),
        st.sampled_from(["actual", "ratio"]),
        st.lists(
            st.fixed_dictionaries({"from": everyday, "open": st.booleans()}, optional={}).flatmap(
                lambda line: st.one_of(
                    shares.map(lambda s: {**line, "share": s}), deducts.map(lambda p: {**line, "points": p})
                )
            ),
            min_size=1,
            max_size=5,
            unique_by=lambda line: (line["from"], line["open"]),
        ),
    ),
)

# ------------------------------------------------------------------------------------------------------- the oracle


class Case(NamedTuple):
    """Weight, comparator, target and actual as fractions, and half a unit of the last written place of both."""

    w: Fraction
    op: str
    t: Fraction
    a: Fraction
    t_half: Fraction
    a_half: Fraction

    @property
    def reverse(self) -> bool:
        return self.op in ("≤", "<") or (self.op == "=" and self.t == 0)

    @property
    def reached(self) -> bool:
        strict = self.op in (">", "<")
        return (self.t > self.a if self.reverse else self.a > self.t) or (self.a == self.t and not strict)

    @property
    def aimless(self) -> bool:
        """A bare 0 says neither at least nor at most."""
        return self.op == "" and self.t == 0 and self.a != 0


def completion(case: Case) -> Fraction | None:
    """1 when reached, else A/T forward and T/A reverse; None where the law gives no ratio."""
    if case.aimless:
        return None
    if case.reached:
        return Fraction(1)
    if case.t < 0:
        return None
    if case.t == 0:
        return Fraction(0)
    return max(Fraction(0), case.t / case.a if case.reverse else case.a / case.t)


def by_completion(rule: Rule, case: Case) -> Fraction | None:
    ratio = completion(case)
    return None if ratio is None else ratio * case.w


def by_gate(rule: Gate, case: Case) -> Fraction | None:
    ratio, mark = completion(case), Fraction(rule.pass_mark)
    if ratio is None:
        return None
    return Fraction(0) if ratio < mark else (ratio - mark) / (1 - mark) * case.w


def by_equality(rule: Equality, case: Case) -> Fraction | None:
    a, t = case.a, case.t
    if rule.tolerance is not None:
        same = abs(a - t) <= Fraction(rule.tolerance)
    else:
        same = a == t or -case.a_half <= t - a < case.a_half
        same = same or (case.op in ("", "=") and -case.t_half <= a - t < case.t_half)
    if same:
        return case.w
    if rule.otherwise == "zero" or a <= 0 or t <= 0:
        return Fraction(0)
    return min(a / t, t / a) * case.w


def by_range(rule: Range, case: Case) -> Fraction | None:
    if case.a == case.t:
        return case.w
    if rule.otherwise == "zero" or case.a <= 0 or case.t <= 0:
        return Fraction(0)
    return (case.a / case.t if case.a < case.t else case.t / case.a) * case.w


def by_execution(rule: Execution, case: Case) -> Fraction | None:
    if case.t <= 0:
        return None
    rate, start = min(Fraction(1), case.a / case.t), Fraction(rule.start)
    return max(Fraction(0), (rate - start) / (1 - start)) * case.w


def by_sub_items(rule: SubItems, case: Case) -> Fraction | None:
    return None if case.t <= 0 else max(Fraction(0), min(Fraction(1), case.a / case.t)) * case.w


def by_yes_no(rule: YesNo, case: Case) -> Fraction | None:
    if case.aimless:
        return None
    return case.w if case.reached else Fraction(0)


def by_deduction(rule: PerPoint | PerStep, case: Case) -> Fraction | None:
    limit = case.t if rule.limit is None else Fraction(rule.limit)
    if case.op == "" and case.t == 0 and case.a != limit:
        return None
    if rule.measure == "ratio" and limit <= 0:
        return None
    over = (case.a / limit - 1) * 100 if rule.measure == "ratio" else case.a - limit
    wrong = max(Fraction(0), over if case.reverse else -over)
    steps = wrong / Fraction(rule.step if isinstance(rule, PerStep) else 1)
    counted = {"proportional": steps, "floor": floor(steps), "ceil": ceil(steps)}[rule.partial]
    return max(Fraction(0), case.w - Fraction(rule.deduct) * counted)


def by_item(rule: PerItem, case: Case) -> Fraction | None:
    missing = case.a if rule.count == "missing" else case.t - case.a
    return max(Fraction(0), case.w - Fraction(rule.deduct) * max(Fraction(0), missing))


def by_bands(rule: Bands, case: Case) -> Fraction | None:
    if rule.measure == "ratio" and case.t <= 0:
        return None
    value = case.a / case.t if rule.measure == "ratio" else case.a
    below = [step for step in rule.bands if value > (step.start or 0) or (value == step.start and not step.open)]
    if not below:
        return Fraction(0)
    step = max(below, key=lambda step: (step.start or 0, step.open))
    return Fraction(step.share) * case.w if step.share is not None else min(case.w, Fraction(step.points or 0))


ORACLE: dict[type[Rule], Callable[..., Fraction | None]] = {
    Proportion: by_completion,
    Gate: by_gate,
    Equality: by_equality,
    Range: by_range,
    Execution: by_execution,
    SubItems: by_sub_items,
    YesNo: by_yes_no,
    PerPoint: by_deduction,
    PerStep: by_deduction,
    PerItem: by_item,
    Bands: by_bands,
}


def half_up(value: Fraction) -> Decimal:
    return Decimal(floor(value * 100 + Fraction(1, 2))) / 100


def half_place(number: Decimal) -> Fraction:
    return Fraction(1, 2 * 10 ** max(-int(number.as_tuple().exponent), 0))


@settings(max_examples=1500, deadline=None)
@given(rules, weights, comparators, figures, figures)
@example(Proportion(), Decimal("0.5"), "≥", Decimal(100), Decimal(1))
@example(Gate(), Decimal("9.5"), "≥", Decimal(38), Decimal(37))  # 8.875 exactly
@example(Proportion(), Decimal(100), "≥", Decimal(2**62), Decimal(2**62 - 1))
@example(PerPoint(deduct=Decimal("0.5")), Decimal(5), "≤", Decimal(2**40), Decimal(2**40 + 1))
def test_points_are_those_of_the_formula(
    rule: Rule, weight: Decimal, op: str, target: Decimal, actual: Decimal
) -> None:
    figures = Fraction(weight), op, Fraction(target), Fraction(actual)
    wanted = ORACLE[type(rule)](rule, Case(*figures, half_place(target), half_place(actual)))
    row = alone(entry(rule, weight, op, target, actual))
    if wanted is None:
        assert (row.status, row.points, row.low, row.high) == ("missing", 0, 0, half_up(Fraction(weight)))
    else:
        assert (row.status, row.points) == ("recomputed", half_up(wanted))


@settings(max_examples=300)
@given(
    *(weights, comparators, figures, figures, deducts),
    st.sampled_from(["proportional", "floor", "ceil"]),
    st.sampled_from(["difference", "ratio"]),
)
def test_either_side_of_the_limit_costs_the_same(
    weight: Decimal, op: str, target: Decimal, actual: Decimal, step: Decimal, partial: Any, measure: Any
) -> None:
    rule = PerStep(deduct=Decimal(1), step=step, partial=partial, measure=measure, either_side=True)
    row = alone(entry(rule, weight, op, target, actual))
    if measure == "ratio" and target <= 0:
        assert row.status == "missing"
        return
    off = abs(Fraction(actual) - Fraction(target)) / (Fraction(target) / 100 if measure == "ratio" else 1)
    steps = off / Fraction(step)
    counted = {"proportional": steps, "floor": floor(steps), "ceil": ceil(steps)}[partial]
    assert row.points == half_up(max(Fraction(0), Fraction(weight) - counted))


@settings(max_examples=400, deadline=None)
@given(weights, figures, figures, shares.map(lambda share: share + Decimal("1.01")), deducts)
def test_overshoot_takes_its_points_and_no_more(
    weight: Decimal, target: Decimal, actual: Decimal, ratio: Decimal, deduct: Decimal
) -> None:
    plain = by_completion(
        Proportion(), Case(Fraction(weight), "≥", Fraction(target), Fraction(actual), Fraction(1), Fraction(1))
    )
    row = alone(entry(Proportion(overshoot=Overshoot(ratio=ratio, deduct=deduct)), weight, "≥", target, actual))
    if plain is None:
        return
    far = target > 0 and Fraction(actual) >= Fraction(ratio) * Fraction(target)
    assert row.points == half_up(max(Fraction(0), plain - (Fraction(deduct) if far else 0)))


# ------------------------------------------------------------------------------------------------------------- laws

words_or_figures = st.one_of(
    figures.map(lambda number: quantity("", number)),
    st.sampled_from(
        ["达成预期指标", "部分达成预期指标并具有一定效果", "未完成", "是", "4/5", "2021年12月", "不涉及", ""]
    ).map(lambda text: Quantity("", None, None, None, "", text, kind="qualitative" if text else "empty")),
    st.just(Quantity("", None, None, None, "", "3..5", kind="malformed")),
    st.just(Quantity("", None, Decimal(10), Decimal(100), "", "数十")),
)
targets = st.one_of(
    st.builds(quantity, comparators, figures),
    st.just(Quantity("", None, None, None, "", "有效提升", kind="qualitative")),
    st.just(Quantity("between", None, Decimal(70), Decimal(75), "%", "70%-75%", kind="range")),
)
entries = st.builds(
    Entry,
    rule=rules | st.sampled_from([Graded(), Coefficient(), Proportion(inapplicable="full")]),
    weight=st.none() | weights,
    target=targets,
    actual=words_or_figures,
    claimed=st.none() | everyday,
    submission=st.integers(0, 3),
    coefficient=st.none() | everyday,
    direction=st.sampled_from(["", "forward", "reverse", "qualitative"]),
)


@settings(max_examples=400, deadline=None)
@given(entries)
def test_points_lie_between_nothing_and_the_weight_and_are_said_in_words(row: Entry) -> None:
    scored = alone(row)
    assert words(row, scored)
    if row.weight is None:
        assert scored.points is None
        return
    if scored.points is None:
        assert scored.status == "inapplicable"
        return
    assert scored.low is not None
    assert scored.high is not None
    assert 0 <= scored.low <= scored.points <= scored.high <= half_up(Fraction(row.weight))
    if scored.status in ("recomputed", "inapplicable"):
        assert scored.low == scored.points == scored.high
    elif scored.status != "judged":
        assert scored.points == 0


@settings(max_examples=150, deadline=None)
@given(st.lists(entries, max_size=12), st.randoms(use_true_random=False), st.integers(1, 5))
def test_a_row_scores_alone_as_in_any_batch(rows: list[Entry], shuffle: random.Random, size: int) -> None:
    each = [alone(row) for row in rows]
    answers = Answers.build(rows)
    whole = score(answers)
    assert [whole.row(at) for at in range(len(rows))] == each
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    shuffled = score(answers.select(np.array(order, np.int64)))
    assert [shuffled.row(at) for at in range(len(rows))] == [each[at] for at in order]
    pieces = [score(Answers.build(rows[at : at + size])) for at in range(0, len(rows), size)]
    assert [piece.row(at) for piece in pieces for at in range(len(piece))] == each


@pytest.mark.parametrize("many", [0, 24], ids=["sorted", "looked for"])
def test_rows_of_many_chunks_score_as_one_row(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    rows = [
        entry(Proportion() if at % 3 else Gate(), Decimal(at % 7), "≥", Decimal(30), Decimal(at)) for at in range(40)
    ]
    monkeypatch.setattr("scorer.rules.kernel.CHUNK", 7)
    monkeypatch.setattr("scorer.rules.kernel.MANY_RULES", many)
    whole = score(Answers.build(rows))
    monkeypatch.undo()
    assert [whole.row(at) for at in range(len(rows))] == [alone(row) for row in rows]


SCALED = [
    Proportion(),
    Gate(),
    Equality(otherwise="proportion"),
    Range(otherwise="proportion"),
    Execution(),
    SubItems(),
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SCALED), weights, comparators, figures, figures, st.integers(1, 10**6))
def test_scaling_target_and_actual_together_changes_nothing(
    rule: Rule, weight: Decimal, op: str, target: Decimal, actual: Decimal, factor: int
) -> None:
    def scaled(figure: Quantity) -> Quantity:
        ends = (figure.number, figure.low, figure.high)
        number, low, high = (None if value is None else value * factor for value in ends)
        return replace(figure, number=number, low=low, high=high, scale=figure.scale * factor)

    first = entry(rule, weight, op, target, actual)
    assert alone(first) == alone(replace(first, target=scaled(first.target), actual=scaled(first.actual)))


@settings(max_examples=400, deadline=None)
@given(
    rules.filter(lambda rule: not isinstance(rule, Equality | Range | Bands)),
    weights,
    st.sampled_from(["≥", ">", "≤", "<"]),
    figures,
    figures,
    figures,
)
def test_a_better_actual_never_scores_less(
    rule: Rule, weight: Decimal, op: str, target: Decimal, one: Decimal, other: Decimal
) -> None:
    upward = op in ("≥", ">")
    if isinstance(rule, Execution | SubItems):
        upward = True  # more spent, more done
    if isinstance(rule, PerItem):
        upward = rule.count == "done"
    worse, better = sorted((one, other), reverse=not upward)
    low, high = (alone(entry(rule, weight, op, target, actual)) for actual in (worse, better))
    if low.status == high.status == "recomputed":
        assert (low.points or 0) <= (high.points or 0)


SMALL = Entry(Graded(), Decimal(0), quantity("≥", Decimal(1)), parse_quantity("部分达成预期指标并具有一定效果"), claimed=Decimal(0))


@settings(max_examples=200, deadline=None)
@given(entries)
@example(SMALL)
@example(replace(SMALL, weight=Decimal("0.01"), claimed=Decimal("0.01")))  # 60 % and 80 % of it round to one figure
def test_a_claim_equal_to_the_points_is_never_cut(row: Entry) -> None:
    scored = alone(row)
    if scored.status == "judged" and row.weight == half_up(Fraction(row.weight or 0)):
        again = alone(replace(row, claimed=scored.points))
        assert again == scored._replace(cut=False)
