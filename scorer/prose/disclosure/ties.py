"""Which amounts of the published tables have to agree: inside a table, and between tables.

A tie is only stated here; whether it holds is for the checks. A blank cell counts as nothing. Where the tables do not say
enough the tie carries a doubt instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from scorer.prose.disclosure.amounts import Amount
from scorer.prose.disclosure.sheets import Item, Sheet, top_lines
from scorer.value import value

INCOME_COLUMNS = ("fiscal", "superior", "business", "operating", "subsidiary", "other")
EXPENSE_COLUMNS = ("basic", "project", "upward", "operating", "aid")
FUND_COLUMNS = ("general", "fund", "capital")
PEOPLE_CODES = ("301", "303")
NO_DATA = "{name}没有数据"


@value(eq=False)
class Tie:
    """`whole` = the sum of `parts` less `minus`; with `bound` the parts may only not exceed it.

    `kind`: rows (by code), columns, balance (totals, income against expenditure), carry (opening + income − spent =
    closing), tables (between two of them).
    """

    kind: str
    whole: Amount
    parts: tuple[Amount, ...]
    minus: tuple[Amount, ...] = ()
    bound: bool = False
    doubt: str = ""


# ---------------------------------------------------------------------------------------------------- inside a table


def inside(sheet: Sheet) -> Iterator[Tie]:
    """The ties of one table's own amounts."""
    if sheet.number in (1, 4):
        yield from _balance(sheet)
    elif sheet.number == 6:
        yield from _by_code(sheet)
        yield from _economic_totals(sheet)
    elif sheet.number != 7:
        yield from _by_code(sheet)
    yield from _across(sheet)


def _by_code(sheet: Sheet) -> Iterator[Tie]:
    """款 = Σ 项, 类 = Σ 款 by the digits of the codes, and the total = Σ of the lines at the top."""
    coded = sheet.coded()
    repeated = {code for code, count in Counter(item.code for item in coded).items() if count > 1}
    children: dict[str, list[Item]] = {}
    for item in coded:
        if len(item.code) > 3:
            children.setdefault(item.code[:-2], []).append(item)
    for item in coded:
        own = children.get(item.code, [])
        doubt = "同一科目编码在表中不止一行" if item.code in repeated or any(c.code in repeated for c in own) else ""
        yield from _column_ties(sheet, item, own, doubt)
    total = sheet.total()
    if total is not None and (sheet.number != 6 or sheet.line(r"人员经费合计") is None):
        yield from _column_ties(sheet, total, list(top_lines(sheet)), "同一科目编码在表中不止一行" if repeated else "")


def _column_ties(sheet: Sheet, whole: Item, parts: Sequence[Item], doubt: str = "") -> Iterator[Tie]:
    if not parts:
        return
    for column in sorted(sheet.columns - {"budget"}):
        amounts = tuple(part.amounts[column] for part in parts if column in part.amounts)
        if column in whole.amounts and amounts and not _all_blank(whole.amounts[column], amounts):
            lost = "有的格读不出数字" if len(amounts) < len(parts) else _hollow(sheet, parts, column)
            yield Tie("rows", whole.amounts[column], amounts, doubt=doubt or lost)


def _hollow(sheet: Sheet, parts: Sequence[Item], column: str) -> str:
    """Why a sum of these lines cannot be told: one of them is blank though the lines below it are not."""
    for part in parts:
        if part.code and column in part.amounts and part.amounts[column].blank:
            below = (i for i in sheet.coded() if i.code != part.code and i.code.startswith(part.code))
            if any(column in item.amounts and not item.amounts[column].blank for item in below):
                return "上级科目一行没有填数"
    return ""


def _all_blank(whole: Amount, parts: Sequence[Amount]) -> bool:
    return whole.worth == 0 and all(part.worth == 0 for part in parts)


def _economic_totals(sheet: Sheet) -> Iterator[Tie]:
    """人员经费合计 = 301 + 303, 公用经费合计 = all other classes of the economic classification."""
    tops = [item for item in sheet.coded() if len(item.code) == 3 and "total" in item.amounts]
    people = [item for item in tops if item.code in PEOPLE_CODES]
    others = [item for item in tops if item.code not in PEOPLE_CODES]
    for pattern, parts in ((r"人员经费合计", people), (r"(?:日常)?公用经费合计", others)):
        line = sheet.line(pattern)
        if line is not None:
            yield from _column_ties(sheet, line, parts)


