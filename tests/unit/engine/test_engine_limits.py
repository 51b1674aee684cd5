"""Limits: bounds, totals, counts, windows, presence and conditions, every breach with its value, bound and room."""

from __future__ import annotations

from datetime import timedelta

import pytest
from engine_packs import TICK, Story, engine_of, utc

START = utc("2026-03-02 09:00")

BOUNDS = """
choices: {method: {values: [normal, tracked, registered, gift], worse_to_better: [normal, tracked, registered]}}
parameters:
  share: {value: 0.5, ~}
  most: {value: 100 EUR, ~}
processes:
  job:
    facts: {price: money, discount: money, method: {choice: method}, pieces: integer, all: integer, weight: number}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [price, all], ~}
      offer: {from: open, by: seller, requires: [discount], ~}
      between: {from: open, by: seller, requires: [discount], ~}
      choose: {from: open, by: seller, requires: [method], ~}
      better: {from: open, by: seller, requires: [method], ~}
      pick: {from: open, by: seller, requires: [pieces], ~}
      weigh: {from: open, by: seller, requires: [weight], ~}
      end: {from: open, to: done, by: buyer, ~}
    limits:
      half: {event: offer, value: discount, at_most: price * share, ~}
      not_dear: {event: offer, when: price > most, value: discount, at_most: 10, ~}
      range: {event: between, value: discount, at_least: 1, at_most: 5, ~}
      safe: {event: choose, value: method, one_of: [tracked, registered], ~}
      rank: {event: better, value: method, at_least: tracked, ~}
      half_of_them: {event: pick, value: pieces, at_most: all / 2, ~}
      light: {event: weigh, value: weight * 2, at_most: 10.5, ~}
"""


def job(**facts: object) -> Story:
    story = Story(engine_of(BOUNDS), START)
    story.took("job.start", by="buyer", **facts)
    return story


def refusal(story: Story, event: str, **facts: object) -> list[tuple[str, str, str | None, str | None]]:
    """Rule, code, bound and room of each reason."""
    decision = story.do(event, **facts)
    assert not decision.accepted
    return [(r.rule, r.code, r.values.get("allowed"), r.values.get("left")) for r in decision.reasons]


class TestBounds:
    def test_both_edges_belong_to_a_bound(self) -> None:
        story = job(price="80")
        story.took("job.offer", discount="40")
        assert refusal(story, "job.offer", discount="40.01") == [("job.half", "limit", "at most 40.00", "40.00")]
        story.took("job.between", discount="1")
        story.took("job.between", discount="5")
        assert refusal(story, "job.between", discount="0.99")[0][:2] == ("job.range", "limit")
        assert refusal(story, "job.between", discount="5.01")[0][:2] == ("job.range", "limit")

    def test_the_values_compared_are_given(self) -> None:
        (reason,) = job(price="80").do("job.offer", discount="40.01").reasons
        assert {"discount": "40.01", "price": "80.00"}.items() <= dict(reason.values).items()
        assert reason.source == ("assumed: for the test",)
        assert reason.place is not None
        assert "40.01" in reason.message

    def test_when_narrows_a_limit(self) -> None:
        story = job(price="100")
        story.took("job.offer", discount="50")
        story = job(price="100.01")
        assert refusal(story, "job.offer", discount="10.01") == [("job.not_dear", "limit", "at most 10.00", "10.00")]

    def test_every_breach_is_reported(self) -> None:
        assert [found[0] for found in refusal(job(price="150"), "job.offer", discount="80")] == [
            "job.half",
            "job.not_dear",
        ]

    def test_bounds_are_compared_unrounded_and_the_room_is_shown_rounded_down(self) -> None:
        # half of 0.05 is 0.025: 0.02 is within, 0.03 is not, and what is left is 0.02
        story = job(price="0.05")
        story.took("job.offer", discount="0.02")
        assert refusal(story, "job.offer", discount="0.03") == [("job.half", "limit", "at most 0.025", "0.02")]

    def test_one_of(self) -> None:
        story = job()
        story.took("job.choose", method="registered")
        assert refusal(story, "job.choose", method="gift") == [
            ("job.safe", "limit", "tracked, registered", None),
        ]

    def test_ranked_choices_have_bounds_and_unranked_ones_refuse_and_say_so(self) -> None:
        story = job()
        story.took("job.better", method="registered")
        story.took("job.better", method="tracked")
        assert refusal(story, "job.better", method="normal")[0][:2] == ("job.rank", "limit")
        assert refusal(story, "job.better", method="gift")[0][:2] == ("job.rank", "missing_fact")

    def test_a_whole_number_is_bounded_by_any_number(self) -> None:
        story = job(all=5)
        story.took("job.pick", pieces=2)
        assert refusal(story, "job.pick", pieces=3) == [("job.half_of_them", "limit", "at most 2.5", "2")]

    def test_a_bound_on_an_expression(self) -> None:
        story = job()
        story.took("job.weigh", weight="5.25")
        assert refusal(story, "job.weigh", weight="5.2500001")[0][:2] == ("job.light", "limit")


