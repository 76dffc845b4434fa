"""D301–D309: what the explanations of a publication say, against its tables and against themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import product

from scorer.checks.form import Form
from scorer.checks.published.accounts import SAME_CAUSE, accounts_of
from scorer.checks.published.causes import Broken
from scorer.checks.registry import Outcome, Outcomes, check, faulty, held, sound, undecided
from scorer.model import Place
from scorer.prose.disclosure.aims import Targets
from scorer.prose.disclosure.amounts import Amount, in_unit
from scorer.prose.disclosure.publication import Publication
from scorer.prose.disclosure.statements import MONEY, Change, Comparison, Percent, Record, Share, stated

HUNDRED = Decimal(100)
ROUNDED = "仅因四舍五入而一致"
ALIKE = Decimal("0.05")  # 基本持平


@dataclass(frozen=True)
class Account:
    """The records of one publication with the tables that they speak of."""

    publication: Publication
    records: tuple[Record, ...]
    targets: Targets
    broken: Broken

    @cached_property
    def year(self) -> int | None:
        return self.publication.year

    def own_year(self, record: Record) -> bool:
        return record.year is None or self.year is None or record.year == self.year

    def finals(self, record: Record) -> list[Amount]:
        """What is final of a record's subject: as its stretch says, as the section said before, as the table says."""
        found = list(record.finals[:1])
        if not found:
            for other in self.records[: self.records.index(record)][::-1]:
                if other.key == record.key and other.finals and self.own_year(other):
                    found.append(other.finals[0])
                    break
        if self.own_year(record):
            found += self.targets.of(record)
        return found

    def budgets(self, record: Record, base: str) -> list[Amount]:
        """The budgets that a word of comparison can mean."""
        found = [a for name, a in record.budgets.items() if not base or name in ("", base)]
        if not record.budgets:
            for other in self.records[: self.records.index(record)][::-1]:
                if other.key == record.key and other.budgets:
                    found += [a for name, a in other.budgets.items() if not base or name in ("", base)]
                    break
        return found + ([] if base == "initial" else self.targets.budgets(record))


def accounts(form: Form) -> Iterator[Account]:
    for publication, broken in zip(form.publications, accounts_of(form).broken, strict=True):
        yield Account(publication, publication.records, Targets(publication.numbered), broken)


def agree(one: Amount, other: Amount) -> str | None:
    """How two amounts agree: "" exactly, a note where only rounding makes them, None where they do not."""
    difference = abs(one.worth - other.worth)
    if difference == 0:
        return ""
    slack = one.half + other.half if one.half != other.half else Decimal(0)
    return ROUNDED if difference <= slack else None


# ------------------------------------------------------------------------------------------------------------- D301


@check("D301", level="error", message="{text} {said}，{table} {printed}；请核对文字与决算表，以最后一版报表为准")
def text_differs_from_table(form: Form) -> Outcomes:
    """An amount of the explanations differs from the table that it explains.

    标题: 情况说明的数字与决算表不符
    为何重要: 情况说明逐项解释九张表，文字与表不符，读者不知哪个是决算数。
    依据: 部门决算公开的情况说明应与报表一致（财预〔2016〕143号）。
    例: 公开04表总计 2957.80 万元，说明四写作 2597.80 万元。
    改法: 对照最后一版报表逐项改正文字；表为空而文中有数的，补全表。
    何时无法判定: 没有读到该表；表中没有同名科目，或同名的不止一行。
    """
    for account in accounts(form):
        for record in account.records:
            yield from judge_amounts(account, record)
        for amount, printed in economic_amounts(account.publication):
            yield judge_amount(amount, [printed], account.broken)


def economic_amounts(publication: Publication) -> Iterator[tuple[Amount, Amount]]:
    """The lines of 公开06 that the section on 基本支出 names with an amount: 办公费 60.00 万元."""
    sheet = publication.numbered.get(6)
    lines = (
        {item.plain: item.amounts["total"] for item in sheet.coded() if "total" in item.amounts}
        if sheet is not None
        else {}
    )
    if not lines or sheet is None or sheet.empty:
        return
    named = re.compile(
        rf"(?<![一-鿿])({'|'.join(map(re.escape, sorted(lines, key=len, reverse=True)))})(?:支出)?(?:为)?\s*{MONEY}"
    )
    for passage in publication.passages.of("basic"):
        for match in named.finditer(passage.text):
            yield stated(passage, match, 2, f"文中“{match[1]}”", 2), lines[match[1]]


