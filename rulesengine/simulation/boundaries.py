"""One scenario at an edge becomes three: just before it, at it, and just after it.

The last step is the one that varies. At a deadline, or at a limit in time, it is moved: a microsecond before the edge,
to the edge, a microsecond after. At a limit of an amount the value it carries is changed by the smallest unit. At a
limit of a number of times it is done once less, exactly so often, and once more. `docs/decisions/boundaries.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor

import msgspec

from rulesengine.diagnostics import PackError, Span, finding
from rulesengine.engine import CaseError
from rulesengine.engine.draft import Env
from rulesengine.engine.judging import Attempt, limit_scope
from rulesengine.rules import limit as limits
from rulesengine.rules.limit import Limit
from rulesengine.simulation.expectations import Check, Kind, candidates
from rulesengine.simulation.plan import EDGES, Act, Boundary, Stage
from rulesengine.simulation.playing import Player, Standing, event_of, merged
from rulesengine.trace import Edge

#: how far a step at a limit of a number without a smallest unit lies from the edge
TINY = Fraction(1, 1_000_000)
#: the most often that a step is repeated to get beyond a limit of times
MOST_REPEATED = 1_000
OWN_MOMENT = "The last step is put at the edge, so it cannot say its own moment."


def expanded(player: Player, boundary: Boundary) -> Iterator[tuple[Edge, str, Standing]]:
    """Each side of the edge: which, where it lies, and how the story ends there. PackError (RE605) without an edge."""
    *before, last = player.plan.stages
    standing = player.play(player.opened(), before)
    if boundary.deadline:
        yield from _at_deadline(player, boundary, standing, last)
        return
    process = boundary.limit.partition(".")[0]
    limit = next(one for one in player.plan.pack.processes[process].limits if one.rule == boundary.limit)
    if last.act is None or last.act.event != f"{process}.{limit.event}":
        raise _no_edge(
            last.place, f"'{boundary.limit}' limits {process}.{limit.event}.", "Let the last step be that event."
        )
    yield from _AtLimit(player, boundary, limit, last, last.act).sides(standing)


def _at_deadline(
    player: Player, boundary: Boundary, standing: Standing, last: Stage
) -> Iterator[tuple[Edge, str, Standing]]:
    if last.timed is not None:
        raise _no_edge(last.timed, OWN_MOMENT, "Take this out.")
    rule = boundary.deadline
    process, _, name = rule.partition(".")
    running = [
        (instance.id, runs[-1])
        for id in candidates(boundary.instance or process, standing.case)
        for instance in [standing.case.instances[id]]
        if (runs := instance.runs.get(name)) and runs[-1].ended is None
    ]
    if not running:
        raise _no_edge(boundary.place, f"'{rule}' does not run before the last step.", "Let a step before start it.")
    if len(running) > 1:
        names = ", ".join(f"{id}.{name}" for id, _ in running)
        raise _no_edge(
            boundary.place, f"'{rule}' runs {len(running)} times before the last step.", f"Name one: {names}."
        )
    id, run = running[0]
    edge = run.fires if boundary.consequence else run.due
    if edge is None:
        message = f"'{rule}' has no moment at which it is due: the source gives no number, or the clock stands still."
        raise _no_edge(boundary.place, message)
    word = "its consequence" if boundary.consequence else "due"
    named = f"{id}.{name}"
    kind: Kind = "fired_one" if boundary.consequence else "missed_one"
    yes, no = (Check(kind=kind, subject=named, expected=came, place=boundary.place) for came in (True, False))
    usual: dict[Edge, list[Check]] = {"before": [no], "at": [no], "after": [yes]}
    yield from _moved(player, standing, last, edge=edge, what=f"{rule} {word}", usual=usual)


def _moved(
    player: Player, standing: Standing, last: Stage, *, edge: int, what: str, usual: dict[Edge, list[Check]]
) -> Iterator[tuple[Edge, str, Standing]]:
    """The last step a microsecond before a moment, at it, and a microsecond after."""
    if edge - 1 < standing.moment:
        shown = player.comparison.moment(edge)
        raise _no_edge(
            last.place, f"The edge, {shown}, does not lie after the step before.", "Leave the steps beyond it out."
        )
    for side, shift in zip(EDGES, (-1, 0, 1), strict=True):
        stage = judged(msgspec.structs.replace(last, at=edge + shift, after=None), side, usual[side])
        yield side, f"{what} {player.comparison.moment(edge)}", player.step(standing, stage)


class _AtLimit:
    """The three sides of one limit of the event in the last step."""

    def __init__(self, player: Player, boundary: Boundary, limit: Limit, last: Stage, act: Act) -> None:
        self.player = player
        self.boundary = boundary
        self.limit = limit
        self.last = last
        self.act = act
        self.inside = [Check(kind="accepted", expected=None, place=boundary.place)]
        self.outside = [Check(kind="limited", subject=limit.rule, expected=True, place=boundary.place)]

    def sides(self, standing: Standing) -> Iterator[tuple[Edge, str, Standing]]:
        """Each side, as `expanded` gives it."""
        moment = self.player.moment(standing, self.last)
        _, case = self.player.engine.advance(standing.case, moment)
        context = merged(standing.context, self.last.context)
        try:
            env = self.player.engine.env(case, event_of(self.act, moment), context)
        except CaseError as fault:
            raise _no_edge(self.last.place, str(fault)) from None
        match self.limit.form:
            case "window":
                return self._window(standing, env)
            case "times":
                return self._times(standing, self._verdict(env).left)
            case "bound" | "total":
                return self._amount(standing, env)
            case "presence" | "condition":
                raise _no_edge(
                    self.boundary.place,
                    f"'{self.limit.rule}' has no edge: it asks for a condition, or that something is known.",
                    "Write one scenario in which it refuses, and one in which it does not.",
                )

    def _verdict(self, env: Env) -> limits.Verdict:
        process = self.limit.rule.partition(".")[0]
        named = env.draft.program.events[f"{process}.{self.limit.event}"]
        attempt = Attempt(named=named, by=self.act.by, facts={})
        return limits.judge(self.limit, limit_scope(env.draft, env, attempt), room=True)

    def _window(self, standing: Standing, env: Env) -> Iterator[tuple[Edge, str, Standing]]:
        if self.last.timed is not None:
            raise _no_edge(self.last.timed, OWN_MOMENT, "Take this out.")
        last = self.limit.not_after if self.limit.not_after is not None else self.limit.not_before
        assert last is not None
        start = last.after.evaluate(env)
        if start is None:
            raise _no_edge(
                self.boundary.place, f"'{self.limit.rule}' has no edge yet: '{last.after.text}' is not known."
            )
        edge = env.calendar.add(start, last.period).due
        closes = self.limit.not_after is not None
        usual: dict[Edge, list[Check]] = {
            "before": self.inside if closes else self.outside,
            "at": self.inside,
            "after": self.outside if closes else self.inside,
        }
        word = "until" if closes else "from"
        what = f"{self.limit.rule} {word}"
        yield from _moved(self.player, standing, self.last, edge=edge, what=what, usual=usual)

    def _times(self, standing: Standing, left: str | None) -> Iterator[tuple[Edge, str, Standing]]:
        room = int(left) if left is not None else None
        if room is None or not 1 <= room <= MOST_REPEATED:
            seen = "is not known" if room is None else f"leaves room for {room} before the last step"
            raise _no_edge(self.boundary.place, f"'{self.limit.rule}' has no edge here: it {seen}.")
        for side, times in zip(EDGES, (room - 1, room, room + 1), strict=True):
            usual = self.outside if side == "after" else self.inside if times else []
            final = judged(self.last, side, usual)
            again = msgspec.structs.replace(self.last, checks=(), sides={}, at=None, after=None)
            story = standing
            for number in range(times):
                act = self.act if number == 0 else msgspec.structs.replace(self.act, id="")
                stage = self.last if number == 0 else again
                checks = final.checks if number == times - 1 else ()
                story = self.player.step(story, msgspec.structs.replace(stage, act=act, checks=checks, sides={}))
            if not times:
                story = self.player.step(story, msgspec.structs.replace(final, act=None))
            yield side, f"{self.limit.rule}, done {times} {'time' if times == 1 else 'times'}", story

    def _amount(self, standing: Standing, env: Env) -> Iterator[tuple[Edge, str, Standing]]:
        name, edge, most = self._edge(env)
        fact = self.player.plan.pack.processes[self.limit.rule.partition(".")[0]].facts[name]
        unit = TINY if fact.kind == "number" else Fraction(1)
        whole = edge if fact.kind == "number" else Fraction(floor(edge) if most else ceil(edge))
        for side, value in zip(EDGES, (whole - unit, whole, whole + unit), strict=True):
            shown = fact.show(int(value) if value.denominator == 1 else value)
            refused = side == ("after" if most else "before")
            stage = judged(self.last, side, self.outside if refused else self.inside)
            act = msgspec.structs.replace(self.act, facts={**self.act.facts, name: shown})
            yield side, f"{name} {shown}", self.player.step(standing, msgspec.structs.replace(stage, act=act))

    def _edge(self, env: Env) -> tuple[str, Fraction, bool]:
        """The fact that varies, the last value that is inside, and whether more (or less) of it is outside."""
        rule, limit = self.limit.rule, self.limit
        process = rule.partition(".")[0]
        facts = self.player.plan.pack.processes[process].facts
        name = limit.total[1] if limit.total is not None else limit.value.text if limit.value is not None else ""
        own = limit.total is None or limit.total[0] == process
        if name not in facts or not own or facts[name].kind not in ("money", "number", "integer"):
            raise _no_edge(
                self.boundary.place,
                f"'{rule}' has no edge of its own: what it compares is not one number that the event carries.",
                "Write one scenario for each side of it.",
            )
        bound = limit.at_most if limit.at_most is not None else limit.at_least
        if bound is None:
            raise _no_edge(self.boundary.place, f"'{rule}' has no edge: it allows certain values only.")
        value = bound.evaluate(env)
        if value is None:
            raise _no_edge(self.boundary.place, f"'{rule}' has no edge yet: '{bound.text}' is not known.")
        if limit.total is not None:
            left = self._verdict(env).left
            if left is None or limit.at_most is None:
                raise _no_edge(self.boundary.place, f"'{rule}' has no edge yet: what is left of it is not known.")
            value = facts[name].read(left)
        return name, Fraction(value), limit.at_most is not None


def judged(stage: Stage, side: Edge, usual: Sequence[Check]) -> Stage:
    """The stage with the expectations of one side; the usual ones where the scenario says nothing at all."""
    checks = (*stage.checks, *stage.sides.get(side, ()))
    if not stage.checks and not stage.sides:
        checks = tuple(usual)
    return msgspec.structs.replace(stage, checks=checks)


def _no_edge(place: Span, message: str, help: str = "") -> PackError:
    return PackError([finding("RE605", place, message, help)])
