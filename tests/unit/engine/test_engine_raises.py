"""Raised events: one atomic step, first in, first out, to all related instances, wholly or not at all."""

from __future__ import annotations

import pytest
from engine_packs import Story, codes, engine_of, utc

from rulesengine import PackError

START = "2026-03-02 09:00"

#: an order with lines, parcels below them, and refunds; `note` on a line can be closed to make it refuse
SHOP = """
processes:
  order:
    facts: {paid: money, marks: {type: integer, default: 0}, lines: {instances_of: line}}
    states: {open: {}, shipped: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, optional: [paid, lines], ~}
      ship: {from: open, to: shipped, by: seller, raises: [line.ship], ~}
      ship_picked: {from: open, to: shipped, by: seller, raises: [{event: line.ship, via: lines}], ~}
      ship_what_you_can: {from: open, to: shipped, by: seller, raises: [{event: line.ship, if_possible: true}], ~}
      mark: {from: open, by: system, sets: {marks: marks * 10 + 1}, raises: [after_mark], ~}
      after_mark: {from: open, by: system, sets: {marks: marks * 10 + 2}, ~}
      other_mark: {from: open, by: system, sets: {marks: marks * 10 + 3}, ~}
      count_up: {from: open, by: seller, raises: [mark, other_mark], ~}
      refund: {from: open, by: seller, raises: [{event: line.refund, if_possible: true}], ~}
      pay_lines: {from: open, by: seller, raises: [line.refund], ~}
      close: {from: [open, shipped], to: done, by: buyer, ~}
  line:
    under: order
    facts: {price: money}
    states: {open: {}, locked: {}, shipped: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, optional: [price], ~}
      lock: {from: open, to: locked, by: seller, ~}
      ship: {from: open, to: shipped, by: [seller, system], notifies: [buyer], raises: [parcel.go], ~}
      refund: {from: open, by: [seller, system], raises: [{event: refund.pay, facts: {amount: price / 3}}], ~}
      end: {from: [open, locked, shipped], to: done, by: seller, ~}
      mark: {from: open, by: seller, raises: [order.mark], ~}
  parcel:
    under: line
    states: {ready: {}, gone: {final: true}}
    transitions:
      pack: {from: new, to: ready, by: seller, ~}
      go: {from: ready, to: gone, by: system, ~}
  refund:
    under: line
    facts: {amount: money}
    states: {paid: {final: true}}
    transitions:
      pay: {from: new, to: paid, by: [system, agent], requires: [amount], ~}
    limits:
      cap: {event: pay, value: amount, at_most: 20, ~}
"""


def shop(*lines: str, parcels: bool = True, **facts: object) -> Story:
    """An order with lines of these prices, a parcel under each."""
    story = Story(engine_of(SHOP), START)
    story.took("order.place", by="buyer", **facts)
    for number, price in enumerate(lines, 1):
        story.took("line.add", by="buyer", **({"price": price} if price else {}))
        if parcels:
            story.took("parcel.pack", target=f"line/{number}")
    return story


def test_a_raise_goes_to_all_related_instances_and_what_they_raise_follows() -> None:
    story = shop("10", "20")
    decision = story.took("order.ship")
    assert [(change.event, change.target) for change in decision.changes] == [
        ("order.ship", "order/1"),
        ("line.ship", "line/1"),
        ("line.ship", "line/2"),
        ("parcel.go", "parcel/1"),
        ("parcel.go", "parcel/2"),
    ]
    assert [story.state(name) for name in ("order/1", "line/1", "line/2", "parcel/1", "parcel/2")] == [
        "shipped",
        "shipped",
        "shipped",
        "gone",
        "gone",
    ]
    assert decision.rules == ("order.ship", "line.ship", "parcel.go")


def test_what_is_raised_is_done_by_system_at_the_same_moment() -> None:
    story = shop("10")
    decision = story.took("order.ship", "2026-03-02 15:00")
    assert [change.by for change in decision.changes] == ["seller", "system", "system"]
    moments = {
        story[name].happened[event].latest
        for name, event in (("order/1", "ship"), ("line/1", "ship"), ("parcel/1", "go"))
    }
    assert len(moments) == 1
    assert [(n.to, n.target) for n in decision.notifications] == [("buyer", "line/1")]


def test_first_in_first_out() -> None:
    story = shop("10")
    story.took("order.count_up")
    # mark, other_mark, and only then what mark itself has raised
    assert story.fact("order/1", "marks") == 132


def test_a_raise_upward_goes_to_the_ancestor() -> None:
    story = shop("10", "20")
    story.took("line.mark", target="line/2")
    assert story.fact("order/1", "marks") == 12


