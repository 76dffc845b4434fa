"""Remembering what a pure function of a text gave: the words of forms recur, in one form and from form to form."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

LONGEST = 200
"""Characters of the longest text remembered: longer ones are sentences, which hardly recur and would fill the memory."""

MOST = 8192
"""Texts remembered for one function."""

More = ParamSpec("More")
Result = TypeVar("Result")


def remembered(function: Callable[Concatenate[str, More], Result]) -> Callable[Concatenate[str, More], Result]:
    """A function of a text (and of further hashable values) that works each short text out only once.

    Its results are shared: they must be values that nobody changes.
    """
    known = cast("Callable[Concatenate[str, More], Result]", lru_cache(maxsize=MOST)(function))

    @wraps(function)
    def recall(text: str, /, *args: More.args, **kwargs: More.kwargs) -> Result:
        return known(text, *args, **kwargs) if len(text) <= LONGEST else function(text, *args, **kwargs)

    return recall
