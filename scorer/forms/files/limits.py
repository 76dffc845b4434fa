"""What a file of a stranger may ask of this computer, and the words in which too much is refused.

A self-evaluation form has some hundred cells; every limit lies orders of magnitude above that, and below what would
fill the memory of an office computer. A refusal names the file, the limit that was passed and the way out.
"""

from __future__ import annotations

from scorer.model import ReadError

__all__ = ["ReadError", "bytes_text", "refusal", "too_much"]

FILE_BYTES = 60 * 1024**2
"""Size of one file."""

PART_BYTES = 256 * 1024**2
"""Unpacked size of everything that is read out of one packed file (images and the like are never unpacked)."""

WHOLE_PART_BYTES = 16 * 1024**2
"""Unpacked size of a part that has to be held as a tree; worksheets above it are read row by row."""

PACKING_RATIO = 400
"""Unpacked size by packed size of one part, looked at from 4 MB on: honest sheets of blank styled cells reach 150."""

PACKED_ENTRIES = 10_000
"""Files inside one packed file."""

XML_DEPTH = 160
"""Elements inside elements; a table in a table in a table has about 60."""

CELLS = 400_000
"""Cells with content in one file."""

GRID = 2_000_000
"""Rows × columns of one table."""

COLUMNS = 16_384
"""Columns of one table, as many as a worksheet has."""

MERGED_AREAS = 50_000
"""Merged areas of one table."""

ELEMENTS_AROUND = 200_000
"""XML elements around the rows of a large worksheet: column widths, merged areas, links, validations."""

CELL_CHARACTERS = 1_000_000
"""Characters of one cell or paragraph; a worksheet allows 32 767."""

PAGES = 2_000
"""Pages of one PDF file."""

SHEETS = 2_000
"""Worksheets of one workbook."""


def refusal(path: str, cause: str, remedy: str) -> ReadError:
    """The one form of words for a file that is not read: file, cause, remedy."""
    return ReadError(f"{path}：{cause}。{remedy}。")


def too_much(path: str, what: str, found: int | str, limit: int | str, remedy: str) -> ReadError:
    """A limit was passed: the message names what, how much and the limit."""
    return refusal(path, f"{what}{found}，超过上限 {limit}", remedy)


def bytes_text(count: int) -> str:
    """A size as people say it: ``61.3 MB``."""
    return f"{count / 1024**2:.1f} MB"
