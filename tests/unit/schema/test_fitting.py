"""What is asked of a document before the validator: it has to say of every document what the validator says."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rulesengine.diagnostics import Span
from rulesengine.document import Node, plain, read_file
from rulesengine.loading.shape.fitting import UnknownKeywordError, _part, _whole, fits
from rulesengine.loading.shape.kinds import kind_of
from rulesengine.loading.shape.schemas import Kind
from rulesengine.loading.shape.validator import validator_of
from rulesengine.resources import policies_folder

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
WHOLE: dict[Kind, Path] = {
    "pack": HERE / "whole_pack.yaml",
    "scenario": TESTS / "scenarios" / "mediamarkt" / "story.shipped_refused_and_incident.yaml",
    "register": policies_folder() / "sources" / "marketplace.yaml",
    "vocabulary": TESTS / "packs" / "valid" / "vocabularies" / "words.yaml",
}
SPAN = Span("f.yaml", 1, 1, 1, 1)
ODD: list[Any] = [
    *(None, True, False, 0, 1, -1, 7, 10**6, Decimal("0.5"), Decimal(1), "", "x", "X Y", "a\n", "open", "new"),
    *("3 days", "2026-01-01", "DE-BY", "é" * 4, "a" * 100, "a" * 6_000, "shop.order", "$", "1", "true"),
    *([], ["a"], ["a", "a"], [1, True], [1, 1], ["open", "a b"], {}, {"a": 1}, {"A b": "x"}, {"value": 3}),
    {"event": "order.cancel", "if_possible": True},
    [f"a{number}" for number in range(600)],
    {f"a{number}": {} for number in range(600)},
]
KEYS = ["source", "extends", "within", "after", "value", "type", "at", "event", "readings", "a", "x y", "order", "a\n"]


def node_of(value: Any) -> Node:
    if isinstance(value, dict):
        keys = dict.fromkeys(value, SPAN)
        return Node(span=SPAN, value={key: node_of(inner) for key, inner in value.items()}, keys=keys)
    if isinstance(value, list):
        return Node(span=SPAN, value=[node_of(inner) for inner in value])
    return Node(span=SPAN, value=value)


def damaged(node: Node, chance: random.Random) -> Node:
    """The document with one value of it changed, left out, named otherwise or given company."""
    value = node.value
    if isinstance(value, dict) and value and chance.random() > 0.1:
        name = chance.choice(list(value))
        values = dict(value)
        what = chance.random()
        if what < 0.06:
            values[chance.choice(KEYS)] = values.pop(name)
        elif what < 0.12:
            del values[name]
        elif what < 0.2:
            values[chance.choice(KEYS)] = node_of(chance.choice(ODD))
        else:
            values[name] = damaged(values[name], chance)
        return msgspec.structs.replace(node, value=values, keys=dict.fromkeys(values, SPAN))
    if isinstance(value, list) and value and chance.random() > 0.2:
        at = chance.randrange(len(value))
        return msgspec.structs.replace(node, value=[*value[:at], damaged(value[at], chance), *value[at + 1 :]])
    return node_of(chance.choice(ODD))


def valid(node: Node, kind: Kind) -> bool:
    return bool(validator_of(kind).is_valid(plain(node)))


@pytest.mark.parametrize("kind", WHOLE)
def test_it_agrees_with_the_validator(kind: Kind) -> None:
    node, _ = read_file(WHOLE[kind])
    assert node is not None
    assert fits(node, kind)
    chance = random.Random(f"fitting {kind}")
    outcomes = {True: 0, False: 0}
    for _ in range(500):
        other = damaged(node, chance)
        if chance.random() < 0.1:
            other = damaged(other, chance)
        outcomes[fits(other, kind)] += 1
        assert fits(other, kind) == valid(other, kind), plain(other)
    # damage that does no harm is part of it
    assert min(outcomes.values()) > 25


@pytest.mark.parametrize("file", sorted((TESTS / "packs" / "invalid").rglob("*.yaml")), ids=lambda file: file.stem)
def test_it_agrees_about_broken_files(file: Path) -> None:
    node, _ = read_file(file)
    kind = kind_of(node)
    if node is not None and kind is not None:
        assert fits(node, kind) == valid(node, kind)


@pytest.mark.parametrize("kind", WHOLE)
def test_it_knows_every_keyword_of_the_schemas(kind: Kind) -> None:
    assert _whole(kind) is not None


@pytest.mark.parametrize("schema", [{"oneOf": []}, {"items": {"format": "date"}}, {"enum": [1]}])
def test_what_it_does_not_know_it_leaves_to_the_validator(schema: dict[str, Any]) -> None:
    with pytest.raises(UnknownKeywordError):
        _part(schema, {})
