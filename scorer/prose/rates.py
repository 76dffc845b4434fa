"""Shares, rates of completion and rates of change in running text, with every figure that each may be of.

The base of a rate stands in its clause, in its sentence, in the heading above, or is implied by a change. Each way is a
reading; only where the words leave one is a rate that fits none of them held against the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scorer.prose.equations import Equation, Quotient, Total
from scorer.prose.outline import Outline, Stated
from scorer.prose.relation import Question
from scorer.prose.things import same_name

NEAR = 8
"""Figures before a rate that it may be of."""

FAR = 40
"""Figures before it among which a base that is named is looked for."""


def find_rates(outline: Outline) -> Iterator[Question]:
    """A question for each printed percentage that the words make a share, a rate of completion or of change, and for each
    change whose two levels are printed."""
    figures = list(outline.figures)
    for index, figure in enumerate(figures):
        before = figures[max(0, index - FAR) : index]
        after = [
            f for f in figures[index + 1 : index + 3] if f.aspect in ("level", "change") and f.piece is figure.piece
        ]
        if figure.aspect == "share":
            yield from _share(figure, before, after)
        elif figure.aspect == "done":
            yield from _done(figure, before, after)
        elif figure.aspect == "growth":
            yield from _growth(figure, before, after)
        elif figure.aspect == "change":
            yield from _change(figure, before, after)
        elif figure.aspect == "rate":
            yield from _bare(figure, before, after)


def _levels(figures: Sequence[Stated], unit: str = "") -> list[Stated]:
    """Levels and bases, nearest first, of one unit or of any that is not a percentage."""
    return [
        f
        for f in reversed(figures)
        if f.aspect in ("level", "base")
        and not f.loose
        and (not unit or f.unit == unit)
        and f.unit not in ("%", "‰", "")
    ]


def same_segment(first: Stated, second: Stated) -> bool:
    """Whether neither a full stop nor a semicolon stands between two figures of one piece."""
    return same_sentence(first, second) and "；" not in _words_between(
        *sorted((first, second), key=lambda f: f.mention.start)
    )


def same_sentence(first: Stated, second: Stated) -> bool:
    """Whether no full stop stands between two figures of one piece."""
    if first.piece is not second.piece:
        return False
    a, b = sorted((first, second), key=lambda f: f.mention.start)
    return "。" not in first.piece.line.text[a.mention.end : b.mention.start]


def _words_between(first: Stated, second: Stated) -> str:
    if first.piece.line is not second.piece.line:
        return "。"
    return first.piece.line.text[first.mention.end : second.mention.start]


# ------------------------------------------------------------------------------------------------------------ shares

_WHOLE = re.compile(r"占(?P<name>[^，。；]*?)(?:的比例|比例|的比重|比重|的)?(?:约|为|达|是)?$")


def _share(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """占支出总额的12%, 占年初预算30万元的40%: a part in a whole."""
    levels = _levels(before)
    inside = [f for f in levels if f.piece is rate.piece]
    if not levels:
        return
    named_amount = inside[0] if inside and re.search(r"占[^，。；]*$", inside[0].near) else None
    parts = [f for f in inside if f is not named_amount][:3] or levels[:2]
    part = parts[0]
    name = match["name"] if (match := _WHOLE.search(rate.near)) else ""
    wholes = [named_amount] if named_amount else []
    wholes += [f for f in levels if f is not part and f.unit == part.unit and f is not named_amount][:NEAR]
    wholes += [
        f for f in _levels(before, part.unit) if name and same_name(name, f) and f not in wholes and f is not part
    ]
    wholes += [f for f in after if f.aspect == "level" and f.unit == part.unit]
    readings = [
        Quotient(rate, ((1, one),), ((1, whole),))
        for whole in wholes
        for one in parts
        if whole is not one and whole.unit == one.unit and 0 < one.number <= whole.number
    ]
    together = [f for f in inside if f.unit == part.unit and same_sentence(f, rate)]
    if len(together) == 2 and not named_amount:
        readings.append(Quotient(rate, ((1, part),), ((1, together[0]), (1, together[1]))))
    whole = named_amount or next((f for f in wholes if name and same_name(name, f)), None)
    asked: list[Equation] = []
    if whole is not None and whole.unit == part.unit and whole.number >= part.number:
        asked = [Quotient(rate, ((1, part),), ((1, whole),))]
    elif not name or re.search(r"总|全部|合计", name):
        head = _head_of_list(part, inside)
        asked = [Quotient(rate, ((1, part),), ((1, head),))] if head else []
    why = "" if asked else "占比的整体没有写出或不能确定"
    if rate.loose:
        why = "占比是约数"
    certain = whole is not None and same_sentence(whole, rate) and named_amount is not None
    yield Question(
        "share", tuple(readings), tuple(asked), "named" if whole else "near", why, certain, tuple(levels[:4])
    )


def _head_of_list(part: Stated, inside: Sequence[Stated]) -> Stated | None:
    """The figure before 其中 in the same piece, of which the part is one."""
    opened = False
    for figure in [part, *[f for f in inside if f.order < part.order]]:
        if opened and figure.unit == part.unit and figure.number >= part.number:
            return figure
        opened = opened or "其中" in figure.gap
    return None


def _bare(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """A percentage that no word explains may only agree: part and whole in its sentence, a rate in brackets after its amount."""
    levels = [f for f in _levels(before) if f.piece is rate.piece and same_sentence(f, rate)][:4]
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
        yield Question(
            "share", readings, asked, "near", "" if asked else "比率是什么之比没有写明", False, tuple(levels)
        )


# -------------------------------------------------------------------------------------------------------- completion

_OF_BUDGET = re.compile(r"预算|计划|指标|任务|目标")


_SPENT = re.compile(r"支出|执行|使用|支付|拨付|完成|决算|兑付|兑现")
_PLANNED = re.compile(r"预算|下达|安排|计划|到位|批复|总额|总投资|任务")


def _only(figures: Sequence[Stated], words: re.Pattern[str]) -> Stated | None:
    """The figure whose clause has some words that no clause of another amount has."""
    other = _PLANNED if words is _SPENT else _SPENT
    found = [f for f in figures if f.aspect == "level" and words.search(f.near) and not other.search(f.near)]
    return found[0] if found and len({f.number for f in found}) == 1 else None


def _done(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """完成年初预算的93%, 预算执行率98.2%: what was done in what was planned."""
    levels = _levels(before)
    near = ([f for f in levels if f.piece is rate.piece] or levels[:4])[:NEAR]
    readings = _pairs(rate, near, [*levels[: NEAR + 4], *after])
    pair = _named_pair(rate, near)
    asked = [Quotient(rate, ((1, pair[0]),), ((1, pair[1]),))] if pair else []
    why = "" if asked else "完成率所对的预算数或完成数不能确定"
    if rate.loose:
        why = "完成率是约数"
    elif re.search(r"调整|变更|上级|全年(?:任务|目标)", rate.near) and "调整" not in "".join(f.near for f in near[:2]):
        why = why or "完成率所对的预算口径不能确定"
    alone = pair is not None and len([f for f in near if same_segment(f, rate)]) == 2
    yield Question("done", tuple(readings), tuple(asked), "named" if asked else "near", why, alone, tuple(near[:4]))


def _pairs(rate: Stated, near: Sequence[Stated], others: Sequence[Stated]) -> list[Quotient]:
    """Every quotient of two figures of one unit, at least one of them near the rate."""
    listed = list(dict.fromkeys((*near, *others)))
    return [
        Quotient(rate, ((1, one),), ((1, whole),))
        for one in listed
        for whole in listed
        if one is not whole and one.unit == whole.unit and whole.number > 0 and (one in near or whole in near)
    ]


def _named_pair(rate: Stated, near: Sequence[Stated]) -> tuple[Stated, Stated] | None:
    """What was done and what was planned, where the words leave no choice."""
    base = near[0] if near and _names_base(near[0], rate) else None
    if base is not None and len(near) > 1 and near[1].unit == base.unit:
        return near[1], base
    sentence = [f for f in near if same_segment(f, rate)]
    if len(sentence) == 2 and sentence[0].unit == sentence[1].unit:
        spent, budget = sentence
        if spent.mention.kind == "budget" != budget.mention.kind:
            spent, budget = budget, spent
        if _OF_BUDGET.search(budget.near) and not _OF_BUDGET.search(spent.near):
            return spent, budget
        return None
    done, planned = _only(sentence, _SPENT), _only(sentence, _PLANNED)
    return (done, planned) if done is not None and planned is not None and done.unit == planned.unit else None


def _names_base(figure: Stated, rate: Stated) -> bool:
    """完成年初预算30万元的40%: the amount stands inside what the rate is of."""
    words = re.search(r"(?:完成|达到?|占|为)[^，。；]*$", figure.near) and _OF_BUDGET.search(figure.near)
    return bool(words) and not figure.gap.strip().startswith("，") and not _words_between(figure, rate).startswith("，")


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
    levels = [f for f in _levels(before, unit) if f is not change]
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
        and not re.search(r"[。；]", _words_between(change, rate))
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
    for words in (change.near, _words_between(now, change).lstrip("，,。；")):
        match = _SUBJECT.match(words)
        if match and re.search(r"费|支出|收入|资金|经费|税", match["name"]) and not same_name(match["name"], now):
            return True
    return False


def _change(change: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """A change with both its levels printed: 由100万元增加20万元到120万元, 比上年的5.80万元减少0.47万元."""
    levels = _levels(before, change.unit)[:6]
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
