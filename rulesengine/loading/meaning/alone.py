"""What fires by itself reads no context: nobody is there to say how the world is when a deadline runs out."""

from __future__ import annotations

from collections.abc import Iterable

from rulesengine.diagnostics import Diagnostic, Span, finding
from rulesengine.expressions import Expression
from rulesengine.loading.meaning.graph import Takers, spread, way_to
from rulesengine.pack import Pack
from rulesengine.rules.limit import Limit
from rulesengine.rules.reading import SYSTEM
from rulesengine.rules.transition import Transition

#: events of a way that a message shows
SHOWN = 4

Named = tuple[str, str]


def check_alone(pack: Pack, takers: Takers, report: list[Diagnostic]) -> None:
    """RE508: follow every `then` through guards, limits, `sets` and raises; `since` and `when` of deadlines as well."""
    firing: dict[Named, str] = {}
    states: dict[Named, set[str]] = {}
    for process in pack.processes.values():
        for deadline in process.deadlines:
            for expression in deadline.expressions:
                _check(expression, f"'{deadline.rule}' runs by itself", report)
            if deadline.then:
                firing.setdefault((process.name, deadline.then), deadline.rule)
                states.setdefault((process.name, deadline.then), set()).update(deadline.states)

    def taken(event: Named) -> list[Transition]:
        return [
            t for t in takers.get(event, ()) if SYSTEM in t.by and (event not in states or t.states & states[event])
        ]

    def following(event: Named) -> Iterable[Named]:
        return ((sent.process, sent.event) for transition in taken(event) for sent in transition.raises)

    limits: dict[Named, list[Limit]] = {}
    for process in pack.processes.values():
        for limit in process.limits:
            limits.setdefault((process.name, limit.event), []).append(limit)
    found = spread(firing, following)
    for event in found:
        transitions = taken(event)
        for rule in (*transitions, *(limits.get(event, ()) if transitions else ())):
            for expression in rule.expressions:
                if expression.context:
                    way = way_to(event, found)
                    shown = [f"'{process}.{name}'" for process, name in way]
                    some = " and ".join(shown if len(shown) <= SHOWN else [*shown[: SHOWN - 1], "…", shown[-1]])
                    _check(expression, f"'{firing[way[0]]}' fires by itself and leads to {some}", report)


def _check(expression: Expression, why: str, report: list[Diagnostic]) -> None:
    for name in expression.context:
        report.append(
            finding(
                "RE508",
                _word(expression, name),
                f"{why}: nobody is there to say what '{name}' is then.",
                "Keep it as a fact of the case when somebody acts, and ask for that fact here.",
            )
        )


def _word(expression: Expression, name: str) -> Span:
    """Where a name stands in an expression; the whole of it where the name comes by way of a condition."""
    place, at = expression.place, expression.text.find(name)
    plain = place.line == place.end_line and place.end_column - place.column == len(expression.text)
    if at < 0 or not plain:
        return place
    return Span(place.file, place.line, place.column + at, place.line, place.column + at + len(name))
