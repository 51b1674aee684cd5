"""What names in an expression mean: facts, states, context, conditions, parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rulesengine.diagnostics import did_you_mean
from rulesengine.expressions import conditions, tree
from rulesengine.expressions.scope import ProcessSymbols
from rulesengine.expressions.types import BOOLEAN, Type, type_of
from rulesengine.expressions.vocabulary import FUNCTIONS

if TYPE_CHECKING:
    from rulesengine.expressions.check import Check


def own(check: Check) -> ProcessSymbols | None:
    """The process the expression stands in."""
    return check.scope.symbols.processes.get(check.scope.process or "")


def state_type(process: ProcessSymbols) -> Type:
    """The type of a process's state."""
    return Type("state", choices=process.states, process=process.name)


def visible(check: Check) -> list[str]:
    """The bare names that mean something here."""
    here = own(check)
    names = [*here.facts, *here.conditions] if here else []
    return [*names, *check.scope.symbols.parameters, *(["state"] if here else []), "now", "true", "false"]


def type_of_name(check: Check, name: str) -> Type | None:
    """The type a bare name has if it is a fact, condition or parameter; nothing is reported."""
    here = own(check)
    if name in ("true", "false"):
        return BOOLEAN
    if here is not None:
        if name == "state":
            return state_type(here)
        if name in here.facts:
            return type_of(here.facts[name])
        if name in here.conditions:
            return BOOLEAN
    parameter = check.scope.symbols.parameters.get(name)
    return parameter.type if parameter else None


def bare(check: Check, node: ast.Name, depth: int, hint: str = "") -> tree.Node | None:
    """A bare name: own fact, condition, parameter. None, and a finding, for anything else."""
    name = node.id
    here = own(check)
    symbols = check.scope.symbols
    if name in ("true", "false"):
        return tree.Constant(name == "true", BOOLEAN)
    if name == "now":
        help = 'Write it as one side of <, <=, > or >=: now > shipped_at + period("3 days").'
        return check.report("RE406", node, "now stands alone on one side of a comparison by order", help)
    if here is not None:
        if name == "state":
            return check.leaf(node, tree.State(state_type(here)))
        if name in here.facts:
            return check.leaf(node, tree.Fact(name, type_of(here.facts[name])))
        if name in here.conditions:
            return conditions.fill_in(check, node, here, depth)
    if name in symbols.parameters:
        parameter = symbols.parameters[name]
        if parameter.faulty:
            return None
        if parameter.value is None:
            help = "Give it a value, or take one of its readings."
            return check.report("RE514", node, f"The parameter '{name}' has no value", help)
        return check.leaf(node, tree.Parameter(name, parameter.value, parameter.type))
    return check.report("RE313", node, f"'{name}' is not a name here", hint or _unknown_help(check, name))


def _unknown_help(check: Check, name: str) -> str:
    symbols = check.scope.symbols
    elsewhere = [p for p in symbols.ancestors(check.scope.process) if name in symbols.processes[p].facts]
    elsewhere += [context for context, facts in symbols.context.items() if name in facts]
    if elsewhere:
        return f"Did you mean '{elsewhere[0]}.{name}'?"
    if name in FUNCTIONS:
        return f"It is a function: write {FUNCTIONS[name].form}."
    if name in symbols.processes:
        if name in symbols.ancestors(check.scope.process):
            return f"Name a fact of it, such as {name}.state."
        return f"Ask for its instances with count({name}), open({name}) or latest({name}).state."
    return did_you_mean(name, visible(check))


def dotted(check: Check, node: ast.Attribute) -> tree.Node | None:
    """A dotted name: a fact or the state of an ancestor, of the latest instance, of the context, or `was`."""
    base = node.value
    if isinstance(base, ast.Attribute):
        help = f"Name it directly: {base.attr}.{node.attr}."
        return check.report("RE402", node, "A name has one dot at most", help)
    if not isinstance(base, ast.Name):
        return check.report("RE402", node, "Only names have facts", "Name the process or the context before the dot.")
    symbols = check.scope.symbols
    here = own(check)
    name = base.id
    if here is not None and name == "was":
        if node.attr in here.facts:
            return check.leaf(node, tree.Stored(node.attr, type_of(here.facts[node.attr])))
        return no_fact(check, node, here, "was")
    if here is not None and name == here.name:
        if node.attr == "state":
            return check.leaf(node, tree.State(state_type(here)))
        if node.attr in here.facts:
            return check.leaf(node, tree.Fact(node.attr, type_of(here.facts[node.attr])))
        return no_fact(check, node, here, name)
    ancestors = symbols.ancestors(check.scope.process)
    if name in ancestors:
        above = symbols.processes[name]
        if node.attr == "state":
            return check.leaf(node, tree.AncestorState(name, state_type(above)))
        if node.attr in above.facts:
            return check.leaf(node, tree.AncestorFact(name, node.attr, type_of(above.facts[node.attr])))
        return no_fact(check, node, above, name)
    if name in symbols.context:
        facts = symbols.context[name]
        if node.attr in facts:
            return check.leaf(node, tree.Context(name, node.attr, type_of(facts[node.attr])))
        help = did_you_mean(node.attr, facts)
        return check.report("RE305", check.last(node), f"The context '{name}' has no fact '{node.attr}'", help)
    if type_of_name(check, name) is None and symbols.adrift(check.scope.process):
        # it may well be the process that `under` was to name, which is reported
        return None
    if name in symbols.processes:
        message = f"There may be several instances of '{name}' here, or none"
        return check.report("RE313", base, message, f"Write latest({name}).{node.attr} for the latest one.")
    fact = type_of_name(check, name)
    if fact is not None:
        return check.report("RE402", base, f"'{name}' is {fact.in_words}, which has no facts of its own", "")
    known = [*ancestors, *symbols.context, *([here.name, "was"] if here else [])]
    return check.report("RE313", base, f"'{name}' is not a name here", did_you_mean(name, known))


def no_fact(check: Check, node: ast.Attribute, process: ProcessSymbols, label: str) -> tree.Node | None:
    """Report that a process has no such fact; `label` is what stands before the dot."""
    known = [*process.facts, "state"] if label != "was" else list(process.facts)
    if node.attr in process.conditions:
        help = "A condition is seen from its own process only, by its bare name; ask for the facts it tests."
    else:
        help = did_you_mean(node.attr, known)
    return check.report("RE305", check.last(node), f"The process '{process.name}' has no fact '{node.attr}'", help)


def no_state(word: str, process: str, states: Iterable[str]) -> tuple[str, str]:
    """Message and help for a state that does not exist."""
    if word == "new":
        return "No instance is ever in 'new'", "It only stands in from:, for an event that creates an instance."
    return f"The process '{process}' has no state '{word}'", did_you_mean(word, states)
