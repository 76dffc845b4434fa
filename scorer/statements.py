"""What the prose says about its figures: sums, shares, changes, products, rates of execution, results of surveys.

Each reader walks the mentions of a sentence once and yields statements: which figures stand in which relation, with every
reading of the words that is possible. Nothing is computed here; the checks of family N do that. A statement keeps several
candidates where the words leave a choice: a check accuses only when none of them fits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scorer.mentions import PERCENTAGES, Mention, clean
from scorer.phrases import (
    AND_SO_ON,
    ENDS_OPEN,
    ENDS_PARTS,
    ENDS_WITH_OTHERS,
    INTRODUCES_PARTS,
    NAMES_ALL_PARTS,
    OUTCOMES,
    OVERLAPS,
    PURE_TOTAL,
    SURVEYED,
)

LONGEST_LIST = 40  # parts of one sum, and mentions looked at around one figure
NEAR = 6  # sentences looked back for the figures that a rate is of

_INTRODUCES = re.compile(INTRODUCES_PARTS)
_NAMES_ALL = re.compile(NAMES_ALL_PARTS)
_ENDS_OPEN = re.compile(ENDS_OPEN)
_ENDS_PARTS = re.compile(ENDS_PARTS)
_OTHERS = re.compile(ENDS_WITH_OTHERS)
_AND_SO_ON = re.compile(AND_SO_ON)
_PURE_TOTAL = re.compile(PURE_TOTAL)
_OVERLAPS = re.compile(OVERLAPS)
_SURVEYED = re.compile(SURVEYED)
_OUTCOMES = tuple((stem, re.compile(words)) for stem, words in OUTCOMES)
_ADDS_OR_TAKES = re.compile(r"^[^）]*(?:减去|扣除|加上|除以|乘以|×)")

DERIVED = frozenset(("share", "rate", "outcome", "change", "change_rate", "price", "prior"))


@dataclass(frozen=True, slots=True)
class Sum:
    """A whole and the parts that the words give it.

    `complete` says that the words name all parts (包括：, 合计); 其中 alone may name some. `doubt` says why the sum cannot be
    judged, "" when it can. `longer` are further figures that might belong to the parts: those that follow them, or, when the
    whole closes the list (`backwards`), those before them, nearest first.
    """

    whole: Mention
    parts: tuple[Mention, ...]
    complete: bool
    doubt: str = ""
    longer: tuple[Mention, ...] = ()
    wholes: tuple[Mention, ...] = ()
    backwards: bool = False


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
    """A unit price with the counts and the amounts that it may connect."""

    price: Mention
    counts: tuple[Mention, ...]
    totals: tuple[Mention, ...]
    certain: bool


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
    runs = _sentences(mentions)
    sums = tuple(_sums(runs))
    return Statements(
        sums=sums,
        shares=tuple(_shares(runs, sums)),
        changes=tuple(_changes(runs)),
        products=tuple(_products(runs, sums)),
        executions=tuple(_executions(runs)),
        surveys=tuple(_surveys(runs)),
    )


Run = list[Mention]


def _sentences(mentions: Sequence[Mention]) -> list[Run]:
    runs: list[Run] = []
    last = None
    for mention in mentions:
        if mention.in_table:
            continue
        key = (mention.source.file, mention.sentence.number)
        if key != last:
            runs.append([])
            last = key
        runs[-1].append(mention)
    return runs


# -------------------------------------------------------------------------------------------------------------- sums


def _sums(runs: Sequence[Run]) -> Iterator[Sum]:
    for index, run in enumerate(runs):
        inline: set[int] = set()
        for position, mention in enumerate(run):
            bracketed = (
                mention.bracket > 0
                and mention.gap.lstrip()[:1] == "（"
                and position > 0
                and run[position - 1].role not in DERIVED
                and _ADDS_OR_TAKES.search(mention.sentence.text[mention.end - mention.sentence.start :][:40]) is None
            )
            match = _last(_INTRODUCES, mention.gap)
            if match or bracketed:
                found = _introduced(runs, index, position, match[0] if match else "（")
                if found is not None:
                    inline.update(run.index(part) for part in found.parts if part in run)
                    yield found
            elif mention.role == "total" and position >= 2:
                found = _closing(run, position, inline)
                if found is not None:
                    yield found
        yield from _following(runs, index)
        if (found := _carried_total(runs, index)) is not None:
            yield found
    yield from _classes(runs)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    match = None
    for match in pattern.finditer(text):
        pass
    return match


def _like(mention: Mention, whole: Mention) -> bool:
    """Whether `mention` can be a part of `whole`: same dimension, and a figure of its own."""
    if mention.role in DERIVED or mention.number is None:
        return False
    if mention.dimension == whole.dimension:
        return True
    return whole.dimension == "" and mention.dimension == "元" and "." in whole.quote


def _introduced(runs: Sequence[Run], index: int, position: int, word: str) -> Sum | None:
    run = runs[index]
    first = run[position]
    wholes = _wholes(runs, index, position)
    if not wholes or not word:
        return None
    whole = next((whole for whole in wholes if _like(first, whole)), None)
    start = position
    if whole is None:
        return None
    parts, longer = _parts(run, start, whole, inside=word == "（")
    if not parts or word == "（" and len(parts) < 2:
        return None
    complete = _NAMES_ALL.search(first.gap) is not None
    return Sum(
        whole, tuple(parts), complete, _doubt(run, parts), tuple(longer), tuple(w for w in wholes if _like(first, w))
    )  # fmt: skip


def _wholes(runs: Sequence[Run], index: int, position: int) -> list[Mention]:
    """The figures that parts beginning at `position` may belong to, the likeliest first."""
    run = runs[index]
    first = run[position]
    before = [mention for mention in run[max(0, position - LONGEST_LIST) : position] if mention.role not in DERIVED]
    if before:
        nearest = before[::-1]
        return nearest
    opens = re.match(r"[\s　]*(?:其中|分为|包括|主要用于|具体)", first.gap) is not None or "方面" in first.gap
    if opens and index and runs[index - 1][0].source.file == first.source.file:
        previous = runs[index - 1]
        near = previous[0].line.number >= first.line.number - 1
        if near:
            plain = [mention for mention in previous if mention.role not in DERIVED and not mention.bracket]
            # A sentence that opens with 其中 speaks of what the sentence before is about: its first figure.
            return plain
    return []


def _strength(gap: str) -> int:
    if "；" in gap:
        return 3
    if "，" in gap or re.search(r",(?!\d)", gap):
        return 2
    return 1


def _parts(run: Run, start: int, whole: Mention, inside: bool) -> tuple[list[Mention], list[Mention]]:
    """The parts of `whole` from `start` on, and the figures of the same kind that follow them in the sentence."""
    parts: list[Mention] = []
    longer: list[Mention] = []
    level = 0
    joined = ""
    nested = ended = False
    depth = run[start].bracket
    for offset, mention in enumerate(run[start : start + LONGEST_LIST]):
        joined += mention.gap
        if inside and mention.bracket < depth:
            break
        if offset:
            if "；" in mention.gap:
                nested = False
            if mention.bracket > depth:
                continue
            if "其中" in mention.gap:
                nested = True
        if nested or not _like(mention, whole):
            continue
        if parts:
            strength = _strength(joined)
            if level == 0:
                level = strength
            elif strength > level:
                ended = True
            if _ENDS_PARTS.search(mention.label) or mention.role == "total" or _foreign_kind(mention, whole, parts):
                ended = True
        joined = ""
        (longer if ended else parts).append(mention)
    return parts, longer


def _foreign_kind(mention: Mention, whole: Mention, parts: Sequence[Mention]) -> bool:
    kinds = {"budget", "executed", "remainder"}
    reference = parts[0].kind if parts[0].kind in kinds else whole.kind
    return mention.kind == "remainder" or (
        mention.kind in kinds and reference in kinds and mention.kind != reference and mention.subject == whole.subject
    )


def _doubt(run: Run, parts: Sequence[Mention]) -> str:
    if any(_AND_SO_ON.search(part.tail) for part in parts):
        return "分项以“等”结束，未列全"
    if any(part.dimension != "元" and _OVERLAPS.search(part.label) for part in parts):
        return "分项可能相互交叉（如女性、党员），不能相加"
    return ""


def _closing(run: Run, position: int, inline: set[int]) -> Sum | None:
    """A、B、C，合计 W."""
    whole = run[position]
    if not _PURE_TOTAL.match(whole.label) or whole.bracket:
        return None
    parts: list[Mention] = []
    longer: list[Mention] = []
    joined = whole.gap
    for mention in reversed(run[max(0, position - LONGEST_LIST) : position]):
        if mention.role == "price":
            return None
        if _like(mention, whole) and not mention.bracket:
            ends = mention.role == "total" or parts and "；" in joined and "；" not in parts[0].gap
            if ends:
                longer.append(mention)
                break
            parts.append(mention)
            joined = ""
            if _INTRODUCES.search(mention.gap):
                break
        elif mention.role == "plain" and not mention.bracket and mention.dimension and mention.quantity.unit not in PERCENTAGES:
            return None  # another kind of figure between them: no list
        joined = mention.gap + joined
    count = _counted(whole.label)
    if count and len(parts) > count:
        parts, longer = parts[:count], parts[count:] + longer
    parts.reverse()
    if len(parts) < 2 or any(len(part.label) > 24 or not part.label for part in parts):
        return None
    return Sum(whole, tuple(parts), True, _doubt(run, parts), tuple(longer), (whole,), backwards=True)


_NUMERALS = {numeral: value for value, numeral in enumerate("一二三四五六七八九十", 1)} | {"两": 2}


def _counted(label: str) -> int:
    match = re.match(r"([一二两三四五六七八九十])(?:类|项|者|部分|个|家|镇)", label)
    return _NUMERALS[match[1]] if match else 0


def _carried_total(runs: Sequence[Run], index: int) -> Sum | None:
    """A sentence that opens with 合计: the parts are the amounts of the sentence before, one in each of its clauses."""
    run = runs[index]
    whole = run[0]
    if whole.role != "total" or not _PURE_TOTAL.match(whole.label) or index == 0 or whole.bracket:
        return None
    previous = runs[index - 1]
    if previous[0].line is not whole.line and previous[0].line != whole.line:
        return None
    groups: list[Run] = [[]]
    for mention in previous[:LONGEST_LIST]:
        if "；" in mention.gap:
            groups.append([])
        if _like(mention, whole) and not mention.bracket:
            groups[-1].append(mention)
    if len(groups) < 2 or any(len(group) != 1 for group in groups):
        return None
    parts = tuple(group[0] for group in groups)
    return Sum(whole, parts, True, _doubt(previous, parts), (), (whole,))


def _following(runs: Sequence[Run], index: int) -> Iterator[Sum]:
    """A paragraph that ends open (其中：) has its parts in the paragraphs after it, one figure of each kind in each."""
    run = runs[index]
    line = run[0].line
    if not _ENDS_OPEN.search(run[-1].sentence.text):
        return
    wholes = [mention for mention in run if mention.role not in DERIVED and not mention.bracket and mention.number is not None]
    if not wholes:
        return
    items = _items(runs, index + 1, line.headings, line.number)
    if len(items) < 2:
        return
    seen: set[str] = set()
    for whole in reversed(wholes):
        if whole.kind in seen:
            continue
        seen.add(whole.kind)
        parts = [part for item in items if (part := _item_figure(item, whole)) is not None]
        if len(parts) >= 2:
            yield Sum(whole, tuple(parts), True, _doubt(run, parts), (), (whole,))


def _items(runs: Sequence[Run], start: int, headings: tuple[int, ...], number: int) -> list[Run]:
    """The items of an open list, each as the run of mentions of its first sentence."""
    items: list[Run] = []
    depth = len(headings)
    keys: list[tuple[int, ...]] = []
    unnumbered = False
    last = number
    for run in runs[start : start + 4 * LONGEST_LIST]:
        line = run[0].line
        if line.headings[:depth] != headings or run[0].source.file != runs[start][0].source.file:
            break
        if len(line.headings) == depth:  # items without numbers: paragraphs that follow each other
            if line.number == last and items:
                continue
            if line.number != last + 1 or run[0].start > 40 or not run[0].sentence.start == 0 and items:
                break
            if items and not unnumbered:
                break
            unnumbered = True
            items.append(run)
        else:
            if unnumbered:
                break
            key = line.headings[: depth + 1]
            if key not in keys:
                keys.append(key)
                items.append(run)
        last = line.number
    return items


def _item_figure(item: Run, whole: Mention) -> Mention | None:
    fitting = [mention for mention in item if _like(mention, whole) and not mention.bracket]
    if whole.kind in ("budget", "executed"):
        same = [mention for mention in fitting if mention.kind == whole.kind]
        if same:
            return same[0]
        if any(mention.kind in ("budget", "executed") for mention in fitting):
            return None
    return fitting[0] if fitting else None


_CLASS = re.compile(r"(?:^|[\s、.。）])([一-龥]{2,20}?)(?:支出)?（类）")
_RENAMED = {"医疗卫生与计划生育": "卫生健康", "医疗卫生": "卫生健康", "文化体育与传媒": "文化旅游体育与传媒"}


def class_name(text: str) -> str:
    """A class of the functional classification without 支出 and （类）, under its present name."""
    name = text.replace("（类）", "").strip("0123456789.、 　")
    name = name.removesuffix("支出")
    return _RENAMED.get(name, name)


def _classes(runs: Sequence[Run]) -> Iterator[Sum]:
    """Items of the functional classification (类 款 项) against the class totals that another list prints."""
    lists: dict[tuple[str, ...], dict[str, list[Mention]]] = {}
    totals: dict[str, list[Mention]] = defaultdict(list)
    for run in runs:
        first = run[0]
        text = first.sentence.text[: first.start - first.sentence.start]
        match = _CLASS.search(text) or _CLASS.search(first.line.topic)
        if match and ("（项）" in text or "（项）" in first.line.topic) and first.line.rank + len(first.line.topic) > 0:
            key = (first.source.file, str(first.line.headings[:-1]))
            figures = [m for m in run if m.dimension == "元" and m.role not in DERIVED and m.kind in ("executed", "")]
            if figures:
                lists.setdefault(key, defaultdict(list))[class_name(match[1])].append(figures[0])
            continue
        for mention in run:
            if mention.dimension == "元" and mention.role not in DERIVED and ("（类）" in mention.label or "支出" in mention.label):
                name = class_name(re.sub(r"（类）(?:支出)?$", "", mention.label).removesuffix("支出"))
                totals[name].append(mention)
    for key, groups in lists.items():
        for name, parts in groups.items():
            whole = next((m for m in totals.get(name, ()) if m.source.file == key[0]), None)
            if whole is not None and parts:
                yield Sum(whole, tuple(parts[:LONGEST_LIST]), True, "", (), (whole,))


# ------------------------------------------------------------------------------------------------------------ shares


def _shares(runs: Sequence[Run], sums: Sequence[Sum]) -> Iterator[Share]:
    owner: dict[int, Sum] = {}
    for item in sums:
        for part in item.parts:
            owner.setdefault(id(part), item)
    recent: list[Mention] = []
    group = 0
    for run in runs:
        pairs: list[tuple[Mention, Mention | None]] = []
        for position, mention in enumerate(run):
            if mention.role == "share":
                pairs.append((mention, _part_of_share(run, position)))
            elif _of_stated_whole(run, position):
                part = _part_of_share(run, position - 1)
                yield Share(mention, part, (run[position - 1],), part is not None)
        if pairs:
            group += 1
            parts = [part for _, part in pairs if part is not None]
            implied = _implied_whole(parts, recent, run)
            for percent, part in pairs:
                yield _share(percent, part, owner, recent, run, implied, group)
        recent += [mention for mention in run if mention.role not in DERIVED]
        del recent[: -8 * LONGEST_LIST]


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


def _part_of_share(run: Run, position: int) -> Mention | None:
    for mention in reversed(run[max(0, position - 4) : position]):
        if mention.role in ("share", "rate"):
            return None
        if mention.role not in DERIVED and mention.quantity.unit not in PERCENTAGES:
            return mention
    return None


def _implied_whole(parts: Sequence[Mention], recent: Sequence[Mention], run: Run) -> Mention | None:
    """An earlier figure that the parts of a sentence add up to."""
    if len(parts) < 2 or len({part.dimension for part in parts}) != 1:
        return None
    total = sum((part.number for part in parts if part.number is not None), start=parts[0].number * 0)  # type: ignore[operator]
    return next((mention for mention in reversed(recent) if mention.number == total and mention.dimension == parts[0].dimension), None)


def _share(
    percent: Mention,
    part: Mention | None,
    owner: dict[int, Sum],
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
    generic = re.fullmatch(r"(?:本年|全年|年度)?(?:总)?(?:收入|支出|资金|投入|额|量|数|人数|比)?(?:的|合计|总额|总数|总量|总计)*", percent.whole) is not None
    if named and not generic:
        key = named.removesuffix("合计").removesuffix("总额")
        wholes = [
            mention
            for mention in reversed([*recent, *earlier])
            if mention.dimension == part.dimension and key and key in mention.label.replace("（类）", "")
        ][:LONGEST_LIST]
        certain = bool(wholes) and (wholes[0] in run or wholes[0].line.number >= part.line.number - 2)
    item = owner.get(id(part))
    if item is not None and (generic or not wholes):
        wholes = [*wholes, *item.wholes]
        certain = True
    if implied is not None and implied not in wholes:
        wholes.append(implied)
        certain = certain or len(wholes) == 1
    return Share(percent, part, tuple(wholes), certain, group)


# ----------------------------------------------------------------------------------------------------------- changes

_DOWN = re.compile(r"下降|减少|降低|降幅|减幅|压减|压缩|缩减|递减|节约|少$|少了")


def _changes(runs: Sequence[Run]) -> Iterator[Change]:
    for index, run in enumerate(runs):
        for position, mention in enumerate(run):
            if mention.role == "change_rate":
                amount = next((m for m in reversed(run[max(0, position - 2) : position]) if m.role == "change"), None)
                yield _change(runs, index, position, amount, mention)
            elif mention.role == "change":
                following = run[position + 1 : position + 3]
                if not any(other.role == "change_rate" for other in following) and any(
                    other.role == "prior" for other in run[max(0, position - 1) : position]
                ):
                    yield _change(runs, index, position, mention, None)


def _change(
    runs: Sequence[Run], index: int, position: int, amount: Mention | None, rate: Mention | None
) -> Change:
    run = runs[index]
    anchor = amount or rate
    assert anchor is not None
    at = run.index(anchor)
    dimension = amount.dimension if amount else ""
    words = anchor.label if amount is None else amount.label
    up = _DOWN.search(words[-8:]) is None

    def fits(mention: Mention) -> bool:
        if mention.role in DERIVED - {"prior"} or mention.number is None or mention.quantity.unit in PERCENTAGES:
            return False
        return not dimension or mention.dimension == dimension

    earlier = [m for m in run[max(0, at - LONGEST_LIST) : at] if fits(m)]
    before = [m for m in reversed(earlier) if m.role == "prior"][:1]
    # （2020年为857.76万元） straight after the change
    for other in run[position + 1 : position + 2]:
        if other.bracket > anchor.bracket and fits(other) and other.year is not None and "年" in other.label:
            before.append(other)
    now = [m for m in reversed(earlier) if m.role != "prior"]
    if amount is None and not before:
        # 2018年支出757.01万元，2019年788.55万元，增长4.2%: the two figures straight before
        pair = earlier[-2:]
        dated = len(pair) == 2 and pair[0].year is not None and pair[1].year is not None and pair[0].year == pair[1].year - 1
        if dated and pair[0].dimension == pair[1].dimension:
            return Change(None, rate, (pair[1],), (pair[0],), up)
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
    further: list[Mention] = []
    for other in reversed(runs[max(0, index - NEAR) : index]):
        if other[0].line == anchor.line:
            further += [m for m in other if fits(m)]
    return Change(amount, rate, tuple(now), tuple(before), up, True, tuple(further[:LONGEST_LIST]))


# ---------------------------------------------------------------------------------------------------------- products

_PER = {
    "人": "人名位个", "名": "人名位", "车": "辆台", "户": "户", "亩": "亩", "台": "台套", "场": "场", "村": "村个", "生": "人名", "班": "班个期",
    "件": "件", "次": "次人次批次", "家": "家", "套": "套", "盏": "盏", "个": "个", "处": "处", "株": "株", "辆": "辆", "份": "份", "期": "期", "册": "册",
}  # fmt: skip


def _counts(mention: Mention, per: str) -> bool:
    unit = mention.quantity.unit
    if not unit or mention.role in DERIVED or mention.number is None or unit in PERCENTAGES or unit == "元":
        return False
    if not per:
        return True
    if per in _PER and per in "人名生" and unit in ("人", "名", "位", "人次", "人份"):
        return True
    if per == "户" and unit in ("户", "户家庭", "家"):
        return True
    if per == "车":
        return unit in ("辆", "台")
    return unit == per or unit.startswith(per) or per.startswith(unit) or unit == "个" and per not in "人户亩"


def _products(runs: Sequence[Run], sums: Sequence[Sum]) -> Iterator[Product]:
    parts = {id(part) for item in sums for part in item.parts if len(item.parts) > 1}
    for index, run in enumerate(runs):
        for position, price in enumerate(run):
            if price.role != "price" or price.number is None:
                continue
            same = [m for m in run if m is not price and id(m) not in parts]
            counts = [m for m in same if _counts(m, price.per) and m.dimension != price.dimension or price.dimension != "元" and _counts(m, price.per)]
            totals = [
                m
                for m in same
                if m.dimension == price.dimension
                and m.role not in DERIVED
                and m.number is not None
                and m not in counts
                and m.kind != "remainder"
            ]
            totals = [m for m in totals if m.kind != "budget"] or totals
            after = run[position + 1 : position + 2]
            closing = bool(after) and after[0] in totals and after[0].role == "total"
            if not counts and index and runs[index - 1][0].line == price.line:
                counts = [m for m in runs[index - 1] if _counts(m, price.per) and id(m) not in parts]
            counts.sort(key=lambda m: (m.start > price.start, abs(m.start - price.start)))
            totals.sort(key=lambda m: (m.role != "total" or m.start < price.start, abs(m.start - price.start)))
            one = len({m.number for m in counts}) == 1 and len({m.number for m in totals}) == 1
            certain = bool(counts) and bool(totals) and (closing or one)
            yield Product(price, tuple(counts[:LONGEST_LIST]), tuple(totals[:LONGEST_LIST]), certain)


# -------------------------------------------------------------------------------------------------------- executions


def _executions(runs: Sequence[Run]) -> Iterator[Execution]:
    for index, run in enumerate(runs):
        for position, rate in enumerate(run):
            budget_before = position and rate.gap in ("的", "的比例为") and run[position - 1].kind == "budget"
            if rate.quantity.unit not in PERCENTAGES or not (rate.role == "rate" or budget_before):
                continue
            budgets, spent, left = _money_around(run, position)
            near = bool(budgets and spent)
            back = index - 1
            while back >= 0 and index - back <= NEAR and not (budgets and spent):
                earlier = runs[back]
                if earlier[0].source.file != rate.source.file or earlier[0].line.scope != rate.line.scope:
                    break
                more = _money_around(earlier, len(earlier))
                if not budgets and earlier[0].line == rate.line or not budgets and not spent:
                    budgets = budgets or more[0]
                if not spent:
                    spent = more[1]
                back -= 1
            yield Execution(rate, tuple(budgets[:LONGEST_LIST]), tuple(spent[:LONGEST_LIST]), tuple(left), near)


def _money_around(run: Run, position: int) -> tuple[list[Mention], list[Mention], list[Mention]]:
    """Budgets, amounts spent and amounts left of a sentence, those straight before `position` first."""
    budgets: list[Mention] = []
    spent: list[Mention] = []
    left: list[Mention] = []
    window = run[max(0, position - LONGEST_LIST) : position][::-1] + run[position + 1 : position + 4]
    for mention in window:
        if mention.number is None or mention.dimension not in ("元", "") or mention.role in DERIVED or mention.bracket:
            continue
        if mention.kind in ("budget", "received"):
            budgets.append(mention)
        elif mention.kind == "remainder":
            left.append(mention)
        elif mention.kind in ("executed", "") or mention.role == "total":
            spent.append(mention)
    strong = [mention for mention in spent if mention.kind == "executed"]
    return budgets, strong + [mention for mention in spent if mention not in strong], left


# ----------------------------------------------------------------------------------------------------------- surveys


def _surveys(runs: Sequence[Run]) -> Iterator[Survey]:
    for run in runs:
        for position, rate in enumerate(run):
            if rate.role != "outcome" or rate.quantity.unit != "%":
                continue
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
            near = [m for m in before + after if m.role not in DERIVED and m.number is not None and m.quantity.unit and m.dimension != "元"]
            pattern = next((words for stem, words in _OUTCOMES if stem in rate.whole), None)
            agreed = [m for m in near if pattern is not None and pattern.search(m.label) and "率" not in m.label]
            asked = [m for m in near if m not in agreed and (_SURVEYED.search(m.label) or _SURVEYED.search(m.gap[-24:]))]
            if agreed and not asked and "满意" not in rate.whole:
                counted = [m for m in before if m in near and m.start < agreed[0].start and m.dimension == agreed[0].dimension]
                asked = counted[-1:]
            if "回收" in rate.whole:
                asked = [m for m in before if m in near and m not in agreed][-1:]
            yield Survey(rate, tuple(m for m in asked if not agreed or m.dimension == agreed[0].dimension), tuple(agreed))
