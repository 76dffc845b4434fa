"""Figures: every number in a folded text, with what stands around it, joined to ranges and judged.

One compiled pattern finds a figure and what follows it (unit, 余, 以上 …). What precedes it (≥, 不超过, 约, −, 第 …) is looked
up in tables keyed by the last character, which costs nothing where there is nothing. `figures` gives all of them, also
those that are no quantity (dates, ordinals, damaged ones): a cell wants to know why it holds none.

Every pattern is linear: repetitions are possessive or bounded.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache

from scorer.numerals import DIGITS, EXACT, FORMAL, MAXIMUM_NUMERAL, SCALES, Numeral, power, read_numeral, unit_of_last_place
from scorer.units import UNIT_PATTERN, UNIT_STARTS, unit_key


class Figure:
    """A figure while it is read: also a bare or doubtful one, which may yet be the left end of a range."""

    __slots__ = ("accepted", "approximate", "chinese", "damaged", "date", "end", "exact", "high", "low", "number", "op",
                 "ordinal", "place", "scale", "start", "unit", "weak")  # fmt: skip

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.op = self.unit = ""
        self.approximate = ""  # 约: an interval both ways, 近: downwards
        self.number: Decimal | None = None
        self.low: Decimal | None = None
        self.high: Decimal | None = None
        self.place = 0  # exponent of the last written place
        self.scale = 0  # exponent of the scale it ends with
        self.exact = False  # a fraction: no written precision
        self.chinese = False
        self.accepted = False
        self.weak = False  # 一批, 12345热线: a quantity only when there is nothing better in the cell
        self.date = self.ordinal = self.damaged = False

    @property
    def is_range(self) -> bool:
        return self.op == "between"


# ---------------------------------------------------------------------------------------------- what follows a figure

# A comma belongs to a figure before exactly three digits and after at most three; dotted runs (dates, 30..5) stay whole.
_PUNCTUATED = r"(?:(?<![0-9]{4}),[0-9]{3}(?![0-9]))*+(?:\.++[0-9]++)*+"
_ARABIC_RUN = rf"[0-9]++{_PUNCTUATED}"
# 千 belongs to the unit in 千米, 千克, 千瓦; 百 to 百分比 and 百分点; 余, 多 and 来 stand before a scale: 10余万.
_NUMERAL_CHARACTER = (
    rf"(?:[{DIGITS}几十壹贰叁肆伍陆柒捌玖拾]|[百佰](?!分[比点])|[千仟](?!米(?!粉)|克|瓦|卡|伏|赫|帕|焦|乏)|[万亿]|[余多来](?=[十百千万亿]))"
)
_NUMERAL = rf"(?:{_ARABIC_RUN}|{_NUMERAL_CHARACTER})++"
_STARTS = rf"0-9{DIGITS}{FORMAL}十几数半百千万亿"
_CHINESE_TAIL = rf"{_NUMERAL_CHARACTER}++(?:(?<=[万亿千仟百]){_ARABIC_RUN}{_NUMERAL_CHARACTER}*+)?+"
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
_AFTER_WORDS = "以上|以下|以内|之内|之上|之下|左右|上下(?!游|级|联)|更多|更少|(?<=[时日天年月周钟期%里米元])内(?![设部容外科控蒙地生销需含涵])"


def _figure_pattern(cell: bool) -> re.Pattern[str]:
    """The pattern of one figure. It begins with one character class, so that the search skips words fast."""
    lone = (
        rf"(?<=[{DIGITS}十{FORMAL}])|(?<=半)(?=个?小时|个?月|年|天|成|吨|公里|亩)"
        if cell
        else rf"(?<=一)(?={_ONE_OF})|(?<=[两三四五六七八九十])(?=[ ]?[{UNIT_STARTS}%]|[余多]|[至到~—–-][{DIGITS}十0-9])"
        rf"|(?<=[伍陆拾])(?=[元圆]整?)|(?<=半)(?=个?小时|个月|成)"
    )
    chinese = rf"(?<=[{DIGITS}十{FORMAL}])(?:{_CHINESE_TAIL}{_POINT}|点{_POINT_DIGITS}++[{SCALES}]*+)"
    arabic = rf"(?<=[0-9])[0-9]*+{_PUNCTUATED}(?:{_NUMERAL_CHARACTER}|(?<=[万亿千仟百零]){_ARABIC_RUN})*+"
    small = "[0-9一二三四五六七八九两壹贰叁肆伍陆柒捌玖]{1,2}"
    return re.compile(
        rf"([{_STARTS}](?:{arabic}|{chinese}|{_SCALE_START}|{lone}))"  # 1 the figure
        rf"(?:(?:又({_NUMERAL}))?分之([负-]?)({_NUMERAL}{_POINT}))?+"  # 2, 3, 4 a fraction
        rf"(余|多(?!媒|功|样|元化|元素|种)|来(?=[个名人户家]))?+"  # 5 余
        rf"(个亿)?+"  # 6 两个亿
        rf"(?:[ ]{{0,2}}({UNIT_PATTERN}))?"  # 7 the unit
        # 8 七成六, 9 一吨半, 10 两年多
        rf"(?:(?<=成)([一二三四五六七八九1-9])(?![0-9一-龥]|\.[0-9])|(半)(?![年月天径数价])"
        rf"|(?<=[元块圆年月天时钟吨里亩米斤倍分%])([余多])(?![次种样元方媒功层项个家名人渠]))?+"
        rf"(?:(?<=[元块圆])(零?{small}[角毛](?:{small}分)?|零?{small}分(?![0-9.之])))?+"  # 11 the coins
        rf"(?:(?<=[元块圆角分毛])(?:整(?![合理治改体顿个修])|正(?![式常在确规面])|钱|人民币))*+"
        rf"(?:\((不?)含[^()]{{0,6}}\))?+"  # 12 (含)
        rf"(?:(?:及其?|或者?|含)?({_AFTER_WORDS})(?:\((不?)含[^()]{{0,6}}\))?+)?+"  # 13, 14 以上(含)
    )


_RUNNING = _figure_pattern(cell=False)
_CELL = _figure_pattern(cell=True)

_AFTER_OPS = {
    "以上": "≥", "之上": "≥", "更多": "≥", "以下": "≤", "之下": "≤", "以内": "≤", "之内": "≤", "内": "≤", "更少": "≤",
    "左右": "约", "上下": "约",
}  # fmt: skip
_STRICT = {"≥": ">", "≤": "<"}

# -------------------------------------------------------------------------------------------- what precedes a figure

# Words right before a figure → op, 约 (an interval both ways), 近 (downwards), 元 (the currency), or "" for words that
# only look like one of them.
_WORDS_BEFORE = {
    "≥": "≥ >= => ≥= 大于等于 大于或等于 大于或者等于 高于等于 高于或等于 多于等于 多于或等于 超过或等于 不低于 不少于 不小于 不得低于 不得少于 "
    "不得小于 不应低于 不应少于 不应小于 不能低于 不能少于 未低于 不低过 至少 最少 不下于",
    "≤": "≤ <= =< ≤= 小于等于 小于或等于 小于或者等于 低于等于 低于或等于 少于等于 少于或等于 不超过 未超过 没超过 没有超过 不得超过 不能超过 "
    "不应超过 不可超过 不超 未超 不高于 不大于 不多于 不得高于 不得大于 不得多于 不应高于 不应大于 不能高于 不能大于 未高于 未突破 不突破 "
    "不超出 未超出 至多 最多 控制在",
    ">": "> 大于 超过 超 逾 高于 多于 突破 优于 不止",
    "<": "< 小于 低于 少于 不足 不满 不到 未满 未达到 未达",
    "=": "= == 等于",
    "约": "约 大约 大概 约合",
    "近": "近 将近 接近",
    "元": "人民币 ¥ RMB",
    "": "节约 预约 签约 合约 公约 契约 履约 集约 解约 违约 条约 协约 邀约 特约 续约 制约 简约 附近 最近 邻近 临近 靠近 就近 周近 远近 亲近 "
    "不等于 赶超 反超 满足 立足 达到 想到 -> =>",
}
_BEFORE: dict[str, list[tuple[str, str]]] = {}
for _meaning, _listed in _WORDS_BEFORE.items():
    for _word in _listed.split():
        _BEFORE.setdefault(_word[-1], []).append((_word, _meaning))
for _entries in _BEFORE.values():
    _entries.sort(key=lambda entry: -len(entry[0]))
# Characters that may stand between the comparator and the figure: 至少有10次, 最多为5, 超过了80.
_FILLERS = frozenset(" 有为是了在达到:仅")
_LOOK_BACK = frozenset(_BEFORE) | _FILLERS
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_#@\\")
_RANGE_MARKS = frozenset("-—–~至到和与±")
_RANGES = frozenset({"-", "--", "---", "—", "——", "–", "––", "~", "~~", "至", "到", "直至", "-至", "至少到"})
_BETWEEN = frozenset({"和", "与"})
_ALSO = frozenset({"", ",", "、", "且", "并", "和", "并且", ",且", ";"})
_LEAD_IN = ("介于", "位于", "从", "自", "由")

# Chinese figures with a unit that are words, names or set phrases all the same.
_NO_FIGURE = re.compile(
    "五位一体|三位一体|两位数|七台河|五台[山县]|九台区|三台县|三门[峡县]|五家渠|三元区|四方|三角|五角|八角|六角|十分(?!之)|五分制|百分制|"
    "[两三四五六七八九十]个(?:意识|自信|全面|伟大|革命|现代化|最严|不|维护|确立|普遍|责任|毫不|一百|清单|文明|代表|务必|必须|一批|中心|结合|面向|"
    "统筹|坚持|确保|提升|关键|注重|突出|到位|强化|方面|层面|部分|阶段|层次|维度|环节|角度|步骤|体系|重点|转变|聚焦|统一|作用|优先|服务|围绕|导向)|"
    "[两三四五六七八九十]项(?:制度|规定|机制|纪律|清单|工作|任务|要求|原则|公示|改革|行动|重点|整治)|"
    "[三四五六七八九十]次(?:产业|分配|会议|全会|全国|人口|党代)|[三五十]年(?:行动|规划|计划|义务|攻坚)|九年一贯|三年级|[三四五六]年制|"
    "[三四五六]级|三等|三农|三支[一队]|三包|[三五]保户|五保|三会|十堰|四大家|两面|两口子|三口之|两手|十字|八字|两头"
)
_QUOTES = frozenset("“‘\"'「『《")
_RANKED = frozenset({"名", "位"})
# What may follow a bare integer that still matters: a range or a unit in brackets.
_AFTER_BARE = frozenset({*_RANGE_MARKS, "(", " "})
_DATE_WORDS = frozenset("年月日号时届点")
_YEAR_MONTH = re.compile(r"(?:19|20)[0-9]{2}\.(?:0[1-9]|1[0-2])\Z")
_FULL_DATE = re.compile(r"(?:19|20)[0-9]{2}\.[0-9]{1,2}\.[0-9]{1,2}\Z")
_COUNTED_BEFORE = re.compile(
    r"(?:得分|评分|分值|总分|共计|合计|总计|共|计|数|量|额)(?:为|是|达|达到|:)?\Z|(?<![号码话编邮次度序名代编])(?:为|达到|达)\Z"
)
_NUMBERED_BEFORE = re.compile(r"(?:编号|编码|代码|号码|账号|电话|邮编|序号|文号|排名|帐号|证号|单号|序数|信用代码|传真|年度)(?:为|是|:)?\Z")
_HEADER_UNIT = re.compile(rf"([十百千万亿]*)({UNIT_PATTERN})")
_BRACKETED_UNIT = re.compile(rf"\(([十百千万亿]*)({UNIT_PATTERN})\)")
_UNIT_BEFORE = re.compile(rf"\(([十百千万亿]*)({UNIT_PATTERN})\):?[ ]?\Z")
# In a cell any short word behind the figure is its unit, unless it begins like one of these.
_OTHER_UNIT = re.compile(
    r"[ ]?((?![完已达的且及并左合上下约为是等以内年月日号时前后底至到和与之间届点第或者不未无有分成起余多])[一-龥]{1,4})(?=\Z|[,;。、)(])"
)


_SCALE_EXPONENTS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_RENMINBI = frozenset({"元", "圆", "块", "块钱", "人民币", "元人民币"})
_TENTHS_OF_MONEY = frozenset({"角", "毛", "毛钱"})
_OPEN_FRACTIONS = {"百": "%", "佰": "%", "千": "‰", "仟": "‰", "万": "‱"}
_NINE = {word: Decimal(value) for value, word in enumerate("一二三四五六七八九", 1)}
_NINE |= {str(value): Decimal(value) for value in range(1, 10)}
_HALF = Decimal("0.5")
_SHORT = Context(prec=28)  # a fraction without end is cut where Decimal cuts it by default
_COINS = re.compile(r"([0-9零一二三四五六七八九两壹贰叁肆伍陆柒捌玖]+)([角毛分])")
_NO_SIGN_AFTER = _LETTERS | frozenset("0123456789%)-~")
_OPEN_OPS = frozenset({"", "≥", "≤", ">", "<", "="})
_NOT_BEFORE_UP = frozenset("以之线网早晚身路马天世")
_CALENDAR = frozenset({"年", "日"})
_AROUND_NOW = frozenset("近前后每")
_SOLO_FORMAL = frozenset("陆拾肆伍叁壹贰柒捌玖零〇")
_LATE_MONTH = re.compile("月(?:底|末|初|份|前|中|上旬|下旬|[0-9])")
_MEASURES = frozenset({"元", "吨", "公里", "千米", "米", "倍", "小时", "%", "亩", "公顷", "美元", "欧元", "公斤", "千克", "岁", "个百分点", "年"})
HALF_PLACE = {place: EXACT.multiply(_HALF, power(place)) for place in range(-2 * MAXIMUM_NUMERAL, 64)}


@lru_cache(maxsize=4096)
def read_unit(words: str) -> tuple[str, int, str]:
    """→ (the unit in its base, exponent of the conversion, 多 or 半 that stood inside: 3个多月)"""
    head, mark, rest = words.partition("/")
    if head in _RENMINBI:
        return "元" + mark + rest, 0, ""
    if head in _TENTHS_OF_MONEY:
        return "元" + mark + rest, -1, ""
    if head == "成":
        return "%", 1, ""
    if head == "百分比":
        return "%" + mark + rest, 0, ""
    if head == "百分点":
        return "个百分点", 0, ""
    inside = ""
    if head.startswith("个") and len(head) > 1 and head[1] != "(":
        for sign in "多半":
            if sign in head:
                inside, head = sign, head.replace(sign, "")
        if head not in ("个月", "个百分点", "个人"):
            head = head[1:]
    return head + mark + rest, 0, inside


def read_header_unit(words: str) -> tuple[str, int] | None:
    """A unit with its scale as a column header gives it, （万元） or 万元; → (unit, exponent of the scale)."""
    match = _HEADER_UNIT.fullmatch(words.strip(" ()[]:"))
    if match is None:
        return None
    unit, exponent, _ = read_unit(match[2])
    return unit, exponent + sum(_SCALE_EXPONENTS[scale] for scale in match[1])


def figures(folded: str, cell: bool = False) -> list[Figure]:
    """All figures of a folded text in their order, ranges joined; `accepted` tells which are quantities."""
    found: list[Figure] = []
    pending: Figure | None = None
    floor = 0
    for match in (_CELL if cell else _RUNNING).finditer(folded):
        figure = _read(match, folded, floor, cell)
        if figure is None:
            continue
        if pending is not None:
            joined = _join(pending, figure, folded, cell) if figure.start - pending.end <= 4 else None
            if joined is None:
                found.append(pending)
            else:
                figure = joined
        pending = figure
        floor = figure.end
    if pending is not None:
        found.append(pending)
    return found


def _read(match: re.Match[str], folded: str, floor: int, cell: bool) -> Figure | None:
    """One match as a figure; None where it can be neither a quantity nor an end of a range."""
    core, whole, minus, numerator, more, gross, unit, tenth, half, more_after, coins, strict, after, strict_after = (
        match.groups()
    )
    start, end = match.span()
    before = folded[start - 1 : start]
    arabic = core[0] <= "9"
    if (
        not cell
        and unit is None
        and arabic
        and core.isdigit()
        and before not in _LOOK_BACK
        and before not in _RANGE_MARKS
        and folded[end : end + 1] not in _AFTER_BARE
        and not (numerator or after or more)
    ):
        return None  # 2020年, 〔2020〕3号, 附件2: the everyday bare integer
    figure = Figure(start, end)
    figure.chinese = not arabic
    if len(core) > MAXIMUM_NUMERAL:
        figure.damaged = True
        return figure
    if core.count(".") > 1:
        figure.date = _FULL_DATE.match(core) is not None
        figure.damaged = not figure.date
        return figure
    only_scale = core[0] in "百千万亿佰仟" and not numerator
    if numerator:
        numeral, figure.unit = _fraction(core, whole, numerator)
        figure.exact = not figure.unit
    else:
        numeral = read_numeral("一" + core if only_scale else core)
    if numeral is None:
        figure.damaged = arabic
        return figure if cell else None
    figure.number, figure.low, figure.high, figure.place, figure.scale, pair = numeral
    if minus:
        _negate(figure)
    if pair:
        figure.op = "between"
    if gross:
        _shift(figure, 8)
        figure.scale += 8
    inside = ""
    if unit is not None and not figure.unit:
        figure.unit, exponent, inside = read_unit(unit)
        if exponent:
            _shift(figure, exponent)
    if figure.number is not None:
        if tenth:
            figure.number = EXACT.add(figure.number, _NINE[tenth])
            figure.place -= 1
        elif half or inside == "半":
            figure.number = EXACT.add(figure.number, _halved(figure, unit == "成"))
            figure.place = min(figure.place, 0) - 1
        elif (more or more_after or inside == "多") and figure.low is None:
            figure.low = figure.number
            figure.high = EXACT.add(figure.number, unit_of_last_place(figure.number))
        if coins:
            _add_coins(figure, coins)
    _look_around(figure, start, before, folded, floor, only_scale)
    if after is not None:
        _apply_after(figure, after, strict == "不" or strict_after == "不", folded)
    if not figure.unit and not numerator:
        _find_unit(figure, folded, cell)
    _judge(figure, start, core, folded, cell, bare=not figure.unit and not numerator, only_scale=only_scale)
    return figure


def _shift(figure: Figure, exponent: int) -> None:
    """Times ten to the exponent: a scale or a unit behind the figure."""
    factor = power(exponent)
    if figure.number is not None:
        figure.number = EXACT.multiply(figure.number, factor)
    if figure.low is not None and figure.high is not None:
        figure.low, figure.high = EXACT.multiply(figure.low, factor), EXACT.multiply(figure.high, factor)
    figure.place += exponent


def _halved(figure: Figure, tenths: bool) -> Decimal:
    """What 半 adds: half of the unit, which is five percent after 成."""
    return Decimal(5) if tenths else EXACT.multiply(_HALF, power(figure.scale if figure.scale > 3 else 0))


def _fraction(core: str, whole: str | None, numerator: str) -> tuple[Numeral | None, str]:
    """百分之四十 → 40 %, 千分之七 → 7 ‰, 三分之一, 三百五十又三分之一 → a number without unit."""
    above = read_numeral("一" + numerator if numerator in _OPEN_FRACTIONS else numerator)  # 百分之百
    if above is None or core in _OPEN_FRACTIONS:
        return above, _OPEN_FRACTIONS.get(core, "")
    below, integer = read_numeral(whole or core), read_numeral(core) if whole else None
    if below is None or not below.number or above.number is None or (whole and (integer is None or integer.number is None)):
        return None, ""
    value = EXACT.divide(above.number, below.number)
    if integer is not None and integer.number is not None:
        value = EXACT.add(integer.number, value)
    value = _SHORT.plus(value)
    return Numeral(value, None, None, 0, 0), ""


def _add_coins(figure: Figure, coins: str) -> None:
    """6角三分, 三毛, 零5分 behind a sum of money."""
    for digits, coin in _COINS.findall(coins):
        numeral = read_numeral(digits)
        if numeral is not None and numeral.number is not None and figure.number is not None:
            figure.place = -2 if coin == "分" else -1
            figure.number = EXACT.add(figure.number, EXACT.multiply(numeral.number, power(figure.place)))


def _look_around(figure: Figure, start: int, before: str, folded: str, floor: int, only_scale: bool) -> None:
    """The sign and the words before the figure, and the marks that make it no quantity."""
    if not before or start <= floor:
        return
    position = start
    if before in "-负±":
        ahead = folded[start - 2 : start - 1]
        if before == "-" and ((floor and start - 1 <= floor) or ahead in _NO_SIGN_AFTER):
            if ahead in _LETTERS:
                figure.damaged = True  # COVID-19, GB-50
            return
        position -= 1
        if before == "±" or ahead == "正" and before == "负":
            figure.op = "±"
            position -= before == "负"
        else:
            _negate(figure)
        figure.start = position
        before = folded[position - 1 : position]
    if only_scale:
        op = {"上": "≥", "过": ">", "破": ">"}.get(before)
        if op:
            figure.damaged = before == "上" and folded[position - 2 : position - 1] in _NOT_BEFORE_UP
            figure.op, figure.start = op, position - 1
            return
    if before in _LETTERS:
        figure.damaged = not folded.endswith("RMB", floor, position)
    elif before == ".":
        figure.damaged = True
    elif before == "第" or (before == " " and folded[position - 2 : position - 1] == "第"):
        figure.ordinal = True
    if before in _LOOK_BACK:
        op, figure.approximate, currency, figure.start = _look_back(folded, position, floor)
        if op and not figure.op:
            figure.op = op
        if currency and not figure.unit:
            figure.unit = "元"


def _negate(figure: Figure) -> None:
    if figure.number is not None:
        figure.number = -figure.number
    if figure.low is not None and figure.high is not None:
        figure.low, figure.high = -figure.high, -figure.low


def _look_back(folded: str, at: int, floor: int) -> tuple[str, str, bool, int]:
    """→ (op, 约 or 近, whether a currency stands there, where these words begin)"""
    op = approximate = ""
    currency = False
    begin = position = at
    for _ in range(6):
        if position <= floor:
            break
        last = folded[position - 1]
        for word, meaning in _BEFORE.get(last, ()):
            if folded.endswith(word, floor, position):
                break
        else:
            if last not in _FILLERS:
                break
            position -= 1
            continue
        if not meaning:
            break
        position -= len(word)
        begin = position
        if meaning == "元":
            currency = True
        elif meaning in "约近":
            approximate = meaning
        else:
            op = meaning
            break
    return op, approximate, currency, begin


def _apply_after(figure: Figure, after: str, strict: bool, folded: str) -> None:
    """以上, 以内, 左右 … behind the figure; a comparator before it wins, except 控制在, which both may follow."""
    op = _AFTER_OPS[after]
    if op == "约":
        figure.approximate = figure.approximate or op
        return
    if folded.startswith("控制在", figure.start):
        figure.op, figure.start = "", figure.start + 3
    if figure.op == "±":
        return
    if not figure.op:
        figure.op = _STRICT[op] if strict else op


def _find_unit(figure: Figure, folded: str, cell: bool) -> None:
    """The unit of a figure that has none right behind it: in brackets beside it; in a cell any short word."""
    end = figure.end
    match = None
    if folded.startswith("(", end):
        match = _BRACKETED_UNIT.match(folded, end)
        if match is not None:
            figure.end = match.end()
    if match is None and figure.start and folded[figure.start - 1] in "):":
        match = _UNIT_BEFORE.search(folded[max(0, figure.start - 16) : figure.start])
    if match is not None:
        figure.unit, exponent, _ = read_unit(match[2])
        exponent += sum(_SCALE_EXPONENTS[scale] for scale in match[1])
        if exponent:
            _shift(figure, exponent)
        return
    if cell and not figure.chinese:
        other = _OTHER_UNIT.match(folded, end)
        if other is not None:
            figure.unit = other[1]
            figure.end = other.end()


def _judge(figure: Figure, start: int, core: str, folded: str, cell: bool, bare: bool, only_scale: bool) -> None:
    """Whether the figure is a quantity: `accepted`, else what it is."""
    end = figure.end
    following = folded[end : end + 1]
    bare = bare and not figure.unit
    if figure.damaged or figure.ordinal:
        return
    if figure.unit in _CALENDAR or (bare and following in _DATE_WORDS):
        if _is_date(figure, core, start, folded, cell, following):
            figure.date = True
            return
        if figure.unit == "日" and not figure.op:
            figure.weak = True
            figure.accepted = cell
            return
    if figure.chinese:
        if folded[start - 1 : start] in _QUOTES or _NO_FIGURE.match(folded, start):
            return
        if core in _SOLO_FORMAL and not figure.exact and not folded.startswith(("元整", "圆整", "元正", "圆正"), start + 1):
            return
        if only_scale and not figure.op and not figure.approximate:
            return
    if not bare:
        if figure.unit in _RANKED and folded[start - 1 : start] == "前":
            figure.ordinal = True
            return
        figure.weak = core in ("一", "二") and figure.unit not in _MEASURES
        figure.accepted = True
        return
    if following and following in _LETTERS:
        figure.damaged = True
        return
    before = folded[start - 1 : start]
    if before == "/" or following == "/" or (following == ":" and folded[end + 1 : end + 2].isdigit()) or (
        before == ":" and folded[start - 2 : start - 1].isdigit()
    ):
        figure.damaged = False
        return  # 3/5, 8:30, 1:3
    if figure.op or figure.approximate:
        figure.accepted = True
    elif figure.chinese:
        figure.accepted = _is_bare_numeral(core, figure.start, end, folded, cell)
    elif cell:
        figure.date = _YEAR_MONTH.match(core) is not None
        figure.accepted = not figure.date
        figure.weak = "一" <= following <= "龥"
    elif figure.scale > 1 or "," in core:
        figure.accepted = True
    elif "." in core:
        figure.date = _YEAR_MONTH.match(core) is not None
        figure.accepted = not figure.date and not _is_numbering(start, folded, following)
    else:
        figure.accepted = _is_counted(core, start, folded, following)


def _is_date(figure: Figure, core: str, start: int, folded: str, cell: bool, following: str) -> bool:
    if figure.unit == "年":
        return len(core) == 4 and core.isascii() and core[:2] in ("19", "20") or (
            not figure.op and folded[start - 1 : start] in _AROUND_NOW or len(core) > 3 and not core.isascii()
            and "十" not in core
        )
    if figure.unit == "日":
        return folded[start - 1 : start] == "月"
    if following == "月" and cell and figure.op and not _LATE_MONTH.match(folded, figure.end):
        figure.unit = "月"
        figure.end += 1
        return False
    return True


def _is_bare_numeral(core: str, start: int, end: int, folded: str, cell: bool) -> bool:
    """Chinese numerals without a unit: the whole cell, or unmistakable ones at the end of a phrase."""
    following = folded[end : end + 1]
    if cell and not folded[:start].strip(" (") and not folded[end:].strip(" )。.,;"):
        return len(core) > 1 or core not in "半几数"
    if "一" <= following <= "龥" and following not in "和与至到之间的":
        return False
    scales = sum(core.count(scale) for scale in ("百", "千", "万", "亿"))
    return scales > 0 and len(core) > 1 and (cell or "万" in core or "亿" in core)


def _is_numbering(start: int, folded: str, following: str) -> bool:
    """1.1 项目概况 at the head of a line, 表1.2."""
    before = folded[max(0, start - 2) : start]
    if before and before[-1] in "表图节章款":
        return True
    return ("一" <= following <= "龥" or following == " ") and not before.strip(" ").strip("\n")


def _is_counted(core: str, start: int, folded: str, following: str) -> bool:
    """A bare integer in running text: 决算数为268, 得分95."""
    if following and "一" <= following <= "龥" or len(core) == 4 and core[:2] in ("19", "20") or len(core) > 9:
        return False
    words = folded[max(0, start - 8) : start]
    return _COUNTED_BEFORE.search(words) is not None and _NUMBERED_BEFORE.search(words) is None


def _join(left: Figure, right: Figure, folded: str, cell: bool) -> Figure | None:
    """Two figures as the ends of one range, or None where they are two."""
    gap = folded[left.end : right.start].strip(" ")
    if gap in _RANGES:
        between = left.op in _OPEN_OPS and not right.op
    elif gap in _BETWEEN:
        between = not left.op and not right.op and (right.unit == "间" or folded.startswith(("之间", "间"), right.end))
    elif right.op == "±" and not gap:
        return _plus_minus(left, right)
    elif gap in _ALSO and left.op in ("≥", ">") and right.op in ("≤", "<"):
        between = True
    else:
        return None
    if not between:
        return None
    if left.ordinal or right.date or left.date or left.damaged or right.damaged:
        right.start = left.start
        right.ordinal = right.ordinal or left.ordinal
        right.date = right.date or left.date
        right.damaged = right.damaged or left.damaged
        right.accepted = False
        return right
    if left.number is None or right.number is None or left.is_range or right.is_range:
        return None
    if gap in _BETWEEN and right.unit == "间":
        right.unit = ""
    if left.unit and right.unit and unit_key(left.unit) != unit_key(right.unit):
        return None
    low, high = left.number, right.number
    if not left.unit and right.unit or not left.unit and not right.unit:
        low = _with_scale_of(left, right)
    if low > high:
        if not right.unit:
            return None
        low, high = high, low
    if not left.unit and not right.unit and not left.scale and not right.scale and not left.op:
        if left.place == right.place == 0 and _are_years(low, high):
            right.date, right.accepted, right.start = True, False, left.start
            return right
        code = folded[left.start] == "0" and left.place == 0 and left.end - left.start > 1
        named = gap in _BETWEEN or folded.startswith("之间", right.end)
        fine = cell or named or left.place < 0 or right.place < 0
        right.accepted = fine and not code and right.end - right.start < 10
        right.damaged = code
        right.weak = False
    else:
        right.accepted = True
        right.weak = False
    right.op, right.number, right.low, right.high = "between", None, low, high
    right.unit = right.unit or left.unit
    right.start = left.start
    right.place = min(left.place, right.place)
    for word in ("之间", "间"):
        if folded.startswith(word, right.end) and (word == "之间" or gap in _BETWEEN):
            right.end += len(word)
            break
    for word in _LEAD_IN:
        if folded.endswith(word, 0, right.start):
            right.start -= len(word)
            break
    return right


def _with_scale_of(left: Figure, right: Figure) -> Decimal:
    """The smaller end takes the scale of the larger where it has none: 20-30万元, 两到三千, but 8500到3万."""
    number, high = left.number, right.number
    if number is None or high is None:
        return Decimal(0)
    large = right.scale - right.scale % 4 if right.scale > 3 else 0
    for exponent in dict.fromkeys((right.scale, large)):
        fits = left.scale == 0 if exponent < 4 or exponent != large else left.scale < 4
        if exponent > 1 and fits and EXACT.multiply(number, power(exponent)) < high:
            return EXACT.multiply(number, power(exponent))
    return number


def _plus_minus(left: Figure, right: Figure) -> Figure | None:
    if left.number is None or right.low is None or right.high is None:
        return None
    right.low, right.high = EXACT.add(left.number, right.low), EXACT.add(left.number, right.high)
    right.start = left.start
    return right


def _are_years(low: Decimal, high: Decimal) -> bool:
    return 1900 <= low <= high <= 2100
