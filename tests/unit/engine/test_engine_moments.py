"""Moments: when time is over, in which order things happen, and how long an answer holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from engine_packs import HEADER, TICK, Story, engine_of, utc, what

from rulesengine import Event, load_scenario, simulate

#: a duty of 48 hours with a consequence, one with grace, and what may be done when the first is overdue
DUTY = """
processes:
  claim:
    facts: {note: text}
    states:
      open: {}
      service: {}
      done: {final: true}
    transitions:
      open: {from: new, to: open, by: buyer, ~}
      answer: {from: [open, service], by: seller, ~}
      note: {from: [open, service], by: buyer, requires: [note], ~}
      escalate: {from: open, to: service, by: system, ~}
      complain: {from: [open, service], to: done, by: buyer, when: overdue(reply), ~}
    deadlines:
      reply: {while: open, within: 48 hours, owed_by: seller, met_by: answer, then: escalate, ~}
      decide: {while: service, within: 1 day, grace: 2 days, owed_by: seller, met_by: answer, ~}
"""
START = utc("2026-03-02 09:00")
DUE = utc("2026-03-04 09:00")


def claim() -> Story:
    story = Story(engine_of(DUTY), START)
    story.took("claim.open", by="buyer")
    return story


def test_a_duty_done_at_exactly_its_due_moment_is_met() -> None:
    story = claim()
    decision = story.took("claim.answer", DUE)
    assert decision.fired == ()
    assert story.outcomes("claim/1", "reply") == ["met"]
    assert story.state("claim/1") == "open"


def test_a_duty_done_one_microsecond_after_its_due_moment_is_missed() -> None:
    story = claim()
    decision = story.took("claim.answer", DUE + TICK)
    assert what(decision.fired) == [("missed", "claim.reply"), ("fired", "claim.reply")]
    assert story.outcomes("claim/1", "reply") == ["missed"]
    assert story.state("claim/1") == "service"


def test_advance_fires_only_what_is_due_strictly_before_its_moment() -> None:
    story = claim()
    assert story.until(DUE) == []
    assert story.outcomes("claim/1", "reply") == ["open"]
    assert what(story.until(DUE + TICK)) == [("missed", "claim.reply"), ("fired", "claim.reply")]


@pytest.mark.parametrize(
    ("moment", "state", "seen"),
    [("2026-03-04 09:00:00", "open", "[]"), ("2026-03-04 09:00:00.000001", "service", "[claim.reply]")],
)
def test_a_scenario_gives_the_same_answer_at_the_edge(tmp_path: Path, moment: str, state: str, seen: str) -> None:
    (tmp_path / "small.yaml").write_text((HEADER + DUTY).replace("~}", "assumed: for the test}"))
    path = tmp_path / "scenario.yaml"
    path.write_text(
        "scenario: At the edge\npack: small.yaml\nstart: 2026-03-02 09:00\nsteps:\n"
        "  - {event: claim.open, by: buyer}\n"
        f"  - {{event: claim.answer, by: seller, at: '{moment}',\n"
        f"     expect: {{missed: {seen}, claim: {{state: {state}}}}}}}\n"
    )
    assert simulate(load_scenario(path)).failures == ()


def test_what_a_deadline_starts_carries_the_moment_due_plus_grace() -> None:
    story = claim()
    fired = story.until(DUE + timedelta(hours=5))
    assert [decision.at for decision in fired] == [DUE, DUE]
    assert datetime.fromtimestamp(story["claim/1"].entered["service"] / 1e6, UTC) == DUE
    assert story.due("claim/1", "decide") == DUE + timedelta(days=1)


def test_what_fires_comes_after_every_outside_event_of_its_moment() -> None:
    story = claim()
    story.took("claim.note", DUE, by="buyer", note="one")
    story.took("claim.note", DUE, by="buyer", note="two")
    assert story.state("claim/1") == "open"
    assert story.refused("claim.complain", DUE, by="buyer") == ["condition"]
    assert what(story.until(DUE + TICK)) == [("missed", "claim.reply"), ("fired", "claim.reply")]


def test_events_of_one_moment_count_in_order_of_arrival() -> None:
    story = claim()
    story.took("claim.note", "2026-03-03 09:00", by="buyer", note="first")
    story.took("claim.note", "2026-03-03 09:00", by="buyer", note="second")
    assert story.fact("claim/1", "note") == "second"


def test_an_event_before_the_moment_of_the_case_is_out_of_order() -> None:
    story = claim()
    story.until("2026-03-03 09:00")
    before = story.case
    decision = story.engine.decide(before, Event(event="claim.answer", by="seller", at=utc("2026-03-03 09:00") - TICK))
    assert [reason.code for reason in decision.reasons] == ["out_of_order"]
    assert decision.case == before


def test_moments_are_compared_in_utc_wherever_they_come_from() -> None:
    story = claim()
    late = (DUE + TICK).astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert what(story.took("claim.answer", late).fired) == [("missed", "claim.reply"), ("fired", "claim.reply")]


def test_advance_in_two_steps_equals_one_and_never_goes_back() -> None:
    story = claim()
    engine, case = story.engine, story.case
    whole, end = engine.advance(case, utc("2026-03-20 00:00"))
    for cut in (START, DUE - TICK, DUE, DUE + TICK, utc("2026-03-07 09:00"), utc("2026-03-19 00:00")):
        first, between = engine.advance(case, cut)
        second, after = engine.advance(between, utc("2026-03-20 00:00"))
        assert first + second == whole
        assert after == end
    assert engine.advance(end, START) == ((), end)


def test_a_refusal_gives_back_exactly_what_advance_gives() -> None:
    story = claim()
    at = utc("2026-03-06 12:00")
    decision = story.do("claim.open", at, by="seller", target="claim/1")
    assert not decision.accepted
    assert decision.case == story.engine.advance(claim().case, at)[1]
    assert what(decision.fired) == [
        ("missed", "claim.reply"),
        ("fired", "claim.reply"),
        ("missed", "claim.decide"),
    ]


def test_fired_decisions_stand_in_the_order_in_which_they_happened() -> None:
    story = claim()
    decision = story.took("claim.note", "2026-03-09 00:00", by="buyer", note="well")
    assert [(d.at, d.kind, d.deadline) for d in decision.fired] == [
        (DUE, "missed", "claim.reply"),
        (DUE, "fired", "claim.reply"),
        (utc("2026-03-05 09:00"), "missed", "claim.decide"),
    ]


class TestHowLongAnAnswerHolds:
    def test_an_answer_that_hangs_on_nothing_holds_without_end(self) -> None:
        decision = Story(engine_of(DUTY), START).took("claim.open", by="buyer")
        assert (decision.valid_until, decision.from_) == (None, None)

    def test_an_answer_holds_through_the_last_moment_before_a_deadline_changes_the_case(self) -> None:
        story = claim()
        decision = story.do("claim.escalate", by="buyer")
        assert (decision.valid_until, decision.from_) == (DUE, DUE + TICK)

    def test_the_same_event_is_answered_alike_at_valid_until_and_may_differ_at_from(self) -> None:
        story = claim()
        decision = story.do("claim.complain", "2026-03-03 00:00", by="buyer")
        assert decision.valid_until == DUE
        engine, case = story.engine, decision.case
        event = Event(event="claim.complain", by="buyer", at=decision.valid_until)
        assert not engine.decide(case, event).accepted
        later = Event(event="claim.complain", by="buyer", at=decision.from_)
        assert engine.decide(case, later).accepted

    def test_a_refusal_says_from_when_the_same_event_would_be_accepted(self) -> None:
        (reason,) = claim().do("claim.complain", by="buyer").reasons
        assert reason.from_ == DUE + TICK

    def test_an_overdue_guard_comes_true_after_the_grace(self) -> None:
        text = DUTY.replace("overdue(reply)", "overdue(decide)")
        story = Story(engine_of(text), START)
        story.took("claim.open", by="buyer")
        over = DUE + timedelta(days=3)
        assert story.refused("claim.complain", over - timedelta(days=1), by="buyer") == ["condition"]
        assert story.refused("claim.complain", over, by="buyer") == ["condition"]
        story.took("claim.complain", over + TICK, by="buyer")

    def test_comparisons_with_now_end_an_answer(self) -> None:
        engine = engine_of("""
