"""Facts: what an event may carry, which value a name means, and the order in which a transition is carried out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from engine_packs import Story, codes, engine_of, utc

START = "2026-03-02 09:00"

PACK = """
choices: {method: {values: [normal, tracked, gift], worse_to_better: [normal, tracked]}}
processes:
  job:
    facts:
      method: {choice: method}
      price: money
      weight: number
      pieces: integer
      note: {type: text, pattern: "[a-z]+"}
      gift: boolean
      seen_at: datetime
      day: date
      tags: {list_of: text}
      limit: {type: money, default: 7}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, requires: [method], optional: [price], ~}
      change: {from: open, by: seller, requires: [method], ~}
      better: {from: open, by: seller, requires: [method], when: method > was.method, ~}
      say: {from: open, by: seller, optional: [price, weight, pieces, note, gift, seen_at, day, tags], ~}
      pay: {from: open, by: seller, requires: [price], ~}
      finish: {from: open, to: done, by: seller, ~}
    limits:
      within: {event: pay, value: price, at_most: was.price, ~}
      known_note: {event: pay, requires: [note], ~}
"""


def job(**facts: object) -> Story:
    story = Story(engine_of(PACK), START)
    story.took("job.start", by="buyer", method="normal", **facts)
    return story


def test_a_required_fact_comes_with_the_event_even_where_it_is_stored() -> None:
    decision = job().do("job.change")
    assert [(r.code, r.rule, dict(r.values)) for r in decision.reasons] == [
        ("missing_fact", "job.change", {"method": "unknown"})
    ]
    assert job().refused("job.change", method=None) == ["missing_fact"]


def test_an_event_carries_only_facts_the_transition_names() -> None:
    assert job().refused("job.change", method="tracked", price="1") == ["bad_fact"]
    assert job().refused("job.finish", note="x") == ["bad_fact"]


def test_a_fact_the_process_does_not_have_is_answered_with_the_likely_word() -> None:
    decision = job().do("job.say", pieses=3)
    assert codes(decision) == ["bad_fact"]
    assert "'pieces'" in decision.reasons[0].message


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("price", "12.345"),
        ("price", 12.5),
        ("price", "NaN"),
        ("price", float("nan")),
        ("price", Decimal("NaN")),
        ("price", Decimal("Infinity")),
        ("price", "1e3"),
        ("price", True),
        ("price", "ten"),
        ("price", "9" * 40),
        ("price", [1]),
        ("price", {"amount": 1}),
        ("weight", 0.1),
        ("weight", "1e-3"),
        ("weight", "0x10"),
        ("pieces", "1.5"),
        ("pieces", False),
        ("note", "UPPER"),
        ("note", 5),
        ("gift", "true"),
        ("gift", 1),
        ("method", "by_pigeon"),
        ("seen_at", "2026-03-02T09:00:00"),
        ("seen_at", "2026-02-30T09:00:00Z"),
        ("seen_at", 1_772_442_000),
        ("day", "2026-02-30"),
        ("day", "02.03.2026"),
        ("tags", "one"),
        ("tags", [1]),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_a_bad_fact(fact: str, value: object) -> None:
    story = job()
    before = story.case
    event = "job.change" if fact == "method" else "job.say"
    assert story.refused(event, **{fact: value}) == ["bad_fact"]
    assert story.case == before


def test_what_fits_is_stored_exactly() -> None:
    story = job()
    story.took(
        "job.say",
        price=Decimal("12.30"),
        weight="0.1",
        pieces=3,
        note="ab",
        gift=False,
        seen_at="2026-03-02T10:00:00+01:00",
        day="2026-03-02",
        tags=["a", "b"],
    )
    written = story.engine.write(story.case)
    for text in (
        '"price":"12.30"',
        '"weight":"0.1"',
        '"pieces":"3"',
        '"gift":false',
        '"seen_at":"2026-03-02T09:00:00.000000Z"',
        '"day":"2026-03-02"',
        '"tags":["a","b"]',
    ):
        assert text in written


def test_in_guards_a_name_is_the_value_of_the_event_and_was_the_stored_one() -> None:
    assert job().took("job.better", method="tracked").accepted
    story = job()
    story.took("job.change", method="tracked")
    assert story.refused("job.better", method="tracked") == ["condition"]
    (reason,) = story.do("job.better", method="normal").reasons
    assert dict(reason.values) == {"method": "normal", "was.method": "tracked"}


def test_in_limits_too() -> None:
    story = job(price="10")
    story.took("job.say", note="ok")
    story.took("job.pay", price="9")
    decision = story.do("job.pay", price="9.01")
    assert [(r.code, r.rule) for r in decision.reasons] == [("limit", "job.within")]
    story.took("job.pay", price="9.00")


def test_a_stored_fact_is_known_where_the_event_carries_none() -> None:
    story = job(price="10")
    assert "limit" in story.refused("job.pay", price="1")
    story.took("job.say", note="ok")
    story.took("job.pay", price="1")


def test_a_default_is_known_from_the_beginning() -> None:
    assert job().fact("job/1", "limit") == 700


def test_the_change_tells_the_facts_written() -> None:
    (change,) = job().took("job.say", price="1.5", gift=True).changes
    assert change.facts == {"price": "1.50", "gift": "true"}


SETS = """
processes:
  job:
    facts: {a: integer, b: integer, at: datetime, seen: boolean, calls: {type: integer, default: 0}}
    states: {open: {}, busy: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, requires: [a, b], sets: {a: b, b: a}, ~}
      swap: {from: open, by: seller, sets: {a: b, b: a}, ~}
      give: {from: open, by: seller, requires: [a], sets: {b: a + was.a}, ~}
      count: {from: open, by: seller, sets: {calls: calls + 1, a: calls}, ~}
      begin: {from: open, to: busy, by: seller, sets: {seen: state == open, at: entered_at(open)}, raises: [look], ~}
      look: {from: busy, by: system, when: overdue(work) or calls == 0, sets: {calls: 5}, ~}
      ask: {from: busy, by: seller, when: happened(look), raises: [note], ~}
      note: {from: busy, by: system, when: happened_at(ask) == happened_at(look), ~}
      finish: {from: any, to: done, by: seller, ~}
    deadlines:
      work: {while: busy, within: 1 day, owed_by: seller, ~}
