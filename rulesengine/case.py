"""The values that go in and out of the engine: cases, events, decisions, options, obligations. All immutable.

In memory a moment is an `int`: microseconds since 1970-01-01T00:00 UTC. At the API's edge (`Event.at`,
`Decision.valid_until`, …) it is an aware `datetime` in UTC. Facts are in the forms of `rulesengine.facts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

import msgspec

from rulesengine.diagnostics import Span

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: later than every moment
NEVER = 1 << 62

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


def to_moment(at: datetime) -> int:
    """Microseconds since the epoch of an aware datetime."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def to_datetime(moment: int) -> datetime:
    """The aware UTC datetime of a moment in microseconds."""
    return EPOCH + timedelta(microseconds=moment)


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


V = TypeVar("V")


class Small(Mapping[str, V], tuple[Any, ...]):  # a map, as far as anybody sees
    """A map of a few entries in little room: (key, value, key, value). No value is itself a text.

    As a dict, one entry takes three times as much, and every instance has three such maps.
    """

    __slots__ = ()

    @classmethod
    def of(cls, entries: Mapping[str, V]) -> Small[V]:
        """The same entries in the same order."""
        return cls([part for entry in entries.items() for part in entry])

    def put(self, key: str, value: V) -> Small[V]:
        """These entries with one more, or another value in the place of an earlier one."""
        if _holds(self, key):
            at = _index(self, key) + 1
            return Small((*_part(self, slice(None, at)), value, *_part(self, slice(at + 1, None))))
        return Small(_joined(self, (key, value)))

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default."""
        return _part(self, _index(self, key) + 1) if _holds(self, key) else default

    def __contains__(self, key: object) -> bool:
        return _holds(self, key)

    def __getitem__(self, key: str) -> V:  # type: ignore[override]
        if not _holds(self, key):
            raise KeyError(key)
        return _part(self, _index(self, key) + 1)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[str]:
        return iter(_part(self, slice(None, None, 2)))

    def __len__(self) -> int:
        return _length(self) // 2

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Small):
            return bool(_same(self, other))
        return isinstance(other, Mapping) and dict(self) == dict(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(dict(self))


#: what a tuple does, which a map does otherwise
_holds, _index, _part, _joined = tuple.__contains__, tuple.index, tuple.__getitem__, tuple.__add__
_length, _same = tuple.__len__, tuple.__eq__
EMPTY: Small[Any] = Small()


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


class Instance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One process instance of a case: `claim/1`."""

    id: str
    process: str
    parent: str | None
    state: str
    facts: Mapping[str, Any]
    #: event -> (times accepted, latest moment)
    happened: Small[tuple[int, int]]
    #: state -> latest moment it was entered
    entered: Small[int]
    #: deadline -> its runs, the latest last
    runs: Small[tuple[Run, ...]]
    #: the next moment at which time alone changes this instance, NEVER if none; follows from the rest
    wakes: int = NEVER


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
    #: the next moment at which time alone changes the case; follows from the instances
    wakes: int = NEVER
    #: ids of the instances that suspend others; follows from the instances
    suspending: tuple[str, ...] = ()

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
