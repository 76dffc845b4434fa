"""One decimal context for the whole program.

Decimal's own context keeps 28 digits: a sum of long figures is silently rounded, and rounding a product of two to
hundredths is an error. Figures are read with at most `MAXIMUM_DIGITS` digits; the context here holds whatever is
computed from a few of them. What reads, scores, checks or writes does so in it, whatever context its caller has set.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

if TYPE_CHECKING:
    from decimal import Context, Decimal

MAXIMUM_DIGITS: Final = 48
"""Longer figures are damage or attack, never a quantity: they are refused before any conversion."""


@cache
def program() -> Context:
    """The one context. The command line wraps its main function before it knows whether anything is computed."""
    from decimal import Context

    return Context(prec=480)


Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def precise(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The function in the program's context; no generator, whose body runs when its caller asks."""

    @wraps(function)
    def in_context(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        from decimal import localcontext

        with localcontext(program()):
            return function(*args, **kwargs)

    return in_context


def readable(number: Decimal) -> bool:
    """Is a stored number one that a person could have meant, rather than 1E+308?"""
    return number.is_finite() and abs(number.adjusted()) < MAXIMUM_DIGITS
