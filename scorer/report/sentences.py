"""The sentences of a report that every format says in the same words, and the figures behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scorer.checks import CHECKS
from scorer.explanation import INTERNAL
from scorer.model import Finding, Level, Line, Place, Report, ScorerError, Status, Tally, points_text
from scorer.report.places import in_words
from scorer.report.width import cut, width_of
from scorer.rules import RULES
from scorer.sets import load_set
from scorer.sets.schema import EVIDENCE_WORDS
from scorer.sets.wording import number_words

if TYPE_CHECKING:
    from scorer.sets import IndicatorSet

LEVELS: dict[Level, str] = {"error": "必改", "warning": "说明", "note": "提示"}
LEVEL_WORDS: dict[Level, str] = {"error": "数字不能成立", "warning": "复核人会问", "note": "供参考"}
STATUSES: dict[Status, str] = {
    "recomputed": "复算",
    "judged": "采信",
    "missing": "未计",
    "inapplicable": "不涉及",
    "unreadable": "读不出",
}
STATUS_WORDS: dict[Status, str] = {
    "recomputed": "由规则算出，与自评无关",
    "judged": "文字指标，取自评得分，超出规则允许的档次就截到档内",
    "missing": "没有填完成值，或由人评定的指标没有填自评得分，或逾期而自评满分",
    "inapplicable": "表中写明不涉及",
    "unreadable": "有内容而读不成数字",
}
# C0 and C1 controls but tab and line feed, marks that turn the reading direction, separators, surrogates, noncharacters
UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
NO_UNIT = "（未读到单位名称）"


def printable(text: str) -> str:
    """Words of strangers without what no file can hold or what would turn the reading direction; breaks as ``\\n``."""
    return UNPRINTABLE.sub(" ", text.replace("\r\n", "\n"))


def unit_of(report: Report) -> str:
    return report.submission.unit.strip() or NO_UNIT


def subject(report: Report) -> str:
    """Who, what and which year, for titles."""
    about = report.submission
    year = f"{about.year} 年度" if about.year is not None else ""
    return "  ".join(part for part in (unit_of(report), about.project.strip(), year) if part)


def no_total(report: Report) -> str:
    """Why there is no total."""
    if not report.tallies and any(finding.code in ("F610", "Z901") for finding in report.findings):
        return "没有总分：文件未能读取，没有复算和核对。"
    reason = "提交件中没有可计分的自评表" if not report.lines else "表中没有可计分的指标"
    return f"没有总分：{reason}，只核对了数字和文字。"


def share_words(report: Report) -> str:
    """How much of the total was recomputed and how much was taken from the claim: a total never stands without it."""
    return (
        f"按分值计，其中复算 {points_text(report.recomputed_weight)} 分、采信自评 "
        f"{points_text(report.judged_weight)} 分、未能计分 {points_text(report.missing_weight)} 分。{_unlisted_words(report)}"
    )


def _unlisted_words(report: Report) -> str:
    """That the form gives fewer points than the full score: its total cannot be held against one out of a hundred."""
    listed = report.recomputed_weight + report.judged_weight + report.missing_weight
    left_out = any(line.status == "inapplicable" for line in report.leaves())
    if report.full is None or left_out or listed >= report.full:
        return ""
    return (
        f"表中列出的分值合计 {points_text(listed)} 分，比满分 {points_text(report.full)} 少 "
        f"{points_text(report.full - listed)} 分，少的部分不在复算总分之内。"
    )


def range_words(report: Report) -> str:
    """What the total could be if everything judged were judged anew, "" where that changes nothing."""
    if report.low is None or report.high is None or report.low == report.high:
        return ""
    judged = "采信和未能计分的部分" if report.missing_weight else "采信的部分"
    return f"{judged}若由人重新评定，总分在 {points_text(report.low)}–{points_text(report.high)} 之间。"


def count_of(report: Report, level: Level) -> int:
    return sum(finding.level == level for finding in report.findings)


def counts_words(report: Report) -> str:
    if not report.findings:
        return "没有发现不一致的数字。"
    return "发现：" + "，".join(f"{words} {count_of(report, level)} 处" for level, words in LEVELS.items()) + "。"


def name_of(line: Line) -> str:
    return line.path[-1] if line.path else "（合计）"


def title_of(code: str) -> str:
    """The Chinese name of a check, "" for a code that this version does not know."""
    check = CHECKS.get(code)
    return check.title if check else INTERNAL.title if code == INTERNAL.code else ""


def advice(finding: Finding, width: int = 0) -> str:
    """What to do about a finding (``改法：核对完成值和得分。``), as many of its clauses as `width` columns hold, all for 0; ""
    for a code that this version does not know."""
    check = CHECKS.get(finding.code)
    words = "".join(check.sections.get("改法", "").split()) if check else ""
    if not words:
        return ""
    clauses = re.split(r"(?<=[；。])", words)
    while width and len(clauses) > 1 and width_of("改法：" + "".join(clauses)) > width:
        clauses.pop()
    told = "改法：" + "".join(clauses).rstrip("；。") + "。"
    return cut(told, width) if width else told


def rule_title(kind: str) -> str:
    """The Chinese name of a scoring rule, the word itself for one that this version does not know."""
    return RULES[kind].title if kind in RULES else kind


def place_words(place: Place, alone: bool) -> str:
    """Where a place is, in words: the file's name is left out where the submission is one file `alone`."""
    shown = "" if alone and place.at else place.file
    return " ".join(part for part in (shown, in_words(place.file, place.at)) if part)