def judge_amounts(account: Account, record: Record) -> Iterator[Outcome]:
    if not account.own_year(record):
        return
    pairs = [(amount, account.targets.of(record)) for amount in record.finals]
    if record.section == "official":
        pairs += [(amount, account.targets.budgets(record)) for base, amount in record.budgets.items()]
    for amount, printed in pairs:
        empty = account.targets.empty(record)
        if empty is not None and not printed:
            if amount.worth:
                yield faulty(
                    (),
                    [Place.of(empty.title), amount.place],
                    text=amount.label,
                    said=amount.shown,
                    table=empty.name,
                    printed="没有数据",
                )
            else:
                yield held(sound(), amount.place)
        elif not printed:
            yield undecided(account.targets.reason(record))
        else:
            yield judge_amount(amount, printed, account.broken)


def judge_amount(amount: Amount, printed: Sequence[Amount], broken: Broken) -> Outcome:
    notes = [agree(amount, other) for other in printed]
    if "" in notes:
        return held(sound(), amount.place)
    if ROUNDED in notes:
        return held(sound(ROUNDED), amount.place)
    if any(broken.mended_by(table, amount) for table in printed):
        return undecided(SAME_CAUSE)
    table = printed[0]
    return faulty(
        (), [table.place, amount.place], text=amount.label, said=amount.shown, table=table.label, printed=table.shown
    )


# ------------------------------------------------------------------------------------------------------------- D302


@check("D302", level="error", message="{text}：{final}，{budget}，文中写作“{word}”；请改正比较的词或数字")
def comparison_word_differs(form: Form) -> Outcomes:
    """大于, 小于, 等于 or 持平 says other than the two amounts beside it.

    标题: 大于、小于、持平与数字不符
    为何重要: 说明决算数与预算数差异的方向是公开的要求，写反了，原因也就对不上。
    依据: 部门决算公开的情况说明须说明决算数与预算数的差异及原因。
    例: 年初预算 56.50 万元，支出决算 55.76 万元，写作“决算数大于预算数”。
    改法: 按两个数的大小改正词语，并核对所写原因。
    何时无法判定: 没有写出预算数或决算数。
    """
    for account in accounts(form):
        for record in account.records:
            for comparison in record.comparisons:
                yield judge_comparison(account, record, comparison)


def judge_comparison(account: Account, record: Record, comparison: Comparison) -> Outcome:
    finals, budgets = account.finals(record), account.budgets(record, comparison.base)
    if not finals or not budgets:
        return undecided("没有写出预算数或决算数")
    for final, budget in product(finals, budgets):
        difference = final.worth - budget.worth
        sign = (difference > 0) - (difference < 0)
        near = comparison.loose and abs(difference) <= ALIKE * max(abs(final.worth), abs(budget.worth))
        rounded = comparison.sign == 0 and abs(difference) <= final.half + budget.half and final.half != budget.half
        if sign == comparison.sign or near or rounded:
            return held(sound(), final.place, budget.place)
    final, budget = finals[0], budgets[0]
    return faulty(
        (),
        [final.place, budget.place, comparison.place],
        text=f"“{record.words}”",
        final=f"决算 {final.shown}",
        budget=f"预算 {budget.shown}",
        word=comparison.place.quote,
    )


# ------------------------------------------------------------------------------------------------- percentages


@dataclass(frozen=True)
class Quotient:
    """part ÷ whole as a percentage: the value, and the bounds that the written precision leaves."""

    value: Decimal
    low: Decimal
    high: Decimal
    part: Amount
    whole: Amount

    @classmethod
    def of(cls, part: Amount, whole: Amount) -> Quotient | None:
        if whole.worth - whole.half <= 0:
            return None
        value = HUNDRED * part.worth / whole.worth
        low = HUNDRED * (part.worth - part.half) / (whole.worth + whole.half)
        return cls(value, low, HUNDRED * (part.worth + part.half) / (whole.worth - whole.half), part, whole)

    def fits(self, printed: Percent) -> bool:
        """Whether it rounds, or is cut off, to what is printed."""
        return self.low < printed.value + 2 * printed.half and self.high > printed.value - 2 * printed.half


