"""The summary for the reviewer: totals, grades, distributions, findings by code and department, the list by risk."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from html import escape

from scorer.batch.rows import RISK_WORDS, Row

Sheet = tuple[str, Sequence[str], Iterable[Sequence[str | int | Decimal | None]]]

LISTED = 2000  # rows of the page: a browser sorts them at once; the workbook has all
BANDS = 20
BAR = 18
HEADINGS = (
    *("序号", "风险", "单位", "主管部门", "项目", "年度", "自评总分", "复算总分", "自评等级", "复算等级"),
    *("差错", "警告", "提示", "最重的一条", "风险的构成", "文件"),
)


def by_risk(rows: Iterable[Row]) -> list[Row]:
    """The riskiest first, equal ones in their order."""
    return sorted(rows, key=lambda row: (-row.risk.total, row.number))


def cells(row: Row) -> list[str | int | Decimal | None]:
    """A row under `HEADINGS`."""
    return [
        *(row.number, row.risk.total, row.unit, row.department, row.project, row.year),
        *(row.claimed, row.total, row.claimed_grade, row.grade),
        *(row.errors, row.warnings, row.notes, row.first, row.risk.words, row.key),
    ]


def overview(rows: Sequence[Row]) -> list[tuple[str, str]]:
    scored = [row for row in rows if row.total is not None]
    differing = [row for row in scored if row.claimed is not None and row.claimed != row.total]
    regraded = [row for row in rows if row.risk.grade]
    return [
        ("提交件", str(len(rows))),
        ("得出总分", str(len(scored))),
        ("自评总分与复算总分不同", str(len(differing))),
        ("等级不同", str(len(regraded))),
        ("有差错", str(sum(bool(row.errors) for row in rows))),
        ("未能读取", str(sum(bool(row.unread) for row in rows))),
    ]


def by_code(rows: Sequence[Row]) -> list[tuple[str, str, int, int]]:
    """Code, title, findings, submissions with it; the most frequent first."""
    findings: Counter[str] = Counter()
    forms: Counter[str] = Counter()
    for row in rows:
        for code, times in row.codes:
            findings[code] += times
            forms[code] += 1
    from scorer.checks import CHECKS  # here, so that the workers start before the checks are loaded

    titles = {code: entry.title for code, entry in CHECKS.items()}
    listed = [(code, titles.get(code, ""), times, forms[code]) for code, times in findings.items()]
    return sorted(listed, key=lambda entry: (-entry[3], entry[0]))


def by_department(rows: Sequence[Row]) -> list[tuple[str, int, int, int, int]]:
    """Department (the unit where the form names none), submissions, with errors, errors, unread."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.department or row.unit or "（未填）", []).append(row)
    listed = [
        (
            name,
            len(group),
            sum(bool(row.errors) for row in group),
            sum(row.errors for row in group),
            sum(bool(row.unread) for row in group),
        )
        for name, group in groups.items()
    ]
    return sorted(listed, key=lambda entry: (-entry[3], entry[0]))


def by_grade(rows: Sequence[Row]) -> list[tuple[str, int, int]]:
    """Grade, submissions that claim it, submissions that get it."""
    claimed = Counter(row.claimed_grade or "（未填）" for row in rows if not row.unread)
    given = Counter(row.grade or "（未填）" for row in rows if not row.unread)
    return [(name, claimed[name], given[name]) for name in dict.fromkeys([*given, *claimed])]


# ---------------------------------------------------------------------------------------------------------- workbook


def workbook(rows: Sequence[Row]) -> bytes:
    """The summary as xlsx: overview, list by risk, findings by code, departments, unread files."""
    content = io.BytesIO()
    listed: list[Sheet] = [
        ("概况", ("项目", "份数"), [*overview(rows), ("", ""), (RISK_WORDS, "")]),
        ("按风险排序", HEADINGS, (cells(row) for row in by_risk(rows))),
        ("按代码", ("代码", "问题", "处数", "份数"), by_code(rows)),
        ("按部门", ("部门", "份数", "有差错的份数", "差错处数", "未能读取"), by_department(rows)),
        ("等级", ("等级", "自评", "复算"), by_grade(rows)),
        ("未能读取", ("序号", "文件", "代码", "原因"), ((r.number, r.key, r.unread, r.reason) for r in rows if r.unread)),
    ]
    sheets(content, listed)
    return content.getvalue()


def sheets(content: io.BytesIO, listed: Sequence[Sheet]) -> None:
    """Write sheets of texts and figures, the same ones as the same bytes; no text becomes a formula."""
    from xlsxwriter import Workbook

    book = Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    # the time of writing would make the same results different bytes
    book.set_properties({"created": datetime(2020, 1, 1)})
    bold = book.add_format({"bold": True})
    for name, headings, lines in listed:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        count = 0
        for count, line in enumerate(lines, 1):
            for column, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(count, column, value[:32_000])
                elif value is not None:
                    sheet.write_number(count, column, value)
        sheet.autofilter(0, 0, count, len(headings) - 1)
    book.close()


