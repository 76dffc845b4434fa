"""The last words of a batch on the terminal: what came of it, what to look at first, where it stands."""

from __future__ import annotations

from pathlib import Path

from scorer.batch.across import ACROSS
from scorer.batch.overview.figures import lead_words
from scorer.batch.overview.risk import Row
from scorer.batch.overview.summary import PAGES
from scorer.batch.results import ERRORS, FINDINGS_WORKBOOK, REPORTS, SUMMARY_PAGE, SUMMARY_WORKBOOK, Outcome
from scorer.batch.tables import TABLES
from scorer.report.width import cleaned, cut, table, width_of, wrap

HEADINGS = ("序号", "风险", "单位、项目", "最重的一条")
NARROWEST = 60


def closing_words(outcome: Outcome, folder: str, width: int = 80) -> str:
    """Text in lines of at most `width` columns, ending with a line break."""
    width = max(width, NARROWEST)
    found = lead_words(outcome.found) if outcome.found else f"{outcome.reports} 份提交件，未能读取 {outcome.unread} 份。"
    lines = wrap(f"已处理 {found}", width)
    for words in outcome.found.aside if outcome.found else ():
        lines += wrap(words, width)
    if outcome.riskiest:
        rows = [[str(row.number), str(row.risk.total), _subject(row), row.first] for row in outcome.riskiest]
        lines += ["", f"风险最高的 {len(rows)} 份", *table(HEADINGS, rows, width, flexible={2: 3, 3: 4}, figures=(0, 1))]
    lines += ["", *_files(outcome, folder, width)]
    lines += ["", *_next(outcome, folder)]
    return "\n".join(lines) + "\n"


def _subject(row: Row) -> str:
    return "  ".join(part for part in (row.unit.strip() or row.file, row.project.strip()) if part)


def _files(outcome: Outcome, folder: str, width: int) -> list[str]:
    """What was written, with what it is for."""
    written = [(SUMMARY_PAGE, "汇总，用浏览器打开"), (SUMMARY_WORKBOOK, "汇总，全部提交件可筛选")]
    if not outcome.by_columns:
        written.append((FINDINGS_WORKBOOK, "问题清单，可填结论，用 --decisions 读回"))
    if outcome.pages:
        written.append((f"{PAGES}/", f"风险最高的 {outcome.pages} 份的报告，从汇总点开"))
    if outcome.unread:
        written.append((ERRORS, f"未能读取的 {outcome.unread} 份和原因"))
    if not outcome.by_columns:
        written.append((REPORTS, "全部报告，一行一份"))
    if outcome.found and (matched := sum(outcome.found.matched.values())):
        written.append((ACROSS, f"同批比对的发现 {matched} 处，一行一处"))
    if outcome.by_columns or not outcome.left_out:
        written.append(("*.parquet", f"{len(TABLES)} 张表，可用 SQL 查询"))
    size = max(width_of(name) for name, _ in written)
    lines = [cut(f"结果在 {cleaned(folder)}", width)]
    return lines + [f"  {name}{' ' * (size - width_of(name))}  {words}" for name, words in written]


def _next(outcome: Outcome, folder: str) -> list[str]:
    """What to do now. A command is never cut: it is there to be copied."""
    shown = cleaned(folder)
    if " " in shown:
        shown = f'"{shown}"'
    if outcome.unread == outcome.reports:
        return [f"接下来：看 {ERRORS} 中的原因，改好文件后，", "  用同一命令加 --force 再运行，只处理还没有的"]
    first = outcome.riskiest[0].number if outcome.riskiest else 1
    lines = [f"接下来：打开 {Path(shown.strip(chr(34))) / SUMMARY_PAGE}", f"看一份的报告：scorer show {shown} {first}"]
    if outcome.unread:
        lines.append("未能读取的改好后，用同一命令加 --force 再运行")
    return lines
