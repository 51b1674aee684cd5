"""What happens in a story, moment by moment, so that two ways in which it may go can be held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

import msgspec

from rulesengine.case import Clock, Decision, Obligation, Reason, to_datetime, to_moment
from rulesengine.diagnostics import PackError
from rulesengine.facts import show_moment
from rulesengine.simulation import Story
from rulesengine.trace import Timeline

Kind = Literal["scenario", "decision", "state", "fired", "missed", "due", "reminder", "fact", "told", "clock"]
#: of what differs at a step, what is told first
ORDER: tuple[Kind, ...] = (
    "scenario",
    "decision",
    "fired",
    "missed",
    "state",
    "due",
    "reminder",
    "fact",
    "told",
    "clock",
)


class Thing(msgspec.Struct, frozen=True):
    """One thing that happened or stands: of what kind, to what, and what, as text with its moments in UTC."""

    kind: Kind
    subject: str
    text: str


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """All that one step of a story brought. `step` is 0 for the start, None for what stands at the end."""

    edge: str
    step: int | None
    at: datetime
    things: tuple[Thing, ...]


Moments = tuple[Moment, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that differs: what it is the one way, and the other; "" where it does not happen."""

    kind: Kind
    subject: str
    before: str
    after: str


class Parting(msgspec.Struct, frozen=True, kw_only=True):
    """Where two ways of a story part. `edge` is before, at or after in a scenario with boundaries; `step` is 0 for its
    start and None for what stands at its end; `at` is None where it cannot be played one way.
    """

    edge: str
    step: int | None
    at: datetime | None
    differences: tuple[Difference, ...]


def moments(story: Story) -> Moments:
    """All moments of a story: what was due at its start, what each step brought, and what stands at its end."""
    found: list[Moment] = []
    start = to_datetime(story.plan.start)
    player = story.player
    opened = tuple(_due(player.engine.obligations(player.opened().case, start)))
    for timeline in story.trace().timelines:
        found.append(Moment(edge=timeline.edge, step=0, at=start, things=opened))
        found += _steps(timeline)
        last = timeline.entries[-1].at if timeline.entries else start
        things = (*_due(timeline.obligations), *_standing(timeline))
        found.append(Moment(edge=timeline.edge, step=None, at=last, things=things))
    return tuple(found)


def difference(before: Moments | PackError, after: Moments | PackError) -> Parting | None:
    """The first moment at which two ways of a story part, with all that differs there; None where they never do."""
    if isinstance(before, PackError) or isinstance(after, PackError):
        one, other = (_played(way) for way in (before, after))
        if one == other:
            return None
        found = Difference(kind="scenario", subject="the scenario", before=one, after=other)
        return Parting(edge="", step=0, at=None, differences=(found,))
    for left, right in zip(before, after, strict=False):
        differences = tuple(_differences(left, right))
        if differences:
            return Parting(edge=left.edge, step=left.step, at=left.at, differences=differences)
    return None


def _played(way: Moments | PackError) -> str:
    return f"cannot be played: {way.diagnostics[0].message}" if isinstance(way, PackError) else "can be played"


def _differences(one: Moment, other: Moment) -> Iterator[Difference]:
    left, right = Counter(one.things), Counter(other.things)
    lost, gained = list((left - right).elements()), list((right - left).elements())
    if one.at != other.at:
        lost.append(Thing("decision", "the step", f"at {show_moment(to_moment(one.at))}"))
        gained.append(Thing("decision", "the step", f"at {show_moment(to_moment(other.at))}"))
    for kind in ORDER:
        for thing in [thing for thing in lost if thing.kind == kind]:
            twin = next((new for new in gained if (new.kind, new.subject) == (kind, thing.subject)), None)
            if twin is not None:
                gained.remove(twin)
            after = "" if twin is None else twin.text
            yield Difference(kind=kind, subject=thing.subject, before=thing.text, after=after)
        for thing in [thing for thing in gained if thing.kind == kind]:
            yield Difference(kind=kind, subject=thing.subject, before="", after=thing.text)


# what a story is made of


def _steps(timeline: Timeline) -> Iterator[Moment]:
    steps: dict[int, list[Thing]] = {}
    last: dict[int, datetime] = {}
    for entry in timeline.entries:
        things = steps.setdefault(entry.step, [])
        last[entry.step] = entry.at
        if entry.decision is not None:
            things += _things(entry.decision)
    for step, found in steps.items():
        yield Moment(edge=timeline.edge, step=step, at=last[step], things=tuple(found))


def _things(decision: Decision) -> Iterator[Thing]:
    if decision.kind == "event":
        yield Thing("decision", decision.event, _answer(decision))
    else:
        fault = " and is refused" if decision.fault else ""
        subject = _named(decision.deadline, decision.target)
        yield Thing(decision.kind, subject, f"at {show_moment(to_moment(decision.at))}{fault}")
    for change in decision.changes:
        moved = change.to if change.from_ == change.to else f"{change.from_} → {change.to}"
        yield Thing("state", change.target, f"{moved} by {change.rule}")
        for fact, value in change.facts.items():
            yield Thing("fact", f"{change.target}.{fact}", value)
    for clock in decision.clocks:
        yield _clock(clock)
    for notification in decision.notifications:
        yield Thing("told", notification.to, f"by {_named(notification.rule, notification.target)}")


def _answer(decision: Decision) -> str:
    if decision.accepted:
        return "accepted"
    reasons = ", ".join(dict.fromkeys(_reason(reason) for reason in decision.reasons))
    return f"refused: {reasons}"


def _reason(reason: Reason) -> str:
    named = f" of {reason.rule}" if reason.rule else ""
    later = "" if reason.from_ is None else f", possible from {show_moment(to_moment(reason.from_))}"
    return f"{reason.code}{named}{later}"


def _clock(clock: Clock) -> Thing:
    subject = _named(clock.rule, clock.target)
    until = "" if clock.due is None else show_moment(to_moment(clock.due))
    if clock.what in ("started", "moved", "resumed"):
        return Thing("due", subject, until or "no moment given")
    return Thing("clock", subject, f"{clock.what}{until and f', due {until}'}")


def _due(obligations: Iterable[Obligation]) -> Iterator[Thing]:
    for one in obligations:
        words = ["stands still" if one.paused else "no moment given"]
        if one.due is not None:
            words = [show_moment(to_moment(one.due))]
        if one.consequence_at is not None and one.consequence_at != one.due:
            words.append(f"consequence {show_moment(to_moment(one.consequence_at))}")
        words += ["overdue"] if one.overdue else ["missed"] if one.missed else []
        words += [f"reminder {show_moment(to_moment(at))}" for at in one.reminders]
        yield Thing("due", _named(one.rule, one.target), ", ".join(words))


def _standing(timeline: Timeline) -> Iterator[Thing]:
    for instance in timeline.case.instances.values():
        yield Thing("state", instance.id, instance.state)
        for deadline, runs in instance.runs.items():
            for run in runs:
                yield Thing("clock", _named(f"{instance.process}.{deadline}", instance.id), run.outcome)


def _named(rule: str, target: str) -> str:
    """A rule, with its instance unless it is the first without a name of its own."""
    return rule if target in ("", f"{rule.partition('.')[0]}/1") else f"{rule} of {target}"
