"""What a check is, the registry of all of them, and the run that counts three outcomes.

A check is a plain generator function. Its code, level and message stand in the decorator, its name is the function's
name with hyphens, its documentation is its docstring: an English first line for developers, then the Chinese sections
为何重要 / 依据 / 例 / 改法 / 何时无法判定 that ``scorer explain`` and the docs print.

    @check("A103", level="error", message="自评得分 {claimed} 超过分值 {weight}")
    def claimed_over_weight(form: Form) -> Outcomes:
        for leaf in form.leaves:
            yield sound() | faulty(path, cells, claimed=…, weight=…) | undecided("分值未填")

Every value that was looked at gives exactly one outcome: nothing is skipped in silence. A check with `per="batch"` gets
the `Batch` of all submissions instead of one `Form`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from scorer.model import Cell, Finding, Level, Place, ScorerError, Submission, Tally

if TYPE_CHECKING:
    from scorer.checks.form import Form
    from scorer.checks.peers.peers import Batch

SECTIONS = ("为何重要", "依据", "例", "改法", "何时无法判定")


@dataclass(frozen=True, slots=True)
class Sound:
    """Looked at, nothing wrong. `note` says when only rounding makes the figures agree; `about` is what was compared.

    `times` stands for as many equal outcomes: a check over a batch looks at millions of values.
    """

    note: str = ""
    about: tuple[object, ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True)
class Undecided:
    """Could not tell, and why (Chinese); `times` as in `Sound`."""

    reason: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class NotRun:
    """The whole check does not apply to this submission, and why (Chinese)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """Figures that disagree: the indicator's path, all places, the figures by name.

    `concerns` are the submissions concerned, as their numbers in the batch from 0; empty within one form.
    """

    path: tuple[str, ...]
    where: tuple[Place, ...]
    numbers: dict[str, str]
    level: Level | None = None
    message: str | None = None
    concerns: tuple[int, ...] = ()


Outcome = Sound | Undecided | NotRun | Faulty
Outcomes = Iterator[Outcome]


def sound(note: str = "", times: int = 1) -> Sound:
    return Sound(note, times=times)


def held(outcome: Outcome, *about: object) -> Outcome:
    """A sound outcome with what was compared, every other outcome as it is.

    `about` are mentions, cells, and statements or tuples that hold them; their places are only looked for when the
    figures' states are asked for.
    """
    return Sound(outcome.note, about) if isinstance(outcome, Sound) and not outcome.about else outcome


def places_in(thing: object) -> Iterator[Place]:
    """Every place in what was compared: of mentions, cells, and statements or tuples that hold them."""
    if isinstance(thing, Place):
        yield thing
    elif isinstance(thing, Cell):
        yield Place.of(thing)
    elif isinstance(thing, tuple | list):
        for part in thing:
            yield from places_in(part)
    elif callable(cell := getattr(thing, "cell", None)):
        yield from places_in(cell())
    elif isinstance(place := getattr(thing, "place", None), Place):
        yield place
    elif is_dataclass(thing):
        for part in fields(thing):
            yield from places_in(getattr(thing, part.name))


def undecided(reason: str, times: int = 1) -> Undecided:
    return Undecided(reason, times)


def not_run(reason: str) -> NotRun:
    return NotRun(reason)


def plain(value: object) -> str:
    """A figure as printed in messages and `numbers`: exact, no exponent, no superfluous zeros."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def faulty(
    path: Iterable[str] = (),
    where: Iterable[Cell | Place] = (),
    *,
    level: Level | None = None,
    message: str | None = None,
    concerns: Iterable[int] = (),
    numbers: Mapping[str, object] | None = None,
    **figures: object,
) -> Faulty:
    """A finding. `where` are cells or places; `numbers` and the keyword arguments fill the check's message.

    `level` and `message` replace the check's own, for the cases where a check grades what it found (尾差 → note).
    """
    places = tuple(item if isinstance(item, Place) else Place.of(item) for item in where)
    shown = {name: plain(value) for name, value in {**(numbers or {}), **figures}.items() if value is not None}
    kept = tuple(place for place in places if place.at or place.quote or place.file)
    return Faulty(tuple(path), kept, shown, level, message, tuple(concerns))


Subject = TypeVar("Subject", "Form", "Batch")
CheckFunction = Callable[[Subject], Outcomes]


@dataclass(frozen=True, slots=True)
class Check:
    """One registered check."""

    code: str
    name: str
    level: Level
    message: str
    function: Callable[[Any], Outcomes]
    per: Literal["form", "batch"] = "form"
    sections: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The Chinese title: the first line of 为何重要's preceding text, else the English summary."""
        return self.sections.get("标题", self.name)


