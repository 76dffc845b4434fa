"""What a check across forms sees: every submission of a batch as a few facts, and the way back to the submission.

The facts are made beside the report of each submission. A hundred thousand of them are gone through once; what stays in
memory is columns of numbers. The texts are looked at again only where a finding is about to be made.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, BinaryIO

import numpy
from numpy.typing import NDArray

from scorer.checks.peers.hashes import hashed
from scorer.checks.peers.kept import KINDS, Facts, Measure, bare, bare_project, whole_funds
from scorer.checks.peers.pairs import carried_over, figures_differing, folder_of, likeness
from scorer.checks.peers.prose import Letters, Prints, prose_of
from scorer.model import Answer, Cell, Place, Submission

PARTITIONS = 32  # of the fingerprints, by their upper bits, a power of two: one at a time is sorted in memory
HELD = 4 * 1024 * 1024  # bytes of a partition that stay in memory until it is written to disk
REMEMBERED = 64  # submissions read again that are kept for the next finding
PARTED = 1_000_000  # measures that are sorted at once

UNKNOWN, BELOW, FULL = range(3)  # what is claimed in total: not known, less than full marks, full marks
NO_YEAR = 0

PEER = numpy.dtype(
    [
        *((name, "u8") for name in ("unit", "department", "project", "kind", "digest")),
        *(("year", "i4"), ("letters", "i4"), ("claims", "u1"), ("answered", "?"), ("placed", "?")),
    ]
)
"""One submission among the others: hashes of its names as they are compared (0 for none) and of its indicators, the
year or `NO_YEAR`, the letters of its prose, whether full marks are claimed, whether any row is answered; see `Facts`."""

MEASURE = numpy.dtype([("group", "u8"), ("value", "f8"), ("peer", "u4"), ("row", "i4"), ("kind", "u1")])
PARTS = 64  # of measures that are sorted at a time, by the upper bits of their group, a power of two


class Gathered:
    """Rows of a numpy type, gathered one after the other."""

    def __init__(self, kind: numpy.dtype[Any]) -> None:
        self._kind = kind
        self._parts: list[NDArray[Any]] = []
        self._waiting: list[tuple[Any, ...]] = []

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._waiting += rows
        if len(self._waiting) > 65_536:
            self._pack()

    def _pack(self) -> None:
        self._parts.append(numpy.array(self._waiting, dtype=self._kind))
        self._waiting = []

    def __len__(self) -> int:
        return sum(map(len, self._parts)) + len(self._waiting)

    @property
    def whole(self) -> NDArray[Any]:
        """All of them as one array."""
        if self._waiting or len(self._parts) != 1:
            self._pack()
            self._parts = [numpy.concatenate(self._parts)]
        return self._parts[0]


def peer_row(facts: Facts) -> tuple[Any, ...]:
    """What `PEER` holds of the facts of one submission."""
    claims = UNKNOWN
    if facts.claimed is not None and facts.full is not None:
        claims = BELOW if facts.claimed < facts.full else FULL
    return (
        *(name_hash(facts.unit, facts.unit_in), name_hash(facts.department, facts.department_in)),
        *(project_hash(facts.project), facts.kind, hashed(facts.digest) if facts.digest else 0),
        *(facts.year if facts.year is not None else NO_YEAR, facts.letters),
        *(claims, any(row.actual for row in facts.rows), facts.placed),
    )


def name_hash(name: str, region: str) -> int:
    """The hash of a unit's or a department's name, with the region where the name does not say its own; 0 for none."""
    known = bare(region + name) if name else ""
    return hashed(known) if known else 0


def project_hash(name: str) -> int:
    """The hash of a project's name without its year, 0 for none."""
    known = bare_project(name)
    return hashed(known) if known else 0


def measure_rows(peer: int, measures: Iterable[Measure]) -> Iterator[tuple[Any, ...]]:
    # as floating point only to order them and to see how far apart they lie; what is printed is exact
    return ((each.group, float(each.value), peer, each.row, KINDS.index(each.kind)) for each in measures)


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


