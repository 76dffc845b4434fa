"""Targets told in prose with their results: 年初指标值不低于190人，全年实际完成值172人.

A pair is one sentence's only two figures of a unit, of which the words call one a target and the other its result. What a
shortfall means is for the checks; here only whether there is one, and whether the document says anything of a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scorer.prose.outline import Outline, Piece, Stated

_TARGET = re.compile(r"(?:指标值|目标值|任务数|计划数|任务量|目标|计划(?!生育)|任务)[^，。；]{0,12}$")
_RESULT = re.compile(
    r"(?:实际|全年|年终|最终)[^，。；]{0,6}(?:完成|达到|实现)?(?:值|数|量)?(?:为|是|达|达到)?$|完成(?:值|数|量)(?:为|是)?$"
)
_AT_MOST = re.compile(r"不超过|不高于|不多于|≤|小于|控制在|以内")
_WHY = re.compile(r"原因|由于|因为|受[^，。；]{1,12}影响|未(?:能)?完成|未(?:能)?达|偏差")
_FULL_STOP = re.compile(r"[。！？；]")


@dataclass(frozen=True, eq=False)
class Promise:
    """A target with its result; `near_reason` and `reason` say whether words of a reason stand beside it, or anywhere."""

    target: Stated
    result: Stated
    met: bool
    near_reason: bool
    reason: bool


def read_promises(tree: Outline) -> Iterator[Promise]:
    """Every target of the prose with its result, in reading order."""
    everywhere = any(_WHY.search(piece.text) for piece in tree.pieces)
    for piece in tree.pieces:
        for target, result in _pairs(piece):
            most = _AT_MOST.search(target.near + target.mention.quote + target.tail[:4]) is not None
            met = result.number <= target.number if most else result.number >= target.number
            yield Promise(target, result, met, _WHY.search(piece.text) is not None, everywhere)


def _pairs(piece: Piece) -> Iterator[tuple[Stated, Stated]]:
    for target, result in zip(piece.figures, piece.figures[1:], strict=False):
        if target.unit != result.unit or target.number <= 0 or _FULL_STOP.search(result.gap):
            continue
        if _TARGET.search(target.near) and not _RESULT.search(target.near) and _RESULT.search(result.near):
            alone = [figure for figure in _sentence(piece, target) if figure.unit == target.unit]
            if alone == [target, result]:
                yield target, result


def _sentence(piece: Piece, figure: Stated) -> list[Stated]:
    """The figures of a piece between the stops around one of them."""
    at = piece.figures.index(figure)
    first = at
    while first > 0 and not _FULL_STOP.search(piece.figures[first].gap):
        first -= 1
    last = at + 1
    while last < len(piece.figures) and not _FULL_STOP.search(piece.figures[last].gap):
        last += 1
    return piece.figures[first:last]
