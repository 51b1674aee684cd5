"""The engine asked about an event, and its own view of it: its instance, what guards see, which transitions fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rulesengine.case import Case, Decision, Event, to_moment
from rulesengine.engine import Engine
from rulesengine.engine.arriving import misshapen, read_context, read_event
from rulesengine.engine.draft import NEW, Env, draft_of
from rulesengine.engine.judging import Attempt, environment
from rulesengine.engine.program import Program, Way
from rulesengine.pack import Pack

Context = Mapping[str, Mapping[str, Any]]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """An event in a case, perhaps after others of the same moment (`first`), in a context. `stored` are facts of the
    case that are not as they were: instance, fact and value, None for not known.
    """

    case: Case
    event: Event
    context: Context
    first: tuple[Event, ...] = ()
    stored: tuple[tuple[str, str, Any], ...] = ()


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine sees when it looks at an event. `ways` are the transitions of the instance's state, in order."""

    program: Program
    attempt: Attempt
    state: str
    ways: tuple[Way, ...]
    #: the case at the moment of the event
    case: Case
    context: Context

    @property
    def pack(self) -> Pack:
        """The pack as the case reads it."""
        return self.program.pack

    def env(self) -> Env:
        """A fresh view for expressions, on which nothing was noted yet."""
        return environment(draft_of(self.program, self.case, self.case.moment, self.context), self.attempt)


def ask(engine: Engine, question: Question) -> Decision:
    """The engine's answer to a question; that of the first event that is refused, if one of `first` is."""
    case = question.case
    for event in question.first:
        decision = engine.decide(case, event, question.context)
        if not decision.accepted:
            return decision
        case = decision.case
    return engine.decide(case, question.event, question.context)


def with_stored(engine: Engine, question: Question, instance: str, fact: str, value: Any) -> Question:
    """The question in a case in which an instance knows something else; `value` as in JSON, None for not known.

    CaseError where the case cannot be so.
    """
    data = msgspec.json.decode(engine.write(question.case))
    for one in data["instances"]:
        if one["id"] == instance:
            one["facts"] = {name: known for name, known in one["facts"].items() if name != fact}
            if value is not None:
                one["facts"][fact] = value
    case = engine.read(msgspec.json.encode(data))
    stored = (*question.stored, (instance, fact, value))
    return msgspec.structs.replace(question, case=case, stored=stored)


def standing(engine: Engine, question: Question) -> Case:
    """The case in which the event of a question is decided, before it."""
    case = question.case
    for event in question.first:
        case = engine.decide(case, event, question.context).case
    _, case = engine.advance(case, max(case.moment, to_moment(question.event.at)))
    return case


def look(engine: Engine, question: Question) -> View | None:
    """How the engine sees an event; None where it comes to no instance, or says what cannot be."""
    case = standing(engine, question)
    program = engine.program(case.variant, case.readings)
    if misshapen(question.event) or to_moment(question.event.at) < question.case.moment:
        return None
    values, reasons = read_context(program, question.context)
    attempt = read_event(program, case, question.event, reasons)
    if attempt is None or reasons:
        return None
    state = NEW if attempt.target is None else case.instances[attempt.target].state
    return View(
        program=program,
        attempt=attempt,
        state=state,
        ways=tuple(attempt.named.ways.get(state, ())),
        case=case,
        context=values,
    )
