"""Family D: published final accounts. `accounts` ties the tables, `narration` the explanations to the tables,
`completeness` sees whether everything is there."""

from scorer.checks.published import accounts, completeness, narration

__all__ = ["accounts", "completeness", "narration"]
