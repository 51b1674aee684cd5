"""Money and numbers, exact: read from their digits, kept as `int` or `Fraction`, never as binary floating point.

Money in memory is an `int` in the smallest unit of its currency: 8000 is 80.00 EUR, 80 is 80 JPY. Expressions may
hold a `Fraction` of that unit until it is stored. A number in memory is an `int` where it is whole, else a
`Fraction`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rulesengine.diagnostics import did_you_mean

#: An exact number: `int` where it is whole, else `Fraction`.
Exact = int | Fraction

#: Digits of an amount before the point, and of a number altogether, that are read and stored.
MONEY_DIGITS = 15
NUMBER_DIGITS = 30


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Currencies of ISO 4217 that do not have two digits after the point.
_OTHER_DIGITS = {
    **dict.fromkeys(_codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0),
    **dict.fromkeys(_codes("BHD IQD JOD KWD LYD OMR TND"), 3),
    **dict.fromkeys(_codes("CLF UYW"), 4),
}

#: The codes of ISO 4217 that are in use.
CURRENCIES = frozenset(_OTHER_DIGITS) | _codes(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
    CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
    MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
    SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    """
)

_DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_RATIO = re.compile(r"(-?[0-9]{1,30})/([0-9]{1,30})")
_AMOUNT = re.compile(r"\s*(\S+)\s+([A-Za-z]+)\s*")
_NUMBER_BOUND: int = 10**NUMBER_DIGITS


def currency_digits(currency: str) -> int:
    """Digits after the point of a currency. ValueError, with the likely code, where ISO 4217 does not have it."""
    if currency not in CURRENCIES:
        likely = did_you_mean(currency[:20], sorted(CURRENCIES))
        hint = f" {likely}" if likely.startswith("Did") else ""
        raise ValueError(f"'{currency[:20]}' is not a currency code of ISO 4217.{hint}")
    return _OTHER_DIGITS.get(currency, 2)


def parse_money(raw: Any, digits: int) -> int:
    """Read an amount such as `"80.00"` or 80, in whole units, to smallest units of a currency with that many digits.

    Text, `int`, `Decimal` and `Fraction` are read exactly. ValueError for anything else, for more than 15 digits
    before the point, and for an amount finer than the smallest unit.
    """
    if type(raw) is str and len(raw) <= MONEY_DIGITS and raw.isascii():
        # as nearly all amounts come, so that it is worth telling them at once
        whole, point, rest = raw.partition(".")
        if whole.isdigit() and (not point or (rest.isdigit() and len(rest) <= digits)):
            return int(whole + rest + "0" * (digits - len(rest)))
    if isinstance(raw, str) and raw[-1:].isalpha() and len(raw) <= 100 and (match := _AMOUNT.fullmatch(raw)):
        number = match[1].replace(",", ".")
        if _DECIMAL.fullmatch(number):
            raise ValueError(f"expected an amount of money without its currency, such as {number}, got {got(raw)}")
    value = _read(raw, "an amount of money, such as 80.00")
    if abs(value) >= 10**MONEY_DIGITS:
        raise ValueError(f"expected an amount of at most {MONEY_DIGITS} digits before the point, got {got(raw)}")
    units = value * 10**digits
    if units.denominator != 1:
        finest = "whole units" if digits == 0 else f"at most {digits} digits after the point"
        raise ValueError(f"expected an amount with {finest}, got {got(raw)}")
    return int(units)


def parse_amount(text: str) -> tuple[int, str]:
    """Read `200 EUR` to (20000, "EUR"). ValueError where the amount or the currency cannot be read."""
    match = _AMOUNT.fullmatch(text) if len(text) <= 100 else None
    if match is None:
        raise ValueError(f"expected an amount and a currency, such as 200 EUR, got {got(text)}")
    amount, currency = match.groups()
    return parse_money(amount, currency_digits(currency)), currency


def parse_number(raw: Any) -> Exact:
    """Read a number from its digits: text such as `"0.5"` or `"1/3"`, `int`, `Decimal` or `Fraction`.

    ValueError for anything else (binary floating point, true and false, NaN, exponents) and for more than 30 digits.
    """
    if isinstance(raw, str) and "/" in raw and (ratio := _RATIO.fullmatch(raw)) and int(ratio[2]):
        return exact(Fraction(int(ratio[1]), int(ratio[2])))
    return exact(_read(raw, "a number, such as 0.5"))


def fits(value: Exact) -> bool:
    """Whether a number is small enough to be stored and read back."""
    return max(abs(value.numerator), value.denominator) < _NUMBER_BOUND


