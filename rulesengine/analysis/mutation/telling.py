"""A scenario that tells a pack from the same pack with a mistake, where one can be found near those there are.

Every scenario that may meet the mistake is played under both, first as it is and then with one thing changed: somebody
else acts, an instance is in another state, a fact is not known, more time passes. At the first step at which the two
say something different, what the pack says becomes the expectation. Such a scenario is shown only after it was read
from its text and played: it holds for the pack, and fails with the mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from rulesengine.analysis.mutation.nearby import Data, nearby
from rulesengine.analysis.mutation.operators import Mutant
from rulesengine.analysis.mutation.trying import Bench, InvalidError, Mistaken, fails
from rulesengine.analysis.mutation.writing import written
from rulesengine.case import Case, Decision, Reason, Run
from rulesengine.diagnostics import PackError, Span
from rulesengine.document import Node, plain
from rulesengine.engine import Engine
from rulesengine.pack import Pack
from rulesengine.simulation import Player, Scenario, Standing, parse_scenario
from rulesengine.simulation.binding import bind
from rulesengine.simulation.expectations import named

#: scenarios with one thing changed that are played for one mistake
TRIES = 600
#: of them, how many near one scenario before it is the turn of the next
SOME = 24
#: what is expected, the plainest first
ORDER = ("accepted", "refused", "fired", "missed", "reminded", "states", "due", "overdue", "notified", "valid_until")
#: the place of what stands in no file
NOWHERE = Span("scenario", 1, 1, 1, 1)

Seen = Mapping[str, Any]


def telling(bench: Bench, mutant: Mutant) -> str | None:
    """The text of a scenario that holds for the pack and fails with the mistake; None where none was found nearby."""
    engine = Mistaken(bench, mutant)
    tries = 0
    laps = [_candidates(bench, engine, mutant, story.scenario) for story in bench.met(mutant, under_any=True)]
    # first all as they are, then each with a few changes, round and round
    size = 1
    while laps and tries < TRIES:
        rest = []
        for lap in laps:
            some = list(islice(lap, size))
            tries += len(some)
            text = next((text for data in some if (text := _told(bench.engine, engine, mutant, data))), None)
            if text is not None:
                return text
            if len(some) == size:
                rest.append(lap)
            if tries >= TRIES:
                break
        laps, size = rest, SOME
    return None


def _candidates(bench: Bench, engine: Engine, mutant: Mutant, scenario: Scenario) -> Iterator[Data]:
    """A scenario without what it expects, and the same with one thing changed."""
    data = {key: value for key, value in plain(scenario.node).items() if key != "boundaries"}
    data["steps"] = [{key: value for key, value in step.items() if key != "expect"} for step in data["steps"]]
    data["file"] = scenario.file
    if readings := bench.readings_of(mutant):
        data["readings"] = {**data.get("readings", {}), **readings}
    yield data
    moments = _moments(bench.engine, engine, data)
    yield from nearby(bench.pack, mutant, data, moments, _there(bench.engine, data))


def _scenario(data: Data) -> Scenario:
    node = _node({key: value for key, value in data.items() if key != "file"})
    return Scenario(
        title=data["scenario"],
        file=data["file"],
        pack=data["pack"],
        pack_place=NOWHERE,
        variant=data.get("variant", ""),
        readings={name: str(reading) for name, reading in data.get("readings", {}).items()},
        node=node,
    )


def _node(value: Any) -> Node:
    if isinstance(value, dict):
        inner = {key: _node(each) for key, each in value.items()}
        return Node(span=NOWHERE, value=inner, keys=dict.fromkeys(inner, NOWHERE))
    return Node(span=NOWHERE, value=[_node(each) for each in value] if isinstance(value, list) else value)


def _told(right: Engine, wrong: Engine, mutant: Mutant, data: Data) -> str | None:
    """The text of this scenario with the expectation that tells the two engines apart."""
    scenario = _scenario(data)
    try:
        one, other = (_told_by(engine, scenario) for engine in (right, wrong))
        said: list[tuple[Pack, Seen]] = []
        for (pack, left), (_, different) in zip(one, other, strict=False):
            said.append((pack, left))
            key = next((key for key in ORDER if left.get(key) != different.get(key)), None)
            if key is None:
                continue
            text = _text(mutant, data, said, _expected(key, left, different))
            found = parse_scenario(text, data["file"])
            if not fails(found, right) and fails(found, wrong):
                return text
            return None
    except (PackError, InvalidError):
        pass
    return None


def _told_by(engine: Engine, scenario: Scenario) -> Iterator[tuple[Pack, Seen]]:
    """What stands at the start, and what each step brings, in the words of expectations."""
    plan = bind(scenario, engine)
    player = Player(plan, engine)
    standing = player.opened()
    yield plan.pack, _seen(plan.pack, standing, None)
    for stage in plan.stages:
        before = len(standing.entries)
        standing = player.step(standing, stage)
        passed = [entry.decision for entry in standing.entries[before:-1] if entry.decision is not None]
        yield plan.pack, _seen(plan.pack, standing, standing.entries[-1].decision, passed)


def _seen(pack: Pack, standing: Standing, decision: Decision | None, passed: Sequence[Decision] = ()) -> Seen:
    found: dict[str, Any] = {"states": {one.id: {"state": one.state} for one in standing.case.instances.values()}}
    if decision is not None and decision.accepted:
        found["accepted"] = [change.rule for change in decision.changes]
    elif decision is not None:
        found["refused"] = list(dict.fromkeys(map(_word, decision.reasons)))
    for kind, word in (("fired", "fired"), ("missed", "missed"), ("reminder", "reminded")):
        found[word] = [one.deadline for one in passed if one.kind == kind and (kind != "fired" or one.accepted)]
    everything = [*passed, *([decision] if decision is not None else [])]
    found["notified"] = list(dict.fromkeys(note.to for one in everything for note in one.notifications))
    if decision is not None and decision.accepted:
        until = decision.valid_until
        found["valid_until"] = None if until is None else moment_text(pack, int(until.timestamp() * 1_000_000))
    found["due"] = {
        named(f"{instance.process}.{deadline}", instance.id): _due(pack, runs)
        for instance in standing.case.instances.values()
        for deadline, runs in instance.runs.items()
        if runs
    }
    return found


def _word(reason: Reason) -> str:
    return reason.rule if reason.code == "limit" and reason.rule else reason.code


def _due(pack: Pack, runs: Sequence[Run]) -> str | None:
    run = runs[-1]
    if run.ended is not None:
        return None
    if run.due is None:
        return "paused" if run.pauses and run.pauses[-1][1] is None else "unspecified"
    return moment_text(pack, run.due)


def moment_text(pack: Pack, moment: int) -> str:
    """A moment as scenarios write it, in the pack's zone: `2026-03-05 09:00`."""
    local = pack.calendar.local(moment)
    if local.microsecond:
        return f"{local:%Y-%m-%d %H:%M:%S.%f}"
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def _expected(key: str, right: Seen, wrong: Seen) -> dict[str, Any]:
    """What the right pack says, where the wrong one says something else."""
    value, other = right.get(key), wrong.get(key)
    if key in ("accepted", "refused"):
        if key not in right:
            key = "refused" if key == "accepted" else "accepted"
            value = right.get(key)
        return {key: value}
    if key in ("states", "due"):
        assert isinstance(value, dict)
        assert isinstance(other, dict)
        lacking: dict[str, Any] = {} if key == "states" else dict.fromkeys(other)
        # what stands nowhere in the one is as good as different
        changed = {name: now for name, now in {**lacking, **value}.items() if now != other.get(name, other)}
        return changed if key == "states" else {"due": changed}
    return {key: value}


