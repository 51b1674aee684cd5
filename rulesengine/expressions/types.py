"""Types of expressions: what the check compares, and how values of each are shown to people."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from rulesengine.facts import FactType, show_moment
from rulesengine.money import show_money, show_number

Kind = Literal[
    "money",
    "number",
    "integer",
    "text",
    "boolean",
    "moment",
    "date",
    "choice",
    "state",
    "list",
    "instances",
    "period",
    "duration",
]

_SECOND = 1_000_000
_IN_WORDS = {
    "money": "money",
    "number": "a number",
    "integer": "a whole number",
    "text": "text",
    "boolean": "true or false",
    "moment": "a moment",
    "date": "a date",
    "choice": "a choice",
    "state": "a state",
    "list": "a list",
    "instances": "a list of instances",
    "period": "a period of time",
    "duration": "the time between two moments",
}


class Type(msgspec.Struct, frozen=True):
    """The type of an expression.

    `choices` are the words of a choice, the states of the process of a state, or the only words a list may hold;
    `ranked` are the choices that have an order, worse to better. `digits` are those of money, `process` names whose
    state, or whose instances.
    """

    kind: Kind
    choices: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()
    digits: int = 2
    process: str = ""

    @property
    def numeric(self) -> bool:
        """Whether values are plain numbers."""
        return self.kind in ("number", "integer")

    @property
    def words(self) -> bool:
        """Whether a bare word may stand for a value: choices and states."""
        return self.kind in ("choice", "state")

    @property
    def in_words(self) -> str:
        """The type as a message names it: `money`, `a moment`, `a choice`."""
        return _IN_WORDS[self.kind]

    def show(self, value: Any) -> str:
        """A value of this type as text for people; moments in UTC, None as `unknown`."""
        if value is None:
            return "unknown"
        kind = self.kind
        if kind == "money":
            return show_money(value, self.digits)
        if kind in ("number", "integer"):
            return show_number(value)
        if kind == "moment":
            return show_moment(value)
        if kind == "boolean":
            return "true" if value else "false"
        if kind == "date":
            return str(FactType(kind="date").show(value))
        if kind in ("list", "instances"):
            return ", ".join(value)
        if kind == "duration" and isinstance(value, int):
            return _show_duration(value)
        return str(value)


NUMBER = Type("number")
INTEGER = Type("integer")
TEXT = Type("text")
BOOLEAN = Type("boolean")
MOMENT = Type("moment")
DATE = Type("date")
PERIOD = Type("period")
DURATION = Type("duration")


def money(digits: int) -> Type:
    """Money of a currency with that many digits after the point."""
    return Type("money", digits=digits)


def type_of(fact: FactType) -> Type:
    """The type of an expression that reads a fact."""
    if fact.kind == "datetime":
        return MOMENT
    if fact.kind == "choice":
        return Type("choice", choices=fact.choices, ranked=fact.ranked)
    if fact.kind == "list":
        return Type("list", choices=fact.choices)
    if fact.kind == "instances":
        return Type("instances", process=fact.process)
    if fact.kind == "money":
        return money(fact.digits)
    return Type(fact.kind)


def _show_duration(microseconds: int) -> str:
    sign = "-" if microseconds < 0 else ""
    seconds, rest = divmod(abs(microseconds), _SECOND)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    if seconds or rest or not (hours or minutes):
        parts.append(f"{seconds}.{rest:06d} s" if rest else f"{seconds} s")
    return sign + " ".join(part for part in parts if part)
