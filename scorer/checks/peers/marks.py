"""P702 and P703: departments that give themselves full marks, and figures far from those of the same kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import log
from typing import Any

import numpy
from numpy.typing import NDArray

from scorer.checks.peers.kept import COST_KINDS, KINDS, Measure
from scorer.checks.peers.peers import BELOW, MEASURE, NO_YEAR, UNKNOWN, Batch
from scorer.checks.registry import Faulty, Outcome, Outcomes, check, faulty, plain, sound, undecided
from scorer.model import Place
from scorer.numbers.quantity import parse_quantity

PROJECTS_LEAST = 3  # projects of a department before their full marks say anything
PROJECTS_SHOWN = 20  # that a finding points at
PROJECTS_NAMED = 5  # that its message names

GROUP_LEAST = 8  # forms of one kind before one of them can be far from the others
DEVIATIONS = 3.5  # robust standard deviations from the median (Iglewicz and Hoaglin)
TO_DEVIATION = 1.4826  # of a normal distribution: median absolute deviation to standard deviation
# What is more frequent than this among the others is a second kind of form, not an outlier: a tenth of a group, and of
# what a group has beyond a hundred a hundredth. Among ten thousand forms a thousand that differ are no exception.
RARE, RARE_OF_MANY, MANY = 10, 100, 100


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
    peers = batch.peers
    name = numpy.where(peers["department"] != 0, peers["department"], peers["unit"])
    answered = peers["kind"] != 0
    if nameless := int(numpy.count_nonzero(answered & (name == 0))):
        yield undecided("没有读出主管部门和单位", nameless)
    numbers = _distinct(peers, name, numpy.flatnonzero(answered & (name != 0)))
    if not len(numbers):
        return
    begins = begins_of(name[numbers], peers["year"][numbers])
    claims = peers["claims"][numbers]
    sizes = numpy.diff(numpy.append(begins, len(numbers)))
    below, known = (numpy.add.reduceat(which, begins, dtype=numpy.int64) for which in (claims == BELOW, claims != UNKNOWN))
    full = below == 0
    few = full & (sizes < PROJECTS_LEAST)
    vague = full & ~few & (known < sizes)
    for times, outcome in (
        (int(numpy.count_nonzero(~full)), sound),
        (int(numpy.count_nonzero(few)), lambda times: undecided(f"项目少于 {PROJECTS_LEAST} 个", times)),
        (int(numpy.count_nonzero(vague)), lambda times: undecided("有的项目没有自评总分，或满分不明", times)),
    ):
        if times:
            yield outcome(times=times)
    departments = (numbers[begins[place] : begins[place] + sizes[place]] for place in numpy.flatnonzero(full & ~few & ~vague))
    for projects in sorted(sorted(each.tolist()) for each in departments):
        yield _full_marks(batch, projects)


def _distinct(peers: NDArray[Any], name: NDArray[Any], numbers: NDArray[Any]) -> NDArray[Any]:
    """One form of each project, the first: a project handed in twice is one project. By name and year."""
    chosen = peers[numbers]
    named = chosen["project"] != 0
    keys = (name[numbers], chosen["year"], chosen["unit"], named, numpy.where(named, chosen["project"], chosen["kind"]))
    order = numpy.lexsort((numbers, *reversed(keys)))
    return numbers[order[begins_of(*(key[order] for key in keys))]]


def begins_of(*keys: NDArray[Any]) -> NDArray[numpy.intp]:
    """Where rows begin that differ from the row before in any of the keys."""
    first = numpy.zeros(len(keys[0]), numpy.bool_)
    first[:1] = True
    for key in keys:
        first[1:] |= key[1:] != key[:-1]
    return numpy.flatnonzero(first)


def _full_marks(batch: Batch, numbers: Sequence[int]) -> Faulty:
    unit, department, _ = batch.names(numbers[0])
    listed = [batch.names(number) for number in numbers[:PROJECTS_NAMED]]
    year = int(batch.peers["year"][numbers[0]])
    return faulty(
        where=[batch.claimed_total(number) for number in numbers[:PROJECTS_SHOWN]],
        concerns=numbers,
        department=department.strip() or unit,
        year=f" {year} 年度" if year != NO_YEAR else "",
        count=len(numbers),
        projects="、".join(project.strip() or of for of, _, project in listed) + ("等" if len(numbers) > PROJECTS_NAMED else ""),
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
    何时无法判定: 同类少于 8 份；同类之间本来就相差悬殊；偏离的不在少数（超过一成，百份以上的部分超过百分之一），像是两类。
        按规则复算即得的指标得分不算偏离。
    """
    twins = _twins(batch.peers)
    found = [numpy.zeros(0, TOLD)]
    for part in batch.measures():
        yield from _judged(batch.peers, twins, part, found)
    told = numpy.concatenate(found)
    mine, low = told["mine"], told["low"]
    told = told[numpy.lexsort((mine["group"], mine["row"], mine["peer"]))]
    spent = mine["kind"] == KINDS.index("spent")
    batch.ahead_rows(
        numpy.concatenate([mine["peer"], low["peer"]]).astype(numpy.int64),
        numpy.concatenate([mine["row"], low["row"]]).astype(numpy.int64),
        numpy.concatenate([mine["peer"][spent], low["peer"][spent]]).astype(numpy.int64),
    )
    for each in told:
        yield _outlier(batch, each)


