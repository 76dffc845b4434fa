"""The comparison across the forms of a batch: the facts of all are gone through once, findings name the forms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scorer.batch.store import Store
from scorer.batch.tasks.gather import decoded
from scorer.checks.peers import Batch, Facts
from scorer.checks.registry import run_across
from scorer.model import Finding, Tally, readable_name

ACROSS = "across.jsonl"


@dataclass(frozen=True, slots=True)
class Concerned:
    """A submission that a finding across forms concerns: its number in the list from 1, and what it is."""

    number: int
    key: str
    unit: str
    project: str
    year: int | None


@dataclass(frozen=True, slots=True)
class AcrossFinding:
    """A finding across forms and the submissions concerned, at least one; `line` is its line in ``across.jsonl``."""

    finding: Finding
    concerned: tuple[Concerned, ...]
    line: int

    def as_json(self) -> str:
        """A line of ``across.jsonl``: the finding as in a report, with the submissions concerned."""
        return line_of(self.finding.model_dump(mode="json"), self.concerned)

    def row(self) -> dict[str, Any]:
        """As a finding of one of the submissions concerned, marked with its line."""
        return {**self.finding.model_dump(mode="json"), "across": self.line}


def line_of(values: dict[str, Any], concerned: Iterable[Concerned]) -> str:
    """The line of a finding, given as its plain values."""
    listed = [
        {"submission": each.number, "file": each.key, "unit": each.unit, "project": each.project, "year": each.year}
        for each in concerned
    ]
    return json.dumps({**values, "submissions": listed}, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Across:
    """What was found across the forms of a batch, and how often each check was sound, faulty and undecided."""

    findings: tuple[AcrossFinding, ...] = ()
    tallies: tuple[Tally, ...] = ()

    def by_number(self) -> dict[int, list[AcrossFinding]]:
        """The findings by the number of the submissions that they concern."""
        listed: dict[int, list[AcrossFinding]] = {}
        for found in self.findings:
            for each in found.concerned:
                listed.setdefault(each.number, []).append(found)
        return listed


def compare_across(
    store: Store,
    keys: Sequence[str],
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    step: Callable[[], None] = lambda: None,
) -> Across:
    """Run the checks across forms over the gathered records named by `keys`; `step` is called for each of them."""
    def facts_at(number: int) -> Facts:
        return Facts.from_json(json.loads(store.facts(keys[number])))

    with Batch(facts_at, lambda number: decoded(store.submission(keys[number]))) as batch:
        for number in range(len(keys)):
            batch.add(facts_at(number))
            step()
        found, tallies = run_across(batch, select, ignore)
        findings = [
            AcrossFinding(each, tuple(_concerned(batch, keys, numbers)), line)
            for line, (each, numbers) in enumerate(found, 1)
        ]
        return Across(tuple(findings), tallies)


def _concerned(batch: Any, keys: Sequence[str], numbers: Sequence[int]) -> Iterator[Concerned]:
    for number in numbers:
        facts = batch.facts(number)
        yield Concerned(number + 1, readable_name(keys[number]), facts.unit, facts.project, facts.year)


def findings_of(found: Iterable[AcrossFinding]) -> tuple[Finding, ...]:
    return tuple(one.finding for one in found)


def find_across(folder: Path, number: int) -> tuple[Finding, ...]:
    """The findings across forms that concern the submission `number` of a batch, read from its results."""
    return tuple(each.finding for each in read_across(folder, [number]).get(number, ()))


def read_across(folder: Path, numbers: Iterable[int]) -> dict[int, list[AcrossFinding]]:
    """The findings across forms that concern some submissions of a batch, by their numbers, read from its results."""
    path, wanted = folder / ACROSS, frozenset(numbers)
    found: dict[int, list[AcrossFinding]] = {}
    if not path.is_file():
        return found
    with path.open("rb") as file:
        for place, line in enumerate(file, 1):
            concerned = wanted.intersection(map(int, _CONCERNED.findall(line)))
            if not concerned:  # most lines are of others: they are not parsed
                continue
            values = json.loads(line)
            concerned = wanted & {each["submission"] for each in values.pop("submissions")}
            for number in concerned:
                found.setdefault(number, []).append(AcrossFinding(Finding.model_validate(values), (), place))
    return found


_CONCERNED = re.compile(rb'"submission":(\d{1,18})')
