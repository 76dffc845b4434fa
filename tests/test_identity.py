"""A finding is known again by what it says of what; a decision never passes to other words."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.batch.identity import Known, equal_numbers, fingerprint, folded, identities, match
from scorer.model import Finding, Place

WORDS = st.sampled_from(["98", "84", "≥12座", "8座", "10", "107人", "6户"])
FINDINGS = st.builds(
    lambda code, path, quotes, rate: Finding(
        code=code,
        name="x",
        level="error",
        message="甲",
        path=tuple(path),
        where=tuple(Place(file="form.docx", at=f"表1!R{n}C1", quote=quote) for n, quote in enumerate(quotes, 1)),
        numbers={"rate": rate},
    ),
    st.sampled_from(["A104", "A107", "C301"]),
    st.lists(st.sampled_from(["产出指标", "数量指标", "道路"]), max_size=2),
    st.lists(WORDS, min_size=1, max_size=3),
    st.sampled_from(["1", "2"]),
)
SEVERAL = st.lists(FINDINGS, max_size=8)


def finding(code: str = "A104", quotes: tuple[str, ...] = ("98", "84"), **other: object) -> Finding:
    where = tuple(Place(file="form.docx", at=f"L{n}", quote=quote) for n, quote in enumerate(quotes))
    return Finding(**{"code": code, "name": "n", "level": "error", "message": "m", "where": where, **other})  # type: ignore[arg-type]


def known(findings: list[Finding]) -> list[Known]:
    return [Known(one, each.numbers, n) for n, (one, each) in enumerate(zip(identities(findings), findings, strict=True))]


def moved(each: Finding) -> Finding:
    """The same finding of another file, another place, another wording, another level, its quotes in another order."""
    where = [Place(file="新.xlsx", at=f"Sheet1!B{n}", quote=f" {place.quote}\n") for n, place in enumerate(each.where)]
    random.Random(1).shuffle(where)
    return each.model_copy(update={"where": tuple(where), "message": "乙", "level": "warning"})


@given(SEVERAL)
def test_a_finding_is_the_same_wherever_it_stands(findings: list[Finding]) -> None:
    fates = match(known(findings), [moved(each) for each in findings])
    assert [(one.fate, one.earlier, one.later) for one in fates] == [("same", n, n) for n in range(len(findings))]


@given(SEVERAL, SEVERAL)
def test_every_finding_has_one_fate(earlier: list[Finding], later: list[Finding]) -> None:
    fates = match(known(earlier), later)
    assert sorted(one.later for one in fates if one.later is not None) == list(range(len(later)))
    assert sorted(one.earlier for one in fates if one.earlier is not None) == list(range(len(earlier)))
    for one in fates:
        assert (one.fate == "new") == (one.earlier is None)
        assert (one.fate == "gone") == (one.later is None)


@given(SEVERAL, SEVERAL)
def test_what_stays_the_same_quotes_the_same_words_of_the_same_subject(earlier: list[Finding], later: list[Finding]) -> None:
    for one in match(known(earlier), later):
        if one.fate == "same":
            first, second = earlier[one.earlier or 0], later[one.later or 0]
            assert sorted(folded(place.quote) for place in first.where) == sorted(
                folded(place.quote) for place in second.where
            )
            assert (first.code, first.path) == (second.code, second.path)
            assert equal_numbers(first.numbers, second.numbers)


@pytest.mark.parametrize(
    ("earlier", "later", "fate"),
    [
        (finding(), finding(quotes=("98", "85")), "changed"),
        (finding(numbers={"difference": "14"}), finding(numbers={"difference": "14.00"}), "changed"),
        (finding(numbers={"words": "甲"}), finding(numbers={"words": "乙", "added": "1"}), "same"),
        (finding(path=("产出指标（50分）",)), finding(path=("产出指标",)), "same"),
        (finding(quotes=("９８", "8 4")), finding(quotes=("84", "98")), "same"),
    ],
)
def test_one_finding_and_what_becomes_of_it(earlier: Finding, later: Finding, fate: str) -> None:
    assert [one.fate for one in match(known([earlier]), [later])] == [fate]


def test_another_code_is_another_finding_unless_the_check_was_renamed() -> None:
    assert [one.fate for one in match(known([finding("A104")]), [finding("A999")])] == ["new", "gone"]
    renamed = {"A104": "A999"}
    before = [Known(one) for one in identities([finding("A104")], renamed)]
    assert [one.fate for one in match(before, [finding("A999")], renamed)] == ["same"]


def test_findings_of_one_content_are_told_apart_by_their_number() -> None:
    twins = [finding(), finding(), finding()]
    fates = match(known(twins), twins[:2])
    assert [(one.fate, one.earlier) for one in fates] == [("same", 0), ("same", 1), ("gone", 2)]


def test_a_fingerprint_is_short_stable_and_names_its_recipe() -> None:
    assert fingerprint(finding()) == "1:17713dc91c5a82fe142db1854ecfaee4"  # kept in ledgers: never another
