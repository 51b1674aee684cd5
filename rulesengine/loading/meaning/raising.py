"""What the engine sets off by itself: raised events and the consequences of deadlines have to be taken by something."""

from __future__ import annotations

from collections.abc import Iterable

from rulesengine.diagnostics import Diagnostic, Span, did_you_mean, finding
from rulesengine.pack import Pack, Process
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.transition import Raise, Transition

Named = tuple[str, str]


def lineage(pack: Pack, process: str) -> tuple[str, ...]:
    """A process and its ancestors, nearest first."""
    found: list[str] = []
    while process in pack.processes and process not in found:
        found.append(process)
        process = pack.processes[process].under
    return tuple(found)


def are_related(pack: Pack, asking: str, process: str) -> bool:
    """Whether instances of `process` can be related to an instance of `asking`, as `raises` and `count` mean it."""
    above = lineage(pack, asking)
    return process in above[1:] or any(name in above for name in lineage(pack, process)[1:])


def taking(pack: Pack, process: str, event: str) -> list[Transition]:
    """The transitions of a process that take an event, in file order."""
    return [t for t in pack.processes[process].transitions if t.event == event]


# loops


def check_loops(pack: Pack, report: list[Diagnostic]) -> None:
    """RE504: events that raise each other in a circle. One finding for each circle, at the raise that closes it."""
    edges: dict[Named, list[Raise]] = {}
    for process in pack.processes.values():
        for transition in process.transitions:
            edges.setdefault((process.name, transition.event), []).extend(transition.raises)
    closed: set[Named] = set()
    for start in edges:
        if start in closed:
            continue
        circle = _circle(edges, start)
        if circle:
            names = [f"{process}.{event}" for process, event in (start, *((s.process, s.event) for s in circle))]
            report.append(
                finding(
                    "RE504",
                    circle[-1].place,
                    f"Raised events go round without end: {' → '.join(names)}.",
                    "Take one of them out of 'raises', or raise an event of its own that raises nothing.",
                )
            )
            closed.update((s.process, s.event) for s in circle)


def _circle(edges: dict[Named, list[Raise]], start: Named) -> list[Raise]:
    """The shortest way of raises from an event back to itself; empty where there is none."""
    ways: dict[Named, list[Raise]] = {start: []}
    queue = [start]
    for here in queue:
        for sent in edges.get(here, ()):
            there = (sent.process, sent.event)
            if there == start:
                return [*ways[here], sent]
            if there not in ways:
                ways[there] = [*ways[here], sent]
                queue.append(there)
    return []


# raises


def check_raises(pack: Pack, report: list[Diagnostic]) -> None:
    """RE305, RE509, RE512 and RE513 for every raised event."""
    for process in pack.processes.values():
        for transition in process.transitions:
            for index, sent in enumerate(transition.raises):
                alone = index == 0
                _check_raise(pack, process, transition, sent, report, alone=alone)


def _check_raise(
    pack: Pack, process: Process, transition: Transition, sent: Raise, report: list[Diagnostic], *, alone: bool
) -> None:
    candidates = taking(pack, sent.process, sent.event)
    creating = any(t.creates for t in candidates)
    if creating:
        if _no_parent(pack, process, sent, report):
            return
    elif sent.bare:
        # the instance itself: after this transition its state is known, unless an earlier raise has moved it on
        states = {transition.to} if transition.to is not None else transition.states
        if alone and not any(t.states & states for t in candidates):
            report.append(_not_from_there(pack, process, sent, sorted(s for s in states if s is not None)))
            return
    elif not are_related(pack, process.name, sent.process):
        report.append(
            finding(
                "RE513",
                sent.place,
                f"'{process.name}' and '{sent.process}' never belong to the same thing, so nobody takes '{sent.name}'.",
                "Raise events of the same instance, of a process above or below it, or of one under the same parent.",
            )
        )
        return
    _check_taken(sent.place, sent.name, candidates, report, "raises")
    given = {name for name, _ in sent.facts}
    _check_facts(sent.place, sent.name, candidates, given, report)
    _check_surplus(sent, candidates, report)


def _no_parent(pack: Pack, process: Process, sent: Raise, report: list[Diagnostic]) -> bool:
    parent = pack.processes[sent.process].under
    if parent and parent in lineage(pack, process.name):
        return False
    if parent:
        message = f"'{sent.name}' creates something under '{parent}', and '{process.name}' neither is '{parent}' nor "
        message += "belongs to it."
        help = f"Raise it from '{parent}' or from what belongs to it."
    else:
        message = f"'{sent.name}' would open a case of its own: '{sent.process}' belongs to nothing."
        help = f"Say with 'under:' what '{sent.process}' belongs to, or raise another event."
    report.append(finding("RE513", sent.place, message, help))
    return True


