"""Rules that start from full marks and take points off: per point, per step, per missing item, per day late."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from scorer.rules.answers import (
    DAMAGED,
    FREE_HIGH,
    FREE_LOW,
    INAPPLICABLE,
    INTERVAL,
    MISSING,
    NUMBER,
    REVERSE,
    UNKNOWN,
    Entry,
    Integers,
    Mask,
    Rows,
    Tiers,
    direction_of,
    state_of,
)
from scorer.rules.lateness import MOST_DAYS, days_late
from scorer.rules.notation import figures, plain, points
from scorer.rules.rule import DIRECTION, Direction, Rule, Score, Shares, compare, exact, might_meet, reach, tell

Partial = Literal["proportional", "floor", "ceil"]


def deviation(rows: Rows, rule: Deviating) -> tuple[Integers, Integers, Mask, Tiers]:
    """How many steps an actual lies on the wrong side of its limit, as a fraction ≥ 0; decided; met.

    With `either_side` every other value than the limit lies on the wrong side, and only a figure can be decided.
    """
    limit, step = rule.limit, rule.width
    if limit is None:
        factor, border = 1, rows.target
        known = rows.target_state == NUMBER
    else:
        bound = exact(limit)
        factor, border = bound.denominator, rows.one * bound.numerator
        known = np.ones(len(rows), np.bool_)
    over = border - rows.actual * factor
    over = np.abs(over) if rule.either_side else over * rows.direction
    below = rows.one * factor
    if rule.measure == "ratio":
        known = known & (border > 0)
        over, below = over * 100, np.where(border > 0, border, 1)
    met = over <= 0
    maybe: Mask | None
    if rule.either_side:
        decided = known & (rows.state == NUMBER)
        maybe = might_equal(rows, border, factor)
    else:
        decided = known & ((rows.state == NUMBER) | ((rows.state == INTERVAL) & met))
        decided &= (rows.direction != UNKNOWN) | (rows.actual * factor == border)
        maybe = None if met.all() else might_meet(rows, border, factor)
    told = tell(met, maybe, decided)
    return np.maximum(over, 0) * step.denominator, below * step.numerator, decided, told


def might_equal(rows: Rows, border: Integers, factor: int) -> Mask:
    """Does some value within the actual's written precision (or its 约, 余) equal the limit?"""
    above = (rows.free & FREE_LOW != 0) | (rows.actual_low * factor <= border)
    below = (rows.free & FREE_HIGH != 0) | (rows.actual_high * factor > border)
    both: Mask = above & below
    return both


