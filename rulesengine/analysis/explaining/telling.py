"""What a part of a pack says, in short sentences, and its values on one line."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.explaining.subjects import RULES, SILENT, Subject, at_path
from rulesengine.document import Node
from rulesengine.loading.merge import under_variant
from rulesengine.loading.naming import child
from rulesengine.pack import Pack
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.indicator import Indicator
from rulesengine.rules.transition import Transition
from rulesengine.vocabulary.saying import rule_of, sentences


def says_of(pack: Pack, subject: Subject) -> tuple[str, ...]:
    """What a part says: for a rule or state what `compare` says of it, and what that leaves out."""
    if subject.kind in RULES or subject.kind == "state":
        state = subject.kind == "state"
        told = list(told_of(pack, subject, state=state))
        rule = None if state else rule_of(pack.processes[subject.process], subject.short)
        return (*told, *_besides(rule, subject), *(_of_state(pack, subject) if state else ()))
    if subject.kind == "process":
        return tuple(_of_process(pack, subject))
    if subject.kind == "parameter":
        value = pack.parameters[subject.short].value
        per_variant = list(_per_variant(pack, subject.short))
        return ("no value: whoever runs the pack sets it" if value is None else value, *per_variant)
    if subject.kind == "indicator":
        return tuple(_of_indicator(pack.indicators[subject.short])) if subject.short in pack.indicators else ()
    return (shown(subject.node),)


def told_of(pack: Pack, subject: Subject, *, state: bool = False) -> tuple[str, ...]:
    """The sentences of a rule or state, with the pack's own words for actors."""
    return sentences(pack, subject.process, subject.short, lambda actor: actor, state=state)


def _besides(rule: object, subject: Subject) -> Iterator[str]:
    """What the short sentences leave out."""
    if isinstance(rule, Transition):
        if rule.otherwise:
            yield "only if none of its siblings fits"
        if rule.optional:
            yield f"may carry {', '.join(rule.optional)}"
        for name, expression in rule.sets:
            yield f"sets {name} to {expression.text}"
        optional = [sent.name for sent in rule.raises if sent.if_possible]
        if optional:
            yield f"brings, where it is possible, {', '.join(dict.fromkeys(optional))}"
        if rule.notifies:
            yield f"tells {', '.join(rule.notifies)}"
    if isinstance(rule, Deadline):
        for period in rule.remind:
            yield f"a reminder {period} before"


def _of_state(pack: Pack, subject: Subject) -> Iterator[str]:
    state = pack.processes[subject.process].states[subject.short]
    if state.final:
        yield "the end: nothing can happen in it"


def _of_process(pack: Pack, subject: Subject) -> Iterator[str]:
    process = pack.processes[subject.short]
    yield f"under {process.under}" if process.under else "opens a case"
    for state in process.states.values():
        mark = " (end)" if state.final else ""
        yield f"state {state.name}{mark}: {state.title}" if state.title else f"state {state.name}{mark}"
    for kind, rules in (
        ("transitions", process.transitions),
        ("deadlines", process.deadlines),
        ("limits", process.limits),
    ):
        if rules:
            yield f"{kind}: {', '.join(rule.rule.partition('.')[2] for rule in rules)}"


def _per_variant(pack: Pack, name: str) -> Iterator[str]:
    for variant in pack.variants:
        there = at_path(under_variant(pack.document, variant), ("parameters", name))
        here = at_path(pack.document, ("parameters", name))
        if there is not None and here is not None and there[0] is not here[0]:
            yield f"under {variant}: {shown(child(there[0], 'value'))}"


def _of_indicator(measured: Indicator) -> Iterator[str]:
    of = f"{measured.process}.{measured.deadline}" if measured.deadline else measured.process
    forms = {
        "share_met": f"the share of {of} that is met in time",
        "share_of": f"a share of the instances of {of}",
        "average_time": f"the average time in which {of} is done",
    }
    yield forms[measured.form]
    for word, guards in (("counted", measured.where), ("among those with", measured.among)):
        for guard in guards:
            yield f"{word} {'unless' if guard.negated else 'if'} {guard.expression.text}"
    if measured.window:
        yield f"in the last {measured.window}"
    for word, bounds in (("should be", measured.should_be), ("must be", measured.must_be)):
        if bounds:
            yield f"{word} {' and '.join(bound.words for bound in bounds)}"
    if measured.too_few_below:
        yield f"no figure with fewer than {measured.too_few_below}"


def shown(node: Node | None) -> str:
    """A value on one line, as it may be written."""
    if node is None or node.value is None:
        return "no value"
    if isinstance(node.value, list):
        return f"[{', '.join(shown(item) for item in node.value)}]"
    if isinstance(node.value, dict):
        said = {key: inner for key, inner in node.value.items() if key not in SILENT}
        if list(said) in (["type"], ["value"]):
            return shown(next(iter(said.values())))
        return ", ".join(f"{key}: {shown(inner)}" for key, inner in said.items())
    return str(node.value).lower() if isinstance(node.value, bool) else " ".join(str(node.value).split())
