"""Events as they arrive: their instance found, their facts and the context read, or reasons why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rulesengine.case import Case, Event, Reason
from rulesengine.diagnostics import did_you_mean, sentence
from rulesengine.engine.draft import NOTHING, Context
from rulesengine.engine.judging import Attempt
from rulesengine.engine.program import ID, Named, Program
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
    if (
        type(event.event) is type(event.by) is type(event.target) is type(event.id) is str
        and type(event.facts) is dict  # the usual, told quickly
    ):
        return []
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
    if event.by not in program.outside:
        if event.by == SYSTEM:
            text = "The actor 'system' is the engine itself: nobody else acts in its name."
            reasons.append(Reason(code="wrong_actor", target=shown(event.target), message=text))
            return None
        text = f"There is no actor '{shown(event.by)}'. {did_you_mean(shown(event.by), program.pack.actors)}".strip()
        reasons.append(Reason(code="wrong_actor", target=shown(event.target), message=text))
    named = program.events.get(event.event)
    if named is None:
        known = [f"{p}.{e}" for p, other in program.processes.items() for e in sorted(other.events)]
        text = f"There is no event '{shown(event.event)}'. {did_you_mean(shown(event.event), known)}".strip()
        reasons.append(Reason(code="unknown_event", target=shown(event.target), message=text))
        return None
    target = _target(program, case, event, named, reasons)
    if target is None:
        return None
    facts = _facts(named, case, event, target, reasons) if event.facts else NOTHING
    if not named.creates:
        return Attempt(named=named, by=event.by, facts=facts, target=target)
    if event.id:
        name = f"{named.prepared.name}/{event.id}"
        if not ID.fullmatch(name):
            text = f"'{shown(event.id)}' cannot name an instance: use letters, digits, '.', '_' and '-'."
            reasons.append(Reason(code="bad_fact", target=target, message=text))
        elif name in case.instances:
            reasons.append(Reason(code="bad_fact", target=target, message=f"{name} exists already."))
    return Attempt(named=named, by=event.by, facts=facts, parent=target or None, id=event.id)


def _facts(named: Named, case: Case, event: Event, target: str, reasons: list[Reason]) -> dict[str, Any]:
    types = named.prepared.facts
    facts: dict[str, Any] = {}
    for fact, raw in event.facts.items():
        kind = types.get(fact)
        if kind is None:
            hint = did_you_mean(shown(fact), types)
            text = f"The process {named.prepared.name} has no fact '{shown(fact)}'. {hint}".strip()
            reasons.append(Reason(code="bad_fact", target=target, message=text))
            continue
        if raw is None:
            continue
        try:
            # under the pack's own name, so that a case does not keep the text of every name that came with an event
            value = facts[named.prepared.names[fact]] = kind.read(raw, None)
        except ValueError as found:
            reasons.append(
                Reason(code="bad_fact", target=target, message=f"{fact}: {sentence(found)}", values={fact: shown(raw)})
            )
            continue
        if kind.kind == "instances":
            missing = [name for name in value if name not in case.instances]
            if missing:
                text = f"{fact}: there is no {shown(missing[0])} in this case."
                reasons.append(Reason(code="bad_fact", target=target, message=text))
    return facts


def _target(program: Program, case: Case, event: Event, named: Named, reasons: list[Reason]) -> str | None:
    """The instance an event is for (the parent of a creating one, "" where it has none)."""
    process = named.prepared.under if named.creates else named.prepared.name
    if not process:
        if event.target:
            text = f"{event.event} opens a case: it has no target."
        elif case.instances:
            text = f"{event.event} opens a case, and this one is open already."
        else:
            return ""
        reasons.append(Reason(code="unknown_target", target=shown(event.target), message=text))
        return None
    if event.target:
        target = event.target if "/" in event.target else f"{process}/{event.target}"
        if target in case.instances and case.instances[target].process == process:
            return target
        candidates = [i.id for i in case.instances.values() if i.process == process]
        help = did_you_mean(shown(event.target), candidates)
        text = f"There is no {process} '{shown(event.target)}' here. {help}".strip()
    else:
        if not program.processes[process].under:
            # a case has one instance at its top, the first
            first = next(iter(case.instances), "")
            if first and case.instances[first].process == process:
                return first
        candidates = [i.id for i in case.instances.values() if i.process == process]
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
