"""What is kept of one submission for the comparison across forms: a few facts, some of them hashes."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal, get_args

import numpy

from scorer.checks.peers.prose import Prints
from scorer.model import Funds
from scorer.naming import fold, normalize_name

_YEAR = re.compile(r"(?:19|20)\d\d(?:[-—~至]{1,2}(?:19|20)\d\d)?年?度?")
_PLAIN = re.compile(r"[0-9A-Za-z一-龥]*")
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
        read.pop("party", None)  # for pairing alone
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
    if _PLAIN.fullmatch(name) and not _YEAR.search(name):  # nothing to fold or to leave out
        return name
    return _ORNAMENT.sub("", _YEAR.sub("", fold(name)))


def leaf_name(row: Row) -> str:
    """The bare name of the indicator itself."""
    return normalize_name(row.name.rsplit(" > ", 1)[-1])


def whole_funds(funds: Sequence[Funds]) -> Funds | None:
    """The row that holds all the money of a form, None where it cannot be told."""
    return next((each for each in funds if each.total), funds[0] if len(funds) == 1 else None)
