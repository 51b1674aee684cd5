"""The engine against a second interpreter, over packs and events drawn at random: the same answers at each moment."""

from __future__ import annotations

import json
import tempfile
from contextlib import chdir
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import examples
from reference import UNITS, Reference

from rulesengine.case import Case, Decision, Event, Times, to_datetime, to_moment
from rulesengine.engine import Engine
from rulesengine.loading import _load

HOUR = UNITS["hour"]
START = to_moment(datetime(2026, 3, 28, 22, tzinfo=UTC))
STATES = ("alpha", "beta", "gamma", "omega")
EVENTS = ("go", "act", "auto")
ACTORS = ("ann", "bob")
FACTS = {"price": "money", "pieces": "integer", "fragile": "boolean", "sent_at": "datetime"}
DEADLINES = ("answer", "solve", "wait")
PERIODS = ("30 minutes", "1 hour", "2 hours", "5 hours", "9 hours")

one = st.sampled_from


@lru_cache(maxsize=50)
def engine_of(text: str) -> Engine:
    """The engine of a pack that may be found fault with: overlaps and dead ends have a meaning all the same."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("drawn.yaml").write_text(text, encoding="utf-8")
        pack, found = _load(Path("drawn.yaml"), "", {})
    wrong = [finding for finding in found if finding.code not in ("RE501", "RE502", "RE503", "RE518")]
    assert pack is not None
    assert not wrong, wrong
    return Engine(pack)


# drawing packs


moments = st.one_of(
    st.just("sent_at"),
    one(EVENTS).map(lambda event: f"happened_at({event})"),
    one(STATES).map(lambda state: f"entered_at({state})"),
)
plain_atoms = st.one_of(
    st.builds("price {} {}".format, one([">", "<=", "=="]), one(["10", "0.5"])),
    st.builds("pieces {} {}".format, one(["<", "!=", ">="]), one(["1", "2"])),
    one(["fragile", "not fragile", "price / pieces > 4", "was.price < price", "pieces + 1 < 3"]),
    one(list(FACTS)).map("known({})".format),
    one(EVENTS).map("happened({})".format),
    st.builds("now {} {}".format, one(["<", "<=", ">", ">="]), moments),
    st.builds('now {} {} + period("{}")'.format, one(["<", ">="]), moments, one(PERIODS)),
)
outcomes = st.builds("{}({})".format, one(["overdue", "overdue", "missed"]), one(DEADLINES))
atoms = st.one_of(plain_atoms, outcomes, outcomes, outcomes)


def conditions(of: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Conditions of up to two parts."""
    return st.one_of(
        of,
        of.map("not ({})".format),
        st.builds("({}) {} ({})".format, of, one(["and", "or"]), of),
    )


guards = st.one_of(st.just([]), st.just([]), st.lists(conditions(atoms), min_size=1, max_size=2))
values = {
    "price": one(["price + 1", "price / 3", "10", "price * pieces"]),
    "pieces": one(["pieces + 1", "2", "pieces * 3"]),
    "fragile": one(["true", "not fragile", "known(price)", "price > 10", "pieces == 2"]),
    "sent_at": one(["sent_at", "happened_at(go)", 'sent_at + period("1 hour")']),
}


@st.composite
def processes(draw: Any) -> dict[str, Any]:
    """One process, with whatever may overlap."""
    alive = list(STATES[:-1])

    def rule(**more: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"by": draw(st.lists(one(ACTORS), min_size=1, unique=True)), **more}
        for key, often in (("when", 0), ("unless", 3)):
            if draw(st.integers(0, often)) == 0 and (listed := draw(guards)):
                found[key] = listed
        carried = draw(st.lists(one(["sent_at", *FACTS]), max_size=3).map(dict.fromkeys).map(list))
        if carried:
            found[draw(one(["requires", "optional"]))] = carried
        written = draw(st.lists(one(list(FACTS)), max_size=3, unique=True))
        if written:
            found["sets"] = {fact: draw(values[fact]) for fact in written}
        return found

    def source() -> Any:
        return draw(st.one_of(st.just("any"), st.lists(one(alive), min_size=1, max_size=2, unique=True)))

    begin: dict[str, Any] = {"from": "new", "to": "alpha", "by": "ann"}
    if known := draw(st.lists(one(list(FACTS)), unique=True)):
        begin["requires"] = known
    transitions = {"begin": begin}
    for number in range(draw(st.integers(2, 5))):
        event = draw(one(EVENTS[:2]))
        transitions[f"rule_{number}"] = rule(**{"event": event, "from": source()})
        if draw(st.integers(0, 2)):
            transitions[f"rule_{number}"]["to"] = draw(one(STATES))
        if draw(st.integers(0, 4)) == 4:
            transitions[f"rule_{number}"]["otherwise"] = True
    for event in EVENTS[:2]:
        # every event there is a word for has some rule that takes it
        transitions[f"{event}_at_last"] = {
            **{"event": event, "from": "any", "by": list(ACTORS), "otherwise": True},
            **{"optional": list(FACTS), "to": draw(one(alive))},
        }
        if draw(st.booleans()):
            del transitions[f"{event}_at_last"]["to"]
    auto = rule(**{"event": "auto", "from": "any", "by": ["system"]})
    auto.pop("requires", None)
    if draw(st.booleans()):
        auto["to"] = draw(one(STATES))
    transitions["auto"] = auto
    deadlines = {}
    for name in DEADLINES:
        deadline: dict[str, Any] = {"while": draw(st.lists(one(alive), min_size=1, unique=True))}
        wait = draw(st.integers(0, 3)) == 3
        deadline["after" if wait else "within"] = draw(one(PERIODS))
        if wait or draw(st.booleans()):
            deadline["then"] = "auto"
        if not wait:
            deadline["owed_by"] = draw(one(ACTORS))
            if draw(st.booleans()):
                deadline["grace"] = draw(one(PERIODS))
            if draw(st.booleans()):
                deadline["met_by"] = draw(st.lists(one(EVENTS[:2]), min_size=1, unique=True))
            if draw(st.integers(0, 3)) == 3:
                deadline["remind"] = draw(st.lists(one(PERIODS), min_size=1, max_size=2, unique=True))
        if draw(st.booleans()):
            deadline["since"] = draw(moments)
        if draw(st.integers(0, 3)) == 3:
            deadline["when"] = draw(st.lists(conditions(plain_atoms), min_size=1, max_size=2))
        deadlines[name] = deadline
    return {
        "facts": dict(FACTS),
        "states": {state: ({"final": True} if state == "omega" else {}) for state in STATES},
        "transitions": transitions,
        "deadlines": deadlines,
    }


