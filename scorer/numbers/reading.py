"""Figures: every number in a folded text, with what stands around it, joined to ranges and judged.

The pattern of `grammar.py` finds a figure and what follows it (unit, 余, 以上 …). What precedes it (≥, 不超过, 约, −, 第 …) is
looked up in tables keyed by the last character, which costs nothing where there is nothing. `figures` gives all of them,
also those that are no quantity (dates, ordinals, damaged ones): a cell wants to know why it holds none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Context, Decimal
from functools import lru_cache

from scorer.numbers.numerals import EXACT, MAXIMUM_NUMERAL, Numeral, power, read_numeral, unit_of_last_place
from scorer.numbers.pattern import (
    AFTER_BARE,
    AFTER_OPS,
    ALSO,
    BEFORE,
    BETWEEN,
    COUNTED_BEFORE,
    DATE_WORDS,
    FILLERS,
    FULL_DATE,
    IN_BRACKETS,
    IN_BRACKETS_BEFORE,
    LEAD_IN,
    LETTERS,
    LOOK_BACK,
    NO_FIGURE,
    NUMBERED_BEFORE,
    OTHER_UNIT,
    QUOTES,
    RANGE_MARKS,
    RANGES,
    RANKED,
    STRICT,
    YEAR_MONTH,
    behind_pattern,
    figure_pattern,
    unit_pattern,
)
from scorer.numbers.units import ALL_UNITS, unit_key


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


_LISTED_UNITS = frozenset(ALL_UNITS)
_SCALE_EXPONENTS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_RENMINBI = frozenset({"元", "圆", "块", "块钱", "人民币", "元人民币"})
_TENTHS_OF_MONEY = frozenset({"角", "毛", "毛钱"})
_OPEN_FRACTIONS = {"百": "%", "佰": "%", "千": "‰", "仟": "‰", "万": "‱"}
_NINE = {word: Decimal(value) for value, word in enumerate("一二三四五六七八九", 1)}
_NINE |= {str(value): Decimal(value) for value in range(1, 10)}
_HALF = Decimal("0.5")
_SHORT = Context(prec=28)  # a fraction without end is cut where Decimal cuts it by default
_COINS = re.compile(r"([0-9零一二三四五六七八九两壹贰叁肆伍陆柒捌玖]+)([角毛分])")
_NO_SIGN_AFTER = LETTERS | frozenset("0123456789%-~")
_BOTH_BOUNDS = [{"≥", "≤"}, {"≥", "<"}, {">", "≤"}, {">", "<"}]
_BETWEEN_ENDS = ("之间", "之間", "间", "間")
_OPEN_OPS = frozenset({"", "≥", "≤", ">", "<", "="})
_NOT_BEFORE_UP = frozenset("以之线网早晚身路马天世")
_CALENDAR = frozenset({"年", "日"})
_AROUND_NOW = frozenset("近前后每")
_SOLO_FORMAL = frozenset("陆拾肆伍叁壹贰柒捌玖零〇")
_SOLO_SUM = re.compile(r"[元圆](?:[整正]|\Z)")
_LATE_MONTH = re.compile("月(?:底|末|初|份|前|中|上旬|下旬|[0-9])")
_MEASURES = frozenset({"元", "吨", "公里", "千米", "米", "倍", "小时", "%", "亩", "公顷", "美元", "欧元", "公斤"})
_MEASURES |= {"千克", "岁", "个百分点", "年"}
HALF_PLACE = {place: EXACT.multiply(_HALF, power(place)) for place in range(-2 * MAXIMUM_NUMERAL, 64)}


@lru_cache(maxsize=4096)
def read_unit(words: str) -> tuple[str, int, str]:
    """→ (the unit in its base, exponent of the conversion, 多 or 半 that stood inside: 3个多月)"""
    head, mark, rest = words.replace(" ", "").partition("/")
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
    return _scaled_unit(words.strip(" ()[]:"))


def _scaled_unit(words: str) -> tuple[str, int] | None:
    """万元 → (元, 4); None for words that are no unit. The common ones need no pattern, which takes long to compile."""
    unit = words.lstrip("十百千万亿")
    scales = words[: len(words) - len(unit)]
    if len(scales) > 3 or unit not in _LISTED_UNITS:
        match = unit_pattern().fullmatch(words)
        if match is None:
            return None
        scales, unit = match[1], match[2]
    unit, exponent, _ = read_unit(unit)
    return unit, exponent + sum(_SCALE_EXPONENTS[scale] for scale in scales)


def figures(folded: str, cell: bool = False) -> list[Figure]:
    """All figures of a folded text in their order, ranges joined; `accepted` tells which are quantities."""
    found: list[Figure] = []
    pending: Figure | None = None
    floor = 0
    for match, behind in _matches(folded, cell):
        figure = _read(match, behind, folded, floor, cell)
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


def _matches(folded: str, cell: bool) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Every figure with what stands behind it."""
    figure, rest = figure_pattern(cell=cell), behind_pattern()
    match = figure.search(folded)
    while match and (behind := rest.match(folded, match.end())):
        yield match, behind
        match = figure.search(folded, behind.end())


