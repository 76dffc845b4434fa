"""What the prose says about its figures: sums, shares, changes, products, rates of execution, results of surveys.

Each reader walks the mentions of a sentence once and yields statements: which figures stand in which relation, with every
reading of the words that is possible. Nothing is computed here; the checks of family N do that. A statement keeps several
candidates where the words leave a choice: a check accuses only when none of them fits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scorer.mentions import PERCENTAGES, Mention, clean
from scorer.phrases import OUTCOMES, SURVEYED
from scorer.sums import DERIVED, LONGEST_LIST, Run, Sum, find_sums, sentence_runs

NEAR = 6  # sentences looked back for the figures that a rate is of

_SURVEYED = re.compile(SURVEYED)
_OUTCOMES = tuple((stem, re.compile(words)) for stem, words in OUTCOMES)


@dataclass(frozen=True, slots=True)
class Share:
    """A printed percentage of a whole: `wholes` the figures that may be meant, the likeliest first."""

    percent: Mention
    part: Mention | None
    wholes: tuple[Mention, ...]
    certain: bool = False
    group: int = -1


@dataclass(frozen=True, slots=True)
class Change:
    """A change against an earlier figure: amount and rate (either may be missing), what it may be now, what it was."""

    amount: Mention | None
    rate: Mention | None
    now: tuple[Mention, ...]
    before: tuple[Mention, ...]
    up: bool
    certain: bool = True
    further: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """A unit price with the counts and the amounts that it may connect, and the days or months that it was paid for."""

    price: Mention
    counts: tuple[Mention, ...]
    totals: tuple[Mention, ...]
    certain: bool
    periods: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Execution:
    """A rate of execution with the budgets and the amounts spent that it may be of, the nearest first."""

    rate: Mention
    budgets: tuple[Mention, ...]
    spent: tuple[Mention, ...]
    left: tuple[Mention, ...]
    near: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """A rate of satisfaction, passing and the like: of how many, and how many said so."""

    rate: Mention
    asked: tuple[Mention, ...]
    agreed: tuple[Mention, ...]
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Statements:
    """All that the mentions of a submission say, by kind."""

    sums: tuple[Sum, ...]
    shares: tuple[Share, ...]
    changes: tuple[Change, ...]
    products: tuple[Product, ...]
    executions: tuple[Execution, ...]
    surveys: tuple[Survey, ...]


def read_statements(mentions: Sequence[Mention]) -> Statements:
    """The statements of prose mentions (those of tables are columns, not sentences)."""
    runs = sentence_runs(mentions)
    sums = tuple(find_sums(runs))
    return Statements(
        sums=sums,
        shares=tuple(_shares(runs, sums)),
        changes=tuple(_changes(runs)),
        products=tuple(_products(runs, sums)),
        executions=tuple(_executions(runs)),
        surveys=tuple(_surveys(runs)),
    )


# ------------------------------------------------------------------------------------------------------------ shares


def _shares(runs: Sequence[Run], sums: Sequence[Sum]) -> Iterator[Share]:
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
                of_it = _part_of_share(run, position - 1)
                yield Share(mention, of_it, (run[position - 1],), of_it is not None)
        for listed in _listed_percentages(run):
            group += 1
            for percent in listed:
                yield Share(percent, None, (), False, group)
        if pairs:
            group += 1
            parts = [part for _, part in pairs if part is not None]
            implied = _implied_whole(parts, recent, run)
            for percent, share_of in pairs:
                yield _share(percent, share_of, owners, recent, run, implied, group)
        recent += [mention for mention in run if mention.role not in DERIVED]
        del recent[: -8 * LONGEST_LIST]


_MAKES_UP = re.compile(r"构成|结构|占比|比重|比例|分布|来源")
_RESIDUAL = re.compile(r"^(?:其他|其它|其余|剩余)")


def _listed_percentages(run: Run) -> Iterator[Run]:
    """经费构成：办公费32%，活动费28%，其他40%: percentages one after another of what is said to make up a whole."""
    listed: Run = []
    for mention in [*run, None]:
        if mention is not None and mention.quantity.unit == "%" and mention.role == "plain" and mention.label:
            if not listed or "；" not in mention.gap:
                listed.append(mention)
                continue
        if len(listed) > 2 and (_MAKES_UP.search(listed[0].gap) or _RESIDUAL.match(listed[-1].label)):
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
        and percent.gap == "的"
        and position > 0
        and re.search(r"占|相当于", run[position - 1].label) is not None
        and run[position - 1].kind != "budget"
    )


_OWN_PART = re.compile(r"^(?P<name>[一-龥]{3,20}?)(?:所|约)?占")


def _part_of_share(run: Run, position: int) -> Mention | None:
    for mention in reversed(run[max(0, position - 4) : position]):
        if mention.role in ("share", "rate"):
            return None
        if mention.role not in DERIVED and mention.quantity.unit not in PERCENTAGES:
            # 旱地14.3万亩；高标准农田占62.4%: the share has a part of its own, which is not given in figures
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


_OF_BEFORE = re.compile(r"^[，、（]?占比?(?:约|为|了)?$")


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
            if mention.dimension == part.dimension and key and key in mention.label.replace("（类）", "")
        ][:LONGEST_LIST]
        certain = bool(wholes) and (wholes[0] in run or wholes[0].line.number >= part.line.number - 2)
    if generic and (word := re.search(r"收入|支出|投入", percent.whole)):
        # 收入386.4万元，支出378.67万元，占全年收入的98%: the figure of that name in the same sentence
        wholes = [m for m in earlier if m.dimension == part.dimension and re.search(f"{word[0]}(?:合计|总计|总额)?$", m.label)]
        certain = len({m.number for m in wholes}) == 1
    sums = owners.get(id(part), [])
    if sums and (generic or not wholes):
        wholes += [whole for item in sums for whole in item.wholes]
        certain = True
    if not percent.whole and not wholes and _OF_BEFORE.match(percent.gap):
        # 检查326家，处理84家，占25.8%: of the only other figure of the kind in the sentence
        same = [m for m in earlier if m.dimension == part.dimension and m.number and part.number and m.number > part.number]
        wholes = same if len({m.number for m in same}) == 1 and "；" not in part.gap and len(earlier) < 4 else []
        certain = bool(wholes)
    if implied is not None and implied not in wholes:
        wholes.append(implied)
        certain = certain or len(wholes) == 1
    return Share(percent, part, tuple(wholes), certain, group)


# ----------------------------------------------------------------------------------------------------------- changes

POINTS = "个百分点"
_RESPECTIVELY = re.compile(r"^(?:和|、)$")
_GAINED = re.compile(r"(?:新增|净增|增至?)(?:加|了)?$")
_FROM = re.compile(r"(?:由|从|自)[^，。；]{0,20}$")
_TO = re.compile(r"^[^，。；]{0,12}(?:到|至|为|成)$")
_LAST_YEARS = re.compile(r"(?:上年|去年|上一年)(?![^，。；]{0,8}(?:相比|增|减|升|降|多|少))")
def _year_after(first: Mention, second: Mention) -> bool:
    """Whether two figures of one kind are of two years that follow each other."""
    if first.year is None or second.year is None or first.dimension != second.dimension:
        return False
    return first.year == second.year - 1


_DOWN = re.compile(r"下降|减少|降低|降幅|减幅|压减|压缩|缩减|递减|节约|少$|少了")


def _changes(runs: Sequence[Run]) -> Iterator[Change]:
    for index, run in enumerate(runs):
        for position, mention in enumerate(run):
            if mention.role == "change_rate":
                if "分别" in mention.label or _RESPECTIVELY.search(mention.tail):
                    continue  # 分别增长3%、5%: which is whose is not said beside the figure
                amounts = _amounts(run, position)
                change = _change(runs, index, position, amounts[0] if amounts else None, mention)
                yield change if len(amounts) < 2 else replace(change, certain=False)
            elif mention.role == "change" and mention.quantity.unit == POINTS:
                if (pair := _two_rates(run, position)) is not None:
                    yield Change(mention, None, pair[1:], pair[:1], _DOWN.search(mention.label[-8:]) is None)
            elif mention.role == "change":
                following = run[position + 1 : position + 3]
                if not any(other.role == "change_rate" for other in following) and any(
                    other.role == "prior" for other in run[max(0, position - 1) : position]
                ):
                    yield _change(runs, index, position, mention, None)


def _amounts(run: Run, position: int) -> Run:
    """The amounts of change that a rate may be of: 减少193户、448人，人数下降3.98% has two, its words choose one."""
    amounts: Run = []
    for mention in reversed(run[max(0, position - 3) : position]):
        if mention.role == "prior" and not amounts:
            continue
        amounts.insert(0, mention)
        if mention.role == "change" or _GAINED.search(mention.label):
            break
        if mention.gap not in ("、", "和", "及"):
            return []
    else:
        return []
    if len(amounts) > 1:
        rate = run[position]
        named = [m for m in amounts if m.quantity.unit and f"{m.quantity.unit}数" in rate.label]
        return named[:1] or amounts
    return amounts if amounts[0].role == "change" or any(m.role == "prior" for m in run[max(0, position - 2) : position]) else []


def _named_before(runs: Sequence[Run], index: int, amount: Mention) -> Run:
    """住院救助6920人次 … 住院救助人次增加480人次: the figure of a sentence before that has the name of what changed."""
    for run in reversed(runs[max(0, index - 2 * NEAR) : index]):
        if run[0].line.scope != amount.line.scope or run[0].source.file != amount.source.file:
            break
        for mention in run:
            if mention.dimension == amount.dimension and mention.role not in DERIVED and mention.kind == amount.kind:
                if len(mention.subject) >= 3 and mention.subject in amount.label and mention.quantity.unit != "元":
                    return [mention]
    return []


def _from_to(run: Run, at: int) -> tuple[Mention, Mention] | None:
    """由485公斤提高到532公斤，增加47公斤: the two figures straight before a change."""
    if at < 2:
        return None
    first, second = run[at - 2], run[at - 1]
    if first.dimension != second.dimension or not _FROM.search(first.gap) or not _TO.search(second.gap):
        return None
    return first, second


def _of_last_year(run: Run, position: int) -> bool:
    """Whether a figure is said to be last year's: 上年为11098人, 去年同期合计6305户、11260人."""
    mention = run[position]
    if mention.role in DERIVED - {"prior"}:
        return False
    if mention.gap in ("、", "和", "及") and position:
        return _of_last_year(run, position - 1)
    return _LAST_YEARS.search(mention.label) is not None


