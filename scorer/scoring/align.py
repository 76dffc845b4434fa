"""The rows of a submission as leaves of an indicator set: what their target, actual and rule are, and what the kernel takes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from scorer.model import Answer, Cell, Funds, Status, Submission
from scorer.numbers.precision import readable
from scorer.numbers.quantity import Quantity, dimension, parse_quantity, same_unit, unit_key
from scorer.rules import Rule
from scorer.rules.answers import Entry
from scorer.rules.deducted import PerPoint, PerStep
from scorer.rules.standards import read_standard
from scorer.scoring.directions import LESSENED, less_is_better
from scorer.sets import Indicator, IndicatorSet

EXECUTION = "预算执行率"


HUNDRED = Decimal(100)


Direction = Literal["", "forward", "reverse", "qualitative"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scored row: an indicator as filled in, or the 预算执行率 of the funds block (`funds` set, `answer` its row).

    `weight`, `claimed`, `points`, `low`, `high` in points. `target` and `actual` are the figures as compared, the actual
    in the target's scale and unit. `comparable` is "" or says in Chinese why the two cannot be compared. `met` is None
    where that cannot be told. `cut` marks a claim that lies outside the band its words allow. `direction_inferred`
    marks a bare target whose direction only the indicator's name tells (a cost): good enough to score by, not to accuse.
    """

    path: tuple[str, ...]
    answer: Answer
    indicator: Indicator | None
    rule: Rule
    weight: Decimal | None
    claimed: Decimal | None
    target: Quantity
    actual: Quantity
    comparable: str = ""
    direction: Direction = ""
    direction_inferred: bool = False
    funds: Funds | None = None
    category: str = ""
    points: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    status: Status = "missing"
    met: bool | None = None
    cut: bool = False
    words: str = ""

    @property
    def execution(self) -> bool:
        return self.funds is not None


def points_in(cell: Cell) -> Decimal | None:
    """The points or weight written in a cell ("8", "8分", "10%", "９.５"), None for a blank, a dash or words."""
    if not cell:
        return None
    if cell.number is not None and "%" not in cell.text and readable(cell.number):
        return cell.number
    quantity = parse_quantity(cell.text)
    return quantity.number if quantity.unit in ("", "分", "%") else None


def amount_in(cell: Cell, unit: str) -> Quantity:
    """The money of a funds cell, in 元; `unit` is the block's (万元 or 元), used where the cell names none."""
    return parse_quantity(cell.text, unit)


def comparable(target: Cell, actual: Cell, unit: str = "") -> tuple[Quantity, Quantity, str]:
    """Target and actual as figures of one scale and unit, and why they cannot be compared ("" when they can).

    `unit` is the form's own 度量单位. A bare actual is read in the target's unit and scale (≥90万元 | 90); a bare
    fraction beside a percentage as its hundredfold (≥95% | 0.97).
    """
    wanted = _as_range(parse_quantity(target.text, unit))
    got = parse_quantity(actual.text)
    if wanted.kind not in ("quantity", "range") or got.kind not in ("quantity", "range"):
        return wanted, got, ""
    if got.unit == "" and wanted.unit != "":
        got = _bare_in_unit_of(wanted, got)
    elif wanted.unit == "" and got.unit == "%" and _largest(wanted) <= 1 < _largest(got):
        wanted = _scaled(wanted, HUNDRED, "%")
    if not agree(wanted.unit, got.unit):
        return wanted, got, f"目标以“{wanted.unit}”计，完成值以“{got.unit}”计"
    return wanted, got, ""


_ELECTRICITY = frozenset({"度", "千瓦时"})  # 度 is a degree too, but no degree is beside a kilowatt hour


_PERSONS = frozenset({"人", "名", "位", "员", "个人", "学员", "人口"})


def agree(first: str, second: str) -> bool:
    """Can figures of these two units be compared? 户, 人 and 人次 cannot; 名 and 人, or 个, 项 and 家, can."""
    if not first or not second or same_unit(first, second) or {first, second} <= _PERSONS:
        return True
    if {unit_key(first), unit_key(second)} == _ELECTRICITY:
        return True
    return dimension(first) == dimension(second) == "count"


def _largest(quantity: Quantity) -> Decimal:
    """The figure itself; a range's larger end. What its rounding leaves open (1 is 0.5 to 1.5) does not count."""
    if quantity.number is not None:
        return abs(quantity.number)
    return max(abs(value) for value in (quantity.low, quantity.high, Decimal(0)) if value is not None)


def _as_range(wanted: Quantity) -> Quantity:
    """A target of 约500亩 or 600余人 is met anywhere in the range that its words leave; other targets as they are."""
    number, low, high = wanted.number, wanted.low, wanted.high
    half = Decimal(wanted.scale).scaleb(-wanted.places) / 2
    if (
        wanted.op
        or number is None
        or low is None
        or high is None
        or low == high
        or (number - low, high - number) == (half, half)
    ):
        return wanted
    return replace(wanted, op="between", kind="range", number=None)


def _scaled(quantity: Quantity, factor: Decimal, unit: str) -> Quantity:
    def times(value: Decimal | None) -> Decimal | None:
        return None if value is None else value * factor

    return replace(
        quantity, number=times(quantity.number), low=times(quantity.low), high=times(quantity.high), unit=unit
    )


