"""Whether an event may happen: which transition takes it, and every reason why none does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rulesengine.case import EMPTY, Instance, Reason, to_datetime
from rulesengine.diagnostics import did_you_mean
from rulesengine.engine.draft import NEW, NOTHING, Draft, Env
from rulesengine.engine.program import Named, Way
from rulesengine.rules import limit as limits
from rulesengine.rules.guards import holds, unknown_of, values_of
from rulesengine.rules.transition import Transition


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to one instance. `target` is None for an event that creates one under `parent`."""

    named: Named
    by: str
    facts: Mapping[str, Any]
    target: str | None = None
    parent: str | None = None
    #: name for the new instance, "" for the next number
    id: str = ""

    @property
    def name(self) -> str:
        """`claim.open`."""
        return self.named.name

    @property
    def process(self) -> str:
        """The process of the instance it happens to."""
        return self.named.prepared.name

    @property
    def event(self) -> str:
        """The event without its process."""
        return self.named.event

    @property
    def at(self) -> str:
        """The instance it happens to, or the parent of the one it creates."""
        return self.target or self.parent or ""


def environment(draft: Draft, attempt: Attempt) -> Env:
    """What the expressions of the transitions see that may take this event."""
    prepared = attempt.named.prepared
    own = None if attempt.target is None else draft.instances[attempt.target]
    stored = prepared.defaults if own is None else own.facts
    return Env(
        draft=draft,
        now=draft.moment,
        context=draft.context,
        process=prepared.name,
        own=own,
        parent=attempt.parent if own is None else own.parent,
        facts={**stored, **attempt.facts} if attempt.facts else stored,
        stored=stored,
    )


def select(ways: Sequence[Way], env: Env, attempt: Attempt) -> tuple[Way | None, list[Reason]]:
    """The first way whose actor fits and whose guards hold; else why none does."""
    reasons: list[Reason] = []
    by = attempt.by
    actor_fits = False
    for way in ways:
        if by not in way.by:
            continue
        actor_fits = True
        if not way.guards:
            return way, []
        if way.context:
            env.draft.context_read |= way.context
        verdict = holds(way.guards, env)
        if verdict is True:
            return way, []
        if verdict is None:
            return None, [*reasons, _unknown(way.rule, env, attempt)]
        reasons.extend(_conditions(way.rule, env, attempt))
    if ways and not actor_fits:
        reasons.append(_wrong_actor(ways, env, attempt))
    return None, reasons


def _wrong_actor(ways: Sequence[Way], env: Env, attempt: Attempt) -> Reason:
    allowed = sorted({actor for way in ways for actor in way.by})
    rule = ways[0].rule
    text = f"{attempt.name} is for {' or '.join(allowed)}, not for {attempt.by}."
    if attempt.by not in env.draft.program.pack.actors:
        text = f"{text} {did_you_mean(attempt.by, env.draft.program.pack.actors)}".strip()
    return Reason(
        code="wrong_actor", rule=rule.rule, target=attempt.at, message=text, source=rule.source, place=rule.place
    )


def _conditions(rule: Transition, env: Env, attempt: Attempt) -> list[Reason]:
    """A reason for every guard of a transition that fails."""
    found = []
    for guard in rule.guards:
        if guard.expression.evaluate(env) is guard.negated:
            text = guard.expression.text
            found.append(
                Reason(
                    code="condition",
                    rule=rule.rule,
                    target=attempt.at,
                    message=f"Not while {text}." if guard.negated else f"Only when {text}.",
                    values=dict(values_of([guard.expression], env)),
                    source=rule.source,
                    place=guard.place,
                )
            )
    return found


def _unknown(rule: Transition, env: Env, attempt: Attempt) -> Reason:
    expressions = [guard.expression for guard in rule.guards]
    missing = unknown_of(expressions, env)
    return Reason(
        code="missing_fact",
        rule=rule.rule,
        target=attempt.at,
        message=f"Not known: {', '.join(missing)}." if missing else "Its conditions cannot be decided yet.",
        values=dict(values_of(expressions, env)),
        source=rule.source,
        place=rule.place,
    )


