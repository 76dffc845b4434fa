"""Grammar of figures: the pattern of a figure with what follows it, and tables of the words that stand before it.

Only patterns and tables; `figures.py` reads what they find. Texts are folded (`numerals.fold`) before they come here. Every
pattern is linear: repetitions are possessive or bounded.
"""

from __future__ import annotations

import re
from functools import cache

from scorer.numbers.numerals import DIGITS, FORMAL, SCALES
from scorer.numbers.units import UNIT_PATTERN, UNIT_STARTS

# ---------------------------------------------------------------------- what follows a figure

# A comma belongs to a figure before exactly three digits and after at most three; dotted runs (dates, 30..5) stay whole.
_PUNCTUATED = r"(?:(?<![0-9]{4}),[0-9]{3}(?![0-9]))*+(?:\.++[0-9]++)*+"
_ARABIC_RUN = rf"[0-9]++{_PUNCTUATED}"
# 千 belongs to the unit in 千米, 千克, 千瓦; 百 to 百分比 and 百分点; 余, 多 and 来 stand before a scale: 10余万.
_NUMERAL_CHARACTER = (
    rf"(?:[{DIGITS}几十壹贰叁肆伍陆柒捌玖拾]|[百佰](?!分[比点])|[千仟](?!米(?!粉)|克|瓦|卡|伏|赫|帕|焦|乏)"
    r"|[万亿]|[余多来](?=[十百千万亿]))"
)
_NUMERAL = rf"(?:{_ARABIC_RUN}|{_NUMERAL_CHARACTER})++"
_STARTS = rf"0-9{DIGITS}{FORMAL}十几数半百千万亿"
_CHINESE_TAIL = rf"{_NUMERAL_CHARACTER}++(?:(?<=[万亿千仟百零]){_ARABIC_RUN}{_NUMERAL_CHARACTER}*+)?+"
_POINT_DIGITS = rf"[0-9{DIGITS}壹贰叁肆伍陆柒捌玖]"
_POINT = rf"(?:点{_POINT_DIGITS}++[{SCALES}]*+)?+"
_SCALE_START = (
    # 百分之, 千分之
    r"(?<=[百佰千仟万])(?=分之)"
    # 上百, 近千, 超万: the scale alone is a figure there
    r"|(?<=[上近超逾过破约][百千万亿])[百千万亿]*+"
    # 几十, 数百万
    rf"|(?<=[几数])(?=[十百千万亿]){_NUMERAL_CHARACTER}++"
)
_ONE_OF = "公里|千米|吨|倍|小时|个小时|个月|个百分点|亩|公顷|平方米|立方米|千瓦|千克|公斤|个亿"
_AFTER_WORDS = (
    "以上|以下|以内|之内|之上|之下|左右|上下(?!游|级|联)|更多|更少"
    "|(?<=[时日天年月周钟期%里米元hn])内(?![设部容外科控蒙地生销需含涵])"
)


@cache
def figure_pattern(*, cell: bool) -> re.Pattern[str]:
    """The pattern of one figure, in a cell or in running text; one character class first, so that words are skipped fast.

    What stands behind it matches `behind_pattern`, which both share: its units take long to compile.
    """
    lone = (
        rf"(?<=[{DIGITS}十{FORMAL}])|(?<=半)(?<![上下前后多一大]半)(?=[{UNIT_STARTS}])"
        if cell
        else rf"(?<=一)(?={_ONE_OF})|(?<=[两三四五六七八九十])(?=[ ]?[{UNIT_STARTS}%]|[余多]|[至到~—–-][{DIGITS}十0-9])"
        rf"|(?<=[伍陆拾])(?=[元圆]整?)|(?<=半)(?=个?小时|个月|成)"
    )
    chinese = rf"(?<=[{DIGITS}十{FORMAL}])(?:{_CHINESE_TAIL}{_POINT}|点{_POINT_DIGITS}++[{SCALES}]*+)"
    arabic = (
        rf"(?<=[0-9])[0-9]*+{_PUNCTUATED}(?:[ ]{{1,2}}(?=[余多]?(?:[十百千]?[万亿]|千)[{UNIT_STARTS}]))?+"
        rf"(?:{_NUMERAL_CHARACTER}|(?<=[万亿千仟百零]){_ARABIC_RUN})*+"
    )
    return re.compile(
        rf"([{_STARTS}](?:{arabic}|{chinese}|{_SCALE_START}|{lone}))"  # 1 the figure
        rf"(?:(?:又({_NUMERAL}))?分之([负-]?)({_NUMERAL}{_POINT}))?+"  # 2, 3, 4 a fraction
        rf"(?:[ ]{{0,2}}(余|多(?!媒|功|样|元化|元素|种)|来(?=[个名人户家])))?+"  # 5 余
        rf"(个亿)?+"  # 6 两个亿
    )


