"""Align a submission to an indicator set, score every leaf with the kernel, roll the tree up.

The only place where a form's words meet the set's rules: `score_submission` and, for many forms at once,
`score_submissions`, which puts the leaves of all of them into one `Answers` so that a form scored alone and a form
scored among a million get the same figures from the same code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from scorer.model import Answer, Branch, Cell, Funds, Status, Submission
from scorer.numbers.quantity import Quantity, dimension, parse_quantity, same_unit, unit_key
from scorer.rules import Rule, Scores, rescale, score, words
from scorer.rules.answers import Answers, Entry
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


@dataclass(frozen=True, slots=True)
class Node:
    """An upper level: printed and summed weights and points of what is below it; None where nothing is printed."""

    path: tuple[str, ...]
    printed_weight: Cell
    printed_claimed: Cell
    weight: Decimal | None
    claimed: Decimal | None
    points: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One submission scored. `total` is None where the form carries no points at all."""

    set: IndicatorSet
    why: str
    leaves: tuple[Leaf, ...]
    nodes: tuple[Node, ...]
    total: Decimal | None
    low: Decimal | None
    high: Decimal | None
    full: Decimal | None
    claimed_total: Decimal | None
    grade: str | None
    claimed_grade: str | None
    recomputed_weight: Decimal
    judged_weight: Decimal
    missing_weight: Decimal
    notes: tuple[str, ...] = ()


# ------------------------------------------------------------------------------------------------ reading of figures


def points_in(cell: Cell) -> Decimal | None:
    """The points or weight written in a cell ("8", "8分", "10%", "９.５"), None for a blank, a dash or words."""
    if not cell:
        return None
    if cell.number is not None and "%" not in cell.text:
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
        return _scaled(got, HUNDRED if fraction else Decimal(1), "%")
    scale = Decimal(wanted.scale or 1)
    if scale != 1 and _largest(wanted):
        # "≥180万吨 | 1860000" is written out in full: scaling it again would multiply it by ten thousand
        written_out = _largest(got) / _largest(wanted)
        if Decimal("0.1") <= written_out <= Decimal(10):
            scale = Decimal(1)
    return _scaled(got, scale, wanted.unit)


# -------------------------------------------------------------------------------------------------------- alignment


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
        rule=indicators.rule_for(indicator, in_figures=in_figures),
        weight=weight if indicators.points else None,
        claimed=points_in(answer.claimed),
        target=target,
        actual=actual,
        comparable=why,
        direction="reverse" if inferred else answer.direction,
        direction_inferred=inferred,
        category=category,
    )


# Words about an indicator's direction. They are said of what the name ends in: 医疗费用补助人数 counts people, 投诉受理件数
# is work done. A name that matches both sides says nothing.
_LESS = re.compile(
    "(?:成本|费用|投诉|结余率|结转率|结余结转|结转结余|事故|死亡率|发病率|患病率|病死率|受害率|成灾率|违规|违纪|差错|逾期"
    "|空置率|流失率|返贫|失业率|能耗|超支|等待时间|等待时长|响应时间|办理时间|办结时间"
    "|漏损率|渗漏率|故障率|误差率?|犯罪率|复发率|破损率|损耗率|辍学率|差异率|缺陷率|失误率|误报率|漏报率|浓度)"
    "(?:发生|出现|使用|资金|行为|问题|事件|案件|现象|举报|支出|金额|数额|总额|总数|总量|数量|次数|件数|起数|人数|户数|占比"
    "|比例|比率|标准|水平|控制|数|率|额|量|比){0,4}(?:[（(][^（）()]{0,20}[）)])?$"
)
_FORWARD = re.compile(
    "节约|降低|减少|下降|控制率|压减|处置|处理|办结率|回复|达标|合格|完成率|及时|满意|发放|查处|整改|核销|覆盖"
    "|受理|减免|免收|追回|挽回|清收|化解|防止|避免"
)
# 能耗: 降低2% asks for as much of the lowering as there can be
LESSENED = re.compile("降低|下降|减少|压减|缩短|节约|节省|[降减]幅")
_MORE = re.compile(
    "(?<![不未误])(?:覆盖率|满意度|满意率|合格率|达标率|及时率|知晓率|完成率|普及率|入学率|签约率|参保率|优良率|处置率|办结率"
    "|到位率|到场率|准确率|完好率|成活率|保存率|巩固率|化解率|就业率|归档率|结业率|取证率|通过率|参与率|正点率|准点率|亮灯率|供水率"
    "|收集率|无害化处理率|清运率|接种率|免疫密度|建档率|随访率|规范率|兑现率|公开率|响应率|修复率|治愈率|有效率|成功率|优秀率"
    "|(?<!开发)(?<!资源)利用率)"
    "|(?:带动|新增|实现)(?:[一-龥]{0,4})就业|受益[一-龥]{0,6}(?:人|户|口|人数|户数|人次)$|增收"
)


