"""The same thing said twice: form against text, and claims copied by hand by the same code as figures found in a document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.checks.sameness import core, digits, slip, slip_keys
from scorer.evaluation import evaluate
from scorer.forms.readers import record
from scorer.model import Finding
from scorer.numbers.quantity import Quantity, parse_quantity

FORM = """
unit = "某区总工会"
project = "送温暖帮扶"
year = 2020

[[funds]]
source = "合计"
budget = 1
executed = 1

[[funds]]
source = "财政拨款"
budget = 1
executed = 1

[[funds]]
source = "其他资金"
budget = 0
executed = 0

[[answer]]
path = ["产出指标", "数量指标", "帮扶困难职工户数"]
weight = 10
target = "≥6户"
actual = "6户"
claimed = 10

[[answer]]
path = ["产出指标", "数量指标", "新增工会会员"]
weight = 10
target = "≥6000人"
actual = "6800人"
claimed = 10
"""


def findings(*claims: tuple[str, str], code: str) -> tuple[Finding, ...]:
    """What one check says of the form with figures of the report copied by hand."""
    text = FORM + "".join(f'\n[[claim]]\nof = "{of}"\nvalue = "{value}"\nwhere = "报告 四（一）"\n' for of, value in claims)
    return evaluate(record.parse("form.toml", text.encode()), select=[code]).findings


@pytest.mark.parametrize(
    ("code", "claim", "quotes"),
    [
        ("C301", ("帮扶困难职工", "107人"), ["6户", "107人"]),
        ("C303", ("帮扶困难职工的保障金额", "19.70万元"), ["1", "19.70万元"]),
        ("C306", ("新增工会会员", "8600人"), ["6800人", "8600人"]),
        ("C306", ("本级自有资金", "18.7万元"), ["0", "0", "18.7万元"]),
    ],
)
def test_claim_disagrees_with_the_form(code: str, claim: tuple[str, str], quotes: list[str]) -> None:
    (finding,) = findings(claim, code=code)
    assert [place.quote for place in finding.where] == quotes
    assert finding.where[-1].at == "报告 四（一）"


def test_claim_dated_after_the_year() -> None:
    (finding,) = findings(("截至2021年3月完成帮扶", "107人"), code="C304")
    assert "2020 年度" in finding.message


@pytest.mark.parametrize(
    ("code", "claim"),
    [
        ("C301", ("帮扶困难职工", "18人")),
        ("C303", ("帮扶困难职工的保障金额", "0.97万元")),
        ("C303", ("争取社会捐赠资金", "19.70万元")),
        ("C306", ("新增工会会员", "0.68万人")),
        ("C306", ("参加医疗互助职工", "33000人")),
    ],
)
def test_claim_that_agrees_or_is_of_something_else(code: str, claim: tuple[str, str]) -> None:
    assert findings(claim, code=code) == ()


def keys(quantity: Quantity) -> set[str]:
    assert quantity.number is not None
    return set(slip_keys(digits(quantity.number)))


@pytest.mark.parametrize(
    ("first", "second"),
    [("1487家", "1478家"), ("612人次", "621人次"), ("268.81万元", "267.81万元"), ("17.30万元", "17.31万元"), ("934名", "943名")],
)
def test_slip(first: str, second: str) -> None:
    one, other = parse_quantity(first), parse_quantity(second)
    assert slip(one, other)
    assert slip(other, one)
    assert keys(one) & keys(other)


@pytest.mark.parametrize(
    ("first", "second"),
    [("1487家", "1487家"), ("12人", "18人"), ("100人", "1000人"), ("600余人", "609人"), ("1487家", "1584家"), ("25%", "75%")],
)
def test_no_slip(first: str, second: str) -> None:
    assert not slip(parse_quantity(first), parse_quantity(second))


@given(st.integers(100, 10**7), st.integers(0, 6), st.integers(0, 9))
def test_a_slip_is_found_by_its_keys(number: int, position: int, digit: int) -> None:
    """Whatever pair `slip` accepts shares a key, so that looking up keys loses none."""
    written = str(number)
    position %= len(written)
    changed = written[:position] + str(digit) + written[position + 1 :]
    one, other = parse_quantity(f"{written}家"), parse_quantity(f"{changed}家")
    if slip(one, other):
        assert keys(one) & keys(other)


def test_filler_names_nothing() -> None:
    assert core("全年服务承储企业") == core("承储企业")
    assert core("基本支出") != core("项目支出")
