"""The words of this kind of writing, in one table: what stands before and after a figure, and what it makes of it.

Adding a pattern is one line here and one case in ``tests/cases/checks``. Every pattern is anchored at one end of a text of
at most `REACH` characters and has no nested repetition, so that no input can make it run long. Texts are folded
before they are matched (`fold`): full-width figures, brackets, colons and semicolons have one form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scorer.memory import remembered
from scorer.numbers.numerals import TOO_LONG

REACH = 60  # characters looked at on either side of a figure

_FOLD = {ord("０") + digit: ord("0") + digit for digit in range(10)}
_FOLD |= {ord(wide): ord(narrow) for wide, narrow in zip("．％＋－／＝", ".%+-/=", strict=True)}
_FOLD |= {ord(narrow): ord(wide) for narrow, wide in zip("():;", "（）：；", strict=True)}


@remembered
def fold(text: str) -> str:
    """`text` with one form of figures, brackets, colons and semicolons; every character keeps its position."""
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words around a figure and the role that they give it.

    `words` is searched at the end of the label before the figure. `share`: the figure must be a percentage (True), must
    not be one (False), or either (None). `example` shows it.
    """

    role: str
    words: str
    share: bool | None
    example: str


_IS = r"(?:约为|约占|约|大约|近|高达|达到|达|为|是|的|了|到|至|已|均|率|数|额)*+"
_MORE = r"增长|增加|上升|提高|上涨|提升|增幅|增长率|递增|延长|扩大"
_LESS = r"下降|减少|降低|降幅|减幅|压减|压缩|下降率|缩减|递减|节约|缩短|缩小|压降"

# The first phrase that fits decides.
ROLES: tuple[Phrase, ...] = (
    Phrase(
        "rate",
        r"(?:完成|达到|实现|为|占|是)(?:了)?(?:年度|年初|全年|本年|当年|调整后?的?|财政|部门)*+预算(?:数|任务|安排|总额|总数|资金)?" + _IS + "$",
        True,
        "完成年初预算的93.7%",
    ),
    Phrase("share", r"占(?P<whole>[^，。；：占]{0,24}?)(?:的)?(?:比例|比重|比)?" + _IS + "$", True, "占基本支出的73%"),
    Phrase("share", r"比重" + _IS + "$", True, "所占比重为12%"),
    Phrase(
        "rate",
        r"(?:执行率|预算完成率|执行进度|支出进度|支付进度|支付率|支出率|资金使用率|使用率|兑付率|兑现率|用款率|拨付率|预算完成比例|支出实现率|支出完成率|资金完成率)" + _IS + "$",
        True,
        "预算执行率为98%",
    ),
    # 提高到88.9% is a level, no change
    Phrase("change_rate", rf"(?:{_MORE}|{_LESS})(?:幅度|比例)?(?:约为|约|近|高达|达到|达|为|是|的|了|均|率|数|额)*+$", True, "比上年下降4.8%"),
    Phrase("outcome", r"(?P<outcome>[一-龥]{1,10}(?:率|度|比例))(?:测评|调查)?(?:结果)?" + _IS + "$", True, "满意度达95%"),
    Phrase("price", r"每(?P<per>平方米|立方米|平方公里|公里|[一-龥]{1,2}?)[^，。；：\d]{0,10}$", False, "每台2400元"),
    Phrase("price", r"(?P<per>[人户亩车台场生班村件次家套个株棵校镇单批页头机床课站])均[^，。；：\d]{0,6}$", False, "车均2.66万元"),
    Phrase("price", r"(?:单价|单位成本|均价|单位造价)" + _IS + "$", False, "单价420元"),
    Phrase(
        "prior",
        r"(?:比|较|与|同)(?:上一?年度?|去年|前年|年初|期初|20\d\d年度?)(?:同期|[年]?[末底初]|实施前|建设前)?(?:决算数?|支出数?|支出|收入|实际|同期)?的?$",
        False,
        "比2021年的215万元增加",
    ),
    Phrase("prior", r"(?:比|较|与|同)(?:年初|全年|本年|当年|调整后?的?)?预算(?:数|安排)?的?$", False, "比预算32万元减少3.5万元"),
    Phrase("prior", r"(?:比|较)(?:上年|去年)(?:同期|[年]?[末底])?的?$", False, "比上年末395.1公顷增加17.5公顷"),
    Phrase("change", rf"(?:{_MORE}|{_LESS}|(?<![至不最])[多少]出?)(?:了|额|金额|支出|收入|(?<!提升)资金|近|约)*+$", False, "增加4.94万元"),
    Phrase("change", r"(?:同比|(?:比|较)(?:上年|去年|20\d\d年))(?:同期)?[多少][一-龥]{1,2}$", False, "同比多拆1.26万平方米"),
    Phrase("total", r"^[两三四五六七八九十][类项种者个][^，。；\d]{0,8}(?:共|合计|累计)[^，。；\d]{0,6}$", False, "两类患者共管理3.09万人"),
    Phrase("total", r"^(?:合计|共计|总计)[一-龥]{1,6}$", False, "合计维护站点296座"),
    Phrase("total", r"(?:合计|共计|总计|共)(?:支出|投入|拨付|使用|安排|支付|发放)" + _IS + "$", False, "合计支出534.2万元"),
    Phrase("total", r"(?:合计|共计|总计|小计|总共|一共|共|累计|总额|总数|总量|^计)" + _IS + "$", False, "合计486.23万元"),
)

