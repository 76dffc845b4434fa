"""One form under two indicator sets, line by line: what it gets by each, and why the figures differ.

The weights are those printed on the form, under either set; where the other set would give a level other weights, that
is said and nothing is converted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from scorer.model import Submission, points_text
from scorer.report import Layout
from scorer.report.width import cleaned, table, wrap
from scorer.scoring.align import EXECUTION, Leaf
from scorer.scoring.tree import Scorecard, score_submissions
from scorer.sets import IndicatorSet
from scorer.sets.wording import number_words, rule_words

if TYPE_CHECKING:
    from scorer.model import Report

HEADINGS = ("指标", "分值", "原得分", "另得分", "差", "为何不同")
NAME, WHY = 0, 5
FIGURES = (1, 2, 3, 4)
NARROWEST = 60


@dataclass(frozen=True, slots=True)
class Contrast:
    """One scored row under both sets. `points` and `other` are None where a set gives none; `why` is Chinese, "" where
    the two agree."""

    path: tuple[str, ...]
    weight: Decimal | None
    points: Decimal | None
    other: Decimal | None
    why: str

    @property
    def difference(self) -> Decimal | None:
        return None if self.points is None or self.other is None else self.other - self.points


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows, both scorecards, and what is to be said of the whole (Chinese)."""

    rows: tuple[Contrast, ...]
    first: Scorecard
    second: Scorecard
    notes: tuple[str, ...]


def compare(submission: Submission, first: IndicatorSet, second: IndicatorSet) -> Comparison:
    """What `submission` gets by the first set and would get by the second."""
    one, two = score_submissions([(submission, first, ""), (submission, second, "")])
    rows = tuple(_contrast(before, after, first, second) for before, after in _pairs(one.leaves, two.leaves))
    return Comparison(rows, one, two, tuple(_notes(two)))


def _pairs(first: Iterable[Leaf], second: Iterable[Leaf]) -> Iterator[tuple[Leaf | None, Leaf | None]]:
    """The same row under both sets: the answers keep their order, only 预算执行率 may be missing on one side."""
    one, two = list(first), list(second)
    before, after = (next((leaf for leaf in leaves if leaf.execution), None) for leaves in (one, two))
    if before or after:
        yield before, after
    yield from zip(
        (leaf for leaf in one if not leaf.execution), (leaf for leaf in two if not leaf.execution), strict=True
    )


def _contrast(before: Leaf | None, after: Leaf | None, first: IndicatorSet, second: IndicatorSet) -> Contrast:
    either = before or after
    assert either is not None  # _pairs gives no empty pair
    return Contrast(
        path=either.path,
        weight=either.weight if before is None or before.weight is not None or after is None else after.weight,
        points=before.points if before else None,
        other=after.points if after else None,
        why=_why(before, after, first, second),
    )


def _why(before: Leaf | None, after: Leaf | None, first: IndicatorSet, second: IndicatorSet) -> str:
    if before is None or after is None:
        return f"{(second if after is None else first).id} 不为它单列分值"
    if not second.points:
        return f"{second.id} 不计分"
    if before.points == after.points:
        # equal by chance is not equal by rule: what was worked out there may here be the clerk's own figure
        return "" if before.status == after.status else after.words
    known = after.execution or after.indicator is not None
    parts = ["" if known else f"{second.id} 中没有这一级，按其通用规则"]
    if before.weight != after.weight:
        parts.append(f"分值 {_weight(before)} → {_weight(after)}")
    one, two = rule_words(before.rule), rule_words(after.rule)
    if one != two:
        parts.append(f"{one} → {two}")
    return "；".join(part for part in (*parts, after.words) if part)


def _weight(leaf: Leaf) -> str:
    return number_words(leaf.weight) or "未列"


