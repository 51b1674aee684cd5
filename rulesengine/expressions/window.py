"""Windows of limits: `200 days after shipped_at`."""

from __future__ import annotations

import re

import msgspec

_AFTER = re.compile(r"\s*(?P<period>\S.*?)\s+after\s+(?P<moment>\S.*?)\s*", re.DOTALL)


class Window(msgspec.Struct, frozen=True):
    """The two parts of a window and where each begins in its text."""

    period: str
    expression: str
    period_offset: int
    offset: int


def split_window(text: str) -> Window:
    """Cut `200 days after shipped_at` into the period (or the name of a parameter) and the moment's expression.

    ValueError, saying how a window is written, where there is no `after` between two parts.
    """
    match = _AFTER.fullmatch(text) if len(text) <= 1_000 else None
    if match is None:
        raise ValueError("A window is written as a period after a moment, such as 200 days after shipped_at.")
    return Window(match["period"], match["moment"], match.start("period"), match.start("moment"))