class Batch:
    """All submissions of a batch: `facts_at` and `submission_at` read those of one again, by its number from 0.

    Fill it with `add`, in order; use it as a context, since it may keep files. Whoever gathers the facts by other means
    (by columns) gives the same answers by methods of the same names. Without `texts` no prose is compared.
    """

    def __init__(
        self, facts_at: Callable[[int], Facts], submission_at: Callable[[int], Submission], *, texts: bool = True
    ) -> None:
        self.facts = lru_cache(maxsize=REMEMBERED)(facts_at)
        self.submission = lru_cache(maxsize=REMEMBERED)(submission_at)
        self.prose = lru_cache(maxsize=REMEMBERED)(self._prose)
        self.prints = Spilled() if texts else None
        self._peers = Gathered(PEER)
        self._measures = Gathered(MEASURE)

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, *_: object) -> None:
        if self.prints is not None:
            self.prints.close()

    def add(self, facts: Facts) -> None:
        """The next submission."""
        number = len(self._peers)
        self._peers.add([peer_row(facts)])
        self._measures.add(measure_rows(number, facts.measures))
        if self.prints is not None:
            self.prints.add(number, facts.prints)

    @property
    def peers(self) -> NDArray[Any]:
        """The submissions as rows of `PEER`."""
        return self._peers.whole

    def measures(self) -> Iterator[NDArray[Any]]:
        """All measures as rows of `MEASURE`, in some parts: those of one group are in one of them."""
        whole = self._measures.whole
        part_of = whole["group"] >> numpy.uint64(64 - PARTS.bit_length() + 1)
        for part in range(PARTS if len(whole) > PARTED else 1):
            yield whole[part_of == part] if len(whole) > PARTED else whole

    def exact(self, row: Any) -> Measure:
        """The exact measure that a row of `MEASURE` stands for."""
        group, place = int(row["group"]), int(row["row"])
        return next(each for each in self.facts(int(row["peer"])).measures if (each.group, each.row) == (group, place))

    def _prose(self, number: int) -> Sequence[Letters]:
        """The prose of a submission, as its fingerprints were made of it."""
        return prose_of(self.submission(number), self.facts(number).names)

    def names(self, number: int) -> tuple[str, str, str]:
        """Unit, department and project of a submission as written."""
        facts = self.facts(number)
        return facts.unit, facts.department, facts.project

    def title(self, number: int) -> str:
        """A submission in words: its unit and its project as written."""
        unit, _, project = self.names(number)
        return f"{unit or '（未读到单位名称）'}{f'“{project.strip()}”' if project.strip() else ''}"

    def claimed_total(self, number: int) -> Place:
        """Where a submission says its total."""
        return Place.of(self.submission(number).claimed_total)

    def likeness(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[numpy.float64]:
        """How alike the submissions of each pair are: the share of their indicators that both have."""
        found = (likeness(self.facts(first), self.facts(second)) for first, second in _pairs(one, other))
        return numpy.fromiter(found, numpy.float64, len(one))

    def differ(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[numpy.bool_]:
        """Whether the submissions of each pair differ in a figure of what both have."""
        found = (
            bool(figures_differing(self.submission(first), self.submission(second))) for first, second in _pairs(one, other)
        )
        return numpy.fromiter(found, numpy.bool_, len(one))

    def apart(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[numpy.bool_]:
        """Whether the files of each pair lie in two folders."""
        found = (folder_of(self.submission(first)) != folder_of(self.submission(second)) for first, second in _pairs(one, other))
        return numpy.fromiter(found, numpy.bool_, len(one))

    def carried(self, before: NDArray[Any], now: NDArray[Any]) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """Of each pair, how many of the telling figures of the later form are the earlier one's, and how many it has."""
        found = [carried_over(self.facts(first), self.facts(second)) for first, second in _pairs(before, now)]
        counts = numpy.array([(each.count, each.whole) for each in found], numpy.int64).reshape(-1, 2)
        return counts[:, 0], counts[:, 1]

    def answer(self, number: int, row: int) -> Answer:
        """An indicator row of a submission."""
        return self.submission(number).answers[row]

    def spent(self, number: int) -> list[Cell]:
        """Where a submission says the money spent in all."""
        whole = whole_funds(self.submission(number).funds)
        return [whole.executed] if whole else []

    def ahead_rows(self, numbers: NDArray[Any], rows: NDArray[Any], spent: NDArray[Any]) -> None:
        """These rows (-1 for none) of these submissions are asked for next, and the money that those of `spent` spent."""

    def ahead(self, numbers: Iterable[int]) -> None:
        """These submissions are asked for next: whoever reads many faster at a time may read them now."""


def _pairs(one: NDArray[Any], other: NDArray[Any]) -> Iterator[tuple[int, int]]:
    return zip(one.tolist(), other.tolist(), strict=True)
