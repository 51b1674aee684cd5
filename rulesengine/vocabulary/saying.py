"""What a rule says, in a few short sentences that are read from the rule itself, so that those of several packs can be
laid side by side. Names of facts, states and events stay the pack's own; actors have their common words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from rulesengine.document import Node
from rulesengine.loading.naming import child, string
from rulesengine.pack import Pack, Process, State
from rulesengine.rules.deadline import UNSPECIFIED, Deadline
from rulesengine.rules.guards import Guard
from rulesengine.rules.limit import Limit
from rulesengine.rules.suspension import Suspension
from rulesengine.rules.transition import Transition
from rulesengine.timing import Period
from rulesengine.timing.period import SECOND

Who = Callable[[str], str]

#: what stands in place of a period for a duty to which the source gives no number
AT_ONCE = "at once, no number"
_WORD = re.compile(r"[a-z][a-z0-9_]*")


def sentences(pack: Pack, process: str, name: str, who: Who, *, state: bool) -> tuple[str, ...]:
    """What a rule or state of a pack says; `who` gives the common word for an actor. Nothing where there is none."""
    found = pack.processes[process]
    if state:
        return tuple(_state(found.states[name])) if name in found.states else ()
    rule = rule_of(found, name)
    if rule is None:
        return ()
    said: Iterator[str]
    match rule:
        case Deadline():
            said = _deadline(found, rule, who)
        case Transition():
            said = _transition(found, rule, who)
        case Limit():
            said = _limit(rule, _node(pack, process, name))
    told = list(said)
    return (*told, *_parameters(pack, told))


def rule_of(process: Process, name: str) -> Transition | Deadline | Limit | None:
    """The rule of this name; None where the process has none."""
    return next((rule for rule in process.rules if rule.rule == f"{process.name}.{name}"), None)


def form_of(process: Process, name: str, *, state: bool) -> str:
    """`transition`, `duty`, `wait` or `state`; of a limit its form: `bound`, `window`, …"""
    rule = None if state else rule_of(process, name)
    match rule:
        case Deadline():
            return "wait" if rule.wait else "duty"
        case Limit():
            return rule.form
        case Transition():
            return "transition"
    return "state"


def _deadline(process: Process, rule: Deadline, who: Who) -> Iterator[str]:
    at_a_moment = rule.since is not None and _is_a_moment(rule.period)
    if rule.since is not None and at_a_moment:
        length = f"by {rule.since.text}"
    elif rule.within == UNSPECIFIED:
        length = AT_ONCE
    else:
        # without a period it is a parameter that is not set, and named: what it is comes last
        length = f"{'after' if rule.wait else 'within'} {rule.period.described() if rule.period else rule.within}"
    yield length if rule.wait else f"{who(rule.owed_by)}: {length}"
    if rule.since is not None and not at_a_moment:
        yield f"counted from {rule.since.text}"
    yield f"while {_listed(state for state in process.states if state in rule.states)}"
    yield from _guards(rule.guards)
    if rule.grace is not None:
        yield f"{rule.grace.described()} of grace"
    if rule.met_by:
        yield f"met by {_listed(sorted(rule.met_by))}"
    if rule.then:
        yield f"{'then' if rule.wait else 'otherwise'} {rule.then} by itself"
    may = [t.event for t in process.transitions if any(_waits_for(guard, process, rule) for guard in t.guards)]
    if may:
        yield f"once overdue, possible: {_listed(dict.fromkeys(may))}"


def _is_a_moment(period: Period | None) -> bool:
    """Whether a duty is due at the very moment it is counted from: a period is more than nothing, so packs write as
    little as there is.
    """
    return period is not None and period.kind == "elapsed" and period.microseconds <= SECOND


def _waits_for(guard: Guard, process: Process, rule: Deadline) -> bool:
    own = {("", "deadline", rule.name), (process.name, "deadline", rule.name)}
    return not guard.negated and bool(own & guard.expression.reads)


def _transition(process: Process, rule: Transition, who: Who) -> Iterator[str]:
    actors = _listed(dict.fromkeys(who(actor) for actor in sorted(rule.by)))
    lasting = {name for name, state in process.states.items() if not state.final}
    if rule.creates:
        yield f"{actors}: {rule.event}"
    elif rule.states == lasting:
        yield f"{actors}: {rule.event}, as long as it is not over"
    else:
        yield f"{actors}: {rule.event}, while {_listed(state for state in process.states if state in rule.states)}"
    yield from _guards(rule.guards)
    if rule.requires:
        yield f"needs {_listed(rule.requires, 'and')}"
    if rule.to is not None and not rule.creates:
        yield f"leads to {rule.to}"
    brings = dict.fromkeys(sent.name for sent in rule.raises if not sent.if_possible)
    if brings:
        yield f"brings {_listed(brings, 'and')}"


def _node(pack: Pack, process: str, name: str) -> Node | None:
    return child(child(child(child(pack.document, "processes"), process), "limits"), name)


def _limit(rule: Limit, node: Node | None) -> Iterator[str]:
    value = rule.value.text if rule.value is not None else ""
    if rule.total is not None:
        states = f" ({_listed(sorted(rule.states))})" if rule.states is not None else ""
        value = f"all {'.'.join(rule.total)} together{states}"
    for word, bound in (("at most", rule.at_most), ("at least", rule.at_least)):
        if bound is not None:
            yield f"{rule.event}: {value} {word} {bound.text}"
    if rule.one_of:
        yield f"{rule.event}: {value} is {_listed(one.text for one in rule.one_of)}"
    if rule.times is not None:
        yield f"{rule.event}: {rule.times.text} time{'' if rule.times.text == '1' else 's'}"
    for word, key, edge in (("not before", "not_before", rule.not_before), ("until", "not_after", rule.not_after)):
        if edge is not None:
            how = edge.period.described().removeprefix(str(edge.period))
            yield f"{rule.event}: {word} {edge.period} after {edge.after.text}{how}"
        elif written := string(node, key):
            # its parameter is not set
            yield f"{rule.event}: {word} {written}"
    if rule.requires:
        yield f"{rule.event}: needs {_listed(rule.requires, 'and')}"
    if rule.refuse_when:
        yield f"{rule.event}: not if {' or if '.join(guard.expression.text for guard in rule.refuse_when)}"
    if rule.only_when:
        yield f"{rule.event}: only if {' and '.join(guard.expression.text for guard in rule.only_when)}"
    yield from _guards(rule.guards)
    if rule.per != "instance":
        yield f"for each {rule.per}"


def _state(state: State) -> Iterator[str]:
    for suspension in state.suspends:
        yield f"while {state.name}: {_suspends(suspension)}"
    if not state.suspends:
        yield state.title or state.name


def _suspends(suspension: Suspension) -> str:
    some = f" of those in {suspension.via}" if suspension.via else ""
    if suspension.events is not None:
        return f"refuses {_listed((f'{process}.{event}' for process, event in sorted(suspension.events)), 'and')}{some}"
    free = [*sorted(suspension.except_processes), *(".".join(event) for event in sorted(suspension.except_events))]
    but = f", except {_listed(free, 'and')}" if free else ""
    what = f"the clocks of {suspension.process}" if suspension.only_deadlines else suspension.process
    return f"{what}{some} stand{'' if suspension.only_deadlines else 's'} still{but}"


def _guards(guards: Iterable[Guard]) -> Iterator[str]:
    for guard in guards:
        yield f"{'unless' if guard.negated else 'if'} {guard.expression.text}"


def _parameters(pack: Pack, told: Iterable[str]) -> Iterator[str]:
    """The values of the parameters that stand in some sentences by name."""
    words = dict.fromkeys(word for sentence in told for word in _WORD.findall(sentence))
    for word in words:
        parameter = pack.parameters.get(word)
        if parameter is not None:
            yield f"{word} is {'not set' if parameter.value is None else parameter.value}"


def _listed(words: Iterable[str], last: str = "or") -> str:
    """`a, b or c`."""
    *first, end = list(words) or [""]
    return f"{', '.join(first)} {last} {end}" if first else end
