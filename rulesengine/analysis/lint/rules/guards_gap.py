"""RL204: values for which none of an event's transitions fits, between values for which one does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.rules.guard_never import parts_of
from rulesengine.analysis.lint.showing import label_of, shown
from rulesengine.analysis.lint.subject import Subject
from rulesengine.analysis.lint.worlds import Fork, Scene
from rulesengine.pack import Process
from rulesengine.rules.transition import Transition


def find(subject: Subject) -> Iterator[Advice]:
    for (name, _), siblings in subject.takers.items():
        process = subject.pack.processes[name]
        told: set[str] = set()
        for scene, fitting in forks(process, siblings):
            last = fitting[-1]
            if last.rule in told:
                continue
            fork = Fork(names=tuple(t.rule for t in fitting), sides=tuple(tuple(parts_of(t.guards)) for t in fitting))
            before = subject.worlds.left_out
            found = subject.worlds.gap(fork, scene)
            hidden = any(subject.worlds.guards.opaque(part.node) for side in fork.sides for part in side)
            if subject.solver is not None and subject.worlds.left_out > before:
                subject.worlds.left_out, hidden = before, True
            if found is None and hidden and subject.solver is not None:
                found = subject.solver.gap(fork, scene)
            elif found is None:
                for transition in fitting:
                    for guard in transition.guards:
                        subject.look(guard.expression)
            if found is not None:
                told.add(last.rule)
                asked = [guard for t in fitting for guard in t.guards]
                label = label_of(found.leaf, asked)
                beside = f" and {shown(found.others, asked)}" if found.others else ""
                value = found.leaf.type.show(found.value)
                yield advice(
                    "RL204",
                    last.place,
                    f"When {label} is {value}{beside}, nothing takes '{last.event}', though '{found.first}' fits "
                    f"with less and '{found.second}' with more.",
                    "Let the ranges meet, or give the last of them 'otherwise: true'.",
                )


def forks(process: Process, siblings: Sequence[Transition]) -> Iterator[tuple[Scene, list[Transition]]]:
    """The transitions that one actor can choose between in one state, where all of them have guards."""
    seen: set[tuple[str, ...]] = set()
    for state in (None, *process.states):
        here = [t for t in siblings if (t.creates if state is None else state in t.states)]
        for actor in sorted({actor for t in here for actor in t.by}):
            fitting = [t for t in here if actor in t.by]
            names = tuple(t.rule for t in fitting)
            if len(fitting) < 2 or names in seen or any(t.otherwise or not t.guards for t in fitting):
                continue
            seen.add(names)
            scene = Scene(
                process=process.name,
                states=() if state is None else (state,),
                creates=state is None,
                carried=frozenset().union(*(t.carries for t in fitting)),
                required=frozenset.intersection(*(frozenset(t.requires) for t in fitting)),
            )
            yield scene, fitting