def _read(match: re.Match[str], behind: re.Match[str], folded: str, floor: int, cell: bool) -> Figure | None:
    """One match as a figure; None where it can be neither a quantity nor an end of a range."""
    core, whole, minus, numerator, more, gross = match.groups()
    unit, tenth, half, more_after, coins, strict, after, strict_after = behind.groups()
    core = core.replace(" ", "")
    start, end = match.start(), behind.end()
    before = folded[start - 1 : start]
    arabic = core[0] <= "9"
    if (
        not cell
        and unit is None
        and arabic
        and core.isdigit()
        and before not in LOOK_BACK
        and before not in RANGE_MARKS
        and folded[end : end + 1] not in AFTER_BARE
        and not (numerator or after or more)
    ):
        return None  # 2020年, 〔2020〕3号, 附件2: the everyday bare integer
    figure = Figure(start, end)
    figure.chinese = not arabic
    if len(core) > MAXIMUM_NUMERAL:
        figure.damaged = True
        return figure
    if core.count(".") > 1:
        figure.date = FULL_DATE.match(core) is not None
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
        shift(figure, 8)
        figure.scale += 8
    inside = ""
    if unit is not None and not figure.unit:
        figure.unit, exponent, inside = read_unit(unit)
        if exponent:
            shift(figure, exponent)
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


def shift(figure: Figure, exponent: int) -> None:
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
            if ahead in LETTERS:
                figure.damaged = True  # COVID-19, GB-50
            return
        position -= 1
        if before == "±" or (ahead == "正" and before == "负"):
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
    if before == "+" and position > 2 and folded[position - 2] in "Ee" and folded[position - 3].isdigit():
        figure.damaged = True  # 1.5E+05: the program that wrote it left the digits out
    elif before in LETTERS:
        figure.damaged = not folded.endswith("RMB", floor, position)
    elif before == ".":
        figure.damaged = True
    elif before == "第" or (before == " " and folded[position - 2 : position - 1] == "第"):
        figure.ordinal = True
    if before in LOOK_BACK:
        op, figure.approximate, currency, figure.start = _look_back(folded, position, floor)
        if op and not figure.op:
            figure.op = op
        if currency and not figure.unit:
            figure.unit = "元"


def _negate(figure: Figure) -> None:
    if figure.number is not None:
        figure.number = EXACT.minus(figure.number)
    if figure.low is not None and figure.high is not None:
        figure.low, figure.high = EXACT.minus(figure.high), EXACT.minus(figure.low)


def _look_back(folded: str, at: int, floor: int) -> tuple[str, str, bool, int]:
    """→ (op, 约 or 近, whether a currency stands there, where these words begin)"""
    op = approximate = ""
    currency = False
    begin = position = at
    for _ in range(6):
        if position <= floor:
            break
        last = folded[position - 1]
        entry = next((entry for entry in BEFORE.get(last, ()) if folded.endswith(entry[0], floor, position)), None)
        if entry is None:
            if last not in FILLERS:
                break
            position -= 1
            continue
        word, meaning = entry
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
    """以上, 以内, 左右 … behind the figure; a comparator before it wins, except 控制在, which both may follow, and "="
    (=90%以上: a form whose sign column says "=" and whose unit says the rest)."""
    op = AFTER_OPS[after]
    if op == "约":
        figure.approximate = figure.approximate or op
        return
    if folded.startswith("控制在", figure.start):
        figure.op, figure.start = "", figure.start + 3
    if figure.op == "±":
        return
    if not figure.op or figure.op == "=":
        figure.op = STRICT[op] if strict else op


def _find_unit(figure: Figure, folded: str, cell: bool) -> None:
    """The unit of a figure that has none right behind it: in brackets beside it; in a cell any short word."""
    end = figure.end
    found = None
    if folded.startswith("(", end):
        brackets = IN_BRACKETS.match(folded, end)
        found = _scaled_unit(brackets[1]) if brackets else None
        if found and brackets:
            figure.end = brackets.end()
    if found is None and figure.start and folded[figure.start - 1] in "):":
        brackets = IN_BRACKETS_BEFORE.search(folded[max(0, figure.start - 16) : figure.start])
        found = _scaled_unit(brackets[1]) if brackets else None
    if found is not None:
        figure.unit, exponent = found
        if exponent:
            shift(figure, exponent)
        return
    if cell and not figure.chinese:
        other = OTHER_UNIT.match(folded, end)
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
    if figure.unit in _CALENDAR or (bare and following in DATE_WORDS):
        if _is_date(figure, core, start, folded, cell, following):
            figure.date = True
            return
        if figure.unit == "日" and not figure.op:
            figure.weak = True
            figure.accepted = cell
            return
    if figure.chinese:
        if folded[start - 1 : start] in QUOTES or NO_FIGURE.match(folded, start):
            return
        if core in _SOLO_FORMAL and not figure.exact and len(folded) > 1 and not _SOLO_SUM.match(folded, start + 1):
            return
        if only_scale and not figure.op and not figure.approximate:
            return
    if not bare:
        if figure.unit in RANKED and folded[start - 1 : start] == "前":
            figure.ordinal = True
            return
        figure.weak = core in ("一", "二") and figure.unit not in _MEASURES
        figure.accepted = True
        return
    if following and following in LETTERS:
        figure.damaged = True
        return
    before = folded[start - 1 : start]
    if "/" in (before, following):
        return  # 3/5
    if (following == ":" and folded[end + 1 : end + 2].isdigit()) or (before == ":" and folded[start - 2 : start - 1].isdigit()):
        return  # 8:30, 1:3
    if figure.op or figure.approximate:
        figure.accepted = True
    elif figure.chinese:
        figure.accepted = _is_bare_numeral(core, figure.start, end, folded, cell)
    elif cell:
        figure.date = YEAR_MONTH.match(core) is not None
        figure.accepted = not figure.date
        figure.weak = "一" <= following <= "龥"
    elif figure.scale > 1 or "," in core:
        figure.accepted = True
    elif "." in core:
        figure.date = YEAR_MONTH.match(core) is not None
        figure.accepted = not figure.date and not _is_numbering(start, folded, following)
    else:
        figure.accepted = _is_counted(core, start, folded, following)


