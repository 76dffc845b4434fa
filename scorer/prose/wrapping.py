"""Lines that were broken by their width, put together again; blanks that justification put between characters, taken out.

Only where neighbouring lines are equally wide and end without a stop were they broken by their width, or where they have
exactly as many characters: a list of short lines stays a list. Every character keeps the way back to where it is written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scorer.model import Paragraph, Source
from scorer.prose.outline_marks import MARK
from scorer.value import value

NARROWEST, WIDEST = 36, 160
"""Columns between which lines are taken for broken ones: titles and cells are narrower, whole paragraphs wider."""

FEWEST = 20
"""Characters of lines that were cut off by their number, at least."""

FULL = 0.86
"""The part of the block's width that a broken line fills at least: the next word did not fit."""

_STOPS = "。；！？：;:"
_SPACED = re.compile(r"(?<=[^\sA-Za-z])[ \u3000]+(?=[^\sA-Za-z])")
_JUSTIFIED = re.compile(r"(?:[一-龥][ \u3000]){3}")


@value()
class Segment:
    """Characters of a passage that stand together in one block: from `start` in the passage, from `at` in the block."""

    start: int
    at: int
    block: Paragraph


@value()
class Passage:
    """Text as it reads, from one block or several; `segments` lead back, none where it is the block as it stands."""

    block: Paragraph
    text: str
    segments: tuple[Segment, ...] = ()


def passages(blocks: Sequence[Paragraph]) -> Iterator[Passage]:
    """Neighbouring paragraphs as passages, in order."""
    widths = [_width(block.text.strip()) for block in blocks]
    counted = _counted(blocks)
    index = 0
    while index < len(blocks):
        last = index
        while last + 1 < len(blocks) and (_goes_on(blocks, widths, last) or _cut_off(blocks, counted, last)):
            last += 1
        yield _passage(blocks[index : last + 1])
        index = last + 1


def _width(text: str) -> int:
    return sum(1 if character < "\u2e80" else 2 for character in text)


def _goes_on(blocks: Sequence[Paragraph], widths: Sequence[int], index: int) -> bool:
    text, following = blocks[index].text.rstrip(), blocks[index + 1].text
    if (
        not text
        or not following.strip()
        or text[-1] in _STOPS
        or blocks[index].level
        or blocks[index + 1].level
        or "|" in text
        or "|" in following
    ):
        return False
    near = [width for width in widths[max(0, index - 3) : index + 5] if width]
    widest = max(near)
    if not NARROWEST <= widest <= WIDEST or widths[index] < FULL * widest:
        return False
    full = sum(width >= FULL * widest for width in near)
    return full >= 3 and MARK.match(following) is None


def _counted(blocks: Sequence[Paragraph]) -> int:
    """The number of characters at which the lines were cut off, 0 where they were not: no line is longer, several are as
    long, and most of those end within a sentence."""
    most = max((len(block.text.rstrip()) for block in blocks), default=0)
    full = [block.text.rstrip() for block in blocks if len(block.text.rstrip()) == most]
    within = sum(text[-1] not in _STOPS for text in full) if most else 0
    return most if len(full) >= 3 and FEWEST <= most <= WIDEST and within * 2 > len(full) else 0


def _cut_off(blocks: Sequence[Paragraph], counted: int, index: int) -> bool:
    """Whether a line was cut off at so many characters, and the next one opens nothing new."""
    text, following = blocks[index].text.rstrip(), blocks[index + 1].text
    if not counted or len(text) != counted or blocks[index].level or blocks[index + 1].level:
        return False
    return "|" not in text + following and MARK.match(following) is None and following[:1] not in " \u3000\t"


def _passage(blocks: Sequence[Paragraph]) -> Passage:
    first = blocks[0]
    if len(blocks) == 1 and not _JUSTIFIED.search(first.text):
        return Passage(first, first.text)
    text, segments = "", []
    for number, block in enumerate(blocks):
        at = len(block.text) - len(block.text.lstrip()) if number else 0
        end = len(block.text.rstrip())
        for match in [*_SPACED.finditer(block.text, at, end), None]:
            stop = match.start() if match else end
            if stop > at:
                segments.append(Segment(len(text), at, block))
                text += block.text[at:stop]
            at = match.end() if match else end
    return Passage(first, text, tuple(segments))


def written_at(segments: Sequence[Segment], start: int, end: int) -> tuple[Source, str]:
    """The place in its own block, and the words there, of some characters of a passage; of those that stand in several
    blocks the part in the first one."""
    first = segments[bisect_right(segments, start, key=lambda segment: segment.start) - 1]
    last = segments[bisect_right(segments, end - 1, key=lambda segment: segment.start) - 1]
    begin = first.at + start - first.start
    stop = last.at + end - last.start if last.block is first.block else len(first.block.text.rstrip())
    source = first.block.source
    return replace(source, at=f"{source.at.split(':')[0]}:{begin + 1}-{stop}"), first.block.text[begin:stop]
