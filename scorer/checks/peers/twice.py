"""P704 and C307 across forms: what a unit hands in twice, and last year's figures in this year's form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from scorer.checks.peers.batch import Batch, Facts, Money, Row
from scorer.checks.peers.figures import telling_figures, told_sentences
from scorer.checks.registry import Faulty, Outcome, Outcomes, also_across, check, faulty, sound, undecided
from scorer.model import Cell, Place, Submission
from scorer.naming import fold, normalize_name

SHOWN = 6  # figures that a finding names
SENTENCE = 40  # characters of a sentence that a message names
COPIES_SHOWN = 10  # places of one file handed in many times
ALIKE = 0.5  # of the indicators of two forms that are the same: below, they may be two parts of one project


def _groups(batch: Batch) -> dict[tuple[str, str], list[int]]:
    """The forms of each unit and project, in order; those without a unit are left out."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, peer in enumerate(batch.peers):
        if peer.unit and peer.kind:
            groups.setdefault((peer.unit, peer.project), []).append(number)
    return groups


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
    same_bytes: dict[str, list[int]] = {}
    for number, peer in enumerate(batch.peers):
        if peer.digest and (peer.answered or peer.letters):
            same_bytes.setdefault(peer.digest, []).append(number)
    told: set[int] = set()
    for numbers in same_bytes.values():
        if len(numbers) > 1:
            told |= set(numbers[1:])
            yield _same_file(batch, numbers)
    nameless = sum(bool(peer.kind) and not peer.unit for peer in batch.peers)
    if nameless:
        yield undecided("没有读出单位名称", nameless)
    for numbers in _groups(batch).values():
        years: dict[int | None, list[int]] = {}
        for number in numbers:
            if number not in told:
                years.setdefault(batch.peers[number].year, []).append(number)
        for year, listed in years.items():
            yield from _handed_in(batch, [number for number in listed if batch.peers[number].answered], year)


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


def _handed_in(batch: Batch, numbers: Sequence[int], year: int | None) -> Iterator[Outcome]:
    """The forms of one unit, project and year, each beside the first one that is like it."""
    for place, number in enumerate(numbers):
        if not place:
            yield sound()
            continue
        facts = batch.facts(number)
        alike = [(_likeness(batch.facts(other), facts), other) for other in numbers[:place][:SHOWN]]
        likeness, other = max(alike, key=lambda entry: (entry[0], -entry[1]))
        if likeness < ALIKE:
            yield undecided("同一单位同名的表指标不同，可能是一个项目的几部分")
            continue
        differing = _differing(batch, other, number)
        if not batch.peers[number].project and (likeness < 1 or differing):
            yield undecided("没有读出项目名称，可能是同一单位的两个项目")
        elif differing and not batch.peers[number].placed and _folder(batch, other) != _folder(batch, number):
            yield undecided("单位名称没有地区，文件又不在一处，可能是两地同名的单位")
        elif year is None and differing:
            yield undecided("没有读出年度，可能是两个年度的表")
        else:
            yield _duplicate(batch, other, number, differing)


def _folder(batch: Batch, number: int) -> str:
    """The folder of a submission's first file."""
    documents = batch.submission(number).documents
    return re.sub(r"[^/\\]*$", "", documents[0].path) if documents else ""


def _likeness(one: Facts, other: Facts) -> float:
    first, second = (set(map(_leaf, facts.rows)) for facts in (one, other))
    return len(first & second) / max(len(first | second), 1)


def _leaf(row: Row) -> str:
    return normalize_name(row.name.rsplit(" > ", 1)[-1])


OF_ANSWERS = (("weight", "分值"), ("target", "目标值"), ("actual", "完成值"), ("claimed", "得分"))
OF_BRANCHES = (("weight", "分值"), ("claimed", "小计"))
OF_FUNDS = (
    *(("initial", "年初预算数"), ("budget", "预算数"), ("received", "到位数"), ("executed", "执行数")),
    *(("rate", "执行率"), ("weight", "分值"), ("claimed", "得分")),
)
Difference = tuple[str, str, str, Place, Place]


