"""What names and functions of an expression mean: facts, states, context, conditions, parameters."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from rulesengine.diagnostics import did_you_mean
from rulesengine.expressions import reading, tree
from rulesengine.expressions.scope import ProcessSymbols
from rulesengine.expressions.types import BOOLEAN, PERIOD, Type, type_of
from rulesengine.timing import TimingError, parse_period

if TYPE_CHECKING:
    from rulesengine.expressions.check import Check

RESERVED = frozenset({"now", "state", "was", "true", "false"}) | reading.WORDS


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
            return check.condition(node, here, depth)
    if name in symbols.parameters:
        parameter = symbols.parameters[name]
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
        return f"It is a function: write {FUNCTIONS[name][1]}."
    if name in symbols.processes:
        if name in symbols.ancestors(check.scope.process):
            return f"Name a fact of it, such as {name}.state."
        return f"Ask for its instances with count({name}), open({name}) or latest({name}).state."
    return did_you_mean(name, visible(check))


def dotted(check: Check, node: ast.Attribute) -> tree.Node | None:
    """A dotted name: a fact or the state of an ancestor, of the latest instance, of the context, or `was`."""
    base = node.value
    if isinstance(base, ast.Call):
        return _latest(check, base, node)
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
        return _no_fact(check, node, here, "was")
    if here is not None and name == here.name:
        if node.attr == "state":
            return check.leaf(node, tree.State(state_type(here)))
        if node.attr in here.facts:
            return check.leaf(node, tree.Fact(node.attr, type_of(here.facts[node.attr])))
        return _no_fact(check, node, here, name)
    ancestors = symbols.ancestors(check.scope.process)
    if name in ancestors:
        above = symbols.processes[name]
        if node.attr == "state":
            return check.leaf(node, tree.AncestorState(name, state_type(above)))
        if node.attr in above.facts:
            return check.leaf(node, tree.AncestorFact(name, node.attr, type_of(above.facts[node.attr])))
        return _no_fact(check, node, above, name)
    if name in symbols.context:
        facts = symbols.context[name]
        if node.attr in facts:
            return check.leaf(node, tree.Context(name, node.attr, type_of(facts[node.attr])))
        help = did_you_mean(node.attr, facts)
        return check.report("RE305", check.last(node), f"The context '{name}' has no fact '{node.attr}'", help)
    if name in symbols.processes:
        message = f"There may be several instances of '{name}' here, or none"
        return check.report("RE313", base, message, f"Write latest({name}).{node.attr} for the latest one.")
    known = [*ancestors, *symbols.context, *([here.name, "was"] if here else [])]
    return check.report("RE313", base, f"'{name}' is not a name here", did_you_mean(name, known))


def _no_fact(check: Check, node: ast.Attribute, process: ProcessSymbols, label: str) -> tree.Node | None:
    known = [*process.facts, "state"] if label != "was" else list(process.facts)
    if node.attr in process.conditions:
        help = "A condition is seen from its own process only, by its bare name; ask for the facts it tests."
    else:
        help = did_you_mean(node.attr, known)
    return check.report("RE305", check.last(node), f"The process '{process.name}' has no fact '{node.attr}'", help)


def _latest(check: Check, call: ast.Call, node: ast.Attribute) -> tree.Node | None:
    if not (isinstance(call.func, ast.Name) and call.func.id == "latest"):
        return check.report("RE402", check.last(node), "Only latest(…) has facts", "Write latest(return).delivered_at.")
    if not _plain(check, call, 1, 1):
        return None
    process = _process(check, call.args[0])
    if process is None:
        return None
    if node.attr == "state":
        return check.leaf(node, tree.LatestState(process.name, state_type(process)))
    if node.attr in process.facts:
        return check.leaf(node, tree.Latest(process.name, node.attr, type_of(process.facts[node.attr])))
    return _no_fact(check, node, process, "latest")


def call(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    """A function call."""
    if not isinstance(node.func, ast.Name):
        if isinstance(node.func, ast.Attribute):
            help = f"Functions are {', '.join(FUNCTIONS)}."
            return check.report("RE402", check.last(node.func), f"'{node.func.attr}' cannot be called", help)
        return check.report("RE402", node.func, "Only functions by name can be called", "")
    name = node.func.id
    if name not in FUNCTIONS:
        if name == "now":
            return check.report("RE402", node, "now is not called", "Write now without brackets.")
        if type_of_name(check, name) is not None:
            return check.report("RE317", node.func, f"'{name}' is not a function", "Write it without brackets.")
        return check.report("RE317", node.func, f"There is no function '{name}'", did_you_mean(name, FUNCTIONS))
    function, _, fewest, most = FUNCTIONS[name]
    if not _plain(check, node, fewest, most):
        return None
    return function(check, node, depth)


def _plain(check: Check, node: ast.Call, fewest: int, most: int) -> bool:
    """Whether a call has plain arguments, and the right number of them."""
    assert isinstance(node.func, ast.Name)
    name, form = node.func.id, FUNCTIONS[node.func.id][1]
    if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        check.report("RE402", node, f"{name}(…) takes plain values", f"Write {form}.")
        return False
    if not fewest <= len(node.args) <= most:
        takes = str(fewest) if fewest == most else f"{fewest} or more"
        plural = "" if takes == "1" else "s"
        check.report("RE402", node, f"{name}(…) takes {takes} value{plural}, not {len(node.args)}", f"Write {form}.")
        return False
    return True


def _process(check: Check, node: ast.expr) -> ProcessSymbols | None:
    processes = check.scope.symbols.processes
    if not isinstance(node, ast.Name):
        check.report("RE402", node, "Here stands the name of a process", did_you_mean("", processes))
        return None
    found = processes.get(node.id)
    if found is None:
        check.report("RE303", node, f"There is no process '{node.id}'", did_you_mean(node.id, processes))
    return found


def _state(check: Check, node: ast.expr, process: ProcessSymbols) -> str | None:
    if isinstance(node, ast.Name) and node.id in process.states:
        return node.id
    if not isinstance(node, ast.Name):
        return check.report("RE402", node, f"Here stands a state of '{process.name}'", did_you_mean("", process.states))
    return check.report("RE301", node, *no_state(node.id, process.name, process.states))


def no_state(word: str, process: str, states: Iterable[str]) -> tuple[str, str]:
    """Message and help for a state that does not exist."""
    if word == "new":
        return "No instance is ever in 'new'", "It only stands in from:, for an event that creates an instance."
    return f"The process '{process}' has no state '{word}'", did_you_mean(word, states)


def _member(
    check: Check, node: ast.expr, code: str, what: str, members: Callable[[ProcessSymbols], tuple[str, ...]]
) -> tuple[str, str] | None:
    """`ship` of the instance itself, or `item.ship` of the related instances: (process or "", name)."""
    if isinstance(node, ast.Name):
        here = own(check)
        known = members(here) if here else ()
        if node.id in known:
            return "", node.id
        others = [p.name for p in check.scope.symbols.processes.values() if node.id in members(p)]
        help = f"Did you mean '{others[0]}.{node.id}'?" if others else did_you_mean(node.id, known)
        where = f"The process '{here.name}' has" if here else "There is"
        return check.report(code, node, f"{where} no {what} '{node.id}'", help)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        process = _process(check, node.value)
        if process is None:
            return None
        if node.attr in members(process):
            return process.name, node.attr
        if what == "state":
            return check.report(code, check.last(node), *no_state(node.attr, process.name, process.states))
        message = f"The process '{process.name}' has no {what} '{node.attr}'"
        return check.report(code, check.last(node), message, did_you_mean(node.attr, members(process)))
    return check.report("RE402", node, f"Here stands the name of a{'n' if what[0] in 'aeiou' else ''} {what}", "")


def _count(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    process = _process(check, node.args[0])
    if process is None:
        return None
    states = [_state(check, argument, process) for argument in node.args[1:]]
    if None in states:
        return None
    return check.leaf(node, tree.Count(process.name, tuple(dict.fromkeys(s for s in states if s))))


def _all(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    process = _process(check, node.args[0])
    state = process and _state(check, node.args[1], process)
    return check.leaf(node, tree.All(process.name, state)) if process and state else None


def _open(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    process = _process(check, node.args[0])
    return check.leaf(node, tree.Open(process.name, process.final)) if process else None


def _latest_alone(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    process = _process(check, node.args[0])
    if process is None:
        return None
    return check.report(
        "RE402", node, "latest(…) is an instance, not a value", f"Name a fact: latest({process.name}).state."
    )


def _total(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    argument = node.args[0]
    if not (isinstance(argument, ast.Attribute) and isinstance(argument.value, ast.Name)):
        help = "Write process and fact: total(refund.amount)."
        return check.report("RE402", argument, "Here stands a fact of a process", help)
    process = _process(check, argument.value)
    if process is None:
        return None
    fact = process.facts.get(argument.attr)
    if fact is None:
        return _no_fact(check, argument, process, "was")
    if fact.kind not in ("money", "number", "integer"):
        message = f"'{argument.attr}' is {type_of(fact).in_words}, which has no total"
        return check.report("RE404", check.last(argument), message, "Totals are of money or numbers.")
    return check.leaf(node, tree.Total(process.name, argument.attr, type_of(fact)))


def _happened(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    found = _member(check, node.args[0], "RE302", "event", lambda p: p.events)
    return check.leaf(node, tree.Happened(*found)) if found else None


def _happened_at(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    found = _member(check, node.args[0], "RE302", "event", lambda p: p.events)
    return check.leaf(node, tree.HappenedAt(*found)) if found else None


def _entered_at(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    found = _member(check, node.args[0], "RE301", "state", lambda p: p.states)
    return check.leaf(node, tree.EnteredAt(*found)) if found else None


def _overdue(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    found = _member(check, node.args[0], "RE308", "deadline", lambda p: p.deadlines)
    return check.leaf(node, tree.Overdue(*found)) if found else None


def _missed(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    found = _member(check, node.args[0], "RE308", "deadline", lambda p: p.deadlines)
    return check.leaf(node, tree.Missed(*found)) if found else None


def _known(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    argument = node.args[0]
    item = check.value(argument, depth + 1)
    if item is None:
        return None
    if not tree.is_leaf(item):
        return check.report("RE402", argument, "known(…) asks for one fact", "Write known(price).")
    return tree.Known(item)


def _period(check: Check, node: ast.Call, depth: int) -> tree.Node | None:
    argument = node.args[0]
    if not (isinstance(argument, ast.Constant) and check.source.token(argument).kind == "text"):
        return check.report("RE402", argument, "period(…) takes text", 'Write period("48 hours").')
    text = check.source.token(argument).text
    try:
        return tree.Constant(parse_period(text), PERIOD)
    except TimingError as error:
        return check.report("RE405", argument, error.message.rstrip("."), error.help)


Function = Callable[["Check", ast.Call, int], tree.Node | None]

#: name -> (meaning, how it is written, fewest and most arguments)
FUNCTIONS: dict[str, tuple[Function, str, int, int]] = {
    "count": (_count, "count(claim) or count(line, shipped)", 1, 50),
    "all": (_all, "all(line, shipped)", 2, 2),
    "open": (_open, "open(claim)", 1, 1),
    "latest": (_latest_alone, "latest(return).delivered_at", 1, 1),
    "total": (_total, "total(refund.amount)", 1, 1),
    "happened": (_happened, "happened(ship)", 1, 1),
    "happened_at": (_happened_at, "happened_at(ship)", 1, 1),
    "entered_at": (_entered_at, "entered_at(shipped)", 1, 1),
    "overdue": (_overdue, "overdue(answer)", 1, 1),
    "missed": (_missed, "missed(answer)", 1, 1),
    "known": (_known, "known(price)", 1, 1),
    "period": (_period, 'period("48 hours")', 1, 1),
}
