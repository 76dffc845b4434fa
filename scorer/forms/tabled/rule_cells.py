"""A scoring rule as the words of one cell, and back, without loss.

``每档扣分（档宽 5；扣分 2；界限 100；方向 反向）`` is what `cell_of_rule` writes; `rule_of_cell` reads it, whatever the
width of its punctuation. Parameters at their defaults are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from scorer.rules import RULES, Overshoot, Rule, Step, Tier
from scorer.rules.totals import CapStep

LABELS = {
    "direction": "方向",
    "inapplicable": "不涉及时",
    "overshoot": "超额",
    "pass": "及格线",
    "tolerance": "允差",
    "otherwise": "不符时",
    "measure": "按",
    "bands": "各档",
    "start": "计分起点",
    "yes": "做到",
    "no": "没有做到",
    "partly": "部分做到",
    "partly_share": "部分做到得",
    "tiers": "各档",
    "reason": "原因",
    "deduct": "扣分",
    "limit": "界限",
    "either_side": "两侧都扣",
    "partial": "不足一个",
    "step": "档宽",
    "count": "完成值是",
    "per_day": "每逾期一天扣分",
}
"""Parameter as TOML names it → what the cell calls it."""

CHOICES = {
    "direction": {"auto": "由目标值定", "forward": "正向", "reverse": "反向"},
    "inapplicable": {"leave-out": "剔除", "full": "得满分"},
    "otherwise": {"zero": "不得分", "proportion": "按比例"},
    "measure": {"actual": "完成值", "ratio": "比值", "difference": "差值"},
    "partial": {"proportional": "按比例", "floor": "不计", "ceil": "算一个"},
    "count": {"missing": "缺少的项数", "done": "完成的项数"},
}
PERCENTS = frozenset({"pass", "partly_share", "start"})
TITLES = {rule.title: kind for kind, rule in RULES.items()}

_RULE = re.compile(r"([\u4e00-\u9fff]+)(?:[（(](.*)[)）])?", re.DOTALL)
_QUOTED = re.compile(r"[“\"]((?:[^”\"\\]|\\.)*)[”\"]", re.DOTALL)
_START = re.compile(r"(其余|[≥＞>])\s*([0-9.]+\s*[%％]?)?")
_AWARD = re.compile(r"([0-9.]+)\s*([%％]|分)")
_OVERSHOOT = re.compile(r"达到目标\s*([0-9.]+\s*[%％]?)\s*扣\s*([0-9.]+)\s*分")


class NotUnderstoodError(ValueError):
    """What a cell says is no rule; the message says in Chinese which part."""


def figure(value: Decimal) -> str:
    """An exact figure without exponent, its zeros as written."""
    return f"{value:f}"


def share(value: Decimal) -> str:
    """A share as it was written: 60% for 0.60, 0.6 for 0.6."""
    exponent = value.as_tuple().exponent
    return f"{figure(value.scaleb(2))}%" if isinstance(exponent, int) and exponent <= -2 else figure(value)


def quoted(text: str) -> str:
    return "“" + re.sub(r"[\\”\"]", lambda found: "\\" + found[0], text) + "”"


def quoted_texts(text: str) -> tuple[str, ...]:
    """The texts between quotation marks, one behind the other.

    Raises:
        NotUnderstoodError: something stands outside the marks.
    """
    outside = re.sub(r"[\s、,，]+", "", _QUOTED.sub("", text))
    if outside:
        raise NotUnderstoodError(f"“{outside}”没有放在引号里，写法如 “甲”“乙”")
    return tuple(re.sub(r"\\(.)", r"\1", found, flags=re.DOTALL) for found in _QUOTED.findall(text))


# ------------------------------------------------------------------------------------------------------- rule → words


def stated(model: Any) -> dict[str, Any]:
    """The parameters of a rule that differ from its defaults, were it only in how a figure is written, by TOML name."""
    found = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name != "kind" and repr(value) != repr(field.get_default(call_default_factory=True)):
            found[field.alias or name] = value
    return found


def cell_of_rule(rule: Rule) -> str:
    """What a cell says of a rule."""
    parts = [f"{LABELS[name]} {_value(name, value)}" for name, value in stated(rule).items()]
    return RULES[rule.kind].title + (f"（{'；'.join(parts)}）" if parts else "")


def _value(name: str, value: Any) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case str():
            return CHOICES[name][value] if name in CHOICES else quoted(value)
        case Decimal():
            return share(value) if name in PERCENTS else figure(value)
        case Overshoot():
            return f"达到目标 {share(value.ratio)} 扣 {figure(value.deduct)} 分"
        case (Step(), *_) | (CapStep(), *_) | (Tier(), *_):
            return "、".join(_line(step) for step in value)
        case tuple():
            return "".join(quoted(text) for text in value)
    raise TypeError(f"{name}: {value!r}")


def _line(step: Step | CapStep | Tier) -> str:
    if isinstance(step, Tier):
        return f"≥{share(step.start)} {''.join(quoted(word) for word in step.words)}".strip()
    start = "其余" if step.start is None else f"{'＞' if step.open else '≥'}{share(step.start)}"
    if isinstance(step, CapStep):
        return f"{start} " + ("不封顶" if step.cap is None else f"最高 {figure(step.cap)} 分")
    award = f"{figure(step.points)} 分" if step.points is not None else _percent(step.share or Decimal(0))
    return f"{start} 得 {award}"


def _percent(value: Decimal) -> str:
    """A share of the points, with as many places as it takes to be read back as it was written."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent <= -2:
        return share(value)
    return "满分" if value == 1 else f"比例 {figure(value)}"


