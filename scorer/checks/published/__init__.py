"""Family D: published final accounts. `accounts` ties the tables, `narration` the explanations to the tables,
`completeness` sees whether everything is there,
`holdings` adds up purchases and vehicles, `forms_beside` holds a form against them, `years` two years."""

from scorer.checks.published import accounts, completeness, forms_beside, holdings, narration, years

__all__ = ["accounts", "completeness", "forms_beside", "holdings", "narration", "years"]