def _across(sheet: Sheet) -> Iterator[Tie]:
    """The columns of every line: 合计 = 基本支出 + 项目支出 + …; 公用用车 = 购置 + 运行; opening + income − spent."""
    if sheet.number == 7:
        for item in sheet.items:
            for side in ("budget", "final"):
                vehicles = ("cars",) if f"{side}.cars" in sheet.columns else ("purchase", "running")
                parts = [f"{side}.{name}" for name in ("abroad", *vehicles, "reception")]
                if sheet.columns.issuperset(parts):
                    yield from _columns(item, f"{side}.total", parts)
                yield from _columns(item, f"{side}.cars", [f"{side}.purchase", f"{side}.running"])
        return
    by_fund = FUND_COLUMNS if "fiscal" not in sheet.columns else ()
    wanted = {2: (*by_fund, *INCOME_COLUMNS), 4: FUND_COLUMNS, 6: ("person", "public")}.get(sheet.number, EXPENSE_COLUMNS)
    present = [column for column in wanted if column in sheet.columns]
    doubt = "表中有的列认不出" if sheet.unread else ""
    if len(present) >= 2 and "total" in sheet.columns and not (sheet.number == 8 and "basic" not in sheet.columns):
        for item in sheet.items:
            if sheet.number != 4 or len(item.amounts) > 1:
                yield from _columns(item, "total", present, doubt)
    if sheet.number in (5, 8, 9) and {"opening", "income", "closing", "total"} <= sheet.columns:
        for item in sheet.items:
            found = [item.amounts.get(column) for column in ("closing", "opening", "income", "total")]
            if None not in found and any(amount.worth for amount in found if amount):
                closing, opening, income, spent = (amount for amount in found if amount is not None)
                yield Tie("carry", closing, (opening, income), (spent,), doubt=doubt)


def _columns(item: Item, whole: str, parts: Sequence[str], doubt: str = "") -> Iterator[Tie]:
    amounts = tuple(item.amounts[name] for name in parts if name in item.amounts)
    if whole in item.amounts and len(amounts) >= 2 and not _all_blank(item.amounts[whole], amounts):
        yield Tie("columns", item.amounts[whole], amounts, doubt=doubt)


_INCOME = r"本年收入(?:合计)?"
_SPENT = r"本年支出(?:合计)?"
_OPENING = r"(?:使用|用).{0,2}非财政拨款结余.*|使用专用结余|(?:年初|上年)(?:财政拨款)?结转(?:和|及)?结?余?"
_CLOSING = r"结余分配|提取.{0,6}结余.*|年[末终](?:财政拨款)?结转(?:和|及)?结?余?|结转下年.{0,4}"
_TOTAL = r"(?:收入|支出)?总计"
_TOP = re.compile(r"[一二三四五六七八九十]{1,4}[、.,]")


def _balance(sheet: Sheet) -> Iterator[Tie]:
    """公开01 and 公开04: the totals of either side, and that both sides come to the same."""
    sides = sorted({item.side for item in sheet.items})
    right = next((side for side in sides if side and sheet.line(_SPENT, side) is not None), None)
    for side, year, carried in ((0, _INCOME, _OPENING), (right, _SPENT, _CLOSING)):
        if side is None:
            continue
        items = [item for item in sheet.items if item.side == side]
        yearly, all_of_it = sheet.line(year, side), sheet.line(_TOTAL, side)
        if yearly is not None:
            upper = [item for item in items if item.row < yearly.row]
            tops = [item for item in upper if _TOP.match(item.name.strip())]
            parts = tops or [item for item in upper if "其中" not in item.name]
            yield from _column_ties(sheet, yearly, parts)
            if all_of_it is not None:
                between = [item for item in items if yearly.row < item.row < all_of_it.row]
                more = [item for item in between if re.fullmatch(carried, item.plain)]
                doubt = "结转结余中有的行认不出" if any(_unknown(item, carried) for item in between) else ""
                yield from _relabelled(_column_ties(sheet, all_of_it, [yearly, *more], doubt))
    left_total, right_total = sheet.line(_TOTAL, 0), sheet.line(_TOTAL, right) if right is not None else None
    if left_total is not None and right_total is not None:
        one, other = left_total.amounts.get("total"), right_total.amounts.get("total")
        if one is not None and other is not None and not _all_blank(one, (other,)):
            yield Tie("balance", one, (other,))
    if sheet.number == 4:
        yield from _opening_by_fund(sheet)


def _unknown(item: Item, carried: str) -> bool:
    """Whether a line between the year's sum and the total has an amount, and is neither carried over nor a part of such."""
    known = re.fullmatch(carried, item.plain) or fund_of(item.plain) or re.match(r"其中|基本支出|项目支出|经营", item.plain)
    return not known and any(amount.worth for amount in item.amounts.values())


