"""The figures of a batch as the tables that the page and the workbook print alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scorer.batch.overview.counts import NO_GRADE, Aggregates, Group, Match
from scorer.batch.overview.region import UNKNOWN, together
from scorer.batch.overview.risk import Row
from scorer.checks import CHECKS
from scorer.report.sentences import LEVELS

# finer where totals crowd: nearly all are above 80
BANDS = (0, 60, 70, 80, 85, 90, 92, 94, 96, 98, 100)
GRADES = ("优", "优秀", "良", "良好", "中", "合格", "及格", "一般", "差", "不合格", "不及格")
NOT_CLAIMED, NOT_GIVEN = "（表中未写）", "（无法确定）"
NO_DEPARTMENT = "（表中未写）"
GROUP_HEADINGS = ("份数", "有必改的份数", "占比", "必改处数", "说明处数", "总分不同", "等级不同", "自评平均", "复算平均", "未能读取")

Value = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Cell:
    """How many submissions claim one grade and get another; `kind` is ``same``, ``lower`` or ``higher``."""

    count: int
    kind: str


@dataclass(frozen=True, slots=True)
class GradeRow:
    name: str
    cells: tuple[Cell, ...]
    sum: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Claimed grades in rows, recomputed ones in the columns `given`."""

    given: tuple[str, ...]
    rows: tuple[GradeRow, ...]
    sums: tuple[int, ...]


def overview(found: Aggregates) -> list[tuple[str, int]]:
    whole = found.whole
    return [
        ("提交件", whole.submissions),
        ("得出总分", whole.scored),
        ("没有总分（没有可计分的指标）", whole.submissions - whole.scored - whole.unread),
        ("有必改之处", whole.faulty),
        ("自评总分与复算总分不同", whole.differing),
        ("自评等级与复算等级不同", whole.regraded),
        ("未能读取", whole.unread),
    ]


def lead_words(found: Aggregates) -> str:
    """The batch in two sentences."""
    whole = found.whole
    if not whole.submissions:
        return "没有提交件。"
    if whole.unread == whole.submissions:
        return f"{whole.submissions} 份提交件，都未能读取。"
    read = whole.submissions - whole.unread
    words = f"{whole.submissions} 份提交件" + (f"，读取 {read} 份" if whole.unread else "") + f"，得出总分 {whole.scored} 份。"
    faults = [
        f"有必改之处的 {whole.faulty} 份（{share_words(whole.faulty, read)}）" if whole.faulty else "没有必改之处",
        f"自评总分与复算总分不同的 {whole.differing} 份" if whole.differing else "",
        f"等级不同的 {whole.regraded} 份" if whole.regraded else "",
    ]
    words += "，".join(part for part in faults if part) + "。"
    return words + (f"另有 {whole.unread} 份未能读取。" if whole.unread else "")


def share_words(part: int, whole: int) -> str:
    """``12.3%``, and never 0.0% or 100.0% for what is neither."""
    if not whole:
        return "—"
    tenths = (2000 * part + whole) // (2 * whole)
    if part and not tenths:
        return "不到 0.1%"
    if part < whole and tenths == 1000:
        return "超过 99.9%"
    return f"{tenths // 10}.{tenths % 10}%"


def means_words(found: Aggregates) -> str:
    whole = found.whole
    if not whole.paired:
        return ""
    return f"两个总分都有的 {whole.paired} 份，自评平均 {whole.claimed_mean} 分，复算平均 {whole.total_mean} 分。"


def distribution(found: Aggregates) -> list[tuple[str, int, int]]:
    """How many totals lie in each band: claimed, recomputed."""
    rows = []
    for low, high in zip(BANDS, (*BANDS[1:], 101), strict=True):
        name = "100" if low == 100 else f"{low}–{high}" if low else f"{high} 以下"
        claimed, recomputed = (sum(counts[at] for at in range(low, high)) for counts in (found.claimed, found.recomputed))
        rows.append((name, claimed, recomputed))
    return rows


def matrix(found: Aggregates) -> Matrix:
    """Claimed against recomputed grades, in the order of the grades."""
    claimed = _ordered({pair[0] for pair in found.grades})
    given = _ordered({pair[1] for pair in found.grades})
    order = _ordered({*claimed, *given})
    rows = []
    for name in claimed:
        cells = tuple(Cell(found.grades[name, other], _kind(order, name, other)) for other in given)
        rows.append(GradeRow(name or NOT_CLAIMED, cells, sum(cell.count for cell in cells)))
    return Matrix(
        tuple(name or NOT_GIVEN for name in given),
        tuple(rows),
        tuple(sum(found.grades[name, other] for name in claimed) for other in given),
    )


def _ordered(grades: set[str]) -> list[str]:
    return sorted(grades, key=lambda name: (name == NO_GRADE, GRADES.index(name) if name in GRADES else len(GRADES), name))


