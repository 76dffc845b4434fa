"""Prose read and judged: outline, questions, verdicts. Reads like a table of contents."""

from __future__ import annotations

from collections.abc import Iterator

from scorer.prose.balances import find_balances
from scorer.prose.classes import find_classes
from scorer.prose.judge import Verdict, judge
from scorer.prose.orders import read_orders
from scorer.prose.outline import Outline
from scorer.prose.partitions import find_partitions
from scorer.prose.products import find_products
from scorer.prose.rates import find_rates
from scorer.prose.relation import Question
from scorer.prose.repeats import find_repeats
from scorer.prose.wholes import find_wholes


def read_prose(tree: Outline) -> list[Verdict]:
    """A verdict for every question that the prose of one document raises about its figures."""
    return [*judge(_questions(tree)), *read_orders(tree)]


def _questions(tree: Outline) -> Iterator[Question]:
    yield from find_wholes(tree)
    yield from find_partitions(tree)
    yield from find_balances(tree)
    yield from find_classes(tree)
    yield from find_rates(tree)
    yield from find_products(tree)
    yield from find_repeats(list(tree.figures))
