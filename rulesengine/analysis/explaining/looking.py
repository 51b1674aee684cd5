"""Which rules were looked at for an event, in which order, with every value, and what each of them said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from rulesengine.analysis.explaining.asking import View
from rulesengine.diagnostics import Span
from rulesengine.engine.draft import Env
from rulesengine.engine.judging import limit_scope, select, suspended
from rulesengine.engine.program import Way
from rulesengine.expressions import Expression
from rulesengine.rules import limit as limits
from rulesengine.rules.guards import holds
from rulesengine.rules.limit import Limit
from rulesengine.rules.transition import Transition

Verdict = Literal[
    "fits",
    "does not fit",
    "other state",
    "other actor",
    "not known",
    "not reached",
    "kept",
    "broken",
    "does not apply",
    "stands still",
]


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A name in an expression with its value as text, `unknown` where it has none."""

    name: str
    value: str
    #: whether it is a parameter of the pack
    parameter: bool


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """An expression of a rule, the key it stands under, what it came to (`true`, `false`, an amount, `unknown`), and
    every value in it.
    """

    key: str
    text: str
    result: str
    values: tuple[Value, ...]
    place: Span


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that was looked at, in order. `why` says what came of it; `bound` and `left` are those of limits."""

    rule: str
    kind: Literal["transition", "limit", "suspension"]
    verdict: Verdict
    why: str
    tested: tuple[Tested, ...] = ()
    bound: str | None = None
    left: str | None = None
    source: tuple[str, ...] = ()
    place: Span | None = None


def looked_at(view: View) -> tuple[Looked, ...]:
    """The rules of an event: suspensions first, as they are told first; then transitions; then, where one of those
    fits, limits.
    """
    env = view.env()
    chosen, _ = select(view.ways, env, view.attempt)
    found = list(_suspensions(view, env, chosen))
    found += _transitions(view, chosen)
    if chosen is not None:
        found += [_limit(limit, view) for limit in view.attempt.named.limits]
    return tuple(found)


def _suspensions(view: View, env: Env, chosen: Way | None) -> Iterator[Looked]:
    if not env.draft.suspending:
        return
    first = chosen or (view.ways[0] if view.ways else None)
    for reason in suspended(env.draft, view.attempt, env.own, first):
        yield Looked(
            rule=reason.rule,
            kind="suspension",
            verdict="stands still",
            why=reason.message,
            source=reason.source,
            place=reason.place,
        )


def _transitions(view: View, chosen: Way | None) -> Iterator[Looked]:
    by = view.attempt.by
    ways = {way.rule.rule: way for way in view.ways}
    over = False
    rules = [rule for rule in view.attempt.named.prepared.process.transitions if rule.event == view.attempt.event]
    # in the order of the engine: `otherwise` is tried last
    order = [way.rule for way in view.ways]
    for rule in [*order, *(rule for rule in rules if rule.rule not in ways)]:
        way = ways.get(rule.rule)
        verdict: Verdict
        tested: tuple[Tested, ...] = ()
        if way is None:
            starts = "creates an instance" if rule.creates else f"starts from {_or(sorted(rule.states))}"
            verdict, why = "other state", f"{starts}, and here it is {view.state}"
        elif by not in way.by:
            verdict, why = "other actor", f"is for {_or(sorted(way.by))}, not for {by}"
        elif over:
            verdict, why = "not reached", "another was found before its turn came"
        else:
            verdict, why, over = _tried(view, way, chosen)
            tested = tuple(_guards(rule, view.env()))
        yield Looked(
            rule=rule.rule,
            kind="transition",
            verdict=verdict,
            why=why,
            tested=tested,
            source=rule.source,
            place=rule.place,
        )


def _tried(view: View, way: Way, chosen: Way | None) -> tuple[Verdict, str, bool]:
    if way is chosen:
        return "fits", "state, actor and conditions", True
    _, reasons = select([way], view.env(), view.attempt)
    unknown = [reason for reason in reasons if reason.code == "missing_fact"]
    if unknown:
        return "not known", f"{unknown[0].message} Nothing after it is tried", True
    return "does not fit", " ".join(reason.message for reason in reasons), False


def _guards(rule: Transition, env: Env) -> Iterator[Tested]:
    for guard in rule.guards:
        yield _tested("unless" if guard.negated else "when", guard.expression, env, guard.place)


def _tested(key: str, expression: Expression, env: Env, place: Span) -> Tested:
    return Tested(
        key=key,
        text=expression.text,
        result=expression.type.show(expression.evaluate(env)),
        values=tuple(
            Value(name=leaf.label, value=leaf.type.show(leaf.evaluate(env)), parameter=leaf.fixed)
            for leaf in expression.leaves
        ),
        place=place,
    )


def _limit(limit: Limit, view: View) -> Looked:
    env = view.env()
    judged = limits.judge(limit, limit_scope(env.draft, env, view.attempt), room=True)
    verdict: Verdict = "kept"
    why = "kept"
    if judged.breached:
        verdict, why = "broken", judged.message
    elif judged.unknown:
        verdict, why = "not known", f"{', '.join(judged.unknown)} is not known."
    elif limit.guards and holds(limit.guards, env) is False:
        verdict, why = "does not apply", "does not apply here"
    return Looked(
        rule=limit.rule,
        kind="limit",
        verdict=verdict,
        why=why,
        tested=tuple(_parts(limit, env)),
        bound=judged.bound,
        left=judged.left,
        source=limit.source,
        place=limit.place,
    )


def _parts(limit: Limit, env: Env) -> Iterator[Tested]:
    """Every expression of a limit with its values."""
    for guard in limit.guards:
        yield _tested("unless" if guard.negated else "when", guard.expression, env, guard.place)
    named: Iterable[tuple[str, Expression | None]] = (
        ("value", limit.value),
        ("at_most", limit.at_most),
        ("at_least", limit.at_least),
        *(("one_of", one) for one in limit.one_of),
        ("times", limit.times),
        ("not_before", limit.not_before.after if limit.not_before is not None else None),
        ("not_after", limit.not_after.after if limit.not_after is not None else None),
    )
    for key, expression in named:
        if expression is not None:
            yield _tested(key, expression, env, expression.place)
    for key, guards in (("refuse_when", limit.refuse_when), ("only_when", limit.only_when)):
        for guard in guards:
            yield _tested(key, guard.expression, env, guard.place)


def _or(words: list[str]) -> str:
    *first, last = words or [""]
    return f"{', '.join(first)} or {last}" if first else last