def judge_percent(printed: Percent, quotients: Sequence[Quotient], words: str) -> Outcome:
    """Sound where any reading gives what is printed, faulty where none does."""
    if any(quotient.fits(printed) for quotient in quotients):
        return held(sound(), printed.place)
    first = quotients[0]
    places = max(2, len(str(printed.half * 2).partition(".")[2].rstrip("0")) if "." in str(printed.half) else 0)
    return faulty(
        (),
        [first.part.place, first.whole.place, printed.place],
        text=words,
        part=first.part.shown,
        whole=first.whole.shown,
        computed=f"{first.value:.{places}f}%",
        printed=printed.place.quote,
    )


@check("D303", level="error", message="{text}：{part} ÷ {whole} = {computed}，文中写作 {printed}；请重算完成率")
def budget_completion_differs(form: Form) -> Outcomes:
    """完成预算的 R% is not final ÷ budget.

    标题: 完成预算的百分比与数字不符
    为何重要: 完成率由决算数除以预算数得出，算不出来，说明三个数中有一个写错。
    依据: 部门决算公开的情况说明须说明预算完成情况。
    例: 年初预算 90.00 万元，支出决算 72.49 万元，写作“完成预算 85.04%”。
    改法: 用决算数除以文中所说的预算数重算。
    何时无法判定: 没有写出预算数；完成的是年初预算，而文中只有全年预算。
    """
    for account in accounts(form):
        for record in account.records:
            for rate in record.rates:
                yield judge_rate(account, record, rate)


def judge_rate(account: Account, record: Record, rate: Percent) -> Outcome:
    finals, budgets = account.finals(record), account.budgets(record, rate.base)
    if not finals or not budgets:
        return undecided("没有写出预算数或决算数")
    quotients = [q for final in finals for budget in budgets if (q := Quotient.of(final, budget)) is not None]
    if not quotients:
        return undecided("预算数为 0（见 D304）")
    return judge_percent(rate, quotients, f"“{record.words}”完成率")


@check("D304", level="warning", message="{text}为 0，却写{printed}；以 0 为分母没有意义，请改写")
def zero_base(form: Form) -> Outcomes:
    """A percentage of nothing: a rate on a budget of 0, growth from 0.

    标题: 以 0 为基数的百分比
    为何重要: 预算为 0 时没有完成率，上年为 0 时没有增长率；写出来的百分比只能是套用模板或抄错。
    依据: 百分比以基数不为 0 为前提。
    例: 年初预算为 0 万元，写“完成年初预算的 95.89%”；上年为 0，写“增长 100%”。
    改法: 写明年初未安排预算、上年无此项支出，删去百分比。
    何时无法判定: 没有写出预算数；决算也为 0 的见 N208。
    """
    for account in accounts(form):
        for record in account.records:
            for rate in record.rates:
                yield from _zero_budget(account, record, rate)
            for change in record.changes:
                yield from _zero_year(account, record, change)


def _zero_budget(account: Account, record: Record, rate: Percent) -> Iterator[Outcome]:
    finals, budgets = account.finals(record), account.budgets(record, rate.base)
    if not finals or not budgets:
        yield undecided("没有写出预算数或决算数")
    elif any(budget.worth for budget in budgets):
        yield sound()
    elif finals[0].worth == 0:
        yield undecided("预算、决算都为 0（见 N208）")
    else:
        yield faulty(
            (), [budgets[0].place, rate.place], text=f"“{record.words}”预算", printed=f"完成预算的 {rate.place.quote}"
        )


def _zero_year(account: Account, record: Record, change: Change) -> Iterator[Outcome]:
    finals = account.finals(record)
    if change.percent is None or not finals:
        return
    if change.amount.worth == 0 or change.sign < 0:
        yield sound()
        return
    befores = [final.worth - change.amount.worth for final in finals]
    if any(before != 0 for before in befores[:1]) or not change.percent.value:
        yield sound()
    else:
        yield faulty(
            (),
            [finals[0].place, change.amount.place, change.percent.place],
            text=f"“{record.words}”{'上年' if change.budget is None else '预算'}数（{finals[0].shown} − {change.amount.shown}）",
            printed=f"增长 {change.percent.place.quote}",
        )


# ------------------------------------------------------------------------------------------------------ D305, D306


