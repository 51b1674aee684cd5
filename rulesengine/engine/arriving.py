"""Events as they arrive: their instance found, their facts and the context read, or reasons why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rulesengine.case import Case, Event, Reason
from rulesengine.diagnostics import did_you_mean, sentence
from rulesengine.engine.draft import NOTHING, Context
from rulesengine.engine.judging import Attempt
from rulesengine.engine.program import ID, Program
from rulesengine.money import got
from rulesengine.rules.reading import SYSTEM

#: characters of a name that a message repeats
SHOWN = 120


def shown(word: object) -> str:
    """What somebody wrote, fit to stand in a message: not long, and in characters that can be sent."""
    if not isinstance(word, str):
        return got(word)
    short = word if len(word) <= SHOWN else f"{word[:SHOWN]}…"
    return short.encode("utf-8", "backslashreplace").decode()


def misshapen(event: Event) -> list[Reason]:
    """A reason for every part of an event that is not of its type. Nobody holds a caller to the types of `Event`."""
    parts = (
        ("event", "unknown_event", str, "the name of an event"),
        ("by", "wrong_actor", str, "the name of an actor"),
        ("target", "unknown_target", str, "the name of an instance"),
        ("id", "bad_fact", str, "the name of an instance"),
        ("facts", "bad_fact", Mapping, "a map of facts"),
    )
    return [
        Reason(code=code, message=f"{part}: expected {expected}, got {got(getattr(event, part))}.")
        for part, code, kind, expected in parts
        if not isinstance(getattr(event, part), kind)
    ]


def read_context(program: Program, context: Mapping[str, Mapping[str, Any]] | None) -> tuple[Context, list[Reason]]:
    """The context in memory form; a reason for each value that does not fit."""
    if not context:
        return NOTHING, []
    if not isinstance(context, Mapping):
        return NOTHING, [Reason(code="bad_fact", message=f"The context is a map of maps, got {got(context)}.")]
    declared = program.pack.context
    values: dict[str, dict[str, Any]] = {}
    reasons: list[Reason] = []
    for name, facts in context.items():
        if name in declared and not isinstance(facts, Mapping):
            reasons.append(Reason(code="bad_fact", message=f"{name}: expected a map of facts, got {got(facts)}."))
            continue
        if name not in declared:
            text = f"There is no context '{shown(name)}'. {did_you_mean(shown(name), declared)}".strip()
            reasons.append(Reason(code="bad_fact", message=text))
            continue
        read = values[name] = {}
        for fact, raw in facts.items():
            if fact not in declared[name]:
                text = f"The context has no {name}.{shown(fact)}. {did_you_mean(shown(fact), declared[name])}".strip()
                reasons.append(Reason(code="bad_fact", message=text))
                continue
            try:
                read[fact] = declared[name][fact].read(raw, None)
            except ValueError as fault:
                reasons.append(Reason(code="bad_fact", message=f"{name}.{fact}: {sentence(fault)}"))
    return values, reasons


def read_event(program: Program, case: Case, event: Event, reasons: list[Reason]) -> Attempt | None:
    """The event with its instance found and its facts read; None with reasons where that fails."""
    if event.by == SYSTEM:
        text = "The actor 'system' is the engine itself: nobody else acts in its name."
        reasons.append(Reason(code="wrong_actor", target=shown(event.target), message=text))
        return None
    if event.by not in program.pack.actors:
        text = f"There is no actor '{shown(event.by)}'. {did_you_mean(shown(event.by), program.pack.actors)}".strip()
        reasons.append(Reason(code="wrong_actor", target=shown(event.target), message=text))
    process, _, name = event.event.rpartition(".")
    if not process and len(program.processes) == 1:
        process = next(iter(program.processes))
    prepared = program.processes.get(process)
    if prepared is None or name not in prepared.events:
        known = [f"{p}.{e}" for p, other in program.processes.items() for e in sorted(other.events)]
        text = f"There is no event '{shown(event.event)}'. {did_you_mean(shown(event.event), known)}".strip()
        reasons.append(Reason(code="unknown_event", target=shown(event.target), message=text))
        return None
    creating = name in prepared.creating
    target = _target(program, case, event, prepared.under if creating else process, creating, reasons)
    if target is None:
        return None
    if creating and event.id:
        if not ID.fullmatch(f"{process}/{event.id}"):
            text = f"'{shown(event.id)}' cannot name an instance: use letters, digits, '.', '_' and '-'."
            reasons.append(Reason(code="bad_fact", target=target, message=text))
        elif f"{process}/{event.id}" in case.instances:
            text = f"{process}/{event.id} exists already."
            reasons.append(Reason(code="bad_fact", target=target, message=text))
    facts: dict[str, Any] = {}
    for fact, raw in event.facts.items():
        if fact not in prepared.facts:
            hint = did_you_mean(shown(fact), prepared.facts)
            text = f"The process {process} has no fact '{shown(fact)}'. {hint}".strip()
            reasons.append(Reason(code="bad_fact", target=target, message=text))
            continue
        if raw is None:
            continue
        try:
            facts[fact] = prepared.facts[fact].read(raw, None)
        except ValueError as found:
            reasons.append(
                Reason(code="bad_fact", target=target, message=f"{fact}: {sentence(found)}", values={fact: shown(raw)})
            )
            continue
        if prepared.facts[fact].kind == "instances":
            missing = [n for n in facts[fact] if n not in case.instances]
            if missing:
                text = f"{fact}: there is no {shown(missing[0])} in this case."
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
        reasons.append(Reason(code="unknown_target", target=shown(event.target), message=text))
        return None
    candidates = [i.id for i in case.instances.values() if i.process == process]
    if event.target:
        target = event.target if "/" in event.target else f"{process}/{event.target}"
        if target in candidates:
            return target
        help = did_you_mean(shown(event.target), candidates)
        text = f"There is no {process} '{shown(event.target)}' here. {help}".strip()
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
    reasons.append(Reason(code="unknown_target", target=shown(event.target), message=text))
    return None
