"""Instances that suspend others: what they refuse, whose clocks stand still, and what runs on afterwards."""

from __future__ import annotations

import pytest
from engine_packs import TICK, Story, engine_of, utc, what

START = utc("2026-03-02 09:00")

#: incidents under a line freeze the line and the order above it; a ticket holds only clocks, a lock only events
SHOP = """
processes:
  order:
    facts: {shipped_at: datetime, note: text}
    states: {open: {}, shipped: {}, late: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      ship: {from: [open, late], to: shipped, by: seller, ~}
      say: {from: any, by: [buyer, seller], optional: [note, shipped_at], ~}
      expire: {from: open, to: late, by: system, ~}
      close: {from: any, to: done, by: seller, ~}
    deadlines:
      shipping: {while: open, within: 48 hours, owed_by: seller, then: expire, ~}
    limits:
      in_time: {event: say, when: known(shipped_at), not_after: 2 days after shipped_at, ~}
  line:
    under: order
    states: {open: {}, packed: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      pack: {from: open, to: packed, by: seller, ~}
      end: {from: any, to: done, by: seller, ~}
    deadlines:
      packing: {while: open, within: 24 hours, owed_by: seller, ~}
  thread:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      begin: {from: new, to: open, by: buyer, ~}
      write: {from: open, by: [buyer, seller], ~}
      end: {from: open, to: done, by: buyer, ~}
    deadlines:
      reply: {while: open, within: 24 hours, owed_by: seller, met_by: write, ~}
  incident:
    under: line
    states:
      open: {suspends: [{process: line}, {process: order, except: [thread, order.say]}]}
      waiting: {}
      done: {final: true}
    transitions:
      open: {from: new, to: open, by: buyer, ~}
      rest: {from: open, to: waiting, by: seller, ~}
      reopen: {from: waiting, to: open, by: buyer, ~}
      answer: {from: open, by: seller, ~}
      close: {from: [open, waiting], to: done, by: [buyer, seller], ~}
    deadlines:
      answering: {while: open, within: 24 hours, owed_by: seller, met_by: answer, ~}
  note:
    under: incident
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: seller, ~}
      end: {from: open, to: done, by: seller, ~}
    deadlines:
      reading: {while: open, within: 1 hour, owed_by: buyer, ~}
  ticket:
    under: order
    states: {open: {suspends: [{process: order, only: deadlines}]}, done: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, ~}
      close: {from: open, to: done, by: buyer, ~}
  lock:
    under: order
    states: {on: {suspends: [{process: order, events: [order.ship, order.expire]}]}, off: {final: true}}
    transitions:
      lock: {from: new, to: on, by: agent, ~}
      unlock: {from: on, to: off, by: agent, ~}
"""


def shop(lines: int = 1) -> Story:
    story = Story(engine_of(SHOP), START)
    story.took("order.place", by="buyer")
    for _ in range(lines):
        story.took("line.add", by="buyer")
    return story


