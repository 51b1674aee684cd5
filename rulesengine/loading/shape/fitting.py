"""Whether a document fits its schema at all: the schema turned into functions, once, and asked first.

Nearly every document that is read has the right shape, and then this yes is all there is to know. It comes from the
same schema file, and says nothing of what is wrong: for that the validator is asked, which takes ten times as long, and
as long again to import. Of a schema with a keyword that is not known here the validator alone decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

from rulesengine.document import Node
from rulesengine.loading.shape.schemas import Kind, Schema, compiled, schema_of

#: asked of a node's value: of dicts and lists of nodes, of text, numbers, booleans and None
_Check: TypeAlias = Callable[[Any], bool]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, Decimal),
    "null": (type(None),),
}
_EVERY = (dict, list, str, bool, int, Decimal, type(None))
#: keywords that only tell people something, or that are looked at together with another one
_SILENT = frozenset(
    {"$schema", "$id", "$comment", "title", "description", "examples", "patternErrorMessage", "errorMessage"}
)
_KEYS = frozenset({"properties", "patternProperties", "additionalProperties"})
_BESIDE = frozenset({"type", "then", "else"})


class UnknownKeywordError(Exception):
    """A schema says something that is not understood here."""


def fits(node: Node, kind: Kind) -> bool:
    """Whether a document has the shape of its kind. True means that the validator would find nothing."""
    part = _whole(kind)
    return part is not None and part.fits(node.value)


@cache
def _whole(kind: Kind) -> _Part | None:
    try:
        return _part(schema_of(kind), {})
    except UnknownKeywordError:
        return None


class _Part:
    """A part of a schema: for each type of value the checks that it has to pass; of other types nothing fits."""

    __slots__ = ("checks",)

    def __init__(self) -> None:
        self.checks: dict[type, tuple[_Check, ...]] = {}

    def fits(self, value: Any) -> bool:
        checks = self.checks.get(type(value))
        if checks is None:
            return False
        for check in checks:  # noqa: SIM110 (asked of every value there is, and twice as fast as all())
            if not check(value):
                return False
        return True


def _part(schema: Schema | bool, made: dict[int, _Part]) -> _Part:
    """The functions of a part of a schema. `made`: those of other parts, by identity; a part may stand in itself."""
    part = made.get(id(schema))
    if part is not None:
        return part
    part = made[id(schema)] = _Part()
    if schema is True:
        part.checks = dict.fromkeys(_EVERY, ())
    if isinstance(schema, bool):
        return part
    if unknown := schema.keys() - _SILENT - _BESIDE - _KEYS - _MAKERS.keys():
        raise UnknownKeywordError(", ".join(sorted(unknown)))
    named = schema.get("type", list(_TYPES))
    types = {type for name in ([named] if isinstance(named, str) else named) for type in _TYPES[name]}
    made_of = [make(schema[keyword], schema, made) for keyword, make in _MAKERS.items() if keyword in schema]
    if not _KEYS.isdisjoint(schema):
        made_of.append(((dict,), _keys(schema, made)))
    part.checks = {
        type: tuple(check for concerned, check in made_of if type in concerned) for type in _EVERY if type in types
    }
    return part


# the checks of each keyword, with the types of values that it concerns

_Made: TypeAlias = tuple[tuple[type, ...], _Check]
_Maker: TypeAlias = Callable[[Any, Schema, dict[int, _Part]], _Made]


def _keys(schema: Schema, made: dict[int, _Part]) -> _Check:
    """`properties`, `patternProperties` and `additionalProperties` in one go over the keys that are there."""
    known = {name: _part(inner, made).fits for name, inner in schema.get("properties", {}).items()}
    named = [(pattern, _part(inner, made).fits) for pattern, inner in schema.get("patternProperties", {}).items()]
    others = _part(schema.get("additionalProperties", True), made).fits

    def by_name(value: Mapping[str, Node]) -> bool:
        for name, inner in value.items():  # noqa: SIM110
            if not known.get(name, others)(inner.value):
                return False
        return True

    def by_pattern(value: Mapping[str, Node]) -> bool:
        for name, inner in value.items():
            if not all(fits(inner.value) for pattern, fits in named if re.search(pattern, name)):
                return False
            # for this the validator has the end of a pattern mean the very end
            is_named = any(compiled(pattern).search(name) for pattern, _ in named)
            if (name in known or not is_named) and not known.get(name, others)(inner.value):
                return False
        return True

    return by_pattern if named else by_name


def _items(items: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
    fits = _part(items, made).fits
    return (list,), lambda value: all(fits(item.value) for item in value)


def _property_names(names: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
    fits = _part(names, made).fits
    return (dict,), lambda value: all(fits(name) for name in value)


def _pattern(pattern: str, schema: Schema, made: dict[int, _Part]) -> _Made:
    search = compiled(pattern).search
    return (str,), lambda value: search(value) is not None


def _enum(values: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
    known: dict[type, set[Any]] = {}
    for value in values:
        if not isinstance(value, str | bool | None):
            raise UnknownKeywordError("a number among values")
        known.setdefault(type(value), set()).add(value)
    # true is not 1 here
    return _EVERY, lambda value: type(value) in known and value in known[type(value)]


def _const(wanted: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
    return _enum([wanted], schema, made)


def _unique(unique: bool, schema: Schema, made: dict[int, _Part]) -> _Made:
    def once(value: list[Node]) -> bool:
        plain = [item.value for item in value if not isinstance(item.value, dict | list)]
        return len(plain) < 2 or len({(isinstance(item, bool), item) for item in plain}) == len(plain)

    return (list,), once if unique else lambda value: True


def _required(names: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
    wanted = frozenset(names)
    return (dict,), lambda value: wanted <= value.keys()


def _dependent_required(needs: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
    return (dict,), lambda value: all(name in value for key, names in needs.items() if key in value for name in names)


def _dependent_schemas(parts: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
    checks = [(key, _part(part, made).fits) for key, part in parts.items()]
    return (dict,), lambda value: all(check(value) for key, check in checks if key in value)


def _if(condition: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
    asked = _part(condition, made).fits
    then, otherwise = (_part(schema.get(key, True), made).fits for key in ("then", "else"))
    return _EVERY, lambda value: then(value) if asked(value) else otherwise(value)


def _not(part: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
    fits = _part(part, made).fits
    return _EVERY, lambda value: not fits(value)


def _at_least(types: tuple[type, ...], of: Callable[[Any], Any] | None = None) -> _Maker:
    def make(bound: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
        return types, (lambda value: value >= bound) if of is None else (lambda value: of(value) >= bound)

    return make


def _at_most(types: tuple[type, ...], of: Callable[[Any], Any] | None = None) -> _Maker:
    def make(bound: Any, schema: Schema, made: dict[int, _Part]) -> _Made:
        return types, (lambda value: value <= bound) if of is None else (lambda value: of(value) <= bound)

    return make


_MAKERS: dict[str, _Maker] = {
    # bounds first: what is too large is not looked through
    "maxProperties": _at_most((dict,), len),
    "minProperties": _at_least((dict,), len),
    "maxItems": _at_most((list,), len),
    "minItems": _at_least((list,), len),
    "maxLength": _at_most((str,), len),
    "minLength": _at_least((str,), len),
    "minimum": _at_least((int, Decimal)),
    "maximum": _at_most((int, Decimal)),
    "required": _required,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "items": _items,
    "uniqueItems": _unique,
    "propertyNames": _property_names,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
    "if": _if,
    "not": _not,
}
