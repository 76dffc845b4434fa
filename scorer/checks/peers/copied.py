"""P701: long text that two units have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

from scorer.checks.peers.kept import bare
from scorer.checks.peers.peers import Batch, Spilled
from scorer.checks.peers.prose import PROSE_MOST, SHINGLE, WINDOW, Prints, Run, shared_runs
from scorer.checks.registry import Faulty, Outcomes, check, faulty, not_run, sound, undecided

UNITS_MOST = 4  # what stands in the texts of more units is a template
PRINTS_LEAST = 2  # shared fingerprints that make two submissions worth a look: every run of 50 letters has as many
PROSE_LEAST = SHINGLE + WINDOW - 1  # letters below which there is nothing to compare
PARTNERS_MOST = 16  # submissions that one submission is compared with, those first that share most
NO_PROSE = "表中没有成段的叙述，不比对文字"
SHOWN = 3  # runs that a finding quotes
TOLD_LEAST = 30  # letters of a run that is no copy but worth saying so


@dataclass(frozen=True, slots=True)
class Measure:
    """How much two texts share at least: letters in all, letters in one run, the share of the shorter text."""

    shared: int
    longest: int
    share: float


# A copy shares nearly all of a short text, a long run and a third, many runs and a fifth, or, of a long text, more than
# any phrase of the trade is long.
COPIES = (Measure(60, 30, 0.6), Measure(80, 60, 0.33), Measure(200, 40, 0.2), Measure(500, 100, 0.0))
MESSAGE = "{unit}与{other}的文字大段雷同：共 {shared} 字，最长一段 {longest} 字，占较短一份的 {share}"
ALSO_FIGURES = "，其中 {figures} 个数字也相同"
REMEDY = "；请核对是否照抄，或出自统一的材料"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions of different units, by their numbers, that share `prints` fingerprints."""

    one: int
    other: int
    prints: int


@check("P701", per="batch", level="warning", message=MESSAGE + REMEDY)
def copied_text(batch: Batch) -> Outcomes:
    """Long text is the same in the submissions of different units.

    Candidates share rare fingerprints (winnowing: the least hash of every 17 shingles of 16 letters); each is verified on
    the texts themselves. A fingerprint in more than four units is template. Each unit is represented once per
    fingerprint, so that the cost is linear in the text.

    标题: 不同单位的文字大段雷同
    为何重要: 自评应写本单位的情况；照抄来的完成情况、原因和措施不能说明任何问题。
    依据: 财预〔2020〕10号：自评结果应真实、客观。
    例: 甲乡与乙乡的“年度总体目标完成情况”除地名和数字外一字不差，连“服务群众 3482 人次”也相同。
    改法: 核对哪一份是原文；出自主管部门统一材料的写明出处，其余按本单位实际重写。
    何时无法判定: 读不出单位名称；两个单位的名称相互包含或有主管关系；相同的文字太短；叙述太少。五个以上单位都有的文字视为模板。
    """
    if batch.prints is None:
        yield not_run(NO_PROSE)
        return
    peers = batch.peers
    template, pairs = candidates(batch.prints, unit_numbers(peers))
    short: set[int] = set()
    related: set[int] = set()
    guilty: set[int] = set()
    for pair in pairs:
        if _related(batch, pair):
            related |= {pair.one, pair.other}
            continue
        runs = sorted(shared_runs(batch.prose(pair.one), batch.prose(pair.other), template), key=len, reverse=True)
        measure = _measured(batch, pair, runs)
        if any(_reaches(measure, least) for least in COPIES):
            guilty |= {pair.one, pair.other}
            yield _copied(batch, pair, runs, measure)
        elif measure.longest >= TOLD_LEAST:
            short |= {pair.one, pair.other}
    for number, (named, letters) in enumerate(zip((peers["unit"] != 0).tolist(), peers["letters"].tolist(), strict=True)):
        if number in guilty:
            continue
        if not named:
            yield undecided("没有读出单位名称")
        elif letters < PROSE_LEAST:
            yield undecided("没有成段的叙述可以比对")
        elif number in related:
            yield undecided("相同的文字出自名称相近或有主管关系的单位")
        elif number in short:
            yield undecided("有相同的文字，但不长，可能是通用的说法")
        elif letters >= PROSE_MOST:
            yield undecided(f"文字过长，只比对了前 {PROSE_MOST} 字")
        else:
            yield sound()


