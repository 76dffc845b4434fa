"""What the prose says about its figures: sums, shares, changes, products, rates of execution, results of surveys.

Each reader walks the mentions of a sentence once and yields statements: which figures stand in which relation, with every
reading of the words that is possible. Nothing is computed here; the checks of family N do that. A statement keeps several
candidates where the words leave a choice: a check accuses only when none of them fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scorer.prose.changes import Change, find_changes
from scorer.prose.execution import Execution, find_executions
from scorer.prose.mentions import Mention
from scorer.prose.outcomes import Survey, find_surveys
from scorer.prose.prices import Product, find_products
from scorer.prose.shares import Share, find_shares
from scorer.prose.stocks import Flow, find_balances, find_flows
from scorer.prose.sums import Sum, find_sums, sentence_runs


@dataclass(frozen=True, slots=True)
class Statements:
    """All that the mentions of a submission say, by kind."""

    sums: tuple[Sum, ...]
    shares: tuple[Share, ...]
    changes: tuple[Change, ...]
    products: tuple[Product, ...]
    executions: tuple[Execution, ...]
    surveys: tuple[Survey, ...]
    flows: tuple[Flow, ...] = ()


def read_statements(mentions: Sequence[Mention]) -> Statements:
    """The statements of prose mentions (those of tables are columns, not sentences)."""
    runs = sentence_runs(mentions)
    sums = (*find_sums(runs), *find_balances(runs))
    return Statements(
        sums=sums,
        shares=tuple(find_shares(runs, sums)),
        changes=tuple(find_changes(runs)),
        products=tuple(find_products(runs, sums)),
        executions=tuple(find_executions(runs, sums)),
        surveys=tuple(find_surveys(runs)),
        flows=tuple(find_flows(runs)),
    )
