"""Prices as the prose prints them: 每台2400元, with the counts and the amounts that they may connect."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scorer.prose.mentions import PERCENTAGES, Mention, clean
from scorer.prose.sums import DERIVED, LONGEST_LIST, NEAR, Run, Sum, of_paragraph


@dataclass(frozen=True, slots=True)
class Product:
    """A unit price with the counts and the amounts that it may connect, and the days or months that it was paid for.

    `pairs` are the counts and prices that one total is of, when there are several; `around` are further counts of the paragraph.
    """

    price: Mention
    counts: tuple[Mention, ...]
    totals: tuple[Mention, ...]
    certain: bool
    periods: tuple[Mention, ...] = ()
    pairs: tuple[tuple[Mention, Mention], ...] = ()
    around: tuple[Mention, ...] = ()


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


def find_products(runs: Sequence[Run], sums: Sequence[Sum]) -> Iterator[Product]:
    parts = {id(part) for item in sums for part in item.parts if len(item.parts) > 1}
    counted: dict[str, Run] = defaultdict(list)
    for mention in (mention for run in runs for mention in run if mention.role not in DERIVED):
        if len(counted[mention.quantity.unit]) < LONGEST_LIST:
            counted[mention.quantity.unit].append(mention)
    for index, run in enumerate(runs):
        yield from _formulas(run)
        together = _together(run)
        yield from together
        joined = {id(price) for product in together for _, price in product.pairs}
        for position, price in enumerate(run):
            if id(price) in joined:
                continue
            if price.role != "price" or price.number is None or "分别" in price.label:
                continue
            segment = _segment(run, position)
            counts, totals = _factors(segment, price, parts)
            if not counts or not totals:
                counts, totals = _factors(run, price, parts)
            after = run[position + 1 : position + 2]
            closing = bool(after) and after[0] in totals and (after[0].role == "total" or _DUE.match(after[0].label) is not None)
            last = run[position - 1] if position and run[position - 1] in totals else None
            if totals and not counts and (counts := _counted_under(counted, price)):
                totals = [m for m in segment if m in totals] or totals
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
            if price.dimension != "元" and price.number >= 1:
                # 视察22次，参加586人次，人均2.8次: what is shared out is not fewer than those it is shared among
                totals = [m for m in totals if any((m.number or 0) >= (c.number or 0) for c in counts)]
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
            around = tuple(_counted_around(runs, index, price)) if certain else ()
            yield Product(price, tuple(counts[:LONGEST_LIST]), tuple(totals[:LONGEST_LIST]), certain, periods, (), around)


def _together(run: Run) -> list[Product]:
    """彩超2台，每台128万元；呼吸机6台，每台18.5万元；合计367万元: one total of all that was bought."""
    pairs: list[tuple[Mention, Mention]] = []
    for position in range(1, len(run)):
        mention, last = run[position], run[position - 1]
        if mention.role == "price" and mention.number is not None and not mention.bracket and _counts(last, mention.per) and last.label:
            pairs.append((last, mention))
        elif pairs and mention.dimension == "元" and mention.role not in DERIVED and not mention.bracket:
            if mention.role == "total" and len(pairs) > 1 and last is pairs[-1][1] and _ALL.match(mention.label) and mention.number:
                return [Product(pairs[-1][1], (pairs[-1][0],), (mention,), True, (), tuple(pairs))]
            pairs = []
    return []


_ALL = re.compile(r"^(?:[两三四五六七八九十][项类种者])?(?:合计|共计|总计|共)(?:支出|金额|需|投入|使用)?(?:资金)?(?:为)?$")


def _counted_around(runs: Sequence[Run], index: int, price: Mention) -> Run:
    """What the sentences before in the paragraph count of what a price is for: 救助236人。…人均1.2万元."""

    def counted(run: Run) -> Run:
        return [m for m in run[:LONGEST_LIST] if _counts(m, price.per)]

    return of_paragraph(runs[max(0, index - NEAR) : index], price, counted)


_TIMES = re.compile(r"^[\s人次台套个件]{0,3}[×xX*✕][\s]*$")
_EQUALS = re.compile(r"^[^，。；\d]{0,4}[=＝≈]")


def _formulas(run: Run) -> Iterator[Product]:
    """帐篷50顶×1200元=6万元: a product that is written as one."""
    for position in range(2, len(run)):
        total = run[position]
        if not _EQUALS.match(total.gap + total.quote[:1]) or total.number is None:
            continue
        one, other = run[position - 2 : position]
        further = position > 2 and _TIMES.match(one.gap) is not None
        if not _TIMES.match(other.gap) or further or one.number is None or other.number is None:
            continue
        price, count = (one, other) if one.dimension == "元" or "/" in one.quantity.unit else (other, one)
        if total.dimension == price.dimension.split("/")[0]:
            result = replace(total, quantity=replace(total.quantity, op=""))  # =6万元 is no bound
            yield Product(price, (count,), (result,), True)


_PER = re.compile(r"每|[人户亩台件次家套个株校课站]均")


def _counted_under(counted: dict[str, Run], price: Mention) -> Run:
    """封山育林0.5万亩 … 封山育林每亩100元，补助50万元: the figure of another sentence for the thing that the price names."""
    name = clean(_PER.split(price.label, maxsplit=1)[0])
    if len(name) < 3 or not price.per:
        return []
    found = [m for m in counted.get(price.per, []) if m.line.scope == price.line.scope and m.subject == name]
    return found if len({m.number for m in found}) == 1 else []


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
