"""Closures of comparisons. Unknown is None.

A closure asks for little: comparing a fact with a constant is one call, and a factor such as `price * 0.5` is moved
to the other side (`2 * discount <= price`), so that fractions are made only where they are needed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from rulesengine.expressions import tree
from rulesengine.expressions.scope import Env, Evaluate
from rulesengine.money import Exact

Comparison = Callable[[Any, Any], bool]
Compile = Callable[[tree.Node], Evaluate]

_OPERATORS: dict[str, Comparison] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compile_compare(node: tree.Compare, compile: Compile, plain: bool) -> Evaluate:
    """The closure of a comparison. `compile` gives those of its sides; `plain`: leaves are read as they are."""
    for now, other, symbol in (
        (node.left, node.right, node.operator),
        (node.right, node.left, _MIRRORED[node.operator]),
    ):
        if isinstance(now, tree.Now) and plain:
            return _compare_now(symbol, compile(other))
    if node.left.type.ranked and node.operator not in ("==", "!="):
        return _compare_ranks(node, compile)
    compare = _OPERATORS[node.operator]
    left, right = node.left, node.right
    if left.type.numeric or left.type.kind == "money":
        left, left_factor = _unscaled(left)
        right, right_factor = _unscaled(right)
        if left_factor != 1 or right_factor != 1:
            factors = (left_factor, right_factor)
            return _compare_scaled(compare, left, right, factors, compile)
    if isinstance(left, tree.Constant | tree.Parameter) and not isinstance(right, tree.Constant | tree.Parameter):
        left, right = right, left
        compare = _OPERATORS[_MIRRORED[node.operator]]
    if isinstance(right, tree.Constant | tree.Parameter):
        return _compare_constant(left, compare, right.value, compile, plain)
    return _compare_any(compile(left), compare, compile(right))


def _compare_any(left: Evaluate, compare: Comparison, right: Evaluate) -> Evaluate:
    def run(env: Env) -> bool | None:
        one = left(env)
        if one is None:
            return None
        two = right(env)
        return None if two is None else compare(one, two)

    return run


def _compare_constant(left: tree.Node, compare: Comparison, constant: Any, compile: Compile, plain: bool) -> Evaluate:
    if plain and isinstance(left, tree.Fact):
        name = left.name

        def run_fact(env: Env) -> bool | None:
            value = env.facts.get(name)
            return None if value is None else compare(value, constant)

        return run_fact
    if plain and isinstance(left, tree.AncestorState):
        process = left.process

        def run_state(env: Env) -> bool | None:
            view = env.ancestor(process)
            return None if view is None else compare(view.state, constant)

        return run_state
    item = compile(left)

    def run(env: Env) -> bool | None:
        value = item(env)
        return None if value is None else compare(value, constant)

    return run


def _compare_ranks(node: tree.Compare, compile: Compile) -> Evaluate:
    """By rank; a value that has none is compared with nothing, so that the outcome is unknown."""
    compare = _OPERATORS[node.operator]
    rank = {word: index for index, word in enumerate(node.left.type.ranked)}.get
    left, right = compile(node.left), compile(node.right)

    def run(env: Env) -> bool | None:
        one, two = rank(left(env)), rank(right(env))
        return None if one is None or two is None else compare(one, two)

    return run


def _compare_now(symbol: str, other: Evaluate) -> Evaluate:
    """`now symbol other`; before it changes, the env is told through which moment the outcome holds."""
    compare = _OPERATORS[symbol]
    #: how far beyond the other side the outcome before the change holds
    beyond = 0 if symbol in (">", "<=") else -1
    before = symbol in ("<", "<=")

    def run(env: Env) -> bool | None:
        moment = other(env)
        if moment is None:
            return None
        outcome = compare(env.now, moment)
        if outcome is before:
            env.holds_until(moment + beyond)
        return outcome

    return run


def _unscaled(node: tree.Node) -> tuple[tree.Node, Exact]:
    """A node without its constant factor, and the factor."""
    match node:
        case tree.Constant(value=value, type=type) if isinstance(value, Fraction):
            return tree.Constant(value.numerator, type), Fraction(1, value.denominator)
        case tree.Parameter(value=value, type=type) if isinstance(value, Fraction):
            return tree.Constant(value.numerator, type), Fraction(1, value.denominator)
        case tree.Arithmetic(operator="*", left=item, right=tree.Constant(value=factor) | tree.Parameter(value=factor)):
            return item, factor
        case tree.Arithmetic(operator="*", left=tree.Constant(value=factor) | tree.Parameter(value=factor), right=item):
            return item, factor
        case tree.Arithmetic(operator="/", left=item, right=tree.Constant(value=factor) | tree.Parameter(value=factor)):
            return item, Fraction(1) / factor
    return node, 1


def _compare_scaled(
    compare: Comparison,
    left: tree.Node,
    right: tree.Node,
    factors: tuple[Exact, Exact],
    compile: Compile,
) -> Evaluate:
    """`left * a < right * b` with whole a and b. Both are multiplied by the denominators, which are above zero."""
    left_factor, right_factor = factors
    one, two = compile(left), compile(right)
    a = left_factor.numerator * right_factor.denominator
    b = right_factor.numerator * left_factor.denominator
    if isinstance(right, tree.Constant):
        return _compare_multiple(one, a, compare, right.value * b)

    def run(env: Env) -> bool | None:
        x = one(env)
        if x is None:
            return None
        y = two(env)
        return None if y is None else compare(x * a, y * b)

    return run


def _compare_multiple(item: Evaluate, factor: int, compare: Comparison, constant: Any) -> Evaluate:
    def run(env: Env) -> bool | None:
        value = item(env)
        return None if value is None else compare(value * factor, constant)

    return run