CHECKS: dict[str, Check] = {}

ACROSS: dict[str, tuple[str, Callable[[Batch], Outcomes]]] = {}
"""What is compared across the forms of a batch: message and function by code, of every check per="batch" and of checks
of one form that have something to say across forms as well."""


def split_sections(docstring: str) -> dict[str, str]:
    """A docstring as its sections: ``{"summary": English first line, "标题": …, "为何重要": …}``.

    A section starts at a line that consists of its name and a colon (full-width or not), text may follow on that line.
    """
    sections: dict[str, list[str]] = {"summary": []}
    current = "summary"
    for line in docstring.strip().splitlines():
        match = re.match(r"\s*(标题|为何重要|依据|例|改法|何时无法判定|公式|参数|边界)[：:](.*)$", line)
        if match:
            current = match[1]
            sections[current] = [match[2].strip()]
        else:
            sections[current].append(line.strip())
    return {name: "\n".join(lines).strip() for name, lines in sections.items()}


def check(
    code: str, *, level: Level, message: str, per: Literal["form", "batch"] = "form"
) -> Callable[[CheckFunction[Subject]], CheckFunction[Subject]]:
    """Register a check under `code`; codes are never reused.

    `message` is Chinese with the `numbers` of a finding as placeholders. A check `per="batch"` gets all submissions of a
    batch together; its findings name the submissions that they concern.
    """

    def register(function: CheckFunction[Subject]) -> CheckFunction[Subject]:
        if code in CHECKS:
            raise ValueError(f"check code {code} is used twice")
        CHECKS[code] = Check(
            code=code,
            name=function.__name__.replace("_", "-"),
            level=level,
            message=message,
            function=function,
            per=per,
            sections=split_sections(function.__doc__ or ""),
        )
        if per == "batch":
            ACROSS[code] = message, function  # type: ignore[assignment]  # `per` says which of the two it takes
        return function

    return register


def also_across(code: str, *, message: str) -> Callable[[CheckFunction[Batch]], CheckFunction[Batch]]:
    """Register what a check of one form looks for across the forms of a batch as well, under the same code."""

    def register(function: CheckFunction[Batch]) -> CheckFunction[Batch]:
        if code in ACROSS:
            raise ValueError(f"check code {code} is used twice across forms")
        ACROSS[code] = message, function
        return function

    return register


def selected(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Check]:
    """The checks that `--select` and `--ignore` leave, in the order of their codes. Prefixes of codes, or names.

    Raises:
        ScorerError: a word that matches no check, or `ignore` takes away all that `select` chose.
    """
    return list(_selected(tuple(select), tuple(ignore), len(CHECKS)))


@lru_cache(maxsize=64)
def _selected(select: tuple[str, ...], ignore: tuple[str, ...], known: int) -> tuple[Check, ...]:
    """The same for every form of a batch; `known` checks, so that one registered later is not missed."""
    def matches(entry: Check, words: Sequence[str]) -> bool:
        return any(entry.code.startswith(word.upper()) or entry.name == word for word in words)

    for word in (*select, *ignore):
        if not any(matches(entry, [word]) for entry in CHECKS.values()):
            raise ScorerError(
                f"没有代码或名称为“{word}”的检查。--select 和 --ignore 接受代码、代码前缀或名称，如 A、T401；"
                "全部代码见 scorer explain。"
            )
    chosen = [entry for entry in CHECKS.values() if not select or matches(entry, select)]
    left = [entry for entry in chosen if not matches(entry, ignore)]
    if select and not left:
        raise ScorerError("--ignore 去掉了 --select 选中的全部检查，没有剩下可以运行的。请改其中一个。")
    return tuple(sorted(left, key=lambda entry: entry.code))


