"""The state table and the sample, by themselves: no database, no Django."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.web.sampling import Plan, Unit, amount_words, digest_of_population, draw, seed_of
from scorer.web.states import (
    TABLE,
    Actor,
    Asked,
    ReplyGate,
    Role,
    Ruling,
    Standing,
    State,
    acts_for,
    hindrances,
    may,
    may_answer,
    may_decide,
    move_of,
    sees_verdicts,
    verdict_fault,
)

ACTORS = st.builds(Actor, st.sampled_from(Role), st.booleans(), st.booleans(), st.booleans())
FINDINGS = st.builds(
    Asked,
    st.sampled_from(["error", "warning", "note"]),
    st.sampled_from([str(one) for one in Ruling]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 9),
)
STANDINGS = st.builds(
    Standing,
    state=st.sampled_from(State),
    findings=st.lists(FINDINGS, max_size=6).map(tuple),
    read=st.booleans(),
    taken=st.booleans(),
    gate=st.sampled_from(ReplyGate),
    opinion=st.booleans(),
    new_version=st.booleans(),
    returned=st.lists(st.integers(1, 9), max_size=3).map(tuple),
)


@given(ACTORS, STANDINGS)
def test_what_is_offered_is_in_the_table_and_allowed(actor: Actor, facts: Standing) -> None:
    for step in acts_for(actor, facts):
        assert step in TABLE
        assert step.before == facts.state
        assert may(actor, step, facts)


@given(st.lists(st.tuples(ACTORS, st.sampled_from([step.act for step in TABLE])), max_size=20), STANDINGS)
def test_any_sequence_of_acts_stays_in_the_table(acts: list[tuple[Actor, str]], facts: Standing) -> None:
    state = facts.state
    for actor, act in acts:
        step = move_of(act, state)
        now = Standing(state=state, findings=facts.findings, read=facts.read, taken=facts.taken, opinion=facts.opinion)
        if step is None or not may(actor, step, now) or hindrances(step, now):
            continue
        assert (step.act, step.before, step.after) in {(one.act, one.before, one.after) for one in TABLE}
        if step.after == State.REVIEWED:
            assert not any(one.level != "note" and (not one.verdict or one.stale) for one in facts.findings)
            assert facts.opinion
        state = step.after


@given(ACTORS, st.sampled_from(State))
def test_nobody_decides_on_what_is_with_the_department_or_settled(actor: Actor, state: State) -> None:
    if may_decide(actor, state):
        assert state == State.REVIEW
        assert actor.alone or actor.role == Role.REVIEWER
    if may_answer(actor, state):
        assert state in (State.FILLING, State.RETURNED)
    if actor.role == Role.CLERK and not actor.alone and state in (State.FILLING, State.SENT, State.REVIEW):
        assert not sees_verdicts(actor, state)


def test_a_lone_reviewer_may_take_what_nobody_has_and_no_other() -> None:
    step = move_of("受理", State.SENT)
    assert step is not None
    reviewer = Actor(Role.REVIEWER)
    assert may(reviewer, step, Standing(State.SENT))
    assert not may(reviewer, step, Standing(State.SENT, taken=True))
    assert may(Actor(Role.REVIEWER, leads=True), step, Standing(State.SENT, taken=True))


@pytest.mark.parametrize(
    ("gate", "answered", "said"),
    [(ReplyGate.OFF, False, ""), (ReplyGate.REPLY, False, "逐条说明"), (ReplyGate.REPLY, True, ""), (ReplyGate.CORRECT, False, "改正后")],
)
def test_the_gate_of_a_department(gate: ReplyGate, answered: bool, said: str) -> None:
    step = move_of("送审", State.FILLING)
    assert step is not None
    facts = Standing(State.FILLING, (Asked("error", answered=answered, number=3), Asked("warning", number=4)), gate=gate)
    words = "".join(hindrances(step, facts))
    assert (said in words) if said else not words
    assert "4" not in words


def test_what_does_not_hold_says_why() -> None:
    assert verdict_fault("不成立", "", "话")
    assert verdict_fault("不成立", "读错", " ")
    assert not verdict_fault("不成立", "读错", "话")
    assert verdict_fault("随便", "", "")


UNITS = st.lists(
    st.builds(
        Unit,
        st.text("abcdefgh", min_size=4, max_size=8),
        st.sampled_from(["教育局", "民政局", ""]),
        st.sampled_from(["优", "良", ""]),
        st.decimals(0, 3000, places=2),
    ),
    max_size=40,
    unique_by=lambda unit: unit.name,
)
PLANS = st.builds(
    Plan,
    st.lists(st.sampled_from(["department", "grade", "amount"]), unique=True).map(tuple),
    st.decimals(1, 100, places=1),
    st.one_of(st.none(), st.integers(1, 30)),
    st.integers(0, 3),
    st.booleans(),
)


@given(PLANS, UNITS, st.text("0123456789abcdef", min_size=64, max_size=64), st.randoms())
def test_a_sample_can_be_drawn_again_from_the_list_in_any_order(plan: Plan, units: list[Unit], head: str, chance: object) -> None:
    seed = seed_of(plan, head)
    first = draw(plan, units, seed)
    other = list(units)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert draw(plan, other, seed) == first
    assert digest_of_population(other) == digest_of_population(units)
    assert len({one.name for one in first}) == len(first)
    for stratum in {unit.stratum(plan.by) for unit in units}:
        members = [unit for unit in units if unit.stratum(plan.by) == stratum]
        assert sum(one.stratum == stratum for one in first) >= min(plan.least, len(members))


def test_a_drawing_is_the_same_on_every_computer() -> None:
    units = [Unit(f"form{number:02d}", "教育局" if number % 3 else "民政局", "优", Decimal(number * 10)) for number in range(20)]
    plan = Plan(("department",), Decimal(10), None, 1)
    drawn = draw(plan, units, seed_of(plan, "0" * 64))
    assert [one.name for one in drawn] == ["form17", "form12"]


def test_amounts_fall_into_bands() -> None:
    assert [amount_words(Decimal(value)) for value in (0, 50, 999, 1000)] == [
        "50 万元以下",
        "50–200 万元",
        "200–1000 万元",
        "1000 万元以上",
    ]
