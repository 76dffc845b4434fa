"""The outline of a text: numbered items, what stands under them, and every figure with its place in that tree.

Most sums of public texts are edges of this tree: a figure in a heading and the figures of the items below it. Numbering
inside a line counts as numbering at its beginning, since pages often lose their line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from scorer.numbers.interval import loose, step
from scorer.prose.mentions import PERCENTAGES, Line, Mention
from scorer.prose.outline_marks import MARKERS

Aspect = Literal["level", "change", "share", "growth", "done", "rate", "price", "base", "other"]

_INLINE = re.compile(
    r"(?:(?<=[。；：！？，,\s　])|^)[\s　]*(?:第[一二三四五六七八九十]{1,3}部分|[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）"
    r"|\d{1,2}[.．、](?![\d\s])|（\d{1,2}）(?=[一-龥])|[①-⑳]|[一二三四五六七八九]是)"
)
_SOFT = ("，", ",")


@dataclass(eq=False)
class Piece:
    """A numbered item or a plain line: its own text, its figures, the pieces below it, the one above it."""

    text: str
    start: int
    line: Line
    marker: str
    figures: list[Stated] = field(default_factory=list)
    children: list[Piece] = field(default_factory=list)
    above: Piece | None = None
    order: int = 0

    @property
    def plain(self) -> bool:
        return not self.marker


@dataclass(eq=False)
class Stated:
    """A figure as the engine sees it.

    `gap` are the words between the figure before it in its piece and this one, `near` those of its own clause, `tail` the
    words after it up to the next figure. `aspect` tells a level from a change, a share, a rate or a price; `up` the
    direction of a change; `against` what it is compared with ("last", "budget" or ""). `depth` counts open brackets.
    """

    mention: Mention
    piece: Piece
    gap: str
    near: str
    tail: str
    aspect: Aspect = "level"
    up: bool | None = None
    against: str = ""
    depth: int = 0
    order: int = 0

    @cached_property
    def number(self) -> Decimal:
        number = self.mention.number
        assert number is not None  # figures without a number are not stated
        return number

    @cached_property
    def unit(self) -> str:
        return self.mention.dimension

    @cached_property
    def places(self) -> Decimal:
        """One unit of the last written place, in base units; 0 where the figure is exact."""
        return step(self.mention.quantity) or Decimal(0)

    @cached_property
    def loose(self) -> bool:
        return loose(self.mention.quantity)

    @cached_property
    def signed(self) -> Decimal:
        return -self.number if self.up is False else self.number


@dataclass(eq=False)
class Outline:
    """All pieces of a document in reading order; `roots` have nothing above them."""

    pieces: list[Piece]
    roots: list[Piece]

    @property
    def figures(self) -> Iterator[Stated]:
        for piece in self.pieces:
            yield from piece.figures


def outline(lines: Sequence[Line], mentions: Sequence[Mention]) -> Outline:
    """The tree of pieces that some lines of prose make, with their figures. Figures of tables are none of prose."""
    of_line: dict[int, list[Mention]] = {}
    for mention in mentions:
        if not mention.in_table and mention.number is not None:
            of_line.setdefault(id(mention.line), []).append(mention)
    pieces: list[Piece] = []
    roots: list[Piece] = []
    stack: list[Piece] = []
    for line in lines:
        for start, end, marker in _cuts(line.text):
            piece = Piece(line.text[start:end], start, line, marker, order=len(pieces))
            if marker:
                while stack and marker in (above.marker for above in stack):
                    stack.pop()
                piece.above = stack[-1] if stack else None
            else:
                piece.above = stack[-1] if stack else None
            (piece.above.children if piece.above else roots).append(piece)
            if marker:
                stack.append(piece)
            pieces.append(piece)
            _place_figures(piece, [m for m in of_line.get(id(line), ()) if start <= m.start < end])
    for order, figure in enumerate(figure for piece in pieces for figure in piece.figures):
        figure.order = order
    return Outline(pieces, roots)


def _cuts(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the pieces of a line begin and end, each with its kind of numbering ("" for none)."""
    starts: list[tuple[int, str]] = []
    for match in _INLINE.finditer(text):
        found = match[0].strip()
        at = match.end() - len(found)
        marker = next((name for name, pattern in MARKERS if pattern.match(found)), "")
        if at and text[:at].rstrip()[-1:] in _SOFT and marker not in ("is", "circle", "bracket digit"):
            continue
        if at and marker == "digit" and not _follows(text, at, found, starts):
            continue
        starts.append((at, marker))
    if not starts or text[: starts[0][0]].strip():
        starts.insert(0, (0, ""))
    for (start, marker), (end, _) in zip(starts, [*starts[1:], (len(text), "")], strict=True):
        yield start, end, marker


def _follows(text: str, at: int, found: str, starts: Sequence[tuple[int, str]]) -> bool:
    """Whether 2. inside a line goes on from a 1. before it, or is a 1.: other digits are figures."""
    number = int(re.sub(r"\D", "", found))
    before = [re.match(r"\d+", text[start:]) for start, marker in starts if marker == "digit"]
    return number == 1 or any(match and int(match[0]) == number - 1 for match in before)


# ------------------------------------------------------------------------------------------------- what a figure is

