"""Papers that leave: 复核意见, 问题清单, 退回通知, the annotated original; what people decided stands in them.

They are made by the writers of the reports. Each carries the head of the ledger: a ledger cut short later no longer holds it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scorer.model import Report, ScorerError, points_text
from scorer.report import Layout, sentences
from scorer.report.annotation import ANNOTATORS, annotate
from scorer.report.opinion import Grid, Heading, Opinion, Text, draw_up, quoted
from scorer.report.opinion import Part as OpinionPart
from scorer.report.places import in_words
from scorer.report.width import cleaned
from scorer.report.word import written_down
from scorer.web import ledger
from scorer.web.filing import asked_of, current_run, report_of, submission_of
from scorer.web.intake import path_of
from scorer.web.models import FindingRow, SubmissionRow
from scorer.web.rendering import clock
from scorer.web.rulings import opinion_of
from scorer.web.states import Ruling

LIST_HEADINGS = (
    ("序号", 6),
    ("部门", 18),
    ("单位", 22),
    ("项目", 24),
    ("代码", 8),
    ("检查", 20),
    ("级别", 7),
    ("指标", 26),
    ("问题", 50),
    ("出处和原文", 50),
    ("结论", 9),
    ("不成立的原因", 14),
    ("复核人的话", 30),
    ("单位的答复", 30),
    ("复核人", 10),
    ("时间", 17),
)
LONGEST_CELL = 32_000


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that leaves: its name, its bytes and what kind it is."""

    name: str
    data: bytes
    kind: str


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def confirmed(submission: SubmissionRow, report: Report) -> Report:
    """The report with the findings that a reviewer holds true or has not settled, in the report's order."""
    kept = {row.position for row in asked_of(submission) if row.verdict in (Ruling.TRUE, Ruling.PENDING) and not row.group}
    ordered = [item for _, group in sentences.by_level(report) for item in group]
    findings = tuple(item.finding for item in ordered if item.number in kept)
    return report.model_copy(update={"findings": findings})


def opinion_paper(submission: SubmissionRow) -> Opinion:
    """The 复核意见 of a submission: its confirmed findings, replies, the four scores, and the reviewer's own words.

    Raises:
        ScorerError: it has not been read yet.
    """
    run = current_run(submission)
    if run is None:
        raise ScorerError("这一份还没有核对完，不能导出。")
    report = report_of(run)
    drawn = draw_up(confirmed(submission, report), Layout(submission=submission_of(run)))
    own = opinion_of(submission)
    parts: list[OpinionPart] = []
    for part in drawn.parts:
        if isinstance(part, Heading) and part.text.startswith("二、"):
            parts += _decided(submission, own.text if own else "")
        parts.append(part)
    parts += _told(submission)
    return replace(drawn, parts=tuple(parts))


def _decided(submission: SubmissionRow, words: str) -> list[OpinionPart]:
    """What was decided, at the end of the conclusion."""
    parts: list[OpinionPart] = [Text(cleaned(line)) for line in words.splitlines() if line.strip()]
    row = (
        points_text(submission.full) or "",
        points_text(submission.claimed) or "",
        points_text(submission.recomputed) or "",
        points_text(submission.reviewed) or "",
    )
    parts.append(Grid("四项得分", ("满分", "自评", "复算", "复核"), (row,), (25, 25, 25, 25), (0, 1, 2, 3)))
    changed = [
        (" › ".join(one.path), points_text(one.points) or "", cleaned(one.why) or _deducted(one))
        for one in submission.scores.exclude(points=None).prefetch_related("deductions").order_by("id")
    ]
    if changed:
        parts.append(Grid("复核时改动的得分", ("指标", "复核", "理由"), tuple(changed), (45, 12, 43), (1,)))
    return parts


def _deducted(score: Any) -> str:
    return "、".join(one.label for one in score.deductions.all())


def _told(submission: SubmissionRow) -> list[OpinionPart]:
    rows = asked_of(submission)
    parts: list[OpinionPart] = []
    replies = [(row, reply) for row in rows for reply in row.replies.all()]
    if replies:
        parts.append(Text("单位的答复如下。"))
        parts += [Text(cleaned(f"{reply.kind}。{reply.text}"), lead=f"{row.position}. {row.code}：") for row, reply in replies]
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in Ruling if verdict}
    said = "，".join(f"{verdict} {count} 条" for verdict, count in counts.items() if count)
    left = sum(not row.verdict or row.stale for row in rows)
    parts.append(Text(f"程序发现 {len(rows)} 条，经复核：{said or '尚无结论'}{f'，未定 {left} 条' if left else ''}。"))
    parts.append(Text(f"台账编号 {ledger.head()}。"))
    return parts


def opinion_docx(submission: SubmissionRow) -> Paper:
    """The 复核意见 as a Word file."""
    return Paper(f"复核意见-{_subject(submission)}.docx", written_down(opinion_paper(submission)), DOCX)


