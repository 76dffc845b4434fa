"""F: what was, or was not, filled in. F604–F606 (residue of templates, damaged figures) live in `residue`."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from scorer.checks.form import Form
from scorer.checks.registry import Outcomes, check, faulty, not_run, plain, sound, undecided
from scorer.checks.scale import suspect_in_prose
from scorer.checks.suspect_money import YI, money_limit, suspect
from scorer.checks.targets import name_of, squeezed
from scorer.model import Cell, Place
from scorer.numbers.quantity import parse_quantity
from scorer.scoring.align import Leaf, amount_in, points_in

CENT = Decimal("0.01")
ANSWERS = re.compile("无|不适用|[NnＮ]/?[AaＡ]")
OPTION_BOX = re.compile("[□☐○◻]")
TICKED_BOX = re.compile("[☑■●√✓✔☒▣⊙◉]")
OPTION_WORDS = re.compile(
    "优良中差|优良中低差|好坏|好中差|高中低|是否|有无|达标未达标|是/否|有/无|好/坏|高/中/低|优/良/中/差"
    "|优秀?/(?:良好?/)?(?:一般|中等?|合格)/(?:不合格|较?差)|[好较]好?/(?:一般|中)/较?差|(?:完全)?达成/部分达成/未达成"
    "|(?:合格|达标|完成|通过|满意|及时|规范|到位|明显)/[不未](?:合格|达标|完成|通过|满意|及时|规范|到位|明显)"
)


def unanswered(cell: Cell) -> bool:
    """Blank, or a dash, a slash or an asterisk; 无, 不适用 and 0 are answers."""
    return not cell or (parse_quantity(cell.text).kind == "empty" and not ANSWERS.search(cell.text))


def _row_cells(leaf: Leaf) -> list[Cell]:
    cells = [leaf.answer.actual, leaf.answer.target, leaf.answer.claimed, *leaf.answer.names[-1:]]
    return [cell for cell in cells if cell.source.at]


def nothing_is_filled(form: Form) -> bool:
    rows = [leaf for leaf in form.leaves if not leaf.execution]
    return bool(rows) and all(unanswered(leaf.answer.actual) and unanswered(leaf.answer.claimed) for leaf in rows)


def _has_actual_column(form: Form) -> bool:
    return "actual" in form.submission.columns or any(leaf.answer.actual for leaf in form.leaves if not leaf.execution)


@check("F601", level="error", message="有目标“{target}”而完成值未填；请填写实际完成值")
def actual_missing(form: Form) -> Outcomes:
    """Every row with a target has an actual.

    标题：完成值未填
    为何重要：没有完成值就无从判断是否完成。
    依据：财预〔2020〕10号：自评应填写实际完成值。
    例：目标“≤16元”，完成值空白。
    改法：填写实际完成值；不适用的写“不适用”并说明。
    何时无法判定：没有填目标；表中没有完成值一栏；整张表未填（见 F609）。
    """
    if not form.submission.answers or not _has_actual_column(form) or nothing_is_filled(form):
        yield not_run("没有指标行或完成值一栏，或整张表未填")
        return
    for leaf in form.leaves:
        if leaf.execution:
            continue
        if unanswered(leaf.answer.target):
            yield undecided("没有填目标")
        elif unanswered(leaf.answer.actual):
            yield faulty(leaf.path, _row_cells(leaf), target=leaf.answer.target.text)
        else:
            yield sound()


@check("F602", level="error", message="完成值未填，却得 {claimed} 分；请补填完成值或核对得分")
def scored_without_actual(form: Form) -> Outcomes:
    """A row without an actual has no claimed score.

    标题：完成值未填却有得分
    为何重要：没有完成情况的得分没有依据。
    依据：财预〔2020〕10号：以实际完成值与指标值比对记分。
    例：完成值空白，得分 8。
    改法：补填完成值。
    何时无法判定：表中没有完成值一栏；整张表未填（见 F609）。
    """
    if not form.submission.answers or not _has_actual_column(form):
        yield not_run("没有指标行或完成值一栏")
        return
    for leaf in form.leaves:
        if leaf.execution:
            continue
        if leaf.claimed and unanswered(leaf.answer.actual):
            yield faulty(leaf.path, _row_cells(leaf), claimed=leaf.claimed, weight=leaf.weight)
        else:
            yield sound()


ASK_WEIGHT = "请补填分值，与别的行合并计分的请注明"


@check("F603", level="error", message=f"“{{name_}}”填了目标和完成值，却没有分值；{ASK_WEIGHT}")
def weight_missing(form: Form) -> Outcomes:
    """Every scored row has a weight.

    标题：指标未列分值
    为何重要：没有分值就无法核对得分，合计也无从检查。
    依据：财预〔2020〕10号：各项指标应当设定分值。
    例：其他各行都有分值，“路灯亮灯率”一行空白。
    改法：补填该行分值。
    何时无法判定：全表没有分值一栏；分值无法读成数字；该行没有得分，也没有目标或完成值。
    """
    rows = [leaf for leaf in form.leaves if not leaf.execution]
    if not form.set.points or not any(leaf.weight is not None for leaf in rows):
        yield not_run("本套指标或本表没有分值")
        return
    for leaf in rows:
        filled = not unanswered(leaf.answer.target) and not unanswered(leaf.answer.actual)
        if leaf.weight is not None:
            yield sound()
        elif leaf.answer.weight:
            yield undecided("分值无法读成数字")
        elif leaf.claimed is None and not filled:
            yield undecided("该行没有分值，也没有得分、目标或完成值")
        else:
            yield faulty(
                leaf.path,
                [cell for cell in (leaf.answer.weight, *_row_cells(leaf)) if cell.source.at],
                message=None if filled else f"“{name_of(leaf)}”有得分 {plain(leaf.claimed)}，却没有分值；{ASK_WEIGHT}",
                name_=name_of(leaf),
                claimed=leaf.claimed,
            )


@check("F607", level="warning", message="资金栏以{unit}计，“{source}”填 {figure}，折合 {amount}；请核对计量单位")
def money_unit_suspect(form: Form) -> Outcomes:
    """Amounts fit the unit of their column.

    标题：金额单位与数量级不符
    为何重要：万元栏填了元，金额大一万倍，汇总全错；元栏填了万元，小一万倍。
    依据：各地自评表“项目资金（万元）”。
    例：万元栏填 145000000，即 14500 亿元；元栏的资金总额填 260。
    改法：核对单位，按栏目的单位改写。
    何时无法判定：金额无法读成数字；正文中以元计的数没有别的数可以印证。
    界限：万元栏 100 亿元（转移支付、部门整体 1000 亿元，县区、乡镇、站所依次更低），元栏的总额 1000 元。
    """
    rows = [funds for funds in form.submission.funds if funds.unit in ("万元", "元")]
    limit = money_limit(form)
    looked = False
    for funds in rows:
        for cell in (funds.initial, funds.budget, funds.executed):
            if parse_quantity(cell.text).kind == "empty":
                continue
            looked = True
            amount, bare = amount_in(cell, funds.unit).number, points_in(cell)
            if amount is None:
                yield undecided("金额无法读成数字")
            elif bare is None:
                yield sound()  # the cell names its own unit
            elif not suspect(funds, cell, limit):
                yield sound()
            else:
                large = f"{plain((amount / YI).quantize(CENT, ROUND_HALF_UP))} 亿元" if amount >= YI else f"{plain(amount)} 元"
                yield faulty(
                    ("资金", funds.source),
                    [cell],
                    unit=funds.unit,
                    source=funds.source,
                    figure=cell.text,
                    amount=large,
                )
                break
    for outcome in suspect_in_prose(form):
        looked = True
        yield outcome
    if not looked:
        yield not_run("没有资金数字")


@check("F608", level="warning", message="{column}“{text}”是备选项，没有选定；请只保留一项")
def options_left(form: Form) -> Outcomes:
    """Options of the form are chosen from, not left standing.

    标题：选项未选
    为何重要：没有选就没有回答。
    依据：各地自评表的选项栏。
    例：完成值“□是 □否”；目标值和完成值都是“优良中低差”。
    改法：勾选或只写一项。
    何时无法判定：没有可看的栏目时不运行；有选项而未选就是有出入。
    """
    cells: list[tuple[str, Leaf | None, Cell]] = [
        (column, leaf, cell)
        for leaf in form.leaves
        if not leaf.execution
        for column, cell in (("目标值", leaf.answer.target), ("完成值", leaf.answer.actual))
        if cell
    ]
    if form.submission.claimed_grade:
        cells.append(("等级", None, form.submission.claimed_grade))
    if not cells:
        yield not_run("没有可看的栏目")
    for column, leaf, cell in cells:
        if leaf is not None and cell is leaf.answer.target and _chosen(cell.text, leaf.answer.actual.text):
            yield sound()  # the target prints the scale, the actual says which step of it
        elif _options_stand(cell.text):
            yield faulty(leaf.path if leaf else (), [cell], column=column, text=cell.text)
        else:
            yield sound()


def _chosen(scale: str, actual: str) -> bool:
    """Is the actual one of the steps that the target lists (优良中低差 answered 优)?"""
    step = squeezed(actual)
    return 0 < len(step) < len(squeezed(scale)) and step in squeezed(scale) and not _options_stand(actual)


def _options_stand(text: str) -> bool:
    if OPTION_BOX.search(text):
        return not TICKED_BOX.search(text) and len(OPTION_BOX.findall(text)) >= 2
    return bool(OPTION_WORDS.fullmatch(re.sub(r"[\s、，,/]+", "", squeezed(text)))) or bool(
        OPTION_WORDS.fullmatch(squeezed(text))
    )


def is_blank(form: Form) -> bool:
    """Is there a form whose head was read, with the columns of an answer, and no row under it but placeholders?"""
    have = {"actual", "claimed"} & set(form.submission.columns)
    return bool(have) and not form.submission.answers and not form.submission.kind


@check("F609", level="error", message="整张表 {count} 行指标的完成值和得分都没有填；请填写后再提交")
def nothing_filled(form: Form) -> Outcomes:
    """The form is filled in at all.

    标题：整张表未填
    为何重要：空表不是自评。
    依据：财预〔2020〕10号：自评应覆盖全部项目，填写完成情况。
    例：完成值和得分两栏全部空白。
    改法：填写完成值和得分。
    何时无法判定：没有指标行时不运行。
    """
    rows = [leaf for leaf in form.leaves if not leaf.execution]
    if not rows and is_blank(form):
        places = [Place(file=document.path, at="") for document in form.documents]
        yield faulty((), places, message="这是一份空白的自评表，没有一行指标填写；请填写后再提交", count=0)
    elif not rows:
        yield not_run("没有指标行")
    elif form.submission.kind:
        yield not_run("不是自评表，见 F613")
    elif nothing_is_filled(form):
        cells = [cell for leaf in rows for cell in (leaf.answer.actual, leaf.answer.target) if cell.source.at]
        yield faulty((), cells, count=len(rows))
    else:
        yield sound()


@check("F610", level="error", message="{file}：其中既没有自评表，也没有可核对的数字；请确认提交的是这份文件")
def unreadable(form: Form) -> Outcomes:
    """There is something to score or to check in what was handed in.

    标题：无法读取或没有内容
    为何重要：读不出内容的文件等于没有核对，不能当作没有问题。
    依据：财预〔2020〕10号：自评结果应以绩效自评表等形式反映。
    例：扫描成图片的文件；只有封面的文件；加密或损坏的文件（批量处理时以本代码记入报告）。
    改法：提交原始的电子文件，或先作文字识别。
    何时无法判定：不会无法判定。
    """
    if form.submission.has_form or form.submission.claims or form.mentions or form.publications:
        yield sound()
        return
    for document in form.documents:
        yield faulty((), [Place(file=document.path, at="")], file=document.path)


@check("F611", level="note", message="提交件中没有自评表，只核对了报告文字和资金数字，没有总分")
def no_form(form: Form) -> Outcomes:
    """There is a form with indicators in what was handed in.

    标题：没有自评表
    为何重要：没有指标表就不能计分，只能核对文字。
    依据：财预〔2020〕10号：单位自评以绩效自评表的形式反映。
    例：只提交了决算说明。
    改法：连同自评表一起提交：scorer score 自评表 报告。
    何时无法判定：不会无法判定。
    """
    if form.submission.answers or is_blank(form):
        yield sound()
    else:
        yield faulty((), [Place(file=document.path, at="") for document in form.documents])


@check("F612", level="note", message="{what}；请对照原件")
def reading_doubtful(form: Form) -> Outcomes:
    """The readers were sure of what they read.

    标题：读取时不能确定
    为何重要：程序没有看懂的地方不能当作没有问题，要由人对照原件。
    依据：本程序的约定：不能确定的要说出来，不猜。
    例：自评表旁边另有一份监控表，没有计入；公式没有缓存的计算结果；隐藏的行。
    改法：对照原件核对；需要时整理表格后重新提交。
    何时无法判定：不会无法判定。
    """
    if not form.submission.doubts:
        yield sound()
    for doubt in form.submission.doubts:
        place = Place(file=doubt.source.file, at=doubt.source.place, quote=doubt.quote)
        yield faulty((), [place], what=doubt.message.rstrip("。；"))


KINDS = {"goals": "绩效目标申报表", "monitoring": "绩效监控表"}


@check("F613", level="note", message="这是{kind}，不是自评表，没有计总分；请提交填有实际完成值和得分的绩效自评表")
def other_form(form: Form) -> Outcomes:
    """What was handed in is a form of self-evaluation.

    标题：提交的不是自评表
    为何重要：目标申报表和监控表没有全年的完成情况和得分，不能当作自评表评分。
    依据：财预〔2020〕10号：单位自评以绩效自评表的形式反映。
    例：表名“项目支出绩效目标申报表”，没有“实际完成值”和“得分”两栏。
    改法：提交年度终了后填写的绩效自评表。
    何时无法判定：不会无法判定；没有指标行时不运行。
    """
    if not form.submission.answers:
        yield not_run("没有指标行")
    elif form.submission.kind:
        title = form.submission.title
        place = title if title.source.at else next((c for answer in form.submission.answers for c in answer.names), title)
        yield faulty((), [place], kind=KINDS[form.submission.kind])
    else:
        yield sound()
