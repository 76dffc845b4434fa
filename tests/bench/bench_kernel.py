"""Rows a second of the kernel on mixed rules, beside a plain Decimal loop over the same rows in the same run.

    python tests/bench/bench_kernel.py [ROWS]

The loop knows proportion, gate, bands and per-point; its points are compared with the kernel's, so that a fast wrong
kernel does not pass for a fast one. A handful differ, and there the loop is wrong: its quotients end after 28 digits, so
that an exact half of a hundredth (9.5 × (37 ÷ 38 − 0.6) ÷ 0.4 = 8.875) falls just short of it.
"""

from __future__ import annotations

import sys
import time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from scorer.rules import Bands, Gate, Graded, PerPoint, Proportion, Rule, YesNo, score
from scorer.rules.answers import AT_LEAST, AT_MOST, FORWARD, LONG, NUMBER, REVERSE, SHORT, WORDS, Answers

RULES: tuple[Rule, ...] = (
    Proportion(),
    Gate(),
    Bands.model_validate(
        {"bands": [{"from": 90, "share": 1}, {"from": 80, "share": "80%"}, {"from": 60, "points": 1}]}
    ),
    PerPoint(deduct=Decimal("0.5")),
    YesNo(),
    Graded(),
)
FREQUENCY = (0.5, 0.1, 0.1, 0.1, 0.1, 0.1)


def mixed(rows: int, seed: int = 20200225) -> Answers:
    """Rows as forms have them: mostly proportion, one decimal in ten figures, weights of 1 to 15 points."""
    random = np.random.default_rng(seed)
    rule = random.choice(len(RULES), rows, p=FREQUENCY)
    one = np.where(random.random(rows) < 0.1, 10, 1)
    target = random.integers(1, 2000, rows) * one
    actual = np.maximum((target * random.normal(1, 0.15, rows)).astype(np.int64), 0)
    reverse = random.random(rows) < 0.2
    words = rule == 5
    arrays: dict[str, npt.NDArray[Any]] = {name: np.zeros(rows, np.int64) for name in LONG}
    arrays.update({name: np.zeros(rows, kind) for name, kind in SHORT.items()})
    arrays.update(
        one=one * 10,
        target=target * 10,
        target_low=target * 10,
        target_high=target * 10,
        actual=actual * 10,
        actual_low=actual * 10 - 5,
        actual_high=actual * 10 + 5,
        weight=random.integers(1, 31, rows) * 5000,
        rule=rule,
        op=np.where(reverse, AT_MOST, AT_LEAST),
        direction=np.where(reverse, REVERSE, FORWARD),
        state=np.where(words, WORDS, NUMBER),
        target_state=np.where(words, WORDS, NUMBER),
        tier=np.where(words, random.integers(0, 3, rows), -1),
        weighted=np.ones(rows, np.bool_),
        claims=np.ones(rows, np.bool_),
        submission=np.arange(rows) // 12,
    )
    arrays["claimed"] = arrays["weight"] * random.integers(5, 11, rows) // 10
    return Answers.from_arrays(RULES, arrays)


def plain(kind: str, weight: Decimal, target: Decimal, actual: Decimal, forward: bool) -> Decimal | None:
    """The points of one row the everyday way; None for the rules that the loop does not know."""
    met = actual >= target if forward else actual <= target
    ratio = Decimal(1) if met else (actual / target if forward else target / actual)
    if kind == "proportion":
        points = weight * ratio
    elif kind == "gate":
        points = weight * max(Decimal(0), (ratio - Decimal("0.6")) / Decimal("0.4"))
    elif kind == "bands":
        share = 1 if actual >= 90 else Decimal("0.8") if actual >= 80 else 0
        points = weight * share if share or actual < 60 else min(weight, Decimal(1))
    elif kind == "per-point":
        over = target - actual if forward else actual - target
        points = max(Decimal(0), weight - Decimal("0.5") * max(over, Decimal(0)))
    else:
        return None
    return points.quantize(Decimal("0.01"), ROUND_HALF_UP)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000
    answers = mixed(rows)
    score(answers.select(slice(0, 200_000)))
    start = time.perf_counter()
    scores = score(answers)
    kernel = rows / (time.perf_counter() - start)
    looped = min(rows, 100_000)
    columns = answers.columns
    start = time.perf_counter()
    points = []
    for row in range(looped):
        one = int(columns["one"][row])
        points.append(
            plain(
                RULES[columns["rule"][row]].kind,
                Decimal(int(columns["weight"][row])) / 10_000,
                Decimal(int(columns["target"][row])) / one,
                Decimal(int(columns["actual"][row])) / one,
                bool(columns["direction"][row] == FORWARD),
            )
        )
    loop = looped / (time.perf_counter() - start)
    differing = sum(value is not None and value != scores.row(row).points for row, value in enumerate(points))
    print(f"kernel  {kernel / 1e6:8.2f} M rows/s  ({rows} rows, {len(RULES)} rules, one core)")
    print(f"loop    {loop / 1e6:8.2f} M rows/s  ({looped} rows of Decimal)")
    print(f"ratio   {kernel / loop:8.0f} ×, {differing} points differ")


if __name__ == "__main__":
    main()