def return_docx(submission: SubmissionRow) -> Paper:
    """The 退回通知: exactly what to answer, by when."""
    returned = submission.transitions.filter(act="退回").order_by("-id").first()
    if returned is None:
        raise ScorerError("这一份没有退回过，没有退回通知。")
    parts: list[OpinionPart] = [
        Text(
            f"你单位报送的{cleaned(submission.project)}绩效自评材料，经复核需要补正。"
            f"请于 {returned.deadline} 前改正后重新报送，或逐条说明。"
        )
    ]
    if returned.reason.strip():
        parts.append(Text(cleaned(returned.reason)))
    rows = [row for row in asked_of(submission) if row.pk in returned.asked]
    for number, row in enumerate(rows, 1):
        where = cleaned(_places(row))
        words = f"{cleaned(row.message)}。出处：{where}。" if where else cleaned(row.message)
        parts.append(Text(words.replace("。。", "。"), lead=f"{number}. {sentences.title_of(row.code) or row.name}（{row.code}）。"))
        if row.text.strip():
            parts.append(Text(f"复核人：{cleaned(row.text)}"))
    own = opinion_of(submission)
    if own is not None and own.text.strip():
        parts += [Text(cleaned(line)) for line in own.text.splitlines() if line.strip()]
    parts.append(Text(f"台账编号 {ledger.head()}。"))
    title = ("绩效自评材料退回通知",)
    addressee = f"{cleaned(submission.unit) or '（单位名称未读到）'}："
    paper = Opinion(title, addressee, tuple(parts), ("经办：　　　　　　", "　　　　年　　月　　日"))
    return Paper(f"退回通知-{_subject(submission)}.docx", written_down(paper), DOCX)


def annotated(submission: SubmissionRow, name: str) -> Paper:
    """One of the department's own files with a comment at each finding.

    Raises:
        ScorerError: it is of a kind that takes no comments, or there is none of that name.
    """
    run = current_run(submission)
    file = submission.version.files.filter(name=name).first() if submission.version else None
    if run is None or file is None or Path(name).suffix.lower() not in ANNOTATORS:
        raise ScorerError(f"{name}：这种文件不能加批注；可以的格式有：{' '.join(ANNOTATORS)}。")
    done = annotate(report_of(run), file.name, path_of(file.sha256).read_bytes())
    stem, _, ending = name.rpartition(".")
    return Paper(f"{stem}-批注.{ending}", done.data, XLSX if ending.lower().startswith("xls") else DOCX)


def can_annotate(name: str) -> bool:
    """Whether a file of that name can be given back with comments."""
    return Path(name).suffix.lower() in ANNOTATORS


def issues_xlsx(submissions: Sequence[SubmissionRow], name: str) -> Paper:
    """The 问题清单: a row for each finding that stands, of one submission or of many; no cell is ever a formula."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("问题清单")
    head = book.add_format({"bold": True, "bg_color": "#E8EBF0", "border": 1, "valign": "vcenter"})
    body = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D5DAE2"})
    for column, (heading, width) in enumerate(LIST_HEADINGS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, head)
    number = 0
    for submission in submissions:
        for row in asked_of(submission):
            number += 1
            for column, text in enumerate(_listed(submission, row, number)):
                sheet.write_string(number, column, sentences.printable(text)[:LONGEST_CELL], body)
    sheet.freeze_panes(1, 4)
    sheet.autofilter(0, 0, max(number, 1), len(LIST_HEADINGS) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L台账编号 {ledger.head()}&R&P / &N")
    book.close()
    return Paper(name, stream.getvalue(), XLSX)


def _listed(submission: SubmissionRow, row: FindingRow, number: int) -> tuple[str, ...]:
    replies = "\n".join(f"{reply.kind}：{reply.text}" for reply in row.replies.all())
    verdict = f"原{row.verdict}（内容已变）" if row.stale and row.verdict else row.verdict
    return (
        str(number),
        submission.department.name if submission.department else "",
        submission.unit,
        submission.project,
        row.code,
        sentences.title_of(row.code) or row.name,
        sentences.LEVELS.get(row.level, row.level),
        " › ".join(row.path),
        row.message,
        _places(row),
        verdict or "未定",
        row.reason,
        row.text,
        replies,
        row.by.name if row.by else "",
        clock(row.at),
    )


def _places(row: FindingRow) -> str:
    """Where the figures of a finding stand, with the words."""
    return "；".join(f"{place['file']} {in_words(place['file'], place['at'])} {quoted(place['quote'])}" for place in row.places)


def issues_of(submission: SubmissionRow) -> Paper:
    """The 问题清单 of one submission."""
    return issues_xlsx([submission], f"问题清单-{_subject(submission)}.xlsx")


def _subject(submission: SubmissionRow) -> str:
    words = "-".join(part for part in (submission.unit, submission.project) if part) or submission.public
    return "".join("_" if sign in '\\/:*?"<>|\n\r\t' else sign for sign in words)[:80]


PAPERS: dict[str, Callable[[SubmissionRow], Paper]] = {
    "opinion": opinion_docx,
    "issues": issues_of,
    "return": return_docx,
}
"""The papers of one submission by the word in their address."""
