"""What may be tried at a moment of a story so that something missing happens: events with actors, facts, context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

import msgspec

from rulesengine.analysis.coverage.items import MET, REFUSES
from rulesengine.case import Case
from rulesengine.coverage import Item
from rulesengine.expressions import tree
from rulesengine.facts import FactType
from rulesengine.pack import Pack, Process
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.transition import Transition
from rulesengine.simulation import Story

#: facts an event is tried with
MOST_FACTS = 6


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of a story: how the case stands after the step of this number."""

    story: Story
    step: int
    case: Case
    context: Mapping[str, Mapping[str, Any]]

    @property
    def look(self) -> tuple[tuple[str, str], ...]:
        """What it looks like: which processes stand in which states."""
        return tuple(sorted((one.process, one.state) for one in self.case.instances.values()))


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """What may be tried at a point."""

    event: str
    by: str
    target: str
    facts: Mapping[str, Any]
    context: Mapping[str, Mapping[str, Any]]


class Attempts:
    """Knows what events a pack has, and with which facts stories sent them."""

    def __init__(self, pack: Pack, stories: Iterable[Story]) -> None:
        self.pack = pack
        self.facts: dict[str, list[Mapping[str, Any]]] = {}
        for story in stories:
            for stage in story.plan.stages:
                if stage.act is not None:
                    known = self.facts.setdefault(stage.act.event, [])
                    if stage.act.facts not in known and len(known) < MOST_FACTS:
                        known.append(stage.act.facts)

    def events(self, item: Item) -> list[tuple[str, str]]:
        """Events with an actor each that may do what is missing."""
        found: dict[tuple[str, str], None] = {}
        for rule in self.rules(item):
            of = rule.rule.partition(".")[0]
            found.update(dict.fromkeys((f"{of}.{rule.event}", by) for by in sorted(rule.by - {SYSTEM})))
        return list(found)

    def rules(self, item: Item) -> list[Transition]:
        """Transitions that may do what is missing, and those that raise them."""
        process, _, name = item.rule.partition(".")
        own = self.pack.processes[process]

        def into(states: frozenset[str]) -> list[Transition]:
            return [rule for rule in own.transitions if rule.to in states]

        match item.kind:
            case "state":
                rules = into(frozenset({name}))
            case "suspension" if item.what.endswith(REFUSES):
                held = item.what.partition(":")[0].removeprefix("on ")
                rules = [
                    rule
                    for other in self.pack.processes.values()
                    if held in {one.name for one in line_of(self.pack, other.name)}
                    for rule in other.transitions
                ]
            case "suspension":
                rules = into(frozenset({name}))
            case _:
                rules = [rule for rule in own.transitions if rule.rule == item.rule]
                for limit in own.limits:
                    if limit.rule == item.rule:
                        rules += [rule for rule in own.transitions if rule.event == limit.event]
                for deadline in own.deadlines:
                    if deadline.rule == item.rule:
                        met = [rule for rule in own.transitions if rule.event in deadline.met_by]
                        leaving = [r for r in own.transitions if r.states & deadline.states and r.to]
                        rules += (met or leaving) if item.what == MET else into(deadline.states)
        return self.raising(rules)

    def raising(self, rules: Iterable[Transition]) -> list[Transition]:
        """These transitions, and those that raise their events."""
        found = {rule.rule: rule for rule in rules}
        edge = list(found.values())
        while edge:
            wanted = {(rule.rule.partition(".")[0], rule.event) for rule in edge}
            edge = [
                rule
                for process in self.pack.processes.values()
                for rule in process.transitions
                if rule.rule not in found and any((sent.process, sent.event) in wanted for sent in rule.raises)
            ]
            found.update((rule.rule, rule) for rule in edge)
        return list(found.values())

    def of(self, event: str, by: str, point: Point, item: Item) -> Iterator[Try]:
        process, _, bare = event.partition(".")
        own = self.pack.processes[process]
        rules = [rule for rule in own.transitions if rule.event == bare]
        if any(rule.creates for rule in rules):
            wanted = own.under
            targets = [one.id for one in point.case.instances.values() if one.process == wanted] if wanted else [""]
        else:
            states = frozenset().union(*(rule.states for rule in rules))
            targets = [o.id for o in point.case.instances.values() if o.process == process and o.state in states]
        contexts = [{}, *self.contexts(item, point)]
        for target in targets:
            for facts in self.carried(event, rules, point, item):
                for context in contexts:
                    yield Try(event=event, by=by, target=target, facts=facts, context=context)

    def contexts(self, item: Item, point: Point) -> Iterator[Mapping[str, Mapping[str, Any]]]:
        """The context with one of what the rule reads of it the other way."""
        own = self.pack.processes[item.rule.partition(".")[0]]
        read = {
            name
            for rule in own.rules
            if rule.rule == item.rule
            for expression in rule.expressions
            for name in expression.context
        }
        for name in sorted(read):
            group, _, fact = name.partition(".")
            kind = self.pack.context[group][fact]
            now = point.context.get(group, {}).get(fact)
            for other in (True, False) if kind.kind == "boolean" else kind.choices:
                if other != now:
                    yield {group: {fact: other}}

    def carried(self, event: str, rules: Sequence[Transition], point: Point, item: Item) -> Iterator[Mapping[str, Any]]:
        """Facts the event may carry: as scenarios gave them, else made up, with those that the rule reads."""
        process = self.pack.processes[event.partition(".")[0]]
        yield from self.facts.get(event, ())
        needed = dict.fromkeys(name for rule in rules for name in rule.requires)
        read = {
            leaf.node.name
            for one in self.pack.processes[item.rule.partition(".")[0]].rules
            if one.rule == item.rule
            for expression in one.expressions
            for leaf in expression.leaves
            if isinstance(leaf.node, tree.Fact)
        }
        wanted = [*needed, *(name for name in process.facts if name in read and name not in needed)]
        wanted = [name for name in wanted if any(name in rule.carries for rule in rules)]
        if self.facts.get(event) and not wanted:
            return
        choices = [[(name, shown) for shown in self.made_up(process.facts[name], point)] for name in wanted]
        for facts in islice(product(*choices), MOST_FACTS):
            yield dict(facts)

    def made_up(self, fact: FactType, point: Point) -> Sequence[Any]:
        match fact.kind:
            case "choice":
                return fact.choices
            case "boolean":
                return (True, False)
            case "money" | "number":
                return ("10", "1", "1000")
            case "integer":
                return ("1", "2")
            case "datetime":
                return (FactType(kind="datetime").show(point.case.moment),)
            case "date":
                return (f"{self.pack.calendar.local(point.case.moment):%Y-%m-%d}",)
            case "list":
                return (list(fact.choices[:1]) or ["A1"],)
            case "instances":
                return ([one.id for one in point.case.instances.values() if one.process == fact.process],)
            case "text":
                return ("A1", "12345678")


def line_of(pack: Pack, process: str) -> list[Process]:
    """The process and those above it, the highest first."""
    line = [pack.processes[process]]
    while line[0].under:
        line.insert(0, pack.processes[line[0].under])
    return line
