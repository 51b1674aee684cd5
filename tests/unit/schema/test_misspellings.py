"""Keys with a wrong letter: the right word is named, at the right place, and nothing else is said."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rulesengine.diagnostics import nearest
from rulesengine.document import Node, read_file
from rulesengine.loading.shape import check_shape
from rulesengine.loading.shape.schemas import described

WHOLE_PACK = Path(__file__).parent / "whole_pack.yaml"
CASES = 400
LETTERS = string.ascii_lowercase


def omit(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + word[at + 1 :]


def double(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[: at + 1] + word[at:]


def swap(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def replace(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + chance.choice(LETTERS) + word[at + 1 :]


MISTAKES: list[Callable[[str, random.Random], str]] = [omit, double, swap, replace]


def keys(node: Node, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all keys that the schema has a name for, not those an author chose."""
    if isinstance(node.value, list):
        return [found for index, item in enumerate(node.value) for found in keys(item, (*path, index))]
    if not isinstance(node.value, dict):
        return []
    known = described("pack", path).get("properties", {})
    own = [(*path, key) for key in node.value if key in known]
    return own + [found for key, inner in node.value.items() for found in keys(inner, (*path, key))]


def renamed(node: Node, path: tuple[Any, ...], word: str) -> Node:
    step, rest = path[0], path[1:]
    inside: Any = node.value
    if isinstance(inside, list):
        items = [renamed(item, rest, word) if index == step else item for index, item in enumerate(inside)]
        return msgspec.structs.replace(node, value=items)
    if rest:
        return msgspec.structs.replace(node, value={**inside, step: renamed(inside[step], rest, word)})
    values = {word if key == step else key: value for key, value in inside.items()}
    spans = {word if key == step else key: span for key, span in node.keys.items()}
    return msgspec.structs.replace(node, value=values, keys=spans)


def at(node: Node, path: tuple[Any, ...]) -> Node:
    inside: Any = node
    for step in path:
        inside = inside.value[step]
    found: Node = inside
    return found


@pytest.fixture(scope="module")
def whole() -> Node:
    node, found = read_file(WHOLE_PACK)
    assert node is not None
    assert [*found, *check_shape(node, "pack")] == []
    return node


def test_misspelled_keys_are_answered_with_the_right_word(whole: Node) -> None:
    paths = keys(whole)
    assert len({path[-1] for path in paths}) > 70
    chance = random.Random(20260302)
    right = alone = 0
    wrong: list[str] = []
    for number in range(CASES):
        path = chance.choice(paths)
        key = path[-1]
        parent = at(whole, path[:-1])
        known = described("pack", path[:-1])["properties"]
        word = key
        while word in known or not word:
            word = MISTAKES[number % len(MISTAKES)](key, chance)
            if word == key and len(set(key)) == 1:
                word = key + "x"
        found = check_shape(renamed(whole, path, word), "pack")
        here = [d for d in found if d.code == "RE201" and d.span == parent.keys[key]]
        right += any(f"'{key}'" in d.help and d.help.startswith("Did you mean") for d in here)
        alone += len(found) == 1
        if len(found) != 1 or f"'{key}'" not in found[0].help:
            wrong.append(f"{word} for {key}: {[d.message + d.help for d in found]}")
    assert right >= 0.95 * CASES, wrong
    assert alone >= 0.95 * CASES, wrong


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("form", ["for", "from", "forum"], "from"),
        ("wehn", ["when", "then", "were"], "when"),
        ("bx", ["to", "by", "id"], "by"),
        ("amicabel", ["amicable", "settled"], "amicable"),
        ("From", ["from", "by"], "from"),
        ("notify", ["notifies", "noted"], "notifies"),
        ("require", ["requires", "raises"], "requires"),
        ("custmer_service", ["customer", "customer_service"], "customer_service"),
        ("xyz", ["from", "by", "to"], None),
        ("x" * 1000, ["x" * 999], None),
        ("", ["from"], None),
    ],
)
def test_the_nearest_word(word: str, known: list[str], meant: str | None) -> None:
    assert nearest(word, known) == meant
