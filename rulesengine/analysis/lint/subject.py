"""A pack as the rules of advice look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

from rulesengine.analysis.lint.advice import Unseen
from rulesengine.analysis.lint.worlds import Fork, Gap, Part, Scene, Values, Worlds
from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.expressions import Expression, tree
from rulesengine.loading.meaning.graph import takers_of
from rulesengine.loading.meaning.history import History
from rulesengine.loading.meaning.reach import fired_events
from rulesengine.loading.naming import entries
from rulesengine.pack import Pack, Process
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.guards import Guard
from rulesengine.rules.limit import Limit
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.transition import Transition


class Solver(Protocol):
    """What a solver adds to the small worlds: terms that compare what is no constant."""

    def can_hold(self, parts: Sequence[Part], scene: Scene) -> bool | None:
        """Whether there are values with which all parts come out as wanted; None where it cannot be told."""

    def witness(self, parts: Sequence[Part], scene: Scene) -> Values | None:
        """Such values."""

    def gap(self, fork: Fork, scene: Scene) -> Gap | None:
        """A value between two that fit, with which nothing fits."""


class Subject:
    """One pack under one variant and one choice of readings, and what is asked of it more than once."""

    def __init__(
        self,
        pack: Pack,
        *,
        on: int,
        solver: Callable[[Worlds], Solver] | None,
        statements: Sequence[Node] = (),
    ) -> None:
        self.pack = pack
        #: the day dates are compared with, as an ordinal
        self.on = on
        #: those of registers that name a day of review
        self.statements = statements
        self.takers = takers_of(pack)
        self.history = lru_cache(maxsize=None)(lambda name: History(pack.processes[name]))
        self.worlds = Worlds(pack, self.history)
        self.solver = solver(self.worlds) if solver is not None else None
        self._unseen: dict[Unseen, None] = {}

    @property
    def document(self) -> Node:
        """The merged document."""
        return self.pack.document

    @cached_property
    def fired(self) -> frozenset[tuple[str, str]]:
        """`(process, event)` of all that the engine may start by itself."""
        return fired_events(self.pack)

    @cached_property
    def raised(self) -> frozenset[tuple[str, str]]:
        """`(process, event)` of all that some transition raises."""
        return frozenset(
            (sent.process, sent.event)
            for process in self.pack.processes.values()
            for transition in process.transitions
            for sent in transition.raises
        )

    @property
    def unseen(self) -> list[Unseen]:
        """What was not looked at, by place."""
        given_up = self.worlds.left_out
        if given_up:
            text = f"{given_up} questions about guards that read too much to try it all"
            return sorted([*self._unseen, Unseen(place=self.document.span, text=text)])
        return sorted(self._unseen)

    # where guards are asked

    def scene_of(self, process: Process, transition: Transition) -> Scene:
        """The moments at which the guards of a transition are asked."""
        return Scene(
            process=process.name,
            states=tuple(state for state in process.states if state in transition.states),
            creates=transition.creates,
            carried=transition.carries,
            required=frozenset(transition.requires),
        )

    def scene_of_limit(self, process: Process, limit: Limit) -> Scene | None:
        """The moments at which a limit is asked; None where nothing takes its event."""
        takers = self.takers.get((process.name, limit.event), ())
        if not takers:
            return None
        return Scene(
            process=process.name,
            states=tuple(state for state in process.states if any(state in t.states for t in takers)),
            creates=any(t.creates for t in takers),
            carried=frozenset().union(*(t.carries for t in takers)),
            required=frozenset.intersection(*(frozenset(t.requires) for t in takers)),
        )

    @staticmethod
    def scene_of_deadline(process: Process, deadline: Deadline) -> Scene:
        """The moments at which a deadline asks whether to start."""
        states = tuple(state for state in process.states if state in deadline.states)
        return Scene(process=process.name, states=states)

    def guarded(self) -> Iterator[tuple[Transition | Deadline | Limit, Scene, tuple[Guard, ...]]]:
        """Every rule with guards, when they are asked, and the guards that all have to hold."""
        for process in self.pack.processes.values():
            for rule in process.rules:
                scene: Scene | None
                if isinstance(rule, Transition):
                    scene = self.scene_of(process, rule)
                elif isinstance(rule, Deadline):
                    scene = self.scene_of_deadline(process, rule)
                else:
                    scene = self.scene_of_limit(process, rule)
                if scene is not None and rule.guards:
                    yield rule, scene, rule.guards

    # what guards can be

    def can_hold(self, parts: Sequence[Part], scene: Scene, *, told: Sequence[Guard] = ()) -> bool:
        """False where it is sure that the parts never all come out as wanted. `told`: the guards they stand for."""
        before = self.worlds.left_out
        if not self.worlds.can_hold(parts, scene):
            return False
        if self.solver is None:
            for guard in told:
                self.look(guard.expression)
            return True
        if self.worlds.left_out == before and not any(self.worlds.guards.opaque(part.node) for part in parts):
            return True
        # what was too much to try out, the solver is asked instead
        self.worlds.left_out = before
        return self.solver.can_hold(parts, scene) is not False

    def look(self, expression: Expression) -> None:
        """Keeps in mind what in an expression cannot be looked at without the solver."""
        self.look_at(expression.tree, expression.place, expression.text)

    def look_at(self, node: tree.Node, place: Span, text: str) -> None:
        """The same, for a comparison that is written in parts."""
        if self.solver is None and self.worlds.guards.opaque(node):
            self._unseen[Unseen(place=place, text=text)] = None

    # where things stand

    def key_of(self, *path: str) -> Span:
        """The place of a key of the merged document."""
        node, span = self.document, self.document.span
        for key in path:
            assert isinstance(node.value, dict)
            span, node = node.keys[key], node.value[key]
        return span

    def section(self, *path: str) -> list[tuple[str, Node]]:
        """The entries of a map of the merged document; none where it is not there."""
        node: Node | None = self.document
        for key in path:
            node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
        return list(entries(node)) if node is not None else []


def by_the_engine(transition: Transition) -> bool:
    """Whether the engine may do it."""
    return SYSTEM in transition.by


def left_from(process: Process, state: str) -> list[Transition]:
    """The transitions that lead out of a state."""
    return [t for t in process.transitions if state in t.states and t.to not in (None, state)]
