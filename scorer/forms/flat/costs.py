"""What the columns of a form hold, and how badly a text fits one: the costs by which flattened rows are recovered.

A cost of 0 is a text where it belongs, 1 about the weight of an unusual one, 8 a text that cannot stand there. Costs
add up over a row, so that a whole row decides where an ambiguous line belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scorer.forms.layout import vocabulary

KindOf = Callable[[str, bool], str]

IMPOSSIBLE = 8.0
_MOST_POINTS = 120

_FIELD_KINDS = {
    "level1": "level", "level2": "level", "level3": "level", "level4": "level", "name": "name",
    "target": "target", "adjusted_target": "target", "sign": "sign", "unit": "measure", "actual": "actual",
    "weight": "weight", "share": "other", "claimed": "claimed", "own_score": "claimed", "reviewed": "reviewed",
    "coefficient": "coefficient", "reason": "reason", "standard": "standard", "evidence": "evidence",
    "threshold": "other", "number": "other", "remark": "reason", "known": "other",
}  # fmt: skip
_FUNDS_KINDS = {
    "initial": "amount", "budget": "amount", "midyear": "amount", "received": "amount", "executed": "amount",
    "subtotal": "amount", "rate": "rate", "weight": "weight", "claimed": "claimed", "reason": "reason",
    "known": "amount",
}  # fmt: skip
_WHOLE_WORDINGS = {word for words in vocabulary.COLUMNS.values() for word in words}
_WHOLE_FUNDS_WORDINGS = {word for words in vocabulary.FUNDS_COLUMNS.values() for word in words}

_ROOTS = "产出|效益|效果|满意度|成本|绩效|决策|过程|投入|管理|完成|社会满意度|投入管理|过程管理|长效管理|履职"
_FIRST_LEVEL = re.compile(rf"(?:项目|部门|预算|资金|整体)?(?:{_ROOTS})(?:指标|目标)?")
_SECOND_LEVEL = re.compile(
    r"(?:产出)?(?:数量|质量|时效|成本|经济成本|社会成本|生态环境成本|经济效益|社会效益|生态效益|环境效益|可持续(?:性)?影响|可持续发展"
    r"|(?:服务对象|受益对象|社会公众|群众|公众|主体|利益相关方)?满意度|满意度)(?:指标|目标)?等?"
)
_BRACKETS = re.compile(r"[(\[][^()\[\]]{0,12}[)\]]$")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.、]|[(][一二三四五六七八九十\d]{1,3}[)]|[一二三四五六七八九十]{1,3}、)")
_POINTS = re.compile(r"\d{1,5}(?:\.\d{1,6})?(?:分)?")
_AMOUNT = re.compile(r"[-−]?[\d,]{1,20}(?:\.\d{0,8})?(?:元|万元|亿元)?")
_PERCENT = re.compile(r"\d{1,9}(?:\.\d{1,6})?%")
_SIGN = re.compile(r"[≥≤=><≧≦]{1,2}|定性|定量|正向|反向|负向|正|负|(?:大于|小于)?等于|大于|小于|不低于|不高于")
_ABSENT = re.compile(r"[/—–\-\\无]{1,3}|不适用")
_COMPARED = re.compile(r"[≥≤=><≧≦]")
_CLOSING = re.compile(r"[)\]】」》]{1,3}")
_ALONE = frozenset("是否有无优良高中低好差强较")
_SIGNATURE = re.compile(r"注\d|第\d{1,4}页|-\d{1,4}-$|填报?人|联系人|联系电话|单位负责人")
_TAIL_LABELS = frozenset({"grade", "reason", "problems", "note", "known", "review_total"})
_MORE_TOTALS = re.compile(r"(?:合计|总计|总分|得分合计)(?:\(.{1,10}\))?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a flattened form.

    `rank` of a level column: 1 above 2 above the name, counted from the name; 0 for every other column. `early` marks a
    weight that stands before the name: it belongs to the level and is written once for many rows.
    `weighed` marks a level with such a weight, whose names carry no weight in brackets.
    """

    kind: str
    rank: int = 0
    early: bool = False
    weighed: bool = False


