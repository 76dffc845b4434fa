"""Whether two figures are of the same thing: what the consistency checks compare before they compare numbers.

Figures come from four origins: running text, free tables, the form's own cells, and claims copied by hand. A `Said` is any
of them with what the comparison needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from scorer.model import Answer, Cell, Claim, Place, Source, Submission
from scorer.numbers.interval import loose, span
from scorer.numbers.quantity import Quantity, find_quantities, parse_quantity
from scorer.prose.mentions import Mention, clean, dimension
from scorer.prose.phrases import DERIVED, DISTINGUISHING, FILLER, fold

_WHOSE = re.compile(r"^(?:学[校院]|全[县市区校院镇乡])(?=[一-龥]{4})")  # 学校获奖项目 is 获奖项目
_FILLER = re.compile(FILLER)
_DISTINGUISHING = tuple(re.compile(words) for words in DISTINGUISHING)


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """One figure with what it is of: `of` in words, `cell` where it is written, `around` further words beside it,
    `nearby` the sentence about it."""

    of: str
    quantity: Quantity
    cell: Cell
    origin: str  # text, table, form, claim
    around: str = ""
    year: int | None = None
    kind: str = ""
    mention: Mention | None = None
    path: tuple[str, ...] = ()
    nearby: str = ""

    @property
    def place(self) -> Place:
        """For a finding."""
        return Place.of(self.cell)

    @property
    def dimension(self) -> str:
        return dimension(self.quantity.unit)

    @property
    def number(self) -> Decimal | None:
        return self.quantity.number


_UP_TO_VERB = re.compile(
    r"(?<=[一-龥]{2})(?:接入|接受|享受|参加|得到|通过|使用|受益|完成|实现|达到|用上|按|平均|均|已|全部|都|在|的|了|为|获)"
)


def from_mention(mention: Mention) -> Said:
    of = mention.subject
    rated = mention.quantity.unit == "分" and not mention.label.endswith("的")
    if mention.tail and not rated and (len(of) < 2 or mention.label.endswith("的")):
        # 更新后的138个信号灯路口, 9560户农户接入管网: the noun after the measure word, up to its verb
        of = clean((of if mention.label.endswith("的") else "") + _UP_TO_VERB.split(mention.tail, maxsplit=1)[0]) or clean(mention.tail)
    return Said(
        of=of,
        quantity=mention.quantity,
        cell=mention.cell(),
        origin="table" if mention.in_table else "text",
        around=f"{mention.label} {mention.tail}",
        year=mention.year,
        kind=mention.kind,
        mention=mention,
        nearby=_nearby(mention),
    )


def _nearby(mention: Mention) -> str:
    at = mention.start - mention.sentence.start
    return mention.sentence.text[max(0, at - 24) : at + len(mention.quote) + 24]


def from_claim(claim: Claim) -> Iterator[Said]:
    """The figures of a claim; one copied by hand has its place in words."""
    cell = claim.value
    if claim.where:
        cell = Cell(cell.text, Source(cell.source.file, at=claim.where))
    for quantity in figures(cell):
        yield Said(clean(fold(claim.of)) or claim.of, quantity, cell, "claim", around=claim.of + cell.text)


def figures(cell: Cell, unit: str = "") -> list[Quantity]:
    """The quantities of a cell: the one that it is, or all that its text holds."""
    quantity = parse_quantity(cell.text, unit)
    if quantity.number is not None:
        return [quantity]
    return [found for found in find_quantities(cell.text) if found.number is not None]


def from_answer(answer: Answer) -> Iterator[Said]:
    """The actual of an indicator, of which its last name says what it is."""
    if not answer.path or not answer.actual:
        return
    for quantity in figures(answer.actual, answer.unit)[:1]:
        yield Said(
            clean(fold(answer.path[-1])) or answer.path[-1],
            quantity,
            answer.actual,
            "form",
            around=answer.path[-1] + answer.actual.text + answer.target.text,
            path=answer.path,
        )


def money(cell: Cell, unit: str) -> Decimal | None:
    """The amount of a funds cell in 元."""
    if not cell:
        return None
    quantity = parse_quantity(cell.text, unit)
    return quantity.number if quantity.unit in ("元", "") else None


def everything_said(mentions: Sequence[Mention], submission: Submission) -> list[Said]:
    """Plain figures of all origins: not shares, changes, prices or rates."""
    said = [
        from_mention(mention)
        for mention in mentions
        if mention.role not in DERIVED and mention.number is not None and mention.quantity.unit not in ("%", "‰")
    ]
    for answer in submission.answers:
        said += from_answer(answer)
    for claim in submission.claims:
        said += from_claim(claim)
    return said


@lru_cache(maxsize=8192)
def core(words: str) -> str:
    """The characters that name a thing, without filler."""
    return _WHOSE.sub("", _FILLER.sub("", fold(words)))


def alike(first: Said, second: Said, wide: bool = False) -> float:
    """How far the shorter subject is contained in the other one and the words around it: 0 … 1.

    `wide` takes in the sentence about it too.
    """
    if len(core(first.of)) > len(core(second.of)):
        first, second = second, first
    return _contained(core(first.of), second.of + second.around + (second.nearby if wide else ""))


@lru_cache(maxsize=65536)
def _contained(one: str, words: str) -> float:
    if len(one) < 2:
        return 0.0
    wider = fold(words)
    if not any(one[i : i + 2] in wider for i in range(len(one) - 1)):
        return 0.0
    return sum(min(one.count(character), wider.count(character)) for character in set(one)) / len(one)


def set_apart(first: Said, second: Said) -> bool:
    """Whether a word stands with one of them that makes it another thing: 基本支出 is not 支出, 上年 not 本年."""
    return _marks(first.of, first.around) != _marks(second.of, second.around)


@lru_cache(maxsize=8192)
def _marks(of: str, around: str) -> frozenset[int]:
    """The distinguishing words that stand with a figure."""
    words = f"{of} {around}"
    return frozenset(index for index, pattern in enumerate(_DISTINGUISHING) if pattern.search(words))


def differ(first: Quantity, second: Quantity) -> bool:
    """Whether two figures cannot be the same: their intervals do not meet."""
    one, other = span(first), span(second)
    return one is not None and other is not None and not one.meets(other)


def slip(first: Quantity, second: Quantity) -> bool:
    """Whether one figure can be a slip of the pen of the other: digits swapped, or one digit of three or more wrong."""
    if first.number is None or second.number is None or loose(first) or loose(second):
        return False
    return slips(digits(first.number), digits(second.number))


@lru_cache(maxsize=65536)
def slips(one: str, other: str) -> bool:
    """`slip` for the digits of two figures."""
    if len(one) != len(other) or one == other:
        return False
    significant = max(len(one.rstrip("0")), len(other.rstrip("0")))
    wrong = [index for index, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if len(wrong) == 1:
        return significant >= 3
    swapped = len(wrong) == 2 and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
    return swapped and significant >= 2


def transposed(first: Quantity, second: Quantity) -> bool:
    """Whether two figures of four digits or more differ by two neighbouring digits that changed places: hardly chance."""
    if first.number is None or second.number is None:
        return False
    one, other = digits(first.number), digits(second.number)
    wrong = [index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
    return first.number >= 1000 and len(wrong) == 2 and wrong[1] == wrong[0] + 1


def slip_keys(text: str) -> list[str]:
    """Keys of the `digits` of a figure, of which two figures share one when one can be a slip of the pen of the other."""
    text = text[:16]
    return ["".join(sorted(text)), *(f"{text[:index]}_{text[index + 1 :]}" for index in range(len(text)))]


def digits(number: Decimal) -> str:
    """All digits down to the fourth decimal of the base unit, so that figures of one unit line up."""
    return str(int(abs(number) * 10000))


def unlike_years(first: Said, second: Said, report: int | None) -> bool:
    one, other = first.year or report, second.year or report
    return one != other


def places(said: Iterable[Said]) -> list[Place]:
    return [item.place for item in said]
