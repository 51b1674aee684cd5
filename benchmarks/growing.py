"""What one decision costs as the pack grows from 10 rules to 1,000, and the case from 1 instance to 1,000."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from cases import START, RefusedError, after
from measuring import Task, clocked, ratios, rounds
from report import Row, Table

from rulesengine import Case, Engine, Event, load_pack

SIZES = (1, 10, 100, 1000)
RULES = (10, 100, 1000)
SECOND = timedelta(seconds=1)
#: decisions one after the other, each about the case of the one before, and how many such rows in a measurement
STEPS, ROWS = 8, 8


# packs


def life(*, clocks: bool) -> dict[str, Any]:
    """The rules of one process, ten of them; without clocks eight and no deadlines."""
    rules: dict[str, Any] = {
        "facts": {"price": "money", "amount": "money"},
        "states": {"waiting": {}, "working": {}, "resting": {}, "done": {"final": True}},
        "transitions": {
            "open": transition("new", "waiting", requires=["price"]),
            "act": transition("waiting", "working", requires=["amount"], when="amount > 0"),
            "back": transition("working", "waiting"),
            "rest": transition("waiting", "resting"),
            "wake": transition("resting", "working"),
            "end": transition("working", "done"),
            "expire": transition("waiting", "done", by=["ann", "system"]),
        },
        "limits": {"cap": {"event": "act", "value": "amount", "at_most": "price", "assumed": "For measuring."}},
    }
    if clocks:
        rules["deadlines"] = {
            "start": deadline("waiting", within="3 days", owed_by="ann", then="expire"),
            "work": deadline("working", within="5 days", owed_by="ann"),
        }
    return rules


def transition(source: str, target: str, **more: Any) -> dict[str, Any]:
    return {"from": source, "to": target, "by": "ann", "assumed": "For measuring.", **more}


def deadline(state: str, **more: Any) -> dict[str, Any]:
    return {"while": state, "assumed": "For measuring.", **more}


def in_other_processes(rules: int) -> dict[str, Any]:
    """As many processes of ten rules as make up so many rules; the others belong to the first."""
    others = {f"other_{number}": {"under": "order", **life(clocks=True)} for number in range(1, rules // 10)}
    return {"order": life(clocks=True), **others}


def in_one_process(rules: int) -> dict[str, Any]:
    """One process with so many rules: a long way of further states, with a deadline and a limit now and then."""
    process = life(clocks=True)
    here, before = "resting", "waiting"
    for number in range(1, rules - 9):
        turn = number % 10
        if turn in (1, 3, 5, 7):
            here, before = f"stage_{number}", here
            process["states"][here] = {}
            process["transitions"][f"go_{number}"] = transition(before, here)
        elif turn in (2, 4, 6, 8):
            process["transitions"][f"return_{number}"] = transition(here, before)
        elif turn == 0:
            # one more way out of the state in which the measured event happens
            process["transitions"][f"leave_{number}"] = transition("waiting", here)
        elif number % 20 == 9:
            process["deadlines"][f"stay_{number}"] = deadline(here, within="2 days", owed_by="ann")
        else:
            process["limits"][f"often_{number}"] = {
                "event": f"go_{number - 2}",
                "times": 5,
                "assumed": "For measuring.",
            }
    return {"order": process}


def engine_for(processes: Mapping[str, Any]) -> Engine:
    """An engine for a made-up pack: JSON is YAML, too."""
    pack = {
        "pack": "grown",
        "title": "A pack made up for measuring",
        "version": "1.0.0",
        "valid_from": "2026-01-01",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "actors": ["ann"],
        "processes": processes,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "grown.yaml"
        file.write_text(json.dumps(pack, indent=1))
        return Engine(load_pack(file))


def rules_of(engine: Engine) -> int:
    return sum(1 for process in engine.pack.processes.values() for _ in process.rules)


# cases


def opened(engine: Engine) -> Case:
    """A case with one order that waits, its clock running."""
    return engine.decide(
        engine.open(START), Event(event="order.open", by="ann", at=START, facts={"price": "80.00"})
    ).case


def with_items(engine: Engine, count: int) -> Case:
    """A case with `count` items that wait, opened one second after the other."""
    case = after(engine, engine.open(START), Event(event="order.open", by="ann", at=START))
    for number in range(count):
        at = START + (number + 1) * SECOND
        event = Event(event="item.open", by="ann", at=at, id=str(number + 1), facts={"price": "80.00"})
        case = after(engine, case, event)
    return case


# measuring


def there_and_back(engine: Engine, case: Case, process: str, targets: list[str]) -> Task:
    """An event and the one that undoes it, in turn, on one instance: rows of decisions that build on each other.

    All sizes have rows of the same length, and every row begins at the case given: what has happened to the instance
    is the same for all.
    """
    act, back = f"{process}.act", f"{process}.back"
    begin = case.now + timedelta(hours=1)
    times = [begin + step * SECOND for step in range(STEPS)]

    def work() -> None:
        for row in range(ROWS):
            target, now = targets[row % len(targets)], case
            for step, at in enumerate(times):
                if step % 2:
                    event = Event(event=back, by="ann", at=at, target=target)
                else:
                    event = Event(event=act, by="ann", at=at, target=target, facts={"amount": "12.50"})
                decision = engine.decide(now, event)
                if not decision.accepted:
                    raise RefusedError(f"{event.event} was refused: {decision.reasons[0].message}")
                _ = decision.rules, decision.changes, decision.clocks, decision.valid_until
                now = decision.case

    return lambda: clocked(work, STEPS * ROWS)


def spread_over(count: int) -> list[str]:
    """The items that events go to: the first, the last and some between."""
    return [f"item/{1 + row * (count - 1) // (ROWS - 1)}" for row in range(ROWS)]


def grow(count: int) -> list[Table]:
    """The tables, from `count` rounds each."""
    base = "of the smallest"
    tables = []
    for where, shape in (("in further processes", in_other_processes), ("in one process", in_one_process)):
        engines = {size: engine_for(shape(size)) for size in RULES}
        tasks = {f"{rules_of(e):,} rules": there_and_back(e, opened(e), "order", ["order/1"]) for e in engines.values()}
        tables.append(Table(f"A decision as the pack grows {where}", rows(rounds(tasks, count, where)), base))
    for what, clocks in (("each with a running deadline", True), ("without deadlines", False)):
        tasks = {}
        engine = engine_for({"order": parent(), "item": {"under": "order", **life(clocks=clocks)}})
        for size in SIZES:
            name = f"{size:,} instance{'s' if size > 1 else ''}"
            tasks[name] = there_and_back(engine, with_items(engine, size), "item", spread_over(size))
        tables.append(Table(f"A decision as the case grows, {what}", rows(rounds(tasks, count, what)), base))
    return tables


def parent() -> dict[str, Any]:
    return {
        "states": {"placed": {}, "closed": {"final": True}},
        "transitions": {"open": transition("new", "placed"), "close": transition("placed", "closed")},
    }


def rows(found: Mapping[str, list[float]]) -> list[Row]:
    smallest = next(iter(found.values()))
    return [Row(name, "µs", values, ratios(values, smallest)) for name, values in found.items()]
