"""Laws of counting, and a slow, plain implementation that has to agree with the fast one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rulesengine.timing import Calendar, MomentOutOfRange, Period, parse_period
from rulesengine.timing.zone import zone_named

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FIRST = datetime(2012, 1, 1).toordinal()  # noqa: DTZ001
#: ordinary zones, changes of half an hour, at midnight, a day that was skipped, Ramadan, none at all
ZONES = [
    "Europe/Paris",
    "Europe/Berlin",
    "UTC",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/Santiago",
    "Asia/Beirut",
    "Africa/Casablanca",
    "America/St_Johns",
    "Asia/Kathmandu",
]
HOURS = [((9, 17),), ((8, 12), (13, 17)), ((0, 24),), ((0, 3), (5, 24)), ((1, 5),), ((22, 24),)]


def zone_of(name: str) -> ZoneInfo:
    """The zone as the standard library reads it, from the same data."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


INFOS = {name: zone_of(name) for name in ZONES}

calendars = st.builds(
    Calendar,
    st.sampled_from(ZONES),
    st.frozensets(st.integers(FIRST, FIRST + 5_000), max_size=200),
    st.sampled_from([(5, 6), (6,), (5,), (), (4, 5), (0, 2, 3, 4, 5, 6)]),
    st.sampled_from([tuple((a * HOUR, b * HOUR) for a, b in hours) for hours in HOURS]),
)
#: from 2012 to 2025, often at a full hour, where days begin and clocks change
starts = st.one_of(
    st.integers(0, 5_000 * 24 * 4).map(lambda quarter: (FIRST - EPOCH.toordinal()) * DAY + quarter * 15 * MINUTE),
    st.integers((FIRST - EPOCH.toordinal()) * DAY, (FIRST - EPOCH.toordinal() + 5_000) * DAY),
)
seconds = st.one_of(st.integers(1, 400 * 3600), st.integers(1, 20).map(lambda days: days * 86_400))
elapsed = st.builds(Period, st.just("elapsed"), microseconds=st.integers(1, 90 * DAY))
by_calendar = st.one_of(
    st.builds(Period, st.just("calendar"), days=st.integers(1, 400)),
    st.builds(Period, st.just("calendar"), months=st.integers(1, 30)),
    st.builds(Period, st.just("calendar"), months=st.integers(0, 30), days=st.integers(1, 40)),
)
working_days = st.builds(Period, st.just("working_days"), days=st.integers(1, 60))
running = st.builds(
    Period, st.sampled_from(["working_hours", "on_working_days"]), microseconds=seconds.map(lambda s: s * 1_000_000)
)
plain = st.one_of(elapsed, by_calendar, working_days, running)


def _shaped(drawn: tuple[Period, bool, bool, bool]) -> Period:
    period, ends, rolls, legal = drawn
    return period.with_(
        ends="end_of_day" if ends else None,
        rolls="next_working_day" if rolls else None,
        counting="legal" if legal and period.kind in ("calendar", "working_days") else None,
    )


shaped = st.tuples(plain, st.booleans(), st.booleans(), st.booleans()).map(_shaped)
periods = st.one_of(plain, shaped)
gaps = st.lists(st.integers(0, 12 * DAY), max_size=6)


def pauses_from(start: int, lengths: list[int]) -> tuple[tuple[int, int], ...]:
    """Alternately running and standing still."""
    found, at = [], start
    for running_time, still in zip(lengths[::2], lengths[1::2], strict=False):
        found.append((at + running_time, at + running_time + still))
        at += running_time + still
    return tuple(found)


# the slow implementation


def local(calendar: Calendar, moment: int) -> datetime:
    return (EPOCH + timedelta(microseconds=moment)).astimezone(INFOS[calendar.zone])


def at(calendar: Calendar, wall: datetime) -> int:
    since = wall.replace(tzinfo=INFOS[calendar.zone], fold=0).astimezone(UTC) - EPOCH
    return since // timedelta(microseconds=1)


def is_open(calendar: Calendar, day: datetime) -> bool:
    return day.weekday() not in calendar.weekend and day.toordinal() not in calendar.holidays


