"""Comparisons: chains, `in`, and bare words that stand for values beside a choice or a state."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from rulesengine.diagnostics import did_you_mean
from rulesengine.expressions import names, operators, tree
from rulesengine.expressions.types import Type

if TYPE_CHECKING:
    from rulesengine.expressions.check import Check

_COMPARES: dict[type[ast.cmpop], tree.Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def comparison(check: Check, node: ast.Compare, depth: int) -> tree.Node | None:
    """A comparison, chained or with `in`."""
    if any(isinstance(operator, ast.In | ast.NotIn) for operator in node.ops):
        return _membership(check, node, depth)
    operands = [node.left, *node.comparators]
    symbols = [_COMPARES.get(type(operator)) for operator in node.ops]
    if None in symbols:
        return check.report("RE402", node, "This cannot be used in an expression", "")
    ordered = [operator for operator in symbols if operator]
    items = _operands(check, operands, ordered, depth + 1)
    pairs: list[tree.Node] = []
    for index, operator in enumerate(ordered):
        left, right = items[index], items[index + 1]
        if left is None or right is None:
            continue
        spot = (operands[index], operands[index + 1])
        pair = operators.compare(check, spot, operator, left, right)
        if pair is not None:
            pairs.append(pair)
    if len(pairs) < len(ordered):
        return None
    return pairs[0] if len(pairs) == 1 else tree.And(tuple(pairs))


def _operands(
    check: Check, operands: list[ast.expr], ordered: list[tree.Operator], depth: int
) -> list[tree.Node | None]:
    """The sides of a comparison. A bare word beside a choice or a state is its value."""
    items: list[tree.Node | None] = [
        None if isinstance(operand, ast.Name) else check.value(operand, depth) for operand in operands
    ]
    types: list[Type | None] = []
    for item, operand in zip(items, operands, strict=True):
        known = names.type_of_name(check, operand.id) if isinstance(operand, ast.Name) else None
        types.append(item.type if item else known)
    for index, operand in enumerate(operands):
        if not isinstance(operand, ast.Name):
            continue
        if operand.id == "now":
            items[index] = _now(check, operand, operands, ordered, index)
            continue
        before = types[index - 1] if index else None
        after = types[index + 1] if index + 1 < len(operands) else None
        own = types[index]
        near = [type for type in (before, None if own and own.words else after) if type and type.words]
        fitting = next((type for type in near if operand.id in type.choices), None)
        if fitting is not None:
            items[index] = tree.Constant(operand.id, fitting)
            types[index] = fitting
        elif own is None and near:
            items[index] = unknown_word(check, operand, near[0])
        elif own is None and _faulty(check, operands, items, types, index):
            # it may well be a value of the other side, whose own fault is reported
            continue
        else:
            text = next((type for type in (before, after) if type and type.kind in ("text", "list")), None)
            hint = f'Text is written in quotes: "{operand.id}".' if own is None and text else ""
            items[index] = check.value(operand, depth, hint)
    return items


def _faulty(
    check: Check, operands: list[ast.expr], items: list[tree.Node | None], types: list[Type | None], index: int
) -> bool:
    """Whether a neighbour of a bare word has a fault that is reported already."""
    if index and items[index - 1] is None and types[index - 1] is None:
        return True
    after = index + 1
    return after < len(operands) and not isinstance(operands[after], ast.Name) and items[after] is None


def unknown_word(check: Check, node: ast.Name, type: Type) -> tree.Node | None:
    """Report a bare word that is no value of the type it is compared with."""
    if type.kind == "state":
        return check.report("RE301", node, *names.no_state(node.id, type.process, type.choices))
    return check.report("RE309", node, f"'{node.id}' is none of the choices", did_you_mean(node.id, type.choices))


def _now(
    check: Check, node: ast.Name, operands: list[ast.expr], ordered: list[tree.Operator], index: int
) -> tree.Node | None:
    if not check.scope.now_allowed:
        help = "Here a value must not change by time alone; name a moment of the case."
        return check.report("RE406", node, "now may not be used here", help)
    beside = ordered[max(index - 1, 0) : index + 1]
    neighbours = operands[max(index - 1, 0) : index] + operands[index + 1 : index + 2]
    if any(operator in ("==", "!=") for operator in beside):
        help = "Write <, <=, > or >=."
        return check.report("RE406", node, "now is compared by order only", help)
    if any(isinstance(other, ast.Name) and other.id == "now" for other in neighbours):
        return check.report("RE406", node, "now is compared with itself", "Name a moment on the other side.")
    return check.leaf(node, tree.Now())


def _membership(check: Check, node: ast.Compare, depth: int) -> tree.Node | None:
    if len(node.ops) > 1:
        return check.report("RE402", node, "in cannot be chained", "Join the comparisons with and.")
    negated = isinstance(node.ops[0], ast.NotIn)
    held = node.comparators[0]
    if isinstance(held, ast.Tuple):
        return check.report("RE402", held, "A list is written in [ ]", f"Write [{check.text(held).strip('()')}].")
    if isinstance(held, ast.List):
        item = check.value(node.left, depth + 1)
        return _one_of(check, node, item, held, negated)
    collection = check.value(held, depth + 1)
    if collection is None:
        return None
    if isinstance(node.left, ast.Name) and node.left.id in collection.type.choices:
        item = tree.Constant(node.left.id, collection.type)
        return tree.Holds(item, collection, negated) if collection.type.kind == "list" else None
    item = check.value(node.left, depth + 1)
    if item is None:
        return None
    if collection.type.kind != "list":
        message = f"'{check.text(held)}' is {collection.type.in_words}, not a list"
        help = f"Write {check.text(node.left)} == {check.text(held)}, or a list in [ ]."
        return check.report("RE404", held, message, help)
    if item.type.kind not in ("text", "choice"):
        message = f"The list '{check.text(held)}' holds text, not {item.type.in_words}"
        return check.report("RE404", node.left, message, "Look for text in it.")
    words = collection.type.choices
    if words and isinstance(item, tree.Constant) and item.value not in words:
        return check.report(
            "RE309", node.left, f"'{item.value}' is none of the choices", did_you_mean(item.value, words)
        )
    return tree.Holds(item, collection, negated)


def _one_of(check: Check, node: ast.Compare, item: tree.Node | None, held: ast.List, negated: bool) -> tree.Node | None:
    if not held.elts:
        return check.report("RE404", held, "The list is empty", "Nothing is ever in an empty list.")
    values: list[Any] = []
    for element in held.elts:
        check.nodes += 1
        constant = _element(check, element, item)
        if constant is None or item is None:
            continue
        pair = operators.compare(check, (node.left, element), "==", item, constant)
        if isinstance(pair, tree.Compare) and isinstance(pair.right, tree.Constant | tree.Parameter):
            values.append(pair.right.value)
    if item is None or len(values) < len(held.elts):
        return None
    return tree.OneOf(item, tuple(dict.fromkeys(values)), negated)


def _element(check: Check, element: ast.expr, item: tree.Node | None) -> tree.Node | None:
    if isinstance(element, ast.Name):
        if item is not None and item.type.words:
            if element.id in item.type.choices:
                return tree.Constant(element.id, item.type)
            if names.type_of_name(check, element.id) is None:
                return unknown_word(check, element, item.type)
        elif item is None and names.type_of_name(check, element.id) is None:
            return None
    hint = ""
    if isinstance(element, ast.Name) and item is not None and item.type.kind == "text":
        hint = f'Text is written in quotes: "{element.id}".'
    constant = check.value(element, 2, hint)
    if constant is None or isinstance(constant, tree.Constant | tree.Parameter):
        return constant
    help = "Compare with each in turn, joined by or."
    return check.report("RE402", element, "A list holds fixed values", help)