TOLD = numpy.dtype([("mine", MEASURE), ("low", MEASURE), ("high", MEASURE), ("count", "i8")])
"""A measure that lies far from those of its group, the two in the middle (or one twice), and how many there are."""


def _twins(peers: NDArray[Any]) -> NDArray[numpy.bool_]:
    """Which forms are of a unit and a project that another one is of, too."""
    found = numpy.zeros(len(peers), numpy.bool_)
    named = numpy.flatnonzero((peers["unit"] != 0) & (peers["project"] != 0))
    unit, project = peers["unit"][named], peers["project"][named]
    order = numpy.lexsort((project, unit))
    same = (unit[order][1:] == unit[order][:-1]) & (project[order][1:] == project[order][:-1])
    found[named[order[1:][same]]] = True
    found[named[order[:-1][same]]] = True
    return found


def _judged(
    peers: NDArray[Any], twins: NDArray[numpy.bool_], rows: NDArray[Any], told: list[NDArray[Any]]
) -> Iterator[Outcome]:
    """The outcomes of some whole groups of measures but for what lies far, which is put into `told` as rows of `TOLD`."""
    few = f"同类少于 {GROUP_LEAST} 份"
    whole = len(rows)
    rows, begins = _grouped(rows, GROUP_LEAST)
    if alone := whole - len(rows):
        yield undecided(few, alone)
    rows, begins = _one_each(peers, twins, rows, begins)
    sizes = numpy.diff(numpy.append(begins, len(rows)))
    if alone := int(sizes[sizes < GROUP_LEAST].sum()):
        yield undecided(few, alone)
        rows = rows[numpy.repeat(sizes >= GROUP_LEAST, sizes)]
        begins = begins_of(rows["group"])
        sizes = numpy.diff(numpy.append(begins, len(rows)))
    if not len(rows):
        return
    costs = numpy.isin(rows["kind"][begins], [KINDS.index(kind) for kind in COST_KINDS])
    of = numpy.repeat(numpy.arange(len(begins)), sizes)
    values = rows["value"].copy()
    values[costs[of]] = COSTS.of(values[costs[of]])
    middle = _medians(values, begins, sizes)
    away = numpy.abs(values - middle[of])
    spread = TO_DEVIATION * _deviations(away, numpy.add.reduceat(values < middle[of], begins, dtype=numpy.int64), begins, sizes)

    def scaled(name: str) -> NDArray[numpy.float64]:
        found: NDArray[numpy.float64] = numpy.where(costs, getattr(COSTS, name), getattr(POINTS, name))
        return found

    wild = spread > scaled("wild")
    if times := int(sizes[wild].sum()):
        yield undecided("同类之间相差悬殊，不宜比较", times)
    limit = numpy.maximum(DEVIATIONS * numpy.maximum(spread, scaled("spread")), scaled("far"))
    far = (away > limit[of]) & ~wild[of]
    rare = numpy.minimum(sizes, MANY) // RARE + numpy.maximum(sizes - MANY, 0) // RARE_OF_MANY
    often = numpy.add.reduceat(far, begins, dtype=numpy.int64) > numpy.maximum(1, rare)
    if times := int(sizes[often].sum()):
        yield undecided("偏离的不在少数，像是两类", times)
    # points that the rule gives for what was done are explained by it
    chosen = numpy.flatnonzero(far & ~often[of] & (rows["kind"] != KINDS.index("ruled")))
    if times := int(sizes[~wild & ~often].sum()) - len(chosen):
        yield sound(times=times)
    far_ones = numpy.zeros(len(chosen), TOLD)
    begin, size = begins[of[chosen]], sizes[of[chosen]]
    far_ones["mine"], far_ones["count"] = rows[chosen], size
    far_ones["low"], far_ones["high"] = rows[begin + (size - 1) // 2], rows[begin + size // 2]
    told.append(far_ones)


def _grouped(rows: NDArray[Any], least: int) -> tuple[NDArray[Any], NDArray[numpy.intp]]:
    """The groups of at least so many measures, each by its values, submissions and rows; and where each begins.

    The measures of a group stand in the order of their submissions and rows.
    """
    _, of, counts = numpy.unique(rows["group"], return_inverse=True, return_counts=True)
    chosen = numpy.flatnonzero(counts[of] >= least)
    of = of[chosen]
    ranks = numpy.unique(rows["value"][chosen], return_inverse=True)[1]
    bits = len(chosen).bit_length()
    if 3 * bits <= 64:  # one number of all three, which is sorted several times faster
        keys = (of.astype(numpy.uint64) << numpy.uint64(2 * bits)) | (ranks.astype(numpy.uint64) << numpy.uint64(bits))
        keys = numpy.sort(keys | numpy.arange(len(chosen), dtype=numpy.uint64))
        order = (keys & numpy.uint64((1 << bits) - 1)).astype(numpy.int64)
    else:
        order = numpy.lexsort((ranks, of))
    sizes = counts[counts >= least]
    return rows[chosen[order]], numpy.cumsum(sizes) - sizes


def _one_each(
    peers: NDArray[Any], twins: NDArray[numpy.bool_], rows: NDArray[Any], begins: NDArray[numpy.intp]
) -> tuple[NDArray[Any], NDArray[numpy.intp]]:
    """The groups without forms handed in twice: of the same row of one unit's project the first is left."""
    doubtful = numpy.flatnonzero(twins[rows["peer"]])
    if not len(doubtful):
        return rows, begins
    chosen = rows[doubtful]
    of = peers[chosen["peer"]]
    keys = (chosen["group"], of["unit"], of["project"], chosen["row"])
    order = numpy.lexsort((doubtful, *reversed(keys)))
    kept = numpy.zeros(len(doubtful), numpy.bool_)
    kept[order[begins_of(*(key[order] for key in keys))]] = True
    rows = numpy.delete(rows, doubtful[~kept])
    return rows, begins_of(rows["group"])


def _medians(
    ordered: NDArray[numpy.float64], begins: NDArray[numpy.intp], sizes: NDArray[numpy.intp]
) -> NDArray[numpy.float64]:
    """The median of each group of values, which are in order within it."""
    found: NDArray[numpy.float64] = (ordered[begins + (sizes - 1) // 2] + ordered[begins + sizes // 2]) / 2
    return found


def _deviations(
    away: NDArray[numpy.float64], below: NDArray[Any], begins: NDArray[Any], sizes: NDArray[Any]
) -> NDArray[numpy.float64]:
    """The median of the distances from the middle of each group, whose values are in order; `below` it are so many.

    Distances grow from the middle to both ends: the one of a rank is looked for between the two halves, without sorting.
    """
    first, second = (_of_rank(away, below, begins, sizes, rank) for rank in ((sizes - 1) // 2, sizes // 2))
    found: NDArray[numpy.float64] = (first + second) / 2
    return found


def _of_rank(
    away: NDArray[numpy.float64], below: NDArray[Any], begins: NDArray[Any], sizes: NDArray[Any], rank: NDArray[Any]
) -> NDArray[numpy.float64]:
    def left(place: NDArray[Any]) -> NDArray[numpy.float64]:
        """The distance at a place below the middle, counted from it; none beyond the end, less than all before it."""
        inside = away[begins + numpy.clip(below - 1 - place, 0, sizes - 1)]
        return numpy.where(place < 0, -numpy.inf, numpy.where(place >= below, numpy.inf, inside))

    def right(place: NDArray[Any]) -> NDArray[numpy.float64]:
        inside = away[begins + numpy.clip(below + place, 0, sizes - 1)]
        return numpy.where(place < 0, -numpy.inf, numpy.where(place >= sizes - below, numpy.inf, inside))

    low, high = numpy.maximum(0, rank + 1 - (sizes - below)), numpy.minimum(below, rank + 1)  # how many are on the left
    while (low < high).any():
        half = (low + high) // 2
        enough = left(half) >= right(rank - half)
        open_ = low < high
        high = numpy.where(open_ & enough, half, high)
        low = numpy.where(open_ & ~enough, half + 1, low)
    return numpy.maximum(left(low - 1), right(rank - low))


def _outlier(batch: Batch, told: Any) -> Faulty:
    number, count, mine = int(told["mine"]["peer"]), int(told["count"]), batch.exact(told["mine"])
    halves = [batch.exact(told[name]) for name in ("low", "high")[: 2 - count % 2]]
    half_way = sum((each.value for each in halves), Decimal(0)) / len(halves)
    subject, unit = _described(batch, number, mine)
    return faulty(
        batch.answer(number, mine.row).path if mine.row >= 0 else (),
        [*_places(batch, number, mine), *_places(batch, int(told["low"]["peer"]), halves[0])],
        concerns=(number,),
        unit=batch.title(number),
        subject=subject,
        value=f"{_rounded(mine.value)}{unit}",
        median=f"{_rounded(half_way)}{unit}",
        count=count,
        far=_far(mine, half_way),
    )


def _places(batch: Batch, number: int, measure: Measure) -> list[Place]:
    """The places of the cells that a measure was made of."""
    if measure.row < 0:
        return [batch.claimed_total(number)]
    answer = batch.answer(number, measure.row)
    if measure.kind == "spent":
        return [*map(Place.of, batch.spent(number)), Place.of(answer.actual)]
    return [Place.of(answer.actual if measure.kind == "cost" else answer.claimed)]


def _described(batch: Batch, number: int, measure: Measure) -> tuple[str, str]:
    """What a measure is, in words, and its unit."""
    if measure.row < 0:
        return "自评总分（折合百分）", " 分"
    answer = batch.answer(number, measure.row)
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