def usual_direction(name: str) -> Literal["", "less", "more"]:
    """Whether less or more of what the name says is good; "" for a name that does not tell."""
    if _MORE.search(name):
        return "more"
    return "less" if _LESS.search(name) and not _FORWARD.search(name) else ""


def less_is_better(name: str, category: str) -> bool:
    """Does a bare target of this indicator set a limit? So it is for costs, and where the name says so."""
    usual = usual_direction(name)
    return usual == "less" or (usual == "" and category.endswith("成本") and not _FORWARD.search(name))


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
        if not of_set or not listed or _sum(listed) + of_set != indicators.full:
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


# ---------------------------------------------------------------------------------------------------------- scoring


def score_submission(submission: Submission, indicators: IndicatorSet, why: str = "") -> Scorecard:
    """Score one submission. See `score_submissions`."""
    return score_submissions([(submission, indicators, why)])[0]


def score_submissions(work: Sequence[tuple[Submission, IndicatorSet, str]]) -> list[Scorecard]:
    """Score many submissions in one run of the kernel; the result of each does not depend on the others."""
    aligned = [align(submission, indicators) for submission, indicators, _ in work]
    entries = [entry(index, leaf) for index, leaves in enumerate(aligned) for leaf in leaves]
    scores = score(Answers.build(entries))
    cards, start = [], 0
    for (submission, indicators, why), leaves in zip(work, aligned, strict=True):
        scored = [_scored(leaf, entries[start + offset], scores, start + offset) for offset, leaf in enumerate(leaves)]
        start += len(leaves)
        cards.append(roll_up(submission, indicators, why, scored))
    return cards


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


def _scored(leaf: Leaf, row: Entry, scores: Scores, index: int) -> Leaf:
    one = scores.row(index)
    # without points there is no claim to take; the row is answered all the same
    answered = (
        one.status == "missing" and leaf.weight is None and parse_quantity(leaf.answer.actual.text).kind != "empty"
    )
    return replace(
        leaf,
        points=one.points,
        low=one.low,
        high=one.high,
        status="judged" if answered else one.status,
        met=one.met,
        cut=one.cut,
        words=words(row, one) + (f"；{leaf.comparable}，未作比较" if leaf.comparable else ""),
    )


def roll_up(submission: Submission, indicators: IndicatorSet, why: str, leaves: list[Leaf]) -> Scorecard:
    """Sum the tree: nodes of every level, the total, its range, and how much of it was recomputed."""
    pointed = [leaf for leaf in leaves if leaf.points is not None and leaf.weight is not None]
    by_status: dict[str, Decimal] = {}
    for leaf in pointed:
        by_status[leaf.status] = by_status.get(leaf.status, Decimal(0)) + (leaf.weight or Decimal(0))
    left_out = [leaf for leaf in leaves if leaf.status == "inapplicable" and leaf.points is None]
    full = indicators.full if indicators.points and pointed else None
    weights = _sum(leaf.weight for leaf in pointed)
    whole = weights + _sum(leaf.weight for leaf in left_out)
    total, low, high = (
        _total(indicators, leaves, [getattr(leaf, name) for leaf in pointed], weights, whole)
        for name in ("points", "low", "high")
    )
    notes = _total_notes(indicators, leaves, left_out, _sum(leaf.points for leaf in pointed), total)
    grade = indicators.grade(total) if total is not None and whole == full else None
    return Scorecard(
        set=indicators,
        why=why,
        leaves=tuple(leaves),
        nodes=tuple(_nodes(submission, leaves)),
        total=total,
        low=low,
        high=high,
        full=full,
        claimed_total=points_in(submission.claimed_total),
        grade=grade,
        claimed_grade=written_grade(submission.claimed_grade, indicators),
        recomputed_weight=by_status.get("recomputed", Decimal(0)),
        judged_weight=by_status.get("judged", Decimal(0)),
        missing_weight=by_status.get("missing", Decimal(0)) + by_status.get("unreadable", Decimal(0)),
        notes=notes,
    )


