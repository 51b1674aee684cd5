"""Scenarios for what is missing, found by trying: each one suggested was played, and tries just that.

The scenarios there are know how to come into the situations of their pack. Each is followed to every of its moments,
and there the events are tried that may do what is missing; where none leads there, instances are put into their states
as `given`. What cannot be found so is suggested as a beginning, with what is to be filled in marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

import msgspec

from rulesengine.analysis.coverage import writing
from rulesengine.analysis.coverage.attempts import Attempts, Point, Try, line_of
from rulesengine.analysis.coverage.items import AT_DUE, MET, REFUSES
from rulesengine.analysis.coverage.watching import Watching
from rulesengine.case import NEVER, Decision, Event, to_datetime
from rulesengine.coverage import Coverage, Item, Key, Suggestion
from rulesengine.diagnostics import PackError
from rulesengine.engine import AdvanceTooFarError, CaseError
from rulesengine.pack import Pack, Process
from rulesengine.simulation import Story, parse_scenario, play
from rulesengine.simulation.playing import merged

#: events tried for one item, and for all of a pack
MOST_TRIED = 250
MOST_IN_ALL = 2_500
#: situations that look alike are tried so often
ALIKE = 3
#: moments at which an event is tried: at once, and from then on when the answer may be another
LATER = 3
#: families of instances that are put together for one process
MOST_FAMILIES = 40


def suggested(coverage: Coverage, engine: Watching, stories: Sequence[Story], most: int) -> Coverage:
    """The coverage with at most so many scenarios for what is missing. None tries what another does already."""
    finder = _Finder(engine, stories)
    done: set[Key] = set()
    found: dict[Key, Suggestion] = {}
    for item in coverage.missing:
        if len(found) >= most or finder.tried >= MOST_IN_ALL:
            break
        if item.key in done:
            continue
        text, noted = finder.scenario(item)
        if text:
            found[item.key] = Suggestion(item=item, text=text, sure=True)
            done |= noted
    for item in coverage.missing:
        if len(found) >= most:
            break
        if item.key not in done and item.key not in found:
            text = finder.beginning(item)
            if text:
                found[item.key] = Suggestion(item=item, text=text, sure=False)
    listed = [found[item.key] for item in coverage.missing if item.key in found]
    return msgspec.structs.replace(coverage, suggestions=tuple(listed))


class _Finder:
    def __init__(self, engine: Watching, stories: Sequence[Story]) -> None:
        self.engine = engine
        self.pack: Pack = engine.pack
        self.first = next((story for story in stories), None)
        self.attempts = Attempts(self.pack, stories)
        self.points = _apart(sorted((p for story in stories for p in _points(story)), key=lambda p: p.step))
        self.families: dict[str, list[Point]] = {}
        self.noted: frozenset[Key] = frozenset()
        #: how often the engine was asked
        self.tried = 0

    # what is tried

    def scenario(self, item: Item) -> tuple[str, frozenset[Key]]:
        """A scenario that tries this, and all that it tries; "" where none was found."""
        process = item.rule.partition(".")[0]
        for together in (False, True):
            until = self.tried + MOST_TRIED
            for point in self.family(process) if together else self.points:
                for steps, boundaries in self.ways(item, point):
                    self.tried += 1
                    text, noted = self.played(item, point, steps, boundaries)
                    if text:
                        return text, noted
                if self.tried >= until:
                    break
        return "", frozenset()

    def ways(self, item: Item, point: Point) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
        """Steps that may try this from a point on, each with the edge that the scenario is to stand at."""
        if item.kind == "deadline" and item.what != MET:
            yield from self.waits(item, point)
            return
        if item.kind == "suspension" and item.what.endswith(REFUSES) and tuple(item.rule.split(".")) not in point.look:
            return
        for event, by in self.attempts.events(item):
            for attempt in self.attempts.of(event, by, point, item):
                at = point.case.moment
                for _ in range(LATER):
                    decision = self.decided(point, attempt, at)
                    if decision is None:
                        break
                    if item.key in self.noted:
                        yield [self.step(point, attempt, at, decision)], {}
                    elif item.kind == "limit" and (decision.accepted or item.rule in decision.rules):
                        yield [self.step(point, attempt, point.case.moment, None)], {"limit": item.rule}
                    if decision.until >= NEVER:
                        break
                    # the answer may be another one from then on
                    at = decision.until + 1
        if item.kind in ("transition", "state"):
            wanted = {(rule.rule.partition(".")[0], rule.event) for rule in self.attempts.rules(item)}
            for instance in point.case.instances.values():
                for deadline in self.pack.processes[instance.process].deadlines:
                    runs = instance.runs.get(deadline.name) if (instance.process, deadline.then) in wanted else None
                    if runs and runs[-1].ended is None and runs[-1].fires is not None:
                        yield [{"at": writing.local(self.pack, runs[-1].fires + 1)}], {}

    def waits(self, item: Item, point: Point) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
        process, _, name = item.rule.partition(".")
        waiting = any(one.wait for one in self.pack.processes[process].deadlines if one.name == name)
        for instance in point.case.instances.values():
            runs = instance.runs.get(name) if instance.process == process else None
            if not runs or runs[-1].outcome != "open" or runs[-1].due is None:
                continue
            named = f"{instance.id}.{name}"
            if item.what == AT_DUE:
                # a wait is not missed: at its edge there is what it leads to
                edge = {"edge": "consequence"} if waiting else {}
                yield [{"note": "At the moment at which it is due"}], {"deadline": named, **edge}
            else:
                word = "missed" if item.what == "missed" else "fired"
                moment = runs[-1].due if word == "missed" else runs[-1].fires or runs[-1].due
                yield [{"at": writing.local(self.pack, moment + 1), "expect": {word: named}}], {}

    # trying it

    def decided(self, point: Point, attempt: Try, at: int) -> Decision | None:
        """What the engine says at a moment; `noted` then tells what that tries."""
        event = Event(
            event=attempt.event,
            by=attempt.by,
            at=to_datetime(at),
            target=attempt.target,
            facts=attempt.facts,
        )
        self.engine.noted()
        self.tried += 1
        try:
            decision = self.engine.decide(point.case, event, merged(point.context, attempt.context))
        except (AdvanceTooFarError, CaseError):
            return None
        self.noted = self.engine.noted()
        return decision

    def step(self, point: Point, attempt: Try, at: int, decision: Decision | None) -> dict[str, Any]:
        """The step of a scenario; without a decision nothing is expected."""
        process = self.pack.processes[attempt.event.partition(".")[0]]
        step: dict[str, Any] = {} if at == point.case.moment else {"at": writing.local(self.pack, at)}
        step |= {"event": attempt.event, "by": attempt.by}
        if attempt.target:
            step["target"] = attempt.target
        if attempt.facts:
            step["facts"] = {
                name: writing.value(self.pack, process.facts[name], shown) if name in process.facts else shown
                for name, shown in attempt.facts.items()
            }
        if attempt.context:
            step["context"] = attempt.context
        if decision is not None and decision.accepted:
            step["expect"] = "accepted"
        elif decision is not None:
            known = {rule.rule for one in self.pack.processes.values() for rule in one.rules}
            why = dict.fromkeys(reason.rule if reason.rule in known else reason.code for reason in decision.reasons)
            step["expect"] = {"refused": list(why)}
        return step

    def played(
        self, item: Item, point: Point, steps: list[dict[str, Any]], boundaries: dict[str, Any]
    ) -> tuple[str, frozenset[Key]]:
        """The text of the scenario and what it tries; "" where it does not try this, or does not hold."""
        story = point.story
        text = writing.scenario(
            writing.head_of(story, item.told, boundaries),
            writing.given_of(story),
            [*writing.told(story, point.step), *steps],
        )
        self.engine.noted()
        try:
            again = play(parse_scenario(text, story.scenario.file), self.engine)
        except PackError:
            return "", frozenset()
        noted = self.engine.noted()
        if item.key not in noted or any(standing.failures for _, _, standing in again.endings):
            return "", frozenset()
        return text, noted

    # instances put together

    def family(self, process: str) -> list[Point]:
        """Points at which an instance of the process stands in its states, below ancestors in each of theirs."""
        found = self.families.get(process)
        if found is None:
            texts = islice(self.families_of(process), MOST_FAMILIES) if self.first is not None else ()
            stories = [story for text in texts if (story := self.opened(text)) is not None]
            found = self.families[process] = [point for story in stories for point in _points(story)][:MOST_FAMILIES]
        return found

    def families_of(self, process: str) -> Iterator[str]:
        whole = line_of(self.pack, process)
        for line in (whole[:-1], whole):
            open_states = [[name for name, state in one.states.items() if not state.final] for one in line]
            for states in product(*open_states):
                yield self.given(list(zip(line, states, strict=True)), [{"note": "The start."}], "The start")

    def given(self, family: Sequence[tuple[Process, str]], steps: Sequence[Mapping[str, Any]], title: str) -> str:
        assert self.first is not None
        listed = [{"process": process.name, "state": state} for process, state in family]
        return writing.scenario(writing.head_of(self.first, title), listed, steps)

    def opened(self, text: str) -> Story | None:
        assert self.first is not None
        try:
            return play(parse_scenario(text, self.first.scenario.file), self.engine)
        except PackError:
            return None

    def beginning(self, item: Item) -> str:
        """A scenario that begins where this may be tried, with what is missing marked."""
        if self.first is None:
            return ""
        process = self.pack.processes[item.rule.partition(".")[0]]
        events = self.attempts.events(item)
        event, by = events[0] if events else (f"{process.name}.{process.transitions[0].event}", "")
        own = self.pack.processes[event.partition(".")[0]]
        rules = [rule for rule in own.transitions if rule.event == event.partition(".")[2]]
        line = line_of(self.pack, own.name)
        if any(rule.creates for rule in rules):
            line = line[:-1]
        family = [(one, next(iter(one.states))) for one in line]
        if family and not any(rule.creates for rule in rules):
            wanted = next((rule for rule in rules if rule.rule == item.rule), rules[0])
            family[-1] = (own, next(state for state in own.states if state in wanted.states))
        facts = list(dict.fromkeys(name for rule in rules for name in rule.requires))
        step: dict[str, Any] = {"event": event, "by": by or writing.Text(f"null  {writing.FILL_IN}")}
        if facts:
            shown = "{" + ", ".join(f"{name}: null" for name in facts) + "}"
            step["facts"] = writing.Text(f"{shown}  {writing.FILL_IN}")
        step["note"] = writing.Text(f'"{item.kind} {item.rule}"  {writing.FILL_IN}: what leads to it')
        return self.given(family, [step], item.told)


def _points(story: Story) -> Iterator[Point]:
    """The start of a story, and how it stands after each of its steps that an event was accepted in."""
    plan = story.plan
    yield Point(story=story, step=0, case=story.player.opened().case, context=plan.context)
    last = len(plan.stages) if plan.boundary is None else len(plan.stages) - 1
    contexts = [plan.context]
    for stage in plan.stages:
        contexts.append(merged(contexts[-1], stage.context))
    for entry in story.endings[0][2].entries:
        decision = entry.decision
        if decision is not None and decision.kind == "event" and decision.accepted and entry.step <= last:
            yield Point(story=story, step=entry.step, case=decision.case, context=contexts[entry.step])


def _apart(points: Iterable[Point]) -> list[Point]:
    """The points without those that look like several before them."""
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    found = []
    for point in points:
        look = point.look
        seen[look] = seen.get(look, 0) + 1
        if seen[look] <= ALIKE:
            found.append(point)
    return found