def _two_rates(run: Run, position: int) -> tuple[Mention, Mention] | None:
    """The earlier and the later percentage of 由84.6%提高到88.9%，提高4.3个百分点 and its kin."""
    amount = run[position]
    if (pair := _from_to(run, position)) is not None:
        return pair if pair[0].quantity.unit in PERCENTAGES else None
    if position >= 2 and re.search(r"[；。]", run[position - 1].gap + amount.gap) is None:
        now, before = run[position - 2], run[position - 1]
        last = _LAST_YEARS.search(before.label) is not None and (amount.gap[:1] in "，" or before.label.endswith("的"))
        if last and now.quantity.unit == before.quantity.unit == "%" and now.role not in ("change_rate", "share"):
            return before, now
    return None


def _change(
    runs: Sequence[Run], index: int, position: int, amount: Mention | None, rate: Mention | None
) -> Change:
    run = runs[index]
    anchor = amount or rate
    assert anchor is not None
    at = run.index(anchor)
    dimension = amount.dimension if amount else ""
    words = anchor.label if amount is None else amount.label or (rate.label if rate else "")
    up = _DOWN.search(words[-8:]) is None

    def fits(mention: Mention) -> bool:
        if mention.role in DERIVED - {"prior"} or mention.number is None or mention.quantity.unit in PERCENTAGES:
            return False
        return not dimension or mention.dimension == dimension

    earlier = [m for m in run[max(0, at - LONGEST_LIST) : at] if fits(m)]
    pair = _from_to(run, at)
    if pair is None and amount is None and at and (pair := _from_to(run, at - 1)) and run[at - 1].dimension != pair[0].dimension:
        pair = None
    if pair is not None and pair[0].quantity.unit not in PERCENTAGES and (not dimension or pair[0].dimension == dimension):
        return Change(amount, rate, (pair[1],), (pair[0],), up)
    # a figure of last year belongs to the first change after it, not to one after a semicolon
    cut = max((i + (run[i].role == "change_rate") for i in range(at) if run[i].role == "change_rate" or "；" in run[i].gap), default=0)
    own = {id(m) for m in run[cut:at]} if anchor.gap.count("；") == 0 else set()
    before = [m for m in reversed(earlier) if id(m) in own and m.role == "prior" or id(m) in own and _of_last_year(run, run.index(m))][:1]
    # （2019年1040起，2020年910起） straight after the change
    following = [m for m in run[position + 1 : position + 3] if m.bracket > anchor.bracket and fits(m)]
    inside = [m for m in following if m.year is not None and "年" in m.label]
    if len(inside) == 2 and inside[0].dimension == inside[1].dimension and inside[0].year != inside[1].year:
        old, new = sorted(inside, key=lambda m: m.year or 0)
        return Change(amount, rate, (new,), (old,), up)
    # （2020年为857.76万元）, 上年收入为1325.5万元
    before += inside[:1]
    if not before:
        after = range(position + 1, min(position + 3, len(run)))
        before = [run[i] for i in after if fits(run[i]) and _of_last_year(run, i) and "；" not in run[i].gap][:1]
    now = [m for m in reversed(earlier) if m.role != "prior" and m not in before]
    if amount is None and before:
        now = [m for m in now if m.dimension == before[0].dimension]
    if amount is None and not before:
        # 2018年支出757.01万元，2019年788.55万元，增长4.2%: the two figures straight before
        if len(earlier) >= 2 and _year_after(earlier[-2], earlier[-1]):
            return Change(None, rate, (earlier[-1],), (earlier[-2],), up)
        return Change(None, rate, (), (), up, certain=False)
    if amount is not None and not before and now:
        # 2019年支出58.8万元，2020年增加4.9万元: the only figure before is last year's
        lone = now[0]
        if amount.year is not None and lone.year == amount.year - 1 and "比" not in amount.gap and "较" not in amount.gap:
            return Change(amount, rate, (), (lone,), up)
    if not now and index:
        previous = runs[index - 1]
        if previous[0].line.number >= anchor.line.number - 1 and previous[0].source.file == anchor.source.file:
            now = [m for m in previous if fits(m) and m.role != "prior"]
            now = [m for m in now if m.kind != "budget"] or now
    if not now and not before and amount is not None:
        now = _named_before(runs, index, amount)
    further: list[Mention] = []
    for other in reversed(runs[max(0, index - NEAR) : index]):
        if other[0].line is anchor.line:
            further += [m for m in other if fits(m)]
    return Change(amount, rate, tuple(now), tuple(before), up, True, tuple(further[:LONGEST_LIST]))


