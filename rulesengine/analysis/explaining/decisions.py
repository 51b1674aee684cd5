"""A decision explained: the rules that were looked at, until when the answer holds, and what would have to change."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from rulesengine.analysis.explaining.asking import Question, View, look
from rulesengine.analysis.explaining.changing import Remedy, remedies
from rulesengine.analysis.explaining.counting import counted
from rulesengine.analysis.explaining.depending import Dependent, on_event
from rulesengine.analysis.explaining.holding import Holding, holding
from rulesengine.analysis.explaining.looking import Looked, looked_at
from rulesengine.analysis.explaining.replaying import Replay, Told
from rulesengine.case import Case, Decision
from rulesengine.engine import Engine
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.reading import SYSTEM


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline in a step, and how the moment at which it is due was counted, step by step (moments in microseconds).

    `what` is missed, fired or reminder for what time did, with the `decision`; else what the event did to its clock:
    started, moved or resumed. `within` is what is counted: `3 days (amicable_phase)`.
    """

    rule: str
    target: str
    what: str
    due: int | None
    within: str
    steps: tuple[tuple[int, str], ...]
    decision: Decision | None


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why a step of a story went as it did. `looked` is empty, and `holding` None, where only time passed; `remedies`
    is None unless the event was refused, and empty where nothing was found that would help. `brought_by` are the rules
    by which the engine itself brings about an event that nobody else may send.
    """

    told: Told
    state: str
    looked: tuple[Looked, ...]
    holding: Holding | None
    remedies: tuple[Remedy, ...] | None
    brought_by: tuple[Dependent, ...]
    counted: tuple[Counted, ...]


def explain_step(replay: Replay, told: Told) -> Why:
    """Explains one step of a story."""
    engine = replay.engine
    counts = tuple(_counted(engine, told))
    if told.event is None or told.decision is None:
        return Why(told=told, state="", looked=(), holding=None, remedies=None, brought_by=(), counted=counts)
    question = Question(case=told.case, event=told.event, context=told.context)
    view = look(engine, question)
    return Why(
        told=told,
        state="" if view is None else view.state,
        looked=() if view is None else looked_at(view),
        holding=holding(engine, question, told.decision, view),
        remedies=None if told.decision.accepted else remedies(engine, question, told.decision),
        brought_by=() if view is None or told.decision.accepted else tuple(_brought_by(view)),
        counted=counts,
    )


def _brought_by(view: View) -> Iterator[Dependent]:
    """What raises an event that only the engine may send here."""
    if not view.ways or any(way.by != {SYSTEM} for way in view.ways):
        return
    process, event = view.attempt.process, view.attempt.event
    for dependent in on_event(view.pack, process, event):
        if dependent.how.startswith(("raises", "then", "otherwise")):
            yield dependent


def usual_step(replay: Replay) -> Told | None:
    """The step to explain where none is named: the last that was refused, else the last event, else the last of all."""
    refused = [told for told in replay.steps if told.decision is not None and not told.decision.accepted]
    events = [told for told in replay.steps if told.decision is not None]
    found = refused or events or list(replay.steps)
    return found[-1] if found else None


def _counted(engine: Engine, told: Told) -> Iterator[Counted]:
    """What time did on the way to a step, then the clocks that the event set going."""
    before = told.case
    for decision in told.passed:
        yield _count(engine, before, decision.case, decision.deadline, decision.target, decision.kind, decision)
        before = decision.case
    for clock in told.decision.clocks if told.decision is not None else ():
        if clock.what in ("started", "moved", "resumed"):
            yield _count(engine, told.after, told.after, clock.rule, clock.target, clock.what, None)


def _count(
    engine: Engine, before: Case, after: Case, rule: str, target: str, what: str, decision: Decision | None
) -> Counted:
    program = engine.program(before.variant, before.readings)
    process, _, name = rule.partition(".")
    deadline = next(one for one in program.pack.processes[process].deadlines if one.name == name)
    runs = before.instances[target].runs.get(name) if target in before.instances else None
    run = (runs or after.instances[target].runs[name])[-1]
    return Counted(
        rule=rule,
        target=target,
        what=what,
        due=run.due,
        within=_length(deadline),
        steps=tuple(counted(program.pack, program.calendar(before.opening), deadline, run)),
        decision=decision,
    )


def _length(deadline: Deadline) -> str:
    if deadline.period is None:
        return deadline.within
    told = deadline.period.described()
    return told if deadline.within in (told, str(deadline.period)) else f"{told} ({deadline.within})"
