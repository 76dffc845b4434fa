"""What may become of a submission and of a finding, and who may do it: tables and plain functions, no database.

Every page and every act asks here; the pages draw a button where `acts_for` gives an act, and the act is refused where it
does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a submission is; the words are those on the pages."""

    FILLING = "填报"
    SENT = "送审"
    REVIEW = "复核"
    RETURNED = "退回"
    REVIEWED = "已复核"
    PUBLIC = "公开"


class Role(StrEnum):
    """What a user is; a reviewer may also lead (组长)."""

    CLERK = "经办人"
    REVIEWER = "复核人"
    ADMIN = "管理员"


class Ruling(StrEnum):
    """What a reviewer says of a finding."""

    OPEN = ""
    TRUE = "属实"
    FALSE = "不成立"
    EXPLAINED = "已说明"
    PENDING = "待核实"


REASONS = ("读错", "口径不同", "规则不适用", "其他")
"""Why a finding does not hold: the code that 不成立 asks for beside words."""
ANSWERS = ("已改正", "说明", "不同意")
"""What a department may answer to a finding."""
AFTERWARDS = ("整改通知", "反馈", "销号")
"""What follows a review, in this order, beside the state."""


class ReplyGate(StrEnum):
    """What a department must have done before it sends in: nothing, answer every 必改, or correct or answer each."""

    OFF = "off"
    REPLY = "reply"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the role, whether it leads, and whether the submission is its own (a clerk's department, a reviewer's
    assignment). A lone user of `--solo` is every role at once."""

    role: Role
    leads: bool = False
    own: bool = False
    alone: bool = False

    def has(self, role: Role) -> bool:
        return self.alone or self.role == role

    @property
    def is_leader(self) -> bool:
        return self.alone or (self.role == Role.REVIEWER and self.leads)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a gate asks of a finding."""

    level: str
    verdict: str = ""
    stale: bool = False
    answered: bool = False
    number: int = 0

    @property
    def undecided(self) -> bool:
        return not self.verdict or self.stale


@dataclass(frozen=True, slots=True)
class Standing:
    """What the gates ask of a submission."""

    state: State
    findings: Sequence[Asked] = ()
    read: bool = True
    taken: bool = False  # assigned to a reviewer
    gate: ReplyGate = ReplyGate.REPLY
    opinion: bool = False
    points_open: int = 0  # leaves that must be judged and have no reviewed points
    new_version: bool = False  # since it was returned
    returned: Sequence[int] = ()  # numbers of the findings that a return asks about


@dataclass(frozen=True, slots=True)
class StateStep:
    """One row of the state table."""

    act: str
    before: State
    after: State
    by: Role
    leader: bool = False
    reason: bool = False
    deadline: bool = False


TABLE = (
    StateStep("送审", State.FILLING, State.SENT, Role.CLERK),
    StateStep("撤回", State.SENT, State.FILLING, Role.CLERK),
    StateStep("受理", State.SENT, State.REVIEW, Role.REVIEWER),
    StateStep("退回", State.REVIEW, State.RETURNED, Role.REVIEWER, deadline=True),
    StateStep("送审", State.RETURNED, State.SENT, Role.CLERK),
    StateStep("定稿", State.REVIEW, State.REVIEWED, Role.REVIEWER),
    StateStep("重开", State.REVIEWED, State.REVIEW, Role.REVIEWER, leader=True, reason=True),
    StateStep("公开", State.REVIEWED, State.PUBLIC, Role.REVIEWER, leader=True),
    StateStep("更正", State.PUBLIC, State.REVIEW, Role.REVIEWER, leader=True, reason=True),
)


def move_of(act: str, state: State) -> StateStep | None:
    """The row of the table for an act in a state, None where there is none."""
    return next((move for move in TABLE if move.act == act and move.before == state), None)


def may(actor: Actor, move: StateStep, facts: Standing) -> bool:
    """Whether this person may do it at all, whatever the gate says."""
    if move.leader:
        return actor.is_leader
    if not actor.has(move.by):
        return False
    if move.by == Role.CLERK:
        return actor.alone or actor.own
    # a reviewer takes what nobody has taken, and goes on with what is its own; a leader with any
    return actor.own or actor.is_leader or (move.act == "受理" and not facts.taken)


