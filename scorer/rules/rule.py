"""What every scoring rule has: its parameters, its description, and the share of the weight it grants.

A rule is data from an indicator set; it holds the arithmetic, never the figures of the law. `shares` works on the rows
of one chunk at a time (`scorer.rules.answers.Rows`, integers only) and gives fractions; `scorer.rules.kernel` is the one
place that multiplies them by the weight and rounds.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from scorer.model import Status
from scorer.rules.answers import (
    FREE_HIGH,
    FREE_LOW,
    INTERVAL,
    LESS,
    MISSING,
    MORE,
    NUMBER,
    UNKNOWN,
    Entry,
    Integers,
    Mask,
    Rows,
    Tiers,
    state_of,
)

SECTIONS = ("公式", "参数", "例", "边界", "依据")


def read_share(value: Any) -> Any:
    """ "60%" → 0.6; anything else is left to pydantic."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,12}(\.[0-9]{1,12})?\s*[%％]\s*", value):
        return Decimal(value.strip().rstrip("%％").strip()).scaleb(-2)
    return value


Share = Annotated[Decimal, BeforeValidator(read_share)]
"""A share or a rate in a set: 0.6 or "60%"."""


class Parameters(BaseModel):
    """Frozen parameters read from TOML; an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


def described(kind: type) -> dict[str, str]:
    """公式, 参数, 例, 边界, 依据 of a docstring: the description that the documentation and `scorer explain` print."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (kind.__doc__ or "").splitlines()[1:]:
        if line.strip() in SECTIONS:
            current = found.setdefault(line.strip(), [])
        elif line.strip():
            current.append(line.strip())
    return {name: "\n".join(found.get(name, [])) for name in SECTIONS}


class Overshoot(Parameters):
    """Points taken off an indicator whose actual is far above its target.

    公式
        完成值 ≥ ratio × 目标值时，得分 = max(0, 按规则所得 − deduct)
    参数
        ratio：达到目标值的多少即视为偏离（含），缺省 130%
        deduct：扣多少分，缺省 2
    例
        分值 10，目标 ≥100 户，完成 130 户：完成目标得 10，偏离扣 2，得 8.00
    边界
        只用于正向指标，目标值须大于 0；扣完为止；完成 129.99 户不扣
    依据
        见于一份预算管理一体化系统操作手册（偏离扣 2 分），发文地区不详
        财预〔2020〕10号只说“按照偏离度适度调减”，没有给出数字
    """

    ratio: Share = Field(Decimal("1.3"), gt=1, description="完成值达到目标值的多少即视为偏离（含），如 130%")
    deduct: Decimal = Field(Decimal(2), ge=0, description="扣多少分，扣完为止")


class Inapplicable:
    """What becomes of an indicator that does not apply (不涉及、无此项).

    公式
        leave-out：总分 = 其余各项得分之和 ÷ 其余各项分值之和 × 满分
        full：该项得满分
    参数
        inapplicable：leave-out 剔除该项、其余折算（缺省），full 给满分
    例
        满分 100，一项 10 分的指标不涉及，其余 90 分得 81：81 ÷ 90 × 100 = 90.00
    边界
        各项都不适用时没有总分；剔除了哪些，报告里逐项写出
    依据
        剔除后折算见于已公开表格的填报说明；给满分见于部门整体支出评分表（没有新建楼堂馆所的不扣分）
    """


InapplicableWay = Literal["leave-out", "full"]


class Shares(NamedTuple):
    """What a rule grants to each of its rows; exact integers, `denominator` > 0.

    points = weight × numerator ÷ denominator − loss ÷ denominator, where `loss` is in the smallest unit of the points
    (`Rows.point` of them make one point; negative where a rule grants points rather than a share). `met` is 1 met,
    0 missed, −1 unknown. `decided` marks the rows that the rule could decide; all others are judged within its `band`.
    """

    numerator: Integers
    denominator: Integers
    loss: Integers | None
    met: Tiers
    decided: Mask


class Score(NamedTuple):
    """One scored row. Points are None where the row has no weight or was left out; `met` where it cannot be told.

    `low` and `high` are what a judged row could score within its band. `cut` marks a claim outside of that band.
    """

    points: Decimal | None
    low: Decimal | None
    high: Decimal | None
    status: Status
    met: bool | None
    cut: bool


class Band(NamedTuple):
    """The part of the weight a claim may lie in: low ≤ share, share < high (≤ high where `closed`)."""

    low: Fraction = Fraction(0)
    high: Fraction = Fraction(1)
    closed: bool = True


WHOLE = Band()


