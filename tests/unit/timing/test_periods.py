"""Reading, writing, comparing and adding periods."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulesengine.timing import Period, TimingError, parse_period

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR

READ = [
    ("30 minutes", Period("elapsed", microseconds=HOUR // 2), "30 minutes"),
    ("1 second", Period("elapsed", microseconds=SECOND), "1 second"),
    ("48 hours", Period("elapsed", microseconds=48 * HOUR), "48 hours"),
    ("1 hour", Period("elapsed", microseconds=HOUR), "1 hour"),
    ("120 minutes", Period("elapsed", microseconds=2 * HOUR), "2 hours"),
    ("3 days", Period("calendar", days=3), "3 days"),
    ("1 day", Period("calendar", days=1), "1 day"),
    ("2 weeks", Period("calendar", days=14), "14 days"),
    ("1 month", Period("calendar", months=1), "1 month"),
    ("2 years", Period("calendar", months=24), "24 months"),
    ("3 working days", Period("working_days", days=3), "3 working days"),
    ("1 working day", Period("working_days", days=1), "1 working day"),
    ("16 working hours", Period("working_hours", microseconds=16 * HOUR), "16 working hours"),
    ("48 hours on working days", Period("on_working_days", microseconds=48 * HOUR), "48 hours on working days"),
    ("1 hour on working days", Period("on_working_days", microseconds=HOUR), "1 hour on working days"),
    ("  3   Working\tDays ", Period("working_days", days=3), "3 working days"),
    ("P3D", Period("calendar", days=3), "3 days"),
    ("PT48H", Period("elapsed", microseconds=48 * HOUR), "48 hours"),
    ("P1M", Period("calendar", months=1), "1 month"),
    ("P2W", Period("calendar", days=14), "14 days"),
    ("PT1H30M", Period("elapsed", microseconds=HOUR * 3 // 2), "90 minutes"),
    ("P1Y2M", Period("calendar", months=14), "14 months"),
    ("P1M3D", Period("calendar", months=1, days=3), "P1M3D"),
    ("PT0.25S", Period("elapsed", microseconds=SECOND // 4), "PT0.25S"),
    ("36525 days", Period("calendar", days=36_525), "36525 days"),
    ("100 years", Period("calendar", months=1_200), "1200 months"),
]


@pytest.mark.parametrize(("text", "period", "canonical"), READ, ids=[row[0] for row in READ])
def test_a_period_is_read_and_written(text: str, period: Period, canonical: str) -> None:
    assert parse_period(text) == period
    assert str(period) == canonical
    assert parse_period(canonical) == period


REFUSED = [
    ("", "is empty"),
    ("   ", "is empty"),
    ("3", "no unit"),
    ("three days", "number in digits"),
    ("days", "number in digits"),
    ("unspecified", "number in digits"),
    ("+3 days", "number in digits"),
    ("٣ days", "number in digits"),
    ("3 dyas", "Did you mean '3 days'?"),
    ("48 hous", "Did you mean '48 hours'?"),
    ("1 mnth", "Did you mean '1 month'?"),
    ("3 wroking days", "Did you mean '3 working days'?"),
    ("48 hours on workng days", "Did you mean '48 hours on working days'?"),
    ("3 business days", "Did you mean '3 working days'?"),
    ("1 business day", "Did you mean '1 working day'?"),
    ("3 days on working days", "Did you mean '3 working days'?"),
    ("2 calendar days", "Did you mean '2 days'?"),
    ("48h", "Did you mean '48 hours'?"),
    ("1d", "Did you mean '1 day'?"),
    ("5m", "minutes or months"),
    ("3 parsecs", "not a unit of time"),
    ("1 month 3 days", "more than one number"),
    ("1.5 hours", "Write '90 minutes'"),
    ("0,5 hours on working days", "Write '30 minutes on working days'"),
    ("1.5 days", "not a whole number"),
    ("-3 days", "negative"),
    ("0 days", "no time at all"),
    ("P0D", "no time at all"),
    ("P", "ISO 8601"),
    ("PT", "ISO 8601"),
    ("P3", "ISO 8601"),
    ("P1.5D", "ISO 8601"),
    ("PT1.0000001S", "ISO 8601"),
    ("P1DT2H", "mixes"),
    ("P1MT1S", "mixes"),
    ("101 years", "longer than 100 years"),
    ("P1200M1D", "longer than 100 years"),
    ("36526 working days", "longer than 100 years"),
    ("9" * 90 + " days", "longer than 100 years"),
    ("PT" + "9" * 90 + "S", "longer than 100 years"),
    ("x" * 101, "longer than 100 characters"),
    ("9" * 100_000, "longer than 100 characters"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[row[0][:30] for row in REFUSED])
def test_what_is_no_period_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(TimingError) as fault:
        parse_period(text)
    assert said in str(fault.value)
    assert fault.value.help


def test_forms_are_named_where_nothing_better_is_known() -> None:
    with pytest.raises(ValueError, match="48 hours on working days") as fault:
        parse_period("soon")
    assert isinstance(fault.value, TimingError)
    assert fault.value.message == "'soon' does not begin with a number in digits."


def test_nothing_is_read_where_it_is_allowed() -> None:
    assert parse_period("0 hours", allow_nothing=True).is_nothing
    assert str(parse_period("P0D", allow_nothing=True)) == "0 days"
    assert not parse_period("1 second").is_nothing


@given(st.text(alphabet="0123456789 PTYMWDHSptdhmswork.,-+inga", max_size=101))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        period = parse_period(text)
    except TimingError as fault:
        assert fault.message  # noqa: PT017 - either outcome is fine
    else:
        assert parse_period(str(period)) == period


lengths = st.integers(1, 36_525 * DAY // SECOND).map(lambda seconds: seconds * SECOND)
written = st.one_of(
    st.builds(Period, st.just("elapsed"), microseconds=st.integers(1, 36_525 * DAY)),
    st.builds(Period, st.sampled_from(["elapsed", "working_hours", "on_working_days"]), microseconds=lengths),
    st.builds(Period, st.just("calendar"), months=st.integers(0, 600), days=st.integers(1, 18_000)),
    st.builds(Period, st.just("calendar"), months=st.integers(1, 1_200)),
    st.builds(Period, st.just("working_days"), days=st.integers(1, 36_525)),
)


@given(written)
def test_what_is_written_is_read_back(period: Period) -> None:
    assert parse_period(str(period)) == period
    assert hash(parse_period(str(period))) == hash(period)


def test_periods_of_one_kind_compare_and_add() -> None:
    assert parse_period("90 minutes") > parse_period("1 hour")
    assert parse_period("2 weeks") >= parse_period("14 days")
    assert parse_period("14 days") <= parse_period("P2W")
    assert parse_period("1 working day") < parse_period("2 working days")
    assert parse_period("30 minutes") + parse_period("1 hour") == parse_period("PT1H30M")
    assert parse_period("1 month") + parse_period("3 days") == parse_period("P1M3D")


@pytest.mark.parametrize(
    ("one", "other"),
    [("48 hours", "2 days"), ("3 days", "3 working days"), ("16 hours", "16 working hours"), ("1 hour", "1 month")],
)
def test_periods_of_different_kinds_neither_compare_nor_add(one: str, other: str) -> None:
    with pytest.raises(TypeError, match="cannot be compared"):
        _ = parse_period(one) < parse_period(other)
    with pytest.raises(TypeError, match="cannot be added"):
        _ = parse_period(one) + parse_period(other)
    assert parse_period(one) != parse_period(other)


def test_months_and_days_have_no_order() -> None:
    with pytest.raises(TypeError, match="no fixed number of days"):
        _ = parse_period("1 month") > parse_period("30 days")


def test_periods_that_end_differently_have_no_order() -> None:
    with pytest.raises(TypeError, match="end differently"):
        _ = parse_period("3 days") < parse_period("4 days").with_(ends="end_of_day")


def test_a_sum_is_bounded_too() -> None:
    with pytest.raises(TimingError, match="100 years"):
        _ = parse_period("100 years") + parse_period("1 day")


def test_modifiers_stand_beside_the_length() -> None:
    legal = parse_period("14 days").with_(counting="legal")
    assert (legal.ends_with_day, legal.rolls_on, legal.uses_calendar) == (True, True, True)
    assert legal != parse_period("14 days")
    assert str(legal) == "14 days"
    assert legal.described() == "14 days, counted as a legal period"
    both = parse_period("3 days").with_(ends="end_of_day").with_(rolls="next_working_day")
    assert both.described() == "3 days, to the end of the day, moved on to a working day"
    assert both.with_() == both


@pytest.mark.parametrize("text", ["48 hours", "16 working hours", "48 hours on working days"])
def test_legal_counting_is_for_days(text: str) -> None:
    with pytest.raises(TimingError, match="does not apply"):
        parse_period(text).with_(counting="legal")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "lunar", "days": 1},
        {"kind": "elapsed", "days": 1},
        {"kind": "calendar", "microseconds": 1},
        {"kind": "working_days", "months": 1},
        {"kind": "working_days", "days": -1},
        {"kind": "working_hours", "microseconds": 1},
        {"kind": "calendar", "days": 1, "ends": "noon"},
        {"kind": "calendar", "days": 1, "rolls": "monday"},
        {"kind": "calendar", "days": 1, "counting": "generous"},
    ],
)
def test_a_period_that_makes_no_sense_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(TimingError):
        Period(**wrong)  # type: ignore[arg-type]
