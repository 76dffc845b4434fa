"""D101–D201: the amounts of the published tables against each other, inside a table and between tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scorer.checks.form import Form
from scorer.checks.published.causes import Broken, Culprit, excess, find_causes, slack
from scorer.checks.registry import Faulty, Outcome, Outcomes, Sound, check, faulty, held, sound, undecided
from scorer.model import Place
from scorer.prose.disclosure.amounts import in_unit, total
from scorer.prose.disclosure.ties import Tie, between, inside

ROUNDED = "仅因四舍五入而一致（尾差）"
SAME_CAUSE = "与已指出的一格有关"


def judge(tie: Tie) -> Outcome | None:
    """Whether a tie holds at the precision in which its amounts are printed; None where it does not."""
    difference = excess(tie)
    if difference == 0 or (tie.bound and difference < 0):
        return held(sound(), *_places(tie))
    if abs(difference) <= slack(tie):
        return held(sound(ROUNDED), *_places(tie))
    if tie.doubt:
        return undecided(tie.doubt)
    if tie.kind == "rows" and tie.whole.blank:
        return undecided("合计一行没有填数")
    return None


def _places(tie: Tie) -> Iterator[Place]:
    return (amount.place for amount in (tie.whole, *tie.parts, *tie.minus))


def told(cause: Culprit) -> Faulty:
    """The finding of a cause, told by its first tie."""
    tie = cause.ties[0]
    counted = [amount for amount in (tie.whole, *tie.parts, *tie.minus) if not amount.blank or amount is tie.whole]
    words = {
        "sum_words": sum_words(tie),
        "whole": f"{tie.whole.label} {tie.whole.shown}",
        "difference": f"{in_unit(abs(excess(tie)), tie.whole.unit)}{tie.whole.unit}",
        "relation": "超过" if tie.bound else "不等于",
    }
    if cause.amount is None:
        return faulty((), [amount.place for amount in counted], numbers=words)
    suspect, unit = cause.amount, cause.amount.unit
    message = (
        f"{suspect.label} {suspect.shown}有 {len(cause.ties)} 处对不上（{_kinds(cause)}），"
        f"这几处都指向 {in_unit(cause.right, unit)}{unit}：{words['sum_words']}{words['relation']}{words['whole']}，"
        f"相差 {words['difference']}；请核对这一格"
    )
    where = [suspect.place, *(amount.place for amount in counted if amount is not suspect)]
    found = {"suspect": suspect.shown, "right": f"{in_unit(cause.right, unit)}{unit}", **words}
    return faulty((), where, message=message, numbers=found)


def _kinds(cause: Culprit) -> str:
    return "、".join(dict.fromkeys(_SAID[tie.kind] for tie in cause.ties))


@dataclass(frozen=True)
class Accounts:
    """What is said of all ties of a form's publications: outcomes by code, and what is broken, by publication."""

    outcomes: Mapping[str, Sequence[Outcome]]
    broken: Sequence[Broken]


def accounts_of(form: Form) -> Accounts:
    """All ties of the documents, judged once: five checks ask."""
    if form.accounts is None:
        form.accounts = _accounts(form)
    return form.accounts


def _accounts(form: Form) -> Accounts:
    outcomes: dict[str, list[Outcome]] = {code: [] for code in _CODES.values()}
    broken: list[Broken] = []
    for publication in form.publications:
        ties = [tie for sheet in publication.sheets for tie in inside(sheet)] + list(between(publication.numbered))
        outcomes[_CODES["rows"]] += [
            undecided(f"{sheet.name}的表头认不出") for sheet in publication.sheets if sheet.unread and not sheet.columns
        ]
        said = [(tie, judge(tie)) for tie in ties]
        found = find_causes(
            [tie for tie, outcome in said if outcome is None],
            [tie for tie, outcome in said if isinstance(outcome, Sound)],
        )
        by_tie = {id(tie): cause for cause in found.causes for tie in cause.ties}
        for tie, outcome in said:
            if outcome is None:
                cause = by_tie[id(tie)]
                outcome = told(cause) if cause.ties[0] is tie else undecided(SAME_CAUSE)
            outcomes[_CODES[tie.kind]].append(outcome)
        broken.append(found)
    return Accounts(outcomes, broken)


_CODES = {"rows": "D101", "columns": "D102", "balance": "D103", "carry": "D104", "tables": "D201"}
_SAID = {"rows": "上下级科目", "columns": "同一行各列", "balance": "收支平衡", "carry": "结转结余", "tables": "表与表"}


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
    yield from accounts_of(form).outcomes["D101"]


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
    yield from accounts_of(form).outcomes["D102"]


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
    yield from accounts_of(form).outcomes["D103"]


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
    yield from accounts_of(form).outcomes["D104"]


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
    yield from accounts_of(form).outcomes["D201"]
