"""One step: an event, and everything it raises, taken as a whole or not at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from rulesengine.case import NEVER, Change, Instance, Notification, Reason
from rulesengine.diagnostics import sentence
from rulesengine.engine.draft import NEW, NOTHING, Draft, Env
from rulesengine.engine.judging import Attempt, environment, facts_wanted, limited, plain, select, suspended
from rulesengine.expressions import Expression
from rulesengine.rules import deadline as deadlines
from rulesengine.rules.deadline import Turn
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.transition import Raise, Transition

#: events one step may raise; a pack that needs more raises to ever more instances
MOST_RAISED = 10_000


#: where a raised event comes from: which of the raises of which transition of the step, and to whom it goes
Path = tuple[str | int, ...]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A raised event that has not been delivered yet."""

    sent: Raise
    rule: Transition
    origin: str
    facts: Mapping[str, Any]
    path: Path
    #: the nearest of the event itself and those it comes from that is marked if_possible
    optional: Path | None


def take(draft: Draft, attempt: Attempt) -> tuple[Draft, tuple[Reason, ...]]:
    """Take an event and all it raises: the draft in which that is done, or why not.

    An event marked `if_possible` is left out with everything it would have led to when any of it is refused: then the
    step is taken anew without it, so that nothing of it remains.
    """
    left_out: dict[Path, Reason] = {}
    while True:
        draft = draft.anew()
        refused, optional = _take_all(draft, attempt, left_out)
        if not refused or optional is None:
            return draft, refused
        left_out[optional] = refused[0]


def _take_all(
    draft: Draft, attempt: Attempt, left_out: Mapping[Path, Reason]
) -> tuple[tuple[Reason, ...], Path | None]:
    """One try at a step. On a refusal: the reasons, and the optional event that has to be left out next, if any."""
    queue: deque[Sent] = deque()
    refused = _take_one(draft, attempt, queue, (), None)
    if refused:
        return refused, None
    count = 0
    while queue:
        sent = queue.popleft()
        deliveries = _deliveries(draft, sent)
        if not deliveries:
            reason = _raise_refused(sent, ())
            if not sent.sent.if_possible:
                return (reason,), sent.optional
            draft.skipped.append(reason)
        for raised in deliveries:
            path = (*sent.path, raised.at)
            optional = path if sent.sent.if_possible else sent.optional
            if path in left_out:
                draft.skipped.append(left_out[path])
                continue
            count += 1
            done = len(draft.changes)
            why = _take_one(draft, raised, queue, path, optional) if count <= MOST_RAISED else (_too_many(sent),)
            if why and path == optional and done == len(draft.changes):
                # refused before anything of it was done: there is nothing to take back
                draft.skipped.append(_raise_refused(sent, why))
            elif why:
                return (_raise_refused(sent, why),), optional
    return (), None


# raising


def _deliveries(draft: Draft, sent: Sent) -> Sequence[Attempt]:
    """Whom a raised event goes to, as the case stands when its turn comes."""
    raised = sent.sent
    origin = draft.instances[sent.origin]
    prepared = draft.program.processes[raised.process]

    def attempt(**where: Any) -> Attempt:
        return Attempt(process=raised.process, event=raised.event, by=SYSTEM, facts=sent.facts, **where)

    if raised.event in prepared.creating:
        if not prepared.under:
            return ()
        parent = origin if origin.process == prepared.under else draft.ancestor(origin.parent, prepared.under)
        return () if parent is None else (attempt(parent=parent.id),)
    if raised.bare:
        return (attempt(target=origin.id),)
    related = draft.related_to(origin, raised.process)
    if raised.via:
        named = origin.facts.get(raised.via) or ()
        related = [i for i in related if i.id in named or any(draft.is_below(i, name) for name in named)]
    return [attempt(target=i.id) for i in related if not draft.program.is_final(i)]