class TestWhatIsRefused:
    def test_the_suspended_refuse_events(self) -> None:
        story = shop()
        story.took("incident.open", by="buyer")
        for event in ("order.ship", "line.pack"):
            decision = story.do(event)
            assert [(r.code, r.rule) for r in decision.reasons][-1] == ("suspended", "incident.open")
            assert "incident/1" in decision.reasons[0].message
        story.took("incident.close")
        story.took("line.pack")

    def test_what_lives_under_the_suspended_refuses_too(self) -> None:
        story = shop(lines=2)
        story.took("incident.open", by="buyer", target="line/1")
        assert "suspended" in story.refused("line.pack", target="line/2")

    def test_an_excepted_event_stays_possible_and_an_excepted_process_whole(self) -> None:
        story = shop()
        story.took("thread.begin", by="buyer")
        story.took("incident.open", by="buyer")
        story.took("order.say", note="well")
        story.took("thread.write")
        story.took("thread.begin", by="buyer")

    def test_an_incident_suspends_the_line_and_the_order_but_neither_itself_nor_what_is_below_it(self) -> None:
        story = shop()
        story.took("incident.open", by="buyer")
        story.took("note.add")
        story.took("incident.answer")
        story.took("note.end")
        assert "suspended" in story.refused("order.ship")

    def test_opening_another_incident_stays_possible(self) -> None:
        story = shop(lines=2)
        story.took("incident.open", by="buyer", target="line/1")
        story.took("incident.open", by="buyer", target="line/1")
        story.took("incident.open", by="buyer", target="line/2")
        for number in (1, 2, 3):
            story.took("incident.answer", target=f"incident/{number}")

    def test_what_else_would_be_created_below_the_suspended_is_refused(self) -> None:
        story = shop()
        story.took("incident.open", by="buyer")
        assert story.refused("line.add", by="buyer") == ["suspended"]

    def test_an_event_passes_only_if_every_suspension_lets_it_pass(self) -> None:
        story = shop()
        story.took("lock.lock", by="agent")
        assert story.refused("order.ship") == ["suspended"]
        story.took("order.say", note="a")
        story.took("incident.open", by="buyer")
        assert story.refused("order.ship") == ["suspended", "suspended"]
        story.took("incident.close")
        assert story.refused("order.ship") == ["suspended"]
        story.took("lock.unlock", by="agent")
        story.took("order.ship")

    def test_only_deadlines_refuses_nothing(self) -> None:
        story = shop()
        story.took("ticket.open", by="buyer")
        story.took("order.ship")

    def test_an_incident_that_only_waits_suspends_nothing_and_is_suspended_like_others(self) -> None:
        story = shop()
        story.took("incident.open", by="buyer")
        story.took("incident.rest")
        story.took("line.pack")
        story.took("incident.open", by="buyer")
        assert "suspended" in story.refused("incident.reopen", by="buyer", target="incident/1")
        story.took("incident.answer", target="incident/2")

    def test_suspended_is_a_reason_beside_the_others(self) -> None:
        story = shop()
        story.took("incident.open", by="buyer")
        assert story.refused("line.pack", by="buyer") == ["suspended", "wrong_actor"]

    def test_the_reason_says_from_when_it_would_be_accepted_where_time_alone_ends_it(self) -> None:
        engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      ship: {from: open, to: done, by: seller, ~}
  hold:
    under: order
    states: {on: {suspends: order}, off: {final: true}}
    transitions:
      begin: {from: new, to: on, by: agent, ~}
      end: {from: on, to: off, by: system, ~}
    deadlines:
      over: {while: on, after: 1 day, then: end, ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        story.took("hold.begin", by="agent")
        (reason,) = story.do("order.ship").reasons
        assert (reason.code, reason.from_) == ("suspended", utc("2026-03-03 09:00") + TICK)


class TestCreation:
    """An event that creates is judged as if the new instance already stood in its `to` state."""

    PACK = """
processes:
  order:
    facts: {units: {instances_of: payout}}
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      finish: {from: open, to: done, by: buyer, ~}
  payout:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: seller, ~}
      finish: {from: open, to: done, by: seller, ~}
  part:
    under: payout
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: seller, ~}
      finish: {from: open, to: done, by: seller, ~}
  ticket:
    under: order
    facts: {about: {instances_of: payout}}
    states:
      open: {suspends: payout}
      partly: {suspends: [{process: payout, via: about}]}
      closed: {final: true}
    transitions:
      open: {from: new, to: open, by: buyer, ~}
      about: {from: new, to: partly, by: buyer, requires: [about], ~}
      close: {from: [open, partly], to: closed, by: buyer, ~}
"""

    def story(self) -> Story:
        story = Story(engine_of(self.PACK), START)
        story.took("order.place", by="buyer")
        return story

    def test_one_of_the_suspended_process_is_not_created(self) -> None:
        story = self.story()
        story.took("ticket.open", by="buyer")
        assert story.refused("payout.start") == ["suspended"]
        story.took("ticket.close", by="buyer")
        story.took("payout.start")

    def test_nor_one_below_it(self) -> None:
        story = self.story()
        story.took("payout.start")
        story.took("ticket.open", by="buyer")
        assert story.refused("part.start") == ["suspended"]

    def test_via_does_not_name_what_is_not_there_yet(self) -> None:
        story = self.story()
        story.took("payout.start")
        story.took("ticket.about", by="buyer", about=["payout/1"])
        story.took("payout.start")
        assert story.refused("part.start", target="payout/1") == ["suspended"]
        story.took("part.start", target="payout/2")

    def test_a_process_outside_stays_free(self) -> None:
        story = self.story()
        story.took("ticket.open", by="buyer")
        story.took("ticket.open", by="buyer")
        assert [story.state(f"ticket/{n}") for n in (1, 2)] == ["open", "open"]


class TestClocks:
    def test_they_stand_still_and_what_was_left_runs_on(self) -> None:
        story = shop()
        story.took("incident.open", "2026-03-02 19:00", by="buyer")
        assert (story.due("order/1", "shipping"), story.due("line/1", "packing")) == (None, None)
        assert story.until("2026-04-01 00:00") != []
        assert [d.deadline for d in story.fired] == ["incident.answering"]
        decision = story.took("incident.close", "2026-04-01 00:00")
        # 10 of 48 and of 24 hours had gone by
        assert story.due("order/1", "shipping") == utc("2026-04-02 14:00")
        assert story.due("line/1", "packing") == utc("2026-04-01 14:00")
        assert ("order.shipping", "resumed") in [(clock.rule, clock.what) for clock in decision.clocks]

    def test_those_of_an_excepted_process_run_on(self) -> None:
        story = shop()
        story.took("thread.begin", by="buyer")
        story.took("incident.open", by="buyer")
        assert story.due("thread/1", "reply") == utc("2026-03-03 09:00")

    def test_those_of_the_suspending_instance_and_of_what_is_below_it_run_on(self) -> None:
        story = shop()
        story.took("incident.open", by="buyer")
        story.took("incident.open", by="buyer")
        story.took("note.add", target="incident/1")
        assert what(story.until("2026-03-20 00:00")) == [
            ("missed", "note.reading"),
            ("missed", "incident.answering"),
            ("missed", "incident.answering"),
        ]

    def test_an_excepted_event_does_not_let_the_clocks_run(self) -> None:
        story = shop()
        story.took("incident.open", by="buyer")
        story.took("order.say", "2026-03-10 09:00", note="x")
        assert story.outcomes("order/1", "shipping") == ["open"]

    def test_only_deadlines_stops_the_clocks(self) -> None:
        story = shop()
        story.took("ticket.open", "2026-03-02 19:00", by="buyer")
        assert story.until("2026-03-10 00:00") == []
        story.took("ticket.close", "2026-03-10 00:00", by="buyer")
        assert story.due("order/1", "shipping") == utc("2026-03-11 14:00")

    def test_overlapping_suspensions_count_as_their_union(self) -> None:
        story = shop()
        story.took("incident.open", "2026-03-02 10:00", by="buyer")
        story.took("ticket.open", "2026-03-02 12:00", by="buyer")
        story.took("incident.close", "2026-03-02 15:00")
        assert story.due("order/1", "shipping") is None
        story.took("ticket.close", "2026-03-02 16:00", by="buyer")
        # still from 10:00 to 16:00, six hours, not five and four
        assert story.due("order/1", "shipping") == utc("2026-03-04 15:00")

    def test_several_pauses_add_up(self) -> None:
        story = shop()
        for day in (2, 3):
            story.took("ticket.open", f"2026-03-0{day} 12:00", by="buyer")
            story.took("ticket.close", f"2026-03-0{day} 13:00", by="buyer")
        assert story.due("order/1", "shipping") == utc("2026-03-04 11:00")

    def test_at_exactly_due_nothing_is_left_and_due_is_the_resumption(self) -> None:
        story = shop()
        story.took("line.pack", by="seller")
        story.took("ticket.open", "2026-03-04 09:00", by="buyer")
        assert story.until("2026-03-10 00:00") == []
        story.took("ticket.close", "2026-03-10 00:00", by="buyer")
        assert story.due("order/1", "shipping") == utc("2026-03-10 00:00")
        story.took("order.ship", "2026-03-10 00:00")
        assert story.outcomes("order/1", "shipping") == ["met"]

    def test_and_one_microsecond_later_it_is_missed(self) -> None:
        story = shop()
        story.took("ticket.open", "2026-03-04 09:00", by="buyer")
        story.took("ticket.close", "2026-03-10 00:00", by="buyer")
        assert ("missed", "order.shipping") in what(story.until(utc("2026-03-10 00:00") + TICK))

    def test_a_clock_that_starts_under_a_suspension_stands_still_from_its_start(self) -> None:
        engine = engine_of("""
processes:
  order:
    states: {open: {}, busy: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      begin: {from: open, to: busy, by: seller, ~}
      end: {from: busy, to: done, by: seller, ~}
    deadlines:
      work: {while: busy, within: 48 hours, owed_by: seller, ~}
  ticket:
    under: order
    states: {open: {suspends: [{process: order, only: deadlines}]}, done: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, ~}
      close: {from: open, to: done, by: buyer, ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        story.took("ticket.open", by="buyer")
        story.took("order.begin", "2026-03-03 09:00")
        assert story.due("order/1", "work") is None
        story.took("ticket.close", "2026-03-04 09:00", by="buyer")
        assert story.due("order/1", "work") == utc("2026-03-06 09:00")
        story.took("order.end", "2026-03-05 09:00")
        assert story.outcomes("order/1", "work") == ["met"]

    def test_a_duty_done_while_its_clock_stands_still_is_met(self) -> None:
        story = shop()
        story.took("ticket.open", "2026-03-02 12:00", by="buyer")
        story.took("order.ship", "2026-04-02 12:00")
        assert story.outcomes("order/1", "shipping") == ["met"]

    def test_windows_never_stand_still(self) -> None:
        story = shop()
        story.took("order.say", shipped_at="2026-03-02T09:00:00Z")
        story.took("ticket.open", by="buyer")
        story.took("ticket.close", "2026-03-04 09:00", by="buyer")
        story.took("order.say", "2026-03-04 09:00", note="x")
        assert story.refused("order.say", utc("2026-03-04 09:00") + TICK, note="x") == ["limit"]

    def test_several_windows_of_one_pause_in_the_grace(self) -> None:
        text = SHOP.replace(
            "within: 48 hours, owed_by: seller, then: expire",
            "within: 48 hours, grace: 24 hours, owed_by: seller, then: expire",
        )
        story = Story(engine_of(text), START)
        story.took("order.place", by="buyer")
        story.took("ticket.open", "2026-03-04 21:00", by="buyer")
        assert story.outcomes("order/1", "shipping") == ["missed"]
        assert story.until("2026-03-10 00:00") == []
        story.took("ticket.close", "2026-03-10 00:00", by="buyer")
        # twelve of the 24 hours of grace were left
        (fired,) = story.until("2026-03-20 00:00")
        assert (fired.kind, fired.at) == ("fired", utc("2026-03-10 12:00"))


class TestOnlyEvents:
    def test_the_clocks_run_on_and_misses_are_recorded(self) -> None:
        story = shop()
        story.took("lock.lock", by="agent")
        story.took("line.pack")
        assert what(story.until("2026-03-10 00:00")) == [("missed", "order.shipping")]

    def test_what_the_engine_would_fire_is_held_until_resumption(self) -> None:
        story = shop()
        story.took("lock.lock", by="agent")
        story.took("line.pack")
        story.until("2026-03-10 00:00")
        assert story.state("order/1") == "open"
        story.took("lock.unlock", "2026-03-10 00:00", by="agent")
        assert story.state("order/1") == "open"
        (fired,) = story.until("2026-03-11 00:00")
        assert (fired.kind, fired.deadline, fired.at) == ("fired", "order.shipping", utc("2026-03-10 00:00"))
        assert story.state("order/1") == "late"

    def test_a_run_stopped_while_its_consequence_was_held_fires_nothing(self) -> None:
        story = shop()
        story.took("lock.lock", by="agent")
        story.until("2026-03-10 00:00")
        story.took("order.close")
        story.took("lock.unlock", by="agent")
        assert ("fired", "order.shipping") not in what(story.until("2026-04-01 00:00"))

    def test_a_consequence_of_a_wait_is_held_as_well(self) -> None:
        engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      close: {from: open, to: done, by: system, ~}
    deadlines:
      closing: {while: open, after: 1 day, then: close, ~}
  lock:
    under: order
    states: {on: {suspends: [{process: order, events: [order.close]}]}, off: {final: true}}
    transitions:
      lock: {from: new, to: on, by: agent, ~}
      unlock: {from: on, to: off, by: agent, ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        story.took("lock.lock", by="agent")
        assert story.until("2026-03-10 00:00") == []
        story.took("lock.unlock", by="agent")
        (fired,) = story.until("2026-03-11 00:00")
        assert (fired.deadline, fired.at) == ("order.closing", utc("2026-03-10 00:00"))

    def test_an_act_while_it_is_held_cancels_it(self) -> None:
        text = SHOP.replace(
            "within: 48 hours, owed_by: seller, then: expire",
            "within: 48 hours, owed_by: seller, met_by: say, then: expire",
        )
        story = Story(engine_of(text), START)
        story.took("order.place", by="buyer")
        story.took("lock.lock", by="agent")
        story.took("order.say", "2026-03-05 00:00", note="x")
        story.took("lock.unlock", by="agent")
        assert story.until("2026-04-01 00:00") == []
        assert story.outcomes("order/1", "shipping") == ["missed"]


class TestVia:
    PACK = TestCreation.PACK.replace(
        "finish: {from: open, to: done, by: seller, ~}\n  part:",
        "finish: {from: open, to: done, by: seller, ~}\n"
        "    deadlines:\n      pay: {while: open, within: 14 days, owed_by: seller, ~}\n  part:",
    )

    def test_it_narrows_a_suspension_to_those_named_and_what_is_below_them(self) -> None:
        story = Story(engine_of(self.PACK), START)
        story.took("order.place", by="buyer")
        for _ in range(3):
            story.took("payout.start")
        story.took("part.start", target="payout/3")
        story.took("ticket.about", by="buyer", about=["payout/1", "payout/3"])
        assert [story.due(f"payout/{n}", "pay") is None for n in (1, 2, 3)] == [True, False, True]
        assert story.refused("part.finish") == ["suspended"]
        story.took("payout.finish", target="payout/2")


def test_ended_instances_are_skipped_and_what_is_below_them_stays_free() -> None:
    engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: seller, ~}
  parcel:
    under: line
    states: {open: {}, done: {final: true}}
    transitions:
      pack: {from: new, to: open, by: seller, ~}
      end: {from: open, to: done, by: seller, ~}
    deadlines:
      sending: {while: open, within: 1 day, owed_by: seller, ~}
  ticket:
    under: order
    states: {open: {suspends: line}, done: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
""")
    story = Story(engine, START)
    story.took("order.place", by="buyer")
    for number in (1, 2):
        story.took("line.add", by="buyer")
        story.took("parcel.pack", target=f"line/{number}")
    story.took("line.end", target="line/1")
    story.took("ticket.open", by="buyer")
    assert story.due("parcel/1", "sending") == utc("2026-03-03 09:00")
    assert story.due("parcel/2", "sending") is None
    story.took("parcel.end", target="parcel/1")
    assert story.refused("parcel.end", target="parcel/2") == ["suspended"]


def test_a_pause_that_begins_by_itself_at_the_due_moment_leaves_all_of_the_grace() -> None:
    engine = engine_of("""
processes:
  order:
    states: {open: {}, late: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      expire: {from: open, to: late, by: system, ~}
      end: {from: [open, late], to: done, by: buyer, ~}
    deadlines:
      work: {while: open, within: 1 day, grace: 2 days, owed_by: seller, then: expire, ~}
  hold:
    under: order
    states: {waiting: {}, on: {suspends: order}, off: {final: true}}
    transitions:
      plan: {from: new, to: waiting, by: agent, ~}
      begin: {from: waiting, to: on, by: system, ~}
      end: {from: on, to: off, by: agent, ~}
    deadlines:
      beginning: {while: waiting, after: 1 day, then: begin, ~}
""")
    story = Story(engine, START)
    story.took("order.place", by="buyer")
    story.took("hold.plan", by="agent")
    assert what(story.until("2026-03-10 09:00")) == [("missed", "order.work"), ("fired", "hold.beginning")]
    story.took("hold.end", by="agent")
    assert story.fires("order/1", "work") == utc("2026-03-12 09:00")


def test_a_creation_raised_under_a_suspension_is_refused_with_the_step() -> None:
    engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      ask: {from: open, by: buyer, raises: [payout.start], ~}
      finish: {from: open, to: done, by: buyer, ~}
  payout:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: [seller, system], ~}
      finish: {from: open, to: done, by: seller, ~}
  ticket:
    under: order
    states: {open: {suspends: payout}, closed: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, ~}
      close: {from: open, to: closed, by: buyer, ~}
