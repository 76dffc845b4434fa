"""A text four times as long takes about four times as long, whatever strangers repeat in it.

Times are of the processor, the best of several, and measured against each other only: a slow computer slows both.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from scorer.evaluation import evaluate
from scorer.model import Cell, Document, Paragraph, Source, Submission, Table

SMALL = 8_000
TIMES = 4
LINEAR = 10  # growth allowed for four times the text: 16 is what a square takes
QUICK = 0.25  # seconds; less is not worth measuring


def units(size: int, one: Callable[[int], str]) -> str:
    """Units of text up to a size."""
    pieces, length, number = [], 0, 0
    while length < size:
        pieces.append(one(number))
        length += len(pieces[-1])
        number += 1
    return "".join(pieces)[:size]


def repeated(run: str) -> Callable[[int], str]:
    return lambda size: run * (size // len(run))


RUNS = {
    name: repeated(run)
    for name, run in {
        "underscores": "_",
        "blanks": "　 ",
        "digits": "7",
        "digits and points": "1.2",
        "thousands": "1,000",
        "brackets": "（",
        "pairs of brackets": "（）",
        "stars": "★",
        "crosses": "×",
        "scales": "万亿",
        "numerals": "三百五十",
        "signs": "≥≤",
        "dashes": "—-~",
        "colons": "：",
        "breaks": "\n",
        "persons": "人",
        "annexes": "附件 ",
        "letters": "a.b@",
        "points": "...",
        "marks": "“”、，",
    }.items()
}
PROSE = {
    "one name, many figures": lambda size: units(size, lambda i: f"培训人数{1000 + i % 7}人。开展培训班{i}期。"),
    "slips of one figure": lambda size: units(size, lambda i: f"受益农户{9650 if i % 2 else 9560}户。\n"),
    "a list of things": lambda size: units(size, lambda i: f"第{i}类{chr(0x4E00 + i % 331)}设备采购{100 + i % 900}台。\n"),
    "sums without end": lambda size: units(size, lambda i: f"第{i}批{i % 89}万元、"),
    "one sentence": lambda size: units(size, lambda i: "人数12人，"),
    "changes": lambda size: units(size, lambda i: f"比上年增加{i % 97}万元，增长{i % 31}%；"),
    "rates": lambda size: units(size, lambda i: f"预算{100 + i % 50}万元，支出{90 + i % 50}万元，执行率{i % 100}%。"),
    "households and heads": lambda size: units(size, lambda i: f"帮扶困难职工{i % 700}户，惠及{i % 600}人。"),
    "copied sentences": lambda size: units(size, lambda i: "项目按计划完成，取得良好效益。"),
}


def submission(text: str) -> Submission:
    paragraphs = tuple(
        Paragraph(line, Source("report.txt", "", f"L{number}")) for number, line in enumerate(text.split("\n"), 1) if line
    )
    cell = Cell(text, Source("report.txt", "", "B1"))
    blank = Table("", (Cell("说明", Source("report.txt", "", "A1")), cell), 1, 2)
    return Submission(documents=(Document("report.txt", "", "txt", (*paragraphs, blank)),))


def seconds(text: str) -> float:
    def once() -> float:
        read = submission(text)
        before = time.process_time()
        evaluate(read)
        return time.process_time() - before

    return min(once() for _ in range(2))


@pytest.mark.parametrize("name", [*RUNS, *PROSE])
def test_the_time_grows_with_the_length(name: str) -> None:
    make = RUNS.get(name) or PROSE[name]
    evaluate(submission(make(100)))  # patterns are compiled when first used
    large = seconds(make(SMALL * TIMES))
    if large > QUICK:
        small = seconds(make(SMALL))
        assert large < LINEAR * max(small, QUICK / TIMES), f"{small:.2f} s, then {large:.2f} s"