def bare(text: str) -> str:
    """The text without white space and with full-width forms folded: what wordings are compared by."""
    return vocabulary.squash(text)


def column_kind(key: str, joined: bool = False) -> str:
    """What a header cell of an indicator table announces, "" when it is no such header.

    `joined` says that the wording was put together from several lines: then it must be a whole wording of the lists.
    """
    if not key or len(key) > vocabulary.LONGEST_HEADING:
        return ""
    if joined and vocabulary.heading(key) not in _WHOLE_WORDINGS:
        return ""
    field = vocabulary.column_field(key)
    # An indicator may be named 完成率 or 是否达标 with more words around: such a column is known by its whole name only.
    if field in ("known", "remark", "threshold", "number") and vocabulary.heading(key) not in _WHOLE_WORDINGS:
        return ""
    return _FIELD_KINDS.get(field, "")


def funds_kind(key: str, joined: bool = False) -> str:
    """What a header cell of the money block announces, "" when it is no such header; `joined` as above."""
    if not key or len(key) > vocabulary.LONGEST_HEADING:
        return ""
    if joined and vocabulary.heading(key) not in _WHOLE_FUNDS_WORDINGS:
        return ""
    return _FUNDS_KINDS.get(vocabulary.funds_field(key), "")


def is_total(key: str) -> bool:
    """Whether a text names a row of totals or subtotals."""
    if len(key) > 24:
        return False
    return (
        vocabulary.label_field(key) == "total" or vocabulary.is_subtotal(key) or _MORE_TOTALS.fullmatch(key) is not None
    )


def is_tail(key: str) -> bool:
    """Whether a text is a label that stands, with its value, below the indicators (自评等级, 存在问题, 填报人)."""
    return len(key) <= 24 and vocabulary.label_field(key) in _TAIL_LABELS


def is_anchor(key: str) -> bool:
    """Whether a text is a label that stands above the indicators (项目名称, 项目资金, 年度总体目标)."""
    if not key or len(key) > vocabulary.LONGEST_HEADING:
        return False
    return vocabulary.label_field(key) not in ("", "note", "total") or vocabulary.is_funds_block(key)


def arrange(kinds: Sequence[str]) -> tuple[Column, ...]:
    """The columns of a header row from their kinds: the last level (or the name) holds the indicator's own name."""
    named = max((i for i, kind in enumerate(kinds) if kind in ("level", "name")), default=-1)
    first = 1 if kinds[0] == "name" and "level" in kinds else 0
    above = sum(kind in ("level", "name") for kind in kinds[first:named]) if named > 0 else 0
    columns = []
    seen = 0
    for position, kind in enumerate(kinds):
        if position == named:
            columns.append(Column("name"))
        elif kind == "name" and not position and "level" in kinds:
            columns.append(Column("label"))
        elif kind in ("level", "name"):
            rank = max(0, 2 - (above - 1 - seen)) if above else 0
            following = kinds[position + 1] if position + 1 < len(kinds) else ""
            columns.append(Column("level", rank, weighed=following == "weight"))
            seen += 1
        else:
            columns.append(Column(kind, early=kind == "weight" and position < named))
    return tuple(columns)


# ------------------------------------------------------------------------------------------------------------ costs

_MISSING = {
    "label": 0.1, "level": 0.5, "name": 4.0, "sign": 0.8, "measure": 0.8, "target": 1.5, "actual": 1.5, "weight": 1.5,
    "claimed": 1.5, "reviewed": 0.3, "coefficient": 1.0, "reason": 0.2, "standard": 0.3, "evidence": 0.2, "other": 0.6,
    "funds": 1.5, "amount": 1.0, "rate": 0.8, "goal": 1.0,
}  # fmt: skip
_BLANK = {
    "label": 0.0, "level": 0.1, "name": 4.0, "sign": 0.3, "measure": 0.1, "target": 0.5, "actual": 0.4, "weight": 0.5,
    "claimed": 0.4, "reviewed": 0.0, "coefficient": 0.5, "reason": 0.0, "standard": 0.2, "evidence": 0.0, "other": 0.3,
    "funds": 1.0, "amount": 0.4, "rate": 0.3, "goal": 0.8,
}  # fmt: skip


