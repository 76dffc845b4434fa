"""P704 and C307 across forms: what a unit hands in twice, and last year's figures in this year's form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

from scorer.checks.peers.marks import begins_of
from scorer.checks.peers.pairs import Difference, carried_over, figures_differing, folder_of
from scorer.checks.peers.peers import NO_YEAR, Batch
from scorer.checks.peers.telling import told_sentences
from scorer.checks.registry import Faulty, Outcome, Outcomes, also_across, check, faulty, sound, undecided
from scorer.model import Place, Submission

SHOWN = 6  # figures that a finding names
SENTENCE = 40  # characters of a sentence that a message names
BESIDE = 6  # forms of one project that a later one is compared with
COPIES_SHOWN = 10  # places of one file handed in many times
ALIKE = 0.5  # of the indicators of two forms that are the same: below, they may be two parts of one project


# --------------------------------------------------------------------------------------------------------------- P704


@check("P704", per="batch", level="warning", message="{unit}的自评表交了 {count} 份：{what}；请确认以哪一份为准")
def duplicate_submission(batch: Batch) -> Outcomes:
    """The same project of the same unit and year is handed in more than once.

    标题: 同一项目重复提交
    为何重要: 重复的表会使汇总重复计数；两份数字不同时，不知道哪一份算数。
    依据: 一个项目每年只填报一份自评表。
    例: 同一单位同一项目交了两份，一份执行数 95 万元，一份 98 万元。
    改法: 保留正确的一份，撤回其余；确是两个项目的，把名称写清楚。
    何时无法判定: 同名而指标大半不同，可能是一个项目的两部分；年度没有读出；没有项目名称而指标不同；单位名称没有地区而文件不在同一文件夹。
    """
    peers = batch.peers
    told = numpy.zeros(len(peers), numpy.bool_)
    same = list(_same_bytes(peers))
    for copies in same:
        told[copies[1:]] = True
    if nameless := int(numpy.count_nonzero((peers["kind"] != 0) & (peers["unit"] == 0))):
        yield undecided("没有读出单位名称", nameless)
    numbers, begins = _of_one_project(peers, ~told & peers["answered"], by_year=True)
    if len(begins):
        yield sound(times=len(begins))  # the first of each
    pairs: list[tuple[int, int]] = []
    yield from _handed_in(batch, *_beside_earlier(numbers, begins), pairs)
    batch.ahead(number for numbers in sorted((*map(tuple, same), *pairs)) for number in numbers[:COPIES_SHOWN])
    copied = {tuple(copies) for copies in same}
    for each in sorted((*copied, *pairs)):
        yield _same_file(batch, each) if each in copied else _handed_in_twice(batch, *each[:2])


def _same_bytes(peers: NDArray[Any]) -> Iterator[list[int]]:
    """The submissions whose files are the same to the byte."""
    numbers = numpy.flatnonzero((peers["digest"] != 0) & (peers["answered"] | (peers["letters"] > 0)))
    digests = peers["digest"][numbers]
    order = numpy.argsort(digests, kind="stable")
    begins = begins_of(digests[order])
    sizes = numpy.diff(numpy.append(begins, len(order)))
    for place in numpy.flatnonzero(sizes > 1).tolist():
        yield numbers[order[begins[place] : begins[place] + sizes[place]]].tolist()


def _of_one_project(
    peers: NDArray[Any], chosen: NDArray[numpy.bool_], *, by_year: bool = False
) -> tuple[NDArray[Any], NDArray[numpy.intp]]:
    """The forms of each unit and project (and year), by year and in order, and where each group begins; those without a
    unit are left out."""
    numbers = numpy.flatnonzero(chosen & (peers["unit"] != 0) & (peers["kind"] != 0))
    keys = [peers[name][numbers] for name in ("unit", "project", "year")]
    order = numpy.lexsort((numbers, *reversed(keys)))
    return numbers[order], begins_of(*(key[order] for key in (keys if by_year else keys[:2])))


def _beside_earlier(numbers: NDArray[Any], begins: NDArray[numpy.intp]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Every member of a group but the first, beside the first `BESIDE` of those before it: later ones, earlier ones."""
    place = numpy.arange(len(numbers)) - numpy.repeat(begins, numpy.diff(numpy.append(begins, len(numbers))))
    later, earlier = [], []
    for step in range(BESIDE):
        at = numpy.flatnonzero(place > step)
        later.append(numbers[at])
        earlier.append(numbers[at - place[at] + step])
    return numpy.concatenate(later), numpy.concatenate(earlier)


