"""Wholes and their parts as the prose names them: 其中, 包括, lists that close with 合计, items that follow 其中：.

Nothing is computed here. A `Sum` keeps the figures that may belong to it besides those that the words name for certain.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scorer.prose.mentions import PERCENTAGES, Mention, Sentence
from scorer.prose.phrases import (
    AND_SO_ON,
    ENDS_OPEN,
    ENDS_PARTS,
    INTRODUCES_PARTS,
    NAMES_ALL_PARTS,
    OVERLAPS,
    PURE_TOTAL,
    REACH,
)

LONGEST_LIST = 40  # parts of one sum, and mentions looked at around one figure
MOST_WHOLES = 6  # figures that parts may belong to
NEAR = 6  # sentences looked back for the figures that a rate is of
MOST_AROUND = 12  # figures of a paragraph that one may be of after all
LONGEST_RUN = 200  # figures of one sentence read together; no sentence of a person has as many

_INTRODUCES = re.compile(INTRODUCES_PARTS)
_NAMES_ALL = re.compile(NAMES_ALL_PARTS)
_ENDS_OPEN = re.compile(ENDS_OPEN)
_ENDS_PARTS = re.compile(ENDS_PARTS)
_AND_SO_ON = re.compile(AND_SO_ON)
_PURE_TOTAL = re.compile(PURE_TOTAL)
_OVERLAPS = re.compile(OVERLAPS)
_COMPOSED = re.compile(r"^[^，。；]{0,12}(?:组成|构成|承担|分担|负担|共同)")
_REST_UNSAID = re.compile(
    r"^[，；、]?(?:(?:其余|其他|其它|剩余|余下|不足)(?:部分|资金|的|由)"
    r"[^。；元]{0,30}(?:承担|解决|负担|自筹|配套|列支|落实)|(?:其余|余下|剩余)(?:部分|资金|的)?(?:均|都|全部)?(?:为|是|用于|系)[^。；\d]{1,30}(?:[。；]|$))"
)
_OTHERS = re.compile(r"(?:其他|其它|其余)")
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


Run = list[Mention]


def of_paragraph(runs: Sequence[Run], near: Mention, chosen: Callable[[Run], Run]) -> Run:
    """What is chosen of each sentence, the last first, as far back as the paragraph of a figure goes; a few at most."""
    found: Run = []
    for run in reversed(runs):
        if run[0].line is not near.line or len(found) >= MOST_AROUND:
            break
        found += chosen(run)
    return found[:MOST_AROUND]


def sentence_runs(mentions: Sequence[Mention]) -> list[Run]:
    """The mentions of prose, sentence by sentence (those of tables are columns, not sentences)."""
    runs: list[Run] = []
    last: Sentence | None = None
    for mention in mentions:
        if mention.in_table:
            continue
        if mention.sentence is not last or len(runs[-1]) >= LONGEST_RUN:
            runs.append([])
            last = mention.sentence
        runs[-1].append(mention)
    return runs



def find_sums(runs: Sequence[Run]) -> Iterator[Sum]:
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
            match = _last(_INTRODUCES, mention.gap) or _listed_after(run, position)
            if match or bracketed:
                found = _introduced(runs, index, position, match[0] if match else "（", inline)
                if found is not None:
                    inline.update(run.index(part) for part in found.parts if part in run)
                    yield found
            elif mention.role == "total" and position >= 2:
                found = _closing(run, position, inline)
                if found is not None:
                    yield found
        yield from _following(runs, index)
        yield from _in_turn(runs, index)
        yield from _bare_list(run)
        yield from _parallel(run, inline)
        if (found := _carried_total(runs, index)) is not None:
            yield found
    yield from _classes(runs)


UNSAID = "没有写明是分项"


def _bare_list(run: Run) -> Iterator[Sum]:
    """咨询8560人次，来电4921人次，来访3289人次，网络350人次: figures of one kind, of which the first may be that of all."""
    if not 4 <= len(run) <= 10 or run[0].dimension in ("元", "", "分") or run[0].quantity.unit in PERCENTAGES:
        return
    whole, parts = run[0], run[1:]
    plain = all(m.role == "plain" and m.quantity.unit == whole.quantity.unit and m.label and not m.bracket and m.number for m in run)
    if plain and all(m.gap[:1] in "，、" and len(m.label) <= 8 and "；" not in m.gap for m in parts):
        yield Sum(whole, tuple(parts), True, UNSAID, (), (whole,))


def _parallel(run: Run, inline: set[int]) -> Iterator[Sum]:
    """阅读活动328场，线上126场、线下202场: two or more figures whose names are made alike, straight behind one of their unit."""
    position = 1
    while position < len(run) - 1:
        whole = run[position - 1]
        parts: Run = []
        for mention in run[position : position + LONGEST_LIST]:
            alike = mention.quantity.unit == whole.quantity.unit and mention.role == "plain" and mention.number and not mention.bracket
            if not alike or not 2 <= len(mention.label) <= 6 or parts and mention.gap[:1] != "、":
                break
            parts.append(mention)
        fits = whole.role == "plain" and whole.dimension not in ("元", "") and whole.label and not whole.bracket and whole.number
        if len(parts) > 1 and fits and position not in inline and re.match(r"[，：（]", parts[0].gap) and _made_alike(parts):
            yield Sum(whole, tuple(parts), True, _doubt(run, parts) or UNSAID, (), (whole,))
        position += max(1, len(parts))


def _made_alike(parts: Run) -> bool:
    """Whether names are of one length and share a character in one place: 线上, 线下; 县道, 乡道, 村道."""
    names = [part.label for part in parts]
    return len(set(map(len, names))) == 1 and any(len(set(characters)) == 1 for characters in zip(*names, strict=True))


_FIRST = re.compile(r"^(?:第一|首)(?P<what>[批期次笔轮])")
_NEXT = re.compile(r"^(?:第[二三四五六七八九十]|末)(?P<what>[批期次笔轮])")
_SEVERALLY = re.compile(r"^[^，。；]{0,8}分别[一-龥]{0,6}$")


def _in_turn(runs: Sequence[Run], index: int) -> Iterator[Sum]:
    """共500万元，分两批拨付，第一批320万元，第二批180万元; 扫描142万页。三个全宗分别62万页、48万页、32万页."""
    run = runs[index]
    for position, first in enumerate(run):
        if first.bracket or first.role in DERIVED or first.number is None:
            continue
        if match := _FIRST.match(first.label):
            parts = [first]
            for mention in run[position + 1 : position + LONGEST_LIST]:
                if mention.role == "total" and mention.dimension == first.dimension:
                    parts = []  # a total closes the list, and is its whole
                    break
                following = _NEXT.match(mention.label)
                if following and following["what"] == match["what"] and mention.dimension == first.dimension:
                    parts.append(mention)
        elif _SEVERALLY.search(first.gap):
            parts = [first]
            for mention in run[position + 1 : position + LONGEST_LIST]:
                if mention.gap not in ("、", "和", "及") or mention.dimension != first.dimension:
                    break
                parts.append(mention)
            if not position or run[position - 1].number != len(parts) or run[position - 1].dimension == first.dimension:
                continue
        else:
            continue
        if len(parts) < 2:
            continue
        before = [m for m in run[:position] if m.role in ("plain", "total") and m.dimension == first.dimension]
        if not before and index and runs[index - 1][0].line is first.line:
            before = [m for m in runs[index - 1] if m.role in ("plain", "total") and m.dimension == first.dimension]
        larger = [m for m in before if (m.number or 0) > max(part.number or 0 for part in parts)]
        larger = [m for m in larger if m.role == "total"][-1:] or larger
        if larger and len({m.number for m in larger}) == 1:
            yield Sum(larger[-1], tuple(parts), False, _doubt(run, parts), (), (larger[-1],))


_COLON = re.compile(r"^(?:（[^（）]{0,12}）)?：(?!其中)")


def _listed_after(run: Run, position: int) -> re.Match[str] | None:
    """预算126万元：中央补助60万元，省级补助24万元: a colon straight behind the whole."""
    if not position or run[position].dimension in ("", "个") or run[position - 1].dimension != run[position].dimension:
        return None
    return _COLON.match(run[position].gap) if run[position - 1].role in ("plain", "total") else None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    matches = list(pattern.finditer(text))
    return matches[-1] if matches else None


_WHOLE_OF_RATE = re.compile(r"^(?:占|为|是|达到?|完成|相当于)[^，。；]{0,16}$")


def _stated_whole(run: Run, position: int) -> bool:
    """支出165.62万元，占当年预算175万元的94.6%: a figure that is only the whole of the percentage behind it."""
    mention = run[position]
    behind = run[position + 1] if position + 1 < len(run) else None
    percent = behind is not None and behind.quantity.unit in PERCENTAGES and behind.gap.strip() in ("的", "）的")
    return percent and _WHOLE_OF_RATE.match(mention.label or mention.gap.lstrip("，、").removesuffix("（")) is not None


def _like(mention: Mention, whole: Mention) -> bool:
    """Whether `mention` can be a part of `whole`: same dimension, and a figure of its own."""
    if mention.role in DERIVED or mention.number is None:
        return False
    if mention.dimension == whole.dimension:
        return True
    return whole.dimension == "" and mention.dimension == "元" and "." in whole.quote


def _introduced(runs: Sequence[Run], index: int, position: int, word: str, inline: set[int]) -> Sum | None:
    run = runs[index]
    first = run[position]
    wholes = _wholes(runs, index, position)
    if word.startswith(("按", "从")):
        # 1150人，其中城镇430人、乡村720人；按工种分，…: the whole once more, not its last part
        listed = {id(run[place]) for place in inline}
        wholes = [whole for whole in wholes if id(whole) not in listed] or _earlier_alike(runs, index, first)
    if not wholes or not word:
        return None
    whole = next((whole for whole in wholes if _like(first, whole)), None)
    start = position
    if whole is None:
        return None
    parts, longer = _parts(run, start, whole, inside=word == "（")
    if not parts or (len(parts) < 2 and (word == "（" or word.endswith("："))):
        return None
    if word == "由" and not _COMPOSED.search(parts[-1].sentence.text[parts[-1].end - parts[-1].sentence.start :][:REACH]):
        return None
    if len(parts) > 1 and all(part.number == whole.number for part in parts):
        return None  # 其中宫颈癌、乳腺癌筛查分别为6280人和6280人: the same people each time
    complete = _NAMES_ALL.search(first.gap) is not None
    if whole.sentence is not run[0].sentence and word.startswith("从"):
        # the whole stands some way off: only a slip of the pen shows that it is meant
        return Sum(whole, tuple(parts), complete, _doubt(run, parts) or UNSAID, (), tuple(wholes)[:MOST_WHOLES]) if len(parts) > 1 else None
    return Sum(
        whole, tuple(parts), complete, _doubt(run, parts), tuple(longer), tuple(w for w in wholes if _like(first, w))[:MOST_WHOLES]
    )  # fmt: skip


def _wholes(runs: Sequence[Run], index: int, position: int) -> list[Mention]:
    """The figures that parts beginning at `position` may belong to, the likeliest first."""
    run = runs[index]
    first = run[position]
    near = range(max(0, position - LONGEST_LIST), position)
    before = [run[i] for i in near if run[i].role not in DERIVED and not _stated_whole(run, i)]
    if before:
        return before[::-1]
    opens = _OPENS_SENTENCE.match(first.gap) is not None or "方面" in first.gap
    if opens and index and runs[index - 1][0].source.file == first.source.file:
        back = index - 1
        if first.gap.lstrip().startswith("按"):
            # 总支出100万元。按功能分类：…。按性质分类：…: each divides the same whole
            while back > max(0, index - 3) and runs[back][0].gap.lstrip().startswith("按"):
                back -= 1
        previous = runs[back]
        if previous[0].line.number >= first.line.number - 1:
            # A sentence that opens with 其中 speaks of what the sentence before is about: its first figure.
            found = [m for i, m in enumerate(previous) if m.role not in DERIVED and not m.bracket and not _stated_whole(previous, i)]
            spending = "支出" in first.gap[:6]
            return sorted(found, key=lambda m: m.kind != "executed") if spending else found
    return []


def _earlier_alike(runs: Sequence[Run], index: int, part: Mention) -> list[Mention]:
    """The larger figures of the unit in this paragraph's sentences before and in the paragraph before, the nearest first."""
    found: list[Mention] = []
    for run in reversed(runs[max(0, index - NEAR) : index]):
        if run[0].line.number < part.line.number - 1:
            break
        same = [m for m in reversed(run) if m.quantity.unit == part.quantity.unit and m.role in ("plain", "total")]
        found += [m for m in same if (m.number or 0) > (part.number or 0)]
    return found


