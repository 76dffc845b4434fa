"""D101–D201: the amounts of the published tables against each other, inside a table and between tables."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, check, faulty, held, sound, undecided
from scorer.prose.disclosure.amounts import Amount, in_unit, total
from scorer.prose.disclosure.ties import Tie, between, inside

ROUNDED = "仅因四舍五入而一致（尾差）"


def judge(tie: Tie) -> Outcome:
    """Whether a tie holds at the precision in which its amounts are printed."""
    difference = total(tie.parts) - total(tie.minus) - tie.whole.worth
    amounts = (tie.whole, *tie.parts, *tie.minus)
    if difference == 0 or (tie.bound and difference < 0):
        return _held(sound(), amounts)
    if abs(difference) <= slack(tie):
        return _held(sound(ROUNDED), amounts)
    if tie.doubt:
        return undecided(tie.doubt)
    if tie.kind == "rows" and tie.whole.blank:
        return undecided("合计一行没有填数")
    return faulty(
        (),
        [amount.place for amount in amounts if not amount.blank or amount is tie.whole],
        sum_words=sum_words(tie),
        whole=f"{tie.whole.label} {tie.whole.shown}",
        difference=f"{in_unit(abs(difference), tie.whole.unit)}{tie.whole.unit}",
        relation="超过" if tie.bound else "不等于",
    )


def slack(tie: Tie) -> Decimal:
    """How far rounding can take a sum from its total; two amounts printed alike have to be the same."""
    counted = [amount for amount in (tie.whole, *tie.parts, *tie.minus) if not amount.blank]
    if len(tie.parts) == 1 and not tie.minus and len({amount.half for amount in counted}) == 1:
        return Decimal(0)
    return sum((amount.half for amount in counted), Decimal(0))


def sum_words(tie: Tie) -> str:
    """The computation as a reader would write it: 公开03表第12行“…”基本支出 12 + 项目支出 3 = 15万元."""
    parts = [amount for amount in tie.parts if not amount.blank] or list(tie.parts[:1])
    minus = [amount for amount in tie.minus if not amount.blank]
    first, rest = parts[0], parts[1:]
    words = f"{first.label} {first.shown}"
    if len(rest) > 3:
        words += f" 等 {len(parts)} 个数"
    else:
        words += "".join(f" + {amount.label} {amount.shown}" for amount in rest)
    words += "".join(f" − {amount.label} {amount.shown}" for amount in minus)
    if rest or minus:
        result = total(tie.parts) - total(tie.minus)
        words += f"，得 {in_unit(result, tie.whole.unit)}{tie.whole.unit}，"
    return words


def _held(outcome: Outcome, amounts: tuple[Amount, ...]) -> Outcome:
    return held(outcome, *(amount.place for amount in amounts))


def judged(form: Form, kind: str) -> Iterator[Outcome]:
    """The outcomes of the ties of one kind inside the tables of all documents; a table that cannot be read is said."""
    for publication in form.publications:
        for sheet in publication.sheets:
            if sheet.unread and not sheet.columns and kind == "rows":
                yield undecided(f"{sheet.name}的表头认不出")
            for tie in inside(sheet):
                if tie.kind == kind:
                    yield judge(tie)


@check("D101", level="error", message="{sum_words}{relation}{whole}，相差 {difference}；请核对科目明细与上级科目、合计")
def code_rows_differ(form: Form) -> Outcomes:
    """A class of a published table is not the sum of its items, or the total not that of its classes.

    标题: 决算表内上级科目与明细之和不符
    为何重要: 款为项之和、类为款之和、合计为类之和；不符说明某一行填错或漏行。
    依据: 部门决算报表编制说明：功能分类科目按类、款、项逐级汇总；上下级按科目编码，不按名称。
    例: 220 类 3519.74 万元，其下 22001 款为 3159.74 万元。
    改法: 按部门决算软件导出的报表核对该行及其下各行。
    何时无法判定: 同一编码在表中不止一行；有的格读不出数字；合计一行空白。
    """
    yield from judged(form, "rows")


@check("D102", level="error", message="{sum_words}{relation}{whole}，相差 {difference}；请核对这一行各列")
def columns_differ(form: Form) -> Outcomes:
    """The total column of a line differs from the columns beside it.

    标题: 决算表内合计列与各列之和不符
    为何重要: 支出合计为基本支出与项目支出等之和，收入合计为各来源之和；不符说明该行有一格填错。
    依据: 部门决算报表的栏次关系。
    例: 乡镇卫生院 668.07 万元，项目支出列为 686.07 万元。
    改法: 对照部门决算报表改正该行。
    何时无法判定: 表中有的列认不出是什么。
    """
    yield from judged(form, "columns")


@check("D103", level="error", message="{sum_words}{relation}{whole}，相差 {difference}；请核对收入、支出总计及结转结余")
def totals_out_of_balance(form: Form) -> Outcomes:
    """Income with what was carried over is not expenditure with what is left.

    标题: 决算总表收支不平衡
    为何重要: 本年收入加年初结转等于本年支出加年末结转，是总表的基本平衡关系。
    依据: 部门决算报表编制说明：收入总计等于支出总计。
    例: 收入总计 3514.85 万元，支出总计 3541.85 万元。
    改法: 核对总计、本年合计与结转结余各行。
    何时无法判定: 有的格读不出数字。
    """
    yield from judged(form, "balance")


@check("D104", level="error", message="{sum_words}{relation}{whole}，相差 {difference}；请核对结转结余")
def carry_over_differs(form: Form) -> Outcomes:
    """Opening balance and income less expenditure is not the closing balance.

    标题: 年初结转＋本年收入－本年支出与年末结转不符
    为何重要: 结转结余由三个数算出，不符说明其中一格填错。
    依据: 政府性基金、国有资本经营预算财政拨款收入支出决算表的栏次关系。
    例: 年初 12，收入 100，支出 90，年末写作 20。
    改法: 核对该行四列。
    何时无法判定: 表中有的列认不出是什么。
    """
    yield from judged(form, "carry")


@check("D201", level="error", message="{sum_words}{relation}{whole}，相差 {difference}；请核对两张表")
def tables_differ(form: Form) -> Outcomes:
    """The same amount stands differently in two published tables, or a part exceeds its whole in another.

    标题: 决算表之间同一数字不一致
    为何重要: 九张表出自同一套账：总表的合计就是收入、支出决算表的合计，财政拨款总表的各列就是 05、08、09 表的合计，
        05 表的基本支出就是 06 表的合计。两表不同，必有一表不是最后的数。
    依据: 部门决算报表的表间审核关系；中央和地方预决算公开操作规程（财预〔2016〕143号）。
    例: 公开04表灾害防治及应急管理支出 487.22 万元，公开05表为 478.22 万元。
    改法: 以部门决算软件导出的最后一版为准，九张表一并替换。
    何时无法判定: 其中一张表没有数据。
    """
    for publication in form.publications:
        for tie in between(publication.numbered):
            yield judge(tie)
