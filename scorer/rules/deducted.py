"""Rules that start from full marks and take points off: per point, per step, per missing item, per day late."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from scorer.rules.rule import DIRECTION, Direction, Rule

Partial = Literal["proportional", "floor", "ceil"]


class PerPoint(Rule):
    """Each percentage point (or unit) on the wrong side of the target costs points.

    公式
        得分 = max(0, 分值 − deduct × 偏离)；正向的偏离 = 目标值 − 完成值，反向的偏离 = 完成值 − 目标值，未偏离为 0
    参数
        deduct：每偏离一个百分点（一个单位）扣多少分
        limit：界限写在规定里时用它代替目标值，如 100 或 0
        measure：difference 直接相减（百分比即百分点），ratio 先算 完成值 ÷ 界限 再与 100% 比
        partial：不足一个百分点的部分，proportional 按比例，floor 不计，ceil 算一个
        direction：方向
    例
        在职人员控制率 ≤100%，每超一个百分点扣 0.5 分，分值 5：完成 103.2%，扣 1.60，得 3.40
    边界
        扣完为止；不足一个百分点如何计算，文件没有写明，缺省按比例；ratio 的界限不为正时由人判断
    依据
        见于已公开的部门整体支出评分表：每超一个百分点扣 0.5、0.8、0.3、0.2、0.1 或 1 分
    """

    title: ClassVar[str] = "每百分点扣分"
    kind: Literal["per-point"] = "per-point"
    deduct: Decimal = Field(gt=0, description="每偏离一个百分点（一个单位）扣多少分")
    limit: Decimal | None = Field(None, description="规定的界限，代替目标值")
    measure: Literal["difference", "ratio"] = Field("difference", description="相减，或先与界限相比")
    partial: Partial = Field("proportional", description="不足一个的部分：按比例、不计、算一个")
    direction: Direction = Field("auto", description=DIRECTION)


class PerStep(Rule):
    """Each step of so many percentage points on the wrong side of the target costs points.

    公式
        得分 = max(0, 分值 − deduct × ⌊偏离 ÷ step⌋)；偏离同 per-point
    参数
        step：一档多宽，如 5（个百分点）
        deduct：每档扣多少分
        limit、measure、direction：同 per-point
        partial：不足一档的部分，floor 不计（缺省），ceil 算一档，proportional 按比例
    例
        预算完成率 100%，每低 5% 扣 2 分，分值 5：完成 88%，低 12，扣两档 4 分，得 1.00
    边界
        扣完为止；不足一档如何计算，文件没有写明，缺省不计
    依据
        见于已公开的部门整体支出评分表（每低 5% 扣 2 分）
    """

    title: ClassVar[str] = "每档扣分"
    kind: Literal["per-step"] = "per-step"
    step: Decimal = Field(gt=0, description="一档多宽，与完成值同单位")
    deduct: Decimal = Field(gt=0, description="每档扣多少分")
    limit: Decimal | None = Field(None, description="规定的界限，代替目标值")
    measure: Literal["difference", "ratio"] = Field("difference", description="相减，或先与界限相比")
    partial: Partial = Field("floor", description="不足一档的部分：不计、算一档、按比例")
    direction: Direction = Field("auto", description=DIRECTION)


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
    kind: Literal["deadline"] = "deadline"
    per_day: Decimal | None = Field(None, gt=0, description="每逾期一天扣多少分；不写则逾期得 0")
