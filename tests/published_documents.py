"""Invented published final accounts with random figures, in several layouts: clean, or with one fault planted.

Everything is derived from a few random amounts, so a clean document ties. A `Style` says how it is laid out; a fault is a
function that changes the finished document in one place.
"""

from __future__ import annotations

import html
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import xlsxwriter

NAMES = {
    "201": "一般公共服务支出",
    "20126": "档案事务",
    "2012601": "行政运行",
    "2012604": "档案馆",
    "20131": "党委办公厅（室）及相关机构事务",
    "2013101": "行政运行",
    "208": "社会保障和就业支出",
    "20805": "行政事业单位养老支出",
    "2080501": "行政单位离退休",
    "2080505": "机关事业单位基本养老保险缴费支出",
    "210": "卫生健康支出",
    "21011": "行政事业单位医疗",
    "2101101": "行政单位医疗",
    "212": "城乡社区支出",
    "21208": "国有土地使用权出让收入安排的支出",
    "2120803": "城市建设支出",
    "221": "住房保障支出",
    "22102": "住房改革支出",
    "2210201": "住房公积金",
}
GENERAL = ("2012601", "2012604", "2013101", "2080501", "2080505", "2101101", "2210201")
FUND = ("2120803",)
PROJECTS = ("2012604", "2120803")
CLASSES = (
    "一般公共服务支出",
    "外交支出",
    "国防支出",
    "教育支出",
    "社会保障和就业支出",
    "卫生健康支出",
    "城乡社区支出",
    "农林水支出",
    "住房保障支出",
)
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Style:
    """How a document is laid out."""

    unit: str = "万元"
    three_code_columns: bool = False
    repeat_codes: bool = True
    total_last: bool = False
    row_numbers: bool = False
    ordinals: bool = False
    thousands: bool = False
    title_inside: bool = False
    official: str = "sides"  # sides, pairs or list
    text: int = 0
    blank: str = ""


def random_style(chance: random.Random) -> Style:
    pick = chance.choice
    return Style(
        unit=pick(("万元", "万元", "元")),
        three_code_columns=pick((True, False)),
        repeat_codes=pick((True, False)),
        total_last=pick((True, False)),
        row_numbers=pick((True, False)),
        ordinals=pick((True, False)),
        thousands=pick((True, False)),
        title_inside=pick((True, False)),
        official=pick(("sides", "pairs", "list")),
        text=pick((0, 1, 2)),
        blank=pick(("", "", "0.00", "—")),
    )


@dataclass
class Sheet:
    """One table: rows of (text, colspan, rowspan)."""

    title: str
    head: list[list[tuple[str, int, int]]]
    body: list[list[str]]
    note: str


@dataclass
class Accounts:
    """A finished document. Amounts are in cents of the unit of its text (万元)."""

    style: Style
    unit: str = "临河县档案局"
    year: int = 2023
    sheets: list[Sheet] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)


def cents(amount: int) -> Decimal:
    return Decimal(amount) / 100


def percent(part: int, whole: int) -> str:
    return f"{(Decimal(100) * part / whole).quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


class Book:
    """The figures of a document, in hundredths of 万元."""

    def __init__(self, chance: random.Random) -> None:
        draw = lambda low, high: chance.randrange(low, high)  # noqa: E731
        self.basic = {code: 0 if code in PROJECTS else draw(2_000, 90_000) for code in GENERAL + FUND}
        self.project = {code: draw(1_000, 80_000) if code in PROJECTS else 0 for code in GENERAL + FUND}
        self.other = draw(100, 5_000)  # other income, spent on 档案馆
        self.general = {code: self.basic[code] + self.project[code] for code in GENERAL}
        self.fund = {code: self.project[code] for code in FUND}
        self.opening = draw(500, 9_000)
        self.people = {"30101": draw(100, 900), "30108": draw(100, 900), "30113": draw(100, 900)}
        self.running = {"30201": draw(100, 900), "30217": draw(10, 90), "30231": draw(100, 300)}
        total_basic = sum(self.basic[code] for code in GENERAL)
        self.people["30102"] = (total_basic * 4) // 5 - sum(self.people.values())
        self.running["30299"] = total_basic - sum(self.people.values()) - sum(self.running.values())
        self.reception, self.cars = self.running["30217"] + draw(1, 50), self.running["30231"] + draw(1, 50)
        self.budget_cars, self.budget_reception = self.cars + draw(10, 900), self.reception + draw(10, 90)
        self.budgets = {code: max(amount + draw(-500, 500), 1) for code, amount in self.general.items()}
        self.budgets["2080501"] = self.general["2080501"]

    @staticmethod
    def rolled(amounts: dict[str, int]) -> dict[str, int]:
        """The amounts of 项 with those of their 款 and 类."""
        found: dict[str, int] = {}
        for code, amount in amounts.items():
            for length in (3, 5, 7):
                found[code[:length]] = found.get(code[:length], 0) + amount
        return dict(sorted(found.items()))


