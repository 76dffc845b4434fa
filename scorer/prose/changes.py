"""Changes as the prose tells them: 比上年增加 A, 增长 B%, 由 A 提高到 B, 提高 C 个百分点, with the figures that each may be of.

Nothing is computed here. What the words leave open is kept as several candidates.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scorer.prose.mentions import PERCENTAGES, Mention, clean
from scorer.prose.sums import DERIVED, LONGEST_LIST, NEAR, Run


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


POINTS = "个百分点"
_RESPECTIVELY = re.compile(r"^(?:和|、)$")
_GAINED = re.compile(r"(?:新增|净增|增至?)(?:加|了)?$")
_FROM = re.compile(r"(?:由|从|自)[^，。；]{0,20}$")
_TO = re.compile(r"^[^，。；]{0,12}(?:到|至|为|成|降|升)(?:了|20\d\d年(?:末|底)?|今年|本年|当年)?的?(?:每[一-龥]{1,3})?$")
_IN_BRACKET = re.compile(r"(?:比|较|与|同)(?:上一?年|去年|20\d\d年)(?:度|末|底|同期)?（(?:为)?$")  # 与上年（120万元）相比
_LAST_YEARS = re.compile(r"(?:上年|去年|上一年)(?![^，。；]{0,8}(?:相比|增|减|升|降|多|少))")
_THAN_YEAR = re.compile(r"(?:比|较|与)(?:(?P<year>20\d\d)年|(?P<last>上年|去年|上一年))")
_OF_PRIOR_YEAR = re.compile(r"(?:比|较|与|同)(?:上年|去年|上一年|20\d\d年)(?:度|[年]?[末底]|同期)?的?$")
_NAMES_YEAR = re.compile(r"^20\d\d年(?:度|同期)?(?:为|是)?$")
_SEVERAL_YEARS = re.compile(r"累计|年均|平均|[两三四五六七八九十]年")
_YEARLY = re.compile(r"年均|平均|复合")
_CHANGES_AT = re.compile(r"(?:同比)?(?:增幅|降幅|涨幅|减幅|增速|幅度|增长|增加|上升|提高|上涨|提升|下降|减少|降低|压减|压缩|缩减|节约).*$")


def _year_after(first: Mention, second: Mention) -> bool:
    """Whether two figures of one kind are of two years that follow each other."""
    if first.year is None or second.year is None or first.dimension != second.dimension:
        return False
    return first.year == second.year - 1


_DOWN = re.compile(r"下降|减少|降低|降幅|减幅|压减|压缩|缩减|递减|节约|缩短|缩小|压降|少$|少了|[同上去]?[比年]少[一-龥]{1,2}$")


_COMPARED = re.compile(r"(?<![同环])比|较")


def find_changes(runs: Sequence[Run]) -> Iterator[Change]:
    named = _by_name(runs)
    for index, run in enumerate(runs):
        for position, mention in enumerate(run):
            if mention.role == "change_rate":
                if "分别" in mention.label or _RESPECTIVELY.search(mention.tail):
                    yield from _respective_changes(run, position)
                    continue
                amounts = _amounts(run, position)
                change = _change(runs, index, position, amounts[0] if amounts else None, mention, named)
                sure = len(amounts) < 2 and _YEARLY.search(mention.label) is None and not _of_its_own(mention, amounts)
                yield change if sure else replace(change, certain=False)
            elif mention.role == "change" and mention.quantity.unit == POINTS:
                if (pair := _two_rates(run, position) or _told_after(run, position)) is not None:
                    yield Change(mention, None, pair[1:], pair[:1], _DOWN.search(mention.label[-8:]) is None)
            elif mention.role == "change":
                following = run[position + 1 : position + 3]
                if any(other.role == "change_rate" for other in following):
                    continue
                pair = _from_to(run, position)
                if any(other.role == "prior" for other in run[max(0, position - 1) : position]) or (
                    pair is not None and pair[0].quantity.unit == mention.quantity.unit
                ):
                    yield _change(runs, index, position, mention, None, named)


def _of_its_own(rate: Mention, amounts: Run) -> bool:
    """项目数减少5个，奖励资金同比下降13.6%: the rate is of something else than the amount before it."""
    name = clean(_CHANGES_AT.sub("", rate.label.replace("同比", "")))
    if not amounts or len(name) < 2 or "；" in rate.gap:
        return False
    words = amounts[0].label + amounts[0].tail
    alike = any(name[i : i + 2] in words for i in range(len(name) - 1))
    return amounts[0].dimension != "元" and not alike and _COMPARED.search(name) is None


def _respective_changes(run: Run, position: int) -> Iterator[Change]:
    """增加11项次、1.4万人次，分别增长31.4%和36.8%: each rate with its amount, and the one figure before of what was counted so.

    Nothing where the words give no amounts, or not as many as rates: which rate is whose is not said then.
    """
    rates = [run[position]]
    for mention in run[position + 1 :]:
        if mention.quantity.unit not in PERCENTAGES or mention.gap.strip() not in ("、", "和", "及"):
            break
        rates.append(mention)
    first = position - len(rates)
    amounts = run[max(0, first) : position]
    joined = all(mention.gap.strip() in ("、", "和", "及") for mention in amounts[1:])
    if first < 0 or amounts[0].role != "change" or not joined:
        return
    for amount, rate in zip(amounts, rates, strict=True):
        now = [m for m in run[:first] if m.quantity.unit == amount.quantity.unit and m.role in ("plain", "total") and m.number]
        if len(now) == 1:
            yield Change(amount, rate, (now[0],), (), _DOWN.search(amounts[0].label[-8:]) is None)


def _by_name(runs: Sequence[Run]) -> dict[tuple[str, str, int], Run]:
    """Plain figures by file, name and project: a change far off finds what changed by its name."""
    named: dict[tuple[str, str, int], Run] = defaultdict(list)
    for run in runs:
        for mention in run:
            if mention.role in ("plain", "total") and len(mention.subject) >= 3 and mention.number is not None:
                named[mention.source.file, mention.subject, mention.line.scope].append(mention)
    return named


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


def _of_name(named: dict[tuple[str, str, int], Run], amount: Mention) -> Run:
    """资金总量459.8万元 … 资金总量增加26.3万元: the only figure of the document that has the name of what changed."""
    name = clean(_CHANGES_AT.sub("", amount.label))
    same = [
        m
        for m in named.get((amount.source.file, name, amount.line.scope), ())[:LONGEST_LIST]
        if m.dimension == amount.dimension and (m.year is None or m.year != _base_year(amount))
    ]
    return same[:1] if len({m.number for m in same}) == 1 else []


def _base_year(mention: Mention) -> int | None:
    match = _THAN_YEAR.search(mention.gap)
    return int(match["year"]) if match and match["year"] else None


def _of_years(runs: Sequence[Run], index: int, rate: Mention) -> tuple[Mention, Mention] | None:
    """2021年860万元，2022年936万元，2023年1040万元。2023年较2022年增长11.1%: this year's figure and that of the year named."""
    match = _THAN_YEAR.search(rate.gap)
    if match is None:
        return None
    years: dict[int, Run] = defaultdict(list)
    for run in runs[max(0, index - 2) : index + 1]:
        if run[0].line is not rate.line:
            continue
        for mention in run:
            single = mention.role == "plain" and _SEVERAL_YEARS.search(mention.label) is None
            if single and mention.start < rate.start and mention.year is not None and mention.number:
                years[mention.year].append(mention)
    before = rate.sentence.text[: rate.start - rate.sentence.start]
    said = [int(year) for year in re.findall(r"(?<![比较与])(20\d\d)年", before)]
    now = said[-1] if said else max(years, default=0)
    base = int(match["year"]) if match["year"] else now - 1
    new, old = years.get(now, []), years.get(base, [])
    if now <= base or len(new) != 1 or len(old) != 1 or new[0].dimension != old[0].dimension:
        return None
    if new[0].subject and old[0].subject and not set(new[0].subject) & set(old[0].subject):
        return None  # 门急诊21.6万人次…；出院1.18万人次: two things
    return old[0], new[0]


