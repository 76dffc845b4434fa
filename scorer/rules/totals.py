"""What happens above single rows: totals capped by execution, weights left out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, model_validator

from scorer.model import round_half_up
from scorer.rules.rule import Parameters, Share, exact


class CapStep(Parameters):
    """One line of the table: from this execution rate on, the total is at most `cap`."""

    start: Share | None = Field(None, ge=0, alias="from", description="执行率起点，如 70%；不写表示最低一档")
    open: bool = Field(False, description="true 表示不含起点本身")
    cap: Decimal | None = Field(None, ge=0, description="总分上限；不写表示不封顶")


class ExecutionCap(Parameters):
    """The total is capped by the budget execution rate.

    公式
        总分 = min(总分, 执行率所在档的 cap)
    参数
        caps：各档 { from, open, cap }
    例
        执行率 65%，60%～70% 一档封顶 79：各项合计 92.50，总分 79.00
    边界
        边界归哪一档，来源没有写明，缺省归上一档；预算数为 0 时不封顶；所有末级指标计分之后再封顶
    依据
        见于一份预算管理一体化系统操作手册，发文地区不详
    """

    caps: Annotated[tuple[CapStep, ...], Field(min_length=1)] = Field(description="各档，次序不限")

    @model_validator(mode="after")
    def check_distinct(self) -> Self:
        keys = [(step.start, step.open) for step in self.caps]
        if len(set(keys)) != len(keys):
            raise ValueError("两档的起点相同")
        return self

    def cap_at(self, rate: Fraction) -> Decimal | None:
        """The highest total that this execution rate allows, None where there is no cap."""
        cap = None
        for step in sorted(self.caps, key=lambda step: (step.start is not None, step.start or 0, step.open)):
            start = None if step.start is None else exact(step.start)
            if start is None or rate > start or (rate == start and not step.open):
                cap = step.cap
        return cap

    def capped(self, total: Decimal, executed: Decimal, budget: Decimal) -> Decimal:
        """The total after the cap; unchanged where the budget is not positive and there is no rate."""
        if budget <= 0:
            return total
        cap = self.cap_at(exact(executed) / exact(budget))
        return total if cap is None else min(total, cap)


def rescale(points: Decimal, applicable: Decimal, full: Decimal) -> Decimal | None:
    """The total when rows were left out: Σ points ÷ Σ weights that apply × full, 四舍五入; None when none applies."""
    if applicable <= 0:
        return None
    share = exact(points) / exact(applicable) * exact(full)
    hundredths = (200 * share.numerator + share.denominator) // (2 * share.denominator)
    return round_half_up(Decimal(hundredths).scaleb(-2))
