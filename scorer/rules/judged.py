"""Rules for words: yes or no, graded tiers, and what only a person can score."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from scorer.rules.answers import INAPPLICABLE, NUMBER, WORDS, Entry, Rows, Tiers, state_of
from scorer.rules.lateness import with_lateness
from scorer.rules.notation import meeting, points
from scorer.rules.rule import (
    DIRECTION,
    Band,
    Direction,
    Parameters,
    Rule,
    Score,
    Share,
    Shares,
    compare,
    exact,
    reach,
)

Words = tuple[str, ...]


class YesNo(Rule):
    """Full marks or nothing: the thing is there or not, the target is met or not.

    公式
        完成值为肯定的词（或数值达到目标）得满分，为否定的词（或未达到）得 0
    参数
        yes、no：肯定、否定的词
        partly、partly_share：部分做到的词（如 基本健全）及其得分比例，缺省没有
        direction：数值指标的方向
    例
        分值 2，完成值“已建立”：得 2.00；完成值“未建立”：得 0.00
    边界
        看不出是否的词由人判断，自评得分在 0 与分值之间即采用；数值按目标值比较
    依据
        财预〔2021〕101号（试行）附件的直接赋分（未经核实）；有无、是否计分见于已公开表格
    """

    title: ClassVar[str] = "直接赋分"
    kind: Literal["yes-no"] = "yes-no"
    yes: Words = Field(
        (
            *("是", "有", "好", "已完成", "完成", "全部完成", "按时完成", "按期完成", "已达成", "达成", "达成预期指标"),
            *("已建立", "建立", "健全", "合规", "符合", "已实现", "实现", "达标", "通过", "及时", "真实", "规范"),
        ),
        description="表示做到的词",
    )
    no: Words = Field(
        (
            *("否", "无", "没有", "不好", "未完成", "没有完成", "未达成", "未达成预期指标", "未建立", "不健全"),
            *("不合规", "不符合", "未实现", "不达标", "未达标", "未通过", "不及时", "不真实", "不规范"),
        ),
        description="表示没有做到的词",
    )
    partly: Words = Field((), description="表示部分做到的词，如 基本健全")
    partly_share: Share = Field(Decimal("0.5"), ge=0, le=1, description="部分做到的得分比例")
    direction: Direction = Field("auto", description=DIRECTION)

    def prepare(self, entry: Entry) -> Entry:
        if state_of(entry.actual) != WORDS or DENIES.match(entry.target.text):
            return entry  # a target that itself says 无… turns yes and no around: a person decides
        return with_lateness(replace(entry, tier=tier_of(entry.actual.text, (self.yes, self.partly, self.no))))

    def shares(self, rows: Rows) -> Shares:
        met, decided, told = compare(rows)
        said = (rows.state == WORDS) & (rows.tier >= 0)
        partly = exact(self.partly_share)
        by_word = np.where(rows.tier == 0, partly.denominator, np.where(rows.tier == 1, partly.numerator, 0))
        numerator = np.where(said, by_word, met * partly.denominator).astype(rows.actual.dtype)
        told = np.where(said, np.choose(np.maximum(rows.tier, 0), (1, -1, 0)), told).astype(np.int8)
        return Shares(numerator, np.full_like(rows.actual, partly.denominator), None, told, decided | said)

    def derive(self, entry: Entry, score: Score) -> str:
        if state_of(entry.actual) != WORDS:
            met, compared = meeting(entry)
            return f"{compared}，{'完成目标，得满分' if met else '未完成，得'} {points(score.points)}"
        said = ("做到", "部分做到", "没有做到")[entry.tier]
        return f"完成值“{entry.actual.text.strip()}”表示{said}，得 {points(score.points)}"

    def hesitate(self, entry: Entry) -> str:
        if state_of(entry.actual) == WORDS and state_of(entry.target) != NUMBER:
            return f"完成值“{entry.actual.text.strip()}”看不出是否做到"
        return super().hesitate(entry)

    @property
    def growth(self) -> int:
        return 2 * reach(exact(self.partly_share))


DENIES = re.compile(r"\s{0,9}[无不未零没]")
PUNCTUATION = re.compile(r"[\s，,。.；;、：:！!（）()“”\"'‘’]+")


def tier_of(text: str, tiers: tuple[Words, ...]) -> int:
    """Which tier the words name, −1 for none: the whole text, or its beginning up to a punctuation mark.

    Nothing is found inside a phrase: 未完全达成 holds 达成 and means the opposite.
    """
    parts = [part for part in PUNCTUATION.split(text) if part]
    if not parts:
        return -1
    for said in ("".join(parts), parts[0]):
        for tier, words in enumerate(tiers):
            if said in words:
                return tier
    return -1


class Tier(Parameters):
    """One tier of a graded indicator: from this share of the weight on, up to the next higher tier."""

    start: Share = Field(ge=0, lt=1, alias="from", description="该档的下限（含），如 80%")
    words: Words = Field((), description="完成值中表示该档的词")


DONE: Words = ("达成预期指标", "全部或基本达成预期指标", "达成预期目标", "全部达成", "达成")
PARTLY_DONE: Words = (
    *("部分达成预期指标并具有一定效果", "部分达成预期指标且具有一定效果", "部分达成预期目标并具有一定效果"),
    *("部分达成并具有一定效果", "部分达成预期指标", "部分达成预期目标", "部分达成"),
)
NOT_DONE: Words = (
    *("未达成预期指标且效果较差", "未完成预期指标且效果较差", "未达成预期目标且效果较差", "未达成且效果较差"),
    *("未达成预期指标", "未完成预期指标", "未达成预期目标", "未达成", "未完成"),
)


class Graded(Rule):
    """Graded words: each tier allows a band of the weight, within which the claim is taken.

    公式
        达成预期指标 [80%, 100%]、部分达成并具有一定效果 [60%, 80%)、未达成且效果较差 [0, 60%) × 分值；
        自评得分在所属档内即采用，在档外的取最近的一端并指出
    参数
        tiers：各档 { from, words }，从高到低；每档的上限是上一档的下限（不含），最高一档含满分
    例
        分值 10，部分达成预期指标并具有一定效果，自评 9：超出 [6, 8)，按 7.99 计
    边界
        80% 与 60% 归上一档；看不出档次的文字以整个 [0, 分值] 为限；未填自评得分则不计分
    依据
        财预〔2020〕10号：100%—80%（含）、80%—60%（含）、60%—0%；湖北为 80% 与 50%（见于已公开表格）
    """

    title: ClassVar[str] = "定性分档"
    kind: Literal["graded"] = "graded"
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)] = Field(
        (
            Tier(start=Decimal("0.8"), words=DONE),
            Tier(start=Decimal("0.6"), words=PARTLY_DONE),
            Tier(start=Decimal(0), words=NOT_DONE),
        ),
        description="各档，从高到低",
    )

    @model_validator(mode="after")
    def check_falling(self) -> Self:
        starts = [tier.start for tier in self.tiers]
        if any(low >= high for high, low in pairwise(starts)):
            raise ValueError("各档的 from 要从高到低，不得重复")
        return self

    def prepare(self, entry: Entry) -> Entry:
        if state_of(entry.actual) != WORDS:
            return entry
        return with_lateness(replace(entry, tier=tier_of(entry.actual.text, tuple(tier.words for tier in self.tiers))))

    def shares(self, rows: Rows) -> Shares:
        """Nothing is decided: every row is judged within the band of its tier."""
        met = np.where((rows.state == WORDS) & (rows.tier > 0), np.int8(0), np.int8(-1))
        return undecided(rows, met)

    def hesitate(self, entry: Entry) -> str:
        if entry.tier < 0:
            return "文字看不出属于哪一档" if state_of(entry.actual) == WORDS else super().hesitate(entry)
        return f"完成值“{entry.actual.text.strip()}”属第 {entry.tier + 1} 档"

    def allowed(self) -> tuple[Band, ...]:
        bands, high = [], Fraction(1)
        for tier in self.tiers:
            bands.append(Band(exact(tier.start), high, closed=high == 1))
            high = exact(tier.start)
        return tuple(bands)


def undecided(rows: Rows, met: Tiers) -> Shares:
    """A share for rows that only a person can score; the kernel takes their claims."""
    size = len(rows)
    return Shares(np.zeros(size, np.int64), np.ones(size, np.int64), None, met, np.zeros(size, np.bool_))


class Manual(Rule):
    """Scored by people; the machine takes the claim and says why it cannot do better.

    公式
        得分 = 自评得分，限于 [0, 分值]
    参数
        reason：为什么机器不能计分，必填
    例
        名次法：需要全部单位的数据，采用自评得分
    边界
        未填自评得分则不计分；超过分值以分值为限
    依据
        名次、二者择一、按偏离度适度调减等，文件没有给出可计算的公式
    """

    title: ClassVar[str] = "人工评分"
    kind: Literal["manual"] = "manual"
    reason: str = Field(min_length=1, description="为什么机器不能计分")

    def prepare(self, entry: Entry) -> Entry:
        if state_of(entry.actual) == INAPPLICABLE:
            return entry
        return with_lateness(replace(entry, state=WORDS))  # whatever the form says, or leaves blank, the claim is what there is

    def shares(self, rows: Rows) -> Shares:
        return undecided(rows, np.full(len(rows), -1, np.int8))

    def hesitate(self, entry: Entry) -> str:
        return f"由人评分：{self.reason}"