DERIVED = frozenset(("share", "rate", "outcome", "change", "change_rate", "price", "prior"))
"""Roles of figures that are computed from others, or of another year."""

# What the money is: the last word of the label decides, so that 支出预算 is a budget and 预算支出 is spent.
KINDS: tuple[tuple[str, str], ...] = (
    ("budget", r"预算|安排|下达|可用|批复|总投资|概算|可用资金|项目资金|专项资金|项目总额|资金总额|经费总额|指标数|合同(?:总|金)?(?:额|价|价款)|中标(?:金额|价)|(?<!结构)调整后?为$"),
    ("adjusted", r"追加|追减|调增|调减|调剂|核减|收回|压减"),
    ("received", r"到位|到账|拨付|收到"),
    ("executed", r"(?:实际|已|累计|全年|年内|实|共)(?:已|经)?拨付|决算|支出|执行|使用|支付|兑付|兑现|发放|开支|花费|投入|列支|用于"),
    ("remainder", r"结余|节余|剩余|结转|余下|余额|余(?=$|约)"),
    ("income", r"收入"),
)

# Fund names hold the word 预算 without being one.
FUND_NAMES = r"一般公共预算|政府性基金预算|国有资本经营预算|社会保险基金预算|预算单位|部门预算|预算内|预算外"
FUNDS: tuple[tuple[str, str], ...] = (
    ("一般公共预算", r"一般公共预算"),
    ("政府性基金", r"政府性基金"),
    ("国有资本经营", r"国有资本经营"),
    ("社会保险基金", r"社会保险基金"),
    ("三公", r"[“\"]?三公[”\"]?经费"),
)

# After these words the figures are parts of the figure before.
INTRODUCES_PARTS = r"从[^，。；：\d]{1,10}看[，：]|按[^，。；：\d]{1,12}(?:分|分类|划分|统计)[，：]|其中|包括|以下方面|下列方面|构成如下|构成为|的安排为|由(?=[^，。；]{0,12}$)|分为|具体为|具体是|分别[是为]：|分[两三四五六七八九][块类项](?:支出|资金)?：|分[两三四五六七八九]个?部分：|组成如下|来源：|来源为|(?:支出|资金|经费|费用|收入|人员|岗位)(?:构成|结构|明细|分布|去向)(?:情况)?(?:如下)?："
# A paragraph or sentence that ends so has its parts in what follows.
ENDS_OPEN = r"(?:其中|包括|以下方面|下列方面|如下|分别为|分别是)[：:]?\s*$"
# Attributes overlap: women and party members are no partition.
OVERLAPS = (
    r"女|党员|团员|少数民族|职称|学历|本科|大专|专科|硕士|博士|研究生|高级|中级|初级|岁|低保|贫困|脱贫|建档立卡|留守|残疾|困难|重点|优秀|首次|新增|退休|离休"
)

