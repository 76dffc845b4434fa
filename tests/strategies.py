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


# ---------------------------------------------------------------------------- what an official form can hold

words = st.text("村道路硬化改造泵站培训补助发放完成验收合格群众服务对象满意度提高保障及时规范", min_size=2, max_size=14)
sentences = st.lists(words, min_size=1, max_size=4).map(lambda parts: "，".join(parts) + "。")
spans = st.integers(1, 9000)
written_targets = st.one_of(
    spans.map(lambda figure: f"≥{figure}个"),
    spans.map(lambda figure: f"={figure}"),
    spans.map(lambda figure: f"≤{figure}.50万元"),
    st.integers(1, 100).map(lambda figure: f"{figure}%"),
    st.sampled_from(["=100%", "-1", "+5", "@稳定", "12月底前", "有效提升", "/", "—", "≥90％\n（含）"]),
    words,
)
point_texts = st.one_of(
    st.integers(0, 30).map(str),
    st.decimals(min_value=0, max_value=30, places=2).map(lambda figure: f"{figure:f}"),
)
point_cells = st.one_of(
    point_texts.map(Cell), point_texts.map(lambda text: Cell(text, number=Decimal(text))), st.just(EMPTY)
)
amount_cells = st.one_of(
    st.decimals(min_value=0, max_value=10**7, places=2).map(lambda figure: Cell(f"{figure:f}", number=figure)),
    st.integers(0, 10**6).map(lambda figure: Cell(str(figure), number=Decimal(figure))),
    st.sampled_from([EMPTY, Cell("—"), Cell("/")]),
)
FIRST_LEVELS = {
    "产出指标": ("数量指标", "质量指标", "时效指标", "成本指标"),
    "效益指标": ("经济效益指标", "社会效益指标", "可持续影响指标"),
    "满意度指标": ("服务对象满意度指标",),
}


@st.composite
def official_forms(draw: st.DrawFn) -> Submission:
    """A form such as offices print them: one to four levels, columns and blocks that are there or not."""
    depth = draw(st.integers(1, 4))
    extra = draw(st.lists(st.sampled_from(["standard", "coefficient", "reviewed", "evidence", "unit", "direction"]), unique=True))
    scored = draw(st.booleans())
    columns = ("target", "actual", *(("weight", "claimed") if scored else ()), "reason", *extra)
    answers: list[Answer] = []
    branches: list[Branch] = []
    for first, seconds in draw(st.sampled_from([list(FIRST_LEVELS.items())[:count] for count in (1, 2, 3)])):
        rows_of_first = 0
        chosen = seconds[: draw(st.integers(1, len(seconds)))]
        for second in chosen:
            for name in draw(st.lists(words, min_size=1, max_size=3, unique=True)):
                path = (first, second, "改造类", f"{name}数量")[-depth:] if depth < 4 else (first, second, "改造类", name)
                path = path if depth < 3 else (first, second, *path[2:])
                if depth == 2:
                    path = (first, f"{name}数量")
                answers.append(_filled_row(draw, path, columns))
                rows_of_first += 1
        if depth > 1 and scored and draw(st.booleans()):
            branches.append(Branch((first,), Cell(str(draw(st.integers(1, 90))))))
        if depth > 2 and scored and draw(st.booleans()):
            branches.append(Branch((first, chosen[0]), Cell(str(draw(st.integers(1, 90))))))
    claimed = draw(point_cells) if scored else EMPTY
    if scored and claimed:
        branches.append(Branch((), Cell("100", number=Decimal(100)), claimed))
    funds = []
    for source in ("年度资金总额", "当年财政拨款", "上年结转资金", "其他资金")[: draw(st.integers(1, 4))]:
        figures = {name: draw(amount_cells) for name in ("initial", "budget", "executed")}
        total = not funds
        more = {"rate": Cell("98.50%"), "weight": Cell("10"), "claimed": Cell("9.85")} if total and scored else {}
        funds.append(Funds(source=source, name=Cell(source), total=total, **figures, **more))
    return Submission(
        unit="某县水务局",
        project=draw(st.sampled_from(["小型设施改造", "", "农村道路养护（二期）"])),
        department=draw(st.sampled_from(["某县人民政府", "某市水务局"])),
        year=draw(st.one_of(st.none(), st.integers(2015, 2030))),
        answers=tuple(answers),
        branches=tuple(branches),
        funds=tuple(funds) if any(row.budget and row.executed for row in funds) else (),
        goals=tuple(Goal(Cell(draw(sentences)), Cell(draw(sentences))) for _ in range(draw(st.integers(0, 2)))),
        claimed_total=claimed,
        claimed_grade=Cell(draw(st.sampled_from(["", "优", "良", "中", "差"]))),
        reason=Cell(draw(st.one_of(st.just(""), sentences))),
        problems=Cell(draw(st.one_of(st.just(""), sentences))),
        columns=columns,
    )


def _filled_row(draw: st.DrawFn, path: tuple[str, ...], columns: tuple[str, ...]) -> Answer:
    has = columns.__contains__
    scored = has("weight")
    return Answer(
        path=path,
        names=tuple(map(Cell, path)),
        target=Cell(draw(written_targets)),
        actual=draw(st.one_of(written_targets.map(Cell), st.just(EMPTY), spans.map(lambda n: Cell(str(n), number=Decimal(n))))),
        weight=draw(point_cells) if scored else EMPTY,
        claimed=draw(point_cells) if scored else EMPTY,
        reason=Cell(draw(st.one_of(st.just(""), sentences))),
        standard=Cell(draw(sentences)) if has("standard") else EMPTY,
        coefficient=draw(point_cells) if has("coefficient") else EMPTY,
        reviewed=draw(point_cells) if has("reviewed") else EMPTY,
        evidence=Cell(draw(sentences)) if has("evidence") else EMPTY,
        direction=draw(st.sampled_from(["", "forward", "reverse", "qualitative"])) if has("direction") else "",
    )