def _notes(card: Scorecard) -> Iterator[str]:
    """Where the form's weights are not those of the other set, and rows that it does not know."""
    other = card.set
    unknown = [leaf for leaf in card.leaves if not leaf.execution and leaf.indicator is None]
    if unknown:
        named = "、".join(dict.fromkeys(leaf.path[0] for leaf in unknown))
        yield f"有 {len(unknown)} 行在 {other.id} 中找不到对应的指标（{named}），按它的通用规则计分"
    if not other.points:
        yield f"{other.id} 只填完成情况，不计分，没有总分可比"
        return
    for name, rows, wanted in _weights(card):
        printed = sum((row.weight or Decimal(0) for row in rows), Decimal(0))
        if not wanted and not printed:
            continue
        if rows and not printed:
            yield f"表内“{name}”各行没有列分值，无从计分；{other.id} 为它设 {number_words(wanted)} 分"
        elif not wanted:
            yield f"表内“{name}”{number_words(printed)} 分，{other.id} 不为它单列分值；得分按表内所列分值计"
        elif not printed:
            yield f"表内没有“{name}”，{other.id} 为它设 {number_words(wanted)} 分"
        elif printed != wanted:
            yield (
                f"“{name}”在表内合计 {number_words(printed)} 分，{other.id} 为 {number_words(wanted)} 分；"
                "得分按表内所列分值计，没有折算"
            )
    yield from (f"按 {other.id}：{note}" for note in card.notes)


def _weights(card: Scorecard) -> Iterator[tuple[str, list[Leaf], Decimal]]:
    """Every weight that the set fixes on its first level: its name, the form's rows below it, the set's own weight."""
    yield EXECUTION, [leaf for leaf in card.leaves if leaf.execution], card.set.execution.weight
    for root in card.set.roots:
        rows = [
            leaf
            for leaf in card.leaves
            if leaf.indicator is not None and f"{leaf.indicator.code}.".startswith(f"{root.code}.")
        ]
        if root.weight is not None and (rows or not root.optional):
            yield root.name, rows, root.weight


# ------------------------------------------------------------------------------------------------------------ as text


def render(comparison: Comparison, layout: Layout) -> str:
    """The comparison as text: both sets, every row, both totals with their grades, the notes."""
    width = max(layout.width, NARROWEST)
    first, second = comparison.first, comparison.second
    lines = [
        *wrap(f"原：{first.set.id}  {cleaned(first.set.title)}", width),
        *wrap(f"另：{second.set.id}  {cleaned(second.set.title)}", width),
        "",
        *table(
            HEADINGS,
            [(_name(row), number_words(row.weight), *_figures(row), row.why) for row in comparison.rows],
            width,
            flexible={NAME: 3, WHY: 5},
            figures=FIGURES,
            lines=None,
        ),
        "",
        *wrap(f"总分 {_total(first)} → {_total(second)}{_change(first.total, second.total)}", width),
    ]
    differing = sum(row.points != row.other for row in comparison.rows)
    lines += wrap(f"{len(comparison.rows)} 行中 {differing} 行得分不同。" if differing else "各行得分相同。", width)
    for note in comparison.notes:
        lines += wrap(f"注意：{cleaned(note)}。", width)
    return "\n".join(lines) + "\n"


def _name(row: Contrast) -> str:
    return cleaned("/".join(row.path))


def _figures(row: Contrast) -> tuple[str, str, str]:
    changed = f"{row.difference:+.2f}" if row.difference else ""
    return points_text(row.points) or "—", points_text(row.other) or "—", changed


def _total(card: Scorecard) -> str:
    if card.total is None:
        return "不计分" if not card.set.points else "无"
    return f"{points_text(card.total)}（{card.grade or '等级无法确定'}）"


def _change(before: Decimal | None, after: Decimal | None) -> str:
    return f"，相差 {after - before:+.2f}" if before is not None and after is not None and before != after else ""


def as_json(report: Report, against: Report) -> str:
    """Both reports in one object: by the form's own set, and by the other."""
    both = {"report": report.model_dump(mode="json"), "against": against.model_dump(mode="json")}
    return json.dumps(both, ensure_ascii=False, indent=2) + "\n"
