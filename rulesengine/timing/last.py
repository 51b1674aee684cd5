"""The time an indicator looks back on: the last 30 days, the last calendar week."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from rulesengine.timing.calendar import Calendar
from rulesengine.timing.period import Period

CalendarUnit: TypeAlias = Literal["calendar day", "calendar week", "calendar month", "calendar year"]
CALENDAR_UNITS: tuple[CalendarUnit, ...] = ("calendar day", "calendar week", "calendar month", "calendar year")


def the_last(calendar: Calendar, what: Period | CalendarUnit, moment: int) -> tuple[int, int]:
    """`(first, end)` in microseconds: moments from `first` on and before `end` lie in it.

    A period is counted back from `moment` in the calendar's zone. A calendar unit is the last one that is over at
    `moment`: weeks begin on Monday, and each begins and ends at midnight of the zone.
    """
    if isinstance(what, Period):
        return calendar.subtract(moment, what), moment
    today = date.fromordinal(calendar.day_of(moment))
    if what == "calendar day":
        end, first = today.toordinal(), today.toordinal() - 1
    elif what == "calendar week":
        end = today.toordinal() - today.weekday()
        first = end - 7
    elif what == "calendar month":
        end = today.replace(day=1).toordinal()
        first = date.fromordinal(end - 1).replace(day=1).toordinal()
    else:
        end = today.replace(month=1, day=1).toordinal()
        first = date.fromordinal(end - 1).replace(month=1, day=1).toordinal()
    return calendar.time_zone.midnight(first), calendar.time_zone.midnight(end)
