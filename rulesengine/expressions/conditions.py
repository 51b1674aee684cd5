"""Conditions: named expressions, filled in where their names stand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import msgspec

from rulesengine.expressions import operators, reading, tree
from rulesengine.expressions.scope import Place, ProcessSymbols
from rulesengine.expressions.types import BOOLEAN

if TYPE_CHECKING:
    from rulesengine.expressions.check import Check

#: Nodes of one expression, with its conditions filled in.
NODES = 1_000


class Filled(msgspec.Struct, frozen=True):
    """A condition's tree, how many levels it has, and how many nodes."""

    item: tree.Node
    levels: int
    nodes: int


class Conditions(msgspec.Struct):
    """The conditions met while one expression is checked: each is read once."""

    #: by name; None where it has faults of its own
    read: dict[str, Filled | None] = msgspec.field(default_factory=dict)
    #: by name: a level at which the condition would reach too deep, and so at every level below it
    too_deep: dict[str, int] = msgspec.field(default_factory=dict)
    #: those that are being read, outermost first
    stack: list[str] = msgspec.field(default_factory=list)


def fill_in(check: Check, node: ast.Name, process: ProcessSymbols, depth: int) -> tree.Node | None:
    """A condition's expression in place of its name."""
    known, name = check.conditions, node.id
    if name in known.stack:
        circle = " → ".join([*known.stack[known.stack.index(name) :], name])
        help = f"The circle is {circle}."
        return check.report("RE408", node, f"The condition '{name}' refers to itself", help)
    level = check.depth + depth - 1
    if level >= known.too_deep.get(name, reading.LEVELS):
        return _too_deep(check, node, level)
    if name not in known.read:
        text, place = process.conditions[name]
        entry = _read_condition(check, name, text, place, level)
        if entry is None and check.too_deep:
            return _too_deep(check, node, level)
        known.read[name] = entry
    found = known.read[name]
    if found is None:
        return None
    if level + found.levels > reading.LEVELS:
        return _too_deep(check, node, level)
    check.nodes += found.nodes
    if check.nodes > NODES:
        message = f"With its conditions filled in, the expression has more than {NODES:,} parts"
        return check.report("RE403", node, message, "Use each condition fewer times.")
    for leaf in tree.walk(found.item):
        if isinstance(leaf, tree.Now) and not check.scope.now_allowed:
            help = "Here a value must not change by time alone; name a moment of the case."
            return check.report("RE406", node, f"The condition '{name}' uses now, which may not be used here", help)
    return found.item


def _too_deep(check: Check, node: ast.Name, level: int) -> tree.Node | None:
    known = check.conditions.too_deep
    known[node.id] = min(level, known.get(node.id, level))
    check.too_deep = True
    if check.depth:
        return None
    message = f"With its conditions filled in, the expression is more than {reading.LEVELS} levels deep"
    return check.report("RE403", node, message, "Let fewer conditions build on each other.")


def _read_condition(check: Check, name: str, text: str, place: Place, level: int) -> Filled | None:
    source = check.findings.read(text, place)
    if source is None:
        return None
    inner = check.inner(source, place, level)
    check.conditions.stack.append(name)
    try:
        item = inner.value(source.tree)
    finally:
        check.conditions.stack.pop()
    check.too_deep = check.too_deep or inner.too_deep
    item = None if item is None else operators.fit(inner, source.tree, item, BOOLEAN)
    if item is None:
        return None
    for leaf, label in inner.labels.items():
        check.labels.setdefault(leaf, label)
    return Filled(item, tree.levels(item), inner.nodes)
