"""A whole case: its instances at a moment, and under which rules it was opened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from rulesengine.case.instance import Instance
from rulesengine.case.many import wakes
from rulesengine.case.moments import to_datetime


class Opening(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a case keeps of the moment it was opened; shared between the cases that have it in common."""

    pack: str
    version: str
    digest: str
    variant: str
    readings: Mapping[str, str]
    #: working calendar as it stood at opening: ISO dates, sorted
    holidays: tuple[str, ...]
    #: version of the time-zone data the case was opened with
    zones: str


class Case(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One real order (or question) under one pack: a tree of instances at a moment.

    `Engine.write` and `Engine.read` turn it to JSON text and back, byte for byte.
    """

    opening: Opening
    moment: int
    #: in order of creation
    instances: Mapping[str, Instance]
    #: ids of the instances that suspend others; follows from the instances
    suspending: tuple[str, ...] = ()

    @property
    def wakes(self) -> int:
        """The next moment at which time alone changes the case, in microseconds; NEVER if none."""
        return wakes(self.instances)

    @property
    def pack(self) -> str:
        """The name of the pack it was opened under."""
        return self.opening.pack

    @property
    def version(self) -> str:
        """The pack's version at opening; the case stays on it."""
        return self.opening.version

    @property
    def variant(self) -> str:
        """The variant it was opened under, "" where the pack has none."""
        return self.opening.variant

    @property
    def readings(self) -> Mapping[str, str]:
        """Rule or parameter to the name of the reading it was opened under."""
        return self.opening.readings

    @property
    def now(self) -> datetime:
        """The moment up to which time has passed in this case, UTC."""
        return to_datetime(self.moment)