def _bare_in_unit_of(wanted: Quantity, got: Quantity) -> Quantity:
    """A figure without a unit, read as the target's column says."""
    if wanted.unit == "%":
        fraction = abs(_largest(got)) <= 1 < _largest(wanted) / 2
        if wanted.op in ("≤", "<") and HUNDRED * abs(_largest(got)) > _largest(wanted):
            fraction = False  # “≤5%”, 0.9: a low figure is what was aimed at; as 90% it would be held against the form
        return _scaled(got, HUNDRED if fraction else Decimal(1), "%")
    scale = Decimal(wanted.scale or 1)
    if scale != 1 and _largest(wanted):
        # "≥180万吨 | 1860000" is written out in full: scaling it again would multiply it by ten thousand
        written_out = _largest(got) / _largest(wanted)
        if Decimal("0.1") <= written_out <= Decimal(10):
            scale = Decimal(1)
    return _scaled(got, scale, wanted.unit)


def align(submission: Submission, indicators: IndicatorSet) -> list[Leaf]:
    """The leaves to be scored: the 预算执行率 of the funds block where it carries points, then every indicator row."""
    leaves = []
    execution = execution_leaf(submission, indicators)
    if execution is not None:
        leaves.append(execution)
    leaves += [_answer_leaf(answer, indicators) for answer in submission.answers]
    return leaves


def _answer_leaf(answer: Answer, indicators: IndicatorSet) -> Leaf:
    match = indicators.find(answer.path)
    indicator = match.indicator
    target, actual, why = comparable(answer.target, answer.actual, answer.unit)
    in_figures = target.kind in ("quantity", "range")
    category = indicators.category(answer.path)
    open_direction = not answer.direction and target.op == "" and in_figures and not LESSENED.search(answer.target.text)
    inferred = open_direction and less_is_better(answer.path[-1], category)
    weight = points_in(answer.weight)
    if weight is None and not answer.weight and indicator is not None and not indicator.open:
        weight = indicator.weight
    return Leaf(
        path=answer.path,
        answer=answer,
        indicator=indicator,
        rule=(_printed_rule(answer, target, weight) if indicators.own and in_figures else None)
        or indicators.rule_for(indicator, in_figures=in_figures),
        weight=weight if indicators.points else None,
        claimed=points_in(answer.claimed),
        target=target,
        actual=actual,
        comparable=why,
        direction="reverse" if inferred else answer.direction,
        direction_inferred=inferred,
        category=category,
    )


def _printed_rule(answer: Answer, target: Quantity, weight: Decimal | None) -> Rule | None:
    """The rule that a form of its own prints beside a row, where it can be read and begins at the row's target."""
    if not answer.standard:
        return None
    rule = read_standard(answer.standard.text, weight).rule
    if not isinstance(rule, PerStep | PerPoint):
        return None
    return rule if getattr(rule, "limit", None) in (None, target.number) else None


def funds_total(submission: Submission) -> Funds | None:
    """The row of the money block that holds the whole: the total row, else the only row with figures."""
    rows = [row for row in submission.funds if row.total]
    if rows:
        return rows[0]
    sources = [row for row in submission.funds if row.part_of is None]
    filled = [row for row in sources if row.budget or row.initial or row.executed or row.rate]
    return filled[0] if len(filled) == 1 else None


def execution_leaf(submission: Submission, indicators: IndicatorSet) -> Leaf | None:
    """预算执行率 as a leaf, where the form prints points for it or the set gives it a weight of its own."""
    row = funds_total(submission)
    if row is None or not indicators.points:
        return None
    weight, claimed = points_in(row.weight), points_in(row.claimed)
    of_set = indicators.execution.weight
    if weight is None and claimed is None:
        # nothing is printed: the points are there only when the rows leave room for them
        listed = [points_in(answer.weight) for answer in submission.answers]
        if not of_set or not listed or sum_known(listed) + of_set != indicators.full:
            return None
    if weight is None:
        weight = of_set or None
    budget = row.budget if parse_quantity(row.budget.text).kind != "empty" else row.initial
    cell = row.claimed or row.rate or row.name
    answer = Answer(
        path=(EXECUTION,),
        names=(row.name,),
        weight=row.weight,
        target=budget,
        actual=row.executed,
        claimed=row.claimed,
        reason=row.reason,
        evidence=cell,
    )
    executed = amount_in(row.executed, row.unit)
    planned = amount_in(budget, row.unit)
    if executed.number is None and not row.executed:
        # only the rate is printed: take it as executed per hundred of budget
        rate = rate_in(row.rate)
        if rate is not None:
            planned, executed = (
                parse_quantity("100%"),
                replace(parse_quantity("100%"), number=rate, low=rate, high=rate),
            )
    return Leaf(
        path=(EXECUTION,),
        answer=answer,
        indicator=None,
        rule=indicators.execution.rule,
        weight=weight,
        claimed=claimed,
        target=planned,
        actual=executed,
        funds=row,
        category=EXECUTION,
    )


def rate_in(cell: Cell) -> Decimal | None:
    """A printed execution rate in per cent: "95%", "0.95" and "95" are the same; None where there is none."""
    quantity = parse_quantity(cell.text)
    if quantity.number is None:
        return None
    if quantity.unit == "%":
        return quantity.number
    if quantity.unit == "":
        return quantity.number * HUNDRED if abs(quantity.number) <= Decimal("1.5") else quantity.number
    return None


def entry(index: int, leaf: Leaf) -> Entry:
    """A leaf as the kernel's row."""
    return Entry(
        submission=index,
        rule=leaf.rule,
        weight=leaf.weight,
        target=leaf.target,
        actual=leaf.actual,
        claimed=leaf.claimed,
        comparable=not leaf.comparable,
        coefficient=rate_in(leaf.answer.coefficient),
        direction=leaf.direction,
    )



def sum_known(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))
