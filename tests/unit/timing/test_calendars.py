"""Calendars, zones and holidays: what they refuse, where their data comes from, how a count is told."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from rulesengine.timing import (
    Calendar,
    MomentOutOfRange,
    TimingError,
    check_holidays,
    holiday_names,
    holidays_of,
    known_zones,
    parse_period,
    zone_data_version,
)
from rulesengine.timing.holiday import FAMILIAR

ROOT = Path(__file__).parents[3]
HOUR = 3_600_000_000
FR = Calendar("Europe/Paris", holidays_of("FR", range(2025, 2029)))


def at(text: str, calendar: Calendar = FR) -> int:
    return calendar.from_local(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Europe/Pariss", "Did you mean 'Europe/Paris'?"),
        ("europe/berlin", "Did you mean 'Europe/Berlin'?"),
        ("Paris", "Did you mean 'Europe/Paris'?"),
        ("New York", "Did you mean 'America/New_York'?"),
        ("../../etc/passwd", "not a time zone"),
        ("", "not a time zone"),
    ],
)
def test_an_unknown_zone_is_refused_with_the_likely_name(name: str, said: str) -> None:
    with pytest.raises(TimingError) as fault:
        Calendar(name)
    assert said in str(fault.value)


def test_every_zone_can_be_used() -> None:
    assert "Europe/Paris" in known_zones()
    moments = {Calendar(name).local(at("2026-03-29 12:00")) for name in known_zones()}
    assert len(moments) == 1  # the same moment everywhere


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("France", "Did you mean 'FR'?"),
        ("Germny", "Did you mean 'DE'?"),
        ("fr", "Did you mean 'FR'?"),
        ("DEU", "Did you mean 'DE'?"),
        ("DE-BAY", "Did you mean 'DE-BY'?"),
        ("DE-", "Write 'DE'"),
        ("SK-XX", "Write 'SK'"),
        ("XX", "two letters"),
        ("", "two letters"),
    ],
)
def test_an_unknown_holiday_calendar_is_refused_with_the_likely_code(code: str, said: str) -> None:
    with pytest.raises(TimingError) as fault:
        holidays_of(code, [2026])
    assert said in str(fault.value)


def test_holidays_are_those_of_the_country_or_its_part_in_these_years_only() -> None:
    assert date(2026, 7, 14).toordinal() in holidays_of("FR", [2026])
    assert date(2026, 10, 3).toordinal() in holidays_of("DE", [2026])
    epiphany = date(2026, 1, 6).toordinal()
    assert epiphany in holidays_of("DE-BY", [2026])
    assert epiphany not in holidays_of("DE", [2026])
    found = holidays_of("GB", [2026, 2028])
    assert {date.fromordinal(day).year for day in found} == {2026, 2028}
    assert holidays_of("FR", []) == frozenset()
    assert holiday_names("FR", [2026])[date(2026, 4, 6).toordinal()] == "Easter Monday"
    assert set(holiday_names("PL", [2026])) == holidays_of("PL", [2026])


def test_the_codes_taken_as_known_are_known() -> None:
    for code in FAMILIAR:
        check_holidays(code)
        assert holidays_of(code, [2026])
    check_holidays("DE-BY")
    with pytest.raises(TimingError, match="Did you mean 'FR'"):
        check_holidays("France")


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekend": (0, 1, 2, 3, 4, 5, 6)},
        {"weekend": (7,)},
        {"opening": ((17 * HOUR, 9 * HOUR),)},
        {"opening": ((9 * HOUR, 9 * HOUR),)},
        {"opening": ((9 * HOUR, 13 * HOUR), (12 * HOUR, 17 * HOUR))},
        {"opening": ((9 * HOUR, 25 * HOUR),)},
        {"opening": ((-1, HOUR),)},
    ],
)
def test_a_calendar_that_makes_no_sense_cannot_be_made(wrong: dict[str, tuple[object, ...]]) -> None:
    with pytest.raises(TimingError):
        Calendar("Europe/Paris", **wrong)  # type: ignore[arg-type]


def test_working_hours_need_opening_hours() -> None:
    with pytest.raises(TimingError, match="no opening hours"):
        FR.check(parse_period("16 working hours"))
    with pytest.raises(TimingError, match="no opening hours"):
        FR.add(at("2026-03-02 09:00"), parse_period("16 working hours"))
    FR.check(parse_period("3 working days"))


def test_a_calendar_is_a_value() -> None:
    FR.add(at("2026-03-02 09:00"), parse_period("48 hours on working days"))
    for other in (copy.copy(FR), copy.deepcopy(FR), pickle.loads(pickle.dumps(FR))):
        assert other == FR
        assert hash(other) == hash(FR)
    assert Calendar("Europe/Paris") != FR
    with pytest.raises(AttributeError):
        FR.zone = "UTC"  # type: ignore[misc]


@pytest.mark.parametrize(
    "text", ["48 hours", "3 days", "1 month", "3 working days", "48 hours on working days", "16 working hours"]
)
def test_counting_ends_with_the_year_2500(text: str) -> None:
    calendar = Calendar("Europe/Paris", opening=((9 * HOUR, 17 * HOUR),))
    period = parse_period(text)
    for start in (at("2500-12-31 12:00"), at("2501-01-02 12:00"), 10**18, 10**30, -(10**30)):
        with pytest.raises(MomentOutOfRange):
            calendar.add(start, period)
        with pytest.raises(MomentOutOfRange):
            calendar.explain(start, period)
    with pytest.raises(MomentOutOfRange):
        calendar.subtract(at("0001-01-09 00:00", Calendar("UTC")), period)
    with pytest.raises(MomentOutOfRange):
        calendar.schedule(at("2500-12-01 12:00"), period, ((at("2500-12-01 13:00"), at("2501-01-02 12:00")),))


def test_nothing_comes_from_the_machine() -> None:
    program = (
        "import sys; from rulesengine.timing import *; "
        "assert 'holidays' not in sys.modules, 'imported early'; "
        "c = Calendar('Europe/Paris', holidays_of('FR', [2026])); "
        "print(c.add(1774688400000000, parse_period('2 days')).due, holiday_names('FR', [2026])[739712])"
    )
    due = FR.add(1_774_688_400_000_000, parse_period("2 days")).due
    for settings in ({}, {"TZ": "Asia/Tokyo", "PYTHONTZPATH": "/nowhere", "LANG": "fr_FR.UTF-8", "LANGUAGE": "fr"}):
        run = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **settings},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.split(" ", 1) == [str(due), "Easter Monday\n"]


def test_the_version_of_the_zone_data_is_known() -> None:
    assert zone_data_version()[:4].isdigit()


def told(start: str, text: str, calendar: Calendar = FR, **keys: str) -> list[str]:
    names = holiday_names("FR", range(2025, 2029))
    steps = calendar.explain(at(start, calendar), parse_period(text).with_(**keys), names)
    return [f"{calendar.local(step.moment):%d.%m. %H:%M} {step.text}" for step in steps]


def test_working_days_are_told_over_easter() -> None:
    assert told("2026-04-03 10:00", "2 working days") == [
        "03.04. 10:00 Friday 3 April 2026: 2 working days begin",
        "04.04. 00:00 Saturday 4 April 2026 to Sunday 5 April 2026: weekend, not counted",
        "06.04. 00:00 Monday 6 April 2026: Easter Monday, not counted",
        "07.04. 10:00 Tuesday 7 April 2026: working day 1 of 2 is over",
        "08.04. 10:00 Wednesday 8 April 2026: working day 2 of 2 is over",
        "08.04. 10:00 Wednesday 8 April 2026: due",
    ]


def test_hours_on_working_days_are_told_from_a_saturday() -> None:
    assert told("2026-03-07 15:00", "30 hours on working days") == [
        "07.03. 15:00 Saturday 7 March 2026: 30 hours on working days begin",
        "07.03. 15:00 Saturday 7 March 2026 to Sunday 8 March 2026: weekend, not counted",
        "09.03. 00:00 Monday 9 March 2026: the first working day, counted from 00:00",
        "09.03. 00:00 Monday 9 March 2026: 24 hours counted, 6 hours left",
        "10.03. 00:00 Tuesday 10 March 2026: 6 hours counted, nothing left",
        "10.03. 06:00 Tuesday 10 March 2026: due",
    ]


def test_the_end_of_a_working_day_is_told_as_its_end() -> None:
    assert told("2026-03-05 00:00", "48 hours on working days")[-2:] == [
        "06.03. 00:00 Friday 6 March 2026: 24 hours counted, nothing left",
        "06.03. 23:59 Friday 6 March 2026: due",
    ]


def test_opening_hours_are_told() -> None:
    calendar = Calendar("Europe/Paris", FR.holidays, opening=((9 * HOUR, 17 * HOUR),))
    assert told("2026-03-06 15:00", "3 working hours", calendar)[1:] == [
        "06.03. 15:00 Friday 6 March 2026: 2 hours counted, 1 hour left",
        "07.03. 00:00 Saturday 7 March 2026 to Sunday 8 March 2026: weekend, not counted",
        "09.03. 09:00 Monday 9 March 2026: 1 hour counted, nothing left",
        "09.03. 10:00 Monday 9 March 2026: due",
    ]


def test_clock_changes_are_told() -> None:
    assert told("2026-03-28 02:30", "1 day")[1:3] == [
        "29.03. 03:00 the clocks go forward by 1 hour, the time on the wall counts",
        "29.03. 03:30 02:30 does not exist on this day: the clocks skip it, so it is 03:30",
    ]
    assert told("2026-10-24 10:00", "48 hours")[1] == "25.10. 02:00 the clocks go back by 1 hour, elapsed time runs on"
    assert told("2026-10-24 02:30", "1 day")[1] == "25.10. 02:30 02:30 comes twice on this day: the first one is taken"


def test_clamp_end_of_day_and_roll_are_told() -> None:
    assert told("2026-01-31 10:00", "1 month", counting="legal") == [
        "31.01. 10:00 Saturday 31 January 2026: 1 month, counted as a legal period begins",
        "31.01. 10:00 the first day does not count",
        "28.02. 10:00 there is no day 31 in this month: its last day is taken",
        "28.02. 10:00 1 month: counted to here",
        "28.02. 10:00 Saturday 28 February 2026 to Sunday 1 March 2026: weekend, the end moves on",
        "02.03. 23:59 Monday 2 March 2026 counts to its end",
        "02.03. 23:59 Monday 2 March 2026: due",
    ]


def test_a_long_count_is_summed_up() -> None:
    lines = told("2026-01-05 10:00", "250 working days")
    assert len(lines) < 8
    assert "holidays not counted on the way" in lines[-2]