processes:
  job:
    facts: {ready_at: datetime}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, requires: [ready_at], ~}
      early: {from: open, by: seller, when: now < ready_at, ~}
      by_then: {from: open, by: seller, when: now <= ready_at, ~}
      from_then: {from: open, by: seller, when: now >= ready_at, ~}
      after: {from: open, by: seller, when: 'now > ready_at + period("1 day")', ~}
      finish: {from: open, to: done, by: seller, ~}
""")
        story = Story(engine, START)
        ready = utc("2026-03-05 12:00")
        story.took("job.start", by="buyer", ready_at=ready)
        held = {event: story.do(f"job.{event}").valid_until for event in ("early", "by_then", "from_then", "after")}
        assert held == {
            "early": ready - TICK,
            "by_then": ready,
            "from_then": ready - TICK,
            "after": ready + timedelta(days=1),
        }
        assert [story.do(f"job.{event}", ready).accepted for event in held] == [False, True, True, False]
        assert story.took("job.from_then").valid_until is None

    def test_it_lists_the_context_it_has_read(self) -> None:
        engine = engine_of("""
context: {seller: {on_vacation: boolean, stars: integer}}
processes:
  job:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, unless: seller.on_vacation, ~}
      finish: {from: open, to: done, by: seller, ~}
    limits:
      good: {event: finish, only_when: seller.stars > 3, ~}
""")
        story = Story(engine, START)
        context = {"seller": {"on_vacation": False, "stars": 4}}
        assert story.took("job.start", by="buyer", context=context).context == ("seller.on_vacation",)
        assert story.took("job.finish", context=context).context == ("seller.stars",)
