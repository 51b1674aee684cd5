"""Deadlines: duties with a time to do them in, and waits whose consequence comes by itself.

A deadline's clock runs while its instance is in the `while` states. Each time it starts is a `Run`; runs are replaced,
never changed, and everything about their times follows from `start`, `began` and `pauses` (`timed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from rulesengine.case import NEVER, Clock, Instance, Run
from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.expressions import MOMENT, Env, Expression
from rulesengine.rules.guards import Guard, holds
from rulesengine.rules.reading import Reading
from rulesengine.timing import Calendar, MomentOutOfRange, Period

UNSPECIFIED = "unspecified"


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """One duty (`wait` false: `owed_by` must act within `period`) or wait (`wait` true: `then` comes after it)."""

    rule: str
    name: str
    states: frozenset[str]
    guards: tuple[Guard, ...]
    since: Expression | None
    #: whether `since` counts from something that happened (a repeat leaves an open run alone) or from a fact (a
    #: correction moves it)
    since_event: bool
    #: None: the source gives no number
    period: Period | None
    wait: bool
    grace: Period | None
    owed_by: str
    met_by: frozenset[str]
    then: str
    then_place: Span | None
    #: the events of `met_by`, each with its place
    met_by_places: tuple[tuple[str, Span], ...]
    remind: tuple[Period, ...]
    within: str
    title: str
    source: tuple[str, ...]
    place: Span

    @property
    def expressions(self) -> Iterable[Expression]:
        yield from (guard.expression for guard in self.guards)
        if self.since is not None:
            yield self.since


def read(reading: Reading, name: str, node: Node, key: Span) -> Deadline:
    process = reading.process
    states = reading.states(node, "while")
    for word, span in reading.words(node, "while"):
        if word in process.final:
            reading.say(
                "RE507",
                span,
                f"'{word}' is final: no clock runs in it.",
                "Name the states in which somebody still has to act.",
            )
    after = reading.get(node, "after")
    duration = after if after is not None else reading.get(node, "within")
    period = None
    if duration is not None and duration.value != UNSPECIFIED:
        period = reading.period(duration, node)
    grace = reading.get(node, "grace")
    since = reading.get(node, "since")
    since_expression = reading.expression(since, MOMENT, now=False) if since is not None else None
    then = ""
    consequence = reading.get(node, "then")
    if consequence is not None and reading.events(node, "then"):
        then = str(consequence.value)
    owed_by = reading.actors(node, "owed_by")
    met_by = frozenset(reading.events(node, "met_by"))
    return Deadline(
        rule=f"{process.name}.{name}",
        name=name,
        states=frozenset(states),
        guards=reading.guards(node, "when"),
        since=since_expression,
        since_event=since_expression is not None
        and any(kind in ("event", "entered") for _, kind, _ in since_expression.reads),
        period=period,
        wait=after is not None,
        grace=reading.period(grace) if grace is not None else None,
        owed_by=owed_by[0] if owed_by else "",
        met_by=met_by,
        then=then,
        then_place=consequence.span if consequence is not None else None,
        met_by_places=tuple((word, span) for word, span in reading.words(node, "met_by") if word in met_by),
        remind=tuple(p for item in reading.items(node, "remind") if (p := reading.period(item)) is not None),
        within=str(duration.value) if duration is not None else "",
        title=reading.text(node, "title"),
        source=reading.sources(node),
        place=key,
    )


# the times of a run


def timed(deadline: Deadline, run: Run, calendar: Calendar, now: int) -> Run:
    """The run with `due`, `fires` and the `reminders` from `now` on, as `start`, `began` and `pauses` have them."""
    if deadline.period is None:
        return run
    try:
        return _timed(deadline, run, calendar, now)
    except MomentOutOfRange:
        # due after every moment there is
        return msgspec.structs.replace(run, due=None, fires=None, reminders=())


def _timed(deadline: Deadline, run: Run, calendar: Calendar, now: int) -> Run:
    assert deadline.period is not None
    # a miss is on record: pauses from then on only move the consequence
    due = (
        run.due
        if run.outcome == "missed"
        else calendar.schedule(run.start, deadline.period, run.pauses, began=run.began)
    )
    fires = due
    reminders: tuple[int, ...] = ()
    if due is not None:
        if deadline.grace is not None:
            later = tuple(pause for pause in run.pauses if pause[0] >= due)
            fires = calendar.schedule(due, deadline.grace, later)
        if deadline.remind and run.outcome == "open":
            moments = {calendar.subtract(due, before) for before in deadline.remind}
            reminders = tuple(sorted(m for m in moments if m >= max(now, run.began)))
    return msgspec.structs.replace(run, due=due, fires=fires, reminders=reminders)


def wakes(deadline: Deadline, run: Run, *, held: bool) -> int:
    """The next moment at which time alone changes this run; NEVER if none. `held`: its consequence is suspended."""
    if run.ended is not None:
        return NEVER
    if run.outcome == "open":
        if deadline.wait:
            return NEVER if run.fires is None or held else run.fires
        due = NEVER if run.due is None else run.due
        return min(due, run.reminders[0]) if run.reminders else due
    if run.outcome == "missed" and deadline.then and not held and run.fires is not None:
        return run.fires
    return NEVER


def is_overdue(runs: tuple[Run, ...] | None, now: int, *, fired: bool) -> bool:
    """Whether the latest run is past due and grace and still unmet. `fired`: asked by the engine itself at `now`, after
    every outside event of that moment.
    """
    if not runs or runs[-1].outcome != "missed" or runs[-1].late is not None:
        return False
    fires = runs[-1].fires
    return fires is not None and (fires <= now if fired else fires < now)


def was_missed(runs: tuple[Run, ...] | None) -> bool:
    return bool(runs) and any(run.outcome == "missed" for run in runs or ())


# what a transition does to the runs


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One transition as a deadline sees it."""

    before: Instance | None
    after: Instance
    event: str
    by: str
    now: int
    #: whether the instance's clocks stand still after the transition
    stopped: bool
    #: what an expression was worth to the instance just before the transition; None: it was not there
    formerly: Callable[[Expression], Any] | None


