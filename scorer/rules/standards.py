"""A scoring standard as tables print it (评分标准), read into a rule where its kind is beyond doubt.

``满意度≥95%得满分，每低于1个百分点扣0.5分，扣完为止`` is a deduction by points; ``95%以上得5分，90%-95%得3分，90%以下不得分``
a table of bands. A standard that asks for a person's judgement, or that can be read in two ways, gives no rule and says why.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from scorer.rules.deducted import Deadline, PerPoint, PerStep
from scorer.rules.judged import YesNo
from scorer.rules.measured import Bands, Proportion, Step
from scorer.rules.rule import Rule

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Standard:
    """What a printed standard says: a rule, or None and in Chinese why it is none."""

    rule: Rule | None
    why: str = ""


_NUMBER = r"([0-9]{1,6}(?:\.[0-9]{1,4})?)"


def _named(name: str) -> str:
    return _NUMBER.replace("(", f"(?P<{name}>", 1)


_GOAL = r"(?:年度|绩效|预期|计划|预定|设定)?(?:指标值|目标值|指标|目标|计划|任务|标准|要求|计划值)"
_DONE = r"(?:实际)?(?:完成|达成|执行|实现)"
_BY_SHARE = (
    rf"(?:按|按照|根据)(?:{_DONE})?(?:值|率|情况)?(?:与{_GOAL})?(?:的|之)?(?:{_DONE})?"
    r"(?:比例|比率|率|百分比)(?:计算|折算)?(?:得分|计分|赋分|给分|扣分|记分|评分)"
)
_WEIGHT = r"(?:本项|该项|该指标|指标|本指标)?(?:分值|权重分值|权重分|权重|标准分|满分)"
_REACHED = r"(?:完成|达到|达成|实现)"
_PROPORTION = re.compile(
    rf"(?:{_BY_SHARE}"
    rf"|(?:得分=)?(?:{_DONE}(?:值|数|数量|量)?|实际值|实际数)[/÷](?:{_GOAL}|计划数|目标数|计划完成数)(?:[*×]100%)?[*×]{_WEIGHT}"
    rf"|(?:得分=)?{_DONE}(?:率|比例)[*×]{_WEIGHT}"
    rf"|(?:全部|全面|按期)?{_REACHED}{_GOAL}的?,?(?:得|计)满分[,;。]"
    rf"(?:未|没有|不能|未能|否则)(?:全部)?{_REACHED}?(?:{_GOAL})?的?,?{_BY_SHARE})[。;]?"
)
_YES_NO = re.compile(
    rf"(?:(?:是|有)[,:]?|(?:全部|按期)?{_REACHED}{_GOAL})的?,?(?:得|计)(?:满分|{_NUMBER}分)[,;。]"
    rf"(?:否则|否|无|没有|未{_REACHED}(?:{_GOAL})?)[,:]?的?,?(?:不得分|(?:得|计)?0分|不计分)[。;]?"
)
_FULL = rf"的?,?(?:得|计|为)?(?:满分|{_named('named')}分)"
_LIMIT = (
    r"(?P<subject>[\u4e00-\u9fff]{0,12}?)"
    r"(?P<sign>≥|>=|大于等于|大于或等于|不低于|不少于|达到|达|=|等于|≤|<=|小于等于|小于或等于|不高于|不超过|控制在)?"
    rf"{_named('limit')}(?P<unit>%|个百分点|分|天|日|个|次|人|户|件|项)?(?:\(含\))?(?P<side>及?以上|及?以内|及?以下)?(?:\(含\))?"
)
_UNTIL = r"(?:[,;。]?(?:扣完为止|直至扣完|直到扣完|扣完本项分值为止|至0分为止|最低0分|最多扣至0分|不计负分))?[。;]?"
_DEDUCTION = re.compile(
    rf"(?:(?:(?:{_LIMIT})|(?:{_REACHED}{_GOAL})){_FULL}[,;。])?"
    rf"(?:未(?:完成|达到|达成)(?:的|{_GOAL}的?)?,?)?"
    r"每(?P<way>低于|低|减少|少|降低|下降|高于|高|超过|超出|超|增加|上升)"
    rf"(?:{_GOAL})?{_named('width')}?(?:%|个百分点|百分点|分|个|次|人|户|件|项)的?,?扣(?:减|除)?{_named('deduct')}分{_UNTIL}"
)
_LATE = re.compile(
    r"(?:(?:按时|按期|及时)完成的?,?(?:得|计)满分[,;。])?每?(?:逾期|延迟|超期|推迟|延期|晚)"
    rf"{_named('days')}?(?:天|日)的?,?扣{_named('deduct')}分{_UNTIL}"
)
_UPPER_LIMIT = re.compile("≤|<|小于|不高于|不超过|控制|内|下")
_INCLUDED = r"(?:\((不?)含(?:本数)?\))?"
_UNIT = r"(%|分|个|次|人|天|日|户|件|项)?"
_AWARD = (
    r"(?:的)?[,:]?(?:得|计|为|赋|给|扣)?(?:(?P<full>满分|全分)|(?P<none>不得分|不计分|零分)"
    r"|(?:(?:本项|该项|该指标|指标|本指标)?(?:分值|权重分值|权重分|权重|标准分|满分)(?:的|[*×]))?(?P<share>[0-9]{1,3}(?:\.[0-9]{1,2})?)%(?:的?(?:分值|权重分值|权重分|权重|分数|得分|分))?"
    r"|(?P<points>[0-9]{1,3}(?:\.[0-9]{1,2})?)分)"
)
_SUBJECT = r"([\u4e00-\u9fff]{0,12}?)(?:在)?"
_CONDITIONS = (
    ("between", rf"{_SUBJECT}{_NUMBER}{_UNIT}{_INCLUDED}(?:-|~|—|–|至|到){_NUMBER}{_UNIT}{_INCLUDED}(?:之间|以内)?{_INCLUDED}"),
    ("inside", rf"{_SUBJECT}{_NUMBER}{_UNIT}(≤|<|<=)(?:[A-Za-z]|[\u4e00-\u9fff]{{1,12}})(<|≤|<=){_NUMBER}{_UNIT}"),
    ("from", rf"{_SUBJECT}(?:≥|>=|大于等于|大于或等于|不低于|不少于|达到|达){_NUMBER}{_UNIT}{_INCLUDED}(?:及?以上)?"),
    ("above", rf"{_SUBJECT}(?:>|大于|高于|超过){_NUMBER}{_UNIT}"),
    ("over", rf"{_SUBJECT}{_NUMBER}{_UNIT}{_INCLUDED}及?以上{_INCLUDED}"),
    ("to", rf"{_SUBJECT}(?:≤|<=|小于等于|小于或等于|不高于|不超过){_NUMBER}{_UNIT}"),
    ("below", rf"{_SUBJECT}(?:<|小于|低于|不足|未达到|少于){_NUMBER}{_UNIT}"),
    ("under", rf"{_SUBJECT}{_NUMBER}{_UNIT}{_INCLUDED}以下{_INCLUDED}"),
    ("exact", rf"{_SUBJECT}(?:=|等于)?{_NUMBER}(%)"),
    ("rest", r"(?:否则|其余|其他|其他情况)"),
)
_CLAUSES = tuple((name, re.compile(condition + _AWARD)) for name, condition in _CONDITIONS)
_RATIO = frozenset({"完成率", "达成率", "完成比例", "任务完成率", "指标完成率", "目标完成率", "实际完成率"})


def read_standard(text: str, weight: Decimal | None = None) -> Standard:
    """The rule that a printed standard states for an indicator of `weight` points."""
    bare = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).strip()
    if not bare:
        return Standard(None, "没有写")
    if _PROPORTION.fullmatch(bare):
        return Standard(Proportion())
    if found := _YES_NO.fullmatch(bare):
        if found[1] and weight is not None and Decimal(found[1]) != weight:
            return Standard(None, f"写明得 {found[1]} 分，与分值 {weight} 不同")
        return Standard(YesNo())
    if found := _LATE.fullmatch(bare):
        return Standard(Deadline(per_day=Decimal(found["deduct"]) / Decimal(found["days"] or 1)))
    if found := _DEDUCTION.fullmatch(bare):
        return _deduction(found, weight)
    return _bands(bare, weight)


def _deduction(found: re.Match[str], weight: Decimal | None) -> Standard:
    if found["named"] and weight is not None and Decimal(found["named"]) != weight:
        return Standard(None, f"写明得 {found['named']} 分，与分值 {weight} 不同")
    reverse = found["way"][0] in "高超增上"
    said = (found["sign"] or "") + (found["side"] or "")
    if said.strip("=等于") and bool(_UPPER_LIMIT.search(said)) != reverse:
        return Standard(None, "满分的界限与扣分的方向相反，看不出怎样算")
    settings: dict[str, Any] = {
        "deduct": Decimal(found["deduct"]),
        "direction": "reverse" if reverse else "forward",
    }
    if found["limit"] is not None:
        limit = Decimal(found["limit"])
        if (found["unit"] or "") in ("天", "日"):
            return Standard(None, "以天计的界限，看不出从哪天起算")
        if found["subject"] in _RATIO:
            if limit != HUNDRED:
                return Standard(None, "完成率的界限不是 100%，每差一个百分点怎样算看不出")
            settings["measure"] = "ratio"
        else:
            settings["limit"] = limit
    width = Decimal(found["width"] or 1)
    return Standard(PerPoint(**settings) if width == 1 else PerStep(step=width, **settings))


@dataclass(frozen=True, slots=True)
class _Band:
    """One clause: from `low` (None: no end) to `high`, whether the ends were said to belong to it, and what it gives."""

    low: Decimal | None
    high: Decimal | None
    low_in: bool | None
    high_in: bool | None
    award: dict[str, Decimal]
    words: str


def _bands(bare: str, weight: Decimal | None) -> Standard:
    bands: list[_Band] = []
    subjects: set[str] = set()
    units: set[str] = set()
    at = 0
    while at < len(bare):
        for name, pattern in _CLAUSES:
            found = pattern.match(bare, at)
            if found and (found.end() == len(bare) or bare[found.end()] in ",;。、"):
                kind = name
                break
        else:
            return Standard(None, "不是能够计算的规则，须由人评分")
        if kind != "rest":
            subjects.add(found[1])
            units |= {unit for unit in (_units(found)) if unit}
        bands.append(_band(kind, found))
        at = found.end() + 1
    if len(bands) < 2 or len(units) > 1:
        return Standard(None, "只有一档，其余情况得多少分没有写" if len(bands) == 1 else "各档的单位不同")
    if len(subjects - {""}) > 1:
        return Standard(None, "各档说的不是同一个数")
    return _tiled(bands, next(iter(subjects - {""}), ""), "%" in units, weight)


def _units(found: re.Match[str]) -> list[str]:
    return [group for group in found.groups()[1:] if group in ("%", "分", "个", "次", "人", "天", "日", "户", "件", "项")]


def _band(kind: str, found: re.Match[str]) -> _Band:
    award = _award(found)
    words = found.group(0)
    numbers = [Decimal(group) for group in found.groups()[1:-4] if group and re.fullmatch(_NUMBER, group)] if kind != "rest" else []
    marks = [group for group in found.groups()[1:-4] if group in ("", "不")] if kind != "rest" else []
    if kind == "between":
        low, high = sorted(numbers)
        first, second = found[4], found[7] if found[7] is not None else found[8]
        ends = [None if mark is None else mark == "" for mark in (first, second)]
        if numbers[0] > numbers[1]:
            ends.reverse()
        return _Band(low, high, ends[0], ends[1], award, words)
    if kind == "inside":
        return _Band(numbers[0], numbers[1], found[4] != "<", found[5] != "<", award, words)
    said = None if not marks else marks[0] == ""
    match kind:
        case "from":
            return _Band(numbers[0], None, True, None, award, words)
        case "over":
            return _Band(numbers[0], None, True if said is None else said, None, award, words)
        case "above":
            return _Band(numbers[0], None, False, None, award, words)
        case "to":
            return _Band(None, numbers[0], None, True, award, words)
        case "below":
            return _Band(None, numbers[0], None, False, award, words)
        case "under":
            return _Band(None, numbers[0], None, said, award, words)
        case "exact":
            return _Band(numbers[0], numbers[0], True, True, award, words)
    return _Band(None, None, None, None, award, words)


def _award(found: re.Match[str]) -> dict[str, Decimal]:
    if found["full"]:
        return {"share": Decimal(1)}
    if found["none"]:
        return {"points": Decimal(0)}
    if found["share"]:
        return {"share": Decimal(found["share"]).scaleb(-2)}
    return {"points": Decimal(found["points"])}


def _tiled(bands: list[_Band], subject: str, percent: bool, weight: Decimal | None) -> Standard:
    """The bands as one table, where they follow one another without gap and without crossing."""
    rest = [band for band in bands if band.low is None and band.high is None]
    placed = sorted((band for band in bands if band not in rest), key=lambda band: -(band.low if band.low is not None else Decimal("-1E9")))
    if len(rest) > 1 or not placed:
        return Standard(None, "“其余”写了两次")
    top = placed[0]
    if top.high is not None and not (percent and top.high == HUNDRED):
        return Standard(None, f"{top.high} 以上得多少分没有写")
    steps: list[Step] = []
    for upper, lower in pairwise(placed):
        assert upper.low is not None  # only the last may be without one
        if lower.high is None or lower.high > upper.low:
            return Standard(None, f"各档交叉：“{upper.words}”与“{lower.words}”")
        if lower.high < upper.low:
            return Standard(None, f"各档之间有空档：“{upper.words}”与“{lower.words}”")
        if upper.low_in is True and lower.high_in is True:
            return Standard(None, f"各档交叉：{upper.low} 两档都包含（“{upper.words}”与“{lower.words}”）")
        opened = upper.low_in is False or (upper.low_in is None and lower.high_in is True)
        if opened and lower.high_in is False:
            return Standard(None, f"各档之间有空档：{upper.low} 不在任何一档（“{upper.words}”与“{lower.words}”）")
        steps.append(_step(upper, opened, percent and subject in _RATIO))
    last = placed[-1]
    if last.low is not None:
        steps.append(_step(last, last.low_in is False, percent and subject in _RATIO))
        if rest:
            steps.append(Step(**rest[0].award))
        elif last.low > 0:
            return Standard(None, f"{last.low} 以下得多少分没有写")
    else:
        if rest:
            return Standard(None, f"“其余”之外没有其余：“{last.words}”")
        steps.append(Step(**last.award))
    granted = max((step.points for step in steps if step.points is not None), default=Decimal(0))
    if weight is not None and granted > weight:
        return Standard(None, f"最高一档 {granted} 分，超过分值 {weight}")
    if subject in _RATIO and not percent:
        return Standard(None, "完成率没有写成百分比")
    return Standard(Bands(measure="ratio" if subject in _RATIO else "actual", bands=tuple(steps)))


def _step(band: _Band, opened: bool, ratio: bool) -> Step:
    assert band.low is not None
    start = band.low.scaleb(-2) if ratio else band.low
    return Step(**{"from": start}, open=opened, **band.award)
