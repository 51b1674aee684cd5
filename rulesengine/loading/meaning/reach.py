"""Whether every process can begin, every state be reached, and every state that is not final be left."""

from __future__ import annotations

from collections.abc import Iterable

from rulesengine.diagnostics import Diagnostic, finding
from rulesengine.pack import Pack, Process
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.transition import Transition


def fired_events(pack: Pack) -> frozenset[tuple[str, str]]:
    """`(process, event)` of all that the engine itself may start: what is raised, and what deadlines lead to."""
    raised = {
        (sent.process, sent.event)
        for process in pack.processes.values()
        for transition in process.transitions
        for sent in transition.raises
    }
    fired = {(p.name, deadline.then) for p in pack.processes.values() for deadline in p.deadlines if deadline.then}
    return frozenset(raised | fired)


def reached(process: Process, transitions: Iterable[Transition], start: Iterable[str]) -> frozenset[str]:
    """The states that can be reached from these by the transitions, guards aside; the start included."""
    transitions = list(transitions)
    found = set(start)
    grown = True
    while grown:
        grown = False
        for transition in transitions:
            if transition.to is not None and transition.to not in found and transition.states & found:
                found.add(transition.to)
                grown = True
    return frozenset(found)


def check_reach(pack: Pack, report: list[Diagnostic]) -> None:
    """RE501, RE502 and RE517 for every process."""
    fired = fired_events(pack)
    for process in pack.processes.values():
        # what only the engine may do happens only if something makes the engine do it
        idle = [t for t in process.transitions if t.by == {SYSTEM} and (process.name, t.event) not in fired]
        live = [t for t in process.transitions if t not in idle]
        created = [t.to for t in live if t.creates and t.to is not None]
        if not created:
            report.append(_cannot_begin(process, idle))
        else:
            _unreached(process, live, idle, created, report)
        _dead_ends(process, live, idle, report)


def _cannot_begin(process: Process, idle: list[Transition]) -> Diagnostic:
    waiting = [t for t in idle if t.creates]
    if waiting:
        return finding(
            "RE517",
            process.place,
            f"'{process.name}' can never begin: '{waiting[0].rule}' is left to the engine, "
            "and no rule makes the engine do it.",
            f"Name '{process.name}.{waiting[0].event}' under 'raises' of some transition, or let an actor do it.",
        )
    return finding(
        "RE517",
        process.place,
        f"'{process.name}' can never begin: no transition comes 'from: new'.",
        "Write a transition with 'from: new' that says in which state it begins.",
    )


def _unreached(
    process: Process, live: list[Transition], idle: list[Transition], created: list[str], report: list[Diagnostic]
) -> None:
    found = reached(process, live, created)
    for state in process.states.values():
        if state.name in found:
            continue
        into = [t for t in live if t.to == state.name and t.states != {state.name}]
        waiting = [t for t in idle if t.to == state.name]
        if into:
            message = f"'{state.name}' can never be reached: '{into[0].rule}' leads to it, but only from states that "
            message += "cannot be reached either."
            help = "Find the state this chain should begin with, and lead a transition to it."
        elif waiting:
            message = f"'{state.name}' can never be reached: '{waiting[0].rule}' is left to the engine, and no rule "
            message += "makes the engine do it."
            help = f"Name '{waiting[0].event}' under 'then' of a deadline or under 'raises', or let an actor do it."
        else:
            message = f"'{state.name}' can never be reached: no transition leads to it."
            help = f"Write a transition with 'to: {state.name}', or take the state out."
        report.append(finding("RE501", state.place, message, help))


def _dead_ends(process: Process, live: list[Transition], idle: list[Transition], report: list[Diagnostic]) -> None:
    final = {state.name for state in process.states.values() if state.final}
    # in some states an instance may rest for ever, because things still happen in it without leading anywhere
    resting = {s for t in live if t.to is None for s in t.states} | {s for t in live for s in t.states if t.to == s}
    for state in process.states.values():
        if state.final:
            continue
        if not any(state.name in t.states for t in live):
            waiting = [t for t in idle if state.name in t.states]
            if waiting:
                message = f"'{state.name}' is not final, but nothing can happen in it: '{waiting[0].rule}' is left to "
                message += "the engine, and no rule makes the engine do it."
                help = f"Name '{waiting[0].event}' under 'then' of a deadline or under 'raises', or let an actor do it."
            else:
                message = f"'{state.name}' is not final, but no transition leaves it: nothing can ever happen in it."
                help = f"Write 'final: true' for '{state.name}', or a transition with 'from: {state.name}'."
            report.append(finding("RE502", state.place, message, help))
        elif final and not reached(process, live, [state.name]) & (final | resting):
            circle = ", ".join(sorted(reached(process, live, [state.name])))
            message = f"From '{state.name}' no final state can be reached: it goes round and round between {circle}."
            if reached(process, live, [state.name]) & _stuck(process, live):
                message = f"From '{state.name}' no final state can be reached."
            help = "Write a transition from one of them to a final state, or 'final: true' where it ends."
            report.append(finding("RE502", state.place, message, help))


def _stuck(process: Process, live: list[Transition]) -> frozenset[str]:
    """States that are not final and have no way out."""
    return frozenset(
        s.name for s in process.states.values() if not s.final and not any(s.name in t.states for t in live)
    )
