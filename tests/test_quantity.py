"""The quantity reader: cases as data, and laws that hold for any text."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.numbers.numerals import fold
from scorer.numbers.quantity import (
    Quantity,
    dimension,
    find_quantities,
    parse_period,
    parse_quantity,
    same_unit,
    unit_key,
)

HERE = Path(__file__).parent
CASES = HERE / "cases" / "quantities"
SHARED = HERE.parent.parent / "shared" / "quantities"  # larger case files, where they are at hand
WITHOUT_FIGURE = {"date", "qualitative", "empty", "several", "malformed"}


def load(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def close(want: str | None, got: Decimal | None) -> bool:
    """Equal; a fraction without end only to nine places."""
    if want is None or got is None:
        return want is None and got is None
    return Decimal(want) == got or (len(want) > 20 and abs(Decimal(want) - got) < Decimal("1e-9"))


def faults(case: dict[str, Any], got: Quantity) -> list[str]:
    """What differs between a case and a reading; [] where all is right."""
    if case["kind"] in WITHOUT_FIGURE:
        return [] if got.number is None and got.low is None and got.high is None else ["a figure was read"]
    wrong = []
    if got.op != case.get("op", ""):
        wrong.append("op")
    if not close(case.get("number"), got.number):
        wrong.append("number")
    if not same_unit(got.unit, case.get("unit", "") or ""):
        wrong.append("unit")
    wrong += [end for end in ("low", "high") if case.get(end) is not None and decimal(case[end]) != getattr(got, end)]
    return wrong


@pytest.mark.parametrize("case", load(CASES / "cells.jsonl"), ids=lambda case: case["text"] or "blank")
def test_cell(case: dict[str, Any]) -> None:
    got = parse_quantity(case["text"])
    assert faults(case, got) == [], got
    assert got.kind == case["kind"]


@pytest.mark.parametrize("case", load(CASES / "sentences.jsonl"), ids=lambda case: case["text"][:20])
def test_sentence(case: dict[str, Any]) -> None:
    got = find_quantities(case["text"])
    assert [(q.text, q.start) for q in got] == [(want["text"], want["start"]) for want in case["quantities"]]
    assert [faults({"kind": "quantity", **want}, q) for want, q in zip(case["quantities"], got, strict=True)] == [[]] * len(got)


@pytest.mark.parametrize("case", load(CASES / "periods.jsonl"), ids=lambda case: f"{case['text']} {case.get('year', '')}")
def test_period(case: dict[str, Any]) -> None:
    span = None if case["first"] is None else (date.fromisoformat(case["first"]), date.fromisoformat(case["last"]))
    assert parse_period(case["text"], case.get("year")) == span


@pytest.mark.parametrize("name", ["values_dev", "recognizers", "jionlp_money"])
def test_shared_cells(name: str) -> None:
    path = SHARED / f"{name}.jsonl"
    if not path.is_file():
        pytest.skip(f"../shared/quantities/{path.name} is not there")
    wrong = []
    for case in load(path):
        got = parse_quantity(case["text"])
        if all(faults({**case, **also}, got) for also in [{}, *case.get("also", [])]):
            wrong.append(case["text"])
    assert len(wrong) <= len(load(path)) // 50, wrong


@pytest.mark.parametrize(
    ("text", "unit", "number", "want"),
    [
        ("48.6", "万元", "486000", "元"),
        ("48.6", "（万元）", "486000", "元"),
        ("48.6元", "万元", "48.6", "元"),
        ("77", "%", "77", "%"),
        ("≥12", "次", "12", "次"),
        ("5", "nothing known", "5", ""),
    ],
)
def test_unit_of_the_column(text: str, unit: str, number: str, want: str) -> None:
    got = parse_quantity(text, unit=unit)
    assert (got.number, got.unit) == (Decimal(number), want)


@pytest.mark.parametrize("text", ["", "/", "—", "*", "无"])
def test_blanks_stay_apart(text: str) -> None:
    got = parse_quantity(text)
    assert (got.kind, got.text) == ("empty", text)
    assert parse_quantity("0").kind == "quantity"


def test_writing_is_kept() -> None:
    got = parse_quantity("3.30万元")
    assert (got.number, got.places, got.scale) == (Decimal(33000), 2, 10000)
    assert (got.low, got.high) == (Decimal(32950), Decimal(33050))


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("㎡", "平方米", True), ("m²", "平方米", True), ("元/人*月", "元/人·月", True), ("个工作日", "工作日", True),
        ("千米", "公里", True), ("個", "个", True), ("户", "人", False), ("人", "人次", False), ("个月", "月", False),
        ("%", "个百分点", False), ("公里", "米", False), ("元每人", "元/人", True),
    ],
)  # fmt: skip
def test_units_that_differ_in_spelling(first: str, second: str, same: bool) -> None:
    assert same_unit(first, second) is same
    assert (unit_key(first) == unit_key(second)) is same


@pytest.mark.parametrize(
    ("unit", "what"),
    [
        ("元", "money"), ("%", "percent"), ("人次", "people"), ("户", "household"), ("台", "count"), ("工作日", "time"),
        ("㎡", "area"), ("公里", "length"), ("吨", "mass"), ("分", "score"), ("", ""), ("元/人", "rate"), ("种子", "count"),
    ],
)  # fmt: skip
def test_dimension(unit: str, what: str) -> None:
    assert dimension(unit) == what


# ------------------------------------------------------------------------------------------------------------- laws

CHARACTERS = (
    "0123456789.,，．％%万亿千百十一二两三五九几余多约近不超过于到至和以上下内人户元次年月日个工作日"
    "（）()-—~≥≤<>=/ \n：、。第分之点半成*XA负±"
)
texts = st.text(alphabet=CHARACTERS, max_size=60) | st.text(max_size=40)
amounts = st.decimals(min_value=0, max_value=10**12, places=4, allow_nan=False, allow_infinity=False)


@given(texts)
@settings(max_examples=400)
def test_offsets_and_order(text: str) -> None:
    found = find_quantities(text)
    assert all(text[q.start : q.end] == q.text and q.start < q.end for q in found)
    assert all(left.end <= right.start for left, right in pairwise(found))
    whole = parse_quantity(text)
    assert text[whole.start : whole.end] == whole.text


@given(texts)
@settings(max_examples=400)
def test_interval_encloses_number(text: str) -> None:
    for q in [*find_quantities(text), parse_quantity(text)]:
        if q.kind in WITHOUT_FIGURE:
            assert q.number is None
            assert q.low is None
        elif q.low is not None and q.high is not None:
            assert q.low <= q.high
            assert q.number is None or q.low <= q.number <= q.high


@given(texts)
def test_reading_is_the_same_after_folding(text: str) -> None:
    assert [(q.op, q.number, q.unit, q.start) for q in find_quantities(fold(text))] == [
        (q.op, q.number, q.unit, q.start) for q in find_quantities(text)
    ]
    assert len(fold(text)) == len(text)


@given(amounts)
def test_wan_is_exactly_ten_thousand(amount: Decimal) -> None:
    for written in (f"{amount}万元", f"{amount:,}万元", f"支出{amount}万元。"):
        assert [q.number for q in find_quantities(written)] == [amount * 10000]
    assert parse_quantity(f"{amount}万元").number == amount * 10000


@given(
    st.decimals(min_value=0, max_value=10**8, places=2),
    st.sampled_from(["≥", "≤", ">", "<", "=", ""]),
    st.sampled_from(["户", "%", "元/人·月", ""]),
)
def test_what_is_written_is_read(number: Decimal, op: str, unit: str) -> None:
    got = parse_quantity(f"{op}{number}{unit}")
    assert (got.op, got.number) == (op, number) or got.kind == "date"  # 2020.12 alone is a month
    assert got.kind == "date" or got.unit == unit


@given(st.text(alphabet=st.characters(max_codepoint=0x9FFF), max_size=200))
def test_never_raises(text: str) -> None:
    find_quantities(text)
    parse_quantity(text)
    parse_quantity(text, unit=text)
    parse_period(text, 2020)
    unit_key(text)


@pytest.mark.parametrize(
    "piece",
    ["1", "九", "1,234", "1.", "亿", "万", "1万", "其中：", "一", ",", "一点", "(", "1元-", "约", "百分之", "-"],
)
def test_long_repetition_comes_to_an_end(piece: str) -> None:
    """No pattern backtracks without bound: an exponential or quadratic one would not finish here."""
    text = piece * 60_000
    find_quantities(text)
    parse_quantity(text)
    parse_period(text)
    parse_quantity("5", unit=text)
    parse_quantity(f"5（{text}元）")


@pytest.mark.parametrize("text", ["9" * 5000, "9" * 10_000 + "户", "1" + ",000" * 2000, "0." + "1" * 5000, "九" * 5000, "1" + "亿" * 40])
def test_figures_beyond_reason_are_no_figures(text: str) -> None:
    got = parse_quantity(text)
    assert got.number is None
    assert got.kind in ("malformed", "qualitative")
