"""Where an event stands at a limit, by the limit's own judgement: as it is, and tightened by the smallest step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from fractions import Fraction
from typing import Any

import msgspec

from rulesengine.analysis.coverage.items import Side, side_what, single, times_what
from rulesengine.engine.draft import NOTHING, Env
from rulesengine.engine.judging import Attempt, limit_scope
from rulesengine.expressions import Expression
from rulesengine.rules import limit as limits
from rulesengine.rules.guards import holds
from rulesengine.rules.limit import Limit
from rulesengine.rules.limit.judging import Scope

#: the smallest step of a number
TINY = Fraction(1, 1_000_000)


def standing(process: str, limit: Limit, env: Env) -> Iterator[str]:
    """What of a limit an event tries, by the limit's own judgement."""
    if limit.guards and holds(limit.guards, _apart(env)) is not True:
        return
    match limit.form:
        case "presence" | "bound" if limit.form == "presence" or limit.one_of:
            verdict = _judged(process, limit, env)
            if not verdict.unknown:
                yes, no = ("given", "missing") if limit.form == "presence" else ("allowed", "refused")
                yield no if verdict.breached else yes
        case "times":
            side = _side(process, limit, True, env)
            if side is not None:
                yield times_what(side)
        case "bound" | "total" | "window":
            for one, most in single(limit):
                side = _side(process, one, most, env)
                if side is not None:
                    yield side_what(one, side)


def _side(process: str, limit: Limit, most: bool, env: Env) -> Side | None:
    """On which side of its bound an event stands: it is at the edge where a bound one step tighter would refuse it."""
    verdict = _judged(process, limit, env)
    if verdict.unknown:
        return None
    if verdict.breached:
        return "above" if most else "below"
    if limit.form == "window":
        tighter = _judged(process, limit, env, shift=1 if most else -1)
    elif limit.type is not None and limit.type.ranked:
        # the next better (or worse) of the choices
        tighter = _judged(process, _tightened(limit, _next(limit, most)), env)
    else:
        unit = TINY if limit.form != "times" and limit.type is not None and limit.type.kind == "number" else 1
        tighter = _judged(process, _tightened(limit, lambda value: value - unit if most else value + unit), env)
    if tighter.breached or tighter.unknown:
        return "at"
    return "below" if most else "above"


def _next(limit: Limit, most: bool) -> Callable[[Any], Any]:
    ranked = limit.type.ranked if limit.type is not None else ()

    def step(value: Any) -> Any:
        place = ranked.index(value) + (-1 if most else 1) if value in ranked else -1
        return ranked[place] if 0 <= place < len(ranked) else None

    return step


def _tightened(limit: Limit, step: Callable[[Any], Any]) -> Limit:
    def moved(expression: Expression | None) -> Expression | None:
        if expression is None:
            return None
        evaluate = expression.evaluate

        def run(env: Any) -> Any:
            value = evaluate(env)
            return None if value is None else step(value)

        return msgspec.structs.replace(expression, evaluate=run)

    return msgspec.structs.replace(
        limit, at_most=moved(limit.at_most), at_least=moved(limit.at_least), times=moved(limit.times)
    )


def _judged(process: str, limit: Limit, env: Env, shift: int = 0) -> limits.Verdict:
    apart = _apart(env, shift)
    attempt = Attempt(named=env.draft.program.events[f"{process}.{limit.event}"], by="", facts=NOTHING)
    scope: Scope = limit_scope(apart.draft, apart, attempt)
    return limits.judge(msgspec.structs.replace(limit, guards=()), scope, room=False)


def _apart(env: Env, shift: int = 0) -> Env:
    """The same view of a draft of its own: what is asked here leaves no trace in the decision."""
    return msgspec.structs.replace(env, draft=copy(env.draft), now=env.now + shift)