def _kind(order: Sequence[str], claimed: str, given: str) -> str:
    if NO_GRADE in (claimed, given):
        return ""
    if claimed == given:
        return "same"
    return "lower" if order.index(given) > order.index(claimed) else "higher"


def codes(found: Aggregates) -> list[tuple[str, str, str, int, int, str]]:
    """Code, title, level, findings, submissions with it, their share; the most frequent first."""
    read = found.whole.submissions
    listed = [
        (code, title(code), level(code), times, found.coded[code], share_words(found.coded[code], read))
        for code, times in found.codes.items()
    ]
    return sorted(listed, key=lambda entry: (-entry[4], entry[0]))


def title(code: str) -> str:
    check = CHECKS.get(code)
    return check.title if check else "程序内部错误" if code == "Z901" else ""


def level(code: str) -> str:
    check = CHECKS.get(code)
    return LEVELS[check.level] if check else LEVELS["error"] if code == "Z901" else ""


def departments(found: Aggregates) -> list[tuple[Value, ...]]:
    """A row under 部门 and `GROUP_HEADINGS`; the most with errors first."""
    return _groups({name or NO_DEPARTMENT: group for name, group in found.departments.items()})


def regions(found: Aggregates) -> list[tuple[Value, ...]]:
    """The same by region, names of the same region together."""
    meant = meant_regions(found)
    groups: dict[str, Group] = {}
    for name, group in found.regions.items():
        groups.setdefault(meant.get(name, name) or UNKNOWN, Group()).merge(group)
    return _groups(groups)


def meant_regions(found: Aggregates) -> Mapping[str, str]:
    return together(name for name in found.regions if name)


def _groups(groups: Mapping[str, Group]) -> list[tuple[Value, ...]]:
    ordered = sorted(groups.items(), key=lambda entry: (-entry[1].faulty, -entry[1].errors, -entry[1].submissions, entry[0]))
    return [
        (
            *(name, group.submissions, group.faulty, share_words(group.faulty, group.submissions - group.unread)),
            *(group.errors, group.warnings, group.differing, group.regraded),
            *(group.claimed_mean, group.total_mean, group.unread),
        )
        for name, group in ordered
    ]


def regions_by_words(found: Aggregates) -> str:
    """How many regions were told by what."""
    by = found.regions_by
    return f"这一批：取自单位名称 {by['unit']} 份，取自文件夹 {by['folder']} 份，未能判断 {by['']} 份。"


def sets_words(found: Aggregates) -> str:
    named = [
        f"{'表中自带的分值和规则' if name == 'form' else name or '没有指标表'} {count} 份"
        for name, count in sorted(found.sets.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    return "、".join(named) or "没有"


def years_words(found: Aggregates) -> str:
    """``2020、2021 年度``, or ``2019–2024 年度`` for more than three in a row."""
    years = sorted(found.years)
    if len(years) > 3:
        return f"{years[0]}–{years[-1]} 年度"
    return "、".join(map(str, years)) + " 年度" if years else ""


MATCHED = (("代码", 8), ("问题", 34), ("处数", 8), ("份数", 8), ("相符", 10), ("无法判定", 10), ("无法判定的原因", 60))


def matched_codes(found: Aggregates) -> list[tuple[Value, ...]]:
    """What was compared across forms under `MATCHED`: findings and submissions concerned, and the other two outcomes."""
    rows: list[tuple[Value, ...]] = []
    for tally in found.compared:
        code = tally.code
        reasons = sorted(tally.reasons.items(), key=lambda entry: (-entry[1], entry[0]))
        words = "；".join(f"{reason} {times}" for reason, times in reasons) or tally.not_run or ""
        rows.append((code, title(code), found.matched[code], found.concerned[code], tally.sound, tally.undecided, words))
    return rows


UNHANDLED = "未处理"


def unread_rows(
    rows: Iterable[Row], root: str = "", unhandled: Iterable[tuple[str, str]] = ()
) -> Iterator[tuple[Value, ...]]:
    """Number, file as seen from the folder `root`, code, reason; files of other kinds behind those that were not read."""
    for row in rows:
        yield row.number, without_root(row.key, root), row.unread, without_root(row.reason, root)
    for path, words in unhandled:
        yield None, without_root(path, root), UNHANDLED, words


def match_words(match: Match, root: str) -> tuple[str, str]:
    """What a finding across forms says, and the other files."""
    return without_root(match.message, root), "、".join(without_root(other, root) for other in match.others)


def without_root(text: str, root: str) -> str:
    """Words as they are handed on: files are named from the folder that all lie in, which is nobody else's business.

    Within a sentence only where the folder is written from the top: a short one (2023/) could be anything else.
    """
    if not root.strip("/\\"):
        return text
    return text.replace(root, "") if root.startswith(("/", "\\")) or root[1:3] == ":\\" else text.removeprefix(root)
