"""Two transitions that fit at once with different results: then the order of the file decides, which nobody reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from rulesengine.diagnostics import Diagnostic, finding
from rulesengine.expressions import Expression
from rulesengine.loading.meaning.history import History
from rulesengine.loading.meaning.raising import lineage
from rulesengine.loading.meaning.search import Literal, Search, literals
from rulesengine.loading.meaning.worlds import World
from rulesengine.pack import Pack, Process
from rulesengine.rules.transition import Transition

#: values of a witness that are shown
SHOWN = 6


def check_overlaps(pack: Pack, report: list[Diagnostic]) -> None:
    """RE503: pairs of transitions of one event with a common state and actor whose guards can hold together."""
    histories: dict[str, History] = {}
    for process in pack.processes.values():
        events: dict[str, list[Transition]] = {}
        for transition in process.transitions:
            events.setdefault(transition.event, []).append(transition)
        for siblings in events.values():
            for first, second in combinations(siblings, 2):
                if not histories and len(siblings) > 1:
                    histories.update((name, History(other)) for name, other in pack.processes.items())
                _check_pair(pack, process, first, second, histories, report)


def _check_pair(
    pack: Pack,
    process: Process,
    first: Transition,
    second: Transition,
    histories: dict[str, History],
    report: list[Diagnostic],
) -> None:
    if first.otherwise is not second.otherwise or not first.by & second.by:
        return
    creates = first.creates and second.creates
    shared = [state for state in process.states if state in first.states & second.states]
    shared = [state for state in shared if _result(first, state) != _result(second, state)]
    if not shared and not (creates and _result(first, None) != _result(second, None)):
        return
    one, two = _parts(first), _parts(second)
    if any(Literal(part.node, not part.wanted) in two for part in one):
        return
    world = Search(
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
    ).found()
    if world is None:
        return
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


def _parts(transition: Transition) -> list[Literal]:
    """What has to hold for a transition to fit: each guard as a whole, and in its parts."""
    found: dict[Literal, None] = {}
    for guard in transition.guards:
        found[Literal(guard.expression.tree, not guard.negated)] = None
        found.update(dict.fromkeys(literals(guard.expression.tree, not guard.negated)))
    return list(found)


def _result(transition: Transition, state: str | None) -> tuple[Any, ...]:
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