def missing_cost(column: Column) -> float:
    """The cost of a cell of which not even an empty line is left."""
    return 0.3 if column.early else _MISSING[column.kind]


def blank_cost(column: Column) -> float:
    """The cost of a cell that is an empty line."""
    return 0.0 if column.early else _BLANK[column.kind]


def misfit(column: Column, key: str) -> float:
    """The cost of a text in a column. `key` is the `bare` text, never empty."""
    if _CLOSING.fullmatch(key) or _SIGNATURE.match(key) or (len(key) > 2 and vocabulary.is_note(key)):
        return IMPOSSIBLE
    kind = column.kind
    if kind in ("weight", "claimed", "reviewed", "coefficient"):
        return _points_misfit(kind, key)
    if kind in ("amount", "rate"):
        if _AMOUNT.fullmatch(key):
            return 0.0 if kind == "amount" else 0.6
        if _PERCENT.fullmatch(key):
            return 0.0 if kind == "rate" else 1.5
        return 0.8 if _ABSENT.fullmatch(key) else 4.0 + _length(key)
    if kind == "sign":
        return 0.0 if _SIGN.fullmatch(key) else 5.0 + _length(key)
    if kind == "measure":
        if any(character.isdigit() for character in key):
            return 5.0
        return 0.0 if len(key) <= 6 else 3.0 + _length(key)
    if kind in ("level", "name"):
        return _name_misfit(column, key)
    if kind in ("target", "actual"):
        title = _title(key)
        if title.endswith("指标") and (_FIRST_LEVEL.fullmatch(title) or _SECOND_LEVEL.fullmatch(title)):
            return 5.0
        if _SIGN.fullmatch(key) and not _ABSENT.fullmatch(key):
            return 2.0
        if len(key) == 1 and not key.isdigit() and key not in _ALONE:
            return 1.0
        return (0.0 if any(character.isdigit() for character in key) else 0.2) + 0.75 * _prose(key)
    if kind == "other":
        return 0.3 + _length(key)
    if kind in ("reason", "standard", "evidence"):
        if key == "0":
            return 1.0
        if _POINTS.fullmatch(key) or _PERCENT.fullmatch(key):
            return 4.0
        if _title(key).endswith("指标"):
            return 4.0
        return 0.3 if len(key) > 3 or _ABSENT.fullmatch(key) else 1.2
    if kind == "label":
        # the block's own heading, repeated beside every source
        return 0.2 if vocabulary.is_funds_block(key) else 2.0 + _length(key)
    if kind == "funds":
        return 3.0 if _AMOUNT.fullmatch(key) or _PERCENT.fullmatch(key) else 0.1 + max(0.0, (len(key) - 20) / 20)
    return 2.0 if len(key) < 4 else 0.0


def _points_misfit(kind: str, key: str) -> float:
    if _POINTS.fullmatch(key):
        return 0.0 if len(key) < 6 and int(key.rstrip("分").split(".")[0]) <= _MOST_POINTS else 2.5
    if _ABSENT.fullmatch(key):
        return 1.0
    if _PERCENT.fullmatch(key):
        return 0.5 if kind == "coefficient" else 2.5
    return IMPOSSIBLE


