"""What fires by itself reads no context: nobody is there to say how the world is when a deadline runs out."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.diagnostics import Diagnostic, Span, finding
from rulesengine.expressions import Expression
from rulesengine.loading.meaning.raising import taking
from rulesengine.pack import Pack
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.reading import SYSTEM


def check_alone(pack: Pack, report: list[Diagnostic]) -> None:
    """RE508: follow every `then` through guards, limits, `sets` and raises; `since` and `when` of deadlines as well."""
    for process in pack.processes.values():
        for deadline in process.deadlines:
            for expression in deadline.expressions:
                _check(expression, f"'{deadline.rule}' runs by itself", report)
            if deadline.then:
                for expression, way in _followed(pack, process.name, deadline):
                    _check(expression, f"'{deadline.rule}' fires by itself and leads to {way}", report)


def _followed(pack: Pack, process: str, deadline: Deadline) -> Iterator[tuple[Expression, str]]:
    """Every expression that may be evaluated when a deadline fires, with the way that leads to it."""
    start = (process, deadline.then)
    queue = [(start, f"'{process}.{deadline.then}'")]
    seen = {start}
    for (name, event), way in queue:
        first = (name, event) == start
        taken = [t for t in taking(pack, name, event) if SYSTEM in t.by and (not first or t.states & deadline.states)]
        for transition in taken:
            for expression in transition.expressions:
                yield expression, way
            for sent in transition.raises:
                there = (sent.process, sent.event)
                if there not in seen:
                    seen.add(there)
                    queue.append((there, f"{way} and '{sent.name}'"))
        if taken:
            for limit in pack.processes[name].limits:
                if limit.event == event:
                    for expression in limit.expressions:
                        yield expression, way


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
