"""What an expression may name, and what it is evaluated against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from rulesengine.diagnostics import Diagnostic, Span, finding
from rulesengine.expressions.types import Type
from rulesengine.facts import FactType

if TYPE_CHECKING:
    from rulesengine.timing import Calendar

#: The place of the characters start..end of an expression's text.
Place = Callable[[int, int], Span]


class ParameterValue(msgspec.Struct, frozen=True):
    """A named constant. `value` is in memory form (money in smallest units); None where the source gives none.

    `place` is where the value stands. `faulty`: what is wrong with it is told already, so its uses say nothing.
    """

    type: Type
    value: Any
    place: Span | None = None
    faulty: bool = False


class ProcessSymbols(msgspec.Struct, frozen=True, kw_only=True):
    """The names one process declares. `conditions` maps a name to its text and the place of that text."""

    name: str
    under: str | None = None
    facts: Mapping[str, FactType] = msgspec.field(default_factory=dict)
    states: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    deadlines: tuple[str, ...] = ()
    conditions: Mapping[str, tuple[str, Place]] = msgspec.field(default_factory=dict)


class Symbols(msgspec.Struct, frozen=True, kw_only=True):
    """All names of a pack. `digits` are those of its currency."""

    processes: Mapping[str, ProcessSymbols] = msgspec.field(default_factory=dict)
    context: Mapping[str, Mapping[str, FactType]] = msgspec.field(default_factory=dict)
    parameters: Mapping[str, ParameterValue] = msgspec.field(default_factory=dict)
    currency: str = "EUR"
    digits: int = 2

    def ancestors(self, process: str | None) -> tuple[str, ...]:
        """The processes above one, nearest first. Processes under each other in a circle end where it closes."""
        found: dict[str, None] = {}
        here = self.processes.get(process) if process else None
        while here is not None and here.under and here.under not in found and here.under != process:
            above = self.processes.get(here.under)
            if above is not None:
                found[here.under] = None
            here = above
        return tuple(found)

    def adrift(self, process: str | None) -> bool:
        """Whether a process, or one above it, is `under` one that does not exist."""
        names = ((process,) if process else ()) + self.ancestors(process)
        found = (self.processes.get(name) for name in names)
        return any(here is not None and here.under and here.under not in self.processes for here in found)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Where an expression stands: in which process (None: in none), in which rule, and whether it may use `now`."""

    symbols: Symbols
    process: str | None = None
    now_allowed: bool = True
    #: `claim.solve`, for messages; "" where there is none
    rule: str = ""


class HowOften(Protocol):
    """How often an event was accepted, and when it was last."""

    @property
    def count(self) -> int: ...
    @property
    def latest(self) -> int: ...


class View(Protocol):
    """An instance as expressions see it; `case.Instance` is one."""

    @property
    def id(self) -> str: ...
    @property
    def process(self) -> str: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def state(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def happened(self) -> Mapping[str, HowOften]: ...
    @property
    def entered(self) -> Mapping[str, int]: ...


class Env(Protocol):
    """What one evaluation reads; the engine supplies it. Facts are in memory form, an absent one is unknown.

    `facts` are those of bare names: the event's value where it carries one, else the stored one; `stored` are those
    of `was`. `own` is None while the instance is being created.
    """

    @property
    def now(self) -> int: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def context(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def stored(self) -> Mapping[str, Any]: ...
    @property
    def own(self) -> View | None: ...

    def ancestor(self, process: str) -> View | None:
        """The nearest instance above, of that process."""

    def related(self, process: str) -> Sequence[View]:
        """The related instances in order of creation, never the asking one."""

    def overdue(self, view: Any, deadline: str) -> bool:
        """Whether the latest run of the deadline is past due and grace and still unmet.

        `view` is one that this env gave out; None is the instance itself, being created.
        """

    def missed(self, view: Any, deadline: str) -> bool:
        """Whether the deadline was ever missed; `view` as in `overdue`."""

    def holds_until(self, moment: int) -> None:
        """Told by comparisons with `now`: the present outcome holds through this moment, and not after it."""


Evaluate = Callable[[Env], Any]

_WANTED = {
    "period": ("a period of time", "Write it like '3 days', '48 hours' or '3 working days'"),
    "money": ("money", "Write it with its currency, like '200 {}'"),
    "number": ("a number", "Write it in digits, like 3 or 0.5"),
}


def misused(symbols: Symbols, name: str, kind: str, rule: str) -> Diagnostic | None:
    """The finding that a parameter is no period, money or number (`kind`) where a rule uses it as one, at its value.

    None where the use is more likely wrong: a period or an amount was meant to be one, and so was a share.
    """
    parameter = symbols.parameters[name]
    wanted = _WANTED.get("number" if kind == "integer" else kind)
    if wanted is None or parameter.place is None or parameter.type.kind in ("period", "money"):
        return None
    if kind == "period" and parameter.type.numeric and not isinstance(parameter.value, int):
        return None
    where = rule or "an expression"
    message = f"'{name}' is used as {wanted[0]} in {where}, but is {parameter.type.in_words}."
    help = f"{wanted[1].format(symbols.currency)}, or name another parameter in {where}."
    return finding("RE316", parameter.place, message, help)