def acts_for(actor: Actor, facts: Standing) -> list[StateStep]:
    """The acts that the pages offer, in the table's order; the gate may still refuse one and say why."""
    return [move for move in TABLE if move.before == facts.state and may(actor, move, facts)]


def hindrances(move: StateStep, facts: Standing) -> list[str]:
    """What stands in the way of a move, in words for the person who wants it; nothing where it may be done."""
    judged = {"送审": _sending, "撤回": _withdrawing, "退回": _returning, "定稿": _closing}
    return judged[move.act](facts) if move.act in judged else []


def _sending(facts: Standing) -> list[str]:
    if not facts.read:
        return ["没有读到自评表。请上传能读取的自评表。"]
    if facts.state == State.RETURNED:
        if facts.new_version:
            return []
        asked = set(facts.returned)
        left = [one.number for one in facts.findings if one.number in asked and not one.answered]
        return [f"退回所列的第 {_listed(left)} 条还没有答复。请逐条答复，或上传改正后的表。"] if left else []
    if facts.gate == ReplyGate.OFF:
        return []
    # a mended form has no such finding any more: what is left is either answered or stands in the way
    errors = [one for one in facts.findings if one.level == "error" and not one.answered]
    if not errors:
        return []
    listed = _listed([one.number for one in errors])
    ways = "改正后重新上传" if facts.gate == ReplyGate.CORRECT else "改正后重新上传，或逐条说明"
    return [f"还有 {len(errors)} 条必改没有处理（第 {listed} 条）。请{ways}。"]


def _withdrawing(facts: Standing) -> list[str]:
    return ["已有复核人受理，不能撤回。需要改动请与复核人联系。"] if facts.taken else []


def _returning(facts: Standing) -> list[str]:
    asked = [one for one in facts.findings if one.verdict in (Ruling.TRUE, Ruling.PENDING) and not one.stale]
    if asked or facts.opinion:
        return []
    return ["没有要单位处理的事项：至少一条判为属实或待核实，或写明复核意见，才能退回。"]


def _closing(facts: Standing) -> list[str]:
    said = []
    left = [one.number for one in facts.findings if one.level != "note" and one.undecided]
    if left:
        said.append(f"还有 {len(left)} 条必改或说明没有结论（第 {_listed(left)} 条）。")
    if facts.points_open:
        said.append(f"还有 {facts.points_open} 个指标没有复核分。")
    if not facts.opinion:
        said.append("还没有写复核意见。")
    return said


def _listed(numbers: Sequence[int], most: int = 8) -> str:
    shown = "、".join(str(number) for number in numbers[:most])
    return shown + (" 等" if len(numbers) > most else "")


def verdict_fault(verdict: str, reason: str, text: str) -> str:
    """What is missing for a verdict, in words, "" where nothing is: 不成立 needs a reason code and words."""
    if verdict not in tuple(Ruling):
        return "没有这种结论。"
    if verdict == Ruling.FALSE and (reason not in REASONS or not text.strip()):
        return "判为不成立要选原因并写明理由。"
    return ""


def may_decide(actor: Actor, state: State) -> bool:
    """Whether this person may give verdicts, points and opinions now: only while the submission is being reviewed."""
    return state == State.REVIEW and (actor.alone or (actor.role == Role.REVIEWER and (actor.own or actor.leads)))


def may_answer(actor: Actor, state: State) -> bool:
    """Whether this person may answer findings and bring a new version: while the form is with its department."""
    return state in (State.FILLING, State.RETURNED) and (actor.alone or (actor.role == Role.CLERK and actor.own))


def sees_verdicts(actor: Actor, state: State) -> bool:
    """Whether verdicts and points may be shown: to a clerk only once they were given back."""
    return not (actor.role == Role.CLERK and not actor.alone) or state in (State.RETURNED, State.REVIEWED, State.PUBLIC)
