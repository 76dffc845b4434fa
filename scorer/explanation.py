"""What a check or a scoring rule does, in words: one source for `scorer explain` and for the generated pages."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from scorer.checks import CHECKS, Check
from scorer.checks.registry import SECTIONS as CHECK_SECTIONS
from scorer.model import Level, ScorerError
from scorer.rules import RULES, Rule
from scorer.rules.rule import SECTIONS as RULE_SECTIONS

LEVELS: dict[Level, str] = {"error": "必改", "warning": "说明", "note": "提示"}
FAMILIES = {
    "A": "表内算术",
    "N": "文内算术",
    "C": "一致性",
    "T": "指标与目标",
    "E": "说明",
    "F": "填报",
    "P": "同批比对",
    "Z": "程序",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A check or rule described: `code` as users write it, a Chinese title, short facts, and named sections."""

    code: str
    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """As `scorer explain` prints it."""
        lines = [f"{self.code}  {self.title}", ""]
        lines += [f"{name}：{words}" for name, words in self.facts]
        for name, words in self.sections:
            lines += ["", name, *(f"  {line}" for line in words.splitlines())]
        return "\n".join(lines) + "\n"

    def page(self) -> str:
        """As Markdown, for the generated pages."""
        lines = [f"### {self.code} {self.title}", ""]
        lines += [f"- {name}：{words}" for name, words in self.facts]
        for name, words in self.sections:
            # a line break at the end of a line is kept by two blanks in Markdown, which editors strip: use a list
            entries = words.splitlines()
            lines += ["", f"**{name}**", ""]
            lines += entries if len(entries) == 1 else [f"- {entry}" for entry in entries]
        return "\n".join(lines) + "\n"


def explain(word: str) -> Explanation:
    """The explanation of a check (by code or name) or of a scoring rule (by kind).

    Raises:
        ScorerError: nothing is called that; the message names what is close to it.
    """
    for check in CHECKS.values():
        if word.upper() == check.code or word.lower() == check.name:
            return of_check(check)
    if word.lower() in RULES:
        return of_rule(word.lower())
    known = [*CHECKS, *(check.name for check in CHECKS.values()), *RULES]
    close = get_close_matches(word, known, n=3, cutoff=0.6) or get_close_matches(word.upper(), known, n=3, cutoff=0.6)
    meant = f"是否想查 {'、'.join(close)}？" if close else "全部代码和规则：scorer explain"
    raise ScorerError(f"没有名为“{word}”的检查或计分规则。{meant}")


def of_check(check: Check) -> Explanation:
    facts = (
        ("名称", check.name),
        ("级别", f"{LEVELS[check.level]}（{check.level}）"),
        ("范围", "单份提交件" if check.per == "form" else "同一批提交件之间"),
        ("提示语", check.message),
    )
    sections = tuple((name, check.sections[name]) for name in CHECK_SECTIONS if check.sections.get(name))
    return Explanation(check.code, check.title, facts, sections)


def of_rule(kind: str) -> Explanation:
    rule: type[Rule] = RULES[kind]
    described = rule.sections()
    sections = tuple((name, described[name]) for name in RULE_SECTIONS if described.get(name))
    return Explanation(kind, rule.title, (("写法", f'rule = {{ kind = "{kind}" }}'),), sections)


def overview() -> str:
    """Every code and every rule with its title, for `scorer explain` without a word."""
    lines: list[str] = []
    for family, title in FAMILIES.items():
        checks = [CHECKS[code] for code in sorted(CHECKS) if code.startswith(family)]
        if checks:
            lines += [f"{family} {title}"]
            lines += [f"  {check.code}  {LEVELS[check.level]}  {check.title}  {check.name}" for check in checks]
            lines += [""]
    lines += ["计分规则"]
    lines += [f"  {kind}  {rule.title}" for kind, rule in RULES.items()]
    return "\n".join(lines) + "\n"
