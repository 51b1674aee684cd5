"""RL105: what somebody may do once a duty is overdue, where it never is."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.analysis.lint.worlds import Scene
from rulesengine.expressions import tree
from rulesengine.loading.meaning.search import literals
from rulesengine.rules.deadline import Deadline


def find(subject: Subject) -> Iterator[Advice]:
    for rule, scene, guards in subject.guarded():
        for guard in guards:
            for part in literals(guard.expression.tree, not guard.negated):
                why = never(subject, scene, part.node) if part.wanted else ""
                if why:
                    yield advice(
                        "RL105",
                        guard.place,
                        f"Nobody can ever use '{rule.rule}': {why}.",
                        "Ask for a deadline that can be missed by then, or take the rule out.",
                    )


def never(subject: Subject, scene: Scene, node: tree.Node) -> str:
    """Why a deadline is never overdue, or never missed, when it is asked for; "" where it can be."""
    if not isinstance(node, tree.Overdue | tree.Missed):
        return ""
    owner = subject.pack.processes[node.process or scene.process]
    deadline = next(one for one in owner.deadlines if one.name == node.deadline)
    if deadline.wait:
        return f"'{deadline.rule}' is a wait, which nobody can miss"
    if deadline.period is None and not _has_readings(subject, deadline):
        return f"'{deadline.rule}' has no time in which to act ('within: {deadline.within}'), so it is never missed"
    if not node.process:
        history = subject.history(owner.name)
        if not any(history.maybe_late(node.deadline, state) for state in scene.states):
            return f"'{deadline.rule}' cannot have run yet in {' or '.join(scene.states) or 'what is being created'}"
    return ""


def _has_readings(subject: Subject, deadline: Deadline) -> bool:
    """Whether its time is a parameter without a value, which a pack that extends this one gives."""
    return subject.pack.abstract and deadline.within in subject.pack.parameters