_OPENS_SENTENCE = re.compile(
    r"[\s　]*(?:其中|分为|包括|主要用于|具体|按|(?:支出|资金|经费)分|(?:支出|资金|经费|费用|收入|人员|岗位)(?:构成|结构|明细|分布|去向))"
)


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
        if mention.bracket < depth:
            break
        if offset:
            if "；" in mention.gap:
                nested = False
            if mention.bracket > depth:
                continue
            if "其中" in mention.gap:
                nested = True
        if nested or not _like(mention, whole) or _stated_whole(run, start + offset):
            continue
        if parts:
            strength = _strength(joined)
            if level == 0:
                level = strength
                # 新闻2180条，其中被采用364条；推送3950条: without a colon a semicolon ends what one part began
                ended = ended or strength == 3 and whole.dimension != "元" and "：" not in run[start].gap and not inside
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
    rest = mention.kind == "remainder" and not (whole.dimension != "元" and _OTHERS.match(mention.label))
    return rest or (
        mention.kind in kinds and reference in kinds and mention.kind != reference and mention.subject == whole.subject
    )


_SERIES = tuple(
    re.compile(words)
    for words in ("男|女", "正高|副高|高级|中级|初级|助理|员级", "博士|硕士|本科|大专|专科|高中|中专", "优秀|良好|合格|不合格")
)