def unit_numbers(peers: NDArray[Any]) -> NDArray[numpy.int64]:
    """A number for every submission that is the same for those of one unit, -1 without a name."""
    numbers: NDArray[numpy.int64] = numpy.unique(peers["unit"], return_inverse=True)[1].astype(numpy.int64)
    return numpy.where(peers["unit"] != 0, numbers, -1)


def candidates(prints: Spilled, units: NDArray[numpy.int64]) -> tuple[Prints, list[Pair]]:
    """The fingerprints of templates (sorted), and the pairs of submissions of different units that share rare ones."""
    templates: list[Prints] = []
    met: list[NDArray[numpy.uint64]] = []
    for rows in prints.partitions():
        rows = rows[units[rows["peer"]] >= 0]
        if not len(rows):
            continue
        of_unit = units[rows["peer"]]
        order = numpy.lexsort((rows["peer"], of_unit, rows["print"]))
        rows, of_unit = rows[order], of_unit[order]
        first = numpy.ones(len(rows), dtype=bool)  # of a unit's submissions with a fingerprint the first
        first[1:] = (rows["print"][1:] != rows["print"][:-1]) | (of_unit[1:] != of_unit[:-1])
        rows = rows[first]
        begins = numpy.flatnonzero(numpy.concatenate(([True], rows["print"][1:] != rows["print"][:-1])))
        sizes = numpy.diff(numpy.concatenate((begins, [len(rows)])))
        templates.append(rows["print"][begins[sizes > UNITS_MOST]])
        size_of = numpy.repeat(sizes, sizes)
        rare = rows[(size_of > 1) & (size_of <= UNITS_MOST)]
        for step in range(1, UNITS_MOST):
            same = numpy.flatnonzero(rare["print"][step:] == rare["print"][:-step])
            one, other = rare["peer"][same].astype(numpy.uint64), rare["peer"][same + step].astype(numpy.uint64)
            met.append((numpy.minimum(one, other) << numpy.uint64(32)) | numpy.maximum(one, other))
    template: Prints = numpy.concatenate(templates) if templates else numpy.empty(0, numpy.uint64)
    if not met:
        return template, []
    pairs, counts = numpy.unique(numpy.concatenate(met), return_counts=True)
    pairs, counts = pairs[counts >= PRINTS_LEAST], counts[counts >= PRINTS_LEAST]
    return template, list(_limited(pairs, counts))


def _limited(pairs: NDArray[numpy.uint64], counts: NDArray[numpy.intp]) -> Iterator[Pair]:
    """The pairs that share most first; no submission in more than `PARTNERS_MOST`."""
    partners: Counter[int] = Counter()
    for place in numpy.lexsort((pairs, -counts)):
        one, other = divmod(int(pairs[place]), 1 << 32)
        if partners[one] < PARTNERS_MOST and partners[other] < PARTNERS_MOST:
            partners[one] += 1
            partners[other] += 1
            yield Pair(one, other, int(counts[place]))


def _related(batch: Batch, pair: Pair) -> bool:
    """Whether the units may be one, or one be the other's department: 某县民政局 and 某县民政局殡仪馆."""
    one, other = batch.facts(pair.one), batch.facts(pair.other)
    first, second = bare(one.unit_in + one.unit), bare(other.unit_in + other.unit)
    if first in second or second in first:
        return True
    above, beyond = (bare(each.department_in + each.department) if each.department else "" for each in (one, other))
    return above == second or beyond == first


def _measured(batch: Batch, pair: Pair, runs: Sequence[Run]) -> Measure:
    shared = sum(map(len, runs))
    shorter = min(batch.facts(pair.one).letters, batch.facts(pair.other).letters)
    return Measure(shared, max(map(len, runs), default=0), min(shared / max(shorter, 1), 1.0))


def _reaches(found: Measure, least: Measure) -> bool:
    return found.shared >= least.shared and found.longest >= least.longest and found.share >= least.share


def _copied(batch: Batch, pair: Pair, runs: Sequence[Run], measure: Measure) -> Faulty:
    numbers = {
        "unit": batch.title(pair.one),
        "other": batch.title(pair.other),
        "shared": str(measure.shared),
        "longest": str(measure.longest),
        "share": f"{round(measure.share * 100)}%",
    }
    if figures := sum(run.figures() for run in runs):
        numbers["figures"] = str(figures)
    return faulty(
        where=[place for run in runs[:SHOWN] for place in run.places()],
        message=(MESSAGE + (ALSO_FIGURES if figures else "") + REMEDY).format_map(numbers),
        concerns=(pair.one, pair.other),
        numbers=numbers,
    )