def document(seed: int, style: Style | None = None) -> Accounts:
    """A clean document."""
    chance = random.Random(seed)
    accounts = Accounts(style or random_style(chance))
    book = Book(chance)
    _tables(accounts, book)
    _text(accounts, book)
    return accounts


# ------------------------------------------------------------------------------------------------------------ tables


def _tables(accounts: Accounts, book: Book) -> None:
    style = accounts.style

    def money(amount: int) -> str:
        if not amount:
            return style.blank
        worth = cents(amount) * (10_000 if style.unit == "元" else 1)
        return f"{worth:,.2f}" if style.thousands else f"{worth:.2f}"

    spent = {code: book.basic[code] + book.project[code] for code in GENERAL + FUND}
    spent["2012604"] += book.other
    general, fund, everything = book.rolled(book.general), book.rolled(book.fund), book.rolled(spent)
    own = {**book.general, **book.fund}
    fiscal = book.rolled(own)
    basic, project = (
        book.rolled({c: book.basic[c] for c in spent}),
        book.rolled({c: spent[c] - book.basic[c] for c in spent}),
    )
    tops = lambda amounts: sum(amount for code, amount in amounts.items() if len(code) == 3)  # noqa: E731
    year, _fiscal_year = tops(everything), tops(fiscal)
    income = [
        ("一般公共预算财政拨款收入", tops(general)),
        ("政府性基金预算财政拨款收入", tops(fund)),
        ("国有资本经营预算财政拨款收入", 0),
        ("上级补助收入", 0),
        ("事业收入", 0),
        ("其他收入", book.other),
    ]
    classes = {NAMES[code]: amount for code, amount in everything.items() if len(code) == 3}
    left = [(f"{NUMERALS[n]}、{name}", amount) for n, (name, amount) in enumerate(income)]
    right = [(f"{NUMERALS[n]}、{name}", classes.get(name, 0)) for n, name in enumerate(CLASSES)]
    tail = [
        ("本年收入合计", year, "本年支出合计", year),
        ("年初结转和结余", book.opening, "年末结转和结余", book.opening),
    ]
    tail.append(("总计", year + book.opening, "总计", year + book.opening))
    rows = [[*(left[n] if n < len(left) else ("", 0)), *right[n]] for n in range(len(right))] + [
        list(row) for row in tail
    ]
    body = []
    for number, row in enumerate(rows, 1):
        cells = [row[0], money(row[1]) if row[0] else "", row[2], money(row[3])]
        if style.row_numbers:
            cells = [cells[0], str(number), cells[1], cells[2], str(number + len(rows)), cells[3]]
        body.append(cells)
    half = 3 if style.row_numbers else 2
    numbers = [("行次", 1, 1)] if style.row_numbers else []
    head = [[("收入", half, 1), ("支出", half, 1)], [("项目", 1, 1), *numbers, ("决算数", 1, 1)] * 2]
    accounts.sheets.append(Sheet("收入支出决算总表", head, body, "注：本表反映部门本年度的总收支和年末结转结余情况。"))

    def coded(title: str, columns: Sequence[tuple[str, dict[str, int]]], codes: dict[str, int]) -> None:
        lines = []
        for code in codes:
            marks = [code]
            if style.three_code_columns:
                marks = [code[:3], code[3:5], code[5:]]
                if not style.repeat_codes:
                    marks = ["" if level < (len(code) - 3) // 2 else mark for level, mark in enumerate(marks)]
            lines.append([*marks, NAMES[code], *(money(amounts.get(code, 0)) for _, amounts in columns)])
        width = 3 if style.three_code_columns else 1
        total = ["合计", *[""] * width, *(money(tops(amounts)) for _, amounts in columns)]
        lines = [*lines, total] if style.total_last else [total, *lines]
        head = [[("项目", width + 1, 1), *((name, 1, 3 if style.three_code_columns else 2) for name, _ in columns)]]
        head.append([("支出功能分类科目编码", width, 1), ("科目名称", 1, 2 if style.three_code_columns else 1)])
        if style.three_code_columns:
            head.append([("类", 1, 1), ("款", 1, 1), ("项", 1, 1)])
        if style.ordinals:
            head.append([("栏次", width + 1, 1), *((str(n), 1, 1) for n in range(1, len(columns) + 1))])
        accounts.sheets.append(Sheet(title, head, lines, "注：本表反映部门本年度相关收支情况。"))

    others = book.rolled({"2012604": book.other})
    nothing: dict[str, int] = {}
    coded(
        "收入决算表",
        [
            ("本年收入合计", everything),
            ("财政拨款收入", fiscal),
            ("上级补助收入", nothing),
            ("事业收入", nothing),
            ("经营收入", nothing),
            ("附属单位上缴收入", nothing),
            ("其他收入", others),
        ],
        everything,
    )
    coded(
        "支出决算表",
        [
            ("本年支出合计", everything),
            ("基本支出", basic),
            ("项目支出", project),
            ("上缴上级支出", nothing),
            ("经营支出", nothing),
            ("对附属单位补助支出", nothing),
        ],
        everything,
    )
    general_classes = {NAMES[code]: amount for code, amount in general.items() if len(code) == 3}
    fund_classes = {NAMES[code]: amount for code, amount in fund.items() if len(code) == 3}
    sources = [
        ("一、一般公共预算财政拨款", tops(general)),
        ("二、政府性基金预算财政拨款", tops(fund)),
        ("三、国有资本经营预算财政拨款", 0),
    ]
    body = []
    for n, name in enumerate(CLASSES):
        own_left = sources[n] if n < 3 else ("", 0)
        both = general_classes.get(name, 0), fund_classes.get(name, 0)
        body.append(
            [
                own_left[0],
                money(own_left[1]) if own_left[0] else "",
                f"{NUMERALS[n]}、{name}",
                money(sum(both)),
                money(both[0]),
                money(both[1]),
                money(0),
            ]
        )
    g, f, o = tops(general), tops(fund), book.opening // 2
    body.append(["本年收入合计", money(g + f), "本年支出合计", money(g + f), money(g), money(f), money(0)])
    body.append(["年初财政拨款结转和结余", money(o), "年末财政拨款结转和结余", money(o), money(o), money(0), money(0)])
    body.append(["一、一般公共预算财政拨款", money(o), "", "", "", "", ""])
    body.append(["二、政府性基金预算财政拨款", money(0), "", "", "", "", ""])
    body.append(["总计", money(g + f + o), "总计", money(g + f + o), money(g + o), money(f), money(0)])
    head = [
        [("收入", 2, 1), ("支出", 5, 1)],
        [
            (name, 1, 1)
            for name in (
                "项目",
                "决算数",
                "项目",
                "合计",
                "一般公共预算财政拨款",
                "政府性基金预算财政拨款",
                "国有资本经营预算财政拨款",
            )
        ],
    ]
    accounts.sheets.append(
        Sheet("财政拨款收入支出决算总表", head, body, "注：本表反映部门本年度财政拨款的总收支情况。")
    )
    general_basic = book.rolled({code: book.basic[code] for code in GENERAL})
    general_project = book.rolled({code: book.project[code] for code in GENERAL})
    coded(
        "一般公共预算财政拨款支出决算表",
        [("合计", general), ("基本支出", general_basic), ("项目支出", general_project)],
        general,
    )
    _economic(accounts, book, money)
    _official(accounts, book, money)
    coded(
        "政府性基金预算财政拨款收入支出决算表",
        [("年初结转和结余", nothing), ("本年收入", fund), ("本年支出合计", fund), ("年末结转和结余", nothing)],
        fund,
    )
    accounts.sheets.append(
        Sheet(
            "国有资本经营预算财政拨款支出决算表",
            [[("科目编码", 1, 1), ("科目名称", 1, 1), ("合计", 1, 1), ("基本支出", 1, 1), ("项目支出", 1, 1)]],
            [["合计", "", "", "", ""]],
            "说明：本部门没有国有资本经营预算财政拨款支出，故本表无数据。",
        )
    )


def _economic(accounts: Accounts, book: Book, money: Callable[[int], str]) -> None:
    names = {
        "30101": "基本工资",
        "30102": "津贴补贴",
        "30108": "机关事业单位基本养老保险缴费",
        "30113": "住房公积金",
        "30201": "办公费",
        "30217": "公务接待费",
        "30231": "公务用车运行维护费",
        "30299": "其他商品和服务支出",
    }
    people, running = sum(book.people.values()), sum(book.running.values())
    left = [("301", "工资福利支出", people), *((c, names[c], a) for c, a in sorted(book.people.items()))]
    right = [("302", "商品和服务支出", running), *((c, names[c], a) for c, a in sorted(book.running.items()))]
    body = [[l[0], l[1], money(l[2]), r[0], r[1], money(r[2])] for l, r in zip(left, right, strict=True)]  # noqa: E741
    body.append(["人员经费合计", "", money(people), "公用经费合计", "", money(running)])
    head = [[("人员经费", 3, 1), ("公用经费", 3, 1)], [("科目编码", 1, 1), ("科目名称", 1, 1), ("决算数", 1, 1)] * 2]
    accounts.sheets.append(
        Sheet("一般公共预算财政拨款基本支出决算表", head, body, "注：本表反映部门本年度基本支出明细情况。")
    )


def _official(accounts: Accounts, book: Book, money: Callable[[int], str]) -> None:
    budget = [book.budget_cars + book.budget_reception, 0, book.budget_cars, 0, book.budget_cars, book.budget_reception]
    final = [book.cars + book.reception, 0, book.cars, 0, book.cars, book.reception]
    title, note = "财政拨款“三公”经费支出决算表", "注：本表反映部门本年度“三公”经费支出预决算情况。"
    if accounts.style.official == "list":
        body = [
            [name, money(b), money(f)]
            for name, b, f in zip(
                (
                    "合计",
                    "1.因公出国（境）费",
                    "2.公务用车购置及运行维护费",
                    "（1）公务用车购置费",
                    "（2）公务用车运行维护费",
                    "3.公务接待费",
                ),
                budget,
                final,
                strict=True,
            )
        ]
        accounts.sheets.append(Sheet(title, [[("项目", 1, 1), ("预算数", 1, 1), ("决算数", 1, 1)]], body, note))
        return
    if accounts.style.official == "sides":
        head = [
            [("预算数", 6, 1), ("决算数", 6, 1)],
            [("合计", 1, 2), ("因公出国（境）费", 1, 2), ("公务用车购置及运行维护费", 3, 1), ("公务接待费", 1, 2)] * 2,
        ]
        head.append([("小计", 1, 1), ("公务用车购置费", 1, 1), ("公务用车运行维护费", 1, 1)] * 2)
        accounts.sheets.append(Sheet(title, head, [[money(a) for a in (*budget, *final)]], note))
        return
    head = [
        [("合计", 2, 2), ("因公出国（境）费", 2, 2), ("公务用车购置及运行维护费", 6, 1), ("公务接待费", 2, 2)],
        [("小计", 2, 1), ("公务用车购置费", 2, 1), ("公务用车运行维护费", 2, 1)],
    ]
    head.append([("预算数", 1, 1), ("决算数", 1, 1)] * 6)
    accounts.sheets.append(
        Sheet(title, head, [[money(a) for pair in zip(budget, final, strict=True) for a in pair]], note)
    )


# -------------------------------------------------------------------------------------------------------------- text


def _text(accounts: Accounts, book: Book) -> None:
    year, style = accounts.year, accounts.style.text
    general, fund = sum(book.general.values()), sum(book.fund.values())
    basic = sum(book.basic[code] for code in GENERAL)
    spent = general + fund + book.other
    project = spent - basic
    total, fiscal = spent + book.opening, general + fund + book.opening // 2
    show = lambda amount: f"{cents(amount):.2f}万元"  # noqa: E731
    word = lambda final, budget: "大于" if final > budget else "小于" if final < budget else "等于"  # noqa: E731
    last = book.opening + 1234
    say = accounts.paragraphs.append
    say(f"第二部分  {year}年度部门决算情况说明")
    say("一、收入支出决算总体情况说明")
    opening = (
        f"{year}年度收、支总计{show(total)}",
        f"本部门{year}年度收入总计{show(total)}，支出总计{show(total)}",
        f"{year}年度收入支出总计{show(total)}",
    )[style]
    subject = ("收、支总计各", "收、支总计各", "收入支出总计")[style]
    say(
        f"{opening}。与{year - 1}年度相比，{subject}增加{show(last)}，增长{percent(last, total - last)}，主要原因是项目增加。"
    )
    say("二、收入决算情况说明")
    say(
        f"本年收入合计{show(spent)}，其中：财政拨款收入{show(general + fund)}，占{percent(general + fund, spent)}；其他收入{show(book.other)}，占{percent(book.other, spent)}。"
    )
    say("三、支出决算情况说明")
    say(
        f"本年支出合计{show(spent)}，其中：基本支出{show(basic)}，占{percent(basic, spent)}；项目支出{show(project)}，占{percent(project, spent)}。"
    )
    say("四、财政拨款收入支出决算总体情况说明")
    say(f"{year}年度财政拨款收、支总计{show(fiscal)}。")
    say("五、一般公共预算财政拨款支出决算情况说明")
    say("（一）一般公共预算财政拨款支出决算总体情况")
    say(
        f"{year}年度一般公共预算财政拨款支出{show(general)}，占本年支出合计的{percent(general, spent)}。与上年相比，一般公共预算财政拨款支出减少{show(last)}，下降{percent(last, general + last)}。"
    )
    say("（二）一般公共预算财政拨款支出决算结构情况")
    classes = Book.rolled(book.general)
    parts = [f"{NAMES[c]}（类）{show(a)}，占{percent(a, general)}" for c, a in classes.items() if len(c) == 3]
    say(f"{year}年度一般公共预算财政拨款支出{show(general)}，主要用于以下方面：{'；'.join(parts)}。")
    say("（三）一般公共预算财政拨款支出决算具体情况")
    whole = sum(book.budgets.values())
    say(
        f"{year}年度一般公共预算财政拨款支出年初预算为{show(whole)}，支出决算为{show(general)}，完成年初预算的{percent(general, whole)}。其中："
    )
    for number, code in enumerate(GENERAL, 1):
        final, budget = book.general[code], book.budgets[code]
        path = f"{NAMES[code[:3]]}（类）{NAMES[code[:5]]}（款）{NAMES[code]}（项）"
        reason = "" if final == budget else "的主要原因是工作任务变化"
        if style == 1:
            say(
                f"{number}.{path}：支出决算为{show(final)}，完成预算{percent(final, budget)}。预算为{show(budget)}，决算数{word(final, budget)}预算数{reason}。"
            )
        else:
            say(
                f"{number}、{path}。年初预算为{show(budget)}，支出决算为{show(final)}，完成年初预算的{percent(final, budget)}。决算数{word(final, budget)}年初预算数{reason}。"
            )
    say("六、一般公共预算财政拨款基本支出决算情况说明")
    say(
        f"一般公共预算财政拨款基本支出{show(basic)}，其中：人员经费{show(sum(book.people.values()))}，主要包括：基本工资；公用经费{show(sum(book.running.values()))}，主要包括：办公费。"
    )
    say("七、“三公”经费财政拨款支出决算情况说明")
    official, budget = book.cars + book.reception, book.budget_cars + book.budget_reception
    say(
        f"“三公”经费财政拨款支出预算为{show(budget)}，支出决算为{show(official)}，完成预算的{percent(official, budget)}，决算数小于预算数的主要原因是厉行节约。其中："
    )
    say(
        f"1.因公出国（境）费支出决算为0万元，占0%。2.公务用车购置及运行维护费支出决算为{show(book.cars)}，占{percent(book.cars, official)}，完成预算的{percent(book.cars, book.budget_cars)}。"
    )
    say(f"其中：公务用车购置支出0万元；公务用车运行维护费支出{show(book.cars)}，主要用于燃料费。")
    say(
        f"3.公务接待费支出决算为{show(book.reception)}，占{percent(book.reception, official)}。其中：国内公务接待支出{show(book.reception)}，接待12批次、80人次。"
    )
    say("八、政府性基金预算财政拨款收入支出决算情况说明")
    say(
        f"政府性基金预算财政拨款收入{show(fund)}，支出{show(fund)}，其中：城市建设支出（项）{show(fund)}，主要用于道路维护。"
    )
    say("九、国有资本经营预算财政拨款支出决算情况说明")
    say("本部门没有国有资本经营预算财政拨款支出。")
    say("十、其他重要事项的情况说明")
    say("（一）机关运行经费支出情况")
    say(f"机关运行经费支出{show(sum(book.running.values()))}。")
    say("（二）政府采购支出情况")
    say("政府采购支出总额12.00万元，其中：政府采购货物支出7.00万元、政府采购服务支出5.00万元。")
    say("（三）国有资产占有使用情况")
    say(f"截至{year}年12月31日，本部门共有车辆2辆，其中：应急保障用车1辆、其他用车1辆。")
    say("（四）预算绩效管理情况")
    say("本部门对1个项目开展了绩效自评。")


# ------------------------------------------------------------------------------------------------------- rendering


def _front(accounts: Accounts) -> list[str]:
    contents = [f"{NUMERALS[n]}、{sheet.title}" for n, sheet in enumerate(accounts.sheets)]
    return [
        accounts.unit,
        f"{accounts.year}年度部门决算",
        "目  录",
        "第一部分  部门决算表",
        *contents,
        "第二部分  部门决算情况说明",
        "第一部分  部门决算表",
    ]


def _caption(accounts: Accounts, number: int) -> list[str]:
    return [f"公开{number:02d}表", f"部门：{accounts.unit}", f"金额单位：{accounts.style.unit}"]


def as_text(accounts: Accounts) -> bytes:
    """Tabs between cells, blank cells at the end of a row dropped, merged areas as blanks."""
    lines = _front(accounts)
    for number, sheet in enumerate(accounts.sheets, 1):
        lines += [sheet.title, "\t".join(_caption(accounts, number))]
        for row in _flat_head(sheet) + sheet.body:
            lines.append("\t".join(row).rstrip("\t"))
        lines += [sheet.note, "", ""]
    return "\n".join([*lines, *accounts.paragraphs]).encode()


def _flat_head(sheet: Sheet) -> list[list[str]]:
    width = max(sum(span for _, span, _ in row) for row in sheet.head)
    grid = [[""] * width for _ in sheet.head]
    taken = [[False] * width for _ in sheet.head]
    for r, row in enumerate(sheet.head):
        column = 0
        for text, across, down in row:
            while column < width and taken[r][column]:
                column += 1
            grid[r][column] = text
            for rr in range(r, min(r + down, len(grid))):
                for cc in range(column, min(column + across, width)):
                    taken[rr][cc] = True
            column += across
    return grid


def as_page(accounts: Accounts) -> bytes:
    parts = [f"<p>{html.escape(line)}</p>" for line in _front(accounts)]
    for number, sheet in enumerate(accounts.sheets, 1):
        width = len(sheet.body[0])
        caption = [sheet.title, "　".join(_caption(accounts, number))]
        inside = "".join(f'<tr><td colspan="{width}">{html.escape(line)}</td></tr>' for line in caption)
        if not accounts.style.title_inside:
            parts += [f"<p>{html.escape(line)}</p>" for line in caption]
            inside = ""
        rows = [
            "".join(f'<td colspan="{a}" rowspan="{d}">{html.escape(t)}</td>' for t, a, d in row) for row in sheet.head
        ]
        rows += ["".join(f"<td>{html.escape(t)}</td>" for t in row) for row in sheet.body]
        parts.append(
            f"<table>{inside}{''.join(f'<tr>{row}</tr>' for row in rows)}</table><p>{html.escape(sheet.note)}</p>"
        )
    parts += [f"<p>{html.escape(line)}</p>" for line in accounts.paragraphs]
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{''.join(parts)}</body></html>".encode()


def as_workbook(accounts: Accounts) -> bytes:
    """One sheet a table; no explanations."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for number, sheet in enumerate(accounts.sheets, 1):
        page = book.add_worksheet(f"{number:02d}")
        page.write_string(0, 0, sheet.title)
        for column, text in enumerate(_caption(accounts, number)):
            page.write_string(1, column, text)
        taken: set[tuple[int, int]] = set()
        for r, row in enumerate(sheet.head, 2):
            column = 0
            for text, across, down in row:
                while (r, column) in taken:
                    column += 1
                taken |= {(rr, cc) for rr in range(r, r + down) for cc in range(column, column + across)}
                if across > 1 or down > 1:
                    page.merge_range(r, column, r + down - 1, column + across - 1, text)
                else:
                    page.write_string(r, column, text)
                column += across
        start = 2 + len(sheet.head)
        for r, line in enumerate(sheet.body, start):
            for column, text in enumerate(line):
                plain = text.replace(",", "")
                if plain.replace(".", "", 1).isdigit() and "." in plain:
                    page.write_number(r, column, float(plain))
                elif text:
                    page.write_string(r, column, text)
        page.write_string(start + len(sheet.body), 0, sheet.note)
    book.close()
    return buffer.getvalue()


RENDERERS = {"txt": as_text, "html": as_page, "xlsx": as_workbook}
