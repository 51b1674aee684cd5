"""`since`: a deadline that counts from something that happened, or from a fact."""

from __future__ import annotations

import pytest
from engine_packs import TICK, Story, engine_of, utc, what

START = utc("2026-03-02 09:00")

FACT = """
processes:
  job:
    facts: {shipped_at: datetime}
    states: {open: {}, aside: {}, over: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [shipped_at], ~}
      ship: {from: [open, aside], by: seller, requires: [shipped_at], ~}
      arrive: {from: open, by: seller, ~}
      aside: {from: open, to: aside, by: [buyer, seller], ~}
      back: {from: aside, to: open, by: buyer, ~}
      note_late: {from: open, by: system, ~}
      end: {from: open, to: over, by: buyer, ~}
    deadlines:
      arrival: {while: open, since: shipped_at, within: 3 days, owed_by: seller, met_by: arrive, then: note_late, ~}
"""


class TestByAFact:
    def story(self, **facts: object) -> Story:
        story = Story(engine_of(FACT), START)
        story.took("job.start", by="buyer", **facts)
        return story

    def test_unknown_means_not_running(self) -> None:
        story = self.story()
        assert story.runs("job/1", "arrival") == ()
        assert story.until("2027-01-01 00:00") == []

    def test_it_runs_as_soon_as_the_fact_is_known_and_counts_from_it(self) -> None:
        story = self.story()
        story.took("job.ship", "2026-03-04 12:00", shipped_at="2026-03-03T20:00:00Z")
        assert story.due("job/1", "arrival") == utc("2026-03-06 20:00")

    def test_a_fact_of_the_future_is_counted_from_as_well(self) -> None:
        story = self.story(shipped_at="2026-05-01T00:00:00Z")
        assert story.due("job/1", "arrival") == utc("2026-05-04 00:00")

    def test_a_corrected_fact_moves_an_open_run(self) -> None:
        story = self.story(shipped_at="2026-03-02T08:00:00Z")
        decision = story.took("job.ship", "2026-03-04 12:00", shipped_at="2026-03-03T20:00:00Z")
        assert story.outcomes("job/1", "arrival") == ["open"]
        assert story.due("job/1", "arrival") == utc("2026-03-06 20:00")
        assert [(clock.rule, clock.what) for clock in decision.clocks] == [("job.arrival", "moved")]

    def test_a_correction_that_puts_due_into_the_past_makes_it_due_now(self) -> None:
        story = self.story(shipped_at="2026-03-04T08:00:00Z")
        now = utc("2026-03-06 12:00")
        story.took("job.ship", now, shipped_at="2026-03-01T08:00:00Z")
        story.took("job.arrive", now)
        assert story.outcomes("job/1", "arrival") == ["met"]

    def test_where_due_is_past_at_the_start_due_is_that_moment(self) -> None:
        story = self.story(shipped_at="2026-02-01T00:00:00Z")
        assert story.due("job/1", "arrival") == START
        assert [(d.kind, d.at) for d in story.until("2026-03-10 00:00")] == [("missed", START), ("fired", START)]

    def test_and_at_that_moment_it_can_still_be_met(self) -> None:
        story = self.story(shipped_at="2026-02-01T00:00:00Z")
        story.took("job.arrive", START)
        assert story.outcomes("job/1", "arrival") == ["met"]

    def test_the_same_value_starts_nothing_again(self) -> None:
        story = self.story(shipped_at="2026-02-20T00:00:00Z")
        assert what(story.until("2026-03-03 00:00")) == [("missed", "job.arrival"), ("fired", "job.arrival")]
        story.took("job.ship", shipped_at="2026-02-20T00:00:00Z")
        assert story.until("2026-03-20 00:00") == []

    def test_it_fires_once_for_one_value_also_when_the_states_are_entered_again(self) -> None:
        story = self.story(shipped_at="2026-02-20T00:00:00Z")
        story.until("2026-03-03 00:00")
        story.took("job.aside", by="buyer")
        story.took("job.back", "2026-03-04 00:00", by="buyer")
        assert story.until("2026-03-20 00:00") == []
        assert story.outcomes("job/1", "arrival") == ["missed"]

    def test_and_again_for_another_value(self) -> None:
        story = self.story(shipped_at="2026-02-20T00:00:00Z")
        story.until("2026-03-03 00:00")
        story.took("job.ship", shipped_at="2026-03-03T00:00:00Z")
        assert [(d.kind, d.at) for d in story.until("2026-03-20 00:00")] == [
            ("missed", utc("2026-03-06 00:00")),
            ("fired", utc("2026-03-06 00:00")),
        ]

    def test_a_void_run_starts_again_from_the_same_value(self) -> None:
        story = self.story(shipped_at="2026-03-02T00:00:00Z")
        story.took("job.aside", "2026-03-03 00:00", by="buyer")
        assert story.outcomes("job/1", "arrival") == ["void"]
        story.took("job.back", "2026-03-04 00:00", by="buyer")
        assert story.outcomes("job/1", "arrival") == ["void", "open"]
        assert story.due("job/1", "arrival") == utc("2026-03-05 00:00")

    def test_outside_of_the_states_nothing_starts(self) -> None:
        story = self.story()
        story.took("job.aside", by="buyer")
        story.took("job.ship", shipped_at="2026-03-02T09:00:00Z")
        assert story.runs("job/1", "arrival") == ()
        story.took("job.back", by="buyer")
        assert story.due("job/1", "arrival") == utc("2026-03-05 09:00")

    def test_an_open_run_stops_when_what_it_counts_from_is_not_known_any_longer(self) -> None:
        engine = engine_of("""
processes:
  job:
    facts: {shipped_at: datetime, nothing: datetime}
    states: {open: {}, over: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, requires: [shipped_at], ~}
      forget: {from: open, by: seller, sets: {shipped_at: nothing}, ~}
      say: {from: open, by: seller, optional: [nothing, shipped_at], ~}
      end: {from: open, to: over, by: buyer, ~}
    deadlines:
      arrival: {while: open, since: shipped_at, within: 3 days, owed_by: seller, ~}
""")
        story = Story(engine, START)
        story.took("job.start", by="buyer", shipped_at="2026-03-02T09:00:00Z")
        story.took("job.forget", "2026-03-03 09:00")
        assert story.until("2026-04-01 00:00") == []
        assert story.outcomes("job/1", "arrival") == ["void"]
        story.took("job.say", shipped_at="2026-04-01T00:00:00Z")
        assert story.due("job/1", "arrival") == utc("2026-04-04 00:00")


