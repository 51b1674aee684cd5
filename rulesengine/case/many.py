"""The instances of one case, few or many: a plain dict, or a map that shares what does not change.

Most cases have a handful of instances, for which nothing beats copying a dict. A decision about one of a thousand must
not cost a thousand: beyond `FEW` they are held in a `Many`, whose successor differs from it in what was stored alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from itertools import takewhile
from typing import Any

import msgspec
from immutables import Map

from rulesengine.case.instance import Instance
from rulesengine.case.moments import NEVER

#: instances up to which copying all is the quickest way
FEW = 32
#: of how many instances, those that time changes next, the order is known at once
NEAR = 256

#: when time changes an instance next, its number, its id
Alarm = tuple[int, int, str]
LATER_THAN_ALL: Alarm = (NEVER, 0, "")
Instances = Mapping[str, Instance]


def stored(instances: Instances, instance: Instance) -> Instances:
    """The instances with one of them replaced, or one more; the ones given stay as they are."""
    if type(instances) is dict:
        if len(instances) < FEW or instance.id in instances:
            return {**instances, instance.id: instance}
        return together((*instances.values(), instance))
    assert isinstance(instances, Many)
    return instances.stored(instance)


def together(instances: Iterable[Instance]) -> Instances:
    """Instances in order of creation."""
    found = {instance.id: instance for instance in instances}
    if len(found) <= FEW:
        return found
    many = Many()
    for instance in found.values():
        many = many.stored(instance)
    return many  # type: ignore[return-value]


def wakes(instances: Instances) -> int:
    """The next moment at which time alone changes one of them; NEVER if none."""
    if type(instances) is not dict:
        assert isinstance(instances, Many)
        return instances.wakes
    soonest = NEVER
    for instance in instances.values():
        if instance.wakes < soonest:  # noqa: PLR1730 - quicker than min, and asked with every decision
            soonest = instance.wakes
    return soonest


def awake(instances: Instances, now: int) -> Sequence[Instance]:
    """Those that time changes by `now`, in order of creation."""
    if isinstance(instances, Many):
        return instances.awake(now)
    return [instance for instance in instances.values() if instance.wakes <= now]


def number_of(instances: Instances, process: str) -> int:
    """How many instances of a process there are."""
    if isinstance(instances, Many):
        return instances.frame.numbers.get(process, 0)
    return sum(instance.process == process for instance in instances.values())


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What only a further instance changes."""

    #: number, from 0 in order of creation, -> id; and back
    order: Map[int, str] = Map()
    places: Map[str, int] = Map()
    #: (parent, process) -> the last one created, and those before it
    below: Map[tuple[str | None, str], tuple[str, Any]] = Map()
    #: process -> how many instances it has
    numbers: Mapping[str, int] = msgspec.field(default_factory=dict)

    def grown(self, instance: Instance) -> Frame:
        """With one more instance."""
        number = len(self.order)
        place = (instance.parent, instance.process)
        return Frame(
            order=self.order.set(number, instance.id),
            places=self.places.set(instance.id, number),
            below=self.below.set(place, (instance.id, self.below.get(place))),
            numbers={**self.numbers, instance.process: self.numbers.get(instance.process, 0) + 1},
        )


class Many(msgspec.Struct, frozen=True, eq=False):
    """Instances by id, in order of creation; `stored` gives another without changing this one.

    `near` are the alarms before `far`, in order; those of all others come at `far` or later, in no order. So the next
    is known at once, and all are looked through again only when `near` has been used up.
    """

    held: Map[str, Instance] = Map()
    frame: Frame = Frame()
    near: tuple[Alarm, ...] = ()
    far: Alarm = LATER_THAN_ALL

    def __getitem__(self, name: str) -> Instance:
        return self.held[name]

    def __contains__(self, name: object) -> bool:
        return name in self.held

    def __len__(self) -> int:
        return len(self.held)

    def __iter__(self) -> Iterator[str]:
        order = self.frame.order
        return (order[number] for number in range(len(order)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Many) and self.held == other.held and self.frame.order == other.frame.order

    __hash__ = None  # type: ignore[assignment]
    get, keys, items = Mapping.get, Mapping.keys, Mapping.items

    def values(self) -> Sequence[Instance]:
        """The instances, in order of creation."""
        held, order = self.held, self.frame.order
        return [held[order[number]] for number in range(len(order))]

    @property
    def wakes(self) -> int:
        """The next moment at which time alone changes one of them; NEVER if none."""
        return self.near[0][0] if self.near else NEVER

    def stored(self, instance: Instance) -> Many:
        """These, with one replaced or one more."""
        before = self.held.get(instance.id)
        held = self.held.set(instance.id, instance)
        if before is not None and before.wakes == instance.wakes:
            return Many(held, self.frame, self.near, self.far)
        frame = self.frame if before is not None else self.frame.grown(instance)
        near, far = self.near, self.far
        number = frame.places[instance.id]
        if before is not None and (before.wakes, number, instance.id) < far:
            at = bisect_left(near, (before.wakes, number, instance.id))
            near = near[:at] + near[at + 1 :]
        alarm = (instance.wakes, number, instance.id)
        if alarm < far:
            at = bisect_left(near, alarm)
            near = (*near[:at], alarm, *near[at:])
            if len(near) > 2 * NEAR:
                near, far = near[:NEAR], near[NEAR]
        if not near and far is not LATER_THAN_ALL:
            found = nsmallest(NEAR + 1, _alarms(held, frame))
            near, far = tuple(found[:NEAR]), found[NEAR] if len(found) > NEAR else LATER_THAN_ALL
        return Many(held, frame, near, far)

    def awake(self, now: int) -> Sequence[Instance]:
        """Those that time changes by `now`, in order of creation."""
        if self.far[0] > now:
            due = [(number, name) for _, number, name in takewhile(lambda alarm: alarm[0] <= now, self.near)]
        else:
            due = [(number, name) for at, number, name in _alarms(self.held, self.frame) if at <= now]
        return [self.held[name] for _, name in sorted(due)]

    def below(self, base: str, line: Sequence[str]) -> list[Instance]:
        """Those of the last of these processes, each of which is under the one before, the first under `base`'s."""
        found = [base]
        for process in line:
            found = [name for parent in found for name in self._children(parent, process)]
        if len(line) > 1:
            found.sort(key=self.frame.places.__getitem__)
        return [self.held[name] for name in found]

    def _children(self, parent: str, process: str) -> list[str]:
        found = []
        cell = self.frame.below.get((parent, process))
        while cell is not None:
            name, cell = cell
            found.append(name)
        found.reverse()
        return found


Mapping.register(Many)


def _alarms(held: Map[str, Instance], frame: Frame) -> Iterator[Alarm]:
    places = frame.places
    for name, instance in held.items():
        if instance.wakes < NEVER:
            yield instance.wakes, places[name], name
