"""Two transitions that fit at once with different results: then the order of the file decides, which nobody reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from rulesengine.diagnostics import Diagnostic, finding
from rulesengine.expressions import Expression
from rulesengine.expressions.tree import Shift, walk
from rulesengine.loading.meaning.graph import Takers, lineage
from rulesengine.loading.meaning.history import History
from rulesengine.loading.meaning.search import Literal, Search, literals
from rulesengine.loading.meaning.worlds import World
from rulesengine.pack import Pack, Process
from rulesengine.rules.transition import Transition
from rulesengine.timing import Period

#: values of a witness that are shown
SHOWN = 6
#: pairs of transitions looked at, and worlds tried for all of them together: far more than any pack needs
PAIRS = 50_000
TRIES = 200_000


def check_overlaps(pack: Pack, takers: Takers, report: list[Diagnostic], checked: Pack | None = None) -> None:
    """RE503: pairs of transitions of one event with a common state and actor whose guards can hold together.

    `checked` is a pack without such pairs, whose rules hang together alike. Pairs that both stand in it are left out,
    unless they count working time, and the calendar is another one.
    """
    histories = _Histories(pack)
    known = {id(t) for process in checked.processes.values() for t in process.transitions} if checked else set()
    calendar_changed = checked is not None and checked.working_time != pack.working_time
    pairs = tries = 0
    for (name, _), siblings in takers.items():
        if calendar_changed:
            known.difference_update(id(t) for t in siblings if _counts_time(t))
        if len(siblings) < 2 or all(id(transition) in known for transition in siblings):
            pairs += len(siblings) * (len(siblings) - 1) // 2
            continue
        for first, second in combinations(siblings, 2):
            pairs += 1
            if pairs > PAIRS or tries > TRIES:
                return
            if id(first) in known and id(second) in known:
                continue
            tries += _check_pair(pack, pack.processes[name], first, second, histories, report)


class _Histories(dict[str, History]):
    """The history of each process, made when it is asked for."""

    def __init__(self, pack: Pack) -> None:
        self.processes = pack.processes

    def __missing__(self, name: str) -> History:
        found = self[name] = History(self.processes[name])
        return found


def _counts_time(transition: Transition) -> bool:
    """Whether its guards count a period of time."""
    parts = (part for guard in transition.guards for part in walk(guard.expression.tree))
    return any(isinstance(getattr(part, "value", None), Period) or isinstance(part, Shift) for part in parts)


def _check_pair(
    pack: Pack,
    process: Process,
    first: Transition,
    second: Transition,
    histories: dict[str, History],
    report: list[Diagnostic],
) -> int:
    """Look for a world in which both fit; how many were tried."""
    if first.otherwise is not second.otherwise or not first.by & second.by:
        return 0
    creates = first.creates and second.creates
    shared = [state for state in process.states if state in first.states & second.states]
    shared = [state for state in shared if result_of(first, state) != result_of(second, state)]
    if not shared and not (creates and result_of(first, None) != result_of(second, None)):
        return 0
    one, two = parts_of(first), parts_of(second)
    if any(Literal(part.node, not part.wanted) in two for part in one):
        return 0
    search = Search(
        list(dict.fromkeys((*one, *two))),
        process=process.name,
        ancestors=lineage(pack, process.name)[1:],
        histories=histories,
        facts=process.facts,
        states=shared,
        creates=creates,
        carried=first.carries | second.carries,
        required=frozenset(first.requires) & frozenset(second.requires),
        calendar_of=lambda: pack.calendar,
    )
    world = search.found()
    if world is None:
        return search.tries
    actors = " or ".join(f"'{actor}'" for actor in sorted(first.by & second.by))
    state = "new" if world.own is None else world.own.state
    help = "Give one of them 'unless' with what the other asks for under 'when', or the second 'otherwise: true'."
    if first.otherwise:
        help = "Take 'otherwise' from one of them, and say when it is to be taken."
    report.append(
        finding(
            "RE503",
            second.place,
            f"'{first.rule}' and '{second.rule}' fit at once: both take '{second.event}' from '{state}' by {actors}"
            f"{_witness(first, second, world)}, with different results.",
            f"{help} As it stands, '{first.rule}' is always taken.",
        )
    )
    return search.tries


def parts_of(transition: Transition) -> list[Literal]:
    """What has to hold for a transition to fit: each guard as a whole, and in its parts."""
    found: dict[Literal, None] = {}
    for guard in transition.guards:
        found[Literal(guard.expression.tree, not guard.negated)] = None
        found.update(dict.fromkeys(literals(guard.expression.tree, not guard.negated)))
    return list(found)


def result_of(transition: Transition, state: str | None) -> tuple[Any, ...]:
    """What a transition does from a state, to be compared."""

    def written(pairs: Sequence[tuple[str, Expression]]) -> frozenset[tuple[str, Any]]:
        return frozenset((name, expression.tree) for name, expression in pairs)

    return (
        transition.to if transition.to is not None else state,
        written(transition.sets),
        tuple((sent.process, sent.event, written(sent.facts), sent.if_possible) for sent in transition.raises),
        frozenset(transition.notifies),
    )


def _witness(first: Transition, second: Transition, world: World) -> str:
    """The values of a world in which both fit, in words."""
    found: dict[str, str] = {}
    for guard in (*first.guards, *second.guards):
        for leaf in guard.expression.leaves:
            if not leaf.fixed and leaf.label != "state":
                value = leaf.evaluate(world)
                found[leaf.label] = leaf.type.show(value) if value is not None else "unknown"
    if not found:
        return ""
    shown = [f"{label} is {value}" for label, value in found.items()][:SHOWN]
    return f", for example when {' and '.join(shown)}"
