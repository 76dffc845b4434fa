"""Hashes of 64 bits by which what is the same in many forms is brought together: of one text, or of columns of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

MASK: Final = 2**64 - 1
_FIRST: Final = 0x9E3779B97F4A7C15
_SECOND: Final = 0xD6E8FEB86659FD93


def hashed(*words: str) -> int:
    """A hash of 64 bits, the same on every computer; never 0."""
    digest = hashlib.blake2b("\x1f".join(words).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


def combined(first: Any, *others: Any) -> Any:
    """The hash of several hashes in their order: whole numbers, or columns of them (uint64), by the same arithmetic."""
    value = first
    for other in others:
        value = ((value ^ (value >> 32)) * _FIRST & MASK) ^ other
        value = (value ^ (value >> 29)) * _SECOND & MASK
    return value ^ (value >> 32)


def together(hashes: Iterable[int]) -> int:
    """The hash of some hashes in any order, each as often as it occurs: their sum, as columns add it up."""
    return sum(hashes) & MASK
