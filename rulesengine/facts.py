"""Types of facts: reading what comes in from outside, and writing it out again.

In memory: money an `int` in smallest units, a number an `int` or `Fraction`, a moment an `int` of microseconds since
1970-01-01T00:00 UTC, a date its ordinal in the Gregorian calendar, lists tuples of text. Outside, as JSON: money,
numbers, integers, moments and dates are text, lists are arrays, true and false are themselves.
`read(show(value)) == value` for every value that was read or stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Literal, Protocol

import msgspec

from rulesengine.diagnostics import did_you_mean
from rulesengine.money import (
    MONEY_DIGITS,
    NUMBER_DIGITS,
    Exact,
    exact,
    fits,
    got,
    parse_money,
    parse_number,
    round_money,
    show_money,
    show_number,
)
from rulesengine.patterns import compile_pattern

Kind = Literal["money", "number", "integer", "text", "boolean", "datetime", "date", "choice", "list", "instances"]

TEXT_LENGTH = 10_000
LIST_LENGTH = 1_000
FIRST_YEAR = 1970
LAST_YEAR = 2500

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_DAY = date(FIRST_YEAR, 1, 1).toordinal()
_LAST_DAY = date(LAST_YEAR, 12, 31).toordinal()
LAST_MOMENT = (_LAST_DAY - _FIRST_DAY + 1) * 86_400_000_000 - 1
_DATETIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"-?[0-9]{1,30}")
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")


class Zoned(Protocol):
    """Something that names an IANA time zone, as `timing.Calendar` does."""

    @property
    def zone(self) -> str: ...


class FactType(msgspec.Struct, frozen=True, kw_only=True):
    """What values a fact may have.

    `choices` are the words of a choice, or the only words a list may hold; `ranked` are those that have an order, worse
    to better. `pattern` restricts text, `process` names what a list of instances is made of, `digits` are those of the
    pack's currency. `default` is in memory form.
    """

    kind: Kind
    choices: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()
    pattern: str = ""
    process: str = ""
    default: Any = None
    title: str = ""
    digits: int = 2

    @property
    def type_text(self) -> str:
        """The type in words: `money`, `choice`, `list of text`, `instances of line`."""
        if self.kind == "list":
            return "list of text"
        if self.kind == "instances":
            return f"instances of {self.process}"
        return self.kind

    def read(self, raw: Any, zone: tzinfo | Zoned | None = None) -> Any:
        """The in-memory value of what came in. ValueError, in words, where it does not fit.

        A moment without an offset is refused unless a zone is given; then one that does not exist there (the clock
        went forward) is later by the gap, and of one that comes twice the first is meant.
        """
        return _READERS[self.kind](self, raw, zone)

    def store(self, value: Any) -> Any:
        """The value an expression computed, as it is stored: money rounded half up to its smallest unit.

        ValueError where it is too large to be stored or, for an integer, not whole.
        """
        if self.kind == "money":
            value = round_money(value)
            if abs(value) >= 10 ** (MONEY_DIGITS + self.digits):
                raise ValueError(f"the amount has more than {MONEY_DIGITS} digits before the point")
        elif self.kind in ("number", "integer"):
            value = exact(value)
            if not fits(value):
                raise ValueError(f"the number has more than {NUMBER_DIGITS} digits")
            if self.kind == "integer" and not isinstance(value, int):
                raise ValueError(f"expected a whole number, got {show_number(value)}")
        elif self.kind == "datetime" and not 0 <= value <= LAST_MOMENT:
            raise ValueError(f"the moment lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
        return value

    def show(self, value: Any) -> Any:
        """The JSON form of a value: text, a list of text, true or false. None stays None."""
        if self.kind == "money":
            return value if value is None else show_money(value, self.digits)
        if value is None or self.kind in ("text", "boolean", "choice"):
            return value
        if self.kind in ("number", "integer"):
            return show_number(value)
        if self.kind == "datetime":
            return show_moment(value)
        if self.kind == "date":
            return date.fromordinal(value).isoformat()
        return list(value)

    def show_local(self, value: Any, zone: tzinfo | Zoned) -> str:
        """A value for people: moments as wall-clock time of the zone, lists with commas, unknown as `unknown`."""
        if value is None:
            return "unknown"
        if self.kind == "datetime":
            local = (_EPOCH + timedelta(microseconds=value)).astimezone(_zone(zone))
            return local.replace(tzinfo=None).isoformat(" ", "auto")
        if self.kind == "boolean":
            return "true" if value else "false"
        shown = self.show(value)
        return ", ".join(shown) if isinstance(shown, list) else str(shown)


def show_moment(moment: int) -> str:
    """`2026-03-02T08:00:00.000000Z` for a moment in microseconds."""
    return f"{(_EPOCH + timedelta(microseconds=moment)).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def read_moment(raw: Any, zone: tzinfo | Zoned | None = None) -> int:
    """A moment in microseconds from an aware datetime or ISO text with an offset, as `FactType.read` reads one."""
    if isinstance(raw, datetime):
        try:
            moment = (raw - _EPOCH) // _MICROSECOND
        except TypeError:
            when = raw  # naive
        else:
            return moment if 0 <= moment <= LAST_MOMENT else _in_range(moment, raw)
    else:
        match = _DATETIME.fullmatch(raw) if isinstance(raw, str) and len(raw) <= 40 else None
        if match is None:
            raise ValueError(f"expected a moment, such as 2026-03-02T09:00:00Z, got {got(raw)}")
        try:
            when = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}")
        except ValueError:
            raise ValueError(f"{got(raw)} is no moment of the calendar") from None
    if when.utcoffset() is None:
        if zone is None:
            raise ValueError(
                f"expected a moment with its offset from UTC, such as 2026-03-02T09:00:00Z, got {_when(raw)}"
            )
        # fold 0 is the first of a moment that comes twice, and moves one in a gap later by the gap
        when = when.replace(tzinfo=_zone(zone), fold=0)
    return _in_range((when - _EPOCH) // _MICROSECOND, raw)


def _in_range(moment: int, raw: Any) -> int:
    if not 0 <= moment <= LAST_MOMENT:
        raise ValueError(f"expected a moment between the years {FIRST_YEAR} and {LAST_YEAR}, got {_when(raw)}")
    return moment


def read_date(raw: Any) -> int:
    """A date's ordinal from a `date` or text such as `2026-03-02`. ValueError for anything else."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        day = raw.toordinal()
    else:
        if not (isinstance(raw, str) and len(raw) == 10 and _DATE.fullmatch(raw)):
            raise ValueError(f"expected a date, such as 2026-03-02, got {got(raw)}")
        try:
            day = date.fromisoformat(raw).toordinal()
        except ValueError:
            raise ValueError(f"{got(raw)} is no date of the calendar") from None
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValueError(f"expected a date between the years {FIRST_YEAR} and {LAST_YEAR}, got {_when(raw)}")
    return day


