"""Changes and their rates: what there was before, what there is now, how much that is more or less, and in per cent.

What there was stands beside the rate, is implied by what there is now and the change, or stands under the same name in
another sentence or another year's section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scorer.prose.equations import Direction, Equation, Quotient, Total
from scorer.prose.outline import Stated
from scorer.prose.placing import levels_before, same_segment, same_sentence, words_between
from scorer.prose.relation import Question
from scorer.prose.things import core, same_name

_SUBJECT = re.compile(r"(?P<name>[一-龥“”（）]{2,30}?)(?:支出|决算|预算)*数?(?:比|较|与|同比|增|减|下降|上升|提高)")
_WHAT_CHANGED = re.compile(r"(?P<name>[一-龥“”]{2,24}?)(?:决算|预算)?数?(?:比|较|同比|增|减|下降|上升|提高)")
_GENERAL = re.compile("支出|收入|预算|决算|经费|资金|其中|情况")
_COMPARED = re.compile("[与较比同]")
_INTO = re.compile(r"(?:调整|调增|调减|增加|减少|提高|下降|增|降|升|减)?(?:到|至|为)[\s　]*$")

MOST_BEFORE = 12  # changes of one sentence among which what has changed is looked for


def growth(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """比上年减少3.37万元，下降7.21%: a change in what was there before."""
    change = _change_of(rate, before, after)
    if change is not None and (opposite := _opposite(rate, change)) is not None:
        yield opposite
        return
    levels = [f for f in levels_before(before, change.unit if change else "") if f is not change]
    nows = [f for f in levels if f.piece is rate.piece][:4]
    nows += [f for f in levels if f not in nows][: 6 if not nows else 3]
    own = [f for f in nows if same_segment(f, rate)] or [f for f in nows if same_sentence(f, rate)]
    asked, why, certain = _asked(rate, change, own) if own else _elsewhere(rate, change, levels)
    if rate.loose or (change is not None and change.loose):
        why = "增减率是约数"
    readings = tuple(_readings(rate, change, nows))
    certain = certain and not why
    yield Question("growth", readings, asked, "named" if asked else "near", why, certain, tuple(nows[:4]))


def _change_of(rate: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Stated | None:
    """The change that a rate is of: before it in its comparison, else straight behind it."""
    found = next((f for f in reversed(before[-3:]) if f.aspect == "change" and _one_comparison(f, rate)), None)
    if found is not None or not after:
        return found
    first = after[0]
    behind = first.aspect == "change" and first.piece is rate.piece and first.gap.strip(" ，,") and len(first.gap) < 12
    return first if behind else None


def _falls(rate: Stated, change: Stated | None) -> bool:
    return (rate.up if rate.up is not None or change is None else change.up) is False


def _opposite(rate: Stated, change: Stated) -> Question | None:
    """较上年减少0.06万元，增长0.41%: what fell cannot have grown."""
    if rate.up is None or change.up is None or rate.up is change.up or not rate.number or not change.number:
        return None
    if _other_subject(rate, change) or rate.against != change.against or not words_between(change, rate).startswith("，"):
        return None
    equation = Direction(change, rate)
    return Question("growth", (equation,), (equation,), "named", "", True)


def _quotient(rate: Stated, change: Stated | None, now: Stated | None, base: Stated | None) -> Quotient:
    """The rate of a change in a base, or in what the change leaves of it; of two levels where no change is given."""
    down = _falls(rate, change)
    if change is not None and base is not None:
        return Quotient(rate, ((1, change),), ((1, base),))
    if change is not None and now is not None:
        return Quotient(rate, ((1, change),), ((1, now), (1 if down else -1, change)))
    assert now is not None
    assert base is not None
    return Quotient(rate, ((-1, now), (1, base)) if down else ((1, now), (-1, base)), ((1, base),))


def _readings(rate: Stated, change: Stated | None, nows: Sequence[Stated]) -> Iterator[Equation]:
    for now in nows:
        if change is not None:
            yield _quotient(rate, change, now, None)
            if now.aspect == "base" or is_base(now, rate):
                yield _quotient(rate, change, None, now)
        for base in nows:
            if base is not now and base.unit == now.unit and base.number > 0:
                yield _quotient(rate, None, now, base)


def _asked(
    rate: Stated, change: Stated | None, own: Sequence[Stated]
) -> tuple[tuple[Equation, ...], str, bool]:
    """The reading that the words of one sentence license, why it must stay undecided, and whether it is certain."""
    stated = next((f for f in own if f.aspect == "base"), None)
    certain = len(own) == 1 or own[0].aspect == "base"
    if change is not None:
        return _with_change(rate, change, own, stated, certain)
    if len(own) == 2 and years_apart(own):
        now, base = sorted(own, key=lambda f: f.mention.year or 0, reverse=True)
        return (_quotient(rate, None, now, base),), "", certain
    if stated is not None and len(own) == 2:
        now = next(f for f in own if f is not stated)
        return (_quotient(rate, None, now, stated),), "", certain
    return (), "增减率所对的本年数、上年数不能确定", False


def _with_change(
    rate: Stated, change: Stated, own: Sequence[Stated], stated: Stated | None, certain: bool
) -> tuple[tuple[Equation, ...], str, bool]:
    first = own[0]
    if _other_subject(rate, change):
        return (), "增减率与增减额说的不是一件事", False
    if first is stated or is_base(first, rate):
        return (_quotient(rate, change, None, first),), "", certain
    if first.aspect != "level" or _own_subject(change, first):
        return (), "增减率所对的本年数、上年数不能确定", False
    several = any(is_base(f, rate) for f in own[1:]) or (
        rate.against == "budget" and any(f.mention.kind == "budget" for f in own)
    )
    return (_quotient(rate, change, first, None),), "同句有几个可作基数的数" if several else "", certain


def _elsewhere(
    rate: Stated, change: Stated | None, levels: Sequence[Stated]
) -> tuple[tuple[Equation, ...], str, bool]:
    """What there is under the name of what changed, in another sentence, an item's heading, another year's section."""
    unknown: tuple[tuple[Equation, ...], str, bool] = (), "本年数、上年数没有写在同一句", False
    if change is not None and _other_subject(rate, change):
        return (), "增减率与增减额说的不是一件事", False
    above = _of_item(rate, levels)
    if above is not None and change is not None:
        if _own_subject(change, above):
            return unknown
        return (_quotient(rate, change, above, None),), "", False
    name = _subject(rate)
    if change is None or not _GENERAL.sub("", core(name)):
        return unknown
    named = [f for f in levels if f.aspect == "level" and same_name(name, f)]
    now, base = _of_two_years(named)
    if base is not None:
        return (_quotient(rate, change, None, base), _quotient(rate, None, now, base)), "", True
    if named and len({f.number for f in named}) == 1 and not rate.against.startswith("budget"):
        return (_quotient(rate, change, named[0], None),), "", True
    return unknown


def _of_two_years(named: Sequence[Stated]) -> tuple[Stated | None, Stated | None]:
    """This year's and last year's figure of one name, where each year has one."""
    by_year: dict[int, list[Stated]] = {}
    for figure in named:
        if figure.mention.year is not None:
            by_year.setdefault(figure.mention.year, []).append(figure)
    if len(by_year) != 2 or any(len({f.number for f in listed}) > 1 for listed in by_year.values()):
        return None, None
    late, early = sorted(by_year, reverse=True)
    return (by_year[late][0], by_year[early][0]) if late == early + 1 else (None, None)


def years_apart(figures: Sequence[Stated]) -> bool:
    """Whether two levels are said to be of two years that follow each other."""
    years = [f.mention.year for f in figures]
    return all(years) and len({f.unit for f in figures}) == 1 and abs((years[0] or 0) - (years[1] or 0)) == 1


def _of_item(rate: Stated, levels: Sequence[Stated]) -> Stated | None:
    """The only level that an item states before a rate: in its own text, or in the heading that it stands under."""
    inside = [f for f in levels if f.piece is rate.piece and f.aspect == "level"]
    heading = rate.piece.above if rate.piece.plain else None
    if not inside and heading is not None:
        inside = [f for f in levels if f.piece is heading and f.aspect == "level"]
    if len({f.number for f in inside}) > 1 and (name := _subject(rate)):
        inside = [f for f in inside if same_name(name, f)]
    return inside[0] if len({f.number for f in inside}) == 1 else None


def _subject(rate: Stated) -> str:
    """What has changed, in the words before the change: 支出增加703.26万元，增长13.69%."""
    figures = rate.piece.figures
    at = figures.index(rate)
    before = reversed(figures[max(0, at - MOST_BEFORE) : at])
    for figure in (rate, *(f for f in before if f.aspect == "change" and same_sentence(f, rate))):
        match = _WHAT_CHANGED.search(figure.near)
        if match and core(match["name"]):
            return match["name"]
        if figure is not rate and not _COMPARED.match(figure.near.strip()):
            break  # 城乡社区因……，减少98万元: what changed stands further up
    return ""


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


def is_base(figure: Stated, rate: Stated) -> bool:
    """Whether a level is what a rate compares with: 上年的5万元 beside 比上年, a budget beside 比预算."""
    years = figure.mention.year, rate.mention.year
    if years[0] is not None and years[1] is not None and years[0] == years[1] - 1:
        return True
    if rate.against == "last":
        return re.search(r"上年|去年|同期|上一年", figure.near) is not None
    return rate.against == "budget" and figure.mention.kind == "budget"


def _own_subject(change: Stated, now: Stated) -> bool:
    """Whether the change names a subject of its own that is not the level's: 三公20万元，其中接待费减少0.5万元."""
    for words in (change.near, words_between(now, change).lstrip("，,。；")):
        match = _SUBJECT.match(words)
        if match and re.search(r"费|支出|收入|资金|经费|税", match["name"]) and not same_name(match["name"], now):
            return True
    return False


