"""A clock that runs in certain hours of working days and stands still otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from rulesengine.timing.days import WorkingDays
from rulesengine.timing.period import DAY
from rulesengine.timing.zone import EPOCH_DAY, Zone


class RunningClock:
    """Counts the microseconds that elapse within `hours` of working days.

    Every working day has the same length but those on which the clocks change, so a count jumps from one such day to
    the next, however long it is.
    """

    __slots__ = ("_changed_days", "_days", "_hours", "_length", "_zone", "stretches")

    def __init__(self, zone: Zone, days: WorkingDays, hours: tuple[tuple[int, int], ...]) -> None:
        self._zone = zone
        self._days = days
        self._hours = hours
        self._length = sum(end - start for start, end in hours)
        #: year -> working days on which the clocks change, filled as years are asked for
        self._changed_days: dict[int, tuple[int, ...]] = {}
        #: the moments between which the clock runs on a working day
        self.stretches = lru_cache(maxsize=1024)(self._stretches)

    def forward(self, start: int, amount: int) -> tuple[int, int]:
        """The first moment at which `amount` (more than nothing) has been counted since a start, and the working day
        that it ends on, be it with the first moment of the day after.
        """
        first, done = self._position(start)
        remaining = done + amount  # from the beginning of that day
        while True:
            number, rest = divmod(remaining, self._length)
            if rest == 0:
                number, rest = number - 1, self._length  # complete when hours end, not when the next begin
            last = self._days.day(self._days.number(first) + number)
            changed = next(self._changed(first, last), None)
            if changed is None:
                return self._reached(last, rest), last
            remaining -= (self._days.number(changed) - self._days.number(first)) * self._length
            length = self._length_of(changed)
            if remaining <= length:
                return self._reached(changed, remaining), changed
            remaining -= length
            first = self._days.day(self._days.number(changed) + 1)

    def backward(self, end: int, amount: int) -> int:
        """The last moment from which `amount` is counted up to an end."""
        day, done = self._position(end)
        if amount <= done:
            return self._leaving(day, done - amount)
        remaining = amount - done  # back from the beginning of that day
        while True:
            number, rest = divmod(remaining, self._length)
            before = self._days.number(day)
            first = self._days.day(before - number - (1 if rest else 0))
            changed = next(self._changed_before(first, day), None)
            if changed is None:
                return self._leaving(first, self._length - rest if rest else 0)
            remaining -= (before - self._days.number(changed) - 1) * self._length
            length = self._length_of(changed)
            if remaining <= length:
                return self._leaving(changed, length - remaining)
            remaining -= length
            day = changed

    def between(self, start: int, end: int) -> int:
        """How much is counted from one moment to a later one."""
        first, before = self._position(start)
        last, after = self._position(end)
        whole = (self._days.number(last) - self._days.number(first)) * self._length
        extra = sum(self._length_of(day) - self._length for day in self._changed(first, last - 1))
        return max(0, whole + extra + after - before)

    def _stretches(self, day: int) -> tuple[tuple[int, int], ...]:
        found: list[tuple[int, int]] = []
        edge = self._zone.midnight(day)
        for start, end in self._hours:
            # hours that fall into a gap move later and must not run into the next ones
            begin = max(edge, self._at(day, start))
            edge = max(begin, self._at(day, end))
            found.append((begin, edge))
        return tuple(found)

    def _at(self, day: int, clock: int) -> int:
        return self._zone.at((day - EPOCH_DAY) * DAY + clock)

    def _position(self, moment: int) -> tuple[int, int]:
        """The working day a moment lies on and what was counted on it; for a closed day, nothing of the next one."""
        wall = self._zone.wall(moment)
        day = wall // DAY + EPOCH_DAY
        if not self._days.is_open(day):
            return self._days.day(self._days.number(day)), 0
        counted = 0
        for start, end in self.stretches(day):
            if moment <= start:
                break
            counted += (moment if moment < end else end) - start
        return day, counted

    def _reached(self, day: int, amount: int) -> int:
        """The first moment of a day at which `amount` has been counted on it."""
        moment = 0
        for start, end in self.stretches(day):
            moment = end
            if amount <= end - start:
                return start + amount
            amount -= end - start
        return moment

    def _leaving(self, day: int, amount: int) -> int:
        """The last moment of a day at which no more than `amount` has been counted on it."""
        moment = 0
        for start, end in self.stretches(day):
            moment = end
            if amount < end - start:
                return start + amount
            amount -= end - start
        return moment

    def _length_of(self, day: int) -> int:
        return sum(end - start for start, end in self.stretches(day))

    def _changed(self, first: int, last: int) -> Iterator[int]:
        """Working days from first to last, in order, on which the clocks change."""
        for year in range(_year(first), _year(last) + 1):
            for day in self._changed_in(year):
                if first <= day <= last:
                    yield day

    def _changed_before(self, first: int, day: int) -> Iterator[int]:
        """Working days from `first` to before `day`, latest first, on which the clocks change."""
        for year in range(_year(day), _year(first) - 1, -1):
            for changed in reversed(self._changed_in(year)):
                if first <= changed < day:
                    yield changed

    def _changed_in(self, year: int) -> tuple[int, ...]:
        found = self._changed_days.get(year)
        if found is None:
            found = tuple(day for day in self._zone.changes(year) if self._days.is_open(day))
            self._changed_days[year] = found
        return found


def _year(day: int) -> int:
    return date.fromordinal(day).year
