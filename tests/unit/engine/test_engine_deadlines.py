"""Runs of a deadline: when they start, how they end, grace, late acts, reminders, waits, consequences."""

from __future__ import annotations

from datetime import timedelta

import pytest
from engine_packs import TICK, Story, engine_of, utc, what

START = utc("2026-03-02 09:00")
DUE = utc("2026-03-05 09:00")

#: duties with and without `met_by`, over states in which one can move about
DUTIES = """
processes:
  job:
    states:
      a: {}
      b: {}
      out: {}
      done: {final: true}
    transitions:
      start: {from: new, to: a, by: buyer, ~}
      move: {from: a, to: b, by: [buyer, seller], ~}
      back: {from: [b, out], to: a, by: [buyer, seller], ~}
      stay: {from: [a, b], to: a, by: [buyer, seller], ~}
      act: {from: [a, b, out], by: [buyer, seller], ~}
      leave: {from: [a, b], to: out, by: [buyer, seller, agent], ~}
      claim: {from: [a, b, out], by: buyer, when: overdue(named), ~}
      finish: {from: [a, b, out], to: done, by: buyer, ~}
    deadlines:
      named: {while: [a, b], within: 3 days, owed_by: seller, met_by: act, ~}
      leaving: {while: [a, b], within: 3 days, owed_by: seller, ~}
      only_a: {while: a, within: 3 days, owed_by: seller, ~}
"""


def job() -> Story:
    story = Story(engine_of(DUTIES), START)
    story.took("job.start", by="buyer")
    return story


class TestStarting:
    def test_entering_the_while_states_starts_it(self) -> None:
        story = job()
        assert story.due("job/1", "named") == DUE
        assert [clock.rule for clock in Story(story.engine, START).took("job.start", by="buyer").clocks] == [
            "job.named",
            "job.leaving",
            "job.only_a",
        ]

    def test_moving_within_the_states_does_not_restart_it(self) -> None:
        story = job()
        story.took("job.move", "2026-03-03 09:00")
        assert story.outcomes("job/1", "named") == ["open"]
        assert story.due("job/1", "named") == DUE

    def test_leaving_and_coming_back_restarts_it(self) -> None:
        story = job()
        story.took("job.move", "2026-03-03 09:00", by="buyer")
        story.took("job.back", "2026-03-04 09:00")
        assert story.outcomes("job/1", "only_a") == ["void", "open"]
        assert story.due("job/1", "only_a") == utc("2026-03-07 09:00")

    def test_to_naming_the_current_state_is_the_same_as_no_to(self) -> None:
        story = job()
        story.took("job.stay", "2026-03-03 09:00")
        assert story.outcomes("job/1", "only_a") == ["open"]
        assert story.due("job/1", "only_a") == DUE
        assert story["job/1"].entered["a"] == story["job/1"].happened["start"].latest

    def test_when_is_tested_at_the_start_only(self) -> None:
        engine = engine_of("""
processes:
  job:
    facts: {express: boolean}
    states: {open: {}, rest: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [express], ~}
      change: {from: open, by: buyer, requires: [express], ~}
      rest: {from: open, to: rest, by: buyer, ~}
      wake: {from: rest, to: open, by: buyer, ~}
      finish: {from: open, to: done, by: seller, ~}
    deadlines:
      fast: {while: open, when: express, within: 1 day, owed_by: seller, ~}
""")
        running, not_running, unknown = (Story(engine, START) for _ in range(3))
        running.took("job.start", by="buyer", express=True)
        running.took("job.change", by="buyer", express=False)
        assert running.outcomes("job/1", "fast") == ["open"]
        not_running.took("job.start", by="buyer", express=False)
        not_running.took("job.change", by="buyer", express=True)
        assert not_running.outcomes("job/1", "fast") == []
        not_running.took("job.rest", "2026-03-03 09:00", by="buyer")
        not_running.took("job.wake", "2026-03-04 09:00", by="buyer")
        assert not_running.due("job/1", "fast") == utc("2026-03-05 09:00")
        unknown.took("job.start", by="buyer")
        assert unknown.outcomes("job/1", "fast") == []

    def test_clocks_start_and_stop_after_every_single_transition_of_a_step(self) -> None:
        engine = engine_of("""
processes:
  job:
    states: {a: {}, b: {}, done: {final: true}}
    transitions:
      start: {from: new, to: a, by: buyer, ~}
      hop: {from: a, to: b, by: buyer, raises: [back], ~}
      back: {from: b, to: a, by: system, ~}
      finish: {from: a, to: done, by: seller, ~}
    deadlines:
      in_a: {while: a, within: 1 day, owed_by: seller, ~}
      in_b: {while: b, within: 1 day, owed_by: seller, ~}
""")
        story = Story(engine, START)
        story.took("job.start", by="buyer")
        story.took("job.hop", "2026-03-02 20:00", by="buyer")
        assert story.outcomes("job/1", "in_a") == ["void", "open"]
        assert story.outcomes("job/1", "in_b") == ["void"]
        assert story.due("job/1", "in_a") == utc("2026-03-03 20:00")


