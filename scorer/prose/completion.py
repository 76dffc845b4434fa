"""Rates of completion: what was done in what was planned.

A rate whose words name what is divided and what it is divided by is held against the text once each of the two is found
where it is said: in its segment, its sentence, its piece or, for what was planned, the pieces before. What else stands
there stays a reading that may explain the rate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scorer.prose.counted import outcome
from scorer.prose.equations import Equation, Quotient
from scorer.prose.outline import Stated
from scorer.prose.placing import MOST_NEAR, levels_before, same_segment, same_sentence, words_between
from scorer.prose.relation import Licence, Question

_AIMED = "计划|任务|目标|拟|应"

Kind = Literal["done", "share"]

_SPENT = r"支出|执行|使用|支付|拨付|完成|决算|兑付|兑现|报账|开支|实际|列支"
_PLANNED = r"预算|下达|安排|计划|批复|总额|总投资|任务|指标|投入|资金(?:共|总|合计)|应"


@dataclass(frozen=True, slots=True)
class Shape:
    """A way in which a rate is named: its own words, those of what is divided, those of what it is divided by."""

    example: str
    rate: re.Pattern[str]
    above: re.Pattern[str]
    below: re.Pattern[str]
    kind: Kind = "done"


def _shape(example: str, rate: str, above: str, below: str, kind: Kind = "done") -> Shape:
    return Shape(example, re.compile(rate), re.compile(above), re.compile(below), kind)


SHAPES = (
    _shape("计划投资200万元，到位资金180万元，到位率90%", r"到位率", r"到位", r"预算|计划|应到位|安排|总投资|批复|下达|需"),
    _shape(
        "预算30万元，支出27万元，预算执行率90%", r"(?:执行|支付|支出|使用|拨付|兑付|兑现)(?:率|进度)", _SPENT, rf"{_PLANNED}|到位",
    ),
    _shape("到位40万元，支出36万元，占到位资金的90%", r"(?:占|完成|达|为)[^，。；]*到位", _SPENT, r"到位|下达|[共合总]计?$", "share"),
    _shape("预算30万元，支出27万元，完成预算的90%", r"(?:占|完成|达|为|实现)[^，。；]*预算", rf"{_SPENT}|收入", r"预算"),
    _shape("任务20户，完成18户，占任务数的90%", r"(?:占|完成|达|为|实现)[^，。；]*(?:计划|任务|目标)", "", _AIMED, "share"),
    _shape("预算30万元，支出27万元，完成率90%", r"完成率", "", rf"预算|{_AIMED}", "share"),
)  # fmt: skip
"""The rates of completion; the first that fits a rate's words is meant."""

_OF_SEVERAL = re.compile(r"平均|各|均(?:为|达|在)?$|分别|综合|以上|超过|不低于|目标值?[为：]?$")
_OTHER_BASE = re.compile(r"调整|变更|上级|全年|序时|时间|同期|总")