@check("D305", level="warning", message="{text}：{part} ÷ {whole} = {computed}，文中写作 {printed}；请重算占比")
def published_share_differs(form: Form) -> Outcomes:
    """A share of the explanations is not part ÷ whole.

    标题: 说明中的占比与部分÷整体不符
    为何重要: 占比由两个数算出；算不出来，说明占比、部分或整体有一个写错。
    依据: 占比按印出的小数位四舍五入。
    例: 公务接待费 5.76 万元占三公经费 72.49 万元，应为 7.95%，写作 10.95%。
    改法: 用部分除以整体重算。
    何时无法判定: 不知是占什么的比重。
    """
    for account in accounts(form):
        for record in account.records:
            for share in record.shares:
                if share.percent is not None:
                    yield judge_share_of(account, record, share, share.percent)


def judge_share_of(account: Account, record: Record, share: Share, printed: Percent) -> Outcome:
    parts = account.finals(record)
    wholes = account.targets.wholes(record, share.whole) + _stated_wholes(account, record, share.whole)
    if not parts or not wholes:
        return undecided("占比的部分或整体没有写出")
    quotients = [q for part in parts for whole in wholes if (q := Quotient.of(part, whole)) is not None]
    if not quotients:
        return held(sound(), printed.place) if parts[0].worth == 0 and printed.value == 0 else undecided("整体为 0")
    return judge_percent(printed, quotients, f"“{record.words}”占比")


def _stated_wholes(account: Account, record: Record, words: str) -> list[Amount]:
    """The whole as the text states it: the total of the section, or that of another section that the words name."""
    key = {"item": ("general", "total")}.get(record.key[0], (record.section, "total"))
    if "本年支出" in words:
        key = ("expenditure", "total")
    elif "本年收入" in words:
        key = ("income", "total")
    elif words:
        return []
    if key == record.key or record.section in ("fund", "capital"):
        return []
    return [other.finals[0] for other in account.records if other.key == key and other.finals][:1]


@check("D306", level="warning", message="“{words}”缺百分号；请补上，并核对占比")
def percent_sign_missing(form: Form) -> Outcomes:
    """占 5.12 without a sign of percent.

    标题: 占比缺百分号
    为何重要: 没有百分号的占比读不出是多少。
    依据: 数字用法应规范。
    例: “事业收入 140.00 万元，占 5.12；”。
    改法: 补上百分号。
    何时无法判定: 不会无法判定。
    """
    for account in accounts(form):
        for record in account.records:
            for share in record.shares:
                if share.percent is None:
                    yield faulty((), [share.place], words=share.place.quote)
                else:
                    yield sound()


# ------------------------------------------------------------------------------------------------------------- D307


@check(
    "D307",
    level="error",
    message="{text}：{part} ÷ {base} {whole} = {computed}，文中写作 {printed}；请核对增减额、增减率和本年数",
)
def yearly_change_differs(form: Form) -> Outcomes:
    """The change against the year before does not give the rate beside it, or the two words contradict each other.

    标题: 比上年增减额与增减率不符
    为何重要: 增减率由增减额除以上年数得出；方向相反或算不出来，必有一处写错。
    依据: 部门决算公开的情况说明须说明与上年相比的增减变化。
    例: 比上年增加 2.14 万元，下降 9.74%。
    改法: 用本年数减去增减额得上年数，重算增减率。
    何时无法判定: 没有写出本年数；上年数为 0。
    """
    for account in accounts(form):
        for record in account.records:
            for change in record.changes:
                yield judge_change(account, record, change)


def judge_change(account: Account, record: Record, change: Change) -> Outcome:
    against = "上年" if change.budget is None else "预算"
    if change.percent is None:
        return undecided("只写了增减额，没有写增减率") if change.budget is None else _judge_gap(account, record, change)
    if change.percent_sign and change.percent_sign != change.sign and change.amount.worth:
        return faulty(
            (),
            [change.amount.place, change.percent.place],
            message=f"“{record.words}”：增减额 {change.amount.shown} 与增减率 {change.percent.place.quote} 的方向相反；请改正其中一个词",
        )
    finals = account.finals(record)
    quotients = []
    for final in finals:
        before = final.worth - change.sign * change.amount.worth
        unit = final.unit
        place = final.place.model_copy(update={"quote": final.place.quote})
        earlier = Amount(before, final.half + change.amount.half, place, f"{against}数", unit)
        if (quotient := Quotient.of(change.amount, earlier)) is not None:
            quotients.append(quotient)
    if not quotients:
        return undecided("没有写出本年数，或上年数为 0")
    outcome = judge_percent(change.percent, quotients, f"“{record.words}”比{against}")
    first = quotients[0].whole
    numbers = getattr(outcome, "numbers", None)
    if numbers is not None:
        numbers["whole"] = f"{in_unit(first.worth, first.unit)}{first.unit}"
        numbers["base"] = first.label
    return outcome