def midnight(day: datetime) -> datetime:
    return day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def slow_base(calendar: Calendar, start: int, period: Period) -> int:
    """The end of a period before ends and rolls, by stepping."""
    if period.kind == "elapsed":
        return start + period.microseconds
    if period.kind == "calendar":
        wall = local(calendar, start).replace(tzinfo=None)
        day = wall.day
        for _ in range(period.months):
            wall = wall.replace(day=1) + timedelta(days=31)
        wall = wall.replace(day=1)
        while day > 1 and (wall + timedelta(days=day - 1)).month != wall.month:
            day -= 1
        return at(calendar, wall.replace(day=day) + timedelta(days=period.days))
    if period.kind == "working_days":
        wall = local(calendar, start).replace(tzinfo=None)
        left = period.days
        whole = not is_open(calendar, wall)
        while left:
            wall += timedelta(days=1)
            left -= is_open(calendar, wall)
        return at(calendar, midnight(wall) + timedelta(days=1)) - 1 if whole else at(calendar, wall)
    return slow_running(calendar, start, period, ())


def slow_running(calendar: Calendar, start: int, period: Period, still: tuple[tuple[int, int], ...]) -> int:
    """Quarter by quarter: the clock runs where the day is open, within hours, and not paused."""
    hours = calendar.opening if period.kind == "working_hours" else ((0, DAY),)
    left, now = period.microseconds, start
    while True:
        step = 15 * MINUTE - now % (15 * MINUTE)
        for begin, end in still:
            step = min([step, *(edge - now for edge in (begin, end) if edge > now)])
        wall = local(calendar, now)
        clock = (wall.hour * 60 + wall.minute) * MINUTE + wall.second * 1_000_000 + wall.microsecond
        within = is_open(calendar, wall) and any(begin <= clock < end for begin, end in hours)
        if within and not any(begin <= now < end for begin, end in still):
            if left <= step:
                end = now + left
                return end if is_open(calendar, local(calendar, end)) else end - 1
            left -= step
        now += step


def slow_due(calendar: Calendar, base: int, period: Period) -> int:
    """Ends and rolls, day by day."""
    ends = period.ends or period.counting
    wall = local(calendar, base).replace(tzinfo=None)
    if period.rolls or period.counting:
        while not is_open(calendar, wall):
            wall += timedelta(days=1)
    if ends:
        return at(calendar, midnight(wall) + timedelta(days=1)) - 1
    return base if wall == local(calendar, base).replace(tzinfo=None) else at(calendar, wall)


@given(calendars, starts, st.one_of(elapsed, by_calendar, working_days), st.data())
@settings(max_examples=400, deadline=None)
def test_days_agree_with_stepping(calendar: Calendar, start: int, period: Period, data: st.DataObject) -> None:
    period = _shaped((period, *data.draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))))
    found = calendar.add(start, period)
    base = slow_base(calendar, start, period)
    assert (found.base, found.due) == (base, slow_due(calendar, base, period))


# hours moved by a gap of their own run on after it, so hours that begin or end within one are left to the table
@given(calendars, starts, st.sampled_from(["working_hours", "on_working_days"]), st.integers(1, 40), st.booleans())
@settings(max_examples=150, deadline=None)
def test_hours_agree_with_stepping(calendar: Calendar, start: int, kind: str, hours: int, odd: bool) -> None:
    assume(kind != "working_hours" or calendar.opening[0][0] not in (HOUR, 22 * HOUR))
    period = Period(kind, microseconds=hours * HOUR + odd * 1_234_000_000)
    assert calendar.add(start, period).due == slow_running(calendar, start, period, ())


@given(calendars, starts, st.integers(1, 40), gaps)
@settings(max_examples=150, deadline=None)
def test_hours_on_working_days_over_pauses_agree_with_stepping(
    calendar: Calendar, start: int, hours: int, lengths: list[int]
) -> None:
    period = Period("on_working_days", microseconds=hours * HOUR)
    pauses = tuple((a, b) for a, b in pauses_from(start, lengths) if a < b)
    # a pause at exactly due moves due to the resumption, which stepping does not know
    dues = [calendar.schedule(start, period, pauses[:number]) for number in range(len(pauses) + 1)]
    assume(all(due != begin for due, (begin, _) in zip(dues, pauses, strict=False)))
    assert dues[-1] == slow_running(calendar, start, period, pauses)


