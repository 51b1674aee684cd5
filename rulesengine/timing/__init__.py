"""All arithmetic on time: periods as packs write them, the working calendar, due moments, what is left over a pause.

A moment is an `int`: microseconds since 1970-01-01T00:00 UTC. A day is its proleptic ordinal (`date.toordinal()`),
a weekday counts from Monday = 0. Time zones come from the `tzdata` package and holidays from the `holidays` package,
never from the machine, so the same input gives the same moment everywhere.
"""

from rulesengine.timing.calendar import Calendar, Due, Step
from rulesengine.timing.errors import MomentOutOfRange, TimingError
from rulesengine.timing.holiday import check_holidays, holiday_names, holidays_of
from rulesengine.timing.last import CALENDAR_UNITS, CalendarUnit, the_last
from rulesengine.timing.period import Period, parse_period
from rulesengine.timing.zone import known_zones, zone_data_version

__all__ = [
    "CALENDAR_UNITS",
    "Calendar",
    "CalendarUnit",
    "Due",
    "MomentOutOfRange",
    "Period",
    "Step",
    "TimingError",
    "check_holidays",
    "holiday_names",
    "holidays_of",
    "known_zones",
    "parse_period",
    "the_last",
    "zone_data_version",
]
