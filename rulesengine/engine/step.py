"""One step: an event, and everything it raises, taken as a whole or not at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from sys import intern
from typing import Any

import msgspec

from rulesengine.case import EMPTY, NEVER_YET, Change, Clock, Instance, Notification, Reason, Run, Small, Times
from rulesengine.case.many import Instances, number_of, stored
from rulesengine.diagnostics import sentence
from rulesengine.engine.draft import NEW, NOTHING, Draft, Env
from rulesengine.engine.judging import Attempt, environment, facts_wanted, limited, plain, select, suspended
from rulesengine.engine.program import Way
from rulesengine.expressions import Expression
from rulesengine.rules import deadline as deadlines
from rulesengine.rules.deadline import Deadline, Turn
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
    """Take an event and all it raises, in a draft in which nothing was done yet: the draft in which that is done, or
    why not.

    An event marked `if_possible` is left out with everything it would have led to when any of it is refused: then the
    step is taken anew without it, so that nothing of it remains.
    """
    queue: deque[Sent] = deque()
    refused = _take_one(draft, attempt, queue, (), None)
    left_out: dict[Path, Reason] = {}
    while queue and not refused:
        why, optional = _deliver(draft, queue, left_out)
        if optional is None:
            return draft, why
        left_out[optional] = why[0]
        draft = draft.anew()
        queue.clear()
        refused = _take_one(draft, attempt, queue, (), None)
    return draft, refused


def _deliver(
    draft: Draft, queue: deque[Sent], left_out: Mapping[Path, Reason]
) -> tuple[tuple[Reason, ...], Path | None]:
    """Take all that is raised. On a refusal: the reasons, and the optional event to leave out next, if any."""
    count = 0
    while queue:
        sent = queue.popleft()
        deliveries = _deliveries(draft, sent)
        if not deliveries:
            reason = _raise_refused(sent, ())
            if not sent.sent.if_possible:
                return (reason,), sent.optional
            draft.skipped += (reason,)
        for raised in deliveries:
            path = (*sent.path, raised.at)
            optional = path if sent.sent.if_possible else sent.optional
            if path in left_out:
                draft.skipped += (left_out[path],)
                continue
            count += 1
            done = len(draft.changes)
            why = _take_one(draft, raised, queue, path, optional) if count <= MOST_RAISED else (_too_many(sent),)
            if why and path == optional and done == len(draft.changes):
                # refused before anything of it was done: there is nothing to take back
                draft.skipped += (_raise_refused(sent, why),)
            elif why:
                return (_raise_refused(sent, why),), optional
    return (), None


# raising


def nobody_to_raise_for(draft: Draft, way: Way, attempt: Attempt, env: Env) -> Reason | None:
    """Why a way is refused whatever facts the event brings: the first event it raises finds nobody.

    `env` is that of the event without its facts; `draft` is used up.
    """
    first = way.rule.raises[0] if way.rule.raises else None
    if first is None or first.if_possible or first.via in way.rule.carries:
        return None
    origin, reason = _apply(draft, way, attempt, env)
    if reason is not None:
        return None
    sent = Sent(sent=first, rule=way.rule, origin=origin, facts=NOTHING, path=(), optional=None)
    return None if _deliveries(draft, sent) else _raise_refused(sent, ())


def _deliveries(draft: Draft, sent: Sent) -> Sequence[Attempt]:
    """Whom a raised event goes to, as the case stands when its turn comes."""
    raised = sent.sent
    origin = draft.instances[sent.origin]
    named = draft.program.events[raised.name]
    prepared = named.prepared

    def attempt(**where: Any) -> Attempt:
        return Attempt(named=named, by=SYSTEM, facts=sent.facts, **where)

    if named.creates:
        if not prepared.under:
            return ()
        parent = origin if origin.process == prepared.under else draft.ancestor(origin.parent, prepared.under)
        return () if parent is None else (attempt(parent=parent.id),)
    if raised.bare:
        return (attempt(target=origin.id),)
    related = draft.related_to(origin, raised.process)
    if raised.via:
        only = origin.facts.get(raised.via) or ()
        related = [i for i in related if i.id in only or any(draft.is_below(i, name) for name in only)]
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
    named = attempt.named
    env = environment(draft, attempt)
    own = env.own
    state = NEW if own is None else own.state
    ways = named.ways.get(state, ())
    if own is not None and not ways and state in named.prepared.final:
        return (plain("ended", attempt, f"{own.id} has ended: it is {state}."),)
    way, reasons = select(ways, env, attempt)
    if draft.suspending:
        reasons = [*suspended(draft, attempt, own, way or (ways[0] if ways else None)), *reasons]
    if way is None:
        if not ways:
            where = f"{own.id} is {state}" if own is not None else "it would be created"
            reasons.append(plain("no_transition", attempt, f"{attempt.name} is not possible while {where}."))
        return tuple(reasons)
    if attempt.facts or way.rule.requires:
        reasons += facts_wanted(way.rule, attempt)
    for limit in named.limits:
        reason = limited(draft, limit, env, attempt)
        if reason is not None:
            reasons.append(reason)
    if reasons:
        return tuple(reasons)
    instance, reason = _apply(draft, way, attempt, env)
    if reason is None and way.rule.raises:
        reason = _send(draft, way.rule, instance, queue, path, optional)
    return () if reason is None else (reason,)


def _send(
    draft: Draft, rule: Transition, origin: str, queue: deque[Sent], path: Path, optional: Path | None
) -> Reason | None:
    """Put what a transition raises into the queue."""
    env = draft.env(draft.instances[origin])
    for number, raised in enumerate(rule.raises):
        facts, reason = _given_facts(draft, raised, rule, env)
        if reason is not None:
            return reason
        queue.append(Sent(sent=raised, rule=rule, origin=origin, facts=facts, path=(*path, number), optional=optional))
    return None


# taking it


def _new_id(draft: Draft, attempt: Attempt) -> str:
    process = attempt.process
    if attempt.id:
        return f"{process}/{attempt.id}"
    number = number_of(draft.instances, process) + 1
    while f"{process}/{number}" in draft.instances:
        number += 1
    # most cases have instances of the same names
    return intern(f"{process}/{number}")


def _apply(draft: Draft, way: Way, attempt: Attempt, env: Env) -> tuple[str, Reason | None]:
    """Facts are stored, all `sets` apply at once, the state changes, clocks and suspensions follow: the id of the
    instance to which that happened.
    """
    now = draft.moment
    own = env.own
    rule = way.rule
    event = attempt.named.event
    facts: Mapping[str, Any] = env.facts
    written: Mapping[str, str] = NOTHING
    if rule.sets or attempt.facts:
        facts, fault = _set(draft, rule, attempt, env)
        if fault is not None:
            return "", fault
        written = _written(attempt, facts, env.stored)
    moves = way.after != way.before
    if own is None:
        instance = Instance(
            id=_new_id(draft, attempt),
            process=env.process,
            parent=env.parent,
            state=way.after,
            facts=facts,
            happened=Small((event, Times(1, now))),
            entered=Small((way.after, now)) if moves else EMPTY,
            runs=EMPTY,
        )
    else:
        instance = Instance(
            id=own.id,
            process=own.process,
            parent=own.parent,
            state=way.after,
            facts=facts,
            happened=own.happened.put(event, Times(own.happened.get(event, NEVER_YET).count + 1, now)),
            entered=own.entered.put(way.after, now) if moves else own.entered,
            runs=own.runs,
            wakes=own.wakes,
        )
    change = Change(
        rule=rule.rule,
        event=attempt.named.name,
        target=instance.id,
        by=attempt.by,
        from_=way.before,
        to=way.after,
        facts=written,
        source=rule.source,
        created=own is None,
    )
    draft.changes += (change,)
    for to in rule.notifies:
        draft.notifications += (Notification(to=to, rule=rule.rule, target=instance.id),)
    if way.alone and not draft.suspending:
        draft.instances = stored(draft.instances, instance)
    else:
        settle(draft, own, instance, event, attempt.by, way.deadlines)
    return instance.id, None


def _set(draft: Draft, rule: Transition, attempt: Attempt, env: Env) -> tuple[Mapping[str, Any], Reason | None]:
    """The facts with those that the transition sets."""
    if not rule.sets:
        return env.facts, None
    facts = dict(env.facts)
    types = attempt.named.prepared.facts
    for name, expression in rule.sets:
        if expression.context:
            draft.context_read = draft.context_read.union(expression.context)
        value = expression.evaluate(env)
        if value is None:
            facts.pop(name, None)
            continue
        try:
            facts[name] = types[name].store(value)
        except ValueError as fault:
            return facts, Reason(
                code="bad_fact",
                rule=rule.rule,
                target=attempt.at,
                message=f"'{name}' cannot be set: {sentence(fault)}",
                source=rule.source,
                place=rule.place,
            )
    return facts, None


def _written(attempt: Attempt, facts: Mapping[str, Any], before: Mapping[str, Any]) -> Mapping[str, str]:
    """The facts that were given or changed, as text."""
    types, given = attempt.named.prepared.facts, attempt.facts
    return {
        name: _text(types[name].show(value))
        for name, value in facts.items()
        if name in given or name not in before or value != before[name]
    }


def _text(shown: Any) -> str:
    if type(shown) is str:
        return shown
    if isinstance(shown, list):
        return ", ".join(shown)
    return str(shown).lower() if isinstance(shown, bool) else str(shown)


def _given_facts(draft: Draft, sent: Raise, rule: Transition, env: Env) -> tuple[Mapping[str, Any], Reason | None]:
    given = {}
    types = draft.program.processes[sent.process].facts
    for name, expression in sent.facts:
        if expression.context:
            draft.context_read = draft.context_read.union(expression.context)
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


def settle(
    draft: Draft, before: Instance | None, instance: Instance, event: str, by: str, concerned: Sequence[Deadline]
) -> None:
    """Store an instance after a transition, with its clocks, and let those of others follow.

    `before` is the instance as it was, None where it was not there; `concerned` are the deadlines whose runs the
    transition may change.
    """
    earlier = draft.instances
    suspending = draft.suspending
    draft.instances = stored(earlier, instance)
    if draft.program.processes[instance.process].suspends:
        draft.look_at_suspending(instance)
    if concerned:
        runs = _wound(draft, before, instance, event, by, concerned)
        if runs is not instance.runs:
            draft.put(instance, runs)
    if suspending or draft.suspending:
        draft.stop_and_go()
    if instance.process in draft.program.watchers:
        _tell_watchers(draft, earlier, instance)


def _wound(
    draft: Draft, before: Instance | None, instance: Instance, event: str, by: str, concerned: Sequence[Deadline]
) -> Small[tuple[Run, ...]]:
    """The runs of the instance's deadlines after a transition."""
    turn = Turn(
        before=before,
        after=instance,
        event=event,
        by=by,
        now=draft.moment,
        stopped=bool(draft.suspending) and draft.stands_still(instance),
        formerly=None if before is None else partial(_formerly, draft, before),
    )
    runs, env = instance.runs, draft.env(instance)
    clocks: list[Clock] = []
    for deadline in concerned:
        changed = deadlines.after_transition(deadline, turn, env, clocks)
        if changed is not None:
            runs = runs.put(deadline.name, changed)
    if clocks:
        draft.clocks += tuple(clocks)
    return runs


def _tell_watchers(draft: Draft, earlier: Instances, instance: Instance) -> None:
    """Start and move the clocks of other instances that count from something of this one."""
    for process, deadline in draft.program.watchers[instance.process]:
        for other in draft.instances.values():
            if other.process != process or other.id == instance.id or draft.program.is_final(other):
                continue
            watching = Turn(
                before=other,
                after=other,
                event="",
                by="",
                now=draft.moment,
                stopped=draft.stands_still(other),
                formerly=partial(_before, draft, earlier, other),
            )
            clocks: list[Clock] = []
            changed = deadlines.look_again(deadline, watching, draft.env(other), clocks)
            draft.clocks += tuple(clocks)
            if changed is not None:
                draft.put(other, other.runs.put(deadline.name, changed))


def _formerly(draft: Draft, before: Instance, expression: Expression) -> Any:
    """What an expression was worth to an instance before its transition."""
    return expression.evaluate(draft.env(before))


def _before(draft: Draft, earlier: Instances, asking: Instance, expression: Expression) -> Any:
    """What an expression was worth to an instance before the transition of another."""
    now = draft.instances
    draft.instances = earlier
    try:
        return expression.evaluate(draft.env(asking))
    finally:
        draft.instances = now
