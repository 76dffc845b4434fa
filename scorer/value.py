"""Values that are made by the hundred thousand: cells, places, figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Class = TypeVar("Class")


@dataclass_transform(frozen_default=True)
def value(*, eq: bool = True) -> Callable[[type[Class]], type[Class]]:
    """A frozen dataclass to the type checker, which refuses every assignment to it.

    At run time the guard against assignments is left out: with it an object takes four times as long to make, and
    reading a form is mostly the making of cells.
    """
    return dataclass(slots=True, eq=eq, unsafe_hash=eq)
