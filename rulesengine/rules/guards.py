"""Guards: expressions that must or must not hold, and what they were decided from."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.expressions import Env, Expression


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """One expression of `when` (must hold) or `unless` (`negated`: must not hold)."""

    expression: Expression
    negated: bool
    place: Span


def holds(guards: tuple[Guard, ...], env: Env) -> bool | None:
    """Kleene: False if one fails, else None if one is unknown, else True."""
    verdict: bool | None = True
    for guard in guards:
        value = guard.expression.evaluate(env)
        if value is None:
            verdict = None
        elif value is guard.negated:
            return False
    return verdict


def unknown_of(expressions: Iterable[Expression], env: Env) -> tuple[str, ...]:
    """The names in these expressions that have no value yet; the expressions themselves where every name has one, as
    for choices without a rank or a division by zero.
    """
    asked = list(expressions)
    missing = dict.fromkeys(leaf.label for e in asked for leaf in e.leaves if leaf.evaluate(env) is None)
    return tuple(missing or (e.text for e in asked))


def values_of(expressions: Iterable[Expression], env: Env) -> tuple[tuple[str, str], ...]:
    """Each name in these expressions with its value as text, `unknown` where it has none."""
    found: dict[str, str] = {}
    for expression in expressions:
        for leaf in expression.leaves:
            found[leaf.label] = leaf.type.show(leaf.evaluate(env))
    return tuple(found.items())
