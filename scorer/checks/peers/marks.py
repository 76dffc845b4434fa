"""P702 and P703: departments that give themselves full marks, and figures far from those of the same kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import log
from typing import Any

import numpy
from numpy.typing import NDArray

from scorer.checks.peers.batch import COST_KINDS, KINDS, Batch, Measure, whole_funds
from scorer.checks.registry import Faulty, Outcome, Outcomes, check, faulty, plain, sound, undecided
from scorer.model import Cell, Place, Submission
from scorer.quantity import parse_quantity

PROJECTS_LEAST = 3  # projects of a department before their full marks say anything
PROJECTS_SHOWN = 20  # that a finding points at
PROJECTS_NAMED = 5  # that its message names

GROUP_LEAST = 8  # forms of one kind before one of them can be far from the others
DEVIATIONS = 3.5  # robust standard deviations from the median (Iglewicz and Hoaglin)
TO_DEVIATION = 1.4826  # of a normal distribution: median absolute deviation to standard deviation
RARE = 0.1  # of a group: what is more frequent is a second kind of form, not an outlier


@dataclass(frozen=True, slots=True)
class Scale:
    """How figures of a kind are compared: `logarithms` or as they are; the least distance that is `far`.

    `spread` is the least that counts as the group's: where most figures are equal, a little more is still nothing. A
    group with more than `wild` holds different things.
    """

    logarithms: bool
    far: float
    spread: float
    wild: float

    def of(self, values: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
        return numpy.log(values) if self.logarithms else values


COSTS = Scale(logarithms=True, far=log(2), spread=0.1, wild=0.7)  # twice the median or half of it
POINTS = Scale(logarithms=False, far=20, spread=2, wild=20)  # points per hundred


# --------------------------------------------------------------------------------------------------------------- P702


@check("P702", per="batch", level="note", message="{department}{year} {count} 个项目自评全部满分：{projects}；请抽查完成情况")
def all_full_marks(batch: Batch) -> Outcomes:
    """All projects of a department claim full marks.

    标题: 全部项目均自评满分
    为何重要: 一个部门的项目个个满分，往往是自评流于形式；抽查时应先看这些部门。
    依据: 财预〔2020〕10号：自评应客观反映完成情况；各地抽查复核的通常做法。
    例: 某县教育局 6 个项目，自评总分都是 100 分。
    改法: 对照佐证材料抽查；确实全部完成的，说明依据。
    何时无法判定: 项目少于 3 个；有的项目没有自评总分或满分不明；没有读出部门和单位。
    """
    groups: dict[tuple[str, int | None], list[int]] = {}
    nameless = 0
    for number, peer in enumerate(batch.peers):
        if not peer.kind:
            continue
        if name := peer.department or peer.unit:
            groups.setdefault((name, peer.year), []).append(number)
        else:
            nameless += 1
    if nameless:
        yield undecided("没有读出主管部门和单位", nameless)
    for (_, year), numbers in groups.items():
        yield _full_marks(batch, _distinct(batch, numbers), year)


def _distinct(batch: Batch, numbers: Iterable[int]) -> list[int]:
    """One form of each project: a project handed in twice is one project."""
    projects: dict[tuple[str, str, int], int] = {}
    for number in numbers:
        peer = batch.peers[number]
        projects.setdefault((peer.unit, peer.project, 0 if peer.project else peer.kind), number)
    return list(projects.values())


def _full_marks(batch: Batch, numbers: Sequence[int], year: int | None) -> Outcome:
    peers = [batch.peers[number] for number in numbers]
    known = [(peer.claimed, peer.full) for peer in peers if peer.claimed is not None and peer.full is not None]
    if any(claimed < full for claimed, full in known):
        return sound()
    if len(numbers) < PROJECTS_LEAST:
        return undecided(f"项目少于 {PROJECTS_LEAST} 个")
    if len(known) < len(numbers):
        return undecided("有的项目没有自评总分，或满分不明")
    facts = batch.facts(numbers[0])
    named = [batch.facts(number).project.strip() or batch.facts(number).unit for number in numbers[:PROJECTS_NAMED]]
    return faulty(
        where=[Place.of(batch.submission(number).claimed_total) for number in numbers[:PROJECTS_SHOWN]],
        concerns=numbers,
        department=facts.department.strip() or facts.unit,
        year=f" {year} 年度" if year is not None else "",
        count=len(numbers),
        projects="、".join(named) + ("等" if len(numbers) > PROJECTS_NAMED else ""),
    )


# --------------------------------------------------------------------------------------------------------------- P703


@check("P703", per="batch", level="note", message="{unit}{subject}为 {value}，同类 {count} 份的中位数为 {median}，{far}；请核对或说明原因")
def outlier(batch: Batch) -> Outcomes:
    """A unit cost or a score lies far from those of the forms with the same indicator.

    Costs are compared by their logarithms, scores by points per hundred, both by the median and the median absolute
    deviation, so that the outlier does not hide itself; of the same indicator, unit of measurement and year.

    标题: 单位成本或得分显著偏离同类
    为何重要: 同样的事，花费或得分与众不同，可能是单位写错、口径不同，也可能确有原因，值得先看。
    依据: 成本指标应与同类项目可比；复核时横向比较的通常做法。
    例: 12 个乡镇的“每公里养护成本”中位数为 1.2 万元/公里，某乡为 12 万元/公里。
    改法: 核对计量单位和口径；无误的，在偏差原因中说明。
    何时无法判定: 同类少于 8 份；同类之间本来就相差悬殊；偏离的超过一成，像是两类。按规则复算即得的指标得分不算偏离。
    """
    groups, alone = batch.measures.groups(GROUP_LEAST)
    if alone:
        yield undecided(f"同类少于 {GROUP_LEAST} 份", alone)
    for whole in groups:
        group = _one_each(batch, whole)
        if len(group) < GROUP_LEAST:
            yield undecided(f"同类少于 {GROUP_LEAST} 份", len(group))
        else:
            yield from _judged(batch, group, COSTS if KINDS[group["kind"][0]] in COST_KINDS else POINTS)


def _one_each(batch: Batch, group: NDArray[Any]) -> NDArray[Any]:
    """A group without forms handed in twice."""
    seen: set[tuple[str, str, int]] = set()
    kept = []
    for place, (number, row) in enumerate(zip(group["peer"].tolist(), group["row"].tolist(), strict=True)):
        peer = batch.peers[number]
        # forms whose unit or project was not read are each their own
        key = (peer.unit, peer.project, row) if peer.unit and peer.project else ("", "", number)
        if key not in seen:
            seen.add(key)
            kept.append(place)
    return group[kept]


def _judged(batch: Batch, group: NDArray[Any], scale: Scale) -> Iterator[Outcome]:
    values = scale.of(group["value"])
    middle = numpy.median(values)
    away = numpy.abs(values - middle)
    spread = TO_DEVIATION * float(numpy.median(away))
    if spread > scale.wild:
        yield undecided("同类之间相差悬殊，不宜比较", len(group))
        return
    far = numpy.flatnonzero(away > max(DEVIATIONS * max(spread, scale.spread), scale.far))
    if len(far) > max(1, RARE * len(group)):
        yield undecided("偏离的超过一成，像是两类", len(group))
        return
    # points that the rule gives for what was done are explained by it
    told = [int(place) for place in far if KINDS[group["kind"][place]] != "ruled"]
    for place in told:
        yield _outlier(batch, group, place)
    yield sound(times=len(group) - len(told))


def _outlier(batch: Batch, group: NDArray[Any], place: int) -> Faulty:
    number, mine = int(group[place]["peer"]), _measure(batch, group[place])
    middle = group[(len(group) - 1) // 2 : len(group) // 2 + 1]
    halves = [_measure(batch, each) for each in middle]
    half_way = sum((each.value for each in halves), Decimal(0)) / len(halves)
    submission, typical = batch.submission(number), batch.submission(int(middle[0]["peer"]))
    subject, unit = _described(submission, mine)
    return faulty(
        submission.answers[mine.row].path if mine.row >= 0 else (),
        [*_cells(submission, mine), *_cells(typical, halves[0])],
        concerns=(number,),
        unit=batch.title(number),
        subject=subject,
        value=f"{_rounded(mine.value)}{unit}",
        median=f"{_rounded(half_way)}{unit}",
        count=len(group),
        far=_far(mine, half_way),
    )


def _measure(batch: Batch, row: Any) -> Measure:
    """The exact measure that a row of the columns stands for."""
    measures = batch.facts(int(row["peer"])).measures
    group, place = int(row["group"]), int(row["row"])
    return next(each for each in measures if (each.group, each.row) == (group, place))


def _cells(submission: Submission, measure: Measure) -> list[Cell]:
    """The cells that a measure was made of."""
    if measure.row < 0:
        return [submission.claimed_total]
    answer = submission.answers[measure.row]
    if measure.kind == "spent":
        spent = whole_funds(submission.funds)
        return [spent.executed, answer.actual] if spent else [answer.actual]
    return [answer.actual if measure.kind == "cost" else answer.claimed]


def _described(submission: Submission, measure: Measure) -> tuple[str, str]:
    """What a measure is, in words, and its unit."""
    if measure.row < 0:
        return "自评总分（折合百分）", " 分"
    answer = submission.answers[measure.row]
    name, unit = answer.path[-1], parse_quantity(answer.actual.text, answer.unit).unit
    if measure.kind == "spent":
        return f"“{name}”平均每{unit}的支出（执行数 ÷ 完成数）", " 元"
    return (f"“{name}”", f" {unit}") if measure.kind == "cost" else (f"“{name}”的得分率", "%")


def _far(mine: Measure, middle: Decimal) -> str:
    if not mine.is_cost:
        return f"{'高' if mine.value > middle else '低'} {_rounded(abs(mine.value - middle))} 个百分点"
    if mine.value > middle:
        return f"是其 {_tenths(mine.value / middle)} 倍"
    return f"只有其 {_tenths(mine.value * 100 / middle)}%"


def _tenths(value: Decimal) -> str:
    return plain(value.quantize(Decimal("0.1"), ROUND_HALF_UP))


def _rounded(value: Decimal) -> str:
    """Two places, four for less than one."""
    return plain(value.quantize(Decimal("0.01" if abs(value) >= 1 else "0.0001"), ROUND_HALF_UP))
