"""The order process and its stories, as plain data: what every engine is given to work through.

`order.yaml` says the same to this engine; after every event it is checked that all agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

#: largest weight in kilograms and smallest claim to argue about in cents; `order.yaml` has them as parameters
HEAVIEST = 30
SMALL_CLAIM = 2000

STATES = (
    "new",
    "placed",
    "paid",
    "checking",
    "packing",
    "shipped",
    "delivered",
    "disputed",
    "returning",
    "completed",
    "cancelled",
    "refunded",
)
FINAL = ("completed", "cancelled", "refunded")


class Rule(NamedTuple):
    """A transition; `target` is None where the state stays, `guard` names one that each engine puts its own way."""

    event: str
    sources: tuple[str, ...]
    target: str | None
    guard: str = ""


RULES = (
    Rule("place", ("new",), "placed"),
    Rule("pay", ("placed",), "paid", "pays_enough"),
    Rule("cancel", ("placed", "paid"), "cancelled"),
    Rule("review", ("paid",), "checking"),
    Rule("release", ("checking",), "paid"),
    Rule("deny", ("checking",), "refunded"),
    Rule("accept", ("paid",), "packing"),
    Rule("refuse", ("paid",), "refunded"),
    Rule("ship", ("packing",), "shipped", "light_enough"),
    Rule("track", ("shipped",), None),
    Rule("deliver", ("shipped",), "delivered"),
    Rule("lose", ("shipped",), "disputed"),
    Rule("complete", ("delivered",), "completed"),
    Rule("complain", ("delivered",), "disputed", "worth_arguing"),
    Rule("complain", ("delivered",), "refunded"),
    Rule("offer", ("disputed",), None),
    Rule("settle", ("disputed",), "completed", "fair_offer"),
    Rule("send_back", ("disputed",), "returning"),
    Rule("arrive", ("returning",), "refunded"),
    Rule("replace", ("returning",), "packing"),
)


class Step(NamedTuple):
    """One event: who did it, how many minutes after the one before, with which facts; and whether a guard refuses it.

    Facts are as JSON carries them to a service: amounts and numbers as text.
    """

    event: str
    by: str
    minutes: int
    facts: Mapping[str, str] = {}
    refused: bool = False


START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PLACE = Step("place", "buyer", 0, {"price": "149.90"})
PAY = Step("pay", "buyer", 20, {"amount": "149.90"})
PAY_TOO_LITTLE = Step("pay", "buyer", 10, {"amount": "100.00"}, refused=True)
ACCEPT = Step("accept", "seller", 90)
SHIP = Step("ship", "seller", 600, {"weight": "12.5"})
TOO_HEAVY = Step("ship", "seller", 300, {"weight": "31"}, refused=True)
TRACK = Step("track", "carrier", 720)
DELIVER = Step("deliver", "carrier", 900)
COMPLAIN = Step("complain", "buyer", 60, {"claimed": "80.00"})

#: paths through the process that together take every transition, and meet every guard that refuses
STORIES: Mapping[str, tuple[Step, ...]] = {
    "as it should be": (
        *(PLACE, PAY, ACCEPT, SHIP, TRACK, TRACK, DELIVER),
        Step("complete", "buyer", 1440),
    ),
    "cancelled before it was paid": (PLACE, Step("cancel", "buyer", 45)),
    "cancelled when it was paid": (PLACE, PAY_TOO_LITTLE, PAY, Step("cancel", "buyer", 30)),
    "refused": (PLACE, PAY, Step("refuse", "seller", 60)),
    "denied": (PLACE, PAY, Step("review", "support", 30), Step("deny", "support", 30)),
    "settled": (
        *(PLACE, PAY_TOO_LITTLE, PAY, Step("review", "support", 30), Step("release", "support", 30), ACCEPT),
        *(TOO_HEAVY, SHIP, TRACK, DELIVER, COMPLAIN),
        Step("offer", "seller", 30, {"offered": "15.00"}),
        Step("settle", "buyer", 10, refused=True),
        Step("offer", "seller", 30, {"offered": "40.00"}),
        Step("settle", "buyer", 10),
    ),
    "little is lost": (
        *(PLACE, PAY, ACCEPT, SHIP, DELIVER),
        Step("complain", "buyer", 120, {"claimed": "12.50"}),
    ),
    "replaced and sent back": (
        *(PLACE, PAY, ACCEPT, SHIP, TRACK, DELIVER, COMPLAIN),
        Step("send_back", "buyer", 300),
        Step("replace", "seller", 2880),
        *(SHIP, TRACK, TRACK),
        Step("lose", "carrier", 4320),
        Step("send_back", "buyer", 60),
        Step("arrive", "seller", 1440),
    ),
}

#: what a guard refuses, again and again, at an order that stands in `placed`
REFUSALS = (PLACE, *(PAY_TOO_LITTLE,) * 9)


class Moment(NamedTuple):
    """A step with its moment."""

    step: Step
    at: datetime


def moments(story: tuple[Step, ...]) -> list[Moment]:
    """The steps of a story, each with the moment it happens at."""
    at = START
    found = []
    for step in story:
        at += timedelta(minutes=step.minutes)
        found.append(Moment(step, at))
    return found


def plain(facts: Mapping[str, str]) -> dict[str, float]:
    """Facts as the peers like them best: cents, and a weight in kilograms."""
    return {name: float(value) if name == "weight" else round(float(value) * 100) for name, value in facts.items()}


class Standing(NamedTuple):
    """How an order stands: its state, when each event last happened and when each state was last entered."""

    state: str
    happened: Mapping[str, datetime]
    entered: Mapping[str, datetime]


class Order(Protocol):
    """One order in the hands of an engine."""

    def send(self, event: Any) -> None:
        """Let an event happen, accepted or refused. This is what is measured."""

    def standing(self) -> Standing:
        """How the order stands now."""


class Peer(NamedTuple):
    """An engine that works through orders."""

    name: str
    #: the distribution it comes in
    library: str
    #: how it is set up, in a sentence
    how: str
    #: a step with its moment, in the form the engine takes
    event: Callable[[Moment], Any]
    #: a new order, ready for its first event
    order: Callable[[], Order]
