"""The words of one pack, each with what it means: what an editor offers where the language asks for a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from rulesengine.authoring.reading import Draft, child, entries, text, words
from rulesengine.document import Node
from rulesengine.rules.reading import ANY, NEW, SYSTEM
from rulesengine.rules.transition import event_name

#: characters of an explanation
LONGEST = 400
NUMERIC = ("money", "number", "integer")
#: name -> what it means
Words = Mapping[str, str]


class ProcessWords(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one process."""

    title: str
    under: str
    states: Words
    events: Words
    #: events that the engine itself may raise
    raisable: Words
    #: events that create an instance
    creating: frozenset[str]
    transitions: Words
    deadlines: Words
    limits: Words
    facts: Words
    #: facts of type instances_of
    instances: Words
    #: facts that can be summed
    numeric: Words
    #: the values of facts that have only certain ones
    values: Mapping[str, tuple[str | bool, ...]]

    @property
    def rules(self) -> dict[str, str]:
        """All rules of the process."""
        return {**self.transitions, **self.deadlines, **self.limits}


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one pack."""

    name: str
    title: str
    extends: bool
    processes: Mapping[str, ProcessWords]
    actors: Words
    #: parameters that are a period, or may be one
    periods: Words
    variants: Words
    choices: Words
    #: ids of the statements; None where the registers cannot tell which there are
    statements: Words | None
    #: what offers readings, with their names
    readings: Mapping[str, Words]
    #: groups of facts about the world, with the values of those that have only certain ones
    context: Mapping[str, Words]
    context_values: Mapping[str, Mapping[str, tuple[str | bool, ...]]]

    @property
    def lines(self) -> dict[str, str]:
        """The processes, with their titles."""
        return {
            name: _told(one.title, f"Belongs to {one.under}" if one.under else "Opens a case")
            for name, one in self.processes.items()
        }


def vocabulary(draft: Draft) -> Vocabulary:
    """The words of what can be read of a pack."""
    whole = draft.merged
    choices = {name: _values(node) for name, node in entries(whole, "choices")}
    processes = {name: _process(node, choices) for name, node in entries(whole, "processes")}
    return Vocabulary(
        name=text(whole, "pack"),
        title=text(whole, "title"),
        extends=child(draft.own, "extends") is not None,
        processes=processes,
        actors=_actors(whole),
        periods={name: _parameter(node) for name, node in entries(whole, "parameters") if _may_be_period(node)},
        variants={name: _told(text(node, "title")) for name, node in entries(whole, "variants")},
        choices={name: _told("One of " + ", ".join(values)) for name, values in choices.items()},
        statements=_statements(draft),
        readings=dict(_readings(whole)),
        context={group: {n: _fact(f) for n, f in entries(node)} for group, node in entries(whole, "context")},
        context_values={group: _valued(node, choices) for group, node in entries(whole, "context")},
    )


def _told(*parts: str) -> str:
    """The parts as sentences, no longer than an editor shows well."""
    sentences = [part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part]
    joined = " ".join(sentences)
    return joined if len(joined) <= LONGEST else joined[: LONGEST - 1] + "…"


def _cited(node: Node) -> str:
    cited = words(node, "source")
    return f"Source: {', '.join(cited)}" if cited else ""


# processes


def _process(node: Node, choices: Mapping[str, tuple[str, ...]]) -> ProcessWords:
    facts = dict(entries(node, "facts"))
    return ProcessWords(
        title=text(node, "title"),
        under=text(node, "under"),
        states={name: _state(inner) for name, inner in entries(node, "states")},
        events=_events(node),
        raisable=_events(node, SYSTEM),
        creating=frozenset(
            event_name(rule, inner) for rule, inner in entries(node, "transitions") if NEW in words(inner, "from")
        ),
        transitions={name: _transition(name, inner) for name, inner in entries(node, "transitions")},
        deadlines={name: _deadline(inner) for name, inner in entries(node, "deadlines")},
        limits={name: _limit(inner) for name, inner in entries(node, "limits")},
        facts={name: _fact(inner) for name, inner in facts.items()},
        instances={name: _fact(inner) for name, inner in facts.items() if child(inner, "instances_of")},
        numeric={name: _fact(inner) for name, inner in facts.items() if _kind(inner) in NUMERIC},
        values=_valued(node, choices, "facts"),
    )


def _state(node: Node) -> str:
    final = child(node, "final")
    suspended = child(node, "suspends")
    return _told(
        text(node, "title"),
        "Final" if final is not None and final.value is True else "",
        "Makes others stand still" if suspended is not None else "",
        text(node, "question"),
        _cited(node),
    )


def _way(node: Node) -> str:
    """`amicable → settled, by buyer`."""
    origin, to = ", ".join(words(node, "from")), text(node, "to")
    way = f"{origin} → {to}" if to else origin
    return ", by ".join(part for part in (way, ", ".join(words(node, "by"))) if part)


def _transition(name: str, node: Node) -> str:
    event = event_name(name, node)
    return _told(text(node, "title"), _way(node), f"Event {event}" if event != name else "", _cited(node))


def _events(node: Node, actor: str = "") -> dict[str, str]:
    """The events with all the ways they are taken (of an actor, where one is named)."""
    taken: dict[str, list[Node]] = {}
    for rule, inner in entries(node, "transitions"):
        if not actor or actor in words(inner, "by"):
            taken.setdefault(event_name(rule, inner), []).append(inner)
    return {
        event: _told(
            next((title for rule in rules if (title := text(rule, "title"))), ""),
            "; ".join(dict.fromkeys(filter(None, map(_way, rules)))),
        )
        for event, rules in taken.items()
    }


def _deadline(node: Node) -> str:
    within, after = text(node, "within"), text(node, "after")
    return _told(
        text(node, "title"),
        f"Within {within}, owed by {text(node, 'owed_by')}" if within else f"After {after}" if after else "",
        f"While {', '.join(words(node, 'while'))}" if words(node, "while") else "",
        f"Then {text(node, 'then')}" if text(node, "then") else "",
        _cited(node),
    )


def _limit(node: Node) -> str:
    event = text(node, "event")
    return _told(text(node, "title"), f"Limits {event}" if event else "", _cited(node))


# facts


def _kind(node: Node) -> str:
    """The type of a fact as the pack writes it; "" while it is not written."""
    return node.value if isinstance(node.value, str) else text(node, "type")


def _fact(node: Node) -> str:
    choice = child(node, "choice")
    kind = _kind(node)
    if choice is not None:
        listed = ", ".join(words(node, "choice"))
        kind = f"One of {listed}" if isinstance(choice.value, list) else f"A choice of {listed}"
    elif process := text(node, "instances_of"):
        kind = f"Names instances of {process}"
    elif child(node, "list_of") is not None:
        kind = "A list of texts"
    return _told(text(node, "title"), kind[:1].upper() + kind[1:], text(node, "question"), _cited(node))


def _values(node: Node) -> tuple[str, ...]:
    """The values of a list of choices."""
    if isinstance(node.value, list):
        return tuple(one.value for one in node.value if isinstance(one.value, str))
    return tuple(dict.fromkeys((*words(node, "values"), *words(node, "worse_to_better"))))


def _valued(node: Node, choices: Mapping[str, tuple[str, ...]], key: str = "") -> dict[str, tuple[str | bool, ...]]:
    found: dict[str, tuple[str | bool, ...]] = {}
    for name, fact in entries(node, key):
        choice = child(fact, "choice")
        if choice is not None:
            named = choice.value if isinstance(choice.value, str) else ""
            # nothing is said of a choice whose list is not there yet
            values = choices.get(named, ()) if named else tuple(words(fact, "choice"))
            if values:
                found[name] = values
        elif _kind(fact) == "boolean":
            found[name] = (True, False)
    return found


# the pack


def _actors(whole: Node) -> dict[str, str]:
    """Who may act, with some of what each may do."""
    may: dict[str, list[str]] = {}
    for process, node in entries(whole, "processes"):
        for rule, inner in entries(node, "transitions"):
            for actor in words(inner, "by"):
                may.setdefault(actor, []).append(f"{process}.{event_name(rule, inner)}")
    names = dict.fromkeys((*words(whole, "actors"), SYSTEM))
    return {
        name: _told("The engine itself" if name == SYSTEM else "", _may(list(dict.fromkeys(may.get(name, ())))))
        for name in names
    }


def _may(events: list[str]) -> str:
    more = ", …" if len(events) > 6 else ""
    return f"May do {', '.join(events[:6])}{more}" if events else "May do nothing yet"


def _parameter(node: Node) -> str:
    value = child(node, "value")
    shown = "" if value is None or value.value is None else str(value.value)
    return _told(shown or "Not known yet", text(node, "title"), text(node, "question"), _cited(node))


def _may_be_period(node: Node) -> bool:
    value = child(node, "value")
    if value is None or value.value is None:
        return True
    if isinstance(value.value, int | Decimal):
        return False
    amount = str(value.value).split(" ")
    return not (len(amount) == 2 and len(amount[1]) == 3 and amount[1].isupper())


def _statements(draft: Draft) -> dict[str, str] | None:
    if not draft.registers or not draft.complete:
        return None
    found: dict[str, str] = {}
    for register in draft.registers:
        titles = {name: text(node, "title") for name, node in entries(register, "documents")}
        for id, node in entries(register, "statements"):
            document = text(node, "document")
            place = ", ".join(filter(None, (titles.get(document) or document, text(node, "section"))))
            no_rule = text(node, "not_a_rule")
            found[id] = _told(
                text(node, "says"),
                text(node, "question"),
                f"No rule: {no_rule}" if no_rule else "",
                f"({place})" if place else "",
            )
    return found


def _readings(whole: Node) -> Iterable[tuple[str, Words]]:
    for name, node in entries(whole, "parameters"):
        if child(node, "readings") is not None:
            yield name, {one: _told(_reading(inner)) for one, inner in entries(node, "readings")}
    for process, body in entries(whole, "processes"):
        for section in ("transitions", "deadlines", "limits"):
            for rule, node in entries(body, section):
                if child(node, "readings") is not None:
                    yield f"{process}.{rule}", {one: _told(_reading(i)) for one, i in entries(node, "readings")}


def _reading(node: Node) -> str:
    if isinstance(node.value, dict):
        simple = {key: inner.value for key, inner in node.value.items() if not isinstance(inner.value, dict | list)}
        return ", ".join(f"{key}: {value}" for key, value in simple.items())
    return "" if node.value is None else str(node.value)


#: what stands beside the states in `from`
ORIGINS = {
    NEW: "The event creates the instance.",
    ANY: "Every state that is not final.",
}
