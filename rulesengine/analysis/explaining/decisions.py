"""A decision explained: the rules that were looked at, until when the answer holds, and what would have to change."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from rulesengine.analysis.explaining.asking import Question, look
from rulesengine.analysis.explaining.changing import Remedy, remedies
from rulesengine.analysis.explaining.counting import counted
from rulesengine.analysis.explaining.holding import Holding, holding
from rulesengine.analysis.explaining.looking import Looked, looked_at
from rulesengine.analysis.explaining.replaying import Replay, Told
from rulesengine.case import Case, Decision
from rulesengine.engine import Engine
from rulesengine.rules.deadline import Deadline


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What time did: a deadline that was missed, fired or reminded of, and how the moment was counted, step by step
    (moments in microseconds).
    """

    decision: Decision
    target: str
    #: what is counted: `3 days`, with the name of the parameter that says so
    within: str
    steps: tuple[tuple[int, str], ...]


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why a step of a story went as it did. `looked` is empty, and `holding` None, where only time passed; `remedies`
    is None unless the event was refused, and empty where nothing was found that would help.
    """

    told: Told
    state: str
    looked: tuple[Looked, ...]
    holding: Holding | None
    remedies: tuple[Remedy, ...] | None
    counted: tuple[Counted, ...]


def explain_step(replay: Replay, told: Told) -> Why:
    """Explains one step of a story."""
    engine = replay.engine
    counts = tuple(_counted(engine, told))
    if told.event is None or told.decision is None:
        return Why(told=told, state="", looked=(), holding=None, remedies=None, counted=counts)
    question = Question(case=told.case, event=told.event, context=told.context)
    view = look(engine, question)
    return Why(
        told=told,
        state="" if view is None else view.state,
        looked=() if view is None else looked_at(view),
        holding=holding(engine, question, told.decision, view),
        remedies=None if told.decision.accepted else remedies(engine, question, told.decision),
        counted=counts,
    )


def usual_step(replay: Replay) -> Told | None:
    """The step to explain where none is named: the last that was refused, else the last event, else the last of all."""
    refused = [told for told in replay.steps if told.decision is not None and not told.decision.accepted]
    events = [told for told in replay.steps if told.decision is not None]
    found = refused or events or list(replay.steps)
    return found[-1] if found else None


def _counted(engine: Engine, told: Told) -> Iterator[Counted]:
    """Why what time did on the way to a step was due when it was."""
    before = told.case
    for decision in told.passed:
        yield _of_time(engine, before, decision)
        before = decision.case


def _of_time(engine: Engine, before: Case, decision: Decision) -> Counted:
    program = engine.program(before.variant, before.readings)
    process, _, name = decision.deadline.partition(".")
    deadline = next(one for one in program.pack.processes[process].deadlines if one.name == name)
    runs = before.instances[decision.target].runs.get(name) if decision.target in before.instances else None
    runs = runs or decision.case.instances[decision.target].runs[name]
    calendar = program.calendar(before.opening)
    return Counted(
        decision=decision,
        target=decision.target,
        within=_length(deadline),
        steps=tuple(counted(program.pack, calendar, deadline, runs[-1])),
    )


def _length(deadline: Deadline) -> str:
    if deadline.period is None:
        return deadline.within
    told = deadline.period.described()
    return told if deadline.within in (told, str(deadline.period)) else f"{told} ({deadline.within})"
