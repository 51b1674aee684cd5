"""Due moments checked by hand against paper calendars. All times are on the wall in the calendar's zone.

`end` is the last microsecond of the day, 23:59:59.999999; an offset is written where a time comes twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from rulesengine.timing import Calendar, Period, holidays_of, parse_period

YEARS = range(2023, 2029)
HOUR = 3_600_000_000


def rows(table: str) -> list[tuple[str, ...]]:
    """The rows of a table: a line each, cells between bars, `#` before a heading."""
    lines = [line for line in table.strip().splitlines() if not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def of(
    zone: str, code: str, *, weekend: tuple[int, ...] = (5, 6), opening: tuple[tuple[int, int], ...] = ()
) -> Calendar:
    hours = tuple((start * HOUR, end * HOUR) for start, end in opening)
    return Calendar(zone, holidays_of(code, YEARS) if code else frozenset(), weekend, hours)


CALENDARS = {
    "FR": of("Europe/Paris", "FR"),
    "DE": of("Europe/Berlin", "DE"),
    "BY": of("Europe/Berlin", "DE-BY"),
    "PL": of("Europe/Warsaw", "PL"),
    "SK": of("Europe/Bratislava", "SK"),
    "FR 9-17": of("Europe/Paris", "FR", opening=((9, 17),)),
    "DE 8-12 13-17": of("Europe/Berlin", "DE", opening=((8, 12), (13, 17))),
    "FR 0-24": of("Europe/Paris", "FR", opening=((0, 24),)),
    "daily 1-5": of("Europe/Paris", "", weekend=(), opening=((1, 5),)),
    "daily 1-2:30 3-5": Calendar("Europe/Paris", weekend=(), opening=((HOUR, 5 * HOUR // 2), (3 * HOUR, 5 * HOUR))),
    "St John's": of("America/St_Johns", ""),
    "daily": of("Europe/Paris", "", weekend=()),
    "closed saturdays": of("Europe/Berlin", "", weekend=(5,)),
    "closed sundays": of("Europe/Paris", "FR", weekend=(6,)),
}


def moment(calendar: Calendar, text: str) -> int:
    """`2026-03-02 09:00`, `2026-10-25 02:30+01:00`, `2026-03-02 end`."""
    if text.endswith(" end"):
        return calendar.from_local(datetime.combine(datetime.fromisoformat(text[:10]), time.max))
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        return calendar.from_local(read)
    since = read.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def shown(calendar: Calendar, at: int) -> str:
    """The moment as it is written in the tables below, with its offset."""
    local = calendar.local(at)
    return f"{local:%a %Y-%m-%d} end" if local.time() == time.max else f"{local:%a} {local.isoformat(' ')}"


DATES = rows("""
# calendar, start, period, due, why
# hours and minutes elapse
FR | 2026-03-02 09:00 | 30 minutes | 2026-03-02 09:30 | half an hour later
FR | 2026-03-02 09:00 | 1 second | 2026-03-02 09:00:01 | the shortest a pack writes
FR | 2026-12-31 23:30 | 1 hour | 2027-01-01 00:30 | over New Year
FR | 2026-03-28 10:00 | 48 hours | 2026-03-30 11:00 | an hour is lost on 29 March, 48 hours still elapse
DE | 2026-03-28 10:00 | 48 hours | 2026-03-30 11:00 | the same in Berlin
FR | 2026-10-24 10:00 | 48 hours | 2026-10-26 09:00 | an hour is gained on 25 October
DE | 2026-10-24 10:00 | PT48H | 2026-10-26 09:00 | the same in Berlin, written in ISO 8601
FR | 2026-03-29 01:30 | 1 hour | 2026-03-29 03:30 | 2:00 is followed by 3:00
FR | 2026-10-25 02:30+02:00 | 1 hour | 2026-10-25 02:30+01:00 | the second half past two
DE | 2024-02-28 12:00 | 24 hours | 2024-02-29 12:00 | leap day
DE | 2023-02-28 12:00 | 24 hours | 2023-03-01 12:00 | no leap day
FR | 2026-04-03 10:00 | 72 hours | 2026-04-06 10:00 | elapsed time ignores Easter
# days and weeks keep the time on the wall
FR | 2026-03-02 09:00 | 3 days | 2026-03-05 09:00 | Monday to Thursday
FR | 2026-03-28 10:00 | 1 day | 2026-03-29 10:00 | 23 hours, the same time on the wall
DE | 2026-10-24 10:00 | 1 day | 2026-10-25 10:00 | 25 hours, the same time on the wall
FR | 2026-03-28 02:30 | 1 day | 2026-03-29 03:30 | 2:30 is skipped: later by the gap
DE | 2026-03-26 02:00 | 3 days | 2026-03-29 03:00 | the first skipped time
DE | 2026-03-28 03:00 | 1 day | 2026-03-29 03:00 | just after the gap
FR | 2026-10-24 02:30 | 1 day | 2026-10-25 02:30+02:00 | 2:30 comes twice: the first
DE | 2026-10-22 02:59:59 | 3 days | 2026-10-25 02:59:59+02:00 | the last time that comes twice
FR | 2026-10-25 02:30+01:00 | 1 day | 2026-10-26 02:30 | from the second 2:30
FR | 2026-12-24 18:00 | 2 weeks | 2027-01-07 18:00 | calendar weeks ignore holidays
FR | 2026-01-01 00:00 | 200 days | 2026-07-20 00:00 | the 201st day of the year
DE | 2024-02-20 08:00 | 14 days | 2024-03-05 08:00 | February has 29 days
DE | 2026-02-10 08:00 | 25 days | 2026-03-07 08:00 | February has 28 days
# months clamp to the last day, each from its own start
FR | 2026-01-31 10:00 | 1 month | 2026-02-28 10:00 | no 31 February
FR | 2024-01-31 10:00 | 1 month | 2024-02-29 10:00 | leap year
FR | 2026-01-31 10:00 | 2 months | 2026-03-31 10:00 | not by way of 28 February
FR | 2026-03-31 10:00 | 1 month | 2026-04-30 10:00 | April has 30 days
FR | 2026-02-28 10:00 | 1 month | 2026-03-28 10:00 | the last day of a month is nothing special
FR | 2025-12-31 10:00 | 2 months | 2026-02-28 10:00 | over the year
FR | 2026-11-30 10:00 | 1 month | 2026-12-30 10:00 | into December
FR | 2024-02-29 10:00 | 12 months | 2025-02-28 10:00 | a year after leap day
FR | 2024-02-29 10:00 | P4Y | 2028-02-29 10:00 | the next leap day
FR | 2026-01-31 10:00 | P1M3D | 2026-03-03 10:00 | months first, then days
FR | 2026-01-29 02:30 | 2 months | 2026-03-29 03:30 | into the gap
DE | 2026-08-25 02:15 | 2 months | 2026-10-25 02:15+02:00 | into the hour that comes twice
# working days keep the time on the wall
FR | 2026-03-06 10:00 | 1 working day | 2026-03-09 10:00 | Friday to Monday
FR | 2026-03-09 00:00 | 3 working days | 2026-03-12 00:00 | midnight of a working day is a time like others
FR | 2026-04-02 10:00 | 3 working days | 2026-04-08 10:00 | Good Friday is worked, Easter Monday is not
DE | 2026-04-02 10:00 | 3 working days | 2026-04-09 10:00 | Good Friday is a holiday
PL | 2026-04-02 10:00 | 3 working days | 2026-04-08 10:00 | Good Friday is worked in Poland
SK | 2026-04-02 10:00 | 1 working day | 2026-04-07 10:00 | from Thursday over the whole of Easter
FR | 2026-04-30 09:00 | 1 working day | 2026-05-04 09:00 | 1 May is a Friday
PL | 2026-04-30 09:00 | 1 working day | 2026-05-04 09:00 | 1 May in Poland
FR | 2026-05-07 16:00 | 1 working day | 2026-05-11 16:00 | 8 May is a French holiday
DE | 2026-05-07 16:00 | 1 working day | 2026-05-08 16:00 | and no German one
FR | 2026-05-13 16:00 | 1 working day | 2026-05-15 16:00 | Ascension Day
DE | 2026-05-22 08:00 | 1 working day | 2026-05-26 08:00 | Whit Monday
FR | 2026-07-13 08:00 | 1 working day | 2026-07-15 08:00 | 14 July is a Tuesday
DE | 2025-10-02 12:00 | 1 working day | 2025-10-06 12:00 | 3 October is a Friday
FR | 2025-10-02 12:00 | 1 working day | 2025-10-03 12:00 | 3 October is worked in France
DE | 2025-12-24 12:00 | 1 working day | 2025-12-29 12:00 | two days of Christmas and a weekend
FR | 2025-12-24 12:00 | 1 working day | 2025-12-26 12:00 | one day of Christmas
PL | 2026-12-23 12:00 | 1 working day | 2026-12-28 12:00 | Christmas Eve is a holiday since 2025
PL | 2024-12-23 12:00 | 1 working day | 2024-12-24 12:00 | Christmas Eve was worked in 2024
SK | 2026-12-23 12:00 | 1 working day | 2026-12-28 12:00 | Christmas Eve in Slovakia
PL | 2026-01-05 08:00 | 1 working day | 2026-01-07 08:00 | Epiphany
SK | 2026-01-05 08:00 | 1 working day | 2026-01-07 08:00 | Epiphany
DE | 2026-01-05 08:00 | 1 working day | 2026-01-06 08:00 | no holiday in the whole of Germany
BY | 2026-01-05 08:00 | 1 working day | 2026-01-07 08:00 | Epiphany in Bavaria
BY | 2026-06-03 08:00 | 1 working day | 2026-06-05 08:00 | Corpus Christi in Bavaria
DE | 2026-06-03 08:00 | 1 working day | 2026-06-04 08:00 | and not everywhere
PL | 2026-11-10 08:00 | 1 working day | 2026-11-12 08:00 | 11 November
FR | 2025-12-22 09:00 | 10 working days | 2026-01-07 09:00 | without Christmas, New Year and two weekends
DE | 2024-02-28 08:00 | 2 working days | 2024-03-01 08:00 | Thursday is leap day
closed sundays | 2026-03-06 10:00 | 1 working day | 2026-03-07 10:00 | where Saturday is worked
closed sundays | 2026-03-07 10:00 | 1 working day | 2026-03-09 10:00 | Saturday to Monday
FR | 2026-03-27 02:30 | 1 working day | 2026-03-30 02:30 | the clocks change on a closed day
daily | 2026-03-28 02:30 | 1 working day | 2026-03-29 03:30 | into the gap
# a start on a closed day counts from the next working 00:00, whole days
FR | 2026-03-07 15:00 | 3 working days | 2026-03-11 end | Saturday: Monday, Tuesday, Wednesday
FR | 2026-03-08 23:59:59 | 1 working day | 2026-03-09 end | Sunday night
FR | 2026-04-05 10:00 | 1 working day | 2026-04-07 end | Easter Sunday: Tuesday
FR | 2026-04-06 00:00 | 2 working days | 2026-04-08 end | Easter Monday: Tuesday, Wednesday
DE | 2025-10-03 10:00 | 1 working day | 2025-10-06 end | German Unity Day
# hours on working days: all 24 of them
FR | 2026-03-06 10:00 | 48 hours on working days | 2026-03-10 10:00 | Friday to Tuesday
FR | 2026-03-07 15:00 | 48 hours on working days | 2026-03-11 00:00 | Saturday: from Monday 00:00
FR | 2026-03-06 23:45 | 30 minutes on working days | 2026-03-09 00:15 | over the weekend
FR | 2026-03-05 00:00 | 48 hours on working days | 2026-03-06 end | all of Thursday and Friday
FR | 2026-04-02 10:00 | 48 hours on working days | 2026-04-07 10:00 | 14 + 24 hours before Easter, 10 after
DE | 2026-04-02 10:00 | 48 hours on working days | 2026-04-08 10:00 | 14 hours before Easter, 34 after
DE | 2025-12-23 18:00 | 48 hours on working days | 2025-12-29 18:00 | 6 + 24 hours before Christmas, 18 after
FR | 2026-04-30 12:00 | 48 hours on working days | 2026-05-05 12:00 | 1 May stands still
FR | 2026-03-27 10:00 | 48 hours on working days | 2026-03-31 10:00 | the clocks change on a closed day
daily | 2026-03-28 10:00 | 48 hours on working days | 2026-03-30 11:00 | the change is on a working day
closed saturdays | 2026-03-27 10:00 | 48 hours on working days | 2026-03-30 11:00 | 14 h, a Sunday of 23 h, 11 h
closed saturdays | 2026-10-23 10:00 | 48 hours on working days | 2026-10-26 09:00 | 14 h, a Sunday of 25 h, 9 h
closed saturdays | 2026-10-25 00:00 | 25 hours on working days | 2026-10-26 00:00 | exactly a Sunday of 25 h
# working hours
FR 9-17 | 2026-03-06 15:00 | 16 working hours | 2026-03-10 15:00 | 2 h, 8 h, 6 h
FR 9-17 | 2026-03-06 15:00 | 2 working hours | 2026-03-06 17:00 | at closing time, not on Monday
FR 9-17 | 2026-03-06 18:00 | 1 working hour | 2026-03-09 10:00 | after closing time
FR 9-17 | 2026-03-09 07:00 | 8 working hours | 2026-03-09 17:00 | before opening time
FR 9-17 | 2026-03-07 12:00 | 8 working hours | 2026-03-09 17:00 | Saturday
FR 9-17 | 2026-04-02 16:00 | 16 working hours | 2026-04-07 16:00 | 1 h, 8 h, Easter, 7 h
DE 8-12 13-17 | 2026-03-09 11:00 | 2 working hours | 2026-03-09 14:00 | a lunch break
DE 8-12 13-17 | 2026-03-09 08:00 | 4 working hours | 2026-03-09 12:00 | at the beginning of the break
DE 8-12 13-17 | 2026-03-09 12:30 | 4 working hours | 2026-03-09 17:00 | from within the break
FR 0-24 | 2026-03-05 00:00 | 48 working hours | 2026-03-06 end | open all day is like hours on working days
daily 1-5 | 2026-03-29 00:00 | 4 working hours | 2026-03-30 02:00 | 1:00 to 5:00 has three hours
daily 1-5 | 2026-10-25 00:00 | 4 working hours | 2026-10-25 04:00 | 1:00 to 5:00 has five hours
daily 1-2:30 3-5 | 2026-03-29 00:00 | 3 working hours | 2026-03-29 05:00 | no minute counts twice around the gap
St John's | 2010-11-06 00:30 | 24 hours, ends | 2010-11-06 23:30-03:30 | set back over midnight: that day had ended
# ends: end_of_day
FR | 2026-03-02 09:00 | 3 days, ends | 2026-03-05 end | Thursday, all day
FR | 2026-03-28 10:00 | 1 day, ends | 2026-03-29 end | a day of 23 hours
DE | 2026-10-24 10:00 | 1 day, ends | 2026-10-25 end | a day of 25 hours
DE | 2026-03-28 10:00 | 48 hours, ends | 2026-03-30 end | hours, too, may end with the day
FR | 2026-03-05 00:00 | 48 hours on working days, ends | 2026-03-06 end | Friday, not Saturday
# rolls: next_working_day
FR | 2026-03-04 10:00 | 3 days, rolls | 2026-03-09 10:00 | Saturday to Monday, the same time
FR | 2026-03-04 10:00 | 3 days, ends, rolls | 2026-03-09 end | Saturday to the end of Monday
FR | 2026-03-02 10:00 | 3 days, rolls | 2026-03-05 10:00 | Thursday stays
FR | 2026-04-02 10:00 | 2 days, rolls | 2026-04-07 10:00 | over Easter
DE | 2026-04-02 10:00 | 1 day, rolls | 2026-04-07 10:00 | from Good Friday over Easter
FR | 2026-03-05 10:00 | 48 hours, rolls | 2026-03-09 10:00 | Saturday to Monday
# counting: legal
FR | 2026-03-02 23:59:59 | 14 days, legal | 2026-03-16 end | the first day does not count
FR | 2026-03-02 00:00 | 14 days, legal | 2026-03-16 end | not even from its first moment
FR | 2026-04-17 15:00 | 14 days, legal | 2026-05-04 end | 1 May, then a weekend
DE | 2025-12-18 15:00 | 1 week, legal | 2025-12-29 end | Christmas, then a weekend
DE | 2026-01-31 15:00 | 1 month, legal | 2026-03-02 end | 28 February is a Saturday
PL | 2026-12-10 15:00 | 14 days, legal | 2026-12-28 end | Christmas Eve in Poland
FR | 2026-03-09 10:00 | 3 working days, legal | 2026-03-12 end | Tuesday, Wednesday, Thursday
FR | 2026-03-07 10:00 | 3 working days, legal | 2026-03-11 end | Monday, Tuesday, Wednesday
""")


def period_of(text: str) -> Period:
    """`3 days, ends, rolls` or `14 days, legal`."""
    length, *keys = text.split(", ")
    return parse_period(length).with_(
        ends="end_of_day" if "ends" in keys else None,
        rolls="next_working_day" if "rolls" in keys else None,
        counting="legal" if "legal" in keys else None,
    )


@pytest.mark.parametrize(("name", "start", "text", "due", "why"), DATES, ids=[f"{r[0]} {r[1]} + {r[2]}" for r in DATES])
def test_due(name: str, start: str, text: str, due: str, why: str) -> None:
    calendar = CALENDARS[name]
    found = calendar.add(moment(calendar, start), period_of(text)).due
    assert shown(calendar, found) == shown(calendar, moment(calendar, due)), why


REMINDERS = rows("""
FR | 2026-03-05 09:00 | 24 hours | 2026-03-04 09:00 | a day before
FR | 2026-03-30 11:00 | 48 hours | 2026-03-28 10:00 | elapsed hours over the change
FR | 2026-03-30 10:00 | 2 days | 2026-03-28 10:00 | the same time on the wall
FR | 2026-03-31 10:00 | 1 month | 2026-02-28 10:00 | months clamp backwards, too
FR | 2026-03-09 10:00 | 1 working day | 2026-03-06 10:00 | Monday to Friday
DE | 2026-04-07 10:00 | 1 working day | 2026-04-02 10:00 | back over Easter
FR | 2026-03-08 15:00 | 1 working day | 2026-03-06 00:00 | one whole working day before a Sunday
FR | 2026-03-10 10:00 | 48 hours on working days | 2026-03-06 10:00 | back over the weekend
FR | 2026-03-06 end | 24 hours on working days | 2026-03-05 end | from the end of a day
closed saturdays | 2026-10-26 09:00 | 48 hours on working days | 2026-10-23 10:00 | a Sunday of 25 hours
closed saturdays | 2026-10-26 00:00 | 1 hour on working days | 2026-10-25 23:00 | the last of 25 hours
FR 9-17 | 2026-03-10 15:00 | 16 working hours | 2026-03-06 15:00 | back over the weekend
FR 9-17 | 2026-03-09 17:00 | 8 working hours | 2026-03-09 09:00 | from opening time, not the evening before
DE 8-12 13-17 | 2026-03-09 14:00 | 1 working hour | 2026-03-09 13:00 | from the end of the break
""")


@pytest.mark.parametrize(("name", "due", "text", "moment_before", "why"), REMINDERS)
def test_counted_back(name: str, due: str, text: str, moment_before: str, why: str) -> None:
    calendar = CALENDARS[name]
    found = calendar.subtract(moment(calendar, due), parse_period(text))
    assert shown(calendar, found) == shown(calendar, moment(calendar, moment_before)), why


PAUSES = rows("""
# calendar, start, period, pauses, due, why; Monday 2 March 2026 is an ordinary Monday
FR | 2026-03-02 10:00 | 48 hours | 03-02 12:00 > 03-03 12:00 | 2026-03-05 10:00 | a day later
FR | 2026-03-28 10:00 | 48 hours | 03-28 12:00 > 03-29 12:00 | 2026-03-31 10:00 | 23 hours elapsed meanwhile
FR | 2026-03-02 10:00 | 48 hours | 03-01 08:00 > 03-02 14:00 | 2026-03-04 14:00 | paused already at the start
FR | 2026-03-02 10:00 | 48 hours | 03-01 08:00 > 03-02 09:00 | 2026-03-04 10:00 | over before the start
FR | 2026-03-02 10:00 | 48 hours | 03-02 11:00 > 03-02 12:00; 03-04 10:30 > 03-04 11:00 | 2026-03-04 11:30 | two
FR | 2026-03-02 10:00 | 48 hours | 03-04 10:00 > 03-06 12:00 | 2026-03-06 12:00 | at exactly due: nothing is left
FR | 2026-03-02 10:00 | 48 hours | 03-04 10:00:00.000001 > 03-06 12:00 | 2026-03-04 10:00 | after due
FR | 2026-03-02 10:00 | 48 hours | 03-03 10:00 > | never | still paused
FR | 2026-03-02 10:00 | 48 hours | 03-04 10:00 > | never | paused at exactly due
FR | 2026-03-02 10:00 | 48 hours | 03-05 10:00 > | 2026-03-04 10:00 | paused after due
FR | 2026-03-02 10:00 | 48 hours | 03-03 10:00 > 03-03 10:00 | 2026-03-04 10:00 | no time at all
FR | 2026-03-02 09:00 | 3 days | 03-03 09:00 > 03-05 09:00 | 2026-03-07 09:00 | two days are left
FR | 2026-03-27 10:00 | 3 days | 03-28 10:00 > 03-29 10:00 | 2026-03-31 10:00 | two days on the wall, not 48 hours
FR | 2026-10-23 02:40 | 2 days | 10-25 02:30+02:00 > 10-25 02:15+01:00 | 2026-10-25 02:25+01:00 | after the resumption
daily | 2026-10-23 02:40 | 2 working days | 10-25 02:30+02:00 > 10-25 02:15+01:00 | 2026-10-25 02:25+01:00 | the same
FR | 2026-01-31 10:00 | 1 month | 02-10 10:00 > 02-12 10:00 | 2026-03-02 10:00 | 18 days are left
FR | 2026-03-02 10:00 | 3 working days | 03-03 15:00 > 03-06 15:00 | 2026-03-10 10:00 | a working day and 19 hours
FR | 2026-03-05 10:00 | 3 working days | 03-07 12:00 > 03-08 12:00 | 2026-03-10 10:00 | within the weekend
FR | 2026-03-05 10:00 | 3 working days | 03-07 12:00 > 03-09 12:00 | 2026-03-10 22:00 | twelve hours into Monday
FR | 2026-03-07 15:00 | 3 working days | 03-10 10:00 > 03-11 10:00 | 2026-03-12 end | whole days stay whole
FR | 2026-03-07 15:00 | 3 working days | 03-07 16:00 > 03-08 16:00 | 2026-03-11 end | before it began to count
FR | 2026-03-07 15:00 | 3 working days | 03-07 15:00 > 03-10 10:00 | 2026-03-13 10:00 | as if started on Tuesday
FR | 2026-03-02 10:00 | 3 working days | 03-02 10:00 > 03-07 12:00 | 2026-03-11 end | as if started on Saturday
FR | 2026-03-06 10:00 | 48 hours on working days | 03-06 16:00 > 03-09 16:00 | 2026-03-11 10:00 | 42 hours are left
FR | 2026-03-06 10:00 | 48 hours on working days | 03-07 10:00 > 03-08 10:00 | 2026-03-10 10:00 | stood still anyway
FR | 2026-04-02 10:00 | 48 hours on working days | 04-03 12:00 > 04-06 12:00 | 2026-04-07 22:00 | half of Friday is lost
FR | 2026-03-05 00:00 | 48 hours on working days | 03-06 12:00 > 03-09 12:00 | 2026-03-10 00:00 | 12 hours are left
closed saturdays | 2026-10-23 10:00 | 30 hours on working days | 10-23 12:00 > 10-23 13:00 | 2026-10-25 16:00 | 25 h
FR 9-17 | 2026-03-06 15:00 | 16 working hours | 03-09 10:00 > 03-09 12:00 | 2026-03-10 17:00 | two hours of Monday
FR 9-17 | 2026-03-06 15:00 | 16 working hours | 03-09 20:00 > 03-10 08:00 | 2026-03-10 15:00 | within the night
FR | 2026-03-02 09:00 | 3 days, ends | 03-03 09:00 > 03-04 09:00 | 2026-03-06 end | ends apply again
FR | 2026-03-02 09:00 | 3 days, ends | 03-05 15:00 > 03-05 16:00 | 2026-03-05 end | counted already, the same day
FR | 2026-03-02 09:00 | 3 days, ends | 03-05 15:00 > 03-06 08:00 | 2026-03-06 end | counted already, the next day
FR | 2026-03-02 09:00 | 3 days, ends | 03-05 end > 03-07 08:00 | 2026-03-07 08:00 | at exactly due, no end of day
FR | 2026-03-04 10:00 | 3 days, rolls | 03-05 10:00 > 03-06 10:00 | 2026-03-09 10:00 | Sunday rolls like Saturday
FR | 2026-03-04 10:00 | 3 days, rolls | 03-08 15:00 > 03-11 15:00 | 2026-03-11 15:00 | nothing is left on Wednesday
FR | 2026-03-02 15:00 | 14 days, legal | 03-04 12:00 > 03-09 12:00 | 2026-03-23 end | the 21st is a Saturday
""")


@pytest.mark.parametrize("row", PAUSES, ids=lambda row: f"{row[2]}, {row[-1]}")
def test_due_over_pauses(row: tuple[str, ...]) -> None:
    name, start, text, pauses, due, why = row
    calendar = CALENDARS[name]
    stood_still = []
    for pause in pauses.split("; "):
        begin, _, end = pause.partition(" >")
        until = moment(calendar, f"2026-{end.strip()}") if end else None
        stood_still.append((moment(calendar, f"2026-{begin}"), until))
    found = calendar.schedule(moment(calendar, start), period_of(text), tuple(stood_still))
    assert ("never" if found is None else shown(calendar, found)) == (
        due if due == "never" else shown(calendar, moment(calendar, due))
    ), why


BEGAN = rows("""
3 days | 2026-03-02 09:00 | 2026-03-04 09:00 | | 2026-03-05 09:00
3 days | 2026-03-02 09:00 | 2026-03-10 09:00 | | 2026-03-10 09:00
3 days | 2026-03-02 09:00 | 2026-03-10 09:00 | 2026-03-10 09:00 > 2026-03-12 09:00 | 2026-03-12 09:00
3 days, ends | 2026-03-02 09:00 | 2026-03-10 09:00 | 2026-03-10 09:00 > 2026-03-12 09:00 | 2026-03-12 09:00
3 days | 2026-03-02 09:00 | 2026-03-10 09:00 | 2026-03-10 09:00 > | never
3 days | 2026-03-02 09:00 | 2026-03-10 09:00 | 2026-03-11 09:00 > | 2026-03-10 09:00
3 days | 2026-03-02 09:00 | 2026-03-10 09:00 | 2026-03-08 09:00 > 2026-03-10 09:00 | 2026-03-10 09:00
3 days | 2026-03-02 09:00 | 2026-03-04 09:00 | 2026-03-04 09:00 > 2026-03-06 09:00 | 2026-03-07 09:00
""")


@pytest.mark.parametrize(("text", "start", "began", "pause", "due"), BEGAN)
def test_a_run_that_counts_from_an_earlier_moment_is_never_due_before_it_began(
    text: str, start: str, began: str, pause: str, due: str
) -> None:
    calendar = CALENDARS["FR"]
    begin, _, end = (part.strip() for part in pause.partition(" >"))
    still = ((moment(calendar, begin), moment(calendar, end) if end else None),) if begin else ()
    found = calendar.schedule(moment(calendar, start), period_of(text), still, began=moment(calendar, began))
    assert ("never" if found is None else shown(calendar, found)) == (
        due if due == "never" else shown(calendar, moment(calendar, due))
    )