def suspended(draft: Draft, attempt: Attempt, own: Instance | None, chosen: Way | None) -> list[Reason]:
    """Why suspensions refuse the event; an instance being created counts as standing in its first state."""
    if own is None:
        own = Instance(
            id="",
            process=attempt.process,
            parent=attempt.parent,
            state=chosen.after if chosen is not None else NEW,
            facts=NOTHING,
            happened=EMPTY,
            entered=EMPTY,
            runs=EMPTY,
        )
    found: dict[str, Reason] = {}
    for by, suspension in draft.covering(own):
        # one state may reach the instance in two ways; that is one reason
        if by.id not in found and suspension.refuses(attempt.process, attempt.event):
            found[by.id] = Reason(
                code="suspended",
                rule=suspension.rule,
                target=attempt.at,
                message=f"{attempt.name} has to wait: {by.id} is {by.state}.",
                values={f"{by.id}.state": by.state},
                place=suspension.place,
            )
    return list(found.values())


def facts_wanted(rule: Transition, attempt: Attempt) -> list[Reason]:
    """A reason for each fact that is missing, and for each that the transition does not carry."""
    given = attempt.facts
    found: list[Reason] = []
    for name in rule.requires:
        if name not in given:
            text = f"{attempt.name} needs the fact '{name}'."
            found.append(_fact_reason("missing_fact", rule, attempt, text, {name: "unknown"}))
    for name in given:
        if name not in rule.carries:
            carried = ", ".join((*rule.requires, *rule.optional)) or "no facts"
            text = f"{attempt.name} does not carry '{name}'; it carries {carried}."
            found.append(_fact_reason("bad_fact", rule, attempt, text, {}))
    return found


def _fact_reason(code: str, rule: Transition, attempt: Attempt, text: str, values: Mapping[str, str]) -> Reason:
    return Reason(
        code=code,
        rule=rule.rule,
        target=attempt.at,
        message=text,
        values=values,
        source=rule.source,
        place=rule.place,
    )


def limit_scope(draft: Draft, env: Env, attempt: Attempt) -> limits.Scope:
    """Over which instances the limits of this event count."""

    def instances(process: str, per: str) -> Sequence[Instance]:
        if per == "case":
            return [i for i in draft.instances.values() if i.process == process]
        if per == "parent" and env.parent is not None:
            parent = draft.instances[env.parent]
            if parent.process == process:
                return (parent,)
            return draft.related_to(parent, process)
        own = (env.own,) if env.own is not None and process == attempt.process else ()
        return (*own, *env.related(process))

    return limits.Scope(env=env, process=attempt.process, event=attempt.event, instances=instances)


def limited(draft: Draft, limit: limits.Limit, env: Env, attempt: Attempt) -> Reason | None:
    for expression in limit.expressions:
        if expression.context:
            draft.context_read = draft.context_read.union(expression.context)
    verdict = limits.judge(limit, limit_scope(draft, env, attempt), room=False)
    if verdict is limits.KEPT:
        return None
    if verdict.breached:
        values = dict(verdict.values)
        if limit.value is not None:
            values = {**dict(values_of([limit.value], env)), **values}
        if verdict.bound is not None:
            values["allowed"] = verdict.bound
        if verdict.left is not None:
            values["left"] = verdict.left
        return Reason(
            code="limit",
            rule=limit.rule,
            target=attempt.at,
            message=verdict.message,
            values=values,
            source=limit.source,
            place=limit.place,
            from_=None if verdict.from_ is None else to_datetime(verdict.from_),
        )
    if verdict.unknown:
        what = f"{', '.join(verdict.unknown)} {'is' if len(verdict.unknown) == 1 else 'are'}"
        return Reason(
            code="missing_fact",
            rule=limit.rule,
            target=attempt.at,
            message=f"{limit.rule} cannot be checked: {what} not known.",
            values=dict.fromkeys(verdict.unknown, "unknown"),
            source=limit.source,
            place=limit.place,
        )
    return None


def plain(code: str, attempt: Attempt, message: str) -> Reason:
    return Reason(code=code, target=attempt.at, message=message)
