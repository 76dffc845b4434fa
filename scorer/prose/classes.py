"""Items named by 类 款 项 of the functional classification, against what is stated for their 类 and for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scorer.prose.equations import Total
from scorer.prose.outline import Outline, Stated
from scorer.prose.relation import Question
from scorer.prose.wholes import LEADS, MOST_WHOLES, levels

_CLASS = re.compile(r"(?P<name>[一-龥]{2,16})（类）")
_ITEM_OF_CLASS = re.compile(r"（款）|（项）")


def find_classes(outline: Outline) -> Iterator[Question]:
    """Items named by 类 款 项 of the functional classification, against the figure that is stated for their 类 alone.

    An item states its budget, its outturn or both: what is added up is of one kind.
    """
    items: dict[str, list[list[Stated]]] = {}
    stated: dict[str, list[Stated]] = {}
    every: list[list[Stated]] = []
    for piece in outline.pieces:
        own: list[Stated] | None = None
        for figure in levels(piece.figures, "元"):
            match = _CLASS.search(figure.gap)
            if match and _ITEM_OF_CLASS.search(figure.gap[match.end() :]):
                own = [figure]
                items.setdefault(_class_name(match["name"]), []).append(own)
                every.append(own)
            elif named := (match or _BARE_CLASS.search(figure.near)):
                own = None
                stated.setdefault(_class_name(named["name"]), []).append(figure)
            elif own is not None:
                own.append(figure)
    for name, listed in items.items():
        yield from _of_class(listed, stated.get(name, [])[:MOST_WHOLES])
    if len(items) > 1:
        yield from _all_items(outline, every)


_BARE_CLASS = re.compile(r"[“\"'](?P<name>[一-龥]{2,16})[”\"']\s*$")


def _of_class(listed: Sequence[Sequence[Stated]], wholes: Sequence[Stated]) -> Iterator[Question]:
    if len(listed) < 2 or not wholes or any(figure.loose for own in listed for figure in own):
        return
    columns = _columns_of(listed)
    totals = tuple(Total(whole, parts) for parts in columns for whole in wholes)
    certain = len({whole.number for whole in wholes}) == 1
    why = "" if len({_spent(own) for own in listed}) == 1 else "各项所列的不是同一口径的数"
    around = tuple(figure for parts in columns for figure in parts)
    yield Question("sum", totals, totals[:1], "named", why, certain, (*wholes, *around))


def _all_items(outline: Outline, listed: Sequence[Sequence[Stated]]) -> Iterator[Question]:
    """All items of the classification against what the nearest text above states: each kind against its own."""
    first = listed[0][0].piece.order
    above = next((piece for piece in outline.pieces[max(0, first - 2) : first][::-1] if levels(piece.figures, "元")), None)
    if above is None:
        return
    wholes = levels(above.figures, "元")[-MOST_WHOLES:]
    for parts in _columns_of(listed):
        kind = parts[0].mention.kind
        asked = tuple(Total(whole, parts) for whole in wholes if whole.mention.kind == kind)[:1]
        why = "" if asked and LEADS.search(above.text[-30:] or " ") else "各条未写明是分项"
        yield Question("sum", tuple(Total(whole, parts) for whole in wholes), asked, "near", why, False, (*wholes, *parts))


def _columns_of(listed: Sequence[Sequence[Stated]]) -> list[tuple[Stated, ...]]:
    return list(dict.fromkeys(column for kind in ("executed", "budget", "") if (column := _column(listed, kind))))


def _column(items: Sequence[Sequence[Stated]], kind: str) -> tuple[Stated, ...]:
    """The figure of one kind of every item, the first one for ""; none where an item has none."""
    if not kind:
        return tuple(own[0] for own in items)
    found = [next((figure for figure in own if figure.mention.kind == kind), None) for own in items]
    return tuple(figure for figure in found if figure is not None) if all(found) else ()


def _spent(own: Sequence[Stated]) -> bool:
    return any(figure.mention.kind == "executed" for figure in own)


def _class_name(words: str) -> str:
    return re.sub(r"^.*?(?:其中|方面)|支出$", "", words)
