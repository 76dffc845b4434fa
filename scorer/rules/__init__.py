"""Every scoring rule: its parameters and its arithmetic.

`AnyRule` is what an indicator set writes as ``rule = { kind = "proportion" }``; `RULES` lists the classes by kind.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scorer.rules.deducted import Deadline, PerItem, PerPoint, PerStep
from scorer.rules.judged import Graded, Manual, Tier, YesNo
from scorer.rules.kernel import STATUSES, Scores, hundredths, score
from scorer.rules.measured import Bands, Coefficient, Equality, Execution, Gate, Proportion, Range, Step, SubItems
from scorer.rules.rule import Inapplicable, Overshoot, Rule, Score
from scorer.rules.totals import CapStep, ExecutionCap, rescale
from scorer.rules.words import words

AnyRule = Annotated[
    Proportion
    | Gate
    | Equality
    | Range
    | Bands
    | Execution
    | YesNo
    | Graded
    | PerPoint
    | PerStep
    | PerItem
    | Deadline
    | SubItems
    | Coefficient
    | Manual,
    Field(discriminator="kind"),
]

RULES: dict[str, type[Rule]] = {
    rule.model_fields["kind"].default: rule
    for rule in (
        *(Proportion, Gate, Equality, Range, Bands, Execution, YesNo, Graded),
        *(PerPoint, PerStep, PerItem, Deadline, SubItems, Coefficient, Manual),
    )
}

__all__ = [
    "RULES",
    "STATUSES",
    "AnyRule",
    "Bands",
    "CapStep",
    "Coefficient",
    "Deadline",
    "Equality",
    "Execution",
    "ExecutionCap",
    "Gate",
    "Graded",
    "Inapplicable",
    "Manual",
    "Overshoot",
    "PerItem",
    "PerPoint",
    "PerStep",
    "Proportion",
    "Range",
    "Rule",
    "Score",
    "Scores",
    "Step",
    "SubItems",
    "Tier",
    "YesNo",
    "hundredths",
    "rescale",
    "score",
    "words",
]