NAMED_MOST = 60  # figures of a sentence that are looked through for a name: a list of more is no sentence


def _named_before(runs: Sequence[Run], index: int, amount: Mention) -> Run:
    """住院救助6920人次 … 住院救助人次增加480人次: the figure of a sentence before that has the name of what changed."""
    for run in reversed(runs[max(0, index - 2 * NEAR) : index]):
        if run[0].line.scope != amount.line.scope or run[0].source.file != amount.source.file:
            break
        for mention in run[:NAMED_MOST]:
            like = mention.dimension == amount.dimension != "元" and mention.role not in DERIVED and mention.kind == amount.kind
            if like and len(mention.subject) >= 3 and mention.subject in amount.label:
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
    return _LAST_YEARS.search(mention.label) is not None or _IN_BRACKET.search(mention.gap) is not None


def _two_rates(run: Run, position: int) -> tuple[Mention, Mention] | None:
    """The earlier and the later percentage of 由84.6%提高到88.9%，提高4.3个百分点 and its kin."""
    amount = run[position]
    if (pair := _from_to(run, position)) is not None:
        return pair if pair[0].quantity.unit in PERCENTAGES else None
    if position >= 2 and re.search(r"[；。]", run[position - 1].gap + amount.gap) is None:
        now, before = run[position - 2], run[position - 1]
        last = _LAST_YEARS.search(before.label) is not None and (amount.gap[:1] in "，" or before.label.endswith("的"))
        earlier = _NAMES_YEAR.search(before.label)
        if earlier and now.year != before.year and re.match(r"[，；]", amount.gap) and _COMPARED.search(amount.gap) is None:
            last = last or before.year is not None and (now.year is None or before.year < now.year)
        compared = _OF_PRIOR_YEAR.search(before.label) is not None or _IN_BRACKET.search(before.gap) is not None
        levels = ("change_rate",) if compared else ("change_rate", "share")
        if (last or compared) and now.quantity.unit == before.quantity.unit == "%" and now.role not in levels:
            return before, now
    return None