@cache
def behind_pattern() -> re.Pattern[str]:
    """The unit and everything else that may stand behind a figure; it matches at every place, if only nothing."""
    small = "[0-9一二三四五六七八九两壹贰叁肆伍陆柒捌玖]{1,2}"
    return re.compile(
        rf"(?:[ ]{{0,2}}({UNIT_PATTERN}))?"  # 1 the unit
        # 2 七成六, 3 一吨半, 4 两年多
        rf"(?:(?<=成)([一二三四五六七八九1-9])(?![0-9一-龥]|\.[0-9])|(半)(?![年月天径数价])"
        rf"|(?<=[元块圆年月天时钟吨里亩米斤倍分%])([余多])(?![次种样元方媒功层项个家名人渠]))?+"
        rf"(?:(?<=[元块圆])(零?{small}[角毛](?:{small}分)?|零?{small}分(?![0-9.之])))?+"  # 5 the coins
        rf"(?:(?<=[元块圆角分毛])(?:整(?![合理治改体顿个修])|正(?![式常在确规面])|钱|人民币))*+"
        rf"(?:\((不?)含[^()]{{0,6}}\))?+"  # 6 (含)
        rf"(?:(?:及其?|或者?|含)?({_AFTER_WORDS})(?:\((不?)含[^()]{{0,6}}\))?+)?+"  # 7, 8 以上(含)
    )


AFTER_OPS = {
    "以上": "≥", "之上": "≥", "更多": "≥", "以下": "≤", "之下": "≤", "以内": "≤", "之内": "≤", "内": "≤", "更少": "≤",
    "左右": "约", "上下": "约",
}  # fmt: skip
STRICT = {"≥": ">", "≤": "<"}

# --------------------------------------------------------------------- what precedes a figure

# Words right before a figure → op, 约 (an interval both ways), 近 (downwards), 元 (the currency), or "" for words that
# only look like one of them.
_WORDS_BEFORE = {
    "≥": "≥ >= => ≥= 大于等于 大于或等于 大于或者等于 高于等于 高于或等于 多于等于 多于或等于 超过或等于 "
    "不低于 不少于 不小于 不得低于 不得少于 不得小于 不应低于 不应少于 不应小于 不能低于 不能少于 未低于 不低过 至少 最少 不下于",
    "≤": "≤ <= =< ≤= 小于等于 小于或等于 小于或者等于 低于等于 低于或等于 少于等于 少于或等于 "
    "不超过 未超过 没超过 没有超过 不得超过 不能超过 不应超过 不可超过 不超 未超 不高于 不大于 不多于 不得高于 不得大于 不得多于 "
    "不迟于 不晚于 不得迟于 不得晚于 不应高于 不应大于 不能高于 不能大于 未高于 未突破 不突破 不超出 未超出 至多 最多 控制在",
    ">": "> 大于 超过 超 逾 高于 多于 突破 优于 不止",
    "<": "< 小于 低于 少于 不及 不足 不满 不到 未满 未达到 未达",
    "=": "= == 等于",
    "约": "约 大约 大概 约合",
    "近": "近 将近 接近",
    "元": "人民币 ¥ RMB",
    "": "节约 预约 签约 合约 公约 契约 履约 集约 解约 违约 条约 协约 邀约 特约 续约 制约 简约 附近 最近 邻近 临近 靠近 就近 周近 远近 亲近 "
    "不等于 赶超 反超 彩超 B超 满足 立足 达到 想到 -> =>",
}
BEFORE: dict[str, list[tuple[str, str]]] = {}
for _meaning, _listed in _WORDS_BEFORE.items():
    for _word in _listed.split():
        BEFORE.setdefault(_word[-1], []).append((_word, _meaning))
