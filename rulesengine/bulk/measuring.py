"""Indicators counted: a list of cases goes in, each indicator of the pack comes out with its figure.

    for figure in indicators(engine, cases, at):
        print(figure.name, figure.hits, figure.counted, figure.value)

Moments lie in a window from its first moment on and before its end, so that windows one after the other count nothing
twice. A case that is behind the asked moment is first advanced to it; one that has come further counts as it stands,
though nothing of it that lies after the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction
from typing import Literal, TypeAlias

import msgspec

from rulesengine.case import Case, Run, to_datetime, to_moment
from rulesengine.engine import Engine
from rulesengine.engine.ask import Standing
from rulesengine.rules.guards import holds
from rulesengine.rules.indicator import Form, Indicator
from rulesengine.timing import the_last

#: good: within all bounds. warning: beyond what it should be. breach: beyond what it must be. too_few: no figure.
#: unbounded: the pack names no bounds.
Verdict: TypeAlias = Literal["good", "warning", "breach", "too_few", "unbounded"]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """What came out for one indicator."""

    name: str
    title: str
    form: Form
    #: how many of those counted are met, or belong to the share; for an average all
    hits: int
    #: how many runs or instances lie in the window
    counted: int
    #: instances in the window of which nobody can say, as a fact is not known; they are not counted
    unknown: int
    #: a share between 0 and 1 or microseconds, exact; None where there are too few
    value: Fraction | None
    verdict: Verdict
    #: the window: from `first` on and before `end`; `first` is None where all there has ever been is counted
    first: datetime | None
    end: datetime
    #: as the pack has it: `30 days`, `calendar week`; "" for all there has ever been
    window: str
    too_few_below: int
    #: `at least 95 %`
    should_be: tuple[str, ...]
    must_be: tuple[str, ...]
    source: tuple[str, ...]


class _Count:
    """One indicator while it is counted."""

    __slots__ = ("counted", "end", "first", "hits", "indicator", "time", "unknown")

    def __init__(self, indicator: Indicator, first: int | None, end: int) -> None:
        self.indicator = indicator
        self.first = first
        self.end = end
        self.hits = 0
        self.counted = 0
        self.unknown = 0
        self.time = 0

    def holds(self, moment: int) -> bool:
        return moment < self.end and (self.first is None or moment >= self.first)

    def figure(self) -> Figure:
        indicator = self.indicator
        value = None
        if self.counted >= indicator.too_few_below:
            value = Fraction(self.time if indicator.form == "average_time" else self.hits, self.counted)
        return Figure(
            name=indicator.name,
            title=indicator.title,
            form=indicator.form,
            hits=self.hits,
            counted=self.counted,
            unknown=self.unknown,
            value=value,
            verdict=_verdict(indicator, value),
            first=None if self.first is None else to_datetime(self.first),
            end=to_datetime(self.end),
            window=indicator.window,
            too_few_below=indicator.too_few_below,
            should_be=tuple(bound.words for bound in indicator.should_be),
            must_be=tuple(bound.words for bound in indicator.must_be),
            source=indicator.source,
        )


def _verdict(indicator: Indicator, value: Fraction | None) -> Verdict:
    if value is None:
        return "too_few"
    if not all(bound.holds(value) for bound in indicator.must_be):
        return "breach"
    if not all(bound.holds(value) for bound in indicator.should_be):
        return "warning"
    return "good" if indicator.must_be or indicator.should_be else "unbounded"


class Tally:
    """Counts cases one by one and keeps none of them: its size is that of the pack.

    `at` is an aware datetime or microseconds.
    """

    def __init__(self, engine: Engine, at: datetime | int) -> None:
        self._engine = engine
        self.at = at if isinstance(at, int) else to_moment(at)
        #: cases counted so far
        self.cases = 0
        self._counts: list[_Count] = []
        for indicator in engine.pack.indicators.values():
            first, end = None, self.at
            if indicator.in_the_last is not None:
                first, end = the_last(engine.pack.calendar, indicator.in_the_last, self.at)
            self._counts.append(_Count(indicator, first, end))

    def add(self, case: Case) -> None:
        """Count a case. CaseError for another pack's case, AdvanceTooFarError where too much is due in it; then nothing
        of it is counted.
        """
        standing = Standing(self._engine, case, self.at)
        self.cases += 1
        for count in self._counts:
            # the same indicator, with the expressions of the case's variant and readings
            indicator = standing.pack.indicators[count.indicator.name]
            if indicator.form == "share_of":
                _count_instances(count, indicator, standing)
            else:
                _count_runs(count, indicator, standing)

    def figures(self) -> list[Figure]:
        """What has come out so far, in the order of the pack."""
        return [count.figure() for count in self._counts]


def indicators(engine: Engine, cases: Iterable[Case], at: datetime | int) -> list[Figure]:
    """The figures of all indicators of the engine's pack at a moment, from cases that may come one after the other."""
    tally = Tally(engine, at)
    for case in cases:
        tally.add(case)
    return tally.figures()


def _count_instances(count: _Count, indicator: Indicator, standing: Standing) -> None:
    for instance in standing.instances(indicator.process):
        env = standing.env(instance)
        moments = [moment for one in indicator.counted_at if (moment := one.evaluate(env)) is not None]
        if not moments or not count.holds(max(moments)):
            continue
        among = holds(indicator.among, env)
        hit = holds(indicator.where, env) if among is not False else None
        if among is False:
            continue
        if among is None or hit is None:
            count.unknown += 1
            continue
        count.counted += 1
        count.hits += hit


def _count_runs(count: _Count, indicator: Indicator, standing: Standing) -> None:
    average = indicator.form == "average_time"
    for instance in standing.instances(indicator.process):
        for run in _decided(instance.runs.get(indicator.deadline, ()), only_first=indicator.only_first):
            met = run.outcome == "met"
            done = run.ended if met else run.late
            moment = done if met or average else run.due
            if moment is None or not count.holds(moment):
                continue
            count.counted += 1
            count.hits += met or average
            if average:
                # one that was done before its clock began took no time
                count.time += max(0, moment - run.start)


def _decided(runs: tuple[Run, ...], *, only_first: bool) -> Iterator[Run]:
    """The runs that were met or missed."""
    for run in runs:
        if run.outcome in ("met", "missed"):
            yield run
            if only_first:
                return
