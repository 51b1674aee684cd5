"""RL102: a deadline whose end never comes, as a shorter one over the same states always leads out first."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.lengths import before
from rulesengine.analysis.lint.subject import Subject, by_the_engine
from rulesengine.pack import Process
from rulesengine.rules.deadline import Deadline


def find(subject: Subject) -> Iterator[Advice]:
    for process in subject.pack.processes.values():
        for deadline in process.deadlines:
            for shorter in process.deadlines:
                if shorter is not deadline and shadows(subject, process, shorter, deadline):
                    yield advice(
                        "RL102",
                        deadline.place,
                        f"'{deadline.rule}' never comes to its end: '{shorter.rule}' is over sooner "
                        f"({shorter.within} against {deadline.within}), and its '{shorter.then}' leads out of every "
                        "state in which this one runs.",
                        "Make it the shorter of the two, or take it out.",
                    )
                    break


def shadows(subject: Subject, process: Process, shorter: Deadline, deadline: Deadline) -> bool:
    """Whether one deadline always ends the states of another before that is due."""
    if not shorter.then or shorter.period is None or deadline.period is None:
        return False
    # both count from the same moment, or the shorter from one that is no later
    if not deadline.states <= shorter.states or not set(shorter.guards) <= set(deadline.guards):
        return False
    since, other = shorter.since, deadline.since
    if (since.tree if since else None) != (other.tree if other else None):
        return False
    if (since is not None or shorter.guards) and shorter.states != deadline.states:
        return False
    lengths = [shorter.period, *([shorter.grace] if shorter.grace is not None else [])]
    return before(lengths, deadline.period, lambda: subject.pack.calendar) and always_leaves(process, shorter, deadline)


def always_leaves(process: Process, shorter: Deadline, deadline: Deadline) -> bool:
    """Whether the consequence leads out of the other's states whatever the guards say; no limit may refuse it."""
    if any(limit.event == shorter.then for limit in process.limits):
        return False
    taking = [t for t in process.transitions if t.event == shorter.then and by_the_engine(t)]
    for state in deadline.states:
        here = [t for t in taking if state in t.states]
        if any(t.to is None or t.to in deadline.states for t in here):
            return False
        if not any(not t.guards and all(sent.if_possible for sent in t.raises) for t in here):
            return False
    return True