"""


class TestCarryingOut:
    def story(self) -> Story:
        story = Story(engine_of(SETS), START)
        story.took("job.start", by="buyer", a=1, b=2)
        return story

    def facts(self, story: Story, *names: str) -> list[object]:
        return [story.fact("job/1", name) for name in names]

    def test_all_sets_apply_at_once_from_the_facts_as_the_event_brings_them(self) -> None:
        story = self.story()
        assert self.facts(story, "a", "b") == [2, 1]
        story.took("job.swap")
        assert self.facts(story, "a", "b") == [1, 2]
        story.took("job.count")
        assert self.facts(story, "calls", "a") == [1, 0]

    def test_facts_are_stored_before_sets(self) -> None:
        story = self.story()
        story.took("job.give", a=10)
        # the new a and the one that was stored
        assert self.facts(story, "a", "b") == [10, 12]

    def test_sets_still_see_the_state_that_is_left(self) -> None:
        story = self.story()
        story.took("job.begin", "2026-03-02 10:00")
        assert story.fact("job/1", "seen") is True
        assert self.facts(story, "at") == [story["job/1"].entered["open"]]

    def test_raises_go_out_after_the_state_and_the_clocks_have_changed(self) -> None:
        story = self.story()
        story.took("job.begin")
        assert story.fact("job/1", "calls") == 5
        assert story.due("job/1", "work") == utc("2026-03-03 09:00")

    def test_what_is_raised_sees_the_event_that_raised_it(self) -> None:
        story = self.story()
        story.took("job.begin")
        story.took("job.ask")

    def test_an_unknown_value_leaves_the_fact_unknown(self) -> None:
        engine = engine_of("""
processes:
  job:
    facts: {a: integer, b: integer}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [a, b], ~}
      copy: {from: open, by: seller, sets: {b: a}, ~}
      finish: {from: open, to: done, by: seller, ~}
""")
        story = Story(engine, START)
        story.took("job.start", by="buyer", b=1)
        story.took("job.copy")
        assert story.fact("job/1", "b") is None

    def test_a_value_that_cannot_be_stored_refuses(self) -> None:
        engine = engine_of("""
processes:
  job:
    facts: {a: number}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, requires: [a], ~}
      square: {from: open, by: seller, sets: {a: a * a}, ~}
      finish: {from: open, to: done, by: seller, ~}
""")
        story = Story(engine, START)
        story.took("job.start", by="buyer", a=10**14)
        story.took("job.square")
        assert story.fact("job/1", "a") == 10**28
        assert story.refused("job.square") == ["bad_fact"]


def test_facts_that_name_instances_must_name_those_that_are_there() -> None:
    engine = engine_of("""
processes:
  order:
    facts: {lines: {instances_of: line}}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      pick: {from: open, by: buyer, requires: [lines], ~}
      finish: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      finish: {from: open, to: done, by: buyer, ~}
""")
    story = Story(engine, START)
    story.took("order.start", by="buyer")
    story.took("line.add", by="buyer")
    story.took("order.pick", by="buyer", lines=["line/1"])
    for wrong in (["line/2"], ["order/1"], "line/1", ["line/1", "line/1"]):
        assert story.refused("order.pick", by="buyer", lines=wrong) == ["bad_fact"]
