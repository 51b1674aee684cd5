"""Ends: what a final state does, and what it leaves alone."""

from __future__ import annotations

import pytest
from engine_packs import Story, engine_of, utc, what

from rulesengine import PackError

START = "2026-03-02 09:00"

PACK = """
processes:
  order:
    states: {open: {}, done: {final: true}, lost: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
      lose: {from: open, to: lost, by: buyer, ~}
    deadlines:
      closing: {while: open, within: 1 day, owed_by: buyer, ~}
  line:
    under: order
    states: {open: {}, late: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, unless: order.state == lost, ~}
      expire: {from: open, to: late, by: system, ~}
      end: {from: any, to: done, by: buyer, ~}
    deadlines:
      shipping: {while: open, within: 2 days, owed_by: seller, then: expire, ~}
"""


def order() -> Story:
    story = Story(engine_of(PACK), START)
    story.took("order.place", by="buyer")
    story.took("line.add", by="buyer")
    return story


def test_nothing_happens_any_more_to_what_has_ended() -> None:
    story = order()
    story.took("order.end", by="buyer")
    for event in ("order.end", "order.lose"):
        assert story.refused(event, by="buyer") == ["ended"]


def test_an_end_touches_no_child_and_their_deadlines_run_on() -> None:
    story = order()
    story.took("order.end", by="buyer")
    assert story.state("line/1") == "open"
    assert what(story.until("2026-03-10 00:00")) == [("missed", "line.shipping"), ("fired", "line.shipping")]
    story.took("line.end", by="buyer")


def test_an_end_stops_the_clocks_of_the_instance() -> None:
    story = order()
    story.took("order.lose", by="buyer")
    assert story.outcomes("order/1", "closing") == ["met"]
    assert [d.deadline for d in story.until("2026-03-10 00:00") if d.target == "order/1"] == []


def test_a_child_under_an_ended_parent_is_decided_by_its_own_when() -> None:
    story = order()
    story.took("order.end", by="buyer")
    story.took("line.add", by="buyer")
    assert story.due("line/2", "shipping") == utc("2026-03-04 09:00")
    other = order()
    other.took("order.lose", by="buyer")
    assert other.refused("line.add", by="buyer") == ["condition"]


@pytest.mark.parametrize(
    "text",
    [
        PACK.replace("while: open, within: 1 day", "while: [open, done], within: 1 day"),
        PACK.replace("lost: {final: true}", "lost: {final: true, suspends: line}"),
    ],
)
def test_clocks_and_suspensions_in_a_final_state_are_findings(text: str) -> None:
    with pytest.raises(PackError) as caught:
        engine_of(text)
    assert [d.code for d in caught.value.diagnostics] == ["RE507"]
