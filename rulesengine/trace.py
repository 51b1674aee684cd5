"""What a scenario led to: values that the simulation makes and the renderers show.

A scenario gives one timeline; one with `boundaries` gives three: just before, at, and just after the edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from rulesengine.case import Case, Decision, Event, Obligation
from rulesengine.diagnostics import Span

Edge = Literal["", "before", "at", "after"]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation that does not hold: of what (`claim/1.state`), what was expected and what was seen, as text."""

    step: int
    what: str
    expected: str
    seen: str
    place: Span
    #: the step said nothing and its event was refused: a failure of a test, not of a simulation
    unsaid: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a timeline: an answer of the engine, or a moment the scenario only looked at (`decision` is None).

    `step` counts the scenario's steps from 1; what time does on the way to a step carries that step's number.
    """

    step: int
    at: datetime
    decision: Decision | None = None
    note: str = ""
    #: how many expectations were compared here
    compared: int = 0
    #: what the engine was asked in this step, and the context it was asked in
    asked: Event | None = None
    context: Mapping[str, Mapping[str, Any]] = msgspec.field(default_factory=dict)


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """One passage through the scenario, and how the case stands when it is over."""

    edge: Edge = ""
    #: what the edge is: `due 2026-03-05 09:00`, `discount 40.01`
    moved: str = ""
    start: datetime
    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]
    case: Case
    obligations: tuple[Obligation, ...]


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """All timelines of one scenario under one pack. `zone` is the zone in which moments are shown."""

    title: str
    file: str
    pack: str
    version: str
    zone: str
    timelines: tuple[Timeline, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every expectation that does not hold, over all timelines."""
        return tuple(failure for timeline in self.timelines for failure in timeline.failures)

    @property
    def case(self) -> Case:
        """The case as the last timeline left it."""
        return self.timelines[-1].case
