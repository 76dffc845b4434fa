"""What the comparison across forms needs of one submission, small enough to hold a whole bureau's in memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from scorer.batch.overview.region import named_in, region_of
from scorer.batch.overview.risk import SEPARATORS
from scorer.checks.peers.hashes import combined, hashed, together
from scorer.checks.peers.kept import Facts, Measure, Money, Row, whole_funds
from scorer.checks.peers.peers import project_hash
from scorer.checks.peers.prose import fingerprints, prose_of
from scorer.checks.peers.telling import told_sentences
from scorer.checks.sameness import money
from scorer.checks.stray import own_names
from scorer.model import Answer, Line, Report, Submission
from scorer.naming import normalize_name
from scorer.numbers.interval import loose
from scorer.numbers.quantity import Quantity, parse_quantity
from scorer.prose.mentions import report_year

BELOW_COUNTY = ("镇", "乡", "街道")
CELL_MOST = 400  # characters of a cell that are kept: more is prose
_UNIT_COST = re.compile(
    r"单价|均价|单位(?:成本|造价|费用)|[人户亩车台生班件次家套株棵床]均|每[一-龥]{1,3}[^，。]{0,6}(?:成本|费用|造价|价)"
    r"|(?:补助|补贴|发放|资助|奖补)标准"
)
# Names that say nothing of what is measured: they are only the same within one project.
_GENERIC = re.compile(
    r"(?:项目|工程|工作|单位|经济|预算|总|生产|年度|全年|社会|人均|补助|补贴|发放|平均|数量|质量|时效|任务|目标|完成)*"
    r"(?:成本|成本控制|控制|控制数|控制率|单价|标准|造价|费用|资金|数|数量|个数|人数|率|任务|情况|完成率|完成数|完成量|工作|指标)?"
)


def facts_of(submission: Submission, report: Report) -> dict[str, Any]:
    """The facts of one submission as plain values for JSON; `Facts.from_json` reads them."""
    named = own_names(submission)
    unit = submission.unit or next(iter(named), "")
    names = tuple(dict.fromkeys(name for name in (unit, *named, submission.project, submission.department) if name.strip()))
    years = (report_year(document) for document in submission.documents)
    year = submission.year or next((year for year in years if year is not None), None)
    prose = prose_of(submission, names)
    form = bool(submission.answers)
    folders = SEPARATORS.split(submission.documents[0].path)[:-1] if submission.documents else []
    unit_in, department_in = (folder_region(name, folders) for name in (unit, submission.department))
    about = (hashed(str(year)), project_hash(submission.project))
    return Facts(
        unit=unit,
        department=submission.department,
        project=submission.project,
        unit_in=unit_in,
        department_in=department_in,
        placed=bool(unit_in or says_region(unit)),
        year=year,
        digest=_digest(submission),
        kind=_kind(submission) if form else 0,
        claimed=report.claimed_total,
        full=report.full,
        names=names,
        rows=tuple(_row(answer) for answer in submission.answers),
        funds=tuple(Money(each.source, each.budget.text[:CELL_MOST], each.executed.text[:CELL_MOST]) for each in submission.funds),
        measures=(*_costs(submission, about), *_scores(submission, report, about)) if form else (),
        told=tuple(told for told, _, _ in told_sentences(prose, submission, year)),
        letters=sum(len(letters.text) for letters in prose),
        prints=fingerprints(prose),
    ).as_json()


def says_region(name: str) -> bool:
    """Does a name say its region down to a county? A town of one name is in many counties."""
    parts = named_in(name)
    return bool(parts) and not parts[-1].endswith(BELOW_COUNTY) or len(parts) > 1


def folder_region(name: str, folders: Sequence[str]) -> str:
    """The region of the folders, for a name that does not say its own."""
    return "" if not name.strip() or says_region(name) else region_of("", folders)[0]


def _row(answer: Answer) -> Row:
    cells = (answer.target.text, answer.actual.text, answer.claimed.text)
    return Row(" > ".join(answer.path), *(text[:CELL_MOST] for text in cells))


def _digest(submission: Submission) -> str:
    digests = [document.sha256 for document in submission.documents]
    if submission.part:  # one of several forms in a file: the file of all of them is not what was handed in twice
        digests.append(submission.part)
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()


def _kind(submission: Submission) -> int:
    return kind_of([hashed(normalize_name(answer.path[-1])) for answer in submission.answers if answer.path])


def kind_of(names: Sequence[int]) -> int:
    """The hash of a form's indicators from those of their names, in any order; never 0."""
    return kind_hash(together(names)) or 1


# ------------------------------------------------------------------------------------------------------------- costs

SCORE, TOTAL, COST, SPENT, FORM = (hashed(word) for word in ("score", "total", "cost", "spent", "form"))
NO_PROJECT = 0

# the group of a measure, from the hashes of what it is: numbers, or columns of them


def kind_hash(names: Any) -> Any:
    return combined(FORM, names)


def total_group(year: Any, kind: Any) -> Any:
    return combined(TOTAL, year, kind)