def test_ended_instances_are_left_out() -> None:
    story = shop("10", "20")
    story.took("line.end", target="line/1")
    story.took("order.ship")
    assert (story.state("line/1"), story.state("line/2")) == ("done", "shipped")


def test_via_narrows_it_to_those_named() -> None:
    story = Story(engine_of(SHOP), START)
    story.took("order.place", by="buyer")
    for _ in range(3):
        story.took("line.add", by="buyer")
    story = Story(engine_of(SHOP), START).given(process="order", state="open", facts={"lines": ["line/1", "line/3"]})
    for number in (1, 2, 3):
        story.given(process="line", state="open")
        story.given(process="parcel", under=f"line/{number}", state="ready")
    story.took("order.ship_picked")
    assert [story.state(f"line/{n}") for n in (1, 2, 3)] == ["shipped", "open", "shipped"]


class TestRefused:
    def test_one_refusal_refuses_the_outer_event_with_all_of_it(self) -> None:
        story = shop("10", "20")
        story.took("line.lock", target="line/2")
        before = story.case
        decision = story.do("order.ship")
        assert [(r.code, r.rule, [(i.code, i.target) for i in r.inner]) for r in decision.reasons] == [
            ("raise_refused", "order.ship", [("no_transition", "line/2")])
        ]
        assert decision.case == before
        assert (decision.changes, decision.clocks, decision.notifications) == ((), (), ())

    def test_so_does_one_that_finds_nobody(self) -> None:
        story = shop()
        decision = story.do("order.ship")
        assert [(r.code, r.rule, r.inner) for r in decision.reasons] == [("raise_refused", "order.ship", ())]
        assert "nobody" in decision.reasons[0].message
        assert story.state("order/1") == "open"

    def test_all_have_ended_is_nobody(self) -> None:
        story = shop("10")
        story.took("line.end", target="line/1")
        assert story.refused("order.ship") == ["raise_refused"]

    def test_the_inner_reasons_go_down_to_the_one_that_said_no(self) -> None:
        story = shop("90")
        (reason,) = story.do("order.pay_lines").reasons
        assert reason.code == "raise_refused"
        deepest = reason
        while deepest.inner:
            deepest = deepest.inner[0]
        assert (deepest.code, deepest.rule) == ("limit", "refund.cap")
        assert "refund/1" not in story.case.instances


class TestIfPossible:
    def test_what_is_refused_is_reported_and_skipped_and_the_rest_is_done(self) -> None:
        story = shop("10", "20", "30")
        story.took("line.lock", target="line/2")
        decision = story.took("order.ship_what_you_can")
        assert [story.state(f"line/{n}") for n in (1, 2, 3)] == ["shipped", "locked", "shipped"]
        assert [(r.code, [i.target for i in r.inner]) for r in decision.skipped] == [("raise_refused", ["line/2"])]

    def test_finding_nobody_is_reported_too(self) -> None:
        decision = shop().took("order.ship_what_you_can")
        assert [r.code for r in decision.skipped] == ["raise_refused"]

    def test_where_something_deeper_is_refused_nothing_of_it_remains(self) -> None:
        story = shop("10", "20", parcels=False)
        story.took("parcel.pack", target="line/2")
        decision = story.took("order.ship_what_you_can")
        # line/1 has no parcel: its ship is refused by what it raises, and left out with that
        assert [story.state(f"line/{n}") for n in (1, 2)] == ["open", "shipped"]
        assert "ship" not in story["line/1"].happened
        assert [change.target for change in decision.changes] == ["order/1", "line/2", "parcel/1"]
        assert [n.target for n in decision.notifications] == ["line/2"]
        assert len(decision.skipped) == 1

    def test_of_several_only_those_that_are_refused_are_left_out(self) -> None:
        story = shop("30", "90", "60")
        decision = story.took("order.refund")
        # a third of 90.00 is 30.00, more than the 20.00 allowed
        assert [(i.parent, i.facts["amount"]) for i in story.case.instances.values() if i.process == "refund"] == [
            ("line/1", 1000),
            ("line/3", 2000),
        ]
        assert [change.target for change in decision.changes if change.created] == ["refund/1", "refund/2"]
        assert len(decision.skipped) == 1

    def test_nothing_remains_where_what_it_would_hand_on_cannot_be_stored(self) -> None:
        engine = engine_of(SHOP.replace("facts: {amount: price / 3}", "facts: {amount: price * 1000000000000000}"))
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        story.took("line.add", by="buyer", price="5000")
        decision = story.took("order.refund")
        assert [change.target for change in decision.changes] == ["order/1"]
        assert "refund" not in story["line/1"].happened
        assert len(decision.skipped) == 1