def _total(
    indicators: IndicatorSet,
    leaves: Iterable[Leaf],
    points: Sequence[Decimal | None],
    weights: Decimal,
    whole: Decimal,
) -> Decimal | None:
    """The sum, rescaled to the whole where rows were left out, then capped by the execution rate where the set does."""
    if not points:
        return None
    total: Decimal | None = _sum(points)
    if weights != whole:
        total = rescale(_sum(points), weights, whole)
    execution = next((leaf for leaf in leaves if leaf.execution), None)
    if total is not None and indicators.execution_cap and execution is not None:
        executed, budget = execution.actual.number, execution.target.number
        if executed is not None and budget is not None:
            total = indicators.execution_cap.capped(total, executed, budget)
    return total


def _total_notes(
    indicators: IndicatorSet, leaves: Iterable[Leaf], left_out: Sequence[Leaf], added: Decimal, total: Decimal | None
) -> tuple[str, ...]:
    """In words, why the total is not simply the sum of the rows (Chinese)."""
    notes = []
    if left_out:
        names = "、".join(leaf.path[-1] for leaf in left_out)
        notes.append(f"不适用的指标（{names}）未计入，其余各项折算到原分值")
    if indicators.execution_cap and total is not None and not left_out and total < added:
        notes.append(f"各项合计 {added:.2f}，按预算执行率封顶为 {total:.2f}")
    if indicators.execution_cap and not any(leaf.execution for leaf in leaves):
        notes.append("没有可计算的预算执行率，未按执行率封顶")
    return tuple(notes)


def written_grade(cell: Cell, indicators: IndicatorSet) -> str | None:
    """The grade a cell names ("优", "优秀", "☑优 □良"), None for a blank or several."""
    text = re.sub(r"[□☐○][^□☐○☑■●√✓\s]*", "", cell.text)
    named = [grade.name for grade in indicators.grades if grade.name in text]
    return named[0] if len(named) == 1 else None


def _nodes(submission: Submission, leaves: Iterable[Leaf]) -> list[Node]:
    printed: dict[tuple[str, ...], Branch] = {}
    for branch in submission.branches:
        known = printed.get(branch.path)
        printed[branch.path] = (
            branch
            if known is None
            else replace(known, weight=known.weight or branch.weight, claimed=known.claimed or branch.claimed)
        )
    below: dict[tuple[str, ...], list[Leaf]] = {}
    for leaf in leaves:
        if not leaf.execution:
            for depth in range(1, len(leaf.path)):
                below.setdefault(leaf.path[:depth], []).append(leaf)
    nodes = []
    for path, rows in below.items():
        branch = printed.get(path, Branch(path))
        nodes.append(
            Node(
                path=path,
                printed_weight=branch.weight,
                printed_claimed=branch.claimed,
                weight=_sum_if_all(leaf.weight for leaf in rows),
                claimed=_sum_if_all(leaf.claimed for leaf in rows),
                points=_sum_if_all(leaf.points for leaf in rows),
                low=_sum_if_all(leaf.low for leaf in rows),
                high=_sum_if_all(leaf.high for leaf in rows),
            )
        )
    return nodes


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


def _sum_if_all(values: Iterable[Decimal | None]) -> Decimal | None:
    listed = list(values)
    return None if not listed or any(value is None for value in listed) else _sum(listed)