def _raise_refused(sent: Sent, inner: tuple[Reason, ...]) -> Reason:
    what = f"{sent.sent.name}, which {sent.rule.rule} raises,"
    return Reason(
        code="raise_refused",
        rule=sent.rule.rule,
        target=sent.origin,
        message=f"{what} is refused." if inner else f"{what} finds nobody it could happen to.",
        source=sent.rule.source,
        place=sent.sent.place,
        inner=inner,
    )


def _too_many(sent: Sent) -> Reason:
    return Reason(
        code="raise_refused",
        rule=sent.rule.rule,
        target=sent.origin,
        message=f"More than {MOST_RAISED} events would be raised in one step.",
        place=sent.sent.place,
    )


# one event


def _take_one(
    draft: Draft, attempt: Attempt, queue: deque[Sent], path: Path, optional: Path | None
) -> tuple[Reason, ...]:
    prepared = draft.program.processes[attempt.process]
    env = environment(draft, attempt)
    own = env.own
    state = NEW if own is None else own.state
    if own is not None and own.state in prepared.final:
        return (plain("ended", attempt, f"{own.id} has ended: it is {own.state}."),)
    candidates = prepared.table.get((state, attempt.event), ())
    chosen, reasons = select(candidates, env, attempt)
    if draft.suspending:
        reasons = [*suspended(draft, attempt, own, chosen or (candidates[0] if candidates else None)), *reasons]
    if chosen is None:
        if not candidates:
            where = f"{own.id} is {own.state}" if own is not None else "it would be created"
            reasons.append(plain("no_transition", attempt, f"{attempt.name} is not possible while {where}."))
        return tuple(reasons)
    reasons.extend(facts_wanted(chosen, attempt))
    for limit in prepared.limits.get(attempt.event, ()):
        reason = limited(draft, limit, env, attempt)
        if reason is not None:
            reasons.append(reason)
    if reasons:
        return tuple(reasons)
    sent, reason = _apply(draft, chosen, attempt, env)
    if reason is not None:
        return (reason,)
    for number, (raised, origin, facts) in enumerate(sent):
        queue.append(
            Sent(sent=raised, rule=chosen, origin=origin, facts=facts, path=(*path, number), optional=optional)
        )
    return ()


# taking it


def _new_id(draft: Draft, attempt: Attempt) -> str:
    if attempt.id:
        return f"{attempt.process}/{attempt.id}"
    number = sum(1 for instance in draft.instances.values() if instance.process == attempt.process) + 1
    while f"{attempt.process}/{number}" in draft.instances:
        number += 1
    return f"{attempt.process}/{number}"


Raised = list[tuple[Raise, str, Mapping[str, Any]]]


def _apply(draft: Draft, rule: Transition, attempt: Attempt, env: Env) -> tuple[Raised, Reason | None]:
    """Facts are stored, all `sets` apply at once, the state changes, clocks and suspensions follow, raises go out."""
    now = draft.moment
    own = env.own
    prepared = draft.program.processes[attempt.process]
    facts = dict(env.facts)
    for name, expression in rule.sets:
        if expression.context:
            draft.context_read.update(expression.context)
        value = expression.evaluate(env)
        if value is None:
            facts.pop(name, None)
            continue
        try:
            facts[name] = prepared.facts[name].store(value)
        except ValueError as fault:
            return [], Reason(
                code="bad_fact",
                rule=rule.rule,
                target=attempt.at,
                message=f"'{name}' cannot be set: {sentence(fault)}",
                source=rule.source,
                place=rule.place,
            )
    before = NEW if own is None else own.state
    state = rule.to if rule.to is not None else before
    times = own.happened.get(attempt.event, (0, 0))[0] if own is not None else 0
    happened = {**(own.happened if own is not None else NOTHING), attempt.event: (times + 1, now)}
    entered = own.entered if own is not None else NOTHING
    if state != before:
        entered = {**entered, state: now}
    instance = Instance(
        id=_new_id(draft, attempt) if own is None else own.id,
        process=attempt.process,
        parent=env.parent,
        state=state,
        facts=facts,
        happened=happened,
        entered=entered,
        runs=own.runs if own is not None else NOTHING,
        wakes=own.wakes if own is not None else NEVER,
    )
    draft.instances[instance.id] = instance
    written = [name for name in facts if name in attempt.facts or facts[name] != env.stored.get(name)]
    draft.changes.append(
        Change(
            rule=rule.rule,
            event=attempt.name,
            target=instance.id,
            by=attempt.by,
            from_=before,
            to=state,
            facts={name: _text(prepared.facts[name].show(facts[name])) for name in written},
            source=rule.source,
            created=own is None,
        )
    )
    draft.notifications.extend(Notification(to=to, rule=rule.rule, target=instance.id) for to in rule.notifies)
    settle(draft, own, instance.id, attempt.event, attempt.by)
    sent: Raised = []
    if rule.raises:
        after = draft.env(draft.instances[instance.id])
        for raised in rule.raises:
            given, why = _given_facts(draft, raised, rule, after)
            if why is not None:
                return [], why
            sent.append((raised, instance.id, given))
    return sent, None


