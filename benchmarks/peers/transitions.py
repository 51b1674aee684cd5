"""`transitions`, bare: one machine without a model and without automatic transitions, orders that are plain objects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from order import HEAVIEST, RULES, SMALL_CLAIM, STATES, Moment, Peer, Standing, plain
from transitions import EventData, Machine

GUARDS = {
    "pays_enough": lambda event: event.kwargs["amount"] >= event.model.facts["price"],
    "light_enough": lambda event: event.kwargs["weight"] <= HEAVIEST,
    "worth_arguing": lambda event: event.kwargs["claimed"] > SMALL_CLAIM,
    "fair_offer": lambda event: event.model.facts["offered"] * 2 >= event.model.facts["claimed"],
}


class BareOrder:
    """A model as the library takes it: anything with a `state`."""

    __slots__ = ("entered", "events", "facts", "happened", "state")

    def __init__(self, machine: Machine) -> None:
        self.events: dict[str, Any] = machine.events
        self.state = "new"
        self.facts: dict[str, Any] = {}
        self.happened: dict[str, datetime] = {}
        self.entered: dict[str, datetime] = {}

    def send(self, event: tuple[str, dict[str, Any]]) -> None:
        name, facts = event
        self.events[name].trigger(self, **facts)

    def standing(self) -> Standing:
        return Standing(self.state, dict(self.happened), dict(self.entered))


def keep(event: EventData) -> None:
    """The one callback of the machine: after a transition, keep its facts and when it happened."""
    model, facts = event.model, event.kwargs
    model.facts.update(facts)
    model.happened[event.event.name] = facts["at"]
    target = event.transition.dest
    if target is not None:
        model.entered[target] = facts["at"]


def event(moment: Moment) -> tuple[str, dict[str, Any]]:
    return moment.step.event, {"at": moment.at, **plain(moment.step.facts)}


def peers() -> list[Peer]:
    machine = Machine(
        model=None,
        states=list(STATES),
        initial="new",
        auto_transitions=False,
        send_event=True,
        after_state_change=keep,
    )
    for rule in RULES:
        guards = [GUARDS[rule.guard]] if rule.guard else None
        machine.add_transition(rule.event, list(rule.sources), rule.target, conditions=guards)
    return [
        Peer(
            "transitions",
            "transitions",
            "`Machine(model=None, auto_transitions=False, send_event=True)`, `machine.events[e].trigger` on a plain "
            "object, guards as callables, one callback for the times",
            event,
            lambda: BareOrder(machine),
        )
    ]
