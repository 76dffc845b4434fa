"""Rules that compare a figure with a figure: completion, gates, equality, ranges, tables, execution, sub-items."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from scorer.rules.rule import DIRECTION, Direction, Parameters, Rule, Share


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
