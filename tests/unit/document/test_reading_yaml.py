"""What a YAML text means, where everything stands, and what is said about text that cannot be used."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rulesengine.diagnostics import Span
from rulesengine.document import MAX_SIZE, Node, plain, read, read_file


def data(text: str | bytes) -> Any:
    node, found = read(text, "f.yaml")
    assert node is not None, found
    return plain(node)


def findings(text: str | bytes) -> list[tuple[str, str]]:
    """Code and underlined text of each finding."""
    source = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return [(d.code, cut(source, d.span)) for d in read(text, "f.yaml")[1]]


def cut(text: str, span: Span) -> str:
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, last = lines[span.line - 1][span.column - 1 :], lines[span.end_line - 1][: span.end_column - 1]
    return "\n".join([first, *lines[span.line : span.end_line - 1], last])


def child(node: Node | None, *path: str | int) -> Node:
    inside: Any = node
    for step in path:
        inside = inside.value[step]
    assert isinstance(inside, Node)
    return inside


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("3", 3),
        ("-17", -17),
        ("0.50", Decimal("0.50")),
        (".5", Decimal("0.5")),
        ("85.00", Decimal("85.00")),
        ("'3'", "3"),
        ('"true"', "true"),
        ("yes", "yes"),
        ("on", "on"),
        ("No", "No"),
        ("12:30", "12:30"),
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02 09:00", "2026-03-02 09:00"),
        ("1.0.0", "1.0.0"),
        ("1e3", "1e3"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("9" * 70, "9" * 70),
        ("3 days", "3 days"),
        ("item.state == received", "item.state == received"),
        ("|\n  one\n  two", "one\ntwo"),
        (">\n  one\n  two", "one two"),
    ],
)
def test_scalars_are_those_of_yaml_1_2_and_all_else_is_text(text: str, value: object) -> None:
    read_value = data(f"a: {text}")["a"]
    assert read_value == value
    assert type(read_value) is type(value)


def test_decimals_keep_their_digits() -> None:
    assert str(data("a: 85.00")["a"]) == "85.00"
    assert data("a: 0.1")["a"] * 3 == Decimal("0.3")


def test_keys_and_values_know_their_places() -> None:
    text = "states:\n  offen: {title: 'Über Ümläute', final: true}\n  zu:\n    - a\n    - b c\n"
    node, found = read(text, "f.yaml")
    assert found == []
    assert cut(text, child(node, "states").keys["offen"]) == "offen"
    assert cut(text, child(node, "states", "offen").span) == "{title: 'Über Ümläute', final: true}"
    assert cut(text, child(node, "states", "offen").keys["final"]) == "final"
    assert cut(text, child(node, "states", "offen", "title").span) == "'Über Ümläute'"
    assert cut(text, child(node, "states", "zu").span) == "- a\n    - b c"
    assert cut(text, child(node, "states", "zu", 1).span) == "b c"
    assert str(child(node, "states", "zu", 1).span) == "f.yaml:5:7"


def test_a_byte_order_mark_moves_no_place() -> None:
    node, found = read(b"\xef\xbb\xbfa: b", "f.yaml")
    assert found == []
    assert child(node, "a").span == Span("f.yaml", 1, 4, 1, 5)


def test_line_ends_of_windows_count_once() -> None:
    node, _ = read("a: 1\r\nb:\r\n  c: d\r\n", "f.yaml")
    assert child(node, "b", "c").span == Span("f.yaml", 3, 6, 3, 7)


@pytest.mark.parametrize(
    ("text", "underlined"),
    [
        ("a: one two three", "two"),
        ("a: 'one two three'", "two"),
        ('a: "one two three"', "two"),
        ("a: 'it''s two'", "'it''s two'"),
        ("a: |\n  one two", "|\n  one two"),
        ("a: one\n  two", "one\n  two"),
    ],
)
def test_a_part_of_a_text_has_a_place_where_that_is_exact(text: str, underlined: str) -> None:
    value = child(read(text, "f.yaml")[0], "a")
    assert isinstance(value.value, str)
    start = value.value.index("two")
    assert cut(text, value.inside(start, start + 3)) == underlined


@pytest.mark.parametrize(
    ("text", "code", "underlined"),
    [
        ("a: [1, 2\nb: 3\n", "RE104", "["),
        ("a: {b: 1 c: 2}\n", "RE104", ":"),
        ("a: 'x\nb: y\n", "RE104", "'"),
        ("a: b: c\n", "RE104", ":"),
        ("a: @b\n", "RE104", "@"),
        ("a: [b]]\n", "RE104", "]"),
        ("- a\nb: 1\n", "RE104", "b:"),
        ("a: b\nc:d\ne: f\n", "RE104", "c:d"),
        ('a: "b" == c\n', "RE104", "="),
        ("a: *b\n", "RE104", "*b"),
        ('a: "\\d"\n', "RE104", "\\"),
        ("a: 1\na: 2\n", "RE105", "a"),
        ("a: &x {b: *x}\n", "RE107", "*x"),
        ("a:\n\tb: 1\n", "RE108", "\t"),
        ("a: !!str 5\n", "RE109", "!!str"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "RE109", "<<"),
        ("%YAML 1.1\n---\na: 1\n", "RE109", "%YAML 1.1\n---"),
        ("default: yes\n", "RE110", "yes"),
        ("facts: {sealed: off}\n", "RE110", "off"),
        ("context:\n  seller: {on_vacation: no}\n", "RE110", "no"),
        ("a: 12:30\n", "RE110", "12:30"),
        ("a: [010]\n", "RE110", "010"),
        ("value: 1_000\n", "RE110", "1_000"),
        ("a: 1\n---\nb: 2\n", "RE111", "---"),
        ("1: a\n", "RE112", "1"),
        ("true: a\n", "RE112", "true"),
        ("a:\n  ? \n  : b\n", "RE112", ""),
        ("{a: b}: c\n", "RE112", "{a: b}"),
        ("? [a]\n: b\n", "RE112", "[a]"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(text: str, code: str, underlined: str) -> None:
    assert findings(text) == [(code, underlined)]


@pytest.mark.parametrize("text", ["", "# nothing\n", "~\n", "---\n...\n"])
def test_a_document_without_a_value_is_told(text: str) -> None:
    node, found = read(text, "f.yaml")
    assert node is None
    assert [d.code for d in found] == ["RE111"]


@pytest.mark.parametrize(
    ("text", "underlined"),
    [
        (b"a: \xe9\n", "\ufffd"),
        (b"a: b\x00\n", "\x00"),
        ("a: b\n".encode("utf-16"), None),
        ("a: b\n".encode("utf-16-le"), None),
        ("a: b\n".encode("utf-32"), None),
        ("a: b\u2028c\n".encode(), "\u2028"),
        (b"a: \xed\xa0\x80\n", None),
    ],
)
def test_text_that_is_no_clean_utf_8_is_told(text: bytes, underlined: str | None) -> None:
    node, found = read(text, "f.yaml")
    assert node is None
    assert [d.code for d in found] == ["RE103"]
    if underlined is not None:
        assert cut(text.decode("utf-8", "replace"), found[0].span) == underlined


def test_a_surrogate_in_a_text_is_told() -> None:
    assert [code for code, _ in findings("a: \ud800")] == ["RE103"]


def test_after_a_finding_the_rest_is_read_and_told_too() -> None:
    text = "a: 1\na: 2\nb: !x 3\n5: c\nd: {<<: e, f: g}\nh: 4\n"
    node, found = read(text, "f.yaml")
    assert [d.code for d in found] == ["RE105", "RE109", "RE112", "RE109"]
    assert node is not None
    assert plain(node) == {"a": 1, "b": "3", "d": {"f": "g"}, "h": 4}


def test_words_that_can_only_be_names_are_no_traps() -> None:
    text = """
