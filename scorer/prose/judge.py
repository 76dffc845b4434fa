"""One judge for all questions that a text raises: what agrees, what differs, what stays undecided and why.

All questions of a document are answered together. A reading that holds explains its figures; a figure so explained is not
the one that is wrong. Where no reading of a question holds, it is held against the text only if a slip of the pen in a
figure that nothing explains would mend it, or if the words name every operand and the list is closed. One wrong figure is
told once, however many relations it breaks.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from scorer.numbers.interval import Span
from scorer.prose.equations import Equation, Quotient, Total, rate_places
from scorer.prose.outline import Stated
from scorer.prose.products import Product
from scorer.prose.relation import Question
from scorer.prose.slips import CUT, REPEATED, SWAPPED, UNIT, slip
from scorer.prose.things import same_name

FARTHEST = 5
"""More than so many times between what is computed and what is printed is another base, unless a slip explains it."""

READINGS, NAMED_READINGS = (10, 30, 100), (2, 4, 12)
"""Readings that a rate with no, one, two decimals may choose among; the same where the words license another one."""

FEW = 10
"""Readings beyond which one that holds explains nothing."""

MOST_MENDED = 12
"""Readings of a question that are tried with a slip each."""

NO_SIGN = "数字不符，但没有写错的迹象，可能另有口径"
EXPLAINED = "各数都与别处相符，可能另有口径"

NEAR = Decimal("1.5")
"""The same for sums and products."""

_ORDER = ("sum", "difference", "done", "growth", "change", "share", "product", "same")


@dataclass(frozen=True, eq=False)
class Verdict:
    """What came of a question. `equation` is what holds or fails; `suspect` the figure that one slip would mend, `slip`
    that slip in words; `others` how many more relations the same figure breaks. `clear`: the slip alone tells that the
    figures belong together."""

    question: Question
    state: Literal["agrees", "differs", "undecided"]
    equation: Equation | None = None
    why: str = ""
    slip: str = ""
    suspect: Stated | None = None
    needed: Span | None = None
    others: int = 0
    clear: bool = False


def judge(questions: Iterable[Question]) -> list[Verdict]:
    """A verdict for each question, in their order."""
    asked = list(questions)
    held = [_held(question) for question in asked]
    again = list(_with_company(asked, held))
    held = [one if new is old else _held(new) for old, new, one in zip(asked, again, held, strict=True)]
    asked = again
    explained: set[int] = set()
    for question, equation in zip(asked, held, strict=True):
        if equation is not None and question.kind != "same" and _tells(question, equation):
            explained.update(map(id, equation.figures))
    doubts = [
        None if equation is not None else _doubt(question, explained)
        for question, equation in zip(asked, held, strict=True)
    ]
    votes = _votes(doubts)
    verdicts = []
    for question, equation, doubt in zip(asked, held, doubts, strict=True):
        if equation is not None:
            verdicts.append(Verdict(question, "agrees", equation))
        elif doubt is None:
            verdicts.append(Verdict(question, "undecided", why=question.why or EXPLAINED))
        else:
            verdicts.append(_verdict(doubt, votes))
    return _once(verdicts)


def _with_company(questions: Sequence[Question], held: Sequence[Equation | None]) -> Iterator[Question]:
    """Shares that do not fit beside others of their piece that do: they are of the same whole."""
    wholes: dict[int, dict[Decimal, tuple[int, Stated]]] = defaultdict(dict)
    for question, equation in zip(questions, held, strict=True):
        if question.kind == "share" and isinstance(equation, Quotient) and len(equation.below) == 1:
            whole = equation.below[0][1]
            count = wholes[id(equation.rate.piece)].get(whole.number, (0, whole))[0]
            wholes[id(equation.rate.piece)][whole.number] = (count + 1, whole)
    for question, equation in zip(questions, held, strict=True):
        reading = question.readings[0] if question.readings else None
        if (
            question.kind != "share"
            or not isinstance(reading, Quotient)
            or reading.rate.loose
            or _fits_company(equation, wholes)
        ):
            yield question
            continue
        part = reading.above[0][1]
        if "预算" in reading.rate.near or (question.asked and equation is None):
            yield question
            continue
        most = max((count for count, _ in wholes[id(reading.rate.piece)].values()), default=0)
        known = [w for count, w in wholes[id(reading.rate.piece)].values() if count == most]
        known = [w for w in known if w.unit == part.unit and w.number >= part.number and w is not part]
        named = re.search(r"占(?P<name>[^，。；\d]{2,}?)的?(?:比例|比重)?[为是]?$", reading.rate.near)
        if (
            len(known) == 1
            and reading.rate.aspect == "share"
            and not (named and not same_name(named["name"], known[0]))
        ):
            same = Quotient(reading.rate, ((1, part),), ((1, known[0]),))
            yield replace(question, asked=(same,), why="", certain=True, licence="named")
        else:
            yield question


def _fits_company(equation: Equation | None, wholes: dict[int, dict[Decimal, tuple[int, Stated]]]) -> bool:
    """Whether a share that holds is of a whole that is as good as that of the others: it opens the list, or its rate has
    two decimals, or no two others agree on another one."""
    if not isinstance(equation, Quotient) or len(equation.below) != 1:
        return equation is not None
    others = wholes[id(equation.rate.piece)]
    own = others[equation.below[0][1].number][0]
    most = max(count for count, _ in others.values())
    return own >= most or most < 2 or rate_places(equation.rate) >= 2 or "其中" in equation.above[0][1].gap


def _held(question: Question) -> Equation | None:
    """The first reading that holds, an exact total before others. A coarse rate may not choose among many."""
    exact = next((reading for reading in question.asked if isinstance(reading, Total) and reading.exact), None)
    held = exact or next((reading for reading in question.asked if reading.holds()), None)
    return held or next((reading for reading in question.readings[: _tried(question)] if reading.holds()), None)


def _tried(question: Question) -> int:
    """How many readings a rate may choose among: the fewer decimals it has, the more would fit by chance; and where the
    words license one, fewer still."""
    reading = question.readings[0] if question.readings else None
    if not isinstance(reading, Quotient):
        return len(question.readings)
    decimals = rate_places(reading.rate)
    return (NAMED_READINGS if question.asked and not question.why else READINGS)[min(decimals, 2)]


def _tells(question: Question, equation: Equation) -> bool:
    """Whether a reading that holds is no chance: the words license it, or its figures are long and the readings few."""
    if any(equation is one for one in question.asked) or question.kind == "share" and equation is question.readings[0]:
        return not isinstance(equation, Quotient) or equation.rate.places < 1
    if isinstance(equation, Quotient):
        return equation.rate.places < 1 and len(question.readings) <= FEW
    if not isinstance(equation, Total):
        return False
    whole = equation.whole.number.normalize()
    return len(question.readings) <= 2 * FEW and len(f"{whole:f}".replace(".", "").strip("0")) >= 3


def _doubt(question: Question, explained: set[int]) -> Verdict | None:
    """The reading of a failed question that a slip would mend, else the plain one; None where nothing is to be told.

    A reading that the words do not license counts where the slip is of a kind that hardly ever fits by chance.
    """
    found = [doubt for equation in question.asked for doubt in _mends(question, equation, explained)]
    if question.asked and all(id(figure) in explained for figure in question.asked[0].figures):
        found = []
    best = min(found, key=lambda verdict: verdict.slip in (CUT, REPEATED), default=None)
    if best is not None and best.slip not in (CUT, REPEATED):
        return replace(best, clear=_clear(best))
    for equation in question.readings[:MOST_MENDED]:
        for doubt in _mends(question, equation, explained):
            if _clear(doubt):
                return replace(doubt, clear=True)
    if best is not None:
        return best
    if not question.asked or all(id(figure) in explained for figure in question.asked[0].figures):
        return None
    return Verdict(question, "differs", question.asked[0])


def _mends(question: Question, equation: Equation, explained: set[int]) -> Iterator[Verdict]:
    """Each slip of one figure that nothing explains by which the reading would hold."""
    for figure in equation.figures:
        needed = None if id(figure) in explained else equation.needed(figure)
        words = slip(figure, needed, question.around) if needed is not None else ""
        if words:
            yield Verdict(question, "differs", equation, slip=words, suspect=figure, needed=needed)


def _clear(doubt: Verdict) -> bool:
    """Whether a slip hardly ever fits by chance: digits that changed places in a long figure, a unit that makes it exact.

    Of an amount only what the others leave exactly counts; of a rate its own digits.
    """
    figure, needed = doubt.suspect, doubt.needed
    if figure is None or needed is None or len(doubt.equation.figures if doubt.equation else ()) < 3:
        return False
    long = len(f"{figure.number.normalize():f}".replace(".", "").strip("0"))
    if isinstance(doubt.equation, Quotient):
        return doubt.slip == SWAPPED and figure is doubt.equation.rate and long >= 3
    if isinstance(doubt.equation, Total):
        others = [one for one in doubt.equation.figures if one is not figure and one.number]
        return len(others) >= 2 and (doubt.slip == UNIT or (doubt.slip == SWAPPED and long >= 4))
    return False


def _votes(doubts: Sequence[Verdict | None]) -> dict[int, int]:
    """How many failed questions one changed figure would mend, by figure."""
    votes: dict[int, int] = defaultdict(int)
    spans: dict[int, Span] = {}
    for doubt in doubts:
        if doubt is None or doubt.suspect is None or doubt.needed is None:
            continue
        key = id(doubt.suspect)
        known = spans.setdefault(key, doubt.needed)
        if known.meets(doubt.needed):
            votes[key] += 1
    return votes


def _verdict(doubt: Verdict, votes: dict[int, int]) -> Verdict:
    question = doubt.question
    twice = doubt.suspect is not None and votes[id(doubt.suspect)] >= 2
    if question.why and not (twice or doubt.clear):
        return replace(doubt, state="undecided", why=question.why)
    if any(figure.loose for figure in (doubt.equation.figures if doubt.equation else ())):
        return replace(doubt, state="undecided", why="有的数是约数")
    if doubt.slip and (twice or doubt.slip not in (CUT, REPEATED)):
        return doubt
    if question.certain and _plausible(doubt.equation):
        return doubt
    return replace(doubt, state="undecided", why=NO_SIGN)


def _plausible(equation: Equation | None) -> bool:
    """Whether what is computed and what is printed are near enough to be of one base."""
    if isinstance(equation, Total):
        whole = equation.whole.number
        return (
            equation.sum > 0
            and whole > 0
            and whole <= equation.sum * Decimal("1.5")
            and equation.sum <= whole * Decimal("1.5")
            and equation.sum > whole
        )
    if isinstance(equation, Quotient):
        value, printed = equation.value, equation.rate.number
        return (
            value is not None
            and value > 0
            and printed > 0
            and value <= printed * FARTHEST
            and printed <= value * FARTHEST
        )
    if isinstance(equation, Product):
        return 0 < equation.value <= equation.amount.number * NEAR and equation.amount.number <= equation.value * NEAR
    return False


def _once(verdicts: list[Verdict]) -> list[Verdict]:
    """One finding for one cause: of the relations that share a figure the clearest is told, the others counted with it."""
    differing = [index for index, verdict in enumerate(verdicts) if verdict.state == "differs"]
    differing.sort(key=lambda index: (not verdicts[index].slip, _ORDER.index(verdicts[index].question.kind), index))
    told: list[tuple[int, set[int]]] = []
    for index in differing:
        equation = verdicts[index].equation
        figures = {id(figure) for figure in equation.figures} if equation else set()
        first = next((place for place, known in told if known & figures), None)
        if first is None:
            told.append((index, figures))
        else:
            verdicts[first] = replace(verdicts[first], others=verdicts[first].others + 1)
            verdicts[index] = replace(verdicts[index], state="undecided", why="与另一处不符同因，已一并指出")
    return verdicts
