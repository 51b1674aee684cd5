"""Until when an answer holds, and why no longer: found by asking each thing that may change it with time."""

from __future__ import annotations

import msgspec

from rulesengine.analysis.explaining.asking import Question, View, ask
from rulesengine.case import NEVER, Decision, to_datetime
from rulesengine.engine import Engine
from rulesengine.engine.judging import limit_scope
from rulesengine.rules import deadline as deadlines
from rulesengine.rules import limit as limits


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """The last moment (microseconds) at which an answer holds, what changes then, and the answer to the same question
    right after it.
    """

    until: int
    because: tuple[str, ...]
    then: Decision


def holding(engine: Engine, question: Question, decision: Decision, view: View | None) -> Holding | None:
    """Why an answer holds no longer than it does; None where it holds without end."""
    if decision.until >= NEVER or not _is_moment(decision.until + 1):
        return None
    later = msgspec.structs.replace(question.event, at=to_datetime(decision.until + 1))
    then = ask(engine, msgspec.structs.replace(question, event=later))
    because = tuple(_changing(view, decision.until)) if view is not None else ()
    return Holding(until=decision.until, because=because or ("something it leads to asks for the time",), then=then)


def _is_moment(moment: int) -> bool:
    return 0 <= moment < NEVER


def _changing(view: View, until: int) -> list[str]:
    found: dict[str, None] = {}
    for instance in view.case.instances.values():
        for deadline in view.pack.processes[instance.process].deadlines:
            runs = instance.runs.get(deadline.name)
            if not runs or deadlines.wakes(deadline, runs[-1], held=False) != until:
                continue
            run = runs[-1]
            reminded = run.outcome == "open" and run.reminders and run.reminders[0] == until
            what = "a reminder is due" if reminded else "it is due" if run.due == until else "its consequence comes"
            found[f"{deadline.rule} of {instance.id}: {what}"] = None
    for way in view.ways:
        for guard in way.guards:
            env = view.env()
            guard.expression.evaluate(env)
            if env.draft.horizon == until:
                found[f"{way.rule.rule}: {'unless' if guard.negated else 'when'} {guard.expression.text}"] = None
    for limit in view.attempt.named.limits:
        env = view.env()
        limits.judge(limit, limit_scope(env.draft, env, view.attempt), room=True)
        if env.draft.horizon == until:
            edges = [edge.text for edge in (limit.not_before, limit.not_after) if edge is not None]
            found[": ".join([limit.rule, ", ".join(edges)]) if edges else limit.rule] = None
    return list(found)
