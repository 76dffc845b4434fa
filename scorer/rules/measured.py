"""Rules that compare a figure with a figure: completion, gates, equality, ranges, tables, execution, sub-items."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from scorer.rules.answers import (
    INAPPLICABLE,
    INTERVAL,
    MISSING,
    NUMBER,
    REVERSE,
    WORDS,
    Entry,
    Integers,
    Mask,
    Rows,
    direction_of,
    state_of,
)
from scorer.rules.notation import figures, meeting, percent, plain, points, rate, ratio_of
from scorer.rules.rule import (
    DIRECTION,
    Direction,
    Parameters,
    Rule,
    Score,
    Share,
    Shares,
    compare,
    completion,
    exact,
    reach,
    tell,
)


class Proportion(Rule):
    """Full marks when the target is met, otherwise the completion ratio times the weight.

    公式
        正向：完成值 ≥ 目标值得满分，否则 得分 = 完成值 ÷ 目标值 × 分值
        反向：完成值 ≤ 目标值得满分，否则 得分 = 目标值 ÷ 完成值 × 分值
    参数
        direction：方向，缺省由目标值的比较符判断
    例
        分值 2，目标 ≥1228 人，完成 770 人：770 ÷ 1228 = 62.70%，得 1.25
    边界
        得分不低于 0，不高于分值；严格的 ＞ ＜ 不含等于；目标值为区间时，区间内得满分，区间外由人判断；
        目标值为 0：反向（或“=0”）完成 0 为完成、大于 0 得 0 分，未写比较符且大于 0 时由人判断；
        目标值为负而未完成，比例没有意义，由人判断
    依据
        财预〔2020〕10号：定量指标完成的得满分，未完成的按完成值与指标值的比例记分；
        反向比例见于已公开表格，文件没有写明
    """

    title: ClassVar[str] = "完成比例"
    kind: Literal["proportion"] = "proportion"
    direction: Direction = Field("auto", description=DIRECTION)

    def shares(self, rows: Rows) -> Shares:
        numerator, denominator, decided, met = completion(rows)
        return Shares(numerator, denominator, None, met, decided)

    def derive(self, entry: Entry, score: Score) -> str:
        met, compared = meeting(entry)
        if met:
            return f"{compared}，完成目标，得满分 {points(entry.weight)}"
        ratio = ratio_of(entry)
        if ratio is None or not ratio[0]:
            return f"{compared}，未完成，得 {points(score.points)}"
        return f"{ratio[1]}，{missed(entry, score)}，得 {points(entry.weight)} × {percent(ratio[0], entry.weight)} = {points(score.points)}"


class Gate(Rule):
    """Completion ratio with a pass mark: below it nothing, above it rescaled from zero to full marks.

    公式
        完成率 r：r < 及格线 p 得 0；p ≤ r < 1 得 (r − p) ÷ (1 − p) × 分值；r ≥ 1 得满分
    参数
        pass：及格线，缺省 60%
        direction：方向；反向的完成率为 目标值 ÷ 完成值
    例
        分值 2，目标 40，完成 23：完成率 57.5%，低于 60%，得 0
    边界
        恰为及格线时折算为 0；目标值为 0 或为负的处理同 proportion
    依据
        财预〔2021〕101号（试行）附件；公式未见原文，未经核实
    """

    title: ClassVar[str] = "及格线折算"
    kind: Literal["gate"] = "gate"
    pass_mark: Share = Field(Decimal("0.6"), ge=0, lt=1, alias="pass", description="及格线，完成率低于它得 0 分")
    direction: Direction = Field("auto", description=DIRECTION)

    def shares(self, rows: Rows) -> Shares:
        numerator, denominator, decided, met = completion(rows)
        return Shares(*above(exact(self.pass_mark), numerator, denominator), None, met, decided)

    def derive(self, entry: Entry, score: Score) -> str:
        met, compared = meeting(entry)
        if met:
            return f"{compared}，完成目标，得满分 {points(entry.weight)}"
        ratio = ratio_of(entry)
        if ratio is None or not ratio[0]:
            return f"{compared}，未完成，得 {points(score.points)}"
        return (
            f"{ratio[1]}，{missed(entry, score)}，{rescaled(ratio[0], exact(self.pass_mark), '及格线', entry, score)}"
        )

    @property
    def growth(self) -> int:
        return 2 * reach(exact(self.pass_mark))


class Equality(Rule):
    """Full marks when the actual equals the target, otherwise nothing or the smaller over the larger.

    公式
        完成值 = 目标值得满分；否则 else = zero 得 0，else = proportion 得 min(A ÷ T, T ÷ A) × 分值
    参数
        tolerance：允许的差（与完成值同单位）；不写则以书写精度为限（41% 视为 40.5%～41.5%）
        else：不相等时如何计分
    例
        分值 10，目标 =100%，完成 98%，else = proportion：得 9.80
    边界
        比例只对正数有意义，有一方不为正时得 0
    依据
        文件没有规定；已公开表格中有按 ≥ 处理的（100% 对 98%，10 分得 9 分）
    """

    title: ClassVar[str] = "等于目标"
    kind: Literal["equality"] = "equality"
    tolerance: Decimal | None = Field(None, ge=0, description="允许的差，与完成值同单位；不写则以书写精度为限")
    otherwise: Literal["zero", "proportion"] = Field(
        "zero", alias="else", description="不相等时：zero 得 0，proportion 按小者比大者"
    )

    def shares(self, rows: Rows) -> Shares:
        _, decided, _ = compare(rows)
        actual, target = rows.actual, rows.target
        equal = self.equal(rows)
        decided = (decided | (rows.target_state == NUMBER)) & (rows.state == NUMBER) & (equal | (rows.free == 0))
        numerator: Integers = equal.astype(actual.dtype)
        denominator: Integers = np.ones_like(actual)
        if self.otherwise == "proportion":
            ratio = ~equal & (actual > 0) & (target > 0)
            numerator = np.where(ratio, np.minimum(actual, target), numerator)
            denominator = np.where(ratio, np.maximum(actual, target), denominator)
        return Shares(numerator, denominator, None, tell(equal, None, decided), decided)

    def equal(self, rows: Rows) -> Mask:
        """Equal within the tolerance, or within the written precision of either figure."""
        actual, target = rows.actual, rows.target
        if self.tolerance is not None:
            tolerance = exact(self.tolerance)
            near: Mask = abs(actual - target) * tolerance.denominator <= rows.one * tolerance.numerator
            return near
        same: Mask = actual == target
        same |= (rows.actual_low <= target) & (target < rows.actual_high)
        return same | ((rows.target_low <= actual) & (actual < rows.target_high))

    def derive(self, entry: Entry, score: Score) -> str:
        target, actual = figures(entry)
        if score.met:
            return f"{actual} 与 {target} 相等，得满分 {points(entry.weight)}"
        unequal = f"{actual} 与 {target} 不相等"
        number, wanted = entry.actual.number or Decimal(0), entry.target.number or Decimal(0)
        if self.otherwise == "zero" or number <= 0 or wanted <= 0:
            return f"{unequal}，得 {points(score.points)}"
        small, large = (actual, target) if number < wanted else (target, actual)
        share = percent(Fraction(min(number, wanted)) / Fraction(max(number, wanted)), entry.weight)
        return f"{unequal}，{small} ÷ {large} = {share}，得 {points(entry.weight)} × {share} = {points(score.points)}"

    def hesitate(self, entry: Entry) -> str:
        if entry.comparable and state_of(entry.actual) == NUMBER == state_of(entry.target):
            return "完成值只写了上限或下限，是否相等无从断定"
        return super().hesitate(entry)

    @property
    def growth(self) -> int:
        return 2 if self.tolerance is None else 2 * reach(exact(self.tolerance))


class Range(Rule):
    """Full marks when the actual lies within the target's range, otherwise nothing or in proportion to the nearer end.

    公式
        下限 ≤ 完成值 ≤ 上限得满分；否则 else = zero 得 0，
        else = proportion：低于下限得 A ÷ 下限 × 分值，高于上限得 上限 ÷ A × 分值
    参数
        else：区间之外如何计分
    例
        分值 5，目标 300—800元，完成 1000元，else = proportion：得 800 ÷ 1000 × 5 = 4.00
    边界
        两端均含；目标不是区间而是一个数时，下限、上限都是这个数；完成值或端点不为正时比例为 0
    依据
        文件没有规定；区间目标见于已公开表格
    """

    title: ClassVar[str] = "区间目标"
    kind: Literal["range"] = "range"
    otherwise: Literal["zero", "proportion"] = Field(
        "zero", alias="else", description="区间之外：zero 得 0，proportion 按较近的一端折算"
    )

    def shares(self, rows: Rows) -> Shares:
        ranged = rows.target_state == INTERVAL
        low, high = np.where(ranged, rows.target_low, rows.target), np.where(ranged, rows.target_high, rows.target)
        figure = rows.state == NUMBER
        actual = rows.actual
        within = np.where(
            figure, (low <= actual) & (actual <= high), (low <= rows.actual_low) & (rows.actual_high <= high)
        )
        within = within.astype(np.bool_)
        decided = (ranged | (rows.target_state == NUMBER)) & (figure | ((rows.state == INTERVAL) & within))
        maybe = (rows.free != 0) | ((rows.actual_low <= high) & (rows.actual_high > low))
        numerator: Integers = within.astype(actual.dtype)
        denominator: Integers = np.ones_like(actual)
        if self.otherwise == "proportion":
            below = ~within & (actual > 0) & (actual < low)
            over = ~within & (high > 0) & (actual > high)
            numerator = np.where(below, actual, np.where(over, high, numerator))
            denominator = np.where(below, low, np.where(over, actual, denominator))
        return Shares(numerator, denominator, None, tell(within, maybe, decided), decided)

    def derive(self, entry: Entry, score: Score) -> str:
        target, actual = figures(entry)
        low, high = self.ends(entry)
        number = entry.actual.number
        if number is None or low <= number <= high:
            return f"{actual} 在 {target} 之内，得满分 {points(entry.weight)}"
        near, below = (low, True) if number < low else (high, False)
        part, whole = (number, near) if below else (near, number)
        if self.otherwise == "zero" or part <= 0:
            return f"{actual} 不在 {target} 之内，得 {points(score.points)}"
        share = percent(Fraction(part) / Fraction(whole), entry.weight)
        divided = f"{plain(part)} ÷ {plain(whole)} = {share}"
        return f"{actual} 不在 {target} 之内，{divided}，得 {points(entry.weight)} × {share} = {points(score.points)}"

    @staticmethod
    def ends(entry: Entry) -> tuple[Decimal, Decimal]:
        """The ends of the range; both the figure where the target is one."""
        target = entry.target
        if target.number is not None:
            return target.number, target.number
        return target.low or Decimal(0), target.high or Decimal(0)


class Step(Parameters):
    """One line of a table: from this value on (inclusive unless `open`) a share of the weight or a number of points."""

    start: Share | None = Field(None, alias="from", description="起点；不写表示最低一档")
    open: bool = Field(False, description="true 表示不含起点本身")
    share: Share | None = Field(None, ge=0, le=1, description="得分值的多少，如 80%")
    points: Decimal | None = Field(None, ge=0, description="得多少分，不超过分值")

    @model_validator(mode="after")
    def check_one_award(self) -> Self:
        if (self.share is None) == (self.points is None):
            raise ValueError("share 与 points 要写且只写一个")
        return self


class Bands(Rule):
    """A table of bands over the actual or over the completion ratio.

    公式
        取起点不高于该值的最高一档：得 share × 分值，或得 points 分
    参数
        measure：actual 以完成值查表，ratio 以 完成值 ÷ 目标值 查表
        bands：各档 { from, open, share 或 points }；不写 from 的是最低一档，没有最低一档时其下得 0
    例
        满意度 90 及以上 10 分，80～90 得 8，60～80 得 5，60 以下 0：完成 85%，得 8.00
    边界
        from 含起点，open = true 不含；points 超过分值时以分值为限；ratio 的目标值不为正时由人判断
    依据
        财预〔2021〕101号（试行）附件的满意度与执行率分档（未经核实）；部门整体支出表的预算控制率分档见于已公开表格
    """

    title: ClassVar[str] = "分档计分"
    kind: Literal["bands"] = "bands"
    measure: Literal["actual", "ratio"] = Field("actual", description="以完成值还是以 完成值 ÷ 目标值 查表")
    bands: Annotated[tuple[Step, ...], Field(min_length=1)] = Field(description="各档，次序不限")

    @model_validator(mode="after")
    def check_distinct(self) -> Self:
        keys = [(step.start, step.open) for step in self.bands]
        if len(set(keys)) != len(keys):
            raise ValueError("两档的起点相同")
        return self

    def shares(self, rows: Rows) -> Shares:
        met, comparable, told = compare(rows)
        value, unit = rows.actual, rows.one
        decided = rows.state == NUMBER
        if self.measure == "ratio":
            decided = decided & (rows.target_state == NUMBER) & (rows.target > 0)
            unit = np.where(decided, rows.target, 1)
        below = self.denominator
        numerator: Integers = np.zeros_like(value)
        loss: Integers = np.zeros_like(value)
        for step in self.rising():
            reached = self.reached(step, value, unit)
            numerator = np.where(reached, int(exact(step.share or Decimal(0)) * below), numerator)
            granted = int(exact(step.points or Decimal(0)) * below)
            loss = np.where(reached, -granted * rows.point, loss)
        full = (numerator >= below) | (-loss >= rows.weight * below)
        told = np.where(comparable & (full == met), told, np.int8(-1))
        return Shares(numerator, np.full_like(value, below), loss, np.where(decided, told, np.int8(-1)), decided)

    def rising(self) -> list[Step]:
        """The table from its lowest line to its highest."""
        return sorted(self.bands, key=lambda step: (step.start is not None, step.start or Decimal(0), step.open))

    def derive(self, entry: Entry, score: Score) -> str:
        _, value = figures(entry)
        number, unit, over_target = Fraction(entry.actual.number or 0), Fraction(1), self.measure == "ratio"
        if over_target:
            unit = Fraction(entry.target.number or 1)
            ratio = ratio_forward(entry)
            value = ratio
        chosen = [step for step in self.rising() if self.reached(step, number, unit)]
        if not chosen:
            return f"{value}，低于最低一档，得 {points(score.points)}"
        step = chosen[-1]
        if step.start is None:
            line = "属最低一档"
        else:
            start = rate(exact(step.start)) if over_target else plain(step.start)
            line = f"属“{'高于' if step.open else '不低于'} {start}”一档"
        if step.points is not None:
            return f"{value}，{line}，得 {points(score.points)}"
        share = rate(exact(step.share or Decimal(0)))
        return f"{value}，{line}，得 {points(entry.weight)} × {share} = {points(score.points)}"

    def hesitate(self, entry: Entry) -> str:
        if self.measure == "ratio" and state_of(entry.actual) == NUMBER == state_of(entry.target):
            return "目标值不是正数，完成率无从计算"
        return super().hesitate(entry)

    @staticmethod
    def reached(step: Step, value: Any, unit: Any) -> Any:
        """Is value ÷ unit in this line or above it? Arrays or single integers."""
        if step.start is None:
            return value == value
        start = exact(step.start)
        left, right = value * start.denominator, unit * start.numerator
        return left > right if step.open else left >= right

    @property
    def denominator(self) -> int:
        """A common denominator of all shares and points of the table."""
        awards = [step.share if step.share is not None else step.points or Decimal(0) for step in self.bands]
        return lcm(*(exact(award).denominator for award in awards))

    @property
    def growth(self) -> int:
        starts = [exact(step.start) for step in self.bands if step.start is not None]
        points = [exact(step.points) for step in self.bands if step.points is not None]
        return 2 * reach(*starts) * reach(*points) * self.denominator


class Execution(Rule):
    """Budget execution: executed over budget times the weight, at most full marks.

    公式
        执行率 = 全年执行数 ÷ 全年预算数；得分 = min(1, 执行率) × 分值
        写有 start 时：得分 = (执行率 − start) ÷ (1 − start) × 分值，低于 start 得 0
    参数
        start：计分起点，缺省 0
    例
        分值 6，start = 80%，执行率 94%：(94% − 80%) ÷ 20% × 6 = 4.20
    边界
        预算数为 0 时执行率无从计算，不计分，由人判断；执行数大于预算数时得满分；
        预算数是调整后的全年预算数，含结转
    依据
        财预〔2020〕10号所附自评表；从 80% 起线性计分由一份已公开表格的数字推得
    """

    title: ClassVar[str] = "预算执行率"
    kind: Literal["execution"] = "execution"
    start: Share = Field(Decimal(0), ge=0, lt=1, description="计分起点，如 80%")

    def shares(self, rows: Rows) -> Shares:
        decided = (rows.state == NUMBER) & (rows.target_state == NUMBER) & (rows.target > 0)
        numerator, denominator = part_of_whole(rows.actual, rows.target, decided)
        met = tell(rows.actual >= rows.target, rows.actual_high > rows.target, decided)
        return Shares(*above(exact(self.start), numerator, denominator), None, met, decided)

    def derive(self, entry: Entry, score: Score) -> str:
        share = max(Fraction(entry.actual.number or 0) / Fraction(entry.target.number or 1), Fraction(0))
        divided = f"执行率 {ratio_forward(entry)}"
        if share >= 1:
            return f"{divided}，得满分 {points(entry.weight)}"
        if not self.start:
            return f"{divided}，得 {points(entry.weight)} × {percent(share, entry.weight)} = {points(score.points)}"
        return f"{divided}，{rescaled(share, exact(self.start), '计分起点', entry, score)}"

    def hesitate(self, entry: Entry) -> str:
        if entry.target.number is not None and entry.target.number <= 0:
            return f"预算数为 {plain(entry.target.number)}，执行率无从计算"
        if entry.target.number is None:
            return "预算数未填或不是一个数，执行率无从计算"
        return "执行数不是一个数，执行率无从计算"

    @property
    def growth(self) -> int:
        return 2 * reach(exact(self.start))


class SubItems(Rule):
    """k of n sub-items done: k/n of the weight.

    公式
        得分 = 完成项数 ÷ 应完成项数 × 分值
    参数
        （无）
    例
        分值 10，完成“4/5”：得 8.00
    边界
        完成项数多于应完成项数时得满分；应完成项数为 0 时由人判断；完成值写作“4/5”时不看目标值
    依据
        见于已公开表格（信息化项目，五项各 2 分）
    """

    title: ClassVar[str] = "子项完成比例"
    kind: Literal["sub-items"] = "sub-items"

    def prepare(self, entry: Entry) -> Entry:
        counted = OF_SO_MANY.fullmatch(entry.actual.text)
        if counted is None:
            return entry
        done, due = Decimal(counted[1]), Decimal(counted[2])
        return replace(
            entry,
            target=replace(entry.target, op="", number=due, low=due, high=due),
            actual=replace(entry.actual, op="", number=done, low=done, high=done),
            state=NUMBER,
        )

    def shares(self, rows: Rows) -> Shares:
        decided = (rows.state == NUMBER) & (rows.target_state == NUMBER) & (rows.target > 0)
        numerator, denominator = part_of_whole(rows.actual, rows.target, decided)
        met = tell(rows.actual >= rows.target, None, decided)
        return Shares(numerator, denominator, None, met, decided)

    def derive(self, entry: Entry, score: Score) -> str:
        done, due = entry.actual.number or Decimal(0), entry.target.number or Decimal(1)
        counted = f"应完成 {plain(due)} 项，完成 {plain(done)} 项"
        if done >= due:
            return f"{counted}，得满分 {points(entry.weight)}"
        return f"{counted}，得 {points(entry.weight)} × {plain(done)}/{plain(due)} = {points(score.points)}"

    def hesitate(self, entry: Entry) -> str:
        return "看不出应完成多少项、完成了多少项"


class Coefficient(Rule):
    """The form's own scoring coefficient times the weight.

    公式
        得分 = 得分系数（%） × 分值
    参数
        （无）
    例
        分值 20，得分系数 72.74%：得 14.55
    边界
        系数高于 100% 以 100% 计，低于 0 以 0 计；未填系数时由人判断；系数与完成值矛盾由核对规则指出
    依据
        见于已公开表格（重庆部门整体支出表）
    """

    title: ClassVar[str] = "得分系数"
    kind: Literal["coefficient"] = "coefficient"

    def prepare(self, entry: Entry) -> Entry:
        if state_of(entry.actual) in (MISSING, INAPPLICABLE):
            return entry
        if entry.coefficient is None:
            return replace(entry, state=WORDS)
        hundred = Decimal(100)
        return replace(
            entry,
            target=replace(entry.target, op="", number=hundred, low=hundred, high=hundred),
            actual=replace(entry.actual, op="", number=entry.coefficient, low=None, high=None),
            comparable=True,
            state=NUMBER,
        )

    def shares(self, rows: Rows) -> Shares:
        decided = rows.state == NUMBER
        numerator, denominator = part_of_whole(rows.actual, rows.target, decided)
        return Shares(numerator, denominator, None, np.full(len(rows), -1, np.int8), decided)

    def derive(self, entry: Entry, score: Score) -> str:
        coefficient = f"{plain(entry.actual.number or Decimal(0))}%"
        if not 0 <= (entry.actual.number or 0) <= 100:
            return f"得分系数 {coefficient}，不在 0～100% 之内，得 {points(score.points)}"
        return f"得分系数 {coefficient}，得 {points(entry.weight)} × {coefficient} = {points(score.points)}"

    def hesitate(self, entry: Entry) -> str:
        return "得分系数未填"


OF_SO_MANY = re.compile(r"\s{0,9}([0-9]{1,9})\s{0,9}[/／]\s{0,9}([0-9]{1,9})\s{0,9}[项个条件处]?\s{0,9}")


def missed(entry: Entry, score: Score) -> str:
    """未完成, or that this cannot be told from what is written."""
    turned = "（反向）" if direction_of(entry) == REVERSE else ""
    return f"未完成{turned}" if score.met is not None else f"按所写数字未完成{turned}，书写精度之内可能已完成"


def rescaled(share: Fraction, start: Fraction, name: str, entry: Entry, score: Score) -> str:
    """The second half of a derivation that counts from a pass mark."""
    mark = rate(start)
    if share < start:
        return f"低于{name} {mark}，得 {points(score.points)}"
    part = f"({percent(share)} − {mark}) ÷ (1 − {mark})"
    return f"得 {points(entry.weight)} × {part} = {points(score.points)}"


def ratio_forward(entry: Entry) -> str:
    """完成值 ÷ 目标值 whatever the direction: "355.2 ÷ 355.2 = 100.00%"."""
    target, actual = figures(entry)
    share = Fraction(entry.actual.number or 0) / Fraction(entry.target.number or 1)
    return f"{actual} ÷ {target} = {percent(share, entry.weight)}"


def above(start: Fraction, numerator: Integers, denominator: Integers) -> tuple[Integers, Integers]:
    """(share − start) ÷ (1 − start) for shares in [0, 1], nothing below the start."""
    if start == 0:
        return numerator, denominator
    rest = numerator * start.denominator - denominator * start.numerator
    return np.maximum(rest, 0), denominator * (start.denominator - start.numerator)


def part_of_whole(part: Integers, whole: Integers, decided: Mask) -> tuple[Integers, Integers]:
    """part ÷ whole within [0, 1]; 0 ÷ 1 for undecided rows, whose whole may be 0."""
    bounded = np.maximum(np.minimum(part, whole), 0)
    return np.where(decided, bounded, 0), np.where(decided, whole, 1)
