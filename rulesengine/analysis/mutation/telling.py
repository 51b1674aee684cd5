"""A scenario that tells a pack from the same pack with a mistake, where one can be found near those there are.

Every scenario that may meet the mistake is played under both, first as it is and then with one thing changed: somebody
else acts, an instance is in another state, a fact is not known, more time passes. At the first step at which the two
say something different, what the pack says becomes the expectation. Such a scenario is shown only after it was read
from its text and played: it holds for the pack, and fails with the mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

import msgspec

from rulesengine.analysis.mutation.nearby import Data, nearby
from rulesengine.analysis.mutation.operators import Mutant
from rulesengine.analysis.mutation.trying import Bench, InvalidError, Mistaken, fails
from rulesengine.analysis.mutation.writing import written
from rulesengine.case import Case, Decision, Reason, Run, to_moment
from rulesengine.diagnostics import PackError, Span
from rulesengine.document import Node, plain
from rulesengine.engine import Engine
from rulesengine.pack import Pack
from rulesengine.rules.limit import Limit
from rulesengine.simulation import Player, Scenario, Standing, parse_scenario, play
from rulesengine.simulation.binding import bind
from rulesengine.simulation.expectations import named

#: scenarios with one thing changed that are played for one mistake
TRIES = 600
#: and how many, where one was found that tells it by a thing nobody would look for first
MORE = 150
HIDDEN = frozenset({"valid_until"})
#: of them, how many near one scenario before it is the turn of the next
SOME = 24
#: what is expected, the plainest first
ORDER = ("accepted", "refused", "fired", "missed", "reminded", "states", "due", "overdue", "notified", "valid_until")
#: characters of a title
TITLE = 300
#: the place of what stands in no file
NOWHERE = Span("scenario", 1, 1, 1, 1)

Seen = Mapping[str, Any]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that tells, as text and as the data it came from; `key` says by what."""

    key: str
    text: str
    data: Data


def telling(bench: Bench, mutant: Mutant) -> str | None:
    """The text of a scenario that holds for the pack and fails with the mistake; None where none was found nearby."""
    wrong = Mistaken(bench, mutant)
    tries = 0
    laps = [_candidates(bench, wrong, mutant, story.scenario) for story in bench.near(mutant)]
    # first all as they are, then each with a few changes, round and round
    size = 1
    hidden: Found | None = None
    while laps and tries < (TRIES if hidden is None else MORE):
        rest = []
        for lap in laps:
            some = list(islice(lap, size))
            tries += len(some)
            for found in (found for data in some if (found := _told(bench.engine, wrong, mutant, data)) is not None):
                if found.key not in HIDDEN:
                    return _shortened(bench.engine, wrong, mutant, found).text
                hidden = hidden or found
            if len(some) == size:
                rest.append(lap)
            if tries >= TRIES:
                break
        laps, size = rest, SOME
    return None if hidden is None else _shortened(bench.engine, wrong, mutant, hidden).text


def _shortened(right: Engine, wrong: Engine, mutant: Mutant, found: Found) -> Found:
    """The same without all that it can do without."""

    def without(data: Data) -> None:
        nonlocal found
        less = _told(right, wrong, mutant, data)
        found = less if less is not None and less.key == found.key else found

    for section in ("steps", "given", "steps"):
        for at in reversed(range(len(found.data.get(section, [])))):
            values = found.data.get(section, [])
            without({**found.data, section: [*values[:at], *values[at + 1 :]]})
    for key in ("context", "readings"):
        if key in found.data:
            without({other: value for other, value in found.data.items() if other != key})
    return found


def _candidates(bench: Bench, wrong: Engine, mutant: Mutant, scenario: Scenario) -> Iterator[Data]:
    """A scenario without what it expects, and the same with one thing changed."""
    data = {key: value for key, value in plain(scenario.node).items() if key != "boundaries"}
    data["steps"] = [{key: value for key, value in step.items() if key != "expect"} for step in data["steps"]]
    data["file"] = scenario.file
    if readings := bench.readings_of(mutant):
        data["readings"] = {**data.get("readings", {}), **readings}
    yield data
    yield from _edges(bench.engine, wrong, mutant, data)
    moments = _moments(bench.engine, wrong, data)
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


def _told(right: Engine, wrong: Engine, mutant: Mutant, data: Data) -> Found | None:
    """This scenario, up to the step that tells the two engines apart, with that as its expectation."""
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
            if fails(found, right) or not fails(found, wrong):
                return None
            return Found(key=key, text=text, data={**data, "steps": data["steps"][: len(said) - 1]})
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
        found["valid_until"] = None if until is None else moment_text(pack, to_moment(until))
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
    kept = {key: value for key, value in data.items() if key not in ("scenario", "steps", "file") and value}
    title = f"{mutant.rule} as it is written"
    different = f"{title}, and not with {mutant.change}"
    title = different if len(different) <= TITLE else title
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


def _edges(right: Engine, wrong: Engine, mutant: Mutant, data: Data) -> Iterator[Data]:
    """The story up to an event that is limited, just before the edge of the limit, at it, and just after it."""
    seen: list[Data] = []
    for at, step in enumerate(data["steps"]):
        process, _, event = str(step.get("event", "")).partition(".")
        declared = right.pack.processes.get(process)
        limits = [one for one in declared.limits if one.event == event] if declared is not None else []
        for limit in limits:
            if mutant.path[0] == "processes" and limit.rule != mutant.rule:
                continue
            timed = {"at", "after"} if limit.form == "window" else set()
            last = {key: value for key, value in step.items() if key not in timed}
            for engine in (right, wrong):
                for moved in _at_edge(engine, {**data, "steps": [*data["steps"][:at], last]}, limit):
                    if moved not in seen:
                        seen.append(moved)
                        yield moved


def _at_edge(engine: Engine, data: Data, limit: Limit) -> Iterator[Data]:
    try:
        story = play(_scenario({**data, "boundaries": {"limit": limit.rule}}), engine)
    except (PackError, InvalidError):
        return
    *before, last = data["steps"]
    for _, moved, end in story.endings:
        if limit.form == "window":
            moment = moment_text(story.plan.pack, to_moment(end.entries[-1].at))
            event, *rest = last.items()
            yield {**data, "steps": [*before, dict([event, ("at", moment), *rest])]}
        elif limit.form in ("bound", "total"):
            name, _, value = moved.partition(" ")
            yield {**data, "steps": [*before, {**last, "facts": {**last.get("facts", {}), name: Decimal(value)}}]}


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