def _excluding(parts: Sequence[Mention]) -> bool:
    """男与女, 高级、中级、初级: names of one series, each another one, which nobody can be counted under twice."""
    for series in _SERIES:
        found = [series.search(part.label) for part in parts]
        named = {match[0] for match in found if match is not None}
        if len(named) == len(parts) > 1:
            return True
    return False


def _doubt(run: Run, parts: Sequence[Mention]) -> str:
    if any(_AND_SO_ON.search(part.tail) for part in parts):
        return "分项以“等”结束，未列全"
    last = parts[-1]
    if _REST_UNSAID.search(last.sentence.text[last.end - last.sentence.start :][:REACH]):
        return "其余分项没有写出数字"
    if len(parts) == 2 and last.dimension != "元" and "；" in last.gap and "：" not in parts[0].gap:
        return "分项可能到分号为止"
    if _OTHERS.match(last.label) or _OTHERS.match(last.subject):
        return ""  # 党员48户、妇女62户、其他50户: who is counted once is not among the others
    if not _excluding(parts) and any(part.dimension != "元" and _OVERLAPS.search(part.label) for part in parts):
        return "分项可能相互交叉（如女性、党员），不能相加"
    return ""


def _closing(run: Run, position: int, inline: set[int]) -> Sum | None:
    """A、B、C，合计 W."""
    whole = run[position]
    label = whole.label
    counter = run[position - 1]
    if whole.gap == label and counter.start < whole.start - len(label) and counter.number == int(counter.number or 0):
        # 四个乡镇合计: what is counted is the parts
        label, joined, position = counter.quote + label, counter.gap, position - 1
    else:
        joined = whole.gap
    named = _NAMED_TOTAL.match(label) is not None and whole.dimension != "个"
    if not (named or _PURE_TOTAL.match(label)) or whole.bracket:
        return None
    parts: list[Mention] = []
    longer: list[Mention] = []
    for mention in reversed(run[max(0, position - LONGEST_LIST) : position]):
        if mention.role == "price":
            return None
        if _like(mention, whole) and not mention.bracket:
            ends = mention.role == "total" or (parts and "；" in joined and "；" not in parts[0].gap)
            if ends:
                longer.append(mention)
                break
            opened = parts and _FIRST.match(parts[-1].label)  # 下达资金10万元，第一批5万元、…: the figure before may be the whole
            (longer if opened else parts).append(mention)
            joined = ""
            if _INTRODUCES.search(mention.gap) or "：" in mention.gap:
                break
        elif mention.number == len(parts) > 1 and not mention.bracket:
            break  # 举办培训三期，第一期46人…: how many parts there are
        elif mention.role == "plain" and not mention.bracket and mention.dimension and mention.quantity.unit not in PERCENTAGES:
            return None  # another kind of figure between them: no list
        joined = mention.gap + joined
    count = _counted(label)
    if count and len(parts) > count:
        parts, longer = parts[:count], parts[count:] + longer
    parts.reverse()
    if len(parts) < 2 or any(len(part.label) > 24 or not part.label for part in parts):
        return None
    return Sum(whole, tuple(parts), True, _doubt(run, parts), tuple(longer), (whole,), backwards=True)