@given(calendars, starts, periods)
@settings(max_examples=300, deadline=None)
def test_due_comes_after_the_start_and_no_pause_leaves_it(calendar: Calendar, start: int, period: Period) -> None:
    found = calendar.add(start, period)
    assert start <= found.base <= found.due
    assert calendar.schedule(start, period) == found.due
    if period.rolls_on or period.kind in ("working_days", "working_hours", "on_working_days"):
        assert calendar.is_working_day(calendar.day_of(found.due))
    if period.ends_with_day:
        assert calendar.day_of(found.due + 1) > calendar.day_of(found.due)


@given(calendars, starts, st.integers(0, 10 * DAY), st.one_of(elapsed, running))
@settings(max_examples=200, deadline=None)
def test_clocks_that_run_are_monotone_in_the_start(calendar: Calendar, start: int, later: int, period: Period) -> None:
    assert calendar.add(start, period).due <= calendar.add(start + later, period).due


@given(calendars, starts, st.integers(0, 10 * DAY), periods)
@settings(max_examples=200, deadline=None)
def test_every_period_is_monotone_in_the_start_where_clocks_never_change(
    calendar: Calendar, start: int, later: int, period: Period
) -> None:
    assume(period.ends_with_day or not period.rolls_on)  # Saturday 20:00 rolls past Monday 8:00
    steady = Calendar("UTC", calendar.holidays, calendar.weekend, calendar.opening)
    assert steady.add(start, period).due <= steady.add(start + later, period).due


@given(st.sampled_from(["Europe/Paris", "Europe/Berlin"]), starts, st.integers(0, 10 * DAY), st.data())
@settings(max_examples=200, deadline=None)
def test_where_clocks_change_a_later_start_is_due_at_most_that_hour_earlier(
    zone: str, start: int, later: int, data: st.DataObject
) -> None:
    period = data.draw(st.one_of(by_calendar, working_days))
    calendar = Calendar(zone, data.draw(st.frozensets(st.integers(FIRST, FIRST + 5_000), max_size=50)))
    assert calendar.add(start, period).due <= calendar.add(start + later, period).due + HOUR


@given(calendars, starts, st.integers(1, 40 * DAY), st.integers(1, 40 * DAY))
@settings(max_examples=100, deadline=None)
def test_elapsed_time_can_be_waited_in_two_parts(calendar: Calendar, start: int, one: int, two: int) -> None:
    first, second = Period("elapsed", microseconds=one), Period("elapsed", microseconds=two)
    assert calendar.add(calendar.add(start, first).due, second).due == calendar.add(start, first + second).due
    assert calendar.subtract(calendar.add(start, first).due, first) == start


@given(calendars, starts, st.integers(1, 80 * 3600), st.integers(1, 80 * 3600))
@settings(max_examples=150, deadline=None)
def test_working_time_can_be_waited_in_two_parts(calendar: Calendar, start: int, one: int, two: int) -> None:
    first, second = (Period("on_working_days", microseconds=part * 1_000_000) for part in (one, two))
    middle = calendar.add(start, first).due
    at_once = calendar.add(start, first + second).due
    # a first part that ends with the last microsecond of a day leaves that microsecond to the second
    cut_short = not calendar.is_working_day(calendar.day_of(middle + 1))
    assert at_once - calendar.add(middle, second).due in ((0, 1) if cut_short else (0,))


@given(calendars, starts, st.one_of(running, working_days))
@settings(max_examples=200, deadline=None)
def test_counting_back_leads_to_a_moment_from_which_due_is_reached(
    calendar: Calendar, start: int, period: Period
) -> None:
    if period.kind == "working_days":  # in a zone where the same time exists every day
        calendar = Calendar("UTC", calendar.holidays, calendar.weekend)
    due = calendar.add(start, period).due
    back = calendar.subtract(due, period)
    assert calendar.add(back, period).due == due


# pauses


@given(calendars, starts, periods, gaps)
@settings(max_examples=200, deadline=None)
def test_pauses_without_length_change_nothing(
    calendar: Calendar, start: int, period: Period, lengths: list[int]
) -> None:
    pauses = tuple((begin, begin) for begin, _ in pauses_from(start, lengths))
    assert calendar.schedule(start, period, pauses) == calendar.add(start, period).due


