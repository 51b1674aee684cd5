"""Which values can make guards come out, without a solver: one value for each stretch in which nothing changes.

A comparison of one thing with constants changes only at those constants, so a value at, between and beside them stands
for all there are. The guards are evaluated by the engine's own closures. What a thing can be in a state follows from
the ways that lead there, guards aside. So where nothing is found, there is nothing.

A comparison of two things of which neither is a constant is taken as if it could come out either way (`opaque`): then
more seems possible than is, and never less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypeAlias

import msgspec

from rulesengine.analysis.lint.plain import FEW, Guards, is_opaque
from rulesengine.analysis.lint.stretches import ORDERED, constants_of, likely_of, stretches
from rulesengine.expressions import compile_given, tree
from rulesengine.loading.meaning.history import History
from rulesengine.loading.meaning.search import Literal as Part
from rulesengine.pack import Pack

__all__ = ["Fork", "Gap", "Part", "Scene", "Values", "Worlds"]

#: assignments tried for guards that share what they read
TRIES = 20_000
#: assignments tried for all guards of a pack together: far more than any pack needs
ALL_TRIES = 1_000_000
#: assignments of everything else tried for a gap between values of one thing
OTHERS = 500

Values: TypeAlias = dict[tree.Node, Any]
#: whether something may, and must, have come about in a state
_Ways: TypeAlias = tuple[Callable[[History, str, str], bool], Callable[[History, str, str], bool]]


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The moments at which guards are asked: of an instance in one of some states, or of one that is being created."""

    process: str
    states: tuple[str, ...]
    creates: bool = False
    #: facts that the event carries, may or must
    carried: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()


