"""Periods of time as packs write them: `48 hours`, `3 working days`, `P1M`."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from rulesengine.diagnostics import nearest
from rulesengine.timing.errors import TimingError

Kind = Literal["elapsed", "calendar", "working_days", "working_hours", "on_working_days"]
Ends = Literal["end_of_day"]
Rolls = Literal["next_working_day"]
Counting = Literal["legal"]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

MAX_TEXT = 100
MAX_YEARS = 100
MAX_MONTHS = MAX_YEARS * 12
MAX_DAYS = 36_525  # the days of a hundred years

FORMS = (
    "A period is written like '30 minutes', '48 hours', '3 days', '2 weeks', '1 month', '3 working days', "
    "'16 working hours' or '48 hours on working days', or in ISO 8601: P3D, PT48H, P1M."
)

#: how a kind is called in messages
KIND_NAMES: dict[Kind, str] = {
    "elapsed": "elapsed time",
    "calendar": "calendar time",
    "working_days": "working days",
    "working_hours": "working hours",
    "on_working_days": "hours on working days",
}


class Period(msgspec.Struct, frozen=True):
    """A length of time of one kind. Hashable; equal means the same kind, amount and modifiers.

    - `elapsed`: `microseconds` that pass, whatever the clocks on the wall do.
    - `calendar`: `months`, then `days`, to the same wall-clock time in the calendar's zone.
    - `working_days`: `days` that are neither weekend nor holiday.
    - `working_hours`: `microseconds` within the opening hours of working days.
    - `on_working_days`: `microseconds` of working days, whose clock runs all 24 hours and stands still on other days.

    `ends` moves the result to the last microsecond of its day, `rolls` from a closed day to the next working day,
    `counting: legal` does both and does not count the first day. Raises TimingError for amounts that are negative, of
    another kind, or more than a hundred years.
    """

    kind: Kind
    months: int = 0
    days: int = 0
    microseconds: int = 0
    ends: Ends | None = None
    rolls: Rolls | None = None
    counting: Counting | None = None

    def __post_init__(self) -> None:
        used = {
            "elapsed": ("microseconds",),
            "calendar": ("months", "days"),
            "working_days": ("days",),
            "working_hours": ("microseconds",),
            "on_working_days": ("microseconds",),
        }.get(self.kind)
        if used is None:
            raise TimingError(f"'{self.kind}' is not a kind of period.", f"The kinds are: {', '.join(KIND_NAMES)}.")
        for name in ("months", "days", "microseconds"):
            amount = getattr(self, name)
            if amount < 0:
                raise TimingError("A period cannot be negative.")
            if amount and name not in used:
                raise TimingError(f"A period of {KIND_NAMES[self.kind]} has no {name}.")
        whole_seconds = self.microseconds % SECOND == 0
        if self.kind in ("working_hours", "on_working_days") and not whole_seconds:
            raise TimingError(f"A period of {KIND_NAMES[self.kind]} is a whole number of seconds.")
        # a month is at most a twelve-hundredth of the bound, so months and days are weighed together
        days_of_months = -(-self.months * MAX_DAYS // MAX_MONTHS)
        if self.microseconds > MAX_DAYS * DAY or days_of_months + self.days > MAX_DAYS:
            raise _too_long()
        for key, given, allowed in (
            ("ends", self.ends, "end_of_day"),
            ("rolls", self.rolls, "next_working_day"),
            ("counting", self.counting, "legal"),
        ):
            if given not in (None, allowed):
                raise TimingError(f"'{key}' cannot be '{given}'.", f"The only value is '{allowed}'.")
        if self.counting and self.kind not in ("calendar", "working_days"):
            raise TimingError(
                f"Legal counting does not apply to {KIND_NAMES[self.kind]}.",
                "It counts whole days: write the period in days, weeks, months or working days.",
            )

    @property
    def is_nothing(self) -> bool:
        """No time at all."""
        return not (self.months or self.days or self.microseconds)

    @property
    def ends_with_day(self) -> bool:
        """The result is the last microsecond of its day."""
        return self.ends is not None or self.counting is not None

    @property
    def rolls_on(self) -> bool:
        """A result on a closed day moves to the next working day."""
        return self.rolls is not None or self.counting is not None

    @property
    def uses_calendar(self) -> bool:
        """Weekends and holidays matter to the result."""
        return self.rolls_on or self.kind in ("working_days", "working_hours", "on_working_days")

    def with_(self, *, ends: str | None = None, rolls: str | None = None, counting: str | None = None) -> Period:
        """The same length with these modifiers; None keeps what is there. TimingError where one does not apply."""
        given = {"ends": ends, "rolls": rolls, "counting": counting}
        return msgspec.structs.replace(self, **{key: value for key, value in given.items() if value is not None})

    def __str__(self) -> str:
        """Canonical text of the length; `parse_period` reads it back. The modifiers are not part of it."""
        if self.kind == "working_days":
            return _amount(self.days, "working day")
        if self.kind == "calendar":
            if self.months and self.days:
                return f"P{self.months}M{self.days}D"
            return _amount(self.months, "month") if self.months else _amount(self.days, "day")
        if self.microseconds % SECOND:
            seconds, rest = divmod(self.microseconds, SECOND)
            return f"PT{seconds}.{rest:06d}".rstrip("0") + "S"
        size, unit = next((s, u) for s, u in _CLOCK_UNITS if self.microseconds % s == 0)
        number = self.microseconds // size
        if self.kind == "working_hours":
            return _amount(number, f"working {unit}")
        return _amount(number, unit) + (" on working days" if self.kind == "on_working_days" else "")

    def described(self) -> str:
        """The period with its modifiers, for people: `14 days, to the end of the day`."""
        said = [str(self)]
        if self.counting:
            said.append("counted as a legal period")
        if self.ends and not self.counting:
            said.append("to the end of the day")
        if self.rolls and not self.counting:
            said.append("moved on to a working day")
        return ", ".join(said)

    def __add__(self, other: object) -> Period:
        if not isinstance(other, Period):
            return NotImplemented
        self._refuse_others(other, "added")
        return msgspec.structs.replace(
            self,
            months=self.months + other.months,
            days=self.days + other.days,
            microseconds=self.microseconds + other.microseconds,
        )

    def __lt__(self, other: object) -> bool:
        return self._compare(other) < 0 if isinstance(other, Period) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._compare(other) <= 0 if isinstance(other, Period) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._compare(other) > 0 if isinstance(other, Period) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._compare(other) >= 0 if isinstance(other, Period) else NotImplemented

    def _compare(self, other: Period) -> int:
        """Below zero: shorter; zero: as long; above: longer."""
        self._refuse_others(other, "compared")
        parts = (
            self.months - other.months,
            self.days - other.days,
            self.microseconds - other.microseconds,
        )
        if min(parts) < 0 < max(parts):
            raise TypeError(f"'{self}' and '{other}' cannot be compared: months have no fixed number of days.")
        return sum(parts)

    def _refuse_others(self, other: Period, what: str) -> None:
        if self.kind != other.kind:
            raise TypeError(
                f"'{self}' and '{other}' cannot be {what}: one is {KIND_NAMES[self.kind]}, "
                f"the other {KIND_NAMES[other.kind]}."
            )
        if (self.ends, self.rolls, self.counting) != (other.ends, other.rolls, other.counting):
            raise TypeError(f"'{self.described()}' and '{other.described()}' cannot be {what}: they end differently.")


def _amount(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _too_long() -> TimingError:
    return TimingError(f"The period is longer than {MAX_YEARS} years.", "Write a shorter one.")


_CLOCK_UNITS = ((HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))

#: phrase after the number -> (kind, field, size of one)
_PHRASES: dict[str, tuple[Kind, str, int]] = {}
for _size, _unit in _CLOCK_UNITS:
    for _word in (_unit, f"{_unit}s"):
        _PHRASES[_word] = ("elapsed", "microseconds", _size)
        _PHRASES[f"working {_word}"] = ("working_hours", "microseconds", _size)
        _PHRASES[f"{_word} on working days"] = ("on_working_days", "microseconds", _size)
for _unit, _field, _size in (("day", "days", 1), ("week", "days", 7), ("month", "months", 1), ("year", "months", 12)):
    _PHRASES[_unit] = _PHRASES[f"{_unit}s"] = ("calendar", _field, _size)
_PHRASES["working day"] = _PHRASES["working days"] = ("working_days", "days", 1)

#: what people write and a pack does not -> what they probably mean
_HABITS = {
    "s": "seconds", "sec": "seconds", "secs": "seconds", "min": "minutes", "mins": "minutes",
    "h": "hours", "hr": "hours", "hrs": "hours", "d": "days", "w": "weeks", "wk": "weeks", "wks": "weeks",
    "mo": "months", "mth": "months", "y": "years", "yr": "years", "yrs": "years", "clock hours": "hours",
    "calendar day": "days", "calendar days": "days",
    "business day": "working days", "business days": "working days", "workday": "working days",
    "workdays": "working days", "weekdays": "working days", "wd": "working days",
    "days on working days": "working days", "day on working days": "working days",
    "business hour": "working hours", "business hours": "working hours", "opening hours": "working hours",
    "working hours on working days": "working hours", "hours on business days": "hours on working days",
    "hours on weekdays": "hours on working days",
}  # fmt: skip

_NUMBER = re.compile(r"(-?[0-9]+(?:[.,][0-9]*)?) ?(.*)")
_ISO = re.compile(
    r"P(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?(?:(?P<weeks>[0-9]+)W)?(?:(?P<days>[0-9]+)D)?"
    r"(?P<clock>T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?"
    r"(?:(?P<seconds>[0-9]+)(?:\.(?P<fraction>[0-9]{1,6}))?S)?)?"
)
_ISO_START = re.compile(r"[pP]T?[0-9.,]*[A-Za-z]?[0-9]|[pP]T?\Z|[pP]T?[0-9]")


def parse_period(text: str, *, allow_nothing: bool = False) -> Period:
    """Read a period from a pack's text: a number and a unit, or ISO 8601.

    Raises TimingError (a ValueError) that names what is wrong and the forms there are: unreadable text, an unknown
    unit, a number that is not whole, ISO texts that mix elapsed and calendar time, more than a hundred years, and
    nothing at all unless `allow_nothing`.
    """
    if len(text) > MAX_TEXT:
        raise TimingError(f"The period is longer than {MAX_TEXT} characters.", FORMS)
    words = " ".join(text.split())
    if not words:
        raise TimingError("The period is empty.", FORMS)
    period = _iso(words) if _ISO_START.match(words) else _plain(words)
    if period.is_nothing and not allow_nothing:
        raise TimingError(f"'{words}' is no time at all.", "A period is more than nothing.")
    return period


def _plain(words: str) -> Period:
    match = _NUMBER.fullmatch(words)
    if match is None:
        raise TimingError(f"'{words}' does not begin with a number in digits.", FORMS)
    number, phrase = match[1], match[2].lower()
    if number.startswith("-"):
        raise TimingError(f"'{words}' is negative.", "A period is more than nothing.")
    found = _PHRASES.get(phrase)
    if found is None:
        raise _unknown_unit(words, number, phrase)
    if not number.isdigit():
        raise TimingError(f"'{number}' is not a whole number in digits.", _whole_instead(number, found))
    kind, field, size = found
    amount = _bounded(number) * size
    if field == "microseconds":
        return Period(kind, microseconds=amount)
    return Period(kind, months=amount) if field == "months" else Period(kind, days=amount)


def _bounded(digits: str) -> int:
    """The number; the longest period is below 10**16 microseconds and seconds, so more digits are too many."""
    if len(digits.lstrip("0")) > 12:
        raise _too_long()
    return int(digits)


def _unknown_unit(words: str, number: str, phrase: str) -> TimingError:
    if not phrase:
        return TimingError(f"'{words}' has no unit of time.", FORMS)
    if phrase == "m":
        return TimingError(f"'{words}' could be minutes or months.", FORMS)
    if any(character.isdigit() for character in phrase):
        return TimingError(f"'{words}' is more than one number and one unit.", FORMS)
    likely = _HABITS.get(phrase) or nearest(phrase, _PHRASES)
    if likely is None:
        return TimingError(f"'{phrase}' is not a unit of time.", FORMS)
    unit, on, rest = likely.partition(" on ")
    likely = unit.removesuffix("s") + ("" if number == "1" else "s") + on + rest
    return TimingError(f"'{phrase}' is not a unit of time.", f"Did you mean '{number} {likely}'?")


def _whole_instead(number: str, found: tuple[Kind, str, int]) -> str:
    """The same length in a smaller unit, where there is one."""
    kind, field, size = found
    whole, _, decimals = number.replace(",", ".").partition(".")
    if field == "microseconds" and len(whole) <= 9 and len(decimals) <= 6:
        length, rest = divmod(int(whole + decimals) * size, 10 ** len(decimals))
        if rest == 0 and length % SECOND == 0 and length <= MAX_DAYS * DAY:
            return f"Write '{Period(kind, microseconds=length)}'."
    return "Write a whole number, of a smaller unit where that is meant."


def _iso(words: str) -> Period:
    match = _ISO.fullmatch(words.upper())
    if match is None or not any(match[name] for name in ("years", "months", "weeks", "days", "clock")):
        raise TimingError(f"'{words}' is not a period of ISO 8601 with whole numbers.", FORMS)

    def read(name: str) -> int:
        return _bounded(match[name] or "0")

    months = read("years") * 12 + read("months")
    days = read("weeks") * 7 + read("days")
    fraction = int((match["fraction"] or "0").ljust(6, "0"))
    microseconds = read("hours") * HOUR + read("minutes") * MINUTE + read("seconds") * SECOND + fraction
    if match["clock"] and (months or days):
        raise TimingError(
            f"'{words}' mixes days or months, which follow the clock on the wall, with hours, which elapse.",
            "Write one kind: 'P2D', or 'PT48H'.",
        )
    if match["clock"]:
        return Period("elapsed", microseconds=microseconds)
    return Period("calendar", months=months, days=days)
