"""Indicator sets as the tables that a bureau issues: levels, weights and standards in .xlsx or .docx, to TOML and back.

`set_from` makes a set file of a table and lists, cell by cell, what it did not understand; `write_table` draws a set.
"""

from __future__ import annotations

from scorer.forms.tabled.drafting import Drafted, set_from
from scorer.forms.tabled.drawing import SUFFIXES, write_table

__all__ = ["SUFFIXES", "Drafted", "set_from", "write_table"]
