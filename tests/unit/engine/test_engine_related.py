"""Related instances: whom a process name means, seen from an instance; and what functions count."""

from __future__ import annotations

import pytest
from engine_packs import Story, engine_of

START = "2026-03-02 09:00"

#: what each of several instances sees, written to a fact when it is asked to look
FAMILY = """
processes:
  order:
    facts: {n: integer, name: text, picked: {instances_of: line}}
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, optional: [name], ~}
      look: {from: open, by: buyer, sets: {n: count(claim)}, ~}
      end: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    facts: {n: integer, m: integer, name: text, seen: text, price: money, sum: money}
    states: {open: {}, shipped: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, optional: [name, price], sets: {n: count(line), seen: order.name}, ~}
      look: {from: open, by: buyer, sets: {n: count(claim), m: count(line), sum: total(line.price)}, ~}
      ship: {from: open, to: shipped, by: seller, ~}
      end: {from: [open, shipped], to: done, by: buyer, ~}
  claim:
    under: line
    facts: {n: integer, m: integer, seen: text, amount: money, sum: money, at: datetime, flag: boolean, live: boolean}
    states: {open: {}, done: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, optional: [amount], sets: {n: count(claim), sum: total(claim.amount)}, ~}
      look:
        from: open
        by: buyer
        sets:
          n: count(claim)
          m: count(line)
          seen: line.name
          sum: total(claim.amount)
          at: happened_at(line.ship)
          flag: happened(line.ship)
          live: open(claim)
        ~
      end: {from: open, to: done, by: buyer, ~}
  thread:
    under: order
    facts:
      n: integer
      m: integer
      shipped: integer
      all_shipped: boolean
      some_open: boolean
      last: money
      last_state: boolean
      at: datetime
    states: {open: {}, done: {final: true}}
    transitions:
      begin: {from: new, to: open, by: buyer, ~}
      look:
        from: open
        by: buyer
        sets:
          n: count(claim)
          m: count(line)
          shipped: count(line, shipped)
          all_shipped: all(line, shipped)
          some_open: open(line)
          last: latest(line).price
          last_state: latest(line).state == done
          at: happened_at(line.ship)
        ~
      end: {from: open, to: done, by: buyer, ~}
"""


@pytest.fixture
def family() -> Story:
    """An order with two lines, three claims under them, and a thread."""
    story = Story(engine_of(FAMILY), START)
    story.took("order.place", by="buyer", name="first order")
    story.took("line.add", by="buyer", name="one", price="10")
    story.took("line.add", by="buyer", name="two", price="20")
    for line, amount in ((1, "1"), (1, "2"), (2, "4")):
        story.took("claim.open", by="buyer", target=f"line/{line}", amount=amount)
    story.took("thread.begin", by="buyer")
    return story


def look(story: Story, name: str, *facts: str) -> list[object]:
    story.took(f"{name.partition('/')[0]}.look", by="buyer", target=name)
    return [story.fact(name, fact) for fact in facts]


def test_an_ancestor_of_that_name_is_meant_alone(family: Story) -> None:
    assert look(family, "claim/3", "m", "seen") == [1, "two"]
    assert family.fact("line/1", "seen") == "first order"


def test_otherwise_all_below_the_nearest_whose_process_has_it_below_it(family: Story) -> None:
    # an order has claims below its lines; a line its own; a claim its line's; a thread all of the order's
    assert look(family, "order/1", "n") == [3]
    assert look(family, "line/1", "n") == [2]
    assert look(family, "claim/1", "n") == [1]
    assert look(family, "claim/3", "n") == [0]
    assert look(family, "thread/1", "n", "m") == [3, 2]


def test_the_nearest_is_by_process_whether_or_not_there_is_an_instance(family: Story) -> None:
    family.took("line.add", by="buyer", name="three")
    # no claim below line/3: then there are none, and those of other lines are not meant instead
    assert look(family, "line/3", "n") == [0]


def test_none_counts_the_asking_instance_itself(family: Story) -> None:
    assert look(family, "line/1", "m", "sum") == [1, 2000]
    assert look(family, "claim/1", "sum") == [200]


def test_an_instance_being_created_is_left_out(family: Story) -> None:
    assert [family.fact(f"line/{n}", "n") for n in (1, 2)] == [0, 1]
    assert [family.fact(f"claim/{n}", "n") for n in (1, 2, 3)] == [0, 1, 0]
    assert [family.fact(f"claim/{n}", "sum") for n in (1, 2, 3)] == [0, 100, 0]


def test_ended_ones_count_in_count_and_are_skipped_by_open(family: Story) -> None:
    family.took("claim.end", by="buyer", target="claim/1")
    assert look(family, "line/1", "n") == [2]
    assert look(family, "claim/2", "n", "live") == [1, False]
    family.took("line.end", by="buyer", target="line/1")
    assert look(family, "thread/1", "some_open") == [True]
    family.took("line.end", by="buyer", target="line/2")
    assert look(family, "thread/1", "some_open", "m") == [False, 2]


