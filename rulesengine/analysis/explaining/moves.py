"""Changes worth trying with a refused event: each with the question that it makes, by the reasons of the refusal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from rulesengine.analysis.explaining.asking import Question, View, ask, look, standing, with_stored
from rulesengine.analysis.explaining.values import candidates
from rulesengine.case import NEVER, Case, Decision, Event, Instance, Option, Reason, to_datetime, to_moment
from rulesengine.diagnostics import nearest
from rulesengine.engine import AdvanceTooFarError, CaseError, Engine
from rulesengine.facts import LAST_MOMENT, FactType, show_moment
from rulesengine.rules.reading import SYSTEM

#: critical moments looked at, from the step before on
MOST_MOMENTS = 40
#: instances of a case in which events of others and facts of the case are tried
MOST_INSTANCES = 60
#: values tried for a fact of another event, or of the case
MOST_FILLED = 8
#: instances whose facts are looked at
MOST_NEAR = 12
#: reasons that events of others may take away
MOVABLE = frozenset({"condition", "limit", "missing_fact", "suspended", "no_transition", "raise_refused"})
#: reasons that facts of the event may take away
BY_FACTS = frozenset({"condition", "limit", "missing_fact", "bad_fact", "raise_refused"})

Kind = Literal["actor", "fact", "context", "moment", "target", "event", "first", "stored"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is otherwise: an actor, a fact of the event (`name`), one of the context, the moment, the target,
    the event's name, another event that comes first, or a fact that an instance knows (`item/A1.product`).

    `before` and `after` are text, None where there is nothing. For a fact with an order `at_least` and `at_most` are
    the ends of the range around `after` in which the event is accepted, None where there is none; for a choice
    `one_of` are all that are accepted. For a moment they are the first and the last that is.
    """

    kind: Kind
    name: str
    before: str | None
    after: str | None
    type: str = ""
    at_least: str | None = None
    at_most: str | None = None
    one_of: tuple[str, ...] = ()


#: changes to make together, and the question with them in it
Move = tuple[tuple[Change, ...], Question]


def codes_of(reasons: Sequence[Reason]) -> frozenset[tuple[str, str, str]]:
    """What reasons say, those of raised events too: code, rule, and what is missing or wrong."""
    found: set[tuple[str, str, str]] = set()
    for reason in reasons:
        found.add((reason.code, reason.rule, reason.message if reason.code in ("missing_fact", "bad_fact") else ""))
        found |= codes_of(reason.inner)
    return frozenset(found)


