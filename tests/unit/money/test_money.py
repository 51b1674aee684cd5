"""Money is read from its digits, kept in whole smallest units, and shown as it came in."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulesengine.money import (
    CURRENCIES,
    currency_digits,
    parse_amount,
    parse_money,
    parse_number,
    round_down,
    round_money,
    show_money,
    show_number,
)


@pytest.mark.parametrize(
    ("currency", "digits"), [("EUR", 2), ("PLN", 2), ("CZK", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("CLF", 4)]
)
def test_digits_follow_the_currency(currency: str, digits: int) -> None:
    assert currency_digits(currency) == digits


def test_currencies_are_codes_of_three_capitals() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert 150 < len(CURRENCIES) < 200


@pytest.mark.parametrize(("wrong", "right"), [("EUT", "EUR"), ("eur", "EUR"), ("GPB", "GBP")])
def test_an_unknown_currency_is_answered_with_the_likely_one(wrong: str, right: str) -> None:
    with pytest.raises(ValueError, match=f"Did you mean '{right}'"):
        currency_digits(wrong)


@pytest.mark.parametrize(
    ("raw", "digits", "units"),
    [
        ("80.00", 2, 8000),
        ("80", 2, 8000),
        ("80.5", 2, 8050),
        ("80.000", 2, 8000),
        ("-0.01", 2, -1),
        ("-0", 2, 0),
        ("0.001", 3, 1),
        ("80", 0, 80),
        ("80.0", 0, 80),
        (80, 2, 8000),
        (-80, 2, -8000),
        (Decimal("80.05"), 2, 8005),
        (Decimal("80.0000000"), 2, 8000),
        (Fraction(161, 2), 2, 8050),
        ("999999999999999.99", 2, 99999999999999999),
    ],
)
def test_amounts_are_read_exactly(raw: object, digits: int, units: int) -> None:
    assert parse_money(raw, digits) == units


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("80.001", "at most 2 digits after the point"),
        (Decimal("0.005"), "at most 2 digits after the point"),
        (Fraction(1, 3), "at most 2 digits after the point"),
        ("1000000000000000", "at most 15 digits"),
        (10**15, "at most 15 digits"),
        pytest.param(10**5000, "far too many digits", id="10**5000"),
        ("9" * 10_000, "a text of 10,000 characters"),
        (80.0, "write it as text"),
        (float("nan"), "write it as text"),
        (Decimal("NaN"), "NaN"),
        (Decimal("Infinity"), "Infinity"),
        (Decimal("1E+3"), "without exponent"),
        (Decimal("1E-999999"), "without exponent"),
        ("NaN", "amount of money"),
        ("inf", "amount of money"),
        ("1e3", "amount of money"),
        ("80,00", "amount of money"),
        ("80.00 EUR", "amount of money"),
        ("80.", "amount of money"),
        (".5", "amount of money"),
        ("+5", "amount of money"),
        ("1_000", "amount of money"),
        ("٣", "amount of money"),
        (" 80", "amount of money"),
        ("80\n", "amount of money"),
        ("", "amount of money"),
        ("--5", "amount of money"),
        (True, "got true"),
        (None, "got nothing"),
        ([80], "got a list"),
        ({"amount": 80}, "got a map"),
        (b"80", "type bytes"),
    ],
)
def test_what_is_no_amount_is_refused_in_words(raw: object, why: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        parse_money(raw, 2)
    assert why in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_currency_without_digits_takes_whole_units_only() -> None:
    with pytest.raises(ValueError, match="whole units"):
        parse_money("80.5", 0)


def test_amounts_of_packs_name_their_currency() -> None:
    assert parse_amount("200 EUR") == (20_000, "EUR")
    assert parse_amount("0.50 PLN") == (50, "PLN")
    assert parse_amount("1500 JPY") == (1500, "JPY")
    for wrong in ("200", "EUR 200", "200EUR", "200 EU", "200.001 EUR", "2e2 EUR", "200 EUR EUR", "x" * 10_000):
        with pytest.raises(ValueError, match=r"\w"):
            parse_amount(wrong)


@pytest.mark.parametrize(
    ("value", "rounded", "down"),
    [
        (Fraction(1, 2), 1, 0),
        (Fraction(3, 2), 2, 1),
        (Fraction(5, 2), 3, 2),
        (Fraction(49, 100), 0, 0),
        (Fraction(-1, 2), -1, -1),
        (Fraction(-49, 100), 0, -1),
        (Fraction(-3, 2), -2, -2),
        (7, 7, 7),
    ],
)
def test_storing_rounds_half_up_and_room_left_is_rounded_down(value: Fraction, rounded: int, down: int) -> None:
    assert round_money(value) == rounded
    assert round_down(value) == down


@settings(deadline=None)
@given(st.fractions())
def test_rounding_is_off_by_half_a_unit_at_most_and_the_same_on_both_sides_of_zero(value: Fraction) -> None:
    assert abs(round_money(value) - value) <= Fraction(1, 2)
    assert round_money(-value) == -round_money(value)
    assert 0 <= value - round_down(value) < 1


@pytest.mark.parametrize(
    ("units", "digits", "shown"),
    [
        (8000, 2, "80.00"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (0, 2, "0.00"),
        (80, 0, "80"),
        (1, 3, "0.001"),
        (Fraction(4, 1), 2, "0.04"),
        (Fraction(8001, 2), 2, "40.005"),
        (Fraction(-8001, 2), 2, "-40.005"),
        (Fraction(8000, 3), 2, "26.666666…"),
        (Fraction(-8000, 3), 2, "-26.666666…"),
    ],
)
def test_money_is_shown_padded(units: int | Fraction, digits: int, shown: str) -> None:
    assert show_money(units, digits) == shown


@settings(deadline=None)
@given(st.integers(-(10**17) + 1, 10**17 - 1), st.sampled_from([0, 2, 3]))
def test_money_reads_back_as_it_was_shown(units: int, digits: int) -> None:
    if abs(units) < 10 ** (15 + digits):
        assert parse_money(show_money(units, digits), digits) == units


@pytest.mark.parametrize(
    ("raw", "value"),
    [("0.5", Fraction(1, 2)), ("3", 3), ("3.0", 3), (3, 3), (Decimal("0.10"), Fraction(1, 10)), ("1/3", Fraction(1, 3)),
     ("4/2", 2), ("-1/3", Fraction(-1, 3))],
)  # fmt: skip
def test_numbers_are_read_from_their_digits(raw: object, value: int | Fraction) -> None:
    read = parse_number(raw)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "raw", ["1/0", "1/-3", "1e5", "NaN", 0.5, True, None, "1" * 31, 10**30, "0." + "1" * 30, "1/2/3"]
)
def test_what_is_no_number_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_number(raw)


@settings(deadline=None)
@given(st.integers(-(10**30) + 1, 10**30 - 1), st.integers(1, 10**30 - 1))
def test_numbers_read_back_as_they_were_shown(above: int, below: int) -> None:
    value = Fraction(above, below)
    assert parse_number(show_number(value)) == value


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**15), max_value=10**15))
def test_digits_that_end_are_shown_as_digits(value: Decimal) -> None:
    assert "/" not in show_number(Fraction(value))
    assert Decimal(show_number(Fraction(value))) == value
