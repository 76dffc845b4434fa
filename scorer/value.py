"""Values that are made by the hundred thousand (cells, places, figures), and those remembered because their texts recur."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar, cast, dataclass_transform

Class = TypeVar("Class")
More = ParamSpec("More")
Result = TypeVar("Result")

LONGEST = 200
"""Characters of the longest text remembered: longer ones are sentences, which hardly recur and would fill the memory."""

MOST = 8192
"""Texts remembered for one function."""


@dataclass_transform(frozen_default=True)
def value(*, eq: bool = True) -> Callable[[type[Class]], type[Class]]:
    """A frozen dataclass to the type checker, which refuses every assignment to it.

    At run time the guard against assignments is left out: with it an object takes four times as long to make, and
    reading a form is mostly the making of cells.
    """
    return dataclass(slots=True, eq=eq, unsafe_hash=eq)


def remembered(function: Callable[Concatenate[str, More], Result]) -> Callable[Concatenate[str, More], Result]:
    """A function of a text (and of further hashable values) that works each short text out only once.

    Its results are shared: they must be values that nobody changes.
    """
    known = cast("Callable[Concatenate[str, More], Result]", lru_cache(maxsize=MOST)(function))

    @wraps(function)
    def recall(text: str, /, *args: More.args, **kwargs: More.kwargs) -> Result:
        return known(text, *args, **kwargs) if len(text) <= LONGEST else function(text, *args, **kwargs)

    return recall
