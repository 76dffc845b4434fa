"""Figures that tell something: those that two years, or two units, hardly have in common by chance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scorer.checks.peers.hashes import hashed
from scorer.checks.peers.kept import Told
from scorer.checks.peers.prose import Letters
from scorer.model import Place, Submission
from scorer.naming import fold
from scorer.prose.mentions import sentences
from scorer.prose.phrases import THIS_YEAR

SIGNIFICANT = 3  # digits without noughts at the ends: 709 and 96.5 tell something, 12 and 1500 may come again

_FIGURE = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d.])|\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d(?=年|\W*$|[-—至]\d)")
_ORNAMENT = re.compile(r"[\W_]+")
_THIS_YEAR = re.compile(THIS_YEAR)
# What a unit has rather than does: the same every year.
_STOCK = re.compile(r"编制|在职|在编|在册|人员|职工|面积|总人口|户籍|常住|辖|离退休|成立|建筑|里程")


def telling_figures(text: str, of: str = "") -> list[str]:
    """The figures of `text` with at least three significant digits, as plain digits: no years.

    None where the text, or the words that say what it is `of`, speak of what a unit has rather than does.
    """
    folded = fold(text)
    if _STOCK.search(folded) or _STOCK.search(of):
        return []
    found = []
    for match in _FIGURE.finditer(folded):
        digits = match[0].replace(",", "")
        if not _YEAR.match(folded, match.start()) and len(digits.replace(".", "").strip("0")) >= SIGNIFICANT:
            found.append(digits.rstrip("0").rstrip(".") if "." in digits else digits)
    return found


def undated(sentence: str, year: int | None) -> str:
    """A sentence without its own year and without punctuation, figures kept."""
    folded = fold(sentence)
    return _ORNAMENT.sub("", folded.replace(str(year), "") if year else folded).replace("本年度", "").replace("本年", "")


def told_sentences(
    prose: Iterable[Letters], submission: Submission, year: int | None
) -> Iterator[tuple[Told, str, Place]]:
    """The sentences that tell this year's results in telling figures, with their text and place.

    All of the goals as achieved, and of the rest those that name the year.
    """
    achieved = {goal.actual.source for goal in submission.goals if goal.actual}
    for letters in prose:
        passage = letters.passage
        for sentence, start in sentences(passage.text):
            of_year = _THIS_YEAR.search(sentence) or (year and f"{year}年" in fold(sentence))
            if not of_year and passage.cell.source not in achieved:
                continue
            if count := len(telling_figures(sentence)):
                text = sentence.strip()
                begin = start + sentence.index(text)
                yield Told(hashed(undated(sentence, year)), count), text, passage.place(begin, begin + len(text))
