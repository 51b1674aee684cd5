"""An engine that notes what it is asked about and what it finds, while it decides as every engine does.

The guards of its pack report what they are found to be, and every limit says where the event stood. Nothing is judged
a second time by other means: where an event stands at a limit is asked of the limit itself, once as it is and once
tightened by the smallest step. An engine that does not watch pays nothing for this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from rulesengine.analysis.coverage.edges import standing
from rulesengine.analysis.coverage.items import (
    AT_DUE,
    IN_FORCE,
    MET,
    MISSED,
    OVER,
    REFUSES,
    RUNS,
    STOPS,
    condition_key,
    state_key,
    suspension_key,
    transition_key,
)
from rulesengine.case import Case, Decision, Event, Reason, to_moment
from rulesengine.coverage import Key
from rulesengine.engine import Engine
from rulesengine.engine.draft import NOTHING, draft_of
from rulesengine.engine.program import Program
from rulesengine.expressions import BOOLEAN, Expression, tree
from rulesengine.pack import Pack, Process
from rulesengine.rules.deadline import is_paused
from rulesengine.rules.guards import Guard
from rulesengine.rules.limit import Limit

#: what is noted of what a clock does
CLOCKS = {"started": RUNS, "met": MET, "missed": MISSED, "elapsed": OVER}


class Notes:
    """What was tried since the notes were last taken."""

    def __init__(self) -> None:
        self.seen: set[Key] = set()
        #: the moment of the question that is being answered; None between two questions
        self.now: int | None = None

    def counts(self, env: Any) -> bool:
        """Whether what is evaluated belongs to the question, and is no look ahead to what would be later."""
        now = self.now
        return now is not None and (env.now < now or (env.now == now and not env.draft.fired))

    @contextmanager
    def asked(self, at: int) -> Iterator[None]:
        """While a question about this moment is answered."""
        self.now = at
        try:
            yield
        finally:
            self.now = None


class Watching(Engine):
    """Decides as `Engine` does, and notes by the keys of `items_of` what was tried on the way."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self._notes = Notes()
        self._watched: dict[tuple[str, tuple[tuple[str, str], ...]], Program] = {}

    def noted(self) -> frozenset[Key]:
        """What was tried since this was last asked."""
        found, self._notes.seen = frozenset(self._notes.seen), set()
        return found

    def program(self, variant: str, readings: Mapping[str, str]) -> Program:
        """As `Engine.program`; the guards of this one report."""
        key = (variant, tuple(sorted(readings.items())))
        found = self._watched.get(key)
        if found is None:
            found = self._watched[key] = Program(_watched(self._under(variant, readings), self._notes))
        return found

    def decide(self, case: Case, event: Event, context: Mapping[str, Mapping[str, Any]] | None = None) -> Decision:
        """As `Engine.decide`."""
        with self._notes.asked(to_moment(event.at)):
            decision = super().decide(case, event, context)
        for told in (*decision.fired, decision):
            self._look_at(told)
        self._edges(decision.fired[-1].case if decision.fired else case, to_moment(event.at))
        self._suspends(decision.case)
        return decision

    def advance(self, case: Case, until: datetime | int) -> tuple[tuple[Decision, ...], Case]:
        """As `Engine.advance`."""
        moment = until if isinstance(until, int) else to_moment(until)
        with self._notes.asked(moment):
            told, after = super().advance(case, moment)
        for decision in told:
            self._look_at(decision)
        self._edges(told[-1].case if told else case, moment)
        self._suspends(after)
        return told, after

    def _look_at(self, decision: Decision) -> None:
        seen = self._notes.seen
        if decision.kind in ("missed", "fired"):
            seen.add(("deadline", decision.deadline, MISSED if decision.kind == "missed" else OVER))
        for clock in decision.clocks:
            if clock.what in CLOCKS:
                seen.add(("deadline", clock.rule, CLOCKS[clock.what]))
        for change in decision.changes:
            seen.add(transition_key(change.rule))
            if change.created or change.from_ != change.to:
                seen.add(state_key(change.target.partition("/")[0], change.to))
        if decision.kind == "fired":
            # between two moments the clocks of others may have been stopped by what fired
            self._suspends(decision.case)
        if any(reason.code == "suspended" for reason in _all(decision.reasons)):
            self._refuses(decision)

    def _edges(self, case: Case, moment: int) -> None:
        """The deadlines that are due at the very moment of a question, and still open when it is asked."""
        for instance in case.instances.values():
            for name, runs in instance.runs.items():
                run = runs[-1]
                self._notes.seen.add(("deadline", f"{instance.process}.{name}", RUNS))
                if run.due == moment and run.began < moment and run.outcome == "open":
                    self._notes.seen.add(("deadline", f"{instance.process}.{name}", AT_DUE))

    def _suspends(self, case: Case) -> None:
        if not case.suspending:
            return
        program = self._of(case)
        draft = draft_of(program, case, case.moment, NOTHING)
        for _, suspension, roots in draft.reached(program.is_final):
            if roots:
                self._notes.seen.add(suspension_key(suspension, IN_FORCE))
        for instance in case.instances.values():
            if any(runs[-1].ended is None and is_paused(runs[-1]) for runs in instance.runs.values()):
                for _, suspension in draft.covering(instance):
                    if suspension.stops_clocks():
                        self._notes.seen.add(suspension_key(suspension, STOPS))

    def _refuses(self, decision: Decision) -> None:
        program = self._of(decision.case)
        places = {reason.place for reason in _all(decision.reasons) if reason.code == "suspended"}
        draft = draft_of(program, decision.case, decision.case.moment, NOTHING)
        for process in program.processes.values():
            for suspensions in process.suspends.values():
                for suspension in suspensions:
                    if suspension.place in places:
                        self._notes.seen.add(suspension_key(suspension, REFUSES))
        # a reason names one suspension of each instance that suspends; another of it may refuse as well
        instance = decision.case.instances.get(decision.target)
        if instance is not None and decision.kind == "event":
            for _, suspension in draft.covering(instance):
                if suspension.refuses(instance.process, decision.event.partition(".")[2]):
                    self._notes.seen.add(suspension_key(suspension, REFUSES))


