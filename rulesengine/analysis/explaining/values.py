"""Values worth trying for a fact: those that the rules compare it with, and their neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from rulesengine.analysis.explaining.asking import View
from rulesengine.engine.draft import Env
from rulesengine.engine.judging import limit_scope
from rulesengine.expressions import Expression, compile_tree, tree
from rulesengine.facts import LAST_MOMENT, FactType
from rulesengine.rules import limit as limits

#: texts that most patterns of numbers and names let through
TEXTS = ("A1", "1", "12345678", "AB123456789CD", "a@example.org", "https://example.org/a", "2026")
#: kinds whose values have an order, with the step from one to the next; microseconds for moments
STEPS: dict[str, int | Fraction] = {
    "money": 1,
    "integer": 1,
    "number": Fraction(1, 100),
    "datetime": 1,
    "date": 1,
}
#: how kinds of facts are called among the types of expressions
KINDS = {"datetime": "moment"}
MOST = 40


def candidates(kind: FactType, view: View | None, now: int) -> list[Any]:
    """Values for a fact in the form in which events carry them, the likeliest first."""
    found: dict[Any, None] = {}
    for value in _values(kind, view, now):
        try:
            shown = kind.show(kind.store(value))
            kind.read(shown)
        except (ValueError, OverflowError):
            continue
        found.setdefault(tuple(shown) if isinstance(shown, list) else shown, None)
        if len(found) >= MOST:
            break
    return [list(value) if isinstance(value, tuple) else value for value in found]


def _values(kind: FactType, view: View | None, now: int) -> Iterator[Any]:
    if kind.kind in STEPS:
        yield from _ordered(kind, view, now)
    elif kind.kind == "boolean":
        yield from (True, False)
    elif kind.kind == "choice":
        yield from kind.choices
    elif kind.kind == "text":
        yield from TEXTS
        yield from (value for value in _compared(kind, view) if isinstance(value, str))
    elif kind.kind == "list":
        yield from ((word,) for word in (*kind.choices, *TEXTS[:1]))
        yield ()
    elif kind.kind == "instances" and view is not None:
        ids = [instance.id for instance in view.case.instances.values() if instance.process == kind.process]
        yield tuple(ids)
        yield from ((id,) for id in ids)


def _ordered(kind: FactType, view: View | None, now: int) -> Iterator[Any]:
    step = STEPS[kind.kind]
    if kind.kind == "datetime":
        yield now
    if kind.kind == "date" and view is not None:
        yield view.pack.calendar.day_of(now)
    compared = list(dict.fromkeys(_compared(kind, view)))
    yield from compared
    for value in compared:
        yield from (value - step, value + step)
    if kind.kind in ("money", "integer", "number"):
        yield from (100, 1, 0)
    elif kind.kind == "datetime":
        yield from (max(0, now - 1), 0, LAST_MOMENT)


def _compared(kind: FactType, view: View | None) -> Iterator[Any]:
    """What the expressions of the event's rules come to, where that is of the fact's type, and what limits leave."""
    if view is None:
        return
    env = view.env()
    wanted = KINDS.get(kind.kind, kind.kind)
    numeric = kind.kind in ("money", "integer", "number")
    for limit in view.attempt.named.limits:
        judged = limits.judge(limit, limit_scope(env.draft, env, view.attempt), room=True)
        if judged.left is not None and numeric:
            try:
                yield kind.read(judged.left)
            except ValueError:
                continue
    for value in _parts(_expressions(view), env, wanted):
        if not numeric or isinstance(value, int | Fraction):
            yield _rounded(value, kind)


def _expressions(view: View) -> Iterable[Expression]:
    for way in view.ways:
        yield from (guard.expression for guard in way.guards)
    for limit in view.attempt.named.limits:
        yield from limit.expressions


def _parts(expressions: Iterable[Expression], env: Env, wanted: str) -> Iterator[Any]:
    for expression in expressions:
        for node in tree.walk(expression.tree):
            kind = node.type.kind
            if kind == wanted or (kind in ("number", "integer") and wanted in ("number", "integer", "money")):
                value = compile_tree(node)(env)
                if value is not None:
                    yield value


def _rounded(value: Any, kind: FactType) -> Any:
    """Down to what can be stored."""
    whole = kind.kind in ("money", "integer") and isinstance(value, Fraction)
    return value.__floor__() if whole else value
