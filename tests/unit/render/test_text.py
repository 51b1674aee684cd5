"""Text for people: places underlined, moments in the pack's zone, nothing that steers a terminal."""

from datetime import UTC, datetime

import pytest

from rulesengine.diagnostics import Span, finding
from rulesengine.render.findings import findings, summary
from rulesengine.render.moments import Clock
from rulesengine.render.style import clean, columns, pad, wrapped


def shown(line: str, start: int, end: int, number: int = 7) -> list[str]:
    span = Span("pack.yaml", number, start, number, end)
    return findings(
        [finding("RE301", span, "There is no such state.", "Did you mean 'open'?")], lambda _: ["", *[line] * 9]
    ).split("\n")


def test_a_finding_is_place_message_line_marks_and_help() -> None:
    assert shown("    to: opne", 9, 13) == [
        "pack.yaml:7:9: error RE301 There is no such state.",
        "  |",
        "7 |     to: opne",
        "  |         ^^^^",
        "  = help: Did you mean 'open'?",
    ]


@pytest.mark.parametrize(
    ("line", "start", "end", "underlined"),
    [
        ("\tto: opne", 6, 10, "opne"),
        ("名前: opne", 5, 9, "opne"),
        ("e\u0301t: opne", 6, 10, "opne"),
        ("to: 開く", 5, 7, "開く"),
        ("to: ", 5, 5, ""),
        ("to: opne", 5, 400, "opne"),
    ],
)
def test_the_marks_stand_below_the_place_as_a_terminal_shows_it(
    line: str, start: int, end: int, underlined: str
) -> None:
    _, _, source, marks, _ = shown(line, start, end)
    before = columns(source[: source.index(underlined)]) if underlined else columns("7 | " + clean(line))
    assert marks.index("^") == before
    assert marks.count("^") == max(1, columns(underlined))


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "x" * 5_000 + "opne" + "y" * 5_000
    _, _, source, marks, _ = shown(line, 5_001, 5_005)
    assert len(source) < 130
    assert source[marks.index("^") : marks.rindex("^") + 1] == "opne"


def test_a_place_in_several_lines_is_underlined_to_the_end_of_the_first() -> None:
    span = Span("pack.yaml", 1, 5, 3, 2)
    text = findings([finding("RE201", span, "x")], lambda _: ["a: [b,", " c,", "]"])
    assert text.split("\n")[-1] == "  |     ^^"


def test_a_file_that_cannot_be_read_again_leaves_the_place() -> None:
    span = Span("gone.yaml", 3, 1, 3, 2)
    assert findings([finding("RE101", span, "Gone.")], lambda _: []) == "gone.yaml:3:1: error RE101 Gone."


def test_what_steers_a_terminal_is_not_shown() -> None:
    assert clean("a\x1b[2Jb\tc\u202ed") == "a�[2Jb c�d"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 3, 5, 8, tzinfo=UTC), "2026-03-05 09:00"),
        (datetime(2026, 3, 5, 8, 0, 1, tzinfo=UTC), "2026-03-05 09:00:01"),
        (datetime(2026, 3, 5, 8, 0, 0, 1, tzinfo=UTC), "2026-03-05 09:00:00.000001"),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), "2026-03-29 03:00+02:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 02:30+02:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30"),
    ],
)
def test_a_moment_is_shown_in_the_zone_and_with_its_offset_where_that_changes(at: datetime, text: str) -> None:
    assert Clock("Europe/Paris", datetime(2026, 3, 2, 8, tzinfo=UTC)).show(at) == text


def test_moments_in_a_text_are_shown_in_the_zone() -> None:
    clock = Clock("Europe/Paris", datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert clock.localised("not after 2026-03-02T09:00:00.000000Z.") == "not after 2026-03-02 10:00."


def test_padding_counts_columns() -> None:
    assert pad("開く", 6) == "開く  "
    assert pad("longer", 3) == "longer"


def test_wrapped_text_keeps_its_words() -> None:
    lines = list(wrapped("one two three " * 20, 4, 50))
    assert all(len(line) <= 50 for line in lines)
    assert " ".join(line.strip() for line in lines) == " ".join(["one two three"] * 20)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "nothing to complain about in 1 pack"), (1, "1 error in 1 pack"), (2, "2 errors in 1 pack")],
)
def test_the_summary_counts(number: int, text: str) -> None:
    assert summary(1, [finding("RE301", Span("a", n, 1, 1, 1), "x") for n in range(number)], "pack") == text
