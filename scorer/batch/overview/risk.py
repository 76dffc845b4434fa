"""A submission as a row of the summary, and how its risk is made up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from sys import intern
from typing import Any

from scorer.batch.overview.region import Source, region_of

RISK_LEVELS = {"error": 10, "warning": 3, "note": 0}
RISK_GRADE = 20
RISK_UNREAD = 100
RISK_CODE_MOST = 3  # findings of one code that count: a column filled wrongly is one mistake, not thirty
RISK_WORDS = (
    "风险 = 必改 ×10 + 说明 ×3（同一代码至多计 3 处，同批比对的发现计入所涉的每一份）"
    "+ 自评总分与复算总分相差的分数（表中分值合计不足满分的不比）+ 等级不同 20。"
    "提示不计；未能读取的记 100，另列。风险只决定先看哪一份，不是评价。"
)
FIRST_MOST = 300  # characters of the first finding's message that a row keeps
SEPARATORS = re.compile(r"[/\\]+")


@dataclass(frozen=True, slots=True)
class Risk:
    """What a submission's risk is the sum of."""

    errors: int = 0
    warnings: int = 0
    difference: Decimal = Decimal("0.00")
    grade: int = 0
    unread: int = 0

    @property
    def total(self) -> Decimal:
        return self.errors + self.warnings + self.difference + self.grade + self.unread

    @property
    def parts(self) -> list[tuple[str, str, Decimal]]:
        """The parts that are not 0: name for a style, name for a reader, points."""
        named = (
            ("error", "必改", Decimal(self.errors)),
            ("warning", "说明", Decimal(self.warnings)),
            ("difference", "总分相差", self.difference),
            ("grade", "等级不同", Decimal(self.grade)),
            ("unread", "未能读取", Decimal(self.unread)),
        )
        return [part for part in named if part[2]]

    @property
    def words(self) -> str:
        """``必改 20 + 说明 3 + 总分相差 2.00``"""
        return " + ".join(f"{name} {value}" for _, name, value in self.parts) or "0"


@dataclass(frozen=True, slots=True)
class Row:
    """One submission in the summary.

    `total` is the recomputed total; None also where the form gives points for less than the full score: such a total
    cannot stand beside a claimed one.
    `codes` counts its findings, `first` is the message of the first of the heaviest; `region` is "" where nothing tells
    it, `region_by` what told it. `unread` is F610 or Z901 where the submission was not read, `reason` why.
    """

    number: int
    key: str
    unit: str
    department: str
    project: str
    year: int | None
    set: str
    total: Decimal | None
    full: Decimal | None
    claimed: Decimal | None
    grade: str | None
    claimed_grade: str | None
    errors: int
    warnings: int
    notes: int
    codes: tuple[tuple[str, int], ...]
    first: str
    risk: Risk
    unread: str = ""
    reason: str = ""
    region: str = ""
    region_by: Source = ""
    id: str = ""

    @property
    def file(self) -> str:
        """The name of the file without its folders."""
        return SEPARATORS.split(self.key)[-1]

    @property
    def of(self) -> str:
        """The department that it belongs to: the unit itself where the form names none, "" without either."""
        return self.department.strip() or self.unit.strip()


def row_of(
    number: int, key: str, report: dict[str, Any], facts: dict[str, Any], across: Sequence[dict[str, Any]] = (), id: str = ""
) -> Row:
    """The row of a report (as its JSON says it) with the facts gathered beside it; findings `across` forms count too."""
    findings = [*report["findings"], *across]
    levels = Counter(finding["level"] for finding in findings)
    failure = next((one for one in findings if _is_unread(one)), None)
    weights = [_points(report[name]) for name in ("recomputed_weight", "judged_weight", "missing_weight")]
    full, claimed = _points(report["full"]), _points(report["claimed_total"])
    total = None if is_short(full, [*weights, left_out_weight(report)]) else _points(report["total"])
    worst = next((one for level in RISK_LEVELS for one in findings if one["level"] == level), None)
    submission = report["submission"]
    region, region_by = region_of(submission["unit"], SEPARATORS.split(key)[:-1])
    return Row(
        number=number,
        key=key,
        unit=submission["unit"],
        department=intern(facts.get("department", "")),
        project=submission["project"],
        year=submission["year"],
        set=intern(report["set"]["id"]),
        total=total,
        full=full,
        claimed=claimed,
        grade=report["grade"],
        claimed_grade=report["claimed_grade"],
        errors=levels["error"],
        warnings=levels["warning"],
        notes=levels["note"],
        codes=tuple(sorted(Counter(intern(finding["code"]) for finding in findings).items())),
        first=worst["message"][:FIRST_MOST] if worst else "",
        risk=risk_of(
            findings,
            totals=(total, claimed),
            grades=(report["grade"], report["claimed_grade"]),
            unread=failure is not None,
        ),
        unread=failure["code"] if failure else "",
        reason=failure["message"] if failure else "",
        region=intern(region),
        region_by=region_by,
        id=id,
    )


SHORT = 1  # points that are missing from the full score; less may be rounding


def is_short(full: Decimal | None, weights: Sequence[Decimal | None]) -> bool:
    """Do all weights together, those of rows left out included, fall short of the full score?"""
    return full is not None and full - sum((weight or Decimal(0) for weight in weights), Decimal(0)) >= SHORT


def left_out_weight(report: dict[str, Any]) -> Decimal:
    """The points of the rows that do not apply, which a total is rescaled by."""
    left_out = (_points(line["weight"]) for line in report["lines"] if line["leaf"] and line["status"] == "inapplicable")
    return sum((weight or Decimal(0) for weight in left_out), Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def risk_of(
    findings: Sequence[dict[str, Any]],
    *,
    totals: tuple[Decimal | None, Decimal | None],
    grades: tuple[str | None, str | None],
    unread: bool,
) -> Risk:
    """How the risk of a report with these findings is made up, see `RISK_WORDS`; totals and grades recomputed and claimed."""
    if unread:
        return Risk(unread=RISK_UNREAD)
    counts = Counter((finding["level"], finding["code"]) for finding in findings)
    by_level = {
        level: points * sum(min(times, RISK_CODE_MOST) for (of, _), times in counts.items() if of == level)
        for level, points in RISK_LEVELS.items()
    }
    total, claimed = totals
    return Risk(
        errors=by_level["error"],
        warnings=by_level["warning"],
        difference=abs(total - claimed) if total is not None and claimed is not None else Decimal("0.00"),
        grade=RISK_GRADE if None not in grades and grades[0] != grades[1] else 0,
    )


def _is_unread(finding: dict[str, Any]) -> bool:
    """A note with F610 is of a file that was read but for a part of it."""
    return bool(finding["code"] == "Z901" or (finding["code"] == "F610" and finding["level"] == "error"))


def _points(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
