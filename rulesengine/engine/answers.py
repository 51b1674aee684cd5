"""What may be done and what must be done: options and obligations, both read off the same rules that decide."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rulesengine.case import NEVER, Case, FactNeed, Instance, Obligation, Option, Reason, Room, Run, to_datetime
from rulesengine.engine import clock
from rulesengine.engine.draft import NEW, NOTHING, Context, Draft, Env, draft_of
from rulesengine.engine.judging import Attempt, environment, limit_scope, limited, select, suspended
from rulesengine.engine.program import Prepared, Program, Way
from rulesengine.engine.step import nobody_to_raise_for, take
from rulesengine.expressions import Expression, tree
from rulesengine.facts import FactType
from rulesengine.rules import limit as limits
from rulesengine.rules.deadline import Deadline, is_overdue, is_paused
from rulesengine.rules.guards import Guard
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.transition import Transition

#: critical moments looked ahead for the moment at which an option opens or closes
LOOK_AHEAD = 12


# options


def options(program: Program, case: Case, actor: str, now: int, context: Context) -> list[Option]:
    """Every event the actor could send now, allowed or not, and until or from when."""
    _, case = clock.advance(program, case, now)
    found, horizon = _options_at(program, case, actor, context)
    settled: dict[tuple[str, str], Option] = {}
    ahead = case
    for _ in range(LOOK_AHEAD):
        pending = [option for option in found if (option.event, option.target) not in settled]
        critical = min(horizon, ahead.wakes)
        if not pending or critical >= NEVER:
            break
        _, ahead = clock.advance(program, ahead, critical + 1)
        later, horizon = _options_at(program, ahead, actor, context)
        then = {(option.event, option.target): option.allowed for option in later}
        for option in pending:
            if then.get((option.event, option.target), False) is not option.allowed:
                moment = {"until": to_datetime(critical)} if option.allowed else {"from_": to_datetime(critical + 1)}
                settled[option.event, option.target] = msgspec.structs.replace(option, **moment)
    return [settled.get((option.event, option.target), option) for option in found]


def _options_at(program: Program, case: Case, actor: str, context: Context) -> tuple[list[Option], int]:
    """The options at the case's own moment, and through which moment they hold as far as guards and windows say."""
    found: list[Option] = []
    horizon = NEVER
    for attempt, ways in _attempts(program, case, actor):
        draft = draft_of(program, case, case.moment, context)
        option = _option(draft, attempt, ways)
        horizon = min(horizon, draft.horizon)
        found.append(option)
    return found, horizon


def _attempts(program: Program, case: Case, actor: str) -> list[tuple[Attempt, Sequence[Way]]]:
    """Each event an actor is named in, with each instance it could happen to (or be created under)."""
    found: list[tuple[Attempt, Sequence[Way]]] = []

    def add(prepared: Prepared, event: str, ways: Sequence[Way], **where: str | None) -> None:
        if any(actor in way.by for way in ways):
            named = program.events[f"{prepared.name}.{event}"]
            found.append((Attempt(named=named, by=actor, facts=NOTHING, **where), ways))  # type: ignore[arg-type]

    if not case.instances:
        for prepared in program.processes.values():
            if not prepared.under:
                for event in sorted(prepared.creating):
                    add(prepared, event, prepared.ways[NEW, event])
    for instance in case.instances.values():
        prepared = program.processes[instance.process]
        for (state, event), ways in prepared.ways.items():
            if state == instance.state:
                add(prepared, event, ways, target=instance.id)
        for below in program.processes.values():
            if below.under == instance.process:
                for event in sorted(below.creating):
                    add(below, event, below.ways[NEW, event], parent=instance.id)
    return found


