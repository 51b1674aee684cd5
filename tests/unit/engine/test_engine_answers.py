"""What may be done, and what must be done: options and obligations."""

from __future__ import annotations

import pytest
from engine_packs import TICK, Story, engine_of, utc

from rulesengine import Option
from rulesengine.engine import CaseError

START = utc("2026-03-02 09:00")

PACK = """
choices: {reason: [damaged, missing]}
context: {seller: {away: boolean}}
processes:
  order:
    facts: {paid: money}
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, requires: [paid], title: The buyer orders, ~}
      cancel: {from: open, to: done, by: buyer, ~}
      close: {from: open, to: done, by: agent, when: overdue(claim.reply), ~}
    limits:
      first_hour: {event: cancel, not_after: 1 hour after happened_at(place), ~}
  claim:
    under: order
    facts: {reason: {choice: reason}, discount: money, note: text, pieces: integer}
    states: {open: {}, service: {}, done: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, requires: [reason], unless: seller.away, ~}
      offer: {from: [open, service], by: seller, requires: [discount], optional: [note], ~}
      accept: {from: open, to: done, by: buyer, when: happened(offer), ~}
      escalate: {from: open, to: service, by: [buyer, system], title: Ask for help, ~}
      settle: {from: service, to: done, by: agent, ~}
    deadlines:
      reply:
        title: The seller answers
        while: open
        within: 2 days
        grace: 1 day
        owed_by: seller
        met_by: offer
        then: escalate
        remind: 4 hours
        ~
      solving: {while: service, within: unspecified, owed_by: agent, ~}
      closing: {while: service, after: 30 days, then: give_up, ~}
    limits:
      cap: {event: offer, value: discount, at_most: order.paid / 2, ~}
      twice: {event: offer, times: 2, ~}
""".replace("      settle:", "      give_up: {from: service, to: done, by: system, ~}\n      settle:")


@pytest.fixture
def story() -> Story:
    story = Story(engine_of(PACK), START)
    story.took("order.place", by="buyer", paid="10.01")
    story.took("claim.open", by="buyer", reason="damaged", context={"seller": {"away": False}})
    return story


def options(story: Story, actor: str, now: object = None, **context: object) -> dict[str, Option]:
    return {option.event: option for option in story.engine.options(story.case, actor, now, context or None)}