@given(calendars, starts, periods, gaps, st.data())
@settings(max_examples=300, deadline=None)
def test_a_pause_in_two_parts_is_one_pause(
    calendar: Calendar, start: int, period: Period, lengths: list[int], data: st.DataObject
) -> None:
    pauses = pauses_from(start, lengths)
    parts: list[tuple[int, int | None]] = []
    for begin, end in pauses:
        middle = data.draw(st.integers(begin, end))
        parts += [(begin, middle), (middle, end)]
    assert calendar.schedule(start, period, tuple(parts)) == calendar.schedule(start, period, pauses)


@given(calendars, starts, elapsed, gaps)
@settings(max_examples=200, deadline=None)
def test_elapsed_time_moves_by_the_length_of_each_pause(
    calendar: Calendar, start: int, period: Period, lengths: list[int]
) -> None:
    due = calendar.add(start, period).due
    for begin, end in pauses_from(start, lengths):
        if begin <= due:
            due += end - begin
    assert calendar.schedule(start, period, pauses_from(start, lengths)) == due


@given(calendars, starts, periods, st.integers(0, 60 * DAY))
@settings(max_examples=200, deadline=None)
def test_an_open_pause_holds_what_is_not_yet_due(calendar: Calendar, start: int, period: Period, after: int) -> None:
    due = calendar.add(start, period).due
    found = calendar.schedule(start, period, ((start + after, None),))
    assert found == (None if start + after <= due else due)


@given(calendars, starts, periods, st.integers(0, 60 * DAY), st.integers(1, 30 * DAY))
@settings(max_examples=200, deadline=None)
def test_what_was_paused_is_never_due_before_the_resumption(
    calendar: Calendar, start: int, period: Period, after: int, length: int
) -> None:
    due = calendar.add(start, period).due
    found = calendar.schedule(start, period, ((start + after, start + after + length),))
    assert found is not None
    if start + after <= due:
        assert found >= start + after + length


# explanation


@given(calendars, starts, periods)
@settings(max_examples=150, deadline=None)
def test_an_explanation_runs_from_the_start_to_the_due_moment(calendar: Calendar, start: int, period: Period) -> None:
    steps = calendar.explain(start, period)
    assert steps[0].moment == start
    assert steps[-1].moment == calendar.add(start, period).due
    assert [step.moment for step in steps] == sorted(step.moment for step in steps)
    assert len(steps) < 120


# zones


@given(st.sampled_from(ZONES), starts)
def test_moments_and_times_on_the_wall_agree_with_the_standard_library(zone: str, moment: int) -> None:
    calendar = Calendar(zone)
    assert calendar.local(moment) == local(calendar, moment)
    assert calendar.local(moment).replace(tzinfo=None) == local(calendar, moment).replace(tzinfo=None)
    naive = calendar.local(moment).replace(tzinfo=None, fold=0)
    assert calendar.from_local(naive) == at(calendar, naive)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Recife", "Asia/Gaza", "Pacific/Apia", "Africa/Casablanca"])
def test_every_day_on_which_the_clocks_change_is_found(zone: str) -> None:
    known = zone_named(zone)
    for year in (1999, 2000, 2002, 2011, 2020, 2040, 2400):
        first, after = (datetime(y, 1, 1).toordinal() for y in (year, year + 1))  # noqa: DTZ001
        edges = [known.midnight(day) for day in range(first, after + 1)]
        longer = {first + i: edges[i + 1] - edges[i] - DAY for i in range(after - first)}
        assert known.changes(year) == {day: by for day, by in longer.items() if by}


# bounds


@given(calendars, st.sampled_from(["elapsed", "calendar", "working_days", "working_hours", "on_working_days"]))
@settings(max_examples=60, deadline=None)
def test_a_hundred_years_are_counted_at_once_or_refused(calendar: Calendar, kind: str) -> None:
    text = {
        "elapsed": "876600 hours",
        "calendar": "100 years",
        "working_days": "36525 working days",
        "working_hours": "876600 working hours",
        "on_working_days": "876600 hours on working days",
    }[kind]
    start = calendar.from_local(datetime(2026, 3, 2, 10))  # noqa: DTZ001
    period = parse_period(text)
    try:
        due = calendar.add(start, period).due
    except MomentOutOfRange:
        assert kind in ("working_days", "working_hours", "on_working_days")
        return
    assert calendar.local(due).year <= 2500
    assert calendar.local(due).year >= 2125
    assert calendar.explain(start, period)[-1].moment == due
