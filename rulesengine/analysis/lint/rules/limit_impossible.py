"""RL302: a limit that refuses every event that it is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.rules.guard_never import parts_of
from rulesengine.analysis.lint.rules.limit_idle import bounds, constant
from rulesengine.analysis.lint.rules.unstated_fact import stated
from rulesengine.analysis.lint.subject import Subject
from rulesengine.analysis.lint.worlds import Part, Scene
from rulesengine.expressions import tree
from rulesengine.loading.meaning.search import literals
from rulesengine.pack import Process
from rulesengine.rules.limit import Limit


def find(subject: Subject) -> Iterator[Advice]:
    for process in subject.pack.processes.values():
        dead: set[str] = set()
        for limit in process.limits:
            scene = subject.scene_of_limit(process, limit)
            why = impossible(subject, process, limit, scene) if scene is not None else ""
            if why:
                dead.add(limit.rule)
                yield _told(limit, why)
        for first, second in combinations(process.limits, 2):
            if {first.rule, second.rule} & dead or first.event != second.event or first.guards or second.guards:
                continue
            scene = subject.scene_of_limit(process, second)
            if scene is not None and _exclude(subject, first, second, scene):
                yield _told(second, f"what '{first.rule}' lets pass is never within it")


def _told(limit: Limit, why: str) -> Advice:
    message = f"'{limit.rule}' refuses every '{limit.event}' that it is asked about: {why}."
    return advice("RL302", limit.place, message, "Mend the bounds; to forbid an event, take its transition out.")


def impossible(subject: Subject, process: Process, limit: Limit, scene: Scene) -> str:
    """Why a limit refuses always; "" where something may pass."""
    match limit.form:
        case "condition":
            for guard in (*limit.refuse_when, *limit.only_when):
                negated = guard in limit.refuse_when
                passing = [*parts_of(limit.guards), *literals(guard.expression.tree, not negated)]
                if not subject.can_hold(passing, scene) and subject.can_hold(parts_of(limit.guards), scene):
                    return f"'{guard.expression.text}' {'always' if negated else 'never'} holds where it is asked"
        case "bound":
            within = [Part(node, wanted=False) for node in bounds(limit)]
            if within and not subject.can_hold([*parts_of(limit.guards), *within], scene):
                return "no value lies within its bounds"
        case "times":
            if constant(limit.times) == 0:
                return "it may happen 0 times"
        case "window":
            if limit.not_before is not None and limit.not_after is not None:
                early, late = limit.not_before, limit.not_after
                try:
                    closed = early.after.tree == late.after.tree and early.period > late.period
                except TypeError:
                    closed = False
                if closed:
                    return f"{early.text} is later than {late.text}"
        case "presence":
            missing = [fact for fact in limit.requires if not stated(process, fact)]
            if missing:
                return f"nothing ever states '{missing[0]}'"
    return ""


def _exclude(subject: Subject, first: Limit, second: Limit, scene: Scene) -> bool:
    """Whether two bounds on the same value leave nothing between them."""
    if first.value is None or second.value is None or first.value.tree != second.value.tree:
        return False
    edges = [*bounds(first), *bounds(second)]
    if any(tree.leaves(node.right) for node in edges if isinstance(node, tree.Compare)) and subject.solver is None:
        return False
    return bool(edges) and not subject.can_hold([Part(node, wanted=False) for node in edges], scene)
