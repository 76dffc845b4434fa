"""Hypothesis strategies for forms such as offices print them: what the official layout can hold."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from scorer.model import EMPTY, Answer, Branch, Cell, Funds, Goal, Submission

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
