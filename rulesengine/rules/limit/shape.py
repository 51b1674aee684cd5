"""The shape of a limit, and how it is read from a pack."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.expressions import MOMENT, NUMBER, Expression, Type, split_window, type_of
from rulesengine.rules.guards import Guard
from rulesengine.rules.reading import Reading
from rulesengine.timing import Period

Form = Literal["bound", "total", "times", "window", "presence", "condition"]
Per = Literal["instance", "parent", "case"]


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A moment reckoned from another: `200 days after shipped_at`."""

    period: Period
    after: Expression
    text: str


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit of one event. Which fields are filled follows from `form`."""

    rule: str
    event: str
    form: Form
    guards: tuple[Guard, ...]
    value: Expression | None = None
    at_most: Expression | None = None
    at_least: Expression | None = None
    one_of: tuple[Expression, ...] = ()
    #: (process, fact) whose values are summed
    total: tuple[str, str] | None = None
    states: frozenset[str] | None = None
    times: Expression | None = None
    per: Per = "instance"
    not_before: Edge | None = None
    not_after: Edge | None = None
    requires: tuple[str, ...] = ()
    refuse_when: tuple[Guard, ...] = ()
    only_when: tuple[Guard, ...] = ()
    #: type of what is compared
    type: Type | None = None
    title: str = ""
    source: tuple[str, ...] = ()
    place: Span

    @property
    def expressions(self) -> Iterable[Expression]:
        for guard in (*self.guards, *self.refuse_when, *self.only_when):
            yield guard.expression
        for expression in (self.value, self.at_most, self.at_least, self.times, *self.one_of):
            if expression is not None:
                yield expression
        for edge in (self.not_before, self.not_after):
            if edge is not None:
                yield edge.after


def _edge(reading: Reading, node: Node, beside: Node) -> Edge | None:
    if not isinstance(node.value, str):
        return None
    try:
        window = split_window(node.value)
    except ValueError as fault:
        reading.say("RE405", node.span, str(fault), "Write it like '200 days after shipped_at'.")
        return None
    start, end = window.period_offset, window.period_offset + len(window.period)
    period = reading.period(msgspec.structs.replace(node, value=window.period, span=node.inside(start, end)), beside)
    expression = reading.compiled(
        window.expression, lambda start, end: node.inside(start + window.offset, end + window.offset), MOMENT, now=False
    )
    if period is None or expression is None:
        return None
    return Edge(period=period, after=expression, text=node.value)


def read(reading: Reading, name: str, node: Node, key: Span) -> Limit | None:
    events = reading.events(node, "event")
    form = _form(reading, node)
    if not events or form is None:
        return None

    def bound(key: str, want: Type | None) -> Expression | None:
        found = reading.get(node, key)
        return reading.expression(found, want, now=False) if found is not None else None

    value = bound("value", None)
    total = None
    kind: Type | None = value.type if value is not None else None
    named = reading.get(node, "total")
    states: frozenset[str] | None = None
    if named is not None and isinstance(named.value, str):
        total = _summed(reading, named)
        if total is None:
            return None
        summed = reading.names.processes[total[0]]
        kind = type_of(summed.facts[total[1]])
        if reading.get(node, "states") is not None:
            words = reading.words(node, "states")
            states = frozenset(
                w
                for w, span in words
                if reading.check("RE301", f"state of process '{total[0]}'", w, span, summed.states)
            )
    _ordered(reading, node, kind)
    # a count of pieces may well be bounded by half of another
    wanted = NUMBER if kind is not None and kind.numeric else kind
    not_before, not_after = reading.get(node, "not_before"), reading.get(node, "not_after")
    return Limit(
        rule=f"{reading.process.name}.{name}",
        event=events[0],
        form=form,
        guards=reading.guards(node, "when"),
        value=value,
        at_most=bound("at_most", wanted),
        at_least=bound("at_least", wanted),
        one_of=tuple(
            e
            for item in reading.items(node, "one_of")
            if (e := reading.expression(item, wanted, now=False)) is not None
        ),
        total=total,
        states=states,
        times=bound("times", NUMBER),
        per={"parent": "parent", "case": "case"}.get(reading.text(node, "per"), "instance"),  # type: ignore[arg-type]
        not_before=_edge(reading, not_before, node) if not_before is not None else None,
        not_after=_edge(reading, not_after, node) if not_after is not None else None,
        requires=reading.facts(node, "requires"),
        refuse_when=reading.guards(node, "refuse_when"),
        only_when=reading.guards(node, "only_when"),
        type=kind,
        title=reading.text(node, "title"),
        source=reading.sources(node),
        place=key,
    )


#: the keys that make a limit of each form
FORMS: dict[Form, tuple[str, ...]] = {
    "total": ("total",),
    "bound": ("value",),
    "times": ("times",),
    "window": ("not_before", "not_after"),
    "presence": ("requires",),
    "condition": ("refuse_when", "only_when"),
}


def _ordered(reading: Reading, node: Node, kind: Type | None) -> None:
    """Reports a bound on values that have no order."""
    for key in ("at_most", "at_least"):
        edge = reading.get(node, key)
        if edge is None or kind is None:
            continue
        if kind.kind == "choice" and not kind.ranked:
            help = "Rank them with 'worse_to_better' where the source does, or list the allowed ones under 'one_of'."
            reading.say("RE407", edge.span, "These choices have no order.", help)
        elif kind.kind not in ("money", "number", "integer", "choice", "moment", "date"):
            reading.say("RE404", edge.span, f"{kind.in_words.capitalize()} has no most or least.", "Use 'one_of'.")


def _form(reading: Reading, node: Node) -> Form | None:
    """The one form whose keys stand in the limit; the schema has reported any other number of them."""
    found: list[Form] = [
        form for form, keys in FORMS.items() if any(reading.get(node, key) is not None for key in keys)
    ]
    return found[0] if len(found) == 1 else None


def _summed(reading: Reading, node: Node) -> tuple[str, str] | None:
    """`(process, fact)` of a total such as `refund.amount`, or of a bare fact of this process."""
    found = reading.member(node)
    if found is None:
        return None
    process, fact, place = found
    facts = reading.names.processes[process].facts
    if not reading.check("RE305", f"fact of process '{process}'", fact, place, facts):
        return None
    if facts[fact].kind not in ("money", "number", "integer"):
        reading.say("RE404", place, f"'{fact}' cannot be summed.", "Only money and numbers have a total.")
        return None
    return process, fact
