"""Whether an event may happen: which transition takes it, and every reason why none does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rulesengine.case import Instance, Reason, to_datetime
from rulesengine.diagnostics import did_you_mean
from rulesengine.engine.draft import NEW, NOTHING, Draft, Env
from rulesengine.rules import limit as limits
from rulesengine.rules.guards import holds, unknown_of, values_of
from rulesengine.rules.transition import Transition


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to one instance. `target` is None for an event that creates one under `parent`."""

    process: str
    event: str
    by: str
    facts: Mapping[str, Any]
    target: str | None = None
    parent: str | None = None
    #: name for the new instance, "" for the next number
    id: str = ""

    @property
    def name(self) -> str:
        return f"{self.process}.{self.event}"

    @property
    def at(self) -> str:
        """The instance it happens to, or the parent of the one it creates."""
        return self.target or self.parent or ""


def environment(draft: Draft, attempt: Attempt) -> Env:
    """What the expressions of the transitions see that may take this event."""
    own = draft.instances[attempt.target] if attempt.target is not None else None
    stored = own.facts if own is not None else draft.program.processes[attempt.process].defaults
    facts = {**stored, **attempt.facts} if attempt.facts else stored
    parent = own.parent if own is not None else attempt.parent
    return Env(draft, attempt.process, own, parent, facts, stored)


def select(candidates: Sequence[Transition], env: Env, attempt: Attempt) -> tuple[Transition | None, list[Reason]]:
    """The first transition whose actor fits and whose guards hold; else why none does."""
    reasons: list[Reason] = []
    actor_fits = False
    for rule in candidates:
        if attempt.by not in rule.by:
            continue
        actor_fits = True
        if not rule.guards:
            return rule, []
        note_context(env.draft, rule.guards)
        verdict = holds(rule.guards, env)
        if verdict is True:
            return rule, []
        if verdict is None:
            return None, [*reasons, _unknown(rule, env, attempt)]
        reasons.extend(_conditions(rule, env, attempt))
    if candidates and not actor_fits:
        allowed = sorted({actor for rule in candidates for actor in rule.by})
        rules = candidates[0]
        text = f"{attempt.name} is for {' or '.join(allowed)}, not for {attempt.by}."
        if attempt.by not in env.draft.program.pack.actors:
            text = f"{text} {did_you_mean(attempt.by, env.draft.program.pack.actors)}".strip()
        reasons.append(
            Reason(
                code="wrong_actor",
                rule=rules.rule,
                target=attempt.at,
                message=text,
                source=rules.source,
                place=rules.place,
            )
        )
    return None, reasons


def note_context(draft: Draft, guards: Sequence[Any]) -> None:
    for guard in guards:
        if guard.expression.context:
            draft.context_read.update(guard.expression.context)


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


def suspended(draft: Draft, attempt: Attempt, own: Instance | None, chosen: Transition | None) -> list[Reason]:
    """Why suspensions refuse the event; an instance being created counts as standing in its first state."""
    if own is None:
        own = Instance(
            id="",
            process=attempt.process,
            parent=attempt.parent,
            state=chosen.to or NEW if chosen is not None else NEW,
            facts=NOTHING,
            happened=NOTHING,
            entered=NOTHING,
            runs=NOTHING,
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
    found = [
        Reason(
            code="missing_fact",
            rule=rule.rule,
            target=attempt.at,
            message=f"{attempt.name} needs the fact '{name}'.",
            values={name: "unknown"},
            source=rule.source,
            place=rule.place,
        )
        for name in rule.requires
        if attempt.facts.get(name) is None
    ]
    for name in attempt.facts:
        if name not in rule.carries:
            carried = ", ".join((*rule.requires, *rule.optional)) or "no facts"
            text = f"{attempt.name} does not carry '{name}'; it carries {carried}."
            found.append(
                Reason(
                    code="bad_fact",
                    rule=rule.rule,
                    target=attempt.at,
                    message=text,
                    source=rule.source,
                    place=rule.place,
                )
            )
    return found


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
            draft.context_read.update(expression.context)
    verdict = limits.judge(limit, limit_scope(draft, env, attempt))
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
        return Reason(
            code="missing_fact",
            rule=limit.rule,
            target=attempt.at,
            message=f"{limit.rule} cannot be checked: {', '.join(verdict.unknown)} is not known.",
            values=dict.fromkeys(verdict.unknown, "unknown"),
            source=limit.source,
            place=limit.place,
        )
    return None


def plain(code: str, attempt: Attempt, message: str) -> Reason:
    return Reason(code=code, target=attempt.at, message=message)
