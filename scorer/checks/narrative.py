"""Family N: arithmetic of the prose. What is printed is recomputed from the figures beside it.

Every check walks one kind of statement (`scorer.prose.read`); a statement that fits in any of its readings is sound, one
that fits in none is faulty when its reading is certain and undecided when it is not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from itertools import combinations, permutations

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, check, faulty, held, sound, undecided
from scorer.checks.verdicts import verdict_outcomes
from scorer.model import Cell
from scorer.numbers.interval import Span, beyond, decimals, finest, loose, near, rounded, shown, span, written
from scorer.prose.changes import Change
from scorer.prose.execution import Execution
from scorer.prose.free_tables import column_rates
from scorer.prose.mentions import Mention
from scorer.prose.outcomes import Survey
from scorer.prose.phrases import REACH
from scorer.prose.prices import Product

HUNDRED = Decimal(100)


def _of_other_figures(survey: Survey, printed: Span) -> bool:
    """Whether a rate is that of other figures of its sentence: 回访120户，接通103户，满意98户; 考录22人，聘用31人，其他就业14人."""
    if survey.rate.number is None or survey.rate.number == HUNDRED:
        return False
    figures = [m.number for m in survey.around if m.number is not None]
    groups = [sum(figures[start:], Decimal(0)) for start in range(len(figures))]
    return any(whole and part < whole and printed.low <= HUNDRED * part / whole <= printed.high for whole in figures for part in groups)


def cells(*mentions: Mention | None) -> list[Cell]:
    """The places of figures, each once, in the order of the document."""
    unique = {id(mention): mention for mention in mentions if mention is not None}
    return [mention.cell() for mention in unique.values()]


def scale_of(mention: Mention) -> Decimal:
    parts = written(mention.quantity)
    return parts[1] if parts and parts[1] else Decimal(1)


_SCALES = {Decimal(10000): "万", Decimal(10) ** 8: "亿", Decimal(1000): "千"}


def unit_words(mention: Mention) -> str:
    """The unit of a figure as a message names it: 万元, 元, 人."""
    return f"{_SCALES.get(scale_of(mention), '')}{mention.quantity.unit.split('/')[0]}"


def words(mention: Mention) -> str:
    """A figure with what it is of, for a message: 茶园管护82.4万元."""
    if not mention.label and mention.tail and not mention.in_table:
        return f"{mention.quote}{mention.tail[:8]}"  # 43个自然村
    name = mention.subject if len(mention.subject) > 1 else mention.label
    if name in mention.label:
        # 项目支出, not 项目: what the money is belongs to its name
        name = mention.label[mention.label.index(name) :]
    return f"{name.rstrip('均为是达到的约：').removeprefix('占')[-16:]}{mention.quote}"


def places_of(mention: Mention) -> int:
    own = written(mention.quantity)
    return decimals(own[0]) if own else 0


def ratio(part: Mention, whole: Mention) -> Span | None:
    """part ÷ whole in percent, with the written precision of both (money drops trailing zeros)."""
    precision = finest((part.quantity, whole.quantity)) if part.dimension == "元" else None
    if precision is not None and precision >= 10000:
        precision = Decimal(0)
    upper, lower = span(part.quantity, precision), span(whole.quantity, precision)
    if upper is None or lower is None:
        return None
    quotient = upper.over(lower)
    return None if quotient is None else Span(quotient.low * HUNDRED, quotient.high * HUNDRED)


def judge_survey(survey: Survey) -> Outcome:
    """The printed rate against every number of those who agreed ÷ every number of those asked."""
    printed = span(survey.rate.quantity)
    if printed is None:
        return undecided("比率是约数")
    middle = (printed.low + printed.high) / 2
    groups = [list(group) for size in (1, 2, 3) for group in combinations(survey.agreed[:4], size)]
    best: tuple[Mention, Decimal, Decimal] | None = None
    for asked in survey.asked:
        if not asked.number:
            continue
        for group in groups:
            agreed = sum((mention.number or Decimal(0) for mention in group), Decimal(0))
            value = HUNDRED * agreed / asked.number
            if printed.low <= value <= printed.high or (agreed >= asked.number and survey.rate.number == HUNDRED):
                return sound()
            nearer = best is None or abs(value - middle) < abs(best[2] - middle)
            if nearer and (agreed <= asked.number or len(survey.asked) == len(survey.agreed) == 1):
                best = asked, agreed, value
    if any(loose(mention.quantity) for mention in (*survey.asked, *survey.agreed)):
        return undecided("调查人数或满意人数是约数")
    for asked, agreed_one in ((a, b) for a in survey.asked for b in survey.agreed):
        together = (asked.number or Decimal(0)) + (agreed_one.number or Decimal(0))
        if together and printed.low <= HUNDRED * (agreed_one.number or Decimal(0)) / together <= printed.high:
            return sound()  # 合格67个、不合格9个: of both together
    if survey.rest is not None:
        rest, passed = survey.rest, survey.agreed[0]
        together = (rest.number or Decimal(0)) + (passed.number or Decimal(0))
        if not together:
            return undecided("满意人数多于调查人数或没有写出")
        return faulty(
            (), cells(passed, rest, survey.rate),
            part=words(passed), whole=f"（{passed.quote} + {rest.quote}）",
            computed=rounded(HUNDRED * (passed.number or Decimal(0)) / together, max(2, places_of(survey.rate))),
            printed=survey.rate.quote,
        )  # fmt: skip
    if _of_other_figures(survey, printed):
        return undecided("比率与同句其他数相符，可能是另一口径")
    if best is None:
        return undecided("满意人数多于调查人数或没有写出")
    if not survey.certain:
        return undecided("比率所对的总数不能确定")
    asked, agreed, value = best
    return faulty(
        (), cells(asked, *survey.agreed, survey.rate),
        part=f"{shown(agreed)}{survey.agreed[0].quantity.unit}", whole=words(asked),
        computed=rounded(value, max(2, places_of(survey.rate))),
        printed=survey.rate.quote,
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- N203


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
    for rate in column_rates(form.documents, form.mentions):
        if isinstance(rate, Change):
            yield judge_change(rate)


def judge_change(change: Change) -> Outcome:
    rate, amount = change.rate, change.amount
    sign = 1 if change.up else -1
    readings: list[tuple[Decimal, Decimal, str, tuple[Mention, ...]]] = []  # (change, base, words, figures)
    for before in change.before:
        if not before.number:
            continue
        if amount is not None and amount.number is not None:
            readings.append((amount.number, before.number, f"{amount.quote} ÷ {before.quote}", (amount, before)))
        else:
            for now in change.now:
                if now.number is not None:
                    delta = now.number - before.number
                    readings.append(
                        (delta * sign, before.number, f"（{now.quote} − {before.quote}）÷ {before.quote}", (before, now))
                    )
    certain = len(readings)
    if amount is not None and amount.number is not None and not change.before:
        for now in (*change.now, *change.further):
            if now is (change.further[0] if change.further else None):
                certain = len(readings)
            if now.number is None:
                continue
            base = now.number - sign * amount.number
            operation = "−" if change.up else "+"
            readings.append(
                (amount.number, base, f"{amount.quote} ÷（{now.quote} {operation} {amount.quote}）", (now, amount))
            )
        if not change.further:
            certain = len(readings)
    difference = _difference(change)
    if rate is None or not readings:
        return difference or undecided("上年数没有写出，也推不出")
    printed = span(rate.quantity) or beyond(rate.quantity)
    if printed is None:
        return undecided("增减率是约数")
    for delta, base, _, figures in readings:
        if base <= 0:
            if delta == 0 and rate.number == 0:
                return sound()
            continue
        value = HUNDRED * delta / base
        precision = finest(m.quantity for m in figures if m.dimension == "元") or Decimal(0)
        precision = Decimal(0) if precision >= 10000 else precision
        slack = HUNDRED * precision * (delta + base) / (2 * base * base) if base else Decimal(0)
        if printed.low - abs(slack) <= value <= printed.high + abs(slack):
            return difference or sound()
    usable = [reading for reading in readings[:certain] if reading[1] > 0]
    if not usable or not change.certain:
        return undecided("上年数没有写出，也推不出")
    delta, base, computation, figures = usable[0]
    value = HUNDRED * delta / base
    if loose(rate.quantity) and near(rate.quantity, value, Decimal("0.4")):
        return undecided("增减率是约数")
    return faulty(
        (), cells(*figures, rate),
        computation=f"{computation} = {rounded(value, max(2, places_of(rate)))}%",
        printed=f"{rate.label[-6:]}{rate.quote}",
    )  # fmt: skip


def _difference(change: Change) -> Outcome | None:
    """比2019年的5.80万元减少0.47万元: this year's figure, last year's and the change are all printed."""
    amount = change.amount
    if amount is None or amount.number is None or not change.before or not change.now:
        return None
    before = change.before[0]
    if before.number is None:
        return None
    expected = before.number + (amount.number if change.up else -amount.number)
    precision = finest(m.quantity for m in (amount, before, *change.now)) or Decimal(0)
    for now in change.now:
        if now.number is not None and abs(now.number - expected) <= precision * 3 / 2:
            return sound() if change.rate is None else None
    if change.rate is not None or len({now.number for now in change.now}) != 1:
        return None
    now = change.now[0]
    operation = "+" if change.up else "−"
    return faulty(
        (), cells(now, before, amount),
        computation=f"{before.quote} {operation} {amount.quote} = {shown(expected, scale_of(before))}{unit_words(before)}",
        printed=f"{now.label[-8:]}{now.quote}" if now.quantity.unit == "%" else words(now),
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- N204


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


_PERIODIC = re.compile(
    r"每个?(?P<period>月|季|天|日|周|次|学期)|(?P<again>月|季|日)(?=人?均|均|补|工资|薪|租)|均每?(?P<each>月|季|日|天)(?![一-龥]{0,2}[前底末])"
)
_IN_A_YEAR = {"月": (12,), "季": (4,), "天": (365, 366), "日": (365, 366), "周": (52,), "学期": (2,)}


def times_paid(product: Product) -> tuple[tuple[Decimal, ...], Mention | None]:
    """How often a price is paid, and the figure that says so: 每生每天4元、全年200天 is paid 200 times, 每月 may be 12.

    The figure is None where the text gives none or several.
    """
    match = _PERIODIC.search(product.price.label)
    period = match["period"] or match["again"] or match["each"] if match else ""
    if not period or period == product.price.per:
        return (Decimal(1),), None
    written = {m.number: m for m in product.periods if period in m.quantity.unit and m.number}
    usual = tuple(Decimal(times) for times in _IN_A_YEAR.get(period, ()))
    alone = next(iter(written.values())) if len(written) == 1 else None
    return (*(number for number in written if number is not None), Decimal(1), *usual), alone


def judge_products(pairs: Sequence[tuple[Mention, Mention]], total: Mention) -> Outcome:
    """Several counts, each times its price, against the one total of all."""
    spans = [(span(count.quantity), span(price.quantity)) for count, price in pairs]
    printed = span(total.quantity)
    if printed is None or any(count is None or price is None for count, price in spans):
        return undecided("单价、数量或金额是约数")
    each = [price.times(count) for count, price in spans if price is not None and count is not None]
    if Span(sum(e.low for e in each), sum(e.high for e in each)).meets(printed):  # type: ignore[arg-type]
        return sound()
    unit = scale_of(total)
    amount = sum((count.number * price.number for count, price in pairs if count.number and price.number), Decimal(0))
    factors = " + ".join(f"{price.quote} × {count.quote}" for count, price in pairs)
    return faulty(
        (), cells(*(m for pair in pairs for m in pair), total),
        computation=f"{factors} = {shown(amount, unit)}{unit_words(total)}", printed=total.quote,
    )  # fmt: skip


def _meets(price: Span, count: Mention, total: Mention, times: Sequence[Decimal]) -> bool:
    counted, amount = span(count.quantity), span(total.quantity)
    if counted is None or amount is None:
        return False
    each = price.times(counted)
    return any(Span(each.low * factor, each.high * factor).meets(amount) for factor in times)


def judge_product(product: Product) -> Outcome:
    price = product.price
    if product.pairs:
        return judge_products(product.pairs, product.totals[0])
    if not product.counts or not product.totals:
        return undecided("与单价相配的数量或金额没有写出")
    price_span = span(price.quantity)
    if price_span is None:
        return undecided("单价是约数或上下限")
    tried = False
    times, paid = times_paid(product)
    averaged = price.per != "" and "均" in price.label and paid is None
    for count in product.counts:
        count_span = span(count.quantity)
        if count_span is None:
            continue
        for total in product.totals:
            total_span = span(total.quantity)
            if total_span is None or total.number is None or count.number is None or price.number is None:
                continue
            tried = True
            each = price_span.times(count_span)
            for factor in times:
                if price.number * count.number * factor == total.number:
                    return sound()
                if Span(each.low * factor, each.high * factor).meets(total_span):
                    return sound()
            if len(times) > 1 and paid is None:
                return undecided("单价按月、按次计，期数没有写出")
    if not tried or any(loose(m.quantity) for m in (price, *product.counts[:1], *product.totals[:1])):
        return undecided("单价、数量或金额是约数")
    if not product.certain:
        return undecided("同一句里有几个数量或几笔金额，不能确定用哪一个")
    if any(_meets(price_span, m, total, times) for m in product.around for total in product.totals):
        return undecided("与同段另一个数量相符")
    count, total = product.counts[0], product.totals[0]
    assert price.number is not None
    assert count.number is not None
    assert total.number is not None
    unit = scale_of(total)
    places = [price, count, total]
    if averaged and count.number:
        average = rounded(total.number / count.number / scale_of(price), max(2, places_of(price)))
        computation = f"{total.quote} ÷ {count.quote} = {average}{unit_words(price)}/{count.quantity.unit}"
        return faulty((), cells(*places), computation=computation, printed=f"{price.label[-8:]}{price.quote}")
    amount = price.number * count.number * times[0]
    factors = " × ".join(m.quote for m in (price, count, paid) if m is not None)
    return faulty(
        (), cells(*places, paid), computation=f"{factors} = {shown(amount, unit)}{unit_words(total)}", printed=total.quote
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------- N205, N208


@check("N205", level="error", message="{spent} ÷ {budget} = {computed}%，文中写作 {printed}；请核对预算数、决算数和完成率")
def completion_rate_differs(form: Form) -> Outcomes:
    """A printed rate of execution differs from spent ÷ budget.

    标题: 完成率（执行率）与决算÷预算不符
    为何重要: 预算执行率直接计分，也是判断绩效的第一个数。
    依据: 《中央部门项目支出绩效自评操作指南》等规定预算执行率＝全年执行数÷全年预算数。
    例: 预算 370 万元，到 12 月底支出 273.79 万元，执行率应为 74.0%，文中为 100%。
    改法: 以评价年度 12 月 31 日的执行数重算执行率。
    何时无法判定: 预算数或决算数没有写出；预算数为 0。
    """
    year = form.year
    yield from verdict_outcomes(form, "done")
    for rate in column_rates(form.documents, form.mentions):
        if isinstance(rate, Execution):
            yield judge_execution(rate, year)


def judge_execution(item: Execution, year: int | None) -> Outcome:
    rate = item.rate
    printed = span(rate.quantity) or beyond(rate.quantity)
    if printed is None or rate.number is None:
        return undecided("完成率是约数")
    budgets = [m for m in item.budgets if m.number]
    within = [m for m in item.spent if m.number is not None and not _after_year(m, year)]
    late = [m for m in item.spent if m not in within]
    spent = within
    if not budgets:
        return undecided("预算数没有写出或为 0")
    readings = [(s.number, s) for s in spent if s.number is not None]
    if not any(mention.sentence is rate.sentence for mention in spent):
        for budget in budgets[:3]:
            readings += [(budget.number - m.number, m) for m in item.left if m.number is not None and budget.number]
    for budget in budgets:
        for number, mention in readings:
            assert budget.number is not None
            value = HUNDRED * number / budget.number
            if printed.low <= value <= printed.high:
                return sound()
            computed = ratio(mention, budget) if mention in spent else None
            if computed is not None and computed.meets(printed):
                return sound("仅因四舍五入而一致")
    if not spent:
        return undecided("决算数没有写出")
    if not item.near and not late and spent[0].line is not rate.line:
        return undecided("预算数、决算数不在同一段，不能确定是否同一笔")
    first, budget = spent[0], budgets[0]
    if first.number == 0 and _BOTH.search(first.label):
        return undecided("预算与决算均为 0（见 N208）")
    if first.number is None or budget.number is None or loose(first.quantity) or loose(budget.quantity):
        return undecided("预算数或决算数是约数")
    if "收入" in budget.label and "预算收入" not in budget.label and first.kind == "executed":
        return undecided("收入与支出并列，不能确定是哪一个的完成率")
    if first.kind != "executed" and len(spent) > 1:
        return undecided("决算数不能确定")
    if loose(rate.quantity) and near(rate.quantity, HUNDRED * first.number / budget.number, Decimal("0.05")):
        return undecided("完成率是约数")
    if not item.certain:
        return undecided("预算分几笔写出，不能确定按哪一笔计算")
    if _OF_SEVERAL_YEARS.search(budget.label + budget.gap[-REACH:]):
        return undecided("预算数是跨年度的总数")
    if _fits_others(item.around, (budget, first), rate):
        return undecided("完成率与同段另两个数相符，可能是另一笔的完成率")
    return faulty(
        (), cells(budget, first, rate),
        spent=words(first), budget=words(budget),
        computed=rounded(HUNDRED * first.number / budget.number, max(2, places_of(rate))), printed=rate.quote,
    )  # fmt: skip


def _fits_others(around: Sequence[Mention], accused: Sequence[Mention], rate: Mention) -> bool:
    """Whether a rate is that of two other amounts of the paragraph: 中央资金1.5亿元 … 中央资金执行1.41亿元，执行率94%."""
    printed = span(rate.quantity)
    if printed is None or rate.number == HUNDRED:
        return False
    figures = [m for m in around if m.number]
    return any(
        one.number and two.number and printed.low <= HUNDRED * one.number / two.number <= printed.high
        for one, two in permutations(figures, 2)
        if one.number != two.number and (one in accused or one.kind == "executed") and not (one in accused and two in accused)
    )


_BOTH = re.compile(r"预算数?(?:和|与|、|及)?(?:支出)?(?:决算|执行|支出)数?(?:均|都|皆|同)为?$")  # 预算和决算均为0万元
_OF_SEVERAL_YEARS = re.compile(r"20\d\d年?(?:度)?[至到—－-]+20\d\d年|[两二三四五]年|跨年|多年|总投资概算")


def _after_year(mention: Mention, year: int | None) -> bool:
    return year is not None and mention.year is not None and mention.year > year


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
    implied: dict[str, list[tuple[Mention, Mention]]] = defaultdict(list)
    for item in form.statements.executions:
        rate = item.rate
        same = [m for m in item.spent if m.sentence is rate.sentence and m.start < rate.start]
        budgets = [m for m in item.budgets if m.sentence is rate.sentence and m.start < rate.start]
        if not same or same[0].number != 0 or rate.number not in (0, 100):
            yield sound()
        elif _BOTH.search(same[0].label):
            yield faulty((), cells(same[0], rate), words="预算与决算均为 0", printed=rate.quote)
        elif budgets and budgets[0].number == 0:
            yield faulty((), cells(budgets[0], same[0], rate), words="预算与决算均为 0", printed=rate.quote)
        elif budgets and budgets[0].number:
            yield sound()
        else:
            implied[str(rate.number)].append((same[0], rate))
    yield from _implied_zero_rates(implied)


def _implied_zero_rates(implied: dict[str, list[tuple[Mention, Mention]]]) -> Iterator[Outcome]:
    full, none = implied.get("100", []), implied.get("0", [])
    if full:
        both = "同为 0 万元，一处写 100%，一处写 0%" if none else "决算为 0 而写完成 100%"
        pairs = full + none
        printed = "、".join(sorted({rate.quote for _, rate in pairs}))
        yield faulty((), cells(*(mention for pair in pairs for mention in pair)), words=both, printed=printed)
        return
    for _ in none:
        yield undecided("决算为 0、写完成 0%，预算数没有写出")


# --------------------------------------------------------------------------------------------------------------- N207


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
    for survey in form.statements.surveys:
        if survey.agreed or not survey.asked:
            continue
        yield held(grim(survey), survey)


_ROUNDS = frozenset(["期", "轮", "场", "年", "月", "天", "个月"])  # 发放消费券3期: how often, not how many


def grim(survey: Survey) -> Outcome:
    printed = span(survey.rate.quantity)
    asked = [m for m in survey.asked if m.number and not loose(m.quantity) and m.number == int(m.number)]
    asked = [m for m in asked if m.quantity.unit not in _ROUNDS]
    if printed is None or survey.rate.number is None or not asked or "平均" in survey.rate.label or "综合" in survey.rate.label:
        return undecided("份数或比率是约数，或为加权平均")
    for mention in asked:
        assert mention.number is not None
        least = (printed.low * mention.number / HUNDRED).to_integral_value(ROUND_CEILING)
        if least * HUNDRED <= printed.high * mention.number:
            return sound()
    mention = asked[-1]
    assert mention.number is not None
    below = survey.rate.number * mention.number // HUNDRED
    pairs = [f"{shown(k)}/{shown(mention.number)} = {rounded(HUNDRED * k / mention.number, 2)}%" for k in (below, below + 1)]
    return faulty(
        (), cells(mention, survey.rate),
        asked=shown(mention.number), unit=mention.quantity.unit, printed=survey.rate.quote, nearest="，".join(pairs),
    )  # fmt: skip
