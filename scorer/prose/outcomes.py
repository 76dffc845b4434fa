"""Rates of an outcome as the prose tells them: 满意率, 合格率, 完成率, with how many were asked and how many it holds for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scorer.prose.mentions import PERCENTAGES, Mention
from scorer.prose.phrases import OUTCOMES, SURVEYED
from scorer.prose.sums import DERIVED, Run

_SURVEYED = re.compile(SURVEYED)
_OUTCOMES = tuple((stem, re.compile(words)) for stem, words in OUTCOMES)


@dataclass(frozen=True, slots=True)
class Survey:
    """A rate of satisfaction, passing and the like: of how many, and how many said so; `around` is what else is counted so.

    `rest` is given where the words say only how many it does not hold for.
    """

    rate: Mention
    asked: tuple[Mention, ...]
    agreed: tuple[Mention, ...]
    certain: bool = True
    around: tuple[Mention, ...] = ()
    rest: Mention | None = None


_AMONG = re.compile(r"^(?:中|里|之中|当中)(?:有|，有)?$")
_ACTUAL = re.compile(r"^(?:实际|实际为|实际达到?|实际完成|完成|完成值|达到?)$")


def find_surveys(runs: Sequence[Run]) -> Iterator[Survey]:
    for index, run in enumerate(runs):
        for position in range(len(run)):
            outcome = _outcome(run, position)
            if outcome:
                survey = _survey(run, position, outcome)
                survey = _aimed_before(runs, index, position, survey) if outcome == "计划" else survey
                yield replace(survey, around=_counted_alike(run, position, survey)) if survey.agreed else survey
            elif (counted := _by_count(run, position)) is not None:
                yield counted


MOST_AROUND = 8  # figures of a sentence that a rate may be of after all


def _counted_alike(run: Run, position: int, survey: Survey) -> tuple[Mention, ...]:
    unit = survey.agreed[0].dimension
    start = max((i for i in range(position) if "；" in run[i].gap), default=0)
    behind = [m for m in run[position + 1 : position + 4] if m.bracket > run[position].bracket]
    same = [m for m in (*run[start:position], *behind) if m.dimension == unit and m.role not in DERIVED and m.number is not None]
    return tuple(same[-MOST_AROUND:])


_AIMED = re.compile(r"目标|计划|任务")


def _aimed_before(runs: Sequence[Run], index: int, position: int, survey: Survey) -> Survey:
    """目标为宫颈癌5000人、乳腺癌5000人。实际…，乳腺癌4860人，为目标的97.2%: what was aimed at stands in the sentence before."""
    run = runs[index]
    if survey.asked or not position or not index or runs[index - 1][0].line is not run[0].line:
        return survey
    done = run[position - 1]
    aims = [
        m
        for m in runs[index - 1]
        if done.role == "plain" and m.quantity.unit == done.quantity.unit and m.role == "plain" and len(m.subject) >= 2
        and (done.subject in m.subject or m.subject in done.subject)
    ]  # fmt: skip
    told = _AIMED.search(runs[index - 1][0].sentence.text) is not None
    return Survey(survey.rate, tuple(aims), (done,)) if told and len(aims) == 1 and len(done.subject) >= 2 else survey


_BY_COUNT = re.compile(r"按(?P<unit>[一-龥]{1,2}?)次?数(?:计算?|算|统计)?(?:为|是)?$")


def _by_count(run: Run, position: int) -> Survey | None:
    """对象412户1386人，消除291户983人，按户数计为70.6%: the two figures of the unit that the words name."""
    rate = run[position]
    match = _BY_COUNT.search(rate.label) if rate.quantity.unit == "%" else None
    if match is None:
        return None
    both = [m for m in run[:position] if m.quantity.unit[:1] == match["unit"][:1] and m.role not in DERIVED and not m.bracket]
    if len(both) != 2 or (both[1].number or 0) > (both[0].number or 0):
        return None
    return Survey(rate, (both[0],), (both[1],))


def _outcome(run: Run, position: int) -> str:
    """What a percentage is the rate of: its own label, or that of the target before it (满意度目标90%，实际92.5%)."""
    rate = run[position]
    if rate.quantity.unit != "%":
        return ""
    if _COMPLETED_PLAN.search(rate.label):
        return "计划"
    if rate.role == "outcome":
        return rate.whole
    aimed = run[position - 1] if position else None
    if rate.role == "plain" and aimed is not None and _ACTUAL.match(rate.label):
        return next((stem for stem, _ in _OUTCOMES if stem in aimed.label), "") if aimed.quantity.unit == "%" else ""
    return ""


def _asks(before: Run, agreed: Mention) -> bool:
    """对215家单位开展问卷调查，满意206家: who was asked is told by the words behind the figure."""
    return any(_ASKED.search(m.tail) for m in before if m.start < agreed.start and m.dimension == agreed.dimension)


_ASKED = re.compile(r"调查|测评|访谈|走访|回访|评议|访问|问卷|电话")


def _named_by(outcome: str, near: Run) -> Run:
    """The one figure whose words are those of a rate: 签约98人 for 签约率, 修复1213起 for 及时修复率."""
    name = outcome.removesuffix("率")
    if name == outcome or len(name) < 2:
        return []
    for words in (name, name[-2:]):
        named = [m for m in near if re.search(rf"(?<![未不]){words}(?:完成|到位|的|了|有|人数|数)*$", m.label)]
        if named:
            return named if len(named) == 1 else []
    return []


_NOT_YET = re.compile(r"(?:尚在|尚未|正在|待|仍在|需)[^，。；]{0,6}$")
_OF_PLAN = frozenset(("完成率", "目标完成率", "任务完成率", "计划完成率", "完成比例", "计划"))
_PLANNED = re.compile(r"(?:计划|目标|任务|应)[^，。；\d]{0,8}$")
_COMPLETED_PLAN = re.compile(r"(?:完成|占|达到|为|是)(?:了)?(?:年度|全年|年初)?(?:计划|任务|目标)(?:数|任务|量|值)?的?(?:比例)?(?:为)?$")


def _acted(outcome: str, before: Run) -> Run:
    """立案318起，破获143起，破案率45%: the figure straight before that shares its verb with the rate, of the one before it."""
    if len(before) < 2:
        return []
    whole, part = before[-2:]
    alike = part.quantity.unit == whole.quantity.unit and whole.number and part.number and part.number <= whole.number
    verb = part.label[-5:]
    told = alike and "；" not in part.gap and re.search("[不未非无]", part.label[-5:]) is None
    name = outcome.removesuffix("率")
    # 落实去向2703人，毕业去向落实率94.5%: two characters together are as good as the verb
    told = told and (any(c in verb for c in name[:2]) or any(name[i : i + 2] in part.label for i in range(len(name) - 1)))
    return [part] if told else []


def _chained(run: Run, position: int, agreed: Run) -> Run:
    """签约47家，开工31家，开工率66%，投产18家，投产率38.3%: of any of the two steps before, which are all there is to be of."""
    if len(agreed) != 1 or position < 4 or run[position - 1] is not agreed[0]:
        return []
    at = position - 1
    steps = [m for m in run[:at] if m.quantity.unit == agreed[0].quantity.unit and m.role not in DERIVED and not m.bracket]
    rates = [m for m in run[:at] if m.quantity.unit == "%"]
    plain = len(steps) == 2 and len(rates) == 1 and len(run[:at]) == 3 and all((m.number or 0) >= (agreed[0].number or 0) for m in steps)
    return steps if plain and "；" not in agreed[0].gap + run[1].gap else []


_COMPLETED = re.compile(r"(?:已|实际|均|全部)*完成(?:了|的)?$")
_NOT_DONE = re.compile(r"(?:个|家|处|项)?(?:正在|尚在|尚未|仍在|待|未|不合格|需)")


def _with_the_rest(near: Run, agreed: Run) -> Run:
    """合格93个，3个正在整改，合格率96.9%: what failed stands beside what passed, and both are all there is.

    The judge of surveys reads the figure beside as what was asked too, and as the rest of it.
    """
    if len(agreed) != 1:
        return []
    rest = [m for m in near if m is not agreed[0] and m.quantity.unit == agreed[0].quantity.unit]
    told = len(rest) == 1 and rest[0].start > agreed[0].start and (_NOT_DONE.match(rest[0].tail) or _NOT_DONE.match(rest[0].label))
    return rest if told else []


def _of_plan(rate: Mention, before: Run) -> Survey:
    """目标45台，完成43台，完成率95.6%: what was done of what was planned, both counted alike."""
    planned = [m for m in before if _PLANNED.search(m.label)]
    done = [m for m in before if m not in planned and planned and m.dimension == planned[-1].dimension]
    planned = [m for m in planned if done and m.dimension == done[-1].dimension]
    if not planned and len(before) == 2 and _COMPLETED.match(before[1].label) and "；" not in before[1].gap:
        whole, part = before
        if whole.quantity.unit == part.quantity.unit and (part.number or 0) <= (whole.number or 0) and whole.role == part.role == "plain":
            return Survey(rate, (whole,), (part,))  # 整改问题21项，完成20项，完成率95.2%
    return Survey(rate, tuple(reversed(planned)), tuple(reversed(done)), len(planned) == len(done) == 1)


def _survey(run: Run, position: int, outcome: str) -> Survey:
    rate = run[position]
    before: Run = []
    gap = rate.gap
    for mention in reversed(run[max(0, position - 8) : position]):
        if mention.quantity.unit in PERCENTAGES or "；" in gap and rate.bracket == mention.bracket - 1:
            break
        before.insert(0, mention)
        gap = mention.gap
    after: Run = []
    leads = not before and "满意" in outcome  # 满意率93%，发出问卷400份，收回388份，满意361份
    for mention in run[position + 1 : position + 5]:
        if mention.quantity.unit in PERCENTAGES or (mention.bracket <= rate.bracket and not leads) or "；" in mention.gap:
            break
        after.append(mention)

    def counts(mentions: Run) -> Run:
        return [m for m in mentions if m.role not in DERIVED and m.number is not None and m.quantity.unit and m.dimension != "元"]

    if outcome in _OF_PLAN:
        return _of_plan(rate, [m for m in before if m.role not in DERIVED and m.number is not None and m.quantity.unit])
    before, after = counts(before), counts(after)
    near = before + after
    pattern = next((words for stem, words in _OUTCOMES if stem in outcome), None)
    agreed = [m for m in near if pattern is not None and pattern.search(m.label) and "率" not in m.label]
    agreed = [m for m in agreed if _NOT_YET.search(m.label) is None]
    if pattern is None:
        agreed = _named_by(outcome, near) or _acted(outcome, before)
        chained = _chained(run, position, agreed)
        counted = chained or [m for m in before if agreed and m.start < agreed[0].start and m.dimension == agreed[0].dimension]
        if agreed:
            certain = len({m.number for m in counted}) == 1 or bool(chained)
            return Survey(rate, tuple(reversed(counted)), tuple(agreed), certain)
        among = len(before) >= 2 and _AMONG.match(before[-1].gap) and before[-2].dimension == before[-1].dimension
        if among:
            return Survey(rate, tuple(before[-2:-1]), tuple(before[-1:]))
        # 抽查28个村，核对面积3214亩，核减率2%: of what stands nearest, and that was not asked
        nearest = [m for m in before[-1:] if _SURVEYED.search(m.label) or _SURVEYED.search(m.gap[-24:])]
        return Survey(rate, tuple(nearest), ())
    asked = [m for m in near if m not in agreed and (_SURVEYED.search(m.label) or _SURVEYED.search(m.gap[-24:]) or m.role == "total")]
    if "回收" in outcome:
        asked = [m for m in before if m not in agreed][-1:]
    elif agreed and not asked and ("满意" not in outcome or _asks(before, agreed[0])):
        # 培训3850人次（男2016人次、女1834人次），合格3696人次: what stands in brackets divides what was asked
        outer = [m for m in before if m.start < agreed[0].start and m.bracket <= agreed[0].bracket]
        asked = [m for m in outer if m.dimension == agreed[0].dimension][-1:]
        if not asked and "入住" in outcome:
            beds = [m for m in outer if m.quantity.unit in ("张", "床", "个") and "床位" in m.label]
            return Survey(rate, tuple(reversed(beds)), tuple(agreed))
    elif not agreed and len(before) >= 2 and _AMONG.match(before[-1].gap) and before[-2].dimension == before[-1].dimension:
        agreed, asked = before[-1:], before[-2:-1]
    if agreed and not asked and (rest := _with_the_rest(near, agreed)):
        return Survey(rate, tuple(rest), tuple(agreed), True, (), rest[0])
    return Survey(rate, tuple(m for m in asked if not agreed or m.dimension == agreed[0].dimension), tuple(agreed))
