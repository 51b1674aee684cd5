"""A pack as the engine uses it: one marketplace's rules under one variant and one choice of readings. Immutable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.facts import FactType
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.indicator import Indicator
from rulesengine.rules.limit import Limit
from rulesengine.rules.suspension import Suspension
from rulesengine.rules.transition import Transition
from rulesengine.timing import Calendar, holidays_of

if TYPE_CHECKING:
    from rulesengine.machine import Machine


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A state of a process. `final` ends the instance; `suspends` makes others stand still."""

    name: str
    title: str
    final: bool
    suspends: tuple[Suspension, ...]
    place: Span


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One state machine of a pack, with its rules in file order."""

    name: str
    title: str
    #: the process whose instances these belong to; "" where it can open a case
    under: str
    facts: Mapping[str, FactType]
    states: Mapping[str, State]
    transitions: tuple[Transition, ...]
    deadlines: tuple[Deadline, ...]
    limits: tuple[Limit, ...]
    place: Span

    @property
    def rules(self) -> Iterator[Transition | Deadline | Limit]:
        yield from self.transitions
        yield from self.deadlines
        yield from self.limits


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A named constant, as the pack writes it. `value` is None where only an operator knows it."""

    name: str
    value: str | None
    question: str
    readings: tuple[str, ...]
    source: tuple[str, ...]
    place: Span


class WorkingTime(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack says of working time, before its holidays are looked up."""

    zone: str
    #: country or subdivision as the holidays package names them; "" for none
    holidays: str
    #: weekday numbers, Monday 0
    weekend: tuple[int, ...]
    #: opening hours of a working day in microseconds since local midnight
    opening: tuple[tuple[int, int], ...]
    #: further closing days, as proleptic ordinals
    closed: frozenset[int]


#: years whose holidays a pack's own calendar knows; a case keeps those around its opening
FIRST_YEAR, LAST_YEAR = 2015, 2045


@lru_cache(maxsize=64)
def calendar_of(time: WorkingTime) -> Calendar:
    """The working calendar with the holidays of all years a pack knows. TimingError for an unknown country."""
    holidays = holidays_of(time.holidays, range(FIRST_YEAR, LAST_YEAR + 1)) if time.holidays else frozenset()
    return Calendar(
        zone=time.zone, holidays=frozenset(holidays) | time.closed, weekend=time.weekend, opening=time.opening
    )


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """One marketplace's rules, read, checked and built."""

    name: str
    title: str
    version: str
    #: first and last day (proleptic ordinals, in the pack's zone) on which a case may be opened
    valid_from: int | None
    valid_until: int | None
    abstract: bool
    currency: str
    digits: int
    working_time: WorkingTime
    actors: tuple[str, ...]
    context: Mapping[str, Mapping[str, FactType]]
    parameters: Mapping[str, Parameter]
    processes: Mapping[str, Process]
    #: what is measured over many cases; decides nothing
    indicators: Mapping[str, Indicator]
    variants: tuple[str, ...]
    default_variant: str
    #: the variant and readings this pack is built under
    variant: str
    readings: Mapping[str, str]
    #: SHA-256 of the merged document, titles, sources and indicators aside; the same for all variants and readings
    digest: str
    file: str
    #: the merged document
    document: Node
    #: the files of the registers, this pack's first
    registers: tuple[str, ...]

    @property
    def calendar(self) -> Calendar:
        """The pack's working calendar. The first use looks its holidays up."""
        return calendar_of(self.working_time)

    @property
    def zone(self) -> str:
        """IANA name of the pack's time zone."""
        return self.working_time.zone

    def machine(self, process: str) -> Machine:
        """A new `transitions.Machine` of a process, for anybody who wants to trigger, inspect or draw it themselves.

        KeyError where the pack has no such process.
        """
        from rulesengine.machine import machine_of  # late: who only checks a pack needs no machines

        found = self.processes[process]
        states = {name: state.final for name, state in found.states.items()}
        return machine_of(process, states, found.transitions)

    @property
    def roots(self) -> tuple[str, ...]:
        """The processes that can open a case."""
        return tuple(name for name, process in self.processes.items() if not process.under)