def _differing(batch: Batch, one: int, other: int) -> list[Difference]:
    """The figures in which two forms of the same indicators differ: what, the one, the other, and both places."""
    first, second = batch.submission(one), batch.submission(other)
    pairs: list[tuple[str, Cell, Cell]] = [
        ("总分", first.claimed_total, second.claimed_total),
        ("等级", first.claimed_grade, second.claimed_grade),
    ]
    funds = {each.source: each for each in second.funds}
    for each in first.funds:
        if match := funds.get(each.source):
            pairs += ((f"{each.source}{words}", getattr(each, name), getattr(match, name)) for name, words in OF_FUNDS)
    answers = {answer.path: answer for answer in second.answers}
    for answer in first.answers:
        if same := answers.get(answer.path):
            label = answer.path[-1] if answer.path else ""
            pairs += ((f"{label}{words}", getattr(answer, name), getattr(same, name)) for name, words in OF_ANSWERS)
    branches = {branch.path: branch for branch in second.branches}
    for branch in first.branches:
        if branch.path and (level := branches.get(branch.path)):
            pairs += ((f"{branch.path[-1]}{words}", getattr(branch, name), getattr(level, name)) for name, words in OF_BRANCHES)
    return [
        (what, mine.text.strip() or "空", theirs.text.strip() or "空", Place.of(mine), Place.of(theirs))
        for what, mine, theirs in pairs
        if _value(mine) != _value(theirs)
    ]


def _value(cell: Cell) -> str:
    """What a cell says, the same for 95, 95.0 and ９５."""
    text = fold(cell.text)
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "", 1).isdecimal() else text


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
    for numbers in _groups(batch).values():
        years: dict[int, int] = {}
        for number in numbers:
            year = batch.peers[number].year
            if year is not None and batch.peers[number].answered:
                years.setdefault(year, number)
        for before, year in pairwise(sorted(years)):
            yield _carried_over(batch, years[before], years[year])


def _carried_over(batch: Batch, one: int, other: int) -> Outcome:
    before, now = batch.facts(one), batch.facts(other)
    if not batch.peers[other].project and _likeness(before, now) < 1:
        return undecided("没有读出项目名称，可能是同一单位的两个项目")
    same, telling = _same_rows(before, now)
    paid, spent = ({each.name: each.executed for each in facts.funds if _tells(each)} for facts in (before, now))
    same_money = [name for name, executed in spent.items() if paid.get(name) == executed]
    earlier = {told.words for told in before.told}
    repeated = [told for told in now.told if told.words in earlier]
    # the parts of a sum of money come again with the sum: they count as one
    count = len(same) + bool(same_money) + sum(told.figures for told in repeated)
    whole = telling + bool(spent) + sum(told.figures for told in now.told)
    if not whole:
        return undecided("没有足以比较的完成数")
    if not count:
        return sound()
    if count < SAME_LEAST or count < SAME_SHARE * whole:
        return undecided("只有少数完成数与上年相同，可能确实没有变化")
    repeats = [*_row_places(batch, one, other, same), *_money_places(batch, one, other, same_money[:1])]
    repeats += _sentence_places(batch, one, other, {told.words for told in repeated})
    return faulty(
        where=[place for _, now_at, before_at in repeats[:SHOWN] for place in (now_at, before_at)],
        concerns=(one, other),
        unit=batch.title(other),
        year=batch.peers[other].year,
        before=batch.peers[one].year,
        same=count,
        figures="、".join(what for what, _, _ in repeats[:SHOWN]) + ("等" if len(repeats) > SHOWN else ""),
    )


def _same_rows(before: Facts, now: Facts) -> tuple[list[int], int]:
    """The rows whose telling actual is the year before's, and how many rows have one."""
    rows = {row.name: row for row in before.rows}
    same, telling = [], 0
    for index, row in enumerate(now.rows):
        planned = telling_figures(row.target)
        if not any(figure not in planned for figure in telling_figures(row.actual, of=_leaf(row))):
            continue
        telling += 1
        earlier = rows.get(row.name)
        if earlier and fold(earlier.actual) == fold(row.actual):
            same.append(index)
    return same, telling


def _tells(money: Money) -> bool:
    """Money spent to the last figure of its budget says nothing."""
    return bool(telling_figures(money.executed)) and fold(money.executed) != fold(money.budget)


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
        told = told_sentences(batch.prose(number), batch.submission(number), batch.peers[number].year)
        return {each.words: (text, place) for each, text, place in told}

    before, now = sentences(one), sentences(other)
    for each, (text, place) in now.items():
        if each not in words or each not in before:
            continue
        yield f"“{text[:SENTENCE]}”", place, before[each][1]
