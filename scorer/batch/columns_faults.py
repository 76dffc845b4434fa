"""Faults found by columns: the figures, places and words of many at a time, as Arrow texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from scorer.answers import POINT_PLACES, Mask
from scorer.checks import CHECKS
from scorer.model import Level

Array = npt.NDArray[Any]
Texts = Any  # an Arrow array of texts


@dataclass(frozen=True)
class Places:
    """Places of some faults: the row of each and the words there; `of` says of which fault, in rising order."""

    of: Array
    lines: Array
    quotes: Texts


@dataclass(frozen=True)
class Faults:
    """Faults of one check that are told in the same words.

    `of` is the submission of each, `rows` its row, or empty for faults of whole submissions. `numbers` are Arrow texts
    by name, null where a figure is missing; `more` are words of the message that are none of its numbers.
    """

    code: str
    of: Array
    rows: Array
    places: Sequence[Places]
    numbers: dict[str, Texts]
    level: Level | None = None
    message: str | None = None
    path: Literal["row", "", "funds", "execution"] = "row"
    more: dict[str, Texts] = field(default_factory=dict)


def level_of(fault: Faults) -> Level:
    return fault.level or CHECKS[fault.code].level


def message_of(fault: Faults) -> str:
    return fault.message or CHECKS[fault.code].message


# ----------------------------------------------------------------------------------------------- figures in messages


def figure_texts(values: Array, places: int = POINT_PLACES) -> Texts:
    """Integers of 10 ** -places as `plain` prints them: exact, no superfluous zeros."""
    import pyarrow
    import pyarrow.compute as compute

    pairs = np.empty((len(values), 2), np.int64)
    pairs[:, 0] = values
    pairs[:, 1] = values >> 63
    kind = pyarrow.decimal128(18, places)
    texts = pyarrow.Array.from_buffers(kind, len(values), [None, pyarrow.py_buffer(pairs)]).cast(pyarrow.string())
    return compute.utf8_rtrim(compute.utf8_rtrim(texts, "0"), ".") if places else texts


def missing_where(texts: Texts, missing: Mask) -> Texts:
    """The texts, null where the mask says so."""
    import pyarrow
    import pyarrow.compute as compute

    return compute.if_else(pyarrow.array(missing), None, texts) if missing.any() else texts


def filled(texts: Texts) -> Texts:
    import pyarrow.compute as compute

    return compute.fill_null(texts, "")


def names_of(names: Sequence[str], places: Array) -> Texts:
    """Names by their place, null for a place of -1."""
    import pyarrow

    return pyarrow.array(list(names), pyarrow.string()).take(pyarrow.array(places, mask=places < 0))


def present(of: Array, lines: Array, quotes: Texts) -> Places:
    """Places of the cells that hold something."""
    import pyarrow

    if not quotes.null_count:
        return Places(of, lines, quotes)
    there = quotes.is_valid()
    mask = there.to_numpy(zero_copy_only=False)
    return Places(of[mask], lines[mask], quotes.filter(there if isinstance(there, pyarrow.Array) else pyarrow.array(mask)))