def _relabelled(ties: Iterator[Tie]) -> Iterator[Tie]:
    for tie in ties:
        yield Tie("balance", tie.whole, tie.parts, tie.minus, tie.bound, tie.doubt)


def _opening_by_fund(sheet: Sheet) -> Iterator[Tie]:
    """年初财政拨款结转和结余 = its lines by kind of budget."""
    opening, total = sheet.line(r"年初(?:财政拨款)?结转.{0,3}", 0), sheet.line(_TOTAL, 0)
    if opening is None or total is None:
        return
    parts = [i for i in sheet.items if i.side == 0 and opening.row < i.row < total.row and fund_of(i.plain)]
    if len(parts) >= 2:
        yield from _column_ties(sheet, opening, parts)


def fund_of(name: str) -> str | None:
    """The kind of budget that a line's name speaks of."""
    for start, fund in (("一般公共预算", "general"), ("政府性基金", "fund"), ("国有资本经营", "capital")):
        if name.startswith(start):
            return fund
    return None


# ---------------------------------------------------------------------------------------------------- between tables


def between(sheets: Mapping[int, Sheet]) -> Iterator[Tie]:
    """The ties between the tables of one document."""
    yield from _totals_against_details(sheets)
    yield from _fiscal_totals(sheets)
    yield from _classes(sheets)
    yield from _general_in_all(sheets)
    yield from _basic(sheets)
    yield from _funds(sheets)


def _pair(one: Amount | None, *others: Amount | None, of: Sequence[Sheet] = ()) -> Iterator[Tie]:
    """Two amounts that are the same; an empty table is none to compare with."""
    parts = tuple(other for other in others if other is not None)
    if one is None or len(parts) < len(others) or _all_blank(one, parts):
        return
    empty = next((sheet for sheet in of if sheet.empty), None)
    yield Tie("tables", one, parts, doubt=NO_DATA.format(name=empty.name) if empty is not None else "")


def _of(sheet: Sheet | None, pattern: str, side: int | None, column: str = "total") -> Amount | None:
    line = sheet.line(pattern, side) if sheet is not None else None
    return line.amounts.get(column) if line is not None else None


def _whole(sheet: Sheet | None, column: str = "total") -> Amount | None:
    line = sheet.total() if sheet is not None else None
    return line.amounts.get(column) if line is not None else None


def _right(sheet: Sheet) -> int:
    return next((i.side for i in sheet.items if i.side and re.fullmatch(_SPENT, i.plain)), 1)


def _totals_against_details(sheets: Mapping[int, Sheet]) -> Iterator[Tie]:
    """公开01 against 公开02 and 公开03."""
    overall, income, spent = sheets.get(1), sheets.get(2), sheets.get(3)
    if overall is not None and income is not None:
        both = (overall, income)
        yield from _pair(_of(overall, _INCOME, 0), _whole(income), of=both)
        fiscal = [
            _of(overall, rf"{fund}.{{0,8}}财政拨款.{{0,3}}", 0)
            for fund in ("一般公共预算", "政府性基金", "国有资本经营")
        ]
        known = [amount for amount in fiscal if amount is not None]
        if known:
            yield from _pair(_whole(income, "fiscal"), *known, of=both)
        for column, name in (
            ("superior", "上级补助收入"),
            ("business", "事业收入"),
            ("operating", "经营收入"),
            ("subsidiary", "附属单位上[缴交]收入"),
            ("other", "其他收入"),
        ):
            yield from _pair(_of(overall, name, 0), _whole(income, column), of=both)
    if overall is not None and spent is not None:
        yield from _pair(_of(overall, _SPENT, _right(overall)), _whole(spent), of=(overall, spent))


def _fiscal_totals(sheets: Mapping[int, Sheet]) -> Iterator[Tie]:
    """公开04 against 公开01, 公开02, 公开05, 公开08 and 公开09."""
    fiscal = sheets.get(4)
    if fiscal is None:
        return
    overall, income = sheets.get(1), sheets.get(2)
    if overall is not None:
        for fund in ("一般公共预算", "政府性基金", "国有资本经营"):
            pattern = rf"{fund}.{{0,6}}财政拨款.{{0,3}}"
            yield from _pair(_of(fiscal, pattern, 0), _of(overall, pattern, 0), of=(fiscal, overall))
    if income is not None:
        yield from _pair(_of(fiscal, _INCOME, 0), _whole(income, "fiscal"), of=(fiscal, income))
    right = _right(fiscal)
    for number, column in ((5, "general"), (8, "fund"), (9, "capital")):
        sheet = sheets.get(number)
        if sheet is not None:
            yield from _pair(_of(fiscal, _SPENT, right, column), _whole(sheet), of=(fiscal, sheet))


