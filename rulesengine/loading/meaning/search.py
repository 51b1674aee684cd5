"""A bounded search for a world in which all guards of two transitions hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from rulesengine.expressions import Type, compile_tree, tree
from rulesengine.facts import FactType
from rulesengine.loading.meaning.history import History
from rulesengine.loading.meaning.values import Values
from rulesengine.loading.meaning.worlds import (
    NOON,
    Being,
    Choice,
    Key,
    World,
    put_above,
    put_above_state,
    put_context,
    put_entered,
    put_family,
    put_happened,
    put_now,
    put_state,
    put_stored,
)
from rulesengine.timing import Calendar

#: assignments tried before a search is given up
TRIES = 20_000


class Literal(msgspec.Struct, frozen=True):
    """A part of a guard that has to be true (or, if not `wanted`, false)."""

    node: tree.Node
    wanted: bool


def literals(node: tree.Node, wanted: bool) -> list[Literal]:
    """The parts that all have to come out as said for the whole to come out as wanted."""
    match node:
        case tree.Not(item=item):
            return literals(item, not wanted)
        case tree.And(items=items) if wanted:
            return [part for item in items for part in literals(item, True)]
        case tree.Or(items=items) if not wanted:
            return [part for item in items for part in literals(item, False)]
    return [Literal(node, wanted)]


#: Whether a part comes out as wanted.
Test: TypeAlias = tuple[Callable[[Any], Any], bool]
#: What to choose one after the other, each with the tests that can be made then.
Plan: TypeAlias = list[tuple[Choice | None, list[Test]]]


class Search:
    """Looks for a world in which all literals hold, for an instance in one of some states."""

    def __init__(
        self,
        parts: Sequence[Literal],
        *,
        process: str,
        ancestors: Sequence[str],
        histories: Mapping[str, History],
        facts: Mapping[str, FactType],
        states: Sequence[str],
        creates: bool,
        carried: frozenset[str],
        required: frozenset[str],
        calendar_of: Callable[[], Calendar],
    ) -> None:
        self.parts = parts
        self.process = process
        self.ancestors = ancestors
        self.histories = histories
        self.facts = facts
        self.states = states
        self.creates = creates
        self.carried = carried
        self.required = required
        self.calendar_of = calendar_of
        self.nodes = [node for part in parts for node in tree.walk(part.node)]
        self.values = Values(self.nodes, calendar_of)
        self.tries = 0

    def found(self) -> World | None:
        """A world in which all hold, or None where there is none or the search is given up."""
        world = World(self.calendar_of, None if self.creates else Being(self.process), self.ancestors)
        return world if self._assign(world, self._plan(), 0) else None

    def _assign(self, world: World, plan: Plan, at: int) -> bool:
        if at == len(plan):
            return True
        choice, tests = plan[at]
        for value in choice.values(world) if choice is not None else (None,):
            self.tries += 1
            if self.tries > TRIES:
                return False
            if choice is not None:
                choice.put(world, value)
            if all(test(world) is wanted for test, wanted in tests) and self._assign(world, plan, at + 1):
                return True
        return False

    def _plan(self) -> Plan:
        """Choices in an order in which every literal can be tested as soon as possible, each with what it decides."""
        waiting = [
            (self._choices(tree.leaves(part.node)), (compile_tree(part.node), part.wanted)) for part in self.parts
        ]
        plan: Plan = [(None, [])]
        if not self.creates:
            plan.append((Choice(("state", "", ""), lambda world: self.states, put_state), []))
        known = {choice.key for choice, _ in plan if choice is not None}
        while waiting:
            waiting.sort(key=lambda entry: len([c for c in entry[0] if c.key not in known]))
            choices, test = waiting.pop(0)
            for choice in choices:
                if choice.key not in known:
                    known.add(choice.key)
                    plan.append((choice, []))
            plan[-1][1].append(test)
        return plan

    # what there is to choose

    def _choices(self, leaves: Iterable[tree.Node]) -> list[Choice]:
        found = {choice.key: choice for leaf in leaves for choice in self._of(leaf)}
        # the instances themselves before what is said of them, and now after all moments it is compared with
        order = {"family": 0, "now": 2}
        return sorted(found.values(), key=lambda choice: order.get(choice.key[0], 1))

    def _of(self, leaf: tree.Node) -> list[Choice]:
        match leaf:
            case tree.Fact(name=name, type=type):
                return [Choice(("fact", "", name), self._own_fact(leaf, name, type), self._put_fact(name))]
            case tree.Stored(name=name, type=type) if name not in self.carried:
                return [Choice(("fact", "", name), self._own_fact(leaf, name, type), self._put_fact(name))]
            case tree.Stored(name=name, type=type):
                return [Choice(("stored", "", name), self._own_fact(leaf, name, type), put_stored(name))]
            case tree.AncestorFact(process=process, name=name, type=type):
                return [
                    self._choice(("fact", process, name), self.values.possible(leaf, type), put_above(process, name))
                ]
            case tree.AncestorState(process=process):
                states = tuple(self.histories[process].states)
                return [self._choice(("state", process, ""), states, put_above_state(process))]
            case tree.Context(map=map, name=name, type=type):
                return [self._choice(("context", map, name), self.values.possible(leaf, type), put_context(map, name))]
            case tree.Now():
                return [Choice(("now", "", ""), self._nows(), put_now)]
            case tree.Happened(process=process, event=event) | tree.HappenedAt(process=process, event=event):
                put = self._put_of(process, lambda being, value: put_happened(being, event, value))
                return [*self._family(process), Choice(("happened", process, event), self._past(process, event), put)]
            case tree.EnteredAt(process=process, state=state):
                put = self._put_of(process, lambda being, value: put_entered(being, state, value))
                return [*self._family(process), Choice(("entered", process, state), self._entries(process, state), put)]
            case tree.Overdue(process=process, deadline=name) | tree.Missed(process=process, deadline=name):
                put = self._put_of(process, lambda being, value: being.late.__setitem__(name, value))
                return [*self._family(process), Choice(("late", process, name), self._lates(process, name), put)]
            case tree.Latest(process=process, name=name, type=type):
                put = self._put_of(process, lambda being, value: being.facts.__setitem__(name, value))
                return [
                    *self._family(process),
                    self._choice(("fact", process, name), self.values.possible(leaf, type), put),
                ]
            case tree.Total(process=process, name=name, type=type):
                return [
                    *self._family(process),
                    self._choice(
                        ("fact", process, name), self.values.possible(leaf, type), self._put_total(process, name)
                    ),
                ]
            case tree.Count(process=process) | tree.All(process=process) | tree.Open(process=process):
                return self._family(process)
            case tree.LatestState(process=process):
                return self._family(process)
        return []

    @staticmethod
    def _choice(key: Key, values: Sequence[Any], put: Callable[[World, Any], None]) -> Choice:
        return Choice(key, lambda world: values, put)

    def _family(self, process: str) -> list[Choice]:
        """The related instances of a process: how many, and in which states."""
        if not process:
            return []
        if process in self.ancestors:
            states: Sequence[Any] = tuple(self.histories[process].states)
            return [self._choice(("state", process, ""), states, put_above_state(process))]
        return [
            self._choice(
                ("family", process, ""), self.values.crowds(process, self.histories[process]), put_family(process)
            )
        ]

    def _own_fact(self, leaf: tree.Node, name: str, type: Type) -> Callable[[World], Iterable[Any]]:
        known = self.values.known(type)
        stored = isinstance(leaf, tree.Stored)

        def values(world: World) -> Iterable[Any]:
            maybe, always = self._knowledge(world, name, stored=stored)
            if not maybe:
                return (None,)
            return (*known, None) if leaf in self.values.asked and not always else known

        return values

    def _knowledge(self, world: World, name: str, *, stored: bool) -> tuple[bool, bool]:
        """Whether a fact of the instance itself may have a value here, and whether it is sure to have one."""
        sent = not stored and name in self.carried
        asked_for = not stored and name in self.required
        if world.own is None:
            given = self.facts[name].default is not None and not stored
            return sent or given, asked_for or given
        history, state = self.histories[self.process], world.own.state
        return sent or history.maybe_known(name, state), asked_for or history.always_known(name, state)

    def _nows(self) -> Callable[[World], Iterable[Any]]:
        sides = [
            compile_tree(node.right if isinstance(node.left, tree.Now) else node.left)
            for node in self.nodes
            if isinstance(node, tree.Compare) and (isinstance(node.left, tree.Now) or isinstance(node.right, tree.Now))
        ]

        def values(world: World) -> Iterable[Any]:
            found: dict[int, None] = {}
            for side in sides:
                moment = side(world)
                if moment is not None:
                    found.update(dict.fromkeys((moment - 1, moment, moment + 1)))
            return found or (NOON,)

        return values

    def _past(self, process: str, event: str) -> Callable[[World], Iterable[Any]]:
        """When an event happened last, or None; as the way to the present state has it."""

        def values(world: World) -> Iterable[Any]:
            being = self._being(world, process)
            if being is None:
                return (None,)
            history = self.histories[process or self.process]
            maybe = self.values.moments if history.maybe_happened(event, being.state) else ()
            return maybe if history.always_happened(event, being.state) else (None, *maybe)

        return values

    def _entries(self, process: str, state: str) -> Callable[[World], Iterable[Any]]:
        def values(world: World) -> Iterable[Any]:
            being = self._being(world, process)
            if being is None:
                return (None,)
            if being.state == state:
                return self.values.moments
            history = self.histories[process or self.process]
            return (None, *self.values.moments) if history.maybe_entered(state, being.state) else (None,)

        return values

    def _lates(self, process: str, deadline: str) -> Callable[[World], Iterable[Any]]:
        def values(world: World) -> Iterable[Any]:
            being = self._being(world, process)
            history = self.histories[process or self.process]
            if being is None or not history.maybe_late(deadline, being.state):
                return ((False, False),)
            return ((False, False), (True, True), (False, True))

        return values

    def _being(self, world: World, process: str) -> Being | None:
        """The instance itself, or the latest of the related ones."""
        if not process:
            return world.own
        views = world.related(process)
        return views[-1] if views else None

    # putting values into a world

    def _put_of(self, process: str, put: Callable[[Being, Any], Any]) -> Callable[[World, Any], None]:
        def run(world: World, value: Any) -> None:
            being = self._being(world, process)
            if being is not None:
                put(being, value)

        return run

    def _put_fact(self, name: str) -> Callable[[World, Any], None]:
        both = name not in self.carried and not self.creates

        def run(world: World, value: Any) -> None:
            world.facts[name] = value
            if both:
                world.stored[name] = value

        return run

    def _put_total(self, process: str, name: str) -> Callable[[World, Any], None]:
        def run(world: World, value: Any) -> None:
            beings = world.related(process)
            for being in beings:
                being.facts[name] = 0
            if beings:
                beings[-1].facts[name] = value

        return run
