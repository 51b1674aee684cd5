"""Lines of an explanation: sections under a title, items that are filled to the width of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rulesengine.cli.common import paint, width


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines under a title, with an empty one above it; nothing where there are none."""
    found = list(lines)
    if found:
        yield from ("", paint(title, "title"), *found)


def item(text: str, indent: int = 2) -> Iterator[str]:
    """One thing, on as many lines as it needs."""
    from rulesengine.render.style import wrapped

    yield from wrapped(text, indent, width())


def quiet(text: str, indent: int = 0) -> Iterator[str]:
    """As `item`, for what only adds to another."""
    yield from (paint(line, "quiet") for line in item(text, indent))
