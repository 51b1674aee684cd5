"""The calendar as a pack's deadlines and windows meet it; the arithmetic itself is tested with `timing`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from engine_packs import HEADER, Story, engine_of

PARIS = HEADER.replace("time_zone: UTC", "time_zone: Europe/Paris")
OPEN = PARIS.replace(
    "weekend: [saturday, sunday]}",
    "weekend: [saturday, sunday], opening: [09:00-12:00, 13:00-17:00], closed: [2026-03-04]}",
)


def due(within: str, start: str, header: str = PARIS) -> str:
    """When a duty is due that starts at a wall-clock time in Paris, in the same form."""
    engine = engine_of(
        f"""
processes:
  job:
    states: {{open: {{}}, done: {{final: true}}}}
    transitions:
      start: {{from: new, to: open, by: buyer, ~}}
      end: {{from: open, to: done, by: buyer, ~}}
    deadlines:
      work: {{while: open, within: {within}, owed_by: seller, ~}}
""",
        header,
    )
    paris = ZoneInfo("Europe/Paris")
    story = Story(engine, datetime.fromisoformat(start).replace(tzinfo=paris))
    story.took("job.start", by="buyer")
    found = story.due("job/1", "work")
    assert found is not None
    return found.astimezone(paris).replace(tzinfo=None).isoformat(" ", "auto")


DAY_END = "23:59:59.999999"


@pytest.mark.parametrize(
    ("within", "start", "expected"),
    [
        # elapsed time does not see the change to summer time, days do
        ("24 hours", "2026-03-28 12:00", "2026-03-29 13:00:00"),
        ("1 day", "2026-03-28 12:00", "2026-03-29 12:00:00"),
        ("24 hours", "2026-10-24 12:00", "2026-10-25 11:00:00"),
        ("1 day", "2026-10-24 12:00", "2026-10-25 12:00:00"),
        # a wall-clock time in the gap moves later by the gap
        ("1 day", "2026-03-28 02:30", "2026-03-29 03:30:00"),
        # months clamp to the last day
        ("1 month", "2026-01-31 12:00", "2026-02-28 12:00:00"),
        ("1 month", "2028-01-31 12:00", "2028-02-29 12:00:00"),
        ("2 weeks", "2026-03-02 12:00", "2026-03-16 12:00:00"),
        # working days over a weekend, and over Easter Monday
        ("3 working days", "2026-03-05 12:00", "2026-03-10 12:00:00"),
        ("1 working day", "2026-04-03 12:00", "2026-04-07 12:00:00"),
        # a start on a closed day: the next working 00:00, then whole days
        ("1 working day", "2026-03-07 12:00", f"2026-03-09 {DAY_END}"),
        ("2 working days", "2026-03-07 12:00", f"2026-03-10 {DAY_END}"),
        # the clock stands still on other days: Friday 10:00 to Tuesday 10:00, a Saturday counts from Monday 00:00
        ("48 hours on working days", "2026-03-06 10:00", "2026-03-10 10:00:00"),
        ("24 hours on working days", "2026-03-07 15:00", "2026-03-10 00:00:00"),
        ("P3D", "2026-03-02 09:00", "2026-03-05 09:00:00"),
        ("PT48H", "2026-03-02 09:00", "2026-03-04 09:00:00"),
        ("1 day, ends: end_of_day", "2026-03-02 09:00", f"2026-03-03 {DAY_END}"),
        ("5 days, rolls: next_working_day", "2026-03-02 09:00", "2026-03-09 09:00:00"),
        # legal counting: the first day does not count, the last one to its end, on a working day
        ("5 days, counting: legal", "2026-03-02 09:00", f"2026-03-09 {DAY_END}"),
    ],
)
def test_a_duty_is_due(within: str, start: str, expected: str) -> None:
    assert due(within, start) == expected


@pytest.mark.parametrize(
    ("within", "start", "expected"),
    [
        # 7 opening hours a day; Wednesday 4 March is an extra closing day
        ("7 working hours", "2026-03-02 09:00", "2026-03-02 17:00:00"),
        ("8 working hours", "2026-03-02 09:00", "2026-03-03 10:00:00"),
        ("16 working hours", "2026-03-02 09:00", "2026-03-05 11:00:00"),
        ("2 working days", "2026-03-02 09:00", "2026-03-05 09:00:00"),
    ],
)
def test_opening_hours_and_extra_closing_days(within: str, start: str, expected: str) -> None:
    assert due(within, start, OPEN) == expected


def test_a_regions_holidays_are_its_own() -> None:
    # Corpus Christi, 4 June 2026, is a holiday in Bavaria and not in Berlin
    berlin = PARIS.replace("Europe/Paris", "Europe/Berlin").replace("holidays: FR", "holidays: DE-BE")
    bavaria = berlin.replace("DE-BE", "DE-BY")
    assert due("1 working day", "2026-06-03 12:00", berlin) == "2026-06-04 12:00:00"
    assert due("1 working day", "2026-06-03 12:00", bavaria) == "2026-06-05 12:00:00"


GUARDS = """
processes:
  job:
    facts: {x: datetime, y: datetime}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, requires: [x], optional: [y], ~}
      elapsed: {from: open, by: buyer, when: 'y - x <= period("24 hours")', ~}
      later: {from: open, by: buyer, when: 'now > x + period("1 month")', ~}
      end: {from: open, to: done, by: buyer, ~}
