"""The values of a document and their places."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from rulesengine.diagnostics import Span


class Node(msgspec.Struct, frozen=True):
    """A value of a document and its place. `keys` are the places of a map's keys; it is empty for all else."""

    span: Span
    value: dict[str, Node] | list[Node] | str | bool | int | Decimal | None
    keys: dict[str, Span] = msgspec.field(default_factory=dict)

    def inside(self, start: int, end: int) -> Span:
        """The place of the characters from `start` to `end` (exclusive, from 0) of a text.

        Exact for a text that stands plainly or in quotes on one line; the whole place where it is written otherwise.
        """
        whole = self.span
        if not isinstance(self.value, str) or whole.line != whole.end_line:
            return whole
        around = whole.end_column - whole.column - len(self.value)
        if around not in (0, 2):
            return whole
        first = whole.column + around // 2
        return Span(whole.file, whole.line, first + start, whole.line, first + end)


def plain(node: Node) -> Any:
    """The data without places: dicts, lists, text, booleans, `int`, `Decimal` and None."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value