def is_alone(report: Report, finding: Finding) -> bool:
    """Whether the places of a finding need no file's name: the submission is one file, and nothing else is compared."""
    return len(report.submission.files) <= 1 and len({place.file for place in finding.where}) <= 1


def together(finding: Finding) -> list[tuple[str, list[str], str]]:
    """The places of a finding as (file, places, words), those of the same words in one file together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for place in finding.where:
        groups.setdefault((place.file, place.quote), []).append(place.at)
    return [(file, [one for one in at if one], quote) for (file, quote), at in groups.items()]


# ----------------------------------------------------------------------------------------------------------- findings


@dataclass(frozen=True, slots=True)
class Numbered:
    """A finding with its number in the report, from 1: formats refer to it by that number."""

    number: int
    finding: Finding


def by_level(report: Report) -> list[tuple[Level, list[Numbered]]]:
    """The findings of each level in the order of their place; numbered through in the order they are printed."""
    groups: list[tuple[Level, list[Numbered]]] = []
    number = 0
    for level in LEVELS:
        group = []
        for finding in report.findings:
            if finding.level == level:
                number += 1
                group.append(Numbered(number, finding))
        if group:
            groups.append((level, group))
    return groups


# ------------------------------------------------------------------------------------------------------------ tallies


def ran(report: Report) -> list[Tally]:
    return [tally for tally in report.tallies if tally.not_run is None]


def tally_words(report: Report) -> str:
    """How many checks ran and what came of them."""
    done = ran(report)
    sound, faulty, undecided = (sum(getattr(tally, name) for tally in done) for name in ("sound", "faulty", "undecided"))
    return f"运行 {len(done)} 项检查：相符 {sound} 处，有出入 {faulty} 处，无法判定 {undecided} 处。"


def reason_words(tally: Tally) -> str:
    """Why outcomes of a check were undecided, or sound only by rounding; why it was not run."""
    if tally.not_run is not None:
        return f"未运行：{tally.not_run}"
    if len(tally.reasons) == 1:
        return next(iter(tally.reasons))
    return "；".join(f"{words} {count} 处" for words, count in tally.reasons.items())


# ------------------------------------------------------------------------------------------------------- indicator set


def set_words(report: Report) -> str:
    """Which indicator set was used and why, in one line, "" where none was."""
    used = report.set
    if not used.id:
        return used.why
    name = "表中自带的分值和规则" if used.id == "form" else f"{used.id}（版本 {used.version}）" if used.version else used.id
    return f"{name}：{used.why}" if used.why else name


def set_behind(report: Report, given: IndicatorSet | None = None) -> IndicatorSet | None:
    """The very set that the report was made with: the given one, else the library's of that name.

    None where neither has the report's digest: a set that has changed since says nothing about the report.
    """
    if given is not None and given.digest == report.set.digest:
        return given
    if not report.set.id or report.set.id == "form":
        return None
    try:
        found = load_set(report.set.id)
    except ScorerError:
        return None
    return found if found.digest == report.set.digest else None


def set_facts(indicators: IndicatorSet) -> list[tuple[str, str]]:
    """Title, legal basis and how well it is confirmed, years and grades of a set."""
    years = "不限"
    if indicators.since is not None or indicators.until is not None:
        years = f"{indicators.since or ''}–{indicators.until or ''}"
    facts = [
        ("标题", indicators.title),
        ("依据", f"{indicators.basis}（{EVIDENCE_WORDS[indicators.evidence]}）"),
        ("适用年度", years),
        ("满分", number_words(indicators.full) if indicators.points else "不计分"),
    ]
    if indicators.grades:
        facts.append(("等级", "，".join(f"{grade.name} ≥ {number_words(grade.start)}" for grade in indicators.grades)))
    if indicators.note:
        facts.append(("说明", indicators.note))
    return facts


def codes_used(findings: Sequence[Finding]) -> list[str]:
    return sorted({finding.code for finding in findings})


def not_run(report: Report) -> dict[str, list[str]]:
    """The checks that were not run, by the reason, in order."""
    reasons: dict[str, list[str]] = {}
    for tally in report.tallies:
        if tally.not_run is not None:
            reasons.setdefault(tally.not_run, []).append(tally.code)
    return reasons


def worth_telling(line: Line) -> bool:
    """Did a leaf lose points, or does the claim say otherwise?"""
    lost = line.points is None or line.weight is None or line.points < line.weight
    return lost or (line.claimed is not None and line.claimed != line.points)
