"""N201, N202, N206: parts and wholes. What a text or a free table adds up, and the shares that it prints.

A statement that fits in any of its readings is sound; one that fits in none is faulty when its reading is certain and
undecided when it is not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from scorer.checks.form import Form
from scorer.checks.narrative import (
    HUNDRED,
    cells,
    judge_execution,
    places_of,
    ratio,
    scale_of,
    unit_words,
    words,
)
from scorer.checks.registry import Faulty, Outcome, Outcomes, Sound, check, faulty, held, sound, undecided
from scorer.checks.sameness import digits, slips
from scorer.checks.verdicts import verdict_outcomes
from scorer.numbers.interval import Span, beyond, decimals, finest, loose, near, rounded, shown, span, written
from scorer.prose.execution import Execution
from scorer.prose.free_tables import column_rates, column_sums
from scorer.prose.mentions import Mention
from scorer.prose.phrases import OVERLAPS
from scorer.prose.shares import Share
from scorer.prose.stocks import Flow
from scorer.prose.sums import UNSAID, Sum

MESSAGES = {"N201": "{sum_words} = {sum}{unit}，与所列 {whole}{unit} 相差 {difference}{unit}；请核对各分项与合计"}
LAST_PLACE = "{sum_words} = {sum}{unit}，与所列 {whole}{unit} 有尾差 {difference}{unit}；合计少写了小数位，请补齐或注明"
_OVERLAPPING = re.compile(OVERLAPS)
_USED_UP = re.compile(r"(?:已|均|也)*(?:全部|用完|使用|支出|用于)")
SLACK = Decimal("0.05")  # nobody objects when 60%以上 is 58%
_CARRIED = re.compile(r"上年|年初|以前|以往")
PARTIAL = Decimal("0.25")  # 其中 that leaves out more than this of the whole may have named only some parts
SOME_PARTIAL = Decimal("0.1")  # the same where no slip of the pen explains what is left out
MOSTLY_PARTIAL = Decimal("0.4")  # the same where three parts or more are named


# --------------------------------------------------------------------------------------------------------------- N201


@check(
    "N201",
    level="error",
    message=MESSAGES["N201"],
)
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
    yield from table_sums(form)


def sum_outcomes(form: Form) -> Sequence[Outcome]:
    """What is said of each sum of the prose, in their order; judged once, for two checks ask."""
    if form.judged is None:
        form.judged = [judge_sum(item) for item in form.statements.sums]
    return form.judged


def judge_flow(flow: Flow) -> Outcome:
    """What there was, with what came and without what went, is what there is."""
    figures = (flow.opening, *flow.gains, *flow.losses, flow.closing)
    if any(loose(m.quantity) or m.number is None for m in figures):
        return undecided("年初、年末或增减数是约数")
    came = sum((m.number for m in (flow.opening, *flow.gains) if m.number is not None), Decimal(0))
    went = sum((m.number for m in flow.losses if m.number is not None), Decimal(0))
    closing = flow.closing.number or Decimal(0)
    slack = (finest(m.quantity for m in figures) or Decimal(0)) * len(figures) / 2
    difference = abs(came - went - closing)
    if difference <= slack:
        return sound()
    unit = scale_of(flow.closing)
    terms = " + ".join(m.quote for m in (flow.opening, *flow.gains)) + "".join(f" − {m.quote}" for m in flow.losses)
    numbers = {"sum": shown(came - went, unit), "whole": shown(closing, unit), "difference": shown(difference, unit)}
    message = (
        f"{terms} = {numbers['sum']}{unit_words(flow.closing)}，与所列年末 {flow.closing.quote} 相差 "
        f"{numbers['difference']}{unit_words(flow.closing)}；请核对年初、增减与年末数"
    )
    return faulty((), cells(*figures), message=message, numbers=numbers)


def judge_list(judged: Sequence[tuple[Sum, Outcome]], form: Form) -> Iterator[Outcome]:
    """One list of parts, which may have a whole before it and one after it: the same disagreement is told once."""
    outcomes = [outcome for _, outcome in judged]
    faults = [outcome for outcome in outcomes if isinstance(outcome, Faulty)]
    holds = any(isinstance(outcome, Sound) for outcome in outcomes)
    for item, outcome in judged:
        if not isinstance(outcome, Faulty):
            yield held(outcome, item)
        elif holds and item.whole.sentence is not item.parts[0].sentence:
            yield undecided("分项与句末合计相符，前文的合计可能是另一口径")
        elif outcome is faults[0]:
            yield with_shares(outcome, item, form)


def with_shares(outcome: Faulty, item: Sum, form: Form) -> Faulty:
    """The finding with the shares that do not fit either: one wrong figure is one finding."""
    if outcome.level == "note":
        return outcome
    parts = {id(part) for part in item.parts}
    wrong = [
        share
        for share in form.statements.shares
        if id(share.part) in parts and isinstance(judge_share(share), Faulty)
    ]  # fmt: skip
    if not wrong:
        return outcome
    message = outcome.message or MESSAGES["N201"].format_map(outcome.numbers)
    if len(wrong) == 1 and wrong[0].part is not None:
        message += f"；{words(wrong[0].part)}占{wrong[0].percent.quote}也对不上，疑为同一处写错"
    else:
        message += f"；{len(wrong)} 个占比也对不上，疑合计写错"
    return replace(outcome, message=message)


def judge_remainder(item: Execution, year: int | None) -> Outcome | None:
    """预算 − 支出 = 结余, where the rate says which budget and which amount spent are meant."""
    left = next((m for m in item.left if m.number is not None and not _CARRIED.search(m.label) and not _USED_UP.match(m.tail)), None)
    if left is None or not isinstance(judge_execution(item, year), Sound):
        return None
    printed = span(item.rate.quantity)
    for budget in item.budgets:
        for spent in item.spent:
            quotient = ratio(spent, budget) if budget.number and spent.number is not None else None
            if quotient is None or printed is None or not quotient.meets(printed):
                continue
            assert budget.number is not None
            assert spent.number is not None
            assert left.number is not None
            expected = budget.number - spent.number
            slack = finest((budget.quantity, spent.quantity, left.quantity)) or Decimal(0)
            if abs(expected - left.number) <= slack:
                return sound()
            unit = scale_of(left)
            return faulty(
                (),
                cells(budget, spent, left),
                message=f"{budget.quote} − {spent.quote} = {shown(expected, unit)}{unit_words(left)}，与所列结余 {left.quote} "
                f"相差 {shown(abs(expected - left.number), unit)}{unit_words(left)}；请核对预算、支出与结余",
                sum=shown(expected, unit),
                whole=shown(left.number, unit),
                difference=shown(abs(expected - left.number), unit),
            )
    return None


def judge_sum(item: Sum) -> Outcome:
    return judge_parts(
        item.whole, item.parts, item.wholes or (item.whole,), item.longer, item.complete, item.doubt, item.backwards
    )  # fmt: skip


def judge_parts(
    whole: Mention,
    parts: Sequence[Mention],
    wholes: Sequence[Mention],
    longer: Sequence[Mention],
    complete: bool,
    doubt: str = "",
    backwards: bool = False,
) -> Outcome:
    unit = scale_of(parts[0]) if whole.dimension == "" else scale_of(whole)
    figures = [mention.number or Decimal(0) for mention in parts]
    total = sum(figures, Decimal(0))
    tail = ""
    ordered = [*(reversed(parts) if backwards else parts), *longer]
    for candidate in wholes:
        fit = fitting(candidate, ordered, len(parts), unit)
        if fit == "exact":
            return sound()
        if fit:
            tail = fit
    target = (whole.number or Decimal(0)) * (unit if whole.dimension == "" else 1)
    difference = abs(total - target)
    numbers = {
        "sum_words": "分项之和" if len(figures) == 1 else " + ".join(shown(number, unit) for number in figures),
        "sum": shown(total, unit),
        "whole": shown(target, unit),
        "difference": shown(difference, unit),
        "unit": unit_words(parts[0] if whole.dimension == "" else whole),
    }
    where = cells(whole, *parts)
    if tail == "rounding":
        return sound("仅因四舍五入而一致")
    if tail == "last place":
        return faulty(
            (), where, level="note",
            message=LAST_PLACE.format(**numbers),
            numbers=numbers,
        )  # fmt: skip
    if any(loose(mention.quantity) for mention in (*parts, whole)):
        low = sum((bounds.low for mention in parts if (bounds := span(mention.quantity)) is not None), Decimal(0))
        upper = span(whole.quantity)
        if upper is None or low <= upper.high:
            return undecided("分项或合计是约数")
    if doubt == UNSAID and not slips(digits(total), digits(target)):
        return undecided(doubt)
    if doubt == UNSAID:
        return faulty((), where, numbers=numbers)
    if total > target:
        if doubt.startswith("分项可能到"):
            return undecided(doubt)
        if doubt.startswith("分项可能") and (max(figures) <= target or whole.dimension == "个"):
            return undecided(doubt)
        if whole.dimension == "个" and max(figures) > target:
            return undecided("分项大于合计，可能不是同一类事物")
        if len(parts) == 1 and not complete:
            return undecided("只列了一个分项")
        return faulty((), where, numbers=numbers)
    if doubt:
        return undecided(doubt)
    if target == 0 or len(parts) < 2:
        return undecided("“其中”只列了一项，无法判断是否列全")
    most = PARTIAL if len(parts) < 3 else MOSTLY_PARTIAL
    if not _by_a_slip(difference):
        most = SOME_PARTIAL  # a figure that is misread or mistyped is off by one digit, or two that changed places
    if not complete and not _others_last(parts) and difference / target > most:
        return undecided("“其中”所列可能只是部分分项")
    return faulty((), where, numbers=numbers)


def _by_a_slip(difference: Decimal) -> bool:
    """Whether two figures that differ so can differ in one digit, or in two neighbours that changed places."""
    left = int("".join(map(str, difference.normalize().as_tuple().digits)))
    return left < 10 or left % 9 == 0 and left < 90


def _others_last(parts: Sequence[Mention]) -> bool:
    return parts[-1].label.startswith(("其他", "其它", "其余", "剩余"))


def fitting(whole: Mention, parts: Sequence[Mention], least: int, unit: Decimal) -> str:
    """How a beginning of `parts` adds up to `whole`: "exact", "rounding", "last place" or "" (it does not).

    The first `least` parts are those that the words name; a longer or shorter beginning that fits exactly is accepted.
    """
    if whole.number is None:
        return ""
    target = whole.number * (unit if whole.dimension == "" else 1)
    total = Decimal(0)
    for count, part in enumerate(parts, 1):
        total += part.number or Decimal(0)
        if total == target and (count >= 2 or least == 1):
            return "exact"
        if count == least and (kind := _nearly(whole, parts[:count], target, total)):
            return kind
    return ""


def _nearly(whole: Mention, parts: Sequence[Mention], target: Decimal, total: Decimal) -> str:
    figures = [*parts, whole]
    precision = finest(mention.quantity for mention in figures)
    scale = scale_of(parts[0])
    if precision is None or precision == 0:
        return ""
    printed = written(whole.quantity)
    finer = max((decimals(own[0]) for part in parts if (own := written(part.quantity))), default=0)
    if printed and decimals(printed[0]) < finer and whole.dimension == "元" and scale == printed[1]:
        if abs(total - target) < Decimal(1).scaleb(-decimals(printed[0])) * scale:
            return "last place"
        return ""
    if precision >= scale:  # whole numbers of 万元 are meant exactly
        return ""
    bounds = [span(mention.quantity, precision) for mention in parts]
    if any(bound is None for bound in bounds):
        return ""
    sums = Span(sum(b.low for b in bounds if b), sum(b.high for b in bounds if b))  # type: ignore[arg-type]
    return "rounding" if sums.meets(Span(target - precision / 2, target + precision / 2)) else ""


def table_sums(form: Form) -> Iterator[Outcome]:
    """Sums of free tables; one that holds for another choice of rows is sound."""
    for item in column_sums(form.documents, form.mentions):
        target = item.whole.number
        sums = ((sum((part.number or Decimal(0) for part in parts), Decimal(0)), parts) for parts in item.others if parts)
        fitting_parts = next((parts for total, parts in sums if total == target), None)
        if fitting_parts is not None:
            yield held(sound(), item.whole, fitting_parts)
            continue
        outcome = sound() if item.meant else judge_parts(item.whole, item.parts, (item.whole,), (), True)
        doubtful = item.doubt and isinstance(outcome, Faulty)
        yield undecided(item.doubt) if doubtful else held(outcome, item.whole, item.parts)


# --------------------------------------------------------------------------------------------------------------- N202


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
    for rate in column_rates(form.documents, form.mentions):
        if isinstance(rate, Share):
            yield judge_share(rate)


def parts_in_doubt(form: Form) -> set[int]:
    """The parts of sums that do not add up: their shares tell the same fault once more."""
    found: set[int] = set()
    for item, outcome in zip(form.statements.sums, sum_outcomes(form), strict=True):
        if isinstance(outcome, Faulty) and outcome.level != "note":
            found.update(map(id, item.parts))
    return found


def judge_share(share: Share) -> Outcome:
    part, percent = share.part, share.percent
    if part is None or part.number is None or percent.number is None:
        return undecided("占比前没有写出部分的数字")
    wholes = [whole for whole in share.wholes if whole.number]
    if not wholes:
        if part.number == 0 and percent.number == 0:
            return sound()
        return undecided("没有找到占比所对的整体")
    printed = span(percent.quantity) or beyond(percent.quantity)
    if printed is None:
        return undecided("占比是约数")
    note = ""
    for whole in wholes:
        computed = ratio(part, whole)
        if computed is None:
            continue
        assert whole.number is not None
        exact = HUNDRED * part.number / whole.number
        if printed.low <= exact <= printed.high:
            return sound()
        if not percent.whole and printed.low <= HUNDRED * part.number / (whole.number + part.number) <= printed.high:
            return sound()
        if computed.meets(printed):
            note = "仅因四舍五入而一致"
    if note:
        return sound(note)
    if not share.certain:
        return undecided("占比所对的整体不能确定")
    if loose(percent.quantity) and wholes[0].number and near(percent.quantity, HUNDRED * part.number / wholes[0].number, SLACK):
        return undecided("占比是约数")
    if _fits_another(part, percent, share.around):
        return undecided("占比与同段另一个数相符，可能按另一整体计算")
    whole = wholes[0]
    assert whole.number is not None
    exact = HUNDRED * part.number / whole.number
    return faulty(
        (),
        cells(part, percent, whole),
        part=words(part),
        whole=words(whole),
        computed=rounded(exact, max(2, places_of(percent))),
        printed=percent.quote,
    )


def _fits_another(part: Mention, percent: Mention, around: Sequence[Mention]) -> bool:
    """Whether a share that is printed with a decimal place is right of another figure near by."""
    printed = span(percent.quantity)
    if printed is None or part.number is None or places_of(percent) == 0:
        return False
    return any(m.number and printed.low <= HUNDRED * part.number / m.number <= printed.high for m in around)


# --------------------------------------------------------------------------------------------------------------- N206


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
    groups: dict[int, list[Share]] = defaultdict(list)
    for share in form.statements.shares:
        groups[share.group].append(share)
    wrong = parts_in_doubt(form)
    for group in groups.values():
        if any(id(share.part) in wrong for share in group):
            yield undecided("分项之和与合计不符（见 N201），同源")
        else:
            yield held(judge_group(group), group)
    for item in form.statements.sums:
        if len(item.parts) == 1 and not item.complete:
            part, whole = item.parts[0], item.whole
            upper, lower = span(whole.quantity), span(part.quantity)
            if upper is None or lower is None:
                yield undecided("部分或整体是约数")
            elif lower.low > upper.high and all((lower.low > (w.number or 0)) for w in item.wholes):
                yield faulty(
                    (), cells(whole, part),
                    message=f"部分（{words(part)}）大于整体（{words(whole)}）；请核对两个数和各自的口径",
                    part=part.quote, whole=whole.quote,
                )  # fmt: skip
            else:
                yield sound()


def judge_group(group: Sequence[Share]) -> Outcome:
    percents = [share.percent for share in group if share.percent.number is not None]
    if len(percents) < 2:
        return sound()
    names = {share.percent.whole for share in group}
    if len(names) > 1:
        return undecided("各占比所对的整体不同")
    nested = any("其中" in share.percent.gap or "其中" in (share.part.gap if share.part else "") for share in group[1:])
    if nested:
        return undecided("占比分属不同层次")
    if any(share.part and share.part.dimension != "元" and _OVERLAPPING.search(share.part.label) for share in group):
        return undecided("各占比可能相互交叉（如女性、党员）")
    total = sum((m.number for m in percents if m.number is not None), Decimal(0))
    largest = sorted(m.number for m in percents if m.number is not None)[-2:]
    if sum(largest) > HUNDRED or any(_OVERLAPPING.search(m.label) for m in percents) and total > HUNDRED:
        # 党员占46%，女性占38%; 满意占92%，知晓占88%: of the same people, but no parts
        return undecided("各占比可能相互交叉，不是同一整体的各部分")
    slack = sum((Decimal(1).scaleb(-places_of(m)) / 2 for m in percents), Decimal(0))
    if total - slack <= HUNDRED:
        return sound()
    if any(isinstance(judge_share(share), Faulty) for share in group):
        return undecided("其中有占比与部分÷整体不符（见 N202），同源")
    computation = " + ".join(m.quote for m in percents) + f" = {shown(total)}%"
    return faulty((), cells(*percents), computation=computation)
