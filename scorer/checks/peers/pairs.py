"""Two forms beside each other: how alike they are, in which figures they differ, what one has of the other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scorer.checks.peers.kept import Facts, Money, Row, leaf_name
from scorer.checks.peers.telling import telling_figures
from scorer.model import Cell, Place, Submission
from scorer.naming import fold


def likeness(one: Facts, other: Facts) -> float:
    """The share of the indicators of two forms that both have."""
    first, second = (set(map(leaf_name, facts.rows)) for facts in (one, other))
    return len(first & second) / max(len(first | second), 1)


def folder_of(submission: Submission) -> str:
    """The folder of a submission's first file."""
    return re.sub(r"[^/\\]*$", "", submission.documents[0].path) if submission.documents else ""


OF_ANSWERS = (("weight", "分值"), ("target", "目标值"), ("actual", "完成值"), ("claimed", "得分"))
OF_BRANCHES = (("weight", "分值"), ("claimed", "小计"))
OF_FUNDS = (
    *(("initial", "年初预算数"), ("budget", "预算数"), ("received", "到位数"), ("executed", "执行数")),
    *(("rate", "执行率"), ("weight", "分值"), ("claimed", "得分")),
)
Difference = tuple[str, str, str, Place, Place]


def figures_differing(first: Submission, second: Submission) -> list[Difference]:
    """The figures in which two forms of the same indicators differ: what, the one, the other, and both places."""
    pairs: list[tuple[str, Cell, Cell]] = [
        ("总分", first.claimed_total, second.claimed_total),
        ("等级", first.claimed_grade, second.claimed_grade),
    ]
    funds = {each.source: each for each in second.funds}
    for each in first.funds:
        if match := funds.get(each.source):
            pairs += ((f"{each.source}{words}", getattr(each, name), getattr(match, name)) for name, words in OF_FUNDS)
    answers = {answer.path: answer for answer in second.answers}
    for answer in first.answers:
        if same := answers.get(answer.path):
            label = answer.path[-1] if answer.path else ""
            pairs += ((f"{label}{words}", getattr(answer, name), getattr(same, name)) for name, words in OF_ANSWERS)
    branches = {branch.path: branch for branch in second.branches}
    for branch in first.branches:
        if branch.path and (level := branches.get(branch.path)):
            pairs += ((f"{branch.path[-1]}{words}", getattr(branch, name), getattr(level, name)) for name, words in OF_BRANCHES)
    return [
        (what, mine.text.strip() or "空", theirs.text.strip() or "空", Place.of(mine), Place.of(theirs))
        for what, mine, theirs in pairs
        if figure_in(mine.text) != figure_in(theirs.text)
    ]


def figure_in(text: str) -> str:
    """What a cell says, the same for 95, 95.0 and ９５."""
    text = fold(text)
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "", 1).isdecimal() else text


@dataclass(frozen=True, slots=True)
class Carried:
    """What a form has of the year before's: rows, sums of money, sentences; `count` of the `whole` that tell something."""

    rows: list[int]
    money: list[str]
    told: set[int]
    count: int
    whole: int


def carried_over(before: Facts, now: Facts) -> Carried:
    """What the form of a year has of the form of the year before."""
    same, telling = _same_rows(before, now)
    paid, spent = ({each.name: each.executed for each in facts.funds if money_tells(each)} for facts in (before, now))
    same_money = [name for name, executed in spent.items() if paid.get(name) == executed]
    earlier = {told.words for told in before.told}
    repeated = [told for told in now.told if told.words in earlier]
    # the parts of a sum of money come again with the sum: they count as one
    count = len(same) + bool(same_money) + sum(told.figures for told in repeated)
    whole = telling + bool(spent) + sum(told.figures for told in now.told)
    return Carried(same, same_money, {told.words for told in repeated}, count, whole)


def _same_rows(before: Facts, now: Facts) -> tuple[list[int], int]:
    """The rows whose telling actual is the year before's, and how many rows have one."""
    rows = {row.name: row for row in before.rows}
    same, telling = [], 0
    for index, row in enumerate(now.rows):
        if not row_tells(row):
            continue
        telling += 1
        earlier = rows.get(row.name)
        if earlier and fold(earlier.actual) == fold(row.actual):
            same.append(index)
    return same, telling


def row_tells(row: Row) -> bool:
    """Does a row's actual have a telling figure that is not its target's?"""
    planned = telling_figures(row.target)
    return any(figure not in planned for figure in telling_figures(row.actual, of=leaf_name(row)))


def money_tells(money: Money) -> bool:
    """Money spent to the last figure of its budget says nothing."""
    return bool(telling_figures(money.executed)) and fold(money.executed) != fold(money.budget)