def _is_date(figure: Figure, core: str, start: int, folded: str, cell: bool, following: str) -> bool:
    if figure.unit == "年" and figure.chinese and len(core) == 1 and not figure.op:
        # 三年来, 近三年, 三年累计 are periods; 期限三年 is a figure.
        return folded[start - 1 : start] in _AROUND_NOW or "一" <= following <= "龥"
    if figure.unit == "年":
        # 2021年, 二〇二一年
        written_year = len(core) == 4 and core[:2] in ("19", "20", "二〇", "二零", "一九")
        return written_year or (not figure.op and folded[start - 1 : start] in _AROUND_NOW)
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
    alone = start < 4 and len(folded) - end < 4 and not folded[:start].strip(" (") and not folded[end:].strip(" )。.,;")
    if cell and alone:
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
    if "一" <= following <= "龥" or (len(core) == 4 and core[:2] in ("19", "20")) or len(core) > 9:
        return False
    words = folded[max(0, start - 8) : start]
    return COUNTED_BEFORE.search(words) is not None and NUMBERED_BEFORE.search(words) is None


def _join(left: Figure, right: Figure, folded: str, cell: bool) -> Figure | None:
    """Two figures as the ends of one range, or None where they are two."""
    gap = folded[left.end : right.start].strip(" ")
    if gap in RANGES:
        between = left.op in _OPEN_OPS and not right.op
    elif gap in BETWEEN:
        between = not left.op and not right.op and (right.unit in ("间", "間") or folded.startswith(_BETWEEN_ENDS, right.end))
    elif right.op == "±" and not gap:
        return _plus_minus(left, right)
    elif gap in ALSO and {left.op, right.op} in _BOTH_BOUNDS:
        between = True  # ≥60且≤80, 小于20大于10
    else:
        return None
    if not between:
        return None
    if right.unit == "日" and folded[left.start - 1 : left.start] == "月":
        right.date = True  # 6月11至12日
    if left.ordinal or right.date or left.date or left.damaged or right.damaged:
        right.start = left.start
        right.ordinal = right.ordinal or left.ordinal
        right.date = right.date or left.date
        right.damaged = right.damaged or left.damaged
        right.accepted = False
        return right
    if left.number is None or right.number is None or left.is_range or right.is_range:
        return None
    if gap in BETWEEN and right.unit in ("间", "間"):
        right.unit = ""
    if left.op and right.op and (left.op in "≥>") != (left.number <= right.number):
        return None  # ≤5%、≥90%: two demands, no range
    if left.unit and right.unit and unit_key(left.unit) != unit_key(right.unit):
        return None
    low, high = left.number, right.number
    if not left.unit:
        low = _with_scale_of(left, right)
    if low > high:
        if not right.unit and gap in RANGES:
            return None
        low, high = high, low
    if not left.unit and not right.unit and not left.scale and not right.scale and not left.op:
        if left.place == right.place == 0 and _are_years(low, high):
            right.date, right.accepted, right.start = True, False, left.start
            return right
        code = folded[left.start] == "0" and left.place == 0 and left.end - left.start > 1
        named = gap in BETWEEN or folded.startswith(_BETWEEN_ENDS[:2], right.end)
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
    for word in _BETWEEN_ENDS:
        if folded.startswith(word, right.end) and (word[0] == "之" or gap in BETWEEN):
            right.end += len(word)
            break
    for word in LEAD_IN:
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
    """10±2厘米: the ends that the tolerance leaves."""
    if left.number is None or right.number is None or (left.unit and unit_key(left.unit) != unit_key(right.unit)):
        return None
    right.low, right.high = EXACT.subtract(left.number, right.number), EXACT.add(left.number, right.number)
    right.op, right.number, right.start, right.accepted = "between", None, left.start, True
    return right


def _are_years(low: Decimal, high: Decimal) -> bool:
    return 1900 <= low <= high <= 2100
