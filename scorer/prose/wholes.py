"""Wholes and their parts in running text: where the words or the outline say that some figures make up another.

Nothing is added here: a `Question` carries every way in which the list can be read (nested lists left out, one figure for
each item, up to each place where the list may end), and the plain reading that the words license.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from scorer.prose.equations import Total
from scorer.prose.outline import Outline, Piece, Stated
from scorer.prose.relation import Licence, Question

MOST_WHOLES = 6
MOST_PARTS = 60
MOST_FIGURES = 400
"""Figures of one item or line up to which its lists are looked for; beyond it that is said."""

MOST_RUN = 24
"""Figures after one that no word makes a whole, among which its parts are looked for."""

MOST_STARTS = 6
"""Places, the nearest first, where a list that a total closes may begin."""

MOST_PREFIX = 12
"""A list may end at any of so many figures; a beginning that fits by chance is why only long figures count there."""

SHORT = 3
"""Digits below which figures fit by chance: only the plain reading counts."""

OPENS = re.compile(
    r"^[（：]|中[，,]|其中|包括|分项|情况[是为]?[：:]|分别(?:为|是|用于|安排)?|(?:由|为)[^，。；]{0,12}(?:组成|构成)|分为|下设|具体(?:情况|如下|为|是|明细)?|如下|含|明细|来源"
)
_NAMED = re.compile(r"其中|包括|分别|组成|构成|如下|分为|具体|明细")
LEFT = re.compile(r"结余|剩余|节余|结转|余额|未(?:支付|使用|支出|执行)|尚余")
CLOSES = re.compile(r"合计|共计|总计|累计|小计|总投资|总额|总数|总量|共[^，。；\d同]{0,6}$|三项|两项|四项")
_CLOSES_STRONG = re.compile(r"合计|共计|总计|三项|两项")
_OPEN_LIST = re.compile(r"主要|重点|部分|不含|不包括|等[，：:]?$")
_AND_SO_ON = re.compile(r"^(?:[^，。；\d]{0,12})等(?![级次额同待距])|另有|尚有")
_OVERLAPS = re.compile(r"女|党员|少数民族|残疾|贫困|脱贫|本科|研究生|高级职称|中级|以上|以下|累计|新增|年末|保有量")
_HOLDS = re.compile(r"[计入出额数]含")


def find_wholes(outline: Outline) -> Iterator[Question]:
    """Every whole with its parts that the text says or shows, piece by piece."""
    for piece in outline.pieces:
        if len(piece.figures) > MOST_FIGURES:
            yield Question("sum", (), (), "near", f"一段里的数多于 {MOST_FIGURES} 个，没有逐个核对分项")
            continue
        for aspect in ("level", "change"):
            yield from _opened(piece, aspect)
        yield from _closed(piece)
        yield from _adjacent(piece)
        yield from _items(piece)
    yield from _paragraphs(outline)


def digits(figure: Stated) -> int:
    """How many digits a figure shows, without zeros at either end."""
    return len(f"{figure.number:f}".replace(".", "").strip("0"))


def levels(figures: Sequence[Stated], unit: str, aspect: str = "level") -> list[Stated]:
    return [figure for figure in figures if figure.unit == unit and figure.aspect == aspect and not figure.loose]


# ------------------------------------------------------------------------------------------------ W，其中：P1，P2


def _opened(piece: Piece, aspect: str) -> Iterator[Question]:
    """Words that open a list, and for each counter behind them its own list: 5014户6675人，其中农村4532户6030人."""
    for index, opening in enumerate(piece.figures):
        match = _last(OPENS, opening.gap)
        if not match:
            continue
        inside = opening.depth > 0 and "（" in opening.gap[: match.start() + 2]
        begins = _sentence_begin(opening.gap[: match.start()])
        for unit in dict.fromkeys(
            figure.unit for figure in piece.figures[index : index + 6] if figure.aspect == aspect
        ):
            run = _run(piece.figures, index, unit, aspect, inside)
            if not run:
                continue
            wholes = levels(piece.figures[max(0, index - MOST_PARTS) : index], unit, aspect)[::-1]
            if begins and not wholes:
                wholes = _before(piece, unit, aspect)
            wholes = [whole for whole in wholes if whole.depth <= run[0].depth or whole.piece is not piece][
                :MOST_WHOLES
            ]
            if not wholes:
                continue
            opened = opening.gap[match.start() :]
            for some, listed in _by_comparison(wholes, run, aspect):
                yield _question(
                    some, listed, named=bool(_NAMED.search(match[0])), words=opened, signs=aspect == "change"
                )


def _by_comparison(
    wholes: Sequence[Stated], run: Sequence[Stated], aspect: str
) -> Iterator[tuple[list[Stated], list[Stated]]]:
    """Changes against the year before and changes against the budget are two lists."""
    if aspect == "level":
        yield list(wholes), list(run)
        return
    for against in ("last", "budget", ""):
        some, listed = [f for f in wholes if f.against == against], [f for f in run if f.against == against]
        if some and listed:
            yield some, listed


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007
        pass
    return found


def _sentence_begin(gap: str) -> bool:
    return not gap.strip() or re.search(r"[。；：][^，]{0,20}$", gap) is not None or "。" in gap


def _run(figures: Sequence[Stated], index: int, unit: str, aspect: str, inside: bool) -> list[Stated]:
    """The figures of a list from its first one: to the bracket that closes it, else to the end of the piece."""
    opening = figures[index]
    run = []
    for figure in figures[index : index + MOST_PARTS]:
        if inside and figure.depth < opening.depth:
            break
        if figure is not opening and not inside and _CLOSES_STRONG.search(figure.near) and "其中" not in figure.gap:
            break
        if (
            figure.unit == unit
            and figure.aspect == aspect
            and not figure.loose
            and not _OF_LAST_YEAR.search(figure.near)
        ):
            run.append(figure)
    return run


_OF_LAST_YEAR = re.compile(r"^[；，]?(?:去年|上年|上一年|同期)(?!度?末?(?:累计)?(?:结转|结余|滚存))")


def _before(piece: Piece, unit: str, aspect: str) -> list[Stated]:
    """Figures of the pieces straight before and above: what 其中 at the beginning of a line refers to."""
    found: list[Stated] = []
    for other in _preceding(piece, 3):
        found += sorted(levels(other.figures, unit, aspect), key=lambda figure: (figure.depth, -figure.order))
        if found:
            break
    return found


def _preceding(piece: Piece, most: int) -> Iterator[Piece]:
    siblings = piece.above.children if piece.above else []
    if piece in siblings:
        at = siblings.index(piece)
        yield from siblings[:at][::-1][:most]
    if piece.above:
        yield piece.above


# --------------------------------------------------------------------------------------------------------- readings


def readings_of(run: Sequence[Stated]) -> list[tuple[Stated, ...]]:
    """The ways in which a run of figures can be a list, the plainest first: nested lists left out or not, one figure for
    each item, only budgets or only results, and up to each full stop."""
    found: dict[tuple[int, ...], tuple[Stated, ...]] = {}
    for part in (_until(run, "。"), _until(run, "；"), list(run)):
        for listed in (
            unnested(part, "；"),
            unnested(part, "。"),
            unnested(part, ""),
            _flat(part),
            _one_each(part, "；"),
            _one_each(part, "。"),
            part,
        ):
            if len(listed) >= 1:
                found.setdefault(tuple(map(id, listed)), tuple(listed))
        for chosen in _of_one_kind(part):
            found.setdefault(tuple(map(id, chosen)), tuple(chosen))
    return [listed for listed in found.values() if len(listed) >= 2]


def _of_one_kind(run: Sequence[Stated]) -> Iterator[list[Stated]]:
    """Only the budgets, only the results, only the changes against one thing; without what is said twice in a row."""
    for kind in ("executed", "budget"):
        yield [figure for figure in run if figure.mention.kind == kind]
    for against in ("last", "budget"):
        yield [figure for figure in run if figure.against == against]
    if len(run) >= 4 and len(run) % 2 == 0:
        yield list(run[::2])
        yield list(run[1::2])
    yield [
        figure
        for before, figure in zip([None, *run], run, strict=False)
        if before is None or before.number != figure.number
    ]


def _until(run: Sequence[Stated], stop: str) -> list[Stated]:
    for index, figure in enumerate(run):
        if index and stop in _between(run[index - 1], figure):
            return list(run[:index])
    return list(run)


def _between(first: Stated, second: Stated) -> str:
    """The text between two figures of one line, "。" where they stand in different pieces."""
    if first.piece is not second.piece:
        return "。"
    return first.piece.line.text[first.mention.end : second.mention.start]


def _flat(run: Sequence[Stated]) -> list[Stated]:
    """Figures at the depth of the first one."""
    return [figure for figure in run if figure.depth <= run[0].depth] if run else []


def unnested(run: Sequence[Stated], stop: str) -> list[Stated]:
    """The run without lists inside it: 其中 opens one that goes on to the next stop, over one figure where there is none."""
    kept: list[Stated] = []
    skipping = False
    for index, figure in enumerate(_flat(run)):
        if index and OPENS.search(figure.gap):
            skipping = True
            continue
        if skipping and stop and not any(mark in figure.gap for mark in ("。", stop)):
            continue
        skipping = False
        kept.append(figure)
    return kept


def _one_each(run: Sequence[Stated], stop: str) -> list[Stated]:
    """The first figure of each item between stops."""
    kept: list[Stated] = []
    for index, figure in enumerate(run):
        if not index or any(mark in _between(run[index - 1], figure) for mark in ("。", stop)):
            kept.append(figure)
    return kept


def _question(
    wholes: Sequence[Stated],
    run: Sequence[Stated],
    *,
    named: bool,
    words: str,
    signs: bool = False,
    licence: Licence = "named",
) -> Question:
    if sum(_HOLDS.search(figure.gap) is not None for figure in run) > 1:  # 收入总计含结转 2 万元，支出总计含结余 2 万元
        return Question("sum", (), (), "near", "每个数各有自己的整体")
    lists = readings_of(run)
    small = digits(wholes[0]) < SHORT and run[0].unit != "元"
    plain = _plain(wholes[0], run, lists)
    single = len(lists) == 1
    for size in range(2, min(len(run), MOST_PREFIX)):
        if run[size].piece is run[size - 1].piece and re.search(r"[，,。；]", run[size].gap):
            lists.append(tuple(run[:size]))
    pairs = [
        Total(whole, parts, signs=signs)
        for whole in (wholes[:1] if small else wholes)
        for parts in (lists[:1] if small else lists)
    ]
    why = ""
    if not plain:
        why = "只列出一个分项"
    elif _OPEN_LIST.search(words) or any(_AND_SO_ON.search(figure.tail[:16]) for figure in plain[0]):
        why = "分项没有列全（等、主要、部分）"
    elif any(_OVERLAPS.search(figure.near) for figure in plain[0]):
        why = "分项可能相互交叉"
    asked = tuple(Total(wholes[0], parts, signs=signs) for parts in plain)
    if run[0].unit == "分":
        why = "得分由各项相加没有写明"
    certain = (
        named
        and single
        and _one_sentence((wholes[0], *run))
        and not any(_ADDS_OR_TAKES.search(figure.gap) for figure in run)
    )
    return Question("sum", tuple(pairs), asked, licence if named else "near", why, certain, (*wholes, *run))


def _plain(whole: Stated, run: Sequence[Stated], lists: Sequence[tuple[Stated, ...]]) -> list[tuple[Stated, ...]]:
    """The readings that a careful reader tries: the first two, and the list up to the ； that ends what its whole began."""
    plain = list(lists[:2])
    if whole.piece is run[0].piece and "；" not in _between(whole, run[0]):
        bounded = tuple(_until(run, "；"))
        if len(bounded) >= 2 and bounded not in plain:
            plain.append(bounded)
    return plain


_ADDS_OR_TAKES = re.compile(r"加上?|减去?|扣除|另")


def _one_sentence(figures: Sequence[Stated]) -> bool:
    """Whether figures stand in one piece without a full stop between them."""
    return all(first.piece is second.piece and "。" not in second.gap for first, second in pairwise(figures))


# ------------------------------------------------------------------------------------------------- P1，P2，合计W


def _closed(piece: Piece) -> Iterator[Question]:
    """Parts first, their total behind them, in one piece."""
    for index, whole in enumerate(piece.figures):
        if whole.aspect != "level" or index < 2 or not CLOSES.search(whole.near) or "其中" in whole.near:
            continue
        before = levels(piece.figures[max(0, index - MOST_PARTS) : index], whole.unit)
        starts: list[list[Stated]] = []
        run = before[-MOST_PARTS:]
        for at in range(len(run) - 1, -1, -1):
            if len(starts) >= MOST_STARTS:
                break
            text = run[at].gap
            if at == 0 or re.search(r"[。：]", text) or _last(OPENS, text) or CLOSES.search(run[at].near):
                starts.append(run[at:])
                if CLOSES.search(run[at].near) and len(run[at:]) > 2:
                    starts.append(run[at + 1 :])
        lists = [listed for start in starts for listed in readings_of(start)]
        if not lists:
            continue
        inner = next(
            (f for f in piece.figures[index + 1 : index + 2] if f.depth == whole.depth + 1 and f.unit == whole.unit),
            None,
        )
        if inner is not None:
            deeper = tuple(figure for figure in before if figure.depth == inner.depth)
            if len(deeper) >= 2:
                yield Question("sum", (Total(inner, deeper),), (), "near", "括号中的数是否相加没有写明")
        strong = _CLOSES_STRONG.search(whole.near) is not None
        nearest = readings_of(starts[0])[:1]
        around = (whole, *run)
        text = piece.line.text[run[0].mention.start : whole.mention.end]
        why = "" if strong else "没有写明是前面各项之和"
        if _OPEN_LIST.search(text):
            why = "分项没有列全（等、主要、部分）"
        yield Question(
            "sum",
            tuple(Total(whole, parts) for parts in lists),
            tuple(Total(whole, parts) for parts in nearest),
            "near",
            why,
            False,
            around,
        )


# ------------------------------------------------------------------------------------------- W，P1，P2 with no word


def _adjacent(piece: Piece) -> Iterator[Question]:
    """A figure and those after it up to the full stop, where no word opens a list: they may only agree."""
    units = dict.fromkeys(figure.unit for figure in piece.figures if figure.aspect == "level")
    for unit in units:
        figures = levels(piece.figures, unit)
        if len(figures) < 3:
            continue
        for index, whole in enumerate(figures[:-2]):
            rest = figures[index + 1 : index + 1 + MOST_RUN]
            stops = sorted({len(_until(rest, "。")), len(_until(rest, "；")), len(rest)})
            totals = [Total(whole, tuple(rest[:stop])) for stop in stops if stop >= 2]
            flat = [figure for figure in rest if figure.depth <= whole.depth]
            deeper = [figure for figure in _until_depth(rest, whole) if figure.depth > whole.depth]
            totals += [Total(whole, tuple(listed)) for listed in (flat, deeper) if len(listed) >= 2]
            exact = tuple(total for total in totals if total.exact and digits(whole) >= SHORT)
            if exact:
                yield Question("sum", exact, (), "near", "没有写明是分项", False, ())


def _until_depth(rest: Sequence[Stated], whole: Stated) -> list[Stated]:
    kept: list[Stated] = []
    for figure in rest:
        if figure.depth <= whole.depth:
            break
        kept.append(figure)
    return kept


# ------------------------------------------------------------------------------------- figures of items below a figure


def _items(piece: Piece) -> Iterator[Question]:
    """The figure of a heading, or of what introduces a list, and the figures of its items."""
    for children in _lists(piece):
        introducing = _introducing(piece, children[0])
        for aspect in ("level", "change"):
            units = dict.fromkeys(
                f.unit
                for child in children
                for one in (child, *_lines_under(child))
                for f in one.figures[:6]
                if f.aspect == aspect
            )
            for unit in units:
                wholes = [figure for other in introducing for figure in levels(other.figures, unit, aspect)[::-1]][
                    :MOST_WHOLES
                ]
                question = _items_question(children, wholes, unit, aspect)
                if question is not None:
                    yield question
        yield from _total_below(children)


def _items_question(children: Sequence[Piece], wholes: Sequence[Stated], unit: str, aspect: str) -> Question | None:
    firsts = [_first(child, unit, aspect) for child in children]
    parts = [figure for figure in firsts if figure is not None]
    if len(parts) < 2 or not wholes:
        return None
    small = digits(wholes[0]) < SHORT and unit != "元"
    signs = aspect == "change"
    totals = [Total(whole, tuple(parts), signs=signs) for whole in (wholes[:1] if small else wholes)]
    for kind in ("executed", "budget"):
        of_kind = [
            next((f for f in levels(child.figures, unit, aspect) if f.mention.kind == kind), None) for child in children
        ]
        chosen = tuple(figure for figure in of_kind if figure is not None)
        if len(chosen) >= 2 and not small:
            totals += [Total(whole, chosen, signs=signs) for whole in wholes]
    text = wholes[0].piece.text
    why = "各条中有的没有写出数" if len(parts) < len(children) else ""
    if not why and (_OPEN_LIST.search(_last_sentence(text)[-20:]) or not LEADS.search(text[-30:] or " ")):
        why = "各条未写明是分项"
    return Question("sum", tuple(totals), (_likely(totals),), "near", why, False, (*wholes, *parts))


def _likely(totals: Sequence[Total]) -> Total:
    """The first whole that is no remainder and not smaller than one of its parts, else the nearest."""
    fitting = (
        total
        for total in totals
        if total.whole.number >= max(part.number for part in total.parts) and not LEFT.search(total.whole.near)
    )
    return next(fitting, totals[0])


def _last_sentence(text: str) -> str:
    """What a list is introduced with: behind the last full stop that is not at the end."""
    return re.split(r"[。；]", text.rstrip("。； \u3000"))[-1]


def _total_below(children: Sequence[Piece]) -> Iterator[Question]:
    """以上资金合计 in a line below the items: it stands under the last of them."""
    for line in children[-1].children[:2]:
        for whole in line.figures[:2]:
            if not line.plain or whole.aspect != "level" or not CLOSES.search(whole.near):
                continue
            parts = [
                figure
                for child in children
                if (figure := _first(child, whole.unit)) is not None and figure.piece is not line
            ]
            if len(parts) >= 2:
                why = "" if len(parts) == len(children) else "各条中有的没有写出数"
                total = Total(whole, tuple(parts))
                yield Question("sum", (total,), (total,), "named", why, False, (whole, *parts))


LEADS = re.compile(r"其中|如下|包括|分别|具体|用于|明细|[：]\s*$|元\s*[。）]?\s*$")


def _lists(piece: Piece) -> Iterator[list[Piece]]:
    """The children of a piece, as lists of items with one kind of numbering."""
    run: list[Piece] = []
    for child in piece.children:
        if child.plain:
            continue
        if run and child.marker != run[-1].marker:
            if len(run) >= 2:
                yield run
            run = []
        run.append(child)
    if len(run) >= 2:
        yield run


def _introducing(piece: Piece, child: Piece) -> list[Piece]:
    """The pieces that introduce a list, nearest first: plain lines before its first item, then what stands above."""
    before = [other for other in piece.children if other.order < child.order and other.plain]
    return [*before[::-1][:2], piece]


def _first(piece: Piece, unit: str, aspect: str = "level") -> Stated | None:
    """The first figure of an item: its own, else that of the lines straight under it."""
    return next((figure for one in (piece, *_lines_under(piece)) for figure in levels(one.figures, unit, aspect)), None)


def _lines_under(piece: Piece) -> list[Piece]:
    return [child for child in piece.children[:2] if child.plain]


def _paragraphs(outline: Outline) -> Iterator[Question]:
    """Lists at the root, and items that are lines without numbering below a line that ends in a colon."""
    root = outline.roots
    holder = Piece("", 0, root[0].line, "", children=root) if root else None
    if holder is not None:
        yield from _items(holder)
    lines = outline.pieces
    for index, head in enumerate(lines):
        if not re.search(r"(?:如下|其中|包括|分别为|：)\s*[：:]?\s*$", head.text) or not head.figures:
            continue
        items: list[Piece] = []
        for piece in lines[index + 1 : index + MOST_PARTS]:
            if not piece.figures or not piece.plain or piece.order != head.order + len(items) + 1:
                break
            items.append(piece)
        units = dict.fromkeys(figure.unit for figure in head.figures if figure.aspect == "level")
        for unit in units:
            parts = [figure for item in items if (figure := _first(item, unit)) is not None]
            wholes = levels(head.figures, unit)[::-1]
            totals = [Total(whole, tuple(parts[:stop])) for whole in wholes for stop in range(2, len(parts) + 1)]
            if totals:
                plain = Total(wholes[0], tuple(parts))
                why = "各行中有的没有写出数" if len(parts) < len(items) else ""
                yield Question("sum", tuple(total for total in totals if total.exact), (plain,), "near", why, False, ())