"""


def test_moment_minus_moment_is_elapsed_time() -> None:
    story = Story(engine_of(GUARDS, PARIS), datetime.fromisoformat("2026-03-30T00:00:00+02:00"))
    # noon to noon over the change to summer time: 23 hours
    story.took("job.start", by="buyer", x="2026-03-28T12:00:00+01:00", y="2026-03-29T13:00:00+02:00")
    story.took("job.elapsed", by="buyer")
    other = Story(engine_of(GUARDS, PARIS), datetime.fromisoformat("2026-03-30T00:00:00+02:00"))
    other.took("job.start", by="buyer", x="2026-03-28T12:00:00+01:00", y="2026-03-29T13:00:00.000001+02:00")
    assert other.refused("job.elapsed", by="buyer") == ["condition"]


def test_more_than_a_month_after_a_moment() -> None:
    story = Story(engine_of(GUARDS, PARIS), datetime.fromisoformat("2026-01-31T12:00:00+01:00"))
    story.took("job.start", by="buyer", x="2026-01-31T12:00:00+01:00")
    assert story.refused("job.later", datetime.fromisoformat("2026-02-28T12:00:00+01:00"), by="buyer") == ["condition"]
    story.took("job.later", datetime.fromisoformat("2026-02-28T12:00:00.000001+01:00"), by="buyer")


@pytest.mark.parametrize(
    ("guard", "code"),
    [
        ('y - x < period("1 month")', "RE404"),
        ('y - x < period("3 days")', "RE404"),
        ("now == x", "RE406"),
        ('now + period("1 day") > x', "RE406"),
    ],
)
def test_what_cannot_be_compared_is_refused_at_load(guard: str, code: str) -> None:
    with pytest.raises(Exception, match=code):
        engine_of(GUARDS.replace('y - x <= period("24 hours")', guard), PARIS)


@pytest.mark.parametrize(
    "rule",
    [
        "sets: {y: now}",
        'sets: {y: now + period("1 day")}',
    ],
)
def test_now_stands_neither_in_sets_nor_in_bounds(rule: str) -> None:
    with pytest.raises(Exception, match="RE406"):
        engine_of(GUARDS.replace("when: 'y - x <= period(\"24 hours\")'", rule), PARIS)
    with pytest.raises(Exception, match="RE406"):
        engine_of(GUARDS + "    limits: {l: {event: end, value: x, at_most: now, ~}}\n", PARIS)