# ---------------------------------------------------------------------------------------------------------- products

def _counts(mention: Mention, per: str) -> bool:
    unit = mention.quantity.unit
    if not unit or mention.role in DERIVED or mention.number is None or unit in PERCENTAGES or unit == "元":
        return False
    if not per:
        return True
    if per in ("人", "名", "生"):
        return unit in ("人", "名", "位", "人次", "人份")
    if per == "户":
        return unit in ("户", "户家庭", "家")
    if per == "车":
        return unit in ("辆", "台")
    if per == "次":
        return unit in ("次", "人次", "批次", "场次")
    return unit == per or unit.startswith(per) or per.startswith(unit) or (unit == "个" and per != "亩")


def _products(runs: Sequence[Run], sums: Sequence[Sum]) -> Iterator[Product]:
    parts = {id(part) for item in sums for part in item.parts if len(item.parts) > 1}
    for index, run in enumerate(runs):
        for position, price in enumerate(run):
            if price.role != "price" or price.number is None or "分别" in price.label:
                continue
            segment = _segment(run, position)
            counts, totals = _factors(segment, price, parts)
            if not counts or not totals:
                counts, totals = _factors(run, price, parts)
            after = run[position + 1 : position + 2]
            closing = bool(after) and after[0] in totals and after[0].role == "total"
            if not counts and position and run[position - 1] in totals and (counts := _counted_elsewhere(runs, run[position - 1], price)):
                totals = [run[position - 1]]
            previous = runs[index - 1][0].line if index else None
            # 8.6万株。 … 株均48.8元: heads and households are too many kinds to be looked for in another paragraph
            same_topic = previous is price.line or previous is not None and (
                price.per not in "人名生户家" and previous.number == price.line.number - 1 and not price.line.rank
            )
            if not counts and same_topic:
                counts = [m for m in runs[index - 1] if _counts(m, price.per) and id(m) not in parts]
            if counts and not totals:
                totals = _amount_before(runs, index, price)
            counts.sort(key=lambda m: (m.start > price.start, abs(m.start - price.start)))
            totals.sort(key=lambda m: (m.role != "total" or m.start < price.start, abs(m.start - price.start)))
            one = len({m.number for m in counts}) == 1 and len({m.number for m in totals}) == 1
            certain = bool(counts) and bool(totals) and (closing or one)
            several = totals and _OF_SEVERAL.search(totals[0].label)
            prices = [m for m in (run if several else segment) if m.role == "price" and m.dimension == price.dimension]
            if len(prices) > 1 and (len({m.number for m in totals}) == 1 or len({m.number for m in counts}) == 1):
                certain = False  # 摄像机6台、单价4.8万元…三类设备合计44.6万元: one total of several products
            periods = tuple(m for m in segment if m.quantity.unit in _PERIODS and m.number is not None and m is not price)
            yield Product(price, tuple(counts[:LONGEST_LIST]), tuple(totals[:LONGEST_LIST]), certain, periods)