_NAMED_TOTAL = re.compile(r"(?:合计|共计|总计)[一-龥]{1,6}$")
_NUMERALS = {numeral: value for value, numeral in enumerate("一二三四五六七八九十", 1)} | {"两": 2}


def _counted(label: str) -> int:
    match = re.match(r"([一二两三四五六七八九十]|\d{1,2})(?:类|项|者|部分|个|家|镇)", label)
    return (_NUMERALS.get(match[1]) or int(match[1])) if match else 0


def _carried_total(runs: Sequence[Run], index: int) -> Sum | None:
    """A sentence that opens with 合计: the parts are the amounts of the sentence before, one in each of its clauses."""
    run = runs[index]
    whole = run[0]
    count = 0
    if len(run) > 1 and whole.label in ("以上", "上述") and run[1].gap == run[1].label:
        count, whole = int(whole.number or 0), run[1]  # 以上三项共42.4万元
    if whole.role != "total" or not _PURE_TOTAL.match(whole.label) or index == 0 or whole.bracket:
        return None
    previous = runs[index - 1]
    if previous[0].line is not whole.line:
        return None
    groups: list[Run] = [[]]
    for mention in previous[:LONGEST_LIST]:
        if "；" in mention.gap:
            groups.append([])
        if _like(mention, whole) and not mention.bracket:
            groups[-1].append(mention)
    if len(groups) < 2 or any(len(group) != 1 for group in groups) or count not in (0, len(groups)):
        return None
    parts = tuple(group[0] for group in groups)
    return Sum(whole, parts, True, _doubt(previous, parts), (), (whole,))


def _following(runs: Sequence[Run], index: int) -> Iterator[Sum]:
    """A paragraph that ends open (其中：) has its parts in the paragraphs after it, one figure of each kind in each."""
    run = runs[index]
    line = run[0].line
    ends_line = index + 1 == len(runs) or runs[index + 1][0].line is not line
    if not ends_line or not _ENDS_OPEN.search(line.text):
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
    for run in runs[start : start + 3 * LONGEST_LIST]:
        line = run[0].line
        if line.headings[:depth] != headings or run[0].source.file != runs[start][0].source.file:
            break
        if len(line.headings) == depth:  # items without numbers: paragraphs that follow each other
            if line.number == last and items:
                continue
            if line.number != last + 1 or run[0].start > 40 or (run[0].sentence.start != 0 and items):
                break
            if items and not unnumbered:
                break
            if _ENDS_OPEN.search(run[-1].sentence.text):
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
    lists: dict[tuple[str, str], dict[str, list[Mention]]] = {}
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
