"""What a story can ask of a pack's rules, and what a reading changes: where the two do not meet, nothing can differ.

A transition and a limit are asked only where their event is tried; a deadline only where an instance of its process
stands. An event is tried by a step of the scenario, by a deadline that runs out, now or in a look ahead, and by a
transition that raises it, taken or not. As long as nothing that a reading changes is asked, a story goes the same way.
"""

from __future__ import annotations

import re

import msgspec

from rulesengine.document import Node
from rulesengine.loading.building import says
from rulesengine.loading.merge import find_readable
from rulesengine.loading.naming import child, entries, string
from rulesengine.pack import Pack
from rulesengine.rules.transition import Transition
from rulesengine.simulation import Story

#: an event of a process
Named = tuple[str, str]


class Reach(msgspec.Struct, frozen=True):
    """Processes of which an instance stands, and events that are tried; or what depends on these."""

    processes: frozenset[str]
    events: frozenset[Named]

    def meets(self, other: Reach) -> bool:
        """Whether anything is in both."""
        return bool(self.processes & other.processes or self.events & other.events)


def reach_of(story: Story) -> Reach:
    """All that a story can ask of its pack, and perhaps a little more."""
    plan = story.plan
    pack = plan.pack
    processes = {instance.process for _, _, end in story.endings for instance in end.case.instances.values()}
    processes |= {given.process for given in plan.given}
    events: set[Named] = set()
    for stage in plan.stages:
        if stage.act is not None:
            process, _, event = stage.act.event.partition(".")
            events.add((process, event))
    rules: dict[Named, list[Transition]] = {}
    for name, declared in pack.processes.items():
        for rule in declared.transitions:
            rules.setdefault((name, rule.event), []).append(rule)
    before = (0, 0)
    while before != (before := (len(processes), len(events))):
        for name in processes & pack.processes.keys():
            events |= {(name, rule.then) for rule in pack.processes[name].deadlines if rule.then}
        for named in tuple(events):
            for taken in rules.get(named, ()):
                events |= {(raising.process, raising.event) for raising in taken.raises}
                if taken.creates:
                    processes.add(named[0])
    return Reach(frozenset(processes), frozenset(events))


def changed_by(pack: Pack, of: str) -> Reach:
    """What the readings of a parameter (`amicable_phase`) or a rule (`claim.solve`) may change."""
    processes: set[str] = set()
    events: set[Named] = set()

    def change(process: str, section: str, name: str, rule: Node) -> None:
        if section == "deadlines":
            processes.add(process)
            return
        events.add((process, string(rule, "event", name)))
        for _, reading in entries(rule, "readings"):
            if child(reading, "event") is not None:
                events.add((process, string(reading, "event")))

    if "." in of:
        path = find_readable(pack.document, of)
        assert path is not None
        node: Node | None = pack.document
        for key in path:
            node = child(node, key)
        assert node is not None
        change(path[1], path[2], path[3], node)
        return Reach(frozenset(processes), frozenset(events))
    for process, body in entries(pack.document, "processes"):
        word = _words_for(of, body)
        for section, inner in entries(body):
            if section in ("transitions", "deadlines", "limits"):
                for name, rule in entries(inner):
                    if says(rule, word):
                        change(process, section, name, rule)
            elif section != "conditions" and says(inner, word):
                processes.add(process)
    return Reach(frozenset(processes), frozenset(events))


def _words_for(parameter: str, process: Node) -> re.Pattern[str]:
    """A parameter and the conditions of a process that rest on it, as they stand in expressions."""
    names = [parameter]
    for name in names:
        word = _any([name])
        names += [other for other, node in entries(process, "conditions") if other not in names and says(node, word)]
    return _any(names)


def _any(names: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in names)})\b")
