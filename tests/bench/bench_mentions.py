"""Megabytes of report text a second: finding figures, and the whole of the narrative, consistency and residue checks.

    python tests/bench/bench_mentions.py [FILE…]

Without files the project's own sample reports are used, one after the other until half a megabyte is together, each
checked as a document of its own, as a batch does. Every time round they get other digits, so that no sentence recurs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from scorer.checks import CHECKS
from scorer.evaluation import evaluate
from scorer.forms.readers import text
from scorer.model import Submission
from scorer.prose.mentions import find_mentions

REPORTS = Path(__file__).parents[1] / "cases" / "reports"
CODES = [code for code in CHECKS if code[0] in "NC" or code in ("F604", "F605", "F606")]
ENOUGH = 500_000


def other_digits(time: int) -> bytes:
    """A table for `bytes.translate`: 1 to 9 each some places on, 0 as it is."""
    digits = b"123456789"
    return bytes.maketrans(digits, digits[time % 9 :] + digits[: time % 9])


def main(names: list[str]) -> None:
    written = [Path(name).read_bytes() for name in names] or [path.read_bytes() for path in sorted(REPORTS.glob("*.txt"))]
    times = -(-ENOUGH // sum(map(len, written)))
    files = [data.translate(other_digits(time)) for time in range(times) for data in written]
    size = sum(map(len, files)) / 1e6
    documents = [text.read(f"{number}.txt", data) for number, data in enumerate(files)]
    start = time.perf_counter()
    found = sum(len(find_mentions(document)) for document in documents)
    mentions = time.perf_counter() - start
    start = time.perf_counter()
    told = sum(len(evaluate(Submission(documents=(d,)), select=CODES).findings) for d in documents)
    checks = time.perf_counter() - start
    print(f"{size:.2f} MB in {len(files)} reports, {found} figures, {told} findings")
    print(f"figures {size / mentions:.2f} MB/s · figures and checks {size / checks:.2f} MB/s")


if __name__ == "__main__":
    main(sys.argv[1:])
