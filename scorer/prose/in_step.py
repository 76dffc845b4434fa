"""Two counters in step: 6815人次，681.8万元，其中春季3204人，320.65万元，秋季3611人，361.15万元.

Where a list adds up in one counter it is closed, so that the other counter which stands beside each of its figures must
add up too, and a difference there is told without a slip of the pen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scorer.prose.equations import Total
from scorer.prose.outline import Stated
from scorer.prose.relation import Question

_PARTS = re.compile(r"[。；：（]|其中|包括|分别")
"""What parts one item from another, or a whole from its list."""

FARTHEST = 3
"""Figures apart that two counters of one thing may stand."""


def in_step(total: Total) -> Iterator[Question]:
    """What else must add up where a total does: for each place beside its figures the total of what stands there."""
    if len(total.parts) < 2 or total.less or not total.exact or not all(part.number for part in total.parts):
        return
    for offset in range(-FARTHEST, FARTHEST + 1):
        beside = [_beside(figure, offset) for figure in total.figures] if offset else []
        figures = [figure for figure in beside if figure is not None]
        if len(figures) == len(total.figures) and _one_counter(total, figures):
            other = Total(figures[0], tuple(figures[1:]), signs=figures[0].aspect == "change")
            yield Question("sum", (other,), (other,), "named", "", True, other.figures, closed=True)


def _beside(figure: Stated, offset: int) -> Stated | None:
    """The figure so many places on in the same piece, if nothing between begins another item."""
    row = figure.piece.figures
    at = figure.order - row[0].order
    if not 0 <= at + offset < len(row):
        return None
    between = row[min(at, at + offset) + 1 : max(at, at + offset) + 1]
    return None if any(_PARTS.search(one.gap) for one in between) else row[at + offset]


def _one_counter(total: Total, figures: list[Stated]) -> bool:
    """Whether figures count one thing, another one than those of the total, and none of them is one of the total's."""
    first = figures[0]
    known = {id(figure) for figure in total.figures}
    kinds = {figure.mention.kind for figure in figures}
    own = (total.whole.unit, total.whole.aspect)
    return (
        first.aspect in ("level", "change")
        and len({(figure.unit, figure.aspect, figure.against) for figure in figures}) == 1
        and not any(figure.loose or id(figure) in known for figure in figures)
        and len(set(map(id, figures))) == len(figures)
        and ("budget" not in kinds or len(kinds) == 1)
        and ((first.unit, first.aspect) != own)
        and not {"last", "remainder"} & kinds
    )
