"""C303, C305: what the money is said to have been spent on, against the money that there is and what it was for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from scorer.checks.form import Form
from scorer.checks.registry import Outcome, Outcomes, check, faulty, sound, undecided
from scorer.checks.sameness import from_claim, money
from scorer.model import Answer, Cell, Place
from scorer.numbers.interval import shown
from scorer.numbers.quantity import find_quantities, parse_quantity
from scorer.prose.mentions import Mention
from scorer.prose.phrases import NOT_OF_PROJECT, PAID_FROM_PROJECT, PURPOSE, PURPOSE_BEFORE, REACH, fold
from scorer.scoring.align import funds_total

# --------------------------------------------------------------------------------------------------------------- C303


@check("C303", level="warning", message="成效所列 {amount}，超过项目资金 {budget}；请说明资金来源或核对数字")
def money_beyond_budget(form: Form) -> Outcomes:
    """What is said to have been paid from the project exceeds the project's money.

    标题: 成效所列金额超过项目资金
    为何重要: 项目资金办不成比它更多的事；把其他资金的成效算进来，会夸大本项目的绩效。
    依据: 绩效自评应客观反映财政资金的使用结果（财预〔2020〕10号）。
    例: 项目预算 1 万元，完成情况写“累计保障金额 19.7 万元”。
    改法: 只列本项目资金的成效，或写明其余资金的来源和数额。
    何时无法判定: 项目资金没有写出；文字说明了其他来源。
    """
    yield from beyond_form(form)
    yield from beyond_text(form)


_NOT_OF_PROJECT = re.compile(NOT_OF_PROJECT)
_BROUGHT_IN = re.compile("经济效[益果]")
_NAMES_MONEY = re.compile(r"总额|总投资|(?:资金|经费|项目)$")
_PAID = re.compile(PAID_FROM_PROJECT)


def beyond_form(form: Form) -> Iterator[Outcome]:
    total = funds_total(form.submission)
    if total is None:
        return
    amounts = [value for cell in (total.budget, total.executed, total.initial) if (value := money(cell, total.unit))]
    if not amounts:
        yield undecided("项目资金没有写出")
        return
    limit = max(amounts)
    cell = total.budget or total.executed or total.initial
    texts: list[tuple[tuple[str, ...], Cell, str]] = [((), goal.actual, "") for goal in form.submission.goals]
    # what the project brings in (经济效益) is not paid from its money; the unit says 亿元, only the name says 招商引资
    texts += [
        (answer.path, answer.actual, f"{answer.path[-1]} {answer.unit}")
        for answer in form.submission.answers
        if answer.path and not _asks_for_no_money(answer)
    ]
    texts += [((), claim.value, claim.of) for claim in form.submission.claims]
    for path, written, context in texts:
        found = [q for q in find_quantities(written.text) if q.unit == "元" and q.number is not None]
        outside = _NOT_OF_PROJECT.search(written.text + context) is not None or any(map(_BROUGHT_IN.search, path[:-1]))
        for quantity in found:
            assert quantity.number is not None
            if quantity.number <= limit:
                yield sound()
            elif outside:
                yield undecided("所列金额可能来自其他资金")
            else:
                claim = next((c for c in form.submission.claims if c.value is written), None)
                place = (
                    next((said.place for said in from_claim(claim)), Place.of(written)) if claim else Place.of(written)
                )
                yield faulty(
                    path, [Place.of(cell), place], amount=quantity.text, budget=f"{shown(limit, Decimal(10000))}万元"
                )  # fmt: skip


def _asks_for_no_money(answer: Answer) -> bool:
    """Does the target count something else (≥40台)? Then an amount in the actual is a slip of the unit, T403's matter."""
    wanted = parse_quantity(answer.target.text, answer.unit)
    return wanted.kind in ("quantity", "range") and wanted.unit not in ("", "元")


_CLAUSES = re.compile(r"[，；。]")


def beyond_text(form: Form) -> Iterator[Outcome]:
    """用项目资金发放…, against the largest budget that the same report names for the project."""
    budgets: dict[tuple[str, int], list[Mention]] = defaultdict(list)
    titles = {
        document.path: fold(next((b.text for b in document.paragraphs if b.text.strip()), ""))
        for document in form.documents
    }
    for mention in form.mentions:
        if (
            mention.quantity.unit == "元"
            and mention.number
            and not mention.in_table
            and mention.role in ("plain", "total")
            and (mention.kind in ("budget", "received") or mention.role == "total" or _NAMES_MONEY.search(mention.label))
        ):
            budgets[mention.source.file, mention.line.scope].append(mention)
    for mention in form.mentions:
        if (
            mention.dimension != "元"
            or mention.in_table
            or mention.number is None
            or mention.role not in ("plain", "total")
        ):
            continue
        at = mention.start - mention.sentence.start
        clause = _CLAUSES.split(mention.sentence.text[max(0, at - 2 * REACH) : at])[-1]
        told = ("项目" in clause or "专项" in clause) and _PAID.search(clause) is not None
        if not told and not _paid_behind(mention, titles):
            continue
        own = budgets[mention.source.file, mention.line.scope]
        limit = _limit(own, mention)
        if limit is None or limit.number is None:
            yield undecided("项目资金没有写出")
        elif mention.number <= limit.number:
            yield sound()
        elif _NOT_OF_PROJECT.search(clause):
            yield undecided("所列金额可能来自其他资金")
        else:
            yield faulty((), [limit.cell(), mention.cell()], amount=mention.quote, budget=limit.quote)