class TestCreating:
    def test_it_creates_one_instance_under_the_nearest_that_may_be_its_parent(self) -> None:
        engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      finish: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, raises: [log.write], ~}
      finish: {from: open, to: done, by: buyer, ~}
  claim:
    under: line
    states: {open: {}, done: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, raises: [log.write, claim_log.write], ~}
      finish: {from: open, to: done, by: buyer, ~}
  log:
    under: order
    states: {written: {final: true}}
    transitions:
      write: {from: new, to: written, by: system, ~}
  claim_log:
    under: claim
    states: {written: {final: true}}
    transitions:
      write: {from: new, to: written, by: system, ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        story.took("line.add", by="buyer")
        story.took("line.add", by="buyer")
        story.took("claim.open", by="buyer", target="line/2")
        assert [(i.id, i.parent) for i in story.case.instances.values() if "log" in i.process] == [
            ("log/1", "order/1"),
            ("log/2", "order/1"),
            ("log/3", "order/1"),
            ("claim_log/1", "claim/1"),
        ]

    def test_the_facts_come_from_the_instance_that_raises_as_it_is_then(self) -> None:
        engine = engine_of("""
processes:
  order:
    facts: {paid: money, rest: money}
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, requires: [paid], ~}
      cut:
        from: open
        by: seller
        requires: [paid]
        sets: {rest: paid - 1}
        raises: [{event: refund.pay, facts: {amount: rest, whole: paid, state_then: state == done}}]
        to: done
        ~
  refund:
    under: order
    facts: {amount: money, whole: money, state_then: boolean}
    states: {paid: {final: true}}
    transitions:
      pay: {from: new, to: paid, by: system, requires: [amount], optional: [whole, state_then], ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer", paid="10")
        story.took("order.cut", paid="5")
        assert dict(story["refund/1"].facts) == {"amount": 400, "whole": 500, "state_then": True}

    def test_a_fact_that_is_not_known_is_not_given(self) -> None:
        story = shop("", parcels=False)
        decision = story.do("line.refund")
        (reason,) = decision.reasons
        assert [(i.code, i.rule) for i in reason.inner] == [
            ("missing_fact", "refund.pay"),
            ("missing_fact", "refund.cap"),
        ]

    def test_money_is_rounded_half_up_when_it_is_handed_on(self) -> None:
        story = shop("10", parcels=False)
        story.took("line.refund")
        assert story.fact("refund/1", "amount") == 333
        story.took("line.add", by="buyer", price="0.05", id="B")
        story.took("line.refund", target="line/B")
        # 0.0166… to 0.02
        assert story.fact("refund/2", "amount") == 2


def test_raises_that_can_loop_are_refused_at_load() -> None:
    with pytest.raises(PackError) as caught:
        engine_of("""
processes:
  job:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      ping: {from: open, by: [buyer, system], raises: [pong], ~}
      pong: {from: open, by: system, raises: [ping], ~}
      finish: {from: open, to: done, by: buyer, ~}
""")
    assert "RE504" in [d.code for d in caught.value.diagnostics]


def test_check_requires_system_in_the_by_of_what_is_raised() -> None:
    with pytest.raises(PackError) as caught:
        engine_of("""
processes:
  job:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      ping: {from: open, by: buyer, raises: [pong], ~}
      pong: {from: open, by: buyer, ~}
      finish: {from: open, to: done, by: buyer, ~}
""")
    assert [d.code for d in caught.value.diagnostics] == ["RE509"]


def test_what_a_deadline_fires_raises_by_the_same_rules() -> None:
    engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      close: {from: open, to: done, by: system, ~}
  line:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      expire: {from: open, to: done, by: system, raises: [order.close], ~}
    deadlines:
      expiry: {while: open, after: 1 day, then: expire, ~}
""")
    story = Story(engine, START)
    story.took("order.place", by="buyer")
    story.took("line.add", by="buyer")
    (fired,) = story.until("2026-03-10 00:00")
    assert [change.target for change in fired.changes] == ["line/1", "order/1"]
    assert {story[name].entered["done"] for name in ("line/1", "order/1")} == {
        int(utc("2026-03-03 09:00").timestamp()) * 1_000_000
    }


def test_times_and_reasons_of_a_step_do_not_leak_into_a_refusal() -> None:
    story = shop("90")
    decision = story.do("order.pay_lines")
    assert codes(decision) == ["raise_refused"]
    assert "pay_lines" not in story["order/1"].happened
