"""RL104: a state that makes others stand still, and that nothing can lead out of."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.loading.meaning.graph import lineage
from rulesengine.pack import Process
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.suspension import Suspension
from rulesengine.rules.transition import Transition


def find(subject: Subject) -> Iterator[Advice]:
    if subject.pack.abstract:
        return
    for process in subject.pack.processes.values():
        for state in process.states.values():
            for suspension in state.suspends:
                if not _lifted(subject, process, state.name, suspension):
                    yield advice(
                        "RL104",
                        suspension.place,
                        f"Nothing lifts the suspension of '{suspension.process}' once '{process.name}' is "
                        f"'{state.name}': every way out needs something that stands still itself, or there is none.",
                        "Let an actor or a deadline lead out of it, or leave the event that does under 'except'.",
                    )


def _lifted(subject: Subject, process: Process, start: str, suspension: Suspension) -> bool:
    """Whether some way leads from a state to one that does not suspend the same."""
    reached, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if all(one.process != suspension.process for one in process.states[here].suspends):
            return True
        for transition in process.transitions:
            there = transition.to
            if there is None or there in reached or here not in transition.states:
                continue
            if _possible(subject, process, transition, here, suspension):
                reached.add(there)
                waiting.append(there)
    return False


def _possible(subject: Subject, process: Process, transition: Transition, state: str, suspension: Suspension) -> bool:
    """Whether somebody or something that does not stand still itself can bring the transition about."""
    if transition.by - {SYSTEM}:
        return True
    if any(d.then == transition.event and state in d.states for d in process.deadlines):
        return True
    return any(
        not _stands_still(subject, process, other, by, suspension)
        for other in subject.pack.processes.values()
        for by in other.transitions
        if any((sent.process, sent.event) == (process.name, transition.event) for sent in by.raises)
    )


def _stands_still(
    subject: Subject, process: Process, other: Process, transition: Transition, suspension: Suspension
) -> bool:
    """Whether an event of another process is surely refused as long as the suspension lasts."""
    above = lineage(subject.pack, other.name)
    if process.name in above or suspension.via or transition.creates:
        return False
    if suspension.process not in above or suspension.except_processes & set(above):
        return False
    return suspension.refuses(other.name, transition.event)
