"""Limits: how much, how often, until when, and under which condition an event may happen.

`judge` gives one `Verdict` for a limit: breached, kept or not known, with the bound and what is left. Decisions and
options both come from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Literal

import msgspec

from rulesengine.case import Instance
from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.expressions import MOMENT, NUMBER, Env, Expression, Type, split_window, type_of
from rulesengine.rules.reading import Guard, Reading, holds
from rulesengine.timing import MomentOutOfRange, Period

Form = Literal["bound", "total", "times", "window", "presence", "condition"]
Per = Literal["instance", "parent", "case"]


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A moment reckoned from another: `200 days after shipped_at`."""

    period: Period
    after: Expression
    text: str


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit of one event. Which fields are filled follows from `form`."""

    rule: str
    event: str
    form: Form
    guards: tuple[Guard, ...]
    value: Expression | None = None
    at_most: Expression | None = None
    at_least: Expression | None = None
    one_of: tuple[Expression, ...] = ()
    #: (process, fact) whose values are summed
    total: tuple[str, str] | None = None
    states: frozenset[str] | None = None
    times: Expression | None = None
    per: Per = "instance"
    not_before: Edge | None = None
    not_after: Edge | None = None
    requires: tuple[str, ...] = ()
    refuse_when: tuple[Guard, ...] = ()
    only_when: tuple[Guard, ...] = ()
    #: type of what is compared
    type: Type | None = None
    title: str = ""
    source: tuple[str, ...] = ()
    place: Span

    @property
    def expressions(self) -> Iterable[Expression]:
        for guard in (*self.guards, *self.refuse_when, *self.only_when):
            yield guard.expression
        for expression in (self.value, self.at_most, self.at_least, self.times, *self.one_of):
            if expression is not None:
                yield expression
        for edge in (self.not_before, self.not_after):
            if edge is not None:
                yield edge.after


def _edge(reading: Reading, node: Node, beside: Node) -> Edge | None:
    if not isinstance(node.value, str):
        return None
    try:
        window = split_window(node.value)
    except ValueError as fault:
        reading.say("RE405", node.span, str(fault))
        return None
    start, end = window.period_offset, window.period_offset + len(window.period)
    period = reading.period(msgspec.structs.replace(node, value=window.period, span=node.inside(start, end)), beside)
    expression = reading.compiled(
        window.expression, lambda start, end: node.inside(start + window.offset, end + window.offset), MOMENT, now=False
    )
    if period is None or expression is None:
        return None
    return Edge(period=period, after=expression, text=node.value)


def read(reading: Reading, name: str, node: Node, key: Span) -> Limit | None:
    events = reading.events(node, "event")
    form = _form(reading, node)
    if not events or form is None:
        return None

    def bound(key: str, want: Type | None) -> Expression | None:
        found = reading.get(node, key)
        return reading.expression(found, want, now=False) if found is not None else None

    value = bound("value", None)
    total = None
    kind: Type | None = value.type if value is not None else None
    named = reading.get(node, "total")
    states: frozenset[str] | None = None
    if named is not None and isinstance(named.value, str):
        total = _summed(reading, named)
        if total is None:
            return None
        summed = reading.names.processes[total[0]]
        kind = type_of(summed.facts[total[1]])
        if reading.get(node, "states") is not None:
            words = reading.words(node, "states")
            states = frozenset(
                w
                for w, span in words
                if reading.check("RE301", f"state of process '{total[0]}'", w, span, summed.states)
            )
    _ordered(reading, node, kind)
    # a count of pieces may well be bounded by half of another
    wanted = NUMBER if kind is not None and kind.numeric else kind
    not_before, not_after = reading.get(node, "not_before"), reading.get(node, "not_after")
    return Limit(
        rule=f"{reading.process.name}.{name}",
        event=events[0],
        form=form,
        guards=reading.guards(node, "when"),
        value=value,
        at_most=bound("at_most", wanted),
        at_least=bound("at_least", wanted),
        one_of=tuple(
            e
            for item in reading.items(node, "one_of")
            if (e := reading.expression(item, wanted, now=False)) is not None
        ),
        total=total,
        states=states,
        times=bound("times", NUMBER),
        per={"parent": "parent", "case": "case"}.get(reading.text(node, "per"), "instance"),  # type: ignore[arg-type]
        not_before=_edge(reading, not_before, node) if not_before is not None else None,
        not_after=_edge(reading, not_after, node) if not_after is not None else None,
        requires=reading.facts(node, "requires"),
        refuse_when=reading.guards(node, "refuse_when"),
        only_when=reading.guards(node, "only_when"),
        type=kind,
        title=reading.text(node, "title"),
        source=reading.sources(node),
        place=key,
    )


#: the keys that make a limit of each form
FORMS: dict[Form, tuple[str, ...]] = {
    "total": ("total",),
    "bound": ("value",),
    "times": ("times",),
    "window": ("not_before", "not_after"),
    "presence": ("requires",),
    "condition": ("refuse_when", "only_when"),
}


def _ordered(reading: Reading, node: Node, kind: Type | None) -> None:
    """Reports a bound on values that have no order."""
    for key in ("at_most", "at_least"):
        edge = reading.get(node, key)
        if edge is None or kind is None:
            continue
        if kind.kind == "choice" and not kind.ranked:
            help = "Rank them with 'worse_to_better' where the source does, or list the allowed ones under 'one_of'."
            reading.say("RE407", edge.span, "These choices have no order.", help)
        elif kind.kind not in ("money", "number", "integer", "choice", "moment", "date"):
            reading.say("RE404", edge.span, f"{kind.in_words.capitalize()} has no most or least.", "Use 'one_of'.")


def _form(reading: Reading, node: Node) -> Form | None:
    """The one form whose keys stand in the limit; the schema has reported any other number of them."""
    found: list[Form] = [
        form for form, keys in FORMS.items() if any(reading.get(node, key) is not None for key in keys)
    ]
    return found[0] if len(found) == 1 else None


def _summed(reading: Reading, node: Node) -> tuple[str, str] | None:
    """`(process, fact)` of a total such as `refund.amount`, or of a bare fact of this process."""
    found = reading.member(node)
    if found is None:
        return None
    process, fact, place = found
    facts = reading.names.processes[process].facts
    if not reading.check("RE305", f"fact of process '{process}'", fact, place, facts):
        return None
    if facts[fact].kind not in ("money", "number", "integer"):
        reading.say("RE404", place, f"'{fact}' cannot be summed.", "Only money and numbers have a total.")
        return None
    return process, fact


# judging


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


def judge(limit: Limit, scope: Scope) -> Verdict:
    """Whether the limit lets the event happen. Both edges of a bound and of a window belong to it."""
    env = scope.env
    if limit.guards:
        applies = holds(limit.guards, env)
        if applies is False:
            return KEPT
        if applies is None:
            return Verdict(unknown=unknown_of([g.expression for g in limit.guards], env))
    match limit.form:
        case "bound":
            return _bound(limit, env)
        case "total":
            return _total(limit, scope)
        case "times":
            return _times(limit, scope)
        case "window":
            return _window(limit, env)
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


def _compare(limit: Limit, value: Any, what: str, env: Env, left_of: Any = 0) -> Verdict:
    """`value` against the bounds of the limit; `left_of` is what the bound has been used up by already."""
    wanted = [e for e in (limit.at_most, limit.at_least, *limit.one_of) if e is not None]
    if limit.one_of:
        allowed = [e.evaluate(env) for e in limit.one_of]
        bound = ", ".join(_shown(limit, a) for a in allowed)
        if value is None or value in allowed:
            return Verdict(bound=bound, unknown=unknown_of([limit.value], env) if value is None and limit.value else ())
        return Verdict(breached=True, message=f"{what} is {_shown(limit, value)}; allowed: {bound}.", bound=bound)
    if limit.type is not None and limit.type.ranked:
        return _compare_ranked(limit, value, what, env)
    most = limit.at_most.evaluate(env) if limit.at_most is not None else None
    least = limit.at_least.evaluate(env) if limit.at_least is not None else None
    known_most = limit.at_most is None or most is not None
    known_least = limit.at_least is None or least is not None
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
    if value is not None and ((most is not None and value > most) or (least is not None and value < least)):
        text = f"{what} is {_shown(limit, value)}; allowed is {bound}."
        return Verdict(breached=True, message=text, values=values, bound=bound, left=left)
    if value is None or not (known_most and known_least):
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


def _bound(limit: Limit, env: Env) -> Verdict:
    assert limit.value is not None
    return _compare(limit, limit.value.evaluate(env), limit.value.text, env)


def _total(limit: Limit, scope: Scope) -> Verdict:
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
        return _compare(limit, before, what, env, before)
    mine = env.facts.get(fact)
    verdict = _compare(limit, None if mine is None else before + mine, what, env, before)
    return msgspec.structs.replace(verdict, unknown=(fact,)) if mine is None and verdict.unknown else verdict


def _times(limit: Limit, scope: Scope) -> Verdict:
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
    before = sum(instance.happened.get(scope.event, (0, 0))[0] for instance in counted)
    bound, left = f"at most {most} times", str(max(0, Fraction(most).__floor__() - before))
    if before + 1 > most:
        text = f"{scope.event} has happened {before} times; allowed is {bound}."
        return Verdict(
            breached=True, message=text, bound=bound, left="0", values=((f"times({scope.event})", str(before)),)
        )
    return Verdict(bound=bound, left=left)


def _window(limit: Limit, env: Env) -> Verdict:
    bounds: list[str] = []
    unknown: list[str] = []
    verdict = KEPT
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
        shown = edge.after.type.show(moment)
        bounds.append(f"not {'before' if opens else 'after'} {shown}")
        if opens and env.now < moment:
            env.holds_until(moment - 1)
            text = f"Too early: not before {shown} ({edge.text})."
            verdict = Verdict(breached=True, message=text, values=values_of([edge.after], env), from_=moment)
        elif not opens and env.now > moment:
            text = f"Too late: not after {shown} ({edge.text})."
            verdict = Verdict(breached=True, message=text, values=values_of([edge.after], env))
        elif not opens:
            env.holds_until(moment)
    if unknown and not verdict.breached:
        return Verdict(unknown=tuple(unknown), bound=" and ".join(bounds) or None)
    return msgspec.structs.replace(verdict, bound=" and ".join(bounds))


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