def concerns(deadline: Deadline, before: str, after: str, event: str) -> bool:
    """Whether an event that leads from one state to another may change the deadline's runs at all."""
    if event in deadline.met_by:
        return True
    if after not in deadline.states:
        return before in deadline.states
    # inside, a run starts on entering; what it counts from may change with every transition
    return before not in deadline.states or deadline.since is not None


def after_transition(deadline: Deadline, turn: Turn, env: Env, clocks: list[Clock]) -> tuple[Run, ...] | None:
    """The deadline's runs after a transition of its instance, or None where they stay as they are."""
    runs = turn.after.runs.get(deadline.name, ())
    latest = runs[-1] if runs else None
    inside = turn.after.state in deadline.states
    was_inside = turn.before is not None and turn.before.state in deadline.states
    changed = latest
    if latest is not None:
        if turn.event in deadline.met_by:
            changed = _acted(latest, turn.now)
        if was_inside and not inside and changed is not None:
            if not deadline.met_by and not deadline.wait and turn.by == deadline.owed_by:
                changed = _acted(changed, turn.now)
            changed = _stopped(changed, turn.now)
        if changed is not latest and changed is not None:
            runs = (*runs[:-1], changed)
            _tell(clocks, deadline, turn.after, latest, changed)
    if inside:
        runs = _started(deadline, turn, env, runs, clocks, entering=not was_inside)
    return runs if runs is not turn.after.runs.get(deadline.name, ()) and runs else None


def look_again(deadline: Deadline, turn: Turn, env: Env, clocks: list[Clock]) -> tuple[Run, ...] | None:
    """As `after_transition`, where only something that `since` reads has changed elsewhere."""
    runs = turn.after.runs.get(deadline.name, ())
    if turn.after.state not in deadline.states:
        return None
    changed = _started(deadline, turn, env, runs, clocks, entering=False)
    return changed if changed is not runs else None


