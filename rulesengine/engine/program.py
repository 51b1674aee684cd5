"""A pack made ready to run: tables by state and event, who is above and below whom, what reads what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import msgspec

from rulesengine.case import Instance, Opening
from rulesengine.machine import table_of
from rulesengine.pack import Pack, Process
from rulesengine.rules.deadline import Deadline, concerns
from rulesengine.rules.guards import Guard
from rulesengine.rules.limit import Limit
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.suspension import Suspension
from rulesengine.rules.transition import Transition
from rulesengine.timing import Calendar

#: calendars kept ready; cases of one year share theirs
MOST_CALENDARS = 64
#: years around its opening whose holidays a case keeps
YEARS_BEFORE, YEARS_AFTER = 1, 5
#: how an instance is named: `claim/1`, `item/A1`
ID = re.compile(r"[a-z][a-z0-9_]{0,59}/[A-Za-z0-9._-]{1,64}")


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One transition as it is taken from one state, with all that follows from the two alone."""

    rule: Transition
    by: frozenset[str]
    guards: tuple[Guard, ...]
    before: str
    after: str
    #: context facts its guards read
    context: frozenset[str]
    #: the deadlines whose runs it may change
    deadlines: tuple[Deadline, ...]
    #: whether it touches no clock and nobody else, as long as nobody suspends others
    alone: bool


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What `claim.open` means: an event of a process, and whether it creates an instance."""

    name: str
    prepared: Prepared
    event: str
    creates: bool
    #: state -> the transitions to try there, in order
    ways: Mapping[str, tuple[Way, ...]]
    limits: tuple[Limit, ...]


class Prepared:
    """One process made ready to run."""

    __slots__ = (
        "_leads_to",
        "creating",
        "deadline",
        "deadlines",
        "defaults",
        "descendants",
        "events",
        "facts",
        "final",
        "name",
        "names",
        "process",
        "suspends",
        "under",
        "watched",
        "ways",
    )

    def __init__(self, pack: Pack, process: Process, descendants: frozenset[str], watched: bool) -> None:
        self.process = process
        self.name = process.name
        self.watched = watched
        self._leads_to: dict[tuple[str, str], bool] = {}
        self.under = process.under
        self.descendants = descendants
        self.facts = process.facts
        self.names = {name: name for name in process.facts}
        self.defaults = {name: fact.default for name, fact in process.facts.items() if fact.default is not None}
        self.final = frozenset(name for name, state in process.states.items() if state.final)
        self.events = frozenset(rule.event for rule in process.transitions)
        self.creating = frozenset(rule.event for rule in process.transitions if rule.creates)
        self.deadlines: tuple[Deadline, ...] = process.deadlines
        self.deadline: Mapping[str, Deadline] = {deadline.name: deadline for deadline in process.deadlines}
        self.suspends: Mapping[str, tuple[Suspension, ...]] = {
            name: state.suspends for name, state in process.states.items() if state.suspends
        }
        #: (state, event) -> the transitions to try, in order
        self.ways: Mapping[tuple[str, str], tuple[Way, ...]] = {
            (state, event): tuple(self._way(rule, state, watched) for rule in rules)
            for (state, event), rules in table_of(pack.machine(process.name)).items()
            if state not in self.final
        }

    def _way(self, rule: Transition, state: str, watched: bool) -> Way:
        after = rule.to if rule.to is not None else state
        deadlines = self.concerned(state, after, rule.event)
        return Way(
            rule=rule,
            by=rule.by,
            guards=rule.guards,
            before=state,
            after=after,
            context=frozenset(name for guard in rule.guards for name in guard.expression.context),
            deadlines=deadlines,
            alone=not (deadlines or self.suspends or watched),
        )

    def leads_to(self, state: str, event: str) -> bool:
        """Whether an event may still come to an instance that is in a state, now or after other events."""
        known = self._leads_to.get((state, event))
        if known is None:
            found, edge = set[str](), {state}
            while edge:
                found |= edge
                edge = {way.after for (here, _), ways in self.ways.items() if here in edge for way in ways} - found
            known = self._leads_to[state, event] = any((here, event) in self.ways for here in found)
        return known

    def concerned(self, before: str, after: str, event: str) -> tuple[Deadline, ...]:
        """The deadlines whose runs an event may change that leads from one state to another."""
        return tuple(deadline for deadline in self.deadlines if concerns(deadline, before, after, event))


class Program:
    """A pack under one variant and one choice of readings, made ready to run. Shared between cases, never changed."""

    __slots__ = (
        "_calendar",
        "_calendars",
        "_holidays",
        "_openings",
        "events",
        "outside",
        "pack",
        "processes",
        "watchers",
    )

    def __init__(self, pack: Pack, other: Program | None = None) -> None:
        """`other`: the same pack under another choice, from which the processes are taken that are the same in it."""
        self.pack = pack
        #: process -> (process, deadline) whose `since` reads something of it
        self.watchers: dict[str, tuple[tuple[str, Deadline], ...]] = {}
        for name, process in pack.processes.items():
            for deadline in process.deadlines:
                for read in {read[0] for read in deadline.since.reads if read[0]} if deadline.since is not None else ():
                    self.watchers[read] = (*self.watchers.get(read, ()), (name, deadline))
        self.processes: dict[str, Prepared] = {}
        for name, process in pack.processes.items():
            below, watched = _descendants(pack, name), name in self.watchers
            same = other.processes.get(name) if other is not None else None
            if same is None or same.process is not process or (same.descendants, same.watched) != (below, watched):
                same = Prepared(pack, process, below, watched)
            self.processes[name] = same
        #: who may act from outside
        self.outside = frozenset(pack.actors) - {SYSTEM}
        #: `claim.open`, and `open` alone where there is only one process
        self.events: dict[str, Named] = {}
        for prepared in self.processes.values():
            for event in sorted(prepared.events):
                named = _named(prepared, event)
                self.events[named.name] = named
                if len(self.processes) == 1:
                    self.events[event] = named
        self._holidays: dict[int, tuple[str, ...]] = {}
        self._openings: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], Opening] = {}
        self._calendars: dict[tuple[str, ...], Calendar] = {}
        self._calendar: tuple[Opening | None, Calendar] = (None, pack.calendar)

    def holidays_around(self, year: int) -> tuple[str, ...]:
        """The holidays that a case opened in this year keeps, as ISO dates."""
        found = self._holidays.get(year)
        if found is None:
            first = date(max(1, year - YEARS_BEFORE), 1, 1).toordinal()
            last = date(year + YEARS_AFTER, 12, 31).toordinal()
            days = sorted(day for day in self.pack.calendar.holidays if first <= day <= last)
            found = self._holidays[year] = tuple(date.fromordinal(day).isoformat() for day in days)
        return found

    def shared(self, opening: Opening) -> Opening:
        """An equal opening of an earlier case, where there is one, so that cases have it in common."""
        key = (opening.version, opening.zones, opening.holidays, tuple(opening.readings))
        found = self._openings.get(key)
        if found is None:
            if len(self._openings) >= MOST_CALENDARS:
                self._openings.clear()
            found = self._openings[key] = opening
        return found

    def calendar(self, opening: Opening) -> Calendar:
        """The working calendar of a case opened so; the years its holidays do not tell of are the pack's."""
        latest, calendar = self._calendar
        if latest is opening:
            return calendar
        holidays = opening.holidays
        found = self._calendars.get(holidays)
        if found is None:
            if len(self._calendars) >= MOST_CALENDARS:
                self._calendars.clear()
            found = self._calendars[holidays] = _with_holidays(self.pack, holidays)
        self._calendar = (opening, found)
        return found

    def is_final(self, instance: Instance) -> bool:
        """Whether an instance has ended."""
        return instance.state in self.processes[instance.process].final


def _named(prepared: Prepared, event: str) -> Named:
    return Named(
        name=f"{prepared.name}.{event}",
        prepared=prepared,
        event=event,
        creates=event in prepared.creating,
        ways={state: ways for (state, of), ways in prepared.ways.items() if of == event},
        limits=tuple(limit for limit in prepared.process.limits if limit.event == event),
    )


def _descendants(pack: Pack, process: str) -> frozenset[str]:
    found: set[str] = set()
    edge = {process}
    while edge:
        edge = {name for name, other in pack.processes.items() if other.under in edge} - found
        found |= edge
    return frozenset(found)


def _with_holidays(pack: Pack, holidays: tuple[str, ...]) -> Calendar:
    days = frozenset(date.fromisoformat(text).toordinal() for text in holidays)
    years = {date.fromordinal(day).year for day in days}
    kept = frozenset(day for day in pack.calendar.holidays if date.fromordinal(day).year not in years)
    if days | kept == pack.calendar.holidays:
        return pack.calendar
    return msgspec.structs.replace(pack.calendar, holidays=days | kept)