TOTALS = """
processes:
  order:
    facts: {paid: money, all_refunded: money}
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, requires: [paid], ~}
      look: {from: open, by: buyer, sets: {all_refunded: total(refund.amount)}, ~}
      settle: {from: open, by: seller, ~}
      end: {from: open, to: done, by: buyer, ~}
    limits:
      settled: {event: settle, total: refund.amount, states: [paid], at_most: 20, ~}
  line:
    under: order
    facts: {price: money}
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, requires: [price], ~}
      end: {from: open, to: done, by: buyer, ~}
  refund:
    under: line
    facts: {amount: money, seen: money}
    states: {asked: {}, paid: {final: true}, refused: {final: true}}
    transitions:
      ask: {from: new, to: asked, by: buyer, requires: [amount], ~}
      change: {from: asked, by: buyer, requires: [amount], sets: {seen: total(refund.amount)}, ~}
      pay: {from: asked, to: paid, by: seller, ~}
      refuse: {from: asked, to: refused, by: seller, ~}
    limits:
      asked_of_line: {event: ask, total: refund.amount, at_most: line.price, ~}
      change_of_line: {event: change, total: refund.amount, at_most: line.price, ~}
      paid_of_line: {event: pay, total: refund.amount, states: [paid], per: parent, at_most: 30, ~}
      of_case: {event: ask, total: refund.amount, states: [asked, paid], per: case, at_most: order.paid, ~}
"""


class TestTotals:
    def story(self, paid: str = "100", *prices: str) -> Story:
        story = Story(engine_of(TOTALS), START)
        story.took("order.place", by="buyer", paid=paid)
        for price in prices or ("50", "50"):
            story.took("line.add", by="buyer", price=price)
        return story

    def test_the_value_of_the_event_is_included(self) -> None:
        story = self.story()
        story.took("refund.ask", by="buyer", target="line/1", amount="30")
        story.took("refund.ask", by="buyer", target="line/1", amount="20")
        assert refusal_of(story, "refund.ask", target="line/1", amount="0.01") == [
            ("refund.asked_of_line", "at most 50.00", "0.00")
        ]

    def test_the_room_left_is_what_the_others_leave(self) -> None:
        story = self.story()
        story.took("refund.ask", by="buyer", target="line/1", amount="30")
        assert refusal_of(story, "refund.ask", target="line/1", amount="25") == [
            ("refund.asked_of_line", "at most 50.00", "20.00")
        ]

    def test_each_line_has_its_own_and_the_case_one_for_all(self) -> None:
        story = self.story("70")
        story.took("refund.ask", by="buyer", target="line/1", amount="50")
        story.took("refund.ask", by="buyer", target="line/2", amount="20")
        assert refusal_of(story, "refund.ask", target="line/2", amount="1") == [
            ("refund.of_case", "at most 70.00", "0.00")
        ]

    def test_only_the_named_states_count(self) -> None:
        story = self.story("70", "100", "100")
        story.took("refund.ask", by="buyer", target="line/1", amount="60")
        story.took("refund.refuse", target="refund/1")
        story.took("refund.ask", by="buyer", target="line/2", amount="70")

    def test_by_default_all_states_count_ended_ones_too(self) -> None:
        story = self.story("200")
        story.took("refund.ask", by="buyer", target="line/1", amount="50")
        story.took("refund.refuse", target="refund/1")
        assert refusal_of(story, "refund.ask", target="line/1", amount="1") == [
            ("refund.asked_of_line", "at most 50.00", "0.00")
        ]

    def test_an_event_that_replaces_a_value_counts_the_new_one_only(self) -> None:
        story = self.story()
        story.took("refund.ask", by="buyer", target="line/1", amount="10")
        story.took("refund.ask", by="buyer", target="line/1", amount="20")
        story.took("refund.change", by="buyer", target="refund/1", amount="30")
        assert refusal_of(story, "refund.change", target="refund/1", amount="30.01") == [
            ("refund.change_of_line", "at most 50.00", "30.00")
        ]

    def test_the_function_does_not_count_the_asking_instance(self) -> None:
        story = self.story()
        story.took("refund.ask", by="buyer", target="line/1", amount="10")
        story.took("refund.ask", by="buyer", target="line/1", amount="20")
        story.took("refund.change", by="buyer", target="refund/1", amount="15")
        assert story.fact("refund/1", "seen") == 2000
        story.took("order.look", by="buyer")
        assert story.fact("order/1", "all_refunded") == 3500

    def test_the_stored_value_is_the_events_where_the_event_carries_none(self) -> None:
        story = self.story()
        story.took("refund.ask", by="buyer", target="line/1", amount="20")
        story.took("refund.ask", by="buyer", target="line/1", amount="15")
        story.took("refund.pay", target="refund/1")
        assert refusal_of(story, "refund.pay", by="seller", target="refund/2") == [
            ("refund.paid_of_line", "at most 30.00", "10.00")
        ]

    def test_a_total_over_another_process(self) -> None:
        story = self.story()
        story.took("refund.ask", by="buyer", target="line/1", amount="20")
        story.took("refund.ask", by="buyer", target="line/2", amount="0.01")
        story.took("refund.pay", target="refund/1")
        story.took("order.settle")
        story.took("refund.pay", target="refund/2")
        assert refusal_of(story, "order.settle", by="seller") == [("order.settled", "at most 20.00", "-0.01")]


