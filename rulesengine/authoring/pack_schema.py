"""The schema of packs made special for one pack: its own names where the language asks for a name.

The general schema stays the only one. Its parts are taken over as they are; those that belong to a process are there
once for each process of the pack, and only the places in `PLACES` are changed in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rulesengine.authoring.shaping import (
    GENERAL,
    NAME,
    Schema,
    alternation,
    bare,
    either,
    every,
    identity,
    in_list,
    item,
    keyed,
    named,
    raw,
    reference,
    renamed,
    resolved,
    taking,
)
from rulesengine.authoring.vocabulary import ORIGINS, ProcessWords, Vocabulary, Words
from rulesengine.rules.reading import UNSPECIFIED

#: the parts of the general schema that name things of a process
OWN = ("process", "state", "suspension", "transition", "raise", "deadline", "limit")
#: (part, key) -> the words that stand there: those of the process, or with a capital those of the pack
PLACES = {
    ("process", "under"): "Processes",
    ("suspension", "process"): "Processes",
    ("suspension", "except"): "Free",
    ("suspension", "events"): "raised",
    ("suspension", "via"): "instances",
    ("transition", "from"): "origins",
    ("transition", "to"): "states",
    ("transition", "by"): "Actors",
    ("transition", "notifies"): "Actors",
    ("transition", "requires"): "facts",
    ("transition", "optional"): "facts",
    ("transition", "raises"): "raised",
    ("raise", "event"): "raised",
    ("raise", "via"): "instances",
    ("deadline", "while"): "states",
    ("deadline", "owed_by"): "Actors",
    ("deadline", "met_by"): "events",
    ("deadline", "then"): "events",
    ("deadline", "within"): "Durations",
    ("deadline", "after"): "Periods",
    ("deadline", "grace"): "Periods",
    ("limit", "event"): "events",
    ("limit", "requires"): "facts",
    ("limit", "total"): "summed",
}
#: the same for parts that belong to no process
SHARED = {
    ("indicator", "share_met"): "Deadlines",
    ("indicator", "average_time"): "Deadlines",
    ("indicator", "share_of"): "Processes",
    ("indicator", "in_the_last"): "Periods",
    ("fact", "instances_of"): "Processes",
    ("fact", "choice"): "Choices",
}
#: a period written out, in place of the name of a parameter: nothing that looks like a name
WRITTEN_OUT = "^(?![a-z][a-z0-9_]*$)"


def pack_schema(words: Vocabulary) -> Schema:
    """The schema for the file of this pack."""
    schema = raw("pack")
    schema["$id"] = identity(words.name, "pack")
    schema["title"] = f"Policy pack {words.title or words.name}".rstrip()
    schema.pop("examples")
    general: Schema = schema["$defs"]
    processes = {name: one for name, one in words.processes.items() if NAME.match(name)}
    # whatever is changed refers to its original, so those are kept until the end
    made: Schema = dict(_shared_words(words, processes))
    for (part, key), place in SHARED.items():
        target = made.setdefault(part, renamed(general[part], {}))
        target["properties"][key] = _placed(schema, general[part]["properties"][key], place, words)
    if words.statements is not None:
        made.update(_words("Statements", "statement of the register", words.statements))
        made["source"] = taking(resolved(schema, general["source"]), "Statements", null=words.extends)
    for name, process in processes.items():
        made.update(_process_parts(schema, name, process, words))
    made["Raised_facts"] = every(_facts_if_raised(name) for name in processes)
    top = schema["properties"]
    top["processes"]["properties"] = {
        name: {**reference(f"{name}.process"), "title": f"{name}, process", "description": words.lines[name]}
        for name in processes
    }
    if words.variants:
        made.update(_words("Variants", "variant", words.variants))
        top["default_variant"] = _placed(schema, top["default_variant"], "Variants", words)
    general.update(made)
    return schema


def _placed(schema: Schema, part: Schema, place: str, words: Vocabulary) -> Schema:
    # a list of choices written out is no list of names
    return taking(resolved(schema, part), place, null=words.extends, lists=place != "Choices")


def _words(name: str, what: str, words: Words) -> Schema:
    """The parts for one kind of word, alone and in a list."""
    return {name: named(words, what), f"{name}.item": in_list(name, words)}


def _union(name: str, title: str, *kinds: tuple[str, Words]) -> Schema:
    """The parts for several kinds of words that stand in the same place, each the name of its own part."""
    together = {word: meaning for _, words in kinds for word, meaning in words.items()}
    return {
        name: either(title, *(reference(kind) for kind, _ in kinds)),
        f"{name}.item": in_list(name, together),
    }


def _shared_words(words: Vocabulary, processes: Mapping[str, ProcessWords]) -> Schema:
    events = _events(words)
    deadlines = {f"{name}.{rule}": told for name, one in processes.items() for rule, told in one.deadlines.items()}
    totals = {f"{name}.{fact}": told for name, one in processes.items() for fact, told in one.numeric.items()}
    period = {
        "title": "Period of time",
        "type": "string",
        "pattern": WRITTEN_OUT,
        "patternErrorMessage": "There is no parameter with this name that could be a period of time.",
    }
    unspecified = {UNSPECIFIED: "The duty is there, and the source gives no number."}
    return {
        **_words("Processes", "process", words.lines),
        **_words("Actors", "actor", words.actors),
        **_words("Events", "event", events),
        **_union("Free", "Process or event", ("Processes", words.lines), ("Events", events)),
        **_words("Deadlines", "deadline", deadlines),
        **_words("Totals", "fact", totals),
        **_words("Choices", "list of choices", words.choices),
        **_words("Origins", "in place of a state", ORIGINS),
        "Periods": either("Time", named(words.periods, "parameter"), period),
        "Durations": either("Time somebody has", named({**words.periods, **unspecified}, "parameter"), period),
    }


def _events(words: Vocabulary, *, raisable: bool = False) -> dict[str, str]:
    """All events, or those that the engine itself may raise, as process.event."""
    return {
        f"{name}.{event}": told
        for name, one in words.processes.items()
        if NAME.match(name)
        for event, told in (one.raisable if raisable else one.events).items()
    }


def _process_parts(schema: Schema, name: str, process: ProcessWords, words: Vocabulary) -> Schema:
    general: Schema = schema["$defs"]
    whose = f" of {name}"
    events = _events(words)
    parts: Schema = {
        **_words(f"{name}.states", "state" + whose, process.states),
        **_words(f"{name}.events", "event" + whose, process.events),
        **_words(f"{name}.facts", "fact" + whose, process.facts),
        **_words(f"{name}.instances", "fact that names instances" + whose, process.instances),
        **_words(f"{name}.numbers", "fact" + whose, process.numeric),
        **_union(f"{name}.origins", "Origin", (f"{name}.states", process.states), ("Origins", ORIGINS)),
        f"{name}.raised": either("Event", reference(f"{name}.events"), reference("Events")),
        # their own words are not repeated for each process: with all their meanings that would be most of the schema
        f"{name}.raised.item": in_list(f"{name}.raised", dict.fromkeys((*process.events, *events), "")),
        **_union(f"{name}.summed", "Fact to sum", (f"{name}.numbers", process.numeric), ("Totals", {})),
        f"{name}.settings": keyed(
            resolved(schema, general["settings"]), process.facts, general["settings"]["additionalProperties"]
        ),
    }
    renames = {part: f"{name}.{part}" for part in OWN}
    for part in OWN:
        parts[renames[part]] = renamed(general[part], renames)
    for (part, key), place in PLACES.items():
        original = general[part]["properties"][key]
        place_of = place if place[0].isupper() else f"{name}.{place}"
        found = renamed(_placed(schema, original, place_of, words), renames)
        parts[renames[part]]["properties"][key] = found
    _by_hand(schema, parts, name, process, words)
    return parts


def _by_hand(schema: Schema, parts: Schema, name: str, process: ProcessWords, words: Vocabulary) -> None:
    """The places of a process that a table cannot say."""
    transition, sent = parts[f"{name}.transition"]["properties"], parts[f"{name}.raise"]
    state, suspension = parts[f"{name}.state"]["properties"], parts[f"{name}.suspension"]
    # a name that several transitions take, or a new one
    fresh = {"title": "New event", "not": {"enum": list(process.events)}}
    transition["event"] = {**bare(resolved(schema, transition["event"])), "anyOf": [reference(f"{name}.events"), fresh]}
    settings = reference(f"{name}.settings")
    raisable = {**process.raisable, **_events(words, raisable=True)}
    transition["sets"] = _described(transition["sets"], settings)
    # a word, a map, or a list of both
    facts = {"if": _with_event("^[^.]*$"), "then": {"properties": {"facts": settings}}}
    for place in (sent, transition["raises"]):
        place["allOf"] = [reference("Raised_facts"), facts]
    transition["raises"]["items"] = reference(f"{name}.raise")
    state["suspends"] = taking(resolved(schema, state["suspends"]), "Processes", null=words.extends)
    state["suspends"]["items"] = reference(f"{name}.suspension")
    for mixed, of, known in ((sent, f"{name}.raised", raisable), (suspension, "Processes", words.lines)):
        for key in GENERAL:
            mixed.pop(key, None)
        mixed.update(in_list(of, known))
    limit = parts[f"{name}.limit"]
    totals = [
        {
            "if": {"properties": {"total": {"type": "string", "pattern": pattern}}, "required": ["total"]},
            "then": {"properties": {"states": _states(limit["properties"]["states"], of)}},
        }
        for of, pattern in _totals(name, words)
    ]
    limit.update(every(totals))
    limit["properties"]["states"].pop("examples", None)
    for part in ("transition", "deadline", "limit"):
        reading = parts[f"{name}.{part}"]["properties"]["readings"]["additionalProperties"]["properties"]
        # null takes a key of the rule away under this reading
        away = {"title": "Taken away", "type": "null"}
        reading.update({key: {"anyOf": [inner, away]} for key, inner in reading.items()})


def _described(part: Schema, meaning: Schema) -> Schema:
    return {**{key: part[key] for key in ("title", "description") if key in part}, **meaning}


def _totals(name: str, words: Vocabulary) -> list[tuple[str, str]]:
    """For each process with something to sum: its name, and what a total of it looks like."""
    found = [(of, rf"^{of}\.") for of, one in words.processes.items() if one.numeric and NAME.match(of)]
    own = words.processes[name].numeric
    return [*found, (name, rf"^({alternation(own)})$")] if own else found


def _states(part: Schema, of: str) -> Schema:
    return {
        "title": part.get("title", ""),
        "description": part.get("description", ""),
        "anyOf": [reference(f"{of}.states"), {"title": "Not a single word", "type": ["array", "null"]}],
        "items": {"type": "string", **item(f"{of}.states")},
    }


def _with_event(pattern: str) -> dict[str, Any]:
    """A map whose event looks like this."""
    return {
        "type": "object",
        "required": ["event"],
        "properties": {"event": {"type": "string", "pattern": pattern}},
    }


def _facts_if_raised(process: str) -> Schema:
    """The facts of an event belong to the process that it happens to."""
    facts = {"properties": {"facts": reference(f"{process}.settings")}}
    return {"if": _with_event(rf"^{process}\."), "then": facts}
