"""D202, D311: a publication beside the one of the year before, where both are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scorer.checks.form import Form
from scorer.checks.published.narration import Account, accounts
from scorer.checks.registry import Outcome, Outcomes, check, faulty, held, not_run, sound, undecided
from scorer.prose.disclosure.amounts import Amount, in_unit
from scorer.prose.disclosure.sheets import Sheet
from scorer.prose.disclosure.statements import Change, Record

NONE_BEFORE = "没有上一年度的决算公开"


def pairs(form: Form) -> Iterator[tuple[Account, Account]]:
    """Each publication with the one of the year before."""
    by_year: dict[int, Account] = {}
    for account in accounts(form):
        if account.year is not None:
            by_year.setdefault(account.year, account)
    for year, account in by_year.items():
        if year - 1 in by_year:
            yield account, by_year[year - 1]


@check(
    "D202",
    level="warning",
    message="{this}，上年{other}，相差 {difference}；请核对，调整了年初数的请说明",
)
def opening_differs_from_last_closing(form: Form) -> Outcomes:
    """What was carried over into the year is not what was left of the year before.

    标题: 年初结转和结余与上年年末不符
    为何重要: 今年的年初数就是去年的年末数；不同的，要么抄错，要么调整了年初数而没有说明。
    依据: 部门决算报表编制说明：年初结转和结余等于上年年末数，有调整的应说明。
    例: 2022 年公开01表年末结转和结余 10.00 万元，2023 年年初写作 12.00 万元。
    改法: 对照上年决算；确有调整的，在说明中写明。
    何时无法判定: 没有同时给出上一年度的决算公开；表中没有这一行。
    """
    found = False
    for account, before in pairs(form):
        found = True
        for one, other in _carried(account.targets.sheets, before.targets.sheets):
            yield _same(one, other)
    if not found:
        yield not_run(NONE_BEFORE)


def _carried(this: Mapping[int, Sheet], last: Mapping[int, Sheet]) -> Iterator[tuple[Amount, Amount]]:
    """Openings of this year with the closings of the last one: 公开01, 公开04, 公开08."""
    for number in (1, 4):
        sheet, other = this.get(number), last.get(number)
        opening = sheet.line(r"(?:年初|上年)(?:财政拨款)?结转(?:和|及)?结?余?", 0) if sheet is not None else None
        closing = other.line(r"年末(?:财政拨款)?结转(?:和|及)?结?余?") if other is not None else None
        if opening is not None and closing is not None:
            yield from _both(opening.amounts.get("total"), closing.amounts.get("total"))
    sheet, other = this.get(8), last.get(8)
    opening, closing = sheet.total() if sheet is not None else None, other.total() if other is not None else None
    if opening is not None and closing is not None:
        yield from _both(opening.amounts.get("opening"), closing.amounts.get("closing"))


def _both(one: Amount | None, other: Amount | None) -> Iterator[tuple[Amount, Amount]]:
    if one is not None and other is not None and (one.worth or other.worth):
        yield one, other


def _same(one: Amount, other: Amount) -> Outcome:
    if abs(one.worth - other.worth) <= one.half + other.half:
        return held(sound(), one.place, other.place)
    return faulty(
        (),
        [one.place, other.place],
        this=f"{one.label} {one.shown}",
        other=f"{other.label} {other.shown}",
        difference=f"{in_unit(abs(one.worth - other.worth), one.unit)}{one.unit}",
    )


@check(
    "D311",
    level="warning",
    message="“{words}”比上年{direction} {change}，上年数应为 {implied}；上年决算公开为 {printed}（{table}）；请核对，口径有调整的请说明",
)
def last_year_differs(form: Form) -> Outcomes:
    """The figure of the year before that a change implies is not the one that was published.

    标题: 推算的上年数与上年决算公开不符
    为何重要: 本年数减增减额就是上年数；与上年公开的数不同，说明增减额算错，或口径变了而没有说明。
    依据: 部门决算公开的情况说明须说明与上年相比的增减变化。
    例: 本年 630.00 万元，比上年增加 30.00 万元，上年公开 610.00 万元。
    改法: 用本年数减上年决算公开的数，重算增减额和增减率。
    何时无法判定: 没有同时给出上一年度的决算公开；上年的表中没有同一项。
    """
    found = False
    for account, before in pairs(form):
        found = True
        for record in account.records:
            for change in record.changes:
                if change.budget is None and account.own_year(record):
                    yield _judge(account, before, record, change)
    if not found:
        yield not_run(NONE_BEFORE)


def _judge(account: Account, before: Account, record: Record, change: Change) -> Outcome:
    finals, printed = account.finals(record), before.targets.of(record)
    if not finals or not printed:
        return undecided("上年的表中没有同一项")
    for final in finals:
        for other in printed:
            gap = final.worth - change.sign * change.amount.worth - other.worth
            if abs(gap) <= final.half + change.amount.half + other.half:
                return held(sound(), change.amount.place, other.place)
    final, other = finals[0], printed[0]
    implied = final.worth - change.sign * change.amount.worth
    return faulty(
        (),
        [change.amount.place, final.place, other.place],
        words=record.words,
        direction="增加" if change.sign > 0 else "减少",
        change=change.amount.shown,
        implied=f"{in_unit(implied, final.unit)}{final.unit}",
        printed=other.shown,
        table=other.label,
    )
