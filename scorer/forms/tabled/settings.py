"""What a set says beside its tree, as rows of 项目 | 内容: the same table of words writes and reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from scorer.forms.tabled.rule_cells import (
    NotUnderstoodError,
    cap_of_cell,
    cell_of_caps,
    cell_of_rule,
    figure,
    number,
    quoted,
    quoted_texts,
    rule_of_cell,
    share,
    split,
)
from scorer.forms.tabled.skeleton import Unread
from scorer.model import Cell
from scorer.naming import fold
from scorer.rules import ExecutionCap
from scorer.sets import Grade, IndicatorSet
from scorer.sets.schema import EVIDENCE_WORDS

HEAD = ("项目", "内容")
LABELS = {
    "标识": ("id",),
    "名称": ("title",),
    "版本": ("version",),
    "依据": ("basis",),
    "来源": ("evidence",),
    "起始年度": ("since",),
    "截止年度": ("until",),
    "说明": ("note",),
    "满分": ("full",),
    "计分": ("points",),
    "评分标准": ("rule",),
    "文字的评分标准": ("text_rule",),
    "超额须说明的界限": ("over_achieved",),
    "等级": ("grade",),
    "总分按执行率封顶": ("execution_cap",),
    "预算执行率的依据": ("execution", "basis"),
    "预算执行率的来源": ("execution", "evidence"),
    "执行率须说明的界限": ("thresholds", "execution_explained"),
    "单项分值过大的界限": ("thresholds", "concentrated_weight"),
    "取整允差": ("thresholds", "rounding"),
    "必有类别": ("thresholds", "required_categories"),
    "认表用的列名": ("recognition", "words"),
    "认表用的标题": ("recognition", "title"),
    "认表排除的标题": ("recognition", "excluded_title"),
    "认表用的地名": ("recognition", "places"),
    "表上的列名": ("form", "columns"),
    "表上资金的列名": ("form", "funds"),
    "表上资金的单位": ("form", "unit"),
}
"""The label of a row → the key of the set file."""

TEXTS = frozenset(
    {
        ("thresholds", "required_categories"),
        *(("recognition", key) for key in ("words", "title", "excluded_title", "places")),
    }
)
_GRADE = re.compile(r"(.+?)\s*(?:≥|>=|不低于)\s*([0-9.]+)")
_COLUMN = re.compile(r"([a-z]+)\s*[=＝]\s*(.+)")


def rows_of(one: IndicatorSet) -> list[tuple[str, str]]:
    """The rows of a set; what it leaves at its default is left out."""
    rows = [("标识", one.id), ("名称", one.title), ("版本", one.version), ("依据", one.basis), ("来源", EVIDENCE_WORDS[one.evidence])]
    rows += [(label, str(year)) for label, year in (("起始年度", one.since), ("截止年度", one.until)) if year is not None]
    if one.note:
        rows.append(("说明", one.note))
    rows += [("满分", figure(one.full)), ("计分", "是" if one.points else "否")]
    rows += [("评分标准", cell_of_rule(one.rule)), ("文字的评分标准", cell_of_rule(one.text_rule))]
    if one.over_achieved is not None:
        rows.append(("超额须说明的界限", share(one.over_achieved)))
    if one.grades:
        rows.append(("等级", "；".join(f"{grade.name} ≥ {figure(grade.start)}{_end(grade)}" for grade in one.grades)))
    if one.execution_cap is not None:
        rows.append(("总分按执行率封顶", cell_of_caps(one.execution_cap.caps)))
    for label, path in LABELS.items():
        if len(path) == 2:
            table, key = path
            part: BaseModel = getattr(one, table)
            value = getattr(part, key)
            if repr(value) != repr(type(part).model_fields[key].get_default(call_default_factory=True)):
                rows.append((label, _words(key, value)))
    return rows


def _end(grade: Grade) -> str:
    return "" if grade.end is None else f" ＜ {figure(grade.end)}"


def _words(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return "".join(quoted(text) for text in value)
    if isinstance(value, Mapping):
        return "；".join(f"{key}={quoted(text)}" for key, text in value.items())
    if isinstance(value, Decimal):
        return share(value) if name == "execution_explained" else figure(value)
    return EVIDENCE_WORDS.get(value, str(value)) if name == "evidence" else str(value)


def read_settings(rows: Iterable[tuple[Cell, Cell]], unread: list[Unread]) -> dict[str, Any]:
    """The keys of a set file that the rows state; a row that is not understood is listed in `unread`."""
    found: dict[str, Any] = {}
    for name, cell in rows:
        path = LABELS.get(fold(name.text))
        if path is None:
            unread.append(Unread.of(name, "不认识这个项目，没有采用"))
            continue
        try:
            value = quoted_texts(cell.text) if path in TEXTS else _value(path[-1], cell.text.strip())
        except NotUnderstoodError as error:
            unread.append(Unread.of(cell, f"{fold(name.text)}：{error}"))
            continue
        table = found if len(path) == 1 else found.setdefault(path[0], {})
        table[path[-1]] = value
    return found


def _value(name: str, text: str) -> Any:
    if name in ("since", "until"):
        if not re.fullmatch(r"(?:19|20)[0-9]{2}年?", text):
            raise NotUnderstoodError(f"“{text}”不是年度")
        return int(text[:4])
    if name in ("full", "over_achieved", "execution_explained", "concentrated_weight", "rounding"):
        return number(text)
    if name == "points":
        return yes_or_no(text)
    if name == "evidence":
        return evidence_of(text)
    if name in ("rule", "text_rule"):
        rule = rule_of_cell(text)
        if rule is None:
            raise NotUnderstoodError(f"“{text}”不是计分规则的名称；有哪些见 scorer explain")
        return rule
    if name == "grade":
        return [_grade(part) for part in split(text, "；;、，,")]
    if name == "execution_cap":
        try:
            return ExecutionCap.model_validate({"caps": cap_of_cell(text)})
        except ValidationError as error:
            raise NotUnderstoodError(f"“{text}”写法不对") from error
    if name in ("columns", "funds"):
        return dict(_column(part) for part in split(text, "；;"))
    return text


def _grade(text: str) -> dict[str, Any]:
    start, _, end = text.replace("<", "＜").partition("＜")
    found = _GRADE.fullmatch(start.strip())
    if not found:
        raise NotUnderstoodError(f"“{text}”不是等级，写法如 优 ≥ 90；良 ≥ 80")
    grade: dict[str, Any] = {"name": found[1].strip(), "from": number(found[2])}
    if end:
        grade["to"] = number(end)
    return grade


def _column(text: str) -> tuple[str, str]:
    found = _COLUMN.fullmatch(text)
    if not found:
        raise NotUnderstoodError(f"“{text}”不是列名，写法如 target=“年度指标值”")
    return found[1], "".join(quoted_texts(found[2]))


def yes_or_no(text: str) -> bool:
    """是 or 否.

    Raises:
        NotUnderstoodError: neither.
    """
    if text not in ("是", "否"):
        raise NotUnderstoodError(f"只能写 是 或 否，写的是“{text}”")
    return text == "是"


def evidence_of(text: str) -> str:
    """official, published-form or unconfirmed, from its Chinese words.

    Raises:
        NotUnderstoodError: none of them.
    """
    words = {chinese: name for name, chinese in EVIDENCE_WORDS.items()} | {name: name for name in EVIDENCE_WORDS}
    if text not in words:
        raise NotUnderstoodError(f"来源只能写 {'、'.join(EVIDENCE_WORDS.values())}，写的是“{text}”")
    return words[text]