EVENT = """
processes:
  job:
    facts: {note: text}
    states: {open: {}, over: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      ask: {from: open, by: buyer, ~}
      answer: {from: open, by: seller, ~}
      end: {from: open, to: over, by: buyer, ~}
    deadlines:
      reply: {while: open, since: happened_at(ask), within: 2 days, owed_by: seller, met_by: answer, ~}
"""


class TestByAnEvent:
    def story(self) -> Story:
        story = Story(engine_of(EVENT), START)
        story.took("job.start", by="buyer")
        return story

    def test_it_does_not_run_before_the_event(self) -> None:
        assert self.story().runs("job/1", "reply") == ()

    def test_a_repeat_leaves_an_open_run_alone(self) -> None:
        story = self.story()
        story.took("job.ask", "2026-03-03 09:00", by="buyer")
        story.took("job.ask", "2026-03-04 09:00", by="buyer")
        assert story.outcomes("job/1", "reply") == ["open"]
        assert story.due("job/1", "reply") == utc("2026-03-05 09:00")

    def test_a_repeat_starts_a_new_run_after_met(self) -> None:
        story = self.story()
        story.took("job.ask", "2026-03-03 09:00", by="buyer")
        story.took("job.answer", "2026-03-04 09:00")
        assert story.outcomes("job/1", "reply") == ["met"]
        story.took("job.ask", "2026-03-05 09:00", by="buyer")
        assert story.outcomes("job/1", "reply") == ["met", "open"]
        assert story.due("job/1", "reply") == utc("2026-03-07 09:00")

    def test_a_repeat_starts_a_new_run_after_missed(self) -> None:
        story = self.story()
        story.took("job.ask", "2026-03-03 09:00", by="buyer")
        story.took("job.ask", "2026-03-06 09:00", by="buyer")
        assert story.outcomes("job/1", "reply") == ["missed", "open"]
        assert story.due("job/1", "reply") == utc("2026-03-08 09:00")

    def test_an_event_of_the_same_moment_in_which_it_was_met_starts_anew(self) -> None:
        story = self.story()
        story.took("job.ask", "2026-03-03 09:00", by="buyer")
        story.took("job.answer", "2026-03-04 09:00")
        story.took("job.ask", "2026-03-04 09:00", by="buyer")
        assert story.due("job/1", "reply") == utc("2026-03-06 09:00")

    def test_other_events_start_nothing(self) -> None:
        story = self.story()
        story.took("job.ask", "2026-03-03 09:00", by="buyer")
        story.took("job.answer", "2026-03-04 09:00")
        story.took("job.answer", "2026-03-04 10:00")
        assert story.outcomes("job/1", "reply") == ["met"]


