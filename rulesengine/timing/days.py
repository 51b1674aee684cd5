"""Working days by number: how many lie before a day, and which is the n-th. Both without walking through them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from rulesengine.timing.errors import MomentOutOfRange, TimingError

LAST_DAY = 913_104  # 2500-12-31


class WorkingDays:
    """The days that are neither weekend nor holiday.

    Days outside weekends have a number of their own, counted from the Monday of year 1 by whole weeks; a working day
    has that number less the holidays before it.
    """

    __slots__ = ("_before", "_holidays", "_numbers", "_open", "_width")

    def __init__(self, holidays: Iterable[int], weekend: Iterable[int]) -> None:
        closed = set(weekend)
        self._open = tuple(weekday for weekday in range(7) if weekday not in closed)
        if not self._open:
            raise TimingError("No day of the week is left to work on.", "Leave at least one day out of 'weekend'.")
        self._width = len(self._open)
        self._before = tuple(sum(1 for o in self._open if o < weekday) for weekday in range(7))
        self._holidays = tuple(sorted(day for day in set(holidays) if (day - 1) % 7 not in closed))
        #: the working day that comes right after the i-th holiday has at least this number
        self._numbers = tuple(self._outside_weekends(day) - i for i, day in enumerate(self._holidays))

    def _outside_weekends(self, day: int) -> int:
        week, weekday = divmod(day - 1, 7)  # day 1 was a Monday
        return week * self._width + self._before[weekday]

    def is_open(self, day: int) -> bool:
        """Whether a day is a working day."""
        if (day - 1) % 7 not in self._open:
            return False
        at = bisect_left(self._holidays, day)
        return at == len(self._holidays) or self._holidays[at] != day

    def number(self, day: int) -> int:
        """How many working days lie before a day: the number of that day, or of the next working day."""
        return self._outside_weekends(day) - bisect_left(self._holidays, day)

    def day(self, number: int) -> int:
        """The working day with a number; MomentOutOfRange outside the years 1 to 2500."""
        if number < 0:
            raise MomentOutOfRange
        week, position = divmod(number + bisect_right(self._numbers, number), self._width)
        day = week * 7 + self._open[position] + 1
        if day > LAST_DAY:
            raise MomentOutOfRange
        return day