class TestEnding:
    def test_an_event_of_met_by_meets_it_whoever_sends_it(self) -> None:
        story = job()
        story.took("job.act", "2026-03-04 09:00", by="buyer")
        assert story.outcomes("job/1", "named") == ["met"]
        assert story.until("2026-04-01 00:00")[0].deadline == "job.leaving"

    def test_with_met_by_leaving_the_states_only_stops_it(self) -> None:
        story = job()
        story.took("job.leave", "2026-03-03 09:00", by="seller")
        assert story.outcomes("job/1", "named") == ["void"]

    def test_without_met_by_the_debtor_meets_it_by_leaving_the_states(self) -> None:
        story = job()
        story.took("job.leave", DUE, by="seller")
        assert story.outcomes("job/1", "leaving") == ["met"]

    @pytest.mark.parametrize("by", ["buyer", "agent"])
    def test_without_met_by_anybody_else_who_leaves_them_makes_it_void(self, by: str) -> None:
        story = job()
        story.took("job.leave", DUE, by=by)
        assert story.outcomes("job/1", "leaving") == ["void"]

    def test_moving_within_the_states_meets_nothing(self) -> None:
        story = job()
        story.took("job.move", by="seller")
        assert story.outcomes("job/1", "leaving") == ["open"]
        assert story.outcomes("job/1", "only_a") == ["met"]

    def test_a_run_ends_once(self) -> None:
        story = job()
        story.took("job.act", "2026-03-03 09:00")
        met = story.runs("job/1", "named")[-1]
        story.took("job.act", "2026-03-04 09:00")
        story.took("job.leave", "2026-03-04 10:00", by="buyer")
        assert story.runs("job/1", "named") == (met,)
        assert [d for d in story.until("2026-04-01 00:00") if d.deadline == "job.named"] == []

    def test_a_miss_is_on_record_for_good_also_where_nothing_else_happens(self) -> None:
        story = job()
        fired = story.until(DUE + TICK)
        assert what(fired) == [("missed", "job.named"), ("missed", "job.leaving"), ("missed", "job.only_a")]
        story.took("job.act", "2026-03-06 09:00")
        story.took("job.leave", "2026-03-06 10:00", by="seller")
        assert [story.outcomes("job/1", name) for name in ("named", "leaving", "only_a")] == [["missed"]] * 3

    def test_a_later_act_is_recorded_as_late(self) -> None:
        story = job()
        decision = story.took("job.act", "2026-03-06 09:00")
        assert ("job.named", "late") in [(clock.rule, clock.what) for clock in decision.clocks]
        assert story.runs("job/1", "named")[-1].late is not None
        assert story.runs("job/1", "leaving")[-1].late is None
        story.took("job.leave", "2026-03-06 09:00", by="seller")
        assert story.runs("job/1", "leaving")[-1].late is not None

    def test_leaving_by_somebody_else_after_a_miss_is_no_late_act(self) -> None:
        story = job()
        story.took("job.leave", "2026-03-06 09:00", by="buyer")
        assert story.outcomes("job/1", "leaving") == ["missed"]
        assert story.runs("job/1", "leaving")[-1].late is None