def _option(draft: Draft, attempt: Attempt, ways: Sequence[Way]) -> Option:
    """One event judged without its facts: what only they can tell does not refuse it."""
    prepared = attempt.named.prepared
    possible: list[Way] = []
    reasons: list[Reason] = []
    env = environment(draft, attempt)
    for way in ways:
        rule = way.rule
        if attempt.by not in rule.by:
            continue
        asked = _asking(env, rule.requires)
        chosen, why = select([way], asked, attempt)
        if chosen is not None:
            possible.append(way)
            break
        if _may_hold(rule.guards, _asking(env, rule.carries), rule.carries):
            possible.append(way)
            continue
        reasons.extend(why)
        if any(reason.code == "missing_fact" for reason in why):
            break
    carries = frozenset(name for way in possible for name in way.rule.carries)
    rooms: list[Room] = []
    asked = _asking(env, carries)
    if possible:
        reasons = []
        for limit in attempt.named.limits:
            verdict = limits.judge(limit, limit_scope(draft, asked, attempt), room=True)
            breach = limited(draft, limit, asked, attempt)
            if breach is not None and not _may_be_kept(limit, asked, carries, breach):
                reasons.append(breach)
            rooms.append(
                Room(rule=limit.rule, form=limit.form, bound=verdict.bound, left=verdict.left, source=limit.source)
            )
    if draft.suspending:
        reasons = [*suspended(draft, attempt, env.own, possible[0] if possible else None), *reasons]
    if possible and not reasons and not carries:
        # the event brings nothing that is not known yet: what it raises can be judged as well
        done, refused = take(draft, attempt)
        draft.horizon = min(draft.horizon, done.horizon)
        reasons = list(refused)
    elif possible and not reasons:
        alone = [nobody_to_raise_for(draft.anew(), way, attempt, asked) for way in possible]
        reasons = [reason for reason in alone if reason is not None] if all(alone) else []
    first = (possible or [way for way in ways if attempt.by in way.by])[0].rule
    return Option(
        event=attempt.name,
        target=attempt.at,
        by=attempt.by,
        allowed=bool(possible) and not reasons,
        title=first.title,
        rules=tuple(way.rule.rule for way in possible) or (first.rule,),
        to=tuple(dict.fromkeys(way.rule.to for way in possible if way.rule.to)),
        facts=tuple(_need(prepared.facts[name], name, first) for name in (*first.requires, *first.optional)),
        reasons=tuple(reasons),
        limits=tuple(rooms),
        source=first.source,
    )


def _asking(env: Env, carried: Sequence[str] | frozenset[str]) -> Env:
    """The environment in which the facts an event would bring are not known yet."""
    facts = {name: value for name, value in env.facts.items() if name not in carried}
    return msgspec.structs.replace(env, facts=facts)


def _hangs_on(expression: Expression, env: Env, carried: frozenset[str]) -> bool:
    """Whether what an expression comes to is for the facts of the event to say, which are not known yet."""
    told = expression.evaluate(env) is not None
    for node in tree.walk(expression.tree):
        # known(…) is told even where the fact is still to come
        fact = node.item if isinstance(node, tree.Known) else None if told else node
        if isinstance(fact, tree.Fact) and fact.name in carried:
            return True
    return False


def _may_hold(guards: Sequence[Guard], env: Env, carried: frozenset[str]) -> bool:
    """Whether every guard holds as things are, or may once the event brings its facts."""
    return all(
        guard.expression.evaluate(env) is (not guard.negated) or _hangs_on(guard.expression, env, carried)
        for guard in guards
    )


def _may_be_kept(limit: limits.Limit, env: Env, carried: frozenset[str], breach: Reason) -> bool:
    """Whether a limit that is breached, or cannot be told, may be kept once the event brings its facts."""
    if limit.form == "presence":
        return all(name in carried for name in limit.requires if env.facts.get(name) is None)
    guards = (*limit.guards, *limit.refuse_when, *limit.only_when)
    if any(_hangs_on(guard.expression, env, carried) for guard in guards):
        return True
    missing = {name.removeprefix(f"{env.process}.") for name, value in breach.values.items() if value == "unknown"}
    if breach.code != "missing_fact":
        return False
    # one of several values is enough: another that is not known refuses nothing
    return bool(missing & carried) if limit.one_of else bool(missing) and missing <= carried


