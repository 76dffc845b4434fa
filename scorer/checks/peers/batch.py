"""What a check across forms sees: every submission of a batch as a few facts, and the way back to the submission.

The facts are made beside the report of each submission. A hundred thousand of them are gone through once; what stays in
memory is a `Peer` each and columns of numbers. The texts are looked at again only where a finding is about to be made.
"""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Any, BinaryIO, Literal, get_args

import numpy
from numpy.typing import NDArray

from scorer.checks.peers.prose import Letters, Prints, prose_of
from scorer.model import Funds, Submission
from scorer.naming import fold

PARTITIONS = 32  # of the fingerprints, by their upper bits, a power of two: one at a time is sorted in memory
HELD = 4 * 1024 * 1024  # bytes of a partition that stay in memory until it is written to disk
REMEMBERED = 64  # submissions read again that are kept for the next finding

_YEAR = re.compile(r"(?:19|20)\d\d(?:[-—~至]{1,2}(?:19|20)\d\d)?年?度?")
_ORNAMENT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator row as written: its names from the top, and what stands in its cells."""

    name: str
    target: str = ""
    actual: str = ""
    claimed: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """A row of the money block as written; `executed` and `budget` in the form's unit."""

    name: str
    budget: str = ""
    executed: str = ""


Kind = Literal["cost", "spent", "score", "ruled", "total"]
KINDS: tuple[Kind, ...] = get_args(Kind)
COST_KINDS = ("cost", "spent")


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that is compared with the same figure of other forms.

    `group` is the hash of what it is (indicator, unit, year); `value` is exact; `row` is the indicator's place among the
    answers, -1 for the form as a whole. `kind`: a unit cost as the form states it; money `spent` divided by what was done
    for it; points per hundred of a row as claimed, those that are what the rule gives (`ruled`), and of the form in total.
    """

    group: int
    value: Decimal
    kind: Kind
    row: int = -1

    @property
    def is_cost(self) -> bool:
        return self.kind in COST_KINDS


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that tells results of the year: the hash of its words without the year, how many figures it has."""

    words: int
    figures: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is kept of one submission for the comparison across forms; `as_json` and `from_json` are each other's inverse.

    `unit_in` and `department_in` are the region of the folder where the name itself says none (民政局 of two counties is
    two units); `placed` is whether anything tells the unit's region. `claimed` and `full` are points; `kind` is the hash
    of the form's indicators, 0 without a form. `names` are what the submission calls itself. `prints` are the
    fingerprints of its prose, `letters` how long that is.
    """

    unit: str = ""
    department: str = ""
    project: str = ""
    unit_in: str = ""
    department_in: str = ""
    placed: bool = False
    year: int | None = None
    digest: str = ""
    kind: int = 0
    claimed: Decimal | None = None
    full: Decimal | None = None
    names: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    funds: tuple[Money, ...] = ()
    measures: tuple[Measure, ...] = ()
    told: tuple[Told, ...] = ()
    letters: int = 0
    prints: Prints = field(default_factory=lambda: numpy.empty(0, numpy.uint64))

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON, without what is empty."""
        values: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, numpy.ndarray):
                value = base64.b64encode(value.astype("<u8").tobytes()).decode()
            elif each.name in _LISTED:
                values_of = _VALUES[each.name]
                value = [[_plain(part) for part in values_of(item)] for item in value]
            if value not in ("", None, [], ()) and not (isinstance(value, int) and value == 0):
                values[each.name] = list(value) if isinstance(value, tuple) else _plain(value)
        return values

    @staticmethod
    def from_json(values: dict[str, Any]) -> Facts:
        read = dict(values)
        for name, kind in _LISTED.items():
            read[name] = tuple(kind(*item) for item in values.get(name, ()))
        read["measures"] = tuple(Measure(group, Decimal(value), *rest) for group, value, *rest in values.get("measures", ()))
        for name in ("claimed", "full"):
            read[name] = Decimal(values[name]) if name in values else None
        read["names"] = tuple(values.get("names", ()))
        read["prints"] = numpy.frombuffer(base64.b64decode(values.get("prints", "")), "<u8")
        return Facts(**read)


_LISTED: dict[str, Any] = {"rows": Row, "funds": Money, "measures": Measure, "told": Told}
_VALUES = {name: attrgetter(*(part.name for part in fields(kind))) for name, kind in _LISTED.items()}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


@lru_cache(maxsize=8192)
def bare(name: str) -> str:
    """The name of a unit without white space and ornament, for comparison."""
    return _ORNAMENT.sub("", fold(name))


@lru_cache(maxsize=8192)
def bare_project(name: str) -> str:
    """The name of a project without its year: 2020年农村公路养护 and 农村公路养护（2021年度） are the same project."""
    return _ORNAMENT.sub("", _YEAR.sub("", fold(name)))


@dataclass(frozen=True, slots=True)
class Peer:
    """One submission among the others of its batch. `unit` and `project` are bare, for comparison; see `Facts`."""

    unit: str
    department: str
    project: str
    year: int | None
    digest: str
    kind: int
    claimed: Decimal | None
    full: Decimal | None
    letters: int
    answered: bool
    placed: bool