def completion(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """完成年初预算的93%, 预算执行率98.2%: what was done in what was planned."""
    levels = levels_before(before)
    near = ([f for f in levels if f.piece is rate.piece] or levels[:4])[:MOST_NEAR]
    shape = next((shape for shape in SHAPES if shape.rate.search(rate.near)), None)
    stated = _stated_base(rate, before)
    if stated is not None:
        pair, asked, certain = _of_stated(rate, stated, near)
    else:
        pair, asked = _of_named(shape, rate, levels)
        certain = pair is not None
    if pair is None and (counted := outcome(rate, before, after)) is not None:
        yield counted
        return
    if pair is not None and stated is None:
        near = [*pair, *(f for f in near if f not in pair)]
    readings = _pairs(rate, near, [*levels[: MOST_NEAR + 4], *after])
    why = _why(rate, pair, stated)
    licence: Licence = "named" if asked else "near"
    yield Question(_kind(shape, rate, pair), tuple(readings), asked, licence, why, certain, tuple(near[:4]))


def _of_stated(
    rate: Stated, stated: Stated, near: Sequence[Stated]
) -> tuple[tuple[Stated, Stated] | None, tuple[Equation, ...], bool]:
    done = next((f for f in near if f is not stated and f.unit == stated.unit and same_sentence(f, stated)), None)
    if done is None:
        return None, (), False
    return (done, stated), (Quotient(rate, ((1, done),), ((1, stated),)),), same_segment(done, stated)


def _of_named(
    shape: Shape | None, rate: Stated, levels: Sequence[Stated]
) -> tuple[tuple[Stated, Stated] | None, tuple[Equation, ...]]:
    pair = _named(shape, rate, levels) if shape is not None and not _OF_SEVERAL.search(rate.near) else None
    if pair is None or shape is None:
        return None, ()
    bases = (pair[1], *_other_bases(shape, pair, levels))
    return pair, tuple(Quotient(rate, ((1, pair[0]),), ((1, base),)) for base in bases)


def _why(rate: Stated, pair: tuple[Stated, Stated] | None, stated: Stated | None) -> str:
    if rate.loose:
        return "完成率是约数"
    if pair is None:
        return "完成率所对的预算数或完成数不能确定"
    words = _OTHER_BASE.search(rate.near) if stated is None else None
    return "完成率所对的预算口径不能确定" if words and words[0] not in pair[1].near else ""


def _kind(shape: Shape | None, rate: Stated, pair: tuple[Stated, Stated] | None) -> Kind:
    """Whether it is the rate of a budget or one of a task, of counts, of what arrived."""
    of_budget = "预算" in rate.near or (pair is not None and "预算" in pair[1].near)
    return "done" if of_budget or shape is None else shape.kind


def _pairs(rate: Stated, near: Sequence[Stated], others: Sequence[Stated]) -> list[Quotient]:
    """Every quotient of two figures of one unit, at least one of them near the rate."""
    listed = list(dict.fromkeys((*near, *others)))
    return [
        Quotient(rate, ((1, one),), ((1, whole),))
        for one in listed
        for whole in listed
        if one is not whole and one.unit == whole.unit and whole.number > 0 and (one in near or whole in near)
    ]


def _stated_base(rate: Stated, before: Sequence[Stated]) -> Stated | None:
    """占年初预算30万元的40%: the amount stands inside what the rate is of."""
    last = before[-1] if before else None
    if last is None or last.piece is not rate.piece or last.loose or last.unit in ("%", "‰", ""):
        return None
    words = re.search(r"(?:完成|达到?|占|为)[^，。；]*$", last.near)
    return last if words and re.match(r"(?:）|\s)*的", words_between(last, rate)) else None


def _named(shape: Shape, rate: Stated, levels: Sequence[Stated]) -> tuple[Stated, Stated] | None:
    """What is divided and what it is divided by, where the words of the figures say so and leave no choice."""
    inside = [f for f in levels if f.piece is rate.piece and f.aspect == "level" and f.depth <= rate.depth]
    planned = [f for f in levels if f.aspect == "level" and _is(shape.below, shape.above, f)]
    for scope in (
        [f for f in inside if same_segment(f, rate)],
        [f for f in inside if same_sentence(f, rate)],
        inside,
    ):
        done = next((f for f in scope if _is(shape.above, shape.below, f)), None)
        if done is None:
            continue
        base = _base(done, rate, planned)
        if base is not None:
            return done, base
        return None
    return None


def _is(words: re.Pattern[str], others: re.Pattern[str], figure: Stated) -> bool:
    """Whether a figure is named by some words, and these stand behind the others where it has both: 预算执行, 支出预算."""
    if not words.pattern:
        return not others.search(figure.near)
    own = _end(words, figure)
    if not own:
        return False
    return own > _end(others, figure) if others.pattern else True


def _end(words: re.Pattern[str], figure: Stated) -> int:
    return max((match.end() for match in words.finditer(figure.near)), default=0) if words.pattern else 0


def _base(done: Stated, rate: Stated, planned: Sequence[Stated]) -> Stated | None:
    """What was planned, in the nearest place that says it; of several there the one that the others are parts of."""
    known = [f for f in planned if f.unit == done.unit and f is not done]
    if source := _ONE_SOURCE.search(done.near):  # 中央资金执行1.41亿元: of the money of that source
        own = [f for f in known if source[0] in f.near and f.piece is rate.piece]
        return own[0] if len({f.number for f in own}) == 1 else None
    for scope in (
        [f for f in known if same_segment(f, rate)],
        [f for f in known if same_sentence(f, rate)],
        [f for f in known if f.piece is rate.piece],
        [f for f in known if f.piece is not rate.piece and rate.piece.order - f.piece.order <= 3],
        known,
    ):
        if not scope:
            continue
        return _alone(scope)
    return None


def _alone(scope: Sequence[Stated]) -> Stated | None:
    """The only amount of some, else the only one that is of no single source, else the only one that is of all."""
    for choice in (
        scope,
        whole := [f for f in scope if not f.depth and not _ONE_SOURCE.search(f.gap)] or scope,
        [f for f in whole if _ALTOGETHER.search(f.near)],
    ):
        if len({f.number for f in choice}) == 1:
            return choice[0]
    return None


_ONE_SOURCE = re.compile(r"其中|中央|省级|市级|县级|区级|自筹|第[一二三]批")
_ALTOGETHER = re.compile(r"合计|总计|总额|共计?|总")


def _other_bases(shape: Shape, pair: tuple[Stated, Stated], levels: Sequence[Stated]) -> list[Stated]:
    """What else the rate may be of: 预算 and 到位 beside 支出 leave a choice."""
    base = pair[1]
    return [
        f
        for f in levels
        if f.unit == base.unit and f not in pair and f.number != base.number and _is(shape.below, shape.above, f) and same_sentence(f, base)
    ]
