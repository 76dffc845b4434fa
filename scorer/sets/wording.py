"""Sets in words: one tree as rows, the faults of files, what differs between two sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from scorer.naming import normalize_name
from scorer.rules import RULES, Overshoot, Rule, Step, Tier
from scorer.rules.totals import CapStep
from scorer.sets.faults import Fault, SetError
from scorer.sets.indicator import Indicator, IndicatorSet
from scorer.sets.loading import build
from scorer.sets.schema import EVIDENCE_WORDS
from scorer.sets.sources import locate


@dataclass(frozen=True, slots=True)
class SetRow:
    """One row of `scorer sets show`. `level` from 1 indents the name; `weight` is "" where the form gives it."""

    code: str
    level: int
    name: str
    weight: str
    rule: str
    text_rule: str
    basis: str
    evidence: str
    note: str


def number_words(value: Decimal | None) -> str:
    """An exact figure without superfluous zeros, "" for None."""
    return "" if value is None else f"{value.normalize():f}"


def share_words(value: Decimal) -> str:
    return f"{number_words(value * 100)}%"


_PARAMETERS: dict[str, str | dict[str, str]] = {
    "direction": {"forward": "正向", "reverse": "反向"},
    "inapplicable": {"full": "不涉及得满分"},
    "measure": {"ratio": "按与目标（界限）之比"},
    "partial": {"floor": "不足一个不计", "ceil": "不足一个算一个", "proportional": "不足一个按比例"},
    "otherwise": {"proportion": "不符的按比例"},
    "count": {"done": "按完成项数"},
    "limit": "界限 {}",
    "step": "每 {} 一档",
    "deduct": "扣 {} 分",
    "per_day": "每逾期一天扣 {} 分",
    "tolerance": "允差 {}",
    "partly_share": "部分做到得 {}",
    "yes": "做到：{}",
    "no": "没有做到：{}",
    "partly": "部分做到：{}",
}


def rule_words(rule: Rule) -> str:
    """A rule with the parameters that differ from its defaults: 每百分点扣分（扣 0.5 分，界限 100）."""
    parts = []
    shares = getattr(rule, "measure", "") == "ratio"
    for name, field in type(rule).model_fields.items():
        value = getattr(rule, name)
        told = name == "tiers" or value != field.get_default(call_default_factory=True)
        if name != "kind" and told:
            pattern = _PARAMETERS.get(name, "{}")
            words = _value_words(value, shares=shares)
            parts.append(pattern.get(words, words) if isinstance(pattern, dict) else pattern.format(words))
    return RULES[rule.kind].title + (f"（{'，'.join(parts)}）" if parts else "")


def _value_words(value: object, *, shares: bool = False) -> str:
    match value:
        case (Tier(), *_):
            return _tier_words(tier for tier in value if isinstance(tier, Tier))
        case Step():
            award = f"{number_words(value.points)} 分" if value.share is None else share_words(value.share)
            return f"{_from_words(value.start, value.open, shares=shares)}得 {award}"
        case CapStep():
            cap = "不封顶" if value.cap is None else f"最高 {number_words(value.cap)} 分"
            return f"{_from_words(value.start, value.open, shares=True)}{cap}"
        case Overshoot():
            return f"达到目标 {share_words(value.ratio)} 扣 {number_words(value.deduct)} 分"
        case tuple():
            return "、".join(_value_words(item, shares=shares) for item in value)
        case Decimal():
            return number_words(value)
    return str(value)


def _tier_words(tiers: Iterable[Tier]) -> str:
    """100%—80%、80%—60%、60%—0%, each with its lower end."""
    parts, above = [], Decimal(1)
    for tier in tiers:
        parts.append(f"{share_words(above)}—{share_words(tier.start)}")
        above = tier.start
    return "、".join(parts)


def _from_words(start: Decimal | None, above: bool, *, shares: bool = False) -> str:
    if start is None:
        return "其余 "
    return f"{'＞' if above else '≥'}{share_words(start) if shares else number_words(start)} "


def describe_set(indicators: IndicatorSet) -> list[SetRow]:
    """The tree as rows in the order of the codes, the 预算执行率 first where it carries points."""
    rows = []
    if indicators.execution.weight:
        execution = indicators.execution
        rows.append(
            SetRow(
                code="",
                level=1,
                name="预算执行率",
                weight=number_words(execution.weight),
                rule=rule_words(execution.rule),
                text_rule="",
                basis=execution.basis or indicators.basis,
                evidence=EVIDENCE_WORDS[execution.evidence or indicators.evidence],
                note="",
            )
        )
    for item in indicators.walk():
        rows.append(
            SetRow(
                code=item.code,
                level=item.level,
                name=item.name + ("（表内不列）" if item.group else ""),
                weight=number_words(item.weight),
                rule=rule_words(item.rule) if item.leaf and indicators.points else "",
                text_rule=rule_words(item.text_rule) if item.leaf and indicators.points else "",
                basis=item.basis,
                evidence=EVIDENCE_WORDS[item.evidence],
                note="；".join(part for part in (_openness(item), item.note) if part),
            )
        )
    return rows


def _openness(item: Indicator) -> str:
    if item.open and item.leaf:
        return "下级由单位自定"
    return "可以没有" if item.optional else ""


# ------------------------------------------------------------------------------------------------------------ faults


def check_paths(paths: Iterable[str | Path]) -> list[Fault]:
    """Every fault of some files, folders or names of shipped sets; a folder stands for the .toml files below it."""
    faults: list[Fault] = []
    for given in paths:
        folder = Path(given)
        files: list[str | Path] = [given]
        if folder.is_dir():
            files = sorted(folder.rglob("*.toml"))
            if not files:
                faults.append(Fault(str(given), 0, "这个文件夹里没有 .toml 文件"))
        for file in files:
            try:
                build(locate(file))
            except SetError as error:
                faults += error.faults
    return list(dict.fromkeys(faults))


# ------------------------------------------------------------------------------------------------------- differences


def diff_sets(first: IndicatorSet, second: IndicatorSet) -> list[str]:
    """What differs, in words, from the first to the second; [] for two sets that score alike."""
    return [*_top_differences(first, second), *_tree_differences(first, second)]


def _top_differences(first: IndicatorSet, second: IndicatorSet) -> list[str]:
    def no_or(value: Decimal | None) -> str:
        return "无" if value is None else share_words(value)

    def years(one: IndicatorSet) -> str:
        since, until = (f"{one.since} 年起" if one.since else ""), (f"到 {one.until} 年止" if one.until else "")
        return "，".join(part for part in (since, until) if part) or "不限"

    def grades(one: IndicatorSet) -> str:
        return "、".join(f"{grade.name} ≥{number_words(grade.start)}" for grade in one.grades) or "无"

    def execution(one: IndicatorSet) -> str:
        return f"{number_words(one.execution.weight)} 分" if one.execution.weight else "不单列"

    def cap(one: IndicatorSet) -> str:
        return "无" if one.execution_cap is None else _value_words(one.execution_cap.caps)

    def limit(one: IndicatorSet) -> str:
        return number_words(one.thresholds.concentrated_weight) or "不限"

    pairs = (
        ("依据", first.basis, second.basis),
        ("来源", EVIDENCE_WORDS[first.evidence], EVIDENCE_WORDS[second.evidence]),
        ("适用年度", years(first), years(second)),
        ("是否计分", "计分" if first.points else "不计分", "计分" if second.points else "不计分"),
        ("满分", number_words(first.full), number_words(second.full)),
        ("等级", grades(first), grades(second)),
        ("数字的计分规则", rule_words(first.rule), rule_words(second.rule)),
        ("文字的计分规则", rule_words(first.text_rule), rule_words(second.text_rule)),
        ("超额完成须说明的界限", no_or(first.over_achieved), no_or(second.over_achieved)),
        ("预算执行率的分值", execution(first), execution(second)),
        ("预算执行率的规则", rule_words(first.execution.rule), rule_words(second.execution.rule)),
        ("总分按执行率封顶", cap(first), cap(second)),
        ("执行率须说明的界限", *(share_words(one.thresholds.execution_explained) for one in (first, second))),
        ("单项分值过大的界限", limit(first), limit(second)),
        ("取整允差", *(number_words(one.thresholds.rounding) for one in (first, second))),
        ("必有类别", *("、".join(one.thresholds.required_categories) or "无" for one in (first, second))),
    )
    return [f"{name}：{before} → {after}" for name, before, after in pairs if before != after]


def _tree_differences(first: IndicatorSet, second: IndicatorSet) -> list[str]:
    def by_path(one: IndicatorSet) -> dict[tuple[str, ...], Indicator]:
        return {tuple(normalize_name(name) for name in item.path): item for item in one.walk()}

    before, after = by_path(first), by_path(second)
    words = _only_in(first, before, after)
    for path, item in before.items():
        if path not in after:
            continue
        other, shown = after[path], "/".join(item.path)
        if item.weight != other.weight:
            words.append(f"“{shown}”的分值：{_or_own(item.weight)} → {_or_own(other.weight)}")
        if item.open != other.open:
            own = tuple("下级由单位自定" if one.open else "下级固定" for one in (item, other))
            words.append(f"“{shown}”：{own[0]} → {own[1]}")
        for name in ("rule", "text_rule"):
            one, two = getattr(item, name), getattr(other, name)
            if one != two and (one, two) != _inherited(name, path, before, after, (first, second)):
                what = "计分规则" if name == "rule" else "文字的计分规则"
                words.append(f"“{shown}”的{what}：{rule_words(one)} → {rule_words(two)}")
    return words + _only_in(second, after, before)


Tree = dict[tuple[str, ...], Indicator]


def _only_in(one: IndicatorSet, its: Tree, others: Tree) -> list[str]:
    """What only one of two sets has; what stands below such a level is counted, not listed."""
    words = []
    for path, item in its.items():
        if path in others or any(path[:depth] in its and path[:depth] not in others for depth in range(1, len(path))):
            continue
        below = sum(1 for other in its if len(other) > len(path) and other[: len(path)] == path)
        facts = [
            "表内不列" if item.group else "",
            f"{number_words(item.weight)} 分" if item.weight is not None else "",
            f"其下 {below} 项" if below else "",
        ]
        told = "，".join(fact for fact in facts if fact)
        words.append(f"只在 {one.id} 中：{'/'.join(item.path)}" + (f"（{told}）" if told else ""))
    return words


def _inherited(
    name: str, path: tuple[str, ...], before: Tree, after: Tree, sets: tuple[IndicatorSet, IndicatorSet]
) -> tuple[Rule, Rule]:
    """The rules of the level above in both sets, or of the sets themselves: a change said there is not said again."""
    above = path[:-1]
    one, two = (before[above], after[above]) if above in before and above in after else sets
    return getattr(one, name), getattr(two, name)


def _or_own(weight: Decimal | None) -> str:
    return f"{number_words(weight)} 分" if weight is not None else "表内自定"
