"""Shares as the prose prints them: 占…的46.9%, with the part and every whole that it may be of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from scorer.numbers.interval import span
from scorer.prose.mentions import PERCENTAGES, Mention, clean
from scorer.prose.sums import DERIVED, LONGEST_LIST, MOST_WHOLES, Run, Sum


@dataclass(frozen=True, slots=True)
class Share:
    """A printed percentage of a whole: `wholes` the figures that may be meant, the likeliest first.

    `around` are further figures of the paragraph, of which one may be meant after all.
    """

    percent: Mention
    part: Mention | None
    wholes: tuple[Mention, ...]
    certain: bool = False
    group: int = -1
    around: tuple[Mention, ...] = ()


def find_shares(runs: Sequence[Run], sums: Sequence[Sum]) -> Iterator[Share]:
    owners: dict[int, list[Sum]] = defaultdict(list)
    for item in sums:
        for part in item.parts:
            owners[id(part)].append(item)
    recent: list[Mention] = []
    group = 0
    for run in runs:
        pairs: list[tuple[Mention, Mention | None]] = []
        for position, mention in enumerate(run):
            if mention.role == "share" and "分别" in mention.label:
                pairs += _respective_shares(run, position)
            elif mention.role == "share":
                pairs.append((mention, _part_of_share(run, position)))
            elif _of_stated_whole(run, position):
                of_it = _counted_alike(run, position - 1)
                yield Share(mention, of_it, (run[position - 1],), of_it is not None)
        pairs += _bracketed_shares(run)
        for listed in (*_listed_percentages(run), *_rates_of_one_kind(run)):
            group += 1
            for percent in listed:
                named = percent if percent.role == "plain" else replace(percent, whole="")
                yield Share(named, None, (), False, group)
        if pairs:
            group += 1
            parts = [part for _, part in pairs if part is not None and part.number is not None]
            implied = _implied_whole(parts, recent, run) or _whole_of_most(pairs, recent, run)
            for percent, share_of in pairs:
                share = _share(percent, share_of, owners, recent, run, implied, group)
                yield replace(share, around=_around(share_of, recent, run)) if share.certain else share
        recent += [mention for mention in run if mention.role not in DERIVED]
        del recent[: -8 * LONGEST_LIST]


_MAKES_UP = re.compile(r"构成|结构|占比|比重|比例|分布|来源")
_RESIDUAL = re.compile(r"^(?:其他|其它|其余|剩余)")


def _listed_percentages(run: Run) -> Iterator[Run]:
    """经费构成：办公费32%，活动费28%，其他40%: percentages one after another of what is said to make up a whole."""
    listed: Run = []
    for mention in [*run, None]:
        share = mention is not None and mention.quantity.unit == "%" and mention.role == "plain" and mention.label != ""
        if mention is not None and share and (not listed or "；" not in mention.gap):
            listed.append(mention)
            continue
        if len(listed) > 2 and (_MAKES_UP.search(listed[0].gap) or _RESIDUAL.match(listed[-1].label)):
            yield listed
        listed = []


def _bracketed_shares(run: Run) -> list[tuple[Mention, Mention | None]]:
    """设备62万元（36.5%）、活动75万元（44.1%）: two or more figures of one kind, each with a bare percentage in brackets."""
    pairs: list[tuple[Mention, Mention | None]] = []
    for part, percent in pairwise(run):
        behind = percent.sentence.text[percent.end - percent.sentence.start :][:1]
        bare = percent.gap.strip() == "（" and percent.quantity.unit == "%" and behind == "）"
        if bare and part.role not in DERIVED and part.quantity.unit not in PERCENTAGES and part.number is not None:
            pairs.append((percent, part))
    same = len({part.dimension for _, part in pairs if part is not None}) == 1
    return pairs if len(pairs) > 1 and same else []


def _whole_of_most(pairs: Sequence[tuple[Mention, Mention | None]], recent: Sequence[Mention], run: Run) -> Mention | None:
    """The one earlier figure of which all shares of a sentence but one are right: then that one is wrong."""
    known = [(percent, part) for percent, part in pairs if part is not None and part.number and percent.number]
    if len(known) < 3 or len({part.dimension for _, part in known}) != 1:
        return None
    first = known[0][1]
    known = known[:LONGEST_LIST]
    earlier = [*recent, *(m for m in run if m.start < first.start)][-LONGEST_LIST:]
    candidates = [m for m in earlier if m.dimension == first.dimension and m.role not in DERIVED]
    for whole in reversed(candidates):
        if whole.line.number < first.line.number - 1 or not whole.number:
            continue
        right = 0
        for percent, part in known:
            printed, value = span(percent.quantity), 100 * (part.number or 0) / whole.number
            right += printed is not None and printed.low <= value <= printed.high
        if right >= len(known) - 1:
            return whole
    return None


def _around(part: Mention | None, recent: Sequence[Mention], run: Run) -> tuple[Mention, ...]:
    """Every larger figure of the kind before a part in its paragraph and the one before."""
    if part is None or part.number is None:
        return ()
    return tuple(
        m
        for m in (*recent[-LONGEST_LIST:], *run[:LONGEST_LIST])
        if m.dimension == part.dimension
        and m is not part
        and m.role not in DERIVED
        and (m.number or 0) > part.number
        and part.line.number - 1 <= m.line.number <= part.line.number
    )


def _rates_of_one_kind(run: Run) -> Iterator[Run]:
    """优良路率82.7%，中等路率11.8%，次差路率5.5%: three or more rates with one ending, which come near to all there is."""
    listed: Run = []
    for mention in [*run, None]:
        alike = mention is not None and mention.quantity.unit == "%" and mention.role == "outcome" and len(mention.label) <= 6
        if mention is not None and alike and (not listed or mention.label[-2:] == listed[0].label[-2:] and mention.gap[:1] in "，、"):
            listed.append(mention)
            continue
        total = sum((m.number for m in listed if m.number is not None), start=Decimal(0))
        if len(listed) > 2 and len({m.label[-3:-2] for m in listed}) == len({m.label for m in listed}) == len(listed) and 98 < total < 110:
            yield listed
        listed = []


def _respective_shares(run: Run, position: int) -> list[tuple[Mention, Mention | None]]:
    """货物1716万元、工程715万元、服务429万元，分别占60%、25%、15%: each percentage with its figure, none when they do not match."""
    percents = [run[position]]
    for mention in run[position + 1 :]:
        if mention.quantity.unit not in PERCENTAGES or mention.gap not in ("、", "和", "及", "，"):
            break
        percents.append(replace(mention, role="share", whole=run[position].whole))
    parts: Run = []
    before = run[:position]
    if before and before[-1].role == "total":
        before = before[:-1]  # 共2860万元，分别占…
    for mention in reversed(before):
        if mention.role in DERIVED or (parts and mention.dimension != parts[0].dimension) or len(parts) == len(percents):
            break
        parts.insert(0, mention)
    return list(zip(percents, parts, strict=True)) if len(parts) == len(percents) else []


def _of_stated_whole(run: Run, position: int) -> bool:
    """占本年支出合计4998.36万元的49.6%: the whole is the figure straight before."""
    percent = run[position]
    return (
        percent.quantity.unit in PERCENTAGES
        and percent.gap in ("的", "）的")
        and position > 0
        and _STATES_WHOLE.search(run[position - 1].label or run[position - 1].gap.removesuffix("（")) is not None
        and run[position - 1].kind != "budget"
    )


def _counted_alike(run: Run, at: int) -> Mention | None:
    """抽取项目18个，占资金总量3960万元的35%，占项目总数52个的34.6%: the part is what is counted as the whole is."""
    whole = run[at]
    part = _part_of_share(run, at)
    if part is None or part.dimension == whole.dimension:
        return part
    alike = [m for m in run[max(0, at - 6) : at] if m.dimension == whole.dimension and m.role not in DERIVED]
    return alike[-1] if len(alike) == 1 and (alike[0].number or 0) <= (whole.number or 0) else None


_STATES_WHOLE = re.compile(r"占|相当于|(?:完成|达到|为)(?:了)?(?:年度|全年|年初)?(?:目标|任务|计划)+(?:数|任务|目标|量|值)?$")
_FROM = re.compile(r"[由从]$")
_OF_SEVERAL = re.compile(r"(?:前?[两二三四五六七八九][类项种者个]|以上|上述|合计|共|均)[^，。；]{0,6}占")
_OWN_PART = re.compile(r"^(?P<name>[一-龥]{3,20}?)(?:所|约)?占")


def _part_of_share(run: Run, position: int) -> Mention | None:
    for mention in reversed(run[max(0, position - 4) : position]):
        if mention.role in ("share", "rate"):
            return None
        if mention.role not in DERIVED and mention.quantity.unit not in PERCENTAGES:
            # 旱地14.3万亩；高标准农田占62.4%: the share has a part of its own, which is not given in figures
            if "；" in run[position].gap and _FROM.search(run[position].label):
                return None  # 引进博士46人；博士占教师的比例由36.4%提高到39.1%
            if _OF_SEVERAL.match(run[position].label):
                return None  # 邻里918件、婚姻536件、劳动273件，三类占七成以上
            own = _OWN_PART.match(run[position].label)
            other = own is not None and not _share_a_word(own["name"], mention.label + mention.quote + mention.tail)
            return None if other else mention
    return None


def _share_a_word(name: str, words: str) -> bool:
    return any(name[index : index + 2] in words for index in range(len(name) - 1))


def _implied_whole(parts: Sequence[Mention], recent: Sequence[Mention], run: Run) -> Mention | None:
    """An earlier figure that the parts of a sentence add up to."""
    if len(parts) < 2 or len({part.dimension for part in parts}) != 1:
        return None
    total = sum((part.number for part in parts if part.number is not None), start=parts[0].number * 0)  # type: ignore[operator]
    return next((mention for mention in reversed(recent) if mention.number == total and mention.dimension == parts[0].dimension), None)


_GENERIC_WHOLE = re.compile(
    r"(?:本年|全年|年度)?(?:总)?(?:收入|支出|资金|投入|额|量|数|人数|比)?(?:的|合计|总额|总数|总量|总计)*+"
)


_OF_BEFORE = re.compile(r"^(?:(?!其中)[一-龥]{1,12}，)?[，、（]?占(?:比例?|比重)?(?:约|为|了|到|达到?|是)*$")


_ALL_MONEY = re.compile(
    r"(?:总|全部|实际|已)?(?:到位|下达|可用|收到|拨付|补助|项目|专项|财政)(?:的)?(?:补助|专项|项目)?(?:资金|经费)(?:总额|总量)?"
)
_COUNTING = re.compile(r"总|全部|人次|人数|户数|数量|[数额量的]")


def _named_alike(named: str, part: Mention, before: Sequence[Mention]) -> Run:
    """占查档总人次的27.5%, 占城镇岗位的60%: 接待查档4312人次, 城镇公益性岗位430人, when no other figure fits the words."""
    key = _COUNTING.sub("", named)
    if len(key) < 2:
        return []
    if len(key) >= 4:
        # 抽查的60个班次 … 占抽查班次的15%: its words stand on both sides of the figure
        both = [m for m in before if m.line is part.line and m.quantity.unit == part.quantity.unit and m.tail.startswith(key[-2:])]
        both = [m for m in both if key[:2] in _words_before(m) and (m.number or 0) > (part.number or 0)]
        if len({m.number for m in both}) == 1:
            return both[-1:]
    found = [
        m
        for m in before
        if m.quantity.unit == part.quantity.unit
        and m is not part
        and m.line.scope == part.line.scope
        and (m.number or 0) > (part.number or 0)
        and (m.subject.endswith(key) or (len(key) >= 4 and _shortened(key, m.subject)))
    ]
    return found[-1:] if len({m.number for m in found}) == 1 else []


def _words_before(mention: Mention) -> str:
    at = mention.start - mention.sentence.start
    return mention.sentence.text[max(0, at - 24) : at].rpartition("，")[2]


def _shortened(key: str, name: str) -> bool:
    """公益岗位 for 乡村公益性岗位."""
    begins = name.find(key[:2])
    return begins >= 0 and name.endswith(key[-2:]) and set(key) <= set(name[begins:])


def _has_share(run: Run, mention: Mention) -> bool:
    after = run[run.index(mention) + 1 :][:1] if mention in run else []
    return bool(after) and after[0].role == "share" and _OF_BEFORE.match(after[0].gap) is not None and not after[0].whole


def _offset(place: int, run: Run) -> int:
    """A place of the line as one of its sentence."""
    return place - run[0].sentence.start


def _of_same_noun(part: Mention, recent: Sequence[Mention]) -> Run:
    """43个自然村 … 实行垃圾分类的自然村32个，占74.4%: the one earlier figure of the very noun that the part ends in."""
    if len(part.subject) < 2 or part.dimension == "元":
        return []
    found = [] if len(part.subject) < 4 else [
        mention
        for mention in recent
        if mention.quantity.unit == part.quantity.unit
        and mention.role in ("plain", "total")
        and mention.line.scope == part.line.scope
        and (mention.number or 0) > (part.number or 0)
        and len(noun := mention.subject if mention.label else clean(mention.tail)) >= 2
        and noun != part.subject
        and part.subject.endswith(noun)
    ]
    if not found:
        # 救助残疾儿童236人，其中…。6周岁以下儿童150人，占63.6%: the one larger figure of the paragraph, of the same noun
        larger = [
            mention
            for mention in recent
            if mention.line is part.line and mention.quantity.unit == part.quantity.unit and (mention.number or 0) > (part.number or 0)
        ]
        alone = len({mention.number for mention in larger}) == 1 and larger[-1].role in ("plain", "total")
        found = [m for m in larger[-1:] if alone and m.subject[-2:] == part.subject[-2:] and m.subject != part.subject]
    return found[-1:] if len({mention.number for mention in found}) == 1 else []


def _share(
    percent: Mention,
    part: Mention | None,
    owners: dict[int, list[Sum]],
    recent: Sequence[Mention],
    run: Run,
    implied: Mention | None,
    group: int,
) -> Share:
    if part is None:
        return Share(percent, None, (), False, group)
    wholes: list[Mention] = []
    certain = False
    earlier = [mention for mention in run if mention.start < part.start and mention.role not in DERIVED]
    named = clean(percent.whole)
    generic = _GENERIC_WHOLE.fullmatch(percent.whole) is not None
    if named and not generic:
        key = named.removesuffix("合计").removesuffix("总额")
        wholes = [
            mention
            for mention in reversed([*recent, *earlier])
            if mention.dimension == part.dimension
            and key
            and key in (label := mention.label.replace("（类）", ""))
            and f"{key}中" not in label
        ][:LONGEST_LIST]
        certain = bool(wholes) and (wholes[0] in run or wholes[0].line.number >= part.line.number - 2)
    if named and not generic and not wholes and (alike := _named_alike(named, part, [*recent, *earlier])):
        wholes, certain = alike, True
    if generic and (word := re.search(r"收入|支出|投入", percent.whole)):
        # 收入386.4万元，支出378.67万元，占全年收入的98%: the figure of that name in the same sentence
        wholes = [m for m in earlier if m.dimension == part.dimension and re.search(f"{word[0]}(?:合计|总计|总额)?$", m.label)]
        certain = len({m.number for m in wholes}) == 1
    if named and not wholes and part.dimension == "元" and _ALL_MONEY.fullmatch(named):
        # 共3080万元；支出2956.8万元，占到位资金的96%: the total of what there was
        totals = [m for m in earlier if m.dimension == "元" and m.role == "total" and (m.number or 0) >= (part.number or 0)]
        wholes, certain = totals, len({m.number for m in totals}) == 1
    sums = owners.get(id(part), [])
    if sums and (generic or not wholes):
        wholes += [whole for item in sums for whole in item.wholes]
        certain = True
    if not percent.whole and not wholes and _OF_BEFORE.match(percent.gap):
        # 检查326家，处理84家，占25.8%: of the only other figure of the kind in the sentence
        same = [m for m in earlier if m.dimension == part.dimension and m.number and part.number and m.number > part.number]
        if len(same) < MOST_WHOLES:
            same = [m for m in same if not _has_share(run, m)]  # 农村户籍1531名，占87%，女生902名，占51.3%: both of another
        if not same and part.dimension == "人" and earlier and earlier[-1].label.endswith("岗位"):
            same = earlier[-1:]  # 岗位620个，安置脱贫人口558人，占90%: who fills a post
        among = [m for m in same if re.search(r"^[^，。；]{0,8}[中里]$", m.tail)]
        alone = len({m.number for m in same}) == 1 and len(earlier) < 4
        if len(among) == 1:  # 18个抽查项目中，5个未完工，占28%；2个超范围，占11.1%
            same, alone = among, True
        parted = "；" in run[0].sentence.text[_offset(same[0].end, run) : _offset(part.start, run)] if same else True
        wholes = same if alone and (among or not parted) else []
        wholes = wholes if same else _of_same_noun(part, recent)
        certain = bool(wholes)
    if implied is not None and implied not in wholes:
        wholes.append(implied)
        certain = certain or len(wholes) == 1
    return Share(percent, part, tuple(wholes), certain, group)