def _same_file(batch: Batch, numbers: Sequence[int]) -> Faulty:
    places = [_whole(batch.submission(number)) for number in numbers[:COPIES_SHOWN]]
    return faulty(
        where=places, concerns=numbers, unit=batch.title(numbers[0]), count=len(numbers), what="文件内容完全相同"
    )


def _whole(submission: Submission) -> Place:
    """The place of a submission: the cell with the project's name, else its file."""
    cell = submission.project_cell or submission.unit_cell or submission.title
    if cell.source.at:
        return Place.of(cell)
    return Place(file=submission.documents[0].path if submission.documents else "", at="")


def _handed_in(
    batch: Batch, later: NDArray[Any], earlier: NDArray[Any], pairs: list[tuple[int, int]]
) -> Iterator[Outcome]:
    """Forms of one unit, project and year, each beside the one before it that is most like it; those that are handed in
    twice are put into `pairs`."""
    if not len(later):
        return
    peers, likeness = batch.peers, batch.likeness(earlier, later)
    order = numpy.lexsort((earlier, -likeness, later))
    best = order[begins_of(later[order])]
    later, earlier, likeness = later[best], earlier[best], likeness[best]
    if parts := int(numpy.count_nonzero(likeness < ALIKE)):
        yield undecided("同一单位同名的表指标不同，可能是一个项目的几部分", parts)
    nameless = (likeness >= ALIKE) & (peers["project"][later] == 0)
    differing = nameless & (likeness < 1)
    vague = (likeness >= ALIKE) & ~differing & (nameless | (peers["year"][later] == NO_YEAR))
    differs = numpy.zeros(len(later), numpy.bool_)
    differs[vague] = batch.differ(earlier[vague], later[vague])
    differing |= nameless & differs
    named = differs & ~nameless
    named[named] = peers["placed"][later[named]] | ~batch.apart(earlier[named], later[named])
    if years := int(numpy.count_nonzero(named)):
        yield undecided("没有读出年度，可能是两个年度的表", years)
    if two := int(numpy.count_nonzero(differing)):
        yield undecided("没有读出项目名称，可能是同一单位的两个项目", two)
    left = numpy.flatnonzero((likeness >= ALIKE) & ~differing & ~named)
    pairs += zip(earlier[left].tolist(), later[left].tolist(), strict=True)


def _handed_in_twice(batch: Batch, one: int, other: int) -> Outcome:
    """Two forms of one project that are alike."""
    peer = batch.peers[other]
    differing = figures_differing(batch.submission(one), batch.submission(other))
    if differing and not peer["project"]:
        return undecided("没有读出项目名称，可能是同一单位的两个项目")
    if differing and not peer["placed"] and folder_of(batch.submission(one)) != folder_of(batch.submission(other)):
        return undecided("单位名称没有地区，文件又不在一处，可能是两地同名的单位")
    if differing and peer["year"] == NO_YEAR:
        return undecided("没有读出年度，可能是两个年度的表")
    return _duplicate(batch, one, other, differing)


def _duplicate(batch: Batch, one: int, other: int, differing: Sequence[Difference]) -> Faulty:
    unit = batch.title(other)
    if not differing:
        places = [_whole(batch.submission(number)) for number in (one, other)]
        return faulty(where=places, concerns=(one, other), unit=unit, count=2, what="所填数字完全相同")
    named = "、".join(f"{what} {mine} 与 {theirs}" for what, mine, theirs, _, _ in differing[:SHOWN])
    more = f"等 {len(differing)} 处" if len(differing) > SHOWN else ""
    return faulty(
        where=[place for *_, mine, theirs in differing[:SHOWN] for place in (mine, theirs)],
        concerns=(one, other),
        unit=unit,
        count=2,
        what=f"数字不同（{named}{more}）",
        differing=len(differing),
    )


# --------------------------------------------------------------------------------------------------------------- C307

SAME_LEAST = 3  # telling figures that are last year's before it is said
SAME_SHARE = 0.5  # of the telling figures of the form


