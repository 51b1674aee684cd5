"""How the rules of a pack hang together: which transitions take an event, what is related, what can be reached.

All of it takes time in proportion to the pack, also where a pack was made to be as tangled as possible.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from rulesengine.pack import Pack
from rulesengine.rules.transition import Transition

_Thing = TypeVar("_Thing", bound=Hashable)
#: (process, event) -> the transitions that take it, in file order
Takers: TypeAlias = Mapping[tuple[str, str], Sequence[Transition]]


def takers_of(pack: Pack) -> Takers:
    """The transitions that take each event."""
    found: dict[tuple[str, str], list[Transition]] = {}
    for process in pack.processes.values():
        for transition in process.transitions:
            found.setdefault((process.name, transition.event), []).append(transition)
    return found


def lineage(pack: Pack, process: str) -> tuple[str, ...]:
    """A process and its ancestors, nearest first."""
    found: dict[str, None] = {}
    while process in pack.processes and process not in found:
        found[process] = None
        process = pack.processes[process].under
    return tuple(found)


def are_related(pack: Pack, asking: str, process: str) -> bool:
    """Whether instances of `process` can be related to an instance of `asking`, as `raises` and `count` mean it."""
    above = lineage(pack, asking)
    return process in above[1:] or any(name in above for name in lineage(pack, process)[1:])


def spread(start: Iterable[_Thing], following: Callable[[_Thing], Iterable[_Thing]]) -> dict[_Thing, _Thing | None]:
    """Everything that follows from a start, nearest first, each with what it followed from; None for the start."""
    found: dict[_Thing, _Thing | None] = dict.fromkeys(start)
    queue = list(found)
    for here in queue:
        for there in following(here):
            if there not in found:
                found[there] = here
                queue.append(there)
    return found


def way_to(thing: _Thing, found: Mapping[_Thing, _Thing | None]) -> list[_Thing]:
    """The way from the start to a thing, both included."""
    way = [thing]
    while (before := found[way[-1]]) is not None:
        way.append(before)
    return way[::-1]


def steps(transitions: Iterable[Transition], *, backward: bool = False) -> Callable[[str], Iterable[str]]:
    """Where transitions lead from a state, guards aside; `backward`: where one can come from into it."""
    found: dict[str, dict[str, None]] = {}
    for transition in transitions:
        if transition.to is not None:
            for state in transition.states:
                here, there = (transition.to, state) if backward else (state, transition.to)
                found.setdefault(here, {})[there] = None
    return lambda state: found.get(state, ())


def circles(nodes: Iterable[_Thing], following: Callable[[_Thing], Sequence[_Thing]]) -> list[list[_Thing]]:
    """The groups of things that all lead to each other, each in the order of `nodes` (Tarjan)."""
    order = {node: number for number, node in enumerate(nodes)}
    numbers: dict[_Thing, int] = {}
    lowest: dict[_Thing, int] = {}
    stack: list[_Thing] = []
    waiting: set[_Thing] = set()
    found: list[list[_Thing]] = []
    for root in order:
        work = [(root, 0)] if root not in numbers else []
        while work:
            node, at = work.pop()
            if at == 0:
                numbers[node] = lowest[node] = len(numbers)
                stack.append(node)
                waiting.add(node)
            others = following(node)
            if at < len(others):
                work.append((node, at + 1))
                other = others[at]
                if other not in numbers:
                    work.append((other, 0))
                elif other in waiting:
                    lowest[node] = min(lowest[node], numbers[other])
                continue
            if lowest[node] == numbers[node]:
                group: list[_Thing] = []
                while not group or group[-1] != node:
                    group.append(stack.pop())
                waiting.difference_update(group)
                if len(group) > 1 or node in others:
                    found.append(sorted(group, key=order.__getitem__))
            if work:
                above = work[-1][0]
                lowest[above] = min(lowest[above], lowest[node])
    return sorted(found, key=lambda group: order[group[0]])
