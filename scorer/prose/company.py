"""What the shares beside a share tell of its whole: those of one list are of one whole."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from scorer.prose.equations import Equation, Quotient, rate_places
from scorer.prose.outline import Stated
from scorer.prose.placing import alone_in_brackets
from scorer.prose.relation import Question
from scorer.prose.things import core, same_name

_NAMED = re.compile(r"占(?P<name>[^，。；\d]{2,}?)的?(?:比例|比重)?[为是]?$")


@dataclass
class _Company:
    """The wholes of the shares that hold: by piece how many are of each, and by the words that name it."""

    wholes: dict[int, dict[Decimal, tuple[int, Stated]]] = field(default_factory=lambda: defaultdict(dict))
    names: Counter[tuple[str, Decimal]] = field(default_factory=Counter)

    def most(self, rate: Stated, part: Stated) -> tuple[int, list[Stated]]:
        """How many shares of a piece are of the whole that most of them have, and those wholes that a part may be of."""
        found = self.wholes[id(rate.piece)]
        most = max((count for count, _ in found.values()), default=0)
        known = [whole for count, whole in found.values() if count == most]
        return most, [w for w in known if w.unit == part.unit and w.number >= part.number and w is not part]


def with_company(questions: Sequence[Question], held: Sequence[Equation | None]) -> Iterator[Question]:
    """The questions again: shares that do not fit beside others of their piece that do are of the same whole."""
    company = _gathered(questions, held)
    for question, equation in zip(questions, held, strict=True):
        reading = question.readings[0] if question.readings else None
        asked = question.kind == "share" and isinstance(reading, Quotient) and not reading.rate.loose
        if not asked or not isinstance(reading, Quotient) or _fits(equation, company):
            yield question
        elif question.asked and equation is None:
            yield replace(question, certain=True) if _surely(question, reading, company) else question
        else:
            yield _of_the_same(question, reading, company)


def _gathered(questions: Sequence[Question], held: Sequence[Equation | None]) -> _Company:
    company = _Company()
    for question, equation in zip(questions, held, strict=True):
        if question.kind == "share" and isinstance(equation, Quotient) and len(equation.below) == 1:
            whole = equation.below[0][1]
            wholes = company.wholes[id(equation.rate.piece)]
            wholes[whole.number] = (wholes.get(whole.number, (0, whole))[0] + 1, whole)
            if name := _whole_name(equation.rate):
                company.names[name, whole.number] += 1
    return company


def _surely(question: Question, reading: Quotient, company: _Company) -> bool:
    """Whether two others are of the whole that a share is held against."""
    first = question.asked[0]
    if question.why or not isinstance(first, Quotient):
        return question.certain
    base = first.below[0][1].number
    most, known = company.most(reading.rate, reading.above[0][1])
    of_list = most >= 2 and len(known) == 1 and known[0].number == base
    return question.certain or of_list or company.names[_whole_name(reading.rate), base] >= 2


def _of_the_same(question: Question, reading: Quotient, company: _Company) -> Question:
    part, rate = reading.above[0][1], reading.rate
    _, known = company.most(rate, part)
    if "预算" in rate.near or len(known) != 1 or (rate.aspect != "share" and not alone_in_brackets(rate)):
        return question
    named = _whole_name(rate)
    if named and not same_name(named, known[0]):
        return question
    return replace(
        question, asked=(Quotient(rate, ((1, part),), ((1, known[0]),)),), why="", certain=True, licence="named"
    )


def _whole_name(rate: Stated) -> str:
    match = _NAMED.search(rate.near)
    return core(match["name"]) if match else ""


def _fits(equation: Equation | None, company: _Company) -> bool:
    """Whether a share that holds is of a whole that is as good as that of the others: it opens the list, or its rate has
    two decimals, or no two others agree on another one."""
    if not isinstance(equation, Quotient) or len(equation.below) != 1:
        return equation is not None
    others = company.wholes[id(equation.rate.piece)]
    own = others[equation.below[0][1].number][0]
    most = max(count for count, _ in others.values())
    return own >= most or most < 2 or rate_places(equation.rate) >= 2 or "其中" in equation.above[0][1].gap
