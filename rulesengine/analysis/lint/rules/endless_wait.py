"""RL101: a state in which an instance can stay for ever, as nobody is obliged to lead it out."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject, by_the_engine, left_from
from rulesengine.pack import Process
from rulesengine.rules.deadline import Deadline


def find(subject: Subject) -> Iterator[Advice]:
    if subject.pack.abstract:
        return
    for process in subject.pack.processes.values():
        # what never ends at all, such as an offer, is not waiting for its end
        if not any(state.final for state in process.states.values()):
            continue
        for state in process.states.values():
            leaving = left_from(process, state.name)
            if state.final or not leaving:
                continue
            # another rule moves it on, and waits itself if it does
            if any(by_the_engine(t) and (process.name, t.event) in subject.raised for t in leaving):
                continue
            if any(state.name in d.states and leads_out(process, d, state.name) for d in process.deadlines):
                continue
            yield advice(
                "RL101",
                state.place,
                f"'{state.name}' of '{process.name}' can last for ever: nobody has to do anything that leads out of "
                "it, and no deadline ends it.",
                "Write a deadline 'while' it: 'within' and 'owed_by' (also 'within: unspecified') where somebody has "
                "to act, 'after' and 'then' where it ends by itself.",
            )


def leads_out(process: Process, deadline: Deadline, state: str) -> bool:
    """Whether a deadline ends a state, or obliges somebody to."""
    events = {t.event for t in left_from(process, state)}
    if deadline.then in events:
        return True
    return not deadline.wait and (not deadline.met_by or bool(deadline.met_by & events))