def _need(fact: FactType, name: str, rule: Transition) -> FactNeed:
    return FactNeed(
        name=name, type=fact.type_text, required=name in rule.requires, choices=fact.choices, title=fact.title
    )


# obligations


def obligations(program: Program, case: Case, now: int) -> list[Obligation]:
    """Every duty and wait that is running, or overdue and still to be done, soonest first."""
    _, case = clock.advance(program, case, now)
    found: list[tuple[int, Obligation]] = []
    for instance in case.instances.values():
        prepared = program.processes[instance.process]
        if instance.state in prepared.final:
            # a miss stays on record, but nothing can be done about it any more
            continue
        for deadline in prepared.deadlines:
            runs = instance.runs.get(deadline.name)
            run = runs[-1] if runs else None
            if run is None or not _still_owed(prepared, deadline, run, instance, now):
                continue
            found.append((NEVER if run.due is None else run.due, _obligation(prepared, instance, deadline, run, now)))
    found.sort(key=lambda pair: pair[0])
    return [obligation for _, obligation in found]


def _still_owed(prepared: Prepared, deadline: Deadline, run: Run, instance: Instance, now: int) -> bool:
    if run.outcome == "open":
        return True
    if run.outcome != "missed" or run.late is not None:
        return False
    if run.ended is None or instance.state in deadline.states:
        return True
    # the states were left: it is owed as long as somebody can still do it, or may do something because nobody did
    possible = any(prepared.leads_to(instance.state, event) for event in deadline.met_by)
    return is_overdue((run,), now, fired=False) and (possible or bool(_may(prepared, deadline, instance)))


def _may(prepared: Prepared, deadline: Deadline, instance: Instance) -> tuple[str, ...]:
    """The transitions that somebody may use because the deadline is overdue, now or later."""
    return tuple(
        rule.rule
        for rule in prepared.process.transitions
        if any(_reads_overdue(guard.expression, deadline) and not guard.negated for guard in rule.guards)
        and prepared.leads_to(instance.state, rule.event)
    )


def _obligation(prepared: Prepared, instance: Instance, deadline: Deadline, run: Run, now: int) -> Obligation:
    still = run.ended is None
    return Obligation(
        rule=deadline.rule,
        target=instance.id,
        kind="wait" if deadline.wait else "duty",
        owed_by=deadline.owed_by,
        title=deadline.title,
        due=None if run.due is None else to_datetime(run.due),
        consequence_at=None if run.fires is None or not deadline.then or not still else to_datetime(run.fires),
        missed=run.outcome == "missed",
        overdue=is_overdue((run,), now, fired=False),
        paused=is_paused(run) and still,
        within=deadline.within,
        met_by=_met_by(prepared, deadline),
        then=f"{prepared.process.name}.{deadline.then}" if deadline.then and still else "",
        may=_may(prepared, deadline, instance),
        reminders=tuple(to_datetime(moment) for moment in run.reminders),
        source=deadline.source,
    )


def _met_by(prepared: Prepared, deadline: Deadline) -> tuple[str, ...]:
    """The events that meet a duty: those named, else those by which its debtor leaves the states."""
    name = prepared.process.name
    if deadline.wait:
        return ()
    if deadline.met_by:
        return tuple(f"{name}.{event}" for event in sorted(deadline.met_by))
    return tuple(
        dict.fromkeys(
            f"{name}.{rule.event}"
            for rule in prepared.process.transitions
            if deadline.owed_by in rule.by
            and rule.states & deadline.states
            and rule.to
            and rule.to not in deadline.states
        )
    )


def _reads_overdue(expression: Expression, deadline: Deadline) -> bool:
    """Whether somebody may act once this deadline is overdue."""
    return any(
        f"overdue({name})" in leaf.label for leaf in expression.leaves for name in (deadline.name, deadline.rule)
    )


__all__ = ["SYSTEM", "obligations", "options"]