choices: {answer: [yes, no]}
calendar: {holidays: NO}
processes:
  lamp:
    facts: {reason: {choice: [on, off]}}
    states: {on: {}, off: {}, y: {}}
    transitions:
      turn_on: {from: off, to: on, by: n}
    deadlines:
      d: {while: on, within: 48 hours, title: No}
start: 2026-03-02 09:00
at: 2026-03-02T09:00:00Z
opening: 09:00-17:00
says: 12:30
"""
    assert findings(text) == []


def test_an_alias_stands_for_its_value() -> None:
    assert data("a: &x {b: [1, 2]}\nc: *x\nd: &y text\ne: *y\n") == {
        "a": {"b": [1, 2]},
        "c": {"b": [1, 2]},
        "d": "text",
        "e": "text",
    }


def test_the_help_for_an_unknown_alias_has_the_likely_word() -> None:
    _, found = read("a: &reason b\nc: *reson\n", "f.yaml")
    assert found[0].help == "Did you mean 'reason'?"


def test_messages_are_not_those_of_the_parser() -> None:
    broken = [
        "a: [1",
        "a: b: c",
        "a: 'b",
        "a: @b",
        "a\nb: c",
        "a: - b",
        "a: |x\n b",
        "a: *",
        "a: [1,,2]",
        "- a\nb",
        "{a",
    ]
    for text in broken:
        for found in read(text, "f.yaml")[1]:
            told = f"{found.message} {found.help}".lower()
            assert found.help
            for words in (
                "while parsing",
                "while scanning",
                "did not find",
                "expected",
                "token",
                "block mapping",
                "unicode",
            ):
                assert words not in told, (text, told)


class TestFiles:
    def test_a_file_is_read_and_named_as_it_was_called(self, tmp_path: Path) -> None:
        path = tmp_path / "pack.yaml"
        path.write_text("a: ä\n", encoding="utf-8")
        node, found = read_file(path)
        assert found == []
        assert child(node, "a").value == "ä"
        assert child(node, "a").span.file == str(path)

    @pytest.mark.parametrize("name", ["missing.yaml", ".", "a/b/c.yaml", "\x00", "x" * 300])
    def test_a_file_that_cannot_be_read_is_told(self, tmp_path: Path, name: str) -> None:
        node, found = read_file(f"{tmp_path}/{name}")
        assert node is None
        assert [d.code for d in found] == ["RE101"]
        assert found[0].help

    def test_a_device_without_end_is_not_waited_for(self) -> None:
        node, found = read_file("/dev/zero")
        assert node is None
        assert [d.code for d in found] == ["RE101"]

    def test_a_file_beyond_the_size_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "pack.yaml"
        path.write_bytes(b"a: b\n" * (MAX_SIZE // 5 + 1))
        assert [d.code for d in read_file(path)[1]] == ["RE102"]
