"""Text as a terminal shows it: roles that may become colours, columns as they are seen, no control characters."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal

Role = Literal["title", "good", "bad", "warn", "quiet", "who", "code"]

#: Gives a piece of text the look of its role: colours on a terminal, the text itself elsewhere.
Paint = Callable[[str, Role], str]


def plain(text: str, role: Role) -> str:
    """No look at all: for files, pipes and tests."""
    del role
    return text


def clean(text: str) -> str:
    """`text` without characters that could steer a terminal; each one becomes `�`, a tab becomes a space."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else " " if character == "\t" else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def pad(text: str, width: int) -> str:
    """`text` filled with spaces up to `width` columns; a longer one stays as it is."""
    return text + " " * max(0, width - columns(text))


def wrapped(text: str, indent: int, width: int, hang: int = 2) -> Iterator[str]:
    """`text` in lines of at most `width` columns (never narrower than 40 of text), behind `indent` spaces."""
    margin = " " * indent
    yield from textwrap.wrap(
        clean(text),
        max(width, indent + 40),
        initial_indent=margin,
        subsequent_indent=margin + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
