"""What a plain text means: what YAML 1.2 says, but text, with a word of warning, where readers differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(\.[0-9]*)?|(\.[0-9]+))")
#: characters of a number; a longer one stays text
_LONGEST_NUMBER = 60
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def scalar(text: str) -> str | bool | int | Decimal | None:
    """The value of a plain scalar. Exponents, infinities, leading zeros, other bases and underscores leave it text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789+-." and len(text) <= _LONGEST_NUMBER and (match := _NUMBER.fullmatch(text)):
        return Decimal(text) if match[1] or match[2] else int(text)
    return text


_YES_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_ODD_NUMBER = re.compile(
    r"[-+]?(?:"
    r"(?P<sixty>[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)"
    r"|(?P<base>0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)"
    r"|(?P<zero>0[0-9]+(?:\.[0-9]*)?)"
    r"|(?P<exponent>(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+)"
    r"|(?P<underscore>(?=[0-9.]*_)[0-9][0-9_]*(?:\.[0-9_]*)?)"
    r"|(?P<long>[0-9]*\.?[0-9]+)"
    r"|(?P<infinite>\.(?:inf|Inf|INF|nan|NaN|NAN))"
    r")"
)
_ODD = {
    "sixty": ("a number to the base of sixty", "Put it in quotes if it is text, such as a time of day."),
    "base": ("a number to another base", "Write its decimal digits, or put it in quotes if it is text."),
    "zero": (
        "a number, perhaps to the base of eight",
        "Leave the leading zeros out, or put it in quotes if it is text.",
    ),
    "exponent": ("a number with an exponent", "Write all its digits, or put it in quotes if it is text."),
    "underscore": ("a number", "Leave the underscores out, or put it in quotes if it is text."),
    "long": ("a number", "Write fewer digits, or put it in quotes if it is text."),
    "infinite": ("infinity or an impossible number", "Write a number, or put it in quotes if it is text."),
}
#: keys of running text, where nobody means a number
_PROSE = frozenset(("title", "says", "question", "assumed", "not_a_rule", "note", "scenario", "section", "address"))
#: keys whose value may be true or false, and keys of maps whose values may be. Anywhere else yes, no, on and off can
#: only be names: of states, choices, countries
_MAY_BE_BOOLEAN = frozenset(("default", "value"))
_HOLD_BOOLEANS = frozenset(("facts", "sets", "readings"))


def mistaken(text: str, path: Sequence[str]) -> tuple[str, str] | None:
    """What other readers take a plain text for where the author may mean that too, and help; None if there is no doubt.

    `path` are the keys that lead to the value.
    """
    if text[0] not in "0123456789+-.yYnNoO":
        return None
    if (meant := _YES_NO.get(text.lower())) is not None:
        likely = path[-1:] and path[-1] in _MAY_BE_BOOLEAN
        likely = likely or (path[-2:-1] and path[-2] in _HOLD_BOOLEANS) or path[-3:-2] == ["context"]
        return (meant, f"Write {meant} if you mean that, or '{text}' in quotes if it is text.") if likely else None
    if path[-1:] and path[-1] in _PROSE:
        return None
    match = _ODD_NUMBER.fullmatch(text)
    return _ODD[match.lastgroup] if match and match.lastgroup else None
