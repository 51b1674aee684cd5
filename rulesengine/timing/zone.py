"""Time zones from the `tzdata` package: moments to wall-clock time and back, in integer microseconds.

Wall-clock time is an `int` too: microseconds from 1970-01-01T00:00 to the reading of the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from zoneinfo import ZoneInfo

from rulesengine.diagnostics import nearest
from rulesengine.timing.errors import TimingError
from rulesengine.timing.period import DAY, SECOND

EPOCH_DAY = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zero of wall-clock time


class Zone:
    """One time zone. A wall-clock time that a change skips counts as later by the gap; one that comes twice, as the
    first.
    """

    __slots__ = ("_epoch", "_of_utc_day", "_of_wall_day", "info", "midnight", "name")

    def __init__(self, name: str, info: ZoneInfo) -> None:
        self.name = name
        self.info = info
        self._epoch = datetime(1970, 1, 1, tzinfo=info)
        #: what the clock on the wall is ahead all through a day of UTC, and all through a day on the wall, in
        #: microseconds; None for a day on which that changes
        self._of_utc_day = lru_cache(maxsize=4096)(self._ahead_on_utc_day)
        self._of_wall_day = lru_cache(maxsize=4096)(self._ahead_on_wall_day)
        #: the moment a day begins
        self.midnight = lru_cache(maxsize=4096)(self._midnight)

    def wall(self, moment: int) -> int:
        """Wall-clock microseconds at a moment."""
        ahead = self._of_utc_day(moment // DAY)
        return moment + (self._ahead_at(moment) if ahead is None else ahead)

    def at(self, wall: int, not_before: int | None = None) -> int:
        """The moment of a wall-clock time; of two, the first that is not before `not_before`."""
        ahead = self._of_wall_day(wall // DAY)
        moment = wall - (self._ahead_of(wall) if ahead is None else ahead)
        if not_before is None or moment >= not_before:
            return moment
        return max(not_before, wall - self._ahead_of(wall, fold=1))

    def _ahead_at(self, moment: int) -> int:
        return _microseconds(self.info.fromutc(self._epoch + timedelta(0, 0, moment)).utcoffset())

    def _ahead_of(self, wall: int, fold: int = 0) -> int:
        return _microseconds(self.info.utcoffset((_NAIVE_EPOCH + timedelta(0, 0, wall)).replace(fold=fold)))

    def _ahead_on_utc_day(self, day: int) -> int | None:
        first = self._ahead_at(day * DAY)
        return first if first == self._ahead_at((day + 1) * DAY - 1) else None

    def _ahead_on_wall_day(self, day: int) -> int | None:
        first = self._ahead_of(day * DAY)
        return first if first == self._ahead_of((day + 1) * DAY - 1) else None

    def _midnight(self, day: int) -> int:
        return self.at((day - EPOCH_DAY) * DAY)

    def comes_twice(self, wall: int) -> bool:
        """Whether the clocks are set back over this wall-clock time."""
        first = self.at(wall)
        return self.at(wall, first + 1) > first + 1

    def clock_changes(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The changes of the clocks in the years from first to last: the moment, and by how much they go forward."""
        for year in range(first, last + 1):
            for day in self.changes(year):
                before, after = self.midnight(day) - 1, self.midnight(day + 1)
                shift = self.wall(after) - after - self.wall(before) + before
                while after - before > 1:
                    middle = (before + after) // 2
                    if self.wall(middle) - middle == self.wall(after) - after:
                        after = middle
                    else:
                        before = middle
                yield after, shift

    def datetime(self, moment: int) -> datetime:
        """The aware datetime of a moment in this zone."""
        return self.info.fromutc(self._epoch + timedelta(0, 0, moment))

    def changes(self, year: int) -> dict[int, int]:
        """Days of a year that are not 24 hours long: day -> microseconds by which it is longer. In order."""
        return _changes(self.name, year)


def _microseconds(shift: timedelta | None) -> int:
    assert shift is not None  # a ZoneInfo always has one
    return (shift.days * 86_400 + shift.seconds) * SECOND


#: days looked at together: a zone never changes its clocks and changes them back in so few (a week is the least)
_TOGETHER = 3


@lru_cache(maxsize=8192)
def _changes(name: str, year: int) -> dict[int, int]:
    midnight = zone_named(name)._midnight  # a year of days would only push others out of the cache
    first, last = (datetime(y, 1, 1, tzinfo=UTC).toordinal() for y in (year, year + 1))
    edges = [*range(first, last, _TOGETHER), last]
    found = {}
    for (begin, start), (end, stop) in pairwise((day, midnight(day)) for day in edges):
        if stop - start == (end - begin) * DAY:
            continue
        for day in range(begin, end):
            longer = midnight(day + 1) - midnight(day) - DAY
            if longer:
                found[day] = longer
    return found


@lru_cache(maxsize=1)
def known_zones() -> tuple[str, ...]:
    """The IANA names of all time zones there are, sorted."""
    from importlib import resources  # late: it is slow to import

    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return tuple(sorted(listed.split()))


@lru_cache(maxsize=1)
def zone_data_version() -> str:
    """The version of the IANA time-zone data in use: `2025b`."""
    return str(import_module("tzdata").IANA_VERSION)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> Zone:
    """The zone of an IANA name; TimingError, with the likely name, where there is none."""
    from importlib import resources

    if name not in known_zones():
        raise TimingError(f"'{name}' is not a time zone.", _likely_zone(name))
    path = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with path.open("rb") as data:
        return Zone(name, ZoneInfo.from_file(data, key=name))


def _likely_zone(name: str) -> str:
    places = {zone.rpartition("/")[2]: zone for zone in reversed(known_zones())}
    likely = nearest(name, known_zones()) or places.get(nearest(name.replace(" ", "_"), places) or "")
    return f"Did you mean '{likely}'?" if likely else "Write an IANA name, like 'Europe/Paris'."
