"""Clocks that stand still: whatever the tickets do, a deadline runs for its period, no more and no less."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
from generated_packs import engine_of
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import DAY, HOUR, STARTS, examples

from rulesengine.case import Case, Decision, Event, to_datetime, to_moment
from rulesengine.engine import Engine

WITHIN, GRACE, AFTER = 5, 3, 7

#: tickets under the order hold the clocks of its items, in one of the forms that lets an item begin meanwhile
HOLDS: tuple[Any, ...] = (
    {"process": "item", "only": "deadlines"},
    {"process": "item", "except": ["item.begin"]},
    {"process": "order", "except": ["item.begin", "ticket"]},
)


def pack_text(hold: Any) -> str:
    """A shop whose tickets hold back its items."""
    assumed = {"assumed": "For the law."}
    states = {"alive": {}, "expired": {}, "left": {"final": True}}
    item = {
        "under": "order",
        "states": states,
        "transitions": {
            "begin": {"from": "new", "to": "alive", "by": "ann", **assumed},
            "expire": {"from": ["alive", "expired"], "to": "expired", "by": "system", **assumed},
            "leave": {"from": "any", "to": "left", "by": "ann", **assumed},
        },
        "deadlines": {
            "duty": {
                "while": ["alive", "expired"],
                "within": f"{WITHIN} hours",
                "grace": f"{GRACE} hours",
                "owed_by": "ann",
                "then": "expire",
                **assumed,
            },
            "wait": {"while": ["alive", "expired"], "after": f"{AFTER} hours", "then": "expire", **assumed},
        },
    }
    ticket = {
        "under": "order",
        "states": {"open": {"suspends": [hold]}, "waiting": {}, "closed": {"final": True}},
        "transitions": {
            "open": {"from": "new", "to": "open", "by": "ann", **assumed},
            "answer": {"from": "open", "to": "waiting", "by": "ann", **assumed},
            "ask": {"from": "waiting", "to": "open", "by": "ann", **assumed},
            "close": {"from": "any", "to": "closed", "by": "ann", **assumed},
        },
    }
    order = {
        "states": {"alive": {}},
        "transitions": {
            "begin": {"from": "new", "to": "alive", "by": "ann", **assumed},
            "note": {"from": "alive", "by": "ann", **assumed},
        },
    }
    pack = {
        **{
            "pack": "tickets",
            "title": "Tickets",
            "version": "1.0.0",
            "valid_from": "2026-01-01",
            "time_zone": "Europe/Paris",
        },
        **{"currency": "EUR", "actors": ["ann"]},
        "processes": {"order": order, "item": item, "ticket": ticket},
    }
    return json.dumps(pack)


Intervals = list[tuple[int, int | None]]


def joined(intervals: Intervals) -> Intervals:
    """The union of intervals of time, in order; what touches is one, what is empty is none."""
    found: Intervals = []
    for start, end in sorted(intervals, key=lambda interval: interval[0]):
        if end == start:
            continue
        if found and (found[-1][1] is None or found[-1][1] >= start):
            last = found[-1][1]
            found[-1] = (found[-1][0], None if last is None or end is None else max(last, end))
        else:
            found.append((start, end))
    return found


def run_out(start: int, left: int, pauses: Intervals) -> int | None:
    """When so much time has run since `start` outside the pauses. A pause that begins at just that moment counts."""
    now = start
    for begin, end in pauses:
        if end is not None and end <= now:
            continue
        ran = max(begin - now, 0)
        if ran > left:
            break
        left -= ran
        if end is None:
            return None
        now = end
    return now + left


class Shop:
    """An order with one item, and tickets that open and close on an hourly grid."""

    def __init__(self, engine: Engine, start: int) -> None:
        self.engine = engine
        self.start = start
        self.case: Case = engine.open(start)
        self.decisions: list[Decision] = []
        self.holding: dict[str, int] = {}
        self.pauses: Intervals = []

    def at(self, hour: int) -> int:
        return self.start + hour * HOUR

    def happen(self, name: str, hour: int, target: str = "") -> None:
        event = Event(event=name, by="ann", at=to_datetime(self.at(hour)), target=target)
        decision = self.engine.decide(self.case, event)
        assert decision.accepted, decision.reasons
        self.decisions += decision.fired
        self.case = decision.case
        if name in ("ticket.open", "ticket.ask"):
            self.holding[decision.target if target else f"ticket/{self.tickets}"] = self.at(hour)
        elif name != "item.begin" and target in self.holding:
            self.pauses.append((self.holding.pop(target), self.at(hour)))

    @property
    def tickets(self) -> int:
        return sum(instance.process == "ticket" for instance in self.case.instances.values())


@settings(max_examples=examples(200))
@given(st.data())
def test_a_clock_runs_for_its_period_outside_of_all_pauses(data: st.DataObject) -> None:
    engine = engine_of(pack_text(data.draw(st.sampled_from(HOLDS))))
    shop = Shop(engine, to_moment(data.draw(st.sampled_from(STARTS)) + timedelta(microseconds=1)))
    shop.happen("order.begin", 0)
    begins = data.draw(st.integers(0, 8))
    hour, began = 0, False
    for _ in range(data.draw(st.integers(0, 9))):
        hour += data.draw(st.integers(0, 4))
        if not began and hour >= begins:
            began = True
            hour = max(hour, begins)
            shop.happen("item.begin", hour)
            begins = hour
        tickets = [i for i in shop.case.instances.values() if i.process == "ticket" and i.state != "closed"]
        possible: list[tuple[str, str]] = [("ticket.open", "")] if len(tickets) < 3 else []
        for ticket in tickets:
            possible += [("ticket.close", ticket.id)]
            possible += [("ticket.answer" if ticket.state == "open" else "ticket.ask", ticket.id)] * 2
        name, target = data.draw(st.sampled_from(possible))
        shop.happen(name, hour, target)
    if not began:
        begins = max(hour, begins)
        shop.happen("item.begin", begins)
    fired, last = engine.advance(shop.case, shop.at(hour) + 30 * DAY)
    pauses = joined([*shop.pauses, *((start, None) for start in shop.holding.values())])
    start = shop.at(begins)
    due = run_out(start, WITHIN * HOUR, pauses)
    consequence = None if due is None else run_out(due, GRACE * HOUR, [p for p in pauses if p[1] is None or p[1] > due])
    seen = {(d.kind, d.deadline): to_moment(d.at) for d in (*shop.decisions, *fired)}
    expected = {
        ("missed", "item.duty"): due,
        ("fired", "item.duty"): consequence,
        ("fired", "item.wait"): run_out(start, AFTER * HOUR, pauses),
    }
    assert seen == {key: moment for key, moment in expected.items() if moment is not None}
    for obligation in engine.obligations(last):
        assert obligation.paused or obligation.missed


@settings(max_examples=examples(60))
@given(st.sampled_from(HOLDS), st.integers(0, WITHIN * HOUR), st.integers(1, 3 * DAY), st.sampled_from([-1, 0, 1]))
def test_a_pause_moves_what_is_due_by_its_own_length(hold: Any, begin: int, length: int, off: int) -> None:
    engine = engine_of(pack_text(hold))
    start = to_moment(STARTS[0])
    begin = WITHIN * HOUR + off if begin > WITHIN * HOUR - 10 else begin
    case = engine.open(start)

    def happen(case: Case, name: str, moment: int, target: str = "") -> Case:
        decision = engine.decide(case, Event(event=name, by="ann", at=to_datetime(moment), target=target))
        assert decision.accepted, decision.reasons
        return decision.case

    case = happen(happen(case, "order.begin", start), "item.begin", start)
    plain = [msgspec.structs.replace(o, reminders=()) for o in engine.obligations(case)]
    held = happen(case, "ticket.open", start + begin)
    assert all(o.paused for o in engine.obligations(held))
    after = {o.rule: o for o in engine.obligations(happen(held, "ticket.close", start + begin + length, "ticket/1"))}
    for obligation in plain:
        assert obligation.due is not None
        moved = to_moment(obligation.due) + (length if to_moment(obligation.due) >= start + begin else 0)
        found = after[obligation.rule].due
        assert found is not None
        assert to_moment(found) == moved
