"""Indicator sets: the tree of indicators with weights, rules and their legal basis, read from TOML.

`load_set` and `list_sets` are the library; `load_named` is for the word of a stranger; `find_set` says
which set fits a form, `form_set` makes one of the form itself.
"""

from __future__ import annotations

from scorer.sets.faults import Fault, SetError
from scorer.sets.indicator import Indicator, IndicatorSet, Match
from scorer.sets.loading import list_sets, load_named, load_set, own_sets
from scorer.sets.recognition import find_set, form_set
from scorer.sets.schema import Grade, Thresholds, json_schema
from scorer.sets.sources import set_names
from scorer.sets.wording import check_paths, describe_set, diff_sets

__all__ = [
    "Fault",
    "Grade",
    "Indicator",
    "IndicatorSet",
    "Match",
    "SetError",
    "Thresholds",
    "check_paths",
    "describe_set",
    "diff_sets",
    "find_set",
    "form_set",
    "json_schema",
    "list_sets",
    "load_named",
    "load_set",
    "own_sets",
    "set_names",
]
