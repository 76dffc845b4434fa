"""Outcomes of the prose engine's verdicts: what a finding says of figures that disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Sound, faulty, undecided
from scorer.numbers.interval import rounded, shown
from scorer.prose.equations import Direction, Equation, Quotient, Total, rate_places, scale_of, unit_words
from scorer.prose.judge import Verdict
from scorer.prose.orders import Order
from scorer.prose.outline import Stated


def verdict_outcomes(form: Form, *kinds: str) -> Iterator[Outcome]:
    """The outcomes of all questions of some kinds."""
    for verdict in (*form.verdicts, *form.table_verdicts):
        if verdict.question.kind in kinds:
            yield outcome_of(verdict)


def explained_mentions(verdicts: Iterable[Verdict]) -> frozenset[int]:
    """The identities of mentions that a relation of three figures or more explains; a rate without decimals explains
    nothing, since it fits many figures."""
    return frozenset(
        id(figure.mention)
        for verdict in verdicts
        if verdict.state == "agrees"
        and verdict.equation is not None
        and len(verdict.equation.figures) >= 3
        and not _coarse(verdict.equation)
        for figure in verdict.equation.figures
    )


def _coarse(equation: Equation) -> bool:
    return isinstance(equation, Quotient) and equation.rate.places >= 1


def outcome_of(verdict: Verdict) -> Outcome:
    equation = verdict.equation
    if verdict.state == "agrees" and equation is not None:
        return Sound("", tuple(figure.mention for figure in equation.figures))
    if verdict.state == "undecided" or equation is None:
        return undecided(verdict.why)
    cells = [figure.mention.cell() for figure in sorted(equation.figures, key=lambda figure: figure.order)]
    hint = f"；{_suspected(verdict)}" if verdict.suspect is not None else ""
    if verdict.others:
        hint += f"；另有 {verdict.others} 处与之相关的数也对不上，疑为同一处写错"
    if isinstance(equation, Quotient):
        rate = equation.rate
        message = f"{equation.words()}，文中写作 {rate.near.strip()[-8:]}{rate.mention.quote}；请核对这几个数{hint}"
    elif isinstance(equation, Direction):
        message = f"{equation.words()}；请核对“增加”“减少”等用词与数字"
    elif isinstance(equation, Total):
        unit = scale_of(equation.whole)
        difference = shown(abs(equation.difference), unit)
        if verdict.tail:
            apart = f"与所列 {words(equation.whole)} 有尾差 {difference}{unit_words(equation.whole)}"
            message = f"{equation.words()}，{apart}；合计少写了小数位，请补齐或注明"
            return faulty((), cells, level="note", message=message, numbers=_numbers(verdict))
        apart = f"与所列 {words(equation.whole)} 相差 {difference}{unit_words(equation.whole)}"
        message = f"{equation.words()}，{apart}；请核对各分项与合计{hint}"
    elif isinstance(equation, Order):
        message = f"{equation.words()}，文中写作“{equation.said}”；请核对这两个数和文字"
    else:
        message = f"{equation.words()}，文中写作 {equation.figures[-1].mention.quote}；请核对单价、数量和金额{hint}"
    return faulty((), cells, message=message, numbers=_numbers(verdict))


def words(figure: Stated) -> str:
    """A figure with what it is of, for a message."""
    mention = figure.mention
    name = mention.subject or mention.label
    unit = unit_words(figure) if mention.in_table and mention.quote[-1:].isdigit() else ""
    return f"{name[-16:]}{mention.quote}{unit}"


def _suspected(verdict: Verdict) -> str:
    assert verdict.suspect is not None
    assert verdict.needed is not None
    figure, needed = verdict.suspect, verdict.needed
    unit = scale_of(figure)
    middle = (needed.low + needed.high) / 2
    if needed.low == needed.high:
        value = shown(middle, unit)
    else:
        value = rounded(middle / unit, rate_places(figure))
    return f"疑 {figure.mention.quote} {verdict.slip}，按其他数推算应约为 {value}{unit_words(figure)}"


def _numbers(verdict: Verdict) -> dict[str, object]:
    equation = verdict.equation
    if isinstance(equation, Total):
        unit = scale_of(equation.whole)
        return {
            "sum": shown(equation.sum, unit),
            "whole": shown(equation.whole.number, unit),
            "difference": shown(abs(equation.difference), unit),
        }
    if isinstance(equation, Quotient) and equation.value is not None:
        return {
            "computed": rounded(equation.value, max(2, rate_places(equation.rate))),
            "printed": equation.rate.mention.quote,
            "part": " + ".join(figure.mention.quote for _, figure in equation.above),
            "whole": words(equation.below[0][1]),
        }
    return {}
