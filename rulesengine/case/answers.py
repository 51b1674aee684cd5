"""What goes into the engine beside a case, and what comes out: events, decisions, options, obligations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from rulesengine.case.moments import NEVER, to_datetime
from rulesengine.case.whole import Case
from rulesengine.diagnostics import Span

#: Codes a refusal's reasons carry.
REASON_CODES = (
    "no_transition",
    "wrong_actor",
    "condition",
    "limit",
    "missing_fact",
    "bad_fact",
    "suspended",
    "ended",
    "raise_refused",
    "unknown_event",
    "unknown_target",
    "out_of_order",
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did: `event` (`claim.open`) happened to `target` (`item/A1`), done `by` an actor `at` a moment.

    For an event that creates an instance the target is the parent (nothing where the process has none), and `id` may
    name the new instance. A target may be left out where only one instance fits. `facts` are JSON-shaped: money and
    numbers as text, `int` or `Decimal`, moments as text with an offset or aware datetimes.
    """

    event: str
    by: str
    at: datetime
    target: str = ""
    id: str = ""
    facts: Mapping[str, Any] = msgspec.field(default_factory=dict)


class Reason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why something is refused (or skipped): one of `REASON_CODES`, the rule, and the values that were compared."""

    code: str
    message: str
    rule: str = ""
    target: str = ""
    values: Mapping[str, str] = msgspec.field(default_factory=dict)
    source: tuple[str, ...] = ()
    place: Span | None = None
    #: the moment from which the same event would be accepted, where it can be known
    from_: datetime | None = msgspec.field(default=None, name="from")
    #: the reasons of a raised event that was refused
    inner: tuple[Reason, ...] = ()


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One transition taken: which rule moved which instance, by which event, and what it wrote."""

    rule: str
    event: str
    target: str
    by: str
    from_: str = msgspec.field(name="from")
    to: str
    #: facts written, as text
    facts: Mapping[str, str] = msgspec.field(default_factory=dict)
    source: tuple[str, ...] = ()
    created: bool = False


class Clock(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a step did to a deadline: started, met, late, void, missed, elapsed, paused, resumed, moved."""

    rule: str
    target: str
    what: str
    #: when the run is due, in microseconds; `due` is the same as a datetime
    due_at: int | None = None

    @property
    def due(self) -> datetime | None:
        """When the run is due, UTC; None while the clock stands still and for a duty without a number."""
        return None if self.due_at is None else to_datetime(self.due_at)


class Notification(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody to tell, and by which rule."""

    to: str
    rule: str
    target: str


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The engine's answer to an event, or what a deadline did on its own.

    `kind` is `event` for an event from outside; from the passing of time: `missed` (a duty ran out; with a `then` the
    consequence follows as a decision of its own), `fired` (the deadline's consequence), `reminder`. `fault` marks a
    consequence that was refused: a defect of the pack.
    """

    accepted: bool
    event: str
    target: str
    by: str
    #: when it happened, in microseconds; `at` is the same as a datetime
    moment: int
    case: Case
    kind: Literal["event", "missed", "fired", "reminder"] = "event"
    #: the deadline behind a decision of time: `claim.solve`
    deadline: str = ""
    #: the transitions taken, or the rules that refused
    rules: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    changes: tuple[Change, ...] = ()
    clocks: tuple[Clock, ...] = ()
    notifications: tuple[Notification, ...] = ()
    #: raises marked if_possible that were not taken
    skipped: tuple[Reason, ...] = ()
    #: what time did before this event, oldest first
    fired: tuple[Decision, ...] = ()
    fault: bool = False
    #: context facts the answer depends on: `seller.on_vacation`
    context: tuple[str, ...] = ()
    #: the last moment at which this answer holds, in microseconds; NEVER: without end
    until: int = NEVER

    @property
    def at(self) -> datetime:
        """When it happened, UTC."""
        return to_datetime(self.moment)

    @property
    def valid_until(self) -> datetime | None:
        """The last moment at which this answer holds for an unchanged case and context; None: without end."""
        return to_datetime(self.until) if self.until < NEVER else None

    @property
    def from_(self) -> datetime | None:
        """The first moment at which the answer may differ; None: never."""
        return to_datetime(self.until + 1) if self.until < NEVER else None


class FactNeed(msgspec.Struct, frozen=True, kw_only=True):
    """A fact an event carries: `type` as the pack writes it, `choices` where only some values are allowed."""

    name: str
    type: str
    required: bool
    choices: tuple[str, ...] = ()
    title: str = ""


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What a limit leaves: its bound and the room left, as text; None where not known yet."""

    rule: str
    form: str
    bound: str | None = None
    left: str | None = None
    source: tuple[str, ...] = ()


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """An event an actor could send: allowed or not, why, with which facts, and until or from when."""

    event: str
    target: str
    by: str
    allowed: bool
    title: str = ""
    rules: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    facts: tuple[FactNeed, ...] = ()
    reasons: tuple[Reason, ...] = ()
    limits: tuple[Room, ...] = ()
    source: tuple[str, ...] = ()
    #: allowed now, through this moment; None: no end known
    until: datetime | None = None
    #: not allowed now, but from this moment
    from_: datetime | None = msgspec.field(default=None, name="from")


class Obligation(msgspec.Struct, frozen=True, kw_only=True):
    """What must be done next, by whom, by when, or else; or a wait (`kind` wait) whose consequence comes by itself."""

    rule: str
    target: str
    kind: Literal["duty", "wait"]
    owed_by: str
    title: str = ""
    #: None: no number in the source, or the clock stands still
    due: datetime | None = None
    #: due plus grace: when the consequence comes
    consequence_at: datetime | None = None
    missed: bool = False
    overdue: bool = False
    paused: bool = False
    within: str = ""
    #: events that meet the duty
    met_by: tuple[str, ...] = ()
    #: event the engine raises by itself: "will"
    then: str = ""
    #: transitions somebody may then use: "may"
    may: tuple[str, ...] = ()
    reminders: tuple[datetime, ...] = ()
    source: tuple[str, ...] = ()
