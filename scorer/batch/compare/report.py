"""What moved between two batches: another set, other years, forms corrected in between."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

from scorer.batch.compare.by_reports import compare_reports
from scorer.batch.compare.by_tables import compare_tables, is_of_table
from scorer.batch.compare.moves import Cause, Comparison, Counts, Move, RuleMoves, points_words, title_of
from scorer.batch.database import FILES, SUFFIX
from scorer.batch.overview.counts import common_root
from scorer.batch.overview.figures import Value, without_root
from scorer.batch.overview.page import document
from scorer.batch.overview.workbook import Book, Sheet
from scorer.model import ScorerError
from scorer.report.width import cleaned, cut, table, wrap

__all__ = ["Cause", "Comparison", "Counts", "Move", "RuleMoves", "as_page", "as_table", "as_workbook", "compare", "listed_in", "render"]

SHOWN = 20  # moves that a terminal shows; a file has more
LISTED = 5000  # moves that the page lists; the workbook has more
SHEET = 20_000  # moves in the workbook where a batch is of a flat table; of batches of files it has all
CAUSES_SHOWN = 3  # indicators of one move on a terminal


def compare(first: str, second: str, listed: int = LISTED) -> Comparison:
    """Compare two output folders.

    Of batches of files every move is listed; where one is of a flat table, the `listed` ones that moved most.

    Raises:
        ScorerError: a folder without results, or without what is needed of them.
    """
    for folder in (first, second):
        if not Path(folder).is_dir():
            beside = folder.endswith(SUFFIX + FILES)
            words = f"比较 .duckdb 要用它旁边的 {FILES} 文件夹，请放回原处。" if beside else "请给出 scorer batch 的结果文件夹。"
            raise ScorerError(f"{folder}：没有这个文件夹。{words}")
    if is_of_table(first) or is_of_table(second):
        return compare_tables(first, second, listed)
    return compare_reports(first, second)


def listed_in(suffix: str | None) -> int:
    """How many moves are listed one by one in a file with that ending, None: on a terminal."""
    return SHOWN if suffix is None else SHEET if suffix == ".xlsx" else LISTED


# ----------------------------------------------------------------------------------------------------------- writing

RULE_HEADINGS = ("规则", "提交件", "指标处数", "共加分", "共减分")
COLUMNS = (
    *(("序号", 7), ("单位", 26), ("项目", 26), ("总分（前）", 9), ("总分（后）", 9), ("变动", 9)),
    *(("等级（前）", 8), ("等级（后）", 8), ("变动的指标（规则）", 70), ("文件", 40)),
)


def shared_roots(comparison: Comparison) -> tuple[str, str]:
    """The folder that all files of the first batch lie in, and of the second: pages and workbooks name files from there on.

    The same for both, unless one was named from the top and the other was not.
    """
    roots: list[str | None] = [None, None]
    for place, names in enumerate((comparison.gone, (*(move.name for move in comparison.moves), *comparison.new))):
        for name in names:
            roots[place] = common_root(roots[place], name)
    first, second = roots
    shared = common_root(first, second or "") if second is not None else first
    return (shared, shared) if shared else (first or "", second or "")


def cells(move: Move, root: str) -> list[Value]:
    """A move under `COLUMNS`."""
    return [
        *(move.number, move.unit, move.project, move.before, move.after, move.difference),
        *(move.grade_before, move.grade_after, move.words, without_root(move.name, root)),
    ]


def overview(comparison: Comparison) -> list[tuple[str, int]]:
    counts = comparison.counts
    return [
        ("两批都有", comparison.both),
        ("总分或等级有变动", counts.moved),
        ("总分上升", counts.higher),
        ("总分下降", counts.lower),
        ("等级有变动", counts.regraded),
        ("只在前一批", counts.gone),
        ("只在后一批", counts.new),
    ]


def rule_rows(comparison: Comparison) -> list[tuple[str, int, int, Decimal, Decimal]]:
    """What moved by rule, under `RULE_HEADINGS`."""
    return [
        (title_of(name), found.submissions, found.indicators, found.gained, found.lost) for name, found in comparison.rules
    ]


def grade_rows(comparison: Comparison) -> list[tuple[str, int]]:
    return [(f"{before or '无'} → {after or '无'}", count) for (before, after), count in comparison.grades]


def matched_words(comparison: Comparison) -> str:
    """How the counterparts were found, "" without any."""
    told = "、".join(f"{how} {count} 份" for how, count in comparison.matched)
    return f"两批中的同一份按此辨认：{told}。" if told else ""


def rest_words(comparison: Comparison, listed: int) -> str:
    """How to see the moves after the first `listed`, "" where there are none."""
    rest = comparison.counts.moved - listed
    if rest <= 0:
        return ""
    sheet, page = "-o 变动.xlsx", "-o 变动.html"
    if comparison.query and comparison.counts.moved > SHEET:
        return f"另有 {rest} 份：{sheet} 列出变动最大的 {SHEET} 份，{page} 列出 {LISTED} 份，其余用 SQL 看，这两种文件里都写着怎样问"
    whole = f"{sheet} 或 {page}" if comparison.counts.moved <= LISTED else f"{sheet}（{page} 列出变动最大的 {LISTED} 份）"
    return f"另有 {rest} 份，写成文件可看全部：{whole}"


def render(comparison: Comparison, suffix: str) -> str | bytes:
    """The comparison as the ending of a file asks: .xlsx, .html, else text with every move that it holds."""
    if suffix == ".xlsx":
        return as_workbook(comparison)
    if suffix == ".html":
        return as_page(comparison)
    query = f"\n其余可用 SQL 看：\n\n{comparison.query}" if comparison.query else ""
    return as_table(comparison, shown=None) + query


def as_table(comparison: Comparison, width: int = 80, shown: int | None = SHOWN) -> str:
    """The comparison for a terminal in at most `width` columns; the first `shown` moves, all for None."""
    counts = comparison.counts
    lines = wrap(
        f"两批都有 {comparison.both} 份：总分或等级有变动 {counts.moved} 份（上升 {counts.higher}，下降 {counts.lower}），"
        f"等级有变动 {counts.regraded} 份。只在前一批 {counts.gone} 份，只在后一批 {counts.new} 份。",
        width,
    )
    for words in (matched_words(comparison), *comparison.remarks):
        lines += wrap(cleaned(words), width) if words else []
    if comparison.grades:
        lines += ["", *wrap("等级变动：" + "，".join(f"{name} {count} 份" for name, count in grade_rows(comparison)), width)]
    if comparison.rules:
        rows = [[str(value) for value in row] for row in rule_rows(comparison)]
        lines += ["", "变动来自哪条规则（按后一批的规则）"]
        lines += table(RULE_HEADINGS, rows, width, flexible={0: 1}, figures=(1, 2, 3, 4))
    listed = comparison.moves[:shown]
    if listed:
        lines += ["", "变动的提交件" + (f"（前 {len(listed)} 份）" if len(listed) < counts.moved else "")]
    for move in listed:
        change = "" if move.difference is None else f"（{move.difference:+}）"
        grade = f"  等级 {move.grade_before or '无'} → {move.grade_after or '无'}" if move.regraded else ""
        figures = f"{points_words(move.before)} → {points_words(move.after)}{change}{grade}"
        file = cleaned(move.name).replace("\\", "/").rsplit("/", 1)[-1]
        who = "  ".join(part for part in (cleaned(move.unit), cleaned(move.project), file) if part)
        lines.append(cut(f"{move.number:>6}  {who}", width))
        lines.append(f"        {figures}")
        causes = [
            f"{cleaned(cause.indicator)} {cause.points}：{cause.rules}" + (f"，{cleaned(cause.words)}" if cause.words else "")
            for cause in move.causes
        ]
        causes += move.notes
        kept = causes if shown is None else causes[:CAUSES_SHOWN]
        if len(kept) < len(causes):
            kept = [*kept, f"另有 {len(causes) - len(kept)} 项"]
        for words in kept:
            lines += [f"        {'  ' if place else ''}{line}" for place, line in enumerate(wrap(words, width - 10))]
    if words := rest_words(comparison, len(listed)):
        lines += ["", *wrap(words, width)]
    return "\n".join(lines) + "\n"


def as_page(comparison: Comparison) -> str:
    """The comparison as one HTML file that loads nothing."""
    roots = shared_roots(comparison)
    listed = ((comparison.gone, "前一批", roots[0]), (comparison.new, "后一批", roots[1]))
    alone = [(without_root(name, root), where) for names, where, root in listed for name in names]
    only = comparison.counts.gone + comparison.counts.new
    return document(
        "comparison.html",
        counts=dict(overview(comparison)),
        both=comparison.both,
        matched=matched_words(comparison),
        rules=rule_rows(comparison),
        rule_columns=[(name, "n" if place else "t") for place, name in enumerate(RULE_HEADINGS)],
        grades=grade_rows(comparison),
        remarks=comparison.remarks,
        moves=comparison.moves[:LISTED],
        more=_page_more(comparison),
        query=comparison.query,
        alone=alone[:LISTED],
        alone_more=f"只列出 {min(len(alone), LISTED)} 份，共 {only} 份。" if only > min(len(alone), LISTED) else "",
        shown=points_words,
        file=lambda name: without_root(name, roots[1]),
    )


def _page_more(comparison: Comparison) -> str:
    listed = min(len(comparison.moves), LISTED)
    if comparison.counts.moved <= listed:
        return ""
    if comparison.query and comparison.counts.moved > SHEET:
        return f"只列出变动最大的 {listed} 份，-o 变动.xlsx 列出 {SHEET} 份，其余用 SQL 看，见文末。"
    return f"只列出变动最大的 {listed} 份，全部见 -o 变动.xlsx。"


def as_workbook(comparison: Comparison) -> bytes:
    """The comparison as xlsx."""
    content = io.BytesIO()
    roots = shared_roots(comparison)
    book = Book(content)
    remarks = [(line, None) for words in (*comparison.remarks, _sheet_more(comparison)) if words for line in wrap(words, 66)]
    book.add(Sheet("概况", (("项目", 70), ("份数", 12)), [*overview(comparison), *grade_rows(comparison), *remarks]))
    book.add(Sheet("按规则", tuple(zip(RULE_HEADINGS, (40, 10, 10, 12, 12), strict=True)), rule_rows(comparison)))
    book.add(Sheet("变动", COLUMNS, (cells(move, roots[1]) for move in comparison.moves), "没有变动。"))
    causes = (
        *(("序号", 7), ("单位", 26), ("项目", 26), ("指标", 30), ("得分（前）", 9), ("得分（后）", 9), ("变动", 9)),
        *(("规则（前）", 24), ("规则（后）", 24), ("得分由来（后）", 60)),
    )
    rows = (
        (
            *(move.number, move.unit, move.project, cause.indicator, cause.before, cause.after, cause.change),
            *(title_of(cause.rule_before), title_of(cause.rule_after), cause.words),
        )
        for move in comparison.moves
        for cause in move.causes
    )
    book.add(Sheet("变动的指标", causes, rows, "没有变动。"))
    listed = ((comparison.gone, comparison.counts.gone, roots[0]), (comparison.new, comparison.counts.new, roots[1]))
    for title, (names, count, root) in zip(("只在前一批", "只在后一批"), listed, strict=True):
        cut = [(f"只列出前 {len(names)} 份，共 {count} 份。",)] if count > len(names) else []
        book.add(Sheet(title, (("文件", 80),), [*((without_root(name, root),) for name in names), *cut]))
    if comparison.query:
        book.add(Sheet("其余怎样看", (("SQL", 120),), ((line,) for line in comparison.query.splitlines())))
    book.close()
    return content.getvalue()


def _sheet_more(comparison: Comparison) -> str:
    if comparison.counts.moved <= len(comparison.moves):
        return ""
    return f"“变动”“变动的指标”只列出变动最大的 {len(comparison.moves)} 份，其余见“其余怎样看”；以上各数和“按规则”都按全部计。"
