"""A: arithmetic inside the form. Figures compare as the intervals that their written precision stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from scorer.checks.registry import Form, Outcome, Outcomes, check, faulty, not_run, plain, sound, undecided
from scorer.model import Cell, Funds
from scorer.score import EXECUTION, Leaf, Node, amount_in, points_in, rate_in, read

ONE = Decimal(1)
HUNDRED = Decimal(100)
NO_POINTS = "本套指标或本表不计分"


def written_places(cell: Cell) -> int:
    """How many decimals a figure is written with: "98" → 0, "98.5%" → 1."""
    number = read(cell.text).number if cell.text else cell.number
    exponent = number.as_tuple().exponent if number is not None else 0
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def rounding_of(stated: Decimal, exact: Decimal, places: int) -> str:
    """"" when `stated` is not `exact` rounded or cut to `places`, else which of the two (Chinese)."""
    step = ONE.scaleb(-places)
    if exact.quantize(step, ROUND_HALF_UP) == stated:
        return "四舍五入"
    return "舍去尾数" if exact.quantize(step, ROUND_DOWN) == stated else ""


def compare_sum(stated: Cell, figure: Decimal, parts: Iterable[Decimal]) -> Callable[..., Outcome] | None:
    """None when the sum holds (also when only printed rounding makes it hold), else what to report it with."""
    total = sum(parts, Decimal(0))
    if total == figure:
        return sound
    places = written_places(stated)
    if rounding_of(figure, total, places) == "四舍五入":
        return lambda **_: sound("只因印出的位数而相符")
    return None


# ----------------------------------------------------------------------------------------------------------- weights


@check("A101", level="error", message="各末级指标分值之和为 {sum}，与满分 {full} 相差 {difference}；请核对各行分值")
def weights_differ_from_full_score(form: Form) -> Outcomes:
    """The weights of all leaves, the execution rate's included, add up to the full score.

    标题：分值之和不等于满分
    为何重要：分值合计不是满分，总分和等级就没有意义。
    依据：财预〔2020〕10号：总分设定为100分；各地表式的合计行。
    例：各行分值 15+10+11+7+9+3+3+7+3+5，加执行率 10，合计 83，而满分 100。
    改法：核对每行分值和预算执行率的分值，使合计等于满分。
    何时无法判定：有的指标没有分值，或分值写得无法读成数字。
    """
    card = form.scorecard
    if not form.set.points or not any(leaf.weight is not None for leaf in form.leaves):
        yield not_run(NO_POINTS)
        return
    unread = [leaf for leaf in form.leaves if leaf.weight is None]
    if unread:
        yield undecided(f"{len(unread)} 行没有可读的分值")
        return
    weights = [leaf.weight for leaf in form.leaves if leaf.weight is not None]
    full = form.set.full
    total = sum(weights, Decimal(0))
    if total == full:
        yield sound()
        return
    printed = next((node.weight for node in form.submission.branches if not node.path and node.weight), None)
    places = [printed] if printed else [leaf.answer.weight for leaf in form.leaves if leaf.answer.weight]
    yield faulty((), places, sum=total, full=full, difference=abs(total - full), claimed=card.claimed_total)


@check("A102", level="error", message="“{level_name}”所列分值 {stated}，其下各项分值之和为 {sum}，相差 {difference}；请核对")
def child_weights_differ(form: Form) -> Outcomes:
    """At every level the printed weight equals the sum of what is below it.

    标题：下级分值之和不等于上级分值
    为何重要：上下级分值不一致，说明漏行、多行或改了一处没改另一处。
    依据：各地自评表的分值栏；财预〔2020〕10号附件表式。
    例：产出指标列 50 分，其下四个二级指标合计 48 分。
    改法：核对该级和下级每行的分值。
    何时无法判定：下级有的行没有分值。
    """
    if not form.set.points:
        yield not_run(NO_POINTS)
        return
    nodes = {node.path: node for node in form.scorecard.nodes}
    for node in nodes.values():
        stated = points_in(node.printed_weight)
        if stated is None:
            continue
        below = node.weight if node.weight is not None else _printed_children(node, nodes)
        if below is None:
            yield undecided(f"“{node.path[-1]}”之下有的行没有分值")
        elif stated == below:
            yield sound()
        else:
            yield faulty(
                node.path,
                [node.printed_weight],
                level_name=node.path[-1],
                stated=stated,
                sum=below,
                difference=abs(stated - below),
            )


def _printed_children(node: Node, nodes: dict[tuple[str, ...], Node]) -> Decimal | None:
    """The printed weights one level down, where the rows themselves carry none."""
    children = [child for path, child in nodes.items() if path[:-1] == node.path]
    weights = [points_in(child.printed_weight) for child in children]
    return None if not weights or None in weights else sum((w for w in weights if w is not None), Decimal(0))


# -------------------------------------------------------------------------------------------------------- the claims


@check("A103", level="error", message="自评得分 {claimed} 超出 0 至分值 {weight} 的范围；请核对得分和分值")
def claimed_over_weight(form: Form) -> Outcomes:
    """A claimed score lies between 0 and the weight.

    标题：自评得分超过分值
    为何重要：得分不得超过该指标分值上限，也不得为负。
    依据：各地自评表填报说明“得分一档最高不能超过该指标分值上限”。
    例：分值 8，得分 10。
    改法：核对该行得分和分值，哪一个写错改哪一个。
    何时无法判定：分值或得分没有填，或写得无法读成数字。
    """
    for leaf in form.leaves:
        if leaf.claimed is None and not leaf.answer.claimed:
            continue
        if leaf.claimed is None:
            yield undecided("得分无法读成数字")
        elif leaf.weight is None and leaf.claimed >= 0:
            yield undecided("该行没有分值")
        elif leaf.claimed < 0 or (leaf.weight is not None and leaf.claimed > leaf.weight):
            yield faulty(
                leaf.path, [leaf.answer.claimed, leaf.answer.weight], claimed=leaf.claimed, weight=leaf.weight
            )
        else:
            yield sound()


@check("A104", level="error", message="所填总分 {stated}，各项自评得分之和为 {sum}，相差 {difference}；请核对")
def claimed_total_differs(form: Form) -> Outcomes:
    """The claimed total equals the sum of the claimed scores, the execution rate's included.

    标题：总分不等于各项得分之和
    为何重要：总分是公开和应用的数字，与各项得分不符时不知以哪个为准。
    依据：各地自评表填报说明“各指标得分合计为自评总分”。
    例：各项得分合计 93，总分填 94。
    改法：重新相加，改总分或改错填的一项。
    何时无法判定：有计分的行没有填得分；总分没有填。
    """
    card, cell = form.scorecard, form.submission.claimed_total
    if not any(leaf.claimed is not None for leaf in form.leaves):
        yield not_run("各行没有自评得分")
        return
    if card.claimed_total is None:
        yield undecided("没有填总分" if not cell else "总分无法读成数字")
        return
    claims = [leaf.claimed for leaf in form.leaves if leaf.claimed is not None]
    held = compare_sum(cell, card.claimed_total, claims)
    if held is not None:
        yield held()
        return
    blank = [leaf for leaf in form.leaves if leaf.claimed is None and (leaf.weight or leaf.answer.claimed)]
    if blank:
        yield undecided(f"{len(blank)} 行没有填得分，无从相加")
        return
    total = sum(claims, Decimal(0))
    numbers = {"stated": card.claimed_total, "sum": total, "difference": abs(total - card.claimed_total)}
    if rounding_of(card.claimed_total, total, written_places(cell)):
        message = f"所填总分 {plain(card.claimed_total)} 是各项之和 {plain(total)} 舍去尾数所得；请保留同样的位数"
        yield faulty((), [cell], level="note", message=message, numbers=numbers)
        return
    yield faulty((), [cell], numbers=numbers)


@check("A105", level="error", message="“{level_name}”小计填 {stated}，其下各项得分之和为 {sum}，相差 {difference}；请核对")
def claimed_subtotal_differs(form: Form) -> Outcomes:
    """A printed subtotal equals the sum of the claimed scores below it.

    标题：小计不等于其下各项之和
    为何重要：小计错，总分多半也错；或者改了一行忘了改小计。
    依据：各地自评表的小计行。
    例：满意度指标下两行各得 5 分，小计填 9 分。
    改法：重新相加，改小计或改错填的一项。
    何时无法判定：其下有的行没有填得分，或小计无法读成数字。
    """
    for node in form.scorecard.nodes:
        if not node.printed_claimed:
            continue
        stated = points_in(node.printed_claimed)
        if stated is None or node.claimed is None:
            yield undecided("小计无法读成数字" if stated is None else f"“{node.path[-1]}”之下有的行没有填得分")
            continue
        held = compare_sum(node.printed_claimed, stated, [node.claimed])
        yield held() if held is not None else faulty(
            node.path,
            [node.printed_claimed],
            level_name=node.path[-1],
            stated=stated,
            sum=node.claimed,
            difference=abs(stated - node.claimed),
        )


# ------------------------------------------------------------------------------------------------- claims and rules


def decidable(leaf: Leaf) -> str:
    """"" where target against actual is decided by figures, else why it is not (Chinese)."""
    if leaf.claimed is None:
        return "没有填得分"
    if leaf.weight is None:
        return "没有分值"
    if leaf.status != "recomputed" or leaf.met is None:
        return leaf.comparable or "目标或完成值不是可以比较的数字"
    return ""


def deducted(leaf: Leaf) -> bool:
    """Does the claim leave points of the weight away?"""
    return leaf.weight is not None and leaf.claimed is not None and 0 <= leaf.claimed < leaf.weight


def figures_of(leaf: Leaf) -> list[Cell]:
    return [leaf.answer.target, leaf.answer.actual, leaf.answer.claimed]


@check(
    "A106",
    level="warning",
    message="完成值 {actual} 已达到目标 {target}，得分 {claimed} 却低于分值 {weight}；请核对得分，或说明扣分原因",
)
def met_but_deducted(form: Form) -> Outcomes:
    """An indicator whose target is met has full points.

    标题：目标已完成却低于满分
    为何重要：完成目标应得满分；低于满分而无说明，复核时要问扣分依据。
    依据：财预〔2020〕10号：定量指标完成指标值的，记该指标所赋全部分值。
    例：目标 100%，完成 100%，分值 10，得分 7。
    改法：改得分，或在偏差原因栏写明扣分依据。
    何时无法判定：目标或完成值是文字，计量单位不同，方向（越高越好还是越低越好）不明。
    """
    for leaf in form.leaves:
        if leaf.execution:
            continue
        if reason := decidable(leaf):
            yield undecided(reason)
        elif leaf.met and leaf.points == leaf.weight and deducted(leaf):
            yield faulty(
                leaf.path,
                figures_of(leaf),
                target=leaf.answer.target.text,
                actual=leaf.answer.actual.text,
                claimed=leaf.claimed,
                weight=leaf.weight,
            )
        else:
            yield sound()


@check(
    "A107",
    level="error",
    message="完成值 {actual} 未达到目标 {target}，却得满分 {claimed}；按规则复算应得 {points}，请核对完成值和得分",
)
def missed_but_full(form: Form) -> Outcomes:
    """An indicator whose target is missed has less than full points.

    标题：目标未完成却得满分
    为何重要：未完成目标而得满分，总分虚高。
    依据：财预〔2020〕10号：未完成指标值的，按照完成值与指标值的比例记分。
    例：目标 ≥4754人，完成 4604人，分值 5，得分 5。
    改法：核对完成值；数字无误的，按比例改得分并填写偏差原因。
    何时无法判定：目标或完成值是文字，计量单位不同，完成值只写了约数，方向不明。
    """
    for leaf in form.leaves:
        if leaf.execution:
            continue
        if reason := decidable(leaf):
            yield undecided(reason)
        elif leaf.met is False and leaf.points != leaf.weight and leaf.claimed == leaf.weight:
            if leaf.direction_inferred:
                yield undecided("目标没有比较符号，方向由指标名称推断")
                continue
            yield faulty(
                leaf.path,
                figures_of(leaf),
                target=leaf.answer.target.text,
                actual=leaf.answer.actual.text,
                claimed=leaf.claimed,
                points=leaf.points,
            )
        else:
            yield sound()


@check("A108", level="warning", message="得分 {claimed} 与按规则复算的 {points} 不符（{words}）；请核对得分")
def claimed_differs_from_rule(form: Form) -> Outcomes:
    """A missed indicator's claimed score is what the rule gives.

    标题：得分与规则复算不符
    为何重要：未完成的指标按规则只能得一定的分，多得少得都要有依据。
    依据：财预〔2020〕10号：未完成指标值的，按照完成值与指标值的比例记分；指标体系文件中的规则。
    例：目标 8755，完成 8676，分值 15，按比例 14.86，填 13。仅因取整或舍去而不同的，作为提示。
    改法：按规则改得分，或写明采用的评分标准。
    何时无法判定：目标或完成值是文字，计量单位不同，方向不明，或表中印有另外的评分标准。
    """
    for leaf in form.leaves:
        if leaf.execution or leaf.claimed == leaf.weight:
            continue
        if reason := decidable(leaf):
            yield undecided(reason)
        elif leaf.met is not False or leaf.points is None or leaf.claimed is None:
            continue
        elif leaf.claimed == leaf.points:
            yield sound()
        elif leaf.direction_inferred:
            yield undecided("目标没有比较符号，方向由指标名称推断")
        elif leaf.claimed >= 0 and (leaf.weight is None or leaf.claimed <= leaf.weight):
            yield _off_rule(leaf, leaf.claimed, leaf.points)


def _off_rule(leaf: Leaf, claimed: Decimal, points: Decimal) -> Outcome:
    numbers = {"claimed": claimed, "points": points, "words": leaf.words, "difference": abs(claimed - points)}
    places = written_places(leaf.answer.claimed)
    if way := rounding_of(claimed, points, places):
        kept = "整数" if places == 0 else f"{places} 位小数"
        message = f"得分 {plain(claimed)} 是复算的 {plain(points)} {way}到{kept}所得；仅取位不同"
        return faulty(leaf.path, figures_of(leaf), level="note", message=message, numbers=numbers)
    return faulty(leaf.path, figures_of(leaf), numbers=numbers)


# ------------------------------------------------------------------------------------------------------------ grades


@check("A109", level="error", message="所填等级“{stated}”与总分 {total} 不对应，按等级划分应为“{grade}”；请核对")
def grade_differs(form: Form) -> Outcomes:
    """The claimed grade is that of the claimed total.

    标题：等级与总分不对应
    为何重要：等级用于公开和结果应用。
    依据：财预〔2020〕10号：90（含）—100分为优，80（含）—90分为良，60（含）—80分为中，60分以下为差。
    例：总分 88.8，等级填“优”。
    改法：核对总分和等级。
    何时无法判定：没有填等级或总分；等级写了几个；指标体系没有等级划分。
    """
    card = form.scorecard
    if not form.submission.claimed_grade:
        yield not_run("表中没有填等级")
        return
    if card.claimed_grade is None or card.claimed_total is None or not form.set.grades:
        yield undecided("等级或总分无法读出，或没有等级划分")
        return
    grade = form.set.grade(card.claimed_total)
    if grade == card.claimed_grade:
        yield sound()
        return
    cells = [form.submission.claimed_grade, form.submission.claimed_total]
    yield faulty((), cells, stated=card.claimed_grade, total=card.claimed_total, grade=grade)


@check(
    "A110",
    level="error",
    message="按规则复算总分为 {points}，等级由“{stated}”变为“{grade}”；请先核对复算与自评不同的各行",
)
def grade_changes(form: Form) -> Outcomes:
    """The grade stays the same when every decidable row is recomputed.

    标题：复算后等级改变
    为何重要：得分的差异大到改变评价结论。
    依据：财预〔2020〕10号的等级划分和记分规则。
    例：自评 91 分为优，未完成的指标按比例复算后 88.80 分为良。
    改法：逐行核对复算与自评不同的指标。
    何时无法判定：有指标没有完成值或无法读取；分值之和不等于满分；没有填总分和等级。
    """
    card = form.scorecard
    stated = card.claimed_grade
    if stated is None and card.claimed_total is not None and form.set.grades:
        stated = form.set.grade(card.claimed_total)
    if stated is None:
        yield not_run("没有填总分或等级")
        return
    if card.grade is None or card.missing_weight or card.total is None:
        yield undecided("有指标未能计分，或分值之和不等于满分")
    elif card.grade == stated:
        yield sound()
    else:
        cells = [form.submission.claimed_grade, form.submission.claimed_total]
        yield faulty((), [cell for cell in cells if cell], points=card.total, stated=stated, grade=card.grade)


# ------------------------------------------------------------------------------------------------------------- funds


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
        return self.row.budget if self.row.budget else self.row.initial


def money_rows(form: Form) -> list[Money]:
    def figure(cell: Cell, unit: str) -> Decimal | None:
        return amount_in(cell, unit).number

    return [
        Money(row, figure(row.initial, row.unit), figure(row.budget, row.unit), figure(row.executed, row.unit))
        for row in form.submission.funds
    ]


def half_unit(cell: Cell) -> Decimal:
    """Half a unit of the last written place of a figure, as written (before 万元 becomes 元)."""
    return ONE.scaleb(-written_places(cell)) / 2


def rate_interval(money: Money, planned: Decimal, cell: Cell) -> tuple[Decimal, Decimal]:
    """Executed ÷ planned in per cent, as the interval that the written precision of both leaves."""
    unit = Decimal(read("1", money.row.unit).scale or 1)
    executed, slack_e, slack_p = money.executed or Decimal(0), half_unit(money.row.executed), half_unit(cell)
    low = (executed - slack_e * unit) / (planned + slack_p * unit)
    high_base = planned - slack_p * unit
    high = (executed + slack_e * unit) / high_base if high_base > 0 else Decimal("Infinity")
    return low * HUNDRED, high * HUNDRED


def printed_rate_interval(cell: Cell) -> tuple[Decimal, Decimal] | None:
    """A printed rate as an interval in per cent; a cut last digit is as good as a rounded one."""
    rate = rate_in(cell)
    if rate is None:
        return None
    step = ONE.scaleb(-written_places(cell))
    if read(cell.text).unit != "%" and rate != read(cell.text).number:
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
    何时无法判定：预算数或执行数没有填；预算数为 0；执行率按年初预算数计算才相符。
    """
    looked = False
    for money in money_rows(form):
        if not money.row.rate or read(money.row.rate.text).kind == "empty":
            continue
        looked = True
        stated = printed_rate_interval(money.row.rate)
        planned = money.planned
        if stated is None:
            yield undecided("执行率无法读成数字")
        elif planned is None or money.executed is None:
            yield undecided("预算数或执行数没有填")
        elif planned == 0:
            yield undecided("预算数为 0")
        elif _overlap(stated, rate_interval(money, planned, money.planned_cell)):
            yield sound()
        elif (
            money.initial
            and money.initial != planned
            and _overlap(stated, rate_interval(money, money.initial, money.row.initial))
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


@check("A112", level="warning", message="预算执行率得分 {claimed}，按 {words}；请核对")
def execution_score_differs(form: Form) -> Outcomes:
    """The execution score is what the rule gives for the execution rate.

    标题：执行率得分不等于执行率×分值
    为何重要：这一项完全由数字决定，没有裁量余地。
    依据：各地自评表“得分 = 执行率 × 分值”；例外见指标体系文件。
    例：执行率 99.10%，分值 10，得分填 9；按比例 9.91，取整时作为提示。
    改法：按执行率重新计算得分。
    何时无法判定：预算数为 0 或没有填；没有分值；没有填得分。
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
            yield _off_rule(leaf, leaf.claimed, leaf.points)


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
    何时无法判定：只列了部分来源；有的来源没有填。
    """
    rows = money_rows(form)
    totals = [money for money in rows if money.row.total]
    parts = [money for money in rows if not money.row.total and money.row.part_of is None]
    if not totals or not parts:
        yield not_run("没有资金总额或分来源的数字")
        return
    whole = totals[0]
    columns = (("年初预算数", "initial"), ("全年预算数", "budget"), ("全年执行数", "executed"))
    figures = {name: [getattr(money, name) for money in parts] for _, name in columns}
    complete = any(
        getattr(whole, name) and None not in figures[name] and sum(figures[name]) == getattr(whole, name)
        for _, name in columns
    )
    for title, name in columns:
        stated: Decimal | None = getattr(whole, name)
        cell: Cell = getattr(whole.row, name)
        listed = [value for value in figures[name] if value is not None]
        if stated is None or not listed:
            continue
        total = sum(listed, Decimal(0))
        scale = Decimal(read("1", whole.row.unit).scale or 1)
        if total == stated or rounding_of(stated / scale, total / scale, written_places(cell)) == "四舍五入":
            yield sound()
        elif total < stated and (len(parts) == 1 or len(listed) < len(parts)) and not complete:
            yield undecided("只列了部分资金来源")
        else:
            cells = [cell, *(getattr(money.row, name) for money in parts if getattr(money.row, name))]
            yield faulty(
                ("资金",),
                cells,
                level="note" if abs(total - stated) / scale < ONE.scaleb(-written_places(cell)) else None,
                column=title,
                stated=f"{plain(stated / scale)}{whole.row.unit}",
                sum=f"{plain(total / scale)}{whole.row.unit}",
                difference=f"{plain(abs(total - stated) / scale)}{whole.row.unit}",
            )


@check("A114", level="warning", message="“{source}”执行数 {executed} 大于预算数 {budget}；请核对，或说明追加的资金")
def executed_over_budget(form: Form) -> Outcomes:
    """What was spent is not more than the adjusted budget.

    标题：执行数大于预算数
    为何重要：支出不得超过调整后的预算；超过时多半是预算数没有填调整后的数。
    依据：预算法第十三条（各部门、各单位的支出必须以经批准的预算为依据）。
    例：全年预算数 120，全年执行数 135。
    改法：核对两个数；有追加的，把预算数改为调整后的数。
    何时无法判定：预算数或执行数没有填。
    """
    looked = False
    for money in money_rows(form):
        if money.executed is None:
            continue
        looked = True
        if money.planned is None:
            yield undecided("预算数没有填")
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
        if money.planned is None:
            if money.row.rate and (rate_in(money.row.rate) or 0) > 0:
                yield undecided("预算数没有填")
            continue
        looked = True
        rate, score = rate_in(money.row.rate), points_in(money.row.claimed)
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
