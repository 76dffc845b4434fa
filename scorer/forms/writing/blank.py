"""An empty form of an indicator set, to be filled in."""

from __future__ import annotations

from scorer.forms.readers import record
from scorer.forms.writing import render_form
from scorer.forms.writing.official import label, points
from scorer.model import EMPTY, Answer, Branch, Funds, Goal, Submission
from scorer.sets import IndicatorSet

FILL_IN = "指标1："
"""What an open level's row is called, as the official blank form prints it; F604 says so when it is left standing."""

SOURCES = ("年度资金总额", "当年财政拨款", "上年结转资金", "其他资金")
UNSCORED = ("target", "actual", "reason")


def new_form(indicator_set: IndicatorSet) -> Submission:
    """A form of that set to fill in: its levels with their weights, an open level with one row to name, the money rows
    with the weight of the execution rate, and a total row."""
    answers: list[Answer] = []
    branches: list[Branch] = []
    for indicator in indicator_set.walk():
        if indicator.group:
            if indicator.leaf:  # a flat list: rows without a level above them
                answers.append(Answer((FILL_IN,), (label(FILL_IN),)))
            continue
        weight = points(indicator.weight)
        if weight and (not indicator.leaf or indicator.open):
            branches.append(Branch(indicator.path, weight))
        if indicator.leaf:
            path = (*indicator.path, FILL_IN) if indicator.open else indicator.path
            names = tuple(label(name) for name in path)
            answers.append(Answer(path, names, weight=EMPTY if indicator.open else weight))
    scored = indicator_set.points
    execution = points(indicator_set.execution.weight or None) if scored else EMPTY
    return Submission(
        set=indicator_set.id,
        title=label(indicator_set.title),
        answers=tuple(answers),
        branches=(*branches, Branch((), points(indicator_set.full))) if scored else tuple(branches),
        funds=tuple(
            Funds(source, label(source), weight=execution if total else EMPTY, unit=indicator_set.form.unit, total=total)
            for source, total in zip(SOURCES, (True, False, False, False), strict=True)
        ),
        goals=(Goal(),),
        columns=tuple(indicator_set.form.columns) or (record.COLUMNS if scored else UNSCORED),
    )


def render_blank(indicator_set: IndicatorSet, suffix: str) -> bytes:
    """`new_form` as a file; in a .toml every key to fill in stands there with an empty value.

    Raises:
        ScorerError: as `render_form` does.
    """
    form = new_form(indicator_set)
    if suffix.lower() != ".toml":
        return render_form(form, suffix, indicator_set)
    keys = {
        "[[answer]]": form.columns,
        "[[funds]]": ("budget", "executed"),
        "[[goal]]": ("target", "actual"),
    }
    head, *blocks = record.dump(form).rstrip("\n").split("\n\n")
    lines = [f"# {indicator_set.title}", "# 数字可以不加引号；年度写成 year = 2024", *head.splitlines()]
    lines += ['unit = ""', 'project = ""', 'claimed_total = ""']
    for block in blocks:
        written = block.splitlines()
        present = {line.partition(" = ")[0] for line in written}
        lines += ["", *written]
        lines += [f'{key} = ""' for key in keys.get(written[0], ()) if key not in present]
    return ("\n".join(lines) + "\n").encode()