_OF_SEVERAL = re.compile(r"(?:[两二三四五六七八九十\d][类种项][^，。；]{0,6}|以上|上述)[^，。；]{0,6}$")
_PERIODS = frozenset(["天", "日", "月", "个月", "季度", "个季度", "周", "学期", "个学期"])


def _amount_before(runs: Sequence[Run], index: int, price: Mention) -> Run:
    """The nearest amount of a sentence before whose words hold those of an average: 公车运行维护费…, 车均运行费."""
    name = clean(re.sub(r"^.*?均", "", price.label))
    if len(name) < 2:
        return []
    for run in reversed(runs[max(0, index - 3) : index]):
        if run[0].line.scope != price.line.scope or run[0].line.number < price.line.number - 2:
            break
        same = [m for m in run if m.dimension == price.dimension and m.role not in DERIVED and set(name) <= set(m.label)]
        if same:
            return same if len(same) == 1 else []
    return []


def _counted_elsewhere(runs: Sequence[Run], total: Mention, price: Mention) -> Run:
    """多功能运动场360万元，每片40万元: the figure in 片 that another sentence gives for the same thing."""
    name = total.subject
    if len(name) < 3 or not price.per:
        return []
    return [
        mention
        for run in runs
        for mention in run
        if mention.quantity.unit == price.per
        and mention.role not in DERIVED
        and mention.line.scope == total.line.scope
        and len(mention.subject) >= 3
        and (mention.subject.endswith(name) or name.endswith(mention.subject))
    ][:LONGEST_LIST]


