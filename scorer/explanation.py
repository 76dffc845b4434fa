"""What a check or a scoring rule does, in words: one source for `scorer explain` and for the generated pages."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from scorer.checks import CHECKS, Check
from scorer.checks.registry import SECTIONS as CHECK_SECTIONS
from scorer.model import Level, ScorerError
from scorer.rules import RULES, ExecutionCap, Inapplicable, Overshoot, Rule
from scorer.rules.rule import SECTIONS as RULE_SECTIONS
from scorer.rules.rule import described

LEVELS: dict[Level, str] = {"error": "必改", "warning": "说明", "note": "提示"}
FAMILIES = {
    "A": "表内算术",
    "N": "文内算术",
    "C": "一致性",
    "T": "指标与目标",
    "E": "说明",
    "F": "填报",
    "P": "同批比对",
    "D": "决算公开",
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


INTERNAL = Explanation(
    "Z901",
    "程序内部错误",
    (("名称", "internal-error"), ("级别", f"{LEVELS['error']}（error）"), ("范围", "单份提交件")),
    (
        ("为何重要", "程序自己在这份文件上出了错，这份文件没有得到核对；表格不一定有问题。"),
        ("依据", "本程序的约定：不能核对的文件要说出来，成批处理时其余文件照常进行。"),
        ("例", "成批处理 300 份，第 17 份使程序出错：第 17 份记一条 Z901，其余 299 份照常有结果。"),
        ("改法", "用同一命令加 --debug 单独再跑这份文件，把显示的内容发给维护者；这份文件先由人核对。"),
        ("何时无法判定", "不会无法判定。"),
    ),
)
"""The one code that no check gives: a fault of this program on one form."""

MODIFIERS: dict[str, tuple[str, str, type]] = {
    "overshoot": ("超额偏离扣分", 'rule = { kind = "proportion", overshoot = { ratio = "130%", deduct = 2 } }', Overshoot),
    "inapplicable": ("不适用的指标", 'rule = { kind = "proportion", inapplicable = "full" }', Inapplicable),
    "execution-cap": ("总分按预算执行率封顶", 'execution_cap = { caps = [{ from = "80%" }, { cap = 89 }] }', ExecutionCap),
}
"""What changes the points of a rule or the total, by the word to explain it: title, how it is written, where described."""


def explain(word: str) -> Explanation:
    """The explanation of a check (by code or name), of a scoring rule (by kind) or of what modifies one.

    Titles in Chinese are understood too.

    Raises:
        ScorerError: nothing is called that; the message names what is close to it.
    """
    for check in CHECKS.values():
        if word.upper() == check.code or word.lower() == check.name:
            return of_check(check)
    if word.upper() == INTERNAL.code or word.lower() == "internal-error" or word == INTERNAL.title:
        return INTERNAL
    for kind, rule in RULES.items():
        if word.lower().replace("_", "-") == kind or word == rule.title:
            return of_rule(kind)
    for name, (title, _, _) in MODIFIERS.items():
        if word.lower().replace("_", "-") == name or word == title:
            return of_modifier(name)
    for check in CHECKS.values():
        if word == check.title:
            return of_check(check)
    titles = [*(check.title for check in CHECKS.values()), *(rule.title for rule in RULES.values())]
    known = [*CHECKS, INTERNAL.code, *(check.name for check in CHECKS.values()), *RULES, *MODIFIERS, *titles]
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


def of_modifier(name: str) -> Explanation:
    title, written, kind = MODIFIERS[name]
    sections = described(kind)
    return Explanation(
        name, title, (("写法", written),), tuple((part, sections[part]) for part in RULE_SECTIONS if sections.get(part))
    )


def overview() -> str:
    """Every code and every rule with its title, for `scorer explain` without a word."""
    lines: list[str] = []
    for family, title in FAMILIES.items():
        checks = [CHECKS[code] for code in sorted(CHECKS) if code.startswith(family)]
        if checks:
            lines += [f"{family} {title}"]
            lines += [f"  {check.code}  {LEVELS[check.level]}  {check.title}  {check.name}" for check in checks]
            lines += [""]
    lines += [f"Z {FAMILIES['Z']}", f"  {INTERNAL.code}  {LEVELS['error']}  {INTERNAL.title}  internal-error", ""]
    lines += ["计分规则"]
    lines += [f"  {kind}  {rule.title}" for kind, rule in RULES.items()]
    lines += ["", "规则之外", *(f"  {name}  {title}" for name, (title, _, _) in MODIFIERS.items())]
    return "\n".join(lines) + "\n"
