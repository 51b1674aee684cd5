"""What scenarios did with the states, transitions and deadlines of a pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from rulesengine.rules.reading import NEW
from rulesengine.trace import Timeline


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """Rules are named as everywhere (`claim.solve`), states likewise (`claim.amicable`)."""

    states: frozenset[str]
    #: transition -> its places among all transitions of the walk, counted from 1
    taken: Mapping[str, tuple[int, ...]]
    #: deadlines whose clock ran, and those of them whose time was over
    begun: frozenset[str]
    over: frozenset[str]


def walk_of(timelines: Iterable[Timeline]) -> Walk:
    """The walk of all these timelines together."""
    states: set[str] = set()
    taken: dict[str, list[int]] = {}
    begun: set[str] = set()
    over: set[str] = set()
    number = 0
    for line in timelines:
        for entry in line.entries:
            if (decision := entry.decision) is None:
                continue
            if decision.kind in ("missed", "fired"):
                over.add(decision.deadline)
            for clock in decision.clocks:
                begun.add(clock.rule)
                if clock.what in ("missed", "elapsed"):
                    over.add(clock.rule)
            for change in decision.changes:
                number += 1
                taken.setdefault(change.rule, []).append(number)
                process = change.target.partition("/")[0]
                states.update(f"{process}.{state}" for state in (change.from_, change.to) if state != NEW)
        for instance in line.case.instances.values():
            states.add(f"{instance.process}.{instance.state}")
            begun.update(f"{instance.process}.{name}" for name, runs in instance.runs.items() if runs)
    return Walk(
        states=frozenset(states),
        taken={rule: tuple(numbers) for rule, numbers in taken.items()},
        begun=frozenset(begun),
        over=frozenset(over),
    )