#: a deadline of one instance that counts from what happens to another
ELSEWHERE = """
processes:
  order:
    facts: {paid_at: datetime}
    states: {open: {}, over: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, optional: [paid_at], ~}
      pay: {from: open, by: buyer, requires: [paid_at], ~}
      ship: {from: open, by: seller, ~}
      end: {from: open, to: over, by: buyer, ~}
  line:
    under: order
    states: {open: {}, over: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: over, by: [buyer, system], ~}
    deadlines:
      payout: {while: open, since: order.paid_at, after: 14 days, then: end, ~}
      arrival: {while: open, since: happened_at(order.ship), within: 5 days, owed_by: seller, ~}
  parcel:
    under: line
    states: {ready: {}, gone: {final: true}}
    transitions:
      pack: {from: new, to: ready, by: seller, ~}
      go: {from: ready, to: gone, by: seller, ~}
"""


class TestElsewhere:
    def story(self, **facts: object) -> Story:
        story = Story(engine_of(ELSEWHERE), START)
        story.took("order.place", by="buyer", **facts)
        story.took("line.add", by="buyer")
        return story

    def test_a_fact_of_the_order_starts_the_clock_of_its_lines(self) -> None:
        story = self.story()
        assert story.runs("line/1", "payout") == ()
        decision = story.took("order.pay", "2026-03-03 09:00", by="buyer", paid_at="2026-03-03T08:00:00Z")
        assert story.due("line/1", "payout") == utc("2026-03-17 08:00")
        assert [(clock.target, clock.what) for clock in decision.clocks] == [("line/1", "started")]

    def test_and_moves_it(self) -> None:
        story = self.story(paid_at="2026-03-01T08:00:00Z")
        story.took("order.pay", "2026-03-03 09:00", by="buyer", paid_at="2026-03-03T08:00:00Z")
        assert story.due("line/1", "payout") == utc("2026-03-17 08:00")

    def test_an_event_of_the_order_starts_it_and_a_repeat_leaves_it(self) -> None:
        story = self.story()
        story.took("order.ship", "2026-03-03 09:00")
        story.took("order.ship", "2026-03-04 09:00")
        assert story.due("line/1", "arrival") == utc("2026-03-08 09:00")

    def test_a_line_added_later_counts_from_what_was_before(self) -> None:
        story = self.story()
        story.took("order.ship", "2026-03-03 09:00")
        story.took("line.add", "2026-03-05 09:00", by="buyer")
        assert story.due("line/2", "arrival") == utc("2026-03-08 09:00")


