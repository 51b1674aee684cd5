"""A count told step by step, for people. The arithmetic is the calendar's; this module only says what it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from rulesengine.timing.period import DAY, HOUR, MINUTE, SECOND, Period
from rulesengine.timing.zone import EPOCH_DAY

if TYPE_CHECKING:
    from rulesengine.timing.calendar import Calendar, Step
    from rulesengine.timing.hours import RunningClock

#: a count over more days than this is summed up, not listed
LISTED_DAYS = 62
LISTED_YEARS = 2

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def explain(calendar: Calendar, start: int, period: Period, names: Mapping[int, str]) -> list[Step]:
    """The steps of `Calendar.add`, in order of time, the due moment last."""
    from rulesengine.timing.calendar import Step  # the calendar imports this module the same way

    due = calendar.add(start, period)
    first, last, end = calendar.day_of(start), calendar.day_of(due.base), calendar.day_of(due.due)
    told = list(_clock_changes(calendar, start, due.due, period))
    if period.counting:
        told.append((start, "the first day does not count"))
    if period.kind == "calendar":
        told += _calendar_time(calendar, start, due.base, period)
    elif period.kind != "elapsed":
        told += _working_time(calendar, start, due.base, period, names)
    if due.base != due.due:
        told.append((due.base, f"{period}: counted to here"))
        if last != end:
            rolled = _closed(calendar, last, end, names, "the end moves on")
            told += [(max(moment, due.base), text) for moment, text in rolled]
        if period.ends_with_day:
            told.append((due.due, f"{_day(end)} counts to its end"))
    told = sorted(told, key=lambda step: step[0])  # stable: at one moment, in the order told
    within = [Step(min(max(moment, start), due.due), text) for moment, text in told]
    opening = f"{_day(first)}: {period.described()} begin" + ("s" if _is_one(period) else "")
    return [Step(start, opening), *within, Step(due.due, f"{_day(end)}: due")]


def _calendar_time(calendar: Calendar, start: int, base: int, period: Period) -> Iterator[tuple[int, str]]:
    from_day, to_day = calendar.day_of(start), calendar.day_of(base)
    on = date.fromordinal(from_day)
    if period.months and not period.days and date.fromordinal(to_day).day < on.day:
        yield base, f"there is no day {on.day} in this month: its last day is taken"
    zone = calendar.time_zone
    clock, reached = zone.wall(start) % DAY, zone.wall(base) % DAY
    if clock != reached:
        yield base, f"{_clock(clock)} does not exist on this day: the clocks skip it, so it is {_clock(reached)}"
    elif zone.comes_twice(zone.wall(base)):
        yield base, f"{_clock(clock)} comes twice on this day: the first one is taken"


def _working_time(
    calendar: Calendar, start: int, base: int, period: Period, names: Mapping[int, str]
) -> Iterator[tuple[int, str]]:
    first, last = calendar.day_of(start), calendar.day_of(base)
    closed_start = not calendar.is_working_day(first)
    if closed_start:
        opens = next(day for day in range(first, last + 1) if calendar.is_working_day(day))
        yield calendar.time_zone.midnight(opens), f"{_day(opens)}: the first working day, counted from 00:00"
    if last - first > LISTED_DAYS:
        yield base, _summed_up(calendar, first, last)
        return
    yield from _closed(calendar, first, last, names, "not counted")
    if period.kind != "working_days":
        yield from _running(calendar, calendar.running_clock(period), start, base, period)
        return
    zone, number = calendar.time_zone, 0
    clock = zone.wall(start) % DAY
    for day in range(first if closed_start else first + 1, last + 1):
        if calendar.is_working_day(day):
            number += 1
            at = zone.midnight(day + 1) - 1 if closed_start else zone.at((day - EPOCH_DAY) * DAY + clock)
            yield at, f"{_day(day)}: working day {number} of {period.days} is over"


def _running(
    calendar: Calendar, clock: RunningClock, start: int, base: int, period: Period
) -> Iterator[tuple[int, str]]:
    total = 0
    for day in range(calendar.day_of(start), calendar.day_of(base) + 1):
        if not calendar.is_working_day(day):
            continue
        parts = [(max(start, begin), min(base, end)) for begin, end in clock.stretches(day)]
        counted = [(begin, end) for begin, end in parts if begin < end]
        if counted:
            # the last microsecond of a day stands for its end
            amount = sum(-(-(end - begin) // SECOND) * SECOND for begin, end in counted)
            amount = min(amount, period.microseconds - total)
            total += amount
            yield counted[0][0], f"{_day(day)}: {_length(amount)} counted, {_length(period.microseconds - total)} left"


def _closed(
    calendar: Calendar, first: int, last: int, names: Mapping[int, str], what: str
) -> Iterator[tuple[int, str]]:
    """Each stretch of weekend and each holiday from first to last."""
    if last - first > LISTED_DAYS:
        yield calendar.time_zone.midnight(last), _summed_up(calendar, first, last)
        return
    day = first
    while day <= last:
        weekend = day
        while weekend <= last and (weekend - 1) % 7 in calendar.weekend:
            weekend += 1
        if weekend > day:
            days = _day(day) if weekend == day + 1 else f"{_day(day)} to {_day(weekend - 1)}"
            yield calendar.time_zone.midnight(day), f"{days}: weekend, {what}"
            day = weekend
            continue
        if not calendar.is_working_day(day):
            yield calendar.time_zone.midnight(day), f"{_day(day)}: {names.get(day, 'holiday')}, {what}"
        day += 1


def _summed_up(calendar: Calendar, first: int, last: int) -> str:
    closed = last - first + 1 - (calendar.working_days.number(last + 1) - calendar.working_days.number(first))
    holidays = sum(1 for day in calendar.holidays if first <= day <= last and (day - 1) % 7 not in calendar.weekend)
    return f"{closed - holidays} days of weekends and {holidays} holidays not counted on the way"


def _clock_changes(calendar: Calendar, start: int, due: int, period: Period) -> Iterator[tuple[int, str]]:
    first, last = (date.fromordinal(calendar.day_of(moment)).year for moment in (start, due))
    if last - first > LISTED_YEARS:
        return
    note = {
        "elapsed": ", elapsed time runs on",
        "calendar": ", the time on the wall counts",
        "working_days": ", the time on the wall counts",
    }.get(period.kind, "")
    for moment, shift in calendar.time_zone.clock_changes(first, last):
        if start < moment <= due:
            way = "forward" if shift > 0 else "back"
            yield moment, f"the clocks go {way} by {_length(abs(shift))}{note}"


def _is_one(period: Period) -> bool:
    return str(period).split(" ", 1)[0] == "1"


def _day(ordinal: int) -> str:
    on = date.fromordinal(ordinal)
    return f"{_WEEKDAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]} {on.year}"


def _clock(microseconds: int) -> str:
    seconds, rest = divmod(microseconds, SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    if seconds % 60 or rest:
        text += f":{seconds % 60:02d}"
    return text + (f".{rest:06d}" if rest else "")


def _length(microseconds: int) -> str:
    parts = []
    for size, unit in ((HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"), (1, "microsecond")):
        number, microseconds = divmod(microseconds, size)
        if number:
            parts.append(f"{number} {unit}{'' if number == 1 else 's'}")
    return " ".join(parts) or "nothing"
