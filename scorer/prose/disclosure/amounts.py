"""Amounts of published tables and of the prose about them: what is written, what it is worth, how exactly it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from scorer.model import Cell, Place
from scorer.value import value

NARROW = str.maketrans("０１２３４５６７８９．％－（）：；／　\u00a0", "0123456789.%-():;/  ")
"""Full-width characters as narrow ones, one for one: places in a text stay what they are."""

_WRITTEN = re.compile(r"[-−–]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,6})?")
_UNITS = {"元": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
CENT = Decimal("0.005")


@value(eq=False)
class Amount:
    """One amount: `worth` in yuan, `half` a unit of the last written place in yuan, `place` where it stands.

    `label` says of what it is, as a reader finds it: 公开05表第3行“行政运行”基本支出.
    """

    worth: Decimal
    half: Decimal
    place: Place
    label: str = ""
    unit: str = "万元"
    blank: bool = False

    @property
    def shown(self) -> str:
        """As it is written, with its unit; a blank cell as such."""
        return (
            "空白"
            if self.blank
            else f"{self.place.quote.strip()}" + ("" if self.place.quote.rstrip().endswith("元") else self.unit)
        )


def unit_scale(unit: str) -> Decimal:
    return _UNITS.get(unit, Decimal(10_000))


def written_amount(text: str) -> tuple[Decimal, int] | None:
    """The number in a cell that holds nothing else, and its decimal places: ``2,886.49`` → (2886.49, 2)."""
    narrow = text.translate(NARROW).replace(" ", "").replace("\n", "").replace("，", ",").strip()
    if not _WRITTEN.fullmatch(narrow):
        return None
    plain = narrow.replace(",", "").replace("−", "-").replace("–", "-")
    return Decimal(plain), len(plain.partition(".")[2])


def cell_amount(cell: Cell, unit: str, places: int, label: str) -> Amount | None:
    """A table's cell as an amount; a blank one is nothing (0), one that holds words is None.

    `places` are those of the table: where most amounts carry two, 14.6 means 14.60.
    """
    scale = unit_scale(unit)
    text = cell.text.strip(" \u3000\u00a0\t\n—–-－/")
    if not text:
        return Amount(Decimal(0), Decimal(0), Place.of(cell), label, unit, True)
    found = written_amount(cell.text)
    if found is None:
        return None
    number, own = found
    return Amount(number * scale, scale * Decimal(1).scaleb(-max(own, places)) / 2, Place.of(cell), label, unit)


def total(amounts: Iterable[Amount]) -> Decimal:
    return sum((amount.worth for amount in amounts), Decimal(0))


def in_unit(worth: Decimal, unit: str) -> str:
    """Yuan as printed in a unit, no superfluous zeros: 2886.49."""
    figure = f"{worth / unit_scale(unit):f}"
    return figure.rstrip("0").rstrip(".") if "." in figure else figure