def test_count_and_all_by_state(family: Story) -> None:
    assert look(family, "thread/1", "shipped", "all_shipped") == [0, False]
    family.took("line.ship", target="line/1")
    assert look(family, "thread/1", "shipped", "all_shipped") == [1, False]
    family.took("line.ship", target="line/2")
    assert look(family, "thread/1", "shipped", "all_shipped") == [2, True]


def test_latest_is_the_last_created(family: Story) -> None:
    family.took("line.end", by="buyer", target="line/2")
    assert look(family, "thread/1", "last", "last_state") == [2000, True]


def test_latest_of_nothing_is_unknown() -> None:
    story = Story(engine_of(FAMILY), START)
    story.took("order.place", by="buyer")
    story.took("thread.begin", by="buyer")
    assert look(story, "thread/1", "last", "last_state", "n", "all_shipped", "some_open") == [
        None,
        None,
        0,
        True,
        False,
    ]


def test_happened_over_related_instances_is_any_and_happened_at_the_latest(family: Story) -> None:
    assert look(family, "claim/1", "flag", "at") == [False, None]
    family.took("line.ship", "2026-03-03 09:00", target="line/2")
    family.took("line.ship", "2026-03-04 09:00", target="line/1")
    assert look(family, "thread/1", "at") == [family["line/1"].happened["ship"].latest]
    # a claim means its own line
    assert look(family, "claim/3", "at") == [family["line/2"].happened["ship"].latest]


def test_happened_at_of_the_instance_itself_is_the_latest_time() -> None:
    engine = engine_of("""
processes:
  job:
    facts: {asked: datetime}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      ask: {from: open, by: buyer, ~}
      look: {from: open, by: buyer, sets: {asked: happened_at(ask)}, ~}
      end: {from: open, to: done, by: buyer, ~}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer")
    story.took("job.look", by="buyer")
    assert story.fact("job/1", "asked") is None
    story.took("job.ask", "2026-03-03 09:00", by="buyer")
    story.took("job.ask", "2026-03-04 09:00", by="buyer")
    story.took("job.look", by="buyer")
    assert story.engine.pack.calendar.local(story.fact("job/1", "asked")).day == 4


def test_a_bare_event_name_means_the_instance_itself() -> None:
    engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    facts: {mine: boolean, others: boolean}
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      ask: {from: open, by: buyer, ~}
      look: {from: open, by: buyer, sets: {mine: happened(ask), others: happened(line.ask)}, ~}
      end: {from: open, to: done, by: buyer, ~}
""")
    story = Story(engine, START)
    story.took("order.place", by="buyer")
    story.took("line.add", by="buyer")
    story.took("line.add", by="buyer")
    story.took("line.ask", by="buyer", target="line/1")
    assert look(story, "line/1", "mine", "others") == [True, False]
    assert look(story, "line/2", "mine", "others") == [False, True]


def test_in_a_creating_transition_the_parent_is_known_and_the_facts_are_the_events() -> None:
    engine = engine_of("""
processes:
  order:
    facts: {paid: money}
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, requires: [paid], ~}
      end: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    facts: {price: money, kind: {type: text, default: plain}}
    states: {open: {}, cheap: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, requires: [price], when: price <= order.paid and order.state == open, ~}
      add_cheap: {event: add, from: new, to: cheap, by: buyer, requires: [price], otherwise: true, ~}
      end: {from: any, to: done, by: buyer, ~}
    limits:
      plain: {event: add, only_when: kind == "plain", ~}
""")
    story = Story(engine, START)
    story.took("order.place", by="buyer", paid="10")
    assert story.took("line.add", by="buyer", price="10").rules == ("line.add",)
    assert story.took("line.add", by="buyer", price="10.01").rules == ("line.add_cheap",)


def test_deadlines_of_others_can_be_asked_for() -> None:
    engine = engine_of("""
processes:
  order:
    facts: {name: text}
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      complain: {from: open, by: buyer, when: overdue(line.ship_it), ~}
      remember: {from: open, by: buyer, when: missed(line.ship_it), ~}
      end: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      ship: {from: open, to: done, by: seller, ~}
    deadlines:
      ship_it: {while: open, within: 1 day, owed_by: seller, ~}
""")
    story = Story(engine, START)
    story.took("order.place", by="buyer")
    story.took("line.add", by="buyer")
    story.took("line.add", by="buyer")
    story.took("line.ship", target="line/1")
    assert story.refused("order.complain", "2026-03-03 09:00", by="buyer") == ["condition"]
    story.took("order.complain", "2026-03-03 10:00", by="buyer")
    story.took("line.ship", target="line/2")
    assert story.refused("order.complain", by="buyer") == ["condition"]
    story.took("order.remember", by="buyer")
