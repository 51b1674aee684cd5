"""Cases to measure with, each made by decisions about events whose texts are its own, as if they came in requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rulesengine import Case, Engine, Event

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONTEXT: Mapping[str, Mapping[str, Any]] = {
    "seller": {"professional": True, "on_vacation": False, "quality_score_too_low": False},
    "wallet": {"balance": "500.00", "blocked": False},
}

#: an order at Rakuten with two items, one of them in a claim
SALE: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("order.place", "buyer", "", "", {"ordered_at": "2026-03-02T08:00:00Z"}),
    ("item.request", "buyer", "order/1", "A", {"price": "80.00", "committed_method": "tracked"}),
    ("item.request", "buyer", "order/1", "B", {"price": "25.00", "committed_method": "normal"}),
    ("item.accept", "seller", "item/A", "", {}),
    ("item.accept", "seller", "item/B", "", {}),
    (
        *("item.ship", "seller", "item/A", ""),
        {"method": "tracked", "shipped_at": "2026-03-02T12:00:00Z", "tracking_number": "LP123", "carrier": "La Poste"},
    ),
    ("item.receive", "buyer", "item/A", "", {"received_at": "2026-03-02T13:00:00Z"}),
    ("claim.open", "buyer", "item/A", "", {"reason": "damaged"}),
)


class RefusedError(Exception):
    """An event was refused that should make a case to measure with."""


def after(engine: Engine, case: Case, event: Event) -> Case:
    """The case after an event that is accepted, with the context that Rakuten's rules read."""
    decision = engine.decide(case, event, CONTEXT if case.pack == "rakuten" else None)
    if not decision.accepted:
        raise RefusedError(f"{case.pack}: {event.event} was refused: {decision.reasons[0].message}")
    return decision.case


def sale(engine: Engine, steps: int = len(SALE), start: datetime = START) -> Case:
    """The case after so many steps of the sale, one each hour."""
    case = engine.open(start)
    for number, (event, by, target, name, facts) in enumerate(SALE[:steps]):
        own = json.loads(json.dumps(facts))
        at = start + number * HOUR
        case = after(engine, case, Event(event=event, by=by, at=at, target=target, id=name, facts=own))
    return case


def placed_order(engine: Engine, number: int, events: int = 1) -> Case:
    """An order after its first events, unlike every other one."""
    begin = START + number * timedelta(seconds=1)
    story: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("place", "buyer", {"price": f"{20 + number % 800}.{number % 100:02d}"}),
        ("pay", "buyer", {"amount": f"{900 + number % 100}.{number % 100:02d}"}),
        ("accept", "seller", {}),
        ("ship", "seller", {"weight": f"{1 + number % 29}.{number % 10}"}),
        ("deliver", "carrier", {}),
    )
    case = engine.open(begin)
    for step, (event, by, facts) in enumerate(story[:events]):
        own = json.loads(json.dumps(facts))
        at, name = begin + step * HOUR, "" if step else f"N{number}"
        case = after(engine, case, Event(event=f"order.{event}", by=by, at=at, id=name, facts=own))
    return case
