"""Rates that are named by what they count: 收回116份，满意109份，满意度93.97%.

How many a rate holds for stands in a clause with its stem (满意 of 满意度); of how many, before it in the same segment. What
else the segment counts in the same unit stays a reading that may explain the rate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scorer.prose.equations import Equation, Quotient
from scorer.prose.outline import Stated
from scorer.prose.placing import levels_before, same_segment
from scorer.prose.relation import Question

_STEM = re.compile(r"(?P<stem>[一-龥]{2})(?:率|度)")
_SAME_STEM = {"回收": "回收|收回", "收回": "回收|收回", "审减": "审减|核减", "核减": "审减|核减", "节约": "节约|节省|节支"}
_CUT = re.compile(r"减|节")
_SUBMITTED = re.compile(r"预算|送审|报审|控制价|概算|原")
_NEGATED = re.compile(r"(?:[不未无没]|非(?!常))[^，。；]{0,3}$")
_NOT_COUNTED = re.compile(r"综合|平均|各|均(?:为|达|在)?$|分别|以上|超过|不低于|目标值?[为：]?$")
_BY = re.compile(r"按(?P<unit>[一-龥])次?数?计")
_NO_COUNT = ("%", "‰", "分", "")


def outcome(rate: Stated, before: Sequence[Stated], after: Sequence[Stated] = ()) -> Question | None:
    """Whether a rate is that of what its stem counts; None where nothing of the stem is counted."""
    stem = _stem(rate)
    if not stem:
        return None
    inside = _beside(rate, before, after)
    named = _named(stem, inside)
    counter = _BY.search(rate.near)
    if not named or (counter is not None and counter["unit"] != named[0].unit):
        return None
    part = named[0]
    same = [f for f in inside if f.unit == part.unit and f not in named]
    wholes = _wholes(part, same, before if _CUT.search(stem) else ())
    if not wholes:
        return None
    asked: list[Equation] = [Quotient(rate, ((1, part),), ((1, whole),)) for whole in wholes]
    together = tuple((1, f) for f in named if f.unit == part.unit)
    if len(together) > 1:
        asked = [*(Quotient(rate, together, ((1, whole),)) for whole in wholes), *asked]
    inner = [f for f in after if f.depth > rate.depth and f.unit == part.unit and same_segment(f, rate)]
    readings = tuple(_others(rate, named, same, wholes, inner))
    return Question("share", readings, tuple(asked), "named", "", len(named) == 1, tuple(inside[:4]))


def _stem(rate: Stated) -> str:
    """The stem of a rate that may be counted: 满意 of 满意度; "" of one that is approximate, an average or a bound."""
    found = _STEM.findall(rate.near)
    stem = found[-1] if found and not rate.loose else ""
    return stem if not _NOT_COUNTED.search(rate.near) or _CUT.search(stem) else ""


def _wholes(part: Stated, same: Sequence[Stated], before: Sequence[Stated]) -> list[Stated]:
    """What is counted beside a part and is not less; of what was cut also what was submitted, further up."""
    known = [f for f in same if f.number >= part.number]
    above = [f for f in levels_before(before, part.unit) if f.piece is part.piece and _SUBMITTED.search(f.near)]
    return known or [f for f in above if f.number >= part.number]


def _beside(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> list[Stated]:
    """What the segment of a rate states, nearest first: before it, else behind it (满意率93%，收回388份，满意361份)."""
    inside = [f for f in levels_before(before) if same_segment(f, rate) and f.aspect == "level"]
    inside += [f for f in before if f.aspect == "change" and same_segment(f, rate)]
    return inside or [f for f in reversed(after) if same_segment(f, rate) and f.aspect == "level" and not f.loose]


def _named(stem: str, inside: Sequence[Stated]) -> list[Stated]:
    """The figures that count what a stem names: 满意109份, 109份满意, and not 不满意2份."""
    words = re.compile(_SAME_STEM.get(stem, re.escape(stem)))
    money = _CUT.search(stem) is not None
    return [f for f in inside if f.unit not in _NO_COUNT and (money or f.unit != "元") and _counts(words, f)]


def _counts(words: re.Pattern[str], figure: Stated) -> bool:
    found = words.search(figure.near)
    if found is not None:
        return not _NEGATED.search(figure.near[: found.start()])
    return words.match(figure.tail.lstrip("的")) is not None


def _others(
    rate: Stated, named: Sequence[Stated], same: Sequence[Stated], wholes: Sequence[Stated], inner: Sequence[Stated]
) -> Iterator[Equation]:
    """What the rate may be of after all."""
    run = [named[0], *same]
    for whole in wholes:
        for size in range(2, len(run)):
            if whole not in run[:size]:  # 考录22人，聘用31人，其他就业14人，就业率94.4%
                yield Quotient(rate, tuple((1, f) for f in run[:size]), ((1, whole),))
    for whole in wholes:
        for one in inner:
            yield Quotient(rate, ((1, one),), ((1, whole),))
    for whole in (*wholes, *named):
        for one in (*same, *named):
            if one is not whole and one.unit == whole.unit:
                yield Quotient(rate, ((1, one),), ((1, whole),))
    for whole in wholes:
        for one in same:
            if one is not whole:
                yield Quotient(rate, ((1, whole), (-1, one)), ((1, whole),))