def whole_steps(steps: Integers, below: Integers, partial: Partial) -> tuple[Integers, Integers]:
    """A fraction of steps with its broken part counted in proportion, not at all, or as one."""
    if partial == "proportional":
        return steps, below
    return (steps // below if partial == "floor" else -(-steps // below)), np.ones_like(below)


def lose(deduct: Decimal, steps: Integers, below: Integers, rows: Rows, decided: Mask, met: Tiers) -> Shares:
    """Full marks less `deduct` points for each of steps ÷ below."""
    each = exact(deduct)
    denominator = below * each.denominator
    return Shares(denominator, denominator, steps * each.numerator * rows.point, met, decided)


def taken_off(entry: Entry, lost: Fraction) -> str:
    """分值 − 扣分 as printed: "5.00 − 1.60", or that all of it went."""
    weight = Fraction(entry.weight or 0)
    floor = "（扣完为止）" if lost > weight else ""
    return f"{points(entry.weight)} − {plain(lost)}{floor}"


def boundless(rule: Deviating, entry: Entry) -> str:
    """Why nothing can be measured against the limit, "" where the fault lies elsewhere."""
    limit = entry.target.number if rule.limit is None else rule.limit
    if limit is None or entry.actual.number is None or not entry.comparable:
        return ""
    return "界限不是正数，比例没有意义" if rule.measure == "ratio" and limit <= 0 else ""


def deduction(entry: Entry, score: Score, rule: Deviating) -> str:
    """The derivation of a deduction per point or per step."""
    target, actual = figures(entry)
    number = entry.actual.number
    limit = entry.target.number if rule.limit is None else rule.limit
    border = target if rule.limit is None else plain(rule.limit) + ("%" if entry.actual.unit == "%" else "")
    if number is None or limit is None or score.met:
        return f"{actual} 未越过界限 {border}，得满分 {points(entry.weight)}"
    over = Fraction(number) - Fraction(limit)
    above = over > 0 if rule.either_side else direction_of(entry) == REVERSE
    over, word = (over, "高出") if above else (-over, "低于")
    if rule.measure == "ratio":
        over = over / Fraction(limit) * 100
    percents = rule.measure == "ratio" or "%" in (entry.actual.unit, entry.target.unit)
    unit = " 个百分点" if percents else ""
    gap = f"{actual} {word}界限 {border} {plain(over)}{unit}"
    step = rule.width
    steps = over / step
    if rule.partial != "proportional":
        steps = Fraction(steps.__floor__() if rule.partial == "floor" else steps.__ceil__())
    counted = f"每 {plain(step)}{unit}扣 {plain(rule.deduct)} 分，计 {plain(steps)} 次"
    return f"{gap}，{counted}，得 {taken_off(entry, exact(rule.deduct) * steps)} = {points(score.points)}"


class Deviating(Rule):
    """What the deductions for a deviation have in common: how it is measured, and the words."""

    deduct: Decimal = Field(gt=0, description="每偏离一个百分点（一个单位）或一档扣多少分")
    limit: Decimal | None = Field(None, description="规定的界限，代替目标值")
    measure: Literal["difference", "ratio"] = Field("difference", description="相减，或先与界限相比")
    either_side: bool = Field(False, description="true：高于、低于界限都扣分；缺省只扣不利的一侧")
    direction: Direction = Field("auto", description=DIRECTION)
    partial: Partial = "floor"

    @property
    def width(self) -> Fraction:
        """How far one step reaches."""
        return Fraction(1)

    def shares(self, rows: Rows) -> Shares:
        over, below, decided, met = deviation(rows, self)
        return lose(self.deduct, *whole_steps(over, below, self.partial), rows, decided, met)

    def derive(self, entry: Entry, score: Score) -> str:
        return deduction(entry, score, self)

    def hesitate(self, entry: Entry) -> str:
        return boundless(self, entry) or super().hesitate(entry)

    @property
    def growth(self) -> int:
        return 200 * reach(exact(self.limit or Decimal(0))) * reach(exact(self.deduct)) * reach(self.width)


class PerPoint(Deviating):
    """Each percentage point (or unit) on the wrong side of the target costs points.

    公式
        得分 = max(0, 分值 − deduct × 偏离)；正向的偏离 = 目标值 − 完成值，反向的偏离 = 完成值 − 目标值，未偏离为 0
    参数
        deduct：每偏离一个百分点（一个单位）扣多少分
        limit：界限写在规定里时用它代替目标值，如 100 或 0
        measure：difference 直接相减（百分比即百分点），ratio 先算 完成值 ÷ 界限 再与 100% 比
        partial：不足一个百分点的部分，proportional 按比例，floor 不计，ceil 算一个
        direction：方向；either_side：true 时高于、低于界限都扣分
    例
        在职人员控制率 ≤100%，每超一个百分点扣 0.5 分，分值 5：完成 103.2%，扣 1.60，得 3.40
    边界
        扣完为止；不足一个百分点如何计算，文件没有写明，缺省按比例；ratio 的界限不为正时由人判断
    依据
        见于已公开的部门整体支出评分表：每超一个百分点扣 0.5、0.8、0.3、0.2、0.1 或 1 分
    """

    title: ClassVar[str] = "每百分点扣分"
    kind: Literal["per-point"] = "per-point"
    partial: Partial = Field("proportional", description="不足一个的部分：按比例、不计、算一个")


class PerStep(Deviating):
    """Each step of so many percentage points on the wrong side of the target costs points.

    公式
        得分 = max(0, 分值 − deduct × ⌊偏离 ÷ step⌋)；偏离同 per-point
    参数
        step：一档多宽，如 5（个百分点）
        deduct：每档扣多少分
        limit、measure、direction、either_side：同 per-point
        partial：不足一档的部分，floor 不计（缺省），ceil 算一档，proportional 按比例
    例
        预算完成率 100%，每低 5% 扣 2 分，分值 5：完成 88%，低 12，扣两档 4 分，得 1.00
    边界
        扣完为止；不足一档如何计算，文件没有写明，缺省不计
    依据
        见于已公开的部门整体支出评分表（每低 5% 扣 2 分）
        两侧都扣的，见于原行政经费考评办法（数量每差 3%、时间每差 4% 扣 1 分）
    """

    title: ClassVar[str] = "每档扣分"
    kind: Literal["per-step"] = "per-step"
    step: Decimal = Field(gt=0, description="一档多宽，与完成值同单位")
    partial: Partial = Field("floor", description="不足一档的部分：不计、算一档、按比例")

    @property
    def width(self) -> Fraction:
        return exact(self.step)


class PerItem(Rule):
    """Each missing item costs points.

    公式
        得分 = max(0, 分值 − deduct × 缺少的项数)
    参数
        deduct：每缺一项扣多少分
        count：missing 完成值就是缺少（发生）的项数，done 缺少的项数 = 目标值 − 完成值
    例
        分值 5，每缺一项扣 0.5：缺 3 项，得 3.50
    边界
        扣完为止；不缺（多做）不加分
    依据
        见于已公开表格（每缺一项扣 0.5 分或 1 分）
    """

    title: ClassVar[str] = "缺项扣分"
    kind: Literal["per-item"] = "per-item"
    deduct: Decimal = Field(gt=0, description="每缺一项扣多少分")
    count: Literal["missing", "done"] = Field("missing", description="完成值是缺少的项数，还是完成的项数")

    def shares(self, rows: Rows) -> Shares:
        decided = rows.state == NUMBER
        missing = rows.actual
        if self.count == "done":
            decided = decided & (rows.target_state == NUMBER)
            missing = rows.target - rows.actual
        missing = np.maximum(missing, 0)
        return lose(self.deduct, missing, rows.one, rows, decided, tell(missing == 0, None, decided))

    def derive(self, entry: Entry, score: Score) -> str:
        number = Fraction(entry.actual.number or 0)
        missing = number if self.count == "missing" else Fraction(entry.target.number or 0) - number
        if missing <= 0:
            return f"没有缺项，得满分 {points(entry.weight)}"
        lost = f"缺 {plain(missing)} 项，每项扣 {plain(self.deduct)} 分"
        return f"{lost}，得 {taken_off(entry, exact(self.deduct) * missing)} = {points(score.points)}"

    @property
    def growth(self) -> int:
        return 2 * reach(exact(self.deduct))


class Deadline(Rule):
    """Full marks when done on time; late costs points per day, or everything.

    公式
        完成日 ≤ 期限得满分；逾期：写有 per_day 时 得分 = max(0, 分值 − per_day × 逾期天数)，否则得 0
    参数
        per_day：每逾期一天扣多少分；不写则逾期得 0
    例
        分值 5，期限 2021年11月底之前，完成 2021年12月12日，每天扣 0.1：逾期 12 天，得 3.80
    边界
        只写到月份的完成日是一段时间：整段在期限内为按时，整段在期限后按最早一天计，跨期限的由人判断；
        目标与完成都写成天数（≤30天 / 32天）时相减；没有年份的日期不猜年份，由人判断
    依据
        见于已公开表格（逾期一次扣 1 分）；按天扣分文件没有规定
    """

    title: ClassVar[str] = "时限"
    direction: ClassVar[str] = "reverse"  # a span without a comparator (30天) is a limit
    kind: Literal["deadline"] = "deadline"
    per_day: Decimal | None = Field(None, gt=0, description="每逾期一天扣多少分；不写则逾期得 0")

    def prepare(self, entry: Entry) -> Entry:
        if state_of(entry.actual) in (MISSING, DAMAGED, INAPPLICABLE):
            return entry
        return replace(entry, days=days_late(entry))

    def shares(self, rows: Rows) -> Shares:
        met, decided, told = compare(rows)
        one = np.ones_like(rows.one)
        if self.per_day is not None:
            decided = decided & met  # late by figures that are no days: what a day costs does not say
        on_time, late = rows.dated & (rows.days_high <= 0), rows.dated & (rows.days_low > 0)
        decided = np.where(rows.dated, on_time | late, decided).astype(np.bool_)
        told = np.where(rows.dated, on_time.astype(np.int8), told).astype(np.int8)
        told[~decided] = -1
        if self.per_day is None:
            full = np.where(rows.dated, on_time, met).astype(one.dtype)
            return Shares(full, one, None, told, decided)
        days = np.where(late, rows.days_low, 0).astype(one.dtype)
        return lose(self.per_day, days, one, rows, decided, told)

    def derive(self, entry: Entry, score: Score) -> str:
        done, due = entry.actual.text.strip(), entry.target.text.strip()
        if score.met or (score.met is None and score.points == entry.weight):
            return f"期限“{due}”，完成“{done}”，按时完成，得满分 {points(entry.weight)}"
        if self.per_day is None or entry.days is None:
            return f"期限“{due}”，完成“{done}”，逾期，得 {points(score.points)}"
        days = entry.days[0]
        lost = f"逾期 {days} 天，每天扣 {plain(self.per_day)} 分"
        off = taken_off(entry, exact(self.per_day) * days)
        return f"期限“{due}”，完成“{done}”，{lost}，得 {off} = {points(score.points)}"

    def hesitate(self, entry: Entry) -> str:
        if entry.days is not None:
            return "完成时间跨过期限，是否按时无从断定"
        return "期限与完成时间不能比较"

    @property
    def growth(self) -> int:
        return 2 * MOST_DAYS * reach(exact(self.per_day or Decimal(0)))
