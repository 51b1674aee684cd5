"""Laws of reading: the data is that of any YAML reader where readers agree, and places hold what they are places of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rulesengine.diagnostics import Span
from rulesengine.document import Node, plain, read

#: texts, the ones that YAML has something to say about among them; readers do not agree on all line ends
LETTERS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\x85\u2028\u2029\ufeff\ufffe\uffff"
    )
)
WORDS = st.sampled_from(
    [
        "yes",
        "no",
        "on",
        "true",
        "null",
        "~",
        "1",
        "0.5",
        "12:30",
        "1e3",
        "<<",
        "=",
        "a: b",
        "- a",
        "# a",
        "'",
        '"',
        " a ",
        "[",
        "*a",
    ]
)
TEXTS = st.one_of(LETTERS, WORDS, st.text("ab\n '\":#-", max_size=12))
NUMBERS = st.one_of(st.integers(-(10**20), 10**20), st.decimals(-1000, 1000, places=3).map(float))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


def as_read(data: Any) -> Any:
    """What of dumped data is read otherwise on purpose: decimals are exact."""
    if isinstance(data, dict):
        return {key: as_read(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_read(item) for item in data]
    return Decimal(repr(data)) if isinstance(data, float) else data


@settings(max_examples=300, deadline=None)
@given(DATA, st.sampled_from([None, True, False]), st.booleans())
@example({"a": " leading"}, None, True)
def test_dumped_data_is_read_as_every_reader_does(data: Any, flow: bool | None, unicode: bool) -> None:
    if data is None:
        return
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=unicode, width=60)
    node, found = read(text, "f.yaml")
    assert [d for d in found if d.severity == "error"] == []
    assert node is not None
    assert plain(node) == as_read(data)


@settings(max_examples=300, deadline=None)
@given(DATA, st.sampled_from([None, True, False]))
def test_the_place_of_a_scalar_holds_its_text(data: Any, flow: bool | None) -> None:
    if data is None:
        return
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=True, width=60)
    node, _ = read(text, "f.yaml")
    assert node is not None
    for value, span in scalars(node):
        piece = cut(text, span)
        again, found = read(f"- {piece}" if "\n" not in piece else indented(piece, span), "f.yaml")
        assert [d for d in found if d.severity == "error"] == []
        assert again is not None
        assert isinstance(again.value, list)
        assert again.value[0].value == value


@settings(max_examples=200, deadline=None)
@given(st.text("abc :-[]{}'\"\n#&*!|>,?%@`\t\\.01", max_size=60))
@example("a: &")
@example("? ")
@example("- [\n&a")
def test_any_text_is_answered(text: str) -> None:
    node, found = read(text, "f.yaml")
    lines = text.split("\n")
    if node is None:
        assert found
    for told in found:
        assert told.message
        assert told.help
        assert 1 <= told.span.line <= told.span.end_line <= len(lines) + 1
        assert (told.span.line, told.span.column) <= (told.span.end_line, told.span.end_column)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_answered(text: bytes) -> None:
    node, found = read(text, "f.yaml")
    assert node is not None or found


def scalars(node: Node) -> list[tuple[Any, Span]]:
    if isinstance(node.value, dict):
        inner = [pair for value in node.value.values() for pair in scalars(value)]
        return [*node.keys.items(), *inner]
    if isinstance(node.value, list):
        return [pair for value in node.value for pair in scalars(value)]
    return [(node.value, node.span)]


def cut(text: str, span: Span) -> str:
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, last = lines[span.line - 1][span.column - 1 :], lines[span.end_line - 1][: span.end_column - 1]
    return "\n".join([first, *lines[span.line : span.end_line - 1], last])


def indented(piece: str, span: Span) -> str:
    """A scalar on several lines as the only item of a list, its further lines as they stood."""
    return "- " + piece + "\n"