def _segment(run: Run, position: int) -> Run:
    """The figures between the semicolons around one of them."""
    start = end = position
    while start > 0 and "；" not in run[start].gap:
        start -= 1
    while end + 1 < len(run) and "；" not in run[end + 1].gap:
        end += 1
    return run[start : end + 1]


def _factors(run: Run, price: Mention, parts: set[int]) -> tuple[Run, Run]:
    """The counts that a price may be multiplied with, and the amounts that may come out."""
    counts = [
        m
        for m in run
        if m is not price
        and id(m) not in parts
        and _counts(m, price.per)
        and (m.dimension != price.dimension or price.dimension != "元")
    ]
    totals = [
        m
        for m in run
        if m is not price
        and m.dimension == price.dimension
        and m.role not in DERIVED
        and m.number is not None
        and m not in counts
        and (m.bracket <= price.bracket or re.search("其中|含", m.gap) is None)
        and (price.number is None or m.number >= price.number)
        and m.kind != "remainder"
    ]
    return counts, [m for m in totals if m.kind != "budget"] or totals


# -------------------------------------------------------------------------------------------------------- executions


def _executions(runs: Sequence[Run]) -> Iterator[Execution]:
    for index, run in enumerate(runs):
        for position, rate in enumerate(run):
            budget_before = position and rate.gap in ("的", "的比例为") and run[position - 1].kind == "budget"
            if rate.quantity.unit not in PERCENTAGES or "分别" in rate.label:
                continue
            if not (rate.role == "rate" or budget_before or _after_both(run, position)):
                continue
            budgets, spent, left = _money_around(run, position)
            near = bool(budgets and spent)
            back = index - 1
            while back >= 0 and index - back <= NEAR and not (budgets and spent):
                earlier = runs[back]
                if earlier[0].source.file != rate.source.file or earlier[0].line.scope != rate.line.scope:
                    break
                more = _money_around(earlier, len(earlier))
                if (not budgets and earlier[0].line is rate.line) or (not budgets and not spent):
                    budgets = budgets or more[0]
                if not spent:
                    spent = more[1]
                back -= 1
            if not budgets and spent and spent[0].line is rate.line:
                budgets = _project_money(runs, index)
            yield Execution(rate, tuple(budgets[:LONGEST_LIST]), tuple(spent[:LONGEST_LIST]), tuple(left), near)


