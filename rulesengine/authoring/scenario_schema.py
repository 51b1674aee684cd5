"""The schema of scenarios made special for one pack: its events, processes, states, facts and deadlines.

What a scenario may say although the pack does not have it (a fact of a step that expects `bad_fact`, an event of one
that expects `unknown_event`) stays possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rulesengine.authoring.shaping import (
    NAME,
    Schema,
    alternation,
    bare,
    either,
    every,
    identity,
    in_list,
    keyed,
    named,
    raw,
    reference,
    resolved,
    taking,
)
from rulesengine.authoring.vocabulary import ProcessWords, Vocabulary, Words
from rulesengine.case import REASON_CODES

#: what follows a process in the name of one instance
ID = "/[A-Za-z0-9][A-Za-z0-9_-]*"
#: keys of `expect` that name deadlines
DEADLINES = ("fired", "overdue", "missed", "reminded")


def scenario_schema(words: Vocabulary) -> Schema:
    """The schema for scenarios of this pack."""
    schema = raw("scenario")
    schema["$id"] = identity(words.name, "scenario")
    schema["title"] = f"Scenario of {words.title or words.name}".rstrip()
    schema.pop("examples")
    processes = {name: one for name, one in words.processes.items() if NAME.match(name)}
    made: Schema = {**_shared(words, processes), **_refusals()}
    for name, process in processes.items():
        made.update(_of_process(schema, name, process))
    top = schema["properties"]
    top["variant"] = taking(resolved(schema, top["variant"]), "Variants", null=False)
    top["readings"] = _readings(resolved(schema, top["readings"]), words)
    top["boundaries"]["properties"]["deadline"] = _rule(schema, top["boundaries"], "deadline", "Deadlines")
    top["boundaries"]["properties"]["limit"] = _rule(schema, top["boundaries"], "limit", "Limits")
    made["context"] = _context(resolved(schema, reference("context")), words)
    _given(schema, top["given"]["items"], processes)
    _steps(schema, top["steps"]["items"], processes)
    made["expect"] = _expect(schema, processes)
    schema["$defs"].update(made)
    return schema


# words


def _shared(words: Vocabulary, processes: Mapping[str, ProcessWords]) -> Schema:
    def whole(section: str) -> dict[str, str]:
        return {
            f"{name}.{rule}": told for name, one in processes.items() for rule, told in getattr(one, section).items()
        }

    codes = dict.fromkeys(REASON_CODES, "The code of a reason.")
    parents = {name: told for name, told in words.lines.items() if name in processes}
    instance = {
        "title": "One instance",
        "type": "string",
        "pattern": f"^({alternation(processes)}){ID}$",
        "patternErrorMessage": "An instance is called by its process, or as process/id.",
    }
    return {
        "Variants": named(words.variants, "variant"),
        "Processes": named(words.lines, "process"),
        "Instances": either("Instance", named(parents, "process"), instance),
        "Actors": named(words.actors, "actor"),
        "Actors.item": in_list("Actors", words.actors),
        "Events": named(whole("events"), "event"),
        **_rules("Rules", "rule", whole("rules"), processes, "rules"),
        **_rules("Deadlines", "deadline", whole("deadlines"), processes, "deadlines"),
        **_rules("Limits", "limit", whole("limits"), processes, "limits"),
        "Codes": named(codes, "reason"),
        "Refusals": either("Rule or reason", reference("Rules"), reference("Codes")),
        "Refusals.item": in_list("Refusals", {**whole("rules"), **codes}),
    }


def _rules(name: str, what: str, words: Words, processes: Mapping[str, ProcessWords], section: str) -> Schema:
    """Rules as process.rule, and as process/id.rule."""
    each = "|".join(
        f"{process}{ID}\\.({alternation(rules)})"
        for process, one in processes.items()
        if (rules := getattr(one, section))
    )
    of_one = {
        "title": f"{what.capitalize()} of one instance",
        "type": "string",
        "pattern": f"^({each or '(?!)'})$",
        "patternErrorMessage": f"There is no {what} of this name.",
    }
    return {name: either(what.capitalize(), named(words, what), of_one), f"{name}.item": in_list(name, words)}


def _of_process(schema: Schema, name: str, process: ProcessWords) -> Schema:
    whose = f" of {name}"
    return {
        f"{name}.states": named(process.states, "state" + whose),
        f"{name}.deadlines": named(process.deadlines, "deadline" + whose),
        f"{name}.deadlines.item": in_list(f"{name}.deadlines", process.deadlines),
        f"{name}.facts": _facts(resolved(schema, reference("facts")), process.facts, process.values),
    }


def _facts(part: Schema, facts: Words, values: Mapping[str, tuple[str | bool, ...]]) -> Schema:
    """Facts with the values of those that have only certain ones."""
    general = {key: inner for key, inner in part["additionalProperties"].items() if key != "examples"}
    found = keyed(part, facts, general)
    for name, allowed in values.items():
        meaning = found["properties"][name]["description"]
        found["properties"][name] = {"title": general["title"], "description": meaning, "enum": [*allowed, None]}
    return found


# parts of a scenario


def _readings(part: Schema, words: Vocabulary) -> Schema:
    found = keyed(part, dict.fromkeys(words.readings, ""), {})
    for name, offered in words.readings.items():
        found["properties"][name] = {"title": f"Reading of {name}", **named(offered, "reading")}
    return found


def _context(part: Schema, words: Vocabulary) -> Schema:
    found = keyed(part, dict.fromkeys(words.context, "Facts about the world outside the case."), {})
    facts = resolved(raw("scenario"), reference("facts"))
    for group, known in words.context.items():
        found["properties"][group] = _facts(facts, known, words.context_values[group])
    return found


def _rule(schema: Schema, part: Schema, key: str, words: str) -> Schema:
    return taking(resolved(schema, part["properties"][key]), words, null=False)


def _given(schema: Schema, part: Schema, processes: Mapping[str, ProcessWords]) -> None:
    keys = part["properties"]
    keys["process"] = _rule(schema, part, "process", "Processes")
    keys["under"] = _rule(schema, part, "under", "Instances")
    different = {key: resolved(schema, keys[key]) for key in ("state", "facts", "entered", "happened", "missed")}
    of_process = [
        {
            "if": {"required": ["process"], "properties": {"process": {"const": name}}},
            "then": {"properties": _of_given(different, name, process)},
        }
        for name, process in processes.items()
    ]
    keys.update({key: bare(inner) for key, inner in different.items()})
    part.update(every(of_process))


def _of_given(keys: Schema, name: str, process: ProcessWords) -> Schema:
    """What is different for an instance of this process."""
    return {
        "state": reference(f"{name}.states"),
        "facts": reference(f"{name}.facts"),
        "missed": taking(keys["missed"], f"{name}.deadlines", null=False),
        "entered": _only_keys(process.states, keys["entered"]["additionalProperties"]),
        "happened": _only_keys(process.events, keys["happened"]["additionalProperties"]),
    }


def _only_keys(words: Words, value: Schema) -> Schema:
    """Of a map only these keys; what is no map is as it was."""
    value = {key: inner for key, inner in value.items() if key != "examples"}
    return {
        "properties": {word: {**value, "description": told} for word, told in words.items()},
        "additionalProperties": False,
    }


def _steps(schema: Schema, part: Schema, processes: Mapping[str, ProcessWords]) -> None:
    keys = part["properties"]
    keys["by"] = _rule(schema, part, "by", "Actors")
    keys.update({key: bare(resolved(schema, keys[key])) for key in ("event", "target", "facts")})
    known = {"properties": {"event": reference("Events")}}
    target = {"properties": {"target": reference("Instances")}}
    part["allOf"] = [
        {"if": _expecting("unknown_event"), "else": known},
        {"if": {"anyOf": [_expecting("unknown_event"), _expecting("unknown_target")]}, "else": target},
        {
            "if": {"anyOf": [_expecting("unknown_event"), _expecting("bad_fact")]},
            "else": every(map(_facts_of, processes)),
        },
    ]


def _facts_of(process: str) -> Schema:
    event = {"type": "string", "pattern": rf"^{process}\."}
    return {
        "if": {"required": ["event"], "properties": {"event": event}},
        "then": {"properties": {"facts": reference(f"{process}.facts")}},
    }


def _expecting(code: str) -> Schema:
    """A step that expects its event to be refused with this code."""
    return {"required": ["expect"], "properties": {"expect": reference(f"Refused.{code}")}}


def _refusals() -> Schema:
    return {f"Refused.{code}": _refused(code) for code in ("unknown_event", "unknown_target", "bad_fact")}


def _refused(code: str) -> Schema:
    """An `expect` that names the code, itself or on one side of an edge."""
    word = {"anyOf": [{"const": code}, {"type": "array", "contains": {"const": code}}]}
    own = {"required": ["refused"], "properties": {"refused": word}}
    sides = [{"required": [side], "properties": {side: own}} for side in ("before", "at", "after")]
    return {"type": "object", "anyOf": [own, *sides]}


def _expect(schema: Schema, processes: Mapping[str, ProcessWords]) -> Schema:
    part = resolved(schema, reference("expect"))
    keys = part["properties"]
    keys["accepted"] = _mixed(keys["accepted"], "Rules")
    keys["refused"] = _mixed(keys["refused"], "Refusals")
    for key in DEADLINES:
        keys[key] = taking(resolved(schema, keys[key]), "Deadlines", null=False)
    keys["notified"] = taking(resolved(schema, keys["notified"]), "Actors", null=False)
    keys["due"] = {**_without(keys["due"], "examples"), "propertyNames": reference("Deadlines")}
    keys["count"] = {**_without(keys["count"], "examples"), "propertyNames": reference("Processes")}
    ((_, general),) = part.pop("patternProperties").items()
    instances = {name: _expected(general, name) for name in processes}
    taken = set(keys)
    keys.update({name: instances[name] for name in processes if name not in taken})
    part["patternProperties"] = {f"^{name}{ID}$": expected for name, expected in instances.items()}
    return _without(part, "examples")


def _mixed(part: Schema, words: str) -> Schema:
    """A place for true, for one word of a kind, or for several."""
    found = taking(_without(part, "if", "then"), words, null=False)
    return {**found, "if": {"type": "boolean"}, "then": {"const": True}}


def _expected(general: Schema, process: str) -> Schema:
    """What is expected of an instance of this process."""
    state, facts = general["properties"]["state"], general["properties"]["facts"]
    return {
        **_without(general, "examples"),
        "properties": {
            "state": taking(_without(state, "$ref"), f"{process}.states", null=False),
            "facts": {**_without(facts, "$ref", "examples"), **every([reference(f"{process}.facts")])},
        },
    }


def _without(part: Mapping[str, Any], *keys: str) -> Schema:
    return {key: inner for key, inner in part.items() if key not in keys}