SURVEYED = r"(?:调查|拦访|受访|访问|电访|家访|抽样|抽查|抽检|抽测|抽验|送检|检测|监测|检验|走访|问卷|抽取|发放|回收|收回|访谈|测评|参评|随机|有效|回访)[^，。；：\d]{0,10}$"
# What a rate is of: the first two characters of the outcome, and how the figure of those that reached it is labelled.
OUTCOMES: tuple[tuple[str, str], ...] = (
    ("满意", r"(?:不|未|非常|基本|比较|很|较)?满意(?:的)?(?:有)?$"),
    ("合格", r"(?<!不)合格(?:的)?(?:有)?$"),
    ("通过", r"(?<!未)通过(?:的|考核|验收)?(?:有)?$"),
    ("达标", r"(?<!未)(?<!不)达标(?:的)?(?:有)?$"),
    ("优良", r"(?:优良|优秀|良好|优于[^，。；\d]{1,6})(?:的)?(?:有)?$"),
    ("优秀", r"优秀(?:的)?(?:有)?$"),
    ("办结", r"办结(?:了)?$"),
    ("整改", r"整改(?:完成|到位)?$"),
    ("回收", r"(?:回收|收回)[^，。；：\d]{0,8}$"),
    ("参训", r"(?:参训|到课|实到)$"),
    ("入住", r"入住$"),
    ("就业", r"(?:实现)?就业$"),
)

# Comparison words with a year: 比2018年增加
COMPARES_YEAR = r"(?:比|较|与|同)(?P<year>(?:19|20)\d\d)年(?:度|同期)?"
LONG_VIEW = r"以来|累计|五年|三年|十年|基期|历年|近年|期间|末期|规划|平均|年(?:\d{1,2}月)?起"
LAST_YEAR = r"上年|去年|上一年|上年度"
THIS_YEAR = r"本年|今年|当年|本年度"

# A subject is a label without these at its ends.
_LEADING = (
    r"其中|包括|主要|具体|全年|年度|本年度?|当年|今年|上年度?|累计|共计?|合计|总计|一共|总的看|另外?|以及|及|和|与|并|还|对|为|向|给|由|在|从|将|把|"
    r"实际|已|新|均|各|约|我市|我县|我区|我单位|本单位|本部门|本项目|该项目|全市|全县|全区|实施|开展|组织|完成|服务|举办|建设|参加|发放|支付|购置|采购|"
    r"收到的?|收到|安排|用于|20\d\d年(?:度|底|末)?|\d{1,2}月(?:份|底|末)?|年末|年底|截至|截止|[一二三四五六七八九十]是|的|、|，|；|：|（|）|。|“|”|\s"
)
_TRAILING = (
    r"(?:保持|维持|稳定|控制)在|达到|达|为|是|(?<![签节合])约|近|共计|共|合计|总计|(?<![量位度设统会审压温])计|有|了|的|数量?|金额|总额|完成|实现|安排|支出|决算|(?<!公共)(?<!基金)(?<!经营)预算|年初|执行|到位|使用|人数|户数|总数|累计|已|均|各|"
    r"其中|不少于|不低于|超过|（类）|（款）|（项）|：|，|、|（|）|“|”|\s"
)
LEADING = re.compile(rf"^(?:{_LEADING})++")
TRAILING = re.compile(rf"(?:{_TRAILING})++$")