def plain_class(name: str) -> str:
    """The name of a class as it compares: 八、社会保障和就业支出 and 社会保障和就业（类） are one."""
    return re.sub(r"\(.{0,4}\)|支出$", "", name)


def _classes(sheets: Mapping[int, Sheet]) -> Iterator[Tie]:
    """The lines of 公开01 and 公开04 by function against the classes of the tables in detail."""
    wanted = ((1, "total", 3), (4, "general", 5), (4, "fund", 8), (4, "capital", 9))
    for number, column, detail in wanted:
        summary, sheet = sheets.get(number), sheets.get(detail)
        if summary is None or sheet is None or sheet.empty:
            continue
        classes = {plain_class(item.plain): item for item in sheet.coded() if len(item.code) == 3}
        for item in summary.items:
            own = item.amounts.get(column)
            other = classes.get(plain_class(item.plain))
            if item.side and own is not None and other is not None and "total" in other.amounts:
                yield from _pair(own, other.amounts["total"])


def _general_in_all(sheets: Mapping[int, Sheet]) -> Iterator[Tie]:
    """No line of 公开05 or 公开08 exceeds the same one of 公开03, no line of 公开04 that of 公开01."""
    everything = sheets.get(3)
    codes = Counter(item.code for item in everything.coded()) if everything is not None else Counter()
    lines = {item.code: item for item in everything.coded() if codes[item.code] == 1} if everything is not None else {}
    for number in (5, 8, 9):
        sheet = sheets.get(number)
        for item in sheet.coded() if sheet is not None else ():
            whole = lines.get(item.code)
            for column in ("total", "basic", "project") if whole is not None else ():
                one, other = item.amounts.get(column), whole.amounts.get(column) if whole is not None else None
                if one is not None and other is not None and one.worth:
                    yield Tie("tables", other, (one,), bound=True)
    overall, fiscal = sheets.get(1), sheets.get(4)
    if overall is not None and fiscal is not None:
        named = {plain_class(item.plain): item for item in overall.items if item.side}
        for item in fiscal.items:
            own, upper = item.amounts.get("total"), named.get(plain_class(item.plain))
            if item.side and own is not None and own.worth and upper is not None and "total" in upper.amounts:
                yield Tie("tables", upper.amounts["total"], (own,), bound=True)


def _basic(sheets: Mapping[int, Sheet]) -> Iterator[Tie]:
    """公开05 基本支出 = 公开06; lines of 公开06 are part of 公开07."""
    general, economic, official = sheets.get(5), sheets.get(6), sheets.get(7)
    if economic is None:
        return
    people = _of(economic, r"人员经费合计", None)
    running = _of(economic, r"(?:日常)?公用经费合计", None)
    if general is not None:
        if people is not None and running is not None:
            yield from _pair(_whole(general, "basic"), people, running, of=(general, economic))
        else:
            yield from _pair(_whole(general, "basic"), _whole(economic), of=(general, economic))
    if official is None or not official.items:
        return
    codes = {item.code: item for item in economic.coded()}
    final = official.items[0].amounts
    for code, name in (("30212", "abroad"), ("30217", "reception"), ("30231", "running"), ("31013", "purchase")):
        own = codes[code].amounts.get("total") if code in codes else None
        whole = final.get(f"final.{name}")
        if own is not None and whole is not None and own.worth:
            yield Tie(
                "tables", whole, (own,), bound=True, doubt=NO_DATA.format(name=official.name) if official.empty else ""
            )


def _funds(sheets: Mapping[int, Sheet]) -> Iterator[Tie]:
    """公开08 and 公开09 against the income and what was carried over in 公开04."""
    fiscal = sheets.get(4)
    if fiscal is None:
        return
    opening, total = fiscal.line(r"年初(?:财政拨款)?结转.{0,3}", 0), fiscal.line(_TOTAL, 0)
    for number, column, name in ((8, "fund", "政府性基金"), (9, "capital", "国有资本经营")):
        sheet = sheets.get(number)
        if sheet is None:
            continue
        both = (fiscal, sheet)
        yield from _pair(_of(fiscal, rf"{name}.{{0,6}}财政拨款.{{0,3}}", 0), _whole(sheet, "income"), of=both)
        if opening is not None and total is not None:
            line = next(
                (
                    i
                    for i in fiscal.items
                    if i.side == 0 and opening.row < i.row < total.row and fund_of(i.plain) == column
                ),
                None,
            )
            yield from _pair(line.amounts.get("total") if line is not None else None, _whole(sheet, "opening"), of=both)
        yield from _pair(
            _of(fiscal, r"年末(?:财政拨款)?结转.{0,3}", _right(fiscal), column), _whole(sheet, "closing"), of=both
        )
