"""Prices and standards in running text: what is paid for each, how many there are, what it comes to.

Only a sentence that states one price, one count of what it is paid for and one amount licenses the product; with several
of them every pairing may agree and none is held against the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from scorer.numbers.interval import Span, shown, span
from scorer.prose.equations import scale_of, unit_words
from scorer.prose.outline import Outline, Stated
from scorer.prose.relation import Question

MOST = 8
"""Figures of one kind in a sentence beyond which pairings are not looked for."""

_AGAIN = re.compile(r"[每/](?:个)?(?:月|季|天|日|周|学期|次)|月[人均]|按月|按季")
_TIMES = {"月": 12, "季": 4, "学期": 2}


@dataclass(frozen=True, eq=False)
class Product:
    """Prices times counts, paid `times` times, against an amount."""

    pairs: tuple[tuple[Stated, Stated], ...]
    amount: Stated
    times: Decimal = Decimal(1)

    @property
    def figures(self) -> tuple[Stated, ...]:
        return (*(figure for pair in self.pairs for figure in pair), self.amount)

    @property
    def value(self) -> Decimal:
        return sum((price.number * count.number for price, count in self.pairs), Decimal(0)) * self.times

    def holds(self) -> bool:
        printed = span(self.amount.mention.quantity)
        low = high = Decimal(0)
        for price, count in self.pairs:
            one, many = span(price.mention.quantity), span(count.mention.quantity)
            if one is None or many is None:
                return False
            low, high = low + one.low * many.low, high + one.high * many.high
        return printed is not None and Span(low * self.times, high * self.times).meets(printed)

    def needed(self, figure: Stated) -> Span | None:
        if figure is self.amount:
            return Span(self.value, self.value)
        if len(self.pairs) > 1:
            return None
        price, count = self.pairs[0]
        other = (count if figure is price else price).number * self.times
        printed = span(self.amount.mention.quantity)
        return Span(printed.low / other, printed.high / other) if printed is not None and other > 0 else None

    def words(self) -> str:
        unit = scale_of(self.amount)
        factors = " + ".join(f"{price.mention.quote} × {count.mention.quote}" for price, count in self.pairs)
        times = f" × {self.times}" if self.times != 1 else ""
        return f"{factors}{times} = {shown(self.value, unit)}{unit_words(self.amount)}"


def find_products(outline: Outline) -> Iterator[Question]:
    """A question for each sentence with a price."""
    for piece in outline.pieces:
        if any(figure.aspect == "price" for figure in piece.figures):
            for sentence in _sentences(piece.figures):
                yield from _of_sentence(sentence)


def _sentences(figures: Sequence[Stated]) -> Iterator[list[Stated]]:
    number = 0
    keyed: list[tuple[int, Stated]] = []
    for index, figure in enumerate(figures):
        number += index > 0 and "。" in figure.gap
        keyed.append((number, figure))
    for _, listed in groupby(keyed, key=lambda pair: pair[0]):
        yield [figure for _, figure in listed]


def _of_sentence(figures: Sequence[Stated]) -> Iterator[Question]:
    prices = [f for f in figures if f.aspect == "price" and f.unit.startswith("元") and not f.loose]
    counts = [
        f
        for f in figures
        if f.aspect == "level" and f.unit not in ("元", "%", "‰", "分", "") and "/" not in f.unit and not f.loose
    ]
    amounts = [f for f in figures if f.aspect == "level" and f.unit == "元" and not f.loose]
    if not prices or not counts or not amounts or max(len(prices), len(counts), len(amounts)) > MOST:
        return
    periods = [f.number for f in counts if re.search(r"月|天|日|季|周|学期|次$", f.unit)]
    times = [
        Decimal(1),
        *periods,
        *(
            Decimal(n)
            for word, n in _TIMES.items()
            if any(word in f.near or word in f.mention.quantity.unit for f in prices)
        ),
    ]
    readings = [
        Product(((price, count),), amount, factor)
        for price in prices
        for count in counts
        for amount in amounts
        for factor in times
        if count.number != factor
    ]
    if len(prices) > 1:
        readings += [
            Product(tuple(zip(prices, counts[start:], strict=False)), amount)
            for amount in amounts
            for start in range(len(counts) - len(prices) + 1)
        ]
    again = _AGAIN.search("".join(f.near + f.mention.quantity.unit for f in prices)) is not None
    for price in prices:
        triple = _triple(figures, price)
        if triple is not None and not again:
            listed = tuple(one for one in readings if price in one.figures)
            yield Question("product", listed, (triple,), "named", "", True, tuple(figures))
    if not any(_triple(figures, price) for price in prices) or again:
        yield Question("product", tuple(readings), (), "near", "一句里有几个单价、数量或金额")


_COMES_TO = re.compile(r"^[，,]?(?:小计|共计?|合计|总计|计|金额|资金|需|总价|补助|发放)*[一-龥]{0,4}$")


def _triple(figures: Sequence[Stated], price: Stated) -> Product | None:
    """A count, its price and what it comes to, one straight after the other: 460盏，每盏420元，计19.32万元."""
    at = figures.index(price)
    if not 0 < at < len(figures) - 1:
        return None
    count, amount = figures[at - 1], figures[at + 1]
    if count.aspect != "level" or count.unit in ("元", "%", "") or amount.aspect != "level" or amount.unit != "元":
        return None
    if "；" in price.gap or count.loose or amount.loose or price.loose or not _COMES_TO.match(amount.gap):
        return None
    return Product(((price, count),), amount)