# Numbering of headings and items, by rank: a lower rank encloses a higher one.
NUMBERING: tuple[tuple[int, str], ...] = (
    (1, r"第[一二三四五六七八九十\d]+(?:部分|章)"),
    (1, r"附件\s*+(?:[一二三四五六七八九十\d]++\s*+)?[：:]?$"),
    (1, r"项目[一二三四五六七八九十][：:]"),
    (2, r"[一二三四五六七八九十]+、"),
    (3, r"（[一二三四五六七八九十]+）"),
    (4, r"\d{1,2}\s*[.、．](?!\d)"),
    (5, r"（\d{1,2}）|\d{1,2}）|[①-⑳]"),
)

# Units of counting that name the same things.
PEOPLE = frozenset("人 名 位 个人 员".split())
HOUSEHOLDS = frozenset("户 家庭 户家庭".split())


@dataclass(frozen=True, slots=True)
class Residue:
    """Words of a template that were left in. `kind` is what to say of them, in Chinese; `note` marks the harmless ones."""

    kind: str
    words: str
    example: str
    note: bool = False


TEMPLATE_TEXT: tuple[Residue, ...] = (
    Residue("填写说明", r"（[^（）]{0,12}(?:填写|填列|罗列|列出|请填|请说明|请附|请列|请注明|此处|必填|选填)[^（）]{0,60}）", "（填写项目全称）"),
    Residue("填写说明", r"（(?:可用表格|可另附|可附页|可加行|可自行|非涉密|根据部门实际|根据实际|视情况|如有请|若有请|如无请|若无请|具体工作|具体内容|具体情况说明)[^（）]{0,90}）", "（可用表格形式反映）"),
    Residue("填写说明", r"（[^（）]{0,8}具体(?:项目|内容|事项|数据|名称|金额)[^（）]{0,12}）", "（接待具体项目、金额）"),
    Residue("填写说明", r"（具体(?:说明|描述|写明)(?!见|如下|附|详)[^（）]{1,20}）", "（具体说明未完成原因）"),
    Residue("填写说明", r"（[^（）]{0,20}\d+\s*字(?:以内|左右)[^（）]{0,10}）", "（500字以内）"),
    Residue("图表占位文字", r"（图\s*\d+[：:][^（）]{0,50}）", "（图1：收、支决算总计变动情况图）"),
    Residue("图表占位文字", r"（(?:柱状图|饼状图|饼图|折线图|条形图|此处插图|插入图表)）", "（柱状图）"),
    Residue(
        "未替换的占位符",
        r"(?<![\dA-Za-z*＊×Xx])[×✕ＸX*＊]{2,4}(?=\s*(?:项目|单位|部门|局|委|县|区|市|镇|乡|村|街道|社区|工程|人|户|元|万|个|%|年|月|日|名|公里|平方|次|家|学校|公司|中心|资金|情况|工作|（填|等|分|万元|条|台|场|期|所|批|件|起|处))",
        "××项目",
    ),
    Residue("未替换的占位符", r"(?<=[：:≥≤＞＜])\s*[×✕ＸX*＊]{2,4}(?![\dA-Za-z])", "项目负责人：××"),
    Residue("未替换的占位符", r"(?<!_)_{3,}+\s*+(?:万元|元|人|户|个|%|项|年)", "____万元"),
    Residue("模板的指标序号", r"^[^\S\n]*+指标\s*\d+\s*[：:]\s*(?=\S)", "指标1：培训人数"),
    Residue("模板的标记", r"^[^\S\n]*+★(?!★)\s*(?=\S)", "★种植面积"),
    Residue("空的指标名", r"^[^\S\n]*+(?:指标\s*\d+\s*[：:]?|……|\.{3,})\s*$", "指标1："),
    Residue("填报说明", r"^[^\S\n]*+(?:按照|根据|依据)[^，。；]{0,40}(?:规定|要求|办法|通知|情况)(?:如实)?填[报写列]。?\s*$", "根据财政管理工作绩效考核相关办法规定填报"),
    Residue("填写说明", r"^[^\S\n]*+★\s*$|填报说明[：:]|填表说明[：:]", "填报说明：", note=True),
    Residue("提纲文字", r"（包括[^（）]{4,60}）(?:分析)?。?\s*$|分析与申报的绩效目标对比", "（包括管理制度的制定及执行情况）分析。", note=True),
    Residue("模板标题", r"^\s*[^，。；\d]{0,24}(?:公开|报告|说明|预算|决算|自评表?|情况)(?:参考)?模板\s*(?:（[^）]{0,20}）)?\s*$", "部门预算公开模板"),
    Residue("未替换的占位符", r"(?<!\d)20\s?[xX×✕Ｘ*＊]{2}\s*年", "20××年", note=True),
    Residue("编辑器书签", r"\[bookmark[:：][^\]]{0,60}\]", "[bookmark: _GoBack]", note=True),
)  # fmt: skip

