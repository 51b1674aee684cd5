"""Judging an event by a limit: breached, kept or not known, with the bound and what is left."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import msgspec

from rulesengine.case import NEVER_YET, Instance
from rulesengine.expressions import Env
from rulesengine.rules.guards import holds, unknown_of, values_of
from rulesengine.rules.limit.shape import Edge, Limit
from rulesengine.timing import MomentOutOfRange


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a limit says of an event. `unknown` names the values that are missing; `left` is None where not known."""

    breached: bool = False
    unknown: tuple[str, ...] = ()
    message: str = ""
    values: tuple[tuple[str, str], ...] = ()
    bound: str | None = None
    left: str | None = None
    #: the moment from which a breached window no longer refuses
    from_: int | None = None


KEPT = Verdict()


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What a limit is counted over."""

    env: Env
    process: str
    event: str
    #: the instances of a process within `per`, the event's own included
    instances: Any


def judge(limit: Limit, scope: Scope, *, room: bool) -> Verdict:
    """Whether the limit lets the event happen. Both edges of a bound and of a window belong to it.

    `room`: also for a limit that is kept, its bound and what is left are told.
    """
    env = scope.env
    if limit.guards:
        applies = holds(limit.guards, env)
        if applies is False:
            return KEPT
        if applies is None:
            return Verdict(unknown=unknown_of([g.expression for g in limit.guards], env))
    match limit.form:
        case "bound":
            return _bound(limit, env, room)
        case "total":
            return _total(limit, scope, room)
        case "times":
            return _times(limit, scope, room)
        case "window":
            return _window(limit, env, room)
        case "presence":
            missing = tuple(fact for fact in limit.requires if env.facts.get(fact) is None)
            if missing:
                return Verdict(
                    breached=True, message=f"{' and '.join(missing)} must be given.", bound=", ".join(limit.requires)
                )
            return KEPT
        case "condition":
            return _condition(limit, env)


def _shown(limit: Limit, value: Any) -> str:
    return limit.type.show(value) if limit.type is not None else str(value)


def _room(limit: Limit, left: Any) -> str:
    """Room left, rounded down to what can be stored."""
    whole = limit.type is not None and limit.type.kind in ("money", "integer")
    return _shown(limit, left.__floor__() if whole else left)


def _compare(limit: Limit, value: Any, what: str, env: Env, room: bool, left_of: Any = 0) -> Verdict:
    """`value` against the bounds of the limit; `left_of` is what the bound has been used up by already."""
    ranked = limit.type is not None and bool(limit.type.ranked)
    if not limit.one_of and not ranked:
        most = limit.at_most.evaluate(env) if limit.at_most is not None else None
        least = limit.at_least.evaluate(env) if limit.at_least is not None else None
        known = (limit.at_most is None or most is not None) and (limit.at_least is None or least is not None)
        too_much = value is not None and most is not None and value > most
        too_little = value is not None and least is not None and value < least
        if not room and known and value is not None and not too_much and not too_little:
            return KEPT
    wanted = [e for e in (limit.at_most, limit.at_least, *limit.one_of) if e is not None]
    if limit.one_of:
        allowed = [e.evaluate(env) for e in limit.one_of]
        bound = ", ".join(_shown(limit, a) for a in allowed)
        if value is not None and value in allowed:
            return Verdict(bound=bound)
        if value is None or None in allowed:
            return Verdict(bound=bound, unknown=unknown_of([e for e in (limit.value, *limit.one_of) if e], env))
        return Verdict(breached=True, message=f"{what} is {_shown(limit, value)}; allowed: {bound}.", bound=bound)
    if ranked:
        return _compare_ranked(limit, value, what, env)
    bound = " to ".join(
        text
        for text in (
            least is not None and f"at least {_shown(limit, least)}",
            most is not None and f"at most {_shown(limit, most)}",
        )
        if text
    )
    left = (
        _room(limit, most - left_of)
        if most is not None and limit.type is not None and limit.type.kind in ("money", "number", "integer")
        else None
    )
    values = values_of(wanted, env)
    if too_much or too_little:
        text = f"{what} is {_shown(limit, value)}; allowed is {bound}."
        return Verdict(breached=True, message=text, values=values, bound=bound, left=left)
    if value is None or not known:
        missing = unknown_of([e for e in (limit.value, *wanted) if e is not None], env)
        return Verdict(unknown=missing or (what,), bound=bound or None, left=left)
    return Verdict(bound=bound, left=left)


def _compare_ranked(limit: Limit, value: Any, what: str, env: Env) -> Verdict:
    """Choices by their order, worse to better; a choice without a rank is as unknown as one that is not given."""
    rank = {word: place for place, word in enumerate(limit.type.ranked if limit.type is not None else ())}
    wanted = [(e, e.evaluate(env), better) for e, better in ((limit.at_least, True), (limit.at_most, False)) if e]
    bound = " to ".join(f"at {'least' if better else 'most'} {_shown(limit, bound)}" for _, bound, better in wanted)
    missing: list[str] = []
    for expression, edge, better in wanted:
        if value is not None and value == edge:
            continue
        mine, its = rank.get(value), rank.get(edge)
        if mine is None or its is None:
            sides = [e for e in (limit.value, expression) if e is not None]
            missing.extend(
                unknown_of(sides, env) or (f"the order of {_shown(limit, value)} and {_shown(limit, edge)}",)
            )
        elif mine < its if better else mine > its:
            text = f"{what} is {_shown(limit, value)}; allowed is {bound}."
            return Verdict(breached=True, message=text, values=values_of([expression], env), bound=bound)
    return Verdict(unknown=tuple(dict.fromkeys(missing)), bound=bound)


def _bound(limit: Limit, env: Env, room: bool) -> Verdict:
    assert limit.value is not None
    return _compare(limit, limit.value.evaluate(env), limit.value.text, env, room)


def _total(limit: Limit, scope: Scope, room: bool) -> Verdict:
    assert limit.total is not None
    process, fact = limit.total
    env = scope.env
    own = process == scope.process
    before = 0
    for instance in scope.instances(process, limit.per):
        if (own and env.own is not None and instance.id == env.own.id) or (
            limit.states is not None and instance.state not in limit.states
        ):
            continue
        value = instance.facts.get(fact)
        if value is None:
            return Verdict(unknown=(f"{instance.id}.{fact}",))
        before += value
    what = f"total({process}.{fact})"
    if not own:
        return _compare(limit, before, what, env, room, before)
    mine = env.facts.get(fact)
    verdict = _compare(limit, None if mine is None else before + mine, what, env, room, before)
    return msgspec.structs.replace(verdict, unknown=(fact,)) if mine is None and verdict.unknown else verdict


def _often(times: int | Fraction) -> str:
    return "once" if times == 1 else f"{times} times"


def _times(limit: Limit, scope: Scope, room: bool) -> Verdict:
    assert limit.times is not None
    env = scope.env
    most = limit.times.evaluate(env)
    if most is None:
        return Verdict(unknown=unknown_of([limit.times], env))
    counted: Iterable[Instance]
    if limit.per == "instance":
        counted = () if env.own is None else (env.own,)  # type: ignore[assignment]
    else:
        counted = scope.instances(scope.process, limit.per)
    before = sum(instance.happened.get(scope.event, NEVER_YET).count for instance in counted)
    if not room and before + 1 <= most:
        return KEPT
    bound, left = f"at most {_often(most)}", str(max(0, Fraction(most).__floor__() - before))
    if before + 1 > most:
        text = f"{scope.event} has happened {_often(before)}; allowed is {bound}."
        return Verdict(
            breached=True, message=text, bound=bound, left="0", values=((f"times({scope.event})", str(before)),)
        )
    return Verdict(bound=bound, left=left)


def _window(limit: Limit, env: Env, room: bool) -> Verdict:
    unknown: list[str] = []
    edges: list[tuple[Edge, bool, int]] = []
    for edge, opens in ((limit.not_before, True), (limit.not_after, False)):
        if edge is None:
            continue
        start = edge.after.evaluate(env)
        if start is None:
            unknown.extend(unknown_of([edge.after], env))
            continue
        try:
            moment = env.calendar.add(start, edge.period).due
        except MomentOutOfRange:
            unknown.append(f"{edge.text}, which lies beyond the years that are counted in")
            continue
        edges.append((edge, opens, moment))
        if (env.now < moment) if opens else (env.now <= moment):
            env.holds_until(moment - 1 if opens else moment)
    outside = [edge for edge in edges if (env.now < edge[2] if edge[1] else env.now > edge[2])]
    if not room and not outside and not unknown:
        return KEPT
    bound = " and ".join(
        f"not {'before' if opens else 'after'} {edge.after.type.show(moment)}" for edge, opens, moment in edges
    )
    if not outside:
        return Verdict(unknown=tuple(unknown), bound=bound or None)
    last, opens, moment = outside[-1]
    what = "Too early: not before" if opens else "Too late: not after"
    return Verdict(
        breached=True,
        message=f"{what} {last.after.type.show(moment)} ({last.text}).",
        values=values_of([last.after], env),
        bound=bound,
        from_=moment if opens else None,
    )


def _condition(limit: Limit, env: Env) -> Verdict:
    unknown: list[str] = []
    for guard, wanted in [(g, False) for g in limit.refuse_when] + [(g, True) for g in limit.only_when]:
        value = guard.expression.evaluate(env)
        if value is None:
            unknown.extend(unknown_of([guard.expression], env))
        elif value is not wanted:
            text = (
                f"Refused as {guard.expression.text}." if not wanted else f"Only possible when {guard.expression.text}."
            )
            return Verdict(breached=True, message=text, values=values_of([guard.expression], env))
    return Verdict(unknown=tuple(dict.fromkeys(unknown)))