_PAID_BEHIND = re.compile(
    r"[，（]?(?:均|全部|已|都)*(?:从|由|在|用|使用)(?P<fund>[^，。；]{2,16}?)(?:资金|经费|补助|专款)(?:中|内|里)?(?:予以|全额)?(?:列支|支出|支付|承担|解决|开支|安排)"
)
_GENERAL_FUND = re.compile(
    r"^(?:本级|县级|市级|省级|中央|区级|财政|专项|补助|单位|日常|公用|工作|其他|自有|[的年\d])*$"
)


def _paid_behind(mention: Mention, titles: dict[str, str]) -> bool:
    """发放补助28.7万元，从免费开放资金中列支: the fund is called the project's own, or by its name in the title."""
    after = mention.sentence.text[mention.end - mention.sentence.start :][:REACH]
    match = _PAID_BEHIND.match(after)
    if match is None:
        return False
    fund = match["fund"]
    if re.match(r"(?:本|该)(?:项目|专项)|项目$", fund):
        return True
    name = re.sub(r"^(?:本|该|此)|专项$", "", fund)
    return len(name) >= 3 and _GENERAL_FUND.match(name) is None and name in titles.get(mention.source.file, "")


def _limit(budgets: Sequence[Mention], paid: Mention) -> Mention | None:
    """The budget that a payment is of: one named before it in its sentence, else the largest that the report names."""
    own = [m for m in budgets[:200] if m is not paid and (m.sentence is not paid.sentence or m.start < paid.start)]
    same = [m for m in own if m.sentence is paid.sentence]
    return same[-1] if same else max(own, key=lambda m: m.number or Decimal(0), default=None)


# --------------------------------------------------------------------------------------------------------------- C305

_PURPOSE = re.compile(PURPOSE)
_PURPOSE_BEFORE = re.compile(PURPOSE_BEFORE)


@check("C305", level="warning", message="同一笔 {amount}，一处用于“{first}”，一处用于“{second}”；请核对实际用途")
def purpose_differs(form: Form) -> Outcomes:
    """The same amount is said to be for two different purposes.

    标题: 同一笔资金两处用途不同
    为何重要: 资金用途是合规检查的重点；一笔钱只能有一个用途。
    依据: 专项资金须按规定用途使用，自评应如实反映。
    例: “288 万元用于就业培训、医疗帮扶”与“288 万元用于困难职工慰问、医疗帮扶”。
    改法: 对照支出明细统一用途的写法；确为两笔的，分别写明。
    何时无法判定: 一处的用途是另一处的一部分或简写。
    """
    uses: dict[tuple[str, Decimal], list[tuple[str, Mention]]] = defaultdict(list)
    for mention in form.mentions:
        if mention.dimension == "元" and mention.number and not mention.in_table:
            after = mention.sentence.text[mention.end - mention.sentence.start :][:REACH]
            if match := _PURPOSE.match(after) or _PURPOSE_BEFORE.search(mention.label):
                uses[str(mention.line.scope), mention.number].append((match["purpose"], mention))
    for entries in uses.values():
        for index, (purpose, mention) in enumerate(entries):
            for other_purpose, other in entries[index + 1 : index + 6]:
                if mention.sentence is other.sentence:
                    continue
                more, less = _has_more(purpose, other_purpose), _has_more(other_purpose, purpose)
                if more and less and (apart := _two_amounts(mention, other)):
                    yield undecided(apart)
                elif more and less:
                    yield faulty(
                        (), [mention.cell(), other.cell()],
                        amount=mention.quote, first=purpose, second=other_purpose,
                    )  # fmt: skip
                elif more or less:
                    yield undecided("一处的用途可能是另一处的一部分或简写")
                else:
                    yield sound()


def _two_amounts(first: Mention, second: Mention) -> str:
    """Why two equal amounts are two: the part of a whole, or items of one list; "" where nothing says so."""
    between = second.sentence.text[: second.start - second.sentence.start]
    if re.search(r"其中|包括|具体|如下", between[-2 * REACH :]) and first.line.number <= second.line.number <= first.line.number + 1:
        return "后一笔可能是前一笔的一部分"
    if first.line is not second.line and first.line.rank and first.line.rank == second.line.rank:
        return "两笔各为一条，可能只是金额相同"
    return ""


def _has_more(first: str, second: str) -> bool:
    """Whether a purpose names something that another does not."""
    items = [item for item in re.split(r"[、和及与等]", first) if len(item) >= 2]
    known = set(second)
    return any(sum(character in known for character in item) / len(item) < 0.75 for item in items)
