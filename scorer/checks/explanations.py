"""E: whether what asks for an explanation has one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from scorer.checks.arithmetic import deducted
from scorer.checks.form import Form
from scorer.checks.funds import money_rows
from scorer.checks.registry import Outcomes, check, faulty, not_run, sound, undecided
from scorer.checks.targets import is_blank, squeezed
from scorer.model import Cell, Document, Place
from scorer.scoring.align import Leaf, funds_total, rate_in

EMPTY_WORDS = re.compile(
    r"(无|空|没有|暂无|略|不详|正常|同上|见上|其他|指标(进行)?(了)?调整|计划(进行)?(了)?调整|预算(进行)?(了)?调整|"
    r"(指标|目标|任务|该指标|本项)?(尚)?(未|没有|没)(能)?(按时|按期|全部|全面)?(完成|达到|达成|实现|达标)(了)?"
    r"(年度|年初|预期|预定|既定)?(的)?(目标|指标|任务|指标值|目标值|要求)?(值)?|"
    r"(无|没有|不存在|无重大|无明显)(偏差|偏离|原因|说明|异议|差异)|(已|已经|基本|均已|全部|按时|按期|按计划)?(完成|达标)|"
    r"不涉及|不适用|原因不明|因故(未完成)?|(主观|客观|历史|特殊|其他|其它|各种|多种|内部|外部)原因|(根据|按照|依据)?实际(情况|需要|工作)|"
    r"工作需要|(因)?日常工作需要.{0,12}|按实际(情况)?(支出|执行))"
)

ABOVE = ("同上", "见上")
"""Words that point to a reason given before."""


def has_reason_column(form: Form) -> bool:
    return "reason" in form.submission.columns or any(leaf.answer.reason for leaf in form.leaves if not leaf.execution)


def is_empty(cell: Cell) -> bool:
    """Words that explain nothing."""
    return bool(EMPTY_WORDS.fullmatch(squeezed(cell.text)))


def explains(cell: Cell) -> bool:
    """Is there more than a dash or an empty word?"""
    return not is_blank(cell) and not is_empty(cell)


def why_not_run(form: Form) -> str:
    if has_reason_column(form) or form.submission.reason.source.at:
        return ""
    return "表中没有偏差原因栏"


@check(
    "E501", level="warning", message="分值 {weight}，得分 {claimed}，扣 {deducted} 分而偏差原因栏为空；请填写扣分原因"
)
def deduction_without_reason(form: Form) -> Outcomes:
    """A row that loses points says why.

    标题：扣分而未说明原因
    为何重要：扣分的依据和改进措施是自评的主要内容。
    依据：财预〔2020〕10号：对未完成绩效目标或偏离绩效目标较大的项目要分析并说明原因；各地自评表“偏差原因分析及改进措施”栏。
    例：“公共机构节能工作”分值 7，得分 6，偏差原因空白。
    改法：在偏差原因栏写明为何扣分、如何改进。
    何时无法判定：表中没有偏差原因栏；没有分值或得分；全表共用一个原因栏且已填写；未完成目标的行由另一项检查列出。
    """
    yield from _without_reason(form, missed=False)


@check(
    "E502",
    level="warning",
    message="完成值 {actual} 未达到目标 {target}，而偏差原因栏为空；请填写未完成的原因和改进措施",
)
def missed_without_reason(form: Form) -> Outcomes:
    """A row that misses its target says why.

    标题：未完成目标而未说明原因
    为何重要：未完成的指标必须说明原因，这是复核的第一关。
    依据：财预〔2020〕10号：对未完成绩效目标的，要分析并说明原因，研究提出改进措施。
    例：目标 ≥4754人，完成 4604人，偏差原因空白。
    改法：在偏差原因栏写明原因和改进措施。
    何时无法判定：表中没有偏差原因栏；目标或完成值没有填，或不是可以比较的数字；方向不明；全表共用一个原因栏且已填写。
    """
    yield from _without_reason(form, missed=True)


def _without_reason(form: Form, *, missed: bool) -> Outcomes:
    """E501 takes the rows that lose points, E502 those whose figures miss the target; one row is reported once."""
    if reason := why_not_run(form):
        yield not_run(reason)
        return
    rows = [leaf for leaf in form.leaves if not leaf.execution]
    if not rows:
        yield not_run("没有指标行")
    for leaf in rows:
        short = fell_short(leaf)
        if missed and leaf.met is None:
            filled = leaf.answer.target and leaf.answer.actual
            words = leaf.comparable or "目标或完成值不是可以比较的数字"
            yield undecided(words if filled else "目标或完成值没有填")
        elif missed and leaf.met is False and not short:
            yield undecided("目标没有比较符号，方向由指标名称推断")
        elif not missed and (leaf.claimed is None or leaf.weight is None):
            yield undecided("没有分值或得分")
        elif not missed and short:
            yield undecided("未完成目标，原因是否填写见 E502")
        elif not is_blank(leaf.answer.reason) or (not short and (missed or not deducted(leaf))):
            yield sound()
        elif explains(form.submission.reason):
            yield undecided("全表共用一个原因栏，未必包括本行")
        else:
            cells = [leaf.answer.claimed, leaf.answer.reason, leaf.answer.actual]
            yield faulty(
                leaf.path,
                [cell for cell in cells if cell.source.at],
                weight=leaf.weight,
                claimed=leaf.claimed,
                deducted=leaf.weight - leaf.claimed if leaf.weight is not None and leaf.claimed is not None else None,
                target=leaf.answer.target.text,
                actual=leaf.answer.actual.text,
            )


def fell_short(leaf: Leaf) -> bool:
    """Do the figures themselves miss the target, by a direction that the form states?"""
    return leaf.met is False and leaf.status == "recomputed" and not leaf.direction_inferred


@check("E503", level="warning", message="偏差原因“{reason}”没有说明为什么；请写明具体原因和改进措施")
def empty_reason(form: Form) -> Outcomes:
    """A reason that is asked for explains something.

    标题：偏差原因空泛
    为何重要：“无”“指标进行调整”等于没有解释。
    依据：财预〔2020〕10号：要分析并说明原因，研究提出改进措施。
    例：未完成而原因写“指标进行调整”。
    改法：写明什么变了、由谁批准、影响多少。
    何时无法判定：表中该行没有扣分也没有未完成，不要求填写原因。
    """
    asked = [leaf for leaf in form.leaves if leaf.answer.reason and (deducted(leaf) or fell_short(leaf))]
    given = [place for document in form.documents for place in reasons_in(document)]
    if not asked and not given:
        yield not_run("没有要求说明原因的行，或原因栏为空")
        return
    for leaf in asked:
        if is_empty(leaf.answer.reason):
            yield faulty(leaf.path, [leaf.answer.reason], reason=leaf.answer.reason.text)
        else:
            yield sound()
    told = False
    for place in given:
        words = squeezed(place.quote)
        if EMPTY_WORDS.fullmatch(words) and not (told and words in ABOVE):
            yield faulty((), [place], reason=place.quote)
        else:
            told = True
            yield sound()


REASON_GIVEN = re.compile("(?:主要)?原因(?:是|为|在于|系)?[:：]?([^。；;，,！!？?]{1,60})")


def reasons_in(document: Document) -> Iterator[Place]:
    """What a report's sentences name as the reason of a change or a shortfall, each with its line and columns."""
    for paragraph in document.paragraphs:
        if "原因" not in paragraph.text:
            continue
        for match in REASON_GIVEN.finditer(paragraph.text):
            if "原因分析" in match[0]:
                continue
            start, end = match.span(1)
            yield Place(file=document.path, at=f"{paragraph.source.place}:{start + 1}-{end}", quote=match[1])


