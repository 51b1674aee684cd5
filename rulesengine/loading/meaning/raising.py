"""What the engine sets off by itself: raised events and the consequences of deadlines have to be taken by something."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rulesengine.diagnostics import Diagnostic, Span, did_you_mean, finding
from rulesengine.loading.meaning.graph import Takers, are_related, circles, lineage, spread, way_to
from rulesengine.pack import Pack, Process
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.transition import Raise, Transition

#: events of a circle that a message shows
SHOWN = 12


# loops


def check_loops(takers: Takers, report: list[Diagnostic]) -> None:
    """RE504: events that raise each other in a circle. One finding for each tangle, at the raise that closes it."""
    raises = {event: [sent for t in transitions for sent in t.raises] for event, transitions in takers.items()}
    raised = {event: [(sent.process, sent.event) for sent in sents] for event, sents in raises.items()}
    for group in circles(raised, lambda event: raised.get(event, [])):
        start = group[0]
        # the shortest way around: from what the first raises back to it
        found = spread(raised[start], lambda event: raised.get(event, []))
        way = way_to(start, found)
        closing = next(sent for sent in raises[([start, *way])[-2]] if (sent.process, sent.event) == start)
        names = [f"{process}.{event}" for process, event in (start, *way)]
        shown = names if len(names) <= SHOWN else [*names[: SHOWN - 2], "…", *names[-2:]]
        report.append(
            finding(
                "RE504",
                closing.place,
                f"Raised events go round without end: {' → '.join(shown)}.",
                "Take one of them out of 'raises', or raise an event of its own that raises nothing.",
            )
        )


# raises


def check_raises(pack: Pack, takers: Takers, report: list[Diagnostic]) -> None:
    """RE305, RE509, RE512 and RE513 for every raised event."""
    for process in pack.processes.values():
        for transition in process.transitions:
            for index, sent in enumerate(transition.raises):
                alone = index == 0
                _check_raise(pack, takers, process, transition, sent, report, alone=alone)


def _check_raise(
    pack: Pack,
    takers: Takers,
    process: Process,
    transition: Transition,
    sent: Raise,
    report: list[Diagnostic],
    *,
    alone: bool,
) -> None:
    candidates = takers.get((sent.process, sent.event), ())
    creating = any(t.creates for t in candidates)
    if creating:
        if _no_parent(pack, process, sent, report):
            return
    elif sent.bare:
        # the instance itself: after this transition its state is known, unless an earlier raise has moved it on
        states = {transition.to} if transition.to is not None else transition.states
        if alone and not any(t.states & states for t in candidates):
            report.append(_not_from_there(candidates, process, sent, sorted(s for s in states if s is not None)))
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


def _not_from_there(candidates: Sequence[Transition], process: Process, sent: Raise, states: list[str]) -> Diagnostic:
    where = _any_of(states)
    if len(states) == 1 and process.states[states[0]].final:
        message = f"'{states[0]}' is final, so '{sent.event}' can no longer happen to this '{process.name}'."
    else:
        message = f"No transition takes '{sent.event}' in {where}, where the '{process.name}' is by then."
    possible = sorted({state for t in candidates for state in t.states})
    return finding("RE513", sent.place, message, f"'{sent.event}' is possible in {_any_of(possible)}.")


def _any_of(names: Iterable[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _check_taken(place: Span, name: str, candidates: Sequence[Transition], report: list[Diagnostic], key: str) -> None:
    """RE509: the engine does it, so one of the transitions has to list `system`."""
    if candidates and not any(SYSTEM in t.by for t in candidates):
        message = f"'{key}' makes the engine itself do '{name}', but no transition allows it to the actor 'system'."
        report.append(
            finding("RE509", place, message, f"Add 'system' to 'by' of {_any_of(t.rule for t in candidates)}.")
        )


def _check_facts(
    place: Span,
    name: str,
    candidates: Sequence[Transition],
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


def _check_surplus(sent: Raise, candidates: Sequence[Transition], report: list[Diagnostic]) -> None:
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


def check_consequences(pack: Pack, takers: Takers, report: list[Diagnostic]) -> None:
    """RE505, RE509, RE512 for what deadlines lead to, RE518 for duties nothing can meet."""
    for process in pack.processes.values():
        for deadline in process.deadlines:
            if deadline.then and deadline.then_place is not None:
                _check_then(takers, process, deadline, deadline.then_place, report)
            _check_met_by(takers, process, deadline, report)


def _check_then(takers: Takers, process: Process, deadline: Deadline, place: Span, report: list[Diagnostic]) -> None:
    candidates = takers.get((process.name, deadline.then), ())
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


def _check_met_by(takers: Takers, process: Process, deadline: Deadline, report: list[Diagnostic]) -> None:
    for event, place in deadline.met_by_places:
        candidates = takers.get((process.name, event), ())
        if candidates and not any(t.states & deadline.states for t in candidates):
            possible = sorted({state for t in candidates for state in t.states})
            states = _any_of(sorted(deadline.states))
            help = f"It is possible in {_any_of(possible)}." if possible else f"It begins another '{process.name}'."
            report.append(
                finding("RE518", place, f"'{event}' cannot meet this duty: it is not possible in {states}.", help)
            )
