"""RL407: working days are counted, and no holiday is known: 25 December counts as one."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.diagnostics import Span
from rulesengine.pack import Process
from rulesengine.timing import Period


def find(subject: Subject) -> Iterator[Advice]:
    if subject.pack.working_time.holidays or subject.pack.working_time.closed:
        return
    for process in subject.pack.processes.values():
        for rule, place, period in _periods(process):
            if period.uses_calendar:
                # told once: all of them have the same cause
                yield advice(
                    "RL407",
                    place,
                    f"'{rule}' counts working days ({period}), and the pack names no holidays: they count, too.",
                    "Name the country in the calendar, such as 'calendar: {holidays: DE}'.",
                )
                return


def _periods(process: Process) -> Iterator[tuple[str, Span, Period]]:
    for deadline in process.deadlines:
        for period in (deadline.period, deadline.grace):
            if period is not None:
                yield deadline.rule, deadline.place, period
    for limit in process.limits:
        for edge in (limit.not_before, limit.not_after):
            if edge is not None:
                yield limit.rule, limit.place, edge.period