def _acted(run: Run, now: int) -> Run:
    """The duty is done: met in time, or late for good."""
    if run.outcome == "open":
        return msgspec.structs.replace(run, outcome="met", ended=now, reminders=())
    if run.outcome == "missed" and run.late is None:
        return msgspec.structs.replace(run, late=now, ended=now if run.ended is None else run.ended)
    return run


def _stopped(run: Run, now: int) -> Run:
    """The clock has nothing left to do: void if it was still open, else only without a consequence."""
    if run.outcome == "open":
        return msgspec.structs.replace(run, outcome="void", ended=now, reminders=())
    if run.ended is None:
        return msgspec.structs.replace(run, ended=now)
    return run


def _started(
    deadline: Deadline, turn: Turn, env: Env, runs: tuple[Run, ...], clocks: list[Clock], *, entering: bool
) -> tuple[Run, ...]:
    """Starts a run where one is to start, moves an open one where the fact it counts from was corrected."""
    latest = runs[-1] if runs else None
    running = latest is not None and latest.outcome == "open"
    if deadline.since is None:
        if not entering:
            return runs
        start = turn.now
    else:
        since = deadline.since.evaluate(env)
        if since is None:
            if latest is None or latest.ended is not None:
                return runs
            stopped = _stopped(latest, turn.now)
            _tell(clocks, deadline, turn.after, latest, stopped)
            return (*runs[:-1], stopped)
        start = since
        if running and latest is not None:
            if start == latest.start or deadline.since_event:
                return runs
            moved = timed(deadline, msgspec.structs.replace(latest, start=start), env.calendar, turn.now)
            if moved.due is not None and moved.due < turn.now:
                # what should have been done before is due now, as in a run that starts now
                moved = timed(deadline, msgspec.structs.replace(moved, began=turn.now), env.calendar, turn.now)
            _say(clocks, deadline, turn.after, "moved", moved.due)
            return (*runs[:-1], moved)
        # it is a start only where what is counted from is new, or the states are: `when` is not asked later on
        if not entering and turn.formerly is not None and start == turn.formerly(deadline.since):
            return runs
        # a deadline runs to an end at most once for one value of since
        if any(run.start == start and run.outcome != "void" for run in runs):
            return runs
    if deadline.guards and holds(deadline.guards, env) is not True:
        return runs
    if latest is not None and latest.ended is None:
        runs = (*runs[:-1], _stopped(latest, turn.now))
    run = Run(start=start, began=turn.now, pauses=((turn.now, None),) if turn.stopped else ())
    run = timed(deadline, run, env.calendar, turn.now)
    _say(clocks, deadline, turn.after, "started", run.due)
    return (*runs, run)


# suspension


def paused(deadline: Deadline, run: Run, now: int, calendar: Calendar) -> Run:
    return timed(deadline, msgspec.structs.replace(run, pauses=(*run.pauses, (now, None))), calendar, now)


def resumed(deadline: Deadline, run: Run, now: int, calendar: Calendar) -> Run:
    pauses = (*run.pauses[:-1], (run.pauses[-1][0], now))
    return timed(deadline, msgspec.structs.replace(run, pauses=pauses), calendar, now)


def is_paused(run: Run) -> bool:
    return bool(run.pauses) and run.pauses[-1][1] is None


# telling


def _tell(clocks: list[Clock], deadline: Deadline, instance: Instance, before: Run, after: Run) -> None:
    if after.outcome != before.outcome and after.outcome in ("met", "void"):
        _say(clocks, deadline, instance, after.outcome, after.due)
    elif after.late is not None and before.late is None:
        _say(clocks, deadline, instance, "late", after.due)


def _say(clocks: list[Clock], deadline: Deadline, instance: Instance, what: str, due: int | None) -> None:
    clocks.append(Clock(rule=deadline.rule, target=instance.id, what=what, due_at=due))
