"""Events as they arrive: their instance found, their facts and the context read, or reasons why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rulesengine.case import Case, Event, Reason
from rulesengine.diagnostics import did_you_mean
from rulesengine.engine.draft import NOTHING, Context
from rulesengine.engine.program import ID, Program
from rulesengine.engine.step import Attempt
from rulesengine.rules.reading import SYSTEM


def read_context(program: Program, context: Mapping[str, Mapping[str, Any]] | None) -> tuple[Context, list[Reason]]:
    """The context in memory form; a reason for each value that does not fit."""
    if not context:
        return NOTHING, []
    declared = program.pack.context
    values: dict[str, dict[str, Any]] = {}
    reasons: list[Reason] = []
    for name, facts in context.items():
        if name not in declared or not isinstance(facts, Mapping):
            text = f"There is no context '{name}'. {did_you_mean(str(name), declared)}".strip()
            reasons.append(Reason(code="bad_fact", message=text))
            continue
        read = values[name] = {}
        for fact, raw in facts.items():
            if fact not in declared[name]:
                text = f"The context has no {name}.{fact}. {did_you_mean(str(fact), declared[name])}".strip()
                reasons.append(Reason(code="bad_fact", message=text))
                continue
            try:
                read[fact] = declared[name][fact].read(raw, None)
            except ValueError as fault:
                reasons.append(Reason(code="bad_fact", message=f"{name}.{fact}: {fault}."))
    return values, reasons


def read_event(program: Program, case: Case, event: Event, reasons: list[Reason]) -> Attempt | None:
    """The event with its instance found and its facts read; None with reasons where that fails."""
    if event.by == SYSTEM:
        text = "The actor 'system' is the engine itself: nobody else acts in its name."
        reasons.append(Reason(code="wrong_actor", target=str(event.target), message=text))
        return None
    process, _, name = str(event.event).rpartition(".")
    if not process and len(program.processes) == 1:
        process = next(iter(program.processes))
    prepared = program.processes.get(process)
    if prepared is None or name not in prepared.events:
        known = [f"{p}.{e}" for p, other in program.processes.items() for e in sorted(other.events)]
        text = f"There is no event '{event.event}'. {did_you_mean(str(event.event), known)}".strip()
        reasons.append(Reason(code="unknown_event", target=str(event.target), message=text))
        return None
    creating = name in prepared.creating
    target = _target(program, case, event, prepared.under if creating else process, creating, reasons)
    if target is None:
        return None
    if creating and event.id:
        if not ID.fullmatch(f"{process}/{event.id}"):
            text = f"'{str(event.id)[:80]}' cannot name an instance: use letters, digits, '.', '_' and '-'."
            reasons.append(Reason(code="bad_fact", target=target, message=text))
        elif f"{process}/{event.id}" in case.instances:
            text = f"There is a {process}/{event.id} already."
            reasons.append(Reason(code="bad_fact", target=target, message=text))
    facts: dict[str, Any] = {}
    given = event.facts if isinstance(event.facts, Mapping) else {}
    for fact, raw in given.items():
        if fact not in prepared.facts:
            text = f"A {process} has no fact '{fact}'. {did_you_mean(str(fact), prepared.facts)}".strip()
            reasons.append(Reason(code="bad_fact", target=target, message=text))
            continue
        if raw is None:
            continue
        try:
            facts[fact] = prepared.facts[fact].read(raw, None)
        except ValueError as found:
            reasons.append(
                Reason(code="bad_fact", target=target, message=f"{fact}: {found}.", values={fact: str(raw)[:80]})
            )
            continue
        if prepared.facts[fact].kind == "instances":
            missing = [n for n in facts[fact] if n not in case.instances]
            if missing:
                text = f"{fact}: there is no {missing[0]} in this case."
                reasons.append(Reason(code="bad_fact", target=target, message=text))
    return Attempt(
        process=process,
        event=name,
        by=event.by,
        facts=facts,
        target=None if creating else target,
        parent=target or None if creating else None,
        id=event.id if creating else "",
    )


def _target(
    program: Program, case: Case, event: Event, process: str, creating: bool, reasons: list[Reason]
) -> str | None:
    """The instance an event is for (the parent of a creating one, "" where it has none)."""
    if not process:
        if event.target:
            text = f"{event.event} opens a case: it has no target."
        elif case.instances:
            text = f"{event.event} opens a case, and this one is open already."
        else:
            return ""
        reasons.append(Reason(code="unknown_target", target=event.target, message=text))
        return None
    candidates = [i.id for i in case.instances.values() if i.process == process]
    if event.target:
        target = event.target if "/" in event.target else f"{process}/{event.target}"
        if target in candidates:
            return target
        text = f"There is no {process} '{event.target}' here. {did_you_mean(event.target, candidates)}".strip()
    else:
        alive = [n for n in candidates if not program.is_final(case.instances[n])]
        fitting = alive or candidates
        if len(fitting) == 1:
            return fitting[0]
        text = (
            f"{event.event} fits more than one: name one of {', '.join(fitting[:12])}."
            if fitting
            else f"There is no {process} in this case for {event.event}."
        )
    reasons.append(Reason(code="unknown_target", target=event.target, message=text))
    return None
