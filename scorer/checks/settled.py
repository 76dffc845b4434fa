"""What family D has settled, so that the general checks do not accuse the same figures once more.

The tables of a publication belong to D: their figures are no mentions for anybody else. Of its explanations, a figure that
D has held against a table or worked out is settled, whatever the outcome; a general finding that rests on such figures
alone, on such a percentage, or on a figure that D has called wrong, says nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scorer.checks.registry import CHECKS, Faulty, Outcome, Outcomes, Sound, places_in, undecided
from scorer.model import Place, Source
from scorer.prose.disclosure.publication import Publication
from scorer.prose.mentions import Mention

if TYPE_CHECKING:
    from scorer.checks.form import Form

GENERAL = frozenset(("N201", "N202", "N203", "N205", "N206", "C302", "C307"))
"""The checks of prose whose findings can be about figures that D has settled."""

ACCUSING = ("D404",)
"""Checks of D whose sound outcomes settle no figure, while what they call wrong is told."""

EXPLAINING = ("D301", "D302", "D303", "D304", "D305", "D307", "D309", "D310")

Spot = tuple[str, str, str]


def spot(place: Place) -> Spot:
    """A figure by its file, its line or cell, and its digits."""
    at = re.sub(r":\d+-\d+$", "", place.at)
    return place.file, at, re.sub(r"[\s,，]", "", place.quote)


def without_tables(publications: Iterable[Publication], mentions: Iterable[Mention]) -> list[Mention]:
    """The mentions that stand in no published table."""
    owned = {_bare(source) for publication in publications for source in publication.places}
    return [mention for mention in mentions if _bare(mention.source) not in owned] if owned else list(mentions)


def _bare(source: Source) -> Source:
    return replace(source, at=re.sub(r":\d+-\d+$", "", source.at)) if ":" in source.at else source


@dataclass(frozen=True)
class Settled:
    """The figures of the explanations that D has judged, and those of them in its findings."""

    judged: frozenset[Spot] = frozenset()
    accused: frozenset[Spot] = frozenset()


def settled_spots(form: Form) -> Settled:
    """What D has settled of a form's documents."""
    found: set[Spot] = set()
    accused: set[Spot] = set()
    for code in (*EXPLAINING, *ACCUSING) if form.publications else ():
        for outcome in CHECKS[code].function(form):
            if isinstance(outcome, Sound) and code in EXPLAINING:
                found |= {spot(place) for place in places_in(outcome.about)}
            elif isinstance(outcome, Faulty):
                found |= {spot(place) for place in outcome.where}
                accused |= {spot(place) for place in outcome.where}
    for publication in form.publications:
        if len({project.name for project in publication.projects}) > 1:  # each score is of its own project
            found |= {spot(project.score) for project in publication.projects if project.score is not None}
    return Settled(frozenset(found), frozenset(accused))


def is_settled(form: Form, outcome: Outcome) -> bool:
    """Whether a general finding rests on what D has settled."""
    where = getattr(outcome, "where", ())
    known = form.settled.judged
    if not where or not known:
        return False
    if any(_told(spot(place), form.settled.accused) for place in where):
        return True
    percents = [place for place in where if place.quote.rstrip().endswith(("%", "％"))]
    if any(spot(place) in known for place in percents):
        return True
    return all(spot(place) in known for place in where)


def _told(mine: Spot, accused: frozenset[Spot]) -> bool:
    """Whether D accuses this figure, or in the same line the words that it begins with: 截至 before a day."""
    return mine in accused or any(
        (mine[0], mine[1]) == (file, at) and len(quote) > DAY and mine[2].startswith(quote[-DAY:]) for file, at, quote in accused
    )


def _of_another_year(form: Form, outcome: Outcome) -> bool:
    """Whether a finding is about the publication of an earlier year that was given beside this year's."""
    years = {publication.document.path: publication.year for publication in form.publications}
    latest = max((year for year in years.values() if year is not None), default=None)
    where = outcome.where if isinstance(outcome, Faulty) else ()
    return bool(where) and all(years.get(place.file, latest) != latest for place in where)


DAY = len("2023年12月31日")


def told_once(form: Form, code: str, outcomes: Outcomes) -> list[Outcome]:
    """The outcomes of a check; of a published document, what family D has settled is not told once more."""
    if code not in GENERAL or not form.publications:
        return list(outcomes)
    if code == "C307":
        outcomes = (undecided("写的是另一年度的决算公开") if _of_another_year(form, o) else o for o in outcomes)
    return [undecided("已由 D 类核对") if isinstance(o, Faulty) and is_settled(form, o) else o for o in outcomes]