def exact(value: Exact) -> Exact:
    """The number as `int` where it is whole."""
    return value.numerator if value.denominator == 1 else value


def round_money(value: Exact) -> int:
    """To the smallest unit, half up: 0.5 becomes 1. Below zero it mirrors that: -0.5 becomes -1."""
    if isinstance(value, int):
        return value
    units = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return units if value >= 0 else -units


def round_down(value: Exact) -> int:
    """To the smallest unit, never more than there is: for the room a limit leaves."""
    return value.numerator // value.denominator


def show_money(units: Exact, digits: int) -> str:
    """`8000` as `"80.00"`. A finer value, as a computed bound may be, shows all its digits, cut with `…` where they
    do not end.
    """
    if digits == 2 and type(units) is int and units >= 0:
        return f"{units // 100}.{units % 100:02d}"
    if isinstance(units, int) or units.denominator == 1:
        sign, whole = ("-", -int(units)) if units < 0 else ("", int(units))
        if digits == 0:
            return f"{sign}{whole}"
        return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"
    value = units / 10**digits
    places = _places(value.denominator)
    if places is not None and places <= NUMBER_DIGITS:
        return _decimal(value, places)
    cut = 10 ** (digits + 4)
    shown = _decimal(Fraction(abs(value.numerator) * cut // value.denominator, cut), digits + 4)
    return f"{'-' if value < 0 else ''}{shown}…"


def show_number(value: Exact) -> str:
    """A number as text that `parse_number` reads back: `"0.5"`, and `"1/3"` where the digits do not end."""
    if value.denominator == 1:
        return str(value.numerator)
    places = _places(value.denominator)
    if places is not None and len(str(abs(value.numerator) // value.denominator)) + places <= NUMBER_DIGITS:
        return _decimal(Fraction(value), places)
    return f"{value.numerator}/{value.denominator}"


def got(raw: Any) -> str:
    """What came, in words, for a message; never long, whatever came."""
    if raw is None:
        return "nothing"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return f"the text {raw!r}" if len(raw) <= 40 else f"a text of {len(raw):,} characters ({raw[:20]!r}…)"
    if isinstance(raw, int):
        return str(raw) if raw.bit_length() <= 160 else "a number of far too many digits"
    if isinstance(raw, float):
        return f"the binary floating-point number {raw!r} (write it as text)"
    if isinstance(raw, Decimal):
        return str(raw) if len(raw.as_tuple().digits) <= 50 else "a number of far too many digits"
    if isinstance(raw, list | tuple):
        return "a list"
    return "a map" if isinstance(raw, dict) else f"a value of type {type(raw).__name__}"


def _read(raw: Any, expected: str) -> Exact:
    """Read exact digits; at most 30 of them, no exponent."""
    text = raw
    if isinstance(raw, int) and not isinstance(raw, bool):
        if abs(raw) < _NUMBER_BOUND:
            return raw
        raise ValueError(f"expected at most {NUMBER_DIGITS} digits, got {got(raw)}")
    if isinstance(raw, Fraction):
        if fits(raw):
            return raw
        raise ValueError(f"expected at most {NUMBER_DIGITS} digits, got a fraction of more")
    if isinstance(raw, Decimal):
        exponent = raw.as_tuple().exponent
        if not isinstance(exponent, int) or exponent > 0 or exponent < -NUMBER_DIGITS:
            raise ValueError(f"expected {expected}, written without exponent, got {got(raw)}")
        text = format(raw, "f")
    if not isinstance(text, str):
        raise ValueError(f"expected {expected}, got {got(raw)}")
    if len(text) <= NUMBER_DIGITS and text.isascii() and text.isdigit():
        return int(text)
    # a text far too long need not be looked at
    match = _DECIMAL.fullmatch(text) if len(text) <= 100 else None
    if match is None:
        raise ValueError(f"expected {expected}, got {got(raw)}")
    sign, whole, fraction = match[1], match[2], match[3] or ""
    if len(whole) + len(fraction) > NUMBER_DIGITS:
        raise ValueError(f"expected at most {NUMBER_DIGITS} digits, got {got(raw)}")
    value: Exact = int(whole + fraction)
    if fraction:
        value = exact(Fraction(value, 10 ** len(fraction)))
    return -value if sign else value


def _places(denominator: int) -> int | None:
    """Digits after the point that a fraction in lowest terms needs; None where they never end."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    return max(twos, fives) if denominator == 1 else None


def _decimal(value: Fraction, places: int) -> str:
    scaled = abs(value.numerator) * 10**places // value.denominator
    sign = "-" if value < 0 else ""
    return f"{sign}{scaled // 10**places}.{scaled % 10**places:0{places}d}"
