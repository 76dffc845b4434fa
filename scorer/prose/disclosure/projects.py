"""The self-evaluations of projects that the explanations of a publication sum up: name, score, budget, amount spent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scorer.model import Place
from scorer.prose.disclosure.amounts import Amount
from scorer.prose.disclosure.passages import Passage, Passages
from scorer.prose.disclosure.statements import MONEY, NUMBER, stated

_HEAD = re.compile(
    r"(?:^|\n|(?<=[。;:]))\s*(?:\(?\d{1,2}[、.)]|\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}、)?\s*"
    r"(?P<name>[^\n。;:，]{2,40}?)(?:项目)?(?:支出)?绩效(?:自评|目标完成)(?:情况)?综述[:。]?"
)
_SCORE = re.compile(rf"(?:自评)?(?:得分|总分)(?:为|是|:)?\s*{NUMBER}\s*分")
_BUDGET = re.compile(rf"(?:全年|调整)?预算(?:数)?(?:为|是|:)?\s*{MONEY}")
_SPENT = re.compile(rf"(?:全年)?(?:执行数|实际支出)(?:为|是|:)?\s*{MONEY}")


@dataclass(frozen=True)
class Project:
    """One project as the explanations sum it up; what is not said is None."""

    name: str
    place: Place
    score: Place | None
    budget: Amount | None
    spent: Amount | None


def read_projects(passages: Passages) -> Iterator[Project]:
    for passage in passages.sections:
        if passage.kind == "performance" or passage.kind == "":
            yield from _in(passage)


def _in(passage: Passage) -> Iterator[Project]:
    text = passage.text
    heads = list(_HEAD.finditer(text))
    for number, head in enumerate(heads):
        stop = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        score = _SCORE.search(text, head.end(), stop)
        budget, spent = _BUDGET.search(text, head.end(), stop), _SPENT.search(text, head.end(), stop)
        name = re.sub(r"项目$", "", head["name"].strip())
        yield Project(
            name,
            passage.place(head.start("name"), head.end("name")),
            passage.place(score.start(1), score.end()) if score else None,
            stated(passage, budget, 2, f"文中“{name}”全年预算数") if budget else None,
            stated(passage, spent, 2, f"文中“{name}”执行数") if spent else None,
        )
