"""How late something was done, where target and actual are dates or days."""

from __future__ import annotations

import re
from dataclasses import replace

from scorer.numbers.quantity import parse_period
from scorer.rules.answers import Entry
from scorer.rules.rule import exact

MOST_DAYS = 10_000_000  # more than a date can be late
DAYS = frozenset({"天", "日", "工作日", "个工作日"})


def days_late(entry: Entry) -> tuple[int, int] | None:
    """Late by at least and at most so many days; None where target and actual are not both dates or days."""
    target, actual = entry.target, entry.actual
    if target.number is not None and actual.number is not None:
        if target.unit not in DAYS or not entry.comparable or target.op not in ("", "≤", "<", "="):
            return None
        over = exact(actual.number) - exact(target.number)
        if abs(over) >= MOST_DAYS:
            return None
        days = -(-over.numerator // over.denominator)
        return (days + (days == 0 and target.op == "<"),) * 2
    due, done = parse_period(target.text), parse_period(actual.text)
    if due is None or done is None:
        return None
    return (done[0] - due[1]).days, (done[1] - due[1]).days


NO_DEADLINE = re.compile("[后起每]|以来|开始|不早于")
_ANY_YEAR = 2000  # where neither date has a year they are of the same one, that of the form


def with_lateness(entry: Entry) -> Entry:
    """The row with its days, where target and actual are a deadline and a date: a rule that leaves the points to people
    says no more than that a deadline missed is not worth full points."""
    target, actual = entry.target, entry.actual
    if (target.kind, actual.kind) != ("date", "date") or NO_DEADLINE.search(target.text):
        return entry
    days = days_late(entry)
    if days is None:
        due, done = parse_period(target.text, _ANY_YEAR), parse_period(actual.text, _ANY_YEAR)
        if due is None or done is None or parse_period(target.text) or parse_period(actual.text):
            return entry
        days = (done[0] - due[1]).days, (done[1] - due[1]).days
    return replace(entry, days=days)