def _all(reasons: Iterable[Reason]) -> Iterator[Reason]:
    for reason in reasons:
        yield reason
        yield from _all(reason.inner)


# a pack that reports


def _watched(pack: Pack, notes: Notes) -> Pack:
    """The same pack, whose guards and limits note what they are found to be."""
    processes = {name: _watched_process(process, notes) for name, process in pack.processes.items()}
    return msgspec.structs.replace(pack, processes=processes)


def _watched_process(process: Process, notes: Notes) -> Process:
    def guards(rule: str, listed: tuple[Guard, ...], word: str = "") -> tuple[Guard, ...]:
        return tuple(_reporting(rule, guard, word, notes) for guard in listed)

    replace = msgspec.structs.replace
    return replace(
        process,
        transitions=tuple(replace(one, guards=guards(one.rule, one.guards)) for one in process.transitions),
        deadlines=tuple(replace(one, guards=guards(one.rule, one.guards)) for one in process.deadlines),
        limits=tuple(
            replace(
                one,
                # what stands first is always evaluated, and is no condition of its own
                guards=(_probe(process.name, one, notes), *guards(one.rule, one.guards)),
                refuse_when=guards(one.rule, one.refuse_when, "refuse_when"),
                only_when=guards(one.rule, one.only_when, "only_when"),
            )
            for one in process.limits
        ),
    )


def _reporting(rule: str, guard: Guard, word: str, notes: Notes) -> Guard:
    evaluate = guard.expression.evaluate
    true, false = (condition_key(rule, guard, value, word) for value in (True, False))

    def run(env: Any) -> Any:
        value = evaluate(env)
        if value is not None and notes.counts(env):
            notes.seen.add(true if value else false)
        return value

    return msgspec.structs.replace(guard, expression=msgspec.structs.replace(guard.expression, evaluate=run))


def _probe(process: str, limit: Limit, notes: Notes) -> Guard:
    """A guard that always holds, and asks the limit where the event stands."""

    def run(env: Any) -> bool:
        if notes.counts(env):
            notes.seen.update(("limit", limit.rule, what) for what in standing(process, limit, env))
        return True

    return Guard(
        expression=Expression(
            text="",
            type=BOOLEAN,
            tree=tree.Constant(True, BOOLEAN),
            evaluate=run,
            leaves=(),
            context=(),
            reads=frozenset(),
            uses_now=False,
            place=limit.place,
        ),
        negated=False,
        place=limit.place,
    )