def _not_from_there(pack: Pack, process: Process, sent: Raise, states: list[str]) -> Diagnostic:
    where = _any_of(states)
    if len(states) == 1 and process.states[states[0]].final:
        message = f"'{states[0]}' is final, so '{sent.event}' can no longer happen to this '{process.name}'."
    else:
        message = f"No transition takes '{sent.event}' in {where}, where the '{process.name}' is by then."
    possible = sorted({s for t in taking(pack, process.name, sent.event) for s in t.states})
    return finding("RE513", sent.place, message, f"'{sent.event}' is possible in {_any_of(possible)}.")


def _any_of(names: Iterable[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _check_taken(place: Span, name: str, candidates: list[Transition], report: list[Diagnostic], key: str) -> None:
    """RE509: the engine does it, so one of the transitions has to list `system`."""
    if candidates and not any(SYSTEM in t.by for t in candidates):
        message = f"'{key}' makes the engine itself do '{name}', but no transition allows it to the actor 'system'."
        report.append(
            finding("RE509", place, message, f"Add 'system' to 'by' of {_any_of(t.rule for t in candidates)}.")
        )


def _check_facts(
    place: Span,
    name: str,
    candidates: list[Transition],
    given: set[str],
    report: list[Diagnostic],
    *,
    raised: bool = True,
) -> None:
    """RE512: what a transition requires has to come with the event."""
    for transition in candidates:
        missing = [fact for fact in transition.requires if fact not in given]
        if SYSTEM in transition.by and missing:
            some = " and ".join(f"'{fact}'" for fact in missing)
            if raised:
                help = f"Write {{event: {name}, facts: {{{', '.join(f'{fact}: …' for fact in missing)}}}}}."
            else:
                help = f"A deadline brings no facts: take {some} out of 'requires', or lead to an event of its own."
            message = (
                f"'{transition.rule}' requires {some}, which {'is' if len(missing) == 1 else 'are'} not given here."
            )
            report.append(finding("RE512", place, message, help))
            return


def _check_surplus(sent: Raise, candidates: list[Transition], report: list[Diagnostic]) -> None:
    """RE305: an event carries only facts that a transition asks for."""
    carried = {fact for t in candidates if SYSTEM in t.by for fact in t.carries}
    if not any(SYSTEM in t.by for t in candidates):
        return
    for (fact, _), place in zip(sent.facts, sent.fact_places, strict=True):
        if fact not in carried:
            rules = _any_of(t.rule for t in candidates if SYSTEM in t.by)
            help = f"Name it under 'requires' or 'optional' of {rules}, or take it out here."
            likely = did_you_mean(fact, carried) if carried else ""
            report.append(
                finding(
                    "RE305",
                    place,
                    f"'{sent.name}' does not carry the fact '{fact}'.",
                    likely if likely.startswith("Did you mean") else help,
                )
            )


# deadlines


def check_consequences(pack: Pack, report: list[Diagnostic]) -> None:
    """RE505, RE509, RE512 for what deadlines lead to, RE518 for duties nothing can meet."""
    for process in pack.processes.values():
        for deadline in process.deadlines:
            if deadline.then and deadline.then_place is not None:
                _check_then(pack, process, deadline, deadline.then_place, report)
            _check_met_by(pack, process, deadline, report)


def _check_then(pack: Pack, process: Process, deadline: Deadline, place: Span, report: list[Diagnostic]) -> None:
    candidates = taking(pack, process.name, deadline.then)
    if candidates and all(t.creates for t in candidates):
        report.append(
            finding(
                "RE505",
                place,
                f"'{deadline.then}' begins another '{process.name}', and a deadline leads to an event of its own one.",
                f"Name an event that is possible in {_any_of(sorted(deadline.states))}.",
            )
        )
        return
    taken = [t for t in candidates if t.states & deadline.states]
    left = sorted(deadline.states - {state for t in taken for state in t.states})
    if left:
        possible = sorted({state for t in candidates for state in t.states})
        clock = "The clock runs in" if len(left) == len(deadline.states) else "The clock also runs in"
        report.append(
            finding(
                "RE505",
                place,
                f"{clock} {_any_of(left)}, but no transition takes '{deadline.then}' there.",
                f"'{deadline.then}' is possible in {_any_of(possible)}: change 'while' here, or 'from' there.",
            )
        )
        return
    _check_taken(place, f"{process.name}.{deadline.then}", taken, report, "then")
    _check_facts(place, f"{process.name}.{deadline.then}", taken, set(), report, raised=False)


def _check_met_by(pack: Pack, process: Process, deadline: Deadline, report: list[Diagnostic]) -> None:
    for event, place in deadline.met_by_places:
        candidates = taking(pack, process.name, event)
        if candidates and not any(t.states & deadline.states for t in candidates):
            possible = sorted({state for t in candidates for state in t.states})
            states = _any_of(sorted(deadline.states))
            help = f"It is possible in {_any_of(possible)}." if possible else f"It begins another '{process.name}'."
            report.append(
                finding("RE518", place, f"'{event}' cannot meet this duty: it is not possible in {states}.", help)
            )
