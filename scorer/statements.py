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
from decimal import Decimal

from scorer.changes import Change, find_changes
from scorer.mentions import PERCENTAGES, Mention, clean
from scorer.outcomes import Survey, find_surveys
from scorer.sums import DERIVED, LONGEST_LIST, NEAR, Run, Sum, find_sums, sentence_runs


@dataclass(frozen=True, slots=True)
class Share:
    """A printed percentage of a whole: `wholes` the figures that may be meant, the likeliest first."""

    percent: Mention
    part: Mention | None
    wholes: tuple[Mention, ...]
    certain: bool = False
    group: int = -1


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
    """A rate of execution with the budgets and the amounts spent that it may be of, the nearest first.

    Not `certain` when the budget is written in several amounts, of which the words name no total.
    """

    rate: Mention
    budgets: tuple[Mention, ...]
    spent: tuple[Mention, ...]
    left: tuple[Mention, ...]
    near: bool
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
        changes=tuple(find_changes(runs)),
        products=tuple(_products(runs, sums)),
        executions=tuple(_executions(runs, sums)),
        surveys=tuple(find_surveys(runs)),
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
        share = mention is not None and mention.quantity.unit == "%" and mention.role == "plain" and mention.label != ""
        if mention is not None and share and (not listed or "；" not in mention.gap):
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
        and _STATES_WHOLE.search(run[position - 1].label) is not None
        and run[position - 1].kind != "budget"
    )


_STATES_WHOLE = re.compile(r"占|相当于|(?:完成|达到|为)(?:了)?(?:年度|全年|年初)?(?:目标|任务|计划)+(?:数|任务|目标|量|值)?$")
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


_OF_BEFORE = re.compile(r"^[，、（]?占(?:比例?|比重)?(?:约|为|了|到|达到?|是)*$")


_COUNTING = re.compile(r"总|全部|人次|人数|户数|数量|[数额量的]")


def _named_alike(named: str, part: Mention, before: Sequence[Mention]) -> Run:
    """占查档总人次的27.5%, 占城镇岗位的60%: 接待查档4312人次, 城镇公益性岗位430人, when no other figure fits the words."""
    key = _COUNTING.sub("", named)
    if len(key) < 2:
        return []
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


def _shortened(key: str, name: str) -> bool:
    """公益岗位 for 乡村公益性岗位."""
    begins = name.find(key[:2])
    return begins >= 0 and name.endswith(key[-2:]) and set(key) <= set(name[begins:])


def _offset(place: int, run: Run) -> int:
    """A place of the line as one of its sentence."""
    return place - run[0].sentence.start


