"""Wholes whose parts are known by name: where all of them are stated, the list is closed and must add up.

“三公”经费 is what goes abroad, what cars cost and what guests cost, by its definition; 一般债务 and 专项债务 are all debt of
a government. Such a list needs no word that closes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scorer.prose.equations import Total
from scorer.prose.outline import Outline, Stated
from scorer.prose.relation import Question

REACH = 24
"""Figures of one unit after a whole among which its parts are looked for."""

LEAD = 3
"""Figures of one unit behind a whole by which the first of its parts stands: its budget may come between."""

MOST_WHOLES = 200
"""Wholes of one kind that a document is asked about; beyond that it is a table of many units."""


@dataclass(frozen=True)
class Partition:
    """A whole by the words that name it ("" where any figure may be it) and all its parts by theirs."""

    whole: str
    parts: tuple[str, ...]
    example: str


_CAR = r"(?:公务用车|公车|公用车辆)"
_RUNNING = r"(?:运行|运维|维护)"

PARTITIONS = (
    Partition(
        "三公",
        (
            r"出国|出境|境）",
            rf"{_CAR}.*(?:购置.*{_RUNNING}|{_RUNNING}.*购置)|{_CAR}(?!.*(?:购置|运行|运维|维护))",
            "接待",
        ),
        "“三公”经费9万元，出国费2万元，公务用车购置及运行费4万元，公务接待费3万元",
    ),
    Partition(
        "三公",
        (r"出国|出境|境）", rf"购置(?!.*{_RUNNING})", rf"^(?!.*购置).*{_RUNNING}", "接待"),
        "“三公”经费9万元，出国费2万元，公务用车购置费1万元，公务用车运行费3万元，公务接待费3万元",
    ),
    Partition(
        rf"{_CAR}.*(?:购置.*{_RUNNING}|{_RUNNING}.*购置)",
        (rf"购置(?!.*{_RUNNING})", rf"^(?!.*购置).*{_RUNNING}"),
        "公务用车购置及运行费9万元，公务用车购置费4万元，公务用车运行费5万元",
    ),
    Partition("", ("一般债务|一般债券", "专项债务|专项债券"), "债务余额9万元，其中一般债务5万元、专项债务4万元"),
    Partition("收入", ("(?<!非)税收", "非税"), "一般公共预算收入9万元，其中税收收入5万元，非税收入4万元"),
    Partition("支出", ("基本支出", "项目支出"), "支出9万元，其中基本支出5万元，项目支出4万元"),
    Partition("", ("农村", "城镇|城市"), "低保对象90人，其中农村50人，城镇40人"),
    Partition("", ("春季|春学期", "秋季|秋学期"), "资助90人，其中春季学期50人，秋季学期40人"),
    Partition("", ("新建|新开工", "续建"), "项目90个，其中新建50个，续建40个"),
    Partition("", ("男", "女"), "职工90人，其中男50人，女40人"),
)
"""Lists that are closed by the names in them. A row is a definition or a pair of opposites, never one text's list."""

_COMPILED = tuple(
    (re.compile(row.whole) if row.whole else None, tuple(map(re.compile, row.parts))) for row in PARTITIONS
)
_OPENS = re.compile(r"其中|包括|分别|组成|[：（]")
_OTHER_PERIOD = re.compile(r"上年|去年|同期|上一年|累计")
_UNLIKE = re.compile(r"主要|部分|重点|新增|余额|贫困|残疾")


def find_partitions(outline: Outline) -> Iterator[Question]:
    """Every whole behind which all its parts are stated, once each."""
    by_kind: dict[tuple[str, str], list[Stated]] = {}
    for figure in outline.figures:
        if figure.aspect in ("level", "change") and not figure.loose:
            by_kind.setdefault((figure.unit, figure.aspect), []).append(figure)
    for (_, aspect), figures in by_kind.items():
        for words, parts in _COMPILED:
            yield from _of_row(figures, words, parts, signs=aspect == "change")


def _of_row(
    figures: Sequence[Stated], words: re.Pattern[str] | None, parts: Sequence[re.Pattern[str]], *, signs: bool
) -> Iterator[Question]:
    names = [_part_of(figure, parts) for figure in figures]
    asked = 0
    for index, whole in enumerate(figures[: -len(parts)]):
        if names[index] is not None or not any(name is not None for name in names[index + 1 : index + 1 + LEAD]):
            continue
        if words is not None and not words.search(whole.near):
            continue
        listed = _listed(figures, names, index, words, len(parts))
        if not listed:
            continue
        asked += 1
        if asked > MOST_WHOLES:
            return
        total = Total(whole, tuple(listed), signs=signs)
        yield Question("sum", (total,), (total,), "named", "", True, total.figures, closed=True)


def _part_of(figure: Stated, parts: Sequence[re.Pattern[str]]) -> int | None:
    """Which part a figure is, by the words of its own clause; None where they name none or several."""
    found = [index for index, part in enumerate(parts) if part.search(figure.near)]
    return found[0] if len(found) == 1 else None


def _listed(
    figures: Sequence[Stated], names: Sequence[int | None], index: int, words: re.Pattern[str] | None, count: int
) -> list[Stated]:
    """The parts behind a whole, each the first figure that has its name; empty where one is missing or the whole is
    said again before the last of them."""
    whole = figures[index]
    found: dict[int, Stated] = {}
    last = index
    for at in range(index + 1, min(len(figures), index + 1 + REACH)):
        figure, name = figures[at], names[at]
        if not _one_kind(whole, figure):
            continue
        if name is None and words is not None and words.search(figure.near):
            return []
        if name is None or name in found:
            continue
        found[name] = figure
        last = at
        if len(found) == count:
            break
    closed = len(found) == count and (words is not None or _alone(figures, index, last))
    return sorted(found.values(), key=lambda figure: figure.order) if closed else []


def _one_kind(whole: Stated, figure: Stated) -> bool:
    """Whether a figure is compared with the same and is a budget where the whole is one."""
    kinds = {whole.mention.kind, figure.mention.kind}
    return (
        figure.against == whole.against
        and (bool(figure.against) or not _OTHER_PERIOD.search(figure.near))
        and ("budget" not in kinds or len(kinds - {""}) == 1)
        and figure.piece.order - whole.piece.order <= REACH
    )


def _alone(figures: Sequence[Stated], index: int, last: int) -> bool:
    """Whether a list without a name of its own is one sentence that opens behind its whole, and nothing follows in it."""
    whole, listed = figures[index], figures[index + 1 : last + 1]
    if not _OPENS.search(listed[0].gap) or any(_UNLIKE.search(figure.near) for figure in listed):
        return False
    if any(figure.piece is not whole.piece or "。" in figure.gap for figure in listed):
        return False
    after = figures[last + 1] if last + 1 < len(figures) else None
    return after is None or after.piece is not whole.piece or re.search(r"[。；]", after.gap) is not None
