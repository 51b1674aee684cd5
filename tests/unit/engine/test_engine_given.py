"""Instances put straight into a state, as scenarios begin; and one engine's word against a wrong one."""

from __future__ import annotations

from typing import Any

import pytest
from engine_packs import TICK, Story, engine_of, utc

from rulesengine.engine import CaseError

START = utc("2026-03-10 09:00")

PACK = """
processes:
  order:
    facts: {paid: money, kind: {type: text, default: plain}}
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    facts: {shipped_at: datetime}
    states: {open: {}, shipped: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      ship: {from: open, to: shipped, by: seller, ~}
      ask: {from: [open, shipped], by: buyer, ~}
      complain: {from: [open, shipped], by: buyer, when: missed(shipping), ~}
      hurry: {from: [open, shipped], by: buyer, when: happened(ask), ~}
      end: {from: [open, shipped], to: done, by: buyer, ~}
    deadlines:
      shipping: {while: open, within: 3 days, owed_by: seller, ~}
      arrival: {while: shipped, since: entered_at(open), within: 10 days, owed_by: seller, ~}
    limits:
      asked: {event: ask, times: 3, ~}
"""


def order() -> Story:
    return Story(engine_of(PACK), START).given(process="order", state="open", facts={"paid": "10"})


def test_its_facts_are_read_and_defaults_hold_unless_said_to_be_unknown() -> None:
    story = order()
    assert dict(story["order/1"].facts) == {"paid": 1000, "kind": "plain"}
    unknown = Story(engine_of(PACK), START).given(process="order", state="open", facts={"kind": None})
    assert dict(unknown["order/1"].facts) == {}


def test_a_naive_moment_is_of_the_packs_zone() -> None:
    story = order().given(process="line", state="open", facts={"shipped_at": "2026-03-02 09:00"})
    assert '"shipped_at":"2026-03-02T09:00:00.000000Z"' in story.engine.write(story.case)


def test_it_is_numbered_past_the_names_there_are() -> None:
    story = order().given(process="line", state="open", id="2").given(process="line", state="open")
    assert list(story.case.instances) == ["order/1", "line/2", "line/3"]


def test_its_clocks_run_from_the_moment_it_was_entered() -> None:
    story = order().given(process="line", state="open", entered=utc("2026-03-09 09:00"))
    assert story.due("line/1", "shipping") == utc("2026-03-12 09:00")
    assert order().given(process="line", state="open").due("line/1", "shipping") == utc("2026-03-13 09:00")


def test_entered_may_tell_of_other_states() -> None:
    story = order().given(
        process="line", state="shipped", entered={"open": utc("2026-03-05 09:00"), "shipped": utc("2026-03-06 09:00")}
    )
    assert story.due("line/1", "arrival") == utc("2026-03-15 09:00")


def test_what_happened_before_is_counted() -> None:
    asked = [utc("2026-03-08 09:00"), utc("2026-03-09 09:00")]
    story = order().given(process="line", state="open", happened={"ask": asked})
    story.took("line.hurry", by="buyer")
    story.took("line.ask", by="buyer")
    assert story.refused("line.ask", by="buyer") == ["limit"]


def test_what_was_missed_before_stays_missed() -> None:
    story = order().given(process="line", state="shipped", missed=["shipping"])
    story.took("line.complain", by="buyer")
    assert order().given(process="line", state="shipped").refused("line.complain", by="buyer") == ["condition"]


@pytest.mark.parametrize(
    "what",
    [
        {"process": "lin", "state": "open"},
        {"process": "line", "state": "opne"},
        {"process": "line", "state": "open", "under": "order/7"},
        {"process": "line", "state": "open", "facts": {"shiped_at": "2026-03-02 09:00"}},
        {"process": "line", "state": "open", "facts": {"shipped_at": "soon"}},
        {"process": "line", "state": "open", "happened": {"sihp": START}},
        {"process": "line", "state": "open", "missed": ["shiping"]},
        {"process": "line", "state": "open", "entered": {"opn": START}},
        {"process": "line", "state": "open", "id": "no name"},
        {"process": "line", "state": "open", "entered": START.replace(tzinfo=None)},
        {"process": "order", "state": "open"},
        {"process": "order", "state": "open", "under": "order/1"},
    ],
)
def test_what_the_pack_does_not_have_is_a_case_error(what: dict[str, Any]) -> None:
    story = order()
    with pytest.raises(CaseError):
        story.engine.given(story.case, **what)


class TestSmallPromises:
    def test_a_raise_comes_after_its_own_suspension_and_is_refused_by_it(self) -> None:
        engine = engine_of("""
processes:
  order:
    states: {open: {}, frozen: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      freeze: {from: open, to: frozen, by: system, ~}
      end: {from: [open, frozen], to: done, by: buyer, ~}
  ticket:
    under: order
    states: {open: {suspends: order}, done: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, raises: [order.freeze], ~}
      end: {from: open, to: done, by: buyer, ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        (reason,) = story.do("ticket.open", by="buyer").reasons
        assert (reason.code, [inner.code for inner in reason.inner]) == ("raise_refused", ["suspended"])

    def test_an_outside_event_of_the_moment_of_resumption_comes_before_what_was_held(self) -> None:
        engine = engine_of("""
processes:
  order:
    states: {open: {}, late: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      expire: {from: open, to: late, by: system, ~}
      end: {from: [open, late], to: done, by: buyer, ~}
    deadlines:
      work: {while: open, within: 1 day, owed_by: seller, then: expire, ~}
  lock:
    under: order
    states: {on: {suspends: [{process: order, events: [order.expire]}]}, off: {final: true}}
    transitions:
      lock: {from: new, to: on, by: agent, ~}
      unlock: {from: on, to: off, by: agent, ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        story.took("lock.lock", by="agent")
        story.took("lock.unlock", "2026-03-20 09:00", by="agent")
        story.took("order.end", "2026-03-20 09:00", by="buyer")
        assert story.until("2026-04-01 09:00") == []

    def test_an_event_that_meets_a_duty_and_leaves_its_states_meets_it(self) -> None:
        engine = engine_of("""
processes:
  job:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      finish: {from: open, to: done, by: buyer, ~}
    deadlines:
      work: {while: open, within: 1 day, owed_by: seller, met_by: finish, ~}
""")
        on_time, late = Story(engine, START), Story(engine, START)
        for story, at in ((on_time, "2026-03-11 09:00"), (late, utc("2026-03-11 09:00") + TICK)):
            story.took("job.start", by="buyer")
            story.took("job.finish", at, by="buyer")
        assert on_time.outcomes("job/1", "work") == ["met"]
        assert late.outcomes("job/1", "work") == ["missed"]
        assert late.runs("job/1", "work")[-1].late is not None

    def test_an_answer_about_what_is_not_there_yet_holds_until_time_may_bring_it(self) -> None:
        engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      ship: {from: open, by: system, raises: [parcel.go], ~}
      end: {from: open, to: done, by: buyer, ~}
    deadlines:
      shipping: {while: open, after: 1 day, then: ship, ~}
  parcel:
    under: order
    states: {gone: {}, there: {final: true}}
    transitions:
      go: {from: new, to: gone, by: system, ~}
      arrive: {from: gone, to: there, by: buyer, ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        decision = story.do("parcel.arrive", by="buyer")
        assert [reason.code for reason in decision.reasons] == ["unknown_target"]
        assert decision.valid_until == utc("2026-03-11 09:00")
        story.took("parcel.arrive", decision.from_, by="buyer")
