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


def _asked(pack: Pack, data: Data, event: str, case: Case | None) -> Iterator[Data]:
    """The event tried when all else is done, by everybody on everything."""
    if not event or case is None:
        return
    process, _, name = event.partition(".")
    declared = pack.processes[process]
    rules = [rule for rule in declared.transitions if rule.event == name]
    wanted = declared.under if any(rule.creates for rule in rules) else process
    targets = [instance.id for instance in case.instances.values() if instance.process == wanted]
    known = [step["facts"] for step in data["steps"] if step.get("event") == event and "facts" in step]
    for target in targets[:3]:
        for actor in pack.actors:
            for facts in known[:2] or [{}]:
                step = {"event": event, "target": target, "by": actor, **({"facts": facts} if facts else {})}
                yield {**data, "steps": [*data["steps"], step]}


def _waits(data: Data) -> Iterator[Data]:
    for at in range(len(data["steps"]) + 1):
        for later in LATER:
            yield {**data, "steps": [*data["steps"][:at], {"after": later}, *data["steps"][at:]]}
