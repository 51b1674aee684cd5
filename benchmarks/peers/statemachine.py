"""`python-statemachine`: one machine for each order, guards as methods, events called by their names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from order import FINAL, HEAVIEST, RULES, SMALL_CLAIM, STATES, Moment, Peer, Standing, plain
from statemachine import State, StateChart


class Model:
    """Where the library keeps the state, and the order its facts and times."""

    def __init__(self) -> None:
        self.state: Any = None
        self.facts: dict[str, Any] = {}
        self.happened: dict[str, datetime] = {}
        self.entered: dict[str, datetime] = {}


def pays_enough(self: Any, facts: dict[str, Any]) -> bool:
    return bool(facts["amount"] >= self.model.facts["price"])


def light_enough(self: Any, facts: dict[str, Any]) -> bool:
    return bool(facts["weight"] <= HEAVIEST)


def worth_arguing(self: Any, facts: dict[str, Any]) -> bool:
    return bool(facts["claimed"] > SMALL_CLAIM)


def fair_offer(self: Any) -> bool:
    return bool(self.model.facts["offered"] * 2 >= self.model.facts["claimed"])


def after_transition(self: Any, event: Any, source: State, target: State, at: datetime, facts: dict[str, Any]) -> None:
    model = self.model
    model.facts.update(facts)
    model.happened[event] = at
    if target is not source:
        model.entered[target.id] = at


def machine_class() -> type[StateChart]:
    """What a class statement with a line for each state and transition gives."""
    states = {name: State(name, initial=name == "new", final=name in FINAL) for name in STATES}
    events: dict[str, Any] = {}
    for rule in RULES:
        for source in rule.sources:
            condition = {"cond": rule.guard} if rule.guard else {}
            if rule.target is None:
                found = states[source].to.itself(internal=True, **condition)
            else:
                found = states[source].to(states[rule.target], **condition)
            events[rule.event] = events[rule.event] | found if rule.event in events else found
    methods = (pays_enough, light_enough, worth_arguing, fair_offer, after_transition)
    # a refused event is no exception here, an exception in a guard is one, and the state changes in one go
    options = {
        "allow_event_without_transition": True,
        "catch_errors_as_events": False,
        "atomic_configuration_update": True,
    }
    members = {**states, **events, **{method.__name__: method for method in methods}, **options}
    return type(StateChart)("OrderMachine", (StateChart,), members)


class MachineOrder:
    """An order with a machine of its own, as the library wants it."""

    def __init__(self, machine: type[StateChart]) -> None:
        self.model = Model()
        self.machine: Any = machine(self.model)

    def send(self, event: tuple[str, datetime, dict[str, Any]]) -> None:
        name, at, facts = event
        getattr(self.machine, name)(at=at, facts=facts)

    def standing(self) -> Standing:
        return Standing(self.model.state, dict(self.model.happened), dict(self.model.entered))


def event(moment: Moment) -> tuple[str, datetime, dict[str, Any]]:
    return moment.step.event, moment.at, plain(moment.step.facts)


def peers() -> list[Peer]:
    machine = machine_class()
    return [
        Peer(
            "python-statemachine",
            "python-statemachine",
            "a `StateChart` for each order, without listeners; events called as its methods, guards and one "
            "`after_transition` for the times as methods",
            event,
            lambda: MachineOrder(machine),
        )
    ]
