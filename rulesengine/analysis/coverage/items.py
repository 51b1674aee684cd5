"""What there is to cover in a pack, item by item, and the names by which it is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from rulesengine.coverage import Coverage, Item, Key, Kind
from rulesengine.diagnostics import Span
from rulesengine.expressions import Expression, tree
from rulesengine.pack import Pack, Process
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.guards import Guard
from rulesengine.rules.limit import Limit
from rulesengine.rules.suspension import Suspension

Side = Literal["below", "at", "above"]
#: what is said of a deadline
MET, MISSED, OVER, AT_DUE = "met", "missed", "over", "at exactly due"
#: noted beside, for pictures: the clock ran at all
RUNS = "runs"
#: what is said of a suspension
IN_FORCE, REFUSES, STOPS = "in force", "an event refused", "a clock stopped"


def coverage_of(pack: Pack, noted: Sequence[Iterable[Key]]) -> Coverage:
    """Every item of a pack with the number of scenarios that tried it; `noted` has the keys of each scenario."""
    times = Counter(key for story in noted for key in set(story))
    return Coverage(
        pack=pack.name,
        title=pack.title or pack.name,
        file=pack.file,
        scenarios=len(noted),
        items=tuple(msgspec.structs.replace(item, times=times[item.key]) for item in items_of(pack)),
    )


def items_of(pack: Pack) -> tuple[Item, ...]:
    """All that scenarios can try of a pack, process by process, in file order."""
    found: dict[Key, Item] = {}
    for process in pack.processes.values():
        for key, place in _of_process(pack, process):
            kind, rule, what = key
            found.setdefault(key, Item(kind=kind, rule=rule, what=what, place=place))
    return tuple(found.values())


def _of_process(pack: Pack, process: Process) -> Iterator[tuple[Key, Span]]:
    for state in process.states.values():
        yield state_key(process.name, state.name), state.place
        for suspension in state.suspends:
            for what in _of_suspension(pack, suspension):
                yield suspension_key(suspension, what), suspension.place
    for rule in process.transitions:
        yield transition_key(rule.rule), rule.place
        yield from _both_ways(rule.rule, rule.guards)
    for deadline in process.deadlines:
        yield from _both_ways(deadline.rule, deadline.guards)
        for what in _of_deadline(process, deadline):
            yield ("deadline", deadline.rule, what), deadline.place
    for limit in process.limits:
        yield from _both_ways(limit.rule, limit.guards)
        for word, guards in (("refuse_when", limit.refuse_when), ("only_when", limit.only_when)):
            yield from _both_ways(limit.rule, guards, word)
        for what in _of_limit(limit):
            yield ("limit", limit.rule, what), limit.place


def _both_ways(rule: str, guards: Iterable[Guard], word: str = "") -> Iterator[tuple[Key, Span]]:
    for guard in guards:
        for value in (True, False):
            yield condition_key(rule, guard, value, word), guard.place


def _of_deadline(process: Process, deadline: Deadline) -> Iterator[str]:
    if deadline.wait:
        yield OVER
    elif _can_be_met(process, deadline):
        yield MET
    if deadline.period is not None:
        if not deadline.wait:
            yield MISSED
        yield AT_DUE


def _can_be_met(process: Process, deadline: Deadline) -> bool:
    """Whether there is an act that meets the duty; a `then` may be all that ever ends it."""
    return bool(deadline.met_by) or any(
        deadline.owed_by in rule.by and rule.states & deadline.states and rule.to not in (None, *deadline.states)
        for rule in process.transitions
    )


def _of_limit(limit: Limit) -> Iterator[str]:
    match limit.form:
        case "presence":
            yield from ("given", "missing")
        case "bound" if limit.one_of:
            yield from ("allowed", "refused")
        case "times":
            for side in ("at", "above") if _once(limit.times) else ("below", "at", "above"):
                yield times_what(side)
        case "bound" | "total" | "window":
            for one, most in single(limit):
                ranked = limit.type is not None and bool(limit.type.ranked)
                sides: tuple[Side, ...] = ("at", "above" if most else "below") if ranked else ("below", "at", "above")
                for side in sides:
                    yield side_what(one, side)


def _once(times: Expression | None) -> bool:
    node = times.tree if times is not None else None
    return isinstance(node, tree.Constant | tree.Parameter) and node.value == 1


def single(limit: Limit) -> Iterator[tuple[Limit, bool]]:
    """The limit with each of its bounds alone, and whether more (or later) of it is outside."""
    plain = msgspec.structs.replace(limit, at_most=None, at_least=None, not_before=None, not_after=None)
    if limit.at_least is not None:
        yield msgspec.structs.replace(plain, at_least=limit.at_least), False
    if limit.at_most is not None:
        yield msgspec.structs.replace(plain, at_most=limit.at_most), True
    if limit.not_before is not None:
        yield msgspec.structs.replace(plain, not_before=limit.not_before), False
    if limit.not_after is not None:
        yield msgspec.structs.replace(plain, not_after=limit.not_after), True


def _of_suspension(pack: Pack, suspension: Suspension) -> Iterator[str]:
    yield IN_FORCE
    if not suspension.only_deadlines:
        yield REFUSES
    if suspension.stops_clocks() and any(
        process.deadlines
        for name, process in pack.processes.items()
        if (line := _line(pack, name)) & {suspension.process} and not line & suspension.except_processes
    ):
        yield STOPS


def _line(pack: Pack, process: str) -> set[str]:
    """A process and those above it."""
    line = {process}
    while process := pack.processes[process].under:
        line.add(process)
    return line


# the names


def state_key(process: str, state: str) -> Key:
    return ("state", f"{process}.{state}", "entered")


def transition_key(rule: str) -> Key:
    return ("transition", rule, "taken")


def condition_key(rule: str, guard: Guard, value: bool, word: str = "") -> Key:
    """`word` is the key of the pack under which the condition stands, where it is neither `when` nor `unless`."""
    word = word or ("unless" if guard.negated else "when")
    text = " ".join(guard.expression.text.split())
    kind: Kind = "condition"
    return (kind, rule, f"{word} {text}: {'true' if value else 'false'}")


def times_what(side: str) -> str:
    return {"below": "below its number of times", "at": "the last time", "above": "once too often"}[side]


def side_what(one: Limit, side: Side) -> str:
    """What is said of a limit with a single bound on one side of it."""
    if one.not_before is not None:
        return {"below": "before its beginning", "at": "at its beginning", "above": "after its beginning"}[side]
    if one.not_after is not None:
        return {"below": "before its end", "at": "at its end", "above": "after its end"}[side]
    return f"{side} its {'most' if one.at_most is not None else 'least'}"


def suspension_key(suspension: Suspension, what: str) -> Key:
    return ("suspension", suspension.rule, f"on {suspension.process}: {what}")