def run(
    form: Form, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[tuple[Finding, ...], tuple[Tally, ...]]:
    """Run the selected checks on one form: findings in the order of their place, and a tally a check."""
    findings: list[Finding] = []
    tallies: list[Tally] = []
    for entry in selected(select, ignore):
        if entry.per != "form":
            continue
        outcomes = form.told_once(entry.code, entry.function(form))
        if form.columns_in_doubt and entry.code.startswith(OF_COLUMNS):
            outcomes = [_unless_misread(outcome) for outcome in outcomes]
        form.sound += [(entry.code, outcome) for outcome in outcomes if isinstance(outcome, Sound) and outcome.about]
        findings += [finding(entry, outcome) for outcome in outcomes if isinstance(outcome, Faulty)]
        tallies.append(tally(entry.code, outcomes))
    return in_order(findings, form.submission), tuple(tallies)


OF_COLUMNS = ("A106", "A107", "A108", "A109", "A110", "E501", "E502", "E505", "F601", "F602", "F603", "T4")
"""Checks whose findings rest on which column a value stands in."""


def _unless_misread(outcome: Outcome) -> Outcome:
    return undecided("表格一格一行，各格属于哪一栏不能确定") if isinstance(outcome, Faulty) and outcome.path else outcome


def run_across(
    batch: Batch, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[tuple[tuple[Finding, tuple[int, ...]], ...], tuple[Tally, ...]]:
    """Run the selected checks across the forms of a batch: findings, each with the submissions concerned, and tallies.

    The findings are in the order of their code, then of the first submission concerned.
    """
    findings: list[tuple[Finding, tuple[int, ...]]] = []
    tallies: list[Tally] = []
    for entry in selected(select, ignore):
        if entry.code not in ACROSS:
            continue
        message, function = ACROSS[entry.code]
        outcomes = list(function(batch))
        found = [outcome for outcome in outcomes if isinstance(outcome, Faulty)]
        found.sort(key=lambda outcome: outcome.concerns)
        told = replace(entry, message=message)
        findings += [(finding(told, outcome), outcome.concerns) for outcome in found]
        tallies.append(tally(entry.code, outcomes))
    return tuple(findings), tuple(tallies)


def tally(code: str, outcomes: Sequence[Outcome]) -> Tally:
    """The outcomes of one check, counted, with the reasons of the undecided ones and the notes of the sound ones."""
    reasons: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    counts: Counter[type[Outcome]] = Counter()
    for outcome in outcomes:
        times = 1
        if isinstance(outcome, Undecided):
            times = outcome.times
            reasons[outcome.reason] += times
        elif isinstance(outcome, Sound):
            times = outcome.times
            if outcome.note:
                notes[outcome.note] += times
        counts[type(outcome)] += times
    skipped = next((outcome.reason for outcome in outcomes if isinstance(outcome, NotRun)), None)
    return Tally(
        code=code,
        sound=counts[Sound],
        faulty=counts[Faulty],
        undecided=counts[Undecided],
        not_run=skipped if outcomes else "没有可核对的内容",
        reasons=dict(reasons + notes),
    )


def finding(entry: Check, outcome: Faulty) -> Finding:
    """The published finding of a faulty outcome: its own level and words, else those of its check."""
    message = outcome.message if outcome.message is not None else entry.message
    return Finding(
        code=entry.code,
        name=entry.name,
        level=outcome.level or entry.level,
        message=message.format_map(_Shown(outcome.numbers)) if outcome.message is None else message,
        path=outcome.path,
        where=outcome.where,
        numbers=outcome.numbers,
    )


class _Shown(dict[str, str]):
    """Figures of a message; one that a finding has not is shown as 未填 rather than failing."""

    def __missing__(self, key: str) -> str:
        return "未填"


def in_order(findings: Iterable[Finding], submission: Submission) -> tuple[Finding, ...]:
    """Findings in the order of their first place in the submission: file, part, row, column, then code."""
    files = {document.path: index for index, document in enumerate(submission.documents)}
    parts = {
        (document.path, table.name): index
        for document in submission.documents
        for index, table in enumerate(document.tables)
    }

    def key(item: Finding) -> tuple[int, int, tuple[int, int], str, tuple[str, ...]]:
        if not item.where:
            return (-1, 0, (0, 0), item.code, item.path)
        place = item.where[0]
        part, _, at = place.at.rpartition("!")
        return (files.get(place.file, 0), parts.get((place.file, part), 0), _row_column(at), item.code, item.path)

    return tuple(sorted(findings, key=key))


def _row_column(at: str) -> tuple[int, int]:
    """The order of a place inside its part: F12, R21C4 or L123:5-9 as (row, column)."""
    if match := re.match(r"R(\d+)C(\d+)$", at):
        return int(match[1]), int(match[2])
    if match := re.match(r"([A-Z]+)(\d+)$", at):
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        return int(match[2]), column
    if match := re.match(r"L(\d+)(?::(\d+))?", at):
        return int(match[1]), int(match[2] or 0)
    return 0, 0
