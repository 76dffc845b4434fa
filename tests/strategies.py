"""Hypothesis strategies for submissions and clean forms."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from scorer.model import EMPTY, Answer, Branch, Cell, Claim, Funds, Goal, Source, Submission

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


PER_TASK = "甲乙丙丁戊己"
LEVELS = {
    "count": ("产出指标", "数量指标"),
    "bare": ("产出指标", "数量指标"),
    "quality": ("产出指标", "质量指标"),
    "timely": ("产出指标", "时效指标"),
    "cost": ("产出指标", "成本指标"),
    "words": ("效益指标", "社会效益指标"),
    "satisfaction": ("满意度指标", "服务对象满意度指标"),
}
NAMES = {
    "count": "{}类设施改造数量",
    "bare": "{}类设施巡检次数",
    "quality": "{}类设施验收合格率",
    "timely": "{}类设施完工及时率",
    "cost": "{}类设施单位改造成本",
    "words": "{}片区出行条件",
    "satisfaction": "{}片区居民满意度",
}


def at(column: str, row: int, text: str, number: Decimal | None = None) -> Cell:
    """A cell of the form's only sheet: ``at("G", 12, "9.5")`` stands in Sheet1!G12."""
    return Cell(text, Source("form.xlsx", "Sheet1", f"{column}{row}"), row=row - 1, number=number)


def points_at(column: str, row: int, points: Decimal) -> Cell:
    return at(column, row, f"{points:f}", points)


def half_up(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), "ROUND_HALF_UP")


@st.composite
def _answers(draw: st.DrawFn, kind: str, letter: str, weight: int, row: int) -> Answer:
    """One row that is right: what is met has full points, what is missed its share and a reason."""
    share = Decimal(1)
    if kind == "words":
        target, actual = "明显改善", "背街小巷积水点基本消除"
    elif kind == "cost":
        limit = draw(st.integers(100, 2000))
        spent = draw(st.integers(limit * 8 // 10, limit * 12 // 10))
        target, actual, share = f"≤{limit}元/处", f"{spent}元/处", Decimal(limit) / spent
    elif kind in ("count", "bare"):
        wanted = draw(st.integers(10, 5000))
        done = draw(st.integers(wanted // 2, wanted + wanted // 5))
        sign, unit = ("≥", "处") if kind == "count" else ("", "次")
        target, actual, share = f"{sign}{wanted}{unit}", f"{done}{unit}", Decimal(done) / wanted
    else:
        wanted = draw(st.integers(80, 100))
        tenths = draw(st.integers(600, 1000))
        target, actual = f"≥{wanted}%", f"{tenths // 10}.{tenths % 10}%"
        share = Decimal(tenths) / 10 / wanted
    points = half_up(weight * min(share, Decimal(1)))
    name = NAMES[kind].format(letter)
    levels = LEVELS[kind]
    return Answer(
        path=(*levels, name),
        names=(at("A", row, levels[0]), at("B", row, levels[1]), at("C", row, name)),
        target=at("D", row, target),
        actual=at("E", row, actual),
        weight=points_at("F", row, Decimal(weight)),
        claimed=points_at("G", row, points),
        reason=at("H", row, "汛期提前，部分工程顺延到下年，已安排复工" if share < 1 else ""),
    )


def branches_of(answers: tuple[Answer, ...]) -> tuple[Branch, ...]:
    """The printed weight and subtotal of every first level."""
    branches = []
    for number, level in enumerate(dict.fromkeys(answer.path[0] for answer in answers)):
        rows = [answer for answer in answers if answer.path[0] == level]
        weight = sum((row.weight.number or Decimal(0) for row in rows), Decimal(0))
        claimed = sum((row.claimed.number or Decimal(0) for row in rows), Decimal(0))
        branches.append(Branch((level,), points_at("F", 50 + number, weight), points_at("G", 50 + number, claimed)))
    return tuple(branches)


@st.composite
def _funds(draw: st.DrawFn) -> tuple[Funds, ...]:
    """A money block with two sources that add up, its rate at two places and its points out of 10."""
    budgets = [draw(st.integers(100, 9000)), draw(st.integers(0, 4000))]
    executed = [draw(st.integers(budget // 2, budget)) for budget in budgets]
    budget, spent = sum(budgets), sum(executed)
    rate = Decimal(spent) / budget

    def row(number: int, source: str, amounts: tuple[int, int]) -> Funds:
        name = at("A", number, source)
        return Funds(source, name, budget=at("C", number, f"{amounts[0]}"), executed=at("D", number, f"{amounts[1]}"))

    whole = replace(
        row(4, "年度资金总额", (budget, spent)),
        rate=at("E", 4, f"{half_up(rate * 100):f}%"),
        weight=points_at("F", 4, Decimal(10)),
        claimed=points_at("G", 4, half_up(rate * 10)),
        reason=at("H", 4, "质保金按合同次年支付" if rate < Decimal("0.9") else ""),
        total=True,
    )
    names = ("其中：当年财政拨款", "其他资金")
    parts = [row(5 + number, name, (budgets[number], executed[number])) for number, name in enumerate(names)]
    return (whole, *parts)


def grade_of(total: Decimal) -> str:
    return "优" if total >= 90 else "良" if total >= 80 else "中" if total >= 60 else "差"


@st.composite
def clean_forms(draw: st.DrawFn) -> Submission:
    """A form that is right: weights add up to 100, every claim is what the rule gives, every shortfall is explained.

    It has numbers, percentages, limits and words, a money block of several rows, subtotals, a total and its grade. The
    ratios are computed here with `Decimal`, apart from the code under test.
    """
    more = draw(st.lists(st.sampled_from(["count", "bare", "quality", "timely", "cost"]), max_size=4))
    kinds = sorted(["count", "cost", "words", "satisfaction", *more], key=list(LEVELS).index)
    weights = [draw(st.integers(5, 10)) for _ in kinds]
    weights[kinds.index("words")] += 90 - sum(weights)
    letters = {kind: iter(PER_TASK) for kind in LEVELS}
    answers = tuple(
        draw(_answers(kind, next(letters[kind]), weight, 10 + number))
        for number, (kind, weight) in enumerate(zip(kinds, weights, strict=True))
    )
    funds = draw(_funds())
    total = sum((answer.claimed.number or Decimal(0) for answer in answers), funds[0].claimed.number or Decimal(0))
    return Submission(
        unit="某县水务局",
        project="小型设施改造",
        year=2023,
        set="mof/project-2020",
        answers=answers,
        branches=branches_of(answers),
        funds=funds,
        claimed_total=points_at("G", 60, total),
        claimed_grade=at("G", 61, grade_of(total)),
        problems=at("A", 62, "部分工程受汛期影响进度偏慢，下年提前备料"),
        columns=("target", "actual", "weight", "claimed", "reason"),
    )
