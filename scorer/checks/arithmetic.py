"""A101 to A110: arithmetic of weights, claims and grades; A111 to A115, the money block, live in `funds`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, check, faulty, not_run, plain, sound, undecided
from scorer.model import Cell, Level
from scorer.numbers.periods import parse_period
from scorer.numbers.quantity import parse_quantity
from scorer.rules import score
from scorer.rules.answers import Answers
from scorer.rules.lateness import NO_DEADLINE
from scorer.rules.measured import Coefficient, Proportion
from scorer.scoring.align import Leaf, entry, points_in
from scorer.scoring.tree import Node

ONE = Decimal(1)
HUNDRED = Decimal(100)
NO_POINTS = "本套指标或本表不计分"
# Messages of the cases that a check grades apart; the columnar run says the same words.
WEIGHTS_ROUNDED = "各末级指标分值之和为 {sum}，与满分 {full} 只差各项取位的尾数；请把尾差并入其中一项"
TOTAL_ROUNDED = "所填总分 {stated} 与各项之和 {sum} 只差尾数（{way}）；请保留同样的位数"
DEDUCTED_WITH_REASON = (
    "完成值 {actual} 已达到目标 {target}，得分 {claimed} 却低于分值 {weight}；偏差原因栏写有说明，请核对是否足以扣分"
)
LATE_BUT_FULL = "完成时间 {actual} 晚于期限 {target}，却得满分 {claimed}；请核对完成时间和得分"
SCORE_ROUNDED = "得分 {claimed} 是复算的 {points} {way}到{kept}所得；仅取位不同"
MOST_PLACES = 12  # a figure that was not written by hand, such as the full score, is exact


def written_places(cell: Cell) -> int:
    """How many decimals a figure is written with: "98" → 0, "98.5%" → 1."""
    return parse_quantity(cell.text).places


def rounding_of(stated: Decimal, exact: Decimal, places: int) -> str:
    """"" when `stated` is not `exact` rounded or cut to `places`, else which of the two (Chinese)."""
    step = ONE.scaleb(-places)
    if exact.quantize(step, ROUND_HALF_UP) == stated:
        return "四舍五入"
    return "舍去尾数" if exact.quantize(step, ROUND_DOWN) == stated else ""


def said(message: str, numbers: Mapping[str, object]) -> str:
    """A message with its figures as `plain` prints them."""
    return message.format_map({name: plain(value) for name, value in numbers.items()})


def rounded_sum(stated: Decimal, total: Decimal, places: int, parts: Iterable[Cell], limit: Decimal) -> str:
    """Why `stated` is not quite `total` where only rounding keeps them apart, "" where it is more than that.

    `stated` was written with `places` decimals, or each of the `parts` was rounded before it was added: then the sum may
    be off by half a unit of the last place of each part that has decimals, and by no more than `limit`.
    """
    if way := rounding_of(stated, total, places):
        return way
    slack = sum((half_unit(cell) for cell in parts if written_places(cell)), Decimal(0))
    return "各项取位" if abs(stated - total) <= min(slack, limit) else ""


def half_unit(cell: Cell) -> Decimal:
    """Half a unit of the last written place of a figure, as written (before 万元 becomes 元)."""
    return ONE.scaleb(-written_places(cell)) / 2


# ----------------------------------------------------------------------------------------------------------- weights


@check("A101", level="error", message="各末级指标分值之和为 {sum}，与满分 {full} 相差 {difference}；请核对各行分值")
def weights_differ_from_full_score(form: Form) -> Outcomes:
    """The weights of all leaves, the execution rate's included, add up to the full score.

    标题：分值之和不等于满分
    为何重要：分值合计不是满分，总分和等级就没有意义。
    依据：财预〔2020〕10号：总分设定为100分；各地表式的合计行。
    例：各行分值 15+10+11+7+9+3+3+7+3+5，加执行率 10，合计 83，而满分 100。
    改法：核对每行分值和预算执行率的分值，使合计等于满分。
    何时无法判定：有的指标没有分值，或分值写得无法读成数字；目标申报表、监控表合计 90（预算执行率的 10 分不在其中）。
    """
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
    if form.submission.kind and total + EXECUTION_POINTS == full:
        yield undecided("目标申报表、监控表不列预算执行率，分值可能给它留了 10 分")
        return
    cells = [leaf.answer.weight for leaf in form.leaves if leaf.answer.weight]
    numbers = {"sum": total, "full": full, "difference": abs(total - full)}
    printed = [branch.weight for branch in form.submission.branches if not branch.path and branch.weight]
    if rounded_sum(full, total, MOST_PLACES, cells, form.set.thresholds.rounding):
        yield faulty((), printed or cells, level="note", message=said(WEIGHTS_ROUNDED, numbers), numbers=numbers)
        return
    yield faulty((), printed or cells, numbers=numbers)


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
    looked = False
    for branch in form.submission.branches:
        if not branch.weight or branch.path in nodes:
            continue
        looked = True
        if branch.path:
            yield undecided(f"“{branch.path[-1]}”之下没有读到指标行")
        else:
            yield _total_weight(form, branch.weight)
    for node in nodes.values():
        stated = points_in(node.printed_weight)
        if stated is None:
            if node.printed_weight:
                looked = True
                yield undecided(f"“{node.path[-1]}”所列分值无法读成数字")
            continue
        looked = True
        below = node.weight if node.weight is not None else _printed_children(node, nodes)
        cells = [leaf.answer.weight for leaf in leaves_below(form, node.path)]
        if below is None:
            yield undecided(f"“{node.path[-1]}”之下有的行没有分值")
        elif stated == below:
            yield sound()
        else:
            yield _other_weight(form, node.path, node.printed_weight, stated, below, cells)
    if not looked:
        yield not_run("上级指标没有列分值")


def _total_weight(form: Form, cell: Cell) -> Outcome:
    """The weight of the form's own total row: the sum of all rows, with or without the execution rate's."""
    stated = points_in(cell)
    rows = [leaf for leaf in form.leaves if leaf.weight is not None]
    total = sum((leaf.weight or Decimal(0) for leaf in rows), Decimal(0))
    execution = sum((leaf.weight or Decimal(0) for leaf in rows if leaf.execution), Decimal(0))
    if stated is None:
        return undecided("合计行所列分值无法读成数字")
    if not rows or len(rows) < len(form.leaves):
        return undecided("合计行之上有的行没有分值")
    if stated in (total, total - execution):
        return sound()
    if stated == form.set.full:
        return undecided("合计行列满分，而各行之和不等于满分（见 A101）")
    return _other_weight(form, ("合计",), cell, stated, total, [leaf.answer.weight for leaf in rows])


def _other_weight(
    form: Form, path: tuple[str, ...], cell: Cell, stated: Decimal, total: Decimal, parts: Iterable[Cell]
) -> Outcome:
    numbers = {"level_name": path[-1], "stated": stated, "sum": total, "difference": abs(stated - total)}
    if rounded_sum(stated, total, written_places(cell), parts, form.set.thresholds.rounding):
        message = f"“{path[-1]}”所列分值 {plain(stated)} 与其下各项之和 {plain(total)} 只差取位的尾数；请把尾差并入其中一项"
        return faulty(path, [cell], level="note", message=message, numbers=numbers)
    return faulty(path, [cell], numbers=numbers)


def leaves_below(form: Form, path: tuple[str, ...]) -> list[Leaf]:
    """The indicator rows under an upper level."""
    depth = len(path)
    return [
        leaf for leaf in form.leaves if not leaf.execution and len(leaf.path) > depth and leaf.path[:depth] == path
    ]


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
    if not any(leaf.answer.claimed for leaf in form.leaves):
        yield not_run("各行没有自评得分")
        return
    for leaf in form.leaves:
        if leaf.claimed is None:
            yield undecided("得分无法读成数字" if leaf.answer.claimed else "没有填得分")
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
    total = sum((leaf.claimed for leaf in form.leaves if leaf.claimed is not None), Decimal(0))
    way = _rounded_claims(form, cell, card.claimed_total, total, form.leaves)
    blank = [leaf for leaf in form.leaves if leaf.claimed is None and (leaf.weight or leaf.answer.claimed)]
    numbers = {"stated": card.claimed_total, "sum": total, "difference": abs(total - card.claimed_total)}
    if total == card.claimed_total or way == "四舍五入":
        yield sound("只因印出的位数而相符" if way else "")
    elif blank:
        yield undecided(f"{len(blank)} 行没有填得分，无从相加")
    elif way:
        message = said(TOTAL_ROUNDED, {**numbers, "way": way})
        yield faulty((), [cell], level="note", message=message, numbers=numbers)
    else:
        yield faulty((), [cell], numbers=numbers)


def _rounded_claims(form: Form, cell: Cell, stated: Decimal, total: Decimal, rows: Iterable[Leaf]) -> str:
    if stated == total:
        return ""
    claims = [leaf.answer.claimed for leaf in rows]
    return rounded_sum(stated, total, written_places(cell), claims, form.set.thresholds.rounding)


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
    nodes = {node.path for node in form.scorecard.nodes}
    looked = False
    for branch in form.submission.branches:
        if branch.path and branch.claimed and branch.path not in nodes:
            looked = True
            yield undecided(f"“{branch.path[-1]}”之下没有读到指标行")
    for node in form.scorecard.nodes:
        if node.printed_claimed:
            looked = True
            yield _subtotal(form, node)
    if not looked:
        yield not_run("表中没有小计")


def _subtotal(form: Form, node: Node) -> Outcome:
    stated = points_in(node.printed_claimed)
    if stated is None:
        return undecided("小计无法读成数字")
    rows = leaves_below(form, node.path)
    total = sum((leaf.claimed for leaf in rows if leaf.claimed is not None), Decimal(0))
    way = _rounded_claims(form, node.printed_claimed, stated, total, rows)
    numbers = {"level_name": node.path[-1], "stated": stated, "sum": total, "difference": abs(stated - total)}
    if stated == total or way == "四舍五入":
        return sound("只因印出的位数而相符" if way else "")
    if any(leaf.claimed is None for leaf in rows):
        return undecided(f"“{node.path[-1]}”之下有的行没有填得分")
    if way:
        message = f"“{node.path[-1]}”小计 {plain(stated)} 与各项之和 {plain(total)} 只差尾数（{way}）；请保留同样的位数"
        return faulty(node.path, [node.printed_claimed], level="note", message=message, numbers=numbers)
    return faulty(node.path, [node.printed_claimed], numbers=numbers)


# ------------------------------------------------------------------------------------------------- claims and rules


def decidable(leaf: Leaf) -> str:
    """"" where target against actual is decided by figures, else why it is not (Chinese)."""
    if leaf.claimed is None:
        return "没有填得分"
    if leaf.weight is None:
        return "没有分值"
    if leaf.status != "recomputed" or leaf.met is None:
        return leaf.comparable or "目标或完成值不是可以比较的数字"
    return "表中印有另外的评分标准" if _other_standard(leaf) else ""


def _other_standard(leaf: Leaf) -> bool:
    return bool(leaf.answer.standard) and not ORDINARY.search(leaf.answer.standard.text)


INFERRED = "目标没有比较符号，方向由指标名称推断"
# words of a printed standard that is the common rule: full marks when met, else in proportion
EXECUTION_POINTS = Decimal(10)  # what a form that is filled in later keeps for the execution rate
ORDINARY = re.compile("[BＢ][/／÷][AＡ]|比例|完成率")


def as_compared(leaf: Leaf) -> Leaf:
    """A row scored by the form's own coefficient, as target and actual would score it; any other row as it is.

    A coefficient says the points, not whether the target was met: one typed by hand may contradict the figures.
    """
    if not isinstance(leaf.rule, Coefficient):
        return leaf
    one = score(Answers.build([replace(entry(0, leaf), rule=Proportion())])).row(0)
    return replace(leaf, points=one.points, met=one.met, status=one.status)


def in_time(form: Form, leaf: Leaf) -> bool | None:
    """Was a deadline kept, where target and actual are dates; None where they are not, or where the date written for
    the actual (a month) reaches over the deadline.

    A deadline missed has no completion ratio: it decides whether full points are right, not how many are.
    """
    target, actual = leaf.answer.target.text, leaf.answer.actual.text
    if leaf.status == "recomputed" or (leaf.target.kind, leaf.actual.kind) != ("date", "date") or NO_DEADLINE.search(target):
        return None
    due, done = parse_period(target, form.year), parse_period(actual, form.year)
    if due is None or done is None:
        return None
    if done[1] <= due[1]:
        return True
    return False if done[0] > due[1] else None


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
    改法：改得分，或在偏差原因栏写明扣分依据；写有说明的仍列出，由复核人判断。
    何时无法判定：没有填得分或分值；目标或完成值是文字，计量单位不同，方向（越高越好还是越低越好）不明，或表中印有另外的评分标准。
    """
    for leaf in form.leaves:
        if leaf.execution:
            continue
        leaf = as_compared(leaf)
        kept = in_time(form, leaf)
        if (reason := decidable(leaf)) and kept is None:
            yield undecided(reason)
        elif leaf.direction_inferred and deducted(leaf):
            yield undecided(INFERRED)
        elif deducted(leaf) and (kept or (leaf.met and leaf.points == leaf.weight)):
            numbers: dict[str, object] = {"target": leaf.answer.target.text, "actual": leaf.answer.actual.text}
            numbers |= {"claimed": leaf.claimed, "weight": leaf.weight}
            message = said(DEDUCTED_WITH_REASON, numbers) if leaf.answer.reason else None
            yield faulty(leaf.path, figures_of(leaf), message=message, numbers=numbers)
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
    何时无法判定：没有填得分或分值；目标或完成值是文字，计量单位不同，完成值只写了约数，方向不明，或表中印有另外的评分标准。
    """
    for leaf in form.leaves:
        if leaf.execution:
            continue
        leaf = as_compared(leaf)
        kept = in_time(form, leaf)
        if (reason := decidable(leaf)) and kept is None:
            yield undecided(reason)
        elif kept is False and leaf.weight and leaf.claimed == leaf.weight:
            late = {"target": leaf.answer.target.text, "actual": leaf.answer.actual.text, "claimed": leaf.claimed}
            yield faulty(leaf.path, figures_of(leaf), message=said(LATE_BUT_FULL, late), numbers=late)
        elif leaf.met is False and leaf.points != leaf.weight and leaf.claimed == leaf.weight:
            if leaf.direction_inferred:
                yield undecided(INFERRED)
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
    何时无法判定：没有填得分或分值；目标或完成值是文字，计量单位不同，方向不明，或表中印有另外的评分标准；
    已完成而扣分、未完成而满分、得分超出分值的，由别的检查列出。
    """
    for leaf in form.leaves:
        if leaf.execution:
            continue
        if _by_coefficient(leaf) and leaf.claimed is not None and leaf.points is not None:
            # the form's own coefficient says the points, whatever target and actual are
            yield sound() if leaf.claimed == leaf.points else off_rule(leaf, leaf.claimed, leaf.points)
        elif reason := decidable(leaf):
            yield undecided(reason)
        elif leaf.claimed == leaf.points:
            yield sound()
        elif leaf.direction_inferred:
            yield undecided(INFERRED)
        elif leaf.met or leaf.claimed == leaf.weight or not deducted(leaf):
            yield undecided("已完成而扣分、未完成而满分、得分超出分值的，见 A106、A107、A103")
        elif leaf.claimed is not None and leaf.points is not None:
            yield off_rule(leaf, leaf.claimed, leaf.points)


