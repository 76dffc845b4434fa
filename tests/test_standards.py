"""Printed scoring standards: read into a rule where the kind is beyond doubt, refused with a reason elsewhere."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from scorer.rules import AnyRule
from scorer.rules.standards import read_standard

CASES = tomli.loads((Path(__file__).parent / "cases" / "standards.toml").read_text("utf-8"), parse_float=Decimal)["case"]
RULE = TypeAdapter(AnyRule)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"] or "nothing")
def test_a_printed_standard_is_a_rule_or_says_why_it_is_none(case: dict[str, Any]) -> None:
    weight = Decimal(case["weight"]) if "weight" in case else None
    read = read_standard(case["text"], weight)
    assert (read.rule, read.why) == (RULE.validate_python(case["rule"]) if "rule" in case else None, case.get("why", ""))


@given(st.text("0123456789%.分得扣每低高以上下不满含其余否则完成率-~≥<（），；", max_size=60))
def test_any_words_are_read_or_refused_without_an_error(text: str) -> None:
    read = read_standard(text, Decimal(5))
    assert (read.rule is None) == bool(read.why)


@given(st.lists(st.integers(1, 99), min_size=2, max_size=5, unique=True), st.data())
def test_bands_that_follow_one_another_are_a_table_and_no_others(starts: list[int], data: st.DataObject) -> None:
    starts = sorted(starts, reverse=True)
    clauses = [f"{starts[0]}%以上得满分"]
    clauses += [f"{low}%-{high}%得{len(starts) - at}分" for at, (high, low) in enumerate(pairwise(starts))]
    clauses.append(f"{starts[-1]}%以下不得分")
    text = "，".join(data.draw(st.permutations(clauses)))
    read = read_standard(text, Decimal(10))
    assert read.rule is not None, read.why
    moved = "，".join([clauses[0].replace(str(starts[0]), str(starts[0] - 1), 1), *clauses[1:]])
    assert read_standard(moved, Decimal(10)).rule is None
