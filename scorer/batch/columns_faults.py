"""Faults found by columns: what they say and where, as figures and cells of many rows at a time.

Nothing is a text yet: the checks name the cells and the figures, and all faults of a chunk become texts together
(`scorer.batch.columns_findings`), a column at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from scorer.checks import CHECKS
from scorer.model import Level
from scorer.rules.answers import POINT_PLACES, Mask

Array = npt.NDArray[Any]
Texts = Any  # an Arrow array of texts


@dataclass(frozen=True, eq=False)
class Amounts:
    """Integers of 10 ** -places, one for each fault; none where `missing`."""

    values: Array
    places: int = POINT_PLACES
    missing: Mask | None = None


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a column in some rows; of a `head`, the cells of some submissions in their first rows.

    As a place a cell counts where something is written, or, when `filled_only`, something else than blanks.
    """

    name: str
    at: Array
    head: bool = False
    filled_only: bool = False


@dataclass(frozen=True, eq=False)
class Names:
    """One of some names for each fault, by its place in the list; none for −1."""

    listed: Sequence[str]
    places: Array


@dataclass(frozen=True, eq=False)
class Derivations:
    """How some rows came by their points, in words."""

    rows: Array


Words = Amounts | Cells | Names | Derivations | str
"""What stands in a message for each of some faults; a str is the same for all."""


@dataclass(frozen=True)
class Places:
    """Places of some faults: a cell each; `of` says of which fault, in rising order."""

    of: Array
    cells: Cells


@dataclass(frozen=True)
class Faults:
    """Faults of one check that are told in the same words.

    `of` is the submission of each, `rows` its row, or empty for faults of whole submissions. `numbers` are the figures
    and words by name; `more` are words of the message that are none of its numbers.
    """

    code: str
    of: Array
    rows: Array
    places: Sequence[Places]
    numbers: dict[str, Words]
    level: Level | None = None
    message: str | None = None
    path: Literal["row", "", "funds", "execution"] = "row"
    more: dict[str, Words] = field(default_factory=dict)


def level_of(fault: Faults) -> Level:
    return fault.level or CHECKS[fault.code].level


def message_of(fault: Faults) -> str:
    return fault.message or CHECKS[fault.code].message


def each(cells: Cells) -> Places:
    """One of the cells for each fault."""
    return Places(np.arange(len(cells.at)), cells)


def either(chosen: Mask, first: str, second: str, rows: Array) -> list[Places]:
    """The cell of the one column where chosen, else that of the other."""
    parts = ((np.flatnonzero(chosen), first), (np.flatnonzero(~chosen), second))
    return [Places(of, Cells(name, rows[of])) for of, name in parts if len(of)]
