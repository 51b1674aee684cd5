"""Processes as `transitions` machines, and the tables read from them.

Any user of that library can take `pack.machine("claim")`: a real `transitions.Machine` without a model. Events are
triggered on a model of one's own, a plain object with a `state`:

    machine.events["open"].trigger(model, by="buyer", env=env)

where `env` is what `Engine.env` gives for a case and an event. The engine itself reads each machine once into a table
and never triggers it; that both agree is a test over generated packs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from transitions import EventData, Machine, State

from rulesengine.rules.guards import holds
from rulesengine.rules.reading import NEW
from rulesengine.rules.transition import Transition

__all__ = ["Fits", "GuardUnknownError", "Machine", "machine_of", "table_of"]


class GuardUnknownError(Exception):
    """A guard whose actor fits reads a value nobody has given: nothing further may be tried."""


class Fits:
    """The condition of one transition in the machine: its actor fits and its guards hold."""

    def __init__(self, rule: Transition) -> None:
        self.rule = rule
        self.__name__ = rule.rule

    def __call__(self, event: EventData) -> bool:
        if event.kwargs["by"] not in self.rule.by:
            return False
        verdict = holds(self.rule.guards, event.kwargs["env"])
        if verdict is None:
            raise GuardUnknownError(self.rule.rule)
        return verdict


def machine_of(name: str, states: Mapping[str, bool], rules: Sequence[Transition]) -> Machine:
    """A new machine of a process: its states (True where final) and its transitions in file order.

    The initial state `new` stands for "does not exist yet".
    """
    # the library changes what it is given and binds itself to models: it gets neither a pack's data nor a model
    declared = [State(NEW), *(State(state, final=final) for state, final in states.items())]
    machine = Machine(model=None, states=declared, initial=NEW, auto_transitions=False, send_event=True, name=name)
    for rule in sorted(rules, key=lambda rule: rule.otherwise):
        sources: list[Any] = [NEW] if rule.creates else [state for state in states if state in rule.states]
        if sources:
            # without `to` the state stays: an internal transition
            machine.add_transition(rule.event, sources, rule.to, conditions=[Fits(rule)])
    return machine


def table_of(machine: Machine) -> Mapping[tuple[str, str], tuple[Transition, ...]]:
    """What a machine does, frozen: (state, event) -> the transitions to try, in order."""
    table: dict[tuple[str, str], tuple[Transition, ...]] = {}
    events: Mapping[str, Any] = machine.events
    for name, event in events.items():
        for state, found in event.transitions.items():
            table[state, name] = tuple(transition.conditions[0].func.rule for transition in found)
    return table