@check("E504", level="warning", message="预算执行率 {rate}%，低于 {limit}%，没有说明原因；请说明未执行的原因和资金去向")
def low_execution_without_reason(form: Form) -> Outcomes:
    """An execution rate below the set's limit is explained.

    标题：预算执行率偏低而未说明
    为何重要：资金没有用出去，要说明原因以及结余、结转的去向。
    依据：各地通知（如四川要求执行率低于90%的说明原因）；界限见指标体系文件。
    例：预算 185，执行 125，执行率 67.57%，没有任何说明。
    改法：在资金栏或偏差原因栏说明。
    何时无法判定：预算数或执行数没有填；别的行的说明、存在问题或表注提到了资金。
    """
    row = funds_total(form.submission)
    limit = form.set.thresholds.execution_explained * 100
    if row is None:
        yield not_run("没有资金数字")
        return
    rate = execution_rate(form)
    if rate is None:
        yield undecided("预算数或执行数没有填")
        return
    explained = [row.reason, form.submission.reason, *(funds.reason for funds in form.submission.funds)]
    elsewhere = [*(leaf.answer.reason for leaf in form.leaves), form.submission.problems, *form.submission.notes]
    if rate >= limit or any(explains(cell) for cell in explained):
        yield sound()
    elif any(ABOUT_MONEY.search(cell.text) for cell in elsewhere):
        yield undecided("别的行的偏差原因、存在问题或表注提到了资金")
    else:
        cells = [cell for cell in (row.rate, row.executed, row.budget) if cell]
        yield faulty(("预算执行率",), cells, rate=rate.quantize(Decimal("0.01"), ROUND_HALF_UP), limit=limit)


