"""Answers: entries become columns of integers, and columns come apart and together without changing a figure."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from scorer.numbers.quantity import parse_quantity
from scorer.rules import Gate, Proportion, score
from scorer.rules.answers import (
    DAMAGED,
    FORWARD,
    INAPPLICABLE,
    INTERVAL,
    LONG,
    MISSING,
    NUMBER,
    REVERSE,
    UNKNOWN,
    WORDS,
    Answers,
    Entry,
    direction_of,
    state_of,
)


def entry(target: str, actual: str, weight: str | None = "10", claimed: str | None = None, **more: object) -> Entry:
    return Entry(
        rule=more.pop("rule", Proportion()),  # type: ignore[arg-type]
        weight=None if weight is None else Decimal(weight),
        target=parse_quantity(target),
        actual=parse_quantity(actual),
        claimed=None if claimed is None else Decimal(claimed),
        **more,  # type: ignore[arg-type]
    )


MIXED = [
    entry("≥500人次", "709", "3", "3", submission=0),
    entry("≥1.5公里", "1.25公里", "2", "1.8", submission=0, rule=Gate()),
    entry("≥10000000000000000001户", "10000000000000000000户", "5", submission=1),  # beyond int64
    entry("≥3户", "1户", "1.234567", "1.2", submission=1),  # six decimals
    entry("有效", "有效", None, submission=2),
]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("709", NUMBER),
        ("0", NUMBER),
        ("700余户", NUMBER),
        ("数十人", INTERVAL),
        ("70%-75%", INTERVAL),
        ("", MISSING),
        ("  ", MISSING),
        ("—", MISSING),
        ("/", MISSING),
        ("无", WORDS),
        ("已完成", WORDS),
        ("2021年12月", WORDS),
        ("85户230人", WORDS),
        ("30..5公里", DAMAGED),
        ("≥**人", DAMAGED),
        ("不涉及", INAPPLICABLE),
        ("不适用。", INAPPLICABLE),
        ("N/A", INAPPLICABLE),
    ],
)
def test_a_blank_a_zero_a_dash_and_a_word_are_different_things(text: str, state: int) -> None:
    assert state_of(parse_quantity(text)) == state


@pytest.mark.parametrize(
    ("target", "of_form", "of_rule", "direction"),
    [
        ("≥5次", "", "auto", FORWARD),
        (">5次", "", "reverse", FORWARD),
        ("≤5次", "", "auto", REVERSE),
        ("<5次", "", "forward", REVERSE),
        ("5次", "", "auto", FORWARD),
        ("5次", "", "reverse", REVERSE),
        ("≥5次", "reverse", "forward", REVERSE),
        ("≤5次", "qualitative", "auto", REVERSE),
        ("0次", "", "auto", UNKNOWN),
        ("0次", "", "reverse", REVERSE),
        ("=0次", "", "auto", REVERSE),
    ],
)
def test_the_direction_comes_from_the_form_then_the_comparator_then_the_rule(
    target: str, of_form: str, of_rule: str, direction: int
) -> None:
    row = entry(target, "3次", rule=Proportion.model_validate({"direction": of_rule}), direction=of_form)
    assert direction_of(row) == direction


def test_figures_share_one_denominator_and_points_are_ten_thousandths() -> None:
    columns = Answers.build([entry("≥1.5公里", "1.25公里", "22.5", "20")]).columns
    one = int(columns["one"][0])
    assert Decimal(int(columns["target"][0])) / one == Decimal("1.5")
    assert Decimal(int(columns["actual"][0])) / one == Decimal("1.25")
    assert Decimal(int(columns["actual_low"][0])) / one == Decimal("1.245")
    assert (columns["weight"][0], columns["claimed"][0]) == (225_000, 200_000)


def test_rows_beyond_int64_are_kept_apart_and_score_the_same() -> None:
    answers = Answers.build(MIXED)
    assert answers.wide_rows.tolist() == [2, 3]
    rows = [score(answers).row(index) for index in range(len(MIXED))]
    assert [row.points for row in rows[:4]] == [Decimal(text) for text in ("3.00", "1.17", "5.00", "0.41")]
    assert [row.met for row in rows[:3]] == [True, False, False]


@pytest.mark.parametrize("choice", [[4, 3, 2, 1, 0], [2], [3, 3, 2], [], [0, 1, 4]])
def test_selected_rows_keep_their_scores(choice: list[int]) -> None:
    answers = Answers.build(MIXED)
    whole, part = score(answers), score(answers.select(np.array(choice, np.int64)))
    assert [part.row(at) for at in range(len(part))] == [whole.row(index) for index in choice]


def test_a_mask_and_a_slice_select_alike() -> None:
    answers = Answers.build(MIXED)
    masked = answers.select(np.array([False, True, True, True, False]))
    sliced = answers.select(slice(1, 4))
    assert masked.wide_rows.tolist() == sliced.wide_rows.tolist() == [1, 2]
    assert all((masked.columns[name] == sliced.columns[name]).all() for name in LONG)


def test_nothing_is_nothing() -> None:
    assert len(Answers.build([])) == len(score(Answers.build([]))) == 0