""")
    story = Story(engine, START)
    story.took("order.place", by="buyer")
    story.took("ticket.open", by="buyer")
    (reason,) = story.do("order.ask", by="buyer").reasons
    assert (reason.code, [i.code for i in reason.inner]) == ("raise_refused", ["suspended"])


@pytest.mark.parametrize(
    ("period", "start", "pause", "resume", "due"),
    [
        # elapsed: 48 hours, 20 gone, 28 left
        ("48 hours", "2026-03-02 09:00", "2026-03-03 05:00", "2026-03-20 00:00", "2026-03-21 04:00"),
        # wall-clock days and time: of 3 days, 1 day and 21 hours left, over a change to summer time
        ("3 days", "2026-03-26 09:00", "2026-03-27 12:00", "2026-03-28 12:00", "2026-03-30 09:00"),
        # working time: Monday 09:00, 3 working days are due on Thursday 09:00; paused Tuesday 09:00 with 2 left
        ("3 working days", "2026-03-02 09:00", "2026-03-03 09:00", "2026-03-06 09:00", "2026-03-10 09:00"),
        # 24 hours on working days, 9 left on Friday 15:00 when paused; resumed Saturday: Monday 00:00 to 09:00
        ("24 hours on working days", "2026-03-05 09:00", "2026-03-06 00:00", "2026-03-07 10:00", "2026-03-09 09:00"),
    ],
)
def test_what_is_left_is_kept_in_the_unit_of_the_period(
    period: str, start: str, pause: str, resume: str, due: str
) -> None:
    story = _paused(f"within: {period}", start, pause, resume)
    assert (
        story.engine.pack.calendar.local(story.runs("order/1", "work")[-1].due)
        .replace(tzinfo=None)
        .isoformat(" ", "minutes")
        == due
    )


def test_then_ends_and_rolls_apply_again() -> None:
    # one calendar day from Monday 09:00, to the end of the day: Tuesday; paused on Monday 12:00 with 21 hours left,
    # resumed on Friday 12:00: Saturday 09:00, rolled to Monday, and its end
    story = _paused(
        "within: 1 day, ends: end_of_day, rolls: next_working_day",
        "2026-03-02 09:00",
        "2026-03-02 12:00",
        "2026-03-06 12:00",
    )
    assert (
        story.engine.pack.calendar.local(story.runs("order/1", "work")[-1].due).replace(tzinfo=None).isoformat(" ")
        == "2026-03-09 23:59:59.999999"
    )


def _paused(within: str, start: str, pause: str, resume: str) -> Story:
    """A duty in Paris with one pause."""
    engine = engine_of(
        f"""
processes:
  order:
    states: {{open: {{}}, done: {{final: true}}}}
    transitions:
      place: {{from: new, to: open, by: buyer, ~}}
      end: {{from: open, to: done, by: seller, ~}}
    deadlines:
      work: {{while: open, {within}, owed_by: seller, ~}}
  ticket:
    under: order
    states: {{open: {{suspends: [{{process: order, only: deadlines}}]}}, done: {{final: true}}}}
    transitions:
      open: {{from: new, to: open, by: buyer, ~}}
      close: {{from: open, to: done, by: buyer, ~}}
""",
        _PARIS,
    )

    def local(text: str) -> object:
        from datetime import datetime
        from zoneinfo import ZoneInfo

        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))

    story = Story(engine, local(start))
    story.took("order.place", by="buyer")
    story.took("ticket.open", local(pause), by="buyer")
    story.took("ticket.close", local(resume), by="buyer")
    return story


_PARIS = """\
pack: small
title: A small pack
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Paris
currency: EUR
calendar: {holidays: FR, weekend: [saturday, sunday]}
actors: [buyer, seller, agent]
"""