for _entries in BEFORE.values():
    _entries.sort(key=lambda entry: -len(entry[0]))
# Characters that may stand between the comparator and the figure: 至少有10次, 最多为5, 超过了80.
FILLERS = frozenset(" 有为是了在达到:仅")
LOOK_BACK = frozenset(BEFORE) | FILLERS
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_#@\\")
RANGE_MARKS = frozenset("-—–~至到和与±")
RANGES = frozenset({"-", "--", "---", "—", "——", "–", "––", "~", "~~", "至", "到", "直至", "-至", "至少到"})
BETWEEN = frozenset({"和", "与"})
ALSO = frozenset({"", ",", "、", "且", "并", "和", "并且", ",且", ";"})
LEAD_IN = ("介于", "位于", "从", "自", "由")

# Chinese figures with a unit that are words, names or set phrases all the same.
NO_FIGURE = re.compile(
    "五位一体|三位一体|两位数|七台河|五台[山县]|九台区|三台县|三门[峡县]|五家渠|三元区|四方|三角|五角|八角|六角|十分(?!之)|五分制|百分制|"
    "[两三四五六七八九十]个(?:意识|自信|全面|伟大|革命|现代化|最严|不|维护|确立|普遍|责任|毫不|一百|清单|文明|代表|务必|必须|一批|中心|"
    "结合|面向|统筹|坚持|确保|提升|关键|注重|突出|到位|强化|方面|层面|部分|阶段|层次|维度|环节|角度|步骤|体系|重点|转变|聚焦|统一|作用|"
    "优先|服务|围绕|导向)|"
    "[两三四五六七八九十]项(?:制度|规定|机制|纪律|清单|工作|任务|要求|原则|公示|改革|行动|重点|整治)|"
    "[三四五六七八九十]次(?:产业|分配|会议|全会|全国|人口|党代)|[三五十]年(?:行动|规划|计划|义务|攻坚)|九年一贯|三年级|[三四五六]年制|"
    "[三四五六]级|三等|三农|三支[一队]|三包|[三五]保户|五保|三会|十堰|四大家|两面|两节(?!课)|两会|两口子|三口之|两手|十五?字|八字|两头"
)


@cache
def unit_pattern() -> re.Pattern[str]:
    """A unit alone, with the scale before it: 1 the scale, 2 the unit. Compiled when first needed."""
    return re.compile(rf"([十百千万亿]{{0,3}})({UNIT_PATTERN})")


QUOTES = frozenset("“‘\"'「『《")
RANKED = frozenset({"名", "位"})
# What may follow a bare integer that still matters: a range or a unit in brackets.
AFTER_BARE = frozenset({*RANGE_MARKS, "(", " "})
DATE_WORDS = frozenset("年月日号时届点")
YEAR_MONTH = re.compile(r"(?:19|20)[0-9]{2}\.(?:0[1-9]|1[0-2])\Z")
FULL_DATE = re.compile(r"(?:19|20)[0-9]{2}\.[0-9]{1,2}\.[0-9]{1,2}\Z")
COUNTED_BEFORE = re.compile(
    r"(?:得分|评分|分值|总分|共计|合计|总计|共|计|数|量|额)(?:为|是|达|达到|:)?\Z|(?<![号码话编邮次度序名代编])(?:为|达到|达)\Z"
)
NUMBERED_BEFORE = re.compile(r"(?:编号|编码|代码|号码|账号|电话|邮编|序号|文号|排名|帐号|证号|单号|序数|信用代码|传真|年度)(?:为|是|:)?\Z")
IN_BRACKETS = re.compile(r"\(([^()]{1,16})\)")
IN_BRACKETS_BEFORE = re.compile(r"\(([^()]{1,16})\):?[ ]?\Z")
# In a cell any short word behind the figure is its unit, unless it begins like one of these.
OTHER_UNIT = re.compile(
    r"[ ]?((?![完已达的且及并左合上下约为是等以内年月日号时前后底至到和与之间届点第或者不未无有分成起余多])[一-龥]{1,4})(?=\Z|[,;。、)(])"
)
