"""The functions of expressions, over the instance itself and related ones."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from rulesengine.diagnostics import did_you_mean
from rulesengine.expressions import tree
from rulesengine.expressions.names import no_fact, no_state, own, state_type, type_of_name
from rulesengine.expressions.scope import ProcessSymbols
from rulesengine.expressions.types import PERIOD, type_of
from rulesengine.expressions.vocabulary import FUNCTIONS
from rulesengine.timing import TimingError, parse_period

if TYPE_CHECKING:
    from rulesengine.expressions.check import Check


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
    return _MEANINGS[name](check, node, depth) if _plain(check, node) else None


def _plain(check: Check, node: ast.Call) -> bool:
    """Whether a call has plain arguments, and the right number of them."""
    assert isinstance(node.func, ast.Name)
    name, (form, fewest, most) = node.func.id, FUNCTIONS[node.func.id]
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
        return no_fact(check, argument, process, "was")
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


def latest(check: Check, call: ast.Call, node: ast.Attribute) -> tree.Node | None:
    """`latest(return).delivered_at`: a fact of a call's result, which only latest has."""
    if not (isinstance(call.func, ast.Name) and call.func.id == "latest"):
        return check.report("RE402", check.last(node), "Only latest(…) has facts", "Write latest(return).delivered_at.")
    if not _plain(check, call):
        return None
    process = _process(check, call.args[0])
    if process is None:
        return None
    if node.attr == "state":
        return check.leaf(node, tree.LatestState(process.name, state_type(process)))
    if node.attr in process.facts:
        return check.leaf(node, tree.Latest(process.name, node.attr, type_of(process.facts[node.attr])))
    return no_fact(check, node, process, "latest")


_MEANINGS: dict[str, Callable[[Check, ast.Call, int], tree.Node | None]] = {
    "count": _count,
    "all": _all,
    "open": _open,
    "latest": _latest_alone,
    "total": _total,
    "happened": _happened,
    "happened_at": _happened_at,
    "entered_at": _entered_at,
    "overdue": _overdue,
    "missed": _missed,
    "known": _known,
    "period": _period,
}
