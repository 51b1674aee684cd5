"""The range of values around one that is accepted: its ends are found by halving, and both sides of each were tried."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from rulesengine.analysis.explaining.values import STEPS
from rulesengine.facts import LAST_MOMENT, FactType
from rulesengine.money import MONEY_DIGITS

#: values inside of a range that are tried as well, so that one with a hole in it is not told
INSIDE = 6
#: numbers beyond which nothing is looked for
FARTHEST = 10**12


def widened(type: FactType, value: Any, accepts: Callable[[Any], bool]) -> tuple[str | None, str | None]:
    """The least and the greatest value, as text, so that all between them are accepted and the next one beyond is not;
    None at a side without an end. Both are the value itself where something between is refused.
    """
    step = STEPS[type.kind]
    here = type.read(value)
    lowest, highest = _ends(type)

    def fits(found: int | Fraction) -> bool:
        try:
            return accepts(type.show(type.store(found)))
        except (ValueError, OverflowError):
            return False

    least = _edge(here, lowest, step, fits)
    most = _edge(here, highest, step, fits)
    low: int | Fraction = lowest if least is None else least
    high: int | Fraction = highest if most is None else most
    steps = (high - low) // step
    if not all(fits(low + step * (steps * part // INSIDE)) for part in range(INSIDE + 1)):
        return str(type.show(here)), str(type.show(here))
    return (None if least is None else str(type.show(least))), (None if most is None else str(type.show(most)))


def _ends(type: FactType) -> tuple[int, int]:
    if type.kind == "datetime":
        return 0, LAST_MOMENT
    if type.kind == "date":
        day = 86_400_000_000
        first = 719_163
        return first, first + LAST_MOMENT // day
    if type.kind == "money":
        most = 10 ** (min(MONEY_DIGITS, 9) + type.digits) - 1
        return -most, most
    return -FARTHEST, FARTHEST


def _edge(
    inside: int | Fraction, end: int, step: int | Fraction, fits: Callable[[int | Fraction], bool]
) -> int | Fraction | None:
    """The last value that fits on the way to an end of all values; None where the end itself does."""
    if fits(end):
        return None
    sign = 1 if end > inside else -1
    good, bad = 0, (end - inside) * sign // step
    while bad - good > 1:
        middle = (good + bad) // 2
        if fits(inside + sign * step * middle):
            good = middle
        else:
            bad = middle
    return inside + sign * step * good
