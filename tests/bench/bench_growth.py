"""How the time of reading and checking a text grows with its length, from a thousand to a million characters.

    python tests/bench/bench_growth.py [--most 1000000] [NAME …]

One line a text: seconds of the processor for each length, and the growth of the last step against that of the length. A
linear program stays near 1.0; a step of 10 that takes the square of the time says 10.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scorer.evaluation import evaluate
from tests.test_growth import PROSE, RUNS, submission

MOST_SECONDS = 60  # a step that takes longer is the last of its text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--most", type=int, default=1_000_000)
    wanted = parser.parse_args()
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= wanted.most]
    for name, make in {**RUNS, **PROSE}.items():
        if wanted.names and name not in wanted.names:
            continue
        evaluate(submission(make(100)))
        taken: list[float] = []
        for size in sizes:
            read = submission(make(size))
            before = time.process_time()
            evaluate(read)
            taken.append(time.process_time() - before)
            if taken[-1] > MOST_SECONDS:
                break
        growth = taken[-1] / max(taken[-2], 0.01) / 10 if len(taken) > 1 else 0
        print(f"{name:28}" + "".join(f"{seconds:9.3f}" for seconds in taken) + f"   × {growth:.1f}", flush=True)


if __name__ == "__main__":
    main()
