"""The validator: says what is wrong with a document. It is slow to import, and needed for broken documents only.

Where a bound is exceeded, saying so is enough: looking at all that is too much would take long.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.validators import Draft202012Validator, extend

from rulesengine.loading.shape.schemas import EXCLUDED, Kind, Schema, compiled, schema_of


@cache
def validator_of(kind: Kind) -> Any:
    """The compiled validator of a kind of document."""
    return _Bounded(schema_of(kind))


def _items(validator: Any, items: Any, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if isinstance(instance, list) and len(instance) <= schema.get("maxItems", len(instance)):
        for index, item in enumerate(instance):
            yield from validator.descend(item, items, path=index)


def _properties(validator: Any, properties: Any, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for name, part in properties.items():
        if name not in instance:
            continue
        if part is False:
            # the library does not tell which key it is
            yield ValidationError("excluded", validator=EXCLUDED, path=(name,), schema_path=(name,))
        else:
            yield from validator.descend(instance[name], part, path=name, schema_path=name)


def _property_names(validator: Any, names: Any, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if isinstance(instance, dict) and len(instance) <= schema.get("maxProperties", len(instance)):
        for name in instance:
            yield from validator.descend(name, names)


def _additional(validator: Any, additional: Any, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if not isinstance(instance, dict) or len(instance) > schema.get("maxProperties", len(instance)):
        return
    properties = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    for name, value in instance.items():
        if name in properties or any(compiled(pattern).search(name) for pattern in patterns):
            continue
        if additional is False:
            yield ValidationError(f"unknown {name}", path=(name,))
        else:
            yield from validator.descend(value, additional, path=name)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if not isinstance(instance, str) or len(instance) > schema.get("maxLength", len(instance)):
        return
    if not compiled(pattern).search(instance):
        yield ValidationError("pattern")


def _unique(validator: Any, unique: bool, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if not unique or not isinstance(instance, list):
        return
    seen = set()
    for index, item in enumerate(instance):
        if isinstance(item, (list, dict)):
            continue
        key = (isinstance(item, bool), item)
        if key in seen:
            yield ValidationError("twice", path=(index,))
        seen.add(key)


_extend: Any = extend
_Bounded: Any = _extend(
    Draft202012Validator,
    {
        "items": _items,
        "properties": _properties,
        "propertyNames": _property_names,
        "additionalProperties": _additional,
        "pattern": _pattern,
        "uniqueItems": _unique,
    },
)
