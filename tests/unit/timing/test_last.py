"""The windows indicators look back on, by hand-checked dates."""

from __future__ import annotations

import pytest

from rulesengine.case import to_datetime
from rulesengine.facts import read_moment
from rulesengine.timing import Calendar, parse_period, the_last

PARIS = Calendar(zone="Europe/Paris")


def shown(what: str, at: str) -> list[str]:
    unit = what if what.startswith("calendar") else parse_period(what)
    edges = the_last(PARIS, unit, read_moment(at, PARIS))  # type: ignore[arg-type]
    return [to_datetime(edge).astimezone(PARIS.time_zone.info).strftime("%Y-%m-%d %H:%M %z") for edge in edges]


@pytest.mark.parametrize(
    ("what", "at", "first", "end"),
    [
        # 2026-06-30 is a Tuesday
        ("calendar week", "2026-06-30 12:00", "2026-06-22 00:00 +0200", "2026-06-29 00:00 +0200"),
        ("calendar week", "2026-06-29 00:00", "2026-06-22 00:00 +0200", "2026-06-29 00:00 +0200"),
        ("calendar week", "2026-06-28 23:59:59", "2026-06-15 00:00 +0200", "2026-06-22 00:00 +0200"),
        # the week in which the clocks go forward has an hour less
        ("calendar week", "2026-03-30 00:00", "2026-03-23 00:00 +0100", "2026-03-30 00:00 +0200"),
        ("calendar day", "2026-03-30 08:00", "2026-03-29 00:00 +0100", "2026-03-30 00:00 +0200"),
        ("calendar month", "2026-03-31 12:00", "2026-02-01 00:00 +0100", "2026-03-01 00:00 +0100"),
        ("calendar month", "2026-01-01 00:00", "2025-12-01 00:00 +0100", "2026-01-01 00:00 +0100"),
        ("calendar year", "2026-12-31 23:59", "2025-01-01 00:00 +0100", "2026-01-01 00:00 +0100"),
        ("30 days", "2026-04-15 09:00", "2026-03-16 09:00 +0100", "2026-04-15 09:00 +0200"),
        ("48 hours", "2026-03-30 01:00", "2026-03-28 00:00 +0100", "2026-03-30 01:00 +0200"),
        ("3 months", "2026-05-31 09:00", "2026-02-28 09:00 +0100", "2026-05-31 09:00 +0200"),
    ],
)
def test_a_window_in_the_zone_of_the_calendar(what: str, at: str, first: str, end: str) -> None:
    assert shown(what, at) == [first, end]
