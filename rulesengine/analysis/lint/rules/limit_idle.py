"""RL301: a limit that never refuses anything."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.rules.guard_never import parts_of
from rulesengine.analysis.lint.subject import Subject
from rulesengine.analysis.lint.worlds import Part, Scene
from rulesengine.expressions import Expression, compile_given, tree
from rulesengine.loading.meaning.graph import spread, steps
from rulesengine.loading.meaning.search import literals
from rulesengine.pack import Process
from rulesengine.rules.limit import Limit


def find(subject: Subject) -> Iterator[Advice]:
    for process in subject.pack.processes.values():
        for limit in process.limits:
            scene = subject.scene_of_limit(process, limit)
            why = idle(subject, process, limit, scene) if scene is not None else ""
            if not why:
                _look(subject, limit)
            else:
                yield advice(
                    "RL301",
                    limit.place,
                    f"'{limit.rule}' never refuses anything: {why}.",
                    "Take it out, or write the bound that was meant.",
                )


def idle(subject: Subject, process: Process, limit: Limit, scene: Scene) -> str:
    """Why a limit never refuses; "" where it may."""
    match limit.form:
        case "condition":
            for guard in (*limit.refuse_when, *limit.only_when):
                negated = guard in limit.only_when
                failing = literals(guard.expression.tree, not negated)
                if not breaks(subject, limit, failing, scene) and not (
                    negated and subject.worlds.may_be_unknown(guard.expression.tree, scene)
                ):
                    return f"'{guard.expression.text}' {'always' if negated else 'never'} holds where it is asked"
        case "bound" if limit.value is not None:
            failing_bounds = list(bounds(limit))
            if failing_bounds and all(
                not breaks(subject, limit, [Part(node, wanted=True)], scene) for node in failing_bounds
            ):
                return f"'{limit.value.text}' is never beyond the bound"
            if limit.one_of and limit.value.type.kind in ("choice", "boolean"):
                allowed = {compile_given(one.tree)({}) for one in limit.one_of}
                if allowed >= set(limit.value.type.choices or (True, False)):
                    return f"'one_of' lists every value that '{limit.value.text}' can have"
        case "presence":
            takers = subject.takers[(process.name, limit.event)]
            if all(set(limit.requires) <= set(t.requires) for t in takers):
                facts = " and ".join(f"'{fact}'" for fact in limit.requires)
                return f"every transition that takes '{limit.event}' requires {facts} already"
        case "times":
            most = constant(limit.times)
            if most is not None and most >= 1 and limit.per == "instance" and once(subject, process, limit.event):
                return f"'{limit.event}' happens at most once to one '{process.name}' anyway"
    return ""


def _look(subject: Subject, limit: Limit) -> None:
    """Keeps in mind what could not be looked at."""
    for guard in (*limit.refuse_when, *limit.only_when):
        subject.look(guard.expression)
    if limit.value is not None:
        for node in bounds(limit):
            subject.look_at(node, limit.value.place, f"{limit.value.text}, against its bounds")


def breaks(subject: Subject, limit: Limit, failing: list[Part], scene: Scene) -> bool:
    """Whether there may be values with which the limit is asked and broken."""
    return subject.can_hold([*parts_of(limit.guards), *failing], scene)


def bounds(limit: Limit) -> Iterator[tree.Node]:
    """What is true where a value is beyond a bound."""
    assert limit.value is not None
    if limit.at_most is not None:
        yield tree.Compare(">", limit.value.tree, limit.at_most.tree)
    if limit.at_least is not None:
        yield tree.Compare("<", limit.value.tree, limit.at_least.tree)


def constant(expression: Expression | None) -> int | None:
    """The value of an expression that reads nothing; None where it reads something."""
    if expression is None or tree.leaves(expression.tree):
        return None
    found = compile_given(expression.tree)({})
    return found if isinstance(found, int) else None


def once(subject: Subject, process: Process, event: str) -> bool:
    """Whether an event never happens twice to one instance: it creates it, or no way leads back."""
    takers = subject.takers[(process.name, event)]
    from_states = {state for t in takers for state in t.states}
    onward = steps(process.transitions)
    after: list[str] = [there for t in takers for there in ([t.to] if t.to is not None else t.states)]
    reached: dict[str, str | None] = spread(after, onward)
    return not from_states & set(reached)