def _text(shown: Any) -> str:
    if isinstance(shown, list):
        return ", ".join(shown)
    return str(shown).lower() if isinstance(shown, bool) else str(shown)


def _given_facts(draft: Draft, sent: Raise, rule: Transition, env: Env) -> tuple[Mapping[str, Any], Reason | None]:
    given = {}
    types = draft.program.processes[sent.process].facts
    for name, expression in sent.facts:
        if expression.context:
            draft.context_read.update(expression.context)
        value = expression.evaluate(env)
        if value is None:
            continue
        try:
            given[name] = types[name].store(value)
        except ValueError as fault:
            text = f"{sent.name} cannot be raised with '{name}': {sentence(fault)}"
            return given, Reason(
                code="raise_refused", rule=rule.rule, message=text, source=rule.source, place=sent.place
            )
    return given, None


def settle(draft: Draft, before: Instance | None, name: str, event: str, by: str) -> None:
    """Clocks and suspensions after one transition of the instance `name`."""
    instance = draft.instances[name]
    prepared = draft.program.processes[instance.process]
    suspending = draft.suspending
    if prepared.suspends:
        draft.look_at_suspending(instance)
    turn = Turn(
        before=before,
        after=instance,
        event=event,
        by=by,
        now=draft.moment,
        calendar=draft.calendar,
        stopped=draft.stands_still(instance),
        formerly=lambda expression: None if before is None else expression.evaluate(draft.env(before)),
    )
    if prepared.deadlines:
        env = draft.env(instance)
        runs = None
        for deadline in prepared.deadlines:
            changed = deadlines.after_transition(deadline, turn, env, draft.clocks)
            if changed is not None:
                runs = {**(runs if runs is not None else instance.runs), deadline.name: changed}
        if runs is not None:
            draft.put(msgspec.structs.replace(instance, runs=runs))
    if suspending or draft.suspending:
        draft.stop_and_go()
    for process, deadline in draft.program.watchers.get(instance.process, ()):
        for other in list(draft.instances.values()):
            if other.process != process or other.id == name or draft.program.is_final(other):
                continue
            watching = Turn(
                before=other,
                after=other,
                event="",
                by="",
                now=draft.moment,
                calendar=draft.calendar,
                stopped=draft.stands_still(other),
                formerly=partial(_before, draft, before, name, other),
            )
            changed = deadlines.look_again(deadline, watching, draft.env(other), draft.clocks)
            if changed is not None:
                draft.put_runs(other, deadline.name, changed)


def _before(draft: Draft, before: Instance | None, name: str, asking: Instance, expression: Expression) -> Any:
    """What an expression was worth to an instance before the transition of another, `name`."""
    after = draft.instances.pop(name) if before is None else draft.instances[name]
    if before is not None:
        draft.instances[name] = before
    try:
        return expression.evaluate(draft.env(asking))
    finally:
        # one that was created came last, and does so again
        draft.instances[name] = after