class TestOverdue:
    def test_it_stays_overdue_after_the_state_was_left(self) -> None:
        story = job()
        story.took("job.leave", "2026-03-06 09:00", by="buyer")
        story.took("job.claim", "2026-06-01 09:00", by="buyer")

    def test_a_late_act_ends_it(self) -> None:
        story = job()
        story.took("job.claim", "2026-03-06 09:00", by="buyer")
        story.took("job.act", "2026-03-06 09:00")
        assert story.refused("job.claim", "2026-03-06 09:00", by="buyer") == ["condition"]

    def test_a_late_act_ends_it_also_after_the_state_was_left(self) -> None:
        story = job()
        story.took("job.leave", "2026-03-06 09:00", by="buyer")
        story.took("job.act", "2026-03-06 10:00")
        assert story.refused("job.claim", "2026-03-07 09:00", by="buyer") == ["condition"]

    def test_a_late_act_does_not_change_when_the_clock_was_stopped(self) -> None:
        story = job()
        story.took("job.leave", "2026-03-06 09:00", by="buyer")
        stopped = story.runs("job/1", "named")[-1].ended
        story.took("job.act", "2026-03-06 10:00")
        assert story.runs("job/1", "named")[-1].ended == stopped

    def test_only_the_latest_run_counts(self) -> None:
        story = job()
        story.took("job.leave", "2026-03-06 09:00", by="buyer")
        story.took("job.back", "2026-03-06 10:00")
        assert story.outcomes("job/1", "named") == ["missed", "open"]
        assert story.refused("job.claim", "2026-03-06 11:00", by="buyer") == ["condition"]

    def test_a_run_that_was_stopped_in_time_is_never_overdue(self) -> None:
        story = job()
        story.took("job.leave", DUE, by="buyer")
        assert story.refused("job.claim", "2026-06-01 09:00", by="buyer") == ["condition"]

    def test_missed_stays_true_after_a_late_act_and_a_new_run(self) -> None:
        engine = engine_of(DUTIES.replace("overdue(named)", "missed(named)"))
        story = Story(engine, START)
        story.took("job.start", by="buyer")
        assert story.refused("job.claim", DUE, by="buyer") == ["condition"]
        story.took("job.act", "2026-03-06 09:00")
        story.took("job.leave", "2026-03-06 09:00")
        story.took("job.back", "2026-03-06 10:00")
        story.took("job.claim", "2026-03-06 11:00", by="buyer")


GRACE = """
processes:
  job:
    states: {open: {}, over: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      act: {from: open, by: seller, ~}
      leave: {from: open, to: over, by: buyer, ~}
      give_up: {from: open, to: over, by: system, ~}
      claim: {from: [open, over], by: buyer, when: overdue(work), ~}
      complain: {from: [open, over], by: buyer, when: missed(work), ~}
      finish: {from: over, to: done, by: buyer, ~}
    deadlines:
      work: {while: open, within: 5 days, grace: 2 days, owed_by: seller, met_by: act, then: give_up, ~}
"""


class TestGrace:
    due, over = utc("2026-03-07 09:00"), utc("2026-03-09 09:00")

    def story(self) -> Story:
        story = Story(engine_of(GRACE), START)
        story.took("job.start", by="buyer")
        return story

    def test_missed_at_due_and_the_consequence_at_due_plus_grace(self) -> None:
        story = self.story()
        assert [(d.kind, d.at) for d in story.until("2026-04-01 00:00")] == [("missed", self.due), ("fired", self.over)]

    def test_an_act_at_due_is_in_time(self) -> None:
        story = self.story()
        story.took("job.act", self.due)
        assert story.until("2026-04-01 00:00") == []

    @pytest.mark.parametrize("at", [due + TICK, over])
    def test_an_act_in_the_grace_cancels_the_consequence_and_the_miss_stays(self, at: object) -> None:
        story = self.story()
        story.took("job.act", at)
        assert story.until("2026-04-01 00:00") == []
        assert story.outcomes("job/1", "work") == ["missed"]
        assert story.state("job/1") == "open"

    def test_an_act_one_microsecond_after_the_grace_cancels_nothing(self) -> None:
        story = self.story()
        story.do("job.act", self.over + TICK)
        assert story.state("job/1") == "over"

    def test_leaving_the_states_in_the_grace_stops_the_consequence(self) -> None:
        story = self.story()
        story.took("job.leave", self.due + TICK, by="buyer")
        assert story.until("2026-03-20 00:00") == []
        assert story.state("job/1") == "over"
        assert story.outcomes("job/1", "work") == ["missed"]

    def test_missed_from_due_but_overdue_only_from_the_end_of_the_grace(self) -> None:
        story = self.story()
        assert story.refused("job.complain", self.due, by="buyer") == ["condition"]
        story.took("job.complain", self.due + TICK, by="buyer")
        assert story.refused("job.claim", self.over, by="buyer") == ["condition"]
        story.took("job.claim", self.over + TICK, by="buyer")

    def test_overdue_comes_with_the_end_of_the_grace_also_where_the_state_was_left_before(self) -> None:
        story = self.story()
        story.took("job.leave", self.due + TICK, by="buyer")
        assert story.refused("job.claim", self.over, by="buyer") == ["condition"]
        story.took("job.claim", self.over + TICK, by="buyer")


