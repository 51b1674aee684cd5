"""Figures of indicators as text and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from rulesengine.bulk import Figure
from rulesengine.render.jsons import Data, moment
from rulesengine.render.moments import Clock
from rulesengine.render.style import Paint, Role, clean, plain, wrapped

_LOOKS: dict[str, Role] = {"good": "good", "warning": "warn", "breach": "bad", "too_few": "quiet", "unbounded": "title"}
_SECOND = 1_000_000


def figures(found: Iterable[Figure], clock: Clock, paint: Paint = plain, width: int = 100) -> str:
    """Each figure with what was counted, when, and what it should and must be."""
    return "\n\n".join("\n".join(_figure(one, clock, paint, width)) for one in found)


def _figure(one: Figure, clock: Clock, paint: Paint, width: int) -> Iterator[str]:
    title = f"  {paint(clean(one.title), 'title')}" if one.title != one.name else ""
    yield paint(one.name, "who") + title
    yield f"    {paint(shown(one), _LOOKS[one.verdict])}  {_counted(one)}{_when(one, clock)}"
    bounds = [f"should be {words}" for words in one.should_be] + [f"must be {words}" for words in one.must_be]
    if bounds:
        verdict = {"too_few": "not judged", "warning": "warning", "breach": "breach"}.get(one.verdict, "good")
        yield from wrapped(f"{', '.join(bounds)}: {verdict}", 4, width)
    if one.unknown:
        yield from wrapped(f"{one.unknown:,} more not counted: a fact they depend on is not known", 4, width)
    yield paint(f"    source: {clean(', '.join(one.source))}", "quiet")


def shown(one: Figure) -> str:
    """`97.50 %`, `18 h 20 min`, `too few`."""
    if one.value is None:
        return "too few"
    if one.form == "average_time":
        minutes = _rounded(one.value / (60 * _SECOND))
        return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    return f"{_decimals(one.value * 100)} %"


def _counted(one: Figure) -> str:
    if one.value is None:
        return f"only {one.counted:,} of the {one.too_few_below:,} needed"
    return f"on average over {one.counted:,}" if one.form == "average_time" else f"{one.hits:,} of {one.counted:,}"


def _when(one: Figure, clock: Clock) -> str:
    if one.first is None:
        return f", all until {clock.show(one.end)}"
    return f", in the last {one.window}: {clock.show(one.first)} to {clock.show(one.end)}"


def data(one: Figure) -> Data:
    """A figure in the shape `docs/json.md` describes."""
    scale = Fraction(1, _SECOND) if one.form == "average_time" else Fraction(100)
    return {
        "name": one.name,
        "title": one.title,
        "form": one.form,
        "hits": one.hits,
        "counted": one.counted,
        "unknown": one.unknown,
        "value": None if one.value is None else _decimals(one.value * scale),
        "unit": "seconds" if one.form == "average_time" else "percent",
        "verdict": one.verdict,
        "from": moment(one.first),
        "until": moment(one.end),
        "in_the_last": one.window,
        "too_few_below": one.too_few_below,
        "should_be": list(one.should_be),
        "must_be": list(one.must_be),
        "source": list(one.source),
    }


def _rounded(value: Fraction) -> int:
    """Half up; figures are never negative."""
    return int(value + Fraction(1, 2))


def _decimals(value: Fraction) -> str:
    """With two decimals."""
    cents = _rounded(value * 100)
    return f"{cents // 100}.{cents % 100:02d}"