class Rule(Parameters):
    """One scoring rule. Subclasses give `kind`, their parameters and `shares`."""

    title: ClassVar[str] = ""
    kind: str
    inapplicable: InapplicableWay = Field(
        "leave-out", description="不涉及（不适用）时：leave-out 剔除该项、其余折算，full 给满分"
    )
    overshoot: Overshoot | None = Field(
        None, description="超额偏离扣分：正向指标完成值达到目标值 ratio 倍时扣 deduct 分；不写则不扣"
    )

    model_config = ConfigDict(model_title_generator=lambda cls: getattr(cls, "title", "") or cls.__name__)

    def prepare(self, entry: Entry) -> Entry:
        """The entry as this rule reads it: a count out of "4/5", a tier out of words. Most rules take it as it is."""
        return entry

    def shares(self, rows: Rows) -> Shares:
        """The share of the weight for each row.

        Linear in the figures: neither a result nor a step on the way exceeds `growth` × the largest figure of the row
        (`loss`: × `Rows.point` too).
        """
        raise NotImplementedError

    @property
    def growth(self) -> int:
        """A bound of what `shares` multiplies a figure by; rows that could leave int64 go by Python integers."""
        return 2

    def allowed(self) -> tuple[Band, ...]:
        """The band of each graded tier, in the order of the tiers; none for rules that know no tiers."""
        return ()

    def derive(self, entry: Entry, score: Score) -> str:
        """How a decided row came by its points, in Chinese: "709 ≥ 500，完成目标，得满分 3.00"."""
        raise NotImplementedError

    def hesitate(self, entry: Entry) -> str:
        """Why a row with an actual was left to judgement, in Chinese; without a full stop."""
        target, actual = entry.target, entry.actual
        wanted, got = state_of(target), entry.state if entry.state is not None else state_of(actual)
        if wanted == MISSING:
            return "目标值未填，无从比较"
        if not entry.comparable:
            return "目标值与完成值的计量单位不同，无从比较"
        if got == NUMBER and wanted not in (NUMBER, INTERVAL):
            return "目标值是文字而完成值是数字，无从比较"
        if got == INTERVAL:
            return "完成值没有确数，是否达到目标无从断定"
        if got != NUMBER:
            known = "目标值是数字而完成值不是" if wanted in (NUMBER, INTERVAL) else "目标值与完成值都是文字"
            return f"{known}，由人判断"
        if wanted == INTERVAL:
            return "完成值在目标区间之外，规则没有规定如何计分"
        if target.number is not None and target.number < 0:
            return "目标值为负而未完成，比例没有意义"
        if target.number == 0:
            return "目标值为 0，方向不明，比例没有意义"
        return "规则不能据此计分"

    @classmethod
    def sections(cls) -> dict[str, str]:
        """公式, 参数, 例, 边界, 依据: the Chinese description that the documentation and `scorer explain` print."""
        return described(cls)


Direction = Literal["auto", "forward", "reverse"]
DIRECTION = "auto 由目标值的比较符判断（≤ < 为反向，其余为正向）；forward、reverse 在表中未写比较符时起作用"


def exact(value: Decimal) -> Fraction:
    """A parameter as an exact fraction."""
    return Fraction(*value.as_integer_ratio())


def reach(*values: Fraction) -> int:
    """A bound of the numerators and denominators of some parameters, for `Rule.growth`."""
    return max([1, *(max(abs(value.numerator), value.denominator) for value in values)])


def meets(rows: Rows) -> Mask:
    """Does the figure itself reach the target? Strict comparators are strict; direction UNKNOWN says yes."""
    gap = (rows.actual - rows.target) * rows.direction
    strict = (rows.op == MORE) | (rows.op == LESS)
    met: Mask = gap >= strict
    return met


def might_meet(rows: Rows, target: Integers | None = None, factor: int = 1) -> Mask:
    """Does some value within the actual's written precision (or its 约, 余) reach the target?

    `target` stands in for the row's own, as `factor` times the figure. Half-up rounding leaves the upper end out.
    """
    limit = rows.target if target is None else target
    high, low = rows.actual_high, rows.actual_low
    forward = (rows.free & FREE_HIGH != 0) | (high * factor > limit)
    reverse = (rows.free & FREE_LOW != 0) | (low * factor + (rows.op == LESS) <= limit)
    met: Mask = np.where(rows.direction >= 0, forward, reverse)
    return met


def tell(met: Mask, maybe: Mask | None, decided: Mask) -> Tiers:
    """1 met, 0 missed, −1 where it cannot be told: not decided, or missed only within the written precision."""
    told = met.astype(np.int8)
    if maybe is not None:
        told[maybe & ~met] = -1
    told[~decided] = -1
    return told


def compare(rows: Rows) -> tuple[Mask, Mask, Tiers]:
    """Met by the figure; decided at all; met, missed or unknown once the written precision is taken into account.

    A vague actual without a figure (数十) is decided only when its worst end meets the target. A bare target of 0 is
    decided only by an actual of 0.
    """
    met = meets(rows)
    decided = (rows.target_state == NUMBER) & ((rows.state == NUMBER) | ((rows.state == INTERVAL) & met))
    decided &= (rows.direction != UNKNOWN) | (rows.actual == 0)
    told = met.astype(np.int8)
    missed = np.flatnonzero(~met)
    if len(missed):
        told[missed[might_meet(rows.at(missed))]] = -1
    told[~decided] = -1
    return met, decided, told


def completion(rows: Rows) -> tuple[Integers, Integers, Mask, Tiers]:
    """The completion ratio as a fraction in [0, 1], 1 when met; which rows have one; met, missed or unknown.

    Forward actual ÷ target, reverse target ÷ actual. Missed with a negative target there is none. Within a range
    target it is 1, outside of it there is none.
    """
    met, decided, told = compare(rows)
    numerator, denominator = np.ones_like(rows.actual), np.ones_like(rows.actual)
    missed = np.flatnonzero(~met)
    if len(missed):
        actual, target = rows.actual[missed], rows.target[missed]
        forward = rows.direction[missed] >= 0
        part, whole = np.where(forward, actual, target), np.where(forward, target, actual)
        sound = whole > 0
        numerator[missed] = np.where(sound, np.maximum(part, 0), 0)
        denominator[missed] = np.where(sound, whole, 1)
        decided[missed] &= target >= 0
    ranged = rows.target_state == INTERVAL
    if ranged.any():
        within = ranged & (rows.state == NUMBER) & (rows.target_low <= rows.actual) & (rows.actual <= rows.target_high)
        numerator, denominator = np.where(within, 1, numerator), np.where(within, 1, denominator)
        decided, told = decided | within, np.where(within, np.int8(1), told)
    return numerator, denominator, decided, told
