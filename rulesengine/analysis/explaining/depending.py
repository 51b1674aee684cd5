"""Which parts of a pack depend on which: read from the built rules, and from the document where only a name tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from rulesengine.analysis.explaining.subjects import RULES, Subject, all_subjects, texts
from rulesengine.document import Node
from rulesengine.expressions import Expression, tree
from rulesengine.loading.naming import string
from rulesengine.pack import Pack
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.limit import Limit
from rulesengine.rules.transition import Transition

Rule = Transition | Deadline | Limit


class Dependent(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that depends on something, and in which way: `claim.cancel_sale`, `asks overdue(answer)`."""

    rule: str
    how: str


def dependents(pack: Pack, subject: Subject) -> tuple[Dependent, ...]:
    """The rules of a pack that depend on a part of it, in file order, each with all the ways in which it does."""
    return _listed((rule, how) for rule, how in _dependents(pack, subject) if rule != subject.name)


def on_event(pack: Pack, process: str, event: str) -> tuple[Dependent, ...]:
    """The rules of a pack that raise, await, limit or ask for an event."""
    return _listed(_on_event(pack, process, event))


def _listed(told: Iterable[tuple[str, str]]) -> tuple[Dependent, ...]:
    found: dict[str, dict[str, None]] = {}
    for rule, how in told:
        found.setdefault(rule, {})[how] = None
    return tuple(Dependent(rule=rule, how="; ".join(ways)) for rule, ways in found.items())


def _dependents(pack: Pack, subject: Subject) -> Iterator[tuple[str, str]]:
    match subject.kind:
        case "transition":
            yield from _on_event(pack, subject.process, string(subject.node, "event", subject.short))
        case "deadline":
            for rule, expression in _expressions(pack):
                if any(
                    process == subject.process and name == subject.short
                    for process, name, _ in _asked(rule, expression)
                ):
                    yield rule.rule, f"asks {expression.text}"
            for indicator in pack.indicators.values():
                if (indicator.process, indicator.deadline) == (subject.process, subject.short):
                    yield indicator.name, "measures it"
        case "state":
            yield from _on_state(pack, subject.process, subject.short)
        case "process":
            yield from _on_process(pack, subject.short)
        case "parameter" | "condition" | "fact" | "choice":
            yield from _by_name(pack, subject)


def _expressions(pack: Pack) -> Iterator[tuple[Rule, Expression]]:
    for process in pack.processes.values():
        for rule in process.rules:
            for expression in rule.expressions:
                yield rule, expression


def _asked(rule: Rule, expression: Expression) -> Iterator[tuple[str, str, str]]:
    """(process, deadline, kind) that an expression asks for."""
    own = rule.rule.partition(".")[0]
    for process, kind, name in expression.reads:
        if kind == "deadline":
            yield process or own, name, kind


def _on_event(pack: Pack, process: str, event: str) -> Iterator[tuple[str, str]]:
    for rule, expression in _expressions(pack):
        own = rule.rule.partition(".")[0]
        if any(kind == "event" and (of or own, name) == (process, event) for of, kind, name in expression.reads):
            yield rule.rule, f"asks {expression.text}"
    for name, found in pack.processes.items():
        for transition in found.transitions:
            if any((sent.process, sent.event) == (process, event) for sent in transition.raises):
                yield transition.rule, f"raises {process}.{event}"
        if name != process:
            continue
        for deadline in found.deadlines:
            if deadline.then == event:
                yield deadline.rule, f"{'then' if deadline.wait else 'otherwise'} {event} happens by itself"
            if event in deadline.met_by:
                yield deadline.rule, f"is met by {event}"
        for limit in found.limits:
            if limit.event == event:
                yield limit.rule, f"limits {event}"


def _on_state(pack: Pack, process: str, state: str) -> Iterator[tuple[str, str]]:
    for transition in pack.processes[process].transitions:
        if state in transition.states:
            yield transition.rule, "possible in it"
        if transition.to == state:
            yield transition.rule, "leads to it"
    for deadline in pack.processes[process].deadlines:
        if state in deadline.states:
            yield deadline.rule, "its clock runs in it"
    for rule, expression in _expressions(pack):
        if any(_names_state(rule, leaf, process, state) for leaf in tree.walk(expression.tree)):
            yield rule.rule, f"asks {expression.text}"


def _names_state(rule: Rule, node: tree.Node, process: str, state: str) -> bool:
    own = rule.rule.partition(".")[0]
    match node:
        case tree.Count(process=of, states=states):
            return (of or own) == process and state in states
        case tree.All(process=of, state=name) | tree.EnteredAt(process=of, state=name):
            return (of or own, name) == (process, state)
        case tree.Constant(value=value, type=type):
            return type.kind == "state" and (type.process or own) == process and value == state
        case tree.OneOf(item=item, values=values):
            return item.type.kind == "state" and (item.type.process or own) == process and state in values
    return False


def _on_process(pack: Pack, process: str) -> Iterator[tuple[str, str]]:
    for name, found in pack.processes.items():
        if name == process:
            continue
        for state in found.states.values():
            for suspension in state.suspends:
                if suspension.process == process:
                    yield f"{name}.{state.name}", "lets it stand still"
        for transition in found.transitions:
            for sent in transition.raises:
                if sent.process == process:
                    yield transition.rule, f"raises {sent.name}"
    for rule, expression in _expressions(pack):
        if rule.rule.partition(".")[0] != process and any(of == process for of, _, _ in expression.reads):
            yield rule.rule, f"asks {expression.text}"


def _by_name(pack: Pack, subject: Subject) -> Iterator[tuple[str, str]]:
    """Rules in whose text the name stands, and those in which a condition does that rests on it."""
    words = [subject.short] if subject.process or subject.kind != "fact" else [subject.name]
    conditions = [s for s in all_subjects(pack.document) if s.kind == "condition"]
    whole = list(all_subjects(pack.document))
    for word in words:
        spelled = _word([word])
        words += [s.short for s in conditions if s.short not in words and _sees(subject, s) and _says(s.node, spelled)]
    spelled = _word(words)
    for found in whole:
        if found.kind in RULES and _sees(subject, found) and _says(found.node, spelled):
            yield found.name, "uses it" if _says(found.node, _word(words[:1])) else "uses a condition that rests on it"
        elif found.kind == "fact" and subject.kind == "choice" and _says(found.node, spelled):
            yield found.name, "takes its values from it"
        elif found.kind == "indicator" and _says(found.node, spelled) and not subject.process:
            yield found.name, "uses it"


def _sees(subject: Subject, other: Subject) -> bool:
    """Whether a name means the same there: those of one process are seen by others behind the name of the process."""
    return subject.kind != "condition" or other.process == subject.process


def _says(node: Node, word: re.Pattern[str]) -> bool:
    return any(word.search(text) for text in texts(node))


def _word(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:\w+\.)?(?:{'|'.join(re.escape(name) for name in names)})\b")
