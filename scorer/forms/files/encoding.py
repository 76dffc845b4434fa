"""Text of unknown encoding: UTF-8 and UTF-16 with or without mark, GB 18030 (which GBK and GB 2312 are part of)."""

from __future__ import annotations

import codecs

from scorer.forms.files import limits

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1a\x1b\x0b")


def encoding_of(data: bytes, partial: bool = False) -> str | None:
    """The encoding of a text, None when it is none of the known ones. `partial`: the last character may be cut."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    sample = data[:4096]
    if b"\x00" in sample:
        # UTF-16 without mark: line ends and figures leave zeros in every other byte.
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        name = "utf-16-le" if odd > even else "utf-16-be"
        return name if _decodes(data, name, partial) and max(even, odd) > 4 * min(even, odd) else None
    for name in ("utf-8", "gb18030"):
        if _decodes(data, name, partial):
            return name
    return None


def _decodes(data: bytes, name: str, partial: bool) -> bool:
    try:
        codecs.getincrementaldecoder(name)().decode(data, not partial)
    except UnicodeError:
        return False
    return True


def looks_like_text(data: bytes) -> bool:
    """Whether bytes are text at all: a known encoding, or a GB 18030 with some damage, and hardly a control code."""
    sample = data[:65536]
    name = encoding_of(sample, partial=True)
    if name is not None and name.startswith(("utf-16", "utf-32")):
        return True
    strange = sum(byte in CONTROLS for byte in sample)
    return strange * 200 <= len(sample) and b"\x00" not in sample


def decode(path: str, data: bytes, partial: bool = False) -> str:
    """The text with its line ends as they are; a damaged character becomes U+FFFD as long as they are few.

    Raises `ReadError` when the bytes are no text of a known encoding.
    """
    name = encoding_of(data, partial)
    if name is not None:
        try:
            return codecs.getincrementaldecoder(name)().decode(data, not partial).replace("\x00", "")
        except UnicodeError:
            name = None
    guesses = [(data.decode(guess, "replace"), guess) for guess in ("utf-8", "gb18030")]
    text, _ = min(guesses, key=lambda guess: guess[0].count("\ufffd"))
    if text.count("\ufffd") * 20 > len(text):
        raise limits.refusal(path, "文字编码无法识别", "请用记事本或 WPS 另存为 UTF-8 编码")
    return text.replace("\x00", "")
