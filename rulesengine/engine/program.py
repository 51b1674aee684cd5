"""A pack made ready to run: tables by state and event, who is above and below whom, what reads what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import msgspec

from rulesengine.case import Instance
from rulesengine.machine import table_of
from rulesengine.pack import Pack, Process
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.limit import Limit
from rulesengine.rules.suspension import Suspension
from rulesengine.rules.transition import Transition
from rulesengine.timing import Calendar

#: calendars kept ready; cases of one year share theirs
MOST_CALENDARS = 64
#: how an instance is named: `claim/1`, `item/A1`
ID = re.compile(r"[a-z][a-z0-9_]{0,59}/[A-Za-z0-9._-]{1,64}")


class Prepared:
    """One process made ready to run."""

    __slots__ = (
        "creating",
        "deadlines",
        "defaults",
        "descendants",
        "events",
        "facts",
        "final",
        "limits",
        "process",
        "suspends",
        "table",
        "under",
    )

    def __init__(self, pack: Pack, process: Process, descendants: frozenset[str]) -> None:
        self.process = process
        self.under = process.under
        self.descendants = descendants
        self.facts = process.facts
        self.defaults = {name: fact.default for name, fact in process.facts.items() if fact.default is not None}
        self.final = frozenset(name for name, state in process.states.items() if state.final)
        self.events = frozenset(rule.event for rule in process.transitions)
        self.creating = frozenset(rule.event for rule in process.transitions if rule.creates)
        self.table: Mapping[tuple[str, str], tuple[Transition, ...]] = table_of(pack.machine(process.name))
        self.deadlines: tuple[Deadline, ...] = process.deadlines
        self.suspends: Mapping[str, tuple[Suspension, ...]] = {
            name: state.suspends for name, state in process.states.items() if state.suspends
        }
        limits: dict[str, list[Limit]] = {}
        for limit in process.limits:
            limits.setdefault(limit.event, []).append(limit)
        self.limits: Mapping[str, tuple[Limit, ...]] = {event: tuple(found) for event, found in limits.items()}


class Program:
    """A pack under one variant and one choice of readings, made ready to run. Shared between cases, never changed."""

    __slots__ = ("_calendars", "pack", "processes", "watchers")

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.processes: dict[str, Prepared] = {
            name: Prepared(pack, process, _descendants(pack, name)) for name, process in pack.processes.items()
        }
        #: process -> (process, deadline) whose `since` reads something of it
        self.watchers: dict[str, tuple[tuple[str, Deadline], ...]] = {}
        for name, process in pack.processes.items():
            for deadline in process.deadlines:
                for read in {read[0] for read in deadline.since.reads if read[0]} if deadline.since is not None else ():
                    self.watchers[read] = (*self.watchers.get(read, ()), (name, deadline))
        self._calendars: dict[tuple[str, ...], Calendar] = {}

    def calendar(self, holidays: tuple[str, ...]) -> Calendar:
        """The working calendar of a case that was opened with these holidays; other years are the pack's."""
        found = self._calendars.get(holidays)
        if found is None:
            if len(self._calendars) >= MOST_CALENDARS:
                self._calendars.clear()
            found = self._calendars[holidays] = _with_holidays(self.pack, holidays)
        return found

    def is_final(self, instance: Instance) -> bool:
        return instance.state in self.processes[instance.process].final


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