class Moves:
    """What may be changed in questions to one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def after(self, question: Question, decision: Decision, made: Sequence[Change]) -> Iterator[Move]:
        """Changes worth trying after some were `made`, by the reasons for which the question was refused then."""
        codes = {code for code, _, _ in codes_of(decision.reasons)}
        view = look(self._engine, question)
        if codes & {"wrong_actor"}:
            yield from self._actors(question)
        if codes & {"unknown_target"}:
            yield from self._targets(question)
        if codes & {"unknown_event"}:
            yield from self._events(question)
        if codes & BY_FACTS:
            yield from self._missing(question, view)
            yield from self._facts(question, view)
            yield from self._context(question, decision, view)
        if not any(change.kind == "moment" for change in made):
            yield from self._moments(question)
        if codes & MOVABLE and len(question.case.instances) <= MOST_INSTANCES:
            yield from self._first(question, view)
            yield from self._stored(question, view)

    def _actors(self, question: Question) -> Iterator[Move]:
        event = question.event
        for actor in self._engine.pack.actors:
            if actor not in (SYSTEM, event.by):
                change = Change(kind="actor", name="by", before=event.by, after=actor)
                yield (change,), changed_event(question, by=actor)

    def _targets(self, question: Question) -> Iterator[Move]:
        event = question.event
        process, _, bare = event.event.partition(".")
        declared = self._engine.pack.processes.get(process)
        if declared is None:
            return
        creates = any(rule.creates and rule.event == bare for rule in declared.transitions)
        wanted = declared.under if creates else process
        ids = [one.id for one in question.case.instances.values() if one.process == wanted]
        for id in [*ids[:MOST_MOMENTS], ""]:
            if id != event.target:
                change = Change(kind="target", name="target", before=event.target or None, after=id or None)
                yield (change,), changed_event(question, target=id)

    def _events(self, question: Question) -> Iterator[Move]:
        event = question.event
        known = [
            f"{name}.{rule.event}" for name, one in self._engine.pack.processes.items() for rule in one.transitions
        ]
        likely = nearest(event.event, known)
        if likely is not None:
            yield (
                (Change(kind="event", name="event", before=event.event, after=likely),),
                changed_event(question, event=likely),
            )

    def _types(self, view: View) -> dict[str, FactType]:
        """The facts the event may carry in this state."""
        names = dict.fromkeys(name for way in view.ways for name in (*way.rule.requires, *way.rule.optional))
        return {name: view.attempt.named.prepared.facts[name] for name in names}

    def _missing(self, question: Question, view: View | None) -> Iterator[Move]:
        """All required facts that are missing at once."""
        given = question.event.facts
        now = to_moment(question.event.at)
        for way in view.ways if view is not None else ():
            missing = [name for name in way.rule.requires if given.get(name) is None]
            types = {} if view is None else self._types(view)
            values = {name: candidates(types[name], view, now) for name in missing}
            if len(missing) > 1 and all(values.values()):
                for number in range(min(6, max(len(tried) for tried in values.values()))):
                    chosen = {name: tried[number % len(tried)] for name, tried in values.items()}
                    changes = tuple(_fact(name, types[name], None, value) for name, value in chosen.items())
                    yield changes, changed_event(question, facts={**given, **chosen})

    def _facts(self, question: Question, view: View | None) -> Iterator[Move]:
        event = question.event
        declared = self._engine.pack.processes.get(event.event.partition(".")[0])
        types = self._types(view) if view is not None else dict(declared.facts) if declared is not None else {}
        for name in event.facts:
            # what the event does not carry, and what cannot be read
            change = Change(kind="fact", name=name, before=_text(event.facts[name]), after=None)
            yield (change,), changed_event(question, facts={k: v for k, v in event.facts.items() if k != name})
        for name, type in types.items():
            if view is None and name not in event.facts:
                continue
            for value in candidates(type, view, to_moment(event.at)):
                if value != event.facts.get(name):
                    change = _fact(name, type, event.facts.get(name), value)
                    yield (change,), changed_event(question, facts={**event.facts, name: value})

    def _context(self, question: Question, decision: Decision, view: View | None) -> Iterator[Move]:
        for name in decision.context:
            group, _, fact = name.partition(".")
            type = self._engine.pack.context[group][fact]
            before = question.context.get(group, {}).get(fact)
            for value in candidates(type, view, to_moment(question.event.at)):
                if value != before:
                    change = msgspec.structs.replace(_fact(name, type, before, value), kind="context")
                    context = {**question.context, group: {**question.context.get(group, {}), fact: value}}
                    yield (change,), msgspec.structs.replace(question, context=context)

    def _moments(self, question: Question) -> Iterator[Move]:
        """The nearest moments before and after at which the same event is accepted, by walking from one critical
        moment to the next.
        """
        if question.first:
            return
        at = to_moment(question.event.at)
        before: tuple[int, int] | None = None
        after: tuple[int, int] | None = None
        open_until: tuple[int, int] | None = None
        moment = question.case.moment
        for _ in range(MOST_MOMENTS):
            try:
                answer = ask(self._engine, changed_event(question, at=to_datetime(moment)))
            except AdvanceTooFarError:
                break
            last = answer.until if answer.until < LAST_MOMENT else NEVER
            if answer.accepted and moment <= last:
                first = open_until[0] if open_until is not None else moment
                open_until = (first, last)
            elif open_until is not None:
                before, after = (before, open_until) if moment > at else (open_until, after)
                open_until = None
            if after is not None or last < moment or last >= NEVER:
                break
            moment = last + 1
        if open_until is not None:
            # accepted as far as was looked
            after = (open_until[0], NEVER)
        for (first, last), at_last in ((span, span is before) for span in (before, after) if span is not None):
            chosen = last if at_last else first
            change = Change(
                kind="moment",
                name="at",
                before=show_moment(at),
                after=show_moment(chosen),
                at_least=show_moment(first),
                at_most=show_moment(last) if last < NEVER else None,
            )
            yield (change,), changed_event(question, at=to_datetime(chosen))

    def _first(self, question: Question, view: View | None) -> Iterator[Move]:
        """Another event of the same moment before this one, of those that somebody may send."""
        event = question.event
        try:
            case = standing(self._engine, question)
        except AdvanceTooFarError:
            return
        now = max(case.moment, to_moment(event.at))
        wanted = _wanted(view)
        for actor in self._engine.pack.actors:
            if actor == SYSTEM:
                continue
            try:
                options = self._engine.options(case, actor, now, question.context)
            except (CaseError, AdvanceTooFarError):
                return
            for option in options:
                if not option.allowed or option.event == event.event:
                    continue
                for facts in self._filled(option, view, wanted, case, now):
                    before = Event(event=option.event, by=actor, at=event.at, target=option.target, facts=facts)
                    told = "".join(f", {name} {_text(value)}" for name, value in facts.items())
                    name = f"{option.event} {option.target}".strip()
                    change = Change(kind="first", name=name, before=None, after=f"by {actor}{told}")
                    yield (change,), msgspec.structs.replace(question, first=(*question.first, before))

    def _filled(
        self, option: Option, view: View | None, wanted: frozenset[tuple[str, str]], case: Case, now: int
    ) -> Iterator[dict[str, Any]]:
        """Facts for an option: those it needs; with them all that the refused event asks for and nobody knows; then
        each that it asks for, one by one.
        """
        process = option.event.partition(".")[0]
        types = self._engine.pack.processes[process].facts
        known = case.instances[option.target].facts if option.target in case.instances else {}
        asked = {need.name: candidates(types[need.name], view, now)[:MOST_FILLED] for need in option.facts
                 if (process, need.name) in wanted}  # fmt: skip
        needed = {need.name: candidates(types[need.name], None, now)[:1] for need in option.facts if need.required}
        if not all(needed.values()):
            return
        least = {name: values[0] for name, values in needed.items()}
        yield least
        unknown = {name: values[0] for name, values in asked.items() if values and known.get(name) is None}
        if unknown:
            yield {**least, **unknown}
        for name, values in asked.items():
            yield from ({**least, name: value} for value in values)

    def _stored(self, question: Question, view: View | None) -> Iterator[Move]:
        """Facts that the event's rules read, known otherwise in the case: what cannot be sent, but could have been."""
        if view is None or question.first:
            return
        now = to_moment(question.event.at)
        wanted = _wanted(view)
        carried = self._types(view)
        near = [one for one in question.case.instances.values() if _is_near(view, one)]
        for instance in near[:MOST_NEAR]:
            types = self._engine.pack.processes[instance.process].facts
            own = instance.id == view.attempt.target
            for name, type in types.items():
                if (instance.process, name) not in wanted or (own and name in carried):
                    continue
                known = instance.facts.get(name)
                before = None if known is None else type.show(known)
                values = [value for value in candidates(type, view, now)[:MOST_FILLED] if value != before]
                for value in [*values, *([None] if known is not None else [])]:
                    try:
                        changed = with_stored(self._engine, question, instance.id, name, value)
                    except CaseError:
                        continue
                    told = msgspec.structs.replace(_fact(f"{instance.id}.{name}", type, before, value), kind="stored")
                    yield (told,), changed


