"""A111 to A115: arithmetic of the money block. Amounts compare as the intervals that their written precision stands for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from scorer.checks.arithmetic import HUNDRED, ONE, off_rule, rounded_sum, rounding_of, said, written_places
from scorer.checks.form import Form
from scorer.checks.registry import Faulty, Outcome, Outcomes, check, faulty, not_run, plain, sound, undecided
from scorer.checks.suspect_money import units_first
from scorer.model import Cell, Funds
from scorer.numbers.quantity import parse_quantity
from scorer.scoring.align import EXECUTION, Leaf, amount_in, points_in, rate_in

MONEY_COLUMNS = {"initial": "年初预算数", "budget": "全年预算数", "executed": "全年执行数"}
SEVERAL_COLUMNS = "{column}：各资金来源之和分别为 {sum}，年度资金总额为 {stated}，相差 {difference}；请核对是否漏列一个来源"
SHORT_WRITING = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Money:
    """A row of the money block in 元; None for a blank or unreadable cell."""

    row: Funds
    initial: Decimal | None
    budget: Decimal | None
    executed: Decimal | None

    @property
    def planned(self) -> Decimal | None:
        return self.budget if self.budget is not None else self.initial

    @property
    def planned_cell(self) -> Cell:
        """The cell of the figure that counts: an adjusted budget that is a dash or unreadable leaves the initial one."""
        return self.row.initial if self.budget is None and (self.initial is not None or not self.row.budget) else self.row.budget


def money_rows(form: Form) -> list[Money]:
    def figure(cell: Cell, unit: str) -> Decimal | None:
        return amount_in(cell, unit).number

    return [
        Money(row, figure(row.initial, row.unit), figure(row.budget, row.unit), figure(row.executed, row.unit))
        for row in form.submission.funds
    ]


def amount_interval(cell: Cell, unit: str) -> tuple[Decimal, Decimal]:
    """An amount in 元 as the interval that its writing leaves, at most ±0.5 % for a plain figure.

    A budget of 10万元 is written short, but it is not one of 9.5万元: without that bound any rate would fit small amounts.
    """
    amount = amount_in(cell, unit)
    number, low, high = amount.number or Decimal(0), amount.low or Decimal(0), amount.high or Decimal(0)
    half = Decimal(amount.scale).scaleb(-amount.places) / 2
    if high - low == 2 * half:  # neither 约 nor 余
        half = min(half, abs(number) * SHORT_WRITING)
        low, high = number - half, number + half
    return low, high


def rate_interval(money: Money, planned: Cell) -> tuple[Decimal, Decimal]:
    """Executed ÷ planned in per cent, as the interval that the written precision of both leaves."""
    low, high = amount_interval(money.row.executed, money.row.unit)
    least, most = amount_interval(planned, money.row.unit)
    return low / most * HUNDRED, high / least * HUNDRED if least > 0 else Decimal("Infinity")


def printed_rate_interval(cell: Cell) -> tuple[Decimal, Decimal] | None:
    """A printed rate as an interval in per cent; a cut last digit is as good as a rounded one."""
    rate = rate_in(cell)
    if rate is None:
        return None
    step = ONE.scaleb(-written_places(cell))
    if parse_quantity(cell.text).unit != "%" and rate != parse_quantity(cell.text).number:
        step *= HUNDRED
    return rate - step / 2, rate + step


@check("A111", level="error", message="所填执行率 {stated}，而执行数 {executed} ÷ 预算数 {budget} = {rate}%；请核对三个数")
def execution_rate_differs(form: Form) -> Outcomes:
    """A printed execution rate equals executed ÷ budget, at the printed precision.

    标题：执行率不等于执行数÷预算数
    为何重要：预算执行率本身计分，也是判断资金使用的首要数字。
    依据：财预〔2020〕10号附件：执行率（B/A），A 为全年预算数，B 为全年执行数。
    例：预算 370，执行 273.79，执行率填 100%；应为 74.00%。
    改法：核对截至年末的执行数和调整后的预算数，再算执行率。
    何时无法判定：金额单位可疑（见 F607）；执行率、预算数或执行数没有填或无法读成数字；预算数为 0；执行率按年初预算数计算才相符。
    """
    yield from units_first(form, _rates(form))


def _rates(form: Form) -> Outcomes:
    looked = False
    for money in money_rows(form):
        if not money.row.rate or parse_quantity(money.row.rate.text).kind == "empty":
            continue
        looked = True
        stated = printed_rate_interval(money.row.rate)
        planned = money.planned
        if stated is None:
            yield undecided("执行率无法读成数字")
        elif planned is None or money.executed is None:
            yield undecided("预算数或执行数没有填，或无法读成一个数")
        elif planned <= 0:
            yield undecided("预算数为 0 或负数")
        elif _overlap(stated, rate_interval(money, money.planned_cell)):
            yield sound()
        elif (
            money.initial is not None
            and money.initial > 0
            and money.initial != planned
            and _overlap(stated, rate_interval(money, money.row.initial))
        ):
            yield undecided("按年初预算数计算相符，按全年预算数计算不符")
        else:
            rate = (money.executed / planned * HUNDRED).quantize(Decimal("0.01"), ROUND_HALF_UP)
            yield faulty(
                (EXECUTION,) if money.row.total else (EXECUTION, money.row.source),
                [money.row.rate, money.row.executed, money.planned_cell],
                stated=money.row.rate.text,
                executed=money.row.executed.text,
                budget=money.planned_cell.text,
                rate=rate,
            )
    if not looked:
        yield not_run("没有填执行率")


def _overlap(first: tuple[Decimal, Decimal], second: tuple[Decimal, Decimal]) -> bool:
    return first[0] <= second[1] and second[0] <= first[1]


@check("A112", level="warning", message="预算执行率得分 {claimed} 与复算不符（{words}）；请核对")
def execution_score_differs(form: Form) -> Outcomes:
    """The execution score is what the rule gives for the execution rate.

    标题：执行率得分不等于执行率×分值
    为何重要：这一项完全由数字决定，没有裁量余地。
    依据：各地自评表“得分 = 执行率 × 分值”；例外见指标体系文件。
    例：执行率 99.10%，分值 10，得分填 9；按比例 9.91，取整时作为提示。
    改法：按执行率重新计算得分。
    何时无法判定：预算数为 0 或没有填；没有分值；没有填得分；得分超出分值（另有检查）。
    """
    rows = [leaf for leaf in form.leaves if leaf.execution]
    if not rows:
        yield not_run("本表不单列预算执行率得分")
    for leaf in rows:
        if leaf.claimed is None or leaf.weight is None or leaf.points is None:
            yield undecided("没有填得分或分值")
        elif leaf.status != "recomputed":
            yield undecided("预算数或执行数无从计算")
        elif leaf.claimed == leaf.points or _as_printed_rate(leaf):
            yield sound()
        elif 0 <= leaf.claimed <= leaf.weight:
            yield off_rule(leaf, leaf.claimed, leaf.points)
        else:
            yield undecided("得分不在 0 与分值之间（见 A103）")


def _as_printed_rate(leaf: Leaf) -> bool:
    """Does the score follow from the rate as printed (which A111 compares with the amounts)?"""
    if leaf.funds is None or leaf.weight is None or leaf.claimed is None:
        return False
    rate = rate_in(leaf.funds.rate)
    if rate is None:
        return False
    exact = min(rate, HUNDRED) / HUNDRED * leaf.weight
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP) == leaf.claimed


@check(
    "A113",
    level="error",
    message="{column}：各资金来源之和为 {sum}，年度资金总额为 {stated}，相差 {difference}；请核对",
)
def funds_parts_differ(form: Form) -> Outcomes:
    """In every money column the sources add up to the total.

    标题：各资金来源之和不等于资金总额
    为何重要：资金总额决定执行率；来源与总额不符，说明漏填或填错行。
    依据：财预〔2020〕10号附件表式：年度资金总额，其中：当年财政拨款、上年结转资金、其他资金。
    例：总额 0，而“其中：财政拨款”90 万元。
    改法：核对各来源和总额。
    何时无法判定：只列了部分来源；有的来源或资金总额没有填（空白不当作 0）或无法读成数字；单位可疑（见 F607）。
    界限：不足末位一个单位的尾差只作提示；几栏都不符的合成一条：漏列一个来源，各栏都会少。
    """
    yield from units_first(form, _sums_of_sources(form))


def _sums_of_sources(form: Form) -> Outcomes:
    rows = money_rows(form)
    totals = [money for money in rows if money.row.total]
    parts = [money for money in rows if not money.row.total and money.row.part_of is None]
    if not totals or not parts:
        yield not_run("没有资金总额或分来源的数字")
        return
    whole = totals[0]
    columns = [name for name in MONEY_COLUMNS if any(getattr(money.row, name) for money in (whole, *parts))]
    if not columns:
        yield not_run("没有资金总额或分来源的数字")
    sums = {name: [getattr(money, name) for money in parts] for name in columns}
    # where one column adds up, no source is missing from the list
    complete = any(
        None not in sums[name] and getattr(whole, name) and sum(sums[name]) == getattr(whole, name) for name in columns
    )
    yield from _one_cause([_sources(whole, parts, name, complete) for name in columns])


def _one_cause(outcomes: list[Outcome]) -> Outcomes:
    """The outcomes of the columns, those that do not add up together: a source left out is missing in every column."""
    wrong = [one for one in outcomes if isinstance(one, Faulty) and one.level is None]
    if len(wrong) < 2:
        yield from outcomes
        return
    yield from (one for one in outcomes if one not in wrong)
    numbers = {name: "、".join(one.numbers[name] for one in wrong) for name in wrong[0].numbers}
    places = tuple(place for one in wrong for place in one.where)
    yield faulty(("资金",), places, message=said(SEVERAL_COLUMNS, numbers), numbers=numbers)


def _sources(whole: Money, parts: list[Money], name: str, complete: bool) -> Outcome:
    """One money column: the sources against the total."""
    cell: Cell = getattr(whole.row, name)
    stated: Decimal | None = getattr(whole, name)
    cells: list[Cell] = [getattr(money.row, name) for money in parts]
    values: list[Decimal | None] = [getattr(money, name) for money in parts]
    listed = [value for value in values if value is not None]
    if stated is None:
        return undecided("资金总额没有填，或无法读成数字")
    if any(value is None and parse_quantity(part.text).kind != "empty" for value, part in zip(values, cells, strict=True)):
        return undecided("有的资金来源无法读成数字")
    if not listed:
        return undecided("各资金来源没有填")
    total = sum(listed, Decimal(0))
    if total == stated:
        return sound()
    blank = not all(cells)  # a dash stands for nothing, a blank for anything
    if total < stated and (blank or (len(parts) == 1 and not complete)):
        return undecided("只列了部分资金来源，或有的来源没有填")
    scale = Decimal(parse_quantity("1", whole.row.unit).scale or 1)
    unit = whole.row.unit
    difference = f"{plain(abs(total - stated) / scale)}{unit}"
    numbers = {"column": MONEY_COLUMNS[name], "stated": f"{plain(stated / scale)}{unit}"}
    numbers |= {"sum": f"{plain(total / scale)}{unit}", "difference": difference}
    places = [cell, *(part for part in cells if part)]
    last = Decimal(amount_in(cell, unit).scale).scaleb(-written_places(cell))
    if rounded_sum(stated / scale, total / scale, written_places(cell), cells, last) or abs(total - stated) < last:
        message = f"{MONEY_COLUMNS[name]}：各资金来源之和与年度资金总额相差尾差 {difference}；请保留同样的位数"
        return faulty(("资金",), places, level="note", message=message, numbers=numbers)
    return faulty(("资金",), places, numbers=numbers)


@check("A114", level="warning", message="“{source}”执行数 {executed} 大于预算数 {budget}；请核对，或说明追加的资金")
def executed_over_budget(form: Form) -> Outcomes:
    """What was spent is not more than the adjusted budget.

    标题：执行数大于预算数
    为何重要：支出不得超过调整后的预算；超过时多半是预算数没有填调整后的数。
    依据：预算法第十三条（各部门、各单位的支出必须以经批准的预算为依据）。
    例：全年预算数 120，全年执行数 135。
    改法：核对两个数；有追加的，把预算数改为调整后的数。
    何时无法判定：金额单位可疑（见 F607）；预算数没有填，预算数为 0，或有的数无法读成数字。
    """
    yield from units_first(form, _overspent(form))


def _overspent(form: Form) -> Outcomes:
    looked = False
    for money in money_rows(form):
        if money.executed is None and parse_quantity(money.row.executed.text).kind == "empty":
            continue
        looked = True
        if money.executed is None:
            yield undecided("执行数无法读成数字")
        elif money.planned is None:
            yield undecided("预算数没有填，或无法读成数字")
        elif money.executed > money.planned and _only_rounded(money):
            yield sound("只因印出的位数而相符")
        elif money.executed > money.planned and money.planned != 0:
            yield faulty(
                ("资金", money.row.source),
                [money.row.executed, money.planned_cell],
                source=money.row.source,
                executed=money.row.executed.text,
                budget=money.planned_cell.text,
            )
        elif money.executed > 0 and money.planned == 0:
            yield undecided("预算数为 0，执行数不为 0")
        else:
            yield sound()
    if not looked:
        yield not_run("没有填执行数")


def _only_rounded(money: Money) -> bool:
    """Is the budget the executed sum, written with fewer decimals?"""
    places, budget = written_places(money.planned_cell), amount_in(money.planned_cell, money.row.unit)
    if money.executed is None or money.planned is None or places >= written_places(money.row.executed):
        return False
    scale = Decimal(budget.scale)
    return rounding_of(money.planned / scale, money.executed / scale, places) == "四舍五入"


@check("A115", level="error", message="“{source}”预算数为 0，却填了{what} {stated}；请核对预算数")
def rate_on_zero_budget(form: Form) -> Outcomes:
    """A row without budget has no execution rate and no execution score.

    标题：预算数为 0 却填了执行率或执行得分
    为何重要：零除以零没有意义；填 100% 会白得执行分。
    依据：执行率 = 执行数 ÷ 预算数。
    例：其他资金预算 0、执行 0，执行率填 100%。
    改法：没有该项资金的，执行率留空或填“—”；有资金的补填预算数。
    何时无法判定：预算数没有填（空白不等于 0）。
    """
    looked = False
    for money in money_rows(form):
        rate, score = rate_in(money.row.rate), points_in(money.row.claimed)
        if money.planned is None:
            if rate or score or money.planned_cell:
                looked = True
                yield undecided("预算数没有填，或无法读成数字")
            continue
        looked = True
        if money.planned != 0 or not (rate or score):
            yield sound()
        else:
            what, cell = ("执行率", money.row.rate) if rate else ("执行得分", money.row.claimed)
            yield faulty(
                ("资金", money.row.source),
                [cell, money.planned_cell],
                source=money.row.source,
                what=what,
                stated=cell.text,
            )
    if not looked:
        yield not_run("没有填预算数")