class TestOptions:
    def test_before_anything_the_events_that_open_a_case(self) -> None:
        story = Story(engine_of(PACK), START)
        found = options(story, "buyer")
        assert list(found) == ["order.place"]
        place = found["order.place"]
        assert (place.allowed, place.title, place.to) == (True, "The buyer orders", ("open",))
        assert [(fact.name, fact.type, fact.required) for fact in place.facts] == [("paid", "money", True)]

    def test_each_event_of_the_actor_allowed_or_not_and_why(self, story: Story) -> None:
        found = options(story, "buyer", seller={"away": False})
        assert {event: option.allowed for event, option in found.items()} == {
            "order.cancel": True,
            "claim.open": True,
            "claim.accept": False,
            "claim.escalate": True,
        }
        assert [r.code for r in found["claim.accept"].reasons] == ["condition"]
        assert [fact.choices for fact in found["claim.open"].facts] == [("damaged", "missing")]

    def test_what_is_allowed_is_what_decide_accepts(self, story: Story) -> None:
        facts = {"claim.open": {"reason": "missing"}, "claim.offer": {"discount": "1"}}
        for actor in ("buyer", "seller", "agent"):
            for option in story.engine.options(story.case, actor, None, {"seller": {"away": False}}):
                fresh = Story(story.engine, START)
                fresh.case = story.case
                decision = fresh.do(
                    option.event,
                    START,
                    by=actor,
                    target=option.target,
                    context={"seller": {"away": False}},
                    **facts.get(option.event, {}),
                )
                assert decision.accepted is option.allowed, option.event

    def test_an_unknown_context_does_not_allow(self, story: Story) -> None:
        found = options(story, "buyer")
        assert not found["claim.open"].allowed
        assert [r.code for r in found["claim.open"].reasons] == ["missing_fact"]

    def test_its_limits_and_the_room_left_rounded_down(self, story: Story) -> None:
        offer = options(story, "seller")["claim.offer"]
        assert offer.allowed
        rooms = {room.rule: (room.bound, room.left) for room in offer.limits}
        assert rooms == {"claim.cap": ("at most 5.005", "5.00"), "claim.twice": ("at most 2 times", "2")}
        assert [(fact.name, fact.required) for fact in offer.facts] == [("discount", True), ("note", False)]
        story.took("claim.offer", discount="1")
        story.took("claim.offer", discount="1")
        assert not options(story, "seller")["claim.offer"].allowed

    def test_until_when_it_is_allowed(self, story: Story) -> None:
        assert options(story, "buyer")["order.cancel"].until == utc("2026-03-02 10:00")
        later = options(story, "buyer", utc("2026-03-02 10:00") + TICK)
        assert not later["order.cancel"].allowed

    def test_from_when_it_will_be(self, story: Story) -> None:
        close = options(story, "agent")["order.close"]
        assert not close.allowed
        # due on 4 March, and a day of grace
        assert close.from_ == utc("2026-03-05 09:00") + TICK

    def test_at_a_later_moment_time_has_passed(self, story: Story) -> None:
        found = options(story, "buyer", utc("2026-03-06 00:00"))
        assert "claim.escalate" not in found or not found["claim.escalate"].allowed
        assert story.state("claim/1") == "open"

    def test_an_unknown_actor_is_an_error_with_the_likely_word(self, story: Story) -> None:
        with pytest.raises(CaseError, match="buyer"):
            story.engine.options(story.case, "byer")

    def test_a_suspended_event_is_not_allowed(self) -> None:
        engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
  ticket:
    under: order
    states: {open: {suspends: order}, done: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        story.took("ticket.open", by="buyer")
        found = options(story, "buyer")
        assert {event: option.allowed for event, option in found.items()} == {
            "order.end": False,
            "ticket.open": True,
            "ticket.end": True,
        }
        assert [r.code for r in found["order.end"].reasons] == ["suspended"]


CALLS = """
processes:
  order:
    facts: {note: text}
    states: {open: {}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      call_back: {from: open, by: seller, requires: [note], raises: [parcel.call_back], ~}
      ask: {from: open, by: seller, requires: [note], raises: [{event: parcel.call_back, if_possible: true}], ~}
  parcel:
    under: order
    states: {sent: {}, back: {final: true}}
    transitions:
      send: {from: new, to: sent, by: seller, ~}
      call_back: {from: sent, to: back, by: system, ~}
"""


def test_an_event_that_raises_to_nobody_is_not_allowed_whatever_it_brings() -> None:
    story = Story(engine_of(CALLS), START)
    story.took("order.place", by="buyer")
    first = {option.event: option for option in story.engine.options(story.case, "seller")}
    assert [reason.code for reason in first["order.call_back"].reasons] == ["raise_refused"]
    assert "finds nobody" in first["order.call_back"].reasons[0].message
    assert first["order.ask"].allowed
    story.took("parcel.send")
    assert all(option.allowed for option in story.engine.options(story.case, "seller"))
    story.took("order.call_back", note="It goes to another address")
    assert {o.event: o.allowed for o in story.engine.options(story.case, "seller")}["order.call_back"] is False


DONE_BY_ITSELF = """
processes:
  parcel:
    states: {arrived: {}, taken: {}, back: {final: true}}
    transitions:
      arrive: {from: new, to: arrived, by: buyer, ~}
      take: {from: arrived, to: taken, by: [seller, system], ~}
      note: {from: taken, by: seller, ~}
      complain: {from: [arrived, taken], to: back, by: buyer, when: COMPLAIN, ~}
    deadlines:
      look: {while: arrived, within: 3 days, owed_by: seller, then: take, ~}
"""


@pytest.mark.parametrize(("complain", "left"), [("happened(note)", []), ("overdue(look)", ["parcel.look"])])
def test_a_duty_that_nobody_can_do_any_more_is_owed_only_while_somebody_may_act_on_it(
    complain: str, left: list[str]
) -> None:
    story = Story(engine_of(DONE_BY_ITSELF.replace("COMPLAIN", complain)), START)
    story.took("parcel.arrive", by="buyer")
    assert [duty.rule for duty in story.engine.obligations(story.case)] == ["parcel.look"]
    story.until("2026-03-10 09:00")
    assert story.state("parcel/1") == "taken"
    assert [duty.rule for duty in story.engine.obligations(story.case)] == left
    assert [run.outcome for run in story.runs("parcel/1", "look")] == ["missed"]


class TestObligations:
    def test_what_must_be_done_by_whom_by_when_or_else(self, story: Story) -> None:
        (owed,) = story.engine.obligations(story.case)
        assert (owed.rule, owed.target, owed.kind, owed.owed_by, owed.title) == (
            "claim.reply",
            "claim/1",
            "duty",
            "seller",
            "The seller answers",
        )
        assert (owed.due, owed.consequence_at) == (utc("2026-03-04 09:00"), utc("2026-03-05 09:00"))
        assert (owed.met_by, owed.then, owed.within) == (("claim.offer",), "claim.escalate", "2 days")
        assert owed.reminders == (utc("2026-03-04 05:00"),)
        assert (owed.missed, owed.overdue, owed.paused) == (False, False, False)

    def test_missed_in_the_grace_and_overdue_after_it(self, story: Story) -> None:
        engine = story.engine
        (at_due,) = engine.obligations(story.case, utc("2026-03-04 09:00"))
        (after,) = engine.obligations(story.case, utc("2026-03-04 09:00") + TICK)
        assert (at_due.missed, after.missed, after.overdue) == (False, True, False)
        later = {owed.rule: owed for owed in engine.obligations(story.case, utc("2026-03-06 09:00"))}
        assert (later["claim.reply"].missed, later["claim.reply"].overdue) == (True, True)

    def test_soonest_first_waits_and_duties_without_a_number_among_them(self, story: Story) -> None:
        story.took("claim.escalate", by="buyer")
        found = story.engine.obligations(story.case)
        assert [(owed.rule, owed.kind, owed.due) for owed in found] == [
            ("claim.closing", "wait", utc("2026-04-01 09:00")),
            ("claim.solving", "duty", None),
        ]
        assert found[0].then == "claim.give_up"

    def test_what_is_met_is_not_owed(self, story: Story) -> None:
        story.took("claim.offer", discount="1")
        assert story.engine.obligations(story.case) == []

    def test_a_clock_that_stands_still_is_shown_as_such(self) -> None:
        engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: seller, ~}
    deadlines:
      ending: {while: open, within: 1 day, owed_by: seller, ~}
  ticket:
    under: order
    states: {open: {suspends: order}, done: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
""")
        story = Story(engine, START)
        story.took("order.place", by="buyer")
        story.took("ticket.open", by="buyer")
        (owed,) = story.engine.obligations(story.case, utc("2026-05-01 00:00"))
        assert (owed.due, owed.paused, owed.missed) == (None, True, False)
        assert owed.met_by == ("order.end",)

    def test_what_somebody_may_then_do(self) -> None:
        engine = engine_of("""
processes:
  job:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: seller, ~}
      cancel: {from: open, to: done, by: buyer, when: overdue(work), ~}
    deadlines:
      work: {while: open, within: 1 day, owed_by: seller, ~}
""")
        story = Story(engine, START)
        story.took("job.start", by="buyer")
        (owed,) = story.engine.obligations(story.case)
        assert (owed.may, owed.then) == (("job.cancel",), "")
