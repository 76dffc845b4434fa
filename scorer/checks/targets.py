"""T: quality of the indicators, and what the target asks against what the actual answers."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, check, faulty, not_run, plain, sound, undecided
from scorer.memory import remembered
from scorer.model import Cell
from scorer.naming import normalize_name
from scorer.numbers.quantity import Quantity, dimension
from scorer.scoring.align import Leaf
from scorer.scoring.directions import LESSENED, usual_direction
from scorer.sets.categories import category_of_name
from scorer.sets.recognition import binding

FIGURES = ("quantity", "range")
SATISFACTION = "满意度"

# Words that are no copy of the target when actual and target say the same: a plain answer to a plain question.
PLAIN_ANSWER = re.compile(
    r"(按时|按期|如期|准时|按计划|按进度)?(验收|支付|发放|拨付|开工|完工|竣工|实施|到位|交付)?"
    r"(完成|达标|达到|合格|合规|有|无|是|否|高|好|优|良好?|健全|完善|及时|有效|充分|明显|通过|基本){0,4}"
)
BLANK = re.compile(r"[-—－/\\*＊0.。]*")
DONE_WORDS = re.compile("已经|已|均|全部|都")

# What makes a target in words checkable: a standard, a yes or no, a date.
STANDARD = re.compile(
    "是否|达标|合格|合规|符合|规定|标准|要求|通过|验收|零|无|不发生|杜绝|按时|及时|准时|时限|期限|年底|年内|完成|建成|建立|印发|出台|上线|投入使用|健全|应.尽."
)
VAGUE = re.compile(
    "有效|提升|改善|加强|提高|促进|明显|显著|较好|良好|相关|不断|持续|逐步|增强|推动|推进|保障|按要求|感受|优化|扩大|营造|助力|长期|稳定|进一步"
)
REFERS_TO_RULES = re.compile("(办法|规定|细则|通知|标准|要求)[^，。；]{0,8}(填报|执行|打分|评分|计分|考核)")
MONEY_NAME = re.compile("(资金|经费|投资|补助|补贴|项目|工程)[^率数]{0,6}(金额|总额|额度|规模|额)$|金额$")
# money that a project brings about, not what it costs
MONEY_BROUGHT = re.compile(
    "贷款|担保|授信|放款|理赔|赔付|招商|引资|销售|产值|收入|营收|签约|融资|交易|征收|征缴|追回|挽回|节约|争取|税|订单|消费"
    "|保费|保额|增收"
)
# the satisfaction itself, not the survey that asks for it
SATISFACTION_NAME = re.compile("满意(度|率|程度)(?!调查|测评|问卷|回访|测试|评估|监测|抽查)")
BROAD = ("产出", "效益", "决策", "管理")


@remembered
def squeezed(text: str) -> str:
    """Text for comparison: full-width folded, white space and punctuation gone, comparators kept."""
    folded = unicodedata.normalize("NFKC", text).replace("≧", "≥").replace("≦", "≤")
    folded = folded.replace(">=", "≥").replace("<=", "≤")
    return re.sub(r"[\s,，。、；;：:“”\"'（）()]+", "", folded)


def name_of(leaf: Leaf) -> str:
    return leaf.path[-1] if leaf.path else ""


def is_blank(cell: Cell) -> bool:
    """Nothing, or only a dash, a slash or a zero typed into a column of words; 无 is an answer, if an empty one."""
    return not cell or bool(BLANK.fullmatch(squeezed(cell.text)))


def answered(form: Form) -> list[Leaf]:
    """The indicator rows with both a target and an actual."""
    return [leaf for leaf in form.leaves if not leaf.execution and leaf.answer.target and leaf.answer.actual]


def unanswered_rows(form: Form) -> Outcomes:
    """The rows that a comparison of target and actual cannot look at, each said once."""
    rows = [leaf for leaf in form.leaves if not leaf.execution]
    if not rows:
        yield not_run("没有指标行")
    for leaf in rows:
        if not (leaf.answer.target and leaf.answer.actual):
            yield undecided("目标或完成值没有填")


@check(
    "T401",
    level="warning",
    message="完成值“{actual}”照抄目标值“{target}”；请填写实际完成的数字或情况",
)
def actual_copies_target(form: Form) -> Outcomes:
    """The actual is an answer, not the target again with its comparator or its words.

    标题：完成值照抄目标值
    为何重要：带着“≥”或“以上”的完成值不是完成情况，无从判断是否完成、完成多少。
    依据：财预〔2020〕10号：绩效自评以实际完成值与指标值比对；证据应真实、准确。
    例：目标“≥95%”，完成值也填“≥95%”。
    改法：填写实际数字，如“97.2%”；文字指标写明做了什么、结果如何。
    何时无法判定：目标只是“已完成”“合规”一类短语，照答并无不当；目标或完成值没有填。
    """
    yield from unanswered_rows(form)
    for leaf in answered(form):
        target, actual = leaf.answer.target.text, leaf.answer.actual.text
        if PLAIN_ANSWER.fullmatch(_said(target)) and _said(target) == _said(actual):
            yield undecided("目标只是短语，照答并无不当")
        elif _copies(target, actual, leaf.target, leaf.actual):
            yield faulty(
                leaf.path,
                [leaf.answer.target, leaf.answer.actual],
                target=target,
                actual=actual,
            )
        else:
            yield sound()


def _copies(target: str, actual: str, wanted: Quantity, got: Quantity) -> bool:
    asked, said = squeezed(target), squeezed(actual)
    if wanted.kind in FIGURES:
        same = wanted.number == got.number and wanted.low == got.low
        if asked == said and len(re.findall("[一-鿿]", said.replace(squeezed(got.text), ""))) >= 5:
            return True  # a whole sentence again, not just its figure
        # "超过" is a verb in an actual, unless the target says the very same; a sign is none
        copied = asked == said or bool(re.search("[≥≤<>]", said))
        signed = wanted.op not in ("", "=") or said.startswith("=")  # "=100%" is no figure that anybody counted either
        return got.kind in FIGURES and same and got.op == wanted.op and signed and copied
    return wanted.kind == "qualitative" and _said(target) == _said(actual) and len(asked) >= 5


def _said(text: str) -> str:
    """The words without those that only say that it is done."""
    return DONE_WORDS.sub("", squeezed(text))


@check(
    "T402",
    level="warning",
    message="完成值 {actual} 为目标 {target} 的 {rate}%，已到 {threshold}% 的界限而未说明；请说明原因，或核对目标是否定低",
)
def over_achieved(form: Form) -> Outcomes:
    """An actual far above its target is explained.

    标题：完成值大幅超过目标而未说明
    为何重要：大幅超额多半是目标定得过低，或两处口径不同。
    依据：财预〔2020〕10号：完成值超过年初指标值较多的，要分析原因，由于年初指标值设定明显偏低造成的，按偏离度适度调减分值。
    例：目标 ≥2000，完成 3061，为目标的 153.05%。
    改法：在偏差原因栏说明；口径不同的统一口径。
    何时无法判定：目标或完成值没有填或不是数字；越低越好的指标；目标很小，多出一个就到界限；全表共用一个原因栏；
    指标体系没有规定超额界限。
    """
    threshold = form.set.over_achieved
    if threshold is None:
        yield not_run("本套指标没有规定超额界限")
        return
    yield from unanswered_rows(form)
    for leaf in answered(form):
        yield _over(form, leaf, threshold * 100)


def _over(form: Form, leaf: Leaf, threshold: Decimal) -> Outcome:
    wanted, got = leaf.target, leaf.actual
    if wanted.kind not in FIGURES or got.kind not in FIGURES or leaf.comparable:
        return undecided("目标或完成值不是可以比较的数字")
    floor = wanted.high if wanted.op == "between" else wanted.number  # 5%–15%: what lies in between is what was asked
    if wanted.op in ("≤", "<", "=") or leaf.direction == "reverse":
        return undecided("目标不是下限，或越低越好")
    if not floor or floor <= 0 or got.number is None:
        return undecided("目标不是正数，或完成值不是一个数")
    rate = got.number / floor * 100
    if rate < threshold or not (is_blank(leaf.answer.reason) or squeezed(leaf.answer.reason.text) in ("无", "没有")):
        return sound()
    if got.number - floor <= 1 and "%" not in (wanted.unit, got.unit):
        return undecided("目标很小，多出一个就超过界限")
    if not is_blank(form.submission.reason):
        return undecided("全表共用一个原因栏，未必包括本行")
    return faulty(
        leaf.path,
        [leaf.answer.target, leaf.answer.actual],
        target=leaf.answer.target.text,
        actual=leaf.answer.actual.text,
        rate=rate.quantize(Decimal("0.01"), ROUND_HALF_UP),
        threshold=threshold,
    )


@check("T403", level="error", message="目标“{target}”与完成值“{actual}”计量单位不同（{why}）；请统一口径")
def unit_differs(form: Form) -> Outcomes:
    """Target and actual are counted in the same unit.

    标题：目标与完成值计量单位不同
    为何重要：户、人、人次、万元不能相互比较，比出来的完成率没有意义。
    依据：财预〔2020〕10号：绩效指标应当可衡量、可比较。
    例：目标“≥12个”，完成值“12万元”。
    改法：按目标的单位填写完成值，或说明两者的关系。
    何时无法判定：有一方没有写单位，或是文字；两个单位同类，可以换算（小时与分钟、元/户与元）。
    """
    yield from unanswered_rows(form)
    for leaf in answered(form):
        if leaf.target.kind not in FIGURES or leaf.actual.kind not in FIGURES:
            yield undecided("目标或完成值不是数字")
        elif leaf.comparable and _kin(leaf.target.unit, leaf.actual.unit):
            yield undecided("两个单位同类而写法不同，没有换算")
        elif leaf.comparable:
            yield faulty(
                leaf.path,
                [leaf.answer.target, leaf.answer.actual],
                target=leaf.answer.target.text,
                actual=leaf.answer.actual.text,
                why=leaf.comparable,
            )
        elif leaf.target.unit and leaf.actual.unit:
            yield sound()
        else:
            yield undecided("有一方没有写计量单位")


def _kin(first: str, second: str) -> bool:
    """Units that measure alike, so that a person can convert them: 小时 and 分钟, 亩 and 公顷, 元/户 and 元, 90% and 90分.

    人 and 人次, 户 and 户次 measure different things in the same words and are no kin.
    """
    measures = {dimension(first), dimension(second)}
    if measures == {"rate"}:
        return sorted(re.split("[/·每]", first)) == sorted(re.split("[/·每]", second))
    if len(measures) == 1:
        return not measures & {"people", "household", "count", "money"}
    if measures == {"percent", "score"}:
        return True
    shorter, longer = sorted((first, second), key=len)
    return "rate" in measures and re.split("[/每]", longer)[0] == shorter


@check("T404", level="warning", message="目标“{target}”是{asked}，完成值“{actual}”答的是{given}；请按目标填写完成值")
def kind_differs(form: Form) -> Outcomes:
    """A target in figures is answered in figures, one in words in words, a deadline with a time.

    标题：答非所问
    为何重要：数值目标答以文字、文字目标答以数值，都无法判断是否完成。
    依据：财预〔2020〕10号：实际完成值与指标值比对。
    例：目标“≤30万元”，完成值“完成”；时限目标“均按规定时限完成”，完成值“新增会员6800人”。
    改法：数值目标填写数字；文字目标写明结果；时限目标写明完成时间。
    何时无法判定：目标或完成值没有填；目标指向另外的评分办法；目标要求“全部”而答“100%”；完成值在文字中夹有数字；
    完成值是选项或写坏的数字。
    """
    yield from unanswered_rows(form)
    for leaf in answered(form):
        wanted, got = leaf.target, leaf.actual
        target, actual = leaf.answer.target.text, leaf.answer.actual.text
        asked = given = ""
        if wanted.kind in FIGURES:
            limit = wanted.op in ("≤", "<") or _largest(wanted) == 0
            if got.kind == "qualitative" and limit and NONE_AT_ALL.match(squeezed(actual)):
                yield sound()
                continue
            if got.kind == "qualitative" and not re.search(r"[□☐○☑√]", actual):
                asked, given = "数值", "文字"
            elif got.kind not in FIGURES:
                yield undecided("完成值不是单一的数字或文字")
                continue
        elif wanted.kind == "qualitative" and got.kind in FIGURES:
            if ALL_OF_THEM.search(target) and got.unit == "%" and got.number == 100:
                yield undecided("目标要求全部做到，答“100%”可以是同一回事")
                continue
            if FRACTION.search(target):
                yield undecided("目标写作分数，没有换算")
                continue
            if REFERS_TO_RULES.search(target) or not _only_figure(actual, got):
                if not _deadline(target) or dimension(got.unit) not in ("people", "household", "count", "money"):
                    yield undecided("目标指向另外的办法，或完成值在文字中夹有数字")
                    continue
                asked, given = "时限", "数量"
            else:
                asked, given = ("时限" if _deadline(target) else "文字"), "数值"
        elif wanted.kind == "date" and got.kind in FIGURES:
            if not _only_figure(actual, got) or dimension(got.unit) not in ("people", "household", "money"):
                yield undecided("时限目标答以比例，或完成值在文字中夹有数字")
                continue
            asked, given = "时限", "数量"
        elif wanted.kind not in ("qualitative", "date"):
            yield undecided("目标不是单一的数字或文字")
            continue
        if asked:
            yield faulty(
                leaf.path,
                [leaf.answer.target, leaf.answer.actual],
                target=target,
                actual=actual,
                asked=asked,
                given=given,
            )
        else:
            yield sound()


NONE_AT_ALL = re.compile("无(?!法)|没有|零|不存在|未(发生|出现|发现|产生|收到|接到)")  # ≤3起 | 未发生
FRACTION = re.compile(r"\d\s?[/／]\s?\d|分之")  # ≥1/3 answered 36%
ALL_OF_THEM = re.compile("全部|全覆盖|均|都|应.尽.|无一|零")


def _largest(quantity: Quantity) -> Decimal | None:
    return quantity.high if quantity.number is None else quantity.number


def _only_figure(text: str, quantity: Quantity) -> bool:
    return len(squeezed(text)) <= len(squeezed(quantity.text)) + 2 and len(re.findall(r"[一-鿿]", text)) <= 4


def _deadline(text: str) -> bool:
    return bool(re.search("时限|期限|按时|及时|准时|年底前|月底前|日前", text))


@check("T405", level="note", message="目标“{target}”没有数量、标准或是否，难以衡量；请改为可衡量的指标值")
def unmeasurable_target(form: Form) -> Outcomes:
    """A target has a figure, a date, a standard, or can be answered with yes or no.

    标题：目标不可衡量
    为何重要：不可衡量的目标怎样都算完成。
    依据：财预〔2020〕10号：绩效指标应当细化、量化；以定性为主的，也应可衡量。
    例：“完成相关工作任务”“不断加强节能管理”。
    改法：写明数量、比例、时间或验收标准。
    何时无法判定：目标的文字既没有模糊词，也看不出标准。
    """
    vague: dict[str, list[Leaf]] = {}
    for leaf in form.leaves:
        if leaf.execution or not leaf.answer.target:
            continue
        text = leaf.answer.target.text
        if leaf.target.kind != "qualitative" or re.search(r"\d", text):
            yield sound()
        elif VAGUE.search(text):
            vague.setdefault(squeezed(text), []).append(leaf)
        elif STANDARD.search(text):
            yield sound()
        else:
            yield undecided("目标文字看不出是否有标准")
    for leaves in vague.values():
        # one target merged over many rows is one thing to mend
        places = dict.fromkeys(leaf.answer.target for leaf in leaves)
        yield faulty(leaves[0].path, places, target=leaves[0].answer.target.text, rows=len(leaves))


@check("T406", level="warning", message="“{name_}”列在“{category}”之下，按内容应属{proper}；请核对指标分类")
def misplaced_indicator(form: Form) -> Outcomes:
    """An indicator stands under the category that its content belongs to.

    标题：指标与二级类别不符
    为何重要：放错类别，各类别的分值和结论都失真。
    依据：财预〔2020〕10号附件：数量、质量、时效、成本和满意度指标的含义。
    例：“帮扶困难职工满意率”列入数量指标；“工程资金金额”列入数量指标。
    改法：移到相应的二级指标之下。
    何时无法判定：类别名称不是通行的类别，或只列到“产出”“效益”一级。只对满意度和资金额作判断，带动的贷款、收入等不算成本。
    """
    for leaf in form.leaves:
        if leaf.execution or not leaf.path:
            continue
        name, category = name_of(leaf), leaf.category
        if not category:
            yield undecided("类别名称不是通行的类别")
            continue
        proper = ""
        if SATISFACTION_NAME.search(name) and not any(SATISFACTION in level for level in leaf.path[:-1]):
            proper = "满意度指标"
        elif category == "数量" and _says_money(leaf) and not MONEY_BROUGHT.search(name):
            proper = "成本指标"
        if proper and category in BROAD:
            yield undecided("只列到一级类别")
        elif proper:
            shown = leaf.path[-2] if len(leaf.path) > 1 else category
            cells = [leaf.answer.names[-1]] if leaf.answer.names else [Cell(name, leaf.answer.target.source)]
            yield faulty(leaf.path, cells, name_=name, category=shown, proper=proper)
        else:
            yield sound()


def _says_money(leaf: Leaf) -> bool:
    """Is a sum of money asked for? 建设规模 ≥500平方米 is none, whatever the name sounds like."""
    if leaf.target.kind in FIGURES and leaf.target.unit:
        return leaf.target.unit == "元"
    return bool(MONEY_NAME.search(normalize_name(name_of(leaf))))


@check("T407", level="warning", message="没有列{missing}；{title}要求设置，请补充或说明不适用的原因")
def missing_category(form: Form) -> Outcomes:
    """Every category that the indicator set asks for is there.

    标题：缺少要求的指标类别
    为何重要：缺了类别，产出和效益就没有被完整评价。
    依据：指标体系文件；财预〔2020〕10号：产出指标包括数量、质量、时效、成本，另有效益和满意度指标。
    例：全表没有满意度指标。
    改法：补充该类指标，或在备注中说明不适用。
    何时无法判定：指标体系没有规定必设的类别；表中用的不是通行的类别名称；不能确定用的是哪套指标体系。
    """
    required = form.set.thresholds.required_categories
    leaves = [leaf for leaf in form.leaves if not leaf.execution]
    if not required or not leaves:
        yield not_run("本套指标没有规定必设的类别" if leaves else "没有指标")
        return
    present = {leaf.category for leaf in leaves}
    if not present - {""}:
        yield undecided("表中用的不是通行的类别名称")
        return
    missing = [category for category in required if not _present(category, present)]
    if missing and not binding(form.scorecard.why):
        yield undecided("不能确定用的是哪套指标体系")
        return
    for _ in range(len(required) - len(missing)):
        yield sound()
    if missing:
        names = "、".join(f"{category}指标" for category in missing)
        cells = [leaves[0].answer.names[0]] if leaves[0].answer.names else []
        yield faulty((), cells, missing=names, title=form.set.title)


def _present(category: str, present: set[str]) -> bool:
    """效益 is there when any kind of it is."""
    return category in present or (
        category == "效益" and any(name.endswith("效益") or "影响" in name for name in present)
    )


@check("T408", level="note", message="“{name_}”分值 {weight}，占满分 {share}%，超过 {limit}%；单项过大，请考虑细化")
def concentrated_weight(form: Form) -> Outcomes:
    """No single indicator carries too much of the full score.

    标题：单项指标分值过大
    为何重要：一项定成败，其他指标形同虚设。
    依据：指标体系文件规定的单项上限；没有规定的不检查。
    例：唯一的指标占 90 分。
    改法：把指标细化，分散分值。
    何时无法判定：没有分值。
    """
    limit = form.set.thresholds.concentrated_weight
    if limit is None or not form.set.points:
        yield not_run("本套指标没有规定单项分值上限")
        return
    for leaf in form.leaves:
        if leaf.execution:
            continue
        if leaf.weight is None:
            yield undecided("没有分值")
        elif leaf.weight > limit:
            share = (leaf.weight / form.set.full * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
            yield faulty(
                leaf.path,
                [leaf.answer.weight] if leaf.answer.weight else leaf.answer.names[-1:],
                name_=name_of(leaf),
                weight=leaf.weight,
                share=share,
                limit=plain(limit / form.set.full * 100),
            )
        else:
            yield sound()


@check("T409", level="warning", message="“{name_}”的目标写作“{target}”，方向可疑：这类指标通常{usual}；请核对比较符号")
def direction_suspect(form: Form) -> Outcomes:
    """The comparator points the way in which the indicator is good.

    标题：方向可疑
    为何重要：方向写反，越差得分越高。
    依据：财预〔2020〕10号的记分规则以指标方向为前提。
    例：“学生家长满意度 ≤90%”。
    改法：核对比较符号。
    何时无法判定：名称看不出方向；目标没有比较符号。
    """
    for leaf in form.leaves:
        if leaf.execution:
            continue
        if leaf.target.kind not in FIGURES or leaf.target.op not in ("≥", ">", "≤", "<"):
            yield undecided("目标没有“≥”“≤”一类的比较符号")
            continue
        if LESSENED.search(leaf.answer.target.text):
            yield undecided("目标写的是降低多少")
            continue
        usual = usual_direction(name_of(leaf)) or ("less" if _is_price(leaf) else "")
        if not usual:
            yield undecided("名称看不出方向")
        elif (usual == "less") == (leaf.target.op in ("≤", "<")):
            yield sound()
        else:
            cells = [leaf.answer.target, *leaf.answer.names[-1:]]
            words = "越低越好，用“≤”" if usual == "less" else "越高越好，用“≥”"
            yield faulty(leaf.path, cells, name_=name_of(leaf), target=leaf.answer.target.text, usual=words)


# money that a cost indicator asks for on purpose: a standard that may not be undercut, a sum that is to be put in
SPENT_ON_PURPOSE = re.compile(
    "生均|公用经费|定额|保障|标准|补助|补贴|救助|资助|奖补|待遇|工资|收入|投入|投资|配套|到位|发放|支付|拨付|筹|节约|降低|减少|结余|效益|产值|税"
)


def _is_price(leaf: Leaf) -> bool:
    """Is it a cost in money, of which nobody wants more (每公里监理费 ≥0.9万元)?"""
    money = leaf.target.unit == "元" or leaf.target.unit.startswith("元/")
    # 不低于 in words is meant as it says, ≥ slips in
    signed = any(sign in leaf.answer.target.text for sign in "≥≧＞>")
    return money and signed and leaf.category.endswith("成本") and not SPENT_ON_PURPOSE.search(name_of(leaf))


@check("T410", level="warning", message="“{name_}”重复列入 {times} 次；请核对是否重复计分")
def duplicate_indicator(form: Form) -> Outcomes:
    """No indicator is listed twice.

    标题：同一指标重复列入
    为何重要：重复的指标重复计分。
    依据：财预〔2020〕10号：绩效指标应当系统、精简。
    例：时效指标下两行都是“补助资金拨付及时率”。
    改法：删去一行，或改名以示区别。
    何时无法判定：名称没有填，过短，或只是类别的名称；名称相同而列在不同的任务之下，或目标不同。
    """
    seen: dict[str, list[Leaf]] = {}
    for leaf in form.leaves:
        if leaf.execution:
            continue
        name = squeezed(normalize_name(name_of(leaf)))
        if len(name) < 4 or CATEGORY_ONLY.fullmatch(name):
            yield undecided("名称没有填，过短，或只是类别的名称")
        else:
            seen.setdefault(name, []).append(leaf)
    for leaves in seen.values():
        yield sound()
        cells = [leaf.answer.names[-1] for leaf in leaves if leaf.answer.names]
        # a finding a row: whichever of them a reader opens, it is marked
        for number, leaf in enumerate(leaves[1:], 1):
            if not any(_listed_twice(leaf, earlier) for earlier in leaves[:number]):
                yield undecided("名称相同而上级或目标不同")
                continue
            own = [leaf.answer.names[-1]] if leaf.answer.names else []
            others = [cell for cell in cells if cell not in own]
            yield faulty(leaf.path, [*own, *others], name_=name_of(leaf), times=len(leaves))


CATEGORY_ONLY = re.compile("(经济|社会|生态|环境)(效益|效果|成本)|可持续(发展|影响)")


def _listed_twice(leaf: Leaf, other: Leaf) -> bool:
    """The same name at the same place, or the same demand under two categories; tasks may each have a row of that name."""
    if leaf.path[:-1] == other.path[:-1]:
        return True
    by_category = all(category_of_name(level) for level in (*leaf.path[:-1], *other.path[:-1]))
    return by_category and squeezed(leaf.answer.target.text) == squeezed(other.answer.target.text) != ""