def _told_after(run: Run, position: int) -> tuple[Mention, Mention] | None:
    """占14.8%，较2022年提升1.4个百分点，2022年为13.4%: the earlier level stands behind the change."""
    if not position or position + 1 >= len(run) or "；" in run[position].gap:
        return None
    now, before = run[position - 1], run[position + 1]
    told = _NAMES_YEAR.search(before.label) or _LAST_YEARS.match(before.label)
    if now.quantity.unit != "%" or before.quantity.unit != "%" or not told or now.role == "change_rate" or "；" in before.gap:
        return None
    return before, now


def _change(
    runs: Sequence[Run],
    index: int,
    position: int,
    amount: Mention | None,
    rate: Mention | None,
    named: dict[tuple[str, str, int], Run],
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
        if (dated := _of_years(runs, index, anchor)) is not None:
            return Change(None, rate, dated[1:], dated[:1], up)
        return Change(None, rate, (), (), up, certain=False)
    if amount is not None and not before and now:
        # 2019年支出58.8万元，2020年增加4.9万元: the only figure before is last year's
        lone = now[0]
        if amount.year is not None and lone.year == amount.year - 1 and _COMPARED.search(amount.gap) is None:
            return Change(amount, rate, (), (lone,), up)
    if not now and index:
        previous = runs[index - 1]
        if previous[0].line.number >= anchor.line.number - 1 and previous[0].source.file == anchor.source.file:
            part = next((i for i, m in enumerate(previous) if "其中" in m.gap), len(previous))
            now = [m for m in previous[:part] if fits(m) and m.role != "prior"]
            now = [m for m in now if m.kind != "budget"] or now
    if not now and not before and amount is not None:
        now = _named_before(runs, index, amount) or _of_name(named, amount)
    further: list[Mention] = []
    for other in reversed(runs[max(0, index - NEAR) : index]):
        if len(further) < NAMED_MOST and other[0].line is anchor.line:
            further += [m for m in other if fits(m)]
    if amount is None and before and not any(m.sentence is anchor.sentence for m in now):
        now += [m for m in further if m.dimension == before[0].dimension and m not in now]
    return Change(amount, rate, tuple(now), tuple(before), up, True, tuple(further[:LONGEST_LIST]))
