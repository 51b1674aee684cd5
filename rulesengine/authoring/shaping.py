"""Small parts of JSON Schemas, as editors complete and explain them best.

Names are lists of constants under `anyOf`, each with a title and a description of its own: on a name an editor shows
what this one means, where an `enum` would show all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Literal, TypeAlias

from rulesengine.resources import schema_file

Schema: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["pack", "scenario", "register"]
#: what a place that takes one name or several gives up: the general form of a name
GENERAL = ("$ref", "pattern", "patternErrorMessage", "examples", "maxLength", "minLength")
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def raw(kind: Kind) -> Schema:
    """The schema of a kind of document as its file has it, to be changed."""
    found: Schema = json.loads(schema_file(kind).read_text(encoding="utf-8"))
    return found


def identity(pack: str, kind: str) -> str:
    """The `$id` of a schema that is made for a pack."""
    return f"urn:rulesengine:{pack if NAME.match(pack) else 'unnamed'}.{kind}.schema.json"


def named(words: Mapping[str, str], what: str) -> Schema:
    """One of the words, each with its meaning; `what` says what they are: `state of claim`."""
    title = what[:1].upper() + what[1:]
    known = [{"const": word, "title": f"{word}, {what}", "description": meaning} for word, meaning in words.items()]
    if not known:
        return {"title": title, "not": {}, "errorMessage": f"There is no {what} yet."}
    return {"title": title, "type": "string", "anyOf": known}


def either(title: str, *parts: Schema) -> Schema:
    """One of several parts. Each needs a title: without one editors take a part that fits for all of them."""
    return {"title": title, "anyOf": list(parts)}


def in_list(name: str, words: Mapping[str, str]) -> Schema:
    """An item of a list, which is one of `words`; these stand in `$defs` as `name`.

    Not `anyOf`: editors would offer each word of it twice, once as the beginning of a further item.
    """
    offered = [{"label": word, "body": word, "description": told} for word, told in words.items()]
    return {"if": {"type": "string"}, "then": reference(name), "defaultSnippets": offered}


def every(parts: Iterable[Schema]) -> Schema:
    """All of the parts; nothing where there are none, for an empty list is no schema."""
    listed = list(parts)
    return {"allOf": listed} if listed else {}


def reference(name: str) -> Schema:
    """A part of `$defs`."""
    return {"$ref": f"#/$defs/{name}"}


def item(name: str) -> Schema:
    """The part of `$defs` for one of several words in a list."""
    return reference(f"{name}.item")


def resolved(schema: Schema, part: Schema) -> Schema:
    """The part with what it refers to in place of the reference, its own keys before those."""
    while "$ref" in part:
        beneath: Any = schema
        for step in part["$ref"].removeprefix("#/").split("/"):
            beneath = beneath[step]
        part = {**beneath, **{key: value for key, value in part.items() if key != "$ref"}}
    return deepcopy(part)


def bare(part: Schema) -> Schema:
    """A resolved part without the examples of other packs, which editors would offer. What a map may hold is left to
    the part that stands beside it.
    """
    away = ("examples", "propertyNames", "additionalProperties") if part.get("type") == "object" else ("examples",)
    return {key: inner for key, inner in part.items() if key not in away}


def taking(part: Schema, words: str, *, null: bool, lists: bool = True) -> Schema:
    """A resolved part that takes text, and perhaps lists and maps, with its text restricted to the part `words` of
    `$defs`, and with `lists` that of its lists as well. `null`: nothing may stand there, which takes away what another
    pack says.
    """
    kinds = part.get("type", "string")
    kinds = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null" or null]
    found = {key: value for key, value in part.items() if key not in GENERAL}
    # with one part only, editors would show the place and not the word; nothing but text fits where no list may stand
    others = [kind for kind in kinds if kind != "string"] or ["array"]
    found["anyOf"] = (
        [reference(words), {"title": "Not a single word", "type": others}] if others else [reference(words)]
    )
    found["type"] = kinds
    if lists and "array" in kinds and "items" in part:
        found["items"] = {"type": "string", **item(words)}
    return found


def renamed(part: Any, names: Mapping[str, str]) -> Any:
    """A copy with its references led to other parts of `$defs`."""
    if isinstance(part, list):
        return [renamed(item, names) for item in part]
    if not isinstance(part, dict):
        return part
    found = {key: renamed(value, names) for key, value in part.items()}
    if isinstance(found.get("$ref"), str):
        head, _, rest = found["$ref"].removeprefix("#/$defs/").partition("/")
        if head in names:
            found["$ref"] = f"#/$defs/{names[head]}" + (f"/{rest}" if rest else "")
    return found


def keyed(part: Schema, words: Mapping[str, str], value: Schema) -> Schema:
    """A map whose keys are some of the words."""
    found = {
        key: inner for key, inner in part.items() if key not in ("propertyNames", "additionalProperties", "examples")
    }
    found["properties"] = {word: {**value, "description": meaning} for word, meaning in words.items()}
    return {**found, "additionalProperties": False}


def alternation(words: Iterable[str]) -> str:
    """A pattern for one of the words; one that nothing fits where there are none."""
    return "|".join(map(re.escape, words)) or "(?!)"
