"""Sums of free tables: every level of the functional classification, and rows against their total row."""

from __future__ import annotations

from collections.abc import Iterator

from scorer.checks.registry import Form
from scorer.mentions import Mention


def column_sums(form: Form) -> Iterator[tuple[Mention, tuple[Mention, ...], bool]]:
    """Whole, parts and whether the parts are all of them, for every column of every free table."""
    yield from ()
