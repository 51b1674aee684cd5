"""The schemas themselves: valid, closed, explained on every key, with examples that are right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import Draft202012Validator

from rulesengine.document import plain, read_file
from rulesengine.loading.shape.schemas import schema_of
from rulesengine.resources import policies_folder, schema_file

KINDS = ["pack", "scenario", "register", "vocabulary"]
WHOLE_PACK = Path(__file__).parent / "whole_pack.yaml"


def parts(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every part of a schema that describes what an author writes, with its path."""
    seen: set[int] = set()

    def look(path: str, part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        if not isinstance(part, dict) or id(part) in seen:
            return
        seen.add(id(part))
        yield path, part
        for key, inner in part.get("properties", {}).items():
            yield from look(f"{path}.{key}", inner)
        for pattern, inner in part.get("patternProperties", {}).items():
            yield from look(f"{path}.<{pattern}>", inner)
        yield from look(f"{path}.*", part.get("additionalProperties"))
        yield from look(f"{path}[]", part.get("items"))

    yield from look(kind, schema_of(kind))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema_file(kind).read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_has_a_title_a_description_and_examples(kind: str) -> None:
    bare = [
        f"{path}: {word}"
        for path, part in parts(kind)
        for word in ("title", "description", "examples")
        if not part.get(word)
    ]
    assert bare == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_map_is_closed_or_says_what_its_names_lead_to(kind: str) -> None:
    for path, part in parts(kind):
        if "object" in part.get("type", []):
            rest = part.get("additionalProperties")
            assert rest is False or (isinstance(rest, dict) and "propertyNames" in part), path
            assert rest is False or "maxProperties" in part, path


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_and_list_is_bounded(kind: str) -> None:
    for path, part in parts(kind):
        if "string" in part.get("type", []):
            fixed = "pattern" in part and not any(sign in part["pattern"] for sign in "*+")
            assert "maxLength" in part or fixed or "enum" in part or "enum" in part.get("then", {}), path
        if "array" in part.get("type", []):
            assert "maxItems" in part, path


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_are_right(kind: str) -> None:
    for path, part in parts(kind):
        validator = Draft202012Validator(part)
        for example in part["examples"]:
            errors = [error.message for error in validator.iter_errors(example)]
            assert errors == [], (path, example)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_guessed_between_alternatives(kind: str) -> None:
    text = schema_file(kind).read_text(encoding="utf-8")
    assert '"oneOf"' not in text
    assert '"anyOf"' not in text


def test_what_stands_in_the_place_of_references_means_the_same() -> None:
    raw = Draft202012Validator(json.loads(schema_file("pack").read_text(encoding="utf-8")))
    placed = Draft202012Validator(schema_of("pack"))
    node, _ = read_file(WHOLE_PACK)
    assert node is not None
    document = plain(node)
    assert list(raw.iter_errors(document)) == []
    for section in list(document):
        for broken in ({**document, section: 5}, {**document, section: [{"a": None}]}, {**document, section: None}):
            assert sorted(e.json_path for e in raw.iter_errors(broken)) == sorted(
                e.json_path for e in placed.iter_errors(broken)
            )


def test_the_files_that_travel_along_are_found() -> None:
    assert all(schema_file(kind).is_file() for kind in KINDS)
    assert (policies_folder() / "rakuten.yaml").is_file()
