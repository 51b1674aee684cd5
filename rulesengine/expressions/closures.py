"""Typed trees to closures, with strong three-valued logic. Unknown is None throughout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rulesengine.expressions import tree
from rulesengine.expressions.calculating import compile_arithmetic, compile_negate, compile_shift, compile_sum
from rulesengine.expressions.comparing import compile_compare
from rulesengine.expressions.leaves import compile_leaf
from rulesengine.expressions.scope import Env, Evaluate

if TYPE_CHECKING:
    from rulesengine.timing import Calendar

#: Gives a leaf another way to be read; None leaves it as it is.
Override = Callable[[tree.Node], Evaluate | None]


def compile_tree(node: tree.Node, override: Override | None = None) -> Evaluate:
    """The closure that evaluates a tree. `override` replaces leaves, for evaluation under assumed values."""
    if tree.is_leaf(node):
        replaced = override(node) if override is not None else None
        return replaced or compile_leaf(node)

    def compile(part: tree.Node) -> Evaluate:
        return compile_tree(part, override)

    match node:
        case tree.Constant(value=value) | tree.Parameter(value=value):
            return lambda env: value
        case tree.And(items=items):
            return _and([compile(item) for item in items])
        case tree.Or(items=items):
            return _or([compile(item) for item in items])
        case tree.Not(item=item):
            return _not(compile(item))
        case tree.Known(item=item):
            known = compile(item)
            return lambda env: known(env) is not None
        case tree.Compare():
            return compile_compare(node, compile, override is None)
        case tree.OneOf(item=item, values=values, negated=negated):
            return _one_of(compile(item), frozenset(values), negated)
        case tree.Holds(item=item, list=held, negated=negated):
            return _holds(compile(item), compile(held), negated)
        case tree.Negate(item=item):
            return compile_negate(compile(item))
        case tree.Arithmetic(operator=symbol, left=left, right=right):
            return compile_arithmetic(symbol, compile(left), compile(right))
        case tree.Elapsed(later=later, earlier=earlier):
            return compile_sum(compile(later), compile(earlier), -1)
        case tree.Shift(moment=moment):
            return compile_shift(node, compile(moment))
    raise TypeError(f"{type(node).__name__} is no node of an expression")  # pragma: no cover


class _Given:
    """An `Env` of assumed values: leaves are looked up, and only the calendar is read besides."""

    __slots__ = ("calendar", "values")

    def __init__(self, values: Mapping[tree.Node, Any], calendar: Calendar | None) -> None:
        self.values = values
        self.calendar = calendar


def compile_given(node: tree.Node, calendar: Calendar | None = None) -> Callable[[Mapping[tree.Node, Any]], Any]:
    """Evaluate a tree under assumed values of its leaves, through the closures of every evaluation.

    A leaf that is absent, or None, is unknown. Periods need the calendar; without one only hours and minutes move a
    moment, and the result of any other is unknown.
    """

    def assumed(leaf: tree.Node) -> Evaluate:
        return lambda env: env.values.get(leaf)  # type: ignore[attr-defined]

    run: Callable[[Any], Any] = compile_tree(node, assumed)
    return lambda values: run(_Given(values, calendar))


def _not(item: Evaluate) -> Evaluate:
    def run(env: Env) -> bool | None:
        value = item(env)
        return None if value is None else not value

    return run


def _and(items: list[Evaluate]) -> Evaluate:
    if len(items) == 2:
        first, second = items

        def run_two(env: Env) -> bool | None:
            one = first(env)
            if one is False:
                return False
            two = second(env)
            return two if one is True or two is False else None

        return run_two

    def run(env: Env) -> bool | None:
        outcome: bool | None = True
        for item in items:
            value = item(env)
            if value is False:
                return False
            if value is None:
                outcome = None
        return outcome

    return run


def _or(items: list[Evaluate]) -> Evaluate:
    if len(items) == 2:
        first, second = items

        def run_two(env: Env) -> bool | None:
            one = first(env)
            if one is True:
                return True
            two = second(env)
            return two if one is False or two is True else None

        return run_two

    def run(env: Env) -> bool | None:
        outcome: bool | None = False
        for item in items:
            value = item(env)
            if value is True:
                return True
            if value is None:
                outcome = None
        return outcome

    return run


def _one_of(item: Evaluate, values: frozenset[Any], negated: bool) -> Evaluate:
    def run(env: Env) -> bool | None:
        value = item(env)
        return None if value is None else (value in values) is not negated

    return run


def _holds(item: Evaluate, held: Evaluate, negated: bool) -> Evaluate:
    def run(env: Env) -> bool | None:
        value, entries = item(env), held(env)
        return None if value is None or entries is None else (value in entries) is not negated

    return run
