"""What the scenarios of Rakuten's pack leave out: no statement of the help page, no rule, no reading, no edge.

A rule counts as exercised when it shows in what the engine answers while a scenario runs: a transition when it is
taken, a limit when it refuses an event in a scenario that also has such an event accepted, a deadline when its clock
comes to an end. An edge counts when a scenario with `boundaries` stands just before it, at it and just after it.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from rulesengine import load_pack
from rulesengine.case import Decision
from rulesengine.engine import Engine
from rulesengine.pack import Pack
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.limit import Limit
from rulesengine.simulation import Story, load_scenario, play
from rulesengine.trace import Trace

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "policies" / "rakuten.yaml"
REGISTER = ROOT / "policies" / "sources" / "rakuten.yaml"
SCENARIOS = sorted((ROOT / "tests" / "scenarios" / "rakuten").glob("*.yaml"))
#: the statements found on the help page are numbered through
STATEMENTS = [f"RK-{number:02}" for number in range(1, 112)]
ENDED = {"met", "late", "missed", "elapsed"}
EDGES = {"before", "at", "after"}


class Told(msgspec.Struct, frozen=True):
    """One scenario that was played."""

    name: str
    story: Story
    trace: Trace

    @property
    def decisions(self) -> Iterator[Decision]:
        return (entry.decision for line in self.trace.timelines for entry in line.entries if entry.decision is not None)


@cache
def pack() -> Pack:
    return load_pack(PACK)


@cache
def told() -> tuple[Told, ...]:
    engine = Engine(pack())
    stories = [(path.stem, play(load_scenario(path), engine)) for path in SCENARIOS]
    return tuple(Told(name, story, story.trace()) for name, story in stories)


@cache
def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def rules(node: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every map of the pack with the names that lead to it."""
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            yield from rules(value, (*place, str(key)))


def cited() -> set[str]:
    found: set[str] = set()
    for _, node in rules(document(PACK)):
        source = node.get("source", [])
        found.update([source] if isinstance(source, str) else source)
    return found


def transitions() -> list[str]:
    return [rule.rule for process in pack().processes.values() for rule in process.transitions]


def limits() -> list[Limit]:
    return [limit for process in pack().processes.values() for limit in process.limits]


def deadlines() -> list[Deadline]:
    return [deadline for process in pack().processes.values() for deadline in process.deadlines]


# statements


def test_every_statement_stands_in_the_register() -> None:
    assert [id for id in document(REGISTER)["statements"] if id.startswith("RK-")] == STATEMENTS


@pytest.mark.parametrize("id", STATEMENTS)
def test_every_statement_is_carried_by_a_rule_or_explained_as_none(id: str) -> None:
    explained = bool(document(REGISTER)["statements"][id].get("not_a_rule"))
    assert (id in cited()) != explained


def test_what_is_known_from_elsewhere_says_from_where() -> None:
    statements = document(REGISTER)["statements"]
    beyond = {id: entry for id, entry in statements.items() if id not in STATEMENTS}
    assert beyond
    for id, entry in beyond.items():
        assert id.startswith("RX-")
        assert entry["document"] != "after_sales"
        assert entry["certainty"] in ("outside", "inferred")


# rules


def test_every_scenario_holds() -> None:
    assert [(one.name, failure.what) for one in told() for failure in one.trace.failures] == []


def test_every_scenario_is_named_after_what_it_is_about() -> None:
    named = {*transitions(), *(limit.rule for limit in limits()), *(deadline.rule for deadline in deadlines())}
    processes = {".".join(one.name.split(".")[:2]) for one in told()}
    assert processes - named == set()


def test_every_transition_is_taken() -> None:
    taken = {change.rule for one in told() for decision in one.decisions for change in decision.changes}
    assert [rule for rule in transitions() if rule not in taken] == []


def test_every_limit_refuses_and_lets_pass_in_one_scenario() -> None:
    shown = set()
    for one in told():
        decisions = list(one.decisions)
        refused = {reason.rule for decision in decisions for reason in decision.reasons}
        accepted = {decision.event for decision in decisions if decision.accepted}
        shown |= {
            limit.rule
            for limit in limits()
            if limit.rule in refused and f"{limit.rule.partition('.')[0]}.{limit.event}" in accepted
        }
    assert [limit.rule for limit in limits() if limit.rule not in shown] == []


def test_every_deadline_comes_to_an_end() -> None:
    ended = {
        clock.rule for one in told() for decision in one.decisions for clock in decision.clocks if clock.what in ENDED
    }
    ended |= {decision.deadline for one in told() for decision in one.decisions if decision.kind in ("missed", "fired")}
    assert [deadline.rule for deadline in deadlines() if deadline.rule not in ended] == []


def test_every_reading_is_played() -> None:
    named = set()
    for place, node in rules(document(PACK)):
        if place[:1] == ("parameters",) and len(place) == 2:
            named |= {(place[1], reading) for reading in node.get("readings", {})}
        elif place[:1] == ("processes",) and len(place) == 4:
            named |= {(f"{place[1]}.{place[3]}", reading) for reading in node.get("readings", {})}
    played = {pair for one in told() for pair in one.story.plan.pack.readings.items()}
    assert sorted(named - played) == []


# edges


def test_every_deadline_with_a_number_is_met_at_its_three_moments() -> None:
    seen = {
        one.story.plan.boundary.deadline
        for one in told()
        if one.story.plan.boundary is not None and {line.edge for line in one.trace.timelines} == EDGES
    }
    assert [
        deadline.rule for deadline in deadlines() if deadline.period is not None and deadline.rule not in seen
    ] == []


def test_every_limit_with_an_edge_is_met_on_both_sides_of_it_and_on_it() -> None:
    seen = {
        one.story.plan.boundary.limit
        for one in told()
        if one.story.plan.boundary is not None and {line.edge for line in one.trace.timelines} == EDGES
    }
    edged = [one.rule for one in limits() if one.form in ("window", "times", "total") or one.at_most or one.at_least]
    assert edged
    assert [rule for rule in edged if rule not in seen] == []


def test_every_price_from_which_on_a_limit_counts_is_met_to_the_cent() -> None:
    values = {name: str(one["value"]) for name, one in document(PACK)["parameters"].items()}
    sums = {name: 100 * int(value.removesuffix(" EUR")) for name, value in values.items() if value.endswith(" EUR")}
    assert sums
    for name, cents in sums.items():
        limited = {
            f"{place[1]}.{place[3]}"
            for place, node in rules(document(PACK))
            if place[2:3] == ("limits",) and len(place) == 4 and name in str(node.get("when"))
        }
        prices = {
            instance.facts.get("price")
            for one in told()
            if ".".join(one.name.split(".")[:2]) in limited
            for instance in one.trace.case.instances.values()
        }
        assert prices >= {cents - 1, cents, cents + 1}, name