_MONEY_OF_PROJECT = re.compile(r"(?:资金|经费|补助)(?:总额|总量)?(?:共计?|合计|为)?$")


def _project_money(runs: Sequence[Run], index: int) -> Run:
    """财政补助资金800万元 of the lines before, where no figure near by is called a budget and only one such figure stands there."""
    found: Run = []
    for run in runs[max(0, index - NEAR) : index + 1]:
        first = run[0]
        if any(m.kind in ("budget", "adjusted", "received") for m in run[1:] if m.dimension == "元"):
            return []
        if first.line.scope == runs[index][0].line.scope and first.dimension == "元" and first.role not in DERIVED:
            if total := next((m for m in run if m.role == "total" and m.dimension == "元" and m.number), None):
                found.append(total)
            elif first.number and not first.bracket and _MONEY_OF_PROJECT.search(first.label) and first.kind in ("", "budget", "received"):
                found.append(first)
    return found if len(found) == 1 else []


def _after_both(run: Run, position: int) -> bool:
    """预算100万元，支出95万元，完成率98%: a rate that only its neighbours make one of execution."""
    kinds = {mention.kind for mention in run[max(0, position - 2) : position] if mention.dimension in ("元", "")}
    return kinds == {"budget", "executed"} and re.search(r"完成率|完成比例|执行比例|支出比例", run[position].label) is not None


def _money_around(run: Run, position: int) -> tuple[list[Mention], list[Mention], list[Mention]]:
    """Budgets, amounts spent and amounts left of a sentence, those straight before `position` first."""
    budgets: list[Mention] = []
    spent: list[Mention] = []
    left: list[Mention] = []
    window = run[max(0, position - LONGEST_LIST) : position][::-1] + run[position + 1 : position + 4]
    for mention in window:
        if mention.number is None or mention.dimension not in ("元", "") or mention.bracket:
            continue
        if mention.role in DERIVED and not (mention.role == "prior" and mention.kind == "budget"):
            continue
        if mention.kind in ("budget", "received"):
            budgets.append(mention)
        elif mention.kind == "remainder":
            left.append(mention)
        elif mention.kind in ("executed", "income", "") or mention.role == "total":
            spent.append(mention)
    strong = [mention for mention in spent if mention.kind == "executed"]
    return budgets, strong + [mention for mention in spent if mention not in strong], left


# ----------------------------------------------------------------------------------------------------------- surveys


_AMONG = re.compile(r"^(?:中|里|之中|当中)(?:有|，有)?$")
_ACTUAL = re.compile(r"^(?:实际|实际为|实际达到?|实际完成|完成|完成值|达到?)$")


def _surveys(runs: Sequence[Run]) -> Iterator[Survey]:
    for run in runs:
        for position, rate in enumerate(run):
            outcome = _outcome(run, position)
            if outcome:
                yield _survey(run, position, outcome)


