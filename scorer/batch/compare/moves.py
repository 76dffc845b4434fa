"""What moved between two batches, as values: submissions, the indicators they moved by, and what is counted of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from scorer.batch.overview.figures import GRADES
from scorer.rules import RULES

LeafKey = tuple[tuple[str, ...], int]
"""A leaf by its path; the second of one path is another."""

SAME_PATH: Final = "路径相同"
SAME_CONTENT: Final = "内容相同"
SAME_SUBJECT: Final = "单位和项目相同"
MANNERS: Final = (SAME_PATH, SAME_CONTENT, SAME_SUBJECT)
NOTHING_MOVED: Final = "各项得分没有变，等级的界限或总分的算法变了"
NOTHING_TO_COMPARE: Final = "没有可比的得分"


@dataclass(frozen=True, slots=True)
class Cause:
    """An indicator whose points differ, and by which rules: "" for an indicator that only one batch has."""

    indicator: str
    before: Decimal | None
    after: Decimal | None
    rule_before: str
    rule_after: str
    words: str = ""

    @property
    def rule(self) -> str:
        return self.rule_after or self.rule_before

    @property
    def change(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))

    @property
    def points(self) -> str:
        return f"{points_words(self.before)} → {points_words(self.after)}"

    @property
    def rules(self) -> str:
        """``完成比例``, or ``完成比例 → 定性分档`` where another rule scores now."""
        before, after = title_of(self.rule_before), title_of(self.rule_after)
        if not self.rule_before and self.before is None:
            return f"前一批没有此项 → {after}"
        if not self.rule_after and self.after is None:
            return f"{before} → 后一批没有此项"
        return after if before in ("", after) else f"{before} → {after}"


@dataclass(frozen=True, slots=True)
class Move:
    """One submission whose total or grade differs. `causes` are the indicators that moved, `notes` say what else did."""

    number: int
    name: str
    unit: str
    project: str
    before: Decimal | None
    after: Decimal | None
    grade_before: str | None
    grade_after: str | None
    causes: tuple[Cause, ...]
    notes: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def regraded(self) -> bool:
        return self.grade_before != self.grade_after

    @property
    def words(self) -> str:
        return "；".join([*(f"{cause.indicator} {cause.points}（{cause.rules}）" for cause in self.causes), *self.notes])


@dataclass(slots=True)
class RuleMoves:
    """What moved under one rule: indicators, submissions with them, points gained and lost."""

    indicators: int = 0
    submissions: int = 0
    gained: Decimal = Decimal("0.00")
    lost: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many submissions moved, went up, went down, got another grade; how many only one of the batches has."""

    moved: int
    higher: int
    lower: int
    regraded: int
    gone: int
    new: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`both` submissions are in both batches; of those that differ, `moves` are the ones that moved most. `gone` are names
    of those only in the first batch, `new` only in the second; `counts` counts all, listed or not.

    `rules` tells what moved by the rule that scores it in the second batch; `grades` counts the submissions whose grade
    changed as (before, after); `matched` how the counterparts were found. `remarks` say what could not be compared (Chinese).
    `query` is SQL for the moves that are not listed, "" where more can be listed by writing a file.
    """

    both: int
    moves: tuple[Move, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    counts: Counts
    rules: tuple[tuple[str, RuleMoves], ...]
    grades: tuple[tuple[tuple[str, str], int], ...]
    matched: tuple[tuple[str, int], ...]
    remarks: tuple[str, ...] = ()
    query: str = ""


def by_weight(rules: dict[str, RuleMoves]) -> tuple[tuple[str, RuleMoves], ...]:
    """The rules that moved most submissions first."""
    return tuple(sorted(rules.items(), key=lambda entry: (-entry[1].submissions, -entry[1].indicators, entry[0])))


def by_grade(grades: Counter[tuple[str, str]]) -> tuple[tuple[tuple[str, str], int], ...]:
    """Changes of grade from the best grade before to the worst."""
    return tuple(sorted(grades.items(), key=lambda entry: tuple(map(_rank, entry[0]))))


def _rank(grade: str) -> int:
    return GRADES.index(grade) if grade in GRADES else len(GRADES)


def by_manner(matched: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple((how, matched[how]) for how in MANNERS if matched[how])


def largest_first(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    return tuple(sorted(causes, key=lambda cause: -abs(cause.change)))


def leaf_keys(paths: Iterable[Sequence[str]]) -> Iterator[LeafKey]:
    """What the leaves of one submission are known by."""
    seen: Counter[tuple[str, ...]] = Counter()
    for names in paths:
        path = tuple(names) or ("",)
        yield path, seen[path]
        seen[path] += 1


def leaves_of(report: dict[str, Any]) -> dict[LeafKey, dict[str, Any]]:
    """The lines of a report's leaves, in their order."""
    leaves = [line for line in report["lines"] if line["leaf"]]
    return dict(zip(leaf_keys(line["path"] for line in leaves), leaves, strict=True))


def points_of(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def points_words(points: Decimal | None) -> str:
    return "—" if points is None else str(points)


def title_of(kind: str) -> str:
    """What a rule is called in Chinese, with the name that `scorer explain` takes."""
    rule = RULES.get(kind)
    return f"{rule.title} {kind}" if rule else kind
