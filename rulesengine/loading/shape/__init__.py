"""Whether a document has the shape its schema describes, told in our own words.

A misspelled key is one finding, not three: once it is told, the document is looked at as if the likely word stood
there, so what stands under it is checked too, and nothing counts as missing that is only misspelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import msgspec

from rulesengine.diagnostics import Diagnostic, distance_of, in_order, nearest
from rulesengine.document import Node, plain
from rulesengine.loading.shape.fitting import fits
from rulesengine.loading.shape.kinds import kind_of, other_kind
from rulesengine.loading.shape.schemas import Kind, described
from rulesengine.loading.shape.wording import Teller

__all__ = ["MAX_FINDINGS", "Kind", "check_shape", "kind_of"]

#: findings about one document; more would not be read
MAX_FINDINGS = 200
#: a misspelled key may hide others below it, level by level
_ROUNDS = 10

Path = tuple[str | int, ...]


def check_shape(node: Node, kind: Kind, *, merged: bool = False) -> list[Diagnostic]:
    """All findings about the shape of a document, sorted by place; an empty list where the shape is right.

    A pack that extends another may leave out what that one says. `merged`: it is joined with all it extends, and has to
    be whole.
    """
    if (other := other_kind(node, kind)) is not None:
        return [other]
    teller = Teller(kind)
    tree = node
    if merged and isinstance(node.value, dict):
        tree = msgspec.structs.replace(node, value={k: v for k, v in node.value.items() if k != "extends"})
    errors: list[Any] = []
    #: unknown keys so far; several may be one finding
    unknown = 0
    for _ in range(_ROUNDS):
        errors = _errors(tree, kind)
        strange = _strange_keys(tree, errors, kind)
        if not strange or unknown >= MAX_FINDINGS:
            break
        unknown += len(strange)
        tree = _renamed(tree, {path: teller.unknown_key(tree, path) for path in strange[:MAX_FINDINGS]})
    if not _extends(tree, kind):
        teller.empty_values(tree, ())
    teller.errors(tree, errors)
    return in_order(teller.found)[:MAX_FINDINGS]


def _errors(tree: Node, kind: Kind) -> list[Any]:
    """What the validator finds. Of a document that has the right shape it is not asked."""
    if fits(tree, kind):
        return []
    from rulesengine.loading.shape.validator import validator_of  # late: it is slow to import

    return list(islice(validator_of(kind).iter_errors(plain(tree)), MAX_FINDINGS * 5))


def _extends(tree: Node, kind: Kind) -> bool:
    return kind != "pack" or (isinstance(tree.value, dict) and "extends" in tree.value)


def _strange_keys(tree: Node, errors: list[Any], kind: Kind) -> list[Path]:
    """The paths of keys that the schema does not have, without those below another of them."""
    found: dict[Path, None] = {}
    for error in errors:
        path: Path = tuple(error.absolute_path)
        if (reserved := _meant_reserved(tree, path, kind)) is not None:
            found[reserved] = None
        elif error.validator == "additionalProperties":
            found[path] = None
    return [path for path in found if not any(path[:length] in found for length in range(1, len(path)))]


def _meant_reserved(tree: Node, path: Path, kind: Kind) -> Path | None:
    """Where something is wrong below a name that an `expect` takes for a process: the path of that name, if it is a
    word of `expect` with a wrong letter.
    """
    node = tree
    for length, key in enumerate(path, 1):
        inside: Any = node.value
        node = inside[key]
        around = described(kind, path[: length - 1]) if kind == "scenario" else {}
        if "patternProperties" in around and _is_a_slip_for(str(key), node.value, around.get("properties", {})):
            return path[:length]
    return None


def _is_a_slip_for(key: str, value: Any, words: Mapping[str, Any]) -> bool:
    """Whether one of the words of an `expect` was meant by a name. A list or a truth value says nothing of a process;
    of a map or a text, `refund` may well be one, and only a single slip makes it a word that takes such a value.
    """
    if key in words:
        return False
    if not isinstance(value, (dict, str)):
        return nearest(key, words) is not None
    if isinstance(value, dict) and not {"state", "facts"}.isdisjoint(value):
        return False
    wanted = "object" if isinstance(value, dict) else "string"
    return any(wanted in part["type"] and distance_of(key.lower(), word, 1) <= 1 for word, part in words.items())


def _renamed(node: Node, changes: Mapping[Path, str | None]) -> Node:
    """The tree with the keys at some paths renamed to the likely word, or without them where there is none."""
    below: dict[str | int, dict[Path, str | None]] = {}
    for path, likely in changes.items():
        below.setdefault(path[0], {})[path[1:]] = likely
    if isinstance(node.value, list):
        items = list(node.value)
        for step, inner in below.items():
            items[int(step)] = _renamed(items[int(step)], inner)
        return msgspec.structs.replace(node, value=items)
    assert isinstance(node.value, dict)
    values, keys = dict(node.value), dict(node.keys)
    for step, inner in below.items():
        name = str(step)
        if () not in inner:
            values[name] = _renamed(values[name], inner)
            continue
        value, key = values.pop(name), keys.pop(name)
        likely = inner[()]
        if likely is not None and likely not in values:
            values[likely], keys[likely] = value, key
    return msgspec.structs.replace(node, value=values, keys=keys)