def _outcome(run: Run, position: int) -> str:
    """What a percentage is the rate of: its own label, or that of the target before it (满意度目标90%，实际92.5%)."""
    rate = run[position]
    if rate.quantity.unit != "%":
        return ""
    if _COMPLETED_PLAN.search(rate.label):
        return "计划"
    if rate.role == "outcome":
        return rate.whole
    aimed = run[position - 1] if position else None
    if rate.role == "plain" and aimed is not None and _ACTUAL.match(rate.label):
        return next((stem for stem, _ in _OUTCOMES if stem in aimed.label), "") if aimed.quantity.unit == "%" else ""
    return ""


def _named_by(outcome: str, near: Run) -> Run:
    """The one figure whose words are those of a rate: 签约98人 for 签约率, 修复1213起 for 及时修复率."""
    name = outcome.removesuffix("率")
    if name == outcome or len(name) < 2:
        return []
    for words in (name, name[-2:]):
        named = [m for m in near if re.search(rf"(?<![未不]){words}(?:完成|到位|的|了|有|人数|数)*$", m.label)]
        if named:
            return named if len(named) == 1 else []
    return []


_NOT_YET = re.compile(r"(?:尚在|尚未|正在|待|仍在|需)[^，。；]{0,6}$")
_OF_PLAN = frozenset(("完成率", "目标完成率", "任务完成率", "计划完成率", "完成比例", "计划"))
_PLANNED = re.compile(r"(?:计划|目标|任务|应)[^，。；\d]{0,8}$")
_COMPLETED_PLAN = re.compile(r"(?:完成|占)(?:了)?(?:年度|全年|年初)?(?:计划|任务|目标)(?:数|任务|量|值)?的?(?:比例)?(?:为)?$")


def _of_plan(rate: Mention, before: Run) -> Survey:
    """目标45台，完成43台，完成率95.6%: what was done of what was planned, both counted alike."""
    planned = [m for m in before if _PLANNED.search(m.label)]
    done = [m for m in before if m not in planned and planned and m.dimension == planned[-1].dimension]
    planned = [m for m in planned if done and m.dimension == done[-1].dimension]
    return Survey(rate, tuple(reversed(planned)), tuple(reversed(done)), len(planned) == len(done) == 1)


def _survey(run: Run, position: int, outcome: str) -> Survey:
    rate = run[position]
    before: Run = []
    for mention in reversed(run[max(0, position - 8) : position]):
        if mention.quantity.unit in PERCENTAGES:
            break
        before.insert(0, mention)
    after: Run = []
    for mention in run[position + 1 : position + 5]:
        if mention.quantity.unit in PERCENTAGES or mention.bracket <= rate.bracket:
            break
        after.append(mention)

    def counts(mentions: Run) -> Run:
        return [m for m in mentions if m.role not in DERIVED and m.number is not None and m.quantity.unit and m.dimension != "元"]

    before, after = counts(before), counts(after)
    near = before + after
    pattern = next((words for stem, words in _OUTCOMES if stem in outcome), None)
    agreed = [m for m in near if pattern is not None and pattern.search(m.label) and "率" not in m.label]
    agreed = [m for m in agreed if _NOT_YET.search(m.label) is None]
    if outcome in _OF_PLAN:
        return _of_plan(rate, before)
    if pattern is None:
        agreed = _named_by(outcome, near)
        counted = [m for m in before if agreed and m.start < agreed[0].start and m.dimension == agreed[0].dimension]
        if agreed:
            return Survey(rate, tuple(reversed(counted)), tuple(agreed), len({m.number for m in counted}) == 1)
    asked = [m for m in near if m not in agreed and (_SURVEYED.search(m.label) or _SURVEYED.search(m.gap[-24:]) or m.role == "total")]
    if "回收" in outcome:
        asked = [m for m in before if m not in agreed][-1:]
    elif agreed and not asked and "满意" not in outcome:
        asked = [m for m in before if m.start < agreed[0].start and m.dimension == agreed[0].dimension][-1:]
    elif not agreed and len(before) >= 2 and _AMONG.match(before[-1].gap) and before[-2].dimension == before[-1].dimension:
        agreed, asked = before[-1:], before[-2:-1]
    return Survey(rate, tuple(m for m in asked if not agreed or m.dimension == agreed[0].dimension), tuple(agreed))