def test_a_fact_whose_name_sounds_like_a_function_is_a_fact() -> None:
    engine = engine_of("""
processes:
  job:
    facts: {entered_at_hub: datetime}
    states: {open: {}, over: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [entered_at_hub], ~}
      scan: {from: open, by: seller, requires: [entered_at_hub], ~}
      end: {from: open, to: over, by: buyer, ~}
    deadlines:
      arrival: {while: open, since: entered_at_hub, within: 3 days, owed_by: seller, ~}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer", entered_at_hub="2026-03-02T08:00:00Z")
    story.took("job.scan", entered_at_hub="2026-03-02T09:00:00Z")
    assert story.due("job/1", "arrival") == utc("2026-03-05 09:00")


def test_since_counted_from_a_state_entered() -> None:
    engine = engine_of("""
processes:
  job:
    states: {open: {}, talking: {}, over: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      talk: {from: open, to: talking, by: buyer, ~}
      end: {from: talking, to: over, by: buyer, ~}
    deadlines:
      whole: {while: talking, since: entered_at(open), within: 3 days, owed_by: seller, ~}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer")
    story.took("job.talk", "2026-03-04 09:00", by="buyer")
    assert story.due("job/1", "whole") == utc("2026-03-05 09:00")


class TestWhenBesideSince:
    """It is tested at the start: when what is counted from becomes known or new, or the states are entered."""

    PACK = """
processes:
  order:
    facts: {paid_at: datetime, checked: {type: boolean, default: false}}
    states: {open: {}, over: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, optional: [paid_at], ~}
      pay: {from: open, by: buyer, requires: [paid_at], ~}
      check: {from: open, by: seller, sets: {checked: true}, ~}
      end: {from: open, to: over, by: buyer, ~}
    deadlines:
      shipping: {while: open, when: checked, since: paid_at, within: 3 days, owed_by: seller, ~}
  line:
    under: order
    states: {open: {}, aside: {}, over: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      aside: {from: open, to: aside, by: buyer, ~}
      back: {from: aside, to: open, by: buyer, ~}
      say: {from: open, by: buyer, ~}
      end: {from: any, to: over, by: buyer, ~}
    deadlines:
      packing: {while: open, when: order.checked, since: order.paid_at, within: 2 days, owed_by: seller, ~}
"""

    def story(self) -> Story:
        story = Story(engine_of(self.PACK), START)
        story.took("order.place", by="buyer")
        story.took("line.add", by="buyer")
        return story

    def runs(self, story: Story) -> list[int]:
        return [len(story.runs("order/1", "shipping")), len(story.runs("line/1", "packing"))]

    def test_it_starts_where_the_condition_holds_by_then(self) -> None:
        story = self.story()
        story.took("order.check")
        assert self.runs(story) == [0, 0]
        story.took("order.pay", by="buyer", paid_at="2026-03-02T09:00:00Z")
        assert self.runs(story) == [1, 1]

    def test_and_does_not_where_the_condition_comes_true_later(self) -> None:
        story = self.story()
        story.took("order.pay", by="buyer", paid_at="2026-03-02T09:00:00Z")
        story.took("order.check")
        story.took("line.say", by="buyer")
        story.took("order.pay", by="buyer", paid_at="2026-03-02T09:00:00Z")
        assert self.runs(story) == [0, 0]
        assert story.until("2026-04-01 00:00") == []

    def test_a_new_value_is_a_start_and_so_is_entering_the_states(self) -> None:
        story = self.story()
        story.took("order.pay", by="buyer", paid_at="2026-03-02T09:00:00Z")
        story.took("order.check")
        story.took("line.aside", by="buyer")
        story.took("line.back", by="buyer")
        assert self.runs(story) == [0, 1]
        story.took("order.pay", by="buyer", paid_at="2026-03-02T10:00:00Z")
        assert self.runs(story) == [1, 1]
        assert story.due("order/1", "shipping") == utc("2026-03-05 10:00")
        assert story.due("line/1", "packing") == utc("2026-03-04 10:00")


@pytest.mark.parametrize("text", ["0 days", "0 hours", "PT0S"])
def test_within_is_more_than_nothing(text: str) -> None:
    with pytest.raises(Exception, match=r"RE405|RE306"):
        engine_of(FACT.replace("within: 3 days", f"within: {text}"))


def test_due_is_still_reached_one_microsecond_late() -> None:
    story = Story(engine_of(EVENT), START)
    story.took("job.start", by="buyer")
    story.took("job.ask", by="buyer")
    due = utc("2026-03-04 09:00")
    story.took("job.answer", due + TICK)
    assert story.outcomes("job/1", "reply") == ["missed"]


def test_a_consequence_of_the_same_moment_that_starts_a_run_anew_takes_its_consequence_away() -> None:
    engine = engine_of("""
processes:
  job:
    facts: {counted_from: datetime, later: datetime}
    states: {open: {}, late: {}, over: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, requires: [counted_from, later], ~}
      prolong: {from: open, by: system, sets: {counted_from: later}, ~}
      expire: {from: open, to: late, by: system, ~}
      end: {from: [open, late], to: over, by: buyer, ~}
    deadlines:
      first: {while: open, after: 1 day, then: prolong, ~}
      second: {while: open, since: counted_from, within: 1 day, owed_by: seller, then: expire, ~}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer", counted_from=START, later="2026-03-09T09:00:00Z")
    assert what(story.until("2026-03-10 09:00")) == [("missed", "job.second"), ("fired", "job.first")]
    assert story.outcomes("job/1", "second") == ["missed", "open"]
    assert story.due("job/1", "second") == utc("2026-03-10 09:00")