# Blanks of the template that no figure was put in; looked for in running text with figures only, since headings look alike.
BLANKS: tuple[Residue, ...] = (
    Residue("空着没填", r"占(?!比%)[^，,。；;\d%％xX×*_一二三四五六七八九十百半]{0,14}[ 　]*[%％](?=\s*(?:[，,。；;）]|比|$))", "占 %，"),
    Residue(
        "空着没填",
        r"(?:增加|减少|增长|下降|支出|收入|资金|预算|决算|金额|投入|发放|拨付|结余|共计|合计|为)[ 　]{1,8}[万亿]?元(?=\s*[，,。；;、])",
        "比上年减少 万元；",
    ),
    Residue("空着没填", r"(?:增长|下降|提高|降低|增幅|降幅|完成率|执行率|满意度)为?[ 　]{1,8}[%％](?=\s*[，,。；;、])", "下降 %；"),
    Residue(
        "空着没填",
        r"(?:新建|改建|扩建|建设|购置|完成|培训|新增|覆盖|涉及|发放)[^，,。；;、\d\s]{0,12}[ 　]{1,8}(?:所|个|座|人次?|户|台|套|公里|亩|处|辆|名|平方米|㎡)(?=\s*[，,。；;、])",
        "新建幼儿园 所，",
    ),
    Residue("空着没填", r"(?<=[，,。；;、])\s*(?:建筑|占地|总)?面积[ 　]{0,8}(?:㎡|m²|平方米|亩)(?=\s*(?:[，,。；;、]|$))", "，面积㎡"),
)  # fmt: skip

# Words of which one had to be struck out: 增加/减少, 减少（增加）
ALTERNATIVES: tuple[tuple[str, str], ...] = (
    ("增加", "减少"),
    ("增长", "下降"),
    ("增长", "降低"),
    ("增长", "减少"),
    ("上升", "下降"),
    ("提高", "降低"),
    ("上涨", "下跌"),
    ("增", "减"),
    ("升", "降"),
    ("多", "少"),
    ("大于", "小于"),
    ("高于", "低于"),
    ("节约", "超支"),
    ("结余", "超支"),
    ("盈余", "亏损"),
    ("是", "否"),
    ("已", "未"),
    ("完成", "未完成"),
    ("达标", "未达标"),
)

