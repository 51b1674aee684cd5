"""What the scenarios of the packs leave out: no statement of the help pages, no rule, no reading, no edge.

A rule counts as exercised when it shows in what the engine answers while a scenario runs: a transition when it is
taken, a limit when it refuses an event and lets such an event pass in scenarios about the same, a deadline when its
clock comes to an end. An edge counts when a scenario with `boundaries` stands just before it, at it and just after it.

A template cannot be run: the scenarios in its folder name a small pack that extends it, and those of the packs in
`policies/` that extend it count as well.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from rulesengine import load_pack
from rulesengine.analysis.coverage import Watching, coverage_of
from rulesengine.case import Decision
from rulesengine.coverage import Key
from rulesengine.pack import Pack
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.limit import Limit
from rulesengine.simulation import Story, load_scenario, pack_file, play
from rulesengine.trace import Trace

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies"
PACKS = sorted(path.stem for path in POLICIES.glob("*.yaml") if "\npack: " in path.read_text())
#: how many statements were found on the pages each register begins with; they are numbered through
FOUND = {
    "kaufland": {"KL": 28},
    "marketplace": {"GN": 13},
    "mediamarkt": {"MM": 23, "MS": 22},
    "rakuten": {"RK": 111},
}
STATEMENTS = {
    pack: [f"{prefix}-{number:02}" for prefix, count in found.items() for number in range(1, count + 1)]
    for pack, found in FOUND.items()
}
#: a long scenario that is about no single rule is called story.<name>
STORY = "story"
#: of what nothing may be missing; some conditions exclude each other, and some suspensions reach nobody who would do it
COMPLETE = ("state", "transition", "deadline", "limit")
EDGES = {"before", "at", "after"}

every_pack = pytest.mark.parametrize("name", PACKS)


class Told(msgspec.Struct, frozen=True):
    """One scenario that was played."""

    name: str
    story: Story
    trace: Trace
    tried: frozenset[Key]

    @property
    def decisions(self) -> Iterator[Decision]:
        return (entry.decision for line in self.trace.timelines for entry in line.entries if entry.decision is not None)


def about(one: Told) -> str:
    """The rule a scenario is called after, or the story it tells."""
    return ".".join(one.name.split(".")[:2])


@cache
def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def written(name: str) -> Any:
    return document(POLICIES / f"{name}.yaml")


def register(name: str) -> Any:
    return document(POLICIES / written(name)["register"])


def scenarios(name: str) -> list[Path]:
    return sorted((ROOT / "tests" / "scenarios" / name).glob("*.yaml"))


@cache
def pack(name: str) -> Pack:
    """The pack itself; of a template the small pack its scenarios name."""
    if not written(name).get("abstract"):
        return load_pack(POLICIES / f"{name}.yaml")
    (file,) = {Path(pack_file(load_scenario(path))).resolve() for path in scenarios(name)}
    return load_pack(file)


@cache
def told_of(name: str) -> tuple[Told, ...]:
    engine = Watching(pack(name))
    stories = [(path.stem, play(load_scenario(path), engine), engine.noted()) for path in scenarios(name)]
    return tuple(Told(stem, story, story.trace(), tried) for stem, story, tried in stories)


@cache
def told(name: str) -> tuple[Told, ...]:
    """All that counts for a pack."""
    heirs = [other for other in PACKS if written(name).get("abstract") and written(other).get("extends") == name]
    return sum((told_of(one) for one in heirs), told_of(name))


def rules(node: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every map of the pack with the names that lead to it."""
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            yield from rules(value, (*place, str(key)))


def cited(name: str) -> set[str]:
    found: set[str] = set()
    for _, node in rules(written(name)):
        source = node.get("source", [])
        found.update([source] if isinstance(source, str) else source)
    return found


def transitions(name: str) -> list[str]:
    return [rule.rule for process in pack(name).processes.values() for rule in process.transitions]


def limits(name: str) -> list[Limit]:
    return [limit for process in pack(name).processes.values() for limit in process.limits]


def deadlines(name: str) -> list[Deadline]:
    return [deadline for process in pack(name).processes.values() for deadline in process.deadlines]


# statements


@every_pack
def test_every_statement_stands_in_the_register(name: str) -> None:
    found = tuple(f"{prefix}-" for prefix in FOUND.get(name, ()))
    ids = [id for id in register(name)["statements"] if found and id.startswith(found)]
    assert ids == STATEMENTS.get(name, [])


@every_pack
def test_every_statement_is_carried_by_a_rule_or_explained_as_none(name: str) -> None:
    statements = register(name)["statements"]
    explained = {id for id, statement in statements.items() if statement.get("not_a_rule")}
    carried = cited(name) & set(statements)
    assert (sorted(carried & explained), sorted(set(statements) - carried - explained)) == ([], [])


