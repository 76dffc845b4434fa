"""The report as one table of comma-separated values: the scored tree, the totals and the findings, told apart by 类别.

UTF-8 with a mark, as spreadsheet programs expect it; a cell that such a program would take for a formula begins with an
apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from scorer.model import Place, Report, points_text
from scorer.report import Layout, sentences
from scorer.report.width import cleaned

HEADINGS = (
    *("单位", "项目", "年度"),
    *("类别", "指标", "分值", "年度指标值", "实际完成值", "自评得分", "复算得分", "最低", "最高", "状态或级别", "规则或代码"),
    *("说明", "文件", "位置", "原文", "其他位置和原文"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
ELSEWHERE = " | "


def render(report: Report, layout: Layout) -> bytes:
    """The file's bytes: a heading row, then one row a line of the tree, a total and a finding."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(HEADINGS)
    about = report.submission
    whose = {"单位": about.unit, "项目": about.project, "年度": "" if about.year is None else str(about.year)}
    for row in _rows(report, layout):
        values = {**whose, **row}  # on every row: tables of several submissions can be put together
        writer.writerow([armoured(values.get(heading, "")) for heading in HEADINGS])
    return stream.getvalue().encode("utf-8-sig", "backslashreplace")


def armoured(text: str) -> str:
    """One line that no spreadsheet program takes for a formula."""
    words = cleaned(sentences.printable(text))
    return f"'{words}" if words.startswith(FORMULA) else words


def _rows(report: Report, layout: Layout) -> Iterator[dict[str, str]]:
    if not layout.findings_only:
        yield from _lines(report)
        yield from _totals(report)
    for level, group in sentences.by_level(report):
        for item in group:
            finding = item.finding
            yield {
                "类别": "发现",
                "指标": "/".join(finding.path),
                "状态或级别": sentences.LEVELS[level],
                "规则或代码": finding.code,
                "说明": f"{sentences.title_of(finding.code) or finding.name}：{finding.message}",
                **_place(finding.where[0] if finding.where else None),
                "其他位置和原文": ELSEWHERE.join(
                    f"{place.file} {place.at} “{place.quote}”" for place in finding.where[1:]
                ),
            }


def _lines(report: Report) -> Iterator[dict[str, str]]:
    for line in report.lines:
        yield {
            "类别": "指标" if line.leaf else "上级指标",
            "指标": "/".join(line.path),
            "分值": _points(line.weight),
            "年度指标值": line.target,
            "实际完成值": line.actual,
            "自评得分": _points(line.claimed),
            "复算得分": _points(line.points),
            "最低": _points(line.low),
            "最高": _points(line.high),
            "状态或级别": sentences.STATUSES[line.status] if line.status else "",
            "规则或代码": line.rule,
            "说明": line.words,
            **_place(line.where),
        }


def _totals(report: Report) -> Iterator[dict[str, str]]:
    """The total, and how much of it rests on what: one never stands without the other."""
    if report.total is None:
        yield {"类别": "总分", "说明": sentences.no_total(report)}
        return
    grades = (("复算等级", report.grade), ("自评等级", report.claimed_grade))
    words = "，".join(f"{name} {grade}" for name, grade in grades if grade)
    yield {
        "类别": "总分",
        "分值": _points(report.full),
        "自评得分": _points(report.claimed_total),
        "复算得分": _points(report.total),
        "最低": _points(report.low),
        "最高": _points(report.high),
        "说明": "；".join(part for part in (words, *report.notes) if part),
    }
    shares = (
        ("复算", report.recomputed_weight),
        ("采信", report.judged_weight),
        ("未能计分", report.missing_weight),
    )
    for status, weight in shares:
        yield {"类别": "总分构成", "分值": _points(weight), "状态或级别": status}


def _place(place: Place | None) -> dict[str, str]:
    return {"文件": place.file, "位置": place.at, "原文": place.quote} if place else {}


def _points(value: Decimal | None) -> str:
    return points_text(value) or ""
