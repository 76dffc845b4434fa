"""Where figures stand to one another: before, in one segment, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from scorer.prose.outline import Stated

MOST_NEAR = 8
"""Figures before a rate that it may be of."""


def levels_before(figures: Sequence[Stated], unit: str = "") -> list[Stated]:
    """Levels and bases, nearest first, of one unit or of any that is not a percentage."""
    return [
        f
        for f in reversed(figures)
        if f.aspect in ("level", "base")
        and not f.loose
        and (not unit or f.unit == unit)
        and f.unit not in ("%", "‰", "")
    ]


def same_segment(first: Stated, second: Stated) -> bool:
    """Whether neither a full stop nor a semicolon stands between two figures of one piece."""
    return same_sentence(first, second) and "；" not in words_between(
        *sorted((first, second), key=lambda f: f.mention.start)
    )


def same_sentence(first: Stated, second: Stated) -> bool:
    """Whether no full stop stands between two figures of one piece."""
    if first.piece is not second.piece:
        return False
    a, b = sorted((first, second), key=lambda f: f.mention.start)
    return "。" not in first.piece.line.text[a.mention.end : b.mention.start]


def alone_in_brackets(rate: Stated) -> bool:
    """Whether a rate stands alone in the bracket behind its amount: 设备购置62万元（36.5%）."""
    return rate.gap.strip() == "（" and rate.tail.startswith("）")


def words_between(first: Stated, second: Stated) -> str:
    """The text between two figures of one line, "。" for those of two lines."""
    if first.piece.line is not second.piece.line:
        return "。"
    return first.piece.line.text[first.mention.end : second.mention.start]