def _judge_gap(account: Account, record: Record, change: Change) -> Outcome:
    """比年初预算 8.50 万元减少 1.20 万元: the amount of a change is final − budget."""
    finals, budgets = account.finals(record), account.budgets(record, change.budget or "")
    if not finals or not budgets:
        return undecided("没有写出预算数或决算数")
    for final in finals:
        for budget in budgets:
            gap = final.worth - budget.worth - change.sign * change.amount.worth
            if abs(gap) <= final.half + budget.half + change.amount.half:
                return held(sound(), change.amount.place)
    final, budget = finals[0], budgets[0]
    return faulty(
        (),
        [final.place, budget.place, change.amount.place],
        message=f"“{record.words}”：决算 {final.shown}，预算 {budget.shown}，文中增减额写作 {change.amount.shown}；请核对三个数",
    )


# ------------------------------------------------------------------------------------------------------- D308, D309


@check("D308", level="error", message="“{item}”的支出决算一处为 {one}，另一处为 {other}；请核对是否重复列出")
def item_stated_twice(form: Form) -> Outcomes:
    """The same item of one section stands twice with different amounts.

    标题: 同一科目写了两次，数字不同
    为何重要: 一个科目在具体情况中只列一次；列两次而数字不同，必有一处是别的科目或旧数。
    依据: 情况说明按功能分类科目逐项列示。
    例: “行政运行（项）”在第 3、第 9 项各写一个数。
    改法: 核对科目名称，删去重复的一项。
    何时无法判定: 不会无法判定。
    """
    for account in accounts(form):
        seen: dict[tuple[str, ...], Record] = {}
        for record in account.records:
            if record.key[0] != "item" or not all(record.key) or not record.finals:
                continue
            before = seen.setdefault((record.section, *record.key), record)
            if before is record or agree(before.finals[0], record.finals[0]) is not None:
                yield sound()
            else:
                one, other = before.finals[0], record.finals[0]
                yield faulty((), [one.place, other.place], item=record.words, one=one.shown, other=other.shown)


@check(
    "D309", level="error", message="各项预算之和 {sum} 与所列预算 {whole} 相差 {difference}；请核对各项与合计的预算数"
)
def item_budgets_differ(form: Form) -> Outcomes:
    """The budgets of all items do not add up to the budget of their total.

    标题: 各项预算之和与合计的预算数不符
    为何重要: 各项支出决算加起来就是合计时，各项预算之和也应是合计的预算。
    依据: 预算按科目逐项批复，合计为各项之和。
    例: 各项年初预算之和 1525.32 万元，合计写作 1552.32 万元。
    改法: 核对每一项的预算数；年初预算与全年预算不要混用。
    何时无法判定: 各项没有列全，或有的项没有写预算数。
    """
    for account in accounts(form):
        totals = [r for r in account.records if r.key == ("general", "total") and r.budgets and r.finals]
        items = [r for r in account.records if r.section == "general" and r.key[0] == "item" and r.key[3] and r.finals]
        if totals and len(items) >= 2:
            yield judge_budgets(totals[-1], items)


def judge_budgets(whole: Record, items: Sequence[Record]) -> Outcome:
    spent = sum((item.finals[0].worth for item in items), Decimal(0))
    count = len(items) + 1
    if abs(spent - whole.finals[0].worth) > count * whole.finals[0].half:
        return undecided("各项没有列全，不能与合计比较")
    budget = next(iter(whole.budgets.values()))
    sums = []
    for base in ("initial", "adjusted", ""):
        own = [item.budgets[base] for item in items if base in item.budgets]
        if len(own) == len(items):
            sums.append((sum((amount.worth for amount in own), Decimal(0)), own))
    if not sums:
        return undecided("有的项没有写预算数")
    for added, _ in sums:
        if abs(added - budget.worth) <= count * budget.half:
            return held(sound(), budget.place, *(amount.place for item in items for amount in item.budgets.values()))
    added, own = sums[0]
    return faulty(
        (),
        [budget.place, *(amount.place for amount in own)],
        sum=f"{in_unit(added, budget.unit)}{budget.unit}",
        whole=budget.shown,
        difference=f"{in_unit(abs(added - budget.worth), budget.unit)}{budget.unit}",
    )
