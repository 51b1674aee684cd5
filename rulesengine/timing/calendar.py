"""The calendar of a pack: when a period that starts at a moment is over.

Every kind of period has a clock of its own: the time that elapses, the clock on the wall, the wall clock of working
days, opening hours, the hours of working days. Adding a period moves that clock forward; what a pause leaves is the
distance on that clock, and is added again when the pause is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property

import msgspec

from rulesengine.timing.days import LAST_DAY, WorkingDays
from rulesengine.timing.errors import MomentOutOfRange, TimingError
from rulesengine.timing.hours import RunningClock
from rulesengine.timing.period import DAY, Period
from rulesengine.timing.zone import EPOCH_DAY, Zone, zone_named

FIRST_MOMENT = -EPOCH_DAY * DAY + 8 * DAY  # a week into year 1, so that no zone leaves it
LAST_MOMENT = (LAST_DAY + 1 - EPOCH_DAY) * DAY - 1  # the end of 2500, UTC


class Due(msgspec.Struct, frozen=True):
    """The end of a period: `base` as counted, `due` after `ends`, `rolls` and legal counting have moved it."""

    base: int
    due: int


class Step(msgspec.Struct, frozen=True):
    """One line of a count shown to people: what happens at a moment."""

    moment: int
    text: str


class _Count(msgspec.Struct, frozen=True):
    """A count that came to its end at `base`, `short` microseconds before its own clock reads the full amount.

    The last microsecond of a day stands for the day's end; what a pause leaves is still measured to the full amount.
    """

    base: int
    short: int = 0


class Calendar(msgspec.Struct, frozen=True, dict=True):
    """A time zone and the days and hours on which a marketplace works. Immutable, hashable, free to share.

    `zone` is an IANA name, `holidays` are ordinals (extra closing days among them), `weekend` weekdays from
    Monday = 0, `opening` the hours of a working day as (start, end) in microseconds of wall-clock time from 00:00.
    Raises TimingError for an unknown zone, a week without working days, and hours that are not in order.
    """

    zone: str
    holidays: frozenset[int] = frozenset()
    weekend: tuple[int, ...] = (5, 6)
    opening: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if any(not 0 <= weekday <= 6 for weekday in self.weekend):
            raise TimingError("A weekday lies outside 0 (Monday) to 6 (Sunday).")
        if len(set(self.weekend)) == 7:
            raise TimingError("No day of the week is left to work on.", "Leave at least one day out of 'weekend'.")
        edge = 0
        for start, end in self.opening:
            if not edge <= start < end <= DAY:
                raise TimingError(
                    "Opening hours overlap or are not in order.",
                    "Each begins before it ends, within 00:00 to 24:00, and after the one before it.",
                )
            edge = end

    @cached_property
    def time_zone(self) -> Zone:
        """The zone's arithmetic."""
        return zone_named(self.zone)

    @cached_property
    def working_days(self) -> WorkingDays:
        """The working days by number."""
        return WorkingDays(self.holidays, self.weekend)

    @cached_property
    def _whole_days(self) -> RunningClock:
        return RunningClock(self.time_zone, self.working_days, ((0, DAY),))

    @cached_property
    def _opening(self) -> RunningClock:
        if not self.opening:
            raise TimingError(
                "This calendar has no opening hours, so working hours cannot be counted.",
                "State the calendar's opening hours, or write '48 hours on working days'.",
            )
        return RunningClock(self.time_zone, self.working_days, self.opening)

    def running_clock(self, period: Period) -> RunningClock:
        """The clock of working hours, or of hours on working days. TimingError without opening hours."""
        return self._opening if period.kind == "working_hours" else self._whole_days

    def check(self, period: Period) -> None:
        """TimingError where this calendar cannot count a period: working hours without opening hours."""
        if period.kind == "working_hours":
            self.running_clock(period)

    def local(self, moment: int) -> datetime:
        """The aware datetime of a moment in this calendar's zone."""
        return self.time_zone.datetime(_within(moment))

    def from_local(self, naive: datetime) -> int:
        """The moment of a naive wall-clock time: in a gap later by the gap, in a fold the first."""
        at = (naive.toordinal() - EPOCH_DAY) * DAY
        seconds = (naive.hour * 60 + naive.minute) * 60 + naive.second
        return self.time_zone.at(at + seconds * 1_000_000 + naive.microsecond)

    def day_of(self, moment: int) -> int:
        """The ordinal of the local day of a moment."""
        return self.time_zone.wall(moment) // DAY + EPOCH_DAY

    def is_working_day(self, ordinal: int) -> bool:
        """Whether a day is neither weekend nor holiday."""
        return self.working_days.is_open(ordinal)

    def add(self, start: int, period: Period) -> Due:
        """When a period is over that starts at a moment.

        - Hours and minutes elapse. Days, weeks and months lead to the same wall-clock time on a later day; months clamp
          to the last day of the month.
        - Working days lead to the same wall-clock time so many working days later. A start on a closed day moves to
          the next working 00:00, and the last working day then counts whole, to its last microsecond.
        - Working hours run within opening hours; hours on working days run around the clock on working days. Where the
          count is complete just as a closed day begins, it ends with the last microsecond before.
        - `ends: end_of_day` moves the end to the last microsecond of its local day. `rolls: next_working_day` moves an
          end on a closed day to the same wall-clock time of the next working day, or to that day's end.
          `counting: legal` does both; its first day does not count because the days after it do, to their end.

        Raises MomentOutOfRange beyond the year 2500, TimingError for working hours without opening hours.
        """
        count = self._count(_within(start), period)
        return Due(count.base, self._finish(count.base, period))

    def schedule(
        self,
        start: int,
        period: Period,
        pauses: Iterable[tuple[int, int | None]] = (),
        began: int | None = None,
    ) -> int | None:
        """When a period is over whose clock stood still in `pauses`: (from, to) in order, apart, the last one perhaps
        open: (from, None). None while an open pause holds it.

        What is left at a pause is measured on the period's own clock up to the base, counted from the resumption, and
        then `ends` and `rolls` apply again; a period already counted to its base has nothing left. A pause at exactly
        the due moment leaves nothing, and due is the resumption. Pauses that begin later, or are empty, change
        nothing; one that covers the start counts from the start. `began` is when the run began, where it counts from
        an earlier moment: due is never before it. Errors as for `add`.
        """
        count = self._count(_within(start), period)
        due = self._finish(count.base, period)
        whole_days = not self.is_working_day(self.day_of(start)) if period.kind == "working_days" else False
        for begin, end in pauses:
            at = max(begin, start)
            if end is not None and end <= at:
                continue
            if at > due:
                if began is None or not due < began or at > began or (end is not None and end <= began):
                    continue
                at = due  # over before the run began, and its first moment is paused
            if end is None:
                return None
            _within(end)
            if at == due:
                count, due = _Count(end), end
                continue
            count = self._resume(end, self._left(at, count, period), period, whole_days)
            due = self._finish(count.base, period)
        return due if began is None else max(due, began)

    def subtract(self, due: int, period: Period) -> int:
        """The moment a period before `due`, for reminders; `ends`, `rolls` and legal counting do not apply.

        It is the latest moment from which the period leads to `due`: opening hours are entered at their beginning, and
        from a closed day whole working days are counted back. Errors as for `add`.
        """
        _within(due)
        kind = period.kind
        if period.is_nothing:
            return due
        if kind == "elapsed":
            return _within(due - period.microseconds)
        if kind == "calendar":
            return _within(self.time_zone.at(self._moved(due, -period.months, -period.days)))
        if kind == "working_days":
            number, clock = divmod(self._worked(due) - period.days * DAY, DAY)
            return _within(self.time_zone.at((self.working_days.day(number) - EPOCH_DAY) * DAY + clock))
        return _within(self.running_clock(period).backward(due, period.microseconds))

    def explain(self, start: int, period: Period, names: Mapping[int, str] | None = None) -> list[Step]:
        """The count of `add` step by step, in order of time; the last step is its due moment. `names` are those of
        holidays, by ordinal. Errors as for `add`.
        """
        from rulesengine.timing.explanation import explain

        return explain(self, start, period, names or {})

    def _count(self, start: int, period: Period) -> _Count:
        """The period from its start, before ends and rolls."""
        kind = period.kind
        if period.is_nothing:
            return _Count(start)
        if kind == "elapsed":
            return _Count(_within(start + period.microseconds))
        if kind == "calendar":
            return _Count(_within(self.time_zone.at(self._moved(start, period.months, period.days))))
        if kind == "working_days":
            whole_days = not self.is_working_day(self.day_of(start))
            return self._work(start, period.days * DAY, whole_days)
        return self._run(start, period.microseconds, period)

    def _finish(self, base: int, period: Period) -> int:
        """Apply ends and rolls to the end of a count."""
        ends, rolls = period.ends_with_day, period.rolls_on
        if not ends and not rolls:
            return base
        day, clock = divmod(self.time_zone.wall(base), DAY)
        day += EPOCH_DAY
        if rolls and not self.working_days.is_open(day):
            day = self.working_days.day(self.working_days.number(day))
        elif not ends:
            return base
        # clocks set back over midnight can put the first end of a day before a later moment of it
        return _within(max(base, self._end_of(day) if ends else self.time_zone.at((day - EPOCH_DAY) * DAY + clock)))

    def _left(self, at: int, count: _Count, period: Period) -> int:
        """What is left at a moment up to the end of a count, in microseconds of the period's own clock."""
        kind = period.kind
        if at >= count.base:
            return 0
        if kind == "elapsed":
            return count.base - at
        if kind == "calendar":
            return self.time_zone.wall(count.base) - self.time_zone.wall(at)
        if kind == "working_days":
            return self._worked(count.base) + count.short - self._worked(at)
        return self.running_clock(period).between(at, count.base) + count.short

    def _resume(self, at: int, left: int, period: Period, whole_days: bool) -> _Count:
        """Count what was left, from the end of a pause."""
        kind = period.kind
        if left == 0:
            return _Count(at)
        if kind == "elapsed":
            return _Count(_within(at + left))
        if kind == "calendar":
            return _Count(_within(self.time_zone.at(self.time_zone.wall(at) + left, at)))
        if kind == "working_days":
            return self._work(at, left, whole_days or not self.is_working_day(self.day_of(at)))
        return self._run(at, left, period)

    def _moved(self, moment: int, months: int, days: int) -> int:
        """Wall-clock time moved by months, which clamp to the last day, then by days."""
        day, clock = divmod(self.time_zone.wall(moment), DAY)
        if months:
            on = date.fromordinal(day + EPOCH_DAY)
            year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
            if not 1 <= year <= 2600:
                raise MomentOutOfRange
            first = date(year, month + 1, 1).toordinal()
            after = date(year + month // 11, (month + 1) % 12 + 1, 1).toordinal()
            day = min(first + on.day, after) - 1 - EPOCH_DAY
        wall = (day + days) * DAY + clock
        if wall < FIRST_MOMENT:
            raise MomentOutOfRange
        return wall

    def _worked(self, moment: int) -> int:
        """The wall clock of working days: 24 hours for each, standing still on closed days."""
        day, clock = divmod(self.time_zone.wall(moment), DAY)
        number = self.working_days.number(day + EPOCH_DAY)
        return number * DAY + (clock if self.working_days.is_open(day + EPOCH_DAY) else 0)

    def _work(self, start: int, amount: int, whole_days: bool) -> _Count:
        """Move the wall clock of working days forward. `whole_days`: a full day ends with its last microsecond."""
        number, clock = divmod(self._worked(start) + amount, DAY)
        if whole_days and clock == 0:
            return _Count(_within(max(start, self._end_of(self.working_days.day(number - 1)))), short=1)
        return _Count(_within(self.time_zone.at((self.working_days.day(number) - EPOCH_DAY) * DAY + clock, start)))

    def _run(self, start: int, amount: int, period: Period) -> _Count:
        """Move the clock of opening hours or of whole working days forward."""
        end, day = self.running_clock(period).forward(start, amount)
        if end > self._end_of(day) and not self.working_days.is_open(day + 1):
            return _Count(_within(end - 1), short=1)  # a day's end belongs to that day, not to the closed one after it
        return _Count(_within(end))

    def _end_of(self, day: int) -> int:
        """The last microsecond of a day."""
        return self.time_zone.midnight(day + 1) - 1


def _within(moment: int) -> int:
    if not FIRST_MOMENT <= moment <= LAST_MOMENT:
        raise MomentOutOfRange
    return moment