# What a damaged figure that fills a cell is followed by: the usual units, since a pattern of all of them takes long to compile.
_COUNTED = (
    r"元|人次|户次|人|名|户|家|个|件|项|场次|场|次|所|处|座|套|台套|台|辆|条|份|篇|本|册|部|张|只|头|羽|尾|株|棵|块|面|盏|箱|卷|栋|间|层|床|张床|例|起|宗|"
    r"笔|单|批次|批|期|班次|班|门|课时|课|节|轮|艘|村|镇|乡|社区|组|队|对|种|种类|类|幅|枚|根|年|个?月|周|天|日|小时|分钟|个?工作日|"
    r"亩次|亩|公顷|平方米|平方公里|㎡|m²|公里|千米|米|厘米|km|m|吨|公斤|千克|克|kg|立方米|m³|升|度|千瓦时?|兆瓦|TB|GB|分|页|条次|剂次|个百分点|倍"
)
# Figures that are written in a way that no figure is.
MALFORMED: tuple[Residue, ...] = (
    Residue("多了小数点", r"(?<![\d.,])\d[\d,]{0,20}(?:\.\d{1,12})?\.{2,6}\d{1,12}", "86..4万元"),
    Residue("多了小数点", r"(?<![\d.,])\d[\d,]{0,20}\.\d{1,12}\.\d{1,12}(?=\s*(?:万|亿)?(?:元|亩|吨|公里|平方米|%|个百分点))", "41.17.0万元"),
    Residue(  # 21.04.04 is a day
        "多了小数点",
        r"^(?!\s*(?:\d\d)?\d\d\.(?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01])\s*$)[^\S\n]*+\d[\d,]{0,20}\.\d{1,12}\.\d{0,12}\s*$",
        "1223.38.",
    ),
    Residue("多了小数点", rf"^[^\S\n]*+(?:[≥≤=<>]\s*+)?\d[\d,]{{0,20}}(?:\.\d{{1,12}}){{0,3}}\.{{1,6}}\s*(?:[万亿]?(?:{_COUNTED})|%)\s*$", "186.5.万吨"),
    Residue("句号当作小数点", r"(?<!\d)\d{1,12}。\d{1,12}(?=\s*(?:万|亿)?(?:元|%))", "86。4万元"),
    Residue("多了小数点", rf"^[^\S\n]*+(?:[≥≤=<>]\s*+)?\d[\d,]{{0,20}}(?:\.\d{{1,12}}){{2,3}}\s*(?:[万亿]?(?:{_COUNTED})|%)\s*$", "18.6.5万吨"),
    Residue("多了小数点", r"^[^\S\n]*+(?:[≥≤=<>]\s*+)?\d[\d,]{0,20}(?:\.\d{1,12})?\.{2}\s*$", "186.."),
    Residue("小数点后没有数字", r"^[^\S\n]*+(?:[≥≤=<>]\s*+)?\d[\d,]{2,20}\.\s*$", "5960."),
    Residue("句号当作小数点", rf"^[^\S\n]*+(?:[≥≤=<>]\s*+)?\d{{1,12}}。\d{{1,12}}\s*(?:[万亿]?(?:{_COUNTED}))?\s*$", "98。5"),
    Residue("小数点后没有数字", r"(?<![\d.,])\d[\d,]{0,20}\.(?=\s*(?:万元|亿元|元|%))", "12.万元"),
    Residue("逗号与小数点相连", r"(?<!\d)\d{1,12}(?:,\.|\.,)\d{1,12}", "86,.4"),
    Residue("千分位写错", r"(?<![\d,.])\d{1,3}(?:,\d{3}){0,5},(?:\d{1,2}|\d{4,9})(?:\.\d{1,9})?(?=\s*(?:万|亿)?元)", "10,50万元"),
    Residue("数字中夹有字母", r"(?<![A-Za-z\d.])(?:\d{1,12}[OolI]|[OolI]\d)[\dOolI.]{0,12}(?=\s*(?:万|亿)?(?:元|%))", "1O0万元"),
    Residue("数字中夹有字母", rf"^[^\S\n]*+(?:[≥≤=<>]\s*+)?\d{{1,12}}[Oo][\dOo.]{{0,12}}\s*(?:[万亿]?(?:{_COUNTED}))?\s*$", "5O张"),
    Residue("单位重复", r"\d\s*(?:万万元|亿亿元|万元元|%%|％％)", "5万万元"),
    Residue("数字过长", TOO_LONG.pattern, "一个 49 位的数"),
    Residue("缺少单位“元”", r"(?:支出|预算|决算|金额|资金|经费)[^，。；\d]{0,8}\d[\d.]{0,12}万(?=[，。；])", "支出决算0万。", note=True),
)

