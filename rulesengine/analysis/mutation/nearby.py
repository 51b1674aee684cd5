"""Scenarios near one that there is: the same story with one thing changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rulesengine.analysis.mutation.operators import Mutant
from rulesengine.case import Case
from rulesengine.facts import FactType
from rulesengine.loading.naming import child, string
from rulesengine.pack import Pack, Process

#: a scenario as plain data
Data = dict[str, Any]
#: how much later something may happen
LATER = ("1 hour", "1 day", "3 days", "1 month")


def nearby(pack: Pack, mutant: Mutant, data: Data, moments: Sequence[str], case: Case | None) -> Iterator[Data]:
    """The story of a scenario with one thing changed, what lies nearest to the mistake first."""
    event = _event(pack, mutant)
    yield from _others_act(pack, data, event)
    yield from _at_once(pack, data, event)
    yield from _states(pack, data)
    yield from _facts(pack, data)
    yield from ({**data, "steps": [*data["steps"], {"at": moment}]} for moment in moments)
    yield from _contexts(pack, data)
    yield from _asked(pack, data, event, case)
    yield from _waits(data)
    for at in range(len(data["steps"]) - 1):
        yield {**data, "steps": [*data["steps"][:at], *data["steps"][at + 1 :]]}


def _event(pack: Pack, mutant: Mutant) -> str:
    """The event whose rule has the mistake, `claim.open`; "" where it is in something else."""
    path = mutant.path
    if path[0] != "processes" or path[2] not in ("transitions", "limits"):
        return ""
    node = pack.document
    for key in path[:4]:
        found = child(node, str(key))
        assert found is not None
        node = found
    return f"{path[1]}.{string(node, 'event', str(path[3]))}"


def _with(values: Sequence[Any], at: int, value: Any) -> list[Any]:
    return [*values[:at], value, *values[at + 1 :]]


def _others_act(pack: Pack, data: Data, event: str) -> Iterator[Data]:
    for at, step in enumerate(data["steps"]):
        if event and step.get("event") == event:
            for actor in pack.actors:
                if actor not in (step["by"], "system"):
                    yield {**data, "steps": [*data["steps"][:at], {**step, "by": actor}]}


def _states(pack: Pack, data: Data) -> Iterator[Data]:
    given = data.get("given", [])
    for at, one in enumerate(given):
        process = pack.processes.get(one["process"])
        for state in process.states if process is not None else ():
            if state != one.get("state"):
                yield {**data, "given": _with(given, at, {**one, "state": state})}


def _facts(pack: Pack, data: Data) -> Iterator[Data]:
    for section in ("given", "steps"):
        things = data.get(section, [])
        for at, one in enumerate(things):
            name = one["process"] if section == "given" else str(one.get("event", "")).partition(".")[0]
            process = pack.processes.get(name)
            if process is None or not ("facts" in one or section == "given"):
                continue
            for facts in _other_facts(process, one.get("facts", {}), absent=section == "given"):
                yield {**data, section: _with(things, at, {**one, "facts": facts})}


def _other_facts(process: Process, facts: Mapping[str, Any], *, absent: bool) -> Iterator[dict[str, Any]]:
    for name, value in facts.items():
        yield {other: kept for other, kept in facts.items() if other != name}
        for other in _others(process.facts.get(name), value):
            yield {**facts, name: other}
    if absent:
        for name, kind in process.facts.items():
            if name not in facts:
                for other in _others(kind, None):
                    yield {**facts, name: other}


def _others(kind: FactType | None, value: Any) -> Iterator[Any]:
    """Other values that a fact may have."""
    if kind is None:
        return
    if kind.kind == "boolean":
        yield from (other for other in (True, False) if other is not value)
    elif kind.kind == "choice":
        yield from (other for other in kind.choices if other != value)
    elif kind.kind in ("money", "number") and isinstance(value, int | Decimal):
        yield from (value + step for step in (Decimal("0.01"), Decimal("-0.01"), Decimal(1000)) if value + step >= 0)
    elif kind.kind == "integer" and isinstance(value, int):
        yield from (other for other in (value - 1, value + 1) if other >= 0)


def _contexts(pack: Pack, data: Data) -> Iterator[Data]:
    context = data.get("context", {})
    for group, facts in pack.context.items():
        for name, kind in facts.items():
            for other in _others(kind, context.get(group, {}).get(name)):
                yield {**data, "context": {**context, group: {**context.get(group, {}), name: other}}}


def _at_once(pack: Pack, data: Data, event: str) -> Iterator[Data]:
    """The event and nothing else, tried by everybody on what is given, in every state from which it may happen."""
    if not event:
        return
    process, _, name = event.partition(".")
    rules = [rule for rule in pack.processes[process].transitions if rule.event == name]
    states = [state for state in pack.processes[process].states if any(state in rule.states for rule in rules)]
    given = data.get("given", [])
    wanted = pack.processes[process].under if any(rule.creates for rule in rules) else process
    if wanted and all(one["process"] != wanted for one in given):
        # what the story brings about is put there beforehand, below what it belongs to
        above = pack.processes[wanted].under
        if any(one["process"] == above for one in given) or not above:
            given = [*given, {"process": wanted}]
    for at, one in enumerate(given):
        if one["process"] == wanted:
            for state in states or [one.get("state")]:
                put = _with(given, at, {**one, "state": state} if state else one)
                for step in _tries(pack, data, event, _named(given, at)):
                    yield {**data, "given": put, "steps": [step]}
    if not wanted:
        for step in _tries(pack, data, event, ""):
            yield {**data, "given": [], "steps": [step]}


def _named(given: Sequence[Any], at: int) -> str:
    """How a given instance is called: without an id by its number, among those of its process."""
    one = given[at]
    before = [other for other in given[:at] if other["process"] == one["process"]]
    return f"{one['process']}/{one.get('id', len(before) + 1)}"


def _tries(pack: Pack, data: Data, event: str, target: str) -> Iterator[dict[str, Any]]:
    """Steps in which everybody tries an event, with facts that scenarios have for it, or plain ones."""
    process, _, name = event.partition(".")
    rules = [rule for rule in pack.processes[process].transitions if rule.event == name]
    known = [step["facts"] for step in data["steps"] if step.get("event") == event and "facts" in step]
    kinds = pack.processes[process].facts
    wanted = [*known[:2], *({one: _plain(kinds[one], data["start"]) for one in rule.requires} for rule in rules)]
    seen: list[dict[str, Any]] = []
    for facts in wanted:
        if facts not in seen and None not in facts.values():
            seen.append(facts)
            for actor in pack.actors:
                if actor != "system":
                    step = {"event": event, **({"target": target} if target else {}), "by": actor}
                    yield {**step, **({"facts": facts} if facts else {})}


def _plain(kind: FactType, start: str) -> Any:
    """A value of a fact; None where there is no plain one."""
    plain = {"money": Decimal("1.00"), "number": 1, "integer": 1, "text": "A1", "boolean": True}
    if kind.kind == "choice":
        return kind.choices[0]
    if kind.kind in ("datetime", "date"):
        return start if kind.kind == "datetime" else start[:10]
    return plain.get(kind.kind)


def _asked(pack: Pack, data: Data, event: str, case: Case | None) -> Iterator[Data]:
    """The event tried when all else is done, by everybody on everything."""
    if not event or case is None:
        return
    process, _, name = event.partition(".")
    declared = pack.processes[process]
    creates = any(rule.creates for rule in declared.transitions if rule.event == name)
    wanted = declared.under if creates else process
    targets = [instance.id for instance in case.instances.values() if instance.process == wanted]
    for target in targets[:3]:
        for step in _tries(pack, data, event, target):
            yield {**data, "steps": [*data["steps"], step]}


def _waits(data: Data) -> Iterator[Data]:
    for at in range(len(data["steps"]) + 1):
        for later in LATER:
            yield {**data, "steps": [*data["steps"][:at], {"after": later}, *data["steps"][at:]]}
