"""Scoring rules, case by case: the cases are data, tests/cases/rules/<kind>.toml; the words are part of the case."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import tomli
from pydantic import TypeAdapter, ValidationError

from scorer.numbers.quantity import parse_quantity
from scorer.rules import (
    RULES,
    AnyRule,
    ExecutionCap,
    Graded,
    Manual,
    Proportion,
    Rule,
    rescale,
    score,
    words,
)
from scorer.rules.answers import Answers, Entry
from scorer.rules.notation import plain
from scorer.rules.rule import SECTIONS

CASES = Path(__file__).parent / "cases" / "rules"
RULE: TypeAdapter[Rule] = TypeAdapter(AnyRule)


def read_cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        table = tomli.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        for case in table["case"]:
            found.append(pytest.param({"rule": table["rule"], **case}, id=f"{path.stem}: {case['why']}"))
    return found


def points(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def entry_of(case: dict[str, Any]) -> Entry:
    return Entry(
        rule=RULE.validate_python(case["rule"]),
        weight=points(case.get("weight")),
        target=parse_quantity(case["target"]),
        actual=parse_quantity(case["actual"]),
        claimed=points(case.get("claimed")),
        coefficient=points(case.get("coefficient")),
        direction=case.get("direction", ""),
    )


@pytest.mark.parametrize("case", read_cases())
def test_a_row_scores_as_worked_out_by_hand(case: dict[str, Any]) -> None:
    entry = entry_of(case)
    row = score(Answers.build([entry])).row(0)
    assert row.points == points(case.get("points"))
    assert row.low == points(case.get("low", case.get("points")))
    assert row.high == points(case.get("high", case.get("points")))
    assert row.status == case["status"]
    assert row.met == case.get("met")
    assert row.cut == case.get("cut", False)
    assert words(entry, row) == case["words"]


@pytest.mark.parametrize(
    ("figure", "written"),
    [
        (Decimal("5.00"), "5"),
        (Decimal("0.50"), "0.5"),
        (Decimal("100"), "100"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.00"), "0"),
        (Decimal("-1.50"), "-1.5"),
        (Decimal("0.12345650"), "0.123457"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-2, 3), "-0.666667"),
        (7, "7"),
    ],
)
def test_a_figure_is_written_without_exponent_and_idle_zeros(figure: Decimal | Fraction | int, written: str) -> None:
    assert plain(figure) == written


@pytest.mark.parametrize("kind", sorted(RULES))
def test_every_rule_has_cases_with_and_without_a_figure(kind: str) -> None:
    cases = tomli.loads((CASES / f"{kind}.toml").read_text(encoding="utf-8"))["case"]
    assert len(cases) >= 6
    assert {"missing", "judged"} & {case["status"] for case in cases}


@pytest.mark.parametrize("kind", sorted(RULES))
def test_every_rule_is_described(kind: str) -> None:
    rule = RULES[kind]
    assert rule.title
    assert (rule.__doc__ or "").splitlines()[0].endswith(".")
    assert tuple(rule.sections()) == SECTIONS
    assert all(rule.sections().values()), rule.sections()
    own = {name: field for name, field in rule.model_fields.items() if name != "kind"}
    assert all(field.description for field in own.values())


def test_the_schema_tells_editors_every_kind_and_title() -> None:
    schema = json.dumps(RULE.json_schema(), ensure_ascii=False)
    for kind, rule in RULES.items():
        assert f'"const": "{kind}"' in schema
        assert f'"title": "{rule.title}"' in schema


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        ({"kind": "proportoin"}, ()),
        ({"kind": "proportion", "wieght": 3}, ("proportion", "wieght")),
        ({"kind": "gate", "pass": "100%"}, ("gate", "pass")),
        ({"kind": "gate", "pass": "NaN"}, ("gate", "pass")),
        ({"kind": "bands", "bands": []}, ("bands", "bands")),
        ({"kind": "bands", "bands": [{"from": 90}]}, ("bands", "bands", 0)),
        ({"kind": "bands", "bands": [{"from": 90, "share": 1, "points": 2}]}, ("bands", "bands", 0)),
        ({"kind": "bands", "bands": [{"from": 90, "share": 1}, {"from": "90.0", "share": 0}]}, ("bands",)),
        ({"kind": "per-point"}, ("per-point", "deduct")),
        ({"kind": "per-step", "step": 0, "deduct": 1}, ("per-step", "step")),
        ({"kind": "manual"}, ("manual", "reason")),
        ({"kind": "manual", "reason": ""}, ("manual", "reason")),
        ({"kind": "graded", "tiers": [{"from": "60%"}, {"from": "80%"}]}, ("graded",)),
        ({"kind": "proportion", "overshoot": {"ratio": "90%"}}, ("proportion", "overshoot", "ratio")),
    ],
)
def test_a_faulty_rule_is_refused_where_it_is_faulty(rule: dict[str, Any], where: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as fault:
        RULE.validate_python(rule)
    assert where in [error["loc"] for error in fault.value.errors()]


def test_percentages_and_floats_of_a_set_are_exact() -> None:
    assert RULE.validate_python({"kind": "gate", "pass": "62.5%"}) == RULE.validate_python(
        {"kind": "gate", "pass": 0.625}
    )
    assert RULE.validate_python({"kind": "per-point", "deduct": 0.1}).model_dump()["deduct"] == Decimal("0.1")


def test_the_tiers_of_a_graded_rule_leave_no_gap() -> None:
    bands = Graded().allowed()
    assert [(band.low, band.high, band.closed) for band in bands] == [
        (Fraction(4, 5), Fraction(1), True),
        (Fraction(3, 5), Fraction(4, 5), False),
        (Fraction(0), Fraction(3, 5), False),
    ]


def test_words_name_the_missing_claim_and_the_missing_weight() -> None:
    target, actual = parse_quantity("前5名"), parse_quantity("第3名")
    entry = Entry(Manual(reason="名次法"), None, target, actual, Decimal(3))
    row = score(Answers.build([entry])).row(0)
    assert (row.points, row.status) == (None, "judged")
    assert words(entry, row) == "由人评分：名次法，未列分值，不计分"


def test_units_that_cannot_be_compared_are_left_to_judgement() -> None:
    entry = Entry(
        Proportion(), Decimal(5), parse_quantity("≥6户"), parse_quantity("107人"), Decimal(5), comparable=False
    )
    row = score(Answers.build([entry])).row(0)
    assert (row.points, row.low, row.high, row.status, row.met) == (5, 0, 5, "judged", None)
    assert words(entry, row).startswith("目标值与完成值的计量单位不同，无从比较")


CAP = ExecutionCap.model_validate(
    {
        "caps": [
            {"from": "80%"},
            {"from": "70%", "cap": 89},
            {"from": "60%", "cap": 79},
            {"from": "50%", "cap": 69},
            {"cap": 59},
        ]
    }
)


@pytest.mark.parametrize(
    ("total", "executed", "budget", "capped"),
    [
        ("92.5", "65", "100", "79"),
        ("92.5", "80", "100", "92.5"),
        ("92.5", "79.99", "100", "89"),
        ("92.5", "70", "100", "89"),
        ("75", "65", "100", "75"),
        ("92.5", "0", "100", "59"),
        ("92.5", "0", "0", "92.5"),
    ],
)
def test_the_execution_rate_caps_the_total(total: str, executed: str, budget: str, capped: str) -> None:
    assert CAP.capped(Decimal(total), Decimal(executed), Decimal(budget)) == Decimal(capped)


def test_an_open_step_of_the_cap_leaves_its_start_to_the_lower_one() -> None:
    cap = ExecutionCap.model_validate({"caps": [{"from": "80%", "open": True}, {"cap": 89}]})
    assert cap.cap_at(Fraction(4, 5)) == 89
    assert cap.cap_at(Fraction(81, 100)) is None


@pytest.mark.parametrize(
    ("got", "applicable", "full", "rescaled"),
    [("81", "90", "100", "90.00"), ("2", "3", "100", "66.67"), ("0", "90", "100", "0.00"), ("0", "0", "100", None)],
)
def test_what_is_left_out_is_made_up_for_by_the_rest(
    got: str, applicable: str, full: str, rescaled: str | None
) -> None:
    assert rescale(Decimal(got), Decimal(applicable), Decimal(full)) == points(rescaled)
