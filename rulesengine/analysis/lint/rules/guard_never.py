"""RL201: guards that never all hold, so that their rule never comes into play."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.rules.unstated_fact import stated
from rulesengine.analysis.lint.rules.unusable_right import never
from rulesengine.analysis.lint.subject import Subject
from rulesengine.analysis.lint.worlds import Part, Scene
from rulesengine.expressions import compile_given, tree
from rulesengine.loading.meaning.search import literals
from rulesengine.rules.guards import Guard


def find(subject: Subject) -> Iterator[Advice]:
    for rule, scene, guards in subject.guarded():
        # that a deadline asked for is never overdue is told of already
        if any(never(subject, scene, part.node) for part in parts_of(guards) if part.wanted):
            continue
        # what a parameter switches off is meant to be off
        if any(is_switch(part.node) and compile_given(part.node)({}) is not part.wanted for part in parts_of(guards)):
            continue
        # that a fact is never known is told of at the fact
        if any(isinstance(leaf, tree.Fact) and unknowable(subject, scene, leaf.name) for leaf in read_by(guards)):
            continue
        if subject.can_hold(parts_of(guards), scene, told=guards):
            continue
        culprit = next((g for g in guards if not subject.can_hold(parts_of((g,)), scene)), None)
        yield culprit_advice(rule.rule, guards, culprit, scene)


def is_switch(node: tree.Node) -> bool:
    """Whether a guard, or a part of one, asks for nothing but parameters."""
    return not tree.leaves(node) and any(isinstance(part, tree.Parameter) for part in tree.walk(node))


def read_by(guards: tuple[Guard, ...]) -> list[tree.Node]:
    """What guards read."""
    return [leaf for guard in guards for leaf in tree.leaves(guard.expression.tree)]


def unknowable(subject: Subject, scene: Scene, fact: str) -> bool:
    """Whether nothing ever states a fact of the instance itself."""
    return not stated(subject.pack.processes[scene.process], fact)


def parts_of(guards: tuple[Guard, ...]) -> list[Part]:
    """What has to come out how for all guards to hold."""
    return [part for g in guards for part in literals(g.expression.tree, not g.negated)]


def culprit_advice(rule: str, guards: tuple[Guard, ...], culprit: Guard | None, scene: Scene) -> Advice:
    """The advice at the one guard that cannot hold, or at the last of several that exclude each other."""
    where = " or ".join(scene.states) or "what is being created"
    if culprit is not None:
        how = "always holds, and stands under 'unless'" if culprit.negated else "can never hold"
        message = f"'{culprit.expression.text}' {how} in {where}: '{rule}' never comes into play."
    else:
        texts = " and ".join(f"'{'not ' if g.negated else ''}{g.expression.text}'" for g in guards)
        message = f"{texts} never hold together in {where}: '{rule}' never comes into play."
    place = (culprit or guards[-1]).place
    return advice("RL201", place, message, "Mend the condition, or take the rule out.")
