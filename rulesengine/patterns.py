"""Regular expressions from packs, restricted so that no text can make a match slow.

Packs are not trusted, and the usual matcher goes back and tries again: some patterns take longer than a lifetime on a
short text. Only patterns whose ways through a text can be counted beforehand are accepted, and only up to a bound.
"""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

PATTERN_LENGTH = 200
#: A text that has to fit a pattern is at most this long: what patterns are for are numbers and codes.
MATCHED_LENGTH = 500
#: Steps a match may take at most; two repetitions without end alone make 500,000. About 0.1 s.
_STEPS = 10_000_000
_UNBOUNDED = 2

_ALLOWED = (
    "Allowed are characters, classes such as [A-Z] or \\d, the dot, ^ and $, groups with | that are not repeated (but "
    "? may follow), and * + {2,4} after a single character or class, at most two of them without end."
)
_SINGLE = {"LITERAL", "NOT_LITERAL", "ANY", "IN", "CATEGORY"}


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A test whether a whole text fits. ValueError, saying what is allowed, where the pattern is not accepted.

    Classes such as that of digits mean ASCII characters only. A text of more than 500 characters fits no pattern.
    """
    if len(pattern) > PATTERN_LENGTH:
        raise ValueError(f"The pattern has {len(pattern):,} characters; at most {PATTERN_LENGTH} are read.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # the tree is not public under a public name, but the same since Python 2
            parsed = importlib.import_module("re._parser").parse(pattern, re.ASCII)
            compiled = re.compile(pattern, re.ASCII)
    except (re.error, Warning, RecursionError, OverflowError, ValueError) as error:
        raise ValueError(f"The pattern cannot be read: {error}. {_ALLOWED}") from None
    if parsed.state.flags & ~(re.ASCII | re.UNICODE):
        raise ValueError(f"The pattern switches to another way of matching. {_ALLOWED}")
    unbounded = [0]
    if _steps(list(parsed), 1, unbounded) > _STEPS:
        raise ValueError(f"The pattern can fit a text in too many ways. {_ALLOWED}")
    if unbounded[0] > _UNBOUNDED:
        raise ValueError(f"The pattern repeats without end {unbounded[0]} times. {_ALLOWED}")
    fullmatch = compiled.fullmatch

    def fits(text: str) -> bool:
        return len(text) <= MATCHED_LENGTH and fullmatch(text) is not None

    return fits


def _steps(items: list[tuple[Any, Any]], after: int, unbounded: list[int]) -> int:
    """How many steps a match may take at most for this sequence, with `after` steps for what follows it."""
    for code, argument in reversed(items):
        name = str(code)
        if name in _SINGLE or name == "AT":
            after += 1
        elif name == "MAX_REPEAT":
            low, high, repeated = argument
            if (low, high) == (0, 1):
                after += _steps(list(repeated), after, unbounded)
                continue
            if len(repeated) != 1 or str(repeated[0][0]) not in _SINGLE:
                raise ValueError(f"The pattern repeats more than a single character. {_ALLOWED}")
            if high > MATCHED_LENGTH:
                unbounded[0] += str(high) == "MAXREPEAT"
                high = MATCHED_LENGTH
            after = max(1, high - low + 1) * (after + 1)
        elif name == "SUBPATTERN":
            _, add, remove, inner = argument
            if add or remove:
                raise ValueError(f"The pattern switches to another way of matching. {_ALLOWED}")
            after = _steps(list(inner), after, unbounded)
        elif name == "BRANCH":
            after = sum(_steps(list(branch), after, unbounded) for branch in argument[1])
        else:
            raise ValueError(f"The pattern uses something that is not allowed. {_ALLOWED}")
    return after