_RISES = r"增加|增长|上升|提高|增收|增支|超收|调增|净增加?|追加|多支|多收|超支|上调|增|超"
_FALLS = r"减少|下降|压减|压缩|节约|节省|减收|减支|短收|调减|净减少?|回落|降低|核减|缩减|下调|调降|减"
_FILL = r"(?:了|额|幅度?|率|约|数|为|比例|金额|资金|支出|收入|经费|[：:])*"
_CHANGE = re.compile(rf"(?:(?P<up>{_RISES})|(?P<down>{_FALLS}))(?P<fill>{_FILL})[\s　]*$")
_TO = re.compile(rf"(?:{_RISES}|{_FALLS}|调整|提升)(?:到|至|为)[\s　]*$")
_FROM = re.compile(r"[由从][^，。；]{0,30}$")
_INTO = re.compile(rf"(?:调整|{_RISES}|{_FALLS})(?:到|至|为)")
_CHANGE_RATE = re.compile(rf"(?:(?P<up>{_RISES}|上涨|提升|增速|增幅)|(?P<down>{_FALLS}|降幅|减幅))[^，。；\d]{{0,6}}$")
_COMPARES = re.compile(r"比(?![赛例重武较])|(?<!比)较|同比|环比|相比|对比")
_BASE = re.compile(r"(?:比(?![赛例重武较])|(?<!比)较|与|同(?!比))[^，。；、]{0,24}$")
_LAST = re.compile(r"上年|去年|上一年|同期|上月|上季|前年|同比|年初数")
_BUDGET = re.compile(r"预算|计划|概算|年初(?!数)")
_SHARE = re.compile(r"占|比重|比例(?:为|是)?$")
_DONE = re.compile(
    r"完成|执行|支付率|支出率|使用率|到位率|进度|拨付率|支出进度|达(?:到|预算|年初)?|为(?:年初|年度|调整)?预算的|实现"
)
_OF_AMOUNT = re.compile(r"的(?:比例|比重)?[为是]?")  # 占年初预算30万元的40%: what it is of stands before the amount
_CUT_RATE = re.compile(r"(?:审减|核减|节约|节支|节省|减免)(?:资金)?率[为是达约]*$")  # of what was submitted, not of an earlier year
_OF_IT = re.compile(r"(?:占|(?P<done>完成|达到?|为|实现))[^，。；]*$")
_PRICE = re.compile(
    r"(?:每|[人户亩次月年日生校家]均|单价|均价|平均)[^，。；]{0,10}$|标准(?:为|是|每|：|按|不低于|提高到|由)*[^一-龥，。；]{0,6}$"
)
_OTHER = re.compile(
    r"(?:第|排名|位列|名列|不低于|不超过|不少于|不高于|至少|最高|最低|限额|上限|年龄|年满)[^，。；\d]{0,4}$"
)
_CLOSED = re.compile(r"（[^（）]*）$")
_COMMA = re.compile(r"[，。；：！？]|,(?!\d{3}(?!\d))")


def _place_figures(piece: Piece, mentions: Sequence[Mention]) -> None:
    before = piece.start
    depth = 0
    text = piece.line.text
    end = piece.start + len(piece.text)
    for index, mention in enumerate(mentions):
        gap = text[before : mention.start]
        following = mentions[index + 1].start if index + 1 < len(mentions) else end
        depth = max(0, depth + gap.count("（") - gap.count("）"))
        near = _own_clause(gap)
        stated = Stated(mention, piece, gap, near, text[mention.end : following], depth=depth)
        _classify(stated, piece.figures)
        piece.figures.append(stated)
        before = mention.end
    return


def _own_clause(gap: str) -> str:
    """The words straight before a figure in its own clause: a bracket that is closed before it explains, one that is open begins it."""
    plain = _CLOSED.sub("", gap) if gap.endswith("）") else gap
    cut = max((match.end() for match in _COMMA.finditer(plain)), default=0)
    bracket = max(cut, plain.rfind("（") + 1)
    return plain[bracket:] if plain[bracket:].strip() else plain[cut:]


def _classify(stated: Stated, before: Sequence[Stated]) -> None:
    """Set what kind of figure this is, from the words of its own clause."""
    near, mention = stated.near, stated.mention
    last = before[-1] if before else None
    stated.against = (
        "last" if _LAST.search(near) else "budget" if _COMPARES.search(near) and _BUDGET.search(near) else ""
    )
    if mention.quantity.unit in PERCENTAGES:
        _classify_rate(stated, last)
        return
    if "/" in mention.quantity.unit or (stated.unit == "元" and _PRICE.search(near)):
        stated.aspect = "price"
    elif _OTHER.search(near) or mention.role in ("target", "limit"):
        stated.aspect = "other"
    elif not _TO.search(near) and (match := _CHANGE.search(near)):
        stated.aspect, stated.up = "change", bool(match["up"])
        if (
            not stated.against
            and last
            and last.aspect in ("base", "change", "growth")
            and not re.search(r"[。；]", stated.gap)
        ):
            stated.against = last.against
    elif _FROM.search(near) and _INTO.match(stated.tail) or _COMPARES.search(near) and _BASE.search(near):
        stated.aspect = "base"


def _classify_rate(stated: Stated, last: Stated | None) -> None:
    near = stated.near
    if last is not None and _OF_AMOUNT.fullmatch(near.strip()) and (of := _OF_IT.search(last.near)):
        stated.aspect = "done" if of["done"] or _BUDGET.search(of[0]) else "share"
        return
    change = None if _CUT_RATE.search(near) else _CHANGE_RATE.search(near)
    if stated.mention.quantity.unit == "个百分点":
        stated.aspect = "other"
    elif change and not _SHARE.search(near[change.start() :]):
        stated.aspect, stated.up = "growth", bool(change["up"])
        if not stated.against and last and last.aspect in ("base", "change", "growth"):
            stated.against = last.against
    elif _SHARE.search(near) and not re.search(r"完成[^占]*$", near):
        stated.aspect = "share"
    elif _DONE.search(near):
        stated.aspect = "done"
    else:
        stated.aspect = "rate"
