"""Closures of arithmetic, on numbers and on moments. Unknown is None; what is whole is an `int`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rulesengine.expressions import tree
from rulesengine.expressions.scope import Env, Evaluate
from rulesengine.facts import LAST_MOMENT
from rulesengine.money import Exact, exact
from rulesengine.timing import MomentOutOfRange, Period


def compile_negate(item: Evaluate) -> Evaluate:
    """The opposite of an item."""

    def run(env: Env) -> Any:
        value = item(env)
        return None if value is None else -value

    return run


def compile_arithmetic(symbol: str, left: Evaluate, right: Evaluate) -> Evaluate:
    """Exact arithmetic of two items."""
    if symbol == "+":
        return compile_sum(left, right, 1)
    if symbol == "-":
        return compile_sum(left, right, -1)

    def run(env: Env) -> Any:
        one, two = left(env), right(env)
        if one is None or two is None:
            return None
        if symbol == "*" and type(one) is int and type(two) is int:
            return one * two
        return calculate(symbol, one, two)

    return run


def compile_sum(left: Evaluate, right: Evaluate, sign: int) -> Evaluate:
    """Left plus right, or left minus right where the sign is below zero."""

    def run(env: Env) -> Any:
        one, two = left(env), right(env)
        if one is None or two is None:
            return None
        total = one + two if sign > 0 else one - two
        return total if type(total) is int else exact(total)

    return run


def compile_shift(node: tree.Shift, start: Evaluate) -> Evaluate:
    """A moment moved by a period; unknown where it leaves the years the calendar counts in."""
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


def calculate(operator: str, left: Exact, right: Exact) -> Exact | None:
    """Exact arithmetic; None for a division by zero."""
    if operator == "+":
        return exact(left + right)
    if operator == "-":
        return exact(left - right)
    if operator == "*":
        return exact(left * right)
    return exact(Fraction(left) / right) if right else None