def score_group(name: Any, year: Any, project: Any, unit: Any) -> Any:
    """`project` is `NO_PROJECT` where the name says enough, see `is_generic`."""
    return combined(SCORE, name, year, project, unit)


def cost_group(name: Any, year: Any, project: Any, unit: Any) -> Any:
    return combined(COST, name, year, project, unit)


def counted(name: Any, unit: Any) -> Any:
    """What is counted under one indicator; the sum over a form says what its money was spent on."""
    return combined(name, unit)


def spent_group(name: Any, year: Any, project: Any, unit: Any, basket: Any) -> Any:
    return combined(SPENT, name, year, project, unit, basket)


def _costs(submission: Submission, about: tuple[int, int]) -> Iterator[Measure]:
    """What one unit cost: as an indicator says it, and the money spent by what was done for it."""
    quantities: list[tuple[int, str, Quantity]] = []
    for index, answer in enumerate(submission.answers):
        if not answer.path or not answer.actual:
            continue
        name = normalize_name(answer.path[-1])
        quantity = parse_quantity(answer.actual.text, answer.unit)
        if not is_amount(quantity):
            continue
        if is_price(quantity.unit) or (quantity.unit == "元" and is_unit_cost(name)):
            group = cost_group(hashed(name), *_within(name, about), hashed(quantity.unit))
            yield Measure(group, quantity.number or Decimal(0), "cost", index)
        elif "数量" in "".join(answer.path[:-1]) and is_countable(quantity.unit):
            quantities.append((index, name, quantity))
    spent = _spent(submission)
    if spent is None or spent <= 0:
        return
    # money is spent on all that a form counts: only forms that count the same things can be compared
    basket = together(counted(hashed(name), hashed(quantity.unit)) for _, name, quantity in quantities)
    for index, name, quantity in quantities:
        group = spent_group(hashed(name), *_within(name, about), hashed(quantity.unit), basket)
        yield Measure(group, each_cost(spent, quantity.number or Decimal(1)), "spent", index)


def is_amount(quantity: Quantity) -> bool:
    """Is this a plain figure above zero, neither approximate nor a bound?"""
    return quantity.number is not None and quantity.number > 0 and not loose(quantity)


def is_price(unit: str) -> bool:
    return unit.startswith("元/")


def is_unit_cost(name: str) -> bool:
    """Does the name of an indicator in 元 say that it is what one unit costs?"""
    return _UNIT_COST.search(name) is not None


def is_countable(unit: str) -> bool:
    return bool(unit) and unit[0] not in "元%‰"


def each_cost(spent: Decimal, number: Decimal) -> Decimal:
    found = spent / number
    return found.quantize(Decimal("0.0001")) if found < BEYOND_ALL else found


BEYOND_ALL = Decimal(10) ** 20  # more than any money: it is not rounded, which needs digits that there are not


def _spent(submission: Submission) -> Decimal | None:
    """The money spent in all, in 元."""
    whole = whole_funds(submission.funds)
    return money(whole.executed, whole.unit) if whole else None


def is_generic(name: str) -> bool:
    """Does a name say nothing of what is measured, so that it is only the same within one project?"""
    return len(name) < 4 or _GENERIC.fullmatch(name) is not None


def _within(name: str, about: tuple[int, int]) -> tuple[int, int]:
    """What an indicator of this name is compared within: the year, for a generic name the project as well."""
    year, project = about
    return year, project if is_generic(name) else NO_PROJECT


# ------------------------------------------------------------------------------------------------------------ scores


def _scores(submission: Submission, report: Report, about: tuple[int, int]) -> Iterator[Measure]:
    """Points per hundred: of the form as a whole, and of every indicator, those that the rule gives marked so."""
    if report.claimed_total is not None and report.full:
        yield Measure(total_group(about[0], _kind(submission)), share(report.claimed_total, report.full), "total")
    lines: dict[tuple[str, str, tuple[str, ...]], list[Line]] = {}
    for line in reversed(report.lines):
        if line.leaf and line.where:
            lines.setdefault((line.where.file, line.where.at, line.path), []).append(line)
    for index, answer in enumerate(submission.answers):
        cells = (answer.actual, answer.target, *answer.names[-1:])
        cell = next((cell for cell in cells if cell.source.at), None)
        found = lines.get((cell.source.file, cell.source.place, answer.path)) if cell else None
        if not found:
            continue
        line = found.pop()  # all answers of one row of a table have its place
        if line.claimed is None or not line.weight or not answer.path:
            continue
        name, unit = normalize_name(answer.path[-1]), parse_quantity(answer.target.text, answer.unit).unit
        group = score_group(hashed(name), *_within(name, about), hashed(unit))
        by_rule = line.status == "recomputed" and line.claimed == line.points
        yield Measure(group, share(line.claimed, line.weight), "ruled" if by_rule else "score", index)


def share(points: Decimal, whole: Decimal) -> Decimal:
    """Points per hundred."""
    return (points * 100 / whole).quantize(Decimal("0.01"))