#: what the consequence of one deadline finds of the others, all due at one moment
TOGETHER = """
processes:
  job:
    facts: {seen: boolean, overdue_seen: boolean}
    states: {open: {}, over: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      first: {from: open, by: system, sets: {seen: missed(two) and missed(three), overdue_seen: overdue(two)}, ~}
      second: {from: open, to: over, by: system, ~}
      third: {from: open, by: system, ~}
      finish: {from: over, to: done, by: buyer, ~}
    deadlines:
      one: {while: open, within: 1 day, owed_by: seller, then: first, ~}
      two: {while: open, within: 24 hours, owed_by: seller, then: second, ~}
      three: {while: open, within: P1D, owed_by: seller, then: third, ~}
"""


def test_all_that_is_due_at_one_moment_is_first_missed_then_fires_in_order_unless_stopped_meanwhile() -> None:
    story = Story(engine_of(TOGETHER), START)
    story.took("job.start", by="buyer")
    assert what(story.until("2026-03-10 00:00")) == [
        ("missed", "job.one"),
        ("missed", "job.two"),
        ("missed", "job.three"),
        ("fired", "job.one"),
        ("fired", "job.two"),
    ]
    assert story.fact("job/1", "seen") is True
    assert story.fact("job/1", "overdue_seen") is True
    assert story.state("job/1") == "over"


def test_misses_of_all_instances_come_before_any_consequence() -> None:
    engine = engine_of("""
processes:
  order:
    states: {open: {}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      rest: {from: open, by: buyer, ~}
  job:
    under: order
    facts: {seen: integer}
    states: {open: {}, over: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      expire: {from: open, to: over, by: system, sets: {seen: 'count(job, over)'}, when: missed(job.work), ~}
    deadlines:
      work: {while: open, within: 1 day, owed_by: seller, then: expire, ~}
""")
    story = Story(engine, START)
    story.took("order.start", by="buyer")
    story.took("job.start", by="buyer")
    story.took("job.start", by="buyer")
    fired = story.until("2026-03-10 00:00")
    assert [(d.kind, d.target) for d in fired] == [
        ("missed", "job/1"),
        ("missed", "job/2"),
        ("fired", "job/1"),
        ("fired", "job/2"),
    ]
    assert [story.fact(f"job/{n}", "seen") for n in (1, 2)] == [0, 1]


FAULT = """
processes:
  job:
    facts: {allowed: {type: boolean, default: false}, steps: {type: integer, default: 0}}
    states: {open: {}, over: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      allow: {from: open, by: buyer, sets: {allowed: true}, ~}
      expire: {from: open, by: system, sets: {steps: steps + 1}, raises: [close], ~}
      close: {from: open, to: over, by: system, when: allowed, ~}
      finish: {from: open, to: over, by: seller, when: overdue(work), ~}
    deadlines:
      work: {while: open, within: 1 day, owed_by: seller, then: expire, ~}
"""


class TestAConsequenceThatIsRefused:
    def story(self) -> Story:
        story = Story(engine_of(FAULT), START)
        story.took("job.start", by="buyer")
        return story

    def test_the_step_is_undone_the_miss_stays_and_the_fault_is_reported(self) -> None:
        story = self.story()
        missed, fault = story.until("2026-03-10 00:00")
        assert (missed.kind, missed.fault) == ("missed", False)
        assert (fault.kind, fault.accepted, fault.fault) == ("fired", False, True)
        assert [(r.code, [i.code for i in r.inner]) for r in fault.reasons] == [("raise_refused", ["condition"])]
        assert story.state("job/1") == "open"
        assert story.fact("job/1", "steps") == 0
        assert story.outcomes("job/1", "work") == ["missed"]

    def test_it_is_not_tried_again(self) -> None:
        story = self.story()
        story.until("2026-03-10 00:00")
        story.took("job.allow", by="buyer")
        assert story.until("2027-03-10 00:00") == []
        assert story.state("job/1") == "open"

    def test_the_duty_is_overdue_all_the_same(self) -> None:
        story = self.story()
        story.took("job.finish", "2026-03-03 09:00:01")
        assert story.runs("job/1", "work")[-1].late is not None


REMIND = """
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
  job:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      act: {from: open, by: seller, ~}
      finish: {from: open, to: done, by: seller, ~}
    deadlines:
      work: {while: open, within: 48 hours, owed_by: seller, met_by: act, remind: [24 hours, 2 hours, 3 days], ~}
  stop:
    under: order
    states: {on: {suspends: job}, off: {final: true}}
    transitions:
      start: {from: new, to: on, by: agent, ~}
      end: {from: on, to: off, by: agent, ~}
"""