def _when(raw: Any) -> str:
    return raw.isoformat() if isinstance(raw, date) else got(raw)


@lru_cache(maxsize=64)
def _named_zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _zone(zone: tzinfo | Zoned) -> tzinfo:
    return zone if isinstance(zone, tzinfo) else _named_zone(zone.zone)


def _text(raw: Any, expected: str) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"expected {expected}, got {got(raw)}")
    if len(raw) > TEXT_LENGTH:
        raise ValueError(f"expected a text of at most {TEXT_LENGTH:,} characters, got {len(raw):,}")
    if _UNSENDABLE.search(raw):
        raise ValueError("the text holds a character that cannot be stored (NUL or half of a surrogate pair)")
    return raw


def _words(raw: Any, expected: str) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple):
        raise ValueError(f"expected {expected}, got {got(raw)}")
    if len(raw) > LIST_LENGTH:
        raise ValueError(f"expected a list of at most {LIST_LENGTH:,} entries, got {len(raw):,}")
    return tuple(_text(entry, f"text as entry {number} of the list") for number, entry in enumerate(raw, 1))


def _choice(choices: tuple[str, ...], raw: Any) -> str:
    if isinstance(raw, str) and raw in choices:
        return raw
    hint = f" {did_you_mean(raw, choices)}" if isinstance(raw, str) and len(raw) <= 100 else ""
    some = ", ".join(choices[:12]) + (", …" if len(choices) > 12 else "")
    hint = hint if hint.startswith(" Did") else ""
    raise ValueError(f"expected one of {some}; got {got(raw)}.{hint}")


def _read_money(fact: FactType, raw: Any, zone: Any) -> int:
    return parse_money(raw, fact.digits)


def _read_number(fact: FactType, raw: Any, zone: Any) -> Exact:
    return parse_number(raw)


def _read_integer(fact: FactType, raw: Any, zone: Any) -> int:
    if isinstance(raw, str) and not _INTEGER.fullmatch(raw):
        raise ValueError(f"expected a whole number, such as 3, got {got(raw)}")
    try:
        value = parse_number(raw)
    except ValueError:
        value = None
    if not isinstance(value, int):
        raise ValueError(f"expected a whole number of at most {NUMBER_DIGITS} digits, such as 3, got {got(raw)}")
    return value


def _read_text(fact: FactType, raw: Any, zone: Any) -> str:
    text = _text(raw, "text")
    if fact.pattern and not compile_pattern(fact.pattern)(text):
        raise ValueError(f"expected text of the form {fact.pattern}, got {got(raw)}")
    return text


def _read_boolean(fact: FactType, raw: Any, zone: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError(f"expected true or false, got {got(raw)}")
    return raw


def _read_datetime(fact: FactType, raw: Any, zone: Any) -> int:
    return read_moment(raw, zone)


def _read_date(fact: FactType, raw: Any, zone: Any) -> int:
    return read_date(raw)


def _read_choice(fact: FactType, raw: Any, zone: Any) -> str:
    return _choice(fact.choices, raw)


def _read_list(fact: FactType, raw: Any, zone: Any) -> tuple[str, ...]:
    words = _words(raw, "a list of text")
    if fact.choices:
        for word in words:
            _choice(fact.choices, word)
    return words


def _read_instances(fact: FactType, raw: Any, zone: Any) -> tuple[str, ...]:
    """Ids such as `line/1`; the bare `1` is completed, another process or the same twice refused."""
    found: dict[str, None] = {}
    for word in _words(raw, f"a list of instances of {fact.process}"):
        process, slash, name = word.partition("/")
        if not slash:
            process, name = fact.process, word
        if process != fact.process or not name:
            raise ValueError(f"expected instances of {fact.process}, such as {fact.process}/1, got {got(word)}")
        if f"{process}/{name}" in found:
            raise ValueError(f"the instance {got(word)[9:]} is named twice")
        found[f"{process}/{name}"] = None
    return tuple(found)


_READERS: dict[str, Callable[[FactType, Any, Any], Any]] = {
    "money": _read_money,
    "number": _read_number,
    "integer": _read_integer,
    "text": _read_text,
    "boolean": _read_boolean,
    "datetime": _read_datetime,
    "date": _read_date,
    "choice": _read_choice,
    "list": _read_list,
    "instances": _read_instances,
}