def _of_same_noun(part: Mention, recent: Sequence[Mention]) -> Run:
    """43个自然村 … 实行垃圾分类的自然村32个，占74.4%: the one earlier figure of the very noun that the part ends in."""
    if len(part.subject) < 4 or part.dimension == "元":
        return []
    found = [
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
            if mention.dimension == part.dimension and key and key in mention.label.replace("（类）", "")
        ][:LONGEST_LIST]
        certain = bool(wholes) and (wholes[0] in run or wholes[0].line.number >= part.line.number - 2)
    if named and not generic and not wholes and (alike := _named_alike(named, part, [*recent, *earlier])):
        wholes, certain = alike, True
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
        alone = len({m.number for m in same}) == 1 and len(earlier) < 4
        wholes = same if alone and "；" not in run[0].sentence.text[_offset(same[0].end, run) : _offset(part.start, run)] else []
        wholes = wholes if same else _of_same_noun(part, recent)
        certain = bool(wholes)
    if implied is not None and implied not in wholes:
        wholes.append(implied)
        certain = certain or len(wholes) == 1
    return Share(percent, part, tuple(wholes), certain, group)


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
    counted: dict[str, Run] = defaultdict(list)
    for mention in (mention for run in runs for mention in run if mention.role not in DERIVED):
        if len(counted[mention.quantity.unit]) < LONGEST_LIST:
            counted[mention.quantity.unit].append(mention)
    for index, run in enumerate(runs):
        for position, price in enumerate(run):
            if price.role != "price" or price.number is None or "分别" in price.label:
                continue
            segment = _segment(run, position)
            counts, totals = _factors(segment, price, parts)
            if not counts or not totals:
                counts, totals = _factors(run, price, parts)
            after = run[position + 1 : position + 2]
            closing = bool(after) and after[0] in totals and (after[0].role == "total" or _DUE.match(after[0].label) is not None)
            last = run[position - 1] if position and run[position - 1] in totals else None
            if not counts and last is not None and (counts := _counted_elsewhere(counted, last, price)):
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
            totals.sort(key=lambda m: (not _gives_amount(m) or m.start < price.start, abs(m.start - price.start)))
            one = len({m.number for m in counts}) == 1 and len({m.number for m in totals}) == 1
            certain = bool(counts) and bool(totals) and (closing or one)
            several = totals and _OF_SEVERAL.search(totals[0].label)
            prices = [m for m in (run if several else segment) if m.role == "price" and m.dimension == price.dimension]
            if len(prices) > 1 and (len({m.number for m in totals}) == 1 or len({m.number for m in counts}) == 1):
                certain = False  # 摄像机6台、单价4.8万元…三类设备合计44.6万元: one total of several products
            behind = bool(counts and totals) and price.start < totals[0].start < min(m.start for m in counts)
            if behind and (not counts[0].label or counts[0].label.endswith("的")):
                certain = False  # 标准30元/亩，兑付240万元，超出的0.24万亩自行承担
            periods = tuple(m for m in segment if m.quantity.unit in _PERIODS and m.number is not None and m is not price)
            yield Product(price, tuple(counts[:LONGEST_LIST]), tuple(totals[:LONGEST_LIST]), certain, periods)


_DUE = re.compile(r"(?:共需|应|需|所需|折合|金额|小计)")


def _gives_amount(mention: Mention) -> bool:
    return mention.role == "total" or _DUE.match(mention.label) is not None


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


def _counted_elsewhere(counted: dict[str, Run], total: Mention, price: Mention) -> Run:
    """多功能运动场360万元，每片40万元: the figure in 片 that another sentence gives for the same thing."""
    name = total.subject
    if len(name) < 3 or not price.per:
        return []
    return [
        mention
        for mention in counted.get(price.per, [])
        if mention.line.scope == total.line.scope
        and len(mention.subject) >= 3
        and (mention.subject.endswith(name) or name.endswith(mention.subject))
    ]


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
        and m.dimension == price.dimension.split("/")[0]
        and m.role not in DERIVED
        and m.number is not None
        and m not in counts
        and (m.bracket <= price.bracket or re.search("其中|含", m.gap) is None)
        and (price.number is None or m.number >= price.number)
        and m.kind != "remainder"
    ]
    return counts, [m for m in totals if m.kind != "budget"] or totals


# -------------------------------------------------------------------------------------------------------- executions


def _executions(runs: Sequence[Run], sums: Sequence[Sum]) -> Iterator[Execution]:
    budgeted: _Budgeted = defaultdict(dict)
    parts = {id(part) for item in sums for part in item.parts}
    for index, run in enumerate(runs):
        for mention in run:
            if mention.kind not in ("budget", "income") or mention.quantity.unit != "元" or not mention.number:
                continue
            whole = mention.role in ("plain", "total") and not mention.bracket and id(mention) not in parts
            if whole and not mention.label.startswith(("另", "其中")):
                budgeted[mention.source.file, mention.line.scope, mention.kind][mention.number] = mention
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
            budgets = [m for m in budgets if id(m) not in parts] or budgets
            certain = True
            if not budgets and spent and spent[0].line is rate.line:
                budgets = _project_money(runs, index)
                if not budgets and _of_everything(spent[0]):
                    budgets, certain = _sole(budgeted, rate)
            left = left or _left_after(runs, index, spent)
            certain = certain and not (len(budgets) == 1 and _has_sibling(runs, budgets[0], index))
            certain = certain and not _in_several(budgets)
            yield Execution(rate, tuple(budgets[:LONGEST_LIST]), tuple(spent[:LONGEST_LIST]), tuple(left), near, certain)


