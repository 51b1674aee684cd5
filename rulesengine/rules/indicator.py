"""Indicators: what a marketplace measures over many cases. They decide nothing; a finished case is only counted.

An indicator is a share of the runs of a deadline (`share_met`), a share of the instances of a process (`share_of`), or
the average time in which a duty is done (`average_time`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

import msgspec

from rulesengine.diagnostics import Span, did_you_mean, nearest
from rulesengine.document import Node
from rulesengine.expressions import MOMENT, Expression
from rulesengine.money import show_number
from rulesengine.rules.deadline import UNSPECIFIED, Deadline
from rulesengine.rules.guards import Guard
from rulesengine.rules.reading import Reading
from rulesengine.timing import CALENDAR_UNITS, CalendarUnit, Period, TimingError, parse_period

Form: TypeAlias = Literal["share_met", "share_of", "average_time"]
Comparison: TypeAlias = Literal["at_least", "at_most", "above", "below"]
COMPARISONS: tuple[Comparison, ...] = ("at_least", "at_most", "above", "below")

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?) ?%")


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """What a figure is held against: a share between 0 and 1, or microseconds, exact. `text` is as the pack has it."""

    comparison: Comparison
    value: Fraction
    text: str

    def holds(self, figure: Fraction) -> bool:
        """Whether a figure keeps to it, compared unrounded."""
        if self.comparison == "at_least":
            return figure >= self.value
        if self.comparison == "at_most":
            return figure <= self.value
        return figure > self.value if self.comparison == "above" else figure < self.value

    @property
    def words(self) -> str:
        """`at least 95 %`."""
        return f"{self.comparison.replace('_', ' ')} {self.text}"


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is measured."""

    name: str
    title: str
    form: Form
    #: whose runs or instances are counted
    process: str
    #: the deadline of `share_met` and `average_time`; "" for `share_of`
    deadline: str
    #: of the runs of one instance only the first that was met or missed
    only_first: bool
    #: for `share_of`: which of those counted make the share, and which are counted at all
    where: tuple[Guard, ...]
    among: tuple[Guard, ...]
    #: for `share_of`: the latest known of these moments is the one at which an instance counts
    counted_at: tuple[Expression, ...]
    #: None: all there has ever been
    in_the_last: Period | CalendarUnit | None
    #: `in_the_last` as the pack has it
    window: str
    #: with fewer than these there is no figure
    too_few_below: int
    should_be: tuple[Bound, ...]
    must_be: tuple[Bound, ...]
    source: tuple[str, ...]
    place: Span


def read(
    reading: Reading, name: str, node: Node, key: Span, deadlines: Mapping[str, Iterable[Deadline]]
) -> Indicator | None:
    """An indicator of a pack whose processes are read already; None where it names no process that there is.

    `deadlines` are those of each process.
    """
    form: Form = "share_met"
    named = None
    for form in ("share_met", "share_of", "average_time"):
        if (named := reading.get(node, form)) is not None:
            break
    sources = reading.sources(node)
    if named is None:
        return None
    process, dot, deadline = str(named.value).partition(".")
    place = named.inside(0, len(process))
    if not reading.check("RE303", "process", process, place, reading.names.processes):
        return None
    inner = Reading(reading.names, process, reading.report)
    inner.rule = f"the indicator '{name}'"
    if dot:
        place = named.inside(len(process) + 1, len(str(named.value)))
        if not inner.check("RE308", f"deadline of process '{process}'", deadline, place, inner.process.deadlines):
            return None
        _check_duty(inner, form, f"{process}.{deadline}", place, deadlines.get(process, ()))
    moments = [inner.expression(item, MOMENT, now=False) for item in inner.items(node, "counted_at")]
    indicator = Indicator(
        name=name,
        title=reading.text(node, "title", name),
        form=form,
        process=process,
        deadline=deadline,
        only_first=reading.flag(node, "only_first"),
        where=inner.guards(node, "where"),
        among=inner.guards(node, "among"),
        counted_at=tuple(moment for moment in moments if moment is not None),
        in_the_last=_window(inner, node),
        window=reading.text(node, "in_the_last"),
        too_few_below=int(str(few.value)) if (few := reading.get(node, "too_few_below")) is not None else 1,
        should_be=_bounds(inner, node, "should_be", form),
        must_be=_bounds(inner, node, "must_be", form),
        source=sources,
        place=key,
    )
    guards = (*indicator.where, *indicator.among)
    for expression in (*(guard.expression for guard in guards), *indicator.counted_at):
        if expression.context:
            message = f"'{expression.context[0]}' is context, and a case that is counted later does not hold it."
            inner.say("RE508", expression.place, message, "Ask for a fact of the case, or for what has happened in it.")
    return indicator


def _check_duty(reading: Reading, form: Form, rule: str, place: Span, deadlines: Iterable[Deadline]) -> None:
    for deadline in deadlines:
        if deadline.rule == rule and deadline.wait:
            message = f"'{rule}' is a wait: nobody owes anything, so it is never met."
            reading.say("RE308", place, message, "Name a deadline with 'within'.")
        elif deadline.rule == rule and deadline.within == UNSPECIFIED and form == "share_met":
            message = f"'{rule}' has no number, so it is never missed and the share tells nothing."
            reading.say("RE308", place, message, "Measure 'average_time', or name a deadline with a number.")


def _window(reading: Reading, node: Node) -> Period | CalendarUnit | None:
    found = reading.get(node, "in_the_last")
    if found is None:
        return None
    unit = next((unit for unit in CALENDAR_UNITS if unit == found.value), None)
    if unit is not None:
        return unit
    if nearest(str(found.value), CALENDAR_UNITS) and str(found.value) not in reading.names.symbols.parameters:
        help = did_you_mean(str(found.value), CALENDAR_UNITS)
        reading.say("RE405", found.span, f"'{found.value}' is no time to look back on.", help)
        return None
    return reading.period(found)


def _bounds(reading: Reading, node: Node, key: str, form: Form) -> tuple[Bound, ...]:
    section = reading.get(node, key)
    found = []
    for comparison in COMPARISONS if section is not None else ():
        assert section is not None
        written = reading.get(section, comparison)
        if written is None:
            continue
        value = _time(reading, written) if form == "average_time" else _share(reading, written)
        if value is not None:
            text = str(written.value) if form == "average_time" else f"{show_number(value * 100)} %"
            found.append(Bound(comparison=comparison, value=value, text=text))
    return tuple(found)


def _share(reading: Reading, node: Node) -> Fraction | None:
    match = _PERCENT.fullmatch(str(node.value))
    if match is not None:
        share = Fraction(match[1]) / 100
    elif isinstance(node.value, str):
        reading.say("RE205", node.span, f"'{node.value}' is no share.", "Write it like '95 %' or 0.95.")
        return None
    else:
        share = Fraction(str(node.value))
    if not 0 <= share <= 1:
        reading.say("RE206", node.span, "A share lies between 0 % and 100 %.", "Write it like '95 %' or 0.95.")
        return None
    return share


def _time(reading: Reading, node: Node) -> Fraction | None:
    help = "An average is compared with time by the clock: write it like '24 hours' or '90 minutes'."
    try:
        period = parse_period(str(node.value))
    except TimingError as fault:
        reading.say("RE405", node.span, fault.message, help)
        return None
    if period.kind != "elapsed":
        reading.say("RE405", node.span, f"'{node.value}' is not the same length everywhere.", help)
        return None
    return Fraction(period.microseconds)