class Fork(msgspec.Struct, frozen=True, kw_only=True):
    """Transitions that an event can take: the parts that have to hold for each of them."""

    names: tuple[str, ...]
    sides: tuple[tuple[Part, ...], ...]


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A value that fits nowhere, between one that fits the first and one that fits the second."""

    leaf: tree.Node
    value: Any
    first: str
    second: str
    #: the values of other things with which it is so
    others: Mapping[tree.Node, Any] = {}


class Worlds:
    """The values that things of a pack can have when guards are asked."""

    def __init__(self, pack: Pack, history: Callable[[str], History]) -> None:
        self.pack = pack
        self.history = history
        self.tries = 0
        #: questions that were given up
        self.left_out = 0
        self.guards = Guards()

    @property
    def exhausted(self) -> bool:
        """Whether so much was tried that no more is."""
        return self.tries > ALL_TRIES

    def can_hold(self, parts: Sequence[Part], scene: Scene) -> bool:
        """False where it is sure that they never all come out as wanted."""
        return self.found(parts, scene) is not None

    def found(self, parts: Sequence[Part], scene: Scene, *, likely: bool = False) -> Values | None:
        """Values with which all parts come out as wanted; what is opaque comes out as is needed.

        `likely`: without numbers and money below nought, unless a guard speaks of such.
        """
        plain = [Part(self.guards.plain(part.node), part.wanted) for part in parts]
        groups = list(_groups(plain))
        for state in self.standing(scene):
            values: Values = {}
            for group in groups:
                some = self._of_group(group, plain, scene, state, likely=likely)
                if some is None:
                    break
                values.update(some)
            else:
                return values
        return None

    def may_be_unknown(self, node: tree.Node, scene: Scene) -> bool:
        """Whether a guard can be without an answer, as something that it reads is not known."""
        plain = self.guards.plain(node)
        leaves = tree.leaves(plain)
        evaluate = compile_given(plain)
        for state in self.standing(scene):
            domains = [self.domain(leaf, [plain], scene, state) for leaf in leaves]
            for number, chosen in enumerate(product(*domains)):
                if number >= TRIES or self.exhausted or evaluate(dict(zip(leaves, chosen, strict=True))) is None:
                    return True
        return False

    @staticmethod
    def standing(scene: Scene) -> list[str | None]:
        """The states in which guards are asked; None: the instance is being created."""
        return [*([None] if scene.creates else []), *scene.states]

    def _of_group(
        self, group: Sequence[Part], parts: Sequence[Part], scene: Scene, state: str | None, *, likely: bool
    ) -> Values | None:
        leaves = list(dict.fromkeys(leaf for part in group for leaf in tree.leaves(part.node)))
        nodes = [part.node for part in parts]
        domains = [self.domain(leaf, nodes, scene, state) for leaf in leaves]
        if likely:
            domains = [likely_of(leaf, domain, nodes) for leaf, domain in zip(leaves, domains, strict=True)]
        tests = [(compile_given(part.node), part.wanted) for part in group]
        size = 1
        for domain in domains:
            size *= max(1, len(domain))
        if size > TRIES or self.exhausted:
            # too much to try out: nothing is sure
            self.left_out += 1
            return dict.fromkeys(leaves)
        for chosen in product(*domains):
            self.tries += 1
            values = dict(zip(leaves, chosen, strict=True))
            if all(test(values) is wanted for test, wanted in tests):
                return values
        return None

    def gap(self, fork: Fork, scene: Scene) -> Gap | None:
        """A value of something that no side takes, while one side takes a smaller value and another a larger one."""
        sides = [[Part(self.guards.plain(part.node), part.wanted) for part in side] for side in fork.sides]
        nodes = [part.node for side in sides for part in side]
        leaves = list(dict.fromkeys(leaf for node in nodes for leaf in tree.leaves(node)))
        hidden = frozenset().union(*(self.guards.behind(part.node) for side in fork.sides for part in side))
        tests = [[(compile_given(part.node), part.wanted) for part in side] for side in sides]
        for moving in leaves:
            reading = [side for side in sides if any(moving in tree.leaves(part.node) for part in side)]
            if moving.type.kind not in ORDERED or moving in hidden or len(reading) < 2:
                continue
            for state in self.standing(scene):
                found = self._gap(moving, leaves, nodes, tests, scene, state)
                if found is not None:
                    value, first, second = found
                    return Gap(leaf=moving, value=value, first=fork.names[first], second=fork.names[second])
        return None

    def _gap(
        self,
        moving: tree.Node,
        leaves: Sequence[tree.Node],
        nodes: Sequence[tree.Node],
        tests: Sequence[Sequence[tuple[Callable[[Mapping[tree.Node, Any]], Any], bool]]],
        scene: Scene,
        state: str | None,
    ) -> tuple[Any, int, int] | None:
        points = [
            point for point in likely_of(moving, self.domain(moving, nodes, scene, state), nodes) if point is not None
        ]
        others = [leaf for leaf in leaves if leaf != moving]
        domains = [likely_of(leaf, self.domain(leaf, nodes, scene, state), nodes) for leaf in others]
        for number, chosen in enumerate(product(*domains)):
            if number >= OTHERS or self.exhausted:
                self.left_out += 1
                return None
            self.tries += len(points)
            values = dict(zip(others, chosen, strict=True))
            taken = [_taken(tests, {**values, moving: point}) for point in points]
            for at, here in enumerate(taken):
                # unknown is no gap: the event says what it lacks
                if here or here is None:
                    continue
                below = {side for before in taken[:at] for side in before or ()}
                above = {side for after in taken[at + 1 :] for side in after or ()}
                for first in sorted(below):
                    for second in sorted(above - {first}):
                        return points[at], first, second
        return None

    # what things can be

    def domain(self, leaf: tree.Node, nodes: Sequence[tree.Node], scene: Scene, state: str | None) -> tuple[Any, ...]:
        """Values of a leaf that stand for all it can have; None among them where it can be unknown."""
        if is_opaque(leaf):
            return (True, False, None)
        match leaf:
            case tree.State():
                return (state or "new",)
            case tree.Happened(process=process, event=event):
                maybe, always = self._about(scene, process, state, event, _HAPPENED)
                return (*((True,) if maybe else ()), *(() if always else (False,)))
            case tree.Overdue(process=process, deadline=name) | tree.Missed(process=process, deadline=name):
                maybe, _ = self._about(scene, process, state, name, _LATE)
                return (True, False) if maybe else (False,)
            case tree.HappenedAt(process=process, event=event):
                return self._maybe(leaf, nodes, *self._about(scene, process, state, event, _HAPPENED))
            case tree.EnteredAt(process=process, state=before):
                maybe, _ = self._about(scene, process, state, before, _ENTERED)
                return self._maybe(leaf, nodes, maybe, always=before == state and not process)
            case tree.Fact(name=name):
                return self._maybe(leaf, nodes, *self._knowledge(scene, state, name, sent=name in scene.carried))
            case tree.Stored(name=name):
                return self._maybe(leaf, nodes, *self._knowledge(scene, state, name, sent=False))
            case tree.AncestorFact(process=process, name=name) | tree.Latest(process=process, name=name):
                maybe, _ = self._about(scene, process, None, name, _KNOWN)
                return self._maybe(leaf, nodes, maybe, always=False)
            case tree.Context() | tree.LatestState() | tree.Total():
                return self._maybe(leaf, nodes, maybe=True, always=False)
            case tree.Count():
                return tuple(value for value in self._values(leaf, nodes) if value >= 0)
        return self._values(leaf, nodes)

    def _maybe(self, leaf: tree.Node, nodes: Sequence[tree.Node], maybe: bool, always: bool) -> tuple[Any, ...]:
        if not maybe:
            return (None,)
        return self._values(leaf, nodes) if always else (*self._values(leaf, nodes), None)

    def _knowledge(self, scene: Scene, state: str | None, name: str, *, sent: bool) -> tuple[bool, bool]:
        """Whether a fact of the instance itself may have a value, and whether it is sure to have one."""
        asked = sent and name in scene.required
        if state is None:
            given = self.pack.processes[scene.process].facts[name].default is not None
            return sent or given, asked or given
        history = self.history(scene.process)
        return sent or history.maybe_known(name, state), asked or history.always_known(name, state)

    def _about(self, scene: Scene, process: str, state: str | None, name: str, ways: _Ways) -> tuple[bool, bool]:
        """Whether something may, and must, have come about: for the instance itself in a state, or for others."""
        maybe, always = ways
        if process:
            history = self.history(process)
            return any(maybe(history, name, there) for there in history.states), False
        if state is None:
            return False, False
        history = self.history(scene.process)
        return maybe(history, name, state), always(history, name, state)

    def _values(self, leaf: tree.Node, nodes: Sequence[tree.Node]) -> tuple[Any, ...]:
        """Values of its type, one for each stretch between the constants that it is compared with."""
        kind = leaf.type.kind
        if kind == "boolean":
            return (True, False)
        if kind in FEW:
            return tuple(leaf.type.choices)
        constants = list(constants_of(leaf, nodes))
        if kind in ORDERED:
            return stretches(constants, leaf.type)
        if kind == "text":
            return (*dict.fromkeys(constants), "another")
        # of a list only whether it is known is asked outside of opaque comparisons
        return ((),)


def _never(history: History, name: str, state: str) -> bool:
    return False


_HAPPENED: _Ways = (lambda h, name, state: h.maybe_happened(name, state), lambda h, n, s: h.always_happened(n, s))
_KNOWN: _Ways = (lambda h, name, state: h.maybe_known(name, state), _never)
_LATE: _Ways = (lambda h, name, state: h.maybe_late(name, state), _never)
_ENTERED: _Ways = (lambda h, name, state: h.maybe_entered(name, state), _never)


def _groups(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Parts that share what they read, together."""
    waiting = [(part, set(tree.leaves(part.node))) for part in parts]
    while waiting:
        group, reads = [waiting[0][0]], waiting[0][1]
        waiting = waiting[1:]
        grown = True
        while grown:
            near = [entry for entry in waiting if entry[1] & reads]
            waiting = [entry for entry in waiting if not entry[1] & reads]
            grown = bool(near)
            for part, more in near:
                group.append(part)
                reads |= more
        yield group


def _taken(
    tests: Sequence[Sequence[tuple[Callable[[Mapping[tree.Node, Any]], Any], bool]]], values: Values
) -> set[int] | None:
    """The sides that fit; empty where surely none does, None where one may."""
    found: set[int] = set()
    unsure = False
    for side, parts in enumerate(tests):
        outcomes = [(test(values), wanted) for test, wanted in parts]
        if all(value is wanted for value, wanted in outcomes):
            found.add(side)
        elif all(value is wanted or value is None for value, wanted in outcomes):
            unsure = True
    return None if unsure and not found else found