def _by_coefficient(leaf: Leaf) -> bool:
    return isinstance(leaf.rule, Coefficient) and leaf.status == "recomputed" and deducted(leaf)


def off_rule(leaf: Leaf, claimed: Decimal, points: Decimal) -> Outcome:
    numbers = {"claimed": claimed, "points": points, "words": leaf.words, "difference": abs(claimed - points)}
    places = written_places(leaf.answer.claimed)
    if way := rounding_of(claimed, points, places):
        message = said(SCORE_ROUNDED, {**numbers, "way": way, "kept": "整数" if places == 0 else f" {places} 位小数"})
        return faulty(leaf.path, figures_of(leaf), level="note", message=message, numbers=numbers)
    return faulty(leaf.path, figures_of(leaf), numbers=numbers)


@check(
    "A116",
    level="warning",
    message="完成情况“{actual}”所属档次可得 {low}～{high} 分，自评得分 {claimed} 在此之外，按 {points} 计；请核对档次和得分",
)
def claim_outside_band(form: Form) -> Outcomes:
    """A claim taken on the department's word lies in the band that its words allow.

    标题：文字指标得分超出所属档次
    为何重要：文字指标由单位自评，但档次限定了可得的分。
    依据：财预〔2020〕10号：定性指标按达成、部分达成并具有一定效果、未达成且效果较差三档，分别按该指标分值区间记分；区间见指标体系文件。
    例：分值 10，“部分达成预期指标并具有一定效果”，自评 10 分；该档为 60%～80%。
    改法：核对属于哪一档，再核对得分。
    何时无法判定：没有分值或得分；文字看不出属于哪一档。
    """
    looked = False
    for leaf in form.leaves:
        if leaf.execution or leaf.status != "judged" or leaf.weight is None or leaf.claimed is None:
            continue
        looked = True
        if leaf.low == 0 and leaf.high == leaf.weight:
            yield undecided("文字看不出属于哪一档")
        elif leaf.cut and 0 <= leaf.claimed <= leaf.weight:
            yield faulty(
                leaf.path,
                [leaf.answer.claimed, leaf.answer.actual],
                actual=leaf.answer.actual.text,
                claimed=leaf.claimed,
                low=leaf.low,
                high=leaf.high,
                points=leaf.points,
            )
        else:
            yield sound()
    if not looked:
        yield not_run("没有采信自评得分的指标")


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
    何时无法判定：有指标没有完成值或无法读取；分值之和不等于满分；没有填总分和等级；不同只出在方向不明或另有评分标准的行。
    """
    card = form.scorecard
    # a written grade that does not belong to the written total is A109's: here only the recomputed points count
    stated = form.set.grade(card.claimed_total) if card.claimed_total is not None else card.claimed_grade
    if stated is None:
        yield not_run("没有填总分或等级")
        return
    if card.grade is None or card.missing_weight or card.total is None:
        yield undecided("有指标未能计分，或分值之和不等于满分")
    elif card.grade == stated:
        yield sound()
    elif any(leaf.claimed != leaf.points and (leaf.direction_inferred or _other_standard(leaf)) for leaf in form.leaves):
        yield undecided("有的行方向由名称推断，或另有评分标准")
    else:
        cells = [form.submission.claimed_grade, form.submission.claimed_total]
        level: Level = "error" if form.submission.claimed_grade else "note"  # nobody wrote the grade that the total stands for
        yield faulty((), [cell for cell in cells if cell], level=level, points=card.total, stated=stated, grade=card.grade)
