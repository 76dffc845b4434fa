"""The laws of the program over whole submissions (design.md, 4)."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.evaluation import evaluate, evaluate_all
from scorer.model import Cell, Report, Submission
from scorer.sets import list_sets, load_set
from tests.strategies import clean_forms, submissions


def alarms(report: Report) -> list[tuple[str, ...]]:
    return [
        (finding.code, *finding.path[-1:])
        for finding in report.findings
        if finding.level != "note" and finding.code != "T407"
    ]


@given(submissions())
def test_points_lie_between_zero_and_weight_and_add_up(submission: Submission) -> None:
    report = evaluate(submission, load_set("mof/project-2020"), select=["A"])
    scored = [line for line in report.leaves() if line.points is not None]
    for line in scored:
        assert line.weight is not None
        assert line.low is not None
        assert line.high is not None
        if line.weight >= 0:
            assert 0 <= line.low <= line.points <= line.high <= max(line.weight.quantize(Decimal("0.01"), "ROUND_HALF_UP"), 0)
    assert report.total == (sum((line.points for line in scored), Decimal(0)) if scored else None)  # type: ignore[misc]


WORDS = ["", "无", "不涉及", "有效提升", "达成预期指标", "部分达成预期指标"]
CELLS = st.sampled_from([*WORDS, "10", "95%", "≥90%", "12万元", "7O%", "2月-3月"])
POINTS = st.sampled_from(["", "0", "5", "12", "20", "-3", "0.005", "1000"])
SETS = [found.id for found in list_sets()]


@given(submissions(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_total_lies_in_its_own_range(submission: Submission, data: st.DataObject) -> None:
    """Whatever set, whatever is blank: low ≤ total ≤ high, for the leaves, for every level above them, and in all."""
    answers = tuple(
        replace(
            answer,
            weight=Cell(data.draw(POINTS)),
            claimed=Cell(data.draw(POINTS)),
            target=Cell(data.draw(CELLS)),
            actual=Cell(data.draw(CELLS)),
        )
        for answer in submission.answers
    )
    report = evaluate(replace(submission, answers=answers), load_set(data.draw(st.sampled_from(SETS))), select=["A104"])
    for low, points, high in [
        (report.low, report.total, report.high),
        *((line.low, line.points, line.high) for line in report.lines),
    ]:
        assert (low is None) == (points is None) == (high is None)
        if low is not None and points is not None and high is not None:
            assert low <= points <= high


@given(clean_forms())
def test_a_clean_form_has_no_alarm(submission: Submission) -> None:
    assert alarms(evaluate(submission)) == []


@given(clean_forms(), st.randoms())
def test_the_order_of_rows_does_not_matter(submission: Submission, order: random.Random) -> None:
    answers = list(submission.answers)
    order.shuffle(answers)
    shuffled = evaluate(replace(submission, answers=tuple(answers)))
    first = evaluate(submission)
    assert shuffled.total == first.total
    assert sorted(line.words for line in shuffled.leaves()) == sorted(line.words for line in first.leaves())


@given(st.lists(clean_forms(), min_size=1, max_size=5))
@settings(max_examples=25)
def test_alone_and_in_a_batch_are_the_same(forms: list[Submission]) -> None:
    together = [report.model_dump_json() for report in evaluate_all(forms)]
    assert together == [evaluate(form).model_dump_json() for form in forms]


@given(submissions())
@settings(max_examples=50)
def test_claims_as_recomputed_give_no_arithmetic_finding_on_the_rows(submission: Submission) -> None:
    indicators = load_set("mof/project-2020")
    first = evaluate(submission, indicators)
    points = iter([line.points for line in first.leaves() if line.path != ("预算执行率",)])
    answers = []
    for answer in submission.answers:
        value = next(points)
        answers.append(replace(answer, claimed=Cell() if value is None else Cell(f"{value:f}", number=value)))
    again = evaluate(replace(submission, answers=tuple(answers)), indicators, select=["A106", "A107", "A108"])
    assert [finding.message for finding in again.findings] == []


@given(clean_forms(), st.data())
def test_one_wrong_claim_is_found_at_its_row(submission: Submission, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(submission.answers) - 1))
    answer = submission.answers[index]
    weight = answer.weight.number
    assert weight is not None
    too_much = Cell(f"{weight + 1:f}", number=weight + 1)
    wrong = replace(
        submission, answers=tuple(replace(row, claimed=too_much) if row is answer else row for row in submission.answers)
    )
    found = alarms(evaluate(wrong, select=["A103"]))
    assert found == [("A103", answer.path[-1])]


@given(clean_forms())
def test_one_wrong_total_is_the_only_alarm(submission: Submission) -> None:
    number = submission.claimed_total.number
    assert number is not None
    wrong = replace(submission, claimed_total=Cell(f"{number - 3:f}", number=number - 3))
    assert alarms(evaluate(wrong, ignore=["A109", "A110"])) == [("A104",)]


@given(clean_forms())
def test_the_same_input_gives_the_same_bytes(submission: Submission) -> None:
    assert evaluate(submission).model_dump_json() == evaluate(submission).model_dump_json()
