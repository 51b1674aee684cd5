"""A small pack's names, and an env of plain data to evaluate expressions against."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rulesengine.case import Instance
from rulesengine.diagnostics import Diagnostic, Span
from rulesengine.expressions import (
    NUMBER,
    PERIOD,
    Expression,
    ParameterValue,
    ProcessSymbols,
    Scope,
    Symbols,
    Type,
    compile_expression,
    money,
)
from rulesengine.facts import FactType
from rulesengine.money import parse_number
from rulesengine.timing import parse_period

HOUR = 3_600_000_000


def place(start: int, end: int) -> Span:
    return Span("pack.yaml", 1, start + 1, 1, end + 1)


METHOD = FactType(
    kind="choice", choices=("normal", "tracked", "express", "pickup"), ranked=("normal", "tracked", "express")
)
PROCESSES = {
    "order": ProcessSymbols(
        name="order",
        facts={"total": FactType(kind="money"), "paid_at": FactType(kind="datetime")},
        states=("placed", "closed"),
        final=("closed",),
        events=("pay",),
        deadlines=("pay_in_time",),
    ),
    "item": ProcessSymbols(
        name="item",
        under="order",
        facts={
            "price": FactType(kind="money"),
            "shipped_at": FactType(kind="datetime"),
            "method": METHOD,
            "weight": FactType(kind="number"),
        },
        states=("pending", "shipped", "received"),
        final=("received",),
        events=("ship", "receive"),
        deadlines=("ship_in_time",),
        conditions={"heavy": ("weight > 30", place)},
    ),
    "claim": ProcessSymbols(
        name="claim",
        under="item",
        facts={
            "reason": FactType(kind="choice", choices=("damaged", "different", "incomplete")),
            "method": METHOD,
            "parcel": FactType(kind="choice", choices=("normal", "express"), ranked=("express", "normal")),
            "discount": FactType(kind="money"),
            "refund": FactType(kind="money"),
            "share": FactType(kind="number"),
            "rate": FactType(kind="number"),
            "tries": FactType(kind="integer"),
            "note": FactType(kind="text"),
            "other_note": FactType(kind="text"),
            "tags": FactType(kind="list"),
            "colours": FactType(kind="list", choices=("red", "green")),
            "lines": FactType(kind="instances", process="item"),
            "urgent": FactType(kind="boolean"),
            "agreed": FactType(kind="boolean"),
            "photo": FactType(kind="boolean"),
            "bought_on": FactType(kind="date"),
            "due_on": FactType(kind="date"),
            "opened_at": FactType(kind="datetime"),
            "answered_at": FactType(kind="datetime"),
        },
        states=("amicable", "service", "settled"),
        final=("settled",),
        events=("open", "offer", "accept"),
        deadlines=("answer", "solve"),
        conditions={
            "denied": ("seller.on_vacation or count(claim) > 0", place),
            "late": ("now > opened_at + wait", place),
            "urgent_and_denied": ("urgent and denied", place),
            "round_a": ("round_b or urgent", place),
            "round_b": ("not round_a", place),
        },
    ),
    "return": ProcessSymbols(
        name="return",
        under="item",
        facts={
            "delivered_at": FactType(kind="datetime"),
            "amount": FactType(kind="money"),
            "kept": FactType(kind="text"),
        },
        states=("announced", "arrived"),
        final=("arrived",),
        events=("arrive",),
        deadlines=("check",),
    ),
}
SYMBOLS = Symbols(
    processes=PROCESSES,
    context={
        "seller": {"on_vacation": FactType(kind="boolean"), "score": FactType(kind="number")},
        "wallet": {"balance": FactType(kind="money")},
    },
    parameters={
        "wait": ParameterValue(PERIOD, parse_period("48 hours")),
        "window": ParameterValue(PERIOD, parse_period("3 days")),
        "half": ParameterValue(NUMBER, parse_number("0.5")),
        "cap": ParameterValue(money(2), 20_000),
        "undecided": ParameterValue(NUMBER, None),
    },
)
CLAIM = Scope(symbols=SYMBOLS, process="claim")


def compiled(text: str, want: Type | None = None, scope: Scope = CLAIM) -> tuple[Expression | None, list[Diagnostic]]:
    found: list[Diagnostic] = []
    return compile_expression(text, place=place, scope=scope, want=want, report=found.append), found


def good(text: str, want: Type | None = None, scope: Scope = CLAIM) -> Expression:
    expression, found = compiled(text, want, scope)
    assert expression is not None, found
    assert not found
    return expression


def instance(id: str, state: str = "", **fields: Any) -> Instance:
    process = id.partition("/")[0]
    given: dict[str, Any] = {"facts": {}, "happened": {}, "entered": {}, "parent": None, "runs": {}}
    given.update(fields)
    return Instance(id=id, process=process, state=state, **given)


class World(msgspec.Struct, kw_only=True):
    """An `Env` of plain data. `held` collects what comparisons with now tell."""

    now: int = 0
    calendar: Any = None
    context: Mapping[str, Mapping[str, Any]] = msgspec.field(default_factory=dict)
    facts: Mapping[str, Any] = msgspec.field(default_factory=dict)
    stored: Mapping[str, Any] = msgspec.field(default_factory=dict)
    own: Instance | None = None
    above: Mapping[str, Instance] = msgspec.field(default_factory=dict)
    others: Mapping[str, Sequence[Instance]] = msgspec.field(default_factory=dict)
    overdue_of: frozenset[tuple[str, str]] = frozenset()
    missed_of: frozenset[tuple[str, str]] = frozenset()
    held: list[int] = msgspec.field(default_factory=list)

    def ancestor(self, process: str) -> Instance | None:
        return self.above.get(process)

    def related(self, process: str) -> Sequence[Instance]:
        return self.others.get(process, ())

    def overdue(self, view: Any, deadline: str) -> bool:
        return ("" if view is None else view.id, deadline) in self.overdue_of

    def missed(self, view: Any, deadline: str) -> bool:
        return ("" if view is None else view.id, deadline) in self.missed_of

    def holds_until(self, moment: int) -> None:
        self.held.append(moment)


def value(text: str, world: World | None = None, **facts: Any) -> Any:
    """The value of an expression with these own facts."""
    return good(text).evaluate(world if world is not None else World(facts=facts))