MEASURE = numpy.dtype([("group", "u8"), ("value", "f8"), ("peer", "u4"), ("row", "i4"), ("kind", "u1")])


class Columns:
    """The measures of many submissions in a few arrays: rows of `MEASURE`."""

    def __init__(self) -> None:
        self._parts: list[NDArray[Any]] = []
        self._waiting: list[tuple[int, float, int, int, int]] = []

    def add(self, peer: int, measures: Iterable[Measure]) -> None:
        # as floating point only to order them and to see how far apart they lie; what is printed is read again
        self._waiting += ((each.group, float(each.value), peer, each.row, KINDS.index(each.kind)) for each in measures)
        if len(self._waiting) > 65_536:
            self._pack()

    def _pack(self) -> None:
        self._parts.append(numpy.array(self._waiting, dtype=MEASURE))
        self._waiting = []

    def groups(self, least: int) -> tuple[Iterator[NDArray[Any]], int]:
        """The groups of at least so many measures, sorted by value; and how many measures are in smaller ones."""
        self._pack()
        whole = numpy.concatenate(self._parts)
        self._parts = [whole]
        order = numpy.lexsort((whole["row"], whole["peer"], whole["value"], whole["group"]))
        sizes = numpy.unique(whole["group"], return_counts=True)[1]
        ends = numpy.cumsum(sizes)
        large = numpy.flatnonzero(sizes >= least)
        alone = len(whole) - int(sizes[large].sum())
        return (whole[order[ends[place] - sizes[place] : ends[place]]] for place in large), alone


class Spilled:
    """Fingerprints of many submissions, in partitions on disk."""

    def __init__(self) -> None:
        self._files: list[BinaryIO] = [
            tempfile.SpooledTemporaryFile(HELD)  # type: ignore[misc]  # noqa: SIM115 -- closed by `close`
            for _ in range(PARTITIONS)
        ]

    def add(self, peer: int, prints: Prints) -> None:
        """`prints` must be sorted: each partition is a slice of them."""
        if not len(prints):
            return
        edges = numpy.arange(1, PARTITIONS, dtype=numpy.uint64) << numpy.uint64(65 - PARTITIONS.bit_length())
        bounds = [0, *(int(bound) for bound in numpy.searchsorted(prints, edges)), len(prints)]
        rows = numpy.empty(len(prints), dtype=PRINT)
        rows["print"], rows["peer"] = prints, peer
        for file, (begin, end) in zip(self._files, pairwise(bounds), strict=True):
            if end > begin:
                file.write(rows[begin:end].tobytes())

    def partitions(self) -> Iterator[NDArray[Any]]:
        for file in self._files:
            file.seek(0)
            yield numpy.frombuffer(file.read(), dtype=PRINT)

    def close(self) -> None:
        for file in self._files:
            file.close()


PRINT = numpy.dtype([("print", "u8"), ("peer", "u4")])


@dataclass
class Batch:
    """All submissions of a batch: `facts_at` and `submission_at` read those of one again, by its number from 0.

    Fill it with `add`, in order; use it as a context, since it may keep files.
    """

    facts_at: Callable[[int], Facts]
    submission_at: Callable[[int], Submission]
    peers: list[Peer] = field(default_factory=list)
    measures: Columns = field(default_factory=Columns)
    prints: Spilled = field(default_factory=Spilled)
    _names: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, *_: object) -> None:
        self.prints.close()

    def add(self, facts: Facts) -> None:
        """The next submission."""
        number = len(self.peers)
        self.peers.append(
            Peer(
                unit=self._known(bare(facts.unit_in + facts.unit) if facts.unit else ""),
                department=self._known(bare(facts.department_in + facts.department) if facts.department else ""),
                project=self._known(bare_project(facts.project)),
                year=facts.year,
                digest=facts.digest,
                kind=facts.kind,
                claimed=facts.claimed,
                full=facts.full,
                letters=facts.letters,
                answered=any(row.actual for row in facts.rows),
                placed=facts.placed,
            )
        )
        self.measures.add(number, facts.measures)
        self.prints.add(number, facts.prints)

    def _known(self, name: str) -> str:
        return self._names.setdefault(name, name)

    @cached_property
    def facts(self) -> Callable[[int], Facts]:
        return lru_cache(maxsize=REMEMBERED)(self.facts_at)

    @cached_property
    def submission(self) -> Callable[[int], Submission]:
        return lru_cache(maxsize=REMEMBERED)(self.submission_at)

    @cached_property
    def prose(self) -> Callable[[int], Sequence[Letters]]:
        """The prose of a submission, as its fingerprints were made of it."""
        return lru_cache(maxsize=REMEMBERED)(lambda number: prose_of(self.submission(number), self.facts(number).names))

    def title(self, number: int) -> str:
        """A submission in words: its unit and its project as written."""
        facts = self.facts(number)
        return f"{facts.unit or '（未读到单位名称）'}{f'“{facts.project.strip()}”' if facts.project.strip() else ''}"


def whole_funds(funds: Sequence[Funds]) -> Funds | None:
    """The row that holds all the money of a form, None where it cannot be told."""
    return next((each for each in funds if each.total), funds[0] if len(funds) == 1 else None)
