"""Facts: strict reading with words for what was wrong, and a JSON form that reads back as the same value."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulesengine.facts import FactType, show_moment

MONEY = FactType(kind="money")
NUMBER = FactType(kind="number")
INTEGER = FactType(kind="integer")
TEXT = FactType(kind="text")
BOOLEAN = FactType(kind="boolean")
DATETIME = FactType(kind="datetime")
DATE = FactType(kind="date")
REASON = FactType(kind="choice", choices=("damaged", "different", "empty_parcel"))
TAGS = FactType(kind="list")
UNITS = FactType(kind="instances", process="line")
PARIS = ZoneInfo("Europe/Paris")
NINE = 1_772_438_400_000_000  # 2026-03-02T08:00:00Z


class Calendar:
    zone = "Europe/Paris"


@pytest.mark.parametrize(
    ("fact", "raw", "value", "shown"),
    [
        (MONEY, "80.00", 8000, "80.00"),
        (MONEY, Decimal("80.5"), 8050, "80.50"),
        (FactType(kind="money", digits=0), 80, 80, "80"),
        (NUMBER, "0.5", Fraction(1, 2), "0.5"),
        (NUMBER, 3, 3, "3"),
        (INTEGER, "3", 3, "3"),
        (INTEGER, -3, -3, "-3"),
        (TEXT, "Ünï", "Ünï", "Ünï"),
        (BOOLEAN, True, True, True),
        (DATETIME, "2026-03-02T08:00:00Z", NINE, "2026-03-02T08:00:00.000000Z"),
        (DATETIME, "2026-03-02 09:00+01:00", NINE, "2026-03-02T08:00:00.000000Z"),
        (DATETIME, "2026-03-02T08:00:00.000001Z", NINE + 1, "2026-03-02T08:00:00.000001Z"),
        (DATETIME, datetime(2026, 3, 2, 9, tzinfo=PARIS), NINE, "2026-03-02T08:00:00.000000Z"),
        (DATE, "2026-03-02", date(2026, 3, 2).toordinal(), "2026-03-02"),
        (DATE, date(2026, 3, 2), date(2026, 3, 2).toordinal(), "2026-03-02"),
        (REASON, "damaged", "damaged", "damaged"),
        (TAGS, ["a", "b", "a"], ("a", "b", "a"), ["a", "b", "a"]),
        (UNITS, ["1", "line/2"], ("line/1", "line/2"), ["line/1", "line/2"]),
    ],
)
def test_values_are_read_and_shown(fact: FactType, raw: object, value: object, shown: object) -> None:
    assert fact.read(raw) == value
    assert fact.show(value) == shown
    assert json.loads(json.dumps(fact.show(value))) == shown
    assert fact.read(fact.show(value)) == value


@pytest.mark.parametrize(
    ("fact", "raw", "why"),
    [
        (MONEY, 80.0, "floating-point"),
        (MONEY, True, "got true"),
        (NUMBER, "NaN", "expected a number"),
        (NUMBER, float("inf"), "floating-point"),
        (INTEGER, "3.0", "expected a whole number"),
        (INTEGER, "1/2", "expected a whole number"),
        (INTEGER, Fraction(1, 2), "expected a whole number"),
        (INTEGER, 3.0, "expected a whole number"),
        (INTEGER, True, "got true"),
        (INTEGER, 10**40, "at most 30 digits"),
        (TEXT, 5, "expected text, got 5"),
        (TEXT, None, "got nothing"),
        (TEXT, "x" * 10_001, "at most 10,000 characters"),
        (TEXT, "a\0b", "cannot be stored"),
        (TEXT, "\ud800", "cannot be stored"),
        (BOOLEAN, "true", "expected true or false, got the text 'true'"),
        (BOOLEAN, 1, "expected true or false"),
        (DATETIME, "2026-03-02T08:00:00", "offset from UTC"),
        (DATETIME, datetime(2026, 3, 2), "offset from UTC"),  # noqa: DTZ001
        (DATETIME, "2026-02-30T08:00:00Z", "no moment of the calendar"),
        (DATETIME, "2026-03-02T24:00:00Z", "no moment of the calendar"),
        (DATETIME, "2026-03-02T08:00:00.0000001Z", "expected a moment"),
        (DATETIME, "2026-03-02", "expected a moment"),
        (DATETIME, "1969-12-31T23:59:59Z", "between the years 1970 and 2500"),
        (DATETIME, "2501-01-01T00:00:00Z", "between the years 1970 and 2500"),
        (DATETIME, "0001-01-01T00:00:00+14:00", "between the years 1970 and 2500"),
        (DATETIME, 1_772_438_400, "expected a moment"),
        (DATETIME, "٢٠٢٦-03-02T08:00:00Z", "expected a moment"),
        (DATE, "2026-02-30", "no date of the calendar"),
        (DATE, datetime(2026, 3, 2, tzinfo=UTC), "expected a date"),
        (DATE, "1969-12-31", "between the years"),
        (DATE, "20260302", "expected a date"),
        (REASON, "damagd", "Did you mean 'damaged'?"),
        (REASON, 3, "expected one of damaged, different, empty_parcel"),
        (REASON, "x" * 100_000, "a text of 100,000 characters"),
        (TAGS, "a", "expected a list of text"),
        (TAGS, ["a", 5], "entry 2"),
        (TAGS, ["a"] * 1_001, "at most 1,000 entries"),
        (UNITS, ["order/1"], "instances of line"),
        (UNITS, ["1", "line/1"], "named twice"),
        (UNITS, ["line/"], "instances of line"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(fact: FactType, raw: object, why: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        fact.read(raw)
    assert why in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_list_may_be_restricted_to_words() -> None:
    colours = FactType(kind="list", choices=("red", "green"))
    assert colours.read(["green"]) == ("green",)
    with pytest.raises(ValueError, match="Did you mean 'green'"):
        colours.read(["gren"])


@pytest.mark.parametrize(
    ("wall", "moment"),
    [
        ("2026-03-02 09:00", "2026-03-02T08:00:00.000000Z"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00.000000Z"),  # does not exist: later by the gap, 03:30 there
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00.000000Z"),  # comes twice: the first
    ],
)
def test_times_without_an_offset_are_read_only_with_a_zone(wall: str, moment: str) -> None:
    assert show_moment(DATETIME.read(wall, PARIS)) == moment
    assert show_moment(DATETIME.read(wall, Calendar())) == moment
    assert show_moment(DATETIME.read(datetime.fromisoformat(wall), PARIS)) == moment


def test_values_are_shown_to_people_in_their_zone() -> None:
    assert DATETIME.show_local(NINE, PARIS) == "2026-03-02 09:00:00"
    assert DATETIME.show_local(NINE + 5, Calendar()) == "2026-03-02 09:00:00.000005"
    assert MONEY.show_local(8000, PARIS) == "80.00"
    assert TAGS.show_local(("a", "b"), PARIS) == "a, b"
    assert BOOLEAN.show_local(False, PARIS) == "false"
    assert MONEY.show_local(None, PARIS) == "unknown"


def test_types_are_named() -> None:
    named = [fact.type_text for fact in (MONEY, REASON, TAGS, UNITS, DATETIME)]
    assert named == ["money", "choice", "list of text", "instances of line", "datetime"]


def test_storing_rounds_money_and_bounds_what_is_kept() -> None:
    assert MONEY.store(Fraction(8001, 2)) == 4001
    assert NUMBER.store(Fraction(4, 2)) == 2
    assert INTEGER.store(Fraction(4, 2)) == 2
    assert TEXT.store("a") == "a"
    for fact, value in [
        (MONEY, 10**17),
        (NUMBER, 10**30),
        (NUMBER, Fraction(1, 10**30)),
        (INTEGER, Fraction(1, 2)),
        (DATETIME, -1),
    ]:
        with pytest.raises(ValueError, match=r"\w"):
            fact.store(value)


moments = st.datetimes(
    datetime(1970, 1, 2),  # noqa: DTZ001
    datetime(2500, 12, 30),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
incoming = st.one_of(
    st.tuples(st.just(MONEY), st.decimals(-(10**14), 10**14, places=2).map(lambda d: format(d, "f"))),
    st.tuples(st.just(NUMBER), st.fractions(-(10**9), 10**9, max_denominator=10**9)),
    st.tuples(st.just(INTEGER), st.integers(-(10**29), 10**29)),
    st.tuples(st.just(TEXT), words),
    st.tuples(st.just(BOOLEAN), st.booleans()),
    st.tuples(st.just(DATETIME), moments),
    st.tuples(st.just(DATE), st.dates(date(1970, 1, 1), date(2500, 12, 31))),
    st.tuples(st.just(REASON), st.sampled_from(REASON.choices)),
    st.tuples(st.just(TAGS), st.lists(words, max_size=5)),
    st.tuples(st.just(UNITS), st.lists(st.integers(0, 99).map(str), max_size=5, unique=True)),
)


@settings(deadline=None)
@given(incoming)
def test_what_was_read_reads_back_from_json(pair: tuple[FactType, object]) -> None:
    fact, raw = pair
    value = fact.read(raw)
    text = json.dumps(fact.show(value))
    again = fact.read(json.loads(text))
    assert again == value
    assert type(again) is type(value)
    assert json.dumps(fact.show(again)) == text


@settings(deadline=None)
@given(st.fractions(), st.sampled_from([MONEY, NUMBER]))
def test_what_was_stored_reads_back(value: Fraction, fact: FactType) -> None:
    try:
        stored = fact.store(value)
    except ValueError:
        return
    assert fact.read(fact.show(stored)) == stored


@settings(deadline=None)
@given(
    st.sampled_from([MONEY, NUMBER, INTEGER, TEXT, BOOLEAN, DATETIME, DATE, REASON, TAGS, UNITS]),
    st.recursive(
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.text(), st.binary(max_size=5)
        ),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
        max_leaves=4,
    ),
)
def test_anything_at_all_is_read_or_refused(fact: FactType, raw: object) -> None:
    try:
        value = fact.read(raw)
    except ValueError:
        return
    assert fact.read(fact.show(value)) == value