def changed_event(question: Question, **changes: Any) -> Question:
    """The question with its event changed."""
    return msgspec.structs.replace(question, event=msgspec.structs.replace(question.event, **changes))


def _fact(name: str, type: FactType, before: Any, after: Any) -> Change:
    return Change(
        kind="fact",
        name=name,
        before=None if before is None else _text(before),
        after=None if after is None else _text(after),
        type=type.type_text,
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _wanted(view: View | None) -> frozenset[tuple[str, str]]:
    """(process, fact) that the rules of an event read."""
    if view is None:
        return frozenset()
    own = view.attempt.process
    found = {(own, name) for limit in view.attempt.named.limits for name in limit.requires}
    expressions = [guard.expression for way in view.ways for guard in way.guards]
    expressions += [expression for limit in view.attempt.named.limits for expression in limit.expressions]
    for expression in expressions:
        found |= {(process or own, name) for process, kind, name in expression.reads if kind == "fact"}
    found |= {limit.total for limit in view.attempt.named.limits if limit.total is not None}
    return frozenset(found)


def _is_near(view: View, instance: Instance) -> bool:
    """Whether an instance is the one that is asked about, above it, or of a process related to it by name."""
    return instance.id == view.attempt.at or any(instance.process == process for process, _ in _wanted(view))
