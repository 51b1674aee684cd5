"""What fires by itself reads no context: nobody is there to say how the world is."""

from __future__ import annotations

import pytest
from engine_packs import Story, engine_of

from rulesengine import PackError

PACK = """
context: {seller: {away: boolean, left_at: datetime, limit: money}}
processes:
  order:
    facts: {amount: money, flag: boolean, left_at: datetime}
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      close: {from: open, to: done, by: [seller, system], ~}
  job:
    under: order
    facts: {amount: money, flag: boolean}
    states: {open: {}, late: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, unless: seller.away, ~}
      expire: {from: open, to: late, by: system, ~}
      end: {from: [open, late], to: done, by: [seller, system], ~}
    deadlines:
      work: {while: open, within: 1 day, owed_by: seller, then: expire, ~}
    limits:
      cap: {event: start, only_when: not seller.away, ~}
"""


def test_what_people_do_may_read_the_context() -> None:
    story = Story(engine_of(PACK), "2026-03-02 09:00")
    story.took("order.place", by="buyer")
    story.took("job.start", by="buyer", context={"seller": {"away": False}})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("by: system, ~}", "by: system, when: not seller.away, ~}"),
        ("by: system, ~}", "by: system, unless: seller.away, ~}"),
        ("by: system, ~}", "by: system, sets: {flag: seller.away}, ~}"),
        ("by: system, ~}", "by: system, raises: [order.close], ~}\n      # closing\n"),
        ("event: start", "event: expire"),
        ("within: 1 day,", "within: 1 day, since: seller.left_at,"),
        ("within: 1 day,", "within: 1 day, when: seller.away,"),
    ],
)
def test_a_context_read_on_the_way_of_a_then_is_refused_at_load(old: str, new: str) -> None:
    text = PACK.replace(old, new, 1)
    if "order.close" in new:
        text = text.replace(
            "close: {from: open, to: done, by: [seller, system], ~}",
            "close: {from: open, to: done, by: [seller, system], when: seller.away, ~}",
        )
    with pytest.raises(PackError) as caught:
        engine_of(text)
    assert {d.code for d in caught.value.diagnostics} == {"RE508"}
