"""Transitions: who may do what, from which state, under which guards, and what follows."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.expressions import Expression, type_of
from rulesengine.rules.guards import Guard
from rulesengine.rules.reading import ANY, NEW, Reading


class Raise(msgspec.Struct, frozen=True, kw_only=True):
    """An event the engine raises once the transition is taken. `bare`: it happens to the instance itself."""

    process: str
    event: str
    bare: bool
    facts: tuple[tuple[str, Expression], ...]
    #: where each of the facts is named
    fact_places: tuple[Span, ...]
    if_possible: bool
    #: a fact of type instances_of that narrows whom it goes to; "" without
    via: str
    place: Span

    @property
    def name(self) -> str:
        return f"{self.process}.{self.event}"


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """One way an event may be taken. `states` are the states it leaves; `creates` says `from: new`."""

    rule: str
    event: str
    states: frozenset[str]
    creates: bool
    to: str | None
    by: frozenset[str]
    requires: tuple[str, ...]
    optional: tuple[str, ...]
    #: requires and optional together
    carries: frozenset[str]
    guards: tuple[Guard, ...]
    otherwise: bool
    sets: tuple[tuple[str, Expression], ...]
    raises: tuple[Raise, ...]
    notifies: tuple[str, ...]
    title: str
    source: tuple[str, ...]
    place: Span

    @property
    def expressions(self) -> Iterable[Expression]:
        """Every expression the engine may evaluate for this transition."""
        yield from (guard.expression for guard in self.guards)
        yield from (expression for _, expression in self.sets)
        yield from (expression for sent in self.raises for _, expression in sent.facts)


def read_assignments(reading: Reading, node: Node | None, process: str) -> tuple[tuple[str, Expression], ...]:
    """A map of facts of `process` to expressions read in the scope of the rule's own process."""
    found = []
    if node is not None and isinstance(node.value, dict):
        facts = reading.names.processes[process].facts
        for name, value in node.value.items():
            if not reading.check("RE305", f"fact of process '{process}'", name, node.keys[name], facts):
                continue
            expression = reading.expression(value, type_of(facts[name]), now=False)
            if expression is not None:
                found.append((name, expression))
    return tuple(found)


def read_raise(reading: Reading, node: Node) -> Raise | None:
    """`item.cancel`, or `{event: refund.open, facts: {…}, if_possible: true}`."""
    event = reading.get(node, "event") if isinstance(node.value, dict) else node
    if event is None or not isinstance(event.value, str):
        return None
    named = reading.event_of(event)
    if named is None:
        return None
    process, name = named
    given = reading.get(node, "facts")
    facts = read_assignments(reading, given, process)
    via = reading.instances(node, "via") if isinstance(node.value, dict) else ""
    return Raise(
        process=process,
        event=name,
        bare="." not in event.value,
        facts=facts,
        fact_places=tuple(given.keys[fact] for fact, _ in facts) if given is not None else (),
        if_possible=isinstance(node.value, dict) and reading.flag(node, "if_possible"),
        via=via,
        place=event.span,
    )


def event_name(name: str, node: Node) -> str:
    """The event a transition is for: its own name unless `event` says another."""
    found = Reading.get(node, "event")
    return found.value if found is not None and isinstance(found.value, str) else name


def read(reading: Reading, name: str, node: Node, key: Span) -> Transition:
    process = reading.process
    event = event_name(name, node)
    origins = reading.words(node, "from")
    creates = any(word == NEW for word, _ in origins)
    states: set[str] = set()
    for word, span in origins:
        if word == ANY:
            states.update(state for state in process.states if state not in process.final)
        elif word != NEW and reading.check(
            "RE301", f"state of process '{process.name}'", word, span, (*process.states, NEW, ANY)
        ):
            states.add(word)
            if word in process.final:
                reading.say(
                    "RE507",
                    span,
                    f"'{word}' is final: nothing can happen in it.",
                    "Leave it out of 'from', or take 'final: true' from the state.",
                )
    if states and event in process.creating:
        reading.say(
            "RE510",
            origins[0][1],
            f"'{event}' creates an instance here and changes one as well.",
            "Give the two their own events: an event either creates (from: new) or happens to an instance.",
        )
    to = reading.get(node, "to")
    target = None
    if (
        to is not None
        and isinstance(to.value, str)
        and reading.check("RE301", f"state of process '{process.name}'", to.value, to.span, process.states)
    ):
        target = to.value
    if creates and to is None:
        reading.say("RE202", key, f"'{name}' creates an instance but does not say in which state.", "Add 'to:'.")
    requires, optional = reading.facts(node, "requires"), reading.facts(node, "optional")
    raises = tuple(sent for item in reading.items(node, "raises") if (sent := read_raise(reading, item)) is not None)
    return Transition(
        rule=f"{process.name}.{name}",
        event=event,
        states=frozenset(states),
        creates=creates,
        to=target,
        by=frozenset(reading.actors(node, "by")),
        requires=requires,
        optional=optional,
        carries=frozenset(requires) | frozenset(optional),
        guards=reading.guards(node, "when") + reading.guards(node, "unless", negated=True),
        otherwise=reading.flag(node, "otherwise"),
        sets=read_assignments(reading, reading.get(node, "sets"), process.name),
        raises=raises,
        notifies=reading.actors(node, "notifies"),
        title=reading.text(node, "title"),
        source=reading.sources(node),
        place=key,
    )
