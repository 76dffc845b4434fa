"""Indicator sets as text for a terminal: the list of the library, and one set as a tree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scorer.report.width import table, wrap
from scorer.sets import IndicatorSet, describe_set
from scorer.sets.own import user_folder
from scorer.sets.schema import EVIDENCE_WORDS
from scorer.sets.wording import SetRow

TITLE, EVIDENCE = 1, 3
INDICATOR, WEIGHT, RULE = 1, 2, 3


def overview(indicator_sets: Sequence[IndicatorSet], width: int) -> str:
    """One row a set: its name, title, years, and how well its source is confirmed."""
    return "\n".join([*_listed(indicator_sets, width), "", "查看一套：scorer sets show 名称"]) + "\n"


def own_overview(own: Sequence[IndicatorSet], left_out: Sequence[tuple[Path, str]], width: int) -> str:
    """The same of one's own sets, and those that cannot be used with why; where they may stand when there are none."""
    if not own and not left_out:
        words = f"自己的指标体系放在 {user_folder()}，或用 --sets-dir、环境变量 SCORER_SETS 指定文件夹，会一同列出。"
        return "\n".join(["", *wrap(words, width)]) + "\n"
    lines = ["", "自己的指标体系", *(_listed(own, width) if own else [])]
    return "\n".join([*lines, *(line for path, why in left_out for line in wrap(f"{path}：{why}", width))]) + "\n"


def _listed(sets: Sequence[IndicatorSet], width: int) -> list[str]:
    rows = [(one.id, one.title, years(one), EVIDENCE_WORDS[one.evidence]) for one in sets]
    return table(("名称", "标题", "适用年度", "来源"), rows, width, flexible={TITLE: 3, EVIDENCE: 2})


def years(one: IndicatorSet) -> str:
    if one.since is None and one.until is None:
        return "不限"
    return f"{one.since or ''}–{one.until or ''}"


def page(one: IndicatorSet, width: int) -> str:
    """One set: where it comes from, its grades, and the tree with weights and rules, each with its basis."""
    facts = [
        f"{one.id}  {one.title}",
        f"依据：{one.basis}（{EVIDENCE_WORDS[one.evidence]}）",
        f"适用年度：{years(one)}",
        f"满分：{one.full.normalize():f}" if one.points else "不计分",
    ]
    if one.grades:
        bands = "，".join(f"{grade.name} ≥ {grade.start.normalize():f}" for grade in one.grades)
        facts.append(f"等级：{bands}")
    if one.note:
        facts.append(f"说明：{one.note}")
    lines = [line for fact in facts for line in wrap(fact, width)]
    rows = describe_set(one)
    lines += [
        "",
        *table(
            ("编号", "指标", "分值", "计分规则"),
            [(row.code, " " * (row.level - 1) + row.name, row.weight, rule_of(row)) for row in rows],
            width,
            flexible={INDICATOR: 1, RULE: 1},
            figures=[WEIGHT],
            lines=None,
        ),
    ]
    for basis in dict.fromkeys((row.basis, row.evidence) for row in rows):
        codes = [row.code or row.name for row in rows if (row.basis, row.evidence) == basis]
        if basis[0] != one.basis:
            lines += wrap(f"{'、'.join(codes)} 的依据：{basis[0]}（{basis[1]}）", width)
    return "\n".join(lines) + "\n"


def rule_of(row: SetRow) -> str:
    """How a row is scored: the rule for figures, the one for words, and what the form itself decides."""
    words = f"文字：{row.text_rule}" if row.text_rule and row.text_rule != row.rule else ""
    return "；".join(part for part in (row.rule, words, row.note) if part)