# ------------------------------------------------------------------------------------------------------- words → rule


def rule_of_cell(text: str) -> Rule | None:
    """The rule that a cell names by its title; None where it begins with no rule's title, and so says something else.

    Raises:
        NotUnderstoodError: a rule is named and its parameters are not understood.
    """
    found = _RULE.fullmatch(text.strip())
    kind = TITLES.get(found[1]) if found else None
    if found is None or kind is None:
        return None
    raw: dict[str, Any] = {"kind": kind}
    names = {LABELS[field.alias or name]: field.alias or name for name, field in RULES[kind].model_fields.items() if name != "kind"}
    for part in split(found[2] or "", "；;"):
        label = next((label for label in sorted(names, key=len, reverse=True) if part.startswith(label)), "")
        if not label:
            raise NotUnderstoodError(f"“{part}”不是{found[1]}的参数；可写 {'、'.join(names)}")
        raw[names[label]] = _read(names[label], part[len(label) :].strip(" 　:：=＝"))
    try:
        return RULES[kind].model_validate(raw)
    except ValidationError as error:
        raise NotUnderstoodError(_fault(error)) from None


def _fault(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    label = LABELS.get(str(first["loc"][0]) if first["loc"] else "", "")
    words = str((first.get("ctx") or {}).get("error") or ("没有写" if first["type"] == "missing" else "数值不在允许的范围"))
    return f"{label}：{words}" if label else words


def split(text: str, marks: str) -> list[str]:
    """The parts of a text between separators that do not stand in quotation marks or brackets."""
    parts, current, depth, inside, passed = [], "", 0, False, False
    for letter in text:
        if passed:
            passed = False
        elif letter == "\\" and inside:
            passed = True
        elif letter == '"':
            inside = not inside
        elif letter in "“”":
            inside = letter == "“"
        elif letter in "（(" and not inside:
            depth += 1
        elif letter in "）)" and not inside:
            depth -= 1
        elif letter in marks and not inside and not depth:
            parts.append(current)
            current = ""
            continue
        current += letter
    return [part.strip() for part in (*parts, current) if part.strip()]


def _read(name: str, text: str) -> Any:
    if name in CHOICES:
        choices = {words: value for value, words in CHOICES[name].items()}
        if text not in choices:
            raise NotUnderstoodError(f"{LABELS[name]}只能写 {'、'.join(choices)}，写的是“{text}”")
        return choices[text]
    if name == "either_side":
        return text == "是"
    if name == "reason":
        return "".join(quoted_texts(text)) or text
    if name in ("yes", "no", "partly"):
        return quoted_texts(text)
    if name == "overshoot":
        found = _OVERSHOOT.fullmatch(text)
        if not found:
            raise NotUnderstoodError(f"超额的写法如 达到目标 130% 扣 2 分，写的是“{text}”")
        return {"ratio": number(found[1]), "deduct": number(found[2])}
    if name == "bands":
        return [_step(part) for part in split(text, "、")]
    if name == "tiers":
        return [_tier(part) for part in split(text, "、")]
    return number(text)


def number(text: str) -> Decimal:
    """A figure or a percentage of a cell.

    Raises:
        NotUnderstoodError: neither.
    """
    bare = text.strip().rstrip("分 ")
    try:
        value = Decimal(bare.rstrip("%％ "))
    except InvalidOperation:
        raise NotUnderstoodError(f"“{text}”不是数字") from None
    return value.scaleb(-2) if bare.endswith(("%", "％")) else value


def _start(text: str) -> tuple[dict[str, Any], str]:
    found = _START.match(text)
    if not found or (found[1] != "其余" and not found[2]):
        raise NotUnderstoodError(f"“{text}”不是一档，写法如 ≥95% 得 100%、其余 得 0 分")
    start: dict[str, Any] = {} if found[1] == "其余" else {"from": number(found[2])}
    if found[1] in ("＞", ">"):
        start["open"] = True
    return start, text[found.end() :].strip()


def _step(text: str) -> Mapping[str, Any]:
    step, award = _start(text)
    award = award.removeprefix("得").strip()
    if award == "满分":
        return {**step, "share": Decimal(1)}
    if award.startswith("比例"):
        return {**step, "share": number(award.removeprefix("比例"))}
    found = _AWARD.fullmatch(award)
    if not found:
        raise NotUnderstoodError(f"“{text}”没有写得分的比例或分数")
    return {**step, "points" if found[2] == "分" else "share": number(award)}


def _tier(text: str) -> Mapping[str, Any]:
    step, words = _start(text)
    return {"from": step.get("from", Decimal(0)), "words": quoted_texts(words)}


def cap_of_cell(text: str) -> list[Mapping[str, Any]]:
    """The steps of a cap on the total: ``≥70% 不封顶、其余 最高 80 分``.

    Raises:
        NotUnderstoodError: a step is written otherwise.
    """
    caps: list[Mapping[str, Any]] = []
    for part in split(text, "、"):
        step, words = _start(part)
        if words != "不封顶":
            step["cap"] = number(words.removeprefix("最高"))
        caps.append(step)
    return caps


def cell_of_caps(caps: tuple[CapStep, ...]) -> str:
    return "、".join(_line(step) for step in caps)
