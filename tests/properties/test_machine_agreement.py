"""The machines of the `transitions` library and the engine's own tables: the same answer, event for event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from generated_packs import ACTORS
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import Journey, contexts, examples, fitting, journeys
from transitions import Machine, MachineError

from rulesengine.case import Case, Event
from rulesengine.engine import Engine
from rulesengine.machine import GuardUnknownError, table_of
from rulesengine.rules.transition import Transition

UNKNOWN, REFUSED = "unknown", "refused"


class Model:
    """What a user of the library triggers events on."""

    def __init__(self, state: str) -> None:
        self.state = state


def triggered(machine: Machine, state: str, event: str, by: str, env: object) -> str:
    """The state a model is in after the event; or that it was refused, or could not be told."""
    model = Model(state)
    try:
        taken = machine.events[event].trigger(model, by=by, env=env)
    except GuardUnknownError:
        taken, word = False, UNKNOWN
    except MachineError:
        taken, word = False, REFUSED
    else:
        word = REFUSED
    if taken:
        return str(model.state)
    assert model.state == state
    return word


def places(engine: Engine, case: Case) -> list[tuple[str, str, str]]:
    """(process, state, target) of every instance, and of every one that could be created."""
    found = [(i.process, i.state, i.id) for i in case.instances.values()]
    for name, process in engine.pack.processes.items():
        parents = [i.id for i in case.instances.values() if i.process == process.under] if process.under else [""]
        found += [(name, "new", parent) for parent in parents if process.under or not case.instances]
    return found


@settings(max_examples=examples(80))
@given(journeys(), st.data())
def test_trigger_and_decision_agree(journey: Journey, data: st.DataObject) -> None:
    engine = journey.engine
    case = data.draw(st.sampled_from(journey.cases))
    context = data.draw(contexts())
    pack = engine.program(case.variant, case.readings).pack
    machines = {name: pack.machine(name) for name in pack.processes}
    tables = {name: table_of(machine) for name, machine in machines.items()}
    for process, state, target in places(engine, case):
        rules = pack.processes[process].transitions
        creating = {rule.event for rule in rules if rule.creates}
        for name in sorted({rule.event for rule in rules}):
            if (name in creating) is not (state == "new"):
                continue
            rule = data.draw(st.sampled_from([r for r in rules if r.event == name]))
            facts = {f: fitting(data.draw, engine, case, process, f, case.moment) for f in sorted(rule.carries)}
            event = Event(event=f"{process}.{name}", by="ann", at=case.now, target=target, facts=facts)
            for actor in (*ACTORS, "system"):
                env = engine.env(case, event, context)
                by_machine = triggered(machines[process], state, name, actor, env)
                by_table = selected(tables[process], state, name, actor, env)
                assert by_machine == by_table
                if actor == "system":
                    continue
                decision = engine.decide(case, msgspec.structs.replace(event, by=actor), context)
                codes = {reason.code for reason in decision.reasons}
                if decision.accepted:
                    assert by_machine == decision.changes[0].to
                elif by_machine == UNKNOWN:
                    assert "missing_fact" in codes
                elif by_machine == REFUSED:
                    assert codes & {"no_transition", "wrong_actor", "condition", "ended"}
                else:
                    assert codes <= {"limit", "missing_fact", "bad_fact", "suspended", "raise_refused"}


def selected(
    table: Mapping[tuple[str, str], tuple[Transition, ...]], state: str, event: str, actor: str, env: Any
) -> str:
    """Section 11, said over the frozen table: the first whose actor and guards fit; none beyond one that is unknown."""
    for rule in table.get((state, event), ()):
        if actor not in rule.by:
            continue
        values = [(g.expression.evaluate(env), g.negated) for g in rule.guards]
        if any(value is negated for value, negated in values):
            continue
        if any(value is None for value, _ in values):
            return UNKNOWN
        return rule.to if rule.to is not None else state
    return REFUSED


@settings(max_examples=examples(30))
@given(journeys(most=4))
def test_a_process_is_a_machine_of_the_library(journey: Journey) -> None:
    pack = journey.engine.pack
    for name, process in pack.processes.items():
        machine = pack.machine(name)
        assert type(machine) is Machine
        assert machine.initial == "new"
        assert list(machine.states) == ["new", *process.states]
        assert {s for s, state in machine.states.items() if state.final} == {
            s for s, state in process.states.items() if state.final
        }
        assert set(machine.events) == {rule.event for rule in process.transitions}
        assert machine.models == []
        expected = {
            (rule.event, source, rule.to if rule.to is not None else None)
            for rule in process.transitions
            for source in (["new"] if rule.creates else rule.states)
        }
        found = {(e, t.source, t.dest) for e, event in machine.events.items() for t in machine.get_transitions(e)}
        assert found == expected
        # each machine is a new one: what its user does to it changes no pack
        machine.add_transition("leave", "new", "alpha")
        assert "leave" not in pack.machine(name).events
