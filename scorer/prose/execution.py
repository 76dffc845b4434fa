"""Rates of execution as the prose prints them: 完成预算的98%, with the budgets and the amounts spent that they may be of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scorer.prose.mentions import PERCENTAGES, Mention
from scorer.prose.sums import DERIVED, LONGEST_LIST, NEAR, Run, Sum, of_paragraph


@dataclass(frozen=True, slots=True)
class Execution:
    """A rate of execution with the budgets and the amounts spent that it may be of, the nearest first.

    Not `certain` when the budget is written in several amounts, of which the words name no total. `around` is all money
    of the paragraph up to the rate.
    """

    rate: Mention
    budgets: tuple[Mention, ...]
    spent: tuple[Mention, ...]
    left: tuple[Mention, ...]
    near: bool
    certain: bool = True
    around: tuple[Mention, ...] = ()


def find_executions(runs: Sequence[Run], sums: Sequence[Sum]) -> Iterator[Execution]:
    budgeted: _Budgeted = defaultdict(dict)
    parts = {id(part) for item in sums for part in item.parts}
    closed = {id(part): item.whole for item in sums if item.backwards and item.whole.dimension == "元" for part in item.parts}
    for index, run in enumerate(runs):
        for mention in run:
            if mention.kind not in ("budget", "income") or mention.quantity.unit != "元" or not mention.number:
                continue
            whole = mention.role in ("plain", "total") and not mention.bracket and id(mention) not in parts
            if whole and not mention.label.startswith(("另", "其中")):
                budgeted[mention.source.file, mention.line.scope, mention.kind][mention.number] = mention
        for position, rate in enumerate(run):
            budget_before = position and rate.gap in ("的", "的比例为") and run[position - 1].kind == "budget"
            if rate.quantity.unit not in PERCENTAGES or "分别" in rate.label:
                continue
            if not (rate.role == "rate" or budget_before or _after_both(run, position)):
                continue
            budgets, spent, left = _money_around(run, position)
            near = bool(budgets and spent)
            back = index - 1
            while back >= 0 and index - back <= NEAR and not (budgets and spent):
                earlier = runs[back]
                if earlier[0].source.file != rate.source.file or earlier[0].line.scope != rate.line.scope:
                    break
                more = _money_around(earlier, len(earlier))
                if (not budgets and earlier[0].line is rate.line) or (not budgets and not spent):
                    budgets = budgets or more[0]
                if not spent:
                    spent = more[1]
                back -= 1
            # 县级安排160万元，上级补助40万元，合计200万元，已使用188万元: of the total
            wholes = [closed[id(m)] for m in budgets if id(m) in closed]
            totals = {id(m): m for m in wholes if m.kind in ("", "budget", "received")}
            budgets = [m for m in budgets if id(m) not in parts] or [m for m in totals.values() if m.start < rate.start] or budgets
            spent = [m for m in spent if id(m) not in totals] or spent
            certain = True
            if not budgets and spent and spent[0].line is rate.line:
                budgets = _project_money(runs, index)
                if not budgets and _of_everything(spent[0]):
                    budgets, certain = _sole(budgeted, rate)
            left = left or _left_after(runs, index, spent)
            certain = certain and not (len(budgets) == 1 and _has_sibling(runs, budgets[0], index))
            certain = certain and not _in_several(budgets)
            around = tuple(_paragraph_money(runs, index, rate))
            yield Execution(
                rate, tuple(budgets[:LONGEST_LIST]), tuple(spent[:LONGEST_LIST]), tuple(left), near, certain, around
            )  # fmt: skip
        yield from _received(runs, index, parts)


def _paragraph_money(runs: Sequence[Run], index: int, rate: Mention) -> Run:
    """The amounts of the paragraph before a rate, the nearest first."""

    def amounts(run: Run) -> Run:
        return [m for m in reversed(run) if m.start < rate.start and m.dimension == "元" and m.role not in DERIVED and m.number]

    return of_paragraph(runs[max(0, index - NEAR) : index + 1], rate, amounts)


_ARRIVED = re.compile(r"(?:资金|经费|补助)?到位率(?:为|达到?|是)?$")


def _received(runs: Sequence[Run], index: int, parts: set[int]) -> Iterator[Execution]:
    """项目预算820万元，实际到位700万元，资金到位率85.4%: what arrived of what was budgeted."""
    run = runs[index]
    for position, rate in enumerate(run):
        if rate.quantity.unit != "%" or rate.role != "outcome" or not _ARRIVED.search(rate.label):
            continue
        before = [m for m in run[:position] if m.dimension == "元" and m.role not in DERIVED and m.number and not m.bracket]
        arrived = [m for m in before if m.kind == "received"]
        budgets = [m for m in before if m.kind == "budget" and id(m) not in parts and arrived and m.start < arrived[0].start]
        certain = len({m.number for m in arrived}) == len({m.number for m in budgets}) == 1
        if arrived and budgets:
            around = tuple(_paragraph_money(runs, index, rate))
            yield Execution(rate, tuple(budgets), tuple(arrived), (), True, certain, around)


def _in_several(budgets: Run) -> bool:
    """春季学期拨付1559.3万元，秋季学期拨付1559.3万元: one budget in several payments."""
    received = [m for m in budgets if m.kind == "received" and m.role == "plain" and m.sentence is budgets[0].sentence]
    return len(received) > 1 and len(received) == len([m for m in budgets if m.sentence is budgets[0].sentence])


_PAYING = re.compile(r"拨付|兑付|支付|使用|兑现|资金|工程|项目|款|已|总")


def _of_everything(spent: Mention) -> bool:
    """共支出56.4万元: the spending as such."""
    return spent.kind == "executed" and not spent.bracket and (spent.role == "total" or _PAYING.sub("", spent.subject) == "")


_Budgeted = dict[tuple[str, int, str], dict[Decimal | None, Mention]]


def _sole(budgeted: _Budgeted, rate: Mention) -> tuple[Run, bool]:
    """The only budget that the document has named so far, or else its only income, which is the budget when it says so."""
    for kind in ("budget", "income"):
        named = budgeted.get((rate.source.file, rate.line.scope, kind), {})
        if len(named) == 1:
            sole = next(iter(named.values()))
            return [sole], kind == "budget" or "预算" in sole.label
        if named:
            break
    return [], True


def _left_after(runs: Sequence[Run], index: int, spent: Run) -> Run:
    """执行率94%。…年末结余112.59万元: what a sentence after, in the same paragraph, says is left."""
    for run in runs[index + 1 : index + 5]:
        first = run[0]
        if first.line.number > runs[index][0].line.number + 1 or first.line.scope != runs[index][0].line.scope or first.line.rank:
            break
        if first.kind == "remainder" and first.dimension == "元" and first.role == "plain" and _LEFT_AFTER.match(first.label):
            # 决算收入1241.9万元 of the sentences before may be what it is left of
            sums = {(m.number or 0) + (first.number or 0) for m in spent[:1]}
            near = [m for other in runs[max(0, index - NEAR) : index + 1] for m in other if m.dimension == "元"]
            return [] if any(m.number in sums for m in near) else [first]
    return []


_LEFT_AFTER = re.compile(r"(?:年末|年底|当年|资金|项目)*(?:结余|节余|剩余|结转)(?:资金|金额)?(?:为)?$")


_ANOTHER_FUND = re.compile(
    r"[，、；](?![^，。；：]*其中)[^，。；：]*(?:资金|配套|补助|预算|安排|下达|自筹|债券|拨款|追加|投入)(?:资金)?(?:共|为)?"
)


def _has_sibling(runs: Sequence[Run], budget: Mention, index: int) -> bool:
    """中央资金下达520万元，县级配套80万元: a budget beside which the sentence names another amount."""
    for run in runs[max(0, index - NEAR) : index + 1]:
        if run[0].sentence is not budget.sentence or budget not in run:
            continue
        after = run[run.index(budget) + 1 :][:1]
        return any(
            m.dimension == "元" and m.role == "plain" and m.kind in ("", "budget", "adjusted") and not m.bracket
            and m.number and _ANOTHER_FUND.fullmatch(m.gap)
            for m in after
        ) and budget.role != "total"  # fmt: skip
    return False


_MONEY_OF_PROJECT = re.compile(r"(?:资金|经费|补助|补贴|奖补|以奖代补)(?:总额|总量)?(?:共计?|合计|为)?$")


def _project_money(runs: Sequence[Run], index: int) -> Run:
    """财政补助资金800万元 of the lines before, where no figure near by is called a budget and only one such figure stands there."""
    found: Run = []
    for run in runs[max(0, index - NEAR) : index + 1]:
        first = run[0]
        if any(m.kind in ("budget", "adjusted", "received") for m in run[1:] if m.dimension == "元"):
            return []
        if first.line.scope == runs[index][0].line.scope and first.dimension == "元" and first.role not in DERIVED:
            named = first.number and not first.bracket and _MONEY_OF_PROJECT.search(first.label)
            if named and first.kind in ("", "budget", "received"):
                # 省级资金90万元、区级资金60万元，共150万元: the total of the sources
                found.append(next((m for m in run if m.role == "total" and m.dimension == "元" and m.number), first))
    return found if len(found) == 1 else []


def _after_both(run: Run, position: int) -> bool:
    """预算100万元，支出95万元，完成率98%: a rate that only its neighbours make one of execution."""
    kinds = {mention.kind for mention in run[max(0, position - 2) : position] if mention.dimension in ("元", "")}
    return kinds == {"budget", "executed"} and re.search(r"完成率|完成比例|执行比例|支出比例", run[position].label) is not None


def _money_around(run: Run, position: int) -> tuple[list[Mention], list[Mention], list[Mention]]:
    """Budgets, amounts spent and amounts left of a sentence, those straight before `position` first."""
    budgets: list[Mention] = []
    spent: list[Mention] = []
    left: list[Mention] = []
    window = run[max(0, position - LONGEST_LIST) : position][::-1] + run[position + 1 : position + 4]
    for mention in window:
        if mention.number is None or mention.dimension not in ("元", "") or mention.bracket:
            continue
        if mention.role in DERIVED and not (mention.role == "prior" and mention.kind == "budget"):
            continue
        if mention.kind in ("budget", "received"):
            budgets.append(mention)
        elif mention.kind == "remainder":
            left.append(mention)
        elif mention.kind in ("executed", "income", "") or mention.role == "total":
            spent.append(mention)
    strong = [mention for mention in spent if mention.kind == "executed"]
    return budgets, strong + [mention for mention in spent if mention not in strong], left
