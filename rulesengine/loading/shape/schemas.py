"""The schemas of `schema/`, read once, with references put in place.

A schema has two kinds of parts. Those under `properties`, `additionalProperties` and `items` describe what an author
writes, with title, description and examples; the others (`if`, `dependentSchemas`, `not`, …) only tell what goes
together with what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, TypeAlias

from rulesengine.resources import schema_file

Kind: TypeAlias = Literal["pack", "scenario", "register", "vocabulary"]
Schema: TypeAlias = dict[str, Any]

#: in place of a keyword, in the error for a key that cannot stand where it does
EXCLUDED = "excluded"


@cache
def schema_of(kind: Kind) -> Schema:
    """The schema of a kind of document without references: what they name stands in their place, shared."""
    raw = json.loads(schema_file(kind).read_text(encoding="utf-8"))
    parts: dict[str, Schema] = {}
    #: what names a part that it stands in itself, to be filled in the end
    circular: list[tuple[Schema, str]] = []

    def placed(part: Any) -> Any:
        if isinstance(part, list):
            return [placed(item) for item in part]
        if not isinstance(part, dict):
            return part
        beside = {key: placed(value) for key, value in part.items() if key not in ("$ref", "$defs")}
        reference = part.get("$ref")
        if not isinstance(reference, str):
            return beside
        if reference in parts:
            if not parts[reference]:
                circular.append((beside, reference))
            return {**parts[reference], **beside} if parts[reference] else beside
        parts[reference] = {}
        named = raw
        for step in reference.removeprefix("#/").split("/"):
            named = named[step]
        parts[reference] = placed(named)
        return {**parts[reference], **beside}

    whole: Schema = placed(raw)
    for beside, reference in circular:
        beside.update({**parts[reference], **beside})
    return whole


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a schema. There `$` is the very end; Python's would let a line break follow."""
    return re.compile(re.sub(r"(?<!\\)\$(?=\)|$)", r"\\Z", pattern))


def described(kind: Kind, path: Sequence[str | int]) -> Schema:
    """The part of the schema that describes what stands at a path; empty where nothing does."""
    part = schema_of(kind)
    for step in path:
        if isinstance(step, int):
            inner = part.get("items")
        else:
            inner = part.get("properties", {}).get(step) or next(
                (value for pattern, value in part.get("patternProperties", {}).items() if re.search(pattern, step)),
                part.get("additionalProperties"),
            )
        if not isinstance(inner, dict):
            return {}
        part = inner
    return part


@cache
def owners(kind: Kind) -> dict[str, tuple[str, ...]]:
    """For each key, the titles of the maps that have it: `within` belongs to a deadline."""
    found: dict[str, dict[str, None]] = {}
    seen: set[int] = set()

    def look(part: Any) -> None:
        if not isinstance(part, dict) or id(part) in seen:
            return
        seen.add(id(part))
        for key, inner in part.get("properties", {}).items():
            found.setdefault(key, {})[part.get("title", "")] = None
            look(inner)
        for inner in (part.get("additionalProperties"), part.get("items"), *part.get("patternProperties", {}).values()):
            look(inner)

    look(schema_of(kind))
    return {key: tuple(titles) for key, titles in found.items()}
