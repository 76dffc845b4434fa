"""Shares in running text: which part a printed share is of, and of which whole.

The whole stands inside the words of the share (占年初预算30万元的40%), is named by them (占支出总额的12%), opens the
sentence (支出决算中，…), stands before the bracket or the 其中 that lists the parts; other shares of the list tell it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scorer.prose.equations import Equation, Quotient
from scorer.prose.outline import Stated
from scorer.prose.placing import MOST_NEAR, levels_before, same_sentence, words_between
from scorer.prose.relation import Licence, Question
from scorer.prose.things import core, same_name

_WHOLE = re.compile(r"占(?P<name>[^，。；]*?)(?:的比例|比例|的比重|比重|的)?(?:约|为|达|是)?$")
_ALL = re.compile(r"总|全部|合计")
_OPENS_SENTENCE = re.compile(r"(?:^|。)(?P<name>[^，。；：]{4,40}?)[当之]?中[，,：]")
_RESPECTIVE = re.compile(r"占(?P<name>[^，。；]*?)(?:的比例|比例|的比重|比重|的)?分别为?$")


def share(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """占支出总额的12%, 占年初预算30万元的40%: a part in a whole."""
    levels = levels_before(before)
    inside = [f for f in levels if f.piece is rate.piece]
    if not levels:
        return
    stated = _stated_whole(rate, inside)
    parts = [f for f in inside if f is not stated and f.depth <= rate.depth][:3] or levels[:2]
    part = parts[0]
    named = _whole_behind(rate, part, after) or _named_whole(rate, part, levels)
    head = _head_of_bracket(rate, part, inside) or _head_of_list(part, inside)
    wholes = [f for f in (stated, named, head) if f is not None]
    wholes += [f for f in levels if f is not part and f.unit == part.unit and f not in wholes][:MOST_NEAR]
    wholes += [f for f in after if f.aspect == "level" and f.unit == part.unit]
    readings = _readings(rate, parts, wholes, None if stated else inside)
    whole = stated or named or (head if _may_be_head(rate, head) else None)
    asked: list[Equation] = []
    if whole is not None and whole.unit == part.unit:
        asked = [Quotient(rate, ((1, part),), ((1, whole),))]
    why = "" if asked else "占比的整体没有写出或不能确定"
    if rate.loose:
        why = "占比是约数"
    certain = stated is not None and same_sentence(stated, rate)
    licence: Licence = "named" if stated or named else "near"
    yield Question("share", tuple(readings), tuple(asked), licence, why, certain, tuple(levels[:4]))


def _readings(
    rate: Stated, parts: Sequence[Stated], wholes: Sequence[Stated], inside: Sequence[Stated] | None
) -> list[Equation]:
    readings: list[Equation] = [
        Quotient(rate, ((1, one),), ((1, whole),))
        for whole in wholes
        for one in parts
        if whole is not one and whole.unit == one.unit and 0 < one.number <= whole.number
    ]
    together = [f for f in inside or () if f.unit == parts[0].unit and same_sentence(f, rate)]
    if len(together) == 2:
        readings.append(Quotient(rate, ((1, parts[0]),), ((1, together[0]), (1, together[1]))))
    return readings


def _stated_whole(rate: Stated, inside: Sequence[Stated]) -> Stated | None:
    """占年初预算30万元的40%: the amount inside the words of the share."""
    last = inside[0] if inside else None
    return last if last is not None and re.search(r"占[^，。；]*$", last.near) and "，" not in words_between(last, rate) else None


def _named_whole(rate: Stated, part: Stated, levels: Sequence[Stated]) -> Stated | None:
    """The nearest figure of the name that the words give to the whole, in the share or at the beginning of its sentence."""
    match = _WHOLE.search(rate.near)
    name = match["name"] if match else ""
    if len(core(name)) < 2:
        text = rate.piece.line.text[rate.piece.start : rate.mention.start]
        opening = next(iter(reversed(list(_OPENS_SENTENCE.finditer(text)))), None)
        name = opening["name"] if opening and "。" not in text[opening.end() :] else ""
    if not name:
        return None
    return next((f for f in levels if f is not part and _holds(f, part) and same_name(name, f)), None)


def _holds(whole: Stated, part: Stated) -> bool:
    return whole.unit == part.unit and whole.number >= part.number


def _whole_behind(rate: Stated, part: Stated, after: Sequence[Stated]) -> Stated | None:
    """占上年筹集额的64.5%（上年共筹集60万元）: the bracket behind the share names its whole again."""
    match = _WHOLE.search(rate.near)
    first = next(iter(after), None)
    if match is None or first is None or first.unit != part.unit or first.aspect != "level":
        return None
    if not words_between(rate, first).startswith("（"):
        return None
    return first if len(core(match["name"])) >= 2 and same_name(match["name"], first) else None


def _may_be_head(rate: Stated, head: Stated | None) -> bool:
    """Whether a share that names no other whole may be of the head of its list."""
    match = _WHOLE.search(rate.near)
    return head is not None and (match is None or not match["name"] or _ALL.search(match["name"]) is not None)


def _head_of_bracket(rate: Stated, part: Stated, inside: Sequence[Stated]) -> Stated | None:
    """公用经费109元（办公费18元，占16.6%；…）: the figure before the bracket that the share stands in."""
    if not rate.depth or part.depth < rate.depth:
        return None
    outer = next((f for f in inside if f.order < part.order and f.depth < rate.depth), None)
    return outer if outer is not None and outer.unit == part.unit else None


def _head_of_list(part: Stated, inside: Sequence[Stated]) -> Stated | None:
    """The figure before 其中 in the same piece, of which the part is one."""
    opened = False
    for figure in [part, *[f for f in inside if f.order < part.order]]:
        if opened and figure.unit == part.unit and figure.number >= part.number:
            return figure
        opened = opened or "其中" in figure.gap
    return None


def respective(rates: Sequence[Stated], before: Sequence[Stated]) -> Iterator[Question]:
    """A274万元、B217万元。各占总量的比重分别为55.8%、44.2%: as many shares as there are parts before them, in their order."""
    levels = [f for f in levels_before(before) if f.piece is rates[0].piece]
    if len(levels) < len(rates):
        return
    parts = [f for f in levels if f.unit == levels[0].unit][: len(rates)][::-1]
    if len(parts) < len(rates):
        return
    wholes = [f for f in levels if f.unit == parts[0].unit and f not in parts][::-1][:MOST_NEAR]
    for rate, part in zip(rates, parts, strict=True):
        readings = tuple(Quotient(rate, ((1, part),), ((1, whole),)) for whole in wholes if whole.number >= part.number)
        if readings:
            yield Question("share", readings, readings[:1], "near", "", False, (*parts, *wholes[:2]))


def respective_rates(rate: Stated, figures: Sequence[Stated], index: int) -> list[Stated]:
    """The shares that 分别为 announces, from the first one on."""
    if not _RESPECTIVE.search(rate.near):
        return []
    found = [rate]
    for figure in figures[index + 1 :]:
        if figure.piece is not rate.piece or not re.fullmatch(r"[、，和及与\s]*", figure.gap) or figure.mention.quantity.unit != "%":
            break
        found.append(figure)
    return found if len(found) > 1 else []