@every_pack
def test_what_is_known_from_elsewhere_says_from_where(name: str) -> None:
    statements = register(name)["statements"]
    pages = {statements[id]["document"] for id in STATEMENTS.get(name, ())}
    beyond = [entry for id, entry in statements.items() if id not in STATEMENTS.get(name, ())]
    for entry in beyond:
        assert entry["document"] not in pages
        assert entry["certainty"] in ("outside", "inferred", "unclear")


# rules


@every_pack
def test_what_the_scenarios_of_a_template_run_has_all_its_rules(name: str) -> None:
    known = {*transitions(name), *(rule.rule for rule in (*limits(name), *deadlines(name)))}
    of_its_own = {
        f"{place[1]}.{place[3]}"
        for place, _ in rules(written(name))
        if len(place) == 4 and place[0] == "processes" and place[2] in ("transitions", "deadlines", "limits")
    }
    assert of_its_own - known == set()


@every_pack
def test_every_scenario_holds(name: str) -> None:
    assert [(one.name, failure.what) for one in told_of(name) for failure in one.trace.failures] == []


@every_pack
def test_every_scenario_is_named_after_what_it_is_about(name: str) -> None:
    named = {*transitions(name), *(rule.rule for rule in (*limits(name), *deadlines(name)))}
    assert {about(one) for one in told_of(name) if not about(one).startswith(f"{STORY}.")} - named == set()


@every_pack
@pytest.mark.parametrize("kind", COMPLETE)
def test_all_is_covered(name: str, kind: str) -> None:
    coverage = coverage_of(pack(name), [one.tried for one in told(name)])
    assert [item.told for item in coverage.missing if item.kind == kind] == []


@every_pack
def test_every_limit_refuses_and_lets_pass_in_scenarios_about_the_same(name: str) -> None:
    seen: dict[str, tuple[set[str], set[str]]] = {}
    for one in told(name):
        refused, accepted = seen.setdefault(about(one), (set(), set()))
        for decision in one.decisions:
            refused |= {reason.rule for reason in decision.reasons}
            accepted |= {decision.event} if decision.accepted else set()
    shown = {
        limit.rule
        for limit in limits(name)
        for refused, accepted in seen.values()
        if limit.rule in refused and f"{limit.rule.partition('.')[0]}.{limit.event}" in accepted
    }
    assert [limit.rule for limit in limits(name) if limit.rule not in shown] == []


@every_pack
def test_every_reading_is_played(name: str) -> None:
    named = set()
    for place, node in rules(written(name)):
        if place[:1] == ("parameters",) and len(place) == 2:
            named |= {(place[1], reading) for reading in node.get("readings", {})}
        elif place[:1] == ("processes",) and len(place) == 4:
            named |= {(f"{place[1]}.{place[3]}", reading) for reading in node.get("readings", {})}
    played = {pair for one in told(name) for pair in one.story.plan.pack.readings.items()}
    assert sorted(named - played) == []


# edges


def edges(name: str) -> set[str]:
    """The deadlines and limits at whose edge a scenario stands on both sides and on it."""
    played = [one.story.plan.boundary for one in told(name) if {line.edge for line in one.trace.timelines} == EDGES]
    return {rule for boundary in played if boundary is not None for rule in (boundary.deadline, boundary.limit) if rule}


@every_pack
def test_every_deadline_with_a_number_is_met_at_its_three_moments(name: str) -> None:
    numbered = [deadline.rule for deadline in deadlines(name) if deadline.period is not None]
    assert [rule for rule in numbered if rule not in edges(name)] == []


@every_pack
def test_every_limit_with_an_edge_is_met_on_both_sides_of_it_and_on_it(name: str) -> None:
    forms = ("window", "times", "total")
    edged = [one.rule for one in limits(name) if one.form in forms or one.at_most or one.at_least]
    assert [rule for rule in edged if rule not in edges(name)] == []


@every_pack
def test_every_price_from_which_on_a_limit_counts_is_met_to_the_cent(name: str) -> None:
    values = {parameter: str(one.get("value")) for parameter, one in written(name).get("parameters", {}).items()}
    sums = {
        parameter: 100 * int(value.removesuffix(" EUR"))
        for parameter, value in values.items()
        if value.endswith(" EUR")
    }
    for parameter, cents in sums.items():
        limited = {
            f"{place[1]}.{place[3]}"
            for place, node in rules(written(name))
            if place[2:3] == ("limits",) and len(place) == 4 and parameter in str(node.get("when"))
        }
        prices = {
            instance.facts.get("price")
            for one in told(name)
            if about(one) in limited
            for instance in one.trace.case.instances.values()
        }
        assert not limited or prices >= {cents - 1, cents, cents + 1}, parameter