# ------------------------------------------------------------------------------------------------------------ amounts


def change_amount(change: Stated, before: Sequence[Stated], after: Sequence[Stated]) -> Iterator[Question]:
    """A change with both its levels printed: 由100万元增加20万元到120万元, 比上年的5.80万元减少0.47万元."""
    levels = levels_before(before, change.unit)[:6]
    levels += [f for f in after[:1] if f.aspect == "level" and f.unit == change.unit and re.search(r"到|至|为", f.near)]
    readings = tuple(
        _total(now, base, change)
        for now in levels
        for base in levels
        if now is not base and _two_levels(now, base, change) and (now.number >= base.number) == (change.up is True)
    )
    pair = _levels_of(change, [f for f in levels if same_sentence(f, change) and f.order < change.order])
    asked = (_total(*pair, change),) if pair is not None else ()
    if not asked and (known := _named_years(change, before)) is not None:
        asked = (_total(*known, change),)
    if readings or asked:
        why = "" if asked else "上年数没有写出，也推不出"
        certain = pair is not None and _from_to(*pair)
        yield Question("change", readings, asked, "named" if asked else "near", why, certain, tuple(levels[:4]))


def _total(now: Stated, base: Stated, change: Stated) -> Total:
    return Total(now, (base, change)) if change.up else Total(base, (now, change))


def _two_levels(now: Stated, base: Stated, change: Stated) -> bool:
    return is_base(base, change) or base.aspect == "base" or is_base(now, change) or base.piece is change.piece


def _levels_of(change: Stated, own: Sequence[Stated]) -> tuple[Stated, Stated] | None:
    """What there is and what there was, of the levels of one sentence, nearest first."""
    if len(own) >= 2 and own[0].aspect == "base" and own[1].aspect == "level":
        return own[1], own[0]  # 支出137万元，比上年156万元下降19万元
    if len(own) >= 2 and own[1].aspect == "base" and _INTO.search(own[0].near):
        return own[0], own[1]  # 由100万元调整为120万元，调增20万元
    return None


def _from_to(now: Stated, base: Stated) -> bool:
    return base.order < now.order


def _named_years(change: Stated, before: Sequence[Stated]) -> tuple[Stated, Stated] | None:
    """The figures of two years under the name of what changed, in sections of their own."""
    match = _WHAT_CHANGED.search(change.near)
    if match is None or not _GENERAL.sub("", core(match["name"])) or change.against == "budget":
        return None
    now, base = _of_two_years([f for f in levels_before(before, change.unit) if same_name(match["name"], f)])
    return (now, base) if now is not None and base is not None else None
