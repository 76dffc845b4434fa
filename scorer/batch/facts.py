"""What the comparison across forms needs of one submission, small enough to hold a whole bureau's in memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from scorer.batch.region import named_in, region_of
from scorer.batch.rows import SEPARATORS
from scorer.checks.peers.batch import Facts, Measure, Money, Row, bare_project, whole_funds
from scorer.checks.peers.figures import hashed, told_sentences
from scorer.checks.peers.prose import fingerprints, prose_of
from scorer.checks.sameness import money
from scorer.checks.stray import own_names
from scorer.mentions import report_year
from scorer.model import Answer, Report, Submission
from scorer.naming import normalize_name
from scorer.precision import loose
from scorer.quantity import Quantity, parse_quantity

BELOW_COUNTY = ("镇", "乡", "街道")
CELL_MOST = 400  # characters of a cell that are kept: more is prose
_UNIT_COST = re.compile(
    r"单价|均价|单位(?:成本|造价|费用)|[人户亩车台生班件次家套株棵床]均|每[一-龥]{1,3}[^，。]{0,6}(?:成本|费用|造价|价)"
    r"|(?:补助|补贴|发放|资助|奖补)标准"
)
_QUANTITY = re.compile("数量")
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
    unit_in, department_in = (_folder_region(name, folders) for name in (unit, submission.department))
    about = (str(year), bare_project(submission.project))
    return Facts(
        unit=unit,
        department=submission.department,
        project=submission.project,
        unit_in=unit_in,
        department_in=department_in,
        placed=bool(unit_in or _says_region(unit)),
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


def _says_region(name: str) -> bool:
    """Does a name say its region down to a county? A town of one name is in many counties."""
    parts = named_in(name)
    return bool(parts) and not parts[-1].endswith(BELOW_COUNTY) or len(parts) > 1


def _folder_region(name: str, folders: Sequence[str]) -> str:
    """The region of the folders, for a name that does not say its own."""
    return "" if not name.strip() or _says_region(name) else region_of("", folders)[0]


def _row(answer: Answer) -> Row:
    cells = (answer.target.text, answer.actual.text, answer.claimed.text)
    return Row(" > ".join(answer.path), *(text[:CELL_MOST] for text in cells))


def _digest(submission: Submission) -> str:
    digests = [document.sha256 for document in submission.documents]
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()


def _kind(submission: Submission) -> int:
    return hashed("form", *sorted(normalize_name(answer.path[-1]) for answer in submission.answers if answer.path))


# ------------------------------------------------------------------------------------------------------------- costs


def _costs(submission: Submission, about: tuple[str, str]) -> Iterator[Measure]:
    """What one unit cost: as an indicator says it, and the money spent by what was done for it."""
    quantities: list[tuple[int, str, Quantity]] = []
    for index, answer in enumerate(submission.answers):
        if not answer.path or not answer.actual:
            continue
        name = normalize_name(answer.path[-1])
        quantity = parse_quantity(answer.actual.text, answer.unit)
        if quantity.number is None or quantity.number <= 0 or loose(quantity):
            continue
        if quantity.unit.startswith("元/") or (quantity.unit == "元" and _UNIT_COST.search(name)):
            yield Measure(hashed("cost", *_named(name, about), quantity.unit), quantity.number, "cost", index)
        elif _QUANTITY.search("".join(answer.path[:-1])) and quantity.unit and quantity.unit[0] not in "元%‰":
            quantities.append((index, name, quantity))
    spent = _spent(submission)
    if spent is None or spent <= 0:
        return
    # money is spent on all that a form counts: only forms that count the same things can be compared
    basket = sorted(f"{name}\x1e{quantity.unit}" for _, name, quantity in quantities)
    for index, name, quantity in quantities:
        if quantity.number is not None:
            group = hashed("spent", *_named(name, about), quantity.unit, *basket)
            yield Measure(group, (spent / quantity.number).quantize(Decimal("0.0001")), "spent", index)


def _spent(submission: Submission) -> Decimal | None:
    """The money spent in all, in 元."""
    whole = whole_funds(submission.funds)
    return money(whole.executed, whole.unit) if whole else None


def _named(name: str, about: tuple[str, str]) -> Iterable[str]:
    """What an indicator of this name is compared within: the year, for a generic name the project as well."""
    year, project = about
    return (name, year, project) if len(name) < 4 or _GENERIC.fullmatch(name) else (name, year)


# ------------------------------------------------------------------------------------------------------------ scores


def _scores(submission: Submission, report: Report, about: tuple[str, str]) -> Iterator[Measure]:
    """Points per hundred: of the form as a whole, and of every indicator, those that the rule gives marked so."""
    if report.claimed_total is not None and report.full:
        group = hashed("total", about[0], str(_kind(submission)))
        yield Measure(group, _share(report.claimed_total, report.full), "total")
    lines = {(line.where.file, line.where.at): line for line in report.lines if line.leaf and line.where}
    for index, answer in enumerate(submission.answers):
        cells = (answer.actual, answer.target, *answer.names[-1:])
        cell = next((cell for cell in cells if cell.source.at), None)
        line = lines.get((cell.source.file, cell.source.place)) if cell else None
        if line is None or line.claimed is None or not line.weight or not answer.path:
            continue
        unit = parse_quantity(answer.target.text, answer.unit).unit
        group = hashed("score", *_named(normalize_name(answer.path[-1]), about), unit)
        by_rule = line.status == "recomputed" and line.claimed == line.points
        yield Measure(group, _share(line.claimed, line.weight), "ruled" if by_rule else "score", index)


def _share(points: Decimal, whole: Decimal) -> Decimal:
    return (points * 100 / whole).quantize(Decimal("0.01"))
