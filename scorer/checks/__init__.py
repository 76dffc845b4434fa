"""All checks, one module a family: A arithmetic, N narrative, C consistency, T targets, E explanations, F filling,
P peers across the forms of a batch, D published final accounts."""

from scorer.checks import (
    arithmetic,
    consistency,
    explanations,
    filling,
    funds,
    narrative,
    peers,
    published,
    residue,
    spending,
    stray,
    targets,
)
from scorer.checks.form import Form
from scorer.checks.registry import CHECKS, Check, run, selected

__all__ = [
    "CHECKS",
    "Check",
    "Form",
    "arithmetic",
    "consistency",
    "explanations",
    "filling",
    "funds",
    "narrative",
    "peers",
    "published",
    "residue",
    "run",
    "selected",
    "spending",
    "stray",
    "targets",
]
