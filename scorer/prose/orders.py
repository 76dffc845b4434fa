"""Words that say which of two figures is larger, against the figures: 决算数大于预算数 behind a smaller outturn.

The words name both operands and their figures stand before them in the same item, so that what contradicts them is told
without the sign of a slip. Where an item has several budgets all of them must contradict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from scorer.numbers.interval import Span
from scorer.prose.judge import Verdict
from scorer.prose.outline import Outline, Piece, Stated
from scorer.prose.relation import Question

_WORDS = re.compile(
    r"(?:支出)?(?P<first>决算|执行|实际支出)数?(?:(?P<above>大于|高于|超过|多于)|(?P<below>小于|低于|少于)|(?P<level>等于))"
    r"(?:年初|年度|全年|调整)?(?P<second>预算|计划)(?:安排)?数?"
    r"|(?P<same>决算|执行)数?(?:与|和|同|跟)(?:年初|全年|调整)?预算数?(?:安排数)?(?<!基本)(?:持平|相等|一致|相同)"
)
_EARLIER = re.compile(r"上年|去年|同期|增加|减少|上升|下降")
HARDLY = Decimal("0.005")
"""Figures that are nearer than this are called equal by some writers."""

Way = Literal["大于", "小于", "等于"]


@dataclass(frozen=True, eq=False)
class Order:
    """What was spent stands to its budget as the words say."""

    spent: Stated
    budget: Stated
    way: Way
    said: str

    @property
    def figures(self) -> tuple[Stated, ...]:
        return (self.budget, self.spent)

    def holds(self) -> bool:
        apart = self.spent.number - self.budget.number
        return {"大于": apart > 0, "小于": apart < 0, "等于": apart == 0}[self.way]

    def needed(self, figure: Stated) -> Span | None:
        return None

    def words(self) -> str:
        way = "大于" if self.spent.number > self.budget.number else "小于"
        if self.spent.number == self.budget.number:
            way = "等于"
        return f"{self.spent.mention.quote} {way} {self.budget.mention.quote}"


def read_orders(tree: Outline) -> list[Verdict]:
    """A verdict for every comparison in words of what was spent with what was planned."""
    return [verdict for piece in tree.pieces if len(piece.figures) >= 2 for verdict in _of_piece(piece)]


def _of_piece(piece: Piece) -> Iterator[Verdict]:
    before = piece.start
    for match in _WORDS.finditer(piece.line.text, piece.start, piece.start + len(piece.text)):
        figures = [figure for figure in piece.figures if before <= figure.mention.start < match.start()]
        before = match.end()
        spent = [figure for figure in figures if _is(figure, "executed")]
        budgets = [figure for figure in figures if _is(figure, "budget")]
        if not spent or not budgets:
            continue
        way: Way = "大于" if match["above"] else "小于" if match["below"] else "等于"
        orders = [Order(spent[-1], budget, way, match[0]) for budget in budgets if budget.unit == spent[-1].unit]
        if orders:
            yield _judged(orders, one=len({figure.number for figure in spent}) == 1)


def _is(figure: Stated, kind: str) -> bool:
    return figure.aspect == "level" and figure.mention.kind == kind and not _EARLIER.search(figure.near)


def _judged(orders: list[Order], *, one: bool) -> Verdict:
    question = Question("order", tuple(orders), tuple(orders[:1]), "named")
    held = next((order for order in orders if order.holds()), None)
    if held is not None:
        return Verdict(question, "agrees", held)
    if not one:
        return Verdict(question, "undecided", why="同一条中有几个决算数")
    if any(order.spent.loose or order.budget.loose for order in orders):
        return Verdict(question, "undecided", why="有的数是约数")
    if any(abs(order.spent.number - order.budget.number) <= HARDLY * order.budget.number for order in orders):
        return Verdict(question, "undecided", why="两数相差甚微，可视为持平")
    return Verdict(question, "differs", orders[-1])
