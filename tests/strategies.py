"""Hypothesis strategies for submissions and clean forms."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from scorer.model import EMPTY, Answer, Branch, Cell, Claim, Funds, Goal, Submission

# what a TOML string can hold: any character but surrogates
texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12).filter(lambda text: "\r" not in text)
names = st.text("产出效益数量质量指标满意度培训人数面积率成本及时性", min_size=1, max_size=8)
figures = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False)


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return EMPTY
    if kind == 1:
        return Cell(draw(texts))
    number = draw(st.one_of(figures, st.integers(-(10**15), 10**15).map(Decimal)))
    return Cell(f"{number:f}", number=number)


@st.composite
def submissions(draw: st.DrawFn) -> Submission:
    """Any submission that a TOML record can hold."""
    answers = draw(
        st.lists(
            st.builds(
                Answer,
                path=st.lists(names, min_size=1, max_size=4).map(tuple),
                weight=cells(),
                target=cells(),
                actual=cells(),
                claimed=cells(),
                reason=cells(),
                standard=cells(),
                coefficient=cells(),
                unit=texts,
                direction=st.sampled_from(["", "forward", "reverse", "qualitative"]),
            ),
            max_size=4,
        )
    )
    funds = draw(
        st.lists(
            st.builds(Funds, source=names, initial=cells(), budget=cells(), executed=cells(), rate=cells()), max_size=3
        )
    )
    if funds and draw(st.booleans()):
        funds[0] = replace(funds[0], total=True)
    return Submission(
        unit=draw(texts),
        project=draw(texts),
        year=draw(st.one_of(st.none(), st.integers(1990, 2100))),
        set=draw(st.sampled_from(["", "mof/project-2020"])),
        answers=tuple(answers),
        branches=tuple(draw(st.lists(st.builds(Branch, st.lists(names, max_size=2).map(tuple), cells(), cells()), max_size=2))),
        funds=tuple(funds),
        goals=tuple(draw(st.lists(st.builds(Goal, cells(), cells()), max_size=2))),
        claims=tuple(draw(st.lists(st.builds(Claim, names, cells().filter(bool), texts), max_size=2))),
        claimed_total=draw(cells()),
        claimed_grade=draw(cells()),
        problems=draw(cells()),
        columns=("target", "actual", "weight", "claimed", "reason") if answers else (),
    )


@st.composite
def clean_forms(draw: st.DrawFn) -> Submission:
    """A form that is right: weights add up to 100, every claim is what the rule gives, every shortfall is explained.

    Figures are whole and the ratios they give are computed here with `Decimal`, apart from the code under test.
    """
    count = draw(st.integers(2, 6))
    weights = [10] * (count - 1)
    weights.append(90 - sum(weights))
    total = Decimal(0)
    answers = []
    for number, weight in enumerate(weights):
        target = draw(st.integers(10, 5000))
        actual = draw(st.integers(target // 2, target + target // 5))
        points = Decimal(weight)
        if actual < target:
            points = (Decimal(weight) * actual / target).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        total += points
        answers.append(
            Answer(
                path=("产出指标", "数量指标", f"第{'甲乙丙丁戊己'[number]}类设施改造数量"),
                weight=Cell(str(weight), number=Decimal(weight)),
                target=Cell(f"≥{target}处"),
                actual=Cell(f"{actual}处"),
                claimed=Cell(f"{points:f}", number=points),
                reason=Cell("汛期提前，部分工程顺延到下年，已安排复工") if actual < target else EMPTY,
            )
        )
    budget = draw(st.integers(100, 9000))
    funds = Funds(
        source="年度资金总额",
        name=Cell("年度资金总额"),
        budget=Cell(str(budget)),
        executed=Cell(str(budget)),
        rate=Cell("100%"),
        weight=Cell("10"),
        claimed=Cell("10"),
        total=True,
    )
    total += 10
    return Submission(
        unit="某县水务局",
        project="小型设施改造",
        year=2023,
        set="mof/project-2020",
        answers=tuple(answers),
        funds=(funds,),
        claimed_total=Cell(f"{total:f}", number=total),
        columns=("target", "actual", "weight", "claimed", "reason"),
    )
