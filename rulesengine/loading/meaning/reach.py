"""Whether every process can begin, every state be reached, and every state that is not final be left."""

from __future__ import annotations

from rulesengine.diagnostics import Diagnostic, finding
from rulesengine.loading.meaning.graph import spread, steps
from rulesengine.pack import Pack, Process
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.transition import Transition

#: states of a circle that a message shows
SHOWN = 12


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
            reached = set(process.states)
        else:
            reached = set(spread(created, steps(live)))
            _unreached(process, live, idle, reached, report)
        _dead_ends(process, live, idle, reached, report)


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
    process: Process, live: list[Transition], idle: list[Transition], reached: set[str], report: list[Diagnostic]
) -> None:
    for state in process.states.values():
        if state.name in reached:
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


def _dead_ends(
    process: Process, live: list[Transition], idle: list[Transition], reached: set[str], report: list[Diagnostic]
) -> None:
    final = {state.name for state in process.states.values() if state.final}
    left = {state for t in live for state in t.states}
    # in some states an instance may rest for ever, because things still happen in it without leading anywhere
    resting = {state for t in live for state in t.states if t.to in (None, state)}
    ending = spread([*final, *resting], steps(live, backward=True))
    onward = steps(live)
    for state in process.states.values():
        # of a state that nothing leads to, that is told
        if state.final or state.name not in reached:
            continue
        if state.name not in left:
            waiting = [t for t in idle if state.name in t.states]
            if waiting:
                message = f"'{state.name}' is not final, but nothing can happen in it: '{waiting[0].rule}' is left to "
                message += "the engine, and no rule makes the engine do it."
                help = f"Name '{waiting[0].event}' under 'then' of a deadline or under 'raises', or let an actor do it."
            else:
                message = f"'{state.name}' is not final, but no transition leaves it: nothing can ever happen in it."
                help = f"Write 'final: true' for '{state.name}', or a transition with 'from: {state.name}'."
            report.append(finding("RE502", state.place, message, help))
        elif final and state.name not in ending:
            message = f"From '{state.name}' no final state can be reached."
            around = spread([state.name], onward)
            if all(other in left for other in around) and len(around) <= SHOWN:
                message = f"From '{state.name}' no final state can be reached: it goes round and round between "
                message += f"{', '.join(sorted(around))}."
            help = "Write a transition from one of them to a final state, or 'final: true' where it ends."
            report.append(finding("RE502", state.place, message, help))
