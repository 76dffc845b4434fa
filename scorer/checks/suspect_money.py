"""Amounts of the money block that do not fit the unit of their column: the cause (F607), and whose effects it explains."""

from __future__ import annotations

import re
from decimal import Decimal

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, undecided
from scorer.model import Cell, Funds
from scorer.numbers.quantity import parse_quantity
from scorer.scoring.align import amount_in, points_in

YI = Decimal(100_000_000)
# in 元: what a single project does not reach (一百亿元), nor a transfer or a whole department (一千亿元)
SUSPECT_MONEY, WIDE_MONEY = 100 * YI, 1000 * YI
# and what is far beyond an institution of a city, a county, a township or an institution of a county
CITY_MONEY, COUNTY_MONEY, LOCAL_MONEY = 50 * YI, 20 * YI, 5 * YI
COUNTY_UNIT = re.compile("[县旗镇乡]|(?<![地社小])区(?!域|块)|街道|村")
LOCAL_UNIT = re.compile(
    "(?:镇|乡|街道|办事处|村|社区|村委会|居委会|学校?|中学|小学|幼儿园|[馆站所队]|中心|卫生院|医院)(?:人民政府|办事处|党委)?$"
)
WIDE_FORM = re.compile("转移支付|区域|部门整体|整体支出|部门绩效")
SMALL_MONEY = Decimal(1000)  # a whole project of less than a thousand 元 was written in 万元
SEE_F607 = "金额单位可疑（见 F607），先核对单位"


def money_limit(form: Form) -> Decimal:
    """What an amount of this form does not reach, in 元, by what the form is about and whose it is."""
    unit, wide = form.submission.unit, WIDE_FORM.search(form.set.title) is not None
    if COUNTY_UNIT.search(unit) and not re.search("自治区|新区", unit):
        return (LOCAL_MONEY if LOCAL_UNIT.search(unit) else COUNTY_MONEY) * (5 if wide else 1)
    if LOCAL_UNIT.search(unit) and re.search("[市州盟]", unit):
        return CITY_MONEY * (5 if wide else 1)
    return WIDE_MONEY if wide else SUSPECT_MONEY


def suspect(funds: Funds, cell: Cell, limit: Decimal) -> bool:
    """Is the amount of a cell too large, or too small, to be in its column's unit? False where it names its own."""
    amount, bare = amount_in(cell, funds.unit).number, points_in(cell)
    if amount is None or bare is None or parse_quantity(cell.text).kind == "empty":
        return False
    return abs(amount) >= limit or (funds.unit == "元" and funds.total and 0 < abs(amount) < SMALL_MONEY)


def units_first(form: Form, outcomes: Outcomes) -> Outcomes:
    """The outcomes of a check of the money block, but undecided where a figure's unit is in doubt: what follows from one
    wrong unit is no fault of its own."""
    limit = money_limit(form)
    doubtful = {
        (cell.source.file, cell.source.place)
        for funds in form.submission.funds
        if funds.unit in ("万元", "元")
        for cell in (funds.initial, funds.budget, funds.executed)
        if suspect(funds, cell, limit)
    }
    for outcome in outcomes:
        yield _unless_doubtful(outcome, doubtful)


def _unless_doubtful(outcome: Outcome, doubtful: set[tuple[str, str]]) -> Outcome:
    places = getattr(outcome, "where", ())
    doubted = any((place.file, place.at) in doubtful for place in places)
    return undecided(SEE_F607) if doubted else outcome
