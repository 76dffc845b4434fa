"""What every scoring rule has: its parameters, its description, and the share of the weight it grants.

A rule is data from an indicator set; it holds the arithmetic, never the figures of the law. `shares` works on the rows
of one chunk at a time (`scorer.answers.Rows`, integers only) and gives fractions; `scorer.rules.kernel` is the one
place that multiplies them by the weight and rounds.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from scorer.answers import NUMBER, Entry, Integers, Mask, Rows, Tiers

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


class Overshoot(Parameters):
    """Points taken off an indicator whose actual is far above its target."""

    ratio: Share = Field(Decimal("1.3"), gt=1, description="完成值达到目标值的多少即视为偏离（含），如 130%")
    deduct: Decimal = Field(Decimal(2), ge=0, description="扣多少分，扣完为止")


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
    inapplicable: Literal["leave-out", "full"] = Field(
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
        """The share of the weight for each row. Linear in the figures: no result exceeds `growth` × the largest."""
        raise NotImplementedError

    @property
    def growth(self) -> int:
        """A bound of what `shares` multiplies a figure by; rows that could leave int64 go by Python integers."""
        return 2

    def bands(self) -> tuple[Band, ...]:
        """The band of each graded tier, in the order of the tiers; none for rules that know no tiers."""
        return ()

    @classmethod
    def summary(cls) -> str:
        """The English one-line summary: the first line of the docstring."""
        return (cls.__doc__ or "").strip().splitlines()[0]

    @classmethod
    def sections(cls) -> dict[str, str]:
        """公式, 参数, 例, 边界, 依据: the Chinese description that the documentation and `scorer explain` print."""
        found: dict[str, list[str]] = {}
        current: list[str] = []
        for line in (cls.__doc__ or "").splitlines()[1:]:
            if line.strip() in SECTIONS:
                current = found.setdefault(line.strip(), [])
            elif line.strip():
                current.append(line.strip())
        return {name: "\n".join(found.get(name, [])) for name in SECTIONS}


Direction = Literal["auto", "forward", "reverse"]
DIRECTION = "auto 由目标值的比较符判断（≤ < 为反向，其余为正向）；forward、reverse 在表中未写比较符时起作用"


def exact(value: Decimal) -> Fraction:
    """A parameter as an exact fraction."""
    return Fraction(*value.as_integer_ratio())


def reach(*values: Fraction) -> int:
    """A bound of the numerators and denominators of some parameters, for `Rule.growth`."""
    return max([1, *(max(abs(value.numerator), value.denominator) for value in values)])


def with_number(rows: Rows) -> Mask:
    """The rows whose actual is a plain number."""
    return rows.state == NUMBER
