"""The same finding, again: by what it says of what, never by where it stands.

A row moved, a file renamed, another format, a newer program that words its message anew: the finding is the same, and
what a person decided about it stands. Its content changed: the decision is shown and asked for again. So a finding is
known by its code, its path and the words it quotes, and never by place, file, message, level or figures derived.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from scorer.model import Finding

RECIPE = "1:"
"""Begins every fingerprint: another recipe has another prefix, and is computed anew from the reports that were kept."""
SPACE = re.compile(r"\s+")
POINTS = re.compile(r"\((?:满分|分值|权重)?[:：]?\d+(?:\.\d+)?分?\)")  # (50分), (10): the weight beside a level's name
UNCOMPARED: frozenset[str] = frozenset({"words"})
"""Keys of a finding's numbers that hold a sentence of the program: a newer one may word it otherwise."""

NOT_RENAMED: Mapping[str, str] = MappingProxyType({})
Fate = Literal["same", "changed", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a finding is known by: `content` (code, path, quotes), `subject` (code, path), and its number, from 0, among
    those of the same content in the order of the report."""

    content: str
    subject: str
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A finding of an earlier run: its identity, its numbers, and by what its owner finds it again."""

    identity: Identity
    numbers: Mapping[str, str] = field(default_factory=dict)
    key: int = 0


@dataclass(frozen=True, slots=True)
class Outlived:
    """What became of a finding: `earlier` the index among the known ones, `later` among those of the new run; None where
    there is none."""

    fate: Fate
    earlier: int | None
    later: int | None


def folded(text: str) -> str:
    """A text without what differs between formats of one form: widths, blanks, bracketed points."""
    return POINTS.sub("", SPACE.sub("", unicodedata.normalize("NFKC", text)))


def fingerprint(finding: Finding, formerly: Mapping[str, str] = NOT_RENAMED) -> str:
    """The content of a finding as one word, ``1:`` and 32 hexadecimal digits; equal for equal code, path and quotes.

    `formerly` gives today's code of a check for each code that it had before.
    """
    quotes = sorted(folded(place.quote) for place in finding.where)
    return _digest([*_subject(finding, formerly), quotes])


def subject_of(finding: Finding, formerly: Mapping[str, str] = NOT_RENAMED) -> str:
    """What a finding is about, in the same form as its content: code and path, whatever it quotes."""
    return _digest(_subject(finding, formerly))


def identities(findings: Iterable[Finding], formerly: Mapping[str, str] = NOT_RENAMED) -> list[Identity]:
    """The identities of the findings of one submission, in their order."""
    met: Counter[str] = Counter()
    found = []
    for finding in findings:
        content = fingerprint(finding, formerly)
        found.append(Identity(content, subject_of(finding, formerly), met[content]))
        met[content] += 1
    return found


def match(earlier: Sequence[Known], findings: Sequence[Finding], formerly: Mapping[str, str] = NOT_RENAMED) -> list[Outlived]:
    """What became of each earlier finding, and which of the later ones are new: the later ones in order, then those gone.

    By content and number first; what is left by subject, in order. Of two that are known by content, the one whose figures
    differ has changed: the words quoted are the same, what was worked out of them is not.
    """
    later = identities(findings, formerly)
    by_content = {(known.identity.content, known.identity.ordinal): place for place, known in enumerate(earlier)}
    partner: dict[int, int] = {}
    for number, identity in enumerate(later):
        place = by_content.pop((identity.content, identity.ordinal), None)
        if place is not None:
            partner[number] = place
    left: dict[str, deque[int]] = defaultdict(deque)
    for place in sorted(by_content.values()):
        left[earlier[place].identity.subject].append(place)
    found = []
    for number, (identity, finding) in enumerate(zip(later, findings, strict=True)):
        if number in partner:
            place = partner[number]
            same = equal_numbers(earlier[place].numbers, finding.numbers)
            found.append(Outlived("same" if same else "changed", place, number))
        elif left[identity.subject]:
            found.append(Outlived("changed", left[identity.subject].popleft(), number))
        else:
            found.append(Outlived("new", None, number))
    gone = sorted(place for places in left.values() for place in places)
    return [*found, *(Outlived("gone", place, None) for place in gone)]


def equal_numbers(
    earlier: Mapping[str, str], later: Mapping[str, str], uncompared: Collection[str] = UNCOMPARED
) -> bool:
    """Whether two findings of one content say the same figures, as far as both say them."""
    return all(earlier[key] == later[key] for key in earlier.keys() & later.keys() if key not in uncompared)


def _subject(finding: Finding, formerly: Mapping[str, str]) -> list[object]:
    return [formerly.get(finding.code, finding.code), [folded(name) for name in finding.path]]


def _digest(content: list[object]) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return RECIPE + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