def refusal_of(story: Story, event: str, by: str = "buyer", **more: object) -> list[tuple[str, str | None, str | None]]:
    decision = story.do(event, by=by, **more)
    assert not decision.accepted
    assert {r.code for r in decision.reasons} == {"limit"}
    return [(r.rule, r.values.get("allowed"), r.values.get("left")) for r in decision.reasons]


TIMES = """
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      ask_both: {from: open, by: buyer, raises: [{event: line.note}, {event: line.note}], ~}
      end: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      ask: {from: open, by: buyer, ~}
      note: {from: open, by: [buyer, system], ~}
      call: {from: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
    limits:
      lines: {event: add, times: 3, per: parent, ~}
      asked: {event: ask, times: 2, ~}
      noted: {event: note, times: 3, per: parent, ~}
      called: {event: call, times: 2, per: case, ~}
"""


class TestTimes:
    def story(self, lines: int = 2) -> Story:
        story = Story(engine_of(TIMES), START)
        story.took("order.place", by="buyer")
        for _ in range(lines):
            story.took("line.add", by="buyer")
        return story

    def test_it_counts_accepted_events_this_one_included(self) -> None:
        story = self.story()
        story.took("line.ask", by="buyer", target="line/1")
        story.took("line.ask", by="buyer", target="line/1")
        assert refusal_of(story, "line.ask", target="line/1") == [("line.asked", "at most 2 times", "0")]
        story.took("line.ask", by="buyer", target="line/2")

    def test_per_parent_counts_creations_too(self) -> None:
        story = self.story(3)
        assert refusal_of(story, "line.add") == [("line.lines", "at most 3 times", "0")]

    def test_per_case_counts_over_all_and_those_that_have_ended(self) -> None:
        story = self.story()
        story.took("line.call", by="buyer", target="line/1")
        story.took("line.end", by="buyer", target="line/1")
        story.took("line.call", by="buyer", target="line/2")
        assert refusal_of(story, "line.call") == [("line.called", "at most 2 times", "0")]

    def test_earlier_ones_of_the_same_step_count(self) -> None:
        # one line: both raised notes are within three; two lines: the fourth is one too many, and all is refused
        story = self.story(1)
        story.took("order.ask_both", by="buyer")
        assert story["line/1"].happened["note"].count == 2
        story = self.story(2)
        assert story.refused("order.ask_both", by="buyer") == ["raise_refused"]
        assert "note" not in story["line/1"].happened

    def test_refused_events_do_not_count(self) -> None:
        story = self.story(1)
        for _ in range(5):
            assert not story.do("line.ask", by="seller").accepted
        story.took("line.ask", by="buyer")
        story.took("line.ask", by="buyer")


WINDOWS = """
processes:
  job:
    facts: {shipped_at: datetime}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, requires: [shipped_at], ~}
      refund: {from: open, by: seller, ~}
      ask: {from: open, by: buyer, ~}
      month: {from: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
    limits:
      refund_window: {event: refund, not_after: 200 days after shipped_at, ~}
      ask_window: {event: ask, not_before: 24 hours after shipped_at, not_after: 3 days after shipped_at, ~}
      month_window: {event: month, not_after: 1 month after shipped_at, ends: end_of_day, ~}
"""


