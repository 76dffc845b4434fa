"""Every scored row in words: how it came by its points, or why it has none."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from scorer.rules.answers import DAMAGED, MISSING, REVERSE, Entry, direction_of, state_of
from scorer.rules.notation import percent, plain, points, rate
from scorer.rules.rule import Rule, Score, exact


def words(entry: Entry, score: Score) -> str:
    """The derivation of one row in Chinese: figures, comparison, arithmetic, points. No full stop at the end."""
    rule = cast("Rule", entry.rule)
    read = rule.prepare(entry)
    if score.status == "unreadable":
        what, quantity = ("完成值", entry.actual) if state_of(entry.actual) == DAMAGED else ("目标值", entry.target)
        return f"{what}“{quantity.text.strip()}”无法读取，未计分"
    if score.status == "inapplicable":
        granted = f"按规定得满分 {points(score.points)}" if score.points is not None else "不计分，分值剔除"
        return f"不涉及，{granted}"
    if score.status == "missing" and (read.state if read.state is not None else state_of(read.actual)) == MISSING:
        return "完成值未填，未计分"
    if score.status == "recomputed":
        text = rule.derive(read, score) + _overshoot(rule, read, score)
        return text if score.points is not None else f"{text.rsplit('，', 1)[0]}，未列分值，不计分"
    return _judged(rule, read, score)


def _judged(rule: Rule, entry: Entry, score: Score) -> str:
    why = rule.hesitate(entry)
    if score.points is None:
        return f"{why}，未列分值，不计分"
    if score.status == "missing" and entry.claimed is not None:
        days = f" {entry.days[0]} 天" if entry.days else ""
        late = f"期限“{entry.target.text.strip()}”，完成“{entry.actual.text.strip()}”，逾期{days}"
        return f"{late}，满分不能采信；扣多少分规则没有写明，未计分"
    if score.status == "missing":
        return f"{why}；未填自评得分，无从复算"
    allowed = f"{points(score.low)}～{points(score.high)}"
    if score.cut:
        return f"{why}；自评得分 {points(entry.claimed)} 不在允许的 {allowed} 之内，按 {points(score.points)} 计"
    return f"{why}；自评得分在允许的 {allowed} 之内，采用 {points(score.points)}"


def _overshoot(rule: Rule, entry: Entry, score: Score) -> str:
    """What was taken off an actual far above its target, "" where nothing was."""
    actual, target = entry.actual.number, entry.target.number
    if rule.overshoot is None or actual is None or target is None or target <= 0:
        return ""
    share = Fraction(actual) / Fraction(target)
    if share < exact(rule.overshoot.ratio) or direction_of(entry) == REVERSE:
        return ""
    limit, deduct = rate(exact(rule.overshoot.ratio)), plain(rule.overshoot.deduct)
    return f"；完成值为目标值的 {percent(share)}，达到 {limit}，扣 {deduct} 分，得 {points(score.points)}"