class TestReminders:
    def story(self) -> Story:
        story = Story(engine_of(REMIND), START)
        story.took("order.start", by="buyer")
        story.took("job.start", by="buyer")
        return story

    def test_they_count_back_from_due_and_those_before_the_start_are_skipped(self) -> None:
        fired = self.story().until("2026-04-01 00:00")
        assert [(d.kind, d.at) for d in fired] == [
            ("reminder", utc("2026-03-03 09:00")),
            ("reminder", utc("2026-03-04 07:00")),
            ("missed", utc("2026-03-04 09:00")),
        ]

    def test_one_at_exactly_the_start_is_given(self) -> None:
        engine = engine_of(REMIND.replace("3 days", "48 hours"))
        story = Story(engine, START)
        story.took("order.start", by="buyer")
        story.took("job.start", by="buyer")
        assert [d.at for d in story.until("2026-03-03 00:00")] == [START]

    def test_they_stop_with_the_run(self) -> None:
        story = self.story()
        story.took("job.act", "2026-03-03 10:00")
        assert story.until("2026-04-01 00:00") == []

    def test_they_move_with_the_run_over_a_pause(self) -> None:
        story = self.story()
        story.took("stop.start", "2026-03-02 12:00", by="agent")
        assert story.until("2026-03-05 12:00") == []
        story.took("stop.end", "2026-03-05 12:00", by="agent")
        assert [(d.kind, d.at) for d in story.until("2026-04-01 00:00")] == [
            ("reminder", utc("2026-03-06 09:00")),
            ("reminder", utc("2026-03-07 07:00")),
            ("missed", utc("2026-03-07 09:00")),
        ]


class TestWaitsAndOpenDuties:
    WAIT = """
processes:
  job:
    states: {open: {}, aside: {}, paid: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      aside: {from: open, to: aside, by: buyer, ~}
      back: {from: aside, to: open, by: buyer, ~}
      pay: {from: open, to: paid, by: system, ~}
      ask: {from: open, by: buyer, when: missed(payout) or overdue(payout), ~}
    deadlines:
      payout: {while: open, after: 14 days, then: pay, ~}
"""

    def test_a_wait_misses_nothing_and_its_consequence_comes_at_that_moment(self) -> None:
        story = Story(engine_of(self.WAIT), START)
        story.took("job.start", by="buyer")
        fired = story.until("2026-04-01 00:00")
        assert [(d.kind, d.deadline, d.at) for d in fired] == [("fired", "job.payout", utc("2026-03-16 09:00"))]
        assert story.state("job/1") == "paid"
        assert "missed" not in story.outcomes("job/1", "payout")

    def test_a_wait_that_is_left_before_its_end_comes_to_nothing_and_starts_anew(self) -> None:
        story = Story(engine_of(self.WAIT), START)
        story.took("job.start", by="buyer")
        story.took("job.aside", "2026-03-16 09:00", by="buyer")
        assert story.until("2026-03-20 09:00") == []
        story.took("job.back", "2026-03-20 09:00", by="buyer")
        assert story.due("job/1", "payout") == utc("2026-04-03 09:00")

    def test_a_duty_without_a_number_exists_and_never_runs_out(self) -> None:
        engine = engine_of("""
processes:
  job:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      finish: {from: open, to: done, by: seller, ~}
      ask: {from: open, by: buyer, when: overdue(work), ~}
    deadlines:
      work: {while: open, within: unspecified, owed_by: seller, ~}
""")
        story = Story(engine, START)
        story.took("job.start", by="buyer")
        assert story.until("2040-01-01 00:00") == []
        assert story.refused("job.ask", by="buyer") == ["condition"]
        (owed,) = story.engine.obligations(story.case)
        assert (owed.rule, owed.due, owed.missed, owed.overdue) == ("job.work", None, False, False)
        story.took("job.finish")
        assert story.outcomes("job/1", "work") == ["met"]

    def test_may_is_not_will_a_deadline_without_then_only_becomes_overdue(self) -> None:
        story = job()
        assert {d.kind for d in story.until("2030-01-01 00:00")} == {"missed"}
        assert story.state("job/1") == "a"


def test_the_clock_shows_what_it_did() -> None:
    story = job()
    decision = story.took("job.leave", "2026-03-03 09:00", by="seller")
    assert [(clock.rule, clock.what) for clock in decision.clocks] == [
        ("job.named", "void"),
        ("job.leaving", "met"),
        ("job.only_a", "met"),
    ]
    assert decision.at + timedelta(days=2) == decision.clocks[0].due
