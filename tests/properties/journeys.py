"""Cases under packs drawn at random, taken through events drawn at random: what the laws are tried on."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from generated_packs import ACTORS, engine_of, sound_packs
from hypothesis import strategies as st

from rulesengine.case import NEVER, Case, Decision, Event, Instance, Run, to_datetime, to_moment
from rulesengine.engine import Engine
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.transition import Transition

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"

MICROSECOND, MINUTE, HOUR, DAY = 1, 60_000_000, 3_600_000_000, 86_400_000_000

#: an hour or so before a change of the clocks, a bank holiday or a weekend
STARTS = (
    datetime(2026, 3, 2, 9, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 4, 2, 21, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 10, 24, 22, 15, tzinfo=UTC),
    datetime(2026, 12, 23, 16, tzinfo=UTC),
    datetime(2028, 2, 28, 12, tzinfo=UTC),
)
MOST_INSTANCES = 10


def examples(number: int) -> int:
    """How many examples a law is tried on: fifteen times as many when thorough."""
    return number * 15 if THOROUGH else number


class Step(msgspec.Struct, frozen=True):
    """One event of a journey: the case it came to, what was said of the world, and the answer."""

    before: Case
    event: Event
    context: Mapping[str, Any] | None
    decision: Decision


class Journey(msgspec.Struct, frozen=True):
    """A case from its opening through some events; `cases` are all it has been, the last one among them."""

    text: str
    engine: Engine
    steps: tuple[Step, ...]

    def __repr__(self) -> str:
        events = "\n".join(f"{step.event} {step.context} -> {step.decision.accepted}" for step in self.steps)
        return f"Journey({self.text}\n{self.steps[0].before.readings}\n{events})"

    @property
    def cases(self) -> list[Case]:
        return [step.before for step in self.steps] + [self.steps[-1].decision.case]

    @property
    def last(self) -> Case:
        return self.steps[-1].decision.case


# what the rules of a case are


def rules_of(engine: Engine, case: Case, instance: Instance) -> list[Transition]:
    """The transitions that leave the state of an instance."""
    rules = engine.pack.processes[instance.process].transitions
    return [r for r in rules if instance.state in r.states and r.by != {"system"}]


def runs_of(engine: Engine, case: Case) -> list[tuple[Instance, Deadline, Run]]:
    """Every instance's deadlines with their latest run."""
    program = engine.program(case.variant, case.readings)
    return [
        (instance, deadline, instance.runs[deadline.name][-1])
        for instance in case.instances.values()
        for deadline in program.processes[instance.process].deadlines
        if instance.runs.get(deadline.name)
    ]


def critical_moments(engine: Engine, case: Case) -> list[int]:
    """Moments at which time may change something: what obligations name, and what the case itself waits for."""
    found = {case.wakes}
    for obligation in engine.obligations(case):
        found |= {to_moment(m) for m in (obligation.due, obligation.consequence_at) if m is not None}
        found |= {to_moment(m) for m in obligation.reminders}
    for instance in case.instances.values():
        if "sent_at" in instance.facts:
            found.add(instance.facts["sent_at"])
    return sorted(m for m in found if case.moment <= m < min(NEVER, case.moment + 120 * DAY))


# drawing


def moments(draw: Any, engine: Engine, case: Case) -> int:
    """A moment at or after the case's: often one at which something is due, or just before or after it."""
    how = draw(st.integers(0, 9))
    critical = critical_moments(engine, case) if how >= 4 else []
    if critical:
        moment = draw(st.sampled_from(critical)) + draw(st.sampled_from([0, 1, -1]))
    elif how == 0:
        moment = case.moment
    elif how == 9:
        moment = case.moment + draw(st.integers(10 * DAY, 60 * DAY))
    else:
        unit = draw(st.sampled_from([MICROSECOND, MINUTE, HOUR, DAY]))
        moment = case.moment + unit * draw(st.integers(1, 9))
    return max(moment, case.moment)


def fitting(draw: Any, engine: Engine, case: Case, process: str, fact: str, at: int) -> Any:
    """A value of a fact, as it comes in from outside."""
    declared = engine.pack.processes[process].facts[fact]
    match declared.kind:
        case "money":
            return draw(st.sampled_from(["0", "5", "10.00", "12.5", 20, "12.34", "25.01", "-1"]))
        case "number":
            return draw(st.sampled_from(["0.5", 1, "0", "0.1", "3"]))
        case "integer":
            return draw(st.sampled_from([1, "2", 3, 0]))
        case "boolean":
            return draw(st.booleans())
        case "datetime":
            return to_datetime(max(0, at + draw(st.sampled_from([0, -HOUR, -30 * DAY, 1, DAY, 2 * DAY])))).isoformat()
        case "date":
            return draw(st.sampled_from(["2026-03-02", "2026-03-29", "2028-02-29"]))
        case "choice":
            return draw(st.sampled_from(declared.choices))
        case "list":
            return draw(st.sampled_from([[], ["x"], ["x", "y"]]))
        case "instances":
            known = [i.id for i in case.instances.values() if i.process == declared.process]
            return draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if known else []
    return "AB12" if declared.pattern else draw(st.sampled_from(["hello", "a", ""]))


UNFITTING: tuple[Any, ...] = ("NaN", "1e3", 1.5, "2026-03-02 09:00", "x" * 20, ["order/99"], {"a": 1}, True, "0.001")