ABOUT_MONEY = re.compile("资金|预算|执行|支付|拨付|结余|结转|尾款")


def execution_rate(form: Form) -> Decimal | None:
    """Executed ÷ adjusted budget in per cent, the printed rate where the amounts are missing."""
    for leaf in form.leaves:
        if leaf.execution and leaf.target.number and leaf.actual.number is not None:
            return leaf.actual.number / leaf.target.number * 100
    for money in money_rows(form):
        if money.row is funds_total(form.submission):
            if money.planned and money.executed is not None:
                return money.executed / money.planned * 100
            return rate_in(money.row.rate)
    return None


@check("E505", level="note", message="有 {count} 处扣分或未完成，存在问题一栏却为“{problems}”；请写明问题")
def problem_section_empty(form: Form) -> Outcomes:
    """Where points are lost or targets missed, the section on problems is not empty.

    标题：有扣分而存在问题栏为空
    为何重要：自评要找出问题；分数说有问题，文字说没有，两处不一致。
    依据：财预〔2020〕10号：绩效评价报告应包括存在的问题及原因分析。
    例：扣 2 分，“存在的问题及原因分析：无”；某科目只完成预算的 58.9%，报告的存在问题为“无”。
    改法：写明存在的问题和改进措施。
    何时无法判定：提交件没有存在问题一栏。
    """
    problems = form.submission.problems
    sections = [section for document in form.documents for section in problem_sections(document)]
    if not problems.source.at and not sections:
        yield not_run("提交件没有存在问题一栏")
        return
    short = [leaf for leaf in form.leaves if deducted(leaf) or fell_short(leaf)]
    shortfalls = [place for document in form.documents for place in shortfalls_in(document)]
    if problems.source.at:
        if short and (is_blank(problems) or is_empty(problems)):
            cells = [problems, *(leaf.answer.claimed for leaf in short[:3])]
            yield faulty((), cells, count=len(short), problems=problems.text.strip() or "空白")
        else:
            yield sound()
    for section in sections:
        if section.quote and not EMPTY_WORDS.fullmatch(squeezed(section.quote)):
            yield sound()
        elif short or shortfalls:
            places = [section, *shortfalls[:3], *(Place.of(leaf.answer.claimed) for leaf in short[:3])]
            yield faulty((), places, count=len(short) + len(shortfalls), problems=section.quote or "空白")
        else:
            yield sound()


PROBLEM_HEADING = re.compile(
    r"[#*\s（(一二三四五六七八九十0-9）)、.．]*(?:主要)?存在(?:的)?(?:主要)?问题[^。；]{0,12}$"
)
HEADING = re.compile(r"[#*\s]*(?:[（(]?[一二三四五六七八九十]{1,3}[）)、]|\d{1,2}[、.．])")
COMPLETION = re.compile(r"完成(?:年初|年度|全年|调整)?预算(?:数)?的?\s{0,3}(\d{1,3}(?:\.\d{1,4})?)\s?[%％]")


def problem_sections(document: Document) -> Iterator[Place]:
    """What stands under each heading 存在的问题: the quote of the section when it is a word or two, else its start."""
    paragraphs = [paragraph for paragraph in document.paragraphs if paragraph.text.strip()]
    for heading, following in zip(paragraphs, [*paragraphs[1:], None], strict=False):
        if PROBLEM_HEADING.match(heading.text.strip("*# \t")) and len(heading.text) < 40:
            empty = following is None or bool(HEADING.match(following.text))
            body = "" if empty or following is None else following.text.strip()[:40]
            place = heading if empty or following is None else following
            yield Place(file=document.path, at=place.source.place, quote=body)


def shortfalls_in(document: Document) -> Iterator[Place]:
    """Sentences that say less than the whole budget was carried out."""
    for paragraph in document.paragraphs:
        for match in COMPLETION.finditer(paragraph.text):
            if Decimal(match[1]) < 90:
                at = f"{paragraph.source.place}:{match.start() + 1}-{match.end()}"
                yield Place(file=document.path, at=at, quote=match[0])