@also_across(
    "C307",
    message="{unit}{year} 年度有 {same} 个完成数与 {before} 年度完全相同（{figures}）；请核对是否沿用了上年的数字",
)
def last_years_figures(batch: Batch) -> Outcomes:
    """The form of a year holds the actual figures of the year before: of the same unit and project.

    A figure tells something when it has three significant digits, is not its target's and is nothing that a unit has
    rather than does (staff, area, length of roads).
    """
    peers = batch.peers
    numbers, begins = _of_one_project(peers, peers["answered"] & (peers["year"] != NO_YEAR), by_year=True)
    numbers = numbers[begins]  # the first of each year
    same = numpy.flatnonzero(
        (peers["unit"][numbers[1:]] == peers["unit"][numbers[:-1]]) & (peers["project"][numbers[1:]] == peers["project"][numbers[:-1]])
    )
    yield from _carried_over(batch, numbers[:-1][same], numbers[1:][same])


def _carried_over(batch: Batch, before: NDArray[Any], now: NDArray[Any]) -> Iterator[Outcome]:
    """Forms of one unit and project of two years that follow each other."""
    nameless = numpy.flatnonzero(batch.peers["project"][now] == 0)
    unlike = nameless[batch.likeness(before[nameless], now[nameless]) < 1] if len(nameless) else nameless
    if len(unlike):
        yield undecided("没有读出项目名称，可能是同一单位的两个项目", len(unlike))
        before, now = numpy.delete(before, unlike), numpy.delete(now, unlike)
    if not len(now):
        return
    count, whole = batch.carried(before, now)
    nothing, none = whole == 0, (whole != 0) & (count == 0)
    few = ~nothing & ~none & ((count < SAME_LEAST) | (count < SAME_SHARE * whole))
    if times := int(numpy.count_nonzero(nothing)):
        yield undecided("没有足以比较的完成数", times)
    if times := int(numpy.count_nonzero(none)):
        yield sound(times=times)
    if times := int(numpy.count_nonzero(few)):
        yield undecided("只有少数完成数与上年相同，可能确实没有变化", times)
    left = numpy.flatnonzero(~nothing & ~none & ~few)
    left = left[numpy.lexsort((now[left], before[left]))]
    batch.ahead(numpy.stack([before[left], now[left]], axis=1).ravel().tolist())
    for place in left.tolist():
        yield _last_years(batch, int(before[place]), int(now[place]))


def _last_years(batch: Batch, one: int, other: int) -> Faulty:
    found = carried_over(batch.facts(one), batch.facts(other))
    repeats = [*_row_places(batch, one, other, found.rows), *_money_places(batch, one, other, found.money[:1])]
    repeats += _sentence_places(batch, one, other, found.told)
    return faulty(
        where=[place for _, now_at, before_at in repeats[:SHOWN] for place in (now_at, before_at)],
        concerns=(one, other),
        unit=batch.title(other),
        year=int(batch.peers["year"][other]),
        before=int(batch.peers["year"][one]),
        same=found.count,
        figures="、".join(what for what, _, _ in repeats[:SHOWN]) + ("等" if len(repeats) > SHOWN else ""),
    )


Repeat = tuple[str, Place, Place]


def _row_places(batch: Batch, one: int, other: int, rows: Iterable[int]) -> Iterator[Repeat]:
    earlier = {answer.path: answer for answer in batch.submission(one).answers}
    for index in rows:
        answer = batch.submission(other).answers[index]
        if match := earlier.get(answer.path):
            yield f"{answer.path[-1]} {answer.actual.text.strip()}", Place.of(answer.actual), Place.of(match.actual)


def _money_places(batch: Batch, one: int, other: int, names: Iterable[str]) -> Iterator[Repeat]:
    before, now = ({each.source: each for each in batch.submission(number).funds} for number in (one, other))
    for name in names:
        mine, theirs = now[name].executed, before[name].executed
        yield f"{name}执行数 {mine.text.strip()}", Place.of(mine), Place.of(theirs)


def _sentence_places(batch: Batch, one: int, other: int, words: set[int]) -> Iterator[Repeat]:
    def sentences(number: int) -> dict[int, tuple[str, Place]]:
        told = told_sentences(batch.prose(number), batch.submission(number), int(batch.peers["year"][number]) or None)
        return {each.words: (text, place) for each, text, place in told}

    before, now = sentences(one), sentences(other)
    for each, (text, place) in now.items():
        if each not in words or each not in before:
            continue
        yield f"“{text[:SENTENCE]}”", place, before[each][1]
