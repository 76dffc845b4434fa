"""Family N: arithmetic of the prose and of free tables. What is printed is recomputed from the figures beside it.

What a text or a table says is read and judged in `scorer.prose`; here its verdicts become outcomes. N206, N207 and N208 ask
whether a percentage can be at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, check, faulty, held, sound, undecided
from scorer.checks.verdicts import explained_mentions, verdict_outcomes, words
from scorer.model import Cell
from scorer.numbers.interval import rounded, shown, span
from scorer.prose.outline import Stated
from scorer.prose.percentages import (
    RateDone,
    RateOfAsked,
    rates_done,
    rates_of_asked,
    share_groups,
    single_parts,
)
from scorer.prose.phrases import OVERLAPS

HUNDRED = Decimal(100)


@check("N201", level="error", message="{sum} 与所列 {whole} 相差 {difference}；请核对各分项与合计")
def parts_differ_from_sum(form: Form) -> Outcomes:
    """Parts that a text or a free table names for a whole do not add up to it.

    标题: 分项之和与合计不符
    为何重要: 合计是报告里被引用最多的数；分项加不起来，说明至少有一个数写错，或有一项漏列、重列。
    依据: 《项目支出绩效评价管理办法》（财预〔2020〕10号）要求绩效自评内容真实、数据准确；决算公开说明中分项须与合计衔接。
    例: “支出 234.62 万元”，各项 218.28 + 1 + 14.34 + 0 = 233.62，相差 1.00。
    改法: 对照决算表核对每一分项，改正写错的数，或补列漏掉的分项；因四舍五入产生的尾差请注明。
    何时无法判定: 分项以“等”结束；“其中”只列了部分；分项相互交叉（女性、党员）；数字只是约数。
    """
    yield from verdict_outcomes(form, "sum", "difference")


@check("N202", level="warning", message="{part} ÷ {whole} = {computed}%，文中写作 {printed}；请核对占比或两个数")
def share_differs(form: Form) -> Outcomes:
    """A printed share differs from part ÷ whole.

    标题: 占比与部分÷整体不符
    为何重要: 占比由两个数算出，算不出来说明占比、部分或整体有一个写错。
    依据: 绩效自评应数据准确（财预〔2020〕10号）；占比按印出的小数位四舍五入。
    例: 19.35 万元占 355.2 万元，应为 5.45%，文中为 5.44%。
    改法: 用部分除以整体重算，改正占比；为凑足 100% 而调整的，请注明。
    何时无法判定: 文中没有说明是占什么的比重，或整体没有写出数字。
    """
    yield from verdict_outcomes(form, "share")


@check("N203", level="error", message="{computation}，文中写作 {printed}；请核对增减额、增减率和上年数")
def change_rate_differs(form: Form) -> Outcomes:
    """A printed change rate differs from change ÷ last year's figure.

    标题: 增减率与增减额÷上年数不符
    为何重要: 增减率是对比分析的结论，算不出来时，本年数、上年数、增减额、增减率中有一个写错。
    依据: 决算公开说明须说明与上年相比的增减情况；增减率＝增减额÷上年数。
    例: “2023年348.49万元，增加10.78万元，增长5.5%”：10.78 ÷ 348.49 = 3.09%。
    改法: 用决算表的本年数、上年数重算。
    何时无法判定: 上年数没有写出，也不能由本年数和增减额推出。
    """
    yield from verdict_outcomes(form, "growth", "change")


@check("N204", level="error", message="{computation}，文中写作 {printed}；请核对单价、数量和金额")
def product_differs(form: Form) -> Outcomes:
    """Unit price × quantity differs from the amount.

    标题: 单价×数量与金额不符
    为何重要: 补助标准、单价与发放人数、采购数量决定金额，是复核最先抽查的一处。
    依据: 资金使用应符合标准、手续齐全（财预〔2020〕10号 附件 产出成本指标）。
    例: 每盏 420 元、460 盏，应为 19.32 万元，文中为 18.32 万元。
    改法: 核对发放表、合同，改正三个数中写错的一个；有多种标准的，请分别写明。
    何时无法判定: 数量或金额没有写出；同一句里有几个数量、几笔金额，不能确定用哪一个。
    """
    yield from verdict_outcomes(form, "product")


@check("N205", level="error", message="{spent} ÷ {budget} = {computed}%，文中写作 {printed}；请核对预算数、决算数和完成率")
def completion_rate_differs(form: Form) -> Outcomes:
    """A printed rate of execution, or the words for it, differ from what was spent and planned.

    标题: 完成率（执行率）与决算÷预算不符
    为何重要: 预算执行率直接计分，也是判断绩效的第一个数。
    依据: 《中央部门项目支出绩效自评操作指南》等规定预算执行率＝全年执行数÷全年预算数。
    例: 预算 370 万元，到 12 月底支出 273.79 万元，执行率应为 74.0%，文中为 100%；决算 148 万元、预算 160 万元，却写“决算数大于预算数”。
    改法: 以评价年度 12 月 31 日的执行数重算执行率。
    何时无法判定: 预算数或决算数没有写出；预算数为 0；同一条中有几个决算数，或两数相差不到千分之五。
    """
    yield from verdict_outcomes(form, "done", "order")


def cells(*figures: Stated | None) -> list[Cell]:
    """The places of figures, each once."""
    return [figure.mention.cell() for figure in dict.fromkeys(figures) if figure is not None]


@check("N206", level="error", message="{computation}，超过整体；请核对是否把不同口径的分项并列，或占比写错")
def shares_exceed_whole(form: Form) -> Outcomes:
    """Shares of one whole add up to more than 100%, or a part exceeds its whole.

    标题: 占比之和超过 100%，或部分大于整体
    为何重要: 同一整体的各部分之和不会超过整体；超过说明口径重叠（如把经济分类与功能分类并列）或有数写错。
    依据: 绩效自评应数据准确、口径一致。
    例: 38.4% + 22.1% + 31.5% + 18% = 110.0%。
    改法: 只列同一种分类的各项；改正写错的占比。
    何时无法判定: 各占比不是同一整体的占比。
    """
    wrong = {id(f.mention) for v in form.verdicts if v.state == "differs" and v.equation for f in v.equation.figures}
    for tree in form.outlines:
        for group in share_groups(tree):
            if any(id(figure.mention) in wrong for figure in group):
                yield undecided("占比或其分项另有不符（见 N201、N202），同源")
            else:
                yield held(judge_group(group), tuple(figure.mention for figure in group))
        for wholes, part in single_parts(tree):
            yield held(judge_part(wholes, part), part.mention, wholes[-1].mention)


_OVERLAPPING = re.compile(OVERLAPS)


def judge_group(group: Sequence[Stated]) -> Outcome:
    """Whether shares of one whole stay within it."""
    if len({figure.mention.whole for figure in group if figure.aspect == "share"}) > 1:
        return undecided("各占比所对的整体不同")
    if any("其中" in figure.gap for figure in group[1:]):
        return undecided("占比分属不同层次")
    largest = sorted(figure.number for figure in group)[-2:]
    total = sum((figure.number for figure in group), Decimal(0))
    overlapping = any(_OVERLAPPING.search(figure.near) or _OVERLAPPING.search(figure.gap) for figure in group)
    if sum(largest) > HUNDRED or overlapping:
        # 党员占46%，女性占38%; 满意占92%，知晓占88%: of the same people, but no parts
        return undecided("各占比可能相互交叉，不是同一整体的各部分")
    if total - sum((figure.places for figure in group), Decimal(0)) / 2 <= HUNDRED:
        return sound()
    if any(figure.loose for figure in group):
        return undecided("占比是约数")
    computation = " + ".join(figure.mention.quote for figure in group) + f" = {shown(total)}%"
    return faulty((), cells(*group), computation=computation)


def judge_part(wholes: Sequence[Stated], part: Stated) -> Outcome:
    """Whether the one part that is named stays within what it may be a part of."""
    whole = wholes[-1]
    if any(part.number <= candidate.number for candidate in wholes):
        return sound()
    return faulty(
        (), cells(whole, part),
        message=f"部分（{words(part)}）大于整体（{words(whole)}）；请核对两个数和各自的口径",
        part=part.mention.quote, whole=whole.mention.quote,
    )  # fmt: skip


@check("N207", level="warning", message="{asked}{unit}中不可能得出 {printed}：{nearest}；请核对份数或比率")
def impossible_percentage(form: Form) -> Outcomes:
    """A percentage that no whole number of those asked gives (GRIM).

    标题: 百分比在给定份数下不可能出现
    为何重要: 满意率由满意份数除以有效份数得来；除不出来，说明份数或比率不是调查得出的。
    依据: 满意度应以问卷等调查为依据，并保留佐证。
    例: 30 份问卷的满意率不可能是 95%：28/30 = 93.33%，29/30 = 96.67%。
    改法: 按原始问卷重算满意率，写明发放、收回、满意份数。
    何时无法判定: 份数是约数；满意份数另外写出（由 N202 核对）；比率是加权得分。
    """
    explained = explained_mentions(form.verdicts)
    for tree in form.outlines:
        for item in rates_of_asked(tree):
            if id(item.rate.mention) in explained:
                yield sound()
            else:
                yield held(grim(item), item.rate.mention, tuple(figure.mention for figure in item.asked))


_ROUNDS = frozenset(["期", "轮", "场", "年", "月", "天", "个月"])  # 发放消费券3期: how often, not how many


def grim(item: RateOfAsked) -> Outcome:
    """Whether a whole number of any of those asked gives the rate."""
    rate = item.rate
    printed = span(rate.mention.quantity)
    asked = [f for f in item.asked if f.number > 0 and not f.loose and f.number == int(f.number)]
    asked = [f for f in asked if f.mention.quantity.unit not in _ROUNDS]
    if printed is None or rate.loose or not asked or re.search("平均|综合", rate.near):
        return undecided("份数或比率是约数，或为加权平均")
    for figure in asked:
        least = (printed.low * figure.number / HUNDRED).to_integral_value(ROUND_CEILING)
        if least * HUNDRED <= printed.high * figure.number:
            return sound()
    figure = asked[-1]
    below = rate.number * figure.number // HUNDRED
    pairs = [f"{shown(k)}/{shown(figure.number)} = {rounded(HUNDRED * k / figure.number, 2)}%" for k in (below, below + 1)]
    return faulty(
        (), cells(figure, rate),
        asked=shown(figure.number), unit=figure.mention.quantity.unit, printed=rate.mention.quote, nearest="，".join(pairs),
    )  # fmt: skip


@check("N208", level="warning", message="{words}：0 ÷ 0 没有意义，写作 {printed}；请改为“不适用”或“—”")
def zero_rate_stated(form: Form) -> Outcomes:
    """A rate is printed for nothing out of nothing.

    标题: 0÷0 写成百分比
    为何重要: 预算、决算都为 0 时没有完成率；写成 100% 或 0% 会被当作真实的执行率统计。
    依据: 执行率＝执行数÷预算数，预算数为 0 时不适用。
    例: “公务接待费预算 0 万元、支出 0 万元，执行率为 0%”。
    改法: 删去完成率，或写“不适用”。
    何时无法判定: 决算为 0、写完成 0%，而预算数没有写出。
    """
    unsaid: dict[Decimal, list[RateDone]] = {Decimal(0): [], HUNDRED: []}
    for tree in form.outlines:
        for item in rates_done(tree):
            if item.spent.number != 0 or item.rate.number not in (0, HUNDRED):
                yield sound()
            elif item.both or (item.budget is not None and item.budget.number == 0):
                places = cells(item.budget if not item.both else None, item.spent, item.rate)
                yield faulty((), places, words="预算与决算均为 0", printed=item.rate.mention.quote)
            elif item.budget is not None:
                yield sound()
            else:
                unsaid[item.rate.number].append(item)
    yield from _without_budget(unsaid[Decimal(0)], unsaid[HUNDRED])


def _without_budget(none: Sequence[RateDone], full: Sequence[RateDone]) -> Iterator[Outcome]:
    """Rates of 0 spent whose budget no text writes: 0 % may be right, 100 % may not, nor may both be."""
    if full:
        both = "同为 0 万元，一处写 100%，一处写 0%" if none else "决算为 0 而写完成 100%"
        pairs = [*full, *none]
        printed = "、".join(sorted({item.rate.mention.quote for item in pairs}))
        yield faulty((), cells(*(f for item in pairs for f in (item.spent, item.rate))), words=both, printed=printed)
        return
    for _ in none:
        yield undecided("决算为 0、写完成 0%，预算数没有写出")