class TestWindows:
    def story(self, shipped: str = "2026-03-02T09:00:00Z") -> Story:
        story = Story(engine_of(WINDOWS), START)
        story.took("job.start", by="buyer", shipped_at=shipped)
        return story

    def test_both_edges_belong_to_a_window(self) -> None:
        opens, closes = START + timedelta(hours=24), START + timedelta(days=3)
        story = self.story()
        assert story.refused("job.ask", opens - TICK, by="buyer") == ["limit"]
        story.took("job.ask", opens, by="buyer")
        story.took("job.ask", closes, by="buyer")
        assert story.refused("job.ask", closes + TICK, by="buyer") == ["limit"]

    def test_two_hundred_days_after_shipping(self) -> None:
        # 2 March and 200 days: 18 September
        story = self.story()
        story.took("job.refund", "2026-09-18 09:00")
        assert story.refused("job.refund", utc("2026-09-18 09:00") + TICK) == ["limit"]

    def test_ends_stands_beside_a_window(self) -> None:
        # 31 January and one month is the last of February, to its end
        story = self.story("2026-01-31T12:00:00Z")
        assert story.refused("job.month", by="buyer") == ["limit"]
        engine = engine_of(WINDOWS)
        early = Story(engine, "2026-02-01 00:00")
        early.took("job.start", by="buyer", shipped_at="2026-01-31T12:00:00Z")
        early.took("job.month", utc("2026-03-01 00:00") - TICK, by="buyer")
        assert early.refused("job.month", utc("2026-03-01 00:00"), by="buyer") == ["limit"]

    def test_too_early_says_from_when(self) -> None:
        decision = self.story().do("job.ask", by="buyer")
        (reason,) = decision.reasons
        assert reason.from_ == START + timedelta(hours=24)
        assert decision.valid_until == START + timedelta(hours=24) - TICK

    def test_too_late_never_comes_again(self) -> None:
        decision = self.story().do("job.ask", "2026-04-02 09:00", by="buyer")
        assert decision.reasons[0].from_ is None
        assert decision.valid_until is None

    def test_within_it_the_answer_holds_through_the_last_moment(self) -> None:
        decision = self.story().took("job.ask", "2026-03-04 09:00", by="buyer")
        assert decision.valid_until == START + timedelta(days=3)
        assert decision.from_ == START + timedelta(days=3) + TICK

    def test_no_moment_is_promised_where_something_else_stands_in_the_way(self) -> None:
        engine = engine_of(
            WINDOWS.replace(
                "ask: {from: open, by: buyer, ~}", "ask: {from: open, by: buyer, requires: [shipped_at], ~}"
            )
        )
        story = Story(engine, START)
        story.took("job.start", by="buyer", shipped_at="2026-03-02T09:00:00Z")
        decision = story.do("job.ask", by="buyer")
        assert [(r.code, r.from_) for r in decision.reasons] == [("missing_fact", None), ("limit", None)]


class TestPresenceAndConditions:
    PACK = """
context: {seller: {professional: boolean}}
processes:
  job:
    facts: {method: text, number: text, carrier: text}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [number], ~}
      ship: {from: open, by: seller, requires: [method], optional: [number, carrier], ~}
      hold: {from: open, by: seller, ~}
      pro: {from: open, by: seller, ~}
      end: {from: open, to: done, by: buyer, ~}
    limits:
      tracking: {event: ship, when: method != "normal", requires: [number, carrier], ~}
      free: {event: hold, refuse_when: happened(ship), ~}
      professionals: {event: pro, only_when: seller.professional, ~}
"""

    def story(self, **facts: object) -> Story:
        story = Story(engine_of(self.PACK), START)
        story.took("job.start", by="buyer", **facts)
        return story

    def test_presence_is_in_the_event_or_known_already(self) -> None:
        self.story().took("job.ship", method="tracked", number="1", carrier="x")
        self.story(number="1").took("job.ship", method="tracked", carrier="x")
        self.story().took("job.ship", method="normal")
        decision = self.story(number="1").do("job.ship", method="tracked")
        (reason,) = decision.reasons
        assert (reason.code, reason.rule) == ("limit", "job.tracking")
        assert "carrier" in reason.message
        assert "number" not in reason.message

    def test_refuse_when(self) -> None:
        story = self.story()
        story.took("job.hold")
        story.took("job.ship", method="normal")
        (reason,) = story.do("job.hold").reasons
        assert (reason.code, reason.rule, dict(reason.values)) == ("limit", "job.free", {"happened(ship)": "true"})

    @pytest.mark.parametrize(("professional", "outcome"), [(True, None), (False, "limit"), (None, "missing_fact")])
    def test_only_when(self, professional: bool | None, outcome: str | None) -> None:
        context = {"seller": {} if professional is None else {"professional": professional}}
        decision = self.story().do("job.pro", context=context)
        assert [r.code for r in decision.reasons] == ([outcome] if outcome else [])


def test_limits_apply_to_every_transition_of_the_event() -> None:
    engine = engine_of("""
processes:
  job:
    facts: {amount: money}
    states: {open: {}, shut: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      pay: {from: open, to: shut, by: seller, requires: [amount], ~}
      pay_again: {event: pay, from: shut, by: seller, requires: [amount], ~}
      end: {from: any, to: done, by: buyer, ~}
    limits:
      cap: {event: pay, value: amount, at_most: 10, ~}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer")
    assert story.refused("job.pay", amount="11") == ["limit"]
    story.took("job.pay", amount="10")
    assert story.refused("job.pay", amount="11") == ["limit"]
