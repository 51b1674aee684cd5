"""Small worlds: moments of a case made up of few values, in which guards can be tried out.

A world is an `Env`, so guards are evaluated by the very closures the engine uses, and what hangs together stays
together: `count(claim)`, `open(claim)` and `latest(claim).state` look at the same made-up claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from rulesengine.case import Times
from rulesengine.timing import Calendar

#: a Wednesday noon, 2026-03-04 12:00 UTC
NOON = 1_772_625_600_000_000


class Being:
    """A made-up instance."""

    __slots__ = ("entered", "facts", "happened", "id", "late", "parent", "process", "state")

    def __init__(self, process: str, number: int = 1, state: str = "") -> None:
        self.id = f"{process}/{number}"
        self.process = process
        self.parent: str | None = None
        self.state = state
        self.facts: dict[str, Any] = {}
        self.happened: dict[str, Times] = {}
        self.entered: dict[str, int] = {state: NOON}
        #: deadline -> (overdue, missed)
        self.late: dict[str, tuple[bool, bool]] = {}


class World:
    """A made-up moment of a case, as one instance sees it. Without `own` the instance is being created."""

    __slots__ = ("above", "calendar_of", "context", "facts", "now", "others", "own", "stored")

    def __init__(self, calendar_of: Callable[[], Calendar], own: Being | None, ancestors: Iterable[str]) -> None:
        self.now = NOON
        self.calendar_of = calendar_of
        self.context: dict[str, dict[str, Any]] = {}
        self.facts: dict[str, Any] = {}
        self.stored: dict[str, Any] = {}
        self.own = own
        self.above = {name: Being(name) for name in ancestors}
        self.others: dict[str, list[Being]] = {}

    @property
    def calendar(self) -> Calendar:
        """The pack's; made only when a guard counts periods, as its holidays take time to look up."""
        return self.calendar_of()

    def ancestor(self, process: str) -> Being | None:
        return self.above.get(process)

    def related(self, process: str) -> Sequence[Being]:
        above = self.above.get(process)
        return (above,) if above is not None else self.others.get(process, ())

    def overdue(self, view: Any, deadline: str) -> bool:
        return view is not None and bool(view.late.get(deadline, (False, False))[0])

    def missed(self, view: Any, deadline: str) -> bool:
        return view is not None and bool(view.late.get(deadline, (False, False))[1])

    def holds_until(self, moment: int) -> None:
        """Nothing is timed here."""


#: What tells one thing to choose in a world from another: (kind, process, name).
Key: TypeAlias = tuple[str, str, str]


class Choice(msgspec.Struct, frozen=True):
    """Something that can be one way or another in a world."""

    key: Key
    values: Callable[[World], Iterable[Any]]
    put: Callable[[World, Any], None]


# putting values into a world


def put_state(world: World, value: Any) -> None:
    if world.own is not None:
        world.own.state = value


def put_now(world: World, value: Any) -> None:
    world.now = value


def put_stored(name: str) -> Callable[[World, Any], None]:
    return lambda world, value: world.stored.__setitem__(name, value)


def put_above(process: str, name: str) -> Callable[[World, Any], None]:
    return lambda world, value: world.above[process].facts.__setitem__(name, value)


def put_above_state(process: str) -> Callable[[World, Any], None]:
    return lambda world, value: setattr(world.above[process], "state", value)


def put_context(map: str, name: str) -> Callable[[World, Any], None]:
    return lambda world, value: world.context.setdefault(map, {}).__setitem__(name, value)


def put_family(process: str) -> Callable[[World, Any], None]:
    def run(world: World, value: Any) -> None:
        world.others[process] = [Being(process, number, state) for number, state in enumerate(value, 1)]

    return run


def put_happened(being: Being, event: str, value: Any) -> None:
    if value is None:
        being.happened.pop(event, None)
    else:
        being.happened[event] = Times(1, value)


def put_entered(being: Being, state: str, value: Any) -> None:
    if value is None:
        being.entered.pop(state, None)
    else:
        being.entered[state] = value