def _in_several(budgets: Run) -> bool:
    """春季学期拨付1559.3万元，秋季学期拨付1559.3万元: one budget in several payments."""
    received = [m for m in budgets if m.kind == "received" and m.role == "plain" and m.sentence is budgets[0].sentence]
    return len(received) > 1 and len(received) == len([m for m in budgets if m.sentence is budgets[0].sentence])


_PAYING = re.compile(r"拨付|兑付|支付|使用|兑现|资金|已|总")


def _of_everything(spent: Mention) -> bool:
    """共支出56.4万元: the spending as such."""
    return spent.kind == "executed" and not spent.bracket and (spent.role == "total" or _PAYING.sub("", spent.subject) == "")


_Budgeted = dict[tuple[str, int, str], dict[Decimal | None, Mention]]


def _sole(budgeted: _Budgeted, rate: Mention) -> tuple[Run, bool]:
    """The only budget that the document has named so far, or else its only income, which is the budget when it says so."""
    for kind in ("budget", "income"):
        named = budgeted.get((rate.source.file, rate.line.scope, kind), {})
        if len(named) == 1:
            sole = next(iter(named.values()))
            return [sole], kind == "budget" or "预算" in sole.label
        if named:
            break
    return [], True


def _left_after(runs: Sequence[Run], index: int, spent: Run) -> Run:
    """执行率94%。…年末结余112.59万元: what a sentence after, in the same paragraph, says is left."""
    for run in runs[index + 1 : index + 5]:
        first = run[0]
        if first.line.number > runs[index][0].line.number + 1 or first.line.scope != runs[index][0].line.scope or first.line.rank:
            break
        if first.kind == "remainder" and first.dimension == "元" and first.role == "plain" and _LEFT_AFTER.match(first.label):
            # 决算收入1241.9万元 of the sentences before may be what it is left of
            sums = {(m.number or 0) + (first.number or 0) for m in spent[:1]}
            near = [m for other in runs[max(0, index - NEAR) : index + 1] for m in other if m.dimension == "元"]
            return [] if any(m.number in sums for m in near) else [first]
    return []


_LEFT_AFTER = re.compile(r"(?:年末|年底|当年|资金|项目)*(?:结余|节余|剩余|结转)(?:资金|金额)?(?:为)?$")


_ANOTHER_FUND = re.compile(
    r"[，、；](?![^，。；：]*其中)[^，。；：]*(?:资金|配套|补助|预算|安排|下达|自筹|债券|拨款|追加|投入)(?:资金)?(?:共|为)?"
)


def _has_sibling(runs: Sequence[Run], budget: Mention, index: int) -> bool:
    """中央资金下达520万元，县级配套80万元: a budget beside which the sentence names another amount."""
    for run in runs[max(0, index - NEAR) : index + 1]:
        if run[0].sentence is not budget.sentence or budget not in run:
            continue
        after = run[run.index(budget) + 1 :][:1]
        return any(
            m.dimension == "元" and m.role == "plain" and m.kind in ("", "budget", "adjusted") and not m.bracket
            and m.number and _ANOTHER_FUND.fullmatch(m.gap)
            for m in after
        ) and budget.role != "total"  # fmt: skip
    return False


_MONEY_OF_PROJECT = re.compile(r"(?:资金|经费|补助)(?:总额|总量)?(?:共计?|合计|为)?$")


def _project_money(runs: Sequence[Run], index: int) -> Run:
    """财政补助资金800万元 of the lines before, where no figure near by is called a budget and only one such figure stands there."""
    found: Run = []
    for run in runs[max(0, index - NEAR) : index + 1]:
        first = run[0]
        if any(m.kind in ("budget", "adjusted", "received") for m in run[1:] if m.dimension == "元"):
            return []
        if first.line.scope == runs[index][0].line.scope and first.dimension == "元" and first.role not in DERIVED:
            named = first.number and not first.bracket and _MONEY_OF_PROJECT.search(first.label)
            if named and first.kind in ("", "budget", "received"):
                # 省级资金90万元、区级资金60万元，共150万元: the total of the sources
                found.append(next((m for m in run if m.role == "total" and m.dimension == "元" and m.number), first))
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
