"""Shares, rates of completion and rates of change in running text, with every figure that each may be of.

The base of a rate stands in its clause, in its sentence, in the heading above, or is implied by a change. Each way is a
reading; only where the words leave one is a rate that fits none of them held against the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scorer.prose.completion import completion
from scorer.prose.counted import outcome
from scorer.prose.equations import Equation, Quotient, Total
from scorer.prose.outline import Outline, Stated
from scorer.prose.placing import levels_before, same_segment, same_sentence, words_between
from scorer.prose.portions import respective, respective_rates, share
from scorer.prose.relation import Question
from scorer.prose.things import same_name

FAR = 40
"""Figures before it among which a base that is named is looked for."""


def find_rates(outline: Outline) -> Iterator[Question]:
    """A question for each printed percentage that the words make a share, a rate of completion or of change, and for each
    change whose two levels are printed."""
    figures = list(outline.figures)
    respectively: set[int] = set()
    for index, figure in enumerate(figures):
        before = figures[max(0, index - FAR) : index]
        listed = respective_rates(figure, figures, index)
        if listed:
            respectively.update(map(id, listed))
            yield from respective(listed, before)
        if id(figure) in respectively:
            continue
        behind = figures[index + 1 : index + 6]
        after = [
            f for f in behind[:2] if f.aspect in ("level", "change") and f.piece is figure.piece
        ]
        if figure.aspect == "done" or figure.aspect == "share" and _OF_PLAN.search(figure.near):
            yield from completion(figure, before, after)
        elif figure.aspect == "share":
            yield from share(figure, before, after)
        elif figure.aspect == "growth":
            yield from _growth(figure, before, after)
        elif figure.aspect == "change":
            yield from _change(figure, before, after)
        elif figure.aspect == "rate":
            named = outcome(figure, before, behind)
            yield from (named,) if named is not None else _bare(figure, before, after)


_OF_PLAN = re.compile(r"占[^，。；]*(?:任务|目标|计划|到位资金)[^，。；]*$|占(?:年初|年度|全年|调整)?预算数?的?$")

def _bare(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """A percentage that no word explains may only agree: part and whole in its sentence, a rate in brackets after its amount."""
    levels = [f for f in levels_before(before) if f.piece is rate.piece and same_sentence(f, rate)][:4]
    readings = tuple(
        Quotient(rate, ((1, one),), ((1, whole),))
        for one in levels
        for whole in levels
        if one is not whole and one.unit == whole.unit and 0 < one.number <= whole.number
    )
    part = next(
        (
            f
            for f in after[:1]
            if f.aspect == "level"
            and f.piece is rate.piece
            and re.fullmatch(r"[即计共]?[为是]?|部分|，?[即计]", f.gap.strip())
        ),
        None,
    )
    if part is not None:  # 补贴32.5%为343.01万元
        readings += tuple(
            Quotient(rate, ((1, part),), ((1, whole),))
            for whole in levels
            if whole.unit == part.unit and whole.number >= part.number
        )
    asked: tuple[Equation, ...] = ()
    if (
        len({(f.number, f.unit) for f in levels}) == 2
        and readings
        and levels[0].unit != "元"
        and re.search(r"率", rate.near)
    ):
        asked = readings[:1]
    if readings:
        certain = bool(asked) and len(levels) == 2 and re.search(r"中有?", words_between(levels[1], levels[0])) is not None
        yield Question(
            "share", readings, asked, "near", "" if asked else "比率是什么之比没有写明", certain, tuple(levels)
        )


# ------------------------------------------------------------------------------------------------------------ change


def _growth(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """比上年减少3.37万元，下降7.21%: a change in what was there before."""
    change = next((f for f in reversed(before[-3:]) if f.aspect == "change" and _one_comparison(f, rate)), None)
    if (
        change is None
        and after
        and after[0].aspect == "change"
        and after[0].piece is rate.piece
        and after[0].gap.strip(" ，,")
        and len(after[0].gap) < 12
    ):
        change = after[0]
    unit = change.unit if change else ""
    levels = [f for f in levels_before(before, unit) if f is not change]
    nows = [f for f in levels if f.piece is rate.piece][:4]
    nows += [f for f in levels if f not in nows][: 6 if not nows else 3]
    down = rate.up is False
    readings: list[Equation] = []
    for now in nows:
        if change is not None:
            readings.append(Quotient(rate, ((1, change),), ((1, now), (1 if down else -1, change))))
            readings.append(Quotient(rate, ((1, change),), ((1, now),))) if now.aspect == "base" or _is_base(
                now, rate
            ) else None
        for base in nows:
            if base is not now and base.unit == now.unit and base.number > 0:
                readings.append(
                    Quotient(rate, ((-1, now), (1, base)) if down else ((1, now), (-1, base)), ((1, base),))
                )
    asked: list[Equation] = []
    own = [f for f in nows if same_segment(f, rate)] or [f for f in nows if same_sentence(f, rate)]
    why = "" if own else "本年数、上年数没有写在同一句"
    if not own and (above := _of_item(rate, levels)) is not None:
        own, why = [above], ""
    stated_base = next((f for f in own if f.aspect == "base"), None)
    if change is not None and _other_subject(rate, change):
        why = "增减率与增减额说的不是一件事"
    elif change is not None and own and (own[0] is stated_base or _is_base(own[0], rate)):
        asked = [Quotient(rate, ((1, change),), ((1, own[0]),))]
    elif change is not None and own and own[0].aspect == "level" and not _own_subject(change, own[0]):
        asked = [Quotient(rate, ((1, change),), ((1, own[0]), (1 if down else -1, change)))]
        if any(_is_base(f, rate) for f in own[1:]) or (
            rate.against == "budget" and any(f.mention.kind == "budget" for f in own)
        ):
            why = "同句有几个可作基数的数"
    elif change is None and len(own) == 2 and _years_apart(own):
        now, before_it = sorted(own, key=lambda f: f.mention.year or 0, reverse=True)
        asked = [
            Quotient(rate, ((-1, now), (1, before_it)) if down else ((1, now), (-1, before_it)), ((1, before_it),))
        ]
    elif change is None and stated_base is not None and len(own) == 2:
        now = next(f for f in own if f is not stated_base)
        asked = [Quotient(rate, ((-1, now), (1, stated_base)) if down else ((1, now), (-1, stated_base)), ((1, stated_base),))]
    elif own:
        why = "增减率所对的本年数、上年数不能确定"
    if rate.loose or (change is not None and change.loose):
        why = "增减率是约数"
    certain = bool(asked) and not why and same_sentence(own[0], rate) and (len(own) == 1 or own[0].aspect == "base")
    yield Question("growth", tuple(readings), tuple(asked), "named" if asked else "near", why, certain, tuple(nows[:4]))


def _years_apart(figures: Sequence[Stated]) -> bool:
    """Whether two levels are said to be of two years that follow each other."""
    years = [f.mention.year for f in figures]
    return all(years) and len({f.unit for f in figures}) == 1 and abs((years[0] or 0) - (years[1] or 0)) == 1


def _of_item(rate: Stated, levels: Sequence[Stated]) -> Stated | None:
    """The only level that an item states before a rate: in its own text, or in the heading that it stands under."""
    inside = [f for f in levels if f.piece is rate.piece and f.aspect == "level"]
    heading = rate.piece.above if rate.piece.plain else None
    if not inside and heading is not None:
        inside = [f for f in levels if f.piece is heading and f.aspect == "level"]
    if len({f.number for f in inside}) > 1 and (name := _subject(rate, inside)):
        inside = [f for f in inside if same_name(name, f)]
    return inside[0] if len({f.number for f in inside}) == 1 else None


def _subject(rate: Stated, levels: Sequence[Stated]) -> str:
    """What has changed, in the words before the change: 支出增加703.26万元，增长13.69%."""
    figures = rate.piece.figures
    at = figures.index(rate)
    first = next((f for f in reversed(figures[:at]) if f.aspect == "change"), rate)
    match = re.search(r"(?P<name>[一-龥“”]{2,16}?)(?:决算|预算)?数?(?:比|较|同比|增|减|下降|上升|提高)", first.near)
    return match["name"] if match else ""


def _other_subject(rate: Stated, change: Stated) -> bool:
    """Whether a rate names what has changed, and it is not what the amount before it is of: 户数减5，资金下降13.6%."""
    match = _SUBJECT.match(rate.near.strip())
    return match is not None and not same_name(match["name"], change) and len(match["name"].strip("其中比较上年同期")) >= 2


def _one_comparison(change: Stated, rate: Stated) -> bool:
    """Whether a change and a rate are of one comparison: in one sentence, with no other level between them."""
    return (
        change.piece is rate.piece
        and not re.search(r"[。；]", words_between(change, rate))
        and change.order >= rate.order - 2
    )


def _is_base(figure: Stated, rate: Stated) -> bool:
    """Whether a level is what a rate compares with: 上年的5万元 beside 比上年, a budget beside 比预算."""
    years = figure.mention.year, rate.mention.year
    if years[0] is not None and years[1] is not None and years[0] == years[1] - 1:
        return True
    if rate.against == "last":
        return re.search(r"上年|去年|同期|上一年", figure.near) is not None
    return rate.against == "budget" and figure.mention.kind == "budget"


_SUBJECT = re.compile(r"(?P<name>[一-龥“”（）]{2,30}?)(?:支出|决算|预算)*数?(?:比|较|与|同比|增|减|下降|上升|提高)")


def _own_subject(change: Stated, now: Stated) -> bool:
    """Whether the change names a subject of its own that is not the level's: 三公20万元，其中接待费减少0.5万元."""
    for words in (change.near, words_between(now, change).lstrip("，,。；")):
        match = _SUBJECT.match(words)
        if match and re.search(r"费|支出|收入|资金|经费|税", match["name"]) and not same_name(match["name"], now):
            return True
    return False


def _change(change: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """A change with both its levels printed: 由100万元增加20万元到120万元, 比上年的5.80万元减少0.47万元."""
    levels = levels_before(before, change.unit)[:6]
    levels += [f for f in after[:1] if f.aspect == "level" and f.unit == change.unit and re.search(r"到|至|为", f.near)]
    readings: list[Equation] = []
    for now in levels:
        for base in levels:
            if now is base or not (
                _is_base(base, change) or base.aspect == "base" or _is_base(now, change) or base.piece is change.piece
            ):
                continue
            if (now.number >= base.number) == (change.up is True):
                high, low = (now, base) if change.up else (base, now)
                readings.append(Total(high, (low, change)))
    own = [f for f in levels if same_sentence(f, change) and f.order < change.order]
    asked: list[Equation] = []
    if len(own) == 2 and own[0].aspect == "base":
        now, base = own[1], own[0]
        asked = [Total(now, (base, change)) if change.up else Total(base, (now, change))]
    if readings or asked:
        yield Question(
            "change",
            tuple(readings),
            tuple(asked),
            "named" if asked else "near",
            "" if asked else "上年数没有写出，也推不出",
            False,
            tuple(levels[:4]),
        )
