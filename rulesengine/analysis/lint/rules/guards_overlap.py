"""RL203: two transitions that fit at once for values that the check of every pack does not try."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.rules.guard_never import parts_of
from rulesengine.analysis.lint.showing import shown
from rulesengine.analysis.lint.subject import Subject
from rulesengine.analysis.lint.worlds import Part, Scene
from rulesengine.expressions import tree
from rulesengine.loading.meaning.overlap import result_of
from rulesengine.pack import Process
from rulesengine.rules.transition import Transition

#: what can be any value beside any other; instances, their states and what happened to them hang together
APART = (tree.Fact, tree.AncestorFact, tree.Context, tree.State, tree.AncestorState)


def find(subject: Subject) -> Iterator[Advice]:
    for (name, _), siblings in subject.takers.items():
        process = subject.pack.processes[name]
        for first, second in combinations(siblings, 2):
            found = overlap(subject, process, first, second)
            if found is not None:
                yield advice(
                    "RL203",
                    second.place,
                    f"'{first.rule}' and '{second.rule}' fit at once, for example when {found}, with different "
                    "results.",
                    "Give one of them 'unless' with what the other asks for, or the second 'otherwise: true'. "
                    f"As it stands, '{first.rule}' is always taken.",
                )


def overlap(subject: Subject, process: Process, first: Transition, second: Transition) -> str | None:
    """Values with which both fit, in words; None where there are none, or it cannot be told."""
    if first.otherwise is not second.otherwise or not first.by & second.by or not (first.guards and second.guards):
        return None
    shared = tuple(state for state in process.states if state in first.states & second.states)
    shared = tuple(state for state in shared if result_of(first, state) != result_of(second, state))
    creates = first.creates and second.creates and result_of(first, None) != result_of(second, None)
    if not shared and not creates:
        return None
    parts = parts_of((*first.guards, *second.guards))
    read = [leaf for part in parts for leaf in tree.leaves(part.node)]
    if not all(isinstance(leaf, APART) for leaf in read):
        return None
    scene = Scene(
        process=process.name,
        states=shared,
        creates=creates,
        carried=first.carries | second.carries,
        required=frozenset(first.requires) & frozenset(second.requires),
    )
    if not any(subject.worlds.guards.opaque(part.node) for part in parts):
        values = subject.worlds.found(parts, scene, likely=True)
        return None if values is None else shown(values, (*first.guards, *second.guards))
    return _solved(subject, parts, scene, first, second)


def _solved(subject: Subject, parts: list[Part], scene: Scene, first: Transition, second: Transition) -> str | None:
    if not subject.worlds.can_hold(parts, scene):
        return None
    if subject.solver is None:
        for guard in (*first.guards, *second.guards):
            subject.look(guard.expression)
        return None
    values = subject.solver.witness(parts, scene)
    return None if values is None else shown(values, (*first.guards, *second.guards))
