"""What this package adds to a clerk's own file, by name: readers leave it out, so that the file can be scored again."""

from __future__ import annotations

SHEET = "scorer复算"
"""The worksheet with the score; a further one has a number behind it."""

TAG = "scorer"
"""The content control around the page with the score in a document."""


def is_added_sheet(name: str) -> bool:
    return name.startswith(SHEET)