# -------------------------------------------------------------------------------------------------------------- page


def page(rows: Sequence[Row]) -> str:
    """The summary as one HTML file that loads nothing."""
    listed = by_risk(rows)[:LISTED]
    more = f"<p>只列出风险最高的 {LISTED} 份，全部 {len(rows)} 份见 summary.xlsx。</p>" if len(rows) > LISTED else ""
    unread = [(row.number, row.key, row.unread, row.reason) for row in rows if row.unread]
    totals = [("自评总分", [row.claimed for row in rows]), ("复算总分", [row.total for row in rows])]
    blocks = [
        table(("项目", "份数"), overview(rows)),
        "<h2>总分的分布</h2>",
        *(f"<figure>{histogram(values, name)}<figcaption>{name}</figcaption></figure>" for name, values in totals),
        "<h2>等级</h2>",
        table(("等级", "自评", "复算"), by_grade(rows)),
        "<h2>按风险排序</h2>",
        f"<p>{escape(RISK_WORDS)}点击表头可以改变排序。查看一份的报告：<code>scorer show 结果文件夹 序号</code></p>",
        more,
        table(HEADINGS, (cells(row) for row in listed), sortable=True),
        "<h2>按代码</h2>",
        table(("代码", "问题", "处数", "份数"), by_code(rows), sortable=True),
        "<h2>按部门</h2>",
        table(("部门", "份数", "有差错的份数", "差错处数", "未能读取"), by_department(rows)[:LISTED], sortable=True),
        *(["<h2>未能读取</h2>", table(("序号", "文件", "代码", "原因"), unread)] if unread else []),
    ]
    return document("绩效自评批量复核汇总", blocks)


def document(title: str, blocks: Iterable[str]) -> str:
    """A whole page of the blocks that are not empty."""
    body = "\n".join(block for block in blocks if block)
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n{body}\n<script>{SCRIPT}</script></body></html>\n"
    )


def table(
    headings: Sequence[str], lines: Iterable[Sequence[str | int | Decimal | None]], *, sortable: bool = False
) -> str:
    """A table of texts and figures; every text is escaped."""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    body = "\n".join("<tr>" + "".join(_cell(value) for value in line) + "</tr>" for line in lines)
    kind = ' class="sortable"' if sortable else ""
    return f"<table{kind}><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _cell(value: str | int | Decimal | None) -> str:
    if isinstance(value, str) or value is None:
        return f"<td>{escape(value or '')}</td>"
    return f'<td class="figure">{value}</td>'


def histogram(values: Iterable[Decimal | None], name: str) -> str:
    """How totals out of a hundred are spread, five points a bar, as SVG; the last bar holds 100 as well."""
    known = [value for value in values if value is not None]
    counts = Counter(min(max(int(value * BANDS / 100), 0), BANDS - 1) for value in known)
    most = max(counts.values(), default=1)
    bars = []
    for band in range(BANDS):
        height = 100 * counts[band] // most
        low, high = band * 100 // BANDS, (band + 1) * 100 // BANDS
        bars.append(
            f'<rect x="{band * BAR}" y="{110 - height}" width="{BAR - 2}" height="{height}">'
            f"<title>{low}–{high} 分：{counts[band]} 份</title></rect>"
        )
    marks = "".join(
        f'<text x="{band * BAR}" y="124">{band * 100 // BANDS}</text>' for band in range(0, BANDS + 1, 4)
    )
    return (
        f'<svg viewBox="0 0 {BANDS * BAR + 24} 130" width="420" role="img" aria-label="{escape(name)}的分布，共 {len(known)} 份">'
        f"{''.join(bars)}{marks}</svg>"
    )


STYLE = (
    "body{font:14px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:1.5em;color:#222}"
    "table{border-collapse:collapse;margin:.5em 0}th,td{border:1px solid #ccc;padding:2px 8px;text-align:left;vertical-align:top}"
    "th{background:#f0f3f7;position:sticky;top:0}.sortable th{cursor:pointer}.figure{text-align:right}"
    "figure{display:inline-block;margin:0 1em 0 0}rect{fill:#3a6ea5}text{font-size:10px;fill:#555}"
)
SCRIPT = (
    "document.querySelectorAll('.sortable').forEach(function(t){t.querySelectorAll('th').forEach(function(h,i){"
    "var up=false;h.addEventListener('click',function(){up=!up;var b=t.tBodies[0];Array.from(b.rows).map(function(r,n){"
    "var s=r.cells[i].textContent;return [r,s,parseFloat(s),n]}).sort(function(x,y){"
    "var d=isNaN(x[2])||isNaN(y[2])?x[1].localeCompare(y[1],'zh-CN'):x[2]-y[2];return (up?d:-d)||x[3]-y[3]"
    "}).forEach(function(e){b.appendChild(e[0])})})})});"
)
