"""One process instance of a case, and what it remembers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from rulesengine.case.moments import NEVER
from rulesengine.case.small import Small


class Run(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One run of a deadline's clock. All moments in microseconds.

    `start` is what is counted from (`since`, or the moment the states were entered), `began` when the run began.
    `due` and `fires` (due plus grace) are None while the clock stands still and for a duty without a number.
    """

    start: int
    began: int
    due: int | None = None
    fires: int | None = None
    #: intervals in which the clock stood still; the last may be open: (from, None)
    pauses: tuple[tuple[int, int | None], ...] = ()
    #: moments of reminders still to come, soonest first
    reminders: tuple[int, ...] = ()
    #: open, met, missed, void; elapsed for a wait that came to its end
    outcome: Literal["open", "met", "missed", "void", "elapsed"] = "open"
    #: when the while states were left, the duty met or the consequence fired: the clock has nothing left to do
    ended: int | None = None
    #: a missed duty that was done after all
    late: int | None = None


class Times(msgspec.Struct, frozen=True, gc=False):
    """How often an event was accepted, and when it was last, in microseconds."""

    count: int = 0
    latest: int = 0


NEVER_YET = Times()


class Instance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One process instance of a case: `claim/1`."""

    id: str
    process: str
    parent: str | None
    state: str
    facts: Mapping[str, Any]
    #: event -> how often it was accepted, and when last
    happened: Small[Times]
    #: state -> latest moment it was entered
    entered: Small[int]
    #: deadline -> its runs, the latest last
    runs: Small[tuple[Run, ...]]
    #: the next moment at which time alone changes this instance, NEVER if none; follows from the rest
    wakes: int = NEVER