# Characters and words that name nothing by themselves.
FILLER = (
    r"[的了和与及等共为人户数量达到有约个名各均已已经其中、，。：；“”（）\s\d.]|参加|开展|组织|实施|完成|服务|全年|本年|年度|累计|总计|合计|新增加|实际|发放|"
    r"总的看|截至|年末|目前|我市|我县|我区|项目"
)
# A word that stands with one of two figures only makes them figures of two things.
DISTINGUISHING: tuple[str, ...] = (
    r"基本支出", r"项目支出", r"人员经费|人员支出", r"公用", r"政府性基金", r"国有资本", r"上年|去年|上一年|年初|期初", r"(?<!全年)(?<!本年)(?<!年度)(?<!当年)累计|历年|总数", r"新增|净增", r"女", r"男", r"农村|乡村", r"城镇|城市|城区",
    r"市级", r"省级", r"中央", r"县级", r"区级", r"计划|目标|年初预算|任务", r"不满意|不合格", r"基本满意", r"重点|困难", r"贫困|低保", r"月均|日均|人均|户均",
    r"第[一二三四]|[一二三四]季度|上半年|下半年|\d月", r"结转|结余|剩余", r"拟|将|下年|明年", r"编制", r"其他|其它|其余", r"行政", r"事业", r"采购|购置", r"收入", r"初级", r"中级", r"高级",
)  # fmt: skip

# C301, C303 … C305, C307, C308
PAID_FROM_PROJECT = r"本(?:项目|专项)+(?:资金|经费)(?:中|内|里)|(?:使用|动用|用去|花费|支出|投入)(?:了)?(?:本|该|此)(?:项目|专项)+(?:资金|经费|款)(?:共|共计|合计|约)?$|(?:用|使用|动用|从|由|以|在)(?:本|该|此)?(?:项目|专项)?(?:项目|专项)(?:资金|经费|款)?[^，。；]{0,14}?(?:中|内|里)?[^，。；]{0,12}(?:发放|支付|列支|安排|补助|支出|购置|开支|拨付|补贴)"
NOT_OF_PROJECT = r"捐赠|捐款|社会|自筹|投资|产值|增收|销售|贷款|带动|撬动|引进|收入|营业|税|融资|授信|担保|放款|理赔|招商|引资|交易额|保额|签约|合同额|挽回|损失|资产|不属于|不列入|上级|债券|统筹|整合|含|另"
COMPLETED = r"完成|执行率|支出|结案|使用完毕|发放完毕|拨付|支付|完工|竣工|验收|达到|(?<![下送传转])达|兑现|兑付|付清|交付|发放|办结|率(?:为|达到?)?(?=\d)"
NOT_COMPLETED = r"整改|将|计划|拟|预计|下一步|结转|公开|印发|批复|召开|审计|评价|上报|填报|制定|出台|农历|除夕"
PURPOSE = r"，?(?:资金|经费|专款|元)?(?:已|全部|专项|专门|专|主要|均|具体|统一)*(?:用于|用来|投入到?|列支)(?P<purpose>(?:[^，。；：\d]|\d{1,3}(?=[岁周年个名所户期人])){3,40})"
PURPOSE_BEFORE = r"(?:用于|用来|投入)(?P<purpose>[^，。；：\d]{3,40}?)(?:资金|经费|支出|投入|合计|共计|共|为|的)*$"
OTHER_ORGANISATION = (
    r"(?!会同|联合|由|与|和|同|经|向|配合|协助|委托|邀请|按|据|在|对|从|为|受|报|请|通过|根据)(?:另外|另有|另|此外|其中|同期|同时|期间)?(?P<name>[一-龥]{2,12}(?:省|市|县|区|州|旗)[一-龥]{2,16}?(?:管理局|委员会|总工会|中心|学校|医院|大队|支队|公司|集团|局|委|办|站|所|院|馆|厅|会|处))"
)
OTHER_PROJECT = r"(?P<name>[一-龥]{4,20}?(?:项目|工程))"
DOES = r"(?:20\d\d年度?)?(?:共|全年|本年|累计|已|圆满|年内)*(?:完成|投入|实施|支出|发放|举办|开展|组织|建成|新建|改造|培训|帮扶|养护|购置|采购|安排|救助|服务|接待|争取|拨付|巡查|检查|办理)"
