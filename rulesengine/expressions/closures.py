"""Typed trees to closures. Unknown is None throughout; what is whole is an `int`.

A closure asks for little: comparing a fact with a constant is one call, and a factor such as `price * 0.5` is moved
to the other side of a comparison (`2 * discount <= price`), so that fractions are made only where they are needed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rulesengine.expressions import tree
from rulesengine.expressions.scope import Env, Evaluate, View
from rulesengine.facts import LAST_MOMENT
from rulesengine.money import Exact, exact
from rulesengine.timing import MomentOutOfRange, Period

if TYPE_CHECKING:
    from rulesengine.timing import Calendar

#: Gives a leaf another way to be read; None leaves it as it is.
Override = Callable[[tree.Node], Evaluate | None]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compile_tree(node: tree.Node, override: Override | None = None) -> Evaluate:
    """The closure that evaluates a tree. `override` replaces leaves, for evaluation under assumed values."""
    if tree.is_leaf(node):
        replaced = override(node) if override is not None else None
        return replaced or _leaf(node)
    match node:
        case tree.Constant(value=value) | tree.Parameter(value=value):
            return lambda env: value
        case tree.And(items=items):
            return _and([compile_tree(item, override) for item in items])
        case tree.Or(items=items):
            return _or([compile_tree(item, override) for item in items])
        case tree.Not(item=item):
            return _not(compile_tree(item, override))
        case tree.Known(item=item):
            known = compile_tree(item, override)
            return lambda env: known(env) is not None
        case tree.Compare():
            return _compare(node, override)
        case tree.OneOf(item=item, values=values, negated=negated):
            return _one_of(compile_tree(item, override), frozenset(values), negated)
        case tree.Holds(item=item, list=held, negated=negated):
            return _holds(compile_tree(item, override), compile_tree(held, override), negated)
        case tree.Negate(item=item):
            return _negate(compile_tree(item, override))
        case tree.Arithmetic():
            return _arithmetic(node, override)
        case tree.Elapsed(later=later, earlier=earlier):
            return _add(compile_tree(later, override), compile_tree(earlier, override), -1)
        case tree.Shift():
            return _shift(node, override)
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


# leaves


def _leaf(node: tree.Node) -> Evaluate:
    match node:
        case tree.Fact(name=name):
            return lambda env: env.facts.get(name)
        case tree.Stored(name=name):
            return lambda env: env.stored.get(name)
        case tree.AncestorFact(process=process, name=name):
            return _ancestor_fact(process, name)
        case tree.Context(map=which, name=name):
            return _context(which, name)
        case tree.State():
            return lambda env: env.own.state if env.own is not None else "new"
        case tree.AncestorState(process=process):
            return lambda env: getattr(env.ancestor(process), "state", None)
        case tree.Now():
            return lambda env: env.now
        case tree.Count(process=process, states=states):
            if not states:
                return lambda env: len(env.related(process))
            return lambda env: sum(view.state in states for view in env.related(process))
        case tree.All(process=process, state=state):
            return lambda env: all(view.state == state for view in env.related(process))
        case tree.Open(process=process, final=final):
            return lambda env: any(view.state not in final for view in env.related(process))
        case tree.Latest(process=process, name=name):
            return _latest(process, lambda view: view.facts.get(name))
        case tree.LatestState(process=process):
            return _latest(process, lambda view: view.state)
        case tree.Total(process=process, name=name):
            return _total(process, name)
        case tree.Happened(process="", event=event):
            return lambda env: env.own is not None and event in env.own.happened
        case tree.Happened(process=process, event=event):
            return lambda env: any(event in view.happened for view in env.related(process))
        case tree.HappenedAt(process=process, event=event):
            return _last(process, lambda view: view.happened[event][1] if event in view.happened else None)
        case tree.EnteredAt(process=process, state=state):
            return _last(process, lambda view: view.entered.get(state))
        case tree.Overdue(process="", deadline=deadline):
            return lambda env: env.overdue(env.own, deadline)
        case tree.Overdue(process=process, deadline=deadline):
            return lambda env: any(env.overdue(view, deadline) for view in env.related(process))
        case tree.Missed(process="", deadline=deadline):
            return lambda env: env.missed(env.own, deadline)
        case tree.Missed(process=process, deadline=deadline):
            return lambda env: any(env.missed(view, deadline) for view in env.related(process))
    raise TypeError(f"{type(node).__name__} is no leaf of an expression")  # pragma: no cover


def _ancestor_fact(process: str, name: str) -> Evaluate:
    def run(env: Env) -> Any:
        view = env.ancestor(process)
        return None if view is None else view.facts.get(name)

    return run


def _context(which: str, name: str) -> Evaluate:
    def run(env: Env) -> Any:
        facts = env.context.get(which)
        return None if facts is None else facts.get(name)

    return run


def _latest(process: str, read: Callable[[View], Any]) -> Evaluate:
    def run(env: Env) -> Any:
        views = env.related(process)
        return read(views[-1]) if views else None

    return run


def _last(process: str, read: Callable[[View], int | None]) -> Evaluate:
    """The latest moment over the related instances, or of the instance itself."""
    if not process:
        return lambda env: read(env.own) if env.own is not None else None

    def run(env: Env) -> int | None:
        moments = [moment for view in env.related(process) if (moment := read(view)) is not None]
        return max(moments) if moments else None

    return run


def _total(process: str, name: str) -> Evaluate:
    def run(env: Env) -> Any:
        total: Exact = 0
        for view in env.related(process):
            amount = view.facts.get(name)
            if amount is None:
                return None
            total += amount
        return exact(total)

    return run


# logic


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


# comparisons


def _compare(node: tree.Compare, override: Override | None) -> Evaluate:
    for now, other, symbol in (
        (node.left, node.right, node.operator),
        (node.right, node.left, _MIRRORED[node.operator]),
    ):
        if isinstance(now, tree.Now) and (override is None or override(now) is None):
            return _compare_now(symbol, compile_tree(other, override))
    if node.left.type.ranked and node.operator not in ("==", "!="):
        return _compare_ranks(node, override)
    compare = _OPERATORS[node.operator]
    left, right = node.left, node.right
    if left.type.numeric or left.type.kind == "money":
        left, left_factor = _unscaled(left)
        right, right_factor = _unscaled(right)
        if left_factor != 1 or right_factor != 1:
            factors = (left_factor, right_factor)
            return _compare_scaled(compare, left, right, factors, override)
    if isinstance(left, tree.Constant | tree.Parameter) and not isinstance(right, tree.Constant | tree.Parameter):
        left, right = right, left
        compare = _OPERATORS[_MIRRORED[node.operator]]
    if isinstance(right, tree.Constant | tree.Parameter):
        return _compare_constant(left, compare, right.value, override)
    return _compare_any(compile_tree(left, override), compare, compile_tree(right, override))


def _compare_any(left: Evaluate, compare: Callable[[Any, Any], bool], right: Evaluate) -> Evaluate:
    def run(env: Env) -> bool | None:
        one = left(env)
        if one is None:
            return None
        two = right(env)
        return None if two is None else compare(one, two)

    return run


def _compare_constant(
    left: tree.Node, compare: Callable[[Any, Any], bool], constant: Any, override: Override | None
) -> Evaluate:
    if override is None and isinstance(left, tree.Fact):
        name = left.name

        def run_fact(env: Env) -> bool | None:
            value = env.facts.get(name)
            return None if value is None else compare(value, constant)

        return run_fact
    if override is None and isinstance(left, tree.AncestorState):
        process = left.process

        def run_state(env: Env) -> bool | None:
            view = env.ancestor(process)
            return None if view is None else compare(view.state, constant)

        return run_state
    item = compile_tree(left, override)

    def run(env: Env) -> bool | None:
        value = item(env)
        return None if value is None else compare(value, constant)

    return run


def _compare_ranks(node: tree.Compare, override: Override | None) -> Evaluate:
    compare = _OPERATORS[node.operator]
    rank = {word: index for index, word in enumerate(node.left.type.choices)}
    left, right = compile_tree(node.left, override), compile_tree(node.right, override)

    def run(env: Env) -> bool | None:
        one, two = left(env), right(env)
        return None if one is None or two is None else compare(rank[one], rank[two])

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
    compare: Callable[[Any, Any], bool],
    left: tree.Node,
    right: tree.Node,
    factors: tuple[Exact, Exact],
    override: Override | None,
) -> Evaluate:
    """`left * a < right * b` with whole a and b. Both are multiplied by the denominators, which are above zero."""
    left_factor, right_factor = factors
    one, two = compile_tree(left, override), compile_tree(right, override)
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


def _compare_multiple(item: Evaluate, factor: int, compare: Callable[[Any, Any], bool], constant: Any) -> Evaluate:
    def run(env: Env) -> bool | None:
        value = item(env)
        return None if value is None else compare(value * factor, constant)

    return run


# arithmetic


def _negate(item: Evaluate) -> Evaluate:
    def run(env: Env) -> Any:
        value = item(env)
        return None if value is None else -value

    return run


def _arithmetic(node: tree.Arithmetic, override: Override | None) -> Evaluate:
    left, right = compile_tree(node.left, override), compile_tree(node.right, override)
    if node.operator == "+":
        return _add(left, right, 1)
    if node.operator == "-":
        return _add(left, right, -1)
    calculate, symbol = tree.calculate, node.operator

    def run(env: Env) -> Any:
        one, two = left(env), right(env)
        if one is None or two is None:
            return None
        if symbol == "*" and type(one) is int and type(two) is int:
            return one * two
        return calculate(symbol, one, two)

    return run


def _add(left: Evaluate, right: Evaluate, sign: int) -> Evaluate:
    def run(env: Env) -> Any:
        one, two = left(env), right(env)
        if one is None or two is None:
            return None
        total = one + two if sign > 0 else one - two
        return total if type(total) is int else exact(total)

    return run


def _shift(node: tree.Shift, override: Override | None) -> Evaluate:
    """A moment moved by a period; unknown where it leaves the years the calendar counts in."""
    start = compile_tree(node.moment, override)
    assert isinstance(node.period, tree.Constant | tree.Parameter)
    period: Period = node.period.value
    if period.kind == "elapsed" and not (period.ends_with_day or period.rolls_on):
        distance = node.sign * period.microseconds

        def run_elapsed(env: Env) -> int | None:
            moment = start(env)
            if moment is None:
                return None
            moved: int = moment + distance
            return moved if 0 <= moved <= LAST_MOMENT else None

        return run_elapsed
    forward = node.sign > 0

    def run(env: Env) -> int | None:
        moment = start(env)
        if moment is None or env.calendar is None:
            return None
        try:
            return env.calendar.add(moment, period).due if forward else env.calendar.subtract(moment, period)
        except MomentOutOfRange:
            return None

    return run
