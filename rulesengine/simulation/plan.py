"""A scenario in the names, values and moments of its pack, ready to be played."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.pack import Pack
from rulesengine.simulation.expectations import Check
from rulesengine.timing import MomentOutOfRange, Period, TimingError
from rulesengine.trace import Edge

EDGES: tuple[Edge, ...] = ("before", "at", "after")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """An instance that is there at the start. Moments in microseconds, facts in their JSON form."""

    place: Span
    process: str
    id: str
    under: str
    state: str
    facts: Mapping[str, Any]
    entered: Mapping[str, int] | int | None
    happened: Mapping[str, tuple[int, ...]]
    missed: tuple[str, ...]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody does in a step; facts in their JSON form."""

    place: Span
    event: str
    by: str
    target: str
    id: str
    facts: Mapping[str, Any]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One step: its moment (`at`, or `after` the step before), what happens, and what is expected."""

    number: int
    place: Span
    note: str
    at: int | None
    after: Period | None
    #: where `at` or `after` stand; None: neither does
    timed: Span | None
    act: Act | None
    context: Mapping[str, Mapping[str, Any]]
    checks: tuple[Check, ...]
    #: expectations of one side of an edge, in the last step of a scenario with boundaries
    sides: Mapping[Edge, tuple[Check, ...]]


class Boundary(msgspec.Struct, frozen=True, kw_only=True):
    """The edge a scenario stands at: a deadline's or a limit's. `instance` is empty, or `claim/1`."""

    place: Span
    deadline: str = ""
    limit: str = ""
    instance: str = ""
    consequence: bool = False


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario ready to be played. `pack` is built under the scenario's variant and readings."""

    pack: Pack
    start: int
    start_place: Span
    context: Mapping[str, Mapping[str, Any]]
    given: tuple[Given, ...]
    stages: tuple[Stage, ...]
    boundary: Boundary | None


def later(pack: Pack, moment: int, period: Period) -> int | None:
    """The moment a period later on the pack's calendar; None where the calendar ends before it."""
    try:
        return pack.calendar.add(moment, period).due
    except (MomentOutOfRange, TimingError):
        return None