def pack_text(process: dict[str, Any]) -> str:
    """The pack of one process."""
    whole = json.loads(json.dumps(process))
    for section in ("transitions", "deadlines"):
        for rule in whole[section].values():
            rule["assumed"] = "Drawn at random."
    pack = {
        **{"pack": "drawn", "title": "Drawn at random", "version": "1.0.0", "valid_from": "2026-01-01"},
        **{"time_zone": "Europe/Paris", "currency": "EUR", "actors": list(ACTORS), "processes": {"order": whole}},
    }
    return json.dumps(pack)


def moment_after(draw: Any, other: Reference) -> int:
    """The next step's moment: often one at which something is due or leads to something, or just before or after."""
    runs = [run for of in other.runs.values() for run in of[-1:]]
    critical = sorted({m for run in runs for m in (run.due, run.fires) if m >= other.now})
    if critical and draw(st.booleans()):
        return max(other.now, draw(one(critical)) + draw(one([0, 0, 1, -1])))
    return other.now + draw(st.integers(0, 7)) * (HOUR // 2)


def facts_of(draw: Any, process: dict[str, Any], event: str) -> dict[str, Any]:
    """Facts that one of the event's rules asks for; for the first event all of them."""
    rule = draw(one([rule for name, rule in process["transitions"].items() if rule.get("event", name) == event]))
    facts = {}
    for fact in (*rule.get("requires", ()), *rule.get("optional", ())):
        if event == "begin" or draw(st.integers(0, 9)) != 7:
            facts[fact] = draw(
                {
                    "price": one(["0", "10", "12.34"]),
                    "pieces": one(["0", "1", "3"]),
                    "fragile": st.booleans(),
                    "sent_at": st.integers(-6, 6).map(lambda n: to_datetime(START + n * HOUR).isoformat()),
                }[fact]
            )
    return facts


def same(case: Case, other: Reference, process: dict[str, Any]) -> None:
    """That the engine's case and the reference tell the same."""
    if not case.instances:
        assert other.state == "new"
        return
    instance = case.instances["order/1"]
    assert instance.state == other.state
    facts = {n: Fraction(v, 100) if n == "price" else v for n, v in instance.facts.items()}
    assert facts == other.facts
    assert instance.happened == {event: Times(other.times[event], at) for event, at in other.happened.items()}
    assert instance.entered == other.entered
    for name in process["deadlines"]:
        runs = [(r.start, r.due, r.fires, r.outcome, r.ended, r.late) for r in instance.runs.get(name, ())]
        assert runs == [run.known for run in other.runs[name]], name


def log_of(decisions: tuple[Decision, ...]) -> list[tuple[str, str, int, bool]]:
    return [(d.kind, d.deadline.partition(".")[2], to_moment(d.at), d.accepted) for d in decisions]


@settings(max_examples=examples(150))
@given(st.data())
def test_two_interpreters_of_section_11_agree(data: st.DataObject) -> None:
    process = data.draw(processes())
    engine = engine_of(pack_text(process))
    case, other = engine.open(START), Reference(process, START)
    for number in range(data.draw(st.integers(2, 12))):
        now = moment_after(data.draw, other) if number else START
        event = data.draw(one(EVENTS[:2])) if number else "begin"
        by = data.draw(one(ACTORS)) if number else "ann"
        facts = facts_of(data.draw, process, event)
        told = len(other.log)
        decision = engine.decide(case, Event(event=f"order.{event}", by=by, at=to_datetime(now), facts=facts))
        word, accepted = other.decide(now, event, by, facts)
        assert (decision.accepted, log_of(decision.fired)) == (accepted, other.log[told:])
        if accepted:
            assert decision.rules == (f"order.{word}",)
        else:
            # all reasons are told: where something is missing, more can be wrong as well
            codes = {reason.code for reason in decision.reasons}
            assert codes == {word} or (word == "missing_fact" and word in codes)
        case = decision.case
        same(case, other, process)
    told, end = len(other.log), other.now + 12 * HOUR
    other.advance(end)
    fired, case = engine.advance(case, end)
    assert log_of(fired) == other.log[told:]
    same(case, other, process)