def facts_for(draw: Any, engine: Engine, case: Case, rule: Transition, at: int) -> dict[str, Any]:
    """Mostly what a transition asks for; at times something missing, something more or something wrong."""
    process = rule.rule.partition(".")[0]
    facts = {}
    for fact in rule.requires:
        if draw(st.integers(0, 19)) != 13:
            facts[fact] = fitting(draw, engine, case, process, fact, at)
    for fact in rule.optional:
        if draw(st.booleans()):
            facts[fact] = fitting(draw, engine, case, process, fact, at)
    odd = draw(st.integers(0, 29))
    if odd in (17, 18):
        fact = draw(st.sampled_from([*engine.pack.processes[process].facts, "nothing"]))
        if odd == 18 and fact != "nothing":
            facts[fact] = fitting(draw, engine, case, process, fact, at)
        else:
            facts[fact] = draw(st.sampled_from(UNFITTING))
    return facts


def event_for(draw: Any, engine: Engine, case: Case, at: int) -> Event:
    """An event at a moment: mostly one that the state of some instance has a transition for."""
    processes = engine.pack.processes
    possible: list[tuple[str, Transition]] = []
    for instance in case.instances.values():
        possible += [(instance.id, rule) for rule in rules_of(engine, case, instance)]
    for process in processes.values():
        creating = [rule for rule in process.transitions if rule.creates]
        if not process.under:
            possible += [("", rule) for rule in creating if not case.instances]
        elif len(case.instances) < MOST_INSTANCES:
            for instance in case.instances.values():
                if instance.process == process.under:
                    possible += [(instance.id, rule) for rule in creating]
    if possible and draw(st.integers(0, 19)) != 13:
        target, rule = draw(st.sampled_from(possible))
        actors = sorted(rule.by - {"system"})
        wrong = not actors or draw(st.integers(0, 29)) == 17
        by = draw(st.sampled_from([*ACTORS, "system", "nobody"] if wrong else actors))
        process = rule.rule.partition(".")[0]
        facts = facts_for(draw, engine, case, rule, at)
        named = draw(st.sampled_from([""] * 20 + ["A1", "1", "not a name"])) if rule.creates else ""
        return Event(event=f"{process}.{rule.event}", by=by, at=to_datetime(at), target=target, facts=facts, id=named)
    process = draw(st.sampled_from(list(processes)))
    events = sorted({rule.event for rule in processes[process].transitions})
    target = draw(st.sampled_from([*case.instances, "", "item/9", "order"]))
    name = draw(st.sampled_from([*events, "never"]))
    return Event(event=f"{process}.{name}", by=draw(st.sampled_from(ACTORS)), at=to_datetime(at), target=target)


def contexts() -> st.SearchStrategy[Mapping[str, Any] | None]:
    """What is said of the world: mostly all a pack may ask for."""
    whole = st.fixed_dictionaries({"ok": st.booleans(), "level": st.sampled_from([1, "3"])})
    part = st.fixed_dictionaries({}, optional={"ok": st.booleans(), "level": st.sampled_from([1, "3"])})
    return st.one_of(whole, whole, whole, part).map(lambda world: {"world": world} if world else None)


@st.composite
def journeys(draw: Any, packs: st.SearchStrategy[str] | None = None, most: int = 12) -> Journey:
    """A case of a pack drawn at random, through up to `most` events."""
    text = draw(packs if packs is not None else sound_packs())
    engine = engine_of(text)
    start = draw(st.sampled_from(STARTS)) + timedelta(microseconds=draw(st.sampled_from([0, 1, HOUR])))
    readings = {"usual_time": "longer"} if "usual_time" in engine.pack.parameters and draw(st.booleans()) else {}
    case = engine.open(start, readings=readings)
    steps: list[Step] = []
    for _ in range(draw(st.integers(4, most))):
        at = moments(draw, engine, case) if case.instances else case.moment
        event = event_for(draw, engine, case, at)
        context = draw(contexts())
        decision = engine.decide(case, event, context)
        steps.append(Step(case, event, context, decision))
        case = decision.case
    return Journey(text, engine, tuple(steps))


# again, from nothing but text


class Record(msgspec.Struct, frozen=True):
    """A journey as text: enough to make it again anywhere."""

    pack: str
    case: str
    events: list[tuple[Event, Any]]


def record_of(journey: Journey) -> Record:
    """What another process needs to make the same journey."""
    first = journey.engine.write(journey.steps[0].before)
    return Record(journey.text, first, [(step.event, step.context) for step in journey.steps])


def replayed(records: list[Record]) -> bytes:
    """All decisions of these journeys, made anew by engines of their own, with what could be asked at their end."""
    found: list[Any] = []
    for record in records:
        engine = engine_of.__wrapped__(record.pack)
        case = engine.read(record.case)
        for event, context in record.events:
            decision = engine.decide(case, event, context)
            case = decision.case
            found.append(decision)
        found.append([engine.options(case, actor) for actor in ACTORS])
        found += [engine.obligations(case), engine.advance(case, case.moment + 40 * DAY), engine.write(case)]
    return msgspec.json.encode(found, enc_hook=str)


if __name__ == "__main__":
    sys.stdout.buffer.write(replayed(msgspec.json.decode(sys.stdin.buffer.read(), type=list[Record])))
