"""The summary of a batch as one HTML page: what the figures say, and the submissions by risk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from scorer.batch.overview import figures
from scorer.batch.overview.counts import LISTED, MATCHES_LISTED, UNREAD_LISTED, Aggregates
from scorer.batch.overview.page import pieces
from scorer.batch.overview.region import REGION_WORDS, UNKNOWN
from scorer.batch.overview.risk import RISK_WORDS, Row

FULL = Decimal(100)
PAPER = 100  # rows of the list that are printed; summary.js knows the same number
FOREMOST = 5  # rows that the conclusion names
GROUPS_LISTED = 60  # departments and regions on the page
NO_UNIT = "（未读到单位名称）"
RISK_KINDS = (("error", "必改"), ("warning", "说明"), ("difference", "总分相差"), ("grade", "等级不同"))
PAGES = "reports"  # the folder with the reports that are written as pages


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in thousandths of its width."""

    kind: str
    start: int
    width: int
    words: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list as it is printed."""

    number: int
    risk: Decimal
    made_of: str
    parts: tuple[Part, ...]
    unit: str
    project: str
    file: str
    department: str
    above: str
    region: str
    totals: str
    change: str
    differs: bool
    grade: str
    regraded: bool
    first: str
    codes: str
    page: str


def page_name(number: int) -> str:
    """Where the report of a submission stands, seen from the summary: ``reports/000123.html``."""
    return f"{PAGES}/{number:06d}.html"


def page(found: Aggregates, paged: Collection[int] = ()) -> str:
    """The page as one text; see `page_pieces`."""
    return "".join(page_pieces(found, paged))


def page_pieces(found: Aggregates, paged: Collection[int] = ()) -> Iterator[str]:
    """The page piece by piece. `paged` are the numbers of the submissions whose reports are written beside it."""
    whole = found.whole
    meant = figures.meant_regions(found)
    riskiest = list(found.riskiest())
    most = max((row.risk.total for row in riskiest), default=Decimal(0))
    root = found.root or ""
    foremost = [listed(row, most, meant, paged, root) for row in riskiest[:FOREMOST] if row.risk.total]
    read = whole.submissions - whole.unread
    codes = figures.codes(found)
    departments, regions = figures.departments(found), figures.regions(found)
    matches = [
        (match.number, match.code, match.unit, match.project, *figures.match_words(match, root))
        for match in found.matches
    ]
    return pieces(
        "summary.html",
        whole=whole,
        years=figures.years_words(found),
        lead=figures.lead_words(found),
        parts=composition(found),
        remarks=remarks(found),
        bands=figures.distribution(found),
        matrix=figures.matrix(found),
        means=figures.means_words(found),
        risk_words=RISK_WORDS,
        risk_kinds=RISK_KINDS,
        listed_words=f"这里列出风险最高的 {LISTED} 份，全部 {read} 份见 summary.xlsx。" if read > LISTED else "",
        page_words=page_words(len(paged), read),
        rows=(listed(row, most, meant, paged, root) for row in riskiest),
        count=len(riskiest),
        foremost=foremost,
        first_words=f"共 {len(riskiest)} 份。",
        paper=PAPER,
        paper_words=f"纸上只印前 {PAPER} 份，全部见 summary.xlsx。" if len(riskiest) > PAPER else "",
        codes=codes,
        group_columns=group_columns,
        departments=departments[:GROUPS_LISTED],
        departments_more=_more("部门", departments),
        regions=regions[:GROUPS_LISTED],
        regions_more=_more("地区", regions),
        region_words=REGION_WORDS,
        regions_by=figures.regions_by_words(found),
        match_count=sum(found.matched.values()),
        match_columns=[(name, "n" if 2 <= place <= 5 else "t") for place, (name, _) in enumerate(figures.MATCHED)],
        match_codes=figures.matched_codes(found),
        matches=matches,
        matches_more=f"只列出前 {MATCHES_LISTED} 处，全部见 across.jsonl。" if sum(found.matched.values()) > len(matches) else "",
        unread=figures.unread_rows(found.first_unread(), root, found.unhandled[:UNREAD_LISTED]),
        unhandled=len(found.unhandled),
        unread_more=f"只列出前 {UNREAD_LISTED} 份，全部见 errors.csv。" if max(whole.unread, len(found.unhandled)) > UNREAD_LISTED else "",
        sets=figures.sets_words(found),
    )


def group_columns(name: str) -> list[tuple[str, str]]:
    return [(name, "t"), *((heading, "n") for heading in figures.GROUP_HEADINGS)]


def _more(name: str, rows: list[tuple[figures.Value, ...]]) -> str:
    return f"只列出前 {GROUPS_LISTED} 个，全部 {len(rows)} 个{name}见 summary.xlsx。" if len(rows) > GROUPS_LISTED else ""


def page_words(pages: int, read: int) -> str:
    """Which reports can be opened from here, and how to get the others."""
    if pages >= read:
        return ""
    if not pages:
        return "看一份的报告，在结果文件夹中运行："
    return f"风险最高的 {pages} 份可以点“打开”看报告；其余的在结果文件夹中运行："


def composition(found: Aggregates) -> list[Part]:
    """How the batch divides, as a bar."""
    whole = found.whole
    counts = [
        ("faulty", "有必改之处", whole.faulty),
        ("calm", "没有必改之处", max(whole.submissions - whole.unread - whole.faulty, 0)),
        ("unread", "未能读取", whole.unread),
    ]
    parts, start = [], 0
    for kind, words, count in counts:
        width = 1000 * count // whole.submissions if whole.submissions else 0
        parts.append(Part(kind, start, width, words, count))
        start += width
    return parts


def remarks(found: Aggregates) -> list[str]:
    """What must be known with the figures."""
    whole = found.whole
    words = []
    if unscored := whole.submissions - whole.unread - whole.scored:
        words.append(f"{unscored} 份没有总分：没有自评表，或表中没有可计分的指标，只核对了数字和文字。")
    if whole.errors or whole.warnings:
        words.append(f"共发现必改 {whole.errors} 处、说明 {whole.warnings} 处。")
    if whole.unread:
        words.append(f"{whole.unread} 份未能读取，原因列在“未能读取”。")
    return [*words, *found.aside]


def listed(row: Row, most: Decimal, meant: Mapping[str, str], paged: Collection[int], root: str = "") -> Listed:
    """A row as it is printed; its bar is scaled to the riskiest, its file named from the folder `root` on."""
    parts, start = [], 0
    for kind, _, points in row.risk.parts:
        width = int(points * 1000 / most) if most else 0
        parts.append(Part(kind, start, width))
        start += width
    change = row.total - row.claimed if row.total is not None and row.claimed is not None else None
    regraded = bool(row.risk.grade)
    return Listed(
        number=row.number,
        risk=row.risk.total,
        made_of=row.risk.words if row.risk.parts else "只有提示" if row.notes else "没有发现",
        parts=tuple(parts),
        unit=row.unit.strip() or NO_UNIT,
        project=" ".join(part for part in (row.project.strip(), _year(row)) if part),
        file=figures.without_root(row.key, root),
        department=row.of or figures.NO_DEPARTMENT,
        above=row.department.strip() if row.department.strip() != row.unit.strip() else "",
        region=meant.get(row.region, row.region) or UNKNOWN,
        totals=f"{_shown(row.claimed, row.full)} → {_shown(row.total, row.full)}",
        change="" if change is None else str(abs(change)),
        differs=bool(change),
        grade=f"{row.claimed_grade} → {row.grade}" if regraded else row.grade or "—",
        regraded=regraded,
        first=figures.without_root(row.first, root),
        codes=" ".join(code for code, _ in row.codes),
        page=page_name(row.number) if row.number in paged else "",
    )


def _year(row: Row) -> str:
    """The year, where the project's name does not say it already."""
    return f"{row.year} 年度" if row.year is not None and str(row.year) not in row.project else ""


def _shown(points: Decimal | None, full: Decimal | None) -> str:
    """The points, marked where they are more than there can be: the full score, 100 where the form says none."""
    if points is None:
        return "—"
    return f"{points}（超满分）" if points > (full if full is not None else FULL) else str(points)
