"""What moved between two batches of files: their reports side by side, found again by path, bytes, or unit and project."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from scorer.batch.compare.moves import (
    NOTHING_MOVED,
    NOTHING_TO_COMPARE,
    SAME_CONTENT,
    SAME_PATH,
    SAME_SUBJECT,
    Cause,
    Comparison,
    Counts,
    Move,
    RuleMoves,
    by_grade,
    by_manner,
    by_weight,
    largest_first,
    leaves_of,
    points_of,
)
from scorer.batch.results import REPORTS
from scorer.model import ScorerError

Keys = tuple[str, tuple[str, ...], tuple[str, str]]


def compare_reports(first: str, second: str) -> Comparison:
    """Compare two output folders by their reports.jsonl; every move is listed.

    Memory grows with what moved, not with the batches.

    Raises:
        ScorerError: a folder without reports.
    """
    earlier = _Index(first)
    moves: list[Move] = []
    new: list[str] = []
    met: set[int] = set()
    rules: dict[str, RuleMoves] = {}
    matched: Counter[str] = Counter()
    alone = Counter(keys[2] for _, _, keys in _reports(second))
    with earlier:
        for number, (_, report, keys) in enumerate(_reports(second), 1):
            place, how = earlier.find(keys, alone[keys[2]] == 1, met)
            if place is None:
                new.append(keys[0])
                continue
            met.add(place)
            matched[how] += 1
            before = earlier.report(place)
            if (before["total"], before["grade"]) != (report["total"], report["grade"]):
                moves.append(_move(number, keys[0], before, report))
                _count(moves[-1], rules)
    moves.sort(key=lambda move: (not move.regraded, -abs(move.difference or Decimal(0)), move.number))
    gone = tuple(name for place, name in earlier.names.items() if place not in met)
    differences = [move.difference for move in moves if move.difference is not None]
    return Comparison(
        both=len(met),
        moves=tuple(moves),
        gone=gone,
        new=tuple(new),
        counts=Counts(
            moved=len(moves),
            higher=sum(difference > 0 for difference in differences),
            lower=sum(difference < 0 for difference in differences),
            regraded=sum(move.regraded for move in moves),
            gone=len(gone),
            new=len(new),
        ),
        rules=by_weight(rules),
        grades=by_grade(Counter((move.grade_before or "", move.grade_after or "") for move in moves if move.regraded)),
        matched=by_manner(matched),
    )


class _Index:
    """Where the reports of a batch stand in its file, by path, by bytes and by unit and project."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.names: dict[int, str] = {}
        self._paths: dict[str, int] = {}
        self._digests: dict[tuple[str, ...], int] = {}
        self._subjects: dict[tuple[str, str], int | None] = {}
        self._file: BinaryIO | None = None
        for place, _, (path, digests, subject) in _reports(folder):
            self.names[place] = path
            self._paths[path] = place
            if digests and all(digests):
                self._digests.setdefault(digests, place)
            self._subjects[subject] = None if subject in self._subjects else place

    def __enter__(self) -> _Index:
        self._file = (Path(self.folder) / REPORTS).open("rb")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def find(self, keys: Keys, alone: bool, met: set[int]) -> tuple[int | None, str]:
        """The place of the counterpart that no other submission has met, and how it was found."""
        path, digests, subject = keys
        found = (
            (self._paths.get(path), SAME_PATH),
            (self._digests.get(digests), SAME_CONTENT),
            (self._subjects.get(subject) if alone and subject[0] else None, SAME_SUBJECT),
        )
        return next(((place, how) for place, how in found if place is not None and place not in met), (None, ""))

    def report(self, place: int) -> dict[str, Any]:
        if self._file is None:
            raise ValueError("the index is read in its context")
        self._file.seek(place)
        report: dict[str, Any] = json.loads(self._file.readline())
        return report


def _reports(folder: str) -> Iterator[tuple[int, dict[str, Any], Keys]]:
    """Every report of a batch with its place in the file and what it is known by."""
    path = Path(folder) / REPORTS
    try:
        with path.open("rb") as file:
            place = 0
            for line in file:
                report = json.loads(line)
                yield place, report, _keys(report)
                place += len(line)
    except (OSError, ValueError, KeyError):
        raise ScorerError(f"{folder}：没有可读的 {REPORTS}。请给出 scorer batch 的结果文件夹。") from None


def _keys(report: dict[str, Any]) -> Keys:
    submission = report["submission"]
    files = submission["files"]
    part = submission.get("part", "")
    path = (str(files[0]["path"]) if files else "") + (f"#{part}" if part else "")
    digests = tuple(file["sha256"] for file in files) + ((part,) if part else ())
    return path, digests, (submission["unit"].strip(), submission["project"].strip())


def _move(number: int, name: str, before: dict[str, Any], after: dict[str, Any]) -> Move:
    causes = []
    old, new = leaves_of(before), leaves_of(after)
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key, {}), new.get(key, {})
        if one.get("points") == other.get("points"):
            continue
        causes.append(
            Cause(
                key[0][-1],
                points_of(one.get("points")),
                points_of(other.get("points")),
                one.get("rule", ""),
                other.get("rule", ""),
                other.get("words", ""),
            )
        )
    notes = tuple(note for note in after["notes"] if note not in before["notes"])
    if not causes and not notes:
        notes = (NOTHING_MOVED if new else NOTHING_TO_COMPARE,)
    submission = after["submission"]
    return Move(
        number=number,
        name=name,
        unit=submission["unit"],
        project=submission["project"],
        before=points_of(before["total"]),
        after=points_of(after["total"]),
        grade_before=before["grade"],
        grade_after=after["grade"],
        causes=largest_first(causes),
        notes=notes,
    )


def _count(move: Move, rules: dict[str, RuleMoves]) -> None:
    for name in {cause.rule for cause in move.causes}:
        rules.setdefault(name, RuleMoves()).submissions += 1
    for cause in move.causes:
        found = rules[cause.rule]
        found.indicators += 1
        found.gained += max(cause.change, Decimal(0))
        found.lost -= min(cause.change, Decimal(0))
