"""The values that go in and out of the engine: cases, events, decisions, options, obligations. All immutable.

In memory a moment is an `int`: microseconds since 1970-01-01T00:00 UTC. At the API's edge (`Event.at`,
`Decision.valid_until`, …) it is an aware `datetime` in UTC. Facts are in the forms of `rulesengine.facts`.
"""

from __future__ import annotations

from rulesengine.case.answers import (
    REASON_CODES,
    Change,
    Clock,
    Decision,
    Event,
    FactNeed,
    Notification,
    Obligation,
    Option,
    Reason,
    Room,
)
from rulesengine.case.instance import NEVER_YET, Instance, Run, Times
from rulesengine.case.moments import EPOCH, NEVER, to_datetime, to_moment
from rulesengine.case.small import EMPTY, Small
from rulesengine.case.whole import Case, Opening

__all__ = [
    "EMPTY",
    "EPOCH",
    "NEVER",
    "NEVER_YET",
    "REASON_CODES",
    "Case",
    "Change",
    "Clock",
    "Decision",
    "Event",
    "FactNeed",
    "Instance",
    "Notification",
    "Obligation",
    "Opening",
    "Option",
    "Reason",
    "Room",
    "Run",
    "Small",
    "Times",
    "to_datetime",
    "to_moment",
]