def _name_misfit(column: Column, key: str) -> float:
    if _POINTS.fullmatch(key) or _PERCENT.fullmatch(key) or _COMPARED.match(key):
        return IMPOSSIBLE
    title = _title(key)
    is_first, is_second = _FIRST_LEVEL.fullmatch(title), _SECOND_LEVEL.fullmatch(title)
    if column.kind == "name":
        return (2.0 if is_first or is_second else 0.0) + (0.4 if _ABSENT.fullmatch(key) else 0.0) + _prose(key)
    bracketed = title != _NUMBERING.sub("", key)
    penalty = 2.0 if column.weighed and bracketed else 0.0
    if column.rank == 1:
        known = -1.0 if is_first else 2.0 if is_second else 0.3 if title.endswith("指标") else 0.8 if bracketed else 1.8
    elif column.rank == 2:
        known = -1.0 if is_second else 1.0 if is_first else 0.3 if title.endswith("指标") else 1.2 if bracketed else 1.5
    else:
        known = 0.5 if is_first or bracketed else 1.5
    return known + penalty + 2 * _prose(key)


def _title(key: str) -> str:
    """A level's name without its numbering and the weight in brackets."""
    return _BRACKETS.sub("", _NUMBERING.sub("", key))


def _length(key: str) -> float:
    return min(4.0, len(key) / 20)


def _prose(key: str) -> float:
    """Sentences stand in reasons and goals, seldom in the other cells; headings of a report never."""
    cost = max(0.0, (len(key) - 40) / 40)
    if key.endswith((";", "。", ":")):
        cost += 0.8
    if len(key) > 8 and key[1:2] == "、" and key[0] in "一二三四五六七八九十":
        cost += 2.0
    return cost


_BREAKS_OFF = re.compile(r"[,、;(/和及的与或等对在为按至以]$")
_DAY = re.compile(r"\d{1,2}日")
_WHOLE_VALUE = re.compile(
    r"(?:已|按[时期]|基本|全部|均已?)?完成|(?:基本)?达[标到]|健全|有效|(?:有[效所]|逐步|持续|明显|显著|不断)?(?:提升|提高|改善|增强)|稳定|良好|合[格规]|及时"
)
_GOES_ON = re.compile(r"[)、,。;:/]")
_BRACKET_START = re.compile(r"\(\d{1,3}(?:\.\d{1,2})?分?\)?$")


def continuation(column: Column, previous: str, key: str) -> float:
    """The cost of a line being the rest of the line before it, in the same cell. Both texts are `bare`."""
    joined = previous + key
    kind = column.kind
    if previous.count("(") > previous.count(")") and ")" in key:
        return 0.1
    if _BRACKET_START.match(key) and kind in ("level", "name", "target"):
        return 0.3
    if kind in ("weight", "claimed", "reviewed", "coefficient", "amount", "rate", "sign", "measure", "label"):
        return 4.0
    if _ABSENT.fullmatch(key) or _ABSENT.fullmatch(previous):
        return 3.0
    if kind == "level" and key in ("指标", "目标"):
        return -0.5
    if kind == "level" and previous.endswith((")", "指标")):
        return 3.0
    if kind == "level" and _SECOND_LEVEL.fullmatch(_title(joined)):
        return -1.5 if not _SECOND_LEVEL.fullmatch(_title(previous)) else 0.2
    if kind == "level" and _FIRST_LEVEL.fullmatch(_title(joined)) and not _FIRST_LEVEL.fullmatch(_title(previous)):
        return -0.5
    if _GOES_ON.match(key) and not previous.endswith("。"):
        return 0.3
    if _BREAKS_OFF.search(previous):
        return 0.3
    if previous.endswith(("。", ";")):
        return 0.6 if kind == "goal" and len(key) > 2 and key[0].isdigit() else 3.0
    if kind == "goal":
        return 0.8 if len(previous) >= 8 else 2.5
    if previous.endswith("月") and _DAY.match(key):
        return 0.1
    if _POINTS.fullmatch(key) or _PERCENT.fullmatch(key) or _COMPARED.match(key):
        return 4.0
    if _WHOLE_VALUE.fullmatch(key) or (kind == "name" and previous.endswith(")")):
        return 3.0
    if len(key) == 1:
        return 3.0 if key in _ALONE else 0.8
    return 1.2 if len(previous) >= 10 else 2.2 if len(previous) >= 6 else 3.5
