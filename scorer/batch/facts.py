"""What the comparison across forms needs of one submission, small enough to hold a whole bureau's in memory."""

from __future__ import annotations

from typing import Any

from scorer.model import Report, Submission


def facts_of(submission: Submission, report: Report) -> dict[str, Any]:
    """The facts of one submission as plain values for JSON."""
    return {"department": submission.department}