def _text(mutant: Mutant, data: Data, said: Sequence[tuple[Pack, Seen]], expected: Mapping[str, Any]) -> str:
    """The scenario up to the step at which the two differ."""
    steps: list[dict[str, Any]] = []
    for step, (_, seen) in zip(data["steps"], said[1:], strict=False):
        steps.append({**step, "expect": {"refused": seen["refused"]}} if "refused" in seen else step)
    if not steps:
        steps = [{}]
    usual: dict[str, Any] = steps[-1].get("expect", {"accepted": True} if "event" in steps[-1] else {})
    if expected.keys() & {"accepted", "refused"}:
        usual = {}
    steps[-1] = {**steps[-1], "expect": {**usual, **expected}}
    kept = {key: value for key, value in data.items() if key not in ("scenario", "steps", "file")}
    title = f"{mutant.rule} as it is written, and not with {mutant.change}"
    return written({"scenario": title, **kept, "steps": steps})


# where something may differ


def _moments(right: Engine, wrong: Engine, data: Data) -> list[str]:
    """Moments just after a clock of one of the two ends, comes due or reminds, when all steps are done."""
    found: dict[str, None] = {}
    for engine in (right, wrong):
        ended = _end(engine, data)
        if ended is None:
            continue
        pack, standing = ended
        runs = [runs[-1] for instance in standing.case.instances.values() for runs in instance.runs.values() if runs]
        for run in runs:
            if run.ended is None:
                for moment in (*run.reminders, run.due, run.fires):
                    if moment is not None and moment >= standing.moment:
                        found[moment_text(pack, moment + 1)] = None
    return sorted(found)


def _there(engine: Engine, data: Data) -> Case | None:
    """The case when all steps are done."""
    ended = _end(engine, data)
    return None if ended is None else ended[1].case


def _end(engine: Engine, data: Data) -> tuple[Pack, Standing] | None:
    try:
        plan = bind(_scenario(data), engine)
        player = Player(plan, engine)
        return plan.pack, player.play(player.opened(), plan.stages)
    except (PackError, InvalidError):
        return None


__all__ = ["telling"]
