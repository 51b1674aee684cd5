"""Lengths of time compared, also where they are of different kinds: by counting them from many moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rulesengine.loading.meaning.worlds import NOON
from rulesengine.timing import Calendar, MomentOutOfRange, Period

#: how far apart the moments are from which is counted: all hours of the day and all days of the week come up
STEP = 25 * 3_600_000_000
#: somewhat more than a year of them
MOMENTS = 400


def before(lengths: Sequence[Period], other: Period, calendar_of: Callable[[], Calendar]) -> bool:
    """Whether some lengths, one after the other, are always over before another that begins with them."""
    if len(lengths) == 1:
        try:
            return lengths[0] < other
        except TypeError:
            pass
    calendar = calendar_of()
    return all(_due(calendar, moment, lengths) < _due(calendar, moment, [other]) for moment in _moments())


def no_shorter(length: Period, other: Period, calendar_of: Callable[[], Calendar]) -> bool:
    """Whether counting a length back from the end of another never leads past its beginning."""
    try:
        return length >= other
    except TypeError:
        calendar = calendar_of()
    return all(calendar.subtract(_due(calendar, moment, [other]), length) <= moment for moment in _moments())


def _moments() -> range:
    return range(NOON, NOON + MOMENTS * STEP, STEP)


def _due(calendar: Calendar, moment: int, lengths: Sequence[Period]) -> int:
    try:
        for length in lengths:
            moment = calendar.add(moment, length).due
    except MomentOutOfRange:
        return 2 * NOON
    return moment
