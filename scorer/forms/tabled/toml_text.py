"""A set file as TOML text: strings quoted, shares as percentages, rules as inline tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from scorer.forms.tabled.rule_cells import figure, share, stated

SHARES = frozenset({"pass", "partly_share", "share", "ratio", "start", "over_achieved", "execution_explained"})
"""Keys whose figures are shares: 0.60 is written "60%"."""

WIDEST = 100


def text_of(value: str) -> str:
    """A TOML string; what is no printable character is escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def value_of(value: Any, name: str = "", *, percent: bool = False) -> str:
    """Any value of a set file, on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return text_of(value)
        case Decimal():
            written = share(value) if name in SHARES or percent else figure(value)
            return f'"{written}"' if written.endswith("%") else written
        case int():
            return str(value)
        case BaseModel():
            return value_of(fields_of(value), percent=percent or _in_shares(value))
        case Mapping():
            parts = [f"{key} = {value_of(item, key, percent=percent and key == 'from')}" for key, item in value.items()]
            return "{ " + ", ".join(parts) + " }"
        case _ if isinstance(value, Sequence):
            return "[" + ", ".join(value_of(item, name, percent=percent) for item in value) + "]"
    raise TypeError(f"{name}: {value!r}")


def fields_of(model: BaseModel) -> dict[str, Any]:
    """What a rule states, its kind first."""
    kind = {"kind": model.kind} if hasattr(model, "kind") else {}
    return {**kind, **stated(model)}


def _in_shares(model: BaseModel) -> bool:
    """Do the bands of a rule begin at shares, and not at figures as the form writes them?"""
    return hasattr(model, "tiers") or hasattr(model, "caps") or getattr(model, "measure", "") == "ratio"


def assignment(name: str, value: Any) -> list[str]:
    """The lines of one key; a long array takes a line an element."""
    line = f"{name} = {value_of(value, name)}"
    if len(line) <= WIDEST or not isinstance(value, (BaseModel, tuple, list)):
        return [line]
    if isinstance(value, BaseModel):
        return _long_rule(name, value)
    return [f"{name} = [", *(f"  {value_of(item, name)}," for item in value), "]"]


def _long_rule(name: str, rule: BaseModel) -> list[str]:
    """An inline table may break inside its arrays only."""
    parts, percent = fields_of(rule), _in_shares(rule)
    long = next((key for key, value in parts.items() if isinstance(value, tuple) and len(value) > 1), "")
    if not long:
        return [f"{name} = {value_of(rule, name)}"]
    rest = "".join(f"{key} = {value_of(value, key, percent=percent)}, " for key, value in parts.items() if key != long)
    items = [f"  {value_of(item, long, percent=percent)}," for item in parts[long]]
    return [f"{name} = {{ {rest}{long} = [", *items, "] }"]
